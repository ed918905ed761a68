/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/history.h"

#include "estate/history_store.h"
#include "estate/living.h"
#include "estate/load_store.h"
#include "itsm/flow/flow.h"
#include "server/ingest/ingest.h"
#include "server/ingest/journal.h"
#include "server/ingest/series_store.h"

#include <malloc.h>

#define PROBE "sample"
#define DAY_SAMPLES 1500 /* of one check, at most: one a minute */

/* A day's samples of one check, for its chunks. */
struct day {
    hn_instant *at;
    double *code;
    double *value[PAST_SERIES_MAX];
    size_t n, n_good;
    hn_instant *good_at;
};

/* ---- results ---- */

static struct ingest_result result_of(struct living *l, size_t feed, hn_instant t, bool values)
{
    const struct past_feed *f = &l->p->feed[feed];
    bool bad = past_fails(l->p, feed, t);
    struct ingest_result r = {.check_id = f->check_id,
                              .at = t,
                              .outcome = bad ? OUTCOME_FAILED : OUTCOME_OK,
                              .state = bad ? RESULT_CRITICAL : RESULT_OK,
                              .output = bad ? f->bad : f->good};

    if (!bad && values) {
        struct ingest_value *v = hn_arena_make(l->a, struct ingest_value, f->n_series);

        for (size_t k = 0; k < f->n_series; k++)
            v[k] = (struct ingest_value){.metric = f->series[k].metric,
                                         .unit = f->series[k].unit,
                                         .kind = f->series[k].kind,
                                         .value = past_value(f, k, t)};
        r.values = v;
        r.n_values = f->n_series;
    }
    return r;
}

/* All results after the cursor up to and with `to`. The running day's bring their values: they are
 * packed by the background like any other. */
static enum hn_code ingest_to(struct living *l, hn_instant to, bool values, struct hn_err *e)
{
    size_t room = 1024;
    size_t n = 0;
    struct ingest_result *v = hn_arena_make(l->a, struct ingest_result, room);

    for (size_t i = 0; i < l->p->n_feeds; i++)
        for (hn_instant t = past_next(l->p, i, l->cursor + 1); t <= to;
             t = past_next(l->p, i, t + 1)) {
            if (n == room) {
                struct ingest_result *more = hn_arena_make(l->a, struct ingest_result, room * 2);

                memcpy(more, v, n * sizeof(*v));
                v = more;
                room *= 2;
            }
            v[n++] = result_of(l, i, t, values);
        }
    l->cursor = to;
    if (n == 0)
        return HN_OK;
    return ingest_batch(l->db, PROBE, v, n, to, l->a, NULL, NULL, NULL, e);
}

/* One more sample of each, now: the probes go on from here at the checks' own, shorter intervals.
 */
static enum hn_code ingest_last(struct living *l, hn_instant now, struct hn_err *e)
{
    struct ingest_result *v = hn_arena_make(l->a, struct ingest_result, l->p->n_feeds);

    for (size_t i = 0; i < l->p->n_feeds; i++)
        v[i] = result_of(l, i, now, true);
    return ingest_batch(l->db, PROBE, v, l->p->n_feeds, now, l->a, NULL, NULL, NULL, e);
}

static enum hn_code run_flow(struct living *l, hn_instant now, struct hn_err *e)
{
    bool again = true;

    while (again)
        if (flow_run(l->db, l->a, now, &again, e) != HN_OK)
            return hn_ctx(e, "flow");
    return HN_OK;
}

/* ---- chunks of a day that is over ---- */

static void day_of_feed(struct living *l, size_t feed, hn_instant from, struct day *d)
{
    const struct past_feed *f = &l->p->feed[feed];

    d->at = hn_arena_make(l->a, hn_instant, DAY_SAMPLES);
    d->good_at = hn_arena_make(l->a, hn_instant, DAY_SAMPLES);
    d->code = hn_arena_make(l->a, double, DAY_SAMPLES);
    for (size_t k = 0; k < f->n_series; k++)
        d->value[k] = hn_arena_make(l->a, double, DAY_SAMPLES);
    for (hn_instant t = past_next(l->p, feed, from); t < from + HN_DAY;
         t = past_next(l->p, feed, t + 1)) {
        bool bad = past_fails(l->p, feed, t);

        HN_ASSERT(d->n < DAY_SAMPLES);
        d->at[d->n] = t;
        d->code[d->n++] = (double)journal_code(bad ? RESULT_CRITICAL : RESULT_OK,
                                               bad ? OUTCOME_FAILED : OUTCOME_OK);
        if (bad)
            continue;
        for (size_t k = 0; k < f->n_series; k++)
            d->value[k][d->n_good] = past_value(f, k, t);
        d->good_at[d->n_good++] = t;
    }
}

