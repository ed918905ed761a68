/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tpl_ast.h — compiled templates: tokens, nodes, the parser's state. Only for the files of
 * server/tpl/. A template is immutable once it is compiled and may be rendered in many threads.
 */
#ifndef HN_TPL_AST_H
#define HN_TPL_AST_H

#include "server/tpl/tpl_val.h"

#define TP_TOKENS(X)                                                                               \
    X(EOF, "end of template")                                                                      \
    X(DATA, "template text")                                                                       \
    X(VAR_BEGIN, "begin of print statement")                                                       \
    X(VAR_END, "end of print statement")                                                           \
    X(BLOCK_BEGIN, "begin of statement block")                                                     \
    X(BLOCK_END, "end of statement block")                                                         \
    X(NAME, "a name")                                                                              \
    X(STRING, "a text")                                                                            \
    X(INTEGER, "an integer")                                                                       \
    X(FLOATING, "a float")                                                                         \
    X(FLOORDIV, "//")                                                                              \
    X(POW, "**")                                                                                   \
    X(EQ, "==")                                                                                    \
    X(NE, "!=")                                                                                    \
    X(GE, ">=")                                                                                    \
    X(LE, "<=")                                                                                    \
    X(GT, ">")                                                                                     \
    X(LT, "<")                                                                                     \
    X(ADD, "+")                                                                                    \
    X(SUB, "-")                                                                                    \
    X(DIV, "/")                                                                                    \
    X(MUL, "*")                                                                                    \
    X(MOD, "%")                                                                                    \
    X(TILDE, "~")                                                                                  \
    X(LBRACKET, "[")                                                                               \
    X(RBRACKET, "]")                                                                               \
    X(LPAREN, "(")                                                                                 \
    X(RPAREN, ")")                                                                                 \
    X(LBRACE, "{")                                                                                 \
    X(RBRACE, "}")                                                                                 \
    X(ASSIGN, "=")                                                                                 \
    X(DOT, ".")                                                                                    \
    X(COLON, ":")                                                                                  \
    X(PIPE, "|")                                                                                   \
    X(COMMA, ",")                                                                                  \
    X(SEMICOLON, ";")

enum tp_token {
#define X(c, w) TK_##c,
    TP_TOKENS(X)
#undef X
        TK_IN, /* only as an operator of a comparison */
    TK_NOT_IN
};

struct tp_tok {
    uint8_t type; /* enum tp_token */
    uint32_t line;
    uint32_t col;
    uint32_t n;
    const char *s; /* data, name, string (unescaped) */
    union {
        int64_t i;
        double f;
    } u;
};

/* The formatter never comes to rest on this list. */
/* clang-format off */
#define TP_NODES(X)                                                                                \
    X(CONST)                                                                                       \
    X(NAME)                                                                                        \
    X(LIST)                                                                                        \
    X(TUPLE)                                                                                       \
    X(DICT)                                                                                        \
    X(ATTR)                                                                                        \
    X(ITEM)                                                                                        \
    X(SLICE) X(CALL) X(ARGS) X(KW) X(FILTER) X(TEST) X(NOT) X(NEG) X(POS) X(BINARY) X(CONCAT)      \
        X(COMPARE) X(OPERAND) X(AND) X(OR) X(COND) X(NSREF) X(DATA) X(PRINT) X(FOR) X(IF)          \
            X(BRANCH) X(SET) X(SETBLOCK) X(WITH) X(BLOCK) X(EXTENDS) X(INCLUDE) X(IMPORT) X(FROM)  \
                X(ALIAS) X(MACRO) X(CALLBLOCK) X(FILTERBLOCK) X(AUTOESCAPE) X(DO)
/* clang-format on */

enum tp_kind {
#define X(c) TN_##c,
    TP_NODES(X)
#undef X
};

struct tp_nodes {
    struct tp_node **v;
    uint32_t n;
    uint32_t cap;
};

/*
 * One node of a compiled template. What the members mean depends on the kind:
 *   CONST, DATA      v
 *   NAME             sym                       ATTR    a, sym
 *   LIST, TUPLE      x                         DICT    x keys, y values
 *   ITEM             a, b                      SLICE   a, b, c (each may be NULL)
 *   CALL             a, b = ARGS               ARGS    x, y = KW (sym, a), b = *, c = **
 *   FILTER, TEST     a (NULL: the captured text), fn, b = ARGS or NULL; TEST flag = negated
 *   BINARY           op, a, b                  CONCAT  x
 *   COMPARE          a, x = OPERAND (op, a)    COND    a if b else c
 *   NSREF            sym, alias = attribute's name
 *   FOR              a target, b sequence, c test, x body, y else, flag recursive, flag2 closures
 *   IF               x = BRANCH (a or NULL, x body)
 *   SET              a target, b value         SETBLOCK  a target, b filters or NULL, x body
 *   WITH             x targets, y values, z body
 *   BLOCK            sym, x body, flag scoped, flag2 required
 *   EXTENDS          a                         INCLUDE   a, flag ignore missing, flag2 context
 *   IMPORT           a, sym, flag2 context     FROM      a, x = ALIAS (sym, alias), flag2 context
 *   MACRO            sym, x parameters, y defaults of the last ones, z body, op = TP_MACRO_*
 *   CALLBLOCK        a = CALL, b = MACRO       FILTERBLOCK  a filters, x body
 *   AUTOESCAPE       a, x body                 DO, PRINT    a
 */
