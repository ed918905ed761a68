/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops.c — operators as Python has them: floor division, modulo with the divisor's sign, text times
 * a number, comparison of numbers and texts and lists, `in`, slices, iteration.
 */
#include "server/tpl/tpl_int.h"

#include <math.h>

static const char *type_of(const struct tpl_val *v)
{
    return tp_type_name((enum tp_type)v->type);
}

/* ---- truth, arguments, items ---------------------------------------------------------------- */

bool tp_truth(struct tp_run *r, const struct tpl_val *v, bool *out)
{
    switch ((enum tp_type)v->type) {
    case TP_MISSING:
    case TP_NONE: *out = false; return true;
    case TP_UNDEF: *out = false; return tp_undef_check(r, v);
    case TP_BOOL: *out = v->u.b; return true;
    case TP_INT: *out = v->u.i != 0; return true;
    case TP_FLOAT: *out = v->u.f != 0; return true;
    case TP_STR: *out = v->n > 0; return true;
    case TP_LIST:
    case TP_TUPLE: *out = v->u.list->n > 0; return true;
    case TP_MAP: *out = v->u.dict->n > 0; return true;
    default: *out = true; return true;
    }
}

bool tp_arg_i64(struct tp_run *r, const struct tpl_val *v, int64_t dflt, int64_t *out)
{
    if (v->type == TP_MISSING) {
        *out = dflt;
        return true;
    }
    if (v->type != TP_INT && v->type != TP_BOOL)
        return tp_fail(r, "an integer is expected, not '%s'", type_of(v));
    *out = tp_as_i64(v);
    return true;
}

bool tp_arg_bool(struct tp_run *r, const struct tpl_val *v, bool dflt, bool *out)
{
    *out = dflt;
    return v->type == TP_MISSING || tp_truth(r, v, out);
}

static bool text_items(struct tp_run *r, const struct tpl_val *v, struct tp_list **out)
{
    size_t len = tp_cp_len(v->u.s, v->n);

    if (!tp_charge(r, v->n / TP_BYTES_STEP) || !tp_room(r, len * sizeof(*v)))
        return false;
    *out = tp_list_new(r->a, (uint32_t)len);
    for (size_t p = 0; p < v->n;) {
        uint32_t cp;
        size_t n = tp_cp_get(v->u.s + p, v->n - p, &cp);

        tp_list_push(*out, tp_text(v->u.s + p, n, false));
        p += n;
    }
    return true;
}

bool tp_items(struct tp_run *r, const struct tpl_val *v, struct tp_list **out)
{
    switch ((enum tp_type)v->type) {
    case TP_LIST:
    case TP_TUPLE: *out = v->u.list; return true;
    case TP_STR: return text_items(r, v, out);
    case TP_MAP:
        if (!tp_room(r, (size_t)v->u.dict->n * sizeof(*v)))
            return false;
        *out = tp_list_new(r->a, v->u.dict->n);
        for (uint32_t i = 0; i < v->u.dict->n; i++)
            tp_list_push(*out, v->u.dict->e[i].key);
        return true;
    case TP_UNDEF: *out = tp_list_new(r->a, 0); return tp_undef_check(r, v);
    case TP_METHOD:
        return tp_fail(r, "'%s' is a method here: call it, or write ['%s'] for the key",
                       v->u.method->fn->name, v->u.method->fn->name);
    default: return tp_fail(r, "'%s' is not a sequence", type_of(v));
    }
}

/* ---- arithmetic ----------------------------------------------------------------------------- */

static bool too_large(struct tp_run *r)
{
    return tp_fail(r, "the number is too large");
}

static bool int_pow(struct tp_run *r, int64_t a, int64_t b, struct tpl_val *out)
{
    int64_t v = 1;

    if (b < 0) {
        if (a == 0)
            return tp_fail(r, "division by zero");
        *out = tp_float(pow((double)a, (double)b));
        return true;
    }
    if (a == 0 || a == 1)
        b = HN_MIN(b, 1);
    else if (a == -1)
        b %= 2;
    else if (b > 63)
        return too_large(r);
    while (b-- > 0) {
        if (__builtin_mul_overflow(v, a, &v))
            return too_large(r);
    }
    *out = tp_int(v);
    return true;
}

