/* SPDX-License-Identifier: Apache-2.0 */
/* filters_seq.c — filters over sequences and mappings: join, sort, groupby, batch and the like. */
#include "server/tpl/tpl_int.h"

#define FN(name)                                                                                   \
    static bool name(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,          \
                     struct tpl_val *out)

FN(f_length)
{
    (void)a;
    switch ((enum tp_type)in->type) {
    case TP_STR:
        *out = tp_int((int64_t)tp_cp_len(in->u.s, in->n));
        return tp_charge(r, in->n / TP_BYTES_STEP);
    case TP_LIST:
    case TP_TUPLE: *out = tp_int(in->u.list->n); return true;
    case TP_MAP: *out = tp_int(in->u.dict->n); return true;
    case TP_UNDEF: *out = tp_int(0); return true;
    default: return tp_fail(r, "'%s' has no length", tp_type_name((enum tp_type)in->type));
    }
}

FN(f_list)
{
    struct tp_list *items;
    struct tp_list *l;

    (void)a;
    if (!tp_items(r, in, &items) || !tp_room(r, (size_t)items->n * sizeof(*in)))
        return false;
    l = tp_list_new(r->a, items->n);
    for (uint32_t i = 0; i < items->n; i++)
        tp_list_push(l, items->v[i]);
    *out = tp_list_val(l, false);
    return true;
}

static struct tpl_val empty(void)
{
    return tp_undef(TP_UNDEF_EMPTY, NULL);
}

FN(f_first)
{
    struct tp_list *l;

    (void)a;
    if (!tp_items(r, in, &l))
        return false;
    *out = l->n > 0 ? l->v[0] : empty();
    return true;
}

FN(f_last)
{
    struct tp_list *l;

    (void)a;
    if (!tp_items(r, in, &l))
        return false;
    *out = l->n > 0 ? l->v[l->n - 1] : empty();
    return true;
}

FN(f_join)
{
    struct tpl_val sep = a->v[0].type == TP_MISSING ? tp_text("", 0, false) : a->v[0];
    struct tp_list *l;
    bool safe = false;
    struct hn_sbuf b;

    if (!tp_items(r, in, &l) || !tp_str(r, &sep, &sep))
        return false;
    if (a->v[1].type != TP_MISSING) {
        struct tp_list *mapped = tp_list_new(r->a, l->n);

        for (uint32_t i = 0; i < l->n; i++) {
            struct tpl_val v;

            if (!tp_attr_path(r, &l->v[i], &a->v[1], NULL, &v))
                return false;
            tp_list_push(mapped, v);
        }
        l = mapped;
    }
    if (r->autoescape) {
        safe = sep.safe;
        for (uint32_t i = 0; i < l->n && !safe; i++)
            safe = l->v[i].type == TP_STR && l->v[i].safe;
    }
    if (safe && !tp_escape(r, &sep, &sep))
        return false;
    tp_buf(r, &b);
    for (uint32_t i = 0; i < l->n; i++) {
        struct tpl_val v;

        if (!tp_charge(r, 1) || !(safe ? tp_escape(r, &l->v[i], &v) : tp_str(r, &l->v[i], &v)))
            return false;
        if (i > 0)
            hn_sbuf_mem(&b, sep.u.s, sep.n);
        hn_sbuf_mem(&b, v.u.s, v.n);
        if (b.overflow)
            break;
    }
    return tp_buf_done(r, &b, safe, out);
}

FN(f_reverse)
{
    struct tp_list *items;
    struct tp_list *l;
    struct hn_sbuf b;

    (void)a;
    if (!tp_items(r, in, &items) || !tp_room(r, (size_t)items->n * sizeof(*in)))
        return false;
    if (in->type == TP_STR) {
        tp_buf(r, &b);
        for (uint32_t i = items->n; i > 0; i--)
            hn_sbuf_mem(&b, items->v[i - 1].u.s, items->v[i - 1].n);
        return tp_buf_done(r, &b, in->safe, out);
    }
    l = tp_list_new(r->a, items->n);
    for (uint32_t i = items->n; i > 0; i--)
        tp_list_push(l, items->v[i - 1]);
    *out = tp_list_val(l, false);
    return true;
}

/* ---- keys for sorting ----------------------------------------------------------------------- */

