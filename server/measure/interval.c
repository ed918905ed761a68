/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/interval.h"

#include "server/base/instant.h"

static int by_from(const void *pa, const void *pb)
{
    const struct ivl *a = pa;
    const struct ivl *b = pb;

    return (a->from > b->from) - (a->from < b->from);
}

/* Appends to a set that is being built in ascending order; joins what overlaps or touches. */
static void push(struct ivl *v, size_t *n, struct ivl x)
{
    if (x.to <= x.from)
        return;
    if (*n > 0 && x.from <= v[*n - 1].to) {
        v[*n - 1].to = HN_MAX(v[*n - 1].to, x.to);
        return;
    }
    v[(*n)++] = x;
}

struct ivl_set ivl_normal(const struct ivl *v, size_t n, struct hn_arena *a)
{
    struct ivl *sorted;
    size_t m = 0;

    if (n == 0)
        return (struct ivl_set){NULL, 0};
    sorted = hn_arena_memdup(a, v, n * sizeof(*v));
    qsort(sorted, n, sizeof(*sorted), by_from);
    /* In place: push() never writes beyond what was read. */
    for (size_t i = 0; i < n; i++)
        push(sorted, &m, sorted[i]);
    return (struct ivl_set){sorted, m};
}

struct ivl_set ivl_one(int64_t from, int64_t to, struct hn_arena *a)
{
    struct ivl x = {from, to};

    if (to <= from)
        return (struct ivl_set){NULL, 0};
    return (struct ivl_set){hn_arena_memdup(a, &x, sizeof(x)), 1};
}

struct ivl_set ivl_union(struct ivl_set x, struct ivl_set y, struct hn_arena *a)
{
    struct ivl *v;
    size_t n = 0, i = 0, j = 0;

    if (x.n == 0)
        return y;
    if (y.n == 0)
        return x;
    v = hn_arena_make(a, struct ivl, x.n + y.n);
    while (i < x.n || j < y.n) {
        bool take_x = j == y.n || (i < x.n && x.v[i].from <= y.v[j].from);

        push(v, &n, take_x ? x.v[i++] : y.v[j++]);
    }
    return (struct ivl_set){v, n};
}

struct ivl_set ivl_intersect(struct ivl_set x, struct ivl_set y, struct hn_arena *a)
{
    struct ivl *v;
    size_t n = 0, i = 0, j = 0;

    if (x.n == 0 || y.n == 0)
        return (struct ivl_set){NULL, 0};
    v = hn_arena_make(a, struct ivl, x.n + y.n);
    while (i < x.n && j < y.n) {
        push(v, &n, (struct ivl){HN_MAX(x.v[i].from, y.v[j].from), HN_MIN(x.v[i].to, y.v[j].to)});
        if (x.v[i].to < y.v[j].to)
            i++;
        else
            j++;
    }
    return (struct ivl_set){v, n};
}

struct ivl_set ivl_subtract(struct ivl_set x, struct ivl_set y, struct hn_arena *a)
{
    struct ivl *v;
    size_t n = 0, j = 0;

    if (x.n == 0 || y.n == 0)
        return x;
    v = hn_arena_make(a, struct ivl, x.n + y.n);
    for (size_t i = 0; i < x.n; i++) {
        int64_t at = x.v[i].from;

        while (j < y.n && y.v[j].to <= at)
            j++;
        for (size_t k = j; k < y.n && y.v[k].from < x.v[i].to; k++) {
            push(v, &n, (struct ivl){at, y.v[k].from});
            at = HN_MAX(at, y.v[k].to);
        }
        push(v, &n, (struct ivl){at, x.v[i].to});
    }
    return (struct ivl_set){v, n};
}

struct ivl_set ivl_clip(struct ivl_set x, int64_t from, int64_t to, struct hn_arena *a)
{
    struct ivl one = {from, to};

    if (to <= from)
        return (struct ivl_set){NULL, 0};
    return ivl_intersect(x, (struct ivl_set){&one, 1}, a);
}

/* to − from without overflow: the longest is cut to INT64_MAX. */
static int64_t length(int64_t from, int64_t to)
{
    int64_t d;

    if (to <= from)
        return 0;
    return __builtin_sub_overflow(to, from, &d) ? INT64_MAX : d;
}

int64_t ivl_measure(struct ivl_set x)
{
    return ivl_measure_in(x, INT64_MIN, INT64_MAX);
}

/* Index of the first interval that ends after t. */
static size_t first_after(struct ivl_set x, int64_t t)
{
    size_t lo = 0, hi = x.n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (x.v[mid].to <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int64_t ivl_measure_in(struct ivl_set x, int64_t from, int64_t to)
{
    int64_t sum = 0;

    for (size_t i = first_after(x, from); i < x.n && x.v[i].from < to; i++) {
        int64_t d = length(HN_MAX(x.v[i].from, from), HN_MIN(x.v[i].to, to));

        if (__builtin_add_overflow(sum, d, &sum))
            return INT64_MAX;
    }
    return sum;
}

bool ivl_contains(struct ivl_set x, int64_t t)
{
    size_t i = first_after(x, t);

    return i < x.n && x.v[i].from <= t;
}

bool ivl_overlaps(struct ivl a, struct ivl b)
{
    return HN_MAX(a.from, b.from) < HN_MIN(a.to, b.to);
}

bool ivl_is_normal(struct ivl_set x)
{
    for (size_t i = 0; i < x.n; i++) {
        if (x.v[i].to <= x.v[i].from || (i > 0 && x.v[i].from <= x.v[i - 1].to))
            return false;
    }
    return true;
}

int64_t ivl_floor_s(int64_t us)
{
    if (us == HN_NEVER || us == HN_UNSET)
        return us;
    return us >= 0 ? us / HN_SEC : -((-(us + 1)) / HN_SEC) - 1;
}

struct ivl_set ivl_seconds(const struct ivl *us, size_t n, struct hn_arena *a)
{
    struct ivl *v;

    if (n == 0)
        return (struct ivl_set){NULL, 0};
    v = hn_arena_make(a, struct ivl, n);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct ivl){ivl_floor_s(us[i].from), ivl_floor_s(us[i].to)};
    return ivl_normal(v, n, a);
}
