/* SPDX-License-Identifier: Apache-2.0 */
/* Targets and how figures are shown, the fiscal year, maintenance claims, shares and limits. */
#include "server/measure/sla.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CAP ((int64_t)10440) /* 2.9 h */

static struct sla_target target(const char *text)
{
    struct sla_target t = {0};
    struct hn_err e;

    hn_err_clear(&e);
    assert_int_equal(sla_target_parse(text, "target", &t, &e), HN_OK);
    return t;
}

static void test_targets(void **state)
{
    static const struct {
        const char *text;
        int64_t e6;
        const char *shown;
    } good[] = {
        {"99.9", 99900000, "99.9"},
        {"0.999", 999000, "99.9"},
        {"1", 1000000, "100"},
        {"100", 100000000, "100"},
        {"99.99990", 99999900, "99.9999"},
        {"0.000001", 1, "0.0001"},
        {"1.000001", 1000001, "1.000001"},
        {"95.0000000", 95000000, "95"},
    };
    static const char *const bad[] = {
        "",    "0",  "-1",  "100.000001", "101",  "99.9999999",          "1e2", " 99.9", "99.9 ",
        "99.", ".9", "nan", "0x10",       "99,9", "99999999999999999999"};
    char s[SLA_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(good); i++) {
        assert_int_equal(target(good[i].text).e6, good[i].e6);
        assert_string_equal(sla_target_text(target(good[i].text), s), good[i].shown);
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++) {
        struct sla_target t = {7};
        struct hn_err e;

        hn_err_clear(&e);
        if (sla_target_parse(bad[i], "target", &t, &e) != HN_E_INVALID)
            fail_msg("\"%s\" was taken", bad[i]);
        assert_string_equal(e.field[0].field, "target");
        assert_int_equal(t.e6, 7);
    }
}

static void test_ratios(void **state)
{
    char s[SLA_TEXT_MAX];

    (void)state;
    assert_string_equal(sla_percent((struct sla_ratio){998999, 1000000}, s), "99.899");
    assert_string_equal(sla_percent((struct sla_ratio){0, 5}, s), "0.000");
    assert_string_equal(sla_percent((struct sla_ratio){5, 5}, s), "100.000");
    assert_string_equal(sla_percent((struct sla_ratio){999999999, 1000000000}, s), "99.999");
    assert_string_equal(sla_percent((struct sla_ratio){0, 0}, s), "");
    assert_int_equal(sla_ratio_met((struct sla_ratio){999, 1000}, target("99.9")), SLA_MET);
    assert_int_equal(sla_ratio_met((struct sla_ratio){9989999, 10000000}, target("99.9")),
                     SLA_MISSED);
    assert_int_equal(sla_ratio_met((struct sla_ratio){0, 0}, target("99.9")), SLA_UNDECIDED);
    /* A hundred years of seconds: no overflow on the way. */
    assert_int_equal(sla_ratio_met((struct sla_ratio){3155759999, 3155760000}, target("99.999999")),
                     SLA_MET);
    assert_true(isnan(sla_ratio_f64((struct sla_ratio){0, 0})));
    assert_true(sla_ratio_f64((struct sla_ratio){3155759999, 3155760000}) < 1.0);
    assert_string_equal(sla_hms(10440, s), "2:54:00");
    assert_string_equal(sla_hms(-61, s), "-0:01:01");
    assert_string_equal(sla_hms(360000, s), "100:00:00");
}

/* 2.9 h with 2 h 30 min used from April to December 2026: 24 min are left. Planned so far 275 days
 * of 365: 9,000 × 365 / 275 = 11,945.45… s by 31 March, rounded up. */
