/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sla.h — the month's figures. An SLA figure is disputed in a meeting, so what it means is fixed
 * here and the report prints it. Whole seconds and integers only; every level divides seconds by
 * seconds and never averages percentages; what is shown is cut, never rounded up.
 *
 * Sets within the month, half open:
 *   S service time   M planned maintenance (empty where it is counted)   X approved exclusions
 *   O outages        U time in which the rule's value is unknown
 * Order of claim: M ∪ X, then O, then U, then up. So always
 *
 *   planned_s = excluded_s + downtime_s + unmeasured_s + up_s
 *
 *   planned_s     = |S|                    excluded_s   = |S ∩ (M ∪ X)|
 *   maintenance_s = |S ∩ M|                downtime_s   = |(S ∩ O) \ (M ∪ X)|
 *   exclusion_s   = |(S ∩ X) \ M|          unmeasured_s = |(S ∩ U) \ (M ∪ X ∪ O)|
 *
 *   availability     = 1 − downtime_s / (planned_s − excluded_s)                   the upper bound
 *   availability_min = 1 − (downtime_s + unmeasured_s) / (planned_s − excluded_s)  the lower bound
 *   without_exclusions = 1 − |(S ∩ O) \ M| / |S \ M|
 *
 * Months are those of Asia/Tokyo; the fiscal year runs from 1 April to 31 March. A running month is
 * cut at as_of = min(now, month's end). In the month in which operation starts, S begins at the
 * start; months before it are reference only and stay out of year sums.
 */
#ifndef MEASURE_SLA_H
#define MEASURE_SLA_H

#include "server/base/instant.h"
#include "server/measure/calendar.h"

/* ---- exact numbers ---- */

/* A part of a whole: num / den, exact; den == 0: there is nothing to divide by (null). */
struct sla_ratio {
    int64_t num, den;
};
enum sla_met { SLA_MISSED, SLA_MET, SLA_UNDECIDED /* null */ };

/* A target as it was written, times 10^6, exact: up to 1 it is a ratio (0.999 is 999000), above it
 * a percentage (99.9 is 99900000). */
struct sla_target {
    int64_t e6;
};
/* A decimal of at most 6 decimals, above 0 and at most 100. HN_E_INVALID names the field. */
HN_MUST_USE enum hn_code sla_target_parse(const char *text, const char *field,
                                          struct sla_target *out, struct hn_err *e);
/* As a percentage without trailing zeros: "99.9". */
#define SLA_TEXT_MAX 32
const char *sla_target_text(struct sla_target t, char buf[SLA_TEXT_MAX]);
/* num / den >= target, exactly; undecided where den == 0. */
enum sla_met sla_ratio_met(struct sla_ratio r, struct sla_target t);
/* Percent cut to 3 decimals: "99.907"; "" where den == 0. */
const char *sla_percent(struct sla_ratio r, char buf[SLA_TEXT_MAX]);
/* For JSON and charts: the nearest double, below 1 whenever num < den; NAN where den == 0. */
double sla_ratio_f64(struct sla_ratio r);
/* A span for people, exact: "2:54:00", hours unbounded; negative with "-". */
const char *sla_hms(int64_t s, char buf[SLA_TEXT_MAX]);

/* ---- a month ---- */

struct sla_outage {
    int64_t id;
    hn_instant from, to; /* its own; to HN_NEVER or HN_UNSET: open, runs to as_of */
    int64_t counted_s;   /* out: its seconds of downtime_s */
};

/* Planned maintenance enters M only as it was approved, at or before its begin. */
struct sla_maintenance {
    hn_instant from;
    hn_instant to;          /* now */
    hn_instant approved_at; /* HN_UNSET: not approved */
    hn_instant approved_to; /* the `to` that was approved by `from`; HN_UNSET: as to */
    hn_instant ended_at;    /* an early end; HN_UNSET: none */
};
/* What of it enters M: false (and an empty interval) for one approved late or not at all. An
 * extension after the approval does not count, an early end cuts. Microseconds. */
bool sla_maintenance_claim(const struct sla_maintenance *m, struct ivl *out);

struct sla_in {
    struct hn_month month;
    hn_instant now;
    const struct calendar *calendar; /* NULL: always */
    hn_instant start;                /* begin of operation; HN_UNSET: always in force */
    struct sla_target target;
    /* The sets as lists in microseconds, in any order, overlapping or beyond the month. */
    const struct ivl
        *maintenance; /* only what enters M; give none where the SLA counts maintenance */
    size_t n_maintenance;
    const struct ivl *exclusion; /* approved ones only */
    size_t n_exclusion;
    const struct ivl *unknown;
    size_t n_unknown;
    struct sla_outage *outage; /* counted_s is filled in; the order is kept */
    size_t n_outage;
};

struct sla_figures {
    hn_instant from, as_of; /* what was computed: the month's begin (or start) to as_of */
    bool is_final;          /* the month is over */
    bool is_reference;      /* before start: 参考値 */
    int64_t planned_s, maintenance_s, exclusion_s, excluded_s;
    int64_t downtime_s, unmeasured_s, up_s;
    int64_t raw_downtime_s; /* |(S ∩ O) \ M|: without exclusions */
    struct sla_ratio availability, availability_min, without_exclusions;
    enum sla_met met; /* undecided while availability and availability_min disagree, or den == 0 */
    /* The sets behind downtime_s and unmeasured_s, in seconds: for evidence and for gaps to decide.
     */
    struct ivl_set down, unmeasured;
};

/* HN_E_INVALID names "month": it lies in the future. Sets live in the arena. */
HN_MUST_USE enum hn_code sla_month(const struct sla_in *in, struct hn_arena *a,
                                   struct sla_figures *out, struct hn_err *e);

/* Σ of months: seconds added, ratios divided anew. Reference months stay out; met against `target`.
 */
void sla_sum(const struct sla_figures *months, size_t n, struct sla_target target,
             struct sla_figures *out);

/* ---- the fiscal year ---- */

struct sla_year_month {
    struct hn_month month;
    int64_t planned_s, downtime_s, unmeasured_s;
    bool is_reference;
};

struct sla_year_in {
    struct hn_month month;               /* the year to this month's end (or as_of) */
    const struct sla_year_month *months; /* April to `month`, those known; others are ignored */
    size_t n_months;
    int64_t cap_s;          /* year_cap_s as agreed; < 0: no cap */
    hn_instant start;       /* HN_UNSET: none */
    bool is_full_first;     /* cap_first_year "full"; else pro rata by days */
    int64_t year_planned_s; /* planned seconds from the later of 1 April and start to 31 March:
                               sla_year_planned() */
};

struct sla_year {
    int fiscal_year;
    int64_t downtime_s, planned_s, unmeasured_s; /* 1 April to now, reference months left out */
    int64_t cap_s;                               /* after pro rata, cut to seconds; -1: no cap */
    int64_t left_s;     /* cap − downtime, negative when exceeded; 0 without cap */
    enum sla_met met;   /* downtime <= cap; undecided without cap */
    int64_t forecast_s; /* downtime by 31 March, see below; -1: nothing measured yet */
    enum sla_met forecast_met;
    int notice; /* percent of the cap that is used up: 0, 50, 80 or 100 */
};

/*
 * forecast_s: linear by planned seconds: downtime × year_planned ÷ planned so far, rounded up. The
 * cap of a year in which operation starts after 1 April: cap × days from start to 31 March ÷ days
 * of that year.
 */
void sla_year(const struct sla_year_in *in, struct sla_year *out);
/* Planned seconds of the fiscal year of `month`, from start on. */
int64_t sla_year_planned(const struct calendar *c, struct hn_month month, hn_instant start);
int64_t sla_cap_pro_rata(int64_t cap_s, int fiscal_year, hn_instant start);

/* ---- the other metrics: {value, unit, n, good, target, met} ---- */

enum sla_unit { SLA_UNIT_PERCENT, SLA_UNIT_SECONDS };
struct sla_share {
    enum sla_unit unit;
    struct sla_ratio value; /* percent: good / n; seconds: worst / 1 */
    int64_t n, good;
    enum sla_met met; /* undecided where n == 0 */
};

/* first_response, resolution: one ticket whose target fell due in the month. */
struct sla_due {
    hn_instant due_at;
    hn_instant done_at; /* HN_UNSET: not yet */
};
/* Tickets due within [from, to): good where done at or before due. Not done and due after now: left
 * out. */
struct sla_share sla_share_due(const struct sla_due *v, size_t n, hn_instant from, hn_instant to,
                               hn_instant now, struct sla_target target);

/* response: one synthetic probe. A failed one (duration < 0) is not within any limit. */
struct sla_probe {
    int64_t duration_us;
    bool is_peak;
};
#define SLA_RESPONSE_US ((int64_t)3000000)
#define SLA_RESPONSE_PEAK_US ((int64_t)5000000)
/* p95_us: nearest rank over the answered ones; -1 where none. v is sorted in place. */
struct sla_share sla_share_response(struct sla_probe *v, size_t n, struct sla_target target,
                                    int64_t *p95_us);

/* rto, rpo: recoveries in seconds each, all of which must be at most limit_s. */
struct sla_share sla_share_limit(const int64_t *seconds, size_t n, int64_t limit_s);
struct sla_share sla_share_of(int64_t good, int64_t n, struct sla_target target);

#endif
