/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results to states. A story is written as text: "0o 60c 65c 70c" are results at these seconds (o
 * ok, w warning, c critical, u unknown, n not run, x critical with all parents down); the
 * transitions as "ok@0 critical@60/70": state, at, and when it was confirmed where that is later.
 * "!60" takes back what was told from second 60 on.
 */
#include "server/base/sbuf.h"
#include "server/measure/check_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define BASE ((hn_instant)1795000000 * HN_SEC)
#define STORY_MAX 64

static size_t read_story(const char *s, struct check_result *r)
{
    size_t n = 0;
    double at;
    char c;
    int used;

    while (sscanf(s, " %lf%c%n", &at, &c, &used) == 2) {
        s += used;
        r[n] = (struct check_result){.at = BASE + (hn_instant)(at * 1e6), .outcome = OUTCOME_OK};
        r[n].state = c == 'o'   ? RESULT_OK
                     : c == 'w' ? RESULT_WARNING
                     : c == 'u' ? RESULT_UNKNOWN
                                : RESULT_CRITICAL;
        r[n].unreachable = c == 'x';
        if (c == 'n')
            r[n].outcome = OUTCOME_NOT_RUN;
        n++;
        assert_true(n < STORY_MAX);
    }
    return n;
}

static void tell(struct hn_sbuf *b, const struct check_transition *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hn_sbuf_fmt(b, "%s%s@%g", b->n > 0 ? " " : "", check_state_word(v[i].to),
                    (double)(v[i].at - BASE) / 1e6);
        if (v[i].confirmed_at != v[i].at)
            hn_sbuf_fmt(b, "/%g", (double)(v[i].confirmed_at - BASE) / 1e6);
        assert_true(v[i].at <= v[i].confirmed_at);
        assert_true(v[i].from != v[i].to);
    }
}

struct row {
    const char *name;
    int n, of;
    const char *story, *want;
    bool soft; /* at the end */
};

static struct row rows[] = {
    {"all is well", 3, 3, "0o 60o 120o", "ok@0", false},
    {"one failure is no outage", 3, 3, "0o 60c 65o", "ok@0", false},
    {"two are none, and the count starts anew", 3, 3, "0o 60c 65c 70o 130c 135c 140o", "ok@0",
     false},
    {"soft while it runs", 3, 3, "0o 60c", "ok@0", true},
    {"three of three", 3, 3, "0o 60c 65c 70c 130c 190o", "ok@0 critical@60/70 ok@190", false},
    {"one of one", 1, 1, "0o 60c 120o", "ok@0 critical@60 ok@120", false},
    {"three of five with good ones between", 3, 5, "0o 60c 65o 70c 75o 80c 140o",
     "ok@0 critical@60/80 ok@140", false},
    {"three of five: the first fell out of the window", 3, 5, "0o 60c 65o 70o 75o 80c 85c 90c",
     "ok@0 critical@80/90", false},
    {"three of five: still possible", 3, 5, "0o 60c 65o 70o", "ok@0", true},
    {"three of five: no longer possible", 3, 5, "0o 60c 65o 70o 75o", "ok@0", false},
    {"after a recovery the count starts anew", 3, 5, "0o 60c 65c 70c 75o 80c 85c",
     "ok@0 critical@60/70 ok@75", true},
    {"a confirmed warning is up", 3, 3, "0o 60w 65w 70w 130o", "ok@0 warning@60/70 ok@130", false},
    {"warning then critical, each confirmed", 3, 3, "0o 60w 65c 70c 75c 135o",
     "ok@0 warning@60/70 critical@65/75 ok@135", false},
    {"hard warning becomes critical by three", 3, 3, "0o 60w 65w 70w 130c 135c 140c",
     "ok@0 warning@60/70 critical@130/140", false},
    {"hard warning with two criticals stays", 3, 3, "0o 60w 65w 70w 130c 135c 140w",
     "ok@0 warning@60/70", false},
    {"critical to warning at once", 3, 3, "0o 60c 65c 70c 130w 190o",
     "ok@0 critical@60/70 warning@130 ok@190", false},
    {"critical, warning, critical needs three again", 3, 3, "0o 60c 65c 70c 130w 190c 195c 200c",
     "ok@0 critical@60/70 warning@130 critical@190/200", false},
    {"mixed bad ones confirm a warning", 3, 3, "0o 60c 65c 70w 130o", "ok@0 warning@60/70 ok@130",
     false},
    {"pending becomes ok", 3, 3, "0o", "ok@0", false},
    {"pending stays while the streak runs", 3, 3, "0c 5c", "", true},
    {"pending becomes critical", 3, 3, "0c 5c 10c", "critical@0/10", false},
    {"unknown at once, and back", 3, 3, "0o 60u 120o", "ok@0 unknown@60 ok@120", false},
    {"not run is unknown", 3, 3, "0o 60n 120o", "ok@0 unknown@60 ok@120", false},
    {"pending, unknown, then critical", 3, 3, "0u 60c 65c 70c", "unknown@0 critical@60/70", false},
    {"critical needs no new streak after unknown", 3, 3, "0o 60c 65c 70c 130u 190c 250o",
     "ok@0 critical@60/70 unknown@130 critical@190 ok@250", false},
    {"unknown does not count in the streak", 3, 3, "0o 60c 65u 70c 75o", "ok@0 unknown@65 ok@70",
     false},
    {"a streak across unknown covers it", 3, 3, "0o 60c 65u 70c 75c",
     "ok@0 unknown@65 ok@70 !60 critical@60/75", false},
    {"a missing result is a gap", 3, 3, "0o 300o", "ok@0 unknown@60/300 ok@300", false},
    {"late by less than the grace is none", 3, 3, "0o 89o 170o", "ok@0", false},
    {"gap while critical: stays critical after", 3, 3, "0o 60c 65c 70c 400c 460o",
     "ok@0 critical@60/70 unknown@130/400 critical@400 ok@460", false},
    {"gap within a streak: the outage covers it", 3, 3, "0o 60c 65c 400c",
     "ok@0 !60 critical@60/400", false},
    {"gap within a streak that was refuted", 3, 3, "0o 60c 400o", "ok@0 unknown@65/400 ok@400",
     false},
    {"unreachable at once", 3, 3, "0o 60x 65x 70x 130o", "ok@0 unreachable@60/70 ok@130", false},
    {"parents go down later", 3, 3, "0o 60c 65c 70c 130x 190c 250o",
     "ok@0 critical@60/70 unreachable@130 ok@250", false},
};

