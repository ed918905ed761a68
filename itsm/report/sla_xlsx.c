/* SPDX-License-Identifier: Apache-2.0 */
/* sla_xlsx.c — the SLA report as a workbook: one sheet a block, numbers as numbers. */
#include <xlsxwriter.h> /* first: its inline functions use what base.h forbids to us */

#include "itsm/report/render.h"

struct book {
    lxw_workbook *wb;
    lxw_format *title, *head, *text, *whole, *percent, *time;
    struct hn_arena *a;
};

struct column {
    const char *name; /* msgid */
    double width;
};

/* Excel takes at most 31 characters. */
static const char *sheet_name(struct hn_arena *a, const char *text)
{
    size_t chars = 0;
    size_t i = 0;

    for (; text[i] != '\0'; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80 && ++chars > 31)
            break;
    return hn_arena_strndup(a, text, i);
}

static lxw_worksheet *sheet(struct book *k, const char *id, const char *title,
                            const struct column *cols, size_t n, const struct sla_report *r)
{
    lxw_worksheet *ws = workbook_add_worksheet(
        k->wb, sheet_name(k->a, hn_arena_fmt(k->a, "%s %s", id, hn_tr(title))));
    char month[8];

    HN_ASSERT(ws != NULL);
    (void)worksheet_write_string(ws, 0, 0,
                                 hn_arena_fmt(k->a, "%s %s (%s, %s %d)", id, hn_tr(title),
                                              hn_month_text(r->month, month), hn_tr("Edition"),
                                              r->edition),
                                 k->title);
    for (size_t i = 0; i < n; i++) {
        (void)worksheet_set_column(ws, (lxw_col_t)i, (lxw_col_t)i, cols[i].width, NULL);
        (void)worksheet_write_string(ws, 2, (lxw_col_t)i, hn_tr(cols[i].name), k->head);
    }
    worksheet_freeze_panes(ws, 3, 1);
    worksheet_set_landscape(ws);
    worksheet_set_paper(ws, 9); /* A4 */
    worksheet_fit_to_pages(ws, 1, 0);
    worksheet_repeat_rows(ws, 2, 2);
    return ws;
}

static void put_text(struct book *k, lxw_worksheet *ws, lxw_row_t row, int col, const char *s)
{
    if (s != NULL && s[0] != '\0')
        (void)worksheet_write_string(ws, row, (lxw_col_t)col, s, k->text);
}

static void put_whole(struct book *k, lxw_worksheet *ws, lxw_row_t row, int col, int64_t v)
{
    (void)worksheet_write_number(ws, row, (lxw_col_t)col, (double)v, k->whole);
}

/* The same three decimals, cut, as in the other formats. */
static void put_percent(struct book *k, lxw_worksheet *ws, lxw_row_t row, int col,
                        struct sla_ratio v)
{
    char text[SLA_TEXT_MAX];

    if (v.den != 0)
        (void)worksheet_write_number(ws, row, (lxw_col_t)col, strtod(sla_percent(v, text), NULL),
                                     k->percent);
}

static void put_time(struct book *k, lxw_worksheet *ws, lxw_row_t row, int col, hn_instant t)
{
    struct hn_local l;
    lxw_datetime d;

    if (t <= HN_UNSET + 1 || t == HN_NEVER)
        return;
    l = hn_tokyo(t);
    d = (lxw_datetime){l.year, l.month, l.day, l.hour, l.minute, (double)l.second};
    (void)worksheet_write_datetime(ws, row, (lxw_col_t)col, &d, k->time);
}

static void none(struct book *k, lxw_worksheet *ws)
{
    (void)worksheet_write_string(ws, 3, 0, hn_tr("None this month"), k->text);
}

static const char *state_word(const struct sla_result *x)
{
    if (x->figures.is_reference)
        return hn_tr("Reference value");
    if (x->figures.met == SLA_UNDECIDED)
        return hn_tr("Undecided");
    return x->figures.met == SLA_MET ? hn_tr("Met") : hn_tr("Not met");
}

