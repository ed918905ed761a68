/* SPDX-License-Identifier: Apache-2.0 */
/* exec.c — runs statements: text, output, loops, conditions, assignments; and the public calls. */
#include "server/tpl/tpl_int.h"

#include <stdio.h>

/* ---- output --------------------------------------------------------------------------------- */

static bool overflowed(struct tp_run *r)
{
    if (!r->out->overflow)
        return false;
    (void)tp_fail(r, "the output is longer than %zu bytes", r->out->max);
    return true;
}

static void put_int(struct hn_sbuf *b, int64_t v)
{
    char buf[24];
    char *p = buf + sizeof(buf);
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do
        *--p = (char)('0' + u % 10);
    while ((u /= 10) != 0);
    if (v < 0)
        *--p = '-';
    hn_sbuf_mem(b, p, (size_t)(buf + sizeof(buf) - p));
}

/* The end of {{ }}: escaped unless safe; a list or mapping is a mistake of the template. */
bool tp_emit(struct tp_run *r, const struct tpl_val *v)
{
    struct tpl_val s;

    if (!tp_undef_check(r, v))
        return false;
    if (r->out == NULL || v->type == TP_UNDEF)
        return true;
    if (v->type == TP_INT) {
        put_int(r->out, v->u.i);
        return !overflowed(r);
    }
    if (!r->lenient && v->type >= TP_LIST && v->type != TP_CYCLER)
        return tp_fail(r, "'%s' cannot be printed", tp_type_name((enum tp_type)v->type));
    if (!tp_str(r, v, &s))
        return false;
    if (s.safe || !r->autoescape)
        hn_sbuf_mem(r->out, s.u.s, s.n);
    else
        hn_sbuf_html(r->out, s.u.s, s.n);
    return !overflowed(r);
}

bool tp_capture(struct tp_run *r, const struct tp_nodes *body, struct tpl_val *out)
{
    struct hn_sbuf *before = r->out;
    struct hn_sbuf b;
    bool ok;

    tp_buf(r, &b);
    r->out = &b;
    ok = tp_exec(r, body);
    r->out = before;
    return ok && tp_buf_done(r, &b, r->autoescape, out);
}

/* ---- assignment ----------------------------------------------------------------------------- */

static bool assign_parts(struct tp_run *r, const struct tp_node *target, const struct tpl_val *v)
{
    struct tp_list *l;

    r->at = target;
    if (!tp_items(r, v, &l))
        return false;
    if (l->n != target->x.n)
        return tp_fail(r, "expected %u values, got %u", target->x.n, l->n);
    for (uint32_t i = 0; i < l->n; i++) {
        if (!tp_assign(r, target->x.v[i], &l->v[i]))
            return false;
    }
    return true;
}

bool tp_assign(struct tp_run *r, const struct tp_node *target, const struct tpl_val *v)
{
    struct tpl_val ns;

    if (target->kind == TN_NAME) {
        tp_scope_set(r, r->scope, &target->sym, *v);
        return true;
    }
    if (target->kind == TN_TUPLE)
        return assign_parts(r, target, v);
    r->at = target;
    if (!tp_lookup(r, &target->sym, &ns))
        return false;
    if (ns.type != TP_NS)
        return tp_fail(r, "'%s' is no namespace", target->sym.s);
    tp_dict_put_sym(ns.u.dict, &target->alias, *v);
    return true;
}

/* ---- loops ---------------------------------------------------------------------------------- */

/* The items to go over: those of seq that pass the loop's own condition. */
bool tp_loop_items(struct tp_run *r, const struct tp_node *n, const struct tpl_val *seq,
                   struct tp_list **out)
{
    struct tp_scope *around = r->scope;
    struct tp_list *all;
    struct tp_list *some;
    struct tp_scope *s;
    bool ok = true;

    r->at = n->b;
    if (!tp_items(r, seq, &all))
        return false;
    *out = all;
    if (n->c == NULL)
        return true;
    some = tp_list_new(r->a, 0);
    r->scope = s = tp_scope_new(r, around);
    for (uint32_t i = 0; i < all->n && ok; i++) {
        struct tpl_val v;
        bool yes = false;

        s->n = 0;
        ok = tp_assign(r, n->a, &all->v[i]) && tp_eval(r, n->c, &v) && tp_truth(r, &v, &yes);
        if (yes)
            tp_list_push(some, all->v[i]);
    }
    r->scope = around;
    *out = some;
    return ok;
}

