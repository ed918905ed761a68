/* SPDX-License-Identifier: Apache-2.0 */
/* What is written of the register (target_store.h). */
#include "itsm/watch/target_store.h"

enum hn_code target_store_site_put(struct db *db, int64_t *id, const struct site_in *in,
                                   struct hn_err *e)
{
    static const char add[] =
        "INSERT INTO watch.site (code, name, short_name, address, kind, parent_id, importance, "
        "terminals, map_x, map_y) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    static const char set[] =
        "UPDATE watch.site SET code = $1, name = $2, short_name = $3, address = $4, kind = $5, "
        "parent_id = $6, importance = $7, terminals = $8, map_x = $9, map_y = $10, "
        "version = version + 1 WHERE id = $11 AND version = $12 RETURNING id";
    struct db_arg args[] = {DB_TEXT(in->code),      DB_TEXT(in->name),     DB_TEXT(in->short_name),
                            DB_TEXT(in->address),   DB_TEXT(in->kind),     DB_ID(in->parent_id),
                            DB_I64(in->importance), DB_I64(in->terminals), DB_ID(in->map_x),
                            DB_ID(in->map_y),       DB_I64(*id),           DB_I64(in->version)};

    return *id == 0 ? db_i64(db, add, args, 10, id, e) : db_i64(db, set, args, 12, id, e);
}

enum hn_code target_store_host_put(struct db *db, int64_t *id, const struct host_in *in,
                                   hn_instant now, struct hn_err *e)
{
    static const char add[] =
        "INSERT INTO watch.host (name, label, address, site_id, segment_id, system_id, line_id, "
        "class, probe, snmp, owner, importance, enabled, sample, created_at) VALUES ($1, $2, $3, "
        "$4, $5, $6, $7, $8, $9, CASE WHEN $10::jsonb = 'null' THEN NULL ELSE "
        "jsonb_strip_nulls($10::jsonb) END, $11, $12, $13, $14, $15) RETURNING id";
    /* What is not named of snmp stays (its secrets among it); what is null goes. */
    static const char set[] =
        "UPDATE watch.host SET name = $1, label = $2, address = $3, site_id = $4, segment_id = $5, "
        "system_id = $6, line_id = $7, class = $8, probe = $9, snmp = CASE "
        "WHEN $10::jsonb IS NULL THEN snmp WHEN $10::jsonb = 'null' THEN NULL "
        "ELSE jsonb_strip_nulls(coalesce(snmp, '{}') || $10::jsonb) END, owner = $11, "
        "importance = $12, enabled = $13, sample = $14, version = version + 1 "
        "WHERE id = $15 AND version = $16 RETURNING id";
    struct db_arg args[] = {
        DB_TEXT(in->name),     DB_TEXT(in->label),   DB_TEXT(in->address), DB_ID(in->site_id),
        DB_ID(in->segment_id), DB_ID(in->system_id), DB_ID(in->line_id),   DB_TEXT(in->class),
        DB_TEXT(in->probe),    DB_TEXT(in->snmp),    DB_TEXT(in->owner),   DB_I64(in->importance),
        DB_BOOL(in->enabled),  DB_BOOL(in->sample),  DB_TS(now),           DB_I64(in->version)};

    if (*id == 0)
        return db_i64(db, add, args, 15, id, e);
    args[14] = DB_I64(*id);
    return db_i64(db, set, args, 16, id, e);
}

enum hn_code target_store_parents_put(struct db *db, int64_t host_id, struct hn_i64s parents,
                                      struct hn_err *e)
{
    static const char drop[] =
        "DELETE FROM watch.host_parent WHERE host_id = $1 AND NOT parent_id = ANY($2)";
    static const char add[] = "INSERT INTO watch.host_parent (host_id, parent_id) "
                              "SELECT DISTINCT $1::bigint, p FROM unnest($2::bigint[]) AS p "
                              "ON CONFLICT DO NOTHING";
    struct db_arg args[] = {DB_I64(host_id), DB_I64S(parents.v, parents.n)};

    if (db_exec(db, drop, args, 2, NULL, e) != HN_OK || db_exec(db, add, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "parents of host %" PRId64, host_id);
    return HN_OK;
}

enum hn_code target_store_check_put(struct db *db, int64_t *id, const struct check_in *in,
                                    hn_instant now, struct hn_err *e)
{
    static const char add[] =
        "INSERT INTO watch.checks (host_id, name, kind, monitoring, interval_s, retry_interval_s, "
        "attempts_n, attempts_of, timeout_s, params, thresholds, liveness, sla_flag, enabled, "
        "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
        "RETURNING id";
    static const char state[] = "INSERT INTO watch.check_state (check_id) VALUES ($1)";
    static const char set[] =
        "UPDATE watch.checks SET host_id = $1, name = $2, kind = $3, monitoring = $4, "
        "interval_s = $5, retry_interval_s = $6, attempts_n = $7, attempts_of = $8, "
        "timeout_s = $9, params = $10, thresholds = $11, liveness = $12, sla_flag = $13, "
        "enabled = $14, version = version + 1 WHERE id = $15 AND version = $16 RETURNING id";
    struct db_arg args[] = {
        DB_I64(in->host_id),     DB_TEXT(in->name),       DB_TEXT(in->kind),
        DB_TEXT(in->monitoring), DB_I64(in->interval_s),  DB_I64(in->retry_interval_s),
        DB_I64(in->attempts_n),  DB_I64(in->attempts_of), DB_F64(in->timeout_s),
        DB_TEXT(in->params),     DB_TEXT(in->thresholds), DB_BOOL(in->liveness),
        DB_BOOL(in->sla_flag),   DB_BOOL(in->enabled),    DB_TS(now),
        DB_I64(in->version)};

    if (*id == 0) {
        if (db_i64(db, add, args, 15, id, e) != HN_OK)
            return e->code;
        args[0] = DB_I64(*id);
        return db_exec(db, state, args, 1, NULL, e);
    }
    args[14] = DB_I64(*id);
    return db_i64(db, set, args, 16, id, e);
}

enum hn_code target_store_delete(struct db *db, enum target_kind k, int64_t id, int64_t version,
                                 struct hn_err *e)
{
    static const char site[] = "DELETE FROM watch.site WHERE id = $1 AND ($2::bigint IS NULL OR "
                               "version = $2) RETURNING id";
    static const char host[] = "DELETE FROM watch.host WHERE id = $1 AND ($2::bigint IS NULL OR "
                               "version = $2) RETURNING id";
    static const char check[] = "DELETE FROM watch.checks WHERE id = $1 "
                                "AND ($2::bigint IS NULL OR version = $2) RETURNING id";
    static const char *const sql[] = {
        [TARGET_SITE] = site, [TARGET_HOST] = host, [TARGET_CHECK] = check};
    struct db_arg args[] = {DB_I64(id), DB_ID(version)};

