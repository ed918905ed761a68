/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/ticket_store.h"

static const struct db_col cols[] = {
    DB_COL(ticket, id),
    DB_COL(ticket, kind),
    DB_COL(ticket, number),
    DB_COL(ticket, title),
    DB_COL(ticket, description),
    DB_COL(ticket, state),
    DB_COL(ticket, workflow_version),
    DB_COL(ticket, source),
    DB_COL(ticket, impact),
    DB_COL(ticket, urgency),
    DB_COL(ticket, priority),
    DB_COL(ticket, priority_reason),
    DB_COL(ticket, priority_version),
    DB_COL(ticket, requester),
    DB_COL(ticket, assignee_id),
    DB_COL(ticket, assignee),
    DB_COL(ticket, assignee_name),
    DB_COL(ticket, group_id),
    DB_COL(ticket, group_code),
    DB_COL(ticket, group_name),
    DB_COL(ticket, service_id),
    DB_COL(ticket, service_name),
    DB_COL(ticket, site_id),
    DB_COL(ticket, site_name),
    DB_COL(ticket, host_id),
    DB_COL(ticket, host_name),
    DB_COL(ticket, host_label),
    DB_COL(ticket, check_id),
    DB_COL(ticket, check_name),
    DB_COL(ticket, ci_ids),
    DB_COL(ticket, occurred_at),
    DB_COL(ticket, detected_at),
    DB_COL(ticket, received_at),
    DB_COL(ticket, created_at),
    DB_COL(ticket, created_by),
    DB_COL(ticket, created_by_name),
    DB_COL(ticket, responded_at),
    DB_COL(ticket, restored_at),
    DB_COL(ticket, resolved_at),
    DB_COL(ticket, closed_at),
    DB_COL(ticket, resolution),
    DB_COL(ticket, cause),
    DB_COL(ticket, cause_class),
    DB_COL(ticket, business_impact),
    DB_COL(ticket, temporary_measure),
    DB_COL(ticket, permanent_measure),
    DB_COL(ticket, prevention),
    DB_COL(ticket, vendor),
    DB_COL(ticket, machine),
    DB_COL(ticket, response_due_at),
    DB_COL(ticket, resolution_due_at),
    DB_COL(ticket, updated_at),
    DB_COL(ticket, sample),
    DB_COL(ticket, version),
};

#define SELECT_TICKET                                                                              \
    "SELECT t.id, t.kind, t.number, t.title, t.description, t.state, t.workflow_version,"          \
    "       t.source, t.impact, t.urgency, t.priority, t.priority_reason, t.priority_version,"     \
    "       t.requester, t.assignee_id, ac.login AS assignee, ac.name AS assignee_name,"           \
    "       t.group_id, gr.code AS group_code, gr.name AS group_name,"                             \
    "       t.service_id, se.name AS service_name, t.site_id, si.name AS site_name,"               \
    "       t.host_id, ho.name AS host_name, ho.label AS host_label,"                              \
    "       t.check_id, ch.name AS check_name, t.ci_ids,"                                          \
    "       t.occurred_at, t.detected_at, t.received_at, t.created_at,"                            \
    "       t.created_by, cr.name AS created_by_name,"                                             \
    "       t.responded_at, t.restored_at, t.resolved_at, t.closed_at,"                            \
    "       t.resolution, t.cause, t.cause_class, t.business_impact, t.temporary_measure,"         \
    "       t.permanent_measure, t.prevention, t.vendor, t.machine,"                               \
    "       t.response_due_at, t.resolution_due_at, t.updated_at, t.sample, t.version"             \
    "  FROM ticket.ticket t"                                                                       \
    "  LEFT JOIN auth.account ac ON ac.id = t.assignee_id"                                         \
    "  LEFT JOIN auth.account cr ON cr.id = t.created_by"                                          \
    "  LEFT JOIN ticket.grp gr ON gr.id = t.group_id"                                              \
    "  LEFT JOIN sla.service se ON se.id = t.service_id"                                           \
    "  LEFT JOIN watch.site si ON si.id = t.site_id"                                               \
    "  LEFT JOIN watch.host ho ON ho.id = t.host_id"                                               \
    "  LEFT JOIN watch.checks ch ON ch.id = t.check_id"

enum hn_code ticket_store_get(struct db *db, struct hn_arena *a, int64_t id, struct ticket *out,
                              struct hn_err *e)
{
    static const char sql[] = SELECT_TICKET " WHERE t.id = $1::bigint";

