/* SPDX-License-Identifier: Apache-2.0 */
/* From results to states, transitions, evidence and samples, against a real PostgreSQL. */
#include "server/ingest/ingest.h"
#include "server/ingest/journal.h"
#include "server/ingest/series.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 ((hn_instant)1790000000 * HN_SEC) /* 2026-09-21T14:13:20Z */
#define AT(s) (T0 + (s)*HN_SEC)

static struct db *db;
static struct hn_arena *arena;
static int64_t check;

/* A host with one check: 60 s, retry 5 s, 3 of 3. */
static int64_t make_check(const char *name)
{
    char sql[800];

    snprintf(sql, sizeof(sql),
             "WITH h AS (INSERT INTO watch.host (name, address, created_at) "
             "VALUES ('%s', '192.0.2.1', now()) RETURNING id) "
             "INSERT INTO watch.checks (host_id, name, kind, interval_s, retry_interval_s, "
             "timeout_s, created_at) SELECT id, 'ping', 'icmp', 60, 5, 2, now() FROM h",
             name);
    pg_test_sql(db, sql);
    return pg_test_i64(db,
                       "SELECT c.id FROM watch.checks c JOIN watch.host h "
                       "ON h.id = c.host_id WHERE h.name = '%s'",
                       name);
}

static int up(void **state)
{
    (void)state;
    if (pg_test_up() != 0)
        return -1;
    db = pg_test_db();
    arena = hn_arena_new();
    return 0;
}

static int down(void **state)
{
    (void)state;
    db_free(db);
    hn_arena_free(arena);
    pg_test_down();
    return 0;
}

static int each(void **state)
{
    static int n;
    char name[20];

    (void)state;
    hn_arena_reset(arena);
    snprintf(name, sizeof(name), "host%d", ++n);
    check = make_check(name);
    return 0;
}

static struct ingest_result ok_at(hn_instant at)
{
    return (struct ingest_result){.check_id = check, .at = at, .output = "good"};
}

static struct ingest_result bad_at(hn_instant at)
{
    return (struct ingest_result){.check_id = check,
                                  .at = at,
                                  .outcome = OUTCOME_FAILED,
                                  .state = RESULT_CRITICAL,
                                  .output = "no answer"};
}

static struct ingest_state ingest(const struct ingest_result *r, size_t n, hn_instant now)
{
    struct ingest_state *s = hn_arena_make(arena, struct ingest_state, n);
    struct hn_err e = {0};
    size_t n_states = 0, dropped = 0;

    if (ingest_batch(db, "test", r, n, now, arena, s, &n_states, &dropped, &e) != HN_OK)
        fail_msg("%s / %s", e.msg, e.detail);
    assert_int_equal(dropped, 0);
    return s[0];
}

static struct ingest_state one(struct ingest_result r)
{
    return ingest(&r, 1, r.at + HN_SEC);
}

/* "ok>critical@60;critical>ok@130": the transitions in force, seconds since T0. */
static const char *transitions(void)
{
    return pg_test_text(db,
                        "SELECT coalesce(string_agg(from_state || '>' || to_state || '@' || "
                        "extract(epoch FROM at)::bigint - %" PRId64
                        " || CASE WHEN late THEN '!' ELSE '' END, "
                        "' ' ORDER BY at, id), '') "
                        "FROM event.transition WHERE check_id = %" PRId64 " AND NOT superseded",
                        T0 / HN_SEC, check);
}

static const char *state_now(void)
{
    return pg_test_text(db, "SELECT state FROM watch.check_state WHERE check_id = %" PRId64, check);
}

