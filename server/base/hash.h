/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h — FNV-1a, 64 bits: for telling whether something changed and for tables of our own words.
 * Not for what a stranger chooses. */
#ifndef HN_HASH_H
#define HN_HASH_H

#include "server/base/base.h"

#define HN_HASH_START UINT64_C(14695981039346656037)

static inline uint64_t hn_hash(uint64_t h, const void *p, size_t n)
{
    const uint8_t *b = p;

    for (size_t i = 0; i < n; i++)
        h = (h ^ b[i]) * UINT64_C(1099511628211);
    return h;
}

/* With its end, so that "ab", "c" is not "a", "bc"; NULL is not "". */
static inline uint64_t hn_hash_text(uint64_t h, const char *s)
{
    return s == NULL ? hn_hash(h, "\1", 1) : hn_hash(h, s, strlen(s) + 1);
}

#endif
