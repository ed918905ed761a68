/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing.h — how the SLAs stand in the running month, for pages that show them at a glance (home,
 * wall).
 *
 * An exact result is computed from its rows, year and all, which is too much for a page that many
 * have open all day. `hinomi work` computes each SLA at most every five minutes and keeps what it
 * found, with the time for which it holds; nothing is decided by these rows, and the SLA pages do
 * not read them.
 */
#ifndef ITSM_SLA_STANDING_H
#define ITSM_SLA_STANDING_H

#include "itsm/sla/sla.h"

struct standing_row {
    int64_t sla_id;
    const char *service_name;
    const char *name;   /* of the SLA, NULL */
    const char *metric; /* availability response first_response resolution */
    int64_t target_e6;
    const char *met; /* met missed undecided */
    int64_t num, den;
    int64_t downtime_s;
    const char *year_met;
    int64_t year_cap_s; /* -1: no cap */
    int64_t year_left_s;
};
struct standing {
    const struct standing_row *v; /* the worst first */
    size_t n;
    size_t missed, undecided;
    hn_instant as_of; /* of the oldest row; HN_UNSET: none */
};

/* Those of the month that `now` lies in; nothing until work has computed them. */
HN_MUST_USE enum hn_code standing_get(struct db *db, struct hn_arena *a, hn_instant now,
                                      struct standing *out, struct hn_err *e);
/* The task: some of those that are too old. */
HN_MUST_USE enum hn_code standing_task(struct db *db, struct hn_arena *a, hn_instant now,
                                       bool *again, struct hn_err *e);

#endif