static void streak_is_confirmed_and_ends(void **state)
{
    struct ingest_state s;

    (void)state;
    one(ok_at(AT(0)));
    s = one(bad_at(AT(60)));
    assert_true(s.soft && s.failing && !s.changed);
    assert_string_equal(state_now(), "ok");
    one(bad_at(AT(65)));
    s = one(bad_at(AT(70)));
    assert_true(!s.soft && s.failing && s.changed);
    assert_string_equal(state_now(), "critical");
    s = one(ok_at(AT(130)));
    assert_true(!s.failing && s.changed);
    assert_string_equal(transitions(), "pending>ok@0 ok>critical@60 critical>ok@130");
    assert_string_equal(
        pg_test_text(db,
                     "SELECT string_agg(outcome || '@' || extract(epoch FROM at)::bigint - "
                     "%" PRId64 ", ' ' ORDER BY at) FROM event.evidence WHERE check_id = %" PRId64,
                     T0 / HN_SEC, check),
        "ok@0 failed@60 failed@65 failed@70 ok@130");
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM event.transition t JOIN watch.check_state s "
                                 "ON s.last_transition_id = t.id WHERE s.check_id = %" PRId64
                                 " AND t.to_state = 'ok'",
                                 check),
                     1);
}

static void batch_twice_is_stored_once(void **state)
{
    struct ingest_result r[] = {ok_at(AT(0)), bad_at(AT(60)), bad_at(AT(65)), bad_at(AT(70)),
                                bad_at(AT(70))};
    int64_t rows;

    (void)state;
    ingest(r, 5, AT(71));
    rows = pg_test_i64(db, "SELECT count(*) FROM series.journal");
    ingest(r, 5, AT(72));
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM series.journal"), rows);
    assert_string_equal(transitions(), "pending>ok@0 ok>critical@60");
}

static void one_batch_holds_many_checks(void **state)
{
    int64_t first = check, second = make_check("second");
    struct ingest_result r[4];
    struct ingest_state s[4];
    size_t n = 0, dropped = 0;
    struct hn_err e = {0};

    (void)state;
    check = second;
    r[0] = ok_at(AT(3));
    r[2] = bad_at(AT(5));
    check = first;
    r[1] = bad_at(AT(1));
    r[3] = (struct ingest_result){.check_id = 99999999, .at = AT(1), .output = ""};
    assert_int_equal(ingest_batch(db, "test", r, 4, AT(9), arena, s, &n, &dropped, &e), HN_OK);
    assert_int_equal(n, 2);
    assert_int_equal(dropped, 1);
    assert_int_equal(s[0].check_id, first);
    assert_true(s[0].failing && s[1].failing && s[1].soft);
    check = second;
    assert_string_equal(transitions(), "pending>ok@3");
    check = first;
    assert_string_equal(transitions(), "");
}

static void silence_is_unknown_until_the_next_sample(void **state)
{
    struct hn_err e = {0};
    bool again;

    (void)state;
    one(ok_at(AT(0)));
    assert_int_equal(ingest_sweep_task(db, arena, AT(80), &again, &e), HN_OK);
    assert_string_equal(state_now(), "ok"); /* within the grace */
    assert_int_equal(ingest_sweep_task(db, arena, AT(100), &again, &e), HN_OK);
    assert_string_equal(state_now(), "unknown");
    one(ok_at(AT(300)));
    assert_string_equal(transitions(), "pending>ok@0 ok>unknown@60 unknown>ok@300");
}

/* What is switched off is not measured: it must not stay what it was. */
static void switched_off_is_unknown(void **state)
{
    struct hn_err e = {0};
    bool again;

    (void)state;
    one(ok_at(AT(0)));
    pg_test_sql(db, hn_arena_fmt(arena, "UPDATE watch.checks SET enabled = false WHERE id = %ld",
                                 (long)check));
    assert_int_equal(ingest_sweep_task(db, arena, AT(100), &again, &e), HN_OK);
    assert_string_equal(state_now(), "unknown");
    assert_string_equal(transitions(), "pending>ok@0 ok>unknown@60");
}

static void not_run_is_unknown_at_once(void **state)
{
    struct ingest_result r = ok_at(AT(60));

    (void)state;
    one(ok_at(AT(0)));
    r.outcome = OUTCOME_NOT_RUN;
    r.output = "no permission to ping";
    one(r);
    assert_string_equal(state_now(), "unknown");
    assert_string_equal(transitions(), "pending>ok@0 ok>unknown@60");
}

