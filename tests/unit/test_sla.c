/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The month's figures. Each row is a month worked by hand, its working in the comment above it.
 * Times are written "DAY.HH:MM" or "DAY.HH:MM:SS" in Asia/Tokyo, counted from the month's first
 * day: day 0 is the last of the month before. Outages are "ID=FROM-TO", TO empty where it is open.
 * Calendars: A always; O Monday to Friday 08:30-17:15 less holidays (31,500 s a day); Y the same,
 * closed from 29 December to 3 January; N never.
 */
#include "server/measure/sla.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct hn_arena *arena;

struct row {
    const char *name;
    int year, month;
    char calendar;
    const char *target, *now, *start; /* now NULL: long after; start NULL: none */
    const char *m, *x, *o, *u;
    int64_t planned, maintenance, exclusion, excluded, down, unmeasured;
    const char *availability, *min, *without;
    enum sla_met met;
    const char *counted;
};

/* A row is a few lines, not a line for each field. */
/* clang-format off */
static struct row rows[] = {
    /* November has 30 days: 30 × 86,400 = 2,592,000 s. */
    {"a month without outage", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "", "", 2592000, 0, 0,
     0, 0, 0, "100.000", "100.000", "100.000", SLA_MET, ""},
    /* 40 min = 2,400 s; 2,589,600 / 2,592,000 = 0.999074… */
    {"40 minutes are 99.907 %", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "1=5.10:00-5.10:40",
     "", 2592000, 0, 0, 0, 2400, 0, "99.907", "99.907", "99.907", SLA_MET, "1:2400"},
    /* 44 min = 2,640 s; 2,589,360 / 2,592,000 = 0.998981… */
    {"44 minutes are 99.898 %", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "1=5.10:00-5.10:44",
     "", 2592000, 0, 0, 0, 2640, 0, "99.898", "99.898", "99.898", SLA_MISSED, "1:2640"},
    /* 0.1 % of 2,592,000 s is 2,592 s = 43 min 12 s: 2,589,408 / 2,592,000 = 0.999 exactly. */
    {"target met exactly", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "1=5.10:00-5.10:43:12", "",
     2592000, 0, 0, 0, 2592, 0, "99.900", "99.900", "99.900", SLA_MET, "1:2592"},
    /* One second more: 2,589,407 / 2,592,000 = 0.9989996…; rounded it would read 99.900. */
    {"one second over is not rounded up", 2026, 11, 'A', "0.999", NULL, NULL, "", "",
     "1=5.10:00-5.10:43:13", "", 2592000, 0, 0, 0, 2593, 0, "99.899", "99.899", "99.899",
     SLA_MISSED, "1:2593"},
    /* 10:00-10:30 and 10:20-11:00 are down for 60 min; the shared 10 min belong to the first:
     * 1: 1,800 s, 2: 10:30-11:00 = 1,800 s. 2,588,400 / 2,592,000 = 0.99861… */
    {"overlapping outages count once", 2026, 11, 'A', "99.9", NULL, NULL, "", "",
     "1=5.10:00-5.10:30 2=5.10:20-5.11:00", "", 2592000, 0, 0, 0, 3600, 0, "99.861", "99.861",
     "99.861", SLA_MISSED, "1:1800 2:1800"},
    /* Both begin at 10:00: the lower id takes 10:00-10:30, the other what is left of its hour. */
    {"shared second, same begin: lowest id", 2026, 11, 'A', "99", NULL, NULL, "", "",
     "9=5.10:00-5.11:00 4=5.10:00-5.10:30", "", 2592000, 0, 0, 0, 3600, 0, "99.861", "99.861",
     "99.861", SLA_MET, "9:1800 4:1800"},
    /* Listed in the other order: who began first decides, not the list or the id. */
    {"outage within an outage", 2026, 11, 'A', "99", NULL, NULL, "", "",
     "1=5.10:30-5.11:00 2=5.10:00-5.12:00", "", 2592000, 0, 0, 0, 7200, 0, "99.722", "99.722",
     "99.722", SLA_MET, "1:0 2:7200"},
    /* To the 15th 12:00: 14.5 × 86,400 = 1,252,800 s. Down from 11:00: 3,600 s;
     * 1,249,200 / 1,252,800 = 0.997126… */
    {"open outage in the running month", 2026, 11, 'A', "99.9", "15.12:00", NULL, "", "",
     "1=15.11:00-", "", 1252800, 0, 0, 0, 3600, 0, "99.712", "99.712", "99.712", SLA_MISSED,
     "1:3600"},
    /* Closed month: the open outage runs to the month's end, 30th 23:00 to 24:00. */
    {"open outage at the month's end", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "1=30.23:00-",
     "", 2592000, 0, 0, 0, 3600, 0, "99.861", "99.861", "99.861", SLA_MISSED, "1:3600"},
    /* 31 October 23:30 to 1 November 00:10: 10 min = 600 s are November's. 2,591,400 / 2,592,000.
     */
    {"outage from the month before", 2026, 11, 'A', "99.9", NULL, NULL, "", "",
     "1=0.23:30-1.00:10", "", 2592000, 0, 0, 0, 600, 0, "99.976", "99.976", "99.976", SLA_MET,
     "1:600"},
    /* November 2026: 21 weekdays less the 3rd and the 23rd = 19 × 31,500 = 598,500 s. Saturday. */
    {"Saturday 10 to 12 on business hours", 2026, 11, 'O', "99.9", NULL, NULL, "", "",
     "1=7.10:00-7.12:00", "", 598500, 0, 0, 0, 0, 0, "100.000", "100.000", "100.000", SLA_MET,
     "1:0"},
    /* The same outage: 120 min = 7,200 s; 2,584,800 / 2,592,000 = 0.99722… */
    {"Saturday 10 to 12 on 24x365", 2026, 11, 'A', "99.9", NULL, NULL, "", "",
     "1=7.10:00-7.12:00", "", 2592000, 0, 0, 0, 7200, 0, "99.722", "99.722", "99.722", SLA_MISSED,
     "1:7200"},
    /* Friday 16:45-17:15 and Monday 08:30-09:00: 1,800 + 1,800 s; 594,900 / 598,500 = 0.993984… */
    {"over the weekend only service time counts", 2026, 11, 'O', "99", NULL, NULL, "", "",
     "1=6.16:45-9.09:00", "", 598500, 0, 0, 0, 3600, 0, "99.398", "99.398", "99.398", SLA_MET,
     "1:3600"},
    /* The 3rd is 文化の日: no service time. */
    {"outage on a holiday", 2026, 11, 'O', "99.9", NULL, NULL, "", "", "1=3.08:00-3.18:00", "",
     598500, 0, 0, 0, 0, 0, "100.000", "100.000", "100.000", SLA_MET, "1:0"},
    /* M 22:00-24:00 = 7,200 s; the outage lies within. 2,584,800 s are left, all up. */
    {"outage within planned maintenance", 2026, 11, 'A', "99.9", NULL, NULL, "5.22:00-6.00:00",
     "", "1=5.22:30-5.23:30", "", 2592000, 7200, 0, 7200, 0, 0, "100.000", "100.000", "100.000",
     SLA_MET, "1:0"},
    /* M 22:00-23:00; down 23:00-23:30 = 1,800 s. 2,586,600 / 2,588,400 = 0.999304… */
    {"maintenance that overran", 2026, 11, 'A', "99.9", NULL, NULL, "5.22:00-5.23:00", "",
     "1=5.22:30-5.23:30", "", 2592000, 3600, 0, 3600, 1800, 0, "99.930", "99.930", "99.930",
     SLA_MET, "1:1800"},
    /* Maintenance is counted (or was approved late): it is not in M, its outage is downtime. */
    {"maintenance counted", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "1=5.22:00-5.23:00", "",
     2592000, 0, 0, 0, 3600, 0, "99.861", "99.861", "99.861", SLA_MISSED, "1:3600"},
    /* A stop 22:00-23:00 that was approved at 22:10 is not in M. Down 22:20-22:50 = 1,800 s, of which
     * the ward excludes 22:20-22:40 = 1,200 s: 600 s of 2,590,800: 0.999768…; without exclusions
     * 2,590,200 / 2,592,000 = 0.999305… */
    {"planned stop approved late, part of it excluded", 2026, 11, 'A', "99.9", NULL, NULL, "",
     "5.22:20-5.22:40", "1=5.22:20-5.22:50", "", 2592000, 0, 1200, 1200, 600, 0, "99.976", "99.976",
     "99.930", SLA_MET, "1:600"},
    /* X covers the hour: 2,588,400 / 2,588,400; without exclusions 2,588,400 / 2,592,000. */
    {"exclusion of an outage", 2026, 11, 'A', "99.9", NULL, NULL, "", "5.10:00-5.11:00",
     "1=5.10:00-5.11:00", "", 2592000, 0, 3600, 3600, 0, 0, "100.000", "100.000", "99.861",
     SLA_MET, "1:0"},
    /* X is 30 min of the hour: down 1,800 s of 2,590,200: 0.999305…; without 0.99861… */
    {"exclusion of half an outage", 2026, 11, 'A', "99.9", NULL, NULL, "", "5.10:30-5.11:00",
     "1=5.10:00-5.11:00", "", 2592000, 0, 1800, 1800, 1800, 0, "99.930", "99.930", "99.861",
     SLA_MET, "1:1800"},
    /* M 10-12 = 7,200; X 11-13: its first hour is M's, 3,600 left; together 10,800. */
    {"maintenance and exclusion overlap", 2026, 11, 'A', "99.9", NULL, NULL, "5.10:00-5.12:00",
     "5.11:00-5.13:00", "", "", 2592000, 7200, 3600, 10800, 0, 0, "100.000", "100.000", "100.000",
     SLA_MET, ""},
    /* 1 h not measured: up to 100 %, at least 2,588,400 / 2,592,000 = 99.861 %: they disagree. */
    {"a gap leaves the month undecided", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "",
     "5.10:00-5.11:00", 2592000, 0, 0, 0, 0, 3600, "100.000", "99.861", "100.000", SLA_UNDECIDED,
     ""},
    /* 10 min not measured: at least 2,591,400 / 2,592,000 = 0.999768…: met whatever it was. */
    {"a short gap does not matter", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "",
     "5.10:00-5.10:10", 2592000, 0, 0, 0, 0, 600, "100.000", "99.976", "100.000", SLA_MET, ""},
    /* Down 1 h and a gap of 1 h: both bounds are below the target: missed whatever it was.
     * 2,588,400 / 2,592,000 and 2,584,800 / 2,592,000. */
    {"a gap cannot save a missed month", 2026, 11, 'A', "99.9", NULL, NULL, "", "",
     "1=5.10:00-5.11:00", "6.10:00-6.11:00", 2592000, 0, 0, 0, 3600, 3600, "99.861", "99.722",
     "99.861", SLA_MISSED, "1:3600"},
    /* The outage was open when the gap began: O claims its 2 h, U nothing. */
    {"gap inside an outage", 2026, 11, 'A', "99.9", NULL, NULL, "", "", "1=5.10:00-5.12:00",
     "5.10:30-5.11:30", 2592000, 0, 0, 0, 7200, 0, "99.722", "99.722", "99.722", SLA_MISSED,
     "1:7200"},
    /* Down 10-11; of the gap 10:30-12 only 11-12 is left. */
    {"gap after an outage", 2026, 11, 'A', "99", NULL, NULL, "", "", "1=5.10:00-5.11:00",
     "5.10:30-5.12:00", 2592000, 0, 0, 0, 3600, 3600, "99.861", "99.722", "99.861", SLA_MET,
     "1:3600"},
    /* Saturday the 7th is no service time: of its 24 h nothing is missing. */
    {"gap outside service time", 2026, 11, 'O', "99.9", NULL, NULL, "", "", "", "7.00:00-8.00:00",
     598500, 0, 0, 0, 0, 0, "100.000", "100.000", "100.000", SLA_MET, ""},
    /* The collector's failure was excluded under no_fault_monitoring: nothing is left undecided. */
    {"gap within an exclusion", 2026, 11, 'A', "99.9", NULL, NULL, "", "5.09:00-5.12:00", "",
     "5.10:00-5.11:00", 2592000, 0, 10800, 10800, 0, 0, "100.000", "100.000", "100.000", SLA_MET,
     ""},
    /* All of the month excluded: planned − excluded = 0. Without exclusions 2,588,400 / 2,592,000.
     */
    {"nothing left to divide by", 2026, 11, 'A', "99.9", NULL, NULL, "", "1.00:00-31.00:00",
     "1=5.10:00-5.11:00", "", 2592000, 0, 2592000, 2592000, 0, 0, "", "", "99.861", SLA_UNDECIDED,
     "1:0"},
    /* M is the whole month, and reaches over both of its ends: 2,592,000 − 2,592,000 = 0. */
    {"all of it maintenance", 2026, 11, 'A', "99.9", NULL, NULL, "0.00:00-32.00:00", "", "", "",
     2592000, 2592000, 0, 2592000, 0, 0, "", "", "", SLA_UNDECIDED, ""},
    /* A calendar without hours: S is empty, and the hour down lies outside it. */
    {"no service time at all", 2026, 11, 'N', "99.9", NULL, NULL, "", "", "1=5.10:00-5.11:00", "",
     0, 0, 0, 0, 0, 0, "", "", "", SLA_UNDECIDED, "1:0"},
    /* Operation starts on the 16th: 15 × 86,400 = 1,296,000 s; the outage of the 10th was before.
     * 60 s on the 20th: 1,295,940 / 1,296,000 = 0.9999537… */
    {"start within the month", 2026, 11, 'A', "99.9", NULL, "16.00:00", "", "",
     "1=10.10:00-10.12:00 2=20.10:00-20.10:01", "", 1296000, 0, 0, 0, 60, 0, "99.995", "99.995",
     "99.995", SLA_MET, "1:0 2:60"},
    /* Start on 1 December: November is reference only, and still has figures. */
    {"month before the start", 2026, 11, 'A', "99.9", NULL, "31.00:00", "", "",
     "1=10.10:00-10.12:00", "", 2592000, 0, 0, 0, 7200, 0, "99.722", "99.722", "99.722",
     SLA_MISSED, "1:7200"},
    /* Leap February: 29 × 86,400 = 2,505,600; 2,503,200 / 2,505,600 = 0.999042… */
    {"leap February", 2028, 2, 'A', "99.9", NULL, NULL, "", "", "1=29.10:00-29.10:40", "",
     2505600, 0, 0, 0, 2400, 0, "99.904", "99.904", "99.904", SLA_MET, "1:2400"},
    /* 28 × 86,400 = 2,419,200; 2,416,800 / 2,419,200 = 0.9990079… */
    {"short February", 2027, 2, 'A', "99.9", NULL, NULL, "", "", "1=28.10:00-28.10:40", "",
     2419200, 0, 0, 0, 2400, 0, "99.900", "99.900", "99.900", SLA_MET, "1:2400"},
    /* 31 March 23:59:30 to 1 April 00:00:30: half a minute in each fiscal year.
     * 2,678,370 / 2,678,400 = 0.9999887… */
    {"fiscal year's last seconds", 2027, 3, 'A', "99.9", NULL, NULL, "", "",
     "1=31.23:59:30-32.00:00:30", "", 2678400, 0, 0, 0, 30, 0, "99.998", "99.998", "99.998",
     SLA_MET, "1:30"},
    {"fiscal year's first seconds", 2027, 4, 'A', "99.9", NULL, NULL, "", "",
     "1=0.23:59:30-1.00:00:30", "", 2592000, 0, 0, 0, 30, 0, "99.998", "99.998", "99.998",
     SLA_MET, "1:30"},
    /* Bounds are floored on entry: 10:00:00.9 is 10:00:00, 10:00:59.9 is 10:00:59: 59 s.
     * 2,591,941 / 2,592,000 = 0.99997723… */
    {"bounds are floored", 2026, 11, 'A', "99.9", NULL, NULL, "", "",
     "1=5.10:00:00.9-5.10:00:59.9 2=5.11:00:00.1-5.11:00:00.9", "", 2592000, 0, 0, 0, 59, 0,
     "99.997", "99.997", "99.997", SLA_MET, "1:59 2:0"},
    /* December 2026: 23 weekdays less 29, 30, 31 = 20 × 31,500 = 630,000 s. Outage of the 28th
     * 16:15 to the 30th: 1 h on the 28th. 626,400 / 630,000 = 0.994285… */
    {"year end is closed", 2026, 12, 'Y', "99", NULL, NULL, "", "", "1=28.16:15-30.12:00", "",
     630000, 0, 0, 0, 3600, 0, "99.428", "99.428", "99.428", SLA_MET, "1:3600"},
    /* Thursday 5th from 08:30: M 08-10 → 08:30-10:00 = 5,400. X 09-11 → 10-11 = 3,600. O
     * 10:30-12:30 → 11-12:30 = 5,400. U 12-14 → 12:30-14 = 5,400. 598,500 − 9,000 = 589,500 are
     * left; 584,100 / 589,500 = 0.990839…; 578,700 / 589,500 = 0.981679…; without exclusions O \ M
     * = 7,200: (593,100 − 7,200) / 593,100 = 0.987860… */
    {"everything on one morning", 2026, 11, 'O', "99.1", NULL, NULL, "5.08:00-5.10:00",
     "5.09:00-5.11:00", "1=5.10:30-5.12:30", "5.12:00-5.14:00", 598500, 5400, 3600, 9000, 5400,
     5400, "99.083", "98.167", "98.786", SLA_MISSED, "1:5400"},
    /* Running, on business hours: to Thursday 5th 12:00: 2nd, 4th whole, 5th 08:30-12:00 = 12,600
     * s; 31,500 × 2 + 12,600 = 75,600. A gap now from 11:00 on: 3,600 s. 72,000 / 75,600 = 0.95238…
     */
    {"running month on business hours with a gap", 2026, 11, 'O', "99.9", "5.12:00", NULL, "", "",
     "", "5.11:00-40.00:00", 75600, 0, 0, 0, 0, 3600, "100.000", "95.238", "100.000",
     SLA_UNDECIDED, ""},
    /* The first instant of the month: nothing has passed. */
    {"as the month begins", 2026, 11, 'A', "99.9", "1.00:00", NULL, "", "", "1=1.00:00-", "", 0,
     0, 0, 0, 0, 0, "", "", "", SLA_UNDECIDED, "1:0"},
    /* Target 99.9999 of 2,592,000 s allows 2.592 s: 2 s are met (99.99992…), 3 s would not be. */
    {"four decimals of target", 2026, 11, 'A', "99.9999", NULL, NULL, "", "",
     "1=5.10:00-5.10:00:02", "", 2592000, 0, 0, 0, 2, 0, "99.999", "99.999", "99.999", SLA_MET,
     "1:2"},
    /* 2,591,999 / 2,592,000 = 0.9999996…: one second is one too many. */
    {"a target of 100 %", 2026, 11, 'A', "100", NULL, NULL, "", "", "1=5.10:00-5.10:00:01", "",
     2592000, 0, 0, 0, 1, 0, "99.999", "99.999", "99.999", SLA_MISSED, "1:1"},
};
/* clang-format on */

