/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filters_time.c — instants as people in Tokyo read them. An instant in a context is an integer of
 * microseconds (tpl_set_instant), an RFC 3339 text, or none, which shows nothing. Months "2026-11"
 * and dates "2026-11-22" may be given as text to date, month and wareki.
 */
#include "server/tpl/tpl_int.h"

#include "server/base/i18n.h"

#include <stdio.h>

#define FN(name)                                                                                   \
    static bool name(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,          \
                     struct tpl_val *out)

/* What a calendar of people holds: 1868-10-23 (the first era) to 9999. */
#define EARLIEST (-36949 * HN_DAY)
#define LATEST (2932896 * HN_DAY)

static bool nothing(struct tpl_val *out)
{
    *out = tp_text("", 0, false);
    return true;
}

static bool text(struct tp_run *r, struct tpl_val *out, const char *s)
{
    *out = tp_cstr(hn_arena_strdup(r->a, s));
    return true;
}

static bool no_instant(struct tp_run *r)
{
    return tp_fail(r, "this is no point in time");
}

static bool instant(struct tp_run *r, const struct tpl_val *in, hn_instant *out)
{
    struct hn_err e = {0};

    if (in->type == TP_INT) {
        *out = in->u.i;
    } else if (in->type != TP_STR || in->n > 40 ||
               hn_parse_rfc3339(hn_arena_strndup(r->a, in->u.s, in->n), "", out, &e) != HN_OK) {
        return no_instant(r);
    }
    return (*out >= EARLIEST && *out < LATEST) || no_instant(r);
}

/* "2026-11" (day 0) or "2026-11-22"; false: the text is neither. */
static bool calendar_text(const struct tpl_val *in, int *y, int *m, int *d)
{
    char buf[11];
    int64_t days;
    int y2;
    int m2;
    int d2;

    if (in->type != TP_STR || (in->n != 7 && in->n != 10))
        return false;
    for (uint32_t i = 0; i < in->n; i++) {
        bool dash = i == 4 || i == 7;

        if (dash ? in->u.s[i] != '-' : in->u.s[i] < '0' || in->u.s[i] > '9')
            return false;
    }
    memcpy(buf, in->u.s, in->n);
    buf[in->n] = '\0';
    *y = (int)strtol(buf, NULL, 10);
    *m = (int)strtol(buf + 5, NULL, 10);
    *d = in->n == 10 ? (int)strtol(buf + 8, NULL, 10) : 0;
    if (*y < 1869 || *m < 1 || *m > 12)
        return false;
    days = hn_days_from_civil(*y, *m, *d == 0 ? 1 : *d);
    hn_civil_from_days(days, &y2, &m2, &d2);
    return m2 == *m && (*d == 0 || d2 == *d);
}

/* wareki("year"): 令和8年; else 令和8年11月22日, of a month 令和8年11月. */
FN(f_wareki)
{
    char buf[HN_ERA_MAX];
    char both[HN_ERA_MAX + 16];
    int64_t days;
    hn_instant t;
    int y;
    int m;
    int d = 1;

    if (in->type == TP_NONE)
        return nothing(out);
    if (calendar_text(in, &y, &m, &d)) {
        days = hn_days_from_civil(y, m, d == 0 ? 1 : d);
    } else {
        if (!instant(r, in, &t))
            return false;
        days = hn_tokyo(t).days;
        m = hn_tokyo(t).month;
        d = 1;
    }
    if (tp_text_is(&a->v[0], "year"))
        return text(r, out, hn_wareki_year(days, buf));
    if (d != 0 && !tp_text_is(&a->v[0], "month"))
        return text(r, out, hn_wareki_date(days, buf));
    (void)snprintf(both, sizeof(both), "%s%d月", hn_wareki_year(days, buf), m);
    return text(r, out, both);
}

FN(f_datetime)
{
    char buf[HN_ERA_MAX + 32];
    char era[HN_ERA_MAX];
    hn_instant t;
    struct hn_local l;

    if (in->type == TP_NONE)
        return nothing(out);
    if (!instant(r, in, &t))
        return false;
    l = hn_tokyo(t);
    if (a->v[0].type == TP_MISSING)
        (void)snprintf(buf, sizeof(buf), "%04d/%02d/%02d %02d:%02d", l.year, l.month, l.day, l.hour,
                       l.minute);
    else if (tp_text_is(&a->v[0], "full"))
        (void)snprintf(buf, sizeof(buf), "%s %02d:%02d:%02d", hn_wareki_date(l.days, era), l.hour,
                       l.minute, l.second);
    else if (tp_text_is(&a->v[0], "seconds"))
        (void)snprintf(buf, sizeof(buf), "%04d/%02d/%02d %02d:%02d:%02d", l.year, l.month, l.day,
                       l.hour, l.minute, l.second);
    else if (!tp_text_is(&a->v[0], "short"))
        return tp_fail(r, "%s: 'short', 'full' or 'seconds' is expected", "datetime");
    else if (l.days == hn_tokyo(r->now).days)
        (void)snprintf(buf, sizeof(buf), "%02d:%02d", l.hour, l.minute);
    else
        (void)snprintf(buf, sizeof(buf), "%02d/%02d %02d:%02d", l.month, l.day, l.hour, l.minute);
    return text(r, out, buf);
}

