/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tpl_int.h — what the files of the template engine share. Nobody outside server/tpl/ includes it.
 *
 *   lex.c      text to tokens (data, tags, names, numbers, strings, operators)
 *   parse.c    tokens to statements; parse_expr.c to expressions; a compiled template is immutable
 *   loader.c   finds templates by name below a folder, compiles them once, counts who uses them
 *   exec.c     runs statements; inherit.c blocks, include and import; call.c macros and calls
 *   eval.c     evaluates expressions; ops.c arithmetic, comparison, slices; attr.c attributes
 *   value.c    values and the public constructors; text.c text of values, Unicode
 *   format.c   "%s" and "{}" formats; filters*.c, tests.c, methods.c the tables of functions
 *
 * Values are small structs passed by value. All that a rendering makes lives in the arena of its
 * struct tp_run and goes when the rendering ends. Every loop whose length a template can choose
 * calls tp_charge() or tp_step(), and every recursion over values is bounded: a hostile template
 * ends with an error and never with a crash or a long wait.
 *
 * Functions that can fail return false after tp_fail() has written the error.
 */
#ifndef HN_TPL_INT_H
#define HN_TPL_INT_H

#include "server/tpl/tpl.h"

/* ---- limits --------------------------------------------------------------------------------- */

#define TP_SOURCE_MAX ((size_t)512 * 1024) /* bytes of one template */
#define TP_NODES_MAX 200000u               /* nodes of one template */
#define TP_HEIGHT_MAX 120                  /* nesting of statements and expressions */
#define TP_NEST_MAX 1200                   /* of evaluation, over all templates of a rendering */
#define TP_WALK_MAX 60      /* nesting of lists and mappings that are shown, compared */
#define TP_RANGE_MAX 100000 /* as jinja2's sandbox */
#define TP_BYTES_STEP 64    /* so many bytes of text that are looked through count as a step */
#define TP_MEMORY_MAX ((size_t)64 * 1024 * 1024) /* besides twice the limit of output */
#define TP_OUTPUT_MAX ((size_t)256 * 1024 * 1024)

/* ---- values --------------------------------------------------------------------------------- */

/* type, the name Python would give it in messages */
#define TP_TYPES(X)                                                                                \
    X(MISSING, "missing")                                                                          \
    X(UNDEF, "Undefined")                                                                          \
    X(NONE, "NoneType")                                                                            \
    X(BOOL, "bool")                                                                                \
    X(INT, "int")                                                                                  \
    X(FLOAT, "float")                                                                              \
    X(STR, "str")                                                                                  \
    X(LIST, "list")                                                                                \
    X(TUPLE, "tuple")                                                                              \
    X(MAP, "dict")                                                                                 \
    X(NS, "Namespace")                                                                             \
    X(FN, "function")                                                                              \
    X(METHOD, "method")                                                                            \
    X(MACRO, "Macro")                                                                              \
    X(LOOP, "LoopContext")                                                                         \
    X(MODULE, "TemplateModule")                                                                    \
    X(BLOCK, "BlockReference")                                                                     \
    X(SELF, "TemplateReference")                                                                   \
    X(CYCLER, "Cycler")                                                                            \
    X(JOINER, "Joiner")

enum tp_type {
#define X(c, w) TP_##c,
    TP_TYPES(X)
#undef X
};

/* A name with its hash, so that a lookup does not hash again. */
struct tp_sym {
    const char *s;
    uint32_t n;
    uint32_t hash;
};

struct tp_list;
struct tp_dict;

struct tpl_val {
    uint8_t type;  /* enum tp_type */
    bool safe;     /* of text: not escaped again */
    uint8_t why;   /* of UNDEF: enum tp_undef */
    uint8_t owner; /* of UNDEF_ATTR: type of the value that has no such attribute */
    uint32_t n;    /* bytes of text */
    union {
        bool b;
        int64_t i;
        double f;
        const char *s; /* not NUL-terminated */
        struct tp_list *list;
        struct tp_dict *dict;
        const struct tp_sym *sym; /* of UNDEF */
        const void *p;
        struct tp_method *method;
        struct tp_macro *macro;
        struct tp_loop *loop;
        struct tp_module *module;
        struct tp_blockref *block;
        struct tp_unit *unit;
        struct tp_cycler *cycler;
        const struct tp_fn *fn;
    } u;
};

