/* SPDX-License-Identifier: Apache-2.0 */
/* Service rules: parsing, three values, and outages and gaps over time. */
#include "server/measure/service_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct hn_arena *arena;

static const struct service_rule *parse(const char *json)
{
    const struct service_rule *r = NULL;
    struct hn_err e;

    hn_err_clear(&e);
    if (rule_parse(json, strlen(json), arena, &r, &e) != HN_OK)
        fail_msg("%s: %s", json, e.msg);
    return r;
}

struct bad {
    const char *json, *field;
};
static struct bad bad[] = {
    {"{}", "rule"},
    {"[]", "rule"},
    {"12", "rule"},
    {"{\"check\":\"12\"}", "rule.check"},
    {"{\"check\":0}", "rule.check"},
    {"{\"check\":-3}", "rule.check"},
    {"{\"check\":99999999999999999999}", "rule.check"},
    {"{\"check\":1,\"all\":[]}", "rule"},
    {"{\"none\":[]}", "rule"},
    {"{\"all\":[]}", "rule.all"},
    {"{\"any\":{\"check\":1}}", "rule.any"},
    {"{\"all\":[{\"check\":1},{\"check\":null}]}", "rule.all[1].check"},
    {"{\"any\":[{\"all\":[{\"check\":1},7]}]}", "rule.any[0].all[1]"},
    {"{\"at_least\":0,\"of\":[{\"check\":1}]}", "rule.at_least"},
    {"{\"at_least\":2,\"of\":[{\"check\":1}]}", "rule.at_least"},
    {"{\"at_least\":1.5,\"of\":[{\"check\":1}]}", "rule.at_least"},
    {"{\"at_least\":1}", "rule"},
    {"{\"at_least\":1,\"of\":[]}", "rule.of"},
    {"{\"all\":[{\"all\":[{\"all\":[{\"all\":[{\"all\":[{\"all\":[{\"all\":[{\"all\":[{\"check\":1}"
     "]}]}"
     "]}]}]}]}]}]}",
     "rule.all[0].all[0].all[0].all[0].all[0].all[0].all[0].all"},
};

static void one_bad(void **state)
{
    const struct bad *b = *state;
    const struct service_rule *r = NULL;
    struct hn_err e;

    hn_err_clear(&e);
    assert_int_equal(rule_parse(b->json, strlen(b->json), arena, &r, &e), HN_E_INVALID);
    assert_null(r);
    assert_string_equal(e.field[0].field, b->field);
}

static void test_too_many(void **state)
{
    char *json = hn_arena_alloc(arena, 40000);
    size_t n = 0;
    const struct service_rule *r = NULL;
    struct hn_err e;

    (void)state;
    n += (size_t)snprintf(json, 40000, "{\"any\":[{\"check\":1}");
    for (int i = 2; i <= RULE_NODES_MAX; i++)
        n += (size_t)snprintf(json + n, 40000 - n, ",{\"check\":%d}", i);
    (void)snprintf(json + n, 40000 - n, "]}");
    hn_err_clear(&e);
    assert_int_equal(rule_parse(json, strlen(json), arena, &r, &e), HN_E_INVALID);
    assert_string_equal(e.field[0].field, "rule.any");
    hn_err_clear(&e);
    assert_int_equal(rule_parse("{", 1, arena, &r, &e), HN_E_MALFORMED);
}

#define NESTED                                                                                     \
    "{\"all\":[{\"check\":7},{\"any\":[{\"check\":3},{\"check\":9}]},"                             \
    "{\"at_least\":2,\"of\":[{\"check\":3},{\"check\":4},{\"check\":5}]}]}"

static void test_round_trip(void **state)
{
    const struct service_rule *r = parse(NESTED);
    struct hn_i64s ids = rule_checks(r, arena);
    static const int64_t want[] = {3, 4, 5, 7, 9};
    struct hn_sbuf b;
    struct hn_jw w;

    (void)state;
    assert_int_equal(ids.n, 5);
    assert_memory_equal(ids.v, want, sizeof(want));
    hn_sbuf_init(&b, arena, 1000);
    hn_jw_init(&w, &b);
    rule_write(r, NULL, &w);
    assert_string_equal(hn_sbuf_text(&b), NESTED);
}

