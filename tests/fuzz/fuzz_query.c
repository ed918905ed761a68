/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings, paths and cookies: whatever is taken is valid UTF-8, and bounded. */
#include "server/base/parse.h"
#include "server/http/pairs.h"
#include "server/http/router.h"
#include "server/module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_router *router;
    HN_ARENA a = hn_arena_new();
    struct http_pairs l = {0};
    struct http_pairs cookies = {0};
    struct http_match m;
    struct hn_err e = {0};
    char *text;

    if (router == NULL && http_router_new(hn_modules, hn_n_modules, &router, &e) != HN_OK)
        abort();
    if (http_parse_query(a, (const char *)data, size, &l, &e) == HN_OK)
        for (size_t i = 0; i < l.n; i++)
            if (!hn_utf8_valid(l.v[i].name, strlen(l.v[i].name)) ||
                !hn_utf8_valid(l.v[i].value, strlen(l.v[i].value)))
                abort();
    if (l.n > HTTP_PAIRS_MAX)
        abort();
    text = hn_arena_strndup(a, (const char *)data, size);
    http_parse_cookies(a, text, &cookies);
    if (http_router_match(router, "GET", text, a, &m) == HN_OK && m.route == NULL)
        abort();
    return 0;
}
