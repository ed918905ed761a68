/* SPDX-License-Identifier: Apache-2.0 */
/* A check's thresholds and params out of their JSON (charts.h). */
#include "itsm/watch/charts.h"

#include "server/base/json.h"

#include <json-c/json.h>
#include <math.h>

#define LIMITS_MAX 100

static double number_of(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;

    if (!json_object_object_get_ex(o, key, &v) ||
        (!json_object_is_type(v, json_type_int) && !json_object_is_type(v, json_type_double)))
        return NAN;
    return json_object_get_double(v);
}

static struct json_object *parsed(const char *json)
{
    struct json_object *o = NULL;
    struct hn_err e = {0};

    if (json == NULL || hn_json_parse(json, strlen(json), &o, &e) != HN_OK)
        return NULL;
    if (!json_object_is_type(o, json_type_object)) {
        hn_json_putp(&o);
        return NULL;
    }
    return o;
}

void charts_limits(struct hn_arena *a, const char *json, const struct chart_limit **out, size_t *n)
{
    HN_JSON o = parsed(json);
    struct chart_limit *list = hn_arena_make(a, struct chart_limit, LIMITS_MAX);

    *out = list;
    *n = 0;
    if (o == NULL)
        return;
    json_object_object_foreach(o, key, v)
    {
        struct json_object *d = NULL;

        if (!json_object_is_type(v, json_type_object) || *n == LIMITS_MAX)
            continue;
        list[(*n)++] =
            (struct chart_limit){.metric = hn_arena_strdup(a, key),
                                 .warning = number_of(v, "warning"),
                                 .critical = number_of(v, "critical"),
                                 .below = json_object_object_get_ex(v, "direction", &d) &&
                                          hn_streq(json_object_get_string(d), "below")};
    }
}

void charts_params(struct hn_arena *a, const char *json, struct tpl_val *view, const char *key)
{
    HN_JSON o = parsed(json);
    struct tpl_val *list = tpl_set_list(view, key);

    if (o == NULL)
        return;
    json_object_object_foreach(o, name, v)
    {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_str(m, "name", hn_arena_strdup(a, name));
        tpl_set_str(m, "value", hn_arena_strdup(a, json_object_get_string(v)));
    }
}

const char *charts_param(struct hn_arena *a, const char *json, const char *name)
{
    HN_JSON o = parsed(json);
    struct json_object *v = NULL;

    if (o == NULL || !json_object_object_get_ex(o, name, &v) || v == NULL)
        return NULL;
    return hn_arena_strdup(a, json_object_get_string(v));
}

void charts_params_rest(const char *json, const char *const *own, struct hn_jw *w)
{
    HN_JSON o = parsed(json);

    if (o == NULL)
        return;
    json_object_object_foreach(o, name, v)
    {
        const char *const *x = own;

        while (*x != NULL && !hn_streq(*x, name))
            x++;
        if (*x == NULL)
            hn_jw_raw(w, name, json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN));
    }
}
