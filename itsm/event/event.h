/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h — what people do with events: acknowledge them, and look at the samples behind them.
 * Lists are event_view.h's.
 *
 * An event is acknowledged (確認) once: of two who press at the same moment one wins, the other is
 * told who it was (MON-30).
 */
#ifndef ITSM_EVENT_H
#define ITSM_EVENT_H

#include "itsm/event/event_view.h"
#include "itsm/event/timeline.h"
#include "server/auth/actor.h"
#include "server/module.h"

HN_MUST_USE enum hn_code event_get(struct db *db, struct hn_arena *a, int64_t id,
                                   struct event_view *out, struct hn_err *e);
/* HN_E_CONFLICT: acknowledged already, the message says by whom and when; or the event is no
 * failure. */
HN_MUST_USE enum hn_code event_acknowledge(struct db *db, struct hn_arena *a,
                                           const struct actor *who, int64_t id, const char *note,
                                           hn_instant now, struct hn_err *e);
/* The stored samples around the event: from the last good one before it to the end of what it
 * began. */
HN_MUST_USE enum hn_code event_samples(struct db *db, struct hn_arena *a, int64_t id, int64_t limit,
                                       const struct timeline_sample **out, size_t *n,
                                       struct hn_err *e);

/* Happenings that are no state: 再起動検知 … newest first. */
struct event_notice {
    int64_t id;
    int64_t check_id;
    const char *check_name;
    int64_t host_id;
    const char *host_name;
    const char *host_label;
    const char *kind;
    hn_instant at;
    const char *text;
};
extern const struct db_col event_notice_cols[];
extern const size_t event_notice_n;
/* Unset members do not select. */
struct event_notice_filter {
    const char *q; /* in check, host, label, text */
    int64_t host_id, check_id;
    int64_t before_id; /* ids below: the cursor */
    int64_t limit;
};
HN_MUST_USE enum hn_code event_notices(struct db *db, struct hn_arena *a,
                                       const struct event_notice_filter *f,
                                       struct event_notice **out, size_t *n, struct hn_err *e);

/* The filters of a list's query, for the API and the export. limit is one more than was asked for.
 */
HN_MUST_USE enum hn_code event_api_filter(struct http_ctx *c, struct event_view_filter *f,
                                          struct hn_err *e);

extern const struct hn_module event_module;

#endif