/* Checks 1, 2, 3 as letters: u up, d down, ? unknown; want: the rule's value. */
struct truth {
    const char *rule, *states;
    char want;
};
#define C3 "[{\"check\":1},{\"check\":2},{\"check\":3}]"
#define ALL "{\"all\":" C3 "}"
#define ANY "{\"any\":" C3 "}"
#define TWO "{\"at_least\":2,\"of\":" C3 "}"
static struct truth truths[] = {
    {ALL, "uuu", 'u'},
    {ALL, "uu?", '?'},
    {ALL, "u?d", 'd'},
    {ALL, "???", '?'},
    {ALL, "ddd", 'd'},
    {ANY, "ddu", 'u'},
    {ANY, "d?u", 'u'},
    {ANY, "dd?", '?'},
    {ANY, "ddd", 'd'},
    {ANY, "???", '?'},
    {TWO, "uud", 'u'},
    {TWO, "uu?", 'u'},
    {TWO, "u?d", '?'},
    {TWO, "dd?", 'd'},
    {TWO, "d??", '?'},
    {TWO, "udd", 'd'},
    {"{\"check\":2}", "d?d", '?'},
    {"{\"check\":2}", "dud", 'u'},
    {"{\"any\":[{\"all\":[{\"check\":1},{\"check\":2}]},{\"check\":3}]}", "d?d", 'd'},
    {"{\"any\":[{\"all\":[{\"check\":1},{\"check\":2}]},{\"check\":3}]}", "u?d", '?'},
    {"{\"any\":[{\"all\":[{\"check\":1},{\"check\":2}]},{\"check\":3}]}", "??u", 'u'},
    {"{\"all\":[{\"check\":1},{\"check\":8}]}", "uuu", '?'}, /* a check that is not given */
    {"{\"all\":[{\"check\":1},{\"check\":8}]}", "duu", 'd'},
};

static char letter(enum check_value v)
{
    return v == CHECK_IS_UP ? 'u' : v == CHECK_IS_DOWN ? 'd' : '?';
}

static enum check_state of_letter(char c, size_t i)
{
    static const enum check_state up[] = {CHECK_OK, CHECK_WARNING, CHECK_OK};
    static const enum check_state down[] = {CHECK_CRITICAL, CHECK_UNREACHABLE, CHECK_CRITICAL};
    static const enum check_state unknown[] = {CHECK_UNKNOWN, CHECK_PENDING, CHECK_UNKNOWN};

    return c == 'u' ? up[i] : c == 'd' ? down[i] : unknown[i];
}

static void one_truth(void **state)
{
    const struct truth *t = *state;
    static const int64_t ids[] = {1, 2, 3};
    enum check_state s[3];

    for (size_t i = 0; i < 3; i++)
        s[i] = of_letter(t->states[i], i);
    assert_int_equal(letter(rule_eval(parse(t->rule), (struct hn_i64s){ids, 3}, s)), t->want);
}

