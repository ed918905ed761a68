/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/snmp_msg.h"

#include <stdio.h>

static struct hn_bytes bytes_of(struct ber c)
{
    return (struct hn_bytes){.p = c.p, .n = ber_left(&c)};
}

/* Counter32, Gauge32, TimeTicks. Some agents forget the leading zero octet, so four octets with the
 * top bit set are a large number, as every manager takes it. */
static bool get_u32(struct ber c, uint64_t *out)
{
    return ber_unsigned(c, out) && *out <= UINT32_MAX;
}

static bool decode_value(uint8_t tag, struct ber c, struct snmp_value *v)
{
    memset(v, 0, sizeof(*v));
    v->type = (enum snmp_type)tag;
    switch (tag) {
    case SNMP_TYPE_INTEGER: return ber_signed(c, &v->i) && v->i >= INT32_MIN && v->i <= INT32_MAX;
    case SNMP_TYPE_OID:
        v->bytes = bytes_of(c);
        /* an empty OID stands for 0.0 in some agents */
        return v->bytes.n == 0 || ber_oid_valid(v->bytes.p, v->bytes.n);
    case SNMP_TYPE_IPADDRESS: v->bytes = bytes_of(c); return v->bytes.n == 4;
    case SNMP_TYPE_OCTETS:
    case SNMP_TYPE_OPAQUE: v->bytes = bytes_of(c); return v->bytes.n <= SNMP_PACKET_MAX;
    case SNMP_TYPE_COUNTER32:
    case SNMP_TYPE_GAUGE32:
    case SNMP_TYPE_TIMETICKS: return get_u32(c, &v->u);
    case SNMP_TYPE_COUNTER64: return ber_unsigned(c, &v->u);
    case SNMP_TYPE_NULL:
    case SNMP_TYPE_NO_SUCH_OBJECT:
    case SNMP_TYPE_NO_SUCH_INSTANCE:
    case SNMP_TYPE_END_OF_MIB_VIEW: return ber_left(&c) == 0;
    default: return false;
    }
}

static bool decode_varbinds(struct ber list, struct snmp_varbind *vb, size_t cap, size_t *n)
{
    *n = 0;
    while (ber_left(&list) > 0) {
        struct ber one, oid, value;
        uint8_t tag;

        if (*n >= cap || !ber_take(&list, BER_SEQUENCE, &one) || !ber_take(&one, BER_OID, &oid) ||
            !ber_next(&one, &tag, &value) || ber_left(&one) != 0)
            return false;
        vb[*n].oid = bytes_of(oid);
        if (!ber_oid_valid(vb[*n].oid.p, vb[*n].oid.n) || !decode_value(tag, value, &vb[*n].v))
            return false;
        (*n)++;
    }
    return true;
}

static bool is_pdu(uint8_t tag)
{
    return tag >= SNMP_GET && tag <= SNMP_REPORT && tag != SNMP_TRAP_V1;
}

static bool decode_pdu(struct ber *in, struct snmp_varbind *vb, size_t cap, struct snmp_pdu *pdu)
{
    struct ber body, list;
    uint8_t tag;

    if (!ber_next(in, &tag, &body) || !is_pdu(tag))
        return false;
    pdu->type = (enum snmp_pdu_type)tag;
    pdu->vb = vb;
    return ber_take_i32(&body, &pdu->request_id) && ber_take_i32(&body, &pdu->error_status) &&
           ber_take_i32(&body, &pdu->error_index) && ber_take(&body, BER_SEQUENCE, &list) &&
           ber_left(&body) == 0 && decode_varbinds(list, vb, cap, &pdu->n);
}

bool snmp_decode_scoped(const uint8_t *p, size_t n, struct snmp_varbind *vb, size_t cap,
                        struct snmp_msg *m)
{
    struct ber in = ber_window(p, n);
    struct ber scoped;

    /* after decryption there may be padding behind the sequence (RFC 3414 section 8) */
    return ber_take(&in, BER_SEQUENCE, &scoped) &&
           ber_take_octets(&scoped, &m->v3.context_engine) &&
           ber_take_octets(&scoped, &m->v3.context) && decode_pdu(&scoped, vb, cap, &m->pdu) &&
           ber_left(&scoped) == 0;
}

