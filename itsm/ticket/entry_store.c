/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/ticket_store.h"

static const char *const kind_words[] = {
#define X(e, w, m) w,
    TICKET_ENTRY_KINDS(X)
#undef X
};

enum hn_code ticket_store_entry_add(struct db *db, const struct ticket_entry_in *in, hn_instant now,
                                    int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "WITH x AS (INSERT INTO ticket.entry (ticket_id, at, by_id, kind, public, from_value,"
        "    to_value, field, text, data, transition_id, replaces, ticket_version)"
        " VALUES ($1::bigint, $2::timestamptz, $3::bigint, $4::text, $5::boolean, $6::text,"
        "    $7::text, $8::text, $9::text, $10::jsonb, $11::bigint, $12::bigint, $13::bigint)"
        " ON CONFLICT (ticket_id, transition_id, kind) WHERE transition_id IS NOT NULL DO NOTHING"
        " RETURNING id)"
        " SELECT coalesce((SELECT id FROM x), 0)";
    struct db_arg args[] = {
        DB_I64(in->ticket_id),     DB_TS(now),
        DB_ID(in->by_id),          DB_TEXT(kind_words[in->kind]),
        DB_BOOL(!in->internal),    DB_TEXT(in->from_value),
        DB_TEXT(in->to_value),     DB_TEXT(in->field),
        DB_TEXT(in->text),         DB_TEXT(in->data),
        DB_ID(in->transition_id),  DB_ID(in->replaces),
        DB_ID(in->ticket_version),
    };
    int64_t made = 0;

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), &made, e) != HN_OK)
        return hn_ctx(e, "journal of ticket %" PRId64, in->ticket_id);
    if (id != NULL)
        *id = made;
    return HN_OK;
}

static const struct db_col cols[] = {
    DB_COL(ticket_entry, id),           DB_COL(ticket_entry, ticket_id),
    DB_COL(ticket_entry, at),           DB_COL(ticket_entry, by_id),
    DB_COL(ticket_entry, by_login),     DB_COL(ticket_entry, by_name),
    DB_COL(ticket_entry, kind),         DB_COL(ticket_entry, is_public),
    DB_COL(ticket_entry, from_value),   DB_COL(ticket_entry, to_value),
    DB_COL(ticket_entry, field),        DB_COL(ticket_entry, text),
    DB_COL(ticket_entry, data),         DB_COL(ticket_entry, transition_id),
    DB_COL(ticket_entry, replaces),     DB_COL(ticket_entry, replaced_by),
    DB_COL(ticket_entry, attachment_id)};

#define SELECT_ENTRY                                                                               \
    "SELECT n.id, n.ticket_id, n.at, n.by_id, a.login AS by_login, a.name AS by_name, n.kind,"     \
    "       n.public AS is_public, n.from_value, n.to_value, n.field, n.text, n.data,"             \
    "       n.transition_id, n.replaces, r.id AS replaced_by, f.id AS attachment_id"               \
    "  FROM ticket.entry n LEFT JOIN auth.account a ON a.id = n.by_id"                             \
    "  LEFT JOIN ticket.entry r ON r.replaces = n.id"                                              \
    "  LEFT JOIN ticket.attachment f ON f.entry_id = n.id"

enum hn_code ticket_store_entries(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                  bool internal, int64_t after, int64_t limit,
                                  struct ticket_entry **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = SELECT_ENTRY
        " WHERE n.ticket_id = $1::bigint AND (n.public OR $2::boolean) AND n.id > $3::bigint"
        " ORDER BY n.id LIMIT $4::bigint";
    struct db_arg args[] = {DB_I64(ticket_id), DB_BOOL(internal), DB_I64(after), DB_I64(limit)};

    if (db_select(db, sql, args, 4, cols, HN_ARRAY_LEN(cols), sizeof(struct ticket_entry), a, out,
                  n, e) != HN_OK)
        return hn_ctx(e, "entries of ticket %" PRId64, ticket_id);
    return HN_OK;
}

enum hn_code ticket_store_entry(struct db *db, struct hn_arena *a, int64_t id,
                                struct ticket_entry *out, struct hn_err *e)
{
    static const char sql[] = SELECT_ENTRY " WHERE n.id = $1::bigint";

    if (db_get(db, sql, &DB_I64(id), 1, cols, HN_ARRAY_LEN(cols), a, out, e) != HN_OK)
        return hn_ctx(e, "entry %" PRId64, id);
    return HN_OK;
}

enum hn_code ticket_store_changes(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                  int64_t version, struct ticket_entry **out, size_t *n,
                                  struct hn_err *e)
{
    static const char sql[] = SELECT_ENTRY
        " WHERE n.ticket_id = $1::bigint AND n.ticket_version > $2::bigint ORDER BY n.id LIMIT 200";
    struct db_arg args[] = {DB_I64(ticket_id), DB_I64(version)};

    if (db_select(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), sizeof(struct ticket_entry), a, out,
                  n, e) != HN_OK)
        return hn_ctx(e, "changes of ticket %" PRId64, ticket_id);
    return HN_OK;
}

struct mark_row {
    hn_instant at;
    bool stop;
};
static const struct db_col mark_cols[] = {DB_COL(mark_row, at), DB_COL(mark_row, stop)};

enum hn_code ticket_store_marks(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                struct clock_mark **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT at, to_value = 'stopped' AS stop FROM ticket.entry"
                              " WHERE ticket_id = $1::bigint AND kind = 'clock' ORDER BY at, id";
    struct mark_row *rows = NULL;

    if (db_select(db, sql, &DB_I64(ticket_id), 1, mark_cols, HN_ARRAY_LEN(mark_cols), sizeof(*rows),
                  a, &rows, n, e) != HN_OK)
        return hn_ctx(e, "clock of ticket %" PRId64, ticket_id);
    *out = hn_arena_make(a, struct clock_mark, *n);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct clock_mark){.at = rows[i].at, .stop = rows[i].stop};
    return HN_OK;
}
