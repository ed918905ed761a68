/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/threshold.h"

#include <math.h>

const struct threshold *threshold_find(const struct thresholds *t, const char *metric)
{
    const struct threshold *general = NULL;

    for (size_t i = 0; i < t->n; i++) {
        const char *name = t->v[i].metric;
        size_t same = 0;

        while (name[same] != '\0' && name[same] == metric[same])
            same++;
        if (name[same] != '\0')
            continue;
        if (metric[same] == '\0')
            return &t->v[i];
        if (metric[same] == '.' && memchr(name, '.', same) == NULL)
            general = &t->v[i];
    }
    return general;
}

static bool reached(double limit, bool below, double value)
{
    return !isnan(limit) && (below ? value <= limit : value >= limit);
}

enum check_result_state threshold_state(const struct threshold *t, double value)
{
    if (isnan(value))
        return RESULT_UNKNOWN;
    if (reached(t->critical, t->below, value))
        return RESULT_CRITICAL;
    return reached(t->warning, t->below, value) ? RESULT_WARNING : RESULT_OK;
}
