/* SPDX-License-Identifier: Apache-2.0 */
/* JSON in (json.h) and out (jw.h). The conformance files are y_* accept, n_* refuse, i_* either. */
#include "server/base/json.h"
#include "server/base/jw.h"

#include <dirent.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CONFORMANCE "../shared/data/adversarial/json"

static enum hn_code parse(const char *s, struct json_object **o)
{
    struct hn_err e = {0};

    return hn_json_parse(s, strlen(s), o, &e);
}

static const char *const good[] = {
    "{}",
    "[]",
    "null",
    "0",
    "-0",
    "1.5e3",
    "\"\"",
    " [ 1 , 2 ]\n",
    "123",
    "\"x\"",
    "{\"a\":{\"b\":[]}}",
    "true",
    "false",
    "1E+2",
    "[-1.0e-2]",
    "\"\\u0000\\ud83d\\ude00\\/\"",
    "{\"a\":1,\"a\":2}",
};
static const char *const bad[] = {
    "",         " ",
    "{",        "[1,]",
    "[,1]",     "{\"a\":1,}",
    "{'a':1}",  "{a:1}",
    "[1 2]",    "[] x",
    "nul",      "NaN",
    "Infinity", "-Infinity",
    "[NaN]",    "01",
    "-",        "1.",
    ".5",       "+1",
    "1e",       "0x10",
    "\"a",      "\"\\x\"",
    "\"\t\"",   "\"\\u12\"",
    "[1]]",     "{\"a\" 1}",
    "{\"a\":}", "{\"a\"}",
    "{1:2}",    "/**/1",
    "[1]//",    "\"\n\"",
    "tRUE",     "\xEF\xBB\xBF{}",
    "\"\xff\"", "\"\xed\xa0\x80\"",
    "[1,,2]",   "--1",
};

static void texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(good); i++) {
        HN_JSON o = NULL;

        if (parse(good[i], &o) != HN_OK)
            fail_msg("refused: %s", good[i]);
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++) {
        HN_JSON o = NULL;

        if (parse(bad[i], &o) != HN_E_MALFORMED)
            fail_msg("not malformed: %s", bad[i]);
        assert_null(o);
    }
}

static void errors_name_the_byte(void **state)
{
    HN_JSON o = NULL;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(hn_json_parse("[1,x]", 5, &o, &e), HN_E_MALFORMED);
    assert_non_null(strstr(e.msg, "4"));
    assert_int_equal(hn_json_parse("[1]\0", 4, &o, &e), HN_E_MALFORMED);
    assert_int_equal(hn_json_parse("[1]garbage", 3, &o, &e), HN_OK); /* n counts, not the NUL */
}

static void depth_is_bounded(void **state)
{
    char text[2 * HN_JSON_DEPTH + 3];
    HN_JSON deepest = NULL;
    HN_JSON deeper = NULL;

    (void)state;
    memset(text, '[', HN_JSON_DEPTH);
    memset(text + HN_JSON_DEPTH, ']', HN_JSON_DEPTH);
    text[2 * HN_JSON_DEPTH] = '\0';
    assert_int_equal(parse(text, &deepest), HN_OK);
    memset(text, '[', HN_JSON_DEPTH + 1);
    memset(text + HN_JSON_DEPTH + 1, ']', HN_JSON_DEPTH + 1);
    text[2 * HN_JSON_DEPTH + 2] = '\0';
    assert_int_equal(parse(text, &deeper), HN_E_MALFORMED);
}

