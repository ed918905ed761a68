/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/maintenance.h"

#include "server/http/actor.h"

#include <json-c/json.h>

#define SCOPE_MAX 200
static const char *const kinds[] = {"own", "cloud_update", NULL};

static void write_row(struct hn_jw *w, const char *key, const struct maintenance_row *r)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_text(w, "title", r->title);
    hn_jw_instant(w, "from", r->from_at);
    hn_jw_instant(w, "to", r->to_at);
    hn_jw_text(w, "recurrence", r->recurrence);
    hn_jw_raw(w, "scope", r->scope);
    hn_jw_id(w, "change_id", r->change_id);
    hn_jw_text(w, "reason", r->reason);
    hn_jw_text(w, "kind", r->kind);
    hn_jw_text(w, "state", r->state);
    hn_jw_i64(w, "proposed_by", r->proposed_by);
    hn_jw_text(w, "proposer", r->proposer);
    hn_jw_id(w, "approved_by", hn_streq(r->state, "approved") ? r->decided_by : 0);
    hn_jw_id(w, "decided_by", r->decided_by);
    hn_jw_instant(w, "decided_at", r->decided_at);
    hn_jw_text(w, "decision_note", r->decision_note);
    hn_jw_instant(w, "ended_at", r->ended_at);
    hn_jw_instant(w, "created_at", r->created_at);
    hn_jw_i64(w, "version", r->version);
    hn_jw_end_object(w);
}

/* [{"service_id": 1}, {"host_id": 2}, {"site_id": 3}]: one id an element, written back canonically.
 */
static void read_scope(struct json_object *o, enum hn_need need, struct hn_arena *a,
                       const char **out, struct hn_err *e)
{
    static const char *const keys[] = {"service_id", "host_id", "site_id"};
    struct json_object *list = NULL;
    struct hn_sbuf b;
    struct hn_jw w;
    size_t n;

    if (!hn_json_has(o, "scope")) {
        if (need == HN_REQ)
            (void)hn_fail_field(e, "scope", "is required");
        return;
    }
    (void)json_object_object_get_ex(o, "scope", &list);
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0 ||
        json_object_array_length(list) > SCOPE_MAX) {
        (void)hn_fail_field(e, "scope", "is a list of 1 to %d objects", SCOPE_MAX);
        return;
    }
    hn_sbuf_init(&b, a, (size_t)16 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_array(&w, NULL);
    n = json_object_array_length(list);
    for (size_t i = 0; i < n; i++) {
        struct json_object *x = json_object_array_get_idx(list, i);
        struct json_object *id = NULL;
        const char *key = NULL;

        for (size_t k = 0; k < HN_ARRAY_LEN(keys) && key == NULL; k++)
            if (json_object_is_type(x, json_type_object) && json_object_object_length(x) == 1 &&
                json_object_object_get_ex(x, keys[k], &id) &&
                json_object_is_type(id, json_type_int) && json_object_get_int64(id) > 0)
                key = keys[k];
        if (key == NULL) {
            (void)hn_fail_field(
                e, hn_arena_fmt(a, "scope[%zu]", i),
                "is one of {\"service_id\": N}, {\"host_id\": N}, {\"site_id\": N}");
            return;
        }
        hn_jw_object(&w, NULL);
        hn_jw_i64(&w, key, json_object_get_int64(id));
        hn_jw_end_object(&w);
    }
    hn_jw_end_array(&w);
    *out = hn_sbuf_text(&b);
}

static enum hn_code read_body(struct http_ctx *c, bool create, struct maintenance_new *in,
                              struct hn_err *e)
{
    static const char *const fields[] = {"title",     "from",   "to",   "recurrence", "scope",
                                         "change_id", "reason", "kind", "version",    NULL};
    enum hn_need need = create ? HN_REQ : HN_OPT;
    HN_JSON o = NULL;
    int kind = -1;

    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "title", need, 1, 200, c->arena, &in->title, e);
    (void)hn_json_instant(o, "from", need, &in->from, e);
    (void)hn_json_instant(o, "to", need, &in->to, e);
    (void)hn_json_text(o, "recurrence", HN_OPT, 1, 300, c->arena, &in->recurrence, e);
    read_scope(o, need, c->arena, &in->scope, e);
    (void)hn_json_i64(o, "change_id", HN_OPT, 1, INT64_MAX, &in->change_id, e);
    (void)hn_json_text(o, "reason", HN_OPT, 0, 2000, c->arena, &in->reason, e);
    (void)hn_json_word(o, "kind", HN_OPT, kinds, &kind, e);
    if (kind >= 0)
        in->kind = kinds[kind];
    (void)hn_json_i64(o, "version", create ? HN_OPT : HN_REQ, 1, INT64_MAX, &in->seen_version, e);
    return hn_json_no_others(o, fields, e);
}

