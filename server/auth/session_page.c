/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of signing in and out, of the first set-up, and of one's own account. */
#include "server/auth/account_json.h"
#include "server/auth/account_store.h"
#include "server/auth/auth_routes.h"
#include "server/auth/password.h"
#include "server/auth/qr.h"
#include "server/auth/session_store.h"
#include "server/auth/totp.h"
#include "server/base/i18n.h"
#include "server/http/actor.h"

/* Where to go after the sign-in: a path of ours, or "/". Never another site. */
static const char *safe_next(const char *next)
{
    if (next == NULL || next[0] != '/' || next[1] == '/' || next[1] == '\\' ||
        strlen(next) > 2000 || strncmp(next, "/login", 6) == 0 || strncmp(next, "/logout", 7) == 0)
        return "/";
    for (const char *p = next; *p != '\0'; p++)
        if ((unsigned char)*p < 0x21 || *p == 0x7f)
            return "/";
    return next;
}

static const char *form_text(struct http_ctx *c, const char *name)
{
    const char *v = http_form(c, name);

    return v == NULL ? "" : v;
}

/* ---- sign-in ---- */

static enum hn_code login_page(struct http_ctx *c, int status, const char *next, const char *error,
                               struct hn_err *e)
{
    const char *cookies = http_header(c, "Cookie");
    struct tpl_val *v = http_view(c);
    struct tpl_val *form = tpl_set_map(v, "form");
    bool had = cookies != NULL && strstr(cookies, SESSION_COOKIE "=") != NULL &&
               strstr(cookies, SESSION_COOKIE "=;") == NULL;

    tpl_set_str(v, "title", hn_tr("Sign in"));
    tpl_set_str(form, "login", form_text(c, "login"));
    tpl_set_str(v, "next", next);
    tpl_set_str(v, "error", error);
    /* A cookie that is good for nothing: the session has ended. */
    tpl_set_bool(v, "ended", had && error == NULL);
    tpl_set_bool(v, "done", http_query(c, "done") != NULL);
    return http_page_status(c, status, "page/login.html", v, e);
}

enum hn_code session_page_login(struct http_ctx *c, struct hn_err *e)
{
    const char *next = safe_next(http_query(c, "next"));

    if (c->actor.account_id != 0)
        return http_redirect(c, next, e);
    return login_page(c, 200, next, NULL, e);
}

enum hn_code session_page_sign_in(struct http_ctx *c, struct hn_err *e)
{
    const char *next = safe_next(http_form(c, "next"));
    struct sign_in in = {.login = form_text(c, "login"),
                         .password = form_text(c, "password"),
                         .code = form_text(c, "code"),
                         .address = http_client_address(c),
                         .agent = http_header(c, "User-Agent")};
    struct signed_in out = {0};
    struct hn_err why = {0};
    enum hn_code r;

    if (strlen(in.login) > 80 || strlen(in.password) > 4 * PASSWORD_MAX || strlen(in.code) > 20)
        return login_page(c, 401, next,
                          hn_tr("Login, password or code is wrong (each code works once)"), e);
    r = session_sign_in(c->db, &in, c->now, c->arena, &out, &why);
    if (r == HN_OK) {
        http_set_header(c, "Set-Cookie", session_cookie(c, out.secret));
        return http_redirect(c, next, e);
    }
    if (r != HN_E_UNAUTHENTICATED && r != HN_E_RATE) {
        *e = why;
        return r;
    }
    if (out.retry_after_s > 0)
        http_set_header(c, "Retry-After", hn_arena_fmt(c->arena, "%" PRId64, out.retry_after_s));
    return login_page(c, hn_code_http_status(r), next, hn_arena_strdup(c->arena, why.msg), e);
}

enum hn_code session_page_sign_out(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);

    if (c->actor.session_id != 0 &&
        session_sign_out(c->db, &by, c->actor.session_id, c->now, e) != HN_OK)
        return e->code;
    http_set_header(c, "Set-Cookie", session_cookie_gone(c));
    return http_redirect(c, "/login", e);
}

/* ---- set-up ---- */

static const char *setup_login(struct http_ctx *c, const struct setup *s)
{
    const char *typed = http_form(c, "login");

    if (s->account_id != 0)
        return s->login;
    return typed == NULL || *typed == '\0' ? "admin" : typed;
}

static enum hn_code setup_page(struct http_ctx *c, int status, const struct setup *s,
                               const struct hn_err *why, struct hn_err *e)
{
    static const char *const names[] = {"login", "name", NULL};
    struct tpl_val *v = http_view(c);

    tpl_set_str(
        v, "title",
        hn_tr(s->account_id == 0 ? "Set up the first administrator" : "Set up your account"));
    tpl_set_bool(v, "first", s->account_id == 0);
    tpl_set_str(v, "login", s->login);
    tpl_set_str(v, "name", s->name);
    tpl_set_str(v, "secret", totp_text(c->arena, s->totp_secret));
    tpl_set_str(v, "qr", hn_arena_fmt(c->arena, "/setup/%s/qr.svg", http_param(c, "token")));
    tpl_set_str(v, "action", c->path);
    tpl_set_i64(v, "least", PASSWORD_MIN);
    http_view_form(c, v, names);
    if (why != NULL) {
        http_view_error(v, c->arena, why);
    } else {
        tpl_set(v, "error", tpl_none(c->arena));
        (void)tpl_set_map(v, "errors");
    }
    return http_page_status(c, status, "page/setup.html", v, e);
}

