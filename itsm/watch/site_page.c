/* SPDX-License-Identifier: Apache-2.0 */
/* One site on one page (DASH-11): lines, devices, open incidents, planned stops. */
#include "itsm/watch/pages.h"
#include "server/http/row_view.h"

/* The list of a large site is cut, its number of terminals is not. */
static void add_terminals(struct tpl_val *view, const struct overview_host *h, size_t n)
{
    int64_t total = n > 0 ? h[0].total : 0;

    for (size_t i = 0; i < n; i++)
        total -= !hn_streq(h[i].class, "terminal");
    tpl_set_i64(view, "n_terminals", total);
}

enum hn_code site_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;
    const struct overview_site *s = NULL;
    const struct overview_line *line = NULL;
    const struct overview_host *h = NULL;
    struct overview_filter f = {.sort = "state", .limit = 300};
    size_t n = 0;
    size_t n_line = 0;
    size_t n_host = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        overview_sites(c->db, c->arena, id, c->now, &s, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such site");
    f.site_id = id;
    if (overview_lines(c->db, c->arena, id, &line, &n_line, e) != HN_OK ||
        overview_hosts(c->db, c->arena, &f, &h, &n_host, e) != HN_OK ||
        page_incidents(c, view, id, 0, 20, e) != HN_OK ||
        page_windows(c, view, "site", id, 0, e) != HN_OK || page_live(c, view, "board", e) != HN_OK)
        return e->code;
    row_view(tpl_set_map(view, "site"), c->arena, overview_site_cols, overview_site_n, s);
    rows_view(view, "lines", c->arena, overview_line_cols, overview_line_n, line, sizeof(*line),
              n_line);
    rows_view(view, "hosts", c->arena, overview_host_cols, overview_host_n, h, sizeof(*h), n_host);
    add_terminals(view, h, n_host);
    overview_words(c, view);
    page_crumb(&crumbs, view, hn_tr("Site board"), "/board");
    tpl_set_bool(view, "may_edit", http_may(c, PERM_WATCH_EDIT));
    tpl_set_bool(view, "raw_title", true);
    tpl_set_str(view, "title", s->name);
    return http_page(c, "page/site.html", view, e);
}
