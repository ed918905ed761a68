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

struct closed_brief {
    const char *month;
    int64_t planned_s, excluded_s, downtime_s, unmeasured_s;
    bool is_reference;
    int64_t edition;
};
static const struct db_col brief_cols[] = {
    DB_COL(closed_brief, month),        DB_COL(closed_brief, planned_s),
    DB_COL(closed_brief, excluded_s),   DB_COL(closed_brief, downtime_s),
    DB_COL(closed_brief, unmeasured_s), DB_COL(closed_brief, is_reference),
    DB_COL(closed_brief, edition),
};

enum hn_code result_store_closed_briefs(struct db *db, struct hn_arena *a, int64_t sla_id,
                                        struct sla_brief *out, size_t n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT DISTINCT ON (month) month, COALESCE((figures->>'planned_s')::bigint, 0) AS "
        "planned_s, COALESCE((figures->>'excluded_s')::bigint, 0) AS excluded_s, "
        "COALESCE((figures->>'downtime_s')::bigint, 0) AS downtime_s, "
        "COALESCE((figures->>'unmeasured_s')::bigint, 0) AS unmeasured_s, "
        "(figures->>'reference')::boolean AS is_reference, edition::bigint AS edition "
        "FROM sla.closed_result WHERE sla_id = $1 AND month BETWEEN $2 AND $3 "
        "ORDER BY month, edition DESC";
    const struct closed_brief *rows = NULL;
    char first[8];
    char last[8];
    char text[8];
    size_t n_rows = 0;

    if (n == 0)
        return HN_OK;
    struct db_arg args[] = {DB_I64(sla_id), DB_TEXT(hn_month_text(out[0].month, first)),
                            DB_TEXT(hn_month_text(out[n - 1].month, last))};

    if (db_select(db, sql, args, 3, brief_cols, HN_ARRAY_LEN(brief_cols), sizeof(*rows), a, &rows,
                  &n_rows, e) != HN_OK)
        return e->code;
    for (size_t i = 0, k = 0; i < n && k < n_rows; i++) {
        if (!hn_streq(hn_month_text(out[i].month, text), rows[k].month))
            continue;
        out[i] = (struct sla_brief){.month = out[i].month,
                                    .planned_s = rows[k].planned_s,
                                    .excluded_s = rows[k].excluded_s,
                                    .downtime_s = rows[k].downtime_s,
                                    .unmeasured_s = rows[k].unmeasured_s,
                                    .is_reference = rows[k].is_reference,
                                    .edition = rows[k].edition};
        k++;
    }
    return HN_OK;
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
