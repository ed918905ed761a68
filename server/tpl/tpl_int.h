/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tpl_int.h — what the files of the template engine share. Nobody outside server/tpl/ includes it.
 *
 *   lex.c      text to tokens (data, tags, names, numbers, strings, operators)
 *   parse.c    tokens to statements; parse_expr.c to operators, parse_operand.c to what they join
 *   loader.c   finds templates by name below a folder, compiles them once, counts who uses them
 *   exec.c     runs statements; inherit.c blocks, include and import; call.c macros and calls
 *   eval.c     evaluates expressions; ops.c arithmetic, comparison, slices; attr.c attributes
 *   value.c    values and the public constructors; text.c text of values, Unicode
 *   format.c   "%s" and "{}" formats, translation; filters*.c, tests.c, methods.c, tojson.c,
 * urlize.c the tables of functions
 *
 * Values are small structs passed by value. All that a rendering makes lives in the arena of its
 * struct tp_run and goes when the rendering ends. Every loop whose length a template can choose
 * calls tp_charge(), and every recursion over values is bounded: a hostile template
 * ends with an error and never with a crash or a long wait.
 *
 * Functions that can fail return false after tp_fail() has written the error.
 */
#ifndef HN_TPL_INT_H
#define HN_TPL_INT_H

#include "server/tpl/tpl_ast.h"

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
