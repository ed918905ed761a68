/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/snmp_profile.h"

#include "server/base/i18n.h"

#include <math.h>

static const struct hn_bytes scalar = {.p = (const uint8_t *)"", .n = 0};

/* The next cell of an object, from *i on. */
static const struct snmp_cell *next_of(const struct snmp_got *g, unsigned object, size_t *i)
{
    while (*i < g->n) {
        const struct snmp_cell *c = &g->cell[(*i)++];

        if (c->object == object)
            return c;
    }
    return NULL;
}

static const char *label_of(const struct snmp_got *g, unsigned object, struct hn_bytes instance,
                            const char *what)
{
    const char *name = snmp_got_text(g, object, instance);

    return name == NULL
               ? hn_arena_fmt(g->arena, "%s %s", what, snmp_instance_text(g->arena, instance))
               : hn_arena_fmt(g->arena, "%s %s", what, name);
}

/* A value that is a sensor too: its name comes from the device. */
static void sensor(const struct snmp_view *w, const char *metric, struct hn_bytes instance,
                   const char *name, const char *unit, double v)
{
    const char *text = snmp_instance_text(w->g->arena, instance);

    reading_instance(w->r, metric, text, name, unit, "gauge", v);
    if (w->inv != NULL)
        snmp_inventory_sensor(w->inv, name, metric, unit,
                              hn_arena_fmt(w->g->arena, "%s.%s", metric, text));
}

/* ---- system ---- */

static void judge_system(const struct snmp_view *w)
{
    const struct snmp_got *g = w->g;
    struct reading *r = w->r;
    const char *name = snmp_got_text(g, OBJ_sysName, scalar);

    if (g->uptime_cs >= 0) {
        reading_value(r, "sysUpTime", "s", "gauge", (double)g->uptime_cs / 100);
        reading_say(r, hn_tr("up for %lld days %lld hours"), (long long)(g->uptime_cs / 8640000),
                    (long long)(g->uptime_cs % 8640000 / 360000));
    }
    if (name != NULL)
        reading_say(r, "%s", name);
}

/* ---- interfaces ---- */

struct port {
    const struct snmp_got *g;
    struct snmp_rates *rates;
    struct reading *r;
    struct hn_bytes instance;
    const char *text; /* of the instance */
    double speed_bps; /* 0: not known */
};

/* One counter as a rate. per_count: 8 for octets to bits. NAN where there is no sample. */
static double port_rate(const struct port *p, unsigned object, const char *name, const char *unit,
                        const char *label, double per_count, double max_per_s)
{
    const struct snmp_value *v = snmp_got_find(p->g, object, p->instance);
    const char *metric;
    double per_s;

    if (v == NULL || (v->type != SNMP_TYPE_COUNTER32 && v->type != SNMP_TYPE_COUNTER64))
        return (double)NAN;
    metric = hn_arena_fmt(p->g->arena, "%s.%s", name, p->text);
    if (snmp_rates_take(p->rates, metric, v->u, v->type == SNMP_TYPE_COUNTER64 ? 64 : 32, max_per_s,
                        &per_s) != COUNTER_OK)
        return (double)NAN;
    reading_instance(p->r, name, p->text, label, unit, "rate", per_s * per_count);
    return per_s * per_count;
}

/* The counter itself, for those who want to see it as the device has it. */
static void port_total(const struct port *p, unsigned object, const char *name)
{
    double v;
    const struct snmp_value *c = snmp_got_find(p->g, object, p->instance);

    if (c != NULL && snmp_value_number(c, &v))
        reading_instance(p->r, name, p->text, NULL, "B", "counter", v);
}

static void port_use(const struct port *p, const char *name, const char *label, double bps)
{
    if (p->speed_bps > 0 && !isnan(bps))
        reading_instance(p->r, name, p->text, label, "%", "gauge", bps * 100 / p->speed_bps);
}

