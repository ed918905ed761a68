/* SPDX-License-Identifier: Apache-2.0 */
/* render_json.c — an edition's stored figures beside those of now. */
#include "itsm/report/render.h"

#include "itsm/report/report_store.h"

#include <json-c/json.h>
#include <stdio.h>

static struct json_object *parse(const char *text)
{
    struct json_object *o = NULL;
    struct hn_err e = {0};

    return hn_json_parse(text, strlen(text), &o, &e) == HN_OK ? o : NULL;
}

/* What may change without making a file wrong: the standing of definitions and applications. */
static void drop_standing(struct json_object *list)
{
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
        struct json_object *o = json_object_array_get_idx(list, i);

        json_object_object_del(o, "definition_approved");
        json_object_object_del(o, "pending_exclusions");
    }
}

bool render_same_figures(const char *x, const char *y)
{
    HN_JSON a = parse(x);
    HN_JSON b = parse(y);

    if (!json_object_is_type(a, json_type_array) || !json_object_is_type(b, json_type_array))
        return false;
    drop_standing(a);
    drop_standing(b);
    return json_object_equal(a, b);
}

/* What the difference table compares: key of the result and the words beside it. */
static const struct {
    const char *key, *label;
} compared[] = {
    {"planned_s", HN_N("Service time (s)")},
    {"maintenance_s", HN_N("Planned stops (s)")},
    {"exclusion_s", HN_N("Exclusions (s)")},
    {"downtime_s", HN_N("Downtime (s)")},
    {"unmeasured_s", HN_N("Not monitored (s)")},
    {"availability_percent", HN_N("Availability (%)")},
    {"year_downtime_s", HN_N("Downtime of the fiscal year (s)")},
    {"n", HN_N("Number of cases")},
    {"good", HN_N("In time")},
};

static struct json_object *line_of(struct json_object *list, int64_t sla_id)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *o = json_object_array_get_idx(list, i);
        struct json_object *id = NULL;

        if (json_object_object_get_ex(o, "sla_id", &id) && json_object_get_int64(id) == sla_id)
            return o;
    }
    return NULL;
}

static const char *cell(struct hn_arena *a, struct json_object *o, const char *key)
{
    struct json_object *v = NULL;

    if (o == NULL || !json_object_object_get_ex(o, key, &v) || v == NULL)
        return "—";
    return hn_arena_strdup(a, json_object_get_string(v));
}

static void compare_line(struct hn_arena *a, struct sla_report *r, size_t cap, const char *service,
                         struct json_object *old, struct json_object *now)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(compared); i++) {
        const char *x = cell(a, old, compared[i].key);
        const char *y = cell(a, now, compared[i].key);

        if (hn_streq(x, y) || r->n_differences == cap)
            continue;
        r->differences[r->n_differences].service = service;
        r->differences[r->n_differences].figure = compared[i].label;
        r->differences[r->n_differences].before = x;
        r->differences[r->n_differences++].after = y;
    }
}

enum hn_code sla_report_compare(struct db *db, struct hn_arena *a, struct sla_report *r,
                                struct hn_err *e)
{
    struct report_row last;
    struct hn_sbuf b;
    struct hn_jw w;
    char month[8];
    size_t cap = r->n * HN_ARRAY_LEN(compared);

    r->compared_with = 0;
    if (report_store_newest(db, a, "sla", hn_month_text(r->month, month), true, &last, e) !=
        HN_OK) {
        if (e->code != HN_E_NOT_FOUND)
            return e->code;
        hn_err_clear(e);
        return HN_OK;
    }
    if (last.context == NULL || last.edition >= r->edition)
        return HN_OK;
    HN_JSON old = parse(last.context);

    if (old == NULL || !json_object_is_type(old, json_type_array))
        return HN_OK;
    r->compared_with = last.edition;
    r->differences = hn_arena_array(a, cap, sizeof(*r->differences));
    for (size_t i = 0; i < r->n; i++) {
        hn_sbuf_init(&b, a, (size_t)8 * 1024 * 1024);
        hn_jw_init(&w, &b);
        sla_result_write(&w, NULL, &r->lines[i].r, 0);
        HN_JSON fresh = parse(hn_sbuf_text(&b));

        compare_line(a, r, cap, r->lines[i].r.service.name, line_of(old, r->lines[i].r.sla.id),
                     fresh);
    }
    return HN_OK;
}
