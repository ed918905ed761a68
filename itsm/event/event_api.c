/* SPDX-License-Identifier: Apache-2.0 */
/* JSON routes of events. */
#include "itsm/event/event.h"
#include "server/http/actor.h"

static void write_event(struct hn_jw *w, const struct event_view *v)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", v->id);
    hn_jw_i64(w, "check_id", v->check_id);
    hn_jw_text(w, "check", v->check_name);
    hn_jw_text(w, "kind", v->kind);
    hn_jw_i64(w, "host_id", v->host_id);
    hn_jw_text(w, "host", v->host_name);
    hn_jw_text(w, "host_label", v->host_label);
    hn_jw_id(w, "site_id", v->site_id);
    hn_jw_text(w, "site", v->site_name);
    hn_jw_text(w, "from_state", v->from_state);
    hn_jw_text(w, "to_state", v->to_state);
    hn_jw_instant(w, "at", v->at);
    hn_jw_instant(w, "confirmed_at", v->confirmed_at);
    hn_jw_text(w, "output", v->output);
    hn_jw_bool(w, "late", v->late);
    hn_jw_id(w, "ticket_id", v->ticket_id);
    hn_jw_text(w, "ticket_number", v->ticket_number);
    hn_jw_id(w, "suppressed_by", v->suppressed_by);
    hn_jw_id(w, "maintenance_id", v->maintenance_id);
    hn_jw_text(w, "acknowledged_by", v->acknowledged_by);
    hn_jw_instant(w, "acknowledged_at", v->acknowledged_at);
    hn_jw_text(w, "ack_note", v->ack_note);
    hn_jw_id(w, "outage_s", v->outage_s);
    hn_jw_end_object(w);
}

static enum hn_code query_word(struct http_ctx *c, const char *name, const char *const *words,
                               const char **out, struct hn_err *e)
{
    const char *v = http_query(c, name);

    if (v == NULL || v[0] == '\0')
        return HN_OK;
    for (size_t i = 0; words[i] != NULL; i++)
        if (hn_streq(words[i], v)) {
            *out = words[i];
            return HN_OK;
        }
    return hn_fail_field(e, name, "unknown word");
}

enum hn_code event_api_filter(struct http_ctx *c, struct event_view_filter *f, struct hn_err *e)
{
    static const char *const states[] = {"ok",          "warning", "critical", "unknown",
                                         "unreachable", "pending", "bad",      NULL};
    static const char *const yes_no[] = {"yes", "no", NULL};
    struct http_page page;

    *f = (struct event_view_filter){.from = HN_UNSET, .to = HN_UNSET};
    if (http_page_of(c, &page, e) != HN_OK ||
        http_query_i64(c, "site_id", &f->site_id, e) != HN_OK ||
        http_query_i64(c, "host_id", &f->host_id, e) != HN_OK ||
        http_query_i64(c, "check_id", &f->check_id, e) != HN_OK ||
        http_query_i64(c, "ticket_id", &f->ticket_id, e) != HN_OK ||
        http_query_i64(c, "suppressed_by", &f->root_id, e) != HN_OK ||
        http_query_instant(c, "from", &f->from, e) != HN_OK ||
        http_query_instant(c, "to", &f->to, e) != HN_OK ||
        query_word(c, "state", states, &f->state, e) != HN_OK ||
        query_word(c, "to_state", states, &f->state, e) != HN_OK ||
        query_word(c, "acknowledged", yes_no, &f->ack, e) != HN_OK ||
        query_word(c, "suppressed", yes_no, &f->suppressed, e) != HN_OK)
        return e->code;
    f->q = page.q;
    f->before_id = page.cursor;
    f->limit = page.limit + 1; /* one more tells whether there is a next page */
    return HN_OK;
}

static enum hn_code events_list(struct http_ctx *c, struct hn_err *e)
{
    struct event_view_filter f;
    const struct event_view *v;
    struct hn_jw *w;
    size_t n, shown;

