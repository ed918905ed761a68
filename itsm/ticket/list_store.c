/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of tickets. What a list holds is found in the table of tickets alone, by a statement that
 * PostgreSQL plans anew for the filters at hand; what it shows of them (names from eight tables) is
 * read by their ids, with a plan that is made once.
 */
#include "itsm/ticket/similar.h"
#include "itsm/ticket/ticket_store.h"

struct id_row {
    int64_t id;
};

static struct hn_i64s ids_of(struct hn_arena *a, const struct id_row *rows, size_t n)
{
    int64_t *v = hn_arena_make(a, int64_t, n);

    for (size_t i = 0; i < n; i++)
        v[i] = rows[i].id;
    return (struct hn_i64s){v, n};
}

/* $1 kind, $2 state, $3 priority, $4 source, $5 group code, $6 open, $7 assignee, $8 group, $9
 * site, $10 host, $11 check, $12 service, $13 created by, $14 requester, $15 from, $16 to, $17
 * overdue, $18 q, $19 own, $20 now, $21 cursor, $22 limit, $23 outage. A host and a service also
 * stand for the tickets that were linked to them. */
#define LINKED_TO                                                                                  \
    " OR EXISTS (SELECT FROM ticket.link k WHERE k.ticket_id = t.id AND k.removed_at IS NULL"
#define OR_HOST LINKED_TO " AND k.to_kind = 'host' AND k.to_id = $10)"
#define OR_SERVICE LINKED_TO " AND k.to_kind = 'service' AND k.to_id = $12)"
#define OR_OUTAGE LINKED_TO " AND k.to_kind = 'outage' AND k.to_id = $23)"
#define WHERE_FILTER                                                                               \
    " WHERE ($1::text IS NULL OR t.kind = $1)"                                                     \
    "   AND ($2::text IS NULL OR t.state = $2)"                                                    \
    "   AND ($3::text IS NULL OR t.priority = $3)"                                                 \
    "   AND ($4::text IS NULL OR t.source = $4)"                                                   \
    "   AND ($5::text IS NULL OR t.group_id = (SELECT id FROM ticket.grp WHERE code = $5))"        \
    "   AND ($6::boolean IS NULL OR (t.resolved_at IS NULL AND t.closed_at IS NULL) = $6)"         \
    "   AND ($7::bigint IS NULL OR t.assignee_id = $7 OR ($7 = -1 AND t.assignee_id IS NULL))"     \
    "   AND ($8::bigint IS NULL OR t.group_id = $8)"                                               \
    "   AND ($9::bigint IS NULL OR t.site_id = $9)"                                                \
    "   AND ($10::bigint IS NULL OR t.host_id = $10" OR_HOST ")"                                   \
    "   AND ($11::bigint IS NULL OR t.check_id = $11)"                                             \
    "   AND ($12::bigint IS NULL OR t.service_id = $12" OR_SERVICE ")"                             \
    "   AND ($23::bigint IS NULL OR t.id = (SELECT o.ticket_id FROM sla.outage o WHERE o.id = "    \
    "$23)" OR_OUTAGE ")"                                                                           \
    "   AND ($13::bigint IS NULL OR t.created_by = $13)"                                           \
    "   AND ($14::text IS NULL OR t.requester = $14)"                                              \
    "   AND ($15::timestamptz IS NULL OR t.created_at >= $15)"                                     \
    "   AND ($16::timestamptz IS NULL OR t.created_at < $16)"                                      \
    "   AND (NOT $17::boolean OR t.resolution_due_at < coalesce(t.resolved_at, t.closed_at, $20)"  \
    "        OR t.response_due_at < coalesce(t.responded_at, t.closed_at, $20))"                   \
    "   AND ($18::text IS NULL OR (ticket.grams(t.search_text) COLLATE \"C\" @>"                   \
    "            ticket.query_grams(ticket.words($18))"                                            \
    "        AND ticket.holds_all(t.search_text, ticket.words($18))))"                             \
    "   AND ($19::bigint IS NULL OR t.created_by = $19 OR t.assignee_id = $19)"                    \
    "   AND $20::timestamptz IS NOT NULL"
#define LIST_BY(key, op, dir)                                                                      \
    "SELECT t.id FROM ticket.ticket t" WHERE_FILTER " AND ($21::bigint IS NULL OR (" key           \
    ", t.id) " op " (SELECT " key ", t.id FROM ticket.ticket t WHERE t.id = $21)) ORDER BY " key   \
    " " dir ", t.id " dir " LIMIT $22::bigint"
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
    static const struct db_col cols[] = {DB_COL(id_row, id)};
    const char *sql = sorts[0].sql;
    struct id_row *rows = NULL;
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
    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, 1, sizeof(*rows), a, &rows, n, e) !=
        HN_OK)
        return hn_ctx(e, "list tickets");
    return ticket_store_those(db, a, ids_of(a, rows, *n), out, n, e);
}

enum hn_code ticket_store_similar(struct db *db, struct hn_arena *a, const struct ticket *t,
                                  struct ticket **out, size_t *n, struct hn_err *e)
{
    /* Among the newest of all and of the device, so that a page stays quick with years of tickets.
     */
    static const char sql[] =
        "(SELECT id, lower(normalize(title, NFKC)) AS title, host_id FROM ticket.ticket"
        "   WHERE kind IN ('incident', 'problem') AND created_at > $3::timestamptz"
        "   ORDER BY created_at DESC LIMIT 600)"
        " UNION ALL (SELECT id, lower(normalize(title, NFKC)), host_id FROM ticket.ticket"
        "   WHERE host_id = $2::bigint AND kind IN ('incident', 'problem')"
        "     AND created_at > $3::timestamptz ORDER BY created_at DESC LIMIT 50)"
        " UNION ALL SELECT 0, lower(normalize($1::text, NFKC)), 0";
    static const struct db_col cols[] = {DB_COL(similar_title, id), DB_COL(similar_title, title),
                                         DB_COL(similar_title, host_id)};
    struct db_arg args[] = {DB_TEXT(t->title), DB_ID(t->host_id),
                            DB_TS(t->created_at - 400 * HN_DAY)};
    struct similar_title *v = NULL;
    int64_t best[SIMILAR_MAX];
    size_t n_best;

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(*v), a, &v, n,
                  e) != HN_OK)
        return hn_ctx(e, "tickets like %" PRId64, t->id);
    n_best = similar_titles(v[*n - 1].title, t->id, t->host_id, v, *n - 1, best, a);
    return ticket_store_those(db, a, (struct hn_i64s){best, n_best}, out, n, e);
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
