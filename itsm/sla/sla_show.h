/* SPDX-License-Identifier: Apache-2.0 */
/* sla_show.h — the parts of the page that opens one SLA's month, for sla_show_page.c. */
#ifndef ITSM_SLA_SHOW_H
#define ITSM_SLA_SHOW_H

#include "itsm/sla/month_bar.h"
#include "itsm/sla/sla_pages.h"

#define SHOW_TREND 13

/* view.figure: the one that was asked for, and the intervals that make exactly it. */
void show_figure(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r,
                 const struct month_sets *s, const char *word);
/* view.bar (svg), view.legend. */
void show_bar(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r,
              const struct month_sets *s);
HN_MUST_USE enum hn_code show_outages(struct http_ctx *c, struct tpl_val *view,
                                      const struct sla_result *r, struct hn_err *e);
/* view.exclusions, view.maintenances */
void show_exclusions(struct tpl_val *view, const struct sla_result *r);
/* view.open_gaps, view.gaps */
void show_gaps(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r);
/* view.year_months, view.trend, view.trend_chart */
HN_MUST_USE enum hn_code show_year(struct http_ctx *c, struct tpl_val *view,
                                   const struct sla_result *r, struct hn_err *e);

#endif
