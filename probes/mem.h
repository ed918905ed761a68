/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h — owned objects of the probe, zeroed. Out of memory ends the process (style section 1). */
#ifndef PROBES_MEM_H
#define PROBES_MEM_H

#include "server/base/base.h"

static inline void *mem_new(size_t n, size_t size)
{
    void *p = calloc(n == 0 ? 1 : n, size);

    HN_ASSERT(p != NULL);
    return p;
}

static inline void *mem_grow(void *old, size_t n, size_t size)
{
    void *p = reallocarray(old, n, size);

    HN_ASSERT(p != NULL);
    return p;
}
#define MEM_NEW(T) ((T *)mem_new(1, sizeof(T)))
#define MEM_ARRAY(n, T) ((T *)mem_new((n), sizeof(T)))

#endif