struct packed {
    struct series_chunk_new *c;
    struct series_rollup *r;
    size_t n_c, n_r;
};

static void pack_series(struct living *l, struct packed *p, int64_t id, hn_instant from,
                        const hn_instant *at, const double *value, size_t n, bool exact)
{
    struct series_chunk_new c = {.series_id = id,
                                 .from_at = from,
                                 .to_at = from + HN_DAY,
                                 .n = (int64_t)n,
                                 .vmin = value[0],
                                 .vmax = value[0]};
    struct series_rollup hour = {0};

    for (size_t i = 0; i < n; i++) {
        hn_instant h = from + (at[i] - from) / HN_HOUR * HN_HOUR;

        c.vmin = HN_MIN(c.vmin, value[i]);
        c.vmax = HN_MAX(c.vmax, value[i]);
        c.vsum += value[i];
        if (exact)
            continue;
        if (hour.n > 0 && hour.at != h)
            p->r[p->n_r++] = hour;
        if (hour.n == 0 || hour.at != h)
            hour = (struct series_rollup){
                .series_id = id, .step_s = 3600, .at = h, .vmin = value[i], .vmax = value[i]};
        hour.vmin = HN_MIN(hour.vmin, value[i]);
        hour.vmax = HN_MAX(hour.vmax, value[i]);
        hour.vsum += value[i];
        hour.n++;
    }
    c.payload = series_encode(at, value, n, exact ? HN_MS : HN_SEC, l->a);
    p->c[p->n_c++] = c;
    if (exact)
        return;
    p->r[p->n_r++] = hour;
    p->r[p->n_r++] = (struct series_rollup){id, 86400, from, (int64_t)n, c.vmin, c.vmax, c.vsum};
}

static enum hn_code pack_day(struct living *l, hn_instant from, struct hn_err *e)
{
    size_t most = l->p->n_feeds * (PAST_SERIES_MAX + 1);
    struct packed p = {.c = hn_arena_make(l->a, struct series_chunk_new, most),
                       .r = hn_arena_make(l->a, struct series_rollup, most * 26)};

    for (size_t i = 0; i < l->p->n_feeds; i++) {
        const struct past_feed *f = &l->p->feed[i];
        struct day d = {0};

        day_of_feed(l, i, from, &d);
        if (d.n > 0)
            pack_series(l, &p, f->state_series, from, d.at, d.code, d.n, true);
        for (size_t k = 0; k < f->n_series && d.n_good > 0; k++)
            pack_series(l, &p, f->series[k].id, from, d.good_at, d.value[k], d.n_good, false);
    }
    if (series_store_put_chunks(l->db, l->a, p.c, p.n_c, e) != HN_OK)
        return hn_ctx(e, "chunks");
    return series_store_put_rollups(l->db, l->a, p.r, p.n_r, e);
}

/* ---- the loop ---- */

static enum hn_code find_feeds(struct living *l, hn_instant now, struct hn_err *e)
{
    for (size_t i = 0; i < l->p->n_feeds; i++) {
        struct past_feed *f = &l->p->feed[i];

        if (load_store_check_id(l->db, f->device->name, f->check, &f->check_id, e) != HN_OK)
            return e->code;
        if (f->check_id == 0)
            return hn_fail(e, HN_E_NOT_FOUND,
                           "the sample estate is not loaded: run hinomi estate load first");
        if (history_store_series(l->db, f->check_id, "state", "", "state", now, &f->state_series,
                                 e) != HN_OK)
            return e->code;
        for (size_t k = 0; k < f->n_series; k++)
            if (history_store_series(l->db, f->check_id, f->series[k].metric, f->series[k].unit,
                                     f->series[k].kind, now, &f->series[k].id, e) != HN_OK)
                return e->code;
    }
    return HN_OK;
}

/* past: as the history asks them; else as they stand in the estate. */
static enum hn_code set_intervals(struct living *l, bool past, struct hn_err *e)
{
    int64_t id[FEEDS_MAX], interval[FEEDS_MAX], retry[FEEDS_MAX];

