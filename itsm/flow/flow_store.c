/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/flow/flow_store.h"

#define EFFECTS_MAX "20000"

enum hn_code flow_store_lock(struct db *db, struct hn_err *e)
{
    static const char sql[] = "SELECT pg_advisory_xact_lock(7302, 1)";

    if (db_exec(db, sql, NULL, 0, NULL, e) != HN_OK)
        return hn_ctx(e, "flow lock");
    return HN_OK;
}

#define COL(f) DB_COL(flow_item, f)
static const struct db_col item_cols[] = {COL(id),
                                          COL(check_id),
                                          COL(host_id),
                                          COL(from_state),
                                          COL(to_state),
                                          COL(at),
                                          COL(confirmed_at),
                                          COL(output),
                                          COL(late),
                                          COL(superseded),
                                          COL(flow_state),
                                          COL(ticket_id),
                                          COL(suppressed_by),
                                          COL(maintenance_id),
                                          COL(check_name),
                                          COL(check_kind),
                                          COL(liveness),
                                          COL(host_name),
                                          COL(host_label),
                                          COL(host_class),
                                          COL(importance),
                                          COL(site_id),
                                          COL(site_name),
                                          COL(state),
                                          COL(last_transition_id),
                                          COL(enabled),
                                          COL(sample)};

#define ITEM                                                                                       \
    "SELECT t.id, t.check_id, t.host_id, t.from_state, t.to_state, t.at, t.confirmed_at, "         \
    "t.output, t.late, t.superseded, t.flow_state, t.ticket_id, t.suppressed_by, "                 \
    "t.suppressed_by_maintenance AS maintenance_id, c.name AS check_name, "                        \
    "c.kind AS check_kind, c.liveness, h.name AS host_name, h.label AS host_label, "               \
    "h.class AS host_class, greatest(h.importance, coalesce(s.importance, 1)) AS importance, "     \
    "h.site_id, s.short_name AS site_name, cs.state, cs.last_transition_id, "                      \
    "c.enabled AND h.enabled AS enabled, h.sample "                                                \
    "FROM event.transition t JOIN watch.checks c ON c.id = t.check_id "                            \
    "JOIN watch.host h ON h.id = c.host_id LEFT JOIN watch.site s ON s.id = h.site_id "            \
    "JOIN watch.check_state cs ON cs.check_id = c.id "

enum hn_code flow_store_take(struct db *db, struct hn_arena *a, hn_instant now, int64_t limit,
                             struct flow_item **out, size_t *n, struct hn_err *e)
{
    /* One that waits for a planned stop's end waits for that; the others are looked at each time.
     */
    static const char sql[] =
        ITEM "LEFT JOIN watch.maintenance m ON m.id = t.suppressed_by_maintenance "
             "WHERE t.flow_state <> 'done' AND (t.flow_state = 'new' "
             "OR t.suppressed_by_maintenance IS NULL OR t.flow_due_at <= $1 OR m.ended_at <= $1) "
             "ORDER BY t.flow_state = 'held', t.id LIMIT $2 FOR UPDATE OF t SKIP LOCKED";
    struct db_arg args[] = {DB_TS(now), DB_I64(limit)};

    if (db_select(db, sql, args, 2, item_cols, HN_ARRAY_LEN(item_cols), sizeof(struct flow_item), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "take transitions");
    return HN_OK;
}

enum hn_code flow_store_get(struct db *db, struct hn_arena *a, int64_t id, struct flow_item *out,
                            struct hn_err *e)
{
    static const char sql[] = ITEM "WHERE t.id = $1";
    struct db_arg args[] = {DB_I64(id)};

