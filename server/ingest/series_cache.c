/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/series_cache.h"

#define ENTRIES_MAX 2000000 /* beyond it the cache starts anew */

struct entry {
    int64_t check_id;
    int64_t id; /* 0 = free */
    const char *metric;
    uint32_t next; /* place + 1 of the one that was asked for after this one; 0 = not known */
};

struct series_cache {
    struct hn_arena *names;
    struct entry *v;
    size_t cap; /* a power of two */
    size_t n;
    size_t last; /* place of the last answer */
};

static void cache_free(void *p)
{
    struct series_cache *c = p;

    hn_arena_free(c->names);
    free(c->v);
    free(c);
}

static struct entry *make_table(size_t cap)
{
    struct entry *v = calloc(cap, sizeof(*v));

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
    c->v = make_table(c->cap);
}

struct series_cache *series_cache_of(struct db *db)
{
    struct db_slot *slot = db_slot(db);
    struct series_cache *c = slot->p;

    if (c != NULL)
        return c;
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        abort();
    cache_start(c);
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
    c->v = make_table(c->cap);
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
