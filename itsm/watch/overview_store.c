/* SPDX-License-Identifier: Apache-2.0 */
/* SQL of the watch pages' rollups (overview.h). */
#include "itsm/watch/overview.h"

/* States in order of badness; the same array gives the rank and takes it back. */
#define RANKS "ARRAY['ok','pending','unknown','warning','unreachable','critical']"
#define RANK_OF(col) "array_position(" RANKS ", " col ")"
/* When the state began: a time in which nothing was measured does not begin it anew. */
#define SINCE_OF(s)                                                                                \
    "CASE WHEN " s ".state = " s ".known_state THEN " s ".known_since ELSE " s ".state_since END"

const struct db_col overview_site_cols[] = {
    DB_COL(overview_site, id),
    DB_COL(overview_site, code),
    DB_COL(overview_site, name),
    DB_COL(overview_site, short_name),
    DB_COL(overview_site, address),
    DB_COL(overview_site, importance),
    DB_COL(overview_site, terminals),
    DB_COL(overview_site, map_x),
    DB_COL(overview_site, map_y),
    DB_COL(overview_site, state),
    DB_COL(overview_site, n_hosts),
    DB_COL(overview_site, n_down),
    DB_COL(overview_site, n_unreachable),
    DB_COL(overview_site, n_warning),
    DB_COL(overview_site, n_unknown),
    DB_COL(overview_site, since),
    DB_COL(overview_site, changed_at),
    DB_COL(overview_site, cause),
    DB_COL(overview_site, output),
};
const size_t overview_site_n = HN_ARRAY_LEN(overview_site_cols);

enum hn_code overview_sites(struct db *db, struct hn_arena *a, int64_t id, hn_instant changed_from,
                            const struct overview_site **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "WITH c AS MATERIALIZED (SELECT h.site_id, h.id AS host_id, coalesce(h.label, h.name) AS"
        " label, h.class, h.importance, k.id AS check_id, k.liveness, s.state, " SINCE_OF(
            "s") " AS"
                 " since, s.output, " RANK_OF(
                     "s.state") " AS rank FROM watch.host h"
                                " JOIN watch.checks k ON k.host_id = h.id AND k.enabled"
                                " JOIN watch.check_state s ON s.check_id = k.id"
                                " WHERE h.enabled AND h.site_id IS NOT NULL AND ($1::bigint IS "
                                "NULL OR h.site_id = $1)),"
                                " w AS (SELECT site_id, max(rank) AS rank, count(DISTINCT host_id) "
                                "AS n_hosts,"
                                " count(DISTINCT host_id) FILTER (WHERE state = 'critical') AS "
                                "n_down,"
                                " count(DISTINCT host_id) FILTER (WHERE state = 'unreachable') AS "
                                "n_unreachable,"
                                " count(DISTINCT host_id) FILTER (WHERE state = 'warning') AS "
                                "n_warning,"
                                " count(DISTINCT host_id) FILTER (WHERE state = 'unknown') AS "
                                "n_unknown,"
                                " max(since) FILTER (WHERE since >= $2 AND NOT EXISTS (SELECT 1 "
                                "FROM event.transition x"
                                " WHERE x.check_id = c.check_id AND x.at = c.since AND "
                                "x.from_state = 'pending' AND"
                                " x.to_state = 'ok')) AS changed_at FROM c GROUP BY site_id),"
                                " f AS (SELECT DISTINCT ON (site_id) site_id, label, output, since "
                                "FROM c WHERE rank > 2"
                                " ORDER BY site_id, rank DESC, liveness DESC, class = 'router' "
                                "DESC, importance DESC,"
                                " since, host_id)"
                                " SELECT t.id, t.code, t.name, t.short_name, t.address, "
                                "t.importance::bigint,"
                                " t.terminals::bigint, coalesce(t.map_x, 0)::bigint AS map_x,"
                                " coalesce(t.map_y, 0)::bigint AS map_y, coalesce((" RANKS
                                ")[w.rank], 'none') AS state,"
                                " coalesce(w.n_hosts, 0) AS n_hosts, coalesce(w.n_down, 0) AS "
                                "n_down,"
                                " coalesce(w.n_unreachable, 0) AS n_unreachable, "
                                "coalesce(w.n_warning, 0) AS n_warning,"
                                " coalesce(w.n_unknown, 0) AS n_unknown, f.since, w.changed_at, "
                                "f.label AS cause, f.output"
                                " FROM watch.site t LEFT JOIN w ON w.site_id = t.id LEFT JOIN f ON "
                                "f.site_id = t.id"
                                " WHERE ($1::bigint IS NULL OR t.id = $1) ORDER BY t.code LIMIT "
                                "2000";
    struct db_arg args[] = {DB_ID(id), DB_TS(changed_from)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), overview_site_cols, overview_site_n,
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "sites with states");
    return HN_OK;
}

