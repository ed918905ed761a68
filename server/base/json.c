/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/json.h"

#include "server/base/json_scan.h"
#include "server/base/parse.h"

#include <json-c/json.h>
#include <math.h>

/* Bodies are bounded far below this by the HTTP layer; json-c counts in int. */
#define JSON_BYTES_MAX ((size_t)512 * 1024 * 1024)

static enum hn_code refuse(enum hn_json_flaw flaw, size_t at, struct hn_err *e)
{
    switch (flaw) {
    case HN_JSON_FINE: break;
    case HN_JSON_TOO_DEEP:
        return hn_fail(e, HN_E_MALFORMED, "the JSON text is nested deeper than %d levels",
                       HN_JSON_DEPTH);
    case HN_JSON_NOT_UTF8:
        return hn_fail(e, HN_E_MALFORMED, "the JSON text is not valid UTF-8 at byte %zu", at + 1);
    case HN_JSON_SYNTAX: break;
    }
    return hn_fail(e, HN_E_MALFORMED, "the text is not valid JSON at byte %zu", at + 1);
}

enum hn_code hn_json_parse(const char *p, size_t n, struct json_object **out, struct hn_err *e)
{
    struct json_tokener *tok;
    struct json_object *o;
    enum hn_json_flaw flaw;
    enum json_tokener_error how;
    size_t at;

    if (n > JSON_BYTES_MAX)
        return hn_fail(e, HN_E_LIMIT, "the JSON text is longer than %zu bytes", JSON_BYTES_MAX);
    flaw = hn_json_scan(p, n, HN_JSON_DEPTH, &at);
    if (flaw != HN_JSON_FINE)
        return refuse(flaw, at, e);
    tok = json_tokener_new_ex(HN_JSON_DEPTH + 1); /* json-c counts the scalars as a level too */
    HN_ASSERT(tok != NULL);
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    o = json_tokener_parse_ex(tok, p, (int)n);
    how = json_tokener_get_error(tok);
    if (how == json_tokener_continue) { /* a bare number ends only with the text */
        o = json_tokener_parse_ex(tok, "", 1);
        how = json_tokener_get_error(tok);
    }
    at = json_tokener_get_parse_end(tok);
    json_tokener_free(tok);
    if (how != json_tokener_success) {
        json_object_put(o);
        return refuse(HN_JSON_SYNTAX, at, e);
    }
    *out = o;
    return HN_OK;
}

void hn_json_putp(struct json_object **o)
{
    json_object_put(*o);
    *o = NULL;
}

enum hn_code hn_json_is_object(struct json_object *o, struct hn_err *e)
{
    if (!json_object_is_type(o, json_type_object))
        return hn_fail(e, HN_E_MALFORMED, "the body must be a JSON object");
    return HN_OK;
}

/* The member, or NULL where it is absent or null: then *code says whether that is an error. */
static struct json_object *member(struct json_object *o, const char *field, enum hn_need need,
                                  enum hn_code *code, struct hn_err *e)
{
    struct json_object *v = NULL;

    *code = HN_OK;
    if (json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, field, &v) &&
        v != NULL)
        return v;
    if (need == HN_REQ)
        *code = hn_fail_field(e, field, "is required");
    return NULL;
}

static bool has_nul(struct json_object *s)
{
    size_t n = (size_t)json_object_get_string_len(s);

    return memchr(json_object_get_string(s), '\0', n) != NULL;
}

enum hn_code hn_json_text(struct json_object *o, const char *field, enum hn_need need, size_t min,
                          size_t max, struct hn_arena *a, const char **out, struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);
    const char *s;
    size_t len;

    if (v == NULL)
        return code;
    if (!json_object_is_type(v, json_type_string))
        return hn_fail_field(e, field, "must be text");
    if (has_nul(v))
        return hn_fail_field(e, field, "must not hold the character U+0000");
    s = json_object_get_string(v);
    len = hn_utf8_len(s);
    if (len < min) {
        if (min == 1)
            return hn_fail_field(e, field, "must not be empty");
        return hn_fail_field(e, field, "at least %zu characters", min);
    }
    if (len > max)
        return hn_fail_field(e, field, "at most %zu characters", max);
    *out = hn_arena_strdup(a, s);
    return HN_OK;
}

/* json-c stops huge integers at the ends of int64 or uint64: those ends count as out of range. 5.0
 * and 5e0 are integers too, as in JSON Schema. */
static bool whole(struct json_object *v, int64_t *out, bool *wide)
{
    *wide = false;
    if (json_object_is_type(v, json_type_int)) {
        int64_t i = json_object_get_int64(v);

        *wide = i == INT64_MIN || (i > 0 && json_object_get_uint64(v) > INT64_MAX);
        *out = i;
        return true;
    }
    if (json_object_is_type(v, json_type_double)) {
        double d = json_object_get_double(v);

        if (!isfinite(d) || fabs(d) > 9007199254740992.0) { /* 2^53: exact up to there */
            *wide = true;
            return true;
        }
        *out = (int64_t)d;
        return d == floor(d);
    }
    return false;
}

enum hn_code hn_json_i64(struct json_object *o, const char *field, enum hn_need need, int64_t min,
                         int64_t max, int64_t *out, struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);
    int64_t i = 0;
    bool wide;

    if (v == NULL)
        return code;
    if (!whole(v, &i, &wide))
        return hn_fail_field(e, field, "must be a whole number");
    if (wide || i < min || i > max)
        return hn_fail_field(e, field, "must be between %lld and %lld", (long long)min,
                             (long long)max);
    *out = i;
    return HN_OK;
}

