/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act.h — the frame of every act on a ticket, for the acts of this folder alone.
 *
 *   HN_CLEANUP(ticket_act_end) struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now};
 *
 *   if (ticket_act_begin(&x, id, version, e) != HN_OK)   // transaction, row lock, workflow, stale
 * check return e->code; … change x.t, add entries with ticket_act_entry() … return
 * ticket_act_commit(&x, "ticket.assign", NULL, e); // clocks, row, audit, notice to open pages
 */
#ifndef ITSM_TICKET_ACT_H
#define ITSM_TICKET_ACT_H

#include "itsm/ticket/fields.h"
#include "itsm/ticket/ticket_store.h"
#include "itsm/ticket/workflow.h"

struct ticket_act {
    struct db *db;
    struct hn_arena *arena;
    const struct actor *by;
    hn_instant now;
    struct db_tx tx;
    struct ticket before;
    struct ticket t;
    struct ticket_workflow w;
    const char *audit_before; /* JSON for the audit instead of the difference of the row */
    const char *after;
    bool quiet; /* no new version: what people's forms show did not change */
};

/* version 0 is not checked. Stale: HN_E_CONFLICT with what was changed since in e's fields. */
HN_MUST_USE enum hn_code ticket_act_begin(struct ticket_act *x, int64_t id, int64_t version,
                                          struct hn_err *e);
void ticket_act_end(struct ticket_act *x);
/* kind and the columns that are set; ticket, actor and version are filled in. id may be NULL. */
HN_MUST_USE enum hn_code ticket_act_entry(struct ticket_act *x, struct ticket_entry_in in,
                                          int64_t *id, struct hn_err *e);
/* Saves, audits, commits. */
HN_MUST_USE enum hn_code ticket_act_commit(struct ticket_act *x, const char *act,
                                           const char *reason, struct hn_err *e);
/* A person of the staff did something that the requester sees: the first response. */
void ticket_act_respond(struct ticket_act *x);
/* Sets the due columns by the clocks, from the journal as it stands now. */
HN_MUST_USE enum hn_code ticket_act_clocks(struct ticket_act *x, struct hn_err *e);

/* Makes x->t a new ticket (number, row, journal, owner, clocks, audit) and commits. x->w is loaded
 * and x->t ranked. */
HN_MUST_USE enum hn_code ticket_act_create(struct ticket_act *x, const char *kind,
                                           int64_t assignee_id, int64_t group_id,
                                           int64_t transition_id, struct hn_err *e);
extern const struct ticket ticket_blank; /* no times */

/* Tells open pages that the ticket changed: topics "ticket:ID" and "tickets", at commit. */
HN_MUST_USE enum hn_code ticket_act_notify(struct ticket_act *x, struct hn_err *e);
/* At most max code points of s. */
const char *ticket_cut(struct hn_arena *a, const char *s, size_t max);

/* ---- assign.c: rules that several acts share ---- */
/* Checks that the person exists and may work on tickets; fills x->t's assignee. 0 takes it away. */
HN_MUST_USE enum hn_code ticket_act_assign(struct ticket_act *x, int64_t assignee_id,
                                           int64_t group_id, struct hn_err *e);
/* Ranks x->t by the newest table; by hand where priority is not NULL (needs a reason). */
HN_MUST_USE enum hn_code ticket_act_rank(struct ticket_act *x, const char *priority,
                                         const char *reason, struct hn_err *e);
/* HN_E_INVALID naming the field where an id of the ticket points at nothing. */
HN_MUST_USE enum hn_code ticket_act_check_refs(struct ticket_act *x, const struct ticket *old,
                                               struct hn_err *e);

#endif
