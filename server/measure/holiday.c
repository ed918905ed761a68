/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/holiday.h"

#include "server/base/instant.h"

/*
 * The act and its amendments as a table: which holiday, in which years, on which day (Article 2;
 * names as in the Cabinet Office's list). Article 3 makes the substitute days.
 */
enum rule { DATE, NTH_MONDAY, EQUINOX };

struct holiday {
    const char *name;
    const char *substitute; /* its 振替休日 (Article 3, paragraph 2) */
    int from, to;           /* years, both included */
    int month;
    enum rule rule;
    int day; /* DATE: the day; NTH_MONDAY: which */
};

#define SUB " 振替休日"
#define H(name) name, name SUB
#define ALWAYS 2099

static const struct holiday holidays[] = {
    {H("元日"), 1949, ALWAYS, 1, DATE, 1},
    {H("成人の日"), 1949, 1999, 1, DATE, 15},
    {H("成人の日"), 2000, ALWAYS, 1, NTH_MONDAY, 2},
    {H("建国記念の日"), 1967, ALWAYS, 2, DATE, 11},
    {H("天皇誕生日"), 2020, ALWAYS, 2, DATE, 23},
    {H("大喪の礼"), 1989, 1989, 2, DATE, 24},
    {H("春分の日"), 1949, ALWAYS, 3, EQUINOX, 0},
    {H("結婚の儀"), 1959, 1959, 4, DATE, 10},
    {H("天皇誕生日"), 1949, 1988, 4, DATE, 29},
    {H("みどりの日"), 1989, 2006, 4, DATE, 29},
    {H("昭和の日"), 2007, ALWAYS, 4, DATE, 29},
    {H("休日（祝日扱い）"), 2019, 2019, 5, DATE, 1},
    {H("憲法記念日"), 1949, ALWAYS, 5, DATE, 3},
    {H("みどりの日"), 2007, ALWAYS, 5, DATE, 4},
    {H("こどもの日"), 1949, ALWAYS, 5, DATE, 5},
    {H("結婚の儀"), 1993, 1993, 6, DATE, 9},
    {H("海の日"), 1996, 2002, 7, DATE, 20},
    {H("海の日"), 2003, 2019, 7, NTH_MONDAY, 3},
    {H("海の日"), 2020, 2020, 7, DATE, 23},
    {H("海の日"), 2021, 2021, 7, DATE, 22},
    {H("海の日"), 2022, ALWAYS, 7, NTH_MONDAY, 3},
    {H("スポーツの日"), 2020, 2020, 7, DATE, 24},
    {H("スポーツの日"), 2021, 2021, 7, DATE, 23},
    {H("山の日"), 2016, 2019, 8, DATE, 11},
    {H("山の日"), 2020, 2020, 8, DATE, 10},
    {H("山の日"), 2021, 2021, 8, DATE, 8},
    {H("山の日"), 2022, ALWAYS, 8, DATE, 11},
    {H("敬老の日"), 1966, 2002, 9, DATE, 15},
    {H("敬老の日"), 2003, ALWAYS, 9, NTH_MONDAY, 3},
    {H("秋分の日"), 1948, ALWAYS, 9, EQUINOX, 0},
    {H("体育の日"), 1966, 1999, 10, DATE, 10},
    {H("体育の日"), 2000, 2018, 10, NTH_MONDAY, 2},
    {H("体育の日（スポーツの日）"), 2019, 2019, 10, NTH_MONDAY, 2},
    {H("スポーツの日"), 2022, ALWAYS, 10, NTH_MONDAY, 2},
    {H("休日（祝日扱い）"), 2019, 2019, 10, DATE, 22},
    {H("文化の日"), 1948, ALWAYS, 11, DATE, 3},
    {H("即位礼正殿の儀"), 1990, 1990, 11, DATE, 12},
    {H("勤労感謝の日"), 1948, ALWAYS, 11, DATE, 23},
    {H("天皇誕生日"), 1989, 2018, 12, DATE, 23},
};

#define IN_FORCE (-7835)            /* 1948-07-20 */
#define LAST 47481                  /* 2099-12-31 */
#define SUBSTITUTE_SINCE 1197       /* 1973-04-12, Act No. 10 of 1973 */
#define SUBSTITUTE_NEXT_SINCE 13514 /* 2007-01-01: the next day that is no holiday */
#define BETWEEN_SINCE 5839          /* 1985-12-27, Act No. 103 of 1985 */

/*
 * The mean equinox of 1980 moved by the tropical year, less the leap days since: the almanac's
 * formula for 1980 to 2099, with the constant of the years before for 1900 to 1979.
 */
int holiday_equinox(int year, int month)
{
    bool old = year < 1980;
    int leap;
    int64_t e6;

    if (year < 1900 || year > 2099 || (month != 3 && month != 9))
        return 0;
    if (month == 3)
        e6 = old ? 20835700 : 20843100;
    else
        e6 = old ? 23258800 : 23248800;
    e6 += (int64_t)242194 * (year - 1980);
    /* Leap days since 1980; before it, rounded towards zero as the formula for those years wants.
     */
    leap = old ? (year - 1983) / 4 : (year - 1980) / 4;
    return (int)(e6 / 1000000) - leap;
}

static bool falls_on(const struct holiday *h, int year, int month, int day, int weekday)
{
    if (h->month != month || year < h->from || year > h->to)
        return false;
    switch (h->rule) {
    case DATE: return h->day == day;
    case NTH_MONDAY: return weekday == 0 && (day - 1) / 7 + 1 == h->day;
    case EQUINOX: return holiday_equinox(year, month) == day;
    }
    return false;
}

/* The national holiday itself (Article 2), without Article 3. */
static const struct holiday *proper(int64_t days)
{
    int year, month, day;

    hn_civil_from_days(days, &year, &month, &day);
    for (size_t i = 0; i < HN_ARRAY_LEN(holidays); i++) {
        if (falls_on(&holidays[i], year, month, day, hn_weekday(days)))
            return &holidays[i];
    }
    return NULL;
}

/* Article 3, paragraph 2: a holiday fell on a Sunday and this is the day that stands in for it. The
 * law calls it just 休日; here it carries the name of the holiday before it. */
static const char *substitute(int64_t days)
{
    const struct holiday *before = proper(days - 1);

    if (days < SUBSTITUTE_SINCE || before == NULL)
        return NULL;
    for (int64_t d = days - 1; proper(d) != NULL; d--) {
        if (hn_weekday(d) == 6)
            return before->substitute;
        if (days < SUBSTITUTE_NEXT_SINCE)
            break;
    }
    return NULL;
}

const char *holiday_jp(int64_t days)
{
    const struct holiday *h = proper(days);
    const char *sub;

    if (days < IN_FORCE || days > LAST)
        return NULL;
    if (h != NULL)
        return h->name;
    sub = substitute(days);
    if (sub != NULL)
        return sub;
    /* Article 3, paragraph 3: between two holidays; until 2006 not on a Sunday. */
    if (days >= BETWEEN_SINCE && proper(days - 1) != NULL && proper(days + 1) != NULL &&
        (hn_weekday(days) != 6 || days >= SUBSTITUTE_NEXT_SINCE))
        return "休日";
    return NULL;
}

const char *holiday_jp_on(int year, int month, int day)
{
    int64_t days;
    int y, m, d;

    if (year < 1948 || year > ALWAYS || month < 1 || month > 12 || day < 1 || day > 31)
        return NULL;
    days = hn_days_from_civil(year, month, day);
    hn_civil_from_days(days, &y, &m, &d);
    return m == month && d == day ? holiday_jp(days) : NULL;
}
