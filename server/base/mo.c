/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/mo.h"

#define MO_MAGIC UINT32_C(0x950412de)
#define MO_HEADER 28
#define MO_COUNT_MAX UINT32_C(1000000)

static uint32_t word(const struct hn_mo *mo, size_t at)
{
    uint32_t v;

    memcpy(&v, mo->p + at, sizeof(v));
    return mo->swapped ? __builtin_bswap32(v) : v;
}

/* The string of one descriptor (length, offset): inside the file, with its NUL. */
static const char *string_at(const struct hn_mo *mo, uint32_t table, uint32_t i)
{
    uint32_t len = word(mo, (size_t)table + (size_t)i * 8);
    uint32_t at = word(mo, (size_t)table + (size_t)i * 8 + 4);

    if (at >= mo->n || len >= mo->n - at || mo->p[(size_t)at + len] != '\0')
        return NULL;
    return (const char *)mo->p + at;
}

static bool table_fits(const struct hn_mo *mo, uint32_t table)
{
    return table <= mo->n && (uint64_t)mo->count * 8 <= mo->n - table;
}

bool hn_mo_open(const uint8_t *p, size_t n, struct hn_mo *out)
{
    struct hn_mo mo = {.p = p, .n = n};

    if (n < MO_HEADER)
        return false;
    mo.swapped = word(&mo, 0) == __builtin_bswap32(MO_MAGIC);
    if (word(&mo, 0) != MO_MAGIC || word(&mo, 4) >> 16 > 1)
        return false;
    mo.count = word(&mo, 8);
    mo.ids = word(&mo, 12);
    mo.strings = word(&mo, 16);
    if (mo.count > MO_COUNT_MAX || !table_fits(&mo, mo.ids) || !table_fits(&mo, mo.strings))
        return false;
    for (uint32_t i = 0; i < mo.count; i++)
        if (string_at(&mo, mo.ids, i) == NULL || string_at(&mo, mo.strings, i) == NULL)
            return false;
    *out = mo;
    return true;
}

const char *hn_mo_find(const struct hn_mo *mo, const char *msgid)
{
    uint32_t lo = 0;
    uint32_t hi = mo->count;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int c = strcmp(msgid, string_at(mo, mo->ids, mid));

        if (c == 0) {
            const char *s = string_at(mo, mo->strings, mid);

            return s[0] == '\0' ? NULL : s;
        }
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}
