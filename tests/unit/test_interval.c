/* SPDX-License-Identifier: Apache-2.0 */
/* Interval sets against a slow reference: one flag a point. Random, with fixed seeds. */
#include "server/base/instant.h"
#include "server/measure/interval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define WIDTH 96
#define LOW (-32) /* the points are LOW … LOW + WIDTH − 1 */
#define LIST_MAX 14
#define ROUNDS 8000

static uint64_t seed;

static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static size_t random_list(struct ivl *v)
{
    size_t n = rnd() % (LIST_MAX + 1);

    for (size_t i = 0; i < n; i++) {
        v[i].from = LOW + (int64_t)(rnd() % WIDTH);
        v[i].to = v[i].from + (int64_t)(rnd() % 18) - 4; /* empty and backward ones among them */
        v[i].to = HN_MIN(v[i].to, LOW + WIDTH);
    }
    return n;
}

static void paint(const struct ivl *v, size_t n, bool *map)
{
    memset(map, 0, WIDTH);
    for (size_t i = 0; i < n; i++) {
        for (int64_t t = v[i].from; t < v[i].to; t++)
            map[t - LOW] = true;
    }
}

static int64_t count(const bool *map)
{
    int64_t n = 0;

    for (int i = 0; i < WIDTH; i++)
        n += map[i];
    return n;
}

static void assert_is(struct ivl_set s, const bool *want)
{
    bool got[WIDTH];

    assert_true(ivl_is_normal(s));
    paint(s.v, s.n, got);
    assert_memory_equal(got, want, WIDTH);
    assert_int_equal(ivl_measure(s), count(want));
    for (int i = 0; i < WIDTH; i++)
        assert_int_equal(ivl_contains(s, LOW + i), want[i]);
}

static void one_round(struct hn_arena *a)
{
    struct ivl lx[LIST_MAX], ly[LIST_MAX];
    size_t nx = random_list(lx), ny = random_list(ly);
    struct ivl_set x = ivl_normal(lx, nx, a), y = ivl_normal(ly, ny, a);
    bool mx[WIDTH], my[WIDTH], want[WIDTH];
    int64_t from = LOW + (int64_t)(rnd() % WIDTH), to = LOW + (int64_t)(rnd() % WIDTH);

    paint(lx, nx, mx);
    paint(ly, ny, my);
    assert_is(x, mx);
    for (int i = 0; i < WIDTH; i++)
        want[i] = mx[i] || my[i];
    assert_is(ivl_union(x, y, a), want);
    for (int i = 0; i < WIDTH; i++)
        want[i] = mx[i] && my[i];
    assert_is(ivl_intersect(x, y, a), want);
    for (int i = 0; i < WIDTH; i++)
        want[i] = mx[i] && !my[i];
    assert_is(ivl_subtract(x, y, a), want);
    for (int i = 0; i < WIDTH; i++)
        want[i] = mx[i] && i + LOW >= from && i + LOW < to;
    assert_is(ivl_clip(x, from, to, a), want);
    assert_int_equal(ivl_measure_in(x, from, to), count(want));
    /* The parts sum to the whole. */
    assert_int_equal(ivl_measure(x),
                     ivl_measure(ivl_intersect(x, y, a)) + ivl_measure(ivl_subtract(x, y, a)));
    assert_int_equal(ivl_measure(ivl_union(x, y, a)),
                     ivl_measure(x) + ivl_measure(y) - ivl_measure(ivl_intersect(x, y, a)));
}

static void test_against_reference(void **state)
{
    HN_ARENA a = hn_arena_new();

    (void)state;
    seed = 0x9e3779b97f4a7c15u;
    for (int i = 0; i < ROUNDS; i++) {
        one_round(a);
        hn_arena_reset(a);
    }
}

static void test_touching_join(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct ivl v[] = {{20, 30}, {0, 10}, {10, 20}, {40, 40}, {50, 45}};
    struct ivl_set s = ivl_normal(v, HN_ARRAY_LEN(v), a);

    (void)state;
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].from, 0);
    assert_int_equal(s.v[0].to, 30);
    assert_false(ivl_contains(s, 30));
    assert_true(ivl_contains(s, 0));
}

static void test_far_ends(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct ivl_set all = ivl_one(INT64_MIN, INT64_MAX, a);

    (void)state;
    assert_int_equal(ivl_measure(all), INT64_MAX); /* stops, does not overflow */
    assert_int_equal(ivl_measure(ivl_clip(all, 5, 9, a)), 4);
    assert_int_equal(ivl_one(3, 3, a).n, 0);
    assert_int_equal(ivl_measure((struct ivl_set){NULL, 0}), 0);
    assert_false(ivl_contains((struct ivl_set){NULL, 0}, 0));
}

static void test_floor(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct ivl us[] = {{1900000, 1999999}, {2500000, 4000000}, {-1, 500000}};
    struct ivl_set s = ivl_seconds(us, HN_ARRAY_LEN(us), a);

    (void)state;
    assert_int_equal(ivl_floor_s(1999999), 1);
    assert_int_equal(ivl_floor_s(-1), -1);
    assert_int_equal(ivl_floor_s(-1000000), -1);
    assert_int_equal(ivl_floor_s(-1000001), -2);
    assert_int_equal(ivl_floor_s(HN_NEVER), HN_NEVER);
    assert_int_equal(ivl_floor_s(HN_UNSET), HN_UNSET);
    /* [1.9, 1.999999) lies within one second and vanishes; [−1 µs, 0.5) becomes [−1, 0). */
    assert_int_equal(s.n, 2);
    assert_int_equal(s.v[0].from, -1);
    assert_int_equal(s.v[0].to, 0);
    assert_int_equal(s.v[1].from, 2);
    assert_int_equal(s.v[1].to, 4);
}

static void test_overlaps(void **state)
{
    (void)state;
    assert_false(ivl_overlaps((struct ivl){0, 5}, (struct ivl){5, 9}));
    assert_true(ivl_overlaps((struct ivl){0, 6}, (struct ivl){5, 9}));
    assert_false(ivl_overlaps((struct ivl){3, 3}, (struct ivl){0, 9}));
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_against_reference), cmocka_unit_test(test_touching_join),
        cmocka_unit_test(test_far_ends),          cmocka_unit_test(test_floor),
        cmocka_unit_test(test_overlaps),
    };

    return cmocka_run_group_tests_name("interval", t, NULL, NULL);
}
