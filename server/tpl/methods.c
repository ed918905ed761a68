/* SPDX-License-Identifier: Apache-2.0 */
/* methods.c — methods of texts, mappings and loops, and the global functions. All only read. */
#include "server/tpl/tpl_int.h"

#define FN(name)                                                                                   \
    static bool name(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,          \
                     struct tpl_val *out)

/* ---- mappings ------------------------------------------------------------------------------- */

static bool dict_list(struct tp_run *r, const struct tpl_val *in, bool keys, bool vals,
                      struct tpl_val *out)
{
    const struct tp_dict *d = in->u.dict;
    struct tp_list *l;

    if (!tp_room(r, (size_t)d->n * 128) || !tp_charge(r, d->n / 8))
        return false;
    l = tp_list_new(r->a, d->n);
    for (uint32_t i = 0; i < d->n; i++) {
        if (keys && vals) {
            struct tp_list *pair = tp_list_new(r->a, 2);

            tp_list_push(pair, d->e[i].key);
            tp_list_push(pair, d->e[i].val);
            tp_list_push(l, tp_list_val(pair, true));
        } else {
            tp_list_push(l, keys ? d->e[i].key : d->e[i].val);
        }
    }
    *out = tp_list_val(l, false);
    return true;
}

FN(m_items)
{
    (void)a;
    return dict_list(r, in, true, true, out);
}

FN(m_keys)
{
    (void)a;
    return dict_list(r, in, true, false, out);
}

FN(m_values)
{
    (void)a;
    return dict_list(r, in, false, true, out);
}

FN(m_get)
{
    const struct tpl_val *v = tp_dict_get(in->u.dict, &a->v[0]);

    (void)r;
    *out = v != NULL ? *v : a->v[1].type == TP_MISSING ? tp_none() : a->v[1];
    return true;
}

/* ---- texts ---------------------------------------------------------------------------------- */

#define BY_FILTER(name, filter)                                                                    \
    FN(name)                                                                                       \
    {                                                                                              \
        struct tp_args copy = *a;                                                                  \
                                                                                                   \
        return tp_fn_call(r, tp_filter_find(filter, sizeof(filter) - 1), in, &copy, out);          \
    }

BY_FILTER(m_upper, "upper")
BY_FILTER(m_lower, "lower")
BY_FILTER(m_capitalize, "capitalize")
BY_FILTER(m_center, "center")

FN(m_title)
{
    struct tp_args none = {0};

    (void)a;
    return tp_fn_call(r, tp_filter_find("title", 5), in, &none, out);
}

FN(m_strip)
{
    return tp_strip(r, in, &a->v[0], 3, out);
}

FN(m_lstrip)
{
    return tp_strip(r, in, &a->v[0], 1, out);
}

FN(m_rstrip)
{
    return tp_strip(r, in, &a->v[0], 2, out);
}

static bool text_arg(struct tp_run *r, const struct tpl_val *v)
{
    return v->type == TP_STR ||
           tp_fail(r, "text is expected, not '%s'", tp_type_name((enum tp_type)v->type));
}

/* Of one text, or of any in a tuple. */
static bool edge(struct tp_run *r, const struct tpl_val *in, const struct tpl_val *what, bool end,
                 struct tpl_val *out)
{
    uint32_t n = what->type == TP_TUPLE ? what->u.list->n : 1;
    bool yes = false;

    for (uint32_t i = 0; i < n && !yes; i++) {
        const struct tpl_val *s = what->type == TP_TUPLE ? &what->u.list->v[i] : what;

        if (!text_arg(r, s) || !tp_charge(r, 1 + s->n / TP_BYTES_STEP))
            return false;
        yes = s->n <= in->n && memcmp(end ? in->u.s + (in->n - s->n) : in->u.s, s->u.s, s->n) == 0;
    }
    *out = tp_bool(yes);
    return true;
}

FN(m_startswith)
{
    return edge(r, in, &a->v[0], false, out);
}

FN(m_endswith)
{
    return edge(r, in, &a->v[0], true, out);
}

static bool space_split(struct tp_run *r, const struct tpl_val *in, int64_t max, struct tp_list *l)
{
    size_t p = 0;

    for (;; max -= max > 0) {
        uint32_t cp;
        size_t k;
        size_t from;

        while (p < in->n && (k = tp_cp_get(in->u.s + p, in->n - p, &cp), tp_cp_space(cp)))
            p += k;
        if (p == in->n)
            return true;
        if (!tp_room(r, 64))
            return false;
        from = p;
        if (max == 0) {
            tp_list_push(l, tp_text(in->u.s + from, in->n - from, in->safe));
            return true;
        }
        while (p < in->n && (k = tp_cp_get(in->u.s + p, in->n - p, &cp), !tp_cp_space(cp)))
            p += k;
        tp_list_push(l, tp_text(in->u.s + from, p - from, in->safe));
    }
}

