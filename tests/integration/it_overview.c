/* SPDX-License-Identifier: Apache-2.0 */
/* The watch pages' rollups on a real PostgreSQL: a site is as bad as its worst check, lists filter
 * and sort as asked, planned stops come with the names of what they cover. */
#include "itsm/event/event_view.h"
#include "itsm/watch/overview.h"
#include "itsm/watch/windows.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define T0 (hn_from_tokyo(2026, 10, 1, 10, 0, 0))

static struct db *db;
static struct hn_arena *arena;

static const char estate[] =
    "INSERT INTO watch.segment (code, name, kind) VALUES ('G01', 'LGWAN接続系', 'x');"
    "INSERT INTO watch.site (code, name, short_name, map_x, map_y) VALUES"
    " ('S01', '千代田区役所', '区役所', 4, 3), ('S02', '麹町出張所', '麹町', 1, 6),"
    " ('S03', '富士見出張所', '富士見', NULL, NULL);"
    "INSERT INTO watch.line (code, site_id, scope, bandwidth_mbps) SELECT 'S02-LI', id, 'site_wan',"
    " 100 FROM watch.site WHERE code = 'S02';"
    "INSERT INTO watch.host (name, label, address, site_id, class, segment_id, line_id, created_at)"
    " SELECT v.name, v.label, v.address, s.id, v.class, g.id, l.id, now() FROM (VALUES"
    " ('s01-rt1', '区役所 ルータ', '10.44.1.1', 'S01', 'router'),"
    " ('s02-rt1', '麹町 ルータ', '10.44.2.1', 'S02', 'router'),"
    " ('s02-pr1', '麹町 プリンタ', '10.44.2.20', 'S02', 'printer')) v(name, label, address, site,"
    " class) JOIN watch.site s ON s.code = v.site CROSS JOIN watch.segment g"
    " LEFT JOIN watch.line l ON l.site_id = s.id AND v.class = 'router';"
    "INSERT INTO watch.host_parent SELECT c.id, p.id FROM watch.host c, watch.host p"
    " WHERE c.name = 's02-pr1' AND p.name = 's02-rt1';"
    "INSERT INTO watch.checks (host_id, name, kind, monitoring, interval_s, retry_interval_s,"
    " liveness, thresholds, created_at) SELECT id, '死活', 'icmp', 'liveness', 20, 5, true,"
    " '{\"rtt\": {\"warning\": 100}}', now() FROM watch.host;"
    "INSERT INTO watch.checks (host_id, name, kind, monitoring, interval_s, retry_interval_s,"
    " created_at) SELECT id, '用紙', 'snmp', 'resource', 60, 5, now() FROM watch.host"
    " WHERE class = 'printer';"
    "INSERT INTO event.transition (check_id, host_id, from_state, to_state, at, confirmed_at,"
    " output, created_at) SELECT k.id, h.id, 'ok', CASE h.name WHEN 's02-rt1' THEN 'critical'"
    " ELSE 'unreachable' END, '2026-10-01T00:50:00Z', '2026-10-01T00:50:15Z', '応答なし', now()"
    " FROM watch.checks k JOIN watch.host h ON h.id = k.host_id WHERE k.liveness"
    " AND h.name LIKE 's02%' ORDER BY h.name DESC;"
    "INSERT INTO watch.check_state (check_id, state, state_since, output, last_at,"
    " last_transition_id) SELECT k.id, coalesce(x.to_state, CASE k.kind WHEN 'snmp' THEN 'warning'"
    " ELSE 'ok' END), coalesce(x.at, '2026-10-01T00:00:00Z'), coalesce(x.output, 'ok'),"
    " '2026-10-01T00:59:00Z', x.id FROM watch.checks k LEFT JOIN event.transition x"
    " ON x.check_id = k.id;"
    "UPDATE event.transition x SET suppressed_by = p.id FROM event.transition p"
    " WHERE x.to_state = 'unreachable' AND p.to_state = 'critical';";

static int setup(void **state)
{
    if (pg_group_up(state) != 0)
        return -1;
    db = pg_test_db();
    arena = hn_arena_new();
    pg_test_sql(db, estate);
    return 0;
}

static int teardown(void **state)
{
    hn_arena_free(arena);
    db_free(db);
    return pg_group_down(state);
}

static void ok_at(enum hn_code code, const struct hn_err *e, int line)
{
    if (code == HN_OK)
        return;
    print_error("line %d: %s | %s | %s\n", line, hn_code_word(code), e->msg, e->detail);
    fail();
}
#define OK(x)                                                                                      \
    do {                                                                                           \
        struct hn_err e = {0};                                                                     \
        ok_at((x), &e, __LINE__);                                                                  \
    } while (0)

