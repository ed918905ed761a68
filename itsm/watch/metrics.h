/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h — series names as people read them: "in_octets.3" is 受信 3. */
#ifndef ITSM_WATCH_METRICS_H
#define ITSM_WATCH_METRICS_H

#include "server/base/arena.h"

/* In the user's language; a metric that we do not know keeps its own name. */
const char *metric_label(struct hn_arena *a, const char *metric);
/* "in_octets" of "in_octets.3". */
const char *metric_base(struct hn_arena *a, const char *metric);
/* What stands in one chart: metrics with the same key (received and sent do). */
const char *metric_family(struct hn_arena *a, const char *metric);

/* Of a chart that shows several metrics of a family. */
const char *metric_title(struct hn_arena *a, const char *metric);

#endif
