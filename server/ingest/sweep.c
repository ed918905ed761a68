/* SPDX-License-Identifier: Apache-2.0 */
/* What changes a check's state without a result: silence, and a parent's fate. */
#include "server/ingest/batch.h"

#include "server/base/i18n.h"

#define SWEEP_MAX 5000

static enum hn_code write_rows(struct batch *b, struct ingest_check *c, size_t n, hn_instant now,
                               struct hn_err *e)
{
    if (b->n_transitions == 0)
        return HN_OK;
    if (ingest_store_transitions(b->db, b->transition, b->n_transitions, now, b->a, e) != HN_OK)
        return e->code;
    for (size_t i = 0, k = 0; i < n; i++)
        for (; k < b->n_transitions && b->transition[k].check_id == c[i].check_id; k++)
            c[i].last_transition_id = b->transition[k].id;
    if (ingest_store_save(b->db, c, n, b->a, e) != HN_OK)
        return e->code;
    return ingest_store_notify(b->db, e);
}

enum hn_code ingest_sweep_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                               struct hn_err *e)
{
    struct batch b = {.db = db, .a = a, .now = now};
    struct ingest_check *c = NULL;
    struct hn_i64s ids;
    DB_TX tx = {0};
    size_t n = 0, changed = 0;

    *again = false;
    if (ingest_store_overdue(db, now, SWEEP_MAX, a, &ids, e) != HN_OK)
        return e->code;
    if (ids.n == 0)
        return HN_OK;
    if (db_begin(db, &tx, e) != HN_OK || ingest_store_lock(db, ids, a, &c, &n, e) != HN_OK)
        return hn_ctx(e, "sweep");
    for (size_t i = 0; i < n; i++) {
        struct check_policy p = ingest_policy(&c[i]);
        struct check_row row = ingest_row(&c[i]);
        struct check_step s;

        check_gap(&p, &row, now, &s);
        if (s.n == 0)
            continue;
        for (size_t k = 0; k < s.n; k++)
            batch_transition(&b, &c[i], &s.v[k],
                             c[i].enabled ? hn_tr("No result came from the probe")
                                          : hn_tr("Switched off: it is not measured"),
                             false);
        ingest_row_set(&c[i], &row, a);
        c[changed++] = c[i];
    }
    if (write_rows(&b, c, changed, now, e) != HN_OK || db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "sweep");
    return HN_OK;
}

enum hn_code ingest_reach(struct db *db, struct hn_arena *a, int64_t check_id, bool unreachable,
                          hn_instant at, int64_t suppressed_by, const char *output, hn_instant now,
                          int64_t *id, struct hn_err *e)
{
    struct batch b = {.db = db, .a = a, .now = now};
    struct ingest_check *c = NULL;
    struct check_step s;
    DB_TX tx = {0};
    size_t n = 0;

    *id = 0;
    if (db_begin(db, &tx, e) != HN_OK ||
        ingest_store_lock(db, (struct hn_i64s){&check_id, 1}, a, &c, &n, e) != HN_OK)
        return hn_ctx(e, "reach of check %" PRId64, check_id);
    if (n == 1) {
        struct check_row row = ingest_row(&c[0]);

        check_reach(&row, unreachable, at, &s);
        ingest_row_set(&c[0], &row, a);
        for (size_t k = 0; k < s.n; k++) {
            batch_transition(&b, &c[0], &s.v[k], output, false);
            b.transition[b.n_transitions - 1].suppressed_by = suppressed_by;
        }
        if (write_rows(&b, c, n, now, e) != HN_OK)
            return e->code;
        if (b.n_transitions > 0)
            *id = b.transition[b.n_transitions - 1].id;
    }
    return db_commit(&tx, e);
}
