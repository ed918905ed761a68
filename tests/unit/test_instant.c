/* SPDX-License-Identifier: Apache-2.0 */
/* Time: civil dates, RFC 3339, months, Japanese eras. */
#include "server/base/instant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void civil_days_and_back(void **state)
{
    int64_t days = hn_days_from_civil(-1, 12, 31);
    int y;
    int m;
    int d;

    (void)state;
    assert_int_equal(hn_days_from_civil(1970, 1, 1), 0);
    assert_int_equal(hn_days_from_civil(2000, 3, 1), 11017);
    assert_int_equal(hn_days_from_civil(1969, 12, 31), -1);
    /* every day of 800 years in a row: the date that follows is the next number */
    for (int want_y = 0; want_y < 800; want_y++)
        for (int want_m = 1; want_m <= 12; want_m++) {
            bool leap = (want_y % 4 == 0 && want_y % 100 != 0) || want_y % 400 == 0;
            int len = want_m == 2                                                 ? 28 + leap
                      : want_m == 4 || want_m == 6 || want_m == 9 || want_m == 11 ? 30
                                                                                  : 31;

            for (int want_d = 1; want_d <= len; want_d++) {
                assert_int_equal(hn_days_from_civil(want_y, want_m, want_d), ++days);
                hn_civil_from_days(days, &y, &m, &d);
                assert_true(y == want_y && m == want_m && d == want_d);
            }
        }
}

static void weekdays(void **state)
{
    (void)state;
    assert_int_equal(hn_weekday(hn_days_from_civil(1970, 1, 1)), 3);   /* Thursday */
    assert_int_equal(hn_weekday(hn_days_from_civil(2026, 11, 22)), 6); /* Sunday */
    assert_int_equal(hn_weekday(hn_days_from_civil(1969, 12, 29)), 0); /* Monday */
    assert_int_equal(hn_weekday(hn_days_from_civil(1900, 1, 1)), 0);
}

static const struct {
    const char *text;
    const char *back; /* NULL: refused */
} times[] = {
    {"2026-11-22T05:00:00Z", "2026-11-22T05:00:00Z"},
    {"2026-11-22t05:00:00z", "2026-11-22T05:00:00Z"},
    {"2026-11-22 05:00:00Z", "2026-11-22T05:00:00Z"},
    {"2026-11-22T14:00:00+09:00", "2026-11-22T05:00:00Z"},
    {"2026-11-22T00:30:00-05:30", "2026-11-22T06:00:00Z"},
    {"2026-01-01T00:00:00+09:00", "2025-12-31T15:00:00Z"},
    {"2026-11-22T05:00:00.5Z", "2026-11-22T05:00:00.500000Z"},
    {"2026-11-22T05:00:00.123456789Z", "2026-11-22T05:00:00.123456Z"},
    {"2026-11-22T05:00:00.000000Z", "2026-11-22T05:00:00Z"},
    {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
    {"1600-02-29T00:00:00Z", "1600-02-29T00:00:00Z"},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
    {"2023-02-29T00:00:00Z", NULL},
    {"1900-02-29T00:00:00Z", NULL},
    {"2026-04-31T00:00:00Z", NULL},
    {"2026-13-01T00:00:00Z", NULL},
    {"2026-00-01T00:00:00Z", NULL},
    {"2026-01-00T00:00:00Z", NULL},
    {"2026-11-22T24:00:00Z", NULL},
    {"2026-11-22T05:60:00Z", NULL},
    {"2026-11-22T05:00:61Z", NULL},
    {"2026-11-22T05:00:60Z", NULL},
    {"2026-11-22T05:00:00", NULL},
    {"2026-11-22T05:00Z", NULL},
    {"2026-11-22T05:00:00.Z", NULL},
    {"2026-11-22T05:00:00+0900", NULL},
    {"2026-11-22T05:00:00+24:00", NULL},
    {"2026-11-22T05:00:00Zx", NULL},
    {" 2026-11-22T05:00:00Z", NULL},
    {"2026-11-22", NULL},
    {"26-11-22T05:00:00Z", NULL},
    {"", NULL},
};

static void rfc3339_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(times); i++) {
        char buf[HN_RFC3339_MAX];
        struct hn_err e = {0};
        hn_instant t = 42;
        enum hn_code code = hn_parse_rfc3339(times[i].text, "from", &t, &e);

        if (times[i].back == NULL) {
            if (code != HN_E_INVALID)
                fail_msg("%s was accepted", times[i].text);
            assert_int_equal(t, 42);
            assert_string_equal(e.field[0].field, "from");
        } else {
            if (code != HN_OK)
                fail_msg("%s was refused", times[i].text);
            assert_string_equal(hn_rfc3339(t, buf), times[i].back);
        }
    }
}

