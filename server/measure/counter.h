/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counter.h — from two readings of an SNMP counter to a rate (RFC 2578 §7.1.6, §7.1.10).
 *
 * A counter that goes back has wrapped or was reset. It was reset when the agent restarted in
 * between (sysUpTime reads less than the time that has passed explains, its own wrap at 2^32
 * hundredths told apart), or when a wrap would mean a rate above what the line can carry. A rate
 * above the line's speed is never given.
 */
#ifndef MEASURE_COUNTER_H
#define MEASURE_COUNTER_H

#include "server/base/instant.h"

struct counter_reading {
    hn_instant at;
    uint64_t value;
    int64_t uptime_cs; /* sysUpTime of the same agent, hundredths of a second; -1: not known */
};

/* ok: *per_s is set. first: nothing to compare with (no time passed). reset: the agent restarted.
 * implausible: above the line's speed, or a backward step that no wrap explains. */
#define COUNTER_VERDICTS(X)                                                                        \
    X(OK, "ok") X(FIRST, "first") X(RESET, "reset") X(IMPLAUSIBLE, "implausible")
enum counter_verdict {
#define X(c, w) COUNTER_##c,
    COUNTER_VERDICTS(X)
#undef X
};

/*
 * bits: 32 or 64. max_per_s: the most the line can carry, in counts a second (ifSpeed / 8 for
 * octets); 0: not known, then only a 32-bit wrap is believed. Up to 5 % above it (clocks of agent
 * and probe differ) is given as max_per_s. *per_s is 0 unless ok.
 */
enum counter_verdict counter_rate(const struct counter_reading *prev,
                                  const struct counter_reading *cur, int bits, double max_per_s,
                                  double *per_s);
/* The increase itself under the same rules; 0 unless ok. */
enum counter_verdict counter_delta(const struct counter_reading *prev,
                                   const struct counter_reading *cur, int bits, double max_per_s,
                                   uint64_t *delta);

#endif
