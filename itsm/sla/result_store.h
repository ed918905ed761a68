/* SPDX-License-Identifier: Apache-2.0 */
/* result_store.h — the figures of closed months (sla.closed_result). */
#ifndef ITSM_RESULT_STORE_H
#define ITSM_RESULT_STORE_H

#include "itsm/sla/sla.h"

enum hn_code result_store_close(struct db *db, int64_t report_id, int64_t sla_id,
                                struct hn_month month, int edition, const char *figures,
                                struct hn_err *e);
/* The newest closed edition's JSON; HN_E_NOT_FOUND when the month is not closed for this SLA. */
enum hn_code result_store_closed(struct db *db, struct hn_arena *a, int64_t sla_id,
                                 struct hn_month month, const char **out, struct hn_err *e);
/* A certain edition; 0: the newest. *out NULL when there is none. */
enum hn_code result_store_edition(struct db *db, struct hn_arena *a, int64_t sla_id,
                                  struct hn_month month, int64_t edition, const char **out,
                                  struct hn_err *e);
/* The newest closed editions' seconds, for the year's sum and trends, into those of the n months of
 * `out` (whose month is set) that are closed: their edition is then not 0. */
enum hn_code result_store_closed_briefs(struct db *db, struct hn_arena *a, int64_t sla_id,
                                        struct sla_brief *out, size_t n, struct hn_err *e);
/* Tickets of the service whose first response (or resolution) fell due within [from, to). */
enum hn_code result_store_due(struct db *db, struct hn_arena *a, int64_t service_id,
                              bool resolution, hn_instant from, hn_instant to,
                              const struct sla_due **out, size_t *n, struct hn_err *e);

#endif
