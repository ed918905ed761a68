/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first page. One page, four arrangements: who watches sees what is broken first, the desk its
 * queue and clocks, the city and those who answer for the contract this month's figures and what
 * waits for them, everybody else whether something is down. What a role may not read is not
 * fetched.
 */
#include "itsm/event/event_view.h"
#include "itsm/home/home.h"
#include "itsm/report/report.h"
#include "itsm/sla/sla_view.h"
#include "itsm/sla/standing.h"
#include "itsm/ticket/ticket.h"
#include "itsm/ticket/workflow.h"
#include "itsm/watch/overview.h"
#include "itsm/watch/windows.h"
#include "server/base/i18n.h"
#include "server/http/row_view.h"

#define QUEUE_SHOWN 10
#define SLAS_SHOWN 10
#define SITES_SHOWN 12
#define CHANGES_SHOWN 8
#define ENDED_SHOWN 5
#define REPORTS_SHOWN 30

enum layout { LAYOUT_DESK, LAYOUT_NOC, LAYOUT_REVIEW, LAYOUT_STAFF };
static const char *const layout_words[] = {"desk", "noc", "review", "staff"};

static enum layout layout_of(enum role r)
{
    switch (r) {
    case ROLE_HELPDESK: return LAYOUT_DESK;
    case ROLE_NOC:
    case ROLE_MAINTAINER:
    case ROLE_SOC:
    case ROLE_ADMIN: return LAYOUT_NOC;
    case ROLE_SERVICE_MANAGER:
    case ROLE_GOVERNANCE:
    case ROLE_WARD_IT:
    case ROLE_CSIRT:
    case ROLE_AUDITOR: return LAYOUT_REVIEW;
    case ROLE_STAFF:
    case ROLE_SECTION_OWNER:
    case ROLE_VENDOR:
    case ROLE_CALL_OPERATOR:
    case ROLE_CALL_SUPERVISOR:
    case ROLE_NONE:
    case ROLE_COUNT: break;
    }
    return LAYOUT_STAFF;
}

/* ---- tickets ---- */

static enum hn_code add_queue(struct http_ctx *c, struct tpl_val *view, const char *key,
                              const struct ticket_filter *f, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, key);
    struct ticket_workflow *wf = NULL;
    struct ticket *t = NULL;
    size_t n = 0;
    size_t n_wf = 0;
    int64_t next = 0;

    if (ticket_list(c->db, c->arena, f, c->now, &t, &n, &next, e) != HN_OK ||
        ticket_workflow_all(c->db, c->arena, &wf, &n_wf, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);
        const char *label = t[i].state;

        for (size_t k = 0; k < n_wf; k++)
            if (hn_streq(wf[k].kind, t[i].kind))
                label = ticket_workflow_label(&wf[k], t[i].state);
        tpl_set_i64(m, "id", t[i].id);
        tpl_set_str(m, "number", t[i].number);
        tpl_set_str(m, "title", t[i].title);
        tpl_set_str(m, "priority", t[i].priority);
        tpl_set_str(m, "state_label", label);
        tpl_set_str(m, "assignee", t[i].assignee_name);
        tpl_set_str(m, "site", t[i].site_name);
        tpl_set_instant(m, "created_at", t[i].created_at);
        tpl_set_instant(m, "due_at", t[i].resolution_due_at);
        tpl_set_bool(m, "overdue",
                     t[i].resolution_due_at != HN_UNSET && t[i].resolution_due_at <= c->now);
        tpl_set_bool(m, "restored", t[i].restored_at != HN_UNSET);
    }
    return HN_OK;
}

static enum hn_code add_tickets(struct http_ctx *c, struct tpl_val *view, enum layout l,
                                struct hn_err *e)
{
    struct ticket_counts n;
    struct ticket_filter mine = TICKET_FILTER_ANY;
    struct ticket_filter rest = TICKET_FILTER_ANY;
    struct tpl_val *m;

