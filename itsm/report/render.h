/* SPDX-License-Identifier: Apache-2.0 */
/* render.h — the making of an edition: figures, context of the template, and the three files. */
#ifndef ITSM_REPORT_RENDER_H
#define ITSM_REPORT_RENDER_H

#include "itsm/report/report.h"

#define TREND_MONTHS 13

/* What stands beside an outage: its ticket and cause, its site, who decided on its times. */
struct outage_fact {
    int64_t id;
    const char *ticket; /* number for people */
    const char *cause;
    const char *site;
    const char *recorder;  /* by hand */
    const char *corrector; /* of the correction in force */
    int64_t corrected_at;
};
struct name_fact {
    int64_t id;
    const char *name;
};

/* One SLA's line of the report: its month, and 13 months up to it. */
struct sla_line {
    struct sla_result r;
    struct sla_brief trend[TREND_MONTHS]; /* oldest first; the last is the month itself */
    struct sla_ratio year;                /* April to the month */
    const int64_t *effect_s; /* of each application: outage time outside planned stops within it */
    const char *const *gap_why;     /* of each undecided gap: what the check said; NULL */
    const char *const *decided_why; /* of each decided one */
};
struct sla_report {
    struct hn_month month;
    int edition;
    hn_instant now;
    const char *summary;
    const char *reason;
    const char *author;
    const char *base_url;
    bool is_sample; /* of the sample estate */
    struct sla_line *lines;
    size_t n;
    const struct outage_fact *outages; /* by id */
    size_t n_outages;
    const struct name_fact *tickets, *checks; /* by id: tickets and changes; checks of rules */
    size_t n_tickets, n_checks;
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

/* What all formats say of a line. */
enum sla_standing {
    STANDING_MET,
    STANDING_ATTENTION, /* met, but four fifths of the annual cap are used up */
    STANDING_MISSED,
    STANDING_UNDECIDED,
    STANDING_REFERENCE,
    STANDING_COUNT
};
enum sla_standing sla_line_standing(const struct sla_line *l);
const char *sla_standing_label(enum sla_standing s); /* translated */
const char *sla_standing_word(enum sla_standing s);  /* met attention missed … */
bool sla_line_is_availability(const struct sla_line *l);
/* Sum of one month over lines: i-th of the trend, of one kind of service or (NULL) of all. */
struct sla_brief sla_report_sum(const struct sla_report *r, const char *kind, int i);
/* Lines that were below their target of now in the i-th month of the trend. */
int64_t sla_report_below(const struct sla_report *r, const char *kind, int i);
const struct outage_fact *sla_report_outage(const struct sla_report *r, int64_t id);
/* "INC-000123", NULL where there is none. */
const char *sla_report_ticket(const struct sla_report *r, int64_t id);
/* Of an outage whose times somebody decided on, else of its exclusion; NULL. */
const char *sla_report_decider(const struct sla_report *r, const struct sla_line *l,
                               const struct result_outage *o);
/* What is written as the reason of an outage: the ticket's cause, what was recorded, or how it was
 * measured. Translated. */
const char *sla_report_cause(const struct sla_report *r, const struct result_outage *o);

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
/* A bar of how much of the cap is used. */
const char *chart_cap(struct hn_arena *a, int64_t used_s, int64_t cap_s);
/* The fiscal year: a stacked bar a month (down, not monitored), what they add up to as a step line,
 * and the cap as a dashed line. */
const char *chart_year(struct hn_arena *a, const struct sla_line *line);
/* Downtime of all services, 13 months as bars. */
const char *chart_total(struct hn_arena *a, const struct sla_report *r);

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
