/* SPDX-License-Identifier: Apache-2.0 */
/* hinomi estate …: see usage(). */
#include "estate/history.h"
#include "estate/sim.h"
#include "itsm/report/report.h"
#include "server/auth/account.h"
#include "server/command.h"

static int usage(void)
{
    (void)fprintf(stderr,
                  "usage: hinomi estate load       the sample estate into the database\n"
                  "       hinomi estate simulate   the simulated devices, in the foreground\n"
                  "       hinomi estate list       one device a line\n"
                  "       hinomi estate break DEVICE FAULT\n"
                  "       hinomi estate mend DEVICE\n"
                  "       hinomi estate history --months N [--if-empty]\n"
                  "       hinomi estate accounts   one of each role may sign in: its link\n");
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

static int do_simulate(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct estate s;

    (void)argv;
    if (argc != 2)
        return usage();
    if (estate_read(cfg->sql, a, &s, &e) != HN_OK || sim_run(cfg->state, &s, &e) != HN_OK)
        return cmd_fail("estate simulate", &e);
    return 0;
}

/* "ok", its faults, or what it lies behind. */
static const char *state_text(struct hn_arena *a, const struct estate *s, const struct faults *f,
                              const bool *dead, size_t i)
{
    unsigned bits = faults_of(f, i, NULL);
    const char *text = NULL;

    for (int k = 0; k < ESTATE_FAULT_COUNT; k++)
        if ((bits & 1u << k) != 0)
            text = text == NULL
                       ? estate_fault_word((enum estate_fault)k)
                       : hn_arena_fmt(a, "%s,%s", text, estate_fault_word((enum estate_fault)k));
    if (text != NULL)
        return text;
    if (s->device[i].is_spare)
        return "spare";
    return dead[i] ? "unreachable" : "ok";
}

static int do_list(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct faults *f = hn_arena_make(a, struct faults, 1);
    struct hn_err e = {0};
    struct estate s;
    char ip[ESTATE_IP_MAX];
    bool *dead;

    (void)argv;
    if (argc != 2)
        return usage();
    if (estate_read(cfg->sql, a, &s, &e) != HN_OK)
        return cmd_fail("estate list", &e);
    dead = hn_arena_make(a, bool, s.n_devices);
    faults_read(cfg->state, &s, f);
    faults_dead(f, &s, dead);
    for (size_t i = 0; i < s.n_devices; i++)
        (void)printf("%s\t%s\t%s\t%s\t%s\n", s.device[i].name, estate_ip_text(s.device[i].ip, ip),
                     estate_class_word(s.device[i].class), s.site[s.device[i].site].code,
                     state_text(a, &s, f, dead, i));
    return 0;
}

static int do_change(int argc, char **argv, const struct config *cfg)
{
    bool breaks = hn_streq(argv[1], "break");
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    const char *answer = NULL;
    const char *line;

    if (argc != (breaks ? 4 : 3) || strpbrk(argv[2], " \n") != NULL)
        return usage();
    line = breaks ? hn_arena_fmt(a, "break %s %s", argv[2], argv[3])
                  : hn_arena_fmt(a, "mend %s", argv[2]);
    if (control_ask(cfg->state, line, a, &answer, &e) != HN_OK)
        return cmd_fail(breaks ? "estate break" : "estate mend", &e);
    if (strncmp(answer, "error ", 6) == 0) {
        (void)fprintf(stderr, "hinomi estate: %s\n", answer + 6);
        return 1;
    }
    if (strlen(answer) > 3)
        (void)fprintf(stderr, "hinomi estate: %s\n", answer + 3);
    return 0;
}

static int do_history(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct report_places places = {cfg->templates, cfg->state, cfg->base_url};
    struct estate s;
    int64_t months = 0;
    bool if_empty = false;
    DB db = NULL;

    for (int i = 2; i < argc; i++) {
        if (hn_streq(argv[i], "--if-empty"))
            if_empty = true;
        else if (hn_streq(argv[i], "--months") && i + 1 < argc)
            months = strtoll(argv[++i], NULL, 10);
        else
            return usage();
    }
    if (months < 1 || months > ESTATE_MONTHS_MAX)
        return usage();
    report_set_places(&places);
    if (estate_read(cfg->sql, a, &s, &e) != HN_OK || db_open(cfg->database, &db, &e) != HN_OK ||
        history_make(db, &s, (int)months, hn_now(), &e) != HN_OK) {
        if (e.code == HN_E_CONFLICT && if_empty)
            return 0;
        return cmd_fail("estate history", &e);
    }
    return 0;
}

/* The first of each role gets a link at which password and second factor are set. */
static int do_accounts(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct actor by = ACTOR_CLI;
    struct account_change on = {.role = ROLE_NONE, .disabled = 0};
    bool done[ROLE_COUNT] = {false};
    struct people people;
    struct hn_err e = {0};
    DB db = NULL;

    (void)argv;
    if (argc != 2)
        return usage();
    if (db_open(cfg->database, &db, &e) != HN_OK ||
        people_load(db, a, hn_now(), &people, &e) != HN_OK)
        return cmd_fail("estate accounts", &e);
    for (int i = 0; i < ESTATE_PERSON_COUNT; i++) {
        const struct actor *who = &people.v[i];
        const char *link = NULL;

        if (done[who->role])
            continue;
        done[who->role] = true;
        if (account_update(db, &by, who->account_id, &on, hn_now(), a, &e) != HN_OK ||
            account_reset(db, &by, who->account_id, hn_now(), a, &link, &e) != HN_OK)
            return cmd_fail("estate accounts", &e);
        (void)printf("%s\t%s\t%s%s\n", role_word(who->role), who->who, cfg->base_url, link);
    }
    return 0;
}

static const struct {
    const char *word;
    int (*fn)(int argc, char **argv, const struct config *cfg);
} acts[] = {{"load", do_load},        {"simulate", do_simulate}, {"list", do_list},
            {"break", do_change},     {"mend", do_change},       {"history", do_history},
            {"accounts", do_accounts}};

int cmd_estate(int argc, char **argv, struct config *cfg)
{
    for (size_t i = 0; argc > 1 && i < HN_ARRAY_LEN(acts); i++)
        if (hn_streq(argv[1], acts[i].word))
            return acts[i].fn(argc, argv, cfg);
    return usage();
}
