/* SPDX-License-Identifier: Apache-2.0 */
#include "server/command.h"

#include "server/base/version.h"
#include "server/db/db.h"

int cmd_fail(const char *what, const struct hn_err *e)
{
    (void)fprintf(stderr, "hinomi %s: %s\n", what, e->msg);
    if (e->detail[0] != '\0')
        (void)fprintf(stderr, "  %s\n", e->detail);
    return e->code == HN_E_INVALID ? 2 : 1;
}

int cmd_version(int argc, char **argv, struct config *cfg)
{
    (void)argc;
    (void)argv;
    (void)cfg;
    (void)printf("hinomi %s\n", HN_VERSION);
    return 0;
}

int cmd_migrate(int argc, char **argv, struct config *cfg)
{
    DB db = NULL;
    struct hn_err e = {0};
    int applied = 0;

    if (argc > 1) {
        (void)fprintf(stderr, "usage: hinomi %s\n", argv[0]);
        return 2;
    }
    if (db_open(cfg->database, &db, &e) != HN_OK || db_migrate(db, cfg->sql, &applied, &e) != HN_OK)
        return cmd_fail(argv[0], &e);
    (void)printf("%d\n", applied);
    (void)fprintf(stderr, "hinomi migrate: %d migration(s) applied\n", applied);
    return 0;
}