static struct check_policy policy(int n, int of)
{
    return (struct check_policy){
        .n = n, .of = of, .interval_us = 60 * HN_SEC, .retry_interval_us = 5 * HN_SEC};
}

static void one_row(void **state)
{
    const struct row *w = *state;
    HN_ARENA a = hn_arena_new();
    struct check_policy p = policy(w->n, w->of);
    struct check_row row = check_row_new();
    struct check_result r[STORY_MAX];
    size_t n = read_story(w->story, r);
    char text[CHECK_WINDOW_TEXT_MAX];
    struct check_window back;
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 4096);
    for (size_t i = 0; i < n; i++) {
        struct check_step s;

        check_step(&p, &row, &r[i], &s);
        assert_false(s.late);
        if (s.void_from != HN_NEVER)
            hn_sbuf_fmt(&b, " !%g", (double)(s.void_from - BASE) / 1e6);
        tell(&b, s.v, s.n);
        /* What the database keeps of the window is all that the next step needs. */
        assert_true(check_window_unpack(check_window_pack(&row.win, text), &back));
        memset(&row.win.level[row.win.n], 0, sizeof(row.win.level[0]) * (CHECK_OF_MAX - row.win.n));
        memset(&row.win.at[row.win.n], 0, sizeof(row.win.at[0]) * (CHECK_OF_MAX - row.win.n));
        assert_memory_equal(&back, &row.win, sizeof(back));
        row.win = back;
    }
    assert_string_equal(hn_sbuf_text(&b), w->want);
    assert_int_equal(row.soft, w->soft);
    assert_int_equal(check_row_pending(&row) != CHECK_PENDING, w->soft);
}

static void test_first_fail(void **state)
{
    struct check_policy p = policy(3, 3);
    struct check_row row = check_row_new();
    struct check_result r[STORY_MAX];
    struct check_step s;

    (void)state;
    assert_int_equal(read_story("0o 60w 65c 70c 75c 135o", r), 6);
    check_step(&p, &row, &r[0], &s);
    assert_true(row.first_fail_at == HN_UNSET);
    assert_int_equal(check_next(&p, &row), BASE + 60 * HN_SEC);
    check_step(&p, &row, &r[1], &s);
    assert_int_equal(row.first_fail_at, BASE + 60 * HN_SEC);
    assert_int_equal(check_next(&p, &row), BASE + 65 * HN_SEC); /* asked again soon */
    assert_int_equal(check_row_pending(&row), CHECK_WARNING);
    for (int i = 2; i < 5; i++)
        check_step(&p, &row, &r[i], &s);
    assert_int_equal(row.first_fail_at, BASE + 65 * HN_SEC); /* of the critical level */
    assert_int_equal(row.since, BASE + 65 * HN_SEC);
    assert_int_equal(row.last_ok_at, BASE);
    check_step(&p, &row, &r[5], &s);
    assert_true(row.first_fail_at == HN_UNSET);
    assert_int_equal(row.last_ok_at, BASE + 135 * HN_SEC);
}

