/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only file that knows libmicrohttpd: one epoll thread that reads requests and sends answers
 * and never blocks. A request is read whole, then its connection is suspended and the request
 * queued; the worker resumes it and the next call of handle() sends the answer. Answers are queued
 * in a second call and never in the first, which would close the connection each time.
 */
#include "server/http/sse.h"

#include "server/base/i18n.h"
#include "server/base/log.h"
#include "server/base/parse.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>

#define HEADER_MEMORY ((size_t)32 * 1024)
#define IDLE_S 60
#define DISCARD_MAX ((size_t)64 * 1024 * 1024) /* of a body that will be refused */
#define STREAM_BLOCK 1024

enum { NEW, READING, WAITING, SENT };

static size_t as_sent(void *cls, struct MHD_Connection *conn, char *s)
{
    (void)cls;
    (void)conn;
    return strlen(s); /* pairs.c decodes, and refuses what is not UTF-8 */
}

static void *begin(void *cls, const char *uri, struct MHD_Connection *conn)
{
    const struct http_listener *l = cls;

    (void)conn;
    return http_request_new(l->app, l->door, uri);
}

static void ended(void *cls, struct MHD_Connection *conn, void **ctx,
                  enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)conn;
    (void)why;
    http_request_free(*ctx);
    *ctx = NULL;
}

static enum MHD_Result one_header(void *cls, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    struct http_request *q = cls;

    (void)kind;
    /* What is not UTF-8 in a header means nothing to us. */
    if (value != NULL && hn_utf8_valid(key, strlen(key)) && hn_utf8_valid(value, strlen(value)))
        http_pairs_add(&q->headers, q->arena, hn_arena_strdup(q->arena, key),
                       hn_arena_strdup(q->arena, value));
    return MHD_YES;
}

static const char *address_of(struct http_request *q, struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";

    if (info == NULL || info->client_addr == NULL)
        return "";
    if (info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)info->client_addr;

        (void)inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    } else if (info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)info->client_addr;

        (void)inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof(text));
    }
    return hn_arena_strdup(q->arena, text);
}

static ssize_t read_stream(void *cls, uint64_t pos, char *buf, size_t max)
{
    ptrdiff_t n = http_stream_read(cls, buf, max);

    (void)pos;
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void free_stream(void *cls)
{
    http_stream_free(cls);
}

static enum MHD_Result send_answer(struct http_request *q, struct MHD_Connection *conn)
{
    struct http_answer *r = &q->answer;
    struct MHD_Response *m;
    enum MHD_Result ok;

    if (r->stream != NULL)
        m = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream,
                                              r->stream, free_stream);
    else /* the arena or the static files outlive the sending */
        m = MHD_create_response_from_buffer(r->body.n, (void *)(uintptr_t)r->body.p,
                                            MHD_RESPMEM_PERSISTENT);
    if (m == NULL) {
        if (r->stream != NULL)
            http_stream_free(r->stream);
        r->stream = NULL;
        return MHD_NO;
    }
    r->stream = NULL; /* the response's now */
    for (size_t i = 0; i < r->headers.n; i++)
        if (MHD_add_response_header(m, r->headers.v[i].name, r->headers.v[i].value) != MHD_YES)
            hn_log(HN_WARN, "header %s could not be sent", r->headers.v[i].name);
    ok = MHD_queue_response(conn, (unsigned)r->status, m);
    MHD_destroy_response(m);
    q->state = SENT;
    return ok;
}

/* The most that is read of a body, be it only to throw it away. */
static size_t most_read(const struct http_app *app)
{
    return HN_MAX(DISCARD_MAX, app->config.upload_max);
}

static void look_at_peer(struct http_request *q, struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    if (info != NULL && info->tls_session != NULL)
        http_tls_peer(info->tls_session, q->arena, &q->peer);
}

