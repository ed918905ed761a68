/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP layer against a real PostgreSQL and over real sockets: every route without credentials,
 * bodies of every bad kind, idempotency, static files, live streams, health.
 */
#include "server/auth/account.h"
#include "server/base/json.h"
#include "server/http/live.h"
#include "tests/support/http_client.h"
#include "tests/support/pg.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* json.h hides json-c from the product's code; the test walks one document with it. */
#include <json-c/json.h>

static struct http_app *app;
static const char *admin; /* header line */
static const char *noc;
static struct hn_arena *keep;

/* ---- routes of this test alone ---- */

static enum hn_code live(struct http_ctx *c, struct hn_err *e)
{
    struct hn_texts t = http_query_all(c, "topic");

    return http_sse(c, t.v, t.n, e);
}

static atomic_int runs; /* of count(), written by workers */

static enum hn_code count(struct http_ctx *c, struct hn_err *e)
{
    HN_JSON o = NULL;
    struct hn_jw *w;

    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    if (hn_json_has(o, "fail"))
        return hn_fail_field(e, "fail", "was asked for");
    (void)usleep(50000);
    w = http_jw(c);
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "run", atomic_fetch_add(&runs, 1) + 1);
    hn_jw_end_object(w);
    return http_json(c, 201, e);
}

static enum hn_code echo(struct http_ctx *c, struct hn_err *e)
{
    const char *v = http_form(c, "text");
    struct http_file f;

    if (http_form_file(c, "file", &f))
        v = hn_arena_fmt(c->arena, "%s %s %zu", f.name, f.type, f.data.n);
    if (v == NULL)
        v = http_query(c, "text");
    v = v == NULL ? "nothing" : v;
    return http_bytes(c, 200, "text/plain; charset=utf-8",
                      (struct hn_bytes){(const uint8_t *)v, strlen(v)}, http_query(c, "as"), e);
}

static enum hn_code lost(struct http_ctx *c, struct hn_err *e)
{
    (void)c;
    (void)e;
    return HN_OK; /* no answer: a bug of a handler */
}

static enum hn_code refused(struct http_ctx *c, struct hn_err *e)
{
    (void)hn_fail(e, HN_E_INVALID, "this step is not allowed");
    (void)snprintf(e->allowed, sizeof(e->allowed), "assigned,in_progress");
    http_set_header(c, "X-Late", "must not be seen");
    return e->code;
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/test/live", PERM_SIGNED_IN, live, 0, "test"},
    {"POST", "/api/v1/test/count", PERM_SIGNED_IN, count, 0, "test"},
    {"POST", "/api/v1/test/echo", PERM_SIGNED_IN, echo, HTTP_UPLOAD, "test"},
    {"GET", "/api/v1/test/echo", PERM_SIGNED_IN, echo, 0, "test"},
    {"GET", "/api/v1/test/lost", PERM_SIGNED_IN, lost, 0, "test"},
    {"POST", "/api/v1/test/refused", PERM_SIGNED_IN, refused, 0, "test"},
};
static const struct hn_module module = {
    .name = "test", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};

static const char *token(const char *name, enum role role)
{
    DB db = pg_test_db();
    struct actor by = ACTOR_CLI;
    struct token_new in = {.name = name, .role = role, .expires_at = HN_UNSET};
    struct token t = {0};
    struct hn_err e = {0};
    const char *secret = NULL;

    if (token_create(db, &by, &in, hn_now(), keep, &t, &secret, &e) != HN_OK)
        abort();
    return hn_arena_fmt(keep, "Authorization: Bearer %s\r\n", secret);
}

static int up(void **state)
{
    if (pg_group_up(state) != 0)
        return -1;
    keep = hn_arena_new();
    app = http_test_start(&module);
    admin = token("admin", ROLE_ADMIN);
    noc = token("noc", ROLE_NOC);
    return 0;
}

static int down(void **state)
{
    http_test_stop(app);
    hn_arena_free(keep);
    return pg_group_down(state);
}

#define JSON_TYPE "Content-Type: application/json\r\n"

