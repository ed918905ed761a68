/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload.h — the thread that keeps the scheduler's checks as the database has them.
 *
 * It loads them at the start, when somebody notifies hn_config, and every 30 seconds; only what
 * differs from the last load goes to the loop, so a check that nobody touched keeps its phase and
 * its counters. While the database is away the checks stay as they are. Every five seconds it
 * writes the probe's counters and note.
 */
#ifndef PROBES_RELOAD_H
#define PROBES_RELOAD_H

#include "probes/sched.h"

struct reload;

/* The counters as a JSON object in the arena; called in this thread. */
typedef const char *reload_counters_fn(void *ctx, struct hn_arena *a);

struct reload_setup {
    const char *conninfo, *probe;
    struct sched *sched;
    reload_counters_fn *counters;
    void *ctx;
    const char *note; /* NULL */
};

/* Strings are borrowed for the thread's life. */
HN_MUST_USE enum hn_code reload_new(const struct reload_setup *s, struct reload **out,
                                    struct hn_err *e);
/* Ends the thread, within a second or so. The loop must not run any more when it returns, or must
 * be turned once more: it may have been given work. */
void reload_free(struct reload *r);

#endif
