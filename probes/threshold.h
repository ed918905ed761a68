/* SPDX-License-Identifier: Apache-2.0 */
/*
 * threshold.h — limits on a check's metrics.
 *
 *   {"hrStorageUsed": {"warning": 80, "critical": 90},
 *    "upsEstimatedMinutesRemaining": {"warning": 20, "critical": 10, "direction": "below"}}
 *
 * A name fits a metric that equals it, or whose part before the first dot does (all instances:
 * "hrStorageUsed" fits "hrStorageUsed.31"); the exact name wins. A limit is reached when the value
 * is at it or beyond it.
 */
#ifndef PROBES_THRESHOLD_H
#define PROBES_THRESHOLD_H

#include "server/measure/check_state.h"

#define THRESHOLDS_MAX 100

struct threshold {
    const char *metric;
    double warning;  /* NAN: none */
    double critical; /* NAN: none */
    bool below;      /* the value must not fall to the limit; else it must not rise to it */
};

struct thresholds {
    const struct threshold *v;
    size_t n;
};

/* The one that fits, or NULL. */
const struct threshold *threshold_find(const struct thresholds *t, const char *metric);
/* RESULT_OK, RESULT_WARNING or RESULT_CRITICAL; a NAN value is RESULT_UNKNOWN. */
enum check_result_state threshold_state(const struct threshold *t, double value);

#endif
