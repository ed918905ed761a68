/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of the register (target_store.h). */
#include "itsm/watch/target_store.h"

/* A list goes on after the row with the id $1 (0: from the start), by id or by name, up or down. */
#define AFTER(t, from)                                                                             \
    "($1::bigint IS NULL OR CASE $2 WHEN 'name' THEN (" t ".name, " t ".id) > (SELECT x.name, "    \
    "x.id FROM " from " x WHERE x.id = $1) WHEN '-name' THEN (" t ".name, " t ".id) < "            \
    "(SELECT x.name, x.id FROM " from " x WHERE x.id = $1) WHEN '-id' THEN " t ".id < $1 "         \
    "ELSE " t ".id > $1 END) "
#define ORDER(t)                                                                                   \
    "ORDER BY CASE WHEN $2 = 'name' THEN " t ".name END, "                                         \
    "CASE WHEN $2 = '-name' THEN " t ".name END DESC, "                                            \
    "CASE WHEN $2 IN ('-id', '-name') THEN " t ".id END DESC, " t ".id LIMIT $3"
#define SEARCH(p, text) "(" p "::text IS NULL OR position(lower(" p ") IN lower(" text ")) > 0) "

static struct db_arg sort_arg(const struct target_filter *f)
{
    return DB_TEXT(f->sort == NULL ? "id" : f->sort);
}

#define COL(f) DB_COL(site_record, f)
static const struct db_col site_cols[] = {
    COL(id),        COL(code),       COL(name),      COL(short_name), COL(address), COL(kind),
    COL(parent_id), COL(importance), COL(terminals), COL(map_x),      COL(map_y),   COL(version)};
#undef COL

enum hn_code target_store_sites(struct db *db, struct hn_arena *a, int64_t id,
                                const struct target_filter *f, struct site_record **out, size_t *n,
                                struct hn_err *e)
{
    static const char sql[] =
        "SELECT s.id, s.code, s.name, s.short_name, s.address, s.kind, s.parent_id, "
        "s.importance::bigint, s.terminals::bigint, s.map_x::bigint, s.map_y::bigint, s.version "
        "FROM watch.site s WHERE " AFTER(
            "s", "watch.site") "AND ($4::bigint IS NULL OR s.id = $4) "
                               "AND " SEARCH(
                                   "$5", "concat_ws(' ', s.code, s.name, s.short_name, s.address)")
                                   ORDER("s");
    struct db_arg args[] = {DB_ID(f->after), sort_arg(f), DB_I64(f->limit), DB_ID(id),
                            DB_TEXT(f->q)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), site_cols, HN_ARRAY_LEN(site_cols),
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "sites");
    return HN_OK;
}

#define COL(f) DB_COL(host_record, f)
static const struct db_col host_cols[] = {
    COL(id),         COL(name),          COL(label),      COL(address),     COL(site_id),
    COL(site_code),  COL(site_name),     COL(segment_id), COL(segment),     COL(segment_name),
    COL(system_id),  COL(system_name),   COL(line_id),    COL(class),       COL(parents),
    COL(probe),      COL(snmp),          COL(owner),      COL(importance),  COL(sys_name),
    COL(sys_descr),  COL(sys_object_id), COL(vendor),     COL(model),       COL(serial),
    COL(enabled),    COL(sample),        COL(state),      COL(state_since), COL(n_checks),
    COL(created_at), COL(version)};
#undef COL

