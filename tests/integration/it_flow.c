/* SPDX-License-Identifier: Apache-2.0 */
/* From results to incidents, second by second under a false clock, against a real PostgreSQL. */
#include "itsm/flow/flow.h"
#include "itsm/watch/maintenance.h"
#include "server/ingest/ingest.h"
#include "tests/support/pg.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 ((hn_instant)1790000000 * HN_SEC)
#define AT(s) (T0 + (hn_instant)(s)*HN_SEC)
#define CHECKS_MAX 120

static struct db *db;
static struct hn_arena *arena;

/* One simulated check: up, or down between two times. */
static struct sim {
    int64_t check, host;
    hn_instant due;
    hn_instant down_from, down_to;
    int64_t interval, retry;
} sim[CHECKS_MAX];
static size_t n_sim;
static hn_instant clock_at;
static int64_t site;
static int case_no;

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

/* Each test has its own site, after all that the others left was closed. */
static int each(void **state)
{
    char sql[400];

    (void)state;
    hn_arena_reset(arena);
    n_sim = 0;
    clock_at = AT(case_no * 100000);
    case_no++;
    snprintf(sql, sizeof(sql),
             "INSERT INTO watch.site (code, name, short_name, terminals) "
             "VALUES ('T%02d', '試験拠点%d', '試験', 70)",
             case_no, case_no);
    pg_test_sql(db, sql);
    site = pg_test_i64(db, "SELECT max(id) FROM watch.site");
    return 0;
}

static size_t add(const char *name, const char *class, int64_t parent, int interval, int retry,
                  int phase)
{
    char sql[1400];

    snprintf(sql, sizeof(sql),
             "WITH h AS (INSERT INTO watch.host (name, address, class, site_id, created_at) "
             "VALUES ('t%d-%s', '192.0.2.1', '%s', %" PRId64 ", now()) RETURNING id), "
             "p AS (INSERT INTO watch.host_parent SELECT id, %" PRId64 " FROM h WHERE %" PRId64
             " > 0) INSERT INTO watch.checks (host_id, name, kind, liveness, interval_s, "
             "retry_interval_s, timeout_s, created_at) SELECT id, '死活', 'icmp', true, %d, %d, 1, "
             "now() FROM h",
             case_no, name, class, site, parent, parent, interval, retry);
    pg_test_sql(db, sql);
    sim[n_sim] = (struct sim){.check = pg_test_i64(db, "SELECT max(id) FROM watch.checks"),
                              .host = pg_test_i64(db, "SELECT max(id) FROM watch.host"),
                              .due = clock_at + phase * HN_SEC,
                              .down_from = HN_NEVER,
                              .down_to = HN_NEVER,
                              .interval = interval,
                              .retry = retry};
    return n_sim++;
}

static void flow(struct db *conn, hn_instant now)
{
    bool again = true;

    while (again) {
        struct hn_err e = {0};
        HN_ARENA a = hn_arena_new();

        if (flow_run(conn, a, now, &again, &e) != HN_OK)
            fail_msg("flow: %s / %s", e.msg, e.detail);
    }
}

static void probe_due(void)
{
    struct ingest_result r[CHECKS_MAX];
    struct ingest_state s[CHECKS_MAX];
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    size_t n = 0, n_s = 0;

    for (size_t i = 0; i < n_sim; i++) {
        bool bad = clock_at >= sim[i].down_from && clock_at < sim[i].down_to;

        if (sim[i].due > clock_at)
            continue;
        r[n++] = (struct ingest_result){.check_id = sim[i].check,
                                        .at = clock_at,
                                        .outcome = bad ? OUTCOME_FAILED : OUTCOME_OK,
                                        .state = bad ? RESULT_CRITICAL : RESULT_OK,
                                        .output = bad ? "応答なし" : "応答あり"};
    }
    if (n == 0)
        return;
    if (ingest_batch(db, "test", r, n, clock_at, a, s, &n_s, NULL, &e) != HN_OK)
        fail_msg("ingest: %s / %s", e.msg, e.detail);
    for (size_t k = 0; k < n_s; k++)
        for (size_t i = 0; i < n_sim; i++)
            if (sim[i].check == s[k].check_id)
                sim[i].due = clock_at + (s[k].soft ? sim[i].retry : sim[i].interval) * HN_SEC;
}

