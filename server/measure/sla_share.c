/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics of sla.h that are a share, or a limit on each. */
#include "server/measure/sla.h"

struct sla_share sla_share_of(int64_t good, int64_t n, struct sla_target target)
{
    struct sla_share s = {.unit = SLA_UNIT_PERCENT, .value = {good, n}, .n = n, .good = good};

    s.met = sla_ratio_met(s.value, target);
    return s;
}

struct sla_share sla_share_due(const struct sla_due *v, size_t n, hn_instant from, hn_instant to,
                               hn_instant now, struct sla_target target)
{
    int64_t good = 0, all = 0;

    for (size_t i = 0; i < n; i++) {
        bool done = v[i].done_at != HN_UNSET && v[i].done_at <= now;
        bool in_time = done && ivl_floor_s(v[i].done_at) <= ivl_floor_s(v[i].due_at);

        if (v[i].due_at < from || v[i].due_at >= to || (!done && v[i].due_at >= now))
            continue;
        all++;
        good += in_time;
    }
    return sla_share_of(good, all, target);
}

static int by_duration(const void *pa, const void *pb)
{
    const struct sla_probe *a = pa;
    const struct sla_probe *b = pb;

    return (a->duration_us > b->duration_us) - (a->duration_us < b->duration_us);
}

struct sla_share sla_share_response(struct sla_probe *v, size_t n, struct sla_target target,
                                    int64_t *p95_us)
{
    int64_t good = 0;
    size_t failed = 0, answered;

    if (n > 0)
        qsort(v, n, sizeof(*v), by_duration);
    for (size_t i = 0; i < n; i++) {
        int64_t limit = v[i].is_peak ? SLA_RESPONSE_PEAK_US : SLA_RESPONSE_US;

        failed += v[i].duration_us < 0;
        good += v[i].duration_us >= 0 && v[i].duration_us <= limit;
    }
    answered = n - failed;
    /* Nearest rank: the ⌈0.95 n⌉th of the answered ones; the failed ones sort before them. */
    *p95_us = answered == 0 ? -1 : v[failed + (answered * 95 + 99) / 100 - 1].duration_us;
    return sla_share_of(good, (int64_t)n, target);
}

struct sla_share sla_share_limit(const int64_t *seconds, size_t n, int64_t limit_s)
{
    struct sla_share s = {.unit = SLA_UNIT_SECONDS, .value = {0, n > 0}, .n = (int64_t)n};

    for (size_t i = 0; i < n; i++) {
        s.value.num = HN_MAX(s.value.num, seconds[i]);
        s.good += seconds[i] <= limit_s;
    }
    s.met = n == 0 ? SLA_UNDECIDED : s.good == s.n ? SLA_MET : SLA_MISSED;
    return s;
}
