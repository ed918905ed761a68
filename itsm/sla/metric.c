/* SPDX-License-Identifier: Apache-2.0 */
/* metric.c — metrics other than availability: shares of tickets in time. */
#include "itsm/sla/result.h"

#include "itsm/sla/result_store.h"

enum hn_code result_other_metric(struct db *db, struct hn_arena *a, struct sla_result *r,
                                 hn_instant now, struct hn_err *e)
{
    const struct sla_due *due = NULL;
    struct sla_target target = {r->sla.target_e6};
    hn_instant from = hn_month_from(r->month);
    hn_instant to = hn_month_to(r->month);
    bool resolution = hn_streq(r->sla.metric, "resolution");
    size_t n = 0;

    r->share = sla_share_of(0, 0, target); /* nothing measured: value null, met undecided */
    if (!resolution && !hn_streq(r->sla.metric, "first_response"))
        return HN_OK;
    if (result_store_due(db, a, r->service.id, resolution, from, to, &due, &n, e) != HN_OK)
        return hn_ctx(e, "tickets in time");
    r->share = sla_share_due(due, n, from, to, now, target);
    return HN_OK;
}
