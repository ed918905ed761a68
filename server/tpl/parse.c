/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.c — tokens to statements: the grammar of jinja2's parser, less what REFUSED.md lists.
 *
 * Every node knows its height; a template whose nodes nest too deeply or are too many is refused
 * here, so that rendering need not fear its own recursion.
 */
#include "server/tpl/tpl_int.h"

#include "server/base/i18n.h"

#include <stdarg.h>
#include <stdio.h>

bool tp_perror(struct tp_parser *p, const struct tp_tok *at, const char *fmt, ...)
{
    char reason[HN_ERR_MSG_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(reason, sizeof(reason), hn_tr(fmt), ap);
    va_end(ap);
    tp_error(p->e, p->t->name, at->line, at->col, "%s", reason);
    return false;
}

/* ---- nodes and tokens ----------------------------------------------------------------------- */

struct tp_node *tp_node_new(struct tp_parser *p, enum tp_kind kind, const struct tp_tok *at)
{
    struct tp_node *n;

    if (++p->nodes > TP_NODES_MAX) {
        (void)tp_perror(p, at, "the template is too large");
        return NULL;
    }
    n = hn_arena_make(p->t->arena, struct tp_node, 1);
    n->kind = (uint8_t)kind;
    n->line = at->line;
    n->col = at->col;
    return n;
}

static uint16_t higher(uint16_t h, const struct tp_node *child)
{
    return child != NULL && child->height >= h ? (uint16_t)(child->height + 1) : h;
}

struct tp_node *tp_node_done(struct tp_parser *p, struct tp_node *n)
{
    const struct tp_nodes *lists[] = {&n->x, &n->y, &n->z};
    uint16_t h = higher(higher(higher(1, n->a), n->b), n->c);

    for (size_t k = 0; k < HN_ARRAY_LEN(lists); k++) {
        for (uint32_t i = 0; i < lists[k]->n; i++)
            h = higher(h, lists[k]->v[i]);
    }
    n->height = h;
    if (h <= TP_HEIGHT_MAX)
        return n;
    (void)tp_perror(p, p->tok, "nested too deeply");
    return NULL;
}

bool tp_nodes_add(struct tp_parser *p, struct tp_nodes *l, struct tp_node *n)
{
    if (n == NULL)
        return false;
    if (l->n == l->cap) {
        uint32_t cap = HN_MAX(l->cap * 2, 4u);
        struct tp_node **v = hn_arena_make(p->t->arena, struct tp_node *, cap);

        if (l->n > 0)
            memcpy(v, l->v, l->n * sizeof(struct tp_node *));
        l->v = v;
        l->cap = cap;
    }
    l->v[l->n++] = n;
    return true;
}

bool tp_tok_is(const struct tp_tok *t, const char *name)
{
    return t->type == TK_NAME && t->n == strlen(name) && memcmp(t->s, name, t->n) == 0;
}

bool tp_skip_name(struct tp_parser *p, const char *name)
{
    if (!tp_tok_is(p->tok, name))
        return false;
    p->tok++;
    return true;
}

/* How a token is called in messages. */
const char *tp_tok_text(struct tp_parser *p, const struct tp_tok *t)
{
    if (t->type == TK_NAME)
        return hn_arena_strndup(p->t->arena, t->s, HN_MIN(t->n, 60u));
    return hn_tr(tp_token_name((enum tp_token)t->type));
}

bool tp_expect(struct tp_parser *p, enum tp_token type)
{
    if (p->tok->type != type)
        return tp_perror(p, p->tok, "expected '%s', got '%s'", hn_tr(tp_token_name(type)),
                         tp_tok_text(p, p->tok));
    p->tok++;
    return true;
}

bool tp_expect_name(struct tp_parser *p, const char *name)
{
    if (tp_skip_name(p, name))
        return true;
    return tp_perror(p, p->tok, "expected '%s', got '%s'", name, tp_tok_text(p, p->tok));
}

/* The names of a template live in its own arena. */
struct tp_sym tp_tok_sym(struct tp_parser *p, const struct tp_tok *t)
{
    return tp_sym_make(hn_arena_strndup(p->t->arena, t->s, t->n), t->n);
}

static bool take_name(struct tp_parser *p, struct tp_sym *out)
{
    if (p->tok->type != TK_NAME)
        return tp_expect(p, TK_NAME);
    if (tp_tok_is(p->tok, "true") || tp_tok_is(p->tok, "false") || tp_tok_is(p->tok, "none") ||
        tp_tok_is(p->tok, "True") || tp_tok_is(p->tok, "False") || tp_tok_is(p->tok, "None"))
        return tp_perror(p, p->tok, "'%s' cannot be assigned to", tp_tok_text(p, p->tok));
    *out = tp_tok_sym(p, p->tok++);
    return true;
}

/* ---- statements ----------------------------------------------------------------------------- */

static bool statements(struct tp_parser *p, struct tp_nodes *out, const char *const *ends);

static bool is_one_of(const struct tp_tok *t, const char *const *words)
{
    for (; words != NULL && *words != NULL; words++) {
        if (tp_tok_is(t, *words))
            return true;
    }
    return false;
}

/* The body after a tag's "%}" up to one of ends, which becomes the current token. */
static bool body(struct tp_parser *p, struct tp_nodes *out, const char *const *ends)
{
    if (p->tok->type == TK_COLON)
        p->tok++;
    if (!tp_expect(p, TK_BLOCK_END) || !statements(p, out, ends))
        return false;
    if (p->tok->type == TK_EOF)
        return tp_perror(p, p->tok, "the template ends where '%s' was expected",
                         ends[0] == NULL ? "" : ends[0]);
    return true;
}

static bool body_to(struct tp_parser *p, struct tp_nodes *out, const char *end)
{
    const char *const ends[] = {end, NULL};

    if (!body(p, out, ends))
        return false;
    p->tok++;
    return true;
}

static struct tp_node *parse_for(struct tp_parser *p, struct tp_node *n)
{
    static const char *const ends[] = {"endfor", "else", NULL};
    unsigned closures = p->closures;

    if ((n->a = tp_parse_target(p, false, "in")) == NULL)
        return NULL;
    if (n->a->kind == TN_NAME && n->a->sym.n == 4 && memcmp(n->a->sym.s, "loop", 4) == 0) {
        (void)tp_perror(p, p->tok, "'%s' cannot be assigned to", "loop");
        return NULL;
    }
    if (!tp_expect_name(p, "in") || (n->b = tp_parse_tuple(p, false, "recursive")) == NULL)
        return NULL;
    if (tp_skip_name(p, "if") && (n->c = tp_parse_expr(p)) == NULL)
        return NULL;
    n->flag = tp_skip_name(p, "recursive");
    p->inner++;
    if (!body(p, &n->x, ends))
        return NULL;
    if (tp_skip_name(p, "else")) {
        if (!body_to(p, &n->y, "endfor"))
            return NULL;
    } else {
        p->tok++;
    }
    p->inner--;
    n->flag2 = p->closures != closures;
    return n;
}

static struct tp_node *parse_if(struct tp_parser *p, struct tp_node *n)
{
    static const char *const ends[] = {"elif", "else", "endif", NULL};

    for (;;) {
        struct tp_node *b = tp_node_new(p, TN_BRANCH, p->tok);

        if (b == NULL || (b->a = tp_parse_tuple(p, false, NULL)) == NULL || !body(p, &b->x, ends) ||
            !tp_nodes_add(p, &n->x, tp_node_done(p, b)))
            return NULL;
        if (tp_skip_name(p, "elif"))
            continue;
        if (tp_skip_name(p, "else")) {
            b = tp_node_new(p, TN_BRANCH, p->tok);
            if (b == NULL || !body_to(p, &b->x, "endif") ||
                !tp_nodes_add(p, &n->x, tp_node_done(p, b)))
                return NULL;
            return n;
        }
        p->tok++;
        return n;
    }
}

static struct tp_node *parse_set(struct tp_parser *p, struct tp_node *n)
{
    if ((n->a = tp_parse_target(p, true, NULL)) == NULL)
        return NULL;
    if (p->tok->type == TK_ASSIGN) {
        p->tok++;
        return (n->b = tp_parse_tuple(p, true, NULL)) == NULL ? NULL : n;
    }
    n->kind = TN_SETBLOCK;
    if (p->tok->type == TK_PIPE && (n->b = tp_parse_filters(p, NULL, false)) == NULL)
        return NULL;
    p->inner++;
    if (!body_to(p, &n->x, "endset"))
        return NULL;
    p->inner--;
    return n;
}

static struct tp_node *parse_with(struct tp_parser *p, struct tp_node *n)
{
    while (p->tok->type != TK_BLOCK_END) {
        if (n->x.n > 0 && !tp_expect(p, TK_COMMA))
            return NULL;
        if (!tp_nodes_add(p, &n->x, tp_parse_target(p, false, NULL)) || !tp_expect(p, TK_ASSIGN) ||
            !tp_nodes_add(p, &n->y, tp_parse_expr(p)))
            return NULL;
    }
    p->inner++;
    if (!body_to(p, &n->z, "endwith"))
        return NULL;
    p->inner--;
    return n;
}

static bool only_space(const struct tp_nodes *l)
{
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->v[i]->kind != TN_DATA)
            return false;
        for (uint32_t k = 0; k < l->v[i]->v.n; k++) {
            if (strchr(" \t\n\v\f\r", l->v[i]->v.u.s[k]) == NULL)
                return false;
        }
    }
    return true;
}

