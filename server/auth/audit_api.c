/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/audit: the journal, newest first, read-only. */
#include "server/auth/audit_view.h"
#include "server/auth/auth_routes.h"
#include "server/http/app.h"

#include <stdio.h>

/* An instant, or a date of Asia/Tokyo: its beginning, or with `end` the next day's. */
static enum hn_code query_time(struct http_ctx *c, const char *name, bool end, hn_instant *out,
                               struct hn_err *e)
{
    const char *v = http_query(c, name);

    if (v != NULL && strlen(v) == 10)
        v = hn_arena_fmt(c->arena, "%sT00:00:00+09:00", v);
    else
        end = false;
    if (v == NULL || *v == '\0')
        return HN_OK;
    if (hn_parse_rfc3339(v, name, out, e) != HN_OK)
        return e->code;
    if (end)
        *out += HN_DAY;
    return HN_OK;
}

enum hn_code audit_view_filter(struct http_ctx *c, struct audit_filter *f, int64_t *limit,
                               struct hn_err *e)
{
    const char *who = http_query(c, "who");
    const char *object = http_query(c, "object");
    const char *act = http_query(c, "act");
    struct http_page p;

    *f = (struct audit_filter){.from = HN_UNSET, .to = HN_UNSET};
    if (http_page_of(c, &p, e) != HN_OK ||
        http_query_i64(c, "object_id", &f->object_id, e) != HN_OK ||
        query_time(c, "from", false, &f->from, e) != HN_OK ||
        query_time(c, "to", true, &f->to, e) != HN_OK)
        return e->code;
    f->q = p.q;
    f->who = who != NULL && *who != '\0' ? who : NULL;
    f->object = object != NULL && *object != '\0' ? object : NULL;
    f->act = act != NULL && *act != '\0' ? act : NULL;
    f->before_seq = p.cursor;
    f->limit = p.limit + 1;
    *limit = p.limit;
    return HN_OK;
}

enum hn_code audit_view_record(struct http_ctx *c, struct hn_err *e)
{
    struct hn_sbuf b;
    struct hn_jw w;
    DB_TX tx = {0};

    hn_sbuf_init(&b, c->arena, HTTP_URI_MAX * 2);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "query", http_query_string(c));
    hn_jw_end_object(&w);
    struct audit_act row = {.account_id = c->actor.account_id,
                            .who = c->actor.login,
                            .act = "audit.read",
                            .object = "audit",
                            .after = hn_sbuf_text(&b),
                            .address = http_client_address(c)};

    if (db_begin(c->db, &tx, e) != HN_OK || audit_add(c->db, &row, c->now, e) != HN_OK)
        return hn_ctx(e, "read the audit journal");
    return db_commit(&tx, e);
}

static void write_row(struct hn_jw *w, const struct audit_row *r)
{
    char hash[65] = "";

    for (size_t i = 0; i < r->row_hash.n && i < 32; i++)
        (void)snprintf(hash + 2 * i, 3, "%02x", r->row_hash.p[i]);
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "seq", r->seq);
    hn_jw_instant(w, "at", r->at);
    hn_jw_id(w, "account_id", r->account_id);
    hn_jw_text(w, "who", r->who);
    hn_jw_text(w, "name", r->name);
    hn_jw_text(w, "act", r->act);
    hn_jw_text(w, "object", r->object);
    hn_jw_id(w, "object_id", r->object_id);
    hn_jw_text(w, "reason", r->reason);
    hn_jw_raw(w, "before", r->before);
    hn_jw_raw(w, "after", r->after);
    hn_jw_text(w, "address", r->address);
    hn_jw_text(w, "row_hash", hash);
    hn_jw_bool(w, "linked", r->linked);
    hn_jw_end_object(w);
}

enum hn_code audit_api_list(struct http_ctx *c, struct hn_err *e)
{
    struct audit_filter f;
    struct audit_row *row = NULL;
    struct hn_jw *w;
    int64_t limit = 0;
    size_t n = 0;
    bool more;

    if (audit_view_filter(c, &f, &limit, e) != HN_OK ||
        audit_store_list(c->db, &f, c->arena, &row, &n, e) != HN_OK ||
        audit_view_record(c, e) != HN_OK)
        return hn_ctx(e, "audit journal");
    more = n > (size_t)limit;
    n = more ? (size_t)limit : n;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++)
        write_row(w, &row[i]);
    return http_items_end(c, more ? http_cursor(c->arena, row[n - 1].seq) : NULL, e);
}
