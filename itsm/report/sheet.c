/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/report/sheet.h"

#include "itsm/sla/sla_view.h"

void sheet_formats(struct book *k)
{
    static const char font[] = "BIZ UDPGothic";
    lxw_format **const all[] = {&k->title,   &k->head, &k->text, &k->whole,
                                &k->percent, &k->span, &k->time};

    for (size_t i = 0; i < HN_ARRAY_LEN(all); i++) {
        *all[i] = workbook_add_format(k->wb);
        format_set_font_name(*all[i], font);
        if (*all[i] != k->title)
            format_set_border(*all[i], LXW_BORDER_THIN);
    }
    format_set_bold(k->title);
    format_set_font_size(k->title, 13);
    format_set_bold(k->head);
    format_set_text_wrap(k->head);
    format_set_bg_color(k->head, 0xE8F1FE);
    format_set_text_wrap(k->text);
    format_set_num_format(k->whole, "#,##0");
    format_set_num_format(k->percent, "0.000");
    format_set_num_format(k->span, "[h]:mm:ss");
    format_set_num_format(k->time, "yyyy/mm/dd hh:mm:ss");
}

/* Excel takes at most 31 characters, and none of []:*?/\ */
static const char *sheet_name(struct hn_arena *a, const char *text)
{
    struct hn_sbuf b;
    size_t chars = 0;

    hn_sbuf_init(&b, a, 200);
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80 && ++chars > 31)
            break;
        hn_sbuf_chr(&b, strchr("[]:*?/\\", text[i]) != NULL ? ' ' : text[i]);
    }
    return hn_sbuf_text(&b);
}

struct sheet sheet_open(struct book *k, const char *id, const char *title,
                        const struct column *cols, size_t n, enum sheet_paper paper)
{
    const char *name = hn_arena_fmt(k->a, "%s%s%s", id, *id == '\0' ? "" : " ", hn_tr(title));
    lxw_worksheet *ws = workbook_add_worksheet(k->wb, sheet_name(k->a, name));
    char month[8];

    HN_ASSERT(ws != NULL);
    (void)worksheet_write_string(
        ws, 0, 0,
        hn_arena_fmt(k->a, "%s (%s, %s)", name, hn_month_text(k->r->month, month),
                     hn_arena_fmt(k->a, hn_tr("Edition %d"), k->r->edition)),
        k->title);
    for (size_t i = 0; i < n; i++) {
        (void)worksheet_set_column(ws, (lxw_col_t)i, (lxw_col_t)i, cols[i].width, NULL);
        (void)worksheet_write_string(ws, SHEET_FIRST_ROW - 1, (lxw_col_t)i, hn_tr(cols[i].name),
                                     k->head);
    }
    worksheet_freeze_panes(ws, SHEET_FIRST_ROW, 1);
    worksheet_set_landscape(ws);
    worksheet_set_paper(ws, (uint8_t)paper);
    worksheet_fit_to_pages(ws, 1, 0);
    worksheet_repeat_rows(ws, 0, SHEET_FIRST_ROW - 1);
    (void)worksheet_set_header(ws, hn_arena_fmt(k->a, "&L%s&R&A", hn_tr("Monthly SLA report")));
    (void)worksheet_set_footer(ws, "&C&P / &N");
    return (struct sheet){k, ws, SHEET_FIRST_ROW, 0};
}

void sheet_next(struct sheet *s)
{
    s->row++;
    s->col = 0;
}

void sheet_skip(struct sheet *s)
{
    s->col++;
}

void sheet_text(struct sheet *s, const char *text)
{
    if (text != NULL && text[0] != '\0')
        (void)worksheet_write_string(s->ws, s->row, s->col, text, s->k->text);
    s->col++;
}

void sheet_whole(struct sheet *s, int64_t v)
{
    (void)worksheet_write_number(s->ws, s->row, s->col++, (double)v, s->k->whole);
}

void sheet_span(struct sheet *s, int64_t seconds)
{
    (void)worksheet_write_number(s->ws, s->row, s->col++, (double)seconds / 86400.0, s->k->span);
}

void sheet_left(struct sheet *s, int64_t seconds)
{
    if (seconds >= 0)
        sheet_span(s, seconds);
    else
        sheet_text(s, sla_hms_text(s->k->a, seconds));
}

void sheet_percent(struct sheet *s, struct sla_ratio v)
{
    char text[SLA_TEXT_MAX];

    if (v.den != 0)
        (void)worksheet_write_number(s->ws, s->row, s->col, strtod(sla_percent(v, text), NULL),
                                     s->k->percent);
    s->col++;
}

void sheet_time(struct sheet *s, hn_instant t)
{
    if (t > HN_UNSET + 1 && t != HN_NEVER) {
        struct hn_local l = hn_tokyo(t);
        lxw_datetime d = {l.year, l.month, l.day, l.hour, l.minute, (double)l.second};

        (void)worksheet_write_datetime(s->ws, s->row, s->col, &d, s->k->time);
    }
    s->col++;
}

void sheet_length(struct sheet *s, hn_instant from, hn_instant to)
{
    if (to == HN_UNSET)
        sheet_skip(s);
    else
        sheet_span(s, ivl_floor_s(to) - ivl_floor_s(from));
}

void sheet_close(struct sheet *s, const char *why)
{
    if (s->row > SHEET_FIRST_ROW)
        return;
    (void)worksheet_write_string(s->ws, s->row, 0, hn_tr("None this month"), s->k->text);
    if (why != NULL)
        (void)worksheet_write_string(s->ws, s->row, 1, hn_tr(why), s->k->text);
}
