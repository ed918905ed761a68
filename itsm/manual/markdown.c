/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/manual/manual.h"

#include "server/base/sbuf.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>
#include <unistd.h>

#define HTML_BYTES_MAX ((size_t)2 * 1024 * 1024)

static void free_parser(cmark_parser **p)
{
    if (*p != NULL)
        cmark_parser_free(*p);
}

static void free_node(cmark_node **n)
{
    if (*n != NULL)
        cmark_node_free(*n);
}

static bool is_name(const char *url)
{
    size_t n = strlen(url);

    return n > 4 && n < 80 && strcmp(url + n - 4, ".png") == 0 &&
           strspn(url, "abcdefghijklmnopqrstuvwxyz0123456789-") == n - 4;
}

/* Screenshots get their address, or go where they were not made. */
static void place_shots(cmark_node *root, const char *shots, struct hn_arena *a)
{
    cmark_iter *it = cmark_iter_new(root);
    cmark_event_type ev;

    while ((ev = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node *n = cmark_iter_get_node(it);
        const char *url;

        if (ev != CMARK_EVENT_EXIT || cmark_node_get_type(n) != CMARK_NODE_IMAGE)
            continue;
        url = cmark_node_get_url(n);
        if (shots != NULL && is_name(url) &&
            access(hn_arena_fmt(a, "%s/%s", shots, url), R_OK) == 0) {
            HN_ASSERT(cmark_node_set_url(n, hn_arena_fmt(a, "/static/manual/%s", url)) == 1);
        } else {
            cmark_node_unlink(n);
            cmark_node_free(n);
        }
    }
    cmark_iter_free(it);
}

enum hn_code manual_html(const char *markdown, const char *shots, struct hn_arena *a,
                         const char **out, struct hn_err *e)
{
    HN_CLEANUP(free_parser) cmark_parser *parser = NULL;
    HN_CLEANUP(free_node) cmark_node *root = NULL;
    cmark_syntax_extension *table;
    char *html;
    enum hn_code code = HN_OK;

    cmark_gfm_core_extensions_ensure_registered();
    parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
    table = cmark_find_syntax_extension("table");
    HN_ASSERT(parser != NULL && table != NULL);
    HN_ASSERT(cmark_parser_attach_syntax_extension(parser, table) == 1);
    cmark_parser_feed(parser, markdown, strlen(markdown));
    root = cmark_parser_finish(parser);
    place_shots(root, shots, a);
    html = cmark_render_html(root, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser));
    if (strlen(html) > HTML_BYTES_MAX)
        code = hn_fail(e, HN_E_LIMIT, "The text is too long to be shown");
    else
        *out = hn_arena_strdup(a, html);
    free(html);
    return code;
}
