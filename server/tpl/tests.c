/* SPDX-License-Identifier: Apache-2.0 */
/* tests.c — what can follow "is": tests of type, of number, comparison. */
#include "server/tpl/tpl_int.h"

#define FN(name)                                                                                   \
    static bool name(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,          \
                     struct tpl_val *out)

/* A test of the type alone. */
#define TYPE_TEST(name, expr)                                                                      \
    FN(name)                                                                                       \
    {                                                                                              \
        (void)r;                                                                                   \
        (void)a;                                                                                   \
        *out = tp_bool(expr);                                                                      \
        return true;                                                                               \
    }

TYPE_TEST(t_defined, in->type != TP_UNDEF)
TYPE_TEST(t_undefined, in->type == TP_UNDEF)
TYPE_TEST(t_none, in->type == TP_NONE)
TYPE_TEST(t_string, in->type == TP_STR)
TYPE_TEST(t_number, tp_is_num(in))
TYPE_TEST(t_integer, in->type == TP_INT)
TYPE_TEST(t_float, in->type == TP_FLOAT)
TYPE_TEST(t_boolean, in->type == TP_BOOL)
TYPE_TEST(t_true, in->type == TP_BOOL && in->u.b)
TYPE_TEST(t_false, in->type == TP_BOOL && !in->u.b)
TYPE_TEST(t_mapping, in->type == TP_MAP)
TYPE_TEST(t_sequence, in->type == TP_STR || in->type == TP_MAP || tp_is_seq(in))
TYPE_TEST(t_iterable,
          in->type == TP_STR || in->type == TP_MAP || tp_is_seq(in) || in->type == TP_UNDEF)
TYPE_TEST(t_escaped, in->type == TP_STR && in->safe)
TYPE_TEST(t_callable, in->type >= TP_FN && in->type != TP_MODULE && in->type != TP_SELF &&
                          in->type != TP_CYCLER)

static bool remainder_of(struct tp_run *r, const struct tpl_val *in, const struct tpl_val *by,
                         int64_t want, struct tpl_val *out)
{
    bool yes;
    struct tpl_val w = tp_int(want);

    if (!tp_is_num(in) || !tp_is_num(by))
        return tp_fail(r, "'%s' is not a number", tp_type_name((enum tp_type)in->type));
    if (!tp_binary(r, TK_MOD, in, by, out) || !tp_equal(r, out, &w, &yes))
        return false;
    *out = tp_bool(yes);
    return true;
}

FN(t_even)
{
    struct tpl_val two = tp_int(2);

    (void)a;
    return remainder_of(r, in, &two, 0, out);
}

FN(t_odd)
{
    struct tpl_val two = tp_int(2);

    (void)a;
    return remainder_of(r, in, &two, 1, out);
}

FN(t_divisibleby)
{
    return remainder_of(r, in, &a->v[0], 0, out);
}

FN(t_sameas)
{
    bool yes = in->type == a->v[0].type;

    if (yes && in->type < TP_LIST && !tp_equal(r, in, &a->v[0], &yes))
        return false;
    if (yes && in->type >= TP_LIST)
        yes = in->u.p == a->v[0].u.p;
    *out = tp_bool(yes);
    return true;
}

FN(t_in)
{
    bool yes;

    if (!tp_contains(r, &a->v[0], in, &yes))
        return false;
    *out = tp_bool(yes);
    return true;
}

/* Python's islower, isupper: there are letters, and all are of this case. */
static bool all_case(struct tp_run *r, const struct tpl_val *in, bool upper, struct tpl_val *out)
{
    struct tpl_val s;
    bool letters = false;
    bool all = true;

    if (!tp_str(r, in, &s))
        return false;
    for (size_t p = 0; p < s.n && all;) {
        uint32_t cp;

        p += tp_cp_get(s.u.s + p, s.n - p, &cp);
        if (tp_cp_lower(cp) == tp_cp_upper(cp))
            continue;
        letters = true;
        all = cp == (upper ? tp_cp_upper(cp) : tp_cp_lower(cp));
    }
    *out = tp_bool(letters && all);
    return true;
}

