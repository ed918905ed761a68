/* SPDX-License-Identifier: Apache-2.0 */
/* sla_report.c — what stands in the monthly SLA report (requirements 6.1): its data and template
 * context. */
#include "itsm/report/render.h"

#include "itsm/sla/sla.h"

#define SLAS_MAX 2000

bool sla_brief_is_empty(const struct sla_brief *b)
{
    return b->ratio.den == 0 || b->unmeasured_s >= b->ratio.den;
}

static enum hn_code load_line(struct db *db, struct hn_arena *a, int64_t sla_id,
                              struct hn_month month, hn_instant now, struct sla_line *out,
                              struct hn_err *e)
{
    struct hn_month april = {hn_fiscal_year(month), 4};

    if (sla_result(db, a, sla_id, month, now, &out->r, e) != HN_OK)
        return e->code;
    for (int i = 0; i < TREND_MONTHS; i++) {
        struct hn_month m = hn_month_add(month, i - (TREND_MONTHS - 1));
        struct sla_brief *b = &out->trend[i];

        if (sla_brief(db, a, sla_id, m, now, b, e) != HN_OK)
            return e->code;
        if (hn_month_from(m) >= hn_month_from(april) && !b->is_reference &&
            !sla_brief_is_empty(b)) {
            out->year.num += b->ratio.num;
            out->year.den += b->ratio.den;
        }
    }
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
    return HN_OK;
}

/* ---- context ---- */

static const char *percent(struct hn_arena *a, struct sla_ratio r)
{
    char text[SLA_TEXT_MAX];

    return r.den == 0 ? NULL : hn_arena_strdup(a, sla_percent(r, text));
}

static const char *hms(struct hn_arena *a, int64_t s)
{
    char text[SLA_TEXT_MAX];

    return hn_arena_strdup(a, sla_hms(s, text));
}

static const char *met_word(const struct sla_result *r)
{
    if (r->figures.is_reference)
        return "reference";
    if (r->figures.met == SLA_UNDECIDED)
        return "undecided";
    return r->figures.met == SLA_MET ? "met" : "missed";
}

static void set_month(struct tpl_val *m, struct hn_arena *a, const char *key, struct hn_month month)
{
    char text[8];

    tpl_set_str(m, key, hn_arena_strdup(a, hn_month_text(month, text)));
}

/* A figure: seconds, the same for people, and where it opens. */
static void set_seconds(struct tpl_val *m, struct hn_arena *a, const char *key, int64_t s)
{
    struct tpl_val *v = tpl_set_map(m, key);

    tpl_set_i64(v, "s", s);
    tpl_set_str(v, "hms", hms(a, s));
}

static void put_trend(struct tpl_val *m, struct hn_arena *a, const struct sla_line *l)
{
    struct tpl_val *list = tpl_set_list(m, "trend");

    for (int i = 0; i < TREND_MONTHS; i++) {
        struct tpl_val *p = tpl_push_map(list);
        bool empty = sla_brief_is_empty(&l->trend[i]);

        set_month(p, a, "month", l->trend[i].month);
        tpl_set_str(p, "percent", empty ? NULL : percent(a, l->trend[i].ratio));
        tpl_set_bool(p, "reference", l->trend[i].is_reference);
        set_seconds(p, a, "downtime", l->trend[i].downtime_s);
        tpl_set_bool(p, "empty", empty);
    }
    tpl_set_str(m, "last",
                sla_brief_is_empty(&l->trend[TREND_MONTHS - 2])
                    ? NULL
                    : percent(a, l->trend[TREND_MONTHS - 2].ratio));
    tpl_set_str(m, "last_year",
                sla_brief_is_empty(&l->trend[0]) ? NULL : percent(a, l->trend[0].ratio));
    tpl_set_str(m, "year", percent(a, l->year));
    tpl_set(m, "chart", tpl_safe(a, chart_trend(a, l)));
}

