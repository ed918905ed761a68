/* SPDX-License-Identifier: Apache-2.0 */
/* fact_store.h — what the report tells beside the figures, read through the views of 0010. */
#ifndef ITSM_REPORT_FACT_STORE_H
#define ITSM_REPORT_FACT_STORE_H

#include "itsm/report/render.h"

/* Those of the ids that exist, ascending. */
enum hn_code fact_store_outages(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                const struct outage_fact **out, size_t *n, struct hn_err *e);
enum hn_code fact_store_tickets(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                const struct name_fact **out, size_t *n, struct hn_err *e);
enum hn_code fact_store_checks(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                               const struct name_fact **out, size_t *n, struct hn_err *e);
/* How many of the services are sample data. */
enum hn_code fact_store_samples(struct db *db, struct hn_i64s services, int64_t *n,
                                struct hn_err *e);

#endif