static bool decode_usm(struct hn_bytes octets, struct snmp_v3 *v3)
{
    struct ber in = ber_window(octets.p, octets.n);
    struct ber s;

    return ber_take(&in, BER_SEQUENCE, &s) && ber_left(&in) == 0 &&
           ber_take_octets(&s, &v3->engine) && ber_take_i32(&s, &v3->boots) &&
           ber_take_i32(&s, &v3->time) && ber_take_octets(&s, &v3->user) &&
           ber_take_octets(&s, &v3->auth) && ber_take_octets(&s, &v3->priv) && ber_left(&s) == 0 &&
           v3->engine.n <= 32 && v3->user.n <= 32 && v3->boots >= 0 && v3->time >= 0;
}

static bool decode_v3(struct ber body, struct snmp_varbind *vb, size_t cap, struct snmp_msg *m)
{
    struct ber head;
    struct hn_bytes flags, security;
    int32_t model;

    if (!ber_take(&body, BER_SEQUENCE, &head) || !ber_take_i32(&head, &m->v3.msg_id) ||
        !ber_take_i32(&head, &m->v3.max_size) || !ber_take_octets(&head, &flags) ||
        !ber_take_i32(&head, &model) || ber_left(&head) != 0 || flags.n != 1 ||
        model != SNMP_MODEL_USM || m->v3.msg_id < 0 || m->v3.max_size < 484)
        return false;
    m->v3.flags = flags.p[0];
    /* privacy without authentication is no security level (RFC 3412 section 6.4) */
    if ((m->v3.flags & (SNMP_FLAG_AUTH | SNMP_FLAG_PRIV)) == SNMP_FLAG_PRIV)
        return false;
    if (!ber_take_octets(&body, &security) || !decode_usm(security, &m->v3))
        return false;
    if ((m->v3.flags & SNMP_FLAG_PRIV) != 0)
        return ber_take_octets(&body, &m->v3.encrypted) && ber_left(&body) == 0;
    return snmp_decode_scoped(body.p, ber_left(&body), vb, cap, m);
}

bool snmp_decode(const uint8_t *p, size_t n, struct snmp_varbind *vb, size_t cap,
                 struct snmp_msg *m)
{
    struct ber in = ber_window(p, n);
    struct ber body;
    int32_t version;

    memset(m, 0, sizeof(*m));
    if (n > SNMP_PACKET_MAX || !ber_take(&in, BER_SEQUENCE, &body) ||
        !ber_take_i32(&body, &version))
        return false;
    switch (version) {
    case SNMP_V1:
    case SNMP_V2C:
        m->version = (enum snmp_version)version;
        return ber_take_octets(&body, &m->community) && decode_pdu(&body, vb, cap, &m->pdu) &&
               ber_left(&body) == 0;
    case SNMP_V3: m->version = SNMP_V3; return decode_v3(body, vb, cap, m);
    default: return false;
    }
}

static void put_value(struct ber_out *o, const struct snmp_value *v)
{
    uint8_t tag = (uint8_t)v->type;

    switch (v->type) {
    case SNMP_TYPE_INTEGER: ber_put_int(o, tag, v->i); break;
    case SNMP_TYPE_COUNTER32:
    case SNMP_TYPE_GAUGE32:
    case SNMP_TYPE_TIMETICKS:
    case SNMP_TYPE_COUNTER64: ber_put_uint(o, tag, v->u); break;
    case SNMP_TYPE_OCTETS:
    case SNMP_TYPE_OID:
    case SNMP_TYPE_IPADDRESS:
    case SNMP_TYPE_OPAQUE: ber_put_octets(o, tag, v->bytes.p, v->bytes.n); break;
    case SNMP_TYPE_NULL:
    case SNMP_TYPE_NO_SUCH_OBJECT:
    case SNMP_TYPE_NO_SUCH_INSTANCE:
    case SNMP_TYPE_END_OF_MIB_VIEW: ber_put_octets(o, tag, NULL, 0); break;
    }
}

void snmp_put_pdu(struct ber_out *o, const struct snmp_pdu *pdu)
{
    size_t end = ber_mark(o);

    for (size_t i = pdu->n; i > 0; i--) {
        size_t one = ber_mark(o);

        put_value(o, &pdu->vb[i - 1].v);
        ber_put_octets(o, BER_OID, pdu->vb[i - 1].oid.p, pdu->vb[i - 1].oid.n);
        ber_wrap(o, BER_SEQUENCE, one);
    }
    ber_wrap(o, BER_SEQUENCE, end);
    ber_put_int(o, BER_INTEGER, pdu->error_index);
    ber_put_int(o, BER_INTEGER, pdu->error_status);
    ber_put_int(o, BER_INTEGER, pdu->request_id);
    ber_wrap(o, (uint8_t)pdu->type, end);
}

