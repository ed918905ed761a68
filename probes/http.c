/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/http.h"

#include "probes/mem.h"
#include "server/base/i18n.h"

#include <curl/curl.h>
#include <errno.h>
#include <math.h>
#include <openssl/x509_vfy.h>
#include <sys/epoll.h>

#define BODY_MAX ((size_t)1024 * 1024)
#define REDIRECTS 5
#define CONNECTIONS_MAX 256

struct http_probe {
    struct sched *sched;
    struct loop *loop;
    CURLM *multi;
    struct loop_timer timer;
};

struct run {
    struct http_probe *http;
    struct task *task;
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    char *body;
    size_t n, total;
    bool cut; /* more came than we read */
    char error[CURL_ERROR_SIZE];
};

struct socket {
    struct loop_fd fd;
    struct http_probe *http;
};

static void check_done(struct http_probe *h);

/* ---- curl's wishes ---- */

static void on_socket(void *ctx, uint32_t events)
{
    struct socket *s = ctx;
    struct http_probe *h = s->http;
    int mask = ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
               ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
               ((events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    int running;

    (void)curl_multi_socket_action(h->multi, s->fd.fd, mask, &running);
    check_done(h);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *sock)
{
    struct http_probe *h = ctx;
    struct loop *l = h->loop;
    struct socket *s = sock;
    uint32_t events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (s != NULL) {
            loop_fd_del(l, &s->fd);
            (void)curl_multi_assign(h->multi, fd, NULL);
            free(s);
        }
        return 0;
    }
    if (s != NULL) {
        loop_fd_mod(l, &s->fd, events);
        return 0;
    }
    s = MEM_NEW(struct socket);
    s->http = h;
    s->fd = (struct loop_fd){.fd = fd, .fn = on_socket, .ctx = s};
    if (!loop_fd_add(l, &s->fd, events)) {
        free(s);
        return -1;
    }
    (void)curl_multi_assign(h->multi, fd, s);
    return 0;
}

static int want_timer(CURLM *multi, long ms, void *ctx)
{
    struct http_probe *h = ctx;

    (void)multi;
    if (ms < 0)
        loop_timer_off(h->loop, &h->timer);
    else
        loop_timer_in(h->loop, &h->timer, (hn_span)ms * HN_MS);
    return 0;
}

static void on_timer(void *ctx)
{
    struct http_probe *h = ctx;
    int running;

    (void)curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    check_done(h);
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct run *r = ctx;
    size_t take = HN_MIN(n * size, BODY_MAX - r->n);

    r->total += n * size;
    if (take > 0) {
        r->body = mem_grow(r->body, r->n + take, 1);
        memcpy(r->body + r->n, p, take);
        r->n += take;
    }
    if (take < n * size) {
        r->cut = true;
        return 0; /* enough: ends the transfer */
    }
    return n * size;
}

/* ---- what it means ---- */

static double ms_of(const struct run *r, CURLINFO what)
{
    curl_off_t us = 0;

    (void)curl_easy_getinfo(r->easy, what, &us);
    return (double)us / 1000;
}

static const char *connect_reason(const struct run *r)
{
    long why = 0;

    (void)curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &why);
    switch (why) {
    case ECONNREFUSED: return hn_tr("connection refused");
    case EHOSTUNREACH:
    case ENETUNREACH: return hn_tr("there is no route to the host");
    case ETIMEDOUT: return hn_tr("no answer");
    default: return hn_tr("the connection could not be made");
    }
}

static const char *timeout_reason(const struct run *r)
{
    if (ms_of(r, CURLINFO_NAMELOOKUP_TIME_T) <= 0)
        return hn_tr("the name server does not answer");
    if (ms_of(r, CURLINFO_CONNECT_TIME_T) <= 0)
        return hn_tr("no answer");
    if (ms_of(r, CURLINFO_PRETRANSFER_TIME_T) <= 0)
        return hn_tr("the TLS handshake did not end in time");
    if (ms_of(r, CURLINFO_STARTTRANSFER_TIME_T) <= 0)
        return hn_tr("no answer: the connection was accepted but nothing came");
    return hn_tr("the answer did not end in time");
}

static const char *certificate_reason(const struct run *r)
{
    long why = 0;

    (void)curl_easy_getinfo(r->easy, CURLINFO_SSL_VERIFYRESULT, &why);
    switch (why) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return hn_tr("the certificate has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID: return hn_tr("the certificate is not valid yet");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return hn_tr("the certificate is self-signed");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return hn_tr("the certificate's issuer is not known");
    case X509_V_OK:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return hn_tr("the certificate is for another name");
    default: return hn_tr("the certificate is not valid");
    }
}

