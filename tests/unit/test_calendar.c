/* SPDX-License-Identifier: Apache-2.0 */
/* Calendars: precedence, sums, due times, bad definitions; all cases of a list made elsewhere. */
#include "server/base/instant.h"
#include "server/base/json.h"
#include "server/measure/calendar.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define WEEK(h) "\"weekly\":{\"mon\":" h ",\"tue\":" h ",\"wed\":" h ",\"thu\":" h ",\"fri\":" h "}"
#define OFFICE "{" WEEK("[[\"08:30\",\"17:15\"]]") ",\"holidays\":\"jp\"}"

static struct hn_arena *arena;

static const struct calendar *parse(const char *json)
{
    const struct calendar *c = NULL;
    struct hn_err e;

    hn_err_clear(&e);
    if (calendar_parse(json, strlen(json), NULL, arena, &c, &e) != HN_OK)
        fail_msg("%s: %s", json, e.msg);
    return c;
}

static int64_t jst(int y, int mo, int d, int h, int mi)
{
    return hn_from_tokyo(y, mo, d, h, mi, 0) / HN_SEC;
}

static int64_t due(const struct calendar *c, int64_t start, int64_t n)
{
    struct hn_err e;
    int64_t t = 0;

    hn_err_clear(&e);
    assert_int_equal(calendar_due(c, start, n, &t, &e), HN_OK);
    return t;
}

static void test_office_week(void **state)
{
    const struct calendar *c = parse(OFFICE);
    struct ivl_set w;

    (void)state;
    /* Friday 20 to Tuesday 24 November 2026; Monday 23 is 勤労感謝の日. */
    w = calendar_windows(c, jst(2026, 11, 20, 0, 0), jst(2026, 11, 25, 0, 0), arena);
    assert_int_equal(w.n, 2);
    assert_int_equal(w.v[0].from, jst(2026, 11, 20, 8, 30));
    assert_int_equal(w.v[0].to, jst(2026, 11, 20, 17, 15));
    assert_int_equal(w.v[1].from, jst(2026, 11, 24, 8, 30));
    /* 8 h 45 min a day */
    assert_int_equal(calendar_seconds(c, jst(2026, 11, 20, 0, 0), jst(2026, 11, 25, 0, 0)),
                     2 * 31500);
    assert_true(calendar_is_open(c, jst(2026, 11, 20, 8, 30)));
    assert_false(calendar_is_open(c, jst(2026, 11, 20, 17, 15)));
    assert_false(calendar_is_open(c, jst(2026, 11, 23, 12, 0)));
}

static void test_precedence(void **state)
{
    const struct calendar *c = parse("{" WEEK(
        "[[\"09:00\",\"17:00\"]]") ",\"holidays\":\"jp\","
                                   "\"closed\":[\"2026-12-28\",\"12-29\",\"2026-11-23\",\"2026-11-"
                                   "24\"],"
                                   "\"open\":{\"2026-11-23\":[[\"10:00\",\"12:00\"]],\"2026-12-"
                                   "29\":[[\"09:00\",\"10:00\"]],"
                                   "\"2026-12-27\":[[\"13:00\",\"14:00\"]],\"2026-12-25\":[]}}");
    static const struct {
        int mo, d;
        int64_t s;
    } want[] = {
        {11, 3, 0},     /* holiday on a Tuesday */
        {11, 4, 28800}, /* Wednesday */
        {11, 23, 7200}, /* open wins over closed and holiday */
        {11, 24, 0},    /* closed wins over weekly */
        {12, 25, 0},    /* open with no hours is closed */
        {12, 27, 3600}, /* open on a Sunday */
        {12, 28, 0},    /* closed on a date */
        {12, 29, 3600}, /* open wins over closed each year */
        {12, 30, 28800},
    };

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(want); i++) {
        int64_t from = jst(2026, want[i].mo, want[i].d, 0, 0);

        assert_int_equal(calendar_seconds(c, from, from + 86400), want[i].s);
    }
    assert_int_equal(calendar_seconds(c, jst(2027, 12, 29, 0, 0), jst(2027, 12, 30, 0, 0)), 0);
}

