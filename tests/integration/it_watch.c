/* SPDX-License-Identifier: Apache-2.0 */
/* The register, what devices say of themselves, and events, against a real PostgreSQL. */
#include "itsm/event/event.h"
#include "itsm/watch/target.h"
#include "itsm/watch/target_store.h"
#include "server/ingest/ingest.h"
#include "tests/support/pg.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 ((hn_instant)1790000000 * HN_SEC)
#define AT(s) (T0 + (hn_instant)(s)*HN_SEC)

static struct db *db;
static struct hn_arena *arena;
static struct actor noc;
static struct hn_err e;

static int up(void **state)
{
    (void)state;
    if (pg_test_up() != 0)
        return -1;
    db = pg_test_db();
    arena = hn_arena_new();
    noc = (struct actor){pg_test_account(db, "noc"), "test.noc", ROLE_NOC, "127.0.0.1"};
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
    (void)state;
    hn_err_clear(&e);
    return 0;
}

#define OK(x)                                                                                      \
    do {                                                                                           \
        hn_err_clear(&e);                                                                          \
        if ((x) != HN_OK)                                                                          \
            fail_msg("%s: %s / %s", #x, e.msg, e.detail);                                          \
    } while (0)
#define FAILS(x, code)                                                                             \
    do {                                                                                           \
        hn_err_clear(&e);                                                                          \
        assert_int_equal((x), (code));                                                             \
    } while (0)
#define NAMES(x, f)                                                                                \
    do {                                                                                           \
        FAILS(x, HN_E_INVALID);                                                                    \
        assert_string_equal(e.field[0].field, (f));                                                \
    } while (0)

static int64_t add_site(const char *code)
{
    struct site_in in = {.code = code, .name = "拠点", .importance = 2};
    int64_t id = 0;

    OK(site_save(db, arena, &noc, &id, &in, T0, &e));
    return id;
}

static int64_t add_host(const char *name, int64_t parent)
{
    struct host_in in = host_in_new();
    int64_t id = 0;

    in.name = name;
    in.address = "192.0.2.9";
    if (parent != 0)
        in.parents = (struct hn_i64s){&parent, 1};
    OK(host_save(db, arena, &noc, &id, &in, NULL, 0, T0, &e));
    return id;
}

static int64_t add_check(int64_t host, const char *name, const char *kind)
{
    struct check_in in = check_in_new(kind);
    int64_t id = 0;

    in.host_id = host;
    in.name = name;
    OK(check_save(db, arena, &noc, &id, &in, T0, &e));
    return id;
}

static struct host_in as_it_is(int64_t id)
{
    struct host_record h;

    OK(host_get(db, arena, id, &h, &e));
    return (struct host_in){.name = h.name,
                            .label = h.label,
                            .address = h.address,
                            .site_id = h.site_id,
                            .class = h.class,
                            .parents = h.parents,
                            .probe = h.probe,
                            .importance = h.importance,
                            .enabled = h.enabled,
                            .version = h.version};
}

static void sites_have_versions(void **state)
{
    struct site_in in = {.code = "V1", .name = "区役所", .importance = 3, .version = 1};
    int64_t id = add_site("V1"), other = 0;
    struct site_record s;

    (void)state;
    in.name = "区役所 本庁舎";
    OK(site_save(db, arena, &noc, &id, &in, T0, &e));
    OK(site_get(db, arena, id, &s, &e));
    assert_int_equal(s.version, 2);
    FAILS(site_save(db, arena, &noc, &id, &in, T0, &e), HN_E_CONFLICT);    /* saw version 1 */
    FAILS(site_save(db, arena, &noc, &other, &in, T0, &e), HN_E_CONFLICT); /* the code is in use */
    in.parent_id = 424242;
    in.version = 2;
    NAMES(site_save(db, arena, &noc, &id, &in, T0, &e), "parent_id");
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM audit.journal WHERE object = 'site' "
                                 "AND object_id = %" PRId64,
                                 id),
                     2);
    FAILS(site_delete(db, arena, &noc, id, 1, T0, &e), HN_E_CONFLICT);
    OK(site_delete(db, arena, &noc, id, 2, T0, &e));
    FAILS(site_get(db, arena, id, &s, &e), HN_E_NOT_FOUND);
}

