/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings, cookies and multipart bodies. */
#include "server/http/multipart.h"
#include "server/http/pairs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "server/base/sbuf.h"

static struct query_row {
    const char *name, *in;
    enum hn_code code;
    const char *out; /* "a=1|b=2|" */
} queries[] = {
    {"empty", "", HN_OK, ""},
    {"one", "a=1", HN_OK, "a=1|"},
    {"several", "a=1&b=2&a=3", HN_OK, "a=1|b=2|a=3|"},
    {"no value", "a", HN_OK, "a=|"},
    {"empty value", "a=&b", HN_OK, "a=|b=|"},
    {"empty parts", "&&a=1&", HN_OK, "a=1|"},
    {"equals in the value", "a=b=c", HN_OK, "a=b=c|"},
    {"plus and percent", "a=x+y%2Bz%26", HN_OK, "a=x y+z&|"},
    {"Japanese", "q=%E5%9B%9E%E7%B7%9A", HN_OK, "q=回線|"},
    {"decoded name", "%61=1", HN_OK, "a=1|"},
    {"bad digits", "a=%g1", HN_E_MALFORMED, NULL},
    {"cut", "a=%2", HN_E_MALFORMED, NULL},
    {"lone percent", "%", HN_E_MALFORMED, NULL},
    {"not UTF-8", "a=%C3%28", HN_E_MALFORMED, NULL},
    {"overlong", "a=%C0%AF", HN_E_MALFORMED, NULL},
    {"surrogate", "a=%ED%A0%80", HN_E_MALFORMED, NULL},
    {"NUL", "a=%00", HN_E_MALFORMED, NULL},
    {"raw bytes that are not UTF-8", "a=\xff", HN_E_MALFORMED, NULL},
};

static const char *joined(struct hn_arena *a, const struct http_pairs *l)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 100000);
    for (size_t i = 0; i < l->n; i++)
        hn_sbuf_fmt(&b, "%s=%s|", l->v[i].name, l->v[i].value);
    return hn_sbuf_text(&b);
}

static void one_query(void **state)
{
    const struct query_row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct http_pairs l = {0};
    struct hn_err e = {0};

    assert_int_equal(http_parse_query(a, r->in, strlen(r->in), &l, &e), r->code);
    if (r->code == HN_OK)
        assert_string_equal(joined(a, &l), r->out);
}

static void too_many_fields(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct http_pairs l = {0};
    struct hn_err e = {0};
    struct hn_sbuf b;

    (void)state;
    hn_sbuf_init(&b, a, 100000);
    for (int i = 0; i <= HTTP_PAIRS_MAX; i++)
        hn_sbuf_str(&b, "a&");
    assert_int_equal(http_parse_query(a, b.p, b.n, &l, &e), HN_E_LIMIT);
    assert_int_equal(l.n, HTTP_PAIRS_MAX);
}

static void pairs_are_found(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct http_pairs l = {0};
    struct hn_texts all;

    (void)state;
    http_pairs_add(&l, a, "Host", "x");
    http_pairs_add(&l, a, "a", "1");
    http_pairs_add(&l, a, "a", "2");
    assert_null(http_pairs_get(&l, "host"));
    assert_string_equal(http_pairs_get_nocase(&l, "host"), "x");
    assert_string_equal(http_pairs_get(&l, "a"), "1");
    all = http_pairs_all(&l, a, "a");
    assert_int_equal(all.n, 2);
    assert_string_equal(all.v[1], "2");
    assert_int_equal(http_pairs_all(&l, a, "b").n, 0);
}

static struct cookie_row {
    const char *name, *in, *out;
} cookies[] = {
    {"one cookie", "a=1", "a=1|"},
    {"two cookies", "a=1; b=2", "a=1|b=2|"},
    {"spaces", " a=1 ;\tb=2 ", "a=1|b=2|"},
    {"without a value", "a; b=2", "b=2|"},
    {"without a name", "=1; b=2", "b=2|"},
    {"equals in a cookie", "a=b=c", "a=b=c|"},
    {"nothing", ";;", ""},
};

static void one_cookie(void **state)
{
    const struct cookie_row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct http_pairs l = {0};

    http_parse_cookies(a, r->in, &l);
    assert_string_equal(joined(a, &l), r->out);
}

