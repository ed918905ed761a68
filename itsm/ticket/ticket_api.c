/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/ticket_http.h"

#include "server/base/parse.h"

enum hn_code ticket_http_id(struct http_ctx *c, int64_t *id, struct hn_err *e)
{
    const char *s = http_param(c, "id");

    if (s[0] >= '0' && s[0] <= '9')
        return http_param_id(c, "id", id, e);
    if (ticket_by_number(c->db, s, id, e) != HN_OK)
        return e->code;
    return *id != 0 ? HN_OK : hn_fail(e, HN_E_NOT_FOUND, "there is no such ticket");
}

enum hn_code ticket_http_get(struct http_ctx *c, struct ticket *out, struct hn_err *e)
{
    int64_t id;

    if (ticket_http_id(c, &id, e) != HN_OK)
        return e->code;
    if (ticket_get(c->db, c->arena, id, out, e) == HN_OK)
        return HN_OK;
    return e->code == HN_E_NOT_FOUND ? hn_fail(e, HN_E_NOT_FOUND, "there is no such ticket")
                                     : e->code;
}

/* ---- the list's filters ---- */

static const char *chosen(struct http_ctx *c, const char *name)
{
    const char *s = http_query(c, name);

    return s == NULL || s[0] == '\0' ? NULL : s;
}

static enum hn_code word_filter(struct http_ctx *c, const char *name, const char *const *words,
                                const char **out, struct hn_err *e)
{
    const char *s = chosen(c, name);

    if (s == NULL || (hn_streq(name, "kind") && hn_streq(s, "any")))
        return HN_OK;
    for (; *words != NULL; words++)
        if (hn_streq(*words, s)) {
            *out = s;
            return HN_OK;
        }
    return hn_fail_field(e, name, "is not one of the known words");
}

static enum hn_code flag_filter(struct http_ctx *c, const char *name, int *out, struct hn_err *e)
{
    const char *s = chosen(c, name);

    if (s == NULL)
        return HN_OK;
    if (hn_streq(s, "true") || hn_streq(s, "1") || hn_streq(s, "yes"))
        *out = 1;
    else if (hn_streq(s, "false") || hn_streq(s, "0") || hn_streq(s, "no"))
        *out = 0;
    else
        return hn_fail_field(e, name, "must be true or false");
    return HN_OK;
}

static enum hn_code assignee_filter(struct http_ctx *c, struct ticket_filter *f, struct hn_err *e)
{
    const char *s = chosen(c, "assignee");
    struct hn_err why = {0};
    struct ticket_person p;
    int64_t id = 0;

    if (s == NULL)
        return HN_OK;
    if (hn_streq(s, "me")) {
        f->assignee_id = c->actor.account_id;
    } else if (hn_streq(s, "none")) {
        f->assignee_id = -1;
    } else {
        if (hn_parse_i64(s, "assignee", 1, INT64_MAX, &id, &why) != HN_OK)
            id = 0;
        if (ticket_store_person(c->db, c->arena, id, s, &p, e) != HN_OK)
            return e->code != HN_E_NOT_FOUND
                       ? e->code
                       : hn_fail_field(e, "assignee", "there is no such person");
        f->assignee_id = p.id;
    }
    return HN_OK;
}

static enum hn_code id_filters(struct http_ctx *c, struct ticket_filter *f, struct hn_err *e)
{
    const struct {
        const char *name;
        int64_t *at;
    } ids[] = {{"site_id", &f->site_id},       {"host_id", &f->host_id},
               {"check_id", &f->check_id},     {"service_id", &f->service_id},
               {"created_by", &f->created_by}, {"group_id", &f->group_id},
               {"outage_id", &f->outage_id}};

    for (size_t i = 0; i < HN_ARRAY_LEN(ids); i++)
        if (http_query_i64(c, ids[i].name, ids[i].at, e) != HN_OK)
            return e->code;
    return HN_OK;
}

enum hn_code ticket_http_filter(struct http_ctx *c, struct ticket_filter *f, struct hn_err *e)
{
    static const char *const kinds[] = {
#define X(e, w, p, m) w,
        TICKET_KINDS(X)
#undef X
            NULL};
    static const char *const priorities[] = {
#define X(e, w, m) w,
        TICKET_PRIORITIES(X)
#undef X
            NULL};
    static const char *const sources[] = {
#define X(e, w, m) w,
        TICKET_SOURCES(X)
#undef X
            NULL};
    struct http_page p;
    int overdue = 0;