static void parents_never_form_a_circle(void **state)
{
    int64_t a = add_host("circle-a", 0), b = add_host("circle-b", a), c = add_host("circle-c", b);
    struct host_in in = as_it_is(a);
    int64_t nobody = 999999;

    (void)state;
    in.parents = (struct hn_i64s){&c, 1};
    NAMES(host_save(db, arena, &noc, &a, &in, NULL, 0, T0, &e), "parents");
    in.parents = (struct hn_i64s){&a, 1};
    NAMES(host_save(db, arena, &noc, &a, &in, NULL, 0, T0, &e), "parents");
    in.parents = (struct hn_i64s){&nobody, 1};
    NAMES(host_save(db, arena, &noc, &a, &in, NULL, 0, T0, &e), "parents");
    in = as_it_is(c);
    int64_t two[] = {a, b};

    in.parents = (struct hn_i64s){two, 2}; /* two ways up are no circle */
    OK(host_save(db, arena, &noc, &c, &in, NULL, 0, T0, &e));
    two[1] = a;
    in = as_it_is(c);
    in.parents = (struct hn_i64s){two, 2};
    NAMES(host_save(db, arena, &noc, &c, &in, NULL, 0, T0, &e), "parents");
}

static void fields_are_named(void **state)
{
    static const struct {
        const char *name, *address, *class, *field;
    } rows[] = {
        {"", "10.0.0.1", "other", "name"},     {"  ", "10.0.0.1", "other", "name"},
        {"a\nb", "10.0.0.1", "other", "name"}, {"x", "10.0.0.1; rm -rf /", "other", "address"},
        {"x", "<script>", "other", "address"}, {"x", "-oops", "other", "address"},
        {"x", "10.0.0.1", "toaster", "class"}};
    struct check_in check = check_in_new("icmp");
    int64_t id = 0;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        struct host_in in = host_in_new();

        in.name = rows[i].name;
        in.address = rows[i].address;
        in.class = rows[i].class;
        NAMES(host_save(db, arena, &noc, &id, &in, NULL, 0, T0, &e), rows[i].field);
    }
    struct host_in in = host_in_new();

    in.name = "'; DROP TABLE watch.host; --"; /* a name, nothing more */
    in.address = "no-such-host.example";
    OK(host_save(db, arena, &noc, &id, &in, NULL, 0, T0, &e));
    in.site_id = 424242;
    in.version = 1;
    NAMES(host_save(db, arena, &noc, &id, &in, NULL, 0, T0, &e), "site_id");
    check.host_id = id;
    check.name = "ping";
    check.attempts_n = 4;
    id = 0;
    NAMES(check_save(db, arena, &noc, &id, &check, T0, &e), "attempts.n");
    check.attempts_of = 21;
    NAMES(check_save(db, arena, &noc, &id, &check, T0, &e), "attempts.of");
    check.attempts_of = 4;
    check.retry_interval_s = 61;
    NAMES(check_save(db, arena, &noc, &id, &check, T0, &e), "retry_interval_s");
    check.retry_interval_s = 5;
    check.host_id = 424242;
    NAMES(check_save(db, arena, &noc, &id, &check, T0, &e), "host_id");
}

static void secrets_stay_inside(void **state)
{
    struct host_in in = host_in_new();
    struct host_record h;
    int64_t id = 0;

    (void)state;
    in.name = "v3";
    in.address = "192.0.2.3";
    in.snmp = "{\"version\":\"3\",\"user\":\"u\",\"auth_key\":\"topsecret\",\"port\":1161}";
    OK(host_save(db, arena, &noc, &id, &in, NULL, 0, T0, &e));
    OK(host_get(db, arena, id, &h, &e));
    assert_null(strstr(h.snmp, "topsecret"));
    assert_non_null(strstr(h.snmp, "auth_key_set"));
    in.snmp = "{\"port\":161}";
    in.version = 1;
    OK(host_save(db, arena, &noc, &id, &in, NULL, 0, T0, &e));
    assert_string_equal(pg_test_text(db,
                                     "SELECT concat_ws(' ', snmp ->> 'auth_key', "
                                     "snmp ->> 'port') FROM watch.host WHERE id = %" PRId64,
                                     id),
                        "topsecret 161");
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal WHERE after::text LIKE "
                                     "'%%topsecret%%' OR before::text LIKE '%%topsecret%%'"),
                     0);
    in.snmp = "null";
    in.version = 2;
    OK(host_save(db, arena, &noc, &id, &in, NULL, 0, T0, &e));
    OK(host_get(db, arena, id, &h, &e));
    assert_null(h.snmp);
}

