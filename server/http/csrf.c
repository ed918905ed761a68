/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write from a browser must come from a page of ours. Two independent checks: where the browser
 * says the request comes from (Sec-Fetch-Site, else Origin against Host), and the session's own
 * token in the form field "csrf" or the header X-CSRF-Token. Routes before a session (sign-in,
 * set-up) have the first only. Bearer tokens are not sent by browsers on their own, so they need
 * neither.
 */
#include "server/http/app.h"

#include <sodium.h>
#include <strings.h>

static bool from_elsewhere(struct http_ctx *c)
{
    const char *site = http_header(c, "Sec-Fetch-Site");
    const char *origin = http_header(c, "Origin");
    const char *host = http_header(c, "Host");
    const char *p;

    if (site != NULL)
        return !hn_streq(site, "same-origin") && !hn_streq(site, "none");
    if (origin == NULL)
        return false; /* no browser, or one that is too old to send cookies across sites */
    p = strstr(origin, "://");
    return p == NULL || host == NULL || strcasecmp(p + 3, host) != 0;
}

static bool same_text(const char *a, const char *b)
{
    size_t n = strlen(b);

    return strlen(a) == n && sodium_memcmp(a, b, n) == 0;
}

enum hn_code http_csrf_check(struct http_ctx *c, struct hn_err *e)
{
    const char *sent;

    if (hn_streq(c->method, "GET") || hn_streq(c->method, "HEAD") || c->actor.by_token)
        return HN_OK;
    if (from_elsewhere(c))
        return hn_fail(e, HN_E_FORBIDDEN, "This request comes from another site");
    if (c->actor.account_id == 0 || (c->req->route->flags & HTTP_NO_CSRF))
        return HN_OK;
    sent = http_header(c, "X-CSRF-Token");
    if (sent == NULL)
        sent = http_form(c, "csrf");
    if (sent == NULL || c->actor.csrf == NULL || !same_text(sent, c->actor.csrf))
        return hn_fail(e, HN_E_FORBIDDEN,
                       "The page is too old or the request does not come from it; reload the page "
                       "and try again");
    return HN_OK;
}
