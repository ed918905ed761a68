/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/snmp_inventory.h"

#define INVENTORY_MAX ((size_t)4 * 1024 * 1024)

static const struct hn_bytes scalar = {.p = (const uint8_t *)"", .n = 0};

/* IANA enterprise numbers of those whose devices one meets here. */
static const struct {
    uint32_t number;
    const char *vendor;
} vendors[] = {
    {9, "Cisco"},
    {11, "HP"},
    {116, "Hitachi"},
    {119, "NEC"},
    {207, "Allied Telesis"},
    {211, "Fujitsu"},
    {253, "Xerox"},
    {297, "FUJIFILM"},
    {311, "Microsoft"},
    {318, "APC"},
    {367, "RICOH"},
    {534, "Eaton"},
    {641, "Lexmark"},
    {674, "Dell"},
    {705, "Eaton"},
    {1182, "Yamaha"},
    {1248, "Epson"},
    {1347, "KYOCERA"},
    {1602, "Canon"},
    {2011, "Huawei"},
    {2435, "Brother"},
    {2636, "Juniper"},
    {3854, "AKCP"},
    {6876, "VMware"},
    {8072, "Net-SNMP"},
    {12356, "Fortinet"},
    {14988, "MikroTik"},
    {18334, "KONICA MINOLTA"},
    {21839, "ALAXALA"},
    {25461, "Palo Alto"},
    {25506, "H3C"},
    {30065, "Arista"},
    {47196, "Aruba"},
};

static const char *vendor_of(const struct snmp_got *g)
{
    const struct snmp_value *v = snmp_got_find(g, OBJ_sysObjectID, scalar);
    struct snmp_oid oid;

    /* 1.3.6.1.4.1.N */
    if (v == NULL || v->type != SNMP_TYPE_OID || !snmp_oid_get(v->bytes, &oid) || oid.n < 7 ||
        oid.id[4] != 4 || oid.id[5] != 1)
        return NULL;
    for (size_t i = 0; i < HN_ARRAY_LEN(vendors); i++)
        if (vendors[i].number == oid.id[6])
            return vendors[i].vendor;
    return NULL;
}

/* The first instance of a column as text. */
static const char *first_text(const struct snmp_got *g, unsigned object)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->cell[i].object == object)
            return snmp_got_text(g, object, g->cell[i].instance);
    return NULL;
}

static void write_system(struct snmp_inventory *inv)
{
    const struct snmp_got *g = inv->g;
    const struct snmp_value *oid = snmp_got_find(g, OBJ_sysObjectID, scalar);
    const char *model = snmp_got_text(g, OBJ_upsIdentModel, scalar);
    const char *vendor = snmp_got_text(g, OBJ_upsIdentManufacturer, scalar);
    char text[SNMP_OID_TEXT_MAX];

    hn_jw_object(&inv->w, "system");
    hn_jw_text(&inv->w, "name", snmp_got_text(g, OBJ_sysName, scalar));
    hn_jw_text(&inv->w, "descr", snmp_got_text(g, OBJ_sysDescr, scalar));
    hn_jw_text(&inv->w, "object_id",
               oid == NULL || oid->type != SNMP_TYPE_OID
                   ? NULL
                   : snmp_oid_text(oid->bytes, text, sizeof(text)));
    hn_jw_text(&inv->w, "vendor", vendor != NULL ? vendor : vendor_of(g));
    hn_jw_text(&inv->w, "model", model != NULL ? model : first_text(g, OBJ_hrDeviceDescr));
    hn_jw_text(&inv->w, "serial", first_text(g, OBJ_prtGeneralSerialNumber));
    hn_jw_end_object(&inv->w);
    inv->has_any = oid != NULL || snmp_got_find(g, OBJ_sysDescr, scalar) != NULL;
}

static void write_number(struct snmp_inventory *inv, const char *key, double v)
{
    /* A device may claim anything: what a bigint does not hold is not a number of ours. */
    if (!(v >= 0 && v < 9.2e18))
        hn_jw_null(&inv->w, key);
    else
        hn_jw_i64(&inv->w, key, (int64_t)v);
}

static void write_interface(struct snmp_inventory *inv, struct hn_bytes at)
{
    const struct snmp_got *g = inv->g;
    uint32_t index[BER_OID_MAX + 1] = {0};
    uint8_t whole[BER_OID_OCTETS + 1] = {0x2B};
    double high = snmp_got_number(g, OBJ_ifHighSpeed, at, 0);
    double low = snmp_got_number(g, OBJ_ifSpeed, at, -1);

    if (at.n == 0 || at.n >= BER_OID_OCTETS)
        return;
    memcpy(whole + 1, at.p, at.n);
    if (ber_oid_get(whole, at.n + 1, index) != 3) /* 1.3 and the one number of an ifIndex */
        return;
    hn_jw_object(&inv->w, NULL);
    hn_jw_i64(&inv->w, "if_index", index[2]);
    hn_jw_text(&inv->w, "name", snmp_got_text(g, OBJ_ifName, at));
    hn_jw_text(&inv->w, "descr", snmp_got_text(g, OBJ_ifDescr, at));
    hn_jw_text(&inv->w, "alias", snmp_got_text(g, OBJ_ifAlias, at));
    write_number(inv, "type", snmp_got_number(g, OBJ_ifType, at, -1));
    write_number(inv, "admin_status", snmp_got_number(g, OBJ_ifAdminStatus, at, -1));
    write_number(inv, "oper_status", snmp_got_number(g, OBJ_ifOperStatus, at, -1));
    write_number(inv, "speed_bps", high > 0 ? high * 1e6 : low);
    hn_jw_end_object(&inv->w);
    inv->has_any = true;
}

void snmp_inventory_begin(struct snmp_inventory *inv, const struct snmp_got *g)
{
    memset(inv, 0, sizeof(*inv));
    inv->g = g;
    hn_sbuf_init(&inv->text, g->arena, INVENTORY_MAX);
    hn_jw_init(&inv->w, &inv->text);
    hn_jw_object(&inv->w, NULL);
    write_system(inv);
    hn_jw_array(&inv->w, "interfaces");
    for (size_t i = 0; i < g->n; i++)
        if (g->cell[i].object == OBJ_ifOperStatus)
            write_interface(inv, g->cell[i].instance);
    hn_jw_end_array(&inv->w);
    hn_jw_array(&inv->w, "sensors");
}

void snmp_inventory_sensor(struct snmp_inventory *inv, const char *name, const char *kind,
                           const char *unit, const char *metric)
{
    if (inv == NULL)
        return;
    hn_jw_object(&inv->w, NULL);
    hn_jw_text(&inv->w, "name", name);
    hn_jw_text(&inv->w, "kind", kind);
    hn_jw_text(&inv->w, "unit", unit);
    hn_jw_text(&inv->w, "metric", metric);
    hn_jw_end_object(&inv->w);
    inv->has_any = true;
}

const char *snmp_inventory_done(struct snmp_inventory *inv)
{
    const char *text = NULL;
    struct hn_err e = {0};

    hn_jw_end_array(&inv->w);
    hn_jw_end_object(&inv->w);
    if (!inv->has_any || hn_sbuf_done(&inv->text, &text, &e) != HN_OK)
        return NULL;
    return text;
}
