/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_operand.c — tokens to what operators join: names and literals, attributes, items, calls,
 * filters and tests behind them; and to what can be assigned to.
 */
#include "server/tpl/tpl_int.h"

#include "server/base/i18n.h"

struct tp_node *tp_node_pair(struct tp_parser *p, enum tp_kind kind, const struct tp_tok *at,
                             struct tp_node *a, struct tp_node *b)
{
    struct tp_node *n = a == NULL || b == NULL ? NULL : tp_node_new(p, kind, at);

    if (n == NULL)
        return NULL;
    n->a = a;
    n->b = b;
    return tp_node_done(p, n);
}

static struct tp_node *constant(struct tp_parser *p, const struct tp_tok *at, struct tpl_val v)
{
    struct tp_node *n = tp_node_new(p, TN_CONST, at);

    if (n == NULL)
        return NULL;
    n->v = v;
    return tp_node_done(p, n);
}

/* ---- names, literals ------------------------------------------------------------------------ */

static struct tp_node *name(struct tp_parser *p)
{
    static const struct {
        const char *word;
        struct tpl_val v;
    } words[] = {
        {"true", {.type = TP_BOOL, .u.b = true}},
        {"True", {.type = TP_BOOL, .u.b = true}},
        {"false", {.type = TP_BOOL, .u.b = false}},
        {"False", {.type = TP_BOOL, .u.b = false}},
        {"none", {.type = TP_NONE}},
        {"None", {.type = TP_NONE}},
    };
    const struct tp_tok *t = p->tok++;
    struct tp_node *n;

    for (size_t i = 0; i < HN_ARRAY_LEN(words); i++) {
        if (tp_tok_is(t, words[i].word))
            return constant(p, t, words[i].v);
    }
    n = tp_node_new(p, TN_NAME, t);
    if (n == NULL)
        return NULL;
    p->callers += tp_tok_is(t, "caller");
    p->kwargs += tp_tok_is(t, "kwargs");
    p->varargs += tp_tok_is(t, "varargs");
    n->sym = tp_tok_sym(p, t);
    return tp_node_done(p, n);
}

/* Adjacent texts are one. */
static struct tp_node *strings(struct tp_parser *p)
{
    const struct tp_tok *first = p->tok;
    size_t n = 0;
    char *s;

    for (; p->tok->type == TK_STRING; p->tok++)
        n += p->tok->n;
    s = hn_arena_alloc(p->t->arena, n + 1);
    n = 0;
    for (const struct tp_tok *t = first; t < p->tok; t++) {
        memcpy(s + n, t->s, t->n);
        n += t->n;
    }
    return constant(p, first, tp_text(s, n, false));
}

static struct tp_node *list(struct tp_parser *p)
{
    struct tp_node *n = tp_node_new(p, TN_LIST, p->tok++);

    if (n == NULL)
        return NULL;
    while (p->tok->type != TK_RBRACKET) {
        if (n->x.n > 0 && !tp_expect(p, TK_COMMA))
            return NULL;
        if (p->tok->type == TK_RBRACKET)
            break;
        if (!tp_nodes_add(p, &n->x, tp_parse_expr(p)))
            return NULL;
    }
    p->tok++;
    return tp_node_done(p, n);
}

static struct tp_node *dict(struct tp_parser *p)
{
    struct tp_node *n = tp_node_new(p, TN_DICT, p->tok++);

    if (n == NULL)
        return NULL;
    while (p->tok->type != TK_RBRACE) {
        if (n->x.n > 0 && !tp_expect(p, TK_COMMA))
            return NULL;
        if (p->tok->type == TK_RBRACE)
            break;
        if (!tp_nodes_add(p, &n->x, tp_parse_expr(p)) || !tp_expect(p, TK_COLON) ||
            !tp_nodes_add(p, &n->y, tp_parse_expr(p)))
            return NULL;
    }
    p->tok++;
    return tp_node_done(p, n);
}

/* How to read the items of a tuple: full expressions, without inline if, or only primaries. */
typedef struct tp_node *(*item_fn)(struct tp_parser *p);

static struct tp_node *tuple(struct tp_parser *p, item_fn item, const char *end, bool parens)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *n = NULL;
    struct tp_node *first = NULL;

    for (;;) {
        struct tp_node *k;

        if (first != NULL && !tp_expect(p, TK_COMMA))
            return NULL;
        if (p->tok->type == TK_VAR_END || p->tok->type == TK_BLOCK_END ||
            p->tok->type == TK_RPAREN || (end != NULL && tp_tok_is(p->tok, end)))
            break;
        if ((k = item(p)) == NULL)
            return NULL;
        if (first == NULL)
            first = k;
        if (n == NULL && p->tok->type == TK_COMMA && (n = tp_node_new(p, TN_TUPLE, at)) == NULL)
            return NULL;
        if (n != NULL && !tp_nodes_add(p, &n->x, k))
            return NULL;
        if (p->tok->type != TK_COMMA)
            break;
    }
    if (n == NULL && first != NULL)
        return first;
    if (n == NULL && !parens) {
        (void)tp_perror(p, p->tok, "expected an expression, got '%s'", tp_tok_text(p, p->tok));
        return NULL;
    }
    if (n == NULL && (n = tp_node_new(p, TN_TUPLE, at)) == NULL)
        return NULL;
    return tp_node_done(p, n);
}

