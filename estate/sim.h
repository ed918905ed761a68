/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim.h — the simulated devices: one process, one epoll loop, one wildcard socket a service.
 *
 * Every address of the estate is local to the network namespace (tools/estate-net), so the kernel
 * answers pings for all of them and a packet's destination tells which device is asked. A dead
 * device's address is routed into a pair of interfaces where nobody answers; where that cannot be
 * done its UDP and TCP are dropped here and only pings go on.
 *
 * STATE/run/estate.sock takes one line a connection, "break DEVICE FAULT" or "mend DEVICE", and
 * answers "ok …" or "error …".
 */
#ifndef ESTATE_SIM_H
#define ESTATE_SIM_H

#include "estate/faults.h"
#include "estate/mib.h"
#include "probes/usm.h"

struct web;

struct sim {
    const char *state; /* folder */
    const struct estate *s;
    struct faults faults;
    bool *dead;            /* by device */
    hn_instant *booted_at; /* by device; HN_UNSET: long ago */
    bool is_cutting;       /* routes can be set */
    int epoll;
    int udp;
    int control;
    struct usm_secret user;
    uint64_t salt;
    struct hn_arena *a; /* of one round */
    struct web *web;
};

/* NULL: no device of that address, or it is dead. */
const struct estate_device *sim_device(const struct sim *m, uint32_t ip);
struct mib_state sim_state_of(const struct sim *m, const struct estate_device *d);
/* Runs until SIGTERM or SIGINT. */
HN_MUST_USE enum hn_code sim_run(const char *state, const struct estate *s, struct hn_err *e);

/* agent.c: answers what waits on the UDP socket. */
HN_MUST_USE enum hn_code agent_open(struct sim *m, struct hn_err *e);
void agent_ready(struct sim *m);
/* One datagram to the device; false: nothing is answered. buf: SNMP_PACKET_MAX. */
bool agent_answer(struct sim *m, const struct estate_device *d, const uint8_t *p, size_t n,
                  uint8_t *buf, struct hn_bytes *out);

/* cut.c: routes of dead addresses. is_dead[i] for each device; was NULL: none was. */
bool cut_possible(void);
void cut_apply(const struct estate *s, const bool *was, const bool *is_dead);

/* web.c: HTTP, HTTPS and plain TCP. */
HN_MUST_USE enum hn_code web_open(struct sim *m, struct hn_err *e);
void web_free(struct web *w);
void web_ready(struct sim *m, uint64_t tag, uint32_t events);
/* Sends the answers that are due; ms until the next one, -1 without any. */
int web_turn(struct sim *m);
#define WEB_TAG ((uint64_t)1 << 32) /* epoll data of web's sockets begin here */

/* control.c */
HN_MUST_USE enum hn_code control_open(struct sim *m, struct hn_err *e);
void control_ready(struct sim *m);
void control_close(struct sim *m);
/* The client: sends the line, the answer goes to out (arena). */
HN_MUST_USE enum hn_code control_ask(const char *state, const char *line, struct hn_arena *a,
                                     const char **out, struct hn_err *e);
/* What a line asks for; the answer goes back to whoever asked. */
const char *sim_command(struct sim *m, char *line);

#endif
