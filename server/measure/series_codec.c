/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chunk:
 *
 *   byte    0x20, or 0x21 where the body is compressed
 *   varint  n, the number of samples; nothing follows where it is 0
 *   varint  length of the body, compressed ones only
 *   body, or its zstd frame
 *
 * The body: a byte of flags; the times; the values.
 *
 *   times   varint quantum (µs); then, in quanta, either a list of whole numbers (series_bits.h),
 * or with FLAG_SLOTS: zigzag first, varint step, varint number of gaps, and for each gap the varint
 *           number of samples since the last one and the varint number of slots it skips
 *   values  with FLAG_NAN one bit a sample first: set for each NaN, which then has no value below.
 * Then FLAG_XOR: the floats XORed with the one before, as in Gorilla (Pelkonen et al., VLDB 2015,
 *           4.1.2); else a byte, the power of ten, and a list of whole numbers
 */
#include "server/measure/series_codec.h"

#include "server/measure/series_bits.h"
#include "server/measure/zstd_ctx.h"

#include <math.h>

#define MAGIC 0x20
#define COMPRESSED 1
enum { FLAG_SLOTS = 1, FLAG_NAN = 2, FLAG_XOR = 4, FLAGS_ALL = 7 };
#define SCALE_MAX 6
#define EXACT 9007199254740992.0 /* 2^53 */
#define TIME_MAX ((int64_t)1 << 60)
#define ZSTD_LEVEL 9
/* The most that a body takes: times and values 10 bytes each, a NaN bit, and the heads. */
#define BODY_MAX(n) ((n)*21 + 128)

static const double powers[SCALE_MAX + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};

static uint64_t bits_of(double v)
{
    uint64_t u;

    memcpy(&u, &v, sizeof(u));
    return u;
}

static double float_of(uint64_t u)
{
    double v;

    memcpy(&v, &u, sizeof(v));
    return v;
}

#define NAN_BITS UINT64_C(0x7ff8000000000000)

/* ---- encoding ---- */

static int64_t floor_div(int64_t t, int64_t q)
{
    return t / q - (t % q < 0);
}

/* The most frequent step of the first few: enough to see a nominal interval. */
static int64_t usual_step(const int64_t *t, size_t n)
{
    int64_t best = 0;
    int best_votes = 0;
    size_t look = HN_MIN(n, (size_t)16);

    for (size_t i = 1; i < look; i++) {
        int votes = 0;

        for (size_t k = 1; k < look; k++)
            votes += t[k] - t[k - 1] == t[i] - t[i - 1];
        if (votes > best_votes) {
            best_votes = votes;
            best = t[i] - t[i - 1];
        }
    }
    return best;
}

/* Times as slots with gaps; false where they are none, or too many gaps for that to pay. */
static bool put_slots(struct bits_out *o, const int64_t *t, size_t n)
{
    int64_t step = usual_step(t, n);
    size_t gaps = 0, last = 0;

    if (step <= 0 || step > TIME_MAX)
        return false;
    for (size_t i = 1; i < n; i++) {
        int64_t d = t[i] - t[i - 1];

        if (d <= 0 || d % step != 0)
            return false;
        gaps += d != step;
    }
    if (gaps > n / 8)
        return false;
    bits_put_varint(o, bits_zigzag(t[0]));
    bits_put_varint(o, (uint64_t)step);
    bits_put_varint(o, gaps);
    for (size_t i = 1; i < n; i++) {
        int64_t d = t[i] - t[i - 1];

        if (d == step)
            continue;
        bits_put_varint(o, i - last);
        bits_put_varint(o, (uint64_t)(d / step - 1));
        last = i;
    }
    return true;
}

/* The values as whole numbers of 10^-scale; false where they are not. */
static bool scaled(const double *v, size_t n, int scale, int64_t *out)
{
    for (size_t i = 0; i < n; i++) {
        double x = v[i] * powers[scale];

        if (!(fabs(x) <= EXACT))
            return false;
        out[i] = (int64_t)nearbyint(x);
        if (bits_of((double)out[i] / powers[scale]) != bits_of(v[i]))
            return false;
    }
    return true;
}

