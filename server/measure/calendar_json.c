/* SPDX-License-Identifier: Apache-2.0 */
/* A calendar's definition: from JSON and back. */
#include "server/base/json.h"
#include "server/measure/calendar_def.h"

#include <json-c/json.h>
#include <stdio.h>

#define FIELD_MAX 80
#define CALENDAR_JSON_MAX ((size_t)256 * 1024)

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
static const char *const holiday_words[] = {"none", "jp", NULL};

static bool digits(const char *s, int n, int *out)
{
    int v = 0;

    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        v = v * 10 + (s[i] - '0');
    }
    *out = v;
    return true;
}

/* "HH:MM" up to "24:00", as seconds of the day. */
static bool read_time(struct json_object *o, int64_t *out)
{
    const char *s = json_object_is_type(o, json_type_string) ? json_object_get_string(o) : "";
    int h, m;

    if (strlen(s) != 5 || json_object_get_string_len(o) != 5 || !digits(s, 2, &h) || s[2] != ':' ||
        !digits(s + 3, 2, &m) || m > 59 || h * 60 + m > 1440)
        return false;
    *out = (int64_t)h * 3600 + (int64_t)m * 60;
    return true;
}

static bool date_exists(int year, int month, int day, int64_t *days)
{
    int y, m, d;

    if (year < 1952 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *days = hn_days_from_civil(year, month, day);
    hn_civil_from_days(*days, &y, &m, &d);
    return m == month && d == day;
}

/* "2026-12-29" */
static bool read_date(const char *s, int64_t *days)
{
    int y, m, d;

    return strlen(s) == 10 && digits(s, 4, &y) && s[4] == '-' && digits(s + 5, 2, &m) &&
           s[7] == '-' && digits(s + 8, 2, &d) && date_exists(y, m, d, days);
}

/* "12-29"; 02-29 is closed in leap years. */
static bool read_yearly(const char *s, int *key)
{
    int m, d;
    int64_t days;

    if (strlen(s) != 5 || !digits(s, 2, &m) || s[2] != '-' || !digits(s + 3, 2, &d) ||
        !date_exists(2024, m, d, &days))
        return false;
    *key = m * 100 + d;
    return true;
}

/* One [from, to] pair of a day. */
static bool read_range(struct json_object *o, const char *field, struct ivl *out, struct hn_err *e)
{
    if (!json_object_is_type(o, json_type_array) || json_object_array_length(o) != 2 ||
        !read_time(json_object_array_get_idx(o, 0), &out->from) ||
        !read_time(json_object_array_get_idx(o, 1), &out->to)) {
        (void)hn_fail_field(e, field, "must be two times of day such as [\"08:30\", \"17:15\"]");
        return false;
    }
    if (out->to <= out->from) {
        (void)hn_fail_field(e, field, "must end after it begins");
        return false;
    }
    return true;
}

/* Keeps the day's ranges ascending while they come in. */
static void insert_range(struct calendar_day *day, struct ivl x)
{
    size_t i = day->n++;

    for (; i > 0 && day->v[i - 1].from > x.from; i--)
        day->v[i] = day->v[i - 1];
    day->v[i] = x;
}

static void read_day(struct json_object *o, const char *field, struct calendar_day *day,
                     struct hn_err *e)
{
    size_t n;

    day->n = 0;
    if (!json_object_is_type(o, json_type_array)) {
        (void)hn_fail_field(e, field, "must be a list");
        return;
    }
    n = json_object_array_length(o);
    if (n > CALENDAR_RANGES_MAX) {
        (void)hn_fail_field(e, field, "at most %d entries", CALENDAR_RANGES_MAX);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        char at[FIELD_MAX];
        struct ivl x;

        (void)snprintf(at, sizeof(at), "%s[%zu]", field, i);
        if (!read_range(json_object_array_get_idx(o, i), at, &x, e))
            continue;
        for (size_t k = 0; k < day->n; k++) {
            if (ivl_overlaps(day->v[k], x)) {
                (void)hn_fail_field(e, at, "overlaps another range of this day");
                return;
            }
        }
        insert_range(day, x);
    }
}

/* The member, or NULL where it is absent or null; wrong types are told. */
static struct json_object *member(struct json_object *o, const char *field, enum json_type type,
                                  struct hn_err *e)
{
    struct json_object *v = NULL;

    if (!json_object_object_get_ex(o, field, &v) || v == NULL)
        return NULL;
    if (json_object_is_type(v, type))
        return v;
    if (type == json_type_array)
        (void)hn_fail_field(e, field, "must be a list");
    else
        (void)hn_fail_field(e, field, "must be a JSON object");
    return NULL;
}

static void read_weekly(struct json_object *o, struct calendar *c, struct hn_err *e)
{
    struct json_object *v = member(o, "weekly", json_type_object, e);
    struct json_object_iterator it, end;

    if (v == NULL)
        return;
    it = json_object_iter_begin(v);
    end = json_object_iter_end(v);
    for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
        const char *name = json_object_iter_peek_name(&it);
        char field[FIELD_MAX];
        size_t i = 0;

        (void)snprintf(field, sizeof(field), "weekly.%.40s", name);
        while (weekdays[i] != NULL && !hn_streq(weekdays[i], name))
            i++;
        if (weekdays[i] == NULL)
            (void)hn_fail_field(e, field, "must be one of mon, tue, wed, thu, fri, sat, sun");
        else if (json_object_iter_peek_value(&it) != NULL)
            read_day(json_object_iter_peek_value(&it), field, &c->week[i], e);
    }
}

