/* SPDX-License-Identifier: Apache-2.0 */
/* hinomi user …, hinomi token … */
#include "server/auth/account_json.h"
#include "server/auth/account_store.h"
#include "server/auth/password.h"
#include "server/auth/totp.h"
#include "server/base/csv.h"
#include "server/command.h"

#include <stdio.h>

#define FILE_MAX ((size_t)32 * 1024 * 1024)
#define LINE_MAX_BYTES 1024

/* The value after an option, or NULL; *at moves past it. */
static const char *value_of(int argc, char **argv, int *at, const char *option)
{
    if (!hn_streq(argv[*at], option) || *at + 1 >= argc)
        return NULL;
    return argv[++*at];
}

/* ---- token ---- */

static int token_usage(void)
{
    (void)fprintf(stderr, "usage: hinomi token create --name NAME --role ROLE [--expires 30d]\n");
    return 2;
}

int cmd_token(int argc, char **argv, struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct token_new in = {.role = ROLE_NONE, .expires_at = HN_UNSET};
    struct actor by = ACTOR_CLI;
    struct hn_err e = {0};
    struct token t = {0};
    const char *secret = NULL;
    const char *role = NULL;
    DB db = NULL;

    if (argc < 2 || !hn_streq(argv[1], "create"))
        return token_usage();
    for (int i = 2; i < argc; i++) {
        const char *v;

        if ((v = value_of(argc, argv, &i, "--name")) != NULL)
            in.name = v;
        else if ((v = value_of(argc, argv, &i, "--role")) != NULL)
            role = v;
        else if ((v = value_of(argc, argv, &i, "--expires")) != NULL) {
            if (token_expiry(v, "--expires", hn_now(), &in.expires_at, &e) != HN_OK)
                return cmd_fail("token create", &e);
        } else
            return token_usage();
    }
    if (in.name == NULL || role == NULL)
        return token_usage();
    in.role = role_parse(role);
    if (db_open(cfg->database, &db, &e) != HN_OK ||
        token_create(db, &by, &in, hn_now(), a, &t, &secret, &e) != HN_OK)
        return cmd_fail("token create", &e);
    (void)printf("%s\n", secret);
    return 0;
}

/* ---- user ---- */

static int user_usage(void)
{
    (void)fprintf(stderr, "usage: hinomi user add LOGIN --role ROLE [--name NAME] [--mail MAIL] "
                          "[--password-stdin]\n"
                          "       hinomi user reset LOGIN\n"
                          "       hinomi user import FILE.csv [--dry-run]\n");
    return 2;
}

/* One line of standard input without its end. */
static bool read_line(char out[LINE_MAX_BYTES])
{
    if (fgets(out, LINE_MAX_BYTES, stdin) == NULL)
        return false;
    out[strcspn(out, "\r\n")] = '\0';
    return true;
}

static int user_add(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct account_new in = {.role = ROLE_NONE};
    struct actor by = ACTOR_CLI;
    struct hn_err e = {0};
    struct hn_bytes secret = {0};
    char password[LINE_MAX_BYTES];
    const char *link = NULL;
    bool from_stdin = false;
    int64_t id = 0;
    DB db = NULL;

    for (int i = 2; i < argc; i++) {
        const char *v;

        if ((v = value_of(argc, argv, &i, "--role")) != NULL)
            in.role = role_parse(v);
        else if ((v = value_of(argc, argv, &i, "--name")) != NULL)
            in.name = v;
        else if ((v = value_of(argc, argv, &i, "--mail")) != NULL)
            in.mail = v;
        else if (hn_streq(argv[i], "--password-stdin"))
            from_stdin = true;
        else if (argv[i][0] != '-' && in.login == NULL)
            in.login = argv[i];
        else
            return user_usage();
    }
    if (in.login == NULL)
        return user_usage();
    if (in.name == NULL)
        in.name = in.login;
    if (from_stdin && !read_line(password)) {
        (void)fprintf(stderr, "hinomi user add: no password on standard input\n");
        return 2;
    }
    if (from_stdin && password_check(password, in.login, in.name, "password", &e) != HN_OK)
        return cmd_fail("user add", &e);
    if (db_open(cfg->database, &db, &e) != HN_OK)
        return cmd_fail("user add", &e);

    DB_TX tx = {0}; /* the account and its password, or neither */

    if (db_begin(db, &tx, &e) != HN_OK ||
        account_create(db, &by, &in, hn_now(), a, &id, &link, &e) != HN_OK ||
        (from_stdin &&
         account_set_password(db, &by, id, password, hn_now(), a, &secret, &e) != HN_OK) ||
        db_commit(&tx, &e) != HN_OK)
        return cmd_fail("user add", &e);
    if (from_stdin)
        (void)printf("%s\n", totp_base32(a, secret));
    else
        (void)printf("%s%s\n", cfg->base_url, link);
    return 0;
}