static const char *with_json(struct hn_arena *a, const char *who)
{
    return hn_arena_fmt(a, "%s" JSON_TYPE, who);
}

/* ---- health ---- */

static void health(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reply r;

    (void)state;
    r = http_test(app, a, "GET", "/healthz", "", NULL);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "ok\n");
    r = http_test(app, a, "GET", "/readyz", "", NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "database: ok"));
    assert_non_null(strstr(r.body, "encrypted_volume: unknown\n")); /* no folder is named */
    r = http_test(app, a, "GET", "/metrics", "", NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "hinomi_http_requests_total{route=\"/healthz\",method=\"GET\","
                                   "status=\"200\"}"));
    assert_non_null(strstr(r.body, "hinomi_database_up 1"));
    assert_non_null(strstr(r.body, "hinomi_sessions 0"));
}

static void every_answer_is_guarded(void **state)
{
    static const char *const paths[] = {
        "/healthz", "/login", "/no-such-page", "/api/v1/nothing", "/static/css/hinomi.css",
        "/users"};
    HN_ARENA a = hn_arena_new();

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(paths); i++) {
        struct reply r = http_test(app, a, "GET", paths[i], "", NULL);
        const char *csp = reply_header(&r, a, "Content-Security-Policy");

        assert_non_null(strstr(csp, "default-src 'self'"));
        assert_non_null(strstr(csp, "frame-ancestors 'none'"));
        assert_null(strstr(csp, "unsafe-inline"));
        assert_string_equal(reply_header(&r, a, "X-Content-Type-Options"), "nosniff");
        assert_string_equal(reply_header(&r, a, "Referrer-Policy"), "same-origin");
        assert_string_equal(reply_header(&r, a, "Cross-Origin-Opener-Policy"), "same-origin");
        if (strncmp(paths[i], "/static/", 8) != 0)
            assert_string_equal(reply_header(&r, a, "Cache-Control"), "no-store");
    }
}

/* ---- deny by default ---- */

/* The pattern with something in place of each parameter. */
static const char *filled(struct hn_arena *a, const char *pattern)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 1000);
    while (*pattern != '\0') {
        if (*pattern == ':') {
            hn_sbuf_str(&b, "1");
            pattern += strcspn(pattern, "/.");
        } else {
            hn_sbuf_chr(&b, *pattern++);
        }
    }
    return hn_sbuf_text(&b);
}

static void every_route_without_credentials(void **state)
{
    size_t n = http_router_count(app->router);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct http_route *t = http_router_at(app->router, i);
        HN_ARENA a = hn_arena_new();
        const char *path = filled(a, t->pattern);
        struct reply r;

        if (t->perm == PERM_PUBLIC)
            continue;
        r = http_test(app, a, t->method, path, JSON_TYPE,
                      hn_streq(t->method, "GET") ? NULL : "{\"x\":1}");
        if (strncmp(path, "/api/", 5) == 0) {
            assert_int_equal(r.status, 401);
            assert_string_equal(reply_header(&r, a, "Content-Type"), "application/problem+json");
            assert_non_null(strstr(reply_header(&r, a, "WWW-Authenticate"), "Bearer"));
        } else {
            assert_int_equal(r.status, 303);
            assert_int_equal(strncmp(reply_header(&r, a, "Location"), "/login", 6), 0);
        }
    }
}

/* Each route as each role: refused exactly where the table of perm.c says so. GET only: a write
 * would write. What is allowed is tried as two roles, that all pages are there and none of them
 * breaks. */