static void a_host_brings_its_checks_or_none(void **state)
{
    struct check_in bring[2] = {check_in_new("icmp"), check_in_new("http")};
    struct host_in in = host_in_new();
    struct target_filter f = {.limit = 10};
    struct check_record *v;
    int64_t id = 0;
    size_t n;

    (void)state;
    in.name = "brings";
    in.address = "192.0.2.4";
    bring[0].name = "ping";
    bring[1].name = "web";
    OK(host_save(db, arena, &noc, &id, &in, bring, 2, T0, &e));
    f.host_id = id;
    OK(check_list(db, arena, &f, &v, &n, &e));
    assert_int_equal(n, 2);
    assert_true(v[0].liveness && !v[1].liveness);
    assert_string_equal(v[0].state, "pending");
    assert_string_equal(v[1].monitoring, "synthetic");
    f.host_id = add_host("brings-none", 0);
    OK(check_list(db, arena, &f, &v, &n, &e));
    assert_int_equal(n, 0);
    /* A bad check leaves nothing behind. */
    in.name = "brings-bad";
    bring[1].attempts_of = 0;
    id = 0;
    FAILS(host_save(db, arena, &noc, &id, &in, bring, 2, T0, &e), HN_E_INVALID);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM watch.host WHERE name = 'brings-bad'"),
                     0);
}

