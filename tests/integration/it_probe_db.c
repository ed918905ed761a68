/* SPDX-License-Identifier: Apache-2.0 */
/* A whole probe, as a process of its own, against a real PostgreSQL: checks come and change by
 * notification, states are stored, parents are probed at once, a database that goes away costs no
 * result, SIGTERM ends it cleanly. */
#include "probes/probe.h"
#include "tests/support/pg.h"
#include "tests/support/probe_rig.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct db *db;
static char dir[] = "/tmp/hinomi-probe-XXXXXX";
static pid_t probe;
static int port; /* of a TCP server that the kernel alone answers for */
static int closed_port;

static int run_probe(void)
{
    struct config cfg = {.database = pg_test_conninfo(), .state = dir};
    struct hn_err e = {0};
    struct probe *p = probe_open();
    enum hn_code code = probe_run(p, &cfg, "tested", &e);

    if (code != HN_OK)
        (void)fprintf(stderr, "probe: %s (%s)\n", e.msg, e.detail);
    probe_free(p);
    return code == HN_OK ? 0 : 1;
}

static void start_probe(void)
{
    probe = fork();
    assert_true(probe >= 0);
    if (probe == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)close_range(3, ~0U, 0); /* the test's connections are not ours */
        _exit(run_probe());
    }
}

/* The exit status. */
static int stop_probe(void)
{
    int status = 0;

    assert_int_equal(kill(probe, SIGTERM), 0);
    assert_int_equal(waitpid(probe, &status, 0), probe);
    probe = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_port(int *fd)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);

    *fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(*fd >= 0 && bind(*fd, (struct sockaddr *)&a, len) == 0 && listen(*fd, 1000) == 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&a, &len), 0);
    return ntohs(a.sin_port);
}

static int64_t make_host(const char *name)
{
    char sql[300];

    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO watch.host (name, address, probe, created_at) "
                   "VALUES ('%s', '127.0.0.1', 'tested', now())",
                   name);
    pg_test_sql(db, sql);
    return pg_test_i64(db, "SELECT id FROM watch.host WHERE name = '%s'", name);
}

static int64_t make_check(int64_t host, int at, int interval_s, bool liveness)
{
    char sql[500];

    (void)snprintf(
        sql, sizeof(sql),
        "INSERT INTO watch.checks (host_id, name, kind, interval_s, retry_interval_s, "
        "timeout_s, params, liveness, created_at) VALUES (%lld, 'port', 'tcp', %d, 1, 1, "
        "'{\"port\": %d}', %s, now())",
        (long long)host, interval_s, at, liveness ? "true" : "false");
    pg_test_sql(db, sql);
    return pg_test_i64(db, "SELECT id FROM watch.checks WHERE host_id = %lld", (long long)host);
}

static void set_port(int64_t check, int at)
{
    char sql[200];

    (void)snprintf(
        sql, sizeof(sql),
        "UPDATE watch.checks SET params = '{\"port\": %d}' WHERE id = %lld; NOTIFY hn_config", at,
        (long long)check);
    pg_test_sql(db, sql);
}

/* Waits until the query answers at least `want`. */
static void wait_for(int64_t want, int seconds, const char *sql)
{
    for (int i = 0; i < seconds * 20; i++) {
        if (pg_test_i64(db, "%s", sql) >= want)
            return;
        (void)usleep(50000);
    }
    fail_msg("after %d s: %s is %lld", seconds, sql, (long long)pg_test_i64(db, "%s", sql));
}

static void wait_state(int64_t check, const char *state, int seconds)
{
    char sql[200];

    (void)snprintf(sql, sizeof(sql),
                   "SELECT count(*) FROM watch.check_state WHERE check_id = %lld AND state = '%s'",
                   (long long)check, state);
    wait_for(1, seconds, sql);
}

/* ---- tests: one story in order ---- */

static int64_t child, parent;

static void a_check_appears(void **state)
{
    (void)state;
    start_probe();
    wait_for(1, 20,
             "SELECT count(*) FROM watch.probe WHERE name = 'tested' AND counters ? 'checks'");
    child = make_check(make_host("child"), port, 1, true);
    parent = make_check(make_host("parent"), port, 3600, true);
    pg_test_sql(db,
                "INSERT INTO watch.host_parent SELECT c.id, p.id FROM watch.host c, watch.host p "
                "WHERE c.name = 'child' AND p.name = 'parent'; NOTIFY hn_config");
    wait_state(child, "ok", 20);
    wait_state(parent, "ok", 20);
    assert_true(
        pg_test_i64(
            db,
            "SELECT count(*) FROM series.series WHERE check_id = %lld AND metric = 'connect' "
            "AND unit = 'ms'",
            (long long)child) == 1);
}

/* Three failures a second apart; the parent, which is due in an hour, is asked when the first is
 * seen. */
static void a_failure_asks_the_parent(void **state)
{
    char sql[200];
    int64_t before =
        pg_test_i64(db,
                    "SELECT extract(epoch FROM last_at)::bigint FROM watch.check_state "
                    "WHERE check_id = %lld",
                    (long long)parent);

    (void)state;
    assert_true(before > 0);
    (void)sleep(1); /* a parent that was probed within a second is not probed again */
    set_port(child, closed_port);
    wait_state(child, "critical", 20);
    (void)snprintf(
        sql, sizeof(sql),
        "SELECT extract(epoch FROM last_at)::bigint FROM watch.check_state WHERE check_id = %lld",
        (long long)parent);
    wait_for(before + 1, 5, sql);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM event.transition WHERE check_id = %lld "
                                 "AND to_state = 'critical'",
                                 (long long)child),
                     1);
    /* the outage began at the first of three failures */
    assert_true(
        pg_test_i64(db,
                    "SELECT extract(epoch FROM confirmed_at - at)::bigint FROM event.transition "
                    "WHERE check_id = %lld AND to_state = 'critical'",
                    (long long)child) >= 1);
    set_port(child, port);
    wait_state(child, "ok", 10);
}

