/* SPDX-License-Identifier: Apache-2.0 */
/* standing_store.h — SQL of sla.standing (standing.h). */
#ifndef ITSM_SLA_STANDING_STORE_H
#define ITSM_SLA_STANDING_STORE_H

#include "itsm/sla/standing.h"

/* Until the transaction ends; *got false: another worker has it. */
HN_MUST_USE enum hn_code standing_store_lock(struct db *db, bool *got, struct hn_err *e);
/* SLAs without a row of `month` that is younger than `older`, oldest first. */
HN_MUST_USE enum hn_code standing_store_due(struct db *db, struct hn_arena *a, const char *month,
                                            hn_instant older, int64_t limit, struct hn_i64s *out,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code standing_store_put(struct db *db, const char *month, hn_instant as_of,
                                            const struct standing_row *row, struct hn_err *e);
HN_MUST_USE enum hn_code standing_store_list(struct db *db, struct hn_arena *a, const char *month,
                                             const struct standing_row **out, size_t *n,
                                             hn_instant *as_of, struct hn_err *e);

#endif