#define DAY_HOURS "[[\"08:30\",\"17:15\"]]"
#define WEEK                                                                                       \
    "{\"weekly\":{\"mon\":" DAY_HOURS ",\"tue\":" DAY_HOURS ",\"wed\":" DAY_HOURS                  \
    ",\"thu\":" DAY_HOURS ",\"fri\":" DAY_HOURS "},\"holidays\":\"jp\""

static const struct calendar *calendar(char kind)
{
    const char *json = kind == 'O'   ? WEEK "}"
                       : kind == 'Y' ? WEEK ",\"closed\":[\"12-29\",\"12-30\",\"12-31\",\"01-01\","
                                            "\"01-02\",\"01-03\"]}"
                                     : "{}";
    const struct calendar *c = NULL;
    struct hn_err e;

    if (kind == 'A')
        return NULL;
    hn_err_clear(&e);
    assert_int_equal(calendar_parse(json, strlen(json), NULL, arena, &c, &e), HN_OK);
    return c;
}

/* "DAY.HH:MM[:SS[.F]]" of the row's month; *s moves behind it. */
static hn_instant read_time(const struct row *r, const char **s)
{
    int d, h, m, used = 0;
    double sec = 0;

    assert_int_equal(sscanf(*s, "%d.%d:%d%n", &d, &h, &m, &used), 3);
    *s += used;
    if (**s == ':') {
        assert_int_equal(sscanf(*s, ":%lf%n", &sec, &used), 1);
        *s += used;
    }
    return hn_from_tokyo(r->year, r->month, 1, h, m, 0) + (d - 1) * HN_DAY + (hn_span)(sec * 1e6);
}