    return db_i64(db, sql[k], args, 2, &id, e);
}

enum hn_code target_store_users(struct db *db, enum target_kind k, int64_t id, int64_t *n,
                                struct hn_err *e)
{
    static const char site[] = "SELECT (SELECT count(*) FROM watch.host WHERE site_id = $1) + "
                               "(SELECT count(*) FROM watch.line WHERE site_id = $1) + "
                               "(SELECT count(*) FROM watch.site WHERE parent_id = $1) + "
                               "(SELECT count(*) FROM ticket.ticket WHERE site_id = $1) + "
                               "(SELECT count(*) FROM sla.service WHERE site_id = $1)";
    static const char host[] =
        "SELECT (SELECT count(*) FROM ticket.ticket WHERE host_id = $1) + (SELECT count(*) "
        "FROM sla.service_version WHERE check_ids && ARRAY(SELECT id FROM watch.checks "
        "WHERE host_id = $1)) + (SELECT count(*) FROM watch.maintenance WHERE scope @> "
        "jsonb_build_array(jsonb_build_object('host_id', $1::bigint)))";
    static const char check[] =
        "SELECT (SELECT count(*) FROM ticket.ticket WHERE check_id = $1) + (SELECT count(*) "
        "FROM sla.service_version WHERE check_ids && ARRAY[$1::bigint])";
    static const char *const sql[] = {
        [TARGET_SITE] = site, [TARGET_HOST] = host, [TARGET_CHECK] = check};
    struct db_arg args[] = {DB_I64(id)};

    return db_i64(db, sql[k], args, 1, n, e);
}

enum hn_code target_store_drop_samples(struct db *db, int64_t host_id, int64_t check_id,
                                       struct hn_err *e)
{
#define OURS                                                                                       \
    "(SELECT s.id FROM series.series s JOIN watch.checks c ON c.id = s.check_id "                  \
    "WHERE c.host_id = $1 OR c.id = $2)"
    static const char chunks[] = "DELETE FROM series.chunk WHERE series_id IN " OURS;
    static const char rollups[] = "DELETE FROM series.rollup WHERE series_id IN " OURS;
#undef OURS
    struct db_arg args[] = {DB_ID(host_id), DB_ID(check_id)};

    if (db_exec(db, chunks, args, 2, NULL, e) != HN_OK)
        return e->code;
    return db_exec(db, rollups, args, 2, NULL, e);
}

enum hn_code target_store_exists(struct db *db, const char *what, struct hn_i64s ids, int64_t *n,
                                 struct hn_err *e)
{
    static const char sql[] =
        "SELECT CASE $1::text WHEN 'site' THEN (SELECT count(*) FROM watch.site WHERE id = "
        "ANY($2)) "
        "WHEN 'segment' THEN (SELECT count(*) FROM watch.segment WHERE id = ANY($2)) "
        "WHEN 'system' THEN (SELECT count(*) FROM watch.system WHERE id = ANY($2)) "
        "WHEN 'line' THEN (SELECT count(*) FROM watch.line WHERE id = ANY($2)) "
        "WHEN 'host' THEN (SELECT count(*) FROM watch.host WHERE id = ANY($2)) ELSE 0 END";
    struct db_arg args[] = {DB_TEXT(what), DB_I64S(ids.v, ids.n)};

    return db_i64(db, sql, args, 2, n, e);
}

enum hn_code target_store_lock_tree(struct db *db, struct hn_err *e)
{
    static const char sql[] = "SELECT pg_advisory_xact_lock(7303, 1)";

    return db_exec(db, sql, NULL, 0, NULL, e);
}

enum hn_code target_store_circle(struct db *db, int64_t host_id, struct hn_i64s parents, bool *yes,
                                 struct hn_err *e)
{
    static const char sql[] =
        "WITH RECURSIVE up(id) AS (SELECT unnest($2::bigint[]) UNION "
        "SELECT p.parent_id FROM watch.host_parent p JOIN up ON up.id = p.host_id) "
        "SELECT count(*) FROM up WHERE id = $1";
    struct db_arg args[] = {DB_I64(host_id), DB_I64S(parents.v, parents.n)};
    int64_t n = 0;

    if (db_i64(db, sql, args, 2, &n, e) != HN_OK)
        return hn_ctx(e, "ancestors of host %" PRId64, host_id);
    *yes = n > 0;
    return HN_OK;
}

enum hn_code target_store_notify(struct db *db, struct hn_err *e)
{
    static const char sql[] = "NOTIFY hn_config";

    return db_exec(db, sql, NULL, 0, NULL, e);
}
