/* SPDX-License-Identifier: Apache-2.0 */
/* What profiles make of a device's answers: rates, wraps and restarts, printers, UPS, sensors,
 * ports, storage, inventory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "probes/snmp_profile.h"
#include "server/base/i18n.h"

#include <math.h>

struct device {
    struct hn_arena *arena;
    struct snmp_got got;
    struct snmp_rates *rates;
    struct reading r;
    struct thresholds limits;
    struct ingest_result out;
};

static int device_up(void **state)
{
    struct device *d = calloc(1, sizeof(*d));

    hn_i18n_japanese(false);
    d->rates = snmp_rates_new();
    d->arena = hn_arena_new();
    *state = d;
    return 0;
}

static int device_down(void **state)
{
    struct device *d = *state;

    snmp_rates_free(d->rates);
    hn_arena_free(d->arena);
    free(d);
    return 0;
}

static void begin(struct device *d, int at_s, int64_t uptime_cs)
{
    hn_arena_reset(d->arena);
    d->got = (struct snmp_got){
        .arena = d->arena, .at = (1790000000 + at_s) * HN_SEC, .uptime_cs = uptime_cs};
}

static struct hn_bytes instance(const uint8_t *index)
{
    return (struct hn_bytes){index, index[0] == 0 ? 0 : 1};
}

static void add(struct device *d, unsigned object, uint8_t index, struct snmp_value v)
{
    snmp_got_add(&d->got, object, instance(&index), &v);
}

#define INT(x) ((struct snmp_value){.type = SNMP_TYPE_INTEGER, .i = (x)})
#define C64(x) ((struct snmp_value){.type = SNMP_TYPE_COUNTER64, .u = (x)})
#define C32(x) ((struct snmp_value){.type = SNMP_TYPE_COUNTER32, .u = (x)})
#define GAUGE(x) ((struct snmp_value){.type = SNMP_TYPE_GAUGE32, .u = (x)})
#define TEXT(x, n)                                                                                 \
    ((struct snmp_value){.type = SNMP_TYPE_OCTETS, .bytes = {(const uint8_t *)(x), (n)}})

static void judge(struct device *d, enum snmp_profile_id p, bool inventory)
{
    struct snmp_params params = {.profile = p};

    reading_init(&d->r, d->arena, &d->limits);
    snmp_got_index(&d->got);
    snmp_profile_judge(&params, &d->got, d->rates, inventory, &d->r);
    reading_done(&d->r, 1, d->got.at, &d->out);
}

static double value(const struct device *d, const char *metric)
{
    for (size_t i = 0; i < d->out.n_values; i++)
        if (hn_streq(d->out.values[i].metric, metric))
            return d->out.values[i].value;
    return (double)NAN;
}

/* ---- ports ---- */

static void port(struct device *d, int at_s, int64_t uptime_cs, uint64_t in, uint64_t mbps)
{
    begin(d, at_s, uptime_cs);
    add(d, OBJ_ifOperStatus, 3, INT(1));
    add(d, OBJ_ifAdminStatus, 3, INT(1));
    add(d, OBJ_ifHCInOctets, 3, C64(in));
    add(d, OBJ_ifHighSpeed, 3, GAUGE(mbps));
    add(d, OBJ_ifName, 3, TEXT("Gi0/3", 5));
    add(d, OBJ_ifOperStatus, 4, INT(2)); /* switched off on purpose */
    add(d, OBJ_ifAdminStatus, 4, INT(2));
    judge(d, SNMP_PROFILE_IF, false);
}

static void counters_become_rates(void **state)
{
    struct device *d = *state;

    port(d, 0, 100000, 1000000, 100);
    assert_true(isnan(value(d, "in_octets.3")));
    assert_true(value(d, "in_octets_total.3") == 1000000);
    assert_true(value(d, "oper_status.3") == 1);
    assert_true(isnan(value(d, "oper_status.4")));
    port(d, 60, 106000, 1000000 + 60 * 125000, 100);
    assert_true(fabs(value(d, "in_octets.3") - 1e6) < 1);
    assert_true(fabs(value(d, "in_use.3") - 1) < 0.001);
    assert_int_equal(d->out.state, RESULT_OK);
    assert_string_equal(d->out.output, "1 of 1 ports up");
}

