/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/evidence_store.h"

const char *const evidence_part_words[] = {
#define X(e, w) w,
    EVIDENCE_PARTS(X)
#undef X
};

#define DEFINED(v)                                                                                 \
    "'created_by', " v ".created_by, 'created_at', sla.utc(" v ".created_at), 'approved_by', " v   \
    ".approved_by, 'approved_at', sla.utc(" v ".approved_at)"
#define DECIDED(x)                                                                                 \
    "'state', " x ".state, 'proposed_by', " x ".proposed_by, 'proposed_at', sla.utc(" x            \
    ".proposed_at), 'decided_by', " x ".decided_by, 'decided_at', sla.utc(" x ".decided_at)"
#define MEASURED "(SELECT service_id FROM sla.sla)"
#define WATCHED                                                                                    \
    "(SELECT DISTINCT unnest(v.check_ids) AS id FROM sla.service_version v WHERE v.service_id "    \
    "IN " MEASURED ")"
#define LIST(x) "coalesce((" x "), '[]'::json)"

#define CALENDARS_SQL                                                                              \
    "SELECT json_agg(json_build_object('id', c.id, 'name', c.name, 'code', c.code, 'versions', "   \
    "(SELECT json_agg(json_build_object('version', v.version, 'valid_from', "                      \
    "sla.utc(v.valid_from), 'definition', v.definition, " DEFINED(                                 \
        "v") ") ORDER BY v.version) "                                                              \
             "FROM sla.calendar_version v WHERE v.calendar_id = c.id)) ORDER BY c.id) "            \
             "FROM sla.calendar c"
#define PRIORITIES_SQL                                                                             \
    "SELECT json_agg(json_build_object('version', p.version, 'targets', p.targets) ORDER BY "      \
    "p.version) FROM ticket.priority_table p"
#define CHECKS_SQL                                                                                      \
    "SELECT json_agg(json_build_object('check_id', c.id, 'name', h.name || ' ' || c.name, "             \
    "'attempts', c.attempts_n || ' of ' || c.attempts_of, 'host_id', h.id, 'site_id', h.site_id, "      \
    "'transitions', " LIST(                                                                             \
        "SELECT json_agg(json_build_object('id', t.id, 'at', sla.utc(t.at), 'confirmed_at', "           \
        "sla.utc(t.confirmed_at), 'from_state', t.from_state, 'to_state', t.to_state, 'late', "         \
        "t.late, 'created_at', sla.utc(t.created_at)) ORDER BY t.at, t.id) FROM "                       \
        "event.transition t WHERE t.check_id = c.id AND NOT t.superseded AND t.at < $3 AND "            \
        "t.at >= coalesce((SELECT max(b.at) FROM event.transition b WHERE b.check_id = c.id AND "       \
        "NOT b.superseded AND b.at <= $1), '-infinity')") ", 'samples', " LIST("SELECT "                \
                                                                               "json_agg(json_"         \
                                                                               "build_object('at'"      \
                                                                               ", sla.utc(s.at), "      \
                                                                               "'outcome', "            \
                                                                               "s.outcome, "            \
                                                                               "'state', "              \
                                                                               "s.state) ORDER "        \
                                                                               "BY s.at) FROM "         \
                                                                               "event.evidence s "      \
                                                                               "WHERE s.check_id "      \
                                                                               "= c.id AND "            \
                                                                               "s.at >= $1 AND "        \
                                                                               "s.at < $3") ") "        \
                                                                                            "ORDE"      \
                                                                                            "R "        \
                                                                                            "BY "       \
                                                                                            "c."        \
                                                                                            "id) "      \
                                                                                            "FROM"      \
                                                                                            " " WATCHED \
                                                                                            " w "       \
                                                                                            "JOIN"      \
                                                                                            " wat"      \
                                                                                            "ch."       \
                                                                                            "chec"      \
                                                                                            "ks "       \
                                                                                            "c "        \
                                                                                            "ON "       \
                                                                                            "c."        \
                                                                                            "id "       \
                                                                                            "= "        \
                                                                                            "w."        \
                                                                                            "id "       \
                                                                                            "JOIN"      \
                                                                                            " wat"      \
                                                                                            "ch."       \
                                                                                            "host"      \
                                                                                            " h "       \
                                                                                            "ON "       \
                                                                                            "h."        \
                                                                                            "id "       \
                                                                                            "= "        \
                                                                                            "c."        \
                                                                                            "host"      \
                                                                                            "_id"
