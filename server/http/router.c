/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/router.h"

#include "server/module.h"

#define SEGMENTS_MAX 12
#define METHODS_MAX 8

/* One half of a segment. */
struct piece {
    const char *text; /* the literal, or the parameter's name */
    bool is_param;
};

struct segment {
    struct piece piece[2];
    int n; /* 2: joined by a dot */
};

struct entry {
    const struct http_route *route;
    const char *module;
    size_t n;
    struct segment seg[SEGMENTS_MAX];
};

struct http_router {
    struct hn_arena *arena;
    struct entry *entry; /* in the order of the modules' tables */
    size_t n;
    const struct entry **by_count[SEGMENTS_MAX + 1]; /* best match first */
    size_t n_by_count[SEGMENTS_MAX + 1];
};

static struct piece piece_of(struct hn_arena *a, const char *s, size_t n)
{
    bool is_param = n > 0 && s[0] == ':';

    return (struct piece){hn_arena_strndup(a, is_param ? s + 1 : s, is_param ? n - 1 : n),
                          is_param};
}

static bool compile(struct hn_arena *a, const char *pattern, struct entry *t)
{
    const char *p = pattern;

    if (*p != '/')
        return false;
    t->n = 0;
    if (p[1] == '\0')
        return true;
    while (*p == '/') {
        size_t len = strcspn(p + 1, "/");
        const char *dot = NULL;
        struct segment *s;

        if (len == 0 || t->n == SEGMENTS_MAX)
            return false;
        s = &t->seg[t->n++];
        for (size_t i = 1; i <= len; i++)
            if (p[i] == '.' && (p[1] == ':' || p[i + 1] == ':'))
                dot = p + i;
        if (dot != NULL) {
            s->n = 2;
            s->piece[0] = piece_of(a, p + 1, (size_t)(dot - p - 1));
            s->piece[1] = piece_of(a, dot + 1, (size_t)(p + 1 + len - dot - 1));
        } else {
            s->n = 1;
            s->piece[0] = piece_of(a, p + 1, len);
        }
        p += len + 1;
    }
    return *p == '\0';
}

/* How particular a segment is: literal, joined, parameter. */
static int rank(const struct segment *s)
{
    if (s->n == 1)
        return s->piece[0].is_param ? 3 : 0;
    return s->piece[0].is_param ? 2 : 1;
}

static int by_rank(const void *pa, const void *pb)
{
    const struct entry *a = *(const struct entry *const *)pa;
    const struct entry *b = *(const struct entry *const *)pb;

    for (size_t i = 0; i < a->n; i++) {
        int d = rank(&a->seg[i]) - rank(&b->seg[i]);

        if (d != 0)
            return d;
    }
    return a < b ? -1 : a > b;
}

static bool known_method(const char *m)
{
    static const char *const known[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < HN_ARRAY_LEN(known); i++)
        if (hn_streq(known[i], m))
            return true;
    return false;
}

static enum hn_code add_routes(struct http_router *r, const struct hn_module *m, struct hn_err *e)
{
    for (size_t i = 0; i < m->n_routes; i++) {
        const struct http_route *route = &m->routes[i];
        struct entry *t = &r->entry[r->n];

        if (route->handler == NULL || !known_method(route->method) ||
            (unsigned)route->perm >= PERM_COUNT || !compile(r->arena, route->pattern, t))
            return hn_fail(e, HN_E_INTERNAL, "bad route %s %s", route->method, route->pattern);
        for (size_t j = 0; j < r->n; j++)
            if (hn_streq(r->entry[j].route->method, route->method) &&
                hn_streq(r->entry[j].route->pattern, route->pattern))
                return hn_fail(e, HN_E_INTERNAL, "route %s %s is there twice", route->method,
                               route->pattern);
        t->route = route;
        t->module = m->name;
        r->n++;
    }
    return HN_OK;
}

enum hn_code http_router_new(const struct hn_module *const *modules, size_t n,
                             struct http_router **out, struct hn_err *e)
{
    struct hn_arena *a = hn_arena_new();
    struct http_router *r = hn_arena_make(a, struct http_router, 1);
    size_t total = 0;

    r->arena = a;
    for (size_t i = 0; i < n; i++)
        total += modules[i]->n_routes;
    r->entry = hn_arena_make(a, struct entry, total + 1);
    for (size_t i = 0; i < n; i++) {
        if (add_routes(r, modules[i], e) != HN_OK) {
            hn_arena_free(a);
            return e->code;
        }
    }
    for (size_t k = 0; k <= SEGMENTS_MAX; k++) {
        r->by_count[k] = hn_arena_make(a, const struct entry *, r->n + 1);
        for (size_t i = 0; i < r->n; i++)
            if (r->entry[i].n == k)
                r->by_count[k][r->n_by_count[k]++] = &r->entry[i];
        qsort(r->by_count[k], r->n_by_count[k], sizeof(*r->by_count[k]), by_rank);
    }
    *out = r;
    return HN_OK;
}

