/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/router.h"

#include "server/module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static enum hn_code handler(struct http_ctx *c, struct hn_err *e)
{
    (void)c;
    (void)e;
    return HN_OK;
}

#define R(method, pattern)                                                                         \
    {                                                                                              \
        method, pattern, PERM_SIGNED_IN, handler, 0, NULL                                          \
    }
static const struct http_route routes[] = {
    R("GET", "/"),
    R("GET", "/tickets"),
    R("POST", "/tickets"),
    R("GET", "/tickets/:id"),
    R("GET", "/tickets/new"),
    R("POST", "/tickets/:id/transitions"),
    R("GET", "/api/v1/reports/:id"),
    R("GET", "/api/v1/reports/:id.:format"),
    R("GET", "/api/v1/exports/:ledger.csv"),
    R("GET", "/setup/:token/qr.svg"),
    R("DELETE", "/api/v1/reports/:id"),
    R("GET", "/a/:x/c"),
    R("GET", "/a/b/:y"),
};
static const struct hn_module module = {
    .name = "test", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
static const struct hn_module *const modules[] = {&module};

static struct http_router *router;

static struct row {
    const char *name, *method, *path;
    enum hn_code code;
    const char *pattern; /* or the Allow list */
    const char *params;  /* "id=12 format=pdf" */
} rows[] = {
    {"root", "GET", "/", HN_OK, "/", ""},
    {"list", "GET", "/tickets", HN_OK, "/tickets", ""},
    {"post to the list", "POST", "/tickets", HN_OK, "/tickets", ""},
    {"HEAD is GET", "HEAD", "/tickets", HN_OK, "/tickets", ""},
    {"parameter", "GET", "/tickets/12", HN_OK, "/tickets/:id", "id=12 "},
    {"literal before parameter", "GET", "/tickets/new", HN_OK, "/tickets/new", ""},
    {"dot prefers a dot", "GET", "/api/v1/reports/7.pdf", HN_OK, "/api/v1/reports/:id.:format",
     "id=7 format=pdf "},
    {"no dot", "GET", "/api/v1/reports/7", HN_OK, "/api/v1/reports/:id", "id=7 "},
    {"two dots: the last one", "GET", "/api/v1/reports/a.b.pdf", HN_OK,
     "/api/v1/reports/:id.:format", "id=a.b format=pdf "},
    {"literal after the dot", "GET", "/api/v1/exports/x.csv", HN_OK, "/api/v1/exports/:ledger.csv",
     "ledger=x "},
    {"another ending", "GET", "/api/v1/exports/x.pdf", HN_E_NOT_FOUND, NULL, NULL},
    {"literal with a dot", "GET", "/setup/abc/qr.svg", HN_OK, "/setup/:token/qr.svg", "token=abc "},
    {"left literal wins", "GET", "/a/b/c", HN_OK, "/a/b/:y", "y=c "},
    {"right literal", "GET", "/a/z/c", HN_OK, "/a/:x/c", "x=z "},
    {"decoded", "GET", "/tickets/%E9%BA%B9", HN_OK, "/tickets/:id", "id=麹 "},
    {"slash inside a parameter", "GET", "/tickets/a%2Fb", HN_OK, "/tickets/:id", "id=a/b "},
    {"plus is a plus", "GET", "/tickets/a+b", HN_OK, "/tickets/:id", "id=a+b "},
    {"unknown", "GET", "/nothing", HN_E_NOT_FOUND, NULL, NULL},
    {"empty segment", "GET", "/tickets/", HN_E_NOT_FOUND, NULL, NULL},
    {"double slash", "GET", "//tickets", HN_E_NOT_FOUND, NULL, NULL},
    {"dots do not climb", "GET", "/tickets/../tickets", HN_E_NOT_FOUND, NULL, NULL},
    {"too deep", "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13", HN_E_NOT_FOUND, NULL, NULL},
    {"method", "PUT", "/tickets", HN_E_METHOD, "GET, HEAD, POST", NULL},
    {"method of a parameter", "POST", "/api/v1/reports/7", HN_E_METHOD, "GET, HEAD, DELETE", NULL},
    {"method is case-sensitive", "get", "/tickets", HN_E_METHOD, "GET, HEAD, POST", NULL},
    {"bad percent", "GET", "/tickets/%zz", HN_E_MALFORMED, NULL, NULL},
    {"cut percent", "GET", "/tickets/%e", HN_E_MALFORMED, NULL, NULL},
    {"not UTF-8", "GET", "/tickets/%ff", HN_E_MALFORMED, NULL, NULL},
    {"NUL", "GET", "/tickets/%00", HN_E_MALFORMED, NULL, NULL},
    {"no slash", "GET", "tickets", HN_E_MALFORMED, NULL, NULL},
};

static void one_row(void **state)
{
    const struct row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct http_match m;
    struct hn_sbuf b;

    assert_int_equal(http_router_match(router, r->method, r->path, a, &m), r->code);
    if (r->code == HN_E_METHOD)
        assert_string_equal(m.allow, r->pattern);
    if (r->code != HN_OK)
        return;
    assert_string_equal(m.route->pattern, r->pattern);
    assert_ptr_equal(http_router_at(router, m.index), m.route);
    hn_sbuf_init(&b, a, 1000);
    for (size_t i = 0; i < m.params.n; i++)
        hn_sbuf_fmt(&b, "%s=%s ", m.params.v[i].name, m.params.v[i].value);
    assert_string_equal(hn_sbuf_text(&b), r->params);
}

static void refuses(const struct http_route *bad, size_t n)
{
    const struct hn_module m = {.name = "bad", .routes = bad, .n_routes = n};
    const struct hn_module *const l[] = {&m};
    struct http_router *r = NULL;
    struct hn_err e = {0};

    assert_int_equal(http_router_new(l, 1, &r, &e), HN_E_INTERNAL);
}

static void bad_tables(void **state)
{
    static const struct http_route twice[] = {R("GET", "/x"), R("GET", "/x")};
    static const struct http_route method[] = {R("FETCH", "/x")};
    static const struct http_route pattern[] = {R("GET", "x")};
    static const struct http_route empty[] = {R("GET", "/x//y")};
    static const struct http_route perm[] = {{"GET", "/x", PERM_COUNT, handler, 0, NULL}};
    static const struct http_route no_handler[] = {{"GET", "/x", PERM_PUBLIC, NULL, 0, NULL}};

    (void)state;
    refuses(twice, 2);
    refuses(method, 1);
    refuses(pattern, 1);
    refuses(empty, 1);
    refuses(perm, 1);
    refuses(no_handler, 1);
}

/* The product's own tables compile, and every route that is not for everybody names who may. */
static void product(void **state)
{
    struct http_router *r = NULL;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(http_router_new(hn_modules, hn_n_modules, &r, &e), HN_OK);
    assert_true(http_router_count(r) > 20);
    for (size_t i = 0; i < http_router_count(r); i++) {
        const struct http_route *t = http_router_at(r, i);

        /* What the API's description shows; pages need none. */
        if (strncmp(t->pattern, "/api/", 5) == 0)
            assert_non_null(t->summary);
        if (t->perm == PERM_PUBLIC && !hn_streq(t->method, "GET"))
            assert_true(hn_streq(t->pattern, "/login") || hn_streq(t->pattern, "/setup/:token") ||
                        hn_streq(t->pattern, "/api/v1/satellite/enrol"));
        /* The satellites' door leads to theirs and to none of the others. */
        assert_int_equal((t->flags & HTTP_SATELLITE) != 0,
                         strncmp(t->pattern, "/api/v1/satellite/", 18) == 0);
    }
    http_router_free(r);
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(rows) + 2];
    struct hn_err e = {0};
    int failed;

    if (http_router_new(modules, 1, &router, &e) != HN_OK)
        return 1;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        t[i] = (struct CMUnitTest){rows[i].name, one_row, NULL, NULL, &rows[i]};
    t[HN_ARRAY_LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(bad_tables);
    t[HN_ARRAY_LEN(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(product);
    failed = cmocka_run_group_tests_name("router", t, NULL, NULL);
    http_router_free(router);
    return failed;
}
