/* SPDX-License-Identifier: Apache-2.0 */
/* agent.c — SNMP of all devices on one socket; the reply leaves from the address that was asked. */
#include "estate/sim.h"

#include "server/base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_MAX 1400
#define ROUND_MAX 256
#define BOOTS 1

enum hn_code agent_open(struct sim *m, struct hn_err *e)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(161)};
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 1};
    int on = 1, room = 4 << 20;

    m->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (m->udp < 0 || setsockopt(m->udp, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) != 0 ||
        setsockopt(m->udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) != 0 ||
        bind(m->udp, (const struct sockaddr *)&any, sizeof(any)) != 0 ||
        epoll_ctl(m->epoll, EPOLL_CTL_ADD, m->udp, &ev) != 0)
        return hn_fail(e, HN_E_IO, "cannot listen on UDP port 161: %s", strerror(errno));
    return usm_secret_init(&m->user, ESTATE_USER, USM_AUTH_SHA256, ESTATE_AUTH, USM_PRIV_AES128,
                           ESTATE_PRIV, e);
}

/* RFC 3411: enterprise 32473 (documentation), then the IPv4 address. */
static struct hn_bytes engine_of(const struct estate_device *d, uint8_t buf[9])
{
    const uint8_t id[9] = {0x80,
                           0x00,
                           0x7e,
                           0xd9,
                           0x01,
                           (uint8_t)(d->ip >> 24),
                           (uint8_t)(d->ip >> 16),
                           (uint8_t)(d->ip >> 8),
                           (uint8_t)d->ip};

    memcpy(buf, id, sizeof(id));
    return (struct hn_bytes){buf, sizeof(id)};
}

static bool same(struct hn_bytes a, const void *p, size_t n)
{
    return a.n == n && (n == 0 || memcmp(a.p, p, n) == 0);
}

struct ask {
    struct sim *m;
    const struct estate_device *d;
    struct mib_state st;
    struct hn_bytes engine;
    int32_t time;
    struct usm_key key;
    uint8_t *buf;
    struct hn_bytes *out;
};

static bool send_v3(struct ask *k, const struct snmp_msg *req, uint8_t flags, struct snmp_pdu pdu)
{
    struct snmp_msg r = {.version = SNMP_V3, .pdu = pdu};

    r.v3 = (struct snmp_v3){.msg_id = req->v3.msg_id,
                            .max_size = SNMP_PACKET_MAX,
                            .flags = flags,
                            .engine = k->engine,
                            .boots = BOOTS,
                            .time = k->time,
                            .user = req->v3.user,
                            .context_engine = k->engine,
                            .context = req->v3.context};
    return usm_encode(&r, &k->key, ++k->m->salt, k->buf, SNMP_PACKET_MAX, k->out);
}

static bool report(struct ask *k, const struct snmp_msg *req, uint8_t flags, enum usm_stat why)
{
    struct snmp_varbind vb = {.oid = usm_stat_oid(why), .v = {.type = SNMP_TYPE_COUNTER32, .u = 1}};
    struct snmp_pdu pdu = {
        .type = SNMP_REPORT, .request_id = req->pdu.request_id, .vb = &vb, .n = 1};

    if ((req->v3.flags & SNMP_FLAG_REPORTABLE) == 0)
        return false;
    return send_v3(k, req, flags, pdu);
}

/* RFC 3414 section 3.2. */
static bool answer_v3(struct ask *k, const uint8_t *p, size_t n, struct snmp_varbind *vb,
                      struct snmp_msg *req)
{
    const uint8_t full = SNMP_FLAG_AUTH | SNMP_FLAG_PRIV;
    uint8_t *scratch = hn_arena_alloc(k->m->a, n + 64);
    struct snmp_pdu pdu;
    struct mib mib;

