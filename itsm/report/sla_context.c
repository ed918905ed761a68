/* SPDX-License-Identifier: Apache-2.0 */
/* sla_context.c — the SLA report's data as its template sees them. */
#include "itsm/report/render.h"

#include "itsm/sla/sla_view.h"

static const char *percent(struct hn_arena *a, struct sla_ratio r)
{
    char text[SLA_TEXT_MAX];

    return r.den == 0 ? NULL : hn_arena_strdup(a, sla_percent(r, text));
}

static void set_month(struct tpl_val *m, struct hn_arena *a, const char *key, struct hn_month month)
{
    char text[8];

    tpl_set_str(m, key, hn_arena_strdup(a, hn_month_text(month, text)));
}

static const char *brief_percent(struct hn_arena *a, const struct sla_brief *b)
{
    return sla_brief_is_empty(b) ? NULL : percent(a, b->ratio);
}

/* ---- one SLA ---- */

static void put_trend(struct tpl_val *m, struct hn_arena *a, const struct sla_line *l)
{
    struct tpl_val *list = tpl_set_list(m, "trend");
    struct sla_target target = {l->r.sla.target_e6};

    for (int i = 0; i < TREND_MONTHS; i++) {
        struct tpl_val *p = tpl_push_map(list);

        set_month(p, a, "month", l->trend[i].month);
        tpl_set_str(p, "percent", brief_percent(a, &l->trend[i]));
        tpl_set_bool(p, "below", sla_ratio_met(l->trend[i].ratio, target) == SLA_MISSED);
        tpl_set_bool(p, "reference", l->trend[i].is_reference);
        sla_put_seconds(p, a, "downtime", l->trend[i].downtime_s);
    }
    tpl_set_str(m, "last", brief_percent(a, &l->trend[TREND_MONTHS - 2]));
    tpl_set_str(m, "last_year", brief_percent(a, &l->trend[0]));
    tpl_set_str(m, "year", percent(a, l->year));
    tpl_set(m, "chart", tpl_safe(a, chart_trend(a, l)));
}

static void put_year(struct tpl_val *m, struct hn_arena *a, const struct sla_line *l)
{
    struct tpl_val *months = tpl_set_list(m, "year_months");

    for (size_t i = 0; i < 12; i++) {
        struct tpl_val *y = tpl_push_map(months);
        bool there = i < l->r.n_year_months;

        tpl_set_bool(y, "there", there);
        set_month(y, a, "month",
                  there ? l->r.year_months[i].month
                        : hn_month_add(l->r.year_months[0].month, (int)i));
        sla_put_seconds(y, a, "downtime", there ? l->r.year_months[i].downtime_s : 0);
        tpl_set_bool(y, "reference", there && l->r.year_months[i].is_reference);
    }
    tpl_set_bool(m, "has_cap", l->r.year.cap_s >= 0);
    sla_put_seconds(m, a, "year_downtime", l->r.year.downtime_s);
    if (l->r.year.cap_s < 0)
        return;
    sla_put_seconds(m, a, "year_cap", l->r.year.cap_s);
    sla_put_seconds(m, a, "year_left", l->r.year.left_s);
    tpl_set_i64(m, "year_notice", l->r.year.notice);
    tpl_set_bool(m, "year_met", l->r.year.met != SLA_MISSED);
    tpl_set(m, "cap_chart", tpl_safe(a, chart_cap(a, l->r.year.downtime_s, l->r.year.cap_s)));
    tpl_set(m, "year_chart", tpl_safe(a, chart_year(a, l)));
    tpl_set_bool(m, "has_forecast", l->r.year.forecast_s >= 0);
    tpl_set_bool(m, "forecast_met", l->r.year.forecast_met != SLA_MISSED);
    sla_put_seconds(m, a, "year_forecast", HN_MAX(l->r.year.forecast_s, 0));
}

