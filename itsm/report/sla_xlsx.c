/* SPDX-License-Identifier: Apache-2.0 */
/* sla_xlsx.c — the SLA report as a workbook: one sheet a block. The seconds stand in RSL-14. */
#include "itsm/report/sheet.h"

#include "itsm/sla/sla_view.h"

#define OPEN(k, id, title, cols, paper) sheet_open(k, id, title, cols, HN_ARRAY_LEN(cols), paper)

static void put_brief(struct sheet *s, const struct sla_brief *b)
{
    if (sla_brief_is_empty(b))
        sheet_skip(s);
    else
        sheet_percent(s, b->ratio);
}

static void put_target(struct sheet *s, const struct sla_line *l)
{
    char text[SLA_TEXT_MAX];

    (void)worksheet_write_number(
        s->ws, s->row, s->col++,
        strtod(sla_target_text((struct sla_target){l->r.sla.target_e6}, text), NULL),
        s->k->percent);
}

static void put_standing(struct sheet *s, const struct sla_line *l)
{
    const char *word = sla_standing_label(sla_line_standing(l));

    sheet_text(s, l->r.n_pending_exclusions > 0
                      ? hn_arena_fmt(s->k->a, "%s %s", word, hn_tr("(exclusion applied for)"))
                      : word);
}

static void summary(struct book *k)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40},    {HN_N("Metric"), 16},   {HN_N("Target (%)"), 10},
        {HN_N("Result (%)"), 12}, {HN_N("State"), 18},    {HN_N("Fiscal year (%)"), 12},
        {HN_N("Cap used"), 12},   {HN_N("Cap left"), 12}, {HN_N("Annual cap"), 12}};
    struct sheet s = OPEN(k, "RSL-01", HN_N("Summary"), cols, SHEET_A4);

    for (size_t i = 0; i < k->r->n; i++, sheet_next(&s)) {
        const struct sla_line *l = &k->r->lines[i];

        sheet_text(&s, l->r.service.name);
        sheet_text(&s, sla_metric_label(l->r.sla.metric));
        put_target(&s, l);
        if (sla_line_is_availability(l))
            sheet_percent(&s, l->r.figures.availability);
        else if (l->r.share.unit == SLA_UNIT_PERCENT)
            sheet_percent(&s, l->r.share.value);
        else
            sheet_skip(&s);
        put_standing(&s, l);
        if (!sla_line_is_availability(l))
            continue;
        sheet_percent(&s, l->year);
        if (l->r.year.cap_s < 0)
            continue;
        sheet_span(&s, l->r.year.downtime_s);
        sheet_left(&s, l->r.year.left_s);
        sheet_span(&s, l->r.year.cap_s);
    }
    sheet_close(&s, HN_N("no SLA is defined"));
}

static void availability(struct book *k)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40},         {HN_N("Calendar"), 24},
        {HN_N("Service time"), 12},    {HN_N("Planned stops"), 12},
        {HN_N("Exclusions"), 12},      {HN_N("Not monitored"), 12},
        {HN_N("Downtime"), 12},        {HN_N("Availability (%)"), 12},
        {HN_N("Lower bound (%)"), 12}, {HN_N("Without exclusions (%)"), 14},
        {HN_N("Target (%)"), 10},      {HN_N("State"), 18},
        {HN_N("Last month (%)"), 12},  {HN_N("Same month last year (%)"), 16},
        {HN_N("Fiscal year (%)"), 12}};
    struct sheet s = OPEN(k, "RSL-02", HN_N("Availability"), cols, SHEET_A3);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_line *l = &k->r->lines[i];
        const struct sla_figures *f = &l->r.figures;

        if (!sla_line_is_availability(l))
            continue;
        sheet_text(&s, l->r.service.name);
        sheet_text(&s, l->r.calendar.name);
        sheet_span(&s, f->planned_s);
        sheet_span(&s, f->maintenance_s);
        sheet_span(&s, f->exclusion_s);
        sheet_span(&s, f->unmeasured_s);
        sheet_span(&s, f->downtime_s);
        sheet_percent(&s, f->availability);
        sheet_percent(&s, f->availability_min);
        sheet_percent(&s, f->without_exclusions);
        put_target(&s, l);
        put_standing(&s, l);
        put_brief(&s, &l->trend[TREND_MONTHS - 2]);
        put_brief(&s, &l->trend[0]);
        sheet_percent(&s, l->year);
        sheet_next(&s);
    }
    sheet_close(&s, HN_N("no SLA is defined"));
}

