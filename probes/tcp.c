/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/tcp.h"

#include "probes/mem.h"
#include "server/base/i18n.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ANSWER_MAX 4096

struct tcp {
    struct sched *sched;
    struct resolver *resolver;
};

struct run {
    struct tcp *tcp;
    struct task *task;
    struct loop_fd fd; /* fd -1: waits for the name */
    struct loop_timer timer;
    int64_t began_us, connected_us; /* monotonic; connected_us 0 = not yet */
    size_t sent, got;
    char answer[ANSWER_MAX];
};

static const struct tcp_params *params_of(const struct run *r)
{
    return r->task->spec->params;
}

static void release(struct run *r)
{
    struct loop *l = sched_loop(r->tcp->sched);

    loop_timer_off(l, &r->timer);
    if (r->fd.fd >= 0) {
        loop_fd_del(l, &r->fd);
        (void)close(r->fd.fd);
    } else {
        resolver_cancel(r->tcp->resolver, r);
    }
    free(r);
}

static double ms_since(const struct run *r, int64_t from_us)
{
    return (double)(loop_mono(sched_loop(r->tcp->sched)).us - from_us) / 1000;
}

/* The fault is ours, not the port's. Frees r. */
static void not_run(struct run *r, const char *why)
{
    struct task *t = r->task;
    struct reading out;

    reading_init(&out, sched_arena(r->tcp->sched), NULL);
    reading_not_run(&out, hn_tr("no connection could be begun: %s"), why);
    release(r);
    sched_done(t, &out);
}

/* The result: why NULL is success. Frees r. */
static void finish(struct run *r, const char *why)
{
    struct task *t = r->task;
    struct reading out;
    bool waits = params_of(r)->expect != NULL;

    reading_init(&out, sched_arena(r->tcp->sched), &t->spec->limits);
    if (r->connected_us != 0)
        reading_value(&out, "connect", "ms", "gauge",
                      (double)(r->connected_us - r->began_us) / 1000);
    if (why == NULL && waits)
        reading_value(&out, "response", "ms", "gauge", ms_since(r, r->began_us));
    if (why == NULL)
        reading_say(&out, hn_tr("port %lld takes connections, %.1f ms"),
                    (long long)params_of(r)->port, (double)(r->connected_us - r->began_us) / 1000);
    else
        reading_failed(&out, hn_tr("port %lld: %s"), (long long)params_of(r)->port, why);
    release(r);
    sched_done(t, &out);
}

static const char *connect_reason(int why)
{
    switch (why) {
    case ECONNREFUSED: return hn_tr("connection refused");
    case ETIMEDOUT: return hn_tr("no answer");
    case EHOSTUNREACH:
    case ENETUNREACH: return hn_tr("there is no route to the host");
    case ECONNRESET: return hn_tr("the connection was reset");
    default: return strerror(why);
    }
}

static void on_timeout(void *ctx)
{
    struct run *r = ctx;

    if (r->connected_us != 0)
        finish(r, r->got == 0 ? hn_tr("no answer: the connection was accepted but nothing came")
                              : hn_tr("the expected answer did not come"));
    else
        finish(r, hn_tr("no answer"));
}

/* Reads what has come. true: r is gone. */
static bool read_answer(struct run *r)
{
    const char *expect = params_of(r)->expect;
    ssize_t k = read(r->fd.fd, r->answer + r->got, sizeof(r->answer) - r->got);

    if (k < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (k < 0) {
        finish(r, connect_reason(errno));
        return true;
    }
    r->got += (size_t)k;
    if (memmem(r->answer, r->got, expect, strlen(expect)) != NULL)
        finish(r, NULL);
    else if (k == 0 && r->got == 0)
        finish(r, hn_tr("the connection was closed without an answer"));
    else if (k == 0 || r->got == sizeof(r->answer))
        finish(r, hn_tr("the answer is not the expected one"));
    else
        return false;
    return true;
}

/* Sends the rest; then listens. true: r is gone. */
static bool send_rest(struct run *r)
{
    const char *text = params_of(r)->send;
    size_t n = text == NULL ? 0 : strlen(text);

    while (r->sent < n) {
        ssize_t k = send(r->fd.fd, text + r->sent, n - r->sent, MSG_NOSIGNAL);

        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0 && errno == EAGAIN)
            return false;
        if (k < 0) {
            finish(r, connect_reason(errno));
            return true;
        }
        r->sent += (size_t)k;
    }
    if (params_of(r)->expect == NULL) {
        finish(r, NULL);
        return true;
    }
    loop_fd_mod(sched_loop(r->tcp->sched), &r->fd, EPOLLIN);
    return false;
}

static void on_socket(void *ctx, uint32_t events)
{
    struct run *r = ctx;

    if (r->connected_us == 0) {
        int why = 0;
        socklen_t len = sizeof(why);

        if (getsockopt(r->fd.fd, SOL_SOCKET, SO_ERROR, &why, &len) != 0)
            why = errno;
        if (why != 0) {
            finish(r, connect_reason(why));
            return;
        }
        r->connected_us = loop_mono(sched_loop(r->tcp->sched)).us;
    }
    if ((events & EPOLLOUT) != 0 && send_rest(r))
        return;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && params_of(r)->expect != NULL)
        (void)read_answer(r); /* either way nothing more to do in this turn */
}

static void on_address(void *ctx, const struct net_addr *addr, const char *why)
{
    struct run *r = ctx;
    struct net_addr to;
    int fd;

    if (addr == NULL) {
        finish(r, why);
        return;
    }
    to = *addr;
    net_addr_port(&to, (uint16_t)params_of(r)->port);
    fd = socket(to.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) {
        not_run(r, strerror(errno));
        return;
    }
    r->fd = (struct loop_fd){.fd = fd, .fn = on_socket, .ctx = r};
    r->began_us = hn_mono_now().us;
    if (connect(fd, &to.sa, to.len) != 0 && errno != EINPROGRESS) {
        finish(r, connect_reason(errno));
        return;
    }
    if (!loop_fd_add(sched_loop(r->tcp->sched), &r->fd, EPOLLOUT))
        not_run(r, strerror(errno));
}

static void start(void *self, struct task *t)
{
    struct tcp *tcp = self;
    struct run *r = MEM_NEW(struct run);
    struct net_addr addr;
    const char *why = NULL;

    r->tcp = tcp;
    r->task = t;
    r->fd.fd = -1;
    r->timer = (struct loop_timer){.fn = on_timeout, .ctx = r};
    t->run = r;
    loop_timer_in(sched_loop(tcp->sched), &r->timer, t->spec->timeout_us);
    switch (resolver_ask(tcp->resolver, t->spec->address, &addr, &why, on_address, r)) {
    case RESOLVE_OK: on_address(r, &addr, NULL); break;
    case RESOLVE_FAILED: on_address(r, NULL, why); break;
    case RESOLVE_WAIT: break;
    }
}

static void cancel(void *self, struct task *t)
{
    (void)self;
    release(t->run);
}

struct tcp *tcp_attach(struct sched *s, struct resolver *r)
{
    struct tcp *t = MEM_NEW(struct tcp);
    const struct kind k = {.start = start, .cancel = cancel, .self = t};

    t->sched = s;
    t->resolver = r;
    sched_kind(s, PROBE_TCP, &k);
    return t;
}

void tcp_free(struct tcp *t)
{
    free(t);
}