static void put_figures(struct tpl_val *m, struct hn_arena *a, const struct sla_line *l)
{
    const struct sla_figures *f = &l->r.figures;

    sla_put_seconds(m, a, "planned", f->planned_s);
    sla_put_seconds(m, a, "maintenance", f->maintenance_s);
    sla_put_seconds(m, a, "exclusion", f->exclusion_s);
    sla_put_seconds(m, a, "excluded", f->excluded_s);
    sla_put_seconds(m, a, "downtime", f->downtime_s);
    sla_put_seconds(m, a, "unmeasured", f->unmeasured_s);
    sla_put_seconds(m, a, "up", f->up_s);
    tpl_set_str(m, "availability", percent(a, f->availability));
    tpl_set_str(m, "availability_min", percent(a, f->availability_min));
    tpl_set_str(m, "without_exclusions", percent(a, f->without_exclusions));
}

static void put_share(struct tpl_val *m, struct hn_arena *a, const struct sla_line *l)
{
    bool seconds = l->r.share.unit == SLA_UNIT_SECONDS;

    tpl_set_i64(m, "n", l->r.share.n);
    tpl_set_i64(m, "good", l->r.share.good);
    tpl_set_bool(m, "in_seconds", seconds);
    tpl_set_str(m, "value",
                l->r.share.n == 0 ? NULL
                : seconds         ? sla_hms_text(a, l->r.share.value.num)
                                  : percent(a, l->r.share.value));
    tpl_set_i64(m, "p95_ms", l->r.p95_us < 0 ? -1 : l->r.p95_us / HN_MS);
}

/* The rule as a map; false where outages are recorded by hand alone. */
static void put_rule(struct tpl_val *m, struct hn_arena *a, const char *rule)
{
    struct tpl_val *v = NULL;
    struct hn_err e = {0};

    if (rule == NULL || tpl_from_json(a, rule, strlen(rule), &v, &e) != HN_OK)
        v = tpl_none(a);
    tpl_set(m, "rule", v);
}

static void put_line(struct tpl_val *m, struct hn_arena *a, const struct sla_line *l)
{
    char text[SLA_TEXT_MAX];

    tpl_set_i64(m, "id", l->r.sla.id);
    tpl_set_str(m, "service", l->r.service.name);
    tpl_set_i64(m, "service_id", l->r.service.id);
    tpl_set_str(m, "metric", l->r.sla.metric);
    tpl_set_str(m, "metric_label", sla_metric_label(l->r.sla.metric));
    tpl_set_str(m, "calendar", l->r.calendar.name);
    tpl_set_i64(m, "calendar_id", l->r.calendar.id);
    tpl_set_i64(m, "calendar_version", l->r.calendar.version);
    tpl_set_i64(m, "sla_version", l->r.sla.version);
    tpl_set_i64(m, "service_version", l->r.service.version);
    put_rule(m, a, l->r.service.rule);
    tpl_set_bool(m, "counts_maintenance", hn_streq(l->r.sla.maintenance, "counted"));
    tpl_set_instant(m, "start", l->r.sla.start_at);
    tpl_set_bool(m, "approved", l->r.definition_approved);
    tpl_set_str(m, "target",
                hn_arena_strdup(a, sla_target_text((struct sla_target){l->r.sla.target_e6}, text)));
    tpl_set_str(m, "standing", sla_standing_word(sla_line_standing(l)));
    tpl_set_bool(m, "pending", l->r.n_pending_exclusions > 0);
    put_figures(m, a, l);
    put_share(m, a, l);
    put_year(m, a, l);
    put_trend(m, a, l);
}

/* ---- the lists of the blocks ---- */

static void put_span(struct tpl_val *m, struct hn_arena *a, hn_instant from, hn_instant to)
{
    tpl_set_instant(m, "from", from);
    tpl_set_instant(m, "to", to);
    sla_put_seconds(m, a, "length", to == HN_UNSET ? 0 : ivl_floor_s(to) - ivl_floor_s(from));
}

