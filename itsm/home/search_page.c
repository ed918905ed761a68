/* SPDX-License-Identifier: Apache-2.0 */
/* One box for everything: a ticket's number leads to it; else sites, devices and tickets that
 * match. */
#include "itsm/home/home.h"
#include "itsm/ticket/ticket.h"
#include "itsm/watch/overview.h"
#include "server/http/row_view.h"

#include <strings.h>

#define SHOWN 20

/* "INC-000123", also written small. */
static bool is_number(const char *q)
{
    size_t n = strlen(q);

    return n >= 5 && n <= 20 && q[3] == '-' && strspn(q + 4, "0123456789") == n - 4;
}

static enum hn_code find_tickets(struct http_ctx *c, struct tpl_val *view, const char *q,
                                 int64_t *exact, struct hn_err *e)
{
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct tpl_val *list = tpl_set_list(view, "tickets");
    struct ticket *t = NULL;
    size_t n = 0;
    int64_t next = 0;

    *exact = 0;
    if (!http_may(c, PERM_TICKET_READ))
        return HN_OK;
    f.q = q;
    f.limit = SHOWN;
    if (ticket_list(c->db, c->arena, &f, c->now, &t, &n, &next, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        if (is_number(q) && strcasecmp(t[i].number, q) == 0)
            *exact = t[i].id;
        tpl_set_i64(m, "id", t[i].id);
        tpl_set_str(m, "number", t[i].number);
        tpl_set_str(m, "title", t[i].title);
        tpl_set_str(m, "priority", t[i].priority);
        tpl_set_instant(m, "created_at", t[i].created_at);
    }
    return HN_OK;
}

static enum hn_code find_watched(struct http_ctx *c, struct tpl_val *view, const char *q,
                                 struct hn_err *e)
{
    struct overview_filter f = {.q = q, .limit = SHOWN};
    struct tpl_val *sites = tpl_set_list(view, "sites");
    const struct overview_host *h = NULL;
    const struct overview_site *s = NULL;
    size_t n = 0;
    size_t n_s = 0;

    (void)tpl_set_list(view, "hosts");
    if (!http_may(c, PERM_WATCH_READ))
        return HN_OK;
    if (overview_hosts(c->db, c->arena, &f, &h, &n, e) != HN_OK ||
        overview_sites(c->db, c->arena, 0, c->now, &s, &n_s, e) != HN_OK)
        return e->code;
    rows_view(view, "hosts", c->arena, overview_host_cols, overview_host_n, h, sizeof(*h), n);
    for (size_t i = 0; i < n_s; i++)
        if (strstr(s[i].name, q) != NULL || strcasecmp(s[i].code, q) == 0 ||
            (s[i].address != NULL && strstr(s[i].address, q) != NULL))
            row_view(tpl_push_map(sites), c->arena, overview_site_cols, overview_site_n, &s[i]);
    return HN_OK;
}

enum hn_code search_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct http_page p;
    int64_t exact = 0;

    if (http_page_of(c, &p, e) != HN_OK)
        return e->code;
    tpl_set_str(view, "q", p.q);
    if (p.q != NULL && find_tickets(c, view, p.q, &exact, e) != HN_OK)
        return e->code;
    if (exact != 0)
        return http_redirect(c, hn_arena_fmt(c->arena, "/tickets/%" PRId64, exact), e);
    if (p.q != NULL && find_watched(c, view, p.q, e) != HN_OK)
        return e->code;
    tpl_set_str(view, "title", hn_tr("Search"));
    return http_page(c, "page/search.html", view, e);
}
