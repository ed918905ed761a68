/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP and ICMPv6 echo replies, with and without an IPv4 header. */
#include "probes/icmp_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct icmp_echo e;

    for (int i = 0; i < 4; i++)
        if (icmp_reply(p, n, (i & 1) != 0, (i & 2) != 0, &e))
            HN_ASSERT(e.payload >= ICMP_COOKIE && e.payload <= ICMP_PAYLOAD_MAX && e.payload < n);
    return 0;
}