static void put_outages(struct tpl_val *list, struct hn_arena *a, const struct sla_report *r,
                        const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.n_outages; i++) {
        const struct result_outage *o = &l->r.outages[i];
        const struct outage_fact *f = sla_report_outage(r, o->id);
        struct tpl_val *m = tpl_push_map(list);
        struct tpl_val *x = tpl_set_list(m, "exclusions");

        tpl_set_i64(m, "id", o->id);
        tpl_set_i64(m, "sla_id", l->r.sla.id);
        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_str(m, "site", f == NULL ? NULL : f->site);
        put_span(m, a, o->from_at, o->to_at);
        sla_put_seconds(m, a, "counted", o->counted_s);
        tpl_set_str(m, "cause", sla_report_cause(r, o));
        tpl_set_str(m, "reason", o->reason);
        tpl_set_bool(m, "corrected", o->corrected);
        tpl_set_i64(m, "ticket_id", o->ticket_id);
        tpl_set_str(m, "ticket", sla_report_ticket(r, o->ticket_id));
        tpl_set_str(m, "decider", sla_report_decider(r, l, o));
        for (size_t k = 0; k < o->exclusion_ids.n; k++)
            tpl_push(x, tpl_i64(a, o->exclusion_ids.v[k]));
    }
}

static void put_exclusions(struct tpl_val *list, struct hn_arena *a, const struct sla_report *r,
                           const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.n_applications; i++) {
        const struct exclusion_row *x = &l->r.applications[i];
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", x->id);
        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_i64(m, "number", exclusion_reason_number(x->reason));
        tpl_set_str(m, "reason", exclusion_reason_label(x->reason));
        put_span(m, a, x->from_at, x->to_at);
        tpl_set_str(m, "note", x->note);
        tpl_set_str(m, "evidence", x->evidence);
        tpl_set_i64(m, "ticket_id", x->ticket_id);
        tpl_set_str(m, "ticket", sla_report_ticket(r, x->ticket_id));
        tpl_set_str(m, "proposer", x->proposer);
        tpl_set_instant(m, "proposed_at", x->proposed_at);
        tpl_set_str(m, "state", x->state);
        tpl_set_str(m, "state_label", sla_state_label(x->state));
        tpl_set_str(m, "decider", x->decider);
        tpl_set_instant(m, "decided_at", x->decided_at);
        tpl_set_str(m, "decision_note", x->decision_note);
        sla_put_seconds(m, a, "effect", l->effect_s[i]);
        tpl_set_str(m, "with", percent(a, l->r.figures.availability));
        tpl_set_str(m, "without", percent(a, l->r.figures.without_exclusions));
    }
}

static void put_maintenances(struct tpl_val *list, struct hn_arena *a, const struct sla_report *r,
                             const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.n_maintenances; i++) {
        const struct result_maintenance *x = &l->r.maintenances[i];
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", x->id);
        tpl_set_str(m, "service", l->r.service.name);
        tpl_set_str(m, "title", x->title);
        tpl_set_bool(m, "cloud", hn_streq(x->kind, "cloud_update"));
        tpl_set_i64(m, "change_id", x->change_id);
        tpl_set_str(m, "change", sla_report_ticket(r, x->change_id));
        put_span(m, a, x->from, x->to);
        tpl_set_str(m, "approver", x->approver);
        tpl_set_instant(m, "approved_at", x->approved_at);
    }
}

static struct tpl_val *put_gap(struct tpl_val *list, struct hn_arena *a, const struct sla_line *l,
                               hn_instant from, hn_instant to, const char *why)
{
    struct tpl_val *m = tpl_push_map(list);

    tpl_set_i64(m, "sla_id", l->r.sla.id);
    tpl_set_str(m, "service", l->r.service.name);
    put_span(m, a, from, to);
    tpl_set_str(m, "why", why);
    return m;
}

