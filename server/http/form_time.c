/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/form_time.h"

#include <stdio.h>

/* Digits separated by - or /, then T or blanks, then digits separated by a colon. */
static bool scan(const char *s, int v[6])
{
    static const char *const between[] = {"-/", "-/", "T ", ":", ":"};
    size_t k = 0;

    for (;; k++) {
        int n = 0;
        int digits = 0;

        for (; *s >= '0' && *s <= '9' && digits < 4; s++, digits++)
            n = 10 * n + (*s - '0');
        if (digits == 0)
            return false;
        v[k] = n;
        if (*s == '\0')
            return k == 2 || k >= 4;
        if (k == 5 || strchr(between[k], *s) == NULL)
            return false;
        while (*s != '\0' && strchr(between[k], *s) != NULL)
            s++;
    }
}

enum hn_code form_instant(struct http_ctx *c, const char *field, enum hn_need need, hn_instant *out,
                          struct hn_err *e)
{
    const char *s = http_form(c, field);
    int v[6] = {0};
    int64_t days;
    int y;
    int m;
    int d;

    if (s == NULL || *s == '\0') {
        *out = HN_UNSET;
        return need == HN_OPT ? HN_OK : hn_fail_field(e, field, "enter a date and time");
    }
    if (!scan(s, v) || v[0] < 1900 || v[0] > 2999 || v[1] < 1 || v[1] > 12 || v[2] < 1 ||
        v[2] > 31 || v[3] > 23 || v[4] > 59 || v[5] > 59)
        return hn_fail_field(e, field, "enter it like 2026-11-22 13:00");
    days = hn_days_from_civil(v[0], v[1], v[2]);
    hn_civil_from_days(days, &y, &m, &d);
    if (m != v[1] || d != v[2])
        return hn_fail_field(e, field, "there is no such day");
    *out = hn_from_tokyo(v[0], v[1], v[2], v[3], v[4], v[5]);
    return HN_OK;
}

const char *form_local(struct hn_arena *a, hn_instant t)
{
    struct hn_local l;

    if (t == HN_UNSET || t == HN_NEVER)
        return "";
    l = hn_tokyo(t);
    return hn_arena_fmt(a, "%04d-%02d-%02dT%02d:%02d", l.year, l.month, l.day, l.hour, l.minute);
}