#define OUTAGES_SQL                                                                                \
    "SELECT json_agg(json_build_object('id', o.id, 'source', o.source, 'from', "                   \
    "sla.utc(o.from_at), 'to', sla.utc(o.to_at), 'measured_from', sla.utc(o.measured_from), "      \
    "'measured_to', sla.utc(o.measured_to), 'corrected', o.corrected, 'voided', o.voided, "        \
    "'reason', o.reason, 'ticket_id', o.ticket_id, 'created_by', o.created_by, 'created_at', "     \
    "sla.utc(o.created_at), 'changes', " LIST(                                                     \
        "SELECT json_agg(json_build_object('id', x.id, 'from', sla.utc(x.from_at), 'to', "         \
        "sla.utc(x.to_at), 'void', x.void, 'old_from', sla.utc(x.old_from_at), 'old_to', "         \
        "sla.utc(x.old_to_at), 'reason', x.reason, " DECIDED(                                      \
            "x") ") ORDER BY x.id) FROM sla.outage_change x WHERE x.outage_id = "                  \
                 "o.id") ") ORDER BY o.id) FROM sla.outage o WHERE o.service_id = s.id AND "       \
                         "least(o.from_at, "                                                       \
                         "o.measured_from, (SELECT min(least(x.from_at, x.old_from_at)) FROM "     \
                         "sla.outage_change x "                                                    \
                         "WHERE x.outage_id = o.id)) < $3 AND greatest(coalesce(o.to_at, "         \
                         "'infinity'), o.measured_to, "                                            \
                         "(SELECT max(coalesce(x.old_to_at, 'infinity')) FROM sla.outage_change "  \
                         "x WHERE x.outage_id = "                                                  \
                         "o.id)) > $1"
#define EXCLUSIONS_SQL                                                                             \
    "SELECT json_agg(json_build_object('id', x.id, 'from', sla.utc(x.from_at), 'to', "             \
    "sla.utc(x.to_at), 'reason', x.reason, 'note', x.note, 'evidence', x.evidence, 'ticket_id', "  \
    "x.ticket_id, " DECIDED("x") ") ORDER BY x.id) FROM sla.exclusion x WHERE x.service_id = "     \
                                 "s.id AND x.from_at < $3 AND x.to_at > $1"
#define GAPS_SQL                                                                                   \
    "SELECT json_agg(json_build_object('id', g.id, 'from', sla.utc(g.from_at), 'to', "             \
    "sla.utc(g.to_at), 'decision', g.decision, 'evidence', g.evidence, " DECIDED(                  \
        "g") ") ORDER BY g.id) FROM sla.gap_decision g WHERE g.service_id = s.id AND g.from_at < " \
             "$3 AND g.to_at > $1"
#define SERVICES_SQL                                                                               \
    "SELECT json_agg(json_build_object('id', s.id, 'name', s.name, 'site_id', s.site_id, "         \
    "'versions', (SELECT json_agg(json_build_object('version', v.version, 'valid_from', "          \
    "sla.utc(v.valid_from), 'rule', v.rule, " DEFINED(                                             \
        "v") ") ORDER BY v.version) FROM "                                                         \
             "sla.service_version v WHERE v.service_id = s.id), "                                  \
             "'outages', " LIST(OUTAGES_SQL) ", 'exclusions', " LIST(                              \
                 EXCLUSIONS_SQL) ", 'gaps', " LIST(GAPS_SQL) ") ORDER "                            \
                                                             "BY s.id) FROM sla.service s WHERE "  \
                                                             "s.id IN " MEASURED
#define MAINTENANCES_SQL                                                                           \
    "SELECT json_agg(json_build_object('id', m.id, 'title', m.title, 'kind', m.kind, 'from', "     \
    "sla.utc(m.from_at), 'to', sla.utc(m.to_at), 'recurrence', m.recurrence, 'scope', m.scope, "   \
    "'change_id', m.change_id, 'state', m.state, 'proposed_by', m.proposed_by, 'proposed_at', "    \
    "sla.utc(m.created_at), 'decided_by', m.decided_by, 'decided_at', sla.utc(m.decided_at), "     \
    "'approved_to', sla.utc(m.approved_to), 'ended_at', sla.utc(m.ended_at)) ORDER BY m.id) "      \
    "FROM watch.maintenance m WHERE m.from_at < $3 AND (m.to_at > $1 OR m.recurrence IS NOT NULL)"
