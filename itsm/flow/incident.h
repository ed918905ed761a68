/* SPDX-License-Identifier: Apache-2.0 */
/* incident.h — what an incident that the machine opens says. Private to flow. */
#ifndef ITSM_FLOW_INCIDENT_H
#define ITSM_FLOW_INCIDENT_H

#include "itsm/flow/flow_store.h"

/* Opens the incident of the transition with its effects. detected_at: when it began to be known
 * (the end of a planned stop, else when it was confirmed). */
HN_MUST_USE enum hn_code incident_open(struct db *db, struct hn_arena *a, const struct flow_item *t,
                                       hn_instant detected_at, hn_instant now, int64_t *ticket_id,
                                       struct hn_err *e);
/* Scope of effect as it is now. */
HN_MUST_USE enum hn_code incident_scope(struct db *db, struct hn_arena *a,
                                        const struct flow_item *t, int64_t ticket_id,
                                        hn_instant now, struct hn_err *e);
/* "rt-s08 (四番町ルータ)": how a host is called. */
const char *incident_host(struct hn_arena *a, const struct flow_item *t);
/* "1時間2分3秒", whole seconds. */
const char *incident_span(struct hn_arena *a, hn_instant from, hn_instant to);
/* A line of the transition in the ticket. */
HN_MUST_USE enum hn_code incident_line(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                       const struct flow_item *t, const char *text, hn_instant now,
                                       struct hn_err *e);

#endif
