/* SPDX-License-Identifier: Apache-2.0 */
/* call.c — calls: macros, filters, methods, blocks, recursive loops; how arguments are bound. */
#include "server/tpl/tpl_int.h"

bool tp_enter(struct tp_run *r)
{
    if (r->depth >= r->max_depth)
        return tp_fail(r, "templates, blocks and macros call each other too deeply");
    r->depth++;
    return true;
}

void tp_leave(struct tp_run *r)
{
    r->depth--;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static bool spread(struct tp_run *r, const struct tp_node *n, struct tp_list **list,
                   struct tp_dict **dict)
{
    struct tpl_val v;

    *list = NULL;
    *dict = NULL;
    if (n->b != NULL) {
        if (!tp_eval(r, n->b, &v))
            return false;
        r->at = n->b;
        if (!tp_items(r, &v, list))
            return false;
    }
    if (n->c != NULL) {
        if (!tp_eval(r, n->c, &v))
            return false;
        r->at = n->c;
        if (!tp_undef_check(r, &v))
            return false;
        if (v.type != TP_MAP)
            return tp_fail(r, "'%s' is no mapping", tp_type_name((enum tp_type)v.type));
        *dict = v.u.dict;
    }
    return true;
}

static bool spread_kw(struct tp_run *r, const struct tp_dict *d, struct tp_args *out)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct tpl_val *k = &d->e[i].key;
        struct tp_sym *s;

        if (k->type != TP_STR)
            return tp_fail(r, "the name of an argument must be text");
        s = hn_arena_make(r->a, struct tp_sym, 1);
        *s = tp_sym_make(k->u.s, k->n);
        out->kw[out->n_kw++] = (struct tp_kw){.name = s, .v = d->e[i].val};
    }
    return true;
}

bool tp_args_eval(struct tp_run *r, const struct tp_node *n, struct tp_args *out)
{
    struct tp_list *list;
    struct tp_dict *dict;
    size_t most;
    size_t most_kw;

    out->n = out->n_kw = 0;
    if (!spread(r, n, &list, &dict))
        return false;
    most = (size_t)n->x.n + (list == NULL ? 0 : list->n);
    most_kw = (size_t)n->y.n + (dict == NULL ? 0 : dict->n);
    if (!tp_room(r, most * sizeof(struct tpl_val) + most_kw * sizeof(struct tp_kw)))
        return false;
    out->v = most <= TP_ARGS_FEW ? out->few : hn_arena_make(r->a, struct tpl_val, most);
    out->kw = most_kw <= HN_ARRAY_LEN(out->few_kw) ? out->few_kw
                                                   : hn_arena_make(r->a, struct tp_kw, most_kw);
    for (uint32_t i = 0; i < n->x.n; i++) {
        if (!tp_eval(r, n->x.v[i], &out->v[out->n++]))
            return false;
    }
    for (uint32_t i = 0; list != NULL && i < list->n; i++)
        out->v[out->n++] = list->v[i];
    for (uint32_t i = 0; i < n->y.n; i++) {
        struct tp_kw *k = &out->kw[out->n_kw++];

        k->name = &n->y.v[i]->sym;
        if (!tp_eval(r, n->y.v[i]->a, &k->v))
            return false;
    }
    return dict == NULL || spread_kw(r, dict, out);
}

static bool named(const struct tp_sym *s, const char *word)
{
    return s->n == strlen(word) && memcmp(s->s, word, s->n) == 0;
}

/* v[i] becomes the value of params[i]. */
static bool bind(struct tp_run *r, const struct tp_fn *f, const struct tp_args *a,
                 struct tpl_val v[TP_PARAMS_MAX])
{
    uint32_t n = 0;

    while (n < TP_PARAMS_MAX && f->params[n] != NULL)
        n++;
    if (a->n > n)
        return tp_fail(r, "%s: too many arguments", f->name);
    for (uint32_t i = 0; i < n; i++)
        v[i] = i < a->n ? a->v[i] : (struct tpl_val){.type = TP_MISSING};
    for (uint32_t k = 0; k < a->n_kw; k++) {
        uint32_t i = 0;

        while (i < n && !named(a->kw[k].name, f->params[i]))
            i++;
        if (i == n || v[i].type != TP_MISSING)
            return tp_fail(r, "%s: no argument '%.*s' is expected here", f->name,
                           (int)HN_MIN(a->kw[k].name->n, 80u), a->kw[k].name->s);
        v[i] = a->kw[k].v;
    }
    for (uint32_t i = 0; i < f->need; i++) {
        if (v[i].type == TP_MISSING)
            return tp_fail(r, "%s: argument '%s' is missing", f->name, f->params[i]);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!f->undef_ok && !tp_undef_check(r, &v[i]))
            return false;
    }
    return true;
}