/* Time passes: probes each second, the flow after each. */
static void pass(int seconds, bool with_flow)
{
    for (int i = 0; i < seconds; i++) {
        clock_at += HN_SEC;
        probe_due();
        if (with_flow)
            flow(db, clock_at);
    }
}

static void fail_at(size_t i, int from, int to)
{
    sim[i].down_from = clock_at + from * HN_SEC;
    sim[i].down_to = to < 0 ? HN_NEVER : clock_at + to * HN_SEC;
}

static int64_t incidents(void)
{
    return pg_test_i64(db, "SELECT count(*) FROM ticket.ticket WHERE site_id = %" PRId64, site);
}

static int64_t in_state(const char *state)
{
    return pg_test_i64(db,
                       "SELECT count(*) FROM watch.check_state s JOIN watch.checks c ON c.id = "
                       "s.check_id JOIN watch.host h ON h.id = c.host_id WHERE h.site_id = %" PRId64
                       " AND s.state = '%s'",
                       site, state);
}

static int64_t waiting(void)
{
    return pg_test_i64(db, "SELECT count(*) FROM event.transition WHERE flow_state <> 'done'");
}

static void router_with_terminals(int terminals)
{
    size_t router = add("rt", "router", 0, 20, 5, 3);

    for (int i = 0; i < terminals; i++) {
        char name[20];

        snprintf(name, sizeof(name), "pc%d", i);
        (void)add(name, "terminal", sim[router].host, 20, 5, i % 20);
    }
    pass(30, true);
    assert_int_equal(in_state("ok"), terminals + 1);
}

static void assert_one_root(int terminals)
{
    assert_int_equal(incidents(), 1);
    assert_int_equal(in_state("critical"), 1);
    assert_int_equal(in_state("unreachable"), terminals);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(DISTINCT t.check_id) FROM event.transition t "
                                 "JOIN event.transition r ON r.id = t.suppressed_by "
                                 "WHERE t.to_state = 'unreachable' AND r.check_id = %" PRId64
                                 " AND r.to_state = 'critical' AND r.ticket_id IS NOT NULL",
                                 sim[0].check),
                     terminals);
}

/* The site is said once: by the device's label where that begins with it, else by its short name.
 */
static void a_title_says_the_site_once(void **state)
{
    (void)state;
    (void)add("rt", "router", 0, 20, 5, 3);
    (void)add("sw", "switch", 0, 20, 5, 4);
    pg_test_sql(db,
                "UPDATE watch.host SET label = '試験 ルータ' WHERE id = (SELECT max(id) - 1 FROM "
                "watch.host); UPDATE watch.host SET label = 'スイッチ' WHERE id = (SELECT max(id) "
                "FROM watch.host)");
    pass(30, true);
    fail_at(0, 1, 300);
    fail_at(1, 1, 300);
    pass(60, true);
    assert_int_equal(incidents(), 2);
    assert_int_equal(
        pg_test_i64(db,
                    "SELECT count(*) FROM ticket.ticket WHERE site_id = %" PRId64
                    " AND (title LIKE '試験 ルータ %%' OR title LIKE '試験 スイッチ %%')",
                    site),
        2);
}

