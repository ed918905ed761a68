/* SPDX-License-Identifier: Apache-2.0 */
/* Packing: from the journal's rows to chunks of hours, from hours to days. */
#include "server/ingest/journal.h"
#include "server/ingest/series_store.h"

#define PACK_BYTES ((int64_t)16 << 20) /* of journal payload in one run */
#define PACK_SETTLE (2 * HN_MIN_SPAN)  /* after the hour: batches that are still on their way */
#define PACK_STATEMENT 2000            /* chunks a statement */
#define MERGE_SERIES 1000              /* series a run */
#define JOURNAL_KEEP (6 * HN_HOUR)     /* packed rows: newest values are read from them */

/* The samples of one series in the rows at hand. */
struct bundle {
    int64_t series_id;
    bool exact; /* keep times to the millisecond */
    bool sorted;
    hn_instant *at;
    double *value;
    size_t n, room;
};

struct bundles {
    struct hn_arena *a;
    struct bundle *v;
    size_t n, room;
    size_t *slot; /* hash: index + 1 */
    size_t cap;
};

static size_t slot_of(const struct bundles *b, int64_t id)
{
    size_t i = ((uint64_t)id * 0x9e3779b97f4a7c15U >> 20) & (b->cap - 1);

    while (b->slot[i] != 0 && b->v[b->slot[i] - 1].series_id != id)
        i = (i + 1) & (b->cap - 1);
    return i;
}

static struct bundle *bundle_of(struct bundles *b, int64_t id)
{
    size_t i;

    if (2 * (b->n + 1) > b->cap) {
        b->cap = HN_MAX((size_t)4096, 2 * b->cap);
        b->slot = hn_arena_make(b->a, size_t, b->cap);
        for (size_t k = 0; k < b->n; k++)
            b->slot[slot_of(b, b->v[k].series_id)] = k + 1;
    }
    i = slot_of(b, id);
    if (b->slot[i] != 0)
        return &b->v[b->slot[i] - 1];
    if (b->n == b->room) {
        struct bundle *v;

        b->room = HN_MAX((size_t)1024, 2 * b->room);
        v = hn_arena_make(b->a, struct bundle, b->room);
        if (b->n > 0)
            memcpy(v, b->v, b->n * sizeof(*v));
        b->v = v;
    }
    b->v[b->n] = (struct bundle){.series_id = id, .sorted = true};
    b->slot[i] = ++b->n;
    return &b->v[b->n - 1];
}

static void bundle_add(struct hn_arena *a, struct bundle *s, hn_instant at, double value)
{
    if (s->n == s->room) {
        size_t room = HN_MAX((size_t)64, 2 * s->room);
        hn_instant *t = hn_arena_make(a, hn_instant, room);
        double *v = hn_arena_make(a, double, room);

        if (s->n > 0) {
            memcpy(t, s->at, s->n * sizeof(*t));
            memcpy(v, s->value, s->n * sizeof(*v));
        }
        s->at = t;
        s->value = v;
        s->room = room;
    }
    s->sorted &= s->n == 0 || s->at[s->n - 1] < at;
    s->at[s->n] = at;
    s->value[s->n++] = value;
}

static enum hn_code gather_row(struct bundles *b, struct hn_bytes payload, struct hn_arena *scratch,
                               struct hn_err *e)
{
    struct journal_result *r;
    size_t n;

