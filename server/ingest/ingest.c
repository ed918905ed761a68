/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/batch.h"

#include "server/base/i18n.h"
#include "server/base/jw.h"
#include "server/base/parse.h"
#include "server/ingest/series_cache.h"

#include <math.h>

#define METRIC_MAX 120 /* code points, as the database checks */
#define OUTPUT_MAX 500
#define EVIDENCE_VALUES_MAX 4000

struct check_policy ingest_policy(const struct ingest_check *c)
{
    struct check_policy p = {.n = c->attempts_n,
                             .of = HN_MIN(c->attempts_of, CHECK_OF_MAX),
                             .interval_us = c->interval_s * HN_SEC,
                             .retry_interval_us = c->retry_interval_s * HN_SEC};

    p.n = HN_MIN(p.n, p.of);
    /* A result is written when its probe was answered or timed out, and a writer's batch later. */
    p.grace_us = HN_MAX(p.interval_us / 2, (hn_span)(c->timeout_s * 1e6) + 5 * HN_SEC);
    return p;
}

struct check_row ingest_row(const struct ingest_check *c)
{
    struct check_row r = check_row_new();

    HN_ASSERT(check_state_parse(c->state, &r.state) && check_state_parse(c->known_state, &r.known));
    r.since = c->state_since;
    r.soft = c->soft;
    r.known_since = c->known_since;
    r.last_at = c->last_at;
    r.last_ok_at = c->last_ok_at;
    r.first_fail_at = c->first_fail_at;
    (void)check_window_unpack(c->window_text, &r.win); /* text that cannot be read: a new count */
    return r;
}

void ingest_row_set(struct ingest_check *c, const struct check_row *row, struct hn_arena *a)
{
    char buf[CHECK_WINDOW_TEXT_MAX];

    c->state = check_state_word(row->state);
    c->state_since = row->since;
    c->soft = row->soft;
    c->known_state = check_state_word(row->known);
    c->known_since = row->known_since;
    c->last_at = row->last_at;
    c->last_ok_at = row->last_ok_at;
    c->first_fail_at = row->first_fail_at;
    c->window_text = row->win.n == 0 ? "" : hn_arena_strdup(a, check_window_pack(&row->win, buf));
}

/* Text from outside as the database takes it: valid UTF-8, at most max bytes. */
static const char *clean(struct hn_arena *a, const char *s, size_t max)
{
    size_t n = s == NULL ? 0 : strlen(s);
    size_t good = n == 0 ? 0 : hn_utf8_span(s, HN_MIN(n, max));
    char *copy;

    if (n == 0)
        return "";
    if (good == n)
        return s;
    copy = hn_arena_strndup(a, s, HN_MIN(n, max));
    for (n = strlen(copy); (good = hn_utf8_span(copy, n)) < n;) {
        if (n - good < 4 && strlen(s) > max) { /* a character that the cut went through */
            copy[good] = '\0';
            break;
        }
        copy[good] = '?';
    }
    return copy;
}

static int by_check_and_time(const void *x, const void *y)
{
    const struct batch_item *a = x;
    const struct batch_item *b = y;

    if (a->r->check_id != b->r->check_id)
        return a->r->check_id < b->r->check_id ? -1 : 1;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->r < b->r ? -1 : a->r > b->r;
}

static hn_instant whole_ms(hn_instant t)
{
    hn_instant rest = t % HN_MS;

    return rest < 0 ? t - rest - HN_MS : t - rest;
}

/* The results in order of check and time. */
static void sort_results(struct batch *b, const struct ingest_result *r, size_t n)
{
    b->item = hn_arena_make(b->a, struct batch_item, n);
    b->n = n;
    for (size_t i = 0; i < n; i++) {
        int code = journal_code(r[i].state, r[i].outcome);

        if (r[i].outcome == OUTCOME_NOT_RUN || r[i].outcome == OUTCOME_LOST)
            code = journal_code(RESULT_UNKNOWN, r[i].outcome);
        b->item[i] = (struct batch_item){.r = &r[i],
                                         .at = whole_ms(r[i].at),
                                         .code = code,
                                         .output = clean(b->a, r[i].output, OUTPUT_MAX)};
    }
    qsort(b->item, n, sizeof(*b->item), by_check_and_time);
}

