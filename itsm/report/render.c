/* SPDX-License-Identifier: Apache-2.0 */
/* render.c — one edition: load the figures once, write the three files from them, store all at
 * once. */
#include "itsm/report/render.h"

#include "itsm/report/report_store.h"
#include "server/http/live.h"
#include "server/tpl/tpl.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

#define HTML_MAX ((size_t)32 * 1024 * 1024)
#define CONTEXT_MAX ((size_t)64 * 1024 * 1024)
#define FILE_MAX ((size_t)256 * 1024 * 1024)

static struct report_places places; /* owner: whoever starts the process; const afterwards */
static struct tpl_loader *loader;   /* made with it; thread-safe */

void report_set_places(const struct report_places *p)
{
    places = *p;
    tpl_loader_free(loader);
    loader = tpl_loader_new(p->templates, true);
}

static void write_figures(struct hn_jw *w, const struct sla_report *r)
{
    hn_jw_array(w, NULL);
    for (size_t i = 0; i < r->n; i++)
        sla_result_write(w, NULL, &r->lines[i].r, 0);
    hn_jw_end_array(w);
}

enum hn_code render_context_text(struct db *db, struct hn_arena *a, struct hn_month month,
                                 hn_instant now, const char **out, struct hn_err *e)
{
    const struct sla_row *slas = NULL;
    struct hn_sbuf b;
    struct hn_jw w;
    size_t n = 0;

    if (sla_list(db, a, 0, 0, 2000, &slas, &n, e) != HN_OK)
        return e->code;
    hn_sbuf_init(&b, a, CONTEXT_MAX);
    hn_jw_init(&w, &b);
    hn_jw_array(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        struct sla_result r;

        if (sla_result(db, a, slas[i].id, month, now, &r, e) != HN_OK)
            return e->code;
        sla_result_write(&w, NULL, &r, 0);
    }
    hn_jw_end_array(&w);
    return hn_sbuf_done(&b, out, e);
}

static enum hn_code html_of(struct hn_arena *a, const struct sla_report *r, const char **out,
                            struct hn_err *e)
{
    struct tpl_opts opts = {.max_bytes = HTML_MAX, .max_steps = 50000000, .now = r->now};
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, HTML_MAX);
    if (tpl_render(loader, "report/sla.html", sla_report_context(a, r), &opts, &b, e) != HN_OK)
        return hn_ctx(e, "report template");
    return hn_sbuf_done(&b, out, e);
}

static enum hn_code write_file(const char *path, struct hn_bytes data, struct hn_err *e)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(data.p, 1, data.n, f) == data.n;

    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    return ok ? HN_OK : hn_fail(e, HN_E_IO, "cannot write %s", path);
}

static enum hn_code read_file(struct hn_arena *a, const char *path, struct hn_bytes *out,
                              struct hn_err *e)
{
    struct hn_sbuf b;
    char part[65536];
    FILE *f = fopen(path, "rb");
    size_t n;

    if (f == NULL)
        return hn_fail(e, HN_E_IO, "cannot read %s", path);
    hn_sbuf_init(&b, a, FILE_MAX);
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        hn_sbuf_mem(&b, part, n);
    (void)fclose(f);
    *out = (struct hn_bytes){(const uint8_t *)hn_sbuf_text(&b), b.n};
    return b.overflow ? hn_fail(e, HN_E_LIMIT, "%s is too large", path) : HN_OK;
}

static enum hn_code store_file(struct db *db, int64_t id, enum report_format f,
                               struct hn_bytes data, hn_instant now, struct hn_err *e)
{
    unsigned char d[32];
    unsigned int n = 0;

    HN_ASSERT(EVP_Digest(data.p, data.n, d, &n, EVP_sha256(), NULL) == 1);
    return report_store_put_file(db, id, report_format_words[f], data, (struct hn_bytes){d, n}, now,
                                 e);
}

/* The scratch folder of one rendering, removed whatever happens. */
struct scratch {
    char dir[400];
    char html[440];
    char pdf[440];
    char xlsx[440];
};

static enum hn_code scratch_open(struct scratch *s, struct hn_err *e)
{
    (void)snprintf(s->dir, sizeof(s->dir), "%.350s/report-XXXXXX", places.state);
    if (mkdtemp(s->dir) == NULL) {
        s->dir[0] = '\0';
        return hn_fail(e, HN_E_IO, "no scratch folder below %s", places.state);
    }
    (void)snprintf(s->html, sizeof(s->html), "%s/report.html", s->dir);
    (void)snprintf(s->pdf, sizeof(s->pdf), "%s/report.pdf", s->dir);
    (void)snprintf(s->xlsx, sizeof(s->xlsx), "%s/report.xlsx", s->dir);
    return HN_OK;
}

static void scratch_done(struct scratch *s)
{
    if (s->dir[0] == '\0')
        return;
    (void)unlink(s->html);
    (void)unlink(s->pdf);
    (void)unlink(s->xlsx);
    (void)rmdir(s->dir);
}

static enum hn_code make_pdf(struct db *db, struct hn_arena *a, int64_t id, const struct scratch *s,
                             struct hn_bytes html, hn_instant now, struct hn_err *e)
{
    struct hn_bytes pdf;