enum tp_undef {
    TP_UNDEF_NAME,  /* no such name */
    TP_UNDEF_ATTR,  /* no such attribute or item */
    TP_UNDEF_PARAM, /* a macro's parameter that was not given */
    TP_UNDEF_EMPTY, /* first, min and so on of an empty sequence */
    TP_UNDEF_IF,    /* inline if without else: always prints nothing */
    TP_UNDEF_SUPER, /* no parent block */
    TP_UNDEF_IMPORT
};

struct tp_list {
    struct hn_arena *arena;
    struct tpl_val *v;
    uint32_t n;
    uint32_t cap;
};

struct tp_entry {
    struct tpl_val key;
    struct tpl_val val;
    uint32_t hash;
};

/* Keeps insertion order; an index is made when it grows past a few entries. */
struct tp_dict {
    struct hn_arena *arena;
    struct tp_entry *e;
    uint32_t n;
    uint32_t cap;
    uint32_t *index; /* entry number + 1, 0 = free */
    uint32_t n_index;
};

static inline struct tpl_val tp_none(void)
{
    return (struct tpl_val){.type = TP_NONE};
}
static inline struct tpl_val tp_bool(bool b)
{
    return (struct tpl_val){.type = TP_BOOL, .u.b = b};
}
static inline struct tpl_val tp_int(int64_t i)
{
    return (struct tpl_val){.type = TP_INT, .u.i = i};
}
static inline struct tpl_val tp_float(double f)
{
    return (struct tpl_val){.type = TP_FLOAT, .u.f = f};
}
static inline struct tpl_val tp_text(const char *s, size_t n, bool safe)
{
    return (struct tpl_val){.type = TP_STR, .safe = safe, .n = (uint32_t)n, .u.s = s};
}
static inline struct tpl_val tp_cstr(const char *s)
{
    return tp_text(s, strlen(s), false);
}
static inline struct tpl_val tp_list_val(struct tp_list *l, bool tuple)
{
    return (struct tpl_val){.type = tuple ? TP_TUPLE : TP_LIST, .u.list = l};
}
static inline struct tpl_val tp_map_val(struct tp_dict *d)
{
    return (struct tpl_val){.type = TP_MAP, .u.dict = d};
}
static inline struct tpl_val tp_undef(enum tp_undef why, const struct tp_sym *sym)
{
    return (struct tpl_val){.type = TP_UNDEF, .why = (uint8_t)why, .u.sym = sym};
}
static inline bool tp_is_seq(const struct tpl_val *v)
{
    return v->type == TP_LIST || v->type == TP_TUPLE;
}
static inline bool tp_is_num(const struct tpl_val *v)
{
    return v->type == TP_INT || v->type == TP_FLOAT || v->type == TP_BOOL;
}
/* Of BOOL and INT. */
static inline int64_t tp_as_i64(const struct tpl_val *v)
{
    return v->type == TP_BOOL ? v->u.b : v->u.i;
}
static inline double tp_as_f64(const struct tpl_val *v)
{
    return v->type == TP_FLOAT ? v->u.f : (double)tp_as_i64(v);
}
static inline bool tp_text_is(const struct tpl_val *v, const char *s)
{
    return v->type == TP_STR && v->n == strlen(s) && memcmp(v->u.s, s, v->n) == 0;
}

/* value.c */
uint32_t tp_hash(const char *s, size_t n);
struct tp_sym tp_sym_make(const char *s, size_t n);
struct tp_list *tp_list_new(struct hn_arena *a, uint32_t cap);
void tp_list_push(struct tp_list *l, struct tpl_val v);
struct tp_dict *tp_dict_new(struct hn_arena *a);
struct tpl_val *tp_dict_get_sym(const struct tp_dict *d, const struct tp_sym *s);
/* NULL also for a key that cannot be one (a list, a mapping). */
struct tpl_val *tp_dict_get(const struct tp_dict *d, const struct tpl_val *key);
/* false: the key's type cannot be a key. */
bool tp_dict_put(struct tp_dict *d, const struct tpl_val *key, struct tpl_val v);
void tp_dict_put_sym(struct tp_dict *d, const struct tp_sym *s, struct tpl_val v);
const char *tp_type_name(enum tp_type t);