static void getters(void **state)
{
    static const char *const kinds[] = {"icmp", "snmp", NULL};
    static const char *const known[] = {"t", "i", "f", "b", "at", "w", "ids", "raw", "z", NULL};
    HN_ARENA a = hn_arena_new();
    HN_JSON o = NULL;
    struct hn_err e = {0};
    const char *t = NULL;
    const char *raw = NULL;
    int64_t i = 0;
    double f = 0;
    bool b = false;
    int w = -1;
    hn_instant at = 0;
    struct hn_i64s ids = {0};
    int64_t kept = 77;

    (void)state;
    assert_int_equal(parse("{\"t\":\"\xE6\x97\xA5\xE6\x9C\xAC\",\"i\":-5,\"f\":2,\"b\":true,"
                           "\"at\":\"2026-11-22T14:00:00+09:00\",\"w\":\"snmp\",\"ids\":[3,2.0,1],"
                           "\"raw\":{\"x\":[1.50,\"a/b\"]},\"z\":null}",
                           &o),
                     HN_OK);
    assert_int_equal(hn_json_is_object(o, &e), HN_OK);
    assert_int_equal(hn_json_text(o, "t", HN_REQ, 2, 2, a, &t, &e), HN_OK); /* code points */
    assert_string_equal(t, "日本");
    assert_int_equal(hn_json_i64(o, "i", HN_REQ, -5, 5, &i, &e), HN_OK);
    assert_int_equal(i, -5);
    assert_int_equal(hn_json_f64(o, "f", HN_REQ, 0, 10, &f, &e), HN_OK);
    assert_true(f == 2.0);
    assert_int_equal(hn_json_bool(o, "b", HN_REQ, &b, &e), HN_OK);
    assert_true(b);
    assert_int_equal(hn_json_instant(o, "at", HN_REQ, &at, &e), HN_OK);
    assert_int_equal(at, hn_from_tokyo(2026, 11, 22, 14, 0, 0));
    assert_int_equal(hn_json_word(o, "w", HN_REQ, kinds, &w, &e), HN_OK);
    assert_int_equal(w, 1);
    assert_int_equal(hn_json_i64s(o, "ids", HN_REQ, 3, a, &ids, &e), HN_OK);
    assert_int_equal(ids.n, 3);
    assert_int_equal(ids.v[1], 2);
    assert_int_equal(hn_json_raw(o, "raw", HN_REQ, 100, a, &raw, &e), HN_OK);
    assert_string_equal(raw, "{\"x\":[1.50,\"a/b\"]}");
    assert_int_equal(hn_json_i64(o, "z", HN_OPT, 0, 9, &kept, &e), HN_OK);
    assert_int_equal(hn_json_i64(o, "none", HN_OPT, 0, 9, &kept, &e), HN_OK);
    assert_int_equal(kept, 77);
    assert_true(hn_json_has(o, "z") && hn_json_is_null(o, "z"));
    assert_true(!hn_json_has(o, "none") && !hn_json_is_null(o, "none"));
    assert_true(hn_json_has(o, "t") && !hn_json_is_null(o, "t"));
    assert_int_equal(hn_json_no_others(o, known, &e), HN_OK);
}

static void bad_fields_are_collected(void **state)
{
    static const char *const kinds[] = {"icmp", "snmp", NULL};
    static const char *const known[] = {"t", "i", "w", "req", "at", "nul", NULL};
    HN_ARENA a = hn_arena_new();
    HN_JSON o = NULL;
    struct hn_err e = {0};
    const char *t = "kept";
    int64_t i = 7;
    int w = 5;
    hn_instant at = 9;

    (void)state;
    assert_int_equal(
        parse("{\"t\":\"abc\",\"i\":11,\"w\":\"tcp\",\"at\":\"soon\",\"nul\":\"a\\u0000b\","
              "\"extra\":1}",
              &o),
        HN_OK);
    (void)hn_json_text(o, "t", HN_REQ, 1, 2, a, &t, &e);
    (void)hn_json_i64(o, "i", HN_REQ, 0, 10, &i, &e);
    (void)hn_json_word(o, "w", HN_REQ, kinds, &w, &e);
    (void)hn_json_text(o, "req", HN_REQ, 1, 2, a, &t, &e);
    (void)hn_json_instant(o, "at", HN_REQ, &at, &e);
    (void)hn_json_text(o, "nul", HN_REQ, 1, 9, a, &t, &e);
    assert_int_equal(hn_json_no_others(o, known, &e), HN_E_INVALID);
    assert_int_equal(e.n_fields, 7);
    assert_string_equal(e.field[0].field, "t");
    assert_string_equal(e.field[0].message, "at most 2 characters");
    assert_string_equal(e.field[1].message, "must be between 0 and 10");
    assert_string_equal(e.field[2].message, "must be one of: icmp, snmp");
    assert_string_equal(e.field[3].message, "is required");
    assert_string_equal(e.field[6].field, "extra");
    assert_string_equal(e.msg, "t: at most 2 characters");
    assert_string_equal(t, "kept");
    assert_true(i == 7 && w == 5 && at == 9);
}

