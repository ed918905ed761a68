/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agents.c — SNMP agents for the benchmarks: every address of 127.0.0.0/8 is one and answers GET
 * (v1, v2c) from the address that was asked. Loopback only; ends at SIGTERM or with its parent.
 *
 *   agents PORT
 *
 * Each has sysUpTime and, under 1.3.6.1.4.1.99999.1, objects 1 to 64: of eight in a row three
 * gauges that drift, three counters with a rate of their own, a status and one that is all noise.
 * One socket, batches of 64: cheap enough to stand beside what is measured.
 */
#include "probes/snmp_msg.h"

#include "server/base/instant.h"
#include "server/base/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define IN_MAX 4096
#define OUT_MAX 8192
#define OBJECTS 64

struct batch {
    struct mmsghdr in[BATCH], out[BATCH];
    struct iovec in_v[BATCH], out_v[BATCH];
    struct sockaddr_in from[BATCH];
    _Alignas(struct cmsghdr) char control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    uint8_t in_bytes[BATCH][IN_MAX];
    uint8_t out_bytes[BATCH][OUT_MAX];
};

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ x >> 16;
}

static struct snmp_value unsigned_value(enum snmp_type type, uint64_t v)
{
    return (struct snmp_value){.type = type, .u = v};
}

/* The value of object k of an agent at a time. */
static struct snmp_value value_of(uint32_t agent, unsigned k, int64_t now_us)
{
    uint32_t seed = mix(agent * 64 + k);
    int64_t s = now_us / HN_SEC;

    switch (k % 8) {
    case 0: /* status: one up in a while */
        return (struct snmp_value){.type = SNMP_TYPE_INTEGER,
                                   .i = mix(seed ^ (uint32_t)(s / 1800)) % 50 == 0 ? 2 : 1};
    case 7: return unsigned_value(SNMP_TYPE_GAUGE32, mix(seed ^ (uint32_t)s) % 1000000);
    case 4:
    case 5:
    case 6:
        return unsigned_value(SNMP_TYPE_COUNTER64,
                              ((uint64_t)seed << 8) +
                                  (uint64_t)(now_us / 1000) * (seed % 3000000 / 1000));
    default:
        return unsigned_value(SNMP_TYPE_GAUGE32, seed % 800 + mix(seed ^ (uint32_t)(s / 170)) % 12);
    }
}

static void answer_one(struct snmp_varbind *vb, uint32_t agent, int64_t now_us)
{
    static const uint8_t uptime[] = {0x2b, 6, 1, 2, 1, 1, 3, 0};
    static const uint8_t own[] = {0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1}; /* 99999.1 */

    if (vb->oid.n == sizeof(uptime) && memcmp(vb->oid.p, uptime, sizeof(uptime)) == 0)
        vb->v = unsigned_value(SNMP_TYPE_TIMETICKS, (uint64_t)(now_us / 10000) & UINT32_MAX);
    else if (vb->oid.n == sizeof(own) + 1 && memcmp(vb->oid.p, own, sizeof(own)) == 0 &&
             vb->oid.p[sizeof(own)] >= 1 && vb->oid.p[sizeof(own)] <= OBJECTS)
        vb->v = value_of(agent, vb->oid.p[sizeof(own)], now_us);
    else
        vb->v = (struct snmp_value){.type = SNMP_TYPE_NO_SUCH_OBJECT};
}

/* The bytes of an answer, at the end of buf; n 0: none. */
static struct hn_bytes answer(const uint8_t *p, size_t n, uint32_t agent, int64_t now_us,
                              uint8_t *buf)
{
    struct snmp_varbind vb[SNMP_VARBINDS_MAX];
    struct hn_bytes out = {NULL, 0};
    struct snmp_msg m;

    if (!snmp_decode(p, n, vb, SNMP_VARBINDS_MAX, &m) || m.version == SNMP_V3 ||
        m.pdu.type != SNMP_GET)
        return out;
    for (size_t i = 0; i < m.pdu.n; i++)
        answer_one(&vb[i], agent, now_us);
    m.pdu.type = SNMP_RESPONSE;
    if (!snmp_encode(&m, buf, OUT_MAX, &out))
        return (struct hn_bytes){NULL, 0};
    return out;
}

/* The address that was asked. */
static uint32_t asked(struct msghdr *h)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c))
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof(info));
            /* what is sent back leaves from there */
            info.ipi_spec_dst = info.ipi_addr;
            memcpy(CMSG_DATA(c), &info, sizeof(info));
            return ntohl(info.ipi_addr.s_addr);
        }
    return 0;
}

static void round_of(int fd, struct batch *b)
{
    unsigned n_out = 0;
    unsigned at = 0;
    int64_t now;
    int n;

    for (int i = 0; i < BATCH; i++) {
        b->in_v[i] = (struct iovec){.iov_base = b->in_bytes[i], .iov_len = IN_MAX};
        b->in[i].msg_hdr = (struct msghdr){.msg_name = &b->from[i],
                                           .msg_namelen = sizeof(b->from[i]),
                                           .msg_iov = &b->in_v[i],
                                           .msg_iovlen = 1,
                                           .msg_control = b->control[i],
                                           .msg_controllen = sizeof(b->control[i])};
    }
    n = recvmmsg(fd, b->in, BATCH, MSG_WAITFORONE, NULL);
    now = hn_now();
    for (int i = 0; i < n; i++) {
        struct msghdr *h = &b->in[i].msg_hdr;
        struct hn_bytes bytes =
            answer(b->in_bytes[i], b->in[i].msg_len, asked(h), now, b->out_bytes[n_out]);

        if (bytes.n == 0)
            continue;
        b->out_v[n_out] =
            (struct iovec){.iov_base = b->out_bytes[n_out] + OUT_MAX - bytes.n, .iov_len = bytes.n};
        b->out[n_out].msg_hdr = *h;
        b->out[n_out].msg_hdr.msg_iov = &b->out_v[n_out];
        n_out++;
    }
    while (at < n_out) {
        int k = sendmmsg(fd, b->out + at, n_out - at, 0);

        if (k < 0 && errno != EINTR)
            break; /* the asker tries again */
        at += k > 0 ? (unsigned)k : 0;
    }
}

int main(int argc, char **argv)
{
    struct hn_err e = {0};
    int64_t port = 0;
    struct sockaddr_in at = {.sin_family = AF_INET};
    struct batch *b = calloc(1, sizeof(*b));
    int size = 32 << 20;
    int on = 1;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (argc != 2 || b == NULL || hn_parse_i64(argv[1], "port", 1, 65535, &port, &e) != HN_OK) {
        (void)fprintf(stderr, "usage: agents PORT\n");
        return 2;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    at.sin_port = htons((uint16_t)port);
    (void)setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) != 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
        perror("agents");
        return 1;
    }
    for (;;)
        round_of(fd, b);
}
