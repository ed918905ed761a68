/* SPDX-License-Identifier: Apache-2.0 */
/*
 * icmp.h — ping: ICMP echo over IPv4 and IPv6 for all hosts on one socket a family.
 *
 * Sockets: unprivileged datagram sockets first (net.ipv4.ping_group_range), raw ones where those
 * are refused. They are opened by icmp_open(), which the probe calls before it gives up privileges.
 * Without any, ICMP checks are `not run` and icmp_problem() says why.
 *
 * A check sends `count` echoes, `spacing` apart; it fails when none is answered within its timeout.
 * Series: rtt (ms, mean of the answered), loss (%). Without a threshold on loss, partial loss is
 * ok. Datagrams of one turn of the loop leave in one sendmmsg; the kernel stamps arrivals.
 */
#ifndef PROBES_ICMP_H
#define PROBES_ICMP_H

#include "probes/resolve.h"
#include "probes/sched.h"

struct icmp;

struct icmp_counts {
    atomic_llong sent, received, late, foreign, malformed, send_errors;
};

/* Opens the sockets; never fails (see icmp_problem). Needs no loop yet. */
struct icmp *icmp_open(void);
/* Joins the loop and offers itself to the scheduler. */
HN_MUST_USE bool icmp_attach(struct icmp *ic, struct sched *s, struct resolver *r);
/* Why a family cannot be pinged (translated), NULL where it can. */
const char *icmp_problem(const struct icmp *ic, bool v6);
const char *icmp_method(const struct icmp *ic, bool v6); /* "dgram", "raw", "none" */
struct icmp_counts *icmp_counts(struct icmp *ic);
void icmp_free(struct icmp *ic); /* after sched_free() */

#endif
