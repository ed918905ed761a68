/* SPDX-License-Identifier: Apache-2.0 */
/* maintenance_store.h — the rows of watch.maintenance. */
#ifndef ITSM_MAINTENANCE_STORE_H
#define ITSM_MAINTENANCE_STORE_H

#include "itsm/watch/maintenance.h"

enum hn_code maintenance_store_list(struct db *db, struct hn_arena *a,
                                    const struct maintenance_filter *f,
                                    const struct maintenance_row **out, size_t *n,
                                    struct hn_err *e);
enum hn_code maintenance_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                                   struct maintenance_row *out, struct hn_err *e);
enum hn_code maintenance_store_add(struct db *db, const struct maintenance_new *in, int64_t by,
                                   hn_instant now, int64_t *id, struct hn_err *e);
enum hn_code maintenance_store_change(struct db *db, int64_t id, const struct maintenance_new *in,
                                      struct hn_err *e);
enum hn_code maintenance_store_decide(struct db *db, int64_t id, bool approve, int64_t by,
                                      const char *note, hn_instant now, struct hn_err *e);
enum hn_code maintenance_store_end(struct db *db, int64_t id, const char *state, hn_instant now,
                                   struct hn_err *e);
/* Approved ones whose scope names the host or its site, or a service whose rule names one of its
 * checks, and that are in force at `at` or recur. */
enum hn_code maintenance_store_of_host(struct db *db, struct hn_arena *a, int64_t host_id,
                                       hn_instant at, const struct maintenance_row **out, size_t *n,
                                       struct hn_err *e);
/* The same for a service and the checks of its rule, within [from, to). */
enum hn_code maintenance_store_of_service(struct db *db, struct hn_arena *a, int64_t service_id,
                                          struct hn_i64s checks, hn_instant from, hn_instant to,
                                          const struct maintenance_row **out, size_t *n,
                                          struct hn_err *e);
/* How many of the ids that the scope names do not exist. */
enum hn_code maintenance_store_missing(struct db *db, const char *scope, int64_t *missing,
                                       struct hn_err *e);

#endif