    if (db_get(db, sql, &DB_I64(id), 1, cols, HN_ARRAY_LEN(cols), a, out, e) != HN_OK)
        return hn_ctx(e, "ticket %" PRId64, id);
    return HN_OK;
}

enum hn_code ticket_store_lock(struct db *db, struct hn_arena *a, int64_t id, struct ticket *out,
                               struct hn_err *e)
{
    static const char sql[] = SELECT_TICKET " WHERE t.id = $1::bigint FOR UPDATE OF t";

    if (db_get(db, sql, &DB_I64(id), 1, cols, HN_ARRAY_LEN(cols), a, out, e) != HN_OK)
        return hn_ctx(e, "lock ticket %" PRId64, id);
    return HN_OK;
}

enum hn_code ticket_store_number(struct db *db, struct hn_arena *a, const char *kind,
                                 const char *prefix, const char **out, struct hn_err *e)
{
    static const char sql[] = "INSERT INTO ticket.counter AS c (kind, last) VALUES ($1::text, 1)"
                              " ON CONFLICT (kind) DO UPDATE SET last = c.last + 1"
                              " RETURNING last";
    int64_t n = 0;

    if (db_i64(db, sql, &DB_TEXT(kind), 1, &n, e) != HN_OK)
        return hn_ctx(e, "number of a %s", kind);
    *out = hn_arena_fmt(a, "%s-%06" PRId64, prefix, n);
    return HN_OK;
}

enum hn_code ticket_store_add(struct db *db, struct ticket *t, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO ticket.ticket (kind, number, title, description, state, workflow_version,"
        "    source, impact, urgency, priority, priority_reason, priority_version, requester,"
        "    assignee_id, group_id, service_id, site_id, host_id, check_id, ci_ids,"
        "    occurred_at, detected_at, received_at, created_at, created_by, responded_at,"
        "    machine, updated_at, sample)"
        " VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::bigint,"
        "    $7::text, $8::bigint, $9::bigint, $10::text, $11::text, $12::bigint, $13::text,"
        "    $14::bigint, $15::bigint, $16::bigint, $17::bigint, $18::bigint, $19::bigint,"
        "    $20::bigint[], $21::timestamptz, $22::timestamptz, $23::timestamptz,"
        "    $24::timestamptz, $25::bigint, $26::timestamptz, $27::jsonb, $24::timestamptz,"
        "    $28::boolean)"
        " RETURNING id";
    struct db_arg args[] = {
        DB_TEXT(t->kind),
        DB_TEXT(t->number),
        DB_TEXT(t->title),
        DB_TEXT(t->description),
        DB_TEXT(t->state),
        DB_I64(t->workflow_version),
        DB_TEXT(t->source),
        DB_I64(t->impact),
        DB_I64(t->urgency),
        DB_TEXT(t->priority),
        DB_TEXT(t->priority_reason),
        DB_I64(t->priority_version),
        DB_TEXT(t->requester),
        DB_ID(t->assignee_id),
        DB_ID(t->group_id),
        DB_ID(t->service_id),
        DB_ID(t->site_id),
        DB_ID(t->host_id),
        DB_ID(t->check_id),
        DB_I64S(t->ci_ids.v, t->ci_ids.n),
        DB_TS(t->occurred_at),
        DB_TS(t->detected_at),
        DB_TS(t->received_at),
        DB_TS(t->created_at),
        DB_ID(t->created_by),
        DB_TS(t->responded_at),
        DB_TEXT(t->machine),
        DB_BOOL(t->sample),
    };

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), &t->id, e) != HN_OK)
        return hn_ctx(e, "add ticket");
    return HN_OK;
}

