/* SPDX-License-Identifier: Apache-2.0 */
/* calendars_page.c — business calendars: the list, one with its weeks, days and versions, and its
 * form. */
#include "itsm/calendar/calendars_page.h"

#include "server/auth/account_store.h"
#include "server/base/i18n.h"
#include "server/http/actor.h"
#include "server/http/form_read.h"
#include "server/http/list_view.h"
#include "server/measure/holiday.h"

#define TEXT_MAX ((size_t)64 * 1024)

static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const day_labels[] = {HN_N("Mon"), HN_N("Tue"), HN_N("Wed"), HN_N("Thu"),
                                         HN_N("Fri"), HN_N("Sat"), HN_N("Sun")};
static const char *const holiday_words[] = {"jp", "none", NULL};
static const char *const names[] = {"name", "mon",        "tue",     "wed",      "thu",
                                    "fri",  "sat",        "sun",     "holidays", "closed",
                                    "open", "valid_from", "version", NULL};

static const char *person(struct http_ctx *c, int64_t id)
{
    struct account t = {0};
    struct hn_err e = {0};

    return id == 0 || account_store_get(c->db, id, c->arena, &t, &e) != HN_OK ? NULL : t.name;
}

static void put_days(struct tpl_val *view)
{
    struct tpl_val *list = tpl_set_list(view, "days");

    for (int i = 0; i < 7; i++)
        http_view_choice(list, days[i], hn_tr(day_labels[i]));
}

/* The row with its definition as a map: weekly {mon: [[from, to]]}, holidays, closed, open. */
static enum hn_code put_row(struct http_ctx *c, struct tpl_val *m, const struct calendar_row *r,
                            struct hn_err *e)
{
    struct tpl_val *definition = NULL;

    if (tpl_from_json(c->arena, r->definition, strlen(r->definition), &definition, e) != HN_OK)
        return hn_ctx(e, "calendar %" PRId64, r->id);
    tpl_set_i64(m, "id", r->id);
    tpl_set_str(m, "name", r->name);
    tpl_set_str(m, "code", r->code);
    tpl_set_i64(m, "version", r->version);
    tpl_set_instant(m, "valid_from", r->valid_from <= HN_UNSET + 1 ? HN_UNSET : r->valid_from);
    tpl_set(m, "definition", definition);
    tpl_set_str(m, "creator", person(c, r->created_by));
    tpl_set_instant(m, "created_at", r->created_at);
    tpl_set_bool(m, "approved", r->approved_at != HN_UNSET);
    tpl_set_str(m, "approver", r->approver);
    tpl_set_instant(m, "approved_at", r->approved_at);
    tpl_set_bool(m, "own", r->created_by != 0 && r->created_by == c->actor.account_id);
    return HN_OK;
}

static enum hn_code list_page(struct http_ctx *c, struct hn_err *e)
{
    const struct calendar_row *rows = NULL;
    struct tpl_val *view = http_view(c);
    struct tpl_val *list = tpl_set_list(view, "rows");
    struct http_page p;
    size_t n = 0;
    size_t shown;

    if (http_page_of(c, &p, e) != HN_OK ||
        calendars_list(c->db, c->arena, p.q, p.cursor, p.limit + 1, &rows, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)p.limit);
    for (size_t i = 0; i < shown; i++)
        if (put_row(c, tpl_push_map(list), &rows[i], e) != HN_OK)
            return e->code;
    list = http_view_list(c, view, NULL, 0, n > shown ? rows[shown - 1].id : 0);
    tpl_set_i64(list, "shown", (int64_t)shown);
    put_days(view);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_SLA_EDIT));
    tpl_set_str(view, "title", hn_tr("Business calendars"));
    return http_page(c, "page/calendar/list.html", view, e);
}

/* ---- one ---- */

static const char *hours_text(struct hn_arena *a, const struct calendar_day *d)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 600);
    for (size_t i = 0; i < d->n; i++)
        hn_sbuf_fmt(&b, "%s%d:%02d–%d:%02d", i == 0 ? "" : " ", (int)(d->v[i].from / 3600),
                    (int)(d->v[i].from / 60 % 60), (int)(d->v[i].to / 3600),
                    (int)(d->v[i].to / 60 % 60));
    return hn_sbuf_text(&b);
}