static void lists_filter_sort_and_page(void **state)
{
    struct target_filter f = {.q = "page-", .sort = "-name", .limit = 2};
    struct host_record *v;
    size_t n;

    (void)state;
    pg_test_sql(db, "INSERT INTO watch.segment (code, name, kind) "
                    "VALUES ('G99', '個人番号利用事務系', 'x')");
    for (int i = 0; i < 5; i++) {
        char name[20];

        snprintf(name, sizeof(name), "page-%d", (i * 3) % 5);
        (void)add_check(add_host(hn_arena_strdup(arena, name), 0), "ping",
                        i == 0 ? "icmp" : "http");
    }
    OK(host_list(db, arena, &f, &v, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(v[0].name, "page-4");
    f.after = v[1].id;
    OK(host_list(db, arena, &f, &v, &n, &e));
    assert_string_equal(v[0].name, "page-2");
    f.after = v[1].id;
    OK(host_list(db, arena, &f, &v, &n, &e));
    assert_int_equal(n, 1);
    f = (struct target_filter){.q = "page-", .monitoring = "liveness", .limit = 10};
    OK(host_list(db, arena, &f, &v, &n, &e));
    assert_int_equal(n, 1);
    pg_test_sql(db, "UPDATE watch.host SET segment_id = (SELECT id FROM watch.segment WHERE code = "
                    "'G99') WHERE name IN ('page-1', 'page-2')");
    f = (struct target_filter){.segment = "個人番号利用事務系", .limit = 10};
    OK(host_list(db, arena, &f, &v, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(v[0].segment, "G99");
    f = (struct target_filter){.q = "%", .limit = 10}; /* a percent sign, not a pattern */
    OK(host_list(db, arena, &f, &v, &n, &e));
    assert_int_equal(n, 0);
}

static void ingest_one(int64_t check, hn_instant at, bool bad, const struct ingest_value *v,
                       size_t n, const char *inventory)
{
    struct ingest_result r = {.check_id = check,
                              .at = at,
                              .outcome = bad ? OUTCOME_FAILED : OUTCOME_OK,
                              .state = bad ? RESULT_CRITICAL : RESULT_OK,
                              .output = bad ? "応答なし" : "応答あり",
                              .values = v,
                              .n_values = n,
                              .inventory = inventory};

    OK(ingest_batch(db, "test", &r, 1, at, arena, NULL, NULL, NULL, &e));
}

static void devices_tell_of_ports_and_sensors(void **state)
{
    static const struct ingest_value v[] = {{"in_octets.2", "bit/s", "rate", 1500},
                                            {"in_octets_total.2", "", "counter", 123456789},
                                            {"oper_status.2", "", "gauge", 2},
                                            {"temp.1", "°C", "gauge", 23.5}};
    int64_t host = add_host("switch", 0), check = add_check(host, "snmp", "snmp");
    struct target_interface *p;
    struct target_sensor *s;
    struct host_record h;
    size_t n;

    (void)state;
    ingest_one(
        check, AT(0), false, v, HN_ARRAY_LEN(v),
        "{\"system\":{\"name\":\"<b>sw</b>\",\"descr\":\"x\"},\"interfaces\":[{\"if_index\":"
        "2,\"name\":\"ge2\",\"descr\":\"port 2\",\"alias\":\"\",\"type\":\"ethernetCsmacd\","
        "\"admin_status\":\"up\",\"oper_status\":\"up\",\"speed_bps\":1000000000}],"
        "\"sensors\":[{\"name\":\"室温\",\"kind\":\"temperature\",\"unit\":\"°C\","
        "\"metric\":\"temp.1\"},{\"name\":\"none\",\"kind\":\"fan\",\"metric\":\"fan.1\"}]}");
    OK(host_interfaces(db, arena, host, &p, &n, &e));
    assert_int_equal(n, 1);
    assert_true(p[0].if_index == 2 && p[0].in_bps == 1500 && p[0].in_octets == 123456789);
    assert_string_equal(p[0].oper_status, "down"); /* the newest value, not the inventory's */
    assert_true(p[0].out_octets != p[0].out_octets);
    OK(host_sensors(db, arena, host, &s, &n, &e));
    assert_int_equal(n, 2);
    assert_true(s[0].value == 23.5 && s[0].series_id > 0);
    assert_true(s[1].value != s[1].value && s[1].series_id == 0);
    OK(host_get(db, arena, host, &h, &e));
    assert_string_equal(h.sys_name, "<b>sw</b>");
}

static int64_t failed_check(const char *name)
{
    int64_t check = add_check(add_host(name, 0), "ping", "icmp");

    ingest_one(check, AT(0), false, NULL, 0, NULL);
    for (int i = 0; i < 3; i++)
        ingest_one(check, AT(60 + i), true, NULL, 0, NULL);
    return check;
}

struct press {
    struct actor who;
    int64_t event;
    enum hn_code code;
    struct hn_err e;
};

static void *press(void *arg)
{
    struct press *p = arg;
    struct db *conn = pg_test_db();
    HN_ARENA a = hn_arena_new();

    p->code = event_acknowledge(conn, a, &p->who, p->event, "見ます", AT(100), &p->e);
    db_free(conn);
    return NULL;
}

/* MON-30 */
static void of_two_who_acknowledge_one_wins(void **state)
{
    int64_t check = failed_check("ack");
    int64_t event = pg_test_i64(db,
                                "SELECT last_transition_id FROM watch.check_state "
                                "WHERE check_id = %" PRId64,
                                check);
    struct press p[2] = {
        {.who = noc, .event = event},
        {.who = {pg_test_account(db, "helpdesk"), "test.helpdesk", ROLE_HELPDESK, NULL},
         .event = event}};
    pthread_t t[2];
    int winner;

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&t[i], NULL, press, &p[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(t[i], NULL), 0);
    winner = p[0].code == HN_OK ? 0 : 1;
    assert_int_equal(p[winner].code, HN_OK);
    assert_int_equal(p[1 - winner].code, HN_E_CONFLICT);
    assert_non_null(strstr(p[1 - winner].e.msg, winner == 0 ? "test noc" : "test helpdesk"));
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM audit.journal WHERE act = "
                                 "'event.acknowledge' AND object_id = %" PRId64,
                                 event),
                     1);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT acknowledged_by FROM watch.check_state WHERE "
                                 "check_id = %" PRId64,
                                 check),
                     p[winner].who.account_id);
    ingest_one(check, AT(200), false, NULL, 0, NULL); /* recovery takes the mark off the check */
    assert_int_equal(pg_test_i64(db,
                                 "SELECT acknowledged_by FROM watch.check_state WHERE "
                                 "check_id = %" PRId64,
                                 check),
                     -1);
    event = pg_test_i64(db,
                        "SELECT last_transition_id FROM watch.check_state "
                        "WHERE check_id = %" PRId64,
                        check);
    FAILS(event_acknowledge(db, arena, &noc, event, NULL, AT(300), &e), HN_E_CONFLICT);
    FAILS(event_acknowledge(db, arena, &noc, 987654, NULL, AT(300), &e), HN_E_NOT_FOUND);
}

