/* SPDX-License-Identifier: Apache-2.0 */
/* value.c — values of a context: the public constructors, lists, and mappings that keep order. */
#include "server/tpl/tpl_int.h"

#include <stdatomic.h>
#include <sys/random.h>

#define INDEX_FROM 8u /* so many entries are searched one after another */

/* Random for each process, so that nobody can prepare keys that fall together. Written once. */
static _Atomic uint32_t hash_seed;

static uint32_t seed(void)
{
    uint32_t s = atomic_load_explicit(&hash_seed, memory_order_relaxed);
    uint32_t none = 0;

    if (s != 0)
        return s;
    if (getrandom(&s, sizeof(s), GRND_NONBLOCK) != (ssize_t)sizeof(s))
        s = (uint32_t)(uintptr_t)&s;
    s |= 1;
    if (!atomic_compare_exchange_strong(&hash_seed, &none, s))
        s = none;
    return s;
}

/* Multiply and fold eight bytes a time, keyed with the seed. */
uint32_t tp_hash(const char *s, size_t n)
{
    uint64_t h = (uint64_t)seed() * 0x9e3779b97f4a7c15u ^ n;

    while (n > 0) {
        uint64_t w = 0;
        size_t k = HN_MIN(n, sizeof(w));

        memcpy(&w, s, k);
        h = (h ^ w) * 0xff51afd7ed558ccdu;
        h ^= h >> 29;
        s += k;
        n -= k;
    }
    return (uint32_t)(h ^ h >> 32);
}

struct tp_sym tp_sym_make(const char *s, size_t n)
{
    return (struct tp_sym){.s = s, .n = (uint32_t)n, .hash = tp_hash(s, n)};
}

const char *tp_type_name(enum tp_type t)
{
    static const char *const names[] = {
#define X(c, w) w,
        TP_TYPES(X)
#undef X
    };

    return names[t];
}

/* ---- lists ---------------------------------------------------------------------------------- */

struct tp_list *tp_list_new(struct hn_arena *a, uint32_t cap)
{
    struct tp_list *l = hn_arena_make(a, struct tp_list, 1);

    l->arena = a;
    l->cap = cap;
    if (cap > 0)
        l->v = hn_arena_make(a, struct tpl_val, cap);
    return l;
}

void tp_list_push(struct tp_list *l, struct tpl_val v)
{
    if (l->n == l->cap) {
        uint32_t cap = HN_MAX(l->cap * 2, 8u);
        struct tpl_val *p = hn_arena_make(l->arena, struct tpl_val, cap);

        if (l->n > 0)
            memcpy(p, l->v, l->n * sizeof(*p));
        l->v = p;
        l->cap = cap;
    }
    l->v[l->n++] = v;
}

/* ---- mappings ------------------------------------------------------------------------------- */

struct tp_dict *tp_dict_new(struct hn_arena *a)
{
    struct tp_dict *d = hn_arena_make(a, struct tp_dict, 1);

    d->arena = a;
    return d;
}

/* 1, 1.0 and true are the same key, as in Python. false: cannot be a key. */
static bool key_hash(const struct tpl_val *k, uint32_t *out)
{
    switch ((enum tp_type)k->type) {
    case TP_STR: *out = tp_hash(k->u.s, k->n); return true;
    case TP_NONE: *out = 1; return true;
    case TP_BOOL:
    case TP_INT: {
        int64_t i = tp_as_i64(k);

        *out = tp_hash((const char *)&i, sizeof(i));
        return true;
    }
    case TP_FLOAT: {
        double f = k->u.f;

        if (f >= -9e15 && f <= 9e15 && f == (double)(int64_t)f) {
            int64_t i = (int64_t)f;

            *out = tp_hash((const char *)&i, sizeof(i));
        } else {
            *out = tp_hash((const char *)&f, sizeof(f));
        }
        return true;
    }
    default: return false;
    }
}

static bool same_key(const struct tpl_val *a, const struct tpl_val *b)
{
    if (a->type == TP_STR || b->type == TP_STR)
        return a->type == b->type && a->n == b->n && memcmp(a->u.s, b->u.s, a->n) == 0;
    if (a->type == TP_NONE || b->type == TP_NONE)
        return a->type == b->type;
    if (a->type == TP_FLOAT || b->type == TP_FLOAT)
        return tp_as_f64(a) == tp_as_f64(b);
    return tp_as_i64(a) == tp_as_i64(b);
}

static struct tp_entry *find(const struct tp_dict *d, const struct tpl_val *key, uint32_t hash)
{
    if (d->index == NULL) {
        for (uint32_t i = 0; i < d->n; i++) {
            if (d->e[i].hash == hash && same_key(&d->e[i].key, key))
                return &d->e[i];
        }
        return NULL;
    }
    for (uint32_t i = hash & (d->n_index - 1);; i = (i + 1) & (d->n_index - 1)) {
        struct tp_entry *e;

        if (d->index[i] == 0)
            return NULL;
        e = &d->e[d->index[i] - 1];
        if (e->hash == hash && same_key(&e->key, key))
            return e;
    }
}

static void index_add(struct tp_dict *d, uint32_t number)
{
    uint32_t i = d->e[number].hash & (d->n_index - 1);

    while (d->index[i] != 0)
        i = (i + 1) & (d->n_index - 1);
    d->index[i] = number + 1;
}

