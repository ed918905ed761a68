/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The whole file as "a|b\n" a row, cells joined; or the error's message. */
static const char *read_all(struct hn_arena *a, const char *p, size_t n,
                            const struct hn_csv_limits *limit)
{
    struct hn_sbuf b;
    struct hn_csv r;
    struct hn_err e = {0};

    hn_sbuf_init(&b, a, 100000);
    if (hn_csv_open(&r, p, n, limit, a, &e) != HN_OK)
        return hn_arena_strdup(a, e.msg);
    for (;;) {
        struct hn_csv_row row;

        if (hn_csv_next(&r, &row, &e) != HN_OK) {
            assert_int_equal(e.code, HN_E_INVALID);
            return hn_arena_strdup(a, e.msg);
        }
        if (row.n == 0)
            return hn_sbuf_text(&b);
        for (size_t i = 0; i < row.n; i++)
            hn_sbuf_fmt(&b, "%s%s", i > 0 ? "|" : "", row.cell[i]);
        hn_sbuf_fmt(&b, "@%u\n", row.line);
    }
}

static const struct {
    const char *name, *in, *out;
} rows[] = {
    {"nothing", "", ""},
    {"one row without an end", "a,b", "a|b@1\n"},
    {"CRLF", "a,b\r\nc,d\r\n", "a|b@1\nc|d@2\n"},
    {"LF", "a\nb\n", "a@1\nb@2\n"},
    {"CR", "a\rb\r", "a@1\nb@2\n"},
    {"empty cells", ",,\n", "||@1\n"},
    {"empty cell at the end of the file", "a,", "a|@1\n"},
    {"empty lines are skipped", "\n\na\r\n\r\nb", "a@3\nb@5\n"},
    {"quotes", "\"a,b\",\"c\"\"d\",\"\"\n", "a,b|c\"d|@1\n"},
    {"a line end inside quotes", "\"a\r\nb\"\nc", "a\r\nb@1\nc@3\n"},
    {"only quotes", "\"\"\"\"", "\"@1\n"},
    {"BOM", "\xEF\xBB\xBFname\nx", "name@1\nx@2\n"},
    {"BOM before a quote", "\xEF\xBB\xBF\"a b\"", "a b@1\n"},
    {"spaces stay", " a , b ", " a | b @1\n"},
    {"UTF-8", "庁舎,プリンター\n", "庁舎|プリンター@1\n"},
    {"CP932", "\x92\xA1\x8E\xC9,\x95\x5C\n\x87\x40,\xB1\n", "庁舎|表@1\n①|ｱ@2\n"},
    {"not CP932 either", "a\nb\x81\n", "file: the file is neither UTF-8 nor Shift_JIS (line 2)"},
    {"open quote", "a\nb,\"c\n", "file: line 2: the quoted field does not end"},
    {"open quote alone", "\"", "file: line 1: the quoted field does not end"},
    {"text behind a quote", "\"a\"b\n", "file: line 1: text after a closing quote"},
    {"quote in the middle", "x\ny\na\"b\n", "file: line 3: a quote inside an unquoted field"},
};

static void one_row(void **state)
{
    size_t i = (size_t)(uintptr_t)*state;
    HN_ARENA a = hn_arena_new();

    assert_string_equal(read_all(a, rows[i].in, strlen(rows[i].in), &hn_csv_default_limits),
                        rows[i].out);
}

static void limits(void **state)
{
    static const struct hn_csv_limits small = {.bytes = 40, .rows = 2, .cells = 3, .cell_bytes = 4};
    HN_ARENA a = hn_arena_new();

    (void)state;
    assert_string_equal(read_all(a, "1,2,3\n4444", 10, &small), "1|2|3@1\n4444@2\n");
    assert_string_equal(read_all(a, "1,2,3,4\n", 8, &small), "file: line 1: more than 3 fields");
    assert_string_equal(read_all(a, "1\n2\n3\n", 6, &small), "file: more than 2 rows");
    assert_string_equal(read_all(a, "1\n22222\n", 8, &small),
                        "file: line 2: a field is longer than 4 bytes");
    assert_string_equal(read_all(a, "\"22222\"", 7, &small),
                        "file: line 1: a field is longer than 4 bytes");
    assert_string_equal(read_all(a, "\"2\"\"22\"", 7, &small), "2\"22@1\n");
    assert_string_equal(read_all(a, "0123456789012345678901234567890123456789x", 41, &small),
                        "file: the file is longer than 40 bytes");
    assert_string_equal(read_all(a, "a\nb\0c", 5, &small), "file: line 2: the character U+0000");
}

