/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h — memory that lives for one round: a request, a job, a probe batch.
 *
 * Allocate freely, free nothing: hn_arena_reset() at the end of the round gives all back and keeps
 * the first block for the next one. Memory is zeroed. Out of memory ends the process. With
 * HN_ARENA_PLAIN (sanitizer builds) each object is a malloc of its own, so that overruns are seen.
 */
#ifndef HN_ARENA_H
#define HN_ARENA_H

#include "server/base/base.h"

struct hn_arena;

struct hn_arena *hn_arena_new(void);
void hn_arena_free(struct hn_arena *a); /* NULL does nothing */
void hn_arena_freep(struct hn_arena **a);
#define HN_ARENA HN_CLEANUP(hn_arena_freep) struct hn_arena *
void hn_arena_reset(struct hn_arena *a);
size_t hn_arena_used(const struct hn_arena *a); /* bytes handed out since the last reset */

/* n zeroed bytes, aligned for any type; n == 0 gives a valid pointer. */
void *hn_arena_alloc(struct hn_arena *a, size_t n);
/* n × size with the product checked. */
void *hn_arena_array(struct hn_arena *a, size_t n, size_t size);
#define hn_arena_make(a, T, n) ((T *)hn_arena_array((a), (n), sizeof(T)))

char *hn_arena_strdup(struct hn_arena *a, const char *s); /* NULL gives NULL */
char *hn_arena_strndup(struct hn_arena *a, const char *s, size_t n);
void *hn_arena_memdup(struct hn_arena *a, const void *p, size_t n);
/* printf into the arena: for text whose parts are already bounded. */
char *hn_arena_fmt(struct hn_arena *a, const char *fmt, ...) HN_PRINTF(2, 3);

#endif
