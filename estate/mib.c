/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/mib.h"

#include "probes/snmp_mib.h"

#include <math.h>

#define OBJECTS_MAX 400
#define PI 3.14159265358979323846
#define UPTIME_MAX_S ((int64_t)200 * 86400)

/* A number that is always the same for a device. */
static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ x >> 16;
}

static void put(struct mib *m, struct hn_bytes oid, struct snmp_value v)
{
    HN_ASSERT(m->n < m->cap);
    m->v[m->n++] = (struct snmp_varbind){.oid = oid, .v = v};
}

/* The object's OID and up to three more numbers. */
static struct hn_bytes instance(struct mib *m, enum snmp_object o, size_t n, uint32_t x, uint32_t y,
                                uint32_t z)
{
    const uint32_t more[] = {x, y, z};
    struct snmp_oid oid;
    uint8_t buf[BER_OID_OCTETS];
    size_t len;

    HN_ASSERT(snmp_oid_get(snmp_object_oid(o), &oid) && n <= 3);
    for (size_t i = 0; i < n; i++)
        oid.id[oid.n++] = more[i];
    len = snmp_oid_put(&oid, buf, sizeof(buf));
    return (struct hn_bytes){hn_arena_memdup(m->arena, buf, len), len};
}

static struct hn_bytes dotted(struct mib *m, const char *text)
{
    struct snmp_oid oid;
    uint8_t buf[BER_OID_OCTETS];
    size_t len;

    HN_ASSERT(snmp_oid_parse(text, &oid));
    len = snmp_oid_put(&oid, buf, sizeof(buf));
    return (struct hn_bytes){hn_arena_memdup(m->arena, buf, len), len};
}

static struct snmp_value text(const char *s)
{
    return (struct snmp_value){.type = SNMP_TYPE_OCTETS, .bytes = {(const uint8_t *)s, strlen(s)}};
}

static struct snmp_value integer(int64_t i)
{
    return (struct snmp_value){.type = SNMP_TYPE_INTEGER, .i = i};
}

static struct snmp_value number(enum snmp_type type, uint64_t u)
{
    return (struct snmp_value){.type = type, .u = type == SNMP_TYPE_COUNTER64 ? u : (uint32_t)u};
}

static struct snmp_value oid_value(struct hn_bytes oid)
{
    return (struct snmp_value){.type = SNMP_TYPE_OID, .bytes = oid};
}

/* 0 at night, 1 at the busiest: hours of a Japanese working day. */
static double busy(hn_instant t)
{
    struct hn_local l = hn_tokyo(t);
    double hour = l.hour + l.minute / 60.0;
    double day = l.weekday < 5 ? 1 : 0.15;

    return day * exp(-(hour - 13.5) * (hour - 13.5) / 18);
}

/* A slow wave about 0, of the device's own phase. */
static double wave(const struct estate_device *d, hn_instant t, unsigned salt, double period_s)
{
    double phase = mix(d->ip + salt) % 10000 / 10000.0;

    return sin(2 * PI * (fmod((double)t / (double)HN_SEC, period_s) / period_s + phase));
}

/* Octets (or pages) counted up to t at a mean rate that swings by a half over 20 minutes: the
 * integral, so that it never falls. */
static uint64_t counted(const struct estate_device *d, hn_instant from, hn_instant t, unsigned salt,
                        double rate)
{
    double w = 2 * PI / 1200;
    double phase = mix(d->ip + salt) % 6283 / 1000.0;
    double a = (double)from / (double)HN_SEC;
    double b = (double)t / (double)HN_SEC;
    double n = rate * (b - a) - rate * 0.5 / w * (cos(w * b + phase) - cos(w * a + phase));

    return n <= 0 ? 0 : (uint64_t)n;
}

static hn_instant boot_of(const struct estate_device *d, const struct mib_state *st)
{
    int64_t s = st->now / HN_SEC;

    if (st->booted_at != HN_UNSET)
        return st->booted_at;
    return (s - (s + mix(d->ip) % UPTIME_MAX_S) % UPTIME_MAX_S) * HN_SEC;
}

uint32_t mib_uptime(const struct estate_device *d, const struct mib_state *st)
{
    return (uint32_t)((st->now - boot_of(d, st)) / (HN_SEC / 100));
}

static bool has(const struct mib_state *st, enum estate_fault f)
{
    return (st->faults & 1u << f) != 0;
}

