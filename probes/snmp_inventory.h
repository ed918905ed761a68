/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp_inventory.h — what a device says of itself beside its numbers, as the JSON that
 * server/ingest/ingest.h describes. Pure.
 */
#ifndef PROBES_SNMP_INVENTORY_H
#define PROBES_SNMP_INVENTORY_H

#include "probes/snmp_mib.h"
#include "server/base/jw.h"

struct snmp_inventory {
    const struct snmp_got *g;
    struct hn_sbuf text;
    struct hn_jw w;
    bool has_any;
};

/* Writes "system" and "interfaces" from g; then sensors may follow. */
void snmp_inventory_begin(struct snmp_inventory *inv, const struct snmp_got *g);
/* metric: the series whose value is the sensor's. inv NULL does nothing. */
void snmp_inventory_sensor(struct snmp_inventory *inv, const char *name, const char *kind,
                           const char *unit, const char *metric);
/* The JSON in g's arena; NULL where the device said nothing of itself, or too much. */
const char *snmp_inventory_done(struct snmp_inventory *inv);

#endif
