/* SPDX-License-Identifier: Apache-2.0 */
/* charts.h — what a page needs to draw series: grouped, with limits and bands. */
#ifndef ITSM_WATCH_CHARTS_H
#define ITSM_WATCH_CHARTS_H

#include "itsm/event/event_view.h"
#include "itsm/watch/overview.h"
#include "server/base/jw.h"

struct chart_limit {
    const char *metric; /* as in the check's thresholds */
    double warning;     /* NAN: none */
    double critical;
    bool below;
};
/* From a check's thresholds (JSON); what cannot be read is left out. */
void charts_limits(struct hn_arena *a, const char *json, const struct chart_limit **out, size_t *n);
/* A check's params as lines for people: view[key] = [{name, value}]. Secrets do not stand there. */
void charts_params(struct hn_arena *a, const char *json, struct tpl_val *view, const char *key);
/* One of them as text; NULL when it is not there. A list or an object is JSON. */
const char *charts_param(struct hn_arena *a, const char *json, const char *name);
/* Writes those that are not among own (NULL-terminated) into an open object. */
void charts_params_rest(const char *json, const char *const *own, struct hn_jw *w);

/* view.charts = [{title, unit, check_id, series [{id, label, metric, unit}], thresholds [{value,
 * label, kind}]}], at most `max`. checks: for titles and limits. */
void charts_view(struct hn_arena *a, struct tpl_val *view, const struct overview_series *s,
                 size_t n, const struct overview_check *k, size_t n_k, size_t max);
/* view.bands = [{from, to, label, kind}] of critical time, from transitions newest first. */
void charts_outages(struct tpl_val *bands, const struct event_view *x, size_t n, hn_instant from,
                    hn_instant to);

#endif
