/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a request, and what a handler reads from it (http.h). */
#include "server/http/sse.h"

#include "server/base/parse.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <strings.h>

#define BODY_TOTAL_MAX ((size_t)256 * 1024 * 1024) /* of all requests that are being read */

struct http_request *http_request_new(struct http_app *app, enum http_door door, const char *uri)
{
    struct hn_arena *a = hn_arena_new();
    struct http_request *q = hn_arena_make(a, struct http_request, 1);
    size_t n = strcspn(uri, "?");
    uint64_t id = 0;

    q->arena = a;
    q->app = app;
    q->door = door;
    q->path = hn_arena_strndup(a, uri, n);
    q->query = uri[n] == '?' ? hn_arena_strdup(a, uri + n + 1) : "";
    q->method = "GET";
    q->address = "";
    q->began = hn_mono_now();
    q->at = hn_now();
    (void)RAND_bytes((unsigned char *)&id, sizeof(id)); /* only a label */
    (void)snprintf(q->id, sizeof(q->id), "%016" PRIx64, id);
    hn_sbuf_init(&q->out, a, HTTP_ANSWER_MAX);
    return q;
}

void http_request_free(struct http_request *q)
{
    if (q == NULL)
        return;
    if (q->answer.stream != NULL) /* the client left before the stream began */
        http_stream_free(q->answer.stream);
    if (q->body_cap > 0) {
        atomic_fetch_sub(&q->app->body_bytes, q->body_cap);
        free(q->body);
    }
    hn_arena_free(q->arena);
}

static bool is_signed(const struct http_request *q)
{
    if (q->door == HTTP_DOOR_SATELLITE)
        return q->peer.trusted;
    return http_pairs_get_nocase(&q->headers, "Authorization") != NULL ||
           http_pairs_get_nocase(&q->headers, "Cookie") != NULL;
}

void http_request_route(struct http_request *q)
{
    struct http_match m;

    q->route_code = http_router_match(q->app->router, q->method, q->path, q->arena, &m);
    q->route = m.route;
    q->route_index = m.route != NULL ? m.index : http_router_count(q->app->router);
    q->params = m.params;
    q->allow = m.allow;
    if (q->route == NULL)
        q->body_max = 0;
    else if (q->route->perm == PERM_PUBLIC)
        q->body_max = HTTP_BODY_SMALL;
    else if (!is_signed(q)) /* will be refused: nothing is kept for it */
        q->body_max = 0;
    else if (q->route->flags & HTTP_UPLOAD)
        q->body_max = q->app->config.upload_max;
    else
        q->body_max = q->route->flags & HTTP_BIG ? HTTP_BODY_BIG : HTTP_BODY_USUAL;
}

bool http_request_body(struct http_request *q, const void *p, size_t n)
{
    q->body_seen += n;
    if (q->cut || n == 0)
        return true;
    if (n > q->body_max || q->body_n > q->body_max - n) {
        q->cut = true;
        return true;
    }
    if (q->body_n + n > q->body_cap) {
        size_t cap = HN_MAX(q->body_cap * 2, q->body_n + n);
        size_t more;
        uint8_t *body;

        cap = HN_MIN(HN_MAX(cap, (size_t)4096), q->body_max);
        more = cap - q->body_cap;
        if (atomic_fetch_add(&q->app->body_bytes, more) + more > BODY_TOTAL_MAX) {
            atomic_fetch_sub(&q->app->body_bytes, more);
            return false;
        }
        body = realloc(q->body, cap);
        if (body == NULL)
            abort();
        q->body = body;
        q->body_cap = cap;
    }
    memcpy(q->body + q->body_n, p, n);
    q->body_n += n;
    return true;
}

static bool type_is(const char *have, const char *want)
{
    size_t n = strlen(want);

    return have != NULL && strncasecmp(have, want, n) == 0 &&
           (have[n] == '\0' || have[n] == ';' || have[n] == ' ');
}

enum hn_code http_request_parse(struct http_request *q, struct hn_err *e)
{
    const char *type = http_pairs_get_nocase(&q->headers, "Content-Type");
    const char *boundary;