static struct tp_node *parse_block(struct tp_parser *p, struct tp_node *n)
{
    const struct tp_tok *at = p->tok;

    if (!take_name(p, &n->sym))
        return NULL;
    for (uint32_t i = 0; i < p->t->blocks.n; i++) {
        const struct tp_sym *s = &p->t->blocks.v[i]->sym;

        if (s->n == n->sym.n && memcmp(s->s, n->sym.s, s->n) == 0) {
            (void)tp_perror(p, at, "block '%s' is defined twice", n->sym.s);
            return NULL;
        }
    }
    n->flag = tp_skip_name(p, "scoped");
    n->flag2 = tp_skip_name(p, "required");
    if (!tp_nodes_add(p, &p->t->blocks, n))
        return NULL;
    p->inner++;
    if (!body_to(p, &n->x, "endblock"))
        return NULL;
    p->inner--;
    if (n->flag2 && !only_space(&n->x)) {
        (void)tp_perror(p, at, "a required block can hold only comments and white space");
        return NULL;
    }
    (void)tp_skip_name(p, n->sym.s);
    return n;
}

static struct tp_node *parse_extends(struct tp_parser *p, struct tp_node *n)
{
    if (p->inner > 0) {
        (void)tp_perror(p, p->tok, "'extends' must stand at the top level of the template");
        return NULL;
    }
    return (n->a = tp_parse_expr(p)) == NULL ? NULL : n;
}

