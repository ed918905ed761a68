/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.h — host names to addresses without blocking the loop.
 *
 * Literal addresses are answered at once. Names are asked in a few threads of their own (started at
 * the first name) and remembered: good answers a minute, failures fifteen seconds. An answer that
 * is too old is used once more while a new one is fetched, so that a name costs no probe a wait.
 */
#ifndef PROBES_RESOLVE_H
#define PROBES_RESOLVE_H

#include "probes/loop.h"

#include <netinet/in.h>
#include <sys/socket.h>

struct net_addr {
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    };
    socklen_t len;
};

/* An address as text, with an optional %zone for IPv6. The port is 0. */
HN_MUST_USE bool net_addr_parse(const char *text, struct net_addr *out);
void net_addr_port(struct net_addr *a, uint16_t port);
/* Same family, address and zone; the port is not compared. */
bool net_addr_same_host(const struct net_addr *a, const struct net_addr *b);
bool net_addr_same(const struct net_addr *a, const struct net_addr *b); /* the port too */

enum resolve_code { RESOLVE_OK, RESOLVE_WAIT, RESOLVE_FAILED };

struct resolver;
/* addr NULL: it does not resolve, and why says so (translated, static). */
typedef void resolve_fn(void *ctx, const struct net_addr *addr, const char *why);

struct resolver *resolver_new(struct loop *l);
void resolver_free(struct resolver *r);
/* RESOLVE_WAIT: fn(ctx) comes later. RESOLVE_FAILED: *why. */
enum resolve_code resolver_ask(struct resolver *r, const char *name, struct net_addr *out,
                               const char **why, resolve_fn *fn, void *ctx);
/* ctx waits no longer. */
void resolver_cancel(struct resolver *r, const void *ctx);

#endif