static const char *failure(const struct run *r, CURLcode code)
{
    long redirects = 0;

    (void)curl_easy_getinfo(r->easy, CURLINFO_REDIRECT_COUNT, &redirects);
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST: return hn_tr("the host name does not resolve");
    case CURLE_COULDNT_CONNECT: return connect_reason(r);
    case CURLE_OPERATION_TIMEDOUT: return timeout_reason(r);
    case CURLE_PEER_FAILED_VERIFICATION: return certificate_reason(r);
    case CURLE_SSL_CONNECT_ERROR: return hn_tr("the TLS handshake failed");
    case CURLE_GOT_NOTHING: return hn_tr("the connection was closed without an answer");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return hn_tr("the connection was reset");
    case CURLE_PARTIAL_FILE: return hn_tr("the connection was closed before the answer ended");
    case CURLE_TOO_MANY_REDIRECTS: return hn_tr("too many redirects");
    case CURLE_UNSUPPORTED_PROTOCOL: /* curl calls an answer without a status line so, too */
        return redirects > 0 ? hn_tr("redirected to something that is not the web")
                             : hn_tr("the answer is not HTTP");
    case CURLE_URL_MALFORMAT: return hn_tr("the URL is malformed");
    default: return hn_tr("the answer is not HTTP");
    }
}

bool http_cert_time(const char *text, hn_instant *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char month[4];
    const char *at;
    int day, h, m, s, year;

    /* NOLINTNEXTLINE(cert-err34-c): each field is at most four digits wide and checked below */
    if (sscanf(text, "%3s %2d %2d:%2d:%2d %4d", month, &day, &h, &m, &s, &year) != 6 ||
        strlen(month) != 3 || day < 1 || day > 31 || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 ||
        s > 60 || year < 1950)
        return false;
    at = strstr(months, month);
    if (at == NULL || (at - months) % 3 != 0)
        return false;
    *out = hn_days_from_civil(year, (int)(at - months) / 3 + 1, day) * HN_DAY + h * HN_HOUR +
           m * HN_MIN_SPAN + s * HN_SEC;
    return true;
}

static void tell_certificate(const struct run *r, struct reading *out)
{
    static const char key[] = "Expire date:";
    struct curl_certinfo *info = NULL;
    hn_instant end;

    if (curl_easy_getinfo(r->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL ||
        info->num_of_certs < 1)
        return;
    /* the first is the server's own */
    for (struct curl_slist *l = info->certinfo[0]; l != NULL; l = l->next)
        if (strncmp(l->data, key, sizeof(key) - 1) == 0 &&
            http_cert_time(l->data + sizeof(key) - 1, &end)) {
            double days = floor((double)(end - loop_now(r->http->loop)) / HN_DAY);

            reading_value(out, "certificate_days", "d", "gauge", days);
            if (days < 0)
                reading_failed(out, "%s", hn_tr("the certificate has expired"));
            return;
        }
}

static void tell_phases(const struct run *r, struct reading *out)
{
    double dns = ms_of(r, CURLINFO_NAMELOOKUP_TIME_T);
    double connect = ms_of(r, CURLINFO_CONNECT_TIME_T);
    double tls = ms_of(r, CURLINFO_APPCONNECT_TIME_T);
    double first = ms_of(r, CURLINFO_STARTTRANSFER_TIME_T);

    reading_value(out, "dns", "ms", "gauge", dns);
    if (connect > 0)
        reading_value(out, "connect", "ms", "gauge", HN_MAX(connect - dns, 0));
    if (tls > 0)
        reading_value(out, "tls", "ms", "gauge", HN_MAX(tls - connect, 0));
    if (first > 0)
        reading_value(out, "first_byte", "ms", "gauge", HN_MAX(first - HN_MAX(tls, connect), 0));
    reading_value(out, "total", "ms", "gauge", ms_of(r, CURLINFO_TOTAL_TIME_T));
}

static bool status_expected(const struct http_params *p, long status)
{
    if (p->n_status == 0)
        return status >= 200 && status < 400;
    for (size_t i = 0; i < p->n_status; i++)
        if (p->status[i] == status)
            return true;
    return false;
}

static void tell(const struct run *r, CURLcode code, struct reading *out)
{
    const struct http_params *p = r->task->spec->params;
    long status = 0;

    /* that we stopped reading is no fault of the server's */
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && r->cut)) {
        reading_failed(out, "%s", failure(r, code));
        return;
    }
    (void)curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    tell_phases(r, out);
    tell_certificate(r, out);
    reading_value(out, "status", "", "gauge", (double)status);
    reading_value(out, "size", "B", "gauge", (double)r->total);
    if (!status_expected(p, status))
        reading_failed(out, hn_tr("answers with status %ld"), status);
    else if (p->contains != NULL &&
             (r->n == 0 || memmem(r->body, r->n, p->contains, strlen(p->contains)) == NULL))
        reading_failed(out, "%s", hn_tr("the answer does not contain the expected text"));
    reading_say(out, hn_tr("status %ld, %.0f ms"), status, ms_of(r, CURLINFO_TOTAL_TIME_T));
}

