/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of a ticket's parts: journal, files, scope of effect, links. */
#include "itsm/ticket/ticket_http.h"

#include "server/base/parse.h"

static enum hn_code one_entry(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct ticket_entry n;

    if (ticket_store_entry(c->db, c->arena, id, &n, e) != HN_OK)
        return e->code;
    ticket_json_entry(http_jw(c), &n);
    return http_json(c, status, e);
}

enum hn_code ticket_api_entries(struct http_ctx *c, struct hn_err *e)
{
    struct ticket t;
    struct http_page p;
    struct ticket_entry *list = NULL;
    size_t n = 0;
    struct hn_jw *w;
    const char *next = NULL;

    if (ticket_http_get(c, &t, e) != HN_OK || http_page_of(c, &p, e) != HN_OK ||
        ticket_entries(c->db, c->arena, t.id, true, p.cursor, p.limit + 1, &list, &n, e) != HN_OK)
        return e->code;
    if (n > (size_t)p.limit) {
        n--;
        next = http_cursor(c->arena, list[n - 1].id);
    }
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++)
        ticket_json_entry(w, &list[i]);
    return http_items_end(c, next, e);
}

enum hn_code ticket_api_entry_add(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_json_comment in;
    struct ticket t;
    int64_t id = 0;

    if (ticket_http_get(c, &t, e) != HN_OK || http_json_body(c, &o, e) != HN_OK ||
        ticket_json_comment(o, c->arena, &in, e) != HN_OK ||
        ticket_comment(c->db, c->arena, &by, t.id, in.kind, in.is_public, in.text, in.data, c->now,
                       &id, e) != HN_OK)
        return e->code;
    return one_entry(c, 201, id, e);
}

enum hn_code ticket_api_entry_edit(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"text", NULL};
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket t;
    const char *text = NULL;
    int64_t entry_id;
    int64_t id = 0;

    if (ticket_http_get(c, &t, e) != HN_OK || http_param_id(c, "entry", &entry_id, e) != HN_OK ||
        http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "text", HN_REQ, 1, TICKET_TEXT_MAX, c->arena, &text, e);
    if (hn_json_no_others(o, fields, e) != HN_OK ||
        ticket_comment_edit(c->db, c->arena, &by, t.id, entry_id, text, c->now, &id, e) != HN_OK)
        return e->code;
    return one_entry(c, 200, id, e);
}

/* ---- files ---- */

enum hn_code ticket_api_attachments(struct http_ctx *c, struct hn_err *e)
{
    struct ticket t;
    struct ticket_attachment *list = NULL;
    size_t n = 0;
    struct hn_jw *w;

    if (ticket_http_get(c, &t, e) != HN_OK ||
        ticket_attachments(c->db, c->arena, t.id, &list, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++)
        ticket_json_attachment(w, &list[i]);
    return http_items_end(c, NULL, e);
}

enum hn_code ticket_api_attachment_add(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct ticket t;
    struct http_file file;
    struct ticket_attachment out;
    struct hn_bytes data;
    const char *is_public = http_form(c, "public");
    int64_t id = 0;

    if (ticket_http_get(c, &t, e) != HN_OK)
        return e->code;
    if (!http_form_file(c, "file", &file))
        return hn_fail_field(e, "file",
                             "send the file as multipart/form-data in the field \"file\"");
    if (ticket_attach(c->db, c->arena, &by, t.id, file.name, file.data,
                      is_public == NULL || !hn_streq(is_public, "false"), c->now, &id,
                      e) != HN_OK ||
        ticket_attachment_get(c->db, c->arena, t.id, id, &out, &data, e) != HN_OK)
        return e->code;
    ticket_json_attachment(http_jw(c), &out);
    return http_json(c, 201, e);
}

enum hn_code ticket_api_attachment_get(struct http_ctx *c, struct hn_err *e)
{
    struct ticket t;
    struct ticket_attachment f;
    struct hn_bytes data;
    int64_t id;

    if (ticket_http_get(c, &t, e) != HN_OK || http_param_id(c, "file", &id, e) != HN_OK)
        return e->code;
    if (ticket_attachment_get(c->db, c->arena, t.id, id, &f, &data, e) != HN_OK)
        return e->code == HN_E_NOT_FOUND ? hn_fail(e, HN_E_NOT_FOUND, "there is no such file")
                                         : e->code;
    return http_bytes(c, 200, f.type, data, f.name, e);
}

/* ---- scope of effect ---- */

enum hn_code ticket_api_affected(struct http_ctx *c, struct hn_err *e)
{
    struct ticket t;
    struct ticket_affected *list = NULL;
    size_t n = 0;
    struct hn_jw *w;

