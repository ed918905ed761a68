/* SPDX-License-Identifier: Apache-2.0 */
/* Counters to rates: wraps, restarts, and nothing above the line's speed. */
#include "server/measure/counter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define G ((double)125000000) /* 1 Gbit/s in octets a second */
#define DAY_CS ((int64_t)86400 * 100)

struct row {
    const char *name;
    struct counter_reading prev, cur; /* at in seconds */
    int bits;
    double max;
    enum counter_verdict verdict;
    double rate;
};

static struct row rows[] = {
    {"plain", {0, 1000, 500}, {60, 7000, 6500}, 64, G, COUNTER_OK, 100},
    {"did not move", {0, 1000, 500}, {60, 1000, 6500}, 64, G, COUNTER_OK, 0},
    {"no time passed", {60, 1000, 500}, {60, 2000, 500}, 64, G, COUNTER_FIRST, 0},
    {"time went back", {60, 1000, 500}, {50, 2000, 500}, 64, G, COUNTER_FIRST, 0},
    {"32 bits wrap", {0, 4294967000u, 500}, {60, 5704, 6500}, 32, 12500000, COUNTER_OK, 100},
    {"32 bits wrap, no speed known", {0, 4294967000u, -1}, {60, 5704, -1}, 32, 0, COUNTER_OK, 100},
    {"32 bits, a wrap above the speed is a reset",
     {0, 2000000000, -1},
     {60, 100, -1},
     32,
     1250000,
     COUNTER_IMPLAUSIBLE,
     0},
    {"64 bits wrap", {0, UINT64_MAX - 2999, 500}, {60, 3000, 6500}, 64, G, COUNTER_OK, 100},
    {"64 bits back", {0, 900000000000, -1}, {60, 1000, -1}, 64, G, COUNTER_IMPLAUSIBLE, 0},
    {"64 bits back, no speed known",
     {0, UINT64_MAX - 2999, -1},
     {60, 3000, -1},
     64,
     0,
     COUNTER_IMPLAUSIBLE,
     0},
    {"restart", {0, 900000000000, 90000000}, {60, 1000, 3000}, 64, G, COUNTER_RESET, 0},
    {"restart, the counter is higher than before",
     {0, 1000, 90000000},
     {60, 5000, 3000},
     64,
     G,
     COUNTER_RESET,
     0},
    {"restart, the uptime too", {0, 1000, 1000}, {3600, 900000, 300000}, 64, G, COUNTER_RESET, 0},
    {"uptime wraps after 497 days: no restart",
     {0, 1000, ((int64_t)1 << 32) - 3000},
     {60, 7000, 3000},
     64,
     G,
     COUNTER_OK,
     100},
    {"restart near the uptime's wrap",
     {0, 1000, ((int64_t)1 << 32) - 300000},
     {60, 7000, 3000},
     64,
     G,
     COUNTER_RESET,
     0},
    {"clocks differ a little",
     {0, 1000, DAY_CS},
     {60, 7000, DAY_CS + 5900},
     64,
     G,
     COUNTER_OK,
     100},
    {"agent's clock runs ahead",
     {0, 1000, DAY_CS},
     {60, 7000, DAY_CS + 9000},
     64,
     G,
     COUNTER_OK,
     100},
    {"at the speed", {0, 0, 0}, {60, 7500000000, 6000}, 64, G, COUNTER_OK, G},
    {"a little above is the speed", {0, 0, 0}, {60, 7600000000, 6000}, 64, G, COUNTER_OK, G},
    {"far above is nothing", {0, 0, 0}, {60, 8000000000, 6000}, 64, G, COUNTER_IMPLAUSIBLE, 0},
    {"32 bits that are none",
     {0, 5000000000, 0},
     {60, 5000000001, 6000},
     32,
     0,
     COUNTER_IMPLAUSIBLE,
     0},
};

static void one_row(void **state)
{
    const struct row *r = *state;
    struct counter_reading prev = r->prev, cur = r->cur;
    double rate = -1;

    prev.at *= HN_SEC;
    cur.at *= HN_SEC;
    assert_int_equal(counter_rate(&prev, &cur, r->bits, r->max, &rate), r->verdict);
    assert_true(rate == r->rate);
}

/* Whatever is read, no rate is above the line's speed. */
static void test_never_above(void **state)
{
    uint64_t seed = 11;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct counter_reading a = {.uptime_cs = -1}, b = {.uptime_cs = -1};
        double rate;
        int bits = i % 2 ? 32 : 64;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        a.value = bits == 32 ? seed >> 32 : seed;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        b.value = i % 3 ? a.value + (seed >> 40) : seed;
        b.value = bits == 32 ? b.value & UINT32_MAX : b.value;
        b.at = (hn_instant)(1 + (seed >> 50)) * HN_MS;
        (void)counter_rate(&a, &b, bits, 1e6, &rate); /* the verdict does not matter here */
        assert_true(rate >= 0 && rate <= 1e6);
    }
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(rows) + 1];

    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        t[i] = (struct CMUnitTest){rows[i].name, one_row, NULL, NULL, &rows[i]};
    t[HN_ARRAY_LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(test_never_above);
    return _cmocka_run_group_tests("counter", t, HN_ARRAY_LEN(t), NULL, NULL);
}
