/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/rrule.h"

#include <libical/ical.h>

static bool parse(const char *text, struct icalrecurrencetype *out)
{
    if (strlen(text) > RRULE_TEXT_MAX)
        return false;
    /* libical's error flags are process-wide and only a debugging aid: switched off once a call. */
    icalerror_set_errors_are_fatal(0);
    *out = icalrecurrencetype_from_string(text);
    return out->freq != ICAL_NO_RECURRENCE;
}

enum hn_code rrule_check(const char *rule, struct hn_err *e)
{
    struct icalrecurrencetype r;

    if (!parse(rule, &r))
        return hn_fail_field(e, "recurrence",
                             "is not a recurrence rule (RFC 5545), for example "
                             "FREQ=WEEKLY;BYDAY=SU");
    if (r.freq == ICAL_SECONDLY_RECURRENCE || r.freq == ICAL_MINUTELY_RECURRENCE ||
        r.freq == ICAL_HOURLY_RECURRENCE)
        return hn_fail_field(e, "recurrence", "repeats more often than daily");
    return HN_OK;
}

static struct icaltimetype local_time(hn_instant t)
{
    struct hn_local l = hn_tokyo(t);
    struct icaltimetype i = icaltime_null_time();

    i.year = l.year;
    i.month = l.month;
    i.day = l.day;
    i.hour = l.hour;
    i.minute = l.minute;
    i.second = l.second;
    return i;
}

void rrule_expand(const char *rule, hn_instant from, hn_instant to, hn_instant begin,
                  hn_instant end, struct hn_arena *a, const struct ivl **out, size_t *n)
{
    struct icalrecurrencetype r;
    icalrecur_iterator *it;
    struct ivl *list;
    size_t cap = 64;
    size_t count = 0;
    hn_span length = to - from;

    if (rule == NULL || rule[0] == '\0' || !parse(rule, &r)) {
        list = hn_arena_make(a, struct ivl, 1);
        list[0] = (struct ivl){from, to};
        *n = from < end && to > begin ? 1 : 0;
        *out = list;
        return;
    }
    list = hn_arena_make(a, struct ivl, cap);
    it = icalrecur_iterator_new(r, local_time(from));
    for (int i = 0; it != NULL && i < RRULE_OCCURRENCES_MAX; i++) {
        struct icaltimetype t = icalrecur_iterator_next(it);
        hn_instant at;

        if (icaltime_is_null_time(t))
            break;
        at = hn_from_tokyo(t.year, t.month, t.day, t.hour, t.minute, t.second);
        if (at >= end)
            break;
        if (hn_add(at, length) <= begin)
            continue;
        if (count == cap) {
            struct ivl *more = hn_arena_make(a, struct ivl, cap * 2);

            memcpy(more, list, count * sizeof(*list));
            list = more;
            cap *= 2;
        }
        list[count++] = (struct ivl){at, hn_add(at, length)};
    }
    if (it != NULL)
        icalrecur_iterator_free(it);
    *out = list;
    *n = count;
}
