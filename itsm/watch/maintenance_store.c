/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/maintenance_store.h"

static const struct db_col row_cols[] = {
    DB_COL(maintenance_row, id),          DB_COL(maintenance_row, title),
    DB_COL(maintenance_row, from_at),     DB_COL(maintenance_row, to_at),
    DB_COL(maintenance_row, recurrence),  DB_COL(maintenance_row, scope),
    DB_COL(maintenance_row, change_id),   DB_COL(maintenance_row, reason),
    DB_COL(maintenance_row, kind),        DB_COL(maintenance_row, proposed_by),
    DB_COL(maintenance_row, proposer),    DB_COL(maintenance_row, state),
    DB_COL(maintenance_row, decided_by),  DB_COL(maintenance_row, decider),
    DB_COL(maintenance_row, decided_at),  DB_COL(maintenance_row, decision_note),
    DB_COL(maintenance_row, approved_to), DB_COL(maintenance_row, ended_at),
    DB_COL(maintenance_row, created_at),  DB_COL(maintenance_row, version),
};
#define ROW_COLS row_cols, HN_ARRAY_LEN(row_cols)
#define SELECT_ROW                                                                                 \
    "SELECT m.id, m.title, m.from_at, m.to_at, m.recurrence, m.scope, m.change_id, m.reason, "     \
    "m.kind, m.proposed_by, p.name AS proposer, m.state, m.decided_by, d.name AS decider, "        \
    "m.decided_at, m.decision_note, m.approved_to, m.ended_at, m.created_at, m.version "           \
    "FROM watch.maintenance m JOIN auth.account p ON p.id = m.proposed_by "                        \
    "LEFT JOIN auth.account d ON d.id = m.decided_by "

enum hn_code maintenance_store_list(struct db *db, struct hn_arena *a,
                                    const struct maintenance_filter *f,
                                    const struct maintenance_row **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        SELECT_ROW "WHERE ($1::timestamptz IS NULL OR m.to_at > $1 OR m.recurrence IS NOT NULL) "
                   "AND ($2::timestamptz IS NULL OR m.from_at < $2) "
                   "AND ($3::text IS NULL OR m.state = $3) "
                   "AND ($4::bigint = 0 OR m.id < $4) ORDER BY m.id DESC LIMIT $5";
    struct db_arg args[] = {DB_TS(f->from), DB_TS(f->to), DB_TEXT(f->state), DB_I64(f->after),
                            DB_I64(f->limit)};

    return db_select(db, sql, args, 5, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code maintenance_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                                   struct maintenance_row *out, struct hn_err *e)
{
    static const char plain[] = SELECT_ROW "WHERE m.id = $1";
    static const char locking[] = SELECT_ROW "WHERE m.id = $1 FOR UPDATE OF m";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, lock ? locking : plain, args, 1, ROW_COLS, a, out, e);
}

