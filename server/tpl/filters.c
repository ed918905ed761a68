/* SPDX-License-Identifier: Apache-2.0 */
/* filters.c — finds filters by name; the filters that pick: default, attr, map, select and kin. */
#include "server/tpl/tpl_int.h"

static const struct tp_fn *in_table(const struct tp_fn_table *t, const char *s, size_t n)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strlen(t->v[i].name) == n && memcmp(t->v[i].name, s, n) == 0)
            return &t->v[i];
    }
    return NULL;
}

const struct tp_fn *tp_filter_find(const char *s, size_t n)
{
    static const struct tp_fn_table *const tables[] = {
        &tp_filters_pick, &tp_filters_text, &tp_filters_seq, &tp_filters_num, &tp_filters_time};
    const struct tp_fn *f = NULL;

    for (size_t i = 0; i < HN_ARRAY_LEN(tables) && f == NULL; i++)
        f = in_table(tables[i], s, n);
    return f;
}

/* default(value, boolean): for undefined values, with `boolean` for false ones too. */
static bool f_default(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                      struct tpl_val *out)
{
    bool also_false;
    bool yes = in->type != TP_UNDEF;

    if (!tp_arg_bool(r, &a->v[1], false, &also_false))
        return false;
    if (yes && also_false && !tp_truth(r, in, &yes))
        return false;
    *out = yes ? *in : a->v[0].type == TP_MISSING ? tp_text("", 0, false) : a->v[0];
    return true;
}

static bool f_attr(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                   struct tpl_val *out)
{
    struct tp_sym *s = hn_arena_make(r->a, struct tp_sym, 1);

    if (a->v[0].type != TP_STR)
        return tp_fail(r, "%s: text is expected", "attr");
    *s = tp_sym_make(a->v[0].u.s, a->v[0].n);
    return tp_own_attr(r, in, s, out); /* never a key */
}

/* ---- map ------------------------------------------------------------------------------------ */

static const struct tpl_val *kw(const struct tp_args *a, const char *name)
{
    for (uint32_t i = 0; i < a->n_kw; i++) {
        if (a->kw[i].name->n == strlen(name) && memcmp(a->kw[i].name->s, name, strlen(name)) == 0)
            return &a->kw[i].v;
    }
    return NULL;
}

static bool map_attribute(struct tp_run *r, const struct tp_list *items, const struct tp_args *a,
                          struct tp_list *l)
{
    const struct tpl_val *path = kw(a, "attribute");
    const struct tpl_val *dflt = kw(a, "default");

    if (path == NULL || a->n_kw != 1u + (dflt != NULL))
        return tp_fail(r, "%s: the name of a filter or attribute= is expected", "map");
    for (uint32_t i = 0; i < items->n; i++) {
        struct tpl_val v;

        if (!tp_attr_path(r, &items->v[i], path, dflt, &v))
            return false;
        tp_list_push(l, v);
    }
    return true;
}

static bool f_map(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                  struct tpl_val *out)
{
    struct tp_list *items;
    struct tp_list *l;
    const struct tp_fn *f;

    if (!tp_items(r, in, &items) || !tp_room(r, (size_t)items->n * sizeof(*in)))
        return false;
    l = tp_list_new(r->a, items->n);
    *out = tp_list_val(l, false);
    if (a->n == 0)
        return map_attribute(r, items, a, l);
    if (a->v[0].type != TP_STR || (f = tp_filter_find(a->v[0].u.s, a->v[0].n)) == NULL)
        return tp_fail(r, "%s: the name of a filter or attribute= is expected", "map");
    for (uint32_t i = 0; i < items->n; i++) {
        struct tp_args rest = {.n = a->n - 1, .v = a->v + 1, .n_kw = a->n_kw, .kw = a->kw};
        struct tpl_val v;

        if (r->nest >= TP_NEST_MAX) /* map("map", "map", …) */
            return tp_fail(r, "nested too deeply");
        r->nest += 8;
        if (!tp_fn_call(r, f, &items->v[i], &rest, &v))
            return false;
        r->nest -= 8;
        tp_list_push(l, v);
    }
    return true;
}

/* ---- select, reject ------------------------------------------------------------------------- */

static bool passes(struct tp_run *r, const struct tp_fn *test, const struct tpl_val *v,
                   const struct tp_args *a, uint32_t skip, bool *yes)
{
    struct tp_args rest = {.n = a->n - skip, .v = a->v + skip, .n_kw = a->n_kw, .kw = a->kw};
    struct tpl_val out;

    if (test == NULL)
        return tp_truth(r, v, yes);
    return tp_fn_call(r, test, v, &rest, &out) && tp_truth(r, &out, yes);
}

static bool pick(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a, bool by_attr,
                 bool wanted, struct tpl_val *out)
{
    const struct tp_fn *test = NULL;
    uint32_t skip = by_attr;
    struct tp_list *items;
    struct tp_list *l;

    if (!tp_items(r, in, &items))
        return false;
    if (by_attr && a->n == 0)
        return tp_fail(r, "the name of an attribute is expected");
    if (a->n > skip) {
        const struct tpl_val *name = &a->v[skip++];

        if (name->type != TP_STR || (test = tp_test_find(name->u.s, name->n)) == NULL)
            return tp_fail(r, "the name of a test is expected");
    }
    l = tp_list_new(r->a, 0);
    for (uint32_t i = 0; i < items->n; i++) {
        struct tpl_val v = items->v[i];
        bool yes;

        if (!tp_charge(r, 1))
            return false;
        if (by_attr && !tp_attr_path(r, &items->v[i], &a->v[0], NULL, &v))
            return false;
        if (!passes(r, test, &v, a, skip, &yes))
            return false;
        if (yes == wanted)
            tp_list_push(l, items->v[i]);
    }
    *out = tp_list_val(l, false);
    return true;
}

static bool f_select(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                     struct tpl_val *out)
{
    return pick(r, in, a, false, true, out);
}

static bool f_reject(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                     struct tpl_val *out)
{
    return pick(r, in, a, false, false, out);
}

static bool f_selectattr(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                         struct tpl_val *out)
{
    return pick(r, in, a, true, true, out);
}

static bool f_rejectattr(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                         struct tpl_val *out)
{
    return pick(r, in, a, true, false, out);
}

static const struct tp_fn rows[] = {
    {"default", f_default, 0, .undef_ok = true, .params = {"default_value", "boolean"}},
    {"d", f_default, 0, .undef_ok = true, .params = {"default_value", "boolean"}},
    {"attr", f_attr, 1, .params = {"name"}},
    {"map", f_map, 0, .any = true},
    {"select", f_select, 0, .any = true},
    {"reject", f_reject, 0, .any = true},
    {"selectattr", f_selectattr, 0, .any = true},
    {"rejectattr", f_rejectattr, 0, .any = true},
};
const struct tp_fn_table tp_filters_pick = {rows, HN_ARRAY_LEN(rows)};