const struct db_col overview_line_cols[] = {
    DB_COL(overview_line, id),           DB_COL(overview_line, code),
    DB_COL(overview_line, segment),      DB_COL(overview_line, role),
    DB_COL(overview_line, service_type), DB_COL(overview_line, bandwidth_mbps),
    DB_COL(overview_line, line_count),   DB_COL(overview_line, host_id),
    DB_COL(overview_line, host_name),    DB_COL(overview_line, state),
};
const size_t overview_line_n = HN_ARRAY_LEN(overview_line_cols);

enum hn_code overview_lines(struct db *db, struct hn_arena *a, int64_t site_id,
                            const struct overview_line **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT l.id, l.code, l.segment, l.role, l.service_type,"
        " coalesce(l.bandwidth_mbps, 0)::bigint AS bandwidth_mbps,"
        " l.line_count::bigint AS line_count, coalesce(h.id, 0) AS host_id,"
        " coalesce(h.label, h.name) AS host_name,"
        " (SELECT (" RANKS ")[max(" RANK_OF(
            "s.state") ")] FROM watch.checks k JOIN"
                       " watch.check_state s ON s.check_id = k.id WHERE k.host_id = h.id AND "
                       "k.enabled) AS state"
                       " FROM watch.line l LEFT JOIN LATERAL (SELECT id, name, label FROM "
                       "watch.host"
                       " WHERE line_id = l.id AND enabled ORDER BY id LIMIT 1) h ON true"
                       " WHERE l.site_id = $1 ORDER BY l.code LIMIT 200";
    struct db_arg args[] = {DB_I64(site_id)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), overview_line_cols, overview_line_n,
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "lines of a site");
    return HN_OK;
}

const struct db_col overview_host_cols[] = {
    DB_COL(overview_host, id),           DB_COL(overview_host, name),
    DB_COL(overview_host, label),        DB_COL(overview_host, address),
    DB_COL(overview_host, class),        DB_COL(overview_host, site_id),
    DB_COL(overview_host, site_name),    DB_COL(overview_host, segment),
    DB_COL(overview_host, segment_name), DB_COL(overview_host, importance),
    DB_COL(overview_host, enabled),      DB_COL(overview_host, state),
    DB_COL(overview_host, since),        DB_COL(overview_host, check_name),
    DB_COL(overview_host, output),       DB_COL(overview_host, n_checks),
    DB_COL(overview_host, n_bad),        DB_COL(overview_host, acknowledged),
    DB_COL(overview_host, last_at),      DB_COL(overview_host, total),
};
const size_t overview_host_n = HN_ARRAY_LEN(overview_host_cols);

/* f: the worst check of each host. The sort key selects one of the CASE columns; what is unknown
 * sorts by name. */
