/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/instant.h"

#include <stdatomic.h>

/* The false clock, or HN_UNSET. Owner: whoever runs the process (scenario tests, sample history).
 */
static _Atomic int64_t false_clock = HN_UNSET;

hn_instant hn_now(void)
{
    int64_t f = atomic_load_explicit(&false_clock, memory_order_relaxed);
    struct timespec ts;

    if (f != HN_UNSET)
        return f;
    (void)clock_gettime(CLOCK_REALTIME, &ts); /* cannot fail with this clock */
    return (int64_t)ts.tv_sec * HN_SEC + ts.tv_nsec / 1000;
}

struct hn_mono hn_mono_now(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail with this clock */
    return (struct hn_mono){(int64_t)ts.tv_sec * HN_SEC + ts.tv_nsec / 1000};
}

void hn_clock_set(hn_instant t)
{
    atomic_store_explicit(&false_clock, t, memory_order_relaxed);
}

hn_instant hn_add(hn_instant t, hn_span d)
{
    int64_t sum;

    if (t == HN_NEVER || t == HN_UNSET)
        return t;
    if (__builtin_add_overflow(t, d, &sum))
        return d > 0 ? HN_NEVER : HN_UNSET + 1;
    return sum;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Years begin in March here, so that the leap day is the last one; eras are 400 years, 146097 days.
 */
int64_t hn_days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    int64_t era = floor_div(y, 400);
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + doe - 719468;
}

void hn_civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;

    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

int hn_weekday(int64_t days)
{
    int64_t w = (days + 3) % 7; /* 1970-01-01 was a Thursday */

    return (int)(w < 0 ? w + 7 : w);
}

static struct hn_local split(int64_t us)
{
    struct hn_local l = {0};
    int64_t rest;

    l.days = floor_div(us, HN_DAY);
    rest = us % HN_DAY;
    rest += rest < 0 ? HN_DAY : 0;
    hn_civil_from_days(l.days, &l.year, &l.month, &l.day);
    l.hour = (int)(rest / HN_HOUR);
    l.minute = (int)(rest / HN_MIN_SPAN % 60);
    l.second = (int)(rest / HN_SEC % 60);
    l.usec = (int32_t)(rest % HN_SEC);
    l.weekday = hn_weekday(l.days);
    return l;
}

struct hn_local hn_tokyo(hn_instant t)
{
    return split(t > INT64_MAX - HN_TOKYO_OFFSET ? t : t + HN_TOKYO_OFFSET);
}

hn_instant hn_from_tokyo(int year, int month, int day, int hour, int minute, int second)
{
    return hn_days_from_civil(year, month, day) * HN_DAY + hour * HN_HOUR + minute * HN_MIN_SPAN +
           second * HN_SEC - HN_TOKYO_OFFSET;
}