/* MON-05: a counter that was reset gives no sample and the restart is told. */
static void a_restart_is_no_spike(void **state)
{
    struct device *d = *state;

    port(d, 0, 9000000, UINT64_C(1) << 40, 100);
    port(d, 60, 9006000, (UINT64_C(1) << 40) + 60, 100);
    assert_null(d->out.notice_kind);
    port(d, 120, 500, 4000, 100);
    assert_true(isnan(value(d, "in_octets.3")));
    assert_string_equal(d->out.notice_kind, "reboot");
    assert_non_null(strstr(d->out.notice_text, "5 seconds"));
    port(d, 180, 6500, 4000 + 60 * 100, 100);
    assert_true(fabs(value(d, "in_octets.3") - 800) < 1);
    assert_null(d->out.notice_kind);
}

/* Counters that were cleared while the device runs on: nothing above the line's speed, and it is
 * told. */
static void a_cleared_counter_is_no_spike(void **state)
{
    struct device *d = *state;

    port(d, 0, 100000, UINT64_C(1) << 60, 100);
    port(d, 60, 106000, 5, 100);
    assert_true(isnan(value(d, "in_octets.3")));
    assert_string_equal(d->out.notice_kind, "counter_reset");
    assert_string_equal(d->out.notice_text, "restart detected: the counter in_octets.3 began anew");
    port(d, 120, 112000, UINT64_C(1) << 50, 100); /* a jump no line could carry */
    assert_true(isnan(value(d, "in_octets.3")));
    assert_null(d->out.notice_kind);
}

static void uptime_wraps_after_497_days(void **state)
{
    struct device *d = *state;

    port(d, 0, 4294967290, 1000, 100);
    port(d, 60, 5990, 1000 + 60 * 100, 100);
    assert_null(d->out.notice_kind);
    assert_true(fabs(value(d, "in_octets.3") - 800) < 1);
}

static void old_devices_have_32_bits(void **state)
{
    struct device *d = *state;

    for (int i = 0; i < 2; i++) {
        begin(d, i * 60, 1000 + i * 6000);
        add(d, OBJ_ifOperStatus, 1, INT(1));
        add(d, OBJ_ifInOctets, 1, C32(i == 0 ? 4294967000 : 704)); /* wraps: 1,000 octets */
        add(d, OBJ_ifSpeed, 1, GAUGE(10000000));
        judge(d, SNMP_PROFILE_IF, false);
    }
    assert_true(fabs(value(d, "in_octets.1") - 8000.0 / 60) < 0.1);
}

static const struct threshold down_is_critical[] = {
    {.metric = "oper_status", .warning = (double)NAN, .critical = 2}};

static void a_port_that_is_down(void **state)
{
    struct device *d = *state;

    d->limits = (struct thresholds){down_is_critical, 1};
    begin(d, 0, 1);
    add(d, OBJ_ifOperStatus, 1, INT(2));
    add(d, OBJ_ifAdminStatus, 1, INT(1));
    add(d, OBJ_ifName, 1, TEXT("uplink", 6));
    judge(d, SNMP_PROFILE_IF, true);
    assert_int_equal(d->out.state, RESULT_CRITICAL);
    assert_non_null(strstr(d->out.output, "uplink"));
    assert_non_null(strstr(d->out.inventory, "\"if_index\":1"));
}

/* ---- printers ---- */

