/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_rule.h — when a service is up, said over its checks, and what that makes of a month.
 *
 *   {"check": 12}   {"all": [R, …]}   {"any": [R, …]}   {"at_least": 2, "of": [R, …]}      nested
 *
 * Evaluation is three-valued: ok and warning are up, critical and unreachable are down, unknown and
 * pending are unknown; the service is unknown only when the answer depends on what is not known.
 */
#ifndef MEASURE_SERVICE_RULE_H
#define MEASURE_SERVICE_RULE_H

#include "server/base/jw.h"
#include "server/measure/check_state.h"
#include "server/measure/interval.h"

#define RULE_DEPTH_MAX 8
#define RULE_NODES_MAX 500

struct service_rule;

/* Reads a rule from JSON. HN_E_MALFORMED: not JSON. HN_E_INVALID names the place:
 * "rule.all[1].check". A check may stand more than once. Empty lists are refused. 1 <= k <= number
 * of `of`. */
HN_MUST_USE enum hn_code rule_parse(const char *json, size_t n, struct hn_arena *a,
                                    const struct service_rule **out, struct hn_err *e);
/* The rule as JSON, as the value of key (NULL inside an array); reads back the same. */
void rule_write(const struct service_rule *r, const char *key, struct hn_jw *w);
/* The ids it names, ascending, each once. */
struct hn_i64s rule_checks(const struct service_rule *r, struct hn_arena *a);

/* states[i] is that of ids.v[i]; a check that is not among the ids is unknown. ids ascending. */
enum check_value rule_eval(const struct service_rule *r, struct hn_i64s ids,
                           const enum check_state *states);
const char *check_value_word(enum check_value v); /* "up", "down", "unknown" */

/* One check's states over time: ascending by at; a later entry with the same time wins. Before its
 * first entry a check is unknown. */
struct state_at {
    hn_instant at;
    enum check_state state;
};
struct check_timeline {
    int64_t check_id;
    const struct state_at *v;
    size_t n;
};

/*
 * What the rule's value was between from and to (microseconds).
 *
 * down:    an outage begins when the value becomes down and ends at the first up: one that is open
 * when a gap begins stays open. Each interval of `down` is one outage. unknown: where the value is
 * unknown (inside an outage too: SLA arithmetic gives that to the outage). open:    whether an
 * outage was open when the timelines begin (at the earliest entry).
 *
 * Give each timeline from its last entry at or before `from` on. Where the service was unknown at
 * `from`, begin at the last up before it, or say by `open` what was so.
 * outages[i] is down.v[i] with its own bounds: it may have begun before `from`, and `to` is
 * HN_NEVER where it is still open at the end of the timelines.
 */
struct service_timeline {
    struct ivl_set down;
    struct ivl_set unknown;
    const struct ivl
        *outages; /* the outages of `down` with their own bounds, not cut; to may be HN_NEVER */
    enum check_value last; /* the value just before `to` */
    bool is_open;          /* an outage began before `to` and has not ended by it */
};
void service_timeline(const struct service_rule *r, const struct check_timeline *t, size_t n,
                      bool open, hn_instant from, hn_instant to, struct hn_arena *a,
                      struct service_timeline *out);

#endif