static void add_system(struct mib *m, const struct estate_device *d, const struct estate_site *site,
                       const struct mib_state *st)
{
    static const struct {
        const char *descr, *object;
    } models[ESTATE_CLASS_COUNT] = {
        [ESTATE_ROUTER] = {"Sample router RX-1200, software 4.12.1", "1.3.6.1.4.1.32473.1.1"},
        [ESTATE_SWITCH] = {"Sample switch SX-2448, software 7.0.3", "1.3.6.1.4.1.32473.1.2"},
        [ESTATE_SERVER] = {"Linux sample 6.1.0 x86_64", "1.3.6.1.4.1.8072.3.2.10"},
        [ESTATE_WEB] = {"Linux sample 6.1.0 x86_64", "1.3.6.1.4.1.8072.3.2.10"},
        [ESTATE_PRINTER] = {"Sample multifunction printer", "1.3.6.1.4.1.32473.1.3"},
        [ESTATE_UPS] = {"Sample UPS 5 kVA, agent 2.1", "1.3.6.1.4.1.32473.1.4"},
        [ESTATE_SENSOR] = {"Sample room sensor ENV-2", "1.3.6.1.4.1.32473.1.5"},
        [ESTATE_TERMINAL] = {"Sample terminal", "1.3.6.1.4.1.32473.1.6"}};

    put(m, snmp_object_oid(OBJ_sysDescr),
        text(d->model != NULL ? d->model : models[d->class].descr));
    put(m, snmp_object_oid(OBJ_sysObjectID), oid_value(dotted(m, models[d->class].object)));
    put(m, snmp_object_oid(OBJ_sysUpTime), number(SNMP_TYPE_TIMETICKS, mib_uptime(d, st)));
    put(m, dotted(m, "1.3.6.1.2.1.1.4.0"), text("sample data"));
    put(m, snmp_object_oid(OBJ_sysName), text(d->name));
    put(m, dotted(m, "1.3.6.1.2.1.1.6.0"), text(site->name));
    put(m, dotted(m, "1.3.6.1.2.1.1.7.0"), integer(72));
}

/* One port. share: of the line's speed that flows on average in working hours. */
static void add_port(struct mib *m, const struct estate_device *d, const struct mib_state *st,
                     uint32_t i, const char *name, const char *alias, int64_t mbps, double share,
                     bool up)
{
    hn_instant from = boot_of(d, st);
    double rate = up ? (double)mbps * 1e6 / 8 * share * (0.6 + mix(d->ip + i) % 80 / 100.0) : 0;
    uint64_t in = counted(d, from, st->now, i * 2, rate);
    uint64_t out = counted(d, from, st->now, i * 2 + 1, rate * 0.35);
    uint64_t bps = HN_MIN((uint64_t)mbps * 1000000, (uint64_t)UINT32_MAX);
    const struct {
        enum snmp_object o;
        struct snmp_value v;
    } row[] = {{OBJ_ifDescr, text(name)},
               {OBJ_ifType, integer(6)},
               {OBJ_ifSpeed, number(SNMP_TYPE_GAUGE32, bps)},
               {OBJ_ifAdminStatus, integer(up ? 1 : 2)},
               {OBJ_ifOperStatus, integer(up ? 1 : 2)},
               {OBJ_ifInOctets, number(SNMP_TYPE_COUNTER32, in)},
               {OBJ_ifInDiscards, number(SNMP_TYPE_COUNTER32, in / 4000000000u)},
               {OBJ_ifInErrors, number(SNMP_TYPE_COUNTER32, in / 9000000000u)},
               {OBJ_ifOutOctets, number(SNMP_TYPE_COUNTER32, out)},
               {OBJ_ifOutDiscards, number(SNMP_TYPE_COUNTER32, out / 4000000000u)},
               {OBJ_ifOutErrors, number(SNMP_TYPE_COUNTER32, 0)},
               {OBJ_ifName, text(name)},
               {OBJ_ifHCInOctets, number(SNMP_TYPE_COUNTER64, in)},
               {OBJ_ifHCOutOctets, number(SNMP_TYPE_COUNTER64, out)},
               {OBJ_ifHighSpeed, number(SNMP_TYPE_GAUGE32, (uint64_t)mbps)},
               {OBJ_ifAlias, text(alias)}};

    put(m, instance(m, OBJ_ifDescr, 1, i, 0, 0), row[0].v);
    for (size_t k = 1; k < HN_ARRAY_LEN(row); k++)
        put(m, instance(m, row[k].o, 1, i, 0, 0), row[k].v);
}