static void put_figures(struct tpl_val *m, struct hn_arena *a, const struct sla_line *l)
{
    const struct sla_figures *f = &l->r.figures;
    char text[SLA_TEXT_MAX];

    set_seconds(m, a, "planned", f->planned_s);
    set_seconds(m, a, "maintenance", f->maintenance_s);
    set_seconds(m, a, "exclusion", f->exclusion_s);
    set_seconds(m, a, "excluded", f->excluded_s);
    set_seconds(m, a, "downtime", f->downtime_s);
    set_seconds(m, a, "unmeasured", f->unmeasured_s);
    set_seconds(m, a, "up", f->up_s);
    set_seconds(m, a, "base", f->planned_s - f->excluded_s);
    tpl_set_str(m, "availability", percent(a, f->availability));
    tpl_set_str(m, "availability_min", percent(a, f->availability_min));
    tpl_set_str(m, "without_exclusions", percent(a, f->without_exclusions));
    tpl_set_str(m, "target",
                hn_arena_strdup(a, sla_target_text((struct sla_target){l->r.sla.target_e6}, text)));
    tpl_set_str(m, "met", met_word(&l->r));
    tpl_set_bool(m, "pending", l->r.n_pending_exclusions > 0);
    tpl_set_bool(m, "has_cap", l->r.year.cap_s >= 0);
    set_seconds(m, a, "year_downtime", l->r.year.downtime_s);
    if (l->r.year.cap_s >= 0) {
        set_seconds(m, a, "year_cap", l->r.year.cap_s);
        set_seconds(m, a, "year_left", l->r.year.left_s);
        tpl_set_bool(m, "year_met", l->r.year.met != SLA_MISSED);
        tpl_set(m, "cap_chart", tpl_safe(a, chart_cap(a, l->r.year.downtime_s, l->r.year.cap_s)));
        tpl_set_bool(m, "has_forecast", l->r.year.forecast_s >= 0);
        set_seconds(m, a, "year_forecast", HN_MAX(l->r.year.forecast_s, 0));
    }
}

static struct tpl_val *put_line(struct tpl_val *list, struct hn_arena *a, const struct sla_line *l)
{
    struct tpl_val *m = tpl_push_map(list);
    struct tpl_val *months;

    tpl_set_i64(m, "id", l->r.sla.id);
    tpl_set_i64(m, "service_id", l->r.service.id);
    tpl_set_str(m, "service", l->r.service.name);
    tpl_set_str(m, "kind", l->r.service.kind);
    tpl_set_str(m, "metric", l->r.sla.metric);
    tpl_set_str(m, "calendar", l->r.calendar.name);
    tpl_set_i64(m, "calendar_id", l->r.calendar.id);
    tpl_set_i64(m, "calendar_version", l->r.calendar.version);
    tpl_set_str(m, "calendar_definition", l->r.calendar.definition);
    tpl_set_instant(m, "calendar_approved_at", l->r.calendar.approved_at);
    tpl_set_str(m, "calendar_approver", l->r.calendar.approver);
    tpl_set_i64(m, "sla_version", l->r.sla.version);
    tpl_set_i64(m, "service_version", l->r.service.version);
    tpl_set_str(m, "rule", l->r.service.rule);
    tpl_set_str(m, "maintenance_word", l->r.sla.maintenance);
    tpl_set_instant(m, "sla_approved_at", l->r.sla.approved_at);
    tpl_set_instant(m, "start", l->r.sla.start_at);
    tpl_set_bool(m, "approved", l->r.definition_approved);
    put_figures(m, a, l);
    put_trend(m, a, l);
    months = tpl_set_list(m, "year_months");
    for (size_t i = 0; i < l->r.n_year_months; i++) {
        struct tpl_val *y = tpl_push_map(months);

        set_month(y, a, "month", l->r.year_months[i].month);
        set_seconds(y, a, "downtime", l->r.year_months[i].downtime_s);
        tpl_set_bool(y, "reference", l->r.year_months[i].is_reference);
    }
    return m;
}

