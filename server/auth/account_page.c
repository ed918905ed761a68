/* SPDX-License-Identifier: Apache-2.0 */
/* Pages for administrators: people and tokens. */
#include "server/auth/account_json.h"
#include "server/auth/account_store.h"
#include "server/auth/auth_routes.h"
#include "server/auth/session_store.h"
#include "server/base/i18n.h"
#include "server/base/parse.h"
#include "server/http/actor.h"
#include "server/http/list_view.h"

static const char *form_text(struct http_ctx *c, const char *name)
{
    const char *v = http_form(c, name);

    return v == NULL ? "" : v;
}

static void roles_into(struct tpl_val *v, const char *key)
{
    struct tpl_val *l = tpl_set_list(v, key);

    for (int i = 0; i < ROLE_COUNT; i++) {
        struct tpl_val *m = tpl_push_map(l);

        tpl_set_str(m, "value", role_word((enum role)i));
        tpl_set_str(m, "label", role_label((enum role)i));
    }
}

static void no_error(struct http_ctx *c, struct tpl_val *v)
{
    tpl_set(v, "error", tpl_none(c->arena));
    (void)tpl_set_map(v, "errors");
}

static void account_into(struct tpl_val *m, const struct account *t)
{
    tpl_set_i64(m, "id", t->id);
    tpl_set_str(m, "login", t->login);
    tpl_set_str(m, "name", t->name);
    tpl_set_str(m, "mail", t->mail);
    tpl_set_str(m, "role", t->role);
    tpl_set_str(m, "role_label", role_label(role_parse(t->role)));
    tpl_set_str(m, "state", account_state(t));
    tpl_set_bool(m, "sample", hn_streq(t->kind, "sample"));
    tpl_set_instant(m, "last_sign_in_at", t->last_sign_in_at);
    tpl_set_instant(m, "created_at", t->created_at);
    tpl_set_instant(m, "disabled_at", t->disabled_at);
    tpl_set_i64(m, "version", t->version);
}

static struct tpl_val *crumb(struct tpl_val *v, const char *label, const char *href)
{
    struct tpl_val *l = tpl_set_list(v, "crumbs");
    struct tpl_val *m = tpl_push_map(l);

    tpl_set_str(m, "label", label);
    tpl_set_str(m, "href", href);
    return l;
}

/* ---- the list ---- */

enum hn_code account_page_list(struct http_ctx *c, struct hn_err *e)
{
    struct http_choice roles[ROLE_COUNT];
    const struct http_choice states[] = {{"active", hn_tr("Active")},
                                         {"waiting", hn_tr("Not set up yet")},
                                         {"disabled", hn_tr("Disabled")}};
    struct http_filter filters[] = {{"role", hn_tr("Role"), roles, ROLE_COUNT, NULL},
                                    {"state", hn_tr("State"), states, HN_ARRAY_LEN(states), NULL}};
    struct account_filter f = {.role = http_query(c, "role"), .state = http_query(c, "state")};
    struct account_list l = {0};
    struct tpl_val *v = http_view(c);
    struct tpl_val *rows;
    struct tpl_val *list;
    struct http_page p;
    int64_t next = 0;

    for (int i = 0; i < ROLE_COUNT; i++)
        roles[i] = (struct http_choice){role_word((enum role)i), role_label((enum role)i)};
    if (http_page_of(c, &p, e) != HN_OK)
        return e->code;
    f.q = p.q;
    f.role = f.role != NULL && *f.role == '\0' ? NULL : f.role;
    f.state = f.state != NULL && *f.state == '\0' ? NULL : f.state;
    f.after = p.cursor;
    f.limit = p.limit + 1;
    if (account_store_list(c->db, &f, c->arena, &l, e) != HN_OK)
        return hn_ctx(e, "accounts");
    if (l.n > (size_t)p.limit) {
        l.n = (size_t)p.limit;
        next = l.v[l.n - 1].id;
    }
    tpl_set_str(v, "title", hn_tr("Users"));
    rows = tpl_set_list(v, "users");
    for (size_t i = 0; i < l.n; i++)
        account_into(tpl_push_map(rows), &l.v[i]);
    list = http_view_list(c, v, filters, HN_ARRAY_LEN(filters), next);
    tpl_set_i64(list, "shown", (int64_t)l.n);
    return http_page(c, "page/users.html", v, e);
}

/* ---- a new person ---- */

static enum hn_code new_page(struct http_ctx *c, int status, const struct hn_err *why,
                             struct hn_err *e)
{
    static const char *const names[] = {"login", "name", "mail", "role", NULL};
    struct tpl_val *v = http_view(c);

