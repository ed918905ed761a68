/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/icmp.h"

#include "probes/icmp_packet.h"
#include "probes/mem.h"
#include "server/base/i18n.h"

#include <errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <math.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#define BATCH 64
#define PACKET_MAX 2048
#define SLOTS 65536
#define SOCKET_BUFFER (8 * 1024 * 1024)
#define COUNT_MAX 20

/* A check's probe: some echoes, some answers. */
struct run {
    struct task *task;
    struct icmp *icmp;
    struct family *family;
    struct net_addr to;
    struct loop_timer timer; /* the next echo, or the end */
    struct run *next_out;    /* of the family's queue */
    bool is_queued, is_cancelled;
    int64_t n_sent, n_back;
    uint16_t seq[COUNT_MAX];
    double rtt_sum_us, rtt_min_us, rtt_max_us;
    int error; /* errno of the last send that failed */
};

/* One echo that is on its way. */
struct slot {
    struct run *run;
    hn_instant sent_at;
    uint64_t cookie;
};

struct family {
    struct icmp *icmp;
    bool v6, is_raw;
    struct loop_fd fd;
    uint16_t id; /* the echoes' identifier; datagram sockets: the kernel's choice */
    int why;     /* errno when there is no socket */
    bool wants_out;
    uint16_t next_seq;
    struct slot *slot; /* SLOTS, made at first use */
    struct run *out_first, **out_last;
};

struct icmp {
    struct sched *sched;
    struct resolver *resolver;
    struct family v4, v6;
    uint64_t secret;
    struct icmp_counts counts;
    uint8_t buf[BATCH][PACKET_MAX];
};

/* ---- sockets ---- */

static uint16_t kernel_id(int fd)
{
    struct net_addr a = {.len = sizeof(a.in6)};

    if (getsockname(fd, &a.sa, &a.len) != 0)
        return 0;
    return ntohs(a.in.sin_port); /* same place in both families */
}

static int dgram_socket(bool v6)
{
    int type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    struct net_addr any = {.len = v6 ? sizeof(any.in6) : sizeof(any.in)};
    int fd = socket(v6 ? AF_INET6 : AF_INET, type, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);

    any.sa.sa_family = v6 ? AF_INET6 : AF_INET;
    if (fd >= 0 && bind(fd, &any.sa, any.len) != 0) { /* gives it its identifier */
        (void)close(fd);
        return -1;
    }
    return fd;
}

static int raw_socket(bool v6)
{
    int type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = socket(v6 ? AF_INET6 : AF_INET, type, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);

    if (fd < 0)
        return -1;
    /* echo replies only: our own requests over loopback and all other ICMP stay in the kernel */
    if (v6) {
        struct icmp6_filter f;

        memset(&f, 0xFF, sizeof(f));
        f.data[ICMPV6_ECHO_REPLY >> 5] &= ~(1U << (ICMPV6_ECHO_REPLY & 31));
        (void)setsockopt(fd, IPPROTO_ICMPV6, ICMPV6_FILTER, &f, sizeof(f));
    } else {
        struct icmp_filter f = {.data = ~(1U << ICMP_ECHOREPLY)};

        (void)setsockopt(fd, SOL_RAW, ICMP_FILTER, &f, sizeof(f));
    }
    return fd;
}