static void test_always(void **state)
{
    const struct calendar *c =
        parse("{\"weekly\":{\"mon\":[[\"00:00\",\"24:00\"]],\"tue\":[[\"00:00\",\"24:00\"]],"
              "\"wed\":[[\"00:00\",\"24:00\"]],\"thu\":[[\"00:00\",\"24:00\"]],"
              "\"fri\":[[\"00:00\",\"24:00\"]],\"sat\":[[\"00:00\",\"24:00\"]],"
              "\"sun\":[[\"00:00\",\"12:00\"],[\"12:00\",\"24:00\"]]}}");
    int64_t from = jst(2026, 11, 1, 0, 0), to = jst(2026, 12, 1, 0, 0);
    struct ivl_set w = calendar_windows(c, from, to, arena);

    (void)state;
    assert_int_equal(w.n, 1); /* days that touch are one window */
    assert_int_equal(ivl_measure(w), 30 * 86400);
    assert_int_equal(calendar_seconds(calendar_always(), from, to), 30 * 86400);
    assert_int_equal(calendar_seconds(NULL, from, to), 30 * 86400);
    assert_int_equal(due(NULL, from, 100), from + 100);
    assert_int_equal(due(c, from + 5, 86400 * 3), from + 5 + 86400 * 3);
    assert_int_equal(calendar_windows(c, to, from, arena).n, 0);
}

static void test_due_at_closing(void **state)
{
    const struct calendar *c = parse(OFFICE);

    (void)state;
    /* Friday 09:15 and 8 h: 17:15 of that day exactly, not Tuesday 08:30. */
    assert_int_equal(due(c, jst(2026, 11, 20, 9, 15), 8 * 3600), jst(2026, 11, 20, 17, 15));
    assert_int_equal(due(c, jst(2026, 11, 20, 9, 15), 8 * 3600 + 1), jst(2026, 11, 24, 8, 30) + 1);
    assert_int_equal(due(c, jst(2026, 11, 20, 17, 15), 60), jst(2026, 11, 24, 8, 31));
    assert_int_equal(due(c, jst(2026, 11, 21, 3, 0), 0), jst(2026, 11, 21, 3, 0));
}

static void test_no_hours(void **state)
{
    const struct calendar *c = parse("{}");
    struct hn_err e;
    int64_t t = -1;

    (void)state;
    hn_err_clear(&e);
    assert_int_equal(calendar_due(c, 0, 1, &t, &e), HN_E_LIMIT);
    assert_int_equal(t, -1);
    hn_err_clear(&e);
    assert_int_equal(calendar_due(NULL, 0, INT64_MAX, &t, &e), HN_E_LIMIT);
    assert_int_equal(calendar_seconds(c, 0, 86400 * 400), 0);
}

