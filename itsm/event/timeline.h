/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline.h — the states of checks over time, as the transitions tell them: what services, outages
 * and evidence are computed from. Transitions that a late batch corrected are left out.
 */
#ifndef ITSM_EVENT_TIMELINE_H
#define ITSM_EVENT_TIMELINE_H

#include "server/db/db.h"
#include "server/measure/service_rule.h"

/* One timeline a check, in the order of ids (which must ascend), each from its last transition at
 * or before `from` to before `to`. A check without transitions has n = 0. */
HN_MUST_USE enum hn_code timeline_read(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                       hn_instant from, hn_instant to,
                                       const struct check_timeline **out, struct hn_err *e);

/* The transitions behind an outage, for evidence and drill-down. */
struct timeline_step {
    int64_t id;
    int64_t check_id;
    const char *check_name;
    int64_t host_id;
    const char *host_name;
    const char *from_state;
    const char *to_state;
    int64_t at;
    int64_t confirmed_at;
    const char *output;
    int64_t ticket_id;
};
HN_MUST_USE enum hn_code timeline_steps(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                        hn_instant from, hn_instant to,
                                        const struct timeline_step **out, size_t *n,
                                        struct hn_err *e);

/* The stored samples around failing streaks of these checks within [from, to). */
struct timeline_sample {
    int64_t check_id;
    int64_t at;
    const char *outcome;
    const char *state;
    const char *output;
    const char *probe;
};
HN_MUST_USE enum hn_code timeline_samples(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                          hn_instant from, hn_instant to, int64_t limit,
                                          const struct timeline_sample **out, size_t *n,
                                          struct hn_err *e);

#endif
