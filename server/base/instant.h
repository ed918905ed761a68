/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instant.h — time. An hn_instant is int64 microseconds since 1970-01-01T00:00:00Z, an hn_span
 * microseconds. Rules take `now` as a parameter; only the edges read a clock, once a round.
 * Intervals are half open, [from, to).
 */
#ifndef HN_INSTANT_H
#define HN_INSTANT_H

#include "server/base/err.h"

typedef int64_t hn_instant;
typedef int64_t hn_span;

#define HN_NEVER INT64_MAX /* the far end; "infinity" in the database */
#define HN_UNSET INT64_MIN /* no value; NULL in the database */
#define HN_MS ((hn_span)1000)
#define HN_SEC ((hn_span)1000000)
#define HN_MIN_SPAN (60 * HN_SEC)
#define HN_HOUR (3600 * HN_SEC)
#define HN_DAY (86400 * HN_SEC)

/* A monotonic time: a struct so that the compiler refuses to mix it with the wall. */
struct hn_mono {
    int64_t us;
};

hn_instant hn_now(void); /* the wall clock, or the false clock set by hn_clock_set() */
struct hn_mono hn_mono_now(void);
/* Makes hn_now() answer t (scenario tests, sample history); HN_UNSET gives the real clock back. */
void hn_clock_set(hn_instant t);

/* Sums that stop at HN_NEVER. */
hn_instant hn_add(hn_instant t, hn_span d);

/* Proleptic Gregorian civil dates, as days since 1970-01-01. month 1-12, day 1-31. */
int64_t hn_days_from_civil(int year, int month, int day);
void hn_civil_from_days(int64_t days, int *year, int *month, int *day);
int hn_weekday(int64_t days); /* 0 = Monday … 6 = Sunday */

/* Asia/Tokyo: UTC+9 without summer time since 1952; instants before 1952 are not asked for here. */
#define HN_TOKYO_OFFSET (9 * HN_HOUR)
struct hn_local {
    int year, month, day, hour, minute, second;
    int64_t days; /* local date as days since 1970-01-01 */
    int32_t usec;
    int weekday; /* 0 = Monday */
};
struct hn_local hn_tokyo(hn_instant t);
hn_instant hn_from_tokyo(int year, int month, int day, int hour, int minute, int second);

/* RFC 3339. parse: any offset, fraction to microseconds; HN_E_INVALID names `field`. */
HN_MUST_USE enum hn_code hn_parse_rfc3339(const char *s, const char *field, hn_instant *out,
                                          struct hn_err *e);
/* "2026-11-22T05:00:00Z", with ".123456" only where there is a fraction. buf ≥ 32. */
#define HN_RFC3339_MAX 32
const char *hn_rfc3339(hn_instant t, char buf[HN_RFC3339_MAX]);

/* Months "YYYY-MM" in Asia/Tokyo. first..last is [from, to). */
struct hn_month {
    int year, month;
};
HN_MUST_USE enum hn_code hn_parse_month(const char *s, const char *field, struct hn_month *out,
                                        struct hn_err *e);
hn_instant hn_month_from(struct hn_month m);
hn_instant hn_month_to(struct hn_month m);
struct hn_month hn_month_add(struct hn_month m, int n);
struct hn_month hn_month_of(hn_instant t);
/* The fiscal year (April to March) that the month lies in. */
int hn_fiscal_year(struct hn_month m);
const char *hn_month_text(struct hn_month m, char buf[8]);

/* Japanese text. era: 令和8年11月22日 (year 1 is 元). From 1868-10-23 (明治) on; before, the
 * Gregorian year stands. */
#define HN_ERA_MAX 48
const char *hn_wareki_date(int64_t days, char buf[HN_ERA_MAX]);
const char *hn_wareki_year(int64_t days, char buf[HN_ERA_MAX]); /* 令和8年 */
/* 令和9年度: the era of 1 April; where a new era began in April to June (2019), the new one's, as
 * the government decided for 令和元年度. */
const char *hn_wareki_fiscal(int fiscal_year, char buf[HN_ERA_MAX]);

#endif
