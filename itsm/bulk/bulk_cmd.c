/* SPDX-License-Identifier: Apache-2.0 */
/* hinomi import KIND FILE, hinomi export KIND --format … */
#include "itsm/bulk/bulk.h"
#include "server/base/i18n.h"
#include "server/command.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#define FILE_MAX ((size_t)32 * 1024 * 1024)

static void say(void *ctx, const char *line)
{
    (void)ctx;
    (void)fprintf(stderr, "%s\n", line);
}

/* ---- import ---- */

static int import_usage(void)
{
    (void)fprintf(stderr, "usage: hinomi import KIND FILE.csv [--dry-run]\n"
                          "       hinomi import KIND --columns   the first row of such a file\n"
                          "kinds:");
    for (size_t i = 0; i < bulk_n_kinds; i++)
        (void)fprintf(stderr, " %s", bulk_kinds[i].word);
    (void)fprintf(stderr, "\n");
    return 2;
}

static int print_columns(const struct bulk_kind *k)
{
    for (size_t i = 0; i < k->n; i++)
        (void)printf("%s%s", i > 0 ? "," : "", k->column[i].name);
    (void)printf("\n");
    return 0;
}

static enum hn_code read_file(const char *path, struct hn_arena *a, const char **out, size_t *n,
                              struct hn_err *e)
{
    FILE *f = fopen(path, "rbe");
    struct hn_sbuf b;
    char part[16384];
    size_t got;
    bool bad;

    if (f == NULL)
        return hn_fail(e, HN_E_IO, "cannot read %s: %s", path, strerror(errno));
    hn_sbuf_init(&b, a, FILE_MAX);
    while ((got = fread(part, 1, sizeof(part), f)) > 0)
        hn_sbuf_mem(&b, part, got);
    bad = ferror(f) != 0;
    (void)fclose(f); /* it was only read */
    if (bad)
        return hn_fail(e, HN_E_IO, "cannot read %s: %s", path, strerror(errno));
    *n = b.n;
    return hn_sbuf_done(&b, out, e);
}

static int run_import(struct bulk_job *job, const char *text, size_t n, bool dry)
{
    struct bulk_counts c;
    struct hn_err e = {0};
    DB_TX tx = {0};

    if (db_begin(job->db, &tx, &e) != HN_OK || bulk_import(job, text, n, &c, &e) != HN_OK)
        return cmd_fail("import", &e) == 0 ? 0 : 1;
    if (c.wrong > 0) {
        (void)fprintf(stderr, hn_tr("hinomi import: %zu row(s) are wrong; nothing was changed\n"),
                      c.wrong);
        return 1;
    }
    (void)fprintf(stderr, hn_tr("hinomi import: %zu new, %zu changed, %zu as they were\n"), c.made,
                  c.changed, c.same);
    if (dry) {
        (void)fprintf(stderr, "%s\n", hn_tr("hinomi import: nothing was changed (--dry-run)"));
        return 0;
    }
    if (db_commit(&tx, &e) != HN_OK)
        return cmd_fail("import", &e);
    (void)fputs(hn_sbuf_text(job->shown), stdout);
    return 0;
}

int cmd_import(int argc, char **argv, struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    HTTP_LOCAL local = NULL;
    DB db = NULL;
    const struct bulk_kind *k = argc < 2 ? NULL : bulk_kind(argv[1]);
    const char *file = NULL, *text = NULL;
    struct hn_err e = {0};
    struct hn_sbuf shown;
    bool dry = false, columns = false;
    size_t n = 0;

    for (int i = 2; i < argc; i++) {
        if (hn_streq(argv[i], "--dry-run"))
            dry = true;
        else if (hn_streq(argv[i], "--columns"))
            columns = true;
        else if (argv[i][0] != '-' && file == NULL)
            file = argv[i];
        else
            return import_usage();
    }
    if (k == NULL || columns == (file != NULL))
        return import_usage();
    if (columns)
        return print_columns(k);
    hn_sbuf_init(&shown, a, FILE_MAX);
    if (read_file(file, a, &text, &n, &e) != HN_OK || db_open(cfg->database, &db, &e) != HN_OK)
        return cmd_fail("import", &e);
    local = http_local_new(&e);
    if (local == NULL)
        return cmd_fail("import", &e);
    struct bulk_job job = {.db = db,
                           .local = local,
                           .kind = k,
                           .file = file,
                           .base_url = cfg->base_url,
                           .say = say,
                           .shown = &shown};

    return run_import(&job, text, n, dry);
}