/* The month as weeks of seven days, Monday first; days of other months have no number. */
static enum hn_code put_month(struct http_ctx *c, struct tpl_val *view, int64_t id,
                              struct hn_month month, struct hn_err *e)
{
    const struct calendar *calendar = NULL;
    int64_t first = hn_days_from_civil(month.year, month.month, 1);
    struct hn_month next = hn_month_add(month, 1);
    int64_t end = hn_days_from_civil(next.year, next.month, 1);
    struct tpl_val *weeks = tpl_set_list(view, "weeks");
    struct tpl_val *m = tpl_set_map(view, "month");
    struct tpl_val *week = NULL;
    int64_t total = 0;
    char text[8];

    if (calendars_in_force(c->db, c->arena, id, hn_month_from(month), &calendar, NULL, e) != HN_OK)
        return e->code;
    for (int64_t d = first - hn_weekday(first); d < end || hn_weekday(d) != 0; d++) {
        struct calendar_day hours;
        struct tpl_val *cell;

        if (hn_weekday(d) == 0) {
            week = tpl_list(c->arena);
            tpl_push(weeks, week);
        }
        cell = tpl_push_map(week);
        tpl_set_bool(cell, "outside", d < first || d >= end);
        if (d < first || d >= end)
            continue;
        calendar_day(calendar, d, &hours);
        for (size_t i = 0; i < hours.n; i++)
            total += hours.v[i].to - hours.v[i].from;
        tpl_set_i64(cell, "day", d - first + 1);
        tpl_set_str(cell, "hours", hours_text(c->arena, &hours));
        tpl_set_bool(cell, "closed", hours.n == 0);
        tpl_set_str(cell, "holiday", holiday_jp(d));
    }
    tpl_set_str(m, "value", hn_arena_strdup(c->arena, hn_month_text(month, text)));
    tpl_set_instant(m, "from", hn_month_from(month));
    tpl_set_str(m, "prev", hn_arena_strdup(c->arena, hn_month_text(hn_month_add(month, -1), text)));
    tpl_set_str(m, "next", hn_arena_strdup(c->arena, hn_month_text(next, text)));
    tpl_set_i64(m, "hours", total / 3600);
    tpl_set_i64(m, "minutes", total / 60 % 60);
    return HN_OK;
}

static void put_holidays(struct http_ctx *c, struct tpl_val *view, int year)
{
    struct tpl_val *list = tpl_set_list(view, "holidays");
    int64_t end = hn_days_from_civil(year + 1, 1, 1);

    for (int64_t d = hn_days_from_civil(year, 1, 1); d < end; d++) {
        struct tpl_val *m;
        int y;
        int month;
        int day;

        if (holiday_jp(d) == NULL)
            continue;
        hn_civil_from_days(d, &y, &month, &day);
        m = tpl_push_map(list);
        tpl_set_str(m, "date",
                    hn_arena_fmt(c->arena, hn_tr("%d/%d (%s)"), month, day,
                                 hn_tr(day_labels[hn_weekday(d)])));
        tpl_set_str(m, "name", holiday_jp(d));
    }
    tpl_set_i64(view, "year", year);
}

static enum hn_code show(struct http_ctx *c, int64_t id, const struct hn_err *why, struct hn_err *e)
{
    const struct calendar_row *rows = NULL;
    struct hn_month month = hn_month_of(c->now);
    struct tpl_val *view = http_view(c);
    struct tpl_val *versions = tpl_set_list(view, "versions");
    struct tpl_val *crumbs = NULL;
    size_t n = 0;