static const struct {
    const char *octets;
    size_t n;
    enum check_result_state state;
    const char *says;
} errors[] = {
    {"\x00", 1, RESULT_OK, "no fault"},         {"", 0, RESULT_OK, "no fault"},
    {"\x40", 1, RESULT_CRITICAL, "paper"},      {"\x10", 1, RESULT_CRITICAL, "toner"},
    {"\x04", 1, RESULT_CRITICAL, "jam"},        {"\x80", 1, RESULT_WARNING, "little paper"},
    {"\x00\x04", 2, RESULT_WARNING, "empty"},   {"\xC0\x04", 2, RESULT_CRITICAL, "out of paper"},
    {"\x00\x00\xFF", 3, RESULT_OK, "no fault"}, /* bits that nobody defined */
};

static void printers(void **state)
{
    struct device *d = *state;

    for (size_t i = 0; i < HN_ARRAY_LEN(errors); i++) {
        begin(d, 0, 1);
        add(d, OBJ_hrPrinterDetectedErrorState, 1, TEXT(errors[i].octets, errors[i].n));
        add(d, OBJ_prtMarkerSuppliesLevel, 1, INT(30));
        add(d, OBJ_prtMarkerSuppliesMaxCapacity, 1, INT(120));
        add(d, OBJ_prtMarkerSuppliesDescription, 1, TEXT("Black Toner", 11));
        add(d, OBJ_prtMarkerSuppliesLevel, 2, INT(-3)); /* some is left */
        add(d, OBJ_prtMarkerSuppliesMaxCapacity, 2, INT(120));
        judge(d, SNMP_PROFILE_PRINTER, true);
        assert_int_equal(d->out.state, errors[i].state);
        assert_non_null(strstr(d->out.output, errors[i].says));
        assert_true(value(d, "prtMarkerSuppliesLevel.1") == 25);
        assert_true(isnan(value(d, "prtMarkerSuppliesLevel.2")));
        assert_non_null(strstr(d->out.inventory, "Black Toner"));
    }
}

/* ---- UPS, sensors, hosts ---- */

static void ups_on_battery(void **state)
{
    struct device *d = *state;

    begin(d, 0, 1);
    add(d, OBJ_upsOutputSource, 0, INT(3));
    add(d, OBJ_upsBatteryStatus, 0, INT(2));
    add(d, OBJ_upsEstimatedMinutesRemaining, 0, INT(42));
    judge(d, SNMP_PROFILE_UPS, false);
    assert_int_equal(d->out.state, RESULT_OK);
    assert_true(value(d, "upsEstimatedMinutesRemaining") == 42);
    begin(d, 60, 1);
    add(d, OBJ_upsOutputSource, 0, INT(5));
    add(d, OBJ_upsBatteryStatus, 0, INT(2));
    add(d, OBJ_upsEstimatedMinutesRemaining, 0, INT(17));
    judge(d, SNMP_PROFILE_UPS, false);
    assert_int_equal(d->out.state, RESULT_CRITICAL);
    assert_string_equal(d->out.output, "running on battery, 17 minutes left");
}

static const struct {
    int64_t scale, precision;
    double factor;
} factors[] = {
    {9, 0, 1}, {9, 1, 0.1}, {8, 0, 0.001}, {10, 2, 10}, {9, -1, 10},
};

static void sensors(void **state)
{
    struct device *d = *state;

    for (size_t i = 0; i < HN_ARRAY_LEN(factors); i++)
        assert_true(
            fabs(snmp_sensor_factor(factors[i].scale, factors[i].precision) / factors[i].factor -
                 1) < 1e-12);
    assert_true(isnan(snmp_sensor_factor(0, 0)));
    assert_true(isnan(snmp_sensor_factor(9, 99)));
    begin(d, 0, 1);
    for (uint8_t k = 1; k <= 3; k++) {
        add(d, OBJ_entPhySensorType, k, INT(k == 2 ? 9 : 8));
        add(d, OBJ_entPhySensorScale, k, INT(9));
        add(d, OBJ_entPhySensorPrecision, k, INT(1));
        add(d, OBJ_entPhySensorOperStatus, k, INT(k == 3 ? 3 : 1));
        add(d, OBJ_entPhySensorValue, k, INT(k == 2 ? 455 : 234));
        add(d, OBJ_entPhysicalName, k, TEXT("room", 4));
    }
    judge(d, SNMP_PROFILE_SENSOR, true);
    assert_true(fabs(value(d, "temperature.1") - 23.4) < 1e-9);
    assert_true(fabs(value(d, "humidity.2") - 45.5) < 1e-9);
    assert_true(isnan(value(d, "temperature.3")));
    assert_int_equal(d->out.state, RESULT_WARNING);
    assert_non_null(strstr(d->out.inventory, "\"metric\":\"humidity.2\""));
}