static int days_in_month(int year, int month)
{
    static const int8_t len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return len[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Exactly n digits at *s, moved past; false where there are fewer. */
static bool digits(const char **s, int n, int *out)
{
    int v = 0;

    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9')
            return false;
        v = v * 10 + (**s - '0');
    }
    *out = v;
    return true;
}

static bool chr(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

/* Fraction of a second after the point, at least one digit; what is finer than 1 µs is cut. */
static bool fraction(const char **s, int *usec)
{
    int scale = 100000;

    *usec = 0;
    if (**s < '0' || **s > '9')
        return false;
    for (; **s >= '0' && **s <= '9'; (*s)++) {
        *usec += (**s - '0') * scale;
        scale /= 10;
    }
    return true;
}

static bool offset(const char **s, int64_t *us)
{
    int h;
    int m;
    bool minus;

    *us = 0;
    if (chr(s, 'Z') || chr(s, 'z'))
        return true;
    if (**s != '+' && **s != '-')
        return false;
    minus = *(*s)++ == '-';
    if (!digits(s, 2, &h) || !chr(s, ':') || !digits(s, 2, &m) || h > 23 || m > 59)
        return false;
    *us = h * HN_HOUR + m * HN_MIN_SPAN;
    if (minus)
        *us = -*us;
    return true;
}

static bool rfc3339(const char *s, hn_instant *out)
{
    int y;
    int mo;
    int d;
    int h;
    int mi;
    int sec;
    int usec = 0;
    int64_t off;

    if (!digits(&s, 4, &y) || !chr(&s, '-') || !digits(&s, 2, &mo) || !chr(&s, '-') ||
        !digits(&s, 2, &d))
        return false;
    if (!chr(&s, 'T') && !chr(&s, 't') && !chr(&s, ' '))
        return false;
    if (!digits(&s, 2, &h) || !chr(&s, ':') || !digits(&s, 2, &mi) || !chr(&s, ':') ||
        !digits(&s, 2, &sec))
        return false;
    if (chr(&s, '.') && !fraction(&s, &usec))
        return false;
    if (!offset(&s, &off) || *s != '\0')
        return false;
    if (y < 1 || mo < 1 || mo > 12 || d < 1 || d > days_in_month(y, mo) || h > 23 || mi > 59)
        return false;
    /* A leap second (RFC 3339 §5.7) is the second after it: UTC here has none. */
    if (sec > 60 || (sec == 60 && mi != 59))
        return false;
    *out = hn_days_from_civil(y, mo, d) * HN_DAY + h * HN_HOUR + mi * HN_MIN_SPAN + sec * HN_SEC +
           usec - off;
    return true;
}

enum hn_code hn_parse_rfc3339(const char *s, const char *field, hn_instant *out, struct hn_err *e)
{
    hn_instant t;

    if (!rfc3339(s, &t))
        return hn_fail_field(e, field, "must be a time such as 2026-11-22T05:00:00Z");
    *out = t;
    return HN_OK;
}

const char *hn_rfc3339(hn_instant t, char buf[HN_RFC3339_MAX])
{
    struct hn_local l;

    if (t == HN_UNSET || t == HN_NEVER) {
        (void)snprintf(buf, HN_RFC3339_MAX, "%s", t == HN_NEVER ? "infinity" : "");
        return buf;
    }
    l = split(t);
    if (l.usec == 0)
        (void)snprintf(buf, HN_RFC3339_MAX, "%04d-%02u-%02uT%02u:%02u:%02uZ", l.year,
                       (unsigned)l.month % 100, (unsigned)l.day % 100, (unsigned)l.hour % 100,
                       (unsigned)l.minute % 100, (unsigned)l.second % 100);
    else
        (void)snprintf(buf, HN_RFC3339_MAX, "%04d-%02u-%02uT%02u:%02u:%02u.%06uZ", l.year,
                       (unsigned)l.month % 100, (unsigned)l.day % 100, (unsigned)l.hour % 100,
                       (unsigned)l.minute % 100, (unsigned)l.second % 100,
                       (unsigned)l.usec % 1000000);
    return buf;
}

enum hn_code hn_parse_month(const char *s, const char *field, struct hn_month *out,
                            struct hn_err *e)
{
    struct hn_month m;

    if (!digits(&s, 4, &m.year) || !chr(&s, '-') || !digits(&s, 2, &m.month) || *s != '\0' ||
        m.month < 1 || m.month > 12 || m.year < 1)
        return hn_fail_field(e, field, "must be a month such as 2026-11");
    *out = m;
    return HN_OK;
}

hn_instant hn_month_from(struct hn_month m)
{
    return hn_from_tokyo(m.year, m.month, 1, 0, 0, 0);
}

hn_instant hn_month_to(struct hn_month m)
{
    return hn_month_from(hn_month_add(m, 1));
}

struct hn_month hn_month_add(struct hn_month m, int n)
{
    int64_t k = (int64_t)m.year * 12 + m.month - 1 + n;
    int64_t y = floor_div(k, 12);

    return (struct hn_month){(int)y, (int)(k - y * 12) + 1};
}

struct hn_month hn_month_of(hn_instant t)
{
    struct hn_local l = hn_tokyo(t);

    return (struct hn_month){l.year, l.month};
}

int hn_fiscal_year(struct hn_month m)
{
    return m.month >= 4 ? m.year : m.year - 1;
}

const char *hn_month_text(struct hn_month m, char buf[8])
{
    (void)snprintf(buf, 8, "%04u-%02u", (unsigned)m.year % 10000, (unsigned)m.month % 100);
    return buf;
}

/* Newest first. First days in the Gregorian calendar; days are since 1970-01-01. */
static const struct era {
    const char *name;
    int year, month, day;
} eras[] = {
    {"令和", 2019, 5, 1},  {"平成", 1989, 1, 8},   {"昭和", 1926, 12, 25},
    {"大正", 1912, 7, 30}, {"明治", 1868, 10, 23},
};

static const struct era *era_of(int64_t days)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(eras); i++)
        if (days >= hn_days_from_civil(eras[i].year, eras[i].month, eras[i].day))
            return &eras[i];
    return NULL;
}

/* "令和8", "令和元", "1867" */
static void era_year(const struct era *era, int year, char *buf, size_t n)
{
    if (era == NULL)
        (void)snprintf(buf, n, "%d", year);
    else if (year == era->year)
        (void)snprintf(buf, n, "%s元", era->name);
    else
        (void)snprintf(buf, n, "%s%d", era->name, year - era->year + 1);
}

const char *hn_wareki_date(int64_t days, char buf[HN_ERA_MAX])
{
    char year[24];
    int y;
    int m;
    int d;

    hn_civil_from_days(days, &y, &m, &d);
    era_year(era_of(days), y, year, sizeof(year));
    (void)snprintf(buf, HN_ERA_MAX, "%s年%d月%d日", year, m, d);
    return buf;
}

const char *hn_wareki_year(int64_t days, char buf[HN_ERA_MAX])
{
    char year[24];
    int y;
    int m;
    int d;

    hn_civil_from_days(days, &y, &m, &d);
    era_year(era_of(days), y, year, sizeof(year));
    (void)snprintf(buf, HN_ERA_MAX, "%s年", year);
    return buf;
}

const char *hn_wareki_fiscal(int fiscal_year, char buf[HN_ERA_MAX])
{
    char year[24];

    era_year(era_of(hn_days_from_civil(fiscal_year, 6, 30)), fiscal_year, year, sizeof(year));
    (void)snprintf(buf, HN_ERA_MAX, "%s年度", year);
    return buf;
}