enum hn_code ticket_store_save(struct db *db, const struct ticket *t, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE ticket.ticket SET title = $2::text, description = $3::text, state = $4::text,"
        "    workflow_version = $5::bigint, source = $6::text, impact = $7::bigint,"
        "    urgency = $8::bigint, priority = $9::text, priority_reason = $10::text,"
        "    priority_version = $11::bigint, requester = $12::text, assignee_id = $13::bigint,"
        "    group_id = $14::bigint, service_id = $15::bigint, site_id = $16::bigint,"
        "    host_id = $17::bigint, check_id = $18::bigint, ci_ids = $19::bigint[],"
        "    occurred_at = $20::timestamptz, detected_at = $21::timestamptz,"
        "    received_at = $22::timestamptz, responded_at = $23::timestamptz,"
        "    restored_at = $24::timestamptz, resolved_at = $25::timestamptz,"
        "    closed_at = $26::timestamptz, resolution = $27::text, cause = $28::text,"
        "    cause_class = $29::text, business_impact = $30::text, temporary_measure = $31::text,"
        "    permanent_measure = $32::text, prevention = $33::text, vendor = $34::text,"
        "    response_due_at = $35::timestamptz, resolution_due_at = $36::timestamptz,"
        "    updated_at = $37::timestamptz, version = $38::bigint"
        " WHERE id = $1::bigint";
    struct db_arg args[] = {
        DB_I64(t->id),
        DB_TEXT(t->title),
        DB_TEXT(t->description),
        DB_TEXT(t->state),
        DB_I64(t->workflow_version),
        DB_TEXT(t->source),
        DB_I64(t->impact),
        DB_I64(t->urgency),
        DB_TEXT(t->priority),
        DB_TEXT(t->priority_reason),
        DB_I64(t->priority_version),
        DB_TEXT(t->requester),
        DB_ID(t->assignee_id),
        DB_ID(t->group_id),
        DB_ID(t->service_id),
        DB_ID(t->site_id),
        DB_ID(t->host_id),
        DB_ID(t->check_id),
        DB_I64S(t->ci_ids.v, t->ci_ids.n),
        DB_TS(t->occurred_at),
        DB_TS(t->detected_at),
        DB_TS(t->received_at),
        DB_TS(t->responded_at),
        DB_TS(t->restored_at),
        DB_TS(t->resolved_at),
        DB_TS(t->closed_at),
        DB_TEXT(t->resolution),
        DB_TEXT(t->cause),
        DB_TEXT(t->cause_class),
        DB_TEXT(t->business_impact),
        DB_TEXT(t->temporary_measure),
        DB_TEXT(t->permanent_measure),
        DB_TEXT(t->prevention),
        DB_TEXT(t->vendor),
        DB_TS(t->response_due_at),
        DB_TS(t->resolution_due_at),
        DB_TS(t->updated_at),
        DB_I64(t->version),
    };

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "save ticket %" PRId64, t->id);
    return HN_OK;
}

/* ---- lists ---- */

/* $1 kind, $2 state, $3 priority, $4 source, $5 group code, $6 open, $7 assignee, $8 group, $9
 * site, $10 host, $11 check, $12 service, $13 created by, $14 requester, $15 from, $16 to, $17
 * overdue, $18 q, $19 own, $20 now, $21 cursor, $22 limit, $23 outage. A host and a service also
 * stand for the tickets that were linked to them. */
#define LINKED(kind, id)                                                                           \
    "EXISTS (SELECT FROM ticket.link k WHERE k.ticket_id = t.id AND k.to_kind = '" kind "'"        \
    " AND k.to_id = " id " AND k.removed_at IS NULL)"
#define WHERE_FILTER                                                                               \
    " WHERE ($1::text IS NULL OR t.kind = $1)"                                                     \
    "   AND ($2::text IS NULL OR t.state = $2)"                                                    \
    "   AND ($3::text IS NULL OR t.priority = $3)"                                                 \
    "   AND ($4::text IS NULL OR t.source = $4)"                                                   \
    "   AND ($5::text IS NULL OR gr.code = $5)"                                                    \
    "   AND ($6::boolean IS NULL OR (t.resolved_at IS NULL AND t.closed_at IS NULL) = $6)"         \
    "   AND ($7::bigint IS NULL OR t.assignee_id = $7 OR ($7 = -1 AND t.assignee_id IS NULL))"     \
    "   AND ($8::bigint IS NULL OR t.group_id = $8)"                                               \
    "   AND ($9::bigint IS NULL OR t.site_id = $9)"                                                \
    "   AND ($10::bigint IS NULL OR t.host_id = $10 OR " LINKED(                                   \
        "host",                                                                                    \
        "$10") ")"                                                                                 \
               "   AND ($11::bigint IS NULL OR t.check_id = $11)"                                  \
               "   AND ($12::bigint IS NULL OR t.service_id = $12 OR " LINKED(                     \
                   "service",                                                                      \
                   "$12") ")"                                                                      \
                          "   AND ($23::bigint IS NULL OR " LINKED(                                \
                              "outage",                                                            \
                              "$23") " OR t.id = (SELECT o.ticket_id"                              \
                                     "        FROM sla.outage o WHERE o.id = $23))"                \
                                     "   AND ($13::bigint IS NULL OR t.created_by = $13)"          \
                                     "   AND ($14::text IS NULL OR t.requester = $14)"             \
                                     "   AND ($15::timestamptz IS NULL OR t.created_at >= $15)"    \
                                     "   AND ($16::timestamptz IS NULL OR t.created_at < $16)"     \
                                     "   AND (NOT $17::boolean OR t.resolution_due_at < "          \
                                     "coalesce(t.resolved_at, t.closed_at, $20)"                   \
                                     "        OR t.response_due_at < coalesce(t.responded_at, "    \
                                     "t.closed_at, $20))"                                          \
                                     "   AND ($18::text IS NULL OR (ticket.grams(t.search_text) "  \
                                     "@>"                                                          \
                                     "            ticket.query_grams(ticket.words($18))"           \
                                     "        AND ticket.holds_all(t.search_text, "                \
                                     "ticket.words($18))))"                                        \
                                     "   AND ($19::bigint IS NULL OR t.created_by = $19 OR "       \
                                     "t.assignee_id = $19)"                                        \
                                     "   AND $20::timestamptz IS NOT NULL"