/* The body is one member "v"; what does hn_json_i64 with the whole range say? */
static void integers_do_not_saturate(void **state)
{
    static const struct {
        const char *text;
        enum hn_code code;
        int64_t v;
    } rows[] = {
        {"9223372036854775807", HN_OK, INT64_MAX},
        {"9223372036854775808", HN_E_INVALID, 0},
        {"18446744073709551615", HN_E_INVALID, 0},
        {"99999999999999999999999", HN_E_INVALID, 0},
        {"-99999999999999999999999", HN_E_INVALID, 0},
        {"-9223372036854775807", HN_OK, -INT64_MAX},
        {"1e3", HN_OK, 1000},
        {"1.5", HN_E_INVALID, 0},
        {"1e30", HN_E_INVALID, 0},
        {"1e999", HN_E_INVALID, 0},
        {"\"5\"", HN_E_INVALID, 0},
        {"true", HN_E_INVALID, 0},
        {"[5]", HN_E_INVALID, 0},
    };

    (void)state;
    for (size_t k = 0; k < HN_ARRAY_LEN(rows); k++) {
        HN_JSON o = NULL;
        struct hn_err e = {0};
        int64_t v = 0;
        char text[64];

        (void)snprintf(text, sizeof(text), "{\"v\":%s}", rows[k].text);
        assert_int_equal(parse(text, &o), HN_OK);
        if (hn_json_i64(o, "v", HN_REQ, INT64_MIN, INT64_MAX, &v, &e) != rows[k].code)
            fail_msg("%s", rows[k].text);
        assert_int_equal(v, rows[k].v);
    }
}

static void raw_refuses_what_jsonb_cannot_hold(void **state)
{
    static const char *const rows[] = {"{\"v\":{\"a\":\"\\u0000\"}}", "{\"v\":[[1e999]]}",
                                       "{\"v\":[1,2,3,4,5,6,7,8,9,10,11]}"};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        HN_ARENA a = hn_arena_new();
        HN_JSON o = NULL;
        struct hn_err e = {0};
        const char *raw = NULL;

        assert_int_equal(parse(rows[i], &o), HN_OK);
        assert_int_equal(hn_json_raw(o, "v", HN_REQ, 20, a, &raw, &e), HN_E_INVALID);
        assert_null(raw);
    }
}

static void not_an_object(void **state)
{
    HN_JSON o = NULL;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(parse("null", &o), HN_OK);
    assert_int_equal(hn_json_is_object(o, &e), HN_E_MALFORMED);
    assert_int_equal(parse("[1]", &o), HN_OK);
    assert_int_equal(hn_json_is_object(o, &e), HN_E_MALFORMED);
    assert_false(hn_json_has(o, "a"));
}

static void last_of_two_keys_wins(void **state)
{
    HN_JSON o = NULL;
    struct hn_err e = {0};
    int64_t v = 0;

    (void)state;
    assert_int_equal(parse("{\"v\":1,\"v\":2}", &o), HN_OK);
    assert_int_equal(hn_json_i64(o, "v", HN_REQ, 0, 9, &v, &e), HN_OK);
    assert_int_equal(v, 2);
}

static void conformance(void **state)
{
    DIR *dir = opendir(CONFORMANCE);
    struct dirent *ent;
    size_t files = 0;
    size_t wrong = 0;

    (void)state;
    if (dir == NULL)
        skip();
    while ((ent = readdir(dir)) != NULL) {
        static char text[1 << 20];
        char path[512];
        HN_JSON o = NULL;
        struct hn_err e = {0};
        enum hn_code code;
        FILE *f;

        if (ent->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", CONFORMANCE, ent->d_name);
        f = fopen(path, "rb");
        assert_non_null(f);
        code = hn_json_parse(text, fread(text, 1, sizeof(text), f), &o, &e);
        (void)fclose(f);
        files++;
        if ((ent->d_name[0] == 'y' && code != HN_OK) || (ent->d_name[0] == 'n' && code == HN_OK)) {
            print_error("%s: %s\n", ent->d_name, hn_code_word(code));
            wrong++;
        }
    }
    (void)closedir(dir);
    assert_true(files > 50);
    assert_int_equal(wrong, 0);
}

static const char *written(struct hn_arena *a, void (*fn)(struct hn_jw *))
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 4096);
    hn_jw_init(&w, &b);
    fn(&w);
    assert_int_equal(w.depth, 0);
    return hn_sbuf_text(&b);
}

