/* SPDX-License-Identifier: Apache-2.0 */
/* Which titles are alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "itsm/ticket/similar.h"

static struct hn_arena *arena;

static size_t like(const char *title, int64_t id, int64_t host, const struct similar_title *v,
                   size_t n, int64_t best[SIMILAR_MAX])
{
    return similar_titles(title, id, host, v, n, best, arena);
}

static void most_bigrams_come_first(void **state)
{
    static const struct similar_title v[] = {
        {1, "2階複合機の紙詰まり", 0}, {2, "メールが届かない", 0}, {3, "複合機の紙詰まり", 0}};
    int64_t best[SIMILAR_MAX];

    (void)state;
    assert_int_equal(like("3階複合機の紙詰まり", 9, 0, v, 3, best), 2);
    assert_int_equal(best[0], 1); /* 階複 too */
    assert_int_equal(best[1], 3);
}

static void the_same_device_comes_before_all(void **state)
{
    static const struct similar_title v[] = {
        {1, "複合機の紙詰まり", 0}, {2, "電源が入らない", 7}, {2, "電源が入らない", 7}};
    int64_t best[SIMILAR_MAX];

    (void)state;
    assert_int_equal(like("複合機の紙詰まり", 9, 7, v, 3, best), 2); /* twice counts once */
    assert_int_equal(best[0], 2);
    assert_int_equal(best[1], 1);
    assert_int_equal(like("複合機の紙詰まり", 1, 0, v, 3, best), 0); /* not itself */
}

static void the_best_five_of_many(void **state)
{
    struct similar_title v[40];
    int64_t best[SIMILAR_MAX];

    (void)state;
    for (int i = 0; i < 40; i++)
        v[i] = (struct similar_title){i + 1, i == 20 ? "abcdefgh" : "abcdexyz", 0};
    assert_int_equal(like("abcdefgh", 99, 0, v, 40, best), SIMILAR_MAX);
    assert_int_equal(best[0], 21);
    for (int i = 1; i < SIMILAR_MAX; i++)
        assert_int_equal(best[i], 41 - i); /* alike: the newest */
}

static void odd_titles(void **state)
{
    static const struct similar_title v[] = {{1, "", 0}, {2, "a", 0}, {3, "aaaaaaaa", 0}};
    int64_t best[SIMILAR_MAX];
    char text[1000];

    (void)state;
    assert_int_equal(like("", 9, 0, v, 3, best), 0);
    assert_int_equal(like("a", 9, 0, v, 3, best), 0);
    assert_int_equal(like("aa", 9, 0, v, 3, best), 1);
    memset(text, 'a', sizeof(text) - 1); /* longer than a title can be */
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(like(text, 9, 0, v, 3, best), 1);
}

static int up(void **state)
{
    (void)state;
    arena = hn_arena_new();
    return 0;
}

static int down(void **state)
{
    (void)state;
    hn_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_bigrams_come_first),
        cmocka_unit_test(the_same_device_comes_before_all),
        cmocka_unit_test(the_best_five_of_many),
        cmocka_unit_test(odd_titles),
    };

    return cmocka_run_group_tests(tests, up, down);
}
