/* SPDX-License-Identifier: Apache-2.0 */
/* The view of a list: addresses that keep its filters (list_view.h). */
#include "server/http/list_view.h"

#include "server/base/i18n.h"

#define QUERY_MAX ((size_t)16 * 1024)

static bool is_plain(unsigned char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           strchr("-_.~:", ch) != NULL;
}

static void add_pair(struct hn_sbuf *b, const char *name, const char *value)
{
    if (b->n > 0)
        hn_sbuf_str(b, "&");
    hn_sbuf_fmt(b, "%s=", name);
    for (; *value != '\0'; value++) {
        unsigned char ch = (unsigned char)*value;

        if (is_plain(ch))
            hn_sbuf_fmt(b, "%c", ch);
        else
            hn_sbuf_fmt(b, "%%%02X", ch);
    }
}

static const char *chosen(struct http_ctx *c, const char *name)
{
    const char *v = http_query(c, name);

    return v == NULL || *v == '\0' ? NULL : v;
}

struct query {
    const char *without; /* a parameter left out, or NULL */
    bool sort;
};

/* The query of q, the filters and, if asked, the sort key. A query that is too long (it came in one
 * that fitted, so it can only be near the limit) becomes the unfiltered list's. */
static const char *query_of(struct http_ctx *c, const struct http_filter *f, size_t n,
                            struct query what)
{
    struct hn_sbuf b;
    struct hn_err e = {0};
    const char *out;

    hn_sbuf_init(&b, c->arena, QUERY_MAX);
    if (chosen(c, "q") != NULL && !(what.without != NULL && hn_streq(what.without, "q")))
        add_pair(&b, "q", chosen(c, "q"));
    for (size_t i = 0; i < n; i++)
        if (chosen(c, f[i].name) != NULL &&
            !(what.without != NULL && hn_streq(what.without, f[i].name)))
            add_pair(&b, f[i].name, chosen(c, f[i].name));
    if (what.sort && chosen(c, "sort") != NULL)
        add_pair(&b, "sort", chosen(c, "sort"));
    if (chosen(c, "limit") != NULL)
        add_pair(&b, "limit", chosen(c, "limit"));
    return hn_sbuf_done(&b, &out, &e) == HN_OK ? out : "";
}

static const char *address(struct http_ctx *c, const char *query, const char *more)
{
    bool both = *query != '\0' && *more != '\0';

    if (*query == '\0' && *more == '\0')
        return c->path;
    return hn_arena_fmt(c->arena, "%s?%s%s%s", c->path, query, both ? "&" : "", more);
}

static void add_chip(struct http_ctx *c, struct tpl_val *active, const struct http_filter *f,
                     const char *text, const char *query)
{
    struct tpl_val *m = tpl_push_map(active);

    tpl_set_str(m, "name", f->name);
    tpl_set_str(m, "label", f->label);
    tpl_set_str(m, "text", text);
    tpl_set_str(m, "href", address(c, query, ""));
}

static void add_filter(struct http_ctx *c, struct tpl_val *filters, struct tpl_val *active,
                       const struct http_filter *all, size_t n, const struct http_filter *f)
{
    const char *value = chosen(c, f->name);
    const char *text = f->text != NULL ? f->text : value;

    for (size_t i = 0; i < f->n && value != NULL; i++)
        if (hn_streq(f->choices[i].value, value))
            text = f->choices[i].label;
    if (value != NULL)
        add_chip(c, active, f, text,
                 query_of(c, all, n, (struct query){.without = f->name, .sort = true}));
    if (f->choices != NULL && f->n > 0) {
        struct tpl_val *m = tpl_push_map(filters);
        struct tpl_val *options;

        tpl_set_str(m, "name", f->name);
        tpl_set_str(m, "label", f->label);
        tpl_set_str(m, "value", value == NULL ? "" : value);
        options = tpl_set_list(m, "options");
        for (size_t i = 0; i < f->n; i++) {
            struct tpl_val *o = tpl_push_map(options);

            tpl_set_str(o, "value", f->choices[i].value);
            tpl_set_str(o, "label", f->choices[i].label);
        }
    }
}

struct tpl_val *http_view_list(struct http_ctx *c, struct tpl_val *view,
                               const struct http_filter *filters, size_t n, int64_t next)
{
    struct tpl_val *list = tpl_set_map(view, "list");
    const char *bare = query_of(c, filters, n, (struct query){0});
    const char *sorted = query_of(c, filters, n, (struct query){.sort = true});
    const struct http_filter keyword = {.name = "q", .label = hn_tr("Keyword")};
    struct tpl_val *shown = tpl_set_list(list, "filters");
    struct tpl_val *active = tpl_set_list(list, "active");

    tpl_set_str(list, "path", c->path);
    tpl_set_str(list, "q", chosen(c, "q"));
    tpl_set_str(list, "sort", chosen(c, "sort"));
    tpl_set_str(list, "query", sorted);
    tpl_set_str(list, "sort_base", hn_arena_fmt(c->arena, "?%s%s", bare, *bare == '\0' ? "" : "&"));
    if (chosen(c, "q") != NULL)
        add_chip(c, active, &keyword, chosen(c, "q"),
                 query_of(c, filters, n, (struct query){.without = "q", .sort = true}));
    for (size_t i = 0; i < n; i++)
        add_filter(c, shown, active, filters, n, &filters[i]);
    tpl_set_str(list, "first_href", chosen(c, "cursor") == NULL ? NULL : address(c, sorted, ""));
    tpl_set_str(
        list, "next_href",
        next == 0
            ? NULL
            : address(c, sorted, hn_arena_fmt(c->arena, "cursor=%s", http_cursor(c->arena, next))));
    return list;
}
