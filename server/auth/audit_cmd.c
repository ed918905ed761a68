/* SPDX-License-Identifier: Apache-2.0 */
/* hinomi audit verify */
#include "server/auth/chain.h"
#include "server/command.h"

#include <stdio.h>

int cmd_audit(int argc, char **argv, struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct chain_report r;
    struct hn_err e = {0};
    DB db = NULL;

    if (argc != 2 || !hn_streq(argv[1], "verify")) {
        (void)fprintf(stderr, "usage: hinomi audit verify\n");
        return 2;
    }
    if (db_open(cfg->database, &db, &e) != HN_OK ||
        chain_verify(db, cfg->state, a, &r, &e) != HN_OK)
        return cmd_fail("audit verify", &e);
    if (r.broken) {
        (void)printf("audit: broken at position %" PRId64, r.position);
        if (r.seq != 0)
            (void)printf(" (journal row %" PRId64 ")", r.seq);
        (void)printf(": %s\n", r.what);
        return 1;
    }
    (void)printf("audit: %" PRId64 " rows linked and whole, %" PRId64
                 " signed heads agree, %" PRId64 " rows not linked yet\n",
                 r.linked, r.heads, r.unlinked);
    return 0;
}