/* A satellite was cut off for ten minutes; in it the check failed and recovered. */
static void late_batch_corrects_history(void **state)
{
    struct ingest_result r[] = {ok_at(AT(60)),   ok_at(AT(120)),  bad_at(AT(180)), bad_at(AT(185)),
                                bad_at(AT(190)), bad_at(AT(250)), ok_at(AT(310)),  ok_at(AT(370)),
                                ok_at(AT(430)),  ok_at(AT(490)),  ok_at(AT(550))};

    (void)state;
    one(ok_at(AT(0)));
    one(ok_at(AT(600)));
    assert_string_equal(transitions(), "pending>ok@0 ok>unknown@60 unknown>ok@600");
    ingest(r, HN_ARRAY_LEN(r), AT(610));
    assert_string_equal(transitions(), "pending>ok@0 ok>critical@180! critical>ok@310!");
    assert_string_equal(state_now(), "ok");
    ingest(r, HN_ARRAY_LEN(r), AT(620)); /* the same once more changes nothing */
    assert_string_equal(transitions(), "pending>ok@0 ok>critical@180! critical>ok@310!");
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM event.transition WHERE superseded AND "
                                 "check_id = %" PRId64,
                                 check),
                     2);
}

/* Late results that lead into the present: the streak that runs is confirmed by them. */
static void late_batch_reaches_the_present(void **state)
{
    struct ingest_result late[] = {bad_at(AT(60)), bad_at(AT(65))};

    (void)state;
    one(ok_at(AT(0)));
    one(bad_at(AT(70)));
    assert_string_equal(state_now(), "ok");
    ingest(late, 2, AT(75));
    assert_string_equal(state_now(), "critical");
    assert_string_equal(transitions(), "pending>ok@0 ok>critical@60!");
    one(ok_at(AT(130)));
    assert_string_equal(state_now(), "ok");
}

static void hostile_text_is_stored_safely(void **state)
{
    struct ingest_value v[] = {{"rtt", "ms", "gauge", 1.5},
                               {"state", "", "gauge", 1},
                               {"bad\xff", "", "gauge", 1},
                               {"", "", "gauge", 1}};
    struct ingest_result r = bad_at(AT(0));
    char *text = hn_arena_alloc(arena, 2001);

    (void)state;
    memset(text, 'x', 1999);
    text[1] = (char)0xff;
    for (int i = 0; i < 3; i++) /* the limit goes through this character */
        text[499 + i] = "\xe3\x81\x82"[i];
    r.output = text;
    r.values = v;
    r.n_values = HN_ARRAY_LEN(v);
    r.inventory = "{\"system\":{\"name\":\"'; DROP TABLE watch.host; --\",\"descr\":7}}";
    r.notice_kind = "reboot";
    r.notice_text = "restarted";
    one(r);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT octet_length(output) FROM watch.check_state "
                                 "WHERE check_id = %" PRId64,
                                 check),
                     499);
    assert_string_equal(pg_test_text(db,
                                     "SELECT string_agg(metric, ',' ORDER BY metric) FROM "
                                     "series.series WHERE check_id = %" PRId64,
                                     check),
                        "rtt,state");
    assert_string_equal(pg_test_text(db,
                                     "SELECT sys_name FROM watch.host h JOIN watch.checks c "
                                     "ON c.host_id = h.id WHERE c.id = %" PRId64,
                                     check),
                        "'; DROP TABLE watch.host; --");
    assert_int_equal(
        pg_test_i64(db, "SELECT count(*) FROM event.notice WHERE check_id = %" PRId64, check), 1);
}