    if (!same(req->v3.engine, k->engine.p, k->engine.n))
        return report(k, req, 0, USM_STAT_UNKNOWN_ENGINE);
    if (!same(req->v3.user, ESTATE_USER, sizeof(ESTATE_USER) - 1))
        return report(k, req, 0, USM_STAT_UNKNOWN_USER);
    if ((req->v3.flags & full) != full)
        return report(k, req, 0, USM_STAT_UNSUPPORTED_LEVEL);
    if (!usm_localize(&k->m->user, k->engine, &k->key))
        return false;
    switch (usm_open(p, n, &k->key, scratch, vb, SNMP_VARBINDS_MAX, req)) {
    case USM_OPEN_OK: break;
    case USM_OPEN_WRONG_DIGEST: return report(k, req, 0, USM_STAT_WRONG_DIGEST);
    case USM_OPEN_DECRYPTION: return report(k, req, 0, USM_STAT_DECRYPTION);
    default: return false;
    }
    if (!usm_in_window(BOOTS, k->time, req->v3.boots, req->v3.time))
        return report(k, req, SNMP_FLAG_AUTH, USM_STAT_NOT_IN_WINDOW);
    mib_make(k->d, &k->m->s->site[k->d->site], &k->st, k->m->a, &mib);
    mib_answer(&mib, &req->pdu, SNMP_V3, REPLY_MAX - 160, k->m->a, &pdu);
    return send_v3(k, req, full, pdu);
}

bool agent_answer(struct sim *m, const struct estate_device *d, const uint8_t *p, size_t n,
                  uint8_t *buf, struct hn_bytes *out)
{
    struct snmp_varbind *vb = hn_arena_make(m->a, struct snmp_varbind, SNMP_VARBINDS_MAX);
    struct ask k = {.m = m, .d = d, .st = sim_state_of(m, d), .buf = buf, .out = out};
    uint8_t engine[9];
    struct snmp_msg req;
    struct snmp_msg r;
    struct mib mib;

    if (d->class == ESTATE_TERMINAL || !snmp_decode(p, n, vb, SNMP_VARBINDS_MAX, &req))
        return false;
    if (req.version == SNMP_V3) {
        k.engine = engine_of(d, engine);
        k.time = (int32_t)(mib_uptime(d, &k.st) / 100);
        return answer_v3(&k, p, n, vb, &req);
    }
    if (!same(req.community, ESTATE_COMMUNITY, sizeof(ESTATE_COMMUNITY) - 1))
        return false;
    mib_make(d, &m->s->site[d->site], &k.st, m->a, &mib);
    r = (struct snmp_msg){.version = req.version, .community = req.community};
    mib_answer(&mib, &req.pdu, req.version, REPLY_MAX, m->a, &r.pdu);
    return snmp_encode(&r, buf, SNMP_PACKET_MAX, out);
}

/* The address that the datagram was sent to. */
static uint32_t asked(struct msghdr *h)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c))
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof(info));
            return ntohl(info.ipi_addr.s_addr);
        }
    return 0;
}

static void reply(struct sim *m, uint32_t ip, struct sockaddr_in *to, struct hn_bytes bytes)
{
    union {
        struct cmsghdr align;
        uint8_t raw[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control = {.raw = {0}};
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(ip)};
    uint8_t *copy = hn_arena_memdup(m->a, bytes.p, bytes.n);
    struct iovec v = {.iov_base = copy, .iov_len = bytes.n};
    struct msghdr h = {.msg_name = to,
                       .msg_namelen = sizeof(*to),
                       .msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = control.raw,
                       .msg_controllen = sizeof(control.raw)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&h);

    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(info));
    memcpy(CMSG_DATA(c), &info, sizeof(info));
    if (sendmsg(m->udp, &h, MSG_DONTWAIT) < 0)
        hn_log(HN_DEBUG, "an SNMP reply was not sent: %s", strerror(errno));
}

void agent_ready(struct sim *m)
{
    static uint8_t in[SNMP_PACKET_MAX], buf[SNMP_PACKET_MAX];

    for (int i = 0; i < ROUND_MAX; i++) {
        union {
            struct cmsghdr align;
            uint8_t raw[256];
        } control;
        struct sockaddr_in from;
        struct iovec v = {.iov_base = in, .iov_len = sizeof(in)};
        struct msghdr h = {.msg_name = &from,
                           .msg_namelen = sizeof(from),
                           .msg_iov = &v,
                           .msg_iovlen = 1,
                           .msg_control = control.raw,
                           .msg_controllen = sizeof(control.raw)};
        ssize_t n = recvmsg(m->udp, &h, MSG_DONTWAIT);
        const struct estate_device *d;
        struct hn_bytes out;

        if (n < 0)
            return;
        d = sim_device(m, asked(&h));
        hn_arena_reset(m->a);
        if (d != NULL && agent_answer(m, d, in, (size_t)n, buf, &out))
            reply(m, d->ip, &from, out);
    }
}
