/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp_mib.h — the objects that the profiles read, in MIB spelling, and what was read of a device.
 *
 * A cell is one value: which object, which instance (the rest of the OID), what. A struct snmp_got
 * holds all cells of one probe of one device; snmp_got_find() looks one up.
 */
#ifndef PROBES_SNMP_MIB_H
#define PROBES_SNMP_MIB_H

#include "probes/snmp_msg.h"
#include "server/base/arena.h"
#include "server/base/instant.h"

/* name, numbers below 1.3.6.1.2.1; scalars with their .0 */
#define SNMP_OBJECTS(X)                                                                            \
    X(sysDescr, 1, 1, 0)                                                                           \
    X(sysObjectID, 1, 2, 0)                                                                        \
    X(sysUpTime, 1, 3, 0)                                                                          \
    X(sysName, 1, 5, 0)                                                                            \
    X(ifSpeed, 2, 2, 1, 5)                                                                         \
    X(ifAdminStatus, 2, 2, 1, 7)                                                                   \
    X(ifOperStatus, 2, 2, 1, 8)                                                                    \
    X(ifInOctets, 2, 2, 1, 10)                                                                     \
    X(ifInDiscards, 2, 2, 1, 13)                                                                   \
    X(ifInErrors, 2, 2, 1, 14)                                                                     \
    X(ifOutOctets, 2, 2, 1, 16)                                                                    \
    X(ifOutDiscards, 2, 2, 1, 19)                                                                  \
    X(ifOutErrors, 2, 2, 1, 20)                                                                    \
    X(ifDescr, 2, 2, 1, 2)                                                                         \
    X(ifType, 2, 2, 1, 3)                                                                          \
    X(ifName, 31, 1, 1, 1, 1)                                                                      \
    X(ifHCInOctets, 31, 1, 1, 1, 6)                                                                \
    X(ifHCOutOctets, 31, 1, 1, 1, 10)                                                              \
    X(ifHighSpeed, 31, 1, 1, 1, 15)                                                                \
    X(ifAlias, 31, 1, 1, 1, 18)                                                                    \
    X(hrSystemNumUsers, 25, 1, 5, 0)                                                               \
    X(hrSystemProcesses, 25, 1, 6, 0)                                                              \
    X(hrStorageType, 25, 2, 3, 1, 2)                                                               \
    X(hrStorageDescr, 25, 2, 3, 1, 3)                                                              \
    X(hrStorageAllocationUnits, 25, 2, 3, 1, 4)                                                    \
    X(hrStorageSize, 25, 2, 3, 1, 5)                                                               \
    X(hrStorageUsed, 25, 2, 3, 1, 6)                                                               \
    X(hrProcessorLoad, 25, 3, 3, 1, 2)                                                             \
    X(hrDeviceDescr, 25, 3, 2, 1, 3)                                                               \
    X(hrPrinterDetectedErrorState, 25, 3, 5, 1, 2)                                                 \
    X(prtGeneralSerialNumber, 43, 5, 1, 1, 17)                                                     \
    X(prtInputMaxCapacity, 43, 8, 2, 1, 9)                                                         \
    X(prtInputCurrentLevel, 43, 8, 2, 1, 10)                                                       \
    X(prtInputName, 43, 8, 2, 1, 13)                                                               \
    X(prtMarkerLifeCount, 43, 10, 2, 1, 4)                                                         \
    X(prtMarkerSuppliesDescription, 43, 11, 1, 1, 6)                                               \
    X(prtMarkerSuppliesMaxCapacity, 43, 11, 1, 1, 8)                                               \
    X(prtMarkerSuppliesLevel, 43, 11, 1, 1, 9)                                                     \
    X(upsIdentManufacturer, 33, 1, 1, 1, 0)                                                        \
    X(upsIdentModel, 33, 1, 1, 2, 0)                                                               \
    X(upsBatteryStatus, 33, 1, 2, 1, 0)                                                            \
    X(upsSecondsOnBattery, 33, 1, 2, 2, 0)                                                         \
    X(upsEstimatedMinutesRemaining, 33, 1, 2, 3, 0)                                                \
    X(upsEstimatedChargeRemaining, 33, 1, 2, 4, 0)                                                 \
    X(upsBatteryTemperature, 33, 1, 2, 7, 0)                                                       \
    X(upsInputVoltage, 33, 1, 3, 3, 1, 3)                                                          \
    X(upsOutputSource, 33, 1, 4, 1, 0)                                                             \
    X(upsOutputPercentLoad, 33, 1, 4, 4, 1, 5)                                                     \
    X(entPhysicalName, 47, 1, 1, 1, 1, 7)                                                          \
    X(entPhySensorType, 99, 1, 1, 1, 1)                                                            \
    X(entPhySensorScale, 99, 1, 1, 1, 2)                                                           \
    X(entPhySensorPrecision, 99, 1, 1, 1, 3)                                                       \
    X(entPhySensorValue, 99, 1, 1, 1, 4)                                                           \
    X(entPhySensorOperStatus, 99, 1, 1, 1, 5)

enum snmp_object {
#define X(name, ...) OBJ_##name,
    SNMP_OBJECTS(X)
#undef X
        OBJ_COUNT /* from here on: the items of a check's own params, OBJ_COUNT + index */
};

/* Content octets of the whole OID. */
struct hn_bytes snmp_object_oid(enum snmp_object o);
const char *snmp_object_name(enum snmp_object o);

struct snmp_cell {
    unsigned object;
    struct hn_bytes instance; /* content octets behind the object's OID; empty for a scalar */
    struct snmp_value v;
};

struct snmp_got {
    struct hn_arena *arena;
    hn_instant at;
    int64_t uptime_cs; /* -1: not told */
    struct snmp_cell *cell;
    size_t n, cap;
    size_t *index; /* hash of (object, instance), made by snmp_got_index() */
    size_t n_index;
};

/* Copies instance and value into the arena. */
void snmp_got_add(struct snmp_got *g, unsigned object, struct hn_bytes instance,
                  const struct snmp_value *v);
void snmp_got_index(struct snmp_got *g);
/* NULL where the device did not say; after snmp_got_index(). */
const struct snmp_value *snmp_got_find(const struct snmp_got *g, unsigned object,
                                       struct hn_bytes instance);
/* The number, or `none`. */
double snmp_got_number(const struct snmp_got *g, unsigned object, struct hn_bytes instance,
                       double none);
/* An INTEGER (RFC 2578: 32 bits); `none` where the device says nothing or something larger. */
int snmp_got_int(const struct snmp_got *g, unsigned object, struct hn_bytes instance, int none);
/* Printable UTF-8 of at most 60 characters from octets; NULL where there is nothing to show. */
const char *snmp_got_text(const struct snmp_got *g, unsigned object, struct hn_bytes instance);
/* "3", "1.2": for metric names. */
const char *snmp_instance_text(struct hn_arena *a, struct hn_bytes instance);

#endif
