/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp.h — SNMP checks: asks a device what the check's profile and items name, and has the answers
 * judged (snmp_profile.h).
 *
 * Every probe begins with a GET of sysUpTime and the scalars; columns are walked side by side with
 * GETBULK (GETNEXT for v1). The number of repetitions adapts to the device: it halves when the
 * device says tooBig or does not answer, and grows again slowly. A column ends where the OIDs leave
 * it, and where they do not increase (a device that loops). Each request must be answered within
 * the check's timeout, all of them within the interval; what was got until then is kept and the
 * state is unknown.
 */
#ifndef PROBES_SNMP_H
#define PROBES_SNMP_H

#include "probes/sched.h"
#include "probes/snmp_io.h"

struct snmp;

HN_MUST_USE enum hn_code snmp_attach(struct sched *s, struct resolver *r, struct snmp **out,
                                     struct hn_err *e);
struct snmp_counts *snmp_counts(struct snmp *s);
void snmp_free(struct snmp *s); /* after sched_free() */

#endif