static void the_ends_of_time_are_text_too(void **state)
{
    char buf[HN_RFC3339_MAX];

    (void)state;
    assert_string_equal(hn_rfc3339(HN_NEVER, buf), "infinity");
    assert_string_equal(hn_rfc3339(HN_UNSET, buf), "");
    assert_string_equal(hn_rfc3339(HN_NEVER - 1, buf), "294247-01-10T04:00:54.775806Z");
    assert_true(strlen(hn_rfc3339(HN_UNSET + 1, buf)) < HN_RFC3339_MAX);
    (void)hn_tokyo(HN_NEVER);
    (void)hn_tokyo(HN_UNSET);
}

static void sums_stop_at_the_end(void **state)
{
    (void)state;
    assert_int_equal(hn_add(5, 7), 12);
    assert_int_equal(hn_add(HN_NEVER, -1), HN_NEVER);
    assert_int_equal(hn_add(HN_UNSET, 1), HN_UNSET);
    assert_int_equal(hn_add(HN_NEVER - 5, HN_DAY), HN_NEVER);
    assert_true(hn_add(HN_UNSET + 5, -HN_DAY) != HN_UNSET);
    assert_true(hn_add(HN_UNSET + 5, -HN_DAY) < 0);
}

static void tokyo_is_nine_hours_ahead(void **state)
{
    hn_instant t = hn_from_tokyo(2026, 11, 22, 0, 0, 0);
    struct hn_local l = hn_tokyo(t + 123);
    char buf[HN_RFC3339_MAX];

    (void)state;
    assert_string_equal(hn_rfc3339(t, buf), "2026-11-21T15:00:00Z");
    assert_int_equal(l.year, 2026);
    assert_int_equal(l.month, 11);
    assert_int_equal(l.day, 22);
    assert_int_equal(l.hour, 0);
    assert_int_equal(l.usec, 123);
    assert_int_equal(l.weekday, 6);
    assert_int_equal(l.days, hn_days_from_civil(2026, 11, 22));
    l = hn_tokyo(hn_from_tokyo(1960, 2, 29, 23, 59, 58));
    assert_int_equal(l.day, 29);
    assert_int_equal(l.hour, 23);
    assert_int_equal(l.minute, 59);
    assert_int_equal(l.second, 58);
}

static void months(void **state)
{
    struct hn_err e = {0};
    struct hn_month m = {0};
    char buf[HN_RFC3339_MAX];
    char text[8];
    static const char *const bad[] = {"2026-13", "2026-00", "2026-1",   "2026/01", "2026-01-01",
                                      "",        "202601",  "2026-01 ", "x026-01"};

    (void)state;
    assert_int_equal(hn_parse_month("2026-12", "month", &m, &e), HN_OK);
    assert_string_equal(hn_rfc3339(hn_month_from(m), buf), "2026-11-30T15:00:00Z");
    assert_string_equal(hn_rfc3339(hn_month_to(m), buf), "2026-12-31T15:00:00Z");
    assert_string_equal(hn_month_text(hn_month_add(m, 1), text), "2027-01");
    assert_string_equal(hn_month_text(hn_month_add(m, -12), text), "2025-12");
    assert_string_equal(hn_month_text(hn_month_of(hn_month_to(m) - 1), text), "2026-12");
    assert_string_equal(hn_month_text(hn_month_of(hn_month_to(m)), text), "2027-01");
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++)
        assert_int_equal(hn_parse_month(bad[i], "month", &m, &e), HN_E_INVALID);
    assert_int_equal(hn_fiscal_year((struct hn_month){2027, 3}), 2026);
    assert_int_equal(hn_fiscal_year((struct hn_month){2027, 4}), 2027);
}