    for (size_t i = 0; i < l->p->n_feeds; i++) {
        const struct past_feed *f = &l->p->feed[i];
        bool ping = hn_streq(f->check, ESTATE_CHECK_PING);

        id[i] = f->check_id;
        interval[i] = past ? PAST_STEP / HN_SEC : ping ? 20 : 60;
        retry[i] = past                                     ? PAST_DENSE / HN_SEC
                   : ping                                   ? 5
                   : hn_streq(f->check, ESTATE_CHECK_PORTS) ? 15
                                                            : 10;
    }
    return history_store_intervals(l->db, id, interval, retry, l->p->n_feeds, e);
}

/* One day up to `to`: its events in their order, and what is left of it. */
static enum hn_code live_day(struct living *l, size_t *next, hn_instant from, hn_instant to,
                             bool is_whole, struct hn_err *e)
{
    while (*next < l->n_events && l->event[*next].at < to) {
        const struct living_event *v = &l->event[(*next)++];

        hn_clock_set(v->at);
        if (v->act == LIVING_FLOW) {
            if (v->at > l->cursor && ingest_to(l, v->at, !is_whole, e) != HN_OK)
                return e->code;
            if (run_flow(l, v->at, e) != HN_OK)
                return e->code;
        } else if (living_do(l, v, e) != HN_OK) {
            return hn_ctx(e, "act %d on subject %zu", (int)v->act, v->subject);
        }
    }
    hn_clock_set(to);
    if (ingest_to(l, to - 1, !is_whole, e) != HN_OK || run_flow(l, to, e) != HN_OK)
        return e->code;
    if (!is_whole)
        return HN_OK;
    if (pack_day(l, from, e) != HN_OK)
        return e->code;
    return history_store_drop_journal(l->db, to, e);
}

static enum hn_code live_month(struct living *l, size_t *next, hn_instant *day, hn_instant until,
                               struct hn_err *e)
{
    DB_TX tx = {0};

    if (db_begin(l->db, &tx, e) != HN_OK)
        return e->code;
    while (*day < until) {
        hn_instant to = HN_MIN(*day + HN_DAY, until);

        if (live_day(l, next, *day, to, to == *day + HN_DAY, e) != HN_OK)
            return e->code;
        *day = to;
        hn_arena_reset(l->a);
    }
    return db_commit(&tx, e);
}

static enum hn_code live(struct living *l, struct hn_err *e)
{
    hn_instant day = l->p->begin;
    size_t next = 0;
    char month[8];

    l->cursor = day - 1;
    while (day < l->p->end) {
        struct hn_month m = hn_month_of(day);
        hn_instant until = HN_MIN(hn_month_to(m), l->p->end);

        (void)fprintf(stderr, "hinomi estate history: %s\n", hn_month_text(m, month));
        if (live_month(l, &next, &day, until, e) != HN_OK)
            return hn_ctx(e, "history of %s", month);
    }
    return HN_OK;
}

enum hn_code history_make(struct db *db, const struct estate *s, int months, hn_instant now,
                          struct hn_err *e)
{
    HN_ARENA step = hn_arena_new();
    struct past *p = hn_arena_make(s->arena, struct past, 1);
    struct people people;
    struct living l = {.db = db, .s = s, .people = &people, .p = p, .a = step};
    struct audit_act act = {.who = "cli", .act = "estate.history", .object = "estate"};
    struct hn_err undo = {0};
    enum hn_code code;
    int64_t there = 0;

    /* Each day takes and gives back some 20 MB: keep them, pages anew cost more than all else. */
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 29);
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 29);
    (void)mallopt(M_TOP_PAD, 1 << 24);
    if (history_store_count(db, &there, e) != HN_OK)
        return e->code;
    if (there > 0)
        return hn_fail(e, HN_E_CONFLICT,
                       "there are transitions or tickets already: a history is made only in an "
                       "empty installation");
    past_plan(s, months, now, p);
    if (people_load(db, s->arena, now, &people, e) != HN_OK || find_feeds(&l, p->begin, e) != HN_OK)
        return e->code;
    living_plan(&l, s->arena);
    if (set_intervals(&l, true, e) != HN_OK)
        return e->code;
    code = live(&l, e);
    /* What happened while this ran: up to now, so that no gap is left before the probes start. */
    hn_clock_set(HN_UNSET);
    if (code == HN_OK) {
        hn_instant to = hn_now();

        if (ingest_to(&l, to, true, e) != HN_OK || ingest_last(&l, to, e) != HN_OK ||
            run_flow(&l, to, e) != HN_OK || history_store_mark(db, e) != HN_OK)
            code = e->code;
    }
    if (set_intervals(&l, false, &undo) != HN_OK && code == HN_OK)
        *e = undo;
    if (code != HN_OK || e->code != HN_OK)
        return e->code;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || audit_add(db, &act, hn_now(), e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}
