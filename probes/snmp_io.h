/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp_io.h — SNMP requests to any number of devices over one UDP socket a family.
 *
 * A request is a struct of the caller's that must stay where it is until its callback, or
 * snmp_io_cancel(). It is sent up to `tries` times, the time for each try is timeout / tries;
 * SNMPv3's discovery and resynchronisation come out of the same time. Requests of one turn of the
 * loop leave in one sendmmsg.
 *
 * An answer counts only when it comes from the address and port that was asked, carries our
 * request's number and version, and (v3) is authentic. All else is counted and ignored; the request
 * waits on.
 */
#ifndef PROBES_SNMP_IO_H
#define PROBES_SNMP_IO_H

#include "probes/resolve.h"
#include "probes/spec.h"
#include "probes/usm.h"

#include <stdatomic.h>

struct snmp_io;

/* Read by any thread. */
struct snmp_counts {
    atomic_llong requests, answers, retries, timeouts, values;
    atomic_llong malformed, wrong_address, wrong_id, not_authentic, send_errors;
};

enum snmp_end {
    SNMP_END_ANSWER, /* msg->pdu is the response; its bytes live during the callback */
    SNMP_END_TIMEOUT,
    SNMP_END_REFUSED, /* v3: why says what for */
    SNMP_END_UNSENT,  /* error: errno */
};

struct snmp_request;
typedef void snmp_end_fn(struct snmp_request *q, enum snmp_end end, const struct snmp_msg *msg);

#define SNMP_REQUEST_OIDS 64

struct snmp_request {
    /* the caller's */
    struct net_addr to; /* with port */
    const struct snmp_access *access;
    struct usm_engine *engine; /* v3 */
    enum snmp_pdu_type type;
    int32_t max_repetitions; /* GETBULK */
    struct hn_bytes oid[SNMP_REQUEST_OIDS];
    size_t n;
    hn_span timeout_us;
    int tries;
    snmp_end_fn *fn;
    void *ctx;
    /* set at the end */
    enum usm_stat why;
    int error;
    hn_instant sent_at; /* of the first try */
    /* ours */
    struct snmp_io *io;
    struct loop_timer timer;
    int32_t id;
    int n_tries, n_again;
    bool is_active, is_queued;
    struct snmp_request *next_out;
};

HN_MUST_USE enum hn_code snmp_io_new(struct loop *l, struct snmp_io **out, struct hn_err *e);
void snmp_io_free(struct snmp_io *io); /* no request may be active */
struct snmp_counts *snmp_io_counts(struct snmp_io *io);
void snmp_io_send(struct snmp_io *io, struct snmp_request *q);
void snmp_io_cancel(struct snmp_request *q); /* also when not active */

#endif