static void port_traffic(const struct port *p)
{
    const struct snmp_got *g = p->g;
    bool hc = snmp_got_find(g, OBJ_ifHCInOctets, p->instance) != NULL;
    double max = p->speed_bps / 8;
    const char *in = label_of(g, OBJ_ifName, p->instance, hn_tr("in of port"));
    const char *out = label_of(g, OBJ_ifName, p->instance, hn_tr("out of port"));

    port_use(
        p, "in_use", in,
        port_rate(p, hc ? OBJ_ifHCInOctets : OBJ_ifInOctets, "in_octets", "bit/s", in, 8, max));
    port_use(
        p, "out_use", out,
        port_rate(p, hc ? OBJ_ifHCOutOctets : OBJ_ifOutOctets, "out_octets", "bit/s", out, 8, max));
    port_total(p, hc ? OBJ_ifHCInOctets : OBJ_ifInOctets, "in_octets_total");
    port_total(p, hc ? OBJ_ifHCOutOctets : OBJ_ifOutOctets, "out_octets_total");
    (void)port_rate(p, OBJ_ifInErrors, "in_errors", "1/s", in, 1, 0);
    (void)port_rate(p, OBJ_ifOutErrors, "out_errors", "1/s", out, 1, 0);
    (void)port_rate(p, OBJ_ifInDiscards, "in_discards", "1/s", in, 1, 0);
    (void)port_rate(p, OBJ_ifOutDiscards, "out_discards", "1/s", out, 1, 0);
}

static double speed_of(const struct snmp_got *g, struct hn_bytes instance)
{
    double high = snmp_got_number(g, OBJ_ifHighSpeed, instance, 0);
    double low = snmp_got_number(g, OBJ_ifSpeed, instance, 0);

    if (high > 0)
        return high * 1e6;
    return low > 0 && low < 4294967295.0 ? low : 0;
}

static void judge_if(const struct snmp_view *w)
{
    const struct snmp_got *g = w->g;
    struct reading *r = w->r;
    const struct snmp_cell *c;
    unsigned up = 0;
    unsigned wanted = 0;

    for (size_t i = 0; (c = next_of(g, OBJ_ifOperStatus, &i)) != NULL;) {
        struct port p = {.g = g, .rates = w->rates, .r = r, .instance = c->instance};

        if (c->v.type != SNMP_TYPE_INTEGER)
            continue;
        p.text = snmp_instance_text(g->arena, c->instance);
        p.speed_bps = speed_of(g, c->instance);
        if (snmp_got_number(g, OBJ_ifAdminStatus, c->instance, 1) == 1) {
            wanted++;
            up += c->v.i == 1;
            reading_instance(r, "oper_status", p.text,
                             label_of(g, OBJ_ifName, c->instance, hn_tr("state of port")), "",
                             "gauge", (double)c->v.i);
        }
        port_traffic(&p);
    }
    reading_say(r, hn_tr("%u of %u ports up"), up, wanted);
}

/* ---- hosts ---- */

/* hrStorageTypes 1.3.6.1.2.1.25.2.1.K */
static bool is_storage(const struct snmp_value *type)
{
    static const uint8_t types[] = {0x2B, 6, 1, 2, 1, 25, 2, 1};

    return type != NULL && type->type == SNMP_TYPE_OID && type->bytes.n == sizeof(types) + 1 &&
           memcmp(type->bytes.p, types, sizeof(types)) == 0 &&
           (type->bytes.p[8] == 2 || type->bytes.p[8] == 3 || type->bytes.p[8] == 4);
}

static void judge_host(const struct snmp_view *w)
{
    const struct snmp_got *g = w->g;
    struct reading *r = w->r;
    const struct snmp_cell *c;
    double sum = 0;
    double n = 0;

    for (size_t i = 0; (c = next_of(g, OBJ_hrProcessorLoad, &i)) != NULL;) {
        double v;

        if (snmp_value_number(&c->v, &v) && v >= 0 && v <= 100) {
            sum += v;
            n++;
        }
    }
    if (n > 0) {
        reading_value(r, "hrProcessorLoad", "%", "gauge", sum / n);
        reading_say(r, hn_tr("processor %.0f %%"), sum / n);
    }
    for (size_t i = 0; (c = next_of(g, OBJ_hrStorageSize, &i)) != NULL;) {
        double size = snmp_got_number(g, OBJ_hrStorageSize, c->instance, 0);
        double used = snmp_got_number(g, OBJ_hrStorageUsed, c->instance, -1);

        if (size <= 0 || used < 0 || !is_storage(snmp_got_find(g, OBJ_hrStorageType, c->instance)))
            continue;
        sensor(w, "hrStorageUsed", c->instance,
               label_of(g, OBJ_hrStorageDescr, c->instance, hn_tr("use of")), "%",
               HN_MIN(used / size, 1) * 100);
    }
    n = snmp_got_number(g, OBJ_hrSystemProcesses, scalar, -1);
    if (n >= 0)
        reading_value(r, "hrSystemProcesses", "", "gauge", n);
    n = snmp_got_number(g, OBJ_hrSystemNumUsers, scalar, -1);
    if (n >= 0)
        reading_value(r, "hrSystemNumUsers", "", "gauge", n);
}

