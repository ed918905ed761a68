/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mib.h — what a simulated device answers: its objects at one time, and GET, GETNEXT and GETBULK
 * over them. Pure: the same device, time and faults give the same values, so that a simulator that
 * was started again goes on where it was.
 */
#ifndef ESTATE_MIB_H
#define ESTATE_MIB_H

#include "estate/estate.h"
#include "probes/snmp_msg.h"
#include "server/base/instant.h"

struct mib_state {
    hn_instant now;
    hn_instant booted_at; /* HN_UNSET: long ago */
    unsigned faults;      /* 1 << enum estate_fault */
    hn_instant since[ESTATE_FAULT_COUNT];
};

struct mib {
    struct snmp_varbind *v; /* in order of OID */
    size_t n, cap;
    struct hn_arena *arena;
};

/* All objects of the device. site: for sysLocation. */
void mib_make(const struct estate_device *d, const struct estate_site *site,
              const struct mib_state *st, struct hn_arena *a, struct mib *out);
/* Hundredths of a second since the device was switched on. */
uint32_t mib_uptime(const struct estate_device *d, const struct mib_state *st);
/* The response's PDU for a request; version 1 has no exceptions and no 64-bit counters. Varbinds
 * that do not fit into max_bytes are left out (GETBULK) or make it tooBig. */
void mib_answer(const struct mib *m, const struct snmp_pdu *req, enum snmp_version version,
                size_t max_bytes, struct hn_arena *a, struct snmp_pdu *out);

#endif