#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n"
static struct part_row {
    const char *name, *in;
    enum hn_code code;
    const char *out; /* "name[file](type)=data|" */
} bodies[] = {
    {"one part", "--B\r\n" HEAD("a") "\r\n1\r\n--B--\r\n", HN_OK, "a[-]()=1|"},
    {"two parts", "--B\r\n" HEAD("a") "\r\n1\r\n--B\r\n" HEAD("b") "\r\n2\r\n--B--", HN_OK,
     "a[-]()=1|b[-]()=2|"},
    {"empty data", "--B\r\n" HEAD("a") "\r\n\r\n--B--", HN_OK, "a[-]()=|"},
    {"data is the delimiter's line break", "--B\r\n" HEAD("a") "\r\n--B--", HN_OK, "a[-]()=|"},
    {"line breaks inside", "--B\r\n" HEAD("a") "\r\n1\r\n2\r\n\r\n--B--", HN_OK,
     "a[-]()=1\r\n2\r\n|"},
    {"almost a delimiter", "--B\r\n" HEAD("a") "\r\n\r\n--C\r\n--B--", HN_OK, "a[-]()=\r\n--C|"},
    {"a file",
     "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n"
     "Content-Type: text/plain\r\n\r\nhello\r\n--B--",
     HN_OK, "f[x.txt](text/plain)=hello|"},
    {"a file with a path",
     "--B\r\nContent-Disposition: form-data; name=f; filename=\"C:\\\\a\\\\../b.txt\"\r\n\r\n1\r\n"
     "--B--",
     HN_OK, "f[b.txt]()=1|"},
    {"a quote in the name",
     "--B\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n1\r\n--B--", HN_OK,
     "a\"b[-]()=1|"},
    {"a semicolon in the name",
     "--B\r\nContent-Disposition: form-data; filename=\"x; name=y\"; name=\"a\"\r\n\r\n1\r\n--B--",
     HN_OK, "a[x; name=y]()=1|"},
    {"Japanese file name",
     "--B\r\nContent-Disposition: form-data; name=f; filename=\"障害.txt\"\r\n\r\n1\r\n--B--",
     HN_OK, "f[障害.txt]()=1|"},
    {"text before the first delimiter", "preamble\r\n--B\r\n" HEAD("a") "\r\n1\r\n--B--", HN_OK,
     "a[-]()=1|"},
    {"no parts", "--B--\r\n", HN_OK, ""},
    {"nothing", "", HN_E_MALFORMED, NULL},
    {"no delimiter", "hello", HN_E_MALFORMED, NULL},
    {"cut in the head", "--B\r\nContent-Disposition: form-data; na", HN_E_MALFORMED, NULL},
    {"cut in the data", "--B\r\n" HEAD("a") "\r\n1", HN_E_MALFORMED, NULL},
    {"cut after a part", "--B\r\n" HEAD("a") "\r\n1\r\n--B", HN_E_MALFORMED, NULL},
    {"no name", "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--", HN_E_MALFORMED, NULL},
    {"no head", "--B\r\n\r\n1\r\n--B--", HN_E_MALFORMED, NULL},
    {"open quote", "--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--B--",
     HN_E_MALFORMED, NULL},
    {"name is not UTF-8", "--B\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1\r\n--B--",
     HN_E_MALFORMED, NULL},
};

static void one_body(void **state)
{
    const struct part_row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct http_parts parts;
    struct hn_err e = {0};
    struct hn_sbuf b;

    assert_int_equal(http_multipart_parse(a, "B",
                                          (struct hn_bytes){(const uint8_t *)r->in, strlen(r->in)},
                                          &parts, &e),
                     r->code);
    if (r->code != HN_OK)
        return;
    hn_sbuf_init(&b, a, 10000);
    for (size_t i = 0; i < parts.n; i++) {
        const struct http_part *p = &parts.v[i];

        hn_sbuf_fmt(&b, "%s[%s](%s)=", p->name, p->filename == NULL ? "-" : p->filename, p->type);
        hn_sbuf_mem(&b, p->data.p, p->data.n);
        hn_sbuf_chr(&b, '|');
    }
    assert_string_equal(hn_sbuf_text(&b), r->out);
}

static void too_many_parts(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct http_parts parts;
    struct hn_err e = {0};
    struct hn_sbuf b;

    (void)state;
    hn_sbuf_init(&b, a, 100000);
    for (int i = 0; i <= HTTP_PARTS_MAX; i++)
        hn_sbuf_str(&b, "--B\r\n" HEAD("a") "\r\n1\r\n");
    hn_sbuf_str(&b, "--B--");
    assert_int_equal(
        http_multipart_parse(a, "B", (struct hn_bytes){(const uint8_t *)b.p, b.n}, &parts, &e),
        HN_E_LIMIT);
}

static void boundaries(void **state)
{
    HN_ARENA a = hn_arena_new();

    (void)state;
    assert_string_equal(http_multipart_boundary(a, "multipart/form-data; boundary=abc"), "abc");
    assert_string_equal(http_multipart_boundary(a, "Multipart/Form-Data; x=1; boundary=\"a b\""),
                        "a b");
    assert_null(http_multipart_boundary(a, "multipart/form-data"));
    assert_null(http_multipart_boundary(a, "multipart/form-data; boundary="));
    assert_null(http_multipart_boundary(a, "application/json"));
    assert_null(http_multipart_boundary(a, NULL));
    assert_null(
        http_multipart_boundary(a, hn_arena_fmt(a, "multipart/form-data; boundary=%071d", 1)));
}

#define N_TESTS                                                                                    \
    (HN_ARRAY_LEN(queries) + HN_ARRAY_LEN(cookies) + HN_ARRAY_LEN(bodies) + HN_ARRAY_LEN(more))

int main(void)
{
    static const struct CMUnitTest more[] = {
        cmocka_unit_test(too_many_fields), cmocka_unit_test(pairs_are_found),
        cmocka_unit_test(too_many_parts), cmocka_unit_test(boundaries)};
    struct CMUnitTest t[N_TESTS];
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(queries); i++)
        t[n++] = (struct CMUnitTest){queries[i].name, one_query, NULL, NULL, &queries[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(cookies); i++)
        t[n++] = (struct CMUnitTest){cookies[i].name, one_cookie, NULL, NULL, &cookies[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(bodies); i++)
        t[n++] = (struct CMUnitTest){bodies[i].name, one_body, NULL, NULL, &bodies[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(more); i++)
        t[n++] = more[i];
    return cmocka_run_group_tests_name("http body", t, NULL, NULL);
}
