/* SPDX-License-Identifier: Apache-2.0 */
/* flow_store.h — what the flow reads of transitions, checks and their dependencies. Private. */
#ifndef ITSM_FLOW_STORE_H
#define ITSM_FLOW_STORE_H

#include "server/db/db.h"

/* A transition with its check and host. */
struct flow_item {
    int64_t id;
    int64_t check_id;
    int64_t host_id;
    const char *from_state;
    const char *to_state;
    hn_instant at;
    hn_instant confirmed_at;
    const char *output;
    bool late;
    bool superseded;
    const char *flow_state; /* new held done */
    int64_t ticket_id;
    int64_t suppressed_by;
    int64_t maintenance_id;
    const char *check_name;
    const char *check_kind;
    bool liveness;
    const char *host_name;
    const char *host_label; /* NULL */
    const char *host_class;
    int64_t importance; /* the higher of host and site */
    int64_t site_id;
    const char *site_name; /* the short one; NULL */
    const char *state;     /* of the check now */
    int64_t last_transition_id;
    bool enabled; /* host and check */
    bool sample;
};

HN_MUST_USE enum hn_code flow_store_lock(struct db *db, struct hn_err *e);
/* What waits: new ones first, then held ones whose time has come or whose parents may be decided.
 */
HN_MUST_USE enum hn_code flow_store_take(struct db *db, struct hn_arena *a, hn_instant now,
                                         int64_t limit, struct flow_item **out, size_t *n,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code flow_store_get(struct db *db, struct hn_arena *a, int64_t id,
                                        struct flow_item *out, struct hn_err *e);
/* Held ones of the check. */
HN_MUST_USE enum hn_code flow_store_held(struct db *db, struct hn_arena *a, int64_t check_id,
                                         int64_t before_id, struct flow_item **out, size_t *n,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code flow_store_done(struct db *db, int64_t id, int64_t suppressed_by,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code flow_store_hold(struct db *db, int64_t id, hn_instant due,
                                         int64_t maintenance_id, struct hn_err *e);
HN_MUST_USE enum hn_code flow_store_set_ticket(struct db *db, int64_t id, int64_t ticket_id,
                                               struct hn_err *e);
/* Effects of `from` are now effects of `to`. */
HN_MUST_USE enum hn_code flow_store_relink(struct db *db, int64_t from, int64_t to,
                                           struct hn_err *e);
/* What became critical and, at the same time, unreachable is one event: `unreachable` says it all,
 * `critical` is superseded. Nothing happens where somebody dealt with `critical` already. */
HN_MUST_USE enum hn_code flow_store_merge(struct db *db, int64_t critical, int64_t unreachable,
                                          struct hn_err *e);

/* A check that another depends on, one row a (parent host, liveness check). */
struct flow_parent {
    int64_t host_id;
    const char *host_name;
    int64_t check_id; /* 0: the parent host has no liveness check */
    const char *state;
    hn_instant state_since;
    bool soft;
    hn_instant last_at;
    hn_instant last_ok_at;
    int64_t transition_id; /* its last one; 0 */
    int64_t root_id;       /* what that one is an effect of; 0 */
    int64_t down_id;       /* its last transition down; 0 */
    int64_t down_root;     /* what that one is an effect of; 0 */
    hn_instant down_from;  /* after the last time it was seen well before that */
    hn_instant down_to;    /* when it came back; UNSET */
};
/* The host's own liveness checks for another check of it; else those of the host's parents. */
HN_MUST_USE enum hn_code flow_store_parents(struct db *db, struct hn_arena *a, int64_t check_id,
                                            struct flow_parent **out, size_t *n, struct hn_err *e);

/* Current down transitions of checks that depend on the check, directly or through others, and are
 * critical on their own account: candidates to become its effects. */
HN_MUST_USE enum hn_code flow_store_critical_below(struct db *db, struct hn_arena *a,
                                                   int64_t check_id, struct hn_i64s *out,
                                                   struct hn_err *e);

/* Unreachable checks one of whose parents is up again, with a result after that. */
struct flow_orphan {
    int64_t check_id;
    hn_instant up_at;
};
HN_MUST_USE enum hn_code flow_store_orphans(struct db *db, struct hn_arena *a,
                                            struct flow_orphan **out, size_t *n, struct hn_err *e);

/* The outage that the recovery at transition `id` ends. */
struct flow_episode {
    hn_instant began_at; /* HN_UNSET: it was not down */
    int64_t ticket_id;
    int64_t suppressed_by;
    int64_t maintenance_id;
};
HN_MUST_USE enum hn_code flow_store_episode(struct db *db, struct hn_arena *a, int64_t check_id,
                                            int64_t id, struct flow_episode *out, struct hn_err *e);
/* The newest ticket that the check's transitions are in; 0. */
HN_MUST_USE enum hn_code flow_store_last_ticket(struct db *db, int64_t check_id, int64_t *ticket_id,
                                                struct hn_err *e);
/* How many checks of the ticket's own transitions (not the effects) are down now. */
HN_MUST_USE enum hn_code flow_store_still_down(struct db *db, int64_t ticket_id, int64_t *n,
                                               struct hn_err *e);

/* Whether the check was up again after `from` and at or before `to`. */
HN_MUST_USE enum hn_code flow_store_came_up(struct db *db, int64_t check_id, hn_instant from,
                                            hn_instant to, bool *yes, struct hn_err *e);

/* What the outage of a host takes with it. kind: site host line system service terminals. */
struct flow_effect {
    const char *kind;
    int64_t object_id;
    const char *name;
    int64_t count;
    const char *segment; /* of a line; NULL */
    bool aside;          /* a line of the site that another router ends, which is up */
};
HN_MUST_USE enum hn_code flow_store_effects(struct db *db, struct hn_arena *a, int64_t check_id,
                                            bool whole_host, struct flow_effect **out, size_t *n,
                                            struct hn_err *e);

#endif
