/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar.h — the hours in which a service is promised, and the sums over them.
 *
 * A calendar is a week of local hours in Asia/Tokyo, less its holidays and closed dates, with dates
 * on which other hours hold. Precedence: open[date] replaces that date's hours and wins over
 * closed, which wins over holidays, which win over weekly. A weekday that is missing is closed. It
 * is immutable after calendar_parse() and may be read from any thread.
 *
 *   {"weekly": {"mon": [["08:30","17:15"]], …}, "holidays": "jp"|"none",
 *    "closed": ["2026-12-29", "12-30"], "open": {"2026-12-28": [["09:00","12:00"]]}}
 *
 * All instants here are whole seconds since 1970-01-01T00:00:00Z, all intervals half open, so that
 * the sets of interval.h can be used directly (microseconds: ivl_floor_s()). A NULL calendar is one
 * that is always open.
 */
#ifndef MEASURE_CALENDAR_H
#define MEASURE_CALENDAR_H

#include "server/base/err.h"
#include "server/base/jw.h"
#include "server/measure/interval.h"

struct calendar;

#define CALENDAR_RANGES_MAX 12  /* ranges in one day */
#define CALENDAR_DATES_MAX 1000 /* closed dates; open dates */

/*
 * Reads a definition. also: NULL-terminated names of the object's other fields, which the caller
 * reads itself (name, version …); NULL for none. HN_E_MALFORMED: not JSON, not an object.
 * HN_E_INVALID names each bad field ("weekly.mon[1]", "closed[3]", "open.2026-12-28"): times that
 * overlap or run backward, dates that do not exist, unknown words and fields. Adds to what e holds
 * already (start with a clear one). holidays defaults to "none"; all else may be missing.
 */
HN_MUST_USE enum hn_code calendar_parse(const char *json, size_t n, const char *const *also,
                                        struct hn_arena *a, const struct calendar **out,
                                        struct hn_err *e);
/* Writes the members weekly, holidays, closed and open into an object that the caller has opened;
 * read back they give the same calendar. */
void calendar_write(const struct calendar *c, struct hn_jw *w);
/* Always open: {"weekly": all seven days 00:00 to 24:00}. Static. */
const struct calendar *calendar_always(void);

/* The hours of one local date (days since 1970-01-01), seconds of that day. n <=
 * CALENDAR_RANGES_MAX. */
struct calendar_day {
    size_t n;
    struct ivl v[CALENDAR_RANGES_MAX]; /* ascending, within [0, 86400) */
};
void calendar_day(const struct calendar *c, int64_t days, struct calendar_day *out);
/* Whether anyone is there at t. */
bool calendar_is_open(const struct calendar *c, int64_t t);

/* The service hours within [from, to), as a set. At most CALENDAR_SPAN_MAX apart: bounded by
 * assertion. */
#define CALENDAR_SPAN_MAX ((int64_t)86400 * 366 * 110)
struct ivl_set calendar_windows(const struct calendar *c, int64_t from, int64_t to,
                                struct hn_arena *a);
/* Service seconds within [from, to); 0 where to <= from. */
int64_t calendar_seconds(const struct calendar *c, int64_t from, int64_t to);
/*
 * When the service hours that follow `start` add up to n seconds. Reached exactly at closing is due
 * then, not at the next opening; n == 0 is due at start. HN_E_LIMIT: not within 30 years.
 */
HN_MUST_USE enum hn_code calendar_due(const struct calendar *c, int64_t start, int64_t n,
                                      int64_t *due, struct hn_err *e);

#endif