static void add_ports(struct mib *m, const struct estate_device *d, const struct mib_state *st)
{
    if (d->class == ESTATE_ROUTER) {
        add_port(m, d, st, 1, "wan0", d->line == NULL ? "core" : d->line, d->mbps, 0.18, true);
        add_port(m, d, st, 2, "lan0", "LAN", HN_MAX(d->mbps, 1000), 0.05, true);
        return;
    }
    for (uint32_t i = 1; i <= 12; i++)
        add_port(m, d, st, i, hn_arena_fmt(m->arena, "ge0/%u", i), i == 1 ? "uplink" : "", 1000,
                 i == 1 ? 0.08 : 0.01, i <= 10);
}

static double disk_use(const struct estate_device *d, const struct mib_state *st)
{
    double used = 48 + mix(d->ip + 7) % 20 + wave(d, st->now, 7, 86400 * 5) * 2;

    if (has(st, ESTATE_FAULT_DISK)) /* two minutes to 97 % */
        used += (97 - used) * HN_MIN(1.0, (double)(st->now - st->since[ESTATE_FAULT_DISK]) / 120e6);
    return used;
}

static void add_storage(struct mib *m, uint32_t i, const char *name, const char *type,
                        uint32_t unit, uint32_t size, double use)
{
    put(m, instance(m, OBJ_hrStorageType, 1, i, 0, 0), oid_value(dotted(m, type)));
    put(m, instance(m, OBJ_hrStorageDescr, 1, i, 0, 0), text(name));
    put(m, instance(m, OBJ_hrStorageAllocationUnits, 1, i, 0, 0), integer(unit));
    put(m, instance(m, OBJ_hrStorageSize, 1, i, 0, 0), integer(size));
    put(m, instance(m, OBJ_hrStorageUsed, 1, i, 0, 0), integer((int64_t)(size * use / 100)));
}

static void add_host(struct mib *m, const struct estate_device *d, const struct mib_state *st)
{
    double load = 8 + 45 * busy(st->now) + 6 * wave(d, st->now, 3, 900);

    if (has(st, ESTATE_FAULT_SLOW))
        load = 97;
    add_port(m, d, st, 1, "eth0", "", 1000, 0.03, true);
    put(m, snmp_object_oid(OBJ_hrSystemNumUsers), number(SNMP_TYPE_GAUGE32, mix(d->ip) % 3));
    put(m, snmp_object_oid(OBJ_hrSystemProcesses),
        number(SNMP_TYPE_GAUGE32, 140 + mix(d->ip) % 60 + (uint32_t)(busy(st->now) * 20)));
    add_storage(m, 1, "Physical memory", "1.3.6.1.2.1.25.2.1.2", 4096, 4194304,
                42 + mix(d->ip + 5) % 20 + 12 * busy(st->now));
    add_storage(m, 31, "/", "1.3.6.1.2.1.25.2.1.4", 4096, 26214400, 30 + mix(d->ip + 6) % 12);
    add_storage(m, 36, "/var", "1.3.6.1.2.1.25.2.1.4", 4096, 104857600, disk_use(d, st));
    for (uint32_t i = 0; i < 4; i++)
        put(m, instance(m, OBJ_hrProcessorLoad, 1, 196608 + i, 0, 0),
            integer((int64_t)HN_MAX(1.0, HN_MIN(100.0, load + 4 * wave(d, st->now, 20 + i, 300)))));
}

static void add_printer(struct mib *m, const struct estate_device *d, const struct mib_state *st)
{
    static const uint8_t good[] = {0, 0};
    static const uint8_t empty[] = {0x40, 0x04}; /* noPaper, inputTrayEmpty */
    static const char *const toner[] = {"Black toner", "Cyan toner", "Magenta toner",
                                        "Yellow toner"};
    bool paper = has(st, ESTATE_FAULT_PAPER);
    size_t colours = d->model != NULL && strstr(d->model, "Print ") != NULL ? 1 : 4;
    uint64_t pages = 20000 + counted(d, 0, st->now, 1, 0.004) % 400000;

    put(m, instance(m, OBJ_hrDeviceDescr, 1, 1, 0, 0), text(d->model == NULL ? "" : d->model));
    put(m, instance(m, OBJ_hrPrinterDetectedErrorState, 1, 1, 0, 0),
        (struct snmp_value){.type = SNMP_TYPE_OCTETS, .bytes = {paper ? empty : good, 2}});
    put(m, instance(m, OBJ_prtGeneralSerialNumber, 1, 1, 0, 0),
        text(hn_arena_fmt(m->arena, "SAMPLE%08X", d->ip)));
    for (uint32_t i = 1; i <= 2; i++) {
        int64_t left = 120 + mix(d->ip + i) % 300 + (int64_t)(60 * wave(d, st->now, i, 40000));

        put(m, instance(m, OBJ_prtInputMaxCapacity, 2, 1, i, 0), integer(500));
        put(m, instance(m, OBJ_prtInputCurrentLevel, 2, 1, i, 0), integer(paper ? 0 : left));
        put(m, instance(m, OBJ_prtInputName, 2, 1, i, 0), text(i == 1 ? "Tray 1" : "Tray 2"));
    }
    put(m, instance(m, OBJ_prtMarkerLifeCount, 2, 1, 1, 0), number(SNMP_TYPE_COUNTER32, pages));
    for (uint32_t i = 0; i < colours; i++) {
        put(m, instance(m, OBJ_prtMarkerSuppliesDescription, 2, 1, i + 1, 0), text(toner[i]));
        put(m, instance(m, OBJ_prtMarkerSuppliesMaxCapacity, 2, 1, i + 1, 0), integer(100));
        put(m, instance(m, OBJ_prtMarkerSuppliesLevel, 2, 1, i + 1, 0),
            integer(100 - (int64_t)((pages / 40 + mix(d->ip + i) % 90) % 91)));
    }
}