/* ---- printers ---- */

/* hrPrinterDetectedErrorState (RFC 2790): bit 0 is the top bit of the first octet */
static const struct {
    uint8_t bit;
    enum check_result_state state;
    const char *text;
} printer_errors[] = {
    {1, RESULT_CRITICAL, HN_N("out of paper")},
    {3, RESULT_CRITICAL, HN_N("out of toner")},
    {5, RESULT_CRITICAL, HN_N("paper jam")},
    {6, RESULT_CRITICAL, HN_N("the printer is offline")},
    {10, RESULT_CRITICAL, HN_N("a toner cartridge is missing")},
    {12, RESULT_CRITICAL, HN_N("the output tray is full")},
    {4, RESULT_WARNING, HN_N("a door is open")},
    {7, RESULT_WARNING, HN_N("service is requested")},
    {8, RESULT_WARNING, HN_N("an input tray is missing")},
    {9, RESULT_WARNING, HN_N("the output tray is missing")},
    {13, RESULT_WARNING, HN_N("an input tray is empty")},
    {0, RESULT_WARNING, HN_N("little paper is left")},
    {2, RESULT_WARNING, HN_N("little toner is left")},
    {11, RESULT_WARNING, HN_N("the output tray is nearly full")},
    {14, RESULT_WARNING, HN_N("maintenance is overdue")},
};

static void judge_printer_errors(const struct snmp_got *g, struct reading *r)
{
    const struct snmp_cell *c;

    for (size_t i = 0; (c = next_of(g, OBJ_hrPrinterDetectedErrorState, &i)) != NULL;) {
        if (c->v.type != SNMP_TYPE_OCTETS)
            continue;
        for (size_t k = 0; k < HN_ARRAY_LEN(printer_errors); k++) {
            size_t octet = printer_errors[k].bit / 8;

            if (octet < c->v.bytes.n &&
                (c->v.bytes.p[octet] & 0x80 >> printer_errors[k].bit % 8) != 0)
                reading_state(r, printer_errors[k].state, "%s", hn_tr(printer_errors[k].text));
        }
    }
}

/* A level against its capacity, in %. Negative numbers (other, unknown, some) give no sample. */
static void levels(const struct snmp_view *w, unsigned level, unsigned capacity, unsigned name,
                   const char *what)
{
    const struct snmp_cell *c;

    for (size_t i = 0; (c = next_of(w->g, level, &i)) != NULL;) {
        double max = snmp_got_number(w->g, capacity, c->instance, -2);
        double v;

        if (snmp_value_number(&c->v, &v) && v >= 0 && max > 0 && v <= max)
            sensor(w, snmp_object_name((enum snmp_object)level), c->instance,
                   label_of(w->g, name, c->instance, what), "%", v * 100 / max);
    }
}

static void judge_printer(const struct snmp_view *w)
{
    const struct snmp_cell *c;

    judge_printer_errors(w->g, w->r);
    levels(w, OBJ_prtMarkerSuppliesLevel, OBJ_prtMarkerSuppliesMaxCapacity,
           OBJ_prtMarkerSuppliesDescription, hn_tr("level of"));
    levels(w, OBJ_prtInputCurrentLevel, OBJ_prtInputMaxCapacity, OBJ_prtInputName,
           hn_tr("paper in"));
    for (size_t i = 0; (c = next_of(w->g, OBJ_prtMarkerLifeCount, &i)) != NULL;) {
        double v;

        if (snmp_value_number(&c->v, &v))
            reading_instance(w->r, "prtMarkerLifeCount",
                             snmp_instance_text(w->g->arena, c->instance), NULL, "", "gauge", v);
    }
    reading_say(w->r, "%s", hn_tr("the printer reports no fault"));
}

/* ---- UPS ---- */

static void ups_value(const struct snmp_view *w, enum snmp_object o, const char *unit, double low,
                      double high)
{
    double v = snmp_got_number(w->g, o, scalar, (double)NAN);
    const char *name = snmp_object_name(o);

    if (isnan(v) || v < low || v > high)
        return;
    reading_value(w->r, name, unit, "gauge", v);
    snmp_inventory_sensor(w->inv, reading_label(name), name, unit, name);
}

