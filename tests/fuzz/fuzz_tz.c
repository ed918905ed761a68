/* SPDX-License-Identifier: Apache-2.0 */
/* TZif files: every offset that is answered is one that RFC 9636 allows. */
#include "server/base/tz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const hn_instant times[] = {HN_UNSET + 1, -HN_DAY, 0, HN_DAY * 20000, HN_NEVER};
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct hn_tz tz;

    if (hn_tz_parse(p, n, a, &tz, &e) != HN_OK)
        return 0;
    for (size_t i = 0; i < HN_ARRAY_LEN(times); i++) {
        hn_span off = hn_tz_offset(&tz, times[i]);

        HN_ASSERT(off > -26 * HN_HOUR && off < 26 * HN_HOUR);
    }
    return 0;
}