/* The key of an item: the attribute, in lower case unless case counts. "a,b" gives a tuple. */
static bool key_of(struct tp_run *r, const struct tpl_val *item, const struct tpl_val *path,
                   const struct tpl_val *dflt, bool case_counts, struct tpl_val *out)
{
    if (!tp_charge(r, 1) || !tp_attr_path(r, item, path, dflt, out))
        return false;
    return out->type != TP_STR || case_counts || tp_map_case(r, out, false, out);
}

static bool multi_key(struct tp_run *r, const struct tpl_val *item, const struct tpl_val *path,
                      bool case_counts, struct tpl_val *out)
{
    struct tp_list *l;

    if (path->type != TP_STR || memchr(path->u.s, ',', path->n) == NULL)
        return key_of(r, item, path, NULL, case_counts, out);
    l = tp_list_new(r->a, 2);
    for (size_t p = 0; p <= path->n;) {
        const char *comma = memchr(path->u.s + p, ',', path->n - p);
        size_t end = comma == NULL ? path->n : (size_t)(comma - path->u.s);
        struct tpl_val part = tp_text(path->u.s + p, end - p, false);
        struct tpl_val v;

        if (!key_of(r, item, &part, NULL, case_counts, &v))
            return false;
        tp_list_push(l, v);
        p = end + 1;
    }
    *out = tp_list_val(l, true);
    return true;
}

struct keyed {
    struct tpl_val key;
    struct tpl_val item;
};

/* Stable merge sort, bottom up. */
static bool merge_sort(struct tp_run *r, struct keyed *v, size_t n, bool reverse)
{
    struct keyed *tmp = hn_arena_make(r->a, struct keyed, n);

    for (size_t w = 1; w < n; w *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * w) {
            size_t mid = HN_MIN(lo + w, n);
            size_t hi = HN_MIN(lo + 2 * w, n);
            size_t i = lo;
            size_t j = mid;

            for (size_t k = lo; k < hi; k++) {
                int c = 0;

                if (i < mid && j < hi && !tp_order(r, "<", &v[j].key, &v[i].key, &c))
                    return false;
                if (c == 2) /* NaN */
                    c = 0;
                c = reverse ? -c : c;
                tmp[k] = i < mid && (j >= hi || c >= 0) ? v[i++] : v[j++];
            }
        }
        memcpy(v, tmp, n * sizeof(*v));
    }
    return true;
}

static bool keyed_new(struct tp_run *r, const struct tp_list *l, struct keyed **out)
{
    if (!tp_room(r, (size_t)l->n * 2 * sizeof(struct keyed)))
        return false;
    *out = hn_arena_make(r->a, struct keyed, l->n);
    for (uint32_t i = 0; i < l->n; i++)
        (*out)[i].item = l->v[i];
    return true;
}

static bool sorted(struct tp_run *r, struct keyed *k, size_t n, bool reverse, struct tpl_val *out)
{
    struct tp_list *l = tp_list_new(r->a, (uint32_t)n);

    if (!merge_sort(r, k, n, reverse))
        return false;
    for (size_t i = 0; i < n; i++)
        tp_list_push(l, k[i].item);
    *out = tp_list_val(l, false);
    return true;
}

FN(f_sort)
{
    struct tp_list *l;
    struct keyed *k;
    bool reverse;
    bool case_counts;

    if (!tp_items(r, in, &l) || !keyed_new(r, l, &k) ||
        !tp_arg_bool(r, &a->v[0], false, &reverse) ||
        !tp_arg_bool(r, &a->v[1], false, &case_counts))
        return false;
    for (uint32_t i = 0; i < l->n; i++) {
        if (!multi_key(r, &l->v[i], &a->v[2], case_counts, &k[i].key))
            return false;
    }
    return sorted(r, k, l->n, reverse, out);
}

static struct tpl_val pair(struct tp_run *r, struct tpl_val x, struct tpl_val y)
{
    struct tp_list *l = tp_list_new(r->a, 2);

    tp_list_push(l, x);
    tp_list_push(l, y);
    return tp_list_val(l, true);
}

static bool items_of(struct tp_run *r, const struct tpl_val *in, struct tp_list **out)
{
    *out = tp_list_new(r->a, 0);
    if (in->type == TP_UNDEF)
        return true;
    if (in->type != TP_MAP)
        return tp_fail(r, "'%s' is no mapping", tp_type_name((enum tp_type)in->type));
    if (!tp_room(r, (size_t)in->u.dict->n * 128))
        return false;
    for (uint32_t i = 0; i < in->u.dict->n; i++)
        tp_list_push(*out, pair(r, in->u.dict->e[i].key, in->u.dict->e[i].val));
    return true;
}

