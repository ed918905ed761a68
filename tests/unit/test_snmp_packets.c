/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder on captured SNMP datagrams and their mutations (skipped where the set is not there):
 * what is whole is read, what is cut is refused, and what is read survives being written again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "probes/snmp_msg.h"
#include "server/base/json.h"

#include <json-c/json.h>
#include <openssl/evp.h>

#define PACKETS "../shared/data/adversarial/snmp_packets.jsonl"
#define PDU_TRAP_V1 4

static const char *text_of(struct json_object *o, const char *key)
{
    struct json_object *v = json_object_object_get(o, key);

    return v == NULL ? NULL : json_object_get_string(v);
}

/* An exact copy, so that a sanitizer sees a read too far. Free it. */
static uint8_t *datagram(struct json_object *o, size_t *n)
{
    const char *b64 = text_of(o, "base64");
    uint8_t *wide = malloc(strlen(b64) + 4);
    uint8_t *exact;

    *n = (size_t)json_object_get_int64(json_object_object_get(o, "bytes"));
    assert_non_null(wide);
    assert_true(EVP_DecodeBlock(wide, (const uint8_t *)b64, (int)strlen(b64)) >= (int)*n);
    exact = malloc(*n + 1);
    assert_non_null(exact);
    memcpy(exact + 1, wide, *n);
    free(wide);
    return exact;
}

static void written_again(const struct snmp_msg *m, const char *id)
{
    static uint8_t buf[SNMP_PACKET_MAX];
    static struct snmp_varbind vb[SNMP_VARBINDS_MAX];
    struct snmp_msg back;
    struct hn_bytes out;

    if (m->version == SNMP_V3)
        return;
    assert_true(snmp_encode(m, buf, sizeof(buf), &out));
    if (!snmp_decode(out.p, out.n, vb, SNMP_VARBINDS_MAX, &back))
        fail_msg("packet %s: what we wrote is refused", id);
    assert_int_equal(back.pdu.request_id, m->pdu.request_id);
    assert_int_equal(back.pdu.n, m->pdu.n);
    for (size_t i = 0; i < back.pdu.n; i++) {
        assert_int_equal(snmp_oid_compare(back.pdu.vb[i].oid, m->pdu.vb[i].oid), 0);
        assert_int_equal(back.pdu.vb[i].v.type, m->pdu.vb[i].v.type);
        assert_true(back.pdu.vb[i].v.u == m->pdu.vb[i].v.u &&
                    back.pdu.vb[i].v.i == m->pdu.vb[i].v.i);
    }
}

static void one_packet(struct json_object *o)
{
    static struct snmp_varbind vb[SNMP_VARBINDS_MAX];
    struct json_object *said = json_object_object_get(o, "tshark");
    const char *mutation = text_of(o, "mutation");
    const char *pdu = text_of(said, "pdu_type");
    const char *request = text_of(said, "request_id");
    bool trap = pdu != NULL && strtol(pdu, NULL, 10) == PDU_TRAP_V1;
    bool whole = hn_streq(mutation, "none") || strncmp(mutation, "0xff", 4) == 0;
    struct snmp_msg m;
    size_t n;
    uint8_t *p = datagram(o, &n);
    bool ok = snmp_decode(p + 1, n, vb, SNMP_VARBINDS_MAX, &m);
    const char *id = text_of(o, "id");

    if (whole && !trap && !ok)
        fail_msg("packet %s (%s) is refused", id, mutation);
    if (strncmp(mutation, "truncated", 9) == 0 && ok)
        fail_msg("packet %s (%s) is accepted", id, mutation);
    if (ok && request != NULL && m.version != SNMP_V3)
        assert_int_equal(m.pdu.request_id, (int32_t)strtoll(request, NULL, 10));
    if (ok)
        written_again(&m, id);
    free(p);
}

static void packets(void **state)
{
    FILE *f = fopen(PACKETS, "r");
    static char line[200000];
    size_t n = 0;

    (void)state;
    if (f == NULL) {
        print_message("%s is not here\n", PACKETS);
        skip();
    }
    while (fgets(line, sizeof(line), f) != NULL) {
        HN_JSON o = NULL;
        struct hn_err e = {0};

        assert_int_equal(hn_json_parse(line, strlen(line), &o, &e), HN_OK);
        one_packet(o);
        n++;
    }
    (void)fclose(f);
    assert_true(n > 100);
}

int main(void)
{
    static const struct CMUnitTest t[] = {cmocka_unit_test(packets)};

    return cmocka_run_group_tests_name("snmp_packets", t, NULL, NULL);
}
