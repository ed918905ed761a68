/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/series.h"

#include "server/ingest/journal.h"
#include "server/ingest/series_store.h"

struct gather {
    struct hn_arena *a;       /* of the result */
    struct hn_arena *scratch; /* of one payload */
    int64_t series_id;
    hn_instant from, to;
    hn_instant *at;
    double *value;
    size_t n, room;
    bool sorted;
};

static enum hn_code add(struct gather *g, hn_instant at, double value, struct hn_err *e)
{
    if (at < g->from || at >= g->to)
        return HN_OK;
    if (g->n == g->room) {
        size_t room = HN_MAX((size_t)1024, 2 * g->room);
        hn_instant *t = hn_arena_make(g->a, hn_instant, room);
        double *v = hn_arena_make(g->a, double, room);

        if (g->n >= SERIES_READ_MAX)
            return hn_fail(e, HN_E_LIMIT, "from and to are too far apart; ask with a step");
        if (g->n > 0) {
            memcpy(t, g->at, g->n * sizeof(*t));
            memcpy(v, g->value, g->n * sizeof(*v));
        }
        g->at = t;
        g->value = v;
        g->room = room;
    }
    g->sorted &= g->n == 0 || g->at[g->n - 1] < at;
    g->at[g->n] = at;
    g->value[g->n++] = value;
    return HN_OK;
}

static enum hn_code add_batch(struct gather *g, struct hn_bytes payload, struct hn_err *e)
{
    struct journal_result *r;
    size_t n;

    if (journal_decode(payload, g->scratch, &r, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        if (r[i].state_series_id == g->series_id && add(g, r[i].at, (double)r[i].code, e) != HN_OK)
            return e->code;
        for (size_t k = 0; k < r[i].n_values; k++)
            if (r[i].values[k].series_id == g->series_id &&
                add(g, r[i].at, r[i].values[k].value, e) != HN_OK)
                return e->code;
    }
    return HN_OK;
}

static enum hn_code take_payload(void *ctx, const struct db_cell *cells, size_t n, struct hn_err *e)
{
    struct hn_bytes payload = {cells[1].p, cells[1].n};
    struct series_samples s;
    struct gather *g = ctx;

    (void)n;
    hn_arena_reset(g->scratch);
    if (db_cell_i64(cells[0]) == 1)
        return add_batch(g, payload, e);
    if (series_decode(payload, SERIES_CHUNK_MAX, g->scratch, &s, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < s.n; i++)
        if (add(g, s.at[i], s.value[i], e) != HN_OK)
            return e->code;
    return HN_OK;
}

struct pair {
    hn_instant at;
    size_t i;
};

static int by_time(const void *x, const void *y)
{
    const struct pair *a = x;
    const struct pair *b = y;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->i < b->i ? -1 : 1;
}

void series_sort(hn_instant *at, double *value, size_t *n, struct hn_arena *a)
{
    struct pair *p = hn_arena_make(a, struct pair, *n);
    double *v = hn_arena_memdup(a, value, *n * sizeof(*v));
    size_t k = 0;

    for (size_t i = 0; i < *n; i++)
        p[i] = (struct pair){at[i], i};
    qsort(p, *n, sizeof(*p), by_time);
    for (size_t i = 0; i < *n; i++) {
        if (k > 0 && at[k - 1] == p[i].at)
            continue; /* of two samples with one time the first counts */
        at[k] = p[i].at;
        value[k++] = v[p[i].i];
    }
    *n = k;
}

static enum hn_code collect(struct db *db, struct gather *g, bool chunks, struct hn_err *e)
{
    HN_ARENA scratch = hn_arena_new();

    g->scratch = scratch;
    g->sorted = true;
    if (g->from >= g->to)
        return HN_OK;
    if (series_store_payloads(db, g->series_id, g->from, g->to, chunks, take_payload, g, e) !=
        HN_OK)
        return e->code;
    if (!g->sorted)
        series_sort(g->at, g->value, &g->n, scratch);
    return HN_OK;
}

enum hn_code series_raw(struct db *db, struct hn_arena *a, int64_t series_id, hn_instant from,
                        hn_instant to, struct series_samples *out, struct hn_err *e)
{
    struct gather g = {.a = a, .series_id = series_id, .from = from, .to = to};

    if (collect(db, &g, true, e) != HN_OK)
        return hn_ctx(e, "read series %" PRId64, series_id);
    *out = (struct series_samples){.n = g.n, .at = g.at, .value = g.value};
    return HN_OK;
}

struct buckets {
    struct hn_arena *a;
    hn_span step;
    struct series_point *v;
    size_t n, room;
};

static hn_instant bucket_of(hn_instant t, hn_span step)
{
    hn_instant local = t + HN_TOKYO_OFFSET;
    hn_instant rest = local % step;

    return t - (rest < 0 ? rest + step : rest);
}

/* avg holds the sum until the end. Mostly the last bucket is meant; a late one is looked for. */
static struct series_point *bucket(struct buckets *b, hn_instant at)
{
    hn_instant t = bucket_of(at, b->step);
    size_t i = b->n;

