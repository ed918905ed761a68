/* SPDX-License-Identifier: Apache-2.0 */
/* The manual's contents with the search over it, and its chapters. */
#include "itsm/manual/manual.h"

#include "server/base/i18n.h"
#include "server/http/app.h"

#define HITS_MAX 50

static const char *shots_folder(struct http_ctx *c)
{
    const char *f = c->app->config.static_folder;

    return f == NULL ? NULL : hn_arena_fmt(c->arena, "%s/manual", f);
}

static enum hn_code load(struct http_ctx *c, struct manual_book *book, struct hn_err *e)
{
    if (c->app->config.manual_folder == NULL)
        return hn_fail(e, HN_E_NOT_FOUND, "There is no manual in this installation");
    return manual_load(c->app->config.manual_folder, c->arena, book, e);
}

static void chapter_link(struct tpl_val *m, const struct manual_chapter *ch)
{
    tpl_set_str(m, "name", ch->name);
    tpl_set_str(m, "title", ch->title);
}

static void contents_view(struct tpl_val *view, const struct manual_book *book)
{
    struct tpl_val *list = tpl_set_list(view, "chapters");

    for (size_t i = 0; i < book->n; i++) {
        const struct manual_chapter *ch = &book->chapter[i];
        struct tpl_val *m = tpl_push_map(list);
        struct tpl_val *sections = tpl_set_list(m, "sections");

        chapter_link(m, ch);
        for (size_t k = 1; k < ch->n; k++) {
            struct tpl_val *s = tpl_push_map(sections);

            tpl_set_i64(s, "number", (int64_t)k);
            tpl_set_str(s, "title", ch->section[k].title);
        }
    }
}

static void hits_view(struct http_ctx *c, struct tpl_val *view, const struct manual_book *book,
                      const char *q)
{
    struct manual_hit *hit = hn_arena_make(c->arena, struct manual_hit, HITS_MAX);
    struct tpl_val *list = tpl_set_list(view, "hits");
    size_t n = manual_search(book, q, c->arena, hit, HITS_MAX);

    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        chapter_link(m, hit[i].chapter);
        tpl_set_i64(m, "number", (int64_t)hit[i].section);
        tpl_set_str(m, "section", hit[i].chapter->section[hit[i].section].title);
        tpl_set_str(m, "excerpt", hit[i].excerpt);
    }
}

static enum hn_code contents_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct manual_book book;
    struct http_page p;

    if (http_page_of(c, &p, e) != HN_OK || load(c, &book, e) != HN_OK)
        return e->code;
    tpl_set_str(view, "q", p.q);
    contents_view(view, &book);
    if (p.q != NULL)
        hits_view(c, view, &book, p.q);
    tpl_set_str(view, "title", hn_tr("Manual"));
    return http_page(c, "page/manual/contents.html", view, e);
}

/* The chapter before and the one after. */
static void neighbours_view(struct tpl_val *view, const struct manual_book *book,
                            const struct manual_chapter *ch)
{
    size_t at = (size_t)(ch - book->chapter);

    if (at > 0)
        chapter_link(tpl_set_map(view, "before"), ch - 1);
    if (at + 1 < book->n)
        chapter_link(tpl_set_map(view, "after"), ch + 1);
}

static enum hn_code chapter_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *sections = tpl_set_list(view, "sections");
    struct tpl_val *crumb = tpl_push_map(tpl_set_list(view, "crumbs"));
    const struct manual_chapter *ch;
    struct manual_book book;

    if (load(c, &book, e) != HN_OK)
        return e->code;
    ch = manual_find(&book, http_param(c, "chapter"));
    if (ch == NULL)
        return hn_fail(e, HN_E_NOT_FOUND, "The manual has no such chapter");
    for (size_t i = 0; i < ch->n; i++) {
        struct tpl_val *m = tpl_push_map(sections);
        const char *html;

        if (manual_html(ch->section[i].text, shots_folder(c), c->arena, &html, e) != HN_OK)
            return hn_ctx(e, "manual %s", ch->name);
        tpl_set_i64(m, "number", (int64_t)i);
        tpl_set_str(m, "title", ch->section[i].title);
        tpl_set_str(m, "html", html);
    }
    neighbours_view(view, &book, ch);
    tpl_set_str(crumb, "label", hn_tr("Manual"));
    tpl_set_str(crumb, "href", "/manual");
    tpl_set_str(view, "title", ch->title);
    return http_page(c, "page/manual/chapter.html", view, e);
}

static const struct http_route routes[] = {
    {"GET", "/manual", PERM_SIGNED_IN, contents_page, 0, "The manual's contents and search"},
    {"GET", "/manual/:chapter", PERM_SIGNED_IN, chapter_page, 0, "A chapter of the manual"},
};
static const struct hn_nav nav[] = {
    {HN_N("Help"), HN_N("Manual"), "/manual", PERM_SIGNED_IN, 80},
};

const struct hn_module manual_module = {.name = "manual",
                                        .routes = routes,
                                        .n_routes = HN_ARRAY_LEN(routes),
                                        .nav = nav,
                                        .n_nav = HN_ARRAY_LEN(nav)};
