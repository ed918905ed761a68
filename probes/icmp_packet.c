/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/icmp_packet.h"

#define ECHO_REPLY 0
#define ECHO_REQUEST 8
#define ECHO6_REQUEST 128
#define ECHO6_REPLY 129
#define PROTO_ICMP 1

uint16_t icmp_checksum(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)(p[i] << 8 | p[i + 1]);
    if ((n & 1) != 0)
        sum += (uint32_t)p[n - 1] << 8;
    while (sum > 0xFFFF)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

size_t icmp_request(const struct icmp_echo *e, bool v6, uint8_t *buf)
{
    size_t n = ICMP_HEAD + e->payload;

    HN_ASSERT(e->payload >= ICMP_PAYLOAD_MIN && e->payload <= ICMP_PAYLOAD_MAX);
    memset(buf, 0, n);
    buf[0] = v6 ? ECHO6_REQUEST : ECHO_REQUEST;
    put16(buf + 4, e->id);
    put16(buf + 6, e->seq);
    for (size_t i = 0; i < ICMP_COOKIE; i++)
        buf[ICMP_HEAD + i] = (uint8_t)(e->cookie >> (8 * i));
    for (size_t i = ICMP_HEAD + ICMP_COOKIE; i < n; i++)
        buf[i] = (uint8_t)i;
    if (!v6)
        put16(buf + 2, icmp_checksum(buf, n));
    return n;
}

bool icmp_reply(const uint8_t *p, size_t n, bool v6, bool ip_header, struct icmp_echo *out)
{
    if (ip_header) {
        size_t head, total;

        if (n < 20 || p[0] >> 4 != 4 || p[9] != PROTO_ICMP)
            return false;
        head = (size_t)(p[0] & 15) * 4;
        total = get16(p + 2);
        if (head < 20 || total < head || total > n)
            return false;
        p += head;
        n = total - head;
    }
    if (n < ICMP_HEAD + ICMP_COOKIE || n > ICMP_HEAD + ICMP_PAYLOAD_MAX ||
        p[0] != (v6 ? ECHO6_REPLY : ECHO_REPLY) || p[1] != 0 || (!v6 && icmp_checksum(p, n) != 0))
        return false;
    *out = (struct icmp_echo){.id = get16(p + 4), .seq = get16(p + 6), .payload = n - ICMP_HEAD};
    for (size_t i = ICMP_COOKIE; i > 0; i--)
        out->cookie = out->cookie << 8 | p[ICMP_HEAD + i - 1];
    return true;
}
