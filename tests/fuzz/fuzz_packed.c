/* SPDX-License-Identifier: Apache-2.0 */
/* Results as they lie in the spool: what is read packs to the same bytes. */
#include "server/ingest/packed.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    HN_ARENA a = hn_arena_new();
    struct ingest_result r;
    struct packed *again;

    if (!packed_read((struct hn_bytes){p, n}, a, &r))
        return 0;
    again = packed_new(&r);
    HN_ASSERT(packed_read((struct hn_bytes){again->p, again->n}, a, &r));
    free(again);
    return 0;
}