static void put_xor(struct bits_out *o, const double *v, size_t n)
{
    uint64_t before = bits_of(v[0]);
    unsigned lead = 65, trail = 0; /* 65: no window yet */

    bits_put(o, before, 64);
    for (size_t i = 1; i < n; i++) {
        uint64_t x = bits_of(v[i]) ^ before;
        unsigned l, t;

        before ^= x;
        if (x == 0) {
            bits_put(o, 0, 1);
            continue;
        }
        l = HN_MIN((unsigned)__builtin_clzll(x), 31u);
        t = (unsigned)__builtin_ctzll(x);
        if (lead <= l && trail <= t) {
            bits_put(o, 2, 2); /* within the window of the one before */
        } else {
            lead = l;
            trail = t;
            bits_put(o, 3, 2);
            bits_put(o, lead, 5);
            bits_put(o, 64 - lead - trail - 1, 6);
        }
        bits_put(o, x >> trail, 64 - lead - trail);
    }
    bits_align(o);
}

static struct bits_out bits_new(size_t cap, struct hn_arena *a)
{
    return (struct bits_out){.p = hn_arena_alloc(a, cap), .cap = cap};
}

/* Puts the n > 0 values that are no NaN in the shorter form; says whether that was XOR. */
static bool put_values(struct bits_out *o, const double *v, size_t n, struct hn_arena *a)
{
    struct bits_out x = bits_new(BODY_MAX(n), a);
    struct bits_out whole = bits_new(BODY_MAX(n), a);
    int64_t *ints = hn_arena_make(a, int64_t, n);
    int scale = 0;
    bool use_xor;

    put_xor(&x, v, n);
    while (scale <= SCALE_MAX && !scaled(v, n, scale, ints))
        scale++;
    if (scale <= SCALE_MAX) {
        bits_put_byte(&whole, (uint8_t)scale);
        bits_put_ints(&whole, ints, n, a);
    }
    use_xor = scale > SCALE_MAX || x.n < whole.n;
    for (size_t i = 0; i < (use_xor ? x.n : whole.n); i++)
        bits_put_byte(o, use_xor ? x.p[i] : whole.p[i]);
    return use_xor;
}

/* Only the NaN that the decoder makes; others keep their bits as floats. */
static bool is_plain_nan(double v)
{
    return bits_of(v) == NAN_BITS;
}

static void put_body(struct bits_out *o, const int64_t *t, hn_span quantum, const double *value,
                     size_t n, struct hn_arena *a)
{
    double *v = hn_arena_make(a, double, n);
    struct bits_out head = {.p = o->p, .cap = 1};
    uint8_t flags = 0;
    size_t m = 0;

    bits_put_byte(o, 0); /* the flags, when they are known */
    bits_put_varint(o, (uint64_t)quantum);
    if (put_slots(o, t, n))
        flags |= FLAG_SLOTS;
    else
        bits_put_ints(o, t, n, a);
    for (size_t i = 0; i < n; i++) {
        if (!is_plain_nan(value[i]))
            v[m++] = value[i];
    }
    if (m < n) {
        flags |= FLAG_NAN;
        for (size_t i = 0; i < n; i++)
            bits_put(o, is_plain_nan(value[i]), 1);
        bits_align(o);
    }
    if (m > 0 && put_values(o, v, m, a))
        flags |= FLAG_XOR;
    bits_put_byte(&head, flags);
}

