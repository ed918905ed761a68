/* SPDX-License-Identifier: Apache-2.0 */
/* sla_report.c — what stands in the monthly SLA report (requirements 6.1): its data, and what all
 * formats derive from them. */
#include "itsm/report/render.h"

#include "itsm/event/timeline.h"
#include "itsm/report/fact_store.h"
#include "itsm/sla/month_bar.h"

#include <stdlib.h>

#define SLAS_MAX 2000
#define GAPS_TOLD 200 /* whose reason is looked up, a line */

bool sla_brief_is_empty(const struct sla_brief *b)
{
    return b->ratio.den == 0 || b->unmeasured_s >= b->ratio.den;
}

bool sla_line_is_availability(const struct sla_line *l)
{
    return hn_streq(l->r.sla.metric, "availability");
}

/* ---- loading ---- */

static struct ivl micro(hn_instant from, hn_instant to)
{
    return (struct ivl){from, to == HN_UNSET ? HN_NEVER : to};
}

/* What each application takes, or would take, from the downtime. */
static enum hn_code load_effects(struct db *db, struct hn_arena *a, struct sla_line *l,
                                 struct hn_err *e)
{
    int64_t *effect = hn_arena_make(a, int64_t, l->r.n_applications);
    struct ivl *v = hn_arena_make(a, struct ivl, l->r.n_outages);
    struct month_sets sets;
    struct ivl_set down;

    l->effect_s = effect;
    if (l->r.n_applications == 0)
        return HN_OK;
    if (month_sets_of(db, a, &l->r, &sets, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < l->r.n_outages; i++)
        v[i] = micro(l->r.outages[i].from_at, l->r.outages[i].to_at);
    down = ivl_intersect(sets.planned, ivl_seconds(v, l->r.n_outages, a), a);
    down = ivl_subtract(down, sets.maintenance, a);
    for (size_t i = 0; i < l->r.n_applications; i++)
        effect[i] = ivl_measure_in(down, ivl_floor_s(l->r.applications[i].from_at),
                                   ivl_floor_s(l->r.applications[i].to_at));
    return HN_OK;
}

/* What the check said when its value became unknown: the transition at or before the gap's begin.
 */
static enum hn_code why_of(struct db *db, struct hn_arena *a, const struct sla_line *l,
                           hn_instant at, const char **out, struct hn_err *e)
{
    const struct timeline_step *steps = NULL;
    size_t n = 0;

    *out = NULL;
    if (timeline_steps(db, a, l->r.service.check_ids, at - HN_DAY, at + HN_SEC, &steps, &n, e) !=
        HN_OK)
        return e->code;
    for (size_t i = n; i-- > 0;)
        if (hn_streq(steps[i].to_state, "unknown") && steps[i].output[0] != '\0') {
            *out = steps[i].output;
            break;
        }
    return HN_OK;
}

static enum hn_code load_reasons(struct db *db, struct hn_arena *a, struct sla_line *l,
                                 struct hn_err *e)
{
    struct ivl_set u = l->r.figures.unmeasured;
    const char **open = hn_arena_make(a, const char *, u.n);
    const char **decided = hn_arena_make(a, const char *, l->r.n_gaps);