bool tp_fn_call(struct tp_run *r, const struct tp_fn *f, const struct tpl_val *in,
                struct tp_args *a, struct tpl_val *out)
{
    struct tpl_val v[TP_PARAMS_MAX];
    struct tp_args bound = {.v = v};

    if (!tp_charge(r, 1))
        return false;
    if (!f->undef_ok && in != NULL && !tp_undef_check(r, in))
        return false;
    if (f->any)
        return f->run(r, in, a, out);
    if (!bind(r, f, a, v))
        return false;
    return f->run(r, in, &bound, out);
}

/* ---- macros --------------------------------------------------------------------------------- */

struct tpl_val tp_macro_val(struct tp_run *r, const struct tp_node *n)
{
    struct tp_macro *m = hn_arena_make(r->a, struct tp_macro, 1);

    *m = (struct tp_macro){
        .node = n, .t = r->t, .scope = r->scope, .unit = r->unit, .autoescape = r->autoescape};
    return (struct tpl_val){.type = TP_MACRO, .u.macro = m};
}

static int param_index(const struct tp_node *n, const struct tp_sym *name)
{
    for (uint32_t i = 0; i < n->x.n; i++) {
        const struct tp_sym *s = &n->x.v[i]->sym;

        if (s->hash == name->hash && s->n == name->n && memcmp(s->s, name->s, s->n) == 0)
            return (int)i;
    }
    return -1;
}

static void set_special(struct tp_run *r, struct tp_scope *s, const char *word, struct tpl_val v)
{
    struct tp_sym name = tp_sym_make(word, strlen(word));

    tp_scope_set(r, s, &name, v);
}

/* Named arguments: parameters, caller, the rest into kwargs or an error. */
static bool macro_named(struct tp_run *r, const struct tp_macro *m, const struct tp_args *a,
                        struct tp_scope *s)
{
    static const char word[] = "caller";
    const struct tp_node *n = m->node;
    struct tp_dict *rest = tp_dict_new(r->a);
    struct tp_sym *caller = hn_arena_make(r->a, struct tp_sym, 1);
    struct tpl_val got = tp_undef(TP_UNDEF_NAME, caller);

    *caller = tp_sym_make(word, sizeof(word) - 1);

    for (uint32_t k = 0; k < a->n_kw; k++) {
        const struct tp_sym *name = a->kw[k].name;
        int i = param_index(n, name);

        if (i >= 0 && (uint32_t)i < a->n)
            return tp_fail(r, "macro '%s' got argument '%.*s' twice", n->sym.s,
                           (int)HN_MIN(name->n, 80u), name->s);
        if (i >= 0)
            tp_scope_set(r, s, name, a->kw[k].v);
        else if (named(name, "caller") && (n->op & TP_MACRO_CALLER) != 0)
            got = a->kw[k].v;
        else if ((n->op & TP_MACRO_KWARGS) != 0)
            tp_dict_put_sym(rest, name, a->kw[k].v);
        else
            return tp_fail(r, "macro '%s' takes no argument '%.*s'", n->sym.s,
                           (int)HN_MIN(name->n, 80u), name->s);
    }
    if ((n->op & TP_MACRO_CALLER) != 0 && param_index(n, caller) < 0)
        tp_scope_set(r, s, caller, got);
    if ((n->op & TP_MACRO_KWARGS) != 0)
        set_special(r, s, "kwargs", tp_map_val(rest));
    return true;
}

static bool macro_args(struct tp_run *r, const struct tp_macro *m, const struct tp_args *a,
                       struct tp_scope *s)
{
    const struct tp_node *n = m->node;
    struct tp_list *rest;