static void every_route_as_every_role(void **state)
{
    (void)state;
    for (int role = 0; role < ROLE_COUNT; role++) {
        const char *who = token(role_word((enum role)role), (enum role)role);

        for (size_t i = 0; i < http_router_count(app->router); i++) {
            const struct http_route *t = http_router_at(app->router, i);
            HN_ARENA a = hn_arena_new();
            struct reply r;

            if (t->perm == PERM_PUBLIC || !hn_streq(t->method, "GET") ||
                strstr(t->pattern, "live") != NULL || strstr(t->pattern, "lost") != NULL)
                continue;
            if (perm_role_has((enum role)role, t->perm) && role != ROLE_ADMIN &&
                role != ROLE_AUDITOR)
                continue;
            r = http_test(app, a, "GET", filled(a, t->pattern), who, NULL);
            if (!perm_role_has((enum role)role, t->perm))
                assert_int_equal(r.status, 403);
            else
                assert_true(r.status != 401 && r.status != 403 && r.status < 500);
        }
    }
}

static void tokens(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    struct reply r;

    (void)state;
    assert_int_equal(http_test(app, a, "GET", "/api/v1/users", admin, NULL).status, 200);
    assert_int_equal(http_test(app, a, "GET", "/api/v1/users", noc, NULL).status, 403);
    r = http_test(app, a, "GET", "/api/v1/me", noc, NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "\"login\":\"token:noc\""));
    assert_int_equal(
        http_test(app, a, "GET", "/api/v1/me", "Authorization: Bearer nothing\r\n", NULL).status,
        401);
    assert_int_equal(
        http_test(app, a, "GET", "/api/v1/me", "Authorization: Basic eDp5\r\n", NULL).status, 401);
    /* one that ends: good for an hour, then not */
    r = http_test(app, a, "POST", "/api/v1/tokens", with_json(a, admin),
                  "{\"name\":\"short\",\"role\":\"noc\",\"expires_in\":\"1h\"}");
    assert_int_equal(r.status, 201);
    const char *secret = strstr(r.body, "hnm_");
    assert_non_null(secret);
    const char *head =
        hn_arena_fmt(a, "Authorization: Bearer %.*s\r\n", (int)strcspn(secret, "\""), secret);
    assert_int_equal(http_test(app, a, "GET", "/api/v1/me", head, NULL).status, 200);
    hn_clock_set(hn_now() + 3601 * HN_SEC);
    assert_int_equal(http_test(app, a, "GET", "/api/v1/me", head, NULL).status, 401);
    hn_clock_set(HN_UNSET);
    assert_int_equal(http_test(app, a, "GET", "/api/v1/me", head, NULL).status, 200);
    int64_t id = pg_test_i64(db, "SELECT id FROM auth.token WHERE name = 'short'");
    const char *path = hn_arena_fmt(a, "/api/v1/tokens/%" PRId64, id);
    assert_int_equal(http_test(app, a, "DELETE", path, admin, NULL).status, 204);
    assert_int_equal(http_test(app, a, "GET", "/api/v1/me", head, NULL).status, 401);
    assert_int_equal(http_test(app, a, "DELETE", path, admin, NULL).status, 409);
    /* no secret is in the database in clear */
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal WHERE canonical LIKE "
                                     "'%%hnm_%%'"),
                     0);
}

/* ---- bad input ---- */

