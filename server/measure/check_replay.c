/* SPDX-License-Identifier: Apache-2.0 */
/* Late results: the history of a check stepped again, and what that changed. */
#include "server/measure/check_state.h"

static void keep(struct check_history *h, const struct check_step *s)
{
    while (h->n > 0 && h->v[h->n - 1].at >= s->void_from)
        h->n--;
    for (size_t i = 0; i < s->n; i++) {
        struct check_transition t = s->v[i];

        if (h->n > 0)
            t.from = h->v[h->n - 1].to;
        if (t.from != t.to)
            h->v[h->n++] = t;
    }
}

void check_replay(const struct check_policy *p, const struct check_row *start,
                  const struct check_result *results, size_t n, hn_instant now, struct hn_arena *a,
                  struct check_history *out)
{
    struct check_step s;

    *out = (struct check_history){
        .row = *start, .v = hn_arena_make(a, struct check_transition, CHECK_STEP_MAX * n + 1)};
    for (size_t i = 0; i < n; i++) {
        check_step(p, &out->row, &results[i], &s);
        keep(out, &s);
    }
    if (now != HN_UNSET) {
        check_gap(p, &out->row, now, &s);
        keep(out, &s);
    }
}

static enum check_state plain(enum check_state s)
{
    return s == CHECK_UNREACHABLE ? CHECK_CRITICAL : s;
}

static bool same(const struct check_transition *a, const struct check_transition *b)
{
    return a->at == b->at && plain(a->to) == plain(b->to);
}

void check_diff(const struct check_transition *old, size_t n_old,
                const struct check_transition *fresh, size_t n_fresh, hn_instant from,
                struct hn_arena *a, struct check_diff *out)
{
    bool *found = hn_arena_make(a, bool, n_fresh);
    size_t first = 0;

    *out = (struct check_diff){.gone = hn_arena_make(a, size_t, n_old),
                               .added = hn_arena_make(a, size_t, n_fresh)};
    for (size_t i = 0; i < n_old; i++) {
        bool kept = plain(old[i].from) == plain(old[i].to);

        if (old[i].at < from)
            continue;
        while (first < n_fresh && fresh[first].at < old[i].at)
            first++;
        for (size_t j = first; !kept && j < n_fresh && fresh[j].at == old[i].at; j++) {
            if (!found[j] && same(&old[i], &fresh[j]))
                kept = found[j] = true;
        }
        if (!kept)
            out->gone[out->n_gone++] = i;
    }
    for (size_t j = 0; j < n_fresh; j++) {
        if (fresh[j].at >= from && !found[j])
            out->added[out->n_added++] = j;
    }
}