/* ---- export ---- */

static int export_usage(void)
{
    (void)fprintf(
        stderr,
        "usage: hinomi export KIND --format csv|xlsx|json[,…] [-o FILE or DIR] [NAME=VALUE …]\n"
        "       NAME=VALUE: the list's filters, as in the API (state=critical, from=…)\n");
    return 2;
}

static bool plain_word(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isalpha((unsigned char)s[i]) && s[i] != '_')
            return false;
    return n > 0 && n <= 40;
}

static void add_query(struct hn_sbuf *b, const char *text)
{
    hn_sbuf_chr(b, strchr(hn_sbuf_text(b), '?') == NULL ? '?' : '&');
    for (const char *s = text; *s != '\0'; s++) {
        bool first = strchr(text, '=') == s;

        if (first || isalnum((unsigned char)*s) || strchr("-._~", *s) != NULL)
            hn_sbuf_chr(b, *s);
        else
            hn_sbuf_fmt(b, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

static bool write_out(const char *path, struct hn_bytes body)
{
    FILE *f = path == NULL ? stdout : fopen(path, "wbe");
    bool good;

    if (f == NULL)
        return false;
    good = fwrite(body.p, 1, body.n, f) == body.n;
    if (path != NULL)
        good &= fclose(f) == 0;
    return good;
}

/* to: a file or NULL for standard output. */
static int one_export(struct http_local *local, struct db *db, const char *kind, const char *query,
                      const char *format, const char *to)
{
    HN_ARENA a = hn_arena_new();
    struct http_local_answer r;

    http_local_ask(local, db, "GET",
                   hn_arena_fmt(a, "/api/v1/exports/%s.%s%s", kind, format, query), NULL, a, &r);
    if (r.status != 200) {
        const char *why =
            r.status == 404 ? hn_tr("there is no such ledger or format") : (const char *)r.body.p;

        (void)fprintf(stderr, "hinomi export: %s: %s\n", kind, why);
        return 1;
    }
    if (write_out(to, r.body))
        return 0;
    (void)fprintf(stderr, "hinomi export: cannot write %s: %s\n", to == NULL ? "-" : to,
                  strerror(errno));
    return 1;
}

int cmd_export(int argc, char **argv, struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    HTTP_LOCAL local = NULL;
    DB db = NULL;
    const char *formats = NULL, *to = NULL;
    struct hn_err e = {0};
    struct hn_sbuf query;
    int status = 0;
    bool several;

    hn_sbuf_init(&query, a, 8000);
    for (int i = 2; i < argc; i++) {
        if (hn_streq(argv[i], "--format") && i + 1 < argc)
            formats = argv[++i];
        else if (hn_streq(argv[i], "-o") && i + 1 < argc)
            to = argv[++i];
        else if (argv[i][0] != '-' && strchr(argv[i], '=') != NULL)
            add_query(&query, argv[i]);
        else
            return export_usage();
    }
    if (argc < 2 || formats == NULL || !plain_word(argv[1], strlen(argv[1])))
        return export_usage();
    several = strchr(formats, ',') != NULL;
    if (several && to == NULL) {
        (void)fprintf(stderr, "hinomi export: several formats need -o DIR\n");
        return 2;
    }
    local = http_local_new(&e);
    if (local == NULL || db_open(cfg->database, &db, &e) != HN_OK)
        return cmd_fail("export", &e);
    for (const char *f = formats; *f != '\0' && status == 0;) {
        size_t n = strcspn(f, ",");
        const char *word = hn_arena_strndup(a, f, n);

        if (!plain_word(f, n))
            return export_usage();
        status = one_export(local, db, argv[1], hn_sbuf_text(&query), word,
                            several ? hn_arena_fmt(a, "%s/%s.%s", to, argv[1], word) : to);
        f += n;
        f += *f == ',';
    }
    return status;
}