static void put_gaps(struct tpl_val *list, struct hn_arena *a, const struct sla_line *l)
{
    for (size_t i = 0; i < l->r.figures.unmeasured.n; i++) {
        struct ivl v = l->r.figures.unmeasured.v[i];
        struct tpl_val *m = put_gap(list, a, l, v.from * HN_SEC, v.to * HN_SEC, l->gap_why[i]);

        tpl_set_str(m, "decision", NULL);
        tpl_set_str(m, "evidence", NULL);
        tpl_set_str(m, "decider", NULL);
        tpl_set_instant(m, "decided_at", HN_UNSET);
    }
    for (size_t i = 0; i < l->r.n_gaps; i++) {
        const struct gap_row *g = &l->r.gaps[i];
        struct tpl_val *m;

        if (!hn_streq(g->state, "approved"))
            continue;
        m = put_gap(list, a, l, g->from_at, g->to_at, l->decided_why[i]);
        tpl_set_str(m, "decision", g->decision);
        tpl_set_str(m, "evidence", g->evidence);
        tpl_set_str(m, "decider", g->decider);
        tpl_set_instant(m, "decided_at", g->decided_at);
    }
}

/* ---- the summary ---- */

static void put_counts(struct tpl_val *m, const struct sla_report *r, const char *kind)
{
    int64_t n[STANDING_COUNT] = {0};
    int64_t all = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (kind != NULL && (!sla_line_is_availability(&r->lines[i]) ||
                             !hn_streq(r->lines[i].r.service.kind, kind)))
            continue;
        n[sla_line_standing(&r->lines[i])]++;
        all++;
    }
    tpl_set_i64(m, "all", all);
    for (int k = 0; k < STANDING_COUNT; k++)
        tpl_set_i64(m, sla_standing_word((enum sla_standing)k), n[k]);
}

static void put_sum(struct tpl_val *m, struct hn_arena *a, const char *key,
                    const struct sla_report *r, const char *kind, int i)
{
    struct sla_brief b = sla_report_sum(r, kind, i);
    struct tpl_val *v = tpl_set_map(m, key);

    tpl_set_str(v, "percent", percent(a, b.ratio));
    sla_put_seconds(v, a, "downtime", b.downtime_s);
    tpl_set_i64(v, "below", sla_report_below(r, kind, i));
    tpl_set_bool(v, "there", b.ratio.den > 0);
    set_month(v, a, "month", b.month);
}

static void put_group(struct tpl_val *list, struct hn_arena *a, const struct sla_report *r,
                      const char *kind, const char *label)
{
    struct tpl_val *m = tpl_push_map(list);
    struct sla_ratio year = {0, 0};

    tpl_set_str(m, "label", label);
    put_counts(tpl_set_map(m, "counts"), r, kind);
    put_sum(m, a, "now", r, kind, TREND_MONTHS - 1);
    put_sum(m, a, "last", r, kind, TREND_MONTHS - 2);
    put_sum(m, a, "last_year", r, kind, 0);
    for (size_t i = 0; i < r->n; i++) {
        const struct sla_line *l = &r->lines[i];

        if (!sla_line_is_availability(l) || (kind != NULL && !hn_streq(l->r.service.kind, kind)))
            continue;
        year.num += l->year.num;
        year.den += l->year.den;
    }
    tpl_set_str(m, "year", percent(a, year));
}

static void put_groups(struct tpl_val *ctx, struct hn_arena *a, const struct sla_report *r)
{
    struct tpl_val *list = tpl_set_list(ctx, "groups");
    struct tpl_val *total = tpl_set_list(ctx, "total");

    for (int k = 0; sla_kind_words[k] != NULL; k++)
        for (size_t i = 0; i < r->n; i++)
            if (sla_line_is_availability(&r->lines[i]) &&
                hn_streq(r->lines[i].r.service.kind, sla_kind_words[k])) {
                put_group(list, a, r, sla_kind_words[k], sla_kind_label(sla_kind_words[k]));
                break;
            }
    put_group(list, a, r, NULL, hn_tr("All services"));
    for (int i = 0; i < TREND_MONTHS; i++) {
        struct tpl_val *m = tpl_push_map(total);

        put_sum(m, a, "sum", r, NULL, i);
    }
    tpl_set(ctx, "total_chart", tpl_safe(a, chart_total(a, r)));
}

