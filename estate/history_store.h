/* SPDX-License-Identifier: Apache-2.0 */
/* history_store.h — what the sample history reads and writes beside the acts of the parts. */
#ifndef ESTATE_HISTORY_STORE_H
#define ESTATE_HISTORY_STORE_H

#include "server/base/arena.h"
#include "server/db/db.h"

/* Transitions and tickets there are. */
HN_MUST_USE enum hn_code history_store_count(struct db *db, int64_t *n, struct hn_err *e);
/* Sets the intervals of n checks. */
HN_MUST_USE enum hn_code history_store_intervals(struct db *db, const int64_t *ids,
                                                 const int64_t *interval_s, const int64_t *retry_s,
                                                 size_t n, struct hn_err *e);
/* A series' id, made where it is missing. */
HN_MUST_USE enum hn_code history_store_series(struct db *db, int64_t check_id, const char *metric,
                                              const char *unit, const char *kind, hn_instant now,
                                              int64_t *id, struct hn_err *e);
/* Journal rows that end before `before`: their samples stand in chunks. */
HN_MUST_USE enum hn_code history_store_drop_journal(struct db *db, hn_instant before,
                                                    struct hn_err *e);
/* Outages that the rules measured, and others, are sample data. */
HN_MUST_USE enum hn_code history_store_mark(struct db *db, struct hn_err *e);
/* The service's outage that overlaps the time; 0: none. */
HN_MUST_USE enum hn_code history_store_outage(struct db *db, int64_t service_id, hn_instant at,
                                              int64_t *id, struct hn_err *e);

#endif