static void open_family(struct icmp *ic, struct family *f, bool v6)
{
    int on = 1;
    int size = SOCKET_BUFFER;

    f->icmp = ic;
    f->v6 = v6;
    f->out_last = &f->out_first;
    f->fd.fd = dgram_socket(v6);
    if (f->fd.fd < 0) {
        f->fd.fd = raw_socket(v6);
        f->is_raw = f->fd.fd >= 0;
    }
    if (f->fd.fd < 0) {
        f->why = errno;
        return;
    }
    f->id = f->is_raw ? (uint16_t)ic->secret : kernel_id(f->fd.fd);
    (void)setsockopt(f->fd.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
    if (setsockopt(f->fd.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
        (void)setsockopt(f->fd.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (setsockopt(f->fd.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
        (void)setsockopt(f->fd.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

struct icmp *icmp_open(void)
{
    struct icmp *ic = MEM_NEW(struct icmp);

    if (getrandom(&ic->secret, sizeof(ic->secret), 0) != (ssize_t)sizeof(ic->secret))
        ic->secret = (uint64_t)hn_now() * UINT64_C(0x9E3779B97F4A7C15);
    open_family(ic, &ic->v4, false);
    open_family(ic, &ic->v6, true);
    return ic;
}

const char *icmp_problem(const struct icmp *ic, bool v6)
{
    const struct family *f = v6 ? &ic->v6 : &ic->v4;

    if (f->fd.fd >= 0)
        return NULL;
    if (f->why == EACCES || f->why == EPERM)
        return hn_tr("this probe may not send ICMP echo: neither ping_group_range nor the "
                     "capability for raw sockets allows it");
    return hn_tr("this machine has no ICMP for this kind of address");
}

const char *icmp_method(const struct icmp *ic, bool v6)
{
    const struct family *f = v6 ? &ic->v6 : &ic->v4;

    return f->fd.fd < 0 ? "none" : f->is_raw ? "raw" : "dgram";
}

struct icmp_counts *icmp_counts(struct icmp *ic)
{
    return &ic->counts;
}

/* ---- the end of a probe ---- */

static void release(struct run *r)
{
    struct family *f = r->family;

    for (int64_t i = 0; i < r->n_sent; i++)
        if (f->slot[r->seq[i]].run == r)
            f->slot[r->seq[i]].run = NULL;
    loop_timer_off(sched_loop(r->icmp->sched), &r->timer);
}

static void tell(const struct run *r, struct reading *out)
{
    double loss =
        r->n_sent == 0 ? 100 : 100.0 * (double)(r->n_sent - r->n_back) / (double)r->n_sent;

    reading_value(out, "loss", "%", "gauge", loss);
    if (r->n_back > 0) {
        double rtt = r->rtt_sum_us / (double)r->n_back / 1000;

        reading_value(out, "rtt", "ms", "gauge", rtt);
        if (r->n_sent > 1)
            reading_say(out, hn_tr("answers, %.2f ms, loss %.0f %%"), rtt, loss);
        else
            reading_say(out, hn_tr("answers, %.2f ms"), rtt);
    } else if (r->n_sent == 0 && r->error == 0) {
        reading_not_run(out, "%s", hn_tr("the echo request found no room to be sent in time"));
    } else if (r->error == ENETUNREACH || r->error == EHOSTUNREACH) {
        reading_failed(out, "%s", hn_tr("there is no route to the host"));
    } else if (r->error != 0) {
        reading_failed(out, hn_tr("the echo request could not be sent: %s"), strerror(r->error));
    } else {
        reading_failed(out, hn_tr("no answer to %lld echo requests"), (long long)r->n_sent);
    }
}

static void finish(struct run *r)
{
    struct task *t = r->task;
    struct reading out;

    release(r);
    reading_init(&out, sched_arena(r->icmp->sched), &t->spec->limits);
    tell(r, &out);
    if (r->is_queued) { /* freed when the queue lets go of it */
        r->is_cancelled = true;
    } else {
        free(r);
    }
    sched_done(t, &out);
}

/* ---- sending ---- */

static void enqueue(struct run *r)
{
    struct family *f = r->family;

    if (r->is_queued)
        return;
    r->is_queued = true;
    r->next_out = NULL;
    *f->out_last = r;
    f->out_last = &r->next_out;
}

static struct run *dequeue(struct family *f)
{
    struct run *r = f->out_first;

    f->out_first = r->next_out;
    if (f->out_first == NULL)
        f->out_last = &f->out_first;
    r->is_queued = false;
    return r;
}

static void on_timer(void *ctx)
{
    struct run *r = ctx;
    const struct icmp_params *p = r->task->spec->params;

    if (r->n_sent < p->count && !r->is_queued && r->error == 0)
        enqueue(r);
    else
        finish(r);
}

/* The next time for this run: another echo, or the end of waiting. */
static void set_timer(struct run *r)
{
    const struct icmp_params *p = r->task->spec->params;

    loop_timer_in(sched_loop(r->icmp->sched), &r->timer,
                  r->n_sent < p->count ? p->spacing_us : r->task->spec->timeout_us);
}

static bool take_slot(struct family *f, struct run *r, hn_instant now)
{
    if (f->slot == NULL)
        f->slot = MEM_ARRAY(SLOTS, struct slot);
    for (int i = 0; i < 1024; i++) {
        uint16_t seq = f->next_seq++;
        struct slot *s = &f->slot[seq];

        if (s->run != NULL)
            continue;
        *s = (struct slot){.run = r,
                           .sent_at = now,
                           .cookie = (s->cookie + seq + 1) * UINT64_C(6364136223846793005) ^
                                     f->icmp->secret};
        r->seq[r->n_sent] = seq;
        return true;
    }
    return false; /* nearly all of 65,536 are on their way */
}

/* The front of the queue as one batch. Returns how many messages were made. */
static unsigned fill(struct family *f, struct mmsghdr *m, struct iovec *v, struct run **who,
                     hn_instant now)
{
    unsigned n = 0;

    while (n < BATCH && f->out_first != NULL) {
        struct run *r = f->out_first;
        const struct icmp_params *p;
        struct icmp_echo echo;

        if (r->is_cancelled) {
            free(dequeue(f));
            continue;
        }
        if (!take_slot(f, r, now))
            break;
        (void)dequeue(f);
        p = r->task->spec->params;
        echo = (struct icmp_echo){.id = f->id,
                                  .seq = r->seq[r->n_sent],
                                  .cookie = f->slot[r->seq[r->n_sent]].cookie,
                                  .payload = (size_t)p->size};
        v[n] = (struct iovec){.iov_base = f->icmp->buf[n],
                              .iov_len = icmp_request(&echo, f->v6, f->icmp->buf[n])};
        m[n].msg_hdr = (struct msghdr){
            .msg_name = &r->to.sa, .msg_namelen = r->to.len, .msg_iov = &v[n], .msg_iovlen = 1};
        who[n++] = r;
    }
    return n;
}

static void sent(struct run *r, hn_instant now)
{
    if (r->n_sent == 0)
        sched_sent(r->task, now);
    r->n_sent++;
    set_timer(r);
}

/* Back to the front, in order: the socket's buffer is full. */
static void put_back(struct family *f, struct run **who, unsigned from, unsigned n)
{
    for (unsigned i = n; i > from; i--) {
        struct run *r = who[i - 1];

        f->slot[r->seq[r->n_sent]].run = NULL;
        r->next_out = f->out_first;
        if (f->out_first == NULL)
            f->out_last = &r->next_out;
        f->out_first = r;
        r->is_queued = true;
    }
}

/* One echo that the kernel refused. */
static void refused(struct family *f, struct run *r, int why)
{
    atomic_fetch_add(&f->icmp->counts.send_errors, 1);
    f->slot[r->seq[r->n_sent]].run = NULL;
    r->error = why;
    loop_timer_in(sched_loop(r->icmp->sched), &r->timer, 1);
}

static void wait_for_room(struct family *f, bool wait)
{
    if (wait != f->wants_out)
        loop_fd_mod(sched_loop(f->icmp->sched), &f->fd, wait ? EPOLLIN | EPOLLOUT : EPOLLIN);
    f->wants_out = wait;
}

static void flush(struct family *f)
{
    struct mmsghdr m[BATCH];
    struct iovec v[BATCH];
    struct run *who[BATCH];

    while (f->out_first != NULL) {
        hn_instant now;
        unsigned n;
        unsigned at = 0;

        loop_clock(sched_loop(f->icmp->sched));
        now = loop_now(sched_loop(f->icmp->sched));
        memset(m, 0, sizeof(m));
        n = fill(f, m, v, who, now);
        if (n == 0)
            return;
        while (at < n) {
            int k = sendmmsg(f->fd.fd, m + at, n - at, 0);

            if (k < 0 && errno == EINTR)
                continue;
            if (k < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
                put_back(f, who, at, n);
                wait_for_room(f, true);
                return;
            }
            if (k < 0) {
                refused(f, who[at++], errno);
                continue;
            }
            atomic_fetch_add(&f->icmp->counts.sent, k);
            for (int i = 0; i < k; i++)
                sent(who[at++], now);
        }
    }
    wait_for_room(f, false);
}

static void at_end(void *ctx)
{
    struct icmp *ic = ctx;

    if (ic->v4.out_first != NULL && !ic->v4.wants_out)
        flush(&ic->v4);
    if (ic->v6.out_first != NULL && !ic->v6.wants_out)
        flush(&ic->v6);
}

/* ---- receiving ---- */

/* The kernel's time of arrival; now where it gave none. */
static hn_instant arrival(struct msghdr *h, const struct loop *l)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec ts;

            memcpy(&ts, CMSG_DATA(c), sizeof(ts));
            return loop_of_wall(l, (hn_instant)ts.tv_sec * HN_SEC + ts.tv_nsec / 1000);
        }
    return loop_now(l);
}

static void take_reply(struct family *f, const uint8_t *p, size_t n, const struct net_addr *from,
                       hn_instant at)
{
    struct icmp_counts *c = &f->icmp->counts;
    const struct icmp_params *params;
    struct icmp_echo e;
    struct slot *s;
    struct run *r;
    double rtt;

    if (!icmp_reply(p, n, f->v6, f->is_raw && !f->v6, &e)) {
        atomic_fetch_add(&c->malformed, 1);
        return;
    }
    if (e.id != f->id || f->slot == NULL) {
        atomic_fetch_add(&c->foreign, 1);
        return;
    }
    s = &f->slot[e.seq];
    if (s->cookie != e.cookie || s->run == NULL) {
        atomic_fetch_add(s->cookie == e.cookie ? &c->late : &c->foreign, 1);
        return;
    }
    r = s->run;
    if (!net_addr_same_host(from, &r->to)) {
        atomic_fetch_add(&c->foreign, 1);
        return;
    }
    s->run = NULL; /* a duplicate is late */
    atomic_fetch_add(&c->received, 1);
    rtt = (double)HN_MAX(at - s->sent_at, 1);
    r->rtt_sum_us += rtt;
    r->n_back++;
    params = r->task->spec->params;
    if (r->n_back == params->count)
        finish(r);
}

static void receive(struct family *f)
{
    struct icmp *ic = f->icmp;
    struct mmsghdr m[BATCH];
    struct iovec v[BATCH];
    struct net_addr from[BATCH];
    _Alignas(struct cmsghdr) char control[BATCH][CMSG_SPACE(sizeof(struct timespec))];

    for (int turns = 0; turns < 64; turns++) { /* then other descriptors get their turn */
        int k;

        memset(m, 0, sizeof(m));
        for (int i = 0; i < BATCH; i++) {
            v[i] = (struct iovec){.iov_base = ic->buf[i], .iov_len = PACKET_MAX};
            m[i].msg_hdr = (struct msghdr){.msg_name = &from[i].sa,
                                           .msg_namelen = sizeof(from[i].in6),
                                           .msg_iov = &v[i],
                                           .msg_iovlen = 1,
                                           .msg_control = control[i],
                                           .msg_controllen = sizeof(control[i])};
        }
        k = recvmmsg(f->fd.fd, m, BATCH, MSG_DONTWAIT, NULL);
        if (k <= 0)
            return;
        loop_clock(sched_loop(ic->sched));
        for (int i = 0; i < k; i++) {
            from[i].len = m[i].msg_hdr.msg_namelen;
            take_reply(f, ic->buf[i], m[i].msg_len, &from[i],
                       arrival(&m[i].msg_hdr, sched_loop(ic->sched)));
        }
        if (k < BATCH)
            return;
    }
}

static void on_socket(void *ctx, uint32_t events)
{
    struct family *f = ctx;

    if ((events & (EPOLLIN | EPOLLERR)) != 0)
        receive(f);
    if ((events & EPOLLOUT) != 0)
        flush(f);
}

/* ---- the scheduler's side ---- */

static void not_run(struct icmp *ic, struct task *t, const char *why)
{
    struct reading r;

    reading_init(&r, sched_arena(ic->sched), NULL);
    reading_not_run(&r, "%s", why);
    sched_done(t, &r);
}

static void begin(struct icmp *ic, struct task *t, const struct net_addr *to)
{
    struct family *f = to->sa.sa_family == AF_INET6 ? &ic->v6 : &ic->v4;
    struct run *r;

    if (f->fd.fd < 0) {
        not_run(ic, t, icmp_problem(ic, f->v6));
        return;
    }
    r = MEM_NEW(struct run);
    *r = (struct run){.task = t, .icmp = ic, .family = f, .to = *to};
    r->timer = (struct loop_timer){.fn = on_timer, .ctx = r};
    t->run = r;
    loop_timer_in(sched_loop(ic->sched), &r->timer, t->spec->timeout_us); /* until it is sent */
    enqueue(r);
}

static void resolved(void *ctx, const struct net_addr *to, const char *why)
{
    struct task *t = ctx;
    struct icmp *ic = t->kept;

    t->kept = NULL;
    if (to != NULL) {
        begin(ic, t, to);
    } else {
        struct reading r;

        reading_init(&r, sched_arena(ic->sched), NULL);
        reading_failed(&r, "%s", why);
        sched_done(t, &r);
    }
}

static void start(void *self, struct task *t)
{
    struct icmp *ic = self;
    struct net_addr to;
    const char *why = NULL;

    t->kept = ic; /* only while it waits for a name */
    switch (resolver_ask(ic->resolver, t->spec->address, &to, &why, resolved, t)) {
    case RESOLVE_OK: resolved(t, &to, NULL); break;
    case RESOLVE_FAILED: resolved(t, NULL, why); break;
    case RESOLVE_WAIT: break;
    }
}

static void cancel(void *self, struct task *t)
{
    struct icmp *ic = self;
    struct run *r = t->run;

    t->kept = NULL;
    if (r == NULL) {
        resolver_cancel(ic->resolver, t);
        return;
    }
    release(r);
    if (r->is_queued)
        r->is_cancelled = true;
    else
        free(r);
}

bool icmp_attach(struct icmp *ic, struct sched *s, struct resolver *r)
{
    struct family *f[] = {&ic->v4, &ic->v6};
    const struct kind k = {.start = start, .cancel = cancel, .self = ic};

    ic->sched = s;
    ic->resolver = r;
    for (size_t i = 0; i < HN_ARRAY_LEN(f); i++) {
        f[i]->fd.fn = on_socket;
        f[i]->fd.ctx = f[i];
        if (f[i]->fd.fd >= 0 && !loop_fd_add(sched_loop(s), &f[i]->fd, EPOLLIN))
            return false;
    }
    loop_at_end(sched_loop(s), at_end, ic);
    sched_kind(s, PROBE_ICMP, &k);
    return true;
}

void icmp_free(struct icmp *ic)
{
    struct family *f[] = {&ic->v4, &ic->v6};

    for (size_t i = 0; i < HN_ARRAY_LEN(f); i++) {
        while (f[i]->out_first != NULL)
            free(dequeue(f[i]));
        if (f[i]->fd.fd >= 0)
            (void)close(f[i]->fd.fd);
        free(f[i]->slot);
    }
    free(ic);
}
