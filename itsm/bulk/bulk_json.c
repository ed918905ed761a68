/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/bulk/bulk_json.h"

#include "itsm/bulk/bulk_store.h"
#include "server/base/i18n.h"
#include "server/base/json.h"
#include "server/base/jw.h"
#include "server/base/parse.h"

#include <json-c/json.h>
#include <math.h>
#include <strings.h>

#define BODY_MAX ((size_t)512 * 1024)
#define REFS_MAX 64

static const char *member_of(const struct bulk_column *c)
{
    return c->member == NULL ? c->name : c->member;
}

/* ---- cells ---- */

static bool yes_no(const char *s, bool *out)
{
    static const char *const words[] = {"false", "no", "0", "true", "yes", "1"};

    for (size_t i = 0; i < HN_ARRAY_LEN(words); i++)
        if (strcasecmp(s, words[i]) == 0) {
            *out = i >= 3;
            return true;
        }
    return false;
}

static void put_number(struct hn_jw *w, const char *key, const struct bulk_column *c, const char *s,
                       struct hn_err *e)
{
    char *end = NULL;
    double d = strtod(s, &end);

    if (end == s || *end != '\0' || !isfinite(d))
        (void)hn_fail_field(e, c->name, "must be a number");
    else
        hn_jw_f64(w, key, d);
}

static void put_json(struct hn_jw *w, const char *key, const struct bulk_column *c, const char *s,
                     struct hn_err *e)
{
    struct hn_err why = {0};
    HN_JSON o = NULL;

    if (hn_json_parse(s, strlen(s), &o, &why) != HN_OK)
        (void)hn_fail_field(e, c->name, "must be JSON");
    else
        hn_jw_raw(w, key, s);
}

/* {"check": "rt-s08/死活監視"} becomes {"check": 12}, at any depth. */
static void name_checks(struct db *db, struct json_object *o, struct hn_arena *a,
                        const struct bulk_column *c, struct hn_err *e)
{
    if (json_object_is_type(o, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(o); i++)
            name_checks(db, json_object_array_get_idx(o, i), a, c, e);
    } else if (json_object_is_type(o, json_type_object)) {
        struct json_object *check = json_object_object_get(o, "check");

        if (json_object_is_type(check, json_type_string)) {
            const char *text = hn_arena_strdup(a, json_object_get_string(check));
            const char *slash = strchr(text, '/');
            struct hn_err why = {0};
            int64_t id = 0;

            if (slash == NULL ||
                bulk_store_find(db, BULK_CHECK, hn_arena_strndup(a, text, (size_t)(slash - text)),
                                slash + 1, &id, &why) != HN_OK)
                id = 0;
            if (id == 0)
                (void)hn_fail_field(e, c->name, "there is no check %.100s", text);
            json_object_object_add(o, "check", json_object_new_int64(id));
            return;
        }
        json_object_object_foreach(o, key, v)
        {
            (void)key;
            name_checks(db, v, a, c, e);
        }
    }
}

static void put_rule(const struct bulk_job *job, struct hn_jw *w, const char *key,
                     const struct bulk_column *c, const char *s, struct hn_arena *a,
                     struct hn_err *e)
{
    struct hn_err why = {0};
    HN_JSON o = NULL;

    if (hn_json_parse(s, strlen(s), &o, &why) != HN_OK) {
        (void)hn_fail_field(e, c->name, "must be JSON");
        return;
    }
    name_checks(job->db, o, a, c, e);
    hn_jw_raw(w, key, hn_arena_strdup(a, json_object_to_json_string(o)));
}

static int64_t find(const struct bulk_job *job, const struct bulk_column *c, const char *name,
                    struct hn_err *e)
{
    struct hn_err why = {0};
    int64_t id = 0;

    if (bulk_store_find(job->db, c->object, name, NULL, &id, &why) != HN_OK)
        *e = why;
    else if (id == 0)
        (void)hn_fail_field(e, c->name, "there is none called %.100s", name);
    return id;
}

static void put_refs(const struct bulk_job *job, struct hn_jw *w, const char *key,
                     const struct bulk_column *c, const char *s, struct hn_arena *a,
                     struct hn_err *e)
{
    size_t n = 0;

    hn_jw_array(w, key);
    while (*s != '\0' && n++ < REFS_MAX) {
        size_t len = strcspn(s, ";");

        while (len > 0 && *s == ' ') {
            s++;
            len--;
        }
        if (len > 0)
            hn_jw_i64(w, NULL, find(job, c, hn_arena_strndup(a, s, len), e));
        s += len;
        s += *s == ';';
    }
    hn_jw_end_array(w);
}

static void put_cell(const struct bulk_job *job, struct hn_jw *w, const char *key,
                     const struct bulk_column *c, const char *s, struct hn_arena *a,
                     struct hn_err *e)
{
    int64_t i = 0;
    bool yes = false;

