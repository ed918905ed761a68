/* SPDX-License-Identifier: Apache-2.0 */
/* event_view.h — transitions as pages list them: with the names of what they belong to. Those that
 * others took the place of (superseded) are left out. */
#ifndef ITSM_EVENT_VIEW_H
#define ITSM_EVENT_VIEW_H

#include "server/db/db.h"

struct event_view {
    int64_t id;
    int64_t check_id;
    const char *check_name;
    const char *kind;
    int64_t host_id;
    const char *host_name;
    const char *host_label;
    int64_t site_id;
    const char *site_name;
    const char *from_state;
    const char *to_state;
    int64_t at;
    int64_t confirmed_at;
    const char *output;
    bool late;
    bool open; /* failing, in force, not acknowledged, not suppressed */
    int64_t ticket_id;
    const char *ticket_number;
    bool suppressed;             /* by another event or a planned stop */
    int64_t suppressed_by;       /* event, 0 */
    const char *suppressed_host; /* whose event that is */
    int64_t maintenance_id;      /* 0 */
    const char *maintenance;
    const char *acknowledged_by;
    int64_t acknowledged_at;
    const char *ack_note;
    int64_t outage_s; /* of a recovery: how long it was down, both bounds floored; else 0 */
};
extern const struct db_col event_view_cols[];
extern const size_t event_view_n;

/* Unset members do not select. */
struct event_view_filter {
    const char *q;          /* in check, host, label, output */
    const char *state;      /* to_state; "bad": all but ok */
    const char *ack;        /* "no": failing, not suppressed, not acknowledged, still so; "yes" */
    const char *suppressed; /* "yes", "no" */
    int64_t site_id, host_id, check_id;
    int64_t id; /* that one alone */
    int64_t ticket_id;
    int64_t root_id; /* the effects of that event */
    hn_instant from, to;
    /* What people call a change: not a first "ok", not a time without results after which the state
     * is as it was (one that lasts is shown); and what was unreachable and is back is an effect. */
    bool changes_only;
    int64_t before_id; /* ids below: the cursor */
    int64_t limit;
};
/* Newest first, by id. */
HN_MUST_USE enum hn_code event_view_list(struct db *db, struct hn_arena *a,
                                         const struct event_view_filter *f,
                                         const struct event_view **out, size_t *n,
                                         struct hn_err *e);
/* Failing states in force that nobody has acknowledged and nothing suppresses: the bell's number.
 */
HN_MUST_USE enum hn_code event_view_open(struct db *db, int64_t *out, struct hn_err *e);

#endif