bool tp_loop_run(struct tp_run *r, const struct tp_node *n, struct tp_list *items, uint32_t depth)
{
    static const char word[] = "loop";
    struct tp_sym name = tp_sym_make(word, sizeof(word) - 1);
    struct tp_scope *around = r->scope;
    struct tp_scope *s;
    struct tp_loop *loop;
    bool ok = true;

    if (items->n == 0) {
        r->scope = tp_scope_new(r, around);
        ok = tp_exec(r, &n->y);
        r->scope = around;
        return ok;
    }
    loop = hn_arena_make(r->a, struct tp_loop, 1);
    *loop = (struct tp_loop){.node = n, .t = r->t, .scope = around, .items = items, .depth = depth};
    r->scope = s = tp_scope_new(r, around);
    for (uint32_t i = 0; i < items->n && ok; i++) {
        struct tpl_val v = {.type = TP_LOOP, .u.loop = loop};

        /* A macro made in the loop keeps its round's names. */
        if (n->flag2 && i > 0)
            r->scope = s = tp_scope_new(r, around);
        s->n = 0;
        loop->index = i;
        tp_scope_set(r, s, &name, v);
        ok = tp_charge(r, 1) && tp_assign(r, n->a, &items->v[i]) && tp_exec(r, &n->x);
    }
    r->scope = around;
    return ok;
}

static bool exec_for(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val seq;
    struct tp_list *items;

    return tp_eval(r, n->b, &seq) && tp_loop_items(r, n, &seq, &items) &&
           tp_loop_run(r, n, items, 0);
}

/* ---- the other statements ------------------------------------------------------------------- */

static bool exec_if(struct tp_run *r, const struct tp_node *n)
{
    for (uint32_t i = 0; i < n->x.n; i++) {
        const struct tp_node *b = n->x.v[i];
        bool yes = true;
        struct tpl_val v;

        if (b->a != NULL) {
            if (!tp_eval(r, b->a, &v))
                return false;
            r->at = b->a;
            if (!tp_truth(r, &v, &yes))
                return false;
        }
        if (yes)
            return tp_exec(r, &b->x);
    }
    return true;
}

static bool exec_set(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val v;

    return tp_eval(r, n->b, &v) && tp_assign(r, n->a, &v);
}

/* A body run in a scope of its own into a text, and through filters. */
static bool captured(struct tp_run *r, const struct tp_node *n, const struct tp_node *filters,
                     struct tpl_val *out)
{
    struct tp_scope *around = r->scope;
    struct tpl_val before = r->captured;
    bool ok;

    r->scope = tp_scope_new(r, around);
    ok = tp_capture(r, &n->x, out);
    r->scope = around;
    if (!ok || filters == NULL)
        return ok;
    r->captured = *out;
    ok = tp_eval(r, filters, out);
    r->captured = before;
    return ok;
}

static bool exec_setblock(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val v;

    return captured(r, n, n->b, &v) && tp_assign(r, n->a, &v);
}

static bool exec_filterblock(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val v;

    if (!captured(r, n, n->a, &v))
        return false;
    r->at = n;
    return tp_emit(r, &v);
}

static bool exec_with(struct tp_run *r, const struct tp_node *n)
{
    struct tp_scope *around = r->scope;
    struct tp_list *v = tp_list_new(r->a, n->y.n);
    bool ok = true;

    for (uint32_t i = 0; i < n->y.n; i++) {
        struct tpl_val one;

        if (!tp_eval(r, n->y.v[i], &one))
            return false;
        tp_list_push(v, one);
    }
    r->scope = tp_scope_new(r, around);
    for (uint32_t i = 0; i < n->x.n && ok; i++)
        ok = tp_assign(r, n->x.v[i], &v->v[i]);
    ok = ok && tp_exec(r, &n->z);
    r->scope = around;
    return ok;
}

static bool exec_autoescape(struct tp_run *r, const struct tp_node *n)
{
    struct tp_scope *around = r->scope;
    bool before = r->autoescape;
    struct tpl_val v;
    bool ok;

    if (!tp_eval(r, n->a, &v) || !tp_truth(r, &v, &r->autoescape))
        return false;
    r->scope = tp_scope_new(r, around);
    ok = tp_exec(r, &n->x);
    r->scope = around;
    r->autoescape = before;
    return ok;
}

static bool exec_callblock(struct tp_run *r, const struct tp_node *n)
{
    static const char word[] = "caller";
    struct tp_sym name = tp_sym_make(word, sizeof(word) - 1);
    const struct tp_node *call = n->a;
    struct tpl_val callee;
    struct tpl_val v;
    struct tp_args a;
    struct tp_kw *kw;

    if (!tp_eval(r, call->a, &callee) || !tp_args_eval(r, call->b, &a))
        return false;
    kw = hn_arena_make(r->a, struct tp_kw, (size_t)a.n_kw + 1);
    if (a.n_kw > 0)
        memcpy(kw, a.kw, a.n_kw * sizeof(*kw));
    kw[a.n_kw++] = (struct tp_kw){.name = &name, .v = tp_macro_val(r, n->b)};
    a.kw = kw;
    r->at = call;
    if (!tp_call(r, &callee, &a, &v))
        return false;
    r->at = n;
    return tp_emit(r, &v);
}

static bool exec_print(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val v;

    if (!tp_eval(r, n->a, &v))
        return false;
    r->at = n->a;
    return tp_emit(r, &v);
}

static bool exec_data(struct tp_run *r, const struct tp_node *n)
{
    if (r->out == NULL)
        return true;
    r->at = n;
    hn_sbuf_mem(r->out, n->v.u.s, n->v.n);
    return !overflowed(r);
}