static void add_ups(struct mib *m, const struct estate_device *d, const struct mib_state *st)
{
    bool hot = has(st, ESTATE_FAULT_HEAT);

    put(m, snmp_object_oid(OBJ_upsIdentManufacturer), text("Sample"));
    put(m, snmp_object_oid(OBJ_upsIdentModel), text("UPS 5000"));
    put(m, snmp_object_oid(OBJ_upsBatteryStatus), integer(2));
    put(m, snmp_object_oid(OBJ_upsSecondsOnBattery), integer(0));
    put(m, snmp_object_oid(OBJ_upsEstimatedMinutesRemaining), integer(46));
    put(m, snmp_object_oid(OBJ_upsEstimatedChargeRemaining), integer(100));
    put(m, snmp_object_oid(OBJ_upsBatteryTemperature),
        integer(hot ? 52 : 26 + (int64_t)(2 * wave(d, st->now, 1, 7200))));
    put(m, instance(m, OBJ_upsInputVoltage, 1, 1, 0, 0),
        integer(101 + (int64_t)(2 * wave(d, st->now, 2, 600))));
    put(m, snmp_object_oid(OBJ_upsOutputSource), integer(3));
    put(m, instance(m, OBJ_upsOutputPercentLoad, 1, 1, 0, 0),
        integer(38 + (int64_t)(8 * busy(st->now))));
}

static void add_sensor(struct mib *m, const struct estate_device *d, const struct mib_state *st)
{
    double degrees = 22.5 + 1.2 * busy(st->now) + 0.4 * wave(d, st->now, 1, 1800);
    double humidity = 45 + 4 * wave(d, st->now, 2, 20000);

    if (has(st, ESTATE_FAULT_HEAT)) /* five minutes to 36 °C */
        degrees +=
            (36 - degrees) * HN_MIN(1.0, (double)(st->now - st->since[ESTATE_FAULT_HEAT]) / 300e6);
    for (uint32_t i = 1; i <= 2; i++) {
        put(m, instance(m, OBJ_entPhysicalName, 1, i, 0, 0),
            text(i == 1 ? "Room temperature" : "Room humidity"));
        put(m, instance(m, OBJ_entPhySensorType, 1, i, 0, 0), integer(i == 1 ? 8 : 9));
        put(m, instance(m, OBJ_entPhySensorScale, 1, i, 0, 0), integer(9));
        put(m, instance(m, OBJ_entPhySensorPrecision, 1, i, 0, 0), integer(1));
        put(m, instance(m, OBJ_entPhySensorValue, 1, i, 0, 0),
            integer((int64_t)((i == 1 ? degrees : humidity) * 10)));
        put(m, instance(m, OBJ_entPhySensorOperStatus, 1, i, 0, 0), integer(1));
    }
}

static int by_oid(const void *x, const void *y)
{
    const struct snmp_varbind *a = x;
    const struct snmp_varbind *b = y;

    return snmp_oid_compare(a->oid, b->oid);
}

void mib_make(const struct estate_device *d, const struct estate_site *site,
              const struct mib_state *st, struct hn_arena *a, struct mib *out)
{
    static void (*const parts[ESTATE_CLASS_COUNT])(struct mib *, const struct estate_device *,
                                                   const struct mib_state *) = {
        [ESTATE_ROUTER] = add_ports, [ESTATE_SWITCH] = add_ports,    [ESTATE_SERVER] = add_host,
        [ESTATE_WEB] = add_host,     [ESTATE_PRINTER] = add_printer, [ESTATE_UPS] = add_ups,
        [ESTATE_SENSOR] = add_sensor};

    *out = (struct mib){
        .v = hn_arena_make(a, struct snmp_varbind, OBJECTS_MAX), .cap = OBJECTS_MAX, .arena = a};
    add_system(out, d, site, st);
    if (parts[d->class] != NULL)
        parts[d->class](out, d, st);
    qsort(out->v, out->n, sizeof(*out->v), by_oid);
}