    for (size_t i = 0; i < u.n && i < GAPS_TOLD; i++)
        if (why_of(db, a, l, u.v[i].from * HN_SEC, &open[i], e) != HN_OK)
            return e->code;
    for (size_t i = 0; i < l->r.n_gaps && i < GAPS_TOLD; i++)
        if (why_of(db, a, l, l->r.gaps[i].from_at, &decided[i], e) != HN_OK)
            return e->code;
    l->gap_why = open;
    l->decided_why = decided;
    return HN_OK;
}

/* The months before the fiscal year's begin are asked for; the others came with the result. */
static enum hn_code load_trend(struct db *db, struct hn_arena *a, struct sla_line *l,
                               hn_instant now, struct hn_err *e)
{
    size_t known = l->r.n_year_months;
    size_t before = TREND_MONTHS - known;

    if (sla_briefs(db, a, l->r.sla.id, hn_month_add(l->r.month, 1 - TREND_MONTHS), before, now,
                   l->trend, e) != HN_OK)
        return e->code;
    memcpy(&l->trend[before], l->r.year_months, known * sizeof(l->trend[0]));
    for (size_t i = before; i < TREND_MONTHS; i++) {
        const struct sla_brief *b = &l->trend[i];

        if (b->is_reference || sla_brief_is_empty(b))
            continue;
        l->year.num += b->ratio.num;
        l->year.den += b->ratio.den;
    }
    return HN_OK;
}

static enum hn_code load_line(struct db *db, struct hn_arena *a, int64_t sla_id,
                              struct hn_month month, hn_instant now, struct sla_line *out,
                              struct hn_err *e)
{
    if (sla_result(db, a, sla_id, month, now, &out->r, e) != HN_OK ||
        load_trend(db, a, out, now, e) != HN_OK || load_effects(db, a, out, e) != HN_OK)
        return e->code;
    return load_reasons(db, a, out, e);
}

struct ids {
    int64_t *v;
    size_t n, cap;
    struct hn_arena *a;
};

static void add_id(struct ids *s, int64_t id)
{
    if (id == 0)
        return;
    if (s->n == s->cap) {
        int64_t *more = hn_arena_make(s->a, int64_t, s->cap * 2 + 64);

        if (s->n > 0)
            memcpy(more, s->v, s->n * sizeof(*more));
        s->v = more;
        s->cap = s->cap * 2 + 64;
    }
    s->v[s->n++] = id;
}

static struct hn_i64s list_of(const struct ids *s)
{
    return (struct hn_i64s){s->v, s->n};
}

static enum hn_code load_facts(struct db *db, struct hn_arena *a, struct sla_report *r,
                               struct hn_err *e)
{
    struct ids outages = {.a = a}, tickets = {.a = a}, checks = {.a = a}, services = {.a = a};
    int64_t samples = 0;

    for (size_t i = 0; i < r->n; i++) {
        const struct sla_result *x = &r->lines[i].r;

        add_id(&services, x->service.id);
        for (size_t k = 0; k < x->n_outages; k++) {
            add_id(&outages, x->outages[k].id);
            add_id(&tickets, x->outages[k].ticket_id);
        }
        for (size_t k = 0; k < x->n_applications; k++)
            add_id(&tickets, x->applications[k].ticket_id);
        for (size_t k = 0; k < x->n_maintenances; k++)
            add_id(&tickets, x->maintenances[k].change_id);
        for (size_t k = 0; k < x->service.check_ids.n; k++)
            add_id(&checks, x->service.check_ids.v[k]);
    }
    if (fact_store_outages(db, a, list_of(&outages), &r->outages, &r->n_outages, e) != HN_OK ||
        fact_store_tickets(db, a, list_of(&tickets), &r->tickets, &r->n_tickets, e) != HN_OK ||
        fact_store_checks(db, a, list_of(&checks), &r->checks, &r->n_checks, e) != HN_OK ||
        fact_store_samples(db, list_of(&services), &samples, e) != HN_OK)
        return hn_ctx(e, "facts of the report");
    r->is_sample = samples > 0;
    return HN_OK;
}

enum hn_code sla_report_load(struct db *db, struct hn_arena *a, struct hn_month month,
                             hn_instant now, struct sla_report *out, struct hn_err *e)
{
    const struct sla_row *slas = NULL;
    size_t n = 0;

    if (sla_list(db, a, 0, 0, SLAS_MAX, &slas, &n, e) != HN_OK)
        return e->code;
    out->month = month;
    out->now = now;
    out->lines = hn_arena_make(a, struct sla_line, n);
    out->n = n;
    for (size_t i = 0; i < n; i++)
        if (load_line(db, a, slas[i].id, month, now, &out->lines[i], e) != HN_OK)
            return hn_ctx(e, "report line of SLA %" PRId64, slas[i].id);
    return load_facts(db, a, out, e);
}

/* ---- what all formats derive ---- */

static const struct {
    const char *word, *label;
} standings[STANDING_COUNT] = {
    [STANDING_MET] = {"met", HN_N("Met")},
    [STANDING_ATTENTION] = {"attention", HN_N("Attention")},
    [STANDING_MISSED] = {"missed", HN_N("Not met")},
    [STANDING_UNDECIDED] = {"undecided", HN_N("Undecided")},
    [STANDING_REFERENCE] = {"reference", HN_N("Reference value")},
};

const char *sla_standing_label(enum sla_standing s)
{
    return hn_tr(standings[s].label);
}

const char *sla_standing_word(enum sla_standing s)
{
    return standings[s].word;
}

enum sla_standing sla_line_standing(const struct sla_line *l)
{
    enum sla_met met = sla_line_is_availability(l) ? l->r.figures.met : l->r.share.met;