static bool exec_one(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val v;

    switch ((enum tp_kind)n->kind) {
    case TN_DATA: return exec_data(r, n);
    case TN_PRINT: return exec_print(r, n);
    case TN_FOR: return exec_for(r, n);
    case TN_IF: return exec_if(r, n);
    case TN_SET: return exec_set(r, n);
    case TN_SETBLOCK: return exec_setblock(r, n);
    case TN_WITH: return exec_with(r, n);
    case TN_BLOCK: return tp_exec_block(r, n);
    case TN_EXTENDS: return tp_exec_extends(r, n);
    case TN_INCLUDE: return tp_exec_include(r, n);
    case TN_IMPORT: return tp_exec_import(r, n);
    case TN_FROM: return tp_exec_from(r, n);
    case TN_MACRO: tp_scope_set(r, r->scope, &n->sym, tp_macro_val(r, n)); return true;
    case TN_CALLBLOCK: return exec_callblock(r, n);
    case TN_FILTERBLOCK: return exec_filterblock(r, n);
    case TN_AUTOESCAPE: return exec_autoescape(r, n);
    case TN_DO: return tp_eval(r, n->a, &v);
    default: HN_ASSERT(false); return false;
    }
}

bool tp_exec(struct tp_run *r, const struct tp_nodes *body)
{
    bool ok = true;

    if (body->n > 0)
        r->at = body->v[0];
    if (r->nest >= TP_NEST_MAX)
        return tp_fail(r, "nested too deeply");
    r->nest++;
    for (uint32_t i = 0; i < body->n && ok; i++) {
        r->at = body->v[i];
        ok = tp_charge(r, 1) && exec_one(r, body->v[i]);
    }
    r->nest--;
    return ok;
}

/* ---- the public calls ----------------------------------------------------------------------- */

#define DEFAULT_STEPS 5000000
#define DEFAULT_BYTES ((size_t)16 * 1024 * 1024)
#define DEFAULT_DEPTH 32
#define DEPTH_MAX 64

static enum hn_code render(struct tpl_loader *l, const struct tp_tmpl *t, const struct tpl_val *ctx,
                           const struct tpl_opts *o, struct hn_sbuf *out, struct hn_err *e)
{
    static const struct tpl_opts none;
    HN_ARENA a = hn_arena_new();
    struct tp_unit *u = hn_arena_make(a, struct tp_unit, 1);
    struct tp_run r = {.loader = l, .e = e, .a = a, .ctx = ctx, .unit = u, .t = t};
    struct hn_sbuf b;
    const char *text;
    bool ok;

    HN_ASSERT(ctx == NULL || ctx->type == TP_MAP);
    o = o == NULL ? &none : o;
    r.autoescape = !o->no_autoescape;
    r.lenient = o->lenient;
    r.steps = o->max_steps > 0 ? o->max_steps : DEFAULT_STEPS;
    r.max_bytes = o->max_bytes > 0 ? HN_MIN(o->max_bytes, TP_OUTPUT_MAX) : DEFAULT_BYTES;
    r.max_memory = TP_MEMORY_MAX + 2 * r.max_bytes;
    r.max_depth = o->max_depth > 0 ? HN_MIN(o->max_depth, DEPTH_MAX) : DEFAULT_DEPTH;
    r.now = o->now;
    u->top = tp_scope_new(&r, NULL);
    u->top->sees_context = true;
    hn_sbuf_init(&b, a, r.max_bytes);
    r.out = &b;
    ok = tp_unit_run(&r, u, t);
    for (uint32_t i = 0; i < r.n_held; i++)
        tp_loader_put(l, r.held[i]);
    if (!ok || hn_sbuf_done(&b, &text, e) != HN_OK)
        return e->code;
    hn_sbuf_mem(out, text, b.n);
    return out->overflow ? hn_sbuf_done(out, &text, e) : HN_OK;
}

enum hn_code tpl_check(const char *name, const char *text, size_t n, struct hn_err *e)
{
    struct tp_tmpl *t = tp_compile(name, text, n, e);

    if (t == NULL)
        return e->code;
    tp_tmpl_free(t);
    return HN_OK;
}

enum hn_code tpl_render(struct tpl_loader *l, const char *name, const struct tpl_val *ctx,
                        const struct tpl_opts *opts, struct hn_sbuf *out, struct hn_err *e)
{
    struct tp_tmpl *t = tp_loader_get(l, name, strlen(name), NULL, e);
    enum hn_code c;

    if (t == NULL)
        return e->code;
    c = render(l, t, ctx, opts, out, e);
    tp_loader_put(l, t);
    return c;
}

enum hn_code tpl_render_text(struct tpl_loader *l, const char *name, const char *text, size_t n,
                             const struct tpl_val *ctx, const struct tpl_opts *opts,
                             struct hn_sbuf *out, struct hn_err *e)
{
    struct tp_tmpl *t = tp_compile(name, text, n, e);
    enum hn_code c;

    if (t == NULL)
        return e->code;
    c = render(l, t, ctx, opts, out, e);
    tp_tmpl_free(t);
    return c;
}
