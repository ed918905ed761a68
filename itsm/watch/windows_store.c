/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/windows_store.h"

static const struct db_col cols[] = {DB_COL(window_target, kind), DB_COL(window_target, id),
                                     DB_COL(window_target, name)};

enum hn_code windows_store_scope(struct db *db, struct hn_arena *a, const char *scope,
                                 const struct window_target **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "WITH x AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS"
        " r(site_id bigint, host_id bigint, service_id bigint))"
        " SELECT 'site' AS kind, t.id, t.name FROM watch.site t JOIN x ON x.site_id = t.id"
        " UNION ALL SELECT 'host', h.id, coalesce(h.label, h.name) FROM watch.host h"
        " JOIN x ON x.host_id = h.id UNION ALL SELECT 'service', s.id, s.name FROM sla.service s"
        " JOIN x ON x.service_id = s.id LIMIT 500";
    struct db_arg args[] = {DB_TEXT(scope)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), sizeof(**out), a,
                  out, n, e) != HN_OK)
        return hn_ctx(e, "names of a planned stop's scope");
    return HN_OK;
}
