/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/probe_store.h"

static const struct db_col cols[] = {
    DB_COL(spec_row, id),
    DB_COL(spec_row, host_id),
    DB_COL(spec_row, name),
    DB_COL(spec_row, kind),
    DB_COL(spec_row, params),
    DB_COL(spec_row, thresholds),
    DB_COL(spec_row, host),
    DB_COL(spec_row, address),
    DB_COL(spec_row, snmp),
    DB_COL(spec_row, interval_s),
    DB_COL(spec_row, retry_interval_s),
    DB_COL(spec_row, attempts_n),
    DB_COL(spec_row, attempts_of),
    DB_COL(spec_row, timeout_s),
    DB_COL(spec_row, liveness),
    DB_COL(spec_row, parents),
    DB_COL(spec_row, state),
    DB_COL(spec_row, known_state),
    DB_COL(spec_row, state_since),
    DB_COL(spec_row, last_at),
};

enum hn_code probe_store_checks(struct db *db, const char *name, struct hn_arena *a,
                                struct spec_row **out, size_t *n, struct hn_err *e)
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
    const char *kinds[PROBE_KIND_COUNT];
    struct db_arg args[] = {DB_TEXT(name), DB_TEXTS(kinds, PROBE_KIND_COUNT)};

    for (size_t i = 0; i < PROBE_KIND_COUNT; i++)
        kinds[i] = probe_kind_word((enum probe_kind)i);
    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(**out), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "checks of probe %s", name);
    return HN_OK;
}

enum hn_code probe_store_beat(struct db *db, const char *name, hn_instant started_at,
                              hn_instant now, const char *counters, const char *note,
                              struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.probe AS p (name, started_at, last_at, counters, note) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE "
        "SET started_at = excluded.started_at, last_at = greatest(p.last_at, excluded.last_at),"
        " counters = excluded.counters, note = excluded.note";
    struct db_arg args[] = {DB_TEXT(name), DB_TS(started_at), DB_TS(now), DB_TEXT(counters),
                            DB_TEXT(note)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "beat of probe %s", name);
    return HN_OK;
}
