/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/calendar/calendars.h"

#include "server/http/actor.h"

#define NAME_MAX_CHARS 100

/* Without the braces' content the definition is inserted as it stands in the row. */
static void write_row(struct hn_jw *w, const char *key, const struct calendar_row *r)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_text(w, "name", r->name);
    hn_jw_text(w, "code", r->code);
    hn_jw_i64(w, "version", r->version);
    if (r->valid_from > HN_UNSET + 1)
        hn_jw_instant(w, "valid_from", r->valid_from);
    else
        hn_jw_null(w, "valid_from");
    hn_jw_raw(w, "definition", r->definition);
    hn_jw_bool(w, "approved", r->approved_at != HN_UNSET);
    hn_jw_instant(w, "approved_at", r->approved_at);
    hn_jw_id(w, "approved_by", r->approved_by);
    hn_jw_instant(w, "created_at", r->created_at);
    hn_jw_id(w, "created_by", r->created_by);
    hn_jw_end_object(w);
}

static enum hn_code answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct calendar_row row;

    if (calendars_get(c->db, c->arena, id, &row, e) != HN_OK)
        return e->code;
    write_row(http_jw(c), NULL, &row);
    return http_json(c, status, e);
}

static enum hn_code api_list(struct http_ctx *c, struct hn_err *e)
{
    struct http_page page;
    const struct calendar_row *rows = NULL;
    size_t n = 0;
    struct hn_jw *w;

    if (http_page_of(c, &page, e) != HN_OK ||
        calendars_list(c->db, c->arena, page.q, page.cursor, page.limit + 1, &rows, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
        write_row(w, NULL, &rows[i]);
    return http_items_end(
        c, n > (size_t)page.limit ? http_cursor(c->arena, rows[page.limit - 1].id) : NULL, e);
}

static enum hn_code api_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

/* The body: name, valid_from, version here; the definition's own fields in measure/calendar.c. */
static enum hn_code read_body(struct http_ctx *c, bool create, struct calendar_new *in,
                              struct hn_err *e)
{
    HN_JSON o = NULL;
    struct hn_bytes body = http_body(c);

    *in = (struct calendar_new){.valid_from = HN_UNSET};
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "name", create ? HN_REQ : HN_OPT, 1, NAME_MAX_CHARS, c->arena, &in->name,
                       e);
    (void)hn_json_text(o, "code", HN_OPT, 1, 20, c->arena, &in->code, e);
    (void)hn_json_instant(o, "valid_from", HN_OPT, &in->valid_from, e);
    (void)hn_json_i64(o, "version", create ? HN_OPT : HN_REQ, 1, INT64_MAX, &in->seen_version, e);
    in->definition = hn_arena_strndup(c->arena, (const char *)body.p, body.n);
    return e->code;
}

static enum hn_code api_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct calendar_new in;
    int64_t id = 0;

    if (read_body(c, true, &in, e) != HN_OK ||
        calendars_create(c->db, c->arena, &who, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return answer(c, 201, id, e);
}

static enum hn_code api_change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct calendar_new in;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || read_body(c, false, &in, e) != HN_OK ||
        calendars_change(c->db, c->arena, &who, id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

static enum hn_code api_approve(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        calendars_approve(c->db, c->arena, &who, id, 0, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, e);
}

static enum hn_code api_versions(struct http_ctx *c, struct hn_err *e)
{
    const struct calendar_row *rows = NULL;
    size_t n = 0;
    int64_t id;
    struct hn_jw *w;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        calendars_versions(c->db, c->arena, id, &rows, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++)
        write_row(w, NULL, &rows[i]);
    return http_items_end(c, NULL, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/calendars", PERM_SLA_READ, api_list, 0, "Calendars"},
    {"POST", "/api/v1/calendars", PERM_SLA_EDIT, api_create, 0, "Make a calendar"},
    {"GET", "/api/v1/calendars/:id", PERM_SLA_READ, api_get, 0, "One calendar"},
    {"PUT", "/api/v1/calendars/:id", PERM_SLA_EDIT, api_change, 0, "A new version of a calendar"},
    {"PATCH", "/api/v1/calendars/:id", PERM_SLA_EDIT, api_change, 0, "A new version of a calendar"},
    {"GET", "/api/v1/calendars/:id/versions", PERM_SLA_READ, api_versions, 0, "Its versions"},
    {"POST", "/api/v1/calendars/:id/approve", PERM_APPROVE_WARD, api_approve, 0,
     "Approve the newest version"},
};

const struct hn_module calendars_module = {
    .name = "calendar", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
