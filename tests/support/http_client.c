/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/http_client.h"

#include "server/auth/session.h"
#include "tests/support/pg.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MODULES_MAX 64
#define REPLY_MAX ((size_t)32 * 1024 * 1024)
#define PATIENCE_MS 20000

static struct tpl_loader *loader;

struct http_app *http_test_start(const struct hn_module *extra)
{
    static const struct hn_module *modules[MODULES_MAX];
    struct hn_err e = {0};
    struct http_app *app;
    size_t n = 0;

    while (n < hn_n_modules && n < MODULES_MAX - 1) {
        modules[n] = hn_modules[n];
        n++;
    }
    if (extra != NULL)
        modules[n++] = extra;
    loader = tpl_loader_new("templates", false);
    struct http_config c = {.modules = modules,
                            .n_modules = n,
                            .address = "127.0.0.1",
                            .database = pg_test_conninfo(),
                            .sql_folder = "sql",
                            .static_folder = "web/static",
                            .templates = loader,
                            .hooks = session_hooks,
                            .workers = 4};

    app = http_app_new(&c, &e);
    if (app == NULL || http_app_start(app, &e) != HN_OK) {
        (void)fprintf(stderr, "http_test_start: %s (%s)\n", e.msg, e.detail);
        abort();
    }
    return app;
}

void http_test_stop(struct http_app *app)
{
    http_app_stop(app);
    http_app_free(app);
    tpl_loader_free(loader);
}

int http_test_connect(struct http_app *app)
{
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_app_port(app))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof(in)) != 0)
        abort();
    return fd;
}

const char *reply_header(const struct reply *r, struct hn_arena *a, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = r->head; p != NULL && *p != '\0';) {
        size_t len = strcspn(p, "\r\n");

        if (len > n && strncasecmp(p, name, n) == 0 && p[n] == ':') {
            const char *v = p + n + 1;

            v += strspn(v, " ");
            return hn_arena_strndup(a, v, (size_t)(p + len - v));
        }
        p += len;
        p += strspn(p, "\r\n");
    }
    return "";
}

static void unchunk(struct reply *r, struct hn_arena *a)
{
    struct hn_sbuf b;
    const char *p = r->body;

    hn_sbuf_init(&b, a, REPLY_MAX);
    for (;;) {
        char *end;
        unsigned long n = strtoul(p, &end, 16);

        if (end == p || n == 0 || end + 2 + n > r->body + r->n)
            break;
        hn_sbuf_mem(&b, end + 2, n);
        p = end + 2 + n + 2;
    }
    r->body = hn_sbuf_text(&b);
    r->n = b.n;
}

struct reply http_test_raw(struct http_app *app, struct hn_arena *a, const void *p, size_t n,
                           int ms)
{
    int fd = http_test_connect(app);
    struct reply r = {.head = "", .body = ""};
    struct hn_sbuf b;
    size_t sent = 0;
    const char *end;

    while (sent < n) {
        ssize_t w = send(fd, (const char *)p + sent, n - sent, MSG_NOSIGNAL);

        if (w <= 0)
            break; /* refused before the end: the answer tells */
        sent += (size_t)w;
    }
    hn_sbuf_init(&b, a, REPLY_MAX);
    for (;;) {
        struct pollfd f = {.fd = fd, .events = POLLIN};
        char part[16384];
        ssize_t got;

        if (poll(&f, 1, ms) <= 0)
            break;
        got = recv(fd, part, sizeof(part), 0);
        if (got <= 0)
            break;
        hn_sbuf_mem(&b, part, (size_t)got);
    }
    (void)close(fd);
    end = b.n == 0 ? NULL : strstr(b.p, "\r\n\r\n");
    if (end == NULL || sscanf(b.p, "HTTP/1.1 %d", &r.status) != 1)
        return r;
    r.head = hn_arena_strndup(a, b.p, (size_t)(end - b.p));
    r.body = end + 4;
    r.n = b.n - (size_t)(end + 4 - b.p);
    if (strcasecmp(reply_header(&r, a, "Transfer-Encoding"), "chunked") == 0)
        unchunk(&r, a);
    return r;
}

struct reply http_test(struct http_app *app, struct hn_arena *a, const char *method,
                       const char *path, const char *headers, const char *body)
{
    const char *length =
        body == NULL ? "" : hn_arena_fmt(a, "Content-Length: %zu\r\n", strlen(body));
    const char *text =
        hn_arena_fmt(a, "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s%s\r\n%s", method,
                     path, length, headers, body == NULL ? "" : body);

    return http_test_raw(app, a, text, strlen(text), PATIENCE_MS);
}