/* Tickets that may fall due in the month: by their row, or by their reception not long before. */
#define TICKETS_SQL                                                                                \
    "SELECT json_agg(json_build_object('id', t.id, 'number', t.number, 'kind', t.kind, 'state', "  \
    "t.state, 'service_id', t.service_id, 'priority', t.priority, 'priority_version', "            \
    "t.priority_version, 'received_at', sla.utc(t.received_at), 'created_at', "                    \
    "sla.utc(t.created_at), 'created_by', t.created_by, 'responded_at', sla.utc(t.responded_at), " \
    "'resolved_at', sla.utc(t.resolved_at), 'closed_at', sla.utc(t.closed_at), "                   \
    "'response_due_at', sla.utc(t.response_due_at), 'resolution_due_at', "                         \
    "sla.utc(t.resolution_due_at), 'entries', " LIST(                                              \
        "SELECT json_agg(json_build_object('id', n.id, 'at', sla.utc(n.at), 'by_id', n.by_id, "    \
        "'kind', n.kind, 'public', n.public, 'from', n.from_value, 'to', n.to_value, 'field', "    \
        "n.field) ORDER BY n.at, n.id) FROM ticket.entry n WHERE n.ticket_id = t.id AND n.kind "   \
        "IN ('created', 'state', 'assign', 'clock', 'comment', 'mail', 'priority')") ") ORDER BY " \
                                                                                     "t.id) FROM " \
                                                                                     "ticket."     \
                                                                                     "ticket t "   \
                                                                                     "WHERE "      \
                                                                                     "t.service_"  \
                                                                                     "id IN "      \
                                                                                     "(SELECT "    \
                                                                                     "service_id " \
                                                                                     "FROM "       \
                                                                                     "sla.sla "    \
                                                                                     "WHERE "      \
                                                                                     "metric IN "  \
                                                                                     "('first_"    \
                                                                                     "response', " \
                                                                                     "'resolution" \
                                                                                     "')) AND "    \
                                                                                     "(t.created_" \
                                                                                     "at >= "      \
                                                                                     "$2::"        \
                                                                                     "timestamptz" \
                                                                                     " - "         \
                                                                                     "interval "   \
                                                                                     "'92 days' "  \
                                                                                     "AND "        \
                                                                                     "t.created_"  \
                                                                                     "at < $3 OR " \
                                                                                     "t.response_" \
                                                                                     "due_at >= "  \
                                                                                     "$2 AND "     \
                                                                                     "t.response_" \
                                                                                     "due_at "     \
                                                                                     "< $3 OR "    \
                                                                                     "t."          \
                                                                                     "resolution_" \
                                                                                     "due_at >= "  \
                                                                                     "$2 AND "     \
                                                                                     "t."          \
                                                                                     "resolution_" \
                                                                                     "due_at < "   \
                                                                                     "$3)"
#define REPORTS_SQL                                                                                                                                                                          \
    "SELECT json_agg(json_build_object('id', r.id, 'month', r.month, 'edition', r.edition, "                                                                                                 \
    "'state', r.state, 'submitted_by', r.submitted_by, 'submitted_at', sla.utc(r.submitted_at), "                                                                                            \
    "'approved_by', r.approved_by, 'approved_at', sla.utc(r.approved_at), 'files', " LIST(                                                                                                   \
        "SELECT json_agg(json_build_object('format', f.format, 'sha256', encode(f.sha256, "                                                                                                  \
        "'hex'), 'size', f.size) ORDER BY f.format) FROM report.file f WHERE f.report_id = r.id") ") ORDER BY r.id) FROM report.report r WHERE r.type = 'sla' AND r.month >= to_char($1 AT " \
                                                                                                  "TIME ZONE 'Asia/Tokyo', 'YYYY-MM') AND r.month <= to_char($2 AT TIME ZONE 'Asia/Tokyo', " \
                                                                                                  "'YYYY-MM')"
