/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/series_cache.h"

#include <sodium.h>

#define ENTRIES_MAX 2000000 /* beyond it the cache starts anew */
#define NAMES_MAX 4096      /* octets hashed at a time */

struct entry {
    int64_t check_id;
    int64_t id; /* 0 = free */
    const char *metric;
    uint32_t next; /* place + 1 of the one that was asked for after this one; 0 = not known */
};

/* The ids of a check's last result. */
struct shape {
    int64_t check_id; /* 0 = free */
    uint64_t names;
    int64_t *ids; /* n, and that of the state */
    size_t n;
    struct batch_policy policy; /* version 0: not known */
};

struct series_cache {
    struct shape *shape;
    size_t shapes_cap; /* a power of two */
    size_t n_shapes;
    size_t n_ids;    /* in all shapes */
    bool unsure;     /* something was added within a transaction that may be undone */
    uint64_t undone; /* db_undone() then */
    uint8_t key[crypto_shorthash_KEYBYTES];
    struct hn_arena *names;
    struct entry *v;
    size_t cap; /* a power of two */
    size_t n;
    size_t last; /* place of the last answer */
};

static void shapes_free(struct series_cache *c)
{
    for (size_t i = 0; i < c->shapes_cap; i++)
        free(c->shape[i].ids);
    free(c->shape);
    c->shape = NULL;
    c->shapes_cap = c->n_shapes = c->n_ids = 0;
}

static void cache_free(void *p)
{
    struct series_cache *c = p;

    shapes_free(c);
    hn_arena_free(c->names);
    free(c->v);
    free(c);
}

static void *make_table(size_t n, size_t size)
{
    void *v = calloc(n, size);

    if (v == NULL)
        abort();
    return v;
}

static void cache_start(struct series_cache *c)
{
    c->names = hn_arena_new();
    c->cap = 4096;
    c->n = 0;
    c->last = 0;
    c->v = make_table(c->cap, sizeof(*c->v));
}

static void cache_clear(struct series_cache *c)
{
    shapes_free(c);
    hn_arena_free(c->names);
    free(c->v);
    cache_start(c);
}

void series_cache_settled(struct series_cache *c, const struct db *db)
{
    if (!db_in_tx(db) || c->unsure)
        return;
    c->unsure = true;
    c->undone = db_undone(db);
}

struct series_cache *series_cache_of(struct db *db)
{
    struct db_slot *slot = db_slot(db);
    struct series_cache *c = slot->p;

    if (c != NULL) {
        if (c->unsure && c->undone != db_undone(db))
            cache_clear(c);
        c->unsure = c->unsure && db_in_tx(db);
        return c;
    }
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        abort();
    cache_start(c);
    HN_ASSERT(sodium_init() >= 0);
    crypto_shorthash_keygen(c->key);
    *slot = (struct db_slot){c, cache_free};
    return c;
}

/* FNV-1a over the name, then mixed with the check (splitmix64's finish). */
static uint64_t hash_of(int64_t check_id, const char *metric)
{
    uint64_t h = 0xcbf29ce484222325U ^ (uint64_t)check_id;

    for (const char *p = metric; *p != '\0'; p++)
        h = (h ^ (uint8_t)*p) * 0x100000001b3U;
    h ^= h >> 30;
    h *= 0xbf58476d1ce4e5b9U;
    h ^= h >> 27;
    h *= 0x94d049bb133111ebU;
    return h ^ h >> 31;
}

static size_t place_of(const struct series_cache *c, int64_t check_id, const char *metric)
{
    size_t i = hash_of(check_id, metric) & (c->cap - 1);

    while (c->v[i].id != 0 && (c->v[i].check_id != check_id || !hn_streq(c->v[i].metric, metric)))
        i = (i + 1) & (c->cap - 1);
    return i;
}

/* Devices are asked the same questions in the same order: what came after the last one came after
 * it before, and no hash is needed. */
int64_t series_cache_get(struct series_cache *c, int64_t check_id, const char *metric)
{
    uint32_t next = c->v[c->last].next;
    size_t i;

    if (next != 0 && c->v[next - 1].check_id == check_id &&
        hn_streq(c->v[next - 1].metric, metric)) {
        c->last = next - 1;
        return c->v[next - 1].id;
    }
    i = place_of(c, check_id, metric);
    if (c->v[i].id == 0)
        return 0;
    c->v[c->last].next = (uint32_t)(i + 1);
    c->last = i;
    return c->v[i].id;
}