/* A day and a half of samples each minute, packed and merged: the same values come back. */
static void samples_are_packed_and_read_back(void **state)
{
    enum { N = 2160 };
    hn_instant start = hn_from_tokyo(2026, 9, 20, 0, 0, 0);
    struct series_info *info;
    struct series_samples raw;
    struct series_point *p;
    struct series_newest *newest;
    struct hn_err e = {0};
    int64_t rtt = 0;
    size_t n;
    bool again = true;

    (void)state;
    for (int i = 0; i < N; i += 60) {
        struct ingest_result *r = hn_arena_make(arena, struct ingest_result, 60);
        struct ingest_value *v = hn_arena_make(arena, struct ingest_value, 60);

        for (int k = 0; k < 60; k++) {
            v[k] = (struct ingest_value){"rtt", "ms", "gauge", (double)(i + k) / 10};
            r[k] = ok_at(start + (i + k) * HN_MIN_SPAN + (k % 7) * HN_MS);
            r[k].values = &v[k];
            r[k].n_values = 1;
        }
        ingest(r, 60, r[59].at + HN_SEC);
    }
    hn_instant end = start + N * HN_MIN_SPAN;

    assert_int_equal(series_of_check(db, arena, check, &info, &n, &e), HN_OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++)
        rtt = hn_streq(info[i].metric, "rtt") ? info[i].id : rtt;
    for (int round = 0; round < 3; round++) { /* journal; hours; days */
        if (round == 1)
            for (again = true; again;)
                assert_int_equal(series_pack_task(db, arena, end + HN_HOUR, &again, &e), HN_OK);
        if (round == 2) {
            for (again = true; again;)
                assert_int_equal(series_merge_task(db, arena, end, &again, &e), HN_OK);
            assert_int_equal(pg_test_i64(db,
                                         "SELECT count(*) FROM series.chunk WHERE "
                                         "series_id = %" PRId64,
                                         rtt),
                             13);
        }
        assert_int_equal(series_raw(db, arena, rtt, start + HN_HOUR, end - HN_HOUR, &raw, &e),
                         HN_OK);
        assert_int_equal(raw.n, N - 120);
        for (size_t i = 0; i < raw.n; i++) {
            assert_true(raw.value[i] == (double)(60 + i) / 10);
            assert_int_equal(raw.at[i] / HN_MIN_SPAN, start / HN_MIN_SPAN + 60 + (int64_t)i);
        }
        assert_int_equal(series_read(db, arena, rtt, start, end, HN_HOUR, &p, &n, &e), HN_OK);
        assert_int_equal(n, N / 60);
        assert_true(p[1].min == 6.0 && p[1].max == 11.9 && p[1].n == 60);
        assert_true(p[1].avg > 8.949 && p[1].avg < 8.951);
        assert_int_equal(series_read(db, arena, rtt, start, end, HN_DAY, &p, &n, &e), HN_OK);
        assert_int_equal(n, 2);
        assert_int_equal(p[0].at, start);
        assert_true(p[0].n == 1440 && p[0].max == 143.9 && p[1].n == 720);
        assert_int_equal(series_read(db, arena, rtt, start, end, 5 * HN_MIN_SPAN, &p, &n, &e),
                         HN_OK);
        assert_int_equal(n, N / 5);
        assert_true(p[2].min == 1.0 && p[2].max == 1.4 && p[2].n == 5);
    }
    assert_int_equal(series_newest(db, arena, check, &newest, &n, &e), HN_OK);
    assert_int_equal(n, 1);
    assert_true(newest[0].value == (double)(N - 1) / 10);
}