void http_router_free(struct http_router *r)
{
    if (r != NULL)
        hn_arena_free(r->arena);
}

/* Matches one decoded segment; adds what it binds. */
static bool match_segment(const struct segment *s, const char *text, struct hn_arena *a,
                          struct http_pairs *params)
{
    const char *dot;
    const char *half[2];

    if (s->n == 1) {
        if (!s->piece[0].is_param)
            return hn_streq(s->piece[0].text, text);
        if (*text == '\0')
            return false;
        http_pairs_add(params, a, s->piece[0].text, text);
        return true;
    }
    dot = strrchr(text, '.');
    if (dot == NULL || dot == text || dot[1] == '\0')
        return false;
    half[0] = hn_arena_strndup(a, text, (size_t)(dot - text));
    half[1] = dot + 1;
    for (int i = 0; i < 2; i++) {
        if (s->piece[i].is_param)
            http_pairs_add(params, a, s->piece[i].text, half[i]);
        else if (!hn_streq(s->piece[i].text, half[i]))
            return false;
    }
    return true;
}

static bool match_entry(const struct entry *t, const char *const *seg, struct hn_arena *a,
                        struct http_pairs *params)
{
    params->n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (!match_segment(&t->seg[i], seg[i], a, params))
            return false;
    return true;
}

/* Splits and decodes; false when undecodable. *n is SEGMENTS_MAX + 1 when there are too many. */
static bool split(const char *path, struct hn_arena *a, const char **seg, size_t *n)
{
    *n = 0;
    if (path[0] != '/')
        return false;
    if (path[1] == '\0')
        return true;
    while (*path == '/') {
        size_t len = strcspn(path + 1, "/");

        if (*n == SEGMENTS_MAX) {
            *n = SEGMENTS_MAX + 1;
            return true;
        }
        seg[*n] = http_decode(a, path + 1, len, false);
        if (seg[*n] == NULL)
            return false;
        (*n)++;
        path += len + 1;
    }
    return true;
}

/* "GET, HEAD, POST": every method whose pattern matches. */
static const char *allowed(const struct http_router *r, const char *const *seg, size_t n,
                           struct hn_arena *a)
{
    const char *method[METHODS_MAX];
    size_t n_methods = 0;
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 200);
    for (size_t i = 0; i < r->n_by_count[n]; i++) {
        const struct entry *t = r->by_count[n][i];
        struct http_pairs params = {0};
        bool there = false;

        if (!match_entry(t, seg, a, &params))
            continue;
        for (size_t j = 0; j < n_methods; j++)
            there = there || hn_streq(method[j], t->route->method);
        if (there || n_methods == METHODS_MAX)
            continue;
        method[n_methods++] = t->route->method;
        if (b.n > 0)
            hn_sbuf_str(&b, ", ");
        hn_sbuf_str(&b, t->route->method);
        if (hn_streq(t->route->method, "GET"))
            hn_sbuf_str(&b, ", HEAD");
    }
    return b.n == 0 ? NULL : hn_sbuf_text(&b);
}

enum hn_code http_router_match(const struct http_router *r, const char *method, const char *path,
                               struct hn_arena *a, struct http_match *out)
{
    const char *seg[SEGMENTS_MAX] = {0};
    size_t n;

    *out = (struct http_match){0};
    if (hn_streq(method, "HEAD"))
        method = "GET";
    if (!split(path, a, seg, &n))
        return HN_E_MALFORMED;
    if (n > SEGMENTS_MAX)
        return HN_E_NOT_FOUND;
    for (size_t i = 0; i < r->n_by_count[n]; i++) {
        const struct entry *t = r->by_count[n][i];

        if (hn_streq(t->route->method, method) && match_entry(t, seg, a, &out->params)) {
            out->route = t->route;
            out->index = (size_t)(t - r->entry);
            return HN_OK;
        }
    }
    out->allow = allowed(r, seg, n, a);
    return out->allow == NULL ? HN_E_NOT_FOUND : HN_E_METHOD;
}

size_t http_router_count(const struct http_router *r)
{
    return r->n;
}

const struct http_route *http_router_at(const struct http_router *r, size_t i)
{
    return r->entry[i].route;
}

const char *http_router_module(const struct http_router *r, size_t i)
{
    return r->entry[i].module;
}
