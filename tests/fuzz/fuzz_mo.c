/* SPDX-License-Identifier: Apache-2.0 */
/* Message catalogues: a lookup never leaves the file. */
#include "server/base/mo.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char *const ids[] = {"", "a", "is required", "\xFF\xFF"};
    struct hn_mo mo;

    if (!hn_mo_open(p, n, &mo))
        return 0;
    for (size_t i = 0; i < HN_ARRAY_LEN(ids); i++) {
        const char *s = hn_mo_find(&mo, ids[i]);

        HN_ASSERT(s == NULL || strlen(s) < n);
    }
    return 0;
}