static void ups_column(const struct snmp_view *w, enum snmp_object o, const char *unit)
{
    const struct snmp_cell *c;
    const char *name = snmp_object_name(o);

    for (size_t i = 0; (c = next_of(w->g, o, &i)) != NULL;) {
        double v;

        if (snmp_value_number(&c->v, &v))
            sensor(w, name, c->instance,
                   hn_arena_fmt(w->g->arena, "%s %s", reading_label(name),
                                snmp_instance_text(w->g->arena, c->instance)),
                   unit, v);
    }
}

static void judge_ups(const struct snmp_view *w)
{
    const struct snmp_got *g = w->g;
    struct reading *r = w->r;
    double source = snmp_got_number(g, OBJ_upsOutputSource, scalar, 0);
    double battery = snmp_got_number(g, OBJ_upsBatteryStatus, scalar, 0);
    double minutes = snmp_got_number(g, OBJ_upsEstimatedMinutesRemaining, scalar, -1);

    if (source == 5)
        reading_state(r, RESULT_CRITICAL, hn_tr("running on battery, %.0f minutes left"), minutes);
    else if (source == 2)
        reading_state(r, RESULT_CRITICAL, "%s", hn_tr("the UPS gives no power"));
    else if (source == 4)
        reading_state(r, RESULT_WARNING, "%s", hn_tr("the UPS is bypassed"));
    if (battery == 4)
        reading_state(r, RESULT_CRITICAL, "%s", hn_tr("the battery is depleted"));
    else if (battery == 3)
        reading_state(r, RESULT_CRITICAL, "%s", hn_tr("the battery is low"));
    ups_value(w, OBJ_upsOutputSource, "", 1, 7);
    ups_value(w, OBJ_upsBatteryStatus, "", 1, 4);
    ups_value(w, OBJ_upsEstimatedMinutesRemaining, "min", 0, 1e6);
    ups_value(w, OBJ_upsEstimatedChargeRemaining, "%", 0, 100);
    ups_value(w, OBJ_upsSecondsOnBattery, "s", 0, 1e9);
    ups_value(w, OBJ_upsBatteryTemperature, "°C", -100, 200);
    ups_column(w, OBJ_upsOutputPercentLoad, "%");
    ups_column(w, OBJ_upsInputVoltage, "V");
    if (minutes >= 0)
        reading_say(r, hn_tr("on mains, the battery would last %.0f minutes"), minutes);
}

/* ---- sensors ---- */

/* EntitySensorDataType (RFC 3433) */
static const struct {
    int type;
    const char *metric, *unit;
} sensor_types[] = {
    {3, "voltage", "V"},    {4, "voltage", "V"},      {5, "current", "A"},  {6, "power", "W"},
    {7, "frequency", "Hz"}, {8, "temperature", "°C"}, {9, "humidity", "%"}, {10, "fan", "rpm"},
};

double snmp_sensor_factor(int64_t scale, int64_t precision)
{
    /* yocto is 1, units 9, yotta 17; powers of 1,000 between them */
    if (scale < 1 || scale > 17 || precision < -8 || precision > 9)
        return (double)NAN;
    return pow(10, (double)((scale - 9) * 3 - precision));
}

static void judge_sensor(const struct snmp_view *w)
{
    const struct snmp_got *g = w->g;
    struct reading *r = w->r;
    const struct snmp_cell *c;
    unsigned shown = 0;

    for (size_t i = 0; (c = next_of(g, OBJ_entPhySensorValue, &i)) != NULL;) {
        int type = snmp_got_int(g, OBJ_entPhySensorType, c->instance, 0);
        int status = snmp_got_int(g, OBJ_entPhySensorOperStatus, c->instance, 1);
        double factor =
            snmp_sensor_factor(snmp_got_int(g, OBJ_entPhySensorScale, c->instance, 9),
                               snmp_got_int(g, OBJ_entPhySensorPrecision, c->instance, 0));
        const char *label = label_of(g, OBJ_entPhysicalName, c->instance, hn_tr("sensor"));
        double v;

        if (status == 3)
            reading_state(r, RESULT_WARNING, hn_tr("%s is out of order"), label);
        if (status != 1 || isnan(factor) || !snmp_value_number(&c->v, &v))
            continue;
        for (size_t k = 0; k < HN_ARRAY_LEN(sensor_types); k++)
            if (sensor_types[k].type == type) {
                sensor(w, sensor_types[k].metric, c->instance, label, sensor_types[k].unit,
                       v * factor);
                if (shown++ < 4)
                    reading_say(r, "%s %.4g %s", label, v * factor, sensor_types[k].unit);
            }
    }
}