static struct bad {
    const char *name, *method, *path, *type, *body;
    int status;
    const char *has; /* in the body */
} bads[] = {
    {"no body", "POST", "/api/v1/users", JSON_TYPE, "", 400, "\"status\":400"},
    {"not JSON", "POST", "/api/v1/users", JSON_TYPE, "{", 400, "problem:malformed"},
    {"not an object", "POST", "/api/v1/users", JSON_TYPE, "[]", 400, "problem:malformed"},
    {"not UTF-8", "POST", "/api/v1/users", JSON_TYPE, "{\"login\":\"\xff\"}", 400, "malformed"},
    {"text behind", "POST", "/api/v1/users", JSON_TYPE, "{} {}", 400, "malformed"},
    {"another type", "POST", "/api/v1/users", "Content-Type: text/xml\r\n", "<a/>", 415,
     "unsupported-media-type"},
    {"no type", "POST", "/api/v1/users", "", "{}", 415, "unsupported-media-type"},
    {"fields missing", "POST", "/api/v1/users", JSON_TYPE, "{}", 422, "\"field\":\"login\""},
    {"unknown field", "POST", "/api/v1/users", JSON_TYPE,
     "{\"login\":\"a\",\"name\":\"b\",\"role\":\"noc\",\"admin\":true}", 422,
     "\"field\":\"admin\""},
    {"unknown role", "POST", "/api/v1/users", JSON_TYPE,
     "{\"login\":\"a\",\"name\":\"b\",\"role\":\"root\"}", 422, "\"field\":\"role\""},
    {"SQL in the login", "POST", "/api/v1/users", JSON_TYPE,
     "{\"login\":\"a'; DROP TABLE auth.account; --\",\"name\":\"b\",\"role\":\"noc\"}", 422,
     "\"field\":\"login\""},
    {"bad percent in the path", "GET", "/api/v1/users/%zz", "", NULL, 400, "malformed"},
    {"bad percent in the query", "GET", "/api/v1/users?q=%zz", "", NULL, 400, "malformed"},
    {"query not UTF-8", "GET", "/api/v1/users?q=%ff", "", NULL, 400, "malformed"},
    {"limit is a word", "GET", "/api/v1/users?limit=x", "", NULL, 422, "\"field\":\"limit\""},
    {"limit too high", "GET", "/api/v1/users?limit=1001", "", NULL, 422, "\"field\":\"limit\""},
    {"limit zero", "GET", "/api/v1/users?limit=0", "", NULL, 422, "\"field\":\"limit\""},
    {"cursor of nobody", "GET", "/api/v1/users?cursor=abc", "", NULL, 422, "\"field\":\"cursor\""},
    {"bad instant", "GET", "/api/v1/audit?from=yesterday", "", NULL, 422, "\"field\":\"from\""},
    {"id is a word", "GET", "/api/v1/users/abc", "", NULL, 404, "not-found"},
    {"id too large", "GET", "/api/v1/users/99999999999999999999", "", NULL, 404, "not-found"},
    {"no such user", "GET", "/api/v1/users/999999", "", NULL, 404, "not-found"},
    {"no such route", "GET", "/api/v1/nothing", "", NULL, 404, "not-found"},
    {"method", "PUT", "/api/v1/users", JSON_TYPE, "{}", 405, "method-not-allowed"},
    {"traversal", "GET", "/static/../GNUmakefile", "", NULL, 404, ""},
    {"encoded traversal", "GET", "/static/%2e%2e/GNUmakefile", "", NULL, 404, ""},
    {"idempotency key with a space", "POST", "/api/v1/test/count",
     JSON_TYPE "Idempotency-Key: a b\r\n", "{}", 422, "Idempotency-Key"},
    {"a refused step names what is allowed", "POST", "/api/v1/test/refused", JSON_TYPE, "{}", 422,
     "\"allowed\":[\"assigned\",\"in_progress\"]"},
    {"a handler that gives no answer", "GET", "/api/v1/test/lost", "", NULL, 500, "internal"},
};

static void one_bad(void **state)
{
    const struct bad *b = *state;
    HN_ARENA a = hn_arena_new();
    struct reply r =
        http_test(app, a, b->method, b->path, hn_arena_fmt(a, "%s%s", admin, b->type), b->body);

    assert_int_equal(r.status, b->status);
    assert_non_null(strstr(r.body, b->has));
    assert_string_equal(reply_header(&r, a, "X-Late"), "");
    if (strncmp(b->path, "/api/", 5) == 0)
        assert_string_equal(reply_header(&r, a, "Content-Type"), "application/problem+json");
    if (b->status == 405)
        assert_non_null(strstr(reply_header(&r, a, "Allow"), "GET"));
}

static const char *repeated(struct hn_arena *a, const char *s, size_t n)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 64 * 1024 * 1024);
    for (size_t i = 0; i < n; i++)
        hn_sbuf_str(&b, s);
    return hn_sbuf_text(&b);
}