FN(f_items)
{
    struct tp_list *l;

    (void)a;
    if (!items_of(r, in, &l))
        return false;
    *out = tp_list_val(l, false);
    return true;
}

FN(f_dictsort)
{
    struct tpl_val at = tp_int(tp_text_is(&a->v[1], "value"));
    struct tp_list *l;
    struct keyed *k;
    bool reverse;
    bool case_counts;

    if (a->v[1].type != TP_MISSING && !tp_as_i64(&at) && !tp_text_is(&a->v[1], "key"))
        return tp_fail(r, "%s: 'key' or 'value' is expected", "dictsort");
    if (!items_of(r, in, &l) || !keyed_new(r, l, &k) ||
        !tp_arg_bool(r, &a->v[0], false, &case_counts) ||
        !tp_arg_bool(r, &a->v[2], false, &reverse))
        return false;
    for (uint32_t i = 0; i < l->n; i++) {
        if (!key_of(r, &l->v[i], &at, NULL, case_counts, &k[i].key))
            return false;
    }
    return sorted(r, k, l->n, reverse, out);
}

FN(f_groupby)
{
    bool case_counts;
    struct tp_list *items;
    struct tp_list *groups = tp_list_new(r->a, 0);
    struct tp_list *l = NULL;
    struct keyed *k;

    if (!tp_items(r, in, &items) || !keyed_new(r, items, &k) ||
        !tp_arg_bool(r, &a->v[2], false, &case_counts))
        return false;
    for (uint32_t i = 0; i < items->n; i++) {
        if (!key_of(r, &items->v[i], &a->v[0], &a->v[1], case_counts, &k[i].key))
            return false;
    }
    if (!merge_sort(r, k, items->n, false))
        return false;
    for (uint32_t i = 0; i < items->n; i++) {
        bool same = false;
        struct tpl_val name;

        if (i > 0 && !tp_equal(r, &k[i - 1].key, &k[i].key, &same))
            return false;
        if (!same) { /* the group is called as its first item calls it */
            l = tp_list_new(r->a, 0);
            if (!tp_attr_path(r, &k[i].item, &a->v[0], &a->v[1], &name))
                return false;
            tp_list_push(groups, pair(r, name, tp_list_val(l, false)));
        }
        tp_list_push(l, k[i].item);
    }
    *out = tp_list_val(groups, false);
    return true;
}

FN(f_unique)
{
    struct tp_dict *seen = tp_dict_new(r->a);
    struct tp_list *items;
    struct tp_list *l;
    bool case_counts;

    if (!tp_items(r, in, &items) || !tp_arg_bool(r, &a->v[0], false, &case_counts) ||
        !tp_room(r, (size_t)items->n * 128))
        return false;
    l = tp_list_new(r->a, 0);
    for (uint32_t i = 0; i < items->n; i++) {
        struct tpl_val k;

        if (!key_of(r, &items->v[i], &a->v[1], NULL, case_counts, &k))
            return false;
        if (tp_dict_get(seen, &k) != NULL)
            continue;
        if (!tp_dict_put(seen, &k, tp_none()))
            return tp_fail(r, "'%s' cannot be a key", tp_type_name((enum tp_type)k.type));
        tp_list_push(l, items->v[i]);
    }
    *out = tp_list_val(l, false);
    return true;
}

static bool extreme(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a, int sign,
                    struct tpl_val *out)
{
    struct tp_list *l;
    struct tpl_val best = empty();
    bool case_counts;

    *out = best;
    if (!tp_items(r, in, &l) || !tp_arg_bool(r, &a->v[0], false, &case_counts))
        return false;
    for (uint32_t i = 0; i < l->n; i++) {
        struct tpl_val k;
        int c = sign;

        if (!key_of(r, &l->v[i], &a->v[1], NULL, case_counts, &k) ||
            (i > 0 && !tp_order(r, sign < 0 ? "<" : ">", &k, &best, &c)))
            return false;
        if (c != sign)
            continue;
        best = k;
        *out = l->v[i];
    }
    return true;
}

FN(f_min)
{
    return extreme(r, in, a, -1, out);
}

