/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/session_store.h"

static const struct db_col who_cols[] = {
    DB_COL(session_who, id),    DB_COL(session_who, account_id), DB_COL(session_who, login),
    DB_COL(session_who, name),  DB_COL(session_who, role),       DB_COL(session_who, csrf),
    DB_COL(session_who, flash), DB_COL(session_who, used_at)};

enum hn_code session_store_who(struct db *db, const uint8_t hash[32], hn_instant now, hn_span idle,
                               struct hn_arena *a, struct session_who *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT s.id, s.account_id, a.login, a.name, a.role, s.csrf, s.flash, s.used_at "
        "FROM auth.session s JOIN auth.account a ON a.id = s.account_id WHERE s.secret_hash = $1 "
        "AND s.ended_at IS NULL AND s.expires_at > $2 AND s.used_at > $3 "
        "AND a.disabled_at IS NULL";
    struct db_arg args[] = {DB_BYTES(hash, 32), DB_TS(now), DB_TS(now - idle)};

    return db_get(db, sql, args, HN_ARRAY_LEN(args), who_cols, HN_ARRAY_LEN(who_cols), a, out, e);
}

enum hn_code session_store_token(struct db *db, const uint8_t hash[32], hn_instant now,
                                 struct hn_arena *a, struct session_who *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT t.id, t.account_id, a.login, a.name, a.role, NULL::text AS csrf, "
        "NULL::text AS flash, coalesce(t.used_at, 'epoch') AS used_at "
        "FROM auth.token t JOIN auth.account a ON a.id = t.account_id WHERE t.secret_hash = $1 "
        "AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) "
        "AND a.disabled_at IS NULL";
    struct db_arg args[] = {DB_BYTES(hash, 32), DB_TS(now)};

    return db_get(db, sql, args, HN_ARRAY_LEN(args), who_cols, HN_ARRAY_LEN(who_cols), a, out, e);
}

enum hn_code session_store_touch(struct db *db, int64_t id, bool token, hn_instant now,
                                 struct hn_err *e)
{
    static const char of_session[] = "UPDATE auth.session SET used_at = $2 WHERE id = $1";
    static const char of_token[] = "UPDATE auth.token SET used_at = $2 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TS(now)};