static void availability(struct book *k, const struct sla_report *r)
{
    static const struct column cols[] = {{HN_N("Service"), 40},
                                         {HN_N("Calendar"), 22},
                                         {HN_N("Target (%)"), 10},
                                         {HN_N("Service time (s)"), 14},
                                         {HN_N("Planned stops (s)"), 12},
                                         {HN_N("Exclusions (s)"), 12},
                                         {HN_N("Not monitored (s)"), 12},
                                         {HN_N("Downtime (s)"), 12},
                                         {HN_N("Availability (%)"), 12},
                                         {HN_N("Lower bound (%)"), 12},
                                         {HN_N("Without exclusions (%)"), 14},
                                         {HN_N("State"), 10},
                                         {HN_N("Last month (%)"), 12},
                                         {HN_N("Same month last year (%)"), 16},
                                         {HN_N("Fiscal year (%)"), 12}};
    lxw_worksheet *ws = sheet(k, "RSL-02", HN_N("Availability"), cols, HN_ARRAY_LEN(cols), r);

    for (size_t i = 0; i < r->n; i++) {
        const struct sla_line *l = &r->lines[i];
        const struct sla_figures *f = &l->r.figures;
        lxw_row_t row = (lxw_row_t)(3 + i);
        char text[SLA_TEXT_MAX];

        put_text(k, ws, row, 0, l->r.service.name);
        put_text(k, ws, row, 1, l->r.calendar.name);
        (void)worksheet_write_number(
            ws, row, 2,
            strtod(sla_target_text((struct sla_target){l->r.sla.target_e6}, text), NULL),
            k->percent);
        put_whole(k, ws, row, 3, f->planned_s);
        put_whole(k, ws, row, 4, f->maintenance_s);
        put_whole(k, ws, row, 5, f->exclusion_s);
        put_whole(k, ws, row, 6, f->unmeasured_s);
        put_whole(k, ws, row, 7, f->downtime_s);
        put_percent(k, ws, row, 8, f->availability);
        put_percent(k, ws, row, 9, f->availability_min);
        put_percent(k, ws, row, 10, f->without_exclusions);
        put_text(k, ws, row, 11, state_word(&l->r));
        if (!sla_brief_is_empty(&l->trend[TREND_MONTHS - 2]))
            put_percent(k, ws, row, 12, l->trend[TREND_MONTHS - 2].ratio);
        if (!sla_brief_is_empty(&l->trend[0]))
            put_percent(k, ws, row, 13, l->trend[0].ratio);
        put_percent(k, ws, row, 14, l->year);
    }
    if (r->n == 0)
        none(k, ws);
}

static void trend(struct book *k, const struct sla_report *r)
{
    struct column cols[1 + TREND_MONTHS] = {{HN_N("Service"), 40}};
    lxw_worksheet *ws;

    for (int i = 0; i < TREND_MONTHS; i++) {
        char text[8];

        cols[1 + i].name = hn_arena_strdup(
            k->a, hn_month_text(hn_month_add(r->month, i - TREND_MONTHS + 1), text));
        cols[1 + i].width = 10;
    }
    ws = sheet(k, "RSL-02", HN_N("Course over 13 months"), cols, HN_ARRAY_LEN(cols), r);
    for (size_t i = 0; i < r->n; i++) {
        put_text(k, ws, (lxw_row_t)(3 + i), 0, r->lines[i].r.service.name);
        for (int m = 0; m < TREND_MONTHS; m++)
            if (!sla_brief_is_empty(&r->lines[i].trend[m]))
                put_percent(k, ws, (lxw_row_t)(3 + i), 1 + m, r->lines[i].trend[m].ratio);
    }
}