static void test_late_leaves_the_row(void **state)
{
    struct check_policy p = policy(3, 3);
    struct check_row row = check_row_new();
    struct check_result r[STORY_MAX];
    struct check_row before;
    struct check_step s;

    (void)state;
    assert_int_equal(read_story("0o 60c 60c 30c", r), 4);
    check_step(&p, &row, &r[0], &s);
    check_step(&p, &row, &r[1], &s);
    before = row;
    for (int i = 2; i < 4; i++) {
        check_step(&p, &row, &r[i], &s);
        assert_true(s.late);
        assert_int_equal(s.n, 0);
        assert_memory_equal(&row, &before, sizeof(row));
    }
}

static void test_gap_sweep(void **state)
{
    struct check_policy p = policy(3, 3);
    struct check_row row = check_row_new();
    struct check_result r[STORY_MAX];
    struct check_step s;

    (void)state;
    check_gap(&p, &row, BASE + 1000 * HN_SEC, &s);
    assert_int_equal(s.n, 0); /* pending has nothing to miss */
    assert_true(check_gap_due(&p, &row) == HN_NEVER);
    assert_int_equal(read_story("0o 70o 130o", r), 3);
    check_step(&p, &row, &r[0], &s);
    assert_int_equal(check_gap_due(&p, &row), BASE + 90 * HN_SEC);
    check_gap(&p, &row, BASE + 90 * HN_SEC, &s);
    assert_int_equal(s.n, 0);
    check_gap(&p, &row, BASE + 91 * HN_SEC, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].to, CHECK_UNKNOWN);
    assert_int_equal(s.v[0].at, BASE + 60 * HN_SEC);
    assert_int_equal(s.v[0].confirmed_at, BASE + 91 * HN_SEC);
    check_gap(&p, &row, BASE + 200 * HN_SEC, &s);
    assert_int_equal(s.n, 0); /* once */
    /* The result of second 70 was only on its way: there never was a gap. */
    check_step(&p, &row, &r[1], &s);
    assert_int_equal(s.n, 0);
    assert_int_equal(s.void_from, BASE + 60 * HN_SEC);
    assert_int_equal(row.state, CHECK_OK);
    assert_int_equal(row.since, BASE);
    p.interval_us = 0;
    assert_true(check_gap_due(&p, &row) == HN_NEVER);
}

/* A collector cut off for 20 minutes delivers all of it: no gap is left, the outage has its times.
 */
static void test_spool(void **state)
{
    struct check_policy p = policy(2, 2);
    struct check_row row = check_row_new();
    struct check_result r[STORY_MAX];
    size_t n = read_story("0o 60.2o 120.1o 180c 185c 245c 305o 365o", r);
    struct check_step s;
    HN_ARENA a = hn_arena_new();
    struct hn_sbuf b;

    (void)state;
    hn_sbuf_init(&b, a, 4096);
    check_step(&p, &row, &r[0], &s);
    check_gap(&p, &row, BASE + 1200 * HN_SEC, &s);
    assert_int_equal(s.n, 1);
    for (size_t i = 1; i < n; i++) {
        check_step(&p, &row, &r[i], &s);
        assert_true((s.void_from != HN_NEVER) == (i == 1));
        tell(&b, s.v, s.n);
    }
    assert_string_equal(hn_sbuf_text(&b), "critical@180/185 ok@305");
}

static void test_reach(void **state)
{
    struct check_policy p = policy(1, 1);
    struct check_row row = check_row_new();
    struct check_result r[STORY_MAX];
    struct check_step s;

    (void)state;
    assert_int_equal(read_story("0o 60c 120c 180c", r), 4);
    check_step(&p, &row, &r[0], &s);
    check_reach(&row, true, BASE + 10 * HN_SEC, &s);
    assert_int_equal(s.n, 0); /* it is up: nothing to say */
    check_step(&p, &row, &r[1], &s);
    check_reach(&row, true, BASE + 65 * HN_SEC, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].to, CHECK_UNREACHABLE);
    check_step(&p, &row, &r[2], &s);
    assert_int_equal(s.n, 0); /* stays, whatever the next result says of parents */
    check_reach(&row, false, BASE + 130 * HN_SEC, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].from, CHECK_UNREACHABLE);
    assert_int_equal(s.v[0].to, CHECK_CRITICAL);
}