static const char hosts_sql[] = "WITH w AS (SELECT k.host_id, max(" RANK_OF(
    "s.state") ") AS rank, count(*) AS n_checks,"
               " count(*) FILTER (WHERE s.state NOT IN ('ok', 'pending')) AS n_bad,"
               " bool_and(s.acknowledged_at IS NOT NULL) FILTER (WHERE s.state NOT IN ('ok', "
               "'pending'))"
               " AS acknowledged, max(s.last_at) AS last_at"
               " FROM watch.checks k JOIN watch.check_state s ON s.check_id = k.id WHERE k.enabled"
               " AND ($5::text IS NULL OR k.monitoring = $5) GROUP BY k.host_id),"
               " r AS (SELECT h.id, h.name, h.label, h.address, h.class, coalesce(h.site_id, 0) AS "
               "site_id,"
               " t.short_name AS site_name, t.code AS site_code, g.code AS segment, g.name AS "
               "segment_name,"
               " h.importance::bigint AS importance, h.enabled, coalesce((" RANKS
               ")[w.rank], 'none') AS"
               " state, coalesce(w.rank, 0) AS rank, coalesce(w.n_checks, 0) AS n_checks,"
               " coalesce(w.n_bad, 0) AS n_bad, coalesce(w.acknowledged, false) AS acknowledged, "
               "w.last_at"
               " FROM watch.host h LEFT JOIN w ON w.host_id = h.id"
               " LEFT JOIN watch.site t ON t.id = h.site_id LEFT JOIN watch.segment g ON g.id = "
               "h.segment_id"
               " WHERE ($1::text IS NULL OR strpos(lower(h.name || ' ' || coalesce(h.label, '') || "
               "' ' ||"
               " h.address || ' ' || coalesce(t.name, '')), lower($1)) > 0)"
               " AND ($2::bigint IS NULL OR h.site_id = $2) AND ($3::bigint IS NULL OR h.id = $3)"
               " AND ($4::text IS NULL OR g.code = $4)"
               " AND ($5::text IS NULL OR w.n_checks > 0)"
               " AND ($6::text IS NULL OR h.class = $6)),"
               " m AS (SELECT *, count(*) OVER () AS total FROM r WHERE ($7::text IS NULL OR "
               "r.state = $7"
               " OR ($7 = 'bad' AND r.state NOT IN ('ok', 'pending', 'none'))))"
               " SELECT m.id, m.name, m.label, m.address, m.class, m.site_id, m.site_name, "
               "m.segment,"
               " m.segment_name, m.importance, m.enabled, m.state, f.since,"
               " f.name AS check_name, f.output, m.n_checks, m.n_bad, m.acknowledged, m.last_at, "
               "m.total"
               " FROM m LEFT JOIN LATERAL (SELECT k.name, s.output, " SINCE_OF(
                   "s") " AS since FROM watch.checks k"
                        " JOIN watch.check_state s ON s.check_id = k.id WHERE k.host_id = m.id AND "
                        "k.enabled"
                        " AND ($5::text IS NULL OR k.monitoring = $5)"
                        " ORDER BY " RANK_OF(
                            "s.state") " DESC, k.liveness DESC, since, k.id LIMIT 1) f ON true"
                                       " ORDER BY CASE $8::text WHEN 'site' THEN m.site_code WHEN "
                                       "'class' "
                                       "THEN m.class"
                                       " WHEN 'address' THEN m.address END,"
                                       " CASE $8::text WHEN '-site' THEN m.site_code WHEN '-class' "
                                       "THEN "
                                       "m.class"
                                       " WHEN '-address' THEN m.address WHEN '-name' THEN m.name "
                                       "END DESC,"
                                       " CASE $8::text WHEN 'state' THEN -m.rank WHEN '-state' "
                                       "THEN m.rank "
                                       "END,"
                                       " CASE $8::text WHEN 'since' THEN f.since END,"
                                       " CASE $8::text WHEN '-since' THEN f.since END DESC NULLS "
                                       "LAST,"
                                       " m.name LIMIT $9::bigint OFFSET $10::bigint";

