/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One check: its state, what it is asked, charts over a chosen time with limits and failing time,
 * the state changes and the stored samples around them. ?from=&to= (RFC 3339) looks at any time: a
 * report's figure leads here. ?view=table&series= shows one series as a table, without script.
 */
#include "itsm/event/timeline.h"
#include "itsm/watch/charts.h"
#include "itsm/watch/metrics.h"
#include "itsm/watch/pages.h"
#include "itsm/watch/windows.h"
#include "server/http/row_view.h"
#include "server/ingest/series.h"

#define CHARTS_MAX 12
#define EVENTS_MAX 100
#define SAMPLES_MAX 200
#define TABLE_ROWS 400

static const struct {
    const char *word;
    const char *label;
    hn_span span;
} ranges[] = {
    {"hours", HN_N("3 hours"), 3 * HN_HOUR},   {"day", HN_N("24 hours"), HN_DAY},
    {"week", HN_N("7 days"), 7 * HN_DAY},      {"month", HN_N("31 days"), 31 * HN_DAY},
    {"year", HN_N("13 months"), 396 * HN_DAY},
};

struct look {
    hn_instant from, to;
    const char *range; /* NULL: given by from and to */
};

static enum hn_code look_of(struct http_ctx *c, struct look *out, struct hn_err *e)
{
    struct look l = {.from = HN_UNSET, .to = HN_UNSET};
    const char *word = http_query(c, "range");
    size_t k = 1;

    if (http_query_instant(c, "from", &l.from, e) != HN_OK ||
        http_query_instant(c, "to", &l.to, e) != HN_OK)
        return e->code;
    if (l.from != HN_UNSET && l.to != HN_UNSET) {
        if (l.to <= l.from || l.to - l.from > 400 * HN_DAY)
            return hn_fail_field(e, "to", "must be after from, within 400 days");
        *out = l;
        return HN_OK;
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(ranges); i++)
        if (word != NULL && hn_streq(ranges[i].word, word))
            k = i;
    *out = (struct look){c->now - ranges[k].span, c->now, ranges[k].word};
    return HN_OK;
}

static void add_ranges(struct http_ctx *c, struct tpl_val *view, const struct look *l)
{
    struct tpl_val *list = tpl_set_list(view, "ranges");

    for (size_t i = 0; i < HN_ARRAY_LEN(ranges); i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_str(m, "label", hn_tr(ranges[i].label));
        tpl_set_str(m, "href", hn_arena_fmt(c->arena, "%s?range=%s", c->path, ranges[i].word));
        tpl_set_bool(m, "active", l->range != NULL && hn_streq(l->range, ranges[i].word));
    }
}

static enum hn_code add_history(struct http_ctx *c, struct tpl_val *view, int64_t check_id,
                                const struct look *l, struct tpl_val *bands, struct hn_err *e)
{
    struct event_view_filter f = {
        .check_id = check_id, .from = HN_UNSET, .to = HN_UNSET, .limit = EVENTS_MAX};
    const struct event_view *x = NULL;
    const struct timeline_sample *s = NULL;
    int64_t ids[] = {check_id};
    size_t n = 0;
    size_t n_s = 0;
    struct tpl_val *list;

    /* With a chosen time: what was in force when it began is told by transitions before it, too. */
    if (l->range == NULL) {
        f.from = l->from - 7 * HN_DAY;
        f.to = l->to;
    }
    if (event_view_list(c->db, c->arena, &f, &x, &n, e) != HN_OK ||
        timeline_samples(c->db, c->arena, (struct hn_i64s){ids, 1},
                         l->range == NULL ? l->from : c->now - 31 * HN_DAY, l->to, SAMPLES_MAX, &s,
                         &n_s, e) != HN_OK)
        return e->code;
    charts_outages(bands, x, n, l->from, l->to);
    rows_view(view, "events", c->arena, event_view_cols, event_view_n, x, sizeof(*x), n);
    list = tpl_set_list(view, "samples");
    for (size_t i = n_s; i > 0; i--) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_instant(m, "at", s[i - 1].at);
        tpl_set_str(m, "outcome", s[i - 1].outcome);
        tpl_set_str(m, "state", s[i - 1].state);
        tpl_set_str(m, "output", s[i - 1].output);
        tpl_set_str(m, "probe", s[i - 1].probe);
    }
    return HN_OK;
}

static enum hn_code add_stops(struct http_ctx *c, struct tpl_val *bands,
                              const struct overview_check *k, const struct look *l,
                              struct hn_err *e)
{
    const struct window *w = NULL;
    size_t n = 0;

    if (windows_near(c->db, c->arena, l->from, l->to, &w, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m;

        if (!window_covers(&w[i], "host", k->host_id) &&
            (k->site_id == 0 || !window_covers(&w[i], "site", k->site_id)))
            continue;
        m = tpl_push_map(bands);
        tpl_set_instant(m, "from", w[i].from);
        tpl_set_instant(m, "to", w[i].to);
        tpl_set_str(m, "label", hn_tr("Planned stop"));
        tpl_set_str(m, "kind", "maintenance");
    }
    return HN_OK;
}

static void add_newest(struct http_ctx *c, struct tpl_val *view, const struct series_newest *v,
                       size_t n)
{
    struct tpl_val *list = tpl_set_list(view, "newest");

    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m;

        if (hn_streq(v[i].kind, "state"))
            continue;
        m = tpl_push_map(list);
        tpl_set_i64(m, "id", v[i].series_id);
        tpl_set_str(m, "label", metric_label(c->arena, v[i].metric));
        tpl_set_str(m, "unit", v[i].unit);
        tpl_set_f64(m, "value", v[i].value);
        tpl_set_instant(m, "at", v[i].at);
    }
}

