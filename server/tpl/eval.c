/* SPDX-License-Identifier: Apache-2.0 */
/* eval.c — evaluates expressions against the scopes, and keeps the budgets of a rendering. */
#include "server/tpl/tpl_int.h"

#include "server/base/i18n.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- errors and budgets --------------------------------------------------------------------- */

bool tp_fail(struct tp_run *r, const char *fmt, ...)
{
    char reason[HN_ERR_MSG_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(reason, sizeof(reason), hn_tr(fmt), ap);
    va_end(ap);
    tp_error(r->e, r->t == NULL ? "" : r->t->name, r->at == NULL ? 1 : r->at->line,
             r->at == NULL ? 1 : r->at->col, "%s", reason);
    return false;
}

bool tp_charge(struct tp_run *r, size_t steps)
{
    if ((uint64_t)r->steps <= steps) {
        r->steps = 0;
        return tp_fail(r, "the template takes too many steps");
    }
    r->steps -= (int64_t)steps;
    return true;
}

static bool memory_left(struct tp_run *r, size_t bytes)
{
    size_t used = hn_arena_used(r->a);

    if (bytes > r->max_memory || used > r->max_memory - bytes)
        return tp_fail(r, "the template needs too much memory");
    return true;
}

bool tp_room(struct tp_run *r, size_t bytes)
{
    return tp_charge(r, bytes / 256) && memory_left(r, bytes);
}

bool tp_undef_check(struct tp_run *r, const struct tpl_val *v)
{
    int n;
    const char *s;

    if (v->type != TP_UNDEF || v->why == TP_UNDEF_IF)
        return true;
    if (r->lenient)
        return true;
    n = v->u.sym == NULL ? 0 : (int)HN_MIN(v->u.sym->n, 80u);
    s = v->u.sym == NULL ? "" : v->u.sym->s;
    switch ((enum tp_undef)v->why) {
    case TP_UNDEF_NAME: return tp_fail(r, "'%.*s' is undefined", n, s);
    case TP_UNDEF_ATTR:
        return tp_fail(r, "'%s' has no attribute '%.*s'", tp_type_name((enum tp_type)v->owner), n,
                       s);
    case TP_UNDEF_PARAM: return tp_fail(r, "parameter '%.*s' was not given", n, s);
    case TP_UNDEF_EMPTY: return tp_fail(r, "the sequence is empty");
    case TP_UNDEF_SUPER: return tp_fail(r, "block '%.*s' has no parent block", n, s);
    case TP_UNDEF_IMPORT: return tp_fail(r, "the imported template has no '%.*s'", n, s);
    case TP_UNDEF_IF: break;
    }
    return true;
}

/* ---- scopes --------------------------------------------------------------------------------- */

struct tp_scope *tp_scope_new(struct tp_run *r, struct tp_scope *parent)
{
    struct tp_scope *s = hn_arena_make(r->a, struct tp_scope, 1);

    s->parent = parent;
    s->var = s->few;
    s->cap = HN_ARRAY_LEN(s->few);
    return s;
}

static bool same_sym(const struct tp_sym *a, const struct tp_sym *b)
{
    return a->hash == b->hash && a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

const struct tpl_val *tp_scope_get(const struct tp_scope *s, const struct tp_sym *name)
{
    for (uint32_t i = 0; i < s->n; i++) {
        if (same_sym(&s->var[i].name, name))
            return &s->var[i].v;
    }
    return NULL;
}

/* Looking through many names costs steps. */
static void charge_names(struct tp_run *r, uint32_t n)
{
    int64_t cost = n / 32;

    if (cost > 0)
        r->steps = r->steps > cost ? r->steps - cost : 1; /* the next tp_charge() tells */
}

void tp_scope_set(struct tp_run *r, struct tp_scope *s, const struct tp_sym *name, struct tpl_val v)
{
    charge_names(r, s->n);
    for (uint32_t i = 0; i < s->n; i++) {
        if (same_sym(&s->var[i].name, name)) {
            s->var[i].v = v;
            return;
        }
    }
    if (s->n == s->cap) {
        struct tp_var *p = hn_arena_make(r->a, struct tp_var, (size_t)s->cap * 2);

        memcpy(p, s->var, s->n * sizeof(*p));
        s->var = p;
        s->cap *= 2;
    }
    s->var[s->n++] = (struct tp_var){.name = *name, .v = v};
}

bool tp_lookup(struct tp_run *r, const struct tp_sym *name, struct tpl_val *out)
{
    const struct tpl_val *v = NULL;
    const struct tp_fn *f;
    bool context = true;

    for (const struct tp_scope *s = r->scope; s != NULL && v == NULL; s = s->parent) {
        charge_names(r, s->n);
        v = tp_scope_get(s, name);
        context = s->sees_context;
    }
    if (v == NULL && context && r->ctx != NULL)
        v = tp_dict_get_sym(r->ctx->u.dict, name);
    if (v != NULL) {
        *out = *v;
        return true;
    }
    f = tp_global_find(name->s, name->n);
    if (name->n == 4 && memcmp(name->s, "self", 4) == 0)
        *out = (struct tpl_val){.type = TP_SELF, .u.unit = r->unit};
    else if (f != NULL)
        *out = (struct tpl_val){.type = TP_FN, .u.fn = f};
    else
        *out = tp_undef(TP_UNDEF_NAME, name);
    return true;
}

/* ---- expressions ---------------------------------------------------------------------------- */

static bool eval_list(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tp_list *l = tp_list_new(r->a, n->x.n);

    for (uint32_t i = 0; i < n->x.n; i++) {
        struct tpl_val v;

        if (!tp_eval(r, n->x.v[i], &v))
            return false;
        tp_list_push(l, v);
    }
    *out = tp_list_val(l, n->kind == TN_TUPLE);
    return true;
}

static bool eval_dict(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tp_dict *d = tp_dict_new(r->a);

    for (uint32_t i = 0; i < n->x.n; i++) {
        struct tpl_val k;
        struct tpl_val v;

        if (!tp_eval(r, n->x.v[i], &k) || !tp_eval(r, n->y.v[i], &v))
            return false;
        r->at = n->x.v[i];
        if (!tp_dict_put(d, &k, v))
            return tp_fail(r, "'%s' cannot be a key", tp_type_name((enum tp_type)k.type));
    }
    *out = tp_map_val(d);
    return true;
}

static bool eval_slice(struct tp_run *r, const struct tp_node *n, const struct tpl_val *of,
                       struct tpl_val *out)
{
    const struct tp_node *part[] = {n->a, n->b, n->c};
    struct tpl_val v[3];

    for (int i = 0; i < 3; i++) {
        v[i] = tp_none();
        if (part[i] != NULL && !tp_eval(r, part[i], &v[i]))
            return false;
    }
    r->at = n;
    return tp_slice(r, of, &v[0], &v[1], &v[2], out);
}

static bool eval_item(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val of;
    struct tpl_val key;

    if (!tp_eval(r, n->a, &of))
        return false;
    if (n->b->kind == TN_SLICE)
        return eval_slice(r, n->b, &of, out);
    if (!tp_eval(r, n->b, &key))
        return false;
    r->at = n;
    return tp_item(r, &of, &key, out);
}

static bool eval_call(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val callee;
    struct tp_args a;

    if (!tp_eval(r, n->a, &callee) || !tp_args_eval(r, n->b, &a))
        return false;
    r->at = n;
    return tp_call(r, &callee, &a, out);
}

static bool eval_fn(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val in = r->captured;
    struct tp_args a = {.v = a.few};

    if (n->a != NULL && !tp_eval(r, n->a, &in))
        return false;
    if (n->b != NULL && !tp_args_eval(r, n->b, &a))
        return false;
    r->at = n;
    return tp_fn_call(r, n->fn, &in, &a, out);
}

static bool eval_test(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    bool yes;

    if (!eval_fn(r, n, out) || !tp_truth(r, out, &yes))
        return false;
    *out = tp_bool(yes != n->flag);
    return true;
}

static bool eval_sign(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val zero = tp_int(0);
    struct tpl_val v;

    if (!tp_eval(r, n->a, &v))
        return false;
    r->at = n;
    if (!tp_undef_check(r, &v))
        return false;
    if (!tp_is_num(&v))
        return tp_fail(r, "'%s' is not a number", tp_type_name((enum tp_type)v.type));
    if (v.type == TP_FLOAT) {
        *out = tp_float(n->kind == TN_NEG ? -v.u.f : v.u.f);
        return true;
    }
    return tp_binary(r, n->kind == TN_NEG ? TK_SUB : TK_ADD, &zero, &v, out);
}

static bool eval_binary(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val a;
    struct tpl_val b;

    if (!tp_eval(r, n->a, &a) || !tp_eval(r, n->b, &b))
        return false;
    r->at = n;
    return tp_binary(r, (enum tp_token)n->op, &a, &b, out);
}

static bool eval_concat(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val few[4];
    struct tpl_val *v = few;

    if (n->x.n > HN_ARRAY_LEN(few))
        v = hn_arena_make(r->a, struct tpl_val, n->x.n);
    for (uint32_t i = 0; i < n->x.n; i++) {
        if (!tp_eval(r, n->x.v[i], &v[i]))
            return false;
    }
    r->at = n;
    return tp_concat(r, v, n->x.n, out);
}

static bool eval_compare(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val left;
    bool yes = true;

    if (!tp_eval(r, n->a, &left))
        return false;
    for (uint32_t i = 0; i < n->x.n && yes; i++) {
        const struct tp_node *k = n->x.v[i];
        struct tpl_val right;

        if (!tp_eval(r, k->a, &right))
            return false;
        r->at = k;
        if (!tp_compare(r, (enum tp_token)k->op, &left, &right, &yes))
            return false;
        left = right;
    }
    *out = tp_bool(yes);
    return true;
}

/* and, or: the value of the side that decides, as Python. */
static bool eval_logic(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    bool yes;

    if (!tp_eval(r, n->a, out))
        return false;
    r->at = n;
    if (!tp_truth(r, out, &yes))
        return false;
    if (yes == (n->kind == TN_OR))
        return true;
    return tp_eval(r, n->b, out);
}

static bool eval_not(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    bool yes;

    if (!tp_eval(r, n->a, out))
        return false;
    r->at = n;
    if (!tp_truth(r, out, &yes))
        return false;
    *out = tp_bool(!yes);
    return true;
}

static bool eval_cond(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val v;
    bool yes;

    if (!tp_eval(r, n->b, &v))
        return false;
    r->at = n;
    if (!tp_truth(r, &v, &yes))
        return false;
    if (yes)
        return tp_eval(r, n->a, out);
    if (n->c != NULL)
        return tp_eval(r, n->c, out);
    *out = tp_undef(TP_UNDEF_IF, NULL);
    return true;
}

static bool eval_attr(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    struct tpl_val of;

    if (!tp_eval(r, n->a, &of))
        return false;
    r->at = n;
    return tp_attr(r, &of, &n->sym, out);
}

static bool eval(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    switch ((enum tp_kind)n->kind) {
    case TN_CONST: *out = n->v; return true;
    case TN_NAME: return tp_lookup(r, &n->sym, out);
    case TN_LIST:
    case TN_TUPLE: return eval_list(r, n, out);
    case TN_DICT: return eval_dict(r, n, out);
    case TN_ATTR: return eval_attr(r, n, out);
    case TN_ITEM: return eval_item(r, n, out);
    case TN_CALL: return eval_call(r, n, out);
    case TN_FILTER: return eval_fn(r, n, out);
    case TN_TEST: return eval_test(r, n, out);
    case TN_NOT: return eval_not(r, n, out);
    case TN_NEG:
    case TN_POS: return eval_sign(r, n, out);
    case TN_BINARY: return eval_binary(r, n, out);
    case TN_CONCAT: return eval_concat(r, n, out);
    case TN_COMPARE: return eval_compare(r, n, out);
    case TN_AND:
    case TN_OR: return eval_logic(r, n, out);
    case TN_COND: return eval_cond(r, n, out);
    default: HN_ASSERT(false); return false;
    }
}

bool tp_eval(struct tp_run *r, const struct tp_node *n, struct tpl_val *out)
{
    bool ok;

    r->at = n;
    if (!tp_charge(r, 1) || ((r->steps & 31) == 0 && !memory_left(r, 0)))
        return false;
    if (r->nest >= TP_NEST_MAX)
        return tp_fail(r, "nested too deeply");
    r->nest++;
    ok = eval(r, n, out);
    r->nest--;
    return ok;
}