static int user_reset(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct actor by = ACTOR_CLI;
    struct account t = {0};
    struct hn_err e = {0};
    const char *link = NULL;
    bool found = false;
    DB db = NULL;

    if (argc != 3)
        return user_usage();
    if (db_open(cfg->database, &db, &e) != HN_OK ||
        account_store_by_login(db, argv[2], a, &t, &found, &e) != HN_OK)
        return cmd_fail("user reset", &e);
    if (!found) {
        (void)fprintf(stderr, "hinomi user reset: there is no account %s\n", argv[2]);
        return 1;
    }
    if (account_reset(db, &by, t.id, hn_now(), a, &link, &e) != HN_OK)
        return cmd_fail("user reset", &e);
    (void)printf("%s%s\n", cfg->base_url, link);
    return 0;
}

/* ---- user import ---- */

static bool read_file(const char *path, struct hn_arena *a, const char **out, size_t *n)
{
    FILE *f = fopen(path, "rb");
    struct hn_sbuf b;
    char part[16384];
    size_t got;

    if (f == NULL)
        return false;
    hn_sbuf_init(&b, a, FILE_MAX);
    while ((got = fread(part, 1, sizeof(part), f)) > 0)
        hn_sbuf_mem(&b, part, got);
    (void)fclose(f);
    *out = hn_sbuf_text(&b);
    *n = b.n;
    return !b.overflow;
}

/* Every line is tried; one that is wrong undoes them all. Prints login,link for each. */
static enum hn_code import_rows(struct db *db, struct hn_csv *r, const struct hn_csv_row *head,
                                const char *base_url, struct hn_arena *a, struct hn_sbuf *out,
                                int *wrong, struct hn_err *e)
{
    int login = hn_csv_column(head, "login");
    int name = hn_csv_column(head, "name");
    int mail = hn_csv_column(head, "mail");
    int role = hn_csv_column(head, "role");
    struct actor by = ACTOR_CLI;
    struct hn_csv_row row;

    if (login < 0 || role < 0)
        return hn_fail(e, HN_E_INVALID,
                       "the first line must name the columns login and role "
                       "(and may name name and mail)");
    for (;;) {
        struct account_new in;
        struct hn_err why = {0};
        const char *link = NULL;
        int64_t id = 0;

        if (hn_csv_next(r, &row, e) != HN_OK || row.n == 0)
            return e->code;
        in = (struct account_new){.login = hn_csv_cell(&row, login),
                                  .name = hn_csv_cell(&row, name),
                                  .mail = hn_csv_cell(&row, mail),
                                  .role = role_parse(hn_csv_cell(&row, role))};
        if (*in.name == '\0')
            in.name = in.login;
        if (account_create(db, &by, &in, hn_now(), a, &id, &link, &why) == HN_OK) {
            hn_sbuf_fmt(out, "%s,%s%s\n", in.login, base_url, link);
            continue;
        }
        if (why.code != HN_E_INVALID && why.code != HN_E_CONFLICT) {
            *e = why;
            return e->code;
        }
        (void)fprintf(stderr, "line %u: %s\n", row.line, why.msg);
        (*wrong)++;
    }
}

static int user_import(int argc, char **argv, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct hn_csv r;
    struct hn_csv_row head;
    struct hn_sbuf out;
    const char *file = NULL;
    const char *text = NULL;
    bool dry = false;
    int wrong = 0;
    size_t n = 0;
    DB db = NULL;

    for (int i = 2; i < argc; i++) {
        if (hn_streq(argv[i], "--dry-run"))
            dry = true;
        else if (argv[i][0] != '-' && file == NULL)
            file = argv[i];
        else
            return user_usage();
    }
    if (file == NULL)
        return user_usage();
    if (!read_file(file, a, &text, &n)) {
        (void)fprintf(stderr, "hinomi user import: cannot read %s\n", file);
        return 1;
    }
    hn_sbuf_init(&out, a, FILE_MAX);
    if (hn_csv_open(&r, text, n, &hn_csv_default_limits, a, &e) != HN_OK ||
        hn_csv_head(&r, &head, &e) != HN_OK || db_open(cfg->database, &db, &e) != HN_OK)
        return cmd_fail("user import", &e);

    DB_TX tx = {0};

    if (db_begin(db, &tx, &e) != HN_OK ||
        import_rows(db, &r, &head, cfg->base_url, a, &out, &wrong, &e) != HN_OK)
        return cmd_fail("user import", &e);
    if (wrong > 0) {
        (void)fprintf(stderr, "hinomi user import: %d line(s) are wrong; nothing was registered\n",
                      wrong);
        return 1;
    }
    if (dry) {
        (void)fprintf(stderr, "hinomi user import: all lines are good; nothing was registered "
                              "(--dry-run)\n");
        return 0;
    }
    if (db_commit(&tx, &e) != HN_OK)
        return cmd_fail("user import", &e);
    (void)fputs(hn_sbuf_text(&out), stdout);
    return 0;
}

int cmd_user(int argc, char **argv, struct config *cfg)
{
    if (argc >= 2 && hn_streq(argv[1], "add"))
        return user_add(argc, argv, cfg);
    if (argc >= 2 && hn_streq(argv[1], "reset"))
        return user_reset(argc, argv, cfg);
    if (argc >= 2 && hn_streq(argv[1], "import"))
        return user_import(argc, argv, cfg);
    return user_usage();
}
