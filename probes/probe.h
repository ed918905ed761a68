/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h — a probe put together: loop, scheduler, the kinds of checks, the way to the database.
 *
 * probe_open() takes what needs privileges (raw sockets); then the caller gives them up;
 * probe_run() does the rest in this thread until it is told to stop. SIGTERM and SIGINT end it
 * cleanly: no further probes, a moment for those that run, everything delivered or spooled.
 */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include "server/config.h"

struct probe;

struct probe *probe_open(void);
/* name: which hosts are its own. Logs, and says "ready" when it has begun. */
HN_MUST_USE enum hn_code probe_run(struct probe *p, const struct config *cfg, const char *name,
                                   struct hn_err *e);
void probe_free(struct probe *p);

#endif