static void an_event_opens_its_samples(void **state)
{
    int64_t check = failed_check("samples");
    int64_t event = pg_test_i64(db,
                                "SELECT last_transition_id FROM watch.check_state "
                                "WHERE check_id = %" PRId64,
                                check);
    const struct timeline_sample *v;
    size_t n;

    (void)state;
    ingest_one(check, AT(120), false, NULL, 0, NULL);
    OK(event_samples(db, arena, event, 100, &v, &n, &e));
    assert_int_equal(n, 5);
    assert_string_equal(v[0].outcome, "ok");
    assert_string_equal(v[1].output, "応答なし");
    assert_int_equal(v[4].at, AT(120));
}

static void what_is_in_use_is_not_deleted(void **state)
{
    int64_t site = add_site("U1"), host = add_host("used", 0),
            check = add_check(host, "ping", "icmp"), other = add_check(host, "web", "http");
    struct host_in in = as_it_is(host);
    char sql[500];

    (void)state;
    in.site_id = site;
    OK(host_save(db, arena, &noc, &host, &in, NULL, 0, T0, &e));
    snprintf(
        sql, sizeof(sql),
        "WITH s AS (INSERT INTO sla.service (name, created_at) VALUES ('used', now()) "
        "RETURNING id) INSERT INTO sla.service_version (service_id, version, valid_from, rule, "
        "check_ids, created_at) SELECT id, 1, '-infinity', '{\"check\": %" PRId64 "}', "
        "ARRAY[%" PRId64 "], now() FROM s",
        check, check);
    pg_test_sql(db, sql);
    FAILS(site_delete(db, arena, &noc, site, 0, T0, &e), HN_E_CONFLICT);
    FAILS(host_delete(db, arena, &noc, host, 0, T0, &e), HN_E_CONFLICT);
    FAILS(check_delete(db, arena, &noc, check, 0, T0, &e), HN_E_CONFLICT);
    ingest_one(other, AT(0), false, NULL, 0, NULL);
    OK(check_delete(db, arena, &noc, other, 1, T0, &e));
    assert_int_equal(
        pg_test_i64(db, "SELECT count(*) FROM watch.checks WHERE host_id = %" PRId64, host), 1);
    /* A result of the deleted check is dropped, not an error. */
    ingest_one(other, AT(60), false, NULL, 0, NULL);
}

static void changes_wake_the_probes(void **state)
{
    struct db *ear = pg_test_db();

    (void)state;
    /* A probe asks again at each reload, for years. */
    for (int i = 0; i < 200; i++)
        OK(db_listen(ear, "hn_config", &e));
    (void)db_notified(ear, 0);
    (void)add_host("wakes", 0);
    assert_true(db_notified(ear, 2000));
    db_free(ear);
}

static void results_find_their_checks(void **state)
{
    int64_t host = add_host("found", 0), check = add_check(host, "job", "passive");
    int64_t want[] = {check, 0, 0, 424242}, ids[4] = {0};
    const char *hosts[] = {NULL, "found", "found", NULL};
    const char *checks[] = {NULL, "job", "none", NULL};

    (void)state;
    OK(target_store_resolve(db, want, hosts, checks, 4, ids, &e));
    assert_true(ids[0] == check && ids[1] == check && ids[2] == 0 && ids[3] == 0);
}

#define T(f) cmocka_unit_test_setup(f, each)

int main(void)
{
    const struct CMUnitTest tests[] = {T(sites_have_versions),
                                       T(parents_never_form_a_circle),
                                       T(fields_are_named),
                                       T(secrets_stay_inside),
                                       T(a_host_brings_its_checks_or_none),
                                       T(lists_filter_sort_and_page),
                                       T(devices_tell_of_ports_and_sensors),
                                       T(of_two_who_acknowledge_one_wins),
                                       T(an_event_opens_its_samples),
                                       T(what_is_in_use_is_not_deleted),
                                       T(changes_wake_the_probes),
                                       T(results_find_their_checks)};

    return cmocka_run_group_tests_name("watch", tests, up, down);
}
