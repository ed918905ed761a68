/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/calendar.h"

#include "server/base/instant.h"
#include "server/measure/calendar_def.h"
#include "server/measure/holiday.h"

#define DAY_S ((int64_t)86400)
#define OFFSET_S (HN_TOKYO_OFFSET / HN_SEC)
#define DUE_DAYS ((int64_t)366 * 30)

static const struct calendar always = {.week = {{1, {{0, DAY_S}}},
                                                {1, {{0, DAY_S}}},
                                                {1, {{0, DAY_S}}},
                                                {1, {{0, DAY_S}}},
                                                {1, {{0, DAY_S}}},
                                                {1, {{0, DAY_S}}},
                                                {1, {{0, DAY_S}}}}};

const struct calendar *calendar_always(void)
{
    return &always;
}

static int by_i64(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa;
    int64_t b = *(const int64_t *)pb;

    return (a > b) - (a < b);
}

static int by_int(const void *pa, const void *pb)
{
    int a = *(const int *)pa;
    int b = *(const int *)pb;

    return (a > b) - (a < b);
}

/* The first member of calendar_open is its date. */
static const struct calendar_open *find_open(const struct calendar *c, int64_t days)
{
    return c->n_open == 0 ? NULL : bsearch(&days, c->open, c->n_open, sizeof(c->open[0]), by_i64);
}

static bool is_closed(const struct calendar *c, int64_t days)
{
    int year, month, day, key;

    if (c->n_closed > 0 && bsearch(&days, c->closed, c->n_closed, sizeof(days), by_i64) != NULL)
        return true;
    if (c->n_yearly == 0)
        return false;
    hn_civil_from_days(days, &year, &month, &day);
    key = month * 100 + day;
    return bsearch(&key, c->yearly, c->n_yearly, sizeof(key), by_int) != NULL;
}

/* The hours of one date, borrowed; NULL where it is closed. */
static const struct calendar_day *hours(const struct calendar *c, int64_t days)
{
    const struct calendar_open *open = find_open(c, days);
    const struct calendar_day *week = &c->week[hn_weekday(days)];

    if (open != NULL)
        return open->day.n > 0 ? &open->day : NULL;
    if (week->n == 0 || is_closed(c, days) || (c->holidays && holiday_jp(days) != NULL))
        return NULL;
    return week;
}

void calendar_day(const struct calendar *c, int64_t days, struct calendar_day *out)
{
    const struct calendar_day *h = hours(c == NULL ? &always : c, days);

    if (h == NULL)
        *out = (struct calendar_day){.n = 0};
    else
        *out = *h;
}

static int64_t local_day(int64_t t)
{
    int64_t s = t + OFFSET_S;

    return s >= 0 ? s / DAY_S : -((-s - 1) / DAY_S) - 1;
}

static int64_t day_start(int64_t days)
{
    return days * DAY_S - OFFSET_S;
}

bool calendar_is_open(const struct calendar *c, int64_t t)
{
    return calendar_seconds(c, t, t + 1) > 0;
}

struct ivl_set calendar_windows(const struct calendar *c, int64_t from, int64_t to,
                                struct hn_arena *a)
{
    size_t n = 0, cap = 64;
    struct ivl *v;

    if (to <= from)
        return (struct ivl_set){NULL, 0};
    HN_ASSERT(to - from <= CALENDAR_SPAN_MAX);
    if (c == NULL || c == &always)
        return ivl_one(from, to, a);
    v = hn_arena_make(a, struct ivl, cap);
    for (int64_t d = local_day(from); day_start(d) < to; d++) {
        const struct calendar_day *h = hours(c, d);
        int64_t base = day_start(d);

        for (size_t i = 0; h != NULL && i < h->n; i++) {
            struct ivl x = {HN_MAX(base + h->v[i].from, from), HN_MIN(base + h->v[i].to, to)};

            if (x.to <= x.from)
                continue;
            if (n > 0 && v[n - 1].to == x.from) {
                v[n - 1].to = x.to;
                continue;
            }
            if (n == cap) {
                struct ivl *more = hn_arena_make(a, struct ivl, cap * 2);

                memcpy(more, v, n * sizeof(*v));
                v = more;
                cap *= 2;
            }
            v[n++] = x;
        }
    }
    return (struct ivl_set){v, n};
}

int64_t calendar_seconds(const struct calendar *c, int64_t from, int64_t to)
{
    int64_t sum = 0;

    if (to <= from)
        return 0;
    if (c == NULL || c == &always)
        return to - from;
    HN_ASSERT(to - from <= CALENDAR_SPAN_MAX);
    for (int64_t d = local_day(from); day_start(d) < to; d++) {
        const struct calendar_day *h = hours(c, d);
        int64_t base = day_start(d);

        for (size_t i = 0; h != NULL && i < h->n; i++) {
            int64_t lo = HN_MAX(base + h->v[i].from, from);
            int64_t hi = HN_MIN(base + h->v[i].to, to);

            sum += HN_MAX(hi - lo, 0);
        }
    }
    return sum;
}

enum hn_code calendar_due(const struct calendar *c, int64_t start, int64_t n, int64_t *due,
                          struct hn_err *e)
{
    int64_t first = local_day(start);

    if (n <= 0) {
        *due = start;
        return HN_OK;
    }
    for (int64_t d = first; n <= DUE_DAYS * DAY_S && d < first + DUE_DAYS; d++) {
        const struct calendar_day *h = hours(c == NULL ? &always : c, d);
        int64_t base = day_start(d);

        for (size_t i = 0; h != NULL && i < h->n; i++) {
            int64_t lo = HN_MAX(base + h->v[i].from, start);
            int64_t len = base + h->v[i].to - lo;

            if (len >= n) {
                *due = lo + n;
                return HN_OK;
            }
            n -= HN_MAX(len, 0);
        }
    }
    return hn_fail(e, HN_E_LIMIT, "the calendar has too few service hours for this target");
}