/* MON-17, and "one incident within 60 s" of the interval of 20 s, retry 5 s, 3 of 3. */
static void a_router_and_seventy_terminals(void **state)
{
    int64_t ticket;

    (void)state;
    router_with_terminals(70);
    for (size_t i = 0; i < n_sim; i++)
        fail_at(i, 1, 300);
    pass(60, true);
    assert_one_root(70);
    ticket = pg_test_i64(db, "SELECT id FROM ticket.ticket WHERE site_id = %" PRId64, site);
    assert_int_equal(
        pg_test_i64(db, "SELECT check_id FROM ticket.ticket WHERE id = %" PRId64, ticket),
        sim[0].check);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count FROM ticket.affected WHERE kind = 'terminals' "
                                 "AND ticket_id = %" PRId64,
                                 ticket),
                     70);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM ticket.affected WHERE kind = 'host' "
                                 "AND ticket_id = %" PRId64,
                                 ticket),
                     71);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM ticket.affected WHERE kind = 'site' "
                                 "AND ticket_id = %" PRId64,
                                 ticket),
                     1);
    /* Each terminal is one event: it did not become critical first and unreachable then. */
    assert_int_equal(
        pg_test_i64(db,
                    "SELECT count(*) FROM event.transition t JOIN watch.host h ON h.id = "
                    "t.host_id WHERE h.site_id = %" PRId64 " AND NOT t.superseded AND "
                    "t.at > to_timestamp(%" PRId64 ") AND (t.to_state = 'critical') = "
                    "(t.check_id <> %" PRId64 ")",
                    site, (clock_at - 60 * HN_SEC) / HN_SEC, sim[0].check),
        0);
    assert_int_equal(
        pg_test_i64(db,
                    "SELECT count(*) FROM event.transition t JOIN watch.host h ON h.id = "
                    "t.host_id WHERE h.site_id = %" PRId64 " AND NOT t.superseded AND "
                    "t.from_state = 'ok' AND t.to_state = 'unreachable' AND "
                    "t.confirmed_at > t.at",
                    site),
        70);
    pass(300, true);
    assert_int_equal(incidents(), 1);
    assert_int_equal(in_state("ok"), 71);
    /* The ticket's times are those of the samples. */
    assert_int_equal(
        pg_test_i64(db,
                    "SELECT count(*) FROM ticket.ticket k JOIN event.transition d ON d.ticket_id = "
                    "k.id AND d.to_state = 'critical' AND d.check_id = k.check_id "
                    "AND d.at = k.occurred_at AND d.confirmed_at = k.detected_at "
                    "JOIN event.transition u ON u.ticket_id = k.id AND u.to_state = 'ok' "
                    "AND u.at = k.restored_at WHERE k.id = %" PRId64,
                    ticket),
        1);
    assert_int_equal(waiting(), 0);
}

/* Phases such that every terminal is confirmed down before the router is even asked. */
static void children_come_first(void **state)
{
    (void)state;
    size_t router = add("rt", "router", 0, 60, 5, 0);

    for (int i = 0; i < 10; i++) {
        char name[20];

        snprintf(name, sizeof(name), "pc%d", i);
        (void)add(name, "terminal", sim[router].host, 10, 2, 1 + i % 5);
    }
    pass(70, true); /* the router was asked at 0 and 60 (here: 10 s ago) */
    for (size_t i = 0; i < n_sim; i++)
        fail_at(i, 1, -1);
    pass(10, true); /* some children are confirmed; the router's own time is 40 s from now */
    assert_int_equal(incidents(), 0);
    assert_true(pg_test_i64(db, "SELECT count(*) FROM event.transition "
                                "WHERE flow_state = 'held'") > 0);
    sim[router].due = clock_at; /* a failed child makes its parents be probed at once */
    pass(20, true);
    assert_one_root(10);
    assert_int_equal(waiting(), 0);
}

/* The hold is over before the parent is known: a child's incident becomes the root's. */
static void a_child_that_waited_too_long(void **state)
{
    int64_t ticket;

    (void)state;
    size_t router = add("rt", "router", 0, 120, 5, 0);
    size_t child = add("pc", "terminal", sim[router].host, 20, 5, 1);

    pass(30, true);
    fail_at(router, 1, -1);
    fail_at(child, 1, -1);
    pass(50, true);
    assert_int_equal(incidents(), 1);
    assert_int_equal(in_state("critical"), 1);
    ticket =
        pg_test_i64(db, "SELECT id FROM ticket.ticket WHERE check_id = %" PRId64, sim[child].check);
    assert_true(ticket > 0);
    pass(60, true);
    assert_one_root(1);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT ticket_id FROM event.transition WHERE check_id = "
                                 "%" PRId64 " AND to_state = 'critical'",
                                 sim[router].check),
                     ticket);
}

