/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/reading.h"

#include "server/base/i18n.h"
#include "server/base/parse.h"

#include <math.h>
#include <stdarg.h>

#define REASONS_SHOWN 5

void reading_init(struct reading *r, struct hn_arena *a, const struct thresholds *limits)
{
    *r = (struct reading){.arena = a, .limits = limits, .outcome = OUTCOME_OK, .state = RESULT_OK};
    hn_sbuf_init(&r->bad, a, READING_OUTPUT_MAX * 4);
    hn_sbuf_init(&r->good, a, READING_OUTPUT_MAX * 4);
}

/* How bad: unknown stands between ok and warning, as a known trouble says more. */
static int rank(enum check_result_state s)
{
    switch (s) {
    case RESULT_OK: return 0;
    case RESULT_UNKNOWN: return 1;
    case RESULT_WARNING: return 2;
    case RESULT_CRITICAL: return 3;
    }
    return 0;
}

static void reason(struct reading *r, enum check_result_state s, const char *fmt, va_list ap)
    HN_PRINTF(3, 0);

static void reason(struct reading *r, enum check_result_state s, const char *fmt, va_list ap)
{
    if (s == RESULT_OK || rank(s) < rank(r->state))
        return;
    if (rank(s) > rank(r->state)) {
        hn_sbuf_init(&r->bad, r->arena, READING_OUTPUT_MAX * 4);
        r->n_bad = 0;
        r->state = s;
    }
    if (r->n_bad++ >= REASONS_SHOWN)
        return;
    if (r->n_bad > 1)
        hn_sbuf_str(&r->bad, hn_tr(HN_N("; ")));
    hn_sbuf_vfmt(&r->bad, fmt, ap);
}

void reading_state(struct reading *r, enum check_result_state s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    reason(r, s, fmt, ap);
    va_end(ap);
}

void reading_failed(struct reading *r, const char *fmt, ...)
{
    va_list ap;

    r->outcome = OUTCOME_FAILED;
    va_start(ap, fmt);
    reason(r, RESULT_CRITICAL, fmt, ap);
    va_end(ap);
}

/* Outcomes that know nothing say only why. */
static void nothing(struct reading *r, enum check_outcome o, const char *fmt, va_list ap)
    HN_PRINTF(3, 0);

static void nothing(struct reading *r, enum check_outcome o, const char *fmt, va_list ap)
{
    reading_init(r, r->arena, r->limits);
    r->outcome = o;
    reason(r, RESULT_UNKNOWN, fmt, ap);
}

void reading_not_run(struct reading *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    nothing(r, OUTCOME_NOT_RUN, fmt, ap);
    va_end(ap);
}

void reading_lost(struct reading *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    nothing(r, OUTCOME_LOST, fmt, ap);
    va_end(ap);
}

void reading_say(struct reading *r, const char *fmt, ...)
{
    va_list ap;

    if (r->good.n > 0)
        hn_sbuf_str(&r->good, hn_tr(HN_N("; ")));
    va_start(ap, fmt);
    hn_sbuf_vfmt(&r->good, fmt, ap);
    va_end(ap);
}

static void add(struct reading *r, const char *metric, const char *unit, const char *kind, double v)
{
    if (!isfinite(v) || r->n >= READING_VALUES_MAX || strlen(metric) > READING_METRIC_MAX) {
        r->n_dropped++;
        return;
    }
    if (r->n == r->cap) {
        size_t cap = HN_MAX(r->cap * 2, (size_t)8);
        struct ingest_value *p = hn_arena_make(r->arena, struct ingest_value, cap);

        if (r->n > 0)
            memcpy(p, r->v, r->n * sizeof(*p));
        r->v = p;
        r->cap = cap;
    }
    r->v[r->n++] = (struct ingest_value){.metric = metric, .unit = unit, .kind = kind, .value = v};
}

