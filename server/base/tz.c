/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/tz.h"

#define TZ_HEADER 44
#define TZ_FILE_MAX 65536
#define TZ_TIMES_MAX 4096
#define TZ_OFFSET_MAX 93599 /* RFC 9636 §3.2: less than 26 hours */
#define TZ_TOKYO_FILE "/usr/share/zoneinfo/Asia/Tokyo"

struct header {
    uint8_t version;
    uint32_t isut, isstd, leap, times, types, chars;
};

/* A part of the file that is still to be read. */
struct rest {
    const uint8_t *p;
    size_t n;
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static enum hn_code broken(struct hn_err *e)
{
    return hn_fail(e, HN_E_INVALID, "the time zone file is damaged");
}

static void skip(struct rest *r, size_t n)
{
    r->p += n;
    r->n -= n;
}

static bool read_header(struct rest *r, struct header *h)
{
    if (r->n < TZ_HEADER || memcmp(r->p, "TZif", 4) != 0)
        return false;
    h->version = r->p[4];
    h->isut = be32(r->p + 20);
    h->isstd = be32(r->p + 24);
    h->leap = be32(r->p + 28);
    h->times = be32(r->p + 32);
    h->types = be32(r->p + 36);
    h->chars = be32(r->p + 40);
    skip(r, TZ_HEADER);
    return h->times <= TZ_TIMES_MAX && h->types >= 1 && h->types <= 256 && h->chars <= 4096 &&
           h->leap <= 4096 && h->isut <= h->types && h->isstd <= h->types;
}

/* Bytes of the data block behind the header (RFC 9636 §3.2). */
static size_t block_size(const struct header *h, size_t time_size)
{
    return h->times * (time_size + 1) + (size_t)h->types * 6 + h->chars +
           h->leap * (time_size + 4) + h->isstd + h->isut;
}

static bool read_block(const uint8_t *p, const struct header *h, size_t time_size,
                       struct hn_arena *a, struct hn_tz *tz)
{
    const uint8_t *index = p + h->times * time_size;
    const uint8_t *types = index + h->times;
    int64_t *time = hn_arena_make(a, int64_t, h->times);
    int32_t *after = hn_arena_make(a, int32_t, h->times);

    for (uint32_t i = 0; i < h->types; i++) {
        int32_t off = (int32_t)be32(types + (size_t)i * 6);

        if (off < -TZ_OFFSET_MAX || off > TZ_OFFSET_MAX)
            return false;
    }
    for (uint32_t i = 0; i < h->times; i++) {
        time[i] = time_size == 8 ? be64(p + (size_t)i * 8) : (int32_t)be32(p + (size_t)i * 4);
        if (index[i] >= h->types || (i > 0 && time[i] <= time[i - 1]))
            return false;
        after[i] = (int32_t)be32(types + (size_t)index[i] * 6);
    }
    *tz = (struct hn_tz){.n_times = h->times, .time = time, .after = after};
    tz->before = (int32_t)be32(types);
    tz->last = h->times > 0 ? after[h->times - 1] : tz->before;
    return true;
}

static bool number(struct rest *r, int max, int32_t *out)
{
    int32_t v = 0;
    size_t n = 0;

    for (; n < r->n && n < 3 && r->p[n] >= '0' && r->p[n] <= '9'; n++)
        v = v * 10 + (r->p[n] - '0');
    skip(r, n);
    *out = v;
    return n > 0 && v <= max;
}

static bool zone_name(struct rest *r)
{
    size_t n = 0;

    if (r->n > 0 && r->p[0] == '<') {
        while (n < r->n && r->p[n] != '>')
            n++;
        if (n == r->n)
            return false;
        n++;
    } else {
        while (n < r->n && ((r->p[n] | 0x20) >= 'a' && (r->p[n] | 0x20) <= 'z'))
            n++;
    }
    skip(r, n);
    return n >= 3;
}

/* The footer "\nJST-9\n": POSIX TZ, whose sign is the other way round. An empty one says nothing.
 */
static enum hn_code read_footer(struct rest r, struct hn_tz *tz, struct hn_err *e)
{
    const uint8_t *end;
    int32_t part[3] = {0, 0, 0};
    int32_t sign = -1;

    if (r.n < 2 || r.p[0] != '\n')
        return broken(e);
    skip(&r, 1);
    end = memchr(r.p, '\n', r.n);
    if (end == NULL)
        return broken(e);
    r.n = (size_t)(end - r.p);
    if (r.n == 0)
        return HN_OK;
    if (!zone_name(&r) || r.n == 0)
        return broken(e);
    if (r.p[0] == '-' || r.p[0] == '+') {
        sign = r.p[0] == '-' ? 1 : -1;
        skip(&r, 1);
    }
    for (int i = 0; i < 3; i++) {
        if (!number(&r, i == 0 ? 24 : 59, &part[i]))
            return broken(e);
        if (r.n == 0 || r.p[0] != ':')
            break;
        skip(&r, 1);
    }
    if (r.n > 0)
        return hn_fail(e, HN_E_UNSUPPORTED, "the time zone has summer time");
    tz->last = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    return HN_OK;
}

enum hn_code hn_tz_parse(const uint8_t *p, size_t n, struct hn_arena *a, struct hn_tz *out,
                         struct hn_err *e)
{
    struct rest r = {p, n};
    struct header h;
    struct hn_tz tz;
    size_t time_size = 4;

    if (!read_header(&r, &h) || r.n < block_size(&h, 4))
        return broken(e);
    if (h.version != 0) { /* the 64-bit data follows the 32-bit data */
        skip(&r, block_size(&h, 4));
        time_size = 8;
        if (!read_header(&r, &h) || r.n < block_size(&h, 8))
            return broken(e);
    }
    if (!read_block(r.p, &h, time_size, a, &tz))
        return broken(e);
    skip(&r, block_size(&h, time_size));
    if (time_size == 8 && read_footer(r, &tz, e) != HN_OK)
        return e->code;
    *out = tz;
    return HN_OK;
}

hn_span hn_tz_offset(const struct hn_tz *tz, hn_instant t)
{
    int64_t sec = t / HN_SEC - (t % HN_SEC < 0 ? 1 : 0);
    size_t lo = 0;
    size_t hi = tz->n_times;

    while (lo < hi) { /* the first transition later than sec */
        size_t mid = lo + (hi - lo) / 2;

        if (tz->time[mid] <= sec)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == tz->n_times)
        return tz->last * HN_SEC;
    return (lo == 0 ? tz->before : tz->after[lo - 1]) * HN_SEC;
}

enum hn_code hn_tz_check_tokyo(const char *path, hn_instant t, struct hn_err *e)
{
    HN_ARENA a = NULL;
    struct hn_tz tz;
    uint8_t *p;
    size_t n;
    FILE *f = fopen(path == NULL ? TZ_TOKYO_FILE : path, "rbe");

    if (f == NULL)
        return HN_OK;
    a = hn_arena_new();
    p = hn_arena_alloc(a, TZ_FILE_MAX);
    n = fread(p, 1, TZ_FILE_MAX, f);
    (void)fclose(f); /* it was only read */
    if (hn_tz_parse(p, n, a, &tz, e) != HN_OK)
        return e->code;
    if (hn_tz_offset(&tz, t) != HN_TOKYO_OFFSET ||
        hn_tz_offset(&tz, hn_add(t, 366 * HN_DAY)) != HN_TOKYO_OFFSET)
        return hn_fail(e, HN_E_CONFLICT, "the system's Asia/Tokyo is not UTC+9");
    return HN_OK;
}