enum hn_code setup_page_show(struct http_ctx *c, struct hn_err *e)
{
    struct setup s = {0};

    if (setup_find(c->db, http_param(c, "token"), c->now, c->arena, &s, e) != HN_OK)
        return e->code;
    return setup_page(c, 200, &s, NULL, e);
}

enum hn_code setup_page_qr(struct http_ctx *c, struct hn_err *e)
{
    struct setup s = {0};
    struct qr q;
    const char *svg;

    if (setup_find(c->db, http_param(c, "token"), c->now, c->arena, &s, e) != HN_OK ||
        qr_encode(totp_uri(c->arena, s.totp_secret, setup_login(c, &s)), &q, e) != HN_OK)
        return e->code;
    svg = qr_svg(&q, c->arena, hn_tr("QR code of the second factor"));
    return http_bytes(c, 200, "image/svg+xml", (struct hn_bytes){(const uint8_t *)svg, strlen(svg)},
                      NULL, e);
}

enum hn_code setup_page_finish(struct http_ctx *c, struct hn_err *e)
{
    const char *token = http_param(c, "token");
    struct setup_form in = {.login = form_text(c, "login"),
                            .name = form_text(c, "name"),
                            .password = form_text(c, "password"),
                            .again = form_text(c, "again"),
                            .code = form_text(c, "code")};
    struct setup s = {0};
    struct hn_err why = {0};
    int64_t account_id = 0;
    enum hn_code r;

    if (setup_find(c->db, token, c->now, c->arena, &s, e) != HN_OK)
        return e->code;
    r = setup_finish(c->db, token, &in, http_client_address(c), c->now, c->arena, &account_id,
                     &why);
    if (r == HN_OK)
        return http_redirect(c, "/login?done=1", e);
    if (r != HN_E_INVALID) {
        *e = why;
        return r;
    }
    return setup_page(c, 422, &s, &why, e);
}

/* ---- one's own account ---- */

static enum hn_code me_page(struct http_ctx *c, int status, const struct hn_err *why,
                            struct hn_err *e)
{
    struct tpl_val *v = http_view(c);
    struct tpl_val *list = tpl_set_list(v, "sessions");
    struct session_list l = {0};
    struct account t = {0};

    if (account_store_get(c->db, c->actor.account_id, c->arena, &t, e) != HN_OK ||
        session_store_list(c->db, t.id, c->now, session_idle(), c->arena, &l, e) != HN_OK)
        return hn_ctx(e, "own account");
    tpl_set_str(v, "title", hn_tr("Profile and password"));
    tpl_set_str(v, "login", t.login);
    tpl_set_str(v, "name", t.name);
    tpl_set_str(v, "mail", t.mail);
    tpl_set_str(v, "role", role_label(role_parse(t.role)));
    tpl_set_bool(v, "by_token", c->actor.by_token);
    tpl_set_i64(v, "least", PASSWORD_MIN);
    for (size_t i = 0; i < l.n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", l.v[i].id);
        tpl_set_str(m, "address", l.v[i].address);
        tpl_set_str(m, "agent", l.v[i].agent);
        tpl_set_instant(m, "created_at", l.v[i].created_at);
        tpl_set_instant(m, "used_at", l.v[i].used_at);
        tpl_set_bool(m, "here", l.v[i].id == c->actor.session_id);
    }
    if (why != NULL) {
        http_view_error(v, c->arena, why);
    } else {
        tpl_set(v, "error", tpl_none(c->arena));
        (void)tpl_set_map(v, "errors");
    }
    return http_page_status(c, status, "page/me.html", v, e);
}

enum hn_code me_page_show(struct http_ctx *c, struct hn_err *e)
{
    return me_page(c, 200, NULL, e);
}

enum hn_code me_page_password(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    const char *password = form_text(c, "password");
    struct hn_err why = {0};

    if (!hn_streq(password, form_text(c, "again"))) {
        (void)hn_fail_field(&why, "again", "is not the same password");
        return me_page(c, 422, &why, e);
    }
    if (account_change_password(c->db, &by, c->actor.session_id, form_text(c, "current"), password,
                                c->now, c->arena, &why) == HN_OK) {
        http_flash(c, hn_tr("The password was changed. Your other sessions have ended."));
        return http_redirect(c, "/me", e);
    }
    if (why.code == HN_E_INVALID)
        return me_page(c, 422, &why, e);
    *e = why;
    return e->code;
}

enum hn_code me_page_revoke(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    int64_t id = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        session_revoke(c->db, &by, id, true, c->now, e) != HN_OK)
        return e->code;
    http_flash(c, hn_tr("The session was ended."));
    return http_redirect(c, "/me", e);
}
