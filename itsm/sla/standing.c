/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/standing.h"

#include "itsm/sla/standing_store.h"

#define OLD (5 * HN_MIN_SPAN)
#define PIECE 10 /* computed in one run */

static const char *met_word(enum sla_met m)
{
    return m == SLA_MET ? "met" : m == SLA_MISSED ? "missed" : "undecided";
}

static struct standing_row row_of(int64_t id, const struct sla_result *r)
{
    bool ratio = hn_streq(r->sla.metric, "availability");
    struct sla_ratio value = ratio ? r->figures.availability : r->share.value;

    return (struct standing_row){.sla_id = id,
                                 .met = met_word(ratio ? r->figures.met : r->share.met),
                                 .num = value.num,
                                 .den = value.den,
                                 .downtime_s = ratio ? r->figures.downtime_s : 0,
                                 .year_met = met_word(r->year.met),
                                 .year_cap_s = ratio ? r->year.cap_s : -1,
                                 .year_left_s = ratio ? r->year.left_s : 0};
}

/* One that cannot be computed now (its definition begins later) stands as undecided: it must not
 * hold up the others, nor be tried without end. */
static enum hn_code one(struct db *db, struct hn_arena *a, int64_t id, struct hn_month month,
                        hn_instant now, struct hn_err *e)
{
    struct standing_row row = {
        .sla_id = id, .met = "undecided", .year_met = "undecided", .year_cap_s = -1};
    struct hn_err why = {0};
    struct sla_result r;
    char text[8];

    if (sla_result(db, a, id, month, now, &r, &why) == HN_OK) {
        row = row_of(id, &r);
    } else if (why.code == HN_E_UNAVAILABLE || why.code == HN_E_INTERNAL) {
        *e = why;
        return e->code;
    }
    return standing_store_put(db, hn_month_text(month, text), now, &row, e);
}

enum hn_code standing_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                           struct hn_err *e)
{
    DB_TX tx = {0};
    struct hn_month month = hn_month_of(now);
    struct hn_i64s due = {0};
    bool got = false;
    char text[8];

    *again = false;
    if (db_begin(db, &tx, e) != HN_OK || standing_store_lock(db, &got, e) != HN_OK)
        return e->code;
    if (!got)
        return HN_OK;
    if (standing_store_due(db, a, hn_month_text(month, text), now - OLD, PIECE, &due, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < due.n; i++)
        if (one(db, a, due.v[i], month, now, e) != HN_OK)
            return e->code;
    *again = due.n == PIECE;
    return db_commit(&tx, e);
}

enum hn_code standing_get(struct db *db, struct hn_arena *a, hn_instant now, struct standing *out,
                          struct hn_err *e)
{
    char text[8];

    *out = (struct standing){.as_of = HN_UNSET};
    if (standing_store_list(db, a, hn_month_text(hn_month_of(now), text), &out->v, &out->n,
                            &out->as_of, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < out->n; i++) {
        out->missed += hn_streq(out->v[i].met, "missed");
        out->undecided += hn_streq(out->v[i].met, "undecided");
    }
    return HN_OK;
}
