/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#define BLOCK_FIRST ((size_t)16 * 1024)
#define BLOCK_MAX ((size_t)1024 * 1024)
#define ALIGN ((size_t)16)

struct block {
    struct block *next; /* older block */
    size_t size;
    size_t used;
    _Alignas(16) char data[];
};

struct hn_arena {
    struct block *top;
    size_t used;
};

static HN_NORETURN void out_of_memory(void)
{
    (void)fputs("level=fatal msg=\"out of memory\"\n", stderr);
    abort();
}

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof(*b) + size);

    if (b == NULL)
        out_of_memory();
    b->next = NULL;
    b->size = size;
    b->used = 0;
    return b;
}

struct hn_arena *hn_arena_new(void)
{
    struct hn_arena *a = calloc(1, sizeof(*a));

    if (a == NULL)
        out_of_memory();
    return a;
}

static void drop_blocks(struct hn_arena *a, bool keep_oldest)
{
    while (a->top != NULL) {
        struct block *b = a->top;

        if (keep_oldest && b->next == NULL && b->size <= BLOCK_FIRST) {
            b->used = 0;
            return;
        }
        a->top = b->next;
        free(b);
    }
}

void hn_arena_free(struct hn_arena *a)
{
    if (a == NULL)
        return;
    drop_blocks(a, false);
    free(a);
}

void hn_arena_freep(struct hn_arena **a)
{
    hn_arena_free(*a);
    *a = NULL;
}

void hn_arena_reset(struct hn_arena *a)
{
#ifdef HN_ARENA_PLAIN
    drop_blocks(a, false);
#else
    drop_blocks(a, true);
#endif
    a->used = 0;
}

size_t hn_arena_used(const struct hn_arena *a)
{
    return a->used;
}

void *hn_arena_alloc(struct hn_arena *a, size_t n)
{
    size_t want;
    struct block *b = a->top;

    if (n > SIZE_MAX / 2)
        out_of_memory();
#ifdef HN_ARENA_PLAIN
    /* One block an object: ASan then guards the end of each. */
    want = n == 0 ? 1 : n;
    b = block_new(want);
    b->next = a->top;
    a->top = b;
#else
    want = (n + ALIGN - 1) & ~(ALIGN - 1);
    if (want == 0)
        want = ALIGN;
    if (b == NULL || b->size - b->used < want) {
        size_t size = b == NULL ? BLOCK_FIRST : HN_MIN(b->size * 2, BLOCK_MAX);

        b = block_new(HN_MAX(size, want));
        b->next = a->top;
        a->top = b;
    }
#endif
    void *p = b->data + b->used;

    b->used += want;
    a->used += want;
    memset(p, 0, want);
    return p;
}

void *hn_arena_array(struct hn_arena *a, size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        out_of_memory();
    return hn_arena_alloc(a, total);
}

char *hn_arena_strndup(struct hn_arena *a, const char *s, size_t n)
{
    char *p = hn_arena_alloc(a, n + 1);

    memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *hn_arena_strdup(struct hn_arena *a, const char *s)
{
    return s == NULL ? NULL : hn_arena_strndup(a, s, strlen(s));
}

void *hn_arena_memdup(struct hn_arena *a, const void *p, size_t n)
{
    void *q = hn_arena_alloc(a, n);

    if (n > 0)
        memcpy(q, p, n);
    return q;
}

char *hn_arena_fmt(struct hn_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_list again;
    int n;
    char *p;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    HN_ASSERT(n >= 0);
    p = hn_arena_alloc(a, (size_t)n + 1);
    (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}
