/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp_profile.h — what a class of devices is asked, and what its answers mean. Pure.
 *
 * Series that a profile gives (N is the MIB's index of the port, storage, tray …):
 *
 *   system   sysUpTime s
 *   if       ifHCInOctets.N ifHCOutOctets.N bit/s · ifInUse.N ifOutUse.N % · ifOperStatus.N (1 up,
 *            2 down; only ports that are meant to be up) · ifInErrors.N ifOutErrors.N
 * ifInDiscards.N ifOutDiscards.N 1/s host     hrProcessorLoad % · hrStorageUsed.N % (memory and
 * fixed disks) · hrSystemProcesses hrSystemNumUsers printer  prtMarkerSuppliesLevel.N % (left; of
 * receptacles: filled) · prtInputCurrentLevel.N % · prtMarkerLifeCount.N ups
 * upsEstimatedMinutesRemaining min · upsEstimatedChargeRemaining % · upsSecondsOnBattery s ·
 *            upsBatteryTemperature °C · upsOutputPercentLoad.N % · upsInputVoltage.N V ·
 * upsOutputSource upsBatteryStatus (the MIB's numbers) sensor   temperature.N °C · humidity.N % ·
 * voltage.N V · current.N A · power.N W · fan.N rpm · frequency.N Hz
 *
 * Counters give no sample where they were reset or would be above the line's speed; a restart of
 * the agent is a notice "reboot". States beside the thresholds: printer errors
 * (hrPrinterDetectedErrorState), the UPS on battery or with a low one, a sensor that is out of
 * order.
 */
#ifndef PROBES_SNMP_PROFILE_H
#define PROBES_SNMP_PROFILE_H

#include "probes/reading.h"
#include "probes/snmp_inventory.h"
#include "probes/snmp_rate.h"
#include "probes/spec.h"

#define SNMP_STEP_OBJECTS 8

/* Objects that are asked together: all got (scalars), or all walked side by side. */
struct snmp_step {
    bool is_walk;
    bool is_inventory;       /* only when the inventory is due */
    enum snmp_object unless; /* only when nothing was got of this one; OBJ_COUNT: always */
    enum snmp_object object[SNMP_STEP_OBJECTS];
    size_t n;
};

/* What a judge sees and fills. */
struct snmp_view {
    const struct snmp_got *g;
    struct snmp_rates *rates;
    struct reading *r;
    struct snmp_inventory *inv; /* NULL when it is not due */
};

struct snmp_profile {
    const struct snmp_step *step;
    size_t n_steps;
    void (*judge)(const struct snmp_view *w);
};

/* SNMP_PROFILE_NONE has no steps. */
const struct snmp_profile *snmp_profile(enum snmp_profile_id p);

/* The whole result: restart, the profile's judgement, the check's own items; with_inventory: also
 * what the device says of itself. g is indexed. */
void snmp_profile_judge(const struct snmp_params *p, const struct snmp_got *g,
                        struct snmp_rates *rates, bool with_inventory, struct reading *r);

/* 10 to the power of an entPhySensorScale and -Precision. */
double snmp_sensor_factor(int64_t scale, int64_t precision);

#endif
