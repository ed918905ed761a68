/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a failure is the effect of another: one row, one case. The failure began at 100. */
#include "itsm/flow/cause.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define S(n) ((hn_instant)(n)*HN_SEC)

struct row {
    const char *name;
    enum cause_verdict want;
    int64_t root;
    struct flow_parent p[3];
    size_t n;
};

/* host, check, state, since, soft, last result, last good one, transition, its root */
#define P(h, c, s, soft, last, good, t, r) BACK(h, c, s, soft, last, good, t, r, 0, 0, 0, 0)
/* and its last outage: transition, its root, from, to */
#define BACK(h, c, s, soft, last, good, t, r, id, root, from, to)                                  \
    {                                                                                              \
        h, "h", c, s, S(90), soft, S(last), S(good), t, r, id, root, S(from), S(to)                \
    }

static struct row rows[] = {
    {"no parents", CAUSE_OWN, 0, {{0}}, 0},
    {"parent down", CAUSE_PARENT, 7, {P(1, 1, "critical", false, 101, 80, 7, 0)}, 1},
    {"parent down, an effect itself",
     CAUSE_PARENT,
     3,
     {P(1, 1, "unreachable", false, 101, 80, 7, 3)},
     1},
    {"parent failed later, after it was seen well",
     CAUSE_OWN,
     0,
     {P(1, 1, "critical", false, 130, 110, 7, 0)},
     1},
    {"parent well after the failure", CAUSE_OWN, 0, {P(1, 1, "ok", false, 105, 105, 7, 0)}, 1},
    {"parent warning is well enough", CAUSE_OWN, 0, {P(1, 1, "warning", false, 105, 50, 7, 0)}, 1},
    {"nothing new of the parent", CAUSE_UNDECIDED, 0, {P(1, 1, "ok", false, 99, 99, 7, 0)}, 1},
    {"the parent's own streak runs", CAUSE_UNDECIDED, 0, {P(1, 1, "ok", true, 105, 90, 7, 0)}, 1},
    {"parent unknown", CAUSE_UNDECIDED, 0, {P(1, 1, "unknown", false, 90, 90, 7, 0)}, 1},
    {"parent never asked", CAUSE_OWN, 0, {P(1, 1, "pending", false, 0, 0, 0, 0)}, 1},
    {"parent without a liveness check", CAUSE_OWN, 0, {P(1, 0, NULL, false, 0, 0, 0, 0)}, 1},
    {"parent came back before the child was asked again",
     CAUSE_PARENT,
     5,
     {BACK(1, 1, "ok", false, 120, 120, 7, 0, 5, 0, 95, 118)},
     1},
    {"the same, the parent an effect itself",
     CAUSE_PARENT,
     4,
     {BACK(1, 1, "ok", false, 120, 120, 7, 0, 5, 4, 95, 118)},
     1},
    {"parent was down and well again before the failure",
     CAUSE_OWN,
     0,
     {BACK(1, 1, "ok", false, 120, 120, 7, 0, 5, 0, 60, 99)},
     1},
    {"parent went down and came back after the failure",
     CAUSE_OWN,
     0,
     {BACK(1, 1, "ok", false, 130, 130, 7, 0, 5, 0, 105, 128)},
     1},
    {"two parents, one well",
     CAUSE_OWN,
     0,
     {P(1, 1, "critical", false, 101, 80, 7, 0), P(2, 2, "ok", false, 101, 101, 8, 0)},
     2},
    {"two parents, one undecided",
     CAUSE_UNDECIDED,
     0,
     {P(1, 1, "critical", false, 101, 80, 7, 0), P(2, 2, "ok", true, 101, 99, 8, 0)},
     2},
    {"two parents, both down",
     CAUSE_PARENT,
     7,
     {P(1, 1, "critical", false, 101, 80, 7, 0), P(2, 2, "critical", false, 101, 80, 8, 0)},
     2},
    {"one parent with two checks, one well",
     CAUSE_OWN,
     0,
     {P(1, 1, "critical", false, 101, 80, 7, 0), P(1, 2, "ok", false, 101, 101, 8, 0)},
     2},
};

static void one_row(void **state)
{
    const struct row *r = *state;
    struct cause c = cause_of(r->p, r->n, S(100));

    assert_int_equal(c.verdict, r->want);
    assert_int_equal(c.root_id, r->root);
}

int main(void)
{
    struct CMUnitTest t[HN_ARRAY_LEN(rows)];

    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        t[i] = (struct CMUnitTest){rows[i].name, one_row, NULL, NULL, &rows[i]};
    return cmocka_run_group_tests_name("cause", t, NULL, NULL);
}