static void grow(struct series_cache *c)
{
    struct entry *old = c->v;
    size_t n = c->cap;

    c->cap *= 2;
    c->v = make_table(c->cap, sizeof(*c->v));
    for (size_t i = 0; i < n; i++)
        if (old[i].id != 0) {
            old[i].next = 0; /* places have moved */
            c->v[place_of(c, old[i].check_id, old[i].metric)] = old[i];
        }
    c->last = 0;
    free(old);
}

void series_cache_add(struct series_cache *c, int64_t check_id, const char *metric, int64_t id)
{
    size_t i;

    if (c->n >= ENTRIES_MAX) {
        hn_arena_free(c->names);
        free(c->v);
        cache_start(c);
    }
    if (2 * (c->n + 1) > c->cap)
        grow(c);
    i = place_of(c, check_id, metric);
    if (c->v[i].id == 0) {
        c->v[i] = (struct entry){check_id, id, hn_arena_strdup(c->names, metric), 0};
        c->n++;
    }
    c->v[i].id = id;
}

/* ---- shapes ---- */

uint64_t series_cache_names(struct series_cache *c, const struct ingest_value *v, size_t n)
{
    uint8_t buf[NAMES_MAX + crypto_shorthash_BYTES];
    uint8_t out[crypto_shorthash_BYTES] = {0};
    uint64_t h;
    size_t at = 0;

    HN_ASSERT(crypto_shorthash_BYTES == sizeof(h));
    for (size_t i = 0; i < n; i++) {
        const char *s = v[i].metric;
        size_t len = strlen(s) + 1;

        while (len > 0) {
            size_t part = HN_MIN(len, NAMES_MAX - at);

            memcpy(buf + at, s, part);
            s += part;
            at += part;
            len -= part;
            if (at == NAMES_MAX) { /* what was so far stands in front of the rest */
                (void)crypto_shorthash(out, buf, at, c->key);
                memcpy(buf, out, sizeof(out));
                at = sizeof(out);
            }
        }
    }
    (void)crypto_shorthash(out, buf, at, c->key);
    memcpy(&h, out, sizeof(h));
    return h;
}

static struct shape *shape_place(const struct series_cache *c, int64_t check_id)
{
    size_t i = ((uint64_t)check_id * 0x9e3779b97f4a7c15U >> 20) & (c->shapes_cap - 1);

    while (c->shape[i].check_id != 0 && c->shape[i].check_id != check_id)
        i = (i + 1) & (c->shapes_cap - 1);
    return &c->shape[i];
}

const int64_t *series_cache_shape(struct series_cache *c, int64_t check_id, uint64_t names,
                                  size_t n)
{
    const struct shape *s = c->shapes_cap == 0 ? NULL : shape_place(c, check_id);

    return s != NULL && s->check_id == check_id && s->names == names && s->n == n ? s->ids : NULL;
}

static void shapes_grow(struct series_cache *c)
{
    struct shape *old = c->shape;
    size_t n = c->shapes_cap;

    c->shapes_cap = HN_MAX((size_t)1024, 2 * n);
    c->shape = make_table(c->shapes_cap, sizeof(*c->shape));
    for (size_t i = 0; i < n; i++)
        if (old[i].check_id != 0)
            *shape_place(c, old[i].check_id) = old[i];
    free(old);
}

void series_cache_keep(struct series_cache *c, int64_t check_id, uint64_t names, const int64_t *ids,
                       size_t n)
{
    struct shape *s;

    if (c->n_ids + n + 1 > ENTRIES_MAX)
        shapes_free(c);
    if (2 * (c->n_shapes + 1) > c->shapes_cap)
        shapes_grow(c);
    s = shape_place(c, check_id);
    if (s->check_id == 0)
        c->n_shapes++;
    else
        c->n_ids -= s->n + 1;
    free(s->ids);
    s->check_id = check_id;
    s->names = names;
    s->n = n;
    s->ids = make_table(n + 1, sizeof(*ids));
    memcpy(s->ids, ids, (n + 1) * sizeof(*ids));
    c->n_ids += n + 1;
}

const struct batch_policy *series_cache_policy(struct series_cache *c, int64_t check_id)
{
    const struct shape *s = c->shapes_cap == 0 ? NULL : shape_place(c, check_id);

    return s != NULL && s->check_id == check_id && s->policy.version != 0 ? &s->policy : NULL;
}

void series_cache_set_policy(struct series_cache *c, const struct batch_policy *p)
{
    struct shape *s = c->shapes_cap == 0 ? NULL : shape_place(c, p->check_id);

    if (s != NULL && s->check_id == p->check_id) /* where results come from, there is a shape */
        s->policy = *p;
}