static void a_site_is_as_bad_as_its_worst_check(void **state)
{
    const struct overview_site *s = NULL;
    size_t n = 0;

    (void)state;
    OK(overview_sites(db, arena, 0, 0, &s, &n, &e));
    assert_int_equal(n, 3);
    assert_string_equal(s[0].state, "ok");
    assert_null(s[0].cause);
    assert_string_equal(s[1].state, "critical");
    assert_string_equal(s[1].cause, "麹町 ルータ");
    assert_string_equal(s[1].output, "応答なし");
    assert_int_equal(s[1].n_hosts, 2);
    assert_int_equal(s[1].n_down, 1);
    assert_int_equal(s[1].n_unreachable, 1);
    assert_int_equal(s[1].since, hn_from_tokyo(2026, 10, 1, 9, 50, 0));
    assert_int_equal(s[1].changed_at, s[1].since);
    assert_string_equal(s[2].state, "none");
    assert_int_equal(s[2].map_x, 0);
    OK(overview_sites(db, arena, s[1].id, 0, &s, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(s[0].code, "S02");
}

static void totals_are_the_filtered_lists(void **state)
{
    static const char *const words[] = {"ok", "critical", "unreachable", "warning", NULL};
    struct overview_totals t;
    const struct overview_host *h = NULL;
    size_t n = 0;

    (void)state;
    OK(overview_totals(db, arena, &t, &e));
    const int64_t want[] = {t.ok, t.critical, t.unreachable, t.warning};
    assert_int_equal(t.hosts, 3);
    assert_int_equal(t.sites, 3);
    assert_int_equal(t.checks, 4);
    assert_int_equal(t.data_at, HN_UNSET);
    for (size_t i = 0; words[i] != NULL; i++) {
        struct overview_filter f = {.state = words[i], .limit = 50};

        OK(overview_hosts(db, arena, &f, &h, &n, &e));
        assert_int_equal(n, want[i]);
        if (n > 0)
            assert_int_equal(h[0].total, n);
    }
}

static void lists_filter_and_sort(void **state)
{
    static const struct {
        struct overview_filter f;
        size_t n;
        const char *first;
    } rows[] = {
        {{.limit = 50}, 3, "s01-rt1"},
        {{.limit = 50, .sort = "-name"}, 3, "s02-rt1"},
        {{.limit = 50, .sort = "state"}, 3, "s02-rt1"},
        {{.limit = 50, .sort = "-state"}, 3, "s01-rt1"},
        {{.limit = 50, .sort = "site"}, 3, "s01-rt1"},
        {{.limit = 50, .sort = "-address"}, 3, "s02-pr1"},
        {{.limit = 1, .offset = 1}, 1, "s02-pr1"},
        {{.limit = 50, .q = "プリンタ"}, 1, "s02-pr1"},
        {{.limit = 50, .q = "麹町出張所"}, 2, "s02-pr1"},
        {{.limit = 50, .class = "router"}, 2, "s01-rt1"},
        {{.limit = 50, .segment = "G01"}, 3, "s01-rt1"},
        {{.limit = 50, .segment = "G99"}, 0, NULL},
        {{.limit = 50, .state = "bad"}, 2, "s02-pr1"},
        {{.limit = 50, .monitoring = "resource"}, 1, "s02-pr1"},
        /* of the kind asked for, the printer's state is its paper */
        {{.limit = 50, .monitoring = "resource", .state = "warning"}, 1, "s02-pr1"},
        {{.limit = 50, .monitoring = "liveness", .state = "warning"}, 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        const struct overview_host *h = NULL;
        size_t n = 0;

        OK(overview_hosts(db, arena, &rows[i].f, &h, &n, &e));
        if (n != rows[i].n || (n > 0 && !hn_streq(h[0].name, rows[i].first))) {
            print_error("row %zu: %zu rows, first %s\n", i, n, n > 0 ? h[0].name : "-");
            fail();
        }
    }
}

static void a_host_with_all_its_parts(void **state)
{
    const struct overview_neighbour *nb = NULL;
    const struct overview_check *k = NULL;
    const struct overview_series *s = NULL;
    const struct overview_line *l = NULL;
    const struct overview_choice *choice = NULL;
    struct overview_host_facts facts;
    int64_t router = pg_test_i64(db, "SELECT id FROM watch.host WHERE name = 's02-rt1'");
    int64_t printer = pg_test_i64(db, "SELECT id FROM watch.host WHERE name = 's02-pr1'");
    int64_t site = pg_test_i64(db, "SELECT id FROM watch.site WHERE code = 'S02'");
    hn_instant at = 0;
    size_t n = 0;

    (void)state;
    OK(overview_neighbours(db, arena, router, &nb, &n, &e));
    assert_int_equal(n, 1);
    assert_false(nb[0].is_parent);
    assert_string_equal(nb[0].state, "unreachable");
    OK(overview_facts(db, arena, router, &facts, &e));
    assert_string_equal(facts.line_code, "S02-LI");
    assert_null(facts.snmp_version);
    OK(overview_checks(db, arena, printer, 0, &k, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(k[0].state, "unreachable");
    assert_string_equal(k[1].monitoring, "resource");
    OK(overview_checks(db, arena, 0, k[1].id, &k, &n, &e));
    assert_int_equal(n, 1);
    OK(overview_series(db, arena, printer, 0, &s, &n, &e));
    assert_int_equal(n, 0);
    OK(overview_lines(db, arena, site, &l, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(l[0].state, "critical");
    OK(overview_site_choices(db, arena, &choice, &n, &e));
    assert_int_equal(n, 3);
    OK(overview_segment_choices(db, arena, &choice, &n, &e));
    assert_int_equal(n, 1);
    OK(overview_data_at(db, &at, &e));
    assert_int_equal(at, HN_UNSET);
}

static void events_that_wait_are_neither_suppressed_nor_acknowledged(void **state)
{
    struct event_view_filter f = {.ack = "no", .limit = 50, .from = HN_UNSET, .to = HN_UNSET};
    const struct event_view *x = NULL;
    size_t n = 0;
    int64_t open = 0;

    (void)state;
    OK(event_view_list(db, arena, &f, &x, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(x[0].to_state, "critical");
    OK(event_view_open(db, &open, &e));
    assert_int_equal(open, 1);
    f = (struct event_view_filter){
        .suppressed = "yes", .limit = 50, .from = HN_UNSET, .to = HN_UNSET};
    OK(event_view_list(db, arena, &f, &x, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(x[0].suppressed_host, "麹町 ルータ");
    f = (struct event_view_filter){.q = "プリンタ", .limit = 50, .from = HN_UNSET, .to = HN_UNSET};
    OK(event_view_list(db, arena, &f, &x, &n, &e));
    assert_int_equal(n, 1);
    f = (struct event_view_filter){.limit = 50, .from = T0, .to = HN_UNSET};
    OK(event_view_list(db, arena, &f, &x, &n, &e));
    assert_int_equal(n, 0);
}

static void planned_stops_name_what_they_cover(void **state)
{
    int64_t who = pg_test_account(db, "ward_it");
    int64_t site = pg_test_i64(db, "SELECT id FROM watch.site WHERE code = 'S02'");
    const struct window *w = NULL;
    size_t n = 0;

    (void)state;
    pg_test_sql(db, hn_arena_fmt(arena,
                                 "INSERT INTO watch.maintenance (title, from_at, to_at, scope,"
                                 " recurrence, proposed_by, state, ended_at, created_at) VALUES"
                                 " ('停電', '2026-10-01T01:00:00Z', '2026-10-01T03:00:00Z',"
                                 " '[{\"site_id\": %" PRId64 "}]', NULL, %" PRId64 ","
                                 " 'approved', '2026-10-01T02:00:00Z', now()),"
                                 " ('毎日', '2026-09-01T13:00:00Z', '2026-09-01T14:00:00Z',"
                                 " '[{\"site_id\": %" PRId64 "}]', 'FREQ=DAILY', %" PRId64 ","
                                 " 'approved', NULL, now()),"
                                 " ('未承認', '2026-10-01T01:00:00Z', '2026-10-01T03:00:00Z',"
                                 " '[{\"site_id\": %" PRId64 "}]', NULL, %" PRId64 ","
                                 " 'proposed', NULL, now())",
                                 site, who, site, who, site, who));
    OK(windows_near(db, arena, T0, T0 + HN_DAY, &w, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(w[0].title, "停電");
    assert_int_equal(w[0].to, T0 + HN_HOUR); /* ended early */
    assert_string_equal(w[1].title, "毎日");
    assert_int_equal(w[1].from, hn_from_tokyo(2026, 10, 1, 22, 0, 0));
    assert_int_equal(w[0].n, 1);
    assert_string_equal(w[0].target[0].name, "麹町出張所");
    assert_true(window_covers(&w[0], "site", site));
    assert_false(window_covers(&w[0], "host", site));
}

/* Three checks of one router in S03: begun, measured again after a gap as before, failed in a gap.
 */
static const char gaps[] =
    "INSERT INTO watch.host (name, address, site_id, class, created_at) SELECT 's03-rt1', "
    "'10.44.3.1',"
    " id, 'router', now() FROM watch.site WHERE code = 'S03';"
    "INSERT INTO watch.checks (host_id, name, kind, interval_s, retry_interval_s, created_at)"
    " SELECT id, n, 'icmp', 20, 5, now() FROM watch.host, unnest(ARRAY['begun', 'same', 'failed',"
    " 'silent']) n WHERE name = 's03-rt1';"
    "INSERT INTO event.transition (check_id, host_id, from_state, to_state, at, confirmed_at,"
    " created_at) SELECT k.id, k.host_id, v.f, v.t, '2026-10-01T00:00:00Z'::timestamptz + v.m *"
    " interval '1 minute', '2026-10-01T00:00:00Z'::timestamptz + v.m * interval '1 minute', now()"
    " FROM (VALUES ('begun', 'pending', 'ok', 50), ('same', 'pending', 'ok', 10), ('same', 'ok',"
    " 'unknown', 40), ('same', 'unknown', 'ok', 51), ('failed', 'pending', 'ok', 10), ('failed',"
    " 'ok', 'unknown', 40), ('failed', 'unknown', 'critical', 52), ('silent', 'pending', 'ok', 10),"
    " ('silent', 'ok', 'unknown', 53)) v(name, f, t, m) JOIN watch.checks k ON k.name = v.name"
    " ORDER BY v.m;"
    "INSERT INTO watch.check_state (check_id, state, state_since, known_state, known_since, output,"
    " last_transition_id) SELECT k.id, x.to_state, x.at, CASE x.to_state WHEN 'unknown' THEN 'ok'"
    " ELSE x.to_state END, CASE k.name WHEN 'begun' THEN x.at WHEN 'failed' THEN x.at ELSE"
    " '2026-10-01T00:10:00Z' END, '', x.id FROM watch.checks k CROSS JOIN LATERAL (SELECT * FROM"
    " event.transition WHERE check_id = k.id ORDER BY at DESC LIMIT 1) x JOIN watch.host h ON h.id "
    "="
    " k.host_id WHERE h.name = 's03-rt1';";

static hn_instant changed(const char *off)
{
    const struct overview_site *s = NULL;
    size_t n = 0;

    pg_test_sql(db, hn_arena_fmt(arena,
                                 "UPDATE watch.checks SET enabled = NOT (name = ANY('{%s}')) WHERE "
                                 "host_id = (SELECT id FROM watch.host WHERE name = 's03-rt1')",
                                 off));
    OK(overview_sites(db, arena, pg_test_i64(db, "SELECT id FROM watch.site WHERE code = 'S03'"),
                      T0 - 15 * HN_MIN_SPAN, &s, &n, &e));
    assert_int_equal(n, 1);
    return s[0].changed_at;
}

static void first_states_and_gaps_are_no_changes(void **state)
{
    int64_t host = 0;
    int64_t before = 0;
    int64_t after = 0;
    const struct event_view *x = NULL;
    const struct overview_check *k = NULL;
    size_t n = 0;

    (void)state;
    pg_test_sql(db, gaps);
    host = pg_test_i64(db, "SELECT id FROM watch.host WHERE name = 's03-rt1'");
    struct event_view_filter f = {
        .host_id = host, .limit = 50, .from = HN_UNSET, .to = HN_UNSET, .changes_only = true};
    OK(event_view_list(db, arena, &f, &x, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(x[0].check_name, "silent");
    assert_string_equal(x[0].to_state, "unknown");
    assert_string_equal(x[1].check_name, "failed");
    assert_string_equal(x[1].to_state, "critical");
    assert_true(x[1].open);
    f.changes_only = false;
    OK(event_view_list(db, arena, &f, &x, &n, &e));
    assert_int_equal(n, 9);
    /* The mark on the tile likewise. */
    assert_int_equal(changed(""), T0 - 7 * HN_MIN_SPAN);
    assert_int_equal(changed("silent"), T0 - 8 * HN_MIN_SPAN);
    assert_int_equal(changed("silent,failed"), HN_UNSET);
    /* A state is as old as it is known, not as the last gap. */
    OK(overview_checks(db, arena, 0,
                       pg_test_i64(db, "SELECT id FROM watch.checks WHERE name = 'same'"), &k, &n,
                       &e));
    assert_int_equal(k[0].state_since, T0 - 50 * HN_MIN_SPAN);
    /* What was acknowledged before a gap stays so after it. */
    OK(event_view_open(db, &before, &e));
    pg_test_sql(db, "UPDATE watch.check_state SET acknowledged_at = '2026-10-01T00:53:00Z' WHERE "
                    "check_id = (SELECT id FROM watch.checks WHERE name = 'failed')");
    OK(event_view_open(db, &after, &e));
    assert_int_equal(after, before - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_is_as_bad_as_its_worst_check),
        cmocka_unit_test(totals_are_the_filtered_lists),
        cmocka_unit_test(lists_filter_and_sort),
        cmocka_unit_test(a_host_with_all_its_parts),
        cmocka_unit_test(events_that_wait_are_neither_suppressed_nor_acknowledged),
        cmocka_unit_test(planned_stops_name_what_they_cover),
        cmocka_unit_test(first_states_and_gaps_are_no_changes),
    };

    return cmocka_run_group_tests_name("overview", tests, setup, teardown);
}
