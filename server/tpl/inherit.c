/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inherit.c — what joins templates: extends and blocks, include, import.
 *
 * A template and those it extends run as one unit, the child first: it fills the block table (the
 * youngest definition in front) and sets top-level names; its text outside blocks is dropped. An
 * included or imported template is a unit of its own.
 */
#include "server/tpl/tpl_int.h"

/* ---- blocks --------------------------------------------------------------------------------- */

struct tp_blockchain *tp_chain_find(struct tp_unit *u, const struct tp_sym *name)
{
    for (struct tp_blockchain *c = u->blocks; c != NULL; c = c->next) {
        if (c->name.hash == name->hash && c->name.n == name->n &&
            memcmp(c->name.s, name->s, name->n) == 0)
            return c;
    }
    return NULL;
}

static bool register_blocks(struct tp_run *r, struct tp_unit *u, const struct tp_tmpl *t)
{
    for (uint32_t i = 0; i < t->blocks.n; i++) {
        const struct tp_node *n = t->blocks.v[i];
        struct tp_blockchain *c = tp_chain_find(u, &n->sym);

        if (!tp_charge(r, 1 + t->blocks.n / 16))
            return false;
        if (c == NULL) {
            c = hn_arena_make(r->a, struct tp_blockchain, 1);
            c->name = n->sym;
            c->next = u->blocks;
            u->blocks = c;
        }
        if (c->n == c->cap) {
            uint32_t cap = HN_MAX(c->cap * 2, 2u);
            struct tp_blockdef *d = hn_arena_make(r->a, struct tp_blockdef, cap);

            if (c->n > 0)
                memcpy(d, c->def, c->n * sizeof(*d));
            c->def = d;
            c->cap = cap;
        }
        c->def[c->n++] = (struct tp_blockdef){.t = t, .node = n};
    }
    return true;
}

/* Runs definition number `level` of a chain in a new scope. */
static bool run_block(struct tp_run *r, struct tp_unit *u, struct tp_blockchain *c, uint32_t level,
                      struct tp_scope *parent)
{
    static const char word[] = "super";
    struct tp_sym name = tp_sym_make(word, sizeof(word) - 1);
    const struct tp_node *n = c->def[level].node;
    const struct tp_tmpl *t = r->t;
    struct tp_scope *around = r->scope;
    struct tp_unit *before = r->unit;
    struct tp_blockref *super;
    struct tpl_val v;
    bool ok;

    if (n->flag2 && c->n <= 1)
        return tp_fail(r, "required block '%s' was not given", n->sym.s);
    if (!tp_enter(r))
        return false;
    super = hn_arena_make(r->a, struct tp_blockref, 1);
    *super = (struct tp_blockref){.unit = u, .chain = c, .level = level + 1};
    if (super->level < c->n)
        v = (struct tpl_val){.type = TP_BLOCK, .u.block = super};
    else
        v = tp_undef(TP_UNDEF_SUPER, &c->name);
    r->scope = tp_scope_new(r, parent);
    tp_scope_set(r, r->scope, &name, v);
    r->t = c->def[level].t;
    r->unit = u;
    ok = tp_exec(r, &n->x);
    r->unit = before;
    if (ok)
        r->t = t;
    r->scope = around;
    tp_leave(r);
    return ok;
}

bool tp_exec_block(struct tp_run *r, const struct tp_node *n)
{
    struct tp_blockchain *c;

    if (r->out == NULL) /* a child's block: its parent asks for it */
        return true;
    c = tp_chain_find(r->unit, &n->sym);
    HN_ASSERT(c != NULL);
    return run_block(r, r->unit, c, 0, n->flag ? r->scope : r->unit->top);
}

/* super() and self.name(). */
bool tp_block_text(struct tp_run *r, const struct tp_blockref *b, struct tpl_val *out)
{
    struct hn_sbuf *before = r->out;
    struct hn_sbuf text;
    bool ok;

    tp_buf(r, &text);
    r->out = &text;
    ok = run_block(r, b->unit, b->chain, b->level, b->unit->top);
    r->out = before;
    return ok && tp_buf_done(r, &text, r->autoescape, out);
}

/* ---- finding templates ---------------------------------------------------------------------- */

/* The template stays in use until the rendering ends. */
static void hold(struct tp_run *r, struct tp_tmpl *t)
{
    if (r->n_held == r->cap_held) {
        uint32_t cap = HN_MAX(r->cap_held * 2, 8u);
        struct tp_tmpl **p = hn_arena_make(r->a, struct tp_tmpl *, cap);

        if (r->n_held > 0)
            memcpy(p, r->held, r->n_held * sizeof(struct tp_tmpl *));
        r->held = p;
        r->cap_held = cap;
    }
    r->held[r->n_held++] = t;
}

/* NULL with *missing set: there is no such template, and no error was made. */
static struct tp_tmpl *fetch(struct tp_run *r, const struct tpl_val *name, bool *missing)
{
    struct tp_tmpl *t;

    *missing = false;
    if (!tp_undef_check(r, name))
        return NULL;
    if (name->type != TP_STR) {
        (void)tp_fail(r, "the name of a template must be text");
        return NULL;
    }
    if (!tp_charge(r, 20)) /* a file may have to be looked at */
        return NULL;
    t = tp_loader_get(r->loader, name->u.s, name->n, missing, r->e);
    if (t != NULL)
        hold(r, t);
    return t;
}

