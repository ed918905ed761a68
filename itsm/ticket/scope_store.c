/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/ticket_store.h"

static const struct db_col affected_cols[] = {
    DB_COL(ticket_affected, id),        DB_COL(ticket_affected, kind),
    DB_COL(ticket_affected, object_id), DB_COL(ticket_affected, name),
    DB_COL(ticket_affected, count),     DB_COL(ticket_affected, source),
    DB_COL(ticket_affected, removed)};

enum hn_code ticket_store_affected(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                   struct ticket_affected **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT id, kind, object_id, name, count, source, removed FROM ticket.affected"
        " WHERE ticket_id = $1::bigint"
        " ORDER BY array_position(ARRAY['site', 'system', 'service', 'line', 'terminals', "
        "'section',"
        "     'users', 'host'], kind), id LIMIT 2000";

    if (db_select(db, sql, &DB_I64(ticket_id), 1, affected_cols, HN_ARRAY_LEN(affected_cols),
                  sizeof(struct ticket_affected), a, out, n, e) != HN_OK)
        return hn_ctx(e, "scope of ticket %" PRId64, ticket_id);
    return HN_OK;
}

enum hn_code ticket_store_affected_add(struct db *db, int64_t ticket_id,
                                       const struct ticket_affected *x, const char *source,
                                       int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO ticket.affected (ticket_id, kind, object_id, name, count, source)"
        " VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::bigint, $6::text) RETURNING id";
    struct db_arg args[] = {DB_I64(ticket_id), DB_TEXT(x->kind), DB_ID(x->object_id),
                            DB_TEXT(x->name),  DB_ID(x->count),  DB_TEXT(source)};

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e) != HN_OK)
        return hn_ctx(e, "scope of ticket %" PRId64, ticket_id);
    return HN_OK;
}

enum hn_code ticket_store_affected_save(struct db *db, const struct ticket_affected *x,
                                        struct hn_err *e)
{
    static const char sql[] = "UPDATE ticket.affected SET count = $2::bigint, source = $3::text,"
                              " removed = $4::boolean WHERE id = $1::bigint";
    struct db_arg args[] = {DB_I64(x->id), DB_ID(x->count), DB_TEXT(x->source),
                            DB_BOOL(x->removed)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "scope row %" PRId64, x->id);
    return HN_OK;
}

static const struct db_col link_cols[] = {
    DB_COL(ticket_link, id),       DB_COL(ticket_link, ticket_id), DB_COL(ticket_link, to_kind),
    DB_COL(ticket_link, to_id),    DB_COL(ticket_link, relation),  DB_COL(ticket_link, inverse),
    DB_COL(ticket_link, name),     DB_COL(ticket_link, state),     DB_COL(ticket_link, kind),
    DB_COL(ticket_link, check_id), DB_COL(ticket_link, at)};

/* me: the ticket from which one looks. */
#define SELECT_LINK(me)                                                                            \
    "SELECT l.id, l.ticket_id, l.to_kind, l.to_id, l.relation,"                                    \
    "       l.ticket_id <> " me " AS inverse,"                                                     \
    "       CASE WHEN l.to_kind = 'ticket' THEN ot.number || ' ' || ot.title"                      \
    "            WHEN l.to_kind = 'event' THEN coalesce(eh.label, eh.name) || ' ' || ec.name"      \
    "            WHEN l.to_kind = 'host' THEN coalesce(h.label, h.name)"                           \
    "            WHEN l.to_kind = 'service' THEN s.name"                                           \
    "            WHEN l.to_kind = 'outage' THEN os.name END AS name,"                              \
    "       coalesce(ot.state, ev.to_state) AS state, ot.kind AS kind, ev.check_id,"               \
    "       coalesce(ev.at, o.from_at, l.created_at) AS at"                                        \
    "  FROM ticket.link l"                                                                         \
    "  LEFT JOIN ticket.ticket ot ON l.to_kind = 'ticket' AND ot.id = CASE"                        \
    "       WHEN l.ticket_id = " me " THEN l.to_id ELSE l.ticket_id "                              \
    "END"                                                                                          \
    "  LEFT JOIN event.transition ev ON l.to_kind = 'event' AND ev.id = l.to_id"                   \
    "  LEFT JOIN watch.checks ec ON ec.id = ev.check_id"                                           \
    "  LEFT JOIN watch.host eh ON eh.id = ev.host_id"                                              \
    "  LEFT JOIN watch.host h ON l.to_kind = 'host' AND h.id = l.to_id"                            \
    "  LEFT JOIN sla.service s ON l.to_kind = 'service' AND s.id = l.to_id"                        \
    "  LEFT JOIN sla.outage o ON l.to_kind = 'outage' AND o.id = l.to_id"                          \
    "  LEFT JOIN sla.service os ON os.id = o.service_id"                                           \
    " WHERE l.removed_at IS NULL"

