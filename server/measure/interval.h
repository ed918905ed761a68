/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interval.h — sets of half-open intervals [from, to) on int64.
 *
 * The unit is the caller's: the same code serves seconds (SLA arithmetic, calendars) and
 * microseconds (outages, maintenance). A *set* is normal: ascending, without empty intervals, and
 * neither overlapping nor touching. ivl_normal() makes one of any list; every other function takes
 * sets and gives sets. Results live in the arena; inputs are borrowed and never changed. A set
 * without memory, {NULL, 0}, is the empty set.
 *
 * For all sets: |a| = |a ∩ b| + |a \ b|, and |a ∪ b| = |a| + |b| − |a ∩ b|.
 */
#ifndef MEASURE_INTERVAL_H
#define MEASURE_INTERVAL_H

#include "server/base/arena.h"

struct ivl {
    int64_t from, to;
};

struct ivl_set {
    const struct ivl *v;
    size_t n;
};

/* Any list (unordered, overlapping, empty or backward ones among them) as a set. */
struct ivl_set ivl_normal(const struct ivl *v, size_t n, struct hn_arena *a);
/* One interval as a set; empty where to <= from. */
struct ivl_set ivl_one(int64_t from, int64_t to, struct hn_arena *a);

struct ivl_set ivl_union(struct ivl_set x, struct ivl_set y, struct hn_arena *a);
struct ivl_set ivl_intersect(struct ivl_set x, struct ivl_set y, struct hn_arena *a);
struct ivl_set ivl_subtract(struct ivl_set x, struct ivl_set y, struct hn_arena *a); /* x \ y */
struct ivl_set ivl_clip(struct ivl_set x, int64_t from, int64_t to, struct hn_arena *a);

/* Sum of the lengths; stops at INT64_MAX. */
int64_t ivl_measure(struct ivl_set x);
/* |x ∩ [from, to)| without making the set. */
int64_t ivl_measure_in(struct ivl_set x, int64_t from, int64_t to);
bool ivl_contains(struct ivl_set x, int64_t t);
bool ivl_overlaps(struct ivl a, struct ivl b); /* they share a point */
bool ivl_is_normal(struct ivl_set x);

/* Microseconds to whole seconds, both bounds floored (towards the past, before 1970 too);
 * HN_NEVER and HN_UNSET stay the far ends. */
int64_t ivl_floor_s(int64_t us);
/* A list in microseconds as a set in seconds: bounds floored, then normal. An interval within one
 * second vanishes. */
struct ivl_set ivl_seconds(const struct ivl *us, size_t n, struct hn_arena *a);

#endif
