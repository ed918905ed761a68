/* SPDX-License-Identifier: Apache-2.0 */
/* The BER codec and SNMP messages: encode then decode, known packets, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "probes/snmp_msg.h"

static uint8_t buf[2048];

/* ---- integers ---- */

static const struct {
    int64_t v;
    size_t n;
    uint8_t octets[11];
} ints[] = {
    {0, 3, {2, 1, 0}},
    {127, 3, {2, 1, 0x7F}},
    {128, 4, {2, 2, 0, 0x80}},
    {-1, 3, {2, 1, 0xFF}},
    {-128, 3, {2, 1, 0x80}},
    {-129, 4, {2, 2, 0xFF, 0x7F}},
    {INT32_MAX, 6, {2, 4, 0x7F, 0xFF, 0xFF, 0xFF}},
    {INT64_MIN, 10, {2, 8, 0x80, 0, 0, 0, 0, 0, 0, 0}},
};

static void integers(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(ints); i++) {
        struct ber_out o;
        struct hn_bytes b;
        struct ber in, c;
        int64_t back = 42;

        ber_out_init(&o, buf, sizeof(buf));
        ber_put_int(&o, BER_INTEGER, ints[i].v);
        assert_true(ber_done(&o, &b));
        assert_int_equal(b.n, ints[i].n);
        assert_memory_equal(b.p, ints[i].octets, b.n);
        in = ber_window(b.p, b.n);
        assert_true(ber_take(&in, BER_INTEGER, &c));
        assert_true(ber_signed(c, &back));
        assert_true(back == ints[i].v);
        assert_int_equal(ber_left(&in), 0);
    }
}

static void unsigned_integers(void **state)
{
    static const uint64_t v[] = {0, 127, 128, 255, 256, UINT32_MAX, UINT64_MAX, UINT64_C(1) << 63};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(v); i++) {
        struct ber_out o;
        struct hn_bytes b;
        struct ber in, c;
        uint64_t back = 42;

        ber_out_init(&o, buf, sizeof(buf));
        ber_put_uint(&o, SNMP_TYPE_COUNTER64, v[i]);
        assert_true(ber_done(&o, &b));
        in = ber_window(b.p, b.n);
        assert_true(ber_take(&in, SNMP_TYPE_COUNTER64, &c));
        assert_true(ber_unsigned(c, &back));
        assert_true(back == v[i]);
    }
    /* nine octets whose first is not zero, and ten */
    assert_false(
        ber_unsigned(ber_window((const uint8_t *)"\1\0\0\0\0\0\0\0\0", 9), &(uint64_t){0}));
    assert_false(
        ber_unsigned(ber_window((const uint8_t *)"\0\0\0\0\0\0\0\0\0\0", 10), &(uint64_t){0}));
    assert_false(ber_signed(ber_window((const uint8_t *)"", 0), &(int64_t){0}));
}

/* ---- headers that must be refused ---- */

static const struct {
    const char *why;
    size_t n;
    uint8_t octets[8];
} bad_tlv[] = {
    {"empty", 0, {0}},
    {"tag alone", 1, {0x30}},
    {"indefinite length", 4, {0x30, 0x80, 0, 0}},
    {"length beyond the window", 4, {0x30, 3, 0, 0}},
    {"long length beyond the window", 6, {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}},
    {"five length octets", 8, {0x30, 0x85, 0, 0, 0, 0, 1, 0}},
    {"cut length", 3, {0x30, 0x82, 0}},
    {"tag of several octets", 4, {0x3F, 0x81, 0x01, 0}},
};

static void bad_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(bad_tlv); i++) {
        struct ber in = ber_window(bad_tlv[i].octets, bad_tlv[i].n);
        struct ber c;
        uint8_t tag;

        if (ber_next(&in, &tag, &c))
            fail_msg("accepted: %s", bad_tlv[i].why);
    }
}

static void long_lengths(void **state)
{
    static const size_t sizes[] = {0, 127, 128, 255, 256, 1500};
    static uint8_t data[1500];

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(sizes); i++) {
        struct ber_out o;
        struct hn_bytes b, back;
        struct ber in;

        ber_out_init(&o, buf, sizeof(buf));
        ber_put_octets(&o, BER_OCTETS, data, sizes[i]);
        assert_true(ber_done(&o, &b));
        in = ber_window(b.p, b.n);
        assert_true(ber_take_octets(&in, &back));
        assert_int_equal(back.n, sizes[i]);
    }
}

