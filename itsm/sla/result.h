/* SPDX-License-Identifier: Apache-2.0 */
/* result.h — metrics other than availability, for result.c. */
#ifndef ITSM_SLA_RESULT_H
#define ITSM_SLA_RESULT_H

#include "itsm/sla/sla.h"

/* first_response and resolution: the tickets of the service whose target fell due in the month;
 * response: the samples of the service's synthetic checks. Nothing for availability. Fills r->share
 * and p95_us. */
HN_MUST_USE enum hn_code result_other_metric(struct db *db, struct hn_arena *a,
                                             struct sla_result *r, hn_instant now,
                                             struct hn_err *e);

#endif