enum hn_code target_store_hosts(struct db *db, struct hn_arena *a, int64_t id,
                                const struct target_filter *f, struct host_record **out, size_t *n,
                                struct hn_err *e)
{
    /* Secrets stay here: only whether they are set goes out. */
    static const char sql[] =
        "SELECT h.id, h.name, h.label, h.address, h.site_id, s.code AS site_code, "
        "s.name AS site_name, h.segment_id, g.code AS segment, g.name AS segment_name, "
        "h.system_id, y.name AS system_name, h.line_id, h.class, "
        "ARRAY(SELECT p.parent_id FROM watch.host_parent p WHERE p.host_id = h.id "
        "ORDER BY p.parent_id) AS parents, h.probe, "
        "CASE WHEN jsonb_typeof(h.snmp) = 'object' THEN h.snmp - '{auth_key,priv_key}'::text[] || "
        "CASE WHEN h.snmp ? 'auth_key' THEN '{\"auth_key_set\": true}'::jsonb ELSE '{}' END || "
        "CASE WHEN h.snmp ? 'priv_key' THEN '{\"priv_key_set\": true}'::jsonb ELSE '{}' END "
        "END AS snmp, h.owner, h.importance::bigint, h.sys_name, h.sys_descr, h.sys_object_id, "
        "h.vendor, h.model, h.serial, h.enabled, h.sample, coalesce(w.state, 'pending') AS state, "
        "w.state_since, (SELECT count(*) FROM watch.checks k WHERE k.host_id = h.id) AS n_checks, "
        "h.created_at, h.version FROM watch.host h "
        "LEFT JOIN watch.site s ON s.id = h.site_id "
        "LEFT JOIN watch.segment g ON g.id = h.segment_id "
        "LEFT JOIN watch.system y ON y.id = h.system_id "
        "LEFT JOIN LATERAL (SELECT cs.state, cs.state_since FROM watch.checks k "
        "JOIN watch.check_state cs ON cs.check_id = k.id WHERE k.host_id = h.id AND k.enabled "
        "ORDER BY array_position(ARRAY['critical','unreachable','warning','unknown','pending',"
        "'ok'], cs.state), cs.state_since LIMIT 1) w ON true "
        "WHERE " AFTER(
            "h",
            "watch.host") "AND ($4::bigint IS NULL OR h.id = $4) "
                          "AND " SEARCH(
                              "$5",
                              "concat_ws(' ', h.name, h.label, h.address, h.sys_name, s.name, "
                              "h.owner)") "AND ($6::bigint IS NULL OR h.site_id = $6) "
                                          "AND ($7::text IS NULL OR g.code = $7 OR "
                                          "starts_with(g.name, $7)) "
                                          "AND ($8::text IS NULL OR h.class = $8) "
                                          "AND ($9::text IS NULL OR coalesce(w.state, 'pending') = "
                                          "$9) "
                                          "AND ($10::text IS NULL OR EXISTS (SELECT FROM "
                                          "watch.checks k WHERE k.host_id = h.id "
                                          "AND k.monitoring = $10)) AND ($11::text IS NULL OR "
                                          "EXISTS (SELECT FROM watch.checks k "
                                          "WHERE k.host_id = h.id AND k.kind = $11)) AND "
                                          "($12::text IS NULL OR h.probe = $12) "
                                          "AND ($13::text IS NULL OR h.name = $13) AND "
                                          "($14::bigint IS NULL OR h.system_id = $14) " ORDER("h");
    struct db_arg args[] = {DB_ID(f->after),     sort_arg(f),
                            DB_I64(f->limit),    DB_ID(id),
                            DB_TEXT(f->q),       DB_ID(f->site_id),
                            DB_TEXT(f->segment), DB_TEXT(f->class),
                            DB_TEXT(f->state),   DB_TEXT(f->monitoring),
                            DB_TEXT(f->kind),    DB_TEXT(f->probe),
                            DB_TEXT(f->name),    DB_ID(f->system_id)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), host_cols, HN_ARRAY_LEN(host_cols),
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "hosts");
    return HN_OK;
}

