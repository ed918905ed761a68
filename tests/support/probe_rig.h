/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_rig.h — the probe's collectors without a database: one check is put into a scheduler of its
 * own, run, and its results come back. Also child programs (snmpd, openssl) that end with the test.
 */
#ifndef HN_TESTS_SUPPORT_PROBE_RIG_H
#define HN_TESTS_SUPPORT_PROBE_RIG_H

#include "probes/icmp.h"
#include "probes/snmp.h"
#include "probes/sched.h"

#include <sys/types.h>

struct rig;

struct rig *rig_new(void);
void rig_free(struct rig *r);
struct sched *rig_sched(struct rig *r);
struct icmp *rig_icmp(struct rig *r);
struct snmp *rig_snmp(struct rig *r);
void rig_turn(struct rig *r, int max_ms);

/* A row with ordinary settings: interval 60 s, 3 of 3, timeout 1 s. */
struct assignment rig_row(int64_t id, const char *kind, const char *address, const char *params);
void rig_put(struct rig *r, const struct assignment *row);
/* The next result of any check, within ms; NULL when none came. Lives until the next call. */
const struct ingest_result *rig_next(struct rig *r, int ms);
/* Puts the check, waits for its first result, removes it. Ends the program when none comes. */
const struct ingest_result *rig_once(struct rig *r, const struct assignment *row);
/* The value of a metric in a result; NAN where it is not. */
double rig_value(const struct ingest_result *r, const char *metric);
bool rig_has_prefix(const struct ingest_result *r, const char *prefix);

/* A UDP or TCP port of 127.0.0.1 that was free a moment ago. */
int rig_free_port(bool udp);
/* argv[0] from PATH or sbin; its output is dropped. -1: not installed. */
pid_t rig_spawn(const char *const argv[]);
void rig_kill(pid_t pid);

#endif