    if (a->n > n->x.n && (n->op & TP_MACRO_VARARGS) == 0)
        return tp_fail(r, "macro '%s' takes at most %u arguments", n->sym.s, n->x.n);
    for (uint32_t i = 0; i < a->n && i < n->x.n; i++)
        tp_scope_set(r, s, &n->x.v[i]->sym, a->v[i]);
    if (!macro_named(r, m, a, s))
        return false;
    if ((n->op & TP_MACRO_VARARGS) != 0) {
        rest = tp_list_new(r->a, 0);
        for (uint32_t i = n->x.n; i < a->n; i++)
            tp_list_push(rest, a->v[i]);
        set_special(r, s, "varargs", tp_list_val(rest, true));
    }
    return true;
}

/* Defaults are evaluated at each call, where the parameters before them can be seen. */
static bool macro_defaults(struct tp_run *r, const struct tp_macro *m, struct tp_scope *s)
{
    const struct tp_node *n = m->node;
    uint32_t first = n->x.n - n->y.n;

    for (uint32_t i = 0; i < n->x.n; i++) {
        const struct tp_sym *name = &n->x.v[i]->sym;
        struct tpl_val v = tp_undef(TP_UNDEF_PARAM, name);

        if (tp_scope_get(s, name) != NULL)
            continue;
        if (i >= first && !tp_eval(r, n->y.v[i - first], &v))
            return false;
        tp_scope_set(r, s, name, v);
    }
    return true;
}

static bool call_macro(struct tp_run *r, const struct tp_macro *m, const struct tp_args *a,
                       struct tpl_val *out)
{
    struct tp_scope *around = r->scope;
    struct tp_unit *unit = r->unit;
    const struct tp_tmpl *t = r->t;
    bool autoescape = r->autoescape;
    struct tp_scope *s = tp_scope_new(r, m->scope);

    if (!tp_enter(r) || !macro_args(r, m, a, s))
        return false;
    r->scope = s;
    r->unit = m->unit;
    r->t = m->t;
    r->autoescape = m->autoescape;
    if (!macro_defaults(r, m, s) || !tp_capture(r, &m->node->z, out))
        return false;
    r->scope = around;
    r->unit = unit;
    r->t = t;
    r->autoescape = autoescape;
    out->safe = autoescape;
    tp_leave(r);
    return true;
}

/* ---- the others ----------------------------------------------------------------------------- */

static bool call_loop(struct tp_run *r, struct tp_loop *l, const struct tp_args *a,
                      struct tpl_val *out)
{
    struct tp_scope *around = r->scope;
    struct hn_sbuf *before = r->out;
    struct tp_list *items;
    struct hn_sbuf b;
    bool ok;

    if (!l->node->flag)
        return tp_fail(r, "the loop is not marked 'recursive'");
    if (a->n != 1 || a->n_kw != 0)
        return tp_fail(r, "%s: one argument is expected", "loop");
    if (!tp_enter(r))
        return false;
    tp_buf(r, &b);
    r->out = &b;
    r->scope = l->scope;
    ok =
        tp_loop_items(r, l->node, &a->v[0], &items) && tp_loop_run(r, l->node, items, l->depth + 1);
    r->scope = around;
    r->out = before;
    tp_leave(r);
    return ok && tp_buf_done(r, &b, r->autoescape, out);
}

static bool call_cycler(struct tp_run *r, struct tp_cycler *c, struct tpl_val *out)
{
    (void)r;
    if (c->items == NULL) { /* joiner: nothing the first time */
        *out = c->used ? c->sep : tp_text("", 0, true);
        c->used = true;
        return true;
    }
    *out = c->items->v[c->at];
    c->at = (c->at + 1) % c->items->n;
    return true;
}

bool tp_call(struct tp_run *r, const struct tpl_val *callee, struct tp_args *a, struct tpl_val *out)
{
    switch ((enum tp_type)callee->type) {
    case TP_FN: return tp_fn_call(r, callee->u.fn, NULL, a, out);
    case TP_METHOD: return tp_fn_call(r, callee->u.method->fn, &callee->u.method->self, a, out);
    case TP_MACRO: return call_macro(r, callee->u.macro, a, out);
    case TP_BLOCK: return tp_block_text(r, callee->u.block, out);
    case TP_LOOP: return call_loop(r, callee->u.loop, a, out);
    case TP_JOINER: return call_cycler(r, callee->u.cycler, out);
    case TP_UNDEF:
        if (!tp_undef_check(r, callee))
            return false;
        return tp_fail(r, "an undefined value cannot be called");
    default: return tp_fail(r, "'%s' cannot be called", tp_type_name((enum tp_type)callee->type));
    }
}
