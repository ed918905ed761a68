/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to its answer, in a worker: who asks, may they, does the write come from a page of
 * ours, is the body within bounds; then the handler. This is the one place that logs an error.
 */
#include "server/http/app.h"

#include "server/base/i18n.h"
#include "server/base/log.h"
#include "server/base/parse.h"

#include <ctype.h>

static bool is_read(const char *method)
{
    return hn_streq(method, "GET") || hn_streq(method, "HEAD");
}

static const char *url_quoted(struct hn_arena *a, const char *s)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, HTTP_URI_MAX * 3);
    for (; *s != '\0'; s++) {
        if (isalnum((unsigned char)*s) || strchr("/-._~", *s) != NULL)
            hn_sbuf_chr(&b, *s);
        else
            hn_sbuf_fmt(&b, "%%%02X", (unsigned)(unsigned char)*s);
    }
    return hn_sbuf_text(&b);
}

/* A page that needs a sign-in leads there and back. */
static enum hn_code to_sign_in(struct http_ctx *c, struct hn_err *e)
{
    const char *here = c->path;

    if (!is_read(c->method))
        return http_redirect(c, "/login", e);
    if (*c->req->query != '\0')
        here = hn_arena_fmt(c->arena, "%s?%s", c->path, c->req->query);
    if (hn_streq(here, "/"))
        return http_redirect(c, "/login", e);
    return http_redirect(c, hn_arena_fmt(c->arena, "/login?next=%s", url_quoted(c->arena, here)),
                         e);
}

/* "/tickets/" is "/tickets". Never for "//host/": that would lead away. */
static bool without_slash(struct http_ctx *c, struct hn_err *e)
{
    size_t n = strlen(c->path);
    struct http_match m;
    const char *to;

    if (n < 2 || c->path[n - 1] != '/' || c->path[1] == '/' || c->path[1] == '\\' ||
        !is_read(c->method))
        return false;
    to = hn_arena_strndup(c->arena, c->path, n - 1);
    if (http_router_match(c->app->router, "GET", to, c->arena, &m) != HN_OK)
        return false;
    if (*c->req->query != '\0')
        to = hn_arena_fmt(c->arena, "%s?%s", to, c->req->query);
    http_set_header(c, "Location", to);
    return http_bytes(c, 308, NULL, (struct hn_bytes){NULL, 0}, NULL, e) == HN_OK;
}

static enum hn_code no_route(struct http_ctx *c, struct hn_err *e)
{
    switch ((int)c->req->route_code) {
    case HN_E_MALFORMED:
        return hn_fail(e, HN_E_MALFORMED, "The address is not valid percent-encoded UTF-8");
    case HN_E_METHOD: return hn_fail(e, HN_E_METHOD, "This address takes only: %s", c->req->allow);
    default:
        if (without_slash(c, e))
            return HN_OK;
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such page or object");
    }
}

/* What a write with a body must be before a handler sees it. */
static enum hn_code body_checks(struct http_ctx *c, struct hn_err *e)
{
    const struct http_request *q = c->req;

    if (q->cut)
        return hn_fail(e, HN_E_LIMIT, "The body is too large: at most %zu bytes are taken here",
                       q->body_max);
    return HN_OK;
}

static bool at_its_door(const struct http_ctx *c)
{
    bool for_satellites = (c->req->route->flags & HTTP_SATELLITE) != 0;

    return for_satellites == (c->req->door == HTTP_DOOR_SATELLITE);
}

/* Who asks: an account at the main door, a satellite at its own. */
static enum hn_code find_who(struct http_ctx *c, struct hn_err *e)
{
    const struct http_hooks *h = &c->app->config.hooks;

    if (c->req->door == HTTP_DOOR_SATELLITE)
        return h->satellite == NULL ? HN_OK : h->satellite(c, &c->req->peer, e);
    return h->who == NULL ? HN_OK : h->who(c, e);
}

static enum hn_code run(struct http_ctx *c, struct hn_err *e)
{
    struct http_request *q = c->req;
    const struct http_route *route = q->route;
    enum hn_code who = find_who(c, e);

    if (who == HN_E_UNAVAILABLE) { /* a connection that the database's restart has cut: once more */
        hn_err_clear(e);
        who = find_who(c, e);
    }
    if (route == NULL || (q->door == HTTP_DOOR_SATELLITE && !at_its_door(c))) {
        hn_err_clear(e);
        return no_route(c, e);
    }
    if (who != HN_OK && route->perm != PERM_PUBLIC)
        return who;
    hn_err_clear(e);
    c->route = route->pattern;
    if (!http_may(c, route->perm)) {
        if (c->actor.account_id == 0 && !http_is_api(c))
            return to_sign_in(c, e);
        return http_require(c, route->perm, e);
    }
    if (!at_its_door(c))
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such page or object");
    if (body_checks(c, e) != HN_OK || http_request_parse(q, e) != HN_OK ||
        http_csrf_check(c, e) != HN_OK)
        return e->code;
    if (!is_read(c->method) && http_is_api(c) && c->actor.account_id != 0 &&
        http_header(c, "Idempotency-Key") != NULL)
        return http_idempotent(c, route->handler, e);
    return route->handler(c, e);
}