static void columns(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct hn_csv r;
    struct hn_csv_row head;
    struct hn_csv_row row;
    struct hn_err e = {0};
    static const char text[] = "name,address\nweb1\n";

    (void)state;
    assert_int_equal(hn_csv_open(&r, text, strlen(text), &hn_csv_default_limits, a, &e), HN_OK);
    assert_int_equal(hn_csv_head(&r, &head, &e), HN_OK);
    assert_int_equal(hn_csv_column(&head, "address"), 1);
    assert_int_equal(hn_csv_column(&head, "site"), -1);
    assert_int_equal(hn_csv_next(&r, &row, &e), HN_OK);
    assert_string_equal(hn_csv_cell(&row, 0), "web1");
    assert_string_equal(hn_csv_cell(&row, 1), "");
    assert_string_equal(hn_csv_cell(&row, -1), "");
    assert_int_equal(hn_csv_open(&r, "\n\n", 2, &hn_csv_default_limits, a, &e), HN_OK);
    assert_int_equal(hn_csv_head(&r, &head, &e), HN_E_INVALID);
}

static void write_then_read(void **state)
{
    static const char *const cells[] = {"plain", "a,b",  "say \"hi\"", "two\r\nlines",
                                        "",      "日本", " x "};
    HN_ARENA a = hn_arena_new();
    struct hn_sbuf b;
    struct hn_csv_writer w;
    struct hn_csv r;
    struct hn_csv_row row;
    struct hn_err e = {0};

    (void)state;
    hn_sbuf_init(&b, a, 10000);
    hn_csv_begin(&w, &b);
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < HN_ARRAY_LEN(cells); i++)
            hn_csv_put_text(&w, cells[i]);
        hn_csv_end_row(&w);
    }
    assert_int_equal(hn_csv_open(&r, b.p, b.n, &hn_csv_default_limits, a, &e), HN_OK);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(hn_csv_next(&r, &row, &e), HN_OK);
        assert_int_equal(row.n, HN_ARRAY_LEN(cells));
        for (size_t i = 0; i < HN_ARRAY_LEN(cells); i++)
            assert_string_equal(row.cell[i], cells[i]);
    }
    assert_int_equal(hn_csv_next(&r, &row, &e), HN_OK);
    assert_int_equal(row.n, 0);
}

static void formulas_are_defused(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct hn_sbuf b;
    struct hn_csv_writer w;

    (void)state;
    hn_sbuf_init(&b, a, 10000);
    hn_csv_begin(&w, &b);
    hn_csv_put_text(&w, "=cmd|' /C calc'!A0");
    hn_csv_put_text(&w, "@x,\"y\"");
    hn_csv_put_plain(&w, "-1.5");
    hn_csv_put_i64(&w, -7);
    hn_csv_put_text(&w, NULL);
    hn_csv_end_row(&w);
    assert_string_equal(hn_sbuf_text(&b),
                        "\xEF\xBB\xBF'=cmd|' /C calc'!A0,\"'@x,\"\"y\"\"\",-1.5,-7,\r\n");
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(rows) + 4];
    size_t n = 0;

    for (; n < HN_ARRAY_LEN(rows); n++)
        t[n] = (struct CMUnitTest){rows[n].name, one_row, NULL, NULL, (void *)(uintptr_t)n};
    t[n++] = (struct CMUnitTest)cmocka_unit_test(limits);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(columns);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(write_then_read);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(formulas_are_defused);
    return cmocka_run_group_tests_name("csv", t, NULL, NULL);
}