FN(m_split)
{
    const struct tpl_val *sep = &a->v[0];
    struct tp_list *l = tp_list_new(r->a, 0);
    int64_t max;
    size_t p = 0;

    *out = tp_list_val(l, false);
    if (!tp_arg_i64(r, &a->v[1], -1, &max) || !tp_charge(r, in->n / 16))
        return false;
    if (sep->type == TP_MISSING || sep->type == TP_NONE)
        return space_split(r, in, max, l);
    if (!text_arg(r, sep))
        return false;
    if (sep->n == 0)
        return tp_fail(r, "the text to split at is empty");
    for (; max != 0; max -= max > 0) {
        const char *at = memmem(in->u.s + p, in->n - p, sep->u.s, sep->n);

        if (at == NULL)
            break;
        if (!tp_room(r, 64))
            return false;
        tp_list_push(l, tp_text(in->u.s + p, (size_t)(at - in->u.s) - p, in->safe));
        p = (size_t)(at - in->u.s) + sep->n;
    }
    tp_list_push(l, tp_text(in->u.s + p, in->n - p, in->safe));
    return true;
}

FN(m_splitlines)
{
    struct tp_list *l = tp_list_new(r->a, 0);

    (void)a;
    if (!tp_charge(r, in->n / TP_BYTES_STEP))
        return false;
    for (size_t p = 0; p < in->n;) {
        const char *nl = memchr(in->u.s + p, '\n', in->n - p);
        size_t end = nl == NULL ? in->n : (size_t)(nl - in->u.s);

        if (!tp_room(r, 64) || !tp_charge(r, 1))
            return false;
        tp_list_push(l, tp_text(in->u.s + p, end - p, in->safe));
        p = end + 1;
    }
    *out = tp_list_val(l, false);
    return true;
}

FN(m_replace)
{
    struct tpl_val from = a->v[0];
    struct tpl_val to = a->v[1];
    int64_t count;

    if (!text_arg(r, &from) || !text_arg(r, &to) || !tp_arg_i64(r, &a->v[2], -1, &count))
        return false;
    if (in->safe && (!tp_escape(r, &from, &from) || !tp_escape(r, &to, &to)))
        return false;
    return tp_replace(r, in, &from, &to, count, in->safe, out);
}

FN(m_join)
{
    struct tp_args args = {.n = 1, .v = (struct tpl_val[]){*in}};

    return tp_fn_call(r, tp_filter_find("join", 4), &a->v[0], &args, out);
}

FN(m_format)
{
    struct tp_dict *named = tp_dict_new(r->a);

    for (uint32_t i = 0; i < a->n_kw; i++)
        tp_dict_put_sym(named, a->kw[i].name, a->kw[i].v);
    return tp_format_braces(r, in, a, named, out);
}

FN(m_format_map)
{
    if (a->v[0].type != TP_MAP)
        return tp_fail(r, "'%s' is no mapping", tp_type_name((enum tp_type)a->v[0].type));
    return tp_format_braces(r, in, NULL, a->v[0].u.dict, out);
}

static bool found_at(struct tp_run *r, const struct tpl_val *in, const struct tpl_val *what,
                     int64_t *out)
{
    const char *at;

    if (!text_arg(r, what) || !tp_charge(r, ((size_t)in->n + what->n) / 128))
        return false;
    at = what->n == 0 ? in->u.s : memmem(in->u.s, in->n, what->u.s, what->n);
    *out = at == NULL ? -1 : (int64_t)tp_cp_len(in->u.s, (size_t)(at - in->u.s));
    return true;
}

FN(m_find)
{
    int64_t at;

    if (!found_at(r, in, &a->v[0], &at))
        return false;
    *out = tp_int(at);
    return true;
}

FN(m_count)
{
    const struct tpl_val *what = &a->v[0];
    int64_t times = 0;

    if (!text_arg(r, what) || !tp_charge(r, (size_t)in->n / 128))
        return false;
    if (what->n == 0) {
        *out = tp_int((int64_t)tp_cp_len(in->u.s, in->n) + 1);
        return true;
    }
    for (size_t p = 0;; times++) {
        const char *at = memmem(in->u.s + p, in->n - p, what->u.s, what->n);

        if (at == NULL)
            break;
        p = (size_t)(at - in->u.s) + what->n;
    }
    *out = tp_int(times);
    return tp_charge(r, (size_t)times);
}

