/* SPDX-License-Identifier: Apache-2.0 */
/* report_page.c — monthly reports: the list, and the review of one edition beside its text. */
#include "itsm/report/report_page.h"

#include "itsm/sla/sla_view.h"
#include "server/http/actor.h"
#include "server/http/list_view.h"

#define BLOCKS 14

static const char *const new_names[] = {"month", "reason", NULL};
static const char *const show_names[] = {"comment", "summary", "block", "text", "reason", NULL};
static const char *const states[] = {
#define X(e, w, m) w,
    REPORT_STATES(X)
#undef X
        NULL};

static const char *kind_of(const char *state)
{
    static const struct {
        const char *state, *kind;
    } kinds[] = {{"rendering", "waiting"}, {"draft", ""},        {"in_review", "open"},
                 {"submitted", "open"},    {"approved", "done"}, {"sent_back", "waiting"},
                 {"failed", "bad"}};

    for (size_t i = 0; i < HN_ARRAY_LEN(kinds); i++)
        if (hn_streq(kinds[i].state, state))
            return kinds[i].kind;
    return "";
}

static void put_row(struct http_ctx *c, struct tpl_val *m, const struct report_row *r)
{
    struct hn_month month = {0, 0};
    struct hn_err e = {0};

    tpl_set_i64(m, "id", r->id);
    tpl_set_str(m, "month", r->month);
    if (hn_parse_month(r->month, "month", &month, &e) == HN_OK)
        tpl_set_instant(m, "month_from", hn_month_from(month));
    else
        tpl_set_instant(m, "month_from", HN_UNSET);
    tpl_set_i64(m, "edition", r->edition);
    tpl_set_str(m, "state", r->state);
    tpl_set_str(m, "state_label", report_state_label(r->state));
    tpl_set_str(m, "state_kind", kind_of(r->state));
    tpl_set_str(m, "error", r->error);
    tpl_set_str(m, "summary", r->summary);
    tpl_set_str(m, "reason", r->reason);
    tpl_set_instant(m, "as_of", r->as_of);
    tpl_set_str(m, "creator", r->creator);
    tpl_set_instant(m, "created_at", r->created_at);
    tpl_set_instant(m, "rendered_at", r->rendered_at);
    tpl_set_str(m, "submitter", r->submitter);
    tpl_set_instant(m, "submitted_at", r->submitted_at);
    tpl_set_str(m, "approver", r->approver);
    tpl_set_instant(m, "approved_at", r->approved_at);
    tpl_set_i64(m, "version", r->version);
    tpl_set_bool(m, "own",
                 r->created_by == c->actor.account_id || r->submitted_by == c->actor.account_id);
}

static const char *month_before(struct http_ctx *c)
{
    char text[8];

    return hn_arena_strdup(c->arena, hn_month_text(hn_month_add(hn_month_of(c->now), -1), text));
}

static enum hn_code list_page(struct http_ctx *c, const struct hn_err *why, struct hn_err *e)
{
    const char *asked = http_query(c, "month");
    const struct report_row *rows = NULL;
    struct hn_month month = {0, 0};
    struct tpl_val *view = http_view(c);
    struct tpl_val *list;
    struct http_page p;
    size_t n = 0;
    size_t shown;

    if (http_page_of(c, &p, e) != HN_OK || http_query_month(c, "month", &month, e) != HN_OK)
        return e->code;
    if (report_list(c->db, c->arena, NULL, month.month == 0 ? NULL : asked, p.cursor, p.limit + 1,
                    &rows, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)p.limit);
    list = tpl_set_list(view, "rows");
    for (size_t i = 0; i < shown; i++)
        put_row(c, tpl_push_map(list), &rows[i]);
    const struct http_filter filters[] = {{.name = "month", .label = hn_tr("Target month")}};

    list = http_view_list(c, view, filters, 1, n > shown ? rows[shown - 1].id : 0);
    tpl_set_i64(list, "shown", (int64_t)shown);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_REPORT_EDIT));
    tpl_set_str(view, "last_month", month_before(c));
    tpl_set_str(view, "asked", month.month == 0 ? "" : asked);
    tpl_set_str(view, "live", "report");
    tpl_set_str(view, "title", hn_tr("Monthly reports"));
    http_view_form(c, view, new_names);
    if (why == NULL)
        http_view_clean(c, view);
    else
        http_view_error(view, c->arena, why);
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/report/list.html", view, e);
}

