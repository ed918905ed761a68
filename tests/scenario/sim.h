/* SPDX-License-Identifier: Apache-2.0 */
/* sim.h — the devices of a scenario, as a probe meets them. Private to the scenarios. */
#ifndef HN_TESTS_SCENARIO_SIM_H
#define HN_TESTS_SCENARIO_SIM_H

#include "tests/scenario/scn.h"

/* enum, the script's verb, outcome, state: what each of its probes tells */
#define SIM_SAYS(X)                                                                                \
    X(NOTHING, "silent", LOST, UNKNOWN) /* no result comes at all */                               \
    X(OK, "up", OK, OK)                                                                            \
    X(WARNING, "warn", FAILED, WARNING)                                                            \
    X(CRITICAL, "down", FAILED, CRITICAL)                                                          \
    X(UNKNOWN, "strange", FAILED, UNKNOWN)                                                         \
    X(NOT_RUN, "unsent", NOT_RUN, UNKNOWN)                                                         \
    X(LOST, "lost", LOST, UNKNOWN)
enum sim_says {
#define X(e, w, outcome, state) SAYS_##e,
    SIM_SAYS(X)
#undef X
};

#define SIM_PARENTS_MAX 8
struct sim {
    int64_t check_id, host_id;
    hn_span interval, retry;
    bool liveness;
    int64_t parent[SIM_PARENTS_MAX]; /* hosts */
    size_t n_parents;
    /* kept by sim.c */
    hn_instant phase; /* one time of its grid; HN_UNSET: never asked yet */
    hn_instant due, sent_at;
    enum sim_says says, told;
    const char *text;
    bool soft, failing;
    struct sim *next;
};

void sim_new(struct scn *s, const struct sim *in);
void sim_off(struct scn *s, int64_t check);    /* no probe asks it any more */
void sim_forget(struct scn *s, int64_t check); /* it is deleted */

#endif