/* Each missed item with its longest outage. */
static void put_missed(struct tpl_val *list, struct hn_arena *a, const struct sla_report *r,
                       const struct sla_line *l, struct tpl_val *line)
{
    const struct result_outage *most = NULL;
    struct tpl_val *m = tpl_push_map(list);

    tpl_set(m, "line", line);
    for (size_t i = 0; i < l->r.n_outages; i++)
        if (most == NULL || l->r.outages[i].counted_s > most->counted_s)
            most = &l->r.outages[i];
    tpl_set_bool(m, "has_outage", most != NULL);
    if (most == NULL)
        return;
    tpl_set_i64(m, "outage_id", most->id);
    tpl_set_instant(m, "from", most->from_at);
    sla_put_seconds(m, a, "counted", most->counted_s);
    tpl_set_str(m, "cause", sla_report_cause(r, most));
    tpl_set_i64(m, "ticket_id", most->ticket_id);
    tpl_set_str(m, "ticket", sla_report_ticket(r, most->ticket_id));
}

/* ---- the annex ---- */

static void put_calendar(struct tpl_val *m, struct hn_arena *a, const struct calendar_row *c)
{
    struct tpl_val *definition = NULL;
    struct hn_err e = {0};

    if (tpl_from_json(a, c->definition, strlen(c->definition), &definition, &e) != HN_OK)
        definition = tpl_map(a);
    tpl_set_i64(m, "id", c->id);
    tpl_set_str(m, "name", c->name);
    tpl_set_i64(m, "version", c->version);
    tpl_set(m, "definition", definition);
    tpl_set_str(m, "approver", c->approver);
    tpl_set_instant(m, "approved_at", c->approved_at);
}

static void put_annex(struct tpl_val *ctx, struct hn_arena *a, const struct sla_report *r)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const labels[] = {HN_N("Mon"), HN_N("Tue"), HN_N("Wed"), HN_N("Thu"),
                                         HN_N("Fri"), HN_N("Sat"), HN_N("Sun")};
    struct tpl_val *list = tpl_set_list(ctx, "calendars");
    struct tpl_val *week = tpl_set_list(ctx, "days");
    struct tpl_val *checks = tpl_set_map(ctx, "checks");

    for (int i = 0; i < 7; i++) {
        struct tpl_val *d = tpl_push_map(week);

        tpl_set_str(d, "key", days[i]);
        tpl_set_str(d, "label", hn_tr(labels[i]));
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct calendar_row *c = &r->lines[i].r.calendar;
        bool seen = false;

        for (size_t k = 0; k < i && !seen; k++)
            seen =
                r->lines[k].r.calendar.id == c->id && r->lines[k].r.calendar.version == c->version;
        if (!seen)
            put_calendar(tpl_push_map(list), a, c);
    }
    for (size_t i = 0; i < r->n_checks; i++)
        tpl_set_str(checks, hn_arena_fmt(a, "%" PRId64, r->checks[i].id), r->checks[i].name);
}

/* Blocks that this release has no source for: printed as 該当なし with the reason, never left out.
 */
static void put_empty_blocks(struct tpl_val *ctx)
{
    static const struct {
        const char *key, *why;
    } blocks[] = {
        {"why_response", HN_N("no response SLA is defined")},
        {"why_recovery", HN_N("no recovery SLA is defined")},
        {"why_lines", HN_N("lines are not measured on their own (sites stand in RSL-02)")},
        {"why_cloud", HN_N("no cloud SLA or SLO is registered")},
        {"why_desk", HN_N("no help desk SLA is defined")},
        {"why_improvement", HN_N("no improvement is registered")},
    };

    for (size_t i = 0; i < HN_ARRAY_LEN(blocks); i++)
        tpl_set_str(ctx, blocks[i].key, hn_tr(blocks[i].why));
}