static bool usable(const struct ingest_value *v)
{
    size_t n = strlen(v->metric);

    if (hn_streq(v->metric, "state")) /* ours: what each result told */
        return false;
    return n > 0 && n <= (size_t)4 * METRIC_MAX && hn_utf8_valid(v->metric, n) &&
           hn_utf8_len(v->metric) <= METRIC_MAX && isfinite(v->value);
}

static const char *values_json(struct batch *b, const struct ingest_result *r)
{
    struct hn_sbuf s;
    struct hn_jw w;

    if (r->n_values == 0)
        return NULL;
    hn_sbuf_init(&s, b->a, EVIDENCE_VALUES_MAX);
    hn_jw_init(&w, &s);
    hn_jw_object(&w, NULL);
    for (size_t i = 0; i < r->n_values; i++)
        if (usable(&r->values[i]))
            hn_jw_f64(&w, r->values[i].metric, r->values[i].value);
    hn_jw_end_object(&w);
    return s.overflow ? NULL : hn_sbuf_text(&s);
}

void batch_evidence(struct batch *b, int64_t check_id, hn_instant at, int code, const char *output,
                    const char *values)
{
    size_t n = b->n_evidence;

    if (n > 0 && b->evidence[n - 1].check_id == check_id && b->evidence[n - 1].at == at)
        return;
    HN_ASSERT(n < b->evidence_room);
    b->evidence[b->n_evidence++] = (struct ingest_evidence){check_id, at, code, output, values};
}

void batch_transition(struct batch *b, const struct ingest_check *c,
                      const struct check_transition *t, const char *output, bool late)
{
    if (b->n_transitions == b->transition_room) {
        size_t room = HN_MAX((size_t)64, 2 * b->transition_room);
        struct ingest_transition *v = hn_arena_make(b->a, struct ingest_transition, room);

        if (b->n_transitions > 0)
            memcpy(v, b->transition, b->n_transitions * sizeof(*v));
        b->transition = v;
        b->transition_room = room;
    }
    b->transition[b->n_transitions++] = (struct ingest_transition){
        .check_id = c->check_id, .host_id = c->host_id, .t = *t, .output = output, .late = late};
}

/* A streak began before what was told since: takes transitions back, those of this batch too. */
static enum hn_code take_back(struct batch *b, const struct ingest_check *c, hn_instant from,
                              struct hn_err *e)
{
    while (b->n_transitions > 0 && b->transition[b->n_transitions - 1].check_id == c->check_id &&
           b->transition[b->n_transitions - 1].t.at >= from)
        b->n_transitions--;
    b->any_void = true;
    return ingest_store_void(b->db, c->check_id, from, e);
}

static bool told_bad(int code)
{
    return journal_code_state(code) != RESULT_OK || journal_code_outcome(code) >= OUTCOME_NOT_RUN;
}

/* Evidence is what stands around a change: every result of a streak that is not confirmed, each
 * change of what was told, the good ones on both sides, and one an hour within a long outage. */
static void keep_evidence(struct batch *b, const struct ingest_check *c,
                          const struct batch_item *it, bool was_soft, bool changed)
{
    bool had = c->last_at != HN_UNSET;
    bool was_bad = had && told_bad(c->last_code);
    bool is_bad = told_bad(it->code);
    bool turn = had && was_bad != is_bad;

    if (!is_bad && !was_bad && !changed)
        return;
    if (turn || (had && changed))
        batch_evidence(b, c->check_id, c->last_at, c->last_code, c->output, NULL);
    if (turn || changed || was_soft || !had || c->last_code != it->code ||
        it->at / HN_HOUR != c->last_at / HN_HOUR)
        batch_evidence(b, c->check_id, it->at, it->code, it->output, values_json(b, it->r));
}

static enum hn_code step_one(struct batch *b, struct ingest_check *c, struct check_row *row,
                             const struct check_policy *p, struct batch_item *it, bool *changed,
                             struct hn_err *e)
{
    struct check_result r = {.at = it->at,
                             .state = journal_code_state(it->code),
                             .outcome = journal_code_outcome(it->code)};
    bool was_soft = row->soft;
    struct check_step s;