    if (db_get(db, sql, args, 1, item_cols, HN_ARRAY_LEN(item_cols), a, out, e) != HN_OK)
        return hn_ctx(e, "transition %" PRId64, id);
    return HN_OK;
}

enum hn_code flow_store_held(struct db *db, struct hn_arena *a, int64_t check_id, int64_t before_id,
                             struct flow_item **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = ITEM "WHERE t.check_id = $1 AND t.id < $2 AND t.flow_state = 'held' "
                                   "ORDER BY t.id";
    struct db_arg args[] = {DB_I64(check_id), DB_I64(before_id)};

    if (db_select(db, sql, args, 2, item_cols, HN_ARRAY_LEN(item_cols), sizeof(struct flow_item), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "held transitions of check %" PRId64, check_id);
    return HN_OK;
}

enum hn_code flow_store_done(struct db *db, int64_t id, int64_t suppressed_by, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE event.transition SET flow_state = 'done', flow_due_at = NULL, "
        "suppressed_by = coalesce($2, suppressed_by) WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_ID(suppressed_by == id ? 0 : suppressed_by)};

    if (db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "transition %" PRId64 " done", id);
    return HN_OK;
}

enum hn_code flow_store_hold(struct db *db, int64_t id, hn_instant due, int64_t maintenance_id,
                             struct hn_err *e)
{
    static const char sql[] =
        "UPDATE event.transition SET flow_state = 'held', flow_due_at = $2, "
        "suppressed_by_maintenance = coalesce($3, suppressed_by_maintenance) WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TS(due), DB_ID(maintenance_id)};

    if (db_exec(db, sql, args, 3, NULL, e) != HN_OK)
        return hn_ctx(e, "hold transition %" PRId64, id);
    return HN_OK;
}

enum hn_code flow_store_set_ticket(struct db *db, int64_t id, int64_t ticket_id, struct hn_err *e)
{
    static const char sql[] = "UPDATE event.transition SET ticket_id = $2 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_ID(ticket_id)};

    if (db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "ticket of transition %" PRId64, id);
    return HN_OK;
}

enum hn_code flow_store_relink(struct db *db, int64_t from, int64_t to, struct hn_err *e)
{
    static const char sql[] = "UPDATE event.transition SET suppressed_by = $2 "
                              "WHERE suppressed_by = $1 AND id <> $2";
    struct db_arg args[] = {DB_I64(from), DB_I64(to)};

    if (db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "effects of transition %" PRId64, from);
    return HN_OK;
}

enum hn_code flow_store_merge(struct db *db, int64_t critical, int64_t unreachable,
                              struct hn_err *e)
{
    static const char sql[] =
        "WITH o AS (UPDATE event.transition o SET superseded = true FROM event.transition x "
        "WHERE o.id = $1 AND x.id = $2 AND x.check_id = o.check_id AND x.at = o.at "
        "AND o.ticket_id IS NULL AND o.acknowledged_at IS NULL AND NOT o.superseded "
        "RETURNING o.from_state, o.confirmed_at) "
        "UPDATE event.transition SET from_state = o.from_state, confirmed_at = o.confirmed_at "
        "FROM o WHERE id = $2";
    struct db_arg args[] = {DB_I64(critical), DB_I64(unreachable)};

    if (db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "one event of transitions %" PRId64 " and %" PRId64, critical,
                      unreachable);
    return HN_OK;
}

/* Which hosts' liveness a check depends on: its own host's, where it is not that itself, else those
 * of the parents. As a lateral table p(parent_host). */
#define PARENT_HOSTS(c)                                                                            \
    "LATERAL (SELECT " c ".host_id AS parent_host WHERE NOT " c ".liveness AND EXISTS "            \
    "(SELECT FROM watch.checks o WHERE o.host_id = " c ".host_id AND o.liveness AND o.enabled) "   \
    "UNION ALL SELECT hp.parent_id FROM watch.host_parent hp WHERE hp.host_id = " c ".host_id "    \
    "AND (" c ".liveness OR NOT EXISTS (SELECT FROM watch.checks o "                               \
    "WHERE o.host_id = " c ".host_id AND o.liveness AND o.enabled))) p "

enum hn_code flow_store_parents(struct db *db, struct hn_arena *a, int64_t check_id,
                                struct flow_parent **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT p.parent_host AS host_id, h.name AS host_name, l.id AS check_id, s.state, "
        "s.state_since, coalesce(s.soft, false) AS soft, s.last_at, s.last_ok_at, "
        "t.id AS transition_id, t.suppressed_by AS root_id, d.id AS down_id, "
        "d.at - make_interval(secs => l.interval_s) AS down_from, d.suppressed_by AS down_root, "
        "d.up_at AS down_to FROM watch.checks c "
        "CROSS JOIN " PARENT_HOSTS(
            "c") "JOIN watch.host h ON h.id = p.parent_host "
                 "LEFT JOIN watch.checks l ON l.host_id = p.parent_host AND l.liveness AND "
                 "l.enabled "
                 "AND h.enabled LEFT JOIN watch.check_state s ON s.check_id = l.id "
                 "LEFT JOIN event.transition t ON t.id = s.last_transition_id "
                 "LEFT JOIN LATERAL (SELECT x.id, x.at, x.suppressed_by, (SELECT min(y.at) "
                 "FROM event.transition y WHERE y.check_id = l.id AND y.at > x.at AND y.to_state "
                 "IN ('ok', 'warning') AND NOT y.superseded) AS up_at FROM event.transition x "
                 "WHERE x.check_id = l.id AND x.to_state IN ('critical', 'unreachable') AND NOT "
                 "x.superseded ORDER BY x.at DESC, x.id DESC LIMIT 1) d ON true "
                 "WHERE c.id = $1 ORDER BY p.parent_host, l.id";
    static const struct db_col cols[] = {
        DB_COL(flow_parent, host_id),       DB_COL(flow_parent, host_name),
        DB_COL(flow_parent, check_id),      DB_COL(flow_parent, state),
        DB_COL(flow_parent, state_since),   DB_COL(flow_parent, soft),
        DB_COL(flow_parent, last_at),       DB_COL(flow_parent, last_ok_at),
        DB_COL(flow_parent, transition_id), DB_COL(flow_parent, root_id),
        DB_COL(flow_parent, down_id),       DB_COL(flow_parent, down_from),
        DB_COL(flow_parent, down_root),     DB_COL(flow_parent, down_to)};
    struct db_arg args[] = {DB_I64(check_id)};

    if (db_select(db, sql, args, 1, cols, HN_ARRAY_LEN(cols), sizeof(struct flow_parent), a, out, n,
                  e) != HN_OK)
        return hn_ctx(e, "parents of check %" PRId64, check_id);
    return HN_OK;
}

struct id_row {
    int64_t id;
};

enum hn_code flow_store_critical_below(struct db *db, struct hn_arena *a, int64_t check_id,
                                       struct hn_i64s *out, struct hn_err *e)
{
    static const char sql[] =
        "WITH RECURSIVE below(host_id) AS (SELECT host_id FROM watch.checks WHERE id = $1 "
        "AND liveness UNION SELECT hp.host_id FROM watch.host_parent hp "
        "JOIN below b ON b.host_id = hp.parent_id) "
        "SELECT t.id FROM below b JOIN watch.checks c ON c.host_id = b.host_id AND c.id <> $1 "
        "JOIN watch.check_state s ON s.check_id = c.id AND s.state = 'critical' "
        "JOIN event.transition t ON t.id = s.last_transition_id "
        "WHERE t.to_state = 'critical' AND NOT t.superseded ORDER BY t.id LIMIT 5000";
    static const struct db_col cols[] = {DB_COL(id_row, id)};
    struct db_arg args[] = {DB_I64(check_id)};
    struct id_row *rows;
    int64_t *v;
    size_t n;

    if (db_select(db, sql, args, 1, cols, 1, sizeof(*rows), a, &rows, &n, e) != HN_OK)
        return hn_ctx(e, "checks below check %" PRId64, check_id);
    v = hn_arena_make(a, int64_t, n);
    for (size_t i = 0; i < n; i++)
        v[i] = rows[i].id;
    *out = (struct hn_i64s){v, n};
    return HN_OK;
}

enum hn_code flow_store_orphans(struct db *db, struct hn_arena *a, struct flow_orphan **out,
                                size_t *n, struct hn_err *e)
{
    /* It had time for a streak of its own after the parent came back. Without parents: at once. */
    static const char sql[] =
        "SELECT s.check_id, coalesce(max(ps.state_since), max(s.last_at)) AS up_at "
        "FROM watch.check_state s JOIN watch.checks c ON c.id = s.check_id "
        "LEFT JOIN " PARENT_HOSTS("c") "ON true "
                                       "LEFT JOIN watch.checks l ON l.host_id = p.parent_host AND "
                                       "l.liveness AND l.enabled "
                                       "LEFT JOIN watch.check_state ps ON ps.check_id = l.id AND "
                                       "ps.state IN ('ok', 'warning') "
                                       "WHERE s.state = 'unreachable' GROUP BY s.check_id, c.id "
                                       "HAVING count(l.id) = 0 OR max(s.last_at) > "
                                       "max(ps.state_since) + make_interval(secs => "
                                       "greatest(c.interval_s, c.attempts_n * c.retry_interval_s)) "
                                       "ORDER BY s.check_id LIMIT 500";
    static const struct db_col cols[] = {DB_COL(flow_orphan, check_id), DB_COL(flow_orphan, up_at)};

    if (db_select(db, sql, NULL, 0, cols, HN_ARRAY_LEN(cols), sizeof(struct flow_orphan), a, out, n,
                  e) != HN_OK)
        return hn_ctx(e, "unreachable checks");
    return HN_OK;
}

enum hn_code flow_store_episode(struct db *db, struct hn_arena *a, int64_t check_id, int64_t id,
                                struct flow_episode *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT min(d.at) AS began_at, max(d.ticket_id) AS ticket_id, "
        "max(d.suppressed_by) AS suppressed_by, "
        "max(d.suppressed_by_maintenance) AS maintenance_id "
        "FROM event.transition t JOIN event.transition d ON d.check_id = t.check_id "
        "AND (d.at, d.id) < (t.at, t.id) AND NOT d.superseded "
        "AND d.to_state IN ('critical', 'unreachable') "
        "WHERE t.id = $2 AND t.check_id = $1 AND NOT EXISTS (SELECT FROM event.transition u "
        "WHERE u.check_id = t.check_id AND NOT u.superseded "
        "AND u.to_state IN ('ok', 'warning', 'pending') "
        "AND (u.at, u.id) < (t.at, t.id) AND (u.at, u.id) > (d.at, d.id))";
    static const struct db_col cols[] = {
        DB_COL(flow_episode, began_at), DB_COL(flow_episode, ticket_id),
        DB_COL(flow_episode, suppressed_by), DB_COL(flow_episode, maintenance_id)};
    struct db_arg args[] = {DB_I64(check_id), DB_I64(id)};

    if (db_get(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), a, out, e) != HN_OK)
        return hn_ctx(e, "outage before transition %" PRId64, id);
    return HN_OK;
}

enum hn_code flow_store_last_ticket(struct db *db, int64_t check_id, int64_t *ticket_id,
                                    struct hn_err *e)
{
    static const char sql[] = "SELECT coalesce((SELECT ticket_id FROM event.transition "
                              "WHERE check_id = $1 AND ticket_id IS NOT NULL "
                              "ORDER BY at DESC, id DESC LIMIT 1), 0)";
    struct db_arg args[] = {DB_I64(check_id)};