FN(t_lower)
{
    (void)a;
    return all_case(r, in, false, out);
}

FN(t_upper)
{
    (void)a;
    return all_case(r, in, true, out);
}

FN(t_filter)
{
    struct tpl_val s;

    (void)a;
    if (!tp_str(r, in, &s))
        return false;
    *out = tp_bool(tp_filter_find(s.u.s, s.n) != NULL);
    return true;
}

FN(t_test)
{
    struct tpl_val s;

    (void)a;
    if (!tp_str(r, in, &s))
        return false;
    *out = tp_bool(tp_test_find(s.u.s, s.n) != NULL);
    return true;
}

static bool compared(struct tp_run *r, enum tp_token op, const struct tpl_val *in,
                     const struct tp_args *a, struct tpl_val *out)
{
    bool yes;

    if (!tp_compare(r, op, in, &a->v[0], &yes))
        return false;
    *out = tp_bool(yes);
    return true;
}

#define COMPARISON(name, op)                                                                       \
    FN(name)                                                                                       \
    {                                                                                              \
        return compared(r, op, in, a, out);                                                        \
    }

COMPARISON(t_eq, TK_EQ)
COMPARISON(t_ne, TK_NE)
COMPARISON(t_gt, TK_GT)
COMPARISON(t_ge, TK_GE)
COMPARISON(t_lt, TK_LT)
COMPARISON(t_le, TK_LE)

static const struct tp_fn rows[] = {
    {"defined", t_defined, 0, .undef_ok = true},
    {"undefined", t_undefined, 0, .undef_ok = true},
    {"none", t_none, 0, .undef_ok = true},
    {"string", t_string, 0, .undef_ok = true},
    {"number", t_number, 0, .undef_ok = true},
    {"integer", t_integer, 0, .undef_ok = true},
    {"float", t_float, 0, .undef_ok = true},
    {"boolean", t_boolean, 0, .undef_ok = true},
    {"true", t_true, 0, .undef_ok = true},
    {"false", t_false, 0, .undef_ok = true},
    {"mapping", t_mapping, 0, .undef_ok = true},
    {"sequence", t_sequence, 0, .undef_ok = true},
    {"iterable", t_iterable, .need = 0},
    {"escaped", t_escaped, 0, .undef_ok = true},
    {"callable", t_callable, 0, .undef_ok = true},
    {"even", t_even, .need = 0},
    {"odd", t_odd, .need = 0},
    {"divisibleby", t_divisibleby, 1, .params = {"num"}},
    {"sameas", t_sameas, 1, .undef_ok = true, .params = {"other"}},
    {"in", t_in, 1, .params = {"seq"}},
    {"lower", t_lower, .need = 0},
    {"upper", t_upper, .need = 0},
    {"filter", t_filter, .need = 0},
    {"test", t_test, .need = 0},
    {"==", t_eq, 1, .params = {"other"}},
    {"eq", t_eq, 1, .undef_ok = true, .params = {"other"}},
    {"equalto", t_eq, 1, .params = {"other"}},
    {"!=", t_ne, 1, .params = {"other"}},
    {"ne", t_ne, 1, .params = {"other"}},
    {">", t_gt, 1, .params = {"other"}},
    {"gt", t_gt, 1, .params = {"other"}},
    {"greaterthan", t_gt, 1, .params = {"other"}},
    {">=", t_ge, 1, .params = {"other"}},
    {"ge", t_ge, 1, .params = {"other"}},
    {"<", t_lt, 1, .params = {"other"}},
    {"lt", t_lt, 1, .params = {"other"}},
    {"lessthan", t_lt, 1, .params = {"other"}},
    {"<=", t_le, 1, .params = {"other"}},
    {"le", t_le, 1, .params = {"other"}},
};

const struct tp_fn *tp_test_find(const char *s, size_t n)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        if (strlen(rows[i].name) == n && memcmp(rows[i].name, s, n) == 0)
            return &rows[i];
    }
    return NULL;
}
