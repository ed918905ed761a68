/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/snmp_io.h"

#include "probes/mem.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#define SLOTS 65536
#define OUT_BATCH 64
#define OUT_MAX 4096 /* 64 OIDs of ordinary length; a longer request is not sent */
#define IN_BATCH 16
#define IN_MAX 65536
#define SOCKET_BUFFER (8 * 1024 * 1024)
#define AGAIN_MAX 3 /* discovery, then a stale clock, then a changed engine */

struct family {
    struct snmp_io *io;
    struct loop_fd fd;
    bool wants_out;
    struct snmp_request *first, **last;
};

struct snmp_io {
    struct loop *loop;
    struct family v4, v6;
    struct snmp_request *slot[SLOTS];
    uint32_t next;
    uint32_t high; /* random: the upper bits of ids */
    uint64_t salt;
    struct snmp_counts counts;
    struct snmp_varbind vb[SNMP_VARBINDS_MAX];
    uint8_t scratch[IN_MAX];
    uint8_t out[OUT_BATCH][OUT_MAX];
    uint8_t in[IN_BATCH][IN_MAX];
};

static void on_socket(void *ctx, uint32_t events);
static void at_end(void *ctx);

static bool open_family(struct snmp_io *io, struct family *f, int af)
{
    int size = SOCKET_BUFFER;
    int on = 1;

    f->io = io;
    f->last = &f->first;
    f->fd = (struct loop_fd){
        .fd = socket(af, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .fn = on_socket, .ctx = f};
    if (f->fd.fd < 0)
        return false;
    if (af == AF_INET6)
        (void)setsockopt(f->fd.fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (setsockopt(f->fd.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
        (void)setsockopt(f->fd.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    (void)setsockopt(f->fd.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return loop_fd_add(io->loop, &f->fd, EPOLLIN);
}

enum hn_code snmp_io_new(struct loop *l, struct snmp_io **out, struct hn_err *e)
{
    struct snmp_io *io = MEM_NEW(struct snmp_io);
    uint32_t seed[3];

    if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
        free(io);
        return hn_fail(e, HN_E_IO, "no random numbers: %s", strerror(errno));
    }
    io->loop = l;
    io->next = seed[0];
    io->high = seed[1];
    io->salt = (uint64_t)seed[2] << 32 | seed[0];
    io->v6.fd.fd = -1;
    if (!open_family(io, &io->v4, AF_INET)) {
        int why = errno;

        free(io);
        return hn_fail(e, HN_E_IO, "no UDP socket: %s", strerror(why));
    }
    (void)open_family(io, &io->v6, AF_INET6); /* a machine without IPv6 is fine */
    loop_at_end(l, at_end, io);
    *out = io;
    return HN_OK;
}

void snmp_io_free(struct snmp_io *io)
{
    if (io == NULL)
        return;
    if (io->v4.fd.fd >= 0)
        (void)close(io->v4.fd.fd);
    if (io->v6.fd.fd >= 0)
        (void)close(io->v6.fd.fd);
    free(io);
}

struct snmp_counts *snmp_io_counts(struct snmp_io *io)
{
    return &io->counts;
}

static struct family *family_of(struct snmp_io *io, const struct snmp_request *q)
{
    return q->to.sa.sa_family == AF_INET6 ? &io->v6 : &io->v4;
}

/* ---- life of a request ---- */

static void enqueue(struct snmp_request *q)
{
    struct family *f = family_of(q->io, q);

    if (q->is_queued)
        return;
    q->is_queued = true;
    q->next_out = NULL;
    *f->last = q;
    f->last = &q->next_out;
}

static void dequeue(struct snmp_request *q)
{
    struct family *f = family_of(q->io, q);
    struct snmp_request **p = &f->first;

    if (!q->is_queued)
        return;
    while (*p != q)
        p = &(*p)->next_out;
    *p = q->next_out;
    if (*p == NULL)
        f->last = p;
    q->is_queued = false;
}

void snmp_io_cancel(struct snmp_request *q)
{
    if (!q->is_active)
        return;
    q->is_active = false;
    q->io->slot[q->id & (SLOTS - 1)] = NULL;
    loop_timer_off(q->io->loop, &q->timer);
    dequeue(q);
}

static void end(struct snmp_request *q, enum snmp_end how, const struct snmp_msg *m)
{
    snmp_io_cancel(q);
    q->fn(q, how, m);
}

static void on_timer(void *ctx)
{
    struct snmp_request *q = ctx;
    struct snmp_counts *c = &q->io->counts;

    if (q->error != 0) {
        end(q, SNMP_END_UNSENT, NULL);
        return;
    }
    if (q->n_tries < q->tries) {
        atomic_fetch_add(&c->retries, 1);
        loop_timer_in(q->io->loop, &q->timer, q->timeout_us / q->tries);
        enqueue(q);
        return;
    }
    atomic_fetch_add(&c->timeouts, 1);
    /* it may be another device, or one that lost its clock: discover anew the next time */
    if (q->engine != NULL)
        usm_forget(q->engine);
    end(q, SNMP_END_TIMEOUT, NULL);
}

void snmp_io_send(struct snmp_io *io, struct snmp_request *q)
{
    uint32_t i;

    HN_ASSERT(!q->is_active && q->n <= SNMP_REQUEST_OIDS && q->tries > 0);
    q->io = io;
    q->n_tries = q->n_again = 0;
    q->error = 0;
    q->why = USM_STAT_NONE;
    q->sent_at = HN_UNSET;
    q->timer = (struct loop_timer){.fn = on_timer, .ctx = q};
    q->is_active = true;
    for (i = 0; i < SLOTS && io->slot[io->next & (SLOTS - 1)] != NULL; i++)
        io->next++;
    /* ids are positive, hard to guess and not used again soon */
    io->high = io->high * 1664525U + 1013904223U;
    q->id = (int32_t)((io->high & 0x7FFF0000U) | (io->next & (SLOTS - 1)));
    if (i == SLOTS || family_of(io, q)->fd.fd < 0) {
        q->error = i == SLOTS ? ENOBUFS : EAFNOSUPPORT;
        q->id = 0;
        loop_timer_in(io->loop, &q->timer, 1);
        return;
    }
    io->slot[io->next++ & (SLOTS - 1)] = q;
    loop_timer_in(io->loop, &q->timer, q->timeout_us / q->tries);
    enqueue(q);
}

/* ---- sending ---- */

static bool encode(struct snmp_io *io, const struct snmp_request *q, uint8_t *buf,
                   struct hn_bytes *out)
{
    struct snmp_varbind vb[SNMP_REQUEST_OIDS];
    struct snmp_pdu pdu = {.type = q->type, .request_id = q->id, .vb = vb, .n = q->n};
    struct snmp_msg m;

    for (size_t i = 0; i < q->n; i++)
        vb[i] = (struct snmp_varbind){.oid = q->oid[i], .v = {.type = SNMP_TYPE_NULL}};
    if (q->type == SNMP_GETBULK)
        pdu.error_index = q->max_repetitions;
    if (q->access->version == SNMP_V3)
        return usm_request(q->engine, q->access->secret, &pdu, q->access->context, q->id,
                           io->salt++, loop_mono(io->loop), buf, OUT_MAX, out);
    m = (struct snmp_msg){.version = q->access->version, .pdu = pdu};
    m.community = (struct hn_bytes){.p = (const uint8_t *)q->access->community,
                                    .n = strlen(q->access->community)};
    return snmp_encode(&m, buf, OUT_MAX, out);
}

static void unsent(struct snmp_request *q, int why)
{
    atomic_fetch_add(&q->io->counts.send_errors, 1);
    q->error = why;
    loop_timer_in(q->io->loop, &q->timer, 1);
}

static void sent(struct snmp_request *q)
{
    if (q->n_tries++ == 0)
        q->sent_at = loop_now(q->io->loop);
    atomic_fetch_add(&q->io->counts.requests, 1);
}

static void flush(struct family *f)
{
    struct snmp_io *io = f->io;
    struct mmsghdr m[OUT_BATCH];
    struct iovec v[OUT_BATCH];
    struct snmp_request *who[OUT_BATCH];
    bool full = false;

    loop_clock(io->loop);
    while (f->first != NULL && !full) {
        unsigned n = 0;
        unsigned at = 0;

        memset(m, 0, sizeof(m));
        while (n < OUT_BATCH && f->first != NULL) {
            struct snmp_request *q = f->first;
            struct hn_bytes b;

            dequeue(q);
            if (!encode(io, q, io->out[n], &b)) {
                unsent(q, EMSGSIZE);
                continue;
            }
            v[n] = (struct iovec){.iov_base = io->out[n] + (b.p - io->out[n]), .iov_len = b.n};
            m[n].msg_hdr = (struct msghdr){
                .msg_name = &q->to.sa, .msg_namelen = q->to.len, .msg_iov = &v[n], .msg_iovlen = 1};
            who[n++] = q;
        }
        while (at < n) {
            int k = full ? 0 : sendmmsg(f->fd.fd, m + at, n - at, 0);

            if (k < 0 && errno == EINTR)
                continue;
            full = full || (k < 0 && (errno == EAGAIN || errno == ENOBUFS));
            if (full) {
                enqueue(who[at++]);
            } else if (k < 0) {
                unsent(who[at++], errno);
            } else {
                for (int i = 0; i < k; i++)
                    sent(who[at++]);
            }
        }
    }
    if (full != f->wants_out)
        loop_fd_mod(io->loop, &f->fd, full ? EPOLLIN | EPOLLOUT : EPOLLIN);
    f->wants_out = full;
}

static void at_end(void *ctx)
{
    struct snmp_io *io = ctx;

    if (io->v4.first != NULL && !io->v4.wants_out)
        flush(&io->v4);
    if (io->v6.first != NULL && !io->v6.wants_out)
        flush(&io->v6);
}

/* ---- receiving ---- */

static void take_v3(struct snmp_io *io, struct snmp_request *q, const uint8_t *p, size_t n,
                    struct snmp_msg *m)
{
    switch (usm_reply(q->engine, q->access->secret, p, n, io->scratch, io->vb, SNMP_VARBINDS_MAX,
                      loop_mono(io->loop), m, &q->why)) {
    case USM_ANSWER:
        if (m->pdu.request_id != q->id) {
            atomic_fetch_add(&io->counts.wrong_id, 1);
            return;
        }
        atomic_fetch_add(&io->counts.answers, 1);
        end(q, SNMP_END_ANSWER, m);
        return;
    case USM_AGAIN:
        if (q->n_again++ < AGAIN_MAX)
            enqueue(q); /* the timer runs on: an agent cannot keep us busy */
        return;
    case USM_REFUSED: end(q, SNMP_END_REFUSED, NULL); return;
    case USM_IGNORE: atomic_fetch_add(&io->counts.not_authentic, 1); return;
    }
}

static void take(struct snmp_io *io, const uint8_t *p, size_t n, const struct net_addr *from)
{
    struct snmp_counts *c = &io->counts;
    struct snmp_request *q;
    struct snmp_msg m;
    int32_t id;

    if (!snmp_decode(p, n, io->vb, SNMP_VARBINDS_MAX, &m)) {
        atomic_fetch_add(&c->malformed, 1);
        return;
    }
    id = m.version == SNMP_V3 ? m.v3.msg_id : m.pdu.request_id;
    q = id < 0 ? NULL : io->slot[id & (SLOTS - 1)];
    if (q == NULL || q->id != id || q->access->version != m.version) {
        atomic_fetch_add(&c->wrong_id, 1);
        return;
    }
    if (!net_addr_same(from, &q->to)) {
        atomic_fetch_add(&c->wrong_address, 1);
        return;
    }
    if (m.version == SNMP_V3) {
        take_v3(io, q, p, n, &m);
        return;
    }
    if (m.pdu.type != SNMP_RESPONSE) {
        atomic_fetch_add(&c->malformed, 1);
        return;
    }
    atomic_fetch_add(&c->answers, 1);
    end(q, SNMP_END_ANSWER, &m);
}

static void receive(struct family *f)
{
    struct snmp_io *io = f->io;
    struct mmsghdr m[IN_BATCH];
    struct iovec v[IN_BATCH];
    struct net_addr from[IN_BATCH];

    for (int turns = 0; turns < 64; turns++) { /* then other descriptors get their turn */
        int k;

        memset(m, 0, sizeof(m));
        for (int i = 0; i < IN_BATCH; i++) {
            v[i] = (struct iovec){.iov_base = io->in[i], .iov_len = IN_MAX};
            m[i].msg_hdr = (struct msghdr){.msg_name = &from[i].sa,
                                           .msg_namelen = sizeof(from[i].in6),
                                           .msg_iov = &v[i],
                                           .msg_iovlen = 1};
        }
        k = recvmmsg(f->fd.fd, m, IN_BATCH, MSG_DONTWAIT, NULL);
        if (k <= 0)
            return;
        for (int i = 0; i < k; i++) {
            from[i].len = m[i].msg_hdr.msg_namelen;
            take(io, io->in[i], m[i].msg_len, &from[i]);
        }
        if (k < IN_BATCH)
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