FN(f_date)
{
    char buf[40];
    hn_instant t;
    int y;
    int m;
    int d;

    (void)a;
    if (in->type == TP_NONE)
        return nothing(out);
    if (!calendar_text(in, &y, &m, &d)) {
        struct hn_local l;

        if (!instant(r, in, &t))
            return false;
        l = hn_tokyo(t);
        y = l.year;
        m = l.month;
        d = l.day;
    }
    if (d == 0)
        (void)snprintf(buf, sizeof(buf), "%04d/%02d", y, m);
    else
        (void)snprintf(buf, sizeof(buf), "%04d/%02d/%02d", y, m, d);
    return text(r, out, buf);
}

FN(f_time)
{
    char buf[40];
    struct hn_local l;
    hn_instant t;

    if (in->type == TP_NONE)
        return nothing(out);
    if (!instant(r, in, &t))
        return false;
    l = hn_tokyo(t);
    if (tp_text_is(&a->v[0], "seconds"))
        (void)snprintf(buf, sizeof(buf), "%02d:%02d:%02d", l.hour, l.minute, l.second);
    else
        (void)snprintf(buf, sizeof(buf), "%02d:%02d", l.hour, l.minute);
    return text(r, out, buf);
}

FN(f_month)
{
    char buf[60];
    hn_instant t;
    int y;
    int m;
    int d;

    (void)a;
    if (in->type == TP_NONE)
        return nothing(out);
    if (!calendar_text(in, &y, &m, &d)) {
        struct hn_local l;

        if (!instant(r, in, &t))
            return false;
        l = hn_tokyo(t);
        y = l.year;
        m = l.month;
    }
    (void)snprintf(buf, sizeof(buf), hn_tr("%04d-%02d"), y, m);
    return text(r, out, buf);
}

FN(f_iso)
{
    char buf[HN_RFC3339_MAX];
    hn_instant t;

    (void)a;
    if (in->type == TP_NONE)
        return nothing(out);
    return instant(r, in, &t) && text(r, out, hn_rfc3339(t, buf));
}

/* A span of whole seconds, the two largest units. */
static void span_text(int64_t s, char *buf, size_t n)
{
    int64_t minutes = s / 60;
    int64_t hours = s / 3600;

    if (s < 60)
        (void)snprintf(buf, n, hn_tr("%d s"), (int)s);
    else if (minutes < 60)
        (void)snprintf(buf, n, hn_tr("%d min %02d s"), (int)minutes, (int)(s % 60));
    else if (hours < 24)
        (void)snprintf(buf, n, hn_tr("%d h %02d min"), (int)hours, (int)(minutes % 60));
    else
        (void)snprintf(buf, n, hn_tr("%d d %02d h"), (int)(hours / 24), (int)(hours % 24));
}

/* duration("hours"): hours and minutes also past a day, as times of work are added up; "full": to
 * the second however long it is. */
FN(f_duration)
{
    char buf[HN_TR_SPAN_MAX + 1], full[HN_TR_SPAN_MAX];
    size_t k = 0;
    struct tpl_val whole = *in;
    int64_t s;

    if (in->type == TP_NONE)
        return nothing(out);
    if (in->type == TP_FLOAT && in->u.f > -1e11 && in->u.f < 1e11)
        whole = tp_int((int64_t)in->u.f);
    if (!tp_arg_i64(r, &whole, 0, &s))
        return false;
    if (s < -100000000000 || s > 100000000000)
        return tp_fail(r, "the number is too large");
    if (s < 0) {
        buf[k++] = '-';
        s = -s;
    }
    if (tp_text_is(&a->v[0], "hours"))
        (void)snprintf(buf + k, sizeof(buf) - k, hn_tr("%d h %02d min"), (int)(s / 3600),
                       (int)(s / 60 % 60));
    else if (tp_text_is(&a->v[0], "full"))
        (void)snprintf(buf + k, sizeof(buf) - k, "%s", hn_tr_span(s, full));
    else
        span_text(s, buf + k, sizeof(buf) - k);
    return text(r, out, buf);
}

FN(f_ago)
{
    char buf[100];
    hn_instant t;
    int64_t s;

    (void)a;
    if (in->type == TP_NONE)
        return nothing(out);
    if (!instant(r, in, &t))
        return false;
    s = (r->now - t) / HN_SEC;
    if (s > -60 && s < 60)
        return text(r, out, hn_tr("just now"));
    if (s > 0 && s < 3600)
        (void)snprintf(buf, sizeof(buf), hn_tr("%d min ago"), (int)(s / 60));
    else if (s > 0 && s < 86400)
        (void)snprintf(buf, sizeof(buf), hn_tr("%d h ago"), (int)(s / 3600));
    else if (s > 0)
        (void)snprintf(buf, sizeof(buf), hn_tr("%d d ago"), (int)(s / 86400));
    else if (s > -3600)
        (void)snprintf(buf, sizeof(buf), hn_tr("in %d min"), (int)(-s / 60));
    else if (s > -86400)
        (void)snprintf(buf, sizeof(buf), hn_tr("in %d h"), (int)(-s / 3600));
    else
        (void)snprintf(buf, sizeof(buf), hn_tr("in %d d"), (int)(-s / 86400));
    return text(r, out, buf);
}

static const struct tp_fn rows[] = {
    {"wareki", f_wareki, 0, .params = {"part"}},
    {"datetime", f_datetime, 0, .params = {"style"}},
    {"date", f_date, .need = 0},
    {"time", f_time, 0, .params = {"style"}},
    {"month", f_month, .need = 0},
    {"iso", f_iso, .need = 0},
    {"duration", f_duration, 0, .params = {"style"}},
    {"ago", f_ago, .need = 0},
};
const struct tp_fn_table tp_filters_time = {rows, HN_ARRAY_LEN(rows)};
