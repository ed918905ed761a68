/* SPDX-License-Identifier: Apache-2.0 */
/* satellite_cmd.c — `hinomi satellite …`: the register from the command line. */
#include "itsm/satellite/door.h"
#include "itsm/satellite/satellite.h"
#include "server/base/parse.h"
#include "server/command.h"

static int usage(void)
{
    (void)fprintf(stderr, "usage: hinomi satellite add NAME [--minutes N] [--note TEXT]\n"
                          "       hinomi satellite code NAME [--minutes N]\n"
                          "       hinomi satellite revoke NAME --reason TEXT\n"
                          "       hinomi satellite list\n"
                          "       hinomi satellite ca\n");
    return 2;
}

struct asked {
    const char *name, *note, *reason;
    int64_t minutes;
};

static bool read_args(int argc, char **argv, struct asked *out)
{
    struct hn_err e = {0};

    for (int i = 2; i < argc; i++) {
        bool more = i + 1 < argc;

        if (more && hn_streq(argv[i], "--note"))
            out->note = argv[++i];
        else if (more && hn_streq(argv[i], "--reason"))
            out->reason = argv[++i];
        else if (more && hn_streq(argv[i], "--minutes")) {
            if (hn_parse_i64(argv[++i], "--minutes", 1, SATELLITE_CODE_LIFE_MAX / HN_MIN_SPAN,
                             &out->minutes, &e) != HN_OK)
                return false;
        } else if (argv[i][0] != '-' && out->name == NULL)
            out->name = argv[i];
        else
            return false;
    }
    return true;
}

/* On standard output the code, then a line for the satellite's machine. */
static void print_code(const struct config *cfg, const char *name, const char *code,
                       struct hn_arena *a)
{
    struct hn_err e = {0};
    struct pki_cert ca;

    (void)printf("%s\n", code);
    if (door_ca(cfg, a, &ca, &e) != HN_OK || cfg->satellite_port == 0) {
        (void)fprintf(stderr, "hinomi satellite: %s\n",
                      e.code != HN_OK ? e.msg : "satellite_port is not set: nobody listens");
        return;
    }
    (void)printf("hinomi probe enrol --name %s --uplink %s --code %s --ca-sha256 %s\n", name,
                 door_url(cfg, a), code, ca.sha256);
}

static enum hn_code add(struct db *db, const struct config *cfg, const struct asked *in,
                        struct hn_arena *a, struct hn_err *e)
{
    struct satellite_in row = {
        .name = in->name, .note = in->note, .code_life = in->minutes * HN_MIN_SPAN};
    struct actor by = ACTOR_CLI;
    const char *code;
    int64_t id = 0;

    if (satellite_create(db, a, &by, &row, hn_now(), &id, &code, e) != HN_OK)
        return e->code;
    print_code(cfg, in->name, code, a);
    return HN_OK;
}

static enum hn_code of_one(struct db *db, const struct config *cfg, const char *act,
                           const struct asked *in, struct hn_arena *a, struct hn_err *e)
{
    struct actor by = ACTOR_CLI;
    struct satellite_record r;
    const char *code;

    if (satellite_by_name(db, a, in->name, hn_now(), &r, e) != HN_OK)
        return e->code;
    if (hn_streq(act, "revoke"))
        return satellite_revoke(db, a, &by, r.id, in->reason, hn_now(), e);
    if (satellite_new_code(db, a, &by, r.id, in->minutes * HN_MIN_SPAN, hn_now(), &code, e) !=
        HN_OK)
        return e->code;
    print_code(cfg, in->name, code, a);
    return HN_OK;
}

static enum hn_code print_list(struct db *db, struct hn_arena *a, struct hn_err *e)
{
    struct satellite_filter f = {.limit = 1000};
    struct satellite_record *v;
    char at[HN_RFC3339_MAX];
    size_t n;

    if (satellite_list(db, a, &f, hn_now(), &v, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        (void)printf("%s\t%s\t%s\t%s\t%lld\n", v[i].name,
                     satellite_status_word(satellite_status_of(&v[i], hn_now())),
                     v[i].seen_at == HN_UNSET ? "-" : hn_rfc3339(v[i].seen_at, at),
                     v[i].program == NULL ? "-" : v[i].program, (long long)v[i].backlog);
    return HN_OK;
}

static enum hn_code run(const struct config *cfg, const char *act, const struct asked *in,
                        struct hn_arena *a, struct hn_err *e)
{
    DB db = NULL;

    if (hn_streq(act, "ca")) {
        struct pki_cert ca;

        if (door_ca(cfg, a, &ca, e) != HN_OK)
            return e->code;
        (void)printf("%s", ca.pem);
        (void)fprintf(stderr, "SHA-256 %s\n", ca.sha256);
        return HN_OK;
    }
    if (db_open(cfg->database, &db, e) != HN_OK)
        return e->code;
    if (hn_streq(act, "list"))
        return print_list(db, a, e);
    return hn_streq(act, "add") ? add(db, cfg, in, a, e) : of_one(db, cfg, act, in, a, e);
}

int cmd_satellite(int argc, char **argv, struct config *cfg)
{
    static const char *const with_name[] = {"add", "code", "revoke"};
    HN_ARENA a = hn_arena_new();
    struct asked in = {0};
    struct hn_err e = {0};
    bool needs_name = false;
    const char *act;

    if (argc < 2 || !read_args(argc, argv, &in))
        return usage();
    act = argv[1];
    for (size_t i = 0; i < HN_ARRAY_LEN(with_name); i++)
        needs_name |= hn_streq(act, with_name[i]);
    if ((!needs_name && !hn_streq(act, "list") && !hn_streq(act, "ca")) ||
        needs_name != (in.name != NULL) || hn_streq(act, "revoke") != (in.reason != NULL))
        return usage();
    return run(cfg, act, &in, a, &e) == HN_OK ? 0 : cmd_fail("satellite", &e);
}