/* ---- compiled templates --------------------------------------------------------------------- */

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

#define TP_NODES(X)                                                                                \
    X(CONST)                                                                                       \
    X(NAME)                                                                                        \
    X(LIST)                                                                                        \
    X(TUPLE)                                                                                       \
    X(DICT) X(ATTR) X(ITEM) X(SLICE) X(CALL) X(ARGS) X(KW) X(FILTER) X(TEST) X(NOT) X(NEG) X(POS)  \
        X(BINARY) X(CONCAT) X(COMPARE) X(OPERAND) X(AND) X(OR) X(COND) X(NSREF) X(DATA) X(PRINT)   \
            X(FOR) X(IF) X(BRANCH) X(SET) X(SETBLOCK) X(WITH) X(BLOCK) X(EXTENDS) X(INCLUDE)       \
                X(IMPORT) X(FROM) X(ALIAS) X(MACRO) X(CALLBLOCK) X(FILTERBLOCK) X(AUTOESCAPE)      \
                    X(DO)

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
/* parse_expr.c */
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

/* ---- rendering ------------------------------------------------------------------------------ */

struct tp_var {
    struct tp_sym name;
    struct tpl_val v;
};

struct tp_scope {
    struct tp_scope *parent;
    struct tp_var *var;
    uint32_t n;
    uint32_t cap;
    bool sees_context; /* of the last in the chain: the context follows */
    struct tp_var few[3];
};

struct tp_blockdef {
    const struct tp_tmpl *t;
    const struct tp_node *node;
};

struct tp_blockchain {
    struct tp_sym name;
    struct tp_blockdef *def; /* youngest child first */
    uint32_t n;
    uint32_t cap;
    struct tp_blockchain *next;
};

/* A template with those it extends, run together: they share blocks and top-level names. */
struct tp_unit {
    struct tp_scope *top;
    struct tp_blockchain *blocks;
    struct tp_tmpl *parent; /* set by extends */
};

struct tp_method {
    struct tpl_val self;
    const struct tp_fn *fn;
};

struct tp_macro {
    const struct tp_node *node;
    const struct tp_tmpl *t;
    struct tp_scope *scope;
    struct tp_unit *unit;
    bool autoescape;
};

struct tp_loop {
    const struct tp_node *node;
    const struct tp_tmpl *t;
    struct tp_scope *scope; /* around the loop */
    struct tp_list *items;
    uint32_t index;
    uint32_t depth;
    bool has_last;
    struct tpl_val last; /* of changed() */
};

struct tp_module {
    struct tp_unit *unit;
    const char *name;
};

struct tp_blockref {
    struct tp_unit *unit;
    struct tp_blockchain *chain;
    uint32_t level;
};

struct tp_cycler {
    struct tp_list *items;
    uint32_t at;
    struct tpl_val sep; /* joiner */
    bool used;
};

struct tp_run {
    struct tpl_loader *loader;
    struct hn_err *e;
    struct hn_arena *a;
    struct hn_sbuf *out; /* NULL: output is dropped (a child's text outside blocks) */
    const struct tpl_val *ctx;
    struct tp_unit *unit;
    struct tp_scope *scope;
    const struct tp_tmpl *t;
    const struct tp_node *at; /* for messages */
    struct tpl_val captured;  /* input of a filter block */
    struct tp_tmpl **held;
    uint32_t n_held;
    uint32_t cap_held;
    int64_t steps; /* left */
    size_t max_bytes;
    size_t max_memory;
    int depth;
    int max_depth;
    int nest;
    bool autoescape;
    bool lenient;
    hn_instant now;
};

struct tp_kw {
    const struct tp_sym *name;
    struct tpl_val v;
};

#define TP_ARGS_FEW 6
struct tp_args {
    uint32_t n;
    uint32_t n_kw;
    struct tpl_val *v;
    struct tp_kw *kw;
    struct tpl_val few[TP_ARGS_FEW];
    struct tp_kw few_kw[2];
};

/*
 * A filter, test, method or global function. `in` is the filtered value or the method's owner.
 * With params the arguments are bound: v[i] is that of params[i], TP_MISSING where it was not
 * given. Without params (any) v and kw are as they stand in the template.
 */
