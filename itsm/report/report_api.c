/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/report/report.h"

#include "server/http/actor.h"

#include <openssl/evp.h>
#include <stdio.h>

static const char *const types[] = {"sla", "soc", "capacity", "operations", NULL};
static const char *const states[] = {
#define X(e, w, m) w,
    REPORT_STATES(X)
#undef X
        NULL};

static void write_row(struct hn_jw *w, const char *key, const struct report_row *r)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_text(w, "type", r->type);
    hn_jw_text(w, "month", r->month);
    hn_jw_i64(w, "edition", r->edition);
    hn_jw_text(w, "state", r->state);
    hn_jw_text(w, "error", r->error);
    hn_jw_text(w, "summary", r->summary);
    hn_jw_text(w, "reason", r->reason);
    hn_jw_instant(w, "as_of", r->as_of);
    hn_jw_id(w, "created_by", r->created_by);
    hn_jw_instant(w, "created_at", r->created_at);
    hn_jw_instant(w, "rendered_at", r->rendered_at);
    hn_jw_id(w, "submitted_by", r->submitted_by);
    hn_jw_instant(w, "submitted_at", r->submitted_at);
    hn_jw_id(w, "approved_by", r->approved_by);
    hn_jw_instant(w, "approved_at", r->approved_at);
    hn_jw_i64(w, "version", r->version);
    hn_jw_end_object(w);
}

static enum hn_code answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct report_row row;

    if (report_get(c->db, c->arena, id, &row, e) != HN_OK)
        return e->code;
    write_row(http_jw(c), NULL, &row);
    return http_json(c, status, e);
}

static enum hn_code api_list(struct http_ctx *c, struct hn_err *e)
{
    const struct report_row *rows = NULL;
    const char *month = http_query(c, "month");
    struct hn_month check;
    struct http_page page;
    struct hn_jw *w;
    size_t n = 0;
    size_t shown;

    if (http_page_of(c, &page, e) != HN_OK || http_query_month(c, "month", &check, e) != HN_OK ||
        report_list(c->db, c->arena, http_query(c, "type"), month, page.cursor, page.limit + 1,
                    &rows, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)page.limit);
    w = http_items_begin(c);
    for (size_t i = 0; i < shown; i++)
        write_row(w, NULL, &rows[i]);
    return http_items_end(c, n > shown ? http_cursor(c->arena, rows[shown - 1].id) : NULL, e);
}

static enum hn_code api_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

static enum hn_code api_create(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"type", "month", "reason", NULL};
    struct actor who = http_actor_of(c);
    struct hn_month month = {0, 0};
    const char *text = NULL;
    const char *reason = NULL;
    HN_JSON o = NULL;
    int type = -1;
    int64_t id = 0;

    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_word(o, "type", HN_REQ, types, &type, e);
    (void)hn_json_text(o, "month", HN_REQ, 7, 7, c->arena, &text, e);
    if (text != NULL && hn_parse_month(text, "month", &month, e) != HN_OK && e->n_fields == 0)
        return e->code;
    (void)hn_json_text(o, "reason", HN_OPT, 0, 1000, c->arena, &reason, e);
    if (hn_json_no_others(o, fields, e) != HN_OK ||
        report_create(c->db, c->arena, &who, types[type], month, reason, c->now, &id, e) != HN_OK)
        return e->code;
    return answer(c, 202, id, e);
}

static enum hn_code api_transition(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"to", "comment", "version", NULL};
    struct actor who = http_actor_of(c);
    const char *comment = NULL;
    HN_JSON o = NULL;
    int64_t version = 0;
    int64_t id;
    int to = -1;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_word(o, "to", HN_REQ, states, &to, e);
    (void)hn_json_text(o, "comment", HN_OPT, 0, 2000, c->arena, &comment, e);
    (void)hn_json_i64(o, "version", HN_OPT, 1, INT64_MAX, &version, e);
    if (hn_json_no_others(o, fields, e) != HN_OK ||
        report_transition(c->db, c->arena, &who, id, states[to], comment, version, c->now, e) !=
            HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

/* The report brings its own style sheet in one <style>: the policy names just that one by its hash.
 */
static void html_policy(struct http_ctx *c, struct hn_bytes html)
{
    const char *from = memmem(html.p, html.n, "<style>", 7);
    const char *to;
    unsigned char d[32];
    unsigned int n = 0;
    char b64[64];

    if (from == NULL)
        return;
    from += 7;
    to = memmem(from, html.n - (size_t)(from - (const char *)html.p), "</style>", 8);
    if (to == NULL)
        return;
    HN_ASSERT(EVP_Digest(from, (size_t)(to - from), d, &n, EVP_sha256(), NULL) == 1);
    (void)EVP_EncodeBlock((unsigned char *)b64, d, (int)n);
    http_set_header(
        c, "Content-Security-Policy",
        hn_arena_fmt(c->arena,
                     "default-src 'none'; style-src 'sha256-%s'; frame-ancestors 'self'; "
                     "base-uri 'none'; form-action 'none'",
                     b64));
}

static enum hn_code api_file(struct http_ctx *c, struct hn_err *e)
{
    const char *format = http_param(c, "format");
    struct report_file f;
    struct report_row row;
    int64_t id;
    int i;

    for (i = 0; i < REPORT_FORMATS && !hn_streq(report_format_words[i], format); i++)
        continue;
    if (i == REPORT_FORMATS)
        return hn_fail(e, HN_E_NOT_FOUND, "not found");
    if (http_param_id(c, "id", &id, e) != HN_OK ||
        report_get(c->db, c->arena, id, &row, e) != HN_OK ||
        report_file(c->db, c->arena, id, format, &f, e) != HN_OK)
        return e->code;
    if (i == REPORT_HTML)
        html_policy(c, f.data);
    http_etag(c, f.sha256);
    return http_bytes(c, 200, report_format_types[i], f.data,
                      i == REPORT_HTML ? NULL
                                       : hn_arena_fmt(c->arena, "%s-%s-v%d.%s", row.type, row.month,
                                                      row.edition, format),
                      e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/reports", PERM_REPORT_READ, api_list, 0, "Reports"},
    {"POST", "/api/v1/reports", PERM_REPORT_EDIT, api_create, 0, "Make a month's report"},
    {"GET", "/api/v1/reports/:id.:format", PERM_REPORT_READ, api_file, 0, "One of its files"},
    {"GET", "/api/v1/reports/:id", PERM_REPORT_READ, api_get, 0, "One edition"},
    {"POST", "/api/v1/reports/:id/transitions", PERM_REPORT_READ, api_transition, 0,
     "Review, submit, approve or send back"},
};
static const struct hn_task tasks[] = {{"report", "hn_report", 1000, report_task}};

const struct hn_module report_module = {.name = "report",
                                        .routes = routes,
                                        .n_routes = HN_ARRAY_LEN(routes),
                                        .tasks = tasks,
                                        .n_tasks = HN_ARRAY_LEN(tasks)};