#define LIST_BY(key, op, dir)                                                                      \
    SELECT_TICKET WHERE_FILTER " AND ($21::bigint IS NULL OR (" key ", t.id) " op " (SELECT " key  \
                               ", t.id FROM ticket.ticket t WHERE t.id = $21))"                    \
                               " ORDER BY " key " " dir ", t.id " dir " LIMIT $22::bigint"
#define BY_PRIORITY "array_position(ARRAY['urgent', 'high', 'medium', 'low'], t.priority)"
#define BY_DUE "coalesce(t.resolution_due_at, 'infinity')"

static const struct {
    const char *word;
    const char *sql;
} sorts[] = {
    {"-created_at", LIST_BY("t.created_at", "<", "DESC")},
    {"created_at", LIST_BY("t.created_at", ">", "ASC")},
    {"-updated_at", LIST_BY("t.updated_at", "<", "DESC")},
    {"updated_at", LIST_BY("t.updated_at", ">", "ASC")},
    {"priority", LIST_BY(BY_PRIORITY, ">", "ASC")},
    {"-priority", LIST_BY(BY_PRIORITY, "<", "DESC")},
    {"due", LIST_BY(BY_DUE, ">", "ASC")},
    {"-due", LIST_BY(BY_DUE, "<", "DESC")},
    {"number", LIST_BY("t.number", ">", "ASC")},
    {"-number", LIST_BY("t.number", "<", "DESC")},
    {"title", LIST_BY("t.title", ">", "ASC")},
    {"-title", LIST_BY("t.title", "<", "DESC")},
    {"state", LIST_BY("t.state", ">", "ASC")},
    {"-state", LIST_BY("t.state", "<", "DESC")},
};
const char *const ticket_sorts[] = {"-created_at", "created_at", "-updated_at", "updated_at",
                                    "priority",    "-priority",  "due",         "-due",
                                    "number",      "-number",    "title",       "-title",
                                    "state",       "-state",     NULL};

enum hn_code ticket_store_list(struct db *db, struct hn_arena *a, const struct ticket_filter *f,
                               hn_instant now, struct ticket **out, size_t *n, struct hn_err *e)
{
    const char *sql = sorts[0].sql;
    struct db_arg args[] = {
        DB_TEXT(f->kind),       DB_TEXT(f->state),
        DB_TEXT(f->priority),   DB_TEXT(f->source),
        DB_TEXT(f->group_code), f->open < 0 ? DB_NULL : DB_BOOL(f->open),
        DB_ID(f->assignee_id),  DB_ID(f->group_id),
        DB_ID(f->site_id),      DB_ID(f->host_id),
        DB_ID(f->check_id),     DB_ID(f->service_id),
        DB_ID(f->created_by),   DB_TEXT(f->requester),
        DB_TS(f->from),         DB_TS(f->to),
        DB_BOOL(f->overdue),    DB_TEXT(f->q),
        DB_ID(f->own_account),  DB_TS(now),
        DB_ID(f->cursor),       DB_I64(f->limit),
        DB_ID(f->outage_id),
    };

    for (size_t i = 0; f->sort != NULL && i < HN_ARRAY_LEN(sorts); i++)
        if (hn_streq(sorts[i].word, f->sort))
            sql = sorts[i].sql;
    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols),
                  sizeof(struct ticket), a, out, n, e) != HN_OK)
        return hn_ctx(e, "list tickets");
    return HN_OK;
}

