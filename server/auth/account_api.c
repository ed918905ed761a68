/* SPDX-License-Identifier: Apache-2.0 */
/* JSON routes of accounts, tokens and sessions. */
#include "server/auth/account_json.h"
#include "server/auth/account_store.h"
#include "server/auth/auth_routes.h"
#include "server/auth/session_store.h"
#include "server/http/actor.h"

enum hn_code account_api_list(struct http_ctx *c, struct hn_err *e)
{
    struct account_filter f = {.role = http_query(c, "role"), .state = http_query(c, "state")};
    struct account_list l = {0};
    struct http_page p;
    struct hn_jw *w;
    bool more;

    if (http_page_of(c, &p, e) != HN_OK)
        return e->code;
    f.q = p.q;
    f.after = p.cursor;
    f.limit = p.limit + 1;
    if (account_store_list(c->db, &f, c->arena, &l, e) != HN_OK)
        return hn_ctx(e, "accounts");
    more = l.n > (size_t)p.limit;
    l.n = more ? (size_t)p.limit : l.n;
    w = http_items_begin(c);
    for (size_t i = 0; i < l.n; i++)
        account_json_write(w, &l.v[i], NULL);
    return http_items_end(c, more ? http_cursor(c->arena, l.v[l.n - 1].id) : NULL, e);
}

/* link: shown this once. */
static enum hn_code answer_account(struct http_ctx *c, int status, int64_t id, const char *link,
                                   struct hn_err *e)
{
    struct account t = {0};

    if (account_store_get(c->db, id, c->arena, &t, e) != HN_OK)
        return hn_ctx(e, "account");
    account_json_write(http_jw(c), &t, link);
    return http_json(c, status, e);
}

enum hn_code account_api_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return answer_account(c, 200, id, NULL, e);
}

enum hn_code account_api_me(struct http_ctx *c, struct hn_err *e)
{
    return answer_account(c, 200, c->actor.account_id, NULL, e);
}

enum hn_code account_api_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct account_new in;
    const char *link = NULL;
    int64_t id = 0;
    HN_JSON o = NULL;

    if (http_json_body(c, &o, e) != HN_OK || account_json_new(o, c->arena, &in, e) != HN_OK ||
        account_create(c->db, &by, &in, c->now, c->arena, &id, &link, e) != HN_OK)
        return e->code;
    http_set_header(c, "Location", hn_arena_fmt(c->arena, "/api/v1/users/%" PRId64, id));
    return answer_account(c, 201, id, link, e);
}

enum hn_code account_api_update(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct account_change in;
    int64_t id = 0;
    HN_JSON o = NULL;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_json_body(c, &o, e) != HN_OK ||
        account_json_change(o, c->arena, &in, e) != HN_OK ||
        account_update(c->db, &by, id, &in, c->now, c->arena, e) != HN_OK)
        return e->code;
    return answer_account(c, 200, id, NULL, e);
}

enum hn_code account_api_reset(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    const char *link = NULL;
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        account_reset(c->db, &by, id, c->now, c->arena, &link, e) != HN_OK)
        return e->code;
    return answer_account(c, 200, id, link, e);
}

/* ---- tokens ---- */

enum hn_code token_api_list(struct http_ctx *c, struct hn_err *e)
{
    struct token_list l = {0};
    struct http_page p;
    struct hn_jw *w;
    bool more;

    if (http_page_of(c, &p, e) != HN_OK ||
        token_store_list(c->db, p.cursor, p.limit + 1, c->arena, &l, e) != HN_OK)
        return hn_ctx(e, "tokens");
    more = l.n > (size_t)p.limit;
    l.n = more ? (size_t)p.limit : l.n;
    w = http_items_begin(c);
    for (size_t i = 0; i < l.n; i++)
        token_json_write(w, &l.v[i], NULL);
    return http_items_end(c, more ? http_cursor(c->arena, l.v[l.n - 1].id) : NULL, e);
}

enum hn_code token_api_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct token_new in;
    struct token t = {0};
    const char *secret = NULL;
    HN_JSON o = NULL;

    if (http_json_body(c, &o, e) != HN_OK || token_json_new(o, c->arena, c->now, &in, e) != HN_OK ||
        token_create(c->db, &by, &in, c->now, c->arena, &t, &secret, e) != HN_OK)
        return e->code;
    token_json_write(http_jw(c), &t, secret);
    return http_json(c, 201, e);
}

enum hn_code token_api_revoke(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK || token_revoke(c->db, &by, id, c->now, e) != HN_OK)
        return e->code;
    return http_json(c, 204, e);
}

/* ---- sessions ---- */

enum hn_code session_api_list(struct http_ctx *c, struct hn_err *e)
{
    struct session_list l = {0};
    int64_t account_id = 0;
    struct hn_jw *w;

    if (http_query_i64(c, "account_id", &account_id, e) != HN_OK)
        return e->code;
    /* Everybody sees their own; an administrator those of all. */
    if (!http_may(c, PERM_ACCOUNT_ADMIN))
        account_id = c->actor.account_id;
    if (session_store_list(c->db, account_id, c->now, session_idle(), c->arena, &l, e) != HN_OK)
        return hn_ctx(e, "sessions");
    w = http_items_begin(c);
    for (size_t i = 0; i < l.n; i++)
        session_json_write(w, &l.v[i]);
    return http_items_end(c, NULL, e);
}

enum hn_code session_api_revoke(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        session_revoke(c->db, &by, id, !http_may(c, PERM_ACCOUNT_ADMIN), c->now, e) != HN_OK)
        return e->code;
    return http_json(c, 204, e);
}
