/* SPDX-License-Identifier: Apache-2.0 */
/* event_store.h — acknowledgements and notices in the database. */
#ifndef ITSM_EVENT_STORE_H
#define ITSM_EVENT_STORE_H

#include "itsm/event/event.h"

/* *won: false when somebody else was first. Also marks the check while it is in that state. */
HN_MUST_USE enum hn_code event_store_acknowledge(struct db *db, int64_t id, int64_t account_id,
                                                 const char *note, hn_instant now, bool *won,
                                                 struct hn_err *e);
/* When what the event began was over: the check's next transition to ok; HN_NEVER while it lasts.
 */
HN_MUST_USE enum hn_code event_store_end(struct db *db, int64_t id, hn_instant *end,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code event_store_notices(struct db *db, struct hn_arena *a,
                                             const struct event_notice_filter *f,
                                             struct event_notice **out, size_t *n,
                                             struct hn_err *e);

#endif
