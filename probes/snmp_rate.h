/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp_rate.h — a device's counters from probe to probe, and its restarts.
 *
 * Readings are kept by the name of their metric. What becomes of two readings (rate, wrap, reset)
 * is decided by server/measure/counter.h.
 */
#ifndef PROBES_SNMP_RATE_H
#define PROBES_SNMP_RATE_H

#include "server/measure/counter.h"

struct snmp_rates;

struct snmp_rates *snmp_rates_new(void);
void snmp_rates_free(struct snmp_rates *r);
/* Begins a probe: the time and the agent's sysUpTime (-1: not known). true: the agent has restarted
 * since the last probe; not a wrap of its clock (after 497 days). */
bool snmp_rates_begin(struct snmp_rates *r, hn_instant at, int64_t uptime_cs);
/* A counter's reading of this probe. COUNTER_OK: *per_s is set. */
enum counter_verdict snmp_rates_take(struct snmp_rates *r, const char *metric, uint64_t value,
                                     int bits, double max_per_s, double *per_s);
/* The first 64-bit counter of this probe that began anew although the agent's clock did not, NULL
 * when none did: it reads less than half of what it did, and no wrap explains that. */
const char *snmp_rates_reset(const struct snmp_rates *r);

#endif