    check_step(p, row, &r, &s);
    HN_ASSERT(!s.late);
    if (s.void_from != HN_NEVER && take_back(b, c, s.void_from, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < s.n; i++) {
        /* What was told between two results is told by no result. */
        bool gap = s.v[i].to == CHECK_UNKNOWN && s.v[i].at != it->at;

        batch_transition(b, c, &s.v[i], gap ? hn_tr("No result came from the probe") : it->output,
                         false);
    }
    keep_evidence(b, c, it, was_soft || row->soft, s.n > 0);
    *changed |= s.n > 0;
    it->take = true;
    c->last_code = it->code;
    c->output = it->output;
    c->last_at = it->at;
    return HN_OK;
}

/* All results of one check: first those that are older than its newest, then the others. */
static enum hn_code step_check(struct batch *b, struct ingest_check *c, size_t from, size_t to,
                               struct ingest_state *out, struct hn_err *e)
{
    struct check_policy p = ingest_policy(c);
    struct check_row row = ingest_row(c);
    bool changed = false;
    size_t i = from;

    while (i < to && c->last_at != HN_UNSET && b->item[i].at <= c->last_at)
        i++;
    if (i > from) {
        if (batch_late(b, c, &p, &row, from, i, &changed, e) != HN_OK)
            return hn_ctx(e, "late results of check %" PRId64, c->check_id);
    }
    for (; i < to; i++) {
        if (row.last_at != HN_UNSET && b->item[i].at <= row.last_at)
            continue; /* twice in one batch: the first counts */
        if (step_one(b, c, &row, &p, &b->item[i], &changed, e) != HN_OK)
            return e->code;
        c->last_journal_id = -1; /* this batch */
    }
    ingest_row_set(c, &row, b->a);
    *out = (struct ingest_state){.check_id = c->check_id,
                                 .soft = row.soft,
                                 .failing = told_bad(c->last_code),
                                 .changed = changed};
    return HN_OK;
}

/* Each value's place in the batch, its series unknown yet. */
struct wanted {
    int64_t *check_id;
    const char **metric;
    const char **unit;
    const char **kind;
    int64_t **into;
    size_t n, room;
    struct hn_arena *a;
};

static void *grown(struct hn_arena *a, const void *old, size_t n, size_t room, size_t size)
{
    void *p = hn_arena_array(a, room, size);

    if (n > 0)
        memcpy(p, old, n * size);
    return p;
}

/* Mostly nothing is wanted: all ids are in the cache. */
static void wanted_grow(struct wanted *w)
{
    w->room = HN_MAX((size_t)64, 2 * w->room);
    w->check_id = grown(w->a, w->check_id, w->n, w->room, sizeof(*w->check_id));
    w->metric = grown(w->a, w->metric, w->n, w->room, sizeof(*w->metric));
    w->unit = grown(w->a, w->unit, w->n, w->room, sizeof(*w->unit));
    w->kind = grown(w->a, w->kind, w->n, w->room, sizeof(*w->kind));
    w->into = grown(w->a, w->into, w->n, w->room, sizeof(*w->into));
}

/* *into: the id, now or once it is looked up. */
static void want(struct wanted *w, struct series_cache *cache, int64_t check_id, const char *metric,
                 const char *unit, const char *kind, int64_t *into)
{
    *into = series_cache_get(cache, check_id, metric);
    if (*into != 0)
        return;
    if (w->n == w->room)
        wanted_grow(w);
    w->check_id[w->n] = check_id;
    w->metric[w->n] = metric;
    w->unit[w->n] = unit == NULL ? "" : unit;
    w->kind[w->n] = kind != NULL && (hn_streq(kind, "rate") || hn_streq(kind, "counter") ||
                                     hn_streq(kind, "state"))
                        ? kind
                        : "gauge";
    w->into[w->n++] = into;
}

/* The series of one result's values, and behind them that of its state. */
static const int64_t *ids_of(struct batch *b, const struct ingest_result *r, struct wanted *w,
                             struct series_cache *cache)
{
    uint64_t names = series_cache_names(cache, r->values, r->n_values);
    const int64_t *known = series_cache_shape(cache, r->check_id, names, r->n_values);
    int64_t *ids;

    if (known != NULL)
        return known;
    ids = hn_arena_make(b->a, int64_t, r->n_values + 1);
    want(w, cache, r->check_id, "state", "", "state", &ids[r->n_values]);
    for (size_t i = 0; i < r->n_values; i++)
        if (usable(&r->values[i]))
            want(w, cache, r->check_id, r->values[i].metric, r->values[i].unit, r->values[i].kind,
                 &ids[i]);
    b->fresh[b->n_fresh++] = (struct batch_fresh){r, names, ids};
    return ids;
}

static void fill(struct journal_result *out, const struct batch_item *it, const int64_t *ids,
                 struct hn_arena *a)
{
    const struct ingest_result *r = it->r;
    struct journal_value *v = hn_arena_make(a, struct journal_value, r->n_values);
    size_t n = 0;

