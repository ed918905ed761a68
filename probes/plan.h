/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h — from what a probe is to do to what its scheduler does: only what differs from the last
 * time goes to the loop, so a check that nobody touched keeps its phase and its counters.
 */
#ifndef PROBES_PLAN_H
#define PROBES_PLAN_H

#include "probes/sched.h"

struct plan;

struct plan *plan_new(struct sched *s);
void plan_free(struct plan *p);
/* rows: all of them, by id. true: something changed, and was posted to the loop. In one thread. */
bool plan_apply(struct plan *p, const struct assignment *rows, size_t n);

#endif
