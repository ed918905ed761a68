/* SPDX-License-Identifier: Apache-2.0 */
/* session_store.h — the rows of sessions and of failed sign-ins. */
#ifndef HN_SESSION_STORE_H
#define HN_SESSION_STORE_H

#include "server/auth/session.h"

/* A request's person, by cookie or by token. */
struct session_who {
    int64_t id; /* of the session or token */
    int64_t account_id;
    const char *login;
    const char *name;
    const char *role;
    const char *csrf;  /* NULL for a token */
    const char *flash; /* NULL */
    int64_t used_at;
};
/* HN_E_NOT_FOUND when it is unknown, ended, too old, or its account disabled. */
HN_MUST_USE enum hn_code session_store_who(struct db *db, const uint8_t hash[32], hn_instant now,
                                           hn_span idle, struct hn_arena *a,
                                           struct session_who *out, struct hn_err *e);
HN_MUST_USE enum hn_code session_store_token(struct db *db, const uint8_t hash[32], hn_instant now,
                                             struct hn_arena *a, struct session_who *out,
                                             struct hn_err *e);
HN_MUST_USE enum hn_code session_store_touch(struct db *db, int64_t id, bool token, hn_instant now,
                                             struct hn_err *e);
HN_MUST_USE enum hn_code session_store_flash(struct db *db, int64_t id, const char *text,
                                             struct hn_err *e);
HN_MUST_USE enum hn_code session_store_add(struct db *db, const struct session *s,
                                           const uint8_t hash[32], const char *csrf, int64_t *id,
                                           struct hn_err *e);
HN_MUST_USE enum hn_code session_store_get(struct db *db, int64_t id, struct hn_arena *a,
                                           struct session *out, struct hn_err *e);
/* Open sessions, newest first; account_id 0: of everybody. */
HN_MUST_USE enum hn_code session_store_list(struct db *db, int64_t account_id, hn_instant now,
                                            hn_span idle, struct hn_arena *a,
                                            struct session_list *out, struct hn_err *e);
HN_MUST_USE enum hn_code session_store_end(struct db *db, int64_t id, hn_instant now,
                                           struct hn_err *e);
/* All of an account but one (0: all). */
HN_MUST_USE enum hn_code session_store_end_all(struct db *db, int64_t account_id, int64_t but,
                                               hn_instant now, struct hn_err *e);
HN_MUST_USE enum hn_code session_store_count(struct db *db, hn_instant now, hn_span idle,
                                             int64_t *n, struct hn_err *e);

/* ---- failures ---- */
/* Until when the key is stopped; HN_UNSET when it is not. */
HN_MUST_USE enum hn_code attempt_store_blocked(struct db *db, const char *key, hn_instant now,
                                               hn_instant *until, struct hn_err *e);
/* Counts a failure within `window`; at `most` the key is stopped for `stop`. *stopped: just now. */
HN_MUST_USE enum hn_code attempt_store_fail(struct db *db, const char *key, hn_instant now,
                                            hn_span window, int64_t most, hn_span stop,
                                            bool *stopped, struct hn_err *e);
HN_MUST_USE enum hn_code attempt_store_clear(struct db *db, const char *key, struct hn_err *e);
/* Forgets failures older than a day and sessions ended or expired 90 days ago. */
HN_MUST_USE enum hn_code session_store_purge(struct db *db, hn_instant now, struct hn_err *e);

#endif