struct hn_bytes series_encode(const hn_instant *at, const double *value, size_t n,
                              hn_span quantum_us, struct hn_arena *a)
{
    size_t bound = ZSTD_compressBound(BODY_MAX(n));
    struct bits_out o = bits_new(bound + 32, a);
    struct bits_out body = bits_new(BODY_MAX(n), a);
    int64_t *t = hn_arena_make(a, int64_t, n);
    uint8_t *packed = hn_arena_alloc(a, bound);
    size_t z;

    HN_ASSERT(n <= SERIES_CHUNK_MAX && quantum_us > 0);
    if (n == 0) {
        bits_put_byte(&o, MAGIC);
        bits_put_varint(&o, 0);
        return (struct hn_bytes){o.p, o.n};
    }
    for (size_t i = 0; i < n; i++) {
        HN_ASSERT(at[i] < TIME_MAX && at[i] > -TIME_MAX && (i == 0 || at[i] >= at[i - 1]));
        t[i] = floor_div(at[i], quantum_us);
    }
    put_body(&body, t, quantum_us, value, n, a);
    z = ZSTD_compressCCtx(zstd_ctx_pack(), packed, bound, body.p, body.n, ZSTD_LEVEL);
    if (!ZSTD_isError(z) && z + 2 < body.n) {
        bits_put_byte(&o, MAGIC | COMPRESSED);
        bits_put_varint(&o, n);
        bits_put_varint(&o, body.n);
        memcpy(o.p + o.n, packed, z);
        o.n += z;
    } else {
        bits_put_byte(&o, MAGIC);
        bits_put_varint(&o, n);
        memcpy(o.p + o.n, body.p, body.n);
        o.n += body.n;
    }
    return (struct hn_bytes){o.p, o.n};
}

/* ---- decoding: foreign bytes ---- */

static void get_slots(struct bits_in *in, int64_t *t, size_t n)
{
    int64_t at = bits_unzigzag(bits_get_varint(in));
    uint64_t step = bits_get_varint(in);
    uint64_t gaps = bits_get_varint(in);
    size_t next = n, last = 0; /* next: the sample before which slots are missing */
    uint64_t skip = 0;

    if (step == 0 || step > (uint64_t)TIME_MAX || gaps >= n || at > TIME_MAX || at < -TIME_MAX)
        in->bad = true;
    for (size_t i = 0; i < n && !in->bad; i++) {
        if (gaps > 0 && next == n) {
            uint64_t ahead = bits_get_varint(in);

            skip = bits_get_varint(in);
            if (ahead == 0 || ahead >= n - last)
                in->bad = true;
            next = last = last + (size_t)(in->bad ? 0 : ahead);
            gaps--;
        }
        if (i > 0) {
            uint64_t slots = i == next ? skip + 1 : 1;
            int64_t d;

            if (slots == 0 || __builtin_mul_overflow(slots, step, &d) ||
                __builtin_add_overflow(at, d, &at) || at > TIME_MAX)
                in->bad = true;
            if (i == next)
                next = n;
        }
        t[i] = at;
    }
    if (gaps > 0 || next != n)
        in->bad = true;
}

static void get_times(struct bits_in *in, uint8_t flags, hn_instant *t, size_t n)
{
    uint64_t quantum = bits_get_varint(in);

    if (quantum == 0 || quantum > (uint64_t)TIME_MAX) {
        in->bad = true;
        return;
    }
    if (flags & FLAG_SLOTS)
        get_slots(in, t, n);
    else
        bits_get_ints(in, t, n);
    for (size_t i = 0; i < n && !in->bad; i++) {
        if (__builtin_mul_overflow(t[i], (int64_t)quantum, &t[i]) || t[i] > TIME_MAX ||
            t[i] < -TIME_MAX || (i > 0 && t[i] < t[i - 1]))
            in->bad = true;
    }
}

static void get_xor(struct bits_in *in, double *v, size_t n)
{
    uint64_t before = bits_get(in, 64);
    unsigned lead = 65, trail = 0;

    v[0] = float_of(before);
    for (size_t i = 1; i < n && !in->bad; i++) {
        if (bits_get(in, 1) == 1) {
            if (bits_get(in, 1) == 1) {
                unsigned len;

                lead = (unsigned)bits_get(in, 5);
                len = (unsigned)bits_get(in, 6) + 1;
                if (lead + len > 64) {
                    in->bad = true;
                    return;
                }
                trail = 64 - lead - len;
            }
            if (lead > 64) {
                in->bad = true;
                return;
            }
            before ^= bits_get(in, 64 - lead - trail) << trail;
        }
        v[i] = float_of(before);
    }
    bits_get_align(in);
}

