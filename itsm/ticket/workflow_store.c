/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/workflow.h"

struct row {
    const char *kind;
    int64_t version;
    const char *definition;
};
static const struct db_col cols[] = {DB_COL(row, kind), DB_COL(row, version),
                                     DB_COL(row, definition)};

static enum hn_code from_row(const struct row *r, struct hn_arena *a, struct ticket_workflow *out,
                             struct hn_err *e)
{
    if (ticket_workflow_parse(r->definition, a, out, e) != HN_OK)
        return hn_ctx(e, "workflow %s version %" PRId64, r->kind, r->version);
    out->kind = r->kind;
    out->version = r->version;
    return HN_OK;
}

enum hn_code ticket_workflow_load(struct db *db, struct hn_arena *a, const char *kind,
                                  struct ticket_workflow *out, struct hn_err *e)
{
    static const char sql[] = "SELECT kind, version, definition FROM ticket.workflow"
                              " WHERE kind = $1::text ORDER BY version DESC LIMIT 1";
    struct row r;

    if (db_get(db, sql, &DB_TEXT(kind), 1, cols, HN_ARRAY_LEN(cols), a, &r, e) != HN_OK)
        return hn_ctx(e, "workflow of %s", kind);
    return from_row(&r, a, out, e);
}

enum hn_code ticket_workflow_all(struct db *db, struct hn_arena *a, struct ticket_workflow **out,
                                 size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT DISTINCT ON (kind) kind, version, definition"
                              "  FROM ticket.workflow ORDER BY kind, version DESC";
    struct row *rows = NULL;

    if (db_select(db, sql, NULL, 0, cols, HN_ARRAY_LEN(cols), sizeof(*rows), a, &rows, n, e) !=
        HN_OK)
        return hn_ctx(e, "workflows");
    *out = hn_arena_make(a, struct ticket_workflow, *n);
    for (size_t i = 0; i < *n; i++)
        if (from_row(&rows[i], a, &(*out)[i], e) != HN_OK)
            return e->code;
    return HN_OK;
}