    for (size_t i = 0; i < r->n_values; i++)
        if (ids[i] != 0 && isfinite(r->values[i].value))
            v[n++] = (struct journal_value){ids[i], r->values[i].value};
    *out = (struct journal_result){.check_id = r->check_id,
                                   .at = it->at,
                                   .code = it->code,
                                   .state_series_id = ids[r->n_values],
                                   .values = v,
                                   .n_values = n};
}

/* All results that are taken, with the ids of their series; those that are missing are made. */
static enum hn_code journal_results(struct batch *b, struct journal_result *r, size_t *n,
                                    hn_instant now, struct hn_err *e)
{
    struct series_cache *cache = series_cache_of(b->db);
    const int64_t **ids = hn_arena_make(b->a, const int64_t *, b->n);
    struct wanted w = {.a = b->a};
    int64_t *made;

    b->fresh = hn_arena_make(b->a, struct batch_fresh, b->n);
    for (size_t i = 0; i < b->n; i++)
        if (b->item[i].take)
            ids[i] = ids_of(b, b->item[i].r, &w, cache);
    made = hn_arena_make(b->a, int64_t, w.n);
    b->new_series = (struct ingest_series){w.check_id, w.metric, w.unit, w.kind, w.n};
    b->new_ids = made;
    if (ingest_store_series(b->db, &b->new_series, now, b->a, made, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < w.n; i++)
        *w.into[i] = made[i];
    *n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->item[i].take)
            fill(&r[(*n)++], &b->item[i], ids[i], b->a);
    return HN_OK;
}

static enum hn_code write_journal(struct batch *b, hn_instant now, struct hn_err *e)
{
    struct journal_result *r = hn_arena_make(b->a, struct journal_result, b->n);
    hn_instant from = HN_NEVER, to = HN_UNSET;
    size_t values = 0, n = 0;

    for (size_t i = 0; i < b->n; i++) {
        if (!b->item[i].take)
            continue;
        values += b->item[i].r->n_values + 1;
        from = HN_MIN(from, b->item[i].at);
        to = HN_MAX(to, b->item[i].at);
    }
    if (values == 0)
        return HN_OK;
    if (values > JOURNAL_VALUES_MAX)
        return hn_fail(e, HN_E_LIMIT, "too many values in one batch");
    if (journal_results(b, r, &n, now, e) != HN_OK)
        return e->code;
    return ingest_store_journal(b->db, b->probe, from, to, n, journal_encode(r, n, b->a),
                                &b->journal_id, e);
}

/* What the batch made of series is known from now on. After the commit. */
static void remember(struct batch *b)
{
    struct series_cache *cache = series_cache_of(b->db);

    for (size_t i = 0; i < b->new_series.n; i++)
        series_cache_add(cache, b->new_series.check_id[i], b->new_series.metric[i], b->new_ids[i]);
    for (size_t i = 0; i < b->n_fresh; i++)
        series_cache_keep(cache, b->fresh[i].r->check_id, b->fresh[i].names, b->fresh[i].ids,
                          b->fresh[i].r->n_values);
    for (size_t i = 0; i < b->n_policies; i++)
        series_cache_set_policy(cache, &b->policy[i]);
    series_cache_settled(cache, b->db);
}

/* How long a check that is well may be silent before that is a gap. */
static struct batch_policy policy_of(const struct ingest_check *c)
{
    struct check_policy p = ingest_policy(c);
    struct check_row row = check_row_at(CHECK_OK, CHECK_OK, 0, 0);

    return (struct batch_policy){c->check_id, c->version, check_gap_due(&p, &row)};
}

static enum hn_code write_extras(struct batch *b, hn_instant now, struct hn_err *e)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct ingest_result *r = b->item[i].r;

        if (!b->item[i].take)
            continue;
        if (r->notice_kind != NULL &&
            ingest_store_notice(b->db, r->check_id, clean(b->a, r->notice_kind, 60),
                                clean(b->a, r->notice_text, OUTPUT_MAX), b->item[i].at, now,
                                e) != HN_OK)
            return e->code;
        if (r->inventory != NULL &&
            ingest_store_inventory(b->db, r->check_id, r->inventory, b->item[i].at, e) != HN_OK)
            return e->code;
    }
    return HN_OK;
}

