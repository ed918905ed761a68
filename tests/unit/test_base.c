/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts of the base library: arena, sbuf, errors, numbers, UTF-8, the log line. */
#include "server/base/log.h"
#include "server/base/parse.h"
#include "server/base/sbuf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

static void arena_memory_is_zeroed_and_aligned(void **state)
{
    HN_ARENA a = hn_arena_new();

    (void)state;
    for (size_t round = 0; round < 3; round++) {
        for (size_t n = 0; n < 3000; n += 7) {
            uint8_t *p = hn_arena_alloc(a, n);

            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xAA, n);
        }
        assert_true(hn_arena_used(a) > 600000);
        hn_arena_reset(a);
        assert_int_equal(hn_arena_used(a), 0);
    }
    assert_null(hn_arena_strdup(a, NULL));
    assert_string_equal(hn_arena_strndup(a, "abcdef", 3), "abc");
    assert_string_equal(hn_arena_fmt(a, "%d-%s", 5, "x"), "5-x");
    hn_arena_free(NULL);
}

static void sbuf_overflow_sticks(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct hn_sbuf b;
    struct hn_err e = {0};
    const char *out = NULL;

    (void)state;
    hn_sbuf_init(&b, a, 10);
    assert_string_equal(hn_sbuf_text(&b), "");
    hn_sbuf_str(&b, "12345");
    hn_sbuf_fmt(&b, "%05d", 7);
    assert_int_equal(hn_sbuf_done(&b, &out, &e), HN_OK);
    assert_string_equal(out, "1234500007");
    hn_sbuf_chr(&b, 'x');
    assert_int_equal(hn_sbuf_done(&b, &out, &e), HN_E_LIMIT);
    hn_sbuf_mem(&b, "", 0);
    assert_int_equal(hn_sbuf_done(&b, &out, &e), HN_E_LIMIT);
    hn_sbuf_init(&b, a, 1000);
    hn_sbuf_fmt(&b, "%0300d", 5); /* longer than its inner buffer */
    assert_int_equal(b.n, 300);
    hn_sbuf_init(&b, a, 299);
    hn_sbuf_fmt(&b, "%0300d", 5);
    assert_true(b.overflow);
    hn_sbuf_init(&b, a, 1000);
    hn_sbuf_html(&b, "<a href=\"x\">'&'</a>", 20);
    assert_string_equal(hn_sbuf_text(&b), "&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

static void errors_gather_fields_and_context(void **state)
{
    struct hn_err e = {0};
    char longer[1000];

    (void)state;
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    for (int i = 0; i < HN_ERR_FIELDS_MAX + 3; i++)
        assert_int_equal(hn_fail_field(&e, i == 0 ? "name" : longer, "must not be empty"),
                         HN_E_INVALID);
    assert_int_equal(e.n_fields, HN_ERR_FIELDS_MAX);
    assert_string_equal(e.msg, "name: must not be empty");
    hn_err_clear(&e);
    assert_int_equal(hn_fail(&e, HN_E_CONFLICT, "%s", longer), HN_E_CONFLICT);
    assert_int_equal(strlen(e.msg), HN_ERR_MSG_MAX - 1);
    (void)hn_ctx(&e, "get ci %d", 12);
    assert_int_equal(hn_ctx(&e, "assign ticket 81"), HN_E_CONFLICT);
    assert_string_equal(e.detail, "assign ticket 81: get ci 12");
    for (int i = 0; i < 20; i++)
        (void)hn_ctx(&e, "%s", longer);
    assert_true(strlen(e.detail) < HN_ERR_DETAIL_MAX);
    assert_string_equal(hn_code_word(HN_E_RATE), "too-many-requests");
    assert_int_equal(hn_code_http_status(HN_E_RATE), 429);
    assert_int_equal(hn_code_http_status(HN_OK), 200);
}

/* A message that is cut ends between two characters. */
static void long_messages_stay_utf8(void **state)
{
    char text[HN_ERR_MSG_MAX + 60];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct hn_err e = {0};
        size_t n = shift;

        memset(text, 'a', shift);
        while (n + 3 < sizeof(text)) {
            memcpy(text + n, "\xE6\x97\xA5", 3);
            n += 3;
        }
        text[n] = '\0';
        (void)hn_fail(&e, HN_E_INVALID, "%s", text);
        assert_true(hn_utf8_valid(e.msg, strlen(e.msg)));
        assert_true(strlen(e.msg) > HN_ERR_MSG_MAX - 5);
    }
}

static void whole_numbers(void **state)
{
    static const struct {
        const char *s;
        enum hn_code code;
        int64_t v;
    } rows[] = {
        {"0", HN_OK, 0},
        {"-0", HN_OK, 0},
        {"007", HN_OK, 7},
        {"9223372036854775807", HN_OK, INT64_MAX},
        {"-9223372036854775808", HN_OK, INT64_MIN},
        {"9223372036854775808", HN_E_INVALID, 0},
        {"-9223372036854775809", HN_E_INVALID, 0},
        {"99999999999999999999999999", HN_E_INVALID, 0},
        {"", HN_E_INVALID, 0},
        {"-", HN_E_INVALID, 0},
        {"+1", HN_E_INVALID, 0},
        {" 1", HN_E_INVALID, 0},
        {"1 ", HN_E_INVALID, 0},
        {"1.0", HN_E_INVALID, 0},
        {"0x10", HN_E_INVALID, 0},
        {"1e3", HN_E_INVALID, 0},
    };

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        struct hn_err e = {0};
        int64_t v = 0;

        if (hn_parse_i64(rows[i].s, "n", INT64_MIN, INT64_MAX, &v, &e) != rows[i].code)
            fail_msg("\"%s\"", rows[i].s);
        assert_int_equal(v, rows[i].v);
    }
}

