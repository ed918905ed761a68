/* SPDX-License-Identifier: Apache-2.0 */
/* The list of hosts with its filters. The cursor is the offset: the list can be sorted by anything.
 */
#include "itsm/watch/pages.h"
#include "server/http/list_view.h"
#include "server/http/row_view.h"

#define OFFSET_MAX 100000

#define CHOICE(w, m) {w, m},
static const struct http_choice class_words[] = {WATCH_CLASSES(CHOICE)};
static const struct http_choice monitoring_words[] = {WATCH_MONITORING(CHOICE)};
static const struct http_choice state_words[] = {{"bad", HN_N("All but OK")}, WATCH_STATES(CHOICE)};
#undef CHOICE

static const struct http_choice *translated(struct hn_arena *a, const struct http_choice *list,
                                            size_t n)
{
    struct http_choice *out = hn_arena_make(a, struct http_choice, n);

    for (size_t i = 0; i < n; i++)
        out[i] = (struct http_choice){list[i].value, hn_tr(list[i].label)};
    return out;
}

static const struct http_choice *of_rows(struct hn_arena *a, const struct overview_choice *rows,
                                         size_t n)
{
    struct http_choice *out = hn_arena_make(a, struct http_choice, n);

    for (size_t i = 0; i < n; i++)
        out[i] = (struct http_choice){rows[i].value, rows[i].label};
    return out;
}

static enum hn_code add_list(struct http_ctx *c, struct tpl_val *view, int64_t next, int64_t total,
                             struct hn_err *e)
{
    const struct overview_choice *site = NULL;
    const struct overview_choice *segment = NULL;
    size_t n_site = 0;
    size_t n_segment = 0;
    struct tpl_val *list;

    if (overview_site_choices(c->db, c->arena, &site, &n_site, e) != HN_OK ||
        overview_segment_choices(c->db, c->arena, &segment, &n_segment, e) != HN_OK)
        return e->code;
    const struct http_filter filters[] = {
        {"state", hn_tr("State"), translated(c->arena, state_words, HN_ARRAY_LEN(state_words)),
         HN_ARRAY_LEN(state_words), NULL},
        {"site_id", hn_tr("Site"), of_rows(c->arena, site, n_site), n_site, NULL},
        {"segment", hn_tr("Segment"), of_rows(c->arena, segment, n_segment), n_segment, NULL},
        {"class", hn_tr("Device class"),
         translated(c->arena, class_words, HN_ARRAY_LEN(class_words)), HN_ARRAY_LEN(class_words),
         NULL},
        {"monitoring", hn_tr("Kind of monitoring"),
         translated(c->arena, monitoring_words, HN_ARRAY_LEN(monitoring_words)),
         HN_ARRAY_LEN(monitoring_words), NULL},
    };
    list = http_view_list(c, view, filters, HN_ARRAY_LEN(filters), next);
    tpl_set_i64(list, "total", total);
    return HN_OK;
}

static const char *filter(struct http_ctx *c, const char *name)
{
    const char *v = http_query(c, name);

    return v == NULL || *v == '\0' ? NULL : v;
}

enum hn_code hosts_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct http_page p;
    struct overview_filter f = {0};
    const struct overview_host *h = NULL;
    size_t n = 0;
    bool more;

    if (http_page_of(c, &p, e) != HN_OK || http_query_i64(c, "site_id", &f.site_id, e) != HN_OK)
        return e->code;
    if (p.cursor < 0 || p.cursor > OFFSET_MAX)
        return hn_fail_field(e, "cursor", "is not one that this list gave");
    f.q = p.q;
    f.segment = filter(c, "segment");
    f.monitoring = filter(c, "monitoring");
    f.class = filter(c, "class");
    f.state = filter(c, "state");
    f.sort = p.sort == NULL ? "state" : p.sort;
    f.limit = p.limit + 1;
    f.offset = p.cursor;
    if (overview_hosts(c->db, c->arena, &f, &h, &n, e) != HN_OK)
        return e->code;
    more = n > (size_t)p.limit;
    n = more ? (size_t)p.limit : n;
    if (add_list(c, view, more ? p.cursor + p.limit : 0, n == 0 ? 0 : h[0].total, e) != HN_OK ||
        page_live(c, view, "board", e) != HN_OK)
        return e->code;
    rows_view(view, "hosts", c->arena, overview_host_cols, overview_host_n, h, sizeof(*h), n);
    overview_words(c, view);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_WATCH_EDIT));
    tpl_set_str(view, "title", hn_tr("Devices"));
    return http_page(c, "page/hosts.html", view, e);
}
