/* SPDX-License-Identifier: Apache-2.0 */
/*
 * priority.h — priority by impact × urgency, and the targets of each priority (INC-03).
 *
 * The table is a versioned row; a ticket names the version by which it was ranked, and keeps that
 * version's targets until it is ranked again. 1 is high, 3 low; impact is the row, urgency the
 * column.
 */
#ifndef ITSM_TICKET_PRIORITY_H
#define ITSM_TICKET_PRIORITY_H

#include "itsm/ticket/ticket.h"

#define TICKET_TARGET_MAX_S ((int64_t)366 * 86400)

struct ticket_target {
    int64_t response_s;   /* first response; 0 = none */
    int64_t resolution_s; /* 0 = none */
    const char *calendar; /* code of the calendar that both run in */
};
struct ticket_priority_table {
    int64_t version;
    const char *reason;
    const char *created_by_name;
    hn_instant created_at;
    enum ticket_priority of[3][3]; /* [impact - 1][urgency - 1] */
    struct ticket_target target[TICKET_PRIORITY_COUNT];
};

/* matrix and targets as stored; HN_E_INVALID names the field. */
HN_MUST_USE enum hn_code ticket_priority_parse(const char *matrix, const char *targets,
                                               struct hn_arena *a,
                                               struct ticket_priority_table *out, struct hn_err *e);
void ticket_priority_write_matrix(const struct ticket_priority_table *t, struct hn_jw *w,
                                  const char *key);
void ticket_priority_write_targets(const struct ticket_priority_table *t, struct hn_jw *w,
                                   const char *key);
/* -1 where the word is none. */
int ticket_priority_index(const char *word);

/* version 0: the newest. HN_E_NOT_FOUND. */
HN_MUST_USE enum hn_code ticket_priority_load(struct db *db, struct hn_arena *a, int64_t version,
                                              struct ticket_priority_table *out, struct hn_err *e);
/* A new version, which names the one that it follows (HN_E_CONFLICT otherwise). A reason is needed.
 */
HN_MUST_USE enum hn_code ticket_priority_change(struct db *db, struct hn_arena *a,
                                                const struct actor *by,
                                                const struct ticket_priority_table *t,
                                                int64_t follows, hn_instant now, struct hn_err *e);

#endif