/* ---- answering ---- */

/* The first object behind oid; m->n where there is none. */
static size_t after(const struct mib *m, struct hn_bytes oid, enum snmp_version version)
{
    size_t lo = 0;
    size_t hi = m->n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (snmp_oid_compare(m->v[mid].oid, oid) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    while (lo < m->n && version == SNMP_V1 && m->v[lo].v.type == SNMP_TYPE_COUNTER64)
        lo++;
    return lo;
}

static const struct snmp_varbind *exact(const struct mib *m, struct hn_bytes oid,
                                        enum snmp_version version)
{
    for (size_t i = 0; i < m->n; i++)
        if (snmp_oid_compare(m->v[i].oid, oid) == 0)
            return version == SNMP_V1 && m->v[i].v.type == SNMP_TYPE_COUNTER64 ? NULL : &m->v[i];
    return NULL;
}

static size_t wire_size(const struct snmp_varbind *vb)
{
    return vb->oid.n + vb->v.bytes.n + 24;
}

static struct snmp_varbind next(const struct mib *m, struct hn_bytes oid, enum snmp_version version)
{
    size_t at = after(m, oid, version);

    if (at < m->n)
        return m->v[at];
    return (struct snmp_varbind){.oid = oid, .v = {.type = SNMP_TYPE_END_OF_MIB_VIEW}};
}

static void answer_bulk(const struct mib *m, const struct snmp_pdu *req, enum snmp_version version,
                        size_t max_bytes, struct hn_arena *a, struct snmp_pdu *out)
{
    size_t lone = (size_t)HN_MIN(HN_MAX(req->error_status, 0), (int32_t)req->n);
    size_t width = req->n - lone;
    size_t turns = (size_t)HN_MAX(req->error_index, 0);
    size_t used = 100;

    out->vb = hn_arena_make(a, struct snmp_varbind, SNMP_VARBINDS_MAX);
    for (size_t i = 0; i < lone + turns * width && out->n < SNMP_VARBINDS_MAX; i++) {
        struct hn_bytes from = i < lone + width ? req->vb[i].oid : out->vb[i - width].oid;
        struct snmp_varbind vb = next(m, from, version);

        used += wire_size(&vb);
        if (used > max_bytes)
            return;
        out->vb[out->n++] = vb;
    }
}

static void fail(const struct snmp_pdu *req, enum snmp_error error, size_t index,
                 struct snmp_pdu *out)
{
    out->error_status = error;
    out->error_index = (int32_t)index;
    out->vb = req->vb;
    out->n = error == SNMP_TOO_BIG ? 0 : req->n;
}

void mib_answer(const struct mib *m, const struct snmp_pdu *req, enum snmp_version version,
                size_t max_bytes, struct hn_arena *a, struct snmp_pdu *out)
{
    size_t used = 100;

    *out = (struct snmp_pdu){.type = SNMP_RESPONSE, .request_id = req->request_id};
    if (req->type == SNMP_GETBULK && version != SNMP_V1) {
        answer_bulk(m, req, version, max_bytes, a, out);
        return;
    }
    if (req->type != SNMP_GET && req->type != SNMP_GETNEXT) {
        fail(req, version == SNMP_V1 ? SNMP_NO_SUCH_NAME : SNMP_NOT_WRITABLE, req->n > 0, out);
        return;
    }
    out->vb = hn_arena_make(a, struct snmp_varbind, req->n);
    for (size_t i = 0; i < req->n; i++) {
        struct snmp_varbind vb = {.oid = req->vb[i].oid, .v = {.type = SNMP_TYPE_NO_SUCH_INSTANCE}};

        if (req->type == SNMP_GETNEXT) {
            vb = next(m, req->vb[i].oid, version);
        } else {
            const struct snmp_varbind *found = exact(m, req->vb[i].oid, version);

            if (found != NULL)
                vb = *found;
        }
        if (version == SNMP_V1 && vb.v.type >= SNMP_TYPE_NO_SUCH_OBJECT) {
            fail(req, SNMP_NO_SUCH_NAME, i + 1, out);
            return;
        }
        used += wire_size(&vb);
        if (used > max_bytes) {
            fail(req, SNMP_TOO_BIG, 0, out);
            return;
        }
        out->vb[out->n++] = vb;
    }
}