static int by_i64(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa;
    int64_t b = *(const int64_t *)pb;

    return (a > b) - (a < b);
}

static int by_int(const void *pa, const void *pb)
{
    int a = *(const int *)pa;
    int b = *(const int *)pb;

    return (a > b) - (a < b);
}

static void read_closed(struct json_object *o, struct calendar *c, struct hn_arena *a,
                        struct hn_err *e)
{
    struct json_object *v = member(o, "closed", json_type_array, e);
    size_t n = v == NULL ? 0 : json_object_array_length(v);

    if (n > CALENDAR_DATES_MAX) {
        (void)hn_fail_field(e, "closed", "at most %d entries", CALENDAR_DATES_MAX);
        return;
    }
    c->closed = hn_arena_make(a, int64_t, n);
    c->yearly = hn_arena_make(a, int, n);
    for (size_t i = 0; i < n; i++) {
        struct json_object *x = json_object_array_get_idx(v, i);
        const char *s = json_object_is_type(x, json_type_string) ? json_object_get_string(x) : "";
        char field[FIELD_MAX];

        if (read_date(s, &c->closed[c->n_closed])) {
            c->n_closed++;
        } else if (read_yearly(s, &c->yearly[c->n_yearly])) {
            c->n_yearly++;
        } else {
            (void)snprintf(field, sizeof(field), "closed[%zu]", i);
            (void)hn_fail_field(e, field, "must be a date such as 2026-12-29 or 12-29");
        }
    }
    qsort(c->closed, c->n_closed, sizeof(c->closed[0]), by_i64);
    qsort(c->yearly, c->n_yearly, sizeof(c->yearly[0]), by_int);
}

static void read_open(struct json_object *o, struct calendar *c, struct hn_arena *a,
                      struct hn_err *e)
{
    struct json_object *v = member(o, "open", json_type_object, e);
    struct json_object_iterator it, end;

    if (v == NULL)
        return;
    if (json_object_object_length(v) > CALENDAR_DATES_MAX) {
        (void)hn_fail_field(e, "open", "at most %d entries", CALENDAR_DATES_MAX);
        return;
    }
    c->open = hn_arena_make(a, struct calendar_open, (size_t)json_object_object_length(v));
    it = json_object_iter_begin(v);
    end = json_object_iter_end(v);
    for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
        const char *name = json_object_iter_peek_name(&it);
        struct calendar_open *x = &c->open[c->n_open];
        char field[FIELD_MAX];

