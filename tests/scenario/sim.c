/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim.c — time passes: devices answer or do not, probes are sent as probes/sched.h says (on the
 * grid of their interval, after retry_interval while a streak runs, parents at once), and the tasks
 * of `hinomi work` run when they would.
 *
 * A check is steady when its next probe tells the same as its last one and no streak runs: its
 * results change nothing, so that those up to the next happening go in as one batch. Months pass in
 * a second.
 */
#include "server/module.h"
#include "tests/scenario/sim.h"
#include "tests/support/pg.h"

#define TICK_HELD (5 * HN_SEC)   /* a transition waits for its parents */
#define TICK_BELOW (20 * HN_SEC) /* a check cannot be reached */
#define TICK_SILENT (30 * HN_SEC)

/* ---- the background ---- */

static bool run_task(struct scn *s, const char *name)
{
    bool again = false;
    int rounds = 0;

    for (size_t m = 0; m < hn_n_modules; m++)
        for (size_t i = 0; i < hn_modules[m]->n_tasks; i++) {
            const struct hn_task *t = &hn_modules[m]->tasks[i];
            struct hn_err e = {0};

            if (!hn_streq(t->name, name))
                continue;
            do {
                if (t->run(s->db, s->round, s->now, &again, &e) != HN_OK)
                    scn_die(s, "task %s: %s (%s)", name, e.msg, e.detail);
                if (++rounds > 1000)
                    scn_die(s, "task %s never ends", name);
            } while (again);
            return rounds > 1;
        }
    scn_die(s, "there is no task %s", name);
}

void scn_background(struct scn *s)
{
    if (s->halted)
        return;
    (void)run_task(s, "watchdog");
    (void)run_task(s, "flow");
    hn_arena_reset(s->round);
}

void scn_work(struct scn *s)
{
    scn_background(s);
    (void)run_task(s, "pack");
    (void)run_task(s, "merge");
    (void)run_task(s, "report");
}

/* When the background has something to do though no result comes; HN_NEVER. */
static hn_instant next_tick(struct scn *s)
{
    const char *silent = "{";
    hn_instant t;

    if (s->halted)
        return HN_NEVER;
    for (const struct sim *c = s->sims; c != NULL; c = c->next)
        if (c->sent_at != HN_UNSET && c->says == SAYS_NOTHING)
            silent = hn_arena_fmt(s->round, "%s%s%" PRId64, silent, silent[1] == '\0' ? "" : ",",
                                  c->check_id);
    /* Held until a planned stop's end; waits for its parents; cannot be reached; is silent. */
    static const char sql[] =
        "SELECT min(at)::bigint FROM ("
        "SELECT extract(epoch FROM min(flow_due_at)) * 1e6 AS at FROM event.transition WHERE "
        "flow_state = 'held' AND suppressed_by_maintenance IS NOT NULL AND flow_due_at > "
        "to_timestamp(%" PRId64 " / 1e6) UNION ALL "
        "SELECT %" PRId64 " FROM event.transition WHERE flow_state <> 'done' AND "
        "suppressed_by_maintenance IS NULL UNION ALL "
        "SELECT %" PRId64 " FROM watch.check_state WHERE state = 'unreachable' UNION ALL "
        "SELECT %" PRId64 " FROM watch.check_state WHERE check_id = ANY('%s}') AND state NOT IN "
        "('unknown', 'pending')) AS x";

    t = pg_test_i64(s->db, sql, s->now, s->now + TICK_HELD, s->now + TICK_BELOW,
                    s->now + TICK_SILENT, silent);
    return t < 0 ? HN_NEVER : t;
}

/* ---- the probes ---- */

static struct sim *sim_of(struct scn *s, int64_t check)
{
    for (struct sim *c = s->sims; c != NULL; c = c->next)
        if (c->check_id == check)
            return c;
    return NULL;
}

static bool is_steady(const struct sim *c)
{
    return !c->soft && c->told == c->says && c->says != SAYS_NOTHING;
}

/* The first time of its grid after t. */
static hn_instant on_grid(const struct sim *c, hn_instant t)
{
    if (t < c->phase)
        return c->phase;
    return c->phase + ((t - c->phase) / c->interval + 1) * c->interval;
}

static struct ingest_result answer(const struct sim *c, hn_instant at)
{
    static const struct {
        enum check_outcome outcome;
        enum check_result_state state;
    } says[] = {
#define X(e, w, outcome, state) [SAYS_##e] = {OUTCOME_##outcome, RESULT_##state},
        SIM_SAYS(X)
#undef X
    };

    return (struct ingest_result){.check_id = c->check_id,
                                  .at = at,
                                  .outcome = says[c->says].outcome,
                                  .state = says[c->says].state,
                                  .output = c->text};
}

/* The liveness checks of the parents are asked at once when a check begins to fail. */
static void ask_parents(struct scn *s, const struct sim *child, hn_instant at)
{
    for (size_t i = 0; i < child->n_parents; i++)
        for (struct sim *c = s->sims; c != NULL; c = c->next)
            if (c->host_id == child->parent[i] && c->liveness && c->says != SAYS_NOTHING &&
                (c->sent_at == HN_UNSET || at - c->sent_at >= HN_SEC))
                c->due = HN_MIN(c->due, at);
}

