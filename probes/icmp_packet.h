/* SPDX-License-Identifier: Apache-2.0 */
/*
 * icmp_packet.h — ICMP echo (RFC 792) and ICMPv6 echo (RFC 4443) in wire form; pure.
 *
 * The payload begins with a cookie that only we know, so that an answer is matched by identifier,
 * sequence, address and cookie.
 */
#ifndef PROBES_ICMP_PACKET_H
#define PROBES_ICMP_PACKET_H

#include "server/base/base.h"

#define ICMP_HEAD 8
#define ICMP_COOKIE 8
#define ICMP_PAYLOAD_MIN 16
#define ICMP_PAYLOAD_MAX 1400

struct icmp_echo {
    uint16_t id, seq;
    uint64_t cookie;
    size_t payload; /* octets, the cookie's among them */
};

/* Writes an echo request; buf has room for ICMP_HEAD + payload. Returns its length. The checksum is
 * that of IPv4; the kernel makes that of IPv6. */
size_t icmp_request(const struct icmp_echo *e, bool v6, uint8_t *buf);

/* Reads an echo reply. ip_header: the datagram begins with an IPv4 header (raw sockets). false: it
 * is something else, cut, or its checksum is wrong (IPv4). */
HN_MUST_USE bool icmp_reply(const uint8_t *p, size_t n, bool v6, bool ip_header,
                            struct icmp_echo *out);

/* RFC 1071, in host order. */
uint16_t icmp_checksum(const uint8_t *p, size_t n);

#endif
