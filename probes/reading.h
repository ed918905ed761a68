/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h — what one probe of one check found, while it is being put together: values, the worst
 * state so far with its reasons, at last one line of output for people.
 *
 * A reading lives in an arena of its own that the owner of the probe resets. reading_done() gives
 * the result as server/ingest takes it; its bytes live as long as the arena.
 */
#ifndef PROBES_READING_H
#define PROBES_READING_H

#include "probes/threshold.h"
#include "server/base/sbuf.h"
#include "server/ingest/ingest.h"

/* A device with 5,000 ports of eight metrics fits twice. */
#define READING_VALUES_MAX 80000
#define READING_METRIC_MAX 119 /* octets; the column takes 120 characters */
#define READING_OUTPUT_MAX 500

struct reading {
    struct hn_arena *arena;
    const struct thresholds *limits;
    enum check_outcome outcome;
    enum check_result_state state;
    struct ingest_value *v;
    size_t n, cap;
    size_t n_dropped;   /* values beyond the bound, or not finite */
    struct hn_sbuf bad; /* reasons of the worst state, joined */
    unsigned n_bad;
    struct hn_sbuf good; /* what to say when all is well */
    const char *notice_kind;
    const char *notice_text;
    const char *inventory; /* JSON (server/ingest/ingest.h); NULL */
};

/* outcome ok, state ok, nothing said. limits: borrowed. */
void reading_init(struct reading *r, struct hn_arena *a, const struct thresholds *limits);

/* A value: judged by its limit. kind: "gauge", "rate" or
 * "counter". metric, unit: copied when not static. */
void reading_value(struct reading *r, const char *metric, const char *unit, const char *kind,
                   double v);
/* metric "NAME.INSTANCE"; label is what the output calls it, NULL = the metric. */
void reading_instance(struct reading *r, const char *name, const char *instance, const char *label,
                      const char *unit, const char *kind, double v);
/* The state is at least this bad, for this reason (already translated). Reasons of the worst state
 * are kept, those of milder ones dropped. */
void reading_state(struct reading *r, enum check_result_state s, const char *fmt, ...)
    HN_PRINTF(3, 4);
/* No answer, or a wrong one: outcome failed, critical. */
void reading_failed(struct reading *r, const char *fmt, ...) HN_PRINTF(2, 3);
/* It could not be tried: outcome not_run, unknown. */
void reading_not_run(struct reading *r, const char *fmt, ...) HN_PRINTF(2, 3);
/* Nothing is known of it: outcome lost, unknown. */
void reading_lost(struct reading *r, const char *fmt, ...) HN_PRINTF(2, 3);
/* A part of the output when nothing is wrong. */
void reading_say(struct reading *r, const char *fmt, ...) HN_PRINTF(2, 3);

/* What people call a metric (translated); the metric itself where it has no name. */
const char *reading_label(const char *metric);

void reading_done(struct reading *r, int64_t check_id, hn_instant at, struct ingest_result *out);

#endif
