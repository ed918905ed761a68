/* SPDX-License-Identifier: Apache-2.0 */
/* The sample estate into an empty database, and a month of its history through the real code. */
#include "estate/history.h"
#include "estate/load.h"
#include "itsm/report/report.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct db *db;
static struct hn_arena *arena;
static struct estate s;

static int up(void **state)
{
    struct hn_err e = {0};

    (void)state;
    if (pg_test_up() != 0)
        return -1;
    db = pg_test_db();
    arena = hn_arena_new();
    return estate_read("sql", arena, &s, &e) == HN_OK ? 0 : -1;
}

static int down(void **state)
{
    (void)state;
    db_free(db);
    hn_arena_free(arena);
    pg_test_down();
    return 0;
}

static void load(hn_instant now, int64_t *added)
{
    struct hn_err e = {0};

    if (estate_load(db, &s, now, added, &e) != HN_OK)
        fail_msg("%s / %s", e.msg, e.detail);
}

/* MON-01: the counts equal the CSV's, and filters find what the CSV says. */
static void the_register_equals_the_csv(void **state)
{
    int64_t mn = 0, added = 0;

    (void)state;
    load(hn_now(), &added);
    assert_int_equal(added, (int64_t)s.n_devices);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.site"), 44);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.line"), 82);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.segment"), 23);
    for (size_t i = 0; i < s.n_lines; i++)
        mn += s.line[i].segment != NULL && hn_streq(s.line[i].segment, "個人番号利用事務系");
    assert_true(mn > 20);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM watch.line l JOIN watch.segment g ON g.id ="
                                 " ANY(l.segment_ids) WHERE g.code = 'G01'"),
                     mn);
    /* each of these lines that ends at a site has a router that is watched for liveness */
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.line l JOIN watch.segment g ON"
                                     " g.id = ANY(l.segment_ids) WHERE g.code = 'G01' AND l.scope ="
                                     " 'site_wan' AND NOT EXISTS (SELECT 1 FROM watch.host h JOIN"
                                     " watch.checks k ON k.host_id = h.id WHERE h.line_id = l.id"
                                     " AND k.monitoring = 'liveness')"),
                     0);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.host h JOIN watch.site s ON"
                                     " s.id = h.site_id WHERE s.code = 'S08' AND h.class ="
                                     " 'terminal'"),
                     70);
    /* what nothing was measured of yet waits for its first sample, it is not unwatched */
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM watch.checks c WHERE NOT EXISTS (SELECT 1"
                                 " FROM watch.check_state s WHERE s.check_id = c.id AND s.state"
                                 " = 'pending')"),
                     0);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM sla.sla_version WHERE approved_by IS"
                                     " NULL OR approved_by = created_by"),
                     0);
}

static void a_second_load_changes_nothing(void **state)
{
    int64_t added = -1;
    int64_t checks = pg_test_i64(db, "SELECT count(*) FROM watch.checks");
    int64_t audit = pg_test_i64(db, "SELECT count(*) FROM audit.journal");

    (void)state;
    pg_test_sql(db, "UPDATE watch.host SET label = '変更済み' WHERE name = 's08-rt01'");
    load(hn_now(), &added);
    assert_int_equal(added, 0);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.checks"), checks);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal"), audit);
    assert_string_equal(pg_test_text(db, "SELECT label FROM watch.host WHERE name = 's08-rt01'"),
                        "変更済み");
}

/* The month before last is closed whatever day it is: approved, frozen, its PDF left for later. */
static void its_months_are_closed(void **state)
{
    struct hn_month m = hn_month_add(hn_month_of(hn_now()), -2);
    char text[8];
    const char *sql = hn_arena_fmt(arena,
                                   "SELECT count(*) FROM report.report r WHERE month = '%s' AND "
                                   "state = 'approved' AND sample AND approved_by <> submitted_by "
                                   "AND (SELECT count(*) FROM report.file f WHERE f.report_id = "
                                   "r.id) = 2 AND (SELECT count(*) FROM sla.closed_result c WHERE "
                                   "c.report_id = r.id) = (SELECT count(*) FROM sla.sla)",
                                   hn_month_text(m, text));

    (void)state;
    assert_int_equal(pg_test_i64(db, "%s", sql), 1);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM report.report WHERE NOT sample"), 0);
}

static void a_month_is_lived_through(void **state)
{
    const struct report_places places = {"templates", "/tmp", "http://localhost"};
    struct hn_err e = {0};
    hn_instant now = hn_now();

    (void)state;
    report_set_places(&places);
    if (history_make(db, &s, 2, now, &e) != HN_OK)
        fail_msg("%s / %s", e.msg, e.detail);
    assert_true(pg_test_i64(db, "SELECT count(*) FROM ticket.ticket") >= 2);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM ticket.ticket WHERE NOT sample"), 0);
    assert_true(pg_test_i64(db, "SELECT count(*) FROM ticket.ticket WHERE state = 'closed'") > 0);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM sla.outage WHERE NOT sample"), 0);
    assert_true(pg_test_i64(db, "SELECT count(*) FROM sla.outage WHERE to_at IS NOT NULL") > 0);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM event.transition WHERE flow_state <>"
                                     " 'done'"),
                     0);
    /* the checks run at their own intervals again, and all is up */
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.checks WHERE interval_s = 300"),
                     0);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.check_state WHERE state <> 'ok'"
                                     " AND state <> 'pending'"),
                     0);
    /* a whole day of one series: each sample once */
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM (SELECT series_id, from_at FROM"
                                     " series.chunk GROUP BY 1, 2 HAVING count(*) > 1) AS t"),
                     0);
    assert_int_equal(history_make(db, &s, 1, now, &e), HN_E_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_register_equals_the_csv),
        cmocka_unit_test(a_second_load_changes_nothing),
        cmocka_unit_test(a_month_is_lived_through),
        cmocka_unit_test(its_months_are_closed),
    };

    return cmocka_run_group_tests(tests, up, down);
}