enum hn_code ticket_store_links(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                struct ticket_link **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = SELECT_LINK(
        "$1::bigint") " AND (l.ticket_id = $1::bigint OR (l.to_kind = 'ticket' AND l.to_id = "
                      "$1::bigint))"
                      " ORDER BY (l.to_kind <> 'ticket'), l.to_kind, l.id DESC LIMIT 500";

    if (db_select(db, sql, &DB_I64(ticket_id), 1, link_cols, HN_ARRAY_LEN(link_cols),
                  sizeof(struct ticket_link), a, out, n, e) != HN_OK)
        return hn_ctx(e, "links of ticket %" PRId64, ticket_id);
    return HN_OK;
}

enum hn_code ticket_store_link(struct db *db, struct hn_arena *a, int64_t id,
                               struct ticket_link *out, struct hn_err *e)
{
    static const char sql[] = SELECT_LINK("l.ticket_id") " AND l.id = $1::bigint";

    if (db_get(db, sql, &DB_I64(id), 1, link_cols, HN_ARRAY_LEN(link_cols), a, out, e) != HN_OK)
        return hn_ctx(e, "link %" PRId64, id);
    return HN_OK;
}

struct name_row {
    const char *name;
};
static const struct db_col name_cols[] = {DB_COL(name_row, name)};
static const struct {
    const char *kind;
    const char *sql;
} names[] = {
    {"ticket", "SELECT number AS name FROM ticket.ticket WHERE id = $1::bigint"},
    {"event", "SELECT coalesce(h.label, h.name) || ' ' || c.name AS name FROM event.transition v"
              "  JOIN watch.checks c ON c.id = v.check_id JOIN watch.host h ON h.id = v.host_id"
              " WHERE v.id = $1::bigint"},
    {"host", "SELECT coalesce(label, name) AS name FROM watch.host WHERE id = $1::bigint"},
    {"service", "SELECT name FROM sla.service WHERE id = $1::bigint"},
    {"outage", "SELECT s.name FROM sla.outage o JOIN sla.service s ON s.id = o.service_id"
               " WHERE o.id = $1::bigint"},
};

enum hn_code ticket_store_link_name(struct db *db, struct hn_arena *a, const char *kind, int64_t id,
                                    const char **out, struct hn_err *e)
{
    struct name_row r;

    for (size_t i = 0; i < HN_ARRAY_LEN(names); i++)
        if (hn_streq(names[i].kind, kind)) {
            if (db_get(db, names[i].sql, &DB_I64(id), 1, name_cols, 1, a, &r, e) != HN_OK)
                return hn_ctx(e, "name of %s %" PRId64, kind, id);
            *out = r.name;
            return HN_OK;
        }
    return hn_fail_field(e, "to_kind", "must be one of: %s",
                         "ticket, event, host, service, outage");
}

enum hn_code ticket_store_link_add(struct db *db, int64_t ticket_id, const char *to_kind,
                                   int64_t to_id, const char *relation, int64_t by_id,
                                   hn_instant now, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "WITH x AS (INSERT INTO ticket.link AS l (ticket_id, to_kind, to_id, relation, created_by,"
        "    created_at)"
        " VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::bigint, $6::timestamptz)"
        " ON CONFLICT (ticket_id, to_kind, to_id, relation) DO UPDATE SET removed_at = NULL,"
        "    removed_by = NULL, created_by = $5::bigint, created_at = $6::timestamptz"
        " WHERE l.removed_at IS NOT NULL RETURNING id)"
        " SELECT coalesce((SELECT id FROM x), 0)";
    struct db_arg args[] = {DB_I64(ticket_id), DB_TEXT(to_kind), DB_I64(to_id),
                            DB_TEXT(relation), DB_ID(by_id),     DB_TS(now)};

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e) != HN_OK)
        return hn_ctx(e, "link of ticket %" PRId64, ticket_id);
    return HN_OK;
}

enum hn_code ticket_store_link_remove(struct db *db, int64_t id, int64_t by_id, hn_instant now,
                                      struct hn_err *e)
{
    static const char sql[] = "UPDATE ticket.link SET removed_at = $3::timestamptz,"
                              " removed_by = $2::bigint WHERE id = $1::bigint";
    struct db_arg args[] = {DB_I64(id), DB_ID(by_id), DB_TS(now)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "remove link %" PRId64, id);
    return HN_OK;
}
