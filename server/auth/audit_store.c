/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/audit_store.h"

/* The text that is hashed: the row's columns as a JSON array, instants as microseconds. jsonb has
 * one text for one value, so that the verifier can make it again from the columns. */
#define CANONICAL                                                                                  \
    "json_build_array((extract(epoch FROM at) * 1000000)::bigint, account_id, who, act, object, "  \
    "object_id, reason, before, after, address)::text"

enum hn_code audit_store_add(struct db *db, const struct audit_act *act, hn_instant now,
                             struct hn_err *e)
{
    static const char sql[] =
        "WITH v AS (SELECT $1::timestamptz AS at, $2::bigint AS account_id, $3::text AS who, "
        "$4::text AS act, $5::text AS object, $6::bigint AS object_id, $7::text AS reason, "
        "$8::jsonb AS before, CASE WHEN $11::text IS NULL THEN $9::jsonb "
        "ELSE coalesce($9::jsonb, '{}') || jsonb_build_object('role', $11::text) END AS after, "
        "$10::text AS address), "
        "t AS (SELECT v.*, " CANONICAL " AS canonical FROM v) "
        "INSERT INTO audit.journal (at, account_id, who, act, object, object_id, reason, before, "
        "after, address, canonical, row_hash) SELECT at, account_id, who, act, object, object_id, "
        "reason, before, after, address, canonical, sha256(convert_to(canonical, 'UTF8')) FROM t";
    struct db_arg args[] = {
        DB_TS(now),           DB_ID(act->account_id), DB_TEXT(act->who),    DB_TEXT(act->act),
        DB_TEXT(act->object), DB_ID(act->object_id),  DB_TEXT(act->reason), DB_TEXT(act->before),
        DB_TEXT(act->after),  DB_TEXT(act->address),  DB_TEXT(act->role)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code audit_store_list(struct db *db, const struct audit_filter *f, struct hn_arena *a,
                              struct audit_row **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT j.seq, j.at, j.account_id, j.who, c.name, j.act, j.object, j.object_id, "
        "coalesce(o.login, j.after->>'number', j.after->>'name', j.after->>'title', "
        "j.before->>'number', j.before->>'name', j.before->>'title') AS label, j.reason, "
        "j.before::text AS before, j.after::text AS after, j.address, j.row_hash, "
        "EXISTS (SELECT 1 FROM audit.chain k WHERE k.seq = j.seq) AS linked "
        "FROM audit.journal j LEFT JOIN auth.account c ON c.id = j.account_id "
        "LEFT JOIN auth.account o ON j.object = 'account' AND o.id = j.object_id "
        "WHERE ($1::bigint = 0 OR j.seq < $1) AND ($2::text IS NULL OR strpos(lower(j.who), "
        "lower($2)) > 0 OR strpos(lower(coalesce(c.name, '')), lower($2)) > 0 OR strpos(j.act, $2) "
        "> 0 OR strpos(coalesce(j.reason, ''), $2) > 0) AND ($3::text IS NULL OR j.who = $3) "
        "AND ($4::text IS NULL OR j.object = $4) AND ($5::bigint = 0 OR j.object_id = $5) "
        "AND ($6::text IS NULL OR starts_with(j.act, $6)) "
        "AND ($7::timestamptz IS NULL OR j.at >= $7) AND ($8::timestamptz IS NULL OR j.at < $8) "
        "ORDER BY j.seq DESC LIMIT $9";
    static const struct db_col cols[] = {
        DB_COL(audit_row, seq),     DB_COL(audit_row, at),        DB_COL(audit_row, account_id),
        DB_COL(audit_row, who),     DB_COL(audit_row, name),      DB_COL(audit_row, act),
        DB_COL(audit_row, object),  DB_COL(audit_row, object_id), DB_COL(audit_row, label),
        DB_COL(audit_row, reason),  DB_COL(audit_row, before),    DB_COL(audit_row, after),
        DB_COL(audit_row, address), DB_COL(audit_row, row_hash),  DB_COL(audit_row, linked)};
    struct db_arg args[] = {DB_I64(f->before_seq), DB_TEXT(f->q),        DB_TEXT(f->who),
                            DB_TEXT(f->object),    DB_I64(f->object_id), DB_TEXT(f->act),
                            DB_TS(f->from),        DB_TS(f->to),         DB_I64(f->limit)};

    return db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(**out), a,
                     out, n, e);
}

enum hn_code audit_store_objects(struct db *db, struct hn_arena *a, struct hn_texts *out,
                                 struct hn_err *e)
{
    /* A walk over the index, one step a distinct word: the journal itself may be long. */
    static const char sql[] =
        "WITH RECURSIVE w AS ((SELECT object FROM audit.journal ORDER BY object LIMIT 1) "
        "UNION ALL SELECT (SELECT object FROM audit.journal j WHERE j.object > w.object "
        "ORDER BY object LIMIT 1) FROM w WHERE w.object IS NOT NULL) "
        "SELECT object FROM w WHERE object IS NOT NULL";
    struct word {
        const char *object;
    } *v = NULL;
    static const struct db_col cols[] = {DB_COL(word, object)};
    const char **words;
    size_t n = 0;