static void put_outages(struct tpl_val *list, struct hn_arena *a, const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.n_outages; i++) {
        const struct result_outage *o = &l->r.outages[i];
        struct tpl_val *m = tpl_push_map(list);
        struct tpl_val *x = tpl_set_list(m, "exclusions");

        tpl_set_i64(m, "id", o->id);
        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_i64(m, "sla_id", l->r.sla.id);
        tpl_set_instant(m, "from", o->from_at);
        tpl_set_instant(m, "to", o->to_at);
        set_seconds(m, a, "length",
                    o->to_at == HN_UNSET ? 0 : ivl_floor_s(o->to_at) - ivl_floor_s(o->from_at));
        set_seconds(m, a, "counted", o->counted_s);
        tpl_set_str(m, "reason", o->reason);
        tpl_set_str(m, "source", o->source);
        tpl_set_bool(m, "corrected", o->corrected);
        tpl_set_i64(m, "ticket_id", o->ticket_id);
        for (size_t k = 0; k < o->exclusion_ids.n; k++)
            tpl_push(x, tpl_i64(a, o->exclusion_ids.v[k]));
    }
}

static void put_exclusions(struct tpl_val *list, struct hn_arena *a, const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.n_exclusions; i++) {
        const struct exclusion_row *x = &l->r.exclusions[i];
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", x->id);
        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_i64(m, "number", exclusion_reason_number(x->reason));
        tpl_set_str(m, "reason", exclusion_reason_label(x->reason));
        tpl_set_instant(m, "from", x->from_at);
        tpl_set_instant(m, "to", x->to_at);
        set_seconds(m, a, "length", ivl_floor_s(x->to_at) - ivl_floor_s(x->from_at));
        tpl_set_str(m, "note", x->note);
        tpl_set_str(m, "evidence", x->evidence);
        tpl_set_str(m, "proposer", x->proposer);
        tpl_set_instant(m, "proposed_at", x->proposed_at);
        tpl_set_str(m, "decider", x->decider);
        tpl_set_instant(m, "decided_at", x->decided_at);
        tpl_set_str(m, "with", percent(a, l->r.figures.availability));
        tpl_set_str(m, "without", percent(a, l->r.figures.without_exclusions));
    }
}

static void put_maintenances(struct tpl_val *list, struct hn_arena *a, const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.n_maintenances; i++) {
        const struct result_maintenance *x = &l->r.maintenances[i];
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", x->id);
        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_str(m, "title", x->title);
        tpl_set_str(m, "kind", x->kind);
        tpl_set_instant(m, "from", x->from);
        tpl_set_instant(m, "to", x->to);
        set_seconds(m, a, "length", ivl_floor_s(x->to) - ivl_floor_s(x->from));
        tpl_set_str(m, "approver", x->approver);
        tpl_set_instant(m, "approved_at", x->approved_at);
    }
}

static void put_gaps(struct tpl_val *list, struct hn_arena *a, const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.figures.unmeasured.n; i++) {
        struct ivl v = l->r.figures.unmeasured.v[i];
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_instant(m, "from", v.from * HN_SEC);
        tpl_set_instant(m, "to", v.to * HN_SEC);
        set_seconds(m, a, "length", v.to - v.from);
        tpl_set_str(m, "decision", NULL);
        tpl_set_str(m, "evidence", NULL);
        tpl_set_str(m, "decider", NULL);
    }
    for (size_t i = 0; i < l->r.n_gaps; i++) {
        const struct gap_row *g = &l->r.gaps[i];
        struct tpl_val *m;

        if (!hn_streq(g->state, "approved"))
            continue;
        m = tpl_push_map(list);
        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_instant(m, "from", g->from_at);
        tpl_set_instant(m, "to", g->to_at);
        set_seconds(m, a, "length", ivl_floor_s(g->to_at) - ivl_floor_s(g->from_at));
        tpl_set_str(m, "decision", g->decision);
        tpl_set_str(m, "evidence", g->evidence);
        tpl_set_str(m, "decider", g->decider);
    }
}

static void put_counts(struct tpl_val *ctx, const struct sla_report *r)
{
    struct tpl_val *m = tpl_set_map(ctx, "counts");
    int64_t met = 0;
    int64_t missed = 0;
    int64_t undecided = 0;
    int64_t reference = 0;

    for (size_t i = 0; i < r->n; i++) {
        const struct sla_result *x = &r->lines[i].r;

        if (x->figures.is_reference)
            reference++;
        else if (x->figures.met == SLA_MET)
            met++;
        else if (x->figures.met == SLA_MISSED)
            missed++;
        else
            undecided++;
    }
    tpl_set_i64(m, "all", (int64_t)r->n);
    tpl_set_i64(m, "met", met);
    tpl_set_i64(m, "missed", missed);
    tpl_set_i64(m, "undecided", undecided);
    tpl_set_i64(m, "reference", reference);
}