struct bad {
    const char *json, *field;
};
static struct bad bad[] = {
    {"{\"weekly\":{\"mon\":[[\"08:30\",\"12:00\"],[\"11:59\",\"17:15\"]]}}", "weekly.mon[1]"},
    {"{\"weekly\":{\"mon\":[[\"13:00\",\"17:00\"],[\"08:00\",\"12:00\"],[\"09:00\",\"10:00\"]]}}",
     "weekly.mon[2]"},
    {"{\"weekly\":{\"tue\":[[\"17:00\",\"09:00\"]]}}", "weekly.tue[0]"},
    {"{\"weekly\":{\"tue\":[[\"09:00\",\"09:00\"]]}}", "weekly.tue[0]"},
    {"{\"weekly\":{\"tue\":[[\"09:00\"]]}}", "weekly.tue[0]"},
    {"{\"weekly\":{\"tue\":[[9,17]]}}", "weekly.tue[0]"},
    {"{\"weekly\":{\"tue\":[[\"09:00\",\"24:01\"]]}}", "weekly.tue[0]"},
    {"{\"weekly\":{\"tue\":[[\"9:00\",\"17:00\"]]}}", "weekly.tue[0]"},
    {"{\"weekly\":{\"tue\":[[\"09:60\",\"17:00\"]]}}", "weekly.tue[0]"},
    {"{\"weekly\":{\"tue\":\"09:00\"}}", "weekly.tue"},
    {"{\"weekly\":{\"Monday\":[]}}", "weekly.Monday"},
    {"{\"weekly\":[]}", "weekly"},
    {"{\"holidays\":\"us\"}", "holidays"},
    {"{\"closed\":\"12-29\"}", "closed"},
    {"{\"closed\":[\"12-29\",\"2026-02-29\"]}", "closed[1]"},
    {"{\"closed\":[\"13-01\"]}", "closed[0]"},
    {"{\"closed\":[20261229]}", "closed[0]"},
    {"{\"open\":{\"12-29\":[]}}", "open.12-29"},
    {"{\"open\":{\"2026-12-29\":[[\"09:00\",\"12:00\"],[\"10:00\",\"11:00\"]]}}",
     "open.2026-12-29[1]"},
    {"{\"open\":{\"2026-12-29\":null}}", "open.2026-12-29"},
    {"{\"holiday\":\"jp\"}", "holiday"},
    {"{\"weekly\":{\"mon\":[[\"00:00\",\"00:01\"],[\"00:02\",\"00:03\"],[\"00:04\",\"00:05\"],"
     "[\"00:06\",\"00:07\"],[\"00:08\",\"00:09\"],[\"00:10\",\"00:11\"],[\"00:12\",\"00:13\"],"
     "[\"00:14\",\"00:15\"],[\"00:16\",\"00:17\"],[\"00:18\",\"00:19\"],[\"00:20\",\"00:21\"],"
     "[\"00:22\",\"00:23\"],[\"00:24\",\"00:25\"]]}}",
     "weekly.mon"},
};

static void one_bad(void **state)
{
    const struct bad *b = *state;
    const struct calendar *c = NULL;
    struct hn_err e;

    hn_err_clear(&e);
    assert_int_equal(calendar_parse(b->json, strlen(b->json), NULL, arena, &c, &e), HN_E_INVALID);
    assert_null(c);
    assert_true(e.n_fields >= 1);
    assert_string_equal(e.field[0].field, b->field);
}

static void test_malformed(void **state)
{
    static const char *const texts[] = {"", "{", "[]", "12", "{\"weekly\":{}}}"};
    const struct calendar *c = NULL;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(texts); i++) {
        struct hn_err e;

        hn_err_clear(&e);
        assert_int_equal(calendar_parse(texts[i], strlen(texts[i]), NULL, arena, &c, &e),
                         HN_E_MALFORMED);
    }
    assert_null(c);
}

static void test_other_fields(void **state)
{
    static const char *const also[] = {"name", "valid_from", NULL};
    static const char json[] = "{\"name\":\"CAL-01\",\"weekly\":{}}";
    const struct calendar *c = NULL;
    struct hn_err e;

    (void)state;
    hn_err_clear(&e);
    assert_int_equal(calendar_parse(json, strlen(json), also, arena, &c, &e), HN_OK);
    hn_err_clear(&e);
    assert_int_equal(calendar_parse(json, strlen(json), NULL, arena, &c, &e), HN_E_INVALID);
    assert_string_equal(e.field[0].field, "name");
}

static const char *write(const struct calendar *c)
{
    struct hn_sbuf b;
    struct hn_jw w;
    const char *text = NULL;
    struct hn_err e;

    hn_sbuf_init(&b, arena, 100000);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    calendar_write(c, &w);
    hn_jw_end_object(&w);
    hn_err_clear(&e);
    assert_int_equal(hn_sbuf_done(&b, &text, &e), HN_OK);
    return text;
}

static void test_round_trip(void **state)
{
    static const char json[] =
        "{\"weekly\":{\"mon\":[[\"08:30\",\"12:00\"],[\"13:00\",\"17:15\"]],"
        "\"sun\":[[\"00:00\",\"24:00\"]]},\"holidays\":\"jp\",\"closed\":[\"2026-12-29\",\"01-02\"]"
        ","
        "\"open\":{\"2026-12-28\":[],\"2026-12-29\":[[\"09:00\",\"12:00\"]]}}";

    (void)state;
    assert_string_equal(write(parse(json)), json);
    assert_string_equal(write(parse(write(calendar_always()))), write(calendar_always()));
    assert_string_equal(write(parse("{}")),
                        "{\"weekly\":{},\"holidays\":\"none\",\"closed\":[],\"open\":{}}");
}