/* ---- the table ---- */

#define GET(...)                                                                                   \
    {                                                                                              \
        .unless = OBJ_COUNT, .object = {__VA_ARGS__},                                              \
        .n = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)                                      \
    }
#define INVENTORY(...)                                                                             \
    {                                                                                              \
        .is_inventory = true, .unless = OBJ_COUNT, .object = {__VA_ARGS__},                        \
        .n = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)                                      \
    }
#define WALK_INVENTORY(...)                                                                        \
    {                                                                                              \
        .is_walk = true, .is_inventory = true, .unless = OBJ_COUNT, .object = {__VA_ARGS__},       \
        .n = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)                                      \
    }
#define WALK(...)                                                                                  \
    {                                                                                              \
        .is_walk = true, .unless = OBJ_COUNT, .object = {__VA_ARGS__},                             \
        .n = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)                                      \
    }
#define WALK_UNLESS(o, ...)                                                                        \
    {                                                                                              \
        .is_walk = true, .unless = (o), .object = {__VA_ARGS__},                                   \
        .n = sizeof((const int[]){__VA_ARGS__}) / sizeof(int)                                      \
    }

#define SYSTEM INVENTORY(OBJ_sysDescr, OBJ_sysObjectID, OBJ_sysName)
static const struct snmp_step system_steps[] = {GET(OBJ_sysDescr, OBJ_sysObjectID, OBJ_sysName)};
static const struct snmp_step if_steps[] = {
    WALK(OBJ_ifOperStatus, OBJ_ifAdminStatus, OBJ_ifHCInOctets, OBJ_ifHCOutOctets, OBJ_ifHighSpeed,
         OBJ_ifName),
    WALK(OBJ_ifInErrors, OBJ_ifOutErrors, OBJ_ifInDiscards, OBJ_ifOutDiscards),
    WALK_UNLESS(OBJ_ifHCInOctets, OBJ_ifInOctets, OBJ_ifOutOctets, OBJ_ifSpeed),
    WALK_INVENTORY(OBJ_ifDescr, OBJ_ifType, OBJ_ifAlias),
    SYSTEM,
};
static const struct snmp_step host_steps[] = {
    GET(OBJ_hrSystemProcesses, OBJ_hrSystemNumUsers),
    WALK(OBJ_hrProcessorLoad),
    WALK(OBJ_hrStorageType, OBJ_hrStorageDescr, OBJ_hrStorageSize, OBJ_hrStorageUsed),
    SYSTEM,
};
static const struct snmp_step printer_steps[] = {
    WALK(OBJ_hrPrinterDetectedErrorState, OBJ_prtMarkerLifeCount),
    WALK(OBJ_prtMarkerSuppliesDescription, OBJ_prtMarkerSuppliesMaxCapacity,
         OBJ_prtMarkerSuppliesLevel),
    WALK(OBJ_prtInputMaxCapacity, OBJ_prtInputCurrentLevel, OBJ_prtInputName),
    WALK_INVENTORY(OBJ_hrDeviceDescr, OBJ_prtGeneralSerialNumber),
    SYSTEM,
};
static const struct snmp_step ups_steps[] = {
    GET(OBJ_upsBatteryStatus, OBJ_upsSecondsOnBattery, OBJ_upsEstimatedMinutesRemaining,
        OBJ_upsEstimatedChargeRemaining, OBJ_upsBatteryTemperature, OBJ_upsOutputSource),
    WALK(OBJ_upsInputVoltage, OBJ_upsOutputPercentLoad),
    INVENTORY(OBJ_sysDescr, OBJ_sysObjectID, OBJ_sysName, OBJ_upsIdentManufacturer,
              OBJ_upsIdentModel),
};
static const struct snmp_step sensor_steps[] = {
    WALK(OBJ_entPhySensorType, OBJ_entPhySensorScale, OBJ_entPhySensorPrecision,
         OBJ_entPhySensorValue, OBJ_entPhySensorOperStatus, OBJ_entPhysicalName),
    SYSTEM,
};

#define PROFILE(x)                                                                                 \
    {                                                                                              \
        x##_steps, HN_ARRAY_LEN(x##_steps), judge_##x                                              \
    }