static void replay(const char *story, hn_instant now, struct hn_arena *a, struct check_history *h)
{
    struct check_policy p = policy(3, 3);
    struct check_row start = check_row_new();
    struct check_result r[STORY_MAX];
    size_t n = read_story(story, r);

    check_replay(&p, &start, r, n, now, a, h);
}

/* A late failing batch makes an outage where an ok stood; a late ok one splits one. */
static void test_replay(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct check_history old, fresh;
    struct check_diff d;
    struct hn_sbuf b;

    (void)state;
    replay("0o 60o 240o 300o", HN_UNSET, a, &old);
    replay("0o 60o 120c 125c 130c 185c 240o 300o", HN_UNSET, a, &fresh);
    hn_sbuf_init(&b, a, 4096);
    tell(&b, old.v, old.n);
    assert_string_equal(hn_sbuf_text(&b), "ok@0 unknown@120/240 ok@240");
    hn_sbuf_init(&b, a, 4096);
    tell(&b, fresh.v, fresh.n);
    assert_string_equal(hn_sbuf_text(&b), "ok@0 critical@120/130 ok@240");
    check_diff(old.v, old.n, fresh.v, fresh.n, BASE + 100 * HN_SEC, a, &d);
    assert_int_equal(d.n_gone, 1);
    assert_int_equal(d.gone[0], 1);
    assert_int_equal(d.n_added, 1);
    assert_int_equal(d.added[0], 1);
    assert_int_equal(fresh.row.state, CHECK_OK);

    replay("0o 60c 65c 70c 130c 190c 250o", HN_UNSET, a, &old);
    replay("0o 60c 65c 70c 130c 160o 190c 250o", HN_UNSET, a, &fresh);
    check_diff(old.v, old.n, fresh.v, fresh.n, BASE, a, &d);
    assert_int_equal(d.n_gone, 1);
    assert_int_equal(old.v[d.gone[0]].at, BASE + 250 * HN_SEC);
    assert_int_equal(d.n_added, 1);
    assert_int_equal(fresh.v[d.added[0]].at, BASE + 160 * HN_SEC);
    check_diff(fresh.v, fresh.n, fresh.v, fresh.n, BASE, a, &d);
    assert_int_equal(d.n_gone + d.n_added, 0);
}

static void test_replay_gap_to_now(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct check_history h;

    (void)state;
    replay("0o 60c 60o 65c 70c", BASE + 500 * HN_SEC, a,
           &h); /* the second of one time is ignored */
    assert_int_equal(h.n, 3);
    assert_int_equal(h.v[1].to, CHECK_CRITICAL);
    assert_int_equal(h.v[2].to, CHECK_UNKNOWN);
    assert_int_equal(h.v[2].at, BASE + 130 * HN_SEC);
}

/* Replaying from a state in the middle gives the same later transitions as from the start. */
static void test_replay_from_the_middle(void **state)
{
    static const char letters[] = "ooooccwun";
    HN_ARENA a = hn_arena_new();
    uint64_t seed = 12345;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct check_result r[60];
        struct check_policy p = policy(1 + round % 3, 3 + round % 2);
        struct check_row start = check_row_new(), mid;
        struct check_history whole, tail;
        struct check_diff d;
        size_t cut = 30;

        for (size_t i = 0; i < 60; i++) {
            char s[32];

            seed = seed * 6364136223846793005u + 1442695040888963407u;
            (void)snprintf(s, sizeof(s), "%zu%c", i * 60, letters[(seed >> 33) % 9]);
            assert_int_equal(read_story(s, &r[i]), 1);
        }
        r[cut].state =
            RESULT_OK; /* a confirmed good one: nothing from before can reach over it … */
        r[cut].outcome = OUTCOME_OK;
        check_replay(&p, &start, r, 60, HN_UNSET, a, &whole);
        check_replay(&p, &start, r, cut + 1, HN_UNSET, a, &tail);
        if (tail.row.soft)
            continue; /* … but for a streak of n of M */
        mid = check_row_at(tail.row.state, tail.row.known, tail.row.since, tail.row.last_at);
        check_replay(&p, &mid, r + cut + 1, 60 - cut - 1, HN_UNSET, a, &tail);
        check_diff(whole.v, whole.n, tail.v, tail.n, r[cut].at + 1, a, &d);
        assert_int_equal(d.n_gone + d.n_added, 0);
        hn_arena_reset(a);
    }
}

