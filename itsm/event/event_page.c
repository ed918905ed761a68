/* SPDX-License-Identifier: Apache-2.0 */
/* The event list: what changed its state, newest first; acknowledged one by one or many at once. */
#include "itsm/event/event_page.h"

#include "itsm/event/event.h"
#include "itsm/watch/overview.h"
#include "server/base/parse.h"
#include "server/http/actor.h"
#include "server/http/form_time.h"
#include "server/http/list_view.h"
#include "server/http/row_view.h"

#define ACK_MAX 200

static const char *chosen(struct http_ctx *c, const char *name)
{
    const char *v = http_query(c, name);

    return v == NULL || *v == '\0' ? NULL : v;
}

static enum hn_code filter_of(struct http_ctx *c, struct event_view_filter *f, struct http_page *p,
                              struct hn_err *e)
{
    *f = (struct event_view_filter){.from = HN_UNSET, .to = HN_UNSET};
    if (http_page_of(c, p, e) != HN_OK || http_query_i64(c, "site_id", &f->site_id, e) != HN_OK ||
        http_query_i64(c, "host_id", &f->host_id, e) != HN_OK ||
        http_query_i64(c, "check_id", &f->check_id, e) != HN_OK ||
        http_query_instant(c, "from", &f->from, e) != HN_OK ||
        http_query_instant(c, "to", &f->to, e) != HN_OK)
        return e->code;
    f->q = p->q;
    f->state = chosen(c, "state");
    f->ack = chosen(c, "ack");
    f->suppressed = chosen(c, "suppressed");
    if (f->suppressed == NULL) /* a device's own history is whole */
        f->suppressed = f->host_id != 0 || f->check_id != 0 ? NULL : "no";
    else if (hn_streq(f->suppressed, "all"))
        f->suppressed = NULL;
    f->changes_only = chosen(c, "gaps") == NULL && f->ack == NULL &&
                      !(f->state != NULL && hn_streq(f->state, "unknown"));
    f->before_id = p->cursor;
    f->limit = p->limit + 1;
    return HN_OK;
}

static enum hn_code add_list(struct http_ctx *c, struct tpl_val *view, int64_t next, size_t shown,
                             struct hn_err *e)
{
    const struct http_choice states[] = {
        {"bad", hn_tr("All but OK")},  {"critical", hn_tr("Critical")},
        {"warning", hn_tr("Warning")}, {"unreachable", hn_tr("Unreachable")},
        {"unknown", hn_tr("Unknown")}, {"ok", hn_tr("OK")}};
    const struct http_choice acks[] = {{"no", hn_tr("Not acknowledged")},
                                       {"yes", hn_tr("Acknowledged")}};
    const struct http_choice sup[] = {
        {"", hn_tr("Hidden")}, {"all", hn_tr("Shown as well")}, {"yes", hn_tr("Only these")}};
    const struct http_choice gaps[] = {{"", hn_tr("Hidden")}, {"yes", hn_tr("Shown as well")}};
    const struct overview_choice *s = NULL;
    struct http_choice *sites;
    size_t n = 0;

    if (overview_site_choices(c->db, c->arena, &s, &n, e) != HN_OK)
        return e->code;
    sites = hn_arena_make(c->arena, struct http_choice, n);
    for (size_t i = 0; i < n; i++)
        sites[i] = (struct http_choice){s[i].value, s[i].label};
    const struct http_filter filters[] = {
        {"state", hn_tr("State after"), states, HN_ARRAY_LEN(states), NULL},
        {"ack", hn_tr("Acknowledgement"), acks, HN_ARRAY_LEN(acks), NULL},
        {"suppressed", hn_tr("Effects of others"), sup, HN_ARRAY_LEN(sup), NULL},
        {"site_id", hn_tr("Site"), sites, n, NULL},
        {"gaps", hn_tr("First states and gaps"), gaps, HN_ARRAY_LEN(gaps), NULL},
        {"host_id", hn_tr("Device"), NULL, 0, NULL},
        {"check_id", hn_tr("Check"), NULL, 0, NULL},
        {"from", hn_tr("From"), NULL, 0, NULL},
        {"to", hn_tr("To"), NULL, 0, NULL},
    };
    tpl_set_i64(http_view_list(c, view, filters, HN_ARRAY_LEN(filters), next), "shown",
                (int64_t)shown);
    return HN_OK;
}

static void add_tabs(struct tpl_val *view, bool notices)
{
    struct tpl_val *tabs = tpl_set_list(view, "tabs");
    struct tpl_val *m = tpl_push_map(tabs);

    tpl_set_str(m, "label", hn_tr("State changes"));
    tpl_set_str(m, "href", "/events");
    tpl_set_bool(m, "active", !notices);
    m = tpl_push_map(tabs);
    tpl_set_str(m, "label", hn_tr("Restarts and other notices"));
    tpl_set_str(m, "href", "/events/notices");
    tpl_set_bool(m, "active", notices);
}

static enum hn_code event_page_notices(struct http_ctx *c, struct hn_err *e)
{
    const struct http_filter filters[] = {{"host_id", hn_tr("Device"), NULL, 0, NULL},
                                          {"check_id", hn_tr("Check"), NULL, 0, NULL}};
    struct tpl_val *view = http_view(c);
    struct event_notice_filter f = {0};
    struct event_notice *x = NULL;
    struct http_page p;
    size_t n = 0;
    bool more;

