/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp.h — a TCP port: whether it takes a connection, and whether it says what it should.
 *
 * With `expect` the first 4 KiB of what comes (after `send`, or by itself as a greeting) must
 * contain that text. The reason tells refused (接続拒否) from no answer (応答なし): a port that
 * nothing listens on, a host that is silent, a service that accepts and says nothing. Series:
 * connect (ms), and response (ms) where something is expected.
 */
#ifndef PROBES_TCP_H
#define PROBES_TCP_H

#include "probes/resolve.h"
#include "probes/sched.h"

struct tcp;

struct tcp *tcp_attach(struct sched *s, struct resolver *r);
void tcp_free(struct tcp *t); /* after sched_free() */

#endif