static bool int_binary(struct tp_run *r, enum tp_token op, int64_t a, int64_t b,
                       struct tpl_val *out)
{
    int64_t v = 0;
    bool over = false;

    if (b == 0 && (op == TK_DIV || op == TK_FLOORDIV || op == TK_MOD))
        return tp_fail(r, "division by zero");
    if (b == -1 && a == INT64_MIN && op != TK_DIV && op != TK_ADD && op != TK_SUB)
        return too_large(r);
    switch (op) {
    case TK_ADD: over = __builtin_add_overflow(a, b, &v); break;
    case TK_SUB: over = __builtin_sub_overflow(a, b, &v); break;
    case TK_MUL: over = __builtin_mul_overflow(a, b, &v); break;
    case TK_DIV: *out = tp_float((double)a / (double)b); return true;
    case TK_FLOORDIV: v = a / b - (a % b != 0 && (a % b < 0) != (b < 0)); break;
    case TK_MOD:
        v = a % b;
        if (v != 0 && (v < 0) != (b < 0))
            v += b;
        break;
    default: return int_pow(r, a, b, out);
    }
    if (over)
        return too_large(r);
    *out = tp_int(v);
    return true;
}

static bool float_binary(struct tp_run *r, enum tp_token op, double a, double b,
                         struct tpl_val *out)
{
    double v;

    if (b == 0 && (op == TK_DIV || op == TK_FLOORDIV || op == TK_MOD))
        return tp_fail(r, "division by zero");
    switch (op) {
    case TK_ADD: v = a + b; break;
    case TK_SUB: v = a - b; break;
    case TK_MUL: v = a * b; break;
    case TK_DIV: v = a / b; break;
    case TK_FLOORDIV: v = floor(a / b); break;
    case TK_MOD:
        v = fmod(a, b);
        if (v != 0 && (v < 0) != (b < 0))
            v += b;
        break;
    default:
        v = pow(a, b);
        if (isnan(v) && !isnan(a) && !isnan(b))
            return tp_fail(r, "the power is no real number");
    }
    *out = tp_float(v);
    return true;
}

/* A text or list so many times. */
static bool repeat(struct tp_run *r, const struct tpl_val *of, int64_t times, struct tpl_val *out)
{
    struct tp_list *l;
    char *p;

    times = HN_MAX(times, 0);
    if (of->type == TP_STR) {
        if (times > (int64_t)r->max_bytes || times * of->n > (int64_t)r->max_bytes)
            return tp_fail(r, "the template needs too much memory");
        if (!tp_room(r, (size_t)times * of->n) || !tp_charge(r, (size_t)times / 16))
            return false;
        p = hn_arena_alloc(r->a, (size_t)times * of->n + 1);
        for (int64_t i = 0; i < times; i++)
            memcpy(p + (size_t)i * of->n, of->u.s, of->n);
        *out = tp_text(p, (size_t)times * of->n, of->safe);
        return true;
    }
    if (times > TP_RANGE_MAX * 10 || times * of->u.list->n > TP_RANGE_MAX * 10)
        return tp_fail(r, "the template needs too much memory");
    if (!tp_room(r, (size_t)times * of->u.list->n * sizeof(*of)) || !tp_charge(r, (size_t)times))
        return false;
    l = tp_list_new(r->a, (uint32_t)times * of->u.list->n);
    for (int64_t i = 0; i < times; i++) {
        for (uint32_t k = 0; k < of->u.list->n; k++)
            tp_list_push(l, of->u.list->v[k]);
    }
    *out = tp_list_val(l, of->type == TP_TUPLE);
    return true;
}

/* Text + text, list + list. With one safe side the other is escaped. */
static bool add(struct tp_run *r, const struct tpl_val *a, const struct tpl_val *b,
                struct tpl_val *out)
{
    const struct tp_list *la = a->u.list;
    const struct tp_list *lb = b->u.list;
    struct tp_list *l;