    if (journal_decode(payload, scratch, &r, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct bundle *s = bundle_of(b, r[i].state_series_id);

        s->exact = true;
        bundle_add(b->a, s, r[i].at, (double)r[i].code);
        for (size_t k = 0; k < r[i].n_values; k++)
            bundle_add(b->a, bundle_of(b, r[i].values[k].series_id), r[i].at, r[i].values[k].value);
    }
    return HN_OK;
}

static hn_instant floor_to(hn_instant t, hn_span step)
{
    hn_instant local = t + HN_TOKYO_OFFSET;

    return t - (local % step + step) % step;
}

/* Whole seconds where the samples stand some seconds apart: jitter costs more than the values. */
static hn_span quantum_of(const hn_instant *at, size_t n, bool exact)
{
    if (exact || n < 2)
        return exact ? HN_MS : HN_SEC;
    return (at[n - 1] - at[0]) / (hn_span)(n - 1) >= 4 * HN_SEC ? HN_SEC : HN_MS;
}

static struct series_chunk_new make_chunk(struct hn_arena *a, struct hn_arena *tmp,
                                          int64_t series_id, hn_instant from, hn_instant to,
                                          const hn_instant *at, const double *value, size_t n,
                                          bool exact)
{
    struct series_chunk_new c = {.series_id = series_id,
                                 .from_at = from,
                                 .to_at = to,
                                 .n = (int64_t)n,
                                 .vmin = value[0],
                                 .vmax = value[0]};

    for (size_t i = 0; i < n; i++) {
        c.vmin = HN_MIN(c.vmin, value[i]);
        c.vmax = HN_MAX(c.vmax, value[i]);
        c.vsum += value[i];
    }
    c.payload = series_encode(at, value, n, quantum_of(at, n, exact), tmp);
    c.payload.p = hn_arena_memdup(a, c.payload.p, c.payload.n);
    return c;
}

/* One hour of one series, not stored yet. */
struct hour {
    const struct bundle *s;
    hn_instant from;
    size_t first, n;
};

/* The hour's samples, with those of the chunk that already holds that hour. */
static enum hn_code join_stored(struct hn_arena *a, const struct hour *h,
                                const struct series_chunk *old, hn_instant **at, double **value,
                                size_t *n, struct hn_err *e)
{
    struct series_samples s = {0, NULL, NULL};

    if (old != NULL && series_decode(old->payload, SERIES_CHUNK_MAX, a, &s, e) != HN_OK)
        return e->code;
    *at = hn_arena_make(a, hn_instant, s.n + h->n);
    *value = hn_arena_make(a, double, s.n + h->n);
    if (s.n > 0) {
        memcpy(*at, s.at, s.n * sizeof(**at));
        memcpy(*value, s.value, s.n * sizeof(**value));
    }
    memcpy(*at + s.n, h->s->at + h->first, h->n * sizeof(**at));
    memcpy(*value + s.n, h->s->value + h->first, h->n * sizeof(**value));
    *n = s.n + h->n;
    if (s.n > 0)
        series_sort(*at, *value, n, a);
    return HN_OK;
}

static const struct series_chunk *stored_for(const struct series_chunk *c, size_t n,
                                             const struct hour *h)
{
    for (size_t i = 0; i < n; i++)
        if (c[i].series_id == h->s->series_id && c[i].from_at <= h->from && c[i].to_at > h->from)
            return &c[i];
    return NULL;
}

static struct series_rollup rollup_of(int64_t series_id, int64_t step_s, hn_instant from,
                                      hn_instant to, const hn_instant *at, const double *value,
                                      size_t n)
{
    struct series_rollup r = {.series_id = series_id, .step_s = step_s, .at = from};

    for (size_t i = 0; i < n; i++) {
        if (at[i] < from || at[i] >= to)
            continue;
        r.vmin = r.n == 0 ? value[i] : HN_MIN(r.vmin, value[i]);
        r.vmax = r.n == 0 ? value[i] : HN_MAX(r.vmax, value[i]);
        r.vsum += value[i];
        r.n++;
    }
    return r;
}

/* Late samples of a day that is packed whole: two hours of it may be at hand, one after the other.
 */
static bool same_chunk(const struct series_chunk *old, const struct hour *a, const struct hour *b)
{
    return old != NULL && a->s == b->s && b->from < old->to_at;
}

struct packed {
    struct hn_arena *a;
    struct hn_arena *tmp; /* of one chunk */
    struct series_chunk_new *c;
    size_t n_c;
    struct series_rollup *r;
    size_t n_r;
};

/* Hours h[0..n) of one series that lie in one chunk: `o` where it is stored already. */
static enum hn_code pack_hours(struct packed *p, const struct hour *h, size_t n,
                               const struct series_chunk *o, struct hn_err *e)
{
    struct hour all = {h->s, h->from, h->first, h[n - 1].first + h[n - 1].n - h->first};
    hn_instant from = o == NULL ? h->from : o->from_at;
    hn_instant to = o == NULL ? h->from + HN_HOUR : o->to_at;
    hn_instant *at = NULL;
    double *value = NULL;
    size_t k = 0;

    if (join_stored(p->tmp, &all, o, &at, &value, &k, e) != HN_OK)
        return e->code;
    p->c[p->n_c++] = make_chunk(p->a, p->tmp, h->s->series_id, from, to, at, value, k, h->s->exact);
    if (h->s->exact)
        return HN_OK;
    for (size_t i = 0; i < n; i++)
        p->r[p->n_r++] =
            rollup_of(h->s->series_id, 3600, h[i].from, h[i].from + HN_HOUR, at, value, k);
    if (to - from > HN_HOUR)
        p->r[p->n_r++] = rollup_of(h->s->series_id, 86400, from, to, at, value, k);
    return HN_OK;
}

static enum hn_code store_hours(struct db *db, const struct hour *h, size_t n, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    HN_ARENA tmp = hn_arena_new();
    struct packed p = {.a = a,
                       .tmp = tmp,
                       .c = hn_arena_make(a, struct series_chunk_new, n),
                       .r = hn_arena_make(a, struct series_rollup, 2 * n)};
    int64_t *series = hn_arena_make(a, int64_t, n);
    int64_t *from = hn_arena_make(a, int64_t, n);
    struct series_chunk *old;
    size_t n_old;

    for (size_t i = 0; i < n; i++) {
        series[i] = h[i].s->series_id;
        from[i] = h[i].from;
    }
    if (series_store_chunks_at(db, a, series, from, n, &old, &n_old, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n;) {
        const struct series_chunk *o = stored_for(old, n_old, &h[i]);
        size_t first = i++;

        while (i < n && same_chunk(o, &h[first], &h[i]))
            i++;
        if (pack_hours(&p, h + first, i - first, o, e) != HN_OK)
            return e->code;
        hn_arena_reset(tmp);
    }
    if (series_store_put_chunks(db, a, p.c, p.n_c, e) != HN_OK)
        return e->code;
    return series_store_put_rollups(db, a, p.r, p.n_r, e);
}

static enum hn_code store_bundles(struct db *db, struct bundles *b, struct hn_err *e)
{
    struct hour *h = hn_arena_make(b->a, struct hour, PACK_STATEMENT);
    size_t n = 0;

    for (size_t k = 0; k < b->n; k++) {
        struct bundle *s = &b->v[k];

        if (!s->sorted)
            series_sort(s->at, s->value, &s->n, b->a);
        /* A whole series at a time, so that one chunk is never in two statements. */
        if (n > PACK_STATEMENT / 2) {
            if (store_hours(db, h, n, e) != HN_OK)
                return e->code;
            n = 0;
        }
        for (size_t i = 0; i < s->n;) {
            hn_instant from = floor_to(s->at[i], HN_HOUR);
            size_t first = i;

            while (i < s->n && s->at[i] < from + HN_HOUR)
                i++;
            if (n == PACK_STATEMENT) {
                if (store_hours(db, h, n, e) != HN_OK)
                    return e->code;
                n = 0;
            }
            h[n++] = (struct hour){s, from, first, i - first};
        }
    }
    return n == 0 ? HN_OK : store_hours(db, h, n, e);
}

enum hn_code series_pack_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                              struct hn_err *e)
{
    HN_ARENA scratch = hn_arena_new();
    struct bundles b = {.a = a};
    struct series_journal_row *rows;
    DB_TX tx = {0};
    bool mine;
    size_t n;