    if (l->r.figures.is_reference)
        return STANDING_REFERENCE;
    if (met == SLA_UNDECIDED)
        return STANDING_UNDECIDED;
    if (met == SLA_MISSED)
        return STANDING_MISSED;
    return l->r.year.cap_s >= 0 && l->r.year.notice >= 80 ? STANDING_ATTENTION : STANDING_MET;
}

static bool is_of(const struct sla_line *l, const char *kind)
{
    return sla_line_is_availability(l) && (kind == NULL || hn_streq(l->r.service.kind, kind));
}

struct sla_brief sla_report_sum(const struct sla_report *r, const char *kind, int i)
{
    struct sla_brief sum = {.month = hn_month_add(r->month, i + 1 - TREND_MONTHS)};

    for (size_t k = 0; k < r->n; k++) {
        const struct sla_brief *b = &r->lines[k].trend[i];

        if (!is_of(&r->lines[k], kind) || b->is_reference || sla_brief_is_empty(b))
            continue;
        sum.planned_s += b->planned_s;
        sum.excluded_s += b->excluded_s;
        sum.downtime_s += b->downtime_s;
        sum.unmeasured_s += b->unmeasured_s;
        sum.ratio.num += b->ratio.num;
        sum.ratio.den += b->ratio.den;
    }
    return sum;
}

int64_t sla_report_below(const struct sla_report *r, const char *kind, int i)
{
    int64_t n = 0;

    for (size_t k = 0; k < r->n; k++) {
        const struct sla_line *l = &r->lines[k];
        const struct sla_brief *b = &l->trend[i];

        if (is_of(l, kind) && !b->is_reference && !sla_brief_is_empty(b))
            n += sla_ratio_met(b->ratio, (struct sla_target){l->r.sla.target_e6}) == SLA_MISSED;
    }
    return n;
}

static int by_id(const void *key, const void *row)
{
    int64_t a = *(const int64_t *)key;
    int64_t b = *(const int64_t *)row; /* the id is the first member of each */

    return a < b ? -1 : a > b;
}

const struct outage_fact *sla_report_outage(const struct sla_report *r, int64_t id)
{
    return r->n_outages == 0 ? NULL
                             : bsearch(&id, r->outages, r->n_outages, sizeof(*r->outages), by_id);
}

const char *sla_report_ticket(const struct sla_report *r, int64_t id)
{
    const struct name_fact *f =
        r->n_tickets == 0 ? NULL
                          : bsearch(&id, r->tickets, r->n_tickets, sizeof(*r->tickets), by_id);

    return f == NULL ? NULL : f->name;
}

const char *sla_report_decider(const struct sla_report *r, const struct sla_line *l,
                               const struct result_outage *o)
{
    const struct outage_fact *f = sla_report_outage(r, o->id);

    if (o->corrected && f != NULL && f->corrector != NULL)
        return f->corrector;
    for (size_t i = 0; i < l->r.n_exclusions && o->exclusion_ids.n > 0; i++)
        if (l->r.exclusions[i].id == o->exclusion_ids.v[0])
            return l->r.exclusions[i].decider;
    return f == NULL ? NULL : f->recorder;
}

const char *sla_report_cause(const struct sla_report *r, const struct result_outage *o)
{
    const struct outage_fact *f = sla_report_outage(r, o->id);

    if (hn_streq(o->source, "gap"))
        return hn_tr("Gap decided as down");
    if (f != NULL && f->cause != NULL && f->cause[0] != '\0')
        return f->cause;
    if (o->reason[0] != '\0')
        return o->reason;
    return hn_streq(o->source, "rule") ? hn_tr("Measured by the rule") : hn_tr("Recorded by hand");
}
