/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/session.h"

#include "server/auth/account_store.h"
#include "server/auth/password.h"
#include "server/auth/session_store.h"
#include "server/auth/totp.h"

#include "server/base/parse.h"

#include <strings.h>

#define TOUCH_AFTER (60 * HN_SEC)
#define WINDOW (5 * HN_MIN_SPAN)
#define STOP (15 * HN_MIN_SPAN)
#define LOGIN_MOST 10
#define ADDRESS_MOST 50
#define AGENT_MAX 200

/* Set once before threads. */
static struct session_limits limits = {60 * HN_MIN_SPAN, 12 * HN_HOUR};

void session_configure(const struct session_limits *l)
{
    limits = *l;
}

hn_span session_idle(void)
{
    return limits.idle;
}

/* ---- who asks ---- */

static void become(struct http_ctx *c, const struct session_who *w, bool token)
{
    c->actor = (struct http_actor){
        .account_id = w->account_id,
        .login = w->login,
        .name = w->name,
        .role = role_parse(w->role),
        .by_token = token,
        .session_id = token ? 0 : w->id,
        .csrf = w->csrf,
    };
    c->req->flash = w->flash;
}

static enum hn_code touch(struct http_ctx *c, const struct session_who *w, bool token,
                          struct hn_err *e)
{
    if (c->now - w->used_at < TOUCH_AFTER)
        return HN_OK;
    return session_store_touch(c->db, w->id, token, c->now, e);
}

static enum hn_code who_by_token(struct http_ctx *c, const char *header, struct hn_err *e)
{
    struct session_who w = {0};
    uint8_t hash[32];
    enum hn_code r;

    if (strncasecmp(header, "Bearer ", 7) != 0)
        return hn_fail(e, HN_E_UNAUTHENTICATED, "Authorization must be: Bearer TOKEN");
    secret_hash(header + 7 + strspn(header + 7, " "), hash);
    r = session_store_token(c->db, hash, c->now, c->arena, &w, e);
    if (r == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        return hn_fail(e, HN_E_UNAUTHENTICATED, "The token is unknown, expired or revoked");
    }
    if (r != HN_OK || touch(c, &w, true, e) != HN_OK)
        return hn_ctx(e, "token");
    become(c, &w, true);
    return HN_OK;
}

static enum hn_code who(struct http_ctx *c, struct hn_err *e)
{
    const char *header = http_header(c, "Authorization");
    const char *cookies = http_header(c, "Cookie");
    struct http_pairs l = {0};
    struct session_who w = {0};
    const char *secret;
    uint8_t hash[32];
    enum hn_code r;

    if (header != NULL)
        return who_by_token(c, header, e);
    if (cookies == NULL)
        return HN_OK;
    http_parse_cookies(c->arena, cookies, &l);
    secret = http_pairs_get(&l, SESSION_COOKIE);
    if (secret == NULL || *secret == '\0')
        return HN_OK;
    secret_hash(secret, hash);
    r = session_store_who(c->db, hash, c->now, limits.idle, c->arena, &w, e);
    if (r == HN_E_NOT_FOUND) { /* ended: the same as none */
        hn_err_clear(e);
        return HN_OK;
    }
    if (r != HN_OK || touch(c, &w, false, e) != HN_OK)
        return hn_ctx(e, "session");
    become(c, &w, false);
    return HN_OK;
}

static enum hn_code flash(struct http_ctx *c, const char *text, struct hn_err *e)
{
    return session_store_flash(c->db, c->actor.session_id, text, e);
}

const struct http_hooks session_hooks = {.who = who, .flash = flash};

/* ---- signing in ---- */

static enum hn_code refuse_blocked(struct db *db, const char *key, hn_instant now,
                                   struct signed_in *out, struct hn_err *e)
{
    hn_instant until = HN_UNSET;

    if (attempt_store_blocked(db, key, now, &until, e) != HN_OK)
        return hn_ctx(e, "sign-in");
    if (until == HN_UNSET)
        return HN_OK;
    out->retry_after_s = (until - now + HN_SEC - 1) / HN_SEC;
    return hn_fail(
        e, HN_E_RATE,
        "Too many failed sign-ins. Sign-in is stopped for %d minutes; please wait or ask "
        "the administrator.",
        (int)((until - now + HN_MIN_SPAN - 1) / HN_MIN_SPAN));
}

static enum hn_code audit_sign_in(struct db *db, int64_t account_id, const char *login,
                                  const char *act, int64_t session_id, const char *address,
                                  hn_instant now, struct hn_err *e)
{
    struct audit_act row = {.account_id = account_id,
                            .who = login,
                            .act = act,
                            .object = "session",
                            .object_id = session_id,
                            .address = address};

    return audit_add(db, &row, now, e);
}

/* Counts the failure; the answer is the same whatever was wrong. */
static enum hn_code failed(struct db *db, const struct sign_in *in, int64_t account_id,
                           const char *login_key, const char *address_key, hn_instant now,
                           struct hn_err *e)
{
    bool login_stopped = false;
    bool address_stopped = false;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK ||
        attempt_store_fail(db, login_key, now, WINDOW, LOGIN_MOST, STOP, &login_stopped, e) !=
            HN_OK ||
        attempt_store_fail(db, address_key, now, WINDOW, ADDRESS_MOST, STOP, &address_stopped, e) !=
            HN_OK ||
        audit_sign_in(db, account_id, in->login, "session.refused", 0, in->address, now, e) !=
            HN_OK)
        return hn_ctx(e, "failed sign-in");
    if ((login_stopped || address_stopped) &&
        audit_sign_in(db, account_id, in->login, "session.stopped", 0, in->address, now, e) !=
            HN_OK)
        return hn_ctx(e, "failed sign-in");
    if (db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "failed sign-in");
    return hn_fail(e, HN_E_UNAUTHENTICATED,
                   "Login, password or code is wrong (each code works once)");
}