static struct tp_tmpl *fetch_one(struct tp_run *r, const struct tpl_val *name)
{
    bool missing;
    struct tp_tmpl *t = fetch(r, name, &missing);

    if (missing)
        (void)tp_fail(r, "there is no template '%.*s'", (int)HN_MIN(name->n, 120u), name->u.s);
    return t;
}

/* The first of several names that there is. */
static struct tp_tmpl *fetch_any(struct tp_run *r, const struct tpl_val *names, bool *missing)
{
    struct tp_list *l;

    *missing = false;
    if (!tp_is_seq(names))
        return fetch(r, names, missing);
    l = names->u.list;
    for (uint32_t i = 0; i < l->n; i++) {
        struct tp_tmpl *t = fetch(r, &l->v[i], missing);

        if (t != NULL || !*missing)
            return t;
    }
    *missing = true;
    return NULL;
}

/* ---- units ---------------------------------------------------------------------------------- */

static bool run_chain(struct tp_run *r, struct tp_unit *u, const struct tp_tmpl *t)
{
    struct hn_sbuf *out = r->out;

    for (int left = r->max_depth; t != NULL; left--) {
        r->t = t;
        if (left == 0)
            return tp_fail(r, "templates extend each other too deeply");
        r->out = out;
        u->parent = NULL;
        if (!register_blocks(r, u, t) || !tp_exec(r, &t->body))
            return false;
        t = u->parent;
    }
    r->out = out;
    return true;
}

/* After an error r->t and r->at stay where it was. */
bool tp_unit_run(struct tp_run *r, struct tp_unit *u, const struct tp_tmpl *t)
{
    const struct tp_tmpl *before_t = r->t;
    struct tp_unit *before_u = r->unit;
    struct tp_scope *before_s = r->scope;

    if (!tp_enter(r))
        return false;
    r->unit = u;
    r->scope = u->top;
    if (!run_chain(r, u, t))
        return false;
    r->t = before_t;
    r->unit = before_u;
    r->scope = before_s;
    tp_leave(r);
    return true;
}

bool tp_exec_extends(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val name;
    struct tp_tmpl *t;

    if (r->unit->parent != NULL)
        return tp_fail(r, "the template extends twice");
    if (!tp_eval(r, n->a, &name))
        return false;
    r->at = n;
    t = fetch_one(r, &name);
    if (t == NULL)
        return false;
    r->unit->parent = t;
    r->out = NULL;
    return true;
}

static struct tp_unit *unit_new(struct tp_run *r, bool with_context)
{
    struct tp_unit *u = hn_arena_make(r->a, struct tp_unit, 1);

    u->top = tp_scope_new(r, with_context ? r->scope : NULL);
    return u;
}

bool tp_exec_include(struct tp_run *r, const struct tp_node *n)
{
    struct tpl_val name;
    struct tp_tmpl *t;
    bool missing;

    if (!tp_eval(r, n->a, &name))
        return false;
    r->at = n;
    t = fetch_any(r, &name, &missing);
    if (t != NULL)
        return tp_unit_run(r, unit_new(r, n->flag2), t);
    if (!missing)
        return false;
    if (n->flag)
        return true;
    if (name.type == TP_STR)
        return tp_fail(r, "there is no template '%.*s'", (int)HN_MIN(name.n, 120u), name.u.s);
    return tp_fail(r, "there is none of these templates");
}

static struct tp_module *module(struct tp_run *r, const struct tp_node *n)
{
    struct hn_sbuf *before = r->out;
    struct tpl_val name;
    struct tp_module *m;
    struct tp_tmpl *t;
    struct hn_sbuf text;
    bool ok;

    if (!tp_eval(r, n->a, &name))
        return NULL;
    r->at = n;
    if ((t = fetch_one(r, &name)) == NULL)
        return NULL;
    m = hn_arena_make(r->a, struct tp_module, 1);
    m->unit = unit_new(r, n->flag2);
    m->name = t->name;
    tp_buf(r, &text); /* not NULL: blocks of the imported template run too */
    r->out = &text;
    ok = tp_unit_run(r, m->unit, t);
    r->out = before;
    return ok ? m : NULL;
}

bool tp_exec_import(struct tp_run *r, const struct tp_node *n)
{
    struct tp_module *m = module(r, n);

    if (m == NULL)
        return false;
    tp_scope_set(r, r->scope, &n->sym, (struct tpl_val){.type = TP_MODULE, .u.module = m});
    return true;
}

bool tp_exec_from(struct tp_run *r, const struct tp_node *n)
{
    struct tp_module *m = module(r, n);

    if (m == NULL)
        return false;
    for (uint32_t i = 0; i < n->x.n; i++) {
        const struct tp_node *k = n->x.v[i];
        const struct tpl_val *v = tp_scope_get(m->unit->top, &k->sym);

        tp_scope_set(r, r->scope, &k->alias, v == NULL ? tp_undef(TP_UNDEF_IMPORT, &k->sym) : *v);
    }
    return true;
}
