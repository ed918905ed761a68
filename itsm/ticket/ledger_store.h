/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_store.h — what the fault ledger says of a ticket beyond its own row. */
#ifndef ITSM_TICKET_LEDGER_STORE_H
#define ITSM_TICKET_LEDGER_STORE_H

#include "itsm/ticket/ticket.h"

struct ticket_ledger_row {
    int64_t ticket_id;
    const char *segment;
    const char *system; /* 個別システム */
    const char *scope;  /* "拠点 麹町出張所、端末 PC 70" */
    int64_t outage_s;   /* of its outages, those that are void left out */
    int64_t n_outages;
    bool sla_relevant;      /* an outage's service has an SLA */
    const char *exclusions; /* reasons of approved ones, comma-separated words */
};
/* One row a ticket that has anything to say; ordered by ticket. */
HN_MUST_USE enum hn_code ticket_store_ledger(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                             hn_instant now, struct ticket_ledger_row **out,
                                             size_t *n, struct hn_err *e);

#endif