/* due and seconds are each other's inverse, and seconds is the measure of the windows. */
static void test_random(void **state)
{
    const struct calendar *c = parse(
        "{\"weekly\":{\"mon\":[[\"08:30\",\"12:00\"],[\"13:00\",\"17:15\"]],\"wed\":[[\"00:00\","
        "\"24:00\"]],\"thu\":[[\"00:00\",\"06:00\"]],\"sat\":[[\"22:00\",\"24:00\"]]},\"holidays\":"
        "\"jp\",\"closed\":[\"12-29\",\"12-30\"],\"open\":{\"2026-12-30\":[[\"09:00\",\"12:00\"]]}"
        "}");
    uint64_t seed = 42;

    (void)state;
    for (int i = 0; i < 4000; i++) {
        int64_t from, to, n, t;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        from = jst(2024, 1, 1, 0, 0) + (int64_t)((seed >> 20) % (86400 * 1200));
        to = from + (int64_t)((seed >> 35) % (86400 * 40));
        n = calendar_seconds(c, from, to);
        assert_int_equal(n, ivl_measure(calendar_windows(c, from, to, arena)));
        if (n > 0) {
            t = due(c, from, n);
            assert_true(t <= to);
            assert_int_equal(calendar_seconds(c, from, t), n);
            assert_int_equal(calendar_seconds(c, from, t - 1), n - 1);
        }
    }
}

static int64_t instant_of(struct json_object *o, const char *field)
{
    hn_instant t = 0;
    struct hn_err e;

    hn_err_clear(&e);
    assert_int_equal(hn_json_instant(o, field, HN_REQ, &t, &e), HN_OK);
    return t / HN_SEC;
}

/* Questions answered by another program from the Cabinet Office's list. */
static void test_public_cases(void **state)
{
    const char *dir = getenv("HN_DATA");
    char path[512];
    struct json_object *doc, *cases;
    const struct calendar *plain, *year_end;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/holidays/sla_cases.json",
                   dir != NULL ? dir : "../shared/data");
    doc = json_object_from_file(path);
    if (doc == NULL) {
        print_message("skipped: no %s\n", path);
        skip();
    }
    plain = parse("{" WEEK("[[\"09:00\",\"17:30\"]]") ",\"holidays\":\"jp\"}");
    year_end = parse(
        "{" WEEK("[[\"09:00\",\"17:30\"]]") ",\"holidays\":\"jp\",\"closed\":[\"12-29\","
                                            "\"12-30\",\"12-31\",\"01-01\",\"01-02\",\"01-03\"]}");
    assert_true(json_object_object_get_ex(doc, "cases", &cases));
    assert_int_equal(json_object_array_length(cases), 78);
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *o = json_object_array_get_idx(cases, i);
        const struct calendar *c =
            json_object_get_boolean(json_object_object_get(o, "year_end_closed_1229_0103"))
                ? year_end
                : plain;
        int64_t start = instant_of(o, "start");
        int64_t minutes = json_object_get_int64(json_object_object_get(o, "business_minutes"));
        int64_t sla = json_object_get_int64(json_object_object_get(o, "sla_minutes"));

        if (calendar_seconds(c, start, instant_of(o, "end")) != minutes * 60)
            fail_msg("case %zu: seconds", i);
        if (due(c, start, sla * 60) != instant_of(o, "due"))
            fail_msg("case %zu: due", i);
    }
    json_object_put(doc);
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
        cmocka_unit_test(test_office_week),  cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_always),       cmocka_unit_test(test_due_at_closing),
        cmocka_unit_test(test_no_hours),     cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_other_fields), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_random),       cmocka_unit_test(test_public_cases),
    };
    struct CMUnitTest t[HN_ARRAY_LEN(bad) + HN_ARRAY_LEN(more)];

    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++)
        t[i] = (struct CMUnitTest){bad[i].json, one_bad, NULL, NULL, &bad[i]};
    memcpy(t + HN_ARRAY_LEN(bad), more, sizeof(more));
    return _cmocka_run_group_tests("calendar", t, HN_ARRAY_LEN(t), setup, teardown);
}