static size_t read_list(const struct row *r, const char *s, struct ivl *v)
{
    size_t n = 0;

    while (*s != '\0') {
        v[n].from = read_time(r, &s);
        assert_int_equal(*s++, '-');
        v[n++].to = read_time(r, &s);
        s += *s == ' ';
    }
    return n;
}

static size_t read_outages(const struct row *r, const char *s, struct sla_outage *v)
{
    size_t n = 0;
    int used;

    for (; *s != '\0'; n++) {
        assert_int_equal(sscanf(s, "%" SCNd64 "=%n", &v[n].id, &used), 1);
        s += used;
        v[n].from = read_time(r, &s);
        assert_int_equal(*s++, '-');
        v[n].to = *s >= '0' && *s <= '9' ? read_time(r, &s) : HN_NEVER;
        s += *s == ' ';
    }
    return n;
}

static void assert_text(const char *got, const char *want)
{
    assert_string_equal(got, want);
}

static void one_row(void **state)
{
    const struct row *r = *state;
    struct ivl m[4], x[4], u[4];
    struct sla_outage o[4];
    struct sla_in in = {.month = {r->year, r->month}, .start = HN_UNSET};
    struct sla_figures f;
    struct hn_sbuf b;
    char s[SLA_TEXT_MAX];
    const char *p;
    int64_t counted = 0;
    struct hn_err e;

    hn_err_clear(&e);
    in.calendar = calendar(r->calendar);
    in.now = hn_from_tokyo(2030, 1, 1, 0, 0, 0);
    if ((p = r->now) != NULL)
        in.now = read_time(r, &p) + 700000; /* a running month is cut at the whole second */
    if ((p = r->start) != NULL)
        in.start = read_time(r, &p);
    assert_int_equal(sla_target_parse(r->target, "target", &in.target, &e), HN_OK);
    in.maintenance = m, in.n_maintenance = read_list(r, r->m, m);
    in.exclusion = x, in.n_exclusion = read_list(r, r->x, x);
    in.unknown = u, in.n_unknown = read_list(r, r->u, u);
    in.outage = o, in.n_outage = read_outages(r, r->o, o);
    assert_int_equal(sla_month(&in, arena, &f, &e), HN_OK);

    assert_int_equal(f.planned_s, r->planned);
    assert_int_equal(f.maintenance_s, r->maintenance);
    assert_int_equal(f.exclusion_s, r->exclusion);
    assert_int_equal(f.excluded_s, r->excluded);
    assert_int_equal(f.downtime_s, r->down);
    assert_int_equal(f.unmeasured_s, r->unmeasured);
    assert_int_equal(f.up_s, r->planned - r->excluded - r->down - r->unmeasured);
    assert_text(sla_percent(f.availability, s), r->availability);
    assert_text(sla_percent(f.availability_min, s), r->min);
    assert_text(sla_percent(f.without_exclusions, s), r->without);
    assert_int_equal(f.met, r->met);
    assert_int_equal(f.is_final, r->now == NULL);
    assert_int_equal(f.is_reference, in.start != HN_UNSET && in.start >= hn_month_to(in.month));
    hn_sbuf_init(&b, arena, 200);
    for (size_t i = 0; i < in.n_outage; i++) {
        hn_sbuf_fmt(&b, "%s%" PRId64 ":%" PRId64, i > 0 ? " " : "", o[i].id, o[i].counted_s);
        counted += o[i].counted_s;
    }
    assert_text(hn_sbuf_text(&b), r->counted);
    assert_int_equal(counted, f.downtime_s);
}

