/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/journal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const double values[] = {
    0,          -0.0,      1,       -1,    23.5,         0.1,  99.999,
    3.14159,    1e300,     -1e-300, 65535, 4294967296.0, 1e15, 0.30000000000000004,
    12345678.9, 16777217.5};

static void check_same(const struct journal_result *in, size_t n)
{
    HN_ARENA a = hn_arena_new();
    struct hn_bytes b = journal_encode(in, n, a);
    struct journal_result *out;
    struct hn_err e = {0};
    size_t got;

    assert_int_equal(journal_decode(b, a, &out, &got, &e), HN_OK);
    assert_int_equal(got, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(out[i].check_id, in[i].check_id);
        assert_int_equal(out[i].at, in[i].at);
        assert_int_equal(out[i].code, in[i].code);
        assert_int_equal(out[i].state_series_id, in[i].state_series_id);
        assert_int_equal(out[i].n_values, in[i].n_values);
        for (size_t k = 0; k < in[i].n_values; k++) {
            assert_int_equal(out[i].values[k].series_id, in[i].values[k].series_id);
            assert_memory_equal(&out[i].values[k].value, &in[i].values[k].value, 8);
        }
    }
}

static void comes_back(void **state)
{
    struct journal_value v[HN_ARRAY_LEN(values)];
    struct journal_result r[3] = {
        {.check_id = 7, .at = 1700000000123000, .code = 0, .state_series_id = 100},
        {.check_id = 7, .at = 1700000000023000, .code = 6, .state_series_id = 100},
        {.check_id = INT64_MAX, .at = -5000, .code = 15, .state_series_id = 1}};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(values); i++)
        v[i] = (struct journal_value){i % 2 ? INT64_MAX - (int64_t)i : 101 + (int64_t)i, values[i]};
    r[1].values = v;
    r[1].n_values = HN_ARRAY_LEN(values);
    check_same(r, 3);
    check_same(r, 0);
}

/* A poll of many devices: what the write-ahead log pays for a value. */
static void is_compact(void **state)
{
    enum { HOSTS = 100, OIDS = 50 };
    HN_ARENA a = hn_arena_new();
    struct journal_result *r = hn_arena_make(a, struct journal_result, HOSTS);
    uint32_t seed = 1;

    (void)state;
    for (int h = 0; h < HOSTS; h++) {
        struct journal_value *v = hn_arena_make(a, struct journal_value, OIDS);

        for (int o = 0; o < OIDS; o++) {
            seed = seed * 1664525 + 1013904223;
            v[o] = (struct journal_value){1000 + h * OIDS + o, (double)(seed >> 8) / 10};
        }
        r[h] = (struct journal_result){.check_id = h + 1,
                                       .at = 1700000000000000 + h * 7 * HN_MS,
                                       .state_series_id = 900000 + h,
                                       .n_values = OIDS,
                                       .values = v};
    }
    check_same(r, HOSTS);
    assert_in_range(journal_encode(r, HOSTS, a).n, 1, (size_t)HOSTS * OIDS * 7);
}

static void broken_bytes_are_refused(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct journal_value v = {5, 1.5};
    struct journal_result r = {
        .check_id = 1, .at = 1000000, .state_series_id = 2, .n_values = 1, .values = &v};
    struct hn_bytes good = journal_encode(&r, 1, a);
    struct journal_result *out;
    size_t n;

    (void)state;
    for (size_t cut = 0; cut < good.n; cut++) {
        struct hn_err e = {0};

        assert_int_equal(journal_decode((struct hn_bytes){good.p, cut}, a, &out, &n, &e),
                         HN_E_INVALID);
    }
    for (size_t i = 0; i < good.n; i++) {
        uint8_t *bad = hn_arena_memdup(a, good.p, good.n);
        struct hn_err e = {0};

        bad[i] ^= 0xff;
        /* Either it reads as something else, or it is refused; it never reads past its end. */
        if (journal_decode((struct hn_bytes){bad, good.n}, a, &out, &n, &e) != HN_OK)
            assert_int_equal(e.code, HN_E_INVALID);
    }
}

static void code_keeps_both(void **state)
{
    (void)state;
    for (int s = RESULT_OK; s <= RESULT_UNKNOWN; s++)
        for (int o = OUTCOME_OK; o <= OUTCOME_LOST; o++) {
            int code = journal_code((enum check_result_state)s, (enum check_outcome)o);

            assert_int_equal(journal_code_state(code), s);
            assert_int_equal(journal_code_outcome(code), o);
            assert_in_range(code, 0, 15);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(comes_back), cmocka_unit_test(is_compact),
                                       cmocka_unit_test(broken_bytes_are_refused),
                                       cmocka_unit_test(code_keeps_both)};

    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