static void year(struct book *k, const struct sla_report *r)
{
    static const struct column cols[] = {{HN_N("Service"), 40},
                                         {HN_N("Downtime of the fiscal year (s)"), 18},
                                         {HN_N("Cap (s)"), 12},
                                         {HN_N("Left (s)"), 12},
                                         {HN_N("Forecast to 31 March (s)"), 18},
                                         {HN_N("State"), 10}};
    lxw_worksheet *ws =
        sheet(k, "RSL-03", HN_N("Annual cumulative downtime"), cols, HN_ARRAY_LEN(cols), r);
    lxw_row_t row = 3;

    for (size_t i = 0; i < r->n; i++) {
        const struct sla_result *x = &r->lines[i].r;

        if (x->year.cap_s < 0)
            continue;
        put_text(k, ws, row, 0, x->service.name);
        put_whole(k, ws, row, 1, x->year.downtime_s);
        put_whole(k, ws, row, 2, x->year.cap_s);
        put_whole(k, ws, row, 3, x->year.left_s);
        if (x->year.forecast_s >= 0)
            put_whole(k, ws, row, 4, x->year.forecast_s);
        put_text(k, ws, row++, 5, x->year.met == SLA_MISSED ? hn_tr("Not met") : hn_tr("Met"));
    }
    if (row == 3)
        none(k, ws);
}

static void outages(struct book *k, const struct sla_report *r)
{
    static const struct column cols[] = {{HN_N("Service"), 40},    {HN_N("Outage"), 10},
                                         {HN_N("From"), 19},       {HN_N("To"), 19},
                                         {HN_N("Length (s)"), 12}, {HN_N("Counted (s)"), 12},
                                         {HN_N("Incident"), 10},   {HN_N("Reason"), 40}};
    lxw_worksheet *ws = sheet(k, "RSL-04", HN_N("Outages"), cols, HN_ARRAY_LEN(cols), r);
    lxw_row_t row = 3;

    for (size_t i = 0; i < r->n; i++)
        for (size_t n = 0; n < r->lines[i].r.n_outages; n++) {
            const struct result_outage *o = &r->lines[i].r.outages[n];

            put_text(k, ws, row, 0, r->lines[i].r.service.name);
            put_whole(k, ws, row, 1, o->id);
            put_time(k, ws, row, 2, o->from_at);
            put_time(k, ws, row, 3, o->to_at);
            if (o->to_at != HN_UNSET)
                put_whole(k, ws, row, 4, ivl_floor_s(o->to_at) - ivl_floor_s(o->from_at));
            put_whole(k, ws, row, 5, o->counted_s);
            if (o->ticket_id != 0)
                put_whole(k, ws, row, 6, o->ticket_id);
            put_text(k, ws, row++, 7, o->reason);
        }
    if (row == 3)
        none(k, ws);
}

static void exclusions(struct book *k, const struct sla_report *r)
{
    static const struct column cols[] = {{HN_N("Service"), 40},     {HN_N("Condition"), 10},
                                         {HN_N("Reason"), 40},      {HN_N("From"), 19},
                                         {HN_N("To"), 19},          {HN_N("Length (s)"), 12},
                                         {HN_N("Proposed by"), 18}, {HN_N("Decided by"), 18},
                                         {HN_N("Decided at"), 19},  {HN_N("Note"), 40}};
    lxw_worksheet *ws = sheet(k, "RSL-05", HN_N("Exclusions"), cols, HN_ARRAY_LEN(cols), r);
    lxw_row_t row = 3;

    for (size_t i = 0; i < r->n; i++)
        for (size_t n = 0; n < r->lines[i].r.n_exclusions; n++) {
            const struct exclusion_row *x = &r->lines[i].r.exclusions[n];

            put_text(k, ws, row, 0, r->lines[i].r.service.name);
            put_whole(k, ws, row, 1, exclusion_reason_number(x->reason));
            put_text(k, ws, row, 2, exclusion_reason_label(x->reason));
            put_time(k, ws, row, 3, x->from_at);
            put_time(k, ws, row, 4, x->to_at);
            put_whole(k, ws, row, 5, ivl_floor_s(x->to_at) - ivl_floor_s(x->from_at));
            put_text(k, ws, row, 6, x->proposer);
            put_text(k, ws, row, 7, x->decider);
            put_time(k, ws, row, 8, x->decided_at);
            put_text(k, ws, row++, 9, x->note);
        }
    if (row == 3)
        none(k, ws);
}

