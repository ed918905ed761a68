/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/ledger_store.h"

static const struct db_col cols[] = {
    DB_COL(ticket_ledger_row, ticket_id),    DB_COL(ticket_ledger_row, segment),
    DB_COL(ticket_ledger_row, system),       DB_COL(ticket_ledger_row, scope),
    DB_COL(ticket_ledger_row, outage_s),     DB_COL(ticket_ledger_row, n_outages),
    DB_COL(ticket_ledger_row, sla_relevant), DB_COL(ticket_ledger_row, exclusions)};

enum hn_code ticket_store_ledger(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                 hn_instant now, struct ticket_ledger_row **out, size_t *n,
                                 struct hn_err *e)
{
    static const char sql[] =
        "SELECT t.id AS ticket_id, g.name AS segment, y.name AS system,"
        "       (SELECT string_agg(f.name || coalesce(' ' || f.count, ''), '、' ORDER BY f.id)"
        "          FROM ticket.affected f WHERE f.ticket_id = t.id AND NOT f.removed) AS scope,"
        "       coalesce(o.s, 0)::bigint AS outage_s, coalesce(o.n, 0)::bigint AS n_outages,"
        "       coalesce(o.sla, false) AS sla_relevant,"
        "       (SELECT string_agg(DISTINCT x.reason, ',') FROM sla.exclusion x"
        "         WHERE x.ticket_id = t.id AND x.state = 'approved') AS exclusions"
        "  FROM ticket.ticket t LEFT JOIN watch.host h ON h.id = t.host_id"
        "  LEFT JOIN watch.segment g ON g.id = h.segment_id"
        "  LEFT JOIN watch.system y ON y.id = h.system_id"
        "  LEFT JOIN LATERAL (SELECT count(*) AS n, bool_or(EXISTS (SELECT FROM sla.sla s"
        "           WHERE s.service_id = u.service_id)) AS sla,"
        "       sum(floor(extract(epoch FROM greatest(interval '0',"
        "           coalesce(nullif(u.to_at, 'infinity'), $2::timestamptz) - u.from_at)))) AS s"
        "     FROM sla.outage u WHERE u.ticket_id = t.id AND NOT u.voided) AS o ON true"
        " WHERE t.id = ANY ($1::bigint[]) ORDER BY t.id";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n), DB_TS(now)};

    if (db_select(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), sizeof(struct ticket_ledger_row), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "fault ledger");
    return HN_OK;
}
