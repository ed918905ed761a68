/* SPDX-License-Identifier: Apache-2.0 */
/* render.h — the making of an edition: figures, context of the template, and the three files. */
#ifndef ITSM_REPORT_RENDER_H
#define ITSM_REPORT_RENDER_H

#include "itsm/report/report.h"

#define TREND_MONTHS 13

/* One SLA's line of the report: its month, and 13 months up to it. */
struct sla_line {
    struct sla_result r;
    struct sla_brief trend[TREND_MONTHS]; /* oldest first; the last is the month itself */
    struct sla_ratio year;                /* April to the month */
};
struct sla_report {
    struct hn_month month;
    int edition;
    hn_instant now;
    const char *summary;
    const char *reason;
    const char *author;
    const char *base_url;
    struct sla_line *lines;
    size_t n;
    /* what differs from the last closed edition */
    struct sla_difference {
        const char *service;
        const char *figure; /* msgid */
        const char *before;
        const char *after;
    } * differences;
    size_t n_differences;
    int compared_with; /* edition; 0 none */
};

HN_MUST_USE enum hn_code sla_report_load(struct db *db, struct hn_arena *a, struct hn_month month,
                                         hn_instant now, struct sla_report *out, struct hn_err *e);
/* Against the newest closed edition's stored figures (JSON text each SLA). */
HN_MUST_USE enum hn_code sla_report_compare(struct db *db, struct hn_arena *a,
                                            struct sla_report *report, struct hn_err *e);
struct tpl_val *sla_report_context(struct hn_arena *a, const struct sla_report *r);
/* Writes the workbook to a file. */
HN_MUST_USE enum hn_code sla_report_xlsx(struct hn_arena *a, const struct sla_report *r,
                                         const char *path, struct hn_err *e);
/* A line of 13 months with the target as a line, as SVG text; gaps where there is no figure. */
const char *chart_trend(struct hn_arena *a, const struct sla_line *line);
/* A bar of the month: planned, excluded, down and unmeasured shares, as SVG. */
const char *chart_cap(struct hn_arena *a, int64_t used_s, int64_t cap_s);

/* The figures of all SLAs as JSON: what an edition is made from and compared by. */
HN_MUST_USE enum hn_code render_context_text(struct db *db, struct hn_arena *a,
                                             struct hn_month month, hn_instant now,
                                             const char **out, struct hn_err *e);
bool render_same_figures(const char *x, const char *y);

/* HTML file to PDF/A-3b, in a process of its own with limits on time and memory. */
HN_MUST_USE enum hn_code pdf_make(const char *html_file, const char *pdf_file, struct hn_err *e);

/* No figure of that month: planned hours but nothing measured, or nothing to divide by. */
bool sla_brief_is_empty(const struct sla_brief *b);

#endif