enum hn_code overview_hosts(struct db *db, struct hn_arena *a, const struct overview_filter *f,
                            const struct overview_host **out, size_t *n, struct hn_err *e)
{
    struct db_arg args[] = {DB_TEXT(f->q),       DB_ID(f->site_id),      DB_ID(f->host_id),
                            DB_TEXT(f->segment), DB_TEXT(f->monitoring), DB_TEXT(f->class),
                            DB_TEXT(f->state),   DB_TEXT(f->sort),       DB_I64(f->limit),
                            DB_I64(f->offset)};

    if (db_select(db, hosts_sql, args, HN_ARRAY_LEN(args), overview_host_cols, overview_host_n,
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "hosts with states");
    return HN_OK;
}

const struct db_col overview_neighbour_cols[] = {
    DB_COL(overview_neighbour, id),    DB_COL(overview_neighbour, name),
    DB_COL(overview_neighbour, label), DB_COL(overview_neighbour, is_parent),
    DB_COL(overview_neighbour, state),
};
const size_t overview_neighbour_n = HN_ARRAY_LEN(overview_neighbour_cols);

enum hn_code overview_neighbours(struct db *db, struct hn_arena *a, int64_t host_id,
                                 const struct overview_neighbour **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT h.id, h.name, h.label, p.is_parent, coalesce((SELECT (" RANKS ")[max(" RANK_OF(
            "s.state") ")] FROM watch.checks k JOIN watch.check_state s ON s.check_id = k.id"
                       " WHERE k.host_id = h.id AND k.enabled), 'none') AS state FROM"
                       " (SELECT parent_id AS id, true AS is_parent FROM watch.host_parent WHERE "
                       "host_id = $1"
                       " UNION ALL SELECT host_id, false FROM watch.host_parent WHERE parent_id = "
                       "$1) p"
                       " JOIN watch.host h ON h.id = p.id ORDER BY p.is_parent DESC, h.name LIMIT "
                       "300";
    struct db_arg args[] = {DB_I64(host_id)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), overview_neighbour_cols, overview_neighbour_n,
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "neighbours of a host");
    return HN_OK;
}

const struct db_col overview_facts_cols[] = {
    DB_COL(overview_host_facts, system_name),  DB_COL(overview_host_facts, line_id),
    DB_COL(overview_host_facts, line_code),    DB_COL(overview_host_facts, probe),
    DB_COL(overview_host_facts, snmp_version), DB_COL(overview_host_facts, snmp_max_oids),
    DB_COL(overview_host_facts, owner),        DB_COL(overview_host_facts, sys_name),
    DB_COL(overview_host_facts, sys_descr),    DB_COL(overview_host_facts, vendor),
    DB_COL(overview_host_facts, model),        DB_COL(overview_host_facts, serial),
    DB_COL(overview_host_facts, sample),       DB_COL(overview_host_facts, created_at),
    DB_COL(overview_host_facts, version),
};
const size_t overview_facts_n = HN_ARRAY_LEN(overview_facts_cols);

enum hn_code overview_facts(struct db *db, struct hn_arena *a, int64_t host_id,
                            struct overview_host_facts *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT y.name AS system_name, coalesce(h.line_id, 0) AS line_id, l.code AS line_code,"
        " h.probe, h.snmp ->> 'version' AS snmp_version, coalesce((h.snmp ->> 'max_oids')::bigint, "
        "0) AS snmp_max_oids, h.owner, h.sys_name, h.sys_descr,"
        " h.vendor, h.model, h.serial, h.sample, h.created_at, h.version FROM watch.host h"
        " LEFT JOIN watch.system y ON y.id = h.system_id LEFT JOIN watch.line l ON l.id ="
        " h.line_id WHERE h.id = $1";
    struct db_arg args[] = {DB_I64(host_id)};

    if (db_get(db, sql, args, HN_ARRAY_LEN(args), overview_facts_cols, overview_facts_n, a, out,
               e) != HN_OK)
        return hn_ctx(e, "facts of a host");
    return HN_OK;
}

const struct db_col overview_check_cols[] = {
    DB_COL(overview_check, id),
    DB_COL(overview_check, host_id),
    DB_COL(overview_check, host_name),
    DB_COL(overview_check, host_label),
    DB_COL(overview_check, site_id),
    DB_COL(overview_check, site_name),
    DB_COL(overview_check, name),
    DB_COL(overview_check, kind),
    DB_COL(overview_check, monitoring),
    DB_COL(overview_check, state),
    DB_COL(overview_check, soft),
    DB_COL(overview_check, state_since),
    DB_COL(overview_check, first_fail_at),
    DB_COL(overview_check, last_at),
    DB_COL(overview_check, last_ok_at),
    DB_COL(overview_check, last_outcome),
    DB_COL(overview_check, output),
    DB_COL(overview_check, acknowledged_by),
    DB_COL(overview_check, acknowledged_at),
    DB_COL(overview_check, interval_s),
    DB_COL(overview_check, retry_interval_s),
    DB_COL(overview_check, attempts_n),
    DB_COL(overview_check, attempts_of),
    DB_COL(overview_check, timeout_s),
    DB_COL(overview_check, params),
    DB_COL(overview_check, thresholds),
    DB_COL(overview_check, enabled),
    DB_COL(overview_check, sla_flag),
    DB_COL(overview_check, probe),
    DB_COL(overview_check, version),
};
const size_t overview_check_n = HN_ARRAY_LEN(overview_check_cols);

enum hn_code overview_checks(struct db *db, struct hn_arena *a, int64_t host_id, int64_t check_id,
                             const struct overview_check **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT k.id, k.host_id, h.name AS host_name, h.label AS host_label,"
        " coalesce(h.site_id, 0) AS site_id, t.name AS site_name, k.name, k.kind, k.monitoring,"
        " coalesce(s.state, 'pending') AS state, coalesce(s.soft, false) AS soft, " SINCE_OF(
            "s") " AS state_since, s.first_fail_at, s.last_at, s.last_ok_at, s.last_outcome, "
                 "s.output,"
                 " u.name AS acknowledged_by, s.acknowledged_at, k.interval_s::bigint AS "
                 "interval_s,"
                 " k.retry_interval_s::bigint AS retry_interval_s, k.attempts_n::bigint AS "
                 "attempts_n,"
                 " k.attempts_of::bigint AS attempts_of, k.timeout_s, k.params::text AS params,"
                 " k.thresholds::text AS thresholds, k.enabled, k.sla_flag, h.probe, k.version"
                 " FROM watch.checks k JOIN watch.host h ON h.id = k.host_id"
                 " LEFT JOIN watch.site t ON t.id = h.site_id"
                 " LEFT JOIN watch.check_state s ON s.check_id = k.id"
                 " LEFT JOIN auth.account u ON u.id = s.acknowledged_by"
                 " WHERE ($1::bigint IS NULL OR k.host_id = $1) AND ($2::bigint IS NULL OR k.id = "
                 "$2)"
                 " AND ($1::bigint IS NOT NULL OR $2::bigint IS NOT NULL)"
                 " ORDER BY " RANK_OF(
                     "coalesce(s.state, 'pending')") " DESC, k.liveness DESC, k.name"
                                                     " LIMIT 500";
    struct db_arg args[] = {DB_ID(host_id), DB_ID(check_id)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), overview_check_cols, overview_check_n,
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "checks with states");
    return HN_OK;
}

const struct db_col overview_series_cols[] = {
    DB_COL(overview_series, id),     DB_COL(overview_series, check_id),
    DB_COL(overview_series, metric), DB_COL(overview_series, unit),
    DB_COL(overview_series, kind),
};
const size_t overview_series_n = HN_ARRAY_LEN(overview_series_cols);

enum hn_code overview_series(struct db *db, struct hn_arena *a, int64_t host_id, int64_t check_id,
                             const struct overview_series **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT s.id, s.check_id, s.metric, s.unit, s.kind FROM series.series s"
        " JOIN watch.checks k ON k.id = s.check_id"
        " WHERE ($1::bigint IS NULL OR k.host_id = $1) AND ($2::bigint IS NULL OR k.id = $2)"
        " AND ($1::bigint IS NOT NULL OR $2::bigint IS NOT NULL)"
        " ORDER BY k.liveness DESC, k.name, s.metric LIMIT 200";
    struct db_arg args[] = {DB_ID(host_id), DB_ID(check_id)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), overview_series_cols, overview_series_n,
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "series of a host");
    return HN_OK;
}

static const struct db_col totals_cols[] = {
    DB_COL(overview_totals, sites),   DB_COL(overview_totals, hosts),
    DB_COL(overview_totals, checks),  DB_COL(overview_totals, ok),
    DB_COL(overview_totals, warning), DB_COL(overview_totals, critical),
    DB_COL(overview_totals, unknown), DB_COL(overview_totals, unreachable),
    DB_COL(overview_totals, pending), DB_COL(overview_totals, data_at),
};

enum hn_code overview_totals(struct db *db, struct hn_arena *a, struct overview_totals *out,
                             struct hn_err *e)
{
    static const char sql[] = "WITH w AS (SELECT k.host_id, max(" RANK_OF(
        "s.state") ") AS rank, count(*) AS n"
                   " FROM watch.checks k JOIN watch.check_state s ON s.check_id = k.id"
                   " JOIN watch.host h ON h.id = k.host_id AND h.enabled WHERE k.enabled GROUP BY "
                   "k.host_id)"
                   " SELECT (SELECT count(*) FROM watch.site) AS sites, count(*) AS hosts,"
                   " coalesce(sum(n), 0)::bigint AS checks, count(*) FILTER (WHERE rank = 1) AS ok,"
                   " count(*) FILTER (WHERE rank = 4) AS warning, count(*) FILTER (WHERE rank = 6) "
                   "AS"
                   " critical, count(*) FILTER (WHERE rank = 3) AS unknown,"
                   " count(*) FILTER (WHERE rank = 5) AS unreachable,"
                   " count(*) FILTER (WHERE rank = 2) AS pending,"
                   " (SELECT max(last_at) FROM watch.probe) AS data_at FROM w";

    if (db_get(db, sql, NULL, 0, totals_cols, HN_ARRAY_LEN(totals_cols), a, out, e) != HN_OK)
        return hn_ctx(e, "numbers of the estate");
    return HN_OK;
}

enum hn_code overview_data_at(struct db *db, hn_instant *out, struct hn_err *e)
{
    static const char sql[] = "SELECT coalesce(max(last_at), '-infinity') FROM watch.probe"
                              " WHERE last_at IS NOT NULL HAVING max(last_at) IS NOT NULL";
    enum hn_code code = db_i64(db, sql, NULL, 0, out, e);

    if (code == HN_E_NOT_FOUND) { /* no probe has reported yet */
        *out = HN_UNSET;
        return HN_OK;
    }
    return code == HN_OK ? HN_OK : hn_ctx(e, "newest result");
}

const struct db_col overview_choice_cols[] = {DB_COL(overview_choice, value),
                                              DB_COL(overview_choice, label)};
const size_t overview_choice_n = HN_ARRAY_LEN(overview_choice_cols);

enum hn_code overview_site_choices(struct db *db, struct hn_arena *a,
                                   const struct overview_choice **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT id::text AS value, short_name AS label FROM watch.site"
                              " ORDER BY code LIMIT 2000";

    if (db_select(db, sql, NULL, 0, overview_choice_cols, overview_choice_n, sizeof(**out), a, out,
                  n, e) != HN_OK)
        return hn_ctx(e, "sites to choose");
    return HN_OK;
}

enum hn_code overview_segment_choices(struct db *db, struct hn_arena *a,
                                      const struct overview_choice **out, size_t *n,
                                      struct hn_err *e)
{
    static const char sql[] = "SELECT code AS value, name AS label FROM watch.segment g"
                              " WHERE EXISTS (SELECT 1 FROM watch.host h WHERE h.segment_id ="
                              " g.id) ORDER BY code LIMIT 500";

    if (db_select(db, sql, NULL, 0, overview_choice_cols, overview_choice_n, sizeof(**out), a, out,
                  n, e) != HN_OK)
        return hn_ctx(e, "segments to choose");
    return HN_OK;
}

enum hn_code overview_segment_ids(struct db *db, struct hn_arena *a,
                                  const struct overview_choice **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT id::text AS value, code || ' ' || name AS label"
                              " FROM watch.segment ORDER BY code LIMIT 500";

    if (db_select(db, sql, NULL, 0, overview_choice_cols, overview_choice_n, sizeof(**out), a, out,
                  n, e) != HN_OK)
        return hn_ctx(e, "segments to choose");
    return HN_OK;
}

enum hn_code overview_probes(struct db *db, struct hn_arena *a, const struct overview_choice **out,
                             size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT name AS value, name AS label FROM (SELECT name FROM"
                              " watch.probe UNION SELECT 'local') p ORDER BY name LIMIT 100";

    if (db_select(db, sql, NULL, 0, overview_choice_cols, overview_choice_n, sizeof(**out), a, out,
                  n, e) != HN_OK)
        return hn_ctx(e, "probes to choose");
    return HN_OK;
}
