/* SPDX-License-Identifier: Apache-2.0 */
/* What the probes measure (probes/snmp_profile.h), in words. */
#include "itsm/watch/metrics.h"

#include "server/base/i18n.h"

static const struct {
    const char *metric;
    const char *label;
    const char *family; /* NULL: by itself */
} known[] = {
    {"rtt", HN_N("Round-trip time"), NULL},
    {"loss", HN_N("Packet loss"), NULL},
    {"connect", HN_N("Time to connect"), "time"},
    {"response", HN_N("Time to the answer"), "time"},
    {"dns", HN_N("Name resolution"), "time"},
    {"tls", HN_N("TLS negotiation"), "time"},
    {"first_byte", HN_N("First byte"), "time"},
    {"total", HN_N("Total time"), "time"},
    {"size", HN_N("Size of the answer"), NULL},
    {"status", HN_N("HTTP status"), NULL},
    {"certificate_days", HN_N("Days left of the certificate"), NULL},
    {"sysUpTime", HN_N("Time since start"), NULL},
    {"in_octets", HN_N("Traffic received"), "octets"},
    {"out_octets", HN_N("Traffic sent"), "octets"},
    {"in_octets_total", HN_N("Octets received in all"), "octets_total"},
    {"out_octets_total", HN_N("Octets sent in all"), "octets_total"},
    {"in_use", HN_N("Use of the line, receiving"), "use"},
    {"out_use", HN_N("Use of the line, sending"), "use"},
    {"oper_status", HN_N("Port state"), NULL},
    {"in_errors", HN_N("Errors, receiving"), "errors"},
    {"out_errors", HN_N("Errors, sending"), "errors"},
    {"in_discards", HN_N("Discards, receiving"), "discards"},
    {"out_discards", HN_N("Discards, sending"), "discards"},
    {"hrProcessorLoad", HN_N("Processor load"), NULL},
    {"hrStorageUsed", HN_N("Use of storage"), NULL},
    {"hrSystemProcesses", HN_N("Processes"), NULL},
    {"hrSystemNumUsers", HN_N("Signed-in users"), NULL},
    {"prtMarkerSuppliesLevel", HN_N("Supplies left"), NULL},
    {"prtInputCurrentLevel", HN_N("Paper left"), NULL},
    {"prtMarkerLifeCount", HN_N("Printed pages"), NULL},
    {"upsEstimatedMinutesRemaining", HN_N("Battery time left"), NULL},
    {"upsEstimatedChargeRemaining", HN_N("Battery charge"), NULL},
    {"upsSecondsOnBattery", HN_N("Time on battery"), NULL},
    {"upsBatteryTemperature", HN_N("Battery temperature"), NULL},
    {"upsOutputPercentLoad", HN_N("UPS load"), NULL},
    {"upsInputVoltage", HN_N("Input voltage"), NULL},
    {"upsOutputSource", HN_N("Source of power"), NULL},
    {"upsBatteryStatus", HN_N("Battery state"), NULL},
    {"temperature", HN_N("Temperature"), NULL},
    {"humidity", HN_N("Humidity"), NULL},
    {"voltage", HN_N("Voltage"), NULL},
    {"current", HN_N("Electric current"), NULL},
    {"power", HN_N("Electric power"), NULL},
    {"fan", HN_N("Fan speed"), NULL},
    {"frequency", HN_N("Frequency"), NULL},
};

const char *metric_base(struct hn_arena *a, const char *metric)
{
    return hn_arena_strndup(a, metric, strcspn(metric, "."));
}

const char *metric_label(struct hn_arena *a, const char *metric)
{
    const char *base = metric_base(a, metric);
    const char *instance = metric + strcspn(metric, ".");

    for (size_t i = 0; i < HN_ARRAY_LEN(known); i++)
        if (hn_streq(known[i].metric, base))
            return *instance == '\0'
                       ? hn_tr(known[i].label)
                       : hn_arena_fmt(a, "%s %s", hn_tr(known[i].label), instance + 1);
    return metric;
}

const char *metric_title(struct hn_arena *a, const char *metric)
{
    static const struct {
        const char *family;
        const char *label;
    } titles[] = {
        {"time", HN_N("Time of each phase")},    {"octets", HN_N("Traffic")},
        {"octets_total", HN_N("Octets in all")}, {"use", HN_N("Use of the line")},
        {"errors", HN_N("Errors of the port")},  {"discards", HN_N("Discards of the port")}};
    const char *family = metric_family(a, metric);
    const char *instance = family + strcspn(family, ".");

    for (size_t i = 0; i < HN_ARRAY_LEN(titles); i++)
        if (strncmp(titles[i].family, family, (size_t)(instance - family)) == 0 &&
            titles[i].family[instance - family] == '\0')
            return *instance == '\0'
                       ? hn_tr(titles[i].label)
                       : hn_arena_fmt(a, "%s %s", hn_tr(titles[i].label), instance + 1);
    return metric_label(a, metric_base(a, metric));
}

const char *metric_family(struct hn_arena *a, const char *metric)
{
    const char *base = metric_base(a, metric);

    for (size_t i = 0; i < HN_ARRAY_LEN(known); i++)
        if (hn_streq(known[i].metric, base) && known[i].family != NULL)
            return hn_arena_fmt(a, "%s%s", known[i].family, metric + strcspn(metric, "."));
    return base;
}
