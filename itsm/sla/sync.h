/* SPDX-License-Identifier: Apache-2.0 */
/* sync.h — a service's value over time by all versions of its rule: for sync.c, result.c and
 * evidence. */
#ifndef ITSM_SLA_SYNC_H
#define ITSM_SLA_SYNC_H

#include "itsm/sla/sla.h"

/* versions: newest first, as service_versions() gives them. lines: of all checks that any of them
 * names, ascending (sync_checks()). down: each interval one outage; to is HN_NEVER where it is open
 * at `to`. unknown: where the value is unknown. Microseconds. */
HN_MUST_USE enum hn_code sync_timeline(struct hn_arena *a, const struct service_row *versions,
                                       size_t n_versions, const struct check_timeline *lines,
                                       size_t n_lines, hn_instant from, hn_instant to,
                                       struct ivl_set *down, struct ivl_set *unknown,
                                       struct hn_err *e);
/* All checks that any version names, ascending, each once. */
struct hn_i64s sync_checks(struct hn_arena *a, const struct service_row *versions, size_t n);

#endif