/* At most AGENT_MAX bytes, cut between characters. */
static const char *shortened(struct hn_arena *a, const char *agent)
{
    size_t n = strnlen(agent, AGENT_MAX);

    while (n > 0 && !hn_utf8_valid(agent, n))
        n--;
    return hn_arena_strndup(a, agent, n);
}

static enum hn_code begin_session(struct db *db, const struct sign_in *in,
                                  const struct account *seen, const char *login_key, hn_instant now,
                                  struct hn_arena *a, struct signed_in *out, bool *good,
                                  struct hn_err *e)
{
    struct account t = {0};
    struct session s = {0};
    char secret[SECRET_TEXT];
    char csrf[SECRET_TEXT];
    uint8_t hash[32];
    uint8_t unused[32];
    int64_t step;
    int64_t id = 0;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || account_store_lock(db, seen->id, a, &t, e) != HN_OK)
        return hn_ctx(e, "sign-in");
    /* Again under the row's lock: the same code sent twice at once is good once. */
    step = totp_check(t.totp_secret, in->code, now, t.totp_last_step);
    *good = step != 0;
    if (!*good)
        return HN_OK;
    secret_make(secret, hash);
    secret_make(csrf, unused);
    s = (struct session){.account_id = t.id,
                         .address = in->address,
                         .agent = shortened(a, in->agent == NULL ? "" : in->agent),
                         .created_at = now,
                         .expires_at = now + limits.most};
    if (session_store_add(db, &s, hash, csrf, &id, e) != HN_OK ||
        account_store_signed_in(db, t.id, step, now, e) != HN_OK ||
        attempt_store_clear(db, login_key, e) != HN_OK ||
        audit_sign_in(db, t.id, t.login, "session.sign_in", id, in->address, now, e) != HN_OK ||
        db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "sign-in");
    out->account_id = t.id;
    out->secret = hn_arena_strdup(a, secret);
    return HN_OK;
}

enum hn_code session_sign_in(struct db *db, const struct sign_in *in, hn_instant now,
                             struct hn_arena *a, struct signed_in *out, struct hn_err *e)
{
    const char *login_key = hn_arena_fmt(a, "login:%s", in->login);
    const char *address_key = hn_arena_fmt(a, "address:%s", in->address);
    struct account t = {0};
    bool found = false;
    bool right = false;
    bool good = false;
    bool code_good;

    *out = (struct signed_in){0};
    if (refuse_blocked(db, login_key, now, out, e) != HN_OK ||
        refuse_blocked(db, address_key, now, out, e) != HN_OK)
        return e->code;
    if (account_store_by_login(db, in->login, a, &t, &found, e) != HN_OK)
        return hn_ctx(e, "sign-in");
    /* Everything is computed whoever asks, so that the time tells nothing. */
    if (password_verify(in->password, found ? t.password_hash : NULL, &right, e) != HN_OK) {
        out->retry_after_s = 5;
        return e->code;
    }
    if (t.totp_secret.n == 0) {
        static const uint8_t nothing[TOTP_SECRET_BYTES];

        (void)totp_check((struct hn_bytes){nothing, sizeof(nothing)}, in->code, now, 0);
        code_good = false;
    } else {
        code_good = totp_check(t.totp_secret, in->code, now, t.totp_last_step) != 0;
    }
    if (found && right && code_good && t.disabled_at == HN_UNSET &&
        begin_session(db, in, &t, login_key, now, a, out, &good, e) != HN_OK)
        return e->code;
    if (good)
        return HN_OK;
    return failed(db, in, found ? t.id : 0, login_key, address_key, now, e);
}

enum hn_code session_sign_out(struct db *db, const struct actor *by, int64_t session_id,
                              hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || session_store_end(db, session_id, now, e) != HN_OK ||
        audit_sign_in(db, by->account_id, by->who, "session.sign_out", session_id, by->address, now,
                      e) != HN_OK)
        return hn_ctx(e, "sign-out");
    return db_commit(&tx, e);
}

enum hn_code session_revoke(struct db *db, const struct actor *by, int64_t session_id, bool mine,
                            hn_instant now, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    struct session s = {0};
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || session_store_get(db, session_id, a, &s, e) != HN_OK)
        return hn_ctx(e, "end a session");
    if (mine && s.account_id != by->account_id)
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such page or object");
    struct audit_act row = {.account_id = by->account_id,
                            .who = by->who,
                            .act = "session.revoke",
                            .object = "account",
                            .object_id = s.account_id,
                            .address = by->address};

    if (session_store_end(db, session_id, now, e) != HN_OK || audit_add(db, &row, now, e) != HN_OK)
        return hn_ctx(e, "end a session");
    return db_commit(&tx, e);
}

/* ---- cookies ---- */

const char *session_cookie(struct http_ctx *c, const char *secret)
{
    return hn_arena_fmt(c->arena, SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Lax%s", secret,
                        c->app->config.secure_cookies ? "; Secure" : "");
}

const char *session_cookie_gone(struct http_ctx *c)
{
    return hn_arena_fmt(c->arena, SESSION_COOKIE "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0%s",
                        c->app->config.secure_cookies ? "; Secure" : "");
}
