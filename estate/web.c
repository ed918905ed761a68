/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web.c — HTTP, HTTPS and plain TCP of the simulated servers. A connection's local address tells
 * which machine is asked. A slow one answers after five seconds. The certificates are made at
 * start: a good one, and one that ended yesterday.
 */
#include "estate/sim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 256
#define REQUEST_MAX 4096
#define SLOW (5 * HN_SEC)
#define LIFE (30 * HN_SEC)

static const uint16_t ports[] = {80, 443, 25, 389, 445, 5060, 8080, 8443};

struct connection {
    int fd; /* -1: free */
    SSL *ssl;
    const struct estate_device *device;
    uint16_t port;
    size_t n;
    bool is_asked; /* the request has come */
    struct hn_mono due, end;
    char request[REQUEST_MAX];
};

struct web {
    int listener[HN_ARRAY_LEN(ports)];
    SSL_CTX *good, *expired;
    struct connection c[CONNECTIONS];
};

/* A certificate of our own, valid from..to seconds from now. */
static SSL_CTX *make_context(long from, long to)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    bool good = ctx != NULL && key != NULL && x != NULL;

    if (good) {
        X509_NAME *name = X509_get_subject_name(x);

        good =
            X509_set_version(x, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
            X509_gmtime_adj(X509_getm_notBefore(x), from) != NULL &&
            X509_gmtime_adj(X509_getm_notAfter(x), to) != NULL &&
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                       (const unsigned char *)"sample.example", -1, -1, 0) == 1 &&
            X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1 &&
            X509_sign(x, key, EVP_sha256()) > 0 && SSL_CTX_use_certificate(ctx, x) == 1 &&
            SSL_CTX_use_PrivateKey(ctx, key) == 1;
    }
    X509_free(x);
    EVP_PKEY_free(key);
    if (!good) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

