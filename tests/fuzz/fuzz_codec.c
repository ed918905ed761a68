/* SPDX-License-Identifier: Apache-2.0 */
/* Series chunks: whatever decodes is in order, and encodes and decodes to itself. */
#include "server/measure/series_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HN_ARENA a = hn_arena_new();
    struct series_samples s, again;
    struct hn_err e;
    struct hn_bytes b;

    hn_err_clear(&e);
    if (series_decode((struct hn_bytes){data, size}, 5000, a, &s, &e) != HN_OK)
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        if (i > 0 && s.at[i] < s.at[i - 1])
            abort();
        if (s.at[i] >= (int64_t)1 << 60 || s.at[i] <= -((int64_t)1 << 60))
            return 0;
    }
    b = series_encode(s.at, s.value, s.n, 1, a);
    if (series_decode(b, s.n, a, &again, &e) != HN_OK || again.n != s.n ||
        (s.n > 0 && memcmp(again.at, s.at, s.n * sizeof(s.at[0])) != 0) ||
        (s.n > 0 && memcmp(again.value, s.value, s.n * sizeof(s.value[0])) != 0))
        abort();
    return 0;
}