    switch (c->cell) {
    case BULK_TEXT: hn_jw_text(w, key, s); return;
    case BULK_INT:
        if (hn_parse_i64(s, c->name, INT64_MIN, INT64_MAX, &i, e) == HN_OK)
            hn_jw_i64(w, key, i);
        return;
    case BULK_NUMBER: put_number(w, key, c, s, e); return;
    case BULK_BOOL:
        if (yes_no(s, &yes))
            hn_jw_bool(w, key, yes);
        else
            (void)hn_fail_field(e, c->name, "must be true or false");
        return;
    case BULK_JSON: put_json(w, key, c, s, e); return;
    case BULK_RULE: put_rule(job, w, key, c, s, a, e); return;
    case BULK_REF: hn_jw_i64(w, key, find(job, c, s, e)); return;
    case BULK_REFS: put_refs(job, w, key, c, s, a, e); return;
    }
}

/* ---- the body ---- */

enum hn_code bulk_json_body(const struct bulk_job *job, const int *place,
                            const struct hn_csv_row *row, int64_t version, struct hn_arena *a,
                            const char **out, struct hn_err *e)
{
    const char *open = NULL; /* the member whose members are being written */
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, BODY_MAX);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    for (size_t i = 0; i < job->kind->n; i++) {
        const struct bulk_column *c = &job->kind->column[i];
        const char *s = hn_csv_cell(row, place[i]);
        const char *key = member_of(c);
        const char *dot = strchr(key, '.');
        const char *outer = dot == NULL ? NULL : hn_arena_strndup(a, key, (size_t)(dot - key));

        if (*s == '\0') {
            if (c->need && version == 0)
                (void)hn_fail_field(e, c->name, "must not be empty");
            continue;
        }
        if (open != NULL && (outer == NULL || !hn_streq(open, outer))) {
            hn_jw_end_object(&w);
            open = NULL;
        }
        if (outer != NULL && open == NULL) {
            hn_jw_object(&w, outer);
            open = outer;
        }
        put_cell(job, &w, dot == NULL ? key : dot + 1, c, s, a, e);
    }
    if (open != NULL)
        hn_jw_end_object(&w);
    if (version != 0)
        hn_jw_i64(&w, "version", version);
    hn_jw_end_object(&w);
    return e->code != HN_OK ? e->code : hn_sbuf_done(&b, out, e);
}

/* ---- answers ---- */

static struct json_object *parsed(const char *text)
{
    struct hn_err e = {0};
    struct json_object *o = NULL;

    if (hn_json_parse(text, strlen(text), &o, &e) != HN_OK)
        return NULL;
    return o;
}

static bool is_number(struct json_object *v)
{
    return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

/* As the API takes it: 5 is 5.0, "0.999" is 0.999; an object may have more than what is asked. */
static bool same(struct json_object *want, struct json_object *have)
{
    if (is_number(have) && (is_number(want) || json_object_is_type(want, json_type_string)))
        return fabs(json_object_get_double(want) - json_object_get_double(have)) < 1e-9;
    if (!json_object_is_type(want, json_type_object) ||
        !json_object_is_type(have, json_type_object))
        return json_object_equal(want, have) != 0;
    json_object_object_foreach(want, key, v)
    {
        struct json_object *x = NULL;

        if (!json_object_object_get_ex(have, key, &x) || !same(v, x))
            return false;
    }
    return true;
}

bool bulk_json_same(const char *body, const char *object)
{
    HN_JSON want = parsed(body);
    HN_JSON have = parsed(object);

    if (want == NULL || have == NULL)
        return false;
    json_object_object_del(want, "version");
    return same(want, have);
}

int64_t bulk_json_number(const char *answer, const char *member)
{
    HN_JSON o = parsed(answer);

    return o == NULL ? 0 : json_object_get_int64(json_object_object_get(o, member));
}

const char *bulk_json_text(const char *answer, const char *member, struct hn_arena *a)
{
    HN_JSON o = parsed(answer);
    struct json_object *v = o == NULL ? NULL : json_object_object_get(o, member);

    return v == NULL ? NULL : hn_arena_strdup(a, json_object_get_string(v));
}

/* The file's word for a member of the API. */
static const char *column_of(const struct bulk_kind *kind, const char *member)
{
    for (size_t i = 0; i < kind->n; i++)
        if (hn_streq(member_of(&kind->column[i]), member))
            return kind->column[i].name;
    return member;
}

void bulk_json_problem(const struct bulk_kind *kind, const char *answer, struct hn_arena *a,
                       void (*say)(void *ctx, const char *field, const char *message), void *ctx)
{
    HN_JSON o = parsed(answer);
    struct json_object *list = o == NULL ? NULL : json_object_object_get(o, "errors");
    struct json_object *detail = o == NULL ? NULL : json_object_object_get(o, "detail");

    if (json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0) {
        for (size_t i = 0; i < json_object_array_length(list); i++) {
            struct json_object *x = json_object_array_get_idx(list, i);
            const char *field = json_object_get_string(json_object_object_get(x, "field"));
            const char *text = json_object_get_string(json_object_object_get(x, "message"));

            say(ctx, hn_arena_strdup(a, column_of(kind, field == NULL ? "" : field)),
                hn_arena_strdup(a, text == NULL ? "" : text));
        }
        return;
    }
    say(ctx, NULL,
        detail == NULL ? hn_tr("the row was refused")
                       : hn_arena_strdup(a, json_object_get_string(detail)));
}