static void overflow_sticks(void **state)
{
    struct ber_out o;
    struct hn_bytes b;

    (void)state;
    ber_out_init(&o, buf, 4);
    ber_put_octets(&o, BER_OCTETS, "abcd", 4);
    ber_put_int(&o, BER_INTEGER, 1);
    assert_false(ber_done(&o, &b));
}

/* ---- OIDs ---- */

static const char *const oids[] = {
    "0.0",     "1.3",          "1.3.6.1.2.1.1.3.0",
    "2.999.1", "2.4294967215", "1.3.6.1.4.1.4294967295.127.128.16383.16384",
};

static void oid_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(oids); i++) {
        struct snmp_oid oid;
        uint8_t octets[BER_OID_OCTETS];
        char text[SNMP_OID_TEXT_MAX];
        size_t n;

        assert_true(snmp_oid_parse(oids[i], &oid));
        n = snmp_oid_put(&oid, octets, sizeof(octets));
        assert_true(n > 0);
        assert_string_equal(snmp_oid_text((struct hn_bytes){octets, n}, text, sizeof(text)),
                            oids[i]);
    }
}

static void oid_refused(void **state)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "1",
                                      "1.",
                                      "1..3",
                                      "3.1",
                                      "1.40",
                                      "0.40",
                                      "1.3.4294967296",
                                      "1.3.x",
                                      "1.3 ",
                                      "-1.3",
                                      "1.3.99999999999"};
    struct snmp_oid oid;
    char text[4 * 140] = "1.3";

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++)
        if (snmp_oid_parse(bad[i], &oid))
            fail_msg("accepted: %s", bad[i]);
    for (int i = 2; i < 128; i++)
        (void)snprintf(text + strlen(text), 3, ".1");
    assert_true(snmp_oid_parse(text, &oid));
    (void)snprintf(text + strlen(text), 3, ".1"); /* the 129th */
    assert_false(snmp_oid_parse(text, &oid));
    assert_false(ber_oid_valid((const uint8_t *)"\x2b\x86", 2));                 /* cut */
    assert_false(ber_oid_valid((const uint8_t *)"\x2b\x80\x01", 3));             /* padded */
    assert_false(ber_oid_valid((const uint8_t *)"\x2b\x90\x80\x80\x80\x00", 6)); /* 2^32 */
    assert_true(ber_oid_valid((const uint8_t *)"\x2b\x8f\xff\xff\xff\x7f", 6));
    assert_false(ber_oid_valid((const uint8_t *)"", 0));
}

static struct hn_bytes octets_of(const char *text, uint8_t *out)
{
    struct snmp_oid oid;

    assert_true(snmp_oid_parse(text, &oid));
    return (struct hn_bytes){out, snmp_oid_put(&oid, out, BER_OID_OCTETS)};
}

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

static void oid_order(void **state)
{
    /* ascending */
    static const char *const up[] = {"1.3.6",       "1.3.6.0",       "1.3.6.1",   "1.3.6.127",
                                     "1.3.6.127.9", "1.3.6.128",     "1.3.6.129", "1.3.6.16383",
                                     "1.3.6.16384", "1.3.6.16384.0", "1.3.7"};
    uint8_t a[BER_OID_OCTETS], b[BER_OID_OCTETS];

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(up); i++)
        for (size_t j = 0; j < HN_ARRAY_LEN(up); j++)
            assert_int_equal(sign(snmp_oid_compare(octets_of(up[i], a), octets_of(up[j], b))),
                             (i > j) - (i < j));
    assert_true(snmp_oid_under(octets_of("1.3.6.1.2", a), octets_of("1.3.6", b)));
    assert_true(snmp_oid_under(octets_of("1.3.6", a), octets_of("1.3.6", b)));
    assert_false(snmp_oid_under(octets_of("1.3.6", a), octets_of("1.3.6.1", b)));
    assert_false(snmp_oid_under(octets_of("1.3.6.128", a), octets_of("1.3.6.1", b)));
}

/* ---- messages ---- */

