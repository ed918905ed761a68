/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/assignment.h"

static const struct db_col cols[] = {
    DB_COL(assignment, id),
    DB_COL(assignment, host_id),
    DB_COL(assignment, name),
    DB_COL(assignment, kind),
    DB_COL(assignment, params),
    DB_COL(assignment, thresholds),
    DB_COL(assignment, host),
    DB_COL(assignment, address),
    DB_COL(assignment, snmp),
    DB_COL(assignment, interval_s),
    DB_COL(assignment, retry_interval_s),
    DB_COL(assignment, attempts_n),
    DB_COL(assignment, attempts_of),
    DB_COL(assignment, timeout_s),
    DB_COL(assignment, liveness),
    DB_COL(assignment, parents),
    DB_COL(assignment, state),
    DB_COL(assignment, known_state),
    DB_COL(assignment, state_since),
    DB_COL(assignment, last_at),
};

enum hn_code assignment_load(struct db *db, const char *probe, struct hn_texts kinds,
                             struct hn_arena *a, struct assignment **out, size_t *n,
                             struct hn_err *e)
{
    static const char sql[] =
        "SELECT c.id, c.host_id, c.name, c.kind, c.params::text AS params,"
        " c.thresholds::text AS thresholds, h.name AS host, h.address, h.snmp::text AS snmp,"
        " c.interval_s::bigint AS interval_s, c.retry_interval_s::bigint AS retry_interval_s,"
        " c.attempts_n::bigint AS attempts_n, c.attempts_of::bigint AS attempts_of, c.timeout_s,"
        " c.liveness,"
        " ARRAY(SELECT p.parent_id FROM watch.host_parent p WHERE p.host_id = h.id"
        " ORDER BY p.parent_id) AS parents,"
        " s.state, s.known_state, s.state_since, s.last_at "
        "FROM watch.checks c JOIN watch.host h ON h.id = c.host_id "
        "LEFT JOIN watch.check_state s ON s.check_id = c.id "
        "WHERE h.probe = $1 AND h.enabled AND c.enabled AND c.kind = ANY($2) ORDER BY c.id";
    struct db_arg args[] = {DB_TEXT(probe), DB_TEXTS(kinds.v, kinds.n)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(**out), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "checks of probe %s", probe);
    return HN_OK;
}
