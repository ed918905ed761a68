/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h — the sheets of a report's workbook: title, frozen head, print settings. Cells go from
 * left to right; numbers are numbers, lengths durations of Excel ([h]:mm:ss), times its dates.
 */
#ifndef ITSM_REPORT_SHEET_H
#define ITSM_REPORT_SHEET_H

#include <xlsxwriter.h> /* first: its inline functions use what base.h forbids to us */

#include "itsm/report/render.h"

enum sheet_paper { SHEET_A3 = 8, SHEET_A4 = 9 };
#define SHEET_FIRST_ROW 3 /* below title, blank line and head */
#define SHEET_COLS_MAX 24

struct book {
    lxw_workbook *wb;
    lxw_format *title, *head, *text, *whole, *percent, *span, *time;
    const struct sla_report *r;
    struct hn_arena *a;
};
struct column {
    const char *name; /* msgid */
    double width;
};
struct sheet {
    struct book *k;
    lxw_worksheet *ws;
    lxw_row_t row;
    lxw_col_t col;
};

/* The formats of a book whose wb is set. */
void sheet_formats(struct book *k);
/* id: "RSL-04" or ""; title: a msgid. The name is cut to what Excel takes. */
struct sheet sheet_open(struct book *k, const char *id, const char *title,
                        const struct column *cols, size_t n, enum sheet_paper paper);
void sheet_next(struct sheet *s);                   /* row */
void sheet_skip(struct sheet *s);                   /* cell */
void sheet_text(struct sheet *s, const char *text); /* NULL: an empty cell */
void sheet_whole(struct sheet *s, int64_t v);
void sheet_span(struct sheet *s, int64_t seconds);
/* A length that may be negative: Excel has no negative time, so it stands as text. */
void sheet_left(struct sheet *s, int64_t seconds);
/* The same three decimals, cut, as in the other formats; empty where there is no figure. */
void sheet_percent(struct sheet *s, struct sla_ratio v);
void sheet_time(struct sheet *s, hn_instant t);
void sheet_length(struct sheet *s, hn_instant from, hn_instant to);
/* Where no row was written: 該当なし and why (a msgid, NULL). */
void sheet_close(struct sheet *s, const char *why);

#endif
