/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rrule.h — occurrences of a recurring window (RFC 5545 RRULE), expanded by libical in Asia/Tokyo's
 * local time. Bounded: at most RRULE_OCCURRENCES_MAX steps from the start.
 */
#ifndef ITSM_WATCH_RRULE_H
#define ITSM_WATCH_RRULE_H

#include "server/base/arena.h"
#include "server/base/instant.h"
#include "server/measure/interval.h"

#define RRULE_TEXT_MAX 300
#define RRULE_OCCURRENCES_MAX 5000

/* HN_E_INVALID names `recurrence`: not a rule, or one that repeats more often than daily. */
HN_MUST_USE enum hn_code rrule_check(const char *rule, struct hn_err *e);
/* Occurrences of [from, to) repeated by the rule (NULL: just the one) that overlap [begin, end),
 * ascending. A rule that does not parse gives the first occurrence alone. */
void rrule_expand(const char *rule, hn_instant from, hn_instant to, hn_instant begin,
                  hn_instant end, struct hn_arena *a, const struct ivl **out, size_t *n);

#endif