    mine.open = rest.open = 1;
    mine.limit = rest.limit = QUEUE_SHOWN;
    mine.assignee_id = c->actor.account_id;
    mine.sort = "due";
    if (l == LAYOUT_DESK) {
        rest.assignee_id = -1;
    } else {
        rest.kind = "incident";
        rest.sort = "priority";
    }
    if (ticket_count_open(c->db, l == LAYOUT_DESK ? NULL : "incident", c->actor.account_id, c->now,
                          &n, e) != HN_OK ||
        add_queue(c, view, "mine", &mine, e) != HN_OK ||
        add_queue(c, view, "queue_rows", &rest, e) != HN_OK)
        return e->code;
    m = tpl_set_map(view, "tickets");
    tpl_set_i64(m, "open", n.open);
    tpl_set_i64(m, "mine", n.mine);
    tpl_set_i64(m, "unassigned", n.unassigned);
    tpl_set_i64(m, "overdue", n.overdue);
    tpl_set_i64(m, "urgent", n.urgent);
    return HN_OK;
}

/* ---- what is watched ---- */

static enum hn_code add_watch(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct overview_totals t;
    const struct overview_site *s = NULL;
    struct tpl_val *m = tpl_set_map(view, "watch");
    struct tpl_val *sites = tpl_set_list(view, "sites");
    size_t n = 0;
    int64_t n_bad = 0;
    int64_t open = 0;

    if (overview_totals(c->db, c->arena, &t, e) != HN_OK ||
        overview_sites(c->db, c->arena, 0, c->now, &s, &n, e) != HN_OK ||
        event_view_open(c->db, &open, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        if (hn_streq(s[i].state, "ok") || hn_streq(s[i].state, "pending") ||
            hn_streq(s[i].state, "none"))
            continue;
        if (n_bad++ < SITES_SHOWN)
            row_view(tpl_push_map(sites), c->arena, overview_site_cols, overview_site_n, &s[i]);
    }
    tpl_set_i64(m, "sites", t.sites);
    tpl_set_i64(m, "sites_bad", n_bad);
    tpl_set_i64(m, "hosts", t.hosts);
    tpl_set_i64(m, "critical", t.critical);
    tpl_set_i64(m, "unreachable", t.unreachable);
    tpl_set_i64(m, "warning", t.warning);
    tpl_set_i64(m, "unknown", t.unknown);
    tpl_set_i64(m, "ok", t.ok);
    tpl_set_i64(m, "unacknowledged", open);
    tpl_set_instant(view, "data_at", t.data_at);
    return HN_OK;
}

static enum hn_code add_windows(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "windows");
    const struct window *w = NULL;
    size_t n = 0;

    if (windows_near(c->db, c->arena, c->now, c->now + 7 * HN_DAY, &w, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n && i < 6; i++) {
        struct tpl_val *m = tpl_push_map(list);
        struct tpl_val *scope;

        tpl_set_i64(m, "id", w[i].id);
        tpl_set_str(m, "title", w[i].title);
        tpl_set_instant(m, "from", w[i].from);
        tpl_set_instant(m, "to", w[i].to);
        tpl_set_bool(m, "now", w[i].from <= c->now);
        scope = tpl_set_list(m, "scope");
        for (size_t k = 0; k < w[i].n; k++)
            tpl_push_str(scope, w[i].target[k].name);
    }
    return HN_OK;
}

/* ---- this month against the agreements ---- */

static void add_sla(struct http_ctx *c, struct tpl_val *list, const struct standing_row *r)
{
    struct tpl_val *m = tpl_push_map(list);
    char text[SLA_TEXT_MAX];

    tpl_set_i64(m, "id", r->sla_id);
    tpl_set_str(m, "service", r->service_name);
    tpl_set_str(m, "metric", sla_metric_label(r->metric));
    tpl_set_str(
        m, "target",
        hn_arena_strdup(c->arena, sla_target_text((struct sla_target){r->target_e6}, text)));
    tpl_set_str(m, "value",
                hn_arena_strdup(c->arena, sla_percent((struct sla_ratio){r->num, r->den}, text)));
    tpl_set_str(m, "met", r->met);
    tpl_set_bool(m, "has_cap", r->year_cap_s >= 0);
    tpl_set_i64(m, "left_s", r->year_left_s);
    tpl_set_i64(m, "used",
                r->year_cap_s > 0
                    ? HN_MIN(100, HN_MAX(0, 100 * (r->year_cap_s - r->year_left_s) / r->year_cap_s))
                    : 0);
}

static enum hn_code add_slas(struct http_ctx *c, struct tpl_val *view, enum layout l,
                             struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "slas");
    struct tpl_val *m = tpl_set_map(view, "sla");
    struct standing st;
    char text[8];

    if (standing_get(c->db, c->arena, c->now, &st, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < st.n && i < (l == LAYOUT_REVIEW ? SLAS_SHOWN : 3); i++)
        add_sla(c, list, &st.v[i]);
    tpl_set_i64(m, "all", (int64_t)st.n);
    tpl_set_i64(m, "missed", (int64_t)st.missed);
    tpl_set_i64(m, "undecided", (int64_t)st.undecided);
    tpl_set_i64(m, "met", (int64_t)(st.n - st.missed - st.undecided));
    tpl_set_instant(m, "as_of", st.as_of);
    tpl_set_str(m, "month", hn_arena_strdup(c->arena, hn_month_text(hn_month_of(c->now), text)));
    return HN_OK;
}

/* ---- what was: a quiet day has something to read too ---- */

static enum hn_code add_changes(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct event_view_filter f = {.from = c->now - 7 * HN_DAY,
                                  .to = HN_UNSET,
                                  .suppressed = "no",
                                  .changes_only = true,
                                  .limit = CHANGES_SHOWN};
    const struct event_view *x = NULL;
    size_t n = 0;

    if (event_view_list(c->db, c->arena, &f, &x, &n, e) != HN_OK)
        return e->code;
    rows_view(view, "changes", c->arena, event_view_cols, event_view_n, x, sizeof(*x), n);
    return HN_OK;
}

static enum hn_code add_ended(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "ended");
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct ticket *t = NULL;
    size_t n = 0;
    int64_t next = 0;

    f.open = 0;
    f.kind = "incident";
    f.sort = "-updated_at";
    f.limit = ENDED_SHOWN;
    if (ticket_list(c->db, c->arena, &f, c->now, &t, &n, &next, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", t[i].id);
        tpl_set_str(m, "number", t[i].number);
        tpl_set_str(m, "title", t[i].title);
        tpl_set_instant(m, "at", t[i].closed_at != HN_UNSET ? t[i].closed_at : t[i].resolved_at);
    }
    return HN_OK;
}

/* ---- what waits for a decision ---- */

static void add_wait(struct tpl_val *list, const char *kind, const char *title, const char *href,
                     const char *who, hn_instant at)
{
    struct tpl_val *m = tpl_push_map(list);

    tpl_set_str(m, "kind", kind);
    tpl_set_str(m, "title", title);
    tpl_set_str(m, "href", href);
    tpl_set_str(m, "who", who);
    tpl_set_instant(m, "at", at);
}

static enum hn_code add_reports(struct http_ctx *c, struct tpl_val *list, size_t *waiting,
                                struct hn_err *e)
{
    const struct report_row *r = NULL;
    size_t n = 0;

    if (report_list(c->db, c->arena, NULL, NULL, 0, REPORTS_SHOWN, &r, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        if (!hn_streq(r[i].state, "submitted"))
            continue;
        add_wait(list, hn_tr("Report"),
                 hn_arena_fmt(c->arena, hn_tr("Monthly SLA report of %s, edition %d"), r[i].month,
                              r[i].edition),
                 hn_arena_fmt(c->arena, "/reports/%" PRId64, r[i].id), r[i].submitter,
                 r[i].submitted_at);
        (*waiting)++;
    }
    return HN_OK;
}

static enum hn_code add_approvals(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "approvals");
    struct maintenance_filter mf = {
        .from = c->now - 31 * HN_DAY, .to = HN_UNSET, .state = "proposed", .limit = 50};
    struct exclusion_filter xf = {
        .state = "proposed", .from = HN_UNSET, .to = HN_UNSET, .limit = 50};
    const struct maintenance_row *m = NULL;
    const struct exclusion_row *x = NULL;
    const struct outage_change_row *o = NULL;
    size_t n_m = 0;
    size_t n_x = 0;
    size_t n_o = 0;
    size_t n_r = 0;
    bool ward = http_may(c, PERM_APPROVE_WARD);

    if (ward && (maintenance_list(c->db, c->arena, &mf, &m, &n_m, e) != HN_OK ||
                 exclusion_list(c->db, c->arena, &xf, &x, &n_x, e) != HN_OK))
        return e->code;
    if (http_may(c, PERM_OUTAGE_APPROVE) && outage_waiting(c->db, c->arena, &o, &n_o, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_m; i++)
        add_wait(list, hn_tr("Planned stop"), m[i].title,
                 hn_arena_fmt(c->arena, "/maintenances/%" PRId64, m[i].id), m[i].proposer,
                 m[i].created_at);
    for (size_t i = 0; i < n_x; i++)
        add_wait(list, hn_tr("Exclusion"), x[i].service_name,
                 hn_arena_fmt(c->arena, "/exclusions/%" PRId64, x[i].id), x[i].proposer,
                 x[i].proposed_at);
    for (size_t i = 0; i < n_o; i++)
        add_wait(list, hn_tr("Correction of an outage"), o[i].reason,
                 hn_arena_fmt(c->arena, "/outages/%" PRId64, o[i].outage_id), o[i].proposer,
                 o[i].proposed_at);
    if (ward && add_reports(c, list, &n_r, e) != HN_OK)
        return e->code;
    tpl_set_i64(view, "n_approvals", (int64_t)(n_m + n_x + n_o + n_r));
    return HN_OK;
}

/* ---- is something down right now: for everybody, in plain words ---- */

static enum hn_code add_services(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "services");
    struct outage_filter f = {.from = c->now - 1, .to = c->now, .limit = 1000};
    const struct service_row *s = NULL;
    const struct outage_row *o = NULL;
    const struct window *w = NULL;
    size_t n = 0;
    size_t n_o = 0;
    size_t n_w = 0;

    if (service_list(c->db, c->arena, NULL, 0, 300, &s, &n, e) != HN_OK ||
        outage_list(c->db, c->arena, &f, &o, &n_o, e) != HN_OK ||
        windows_near(c->db, c->arena, c->now, c->now + 1, &w, &n_w, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);
        const char *state = "ok";
        hn_instant since = HN_UNSET;

        for (size_t k = 0; k < n_o; k++)
            if (o[k].service_id == s[i].id && o[k].to_at == HN_UNSET) {
                state = "critical";
                since = o[k].from_at;
            }
        for (size_t k = 0; k < n_w; k++)
            if (window_covers(&w[k], "service", s[i].id) ||
                (s[i].site_id != 0 && window_covers(&w[k], "site", s[i].site_id))) {
                state = "maintenance";
                since = w[k].from;
            }
        tpl_set_str(m, "name", s[i].name);
        tpl_set_str(m, "state", state);
        tpl_set_instant(m, "since", since);
    }
    return HN_OK;
}

enum hn_code home_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    enum layout l = layout_of(c->actor.role);
    bool tickets = http_may(c, PERM_TICKET_READ);
    bool watch = http_may(c, PERM_WATCH_READ);
    bool sla = l != LAYOUT_STAFF && http_may(c, PERM_SLA_READ);
    bool approve = http_may(c, PERM_APPROVE_WARD) || http_may(c, PERM_OUTAGE_APPROVE);

    if ((tickets && (add_tickets(c, view, l, e) != HN_OK || add_ended(c, view, e) != HN_OK)) ||
        (watch && (add_watch(c, view, e) != HN_OK || add_windows(c, view, e) != HN_OK ||
                   add_changes(c, view, e) != HN_OK)) ||
        (sla && add_slas(c, view, l, e) != HN_OK) ||
        (approve && add_approvals(c, view, e) != HN_OK) ||
        (l == LAYOUT_STAFF && add_services(c, view, e) != HN_OK))
        return e->code;
    tpl_set_str(view, "layout", layout_words[l]);
    tpl_set_bool(view, "see_tickets", tickets);
    tpl_set_bool(view, "see_watch", watch);
    tpl_set_bool(view, "see_sla", sla);
    tpl_set_bool(view, "see_approvals", approve);
    tpl_set_bool(view, "may_create", http_may(c, PERM_TICKET_CREATE));
    tpl_set_str(view, "live", watch ? "board tickets" : "");
    tpl_set_str(view, "title", hn_tr("Home"));
    return http_page(c, "page/home.html", view, e);
}