static void test_year_cap(void **state)
{
    struct sla_year_month m[12];
    struct sla_year_in in = {.month = {2026, 12}, .months = m, .cap_s = CAP, .start = HN_UNSET};
    struct sla_year y;

    (void)state;
    for (int i = 0; i < 12; i++) {
        struct hn_month month = hn_month_add((struct hn_month){2026, 4}, i);

        m[i] = (struct sla_year_month){
            .month = month,
            .planned_s = (hn_month_to(month) - hn_month_from(month)) / HN_SEC,
            .downtime_s = i < 9 ? 1000 : 77777}; /* January to March must not be seen */
    }
    in.n_months = 12;
    in.year_planned_s = sla_year_planned(NULL, in.month, HN_UNSET);
    assert_int_equal(in.year_planned_s, (int64_t)365 * 86400);
    sla_year(&in, &y);
    assert_int_equal(y.fiscal_year, 2026);
    assert_int_equal(y.downtime_s, 9000);
    assert_int_equal(y.planned_s, (int64_t)275 * 86400);
    assert_int_equal(y.cap_s, CAP);
    assert_int_equal(y.left_s, 24 * 60);
    assert_int_equal(y.met, SLA_MET);
    assert_int_equal(y.forecast_s, 11946);
    assert_int_equal(y.forecast_met, SLA_MISSED);
    assert_int_equal(y.notice, 80);
}

/* The fiscal year turns: in April only April counts, whatever March was. */
static void test_year_turn(void **state)
{
    struct sla_year_month m[] = {{{2027, 3}, 2678400, 9999, 0, false},
                                 {{2027, 4}, 2592000, 100, 30, false}};
    struct sla_year_in in = {.month = {2027, 4},
                             .months = m,
                             .n_months = 2,
                             .cap_s = CAP,
                             .start = HN_UNSET,
                             .year_planned_s = (int64_t)366 * 86400};
    struct sla_year y;

    (void)state;
    sla_year(&in, &y);
    assert_int_equal(y.fiscal_year, 2027);
    assert_int_equal(y.downtime_s, 100);
    assert_int_equal(y.unmeasured_s, 30);
    assert_int_equal(y.left_s, CAP - 100);
    in.month = (struct hn_month){2027, 3};
    sla_year(&in, &y);
    assert_int_equal(y.fiscal_year, 2026);
    assert_int_equal(y.downtime_s, 9999);
}

static void test_year_reference(void **state)
{
    struct sla_year_month m[] = {{{2028, 2}, 2505600, 5000, 0, true},
                                 {{2028, 3}, 2678400, 600, 0, false}};
    struct sla_year_in in = {.month = {2028, 3},
                             .months = m,
                             .n_months = 2,
                             .cap_s = CAP,
                             .start = hn_from_tokyo(2028, 3, 1, 0, 0, 0)};
    struct sla_year y;

    (void)state;
    in.year_planned_s = sla_year_planned(NULL, in.month, in.start);
    assert_int_equal(in.year_planned_s, (int64_t)31 * 86400);
    sla_year(&in, &y);
    assert_int_equal(y.downtime_s, 600);
    /* 31 of the 366 days of fiscal 2027: 10,440 × 31 / 366 = 884.26… */
    assert_int_equal(y.cap_s, 884);
    assert_int_equal(y.left_s, 284);
    assert_int_equal(y.forecast_s, 600);
    assert_int_equal(y.met, SLA_MET);
    in.is_full_first = true;
    sla_year(&in, &y);
    assert_int_equal(y.cap_s, CAP);
}

static void test_pro_rata(void **state)
{
    (void)state;
    /* 1 October 2026 to 31 March 2027: 182 of 365 days: 10,440 × 182 / 365 = 5,205.69… */
    assert_int_equal(sla_cap_pro_rata(CAP, 2026, hn_from_tokyo(2026, 10, 1, 0, 0, 0)), 5205);
    assert_int_equal(sla_cap_pro_rata(CAP, 2026, hn_from_tokyo(2026, 10, 1, 12, 0, 0)), 5205);
    assert_int_equal(sla_cap_pro_rata(CAP, 2026, hn_from_tokyo(2026, 4, 1, 0, 0, 0)), CAP);
    assert_int_equal(sla_cap_pro_rata(CAP, 2026, hn_from_tokyo(2020, 7, 1, 0, 0, 0)), CAP);
    assert_int_equal(sla_cap_pro_rata(CAP, 2026, hn_from_tokyo(2027, 3, 31, 0, 0, 0)), 28);
    assert_int_equal(sla_cap_pro_rata(CAP, 2026, hn_from_tokyo(2028, 1, 1, 0, 0, 0)), 0);
    assert_int_equal(sla_cap_pro_rata(CAP, 2026, HN_UNSET), CAP);
}