/* Columns of months behind those given. */
static size_t month_columns(struct book *k, struct column *cols, size_t at, struct hn_month first,
                            int n)
{
    for (int i = 0; i < n; i++) {
        char text[8];

        cols[at + (size_t)i] =
            (struct column){hn_arena_strdup(k->a, hn_month_text(hn_month_add(first, i), text)), 10};
    }
    return at + (size_t)n;
}

static void trend(struct book *k)
{
    struct column cols[SHEET_COLS_MAX] = {{HN_N("Service"), 40}};
    size_t n = month_columns(k, cols, 1, hn_month_add(k->r->month, 1 - TREND_MONTHS), TREND_MONTHS);
    struct sheet s = sheet_open(k, "RSL-02", HN_N("Course over 13 months"), cols, n, SHEET_A3);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_line *l = &k->r->lines[i];

        if (!sla_line_is_availability(l))
            continue;
        sheet_text(&s, l->r.service.name);
        for (int m = 0; m < TREND_MONTHS; m++)
            put_brief(&s, &l->trend[m]);
        sheet_next(&s);
    }
    sheet_close(&s, HN_N("no SLA is defined"));
}

static const char *cap_word(const struct sla_year *y)
{
    if (y->met == SLA_MISSED)
        return hn_tr("Over the cap");
    return y->notice >= 80 ? hn_tr("Attention") : hn_tr("Within the cap");
}

static void year(struct book *k)
{
    struct column cols[SHEET_COLS_MAX] = {{HN_N("Service"), 40}};
    static const struct column last[] = {{HN_N("Sum"), 12},
                                         {HN_N("Annual cap"), 12},
                                         {HN_N("Left"), 12},
                                         {HN_N("Forecast to 31 March"), 18},
                                         {HN_N("State"), 14}};
    size_t n = month_columns(k, cols, 1, (struct hn_month){hn_fiscal_year(k->r->month), 4}, 12);
    struct sheet s;

    memcpy(&cols[n], last, sizeof(last));
    s = sheet_open(k, "RSL-03", HN_N("Annual cumulative downtime"), cols, n + HN_ARRAY_LEN(last),
                   SHEET_A3);
    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_result *x = &k->r->lines[i].r;

        if (x->year.cap_s < 0 || !sla_line_is_availability(&k->r->lines[i]))
            continue;
        sheet_text(&s, x->service.name);
        for (size_t m = 0; m < 12; m++) {
            if (m >= x->n_year_months || x->year_months[m].is_reference)
                sheet_skip(&s);
            else
                sheet_span(&s, x->year_months[m].downtime_s);
        }
        sheet_span(&s, x->year.downtime_s);
        sheet_span(&s, x->year.cap_s);
        sheet_left(&s, x->year.left_s);
        if (x->year.forecast_s >= 0)
            sheet_span(&s, x->year.forecast_s);
        else
            sheet_skip(&s);
        sheet_text(&s, cap_word(&x->year));
        sheet_next(&s);
    }
    sheet_close(&s, HN_N("no annual cap is defined"));
}

/* "3, 5" */
static const char *id_list(struct hn_arena *a, struct hn_i64s ids)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 2000);
    for (size_t i = 0; i < ids.n; i++)
        hn_sbuf_fmt(&b, "%s%" PRId64, i == 0 ? "" : ", ", ids.v[i]);
    return hn_sbuf_text(&b);
}

