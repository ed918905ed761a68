/* SPDX-License-Identifier: Apache-2.0 */
/* report_cmd.c — `hinomi report TYPE --month M --format html,pdf,xlsx -o DIR`. */
#include "itsm/report/report_store.h"
#include "server/command.h"

#include <stdio.h>
#include <sys/stat.h>

static int usage(void)
{
    (void)fprintf(stderr, "usage: hinomi report TYPE --month YYYY-MM [--format html,pdf,xlsx] "
                          "[-o DIR]\n");
    return 2;
}

static enum hn_code write_file(const char *path, struct hn_bytes data, struct hn_err *e)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(data.p, 1, data.n, f) == data.n;

    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    return ok ? HN_OK : hn_fail(e, HN_E_IO, "cannot write %s", path);
}

/* The newest edition, made now where there is none that has its files. */
static enum hn_code ready_edition(struct db *db, struct hn_arena *a, const char *type,
                                  struct hn_month month, enum report_pdf pdf,
                                  struct report_row *out, struct hn_err *e)
{
    struct actor cli = ACTOR_CLI;
    char m[8];
    int64_t id = 0;

    if (report_store_newest(db, a, type, hn_month_text(month, m), false, out, e) == HN_OK &&
        (hn_streq(out->state, "approved") || hn_streq(out->state, "submitted") ||
         hn_streq(out->state, "in_review")))
        return HN_OK;
    if (e->code != HN_OK && e->code != HN_E_NOT_FOUND)
        return e->code;
    hn_err_clear(e);
    if (report_create(db, a, &cli, type, month, NULL, hn_now(), &id, e) != HN_OK &&
        e->code != HN_E_CONFLICT)
        return e->code;
    if (id == 0)
        id = out->id; /* hinomi work has it already: rendering here waits for its lock */
    hn_err_clear(e);
    if (report_render(db, a, id, pdf, hn_now(), e) != HN_OK ||
        report_store_get(db, a, id, false, out, e) != HN_OK)
        return e->code;
    if (hn_streq(out->state, "failed"))
        return hn_fail(e, HN_E_IO, "the report could not be made: %s", out->error);
    return HN_OK;
}

static enum hn_code write_formats(struct db *db, struct hn_arena *a, const struct report_row *r,
                                  const char *formats, const char *dir, struct hn_err *e)
{
    for (int i = 0; i < REPORT_FORMATS; i++) {
        const char *word = report_format_words[i];
        const char *at = strstr(formats, word);
        const char *path;
        struct report_file f;

        if (at == NULL)
            continue;
        path = hn_arena_fmt(a, "%s/%s-%s.%s", dir, r->type, r->month, word);
        if (i == REPORT_PDF && report_render_pdf(db, a, r->id, hn_now(), e) != HN_OK)
            return e->code;
        if (report_file(db, a, r->id, word, &f, e) != HN_OK || write_file(path, f.data, e) != HN_OK)
            return e->code;
        (void)printf("%s\n", path);
    }
    return HN_OK;
}

static bool formats_known(const char *list)
{
    size_t n = strlen(list);

    for (const char *p = list; p <= list + n;) {
        const char *end = strchrnul(p, ',');
        bool ok = false;

        for (int i = 0; i < REPORT_FORMATS; i++)
            ok |= strlen(report_format_words[i]) == (size_t)(end - p) &&
                  strncmp(report_format_words[i], p, (size_t)(end - p)) == 0;
        if (!ok)
            return false;
        p = end + 1;
    }
    return true;
}

int cmd_report(int argc, char **argv, struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    DB db = NULL;
    struct hn_err e = {0};
    struct hn_month month = {0, 0};
    struct report_row row = {0};
    struct report_places places = {cfg->templates, cfg->state, cfg->base_url};
    const char *formats = "html,pdf,xlsx";
    const char *dir = ".";

    if (argc < 4 || argc % 2 != 0)
        return usage();
    for (int i = 2; i + 1 < argc; i += 2) {
        if (hn_streq(argv[i], "--month")) {
            if (hn_parse_month(argv[i + 1], "--month", &month, &e) != HN_OK)
                return cmd_fail("report", &e);
        } else if (hn_streq(argv[i], "--format")) {
            formats = argv[i + 1];
        } else if (hn_streq(argv[i], "-o")) {
            dir = argv[i + 1];
        } else {
            return usage();
        }
    }
    if (month.year == 0 || !formats_known(formats))
        return usage();
    (void)mkdir(dir, 0755); /* there already, or the write says why not */
    report_set_places(&places);
    if (db_open(cfg->database, &db, &e) != HN_OK ||
        ready_edition(db, a, argv[1], month,
                      strstr(formats, "pdf") != NULL ? REPORT_PDF_NOW : REPORT_PDF_LATER, &row,
                      &e) != HN_OK ||
        write_formats(db, a, &row, formats, dir, &e) != HN_OK)
        return cmd_fail("report", &e);
    return 0;
}
