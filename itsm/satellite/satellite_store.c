/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/satellite/satellite_store.h"

#define COL(f) DB_COL(satellite_record, f)
static const struct db_col cols[] = {
    COL(id),           COL(name),       COL(segment_id),    COL(segment),
    COL(segment_name), COL(note),       COL(host_id),       COL(check_id),
    COL(state),        COL(revoked_at), COL(revoke_reason), COL(created_at),
    COL(version),      COL(code_until), COL(cert_sha256),   COL(cert_from),
    COL(cert_until),   COL(n_hosts),    COL(n_checks),      COL(seen_at),
    COL(address),      COL(program),    COL(protocol),      COL(started_at),
    COL(clock_us),     COL(backlog),    COL(backlog_bytes), COL(backlog_from),
    COL(dropped),      COL(batch_at),   COL(received),      COL(doubled),
    COL(refused),      COL(lost),       COL(estimated)};

enum hn_code satellite_store_list(struct db *db, struct hn_arena *a, int64_t id, const char *name,
                                  const struct satellite_filter *f, hn_instant now,
                                  struct satellite_record **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT s.id, s.name, s.segment_id, g.code AS segment, g.name AS segment_name, s.note, "
        "s.host_id, (SELECT min(k.id) FROM watch.checks k WHERE k.host_id = s.host_id "
        "AND k.kind = 'heartbeat') AS check_id, s.state, s.revoked_at, s.revoke_reason, "
        "s.created_at, s.version, (SELECT max(c.expires_at) FROM watch.satellite_code c "
        "WHERE c.satellite_id = s.id AND c.used_at IS NULL AND c.expires_at > $6) AS code_until, "
        "t.sha256 AS cert_sha256, t.not_before AS cert_from, t.not_after AS cert_until, "
        "(SELECT count(*) FROM watch.host h WHERE h.probe = s.name) AS n_hosts, "
        "(SELECT count(*) FROM watch.host h JOIN watch.checks k ON k.host_id = h.id "
        "WHERE h.probe = s.name AND h.enabled AND k.enabled) AS n_checks, "
        "l.seen_at, l.address, l.program, l.protocol::bigint AS protocol, l.started_at, "
        "l.clock_us, l.backlog, l.backlog_bytes, l.backlog_from, l.dropped, l.batch_at, "
        "l.received, l.doubled, l.refused, l.lost, l.estimated "
        "FROM watch.satellite s LEFT JOIN watch.segment g ON g.id = s.segment_id "
        "LEFT JOIN watch.satellite_link l ON l.satellite_id = s.id "
        "LEFT JOIN LATERAL (SELECT * FROM watch.satellite_certificate t "
        "WHERE t.satellite_id = s.id AND t.ended_at IS NULL ORDER BY t.issued_at DESC LIMIT 1) t "
        "ON true "
        "WHERE ($1::bigint IS NULL OR s.id = $1) AND ($2::text IS NULL OR s.name = $2) "
        "AND ($3::text IS NULL OR position(lower($3) IN lower(concat_ws(' ', s.name, s.note, "
        "g.code, g.name))) > 0) AND s.id > $4 ORDER BY s.id LIMIT $5";
    struct db_arg args[] = {DB_ID(id),        DB_TEXT(name),    DB_TEXT(f->q),
                            DB_I64(f->after), DB_I64(f->limit), DB_TS(now)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(**out), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "satellites");
    return HN_OK;
}

enum hn_code satellite_store_add(struct db *db, const struct satellite_in *in, int64_t host_id,
                                 hn_instant now, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.satellite (name, segment_id, note, host_id, created_at) "
        "VALUES ($1, $2, $3, $4, $5) RETURNING id";
    static const char link[] = "INSERT INTO watch.satellite_link (satellite_id) VALUES ($1)";
    struct db_arg args[] = {DB_TEXT(in->name), DB_ID(in->segment_id), DB_TEXT(in->note),
                            DB_ID(host_id), DB_TS(now)};
    struct db_arg of[1];

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e) != HN_OK)
        return hn_ctx(e, "add satellite");
    of[0] = DB_I64(*id);
    return db_exec(db, link, of, 1, NULL, e);
}