/* What people call the metrics whose values judge a check. */
static const struct {
    const char *metric, *label;
} labels[] = {
    {"rtt", HN_N("round trip time")},
    {"loss", HN_N("packet loss")},
    {"connect", HN_N("connection time")},
    {"response", HN_N("response time")},
    {"dns", HN_N("name lookup time")},
    {"tls", HN_N("TLS handshake time")},
    {"first_byte", HN_N("time to the first byte")},
    {"total", HN_N("total time")},
    {"status", HN_N("HTTP status")},
    {"size", HN_N("size of the answer")},
    {"certificate_days", HN_N("days until the certificate ends")},
    {"sysUpTime", HN_N("uptime")},
    {"hrProcessorLoad", HN_N("processor load")},
    {"hrSystemProcesses", HN_N("processes")},
    {"hrSystemNumUsers", HN_N("users signed in")},
    {"in_octets_total", HN_N("octets received")},
    {"out_octets_total", HN_N("octets sent")},
    {"prtMarkerLifeCount", HN_N("pages printed")},
    {"upsEstimatedMinutesRemaining", HN_N("battery runtime")},
    {"upsEstimatedChargeRemaining", HN_N("battery charge")},
    {"upsSecondsOnBattery", HN_N("time on battery")},
    {"upsBatteryTemperature", HN_N("battery temperature")},
    {"upsBatteryStatus", HN_N("battery status")},
    {"upsOutputSource", HN_N("output source")},
    {"upsOutputPercentLoad", HN_N("UPS load")},
    {"upsInputVoltage", HN_N("input voltage")},
};

const char *reading_label(const char *metric)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(labels); i++)
        if (hn_streq(labels[i].metric, metric))
            return hn_tr(labels[i].label);
    return metric;
}

/* The limit that a value reached, mostly none; *s is the state that follows. */
static const struct threshold *reached(const struct reading *r, const char *metric, double v,
                                       enum check_result_state *s)
{
    const struct threshold *t = r->limits == NULL ? NULL : threshold_find(r->limits, metric);

    if (t == NULL)
        return NULL;
    *s = threshold_state(t, v);
    return *s == RESULT_OK ? NULL : t;
}

static void tell(struct reading *r, const struct threshold *t, enum check_result_state s,
                 const char *label, const char *unit, double v)
{
    double limit;

    if (s == RESULT_UNKNOWN) {
        reading_state(r, s, hn_tr("%s has no value"), label);
        return;
    }
    limit = s == RESULT_CRITICAL ? t->critical : t->warning;
    if (t->below)
        reading_state(r, s, hn_tr("%s is %.4g %s (at most %.4g)"), label, v, unit, limit);
    else
        reading_state(r, s, hn_tr("%s is %.4g %s (at least %.4g)"), label, v, unit, limit);
}

void reading_value(struct reading *r, const char *metric, const char *unit, const char *kind,
                   double v)
{
    enum check_result_state s;
    const struct threshold *t = reached(r, metric, v, &s);

    add(r, metric, unit, kind, v);
    if (t != NULL)
        tell(r, t, s, reading_label(metric), unit, v);
}

void reading_instance(struct reading *r, const char *name, const char *instance, const char *label,
                      const char *unit, const char *kind, double v)
{
    const char *metric = hn_arena_fmt(r->arena, "%s.%s", name, instance);
    enum check_result_state s;
    const struct threshold *t = reached(r, metric, v, &s);

    add(r, metric, unit, kind, v);
    if (t == NULL)
        return;
    if (label == NULL)
        label = hn_arena_fmt(r->arena, "%s %s", reading_label(name), instance);
    tell(r, t, s, label, unit, v);
}

/* At most READING_OUTPUT_MAX octets of valid UTF-8, without control characters: parts of it may
 * come from a device. */
static const char *clean(struct hn_arena *a, const char *s)
{
    size_t n = strlen(s);
    char *out = hn_arena_alloc(a, READING_OUTPUT_MAX + 1);
    size_t at = 0;

    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)s[i];
        size_t len = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

        if (len > n - i || !hn_utf8_valid(s + i, len)) {
            len = 1;
            c = 0;
        }
        if (at + len > READING_OUTPUT_MAX)
            break;
        if (len == 1 && (c < 0x20 || c == 0x7F))
            out[at] = c == 0 ? '?' : ' ';
        else
            memcpy(out + at, s + i, len);
        at += len;
        i += len;
    }
    out[at] = '\0';
    return out;
}

void reading_done(struct reading *r, int64_t check_id, hn_instant at, struct ingest_result *out)
{
    const struct hn_sbuf *text = r->state == RESULT_OK ? &r->good : &r->bad;

    if (r->n_bad > REASONS_SHOWN && r->state != RESULT_OK)
        hn_sbuf_fmt(&r->bad, hn_tr(" and %u more"), r->n_bad - REASONS_SHOWN);
    *out = (struct ingest_result){.check_id = check_id,
                                  .at = at,
                                  .outcome = r->outcome,
                                  .state = r->state,
                                  .output = clean(r->arena, hn_sbuf_text(text)),
                                  .values = r->v,
                                  .n_values = r->n,
                                  .notice_kind = r->notice_kind,
                                  .notice_text = r->notice_text,
                                  .inventory = r->inventory};
}