    tpl_set_str(v, "title", hn_tr("Register a user"));
    (void)crumb(v, hn_tr("Users"), "/users");
    roles_into(v, "roles");
    http_view_form(c, v, names);
    if (why != NULL)
        http_view_error(v, c->arena, why);
    else
        no_error(c, v);
    return http_page_status(c, status, "page/user_new.html", v, e);
}

enum hn_code account_page_new(struct http_ctx *c, struct hn_err *e)
{
    return new_page(c, 200, NULL, e);
}

/* The link is shown once, on this page alone: it is not kept anywhere in clear. */
static enum hn_code link_page(struct http_ctx *c, int64_t id, const char *link, struct hn_err *e)
{
    struct tpl_val *v = http_view(c);
    struct account t = {0};
    const char *host = http_header(c, "Host");

    if (account_store_get(c->db, id, c->arena, &t, e) != HN_OK)
        return hn_ctx(e, "account");
    tpl_set_str(v, "title", hn_tr("Set-up link"));
    (void)crumb(v, hn_tr("Users"), "/users");
    account_into(tpl_set_map(v, "user"), &t);
    tpl_set_str(v, "link",
                hn_arena_fmt(c->arena, "%s://%s%s",
                             c->app->config.secure_cookies ? "https" : "http",
                             host == NULL ? "localhost" : host, link));
    tpl_set_instant(v, "expires_at", c->now + ACCOUNT_LINK_LIFE);
    return http_page(c, "page/user_link.html", v, e);
}

enum hn_code account_page_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct account_new in = {.login = form_text(c, "login"),
                             .name = form_text(c, "name"),
                             .mail = form_text(c, "mail"),
                             .role = role_parse(form_text(c, "role"))};
    struct hn_err why = {0};
    const char *link = NULL;
    int64_t id = 0;
    enum hn_code r = account_create(c->db, &by, &in, c->now, c->arena, &id, &link, &why);

    if (r == HN_E_INVALID || (r == HN_E_CONFLICT && why.n_fields > 0))
        return new_page(c, 422, &why, e);
    if (r != HN_OK) {
        *e = why;
        return r;
    }
    return link_page(c, id, link, e);
}

/* ---- one person ---- */

static enum hn_code show_page(struct http_ctx *c, int status, int64_t id, const struct hn_err *why,
                              struct hn_err *e)
{
    static const char *const names[] = {"name", "mail", "role", NULL};
    struct tpl_val *v = http_view(c);
    struct tpl_val *sessions = tpl_set_list(v, "sessions");
    struct session_list l = {0};
    struct account t = {0};

    if (account_store_get(c->db, id, c->arena, &t, e) != HN_OK ||
        session_store_list(c->db, id, c->now, session_idle(), c->arena, &l, e) != HN_OK)
        return hn_ctx(e, "account");
    if (hn_streq(t.kind, "token"))
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such page or object");
    tpl_set_str(v, "title", t.name);
    (void)crumb(v, hn_tr("Users"), "/users");
    account_into(tpl_set_map(v, "user"), &t);
    tpl_set_bool(v, "own", id == c->actor.account_id);
    roles_into(v, "roles");
    for (size_t i = 0; i < l.n; i++) {
        struct tpl_val *m = tpl_push_map(sessions);

        tpl_set_i64(m, "id", l.v[i].id);
        tpl_set_str(m, "address", l.v[i].address);
        tpl_set_str(m, "agent", l.v[i].agent);
        tpl_set_instant(m, "created_at", l.v[i].created_at);
        tpl_set_instant(m, "used_at", l.v[i].used_at);
    }
    if (why != NULL) {
        http_view_form(c, v, names);
        http_view_error(v, c->arena, why);
    } else {
        struct tpl_val *form = tpl_set_map(v, "form");

        tpl_set_str(form, "name", t.name);
        tpl_set_str(form, "mail", t.mail == NULL ? "" : t.mail);
        tpl_set_str(form, "role", t.role);
        no_error(c, v);
    }
    return http_page_status(c, status, "page/user.html", v, e);
}

enum hn_code account_page_show(struct http_ctx *c, struct hn_err *e)
{
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return show_page(c, 200, id, NULL, e);
}