static void maintenances(struct book *k, const struct sla_report *r)
{
    static const struct column cols[] = {{HN_N("Service"), 40},    {HN_N("Planned stop"), 40},
                                         {HN_N("From"), 19},       {HN_N("To"), 19},
                                         {HN_N("Length (s)"), 12}, {HN_N("Approved by"), 18},
                                         {HN_N("Approved at"), 19}};
    lxw_worksheet *ws = sheet(k, "RSL-06", HN_N("Planned stops"), cols, HN_ARRAY_LEN(cols), r);
    lxw_row_t row = 3;

    for (size_t i = 0; i < r->n; i++)
        for (size_t n = 0; n < r->lines[i].r.n_maintenances; n++) {
            const struct result_maintenance *x = &r->lines[i].r.maintenances[n];

            put_text(k, ws, row, 0, r->lines[i].r.service.name);
            put_text(k, ws, row, 1, x->title);
            put_time(k, ws, row, 2, x->from);
            put_time(k, ws, row, 3, x->to);
            put_whole(k, ws, row, 4, ivl_floor_s(x->to) - ivl_floor_s(x->from));
            put_text(k, ws, row, 5, x->approver);
            put_time(k, ws, row++, 6, x->approved_at);
        }
    if (row == 3)
        none(k, ws);
}

static void gaps(struct book *k, const struct sla_report *r)
{
    static const struct column cols[] = {
        {HN_N("Service"), 40}, {HN_N("From"), 19}, {HN_N("To"), 19}, {HN_N("Length (s)"), 12}};
    lxw_worksheet *ws = sheet(k, "RSL-13", HN_N("Monitoring gaps"), cols, HN_ARRAY_LEN(cols), r);
    lxw_row_t row = 3;

    for (size_t i = 0; i < r->n; i++) {
        struct ivl_set u = r->lines[i].r.figures.unmeasured;

        for (size_t n = 0; n < u.n; n++) {
            put_text(k, ws, row, 0, r->lines[i].r.service.name);
            put_time(k, ws, row, 1, u.v[n].from * HN_SEC);
            put_time(k, ws, row, 2, u.v[n].to * HN_SEC);
            put_whole(k, ws, row++, 3, u.v[n].to - u.v[n].from);
        }
    }
    if (row == 3)
        none(k, ws);
}

static void formats(struct book *k)
{
    static const char font[] = "BIZ UDPGothic";

    k->title = workbook_add_format(k->wb);
    k->head = workbook_add_format(k->wb);
    k->text = workbook_add_format(k->wb);
    k->whole = workbook_add_format(k->wb);
    k->percent = workbook_add_format(k->wb);
    k->time = workbook_add_format(k->wb);
    format_set_bold(k->title);
    format_set_font_size(k->title, 13);
    format_set_bold(k->head);
    format_set_text_wrap(k->head);
    format_set_bg_color(k->head, 0xE8F1FE);
    format_set_border(k->head, LXW_BORDER_THIN);
    format_set_text_wrap(k->text);
    format_set_num_format(k->whole, "#,##0");
    format_set_num_format(k->percent, "0.000");
    format_set_num_format(k->time, "yyyy/mm/dd hh:mm:ss");
    for (size_t i = 0; i < 6; i++) {
        lxw_format *const all[] = {k->title, k->head, k->text, k->whole, k->percent, k->time};

        format_set_font_name(all[i], font);
    }
}

enum hn_code sla_report_xlsx(struct hn_arena *a, const struct sla_report *r, const char *path,
                             struct hn_err *e)
{
    struct book k = {.a = a, .wb = workbook_new(path)};
    lxw_error err;

    if (k.wb == NULL)
        return hn_fail(e, HN_E_IO, "cannot write %s", path);
    formats(&k);
    availability(&k, r);
    trend(&k, r);
    year(&k, r);
    outages(&k, r);
    exclusions(&k, r);
    maintenances(&k, r);
    gaps(&k, r);
    err = workbook_close(k.wb);
    if (err != LXW_NO_ERROR)
        return hn_fail(e, HN_E_IO, "the workbook could not be made: %s", lxw_strerror(err));
    return HN_OK;
}
