/* SPDX-License-Identifier: Apache-2.0 */
/* sla_audit.h — one line for the audit rows of this folder. */
#ifndef ITSM_SLA_AUDIT_H
#define ITSM_SLA_AUDIT_H

#include "server/auth/actor.h"

static inline enum hn_code sla_audit(struct db *db, const struct actor *who, const char *act,
                                     const char *object, int64_t id, const char *reason,
                                     const char *before, const char *after, hn_instant now,
                                     struct hn_err *e)
{
    struct audit_act j = {.account_id = who->account_id,
                          .who = who->who,
                          .act = act,
                          .object = object,
                          .object_id = id,
                          .reason = reason,
                          .before = before,
                          .after = after,
                          .address = who->address,
                          .role = who->role < 0 || who->role >= ROLE_COUNT ? NULL
                                                                           : role_word(who->role)};

    return audit_add(db, &j, now, e);
}

#endif