/* ---- runs ---- */

static void drop(struct run *r)
{
    (void)curl_multi_remove_handle(r->http->multi, r->easy);
    curl_easy_cleanup(r->easy);
    curl_slist_free_all(r->headers);
    curl_slist_free_all(r->connect_to);
    free(r->body);
    free(r);
}

static void check_done(struct http_probe *h)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
        struct run *r = NULL;
        CURLcode code = m->data.result;
        struct reading out;
        struct task *t;

        if (m->msg != CURLMSG_DONE ||
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &r) != CURLE_OK || r == NULL)
            continue;
        t = r->task;
        reading_init(&out, sched_arena(h->sched), &t->spec->limits);
        tell(r, code, &out);
        drop(r);
        sched_done(t, &out);
    }
}

static void set_up(struct run *r, const struct probe_spec *spec)
{
    const struct http_params *p = spec->params;
    CURL *c = r->easy;
    char text[300];

    (void)curl_easy_setopt(c, CURLOPT_PRIVATE, r);
    (void)curl_easy_setopt(c, CURLOPT_URL, p->url);
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(c, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
    (void)curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(spec->timeout_us / HN_MS));
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(spec->timeout_us / HN_MS));
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, p->follow ? 1L : 0L);
    (void)curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, p->verify_tls ? 1L : 0L);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, p->verify_tls ? 2L : 0L);
    (void)curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, "hinomi");
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->error);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
    if (hn_streq(p->method, "HEAD"))
        (void)curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    if (hn_streq(p->method, "POST")) {
        (void)snprintf(text, sizeof(text), "Content-Type: %s", p->content_type);
        r->headers = curl_slist_append(NULL, text);
        (void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, r->headers);
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body == NULL ? "" : p->body);
    }
    if (p->use_host_address) {
        bool v6 = strchr(spec->address, ':') != NULL;

        (void)snprintf(text, sizeof(text), v6 ? "::[%.250s]:" : "::%.250s:", spec->address);
        r->connect_to = curl_slist_append(NULL, text);
        (void)curl_easy_setopt(c, CURLOPT_CONNECT_TO, r->connect_to);
    }
}

static void start(void *self, struct task *t)
{
    struct http_probe *h = self;
    struct run *r = MEM_NEW(struct run);

    r->http = h;
    r->task = t;
    r->easy = curl_easy_init();
    HN_ASSERT(r->easy != NULL); /* out of memory */
    set_up(r, t->spec);
    t->run = r;
    if (curl_multi_add_handle(h->multi, r->easy) != CURLM_OK) {
        struct reading out;

        reading_init(&out, sched_arena(h->sched), NULL);
        reading_not_run(&out, "%s", hn_tr("the request could not be begun"));
        drop(r);
        sched_done(t, &out);
    }
}

static void cancel(void *self, struct task *t)
{
    (void)self;
    drop(t->run);
}

enum hn_code http_probe_attach(struct sched *s, struct http_probe **out, struct hn_err *e)
{
    struct http_probe *h;
    struct kind k = {.start = start, .cancel = cancel};

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return hn_fail(e, HN_E_INTERNAL, "the HTTP client does not start");
    h = MEM_NEW(struct http_probe);
    h->sched = s;
    h->loop = sched_loop(s);
    h->timer = (struct loop_timer){.fn = on_timer, .ctx = h};
    h->multi = curl_multi_init();
    HN_ASSERT(h->multi != NULL);
    (void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    (void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    (void)curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    (void)curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
    k.self = h;
    sched_kind(s, PROBE_HTTP, &k);
    *out = h;
    return HN_OK;
}

void http_probe_free(struct http_probe *h)
{
    if (h == NULL)
        return;
    (void)curl_multi_cleanup(h->multi);
    loop_timer_off(h->loop, &h->timer);
    free(h);
    curl_global_cleanup();
}
