/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/check_state.h"

enum check_value check_state_value(enum check_state s)
{
    switch (s) {
#define X(c, w, v)                                                                                 \
    case CHECK_##c: return v;
        CHECK_STATES(X)
#undef X
    }
    return CHECK_IS_UNKNOWN;
}

enum hn_code check_policy_valid(const struct check_policy *p, struct hn_err *e)
{
    if (p->of < 1 || p->of > CHECK_OF_MAX)
        (void)hn_fail_field(e, "attempts.of", "must be from %d to %d", 1, CHECK_OF_MAX);
    else if (p->n < 1 || p->n > p->of)
        (void)hn_fail_field(e, "attempts.n", "must be from %d to %d", 1, p->of);
    else
        return HN_OK;
    return e->code;
}

struct check_row check_row_new(void)
{
    return (struct check_row){.state = CHECK_PENDING,
                              .since = HN_UNSET,
                              .known = CHECK_PENDING,
                              .known_since = HN_UNSET,
                              .last_at = HN_UNSET,
                              .last_ok_at = HN_UNSET,
                              .first_fail_at = HN_UNSET};
}

static bool is_down(enum check_state s)
{
    return check_state_value(s) == CHECK_IS_DOWN;
}

static bool is_bad(enum check_state s)
{
    return s == CHECK_WARNING || is_down(s);
}

struct check_row check_row_at(enum check_state state, enum check_state known, hn_instant since,
                              hn_instant last_at)
{
    struct check_row r = check_row_new();

    r.state = state;
    r.known = known == CHECK_UNKNOWN ? CHECK_PENDING : known;
    r.since = since;
    r.known_since = since;
    r.last_at = last_at;
    r.last_level = is_down(r.known)           ? RESULT_CRITICAL
                   : r.known == CHECK_WARNING ? RESULT_WARNING
                                              : RESULT_OK;
    if (is_bad(r.known))
        r.first_fail_at = since;
    else if (r.known == CHECK_OK)
        r.last_ok_at = last_at;
    return r;
}

/* ---- the window ---- */

static void window_push(struct check_window *w, int of, enum check_result_state level,
                        hn_instant at)
{
    int keep = HN_MIN(w->n, of - 1);

    memmove(&w->level[1], &w->level[0], (size_t)keep * sizeof(w->level[0]));
    memmove(&w->at[1], &w->at[0], (size_t)keep * sizeof(w->at[0]));
    w->level[0] = level;
    w->at[0] = at;
    w->n = keep + 1;
}

static int window_count(const struct check_window *w, enum check_result_state least)
{
    int k = 0;

    for (int i = 0; i < w->n; i++)
        k += w->level[i] >= least;
    return k;
}

static hn_instant window_earliest(const struct check_window *w, enum check_result_state least)
{
    for (int i = w->n - 1; i >= 0; i--) {
        if (w->level[i] >= least)
            return w->at[i];
    }
    return HN_UNSET;
}

/* Drops what can no longer be part of a confirmed streak of `least`: an entry at place i with k of
 * its level from there on needs n − k more results, and must then still be in the window. */
static void window_trim(struct check_window *w, const struct check_policy *p,
                        enum check_result_state least)
{
    int keep = 0, k = 0;

    for (int i = 0; i < w->n; i++) {
        if (w->level[i] < least)
            continue;
        k++;
        if (i + HN_MAX(p->n - k, 0) <= p->of - 1)
            keep = i + 1;
    }
    w->n = keep;
}

/* ---- a step ---- */

static void begin_step(struct check_step *out)
{
    *out = (struct check_step){.void_from = HN_NEVER};
}

static void change(struct check_row *row, struct check_step *out, enum check_state to,
                   hn_instant at, hn_instant confirmed_at)
{
    enum check_state from = row->state;

    if (to == from)
        return;
    if (row->since != HN_UNSET && at < row->since) {
        /* Began before what was told since: the later transitions are taken back. */
        out->void_from = HN_MIN(out->void_from, at);
        out->n = 0;
        from = row->known;
        if (to == from) {
            row->state = to;
            row->since = row->known_since;
            return;
        }
    }
    HN_ASSERT(out->n < CHECK_STEP_MAX);
    out->v[out->n++] =
        (struct check_transition){.from = from, .to = to, .at = at, .confirmed_at = confirmed_at};
    row->state = to;
    row->since = at;
}

static hn_span in_force(const struct check_policy *p, const struct check_row *row)
{
    return row->soft && p->retry_interval_us > 0 ? p->retry_interval_us : p->interval_us;
}

hn_instant check_next(const struct check_policy *p, const struct check_row *row)
{
    return row->last_at == HN_UNSET ? HN_UNSET : hn_add(row->last_at, in_force(p, row));
}

hn_instant check_gap_due(const struct check_policy *p, const struct check_row *row)
{
    hn_span longest = HN_MAX(p->interval_us, p->retry_interval_us);
    hn_span grace = p->grace_us > 0 ? p->grace_us : longest / 2;

    if (p->interval_us <= 0 || row->last_at == HN_UNSET || row->state == CHECK_UNKNOWN ||
        row->state == CHECK_PENDING)
        return HN_NEVER;
    return hn_add(hn_add(row->last_at, longest), grace);
}

static void gap_until(const struct check_policy *p, struct check_row *row, hn_instant t,
                      struct check_step *out)
{
    if (t > check_gap_due(p, row))
        change(row, out, CHECK_UNKNOWN, check_next(p, row), t);
}

void check_gap(const struct check_policy *p, struct check_row *row, hn_instant now,
               struct check_step *out)
{
    begin_step(out);
    gap_until(p, row, now, out);
}