/* Notices at 1 h 27 min, 2 h 19 min 12 s and 2 h 54 min of 2.9 h; met to the last second. */
static void test_notices(void **state)
{
    static const struct {
        int64_t used;
        int notice;
        enum sla_met met;
    } rows[] = {{0, 0, SLA_MET},     {5219, 0, SLA_MET},        {5220, 50, SLA_MET},
                {8351, 50, SLA_MET}, {8352, 80, SLA_MET},       {10439, 80, SLA_MET},
                {CAP, 100, SLA_MET}, {CAP + 1, 100, SLA_MISSED}};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        struct sla_year_month m = {{2026, 5}, 2678400, rows[i].used, 0, false};
        struct sla_year_in in = {
            .month = {2026, 5}, .months = &m, .n_months = 1, .cap_s = CAP, .start = HN_UNSET};
        struct sla_year y;

        sla_year(&in, &y);
        assert_int_equal(y.notice, rows[i].notice);
        assert_int_equal(y.met, rows[i].met);
        in.cap_s = -1;
        sla_year(&in, &y);
        assert_int_equal(y.met, SLA_UNDECIDED);
        assert_int_equal(y.cap_s, -1);
        assert_int_equal(y.notice, 0);
    }
}

/* Seconds by seconds, never the mean of percentages: a short bad month weighs what it weighs. */
static void test_sum(void **state)
{
    struct sla_figures f[3] = {
        {.planned_s = 1000,
         .downtime_s = 100,
         .raw_downtime_s = 150,
         .exclusion_s = 50,
         .excluded_s = 50,
         .up_s = 850,
         .is_final = true,
         .from = 0,
         .as_of = 10},
        {.planned_s = 9000,
         .unmeasured_s = 50,
         .up_s = 8950,
         .is_final = true,
         .from = 10,
         .as_of = 20},
        {.planned_s = 5000, .downtime_s = 5000, .is_final = true, .is_reference = true}};
    struct sla_figures y;

    (void)state;
    sla_sum(f, 3, target("98.9"), &y);
    assert_int_equal(y.planned_s, 10000);
    assert_int_equal(y.downtime_s, 100);
    assert_int_equal(y.availability.num, 9850);
    assert_int_equal(y.availability.den, 9950);
    assert_int_equal(y.availability_min.num, 9800);
    assert_int_equal(y.without_exclusions.num, 9850);
    assert_int_equal(y.without_exclusions.den, 10000);
    assert_int_equal(y.met, SLA_UNDECIDED); /* 98.994… and 98.492… */
    assert_true(y.is_final);
    assert_int_equal(y.as_of, 20);
}

static void test_maintenance(void **state)
{
    static const struct {
        const char *name;
        struct sla_maintenance m;
        int64_t to; /* 0: nothing enters M */
    } rows[] = {
        {"approved before", {100, 200, 50, 200, HN_UNSET}, 200},
        {"approved at its begin", {100, 200, 100, 200, HN_UNSET}, 200},
        {"approved late", {100, 200, 101, 200, HN_UNSET}, 0},
        {"never approved", {100, 200, HN_UNSET, HN_UNSET, HN_UNSET}, 0},
        {"extended after the approval", {100, 300, 50, 200, HN_UNSET}, 200},
        {"shortened", {100, 150, 50, 200, HN_UNSET}, 150},
        {"ended early", {100, 200, 50, 200, 160}, 160},
        {"ended before it began", {100, 200, 50, 200, 90}, 0},
        {"ended late", {100, 200, 50, 200, 260}, 200},
    };

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        struct ivl v;
        bool claimed = sla_maintenance_claim(&rows[i].m, &v);

        if (claimed != (rows[i].to != 0) || v.from != 100 || v.to != (claimed ? rows[i].to : 100))
            fail_msg("%s", rows[i].name);
    }
}

