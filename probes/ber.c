/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/ber.h"

struct ber ber_window(const uint8_t *p, size_t n)
{
    return (struct ber){.p = p, .end = p == NULL ? NULL : p + n};
}

size_t ber_left(const struct ber *in)
{
    return in->p == NULL ? 0 : (size_t)(in->end - in->p);
}

bool ber_next(struct ber *in, uint8_t *tag, struct ber *content)
{
    const uint8_t *p = in->p;
    size_t left = ber_left(in);
    size_t len;

    if (left < 2 || (p[0] & 0x1F) == 0x1F) /* 0x1F: a tag of several octets */
        return false;
    len = p[1];
    *tag = p[0];
    p += 2;
    left -= 2;
    if (len > 0x7F) {
        size_t octets = len & 0x7F;

        if (octets == 0 || octets > 4 || octets > left)
            return false;
        len = 0;
        for (size_t i = 0; i < octets; i++)
            len = len << 8 | p[i];
        p += octets;
        left -= octets;
    }
    if (len > left)
        return false;
    *content = ber_window(p, len);
    in->p = p + len;
    return true;
}

bool ber_take(struct ber *in, uint8_t tag, struct ber *content)
{
    struct ber at = *in;
    uint8_t got;

    if (!ber_next(&at, &got, content) || got != tag)
        return false;
    *in = at;
    return true;
}

bool ber_take_octets(struct ber *in, struct hn_bytes *out)
{
    struct ber c;

    if (!ber_take(in, BER_OCTETS, &c))
        return false;
    *out = (struct hn_bytes){.p = c.p, .n = ber_left(&c)};
    return true;
}

bool ber_take_i32(struct ber *in, int32_t *out)
{
    struct ber at = *in;
    struct ber c;
    int64_t v;

    if (!ber_take(&at, BER_INTEGER, &c) || !ber_signed(c, &v) || v < INT32_MIN || v > INT32_MAX)
        return false;
    *out = (int32_t)v;
    *in = at;
    return true;
}

bool ber_signed(struct ber content, int64_t *out)
{
    size_t n = ber_left(&content);
    uint64_t v;

    if (n < 1 || n > 8)
        return false;
    v = (content.p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | content.p[i];
    *out = (int64_t)v;
    return true;
}

bool ber_unsigned(struct ber content, uint64_t *out)
{
    size_t n = ber_left(&content);
    uint64_t v = 0;

    if (n < 1 || n > 9 || (n == 9 && content.p[0] != 0))
        return false;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | content.p[i];
    *out = v;
    return true;
}

/* One sub-identifier; 0 octets when it is cut, wider than 32 bits or padded with 0x80. */
static size_t subid(const uint8_t *p, size_t n, uint32_t *out)
{
    uint64_t v = 0;

    if (n > 0 && p[0] == 0x80)
        return 0;
    for (size_t i = 0; i < n && i < 5; i++) {
        v = v << 7 | (p[i] & 0x7F);
        if ((p[i] & 0x80) == 0) {
            if (v > UINT32_MAX)
                return 0;
            *out = (uint32_t)v;
            return i + 1;
        }
    }
    return 0;
}

bool ber_oid_valid(const uint8_t *p, size_t n)
{
    uint32_t id[BER_OID_MAX];

    return ber_oid_get(p, n, id) > 0;
}

size_t ber_oid_get(const uint8_t *p, size_t n, uint32_t *id)
{
    size_t k = 0;

    while (n > 0) {
        uint32_t v;
        size_t used = subid(p, n, &v);

        if (used == 0 || k >= BER_OID_MAX)
            return 0;
        if (k == 0) { /* X.690 8.19.4: the first octets hold two arcs */
            uint32_t first = v < 40 ? 0 : v < 80 ? 1 : 2;

            id[k++] = first;
            v -= first * 40;
        }
        id[k++] = v;
        p += used;
        n -= used;
    }
    return k;
}

size_t ber_oid_put(const uint32_t *id, size_t n, uint8_t *out, size_t cap)
{
    size_t at = 0;

    if (n < 2 || n > BER_OID_MAX || id[0] > 2 || (id[0] < 2 && id[1] > 39) ||
        id[1] > UINT32_MAX - 80)
        return 0;
    for (size_t i = 1; i < n; i++) {
        uint32_t v = i == 1 ? id[0] * 40 + id[1] : id[i];
        uint8_t tmp[5];
        size_t k = 0;

        do {
            tmp[k++] = (uint8_t)(v & 0x7F);
            v >>= 7;
        } while (v > 0);
        if (k > cap - at)
            return 0;
        while (k > 0) {
            k--;
            out[at++] = (uint8_t)(tmp[k] | (k > 0 ? 0x80 : 0));
        }
    }
    return at;
}

void ber_out_init(struct ber_out *o, uint8_t *buf, size_t cap)
{
    *o = (struct ber_out){.start = buf, .p = buf + cap, .end = buf + cap};
}

size_t ber_mark(const struct ber_out *o)
{
    return (size_t)(o->end - o->p);
}

void ber_put_raw(struct ber_out *o, const void *p, size_t n)
{
    if (o->overflow || n > (size_t)(o->p - o->start)) {
        o->overflow = true;
        return;
    }
    o->p -= n;
    if (n > 0)
        memcpy(o->p, p, n);
}

static void put_octet(struct ber_out *o, uint8_t v)
{
    ber_put_raw(o, &v, 1);
}

void ber_wrap(struct ber_out *o, uint8_t tag, size_t mark)
{
    size_t n = ber_mark(o) - mark;

    if (n < 0x80) {
        put_octet(o, (uint8_t)n);
    } else {
        uint8_t octets = 0;

        for (; n > 0; n >>= 8, octets++)
            put_octet(o, (uint8_t)n);
        put_octet(o, (uint8_t)(0x80 | octets));
    }
    put_octet(o, tag);
}

void ber_put_int(struct ber_out *o, uint8_t tag, int64_t v)
{
    size_t mark = ber_mark(o);
    int64_t rest = v;
    uint8_t top;

    do {
        top = (uint8_t)rest;
        put_octet(o, top);
        rest >>= 8; /* arithmetic in gcc and clang */
    } while (!(rest == 0 && (top & 0x80) == 0) && !(rest == -1 && (top & 0x80) != 0));
    ber_wrap(o, tag, mark);
}

void ber_put_uint(struct ber_out *o, uint8_t tag, uint64_t v)
{
    size_t mark = ber_mark(o);
    uint8_t top;

    do {
        top = (uint8_t)v;
        put_octet(o, top);
        v >>= 8;
    } while (v > 0);
    if ((top & 0x80) != 0)
        put_octet(o, 0);
    ber_wrap(o, tag, mark);
}

void ber_put_octets(struct ber_out *o, uint8_t tag, const void *p, size_t n)
{
    size_t mark = ber_mark(o);

    ber_put_raw(o, p, n);
    ber_wrap(o, tag, mark);
}

bool ber_done(const struct ber_out *o, struct hn_bytes *out)
{
    if (o->overflow)
        return false;
    *out = (struct hn_bytes){.p = o->p, .n = ber_mark(o)};
    return true;
}
