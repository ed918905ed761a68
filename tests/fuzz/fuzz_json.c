/* SPDX-License-Identifier: Apache-2.0 */
/* JSON bodies: what the scanner lets through json-c must take, and it prints as JSON again. */
#include "server/base/json.h"
#include "server/base/jw.h"

#include <json-c/json.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char *const words[] = {"a", "b", NULL};
    HN_ARENA a = hn_arena_new();
    HN_JSON o = NULL;
    HN_JSON again = NULL;
    struct hn_err e = {0};
    const char *text = NULL;
    struct hn_i64s ids;
    int64_t i;
    double f;
    bool b;
    int w;
    hn_instant t;

    if (hn_json_parse((const char *)p, n, &o, &e) != HN_OK)
        return 0;
    (void)hn_json_text(o, "a", HN_REQ, 1, 20, a, &text, &e);
    (void)hn_json_i64(o, "a", HN_OPT, -9, 9, &i, &e);
    (void)hn_json_f64(o, "a", HN_OPT, -9, 9, &f, &e);
    (void)hn_json_bool(o, "a", HN_OPT, &b, &e);
    (void)hn_json_instant(o, "a", HN_OPT, &t, &e);
    (void)hn_json_word(o, "a", HN_OPT, words, &w, &e);
    (void)hn_json_i64s(o, "a", HN_OPT, 5, a, &ids, &e);
    hn_err_clear(&e);
    if (hn_json_no_others(o, words, &e) != HN_OK)
        HN_ASSERT(e.n_fields > 0);
    hn_err_clear(&e);
    text = NULL;
    if (hn_json_raw(o, "a", HN_OPT, 10000, a, &text, &e) == HN_OK && text != NULL)
        HN_ASSERT(hn_json_parse(text, strlen(text), &again, &e) == HN_OK);
    return 0;
}
