/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/standing_store.h"

enum hn_code standing_store_lock(struct db *db, bool *got, struct hn_err *e)
{
    static const char sql[] = "SELECT pg_try_advisory_xact_lock(7304, 1)::int::bigint";
    int64_t yes = 0;

    if (db_i64(db, sql, NULL, 0, &yes, e) != HN_OK)
        return hn_ctx(e, "lock of the SLAs' standing");
    *got = yes != 0;
    return HN_OK;
}

struct id_row {
    int64_t id;
};
static const struct db_col id_cols[] = {DB_COL(id_row, id)};

/* Recovery objectives are told by drills, not by a month. */
enum hn_code standing_store_due(struct db *db, struct hn_arena *a, const char *month,
                                hn_instant older, int64_t limit, struct hn_i64s *out,
                                struct hn_err *e)
{
    static const char sql[] =
        "SELECT s.id FROM sla.sla s LEFT JOIN sla.standing t ON t.sla_id = s.id AND t.month = $1 "
        "WHERE s.metric NOT IN ('rto', 'rpo') AND (t.sla_id IS NULL OR t.as_of < $2) "
        "ORDER BY t.as_of NULLS FIRST, s.id LIMIT $3";
    struct db_arg args[] = {DB_TEXT(month), DB_TS(older), DB_I64(limit)};
    const struct id_row *row = NULL;
    int64_t *ids;
    size_t n = 0;

    if (db_select(db, sql, args, 3, id_cols, 1, sizeof(*row), a, &row, &n, e) != HN_OK)
        return hn_ctx(e, "SLAs whose standing is old");
    ids = hn_arena_make(a, int64_t, n);
    for (size_t i = 0; i < n; i++)
        ids[i] = row[i].id;
    *out = (struct hn_i64s){ids, n};
    return HN_OK;
}

enum hn_code standing_store_put(struct db *db, const char *month, hn_instant as_of,
                                const struct standing_row *row, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.standing (sla_id, month, as_of, met, num, den, downtime_s, year_met, "
        "year_cap_s, year_left_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT "
        "(sla_id) DO UPDATE SET month = $2, as_of = $3, met = $4, num = $5, den = $6, "
        "downtime_s = $7, year_met = $8, year_cap_s = $9, year_left_s = $10";
    struct db_arg args[] = {
        DB_I64(row->sla_id),     DB_TEXT(month),         DB_TS(as_of),
        DB_TEXT(row->met),       DB_I64(row->num),       DB_I64(row->den),
        DB_I64(row->downtime_s), DB_TEXT(row->year_met), DB_I64(row->year_cap_s),
        DB_I64(row->year_left_s)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "standing of SLA %" PRId64, row->sla_id);
    return HN_OK;
}

static const struct db_col standing_cols[] = {
    DB_COL(standing_row, sla_id),     DB_COL(standing_row, service_name),
    DB_COL(standing_row, name),       DB_COL(standing_row, metric),
    DB_COL(standing_row, target_e6),  DB_COL(standing_row, met),
    DB_COL(standing_row, num),        DB_COL(standing_row, den),
    DB_COL(standing_row, downtime_s), DB_COL(standing_row, year_met),
    DB_COL(standing_row, year_cap_s), DB_COL(standing_row, year_left_s),
};

enum hn_code standing_store_list(struct db *db, struct hn_arena *a, const char *month,
                                 const struct standing_row **out, size_t *n, hn_instant *as_of,
                                 struct hn_err *e)
{
    static const char sql[] =
        "SELECT t.sla_id, s.name AS service_name, l.name, l.metric, v.target_e6, t.met, t.num, "
        "t.den, t.downtime_s, t.year_met, t.year_cap_s, t.year_left_s FROM sla.standing t "
        "JOIN sla.sla l ON l.id = t.sla_id JOIN sla.service s ON s.id = l.service_id "
        "JOIN sla.sla_version v ON v.sla_id = l.id AND v.version = l.version WHERE t.month = $1 "
        "ORDER BY t.met <> 'missed', t.year_met <> 'missed', t.met <> 'undecided', "
        "t.num::double precision / nullif(t.den, 0) NULLS LAST, "
        "t.year_left_s::double precision / nullif(greatest(t.year_cap_s, 0), 0) NULLS LAST, l.id "
        "LIMIT 5000";
    static const char oldest[] =
        "SELECT coalesce(min(as_of), '-infinity') FROM sla.standing WHERE month = $1";
    struct db_arg args[] = {DB_TEXT(month)};

    if (db_select(db, sql, args, 1, standing_cols, HN_ARRAY_LEN(standing_cols), sizeof(**out), a,
                  out, n, e) != HN_OK ||
        db_i64(db, oldest, args, 1, as_of, e) != HN_OK)
        return hn_ctx(e, "standing of the SLAs");
    return HN_OK;
}
