/* SPDX-License-Identifier: Apache-2.0 */
/* One host: state, checks, charts of its main series, what it hangs on, events, incidents. */
#include "itsm/event/event.h"
#include "itsm/watch/charts.h"
#include "itsm/watch/pages.h"
#include "server/http/row_view.h"

#define CHARTS_MAX 4
#define CHART_SPAN HN_DAY

static enum hn_code add_events(struct http_ctx *c, struct tpl_val *view, int64_t host_id,
                               struct hn_err *e)
{
    struct event_view_filter f = {
        .host_id = host_id, .limit = 20, .from = HN_UNSET, .to = HN_UNSET};
    struct event_notice_filter nf = {.host_id = host_id, .limit = 5};
    const struct event_view *x = NULL;
    struct event_notice *v = NULL;
    size_t n = 0, n_notices = 0;

    if (event_view_list(c->db, c->arena, &f, &x, &n, e) != HN_OK ||
        event_notices(c->db, c->arena, &nf, &v, &n_notices, e) != HN_OK)
        return e->code;
    rows_view(view, "events", c->arena, event_view_cols, event_view_n, x, sizeof(*x), n);
    rows_view(view, "notices", c->arena, event_notice_cols, event_notice_n, v, sizeof(*v),
              n_notices);
    return HN_OK;
}

enum hn_code host_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;
    struct tpl_val *host;
    struct overview_filter f = {.limit = 1};
    const struct overview_host *h = NULL;
    struct overview_host_facts facts;
    const struct overview_check *k = NULL;
    const struct overview_series *s = NULL;
    const struct overview_neighbour *nb = NULL;
    size_t n = 0;
    size_t n_k = 0;
    size_t n_s = 0;
    size_t n_nb = 0;

    if (http_param_id(c, "id", &f.host_id, e) != HN_OK ||
        overview_hosts(c->db, c->arena, &f, &h, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such device");
    if (overview_facts(c->db, c->arena, h->id, &facts, e) != HN_OK ||
        overview_checks(c->db, c->arena, h->id, 0, &k, &n_k, e) != HN_OK ||
        overview_series(c->db, c->arena, h->id, 0, &s, &n_s, e) != HN_OK ||
        overview_neighbours(c->db, c->arena, h->id, &nb, &n_nb, e) != HN_OK ||
        add_events(c, view, h->id, e) != HN_OK ||
        page_incidents(c, view, 0, h->id, 10, e) != HN_OK ||
        page_windows(c, view, "host", h->id, h->site_id, e) != HN_OK ||
        page_live(c, view, "board", e) != HN_OK)
        return e->code;
    host = tpl_set_map(view, "host");
    row_view(host, c->arena, overview_host_cols, overview_host_n, h);
    row_view(host, c->arena, overview_facts_cols, overview_facts_n, &facts);
    rows_view(view, "checks", c->arena, overview_check_cols, overview_check_n, k, sizeof(*k), n_k);
    rows_view(view, "neighbours", c->arena, overview_neighbour_cols, overview_neighbour_n, nb,
              sizeof(*nb), n_nb);
    charts_view(c->arena, view, s, n_s, k, n_k, CHARTS_MAX);
    tpl_set_instant(view, "chart_from", c->now - CHART_SPAN);
    tpl_set_instant(view, "chart_to", c->now);
    overview_words(c, view);
    page_crumb(&crumbs, view, hn_tr("Devices"), "/hosts");
    if (h->site_id != 0)
        page_crumb(&crumbs, view, h->site_name,
                   hn_arena_fmt(c->arena, "/sites/%" PRId64, h->site_id));
    tpl_set_bool(view, "may_edit", http_may(c, PERM_WATCH_EDIT));
    tpl_set_bool(view, "raw_title", true);
    tpl_set_str(view, "title", h->label == NULL ? h->name : h->label);
    return http_page(c, "page/host.html", view, e);
}
