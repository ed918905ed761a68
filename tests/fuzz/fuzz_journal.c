/* SPDX-License-Identifier: Apache-2.0 */
/* A journal row's payload: what is decoded is encoded and decoded again as the same results. */
#include "server/ingest/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    HN_ARENA a = hn_arena_new();
    struct journal_result *r, *again;
    struct hn_err e = {0};
    size_t n_r, n_again;

    if (journal_decode((struct hn_bytes){p, n}, a, &r, &n_r, &e) != HN_OK) {
        HN_ASSERT(e.code == HN_E_INVALID);
        return 0;
    }
    HN_ASSERT(journal_decode(journal_encode(r, n_r, a), a, &again, &n_again, &e) == HN_OK);
    HN_ASSERT(n_again == n_r);
    for (size_t i = 0; i < n_r; i++) {
        HN_ASSERT(r[i].check_id == again[i].check_id && r[i].at == again[i].at &&
                  r[i].code == again[i].code && r[i].n_values == again[i].n_values &&
                  r[i].state_series_id == again[i].state_series_id);
        for (size_t k = 0; k < r[i].n_values; k++) {
            uint64_t was, is;

            memcpy(&was, &r[i].values[k].value, sizeof(was));
            memcpy(&is, &again[i].values[k].value, sizeof(is));
            HN_ASSERT(r[i].values[k].series_id == again[i].values[k].series_id && was == is);
        }
    }
    return 0;
}