static void test_due(void **state)
{
    const struct sla_due v[] = {
        {1000 * HN_SEC, 900 * HN_SEC},        /* good */
        {1000 * HN_SEC, 1000 * HN_SEC + 900}, /* good: the same second */
        {1000 * HN_SEC, 1001 * HN_SEC},       /* late */
        {1000 * HN_SEC, HN_UNSET},            /* not yet, and due has passed */
        {1900 * HN_SEC, HN_UNSET},            /* still has time */
        {1900 * HN_SEC, 1100 * HN_SEC},       /* early: counts in the month of its due */
        {2000 * HN_SEC, 1100 * HN_SEC},       /* due in the next month */
        {499 * HN_SEC, 400 * HN_SEC},         /* due in the month before */
    };
    struct sla_share s =
        sla_share_due(v, HN_ARRAY_LEN(v), 500 * HN_SEC, 2000 * HN_SEC, 1500 * HN_SEC, target("60"));

    (void)state;
    assert_int_equal(s.n, 5);
    assert_int_equal(s.good, 3);
    assert_int_equal(s.met, SLA_MET);
    assert_int_equal(s.unit, SLA_UNIT_PERCENT);
    s = sla_share_due(v, 0, 0, 1, 1, target("60"));
    assert_int_equal(s.met, SLA_UNDECIDED);
}

static void test_response(void **state)
{
    struct sla_probe v[100];
    char text[SLA_TEXT_MAX];
    struct sla_share s;
    int64_t p95;

    (void)state;
    /* 97 within 3 s, one at 3.000001 s, one at 4 s, one failed: 97.0 %. */
    for (int i = 0; i < 100; i++)
        v[i] = (struct sla_probe){.duration_us = i < 97 ? 3000000 - (96 - i) * 1000 : 4000000};
    v[97].duration_us = 3000001;
    v[98].duration_us = -1;
    s = sla_share_response(v, 100, target("97"), &p95);
    assert_string_equal(sla_percent(s.value, text), "97.000");
    assert_int_equal(s.met, SLA_MET);
    /* 99 answered: rank ⌈94.05⌉ = 95, the 95th of the durations 2.904 s, 2.905 s … */
    assert_int_equal(p95, 2904000 + 94 * 1000);
    /* The same in a peak period: 5 s. */
    for (int i = 0; i < 100; i++)
        v[i].is_peak = true;
    s = sla_share_response(v, 100, target("99"), &p95);
    assert_int_equal(s.good, 99);
    assert_int_equal(s.met, SLA_MET);
    s = sla_share_response(v, 0, target("99"), &p95);
    assert_int_equal(p95, -1);
    assert_int_equal(s.met, SLA_UNDECIDED);
}

static void test_shares(void **state)
{
    const int64_t hours[] = {19200, 43200, 100};
    struct sla_share s = sla_share_of(19, 20, target("95"));
    char text[SLA_TEXT_MAX];

    (void)state;
    assert_string_equal(sla_percent(s.value, text), "95.000");
    assert_int_equal(s.met, SLA_MET);
    s = sla_share_limit(hours, 3, 43200); /* RTO 12 h, exactly */
    assert_int_equal(s.met, SLA_MET);
    assert_int_equal(s.value.num, 43200);
    assert_int_equal(s.unit, SLA_UNIT_SECONDS);
    s = sla_share_limit(hours, 3, 43199);
    assert_int_equal(s.good, 2);
    assert_int_equal(s.met, SLA_MISSED);
    assert_int_equal(sla_share_limit(hours, 0, 1).met, SLA_UNDECIDED);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_targets),        cmocka_unit_test(test_ratios),
        cmocka_unit_test(test_year_cap),       cmocka_unit_test(test_year_turn),
        cmocka_unit_test(test_year_reference), cmocka_unit_test(test_pro_rata),
        cmocka_unit_test(test_notices),        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_maintenance),    cmocka_unit_test(test_due),
        cmocka_unit_test(test_response),       cmocka_unit_test(test_shares),
    };

    return cmocka_run_group_tests_name("sla_year", t, NULL, NULL);
}