/* Method and headers are known. */
static enum MHD_Result read_head(struct http_request *q, struct MHD_Connection *conn,
                                 const char *method)
{
    const char *length;
    struct hn_err e = {0};
    int64_t n = 0;

    q->io = conn;
    q->state = READING;
    q->method = hn_arena_strdup(q->arena, method);
    q->address = address_of(q, conn);
    (void)MHD_get_connection_values(conn, MHD_HEADER_KIND, one_header, q);
    if (q->door == HTTP_DOOR_SATELLITE)
        look_at_peer(q, conn);
    http_request_route(q);
    length = http_pairs_get_nocase(&q->headers, "Content-Length");
    /* A body that is larger than could ever be discarded is refused before it is sent. */
    if (length != NULL && (hn_parse_i64(length, "Content-Length", 0, INT64_MAX, &n, &e) != HN_OK ||
                           (size_t)n > most_read(q->app))) {
        http_refuse(q, 0, HN_E_LIMIT, "The body is too large");
        return send_answer(q, conn);
    }
    return MHD_YES;
}

static bool own_path(const struct http_request *q)
{
    return strncmp(q->path, "/static/", 8) == 0 || hn_streq(q->path, "/favicon.ico");
}

/* The request is whole. */
static enum MHD_Result take_on(struct http_request *q, struct MHD_Connection *conn)
{
    struct http_app *app = q->app;

    if (strlen(q->path) + strlen(q->query) > HTTP_URI_MAX) {
        http_refuse(q, 414, HN_E_LIMIT, "The address is too long");
        return send_answer(q, conn);
    }
    if (q->door == HTTP_DOOR_REDIRECT) {
        http_lead_to_main(q);
        return send_answer(q, conn);
    }
    if (q->door == HTTP_DOOR_MAIN && own_path(q) && http_static_answer(q))
        return send_answer(q, conn);
    q->state = WAITING;
    MHD_suspend_connection(conn);
    if (http_queue_put(app->queue, q))
        return MHD_YES;
    http_refuse(q, 503, HN_E_UNAVAILABLE, "The server is busy");
    MHD_resume_connection(conn);
    return MHD_YES;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *conn, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *n_data, void **ctx)
{
    struct http_request *q = *ctx;

    (void)cls;
    (void)url;
    (void)version;
    switch (q->state) {
    case NEW: return read_head(q, conn, method);
    case READING:
        if (*n_data == 0)
            return take_on(q, conn);
        if (!http_request_body(q, data, *n_data) || q->body_seen > most_read(q->app))
            return MHD_NO;
        *n_data = 0;
        return MHD_YES;
    case WAITING: return q->answer.ready ? send_answer(q, conn) : MHD_YES;
    default: return MHD_YES;
    }
}

void http_resume(struct http_request *q)
{
    MHD_resume_connection(q->io);
}

void http_suspend(struct http_request *q)
{
    MHD_suspend_connection(q->io);
}

static void log_line(void *cls, const char *fmt, va_list ap) HN_PRINTF(2, 0);
static void log_line(void *cls, const char *fmt, va_list ap)
{
    char line[300];

    (void)cls;
    (void)vsnprintf(line, sizeof(line), fmt, ap);
    line[strcspn(line, "\r\n")] = '\0';
    hn_log(HN_DEBUG, "libmicrohttpd: %s", line); /* mostly clients that went away */
}

static void raise_files(int connections)
{
    struct rlimit r;
    rlim_t want = (rlim_t)connections + 256;

    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
        return;
    r.rlim_cur = HN_MIN(want, r.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur < want)
        hn_log(HN_WARN, "only %lu files may be open: fewer connections than %d",
               (unsigned long)r.rlim_cur, connections);
}

static bool listen_address(const char *address, int port, struct sockaddr_storage *out, bool *v6)
{
    struct sockaddr_in *in = (void *)out;
    struct sockaddr_in6 *in6 = (void *)out;

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        *v6 = false;
        return true;
    }
    if (inet_pton(AF_INET6, address, &in6->sin6_addr) != 1)
        return false;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons((uint16_t)port);
    *v6 = true;
    return true;
}

/* GnuTLS's callback has no argument of ours: the door's pair stands here. Set before the listener
 * starts, read by its I/O thread. */
static _Atomic(struct http_tls *) tls_of[HTTP_DOORS];

#define RETRIEVE(name, door)                                                                       \
    static int name(gnutls_session_t s, const gnutls_datum_t *ca, int n_ca,                        \
                    const gnutls_pk_algorithm_t *pk, int n_pk, gnutls_pcert_st **cert,             \
                    unsigned *n, gnutls_privkey_t *key)                                            \
    {                                                                                              \
        (void)s;                                                                                   \
        (void)ca;                                                                                  \
        (void)n_ca;                                                                                \
        (void)pk;                                                                                  \
        (void)n_pk;                                                                                \
        return http_tls_retrieve(atomic_load(&tls_of[door]), cert, n, key);                        \
    }