struct tp_node *tp_parse_tuple(struct tp_parser *p, bool inline_if, const char *end)
{
    return tuple(p, inline_if ? tp_parse_expr : tp_parse_or, end, false);
}

struct tp_node *tp_parse_primary(struct tp_parser *p)
{
    struct tp_node *n = NULL;

    if (++p->depth > TP_HEIGHT_MAX) {
        (void)tp_perror(p, p->tok, "nested too deeply");
        return NULL;
    }
    switch (p->tok->type) {
    case TK_NAME: n = name(p); break;
    case TK_STRING: n = strings(p); break;
    case TK_INTEGER:
        n = constant(p, p->tok, tp_int(p->tok->u.i));
        p->tok++;
        break;
    case TK_FLOATING:
        n = constant(p, p->tok, tp_float(p->tok->u.f));
        p->tok++;
        break;
    case TK_LPAREN:
        p->tok++;
        n = tuple(p, tp_parse_expr, NULL, true);
        if (n != NULL && !tp_expect(p, TK_RPAREN))
            n = NULL;
        break;
    case TK_LBRACKET: n = list(p); break;
    case TK_LBRACE: n = dict(p); break;
    default: (void)tp_perror(p, p->tok, "expected an expression, got '%s'", tp_tok_text(p, p->tok));
    }
    p->depth--;
    return n;
}

/* ---- attributes, items, calls --------------------------------------------------------------- */

static struct tp_node *slice_or_item(struct tp_parser *p, struct tp_node *of)
{
    const struct tp_tok *at = p->tok++; /* [ */
    struct tp_node *part[3] = {NULL, NULL, NULL};
    struct tp_node *n;
    int k = 0;
    bool colon = false;

    for (;;) {
        if (p->tok->type == TK_COLON && k < 2) {
            colon = true;
            k++;
            p->tok++;
        } else if (p->tok->type == TK_RBRACKET && (colon || part[0] != NULL)) {
            break;
        } else if (part[k] == NULL) {
            if ((part[k] = tp_parse_expr(p)) == NULL)
                return NULL;
        } else {
            (void)tp_expect(p, TK_RBRACKET);
            return NULL;
        }
    }
    p->tok++;
    if (!colon)
        return tp_node_pair(p, TN_ITEM, at, of, part[0]);
    if ((n = tp_node_new(p, TN_SLICE, at)) == NULL)
        return NULL;
    n->a = part[0];
    n->b = part[1];
    n->c = part[2];
    return tp_node_pair(p, TN_ITEM, at, of, tp_node_done(p, n));
}

static struct tp_node *attribute(struct tp_parser *p, struct tp_node *of)
{
    const struct tp_tok *at = ++p->tok; /* after the dot */
    struct tp_node *n;

    if (at->type == TK_INTEGER) {
        p->tok++;
        return tp_node_pair(p, TN_ITEM, at, of, constant(p, at, tp_int(at->u.i)));
    }
    if (at->type != TK_NAME) {
        (void)tp_expect(p, TK_NAME);
        return NULL;
    }
    p->tok++;
    if ((n = tp_node_new(p, TN_ATTR, at)) == NULL)
        return NULL;
    n->a = of;
    n->sym = tp_tok_sym(p, at);
    return tp_node_done(p, n);
}

static bool argument(struct tp_parser *p, struct tp_node *n)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *k;

    if (at->type == TK_MUL && n->b == NULL && n->c == NULL) {
        p->tok++;
        return (n->b = tp_parse_expr(p)) != NULL;
    }
    if (at->type == TK_POW && n->c == NULL) {
        p->tok++;
        return (n->c = tp_parse_expr(p)) != NULL;
    }
    if (at->type == TK_NAME && at[1].type == TK_ASSIGN && n->c == NULL) {
        p->tok += 2;
        if ((k = tp_node_new(p, TN_KW, at)) == NULL)
            return false;
        k->sym = tp_tok_sym(p, at);
        return (k->a = tp_parse_expr(p)) != NULL && tp_nodes_add(p, &n->y, tp_node_done(p, k));
    }
    if (n->b != NULL || n->c != NULL || n->y.n > 0)
        return tp_perror(p, at, "a positional argument follows a named one");
    return tp_nodes_add(p, &n->x, tp_parse_expr(p));
}

static struct tp_node *arguments(struct tp_parser *p)
{
    struct tp_node *n = tp_node_new(p, TN_ARGS, p->tok++);
    bool comma = false;

    while (n != NULL && p->tok->type != TK_RPAREN) {
        if (comma && !tp_expect(p, TK_COMMA))
            return NULL;
        if (comma && p->tok->type == TK_RPAREN)
            break;
        if (!argument(p, n))
            return NULL;
        comma = true;
    }
    p->tok++;
    return n == NULL ? NULL : tp_node_done(p, n);
}

