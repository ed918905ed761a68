/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of the register's routes: what is taken, and which field is named when it is not. */
#include "itsm/watch/target_json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW ((hn_instant)1790000000 * HN_SEC)

struct bad {
    const char *name, *body, *field;
};

static struct bad hosts[] = {
    {"host without a name", "{\"address\":\"10.0.0.1\"}", "name"},
    {"host without an address", "{\"name\":\"a\"}", "address"},
    {"host: unknown member", "{\"name\":\"a\",\"address\":\"b\",\"x\":1}", "x"},
    {"host: unknown class", "{\"name\":\"a\",\"address\":\"b\",\"class\":\"toaster\"}", "class"},
    {"host: parents as text", "{\"name\":\"a\",\"address\":\"b\",\"parents\":\"1\"}", "parents"},
    {"host: snmp as a list", "{\"name\":\"a\",\"address\":\"b\",\"snmp\":[]}", "snmp"},
    {"host: snmp version", "{\"name\":\"a\",\"address\":\"b\",\"snmp\":{\"version\":\"4\"}}",
     "snmp.version"},
    {"host: snmp port", "{\"name\":\"a\",\"address\":\"b\",\"snmp\":{\"port\":70000}}",
     "snmp.port"},
    {"host: snmp max_oids", "{\"name\":\"a\",\"address\":\"b\",\"snmp\":{\"max_oids\":101}}",
     "snmp.max_oids"},
    {"host: snmp member", "{\"name\":\"a\",\"address\":\"b\",\"snmp\":{\"passwd\":\"x\"}}",
     "snmp.passwd"},
    {"host: a check without kind",
     "{\"name\":\"a\",\"address\":\"b\",\"checks\":[{\"name\":\"p\"}]}", "checks[0].kind"},
    {"host: a check that is no object", "{\"name\":\"a\",\"address\":\"b\",\"checks\":[1]}",
     "checks[0]"},
};

static void host_row(void **state)
{
    const struct bad *r = *state;
    HN_ARENA a = hn_arena_new();
    struct host_in in = host_in_new();
    struct check_in *checks = NULL;
    struct hn_err e = {0};
    HN_JSON o = NULL;
    size_t n;

    assert_int_equal(hn_json_parse(r->body, strlen(r->body), &o, &e), HN_OK);
    assert_int_equal(target_json_read_host(o, true, a, &in, &checks, &n, &e), HN_E_INVALID);
    assert_string_equal(e.field[0].field, r->field);
}

static struct bad checks[] = {
    {"check: unknown kind", "{\"host_id\":1,\"name\":\"a\",\"kind\":\"magic\"}", "kind"},
    {"check without a host", "{\"name\":\"a\",\"kind\":\"icmp\"}", "host_id"},
    {"check: interval of zero", "{\"host_id\":1,\"name\":\"a\",\"kind\":\"icmp\",\"interval_s\":0}",
     "interval_s"},
    {"check: attempts as a number",
     "{\"host_id\":1,\"name\":\"a\",\"kind\":\"icmp\",\"attempts\":3}", "attempts"},
    {"check: attempts.n as text",
     "{\"host_id\":1,\"name\":\"a\",\"kind\":\"icmp\",\"attempts\":{\"n\":\"3\"}}", "attempts.n"},
    {"check: params as a list", "{\"host_id\":1,\"name\":\"a\",\"kind\":\"icmp\",\"params\":[1]}",
     "params"},
    {"check: timeout", "{\"host_id\":1,\"name\":\"a\",\"kind\":\"icmp\",\"timeout_s\":301}",
     "timeout_s"},
};

static void check_row_is_refused(void **state)
{
    const struct bad *r = *state;
    HN_ARENA a = hn_arena_new();
    struct check_in in = check_in_new("icmp");
    struct hn_err e = {0};
    HN_JSON o = NULL;

    assert_int_equal(hn_json_parse(r->body, strlen(r->body), &o, &e), HN_OK);
    assert_int_equal(target_json_read_check(o, true, a, &in, &e), HN_E_INVALID);
    assert_string_equal(e.field[0].field, r->field);
}

static void defaults_of_a_check(void **state)
{
    static const char body[] = "{\"host_id\":7,\"name\":\"ping\",\"kind\":\"icmp\","
                               "\"interval_s\":20,\"attempts\":{\"n\":5}}";
    HN_ARENA a = hn_arena_new();
    struct check_in in = {0};
    struct hn_err e = {0};
    HN_JSON o = NULL;

    (void)state;
    assert_int_equal(hn_json_parse(body, sizeof(body) - 1, &o, &e), HN_OK);
    assert_int_equal(target_json_read_check(o, true, a, &in, &e), HN_OK);
    assert_true(in.liveness && in.enabled && !in.sla_flag);
    assert_string_equal(in.monitoring, "liveness");
    assert_int_equal(in.retry_interval_s, 20); /* as interval_s unless it says otherwise */
    assert_true(in.attempts_n == 5 && in.attempts_of == 5);
    assert_string_equal(in.params, "{}");
}

