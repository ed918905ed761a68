/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/sched.h"

#include "probes/mem.h"
#include "server/base/i18n.h"

#define BUCKETS 4096 /* of 60,000 checks: chains of 15 */
#define AT_ONCE_PAUSE_US (1 * HN_SEC)
/* A check that is new is probed within this time, not only in its own slot. */
#define FIRST_US (5 * HN_SEC)
/* Checks share slots this far apart: what is due together leaves in one system call. */
#define SLOT_US (20 * HN_MS)
/* So many missed slots of one check are told one by one; more are told by the gap in its results.
 */
#define LOST_TOLD 10

struct sched {
    struct loop *loop;
    sched_sink_fn *sink;
    void *ctx;
    struct kind kind[PROBE_KIND_COUNT];
    struct task *by_id[BUCKETS];
    struct task *by_host[BUCKETS]; /* liveness checks only */
    struct hn_arena *arena;
    size_t n_running;
    bool draining;
    struct sched_counts counts;
};

static size_t bucket(int64_t id)
{
    return (size_t)((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 52) % BUCKETS;
}

struct sched *sched_new(struct loop *l, sched_sink_fn *sink, void *ctx)
{
    struct sched *s = MEM_NEW(struct sched);

    s->loop = l;
    s->sink = sink;
    s->ctx = ctx;
    s->arena = hn_arena_new();
    return s;
}

void sched_kind(struct sched *s, enum probe_kind k, const struct kind *kind)
{
    s->kind[k] = *kind;
}

struct loop *sched_loop(struct sched *s)
{
    return s->loop;
}

struct sched_counts *sched_counts(struct sched *s)
{
    return &s->counts;
}

struct hn_arena *sched_arena(struct sched *s)
{
    hn_arena_reset(s->arena);
    return s->arena;
}

struct task *sched_find(struct sched *s, int64_t check_id)
{
    struct task *t = s->by_id[bucket(check_id)];

    while (t != NULL && t->spec->check_id != check_id)
        t = t->by_id;
    return t;
}

/* ---- times ---- */

/* Where in its interval a check's slots lie: the golden ratio's multiples are spread evenly
 * whatever run of numbers the checks have. */
static hn_span phase_of(const struct probe_spec *spec)
{
    uint64_t turn = (uint64_t)spec->check_id * UINT64_C(0x9E3779B97F4A7C15) >> 32;
    hn_span phase = (hn_span)((double)turn / 4294967296.0 * (double)spec->policy.interval_us);

    return spec->policy.interval_us < HN_SEC ? phase : phase - phase % SLOT_US;
}

/* The first slot after `after`. */
static hn_instant slot_after(const struct probe_spec *spec, hn_instant after)
{
    hn_span interval = spec->policy.interval_us;
    hn_span phase = phase_of(spec);
    int64_t k = (after - phase) / interval;

    if (after < phase && (after - phase) % interval != 0)
        k--;
    return phase + (k + 1) * interval;
}

static void wake_in(struct task *t, hn_span us)
{
    if (!t->sched->draining)
        loop_timer_in(t->sched->loop, &t->due, HN_MAX(us, 0));
}

static void schedule_next(struct task *t)
{
    const struct check_policy *p = &t->spec->policy;
    hn_instant now = loop_now(t->sched->loop);

    if (t->row.soft)
        /* monotonic: a step of the wall clock must not put the retry off */
        wake_in(t, HN_MAX(t->began.us + p->retry_interval_us - loop_mono(t->sched->loop).us,
                          1 * HN_MS));
    else
        wake_in(t, slot_after(t->spec, now) - now);
}

/* ---- results ---- */

static void count_outcome(struct sched *s, enum check_outcome o)
{
    switch (o) {
    case OUTCOME_OK: atomic_fetch_add(&s->counts.ok, 1); break;
    case OUTCOME_FAILED: atomic_fetch_add(&s->counts.failed, 1); break;
    case OUTCOME_NOT_RUN: atomic_fetch_add(&s->counts.not_run, 1); break;
    case OUTCOME_LOST: atomic_fetch_add(&s->counts.lost, 1); break;
    }
}

static void emit(struct task *t, struct reading *r, hn_instant at)
{
    struct ingest_result res;
    struct check_result step;
    struct check_step done;

    if (t->spec->no_limits != NULL)
        reading_state(r, RESULT_UNKNOWN, "%s", t->spec->no_limits);
    reading_done(r, t->spec->check_id, at, &res);
    count_outcome(t->sched, res.outcome);
    step = (struct check_result){.at = at, .state = res.state, .outcome = res.outcome};
    check_step(&t->spec->policy, &t->row, &step, &done);
    t->sched->sink(t->sched->ctx, packed_new(&res));
}

static void probe_parents(struct task *t)
{
    for (size_t i = 0; i < t->spec->parents.n; i++) {
        int64_t host = t->spec->parents.v[i];

        for (struct task *p = t->sched->by_host[bucket(host)]; p != NULL; p = p->by_host)
            if (p->spec->host_id == host)
                sched_at_once(p);
    }
}

void sched_sent(struct task *t, hn_instant at)
{
    t->sent_at = at;
}

void sched_done(struct task *t, struct reading *r)
{
    bool was_failing =
        t->row.soft || t->row.known == CHECK_CRITICAL || t->row.known == CHECK_UNREACHABLE;
    bool fails = r->state == RESULT_CRITICAL;

    HN_ASSERT(t->is_running);
    t->is_running = false;
    t->run = NULL;
    t->sched->n_running--;
    atomic_store(&t->sched->counts.running, (long long)t->sched->n_running);
    emit(t, r, t->sent_at);
    if (r->arena == t->sched->arena)
        hn_arena_reset(t->sched->arena);
    if (fails && !was_failing)
        probe_parents(t);
    schedule_next(t);
}

/* ---- probes ---- */

static void start(struct task *t)
{
    struct sched *s = t->sched;

    t->is_running = true;
    t->sent_at = loop_now(s->loop);
    t->began = t->last_began = loop_mono(s->loop);
    s->n_running++;
    atomic_fetch_add(&s->counts.scheduled, 1);
    if (t->spec->bad != NULL || s->kind[t->spec->kind].start == NULL) {
        struct reading r;

        reading_init(&r, sched_arena(s), NULL);
        reading_not_run(&r, "%s",
                        t->spec->bad != NULL
                            ? t->spec->bad
                            : hn_tr("this probe does not offer this kind of check"));
        sched_done(t, &r);
        return;
    }
    s->kind[t->spec->kind].start(s->kind[t->spec->kind].self, t);
}

/* Slots that passed while the loop stood still. */
static void tell_lost(struct task *t, int64_t late_us)
{
    struct sched *s = t->sched;
    hn_span interval = t->spec->policy.interval_us;
    int64_t missed = late_us / interval;
    hn_instant at = loop_now(s->loop) - late_us;

    for (int64_t i = 0; i < HN_MIN(missed, LOST_TOLD); i++, at += interval) {
        struct reading r;

        reading_init(&r, sched_arena(s), NULL);
        reading_lost(&r, "%s", hn_tr("the probe did not run at that time"));
        atomic_fetch_add(&s->counts.scheduled, 1);
        emit(t, &r, at);
    }
}

static void on_due(void *ctx)
{
    struct task *t = ctx;
    struct sched *s = t->sched;
    int64_t late = loop_mono(s->loop).us - t->due.at.us;

    if (t->is_running || s->draining)
        return;
    if (late > atomic_load(&s->counts.lag_us_max))
        atomic_store(&s->counts.lag_us_max, late);
    if (late >= t->spec->policy.interval_us)
        tell_lost(t, late);
    start(t);
}

void sched_at_once(struct task *t)
{
    struct sched *s = t->sched;

    if (t->is_running || s->draining ||
        (t->last_began.us != 0 && loop_mono(s->loop).us - t->last_began.us < AT_ONCE_PAUSE_US))
        return;
    atomic_fetch_add(&s->counts.at_once, 1);
    wake_in(t, 0);
}

/* ---- configuration ---- */

static void link_task(struct task *t)
{
    struct sched *s = t->sched;
    struct task **b = &s->by_id[bucket(t->spec->check_id)];

    t->by_id = *b;
    *b = t;
    if (!t->spec->is_liveness)
        return;
    b = &s->by_host[bucket(t->spec->host_id)];
    t->by_host = *b;
    *b = t;
}

static void unlink_task(struct task *t)
{
    struct sched *s = t->sched;
    struct task **b = &s->by_id[bucket(t->spec->check_id)];

    while (*b != t)
        b = &(*b)->by_id;
    *b = t->by_id;
    if (!t->spec->is_liveness)
        return;
    b = &s->by_host[bucket(t->spec->host_id)];
    while (*b != t)
        b = &(*b)->by_host;
    *b = t->by_host;
}

/* Ends a running probe without a result: its check has changed or gone. */
static void cancel(struct task *t)
{
    struct sched *s = t->sched;

    if (!t->is_running)
        return;
    s->kind[t->spec->kind].cancel(s->kind[t->spec->kind].self, t);
    t->is_running = false;
    t->run = NULL;
    s->n_running--;
}

static void forget(struct task *t)
{
    const struct kind *k = &t->sched->kind[t->spec->kind];

    if (t->kept != NULL && k->forget != NULL)
        k->forget(k->self, t);
    t->kept = NULL;
}

static void change(struct task *t, struct probe_spec *spec)
{
    bool was_running = t->is_running;

    cancel(t);
    forget(t);
    unlink_task(t);
    spec_free(t->spec);
    t->spec = spec;
    link_task(t);
    /* what it was doing is done again with the new settings: the slot still gets its result */
    if (was_running)
        wake_in(t, 0);
    else
        wake_in(t, slot_after(spec, loop_now(t->sched->loop)) - loop_now(t->sched->loop));
}

void sched_put(struct sched *s, struct probe_spec *spec)
{
    struct task *t = sched_find(s, spec->check_id);
    hn_span spread;

    if (t != NULL) {
        change(t, spec);
        return;
    }
    t = MEM_NEW(struct task);
    t->sched = s;
    t->spec = spec;
    t->row = spec->row;
    t->due = (struct loop_timer){.fn = on_due, .ctx = t};
    link_task(t);
    atomic_fetch_add(&s->counts.tasks, 1);
    spread = HN_MIN(spec->policy.interval_us, FIRST_US);
    wake_in(t,
            (hn_span)((double)phase_of(spec) / (double)spec->policy.interval_us * (double)spread));
}

static void drop(struct task *t)
{
    cancel(t);
    forget(t);
    loop_timer_off(t->sched->loop, &t->due);
    unlink_task(t);
    spec_free(t->spec);
    free(t);
}

void sched_remove(struct sched *s, int64_t check_id)
{
    struct task *t = sched_find(s, check_id);

    if (t == NULL)
        return;
    atomic_fetch_sub(&s->counts.tasks, 1);
    drop(t);
}

bool sched_drain(struct sched *s)
{
    s->draining = true;
    return s->n_running == 0;
}

void sched_free(struct sched *s)
{
    if (s == NULL)
        return;
    s->draining = true;
    for (size_t i = 0; i < BUCKETS; i++)
        while (s->by_id[i] != NULL) {
            struct task *t = s->by_id[i];

            /* drop() takes t out of the bucket before it frees it.
             * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
            if (t->is_running) {
                struct reading r;

                cancel(t);
                reading_init(&r, sched_arena(s), NULL);
                reading_lost(&r, "%s", hn_tr("the probe was stopped before an answer came"));
                emit(t, &r, t->sent_at);
            }
            drop(t);
        }
    hn_arena_free(s->arena);
    free(s);
}
