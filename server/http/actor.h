/* SPDX-License-Identifier: Apache-2.0 */
/* actor.h — the request's person as acts take it. */
#ifndef HN_HTTP_ACTOR_H
#define HN_HTTP_ACTOR_H

#include "server/auth/actor.h"
#include "server/http/http.h"

static inline struct actor http_actor_of(struct http_ctx *c)
{
    return (struct actor){c->actor.account_id, c->actor.login, c->actor.role,
                          http_client_address(c)};
}

#endif