FN(f_max)
{
    return extreme(r, in, a, 1, out);
}

FN(f_sum)
{
    struct tp_list *l;

    *out = a->v[1].type == TP_MISSING ? tp_int(0) : a->v[1];
    if (!tp_items(r, in, &l))
        return false;
    for (uint32_t i = 0; i < l->n; i++) {
        struct tpl_val v;

        if (!tp_charge(r, 1) || !tp_attr_path(r, &l->v[i], &a->v[0], NULL, &v) ||
            !tp_binary(r, TK_ADD, out, &v, out))
            return false;
    }
    return true;
}

/* ---- cutting into pieces -------------------------------------------------------------------- */

FN(f_batch)
{
    struct tp_list *items;
    struct tp_list *all;
    struct tp_list *l = NULL;
    int64_t n;

    if (!tp_items(r, in, &items) || !tp_arg_i64(r, &a->v[0], 0, &n))
        return false;
    if (n < 1 || n > TP_RANGE_MAX)
        return tp_fail(r, "%s: a number from 1 to %d is expected", "batch", TP_RANGE_MAX);
    if (!tp_room(r, ((size_t)items->n + (size_t)n) * 2 * sizeof(*in)) || !tp_charge(r, items->n))
        return false;
    all = tp_list_new(r->a, 0);
    for (uint32_t i = 0; i < items->n; i++) {
        if (i % n == 0) {
            l = tp_list_new(r->a, 0);
            tp_list_push(all, tp_list_val(l, false));
        }
        tp_list_push(l, items->v[i]);
    }
    while (l != NULL && a->v[1].type != TP_MISSING && a->v[1].type != TP_NONE && l->n < n)
        tp_list_push(l, a->v[1]);
    *out = tp_list_val(all, false);
    return true;
}

FN(f_slice)
{
    struct tp_list *items;
    struct tp_list *all;
    bool fill = a->v[1].type != TP_MISSING && a->v[1].type != TP_NONE;
    int64_t n;
    uint32_t at = 0;

    if (!tp_items(r, in, &items) || !tp_arg_i64(r, &a->v[0], 0, &n))
        return false;
    if (n < 1 || n > TP_RANGE_MAX)
        return tp_fail(r, "%s: a number from 1 to %d is expected", "slice", TP_RANGE_MAX);
    if (!tp_room(r, ((size_t)items->n + (size_t)n * 16) * sizeof(*in)) ||
        !tp_charge(r, items->n + (size_t)n))
        return false;
    all = tp_list_new(r->a, (uint32_t)n);
    for (uint32_t i = 0; i < n; i++) {
        bool longer = i < items->n % n;
        uint32_t end = at + (uint32_t)(items->n / n) + longer;
        struct tp_list *l = tp_list_new(r->a, end - at + 1);

        while (at < end)
            tp_list_push(l, items->v[at++]);
        if (fill && !longer)
            tp_list_push(l, a->v[1]);
        tp_list_push(all, tp_list_val(l, false));
    }
    *out = tp_list_val(all, false);
    return true;
}

static const struct tp_fn rows[] = {
    {"length", f_length, .need = 0},
    {"count", f_length, .need = 0},
    {"list", f_list, .need = 0},
    {"first", f_first, .need = 0},
    {"last", f_last, .need = 0},
    {"join", f_join, 0, .params = {"d", "attribute"}},
    {"reverse", f_reverse, .need = 0},
    {"sort", f_sort, 0, .params = {"reverse", "case_sensitive", "attribute"}},
    {"items", f_items, 0, .undef_ok = true},
    {"dictsort", f_dictsort, 0, .params = {"case_sensitive", "by", "reverse"}},
    {"groupby", f_groupby, 1, .params = {"attribute", "default", "case_sensitive"}},
    {"unique", f_unique, 0, .params = {"case_sensitive", "attribute"}},
    {"min", f_min, 0, .params = {"case_sensitive", "attribute"}},
    {"max", f_max, 0, .params = {"case_sensitive", "attribute"}},
    {"sum", f_sum, 0, .params = {"attribute", "start"}},
    {"batch", f_batch, 1, .params = {"linecount", "fill_with"}},
    {"slice", f_slice, 1, .params = {"slices", "fill_with"}},
};
const struct tp_fn_table tp_filters_seq = {rows, HN_ARRAY_LEN(rows)};