static enum hn_code answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct maintenance_row row;

    if (maintenance_get(c->db, c->arena, id, &row, e) != HN_OK)
        return e->code;
    write_row(http_jw(c), NULL, &row);
    return http_json(c, status, e);
}

static enum hn_code api_list(struct http_ctx *c, struct hn_err *e)
{
    struct maintenance_filter f = {.from = HN_UNSET, .to = HN_UNSET};
    const struct maintenance_row *rows = NULL;
    struct http_page page;
    struct hn_jw *w;
    size_t n = 0;
    size_t shown;

    if (http_page_of(c, &page, e) != HN_OK || http_query_instant(c, "from", &f.from, e) != HN_OK ||
        http_query_instant(c, "to", &f.to, e) != HN_OK)
        return e->code;
    f.state = http_query(c, "state");
    f.after = page.cursor;
    f.limit = page.limit + 1;
    if (maintenance_list(c->db, c->arena, &f, &rows, &n, e) != HN_OK)
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
    struct actor who = http_actor_of(c);
    struct maintenance_new in = {.from = HN_UNSET, .to = HN_UNSET};
    int64_t id = 0;

    if (read_body(c, true, &in, e) != HN_OK ||
        maintenance_create(c->db, c->arena, &who, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return answer(c, 201, id, e);
}

static enum hn_code api_change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct maintenance_row old;
    struct maintenance_new in;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        maintenance_get(c->db, c->arena, id, &old, e) != HN_OK)
        return e->code;
    in = (struct maintenance_new){.title = old.title,
                                  .from = old.from_at,
                                  .to = old.to_at,
                                  .recurrence = old.recurrence,
                                  .scope = old.scope,
                                  .change_id = old.change_id,
                                  .reason = old.reason};
    if (read_body(c, false, &in, e) != HN_OK ||
        maintenance_change(c->db, c->arena, &who, id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

static enum hn_code decide(struct http_ctx *c, bool approve, struct hn_err *e)
{
    static const char *const fields[] = {"note", "version", NULL};
    struct actor who = http_actor_of(c);
    const char *note = NULL;
    int64_t version = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (http_body(c).n > 0) {
        HN_JSON o = NULL;

        if (http_json_body(c, &o, e) != HN_OK)
            return e->code;
        (void)hn_json_text(o, "note", HN_OPT, 0, 2000, c->arena, &note, e);
        (void)hn_json_i64(o, "version", HN_OPT, 1, INT64_MAX, &version, e);
        if (hn_json_no_others(o, fields, e) != HN_OK)
            return e->code;
    }
    if (maintenance_decide(c->db, c->arena, &who, id, approve, note, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

static enum hn_code api_approve(struct http_ctx *c, struct hn_err *e)
{
    return decide(c, true, e);
}

static enum hn_code api_reject(struct http_ctx *c, struct hn_err *e)
{
    return decide(c, false, e);
}

static enum hn_code api_end(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        maintenance_end(c->db, c->arena, &who, id, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/maintenances", PERM_MAINT_READ, api_list, 0, "Planned stops"},
    {"POST", "/api/v1/maintenances", PERM_MAINT_EDIT, api_create, 0, "Propose a planned stop"},
    {"GET", "/api/v1/maintenances/:id", PERM_MAINT_READ, api_get, 0, "One planned stop"},
    {"PUT", "/api/v1/maintenances/:id", PERM_MAINT_EDIT, api_change, 0, "Change a proposed one"},
    {"PATCH", "/api/v1/maintenances/:id", PERM_MAINT_EDIT, api_change, 0, "Change a proposed one"},
    {"POST", "/api/v1/maintenances/:id/approve", PERM_APPROVE_WARD, api_approve, 0, "Approve it"},
    {"POST", "/api/v1/maintenances/:id/reject", PERM_APPROVE_WARD, api_reject, 0, "Reject it"},
    {"POST", "/api/v1/maintenances/:id/end", PERM_MAINT_EDIT, api_end, 0,
     "End it now, or cancel it"},
};

const struct hn_module maintenance_module = {
    .name = "maintenance", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
