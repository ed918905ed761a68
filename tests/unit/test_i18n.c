/* SPDX-License-Identifier: Apache-2.0 */
/* The .mo reader and the messages of a thread. */
#include "server/base/err.h"
#include "server/base/i18n.h"
#include "server/base/mo.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

static const char *const pairs[][2] = {
    /* sorted by msgid, as msgfmt does; the first is the header */
    {"", "Language: ja\n"}, {"at most %d rows", "%d 行以内"}, {"closed", "クローズ"}, {"empty", ""},
    {"open", "オープン"},
};
#define N_PAIRS HN_ARRAY_LEN(pairs)

static void put32(uint8_t *p, uint32_t v, bool swap)
{
    v = swap ? __builtin_bswap32(v) : v;
    memcpy(p, &v, 4);
}

/* A catalogue of the pairs; returns its size. */
static size_t build(uint8_t *p, bool swap)
{
    uint32_t at = 28 + (uint32_t)N_PAIRS * 16;

    memset(p, 0, 28);
    put32(p, 0x950412deU, swap);
    put32(p + 8, N_PAIRS, swap);
    put32(p + 12, 28, swap);
    put32(p + 16, 28 + N_PAIRS * 8, swap);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < N_PAIRS; i++) {
            uint32_t n = (uint32_t)strlen(pairs[i][k]);

            put32(p + 28 + (k * N_PAIRS + i) * 8, n, swap);
            put32(p + 28 + (k * N_PAIRS + i) * 8 + 4, at, swap);
            memcpy(p + at, pairs[i][k], n + 1);
            at += n + 1;
        }
    return at;
}

static void finds_each_in_both_byte_orders(void **state)
{
    uint8_t p[1024];

    (void)state;
    for (int swap = 0; swap < 2; swap++) {
        size_t n = build(p, swap == 1);
        struct hn_mo mo;

        assert_true(hn_mo_open(p, n, &mo));
        for (size_t i = 0; i < N_PAIRS; i++)
            if (pairs[i][1][0] != '\0')
                assert_string_equal(hn_mo_find(&mo, pairs[i][0]), pairs[i][1]);
        assert_null(hn_mo_find(&mo, "empty"));
        assert_null(hn_mo_find(&mo, "zzz"));
        assert_null(hn_mo_find(&mo, "Aaa"));
        assert_null(hn_mo_find(&mo, "close"));
    }
}

/* Every shorter file is refused, and every changed header byte is survived. */
static void damaged_files(void **state)
{
    uint8_t whole[1024];
    size_t n = build(whole, false);
    struct hn_mo mo;

    (void)state;
    for (size_t k = 0; k < n; k++) {
        uint8_t *p = malloc(k + 1); /* exact size: the sanitizer sees an overrun */

        memcpy(p, whole, k);
        assert_false(hn_mo_open(p, k, &mo));
        free(p);
    }
    for (size_t at = 0; at < 28 + N_PAIRS * 16; at++)
        for (int bit = 0; bit < 8; bit++) {
            uint8_t *p = malloc(n);

            memcpy(p, whole, n);
            p[at] ^= (uint8_t)(1 << bit);
            if (hn_mo_open(p, n, &mo))
                (void)hn_mo_find(&mo, "open");
            free(p);
        }
}

static void *english_thread(void *arg)
{
    *(bool *)arg = hn_streq(hn_tr("open"), "オープン"); /* a new thread begins with Japanese */
    hn_i18n_japanese(false);
    return NULL;
}

static void load_and_translate(void **state)
{
    char path[] = "/tmp/hn-mo-XXXXXX";
    int fd = mkstemp(path);
    uint8_t p[1024];
    size_t n = build(p, false);
    struct hn_err e = {0};
    pthread_t t;
    bool began_japanese = false;

    (void)state;
    assert_string_equal(hn_tr("open"), "open"); /* nothing loaded yet */
    assert_false(hn_i18n_load("/nonexistent/ja.mo"));
    assert_false(hn_i18n_load("/dev/null"));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    (void)close(fd);
    assert_true(hn_i18n_load(path));
    (void)unlink(path);
    assert_string_equal(hn_tr("open"), "オープン");
    assert_string_equal(hn_tr("unknown"), "unknown");
    assert_string_equal(hn_tr("empty"), "empty");
    assert_string_equal(hn_tr(""), "");
    (void)hn_fail(&e, HN_E_LIMIT, "at most %d rows", 5);
    assert_string_equal(e.msg, "5 行以内");
    assert_int_equal(pthread_create(&t, NULL, english_thread, &began_japanese), 0);
    (void)pthread_join(t, NULL);
    assert_true(began_japanese);
    assert_string_equal(hn_tr("open"), "オープン"); /* the other thread's choice is its own */
    hn_i18n_japanese(false);
    assert_string_equal(hn_tr("open"), "open");
    hn_i18n_japanese(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_in_both_byte_orders),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(load_and_translate),
    };

    return cmocka_run_group_tests_name("i18n", tests, NULL, NULL);
}
