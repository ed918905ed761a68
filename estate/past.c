/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/past.h"

#include "server/base/i18n.h"

#include <math.h>

#define PORT_FEEDS 5 /* routers whose traffic is kept too */

struct dice {
    uint64_t x;
};

static uint64_t roll(struct dice *d)
{
    d->x ^= d->x << 13;
    d->x ^= d->x >> 7;
    d->x ^= d->x << 17;
    return d->x;
}

static int64_t between(struct dice *d, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(roll(d) % (uint64_t)(hi - lo + 1));
}

/* ---- the feeds ---- */

static struct past_feed *add_feed(struct past *p, const struct estate_device *d, const char *check)
{
    struct past_feed *f = &p->feed[p->n_feeds];

    HN_ASSERT(p->n_feeds < FEEDS_MAX);
    *f = (struct past_feed){.device = d,
                            .check = check,
                            .phase = (hn_span)(p->n_feeds * 3 % 60) * HN_SEC,
                            .service = d->service};
    p->n_feeds++;
    return f;
}

static void add_feeds(const struct estate *s, struct past *p)
{
    size_t ports = 0;

    for (size_t i = 0; i < s->n_devices; i++) {
        const struct estate_device *d = &s->device[i];
        bool router = d->class == ESTATE_ROUTER;
        struct past_feed *f;

        if (!router && d->service == NULL)
            continue;
        f = add_feed(p, d, router ? ESTATE_CHECK_PING : estate_service_check(d));
        f->good = hn_tr("answers");
        f->bad = hn_tr("no answer");
        /* Of a site's routers the first one's times of answer are kept. */
        f->n_series = router && strstr(d->name, "rt01") == NULL ? 0 : 1;
        f->series[0] =
            d->url != NULL
                ? (struct past_series){"total", "ms", "gauge", 0, 60 + (double)(i % 7) * 9}
            : router ? (struct past_series){"rtt", "ms", "gauge", 0, 1.2 + (double)(i % 11) * 0.3}
                     : (struct past_series){"connect", "ms", "gauge", 0, 1.5};
        if (router && d->parent != ESTATE_NO_PARENT && hn_streq(d->segment, "G03") &&
            ports < PORT_FEEDS) {
            ports++;
            f = add_feed(p, d, ESTATE_CHECK_PORTS);
            f->good = hn_tr("answers");
            f->bad = hn_tr("no answer");
            f->n_series = 2;
            f->series[0] = (struct past_series){"ifHCInOctets.1", "bit/s", "rate", 0,
                                                (double)d->mbps * 1e6 * 0.25};
            f->series[1] = (struct past_series){"ifHCOutOctets.1", "bit/s", "rate", 0,
                                                (double)d->mbps * 1e6 * 0.09};
        }
    }
}

/* ---- the troubles ---- */

/* The site's or system's feed that is named; SIZE_MAX: none. */
static size_t feed_of(const struct past *p, const char *host, const char *check)
{
    for (size_t i = 0; i < p->n_feeds; i++)
        if (hn_streq(p->feed[i].device->name, host) &&
            (check == NULL || hn_streq(p->feed[i].check, check)))
            return i;
    return SIZE_MAX;
}

/* Two troubles of one device must not touch, with what people do about them between. */
static bool is_free(const struct past *p, size_t feed, hn_instant from, hn_instant to)
{
    for (size_t i = 0; i < p->n_troubles; i++) {
        const struct past_trouble *t = &p->trouble[i];

        if (p->feed[t->feed].device == p->feed[feed].device && from < t->to + 3 * HN_DAY &&
            t->from < to + 3 * HN_DAY)
            return false;
    }
    return true;
}

static void add(struct past *p, size_t feed, enum past_kind kind, hn_instant from, hn_span length)
{
    hn_instant to = from + length;

    /* The running month's last two days stay quiet, so that all is up when the probes start. */
    if (feed == SIZE_MAX || p->n_troubles == TROUBLES_MAX || from < p->begin + 2 * HN_DAY ||
        to > p->end - 2 * HN_DAY || !is_free(p, feed, from, to))
        return;
    p->trouble[p->n_troubles++] =
        (struct past_trouble){.feed = feed, .kind = kind, .from = from, .to = to};
}

