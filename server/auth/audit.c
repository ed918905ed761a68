/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/audit.h"

#include "server/auth/audit_store.h"

enum hn_code audit_add(struct db *db, const struct audit_act *act, hn_instant now, struct hn_err *e)
{
    if (audit_store_add(db, act, now, e) != HN_OK)
        return hn_ctx(e, "audit %s", act->act);
    return HN_OK;
}
