/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maintenance.h — planned stops (計画停止): single or recurring windows over services, hosts and
 * sites.
 *
 * A window silences alarms once ward IT has approved it (by another person than its proposer).
 * Whether an occurrence also enters M of the SLA is claim.h's: only what was approved at or before
 * its beginning.
 */
#ifndef ITSM_WATCH_MAINTENANCE_H
#define ITSM_WATCH_MAINTENANCE_H

#include "server/auth/actor.h"
#include "server/module.h"

struct maintenance_row {
    int64_t id;
    const char *title;
    int64_t from_at;
    int64_t to_at;
    const char *recurrence; /* RRULE or NULL */
    const char *scope;      /* JSON: [{"service_id": 1}, {"host_id": 2}, {"site_id": 3}] */
    int64_t change_id;
    const char *reason;
    const char *kind; /* own cloud_update */
    int64_t proposed_by;
    const char *proposer;
    const char *state; /* proposed approved rejected cancelled */
    int64_t decided_by;
    const char *decider;
    int64_t decided_at;
    const char *decision_note;
    int64_t approved_to;
    int64_t ended_at;
    int64_t created_at;
    int64_t version;
};
struct maintenance_new {
    const char *title;
    hn_instant from, to;
    const char *recurrence;
    const char *scope; /* JSON text, checked */
    int64_t change_id;
    const char *reason;
    const char *kind; /* NULL: own */
    int64_t seen_version;
    bool sample;
};
struct maintenance_filter {
    hn_instant from, to; /* HN_UNSET: any; single windows that overlap, recurring ones that may */
    const char *state;
    int64_t after, limit;
};

HN_MUST_USE enum hn_code maintenance_list(struct db *db, struct hn_arena *a,
                                          const struct maintenance_filter *f,
                                          const struct maintenance_row **out, size_t *n,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code maintenance_get(struct db *db, struct hn_arena *a, int64_t id,
                                         struct maintenance_row *out, struct hn_err *e);
HN_MUST_USE enum hn_code maintenance_create(struct db *db, struct hn_arena *a,
                                            const struct actor *who,
                                            const struct maintenance_new *in, hn_instant now,
                                            int64_t *id, struct hn_err *e);
/* Only while it is proposed; an approved one is ended or cancelled, never moved. */
HN_MUST_USE enum hn_code maintenance_change(struct db *db, struct hn_arena *a,
                                            const struct actor *who, int64_t id,
                                            const struct maintenance_new *in, hn_instant now,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code maintenance_decide(struct db *db, struct hn_arena *a,
                                            const struct actor *who, int64_t id, bool approve,
                                            const char *note, hn_instant now, struct hn_err *e);
/* Ends it now (before its end), or cancels one that has not begun. */
HN_MUST_USE enum hn_code maintenance_end(struct db *db, struct hn_arena *a, const struct actor *who,
                                         int64_t id, hn_instant now, struct hn_err *e);
/* Whether an approved window covers the host at `at`: *id 0 when none; else *ends_at is its end. */
HN_MUST_USE enum hn_code maintenance_active(struct db *db, struct hn_arena *a, int64_t host_id,
                                            hn_instant at, int64_t *id, hn_instant *ends_at,
                                            struct hn_err *e);

extern const struct hn_module maintenance_module;

#endif
