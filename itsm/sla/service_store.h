/* SPDX-License-Identifier: Apache-2.0 */
/* service_store.h — the rows of sla.service, sla.sla and their versions. */
#ifndef ITSM_SERVICE_STORE_H
#define ITSM_SERVICE_STORE_H

#include "itsm/sla/sla.h"

enum hn_code service_store_list(struct db *db, struct hn_arena *a, const char *q, int64_t after,
                                int64_t limit, const struct service_row **out, size_t *n,
                                struct hn_err *e);
enum hn_code service_store_get(struct db *db, struct hn_arena *a, int64_t id,
                               struct service_row *out, struct hn_err *e);
/* Newest first. */
enum hn_code service_store_versions(struct db *db, struct hn_arena *a, int64_t id,
                                    const struct service_row **out, size_t *n, struct hn_err *e);
enum hn_code service_store_add(struct db *db, const struct service_new *in, hn_instant now,
                               int64_t *id, struct hn_err *e);
enum hn_code service_store_next(struct db *db, int64_t id, const struct service_new *in,
                                int64_t *version, struct hn_err *e);
enum hn_code service_store_add_version(struct db *db, int64_t id, int64_t version,
                                       hn_instant valid_from, const char *rule,
                                       struct hn_i64s checks, int64_t by, hn_instant now,
                                       struct hn_err *e);
enum hn_code service_store_approve(struct db *db, int64_t id, int64_t by, hn_instant now,
                                   int64_t *creator, struct hn_err *e);
enum hn_code service_store_of_checks(struct db *db, struct hn_arena *a, struct hn_i64s checks,
                                     struct hn_i64s *out, struct hn_err *e);
/* Of the ids, how many name a check that does not exist. */
enum hn_code service_store_missing_checks(struct db *db, struct hn_i64s checks, int64_t *missing,
                                          struct hn_err *e);
/* Takes the service's row lock: one sync at a time. */
enum hn_code service_store_lock(struct db *db, int64_t id, struct hn_err *e);

enum hn_code sla_store_list(struct db *db, struct hn_arena *a, int64_t service_id, int64_t after,
                            int64_t limit, const struct sla_row **out, size_t *n, struct hn_err *e);
enum hn_code sla_store_get(struct db *db, struct hn_arena *a, int64_t id, struct sla_row *out,
                           struct hn_err *e);
/* Newest first. */
enum hn_code sla_store_versions(struct db *db, struct hn_arena *a, int64_t id,
                                const struct sla_row **out, size_t *n, struct hn_err *e);
enum hn_code sla_store_at(struct db *db, struct hn_arena *a, int64_t id, hn_instant at,
                          struct sla_row *out, struct hn_err *e);
enum hn_code sla_store_add(struct db *db, const struct sla_new *in, int64_t *id, struct hn_err *e);
enum hn_code sla_store_next(struct db *db, int64_t id, const char *name, int64_t seen,
                            int64_t *version, struct hn_err *e);
enum hn_code sla_store_add_version(struct db *db, int64_t id, int64_t version,
                                   const struct sla_new *in, int64_t by, hn_instant now,
                                   struct hn_err *e);
enum hn_code sla_store_approve(struct db *db, int64_t id, int64_t by, hn_instant now,
                               int64_t *creator, struct hn_err *e);

#endif
