/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/report/fact_store.h"

static const struct db_col outage_cols[] = {
    DB_COL(outage_fact, id),          DB_COL(outage_fact, ticket),   DB_COL(outage_fact, cause),
    DB_COL(outage_fact, site),        DB_COL(outage_fact, recorder), DB_COL(outage_fact, corrector),
    DB_COL(outage_fact, corrected_at)};
static const struct db_col name_cols[] = {DB_COL(name_fact, id), DB_COL(name_fact, name)};

enum hn_code fact_store_outages(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                const struct outage_fact **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT id, ticket, cause, site, recorder, corrector, corrected_at "
                              "FROM sla.outage_fact WHERE id = ANY($1) ORDER BY id";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n)};

    return db_select(db, sql, args, 1, outage_cols, HN_ARRAY_LEN(outage_cols), sizeof(**out), a,
                     out, n, e);
}

static enum hn_code names(struct db *db, struct hn_arena *a, const char *sql, struct hn_i64s ids,
                          const struct name_fact **out, size_t *n, struct hn_err *e)
{
    struct db_arg args[] = {DB_I64S(ids.v, ids.n)};

    return db_select(db, sql, args, 1, name_cols, HN_ARRAY_LEN(name_cols), sizeof(**out), a, out, n,
                     e);
}

enum hn_code fact_store_tickets(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                const struct name_fact **out, size_t *n, struct hn_err *e)
{
    return names(db, a,
                 "SELECT id, number AS name FROM sla.ticket_name WHERE id = ANY($1) ORDER BY id",
                 ids, out, n, e);
}

enum hn_code fact_store_checks(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                               const struct name_fact **out, size_t *n, struct hn_err *e)
{
    return names(db, a, "SELECT id, name FROM sla.check_name WHERE id = ANY($1) ORDER BY id", ids,
                 out, n, e);
}

enum hn_code fact_store_samples(struct db *db, struct hn_i64s services, int64_t *n,
                                struct hn_err *e)
{
    struct db_arg args[] = {DB_I64S(services.v, services.n)};

    return db_i64(db, "SELECT count(*) FROM sla.sample_service WHERE id = ANY($1)", args, 1, n, e);
}
