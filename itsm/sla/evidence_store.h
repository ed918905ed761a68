/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_store.h — the rows behind the figures as JSON, made by the database: what the export
 * holds is what is stored, through none of the code that computes with it. */
#ifndef ITSM_SLA_EVIDENCE_STORE_H
#define ITSM_SLA_EVIDENCE_STORE_H

#include "server/db/db.h"

/* word: the member's name in the export */
#define EVIDENCE_PARTS(X)                                                                          \
    X(CALENDARS, "calendars")                                                                      \
    X(PRIORITIES, "priorities")                                                                    \
    X(CHECKS, "checks")                                                                            \
    X(SERVICES, "services")                                                                        \
    X(MAINTENANCES, "maintenances")                                                                \
    X(TICKETS, "tickets")                                                                          \
    X(REPORTS, "reports")                                                                          \
    X(AUDIT, "audit")                                                                              \
    X(PEOPLE, "people")
enum evidence_part {
#define X(e, w) EVIDENCE_##e,
    EVIDENCE_PARTS(X)
#undef X
        EVIDENCE_PART_COUNT
};
extern const char *const evidence_part_words[];

/* A JSON array of rows that matter within [from, to). month_from: where the month itself begins. */
enum hn_code evidence_store_part(struct db *db, struct hn_arena *a, enum evidence_part part,
                                 hn_instant from, hn_instant month_from, hn_instant to,
                                 const char **out, struct hn_err *e);
/* All versions of an SLA, oldest first. */
enum hn_code evidence_store_versions(struct db *db, struct hn_arena *a, int64_t sla_id,
                                     const char **out, struct hn_err *e);
/* The month's newest closed figures of an SLA; "null". */
enum hn_code evidence_store_closed(struct db *db, struct hn_arena *a, int64_t sla_id,
                                   const char *month, const char **out, struct hn_err *e);

#endif
