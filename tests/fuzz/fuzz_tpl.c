/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates as a user may write them: whatever the text, rendering ends soon with an output within
 * its limit or with an error that says where. The first byte picks the options.
 */
#include "server/tpl/tpl.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct tpl_val *context(struct hn_arena *a)
{
    struct tpl_val *ctx = tpl_map(a);
    struct tpl_val *rows = tpl_set_list(ctx, "rows");
    struct tpl_val *row;

    tpl_set_i64(ctx, "n", 42);
    tpl_set_f64(ctx, "f", 2.5);
    tpl_set_str(ctx, "s", "<a & 日本>");
    tpl_set_str(ctx, "bad", "\xe3\x81 \xff");
    tpl_set(ctx, "h", tpl_safe(a, "<b>"));
    tpl_set(ctx, "z", NULL);
    tpl_set_bool(ctx, "t", true);
    tpl_set_instant(ctx, "at", 1795323910 * HN_SEC);
    for (int i = 0; i < 3; i++) {
        row = tpl_push_map(rows);
        tpl_set_i64(row, "id", i);
        tpl_set_str(row, "name", i == 1 ? "B" : "a");
        tpl_push_str(tpl_set_list(row, "l"), "x");
    }
    return ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    HN_ARENA a = hn_arena_new();
    struct tpl_opts o = {.max_steps = 20000, .max_bytes = 20000, .now = 1795323910 * HN_SEC};
    struct hn_sbuf b;
    struct hn_err e = {0};

    if (n == 0)
        return 0;
    o.lenient = (p[0] & 1) != 0;
    o.no_autoescape = (p[0] & 2) != 0;
    hn_sbuf_init(&b, a, 40000);
    if (tpl_render_text(NULL, "fuzz", (const char *)p + 1, n - 1, context(a), &o, &b, &e) ==
        HN_OK) {
        HN_ASSERT(b.n <= o.max_bytes);
    } else {
        HN_ASSERT(e.code == HN_E_INVALID);
        HN_ASSERT(strncmp(e.msg, "fuzz:", 5) == 0);
    }
    return 0;
}
