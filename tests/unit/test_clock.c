/* SPDX-License-Identifier: Apache-2.0 */
/* A ticket's clock: Monday to Friday 09:00 to 17:00 in November 2026 (the 3rd and 23rd are
 * holidays). */
#include "server/measure/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char json[] = "{\"weekly\":{\"mon\":[[\"09:00\",\"17:00\"]],\"tue\":[[\"09:00\",\"17:"
                           "00\"]],\"wed\":[[\"09:00\","
                           "\"17:00\"]],\"thu\":[[\"09:00\",\"17:00\"]],\"fri\":[[\"09:00\",\"17:"
                           "00\"]]},\"holidays\":\"jp\"}";

#define H(n) ((int64_t)(n)*3600)
#define NONE                                                                                       \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }
struct when {
    int d, h, m; /* day of November; 0: not given */
};

struct row {
    const char *name;
    struct when start, end, now;
    struct when mark[4]; /* stop, start, stop, start … */
    int64_t target, elapsed, paused;
    struct when due;
    bool is_paused, is_breached;
};

static struct row rows[] = {
    {"runs", {4, 10, 0}, NONE, {4, 12, 0}, {NONE}, H(4), H(2), 0, {4, 14, 0}, false, false},
    {"opened at night, waits for the morning",
     {3, 22, 0},
     NONE,
     {4, 9, 30},
     {NONE},
     H(1),
     1800,
     0,
     {4, 10, 0},
     false,
     false},
    {"over the weekend and the holiday",
     {20, 16, 0},
     NONE,
     {24, 9, 0},
     {NONE},
     H(2),
     H(1),
     0,
     {24, 10, 0},
     false,
     false},
    {"waiting stops it",
     {4, 10, 0},
     NONE,
     {4, 16, 0},
     {{4, 11, 0}, {4, 14, 0}},
     H(4),
     H(3),
     H(3),
     {4, 17, 0},
     false,
     false},
    {"stands now: due as if it went on now",
     {4, 10, 0},
     NONE,
     {4, 12, 0},
     {{4, 11, 0}},
     H(2),
     H(1),
     H(1),
     {4, 13, 0},
     true,
     false},
    {"a stop over the night costs only service hours",
     {4, 16, 0},
     NONE,
     {5, 12, 0},
     {{4, 16, 30}, {5, 10, 0}},
     H(4),
     1800 + H(2),
     1800 + H(1),
     {5, 13, 30},
     false,
     false},
    {"met at the last second",
     {4, 10, 0},
     {4, 14, 0},
     {6, 9, 0},
     {NONE},
     H(4),
     H(4),
     0,
     {4, 14, 0},
     false,
     false},
    {"met after closing is too late: due was at closing",
     {4, 13, 0},
     {4, 18, 0},
     {6, 9, 0},
     {NONE},
     H(4),
     H(4),
     0,
     {4, 17, 0},
     false,
     true},
    {"breached and still open",
     {4, 10, 0},
     NONE,
     {5, 9, 0},
     {NONE},
     H(4),
     H(7),
     0,
     {4, 14, 0},
     false,
     true},
    {"breached before it was stopped",
     {4, 10, 0},
     NONE,
     {5, 12, 0},
     {{4, 15, 0}},
     H(4),
     H(5),
     H(5),
     {4, 14, 0},
     true,
     true},
    {"stopped twice, started once",
     {4, 10, 0},
     NONE,
     {4, 13, 0},
     {{4, 11, 0}, NONE, {4, 11, 30}, {4, 12, 0}},
     H(4),
     H(2),
     H(1),
     {4, 15, 0},
     false,
     false},
    {"ended while it stood",
     {4, 10, 0},
     {4, 13, 0},
     {4, 16, 0},
     {{4, 11, 0}},
     H(4),
     H(1),
     H(2),
     {4, 16, 0},
     false,
     false},
};

static hn_instant at(struct when w)
{
    return w.d == 0 ? HN_UNSET : hn_from_tokyo(2026, 11, w.d, w.h, w.m, 0);
}

static void one_row(void **state)
{
    const struct row *r = *state;
    HN_ARENA a = hn_arena_new();
    struct clock_mark marks[4];
    size_t n = 0;
    struct clock_out out;
    const struct calendar *c = NULL;
    struct hn_err e;

    hn_err_clear(&e);
    assert_int_equal(calendar_parse(json, strlen(json), NULL, a, &c, &e), HN_OK);
    for (size_t i = 0; i < 4; i++) {
        if (r->mark[i].d != 0)
            marks[n++] = (struct clock_mark){at(r->mark[i]), i % 2 == 0};
    }
    clock_read(&(struct clock_in){.calendar = c,
                                  .start = at(r->start) + 400000, /* floored */
                                  .end = at(r->end),
                                  .marks = marks,
                                  .n_marks = n,
                                  .target_s = r->target,
                                  .now = at(r->now)},
               a, &out);
    assert_int_equal(out.elapsed_s, r->elapsed);
    assert_int_equal(out.remaining_s, r->target - r->elapsed);
    assert_int_equal(out.paused_s, r->paused);
    assert_int_equal(out.due_at, at(r->due));
    assert_int_equal(out.is_paused, r->is_paused);
    assert_int_equal(out.is_breached, r->is_breached);
    assert_int_equal(out.breached_at, r->is_breached ? out.due_at : HN_UNSET);
    assert_int_equal(out.is_open, calendar_is_open(c, at(r->now) / HN_SEC));
}

static void test_always_open(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct clock_mark m[] = {{10 * HN_SEC, true}, {40 * HN_SEC, false}, {900 * HN_SEC, true}};
    struct clock_out out;

    (void)state;
    clock_read(&(struct clock_in){.start = 0,
                                  .end = HN_UNSET,
                                  .marks = m,
                                  .n_marks = 3,
                                  .target_s = 100,
                                  .now = 60 * HN_SEC},
               a, &out);
    assert_int_equal(out.elapsed_s, 30);
    assert_int_equal(out.due_at, 130 * HN_SEC); /* the mark of second 900 has not happened yet */
    assert_true(out.is_open);
    assert_int_equal(clock_stops(m, 3, 1000 * HN_SEC, a).n, 2);
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(rows) + 1];

    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        t[i] = (struct CMUnitTest){rows[i].name, one_row, NULL, NULL, &rows[i]};
    t[HN_ARRAY_LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(test_always_open);
    return _cmocka_run_group_tests("clock", t, HN_ARRAY_LEN(t), NULL, NULL);
}
