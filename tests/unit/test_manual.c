/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/manual/manual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static struct hn_arena *arena;

static struct manual_chapter chapter(const char *text)
{
    struct manual_chapter c = {0};
    struct hn_err e = {0};

    assert_int_equal(manual_parse("x", text, arena, &c, &e), HN_OK);
    return c;
}

static void sections(void **state)
{
    struct manual_chapter c =
        chapter("# 題\n前書き\n## 一\nあ\n```\n## 見出しではない\n```\n## 二\nい");
    struct hn_err e = {0};

    (void)state;
    assert_string_equal(c.title, "題");
    assert_int_equal(c.n, 3);
    assert_string_equal(c.section[0].text, "前書き\n");
    assert_string_equal(c.section[1].title, "一");
    assert_string_equal(c.section[1].text, "あ\n```\n## 見出しではない\n```\n");
    assert_string_equal(c.section[2].text, "い");
    assert_int_equal(manual_parse("x", "本文だけ", arena, &c, &e), HN_E_INVALID);
}

static void search(void **state)
{
    struct manual_chapter c =
        chapter("# 題\n## 停止\n停止の訂正には理由が必要です。\n## API\nトークンを作ります。");
    const struct manual_book book = {&c, 1};
    struct manual_hit hit[4];

    (void)state;
    assert_int_equal(manual_search(&book, "訂正　理由", arena, hit, 4), 1);
    assert_int_equal(hit[0].section, 1);
    assert_non_null(strstr(hit[0].excerpt, "訂正には"));
    assert_int_equal(manual_search(&book, "api", arena, hit, 4), 1);
    assert_int_equal(manual_search(&book, "訂正 トークン", arena, hit, 4), 0);
    assert_int_equal(manual_search(&book, "　 ", arena, hit, 4), 0);
    assert_int_equal(manual_search(&book, "す", arena, hit, 1), 1);
}

static const char *html(const char *text, const char *shots)
{
    const char *out = NULL;
    struct hn_err e = {0};

    assert_int_equal(manual_html(text, shots, arena, &out, &e), HN_OK);
    return out;
}

static void safe_html(void **state)
{
    (void)state;
    assert_non_null(strstr(html("| a | b |\n|---|---|\n| 1 | 2 |", NULL), "<table>"));
    assert_null(strstr(html("<script>alert(1)</script>", NULL), "<script"));
    assert_null(strstr(html("[x](javascript:alert(1))", NULL), "javascript:"));
}

static void shots(void **state)
{
    char folder[] = "/tmp/hn-manual-XXXXXX";
    const char *file;
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(folder));
    file = hn_arena_fmt(arena, "%s/board.png", folder);
    f = fopen(file, "we");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    assert_non_null(strstr(html("![拠点](board.png)", folder), "src=\"/static/manual/board.png\""));
    assert_null(strstr(html("![拠点](none.png)", folder), "<img"));
    assert_null(strstr(html("![拠点](../board.png)", folder), "<img"));
    assert_null(strstr(html("![拠点](http://example.com/board.png)", folder), "<img"));
    assert_null(strstr(html("![拠点](board.png)", NULL), "<img"));
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* The chapters that the product ships can be read, and each has sections to find. */
static void our_own(void **state)
{
    struct manual_book book;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(manual_load("docs/manual", arena, &book, &e), HN_OK);
    assert_true(book.n >= 8);
    for (size_t i = 0; i < book.n; i++) {
        assert_true(book.chapter[i].n >= 2);
        assert_ptr_equal(manual_find(&book, book.chapter[i].name), &book.chapter[i]);
    }
    assert_int_equal(manual_load("docs/none", arena, &book, &e), HN_E_NOT_FOUND);
}

static int set_up(void **state)
{
    (void)state;
    arena = hn_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hn_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections), cmocka_unit_test(search),  cmocka_unit_test(safe_html),
        cmocka_unit_test(shots),    cmocka_unit_test(our_own),
    };

    return cmocka_run_group_tests_name("manual", tests, set_up, tear_down);
}