static void large_and_deep(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reply r;

    (void)state;
    r = http_test(app, a, "POST", "/api/v1/users", with_json(a, admin), repeated(a, "[", 100000));
    assert_int_equal(r.status, 400);
    r = http_test(app, a, "POST", "/api/v1/users", with_json(a, admin),
                  hn_arena_fmt(a, "{\"name\":\"%s\"}", repeated(a, "x", HTTP_BODY_USUAL)));
    assert_int_equal(r.status, 413);
    assert_string_equal(reply_header(&r, a, "Content-Type"), "application/problem+json");
    /* nobody's bodies are not kept, and the sign-in form is small */
    r = http_test(app, a, "POST", "/api/v1/users", JSON_TYPE, repeated(a, "x", 100000));
    assert_int_equal(r.status, 401);
    r = http_test(app, a, "POST", "/login", "Content-Type: application/x-www-form-urlencoded\r\n",
                  repeated(a, "x", HTTP_BODY_SMALL + 1));
    assert_int_equal(r.status, 413);
    /* addresses and headers */
    r = http_test(app, a, "GET", hn_arena_fmt(a, "/api/v1/users?q=%s", repeated(a, "x", 9000)),
                  admin, NULL);
    assert_int_equal(r.status, 414);
    r = http_test(app, a, "GET", "/healthz", hn_arena_fmt(a, "X: %s\r\n", repeated(a, "x", 40000)),
                  NULL);
    assert_true(r.status == 431 || r.status == 413 || r.status == 400);
    /* one promised to be larger than anything is refused before it is sent */
    const char *huge = hn_arena_fmt(a,
                                    "POST /api/v1/users HTTP/1.1\r\nHost: t\r\n%s" JSON_TYPE
                                    "Content-Length: 99999999999\r\n\r\n",
                                    admin);
    r = http_test_raw(app, a, huge, strlen(huge), 5000);
    assert_int_equal(r.status, 413);
    assert_int_equal(http_test(app, a, "GET", "/healthz", "", NULL).status, 200);
}

/* What ends in the middle changes nothing and costs nothing. */
static void truncated(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    int64_t before = pg_test_i64(db, "SELECT count(*) FROM auth.account");
    const char *half = hn_arena_fmt(a,
                                    "POST /api/v1/users HTTP/1.1\r\nHost: t\r\n%s" JSON_TYPE
                                    "Content-Length: 1000\r\n\r\n{\"login\":\"half\",",
                                    admin);
    static const char *const cuts[] = {
        "",
        "G",
        "GET",
        "GET / HTTP/1.1\r\nHost",
        "\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};

    (void)state;
    for (int i = 0; i < 20; i++)
        (void)http_test_raw(app, a, half, strlen(half), 20);
    for (size_t i = 0; i < HN_ARRAY_LEN(cuts); i++)
        (void)http_test_raw(app, a, cuts[i], strlen(cuts[i]), 50);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM auth.account"), before);
    for (int i = 0; i < 100 && atomic_load(&app->body_bytes) > 0; i++)
        (void)usleep(50000);
    assert_int_equal(atomic_load(&app->body_bytes), 0);
    assert_int_equal(http_test(app, a, "GET", "/healthz", "", NULL).status, 200);
}

static void chunked_bodies(void **state)
{
    HN_ARENA a = hn_arena_new();
    const char *text = hn_arena_fmt(
        a,
        "POST /api/v1/test/echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s"
        "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        "7\r\ntext=a+\r\n4\r\nb%%2B\r\n0\r\n\r\n",
        admin);
    struct reply r;

    (void)state;
    r = http_test_raw(app, a, text, strlen(text), 5000);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "a b+");
}

