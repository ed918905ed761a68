/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/priority.h"
#include "itsm/ticket/ticket_store.h"

struct row {
    int64_t version;
    const char *matrix;
    const char *targets;
    const char *reason;
    const char *created_by_name;
    hn_instant created_at;
};
static const struct db_col cols[] = {DB_COL(row, version),         DB_COL(row, matrix),
                                     DB_COL(row, targets),         DB_COL(row, reason),
                                     DB_COL(row, created_by_name), DB_COL(row, created_at)};

enum hn_code ticket_priority_load(struct db *db, struct hn_arena *a, int64_t version,
                                  struct ticket_priority_table *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT p.version, p.matrix, p.targets, p.reason, a.name AS created_by_name, p.created_at"
        "  FROM ticket.priority_table p LEFT JOIN auth.account a ON a.id = p.created_by"
        " WHERE $1::bigint IS NULL OR p.version = $1 ORDER BY p.version DESC LIMIT 1";
    struct row r;
    struct ticket_priority_table t = {0};
    struct db_arg which = DB_ID(version);

    if (db_get(db, sql, &which, 1, cols, HN_ARRAY_LEN(cols), a, &r, e) != HN_OK ||
        ticket_priority_parse(r.matrix, r.targets, a, &t, e) != HN_OK)
        return hn_ctx(e, "priority table %" PRId64, version);
    t.version = r.version;
    t.reason = r.reason;
    t.created_by_name = r.created_by_name;
    t.created_at = r.created_at;
    *out = t;
    return HN_OK;
}

enum hn_code ticket_store_lock_priorities(struct db *db, struct hn_err *e)
{
    static const char sql[] = "LOCK TABLE ticket.priority_table IN SHARE ROW EXCLUSIVE MODE";

    return db_exec(db, sql, NULL, 0, NULL, e);
}

enum hn_code ticket_store_add_priorities(struct db *db, struct hn_arena *a,
                                         const struct ticket_priority_table *t, int64_t by_id,
                                         hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO ticket.priority_table (version, matrix, targets, reason, created_by, "
        "created_at)"
        " VALUES ($1::bigint, $2::jsonb, $3::jsonb, $4::text, $5::bigint, $6::timestamptz)";
    struct hn_sbuf b[2];
    struct hn_jw w;

    for (int i = 0; i < 2; i++) {
        hn_sbuf_init(&b[i], a, 4000);
        hn_jw_init(&w, &b[i]);
        if (i == 0)
            ticket_priority_write_matrix(t, &w, NULL);
        else
            ticket_priority_write_targets(t, &w, NULL);
    }
    struct db_arg args[] = {DB_I64(t->version),
                            DB_TEXT(hn_sbuf_text(&b[0])),
                            DB_TEXT(hn_sbuf_text(&b[1])),
                            DB_TEXT(t->reason),
                            DB_ID(by_id),
                            DB_TS(now)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "priority table %" PRId64, t->version);
    return HN_OK;
}

struct calendar_row {
    const char *name;
    const char *definition;
};
static const struct db_col calendar_cols[] = {DB_COL(calendar_row, name),
                                              DB_COL(calendar_row, definition)};

enum hn_code ticket_store_calendar(struct db *db, struct hn_arena *a, const char *code,
                                   hn_instant at, const char **definition, const char **name,
                                   struct hn_err *e)
{
    static const char sql[] = "SELECT c.name, v.definition FROM sla.calendar c"
                              "  JOIN sla.calendar_version v ON v.calendar_id = c.id"
                              " WHERE c.code = $1::text"
                              " ORDER BY (v.valid_from <= $2::timestamptz) DESC, v.valid_from "
                              "DESC, v.version DESC LIMIT 1";
    struct db_arg args[] = {DB_TEXT(code), DB_TS(at)};
    struct calendar_row r;

    if (db_get(db, sql, args, 2, calendar_cols, HN_ARRAY_LEN(calendar_cols), a, &r, e) != HN_OK)
        return hn_ctx(e, "calendar %s", code);
    *definition = r.definition;
    *name = r.name;
    return HN_OK;
}

struct code_row {
    struct hn_texts codes;
    struct hn_texts names;
};
static const struct db_col code_cols[] = {DB_COL(code_row, codes), DB_COL(code_row, names)};

enum hn_code ticket_store_calendars(struct db *db, struct hn_arena *a, struct hn_texts *codes,
                                    struct hn_texts *names, struct hn_err *e)
{
    static const char sql[] = "SELECT coalesce(array_agg(code ORDER BY code), '{}') AS codes,"
                              "       coalesce(array_agg(name ORDER BY code), '{}') AS names"
                              "  FROM sla.calendar WHERE code IS NOT NULL";
    struct code_row r;

    if (db_get(db, sql, NULL, 0, code_cols, HN_ARRAY_LEN(code_cols), a, &r, e) != HN_OK)
        return hn_ctx(e, "calendars");
    *codes = r.codes;
    *names = r.names;
    return HN_OK;
}
