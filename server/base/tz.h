/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tz.h — reads TZif (RFC 9636) to find a zone's offset from UTC at an instant. The product reckons
 * with HN_TOKYO_OFFSET; hn_tz_check_tokyo() compares that with the system's zone at start, so that
 * a law that brings summer time back to Japan is noticed. Versions 1 to 4; leap seconds are
 * skipped; a footer with daylight saving rules is HN_E_UNSUPPORTED.
 */
#ifndef HN_TZ_H
#define HN_TZ_H

#include "server/base/arena.h"
#include "server/base/instant.h"

struct hn_tz {
    size_t n_times;
    const int64_t *time;  /* seconds since 1970, ascending */
    const int32_t *after; /* offset in seconds from time[i] on */
    int32_t before;       /* offset before the first */
    int32_t last;         /* from the last one on: the footer's, else after[n_times - 1] */
};

HN_MUST_USE enum hn_code hn_tz_parse(const uint8_t *p, size_t n, struct hn_arena *a,
                                     struct hn_tz *out, struct hn_err *e);
/* UTC + offset = local time. */
hn_span hn_tz_offset(const struct hn_tz *tz, hn_instant t);

/* HN_OK: the zone file says HN_TOKYO_OFFSET at both t and a year later, or there is no such file.
 * path: NULL for the system's Asia/Tokyo. */
HN_MUST_USE enum hn_code hn_tz_check_tokyo(const char *path, hn_instant t, struct hn_err *e);

#endif