#define TP_PARAMS_MAX 6
typedef bool (*tp_fn_run)(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                          struct tpl_val *out);
struct tp_fn {
    const char *name;
    tp_fn_run run;
    uint8_t need; /* so many of params must be given */
    bool any;
    bool undef_ok; /* takes undefined values as they are, also in strict mode */
    const char *params[TP_PARAMS_MAX];
};

/* tables: sorted by name is not needed, compile time only. */
const struct tp_fn *tp_filter_find(const char *s, size_t n);
const struct tp_fn *tp_test_find(const char *s, size_t n);
const struct tp_fn *tp_method_find(enum tp_type t, const char *s, size_t n);
const struct tp_fn *tp_global_find(const char *s, size_t n);

struct tp_fn_table {
    const struct tp_fn *v;
    size_t n;
};
extern const struct tp_fn_table tp_filters_seq, tp_filters_text, tp_filters_num, tp_filters_time,
    tp_filters_pick;

/* eval.c */
bool tp_fail(struct tp_run *r, const char *fmt, ...) HN_PRINTF(2, 3); /* false */
bool tp_charge(struct tp_run *r, size_t steps);
bool tp_room(struct tp_run *r, size_t bytes); /* before a big allocation; also charges */
bool tp_eval(struct tp_run *r, const struct tp_node *n, struct tpl_val *out);
/* Strict mode: fails on an undefined value. Lenient: true. */
bool tp_undef_check(struct tp_run *r, const struct tpl_val *v);
bool tp_lookup(struct tp_run *r, const struct tp_sym *name, struct tpl_val *out);
void tp_scope_set(struct tp_run *r, struct tp_scope *s, const struct tp_sym *name,
                  struct tpl_val v);
const struct tpl_val *tp_scope_get(const struct tp_scope *s, const struct tp_sym *name);
struct tp_scope *tp_scope_new(struct tp_run *r, struct tp_scope *parent);

/* exec.c */
bool tp_exec(struct tp_run *r, const struct tp_nodes *body);
bool tp_emit(struct tp_run *r, const struct tpl_val *v);
bool tp_assign(struct tp_run *r, const struct tp_node *target, const struct tpl_val *v);
/* Runs body into a text; it is safe where autoescape is on. */
bool tp_capture(struct tp_run *r, const struct tp_nodes *body, struct tpl_val *out);
bool tp_loop_run(struct tp_run *r, const struct tp_node *n, struct tp_list *items, uint32_t depth);
bool tp_loop_items(struct tp_run *r, const struct tp_node *n, const struct tpl_val *seq,
                   struct tp_list **out);

/* inherit.c */
bool tp_unit_run(struct tp_run *r, struct tp_unit *u, const struct tp_tmpl *t);
bool tp_exec_block(struct tp_run *r, const struct tp_node *n);
bool tp_exec_extends(struct tp_run *r, const struct tp_node *n);
bool tp_exec_include(struct tp_run *r, const struct tp_node *n);
bool tp_exec_import(struct tp_run *r, const struct tp_node *n);
bool tp_exec_from(struct tp_run *r, const struct tp_node *n);
struct tp_blockchain *tp_chain_find(struct tp_unit *u, const struct tp_sym *name);
bool tp_block_text(struct tp_run *r, const struct tp_blockref *b, struct tpl_val *out);

/* call.c */
bool tp_enter(struct tp_run *r); /* one more include, macro or call; false past the limit */
void tp_leave(struct tp_run *r);
bool tp_args_eval(struct tp_run *r, const struct tp_node *args, struct tp_args *out);
bool tp_fn_call(struct tp_run *r, const struct tp_fn *f, const struct tpl_val *in,
                struct tp_args *a, struct tpl_val *out);
bool tp_call(struct tp_run *r, const struct tpl_val *callee, struct tp_args *a,
             struct tpl_val *out);
struct tpl_val tp_macro_val(struct tp_run *r, const struct tp_node *n);

/* attr.c */
bool tp_own_attr(struct tp_run *r, const struct tpl_val *v, const struct tp_sym *name,
                 struct tpl_val *out); /* undefined where there is only a key of the name */
