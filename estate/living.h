/* SPDX-License-Identifier: Apache-2.0 */
/* living.h — the sample history while it is lived: what happens when, and who does it. Private to
 * the history. */
#ifndef ESTATE_LIVING_H
#define ESTATE_LIVING_H

#include "estate/past.h"

#define LIVING_ACTS(X)                                                                             \
    X(FLOW) /* the background decides on what was ingested */                                      \
    X(STOP_PROPOSE)                                                                                \
    X(STOP_APPROVE)                                                                                \
    X(ASSIGN)                                                                                      \
    X(START)                                                                                       \
    X(NOTE)                                                                                        \
    X(VENDOR)                                                                                      \
    X(RESUME)                                                                                      \
    X(RESOLVE)                                                                                     \
    X(CLOSE)                                                                                       \
    X(CORRECT)                                                                                     \
    X(CORRECT_APPROVE)                                                                             \
    X(EXCLUDE)                                                                                     \
    X(EXCLUDE_DECIDE)                                                                              \
    X(GAP)                                                                                         \
    X(GAP_DECIDE)                                                                                  \
    X(REPORT) /* closing.c */                                                                      \
    X(REPORT_AGAIN)                                                                                \
    X(REPORT_REVIEW)                                                                               \
    X(REPORT_SUBMIT)                                                                               \
    X(REPORT_SEND_BACK)                                                                            \
    X(REPORT_APPROVE)
enum living_act {
#define X(a) LIVING_##a,
    LIVING_ACTS(X)
#undef X
};

struct living_event {
    hn_instant at;
    enum living_act act;
    size_t subject; /* the trouble's index; of a report the month's */
};

/* What is known of a trouble while it goes on. */
struct living_state {
    int64_t ticket_id, service_id, outage_id, object_id;
};

struct living {
    struct db *db;
    const struct estate *s;
    const struct people *people;
    struct past *p;
    struct living_state *state; /* by trouble */
    struct living_event *event;
    size_t n_events, room;
    int64_t report[ESTATE_MONTHS_MAX + 1]; /* the month's newest edition */
    hn_instant cursor;                     /* results are in up to here */
    struct hn_arena *a;                    /* of one step */
};

/* All events of the plan, by time. Lives in the arena. */
void living_plan(struct living *l, struct hn_arena *a);
/* While planning: one more, if it lies before the end. */
void living_add(struct living *l, size_t subject, enum living_act act, hn_instant at);
/* One act of people; not LIVING_FLOW. */
HN_MUST_USE enum hn_code living_do(struct living *l, const struct living_event *v,
                                   struct hn_err *e);

#endif