#define COL(f) DB_COL(check_record, f)
static const struct db_col check_cols[] = {COL(id),
                                           COL(host_id),
                                           COL(host_name),
                                           COL(name),
                                           COL(kind),
                                           COL(monitoring),
                                           COL(interval_s),
                                           COL(retry_interval_s),
                                           COL(attempts_n),
                                           COL(attempts_of),
                                           COL(timeout_s),
                                           COL(params),
                                           COL(thresholds),
                                           COL(liveness),
                                           COL(sla_flag),
                                           COL(enabled),
                                           COL(state),
                                           COL(state_since),
                                           COL(soft),
                                           COL(first_fail_at),
                                           COL(last_at),
                                           COL(last_ok_at),
                                           COL(last_outcome),
                                           COL(output),
                                           COL(acknowledged_by),
                                           COL(acknowledged_by_name),
                                           COL(acknowledged_at),
                                           COL(created_at),
                                           COL(version)};
#undef COL

enum hn_code target_store_checks(struct db *db, struct hn_arena *a, int64_t id,
                                 const struct target_filter *f, struct check_record **out,
                                 size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT c.id, c.host_id, h.name AS host_name, c.name, c.kind, c.monitoring, "
        "c.interval_s::bigint, c.retry_interval_s::bigint, c.attempts_n::bigint, "
        "c.attempts_of::bigint, c.timeout_s, c.params, c.thresholds, c.liveness, c.sla_flag, "
        "c.enabled, coalesce(s.state, 'pending') AS state, s.state_since, "
        "coalesce(s.soft, false) AS soft, s.first_fail_at, s.last_at, s.last_ok_at, "
        "s.last_outcome, coalesce(s.output, '') AS output, s.acknowledged_by, "
        "k.name AS acknowledged_by_name, s.acknowledged_at, c.created_at, c.version "
        "FROM watch.checks c JOIN watch.host h ON h.id = c.host_id "
        "LEFT JOIN watch.check_state s ON s.check_id = c.id "
        "LEFT JOIN auth.account k ON k.id = s.acknowledged_by "
        "WHERE " AFTER("c", "watch.checks") "AND ($4::bigint IS NULL OR c.id = $4) "
                                            "AND " SEARCH(
                                                "$5",
                                                "concat_ws(' ', c.name, h.name, h.label, "
                                                "s.output)") "AND ($6::bigint IS NULL OR "
                                                             "c.host_id = $6) AND ($7::bigint IS "
                                                             "NULL OR h.site_id = $7) "
                                                             "AND ($8::text IS NULL OR c.kind = "
                                                             "$8) AND ($9::text IS NULL OR "
                                                             "c.monitoring = $9) "
                                                             "AND ($10::text IS NULL OR "
                                                             "coalesce(s.state, 'pending') = $10) "
                                                             "AND ($11::text IS NULL OR c.name = "
                                                             "$11) AND ($12::text IS NULL OR "
                                                             "h.class = $12) " ORDER("c");
    struct db_arg args[] = {DB_ID(f->after),   sort_arg(f),      DB_I64(f->limit),
                            DB_ID(id),         DB_TEXT(f->q),    DB_ID(f->host_id),
                            DB_ID(f->site_id), DB_TEXT(f->kind), DB_TEXT(f->monitoring),
                            DB_TEXT(f->state), DB_TEXT(f->name), DB_TEXT(f->class)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), check_cols, HN_ARRAY_LEN(check_cols),
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "checks");
    return HN_OK;
}

#define COL(f) DB_COL(line_record, f)
static const struct db_col line_cols[] = {COL(id),           COL(code),           COL(site_id),
                                          COL(site_name),    COL(segment),        COL(role),
                                          COL(service_type), COL(bandwidth_mbps), COL(line_count),
                                          COL(scope),        COL(host_id)};
#undef COL