enum hn_code hn_json_f64(struct json_object *o, const char *field, enum hn_need need, double min,
                         double max, double *out, struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);
    double d;

    if (v == NULL)
        return code;
    if (!json_object_is_type(v, json_type_int) && !json_object_is_type(v, json_type_double))
        return hn_fail_field(e, field, "must be a number");
    d = json_object_get_double(v);
    if (!isfinite(d) || d < min || d > max)
        return hn_fail_field(e, field, "must be between %g and %g", min, max);
    *out = d;
    return HN_OK;
}

enum hn_code hn_json_bool(struct json_object *o, const char *field, enum hn_need need, bool *out,
                          struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);

    if (v == NULL)
        return code;
    if (!json_object_is_type(v, json_type_boolean))
        return hn_fail_field(e, field, "must be true or false");
    *out = json_object_get_boolean(v);
    return HN_OK;
}

enum hn_code hn_json_instant(struct json_object *o, const char *field, enum hn_need need,
                             hn_instant *out, struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);

    if (v == NULL)
        return code;
    /* Other types go through the parser as their text, which is no time either; text with a NUL
     * would be read only up to it. */
    if (!json_object_is_type(v, json_type_string) || has_nul(v))
        return hn_parse_rfc3339("", field, out, e);
    return hn_parse_rfc3339(json_object_get_string(v), field, out, e);
}

/* "a, b, c" for the message; a long list is cut. */
static void join_words(const char *const *words, char *buf, size_t n)
{
    size_t at = 0;

    buf[0] = '\0';
    for (; *words != NULL && at + 1 < n; words++) {
        int k = snprintf(buf + at, n - at, "%s%s", at > 0 ? ", " : "", *words);

        if (k < 0 || (size_t)k >= n - at) {
            buf[at] = '\0';
            return;
        }
        at += (size_t)k;
    }
}

enum hn_code hn_json_word(struct json_object *o, const char *field, enum hn_need need,
                          const char *const *words, int *out, struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);
    char list[200];

    if (v == NULL)
        return code;
    if (json_object_is_type(v, json_type_string) && !has_nul(v))
        for (int i = 0; words[i] != NULL; i++)
            if (hn_streq(words[i], json_object_get_string(v))) {
                *out = i;
                return HN_OK;
            }
    join_words(words, list, sizeof(list));
    return hn_fail_field(e, field, "must be one of: %s", list);
}

enum hn_code hn_json_i64s(struct json_object *o, const char *field, enum hn_need need, size_t max,
                          struct hn_arena *a, struct hn_i64s *out, struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);
    size_t n;
    int64_t *list;

    if (v == NULL)
        return code;
    if (!json_object_is_type(v, json_type_array))
        return hn_fail_field(e, field, "must be a list of whole numbers");
    n = json_object_array_length(v);
    if (n > max)
        return hn_fail_field(e, field, "at most %zu entries", max);
    list = hn_arena_make(a, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        bool wide = false;

        if (!whole(json_object_array_get_idx(v, i), &list[i], &wide) || wide)
            return hn_fail_field(e, field, "must be a list of whole numbers");
    }
    *out = (struct hn_i64s){list, n};
    return HN_OK;
}

/* PostgreSQL's jsonb holds neither U+0000 nor numbers beyond double's range in our use. */
static bool storable(struct json_object *v)
{
    switch (json_object_get_type(v)) {
    case json_type_string: return !has_nul(v);
    case json_type_double: return isfinite(json_object_get_double(v));
    case json_type_array:
        for (size_t i = 0; i < json_object_array_length(v); i++)
            if (!storable(json_object_array_get_idx(v, i)))
                return false;
        return true;
    case json_type_object: {
        json_object_object_foreach(v, key, val)
        {
            (void)key;
            if (!storable(val))
                return false;
        }
        return true;
    }
    case json_type_null:
    case json_type_boolean:
    case json_type_int: return true;
    }
    return true;
}

enum hn_code hn_json_raw(struct json_object *o, const char *field, enum hn_need need, size_t max,
                         struct hn_arena *a, const char **out, struct hn_err *e)
{
    enum hn_code code;
    struct json_object *v = member(o, field, need, &code, e);
    const char *s;
    size_t n = 0;

    if (v == NULL)
        return code;
    if (!storable(v))
        return hn_fail_field(e, field, "holds a character or a number that cannot be stored");
    s = json_object_to_json_string_length(
        v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
    if (n > max)
        return hn_fail_field(e, field, "at most %zu bytes", max);
    *out = hn_arena_strndup(a, s, n);
    return HN_OK;
}

bool hn_json_has(struct json_object *o, const char *field)
{
    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, field, NULL);
}

bool hn_json_is_null(struct json_object *o, const char *field)
{
    struct json_object *v = NULL;

    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, field, &v) &&
           v == NULL;
}

enum hn_code hn_json_no_others(struct json_object *o, const char *const *fields, struct hn_err *e)
{
    if (!json_object_is_type(o, json_type_object))
        return e->code;
    json_object_object_foreach(o, key, val)
    {
        bool known = false;

        (void)val;
        for (size_t i = 0; fields[i] != NULL && !known; i++)
            known = hn_streq(fields[i], key);
        if (!known)
            (void)hn_fail_field(e, key, "is not a known field");
    }
    return e->code;
}
