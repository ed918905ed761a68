/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_view.h — what a list page's template needs to know of its request: the filters with what was
 * chosen, the address without each of them, the addresses that sort and page. The macros
 * ui.filters, ui.table and ui.pager (templates/page/macros.html) show it; the same names filter the
 * API.
 */
#ifndef HN_HTTP_LIST_VIEW_H
#define HN_HTTP_LIST_VIEW_H

#include "server/http/http.h"

struct http_choice {
    const char *value; /* "" in the first choice: nothing chosen, which else reads "All" */
    const char *label; /* in the user's language */
};

struct http_filter {
    const char *name;                  /* of the query parameter */
    const char *label;                 /* in the user's language */
    const struct http_choice *choices; /* none: no select is shown, a chip only */
    size_t n;
    const char *text; /* of the chip, where the value alone says nothing (an id); NULL: the value */
};

/* Sets view.list: path, q, sort, query ("state=critical&q=x", for an export's address), sort_base
 * ("?state=critical&"), filters [{name, label, value, options}], active [{name, label, text,
 * href}], first_href (none on the first page), next_href (none on the last). next: the cursor of
 * the next page or 0. Returns view.list, so that the caller may add total, shown, export_href. */
struct tpl_val *http_view_list(struct http_ctx *c, struct tpl_val *view,
                               const struct http_filter *filters, size_t n, int64_t next);

#endif
