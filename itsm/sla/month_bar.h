/* SPDX-License-Identifier: Apache-2.0 */
/* month_bar.h — the sets behind a month's figures, and their bar as SVG. */
#ifndef ITSM_SLA_MONTH_BAR_H
#define ITSM_SLA_MONTH_BAR_H

#include "itsm/sla/sla.h"

/* In seconds, within what was computed: they add up as the figures do. */
struct month_sets {
    int64_t from, to; /* of the whole month */
    struct ivl_set planned, maintenance, exclusion, down, unmeasured, up;
};
HN_MUST_USE enum hn_code month_sets_of(struct db *db, struct hn_arena *a,
                                       const struct sla_result *r, struct month_sets *out,
                                       struct hn_err *e);
/* <svg>: safe text. label: what it shows in words. */
const char *month_bar(struct hn_arena *a, const struct month_sets *s, const char *label);
/* 13 months as a line; NULL values (den 0) are gaps. target_e6 as a dashed line. */
const char *month_trend(struct hn_arena *a, const struct sla_brief *v, size_t n, int64_t target_e6,
                        const char *label);

#endif
