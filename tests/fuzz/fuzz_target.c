/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of the register's routes, and what devices say of themselves: any JSON, or none. The first
 * byte picks the reader. */
#include "itsm/watch/target_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void read_object(const uint8_t *p, size_t n, bool host, struct hn_arena *a)
{
    struct host_in h = host_in_new();
    struct check_in c = check_in_new("icmp"), *checks = NULL;
    struct hn_err e = {0};
    HN_JSON o = NULL;
    size_t n_checks;

    if (hn_json_parse((const char *)p, n, &o, &e) != HN_OK || hn_json_is_object(o, &e) != HN_OK)
        return;
    if (host ? target_json_read_host(o, true, a, &h, &checks, &n_checks, &e) != HN_OK
             : target_json_read_check(o, true, a, &c, &e) != HN_OK)
        HN_ASSERT(e.code != HN_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    HN_ARENA a = hn_arena_new();
    struct target_result *r;
    struct target_found found;
    struct hn_err e = {0};
    size_t n_r;

    if (n == 0)
        return 0;
    if (p[0] % 4 < 2)
        read_object(p + 1, n - 1, p[0] % 4 == 0, a);
    else if (p[0] % 4 == 2)
        target_json_read_inventory(hn_arena_strndup(a, (const char *)p + 1, n - 1), a, &found);
    else if (target_json_read_results((struct hn_bytes){p + 1, n - 1}, 0, a, &r, &n_r, &e) == HN_OK)
        HN_ASSERT(n_r <= TARGET_RESULTS_MAX);
    return 0;
}