    if (a->type == TP_STR) {
        struct tpl_val both[2] = {*a, *b};
        bool safe = a->safe || b->safe;
        struct hn_sbuf t;

        for (int i = 0; i < 2 && safe; i++) {
            if (!tp_escape(r, &both[i], &both[i]))
                return false;
        }
        if (!tp_room(r, (size_t)both[0].n + both[1].n))
            return false;
        tp_buf(r, &t);
        hn_sbuf_mem(&t, both[0].u.s, both[0].n);
        hn_sbuf_mem(&t, both[1].u.s, both[1].n);
        return tp_buf_done(r, &t, safe, out);
    }
    if (!tp_room(r, ((size_t)la->n + lb->n) * sizeof(*a)) || !tp_charge(r, la->n / 8 + lb->n / 8))
        return false;
    l = tp_list_new(r->a, la->n + lb->n);
    for (uint32_t i = 0; i < la->n; i++)
        tp_list_push(l, la->v[i]);
    for (uint32_t i = 0; i < lb->n; i++)
        tp_list_push(l, lb->v[i]);
    *out = tp_list_val(l, a->type == TP_TUPLE);
    return true;
}

static bool percent(struct tp_run *r, const struct tpl_val *a, const struct tpl_val *b,
                    struct tpl_val *out)
{
    if (b->type == TP_TUPLE)
        return tp_format_percent(r, a, b->u.list->v, b->u.list->n, NULL, out);
    if (b->type == TP_MAP)
        return tp_format_percent(r, a, b, 1, b->u.dict, out);
    return tp_format_percent(r, a, b, 1, NULL, out);
}

bool tp_binary(struct tp_run *r, enum tp_token op, const struct tpl_val *a, const struct tpl_val *b,
               struct tpl_val *out)
{
    if (tp_is_num(a) && tp_is_num(b)) {
        if (a->type == TP_FLOAT || b->type == TP_FLOAT)
            return float_binary(r, op, tp_as_f64(a), tp_as_f64(b), out);
        return int_binary(r, op, tp_as_i64(a), tp_as_i64(b), out);
    }
    if (!tp_undef_check(r, a) || !tp_undef_check(r, b))
        return false;
    if (op == TK_ADD && a->type == b->type && (a->type == TP_STR || tp_is_seq(a)))
        return add(r, a, b, out);
    if (op == TK_MOD && a->type == TP_STR)
        return percent(r, a, b, out);
    if (op == TK_MUL && (a->type == TP_STR || tp_is_seq(a)) && tp_is_num(b) && b->type != TP_FLOAT)
        return repeat(r, a, tp_as_i64(b), out);
    if (op == TK_MUL && (b->type == TP_STR || tp_is_seq(b)) && tp_is_num(a) && a->type != TP_FLOAT)
        return repeat(r, b, tp_as_i64(a), out);
    return tp_fail(r, "'%s' cannot be used between '%s' and '%s'", tp_token_name(op), type_of(a),
                   type_of(b));
}

/* a ~ b: escaped where one of them is safe. */
bool tp_concat(struct tp_run *r, const struct tpl_val *v, uint32_t n, struct tpl_val *out)
{
    struct hn_sbuf b;
    bool safe = false;

    for (uint32_t i = 0; i < n; i++) {
        if (!tp_undef_check(r, &v[i]))
            return false;
        safe = safe || (v[i].type == TP_STR && v[i].safe && r->autoescape);
    }
    tp_buf(r, &b);
    for (uint32_t i = 0; i < n; i++) {
        struct tpl_val s;

        if (!(safe ? tp_escape(r, &v[i], &s) : tp_str(r, &v[i], &s)) || !tp_room(r, s.n))
            return false;
        hn_sbuf_mem(&b, s.u.s, s.n);
    }
    return tp_buf_done(r, &b, safe, out);
}

/* ---- comparison ----------------------------------------------------------------------------- */

/* -1, 0, 1; 2 where one is not a number (NaN). long double holds an int64 exactly. */
static int num_order(const struct tpl_val *a, const struct tpl_val *b)
{
    long double x = a->type == TP_FLOAT ? (long double)a->u.f : (long double)tp_as_i64(a);
    long double y = b->type == TP_FLOAT ? (long double)b->u.f : (long double)tp_as_i64(b);

    return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
}

static bool deep_equal(struct tp_run *r, const struct tpl_val *a, const struct tpl_val *b,
                       int depth, bool *out);

static bool dict_equal(struct tp_run *r, const struct tp_dict *a, const struct tp_dict *b,
                       int depth, bool *out)
{
    *out = a->n == b->n;
    for (uint32_t i = 0; i < a->n && *out; i++) {
        const struct tpl_val *v = tp_dict_get(b, &a->e[i].key);

        *out = v != NULL;
        if (v != NULL && !deep_equal(r, &a->e[i].val, v, depth, out))
            return false;
    }
    return true;
}

