/* SPDX-License-Identifier: Apache-2.0 */
/* The loop and the scheduler with a kind of check that answers as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "probes/mem.h"
#include "probes/sched.h"
#include "server/base/i18n.h"

#include <pthread.h>
#include <unistd.h>

#define TASKS 8

struct world {
    struct loop *loop;
    struct sched *sched;
    bool fails[TASKS];  /* by check id */
    bool silent[TASKS]; /* begins and never ends */
    int started[TASKS], cancelled[TASKS];
    int n[TASKS]; /* results */
    struct ingest_result last[TASKS];
    struct hn_arena *arena;
};

static void start(void *self, struct task *t)
{
    struct world *w = self;
    int64_t id = t->spec->check_id;
    struct reading r;

    w->started[id]++;
    if (w->silent[id])
        return;
    reading_init(&r, sched_arena(w->sched), NULL);
    if (w->fails[id])
        reading_failed(&r, "no");
    sched_done(t, &r);
}

static void cancel(void *self, struct task *t)
{
    struct world *w = self;

    w->cancelled[t->spec->check_id]++;
}

static void sink(void *ctx, struct packed *p)
{
    struct world *w = ctx;
    struct ingest_result r;

    assert_true(packed_read((struct hn_bytes){p->p, p->n}, w->arena, &r));
    w->n[r.check_id]++;
    w->last[r.check_id] = r;
    free(p);
}

static void world_init(struct world *w)
{
    struct hn_err e = {0};
    struct kind k = {.start = start, .cancel = cancel, .self = w};

    memset(w, 0, sizeof(*w));
    w->arena = hn_arena_new();
    assert_int_equal(loop_new(&w->loop, &e), HN_OK);
    w->sched = sched_new(w->loop, sink, w);
    sched_kind(w->sched, PROBE_TCP, &k);
}

static void world_done(struct world *w)
{
    sched_free(w->sched);
    loop_free(w->loop);
    hn_arena_free(w->arena);
}

static struct probe_spec *spec(int64_t id, int64_t host, int interval_ms, int retry_ms)
{
    struct hn_arena *a = hn_arena_new();
    struct probe_spec *s = hn_arena_make(a, struct probe_spec, 1);

    s->arena = a;
    s->check_id = id;
    s->host_id = host;
    s->kind = PROBE_TCP;
    s->policy = (struct check_policy){
        .n = 3, .of = 3, .interval_us = interval_ms * HN_MS, .retry_interval_us = retry_ms * HN_MS};
    s->row = check_row_new();
    return s;
}

static void run(struct world *w, int ms)
{
    int64_t until = hn_mono_now().us + ms * HN_MS;

    while (hn_mono_now().us < until)
        loop_turn(w->loop, 5);
}

static void each_slot_one_result(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sched_put(w.sched, spec(1, 1, 50, 10));
    run(&w, 520);
    /* the first comes within an interval of its own, then ten slots; a busy machine may skip one */
    assert_in_range(w.n[1], 8, 12);
    assert_int_equal(w.n[1], w.started[1]);
    assert_int_equal(atomic_load(&sched_counts(w.sched)->scheduled), w.n[1]);
    assert_int_equal(atomic_load(&sched_counts(w.sched)->ok), w.n[1]);
    world_done(&w);
}

static void soft_failures_are_retried_faster(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    w.fails[1] = true;
    sched_put(w.sched, spec(1, 1, 3600000, 20));
    sched_at_once(sched_find(w.sched, 1));
    run(&w, 400);
    assert_int_equal(w.n[1], 3); /* confirmed by the third: then the hour */
    assert_int_equal(w.last[1].outcome, OUTCOME_FAILED);
    world_done(&w);
}

static void parents_are_probed_at_once(void **state)
{
    struct world w;
    struct probe_spec *child;
    static const int64_t parents[] = {10};

    (void)state;
    world_init(&w);
    sched_put(w.sched, spec(1, 10, 3600000, 1000)); /* of the parent; no liveness check */
    {
        struct probe_spec *p = spec(2, 10, 3600000, 1000);

        p->is_liveness = true;
        sched_put(w.sched, p);
    }
    child = spec(3, 11, 3600000, 3600000);
    child->parents = (struct hn_i64s){parents, 1};
    sched_put(w.sched, child);
    sched_at_once(sched_find(w.sched, 3));
    run(&w, 30);
    assert_int_equal(w.n[3], 1);
    assert_int_equal(w.n[2], 0); /* all is well */
    (void)usleep(1000 * 1000);   /* at once, but not twice within a second */
    loop_clock(w.loop);
    w.fails[3] = true;
    sched_at_once(sched_find(w.sched, 3));
    run(&w, 30);
    assert_int_equal(w.n[3], 2);
    assert_int_equal(w.n[2], 1);
    assert_int_equal(w.n[1], 0);
    world_done(&w);
}

static void what_runs_at_the_end_is_lost(void **state)
{
    struct world w;
    struct hn_arena *a;

    (void)state;
    world_init(&w);
    w.silent[1] = true;
    sched_put(w.sched, spec(1, 1, 3600000, 1000));
    sched_put(w.sched, spec(2, 1, 3600000, 1000));
    sched_at_once(sched_find(w.sched, 1));
    run(&w, 20);
    assert_int_equal(w.started[1], 1);
    assert_false(sched_drain(w.sched));
    a = w.arena;
    sched_free(w.sched);
    loop_free(w.loop);
    assert_int_equal(w.n[1], 1);
    assert_int_equal(w.last[1].outcome, OUTCOME_LOST);
    assert_int_equal(w.cancelled[1], 1);
    assert_int_equal(w.n[2], 0);
    hn_arena_free(a);
}