    if (http_query_month(c, "month", &month, e) != HN_OK ||
        calendars_versions(c->db, c->arena, id, &rows, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such page or object");
    if (put_row(c, tpl_set_map(view, "r"), &rows[0], e) != HN_OK ||
        put_month(c, view, id, month, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (put_row(c, tpl_push_map(versions), &rows[i], e) != HN_OK)
            return e->code;
    put_holidays(c, view, month.year);
    put_days(view);
    http_view_crumb(view, &crumbs, hn_tr("Business calendars"), "/calendars");
    tpl_set_str(view, "title", rows[0].name);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_SLA_EDIT));
    tpl_set_bool(view, "may_approve", http_may(c, PERM_APPROVE_WARD));
    if (why == NULL)
        http_view_clean(c, view);
    else
        http_view_error(view, c->arena, why);
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/calendar/show.html", view, e);
}

static enum hn_code show_page(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return show(c, id, NULL, e);
}

static bool is_users(enum hn_code r)
{
    return r == HN_E_INVALID || r == HN_E_FORBIDDEN || r == HN_E_CONFLICT || r == HN_E_MALFORMED;
}

static enum hn_code approve(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct hn_err why = {0};
    int64_t version = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    http_form_i64(c, "version", HN_REQ, 1, INT64_MAX, &version, &why);
    if (why.code == HN_OK &&
        calendars_approve(c->db, c->arena, &who, id, version, c->now, &why) == HN_OK) {
        http_flash(c, hn_tr("The calendar was approved."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/calendars/%" PRId64, id), e);
    }
    if (is_users(why.code))
        return show(c, id, &why, e);
    *e = why;
    return e->code;
}

/* ---- the form ---- */

/* "8:30" as "08:30". */
static void write_time(struct hn_jw *w, struct hn_arena *a, const char *s, size_t n)
{
    while (n > 0 && (*s == ' ' || *s == '\t')) {
        s++;
        n--;
    }
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
        n--;
    hn_jw_text(w, NULL, hn_arena_fmt(a, "%s%.*s", n == 4 && s[1] == ':' ? "0" : "", (int)n, s));
}

/* Where "8:30-12:00" is cut; *skip: the bytes of the sign. */
static size_t dash_of(const char *s, size_t n, size_t *skip)
{
    static const char *const signs[] = {"-", "~", "–", "〜", "～", "から"};

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < HN_ARRAY_LEN(signs); k++) {
            size_t len = strlen(signs[k]);

            if (i + len <= n && memcmp(s + i, signs[k], len) == 0) {
                *skip = len;
                return i;
            }
        }
    *skip = 0;
    return n;
}

/* "8:30-12:00, 13:00-17:15" as [["08:30","12:00"], …]; what cannot be read is left to the parser.
 */
static void write_ranges(struct hn_jw *w, const char *key, struct hn_arena *a, const char *text)
{
    hn_jw_array(w, key);
    while (*text != '\0') {
        size_t n = strcspn(text, ",;\n");
        size_t skip = 0;
        size_t cut;

        if (strspn(text, " \t") < n) {
            cut = dash_of(text, n, &skip);
            hn_jw_array(w, NULL);
            write_time(w, a, text, cut);
            write_time(w, a, text + cut + skip, n - cut - skip);
            hn_jw_end_array(w);
        }
        text += n + (text[n] != '\0');
    }
    hn_jw_end_array(w);
}

static void write_closed(struct hn_jw *w, struct hn_arena *a, const char *text)
{
    hn_jw_array(w, "closed");
    while (*text != '\0') {
        size_t n = strcspn(text, ", ;\n");

        if (n > 0)
            hn_jw_text(w, NULL, hn_arena_strndup(a, text, n));
        text += n + (text[n] != '\0');
    }
    hn_jw_end_array(w);
}

/* A line a date: "2026-11-28 9:00-12:00, 13:00-15:00". */
static void write_open(struct hn_jw *w, struct hn_arena *a, const char *text)
{
    hn_jw_object(w, "open");
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        const char *line = hn_arena_strndup(a, text, n);
        size_t date = strcspn(line, " \t");

        if (date > 0)
            write_ranges(w, hn_arena_strndup(a, line, date), a, line + date);
        text += n + (text[n] != '\0');
    }
    hn_jw_end_object(w);
}

static const char *definition_of(struct http_ctx *c)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, c->arena, TEXT_MAX);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_object(&w, "weekly");
    for (int i = 0; i < 7; i++)
        write_ranges(&w, days[i], c->arena, http_form_text(c, days[i]));
    hn_jw_end_object(&w);
    hn_jw_text(&w, "holidays", http_form_text(c, "holidays"));
    write_closed(&w, c->arena, http_form_text(c, "closed"));
    write_open(&w, c->arena, http_form_text(c, "open"));
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

/* "weekly.mon[1]" stands at the field "mon", "closed[3]" at "closed". */
static void place_errors(struct hn_err *why)
{
    for (size_t i = 0; i < why->n_fields; i++) {
        char *f = why->field[i].field;

        if (strncmp(f, "weekly.", 7) == 0)
            memmove(f, f + 7, strlen(f + 7) + 1);
        f[strcspn(f, "[.")] = '\0';
    }
}

static enum hn_code form(struct http_ctx *c, int64_t id, const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;
    struct tpl_val *choices = tpl_set_list(view, "holiday_choices");
    struct calendar_row row;

    http_view_choice(choices, "jp", hn_tr("National holidays are closed"));
    http_view_choice(choices, "none", hn_tr("Open on national holidays too"));
    http_view_crumb(view, &crumbs, hn_tr("Business calendars"), "/calendars");
    put_days(view);
    tpl_set_i64(view, "id", id);
    tpl_set_bool(view, "typed", why != NULL);
    if (id != 0) {
        if (calendars_get(c->db, c->arena, id, &row, e) != HN_OK ||
            put_row(c, tpl_set_map(view, "r"), &row, e) != HN_OK)
            return e->code;
        http_view_crumb(view, &crumbs, row.name, hn_arena_fmt(c->arena, "/calendars/%" PRId64, id));
    }
    tpl_set_str(view, "title",
                hn_tr(id == 0 ? HN_N("Make a calendar") : HN_N("New version of the calendar")));
    http_view_form(c, view, names);
    if (why == NULL)
        http_view_clean(c, view);
    else
        http_view_error(view, c->arena, why);
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/calendar/form.html", view, e);
}

static enum hn_code new_page(struct http_ctx *c, struct hn_err *e)
{
    return form(c, 0, NULL, e);
}

static enum hn_code edit_page(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return form(c, id, NULL, e);
}

static enum hn_code save(struct http_ctx *c, int64_t id, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct calendar_new in = {.valid_from = HN_UNSET};
    const char *holidays = NULL;
    struct hn_err why = {0};
    enum hn_code r;

    http_form_words(c, "name", HN_REQ, 100, &in.name, &why);
    http_form_word(c, "holidays", HN_REQ, holiday_words, &holidays, &why);
    http_form_local(c, "valid_from", HN_OPT, &in.valid_from, &why);
    http_form_i64(c, "version", HN_OPT, 1, INT64_MAX, &in.seen_version, &why);
    in.definition = definition_of(c);
    r = why.code;
    if (r == HN_OK)
        r = id == 0 ? calendars_create(c->db, c->arena, &who, &in, c->now, &id, &why)
                    : calendars_change(c->db, c->arena, &who, id, &in, c->now, &why);
    if (r == HN_OK) {
        http_flash(c, hn_tr("The calendar was saved. It waits for the approval of ward IT."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/calendars/%" PRId64, id), e);
    }
    place_errors(&why);
    if (is_users(r))
        return form(c, id, &why, e);
    *e = why;
    return r;
}

static enum hn_code create(struct http_ctx *c, struct hn_err *e)
{
    return save(c, 0, e);
}

static enum hn_code change(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return save(c, id, e);
}

static const struct http_route routes[] = {
    {"GET", "/calendars", PERM_SLA_READ, list_page, 0, "Business calendars"},
    {"GET", "/calendars/new", PERM_SLA_EDIT, new_page, 0, "Form of a calendar"},
    {"POST", "/calendars", PERM_SLA_EDIT, create, 0, "Make a calendar"},
    {"GET", "/calendars/:id", PERM_SLA_READ, show_page, 0, "One calendar"},
    {"GET", "/calendars/:id/edit", PERM_SLA_EDIT, edit_page, 0, "Form of its next version"},
    {"POST", "/calendars/:id", PERM_SLA_EDIT, change, 0, "A new version"},
    {"POST", "/calendars/:id/approve", PERM_APPROVE_WARD, approve, 0, "Approve a version"},
};
static const struct hn_nav nav[] = {
    {HN_N("SLA"), HN_N("Business calendars"), "/calendars", PERM_SLA_READ, 64},
};

const struct hn_module calendars_pages_module = {.name = "calendars_pages",
                                                 .routes = routes,
                                                 .n_routes = HN_ARRAY_LEN(routes),
                                                 .nav = nav,
                                                 .n_nav = HN_ARRAY_LEN(nav)};
