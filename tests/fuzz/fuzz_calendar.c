/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar definitions: what is taken is written and read back the same, and its sums agree. */
#include "server/measure/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *written(const struct calendar *c, struct hn_arena *a)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 1024 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    calendar_write(c, &w);
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t from = 1798729200, to = 1798729200 + 86400 * 20; /* over New Year 2027 */
    HN_ARENA a = hn_arena_new();
    const struct calendar *c, *again;
    struct hn_err e;
    const char *text;
    int64_t n, due;

    hn_err_clear(&e);
    if (calendar_parse((const char *)data, size, NULL, a, &c, &e) != HN_OK)
        return 0;
    text = written(c, a);
    if (calendar_parse(text, strlen(text), NULL, a, &again, &e) != HN_OK ||
        !hn_streq(text, written(again, a)))
        abort();
    n = calendar_seconds(c, from, to);
    if (n != ivl_measure(calendar_windows(c, from, to, a)))
        abort();
    if (n > 0 && (calendar_due(c, from, n, &due, &e) != HN_OK || due > to ||
                  calendar_seconds(c, from, due) != n))
        abort();
    return 0;
}
