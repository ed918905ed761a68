/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/service_store.h"

static const struct db_col row_cols[] = {
    DB_COL(service_row, id),          DB_COL(service_row, name),
    DB_COL(service_row, kind),        DB_COL(service_row, site_id),
    DB_COL(service_row, system_id),   DB_COL(service_row, line_id),
    DB_COL(service_row, owner),       DB_COL(service_row, version),
    DB_COL(service_row, valid_from),  DB_COL(service_row, rule),
    DB_COL(service_row, check_ids),   DB_COL(service_row, created_by),
    DB_COL(service_row, created_at),  DB_COL(service_row, approved_by),
    DB_COL(service_row, approved_at),
};
#define ROW_COLS row_cols, HN_ARRAY_LEN(row_cols)
#define SELECT_ROW                                                                                 \
    "SELECT s.id, s.name, s.kind, s.site_id, s.system_id, s.line_id, s.owner, v.version, "         \
    "v.valid_from, v.rule, v.check_ids, v.created_by, v.created_at, v.approved_by, v.approved_at " \
    "FROM sla.service s JOIN sla.service_version v ON v.service_id = s.id "

enum hn_code service_store_list(struct db *db, struct hn_arena *a, const char *q, int64_t after,
                                int64_t limit, const struct service_row **out, size_t *n,
                                struct hn_err *e)
{
    static const char sql[] =
        SELECT_ROW "WHERE v.version = s.version AND s.id > $1 AND "
                   "($2::text IS NULL OR strpos(lower(s.name), lower($2)) > 0) "
                   "ORDER BY s.id LIMIT $3";
    struct db_arg args[] = {DB_I64(after), DB_TEXT(q), DB_I64(limit)};

