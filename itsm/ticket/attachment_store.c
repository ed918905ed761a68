/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/attachment_store.h"

enum hn_code ticket_store_attachment_add(struct db *db, const struct ticket_attachment *f,
                                         struct hn_bytes sha256, struct hn_bytes data, int64_t *id,
                                         struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO ticket.attachment (ticket_id, entry_id, name, type, size, sha256, data, by_id,"
        "    at)"
        " VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::bigint, $6::bytea, $7::bytea,"
        "    $8::bigint, $9::timestamptz) RETURNING id";
    struct db_arg args[] = {
        DB_I64(f->ticket_id),     DB_I64(f->entry_id), DB_TEXT(f->name),
        DB_TEXT(f->type),         DB_I64(f->size),     DB_BYTES(sha256.p, sha256.n),
        DB_BYTES(data.p, data.n), DB_ID(f->by_id),     DB_TS(f->at)};

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e) != HN_OK)
        return hn_ctx(e, "file of ticket %" PRId64, f->ticket_id);
    return HN_OK;
}

static const struct db_col cols[] = {
    DB_COL(ticket_attachment, id),       DB_COL(ticket_attachment, ticket_id),
    DB_COL(ticket_attachment, entry_id), DB_COL(ticket_attachment, name),
    DB_COL(ticket_attachment, type),     DB_COL(ticket_attachment, size),
    DB_COL(ticket_attachment, sha256),   DB_COL(ticket_attachment, by_id),
    DB_COL(ticket_attachment, by_name),  DB_COL(ticket_attachment, at),
    DB_COL(ticket_attachment, is_public)};

#define SELECT_FILE                                                                                \
    "SELECT f.id, f.ticket_id, f.entry_id, f.name, f.type, f.size,"                                \
    "       encode(f.sha256, 'hex') AS sha256, f.by_id, a.name AS by_name, f.at,"                  \
    "       coalesce(n.public, true) AS is_public"                                                 \
    "  FROM ticket.attachment f LEFT JOIN auth.account a ON a.id = f.by_id"                        \
    "  LEFT JOIN ticket.entry n ON n.id = f.entry_id"

enum hn_code ticket_attachments(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                struct ticket_attachment **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        SELECT_FILE " WHERE f.ticket_id = $1::bigint ORDER BY f.id DESC LIMIT 500";

    if (db_select(db, sql, &DB_I64(ticket_id), 1, cols, HN_ARRAY_LEN(cols),
                  sizeof(struct ticket_attachment), a, out, n, e) != HN_OK)
        return hn_ctx(e, "files of ticket %" PRId64, ticket_id);
    return HN_OK;
}

struct data_row {
    struct hn_bytes data;
};
static const struct db_col data_cols[] = {DB_COL(data_row, data)};

enum hn_code ticket_attachment_get(struct db *db, struct hn_arena *a, int64_t ticket_id, int64_t id,
                                   struct ticket_attachment *out, struct hn_bytes *data,
                                   struct hn_err *e)
{
    static const char sql[] = SELECT_FILE " WHERE f.id = $1::bigint AND f.ticket_id = $2::bigint";
    static const char sql_data[] = "SELECT data FROM ticket.attachment WHERE id = $1::bigint";
    struct db_arg args[] = {DB_I64(id), DB_I64(ticket_id)};
    struct data_row r;

    if (db_get(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), a, out, e) != HN_OK ||
        db_get(db, sql_data, args, 1, data_cols, 1, a, &r, e) != HN_OK)
        return hn_ctx(e, "file %" PRId64 " of ticket %" PRId64, id, ticket_id);
    *data = r.data;
    return HN_OK;
}
