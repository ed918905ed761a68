/* SPDX-License-Identifier: Apache-2.0 */
/* hinomi estate …: see usage(). */
#include "estate/load.h"
#include "server/command.h"

static int usage(void)
{
    (void)fprintf(stderr, "usage: hinomi estate load       the sample estate into the database\n");
    return 2;
}

static int do_load(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct estate s;
    int64_t added = 0;
    DB db = NULL;

    (void)argv;
    if (argc != 2)
        return usage();
    if (estate_read(cfg->sql, a, &s, &e) != HN_OK || db_open(cfg->database, &db, &e) != HN_OK ||
        estate_load(db, &s, hn_now(), &added, &e) != HN_OK)
        return cmd_fail("estate load", &e);
    (void)printf("%zu sites, %zu lines, %zu systems, %zu devices (%" PRId64 " new)\n", s.n_sites,
                 s.n_lines, s.n_systems, s.n_devices, added);
    return 0;
}

static const struct {
    const char *word;
    int (*fn)(int argc, char **argv, const struct config *cfg);
} acts[] = {{"load", do_load}};

int cmd_estate(int argc, char **argv, struct config *cfg)
{
    for (size_t i = 0; argc > 1 && i < HN_ARRAY_LEN(acts); i++)
        if (hn_streq(argv[1], acts[i].word))
            return acts[i].fn(argc, argv, cfg);
    return usage();
}