static void outages(struct book *k)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40},    {HN_N("Site"), 24},     {HN_N("From"), 20},
        {HN_N("To"), 20},         {HN_N("Length"), 12},   {HN_N("Counted"), 12},
        {HN_N("Cause"), 36},      {HN_N("Incident"), 14}, {HN_N("Exclusion"), 12},
        {HN_N("Decided by"), 18}, {HN_N("Outage"), 10}};
    struct sheet s = OPEN(k, "RSL-04", HN_N("Outages"), cols, SHEET_A3);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_line *l = &k->r->lines[i];

        for (size_t n = 0; n < l->r.n_outages && sla_line_is_availability(l); n++) {
            const struct result_outage *o = &l->r.outages[n];
            const struct outage_fact *f = sla_report_outage(k->r, o->id);

            sheet_text(&s, l->r.service.name);
            sheet_text(&s, f == NULL ? NULL : f->site);
            sheet_time(&s, o->from_at);
            sheet_time(&s, o->to_at);
            sheet_length(&s, o->from_at, o->to_at);
            sheet_span(&s, o->counted_s);
            sheet_text(&s, sla_report_cause(k->r, o));
            sheet_text(&s, sla_report_ticket(k->r, o->ticket_id));
            sheet_text(&s, id_list(k->a, o->exclusion_ids));
            sheet_text(&s, sla_report_decider(k->r, l, o));
            if (o->id != 0)
                sheet_whole(&s, o->id);
            sheet_next(&s);
        }
    }
    sheet_close(&s, HN_N("no service was down"));
}

static void exclusions(struct book *k)
{
    static const struct column cols[] = {{HN_N("Service"), 40},
                                         {HN_N("No."), 8},
                                         {HN_N("Condition"), 10},
                                         {HN_N("Reason"), 36},
                                         {HN_N("From"), 20},
                                         {HN_N("To"), 20},
                                         {HN_N("Length"), 12},
                                         {HN_N("Note"), 36},
                                         {HN_N("Evidence"), 24},
                                         {HN_N("Incident"), 14},
                                         {HN_N("Proposed by"), 18},
                                         {HN_N("Proposed at"), 20},
                                         {HN_N("Decision"), 12},
                                         {HN_N("Decided by"), 18},
                                         {HN_N("Decided at"), 20},
                                         {HN_N("Effect"), 12},
                                         {HN_N("Availability (%)"), 12},
                                         {HN_N("Without exclusions (%)"), 14}};
    struct sheet s = OPEN(k, "RSL-05", HN_N("Exclusions"), cols, SHEET_A3);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_line *l = &k->r->lines[i];

        for (size_t n = 0; n < l->r.n_applications && sla_line_is_availability(l); n++) {
            const struct exclusion_row *x = &l->r.applications[n];

            sheet_text(&s, l->r.service.name);
            sheet_whole(&s, x->id);
            sheet_whole(&s, exclusion_reason_number(x->reason));
            sheet_text(&s, exclusion_reason_label(x->reason));
            sheet_time(&s, x->from_at);
            sheet_time(&s, x->to_at);
            sheet_length(&s, x->from_at, x->to_at);
            sheet_text(&s, x->note);
            sheet_text(&s, x->evidence);
            sheet_text(&s, sla_report_ticket(k->r, x->ticket_id));
            sheet_text(&s, x->proposer);
            sheet_time(&s, x->proposed_at);
            sheet_text(&s, sla_state_label(x->state));
            sheet_text(&s, x->decider);
            sheet_time(&s, x->decided_at);
            sheet_span(&s, l->effect_s[n]);
            sheet_percent(&s, l->r.figures.availability);
            sheet_percent(&s, l->r.figures.without_exclusions);
            sheet_next(&s);
        }
    }
    sheet_close(&s, HN_N("no exclusion was applied for"));
}

static void maintenances(struct book *k)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40},    {HN_N("Planned stop"), 40}, {HN_N("Kind"), 14},
        {HN_N("From"), 20},       {HN_N("To"), 20},           {HN_N("Length"), 12},
        {HN_N("Change no."), 14}, {HN_N("Approved by"), 18},  {HN_N("Approved at"), 20}};
    struct sheet s = OPEN(k, "RSL-06", HN_N("Planned stops"), cols, SHEET_A4);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_line *l = &k->r->lines[i];

        for (size_t n = 0; n < l->r.n_maintenances && sla_line_is_availability(l); n++) {
            const struct result_maintenance *x = &l->r.maintenances[n];

            sheet_text(&s, l->r.service.name);
            sheet_text(&s, x->title);
            sheet_text(&s, hn_streq(x->kind, "cloud_update") ? hn_tr("Cloud update")
                                                             : hn_tr("Own work"));
            sheet_time(&s, x->from);
            sheet_time(&s, x->to);
            sheet_length(&s, x->from, x->to);
            sheet_text(&s, sla_report_ticket(k->r, x->change_id));
            sheet_text(&s, x->approver);
            sheet_time(&s, x->approved_at);
            sheet_next(&s);
        }
    }
    sheet_close(&s, HN_N("no planned stop entered the month"));
}