    *again = false;
    if (db_begin(db, &tx, e) != HN_OK || series_store_pack_lock(db, &mine, e) != HN_OK)
        return e->code;
    if (!mine)
        return HN_OK;
    if (series_store_unpacked(db, a, floor_to(now - PACK_SETTLE, HN_HOUR), PACK_BYTES, &rows, &n,
                              e) != HN_OK)
        return hn_ctx(e, "pack");
    int64_t *ids = hn_arena_make(a, int64_t, n);

    for (size_t i = 0; i < n; i++) {
        ids[i] = rows[i].id;
        if (gather_row(&b, rows[i].payload, scratch, e) != HN_OK)
            return hn_ctx(e, "journal row %" PRId64, rows[i].id);
        hn_arena_reset(scratch);
    }
    if (store_bundles(db, &b, e) != HN_OK ||
        series_store_packed(db, (struct hn_i64s){ids, n}, e) != HN_OK ||
        series_store_drop_journal(db, now - JOURNAL_KEEP, e) != HN_OK || db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "pack");
    *again = n > 0;
    return HN_OK;
}

/* All parts of one series and day, from p[0] on. */
static enum hn_code merge_day(struct hn_arena *a, struct hn_arena *tmp, const struct series_part *p,
                              size_t n, hn_instant day, struct series_chunk_new *c,
                              struct series_rollup *r, struct hn_err *e)
{
    bool exact = hn_streq(p[0].kind, "state");
    struct bundle s = {.series_id = p[0].series_id, .sorted = true};