enum hn_code maintenance_store_add(struct db *db, const struct maintenance_new *in, int64_t by,
                                   hn_instant now, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.maintenance (title, from_at, to_at, recurrence, scope, change_id, "
        "reason, "
        "kind, proposed_by, created_at, sample) VALUES ($1, $2, $3, $4, $5, $6, $7, "
        "COALESCE($8, 'own'), $9, $10, $11) RETURNING id";
    struct db_arg args[] = {
        DB_TEXT(in->title), DB_TS(in->from),      DB_TS(in->to),       DB_TEXT(in->recurrence),
        DB_TEXT(in->scope), DB_ID(in->change_id), DB_TEXT(in->reason), DB_TEXT(in->kind),
        DB_I64(by),         DB_TS(now),           DB_BOOL(in->sample)};

    return db_i64(db, sql, args, 11, id, e);
}

enum hn_code maintenance_store_change(struct db *db, int64_t id, const struct maintenance_new *in,
                                      struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.maintenance SET title = $2, from_at = $3, to_at = $4, recurrence = $5, "
        "scope = $6, change_id = $7, reason = $8, kind = COALESCE($9, kind), version = version + 1 "
        "WHERE id = $1 AND version = $10 AND state = 'proposed' RETURNING id";
    struct db_arg args[] = {DB_I64(id),
                            DB_TEXT(in->title),
                            DB_TS(in->from),
                            DB_TS(in->to),
                            DB_TEXT(in->recurrence),
                            DB_TEXT(in->scope),
                            DB_ID(in->change_id),
                            DB_TEXT(in->reason),
                            DB_TEXT(in->kind),
                            DB_I64(in->seen_version)};
    int64_t got;

    if (db_i64(db, sql, args, 10, &got, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "somebody else has changed this in the meantime");
}

enum hn_code maintenance_store_decide(struct db *db, int64_t id, bool approve, int64_t by,
                                      const char *note, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.maintenance SET state = CASE WHEN $2 THEN 'approved' ELSE 'rejected' END, "
        "decided_by = $3, decision_note = $4, decided_at = $5, "
        "approved_to = CASE WHEN $2 THEN to_at END, version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_BOOL(approve), DB_I64(by), DB_TEXT(note), DB_TS(now)};

    return db_exec(db, sql, args, 5, NULL, e);
}

enum hn_code maintenance_store_end(struct db *db, int64_t id, const char *state, hn_instant now,
                                   struct hn_err *e)
{
    static const char sql[] = "UPDATE watch.maintenance SET state = $2, ended_at = $3, "
                              "version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(state), DB_TS(now)};

    return db_exec(db, sql, args, 3, NULL, e);
}

enum hn_code maintenance_store_of_host(struct db *db, struct hn_arena *a, int64_t host_id,
                                       hn_instant at, const struct maintenance_row **out, size_t *n,
                                       struct hn_err *e)
{
    static const char sql[] =
        SELECT_ROW "WHERE m.state = 'approved' AND m.from_at <= $2 "
                   "AND (m.recurrence IS NOT NULL OR m.to_at > $2) AND ("
                   "m.scope @> jsonb_build_array(jsonb_build_object('host_id', $1::bigint)) OR "
                   "EXISTS (SELECT 1 FROM watch.host h WHERE h.id = $1 AND m.scope @> "
                   "jsonb_build_array(jsonb_build_object('site_id', h.site_id))) OR "
                   "EXISTS (SELECT 1 FROM watch.checks c JOIN sla.service_version v "
                   "ON c.id = ANY(v.check_ids) WHERE c.host_id = $1 AND m.scope @> "
                   "jsonb_build_array(jsonb_build_object('service_id', v.service_id)))) "
                   "ORDER BY m.id LIMIT 500";
    struct db_arg args[] = {DB_I64(host_id), DB_TS(at)};

    return db_select(db, sql, args, 2, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code maintenance_store_of_service(struct db *db, struct hn_arena *a, int64_t service_id,
                                          struct hn_i64s checks, hn_instant from, hn_instant to,
                                          const struct maintenance_row **out, size_t *n,
                                          struct hn_err *e)
{
    static const char sql[] =
        SELECT_ROW "WHERE m.state = 'approved' AND m.from_at < $3 AND (m.recurrence IS NOT NULL "
                   "OR m.to_at > $4 OR m.approved_to > $4) AND ("
                   "m.scope @> jsonb_build_array(jsonb_build_object('service_id', $1::bigint)) OR "
                   "EXISTS (SELECT 1 FROM sla.service s WHERE s.id = $1 AND s.site_id IS NOT NULL "
                   "AND m.scope @> jsonb_build_array(jsonb_build_object('site_id', s.site_id))) OR "
                   "EXISTS (SELECT 1 FROM watch.checks c JOIN watch.host h ON h.id = c.host_id "
                   "WHERE c.id = ANY($2) AND (m.scope @> "
                   "jsonb_build_array(jsonb_build_object('host_id', h.id)) OR m.scope @> "
                   "jsonb_build_array(jsonb_build_object('site_id', h.site_id))))) "
                   "ORDER BY m.id LIMIT 500";
    struct db_arg args[] = {DB_I64(service_id), DB_I64S(checks.v, checks.n), DB_TS(to),
                            DB_TS(from)};

    return db_select(db, sql, args, 4, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code maintenance_store_missing(struct db *db, const char *scope, int64_t *missing,
                                       struct hn_err *e)
{
    static const char sql[] =
        "SELECT count(*) FROM jsonb_array_elements($1::jsonb) AS x(v) WHERE NOT ("
        "EXISTS (SELECT 1 FROM watch.host WHERE id = (v->>'host_id')::bigint) OR "
        "EXISTS (SELECT 1 FROM watch.site WHERE id = (v->>'site_id')::bigint) OR "
        "EXISTS (SELECT 1 FROM sla.service WHERE id = (v->>'service_id')::bigint))";
    struct db_arg args[] = {DB_TEXT(scope)};

    return db_i64(db, sql, args, 1, missing, e);
}