static void everything(struct hn_jw *w)
{
    hn_jw_object(w, NULL);
    hn_jw_text(w, "t", "a\"\\\n\x01\x7F</script>日本");
    hn_jw_text(w, "n", NULL);
    hn_jw_i64(w, "i", INT64_MIN);
    hn_jw_id(w, "id", 0);
    hn_jw_array(w, "list");
    hn_jw_f64(w, NULL, 0.1);
    hn_jw_f64(w, NULL, 3.0);
    hn_jw_f64(w, NULL, (double)NAN);
    hn_jw_f64(w, NULL, (double)INFINITY);
    hn_jw_bool(w, NULL, false);
    hn_jw_array(w, NULL);
    hn_jw_end_array(w);
    hn_jw_object(w, NULL);
    hn_jw_end_object(w);
    hn_jw_end_array(w);
    hn_jw_instant(w, "at", hn_from_tokyo(2026, 11, 22, 14, 0, 0));
    hn_jw_instant(w, "never", HN_NEVER);
    hn_jw_instant(w, "unset", HN_UNSET);
    hn_jw_raw(w, "raw", "{\"x\":1}");
    hn_jw_raw(w, "none", NULL);
    hn_jw_end_object(w);
}

static void writer(void **state)
{
    HN_ARENA a = hn_arena_new();
    HN_JSON o = NULL;

    (void)state;
    assert_string_equal(
        written(a, everything),
        "{\"t\":\"a\\\"\\\\\\n\\u0001\\u007f\\u003c/script>日本\",\"n\":null,"
        "\"i\":-9223372036854775808,\"id\":null,\"list\":[0.1,3,null,null,false,[],{}],"
        "\"at\":\"2026-11-22T05:00:00Z\",\"never\":null,\"unset\":null,\"raw\":{\"x\":1},"
        "\"none\":null}");
    assert_int_equal(parse(written(a, everything), &o), HN_OK);
}

static void broken_text(struct hn_jw *w)
{
    hn_jw_array(w, NULL);
    hn_jw_text(w, NULL, "a\xFFz");
    hn_jw_text(w, NULL, "\xE6\x97");
    hn_jw_text(w, NULL, "\xED\xA0\x80");
    hn_jw_end_array(w);
}

static void invalid_bytes_become_replacement_characters(void **state)
{
    HN_ARENA a = hn_arena_new();

    (void)state;
    assert_string_equal(written(a, broken_text), "[\"a\xEF\xBF\xBDz\",\"\xEF\xBF\xBD\xEF\xBF\xBD\","
                                                 "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]");
}

static void doubles_round_trip(void **state)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = {{0.1, "0.1"},
                {0.1 + 0.2, "0.30000000000000004"},
                {1e21, "1e+21"},
                {5e-324, "4.94065645841247e-324"},
                {123456.789, "123456.789"},
                {1.0 / 3.0, "0.3333333333333333"},
                {DBL_MAX, "1.7976931348623157e+308"}};
    char buf[HN_F64_MAX];
    uint64_t x = 88172645463325252ULL;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        assert_string_equal(hn_f64_text(rows[i].v, buf), rows[i].text);
    for (int i = 0; i < 20000; i++) { /* xorshift: bits of any kind of double */
        double v;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(&v, &x, sizeof(v));
        if (isfinite(v))
            assert_true(strtod(hn_f64_text(v, buf), NULL) == v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(errors_name_the_byte),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(getters),
        cmocka_unit_test(bad_fields_are_collected),
        cmocka_unit_test(integers_do_not_saturate),
        cmocka_unit_test(raw_refuses_what_jsonb_cannot_hold),
        cmocka_unit_test(not_an_object),
        cmocka_unit_test(last_of_two_keys_wins),
        cmocka_unit_test(conformance),
        cmocka_unit_test(writer),
        cmocka_unit_test(invalid_bytes_become_replacement_characters),
        cmocka_unit_test(doubles_round_trip),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