    if (http_parse_query(q->arena, q->query, strlen(q->query), &q->args, e) != HN_OK)
        return e->code;
    if (q->body_n == 0)
        return HN_OK;
    if (type_is(type, "application/x-www-form-urlencoded"))
        return http_parse_query(q->arena, (const char *)q->body, q->body_n, &q->form, e);
    if (!type_is(type, "multipart/form-data"))
        return HN_OK;
    boundary = http_multipart_boundary(q->arena, type);
    if (boundary == NULL)
        return hn_fail(e, HN_E_MALFORMED, "The form has no usable boundary");
    if (http_multipart_parse(q->arena, boundary, (struct hn_bytes){q->body, q->body_n}, &q->parts,
                             e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < q->parts.n; i++) {
        const struct http_part *p = &q->parts.v[i];

        if (p->filename != NULL)
            continue;
        if (!hn_utf8_valid((const char *)p->data.p, p->data.n))
            return hn_fail(e, HN_E_MALFORMED, "A field of the form is not UTF-8");
        http_pairs_add(&q->form, q->arena, p->name,
                       hn_arena_strndup(q->arena, (const char *)p->data.p, p->data.n));
    }
    return HN_OK;
}

const char *http_param(struct http_ctx *c, const char *name)
{
    const char *v = http_pairs_get(&c->req->params, name);

    HN_ASSERT(v != NULL); /* the pattern lacks it: a bug of the table */
    return v;
}

enum hn_code http_param_id(struct http_ctx *c, const char *name, int64_t *out, struct hn_err *e)
{
    struct hn_err ignored = {0};

    if (hn_parse_i64(http_param(c, name), name, 1, INT64_MAX, out, &ignored) != HN_OK)
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such page or object");
    return HN_OK;
}

const char *http_query(struct http_ctx *c, const char *name)
{
    return http_pairs_get(&c->req->args, name);
}

struct hn_texts http_query_all(struct http_ctx *c, const char *name)
{
    return http_pairs_all(&c->req->args, c->arena, name);
}

const char *http_query_string(struct http_ctx *c)
{
    return c->req->query;
}

const char *http_header(struct http_ctx *c, const char *name)
{
    return http_pairs_get_nocase(&c->req->headers, name);
}

struct hn_bytes http_body(struct http_ctx *c)
{
    return (struct hn_bytes){c->req->body, c->req->body_n};
}

enum hn_code http_json_body(struct http_ctx *c, struct json_object **out, struct hn_err *e)
{
    const char *type = http_header(c, "Content-Type");
    HN_JSON o = NULL;

    if (!type_is(type, "application/json") && !type_is(type, "application/merge-patch+json"))
        return hn_fail(e, HN_E_UNSUPPORTED,
                       "The body must be JSON (Content-Type: application/json)");
    if (hn_json_parse((const char *)c->req->body, c->req->body_n, &o, e) != HN_OK ||
        hn_json_is_object(o, e) != HN_OK)
        return e->code;
    *out = o;
    o = NULL;
    return HN_OK;
}

const char *http_form(struct http_ctx *c, const char *name)
{
    return http_pairs_get(&c->req->form, name);
}

struct hn_texts http_form_all(struct http_ctx *c, const char *name)
{
    return http_pairs_all(&c->req->form, c->arena, name);
}

bool http_form_file(struct http_ctx *c, const char *name, struct http_file *out)
{
    for (size_t i = 0; i < c->req->parts.n; i++) {
        const struct http_part *p = &c->req->parts.v[i];

        if (p->filename == NULL || *p->filename == '\0' || !hn_streq(p->name, name))
            continue;
        *out = (struct http_file){p->filename, p->type, p->data};
        return true;
    }
    return false;
}

const char *http_client_address(struct http_ctx *c)
{
    return c->req->address;
}

bool http_is_api(struct http_ctx *c)
{
    return strncmp(c->path, "/api/", 5) == 0;
}

bool http_is_htmx(struct http_ctx *c)
{
    const char *v = http_header(c, "HX-Request");

    return v != NULL && hn_streq(v, "true");
}

bool http_may(struct http_ctx *c, enum perm p)
{
    if (p == PERM_PUBLIC)
        return true;
    if (p == PERM_SATELLITE)
        return c->satellite_id != 0;
    return (c->actor.account_id != 0 || c->actor.local) &&
           (p == PERM_SIGNED_IN || perm_role_has(c->actor.role, p));
}

enum hn_code http_require(struct http_ctx *c, enum perm p, struct hn_err *e)
{
    if (http_may(c, p))
        return HN_OK;
    if (p == PERM_SATELLITE && c->actor.account_id == 0)
        return hn_fail(e, HN_E_UNAUTHENTICATED,
                       "Only satellites may do this, on their own port and with their certificate");
    if (c->actor.account_id == 0 && !c->actor.local)
        return hn_fail(e, HN_E_UNAUTHENTICATED, "Please sign in");
    return hn_fail(e, HN_E_FORBIDDEN, "Your role may not do this");
}
