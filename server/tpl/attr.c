/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attr.c — a.b and a[b]. As in jinja2 a.b looks for a method first and then for the key, a[b] the
 * other way round. A mapping's methods are only those that read.
 */
#include "server/tpl/tpl_int.h"

static struct tpl_val no_attr(const struct tpl_val *of, const struct tp_sym *name)
{
    struct tpl_val v = tp_undef(TP_UNDEF_ATTR, name);

    v.owner = of->type;
    return v;
}

static bool is(const struct tp_sym *s, const char *word)
{
    return s->n == strlen(word) && memcmp(s->s, word, s->n) == 0;
}

/* ---- loop ----------------------------------------------------------------------------------- */

enum loop_attr {
    INDEX,
    INDEX0,
    REVINDEX,
    REVINDEX0,
    FIRST,
    LAST,
    LENGTH,
    DEPTH,
    DEPTH0,
    PREVITEM,
    NEXTITEM
};

static const char *const loop_names[] = {"index",  "index0",   "revindex", "revindex0",
                                         "first",  "last",     "length",   "depth",
                                         "depth0", "previtem", "nextitem"};

static bool loop_attr(const struct tpl_val *of, const struct tp_sym *name, struct tpl_val *out)
{
    const struct tp_loop *l = of->u.loop;
    size_t i = 0;

    while (i < HN_ARRAY_LEN(loop_names) && !is(name, loop_names[i]))
        i++;
    if (i == HN_ARRAY_LEN(loop_names))
        return false;
    switch ((enum loop_attr)i) {
    case INDEX: *out = tp_int((int64_t)l->index + 1); break;
    case INDEX0: *out = tp_int(l->index); break;
    case REVINDEX: *out = tp_int((int64_t)l->items->n - l->index); break;
    case REVINDEX0: *out = tp_int((int64_t)l->items->n - l->index - 1); break;
    case FIRST: *out = tp_bool(l->index == 0); break;
    case LAST: *out = tp_bool(l->index + 1 == l->items->n); break;
    case LENGTH: *out = tp_int(l->items->n); break;
    case DEPTH: *out = tp_int((int64_t)l->depth + 1); break;
    case DEPTH0: *out = tp_int(l->depth); break;
    case PREVITEM: *out = l->index > 0 ? l->items->v[l->index - 1] : no_attr(of, name); break;
    case NEXTITEM:
        *out = l->index + 1 < l->items->n ? l->items->v[l->index + 1] : no_attr(of, name);
        break;
    }
    return true;
}

/* ---- macros, modules, blocks, cyclers ------------------------------------------------------- */

static bool macro_attr(struct tp_run *r, const struct tpl_val *of, const struct tp_sym *name,
                       struct tpl_val *out)
{
    const struct tp_node *n = of->u.macro->node;
    struct tp_list *l;

    if (is(name, "name")) {
        *out = tp_text(n->sym.s, n->sym.n, false);
    } else if (is(name, "arguments")) {
        l = tp_list_new(r->a, n->x.n);
        for (uint32_t i = 0; i < n->x.n; i++)
            tp_list_push(l, tp_text(n->x.v[i]->sym.s, n->x.v[i]->sym.n, false));
        *out = tp_list_val(l, true);
    } else if (is(name, "catch_kwargs")) {
        *out = tp_bool((n->op & TP_MACRO_KWARGS) != 0);
    } else if (is(name, "catch_varargs")) {
        *out = tp_bool((n->op & TP_MACRO_VARARGS) != 0);
    } else if (is(name, "caller")) {
        *out = tp_bool((n->op & TP_MACRO_CALLER) != 0);
    } else {
        return false;
    }
    return true;
}

static bool module_attr(const struct tpl_val *of, const struct tp_sym *name, struct tpl_val *out)
{
    const struct tpl_val *v = tp_scope_get(of->u.module->unit->top, name);

    if (v == NULL || name->n == 0 || name->s[0] == '_')
        return false;
    *out = *v;
    return true;
}

static bool block_attr(struct tp_run *r, const struct tpl_val *of, const struct tp_sym *name,
                       struct tpl_val *out)
{
    const struct tp_blockref *b = of->u.block;
    struct tp_blockref *up;

    if (!is(name, "super") || b->level + 1 >= b->chain->n)
        return false;
    up = hn_arena_make(r->a, struct tp_blockref, 1);
    *up = *b;
    up->level++;
    *out = (struct tpl_val){.type = TP_BLOCK, .u.block = up};
    return true;
}

static bool self_attr(struct tp_run *r, const struct tpl_val *of, const struct tp_sym *name,
                      struct tpl_val *out)
{
    struct tp_blockchain *c = tp_chain_find(of->u.unit, name);
    struct tp_blockref *b;

    if (c == NULL)
        return false;
    b = hn_arena_make(r->a, struct tp_blockref, 1);
    *b = (struct tp_blockref){.unit = of->u.unit, .chain = c};
    *out = (struct tpl_val){.type = TP_BLOCK, .u.block = b};
    return true;
}

static bool cycler_attr(const struct tpl_val *of, const struct tp_sym *name, struct tpl_val *out)
{
    const struct tp_cycler *c = of->u.cycler;

    if (!is(name, "current"))
        return false;
    *out = c->items->v[c->at];
    return true;
}

/* ---- the two roads -------------------------------------------------------------------------- */

/* Attributes that are no keys: those of the engine's own values, and methods. */
static bool own_attr(struct tp_run *r, const struct tpl_val *v, const struct tp_sym *name,
                     struct tpl_val *out)
{
    const struct tp_fn *f;
    struct tp_method *m;
    bool found = false;