static bool context_words(struct tp_parser *p, bool *with)
{
    if (!tp_tok_is(p->tok, "with") && !tp_tok_is(p->tok, "without"))
        return false;
    if (!tp_tok_is(p->tok + 1, "context"))
        return false;
    *with = tp_tok_is(p->tok, "with");
    p->tok += 2;
    return true;
}

static struct tp_node *parse_include(struct tp_parser *p, struct tp_node *n)
{
    if ((n->a = tp_parse_expr(p)) == NULL)
        return NULL;
    if (tp_tok_is(p->tok, "ignore") && tp_tok_is(p->tok + 1, "missing")) {
        n->flag = true;
        p->tok += 2;
    }
    n->flag2 = true;
    (void)context_words(p, &n->flag2);
    return n;
}

static struct tp_node *parse_import(struct tp_parser *p, struct tp_node *n)
{
    if ((n->a = tp_parse_expr(p)) == NULL || !tp_expect_name(p, "as") || !take_name(p, &n->sym))
        return NULL;
    (void)context_words(p, &n->flag2);
    return n;
}

static struct tp_node *parse_from(struct tp_parser *p, struct tp_node *n)
{
    if ((n->a = tp_parse_expr(p)) == NULL || !tp_expect_name(p, "import"))
        return NULL;
    for (;;) {
        struct tp_node *k;

        if (n->x.n > 0 && context_words(p, &n->flag2))
            return n;
        k = tp_node_new(p, TN_ALIAS, p->tok);
        if (k == NULL || !take_name(p, &k->sym))
            return NULL;
        if (k->sym.s[0] == '_') {
            (void)tp_perror(p, p->tok - 1, "names that begin with '_' cannot be imported");
            return NULL;
        }
        k->alias = k->sym;
        if (tp_skip_name(p, "as") && !take_name(p, &k->alias))
            return NULL;
        if (!tp_nodes_add(p, &n->x, tp_node_done(p, k)))
            return NULL;
        if (context_words(p, &n->flag2) || p->tok->type != TK_COMMA)
            return n;
        p->tok++;
    }
}