    if (ticket_http_get(c, &t, e) != HN_OK ||
        ticket_affected_list(c->db, c->arena, t.id, &list, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++)
        ticket_json_affected(w, &list[i]);
    return http_items_end(c, NULL, e);
}

static enum hn_code one_affected(struct http_ctx *c, int status, int64_t ticket_id, int64_t id,
                                 struct hn_err *e)
{
    struct ticket_affected *list = NULL;
    size_t n = 0;

    if (ticket_affected_list(c->db, c->arena, ticket_id, &list, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (list[i].id == id) {
            ticket_json_affected(http_jw(c), &list[i]);
            return http_json(c, status, e);
        }
    return hn_fail(e, HN_E_NOT_FOUND, "there is no such row");
}

enum hn_code ticket_api_affected_add(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_affected x = {0};
    struct ticket t;
    const char *reason;
    int64_t id = 0;

    if (ticket_http_get(c, &t, e) != HN_OK || http_json_body(c, &o, e) != HN_OK ||
        ticket_json_affected_in(o, c->arena, false, &x, &reason, e) != HN_OK ||
        ticket_affected_add(c->db, c->arena, &by, t.id, &x, c->now, &id, e) != HN_OK)
        return e->code;
    return one_affected(c, 201, t.id, id, e);
}

static enum hn_code change(struct http_ctx *c, bool remove, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket_affected *list = NULL;
    struct ticket_affected x = {0};
    struct ticket t;
    const char *reason = NULL;
    size_t n = 0;
    int64_t row;

    if (ticket_http_get(c, &t, e) != HN_OK || http_param_id(c, "row", &row, e) != HN_OK ||
        ticket_affected_list(c->db, c->arena, t.id, &list, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (list[i].id == row)
            x = list[i];
    if (remove)
        x.removed = true;
    else if (http_json_body(c, &o, e) != HN_OK ||
             ticket_json_affected_in(o, c->arena, true, &x, &reason, e) != HN_OK)
        return e->code;
    if (ticket_affected_change(c->db, c->arena, &by, t.id, row, x.count, x.removed, reason, c->now,
                               e) != HN_OK)
        return e->code;
    return one_affected(c, 200, t.id, row, e);
}

enum hn_code ticket_api_affected_change(struct http_ctx *c, struct hn_err *e)
{
    return change(c, false, e);
}

enum hn_code ticket_api_affected_remove(struct http_ctx *c, struct hn_err *e)
{
    return change(c, true, e);
}

/* ---- links ---- */

enum hn_code ticket_api_links(struct http_ctx *c, struct hn_err *e)
{
    struct ticket t;
    struct ticket_link *list = NULL;
    size_t n = 0;
    struct hn_jw *w;

    if (ticket_http_get(c, &t, e) != HN_OK ||
        ticket_store_links(c->db, c->arena, t.id, &list, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++)
        ticket_json_link(w, &list[i]);
    return http_items_end(c, NULL, e);
}

enum hn_code ticket_api_link_add(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct actor by = http_actor_of(c);
    struct ticket t;
    struct ticket_link l;
    const char *to_kind;
    const char *relation;
    int64_t to_id = 0;
    int64_t id = 0;

    if (ticket_http_get(c, &t, e) != HN_OK || http_json_body(c, &o, e) != HN_OK ||
        ticket_json_link_in(o, c->arena, &to_kind, &to_id, &relation, e) != HN_OK ||
        ticket_link_add(c->db, c->arena, &by, t.id, to_kind, to_id, relation, c->now, &id, e) !=
            HN_OK ||
        ticket_store_link(c->db, c->arena, id, &l, e) != HN_OK)
        return e->code;
    ticket_json_link(http_jw(c), &l);
    return http_json(c, 201, e);
}

enum hn_code ticket_api_link_remove(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct ticket t;
    int64_t link;

    if (ticket_http_get(c, &t, e) != HN_OK || http_param_id(c, "link", &link, e) != HN_OK ||
        ticket_link_remove(c->db, c->arena, &by, t.id, link, NULL, c->now, e) != HN_OK)
        return e->code;
    return http_bytes(c, 204, NULL, (struct hn_bytes){NULL, 0}, NULL, e);
}
