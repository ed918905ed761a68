/* SPDX-License-Identifier: Apache-2.0 */
/* windows.h — occurrences of approved planned stops near a time, with the names of what they cover.
 */
#ifndef ITSM_WATCH_WINDOWS_H
#define ITSM_WATCH_WINDOWS_H

#include "itsm/watch/maintenance.h"

struct window_target {
    const char *kind; /* site host service */
    int64_t id;
    const char *name;
};
struct window {
    int64_t id; /* of the planned stop */
    const char *title;
    const char *kind;
    hn_instant from, to; /* this occurrence, early end applied */
    const struct window_target *target;
    size_t n;
};

/* Those that overlap [from, to), by their beginning; at most 200. */
HN_MUST_USE enum hn_code windows_near(struct db *db, struct hn_arena *a, hn_instant from,
                                      hn_instant to, const struct window **out, size_t *n,
                                      struct hn_err *e);
/* The names behind a scope (JSON as in maintenance_row). */
HN_MUST_USE enum hn_code windows_scope(struct db *db, struct hn_arena *a, const char *scope,
                                       const struct window_target **out, size_t *n,
                                       struct hn_err *e);
bool window_covers(const struct window *w, const char *kind, int64_t id);

#endif