static void test_future(void **state)
{
    struct sla_in in = {.month = {2026, 12}, .start = HN_UNSET, .target = {999000}};
    struct sla_figures f;
    struct hn_err e;

    (void)state;
    in.now = hn_from_tokyo(2026, 12, 1, 0, 0, 0) - 1;
    hn_err_clear(&e);
    assert_int_equal(sla_month(&in, arena, &f, &e), HN_E_INVALID);
    assert_string_equal(e.field[0].field, "month");
}

/* ---- against a slow reference: one flag a second ---- */

#define SECONDS 5400

static uint64_t seed = 2026;

static int64_t rnd(int64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((seed >> 24) % (uint64_t)n);
}

/* From up to a quarter before the span to a quarter after it, with fractions of seconds. */
static struct ivl random_ivl(hn_instant base)
{
    int64_t from = rnd(SECONDS * 3 / 2 * 10) - SECONDS / 4 * 10;

    return (struct ivl){base + from * 100000, base + (from + rnd(SECONDS * 3)) * 100000};
}

static size_t random_list(struct ivl *v, hn_instant base)
{
    size_t n = (size_t)rnd(4);

    for (size_t i = 0; i < n; i++)
        v[i] = random_ivl(base);
    return n;
}

static bool in_list(const struct ivl *v, size_t n, int64_t second)
{
    for (size_t i = 0; i < n; i++) {
        if (ivl_floor_s(v[i].from) <= second && second < ivl_floor_s(v[i].to))
            return true;
    }
    return false;
}

