/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/counter.h"

#define UPTIME_WRAP ((int64_t)1 << 32) /* TimeTicks: 497 days */
#define UPTIME_SLACK_CS ((int64_t)60 * 100)
#define OVER_SPEED 1.05

/* sysUpTime is behind what it must read by now, by more than the two clocks can differ: a minute
 * and one part in a hundred. Modulo its own wrap. */
static bool restarted(const struct counter_reading *prev, const struct counter_reading *cur)
{
    int64_t passed_cs, behind, slack;

    if (prev->uptime_cs < 0 || cur->uptime_cs < 0)
        return false;
    passed_cs = (cur->at - prev->at) / (HN_SEC / 100);
    slack = UPTIME_SLACK_CS + passed_cs / 100;
    behind = (prev->uptime_cs + passed_cs - cur->uptime_cs) % UPTIME_WRAP;
    if (behind < 0)
        behind += UPTIME_WRAP;
    if (behind < UPTIME_WRAP / 2)
        return behind > slack;
    /* Ahead of it: a wrap only where that is as near. */
    return cur->uptime_cs < prev->uptime_cs && UPTIME_WRAP - behind > slack;
}

enum counter_verdict counter_delta(const struct counter_reading *prev,
                                   const struct counter_reading *cur, int bits, double max_per_s,
                                   uint64_t *delta)
{
    double seconds = (double)(cur->at - prev->at) / (double)HN_SEC;
    uint64_t d = cur->value - prev->value; /* modulo 2^64: right for a 64-bit wrap too */

    HN_ASSERT(bits == 32 || bits == 64);
    *delta = 0;
    if (cur->at <= prev->at)
        return COUNTER_FIRST;
    if (restarted(prev, cur))
        return COUNTER_RESET;
    if (bits == 32) {
        if (cur->value > UINT32_MAX || prev->value > UINT32_MAX)
            return COUNTER_IMPLAUSIBLE;
        d &= UINT32_MAX;
    } else if (cur->value < prev->value && max_per_s <= 0) {
        /* 2^64 octets take 584 years at 1 GB/s: without a speed to test it by, it was a reset. */
        return COUNTER_IMPLAUSIBLE;
    }
    if (max_per_s > 0 && (double)d > max_per_s * seconds * OVER_SPEED)
        return COUNTER_IMPLAUSIBLE;
    *delta = d;
    return COUNTER_OK;
}

enum counter_verdict counter_rate(const struct counter_reading *prev,
                                  const struct counter_reading *cur, int bits, double max_per_s,
                                  double *per_s)
{
    uint64_t d;
    enum counter_verdict v = counter_delta(prev, cur, bits, max_per_s, &d);

    *per_s = 0;
    if (v != COUNTER_OK)
        return v;
    *per_s = (double)d / ((double)(cur->at - prev->at) / (double)HN_SEC);
    if (max_per_s > 0)
        *per_s = HN_MIN(*per_s, max_per_s);
    return COUNTER_OK;
}