static bool deep_equal(struct tp_run *r, const struct tpl_val *a, const struct tpl_val *b,
                       int depth, bool *out)
{
    if (depth > TP_WALK_MAX)
        return tp_fail(r, "nested too deeply");
    if (!tp_charge(r, 1))
        return false;
    if (tp_is_num(a) && tp_is_num(b)) {
        *out = num_order(a, b) == 0;
        return true;
    }
    *out = a->type == b->type;
    if (!*out)
        return true;
    switch ((enum tp_type)a->type) {
    case TP_NONE:
    case TP_UNDEF: return true;
    case TP_STR:
        *out = a->n == b->n && memcmp(a->u.s, b->u.s, a->n) == 0;
        return tp_charge(r, a->n / TP_BYTES_STEP);
    case TP_LIST:
    case TP_TUPLE:
        *out = a->u.list->n == b->u.list->n;
        for (uint32_t i = 0; i < a->u.list->n && *out; i++) {
            if (!deep_equal(r, &a->u.list->v[i], &b->u.list->v[i], depth + 1, out))
                return false;
        }
        return true;
    case TP_MAP: return dict_equal(r, a->u.dict, b->u.dict, depth + 1, out);
    case TP_METHOD: /* made anew at each look */
        *out = a->u.method->fn == b->u.method->fn;
        return true;
    default: *out = a->u.p == b->u.p; return true;
    }
}

bool tp_equal(struct tp_run *r, const struct tpl_val *a, const struct tpl_val *b, bool *out)
{
    return tp_undef_check(r, a) && tp_undef_check(r, b) && deep_equal(r, a, b, 0, out);
}

static bool deep_order(struct tp_run *r, const char *op, const struct tpl_val *a,
                       const struct tpl_val *b, int depth, int *out)
{
    int c;

    if (depth > TP_WALK_MAX)
        return tp_fail(r, "nested too deeply");
    if (!tp_charge(r, 1))
        return false;
    if (tp_is_num(a) && tp_is_num(b)) {
        *out = num_order(a, b);
        return true;
    }
    if (a->type == TP_STR && b->type == TP_STR) {
        c = memcmp(a->u.s, b->u.s, HN_MIN(a->n, b->n));
        *out = c != 0 ? (c < 0 ? -1 : 1) : a->n < b->n ? -1 : a->n > b->n;
        return tp_charge(r, HN_MIN(a->n, b->n) / TP_BYTES_STEP);
    }
    if (tp_is_seq(a) && a->type == b->type) {
        uint32_t n = HN_MIN(a->u.list->n, b->u.list->n);

        for (uint32_t i = 0; i < n; i++) {
            bool same;

            if (!deep_equal(r, &a->u.list->v[i], &b->u.list->v[i], depth + 1, &same))
                return false;
            if (!same)
                return deep_order(r, op, &a->u.list->v[i], &b->u.list->v[i], depth + 1, out);
        }
        *out = a->u.list->n < b->u.list->n ? -1 : a->u.list->n > b->u.list->n;
        return true;
    }
    return tp_fail(r, "'%s' cannot be used between '%s' and '%s'", op, type_of(a), type_of(b));
}

bool tp_order(struct tp_run *r, const char *op, const struct tpl_val *a, const struct tpl_val *b,
              int *out)
{
    return tp_undef_check(r, a) && tp_undef_check(r, b) && deep_order(r, op, a, b, 0, out);
}

bool tp_compare(struct tp_run *r, enum tp_token op, const struct tpl_val *a,
                const struct tpl_val *b, bool *out)
{
    int c;

    switch (op) {
    case TK_EQ: return tp_equal(r, a, b, out);
    case TK_NE:
        if (!tp_equal(r, a, b, out))
            return false;
        *out = !*out;
        return true;
    case TK_IN: return tp_contains(r, b, a, out);
    case TK_NOT_IN:
        if (!tp_contains(r, b, a, out))
            return false;
        *out = !*out;
        return true;
    default: break;
    }
    if (!tp_order(r, tp_token_name(op), a, b, &c))
        return false;
    *out = c != 2 && (op == TK_LT ? c < 0 : op == TK_LE ? c <= 0 : op == TK_GT ? c > 0 : c >= 0);
    return true;
}

