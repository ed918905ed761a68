/* SPDX-License-Identifier: Apache-2.0 */
/* actor.h — who does an act, as acts and the audit journal need it: no session, no request. */
#ifndef HN_ACTOR_H
#define HN_ACTOR_H

#include "server/auth/audit.h"
#include "server/auth/perm.h"

struct actor {
    int64_t account_id; /* 0 = the machine or the command line */
    const char *who;    /* login, or "system:work", "cli" */
    enum role role;
    const char *address; /* where from; NULL */
};
#define ACTOR_WORK ((struct actor){0, "system:work", ROLE_NONE, NULL})
#define ACTOR_CLI ((struct actor){0, "cli", ROLE_NONE, NULL})

#endif
