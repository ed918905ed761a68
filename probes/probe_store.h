/* SPDX-License-Identifier: Apache-2.0 */
/* probe_store.h — what a probe reads of the configuration and writes of itself. */
#ifndef PROBES_PROBE_STORE_H
#define PROBES_PROBE_STORE_H

#include "probes/spec.h"
#include "server/db/db.h"

/* All enabled checks of enabled hosts whose probe is `name`, of kinds that a probe runs, by id. */
HN_MUST_USE enum hn_code probe_store_checks(struct db *db, const char *name, struct hn_arena *a,
                                            struct spec_row **out, size_t *n, struct hn_err *e);
/* The probe lives: its counters (a JSON object of numbers) and a note (NULL: none). */
HN_MUST_USE enum hn_code probe_store_beat(struct db *db, const char *name, hn_instant started_at,
                                          hn_instant now, const char *counters, const char *note,
                                          struct hn_err *e);

#endif