bool snmp_encode(const struct snmp_msg *m, uint8_t *buf, size_t cap, struct hn_bytes *out)
{
    struct ber_out o;

    HN_ASSERT(m->version != SNMP_V3);
    ber_out_init(&o, buf, cap);
    snmp_put_pdu(&o, &m->pdu);
    ber_put_octets(&o, BER_OCTETS, m->community.p, m->community.n);
    ber_put_int(&o, BER_INTEGER, m->version);
    ber_wrap(&o, BER_SEQUENCE, 0);
    return ber_done(&o, out);
}

bool snmp_oid_parse(const char *text, struct snmp_oid *out)
{
    const char *s = text[0] == '.' ? text + 1 : text;
    uint8_t octets[BER_OID_OCTETS];

    out->n = 0;
    for (;;) {
        uint64_t v = 0;
        const char *from = s;

        while (*s >= '0' && *s <= '9' && s - from < 10)
            v = v * 10 + (uint64_t)(*s++ - '0');
        if (s == from || v > UINT32_MAX || out->n >= BER_OID_MAX)
            return false;
        out->id[out->n++] = (uint32_t)v;
        if (*s == '\0')
            break;
        if (*s++ != '.')
            return false;
    }
    return ber_oid_put(out->id, out->n, octets, sizeof(octets)) > 0;
}

bool snmp_oid_get(struct hn_bytes octets, struct snmp_oid *out)
{
    out->n = ber_oid_get(octets.p, octets.n, out->id);
    return out->n > 0;
}

size_t snmp_oid_put(const struct snmp_oid *oid, uint8_t *out, size_t cap)
{
    return ber_oid_put(oid->id, oid->n, out, cap);
}

int snmp_oid_compare(struct hn_bytes a, struct hn_bytes b)
{
    size_t m = HN_MIN(a.n, b.n);
    size_t i = 0;
    size_t start; /* of the sub-identifier in which they differ */
    size_t la, lb;

    while (i < m && a.p[i] == b.p[i])
        i++;
    if (i == m)
        return a.n < b.n ? -1 : a.n > b.n ? 1 : 0;
    for (start = i; start > 0 && (a.p[start - 1] & 0x80) != 0; start--)
        ;
    /* minimal forms: the longer sub-identifier is the larger number */
    for (la = start; la < a.n && (a.p[la] & 0x80) != 0; la++)
        ;
    for (lb = start; lb < b.n && (b.p[lb] & 0x80) != 0; lb++)
        ;
    if (la != lb)
        return la < lb ? -1 : 1;
    return a.p[i] < b.p[i] ? -1 : 1;
}

bool snmp_oid_under(struct hn_bytes a, struct hn_bytes prefix)
{
    return a.n >= prefix.n && memcmp(a.p, prefix.p, prefix.n) == 0;
}

const char *snmp_oid_text(struct hn_bytes octets, char *buf, size_t cap)
{
    struct snmp_oid oid;
    size_t at = 0;

    HN_ASSERT(cap > 0);
    buf[0] = '\0';
    if (!snmp_oid_get(octets, &oid))
        return buf;
    for (size_t i = 0; i < oid.n; i++) {
        int k = snprintf(buf + at, cap - at, i == 0 ? "%" PRIu32 : ".%" PRIu32, oid.id[i]);

        if (k < 0 || (size_t)k >= cap - at)
            break;
        at += (size_t)k;
    }
    return buf;
}

bool snmp_value_number(const struct snmp_value *v, double *out)
{
    switch (v->type) {
    case SNMP_TYPE_INTEGER: *out = (double)v->i; return true;
    case SNMP_TYPE_COUNTER32:
    case SNMP_TYPE_GAUGE32:
    case SNMP_TYPE_TIMETICKS:
    case SNMP_TYPE_COUNTER64: *out = (double)v->u; return true;
    case SNMP_TYPE_OCTETS:
    case SNMP_TYPE_NULL:
    case SNMP_TYPE_OID:
    case SNMP_TYPE_IPADDRESS:
    case SNMP_TYPE_OPAQUE:
    case SNMP_TYPE_NO_SUCH_OBJECT:
    case SNMP_TYPE_NO_SUCH_INSTANCE:
    case SNMP_TYPE_END_OF_MIB_VIEW: return false;
    }
    return false;
}

bool snmp_value_is_missing(const struct snmp_value *v)
{
    return v->type == SNMP_TYPE_NULL || v->type == SNMP_TYPE_NO_SUCH_OBJECT ||
           v->type == SNMP_TYPE_NO_SUCH_INSTANCE || v->type == SNMP_TYPE_END_OF_MIB_VIEW;
}
