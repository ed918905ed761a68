/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/auth.h"

#include "server/auth/auth_routes.h"
#include "server/auth/chain.h"
#include "server/auth/session_store.h"
#include "server/base/i18n.h"

static const struct http_route auth_routes[] = {
    {"GET", "/login", PERM_PUBLIC, session_page_login, 0, "The sign-in form"},
    {"POST", "/login", PERM_PUBLIC, session_page_sign_in, HTTP_NO_CSRF, "Signs in"},
    {"POST", "/logout", PERM_SIGNED_IN, session_page_sign_out, 0, "Signs out"},
    {"GET", "/setup/:token", PERM_PUBLIC, setup_page_show, 0, "The set-up of an account"},
    {"GET", "/setup/:token/qr.svg", PERM_PUBLIC, setup_page_qr, 0, "Its second factor as QR code"},
    {"POST", "/setup/:token", PERM_PUBLIC, setup_page_finish, HTTP_NO_CSRF, "Sets the account up"},
    {"GET", "/me", PERM_SIGNED_IN, me_page_show, 0, "One's own account"},
    {"POST", "/me/password", PERM_SIGNED_IN, me_page_password, 0, "Changes one's password"},
    {"POST", "/me/sessions/:id/end", PERM_SIGNED_IN, me_page_revoke, 0, "Ends one's session"},
    {"GET", "/users", PERM_ACCOUNT_ADMIN, account_page_list, 0, "Users"},
    {"GET", "/users/new", PERM_ACCOUNT_ADMIN, account_page_new, 0, "The form of a new user"},
    {"POST", "/users", PERM_ACCOUNT_ADMIN, account_page_create, 0, "Registers a user"},
    {"GET", "/users/:id", PERM_ACCOUNT_ADMIN, account_page_show, 0, "A user"},
    {"POST", "/users/:id", PERM_ACCOUNT_ADMIN, account_page_update, 0, "Changes a user"},
    {"POST", "/users/:id/reset", PERM_ACCOUNT_ADMIN, account_page_reset, 0, "A new set-up link"},
    {"POST", "/users/:id/sessions/:session/end", PERM_ACCOUNT_ADMIN, account_page_revoke, 0,
     "Ends a user's session"},
    {"GET", "/tokens", PERM_ACCOUNT_ADMIN, token_page_list, 0, "API tokens"},
    {"POST", "/tokens", PERM_ACCOUNT_ADMIN, token_page_create, 0, "Makes a token"},
    {"POST", "/tokens/:id/revoke", PERM_ACCOUNT_ADMIN, token_page_revoke, 0, "Revokes a token"},
    {"GET", "/api/v1/me", PERM_SIGNED_IN, account_api_me, 0, "Who asks"},
    {"GET", "/api/v1/users", PERM_ACCOUNT_ADMIN, account_api_list, 0, "Users"},
    {"POST", "/api/v1/users", PERM_ACCOUNT_ADMIN, account_api_create, HTTP_SECRET,
     "Registers a user; the answer holds the set-up link, once"},
    {"GET", "/api/v1/users/:id", PERM_ACCOUNT_ADMIN, account_api_get, 0, "A user"},
    {"PATCH", "/api/v1/users/:id", PERM_ACCOUNT_ADMIN, account_api_update, 0,
     "Changes name, mail, role, or disables a user"},
    {"POST", "/api/v1/users/:id/reset", PERM_ACCOUNT_ADMIN, account_api_reset, HTTP_SECRET,
     "A new set-up link; password and second factor are void"},
    {"GET", "/api/v1/tokens", PERM_ACCOUNT_ADMIN, token_api_list, 0, "Tokens"},
    {"POST", "/api/v1/tokens", PERM_ACCOUNT_ADMIN, token_api_create, HTTP_SECRET,
     "Makes a token; the answer holds it, once"},
    {"DELETE", "/api/v1/tokens/:id", PERM_ACCOUNT_ADMIN, token_api_revoke, 0, "Revokes a token"},
    {"GET", "/api/v1/sessions", PERM_SIGNED_IN, session_api_list, 0,
     "One's open sessions; an administrator sees those of all"},
    {"DELETE", "/api/v1/sessions/:id", PERM_SIGNED_IN, session_api_revoke, 0, "Ends a session"},
};

static const struct http_route audit_routes[] = {
    {"GET", "/audit", PERM_AUDIT_READ, audit_page_list, 0, "The audit journal"},
    {"GET", "/api/v1/audit", PERM_AUDIT_READ, audit_api_list, 0,
     "The audit journal, newest first; who, object, object_id, act, from, to, q select"},
};

static const struct hn_nav auth_nav[] = {
    {HN_N("Settings"), HN_N("Users"), "/users", PERM_ACCOUNT_ADMIN, 910},
    {HN_N("Settings"), HN_N("API tokens"), "/tokens", PERM_ACCOUNT_ADMIN, 920},
};
static const struct hn_nav audit_nav[] = {
    {HN_N("Settings"), HN_N("Audit journal"), "/audit", PERM_AUDIT_READ, 990},
};

static enum hn_code purge(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                          struct hn_err *e)
{
    (void)a;
    (void)again;
    return session_store_purge(db, now, e);
}

static const struct hn_task auth_tasks[] = {
    {"auth.purge", NULL, 3600 * 1000, purge},
};
static const struct hn_task audit_tasks[] = {
    {"audit.chain", NULL, 700, chain_link},
};

static enum hn_code auth_metrics(struct db *db, struct hn_arena *a, hn_instant now,
                                 struct hn_sbuf *out, struct hn_err *e)
{
    int64_t n = 0;

    (void)a;
    if (session_store_count(db, now, session_idle(), &n, e) != HN_OK)
        return hn_ctx(e, "sessions");
    hn_sbuf_fmt(out,
                "# HELP hinomi_sessions Open sessions of browsers.\n# TYPE hinomi_sessions gauge\n"
                "hinomi_sessions %" PRId64 "\n",
                n);
    return HN_OK;
}

const struct hn_module auth_module = {
    .name = "auth",
    .routes = auth_routes,
    .n_routes = HN_ARRAY_LEN(auth_routes),
    .tasks = auth_tasks,
    .n_tasks = HN_ARRAY_LEN(auth_tasks),
    .nav = auth_nav,
    .n_nav = HN_ARRAY_LEN(auth_nav),
    .metrics = auth_metrics,
};

const struct hn_module audit_module = {
    .name = "audit",
    .routes = audit_routes,
    .n_routes = HN_ARRAY_LEN(audit_routes),
    .tasks = audit_tasks,
    .n_tasks = HN_ARRAY_LEN(audit_tasks),
    .nav = audit_nav,
    .n_nav = HN_ARRAY_LEN(audit_nav),
};
