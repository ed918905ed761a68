/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/result_store.h"

enum hn_code result_store_close(struct db *db, int64_t report_id, int64_t sla_id,
                                struct hn_month month, int edition, const char *figures,
                                struct hn_err *e)
{
    static const char sql[] = "INSERT INTO sla.closed_result (report_id, sla_id, month, edition, "
                              "figures) VALUES ($1, $2, $3, $4, $5)";
    char m[8];
    struct db_arg args[] = {DB_I64(report_id), DB_I64(sla_id), DB_TEXT(hn_month_text(month, m)),
                            DB_I64(edition), DB_TEXT(figures)};

    return db_exec(db, sql, args, 5, NULL, e);
}

enum hn_code result_store_closed(struct db *db, struct hn_arena *a, int64_t sla_id,
                                 struct hn_month month, const char **out, struct hn_err *e)
{
    static const char sql[] = "SELECT figures AS v FROM sla.closed_result WHERE sla_id = $1 "
                              "AND month = $2 ORDER BY edition DESC LIMIT 1";
    static const struct db_col cols[] = {{"v", DB_T_TEXT, 0}};
    char m[8];
    struct db_arg args[] = {DB_I64(sla_id), DB_TEXT(hn_month_text(month, m))};

    return db_get(db, sql, args, 2, cols, 1, a, out, e);
}

enum hn_code result_store_edition(struct db *db, struct hn_arena *a, int64_t sla_id,
                                  struct hn_month month, int64_t edition, const char **out,
                                  struct hn_err *e)
{
    static const char sql[] = "SELECT figures AS v FROM sla.closed_result WHERE sla_id = $1 "
                              "AND month = $2 AND ($3 = 0 OR edition = $3) ORDER BY edition DESC "
                              "LIMIT 1";
    static const struct db_col cols[] = {{"v", DB_T_TEXT, 0}};
    char m[8];
    struct db_arg args[] = {DB_I64(sla_id), DB_TEXT(hn_month_text(month, m)), DB_I64(edition)};

    *out = NULL;
    if (db_get(db, sql, args, 3, cols, 1, a, out, e) == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        *out = NULL;
    }
    return e->code;
}

static const struct db_col brief_cols[] = {
    DB_COL(sla_brief, planned_s),    DB_COL(sla_brief, excluded_s),   DB_COL(sla_brief, downtime_s),
    DB_COL(sla_brief, unmeasured_s), DB_COL(sla_brief, is_reference), DB_COL(sla_brief, edition),
};

enum hn_code result_store_closed_brief(struct db *db, int64_t sla_id, struct hn_month month,
                                       struct sla_brief *out, bool *closed, struct hn_err *e)
{
    static const char sql[] =
        "SELECT COALESCE((figures->>'planned_s')::bigint, 0) AS planned_s, "
        "COALESCE((figures->>'excluded_s')::bigint, 0) AS excluded_s, "
        "COALESCE((figures->>'downtime_s')::bigint, 0) AS downtime_s, "
        "COALESCE((figures->>'unmeasured_s')::bigint, 0) AS unmeasured_s, "
        "(figures->>'reference')::boolean AS is_reference, edition::bigint AS edition "
        "FROM sla.closed_result WHERE sla_id = $1 AND month = $2 ORDER BY edition DESC LIMIT 1";
    HN_ARENA a = hn_arena_new();
    char m[8];
    struct db_arg args[] = {DB_I64(sla_id), DB_TEXT(hn_month_text(month, m))};

    *closed = false;
    if (db_get(db, sql, args, 2, brief_cols, HN_ARRAY_LEN(brief_cols), a, out, e) ==
        HN_E_NOT_FOUND) {
        hn_err_clear(e);
        return HN_OK;
    }
    out->month = month;
    *closed = e->code == HN_OK;
    return e->code;
}

enum hn_code result_store_due(struct db *db, struct hn_arena *a, int64_t service_id,
                              bool resolution, hn_instant from, hn_instant to,
                              const struct sla_due **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT CASE WHEN $2 THEN resolution_due_at ELSE response_due_at END AS due_at, "
        "CASE WHEN $2 THEN resolved_at ELSE responded_at END AS done_at FROM sla.ticket_due "
        "WHERE service_id = $1 AND CASE WHEN $2 THEN resolution_due_at ELSE response_due_at END "
        ">= $3 AND CASE WHEN $2 THEN resolution_due_at ELSE response_due_at END < $4 ORDER BY 1, "
        "id";
    static const struct db_col cols[] = {DB_COL(sla_due, due_at), DB_COL(sla_due, done_at)};
    struct db_arg args[] = {DB_I64(service_id), DB_BOOL(resolution), DB_TS(from), DB_TS(to)};

    return db_select(db, sql, args, 4, cols, HN_ARRAY_LEN(cols), sizeof(**out), a, out, n, e);
}