enum hn_code satellite_store_change(struct db *db, int64_t id, const struct satellite_in *in,
                                    struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.satellite SET segment_id = $1, note = $2, version = version + 1 "
        "WHERE id = $3 AND version = $4 RETURNING id";
    struct db_arg args[] = {DB_ID(in->segment_id), DB_TEXT(in->note), DB_I64(id),
                            DB_I64(in->version)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), &id, e);
}

enum hn_code satellite_store_lock(struct db *db, int64_t id, struct hn_err *e)
{
    static const char sql[] = "SELECT id FROM watch.satellite WHERE id = $1 FOR UPDATE";
    struct db_arg args[] = {DB_I64(id)};

    return db_i64(db, sql, args, 1, &id, e);
}

enum hn_code satellite_store_set_state(struct db *db, int64_t id, const char *state,
                                       const char *reason, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.satellite SET state = $2, version = version + 1, "
        "revoked_at = CASE WHEN $2 = 'revoked' THEN $4::timestamptz END, revoke_reason = $3 "
        "WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(state), DB_TEXT(reason), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

/* ---- codes ---- */

enum hn_code satellite_store_code_add(struct db *db, int64_t id, const uint8_t hash[32],
                                      hn_instant now, hn_instant until, struct hn_err *e)
{
    static const char sql[] = "INSERT INTO watch.satellite_code (hash, satellite_id, created_at, "
                              "expires_at) VALUES ($1, $2, $3, $4)";
    struct db_arg args[] = {DB_BYTES(hash, 32), DB_I64(id), DB_TS(now), DB_TS(until)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code satellite_store_codes_void(struct db *db, int64_t id, hn_instant now, struct hn_err *e)
{
    static const char sql[] = "UPDATE watch.satellite_code SET expires_at = least(expires_at, $2) "
                              "WHERE satellite_id = $1 AND expires_at > $2";
    struct db_arg args[] = {DB_I64(id), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

/* The first row into out; *found false where there is none. */
static enum hn_code maybe(enum hn_code r, bool *found, struct hn_err *e)
{
    *found = r == HN_OK;
    if (r != HN_E_NOT_FOUND)
        return r;
    hn_err_clear(e);
    return HN_OK;
}

enum hn_code satellite_store_code_take(struct db *db, const uint8_t hash[32], struct hn_arena *a,
                                       struct satellite_code *out, bool *found, struct hn_err *e)
{
    static const struct db_col code_cols[] = {
        DB_COL(satellite_code, satellite_id), DB_COL(satellite_code, name),
        DB_COL(satellite_code, state),        DB_COL(satellite_code, expires_at),
        DB_COL(satellite_code, used_at),      DB_COL(satellite_code, key_sha256)};
    static const char sql[] =
        "SELECT c.satellite_id, s.name, s.state, c.expires_at, c.used_at, c.key_sha256 "
        "FROM watch.satellite_code c JOIN watch.satellite s ON s.id = c.satellite_id "
        "WHERE c.hash = $1 FOR UPDATE OF c, s";
    struct db_arg args[] = {DB_BYTES(hash, 32)};

    return maybe(db_get(db, sql, args, 1, code_cols, HN_ARRAY_LEN(code_cols), a, out, e), found, e);
}

enum hn_code satellite_store_code_used(struct db *db, const uint8_t hash[32], const char *address,
                                       const char *key_sha256, hn_instant now, struct hn_err *e)
{
    static const char sql[] = "UPDATE watch.satellite_code SET used_at = $2, used_address = $3, "
                              "key_sha256 = $4 WHERE hash = $1";
    struct db_arg args[] = {DB_BYTES(hash, 32), DB_TS(now), DB_TEXT(address), DB_TEXT(key_sha256)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

/* ---- certificates ---- */

enum hn_code satellite_store_cert_add(struct db *db, int64_t id, const struct pki_cert *c,
                                      hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.satellite_certificate (sha256, satellite_id, key_sha256, pem, "
        "not_before, not_after, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    struct db_arg args[] = {DB_TEXT(c->sha256), DB_I64(id),           DB_TEXT(c->key_sha256),
                            DB_TEXT(c->pem),    DB_TS(c->not_before), DB_TS(c->not_after),
                            DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code satellite_store_certs_end(struct db *db, int64_t id, const char *but,
                                       const char *reason, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.satellite_certificate SET ended_at = $4, end_reason = $3 "
        "WHERE satellite_id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR sha256 <> $2)";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(but), DB_TEXT(reason), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code satellite_store_cert_used(struct db *db, const char *sha256, hn_instant now,
                                       struct hn_err *e)
{
    static const char sql[] = "UPDATE watch.satellite_certificate SET used_at = $2 "
                              "WHERE sha256 = $1 AND used_at IS NULL";
    struct db_arg args[] = {DB_TEXT(sha256), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

#define CERT(f) DB_COL(satellite_cert_row, f)
static const struct db_col cert_cols[] = {CERT(satellite_id), CERT(state),     CERT(pem),
                                          CERT(not_after),    CERT(issued_at), CERT(used_at),
                                          CERT(ended_at)};
#define CERT_LIST                                                                                  \
    "SELECT t.satellite_id, s.state, t.pem, t.not_after, t.issued_at, t.used_at, t.ended_at "      \
    "FROM watch.satellite_certificate t JOIN watch.satellite s ON s.id = t.satellite_id "

enum hn_code satellite_store_cert(struct db *db, const char *sha256, struct hn_arena *a,
                                  struct satellite_cert_row *out, bool *found, struct hn_err *e)
{
    static const char sql[] = CERT_LIST "WHERE t.sha256 = $1";
    struct db_arg args[] = {DB_TEXT(sha256)};

    return maybe(db_get(db, sql, args, 1, cert_cols, HN_ARRAY_LEN(cert_cols), a, out, e), found, e);
}

enum hn_code satellite_store_cert_of_key(struct db *db, int64_t id, const char *key_sha256,
                                         struct hn_arena *a, struct satellite_cert_row *out,
                                         bool *found, struct hn_err *e)
{
    static const char sql[] =
        CERT_LIST "WHERE t.satellite_id = $1 AND t.key_sha256 = $2 AND t.ended_at IS NULL "
                  "ORDER BY t.issued_at DESC LIMIT 1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(key_sha256)};

    return maybe(db_get(db, sql, args, 2, cert_cols, HN_ARRAY_LEN(cert_cols), a, out, e), found, e);
}

enum hn_code satellite_store_cert_newest(struct db *db, int64_t id, hn_instant *issued,
                                         struct hn_err *e)
{
    static const char sql[] = "SELECT coalesce(max(issued_at), '-infinity') "
                              "FROM watch.satellite_certificate WHERE satellite_id = $1";
    struct db_arg args[] = {DB_I64(id)};

    return db_i64(db, sql, args, 1, issued, e);
}

enum hn_code satellite_store_certs(struct db *db, struct hn_arena *a, int64_t id,
                                   struct satellite_certificate **out, size_t *n, struct hn_err *e)
{
    static const struct db_col list_cols[] = {
        DB_COL(satellite_certificate, sha256),    DB_COL(satellite_certificate, not_before),
        DB_COL(satellite_certificate, not_after), DB_COL(satellite_certificate, issued_at),
        DB_COL(satellite_certificate, used_at),   DB_COL(satellite_certificate, ended_at),
        DB_COL(satellite_certificate, end_reason)};
    static const char sql[] =
        "SELECT sha256, not_before, not_after, issued_at, used_at, ended_at, end_reason "
        "FROM watch.satellite_certificate WHERE satellite_id = $1 ORDER BY issued_at DESC LIMIT 20";
    struct db_arg args[] = {DB_I64(id)};

    return db_select(db, sql, args, 1, list_cols, HN_ARRAY_LEN(list_cols), sizeof(**out), a, out, n,
                     e);
}