static const struct {
    int y, m, d;
    const char *text;
} dates[] = {
    {1868, 10, 22, "1868年10月22日"},   {1868, 10, 23, "明治元年10月23日"},
    {1912, 7, 29, "明治45年7月29日"},   {1912, 7, 30, "大正元年7月30日"},
    {1926, 12, 24, "大正15年12月24日"}, {1926, 12, 25, "昭和元年12月25日"},
    {1989, 1, 7, "昭和64年1月7日"},     {1989, 1, 8, "平成元年1月8日"},
    {2019, 4, 30, "平成31年4月30日"},   {2019, 5, 1, "令和元年5月1日"},
    {2019, 12, 31, "令和元年12月31日"}, {2020, 1, 1, "令和2年1月1日"},
    {2026, 11, 22, "令和8年11月22日"},  {2028, 1, 3, "令和10年1月3日"},
};

static void eras(void **state)
{
    char buf[HN_ERA_MAX];

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(dates); i++)
        assert_string_equal(
            hn_wareki_date(hn_days_from_civil(dates[i].y, dates[i].m, dates[i].d), buf),
            dates[i].text);
    assert_string_equal(hn_wareki_year(hn_days_from_civil(2019, 5, 1), buf), "令和元年");
    assert_string_equal(hn_wareki_year(hn_days_from_civil(2026, 1, 1), buf), "令和8年");
}

static void fiscal_years(void **state)
{
    char buf[HN_ERA_MAX];

    (void)state;
    /* 2028-01-03 lies in the fiscal year that began in April 2027 */
    assert_string_equal(hn_wareki_fiscal(hn_fiscal_year((struct hn_month){2028, 1}), buf),
                        "令和9年度");
    assert_string_equal(hn_wareki_fiscal(2018, buf), "平成30年度");
    assert_string_equal(hn_wareki_fiscal(2019, buf), "令和元年度");
    assert_string_equal(hn_wareki_fiscal(2020, buf), "令和2年度");
    assert_string_equal(hn_wareki_fiscal(1988, buf), "昭和63年度");
    assert_string_equal(hn_wareki_fiscal(1989, buf), "平成元年度");
}

static void false_clock(void **state)
{
    hn_instant real = hn_now();

    (void)state;
    assert_true(real > hn_from_tokyo(2020, 1, 1, 0, 0, 0));
    hn_clock_set(hn_from_tokyo(2030, 1, 1, 0, 0, 0));
    assert_int_equal(hn_now(), hn_from_tokyo(2030, 1, 1, 0, 0, 0));
    hn_clock_set(HN_UNSET);
    assert_true(hn_now() >= real && hn_now() < real + HN_HOUR);
    assert_true(hn_mono_now().us <= hn_mono_now().us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_days_and_back),
        cmocka_unit_test(weekdays),
        cmocka_unit_test(rfc3339_table),
        cmocka_unit_test(the_ends_of_time_are_text_too),
        cmocka_unit_test(sums_stop_at_the_end),
        cmocka_unit_test(tokyo_is_nine_hours_ahead),
        cmocka_unit_test(months),
        cmocka_unit_test(eras),
        cmocka_unit_test(fiscal_years),
        cmocka_unit_test(false_clock),
    };

    return cmocka_run_group_tests_name("instant", tests, NULL, NULL);
}