    if (db_i64(db, sql, args, 1, ticket_id, e) != HN_OK)
        return hn_ctx(e, "last ticket of check %" PRId64, check_id);
    return HN_OK;
}

enum hn_code flow_store_came_up(struct db *db, int64_t check_id, hn_instant from, hn_instant to,
                                bool *yes, struct hn_err *e)
{
    static const char sql[] =
        "SELECT count(*) FROM event.transition WHERE check_id = $1 AND at > $2 "
        "AND at <= $3 AND to_state IN ('ok', 'warning') AND NOT superseded";
    struct db_arg args[] = {DB_I64(check_id), DB_TS(from), DB_TS(to)};
    int64_t n = 0;

    if (db_i64(db, sql, args, 3, &n, e) != HN_OK)
        return hn_ctx(e, "recovery of check %" PRId64, check_id);
    *yes = n > 0;
    return HN_OK;
}

enum hn_code flow_store_still_down(struct db *db, int64_t ticket_id, int64_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT count(DISTINCT s.check_id) FROM event.transition t "
        "JOIN watch.check_state s ON s.check_id = t.check_id "
        "WHERE t.ticket_id = $1 AND t.suppressed_by IS NULL AND NOT t.superseded "
        "AND (s.state = 'critical' OR (s.state = 'unknown' AND s.known_state = 'critical'))";
    struct db_arg args[] = {DB_I64(ticket_id)};

    if (db_i64(db, sql, args, 1, n, e) != HN_OK)
        return hn_ctx(e, "checks of ticket %" PRId64, ticket_id);
    return HN_OK;
}

enum hn_code flow_store_effects(struct db *db, struct hn_arena *a, int64_t check_id,
                                bool whole_host, struct flow_effect **out, size_t *n,
                                struct hn_err *e)
{
    /* below: the host and, where all of it is down, what hangs on it; one that has another parent
     * outside this set still has a way. A site's terminals go with the host that they hang on: a
     * router or switch at its top, or with the terminals that are watched themselves. Its other
     * lines are named too, aside where a router of their own still ends them. */
    static const char sql[] =
        "WITH RECURSIVE root AS (SELECT h.* FROM watch.checks c JOIN watch.host h "
        "ON h.id = c.host_id WHERE c.id = $1), "
        "reach(id) AS (SELECT id FROM root UNION SELECT hp.host_id FROM watch.host_parent hp "
        "JOIN reach r ON r.id = hp.parent_id WHERE $2), "
        "below AS (SELECT h.* FROM reach JOIN watch.host h USING (id) WHERE h.enabled AND "
        "(h.id = (SELECT id FROM root) OR NOT EXISTS (SELECT FROM watch.host_parent o "
        "WHERE o.host_id = h.id AND o.parent_id NOT IN (SELECT id FROM reach)))), "
        "gateway AS (SELECT DISTINCT b.site_id FROM below b WHERE $2 AND b.site_id IS NOT NULL "
        "AND b.class IN ('router', 'switch') AND (b.id <> (SELECT id FROM root) "
        "OR NOT EXISTS (SELECT FROM watch.host o WHERE o.site_id = b.site_id AND o.class = b.class "
        "AND o.id <> b.id AND o.id NOT IN (SELECT id FROM below)))) "
        "SELECT kind, object_id, name, count, segment, aside FROM ("
        "SELECT 1 AS k, 'site' AS kind, s.id AS object_id, s.name, 0::bigint AS count, "
        "NULL AS segment, false AS aside "
        "FROM watch.site s WHERE s.id IN (SELECT site_id FROM below) "
        "UNION ALL SELECT 2, 'terminals', s.id, s.name, s.terminals, NULL, false "
        "FROM watch.site s WHERE s.terminals > 0 AND s.id IN (SELECT site_id FROM gateway) "
        "UNION ALL SELECT 3, 'line', l.id, l.code, 0, l.segment, "
        "l.id NOT IN (SELECT line_id FROM below WHERE line_id IS NOT NULL) AND EXISTS "
        "(SELECT FROM watch.host o WHERE o.line_id = l.id AND o.id NOT IN (SELECT id FROM below)) "
        "FROM watch.line l WHERE l.id IN (SELECT line_id FROM below) "
        "OR ($2 AND l.site_id IN (SELECT site_id FROM gateway)) "
        "UNION ALL SELECT 4, 'system', y.id, y.name, 0, NULL, false FROM watch.system y "
        "WHERE y.id IN (SELECT system_id FROM below) "
        "UNION ALL SELECT 5, 'service', v.id, v.name, 0, NULL, false FROM sla.service v WHERE "
        "EXISTS "
        "(SELECT FROM sla.service_version w WHERE w.service_id = v.id AND w.check_ids && "
        "ARRAY(SELECT c.id FROM watch.checks c JOIN below b ON b.id = c.host_id "
        "WHERE c.id = $1 OR $2) AND NOT EXISTS (SELECT FROM sla.service_version x "
        "WHERE x.service_id = v.id AND x.version > w.version)) "
        "UNION ALL SELECT 6, 'host', b.id, coalesce(b.label, b.name), 0, NULL, false FROM below b) "
        "x "
        "ORDER BY k, object_id LIMIT " EFFECTS_MAX;
    static const struct db_col cols[] = {
        DB_COL(flow_effect, kind),  DB_COL(flow_effect, object_id), DB_COL(flow_effect, name),
        DB_COL(flow_effect, count), DB_COL(flow_effect, segment),   DB_COL(flow_effect, aside)};
    struct db_arg args[] = {DB_I64(check_id), DB_BOOL(whole_host)};

    if (db_select(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), sizeof(struct flow_effect), a, out, n,
                  e) != HN_OK)
        return hn_ctx(e, "effects of check %" PRId64, check_id);
    return HN_OK;
}