        (void)snprintf(field, sizeof(field), "open.%.40s", name);
        if (!read_date(name, &x->days)) {
            (void)hn_fail_field(e, field, "must be a date such as 2026-12-29");
            continue;
        }
        read_day(json_object_iter_peek_value(&it), field, &x->day, e);
        c->n_open++;
    }
    qsort(c->open, c->n_open, sizeof(c->open[0]), by_i64); /* the date is the first member */
}

enum hn_code calendar_parse(const char *json, size_t n, const char *const *also, struct hn_arena *a,
                            const struct calendar **out, struct hn_err *e)
{
    const char *fields[32] = {"weekly", "holidays", "closed", "open"};
    struct calendar *c = hn_arena_make(a, struct calendar, 1);
    HN_JSON o = NULL;
    int holidays = 0;
    size_t k = 4;

    if (n > CALENDAR_JSON_MAX)
        return hn_fail(e, HN_E_LIMIT, "the JSON text is longer than %zu bytes", CALENDAR_JSON_MAX);
    if (hn_json_parse(json, n, &o, e) != HN_OK || hn_json_is_object(o, e) != HN_OK)
        return e->code;
    for (size_t i = 0; also != NULL && also[i] != NULL; i++) {
        HN_ASSERT(k + 1 < HN_ARRAY_LEN(fields));
        fields[k++] = also[i];
    }
    read_weekly(o, c, e);
    (void)hn_json_word(o, "holidays", HN_OPT, holiday_words, &holidays, e); /* in e, told below */
    c->holidays = holidays == 1;
    read_closed(o, c, a, e);
    read_open(o, c, a, e);
    if (hn_json_no_others(o, fields, e) != HN_OK)
        return e->code;
    *out = c;
    return HN_OK;
}

static void write_day(const struct calendar_day *day, const char *key, struct hn_jw *w)
{
    hn_jw_array(w, key);
    for (size_t i = 0; i < day->n; i++) {
        const int64_t ends[2] = {day->v[i].from, day->v[i].to};

        hn_jw_array(w, NULL);
        for (int k = 0; k < 2; k++) {
            char s[24];

            (void)snprintf(s, sizeof(s), "%02d:%02d", (int)(ends[k] / 3600),
                           (int)(ends[k] / 60 % 60));
            hn_jw_text(w, NULL, s);
        }
        hn_jw_end_array(w);
    }
    hn_jw_end_array(w);
}

static const char *date_text(int64_t days, char buf[40])
{
    int y, m, d;

    hn_civil_from_days(days, &y, &m, &d);
    (void)snprintf(buf, 40, "%04d-%02d-%02d", y, m, d);
    return buf;
}

void calendar_write(const struct calendar *c, struct hn_jw *w)
{
    char s[40];

    hn_jw_object(w, "weekly");
    for (size_t i = 0; i < 7; i++) {
        if (c->week[i].n > 0)
            write_day(&c->week[i], weekdays[i], w);
    }
    hn_jw_end_object(w);
    hn_jw_text(w, "holidays", holiday_words[c->holidays ? 1 : 0]);
    hn_jw_array(w, "closed");
    for (size_t i = 0; i < c->n_closed; i++)
        hn_jw_text(w, NULL, date_text(c->closed[i], s));
    for (size_t i = 0; i < c->n_yearly; i++) {
        (void)snprintf(s, sizeof(s), "%02d-%02d", c->yearly[i] / 100, c->yearly[i] % 100);
        hn_jw_text(w, NULL, s);
    }
    hn_jw_end_array(w);
    hn_jw_object(w, "open");
    for (size_t i = 0; i < c->n_open; i++)
        write_day(&c->open[i].day, date_text(c->open[i].days, s), w);
    hn_jw_end_object(w);
}