static void grow(struct tp_dict *d)
{
    uint32_t cap = HN_MAX(d->cap * 2, 4u);
    struct tp_entry *e = hn_arena_make(d->arena, struct tp_entry, cap);

    if (d->n > 0)
        memcpy(e, d->e, d->n * sizeof(*e));
    d->e = e;
    d->cap = cap;
    if (cap <= INDEX_FROM)
        return;
    d->n_index = cap * 2; /* cap is a power of two */
    d->index = hn_arena_make(d->arena, uint32_t, d->n_index);
    for (uint32_t i = 0; i < d->n; i++)
        index_add(d, i);
}

static void put(struct tp_dict *d, const struct tpl_val *key, uint32_t hash, struct tpl_val v)
{
    struct tp_entry *e = find(d, key, hash);

    if (e != NULL) {
        e->val = v;
        return;
    }
    if (d->n == d->cap)
        grow(d);
    d->e[d->n++] = (struct tp_entry){.key = *key, .val = v, .hash = hash};
    if (d->index != NULL)
        index_add(d, d->n - 1);
}

bool tp_dict_put(struct tp_dict *d, const struct tpl_val *key, struct tpl_val v)
{
    uint32_t hash;

    if (!key_hash(key, &hash))
        return false;
    put(d, key, hash, v);
    return true;
}

void tp_dict_put_sym(struct tp_dict *d, const struct tp_sym *s, struct tpl_val v)
{
    struct tpl_val key = tp_text(s->s, s->n, false);

    put(d, &key, s->hash, v);
}

struct tpl_val *tp_dict_get_sym(const struct tp_dict *d, const struct tp_sym *s)
{
    struct tpl_val key = tp_text(s->s, s->n, false);
    struct tp_entry *e = find(d, &key, s->hash);

    return e == NULL ? NULL : &e->val;
}

struct tpl_val *tp_dict_get(const struct tp_dict *d, const struct tpl_val *key)
{
    uint32_t hash;
    struct tp_entry *e;

    if (!key_hash(key, &hash))
        return NULL;
    e = find(d, key, hash);
    return e == NULL ? NULL : &e->val;
}

/* ---- the public constructors ---------------------------------------------------------------- */

static struct tpl_val *boxed(struct hn_arena *a, struct tpl_val v)
{
    struct tpl_val *p = hn_arena_make(a, struct tpl_val, 1);

    *p = v;
    return p;
}

struct tpl_val *tpl_none(struct hn_arena *a)
{
    return boxed(a, tp_none());
}

struct tpl_val *tpl_bool(struct hn_arena *a, bool v)
{
    return boxed(a, tp_bool(v));
}

struct tpl_val *tpl_i64(struct hn_arena *a, int64_t v)
{
    return boxed(a, tp_int(v));
}

struct tpl_val *tpl_f64(struct hn_arena *a, double v)
{
    return boxed(a, tp_float(v));
}

static struct tpl_val text_or_none(const char *s, bool safe)
{
    return s == NULL ? tp_none() : tp_text(s, strlen(s), safe);
}

struct tpl_val *tpl_str(struct hn_arena *a, const char *s)
{
    return boxed(a, text_or_none(s, false));
}

struct tpl_val *tpl_safe(struct hn_arena *a, const char *html)
{
    return boxed(a, text_or_none(html, true));
}

struct tpl_val *tpl_list(struct hn_arena *a)
{
    return boxed(a, tp_list_val(tp_list_new(a, 0), false));
}

struct tpl_val *tpl_map(struct hn_arena *a)
{
    return boxed(a, tp_map_val(tp_dict_new(a)));
}

static void set(struct tpl_val *map, const char *key, struct tpl_val v)
{
    struct tp_sym s = tp_sym_make(key, strlen(key));

    HN_ASSERT(map->type == TP_MAP);
    tp_dict_put_sym(map->u.dict, &s, v);
}

void tpl_set(struct tpl_val *map, const char *key, struct tpl_val *v)
{
    set(map, key, v == NULL ? tp_none() : *v);
}

void tpl_set_str(struct tpl_val *map, const char *key, const char *s)
{
    set(map, key, text_or_none(s, false));
}

void tpl_set_i64(struct tpl_val *map, const char *key, int64_t v)
{
    set(map, key, tp_int(v));
}

void tpl_set_f64(struct tpl_val *map, const char *key, double v)
{
    set(map, key, tp_float(v));
}

void tpl_set_bool(struct tpl_val *map, const char *key, bool v)
{
    set(map, key, tp_bool(v));
}

void tpl_set_instant(struct tpl_val *map, const char *key, hn_instant t)
{
    set(map, key, t == HN_UNSET || t == HN_NEVER ? tp_none() : tp_int(t));
}

struct tpl_val *tpl_set_map(struct tpl_val *map, const char *key)
{
    struct tpl_val *v;

    HN_ASSERT(map->type == TP_MAP);
    v = tpl_map(map->u.dict->arena);
    set(map, key, *v);
    return v;
}

struct tpl_val *tpl_set_list(struct tpl_val *map, const char *key)
{
    struct tpl_val *v;

    HN_ASSERT(map->type == TP_MAP);
    v = tpl_list(map->u.dict->arena);
    set(map, key, *v);
    return v;
}

void tpl_push(struct tpl_val *list, struct tpl_val *v)
{
    HN_ASSERT(list->type == TP_LIST);
    tp_list_push(list->u.list, v == NULL ? tp_none() : *v);
}

struct tpl_val *tpl_push_map(struct tpl_val *list)
{
    struct tpl_val *v;

    HN_ASSERT(list->type == TP_LIST);
    v = tpl_map(list->u.list->arena);
    tp_list_push(list->u.list, *v);
    return v;
}

void tpl_push_str(struct tpl_val *list, const char *s)
{
    HN_ASSERT(list->type == TP_LIST);
    tp_list_push(list->u.list, text_or_none(s, false));
}
