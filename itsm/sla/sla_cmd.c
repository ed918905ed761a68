/* SPDX-License-Identifier: Apache-2.0 */
/* sla_cmd.c — `hinomi evidence export --month M -o F.json`. */
#include "itsm/sla/sla.h"
#include "server/command.h"

#include <stdio.h>

static int usage(void)
{
    (void)fprintf(stderr, "usage: hinomi evidence export --month YYYY-MM -o FILE\n");
    return 2;
}

/* Written whole or not at all: into a neighbour that is then renamed. */
static enum hn_code write_file(const char *path, const char *text, size_t n, struct hn_err *e)
{
    char tmp[4096];
    FILE *f;
    bool ok;

    (void)snprintf(tmp, sizeof(tmp), "%s.new", path);
    f = fopen(tmp, "wb");
    if (f == NULL)
        return hn_fail(e, HN_E_IO, "cannot write %s", path);
    ok = fwrite(text, 1, n, f) == n;
    ok = fclose(f) == 0 && ok;
    if (!ok || rename(tmp, path) != 0) {
        (void)remove(tmp);
        return hn_fail(e, HN_E_IO, "cannot write %s", path);
    }
    return HN_OK;
}

int cmd_evidence(int argc, char **argv, struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    DB db = NULL;
    struct hn_err e = {0};
    struct hn_month month = {0, 0};
    struct hn_sbuf b;
    const char *file = NULL;
    const char *text = NULL;

    if (argc < 2 || !hn_streq(argv[1], "export"))
        return usage();
    for (int i = 2; i + 1 < argc; i += 2) {
        if (hn_streq(argv[i], "--month")) {
            if (hn_parse_month(argv[i + 1], "--month", &month, &e) != HN_OK)
                return cmd_fail("evidence", &e);
        } else if (hn_streq(argv[i], "-o")) {
            file = argv[i + 1];
        } else {
            return usage();
        }
    }
    if (argc != 6 || month.year == 0 || file == NULL)
        return usage();
    hn_sbuf_init(&b, a, (size_t)512 * 1024 * 1024);
    if (db_open(cfg->database, &db, &e) != HN_OK ||
        evidence_export(db, a, month, hn_now(), &b, &e) != HN_OK ||
        hn_sbuf_done(&b, &text, &e) != HN_OK || write_file(file, text, b.n, &e) != HN_OK)
        return cmd_fail("evidence", &e);
    return 0;
}
