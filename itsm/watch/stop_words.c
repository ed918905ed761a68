/* SPDX-License-Identifier: Apache-2.0 */
/* A planned stop's recurrence in words, and the rules that the form offers. */
#include "itsm/watch/stop_words.h"

#include "server/base/i18n.h"

#include <stdio.h>

static const char *const weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
static const char *const weekday_names[] = {HN_N("Monday"),   HN_N("Tuesday"), HN_N("Wednesday"),
                                            HN_N("Thursday"), HN_N("Friday"),  HN_N("Saturday"),
                                            HN_N("Sunday")};

const char *stop_rule(struct hn_arena *a, const char *choice, hn_instant from, hn_instant until)
{
    struct hn_local l = hn_tokyo(from);
    const char *rule = NULL;
    struct hn_local u;

    if (hn_streq(choice, "daily"))
        rule = "FREQ=DAILY";
    else if (hn_streq(choice, "weekly"))
        rule = hn_arena_fmt(a, "FREQ=WEEKLY;BYDAY=%s", weekdays[l.weekday]);
    else if (hn_streq(choice, "monthly"))
        rule = hn_arena_fmt(a, "FREQ=MONTHLY;BYMONTHDAY=%d", l.day);
    else if (hn_streq(choice, "nth"))
        rule = hn_arena_fmt(a, "FREQ=MONTHLY;BYDAY=%d%s", (l.day + 6) / 7, weekdays[l.weekday]);
    if (rule == NULL || until == HN_UNSET)
        return rule;
    u = hn_tokyo(until);
    return hn_arena_fmt(a, "%s;UNTIL=%04d%02d%02dT235959", rule, u.year, u.month, u.day);
}

static const char *part(struct hn_arena *a, const char *rule, const char *name)
{
    const char *p = strstr(rule, name);

    return p == NULL ? NULL : hn_arena_strndup(a, p + strlen(name), strcspn(p + strlen(name), ";"));
}

static const char *weekday_name(const char *code)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(weekdays); i++)
        if (strncmp(code, weekdays[i], 2) == 0)
            return hn_tr(weekday_names[i]);
    return code;
}

static const char *monthly(struct hn_arena *a, const char *day, const char *month_day)
{
    if (month_day != NULL)
        return hn_arena_fmt(a, hn_tr("every month on day %s"), month_day);
    if (day != NULL && day[0] >= '1' && day[0] <= '5')
        return hn_arena_fmt(a, hn_tr("every month, %s no. %c"), weekday_name(day + 1), day[0]);
    return hn_tr("every month");
}

const char *stop_rule_words(struct hn_arena *a, const char *rule)
{
    const char *freq;
    const char *day;
    const char *until;
    const char *words;

    if (rule == NULL)
        return NULL;
    freq = part(a, rule, "FREQ=");
    day = part(a, rule, "BYDAY=");
    until = part(a, rule, "UNTIL=");
    if (freq == NULL || part(a, rule, "INTERVAL=") != NULL || part(a, rule, "COUNT=") != NULL ||
        (day != NULL && strchr(day, ',') != NULL))
        return rule; /* not one of ours: as it was written */
    if (hn_streq(freq, "DAILY"))
        words = hn_tr("every day");
    else if (hn_streq(freq, "WEEKLY"))
        words = day == NULL ? hn_tr("every week")
                            : hn_arena_fmt(a, hn_tr("every week on %s"), weekday_name(day));
    else if (hn_streq(freq, "MONTHLY"))
        words = monthly(a, day, part(a, rule, "BYMONTHDAY="));
    else
        return rule;
    if (until != NULL && strlen(until) >= 8)
        words =
            hn_arena_fmt(a, hn_tr("%s until %.4s/%.2s/%.2s"), words, until, until + 4, until + 6);
    return words;
}