/* Samples that come after their hour, or their day, was packed. */
static void late_samples_join_packed_chunks(void **state)
{
    hn_instant start = hn_from_tokyo(2026, 8, 1, 0, 0, 0);
    struct ingest_value v = {"temp", "°C", "gauge", 20};
    struct series_samples raw;
    struct series_point *p;
    struct hn_err e = {0};
    bool again = true;
    int64_t id;
    size_t n;

    (void)state;
    for (int i = 0; i < 300; i += 2) {
        struct ingest_result r = ok_at(start + i * HN_MIN_SPAN);

        r.values = &v;
        r.n_values = 1;
        one(r);
    }
    for (int round = 0; round < 2; round++) {
        struct ingest_result r = ok_at(start + (61 + 120 * round) * HN_MIN_SPAN);
        struct ingest_result next = ok_at(start + (91 + 120 * round) * HN_MIN_SPAN);

        for (again = true; again;)
            assert_int_equal(series_pack_task(db, arena, start + HN_DAY, &again, &e), HN_OK);
        if (round == 1)
            for (again = true; again;)
                assert_int_equal(series_merge_task(db, arena, start + 2 * HN_DAY, &again, &e),
                                 HN_OK);
        v.value = 30 + round;
        r.values = next.values = &v;
        r.n_values = next.n_values = 1;
        struct ingest_result two[] = {r, next};

        ingest(two, 2, start + HN_DAY);
        for (again = true; again;)
            assert_int_equal(series_pack_task(db, arena, start + 3 * HN_DAY, &again, &e), HN_OK);
        id = pg_test_i64(db,
                         "SELECT id FROM series.series WHERE metric = 'temp' AND "
                         "check_id = %" PRId64,
                         check);
        assert_int_equal(series_raw(db, arena, id, start, start + HN_DAY, &raw, &e), HN_OK);
        assert_int_equal(raw.n, 150 + 2 * (round + 1));
        for (size_t i = 1; i < raw.n; i++)
            assert_true(raw.at[i] > raw.at[i - 1]);
        assert_int_equal(series_read(db, arena, id, start, start + HN_DAY, HN_HOUR, &p, &n, &e),
                         HN_OK);
        assert_int_equal(n, 5);
        assert_true(p[round == 0 ? 1 : 3].max == 30 + round);
        assert_int_equal(p[1].n, 32);
    }
    assert_int_equal(series_read(db, arena, id, start, start + HN_DAY, HN_DAY, &p, &n, &e), HN_OK);
    assert_true(n == 1 && p[0].n == 154 && p[0].max == 31);
}

static void another_connection_finds_the_series(void **state)
{
    struct ingest_value v = {"rtt", "ms", "gauge", 20};
    struct ingest_result r = ok_at(AT(0));
    struct hn_err e = {0};
    struct series_newest *newest;
    size_t n;

    (void)state;
    r.values = &v;
    r.n_values = 1;
    one(r);
    r.at = AT(60);
    v.value = 21;
    one(r); /* its id comes from the connection's cache */
    assert_int_equal(series_newest(db, arena, check, &newest, &n, &e), HN_OK);
    assert_true(n == 1 && newest[0].value == 21 && newest[0].at == AT(60));
    struct db *other = pg_test_db();

    r.at = AT(120);
    v.value = 22;
    assert_int_equal(ingest_batch(other, "test", &r, 1, AT(121), arena, NULL, NULL, NULL, &e),
                     HN_OK);
    db_free(other);
    assert_int_equal(
        pg_test_i64(db, "SELECT count(*) FROM series.series WHERE check_id = %" PRId64, check), 2);
    assert_int_equal(series_newest(db, arena, check, &newest, &n, &e), HN_OK);
    assert_true(n == 1 && newest[0].value == 22);
}

static void parents_make_unreachable(void **state)
{
    struct hn_err e = {0};
    int64_t id;

    (void)state;
    one(ok_at(AT(0)));
    one(bad_at(AT(60)));
    one(bad_at(AT(65)));
    one(bad_at(AT(70)));
    assert_int_equal(ingest_reach(db, arena, check, true, AT(60), 0, "parent", AT(72), &id, &e),
                     HN_OK);
    assert_true(id > 0);
    assert_string_equal(state_now(), "unreachable");
    one(bad_at(AT(130)));
    assert_string_equal(state_now(), "unreachable");
    assert_int_equal(ingest_reach(db, arena, check, true, AT(60), 0, "again", AT(140), &id, &e),
                     HN_OK);
    assert_int_equal(id, 0);
    one(ok_at(AT(190)));
    assert_string_equal(transitions(),
                        "pending>ok@0 ok>critical@60 critical>unreachable@60 unreachable>ok@190");
}

#define T(f) cmocka_unit_test_setup(f, each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(streak_is_confirmed_and_ends),    T(batch_twice_is_stored_once),
        T(one_batch_holds_many_checks),     T(silence_is_unknown_until_the_next_sample),
        T(not_run_is_unknown_at_once),      T(switched_off_is_unknown),
        T(late_batch_corrects_history),     T(late_batch_reaches_the_present),
        T(hostile_text_is_stored_safely),   T(samples_are_packed_and_read_back),
        T(late_samples_join_packed_chunks), T(another_connection_finds_the_series),
        T(parents_make_unreachable)};

    return cmocka_run_group_tests_name("ingest", tests, up, down);
}