    if (write_file(s->html, html, e) != HN_OK || pdf_make(s->html, s->pdf, e) != HN_OK ||
        read_file(a, s->pdf, &pdf, e) != HN_OK)
        return e->code;
    return store_file(db, id, REPORT_PDF, pdf, now, e);
}

static enum hn_code make_files(struct db *db, struct hn_arena *a, int64_t id,
                               const struct sla_report *r, enum report_pdf pdf, struct scratch *s,
                               hn_instant now, struct hn_err *e)
{
    struct hn_bytes xlsx;
    const char *html = NULL;

    struct hn_bytes text;

    if (html_of(a, r, &html, e) != HN_OK || scratch_open(s, e) != HN_OK ||
        sla_report_xlsx(a, r, s->xlsx, e) != HN_OK || read_file(a, s->xlsx, &xlsx, e) != HN_OK)
        return e->code;
    text = (struct hn_bytes){(const uint8_t *)html, strlen(html)};
    if (store_file(db, id, REPORT_HTML, text, now, e) != HN_OK ||
        store_file(db, id, REPORT_XLSX, xlsx, now, e) != HN_OK)
        return hn_ctx(e, "store files");
    return pdf == REPORT_PDF_LATER ? HN_OK : make_pdf(db, a, id, s, text, now, e);
}

static enum hn_code render_row(struct db *db, struct hn_arena *a, const struct report_row *row,
                               enum report_pdf pdf, hn_instant now, struct hn_err *e)
{
    HN_CLEANUP(scratch_done) struct scratch s = {.dir = ""};
    struct sla_report r = {0};
    struct hn_month month;
    struct hn_sbuf b;
    struct hn_jw w;
    const char *context = NULL;

    if (loader == NULL)
        return hn_fail(e, HN_E_INTERNAL, "an internal error; it has been recorded");
    if (hn_parse_month(row->month, "month", &month, e) != HN_OK ||
        sla_report_load(db, a, month, now, &r, e) != HN_OK)
        return e->code;
    r.edition = row->edition;
    r.summary = row->summary;
    r.reason = row->reason;
    r.author = row->creator;
    r.base_url = places.base_url;
    if (sla_report_compare(db, a, &r, e) != HN_OK)
        return e->code;
    hn_sbuf_init(&b, a, CONTEXT_MAX);
    hn_jw_init(&w, &b);
    write_figures(&w, &r);
    if (hn_sbuf_done(&b, &context, e) != HN_OK ||
        make_files(db, a, row->id, &r, pdf, &s, now, e) != HN_OK)
        return e->code;
    return report_store_rendered(db, row->id, context, HN_MIN(now, hn_month_to(month)), now, e);
}

enum hn_code report_render(struct db *db, struct hn_arena *a, int64_t id, enum report_pdf pdf,
                           hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct report_row row;
    struct db_part part;
    const char *to = "draft";
    bool made;

    if (db_begin(db, &tx, e) != HN_OK || report_store_get(db, a, id, true, &row, e) != HN_OK)
        return hn_ctx(e, "render report %" PRId64, id);
    if (!hn_streq(row.state, "rendering"))
        return db_commit(&tx, e);
    if (db_part_begin(db, &part, e) != HN_OK)
        return e->code;
    made = render_row(db, a, &row, pdf, now, e) == HN_OK;
    if (e->code != HN_E_UNAVAILABLE) {
        struct hn_err undo = {0};

        if (db_part_end(&part, made, &undo) != HN_OK) {
            *e = undo;
            return e->code;
        }
    }
    if (!made) {
        struct hn_err why = *e;

        if (why.code == HN_E_UNAVAILABLE) /* the database went away: it waits for the next try */
            return hn_ctx(e, "render report %" PRId64, id);
        hn_err_clear(e);
        if (report_store_failed(db, id, why.msg, e) != HN_OK)
            return hn_ctx(e, "render report %" PRId64 ": %.200s", id, why.detail);
        to = "failed";
    }
    if (report_store_step(db, id, "rendering", to, 0, NULL, now, e) != HN_OK ||
        live_notify(db, "report", row.month, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

enum hn_code report_render_pdf(struct db *db, struct hn_arena *a, int64_t id, hn_instant now,
                               struct hn_err *e)
{
    HN_CLEANUP(scratch_done) struct scratch s = {.dir = ""};
    DB_TX tx = {0};
    struct report_row row;
    struct report_file html;
    struct report_file pdf;

    if (db_begin(db, &tx, e) != HN_OK || report_store_get(db, a, id, true, &row, e) != HN_OK)
        return hn_ctx(e, "PDF of report %" PRId64, id);
    if (report_store_file(db, a, id, report_format_words[REPORT_PDF], &pdf, e) == HN_OK)
        return db_commit(&tx, e);
    if (e->code != HN_E_NOT_FOUND)
        return e->code;
    hn_err_clear(e);
    if (report_store_file(db, a, id, report_format_words[REPORT_HTML], &html, e) != HN_OK ||
        scratch_open(&s, e) != HN_OK || make_pdf(db, a, id, &s, html.data, now, e) != HN_OK ||
        live_notify(db, "report", row.month, e) != HN_OK)
        return hn_ctx(e, "PDF of report %" PRId64, id);
    return db_commit(&tx, e);
}