/* check_gap() gave up a result too early: this one was not late. The unknown never was. */
static void undo_gap(const struct check_policy *p, struct check_row *row, hn_instant at,
                     struct check_step *out)
{
    hn_instant told = row->since;

    if (row->state != CHECK_UNKNOWN || row->known == CHECK_PENDING || told <= row->last_at ||
        told != check_next(p, row))
        return;
    row->state = row->known;
    if (at > check_gap_due(p, row)) {
        row->state = CHECK_UNKNOWN;
        return;
    }
    row->since = row->known_since;
    out->void_from = told;
}

/* The known state becomes `to`, at `at`. */
static void settle(struct check_row *row, struct check_step *out, enum check_state to,
                   hn_instant at, hn_instant confirmed_at)
{
    change(row, out, to, at, confirmed_at);
    if (row->known != to)
        row->known_since = at;
    row->known = to;
}

/* A confirmed level that began at `at`. */
static void confirm(struct check_row *row, struct check_step *out, enum check_state to,
                    hn_instant at, hn_instant confirmed_at)
{
    settle(row, out, to, at, confirmed_at);
    row->first_fail_at = at;
}

static void step_ok(const struct check_policy *p, struct check_row *row, hn_instant at,
                    struct check_step *out)
{
    if (is_bad(row->known)) {
        row->win.n = 0;
    } else {
        window_push(&row->win, p->of, RESULT_OK, 0);
        window_trim(&row->win, p, RESULT_WARNING);
    }
    settle(row, out, CHECK_OK, at, at);
    row->last_ok_at = at;
    row->soft = row->win.n > 0;
    row->first_fail_at = window_earliest(&row->win, RESULT_WARNING);
}

/* An unknown check answers again, and what it says confirms nothing new. */
static void step_return(struct check_row *row, hn_instant at, struct check_step *out)
{
    if (row->state == CHECK_UNKNOWN && row->known != CHECK_PENDING)
        change(row, out, row->known, at, at);
}

static void step_down(const struct check_policy *p, struct check_row *row,
                      const struct check_result *r, struct check_step *out)
{
    enum check_state to = r->unreachable ? CHECK_UNREACHABLE : CHECK_CRITICAL;
    struct check_window *w = &row->win;

    if (is_down(row->known)) {
        settle(row, out, r->unreachable ? CHECK_UNREACHABLE : row->known, r->at, r->at);
        return;
    }
    window_push(w, p->of, RESULT_CRITICAL, r->at);
    if (window_count(w, RESULT_CRITICAL) >= p->n) {
        confirm(row, out, to, window_earliest(w, RESULT_CRITICAL), r->at);
        w->n = 0;
        row->soft = false;
        return;
    }
    if (row->known != CHECK_WARNING && window_count(w, RESULT_WARNING) >= p->n)
        confirm(row, out, CHECK_WARNING, window_earliest(w, RESULT_WARNING), r->at);
    else
        step_return(row, r->at, out);
    window_trim(w, p, row->known == CHECK_WARNING ? RESULT_CRITICAL : RESULT_WARNING);
    row->soft = w->n > 0;
    if (row->known != CHECK_WARNING)
        row->first_fail_at = window_earliest(w, RESULT_WARNING);
}

static void step_warning(const struct check_policy *p, struct check_row *row, hn_instant at,
                         struct check_step *out)
{
    struct check_window *w = &row->win;

    if (is_down(row->known)) {
        confirm(row, out, CHECK_WARNING, at, at);
        row->soft = false;
        return;
    }
    window_push(w, p->of, RESULT_WARNING, at);
    if (row->known != CHECK_WARNING && window_count(w, RESULT_WARNING) >= p->n)
        confirm(row, out, CHECK_WARNING, window_earliest(w, RESULT_WARNING), at);
    else
        step_return(row, at, out);
    window_trim(w, p, row->known == CHECK_WARNING ? RESULT_CRITICAL : RESULT_WARNING);
    row->soft = w->n > 0;
    if (row->known != CHECK_WARNING)
        row->first_fail_at = window_earliest(w, RESULT_WARNING);
}

void check_step(const struct check_policy *p, struct check_row *row, const struct check_result *r,
                struct check_step *out)
{
    bool told = r->outcome == OUTCOME_OK || r->outcome == OUTCOME_FAILED;

    begin_step(out);
    HN_ASSERT(p->n >= 1 && p->n <= p->of && p->of <= CHECK_OF_MAX);
    if (row->last_at != HN_UNSET && r->at <= row->last_at) {
        out->late = true;
        return;
    }
    undo_gap(p, row, r->at, out);
    gap_until(p, row, r->at, out);
    row->last_at = r->at;
    if (told && r->state != RESULT_UNKNOWN)
        row->last_level = r->state;
    switch (told ? r->state : RESULT_UNKNOWN) {
    case RESULT_OK: step_ok(p, row, r->at, out); return;
    case RESULT_WARNING: step_warning(p, row, r->at, out); return;
    case RESULT_CRITICAL: step_down(p, row, r, out); return;
    case RESULT_UNKNOWN: change(row, out, CHECK_UNKNOWN, r->at, r->at); return;
    }
}

void check_reach(struct check_row *row, bool unreachable, hn_instant at, struct check_step *out)
{
    enum check_state to = unreachable ? CHECK_UNREACHABLE : CHECK_CRITICAL;

    begin_step(out);
    if (!is_down(row->known) || row->known == to)
        return;
    if (is_down(row->state))
        change(row, out, to, HN_MAX(at, row->since), at);
    row->known = to;
    row->known_since = HN_MAX(at, row->known_since);
}

enum check_state check_row_pending(const struct check_row *row)
{
    if (!row->soft)
        return CHECK_PENDING;
    return window_count(&row->win, RESULT_CRITICAL) > 0 ? CHECK_CRITICAL : CHECK_WARNING;
}