static hn_span table_step(const struct look *l)
{
    static const int64_t steps[] = {60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400};

    for (size_t i = 0; i < HN_ARRAY_LEN(steps); i++)
        if ((l->to - l->from) / (steps[i] * HN_SEC) <= TABLE_ROWS)
            return steps[i] * HN_SEC;
    return HN_DAY;
}

/* The series asked for, else the first one, as a table. */
static enum hn_code add_table(struct http_ctx *c, struct tpl_val *view,
                              const struct overview_series *s, size_t n, const struct look *l,
                              struct hn_err *e)
{
    struct tpl_val *tabs = tpl_set_list(view, "table_tabs");
    struct tpl_val *rows = tpl_set_list(view, "table");
    struct series_point *p = NULL;
    const struct overview_series *chosen = NULL;
    size_t n_p = 0;
    int64_t id = 0;

    if (http_query_i64(c, "series", &id, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (!hn_streq(s[i].kind, "state") && (s[i].id == id || (id == 0 && chosen == NULL)))
            chosen = &s[i];
    for (size_t i = 0; i < n && i < 40; i++) {
        struct tpl_val *m;

        if (hn_streq(s[i].kind, "state"))
            continue;
        m = tpl_push_map(tabs);
        tpl_set_str(m, "label", metric_label(c->arena, s[i].metric));
        tpl_set_str(m, "href",
                    hn_arena_fmt(c->arena, "%s?view=table&range=%s&series=%" PRId64, c->path,
                                 l->range == NULL ? "day" : l->range, s[i].id));
        tpl_set_bool(m, "active", chosen == &s[i]);
    }
    tpl_set_str(view, "table_unit", chosen == NULL ? "" : chosen->unit);
    if (chosen == NULL)
        return HN_OK;
    if (series_read(c->db, c->arena, chosen->id, l->from, l->to, table_step(l), &p, &n_p, e) !=
        HN_OK)
        return e->code;
    for (size_t i = n_p; i > 0; i--) {
        struct tpl_val *m = tpl_push_map(rows);

        tpl_set_instant(m, "at", p[i - 1].at);
        tpl_set_f64(m, "min", p[i - 1].min);
        tpl_set_f64(m, "avg", p[i - 1].avg);
        tpl_set_f64(m, "max", p[i - 1].max);
    }
    return HN_OK;
}

static void add_limits(struct http_ctx *c, struct tpl_val *view, const struct overview_check *k)
{
    const struct chart_limit *l = NULL;
    struct tpl_val *list = tpl_set_list(view, "limits");
    size_t n = 0;

    charts_limits(c->arena, k->thresholds, &l, &n);
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_str(m, "label", metric_label(c->arena, l[i].metric));
        tpl_set(m, "warning",
                l[i].warning == l[i].warning ? tpl_f64(c->arena, l[i].warning)
                                             : tpl_none(c->arena));
        tpl_set(m, "critical",
                l[i].critical == l[i].critical ? tpl_f64(c->arena, l[i].critical)
                                               : tpl_none(c->arena));
        tpl_set_bool(m, "below", l[i].below);
    }
}

enum hn_code check_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;
    struct tpl_val *bands = tpl_set_list(view, "bands");
    const struct overview_check *k = NULL;
    const struct overview_series *s = NULL;
    struct series_newest *v = NULL;
    struct look l = {0};
    size_t n = 0;
    size_t n_s = 0;
    size_t n_v = 0;
    int64_t id;
    bool table = http_query(c, "view") != NULL && hn_streq(http_query(c, "view"), "table");

    if (http_param_id(c, "id", &id, e) != HN_OK || look_of(c, &l, e) != HN_OK ||
        overview_checks(c->db, c->arena, 0, id, &k, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such check");
    if (overview_series(c->db, c->arena, 0, id, &s, &n_s, e) != HN_OK ||
        series_newest(c->db, c->arena, id, &v, &n_v, e) != HN_OK ||
        add_history(c, view, id, &l, bands, e) != HN_OK || add_stops(c, bands, k, &l, e) != HN_OK ||
        (table && add_table(c, view, s, n_s, &l, e) != HN_OK) ||
        page_live(c, view, "board", e) != HN_OK)
        return e->code;
    row_view(tpl_set_map(view, "check"), c->arena, overview_check_cols, overview_check_n, k);
    charts_view(c->arena, view, s, n_s, k, n, CHARTS_MAX);
    charts_params(c->arena, k->params, view, "params");
    add_newest(c, view, v, n_v);
    add_limits(c, view, k);
    add_ranges(c, view, &l);
    tpl_set_instant(view, "from", l.from);
    tpl_set_instant(view, "to", l.to);
    tpl_set_bool(view, "chosen_time", l.range == NULL);
    tpl_set_bool(view, "as_table", table);
    overview_words(c, view);
    page_crumb(&crumbs, view, hn_tr("Devices"), "/hosts");
    page_crumb(&crumbs, view, k->host_label == NULL ? k->host_name : k->host_label,
               hn_arena_fmt(c->arena, "/hosts/%" PRId64, k->host_id));
    tpl_set_bool(view, "may_edit", http_may(c, PERM_WATCH_EDIT));
    tpl_set_bool(view, "raw_title", true);
    tpl_set_str(view, "title",
                hn_arena_fmt(c->arena, "%s %s",
                             k->host_label == NULL ? k->host_name : k->host_label, k->name));
    return http_page(c, "page/check.html", view, e);
}
