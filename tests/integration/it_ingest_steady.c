/* SPDX-License-Identifier: Apache-2.0 */
/* Results that change nothing take a shorter way: what comes out must be the same. */
#include "server/ingest/ingest.h"
#include "server/ingest/series.h"
#include "server/ingest/series_cache.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 ((hn_instant)1790000000 * HN_SEC)
#define AT(s) (T0 + (s)*HN_SEC)
#define ROUNDS 150

static struct db *db;
static struct hn_arena *arena;
static int64_t quick, slow; /* the same check twice */

static int64_t make_check(const char *name)
{
    char sql[600];

    snprintf(sql, sizeof(sql),
             "WITH h AS (INSERT INTO watch.host (name, address, created_at) "
             "VALUES ('%s', '192.0.2.1', now()) RETURNING id) "
             "INSERT INTO watch.checks (host_id, name, kind, interval_s, retry_interval_s, "
             "timeout_s, created_at) SELECT id, 'ping', 'icmp', 60, 5, 2, now() FROM h",
             name);
    pg_test_sql(db, sql);
    return pg_test_i64(
        db,
        "SELECT c.id FROM watch.checks c JOIN watch.host h ON h.id = c.host_id WHERE h.name = '%s'",
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
    snprintf(name, sizeof(name), "quick%d", ++n);
    quick = make_check(name);
    snprintf(name, sizeof(name), "slow%d", n);
    slow = make_check(name);
    return 0;
}

static void ingest(struct db *d, const struct ingest_result *r, size_t n, hn_instant now)
{
    struct ingest_state *s = hn_arena_make(arena, struct ingest_state, n);
    struct hn_err e = {0};
    size_t n_states = 0, dropped = 0;

    if (ingest_batch(d, "test", r, n, now, arena, s, &n_states, &dropped, &e) != HN_OK)
        fail_msg("%s / %s", e.msg, e.detail);
    assert_int_equal(dropped, 0);
    assert_int_equal(n_states, 1);
    assert_int_equal(s[0].check_id, r[0].check_id);
}

/* The other way: a connection that knows nothing reads every row. */
static void ingest_slowly(struct ingest_result *r, size_t n, hn_instant now)
{
    struct db *fresh = pg_test_db();

    for (size_t i = 0; i < n; i++)
        r[i].check_id = slow;
    ingest(fresh, r, n, now);
    db_free(fresh);
}

static const char *row_of(int64_t check)
{
    return pg_test_text(
        db,
        "SELECT concat_ws(' ', state, state_since, soft, known_state, known_since, window_text, "
        "last_level, first_fail_at, last_at, last_ok_at, last_outcome, last_code, output) || ' ' "
        "|| coalesce((SELECT string_agg(concat_ws('>', from_state, to_state, at, confirmed_at, "
        "output, late), ' ' ORDER BY at, id) FROM event.transition t WHERE t.check_id = s.check_id "
        "AND NOT superseded), '') || ' ' || coalesce((SELECT string_agg(concat_ws('@', outcome, "
        "state, at, output), ' ' ORDER BY at) FROM event.evidence v WHERE v.check_id = "
        "s.check_id), '') FROM watch.check_state s WHERE check_id = %" PRId64,
        check);
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static struct ingest_result random_result(uint32_t *seed, hn_instant *at)
{
    static const int steps[] = {60, 60, 60, 60, 60, 5, 5, 130, 400};
    uint32_t what = next(seed) % 40;
    struct ingest_result r = {.check_id = quick, .output = what % 2 == 0 ? "good" : "well"};

    *at += steps[next(seed) % HN_ARRAY_LEN(steps)] * HN_SEC;
    r.at = *at;
    if (what >= 30 && what < 37) {
        r.outcome = OUTCOME_FAILED;
        r.state = what < 35 ? RESULT_CRITICAL : RESULT_WARNING;
        r.output = "bad";
    } else if (what == 37) {
        r.outcome = OUTCOME_NOT_RUN;
        r.state = RESULT_UNKNOWN;
    }
    if (what == 38) /* late */
        r.at -= 70 * HN_SEC;
    return r;
}

static void both_ways_give_the_same(void **state)
{
    hn_instant at = T0;
    uint32_t seed = 5;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct ingest_result r[3];
        size_t n = next(&seed) % 4 == 0 ? 3 : 1;

        for (size_t k = 0; k < n; k++)
            r[k] = random_result(&seed, &at);
        if (n == 3 && next(&seed) % 4 == 0)
            r[2] = r[1]; /* twice in one batch */
        ingest(db, r, n, at + HN_SEC);
        if (next(&seed) % 5 == 0) /* the same batch again */
            ingest(db, r, n, at + HN_SEC);
        ingest_slowly(r, n, at + HN_SEC);
        assert_string_equal(row_of(quick), row_of(slow));
        if (i % 50 == 0)
            hn_arena_reset(arena);
    }
    assert_non_null(series_cache_policy(series_cache_of(db), quick));
}

static struct ingest_result good(hn_instant at)
{
    return (struct ingest_result){.check_id = quick, .at = at, .output = "good"};
}

static void one(struct ingest_result r)
{
    ingest(db, &r, 1, r.at + HN_SEC);
}

/* Two results by which the connection knows the check. */
static void make_known(void)
{
    one(good(AT(0)));
    one(good(AT(60)));
    assert_non_null(series_cache_policy(series_cache_of(db), quick));
}

static const char *states(void)
{
    return pg_test_text(db,
                        "SELECT string_agg(to_state || '@' || extract(epoch FROM at)::bigint - "
                        "%" PRId64 ", ' ' ORDER BY at) FROM event.transition WHERE NOT superseded "
                        "AND check_id = %" PRId64,
                        T0 / HN_SEC, quick);
}

static void a_changed_check_is_read_anew(void **state)
{
    char sql[200];

    (void)state;
    make_known();
    /* 60 s would be allowed the pause that 10 s are not */
    snprintf(sql, sizeof(sql),
             "UPDATE watch.checks SET interval_s = 10, version = version + 1 WHERE id = %" PRId64,
             quick);
    pg_test_sql(db, sql);
    one(good(AT(120)));
    assert_string_equal(states(), "ok@0 unknown@70 ok@120");
}

static void silence_that_was_told_ends(void **state)
{
    struct hn_err e = {0};
    bool again;

    (void)state;
    make_known();
    assert_int_equal(ingest_sweep_task(db, arena, AT(200), &again, &e), HN_OK);
    one(good(AT(210)));
    assert_string_equal(states(), "ok@0 unknown@120 ok@210");
}

static void a_longer_pause_is_a_gap(void **state)
{
    (void)state;
    make_known();
    one(good(AT(60 + 89))); /* 60 s and half of it again are allowed */
    one(good(AT(60 + 89 + 91)));
    assert_string_equal(states(), "ok@0 unknown@209 ok@240");
}

/* A check without a rhythm is never overdue. */
static void a_passive_check_may_be_silent(void **state)
{
    char sql[200];

    (void)state;
    snprintf(sql, sizeof(sql), "UPDATE watch.checks SET kind = 'passive' WHERE id = %" PRId64,
             quick);
    pg_test_sql(db, sql);
    make_known();
    one(good(AT(120)));
    one(good(AT(900000)));
    assert_string_equal(states(), "ok@0");
    assert_string_equal(pg_test_text(db,
                                     "SELECT extract(epoch FROM last_at)::bigint - %" PRId64
                                     " FROM watch.check_state WHERE check_id = %" PRId64,
                                     T0 / HN_SEC, quick),
                        "900000");
}

static void newest_values_are_those_of_the_batch(void **state)
{
    struct ingest_value v[] = {{"a", "", "gauge", 1}, {"b", "", "gauge", 2}, {"", "", "gauge", 3}};
    struct ingest_result r = good(AT(0));
    struct series_newest *newest;
    struct hn_err e = {0};
    size_t n;

    (void)state;
    r.values = v;
    r.n_values = 3; /* the third has no name */
    for (int i = 0; i < 5; i++) {
        r.at = AT(i * 60);
        v[0].value = i;
        one(r);
    }
    assert_int_equal(series_newest(db, arena, quick, &newest, &n, &e), HN_OK);
    assert_true(n == 2 && newest[0].at == AT(240) && newest[0].value + newest[1].value == 6);
    r.at = AT(300);
    v[0].metric = "b"; /* other names in the same places */
    v[1].metric = "c";
    v[0].value = 40;
    one(r);
    assert_int_equal(series_newest(db, arena, quick, &newest, &n, &e), HN_OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++)
        assert_true(newest[i].value == (strcmp(newest[i].metric, "b") == 0 ? 40 : newest[i].value));
    assert_int_equal(
        pg_test_i64(db, "SELECT count(*) FROM series.series WHERE check_id = %" PRId64, quick), 4);
}

/* What an outer transaction took back must not be remembered. */
static void an_undone_transaction_leaves_nothing(void **state)
{
    struct ingest_value v = {"a", "", "gauge", 1};
    struct ingest_result r = good(AT(0));
    struct series_newest *newest;
    struct hn_err e = {0};
    size_t n;

    (void)state;
    r.values = &v;
    r.n_values = 1;
    {
        DB_TX tx = {0};

        assert_int_equal(db_begin(db, &tx, &e), HN_OK);
        one(r);
        r.at = AT(60);
        one(r);
    }
    r.at = AT(120);
    v.value = 7;
    one(r);
    assert_int_equal(
        pg_test_i64(db, "SELECT count(*) FROM series.series WHERE check_id = %" PRId64, quick), 2);
    assert_int_equal(series_newest(db, arena, quick, &newest, &n, &e), HN_OK);
    assert_true(n == 1 && newest[0].value == 7);
}

#define T(f) cmocka_unit_test_setup(f, each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(both_ways_give_the_same),
        T(a_changed_check_is_read_anew),
        T(silence_that_was_told_ends),
        T(a_longer_pause_is_a_gap),
        T(a_passive_check_may_be_silent),
        T(newest_values_are_those_of_the_batch),
        T(an_undone_transaction_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, up, down);
}