FN(m_isdigit)
{
    bool yes = in->n > 0;

    (void)a;
    for (uint32_t i = 0; i < in->n && yes; i++)
        yes = in->u.s[i] >= '0' && in->u.s[i] <= '9';
    *out = tp_bool(yes);
    return tp_charge(r, in->n / TP_BYTES_STEP);
}

/* ---- loops ---------------------------------------------------------------------------------- */

FN(m_cycle)
{
    if (a->n == 0)
        return tp_fail(r, "%s: at least one value is expected", "cycle");
    *out = a->v[in->u.loop->index % a->n];
    return true;
}

FN(m_changed)
{
    struct tp_loop *loop = in->u.loop;
    struct tp_list *l = tp_list_new(r->a, a->n);
    struct tpl_val now;
    bool same = false;

    for (uint32_t i = 0; i < a->n; i++)
        tp_list_push(l, a->v[i]);
    now = tp_list_val(l, true);
    if (loop->has_last && !tp_equal(r, &loop->last, &now, &same))
        return false;
    loop->has_last = true;
    loop->last = now;
    *out = tp_bool(!same);
    return true;
}

FN(m_next)
{
    struct tp_cycler *c = in->u.cycler;

    (void)r;
    (void)a;
    *out = c->items->v[c->at];
    c->at = (c->at + 1) % c->items->n;
    return true;
}

FN(m_reset)
{
    (void)r;
    (void)a;
    in->u.cycler->at = 0;
    *out = tp_none();
    return true;
}

static const struct {
    enum tp_type type;
    struct tp_fn fn;
} methods[] = {
    {TP_MAP, {"items", m_items, .need = 0}},
    {TP_MAP, {"keys", m_keys, .need = 0}},
    {TP_MAP, {"values", m_values, .need = 0}},
    {TP_MAP, {"get", m_get, 1, .params = {"key", "default"}}},
    {TP_STR, {"upper", m_upper, .need = 0}},
    {TP_STR, {"lower", m_lower, .need = 0}},
    {TP_STR, {"title", m_title, .need = 0}},
    {TP_STR, {"capitalize", m_capitalize, .need = 0}},
    {TP_STR, {"center", m_center, 0, .any = true}},
    {TP_STR, {"strip", m_strip, 0, .params = {"chars"}}},
    {TP_STR, {"lstrip", m_lstrip, 0, .params = {"chars"}}},
    {TP_STR, {"rstrip", m_rstrip, 0, .params = {"chars"}}},
    {TP_STR, {"startswith", m_startswith, 1, .params = {"prefix"}}},
    {TP_STR, {"endswith", m_endswith, 1, .params = {"suffix"}}},
    {TP_STR, {"split", m_split, 0, .params = {"sep", "maxsplit"}}},
    {TP_STR, {"splitlines", m_splitlines, .need = 0}},
    {TP_STR, {"replace", m_replace, 2, .params = {"old", "new", "count"}}},
    {TP_STR, {"join", m_join, 1, .params = {"iterable"}}},
    {TP_STR, {"format", m_format, 0, .any = true}},
    {TP_STR, {"format_map", m_format_map, 1, .params = {"mapping"}}},
    {TP_STR, {"find", m_find, 1, .params = {"sub"}}},
    {TP_STR, {"count", m_count, 1, .params = {"sub"}}},
    {TP_STR, {"isdigit", m_isdigit, .need = 0}},
    {TP_LOOP, {"cycle", m_cycle, 0, .any = true}},
    {TP_LOOP, {"changed", m_changed, 0, .any = true}},
    {TP_CYCLER, {"next", m_next, .need = 0}},
    {TP_CYCLER, {"reset", m_reset, .need = 0}},
};

const struct tp_fn *tp_method_find(enum tp_type t, const char *s, size_t n)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(methods); i++) {
        if (methods[i].type == t && strlen(methods[i].fn.name) == n &&
            memcmp(methods[i].fn.name, s, n) == 0)
            return &methods[i].fn;
    }
    return NULL;
}

/* ---- global functions ----------------------------------------------------------------------- */

