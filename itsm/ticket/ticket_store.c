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

enum hn_code ticket_store_those(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                struct ticket **out, size_t *n, struct hn_err *e)
{
    /* A condition on the table itself: joined as one more table the ids would come last, after the
     * names of all tickets (join_collapse_limit). */
    static const char sql[] = SELECT_TICKET " WHERE t.id = ANY ($1::bigint[])"
                                            " ORDER BY array_position($1::bigint[], t.id)";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n)};

    if (db_select(db, sql, args, 1, cols, HN_ARRAY_LEN(cols), sizeof(struct ticket), a, out, n,
                  e) != HN_OK)
        return hn_ctx(e, "tickets of a list");
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

enum hn_code ticket_by_number(struct db *db, const char *number, int64_t *id, struct hn_err *e)
{
    static const char sql[] = "SELECT coalesce((SELECT id FROM ticket.ticket"
                              " WHERE number = upper(normalize(btrim($1::text), NFKC))), 0)";

    if (db_i64(db, sql, &DB_TEXT(number), 1, id, e) != HN_OK)
        return hn_ctx(e, "ticket by number");
    return HN_OK;
}
