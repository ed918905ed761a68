/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks of samples: every bit comes back, regular gauges stay small, damaged bytes are refused. */
#include "server/measure/series_bits.h"
#include "server/measure/series_codec.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define BASE ((hn_instant)1795000000 * HN_SEC)
#define N_MAX 3000

static struct hn_arena *arena;
static hn_instant at[N_MAX];
static double value[N_MAX];
static uint64_t seed;

static uint64_t rnd(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 20;
}

static struct hn_bytes round_trip(size_t n, hn_span quantum)
{
    struct hn_bytes b = series_encode(at, value, n, quantum, arena);
    struct series_samples s = {0};
    struct hn_err e;

    hn_err_clear(&e);
    assert_int_equal(series_count(b), n);
    assert_int_equal(series_decode(b, n, arena, &s, &e), HN_OK);
    assert_int_equal(s.n, n);
    for (size_t i = 0; i < n; i++) {
        hn_instant want = at[i] - ((at[i] % quantum) + quantum) % quantum;

        assert_true(s.at[i] == want);
        assert_memory_equal(&s.value[i], &value[i], sizeof(double));
    }
    return b;
}

static void regular(size_t n, hn_span step)
{
    for (size_t i = 0; i < n; i++)
        at[i] = BASE + (hn_span)i * step;
}

static double per_sample(size_t n, hn_span quantum)
{
    return (double)round_trip(n, quantum).n / (double)n;
}

static void test_constant(void **state)
{
    (void)state;
    regular(60, 60 * HN_SEC);
    for (size_t i = 0; i < 60; i++)
        value[i] = 1;
    assert_true(round_trip(60, 1).n < 25); /* an hour that did not move */
    assert_true(series_encode(at, value, 0, 1, arena).n <= 2);
    round_trip(1, 1);
    round_trip(2, 1);
    round_trip(0, 1);
}

/* A gauge at 60 s that wanders: one decimal (percent) and whole numbers (a day, an hour). */
static void test_gauge_size(void **state)
{
    double x = 40;

    (void)state;
    seed = 1;
    regular(1440, 60 * HN_SEC);
    for (size_t i = 0; i < 1440; i++) {
        x += ((double)(rnd() % 41) - 20) / 10;
        x = fmin(fmax(x, 0), 100);
        value[i] = round(x * 10) / 10;
    }
    assert_true(per_sample(1440, 1) <= 1.2);
    assert_true(per_sample(60, 1) <= 1.6);
}

/* Round-trip times in ms with three decimals, probes with jitter of some ms, some hours missing. */
static void test_rtt_size(void **state)
{
    size_t n = 0;

    (void)state;
    seed = 2;
    for (size_t i = 0; i < 1440; i++) {
        if (i >= 300 && i < 360)
            continue;
        at[n] = BASE + (hn_span)i * 60 * HN_SEC + (hn_span)(rnd() % 9000) + 1000;
        value[n++] = (double)(2000 + rnd() % 900) / 1000;
    }
    assert_true(per_sample(n, HN_SEC) <= 2.5);
    assert_true(per_sample(60, HN_SEC) <= 2.5);
    round_trip(n, 1);
}

/* Octet counters grow by a wandering step; a 32-bit one wraps. */
static void test_counters(void **state)
{
    uint64_t c = 4000000000u;

    (void)state;
    seed = 3;
    regular(1440, 60 * HN_SEC);
    for (size_t i = 0; i < 1440; i++) {
        c = (c + 700000 + rnd() % 3000) & UINT32_MAX;
        value[i] = (double)c;
    }
    assert_true(per_sample(1440, 1) <= 2.5);
    for (size_t i = 0; i < 1440; i++) {
        c += 1000000000000u; /* beyond 2^53 soon: floats then */
        value[i] = (double)(c * (i + 1));
    }
    round_trip(1440, 1);
}

static void test_specials(void **state)
{
    static const double odd[] = {
        0.0,     -0.0, INFINITY,           -INFINITY, 1e300, -1e-300,  5e-324,    0.1,
        1.0 / 3, 1e15, 9007199254740993.0, -1,        1e22,  0.000001, 0.0000001, 123456.789};
    uint64_t payload = UINT64_C(0x7ff8000000000123);
    size_t n = 0;

    (void)state;
    regular(400, 60 * HN_SEC);
    for (size_t i = 0; i < HN_ARRAY_LEN(odd); i++) {
        for (size_t k = 0; k < HN_ARRAY_LEN(odd); k++)
            value[n++] = (i * 7 + k * 3) % 5 == 0 ? (double)NAN : odd[(i * k) % 16];
    }
    memcpy(&value[5], &payload, sizeof(payload)); /* a NaN that is not the usual one */
    round_trip(n, 1);
    for (size_t i = 0; i < 400; i++)
        value[i] = (double)NAN;
    round_trip(400, 1);
    for (size_t i = 0; i < 400; i++)
        value[i] = i % 3 == 0 ? (double)NAN : (double)i;
    assert_true(per_sample(400, 1) < 2);
}

static void test_times(void **state)
{
    (void)state;
    seed = 5;
    for (int round = 0; round < 300; round++) {
        size_t n = 1 + rnd() % 200;
        int kind = round % 5;
        hn_instant t = kind == 4 ? -BASE : BASE;

        for (size_t i = 0; i < n; i++) {
            at[i] = t;
            value[i] = (double)(rnd() % 100);
            t += kind == 0   ? 60 * HN_SEC
                 : kind == 1 ? 60 * HN_SEC * (hn_span)(1 + (rnd() % 20 == 0) * (rnd() % 50))
                 : kind == 2 ? (hn_span)(rnd() % 100000000)
                 : kind == 3 ? (hn_span)(rnd() % 2) /* equal times */
                             : 60 * HN_SEC - 500 + (hn_span)(rnd() % 1000);
        }
        round_trip(n, 1);
        round_trip(n, HN_SEC);
        hn_arena_reset(arena);
    }
    at[0] = 1 - ((hn_instant)1 << 60);
    at[1] = ((hn_instant)1 << 60) - 1;
    round_trip(2, 1);
}