static void uploads(void **state)
{
    HN_ARENA a = hn_arena_new();
    const char *type =
        hn_arena_fmt(a, "%sContent-Type: multipart/form-data; boundary=B\r\n", admin);
    struct reply r;

    (void)state;
    r = http_test(app, a, "POST", "/api/v1/test/echo", type,
                  hn_arena_fmt(a,
                               "--B\r\nContent-Disposition: form-data; name=\"file\"; "
                               "filename=\"../障害.txt\"\r\nContent-Type: text/plain\r\n\r\n%s\r\n"
                               "--B--\r\n",
                               repeated(a, "0123456789", 200000)));
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "障害.txt text/plain 2000000");
    r = http_test(app, a, "POST", "/api/v1/test/echo", type, "--B\r\nContent-Disp");
    assert_int_equal(r.status, 400);
    r = http_test(app, a, "POST", "/api/v1/test/echo?as=%E9%9A%9C%E5%AE%B3%0D%0Ax%22.txt", type,
                  "--B--\r\n");
    assert_int_equal(r.status, 200);
    assert_string_equal(reply_header(&r, a, "Content-Disposition"),
                        "attachment; filename=\"________x_.txt\"; "
                        "filename*=UTF-8''%E9%9A%9C%E5%AE%B3%0D%0Ax%22.txt");
}

/* ---- Idempotency-Key ---- */

static struct reply count_once(struct hn_arena *a, const char *who, const char *key,
                               const char *body)
{
    return http_test(app, a, "POST", "/api/v1/test/count",
                     hn_arena_fmt(a, "%s" JSON_TYPE "Idempotency-Key: %s\r\n", who, key), body);
}

static void idempotency(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reply first = count_once(a, admin, "key-1", "{\"n\":1}");
    struct reply again = count_once(a, admin, "key-1", "{\"n\":1}");
    struct reply other;

    (void)state;
    assert_int_equal(first.status, 201);
    assert_int_equal(again.status, 201);
    assert_string_equal(first.body, again.body);
    assert_string_equal(reply_header(&again, a, "Idempotency-Replayed"), "true");
    assert_string_equal(reply_header(&again, a, "Content-Type"), "application/json");
    /* another request under the same key */
    other = count_once(a, admin, "key-1", "{\"n\":2}");
    assert_int_equal(other.status, 422);
    assert_non_null(strstr(other.body, "Idempotency-Key"));
    /* keys belong to their account */
    other = count_once(a, noc, "key-1", "{\"n\":1}");
    assert_int_equal(other.status, 201);
    assert_string_not_equal(other.body, first.body);
    /* a refusal is not kept */
    assert_int_equal(count_once(a, admin, "key-2", "{\"fail\":1}").status, 422);
    assert_int_equal(count_once(a, admin, "key-2", "{\"n\":3}").status, 201);
    /* without a key each one runs */
    other = http_test(app, a, "POST", "/api/v1/test/count", with_json(a, admin), "{\"n\":1}");
    assert_string_not_equal(other.body, first.body);
}

/* Two at once under one key: one act, one answer for both. */
static void idempotency_at_once(void **state)
{
    HN_ARENA a = hn_arena_new();
    const char *text = hn_arena_fmt(
        a,
        "POST /api/v1/test/count HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s" JSON_TYPE
        "Idempotency-Key: both\r\nContent-Length: 2\r\n\r\n{}",
        admin);
    int before = atomic_load(&runs);
    int fd[4];
    char first[2000] = "";

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(fd); i++) {
        fd[i] = http_test_connect(app);
        assert_int_equal(send(fd[i], text, strlen(text), MSG_NOSIGNAL), strlen(text));
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(fd); i++) {
        char got[2000];
        size_t n = 0;
        ssize_t r;

        while (n < sizeof(got) - 1 && (r = recv(fd[i], got + n, sizeof(got) - 1 - n, 0)) > 0)
            n += (size_t)r;
        got[n] = '\0';
        (void)close(fd[i]);
        assert_non_null(strstr(got, "HTTP/1.1 201"));
        const char *body = strstr(got, "\r\n\r\n");
        assert_non_null(body);
        if (i == 0)
            (void)snprintf(first, sizeof(first), "%s", body);
        else
            assert_string_equal(body, first);
    }
    assert_int_equal(atomic_load(&runs), before + 1);
}