/* Timelines as "TIME STATE-LETTER …" for checks 1, 2, …; what comes out as intervals. */
struct line {
    const char *name, *rule;
    const char *checks[3];
    bool open;
    int64_t from, to;
    const char *down, *unknown, *own;
    char last;
    bool is_open;
};
#define ONE "{\"check\":1}"
static struct line lines[] = {
    {"one outage", ONE, {"0u 10d 20u"}, false, 0, 100, "10-20", "", "10-20", 'u', false},
    {"cut by the month", ONE, {"0u 10d 200u"}, false, 50, 100, "50-100", "", "10-200", 'd', true},
    {"open to the end", ONE, {"0u 10d"}, false, 0, 100, "10-100", "", "10-never", 'd', true},
    {"a gap alone", ONE, {"0u 10? 30u"}, false, 0, 100, "", "10-30", "", 'u', false},
    {"a gap after an outage began keeps it open",
     ONE,
     {"0u 10d 20? 40d 50u"},
     false,
     0,
     100,
     "10-50",
     "20-40",
     "10-50",
     'u',
     false},
    {"a gap that ends good ends it then",
     ONE,
     {"0u 10d 20? 40u"},
     false,
     0,
     100,
     "10-40",
     "20-40",
     "10-40",
     'u',
     false},
    {"down after a gap begins there",
     ONE,
     {"0u 20? 40d 50u"},
     false,
     0,
     100,
     "40-50",
     "20-40",
     "40-50",
     'u',
     false},
    {"open when the timeline begins",
     ONE,
     {"0? 40u"},
     true,
     0,
     100,
     "0-40",
     "0-40",
     "0-40",
     'u',
     false},
    {"never heard of", ONE, {""}, false, 0, 100, "", "0-100", "", '?', false},
    {"known from 30 on", ONE, {"30u"}, false, 0, 100, "", "0-30", "", 'u', false},
    {"two outages",
     ONE,
     {"0u 10d 20u 30d 40u"},
     false,
     0,
     100,
     "10-20 30-40",
     "",
     "10-20 30-40",
     'u',
     false},
    {"before and after the month",
     ONE,
     {"0u 1d 2u 200d 210u"},
     false,
     10,
     100,
     "",
     "",
     "",
     'u',
     false},
    {"all: overlapping ones are one",
     "{\"all\":[{\"check\":1},{\"check\":2}]}",
     {"0u 10d 30u", "0u 20d 40u"},
     false,
     0,
     100,
     "10-40",
     "",
     "10-40",
     'u',
     false},
    {"any: down only together",
     "{\"any\":[{\"check\":1},{\"check\":2}]}",
     {"0u 10d 30u", "0u 20d 40u"},
     false,
     0,
     100,
     "20-30",
     "",
     "20-30",
     'u',
     false},
    {"any: unknown does not matter while one is up",
     "{\"any\":[{\"check\":1},{\"check\":2}]}",
     {"0u 10? 50u", "0u 20d 40u"},
     false,
     0,
     100,
     "",
     "20-40",
     "",
     'u',
     false},
    {"all: down matters more than unknown",
     "{\"all\":[{\"check\":1},{\"check\":2}]}",
     {"0u 10? 50u", "0u 20d 40u"},
     false,
     0,
     100,
     "20-50",
     "10-20 40-50",
     "20-50",
     'u',
     false},
    {"of one time the later entry wins",
     ONE,
     {"0u 10d 10u 20d 20? 30u"},
     false,
     0,
     100,
     "",
     "20-30",
     "",
     'u',
     false},
    {"swap at one instant is no outage",
     "{\"any\":[{\"check\":1},{\"check\":2}]}",
     {"0u 10d", "0d 10u"},
     false,
     0,
     100,
     "",
     "",
     "",
     'u',
     false},
};

static void tell(struct hn_sbuf *b, const struct ivl *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hn_sbuf_fmt(b, "%s%" PRId64 "-", i > 0 ? " " : "", v[i].from);
        if (v[i].to == HN_NEVER)
            hn_sbuf_str(b, "never");
        else
            hn_sbuf_fmt(b, "%" PRId64, v[i].to);
    }
}

static void assert_told(const struct ivl *v, size_t n, const char *want)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, arena, 1000);
    tell(&b, v, n);
    assert_string_equal(hn_sbuf_text(&b), want);
}

