/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/idempotency_store.h"

enum hn_code idempotency_store_take(struct db *db, int64_t account_id, const char *key,
                                    struct hn_bytes request_hash, hn_instant now, bool *taken,
                                    struct hn_err *e)
{
    static const char sql[] = "INSERT INTO auth.idempotency (account_id, key, request_hash, "
                              "created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    struct db_arg args[] = {DB_I64(account_id), DB_TEXT(key),
                            DB_BYTES(request_hash.p, request_hash.n), DB_TS(now)};
    int64_t n = 0;

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), &n, e) != HN_OK)
        return hn_ctx(e, "take the idempotency key");
    *taken = n == 1;
    return HN_OK;
}

enum hn_code idempotency_store_get(struct db *db, int64_t account_id, const char *key,
                                   struct hn_arena *a, struct idempotency_row *out,
                                   struct hn_err *e)
{
    static const char sql[] = "SELECT request_hash, status::bigint AS status, content_type, body "
                              "FROM auth.idempotency WHERE account_id = $1 AND key = $2";
    static const struct db_col cols[] = {
        DB_COL(idempotency_row, request_hash), DB_COL(idempotency_row, status),
        DB_COL(idempotency_row, content_type), DB_COL(idempotency_row, body)};
    struct db_arg args[] = {DB_I64(account_id), DB_TEXT(key)};

    return db_get(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), a, out, e);
}

enum hn_code idempotency_store_keep(struct db *db, int64_t account_id, const char *key, int status,
                                    const char *content_type, struct hn_bytes body,
                                    struct hn_err *e)
{
    static const char sql[] = "UPDATE auth.idempotency SET status = $3::bigint, content_type = $4, "
                              "body = $5 WHERE account_id = $1 AND key = $2";
    struct db_arg args[] = {DB_I64(account_id), DB_TEXT(key), DB_I64(status), DB_TEXT(content_type),
                            DB_BYTES(body.p, body.n)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code idempotency_store_purge(struct db *db, hn_instant now, int64_t *n, struct hn_err *e)
{
    static const char sql[] =
        "DELETE FROM auth.idempotency WHERE (account_id, key) IN (SELECT account_id, key FROM "
        "auth.idempotency WHERE created_at < $1 LIMIT 1000 FOR UPDATE SKIP LOCKED)";
    struct db_arg args[] = {DB_TS(now - HN_DAY)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), n, e);
}