struct tp_node *tp_parse_postfix(struct tp_parser *p, struct tp_node *n)
{
    while (n != NULL) {
        const struct tp_tok *at = p->tok;

        if (at->type == TK_DOT)
            n = attribute(p, n);
        else if (at->type == TK_LBRACKET)
            n = slice_or_item(p, n);
        else if (at->type == TK_LPAREN)
            n = tp_node_pair(p, TN_CALL, at, n, arguments(p));
        else
            break;
    }
    return n;
}

/* ---- filters and tests ---------------------------------------------------------------------- */

struct tp_node *tp_parse_filters(struct tp_parser *p, struct tp_node *node, bool first)
{
    while (first || p->tok->type == TK_PIPE) {
        const struct tp_tok *at = first ? p->tok : ++p->tok;
        struct tp_node *n;

        if (at->type != TK_NAME) {
            (void)tp_expect(p, TK_NAME);
            return NULL;
        }
        p->tok++;
        if ((n = tp_node_new(p, TN_FILTER, at)) == NULL)
            return NULL;
        if ((n->fn = tp_filter_find(at->s, at->n)) == NULL) {
            (void)tp_perror(p, at, "unknown filter '%s'", tp_tok_text(p, at));
            return NULL;
        }
        n->a = node;
        if (p->tok->type == TK_LPAREN && (n->b = arguments(p)) == NULL)
            return NULL;
        node = tp_node_done(p, n);
        if (node == NULL)
            return NULL;
        first = false;
    }
    return node;
}

/* The one argument that a test may take without parentheses. */
static struct tp_node *bare_argument(struct tp_parser *p)
{
    struct tp_node *args = tp_node_new(p, TN_ARGS, p->tok);

    if (args == NULL || !tp_nodes_add(p, &args->x, tp_parse_postfix(p, tp_parse_primary(p))))
        return NULL;
    return tp_node_done(p, args);
}

static bool starts_argument(const struct tp_tok *t)
{
    switch (t->type) {
    case TK_NAME:
        return !tp_tok_is(t, "else") && !tp_tok_is(t, "or") && !tp_tok_is(t, "and") &&
               !tp_tok_is(t, "if");
    case TK_STRING:
    case TK_INTEGER:
    case TK_FLOATING:
    case TK_LBRACKET:
    case TK_LBRACE: return true;
    default: return false;
    }
}

static struct tp_node *test(struct tp_parser *p, struct tp_node *of)
{
    struct tp_node *n = tp_node_new(p, TN_TEST, p->tok++); /* is */
    const struct tp_tok *at;

    if (n == NULL)
        return NULL;
    n->a = of;
    n->flag = tp_skip_name(p, "not");
    at = p->tok;
    if (at->type != TK_NAME) {
        (void)tp_expect(p, TK_NAME);
        return NULL;
    }
    p->tok++;
    if ((n->fn = tp_test_find(at->s, at->n)) == NULL) {
        (void)tp_perror(p, at, "unknown test '%s'", tp_tok_text(p, at));
        return NULL;
    }
    if (tp_tok_is(p->tok, "is")) {
        (void)tp_perror(p, p->tok, "tests with 'is' cannot be chained");
        return NULL;
    }
    if (p->tok->type == TK_LPAREN)
        n->b = arguments(p);
    else if (starts_argument(p->tok))
        n->b = bare_argument(p);
    else
        return tp_node_done(p, n);
    return n->b == NULL ? NULL : tp_node_done(p, n);
}

struct tp_node *tp_parse_filter_expr(struct tp_parser *p, struct tp_node *n)
{
    while (n != NULL) {
        const struct tp_tok *at = p->tok;

        if (at->type == TK_PIPE)
            n = tp_parse_filters(p, n, false);
        else if (tp_tok_is(at, "is"))
            n = test(p, n);
        else if (at->type == TK_LPAREN)
            n = tp_node_pair(p, TN_CALL, at, n, arguments(p));
        else
            break;
    }
    return n;
}

/* ---- what can be assigned to ---------------------------------------------------------------- */

static bool assignable(struct tp_parser *p, const struct tp_node *n, const struct tp_tok *at)
{
    if (n->kind == TN_NAME)
        return true;
    if (n->kind != TN_TUPLE)
        return tp_perror(p, at, "this cannot be assigned to");
    for (uint32_t i = 0; i < n->x.n; i++) {
        if (!assignable(p, n->x.v[i], at))
            return false;
    }
    return true;
}

struct tp_node *tp_parse_target(struct tp_parser *p, bool with_ns, const char *end)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *n;

    if (with_ns && at->type == TK_NAME && at[1].type == TK_DOT) {
        if (at[2].type != TK_NAME) {
            p->tok += 2;
            (void)tp_expect(p, TK_NAME);
            return NULL;
        }
        if ((n = tp_node_new(p, TN_NSREF, at)) == NULL)
            return NULL;
        n->sym = tp_tok_sym(p, at);
        n->alias = tp_tok_sym(p, at + 2);
        p->tok += 3;
        return tp_node_done(p, n);
    }
    n = tuple(p, tp_parse_primary, end, false);
    return n != NULL && assignable(p, n, at) ? n : NULL;
}