/* A secret is shown once, also under a key. */
static void idempotency_keeps_no_secret(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    const char *head = hn_arena_fmt(a, "%s" JSON_TYPE "Idempotency-Key: secret\r\n", admin);
    const char *body = "{\"name\":\"kept\",\"role\":\"noc\"}";

    (void)state;
    assert_int_equal(http_test(app, a, "POST", "/api/v1/tokens", head, body).status, 201);
    assert_int_equal(http_test(app, a, "POST", "/api/v1/tokens", head, body).status, 409);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM auth.token WHERE name = 'kept'"), 1);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM auth.idempotency WHERE key = 'secret' "
                                     "AND length(body) > 0"),
                     0);
}

/* ---- versions ---- */

static void stale_version(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reply r = http_test(app, a, "POST", "/api/v1/users", with_json(a, admin),
                               "{\"login\":\"stale\",\"name\":\"一人目\",\"role\":\"noc\"}");
    const char *path;

    (void)state;
    assert_int_equal(r.status, 201);
    path = reply_header(&r, a, "Location");
    r = http_test(app, a, "PATCH", path, with_json(a, admin),
                  "{\"name\":\"二人目\",\"version\":1}");
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "\"version\":2"));
    r = http_test(app, a, "PATCH", path, with_json(a, admin),
                  "{\"name\":\"三人目\",\"version\":1}");
    assert_int_equal(r.status, 409);
    r = http_test(app, a, "GET", path, admin, NULL);
    assert_non_null(strstr(r.body, "二人目"));
    /* a login is never given again */
    r = http_test(app, a, "POST", "/api/v1/users", with_json(a, admin),
                  "{\"login\":\"stale\",\"name\":\"別人\",\"role\":\"noc\"}");
    assert_int_equal(r.status, 409);
}

/* ---- static files ---- */

static void static_files(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reply r = http_test(app, a, "GET", "/static/css/hinomi.css", "", NULL);
    const char *etag = reply_header(&r, a, "ETag");
    const char *path;
    size_t n = r.n;

    (void)state;
    assert_int_equal(r.status, 200);
    assert_string_equal(reply_header(&r, a, "Content-Type"), "text/css; charset=utf-8");
    assert_string_equal(reply_header(&r, a, "Cache-Control"), "public, no-cache");
    r = http_test(app, a, "GET", "/static/css/hinomi.css",
                  hn_arena_fmt(a, "If-None-Match: \"x\", %s\r\n", etag), NULL);
    assert_int_equal(r.status, 304);
    assert_int_equal(r.n, 0);
    r = http_test(app, a, "GET", "/static/css/hinomi.css", "Accept-Encoding: br, gzip\r\n", NULL);
    assert_int_equal(r.status, 200);
    assert_string_equal(reply_header(&r, a, "Content-Encoding"), "gzip");
    assert_string_equal(reply_header(&r, a, "Vary"), "Accept-Encoding");
    assert_true(r.n < n / 2);
    assert_memory_equal(r.body, "\x1f\x8b", 2);
    path = hn_arena_fmt(a, "/static/css/hinomi.css?v=%s", http_static_version(app->files));
    r = http_test(app, a, "GET", path, "", NULL);
    assert_string_equal(reply_header(&r, a, "Cache-Control"),
                        "public, max-age=31536000, immutable");
    r = http_test(app, a, "HEAD", "/static/css/hinomi.css", "", NULL);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.n, 0);
    r = http_test(app, a, "POST", "/static/css/hinomi.css", "", "x");
    assert_int_equal(r.status, 405);
    assert_int_equal(http_test(app, a, "GET", "/static/none.css", "", NULL).status, 404);
}

/* ---- live streams ---- */

static bool read_until(int fd, char *got, size_t max, size_t *n, const char *what)
{
    for (int i = 0; i < 200 && strstr(got, what) == NULL; i++) {
        struct pollfd f = {.fd = fd, .events = POLLIN};
        ssize_t r;

        if (poll(&f, 1, 50) <= 0)
            continue;
        r = recv(fd, got + *n, max - 1 - *n, 0);
        if (r <= 0)
            break;
        *n += (size_t)r;
        got[*n] = '\0';
    }
    return strstr(got, what) != NULL;
}