static void hosts(void **state)
{
    static const uint8_t fixed[] = {0x2B, 6, 1, 2, 1, 25, 2, 1, 4};
    static const uint8_t other[] = {0x2B, 6, 1, 2, 1, 25, 2, 1, 1};
    struct device *d = *state;

    begin(d, 0, 1);
    add(d, OBJ_hrProcessorLoad, 1, INT(10));
    add(d, OBJ_hrProcessorLoad, 2, INT(30));
    for (uint8_t k = 1; k <= 2; k++) {
        add(d, OBJ_hrStorageType, k,
            (struct snmp_value){.type = SNMP_TYPE_OID,
                                .bytes = {k == 1 ? fixed : other, sizeof(fixed)}});
        add(d, OBJ_hrStorageDescr, k, TEXT("/", 1));
        add(d, OBJ_hrStorageSize, k, INT(1000));
        add(d, OBJ_hrStorageUsed, k, INT(910));
    }
    judge(d, SNMP_PROFILE_HOST, false);
    assert_true(value(d, "hrProcessorLoad") == 20);
    assert_true(value(d, "hrStorageUsed.1") == 91);
    assert_true(isnan(value(d, "hrStorageUsed.2")));
    begin(d, 0, 1);
    judge(d, SNMP_PROFILE_HOST, false); /* a device that has none of it */
    assert_int_equal(d->out.outcome, OUTCOME_FAILED);
    assert_int_equal(d->out.state, RESULT_UNKNOWN);
}

/* Hostile names: control characters, other character sets, long ones. */
static void names_of_devices(void **state)
{
    struct device *d = *state;
    char longest[200];

    memset(longest, 'a', sizeof(longest));
    begin(d, 0, 1);
    add(d, OBJ_ifName, 1, TEXT("a\x1b[2J\nb", 7));
    add(d, OBJ_ifName, 2, TEXT(longest, sizeof(longest)));
    add(d, OBJ_ifName, 3, TEXT("\x83v\x83\x8a", 4));
    add(d, OBJ_ifName, 4, TEXT("eth0\0junk", 9));
    snmp_got_index(&d->got);
    {
        static const uint8_t one = 1, two = 2, three = 3, four = 4;

        assert_string_equal(snmp_got_text(&d->got, OBJ_ifName, instance(&one)), "a [2J b");
        assert_int_equal(strlen(snmp_got_text(&d->got, OBJ_ifName, instance(&two))), 60);
        assert_null(snmp_got_text(&d->got, OBJ_ifName, instance(&three)));
        assert_string_equal(snmp_got_text(&d->got, OBJ_ifName, instance(&four)), "eth0");
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, device_up, device_down)

int main(void)
{
    static const struct CMUnitTest t[] = {
        TEST(counters_become_rates),
        TEST(a_restart_is_no_spike),
        TEST(a_cleared_counter_is_no_spike),
        TEST(uptime_wraps_after_497_days),
        TEST(old_devices_have_32_bits),
        TEST(a_port_that_is_down),
        TEST(printers),
        TEST(ups_on_battery),
        TEST(sensors),
        TEST(hosts),
        TEST(names_of_devices),
    };

    return cmocka_run_group_tests_name("snmp_profile", t, NULL, NULL);
}