enum hn_code target_store_lines(struct db *db, struct hn_arena *a, const struct target_filter *f,
                                struct line_record **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT l.id, l.code, l.site_id, s.name AS site_name, l.segment, l.role, l.service_type, "
        "l.bandwidth_mbps::bigint, l.line_count::bigint, l.scope, "
        "(SELECT min(h.id) FROM watch.host h WHERE h.line_id = l.id) AS host_id "
        "FROM watch.line l LEFT JOIN watch.site s ON s.id = l.site_id "
        "WHERE ($1::bigint IS NULL OR l.id > $1) AND ($2::bigint IS NULL OR l.site_id = $2) "
        "AND ($5::text IS NULL OR starts_with(l.segment, $5) OR EXISTS (SELECT FROM watch.segment "
        "g "
        "WHERE g.id = ANY (l.segment_ids) AND (g.code = $5 OR starts_with(g.name, $5)))) "
        "AND " SEARCH("$3", "concat_ws(' ', l.code, l.segment, s.name)") "ORDER BY l.id LIMIT $4";
    struct db_arg args[] = {DB_ID(f->after), DB_ID(f->site_id), DB_TEXT(f->q), DB_I64(f->limit),
                            DB_TEXT(f->segment)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), line_cols, HN_ARRAY_LEN(line_cols),
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "lines");
    return HN_OK;
}

#define COL(f) DB_COL(system_record, f)
static const struct db_col system_cols[] = {COL(id),      COL(code),        COL(name),  COL(grp),
                                            COL(segment), COL(description), COL(vendor)};
#undef COL

enum hn_code target_store_systems(struct db *db, struct hn_arena *a, const struct target_filter *f,
                                  struct system_record **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT y.id, y.code, y.name, y.grp, y.segment, y.description, y.vendor "
        "FROM watch.system y WHERE ($1::bigint IS NULL OR y.id > $1) "
        "AND " SEARCH("$2", "concat_ws(' ', y.code, y.name, y.vendor)") "ORDER BY y.id LIMIT $3";
    struct db_arg args[] = {DB_ID(f->after), DB_TEXT(f->q), DB_I64(f->limit)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), system_cols, HN_ARRAY_LEN(system_cols),
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "systems");
    return HN_OK;
}

#define COL(f) DB_COL(target_inventory, f)
static const struct db_col inventory_cols[] = {COL(check_id), COL(at), COL(data)};
#undef COL

enum hn_code target_store_inventory(struct db *db, struct hn_arena *a, int64_t host_id,
                                    struct target_inventory **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT i.check_id, i.at, i.data FROM watch.inventory i "
                              "JOIN watch.checks c ON c.id = i.check_id WHERE c.host_id = $1 "
                              "AND c.enabled ORDER BY i.check_id";
    struct db_arg args[] = {DB_I64(host_id)};

    if (db_select(db, sql, args, 1, inventory_cols, HN_ARRAY_LEN(inventory_cols), sizeof(**out), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "inventory of host %" PRId64, host_id);
    return HN_OK;
}

struct ids {
    int64_t *v;
    size_t n;
};

static enum hn_code take_id(void *ctx, const struct db_cell *cells, size_t n, struct hn_err *e)
{
    struct ids *s = ctx;
    int64_t ord = db_cell_i64(cells[0]);

    (void)n;
    (void)e;
    if (ord >= 1 && (size_t)ord <= s->n)
        s->v[ord - 1] = db_cell_i64(cells[1]);
    return HN_OK;
}

enum hn_code target_store_resolve(struct db *db, const int64_t *want, const char *const *host,
                                  const char *const *check, size_t n, int64_t *ids,
                                  struct hn_err *e)
{
    static const char sql[] =
        "SELECT u.ord, c.id FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY "
        "AS u(id, host, name, ord) JOIN watch.checks c ON c.id = u.id WHERE u.id > 0 UNION ALL "
        "SELECT u.ord, c.id FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY "
        "AS u(id, host, name, ord) JOIN watch.host h ON h.name = u.host "
        "JOIN watch.checks c ON c.host_id = h.id AND c.name = u.name WHERE u.id = 0";
    struct db_arg args[] = {DB_I64S(want, n), DB_TEXTS(host, n), DB_TEXTS(check, n)};
    struct ids s = {ids, n};

    if (db_each(db, sql, args, 3, take_id, &s, e) != HN_OK)
        return hn_ctx(e, "checks of results");
    return HN_OK;
}