/* What failed while its parent was well has a cause of its own. */
static void a_child_that_failed_before(void **state)
{
    (void)state;
    size_t router = add("rt", "router", 0, 20, 5, 0);
    size_t child = add("pc", "terminal", sim[router].host, 20, 5, 1);

    pass(30, true);
    fail_at(child, 1, -1);
    fail_at(router, 100, -1);
    pass(200, true);
    assert_int_equal(incidents(), 2);
    assert_int_equal(in_state("critical"), 2);
}

static void one_of_two_parents_is_enough(void **state)
{
    char sql[200];

    (void)state;
    size_t one = add("rt1", "router", 0, 20, 5, 0);
    size_t two = add("rt2", "router", 0, 20, 5, 5);
    size_t child = add("pc", "terminal", sim[one].host, 20, 5, 1);

    snprintf(sql, sizeof(sql), "INSERT INTO watch.host_parent VALUES (%" PRId64 ", %" PRId64 ")",
             sim[child].host, sim[two].host);
    pg_test_sql(db, sql);
    pass(30, true);
    fail_at(one, 1, -1);
    pass(60, true);
    assert_int_equal(incidents(), 1);
    assert_int_equal(in_state("ok"), 2);
    fail_at(two, 1, -1);
    fail_at(child, 1, -1);
    pass(60, true);
    assert_int_equal(incidents(), 2);
    assert_int_equal(in_state("unreachable"), 1);
}

/* An SNMP check of a device that is off is no fault of its own. */
static void other_checks_of_a_dead_host(void **state)
{
    char sql[400];

    (void)state;
    size_t server = add("sv", "server", 0, 20, 5, 10);

    snprintf(sql, sizeof(sql),
             "INSERT INTO watch.checks (host_id, name, kind, interval_s, retry_interval_s, "
             "timeout_s, created_at) VALUES (%" PRId64 ", 'SNMP', 'snmp', 20, 5, 1, now())",
             sim[server].host);
    pg_test_sql(db, sql);
    sim[n_sim] = sim[server];
    sim[n_sim].check = pg_test_i64(db, "SELECT max(id) FROM watch.checks");
    sim[n_sim++].due = clock_at;
    pass(30, true);
    fail_at(0, 1, -1);
    fail_at(1, 1, -1);
    pass(60, true);
    assert_one_root(1);
}

/* MON-32: the same alert recurs while the incident is open. */
/* INC-07: the site's other lines are named too, and whether another router still ends them. */
static void the_other_lines_stand_aside(void **state)
{
    size_t rt, pair;

    (void)state;
    rt = add("rt", "router", 0, 20, 5, 0);
    pair = add("mn", "router", 0, 20, 5, 1);
    pg_test_sql(db, hn_arena_fmt(arena,
                                 "INSERT INTO watch.line (code, site_id, segment, scope) SELECT 'L'"
                                 " || %d || x, %" PRId64 ", 'seg' || x, 'site_wan' FROM"
                                 " generate_series(1, 3) AS x",
                                 case_no, site));
    pg_test_sql(db, hn_arena_fmt(arena,
                                 "UPDATE watch.host h SET line_id = l.id FROM watch.line l WHERE"
                                 " (h.id = %" PRId64 " AND l.code = 'L%d1') OR (h.id = %" PRId64
                                 " AND l.code = 'L%d2')",
                                 sim[rt].host, case_no, sim[pair].host, case_no));
    pg_test_sql(db, hn_arena_fmt(arena, "UPDATE watch.host SET class = 'other' WHERE id = %" PRId64,
                                 sim[pair].host));
    pass(30, true);
    fail_at(rt, 1, -1);
    pass(60, true);
    assert_string_equal(
        pg_test_text(db,
                     "SELECT string_agg(a.name, ' | ' ORDER BY a.name) FROM ticket.affected a JOIN "
                     "ticket.ticket t ON t.id = a.ticket_id WHERE t.site_id = %" PRId64
                     " AND a.kind = 'line'",
                     site),
        hn_arena_fmt(arena, "L%d1 (seg1) | L%d2 (seg2, on a router of its own) | L%d3 (seg3)",
                     case_no, case_no, case_no));
}

