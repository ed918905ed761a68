/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h — signing in, sessions of browsers, and who asks in a request.
 *
 * The cookie holds 32 random bytes; the database their SHA-256. A session ends after an hour
 * without a request and after 12 hours in any case (both configurable), at sign-out, at a change of
 * password, or by an administrator. Ten failures within five minutes stop a login for 15 minutes,
 * fifty an address; whether the login exists makes no difference, in words or in time.
 */
#ifndef HN_SESSION_H
#define HN_SESSION_H

#include "server/auth/actor.h"
#include "server/http/app.h"

#define SESSION_COOKIE "hinomi_session"

struct session_limits {
    hn_span idle;
    hn_span most;
};
/* Once at start, before threads; without it 60 minutes and 12 hours. */
void session_configure(const struct session_limits *limits);
hn_span session_idle(void);

/* The dispatcher's hooks. */
extern const struct http_hooks session_hooks;

struct sign_in {
    const char *login;
    const char *password;
    const char *code;
    const char *address;
    const char *agent;
};
struct signed_in {
    int64_t account_id;
    const char *secret;    /* for the cookie */
    int64_t retry_after_s; /* with HN_E_RATE */
};
/* HN_E_UNAUTHENTICATED: login, password or code is wrong (which one is not told). HN_E_RATE: too
 * many failures. Both leave an audit row. */
HN_MUST_USE enum hn_code session_sign_in(struct db *db, const struct sign_in *in, hn_instant now,
                                         struct hn_arena *a, struct signed_in *out,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code session_sign_out(struct db *db, const struct actor *by, int64_t session_id,
                                          hn_instant now, struct hn_err *e);

struct session {
    int64_t id;
    int64_t account_id;
    const char *login;
    const char *name;
    const char *address;
    const char *agent;
    int64_t created_at;
    int64_t used_at;
    int64_t expires_at;
};
struct session_list {
    struct session *v;
    size_t n;
};
/* Ends a session of anybody (administrators) or of by->account_id alone (mine). */
HN_MUST_USE enum hn_code session_revoke(struct db *db, const struct actor *by, int64_t session_id,
                                        bool mine, hn_instant now, struct hn_err *e);
/* Set-Cookie of a new session, and of none. */
const char *session_cookie(struct http_ctx *c, const char *secret);
const char *session_cookie_gone(struct http_ctx *c);

#endif
