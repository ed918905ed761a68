/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow.h — the joints: a transition becomes an incident, a line in one, or an effect of another; an
 * outage becomes the SLA's. Runs in `hinomi work`, woken by hn_transition.
 *
 * Each transition is decided once, in order of insertion:
 *   - a check whose host is known to be down by another check, or all of whose host's parents are
 * down, becomes `unreachable` and is linked (suppressed_by) to the transition of the root cause;
 *   - while a parent is not decided it is held, at most FLOW_HOLD; a parent that is confirmed later
 *     takes its children over, and the incident that one of them opened;
 *   - in an approved planned stop it is held until the stop's end; what is still down then is
 * decided as if it began to be known at that time (MON-18), also where this ran too late for it;
 *   - else `critical` opens one incident; while that is open, what follows is a line in it
 * (MON-32);
 *   - a recovery is a line with the outage's length; the incident is restored when all its checks
 * are. Late and superseded transitions page nobody; they correct outages.
 *
 * Several workers may run it: an advisory lock lets one decide at a time, for a decision depends on
 * those before it. A transition that cannot be decided (a bug) is logged and set aside.
 */
#ifndef ITSM_FLOW_H
#define ITSM_FLOW_H

#include "server/module.h"

#define FLOW_HOLD (20 * HN_SEC)

/* Decides what waits; *again: there may be more. For whoever stores history: call it until it says
 * no, with the time at which it would have run. */
HN_MUST_USE enum hn_code flow_run(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                                  struct hn_err *e);

extern const struct hn_module flow_module;

#endif
