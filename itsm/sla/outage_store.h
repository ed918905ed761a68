/* SPDX-License-Identifier: Apache-2.0 */
/* outage_store.h — the rows of sla.outage, sla.outage_change, sla.exclusion and sla.gap_decision.
 */
#ifndef ITSM_OUTAGE_STORE_H
#define ITSM_OUTAGE_STORE_H

#include "itsm/sla/sla.h"

enum hn_code outage_store_list(struct db *db, struct hn_arena *a, const struct outage_filter *f,
                               const struct outage_row **out, size_t *n, struct hn_err *e);
enum hn_code outage_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                              struct outage_row *out, struct hn_err *e);
/* Rule-measured ones that reach to or beyond `from` by what the rule measured, ascending. */
enum hn_code outage_store_measured(struct db *db, struct hn_arena *a, int64_t service_id,
                                   hn_instant from, const struct outage_row **out, size_t *n,
                                   struct hn_err *e);
enum hn_code outage_store_add(struct db *db, const struct outage_new *in, const char *source,
                              int64_t by, hn_instant now, int64_t *id, struct hn_err *e);
/* What the rule measured now; from_at and to_at follow unless a correction is in force. */
enum hn_code outage_store_measure(struct db *db, int64_t id, hn_instant from, hn_instant to,
                                  struct hn_err *e);
enum hn_code outage_store_void_measured(struct db *db, int64_t id, struct hn_err *e);
enum hn_code outage_store_set_ticket(struct db *db, int64_t id, int64_t ticket_id,
                                     struct hn_err *e);
enum hn_code outage_store_correct(struct db *db, int64_t id, hn_instant from, hn_instant to,
                                  bool void_it, struct hn_err *e);

enum hn_code outage_store_changes(struct db *db, struct hn_arena *a, int64_t outage_id,
                                  bool waiting, const struct outage_change_row **out, size_t *n,
                                  struct hn_err *e);
enum hn_code outage_store_propose(struct db *db, const struct outage_row *old,
                                  const struct outage_correction *in, int64_t by, hn_instant now,
                                  int64_t *id, struct hn_err *e);
enum hn_code outage_store_decide(struct db *db, int64_t change_id, const char *state, int64_t by,
                                 const char *note, hn_instant now, struct hn_err *e);

enum hn_code exclusion_store_list(struct db *db, struct hn_arena *a,
                                  const struct exclusion_filter *f,
                                  const struct exclusion_row **out, size_t *n, struct hn_err *e);
enum hn_code exclusion_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                                 struct exclusion_row *out, struct hn_err *e);
enum hn_code exclusion_store_add(struct db *db, const struct exclusion_new *in, int64_t by,
                                 hn_instant now, int64_t *id, struct hn_err *e);
enum hn_code exclusion_store_decide(struct db *db, int64_t id, const char *state, int64_t by,
                                    const char *note, hn_instant now, struct hn_err *e);

enum hn_code gap_store_list(struct db *db, struct hn_arena *a, int64_t service_id, int64_t id,
                            hn_instant from, hn_instant to, const struct gap_row **out, size_t *n,
                            struct hn_err *e);
enum hn_code gap_store_add(struct db *db, const struct gap_new *in, int64_t by, hn_instant now,
                           int64_t *id, struct hn_err *e);
enum hn_code gap_store_decide(struct db *db, int64_t id, const char *state, int64_t by,
                              const char *note, int64_t exclusion_id, hn_instant now,
                              struct hn_err *e);

#endif
