/* SPDX-License-Identifier: Apache-2.0 */
/* SQL of the event list (event_view.h). */
#include "itsm/event/event_view.h"

const struct db_col event_view_cols[] = {
    DB_COL(event_view, id),
    DB_COL(event_view, check_id),
    DB_COL(event_view, check_name),
    DB_COL(event_view, kind),
    DB_COL(event_view, host_id),
    DB_COL(event_view, host_name),
    DB_COL(event_view, host_label),
    DB_COL(event_view, site_id),
    DB_COL(event_view, site_name),
    DB_COL(event_view, from_state),
    DB_COL(event_view, to_state),
    DB_COL(event_view, at),
    DB_COL(event_view, confirmed_at),
    DB_COL(event_view, output),
    DB_COL(event_view, late),
    DB_COL(event_view, open),
    DB_COL(event_view, ticket_id),
    DB_COL(event_view, ticket_number),
    DB_COL(event_view, suppressed),
    DB_COL(event_view, suppressed_by),
    DB_COL(event_view, suppressed_host),
    DB_COL(event_view, maintenance_id),
    DB_COL(event_view, maintenance),
    DB_COL(event_view, acknowledged_by),
    DB_COL(event_view, acknowledged_at),
    DB_COL(event_view, ack_note),
    DB_COL(event_view, outage_s),
};
const size_t event_view_n = HN_ARRAY_LEN(event_view_cols);

/* In force: the check's newest transition (its state row names it). */
#define OPEN_EVENT                                                                                 \
    "x.to_state NOT IN ('ok', 'pending') AND x.acknowledged_at IS NULL AND x.suppressed_by IS"     \
    " NULL AND x.suppressed_by_maintenance IS NULL AND EXISTS (SELECT 1 FROM watch.check_state c"  \
    " WHERE c.check_id = x.check_id AND c.last_transition_id = x.id AND (x.from_state <>"          \
    " 'unknown' OR c.acknowledged_at IS NULL OR c.acknowledged_at < c.known_since))"

/* Of another event or of a planned stop; to people also an unreachable one that is back. */
#define EFFECT                                                                                     \
    "(x.suppressed_by IS NOT NULL OR x.suppressed_by_maintenance IS NOT NULL OR ($15 AND"          \
    " x.from_state = 'unreachable' AND x.to_state = 'ok'))"

/* Nothing was measured, and then the state was as before. `p` is the begin of that time. */
#define SAME_AGAIN                                                                                 \
    "x.from_state = 'unknown' AND x.to_state = coalesce((SELECT CASE p.from_state WHEN 'pending'"  \
    " THEN 'ok' ELSE p.from_state END FROM event.transition p WHERE p.check_id = x.check_id"       \
    " AND NOT p.superseded AND p.to_state = 'unknown' AND p.at <= x.at AND p.id < x.id"            \
    " ORDER BY p.at DESC, p.id DESC LIMIT 1), 'ok')"
#define REAL_CHANGE                                                                                \
    "CASE WHEN x.to_state = 'unknown' THEN EXISTS (SELECT 1 FROM watch.check_state c WHERE"        \
    " c.check_id = x.check_id AND c.last_transition_id = x.id)"                                    \
    " WHEN x.from_state = 'pending' THEN x.to_state <> 'ok' ELSE NOT (" SAME_AGAIN ") END"