/* A weekday's or any day's time within the month. */
static hn_instant some_time(struct dice *d, struct hn_month m, bool office)
{
    int64_t days = (hn_month_to(m) - hn_month_from(m)) / HN_DAY;
    hn_instant t;

    do
        t = hn_month_from(m) + between(d, 1, days - 2) * HN_DAY;
    while (office && hn_tokyo(t).weekday > 4);
    return t + (office ? between(d, 9 * 60, 15 * 60) : between(d, 0, 23 * 60)) * HN_MIN_SPAN +
           between(d, 0, 59) * HN_SEC;
}

/* The third Saturday, 22:00. */
static hn_instant stop_time(struct hn_month m)
{
    hn_instant t = hn_month_from(m);
    int64_t days = (5 - hn_tokyo(t).weekday + 7) % 7 + 14;

    return t + days * HN_DAY + 22 * HN_HOUR;
}

/* What makes each month of the thirteen different: the n-th from the oldest. */
static const struct {
    int month;
    const char *host, *check;
    enum past_kind kind;
    int day, hour, minute;
    int minutes;
} set_pieces[] = {
    {1, "s25-rt01", NULL, PAST_EXCLUDED, 12, 10, 5, 95},
    {2, "s08-rt01", NULL, PAST_INCIDENT, 9, 13, 20, 34},
    {3, "sso1", NULL, PAST_GAP, 18, 2, 10, 40},
    {3, "gyosei1", NULL, PAST_GAP, 18, 2, 10, 40},
    {4, "mail-web1", NULL, PAST_LONG, 20, 9, 40, 72},
    {5, "s38-rt01", NULL, PAST_CORRECTED, 16, 14, 2, 48},
    {6, "transfer1", NULL, PAST_LATE_STOP, 23, 21, 0, 65},
    {6, "s16-rt01", NULL, PAST_LATE_CORRECTED, 15, 13, 10, 62},
    {7, "s22-rt01", NULL, PAST_REFUSED, 8, 11, 30, 41},
    {8, "jumin1", NULL, PAST_LONG, 14, 10, 15, 58},
    {9, "s08-rt01", NULL, PAST_LONG, 11, 9, 30, 310},
    {10, "tosho1", NULL, PAST_INCIDENT, 5, 17, 45, 22},
    {11, "s33-rt01", NULL, PAST_EXCLUDED, 21, 8, 50, 130},
    {12, "s04-rt01", NULL, PAST_PENDING, 17, 10, 20, 55},
};

static void plan_month(struct past *p, struct dice *d, struct hn_month m, int n)
{
    static const char *const stops[] = {"gyosei1", "lgwan1", "mail-web1", "jumin1", "yoyaku1"};

    for (size_t i = 0; i < HN_ARRAY_LEN(set_pieces); i++) {
        hn_instant from = hn_month_from(m) + (set_pieces[i].day - 1) * HN_DAY +
                          set_pieces[i].hour * HN_HOUR + set_pieces[i].minute * HN_MIN_SPAN;

        if (set_pieces[i].month == n)
            add(p, feed_of(p, set_pieces[i].host, set_pieces[i].check), set_pieces[i].kind, from,
                set_pieces[i].minutes * HN_MIN_SPAN);
    }
    add(p, feed_of(p, stops[n % 5], NULL), PAST_MAINTENANCE, stop_time(m) + 10 * HN_MIN_SPAN,
        between(d, 60, 150) * HN_MIN_SPAN);
    for (int i = 0; i < 6; i++) {
        size_t feed = (size_t)between(d, 1, (int64_t)p->n_feeds - 1);
        const struct past_feed *f = &p->feed[feed];
        bool system = f->service != NULL;

        if (hn_streq(f->check, ESTATE_CHECK_PORTS))
            continue;
        add(p, feed, PAST_INCIDENT, some_time(d, m, i % 2 == 0),
            between(d, system ? 4 : 8, system ? 16 : 50) * HN_MIN_SPAN);
    }
}