struct round {
    struct ingest_result r[BATCH_MAX];
    struct ingest_state state[BATCH_MAX];
    size_t n;
    bool changed;
};

static void flush(struct scn *s, struct round *b, hn_instant at)
{
    size_t n = 0, dropped = 0;
    struct hn_err e = {0};

    if (b->n == 0)
        return;
    if (ingest_batch(s->db, "scenario", b->r, b->n, at, s->round, b->state, &n, &dropped, &e) !=
        HN_OK)
        scn_die(s, "results: %s (%s)", e.msg, e.detail);
    if (dropped > 0)
        scn_die(s, "%zu results were dropped", dropped);
    b->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct sim *c = sim_of(s, b->state[i].check_id);

        b->changed |= b->state[i].changed;
        c->soft = b->state[i].soft;
        if (c->due != HN_NEVER && c->due <= c->sent_at)
            c->due = c->soft ? HN_MIN(c->sent_at + c->retry, on_grid(c, c->sent_at))
                             : on_grid(c, c->sent_at);
        if (b->state[i].failing && !c->failing)
            ask_parents(s, c, c->sent_at);
        c->failing = b->state[i].failing;
    }
}

/* All probes before `limit`: of a steady check all, of the others the one that is due at `at`. */
static bool send_due(struct scn *s, hn_instant at, hn_instant limit)
{
    static struct round *b; /* the one scenario's of this process */

    if (b == NULL)
        b = hn_arena_make(s->a, struct round, 1);
    b->changed = false;
    for (struct sim *c = s->sims; c != NULL; c = c->next) {
        bool steady = is_steady(c);

        while (c->says != SAYS_NOTHING && c->due < limit) {
            if (b->n == BATCH_MAX)
                flush(s, b, at);
            b->r[b->n++] = answer(c, c->due);
            c->sent_at = c->due;
            c->told = c->says;
            if (!steady)
                break;
            c->due = on_grid(c, c->due);
        }
    }
    flush(s, b, at);
    return b->changed;
}

void scn_pass(struct scn *s, hn_instant t)
{
    hn_instant tick, began = s->now;

    if (s->now != HN_UNSET && t < s->now)
        scn_die(s, "time runs forward only: it is %s", scn_show(s, s->now));
    if (s->batch != NULL)
        scn_die(s, "a batch is open: send it first");
    if (s->now == HN_UNSET)
        s->now = began = t;
    tick = next_tick(s);
    while (s->now < t) {
        hn_instant at = HN_MIN(t, tick);
        bool changed;

        for (const struct sim *c = s->sims; c != NULL; c = c->next)
            if (c->says != SAYS_NOTHING && !is_steady(c))
                at = HN_MIN(at, HN_MAX(c->due, s->now));
        hn_clock_set(at);
        changed = send_due(s, at, at < t ? at + 1 : t);
        s->now = at;
        if (changed || tick <= at) {
            scn_background(s);
            tick = next_tick(s);
        }
        hn_arena_reset(s->round);
    }
    hn_clock_set(t);
    scn_background(s);
    if (began / HN_DAY != t / HN_DAY && !s->halted) {
        (void)run_task(s, "pack");
        (void)run_task(s, "merge");
    }
    hn_arena_reset(s->round);
}

/* ---- what the script says of them ---- */

void sim_new(struct scn *s, const struct sim *in)
{
    struct sim *c = hn_arena_memdup(s->a, in, sizeof(*c));

    c->due = HN_NEVER;
    c->sent_at = HN_UNSET;
    c->phase = HN_UNSET;
    c->told = c->says = SAYS_NOTHING;
    c->next = s->sims;
    s->sims = c;
}

void sim_off(struct scn *s, int64_t check)
{
    struct sim *c = sim_of(s, check);

    if (c != NULL)
        c->says = SAYS_NOTHING;
}

void sim_forget(struct scn *s, int64_t check)
{
    for (struct sim **p = &s->sims; *p != NULL; p = &(*p)->next)
        if ((*p)->check_id == check) {
            *p = (*p)->next;
            return;
        }
}

/* From now on these checks' probes tell this. */
static enum hn_code say(struct scn *s, enum sim_says says, const char *text)
{
    size_t n;
    const char **names = scn_names(s, &n);
    hn_span spread = 0;

    while (scn_more(s)) {
        if (scn_is(s, "spread"))
            spread = scn_span(s);
        else
            text = scn_word(s, "a text");
    }
    for (size_t i = 0; i < n; i++) {
        struct thing *t = scn_find(s, THING_CHECK, names[i]);
        struct sim *c = t == NULL ? NULL : sim_of(s, t->id);

        if (c == NULL)
            scn_die(s, "there is no check \"%s\"", names[i]);
        if (c->phase == HN_UNSET)
            c->phase = s->now + spread * (hn_span)i / (hn_span)n / HN_SEC * HN_SEC;
        if (c->says == SAYS_NOTHING)
            c->due = on_grid(c, s->now - 1);
        c->says = says;
        c->text = hn_arena_strdup(s->a, text);
    }
    return HN_OK;
}

