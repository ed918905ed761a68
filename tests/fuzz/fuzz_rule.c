/* SPDX-License-Identifier: Apache-2.0 */
/* Service rules: what is taken is written and read back the same; all up is up, all down is down.
 */
#include "server/measure/service_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *written(const struct service_rule *r, struct hn_arena *a)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 1024 * 1024);
    hn_jw_init(&w, &b);
    rule_write(r, NULL, &w);
    return hn_sbuf_text(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HN_ARENA a = hn_arena_new();
    const struct service_rule *r, *again;
    enum check_state *states;
    struct hn_i64s ids;
    struct hn_err e;
    const char *text;

    hn_err_clear(&e);
    if (rule_parse((const char *)data, size, a, &r, &e) != HN_OK)
        return 0;
    text = written(r, a);
    if (rule_parse(text, strlen(text), a, &again, &e) != HN_OK ||
        !hn_streq(text, written(again, a)))
        abort();
    ids = rule_checks(r, a);
    states = hn_arena_make(a, enum check_state, ids.n);
    for (int s = 0; s < 3; s++) {
        static const enum check_state all[] = {CHECK_WARNING, CHECK_UNREACHABLE, CHECK_PENDING};
        static const enum check_value want[] = {CHECK_IS_UP, CHECK_IS_DOWN, CHECK_IS_UNKNOWN};

        for (size_t i = 0; i < ids.n; i++)
            states[i] = all[s];
        if (rule_eval(r, ids, states) != want[s])
            abort();
    }
    return 0;
}