static void one_line(void **state)
{
    const struct line *l = *state;
    struct check_timeline t[3];
    struct service_timeline out;
    size_t n = 0;

    for (; n < 3 && l->checks[n] != NULL; n++) {
        struct state_at *v = hn_arena_make(arena, struct state_at, 20);
        const char *s = l->checks[n];
        size_t m = 0;
        long long at;
        char c;
        int used;

        while (sscanf(s, " %lld%c%n", &at, &c, &used) == 2) {
            v[m++] = (struct state_at){at, of_letter(c, 0)};
            s += used;
        }
        t[n] = (struct check_timeline){(int64_t)n + 1, v, m};
    }
    service_timeline(parse(l->rule), t, n, l->open, l->from, l->to, arena, &out);
    assert_true(ivl_is_normal(out.down));
    assert_true(ivl_is_normal(out.unknown));
    assert_told(out.down.v, out.down.n, l->down);
    assert_told(out.unknown.v, out.unknown.n, l->unknown);
    assert_told(out.outages, out.down.n, l->own);
    assert_int_equal(letter(out.last), l->last);
    assert_int_equal(out.is_open, l->is_open);
}

/* Against a slow reference: the value at every instant. */
static void test_random(void **state)
{
    uint64_t seed = 7;
    static const char *const rules[] = {ALL, ANY, TWO,
                                        ("{\"any\":[{\"all\":[{\"check\":1},{\"check\":2}]},"
                                         "{\"check\":3}]}")};

    (void)state;
    for (int round = 0; round < 4000; round++) {
        const struct service_rule *r = parse(rules[round % 4]);
        static const int64_t ids[] = {1, 2, 3};
        struct state_at v[3][12];
        struct check_timeline t[3];
        struct service_timeline out;
        enum check_state s[3] = {CHECK_PENDING, CHECK_PENDING, CHECK_PENDING};
        int64_t from, to;
        bool open = false;

        for (int c = 0; c < 3; c++) {
            size_t n = 0;

            for (int64_t at = 0; at < 120 && n < 12; n++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                v[c][n] = (struct state_at){at, (enum check_state)((seed >> 30) % 6)};
                at += (int64_t)((seed >> 40) % 25);
            }
            t[c] = (struct check_timeline){ids[c], v[c], n};
        }
        from = (int64_t)((seed >> 35) % 60);
        to = from + 1 + (int64_t)((seed >> 45) % 60);
        service_timeline(r, t, 3, false, from, to, arena, &out);
        for (int64_t at = 0; at <= to; at++) {
            enum check_value val;
            bool before = open;

            for (int c = 0; c < 3; c++) {
                for (size_t i = 0; i < t[c].n; i++)
                    s[c] = v[c][i].at <= at ? v[c][i].state : s[c];
            }
            val = rule_eval(r, (struct hn_i64s){ids, 3}, s);
            open = val == CHECK_IS_DOWN || (open && val == CHECK_IS_UNKNOWN);
            if (at == to)
                open = before && val != CHECK_IS_UP;
            if (at < from || at == to)
                continue;
            assert_int_equal(ivl_contains(out.down, at), open);
            assert_int_equal(ivl_contains(out.unknown, at), val == CHECK_IS_UNKNOWN);
        }
        assert_int_equal(out.is_open, open);
        hn_arena_reset(arena);
    }
}

static int setup(void **state)
{
    (void)state;
    arena = hn_arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hn_arena_free(arena);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest more[] = {
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_random),
    };
    struct CMUnitTest
        t[HN_ARRAY_LEN(bad) + HN_ARRAY_LEN(truths) + HN_ARRAY_LEN(lines) + HN_ARRAY_LEN(more)];
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++)
        t[n++] = (struct CMUnitTest){bad[i].json, one_bad, NULL, NULL, &bad[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(truths); i++)
        t[n++] = (struct CMUnitTest){truths[i].states, one_truth, NULL, NULL, &truths[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(lines); i++)
        t[n++] = (struct CMUnitTest){lines[i].name, one_line, NULL, NULL, &lines[i]};
    memcpy(t + n, more, sizeof(more));
    return _cmocka_run_group_tests("service_rule", t, HN_ARRAY_LEN(t), setup, teardown);
}