enum hn_code report_page_list(struct http_ctx *c, struct hn_err *e)
{
    return list_page(c, NULL, e);
}

static bool is_users(enum hn_code r)
{
    return r == HN_E_INVALID || r == HN_E_FORBIDDEN || r == HN_E_CONFLICT;
}

enum hn_code report_page_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct hn_month month = {0, 0};
    const char *text = NULL;
    const char *reason = NULL;
    struct hn_err why = {0};
    int64_t id = 0;

    http_form_words(c, "month", HN_REQ, 7, &text, &why);
    http_form_words(c, "reason", HN_OPT, 1000, &reason, &why);
    if (text == NULL || hn_parse_month(text, "month", &month, &why) != HN_OK || why.code != HN_OK ||
        report_create(c->db, c->arena, &who, "sla", month, reason, c->now, &id, &why) != HN_OK) {
        if (is_users(why.code))
            return list_page(c, &why, e);
        *e = why;
        return e->code;
    }
    http_flash(c, hn_tr("The report is being made. This page refreshes when it is ready."));
    return http_redirect(c, hn_arena_fmt(c->arena, "/reports/%" PRId64, id), e);
}

static enum hn_code put_history(struct http_ctx *c, struct tpl_val *view, int64_t id,
                                struct hn_err *e)
{
    const struct report_step *steps = NULL;
    const struct report_remark *remarks = NULL;
    struct tpl_val *list = tpl_set_list(view, "steps");
    int64_t open = 0;
    size_t n = 0;

    if (report_steps(c->db, c->arena, id, &steps, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_str(m, "to", report_state_label(steps[i].to_state));
        tpl_set_str(m, "by", steps[i].by_name);
        tpl_set_instant(m, "at", steps[i].at);
        tpl_set_str(m, "comment", steps[i].comment);
    }
    list = tpl_set_list(view, "remarks");
    if (report_remarks(c->db, c->arena, id, &remarks, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        open += remarks[i].settled_at == HN_UNSET;
        tpl_set_i64(m, "id", remarks[i].id);
        tpl_set_str(m, "block", remarks[i].block);
        tpl_set_str(m, "figure", remarks[i].figure);
        tpl_set_str(m, "text", remarks[i].text);
        tpl_set_str(m, "by", remarks[i].by_name);
        tpl_set_instant(m, "at", remarks[i].at);
        tpl_set_instant(m, "settled_at", remarks[i].settled_at);
        tpl_set_str(m, "settled_by", remarks[i].settled_by);
    }
    tpl_set_i64(view, "open_remarks", open);
    return HN_OK;
}

static enum hn_code put_files(struct http_ctx *c, struct tpl_val *view, const struct report_row *r,
                              struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "files");

    if (hn_streq(r->state, "rendering") || hn_streq(r->state, "failed"))
        return HN_OK;
    for (int i = 0; i < REPORT_FORMATS; i++) {
        struct report_file f = {.format = report_format_words[i]};
        enum hn_code rc = report_file(c->db, c->arena, r->id, f.format, &f, e);
        struct tpl_val *m;

        if (rc != HN_OK && rc != HN_E_CONFLICT)
            return rc;
        m = tpl_push_map(list);
        tpl_set_bool(m, "there", rc == HN_OK);
        tpl_set_str(m, "note", rc == HN_OK ? NULL : hn_arena_strdup(c->arena, e->msg));
        hn_err_clear(e);
        tpl_set_str(m, "format", f.format);
        tpl_set_str(m, "sha256", f.sha256);
        tpl_set_i64(m, "size", f.size);
    }
    return HN_OK;
}

/* What stands in the way of approving: told before somebody presses the button. */
static enum hn_code put_obstacles(struct http_ctx *c, struct tpl_val *view,
                                  const struct report_row *r, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "obstacles");
    struct hn_month month;
    struct hn_err why = {0};

