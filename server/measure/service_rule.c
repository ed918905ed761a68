/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/service_rule.h"

#include "server/measure/rule_def.h"

const char *check_value_word(enum check_value v)
{
    static const char *const words[] = {"down", "unknown", "up"};

    return words[v];
}

static size_t count_checks(const struct service_rule *r)
{
    size_t n = r->kind == RULE_CHECK;

    for (size_t i = 0; i < r->n; i++)
        n += count_checks(r->of[i]);
    return n;
}

static void list_checks(const struct service_rule *r, int64_t *v, size_t *n)
{
    if (r->kind == RULE_CHECK)
        v[(*n)++] = r->check_id;
    for (size_t i = 0; i < r->n; i++)
        list_checks(r->of[i], v, n);
}

static int by_i64(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa;
    int64_t b = *(const int64_t *)pb;

    return (a > b) - (a < b);
}

struct hn_i64s rule_checks(const struct service_rule *r, struct hn_arena *a)
{
    int64_t *v = hn_arena_make(a, int64_t, count_checks(r));
    size_t n = 0, m = 0;

    list_checks(r, v, &n);
    qsort(v, n, sizeof(*v), by_i64);
    for (size_t i = 0; i < n; i++) {
        if (m == 0 || v[m - 1] != v[i])
            v[m++] = v[i];
    }
    return (struct hn_i64s){v, m};
}

static enum check_value check_value(int64_t id, struct hn_i64s ids, const enum check_state *states)
{
    const int64_t *at = ids.n == 0 ? NULL : bsearch(&id, ids.v, ids.n, sizeof(id), by_i64);

    return at == NULL ? CHECK_IS_UNKNOWN : check_state_value(states[at - ids.v]);
}

/* k of n must be up: up with k up ones, down where the unknown ones could not make it k, else it
 * depends on them. all is n of n, any is 1 of n. */
enum check_value rule_eval(const struct service_rule *r, struct hn_i64s ids,
                           const enum check_state *states)
{
    size_t up = 0, maybe = 0;

    if (r->kind == RULE_CHECK)
        return check_value(r->check_id, ids, states);
    for (size_t i = 0; i < r->n; i++) {
        enum check_value v = rule_eval(r->of[i], ids, states);

        up += v == CHECK_IS_UP;
        maybe += v != CHECK_IS_DOWN;
    }
    if (up >= r->k)
        return CHECK_IS_UP;
    return maybe >= r->k ? CHECK_IS_UNKNOWN : CHECK_IS_DOWN;
}

/* ---- over time ---- */

struct change {
    hn_instant at;
    size_t which; /* index into ids */
    size_t order; /* of two with one time, the later entry wins */
    enum check_state state;
};

static int by_time(const void *pa, const void *pb)
{
    const struct change *a = pa;
    const struct change *b = pb;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static struct change *merge(struct hn_i64s ids, const struct check_timeline *t, size_t n,
                            size_t *n_out, struct hn_arena *a)
{
    size_t total = 0, m = 0;
    struct change *v;

    for (size_t i = 0; i < n; i++)
        total += t[i].n;
    v = hn_arena_make(a, struct change, total);
    for (size_t i = 0; i < n; i++) {
        const int64_t *at = bsearch(&t[i].check_id, ids.v, ids.n, sizeof(*ids.v), by_i64);

        for (size_t k = 0; at != NULL && k < t[i].n; k++, m++)
            v[m] = (struct change){t[i].v[k].at, (size_t)(at - ids.v), m, t[i].v[k].state};
    }
    qsort(v, m, sizeof(*v), by_time);
    *n_out = m;
    return v;
}

/* Outages and gaps while the value goes through time. */
struct walk {
    hn_instant from, to;
    struct ivl *down, *own, *unknown;
    size_t n_down, n_unknown;
    bool open;
    hn_instant open_at;
    enum check_value last;
};

static void end_outage(struct walk *w, hn_instant at, bool known)
{
    struct ivl cut = {HN_MAX(w->open_at, w->from), HN_MIN(at, w->to)};

    w->open = false;
    if (cut.to <= cut.from)
        return;
    w->own[w->n_down] = (struct ivl){w->open_at, known ? at : HN_NEVER};
    w->down[w->n_down++] = cut;
}

/* The value is v from `at` until `until`. */
static void stretch(struct walk *w, enum check_value v, hn_instant at, hn_instant until)
{
    struct ivl cut = {HN_MAX(at, w->from), HN_MIN(until, w->to)};

    if (v == CHECK_IS_DOWN && !w->open) {
        w->open = true;
        w->open_at = at;
    } else if (v == CHECK_IS_UP && w->open) {
        end_outage(w, at, true);
    }
    if (v == CHECK_IS_UNKNOWN && cut.to > cut.from) {
        if (w->n_unknown > 0 && w->unknown[w->n_unknown - 1].to == cut.from)
            w->unknown[w->n_unknown - 1].to = cut.to;
        else
            w->unknown[w->n_unknown++] = cut;
    }
    if (at < w->to)
        w->last = v;
}

void service_timeline(const struct service_rule *r, const struct check_timeline *t, size_t n,
                      bool open, hn_instant from, hn_instant to, struct hn_arena *a,
                      struct service_timeline *out)
{
    struct hn_i64s ids = rule_checks(r, a);
    enum check_state *states = hn_arena_make(a, enum check_state, ids.n);
    size_t m;
    struct change *c = merge(ids, t, n, &m, a);
    struct walk w = {.from = from,
                     .to = to,
                     .down = hn_arena_make(a, struct ivl, m + 2),
                     .own = hn_arena_make(a, struct ivl, m + 2),
                     .unknown = hn_arena_make(a, struct ivl, m + 2),
                     .open = open,
                     .open_at = m > 0 ? HN_MIN(c[0].at, from) : from,
                     .last = CHECK_IS_UNKNOWN};
    hn_instant at = w.open_at;

    for (size_t i = 0; i < ids.n; i++)
        states[i] = CHECK_PENDING;
    for (size_t i = 0; i < m;) {
        if (c[i].at > at)
            stretch(&w, rule_eval(r, ids, states), at, c[i].at);
        at = c[i].at;
        for (; i < m && c[i].at == at; i++)
            states[c[i].which] = c[i].state;
    }
    stretch(&w, rule_eval(r, ids, states), at, HN_NEVER);
    if (w.open)
        end_outage(&w, HN_NEVER, false);
    out->is_open = w.n_down > 0 && w.own[w.n_down - 1].to > to;
    out->down = (struct ivl_set){w.down, w.n_down};
    out->outages = w.own;
    out->unknown = (struct ivl_set){w.unknown, w.n_unknown};
    out->last = w.last;
}