enum hn_code event_view_list(struct db *db, struct hn_arena *a, const struct event_view_filter *f,
                             const struct event_view **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT x.id, x.check_id, k.name AS check_name, k.kind, x.host_id, h.name AS host_name,"
        " h.label AS host_label, coalesce(h.site_id, 0) AS site_id, s.short_name AS site_name,"
        " x.from_state, x.to_state, x.at, x.confirmed_at, x.output, x.late, " OPEN_EVENT " AS open,"
        " coalesce(x.ticket_id, 0) AS ticket_id, t.number AS ticket_number,"
        " x.suppressed_by IS NOT NULL OR x.suppressed_by_maintenance IS NOT NULL AS suppressed,"
        " coalesce(x.suppressed_by, 0) AS suppressed_by,"
        " (SELECT coalesce(h2.label, h2.name) FROM event.transition x2 JOIN watch.host h2"
        " ON h2.id = x2.host_id WHERE x2.id = x.suppressed_by) AS suppressed_host,"
        " coalesce(x.suppressed_by_maintenance, 0) AS maintenance_id, m.title AS maintenance,"
        " u.name AS acknowledged_by, x.acknowledged_at, x.ack_note,"
        " coalesce(floor(extract(epoch FROM x.at))::bigint -"
        " floor(extract(epoch FROM o.began_at))::bigint, 0) AS outage_s"
        " FROM event.transition x JOIN watch.checks k ON k.id = x.check_id"
        " JOIN watch.host h ON h.id = x.host_id LEFT JOIN watch.site s ON s.id = h.site_id"
        " LEFT JOIN ticket.ticket t ON t.id = x.ticket_id"
        " LEFT JOIN watch.maintenance m ON m.id = x.suppressed_by_maintenance"
        " LEFT JOIN auth.account u ON u.id = x.acknowledged_by"
        " LEFT JOIN LATERAL (SELECT min(d.at) AS began_at FROM event.transition d"
        " WHERE d.check_id = x.check_id AND NOT d.superseded"
        " AND d.to_state IN ('critical', 'unreachable') AND d.at < x.at AND d.at >= coalesce("
        "(SELECT max(b.at) FROM event.transition b WHERE b.check_id = x.check_id"
        " AND NOT b.superseded AND b.to_state IN ('ok', 'warning', 'pending') AND b.at < x.at),"
        " '-infinity')) o ON x.to_state IN ('ok', 'warning')"
        " WHERE NOT x.superseded AND ($1::bigint IS NULL OR x.id < $1)"
        " AND ($2::text IS NULL OR strpos(lower(k.name || ' ' || h.name || ' ' ||"
        " coalesce(h.label, '') || ' ' || x.output), lower($2)) > 0)"
        " AND ($3::text IS NULL OR x.to_state = $3 OR ($3 = 'bad' AND x.to_state NOT IN ('ok',"
        " 'pending')))"
        " AND ($4::text IS NULL OR ($4 = 'no' AND " OPEN_EVENT ")"
        " OR ($4 = 'yes' AND x.acknowledged_at IS NOT NULL))"
        " AND ($5::text IS NULL OR ($5 = 'yes') = " EFFECT ")"
        " AND ($6::bigint IS NULL OR h.site_id = $6) AND ($7::bigint IS NULL OR x.host_id = $7)"
        " AND ($8::bigint IS NULL OR x.check_id = $8)"
        " AND ($9::timestamptz IS NULL OR x.at >= $9) AND ($10::timestamptz IS NULL OR x.at < $10)"
        " AND ($12::bigint IS NULL OR x.id = $12) AND ($13::bigint IS NULL OR x.ticket_id = $13)"
        " AND ($14::bigint IS NULL OR x.suppressed_by = $14)"
        " AND (NOT $15::boolean OR " REAL_CHANGE ")"
        " ORDER BY x.id DESC LIMIT $11::bigint";
    struct db_arg args[] = {DB_ID(f->before_id), DB_TEXT(f->q),          DB_TEXT(f->state),
                            DB_TEXT(f->ack),     DB_TEXT(f->suppressed), DB_ID(f->site_id),
                            DB_ID(f->host_id),   DB_ID(f->check_id),     DB_TS(f->from),
                            DB_TS(f->to),        DB_I64(f->limit),       DB_ID(f->id),
                            DB_ID(f->ticket_id), DB_ID(f->root_id),      DB_BOOL(f->changes_only)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), event_view_cols, event_view_n, sizeof(**out),
                  a, out, n, e) != HN_OK)
        return hn_ctx(e, "events with names");
    return HN_OK;
}

enum hn_code event_view_open(struct db *db, int64_t *out, struct hn_err *e)
{
    static const char sql[] = "SELECT count(*) FROM event.transition x JOIN watch.check_state s"
                              " ON s.last_transition_id = x.id WHERE s.state NOT IN ('ok',"
                              " 'pending') AND NOT x.superseded AND " OPEN_EVENT;

    if (db_i64(db, sql, NULL, 0, out, e) != HN_OK)
        return hn_ctx(e, "events that wait");
    return HN_OK;
}
