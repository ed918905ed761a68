/* SPDX-License-Identifier: Apache-2.0 */
/* What several watch pages show alike: freshness, planned stops, open incidents. */
#include "itsm/ticket/view.h"
#include "itsm/watch/pages.h"
#include "itsm/watch/windows.h"

#define AHEAD (7 * HN_DAY)

void page_crumb(struct tpl_val **crumbs, struct tpl_val *view, const char *label, const char *href)
{
    struct tpl_val *m;

    if (*crumbs == NULL)
        *crumbs = tpl_set_list(view, "crumbs");
    m = tpl_push_map(*crumbs);
    tpl_set_str(m, "label", label);
    tpl_set_str(m, "href", href);
}

enum hn_code page_live(struct http_ctx *c, struct tpl_val *view, const char *topics,
                       struct hn_err *e)
{
    hn_instant at = HN_UNSET;

    if (overview_data_at(c->db, &at, e) != HN_OK)
        return e->code;
    tpl_set_instant(view, "data_at", at);
    tpl_set_str(view, "live", topics);
    return HN_OK;
}

static void add_window(struct http_ctx *c, struct tpl_val *list, const struct window *w)
{
    struct tpl_val *m = tpl_push_map(list);
    struct tpl_val *scope;

    tpl_set_i64(m, "id", w->id);
    tpl_set_str(m, "title", w->title);
    tpl_set_str(m, "kind", w->kind);
    tpl_set_instant(m, "from", w->from);
    tpl_set_instant(m, "to", w->to);
    tpl_set_bool(m, "now", w->from <= c->now && c->now < w->to);
    scope = tpl_set_list(m, "scope");
    for (size_t i = 0; i < w->n; i++)
        tpl_push_str(scope, w->target[i].name);
}

enum hn_code page_windows(struct http_ctx *c, struct tpl_val *view, const char *kind, int64_t id,
                          int64_t site_id, struct hn_err *e)
{
    const struct window *w = NULL;
    size_t n = 0;
    struct tpl_val *list = tpl_set_list(view, "windows");

    if (!http_may(c, PERM_MAINT_READ))
        return HN_OK;
    if (windows_near(c->db, c->arena, c->now, hn_add(c->now, AHEAD), &w, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (kind == NULL || window_covers(&w[i], kind, id) ||
            (site_id != 0 && window_covers(&w[i], "site", site_id)))
            add_window(c, list, &w[i]);
    return HN_OK;
}

enum hn_code page_incidents(struct http_ctx *c, struct tpl_val *view, int64_t site_id,
                            int64_t host_id, int64_t limit, struct hn_err *e)
{
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct ticket_counts all = {0};
    bool more = false;

    f.kind = "incident";
    f.open = 1;
    f.site_id = site_id;
    f.host_id = host_id;
    f.limit = limit;
    f.sort = "priority";
    if (ticket_view_brief(c, view, "incidents", &f, &more, e) != HN_OK ||
        (more && site_id == 0 && host_id == 0 &&
         ticket_count_open(c->db, "incident", 0, c->now, &all, e) != HN_OK))
        return e->code;
    tpl_set_i64(view, "incidents_over", HN_MAX(all.open - limit, 0));
    return HN_OK;
}