/* ---- the samples ---- */

/* Each feed's own troubles: a dead machine answers nothing, whatever is asked. */
static void share_out(struct past *p)
{
    for (size_t k = 0; k < p->n_troubles; k++)
        for (size_t i = 0; i < p->n_feeds; i++) {
            struct past_feed *f = &p->feed[i];

            if (p->feed[p->trouble[k].feed].device != f->device)
                continue;
            HN_ASSERT(f->n_hits < PAST_HITS_MAX);
            f->hit[f->n_hits++] = k;
        }
}

/* The feed's trouble within `around` of t: a gap, or one that is none. */
static bool hit_at(const struct past *p, size_t feed, hn_instant t, hn_span around, bool gap)
{
    const struct past_feed *f = &p->feed[feed];

    for (size_t i = 0; i < f->n_hits; i++) {
        const struct past_trouble *h = &p->trouble[f->hit[i]];

        if (h->from - around > t)
            return false;
        if (t < h->to + around && (h->kind == PAST_GAP) == gap)
            return true;
    }
    return false;
}

bool past_fails(const struct past *p, size_t feed, hn_instant t)
{
    return hit_at(p, feed, t, 0, false);
}

bool past_is_gap(const struct past *p, size_t feed, hn_instant t)
{
    return hit_at(p, feed, t, 0, true);
}

hn_instant past_next(const struct past *p, size_t feed, hn_instant t)
{
    hn_span phase = p->feed[feed].phase;

    for (;;) {
        hn_instant wide = (t - phase + PAST_STEP - 1) / PAST_STEP * PAST_STEP + phase;
        hn_instant close = (t - phase + PAST_DENSE - 1) / PAST_DENSE * PAST_DENSE + phase;

        while (close < wide && !hit_at(p, feed, close, PAST_AROUND, false))
            close += PAST_DENSE;
        if (!past_is_gap(p, feed, close))
            return close;
        t = close + 1;
    }
}

/* 0 at night, 1 at the busiest. */
static double busy(hn_instant t)
{
    struct hn_local l = hn_tokyo(t);
    double hour = l.hour + l.minute / 60.0;

    return (l.weekday < 5 ? 1 : 0.12) * exp(-(hour - 13.5) * (hour - 13.5) / 18);
}

double past_value(const struct past_feed *f, size_t series, hn_instant t)
{
    const struct past_series *s = &f->series[series];
    uint64_t x = (uint64_t)(t / HN_SEC) * 0x9e3779b97f4a7c15u ^ f->device->ip ^ series << 40;
    double noise;

    x ^= x >> 31;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 29;
    noise = (double)(x % 1000) / 1000;
    if (hn_streq(s->kind, "rate"))
        return floor(s->base * (0.05 + 0.9 * busy(t)) * (0.7 + 0.6 * noise));
    /* 1/100 of a unit: what is stored is what is shown */
    return floor(s->base * (1 + 0.4 * busy(t)) * (0.85 + 0.4 * noise) * 100) / 100;
}

/* ---- all of it ---- */

static int by_time(const void *x, const void *y)
{
    const struct past_trouble *a = x;
    const struct past_trouble *b = y;

    return a->from < b->from ? -1 : a->from > b->from;
}

void past_plan(const struct estate *s, int months, hn_instant end, struct past *p)
{
    struct hn_month first = hn_month_add(hn_month_of(end), -months);
    struct dice d = {.x = 20261001};

    /* A day more, so that the first month is known from its first second. */
    *p = (struct past){.begin = hn_month_from(first) - HN_DAY, .end = end};
    add_feeds(s, p);
    for (int n = 0; n <= months; n++)
        plan_month(p, &d, hn_month_add(first, n), n);
    qsort(p->trouble, p->n_troubles, sizeof(*p->trouble), by_time);
    share_out(p);
}