/* The loop stood still for three intervals: what was due then is lost, and said so. */
static void missed_slots_are_lost(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sched_put(w.sched, spec(1, 1, 100, 100));
    run(&w, 150);
    assert_true(w.n[1] >= 1);
    (void)usleep(350 * 1000);
    run(&w, 20);
    assert_in_range(atomic_load(&sched_counts(w.sched)->lost), 2, 4);
    assert_int_equal(atomic_load(&sched_counts(w.sched)->scheduled), w.n[1]);
    world_done(&w);
}

static void a_changed_check_is_probed_anew(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    w.silent[1] = true;
    sched_put(w.sched, spec(1, 1, 3600000, 1000));
    sched_at_once(sched_find(w.sched, 1));
    run(&w, 20);
    w.silent[1] = false;
    sched_put(w.sched, spec(1, 1, 3600000, 500));
    run(&w, 20);
    assert_int_equal(w.cancelled[1], 1);
    assert_int_equal(w.n[1], 1);
    sched_remove(w.sched, 1);
    assert_null(sched_find(w.sched, 1));
    world_done(&w);
}

static void a_bad_check_is_not_run(void **state)
{
    struct world w;
    struct probe_spec *s = spec(1, 1, 3600000, 1000);

    (void)state;
    world_init(&w);
    s->bad = "what?";
    sched_put(w.sched, s);
    sched_at_once(sched_find(w.sched, 1));
    run(&w, 20);
    assert_int_equal(w.started[1], 0);
    assert_int_equal(w.last[1].outcome, OUTCOME_NOT_RUN);
    assert_string_equal(w.last[1].output, "what?");
    world_done(&w);
}

/* A thousand checks of one interval: no tenth of it has twice its share. */
static void phases_are_spread(void **state)
{
    struct world w;
    int tenth[10] = {0};
    hn_instant now;

    (void)state;
    world_init(&w);
    now = loop_now(w.loop);
    for (int64_t id = 1; id <= 1000; id++) {
        /* put twice: the second time it goes to its slot */
        sched_put(w.sched, spec(id, 1, 1000000, 1000));
        sched_put(w.sched, spec(id, 1, 1000000, 1000));
        hn_span in = sched_find(w.sched, id)->due.at.us - loop_mono(w.loop).us;

        assert_in_range(in, 0, 1000 * HN_SEC);
        tenth[(now + in) % (1000 * HN_SEC) / (100 * HN_SEC)]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(tenth[i], 90, 110);
    world_done(&w);
}

/* ---- the loop ---- */

struct order {
    int n;
    int seen[200];
};
struct tick {
    struct loop_timer t;
    struct order *o;
    int i;
};

static void on_tick(void *ctx)
{
    struct tick *t = ctx;

    t->o->seen[t->o->n++] = t->i;
}

static void timers_run_in_order(void **state)
{
    struct loop *l = NULL;
    struct hn_err e = {0};
    struct order o = {0};
    static struct tick t[200];
    int last = -1;

    (void)state;
    assert_int_equal(loop_new(&l, &e), HN_OK);
    for (int i = 0; i < 200; i++) {
        t[i] = (struct tick){.t = {.fn = on_tick, .ctx = &t[i]}, .o = &o, .i = (i * 73) % 200};
        loop_timer_in(l, &t[i].t, (t[i].i + 1) * 50);
    }
    for (int i = 0; i < 200; i++)
        if (t[i].i % 4 == 3)
            loop_timer_off(l, &t[i].t);
    while (hn_mono_now().us < loop_mono(l).us + 15000)
        ;
    for (int i = 0; i < 10 && o.n < 150; i++)
        loop_turn(l, 20);
    assert_int_equal(o.n, 150);
    for (int i = 0; i < o.n; i++) {
        assert_true(o.seen[i] > last && o.seen[i] % 4 != 3);
        last = o.seen[i];
    }
    loop_free(l);
}

static void bump(void *ctx)
{
    (*(int *)ctx)++;
}

static void *poster(void *ctx)
{
    struct {
        struct loop *l;
        int *n;
    } *p = ctx;

    for (int i = 0; i < 1000; i++)
        loop_post(p->l, bump, p->n);
    return NULL;
}

static void posts_come_through(void **state)
{
    struct loop *l = NULL;
    struct hn_err e = {0};
    int n = 0;
    pthread_t th;

    (void)state;
    assert_int_equal(loop_new(&l, &e), HN_OK);
    struct {
        struct loop *l;
        int *n;
    } p = {l, &n};
    assert_int_equal(pthread_create(&th, NULL, poster, &p), 0);
    for (int i = 0; i < 2000 && n < 1000; i++)
        loop_turn(l, 10);
    (void)pthread_join(th, NULL);
    assert_int_equal(n, 1000);
    loop_free(l);
}

static int english(void **state)
{
    (void)state;
    hn_i18n_japanese(false);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(timers_run_in_order),
        cmocka_unit_test(posts_come_through),
        cmocka_unit_test(each_slot_one_result),
        cmocka_unit_test(soft_failures_are_retried_faster),
        cmocka_unit_test(parents_are_probed_at_once),
        cmocka_unit_test(what_runs_at_the_end_is_lost),
        cmocka_unit_test(missed_slots_are_lost),
        cmocka_unit_test(a_changed_check_is_probed_anew),
        cmocka_unit_test(a_bad_check_is_not_run),
        cmocka_unit_test(phases_are_spread),
    };

    return cmocka_run_group_tests_name("sched", t, english, NULL);
}