void http_dispatch(struct http_request *q, struct db *db)
{
    struct http_ctx c = {
        .app = q->app,
        .req = q,
        .db = db,
        .arena = q->arena,
        .now = hn_now(),
        .method = q->method,
        .path = q->path,
        .route = q->path,
    };
    struct hn_err e = {0};
    enum hn_code code;

    hn_i18n_japanese(!q->app->config.english);
    code = run(&c, &e);
    if (code == HN_OK && !q->answer.ready)
        code = hn_fail(&e, HN_E_INTERNAL, "the handler gave no answer");
    if (code != HN_OK) {
        if (e.code == HN_OK) /* a handler that lost its error: still never a success */
            (void)hn_fail(&e, code, "%s", hn_code_word(code));
        const char *op = hn_arena_fmt(q->arena, "%s %s req=%s", q->method, q->path, q->id);
        int status = hn_code_http_status(e.code);

        hn_log_err(status >= 500 && status != 503 ? HN_ERROR
                   : status == 503                ? HN_WARN
                                                  : HN_DEBUG,
                   op, &e);
        http_problem(q, &c, 0, &e);
    }
    http_finish(q);
}

void http_refuse(struct http_request *q, int status, enum hn_code code, const char *msgid)
{
    struct hn_err e = {0};

    hn_i18n_japanese(!q->app->config.english);
    (void)hn_fail(&e, code, "%s", hn_tr(msgid));
    http_problem(q, NULL, status, &e);
    http_finish(q);
}

void http_lead_to_main(struct http_request *q)
{
    struct http_answer *r = &q->answer;

    http_pairs_add(&r->headers, q->arena, "Location",
                   hn_arena_fmt(q->arena, "%s%s%s%s", q->app->config.base_url, q->path,
                                *q->query == '\0' ? "" : "?", q->query));
    r->status = 308;
    r->ready = true;
    http_finish(q);
}

/* ---- what every answer carries ---- */

static const struct http_pair always[] = {
    {"Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
                                "form-action 'self'; object-src 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    /* same-origin and not no-referrer: browsers then send Origin with our own forms */
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
};

static bool etag_listed(const char *list, const char *etag)
{
    size_t n = strlen(etag);

    for (const char *p = list; (p = strchr(p, '"')) != NULL;) {
        const char *end = strchr(p + 1, '"');

        if (end == NULL)
            return false;
        if ((size_t)(end - p - 1) == n && memcmp(p + 1, etag, n) == 0)
            return true;
        p = end + 1;
    }
    return hn_streq(list, "*");
}

static void add_etag(struct http_request *q)
{
    struct http_answer *r = &q->answer;
    const char *asked = http_pairs_get_nocase(&q->headers, "If-None-Match");

    http_pairs_add(&r->headers, q->arena, "ETag", hn_arena_fmt(q->arena, "\"%s\"", r->etag));
    if (asked != NULL && r->status == 200 && is_read(q->method) && etag_listed(asked, r->etag)) {
        r->status = 304;
        r->body = (struct hn_bytes){NULL, 0};
        r->type = NULL;
    }
}

static enum http_status_slot slot_of(int status)
{
    switch (status) {
#define X(s)                                                                                       \
    case s: return HTTP_SLOT_##s;
        HTTP_STATUSES(X)
#undef X
    default: return HTTP_SLOT_OTHER;
    }
}

void http_finish(struct http_request *q)
{
    struct http_answer *r = &q->answer;
    struct http_count *n = &q->app->counts[q->route_index];

    if (r->etag != NULL)
        add_etag(q);
    for (size_t i = 0; i < HN_ARRAY_LEN(always); i++)
        if (http_pairs_get_nocase(&r->headers, always[i].name) == NULL)
            http_pairs_add(&r->headers, q->arena, always[i].name, always[i].value);
    if (http_pairs_get_nocase(&r->headers, "Cache-Control") == NULL)
        http_pairs_add(&r->headers, q->arena, "Cache-Control",
                       r->etag != NULL ? "private, no-cache" : "no-store");
    if (q->app->config.secure_cookies && q->door == HTTP_DOOR_MAIN)
        http_pairs_add(&r->headers, q->arena, "Strict-Transport-Security", "max-age=31536000");
    if (r->type != NULL)
        http_pairs_add(&r->headers, q->arena, "Content-Type", r->type);
    http_pairs_add(&r->headers, q->arena, "X-Request-Id", q->id);
    atomic_fetch_add_explicit(&n->n[slot_of(r->status)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&n->us, (uint64_t)(hn_mono_now().us - q->began.us),
                              memory_order_relaxed);
}
