/* SPDX-License-Identifier: Apache-2.0 */
/* Late results: a check's history stepped again with them in their places. */
#include "server/ingest/batch.h"
#include "server/ingest/series.h"

static enum hn_code state_series(struct batch *b, int64_t check_id, int64_t *id, struct hn_err *e)
{
    struct series_info *v;
    size_t n;

    *id = 0;
    if (series_of_check(b->db, b->a, check_id, &v, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (hn_streq(v[i].metric, "state"))
            *id = v[i].id;
    return HN_OK;
}

/* The stored results of the check from `from` on. */
static enum hn_code stored(struct batch *b, const struct ingest_check *c, hn_instant from,
                           struct series_samples *out, struct hn_err *e)
{
    int64_t id;

    *out = (struct series_samples){0, NULL, NULL};
    if (state_series(b, c->check_id, &id, e) != HN_OK)
        return e->code;
    return id == 0 ? HN_OK : series_raw(b->db, b->a, id, from, hn_add(c->last_at, 1), out, e);
}

static bool is_stored(const struct series_samples *s, hn_instant at)
{
    size_t lo = 0, hi = s->n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (s->at[mid] < at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n && s->at[lo] == at;
}

static struct check_result result_of(hn_instant at, int code)
{
    return (struct check_result){
        .at = at, .state = journal_code_state(code), .outcome = journal_code_outcome(code)};
}

/* Stored and late results in one row of time. */
static struct check_result *joined(struct batch *b, const struct series_samples *s, size_t from,
                                   size_t to, size_t *n)
{
    struct check_result *r = hn_arena_make(b->a, struct check_result, s->n + (to - from));
    size_t i = 0;

    *n = 0;
    for (size_t k = from; k < to; k++) {
        if (!b->item[k].take)
            continue;
        for (; i < s->n && s->at[i] < b->item[k].at; i++)
            r[(*n)++] = result_of(s->at[i], (int)s->value[i]);
        r[(*n)++] = result_of(b->item[k].at, b->item[k].code);
    }
    for (; i < s->n; i++)
        r[(*n)++] = result_of(s->at[i], (int)s->value[i]);
    return r;
}

static const char *output_at(const struct batch *b, size_t from, size_t to,
                             const struct check_transition *t)
{
    for (size_t k = from; k < to; k++)
        if (b->item[k].take && b->item[k].at == t->confirmed_at)
            return b->item[k].output;
    return "";
}

static enum hn_code apply(struct batch *b, struct ingest_check *c, const struct check_history *h,
                          hn_instant since, size_t from, size_t to, bool *changed, struct hn_err *e)
{
    struct ingest_transition *old;
    struct check_transition *was;
    struct check_diff d;
    int64_t *gone;
    size_t n;

    if (ingest_store_history(b->db, c->check_id, since, b->a, &old, &n, e) != HN_OK)
        return e->code;
    was = hn_arena_make(b->a, struct check_transition, n);
    for (size_t i = 0; i < n; i++)
        was[i] = old[i].t;
    check_diff(was, n, h->v, h->n, since, b->a, &d);
    gone = hn_arena_make(b->a, int64_t, d.n_gone);
    for (size_t i = 0; i < d.n_gone; i++)
        gone[i] = old[d.gone[i]].id;
    if (ingest_store_void_ids(b->db, (struct hn_i64s){gone, d.n_gone}, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < d.n_added; i++) {
        const struct check_transition *t = &h->v[d.added[i]];

        batch_transition(b, c, t, output_at(b, from, to, t), true);
    }
    b->any_void |= d.n_gone > 0;
    *changed |= d.n_gone + d.n_added > 0;
    return HN_OK;
}

/* A replay knows no parents: what was unreachable stays so. */
static void keep_reach(const struct check_row *was, struct check_row *row)
{
    if (was->known == CHECK_UNREACHABLE && row->known == CHECK_CRITICAL)
        row->known = CHECK_UNREACHABLE;
    if (was->state == CHECK_UNREACHABLE && row->state == CHECK_CRITICAL)
        row->state = CHECK_UNREACHABLE;
}

/* Where the replay starts: a step before its first result, so that no gap is seen there. */
static enum hn_code start_row(struct batch *b, const struct ingest_check *c,
                              const struct check_policy *p, hn_instant first, struct check_row *out,
                              struct hn_err *e)
{
    enum check_state state, known;
    struct ingest_before before;

    if (ingest_store_before(b->db, c->check_id, first, b->a, &before, e) != HN_OK)
        return e->code;
    HN_ASSERT(check_state_parse(before.state, &state) && check_state_parse(before.known, &known));
    *out = check_row_at(state, known, before.since, first - HN_MAX(p->interval_us, HN_SEC));
    if (before.since == HN_UNSET)
        *out = check_row_new();
    return HN_OK;
}

static bool is_good(const struct check_result *r)
{
    return r->state == RESULT_OK && r->outcome < OUTCOME_NOT_RUN;
}

/* Evidence is what was not good, and the good results beside it and at the ends of what is joined.
 * r: the results taken and those stored around them, by time. */
static void keep_evidence(struct batch *b, const struct ingest_check *c,
                          const struct check_result *r, size_t n, size_t from, size_t to)
{
    size_t i = 0;

    for (size_t k = from; k < to; k++) {
        const struct batch_item *it = &b->item[k];

        if (!it->take)
            continue;
        while (i < n && r[i].at < it->at)
            i++;
        if (it->code != 0 || i == 0 || i + 1 >= n || !is_good(&r[i - 1]) || !is_good(&r[i + 1]))
            batch_evidence(b, c->check_id, it->at, it->code, it->output, NULL);
    }
}

enum hn_code batch_late(struct batch *b, struct ingest_check *c, const struct check_policy *p,
                        struct check_row *row, size_t from, size_t to, bool *changed,
                        struct hn_err *e)
{
    /* Enough before the first late one to know the streak that it stands in. */
    hn_span margin = (p->of + 2) * 2 * HN_MAX(HN_MAX(p->interval_us, p->retry_interval_us), HN_SEC);
    const struct check_row was = *row;
    struct series_samples s;
    struct check_result *r;
    struct check_history h;
    struct check_row start;
    hn_instant since;
    size_t n, any = 0, first = 0;

    if (stored(b, c, b->item[from].at - margin, &s, e) != HN_OK)
        return e->code;
    for (size_t k = from; k < to; k++) {
        struct batch_item *it = &b->item[k];

        it->take =
            it->at != c->last_at && !is_stored(&s, it->at) && (k == from || it->at != it[-1].at);
        any += it->take;
    }
    if (any == 0)
        return HN_OK;
    r = joined(b, &s, from, to, &n);
    keep_evidence(b, c, r, n, from, to);
    if (start_row(b, c, p, r[0].at, &start, e) != HN_OK)
        return e->code;
    check_replay(p, &start, r, n, HN_UNSET, b->a, &h);
    /* A late result may complete a streak that began a few results before it. */
    while (first < n && r[first].at < b->item[from].at)
        first++;
    since = r[first > (size_t)p->of ? first - (size_t)p->of : 0].at;
    if (apply(b, c, &h, since, from, to, changed, e) != HN_OK)
        return e->code;
    *row = h.row;
    row->last_at = was.last_at;
    keep_reach(&was, row);
    return HN_OK;
}
