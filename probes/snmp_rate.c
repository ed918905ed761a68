/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/snmp_rate.h"

#include "probes/mem.h"

#define ENTRIES_MAX ((size_t)1 << 18)
#define WRAP_CS (INT64_C(1) << 32)
/* How far clocks may differ around a wrap of sysUpTime. */
#define WRAP_SLACK_CS (10 * 60 * 100)

struct entry {
    uint64_t key; /* 0 = free */
    struct counter_reading last;
};

struct snmp_rates {
    hn_instant at, last_at;
    int64_t uptime_cs, last_uptime_cs;
    struct entry *entry; /* open addressing */
    size_t n, size;
    char reset[120]; /* metric that began anew in this probe; "" */
};

struct snmp_rates *snmp_rates_new(void)
{
    struct snmp_rates *r = MEM_NEW(struct snmp_rates);

    r->at = r->last_at = HN_UNSET;
    r->uptime_cs = r->last_uptime_cs = -1;
    return r;
}

void snmp_rates_free(struct snmp_rates *r)
{
    if (r == NULL)
        return;
    free(r->entry);
    free(r);
}

bool snmp_rates_begin(struct snmp_rates *r, hn_instant at, int64_t uptime_cs)
{
    int64_t expected;

    r->reset[0] = '\0';
    r->last_at = r->at;
    if (r->uptime_cs >= 0)
        r->last_uptime_cs = r->uptime_cs;
    r->at = at;
    r->uptime_cs = uptime_cs;
    if (r->last_at == HN_UNSET || r->last_uptime_cs < 0 || uptime_cs < 0 ||
        uptime_cs >= r->last_uptime_cs)
        return false;
    expected = r->last_uptime_cs + (at - r->last_at) / 10000;
    return expected < WRAP_CS - WRAP_SLACK_CS || uptime_cs > expected - WRAP_CS + WRAP_SLACK_CS;
}

static uint64_t key_of(const char *s)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *s != '\0'; s++)
        h = (h ^ (uint8_t)*s) * UINT64_C(1099511628211);
    return h == 0 ? 1 : h;
}

static struct entry *place(struct entry *v, size_t size, uint64_t key)
{
    size_t i = (size_t)(key ^ key >> 31) & (size - 1);

    while (v[i].key != 0 && v[i].key != key)
        i = (i + 1) & (size - 1);
    return &v[i];
}

static void grow(struct snmp_rates *r)
{
    size_t size = HN_MAX(r->size * 2, (size_t)32);
    struct entry *v = MEM_ARRAY(size, struct entry);

    for (size_t i = 0; i < r->size; i++)
        if (r->entry[i].key != 0)
            *place(v, size, r->entry[i].key) = r->entry[i];
    free(r->entry);
    r->entry = v;
    r->size = size;
}

enum counter_verdict snmp_rates_take(struct snmp_rates *r, const char *metric, uint64_t value,
                                     int bits, double max_per_s, double *per_s)
{
    struct counter_reading now = {.at = r->at, .value = value, .uptime_cs = r->uptime_cs};
    uint64_t key = key_of(metric);
    enum counter_verdict verdict = COUNTER_FIRST;
    struct entry *en;

    *per_s = 0;
    if (r->n * 2 >= r->size) {
        if (r->n >= ENTRIES_MAX) { /* a device that names its ports anew each time */
            free(r->entry);
            r->entry = NULL;
            r->n = r->size = 0;
        }
        grow(r);
    }
    en = place(r->entry, r->size, key);
    if (en->key == 0) {
        en->key = key;
        r->n++;
    } else {
        verdict = counter_rate(&en->last, &now, bits, max_per_s, per_s);
        if (verdict == COUNTER_IMPLAUSIBLE && bits == 64 && value < en->last.value / 2 &&
            r->reset[0] == '\0')
            (void)snprintf(r->reset, sizeof(r->reset), "%s", metric);
    }
    en->last = now;
    return verdict;
}

const char *snmp_rates_reset(const struct snmp_rates *r)
{
    return r->reset[0] == '\0' ? NULL : r->reset;
}
