/* SPDX-License-Identifier: Apache-2.0 */
/* load_store.h — the rows of the sample estate, written in bulk and only where they are missing. */
#ifndef ESTATE_LOAD_STORE_H
#define ESTATE_LOAD_STORE_H

#include "estate/estate.h"
#include "server/db/db.h"

HN_MUST_USE enum hn_code load_store_segments(struct db *db, const struct estate *s,
                                             struct hn_err *e);
HN_MUST_USE enum hn_code load_store_sites(struct db *db, const struct estate *s, struct hn_err *e);
HN_MUST_USE enum hn_code load_store_lines(struct db *db, const struct estate *s, struct hn_err *e);
HN_MUST_USE enum hn_code load_store_systems(struct db *db, const struct estate *s,
                                            struct hn_err *e);
/* Hosts and their parents; those that are there already stay as people left them. *added says how
 * many are new. */
HN_MUST_USE enum hn_code load_store_hosts(struct db *db, const struct estate *s, hn_instant now,
                                          int64_t *added, struct hn_err *e);

struct load_check {
    const char *host, *name, *kind, *monitoring, *params, *thresholds;
    int64_t interval_s, retry_s;
    double timeout_s;
    bool liveness, sla;
};
HN_MUST_USE enum hn_code load_store_checks(struct db *db, const struct load_check *v, size_t n,
                                           hn_instant now, struct hn_arena *a, struct hn_err *e);
/* The machine itself, watched by the probe `local`. */
HN_MUST_USE enum hn_code load_store_machine(struct db *db, bool with_snmp, hn_instant now,
                                            struct hn_err *e);
/* A state for each check that has none: pending, as that of a check that a person adds. */
HN_MUST_USE enum hn_code load_store_states(struct db *db, struct hn_err *e);
/* 0: there is no such check. */
HN_MUST_USE enum hn_code load_store_check_id(struct db *db, const char *host, const char *check,
                                             int64_t *id, struct hn_err *e);
/* A row of the table by its code or name; 0 where there is none. */
HN_MUST_USE enum hn_code load_store_site_id(struct db *db, const char *code, int64_t *id,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code load_store_system_id(struct db *db, const char *code, int64_t *id,
                                              struct hn_err *e);
HN_MUST_USE enum hn_code load_store_service_id(struct db *db, const char *name, int64_t *id,
                                               struct hn_err *e);
HN_MUST_USE enum hn_code load_store_calendar_id(struct db *db, const char *code, int64_t *id,
                                                struct hn_err *e);
/* Thousands of rows are new: the planner learns of them now, not when autovacuum comes by. */
HN_MUST_USE enum hn_code load_store_analyze(struct db *db, struct hn_err *e);

#endif