bool tp_contains(struct tp_run *r, const struct tpl_val *in, const struct tpl_val *v, bool *out)
{
    *out = false;
    if (!tp_undef_check(r, in) || !tp_undef_check(r, v))
        return false;
    switch ((enum tp_type)in->type) {
    case TP_STR:
        if (v->type != TP_STR)
            return tp_fail(r, "'%s' cannot be looked for in text", type_of(v));
        *out = v->n == 0 || memmem(in->u.s, in->n, v->u.s, v->n) != NULL;
        return tp_charge(r, ((size_t)in->n + v->n) / TP_BYTES_STEP);
    case TP_LIST:
    case TP_TUPLE:
        for (uint32_t i = 0; i < in->u.list->n && !*out; i++) {
            if (!deep_equal(r, v, &in->u.list->v[i], 0, out))
                return false;
        }
        return true;
    case TP_MAP: *out = tp_dict_get(in->u.dict, v) != NULL; return true;
    case TP_UNDEF: return true;
    default: return tp_fail(r, "'%s' is not a sequence", type_of(in));
    }
}

/* ---- slices --------------------------------------------------------------------------------- */

/* Python's rules for one bound: negative counts from the end, outside is cut. */
static bool bound(struct tp_run *r, const struct tpl_val *v, int64_t n, int64_t step, int64_t dflt,
                  int64_t *out)
{
    int64_t i = 0;

    *out = dflt;
    if (v->type == TP_NONE)
        return true;
    if (!tp_undef_check(r, v) || !tp_arg_i64(r, v, 0, &i))
        return false;
    if (i < 0)
        i = i < -n ? -1 : i + n;
    if (i < 0)
        i = step < 0 ? -1 : 0;
    if (i >= n)
        i = step < 0 ? n - 1 : n;
    *out = i;
    return true;
}

bool tp_slice(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *from,
              const struct tpl_val *to, const struct tpl_val *step, struct tpl_val *out)
{
    struct tp_list *items;
    struct tp_list *l;
    int64_t n;
    int64_t a;
    int64_t b;
    int64_t s = 1;
    struct hn_sbuf text;

    if (!tp_undef_check(r, v))
        return false;
    if (v->type == TP_UNDEF) {
        *out = *v;
        return true;
    }
    if (v->type != TP_STR && !tp_is_seq(v))
        return tp_fail(r, "'%s' is not a sequence", type_of(v));
    if (step->type != TP_NONE && !tp_arg_i64(r, step, 1, &s))
        return false;
    if (s == 0)
        return tp_fail(r, "the step of a slice must not be zero");
    s = s > INT32_MAX ? INT32_MAX : s < INT32_MIN ? INT32_MIN : s;
    n = v->type == TP_STR ? (int64_t)tp_cp_len(v->u.s, v->n) : v->u.list->n;
    if (!bound(r, from, n, s, s < 0 ? n - 1 : 0, &a) || !bound(r, to, n, s, s < 0 ? -1 : n, &b))
        return false;
    if (v->type == TP_STR && s == 1) { /* a part of the same text */
        size_t p = tp_cp_at(v->u.s, v->n, (size_t)a);
        size_t q = a < b ? p + tp_cp_at(v->u.s + p, v->n - p, (size_t)(b - a)) : p;

        *out = tp_text(v->u.s + p, q - p, v->safe);
        return tp_charge(r, v->n / TP_BYTES_STEP);
    }
    if (!tp_items(r, v, &items) || !tp_charge(r, items->n / 8) ||
        !tp_room(r, items->n * sizeof(*v)))
        return false;
    l = tp_list_new(r->a, 0);
    for (int64_t i = a; s > 0 ? i < b : i > b; i += s)
        tp_list_push(l, items->v[i]);
    if (v->type != TP_STR) {
        *out = tp_list_val(l, v->type == TP_TUPLE);
        return true;
    }
    tp_buf(r, &text);
    for (uint32_t i = 0; i < l->n; i++)
        hn_sbuf_mem(&text, l->v[i].u.s, l->v[i].n);
    return tp_buf_done(r, &text, v->safe, out);
}
