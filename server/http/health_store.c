/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/health_store.h"

enum hn_code health_store_applied(struct db *db, struct hn_texts names, int64_t *n,
                                  struct hn_err *e)
{
    static const char sql[] = "SELECT count(*) FROM hn_migration WHERE name = ANY($1::text[])";
    struct db_arg args[] = {DB_TEXTS(names.v, names.n)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), n, e);
}

enum hn_code health_store_probes(struct db *db, struct hn_arena *a, struct health_counter **out,
                                 size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT p.name AS probe, c.key AS name, (c.value #>> '{}')::float8 AS value "
        "FROM watch.probe p, jsonb_each(p.counters) c WHERE jsonb_typeof(c.value) = 'number' "
        "ORDER BY 2, 1 LIMIT 1000";
    static const struct db_col cols[] = {
        DB_COL(health_counter, probe), DB_COL(health_counter, name), DB_COL(health_counter, value)};

    return db_select(db, sql, NULL, 0, cols, HN_ARRAY_LEN(cols), sizeof(**out), a, out, n, e);
}