static int listen_on(struct sim *m, uint16_t port, uint64_t tag)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = tag};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0 || listen(fd, 128) != 0 ||
        epoll_ctl(m->epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

enum hn_code web_open(struct sim *m, struct hn_err *e)
{
    struct web *w = calloc(1, sizeof(*w));

    if (w == NULL)
        return hn_fail(e, HN_E_INTERNAL, "out of memory");
    m->web = w;
    for (size_t i = 0; i < CONNECTIONS; i++)
        w->c[i].fd = -1;
    w->good = make_context(-86400, 300L * 86400);
    w->expired = make_context(-90L * 86400, -86400);
    if (w->good == NULL || w->expired == NULL)
        return hn_fail(e, HN_E_INTERNAL, "cannot make a certificate");
    for (size_t i = 0; i < HN_ARRAY_LEN(ports); i++) {
        w->listener[i] = listen_on(m, ports[i], WEB_TAG + i);
        if (w->listener[i] < 0)
            return hn_fail(e, HN_E_IO, "cannot listen on TCP port %d: %s", ports[i],
                           strerror(errno));
    }
    return HN_OK;
}

static void drop(struct connection *c)
{
    if (c->ssl != NULL)
        SSL_free(c->ssl);
    (void)close(c->fd);
    *c = (struct connection){.fd = -1};
}

void web_free(struct web *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (w->c[i].fd >= 0)
            drop(&w->c[i]);
    for (size_t i = 0; i < HN_ARRAY_LEN(ports); i++)
        (void)close(w->listener[i]);
    SSL_CTX_free(w->good);
    SSL_CTX_free(w->expired);
    free(w);
}

static bool offers(const struct estate_device *d, uint16_t port)
{
    if (d->tcp == port)
        return true;
    return d->url != NULL && port == (hn_streq(d->url, "https") ? 443 : 80);
}

/* Closed at once with a reset, as a machine does that does not know the port. */
static void refuse(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(fd);
}

static struct connection *place(struct web *w)
{
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (w->c[i].fd < 0)
            return &w->c[i];
    return NULL;
}

static bool begin(struct sim *m, struct connection *c, int fd, const struct estate_device *d,
                  uint16_t port)
{
    static const char hello[] = "220 sample.example ESMTP\r\n";
    struct epoll_event ev = {.events = EPOLLIN,
                             .data.u64 = WEB_TAG + HN_ARRAY_LEN(ports) + (uint64_t)(c - m->web->c)};
    unsigned faults = faults_of(&m->faults, (size_t)(d - m->s->device), NULL);

    *c = (struct connection){.fd = fd, .device = d, .port = port, .end = hn_mono_now()};
    c->end.us += LIFE;
    if (port == 443) {
        c->ssl = SSL_new((faults & 1u << ESTATE_FAULT_CERTIFICATE) != 0 ? m->web->expired
                                                                        : m->web->good);
        if (c->ssl == NULL || SSL_set_fd(c->ssl, fd) != 1)
            return false;
        SSL_set_accept_state(c->ssl);
    }
    if (port == 25 && send(fd, hello, sizeof(hello) - 1, MSG_NOSIGNAL) < 0)
        return false;
    return epoll_ctl(m->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static void take(struct sim *m, size_t k)
{
    int fd = accept4(m->web->listener[k], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct sockaddr_in local;
    socklen_t len = sizeof(local);
    const struct estate_device *d = NULL;
    struct connection *c = place(m->web);

    if (fd < 0)
        return;
    if (getsockname(fd, (struct sockaddr *)&local, &len) == 0)
        d = sim_device(m, ntohl(local.sin_addr.s_addr));
    if (d == NULL || c == NULL || !offers(d, ports[k]))
        refuse(fd);
    else if (!begin(m, c, fd, d, ports[k]))
        drop(c);
}

static void answer(struct connection *c)
{
    static const char body[] =
        "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>見本システム"
        "</title></head><body><p>見本システムは稼働しています。</p></body></html>\n";
    char text[1024];
    int n = snprintf(text, sizeof(text),
                     "HTTP/1.1 200 OK\r\nServer: sample\r\nContent-Type: text/html; charset=utf-8"
                     "\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                     sizeof(body) - 1, body);

    HN_ASSERT(n > 0 && (size_t)n < sizeof(text));
    if (c->ssl != NULL) {
        if (SSL_write(c->ssl, text, n) > 0)
            (void)SSL_shutdown(c->ssl);
    } else if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) < 0) {
        /* the client has gone */
    }
    drop(c);
}

/* More of the request, or of the handshake; false: the connection is over. */
static bool read_more(struct connection *c)
{
    size_t room = REQUEST_MAX - 1 - c->n;

    if (room == 0)
        return false;
    if (c->ssl != NULL) {
        int n = SSL_read(c->ssl, c->request + c->n, (int)room);

        if (n <= 0) {
            int why = SSL_get_error(c->ssl, n);

            return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
        }
        c->n += (size_t)n;
    } else {
        ssize_t n = recv(c->fd, c->request + c->n, room, 0);

        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        c->n += (size_t)n;
    }
    return true;
}

static void go_on(struct sim *m, struct connection *c)
{
    unsigned faults;

    if (!read_more(c)) {
        drop(c);
        return;
    }
    if (c->port != 80 && c->port != 443) {
        c->n = 0; /* plain TCP: what comes is taken and nothing said */
        return;
    }
    c->request[c->n] = '\0';
    if (c->is_asked || strstr(c->request, "\r\n\r\n") == NULL)
        return;
    c->is_asked = true;
    faults = faults_of(&m->faults, (size_t)(c->device - m->s->device), NULL);
    c->due = hn_mono_now();
    if ((faults & 1u << ESTATE_FAULT_SLOW) == 0)
        answer(c);
    else
        c->due.us += SLOW;
}

void web_ready(struct sim *m, uint64_t tag, uint32_t events)
{
    uint64_t k = tag - WEB_TAG;
    struct connection *c;

    if (k < HN_ARRAY_LEN(ports)) {
        take(m, (size_t)k);
        return;
    }
    c = &m->web->c[k - HN_ARRAY_LEN(ports)];
    if (c->fd < 0)
        return;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0)
        drop(c);
    else
        go_on(m, c);
}

int web_turn(struct sim *m)
{
    int64_t now = hn_mono_now().us;
    int64_t next = -1;

    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &m->web->c[i];
        int64_t at;

        if (c->fd < 0)
            continue;
        at = c->is_asked ? c->due.us : c->end.us;
        if (at <= now) {
            if (c->is_asked)
                answer(c);
            else
                drop(c);
            continue;
        }
        next = next < 0 ? at : HN_MIN(next, at);
    }
    return next < 0 ? -1 : (int)((next - now) / HN_MS) + 1;
}
