/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/history_store.h"

enum hn_code history_store_count(struct db *db, int64_t *n, struct hn_err *e)
{
    return db_i64(db,
                  "SELECT (SELECT count(*) FROM (SELECT 1 FROM event.transition LIMIT 1) AS t) +"
                  " (SELECT count(*) FROM (SELECT 1 FROM ticket.ticket LIMIT 1) AS t)",
                  NULL, 0, n, e);
}

enum hn_code history_store_intervals(struct db *db, const int64_t *ids, const int64_t *interval_s,
                                     const int64_t *retry_s, size_t n, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.checks k SET interval_s = t.i, retry_interval_s = t.r FROM"
        " unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS t (id, i, r) WHERE k.id = t.id";
    struct db_arg args[] = {DB_I64S(ids, n), DB_I64S(interval_s, n), DB_I64S(retry_s, n)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code history_store_series(struct db *db, int64_t check_id, const char *metric,
                                  const char *unit, const char *kind, hn_instant now, int64_t *id,
                                  struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO series.series (check_id, metric, unit, kind, created_at) VALUES ($1, $2, $3,"
        " $4, $5) ON CONFLICT (check_id, metric) DO UPDATE SET unit = excluded.unit RETURNING id";
    struct db_arg args[] = {DB_I64(check_id), DB_TEXT(metric), DB_TEXT(unit), DB_TEXT(kind),
                            DB_TS(now)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e);
}

enum hn_code history_store_drop_journal(struct db *db, hn_instant before, struct hn_err *e)
{
    struct db_arg args[] = {DB_TS(before)};

    return db_exec(db, "DELETE FROM series.journal WHERE to_at < $1 AND probe = 'sample'", args, 1,
                   NULL, e);
}

enum hn_code history_store_mark(struct db *db, struct hn_err *e)
{
    return db_exec(db,
                   "UPDATE sla.outage o SET sample = true FROM sla.service s WHERE"
                   " s.id = o.service_id AND s.sample AND NOT o.sample",
                   NULL, 0, NULL, e) == HN_OK
               ? db_exec(db, "UPDATE report.report SET sample = true", NULL, 0, NULL, e)
               : e->code;
}

enum hn_code history_store_outage(struct db *db, int64_t service_id, hn_instant at, int64_t *id,
                                  struct hn_err *e)
{
    static const char sql[] =
        "SELECT id FROM sla.outage WHERE service_id = $1 AND from_at <= $2 AND (to_at IS NULL OR"
        " to_at > $2) AND NOT voided ORDER BY id LIMIT 1";
    struct db_arg args[] = {DB_I64(service_id), DB_TS(at)};
    enum hn_code rc = db_i64(db, sql, args, 2, id, e);

    if (rc == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        *id = 0;
        return HN_OK;
    }
    return rc;
}
