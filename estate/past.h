/* SPDX-License-Identifier: Apache-2.0 */
/*
 * past.h — what happened in the sample history, before anybody looks: which checks are followed,
 * when they failed or were not asked, and what people did about it. Made from a fixed seed. Private
 * to the history.
 */
#ifndef ESTATE_PAST_H
#define ESTATE_PAST_H

#include "estate/load.h"

#define PAST_STEP (5 * HN_MIN_SPAN)
#define PAST_DENSE HN_MIN_SPAN
#define PAST_AROUND (10 * HN_MIN_SPAN) /* samples every minute so long before and after */
#define FEEDS_MAX 160
#define TROUBLES_MAX 600
#define PAST_SERIES_MAX 2
#define PAST_HITS_MAX 60

struct past_series {
    const char *metric, *unit, *kind;
    int64_t id; /* in the database */
    double base;
};
/* One check that is followed. */
struct past_feed {
    const struct estate_device *device;
    const char *check;
    int64_t check_id, state_series;
    int64_t interval_s, retry_s; /* what is put back afterwards */
    hn_span phase;
    const char *good, *bad; /* what the check says */
    struct past_series series[PAST_SERIES_MAX];
    size_t n_series;
    const char *service;       /* NULL: none */
    size_t hit[PAST_HITS_MAX]; /* troubles of its device, by time */
    size_t n_hits;
};

/* enum: what happened; what people did follows from it (history.c) */
enum past_kind {
    PAST_INCIDENT,       /* worked and closed */
    PAST_LONG,           /* the same, with a vendor; the month misses its target */
    PAST_CORRECTED,      /* and the outage is shortened by a second person's approval */
    PAST_LATE_CORRECTED, /* the same, after the month was closed: another edition follows */
    PAST_EXCLUDED,       /* and an exclusion is approved */
    PAST_REFUSED,        /* and an exclusion is refused */
    PAST_PENDING,        /* and an exclusion waits */
    PAST_MAINTENANCE,    /* within a planned stop that was approved before */
    PAST_LATE_STOP,      /* the stop was approved too late: an exclusion instead */
    PAST_GAP,            /* the probe did not run; decided up */
};
struct past_trouble {
    size_t feed;
    enum past_kind kind;
    hn_instant from, to; /* failing, or not asked, in [from, to) */
};

struct past {
    hn_instant begin, end;
    struct past_feed feed[FEEDS_MAX];
    size_t n_feeds;
    struct past_trouble trouble[TROUBLES_MAX]; /* by time */
    size_t n_troubles;
};

/* The feeds (ids unset) and troubles of the months before `end`'s and of the running one. */
void past_plan(const struct estate *s, int months, hn_instant end, struct past *p);
/* Whether the feed fails at t, or is not asked. */
bool past_fails(const struct past *p, size_t feed, hn_instant t);
bool past_is_gap(const struct past *p, size_t feed, hn_instant t);
/* The feed's next sample at or after t. */
hn_instant past_next(const struct past *p, size_t feed, hn_instant t);
double past_value(const struct past_feed *f, size_t series, hn_instant t);

#endif
