/* SPDX-License-Identifier: Apache-2.0 */
/* bulk.h — one act on many tickets; each is an act of its own, so that one refusal stops no other.
 */
#ifndef ITSM_TICKET_BULK_H
#define ITSM_TICKET_BULK_H

#include "itsm/ticket/ticket.h"

#define TICKET_BULK_MAX 500

struct ticket_bulk_in {
    const char *act; /* "assign", "transition", "priority", "comment" */
    const char *to;
    const char *comment;
    const char *resolution;
    int64_t assignee_id, group_id; /* -1: stays */
    const char *priority;
    const char *reason;
};
struct ticket_bulk_result {
    int64_t id;
    const char *number; /* NULL where there is no such ticket */
    enum hn_code code;
    const char *message; /* NULL when it worked */
    const char *allowed;
};
/* results: room for n. Returns an error only where nothing could be tried. */
HN_MUST_USE enum hn_code ticket_bulk(struct db *db, struct hn_arena *a, const struct actor *by,
                                     const int64_t *ids, size_t n, const struct ticket_bulk_in *in,
                                     hn_instant now, struct ticket_bulk_result *results,
                                     struct hn_err *e);

#endif