enum hn_code ticket_store_similar(struct db *db, struct hn_arena *a, const struct ticket *t,
                                  struct ticket **out, size_t *n, struct hn_err *e)
{
    /* The same device first, then titles that share most of this one's bigrams; among the newest of
     * each, so that a page stays quick with years of tickets. */
    static const char sql[] = SELECT_TICKET
        "  JOIN (SELECT c.id, c.host_id = $3::bigint AS same, shared.n"
        "     FROM (SELECT ARRAY(SELECT g"
        "         FROM unnest(ticket.grams(lower(normalize($2::text, NFKC)))) AS x(g)"
        "        WHERE char_length(g) = 2) AS g) AS me"
        "     CROSS JOIN LATERAL ((SELECT id, title, host_id FROM ticket.ticket"
        "            WHERE kind IN ('incident', 'problem') AND created_at > $4::timestamptz"
        "            ORDER BY created_at DESC LIMIT 600)"
        "        UNION (SELECT id, title, host_id FROM ticket.ticket"
        "            WHERE host_id = $3::bigint AND kind IN ('incident', 'problem')"
        "              AND created_at > $4::timestamptz ORDER BY created_at DESC LIMIT 50)) AS c"
        "     CROSS JOIN LATERAL (SELECT count(*) AS n"
        "         FROM unnest(ticket.grams(lower(normalize(c.title, NFKC)))) AS x(g)"
        "        WHERE g = ANY (me.g)) AS shared"
        "    WHERE c.id <> $1::bigint"
        "      AND (c.host_id = $3::bigint OR shared.n * 10 >= 3 * cardinality(me.g))"
        "    ORDER BY (c.host_id IS NOT DISTINCT FROM $3::bigint) DESC, shared.n DESC, c.id DESC"
        "    LIMIT 5) AS like_it ON like_it.id = t.id"
        " ORDER BY like_it.same DESC NULLS LAST, like_it.n DESC, t.id DESC";
    struct db_arg args[] = {DB_I64(t->id), DB_TEXT(t->title), DB_ID(t->host_id),
                            DB_TS(t->created_at - 400 * HN_DAY)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols),
                  sizeof(struct ticket), a, out, n, e) != HN_OK)
        return hn_ctx(e, "tickets like %" PRId64, t->id);
    return HN_OK;
}

enum hn_code ticket_count_open(struct db *db, const char *kind, int64_t account_id, hn_instant now,
                               struct ticket_counts *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT count(*) AS open,"
        "       count(*) FILTER (WHERE assignee_id = $2::bigint) AS mine,"
        "       count(*) FILTER (WHERE assignee_id IS NULL) AS unassigned,"
        "       count(*) FILTER (WHERE resolution_due_at < $3::timestamptz"
        "           OR (response_due_at < $3::timestamptz AND responded_at IS NULL)) AS overdue,"
        "       count(*) FILTER (WHERE priority = 'urgent') AS urgent"
        "  FROM ticket.ticket"
        " WHERE resolved_at IS NULL AND closed_at IS NULL AND ($1::text IS NULL OR kind = $1)";
    static const struct db_col count_cols[] = {
        DB_COL(ticket_counts, open), DB_COL(ticket_counts, mine), DB_COL(ticket_counts, unassigned),
        DB_COL(ticket_counts, overdue), DB_COL(ticket_counts, urgent)};
    struct db_arg args[] = {DB_TEXT(kind), DB_I64(account_id), DB_TS(now)};

    if (db_get(db, sql, args, 3, count_cols, HN_ARRAY_LEN(count_cols), NULL, out, e) != HN_OK)
        return hn_ctx(e, "count open tickets");
    return HN_OK;
}

enum hn_code ticket_find_open_for(struct db *db, int64_t host_id, int64_t check_id, int64_t *id,
                                  struct hn_err *e)
{
    static const char sql[] =
        "SELECT coalesce((SELECT id FROM ticket.ticket"
        " WHERE kind = 'incident' AND resolved_at IS NULL AND closed_at IS NULL"
        "   AND (check_id = $1::bigint OR host_id = $2::bigint)"
        " ORDER BY (check_id = $1::bigint) DESC NULLS LAST, id DESC LIMIT 1), 0)";
    struct db_arg args[] = {DB_ID(check_id), DB_ID(host_id)};

    if (db_i64(db, sql, args, 2, id, e) != HN_OK)
        return hn_ctx(e, "open incident of host %" PRId64 " check %" PRId64, host_id, check_id);
    return HN_OK;
}

enum hn_code ticket_store_by_number(struct db *db, const char *number, int64_t *id,
                                    struct hn_err *e)
{
    static const char sql[] = "SELECT coalesce((SELECT id FROM ticket.ticket"
                              " WHERE number = upper(normalize(btrim($1::text), NFKC))), 0)";

    if (db_i64(db, sql, &DB_TEXT(number), 1, id, e) != HN_OK)
        return hn_ctx(e, "ticket by number");
    return HN_OK;
}