/* Items that are a share of cases in time, of up to two metrics. */
static void shares(struct book *k, const char *id, const char *title, const char *one,
                   const char *two, const char *why)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40}, {HN_N("Metric"), 24},     {HN_N("Number of cases"), 10},
        {HN_N("In time"), 10}, {HN_N("Result (%)"), 12}, {HN_N("Target (%)"), 10},
        {HN_N("State"), 18}};
    struct sheet s = OPEN(k, id, title, cols, SHEET_A4);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_line *l = &k->r->lines[i];

        if (!hn_streq(l->r.sla.metric, one) && !hn_streq(l->r.sla.metric, two))
            continue;
        sheet_text(&s, l->r.service.name);
        sheet_text(&s, sla_metric_label(l->r.sla.metric));
        sheet_whole(&s, l->r.share.n);
        sheet_whole(&s, l->r.share.good);
        if (l->r.share.unit == SLA_UNIT_PERCENT)
            sheet_percent(&s, l->r.share.value);
        else
            sheet_skip(&s);
        put_target(&s, l);
        put_standing(&s, l);
        sheet_next(&s);
    }
    sheet_close(&s, why);
}

static void empty(struct book *k, const char *id, const char *title, const char *why)
{
    static const struct column cols[] = {{HN_N("Content"), 40}, {HN_N("Reason"), 60}};
    struct sheet s = OPEN(k, id, title, cols, SHEET_A4);

    sheet_close(&s, why);
}

static const char *decision_word(const char *decision)
{
    if (hn_streq(decision, "up"))
        return hn_tr("Was up");
    return hn_streq(decision, "down") ? hn_tr("Was down") : hn_tr("Exclusion");
}

static const char *gap_reason(const char *why)
{
    return why != NULL ? why : hn_tr("No result came from the monitoring.");
}

static void gaps(struct book *k)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40},  {HN_N("From"), 20},       {HN_N("To"), 20},
        {HN_N("Length"), 12},   {HN_N("Reason"), 36},     {HN_N("Decision"), 12},
        {HN_N("Evidence"), 40}, {HN_N("Decided by"), 18}, {HN_N("Decided at"), 20}};
    struct sheet s = OPEN(k, "RSL-13", HN_N("Monitoring gaps"), cols, SHEET_A4);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_line *l = &k->r->lines[i];
        struct ivl_set u = l->r.figures.unmeasured;

        if (!sla_line_is_availability(l))
            continue;
        for (size_t n = 0; n < u.n; n++, sheet_next(&s)) {
            sheet_text(&s, l->r.service.name);
            sheet_time(&s, u.v[n].from * HN_SEC);
            sheet_time(&s, u.v[n].to * HN_SEC);
            sheet_span(&s, u.v[n].to - u.v[n].from);
            sheet_text(&s, gap_reason(l->gap_why[n]));
            sheet_text(&s, hn_tr("Undecided"));
        }
        for (size_t n = 0; n < l->r.n_gaps; n++) {
            const struct gap_row *g = &l->r.gaps[n];

            if (!hn_streq(g->state, "approved"))
                continue;
            sheet_text(&s, l->r.service.name);
            sheet_time(&s, g->from_at);
            sheet_time(&s, g->to_at);
            sheet_length(&s, g->from_at, g->to_at);
            sheet_text(&s, gap_reason(l->decided_why[n]));
            sheet_text(&s, decision_word(g->decision));
            sheet_text(&s, g->evidence);
            sheet_text(&s, g->decider);
            sheet_time(&s, g->decided_at);
            sheet_next(&s);
        }
    }
    sheet_close(&s, HN_N("all service time was monitored"));
}

