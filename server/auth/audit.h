/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h — the audit journal. Every write and every sensitive read leaves one row, written in the
 * transaction of the act, with a SHA-256 of its own canonical text. The chainer (hinomi work) links
 * rows in commit order within a second: chain_hash = SHA-256(previous chain_hash || row_hash).
 */
#ifndef HN_AUDIT_H
#define HN_AUDIT_H

#include "server/db/db.h"

struct audit_act {
    int64_t account_id; /* 0 = the system itself (hinomi work, the command line) */
    const char *who;    /* login, or "system:work", "cli" */
    const char *act;    /* "ticket.transition", "exclusion.approve" … */
    const char *object; /* "ticket", "exclusion" … */
    int64_t object_id;
    const char *reason;  /* NULL */
    const char *before;  /* JSON or NULL */
    const char *after;   /* JSON or NULL */
    const char *address; /* where from, NULL */
    const char *role;    /* in which the person decided: joins `after`; NULL */
};
/* Must be called inside the act's transaction. */
HN_MUST_USE enum hn_code audit_add(struct db *db, const struct audit_act *act, hn_instant now,
                                   struct hn_err *e);

#endif