    switch ((enum tp_type)v->type) {
    case TP_LOOP: found = loop_attr(v, name, out); break;
    case TP_MACRO: found = macro_attr(r, v, name, out); break;
    case TP_MODULE: found = module_attr(v, name, out); break;
    case TP_BLOCK: found = block_attr(r, v, name, out); break;
    case TP_SELF: found = self_attr(r, v, name, out); break;
    case TP_CYCLER: found = cycler_attr(v, name, out); break;
    default: break;
    }
    if (found)
        return true;
    f = tp_method_find((enum tp_type)v->type, name->s, name->n);
    if (f == NULL)
        return false;
    m = hn_arena_make(r->a, struct tp_method, 1);
    *m = (struct tp_method){.self = *v, .fn = f};
    *out = (struct tpl_val){.type = TP_METHOD, .u.method = m};
    return true;
}

bool tp_own_attr(struct tp_run *r, const struct tpl_val *v, const struct tp_sym *name,
                 struct tpl_val *out)
{
    if (v->type == TP_NS)
        return tp_attr(r, v, name, out);
    if (!own_attr(r, v, name, out))
        *out = no_attr(v, name);
    return true;
}

/* A pair made by groupby: its parts have names. */
static bool pair_attr(const struct tpl_val *v, const struct tp_sym *name, struct tpl_val *out)
{
    int i = is(name, "grouper") ? 0 : is(name, "list") ? 1 : -1;

    if (v->type != TP_TUPLE || i < 0 || v->u.list->n != 2)
        return false;
    *out = v->u.list->v[i];
    return true;
}

bool tp_attr(struct tp_run *r, const struct tpl_val *v, const struct tp_sym *name,
             struct tpl_val *out)
{
    const struct tpl_val *k;

    if (v->type == TP_UNDEF) {
        if (!tp_undef_check(r, v))
            return false;
        return tp_fail(r, "an undefined value has no attribute '%.*s'", (int)HN_MIN(name->n, 80u),
                       name->s);
    }
    if (v->type == TP_NS) { /* any key may be set, and none is a method */
        k = tp_dict_get_sym(v->u.dict, name);
        *out = k != NULL ? *k : no_attr(v, name);
        return true;
    }
    if (own_attr(r, v, name, out) || pair_attr(v, name, out))
        return true;
    k = v->type == TP_MAP ? tp_dict_get_sym(v->u.dict, name) : NULL;
    *out = k != NULL ? *k : no_attr(v, name);
    return true;
}

static bool index_item(struct tp_run *r, const struct tpl_val *v, int64_t i, struct tpl_val *out)
{
    int64_t n = v->type == TP_STR ? (int64_t)tp_cp_len(v->u.s, v->n) : v->u.list->n;
    struct tp_sym *s;
    size_t p;
    uint32_t cp;

    if (!tp_charge(r, v->type == TP_STR ? v->n / TP_BYTES_STEP : 0))
        return false;
    if (i < 0)
        i += n;
    if (i < 0 || i >= n) {
        s = hn_arena_make(r->a, struct tp_sym, 1);
        *s = tp_sym_make("[]", 2);
        *out = no_attr(v, s);
        return true;
    }
    if (v->type != TP_STR) {
        *out = v->u.list->v[i];
        return true;
    }
    p = tp_cp_at(v->u.s, v->n, (size_t)i);
    *out = tp_text(v->u.s + p, tp_cp_get(v->u.s + p, v->n - p, &cp), v->safe);
    return true;
}

bool tp_item(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *key,
             struct tpl_val *out)
{
    const struct tpl_val *k;
    struct tp_sym *s;
    struct tpl_val text;

    if (!tp_undef_check(r, key))
        return false;
    if (v->type == TP_UNDEF && !tp_undef_check(r, v))
        return false;
    if ((v->type == TP_STR || tp_is_seq(v)) && (key->type == TP_INT || key->type == TP_BOOL))
        return index_item(r, v, tp_as_i64(key), out);
    k = v->type == TP_MAP || v->type == TP_NS ? tp_dict_get(v->u.dict, key) : NULL;
    if (k != NULL) {
        *out = *k;
        return true;
    }
    s = hn_arena_make(r->a, struct tp_sym, 1);
    if (key->type == TP_STR) {
        *s = tp_sym_make(key->u.s, key->n);
        return tp_attr(r, v, s, out);
    }
    if (!tp_str(r, key, &text))
        return false;
    *s = tp_sym_make(text.u.s, text.n);
    if (v->type == TP_UNDEF)
        return tp_attr(r, v, s, out);
    *out = no_attr(v, s);
    return true;
}

static bool all_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
    }
    return n > 0 && n < 10;
}

bool tp_attr_path(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *path,
                  const struct tpl_val *dflt, struct tpl_val *out)
{
    struct tpl_val at = *v;

    if (path->type == TP_MISSING || path->type == TP_NONE) {
        *out = at;
        return true;
    }
    if (path->type != TP_STR)
        return tp_item(r, v, path, out);
    for (size_t p = 0; p <= path->n;) {
        const char *dot = memchr(path->u.s + p, '.', path->n - p);
        size_t end = dot == NULL ? path->n : (size_t)(dot - path->u.s);
        struct tpl_val key = tp_text(path->u.s + p, end - p, false);

        if (all_digits(key.u.s, key.n)) {
            int64_t i = 0;

            for (uint32_t k = 0; k < key.n; k++)
                i = i * 10 + (key.u.s[k] - '0');
            key = tp_int(i);
        }
        if (!tp_charge(r, 1) || !tp_item(r, &at, &key, &at))
            return false;
        if (at.type == TP_UNDEF && dflt != NULL && dflt->type != TP_MISSING) {
            at = *dflt;
            break;
        }
        p = end + 1;
    }
    *out = at;
    return true;
}
