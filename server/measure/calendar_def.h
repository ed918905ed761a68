/* SPDX-License-Identifier: Apache-2.0 */
/* calendar_def.h — what a calendar holds: for calendar.c and calendar_json.c alone. */
#ifndef MEASURE_CALENDAR_DEF_H
#define MEASURE_CALENDAR_DEF_H

#include "server/measure/calendar.h"

struct calendar_open {
    int64_t days; /* local date */
    struct calendar_day day;
};

struct calendar {
    struct calendar_day week[7]; /* Monday first */
    bool holidays;               /* national holidays are closed */
    int64_t *closed;             /* local dates, ascending */
    size_t n_closed;
    int *yearly; /* month × 100 + day, ascending */
    size_t n_yearly;
    struct calendar_open *open; /* ascending by date */
    size_t n_open;
};

#endif