/* What was read may be sent back; secrets that are not named stay. */
static void an_object_may_come_back_whole(void **state)
{
    struct host_record h = {.id = 3,
                            .name = "rt1",
                            .address = "10.0.0.1",
                            .class = "router",
                            .probe = "local",
                            .importance = 2,
                            .snmp = "{\"version\":\"3\",\"user\":\"u\",\"auth_key_set\":true}",
                            .state = "ok",
                            .state_since = HN_UNSET,
                            .created_at = NOW,
                            .n_checks = 2,
                            .version = 4};
    HN_ARENA a = hn_arena_new();
    struct host_in in = host_in_new();
    struct check_in *list = NULL;
    struct hn_err e = {0};
    struct hn_sbuf b;
    struct hn_jw w;
    HN_JSON o = NULL;
    size_t n = 0;

    (void)state;
    hn_sbuf_init(&b, a, 10000);
    hn_jw_init(&w, &b);
    target_json_host(&w, NULL, &h);
    assert_int_equal(hn_json_parse(hn_sbuf_text(&b), b.n, &o, &e), HN_OK);
    if (target_json_read_host(o, false, a, &in, &list, &n, &e) != HN_OK)
        fail_msg("%s", e.msg);
    assert_int_equal(in.version, 4);
    assert_string_equal(in.snmp, "{\"version\":\"3\",\"user\":\"u\"}");
}

static struct bad results[] = {
    {"results: not a list", "{\"a\":1}", NULL},
    {"results: no check", "[{\"state\":\"ok\"}]", "[0].host"},
    {"results: no state", "[{\"check_id\":1}]", "[0].state"},
    {"results: a state that no result has", "[{\"check_id\":1,\"state\":\"unreachable\"}]",
     "[0].state"},
    {"results: from the future",
     "[{\"check_id\":1,\"state\":\"ok\",\"time\":\"2030-01-01T00:00:00Z\"}]", "[0].time"},
    {"results: from long ago",
     "[{\"check_id\":1,\"state\":\"ok\",\"time\":\"2020-01-01T00:00:00Z\"}]", "[0].time"},
    {"results: a value that is text",
     "[{\"check_id\":1,\"state\":\"ok\",\"values\":{\"a\":\"1\"}}]", "[0].values"},
    {"results: the reserved metric", "[{\"check_id\":1,\"state\":\"ok\",\"values\":{\"state\":1}}]",
     "[0].values"},
    {"results: the second one",
     "[{\"check_id\":1,\"state\":\"ok\"},{\"check_id\":-1,\"state\":\"ok\"}]", "[1].check_id"},
};

static void results_are_refused(void **state)
{
    const struct bad *r = *state;
    HN_ARENA a = hn_arena_new();
    struct target_result *v;
    struct hn_err e = {0};
    size_t n;

    assert_int_not_equal(
        target_json_read_results((struct hn_bytes){(const uint8_t *)r->body, strlen(r->body)}, NOW,
                                 a, &v, &n, &e),
        HN_OK);
    if (r->field == NULL)
        assert_int_equal(e.code, HN_E_MALFORMED);
    else
        assert_string_equal(e.field[0].field, r->field);
}

static void results_are_read(void **state)
{
    static const char body[] =
        "[{\"host\":\"pc\",\"check\":\"job\",\"state\":\"warning\",\"output\":\"遅い\","
        "\"time\":\"2026-09-21T23:13:20+09:00\",\"values\":{\"a\":1,\"b\":2.5,\"c\":null}},"
        "{\"check_id\":9,\"state\":\"ok\"}]";
    HN_ARENA a = hn_arena_new();
    struct target_result *v;
    struct hn_err e = {0};
    size_t n;

    (void)state;
    assert_int_equal(
        target_json_read_results((struct hn_bytes){(const uint8_t *)body, sizeof(body) - 1}, NOW, a,
                                 &v, &n, &e),
        HN_OK);
    assert_int_equal(n, 2);
    assert_string_equal(v[0].host, "pc");
    assert_int_equal(v[0].at, NOW);
    assert_true(v[0].n_values == 2 && v[0].value[1] == 2.5);
    assert_true(v[1].check_id == 9 && v[1].at == NOW && v[1].output[0] == '\0');
}

/* A device may say anything. */
static void odd_inventories_do_no_harm(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "null",
        "{\"interfaces\":5,\"sensors\":{}}",
        "{\"interfaces\":[1,null,{}]}",
        "{\"interfaces\":[{\"if_index\":\"x\",\"name\":7}],\"sensors\":[{\"metric\":[]}]}"};
    HN_ARENA a = hn_arena_new();
    struct target_found f;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(texts); i++)
        target_json_read_inventory(texts[i], a, &f);
    assert_int_equal(f.n_ports, 1);
    assert_string_equal(f.port[0].name, "7");
    target_json_read_inventory("{\"interfaces\":[{\"if_index\":2,\"name\":\"ge-0/0/1\","
                               "\"alias\":\"本庁\",\"speed_bps\":1000000000}]}",
                               a, &f);
    assert_int_equal(f.port[0].if_index, 2);
    assert_int_equal(f.port[0].speed_bps, 1000000000);
    assert_true(isnan(f.port[0].in_octets));
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(hosts) + HN_ARRAY_LEN(checks) + HN_ARRAY_LEN(results) + 4];
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(hosts); i++)
        t[n++] = (struct CMUnitTest){hosts[i].name, host_row, NULL, NULL, &hosts[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(checks); i++)
        t[n++] = (struct CMUnitTest){checks[i].name, check_row_is_refused, NULL, NULL, &checks[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(results); i++)
        t[n++] = (struct CMUnitTest){results[i].name, results_are_refused, NULL, NULL, &results[i]};
    t[n++] = (struct CMUnitTest)cmocka_unit_test(defaults_of_a_check);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(an_object_may_come_back_whole);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(results_are_read);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(odd_inventories_do_no_harm);
    return cmocka_run_group_tests_name("target_json", t, NULL, NULL);
}