static void a_repeat_is_a_line(void **state)
{
    (void)state;
    size_t host = add("sv", "server", 0, 20, 5, 0);

    pass(30, true);
    fail_at(host, 1, 60);
    pass(100, true);
    assert_int_equal(incidents(), 1);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM ticket.ticket WHERE site_id = %" PRId64
                                 " AND restored_at IS NOT NULL",
                                 site),
                     1);
    fail_at(host, 1, -1);
    pass(60, true);
    assert_int_equal(incidents(), 1);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM ticket.ticket WHERE site_id = %" PRId64
                                 " AND restored_at IS NOT NULL",
                                 site),
                     0);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM ticket.entry e JOIN ticket.ticket t "
                                 "ON t.id = e.ticket_id WHERE t.site_id = %" PRId64
                                 " AND e.transition_id IS NOT NULL AND e.kind = 'event'",
                                 site),
                     2);
    pg_test_sql(db, "UPDATE ticket.ticket SET state = 'resolved', resolved_at = now()");
    sim[host].down_to = clock_at;
    pass(40, true);
    fail_at(host, 1, -1);
    pass(60, true);
    assert_int_equal(incidents(), 2);
}

static void stop_window(int from, int to)
{
    struct actor noc = {pg_test_account(db, "noc"), "test.noc", ROLE_NOC, NULL};
    struct actor ward = {pg_test_account(db, "ward_it"), "test.ward_it", ROLE_WARD_IT, NULL};
    struct maintenance_new in = {.title = "計画停止",
                                 .from = clock_at + from * HN_SEC,
                                 .to = clock_at + to * HN_SEC,
                                 .scope =
                                     hn_arena_fmt(arena, "[{\"site_id\": %" PRId64 "}]", site)};
    struct hn_err e = {0};
    int64_t id;

    if (maintenance_create(db, arena, &noc, &in, clock_at, &id, &e) != HN_OK ||
        maintenance_decide(db, arena, &ward, id, true, NULL, clock_at, &e) != HN_OK)
        fail_msg("%s / %s", e.msg, e.detail);
}

/* MON-18 */
static void planned_stops_hold_until_their_end(void **state)
{
    (void)state;
    size_t short_one = add("a", "server", 0, 20, 5, 0);
    size_t long_one = add("b", "server", 0, 20, 5, 5);

    pass(30, true);
    stop_window(10, 300);
    fail_at(short_one, 30, 200);
    fail_at(long_one, 30, -1);
    pass(290, true);
    assert_int_equal(incidents(), 0);
    assert_int_equal(in_state("critical"), 1);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM event.transition WHERE "
                                     "suppressed_by_maintenance IS NOT NULL"),
                     2);
    pass(15, true);
    assert_int_equal(incidents(), 1);
    assert_int_equal(
        pg_test_i64(db, "SELECT check_id FROM ticket.ticket WHERE site_id = %" PRId64, site),
        sim[long_one].check);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM ticket.ticket k JOIN event.transition t "
                                 "ON t.ticket_id = k.id WHERE k.site_id = %" PRId64
                                 " AND k.occurred_at = t.at AND k.detected_at > t.confirmed_at",
                                 site),
                     1);
    assert_int_equal(waiting(), 0);
}

static void a_terminal_that_stays_down(void **state)
{
    (void)state;
    router_with_terminals(3);
    for (size_t i = 0; i < n_sim; i++)
        fail_at(i, 1, i == 2 ? -1 : 100);
    pass(90, true);
    assert_one_root(3);
    pass(120, true);
    assert_int_equal(in_state("ok"), 3);
    assert_int_equal(in_state("critical"), 1);
    assert_int_equal(incidents(), 2);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT check_id FROM ticket.ticket WHERE site_id = %" PRId64
                                 " ORDER BY id DESC LIMIT 1",
                                 site),
                     sim[2].check);
}