    return db_select(db, sql, args, 3, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code service_store_get(struct db *db, struct hn_arena *a, int64_t id,
                               struct service_row *out, struct hn_err *e)
{
    static const char sql[] = SELECT_ROW "WHERE s.id = $1 AND v.version = s.version";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, sql, args, 1, ROW_COLS, a, out, e);
}

enum hn_code service_store_versions(struct db *db, struct hn_arena *a, int64_t id,
                                    const struct service_row **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = SELECT_ROW "WHERE s.id = $1 ORDER BY v.version DESC LIMIT 500";
    struct db_arg args[] = {DB_I64(id)};

    return db_select(db, sql, args, 1, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code service_store_add(struct db *db, const struct service_new *in, hn_instant now,
                               int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.service (name, kind, site_id, system_id, line_id, owner, sample, "
        "created_at) "
        "VALUES ($1, COALESCE($2, 'service'), $3, $4, $5, $6, $7, $8) RETURNING id";
    struct db_arg args[] = {DB_TEXT(in->name),    DB_TEXT(in->kind),  DB_ID(in->site_id),
                            DB_ID(in->system_id), DB_ID(in->line_id), DB_TEXT(in->owner),
                            DB_BOOL(in->sample),  DB_TS(now)};

    return db_i64(db, sql, args, 8, id, e);
}

enum hn_code service_store_next(struct db *db, int64_t id, const struct service_new *in,
                                int64_t *version, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE sla.service SET version = version + 1, name = COALESCE($2, name), "
        "owner = COALESCE($3, owner) WHERE id = $1 AND version = $4 RETURNING version";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(in->name), DB_TEXT(in->owner),
                            DB_I64(in->seen_version)};

    if (db_i64(db, sql, args, 4, version, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "somebody else has changed this in the meantime");
}

enum hn_code service_store_add_version(struct db *db, int64_t id, int64_t version,
                                       hn_instant valid_from, const char *rule,
                                       struct hn_i64s checks, int64_t by, hn_instant now,
                                       struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.service_version (service_id, version, valid_from, rule, check_ids, "
        "created_by, created_at) VALUES ($1, $2, COALESCE($3, '-infinity'), $4, $5, $6, $7)";
    struct db_arg args[] = {
        DB_I64(id), DB_I64(version), DB_TS(valid_from), DB_TEXT(rule), DB_I64S(checks.v, checks.n),
        DB_ID(by),  DB_TS(now)};

    return db_exec(db, sql, args, 7, NULL, e);
}

enum hn_code service_store_approve(struct db *db, int64_t id, int64_t by, hn_instant now,
                                   int64_t *creator, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE sla.service_version v SET approved_by = $2, approved_at = $3 FROM sla.service s "
        "WHERE s.id = $1 AND v.service_id = s.id AND v.version = s.version "
        "AND v.approved_at IS NULL RETURNING COALESCE(v.created_by, 0)";
    struct db_arg args[] = {DB_I64(id), DB_I64(by), DB_TS(now)};

    if (db_i64(db, sql, args, 3, creator, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
}

enum hn_code service_store_of_checks(struct db *db, struct hn_arena *a, struct hn_i64s checks,
                                     struct hn_i64s *out, struct hn_err *e)
{
    static const char sql[] = "SELECT COALESCE(array_agg(DISTINCT service_id ORDER BY service_id), "
                              "'{}') AS v FROM sla.service_version WHERE check_ids && $1";
    static const struct db_col cols[] = {{"v", DB_T_I64S, 0}};
    struct db_arg args[] = {DB_I64S(checks.v, checks.n)};

    return db_get(db, sql, args, 1, cols, 1, a, out, e);
}

enum hn_code service_store_missing_checks(struct db *db, struct hn_i64s checks, int64_t *missing,
                                          struct hn_err *e)
{
    static const char sql[] = "SELECT count(*) FROM unnest($1::bigint[]) AS x(id) "
                              "LEFT JOIN watch.checks c ON c.id = x.id WHERE c.id IS NULL";
    struct db_arg args[] = {DB_I64S(checks.v, checks.n)};

    return db_i64(db, sql, args, 1, missing, e);
}

enum hn_code service_store_lock(struct db *db, int64_t id, struct hn_err *e)
{
    static const char sql[] = "SELECT id FROM sla.service WHERE id = $1 FOR UPDATE";
    struct db_arg args[] = {DB_I64(id)};
    int64_t got;

    return db_i64(db, sql, args, 1, &got, e);
}

static const struct db_col sla_row_cols[] = {
    DB_COL(sla_row, id),          DB_COL(sla_row, service_id),     DB_COL(sla_row, service_name),
    DB_COL(sla_row, metric),      DB_COL(sla_row, name),           DB_COL(sla_row, version),
    DB_COL(sla_row, valid_from),  DB_COL(sla_row, calendar_id),    DB_COL(sla_row, calendar_name),
    DB_COL(sla_row, target_e6),   DB_COL(sla_row, target_text),    DB_COL(sla_row, year_cap_s),
    DB_COL(sla_row, start_at),    DB_COL(sla_row, cap_first_year), DB_COL(sla_row, maintenance),
    DB_COL(sla_row, created_by),  DB_COL(sla_row, created_at),     DB_COL(sla_row, approved_by),
    DB_COL(sla_row, approved_at),
};
#define SLA_COLS sla_row_cols, HN_ARRAY_LEN(sla_row_cols)
#define SELECT_SLA                                                                                 \
    "SELECT l.id, l.service_id, s.name AS service_name, l.metric, l.name, v.version, "             \
    "v.valid_from, v.calendar_id, c.name AS calendar_name, v.target_e6, v.target_text, "           \
    "v.year_cap_s, v.start_at, v.cap_first_year, v.maintenance, v.created_by, v.created_at, "      \
    "v.approved_by, v.approved_at FROM sla.sla l JOIN sla.service s ON s.id = l.service_id "       \
    "JOIN sla.sla_version v ON v.sla_id = l.id JOIN sla.calendar c ON c.id = v.calendar_id "

enum hn_code sla_store_list(struct db *db, struct hn_arena *a, int64_t service_id, int64_t after,
                            int64_t limit, const struct sla_row **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = SELECT_SLA "WHERE v.version = l.version AND l.id > $1 AND "
                                         "($2::bigint IS NULL OR l.service_id = $2) "
                                         "ORDER BY l.id LIMIT $3";
    struct db_arg args[] = {DB_I64(after), DB_ID(service_id), DB_I64(limit)};

    return db_select(db, sql, args, 3, SLA_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code sla_store_get(struct db *db, struct hn_arena *a, int64_t id, struct sla_row *out,
                           struct hn_err *e)
{
    static const char sql[] = SELECT_SLA "WHERE l.id = $1 AND v.version = l.version";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, sql, args, 1, SLA_COLS, a, out, e);
}

enum hn_code sla_store_versions(struct db *db, struct hn_arena *a, int64_t id,
                                const struct sla_row **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = SELECT_SLA "WHERE l.id = $1 ORDER BY v.version DESC LIMIT 500";
    struct db_arg args[] = {DB_I64(id)};

    return db_select(db, sql, args, 1, SLA_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code sla_store_at(struct db *db, struct hn_arena *a, int64_t id, hn_instant at,
                          struct sla_row *out, struct hn_err *e)
{
    static const char sql[] = SELECT_SLA "WHERE l.id = $1 ORDER BY (v.valid_from <= $2) DESC, "
                                         "CASE WHEN v.valid_from <= $2 THEN v.valid_from END DESC, "
                                         "v.valid_from, v.version DESC LIMIT 1";
    struct db_arg args[] = {DB_I64(id), DB_TS(at)};

    return db_get(db, sql, args, 2, SLA_COLS, a, out, e);
}

enum hn_code sla_store_add(struct db *db, const struct sla_new *in, int64_t *id, struct hn_err *e)
{
    static const char sql[] = "INSERT INTO sla.sla (service_id, metric, name, sample) "
                              "VALUES ($1, $2, $3, $4) RETURNING id";
    struct db_arg args[] = {DB_I64(in->service_id), DB_TEXT(in->metric), DB_TEXT(in->name),
                            DB_BOOL(in->sample)};

    return db_i64(db, sql, args, 4, id, e);
}

enum hn_code sla_store_next(struct db *db, int64_t id, const char *name, int64_t seen,
                            int64_t *version, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.sla SET version = version + 1, name = COALESCE($2, name) "
                              "WHERE id = $1 AND version = $3 RETURNING version";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(name), DB_I64(seen)};

    if (db_i64(db, sql, args, 3, version, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "somebody else has changed this in the meantime");
}

enum hn_code sla_store_add_version(struct db *db, int64_t id, int64_t version,
                                   const struct sla_new *in, int64_t by, hn_instant now,
                                   struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.sla_version (sla_id, version, valid_from, calendar_id, target_e6, "
        "target_text, year_cap_s, start_at, cap_first_year, maintenance, created_by, created_at) "
        "VALUES ($1, $2, COALESCE($3, '-infinity'), $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    struct db_arg args[] = {DB_I64(id),
                            DB_I64(version),
                            DB_TS(in->valid_from),
                            DB_I64(in->calendar_id),
                            DB_I64(in->target_e6),
                            DB_TEXT(in->target_text),
                            DB_ID(in->year_cap_s),
                            DB_TS(in->start_at),
                            DB_TEXT(in->cap_first_year),
                            DB_TEXT(in->maintenance),
                            DB_ID(by),
                            DB_TS(now)};

    return db_exec(db, sql, args, 12, NULL, e);
}

enum hn_code sla_store_approve(struct db *db, int64_t id, int64_t by, hn_instant now,
                               int64_t *creator, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE sla.sla_version v SET approved_by = $2, approved_at = $3 FROM sla.sla l "
        "WHERE l.id = $1 AND v.sla_id = l.id AND v.version = l.version "
        "AND v.approved_at IS NULL RETURNING COALESCE(v.created_by, 0)";
    struct db_arg args[] = {DB_I64(id), DB_I64(by), DB_TS(now)};

    if (db_i64(db, sql, args, 3, creator, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
}