static void test_random_values(void **state)
{
    (void)state;
    seed = 6;
    for (int round = 0; round < 300; round++) {
        size_t n = 1 + rnd() % 120;

        regular(n, 300 * HN_SEC);
        for (size_t i = 0; i < n; i++) {
            uint64_t u = (rnd() << 40) ^ (rnd() << 16) ^ rnd();

            switch (round % 4) {
            case 0: memcpy(&value[i], &u, sizeof(u)); break; /* any bits at all */
            case 1: value[i] = (double)(int64_t)(u >> 12) * (u & 1 ? 1 : -1); break;
            case 2: value[i] = (double)(u % 100000) / 100; break;
            default: value[i] = sin((double)i / 10) * 50; break;
            }
        }
        round_trip(n, 1);
        hn_arena_reset(arena);
    }
}

/* Every cut and every changed byte either is refused or decodes to samples in order; never a crash.
 */
static void test_damage(void **state)
{
    struct hn_bytes b;
    uint8_t copy[4096];
    int refused = 0;

    (void)state;
    seed = 8;
    regular(100, 60 * HN_SEC);
    at[50] += 3;
    for (size_t i = 0; i < 100; i++)
        value[i] = i % 9 == 0 ? (double)NAN : (double)(rnd() % 1000) / 3;
    b = series_encode(at, value, 100, 1, arena);
    assert_true(b.n < sizeof(copy));
    for (size_t cut = 0; cut < b.n; cut++) {
        struct series_samples s = {0};
        struct hn_err e;

        hn_err_clear(&e);
        if (series_decode((struct hn_bytes){b.p, cut}, 100, arena, &s, &e) == HN_OK)
            fail_msg("taken when cut at %zu", cut);
        assert_int_equal(e.code, HN_E_INVALID);
    }
    for (int round = 0; round < 20000; round++) {
        struct series_samples s = {0};
        struct hn_err e;

        memcpy(copy, b.p, b.n);
        copy[rnd() % b.n] ^= (uint8_t)(1 + rnd() % 255);
        hn_err_clear(&e);
        if (series_decode((struct hn_bytes){copy, b.n}, 100, arena, &s, &e) != HN_OK) {
            refused++;
            continue;
        }
        for (size_t i = 1; i < s.n; i++)
            assert_true(s.at[i] >= s.at[i - 1]);
        if (round % 64 == 0)
            hn_arena_reset(arena), b = series_encode(at, value, 100, 1, arena);
    }
    assert_true(refused > 1000);
}

static void test_bounds(void **state)
{
    static const uint8_t huge[] = {0x20, 0xff, 0xff, 0xff, 0xff, 0x0f};
    static const uint8_t magic[] = {0x30, 0x00};
    struct series_samples s = {0};
    struct hn_bytes b;
    struct hn_err e;

    (void)state;
    regular(10, HN_SEC);
    for (size_t i = 0; i < 10; i++)
        value[i] = 0;
    b = series_encode(at, value, 10, 1, arena);
    hn_err_clear(&e);
    assert_int_equal(series_decode(b, 9, arena, &s, &e), HN_E_INVALID);
    assert_int_equal(series_decode((struct hn_bytes){huge, sizeof(huge)}, SIZE_MAX, arena, &s, &e),
                     HN_E_INVALID);
    assert_int_equal(series_count((struct hn_bytes){huge, sizeof(huge)}), -1);
    assert_int_equal(series_count((struct hn_bytes){magic, sizeof(magic)}), -1);
    assert_int_equal(series_count((struct hn_bytes){NULL, 0}), -1);
}

/* Lists of whole numbers at their limits. */
static void test_ints(void **state)
{
    (void)state;
    seed = 9;
    for (int round = 0; round < 2000; round++) {
        int64_t v[40], got[40];
        size_t n = 1 + rnd() % 40;
        uint8_t *p = hn_arena_alloc(arena, 1000);
        struct bits_out o = {.p = p, .cap = 1000};
        struct bits_in in;

        for (size_t i = 0; i < n; i++) {
            switch (round % 4) {
            case 0: v[i] = (int64_t)(rnd() % 3) - 1; break;
            case 1: v[i] = rnd() % 2 ? BITS_INT_MAX : -BITS_INT_MAX; break;
            case 2: v[i] = (int64_t)(i * i * 1000); break;
            default: v[i] = (int64_t)(rnd() << 15) % BITS_INT_MAX; break;
            }
        }
        bits_put_ints(&o, v, n, arena);
        in = (struct bits_in){.p = p, .n = o.n};
        bits_get_ints(&in, got, n);
        assert_false(in.bad);
        assert_int_equal(in.at, o.n);
        assert_memory_equal(v, got, n * sizeof(v[0]));
        hn_arena_reset(arena);
    }
}

static int setup(void **state)
{
    (void)state;
    arena = hn_arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hn_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_constant),      cmocka_unit_test(test_gauge_size),
        cmocka_unit_test(test_rtt_size),      cmocka_unit_test(test_counters),
        cmocka_unit_test(test_specials),      cmocka_unit_test(test_times),
        cmocka_unit_test(test_random_values), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_bounds),        cmocka_unit_test(test_ints),
    };

    return cmocka_run_group_tests_name("series_codec", t, setup, teardown);
}