#define X(e, w, outcome, state)                                                                    \
    static enum hn_code say_##e(struct scn *s, struct hn_err *err)                                 \
    {                                                                                              \
        (void)err;                                                                                 \
        return say(s, SAYS_##e, w);                                                                \
    }
SIM_SAYS(X)
#undef X

/* ---- results told one by one: late ones, and those of passive checks ---- */

static struct ingest_result *add_result(struct scn *s, int64_t check, hn_instant at,
                                        const char *word, const char *text)
{
    struct ingest_result *r = &s->result[s->n_results];
    enum check_outcome o;

    if (s->n_results == BATCH_MAX)
        scn_die(s, "more than %d results in one batch", BATCH_MAX);
    *r = (struct ingest_result){.check_id = check, .at = at, .output = text};
    if (check_result_state_parse(word, &r->state))
        r->outcome = r->state == RESULT_OK ? OUTCOME_OK : OUTCOME_FAILED;
    else if (check_outcome_parse(word, &o) && (o == OUTCOME_NOT_RUN || o == OUTCOME_LOST))
        *r = (struct ingest_result){
            .check_id = check, .at = at, .output = text, .outcome = o, .state = RESULT_UNKNOWN};
    else
        scn_die(s, "\"%s\" is no result", word);
    s->n_results++;
    return r;
}

static enum hn_code send_results(struct scn *s, const char *probe, struct hn_err *e)
{
    struct ingest_state *state = hn_arena_make(s->round, struct ingest_state, s->n_results + 1);
    size_t n = 0, dropped = 0;
    enum hn_code rc = ingest_batch(s->db, probe, s->result, s->n_results, s->now, s->round, state,
                                   &n, &dropped, e);

    s->batch = NULL;
    s->n_results = 0;
    if (rc != HN_OK)
        return rc;
    if (dropped > 0)
        return hn_fail(e, HN_E_NOT_FOUND, "results of unknown checks");
    for (size_t i = 0; i < n; i++) {
        struct sim *c = sim_of(s, state[i].check_id);

        if (c != NULL)
            c->soft = state[i].soft;
    }
    scn_background(s);
    return HN_OK;
}

/* result CHECK WORD ["text"] [at T]; results CHECK WORD ["text"] every SPAN from T until T */
static enum hn_code result(struct scn *s, struct hn_err *e)
{
    int64_t check = scn_id(s, THING_CHECK);
    const char *word = scn_word(s, "a result");
    const char *text = word;
    hn_instant at = s->now;

    while (scn_more(s)) {
        if (scn_is(s, "at"))
            at = scn_time(s, "at");
        else
            text = scn_word(s, "a text");
    }
    (void)add_result(s, check, at, word, text);
    return s->batch != NULL ? HN_OK : send_results(s, "scenario", e);
}

static enum hn_code results(struct scn *s, struct hn_err *e)
{
    int64_t check = scn_id(s, THING_CHECK);
    const char *word = scn_word(s, "a result");
    const char *text = hn_streq(scn_peek(s), "every") ? word : scn_word(s, "a text");
    hn_instant from, until;
    hn_span step;

    scn_must(s, "every");
    step = scn_span(s);
    scn_must(s, "from");
    from = scn_time(s, "from");
    scn_must(s, "until");
    until = scn_time(s, "until");
    for (hn_instant t = from; t < until; t += step)
        (void)add_result(s, check, t, word, text);
    return s->batch != NULL ? HN_OK : send_results(s, "scenario", e);
}

static enum hn_code batch(struct scn *s, struct hn_err *e)
{
    (void)e;
    if (s->batch != NULL)
        scn_die(s, "a batch is open already");
    s->batch = scn_word(s, "a probe");
    return HN_OK;
}

static enum hn_code send(struct scn *s, struct hn_err *e)
{
    if (s->batch == NULL)
        scn_die(s, "there is no batch");
    return send_results(s, s->batch, e);
}

static enum hn_code at(struct scn *s, struct hn_err *e)
{
    (void)e;
    scn_pass(s, scn_time(s, "at"));
    return HN_OK;
}

static enum hn_code after(struct scn *s, struct hn_err *e)
{
    (void)e;
    scn_pass(s, s->now + scn_span(s));
    return HN_OK;
}

/* work; work halts: nothing runs in the background until it is said again */
static enum hn_code work(struct scn *s, struct hn_err *e)
{
    (void)e;
    s->halted = scn_is(s, "halts");
    if (!s->halted)
        scn_work(s);
    return HN_OK;
}

const struct scn_verb scn_devices[] = {
    {"at", at},
    {"after", after},
    {"work", work},
    {"result", result},
    {"results", results},
    {"batch", batch},
    {"send", send},
#define X(e, w, outcome, state) {w, say_##e},
    SIM_SAYS(X)
#undef X
        {NULL, NULL},
};