static bool signature(struct tp_parser *p, struct tp_node *n)
{
    if (!tp_expect(p, TK_LPAREN))
        return false;
    while (p->tok->type != TK_RPAREN) {
        struct tp_node *k;

        if (n->x.n > 0 && !tp_expect(p, TK_COMMA))
            return false;
        k = tp_node_new(p, TN_NAME, p->tok);
        if (k == NULL || !take_name(p, &k->sym) || !tp_nodes_add(p, &n->x, tp_node_done(p, k)))
            return false;
        if (p->tok->type == TK_ASSIGN) {
            p->tok++;
            if (!tp_nodes_add(p, &n->y, tp_parse_expr(p)))
                return false;
        } else if (n->y.n > 0) {
            return tp_perror(p, p->tok, "a parameter without default follows one with default");
        }
    }
    return tp_expect(p, TK_RPAREN);
}

/* The body of a macro or call block; notes which of the special names it uses. */
static bool macro_body(struct tp_parser *p, struct tp_node *n, const char *end)
{
    unsigned callers = p->callers;
    unsigned kwargs = p->kwargs;
    unsigned varargs = p->varargs;

    p->closures++;
    p->inner++;
    if (!body_to(p, &n->z, end))
        return false;
    p->inner--;
    n->op = (uint8_t)((p->kwargs != kwargs ? TP_MACRO_KWARGS : 0) |
                      (p->varargs != varargs ? TP_MACRO_VARARGS : 0) |
                      (p->callers != callers ? TP_MACRO_CALLER : 0));
    return true;
}

static struct tp_node *parse_macro(struct tp_parser *p, struct tp_node *n)
{
    return take_name(p, &n->sym) && signature(p, n) && macro_body(p, n, "endmacro") ? n : NULL;
}

static struct tp_node *parse_call(struct tp_parser *p, struct tp_node *n)
{
    struct tp_node *m = tp_node_new(p, TN_MACRO, p->tok);
    const struct tp_tok *at = p->tok;

    if (m == NULL)
        return NULL;
    m->sym = tp_sym_make("caller", 6);
    if (p->tok->type == TK_LPAREN && !signature(p, m))
        return NULL;
    if ((n->a = tp_parse_expr(p)) == NULL)
        return NULL;
    if (n->a->kind != TN_CALL) {
        (void)tp_perror(p, at, "'call' needs the call of a macro");
        return NULL;
    }
    if (!macro_body(p, m, "endcall"))
        return NULL;
    m->op &= (uint8_t)~TP_MACRO_CALLER; /* the caller in it is that of the macro around it */
    n->b = tp_node_done(p, m);
    return n->b == NULL ? NULL : n;
}

static struct tp_node *parse_filter_block(struct tp_parser *p, struct tp_node *n)
{
    if ((n->a = tp_parse_filters(p, NULL, true)) == NULL)
        return NULL;
    p->inner++;
    if (!body_to(p, &n->x, "endfilter"))
        return NULL;
    p->inner--;
    return n;
}

static struct tp_node *parse_autoescape(struct tp_parser *p, struct tp_node *n)
{
    if ((n->a = tp_parse_expr(p)) == NULL)
        return NULL;
    p->inner++;
    if (!body_to(p, &n->x, "endautoescape"))
        return NULL;
    p->inner--;
    return n;
}

static struct tp_node *parse_one(struct tp_parser *p, struct tp_node *n)
{
    return (n->a = tp_parse_expr(p)) == NULL ? NULL : n;
}