static enum hn_code write_all(struct batch *b, struct ingest_check *c, size_t n, hn_instant now,
                              struct hn_err *e)
{
    if (write_journal(b, now, e) != HN_OK ||
        ingest_store_transitions(b->db, b->transition, b->n_transitions, now, b->a, e) != HN_OK)
        return e->code;
    for (size_t i = 0, k = 0; i < n; i++) {
        if (c[i].last_journal_id < 0)
            c[i].last_journal_id = b->journal_id;
        /* Both lists are in order of the check. */
        while (k < b->n_transitions && b->transition[k].check_id < c[i].check_id)
            k++;
        for (; k < b->n_transitions && b->transition[k].check_id == c[i].check_id; k++)
            c[i].last_transition_id = b->transition[k].id;
    }
    if (ingest_store_evidence(b->db, b->probe, b->evidence, b->n_evidence, b->journal_id, now, b->a,
                              e) != HN_OK ||
        ingest_store_save(b->db, c, n, b->a, e) != HN_OK || write_extras(b, now, e) != HN_OK ||
        ingest_store_probe_seen(b->db, b->probe, now, e) != HN_OK)
        return e->code;
    if (b->n_transitions > 0 || b->any_void)
        return ingest_store_notify(b->db, e);
    return HN_OK;
}

/* The checks of the results that are not steady, ascending. */
static struct hn_i64s checks_left(const struct batch *b)
{
    int64_t *ids = hn_arena_make(b->a, int64_t, b->n);
    size_t k = 0;

    for (size_t i = 0; i < b->n; i++)
        if (!b->item[i].steady && (k == 0 || ids[k - 1] != b->item[i].r->check_id))
            ids[k++] = b->item[i].r->check_id;
    return (struct hn_i64s){ids, k};
}

/* Steps the checks c[0..n), whose rows are locked. *unknown: results of checks that are not there.
 */
static enum hn_code step_all(struct batch *b, struct ingest_check *c, size_t n,
                             struct ingest_state *states, size_t *unknown, struct hn_err *e)
{
    struct ingest_state scratch;
    size_t at = 0;

    b->policy = hn_arena_make(b->a, struct batch_policy, n);
    *unknown = 0;
    for (size_t k = 0; k < n; k++) {
        size_t end;

        for (; b->item[at].r->check_id < c[k].check_id; at++)
            *unknown += !b->item[at].steady;
        for (end = at; end < b->n && b->item[end].r->check_id == c[k].check_id;)
            end++;
        if (step_check(b, &c[k], at, end, states == NULL ? &scratch : &states[k], e) != HN_OK)
            return e->code;
        b->policy[b->n_policies++] = policy_of(&c[k]);
        at = end;
    }
    for (; at < b->n; at++)
        *unknown += !b->item[at].steady;
    return HN_OK;
}

enum hn_code ingest_batch(struct db *db, const char *probe, const struct ingest_result *results,
                          size_t n, hn_instant now, struct hn_arena *a, struct ingest_state *states,
                          size_t *n_states, size_t *dropped, struct hn_err *e)
{
    struct batch b = {.db = db, .a = a, .probe = probe, .now = now};
    struct ingest_check *c = NULL;
    size_t n_checks = 0, n_steady = 0, unknown = 0;
    struct hn_i64s left;
    DB_TX tx = {0};

    sort_results(&b, results, n);
    b.evidence_room = 2 * n + 1;
    b.evidence = hn_arena_make(a, struct ingest_evidence, b.evidence_room);
    if (db_begin(db, &tx, e) != HN_OK || batch_steady(&b, states, &n_steady, e) != HN_OK)
        return hn_ctx(e, "ingest %zu results", n);
    left = checks_left(&b);
    if ((left.n > 0 && ingest_store_lock(db, left, a, &c, &n_checks, e) != HN_OK) ||
        step_all(&b, c, n_checks, states == NULL ? NULL : states + n_steady, &unknown, e) !=
            HN_OK ||
        write_all(&b, c, n_checks, now, e) != HN_OK || db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "ingest %zu results", n);
    remember(&b);
    if (n_states != NULL)
        *n_states = n_steady + n_checks;
    if (dropped != NULL)
        *dropped = unknown;
    return HN_OK;
}
