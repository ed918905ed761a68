/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/similar.h"

#define CHARS_MAX 400 /* of a title: it has 200 */

struct grams {
    uint64_t v[CHARS_MAX];
    size_t n;
};

/* The next character of valid UTF-8 as a number that is its own. */
static uint32_t next_char(const char **s)
{
    const uint8_t *p = (const uint8_t *)*s;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = 0;

    for (size_t i = 0; i < len && p[i] != 0; i++)
        c = c << 8 | p[i];
    *s += len;
    return c;
}

static int by_value(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x;
    uint64_t b = *(const uint64_t *)y;

    return a < b ? -1 : a > b;
}

/* The distinct bigrams, ascending. */
static void grams_of(const char *s, struct grams *g)
{
    uint32_t last = 0;
    size_t k = 0;

    g->n = 0;
    while (*s != '\0' && g->n < CHARS_MAX) {
        uint32_t c = next_char(&s);

        if (last != 0)
            g->v[g->n++] = (uint64_t)last << 32 | c;
        last = c;
    }
    qsort(g->v, g->n, sizeof(g->v[0]), by_value);
    for (size_t i = 0; i < g->n; i++)
        if (i == 0 || g->v[i] != g->v[i - 1])
            g->v[k++] = g->v[i];
    g->n = k;
}

static size_t shared(const struct grams *a, const struct grams *b)
{
    size_t n = 0;

    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        if (a->v[i] == b->v[k])
            n++;
        if (a->v[i] <= b->v[k])
            i++;
        else
            k++;
    }
    return n;
}

struct found {
    int64_t id;
    bool same_host;
    size_t shared;
};

static bool better(const struct found *a, const struct found *b)
{
    if (a->same_host != b->same_host)
        return a->same_host;
    if (a->shared != b->shared)
        return a->shared > b->shared;
    return a->id > b->id;
}

/* Into its place among the best so far. */
static void take(struct found *best, size_t *n, const struct found *f)
{
    size_t i = *n;

    for (size_t k = 0; k < *n; k++)
        if (best[k].id == f->id)
            return;
    if (i == SIMILAR_MAX) {
        if (!better(f, &best[--i]))
            return;
    } else {
        (*n)++;
    }
    for (; i > 0 && better(f, &best[i - 1]); i--)
        best[i] = best[i - 1];
    best[i] = *f;
}

size_t similar_titles(const char *title, int64_t id, int64_t host_id, const struct similar_title *v,
                      size_t n, int64_t out[SIMILAR_MAX], struct hn_arena *a)
{
    struct grams *mine = hn_arena_make(a, struct grams, 2);
    struct grams *other = mine + 1;
    struct found best[SIMILAR_MAX];
    size_t n_best = 0;

    grams_of(title, mine);
    for (size_t i = 0; i < n; i++) {
        struct found f = {.id = v[i].id, .same_host = host_id != 0 && v[i].host_id == host_id};

        if (v[i].id == id)
            continue;
        grams_of(v[i].title, other);
        f.shared = shared(mine, other);
        if (f.same_host || (f.shared * 10 >= 3 * mine->n && mine->n > 0))
            take(best, &n_best, &f);
    }
    for (size_t i = 0; i < n_best; i++)
        out[i] = best[i].id;
    return n_best;
}