/* Whatever comes: transitions of a replay stand in order, each from what the one before left. */
static void test_chain(void **state)
{
    static const char letters[] = "oooccccwunx";
    HN_ARENA a = hn_arena_new();
    uint64_t seed = 99;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct check_result r[80];
        struct check_policy p = policy(1 + round % 4, 4 + round % 3);
        struct check_row start = check_row_new();
        struct check_history h;
        size_t at = 0;

        for (size_t i = 0; i < 80; i++) {
            char s[32];

            seed = seed * 6364136223846793005u + 1442695040888963407u;
            at += (seed >> 20) % 7 == 0 ? 200 : (seed >> 20) % 3 == 0 ? 5 : 60;
            (void)snprintf(s, sizeof(s), "%zu%c", at, letters[(seed >> 33) % 11]);
            assert_int_equal(read_story(s, &r[i]), 1);
        }
        check_replay(&p, &start, r, 80, HN_UNSET, a, &h);
        for (size_t i = 1; i < h.n; i++) {
            assert_true(h.v[i - 1].at <= h.v[i].at);
            assert_int_equal(h.v[i - 1].to, h.v[i].from);
        }
        if (h.n > 0)
            assert_int_equal(h.v[h.n - 1].to, h.row.state);
        hn_arena_reset(a);
    }
}

static void test_words(void **state)
{
    enum check_state s;
    enum check_outcome o;
    enum check_result_state r;

    (void)state;
    for (int i = 0; check_state_words[i] != NULL; i++) {
        assert_true(check_state_parse(check_state_words[i], &s));
        assert_int_equal((int)s, i);
        assert_string_equal(check_state_word(s), check_state_words[i]);
    }
    assert_false(check_state_parse("OK", &s));
    assert_true(check_outcome_parse("not_run", &o) && o == OUTCOME_NOT_RUN);
    assert_true(check_result_state_parse("warning", &r) && r == RESULT_WARNING);
    assert_false(check_result_state_parse("pending", &r));
    assert_int_equal(check_state_value(CHECK_WARNING), CHECK_IS_UP);
    assert_int_equal(check_state_value(CHECK_UNREACHABLE), CHECK_IS_DOWN);
    assert_int_equal(check_state_value(CHECK_PENDING), CHECK_IS_UNKNOWN);
}

static void test_bad_windows(void **state)
{
    static const char *const bad[] = {"x",
                                      "c",
                                      "c12x",
                                      "o",
                                      "c12o",
                                      "c5c5",
                                      "c5c9",
                                      "c--5",
                                      "w",
                                      "c5 ",
                                      "c99999999999999999999",
                                      "oooooooooooooooooooooc1"};
    struct check_window w;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++) {
        assert_false(check_window_unpack(bad[i], &w));
        assert_int_equal(w.n, 0);
    }
    assert_true(check_window_unpack("", &w));
    assert_true(check_window_unpack("oc9w-4", &w));
    assert_int_equal(w.n, 3);
}

static void test_policy(void **state)
{
    static const struct {
        int n, of;
        const char *field; /* NULL: fine */
    } cases[] = {{3, 3, NULL},          {1, 1, NULL},         {20, 20, NULL},
                 {0, 3, "attempts.n"},  {4, 3, "attempts.n"}, {1, 0, "attempts.of"},
                 {1, 21, "attempts.of"}};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(cases); i++) {
        struct check_policy p = policy(cases[i].n, cases[i].of);
        struct hn_err e;

        hn_err_clear(&e);
        if (cases[i].field == NULL) {
            assert_int_equal(check_policy_valid(&p, &e), HN_OK);
        } else {
            assert_int_equal(check_policy_valid(&p, &e), HN_E_INVALID);
            assert_string_equal(e.field[0].field, cases[i].field);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest more[] = {
        cmocka_unit_test(test_first_fail),
        cmocka_unit_test(test_late_leaves_the_row),
        cmocka_unit_test(test_gap_sweep),
        cmocka_unit_test(test_spool),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_replay_gap_to_now),
        cmocka_unit_test(test_replay_from_the_middle),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_bad_windows),
        cmocka_unit_test(test_policy),
    };
    struct CMUnitTest t[HN_ARRAY_LEN(rows) + HN_ARRAY_LEN(more)];

    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        t[i] = (struct CMUnitTest){rows[i].name, one_row, NULL, NULL, &rows[i]};
    memcpy(t + HN_ARRAY_LEN(rows), more, sizeof(more));
    return _cmocka_run_group_tests("check_state", t, HN_ARRAY_LEN(t), NULL, NULL);
}
