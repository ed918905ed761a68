/* SPDX-License-Identifier: Apache-2.0 */
/* CSV files: whatever is read is written and read again as the same cells. */
#include "server/base/csv.h"
#include "server/base/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct hn_csv_limits limits = {
    .bytes = 4096, .rows = 50, .cells = 8, .cell_bytes = 200};

static bool same(const struct hn_csv_row *a, const struct hn_csv_row *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!hn_streq(a->cell[i], b->cell[i]))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    struct hn_csv r;
    struct hn_csv_row row;

    if (hn_csv_open(&r, p, n, &limits, a, &e) != HN_OK)
        return 0;
    while (hn_csv_next(&r, &row, &e) == HN_OK && row.n > 0) {
        struct hn_sbuf b;
        struct hn_csv_writer w;
        struct hn_csv again;
        struct hn_csv_row back;

        hn_sbuf_init(&b, a, 100000);
        hn_csv_begin(&w, &b);
        for (size_t i = 0; i < row.n; i++) {
            HN_ASSERT(hn_utf8_valid(row.cell[i], strlen(row.cell[i])));
            hn_csv_put_plain(&w, row.cell[i]);
        }
        if (row.n == 1 && row.cell[0][0] == '\0')
            continue; /* "" alone would be an empty line */
        hn_csv_end_row(&w);
        HN_ASSERT(hn_csv_open(&again, b.p, b.n, &hn_csv_default_limits, a, &e) == HN_OK);
        HN_ASSERT(hn_csv_next(&again, &back, &e) == HN_OK);
        HN_ASSERT(same(&row, &back));
    }
    return 0;
}
