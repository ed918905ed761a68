/* SPDX-License-Identifier: Apache-2.0 */
/* The site board: a tile per site, open incidents by root cause, planned stops now and next. With
 * ?wall=1 the same as a wall: dark, full screen, nothing to scroll or to hover. */
#include "itsm/watch/pages.h"
#include "itsm/watch/windows.h"
#include "server/http/row_view.h"

#define FRESH (5 * HN_MIN_SPAN)

static void add_sites(struct http_ctx *c, struct tpl_val *view, const struct overview_site *s,
                      size_t n, const struct window *w, size_t n_w)
{
    struct tpl_val *list = tpl_set_list(view, "sites");

    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);
        bool stopped = false;

        row_view(m, c->arena, overview_site_cols, overview_site_n, &s[i]);
        for (size_t k = 0; k < n_w; k++)
            stopped = stopped || (w[k].from <= c->now && c->now < w[k].to &&
                                  window_covers(&w[k], "site", s[i].id));
        if (stopped)
            tpl_set_str(m, "state", "maintenance");
        tpl_set_bool(m, "fresh", s[i].changed_at != HN_UNSET);
    }
}

static void add_totals(struct tpl_val *view, const struct overview_totals *t)
{
    struct tpl_val *m = tpl_set_map(view, "totals");

    tpl_set_i64(m, "sites", t->sites);
    tpl_set_i64(m, "hosts", t->hosts);
    tpl_set_i64(m, "ok", t->ok);
    tpl_set_i64(m, "warning", t->warning);
    tpl_set_i64(m, "critical", t->critical);
    tpl_set_i64(m, "unknown", t->unknown);
    tpl_set_i64(m, "unreachable", t->unreachable);
    tpl_set_i64(m, "pending", t->pending);
}

enum hn_code board_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    const struct overview_site *s = NULL;
    const struct window *w = NULL;
    struct overview_totals totals;
    size_t n = 0;
    size_t n_w = 0;

    if (overview_sites(c->db, c->arena, 0, c->now - FRESH, &s, &n, e) != HN_OK ||
        overview_totals(c->db, c->arena, &totals, e) != HN_OK ||
        windows_near(c->db, c->arena, c->now, c->now + 1, &w, &n_w, e) != HN_OK ||
        page_windows(c, view, NULL, 0, 0, e) != HN_OK ||
        page_incidents(c, view, 0, 0, 8, e) != HN_OK)
        return e->code;
    add_sites(c, view, s, n, w, n_w);
    add_totals(view, &totals);
    tpl_set_str(view, "title", hn_tr("Site board"));
    tpl_set_bool(view, "wall", http_query(c, "wall") != NULL);
    tpl_set_instant(view, "data_at", totals.data_at);
    tpl_set_str(view, "live", "board");
    return http_page(c, "page/board.html", view, e);
}