    if (db_select(db, sql, NULL, 0, cols, 1, sizeof(*v), a, &v, &n, e) != HN_OK)
        return e->code;
    words = hn_arena_make(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        words[i] = v[i].object;
    *out = (struct hn_texts){words, n};
    return HN_OK;
}

/* ---- the chain ---- */

enum hn_code audit_store_try_lock(struct db *db, bool *got, struct hn_err *e)
{
    static const char sql[] = "SELECT pg_try_advisory_xact_lock(7238)::int::bigint";
    int64_t v = 0;

    if (db_i64(db, sql, NULL, 0, &v, e) != HN_OK)
        return e->code;
    *got = v == 1;
    return HN_OK;
}

enum hn_code audit_store_head(struct db *db, struct hn_arena *a, struct audit_head *out,
                              struct hn_err *e)
{
    static const char sql[] =
        "SELECT position, (SELECT max(seq) FROM audit.chain) AS seq, chain_hash FROM audit.chain "
        "ORDER BY position DESC LIMIT 1";
    static const struct db_col cols[] = {DB_COL(audit_head, position), DB_COL(audit_head, seq),
                                         DB_COL(audit_head, chain_hash)};

    *out = (struct audit_head){0};
    if (db_get(db, sql, NULL, 0, cols, HN_ARRAY_LEN(cols), a, out, e) == HN_E_NOT_FOUND)
        hn_err_clear(e);
    return e->code;
}

enum hn_code audit_store_unlinked(struct db *db, int64_t after, int64_t limit, struct hn_arena *a,
                                  struct audit_link **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT j.seq, j.row_hash FROM audit.journal j WHERE j.seq > $1 AND NOT EXISTS "
        "(SELECT 1 FROM audit.chain c WHERE c.seq = j.seq) ORDER BY j.seq LIMIT $2";
    static const struct db_col cols[] = {DB_COL(audit_link, seq), DB_COL(audit_link, row_hash)};
    struct db_arg args[] = {DB_I64(after), DB_I64(limit)};

    return db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(**out), a,
                     out, n, e);
}

enum hn_code audit_store_link(struct db *db, int64_t first, const int64_t *seq,
                              const struct hn_bytes *row_hash, const struct hn_bytes *chain_hash,
                              size_t n, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO audit.chain (position, seq, row_hash, chain_hash, linked_at) "
        "SELECT $1 + u.n - 1, u.seq, u.row_hash, u.chain_hash, $5 FROM unnest($2::bigint[], "
        "$3::bytea[], $4::bytea[]) WITH ORDINALITY AS u(seq, row_hash, chain_hash, n)";
    struct db_arg args[] = {DB_I64(first), DB_I64S(seq, n), DB_BLOBS(row_hash, n),
                            DB_BLOBS(chain_hash, n), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code audit_store_walk(struct db *db, int64_t after, int64_t limit, struct hn_arena *a,
                              struct audit_link **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT c.position, c.seq, j.row_hash, c.row_hash AS link_row_hash, c.chain_hash, "
        "j.canonical, j.columns FROM audit.chain c LEFT JOIN (SELECT *, " CANONICAL
        " AS columns FROM audit.journal) j ON j.seq = c.seq WHERE c.position > $1 "
        "ORDER BY c.position LIMIT $2";
    static const struct db_col cols[] = {
        DB_COL(audit_link, position),   DB_COL(audit_link, seq),
        DB_COL(audit_link, row_hash),   DB_COL(audit_link, link_row_hash),
        DB_COL(audit_link, chain_hash), DB_COL(audit_link, canonical),
        DB_COL(audit_link, columns)};
    struct db_arg args[] = {DB_I64(after), DB_I64(limit)};

    return db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(**out), a,
                     out, n, e);
}

enum hn_code audit_store_count_unlinked(struct db *db, int64_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT (SELECT count(*) FROM audit.journal) - (SELECT count(*) FROM "
                              "audit.chain)";

    return db_i64(db, sql, NULL, 0, n, e);
}