enum hn_code account_page_update(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    const char *act = form_text(c, "act");
    struct account_change in = {.role = ROLE_NONE, .disabled = -1};
    struct hn_err why = {0};
    int64_t id = 0;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        hn_parse_i64(form_text(c, "version"), "version", 1, INT64_MAX, &in.version, e) != HN_OK)
        return e->code;
    if (hn_streq(act, "disable") || hn_streq(act, "enable")) {
        in.disabled = hn_streq(act, "disable") ? 1 : 0;
    } else {
        const char *role = http_form(c, "role");

        in.name = form_text(c, "name");
        in.mail = form_text(c, "mail");
        if (role != NULL)
            in.role = role_parse(role);
        if (role != NULL && in.role == ROLE_NONE)
            (void)hn_fail_field(&why, "role", "is not a role");
    }
    r = why.code != HN_OK ? why.code : account_update(c->db, &by, id, &in, c->now, c->arena, &why);
    if (r == HN_OK) {
        http_flash(c, hn_tr(in.disabled == 1   ? "The account was disabled and its sessions ended."
                            : in.disabled == 0 ? "The account was enabled."
                                               : "The account was changed."));
        return http_redirect(c, c->path, e);
    }
    if (r == HN_E_INVALID || r == HN_E_CONFLICT)
        return show_page(c, hn_code_http_status(r), id, &why, e);
    *e = why;
    return r;
}

enum hn_code account_page_reset(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    const char *link = NULL;
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        account_reset(c->db, &by, id, c->now, c->arena, &link, e) != HN_OK)
        return e->code;
    return link_page(c, id, link, e);
}

enum hn_code account_page_revoke(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    int64_t session_id = 0;

    if (http_param_id(c, "session", &session_id, e) != HN_OK ||
        session_revoke(c->db, &by, session_id, false, c->now, e) != HN_OK)
        return e->code;
    http_flash(c, hn_tr("The session was ended."));
    return http_redirect(c, hn_arena_fmt(c->arena, "/users/%s", http_param(c, "id")), e);
}

/* ---- tokens ---- */

/* secret: shown on this answer alone. */
static enum hn_code tokens_page(struct http_ctx *c, int status, const char *secret,
                                const struct hn_err *why, struct hn_err *e)
{
    static const char *const names[] = {"name", "role", "expires", NULL};
    struct tpl_val *v = http_view(c);
    struct tpl_val *rows = tpl_set_list(v, "tokens");
    struct token_list l = {0};

    if (token_store_list(c->db, 0, 1000, c->arena, &l, e) != HN_OK)
        return hn_ctx(e, "tokens");
    tpl_set_str(v, "title", hn_tr("API tokens"));
    tpl_set_str(v, "secret", secret);
    roles_into(v, "roles");
    for (size_t i = 0; i < l.n; i++) {
        const struct token *t = &l.v[l.n - 1 - i];
        struct tpl_val *m = tpl_push_map(rows);

        tpl_set_i64(m, "id", t->id);
        tpl_set_str(m, "name", t->name);
        tpl_set_str(m, "role_label", role_label(role_parse(t->role)));
        tpl_set_instant(m, "created_at", t->created_at);
        tpl_set_instant(m, "used_at", t->used_at);
        tpl_set_instant(m, "expires_at", t->expires_at);
        tpl_set_str(m, "state",
                    t->revoked_at != HN_UNSET                              ? "revoked"
                    : t->expires_at != HN_UNSET && t->expires_at <= c->now ? "expired"
                                                                           : "active");
    }
    http_view_form(c, v, names);
    if (why != NULL)
        http_view_error(v, c->arena, why);
    else
        no_error(c, v);
    return http_page_status(c, status, "page/tokens.html", v, e);
}

enum hn_code token_page_list(struct http_ctx *c, struct hn_err *e)
{
    return tokens_page(c, 200, NULL, NULL, e);
}

enum hn_code token_page_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    const char *expires = form_text(c, "expires");
    struct token_new in = {.name = form_text(c, "name"),
                           .role = role_parse(form_text(c, "role")),
                           .expires_at = HN_UNSET};
    struct hn_err why = {0};
    struct token t = {0};
    const char *secret = NULL;
    enum hn_code r = HN_OK;

    if (*expires != '\0')
        r = token_expiry(expires, "expires", c->now, &in.expires_at, &why);
    if (r == HN_OK)
        r = token_create(c->db, &by, &in, c->now, c->arena, &t, &secret, &why);
    if (r == HN_E_INVALID)
        return tokens_page(c, 422, NULL, &why, e);
    if (r != HN_OK) {
        *e = why;
        return r;
    }
    return tokens_page(c, 200, secret, NULL, e);
}

enum hn_code token_page_revoke(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK || token_revoke(c->db, &by, id, c->now, e) != HN_OK)
        return e->code;
    http_flash(c, hn_tr("The token was revoked."));
    return http_redirect(c, "/tokens", e);
}
