/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sched.h — when each check is probed, and what becomes of it.
 *
 * A task is a check at run time. It is probed on a grid of its interval whose phase is spread
 * evenly by the check's number, so that load is level and a restart keeps the grid. While its state
 * is soft (a streak runs that is not confirmed) it is probed after retry_interval instead. It is
 * never probed twice at once: the next time is computed when a probe ends.
 *
 * Each scheduled probe leaves exactly one result: ok, failed, not run or lost. A slot that the loop
 * missed altogether (a stopped process, a suspended machine) is lost; what still runs when the
 * probe ends is lost.
 *
 * Parents: when a check begins to fail, the liveness checks of its host's parents are probed at
 * once, so that the cause is known as early as the effect.
 *
 * A kind of check is a table entry (struct kind). start() begins a probe and must call sched_done()
 * exactly once for it, now or later, unless cancel() came before. Everything runs in the loop's
 * thread.
 */
#ifndef PROBES_SCHED_H
#define PROBES_SCHED_H

#include "probes/loop.h"
#include "server/ingest/packed.h"
#include "probes/reading.h"
#include "probes/spec.h"

#include <stdatomic.h>

struct sched;
struct task;

struct kind {
    void (*start)(void *self, struct task *t);
    void (*cancel)(void *self, struct task *t);
    void (*forget)(void *self, struct task *t); /* frees t->kept */
    void *self;
};

struct task {
    struct sched *sched;
    struct probe_spec *spec;
    struct check_row row;
    struct loop_timer due;
    bool is_running;
    hn_instant sent_at; /* of the running probe */
    struct hn_mono began;
    struct hn_mono last_began;
    void *run;            /* the kind's, while it runs */
    void *kept;           /* the kind's, from probe to probe */
    struct task *by_id;   /* hash chains */
    struct task *by_host; /* of the host's liveness checks */
};

/* What was scheduled and what it left; read by any thread. */
struct sched_counts {
    atomic_llong tasks, running, scheduled, ok, failed, not_run, lost, at_once;
    atomic_llong lag_us_max; /* since the last reset */
};

typedef void sched_sink_fn(void *ctx, struct packed *p); /* takes the result over */

struct sched *sched_new(struct loop *l, sched_sink_fn *sink, void *ctx);
void sched_kind(struct sched *s, enum probe_kind k, const struct kind *kind);
/* Adds a check, or changes it where it is there: state and phase stay. Takes the spec over. */
void sched_put(struct sched *s, struct probe_spec *spec);
void sched_remove(struct sched *s, int64_t check_id);
/* No further probes; true when none runs any more. */
bool sched_drain(struct sched *s);
/* What still runs is lost; all tasks go. */
void sched_free(struct sched *s);

struct loop *sched_loop(struct sched *s);
struct sched_counts *sched_counts(struct sched *s);
struct task *sched_find(struct sched *s, int64_t check_id);

/* For kinds: an arena that is empty now and reset by sched_done(). For a reading that is made in
 * one go. */
struct hn_arena *sched_arena(struct sched *s);
/* The probe really left at another time than start() (which is the default). */
void sched_sent(struct task *t, hn_instant at);
/* Ends the running probe with what was found. */
void sched_done(struct task *t, struct reading *r);
/* Probes a check now, unless it runs or ran within the last second. */
void sched_at_once(struct task *t);

#endif