static const struct snmp_value values[] = {
    {.type = SNMP_TYPE_INTEGER, .i = -5},
    {.type = SNMP_TYPE_OCTETS, .bytes = {(const uint8_t *)"eth\0", 4}},
    {.type = SNMP_TYPE_NULL},
    {.type = SNMP_TYPE_OID, .bytes = {(const uint8_t *)"\x2b\x06\x01", 3}},
    {.type = SNMP_TYPE_IPADDRESS, .bytes = {(const uint8_t *)"\x7f\x00\x00\x01", 4}},
    {.type = SNMP_TYPE_COUNTER32, .u = UINT32_MAX},
    {.type = SNMP_TYPE_GAUGE32, .u = 0},
    {.type = SNMP_TYPE_TIMETICKS, .u = 4242},
    {.type = SNMP_TYPE_OPAQUE, .bytes = {(const uint8_t *)"x", 1}},
    {.type = SNMP_TYPE_COUNTER64, .u = UINT64_MAX},
    {.type = SNMP_TYPE_NO_SUCH_OBJECT},
    {.type = SNMP_TYPE_NO_SUCH_INSTANCE},
    {.type = SNMP_TYPE_END_OF_MIB_VIEW},
};

static struct hn_bytes all_values(enum snmp_pdu_type type)
{
    struct snmp_varbind vb[HN_ARRAY_LEN(values)];
    struct snmp_msg m = {
        .version = SNMP_V2C,
        .community = {(const uint8_t *)"public", 6},
        .pdu = {.type = type, .request_id = -7, .error_status = 1, .error_index = 25}};
    struct hn_bytes out;

    for (size_t i = 0; i < HN_ARRAY_LEN(values); i++)
        vb[i] = (struct snmp_varbind){{(const uint8_t *)"\x2b\x06\x01\x02", 4}, values[i]};
    m.pdu.vb = vb;
    m.pdu.n = HN_ARRAY_LEN(values);
    assert_true(snmp_encode(&m, buf, sizeof(buf), &out));
    return out;
}

static void message_round_trip(void **state)
{
    static const enum snmp_pdu_type types[] = {SNMP_GET,  SNMP_GETNEXT, SNMP_RESPONSE,
                                               SNMP_SET,  SNMP_GETBULK, SNMP_INFORM,
                                               SNMP_TRAP, SNMP_REPORT};
    struct snmp_varbind got[32];
    struct snmp_msg m;

    (void)state;
    for (size_t t = 0; t < HN_ARRAY_LEN(types); t++) {
        struct hn_bytes b = all_values(types[t]);

        assert_true(snmp_decode(b.p, b.n, got, HN_ARRAY_LEN(got), &m));
        assert_int_equal(m.version, SNMP_V2C);
        assert_int_equal(m.community.n, 6);
        assert_int_equal(m.pdu.type, types[t]);
        assert_int_equal(m.pdu.request_id, -7);
        assert_int_equal(m.pdu.error_status, 1);
        assert_int_equal(m.pdu.error_index, 25);
        assert_int_equal(m.pdu.n, HN_ARRAY_LEN(values));
        for (size_t i = 0; i < m.pdu.n; i++) {
            assert_int_equal(got[i].v.type, values[i].type);
            assert_true(got[i].v.i == values[i].i && got[i].v.u == values[i].u);
            assert_int_equal(got[i].v.bytes.n, values[i].bytes.n);
            if (values[i].bytes.n > 0)
                assert_memory_equal(got[i].v.bytes.p, values[i].bytes.p, values[i].bytes.n);
        }
        assert_false(snmp_decode(b.p, b.n, got, HN_ARRAY_LEN(values) - 1, &m)); /* no room */
    }
}

static void every_cut_is_refused(void **state)
{
    struct hn_bytes b = all_values(SNMP_RESPONSE);
    struct snmp_varbind got[32];
    struct snmp_msg m;

    (void)state;
    for (size_t n = 0; n < b.n; n++) {
        uint8_t *exact = malloc(n + 1); /* so that a sanitizer sees a read too far */

        assert_non_null(exact);
        memcpy(exact + 1, b.p, n);
        if (snmp_decode(exact + 1, n, got, HN_ARRAY_LEN(got), &m))
            fail_msg("accepted %zu of %zu octets", n, b.n);
        free(exact);
    }
}

