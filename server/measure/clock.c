/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/clock.h"

struct ivl_set clock_stops(const struct clock_mark *marks, size_t n, hn_instant until,
                           struct hn_arena *a)
{
    struct ivl *v = hn_arena_make(a, struct ivl, n + 1);
    size_t m = 0;
    hn_instant since = HN_UNSET;

    for (size_t i = 0; i < n && marks[i].at < until; i++) {
        if (marks[i].stop && since == HN_UNSET) {
            since = marks[i].at;
        } else if (!marks[i].stop && since != HN_UNSET) {
            v[m++] = (struct ivl){since, marks[i].at};
            since = HN_UNSET;
        }
    }
    if (since != HN_UNSET)
        v[m++] = (struct ivl){since, until};
    return ivl_normal(v, m, a);
}

static bool stands_at(const struct clock_mark *marks, size_t n, hn_instant t)
{
    bool stop = false;

    for (size_t i = 0; i < n && marks[i].at <= t; i++)
        stop = marks[i].stop;
    return stop;
}

/* When the running time reaches the target: it runs from start on but for the stops, and beyond the
 * last of them without end. HN_NEVER where the calendar is too short. */
static hn_instant due(const struct calendar *c, int64_t start, int64_t target, struct ivl_set stops)
{
    int64_t at = start, left = target, t;
    struct hn_err e;

    for (size_t i = 0; i < stops.n; i++) {
        int64_t run = calendar_seconds(c, at, stops.v[i].from);

        if (run >= left)
            break;
        left -= run;
        at = stops.v[i].to;
    }
    if (calendar_due(c, at, left, &t, &e) != HN_OK)
        return HN_NEVER;
    return t * HN_SEC;
}

void clock_read(const struct clock_in *in, struct hn_arena *a, struct clock_out *out)
{
    bool ended = in->end != HN_UNSET;
    hn_instant until = ended ? in->end : HN_MAX(in->now, in->start);
    int64_t start_s = ivl_floor_s(in->start);
    int64_t until_s = ivl_floor_s(until);
    struct ivl_set us = clock_stops(in->marks, in->n_marks, until, a);
    struct ivl_set stops = ivl_clip(ivl_seconds(us.v, us.n, a), start_s, until_s, a);

    *out = (struct clock_out){.breached_at = HN_UNSET};
    for (size_t i = 0; i < stops.n; i++)
        out->paused_s += calendar_seconds(in->calendar, stops.v[i].from, stops.v[i].to);
    out->elapsed_s = calendar_seconds(in->calendar, start_s, until_s) - out->paused_s;
    out->remaining_s = in->target_s - out->elapsed_s;
    out->is_paused = !ended && stands_at(in->marks, in->n_marks, in->now);
    out->is_open = calendar_is_open(in->calendar, ivl_floor_s(in->now));
    out->due_at = due(in->calendar, start_s, in->target_s, stops);
    if (until_s > ivl_floor_s(out->due_at)) {
        out->is_breached = true;
        out->breached_at = out->due_at;
    }
}
