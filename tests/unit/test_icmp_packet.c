/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP echo in wire form: known packets, round trips, what is no reply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "probes/icmp_packet.h"

static void checksum(void **state)
{
    /* RFC 1071 section 3: 00 01 f2 03 f4 f5 f6 f7 sums to ddf2 */
    static const uint8_t p[] = {0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7};
    static const uint8_t odd[] = {0x12, 0x34, 0x56};

    (void)state;
    assert_int_equal(icmp_checksum(p, sizeof(p)), 0x220D);
    assert_int_equal(icmp_checksum(odd, 3), 0xFFFF - (0x1234 + 0x5600));
    assert_int_equal(icmp_checksum(p, 0), 0xFFFF);
}

/* What a host makes of a request: another type, the rest as it was. */
static size_t answer(const struct icmp_echo *e, bool v6, uint8_t *buf)
{
    size_t n = icmp_request(e, v6, buf);

    assert_int_equal(buf[0], v6 ? 128 : 8);
    if (!v6)
        assert_int_equal(icmp_checksum(buf, n), 0);
    buf[0] = v6 ? 129 : 0;
    if (!v6) {
        uint16_t sum;

        buf[2] = buf[3] = 0;
        sum = icmp_checksum(buf, n);
        buf[2] = (uint8_t)(sum >> 8);
        buf[3] = (uint8_t)sum;
    }
    return n;
}

static void round_trip(void **state)
{
    static const size_t sizes[] = {ICMP_PAYLOAD_MIN, 17, 56, ICMP_PAYLOAD_MAX};
    uint8_t buf[ICMP_HEAD + ICMP_PAYLOAD_MAX];

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct icmp_echo in = {.id = 0xBEEF,
                               .seq = (uint16_t)(65535 - i),
                               .cookie = UINT64_C(0x0123456789ABCDEF) + i,
                               .payload = sizes[i / 2]};
        struct icmp_echo out;
        bool v6 = (i & 1) != 0;
        size_t n = answer(&in, v6, buf);

        assert_true(icmp_reply(buf, n, v6, false, &out));
        assert_int_equal(out.id, in.id);
        assert_int_equal(out.seq, in.seq);
        assert_true(out.cookie == in.cookie);
        assert_int_equal(out.payload, in.payload);
        assert_false(icmp_reply(buf, n, !v6, false, &out));
        if (!v6) { /* one changed octet */
            buf[n - 1] ^= 1;
            assert_false(icmp_reply(buf, n, v6, false, &out));
        }
    }
}

/* An IPv4 header with options in front, as raw sockets give it. */
static void behind_ip(void **state)
{
    uint8_t buf[24 + ICMP_HEAD + 56] = {0x46, 0, 0, 0, 0, 0, 0, 0, 64, 1};
    struct icmp_echo in = {.id = 1, .seq = 2, .cookie = 3, .payload = 56};
    struct icmp_echo out;
    size_t n = 24 + answer(&in, false, buf + 24);

    (void)state;
    buf[2] = (uint8_t)(n >> 8);
    buf[3] = (uint8_t)n;
    assert_true(icmp_reply(buf, n, false, true, &out));
    assert_int_equal(out.seq, 2);
    assert_false(icmp_reply(buf, n - 1, false, true, &out)); /* cut */
    buf[9] = 17;
    assert_false(icmp_reply(buf, n, false, true, &out)); /* UDP */
    buf[9] = 1;
    buf[0] = 0x44;
    assert_false(icmp_reply(buf, n, false, true, &out)); /* a header of 16 octets */
    buf[0] = 0x66;
    assert_false(icmp_reply(buf, n, false, true, &out));
    buf[0] = 0x4F;
    assert_false(icmp_reply(buf, n, false, true, &out)); /* the header swallows the ICMP head */
}

static void every_cut_is_refused(void **state)
{
    uint8_t buf[ICMP_HEAD + 56];
    struct icmp_echo in = {.id = 1, .seq = 2, .cookie = 3, .payload = 56};
    struct icmp_echo out;

    (void)state;
    (void)answer(&in, false, buf);
    for (size_t n = 0; n < sizeof(buf); n++) {
        uint8_t *exact = malloc(n + 1);

        assert_non_null(exact);
        memcpy(exact + 1, buf, n);
        assert_false(icmp_reply(exact + 1, n, false, false, &out));
        assert_false(icmp_reply(exact + 1, HN_MIN(n, 15), true, false, &out));
        assert_false(icmp_reply(exact + 1, n, false, true, &out));
        free(exact);
    }
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(checksum),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(behind_ip),
        cmocka_unit_test(every_cut_is_refused),
    };

    return cmocka_run_group_tests_name("icmp_packet", t, NULL, NULL);
}