bool tp_attr(struct tp_run *r, const struct tpl_val *v, const struct tp_sym *name,
             struct tpl_val *out);
bool tp_item(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *key,
             struct tpl_val *out);
/* "address.city", an index or none: as the `attribute` of filters. dflt: instead of undefined. */
bool tp_attr_path(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *path,
                  const struct tpl_val *dflt, struct tpl_val *out);

/* ops.c */
bool tp_binary(struct tp_run *r, enum tp_token op, const struct tpl_val *a, const struct tpl_val *b,
               struct tpl_val *out);
bool tp_truth(struct tp_run *r, const struct tpl_val *v, bool *out);
bool tp_equal(struct tp_run *r, const struct tpl_val *a, const struct tpl_val *b, bool *out);
bool tp_order(struct tp_run *r, const char *op, const struct tpl_val *a, const struct tpl_val *b,
              int *out);
bool tp_compare(struct tp_run *r, enum tp_token op, const struct tpl_val *a,
                const struct tpl_val *b, bool *out);
bool tp_contains(struct tp_run *r, const struct tpl_val *in, const struct tpl_val *v, bool *out);
bool tp_slice(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *from,
              const struct tpl_val *to, const struct tpl_val *step, struct tpl_val *out);
bool tp_concat(struct tp_run *r, const struct tpl_val *v, uint32_t n, struct tpl_val *out);
/* The items of anything that can be iterated: the list itself or a new one. */
bool tp_items(struct tp_run *r, const struct tpl_val *v, struct tp_list **out);
/* An integer (or boolean) argument; MISSING gives dflt. */
bool tp_arg_i64(struct tp_run *r, const struct tpl_val *v, int64_t dflt, int64_t *out);
bool tp_arg_bool(struct tp_run *r, const struct tpl_val *v, bool dflt, bool *out);

/* text.c */
size_t tp_cp_get(const char *s, size_t n, uint32_t *cp); /* bytes taken; n > 0 */
size_t tp_cp_put(uint32_t cp, char buf[4]);
size_t tp_cp_len(const char *s, size_t n);
/* Byte offset of code point number i; n where the text is shorter. */
size_t tp_cp_at(const char *s, size_t n, size_t i);
uint32_t tp_cp_lower(uint32_t cp);
uint32_t tp_cp_upper(uint32_t cp);
bool tp_cp_space(uint32_t cp);
bool tp_cp_word(uint32_t cp);
/* Python's repr of a float. */
#define TP_FLOAT_MAX 40
size_t tp_float_text(double f, char buf[TP_FLOAT_MAX]);
/* str(v): text of any value; keeps `safe` of text. Charges for its length. */
bool tp_str(struct tp_run *r, const struct tpl_val *v, struct tpl_val *out);
bool tp_repr(struct tp_run *r, const struct tpl_val *v, struct hn_sbuf *b, int depth);
/* v as text that is safe in HTML: escaped unless it is safe already. */
bool tp_escape(struct tp_run *r, const struct tpl_val *v, struct tpl_val *out);
void tp_buf(struct tp_run *r, struct hn_sbuf *b); /* a builder with the rendering's limit */
bool tp_buf_done(struct tp_run *r, struct hn_sbuf *b, bool safe, struct tpl_val *out);
bool tp_map_case(struct tp_run *r, const struct tpl_val *v, bool upper, struct tpl_val *out);
bool tp_strip(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *chars, int sides,
              struct tpl_val *out); /* sides: 1 left, 2 right, 3 both */

/* tojson.c, urlize.c */
bool tp_f_tojson(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                 struct tpl_val *out);
bool tp_f_urlize(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                 struct tpl_val *out);

/* format.c */
bool tp_format_percent(struct tp_run *r, const struct tpl_val *fmt, const struct tpl_val *args,
                       uint32_t n, const struct tp_dict *named, struct tpl_val *out);
bool tp_format_braces(struct tp_run *r, const struct tpl_val *fmt, const struct tp_args *a,
                      const struct tp_dict *named, struct tpl_val *out);
bool tp_f_gettext(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                  struct tpl_val *out);
bool tp_replace(struct tp_run *r, const struct tpl_val *s, const struct tpl_val *from,
                const struct tpl_val *to, int64_t count, bool safe, struct tpl_val *out);

#endif