static const struct {
    const char *word;
    enum tp_kind kind;
    struct tp_node *(*parse)(struct tp_parser *p, struct tp_node *n);
} tags[] = {
    {"for", TN_FOR, parse_for},
    {"if", TN_IF, parse_if},
    {"set", TN_SET, parse_set},
    {"with", TN_WITH, parse_with},
    {"block", TN_BLOCK, parse_block},
    {"extends", TN_EXTENDS, parse_extends},
    {"include", TN_INCLUDE, parse_include},
    {"import", TN_IMPORT, parse_import},
    {"from", TN_FROM, parse_from},
    {"macro", TN_MACRO, parse_macro},
    {"call", TN_CALLBLOCK, parse_call},
    {"filter", TN_FILTERBLOCK, parse_filter_block},
    {"autoescape", TN_AUTOESCAPE, parse_autoescape},
    {"print", TN_PRINT, parse_one},
    {"do", TN_DO, parse_one},
};

static struct tp_node *statement(struct tp_parser *p)
{
    struct tp_node *n;

    if (p->tok->type != TK_NAME) {
        (void)tp_perror(p, p->tok, "expected the name of a tag, got '%s'", tp_tok_text(p, p->tok));
        return NULL;
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(tags); i++) {
        if (!tp_tok_is(p->tok, tags[i].word))
            continue;
        n = tp_node_new(p, tags[i].kind, p->tok);
        if (n == NULL)
            return NULL;
        p->tok++;
        n = tags[i].parse(p, n);
        return n == NULL ? NULL : tp_node_done(p, n);
    }
    (void)tp_perror(p, p->tok, "unknown tag '%s'", tp_tok_text(p, p->tok));
    return NULL;
}

static struct tp_node *data_node(struct tp_parser *p)
{
    struct tp_node *n = tp_node_new(p, TN_DATA, p->tok);

    if (n == NULL)
        return NULL;
    n->v = tp_text(hn_arena_strndup(p->t->arena, p->tok->s, p->tok->n), p->tok->n, true);
    p->tok++;
    return tp_node_done(p, n);
}

static struct tp_node *print_node(struct tp_parser *p)
{
    struct tp_node *n = tp_node_new(p, TN_PRINT, ++p->tok);

    if (n == NULL || (n->a = tp_parse_tuple(p, true, NULL)) == NULL || !tp_expect(p, TK_VAR_END))
        return NULL;
    return tp_node_done(p, n);
}

/* Up to the name of one of ends (the current token then), or the end of the text. */
static bool statements(struct tp_parser *p, struct tp_nodes *out, const char *const *ends)
{
    if (++p->depth > TP_HEIGHT_MAX)
        return tp_perror(p, p->tok, "nested too deeply");
    while (p->tok->type != TK_EOF) {
        if (p->tok->type == TK_DATA) {
            if (!tp_nodes_add(p, out, data_node(p)))
                return false;
        } else if (p->tok->type == TK_VAR_BEGIN) {
            if (!tp_nodes_add(p, out, print_node(p)))
                return false;
        } else {
            p->tok++; /* TK_BLOCK_BEGIN */
            if (is_one_of(p->tok, ends))
                break;
            if (!tp_nodes_add(p, out, statement(p)) || !tp_expect(p, TK_BLOCK_END))
                return false;
        }
    }
    p->depth--;
    return true;
}

struct tp_tmpl *tp_compile(const char *name, const char *src, size_t n, struct hn_err *e)
{
    HN_ARENA scratch = hn_arena_new();
    struct hn_arena *a = hn_arena_new();
    struct tp_tmpl *t = hn_arena_make(a, struct tp_tmpl, 1);
    struct tp_parser p = {.t = t, .e = e};
    struct tp_tok *tok;

    t->arena = a;
    t->name = hn_arena_strdup(a, name);
    if (tp_lex(scratch, t->name, src, n, &tok, e)) {
        p.tok = tok;
        if (statements(&p, &t->body, NULL))
            return t;
    }
    tp_tmpl_free(t);
    return NULL;
}

void tp_tmpl_free(struct tp_tmpl *t)
{
    if (t != NULL)
        hn_arena_free(t->arena);
}
