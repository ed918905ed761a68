/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/bulk/bulk_store.h"

/* Both parameters stand in each statement, so that all take two. */
static const char *const find[] = {
    [BULK_SITE] = "SELECT min(id) FROM watch.site WHERE code = $1 AND $2::text IS NULL",
    [BULK_SEGMENT] =
        "SELECT min(id) FROM watch.segment WHERE (code = $1 OR name = $1) AND $2::text "
        "IS NULL",
    [BULK_SYSTEM] = "SELECT min(id) FROM watch.system WHERE (code = $1 OR name = $1) AND $2::text "
                    "IS NULL",
    [BULK_LINE] = "SELECT min(id) FROM watch.line WHERE code = $1 AND $2::text IS NULL",
    [BULK_HOST] = "SELECT min(id) FROM watch.host WHERE name = $1 AND $2::text IS NULL",
    [BULK_SERVICE] = "SELECT min(id) FROM sla.service WHERE name = $1 AND $2::text IS NULL",
    [BULK_CALENDAR] =
        "SELECT min(id) FROM sla.calendar WHERE (name = $1 OR code = $1) AND $2::text "
        "IS NULL",
    [BULK_CHECK] = "SELECT min(c.id) FROM watch.checks c JOIN watch.host h ON h.id = c.host_id "
                   "WHERE h.name = $1 AND c.name = $2",
    [BULK_SLA] = "SELECT min(l.id) FROM sla.sla l JOIN sla.service s ON s.id = l.service_id "
                 "WHERE s.name = $1 AND l.metric = $2",
    [BULK_LOGIN] = "SELECT min(id) FROM auth.account WHERE login = $1 AND $2::text IS NULL",
};

enum hn_code bulk_store_find(struct db *db, enum bulk_object o, const char *first,
                             const char *second, int64_t *id, struct hn_err *e)
{
    static const struct db_col cols[] = {{"min", DB_T_I64, 0}};
    struct db_arg args[] = {DB_TEXT(first), DB_TEXT(second)};
    HN_ARENA a = hn_arena_new();

    HN_ASSERT((size_t)o < HN_ARRAY_LEN(find));
    *id = 0;
    if (db_get(db, find[o], args, 2, cols, 1, a, id, e) != HN_OK)
        return hn_ctx(e, "find %s", first);
    return HN_OK;
}
