/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_expr.c — tokens to expressions. From loose to tight: inline if, or, and, not, comparison
 * (chained), + -, ~, * / // %, **, sign, then what parse_operand.c reads. As in jinja2 ** groups to
 * the left and a sign binds tighter than it.
 */
#include "server/tpl/tpl_int.h"

static struct tp_node *unary(struct tp_parser *p, bool with_filter)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *n;

    if (at->type == TK_SUB || at->type == TK_ADD) {
        struct tp_node *of;

        p->tok++;
        if (++p->depth > TP_HEIGHT_MAX) {
            (void)tp_perror(p, at, "nested too deeply");
            return NULL;
        }
        of = unary(p, false);
        p->depth--;
        if (of == NULL || (n = tp_node_new(p, at->type == TK_SUB ? TN_NEG : TN_POS, at)) == NULL)
            return NULL;
        n->a = of;
        n = tp_node_done(p, n);
    } else {
        n = tp_parse_primary(p);
    }
    n = tp_parse_postfix(p, n);
    return with_filter ? tp_parse_filter_expr(p, n) : n;
}

/* How tight an operator of two sides binds; 0: it is none. */
static int level(const struct tp_tok *t)
{
    switch (t->type) {
    case TK_ADD:
    case TK_SUB: return 1;
    case TK_TILDE: return 2;
    case TK_MUL:
    case TK_DIV:
    case TK_FLOORDIV:
    case TK_MOD: return 3;
    case TK_POW: return 4;
    default: return 0;
    }
}

static struct tp_node *binary(struct tp_parser *p, int least)
{
    struct tp_node *left;

    if (least > 4)
        return unary(p, true);
    left = binary(p, least + 1);
    while (left != NULL && level(p->tok) == least) {
        const struct tp_tok *at = p->tok++;
        struct tp_node *right = binary(p, least + 1);

        if (right == NULL)
            return NULL;
        if (at->type == TK_TILDE && left->kind == TN_CONCAT && left->flag) {
            if (!tp_nodes_add(p, &left->x, right))
                return NULL;
            left = tp_node_done(p, left);
        } else if (at->type == TK_TILDE) {
            struct tp_node *n = tp_node_new(p, TN_CONCAT, at);

            if (n == NULL || !tp_nodes_add(p, &n->x, left) || !tp_nodes_add(p, &n->x, right))
                return NULL;
            n->flag = true; /* still growing */
            left = tp_node_done(p, n);
        } else {
            left = tp_node_pair(p, TN_BINARY, at, left, right);
            if (left != NULL)
                left->op = at->type;
        }
    }
    if (left != NULL && left->kind == TN_CONCAT)
        left->flag = false;
    return left;
}

static enum tp_token comparison(struct tp_parser *p)
{
    switch (p->tok->type) {
    case TK_EQ:
    case TK_NE:
    case TK_LT:
    case TK_LE:
    case TK_GT:
    case TK_GE: return (enum tp_token)(p->tok++)->type;
    default: break;
    }
    if (tp_skip_name(p, "in"))
        return TK_IN;
    if (tp_tok_is(p->tok, "not") && tp_tok_is(p->tok + 1, "in")) {
        p->tok += 2;
        return TK_NOT_IN;
    }
    return TK_EOF;
}

static struct tp_node *compare(struct tp_parser *p)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *left = binary(p, 1);
    struct tp_node *n = NULL;

    while (left != NULL) {
        const struct tp_tok *op_at = p->tok;
        enum tp_token op = comparison(p);
        struct tp_node *k;

        if (op == TK_EOF)
            return n == NULL ? left : tp_node_done(p, n);
        if (n == NULL) {
            if ((n = tp_node_new(p, TN_COMPARE, at)) == NULL)
                return NULL;
            n->a = left;
        }
        if ((k = tp_node_new(p, TN_OPERAND, op_at)) == NULL || (k->a = binary(p, 1)) == NULL)
            return NULL;
        k->op = (uint8_t)op;
        if (!tp_nodes_add(p, &n->x, tp_node_done(p, k)))
            return NULL;
    }
    return NULL;
}

static struct tp_node *not_(struct tp_parser *p)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *n;

    if (!tp_skip_name(p, "not"))
        return compare(p);
    if (++p->depth > TP_HEIGHT_MAX) {
        (void)tp_perror(p, at, "nested too deeply");
        return NULL;
    }
    n = tp_node_new(p, TN_NOT, at);
    if (n == NULL || (n->a = not_(p)) == NULL)
        return NULL;
    p->depth--;
    return tp_node_done(p, n);
}

static struct tp_node *and_(struct tp_parser *p)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *left = not_(p);

    while (left != NULL && tp_skip_name(p, "and"))
        left = tp_node_pair(p, TN_AND, at, left, not_(p));
    return left;
}

struct tp_node *tp_parse_or(struct tp_parser *p)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *left = and_(p);

    while (left != NULL && tp_skip_name(p, "or"))
        left = tp_node_pair(p, TN_OR, at, left, and_(p));
    return left;
}

struct tp_node *tp_parse_expr(struct tp_parser *p)
{
    const struct tp_tok *at = p->tok;
    struct tp_node *left;

    if (++p->depth > TP_HEIGHT_MAX) {
        (void)tp_perror(p, at, "nested too deeply");
        return NULL;
    }
    left = tp_parse_or(p);
    while (left != NULL && tp_skip_name(p, "if")) {
        struct tp_node *n = tp_node_new(p, TN_COND, at);

        if (n == NULL || (n->b = tp_parse_or(p)) == NULL)
            return NULL;
        n->a = left;
        if (tp_skip_name(p, "else") && (n->c = tp_parse_expr(p)) == NULL)
            return NULL;
        left = tp_node_done(p, n);
    }
    p->depth--;
    return left;
}
