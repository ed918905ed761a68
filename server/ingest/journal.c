/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/journal.h"

#include "server/measure/zstd_ctx.h"

#include <math.h>

#define VERSION 1
#define VARINT_MAX 10
#define DECIMALS_MAX 5
#define TAG_F32 8
#define TAG_F64 9
#define SMALL 200 /* bytes: below this zstd does not pay */

static const double pow10_of[DECIMALS_MAX + 1] = {1, 10, 100, 1000, 10000, 100000};

static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* Differences wrap around: any two int64 come back. */
static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static uint8_t *put(uint8_t *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}

static uint8_t *put_raw(uint8_t *p, const void *v, size_t n)
{
    memcpy(p, v, n);
    return p + n;
}

static bool same_bits(double a, double b)
{
    /* The bits are what is meant: -0.0 and 0.0 are two values here.
     * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    return memcmp(&a, &b, sizeof(a)) == 0;
}

static uint8_t *put_value(uint8_t *p, double v)
{
    float f = fabs(v) <= (double)3.0e38F ? (float)v : 0.0F;

    if (fabs(v) < 1e12) {
        for (int d = 0; d <= DECIMALS_MAX; d++) {
            double whole = nearbyint(v * pow10_of[d]);

            if (same_bits((double)(int64_t)whole / pow10_of[d], v)) {
                *p++ = (uint8_t)d;
                return put(p, zigzag((int64_t)whole));
            }
        }
    }
    if (same_bits((double)f, v)) {
        *p++ = TAG_F32;
        return put_raw(p, &f, sizeof(f));
    }
    *p++ = TAG_F64;
    return put_raw(p, &v, sizeof(v));
}

static struct hn_bytes wrap(const uint8_t *body, size_t n, struct hn_arena *a)
{
    size_t room = ZSTD_compressBound(n);
    uint8_t *out = hn_arena_alloc(a, 2 + VARINT_MAX + room);
    uint8_t *p = out;
    size_t packed = 0;

    *p++ = VERSION;
    *p++ = 1;
    p = put(p, n);
    if (n >= SMALL)
        packed = ZSTD_compressCCtx(zstd_ctx_pack(), p, room, body, n, 1);
    if (n < SMALL || ZSTD_isError(packed) || packed >= n) {
        out[1] = 0;
        return (struct hn_bytes){out, (size_t)(put_raw(p, body, n) - out)};
    }
    return (struct hn_bytes){out, (size_t)(p - out) + packed};
}

struct hn_bytes journal_encode(const struct journal_result *r, size_t n, struct hn_arena *a)
{
    size_t values = 0;
    int64_t check = 0, ms = 0, series = 0;
    uint8_t *body, *p;

    for (size_t i = 0; i < n; i++)
        values += r[i].n_values;
    HN_ASSERT(values <= JOURNAL_VALUES_MAX);
    body = hn_arena_alloc(a, VARINT_MAX + n * 5 * VARINT_MAX + values * (2 * VARINT_MAX + 1));
    p = put(body, n);
    for (size_t i = 0; i < n; i++) {
        p = put(p, zigzag(minus(r[i].check_id, check)));
        p = put(p, zigzag(minus(r[i].at / HN_MS, ms)));
        *p++ = (uint8_t)r[i].code;
        p = put(p, zigzag(minus(r[i].state_series_id, series)));
        p = put(p, r[i].n_values);
        check = r[i].check_id;
        ms = r[i].at / HN_MS;
        series = r[i].state_series_id;
        for (size_t k = 0; k < r[i].n_values; k++) {
            p = put(p, zigzag(minus(r[i].values[k].series_id, series)));
            p = put_value(p, r[i].values[k].value);
            series = r[i].values[k].series_id;
        }
    }
    return wrap(body, (size_t)(p - body), a);
}

struct reader {
    const uint8_t *p;
    const uint8_t *end;
    bool bad;
};

static uint64_t get(struct reader *r)
{
    uint64_t v = 0;

    for (int shift = 0; shift < 64; shift += 7) {
        uint8_t b;

        if (r->p == r->end)
            break;
        b = *r->p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if ((b & 0x80) == 0)
            return v;
    }
    r->bad = true;
    return 0;
}

static uint8_t get_byte(struct reader *r)
{
    if (r->p == r->end) {
        r->bad = true;
        return 0;
    }
    return *r->p++;
}

static bool get_raw(struct reader *r, void *v, size_t n)
{
    if ((size_t)(r->end - r->p) < n) {
        r->bad = true;
        return false;
    }
    memcpy(v, r->p, n);
    r->p += n;
    return true;
}

static double get_value(struct reader *r)
{
    uint8_t tag = get_byte(r);
    double v = 0;
    float f = 0;

    if (tag <= DECIMALS_MAX)
        return (double)unzigzag(get(r)) / pow10_of[tag];
    if (tag == TAG_F32)
        return get_raw(r, &f, sizeof(f)) ? (double)f : 0;
    if (tag != TAG_F64 || !get_raw(r, &v, sizeof(v)))
        r->bad = true;
    return v;
}

static enum hn_code broken(struct hn_err *e)
{
    return hn_fail(e, HN_E_INVALID, "a stored batch of results cannot be read");
}

static bool unwrap(struct hn_bytes in, struct hn_arena *a, struct reader *r)
{
    uint64_t n;
    uint8_t version, method;
    uint8_t *body;
    size_t got;

    *r = (struct reader){in.p, in.p + in.n, false};
    version = get_byte(r);
    method = get_byte(r);
    n = get(r);
    if (r->bad || version != VERSION || method > 1 || n > JOURNAL_BYTES_MAX)
        return false;
    if (method == 0)
        return (size_t)(r->end - r->p) == n;
    if (ZSTD_getFrameContentSize(r->p, (size_t)(r->end - r->p)) != n)
        return false;
    body = hn_arena_alloc(a, n);
    got = ZSTD_decompressDCtx(zstd_ctx_unpack(), body, n, r->p, (size_t)(r->end - r->p));
    if (ZSTD_isError(got) || got != n)
        return false;
    *r = (struct reader){body, body + n, false};
    return true;
}

enum hn_code journal_decode(struct hn_bytes in, struct hn_arena *a, struct journal_result **out,
                            size_t *n, struct hn_err *e)
{
    int64_t check = 0, ms = 0, series = 0;
    struct journal_result *v;
    struct reader r;
    uint64_t count;

    if (in.n == 0 || !unwrap(in, a, &r))
        return broken(e);
    count = get(&r);
    if (r.bad || count > (size_t)(r.end - r.p) / 5) /* each result takes at least five bytes */
        return broken(e);
    v = hn_arena_make(a, struct journal_result, count);
    for (size_t i = 0; i < count; i++) {
        struct journal_value *values;
        uint64_t n_values;

        check = plus(check, unzigzag(get(&r)));
        ms = plus(ms, unzigzag(get(&r)));
        v[i].code = get_byte(&r);
        series = plus(series, unzigzag(get(&r)));
        v[i].check_id = check;
        v[i].state_series_id = series;
        n_values = get(&r);
        if (r.bad || v[i].code > 15 || n_values > (size_t)(r.end - r.p) / 3 + 1 ||
            ms > INT64_MAX / HN_MS || ms < INT64_MIN / HN_MS)
            return broken(e);
        v[i].at = ms * HN_MS;
        values = hn_arena_make(a, struct journal_value, n_values);
        for (size_t k = 0; k < n_values; k++) {
            series = plus(series, unzigzag(get(&r)));
            values[k].series_id = series;
            values[k].value = get_value(&r);
        }
        v[i].n_values = n_values;
        v[i].values = values;
    }
    if (r.bad || r.p != r.end)
        return broken(e);
    *out = v;
    *n = count;
    return HN_OK;
}