static void annex(struct book *k)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40},           {HN_N("Service time (s)"), 14},
        {HN_N("Planned stops (s)"), 12}, {HN_N("Exclusions (s)"), 12},
        {HN_N("Excluded time (s)"), 12}, {HN_N("Downtime (s)"), 12},
        {HN_N("Not monitored (s)"), 12}, {HN_N("Up (s)"), 14},
        {HN_N("SLA version"), 10},       {HN_N("Rule version"), 10},
        {HN_N("Calendar"), 24},          {HN_N("Calendar version"), 10},
        {HN_N("Approval"), 12}};
    struct sheet s = OPEN(k, "RSL-14", HN_N("Annex: definitions and calculation"), cols, SHEET_A3);

    for (size_t i = 0; i < k->r->n; i++) {
        const struct sla_result *x = &k->r->lines[i].r;
        const int64_t seconds[] = {x->figures.planned_s,   x->figures.maintenance_s,
                                   x->figures.exclusion_s, x->figures.excluded_s,
                                   x->figures.downtime_s,  x->figures.unmeasured_s,
                                   x->figures.up_s};

        if (!sla_line_is_availability(&k->r->lines[i]))
            continue;
        sheet_text(&s, x->service.name);
        for (size_t n = 0; n < HN_ARRAY_LEN(seconds); n++)
            sheet_whole(&s, seconds[n]);
        sheet_whole(&s, x->sla.version);
        sheet_whole(&s, x->service.version);
        sheet_text(&s, x->calendar.name);
        sheet_whole(&s, x->calendar.version);
        sheet_text(&s, x->definition_approved ? hn_tr("Approved") : hn_tr("not approved"));
        sheet_next(&s);
    }
    sheet_close(&s, HN_N("no SLA is defined"));
}

static void differences(struct book *k)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40}, {HN_N("Figure"), 30}, {HN_N("Before"), 16}, {HN_N("After"), 16}};
    struct sheet s;

    if (k->r->compared_with == 0)
        return;
    s = OPEN(k, "", HN_N("Differences"), cols, SHEET_A4);
    for (size_t i = 0; i < k->r->n_differences; i++, sheet_next(&s)) {
        sheet_text(&s, k->r->differences[i].service);
        sheet_text(&s, hn_tr(k->r->differences[i].figure));
        sheet_text(&s, k->r->differences[i].before);
        sheet_text(&s, k->r->differences[i].after);
    }
    sheet_close(&s, HN_N("no figure differs"));
}

static void blocks(struct book *k)
{
    summary(k);
    availability(k);
    trend(k);
    year(k);
    outages(k);
    exclusions(k);
    maintenances(k);
    shares(k, "RSL-07", HN_N("Response time"), "response", "", HN_N("no response SLA is defined"));
    shares(k, "RSL-08", HN_N("Recovery: RTO and RPO"), "rto", "rpo",
           HN_N("no recovery SLA is defined"));
    empty(k, "RSL-09", HN_N("Lines and sites"),
          HN_N("lines are not measured on their own (sites stand in RSL-02)"));
    empty(k, "RSL-10", HN_N("Cloud services"), HN_N("no cloud SLA or SLO is registered"));
    shares(k, "RSL-11", HN_N("Help desk"), "first_response", "resolution",
           HN_N("no help desk SLA is defined"));
    empty(k, "RSL-12", HN_N("Missed items and improvement"), HN_N("no improvement is registered"));
    gaps(k);
    annex(k);
    differences(k);
}

enum hn_code sla_report_xlsx(struct hn_arena *a, const struct sla_report *r, const char *path,
                             struct hn_err *e)
{
    struct book k = {.a = a, .r = r, .wb = workbook_new(path)};
    char month[8];
    lxw_doc_properties about = {
        .title =
            hn_arena_fmt(a, "%s %s", hn_tr("Monthly SLA report"), hn_month_text(r->month, month)),
        .author = hn_arena_strdup(a, r->author == NULL ? "hinomi" : r->author),
        .comments = r->is_sample ? hn_arena_strdup(a, hn_tr("Sample data")) : NULL,
        .created = (time_t)(r->now / HN_SEC),
    };
    lxw_error err;

    if (k.wb == NULL)
        return hn_fail(e, HN_E_IO, "cannot write %s", path);
    (void)workbook_set_properties(k.wb, &about);
    sheet_formats(&k);
    blocks(&k);
    err = workbook_close(k.wb);
    if (err != LXW_NO_ERROR)
        return hn_fail(e, HN_E_IO, "the workbook could not be made: %s", lxw_strerror(err));
    return HN_OK;
}