static void a_bad_setting_is_said(void **state)
{
    (void)state;
    pg_test_sql(db, "UPDATE watch.checks SET params = '{\"port\": 0}' WHERE host_id = "
                    "(SELECT id FROM watch.host WHERE name = 'child'); NOTIFY hn_config");
    wait_state(child, "unknown", 10);
    assert_string_equal(
        pg_test_text(db, "SELECT last_outcome FROM watch.check_state WHERE check_id = %lld",
                     (long long)child),
        "not_run");
    set_port(child, port);
    wait_state(child, "ok", 10);
}

/* Nobody may connect, and the probe's connections are cut; ours stays. */
static void allow(bool on)
{
    static struct db *other; /* a database cannot refuse connections from within */
    char sql[400];
    struct hn_err e = {0};
    int64_t mine = 0; /* the helpers have a connection beside it */

    assert_int_equal(db_i64(db, "SELECT pg_backend_pid()::bigint", NULL, 0, &mine, &e), HN_OK);
    if (other == NULL) {
        (void)snprintf(sql, sizeof(sql), "%s dbname=postgres", pg_test_conninfo());
        assert_int_equal(db_open(sql, &other, &e), HN_OK);
    }
    (void)snprintf(sql, sizeof(sql), "ALTER DATABASE \"%s\" WITH ALLOW_CONNECTIONS %s",
                   pg_test_text(db, "SELECT current_database()"), on ? "true" : "false");
    pg_test_sql(other, sql);
    if (!on) {
        (void)snprintf(sql, sizeof(sql),
                       "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE datname = '%s' AND pid NOT IN (%lld, %lld)",
                       pg_test_text(db, "SELECT current_database()"),
                       (long long)pg_test_i64(db, "SELECT pg_backend_pid()"), (long long)mine);
        pg_test_sql(other, sql);
    }
    if (on) {
        db_free(other);
        other = NULL;
    }
}

static void a_database_that_goes_away(void **state)
{
    int64_t before, after, seconds;

    (void)state;
    before = pg_test_i64(db, "SELECT sum(n) FROM series.journal");
    seconds = pg_test_i64(db, "SELECT extract(epoch FROM clock_timestamp())::bigint");
    allow(false);
    (void)sleep(4);
    allow(true);
    wait_for(1, 30, "SELECT (max(to_at) > now() - interval '2 s')::int FROM series.journal");
    wait_for(
        1, 30,
        "SELECT (counters ->> 'results_spooled')::bigint FROM watch.probe WHERE name = 'tested'");
    after = pg_test_i64(db, "SELECT sum(n) FROM series.journal");
    seconds = pg_test_i64(db, "SELECT extract(epoch FROM max(to_at))::bigint FROM series.journal") -
              seconds;
    /* one result a second, none missing: as many as seconds went by, but for the first and last */
    assert_true(after - before >= seconds - 2);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT (counters ->> 'results_dropped')::bigint FROM watch.probe "
                                 "WHERE name = 'tested'"),
                     0);
    /* delivered with their own times: no two results are further apart than the interval allows */
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM event.transition WHERE check_id = %lld "
                                 "AND to_state = 'unknown' AND NOT superseded AND at > now() - "
                                 "interval '%lld s'",
                                 (long long)child, (long long)seconds),
                     0);
}

static void a_check_goes(void **state)
{
    int64_t n;

    (void)state;
    pg_test_sql(db, "UPDATE watch.host SET enabled = false WHERE name = 'child'; NOTIFY hn_config");
    wait_for(
        1, 30,
        "SELECT ((counters ->> 'checks')::int = 1)::int FROM watch.probe WHERE name = 'tested'");
    (void)sleep(1);
    n = pg_test_i64(db, "SELECT sum(n) FROM series.journal");
    (void)sleep(2);
    assert_int_equal(pg_test_i64(db, "SELECT sum(n) FROM series.journal"), n);
}

static void it_stops(void **state)
{
    int64_t at = hn_mono_now().us;

    (void)state;
    assert_int_equal(stop_probe(), 0);
    assert_true(hn_mono_now().us - at < 5 * HN_SEC);
}

static int listener;

static int up(void **state)
{
    (void)state;
    if (pg_test_up() != 0 || mkdtemp(dir) == NULL)
        return -1;
    db = pg_test_db();
    port = open_port(&listener);
    closed_port = rig_free_port(false);
    return 0;
}

static int down(void **state)
{
    const char *const rm[] = {"rm", "-rf", dir, NULL};

    (void)state;
    if (probe > 0)
        (void)stop_probe();
    db_free(db);
    (void)close(listener);
    pg_test_down();
    (void)waitpid(rig_spawn(rm), NULL, 0);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(a_check_appears),       cmocka_unit_test(a_failure_asks_the_parent),
        cmocka_unit_test(a_bad_setting_is_said), cmocka_unit_test(a_database_that_goes_away),
        cmocka_unit_test(a_check_goes),          cmocka_unit_test(it_stops),
    };

    return cmocka_run_group_tests_name("probe_db", t, up, down);
}
