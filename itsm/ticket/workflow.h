/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workflow.h — the states of a kind of ticket and the ways between them, as data.
 *
 * A workflow is a row of ticket.workflow: versioned JSON, editable without code. Each ticket
 * remembers the version that it was made under and moves along the newest one that knows its state.
 * The rules here are pure: what may follow, what a step needs, what a state does to the clocks.
 *
 *   {"initial": "new", "clocks": true,
 *    "states": [{"word": "new", "label": "新規", "class": "open", "stops_clock": false}, …],
 *    "transitions": [{"from": "new", "to": "assigned", "label": "担当者を決める", "permission":
 * "TICKET_WORK", "roles": ["noc", …], "needs": ["assignee"], "asks": ["comment"]}, …]}
 *
 * needs: must be filled when the step is taken; asks: the form shows it. roles is optional.
 */
#ifndef ITSM_TICKET_WORKFLOW_H
#define ITSM_TICKET_WORKFLOW_H

#include "server/auth/perm.h"
#include "server/db/db.h"

/* open and waiting tickets are worked on, done ones wait for the last look, closed ones are history
 */
#define TICKET_CLASSES(X) X(OPEN, "open") X(WAITING, "waiting") X(DONE, "done") X(CLOSED, "closed")
enum ticket_class {
#define X(e, w) TICKET_CLASS_##e,
    TICKET_CLASSES(X)
#undef X
};

/* What a step needs or asks for; a set of these. */
#define TICKET_NEEDS(X)                                                                            \
    X(COMMENT, "comment", 1)                                                                       \
    X(RESOLUTION, "resolution", 2)                                                                 \
    X(ASSIGNEE, "assignee", 4)                                                                     \
    X(CAUSE, "cause", 8)
enum ticket_need {
#define X(e, w, v) TICKET_NEED_##e = v,
    TICKET_NEEDS(X)
#undef X
};

struct ticket_wf_state {
    const char *word;
    const char *label; /* Japanese, for people */
    enum ticket_class cls;
    bool stops_clock;
};

struct ticket_wf_step {
    const char *from;
    const char *to;
    const char *label; /* of the button */
    enum perm perm;
    uint32_t roles; /* bit set of enum role; 0 = whoever has the permission */
    unsigned needs;
    unsigned asks;
};

struct ticket_workflow {
    const char *kind;
    int64_t version;
    const char *initial;
    bool clocks; /* tickets of this kind have first-response and resolution targets */
    const struct ticket_wf_state *states;
    size_t n_states;
    const struct ticket_wf_step *steps;
    size_t n_steps;
};

#define TICKET_WF_STATES_MAX 40
#define TICKET_WF_STEPS_MAX 200

/* Reads a definition; HN_E_INVALID names what is wrong: unknown words, steps between unknown
 * states, two steps for one pair, an initial state that is none, a state that nothing reaches. */
HN_MUST_USE enum hn_code ticket_workflow_parse(const char *json, struct hn_arena *a,
                                               struct ticket_workflow *out, struct hn_err *e);

/* NULL where there is none. */
const struct ticket_wf_state *ticket_workflow_state(const struct ticket_workflow *w,
                                                    const char *word);
const struct ticket_wf_step *ticket_workflow_step(const struct ticket_workflow *w, const char *from,
                                                  const char *to);
bool ticket_workflow_may(const struct ticket_wf_step *s, enum role role);
/* The label, or the word itself where this version does not know it. */
const char *ticket_workflow_label(const struct ticket_workflow *w, const char *word);
/* The step from → to for this role. HN_E_INVALID with e->allowed: the words that may follow. */
HN_MUST_USE enum hn_code ticket_workflow_take(const struct ticket_workflow *w, const char *from,
                                              const char *to, enum role role,
                                              const struct ticket_wf_step **out, struct hn_err *e);

/* The newest workflow of the kind. */
HN_MUST_USE enum hn_code ticket_workflow_load(struct db *db, struct hn_arena *a, const char *kind,
                                              struct ticket_workflow *out, struct hn_err *e);
/* All kinds' newest, by kind; *n is TICKET_KIND_COUNT or less. */
HN_MUST_USE enum hn_code ticket_workflow_all(struct db *db, struct hn_arena *a,
                                             struct ticket_workflow **out, size_t *n,
                                             struct hn_err *e);

#endif
