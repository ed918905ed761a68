/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router.h — finds the route of a method and a path in the modules' tables.
 *
 * Patterns are split once. A segment is literal text, ":name" (one whole segment), or two of these
 * joined by a dot (":id.:format", "report.:format"); a segment with a dot prefers a pattern with a
 * dot. Where several patterns match, the one that is literal further left wins, so that
 * /tickets/new is not the ticket "new". Segments are percent-decoded after splitting; a decoded
 * value is valid UTF-8.
 */
#ifndef HN_HTTP_ROUTER_H
#define HN_HTTP_ROUTER_H

#include "server/http/http.h"
#include "server/http/pairs.h"

struct http_router;
struct hn_module;

/* HN_E_INTERNAL names the route that is wrong or there twice. */
HN_MUST_USE enum hn_code http_router_new(const struct hn_module *const *modules, size_t n,
                                         struct http_router **out, struct hn_err *e);
void http_router_free(struct http_router *r);

struct http_match {
    const struct http_route *route;
    size_t index; /* of the route: 0 … http_router_count() - 1 */
    struct http_pairs params;
    const char *allow; /* with HN_E_METHOD: "GET, POST" */
};

/* HN_OK, HN_E_NOT_FOUND, HN_E_METHOD or HN_E_MALFORMED (the path is not decodable). HEAD finds GET.
 */
enum hn_code http_router_match(const struct http_router *r, const char *method, const char *path,
                               struct hn_arena *a, struct http_match *out);
size_t http_router_count(const struct http_router *r);
const struct http_route *http_router_at(const struct http_router *r, size_t i);
/* The module's name that the route came from. */
const char *http_router_module(const struct http_router *r, size_t i);

#endif
