/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendars.h — business calendars as records: named, versioned, approved. What a definition means
 * and all arithmetic is server/measure/calendar.h; here are the rows.
 *
 * A change is a new version with its valid_from; old versions stay with their time. A month is
 * computed with the version that is in force at its beginning (the earliest one where none is yet).
 * Only the ward approves a version (APR-01), and not the person who made it.
 */
#ifndef ITSM_CALENDARS_H
#define ITSM_CALENDARS_H

#include "server/auth/actor.h"
#include "server/measure/calendar.h"
#include "server/module.h"

struct calendar_row {
    int64_t id;
    const char *name;
    const char *code;       /* CAL-01 … for the shipped ones, else NULL */
    int64_t version;        /* the newest */
    int64_t valid_from;     /* of the version shown; HN_UNSET + 1 = for all time */
    const char *definition; /* JSON: weekly, holidays, closed, open */
    int64_t created_by;
    int64_t created_at;
    int64_t approved_by;
    int64_t approved_at;  /* HN_UNSET: not approved */
    const char *approver; /* name */
};

HN_MUST_USE enum hn_code calendars_list(struct db *db, struct hn_arena *a, const char *q,
                                        int64_t after, int64_t limit,
                                        const struct calendar_row **out, size_t *n,
                                        struct hn_err *e);
/* The newest version. */
HN_MUST_USE enum hn_code calendars_get(struct db *db, struct hn_arena *a, int64_t id,
                                       struct calendar_row *out, struct hn_err *e);
/* All versions, newest first. */
HN_MUST_USE enum hn_code calendars_versions(struct db *db, struct hn_arena *a, int64_t id,
                                            const struct calendar_row **out, size_t *n,
                                            struct hn_err *e);
/* The version in force at `at`, parsed. row may be NULL. */
HN_MUST_USE enum hn_code calendars_in_force(struct db *db, struct hn_arena *a, int64_t id,
                                            hn_instant at, const struct calendar **out,
                                            struct calendar_row *row, struct hn_err *e);

struct calendar_new {
    const char *name;
    const char *code;       /* NULL */
    const char *definition; /* JSON text, checked by calendars_create() */
    hn_instant valid_from;  /* HN_UNSET: for all time (create), now (change) */
    int64_t seen_version;   /* change only */
};
HN_MUST_USE enum hn_code calendars_create(struct db *db, struct hn_arena *a,
                                          const struct actor *who, const struct calendar_new *in,
                                          hn_instant now, int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code calendars_change(struct db *db, struct hn_arena *a,
                                          const struct actor *who, int64_t id,
                                          const struct calendar_new *in, hn_instant now,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code calendars_approve(struct db *db, struct hn_arena *a,
                                           const struct actor *who, int64_t id, int64_t version,
                                           hn_instant now, struct hn_err *e);

extern const struct hn_module calendars_module;

#endif
