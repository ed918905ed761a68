/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim.h — what of planned maintenance enters M of an SLA month (interfaces, "What the figures
 * mean"): occurrences that were approved at or before their beginning, with the end that was
 * approved then, cut by an early end. A late approval silences alarms but never comes out of here.
 */
#ifndef ITSM_WATCH_CLAIM_H
#define ITSM_WATCH_CLAIM_H

#include "server/db/db.h"
#include "server/measure/interval.h"

struct claim {
    int64_t maintenance_id;
    const char *title;
    const char *kind; /* own, cloud_update */
    int64_t change_id;
    int64_t approved_by;
    const char *approver;
    int64_t approved_at;
    int64_t from, to; /* this occurrence, as it enters M */
};

/* Those of the service within [from, to): its scope names the service, one of the hosts that its
 * rule's checks belong to, or the site of the service or of such a host. */
HN_MUST_USE enum hn_code claim_of_service(struct db *db, struct hn_arena *a, int64_t service_id,
                                          struct hn_i64s checks, hn_instant from, hn_instant to,
                                          const struct claim **out, size_t *n, struct hn_err *e);

#endif
