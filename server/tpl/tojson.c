/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tojson.c — the filter tojson, byte for byte as jinja2: keys sorted, ASCII only, and < > & ' as
 * \u003c and so on, so that the text can stand in a script element. And JSON text to a context.
 */
#include "server/tpl/tpl_int.h"

#include "server/base/json.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

static void json_text(struct hn_sbuf *b, const char *s, size_t n)
{
    hn_sbuf_chr(b, '"');
    for (size_t p = 0; p < n;) {
        uint32_t cp;

        p += tp_cp_get(s + p, n - p, &cp);
        switch (cp) {
        case '\n': hn_sbuf_str(b, "\\n"); break;
        case '\r': hn_sbuf_str(b, "\\r"); break;
        case '\t': hn_sbuf_str(b, "\\t"); break;
        case '\b': hn_sbuf_str(b, "\\b"); break;
        case '\f': hn_sbuf_str(b, "\\f"); break;
        case '"': hn_sbuf_str(b, "\\\""); break;
        case '\\': hn_sbuf_str(b, "\\\\"); break;
        default:
            if (cp >= 0x10000)
                hn_sbuf_fmt(b, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10),
                            0xdc00 + ((cp - 0x10000) & 0x3ff));
            else if (cp < 0x20 || cp > 0x7e || strchr("<>&'", (int)cp) != NULL)
                hn_sbuf_fmt(b, "\\u%04x", cp);
            else
                hn_sbuf_chr(b, (char)cp);
        }
    }
    hn_sbuf_chr(b, '"');
}

struct out {
    struct tp_run *r;
    struct hn_sbuf b;
    int indent; /* -1: all on one line */
};

static void new_line(struct out *o, int depth, bool first)
{
    if (o->indent < 0) {
        if (!first)
            hn_sbuf_chr(&o->b, ' ');
        return;
    }
    hn_sbuf_fmt(&o->b, "\n%*s", o->indent * depth, "");
}

static bool json(struct out *o, const struct tpl_val *v, int depth);

static bool json_list(struct out *o, const struct tp_list *l, int depth)
{
    hn_sbuf_chr(&o->b, '[');
    for (uint32_t i = 0; i < l->n; i++) {
        if (i > 0)
            hn_sbuf_chr(&o->b, ',');
        new_line(o, depth + 1, i == 0);
        if (!json(o, &l->v[i], depth + 1))
            return false;
    }
    if (l->n > 0 && o->indent >= 0)
        new_line(o, depth, true);
    hn_sbuf_chr(&o->b, ']');
    return true;
}

struct member {
    struct tpl_val key;
    const struct tpl_val *v;
};

static int by_key(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    int c = memcmp(x->key.u.s, y->key.u.s, HN_MIN(x->key.n, y->key.n));

    return c != 0 ? c : x->key.n < y->key.n ? -1 : x->key.n > y->key.n;
}

static bool key_text(struct tp_run *r, const struct tpl_val *k, struct tpl_val *out)
{
    if (k->type == TP_BOOL)
        *out = tp_cstr(k->u.b ? "true" : "false");
    else if (k->type == TP_NONE)
        *out = tp_cstr("null");
    else
        return tp_str(r, k, out);
    return true;
}

static bool json_dict(struct out *o, const struct tp_dict *d, int depth)
{
    struct member *m;

    if (!tp_room(o->r, d->n * sizeof(*m)) || !tp_charge(o->r, d->n))
        return false;
    m = hn_arena_make(o->r->a, struct member, d->n);
    for (uint32_t i = 0; i < d->n; i++) {
        m[i].v = &d->e[i].val;
        if (!key_text(o->r, &d->e[i].key, &m[i].key))
            return false;
    }
    if (d->n > 0)
        qsort(m, d->n, sizeof(*m), by_key);
    hn_sbuf_chr(&o->b, '{');
    for (uint32_t i = 0; i < d->n; i++) {
        if (i > 0)
            hn_sbuf_chr(&o->b, ',');
        new_line(o, depth + 1, i == 0);
        json_text(&o->b, m[i].key.u.s, m[i].key.n);
        hn_sbuf_str(&o->b, ": ");
        if (!json(o, m[i].v, depth + 1))
            return false;
    }
    if (d->n > 0 && o->indent >= 0)
        new_line(o, depth, true);
    hn_sbuf_chr(&o->b, '}');
    return true;
}

