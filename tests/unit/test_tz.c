/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/tz.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

/* Bytes of a TZif file under construction. */
struct file {
    uint8_t p[1024];
    size_t n;
};

static void be(struct file *f, uint64_t v, int bytes)
{
    while (bytes-- > 0)
        f->p[f->n++] = (uint8_t)(v >> (bytes * 8));
}

static void bytes(struct file *f, const char *s)
{
    memcpy(f->p + f->n, s, strlen(s));
    f->n += strlen(s);
}

static void header(struct file *f, char version, uint32_t times, uint32_t types, uint32_t chars)
{
    uint8_t v = (uint8_t)version;

    bytes(f, "TZif");
    be(f, v, 1);
    be(f, 0, 15 - 8);
    be(f, 0, 8);
    be(f, 0, 4); /* isutcnt */
    be(f, 0, 4); /* isstdcnt */
    be(f, 0, 4); /* leapcnt */
    be(f, times, 4);
    be(f, types, 4);
    be(f, chars, 4);
}

static void type(struct file *f, int32_t offset, int index)
{
    be(f, (uint32_t)offset, 4);
    be(f, 0, 1);
    be(f, (uint64_t)index, 1);
}

/* +8 before, +10 from 1948-05-01T15:00Z, +9 from 1951-09-08T15:00Z on. */
static void version2(struct file *f, const char *footer)
{
    *f = (struct file){0};
    header(f, '2', 0, 1, 4);
    type(f, 0, 0);
    bytes(f, "UTC");
    be(f, 0, 1);
    header(f, '2', 2, 3, 4);
    be(f, (uint64_t)-683802000LL, 8);
    be(f, (uint64_t)-577962000LL, 8);
    be(f, 1, 1);
    be(f, 2, 1);
    type(f, 8 * 3600, 0);
    type(f, 10 * 3600, 0);
    type(f, 9 * 3600, 0);
    bytes(f, "JST");
    be(f, 0, 1);
    bytes(f, footer);
}

static void offsets_of_a_zone(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct file f;
    struct hn_tz tz;

    (void)state;
    version2(&f, "\nJST-9\n");
    assert_int_equal(hn_tz_parse(f.p, f.n, a, &tz, &e), HN_OK);
    assert_int_equal(hn_tz_offset(&tz, -683802000 * HN_SEC - 1), 8 * HN_HOUR);
    assert_int_equal(hn_tz_offset(&tz, -683802000 * HN_SEC), 10 * HN_HOUR);
    assert_int_equal(hn_tz_offset(&tz, -577962000 * HN_SEC - 1), 10 * HN_HOUR);
    assert_int_equal(hn_tz_offset(&tz, -577962000 * HN_SEC), 9 * HN_HOUR);
    assert_int_equal(hn_tz_offset(&tz, hn_from_tokyo(2099, 1, 1, 0, 0, 0)), 9 * HN_HOUR);
}

static void footers(void **state)
{
    static const struct {
        const char *text;
        enum hn_code code;
        int32_t last;
    } rows[] = {
        {"\nJST-9\n", HN_OK, 32400},        {"\n\n", HN_OK, 32400},
        {"\n<+0530>-5:30\n", HN_OK, 19800}, {"\nXXX3\n", HN_OK, -10800},
        {"\nXXX+3:00:01\n", HN_OK, -10801}, {"\nEST5EDT,M3.2.0,M11.1.0\n", HN_E_UNSUPPORTED, 0},
        {"\nJST-9", HN_E_INVALID, 0},       {"", HN_E_INVALID, 0},
        {"\nJST\n", HN_E_INVALID, 0},       {"\nJS-9\n", HN_E_INVALID, 0},
        {"\nJST-99\n", HN_E_INVALID, 0},    {"\n<+09-9\n", HN_E_INVALID, 0},
        {"\nJST-9:\n", HN_E_INVALID, 0},    {"\nJST-9:75\n", HN_E_INVALID, 0},
    };

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        HN_ARENA a = hn_arena_new();
        struct hn_err e = {0};
        struct file f;
        struct hn_tz tz = {0};

        version2(&f, rows[i].text);
        if (hn_tz_parse(f.p, f.n, a, &tz, &e) != rows[i].code)
            fail_msg("%s", rows[i].text);
        assert_int_equal(tz.last, rows[i].last);
    }
}

static void version1_has_32_bit_times(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct file f = {0};
    struct hn_tz tz;

    (void)state;
    header(&f, 0, 1, 2, 4);
    be(&f, (uint32_t)-1000, 4);
    be(&f, 1, 1);
    type(&f, -3600, 0);
    type(&f, 32400, 0);
    bytes(&f, "ABC");
    be(&f, 0, 1);
    assert_int_equal(hn_tz_parse(f.p, f.n, a, &tz, &e), HN_OK);
    assert_int_equal(hn_tz_offset(&tz, -1001 * HN_SEC), -HN_HOUR);
    assert_int_equal(hn_tz_offset(&tz, -1000 * HN_SEC), 9 * HN_HOUR);
    assert_int_equal(hn_tz_offset(&tz, 0), 9 * HN_HOUR);
}

static void damaged_files(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct hn_tz tz;
    struct file f;

    (void)state;
    version2(&f, "\nJST-9\n");
    for (size_t k = 0; k < f.n; k++) {
        uint8_t *p = malloc(k + 1);

        memcpy(p, f.p, k);
        assert_int_equal(hn_tz_parse(p, k, a, &tz, &e), HN_E_INVALID);
        free(p);
    }
    for (size_t at = 0; at < f.n; at++)
        for (int bit = 0; bit < 8; bit++) {
            f.p[at] ^= (uint8_t)(1 << bit);
            if (hn_tz_parse(f.p, f.n, a, &tz, &e) == HN_OK)
                (void)hn_tz_offset(&tz, 0);
            f.p[at] ^= (uint8_t)(1 << bit);
        }
}

static void check_of_tokyo(void **state)
{
    char path[] = "/tmp/hn-tz-XXXXXX";
    int fd = mkstemp(path);
    hn_instant t = hn_from_tokyo(2026, 11, 22, 0, 0, 0);
    struct hn_err e = {0};
    struct file f;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(hn_tz_check_tokyo("/nonexistent", t, &e), HN_OK);
    assert_int_equal(hn_tz_check_tokyo(NULL, t, &e), HN_OK);
    version2(&f, "\nJST-9\n");
    assert_int_equal(pwrite(fd, f.p, f.n, 0), f.n);
    assert_int_equal(hn_tz_check_tokyo(path, t, &e), HN_OK);
    version2(&f, "\nJST-8\n");
    assert_int_equal(pwrite(fd, f.p, f.n, 0), f.n);
    assert_int_equal(hn_tz_check_tokyo(path, t, &e), HN_E_CONFLICT);
    (void)close(fd);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_of_a_zone),
        cmocka_unit_test(footers),
        cmocka_unit_test(version1_has_32_bit_times),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(check_of_tokyo),
    };

    return cmocka_run_group_tests_name("tz", tests, NULL, NULL);
}