    *f = TICKET_FILTER_ANY;
    if (http_page_of(c, &p, e) != HN_OK || word_filter(c, "kind", kinds, &f->kind, e) != HN_OK ||
        word_filter(c, "priority", priorities, &f->priority, e) != HN_OK ||
        word_filter(c, "source", sources, &f->source, e) != HN_OK ||
        word_filter(c, "sort", ticket_sorts, &f->sort, e) != HN_OK ||
        flag_filter(c, "open", &f->open, e) != HN_OK ||
        flag_filter(c, "overdue", &overdue, e) != HN_OK || assignee_filter(c, f, e) != HN_OK ||
        id_filters(c, f, e) != HN_OK || http_query_instant(c, "from", &f->from, e) != HN_OK ||
        http_query_instant(c, "to", &f->to, e) != HN_OK)
        return e->code;
    f->state = chosen(c, "state");
    f->group_code = chosen(c, "group");
    f->requester = chosen(c, "requester");
    f->overdue = overdue == 1;
    f->q = p.q;
    f->limit = p.limit;
    f->cursor = p.cursor;
    return HN_OK;
}

/* ---- routes ---- */

enum hn_code ticket_api_list(struct http_ctx *c, struct hn_err *e)
{
    struct ticket_filter f;
    struct ticket *list = NULL;
    size_t n = 0;
    int64_t next = 0;
    struct hn_jw *w;

    if (ticket_http_filter(c, &f, e) != HN_OK ||
        ticket_list(c->db, c->arena, &f, c->now, &list, &n, &next, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        ticket_json_members(w, &list[i]);
        hn_jw_end_object(w);
    }
    return http_items_end(c, next == 0 ? NULL : http_cursor(c->arena, next), e);
}

/* One ticket with its clocks and the steps that may follow. */
static enum hn_code answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct ticket t;
    struct ticket_workflow flow;
    struct ticket_clocks clocks;
    struct hn_jw *w;

    if (ticket_get(c->db, c->arena, id, &t, e) != HN_OK)
        return e->code == HN_E_NOT_FOUND ? hn_fail(e, HN_E_NOT_FOUND, "there is no such ticket")
                                         : e->code;
    if (ticket_workflow_load(c->db, c->arena, t.kind, &flow, e) != HN_OK ||
        ticket_clocks_of(c->db, c->arena, &t, &flow, c->now, &clocks, e) != HN_OK)
        return e->code;
    w = http_jw(c);
    hn_jw_object(w, NULL);
    ticket_json_members(w, &t);
    hn_jw_text(w, "state_label", ticket_workflow_label(&flow, t.state));
    ticket_json_clocks(w, "clocks", &clocks);
    hn_jw_array(w, "allowed");
    for (size_t i = 0; i < flow.n_steps; i++)
        if (hn_streq(flow.steps[i].from, t.state) &&
            ticket_workflow_may(&flow.steps[i], c->actor.role))
            hn_jw_text(w, NULL, flow.steps[i].to);
    hn_jw_end_array(w);
    hn_jw_end_object(w);
    if (status == 201)
        http_set_header(c, "Location", hn_arena_fmt(c->arena, "/api/v1/tickets/%" PRId64, id));
    return http_json(c, status, e);
}