/* Blocks that this release has no source for: printed as 該当なし with the reason, never left out.
 */
static void put_empty_blocks(struct tpl_val *ctx)
{
    static const struct {
        const char *id, *title, *why;
    } blocks[] = {
        {"RSL-07", HN_N("Response time"), HN_N("no response SLA is defined")},
        {"RSL-08", HN_N("Recovery: RTO and RPO"), HN_N("no recovery SLA is defined")},
        {"RSL-09", HN_N("Lines and sites"), HN_N("lines are not measured on their own")},
        {"RSL-10", HN_N("Cloud services"), HN_N("no cloud SLA or SLO is registered")},
        {"RSL-11", HN_N("Help desk"), HN_N("no help desk SLA is defined")},
        {"RSL-12", HN_N("Missed items and improvement"), HN_N("no improvement is registered")},
    };
    struct tpl_val *list = tpl_set_list(ctx, "empty_blocks");

    for (size_t i = 0; i < HN_ARRAY_LEN(blocks); i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_str(m, "id", blocks[i].id);
        tpl_set_str(m, "title", hn_tr(blocks[i].title));
        tpl_set_str(m, "why", hn_tr(blocks[i].why));
    }
}

struct tpl_val *sla_report_context(struct hn_arena *a, const struct sla_report *r)
{
    struct tpl_val *ctx = tpl_map(a);
    struct tpl_val *lines = tpl_set_list(ctx, "lines");
    struct tpl_val *outages = tpl_set_list(ctx, "outages");
    struct tpl_val *exclusions = tpl_set_list(ctx, "exclusions");
    struct tpl_val *maintenances = tpl_set_list(ctx, "maintenances");
    struct tpl_val *gaps = tpl_set_list(ctx, "gaps");
    struct tpl_val *differences = tpl_set_list(ctx, "differences");
    char era[HN_ERA_MAX];

    set_month(ctx, a, "month", r->month);
    tpl_set_str(ctx, "month_ja", hn_arena_fmt(a, "%d年%d月", r->month.year, r->month.month));
    tpl_set_str(
        ctx, "month_era",
        hn_arena_fmt(a, "%s%d月",
                     hn_wareki_year(hn_days_from_civil(r->month.year, r->month.month, 1), era),
                     r->month.month));
    tpl_set_str(
        ctx, "fiscal_year_era",
        hn_arena_fmt(a, "%s度",
                     hn_wareki_year(hn_days_from_civil(hn_fiscal_year(r->month), 4, 1), era)));
    tpl_set_i64(ctx, "edition", r->edition);
    tpl_set_instant(ctx, "made_at", r->now);
    tpl_set_instant(ctx, "month_from", hn_month_from(r->month));
    tpl_set_instant(ctx, "month_to", hn_month_to(r->month));
    tpl_set_str(ctx, "author", r->author);
    tpl_set_str(ctx, "summary", r->summary);
    tpl_set_str(ctx, "reason", r->reason);
    tpl_set_str(ctx, "base", r->base_url);
    tpl_set_i64(ctx, "compared_with", r->compared_with);
    put_counts(ctx, r);
    put_empty_blocks(ctx);
    for (size_t i = 0; i < r->n; i++) {
        (void)put_line(lines, a, &r->lines[i]);
        put_outages(outages, a, &r->lines[i]);
        put_exclusions(exclusions, a, &r->lines[i]);
        put_maintenances(maintenances, a, &r->lines[i]);
        put_gaps(gaps, a, &r->lines[i]);
    }
    for (size_t i = 0; i < r->n_differences; i++) {
        struct tpl_val *m = tpl_push_map(differences);

        tpl_set_str(m, "service", r->differences[i].service);
        tpl_set_str(m, "figure", hn_tr(r->differences[i].figure));
        tpl_set_str(m, "before", r->differences[i].before);
        tpl_set_str(m, "after", r->differences[i].after);
    }
    return ctx;
}