    for (size_t i = 0; i < n; i++) {
        struct series_samples x;

        if (series_decode(p[i].payload, SERIES_CHUNK_MAX, tmp, &x, e) != HN_OK)
            return hn_ctx(e, "chunk of series %" PRId64, p[i].series_id);
        for (size_t k = 0; k < x.n; k++)
            bundle_add(tmp, &s, x.at[k], x.value[k]);
    }
    if (!s.sorted)
        series_sort(s.at, s.value, &s.n, tmp);
    *c = make_chunk(a, tmp, s.series_id, day, day + HN_DAY, s.at, s.value, s.n, exact);
    *r = rollup_of(s.series_id, 86400, day, day + HN_DAY, s.at, s.value, exact ? 0 : s.n);
    return HN_OK;
}

enum hn_code series_merge_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                               struct hn_err *e)
{
    /* Three hours after midnight: most late batches have come by then. */
    hn_instant before = floor_to(now - 3 * HN_HOUR, HN_DAY);
    HN_ARENA tmp = hn_arena_new();
    struct hn_i64s series;
    struct series_part *p;
    DB_TX tx = {0};
    size_t n, n_c = 0, n_r = 0;
    bool mine;

    *again = false;
    if (db_begin(db, &tx, e) != HN_OK || series_store_pack_lock(db, &mine, e) != HN_OK)
        return e->code;
    if (!mine)
        return HN_OK;
    if (series_store_to_merge(db, a, before, MERGE_SERIES, &series, e) != HN_OK ||
        series_store_parts(db, a, series, before, &p, &n, e) != HN_OK)
        return hn_ctx(e, "merge days");
    struct series_chunk_new *c = hn_arena_make(a, struct series_chunk_new, n);
    struct series_rollup *r = hn_arena_make(a, struct series_rollup, n);
    int64_t *id = hn_arena_make(a, int64_t, n);
    int64_t *from = hn_arena_make(a, int64_t, n);

    for (size_t i = 0; i < n;) {
        hn_instant day = floor_to(p[i].from_at, HN_DAY);
        size_t first = i;

        for (; i < n && p[i].series_id == p[first].series_id && p[i].from_at < day + HN_DAY; i++) {
            id[i] = p[i].series_id;
            from[i] = p[i].from_at;
        }
        hn_arena_reset(tmp);
        if (merge_day(a, tmp, p + first, i - first, day, &c[n_c], &r[n_r], e) != HN_OK)
            return e->code;
        n_c++;
        n_r += r[n_r].n > 0;
    }
    if (series_store_drop_parts(db, id, from, n, e) != HN_OK ||
        series_store_put_chunks(db, a, c, n_c, e) != HN_OK ||
        series_store_put_rollups(db, a, r, n_r, e) != HN_OK || db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "merge days");
    *again = series.n == MERGE_SERIES;
    return HN_OK;
}