enum hn_code ticket_api_create(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_new in;
    int64_t id;

    if (http_json_body(c, &o, e) != HN_OK ||
        ticket_json_new(c->db, o, c->arena, by.account_id, &in, e) != HN_OK ||
        ticket_create(c->db, c->arena, &by, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return answer(c, 201, id, e);
}

enum hn_code ticket_api_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (ticket_http_id(c, &id, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

enum hn_code ticket_api_patch(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_patch p;
    struct ticket t;

    if (ticket_http_get(c, &t, e) != HN_OK || http_json_body(c, &o, e) != HN_OK ||
        ticket_json_patch(o, c->arena, c->actor.login, &p, e) != HN_OK ||
        ticket_edit(c->db, c->arena, &by, t.id, &p, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, t.id, e);
}

enum hn_code ticket_api_steps(struct http_ctx *c, struct hn_err *e)
{
    struct ticket t;
    struct ticket_workflow flow;
    struct hn_jw *w;

    if (ticket_http_get(c, &t, e) != HN_OK ||
        ticket_workflow_load(c->db, c->arena, t.kind, &flow, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < flow.n_steps; i++) {
        const struct ticket_wf_step *s = &flow.steps[i];

        if (!hn_streq(s->from, t.state) || !ticket_workflow_may(s, c->actor.role))
            continue;
        hn_jw_object(w, NULL);
        hn_jw_text(w, "to", s->to);
        hn_jw_text(w, "label", s->label);
        hn_jw_array(w, "needs");
#define X(e, word, bit)                                                                            \
    if (s->needs & bit)                                                                            \
        hn_jw_text(w, NULL, word);
        TICKET_NEEDS(X)
#undef X
        hn_jw_end_array(w);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

enum hn_code ticket_api_transition(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_step_in in;
    struct ticket t;

    if (ticket_http_get(c, &t, e) != HN_OK || http_json_body(c, &o, e) != HN_OK ||
        ticket_json_step(c->db, o, c->arena, by.account_id, &in, e) != HN_OK ||
        ticket_transition(c->db, c->arena, &by, t.id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, t.id, e);
}

enum hn_code ticket_api_bulk(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_bulk_in in;
    struct ticket_bulk_result *r;
    struct hn_i64s ids;
    struct hn_jw *w;

    if (http_json_body(c, &o, e) != HN_OK ||
        ticket_json_bulk(c->db, o, c->arena, by.account_id, &ids, &in, e) != HN_OK)
        return e->code;
    r = hn_arena_make(c->arena, struct ticket_bulk_result, ids.n);
    if (ticket_bulk(c->db, c->arena, &by, ids.v, ids.n, &in, c->now, r, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < ids.n; i++) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "id", r[i].id);
        hn_jw_text(w, "number", r[i].number);
        hn_jw_i64(w, "status", hn_code_http_status(r[i].code));
        hn_jw_text(w, "error", r[i].message);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

/* An incident from an event by hand (MON-32). {title?, impact?, urgency?}; an event that belongs to
 * an open incident already is refused with its number. */
enum hn_code ticket_api_event_incident(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_new in;
    int64_t event_id;
    int64_t id;
    static const char *const fields[] = {"title", "impact", "urgency", NULL};

    if (http_param_id(c, "id", &event_id, e) != HN_OK)
        return e->code;
    if (ticket_from_event(c->db, c->arena, event_id, &in, e) != HN_OK)
        return e->code;
    if (http_body(c).n > 0) {
        if (http_json_body(c, &o, e) != HN_OK)
            return e->code;
        (void)hn_json_text(o, "title", HN_OPT, 1, TICKET_TITLE_MAX, c->arena, &in.title, e);
        (void)hn_json_i64(o, "impact", HN_OPT, 1, 3, &in.impact, e);
        (void)hn_json_i64(o, "urgency", HN_OPT, 1, 3, &in.urgency, e);
        if (hn_json_no_others(o, fields, e) != HN_OK)
            return e->code;
    }
    if (ticket_create(c->db, c->arena, &by, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return answer(c, 201, id, e);
}

enum hn_code ticket_api_workflows(struct http_ctx *c, struct hn_err *e)
{
    struct ticket_workflow *all = NULL;
    size_t n = 0;
    struct hn_jw *w;

    if (ticket_workflow_all(c->db, c->arena, &all, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        hn_jw_text(w, "kind", all[i].kind);
        hn_jw_i64(w, "version", all[i].version);
        hn_jw_text(w, "initial", all[i].initial);
        hn_jw_array(w, "states");
        for (size_t k = 0; k < all[i].n_states; k++) {
            hn_jw_object(w, NULL);
            hn_jw_text(w, "word", all[i].states[k].word);
            hn_jw_text(w, "label", all[i].states[k].label);
            hn_jw_bool(w, "stops_clock", all[i].states[k].stops_clock);
            hn_jw_end_object(w);
        }
        hn_jw_end_array(w);
        hn_jw_array(w, "transitions");
        for (size_t k = 0; k < all[i].n_steps; k++) {
            hn_jw_object(w, NULL);
            hn_jw_text(w, "from", all[i].steps[k].from);
            hn_jw_text(w, "to", all[i].steps[k].to);
            hn_jw_text(w, "label", all[i].steps[k].label);
            hn_jw_end_object(w);
        }
        hn_jw_end_array(w);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

enum hn_code ticket_api_priorities(struct http_ctx *c, struct hn_err *e)
{
    struct ticket_priority_table t;
    struct hn_jw *w;

    if (ticket_priority_load(c->db, c->arena, 0, &t, e) != HN_OK)
        return e->code;
    w = http_jw(c);
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "version", t.version);
    ticket_priority_write_matrix(&t, w, "matrix");
    ticket_priority_write_targets(&t, w, "targets");
    hn_jw_text(w, "reason", t.reason);
    hn_jw_text(w, "created_by_name", t.created_by_name);
    hn_jw_instant(w, "created_at", t.created_at);
    hn_jw_end_object(w);
    return http_json(c, 200, e);
}

enum hn_code ticket_api_priorities_put(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_priority_table t;
    int64_t version = 0;

    if (http_json_body(c, &o, e) != HN_OK ||
        ticket_json_priorities(o, c->arena, &t, &version, e) != HN_OK ||
        ticket_priority_change(c->db, c->arena, &by, &t, version, c->now, e) != HN_OK)
        return e->code;
    return ticket_api_priorities(c, e);
}