FN(g_range)
{
    int64_t from = 0;
    int64_t to;
    int64_t step;
    int64_t n = 0;
    struct tp_list *l;

    (void)in;
    if (a->v[1].type == TP_MISSING) {
        if (!tp_arg_i64(r, &a->v[0], 0, &to))
            return false;
    } else if (!tp_arg_i64(r, &a->v[0], 0, &from) || !tp_arg_i64(r, &a->v[1], 0, &to)) {
        return false;
    }
    if (!tp_arg_i64(r, &a->v[2], 1, &step))
        return false;
    if (step == 0)
        return tp_fail(r, "the step of a range must not be zero");
    if ((from > 0) == (to > 0) ||
        (HN_MAX(from, to) < INT64_MAX / 2 && HN_MIN(from, to) > INT64_MIN / 2)) {
        if (step > 0 && to > from)
            n = (to - from - 1) / step + 1;
        else if (step < 0 && from > to && step != INT64_MIN)
            n = (from - to - 1) / -step + 1;
    } else {
        n = INT64_MAX;
    }
    if (n > TP_RANGE_MAX)
        return tp_fail(r, "a range has at most %d numbers", TP_RANGE_MAX);
    if (!tp_room(r, (size_t)n * sizeof(*in)) || !tp_charge(r, (size_t)n / 4))
        return false;
    l = tp_list_new(r->a, (uint32_t)n);
    for (int64_t i = 0; i < n; i++)
        tp_list_push(l, tp_int(from + i * step));
    *out = tp_list_val(l, false);
    return true;
}

/* A mapping from at most one mapping (or list of pairs) and named values. */
static bool fill(struct tp_run *r, const struct tp_args *a, const char *name, struct tp_dict *d)
{
    struct tp_list *l;

    if (a->n > 1)
        return tp_fail(r, "%s: too many arguments", name);
    if (a->n == 1 && a->v[0].type == TP_MAP) {
        for (uint32_t i = 0; i < a->v[0].u.dict->n; i++)
            (void)tp_dict_put(d, &a->v[0].u.dict->e[i].key, a->v[0].u.dict->e[i].val);
    } else if (a->n == 1) {
        if (!tp_items(r, &a->v[0], &l))
            return false;
        for (uint32_t i = 0; i < l->n; i++) {
            const struct tp_list *pair = tp_is_seq(&l->v[i]) ? l->v[i].u.list : NULL;

            if (pair == NULL || pair->n != 2 || !tp_dict_put(d, &pair->v[0], pair->v[1]))
                return tp_fail(r, "%s: pairs are expected", name);
        }
    }
    for (uint32_t i = 0; i < a->n_kw; i++)
        tp_dict_put_sym(d, a->kw[i].name, a->kw[i].v);
    return tp_room(r, (size_t)d->n * 64);
}

FN(g_dict)
{
    struct tp_dict *d = tp_dict_new(r->a);

    (void)in;
    *out = tp_map_val(d);
    return fill(r, a, "dict", d);
}

FN(g_namespace)
{
    struct tp_dict *d = tp_dict_new(r->a);

    (void)in;
    *out = (struct tpl_val){.type = TP_NS, .u.dict = d};
    return fill(r, a, "namespace", d);
}

FN(g_cycler)
{
    struct tp_cycler *c = hn_arena_make(r->a, struct tp_cycler, 1);

    (void)in;
    if (a->n == 0)
        return tp_fail(r, "%s: at least one value is expected", "cycler");
    c->items = tp_list_new(r->a, a->n);
    for (uint32_t i = 0; i < a->n; i++)
        tp_list_push(c->items, a->v[i]);
    *out = (struct tpl_val){.type = TP_CYCLER, .u.cycler = c};
    return true;
}

FN(g_joiner)
{
    struct tp_cycler *c = hn_arena_make(r->a, struct tp_cycler, 1);

    (void)in;
    c->sep = a->v[0].type == TP_MISSING ? tp_cstr(", ") : a->v[0];
    *out = (struct tpl_val){.type = TP_JOINER, .u.cycler = c};
    return true;
}

static const struct tp_fn globals[] = {
    {"_", tp_f_gettext, 0, .any = true},
    {"gettext", tp_f_gettext, 0, .any = true},
    {"range", g_range, 1, .params = {"start", "stop", "step"}},
    {"dict", g_dict, 0, .any = true},
    {"namespace", g_namespace, 0, .any = true},
    {"cycler", g_cycler, 0, .any = true},
    {"joiner", g_joiner, 0, .params = {"sep"}},
};

const struct tp_fn *tp_global_find(const char *s, size_t n)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(globals); i++) {
        if (strlen(globals[i].name) == n && memcmp(globals[i].name, s, n) == 0)
            return &globals[i];
    }
    return NULL;
}