static void live_streams(void **state)
{
    HN_ARENA a = hn_arena_new();
    const char *text = hn_arena_fmt(a,
                                    "GET /api/v1/test/live?topic=board&topic=ticket:7 HTTP/1.1\r\n"
                                    "Host: t\r\n%s\r\n",
                                    noc);
    DB db = pg_test_db();
    struct hn_err e = {0};
    char got[8192] = "";
    size_t n = 0;
    int fd = http_test_connect(app);
    DB_TX tx = {0};

    (void)state;
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    assert_true(read_until(fd, got, sizeof(got), &n, "retry: 3000"));
    assert_non_null(strstr(got, "text/event-stream"));
    /* told at the commit, and only of what was asked for */
    assert_int_equal(db_begin(db, &tx, &e), HN_OK);
    assert_int_equal(live_notify(db, "ticket:8", "no", &e), HN_OK);
    assert_int_equal(live_notify(db, "ticket:7", "{\"state\":\"障害\"}\nsecond", &e), HN_OK);
    (void)usleep(300000);
    assert_null(strstr(got, "event: ticket:7"));
    assert_int_equal(db_commit(&tx, &e), HN_OK);
    assert_true(read_until(fd, got, sizeof(got), &n, "data: second"));
    assert_non_null(strstr(got, "event: ticket:7\ndata: {\"state\":\"障害\"}\ndata: second\n\n"));
    assert_null(strstr(got, "ticket:8"));
    assert_int_equal(live_notify(db, "board", NULL, &e), HN_OK);
    assert_true(read_until(fd, got, sizeof(got), &n, "event: board\n"));
    /* a listener that lost its connection says so */
    pg_test_sql(db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()");
    assert_true(read_until(fd, got, sizeof(got), &n, "event: resync"));
    (void)close(fd);
}

/* ---- the API's description ---- */

static void openapi(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reply r = http_test(app, a, "GET", "/api/v1/openapi.json", "", NULL);
    HN_JSON o = NULL;
    struct hn_err e = {0};
    struct json_object *paths = NULL;
    size_t operations = 0;
    size_t expected = 0;

    (void)state;
    assert_int_equal(r.status, 200);
    assert_int_equal(hn_json_parse(r.body, r.n, &o, &e), HN_OK);
    assert_string_equal(json_object_get_string(json_object_object_get(o, "openapi")), "3.1.0");
    assert_true(json_object_object_get_ex(o, "paths", &paths));
    json_object_object_foreach(paths, path, item)
    {
        assert_int_equal(path[0], '/');
        assert_null(strchr(path, ':'));
        operations += (size_t)json_object_object_length(item);
    }
    for (size_t i = 0; i < http_router_count(app->router); i++)
        expected += strncmp(http_router_at(app->router, i)->pattern, "/api/v1/", 8) == 0;
    assert_int_equal(operations, expected);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(health),
        cmocka_unit_test(every_answer_is_guarded),
        cmocka_unit_test(every_route_without_credentials),
        cmocka_unit_test(every_route_as_every_role),
        cmocka_unit_test(tokens),
        cmocka_unit_test(large_and_deep),
        cmocka_unit_test(truncated),
        cmocka_unit_test(chunked_bodies),
        cmocka_unit_test(uploads),
        cmocka_unit_test(idempotency),
        cmocka_unit_test(idempotency_at_once),
        cmocka_unit_test(idempotency_keeps_no_secret),
        cmocka_unit_test(stale_version),
        cmocka_unit_test(static_files),
        cmocka_unit_test(live_streams),
        cmocka_unit_test(openapi),
    };
    struct CMUnitTest t[HN_ARRAY_LEN(tests) + HN_ARRAY_LEN(bads)];
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(tests); i++)
        t[n++] = tests[i];
    for (size_t i = 0; i < HN_ARRAY_LEN(bads); i++)
        t[n++] = (struct CMUnitTest){bads[i].name, one_bad, NULL, NULL, &bads[i]};
    return cmocka_run_group_tests_name("http", t, up, down);
}