static const struct snmp_profile profiles[] = {
    [SNMP_PROFILE_NONE] = {NULL, 0, NULL},     [SNMP_PROFILE_SYSTEM] = PROFILE(system),
    [SNMP_PROFILE_IF] = PROFILE(if),           [SNMP_PROFILE_HOST] = PROFILE(host),
    [SNMP_PROFILE_PRINTER] = PROFILE(printer), [SNMP_PROFILE_UPS] = PROFILE(ups),
    [SNMP_PROFILE_SENSOR] = PROFILE(sensor),
};

const struct snmp_profile *snmp_profile(enum snmp_profile_id p)
{
    return &profiles[p];
}

/* ---- a check's own items ---- */

static void judge_cell(const struct snmp_item *it, const struct snmp_cell *c,
                       const struct snmp_got *g, struct snmp_rates *rates, struct reading *r)
{
    const char *instance = it->is_walk ? snmp_instance_text(g->arena, c->instance) : NULL;
    const char *metric =
        instance == NULL ? it->metric : hn_arena_fmt(g->arena, "%s.%s", it->metric, instance);
    bool counts = c->v.type == SNMP_TYPE_COUNTER32 || c->v.type == SNMP_TYPE_COUNTER64;
    double v;

    if (it->is_counter) {
        if (counts &&
            snmp_rates_take(rates, metric, c->v.u, c->v.type == SNMP_TYPE_COUNTER64 ? 64 : 32, 0,
                            &v) == COUNTER_OK)
            reading_value(r, metric, it->unit, "rate", v);
    } else if (snmp_value_number(&c->v, &v)) {
        reading_value(r, metric, it->unit, "gauge", v);
    } else if (c->v.type == SNMP_TYPE_OCTETS) { /* numbers as text, as UCD's laLoad */
        const char *text = snmp_got_text(g, c->object, c->instance);
        char *end = NULL;

        v = text == NULL ? (double)NAN : strtod(text, &end);
        if (text != NULL && end != text && *end == '\0')
            reading_value(r, metric, it->unit, "gauge", v);
    }
}

static void judge_items(const struct snmp_params *p, const struct snmp_got *g,
                        struct snmp_rates *rates, struct reading *r)
{
    bool *seen = hn_arena_make(g->arena, bool, p->n_items);

    for (size_t i = 0; i < g->n; i++) {
        size_t k = g->cell[i].object - OBJ_COUNT;

        if (g->cell[i].object < OBJ_COUNT || k >= p->n_items)
            continue;
        seen[k] = true;
        judge_cell(&p->item[k], &g->cell[i], g, rates, r);
    }
    for (size_t k = 0; k < p->n_items; k++)
        if (!seen[k])
            reading_state(r, RESULT_UNKNOWN, hn_tr("the device does not have %s"),
                          p->item[k].metric);
}

void snmp_profile_judge(const struct snmp_params *p, const struct snmp_got *g,
                        struct snmp_rates *rates, bool with_inventory, struct reading *r)
{
    const struct snmp_profile *profile = snmp_profile(p->profile);
    struct snmp_inventory inv;
    struct snmp_view w = {.g = g, .rates = rates, .r = r};

    if (snmp_rates_begin(rates, g->at, g->uptime_cs)) {
        r->notice_kind = "reboot";
        r->notice_text = hn_arena_fmt(g->arena, hn_tr("restart detected: up for %lld seconds"),
                                      (long long)(g->uptime_cs / 100));
    }
    if (with_inventory) {
        snmp_inventory_begin(&inv, g);
        w.inv = &inv;
    }
    if (profile->judge != NULL) {
        profile->judge(&w);
        if (r->n == 0 && r->n_bad == 0) {
            r->outcome = OUTCOME_FAILED;
            reading_state(r, RESULT_UNKNOWN, "%s",
                          hn_tr("the device has nothing of what this check asks for"));
        }
    }
    if (with_inventory)
        r->inventory = snmp_inventory_done(&inv);
    judge_items(p, g, rates, r);
    if (r->notice_kind == NULL && snmp_rates_reset(rates) != NULL) {
        r->notice_kind = "counter_reset";
        r->notice_text =
            hn_arena_fmt(g->arena, hn_tr("restart detected: the counter %s began anew"),
                         reading_label(snmp_rates_reset(rates)));
    }
    if (p->profile == SNMP_PROFILE_NONE)
        reading_say(r, hn_tr("%zu values"), r->n);
}