/* A late batch corrects the service's outages and pages nobody. */
/* Confirmed only when its parent is up again: an effect all the same, and no second incident. */
static void a_child_that_is_told_late(void **state)
{
    size_t router, child;

    (void)state;
    router = add("rt", "router", 0, 20, 5, 3);
    child = add("pc", "terminal", sim[router].host, 120, 10, 12);
    pass(30, true);
    fail_at(router, 1, 135);
    pass(60, true);
    assert_int_equal(incidents(), 1);
    /* its third failure is asked for just before the parent's return, and told just after it */
    sim[child].down_from = clock_at;
    sim[child].down_to = clock_at + 70 * HN_SEC;
    for (int i = 0; i < 100; i++)
        pass(1, i < 60);
    for (int i = 0; i < 3; i++)
        flow(db, clock_at);
    assert_int_equal(in_state("critical"), 0);
    assert_int_equal(incidents(), 1);
    pass(150, true);
    assert_int_equal(in_state("ok"), 2);
    assert_int_equal(incidents(), 1);
    assert_int_equal(waiting(), 0);
}

static void late_results_page_nobody(void **state)
{
    struct ingest_result r[12];
    struct hn_err e = {0};
    char sql[600];

    (void)state;
    size_t host = add("sv", "server", 0, 20, 5, 0);

    snprintf(
        sql, sizeof(sql),
        "WITH s AS (INSERT INTO sla.service (name, created_at) VALUES ('業務%d', now()) "
        "RETURNING id) INSERT INTO sla.service_version (service_id, version, valid_from, rule, "
        "check_ids, created_at) SELECT id, 1, '-infinity', '{\"check\": %" PRId64 "}', "
        "ARRAY[%" PRId64 "], now() FROM s",
        case_no, sim[host].check, sim[host].check);
    pg_test_sql(db, sql);
    pass(1, true);
    sim[host].due = HN_NEVER;
    pass(600, true); /* cut off */
    for (int i = 0; i < 12; i++)
        r[i] = (struct ingest_result){.check_id = sim[host].check,
                                      .at = clock_at - (580 - i * 20) * HN_SEC,
                                      .outcome = i >= 4 && i < 10 ? OUTCOME_FAILED : OUTCOME_OK,
                                      .state = i >= 4 && i < 10 ? RESULT_CRITICAL : RESULT_OK,
                                      .output = "x"};
    sim[host].due = clock_at;
    pass(1, true);
    if (ingest_batch(db, "satellite", r, 12, clock_at, arena, NULL, NULL, NULL, &e) != HN_OK)
        fail_msg("%s / %s", e.msg, e.detail);
    flow(db, clock_at);
    assert_int_equal(incidents(), 0);
    assert_int_equal(waiting(), 0);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT extract(epoch FROM o.to_at - o.from_at) FROM "
                                 "sla.outage o JOIN sla.service s ON s.id = o.service_id WHERE "
                                 "NOT o.voided AND s.name = '業務%d'",
                                 case_no),
                     120);
}

static void *worker(void *arg)
{
    struct db *conn = pg_test_db();

    for (int i = 0; i < 10; i++)
        flow(conn, *(hn_instant *)arg);
    db_free(conn);
    return NULL;
}

static void two_workers_at_once(void **state)
{
    pthread_t t[2];

    (void)state;
    router_with_terminals(30);
    for (size_t i = 0; i < n_sim; i++)
        fail_at(i, 1, -1);
    pass(45, false);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&t[i], NULL, worker, &clock_at), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(t[i], NULL), 0);
    pass(20, true);
    assert_one_root(30);
    assert_int_equal(waiting(), 0);
}

#define T(f) cmocka_unit_test_setup(f, each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_title_says_the_site_once),  T(a_router_and_seventy_terminals),
        T(children_come_first),         T(a_child_that_waited_too_long),
        T(a_child_that_failed_before),  T(one_of_two_parents_is_enough),
        T(other_checks_of_a_dead_host), T(a_repeat_is_a_line),
        T(the_other_lines_stand_aside), T(planned_stops_hold_until_their_end),
        T(a_terminal_that_stays_down),  T(a_child_that_is_told_late),
        T(late_results_page_nobody),    T(two_workers_at_once)};

    return cmocka_run_group_tests_name("flow", tests, up, down);
}
