/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/calendar/calendars_store.h"

static const struct db_col row_cols[] = {
    DB_COL(calendar_row, id),          DB_COL(calendar_row, name),
    DB_COL(calendar_row, code),        DB_COL(calendar_row, version),
    DB_COL(calendar_row, valid_from),  DB_COL(calendar_row, definition),
    DB_COL(calendar_row, created_by),  DB_COL(calendar_row, created_at),
    DB_COL(calendar_row, approved_by), DB_COL(calendar_row, approved_at),
    DB_COL(calendar_row, approver),
};
#define ROW_COLS row_cols, HN_ARRAY_LEN(row_cols)

#define SELECT_ROW                                                                                 \
    "SELECT c.id, c.name, c.code, v.version, v.valid_from, v.definition, v.created_by, "           \
    "v.created_at, v.approved_by, v.approved_at, p.name AS approver FROM sla.calendar c "          \
    "JOIN sla.calendar_version v ON v.calendar_id = c.id "                                         \
    "LEFT JOIN auth.account p ON p.id = v.approved_by "

enum hn_code calendars_store_list(struct db *db, struct hn_arena *a, const char *q, int64_t after,
                                  int64_t limit, const struct calendar_row **out, size_t *n,
                                  struct hn_err *e)
{
    static const char sql[] =
        SELECT_ROW "WHERE v.version = c.version AND c.id > $1 AND "
                   "($2::text IS NULL OR strpos(lower(c.name), lower($2)) > 0) "
                   "ORDER BY c.id LIMIT $3";
    struct db_arg args[] = {DB_I64(after), DB_TEXT(q), DB_I64(limit)};

    return db_select(db, sql, args, 3, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code calendars_store_get(struct db *db, struct hn_arena *a, int64_t id,
                                 struct calendar_row *out, struct hn_err *e)
{
    static const char sql[] = SELECT_ROW "WHERE c.id = $1 AND v.version = c.version";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, sql, args, 1, ROW_COLS, a, out, e);
}

enum hn_code calendars_store_versions(struct db *db, struct hn_arena *a, int64_t id,
                                      const struct calendar_row **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = SELECT_ROW "WHERE c.id = $1 ORDER BY v.version DESC LIMIT 200";
    struct db_arg args[] = {DB_I64(id)};

    return db_select(db, sql, args, 1, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code calendars_store_at(struct db *db, struct hn_arena *a, int64_t id, hn_instant at,
                                struct calendar_row *out, struct hn_err *e)
{
    static const char sql[] =
        SELECT_ROW "WHERE c.id = $1 ORDER BY (v.valid_from <= $2) DESC, "
                   "CASE WHEN v.valid_from <= $2 THEN v.valid_from END DESC, v.valid_from, "
                   "v.version DESC LIMIT 1";
    struct db_arg args[] = {DB_I64(id), DB_TS(at)};

    return db_get(db, sql, args, 2, ROW_COLS, a, out, e);
}

enum hn_code calendars_store_add(struct db *db, const char *name, const char *code, int64_t *id,
                                 struct hn_err *e)
{
    static const char sql[] = "INSERT INTO sla.calendar (name, code) VALUES ($1, $2) RETURNING id";
    struct db_arg args[] = {DB_TEXT(name), DB_TEXT(code)};

    return db_i64(db, sql, args, 2, id, e);
}

enum hn_code calendars_store_next(struct db *db, int64_t id, const char *name, int64_t seen,
                                  int64_t *version, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.calendar SET version = version + 1, "
                              "name = COALESCE($2, name) WHERE id = $1 AND version = $3 "
                              "RETURNING version";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(name), DB_I64(seen)};

    if (db_i64(db, sql, args, 3, version, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "somebody else has changed this in the meantime");
}

enum hn_code calendars_store_add_version(struct db *db, int64_t id, int64_t version,
                                         const struct calendar_new *in, int64_t by, hn_instant now,
                                         struct hn_err *e)
{
    static const char sql[] = "INSERT INTO sla.calendar_version (calendar_id, version, valid_from, "
                              "definition, created_by, "
                              "created_at) VALUES ($1, $2, COALESCE($3, '-infinity'), $4, $5, $6)";
    struct db_arg args[] = {
        DB_I64(id), DB_I64(version), DB_TS(in->valid_from), DB_TEXT(in->definition),
        DB_ID(by),  DB_TS(now)};

    return db_exec(db, sql, args, 6, NULL, e);
}

enum hn_code calendars_store_approve(struct db *db, int64_t id, int64_t version, int64_t by,
                                     hn_instant now, int64_t *creator, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.calendar_version SET approved_by = $3, approved_at = $4 "
                              "WHERE calendar_id = $1 AND version = $2 AND approved_at IS NULL "
                              "RETURNING COALESCE(created_by, 0)";
    struct db_arg args[] = {DB_I64(id), DB_I64(version), DB_I64(by), DB_TS(now)};

    if (db_i64(db, sql, args, 4, creator, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
}