    if (http_page_of(c, &p, e) != HN_OK || http_query_i64(c, "host_id", &f.host_id, e) != HN_OK ||
        http_query_i64(c, "check_id", &f.check_id, e) != HN_OK)
        return e->code;
    f.q = p.q;
    f.before_id = p.cursor;
    f.limit = p.limit + 1;
    if (event_notices(c->db, c->arena, &f, &x, &n, e) != HN_OK)
        return e->code;
    more = n > (size_t)p.limit;
    n = more ? (size_t)p.limit : n;
    (void)http_view_list(c, view, filters, HN_ARRAY_LEN(filters), more ? x[n - 1].id : 0);
    rows_view(view, "notices", c->arena, event_notice_cols, event_notice_n, x, sizeof(*x), n);
    add_tabs(view, true);
    tpl_set_str(view, "title", hn_tr("Restarts and other notices"));
    return http_page(c, "page/notices.html", view, e);
}

static enum hn_code event_page_list(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct event_view_filter f;
    struct http_page p;
    const struct event_view *x = NULL;
    size_t n = 0;
    hn_instant at = HN_UNSET;
    bool more;

    if (filter_of(c, &f, &p, e) != HN_OK ||
        event_view_list(c->db, c->arena, &f, &x, &n, e) != HN_OK ||
        overview_data_at(c->db, &at, e) != HN_OK)
        return e->code;
    more = n > (size_t)p.limit;
    n = more ? (size_t)p.limit : n;
    if (add_list(c, view, more ? x[n - 1].id : 0, n, e) != HN_OK)
        return e->code;
    rows_view(view, "events", c->arena, event_view_cols, event_view_n, x, sizeof(*x), n);
    tpl_set_bool(view, "may_ack", http_may(c, PERM_WATCH_EDIT));
    tpl_set_bool(view, "may_ticket", http_may(c, PERM_TICKET_CREATE));
    tpl_set_instant(view, "data_at", at);
    tpl_set_str(view, "live", "events");
    tpl_set_str(view, "back", http_query_string(c));
    add_tabs(view, false);
    tpl_set_str(view, "title", hn_tr("Events"));
    return http_page(c, "page/events.html", view, e);
}

/* Back to the list with its filters; only a query, never another address. */
static const char *back_to(struct http_ctx *c)
{
    const char *back = http_form(c, "back");

    if (back == NULL || *back == '\0' || strlen(back) > 2000)
        return "/events";
    for (const char *s = back; *s != '\0'; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s > 126)
            return "/events";
    return hn_arena_fmt(c->arena, "/events?%s", back);
}

static enum hn_code event_page_ack(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct hn_texts ids = http_form_all(c, "id");
    const char *note = http_form(c, "note");
    const char *lost = NULL;
    size_t done = 0;

    if (note != NULL && *note == '\0')
        note = NULL;
    if (note != NULL && hn_utf8_len(note) > 500)
        return hn_fail_field(e, "note", "must be at most %d characters", 500);
    if (ids.n == 0)
        return hn_fail_field(e, "id", "select at least one event");
    if (ids.n > ACK_MAX)
        return hn_fail_field(e, "id", "choose at most %d", ACK_MAX);
    for (size_t i = 0; i < ids.n; i++) {
        struct hn_err why = {0};
        int64_t id;

        if (hn_parse_i64(ids.v[i], "id", 1, INT64_MAX, &id, e) != HN_OK)
            return e->code;
        if (event_acknowledge(c->db, c->arena, &who, id, note, c->now, &why) == HN_OK) {
            done++;
        } else if (why.code == HN_E_CONFLICT || why.code == HN_E_NOT_FOUND ||
                   why.code == HN_E_INVALID) {
            lost = hn_arena_strdup(c->arena, why.msg); /* somebody was quicker: the others count */
        } else {
            *e = why;
            return e->code;
        }
    }
    if (done == 0 && lost != NULL)
        return hn_fail(e, HN_E_CONFLICT, "%s", lost);
    http_flash(c,
               lost == NULL
                   ? hn_arena_fmt(c->arena, hn_tr("%d events were acknowledged."), (int)done)
                   : hn_arena_fmt(c->arena, hn_tr("%d events were acknowledged; %d were not: %s"),
                                  (int)done, (int)(ids.n - done), lost));
    return http_redirect(c, back_to(c), e);
}

static const struct http_route routes[] = {
    {"GET", "/events", PERM_WATCH_READ, event_page_list, 0, "Events"},
    {"GET", "/events/notices", PERM_WATCH_READ, event_page_notices, 0, "Notices of devices"},
    {"POST", "/events/acknowledge", PERM_WATCH_EDIT, event_page_ack, 0, "Acknowledges events"},
};
static const struct hn_nav nav[] = {
    {HN_N("Monitoring"), HN_N("Events"), "/events", PERM_WATCH_READ, 22},
};

const struct hn_module event_pages_module = {.name = "event_pages",
                                             .routes = routes,
                                             .n_routes = HN_ARRAY_LEN(routes),
                                             .nav = nav,
                                             .n_nav = HN_ARRAY_LEN(nav)};