/* The outage that a second goes to: -1 none. */
static int owner(const struct sla_outage *o, size_t n, int64_t second)
{
    int best = -1;

    for (size_t i = 0; i < n; i++) {
        int64_t from = ivl_floor_s(o[i].from);

        if (second < from || (o[i].to != HN_NEVER && second >= ivl_floor_s(o[i].to)))
            continue;
        if (best < 0 || from < ivl_floor_s(o[best].from) ||
            (from == ivl_floor_s(o[best].from) && o[i].id < o[best].id))
            best = (int)i;
    }
    return best;
}

static void one_round(const struct calendar *c)
{
    hn_instant base = hn_from_tokyo(2026, 11, 1, 0, 0, 0);
    struct ivl m[4], x[4], u[4];
    struct sla_outage o[5];
    struct sla_figures f;
    int64_t want[6] = {0}, counted[5] = {0}, first = base / HN_SEC;
    struct hn_err e;
    struct sla_in in = {.month = {2026, 11},
                        .now = base + SECONDS * HN_SEC,
                        .calendar = c,
                        .start = HN_UNSET,
                        .target = {999000},
                        .maintenance = m,
                        .n_maintenance = random_list(m, base),
                        .exclusion = x,
                        .n_exclusion = random_list(x, base),
                        .unknown = u,
                        .n_unknown = random_list(u, base),
                        .outage = o,
                        .n_outage = (size_t)rnd(6)};

    for (size_t i = 0; i < in.n_outage; i++) {
        struct ivl v = random_ivl(base);

        o[i] = (struct sla_outage){.id = 10 - (int64_t)i, .from = v.from, .to = v.to};
        if (rnd(5) == 0)
            o[i].to = HN_NEVER;
        if (i > 0 && rnd(3) == 0)
            o[i].from = o[i - 1].from;
    }
    hn_err_clear(&e);
    assert_int_equal(sla_month(&in, arena, &f, &e), HN_OK);
    for (int64_t s = first; s < first + SECONDS; s++) {
        bool is_m = in_list(m, in.n_maintenance, s), is_x = in_list(x, in.n_exclusion, s);
        int own = owner(o, in.n_outage, s);

        if (!calendar_is_open(c, s))
            continue;
        want[0]++;
        want[1] += is_m;
        want[2] += is_x && !is_m;
        if (is_m || is_x) {
            want[3]++;
        } else if (own >= 0) {
            want[4]++;
            counted[own]++;
        } else if (in_list(u, in.n_unknown, s)) {
            want[5]++;
        }
    }
    assert_int_equal(f.planned_s, want[0]);
    assert_int_equal(f.maintenance_s, want[1]);
    assert_int_equal(f.exclusion_s, want[2]);
    assert_int_equal(f.excluded_s, want[3]);
    assert_int_equal(f.downtime_s, want[4]);
    assert_int_equal(f.unmeasured_s, want[5]);
    assert_int_equal(f.planned_s, f.excluded_s + f.downtime_s + f.unmeasured_s + f.up_s);
    assert_int_equal(f.excluded_s, f.maintenance_s + f.exclusion_s);
    for (size_t i = 0; i < in.n_outage; i++)
        assert_int_equal(o[i].counted_s, counted[i]);
}

static void test_random(void **state)
{
    static const char json[] = "{\"weekly\":{\"sun\":[[\"00:05\",\"00:21\"],[\"00:30\",\"01:02\"],["
                               "\"01:03\",\"24:00\"]]}}";
    const struct calendar *c = NULL;
    struct hn_arena *own = hn_arena_new();
    struct hn_err e;

    (void)state;
    hn_err_clear(&e);
    assert_int_equal(calendar_parse(json, strlen(json), NULL, own, &c, &e), HN_OK);
    for (int i = 0; i < 1500; i++) {
        one_round(c);
        hn_arena_reset(arena);
    }
    hn_arena_free(own);
}

static int setup(void **state)
{
    (void)state;
    arena = hn_arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hn_arena_free(arena);
    return 0;
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(rows) + 2];
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        t[n++] = (struct CMUnitTest){rows[i].name, one_row, NULL, NULL, &rows[i]};
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_future);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_random);
    return _cmocka_run_group_tests("sla", t, n, setup, teardown);
}
