/* SPDX-License-Identifier: Apache-2.0 */
/* Charts from series: what shares a check, a unit and a family stands together (charts.h). */
#include "itsm/watch/charts.h"

#include "itsm/watch/metrics.h"

#include <math.h>

#define LINES_MAX 5

static const struct overview_check *check_of(const struct overview_check *k, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (k[i].id == id)
            return &k[i];
    return NULL;
}

static void add_line(struct tpl_val *list, double value, const char *label, const char *kind)
{
    struct tpl_val *m;

    if (isnan(value))
        return;
    m = tpl_push_map(list);
    tpl_set_f64(m, "value", value);
    tpl_set_str(m, "label", label);
    tpl_set_str(m, "kind", kind);
}

static void add_limits(struct hn_arena *a, struct tpl_val *chart, const struct overview_check *k,
                       const char *metric)
{
    const struct chart_limit *l = NULL;
    size_t n = 0;
    struct tpl_val *list = tpl_set_list(chart, "thresholds");

    if (k == NULL)
        return;
    charts_limits(a, k->thresholds, &l, &n);
    for (size_t i = 0; i < n; i++) {
        if (!hn_streq(l[i].metric, metric) && !hn_streq(l[i].metric, metric_base(a, metric)))
            continue;
        add_line(list, l[i].warning, hn_tr("Warning"), "warning");
        add_line(list, l[i].critical, hn_tr("Critical"), "critical");
        return;
    }
}

void charts_view(struct hn_arena *a, struct tpl_val *view, const struct overview_series *s,
                 size_t n, const struct overview_check *k, size_t n_k, size_t max)
{
    struct tpl_val *charts = tpl_set_list(view, "charts");
    bool *done = hn_arena_make(a, bool, n);
    size_t count = 0;

    for (size_t i = 0; i < n && count < max; i++) {
        const struct overview_check *check = check_of(k, n_k, s[i].check_id);
        const char *family = metric_family(a, s[i].metric);
        struct tpl_val *chart;
        struct tpl_val *lines;
        size_t n_lines = 0;

        if (done[i] || hn_streq(s[i].kind, "state"))
            continue;
        chart = tpl_push_map(charts);
        count++;
        tpl_set_str(chart, "unit", s[i].unit);
        tpl_set_i64(chart, "check_id", s[i].check_id);
        add_limits(a, chart, check, s[i].metric);
        lines = tpl_set_list(chart, "series");
        for (size_t j = i; j < n && n_lines < LINES_MAX; j++) {
            struct tpl_val *m;

            if (done[j] || s[j].check_id != s[i].check_id || !hn_streq(s[j].unit, s[i].unit) ||
                hn_streq(s[j].kind, "state") || !hn_streq(metric_family(a, s[j].metric), family))
                continue;
            done[j] = true;
            n_lines++;
            m = tpl_push_map(lines);
            tpl_set_i64(m, "id", s[j].id);
            tpl_set_str(m, "metric", s[j].metric);
            tpl_set_str(m, "label", metric_label(a, s[j].metric));
            tpl_set_str(m, "unit", s[j].unit);
        }
        tpl_set_str(chart, "title",
                    hn_arena_fmt(a, "%s%s%s", check == NULL ? "" : check->name,
                                 check == NULL ? "" : ": ",
                                 n_lines == 1 ? metric_label(a, s[i].metric)
                                              : metric_title(a, s[i].metric)));
    }
}

void charts_outages(struct tpl_val *bands, const struct event_view *x, size_t n, hn_instant from,
                    hn_instant to)
{
    hn_instant end = to;

    for (size_t i = 0; i < n; i++) {
        bool down = hn_streq(x[i].to_state, "critical") || hn_streq(x[i].to_state, "unreachable");

        if (down && x[i].at < to && end > from) {
            struct tpl_val *m = tpl_push_map(bands);

            tpl_set_instant(m, "from", x[i].at < from ? from : x[i].at);
            tpl_set_instant(m, "to", end > to ? to : end);
            tpl_set_str(m, "label",
                        hn_streq(x[i].to_state, "critical") ? hn_tr("Critical")
                                                            : hn_tr("Unreachable"));
            tpl_set_str(m, "kind", "outage");
        }
        end = x[i].at;
    }
}