/* ---- all of it ---- */

static void put_head(struct tpl_val *ctx, struct hn_arena *a, const struct sla_report *r)
{
    struct hn_month m = r->month;
    int64_t first = hn_days_from_civil(m.year, m.month, 1);
    char era[HN_ERA_MAX];

    set_month(ctx, a, "month", m);
    tpl_set_str(ctx, "month_ja", hn_arena_fmt(a, "%d年%d月", m.year, m.month));
    tpl_set_str(ctx, "month_era", hn_arena_fmt(a, "%s%d月", hn_wareki_year(first, era), m.month));
    tpl_set_str(ctx, "fiscal_year_era",
                hn_arena_strdup(a, hn_wareki_fiscal(hn_fiscal_year(m), era)));
    tpl_set_i64(ctx, "edition", r->edition);
    tpl_set_instant(ctx, "made_at", r->now);
    tpl_set_instant(ctx, "month_from", hn_month_from(m));
    tpl_set_instant(ctx, "month_last", hn_month_to(m) - HN_SEC);
    tpl_set_str(ctx, "author", r->author);
    tpl_set_str(ctx, "summary", r->summary);
    tpl_set_str(ctx, "reason", r->reason);
    tpl_set_str(ctx, "base", r->base_url);
    tpl_set_bool(ctx, "sample", r->is_sample);
    tpl_set_i64(ctx, "compared_with", r->compared_with);
}

static void put_lines(struct tpl_val *ctx, struct hn_arena *a, const struct sla_report *r)
{
    struct tpl_val *items = tpl_set_list(ctx, "items");
    struct tpl_val *lines = tpl_set_list(ctx, "lines");
    struct tpl_val *others = tpl_set_list(ctx, "others");
    struct tpl_val *missed = tpl_set_list(ctx, "missed");
    struct tpl_val *outages = tpl_set_list(ctx, "outages");
    struct tpl_val *exclusions = tpl_set_list(ctx, "exclusions");
    struct tpl_val *maintenances = tpl_set_list(ctx, "maintenances");
    struct tpl_val *gaps = tpl_set_list(ctx, "gaps");

    for (size_t i = 0; i < r->n; i++) {
        const struct sla_line *l = &r->lines[i];
        struct tpl_val *m = tpl_push_map(items);

        put_line(m, a, l);
        if (sla_line_standing(l) == STANDING_MISSED)
            put_missed(missed, a, r, l, m);
        tpl_push(sla_line_is_availability(l) ? lines : others, m);
        if (!sla_line_is_availability(l))
            continue;
        put_outages(outages, a, r, l);
        put_exclusions(exclusions, a, r, l);
        put_maintenances(maintenances, a, r, l);
        put_gaps(gaps, a, l);
    }
}

struct tpl_val *sla_report_context(struct hn_arena *a, const struct sla_report *r)
{
    struct tpl_val *ctx = tpl_map(a);
    struct tpl_val *differences = tpl_set_list(ctx, "differences");

    put_head(ctx, a, r);
    put_lines(ctx, a, r);
    put_counts(tpl_set_map(ctx, "counts"), r, NULL);
    put_groups(ctx, a, r);
    put_annex(ctx, a, r);
    put_empty_blocks(ctx);
    for (size_t i = 0; i < r->n_differences; i++) {
        struct tpl_val *m = tpl_push_map(differences);

        tpl_set_str(m, "service", r->differences[i].service);
        tpl_set_str(m, "figure", hn_tr(r->differences[i].figure));
        tpl_set_str(m, "before", r->differences[i].before);
        tpl_set_str(m, "after", r->differences[i].after);
    }
    return ctx;
}