struct tp_node {
    uint8_t kind;
    uint8_t op;
    bool flag;
    bool flag2;
    uint16_t height;
    uint32_t line;
    uint32_t col;
    struct tpl_val v;
    struct tp_sym sym;
    struct tp_sym alias;
    struct tp_node *a;
    struct tp_node *b;
    struct tp_node *c;
    struct tp_nodes x;
    struct tp_nodes y;
    struct tp_nodes z;
    const struct tp_fn *fn;
};

enum { TP_MACRO_KWARGS = 1, TP_MACRO_VARARGS = 2, TP_MACRO_CALLER = 4 };

struct tp_tmpl {
    struct hn_arena *arena; /* its own: the template goes with it */
    const char *name;
    struct tp_nodes body;
    struct tp_nodes blocks; /* every BLOCK node, also nested ones */
    unsigned refs;          /* under the loader's mutex */
};

/* lex.c: tokens end with TK_EOF. */
HN_MUST_USE bool tp_lex(struct hn_arena *a, const char *name, const char *src, size_t n,
                        struct tp_tok **out, struct hn_err *e);
const char *tp_token_name(enum tp_token t);
/* "NAME:LINE:COLUMN: reason"; fmt is a msgid. */
void tp_error(struct hn_err *e, const char *name, uint32_t line, uint32_t col, const char *fmt, ...)
    HN_PRINTF(5, 6);

/* parse.c: NULL after an error. */
struct tp_tmpl *tp_compile(const char *name, const char *src, size_t n, struct hn_err *e);
void tp_tmpl_free(struct tp_tmpl *t);

/* The parser's state, shared by parse.c and parse_expr.c. */
struct tp_parser {
    struct tp_tmpl *t;
    struct hn_err *e;
    const struct tp_tok *tok;
    unsigned nodes;
    int depth;
    unsigned closures; /* macros and call blocks seen so far */
    unsigned callers;  /* uses of the name caller, kwargs, varargs so far */
    unsigned kwargs;
    unsigned varargs;
    int inner; /* > 0 inside something that is not top level (if does not count) */
};
bool tp_perror(struct tp_parser *p, const struct tp_tok *at, const char *fmt, ...) HN_PRINTF(3, 4);
struct tp_node *tp_node_new(struct tp_parser *p, enum tp_kind kind, const struct tp_tok *at);
struct tp_node *tp_node_done(struct tp_parser *p, struct tp_node *n); /* n, or NULL: too deep */
bool tp_nodes_add(struct tp_parser *p, struct tp_nodes *l, struct tp_node *n);
bool tp_tok_is(const struct tp_tok *t, const char *name);
bool tp_skip_name(struct tp_parser *p, const char *name);
bool tp_expect(struct tp_parser *p, enum tp_token type);
bool tp_expect_name(struct tp_parser *p, const char *name);
struct tp_sym tp_tok_sym(struct tp_parser *p, const struct tp_tok *t);
const char *tp_tok_text(struct tp_parser *p, const struct tp_tok *t);
/* parse_expr.c, parse_operand.c */
struct tp_node *tp_node_pair(struct tp_parser *p, enum tp_kind kind, const struct tp_tok *at,
                             struct tp_node *a, struct tp_node *b);
struct tp_node *tp_parse_postfix(struct tp_parser *p, struct tp_node *n); /* NULL gives NULL */
struct tp_node *tp_parse_filter_expr(struct tp_parser *p, struct tp_node *n);
struct tp_node *tp_parse_expr(struct tp_parser *p);
struct tp_node *tp_parse_or(struct tp_parser *p); /* without inline if */
/* end: a name that also ends the tuple, or NULL. */
struct tp_node *tp_parse_tuple(struct tp_parser *p, bool inline_if, const char *end);
struct tp_node *tp_parse_primary(struct tp_parser *p);
/* node may be NULL: the captured text. With first, the name stands without "|". */
struct tp_node *tp_parse_filters(struct tp_parser *p, struct tp_node *node, bool first);
struct tp_node *tp_parse_target(struct tp_parser *p, bool with_ns, const char *end);

/* loader.c */
struct tp_tmpl *tp_loader_get(struct tpl_loader *l, const char *name, size_t n, bool *missing,
                              struct hn_err *e);
void tp_loader_put(struct tpl_loader *l, struct tp_tmpl *t);

#endif