/* Every act on a row of the export; the hash is that of its canonical text. */
#define AUDITED                                                                                    \
    "(SELECT j.* FROM audit.journal j JOIN (SELECT 'calendar' AS object, id FROM sla.calendar "    \
    "UNION ALL SELECT 'service', service_id FROM sla.sla UNION ALL SELECT 'sla', id FROM sla.sla " \
    "UNION ALL SELECT 'outage', id FROM sla.outage WHERE service_id IN " MEASURED                  \
    " AND from_at < $3 UNION ALL SELECT 'exclusion', id FROM sla.exclusion WHERE service_id "      \
    "IN " MEASURED " AND from_at < $3 AND to_at > $1 UNION ALL SELECT 'gap', id FROM "             \
    "sla.gap_decision WHERE service_id IN " MEASURED                                               \
    " AND from_at < $3 AND to_at > $1 UNION ALL SELECT 'maintenance', id FROM watch.maintenance "  \
    "WHERE from_at < $3 AND (to_at > $1 OR recurrence IS NOT NULL) UNION ALL SELECT 'report', id " \
    "FROM report.report WHERE type = 'sla' AND month >= to_char($1 AT TIME ZONE 'Asia/Tokyo', "    \
    "'YYYY-MM') AND month <= to_char($2 AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM')) k "                 \
    "ON k.object = j.object AND k.id = j.object_id)"
#define AUDIT_SQL                                                                                  \
    "SELECT json_agg(json_build_object('seq', j.seq, 'canonical', j.canonical, 'row_hash', "       \
    "encode(j.row_hash, 'hex')) ORDER BY j.seq) FROM (SELECT DISTINCT seq, canonical, row_hash "   \
    "FROM " AUDITED " d) j"
#define PEOPLE_SQL                                                                                 \
    "SELECT json_agg(json_build_object('id', p.id, 'login', p.login, 'name', p.name) ORDER BY "    \
    "p.id) FROM auth.account p WHERE p.id IN (SELECT account_id FROM " AUDITED " d)"

/* Each statement has the same three parameters, whether it needs them or not. */
#define PART(x)                                                                                    \
    "SELECT coalesce((" x "), '[]'::json)::text AS v WHERE $1::timestamptz IS NOT NULL AND "       \
    "$2::timestamptz IS NOT NULL AND $3::timestamptz IS NOT NULL"

static const struct db_col text_cols[] = {{"v", DB_T_TEXT, 0}};

enum hn_code evidence_store_part(struct db *db, struct hn_arena *a, enum evidence_part part,
                                 hn_instant from, hn_instant month_from, hn_instant to,
                                 const char **out, struct hn_err *e)
{
    static const char *const sql[] = {
#define X(e, w) [EVIDENCE_##e] = PART(e##_SQL),
        EVIDENCE_PARTS(X)
#undef X
    };
    struct db_arg args[] = {DB_TS(from), DB_TS(month_from), DB_TS(to)};

    if (db_get(db, sql[part], args, 3, text_cols, 1, a, out, e) != HN_OK)
        return hn_ctx(e, "evidence: %s", evidence_part_words[part]);
    return HN_OK;
}

enum hn_code evidence_store_versions(struct db *db, struct hn_arena *a, int64_t sla_id,
                                     const char **out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT json_agg(json_build_object('version', v.version, 'valid_from', "
        "sla.utc(v.valid_from), 'calendar_id', v.calendar_id, 'target_e6', v.target_e6, "
        "'year_cap_s', v.year_cap_s, 'start', sla.utc(v.start_at), 'cap_first_year', "
        "v.cap_first_year, 'maintenance', v.maintenance, " DEFINED("v") ") ORDER BY v.version)"
                                                                        "::text AS v FROM "
                                                                        "sla.sla_version v "
                                                                        "WHERE v.sla_id = $1";
    struct db_arg args[] = {DB_I64(sla_id)};

    return db_get(db, sql, args, 1, text_cols, 1, a, out, e);
}

enum hn_code evidence_store_closed(struct db *db, struct hn_arena *a, int64_t sla_id,
                                   const char *month, const char **out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT coalesce((SELECT json_build_object('report_id', c.report_id, 'edition', "
        "c.edition, 'figures', c.figures) FROM sla.closed_result c WHERE c.sla_id = $1 AND "
        "c.month = $2 ORDER BY c.edition DESC LIMIT 1), 'null'::json)::text AS v";
    struct db_arg args[] = {DB_I64(sla_id), DB_TEXT(month)};

    return db_get(db, sql, args, 2, text_cols, 1, a, out, e);
}