/* snmpget -v2c -c public, sysUpTime.0, as net-snmp 5.9 sends it */
static const uint8_t get_uptime[] = {0x30, 0x26, 0x02, 0x01, 0x01, 0x04, 0x06, 'p',  'u',  'b',
                                     'l',  'i',  'c',  0xA0, 0x19, 0x02, 0x01, 0x2A, 0x02, 0x01,
                                     0x00, 0x02, 0x01, 0x00, 0x30, 0x0E, 0x30, 0x0C, 0x06, 0x08,
                                     0x2B, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00, 0x05, 0x00};

static void known_request(void **state)
{
    uint8_t oid[BER_OID_OCTETS];
    struct snmp_varbind vb = {.oid = octets_of("1.3.6.1.2.1.1.3.0", oid),
                              .v = {.type = SNMP_TYPE_NULL}};
    struct snmp_msg m = {.version = SNMP_V2C,
                         .community = {(const uint8_t *)"public", 6},
                         .pdu = {.type = SNMP_GET, .request_id = 42, .vb = &vb, .n = 1}};
    struct hn_bytes out;

    (void)state;
    assert_true(snmp_encode(&m, buf, sizeof(buf), &out));
    assert_int_equal(out.n, sizeof(get_uptime));
    assert_memory_equal(out.p, get_uptime, out.n);
}

/* One octet of the known request changed: position, octet, why it must be refused. */
static const struct {
    size_t at;
    uint8_t octet;
    const char *why;
} changed[] = {
    {0, 0x31, "a SET instead of a SEQUENCE"},
    {1, 0x27, "longer than the datagram"},
    {4, 0x02, "version 2p"},
    {4, 0x04, "version 4"},
    {5, 0x02, "the community is an INTEGER"},
    {13, 0xA4, "a v1 trap"},
    {13, 0xA9, "no such PDU"},
    {14, 0x18, "PDU shorter than its varbinds"},
    {15, 0x04, "the request id is octets"},
    {25, 0x0D, "varbind list cut"},
    {29, 0x07, "OID cut"},
    {37, 0x83, "last sub-identifier cut"},
    {38, 0x0C, "a type that SNMP has not"},
    {39, 0x01, "NULL with content"},
};

static void changed_request(void **state)
{
    struct snmp_varbind vb[4];
    struct snmp_msg m;

    (void)state;
    assert_true(snmp_decode(get_uptime, sizeof(get_uptime), vb, 4, &m));
    for (size_t i = 0; i < HN_ARRAY_LEN(changed); i++) {
        uint8_t p[sizeof(get_uptime)];

        memcpy(p, get_uptime, sizeof(p));
        p[changed[i].at] = changed[i].octet;
        if (snmp_decode(p, sizeof(p), vb, 4, &m))
            fail_msg("accepted: %s", changed[i].why);
    }
}

static void trailing_octets_are_ignored(void **state)
{
    uint8_t p[sizeof(get_uptime) + 8];
    struct snmp_varbind vb[4];
    struct snmp_msg m;

    (void)state;
    memset(p, 0xFF, sizeof(p));
    memcpy(p, get_uptime, sizeof(get_uptime));
    assert_true(snmp_decode(p, sizeof(p), vb, 4, &m));
    assert_int_equal(m.pdu.request_id, 42);
}

static void numbers(void **state)
{
    double d = 0;

    (void)state;
    assert_true(snmp_value_number(&values[0], &d) && d == -5);
    assert_true(snmp_value_number(&values[5], &d) && d == UINT32_MAX);
    assert_false(snmp_value_number(&values[1], &d));
    assert_true(snmp_value_is_missing(&values[10]) && snmp_value_is_missing(&values[12]));
    assert_false(snmp_value_is_missing(&values[6]));
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(unsigned_integers),
        cmocka_unit_test(bad_headers),
        cmocka_unit_test(long_lengths),
        cmocka_unit_test(overflow_sticks),
        cmocka_unit_test(oid_round_trip),
        cmocka_unit_test(oid_refused),
        cmocka_unit_test(oid_order),
        cmocka_unit_test(message_round_trip),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(known_request),
        cmocka_unit_test(changed_request),
        cmocka_unit_test(trailing_octets_are_ignored),
        cmocka_unit_test(numbers),
    };

    return cmocka_run_group_tests_name("snmp_msg", t, NULL, NULL);
}