static void get_whole(struct bits_in *in, double *v, size_t n, struct hn_arena *a)
{
    int64_t *ints = hn_arena_make(a, int64_t, n);
    unsigned scale = bits_get_byte(in);

    if (scale > SCALE_MAX) {
        in->bad = true;
        return;
    }
    bits_get_ints(in, ints, n);
    for (size_t i = 0; i < n && !in->bad; i++)
        v[i] = (double)ints[i] / powers[scale];
}

static void get_values(struct bits_in *in, uint8_t flags, double *value, size_t n,
                       struct hn_arena *a)
{
    bool *absent = hn_arena_make(a, bool, n);
    double *v = hn_arena_make(a, double, n);
    size_t m = n, k = 0;

    if (flags & FLAG_NAN) {
        m = 0;
        for (size_t i = 0; i < n; i++) {
            absent[i] = bits_get(in, 1) == 1;
            m += !absent[i];
        }
        bits_get_align(in);
    }
    if (m > 0 && !in->bad) {
        if (flags & FLAG_XOR)
            get_xor(in, v, m);
        else
            get_whole(in, v, m, a);
    }
    for (size_t i = 0; i < n && !in->bad; i++)
        value[i] = absent[i] ? float_of(NAN_BITS) : v[k++];
}

/* The head; in->bad where it is none. *compressed is the flag. */
static size_t get_head(struct bits_in *in, bool *compressed)
{
    uint8_t magic = bits_get_byte(in);
    uint64_t n = bits_get_varint(in);

    *compressed = magic & COMPRESSED;
    if ((magic & ~COMPRESSED) != MAGIC || n > SERIES_CHUNK_MAX)
        in->bad = true;
    return in->bad ? 0 : (size_t)n;
}

int64_t series_count(struct hn_bytes b)
{
    struct bits_in in = {.p = b.p, .n = b.n};
    bool compressed;
    size_t n = get_head(&in, &compressed);

    return in.bad ? -1 : (int64_t)n;
}

/* Unpacks the rest of `in` into a body of its own. */
static void unpack(struct bits_in *in, size_t n, struct hn_arena *a)
{
    uint64_t len = bits_get_varint(in);
    uint8_t *body;
    size_t got;

    if (in->bad || len > BODY_MAX(n)) {
        in->bad = true;
        return;
    }
    body = hn_arena_alloc(a, (size_t)len);
    got = ZSTD_decompressDCtx(zstd_ctx_unpack(), body, (size_t)len, in->p + in->at, in->n - in->at);
    in->bad = ZSTD_isError(got) || got != len;
    *in = (struct bits_in){.p = body, .n = (size_t)len, .bad = in->bad};
}

enum hn_code series_decode(struct hn_bytes b, size_t max, struct hn_arena *a,
                           struct series_samples *out, struct hn_err *e)
{
    struct bits_in in = {.p = b.p, .n = b.n};
    bool compressed;
    size_t n = get_head(&in, &compressed);
    struct series_samples s = {.n = n};
    uint8_t flags;

    if (in.bad || n > max)
        return hn_fail(e, HN_E_INVALID, "the series chunk is damaged");
    s.at = hn_arena_make(a, hn_instant, n);
    s.value = hn_arena_make(a, double, n);
    if (n > 0) {
        if (compressed)
            unpack(&in, n, a);
        flags = in.bad ? 0 : bits_get_byte(&in);
        if (!in.bad && flags <= FLAGS_ALL)
            get_times(&in, flags, s.at, n);
        if (!in.bad && flags <= FLAGS_ALL)
            get_values(&in, flags, s.value, n, a);
        in.bad = in.bad || flags > FLAGS_ALL;
    }
    if (in.bad || in.at != in.n)
        return hn_fail(e, HN_E_INVALID, "the series chunk is damaged");
    *out = s;
    return HN_OK;
}