static bool json(struct out *o, const struct tpl_val *v, int depth)
{
    char buf[TP_FLOAT_MAX];

    if (depth > TP_WALK_MAX)
        return tp_fail(o->r, "nested too deeply");
    if (!tp_charge(o->r, 1) || !tp_undef_check(o->r, v))
        return false;
    if (o->b.overflow)
        return tp_fail(o->r, "the text is longer than %zu bytes", o->b.max);
    switch ((enum tp_type)v->type) {
    case TP_NONE: hn_sbuf_str(&o->b, "null"); return true;
    case TP_BOOL: hn_sbuf_str(&o->b, v->u.b ? "true" : "false"); return true;
    case TP_INT: hn_sbuf_fmt(&o->b, "%" PRId64, v->u.i); return true;
    case TP_FLOAT:
        if (!isfinite(v->u.f)) /* JSON has no word for it */
            hn_sbuf_str(&o->b, "null");
        else
            hn_sbuf_mem(&o->b, buf, tp_float_text(v->u.f, buf));
        return true;
    case TP_STR: json_text(&o->b, v->u.s, v->n); return tp_charge(o->r, v->n / TP_BYTES_STEP);
    case TP_LIST:
    case TP_TUPLE: return json_list(o, v->u.list, depth);
    case TP_MAP: return json_dict(o, v->u.dict, depth);
    default:
        return tp_fail(o->r, "'%s' cannot be written as JSON", tp_type_name((enum tp_type)v->type));
    }
}

bool tp_f_tojson(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                 struct tpl_val *out)
{
    struct out o = {.r = r, .indent = -1};
    int64_t indent = -1;

    if (a->v[0].type != TP_NONE && !tp_arg_i64(r, &a->v[0], -1, &indent))
        return false;
    if (indent > 16)
        return tp_fail(r, "%s: a number from %d to %d is expected", "tojson", 0, 16);
    o.indent = indent < 0 ? -1 : (int)indent;
    tp_buf(r, &o.b);
    return json(&o, in, 0) && tp_buf_done(r, &o.b, true, out);
}

/* ---- a context from JSON text --------------------------------------------------------------- */

static struct tpl_val from_json(struct hn_arena *a, struct json_object *o)
{
    struct tpl_val list;
    struct tpl_val map;

    switch (json_object_get_type(o)) {
    case json_type_boolean: return tp_bool(json_object_get_boolean(o));
    case json_type_int: return tp_int(json_object_get_int64(o));
    case json_type_double: return tp_float(json_object_get_double(o));
    case json_type_string: {
        size_t n = (size_t)json_object_get_string_len(o);

        return tp_text(hn_arena_strndup(a, json_object_get_string(o), n), n, false);
    }
    case json_type_array:
        list = tp_list_val(tp_list_new(a, 0), false);
        for (size_t i = 0; i < json_object_array_length(o); i++)
            tp_list_push(list.u.list, from_json(a, json_object_array_get_idx(o, i)));
        return list;
    case json_type_object:
        map = tp_map_val(tp_dict_new(a));
        json_object_object_foreach(o, key, member)
        {
            struct tp_sym s = tp_sym_make(hn_arena_strdup(a, key), strlen(key));

            tp_dict_put_sym(map.u.dict, &s, from_json(a, member));
        }
        return map;
    case json_type_null: break;
    }
    return tp_none();
}

enum hn_code tpl_from_json(struct hn_arena *a, const char *json_in, size_t n, struct tpl_val **out,
                           struct hn_err *e)
{
    HN_JSON o = NULL;

    if (hn_json_parse(json_in, n, &o, e) != HN_OK)
        return e->code;
    *out = hn_arena_make(a, struct tpl_val, 1);
    **out = from_json(a, o);
    if ((*out)->type != TP_MAP)
        return hn_fail(e, HN_E_MALFORMED, "the context must be a JSON object");
    return HN_OK;
}