    if (event_api_filter(c, &f, e) != HN_OK ||
        event_view_list(c->db, c->arena, &f, &v, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)f.limit - 1);
    w = http_items_begin(c);
    for (size_t i = 0; i < shown; i++)
        write_event(w, &v[i]);
    return http_items_end(c, n > shown ? http_cursor(c->arena, v[shown - 1].id) : NULL, e);
}

static enum hn_code answer(struct http_ctx *c, int64_t id, struct hn_err *e)
{
    struct event_view v;

    if (event_get(c->db, c->arena, id, &v, e) != HN_OK)
        return e->code;
    write_event(http_jw(c), &v);
    return http_json(c, 200, e);
}

static enum hn_code events_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    return http_param_id(c, "id", &id, e) == HN_OK ? answer(c, id, e) : e->code;
}

static enum hn_code events_acknowledge(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"note", NULL};
    struct actor who = http_actor_of(c);
    const char *note = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (http_body(c).n > 0) {
        HN_JSON o = NULL;

        if (http_json_body(c, &o, e) != HN_OK)
            return e->code;
        (void)hn_json_text(o, "note", HN_OPT, 0, 1000, c->arena, &note, e);
        if (hn_json_no_others(o, fields, e) != HN_OK)
            return e->code;
    }
    if (event_acknowledge(c->db, c->arena, &who, id, note, c->now, e) != HN_OK)
        return e->code;
    return answer(c, id, e);
}

static enum hn_code events_samples(struct http_ctx *c, struct hn_err *e)
{
    const struct timeline_sample *v;
    struct http_page page;
    struct hn_jw *w;
    int64_t id;
    size_t n;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_page_of(c, &page, e) != HN_OK ||
        event_samples(c->db, c->arena, id, HN_MAX(page.limit, (int64_t)1000), &v, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "check_id", v[i].check_id);
        hn_jw_instant(w, "at", v[i].at);
        hn_jw_text(w, "outcome", v[i].outcome);
        hn_jw_text(w, "state", v[i].state);
        hn_jw_text(w, "output", v[i].output);
        hn_jw_text(w, "probe", v[i].probe);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

static enum hn_code notices_list(struct http_ctx *c, struct hn_err *e)
{
    struct event_notice_filter f = {0};
    struct event_notice *v;
    struct http_page page;
    struct hn_jw *w;
    size_t n, shown;

    if (http_page_of(c, &page, e) != HN_OK ||
        http_query_i64(c, "host_id", &f.host_id, e) != HN_OK ||
        http_query_i64(c, "check_id", &f.check_id, e) != HN_OK)
        return e->code;
    f.q = page.q;
    f.before_id = page.cursor;
    f.limit = page.limit + 1;
    if (event_notices(c->db, c->arena, &f, &v, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)page.limit);
    w = http_items_begin(c);
    for (size_t i = 0; i < shown; i++) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "id", v[i].id);
        hn_jw_i64(w, "check_id", v[i].check_id);
        hn_jw_text(w, "check", v[i].check_name);
        hn_jw_i64(w, "host_id", v[i].host_id);
        hn_jw_text(w, "host", v[i].host_name);
        hn_jw_text(w, "kind", v[i].kind);
        hn_jw_instant(w, "at", v[i].at);
        hn_jw_text(w, "text", v[i].text);
        hn_jw_end_object(w);
    }
    return http_items_end(c, n > shown ? http_cursor(c->arena, v[shown - 1].id) : NULL, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/events", PERM_WATCH_READ, events_list, 0, "Events, newest first"},
    {"GET", "/api/v1/events/:id", PERM_WATCH_READ, events_get, 0, "An event"},
    {"POST", "/api/v1/events/:id/acknowledge", PERM_WATCH_EDIT, events_acknowledge, 0,
     "Acknowledges an event"},
    {"GET", "/api/v1/events/:id/samples", PERM_WATCH_READ, events_samples, 0,
     "The samples behind an event"},
    {"GET", "/api/v1/notices", PERM_WATCH_READ, notices_list, 0, "Restarts and other notices"},
};

const struct hn_module event_module = {
    .name = "event", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