    return db_exec(db, token ? of_token : of_session, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code session_store_flash(struct db *db, int64_t id, const char *text, struct hn_err *e)
{
    static const char sql[] = "UPDATE auth.session SET flash = $2 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(text)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code session_store_add(struct db *db, const struct session *s, const uint8_t hash[32],
                               const char *csrf, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO auth.session (account_id, secret_hash, csrf, address, agent, created_at, "
        "used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7) RETURNING id";
    struct db_arg args[] = {DB_I64(s->account_id), DB_BYTES(hash, 32), DB_TEXT(csrf),
                            DB_TEXT(s->address),   DB_TEXT(s->agent),  DB_TS(s->created_at),
                            DB_TS(s->expires_at)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e);
}

#define SESSION_COLUMNS                                                                            \
    "s.id, s.account_id, a.login, a.name, s.address, s.agent, s.created_at, s.used_at, "           \
    "s.expires_at "

static const struct db_col session_cols[] = {
    DB_COL(session, id),         DB_COL(session, account_id), DB_COL(session, login),
    DB_COL(session, name),       DB_COL(session, address),    DB_COL(session, agent),
    DB_COL(session, created_at), DB_COL(session, used_at),    DB_COL(session, expires_at)};

enum hn_code session_store_get(struct db *db, int64_t id, struct hn_arena *a, struct session *out,
                               struct hn_err *e)
{
    static const char sql[] =
        "SELECT " SESSION_COLUMNS "FROM auth.session s JOIN auth.account a ON a.id = s.account_id "
        "WHERE s.id = $1 AND s.ended_at IS NULL";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, sql, args, HN_ARRAY_LEN(args), session_cols, HN_ARRAY_LEN(session_cols), a,
                  out, e);
}

enum hn_code session_store_list(struct db *db, int64_t account_id, hn_instant now, hn_span idle,
                                struct hn_arena *a, struct session_list *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT " SESSION_COLUMNS "FROM auth.session s JOIN auth.account a ON a.id = s.account_id "
        "WHERE ($1::bigint = 0 OR s.account_id = $1) AND s.ended_at IS NULL AND s.expires_at > $2 "
        "AND s.used_at > $3 ORDER BY s.used_at DESC LIMIT 500";
    struct db_arg args[] = {DB_I64(account_id), DB_TS(now), DB_TS(now - idle)};

    return db_select(db, sql, args, HN_ARRAY_LEN(args), session_cols, HN_ARRAY_LEN(session_cols),
                     sizeof(*out->v), a, &out->v, &out->n, e);
}

enum hn_code session_store_end(struct db *db, int64_t id, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE auth.session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    struct db_arg args[] = {DB_I64(id), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code session_store_end_all(struct db *db, int64_t account_id, int64_t but, hn_instant now,
                                   struct hn_err *e)
{
    static const char sql[] = "UPDATE auth.session SET ended_at = $3 WHERE account_id = $1 "
                              "AND id <> $2 AND ended_at IS NULL";
    struct db_arg args[] = {DB_I64(account_id), DB_I64(but), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code session_store_count(struct db *db, hn_instant now, hn_span idle, int64_t *n,
                                 struct hn_err *e)
{
    static const char sql[] = "SELECT count(*) FROM auth.session WHERE ended_at IS NULL "
                              "AND expires_at > $1 AND used_at > $2";
    struct db_arg args[] = {DB_TS(now), DB_TS(now - idle)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), n, e);
}

/* ---- failures ---- */

enum hn_code attempt_store_blocked(struct db *db, const char *key, hn_instant now,
                                   hn_instant *until, struct hn_err *e)
{
    static const char sql[] =
        "SELECT blocked_until FROM auth.attempt WHERE key = $1 AND blocked_until > $2";
    struct db_arg args[] = {DB_TEXT(key), DB_TS(now)};

    *until = HN_UNSET;
    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), until, e) == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        *until = HN_UNSET;
    }
    return e->code;
}

enum hn_code attempt_store_fail(struct db *db, const char *key, hn_instant now, hn_span window,
                                int64_t most, hn_span stop, bool *stopped, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO auth.attempt AS t (key, failures, last_at) VALUES ($1, 1, $2) "
        "ON CONFLICT (key) DO UPDATE SET last_at = $2, "
        "failures = CASE WHEN t.last_at < $3 OR t.blocked_until <= $2 THEN 1 ELSE t.failures + 1 "
        "END, blocked_until = CASE WHEN t.last_at >= $3 AND (t.blocked_until IS NULL "
        "OR t.blocked_until > $2) AND t.failures + 1 >= $4::bigint THEN $5::timestamptz END "
        "RETURNING (blocked_until IS NOT NULL)::int::bigint";
    struct db_arg args[] = {DB_TEXT(key), DB_TS(now), DB_TS(now - window), DB_I64(most),
                            DB_TS(now + stop)};
    int64_t v = 0;

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), &v, e) != HN_OK)
        return e->code;
    *stopped = v == 1;
    return HN_OK;
}

enum hn_code attempt_store_clear(struct db *db, const char *key, struct hn_err *e)
{
    static const char sql[] = "DELETE FROM auth.attempt WHERE key = $1";
    struct db_arg args[] = {DB_TEXT(key)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code session_store_purge(struct db *db, hn_instant now, struct hn_err *e)
{
    static const char attempts[] = "DELETE FROM auth.attempt WHERE last_at < $1 "
                                   "AND (blocked_until IS NULL OR blocked_until < $1)";
    static const char sessions[] =
        "DELETE FROM auth.session WHERE expires_at < $1 OR ended_at < $1";
    struct db_arg day[] = {DB_TS(now - HN_DAY)};
    struct db_arg quarter[] = {DB_TS(now - 90 * HN_DAY)};

    if (db_exec(db, attempts, day, 1, NULL, e) != HN_OK)
        return e->code;
    return db_exec(db, sessions, quarter, 1, NULL, e);
}