static void ranges_are_in_the_message(void **state)
{
    struct hn_err e = {0};
    int64_t v = 3;
    double d = 3;

    (void)state;
    assert_int_equal(hn_parse_i64("11", "attempts", 1, 10, &v, &e), HN_E_INVALID);
    assert_string_equal(e.msg, "attempts: must be between 1 and 10");
    assert_int_equal(hn_parse_i64("0", "attempts", 1, 10, &v, &e), HN_E_INVALID);
    assert_int_equal(v, 3);
    hn_err_clear(&e);
    assert_int_equal(hn_parse_f64("1.5", "x", 0, 1, &d, &e), HN_E_INVALID);
    assert_string_equal(e.msg, "x: must be between 0 and 1");
    assert_true(d == 3);
}

static void decimals(void **state)
{
    static const char *const bad[] = {"",    "-",  ".5", "5.", "1e",  "1e+",   "nan", "inf",
                                      "0x1", " 1", "1 ", "+1", "1,5", "1e999", "--1"};
    struct hn_err e = {0};
    double d = 0;

    (void)state;
    assert_int_equal(hn_parse_f64("-12.5e-1", "x", -INFINITY, INFINITY, &d, &e), HN_OK);
    assert_true(d == -1.25);
    assert_int_equal(hn_parse_f64("1E3", "x", -INFINITY, INFINITY, &d, &e), HN_OK);
    assert_true(d == 1000);
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++)
        if (hn_parse_f64(bad[i], "x", -INFINITY, INFINITY, &d, &e) != HN_E_INVALID)
            fail_msg("\"%s\"", bad[i]);
}

