/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h — a ticket's clock: it runs in its calendar, stops in the states that wait for others,
 * and goes on with what was left. Computed from the journal of stops and starts each time; nothing
 * is counted up anywhere.
 */
#ifndef MEASURE_CLOCK_H
#define MEASURE_CLOCK_H

#include "server/base/instant.h"
#include "server/measure/calendar.h"

/* One journal entry: from `at` on the clock stands (true) or runs (false). */
struct clock_mark {
    hn_instant at;
    bool stop;
};

struct clock_in {
    const struct calendar *calendar; /* NULL: always open */
    hn_instant start;                /* when the clock began */
    hn_instant end; /* when the target was met (responded, resolved); HN_UNSET: not yet */
    const struct clock_mark *marks; /* ascending by at; repeated stops and starts are fine */
    size_t n_marks;
    int64_t target_s; /* > 0 */
    hn_instant now;
};

struct clock_out {
    int64_t elapsed_s;   /* service seconds until end or now, less the stops */
    int64_t remaining_s; /* target − elapsed; negative when it was missed */
    /* When elapsed reaches the target. While the clock stands: as if it went on at now. Once
     * reached: when it was. HN_NEVER: not within 30 years. */
    hn_instant due_at;
    bool is_paused;         /* stands by the journal at now; false once ended */
    bool is_open;           /* its calendar is open at now: the clock really runs */
    bool is_breached;       /* the end, or now, lies after due_at */
    hn_instant breached_at; /* due_at when is_breached, else HN_UNSET */
    int64_t paused_s;       /* service seconds that the stops took out */
};

void clock_read(const struct clock_in *in, struct hn_arena *a, struct clock_out *out);

/* The stops as intervals (µs) up to `until`: for the ticket's page and for reports. */
struct ivl_set clock_stops(const struct clock_mark *marks, size_t n, hn_instant until,
                           struct hn_arena *a);

#endif
