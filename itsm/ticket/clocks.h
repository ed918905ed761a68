/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clocks.h — a ticket's two clocks: first response and resolution (INC-22).
 *
 * Both start at reception and run in the calendar of the priority's target. They stop where the
 * journal says so and end at the first response, and at the resolution. Nothing is counted up: each
 * reading is made from the journal (server/measure/clock.h); the due columns of the row only repeat
 * it for lists.
 */
#ifndef ITSM_TICKET_CLOCKS_H
#define ITSM_TICKET_CLOCKS_H

#include "itsm/ticket/priority.h"
#include "itsm/ticket/workflow.h"
#include "server/measure/clock.h"

struct ticket_clock {
    bool has; /* there is a target; all else is 0 without one */
    int64_t target_s;
    const char *calendar; /* code */
    const char *calendar_name;
    hn_instant started_at;
    hn_instant ended_at; /* HN_UNSET: still on */
    struct clock_out at;
};
struct ticket_clocks {
    struct ticket_clock response;
    struct ticket_clock resolution;
};

/* One clock. A stop that came with the end is no pause. */
void ticket_clock_read(const struct calendar *c, hn_instant start, hn_instant end,
                       const struct clock_mark *marks, size_t n, int64_t target_s, hn_instant now,
                       struct hn_arena *a, struct ticket_clock *out);
/* What the row's due column shows: unset while the clock stands with time left. */
hn_instant ticket_clock_due(const struct ticket_clock *c);

/* Both clocks of a ticket by its priority's targets, calendar and journal. */
HN_MUST_USE enum hn_code ticket_clocks_of(struct db *db, struct hn_arena *a, const struct ticket *t,
                                          const struct ticket_workflow *w, hn_instant now,
                                          struct ticket_clocks *out, struct hn_err *e);

#endif
