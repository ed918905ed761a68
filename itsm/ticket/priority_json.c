/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/priority.h"

#include <json-c/json.h>

static const char *const words[] = {
#define X(e, w, m) w,
    TICKET_PRIORITIES(X)
#undef X
        NULL};
static const char *const digits[] = {"1", "2", "3", NULL};

static struct json_object *child(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;

    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
        return NULL;
    return v;
}

static void read_matrix(struct json_object *o, struct ticket_priority_table *t, struct hn_err *e)
{
    for (int i = 0; i < 3; i++) {
        struct json_object *row = child(o, digits[i]);

        for (int u = 0; u < 3; u++) {
            struct json_object *v = child(row, digits[u]);
            int p = json_object_is_type(v, json_type_string)
                        ? ticket_priority_index(json_object_get_string(v))
                        : -1;
            char field[40];

            (void)snprintf(field, sizeof(field), "matrix.%d.%d", i + 1, u + 1);
            if (p < 0)
                (void)hn_fail_field(e, field, "must be one of: %s", "urgent, high, medium, low");
            else
                t->of[i][u] = (enum ticket_priority)p;
        }
    }
}

static void read_targets(struct json_object *o, struct hn_arena *a, struct ticket_priority_table *t,
                         struct hn_err *e)
{
    static const char *const fields[] = {"response_s", "resolution_s", "calendar", NULL};

    for (int i = 0; i < TICKET_PRIORITY_COUNT; i++) {
        struct json_object *v = child(o, words[i]);
        struct ticket_target *x = &t->target[i];

        if (!json_object_is_type(v, json_type_object)) {
            (void)hn_fail_field(e, words[i], "is required");
            continue;
        }
        x->calendar = "CAL-02";
        (void)hn_json_i64(v, "response_s", HN_OPT, 0, TICKET_TARGET_MAX_S, &x->response_s, e);
        (void)hn_json_i64(v, "resolution_s", HN_OPT, 0, TICKET_TARGET_MAX_S, &x->resolution_s, e);
        (void)hn_json_text(v, "calendar", HN_REQ, 1, 40, a, &x->calendar, e);
        (void)!hn_json_no_others(v, fields, e);
    }
}

enum hn_code ticket_priority_parse(const char *matrix, const char *targets, struct hn_arena *a,
                                   struct ticket_priority_table *out, struct hn_err *e)
{
    HN_JSON m = NULL;
    HN_JSON t = NULL;

    if (hn_json_parse(matrix, strlen(matrix), &m, e) != HN_OK ||
        hn_json_parse(targets, strlen(targets), &t, e) != HN_OK)
        return e->code;
    read_matrix(m, out, e);
    read_targets(t, a, out, e);
    return e->n_fields > 0 ? e->code : HN_OK;
}

void ticket_priority_write_matrix(const struct ticket_priority_table *t, struct hn_jw *w,
                                  const char *key)
{
    hn_jw_object(w, key);
    for (int i = 0; i < 3; i++) {
        hn_jw_object(w, digits[i]);
        for (int u = 0; u < 3; u++)
            hn_jw_text(w, digits[u], words[t->of[i][u]]);
        hn_jw_end_object(w);
    }
    hn_jw_end_object(w);
}

void ticket_priority_write_targets(const struct ticket_priority_table *t, struct hn_jw *w,
                                   const char *key)
{
    hn_jw_object(w, key);
    for (int i = 0; i < TICKET_PRIORITY_COUNT; i++) {
        hn_jw_object(w, words[i]);
        hn_jw_i64(w, "response_s", t->target[i].response_s);
        hn_jw_i64(w, "resolution_s", t->target[i].resolution_s);
        hn_jw_text(w, "calendar", t->target[i].calendar);
        hn_jw_end_object(w);
    }
    hn_jw_end_object(w);
}
