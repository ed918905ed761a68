/* SPDX-License-Identifier: Apache-2.0 */
/* National holidays: the turns of the law, and every day of a public list where that is at hand. */
#include "server/base/instant.h"
#include "server/measure/holiday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

struct row {
    const char *why;
    int y, m, d;
    const char *name; /* NULL: no holiday */
};

static struct row rows[] = {
    {"before the act", 1948, 5, 3, NULL},
    {"first one under the act", 1948, 9, 23, "秋分の日"},
    {"first New Year", 1949, 1, 1, "元日"},
    {"wedding 1959", 1959, 4, 10, "結婚の儀"},
    {"no sports day in 1965", 1965, 10, 10, NULL},
    {"first sports day", 1966, 10, 10, "体育の日"},
    {"Sunday without substitute before 1973", 1972, 9, 24, NULL},
    {"first substitute", 1973, 4, 30, "天皇誕生日 振替休日"},
    {"funeral 1989", 1989, 2, 24, "大喪の礼"},
    {"birthday of 1988", 1988, 4, 29, "天皇誕生日"},
    {"greenery from 1989", 1989, 4, 29, "みどりの日"},
    {"birthday from 1989", 1989, 12, 23, "天皇誕生日"},
    {"enthronement 1990", 1990, 11, 12, "即位礼正殿の儀"},
    {"wedding 1993", 1993, 6, 9, "結婚の儀"},
    {"citizens' day from 1986", 1988, 5, 4, "休日"},
    {"4 May is Monday's substitute", 1992, 5, 4, "憲法記念日 振替休日"},
    {"4 May on a Sunday before 2007", 1997, 5, 4, NULL},
    {"coming of age on the 15th", 1999, 1, 15, "成人の日"},
    {"happy Monday 2000", 2000, 1, 10, "成人の日"},
    {"sea day on the 20th", 2002, 7, 20, "海の日"},
    {"sea day Monday", 2003, 7, 21, "海の日"},
    {"aged between equinox: 22 Sep 2009", 2009, 9, 22, "休日"},
    {"substitute moves to the 6th from 2007", 2008, 5, 6, "こどもの日 振替休日"},
    {"6 May 2009", 2009, 5, 6, "こどもの日 振替休日"},
    {"Showa day", 2007, 4, 29, "昭和の日"},
    {"mountain day", 2016, 8, 11, "山の日"},
    {"none before", 2015, 8, 11, NULL},
    {"no birthday in 2019: February", 2019, 2, 23, NULL},
    {"no birthday in 2019: December", 2019, 12, 23, NULL},
    {"accession between two", 2019, 4, 30, "休日"},
    {"accession", 2019, 5, 1, "休日（祝日扱い）"},
    {"enthronement 2019", 2019, 10, 22, "休日（祝日扱い）"},
    {"birthday 2020 falls on Sunday", 2020, 2, 24, "天皇誕生日 振替休日"},
    {"Olympics: sea 2020", 2020, 7, 23, "海の日"},
    {"Olympics: sports 2020", 2020, 7, 24, "スポーツの日"},
    {"Olympics: none in October 2020", 2020, 10, 12, NULL},
    {"Olympics: mountain 2020", 2020, 8, 10, "山の日"},
    {"Olympics: sea 2021", 2021, 7, 22, "海の日"},
    {"Olympics: mountain 2021", 2021, 8, 8, "山の日"},
    {"Olympics: its substitute", 2021, 8, 9, "山の日 振替休日"},
    {"Olympics: not the 11th", 2021, 8, 11, NULL},
    {"back in 2022", 2022, 10, 10, "スポーツの日"},
    {"22 September 2026", 2026, 9, 22, "休日"},
    {"equinox 2024", 2024, 3, 20, "春分の日"},
    {"equinox Sunday 2024", 2024, 9, 23, "秋分の日 振替休日"},
    {"last year of the table", 2099, 12, 31, NULL},
    {"beyond the table", 2100, 1, 1, NULL},
    {"no such date", 2026, 2, 30, NULL},
};

static void one_row(void **state)
{
    const struct row *r = *state;
    const char *got = holiday_jp_on(r->y, r->m, r->d);

    if (r->name == NULL)
        assert_null(got);
    else
        assert_string_equal(got == NULL ? "(none)" : got, r->name);
}

static FILE *open_shared(const char *name)
{
    const char *dir = getenv("HN_DATA");
    char path[512];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/holidays/%s", dir != NULL ? dir : "../shared/data",
                   name);
    f = fopen(path, "r");
    if (f == NULL)
        print_message("skipped: no %s\n", path);
    return f;
}

/* Every day of 1970 to 2050: a holiday exactly where the list has one, of the same name. */
static void test_public_list(void **state)
{
    FILE *f = open_shared("holiday_jp.yml");
    char line[256];
    int64_t next = hn_days_from_civil(1970, 1, 1);
    int n = 0;

    (void)state;
    if (f == NULL)
        skip();
    while (fgets(line, sizeof(line), f) != NULL) {
        int y, m, d, at = 0;
        int64_t days;

        if (sscanf(line, "%d-%d-%d: %n", &y, &m, &d, &at) != 3 || at == 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        days = hn_days_from_civil(y, m, d);
        for (; next < days; next++)
            if (holiday_jp(next) != NULL)
                fail_msg("the day before %s by %d is no holiday", line, (int)(days - next));
        if (holiday_jp(days) == NULL)
            fail_msg("%s is missing", line);
        /* The list calls each 6 May after the day before it, but for this one. */
        if (!hn_streq(line, "2020-05-06: 憲法記念日 振替休日"))
            assert_string_equal(holiday_jp(days), line + at);
        next = days + 1;
        n++;
    }
    (void)fclose(f);
    for (; next < hn_days_from_civil(2051, 1, 1); next++)
        assert_null(holiday_jp(next));
    assert_int_equal(n, 1329);
}

static void test_counts(void **state)
{
    FILE *f = open_shared("truth.json");
    char line[256];
    int years = 0;

    (void)state;
    if (f == NULL)
        skip();
    while (fgets(line, sizeof(line), f) != NULL) {
        int y, want, n = 0;

        if (sscanf(line, " \"%d\": %d", &y, &want) != 2)
            continue;
        for (int64_t d = hn_days_from_civil(y, 1, 1); d < hn_days_from_civil(y + 1, 1, 1); d++)
            n += holiday_jp(d) != NULL;
        assert_int_equal(n, want);
        years++;
    }
    (void)fclose(f);
    assert_true(years > 0);
}

/* Equinoxes announced or computed by the almanac: first and last of their kind. */
static void test_equinox(void **state)
{
    (void)state;
    assert_int_equal(holiday_equinox(1960, 3), 20);
    assert_int_equal(holiday_equinox(1959, 3), 21);
    assert_int_equal(holiday_equinox(1979, 9), 24);
    assert_int_equal(holiday_equinox(2012, 9), 22);
    assert_int_equal(holiday_equinox(2092, 3), 19);
    assert_int_equal(holiday_equinox(2099, 9), 23);
    assert_int_equal(holiday_equinox(2100, 3), 0);
    assert_int_equal(holiday_equinox(2026, 4), 0);
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(rows) + 3];
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        t[n++] = (struct CMUnitTest){rows[i].why, one_row, NULL, NULL, &rows[i]};
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_public_list);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_counts);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_equinox);
    return _cmocka_run_group_tests("holiday", t, n, NULL, NULL);
}