    while (i > 0 && b->v[i - 1].at > t)
        i--;
    if (i > 0 && b->v[i - 1].at == t)
        return &b->v[i - 1];
    if (b->n == b->room) {
        size_t room = HN_MAX((size_t)256, 2 * b->room);
        struct series_point *v = hn_arena_make(b->a, struct series_point, room);

        if (b->n > 0)
            memcpy(v, b->v, b->n * sizeof(*v));
        b->v = v;
        b->room = room;
    }
    memmove(&b->v[i + 1], &b->v[i], (b->n - i) * sizeof(*b->v));
    b->n++;
    b->v[i] = (struct series_point){.at = t};
    return &b->v[i];
}

static void pour(struct buckets *b, hn_instant at, int64_t n, double min, double max, double sum)
{
    struct series_point *p = bucket(b, at);

    p->min = p->n == 0 ? min : HN_MIN(p->min, min);
    p->max = p->n == 0 ? max : HN_MAX(p->max, max);
    p->avg += sum;
    p->n += n;
}

static enum hn_code take_rollup(void *ctx, const struct db_cell *c, size_t n, struct hn_err *e)
{
    (void)n;
    (void)e;
    pour(ctx, db_cell_ts(c[0]), db_cell_i64(c[1]), db_cell_f64(c[2]), db_cell_f64(c[3]),
         db_cell_f64(c[4]));
    return HN_OK;
}

enum hn_code series_read(struct db *db, struct hn_arena *a, int64_t series_id, hn_instant from,
                         hn_instant to, hn_span step_us, struct series_point **out, size_t *n,
                         struct hn_err *e)
{
    bool by_day = step_us % HN_DAY == 0;
    bool rolled = step_us % HN_HOUR == 0;
    struct buckets b = {.a = a, .step = step_us};
    struct gather g = {.a = a, .series_id = series_id, .from = from, .to = to};
    hn_instant whole = bucket_of(from, by_day ? HN_DAY : HN_HOUR);

    HN_ASSERT(step_us >= HN_SEC);
    if ((rolled &&
         series_store_rollups(db, series_id, whole, to, by_day, take_rollup, &b, e) != HN_OK) ||
        collect(db, &g, !rolled, e) != HN_OK)
        return hn_ctx(e, "read series %" PRId64, series_id);
    for (size_t i = 0; i < g.n; i++)
        pour(&b, g.at[i], 1, g.value[i], g.value[i], g.value[i]);
    for (size_t i = 0; i < b.n; i++)
        b.v[i].avg /= (double)b.v[i].n;
    *out = b.v;
    *n = b.n;
    return HN_OK;
}

enum hn_code series_of_check(struct db *db, struct hn_arena *a, int64_t check_id,
                             struct series_info **out, size_t *n, struct hn_err *e)
{
    return series_store_list(db, a, check_id, 0, out, n, e);
}

enum hn_code series_get(struct db *db, struct hn_arena *a, int64_t id, struct series_info *out,
                        struct hn_err *e)
{
    struct series_info *v;
    size_t n;

    if (series_store_list(db, a, 0, id, &v, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such series");
    *out = v[0];
    return HN_OK;
}

static const struct series_info *info_of(const struct series_info *v, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].id == id)
            return &v[i];
    return NULL;
}

static void newest_of(const struct journal_result *r, const struct series_info *info, size_t n_info,
                      struct series_newest *v, size_t *n)
{
    for (size_t k = 0; k < r->n_values; k++) {
        const struct series_info *s = info_of(info, n_info, r->values[k].series_id);

        if (s != NULL && *n < n_info)
            v[(*n)++] = (struct series_newest){.series_id = s->id,
                                               .metric = s->metric,
                                               .unit = s->unit,
                                               .kind = s->kind,
                                               .value = r->values[k].value,
                                               .at = r->at};
    }
}

enum hn_code series_newest(struct db *db, struct hn_arena *a, int64_t check_id,
                           struct series_newest **out, size_t *n, struct hn_err *e)
{
    const struct journal_result *last = NULL;
    struct series_batch batch = {{NULL, 0}};
    struct journal_result *r;
    struct series_info *info;
    size_t n_info, n_r;

    *n = 0;
    if (series_of_check(db, a, check_id, &info, &n_info, e) != HN_OK)
        return e->code;
    *out = hn_arena_make(a, struct series_newest, n_info);
    if (series_store_newest_batch(db, a, check_id, &batch, e) == HN_OK) {
        if (journal_decode(batch.payload, a, &r, &n_r, e) != HN_OK)
            return e->code;
        for (size_t i = 0; i < n_r; i++)
            if (r[i].check_id == check_id && (last == NULL || r[i].at > last->at))
                last = &r[i];
        if (last != NULL)
            newest_of(last, info, n_info, *out, n);
        return HN_OK;
    }
    if (e->code != HN_E_NOT_FOUND) /* an old result: its batch has left the journal */
        return hn_ctx(e, "newest values of check %" PRId64, check_id);
    hn_err_clear(e);
    return HN_OK;
}