RETRIEVE(main_pair, HTTP_DOOR_MAIN)
RETRIEVE(satellite_pair, HTTP_DOOR_SATELLITE)

#define OPTIONS_MAX 8

/* What TLS adds to a listener; options: room for OPTIONS_MAX. */
static unsigned tls_options(struct http_tls *tls, enum http_door door,
                            struct MHD_OptionItem *options)
{
    const char *trust;
    size_t n = 0;

    options[0] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    if (tls == NULL)
        return 0;
    atomic_store(&tls_of[door], tls);
    options[n++] = (struct MHD_OptionItem){
        MHD_OPTION_HTTPS_CERT_CALLBACK, 0,
        (void *)(intptr_t)(door == HTTP_DOOR_MAIN ? main_pair : satellite_pair)};
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                           (void *)(uintptr_t)http_tls_priorities};
    trust = http_tls_trust(tls);
    if (trust != NULL)
        options[n++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)(uintptr_t)trust};
    options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_USE_TLS;
}

static enum hn_code open_door(struct http_app *app, enum http_door door, const char *address,
                              int port, struct http_tls *tls, struct hn_err *e)
{
    struct http_listener *l = &app->listener[door];
    struct MHD_OptionItem options[OPTIONS_MAX];
    struct sockaddr_storage at;
    unsigned flags;
    bool v6;

    if (!listen_address(address, port, &at, &v6))
        return hn_fail(e, HN_E_INVALID, "address: %s is not an IP address", address);
    flags =
        (unsigned)(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG) |
        (v6 ? (unsigned)MHD_USE_IPv6 : 0U) | tls_options(tls, door, options);
    *l = (struct http_listener){.app = app, .door = door};
    l->daemon = MHD_start_daemon(
        flags, (uint16_t)port, NULL, NULL, handle, app, MHD_OPTION_EXTERNAL_LOGGER, log_line, NULL,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        HEADER_MEMORY, MHD_OPTION_CONNECTION_LIMIT, (unsigned)app->config.connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_UNESCAPE_CALLBACK, as_sent,
        NULL, MHD_OPTION_URI_LOG_CALLBACK, begin, l, MHD_OPTION_NOTIFY_COMPLETED, ended, app,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (l->daemon == NULL)
        return hn_fail(e, HN_E_UNAVAILABLE, "cannot listen on %s port %d (is it in use?)", address,
                       port);
    return HN_OK;
}

enum hn_code http_mhd_start(struct http_app *app, struct hn_err *e)
{
    const struct http_config *cfg = &app->config;
    const char *address = cfg->satellite_address;

    raise_files(cfg->connections);
    if (open_door(app, HTTP_DOOR_MAIN, cfg->address, cfg->port, cfg->tls, e) != HN_OK)
        return e->code;
    if (cfg->redirect_port != 0 &&
        open_door(app, HTTP_DOOR_REDIRECT, cfg->address, cfg->redirect_port, NULL, e) != HN_OK)
        return e->code;
    if (cfg->satellite_tls == NULL)
        return HN_OK;
    return open_door(app, HTTP_DOOR_SATELLITE, address == NULL ? cfg->address : address,
                     cfg->satellite_port, cfg->satellite_tls, e);
}

static int port_of(const struct http_listener *l)
{
    const union MHD_DaemonInfo *info =
        l->daemon == NULL ? NULL : MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info == NULL ? 0 : info->port;
}

int http_app_port(const struct http_app *app)
{
    return port_of(&app->listener[HTTP_DOOR_MAIN]);
}

int http_app_satellite_port(const struct http_app *app)
{
    return port_of(&app->listener[HTTP_DOOR_SATELLITE]);
}

void http_mhd_stop(struct http_app *app)
{
    for (size_t i = 0; i < HTTP_DOORS; i++) {
        if (app->listener[i].daemon != NULL)
            MHD_stop_daemon(app->listener[i].daemon);
        app->listener[i].daemon = NULL;
    }
}
