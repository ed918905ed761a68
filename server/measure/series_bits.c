/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/series_bits.h"

#define ORDERS 3
#define PACKED 4 /* flag beside the order: bit fields, else varints */

void bits_put_byte(struct bits_out *o, uint8_t b)
{
    HN_ASSERT(o->fill == 0 && o->n < o->cap);
    o->p[o->n++] = b;
}

void bits_put_varint(struct bits_out *o, uint64_t v)
{
    while (v >= 0x80) {
        bits_put_byte(o, (uint8_t)(v | 0x80));
        v >>= 7;
    }
    bits_put_byte(o, (uint8_t)v);
}

void bits_put(struct bits_out *o, uint64_t v, unsigned width)
{
    while (width > 0) {
        unsigned room, take;

        if (o->fill == 0) {
            HN_ASSERT(o->n < o->cap);
            o->p[o->n++] = 0;
        }
        room = 8 - o->fill;
        take = HN_MIN(room, width);
        o->p[o->n - 1] |= (uint8_t)(((v >> (width - take)) & ((1u << take) - 1)) << (room - take));
        o->fill = (o->fill + take) % 8;
        width -= take;
    }
}

void bits_align(struct bits_out *o)
{
    o->fill = 0;
}

uint8_t bits_get_byte(struct bits_in *in)
{
    if (in->at >= in->n) {
        in->bad = true;
        return 0;
    }
    return in->p[in->at++];
}

uint64_t bits_get_varint(struct bits_in *in)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b = bits_get_byte(in);

        if (shift == 63 && b > 1)
            break;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80)
            return v;
    }
    in->bad = true;
    return 0;
}

uint64_t bits_get(struct bits_in *in, unsigned width)
{
    uint64_t v = 0;

    while (width > 0) {
        unsigned room, take;

        if (in->at >= in->n) {
            in->bad = true;
            return 0;
        }
        room = 8 - in->used;
        take = HN_MIN(room, width);
        v = (v << take) | ((unsigned)(in->p[in->at] >> (room - take)) & ((1u << take) - 1));
        in->used += take;
        width -= take;
        if (in->used == 8) {
            in->used = 0;
            in->at++;
        }
    }
    return v;
}

void bits_get_align(struct bits_in *in)
{
    if (in->used > 0) {
        in->used = 0;
        in->at++;
    }
}

/* ---- lists of whole numbers ---- */

static size_t varint_size(uint64_t v)
{
    size_t n = 1;

    for (; v >= 0x80; v >>= 7)
        n++;
    return n;
}

static unsigned width_of(uint64_t v)
{
    return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}

/* What one form of the list takes, in bytes, and its least number and width. */
struct form {
    size_t packed, varints;
    int64_t least;
    unsigned width;
};

static struct form measure(const int64_t *r, size_t n)
{
    struct form f = {.least = n > 0 ? r[0] : 0};
    int64_t most = f.least;

    for (size_t i = 0; i < n; i++) {
        f.varints += varint_size(bits_zigzag(r[i]));
        f.least = HN_MIN(f.least, r[i]);
        most = HN_MAX(most, r[i]);
    }
    f.width = width_of((uint64_t)most - (uint64_t)f.least);
    f.packed = varint_size(bits_zigzag(f.least)) + 1 + (n * f.width + 7) / 8;
    return f;
}

/* r[i] = r[i + 1] − r[i], one shorter; the first number is handed out. */
static int64_t differences(int64_t *r, size_t n)
{
    int64_t first = r[0];

    for (size_t i = 0; i + 1 < n; i++)
        r[i] = r[i + 1] - r[i];
    return first;
}

void bits_put_ints(struct bits_out *o, const int64_t *v, size_t n, struct hn_arena *a)
{
    int64_t *r[ORDERS];
    int64_t first[ORDERS] = {0};
    unsigned best = 0, best_packed = 0;
    size_t least = SIZE_MAX, head = 0;
    struct form f[ORDERS];

    for (unsigned k = 0; k < ORDERS && k <= n; k++) {
        r[k] = hn_arena_memdup(a, k == 0 ? v : r[k - 1], (n - (k > 1 ? k - 1 : 0)) * sizeof(*v));
        if (k > 0) {
            first[k - 1] = differences(r[k], n - k + 1);
            head += varint_size(bits_zigzag(first[k - 1]));
        }
        f[k] = measure(r[k], n - k);
        if (head + HN_MIN(f[k].packed, f[k].varints) < least) {
            least = head + HN_MIN(f[k].packed, f[k].varints);
            best = k;
            best_packed = f[k].packed <= f[k].varints ? PACKED : 0;
        }
    }
    bits_put_byte(o, (uint8_t)(best | best_packed));
    for (unsigned k = 0; k < best; k++)
        bits_put_varint(o, bits_zigzag(first[k]));
    if (best_packed == 0) {
        for (size_t i = 0; i < n - best; i++)
            bits_put_varint(o, bits_zigzag(r[best][i]));
        return;
    }
    bits_put_varint(o, bits_zigzag(f[best].least));
    bits_put_byte(o, (uint8_t)f[best].width);
    for (size_t i = 0; i < n - best; i++)
        bits_put(o, (uint64_t)r[best][i] - (uint64_t)f[best].least, f[best].width);
    bits_align(o);
}

/* r becomes its running sums from first on: undoes differences(). n: numbers after it. */
static bool sums(int64_t *r, size_t n, int64_t first)
{
    int64_t sum = first;

    for (size_t i = 0; i < n; i++) {
        int64_t d = r[i];

        r[i] = sum;
        if (i + 1 < n && __builtin_add_overflow(sum, d, &sum))
            return false;
    }
    return true;
}

void bits_get_ints(struct bits_in *in, int64_t *v, size_t n)
{
    uint8_t spec = bits_get_byte(in);
    unsigned order = spec & 3;
    int64_t first[ORDERS] = {0};

    if (spec >= 8 || order >= ORDERS || order > n) {
        in->bad = true;
        return;
    }
    for (unsigned k = 0; k < order; k++)
        first[k] = bits_unzigzag(bits_get_varint(in));
    if (spec & PACKED) {
        int64_t least = bits_unzigzag(bits_get_varint(in));
        unsigned width = bits_get_byte(in);

        if (width > 64) {
            in->bad = true;
            return;
        }
        for (size_t i = 0; i < n - order && !in->bad; i++)
            v[i] = (int64_t)((uint64_t)least + bits_get(in, width));
        bits_get_align(in);
    } else {
        for (size_t i = 0; i < n - order && !in->bad; i++)
            v[i] = bits_unzigzag(bits_get_varint(in));
    }
    for (unsigned k = order; k > 0 && !in->bad; k--)
        in->bad = !sums(v, n - k + 1, first[k - 1]);
    for (size_t i = 0; i < n && !in->bad; i++)
        in->bad = v[i] > BITS_INT_MAX || v[i] < -BITS_INT_MAX;
}