    if (hn_streq(r->state, "approved") || hn_streq(r->state, "failed"))
        return HN_OK;
    if (hn_parse_month(r->month, "month", &month, e) != HN_OK)
        return e->code;
    if (sla_may_close(c->db, c->arena, month, c->now, &why) == HN_OK)
        return HN_OK;
    if (why.code != HN_E_INVALID) {
        *e = why;
        return e->code;
    }
    for (size_t i = 0; i < why.n_fields; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_str(m, "text", hn_arena_strdup(c->arena, why.field[i].message));
        tpl_set_str(m, "field", hn_arena_strdup(c->arena, why.field[i].field));
    }
    return HN_OK;
}

static enum hn_code put_editions(struct http_ctx *c, struct tpl_val *view,
                                 const struct report_row *r, struct hn_err *e)
{
    const struct report_row *rows = NULL;
    struct tpl_val *list = tpl_set_list(view, "editions");
    size_t n = 0;

    if (report_list(c->db, c->arena, r->type, r->month, 0, 50, &rows, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        put_row(c, tpl_push_map(list), &rows[i]);
    return HN_OK;
}

static void put_form(struct http_ctx *c, struct tpl_val *view, const struct report_row *r,
                     const struct hn_err *why)
{
    struct tpl_val *blocks = tpl_set_list(view, "blocks");
    struct tpl_val *f;

    for (int i = 1; i <= BLOCKS; i++) {
        const char *id = hn_arena_fmt(c->arena, "RSL-%02d", i);

        http_view_choice(blocks, id, id);
    }
    if (why != NULL) {
        http_view_form(c, view, show_names);
        http_view_error(view, c->arena, why);
        return;
    }
    f = tpl_set_map(view, "form");
    for (int i = 0; show_names[i] != NULL; i++)
        tpl_set_str(f, show_names[i], "");
    tpl_set_str(f, "summary", r->summary == NULL ? "" : r->summary);
    http_view_clean(c, view);
}

static enum hn_code show(struct http_ctx *c, int64_t id, const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;
    struct hn_month month;
    struct report_row r;

    if (report_get(c->db, c->arena, id, &r, e) != HN_OK || put_history(c, view, id, e) != HN_OK ||
        put_files(c, view, &r, e) != HN_OK || put_obstacles(c, view, &r, e) != HN_OK ||
        put_editions(c, view, &r, e) != HN_OK ||
        hn_parse_month(r.month, "month", &month, e) != HN_OK)
        return e->code;
    put_row(c, tpl_set_map(view, "r"), &r);
    put_form(c, view, &r, why);
    http_view_crumb(view, &crumbs, hn_tr("Monthly reports"), "/reports");
    tpl_set_str(view, "title",
                hn_arena_fmt(c->arena, hn_tr("SLA report %d-%02d, edition %d"), month.year,
                             month.month, r.edition));
    tpl_set_bool(view, "may_edit", http_may(c, PERM_REPORT_EDIT));
    tpl_set_bool(view, "may_approve", http_may(c, PERM_APPROVE_WARD));
    tpl_set_str(view, "live", "report");
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/report/show.html", view, e);
}

enum hn_code report_page_show(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return show(c, id, NULL, e);
}

static enum hn_code after(struct http_ctx *c, int64_t id, enum hn_code r, const struct hn_err *why,
                          const char *flash, struct hn_err *e)
{
    if (r == HN_OK) {
        http_flash(c, flash);
        return http_redirect(c, hn_arena_fmt(c->arena, "/reports/%" PRId64, id), e);
    }
    if (is_users(r))
        return show(c, id, why, e);
    *e = *why;
    return r;
}

enum hn_code report_page_step(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *to = NULL;
    const char *comment = NULL;
    struct hn_err why = {0};
    int64_t version = 0;
    int64_t id;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    http_form_word(c, "to", HN_REQ, states, &to, &why);
    http_form_words(c, "comment", HN_OPT, 2000, &comment, &why);
    http_form_i64(c, "version", HN_OPT, 1, INT64_MAX, &version, &why);
    r = why.code != HN_OK
            ? why.code
            : report_transition(c->db, c->arena, &who, id, to, comment, version, c->now, &why);
    return after(
        c, id, r, &why,
        r == HN_OK ? hn_arena_fmt(c->arena, hn_tr("The report is now: %s"), report_state_label(to))
                   : "",
        e);
}

/* The draft again, or the next edition: the row's own month. */
static enum hn_code again(struct http_ctx *c, int64_t id, const char *reason, int64_t *next,
                          struct hn_err *why)
{
    struct actor who = http_actor_of(c);
    struct hn_month month;
    struct report_row row;

    if (report_get(c->db, c->arena, id, &row, why) != HN_OK ||
        hn_parse_month(row.month, "month", &month, why) != HN_OK)
        return why->code;
    if (reason == NULL && (hn_streq(row.state, "approved") || hn_streq(row.state, "sent_back")))
        return hn_fail_field(why, "reason", "say why");
    return report_create(c->db, c->arena, &who, row.type, month,
                         reason != NULL ? reason : row.reason, c->now, next, why);
}

enum hn_code report_page_again(struct http_ctx *c, struct hn_err *e)
{
    const char *reason = NULL;
    struct hn_err why = {0};
    int64_t next = 0;
    int64_t id;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    http_form_words(c, "reason", HN_OPT, 1000, &reason, &why);
    r = why.code != HN_OK ? why.code : again(c, id, reason, &next, &why);
    return after(c, r == HN_OK ? next : id, r, &why,
                 hn_tr("The report is being made. This page refreshes when it is ready."), e);
}

/* The author's analysis; the act has the files made again so that they hold it. */
enum hn_code report_page_summary(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *text = NULL;
    struct hn_err why = {0};
    int64_t version = 0;
    int64_t id;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    http_form_words(c, "summary", HN_REQ, 8000, &text, &why);
    http_form_i64(c, "version", HN_OPT, 1, INT64_MAX, &version, &why);
    r = why.code != HN_OK
            ? why.code
            : report_set_summary(c->db, c->arena, &who, id, text, version, c->now, &why);
    return after(c, id, r, &why, hn_tr("The analysis was saved; the files are being made again."),
                 e);
}

enum hn_code report_page_remark(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *block = NULL;
    const char *text = NULL;
    struct hn_err why = {0};
    int64_t id;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    http_form_words(c, "block", HN_REQ, 20, &block, &why);
    http_form_words(c, "text", HN_REQ, 2000, &text, &why);
    r = why.code != HN_OK
            ? why.code
            : report_add_remark(c->db, c->arena, &who, id, block, NULL, text, c->now, &why);
    return after(c, id, r, &why, hn_tr("The remark was added."), e);
}

enum hn_code report_page_settle(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct hn_err why = {0};
    int64_t remark;
    int64_t id;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_param_id(c, "remark", &remark, e) != HN_OK)
        return e->code;
    r = report_settle_remark(c->db, c->arena, &who, id, remark, c->now, &why);
    return after(c, id, r, &why, hn_tr("The remark was settled."), e);
}

static const struct http_route routes[] = {
    {"GET", "/reports", PERM_REPORT_READ, report_page_list, 0, "Monthly reports"},
    {"POST", "/reports", PERM_REPORT_EDIT, report_page_create, 0, "Make a month's report"},
    {"GET", "/reports/:id", PERM_REPORT_READ, report_page_show, 0, "Review of one edition"},
    {"POST", "/reports/:id/step", PERM_REPORT_EDIT, report_page_step, 0,
     "Review, submit, approve or send back"},
    {"POST", "/reports/:id/again", PERM_REPORT_EDIT, report_page_again, 0, "Make it again"},
    {"POST", "/reports/:id/summary", PERM_REPORT_EDIT, report_page_summary, 0, "The analysis"},
    {"POST", "/reports/:id/remarks", PERM_REPORT_EDIT, report_page_remark, 0, "Add a remark"},
    {"POST", "/reports/:id/remarks/:remark", PERM_REPORT_EDIT, report_page_settle, 0,
     "Settle a remark"},
};
static const struct hn_nav nav[] = {
    {HN_N("Reports"), HN_N("Monthly reports"), "/reports", PERM_REPORT_READ, 70},
};

const struct hn_module report_pages_module = {.name = "report_pages",
                                              .routes = routes,
                                              .n_routes = HN_ARRAY_LEN(routes),
                                              .nav = nav,
                                              .n_nav = HN_ARRAY_LEN(nav)};
