/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/sla.h"

bool sla_maintenance_claim(const struct sla_maintenance *m, struct ivl *out)
{
    hn_instant to = m->to;

    *out = (struct ivl){m->from, m->from};
    if (m->approved_at == HN_UNSET || m->approved_at > m->from)
        return false;
    if (m->approved_to != HN_UNSET)
        to = HN_MIN(to, m->approved_to);
    if (m->ended_at != HN_UNSET)
        to = HN_MIN(to, m->ended_at);
    if (to <= m->from)
        return false;
    out->to = to;
    return true;
}

/* Outages in the order in which they claim a shared second: the one that began first, then the
 * lowest id. Bounds floored; an open one runs to as_of. */
struct claim {
    int64_t from, to, id;
    size_t which;
};

static int by_claim(const void *pa, const void *pb)
{
    const struct claim *a = pa;
    const struct claim *b = pb;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static struct claim *claims(const struct sla_in *in, int64_t as_of, struct hn_arena *a)
{
    struct claim *c = hn_arena_make(a, struct claim, in->n_outage);

    for (size_t i = 0; i < in->n_outage; i++) {
        const struct sla_outage *o = &in->outage[i];
        bool open = o->to == HN_NEVER || o->to == HN_UNSET;

        c[i] = (struct claim){ivl_floor_s(o->from), open ? as_of : ivl_floor_s(o->to), o->id, i};
    }
    if (in->n_outage > 0)
        qsort(c, in->n_outage, sizeof(*c), by_claim);
    return c;
}

static struct ivl_set outages(const struct claim *c, size_t n, struct hn_arena *a)
{
    struct ivl *v = hn_arena_make(a, struct ivl, n);

    for (size_t i = 0; i < n; i++)
        v[i] = (struct ivl){c[i].from, c[i].to};
    return ivl_normal(v, n, a);
}

/* Gives each second of `down` to one outage. A second that is given away is behind all later claims
 * only where they begin later: so walk with the end of what is given so far. */
static void count_outages(const struct sla_in *in, const struct claim *c, struct ivl_set down)
{
    int64_t given = INT64_MIN;

    for (size_t i = 0; i < in->n_outage; i++) {
        int64_t from = HN_MAX(c[i].from, given);

        in->outage[c[i].which].counted_s = ivl_measure_in(down, from, c[i].to);
        given = HN_MAX(given, c[i].to);
    }
}

static void ratios(struct sla_figures *f, struct sla_target target)
{
    int64_t den = f->planned_s - f->excluded_s;
    int64_t raw = f->planned_s - f->maintenance_s;
    enum sla_met high, low;

    f->availability = (struct sla_ratio){den - f->downtime_s, den};
    f->availability_min = (struct sla_ratio){den - f->downtime_s - f->unmeasured_s, den};
    f->without_exclusions = (struct sla_ratio){raw - f->raw_downtime_s, raw};
    high = sla_ratio_met(f->availability, target);
    low = sla_ratio_met(f->availability_min, target);
    f->met = high == low ? high : SLA_UNDECIDED;
}

/* What of the month is computed. */
static enum hn_code span(const struct sla_in *in, struct sla_figures *f, struct hn_err *e)
{
    hn_instant from = hn_month_from(in->month);
    hn_instant to = hn_month_to(in->month);

    if (in->now < from)
        return hn_fail_field(e, "month", "has not begun yet");
    *f = (struct sla_figures){.from = from,
                              .is_final = in->now >= to,
                              .is_reference = in->start != HN_UNSET && in->start >= to};
    f->as_of = f->is_final ? to : ivl_floor_s(in->now) * HN_SEC;
    if (in->start != HN_UNSET && !f->is_reference)
        f->from = HN_MAX(from, ivl_floor_s(in->start) * HN_SEC);
    return HN_OK;
}

enum hn_code sla_month(const struct sla_in *in, struct hn_arena *a, struct sla_figures *out,
                       struct hn_err *e)
{
    struct sla_figures f = {0};
    struct ivl_set s, m, x, mx, o, u;
    struct claim *c;
    int64_t as_of;

    if (span(in, &f, e) != HN_OK)
        return e->code;
    as_of = ivl_floor_s(f.as_of);
    c = claims(in, as_of, a);
    s = calendar_windows(in->calendar, ivl_floor_s(f.from), as_of, a);
    m = ivl_seconds(in->maintenance, in->n_maintenance, a);
    x = ivl_seconds(in->exclusion, in->n_exclusion, a);
    u = ivl_seconds(in->unknown, in->n_unknown, a);
    o = outages(c, in->n_outage, a);
    mx = ivl_union(m, x, a);

    f.planned_s = ivl_measure(s);
    f.maintenance_s = ivl_measure(ivl_intersect(s, m, a));
    f.exclusion_s = ivl_measure(ivl_subtract(ivl_intersect(s, x, a), m, a));
    f.excluded_s = ivl_measure(ivl_intersect(s, mx, a));
    f.down = ivl_subtract(ivl_intersect(s, o, a), mx, a);
    f.unmeasured = ivl_subtract(ivl_intersect(s, u, a), ivl_union(mx, o, a), a);
    f.downtime_s = ivl_measure(f.down);
    f.unmeasured_s = ivl_measure(f.unmeasured);
    f.raw_downtime_s = ivl_measure(ivl_subtract(ivl_intersect(s, o, a), m, a));
    f.up_s = ivl_measure(ivl_subtract(s, ivl_union(mx, ivl_union(o, u, a), a), a));
    HN_ASSERT(f.planned_s == f.excluded_s + f.downtime_s + f.unmeasured_s + f.up_s);
    count_outages(in, c, f.down);
    ratios(&f, in->target);
    *out = f;
    return HN_OK;
}

void sla_sum(const struct sla_figures *months, size_t n, struct sla_target target,
             struct sla_figures *out)
{
    struct sla_figures f = {.from = HN_NEVER, .as_of = HN_UNSET, .is_final = true};

    for (size_t i = 0; i < n; i++) {
        const struct sla_figures *m = &months[i];

        if (m->is_reference)
            continue;
        f.from = HN_MIN(f.from, m->from);
        f.as_of = HN_MAX(f.as_of, m->as_of);
        f.is_final = f.is_final && m->is_final;
        f.planned_s += m->planned_s;
        f.maintenance_s += m->maintenance_s;
        f.exclusion_s += m->exclusion_s;
        f.excluded_s += m->excluded_s;
        f.downtime_s += m->downtime_s;
        f.unmeasured_s += m->unmeasured_s;
        f.up_s += m->up_s;
        f.raw_downtime_s += m->raw_downtime_s;
    }
    ratios(&f, target);
    *out = f;
}
