/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tpl_val.h — values of the template engine: small structs passed by value, with lists and mappings
 * behind a pointer. Only for the files of server/tpl/.
 */
#ifndef HN_TPL_VAL_H
#define HN_TPL_VAL_H

#include "server/tpl/tpl.h"

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

#endif
