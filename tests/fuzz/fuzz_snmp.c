/* SPDX-License-Identifier: Apache-2.0 */
/* SNMP datagrams: what is read can be written and read again; SNMPv3 answers, OIDs, and what
 * profiles make of hostile values. */
#include "probes/snmp_profile.h"
#include "probes/usm.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct snmp_varbind vb[SNMP_VARBINDS_MAX], vb2[SNMP_VARBINDS_MAX];
static uint8_t buf[SNMP_PACKET_MAX], scratch[SNMP_PACKET_MAX];

static void write_again(const struct snmp_msg *m)
{
    struct snmp_msg back;
    struct hn_bytes out;

    /* minimal forms are never longer than what was read, save for numbers with a missing sign octet
     */
    if (!snmp_encode(m, buf, sizeof(buf), &out))
        return;
    HN_ASSERT(snmp_decode(out.p, out.n, vb2, SNMP_VARBINDS_MAX, &back));
    HN_ASSERT(back.pdu.n == m->pdu.n && back.pdu.request_id == m->pdu.request_id);
    for (size_t i = 0; i < m->pdu.n; i++)
        HN_ASSERT(snmp_oid_compare(m->pdu.vb[i].oid, back.pdu.vb[i].oid) == 0 &&
                  m->pdu.vb[i].v.u == back.pdu.vb[i].v.u && m->pdu.vb[i].v.i == back.pdu.vb[i].v.i);
}

static void look_at_oids(const struct snmp_msg *m)
{
    char text[SNMP_OID_TEXT_MAX];
    uint8_t octets[BER_OID_OCTETS];
    struct snmp_oid oid;

    for (size_t i = 0; i < m->pdu.n; i++) {
        struct hn_bytes b = m->pdu.vb[i].oid;

        HN_ASSERT(snmp_oid_parse(snmp_oid_text(b, text, sizeof(text)), &oid));
        HN_ASSERT(snmp_oid_put(&oid, octets, sizeof(octets)) == b.n &&
                  memcmp(octets, b.p, b.n) == 0);
        if (i > 0) {
            struct hn_bytes a = m->pdu.vb[i - 1].oid;

            HN_ASSERT((snmp_oid_compare(a, b) < 0) == (snmp_oid_compare(b, a) > 0));
        }
    }
}

/* Each varbind that lies under an object of ours, as if a walk had brought it. */
static void judge(const struct snmp_msg *m, enum snmp_profile_id id)
{
    HN_ARENA a = hn_arena_new();
    struct snmp_got g = {.arena = a, .at = HN_SEC, .uptime_cs = 100};
    struct snmp_params params = {.profile = id};
    struct snmp_rates *rates = snmp_rates_new();
    struct reading r;
    struct ingest_result out;

    for (size_t i = 0; i < m->pdu.n; i++)
        for (unsigned o = 0; o < OBJ_COUNT; o++) {
            struct hn_bytes oid = snmp_object_oid((enum snmp_object)o);
            struct hn_bytes at = m->pdu.vb[i].oid;

            if (snmp_oid_under(at, oid))
                snmp_got_add(&g, o, (struct hn_bytes){at.p + oid.n, at.n - oid.n}, &m->pdu.vb[i].v);
        }
    reading_init(&r, a, NULL);
    snmp_got_index(&g);
    snmp_profile_judge(&params, &g, rates, true, &r);
    reading_done(&r, 1, g.at, &out);
    HN_ASSERT(strlen(out.output) <= READING_OUTPUT_MAX);
    snmp_rates_free(rates);
}

static void as_v3_answer(const uint8_t *p, size_t n, struct snmp_msg *m)
{
    static struct usm_secret secret;
    struct usm_engine en = {.is_known = true, .n = 5, .id = {0x80, 0, 0x1F, 0x88, 4}};
    enum usm_stat why;
    struct hn_err e = {0};

    if (secret.user[0] == '\0' && usm_secret_init(&secret, "watch", USM_AUTH_SHA256, "authpass1",
                                                  USM_PRIV_AES128, "privpass1", &e) != HN_OK)
        return;
    if (!usm_localize(&secret, (struct hn_bytes){en.id, en.n}, &en.key))
        return;
    (void)usm_reply(&en, &secret, p, n, scratch, vb, SNMP_VARBINDS_MAX, (struct hn_mono){1}, m,
                    &why);
    /* without authentication and decryption as well: straight to the scoped PDU */
    (void)snmp_decode_scoped(p, n, vb, SNMP_VARBINDS_MAX, m);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct snmp_msg m;

    if (n > SNMP_PACKET_MAX || !snmp_decode(p, n, vb, SNMP_VARBINDS_MAX, &m))
        return 0;
    look_at_oids(&m);
    if (m.version == SNMP_V3) {
        as_v3_answer(p, n, &m);
        return 0;
    }
    write_again(&m);
    judge(&m, (enum snmp_profile_id)((unsigned)m.pdu.request_id % 7));
    return 0;
}