static void utf8(void **state)
{
    static const struct {
        const char *s;
        size_t n, good;
    } rows[] = {
        {"", 0, 0},
        {"abc", 3, 3},
        {"\xC2\x80", 2, 2},
        {"\xDF\xBF", 2, 2},
        {"\xE0\xA0\x80", 3, 3},
        {"\xEF\xBF\xBF", 3, 3},
        {"\xF0\x90\x80\x80", 4, 4},
        {"\xF4\x8F\xBF\xBF", 4, 4},
        {"a\0b", 3, 1},
        {"a\x80", 2, 1},            /* continuation alone */
        {"\xC0\xAF", 2, 0},         /* overlong */
        {"\xC1\xBF", 2, 0},         /* overlong */
        {"\xE0\x9F\xBF", 3, 0},     /* overlong */
        {"\xF0\x8F\xBF\xBF", 4, 0}, /* overlong */
        {"\xED\xA0\x80", 3, 0},     /* surrogate */
        {"\xED\xBF\xBF", 3, 0},     /* surrogate */
        {"\xED\x9F\xBF", 3, 3},
        {"\xF4\x90\x80\x80", 4, 0}, /* past U+10FFFF */
        {"\xF5\x80\x80\x80", 4, 0},
        {"ab\xE6\x97", 4, 2}, /* cut off */
        {"\xE6\x97\xC2", 3, 0},
        {"\xFF", 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        assert_int_equal(hn_utf8_span(rows[i].s, rows[i].n), rows[i].good);
        assert_int_equal(hn_utf8_valid(rows[i].s, rows[i].n), rows[i].good == rows[i].n);
    }
    assert_int_equal(hn_utf8_len("a日本\xF0\x9F\x98\x80"), 4);
}

static void addresses(void **state)
{
    static const char *const good[] = {"10.44.0.1", "::1", "2001:db8::1", "::ffff:10.0.0.1"};
    static const char *const wrong[] = {
        "",      "10.44.0",     "10.44.0.256", "010.1.1.1.1", "host",
        "::1::", "10.0.0.1/24", " ::1",        "fe80::1%eth0"};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(good); i++)
        assert_true(hn_is_address(good[i]));
    for (size_t i = 0; i < HN_ARRAY_LEN(wrong); i++)
        assert_false(hn_is_address(wrong[i]));
}

/* What fn writes to standard error. */
static const char *captured(void (*fn)(void))
{
    static char text[8192];
    FILE *f = tmpfile();
    int old = dup(STDERR_FILENO);
    size_t n;

    assert_non_null(f);
    assert_true(dup2(fileno(f), STDERR_FILENO) >= 0);
    fn();
    assert_true(dup2(old, STDERR_FILENO) >= 0);
    (void)close(old);
    rewind(f);
    n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    (void)fclose(f);
    return text;
}

static void log_lines(void)
{
    hn_log_init("serve");
    hn_log(HN_DEBUG, "not shown");
    hn_log(HN_WARN, "a \"b\"\nlevel=error %s", "\x1B[31m\xFF日本");
    hn_log_level(HN_DEBUG);
    hn_log(HN_DEBUG, "%s", "plain");
    hn_log_level(HN_INFO);
}

static void log_err_line(void)
{
    struct hn_err e = {.code = HN_E_CONFLICT, .sqlstate = "40001", .msg = "no", .detail = "x: y"};

    hn_log_err(HN_ERROR, "POST /api", &e);
}

static void log_long_line(void)
{
    char text[6000];

    memset(text, '"', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    hn_log(HN_ERROR, "%s", text);
}

static void one_event_is_one_line(void **state)
{
    const char *out = captured(log_lines);

    (void)state;
    assert_int_equal(strncmp(out, "time=20", 7), 0);
    assert_non_null(strstr(out, " level=warn role=serve msg=\"a \\\"b\\\"\\nlevel=error "
                                "\\x1b[31m\\xff日本\"\n"));
    assert_non_null(strstr(out, " level=debug role=serve msg=plain\n"));
    assert_null(strstr(out, "not shown"));
    out = captured(log_err_line);
    assert_non_null(strstr(out, " op=\"POST /api\" code=conflict sqlstate=40001 msg=no "
                                "detail=\"x: y\"\n"));
    out = captured(log_long_line);
    assert_true(strlen(out) <= 2048);
    assert_string_equal(out + strlen(out) - 2, "\"\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_memory_is_zeroed_and_aligned),
        cmocka_unit_test(sbuf_overflow_sticks),
        cmocka_unit_test(errors_gather_fields_and_context),
        cmocka_unit_test(long_messages_stay_utf8),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(ranges_are_in_the_message),
        cmocka_unit_test(decimals),
        cmocka_unit_test(utf8),
        cmocka_unit_test(addresses),
        cmocka_unit_test(one_event_is_one_line),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
