/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/flow/cause.h"

#include "server/measure/check_state.h"

/* It is well again, and was down when the failure began: the child's own recovery is still to come.
 * If none comes, flow.c releases it as an orphan. */
static bool came_back(const struct flow_parent *p, hn_instant at)
{
    return p->down_id != 0 && p->down_to != HN_UNSET && at > p->down_from && at < p->down_to;
}

static enum cause_verdict of_check(const struct flow_parent *p, hn_instant at)
{
    enum check_state s;

    if (p->check_id == 0 || p->state == NULL || !check_state_parse(p->state, &s))
        return CAUSE_OWN; /* nothing tells that it is down */
    switch (s) {
    case CHECK_OK:
    case CHECK_WARNING:
        if (came_back(p, at))
            return CAUSE_PARENT;
        return p->soft || p->last_at == HN_UNSET || p->last_at < at ? CAUSE_UNDECIDED : CAUSE_OWN;
    case CHECK_CRITICAL:
    case CHECK_UNREACHABLE:
        return p->last_ok_at == HN_UNSET || at > p->last_ok_at ? CAUSE_PARENT : CAUSE_OWN;
    case CHECK_UNKNOWN: return CAUSE_UNDECIDED;
    case CHECK_PENDING: return p->soft ? CAUSE_UNDECIDED : CAUSE_OWN;
    }
    return CAUSE_OWN;
}

/* All checks of one host: well if one is, down if all are. */
static size_t of_host(const struct flow_parent *p, size_t n, hn_instant at, enum cause_verdict *out,
                      const struct flow_parent **down)
{
    size_t i = 0;

    *out = CAUSE_PARENT;
    for (; i < n && p[i].host_id == p[0].host_id; i++) {
        enum cause_verdict v = of_check(&p[i], at);

        if (v < *out)
            *out = v;
        if (v == CAUSE_PARENT && *down == NULL)
            *down = &p[i];
    }
    return i;
}

struct cause cause_of(const struct flow_parent *p, size_t n, hn_instant at)
{
    struct cause c = {.verdict = n == 0 ? CAUSE_OWN : CAUSE_PARENT};
    const struct flow_parent *down = NULL;

    for (size_t i = 0; i < n;) {
        enum cause_verdict v;

        i += of_host(&p[i], n - i, at, &v, &down);
        if (v < c.verdict)
            c.verdict = v;
    }
    if (c.verdict == CAUSE_PARENT) {
        c.parent = down;
        if (came_back(down, at))
            c.root_id = down->down_root != 0 ? down->down_root : down->down_id;
        else
            c.root_id = down->root_id != 0 ? down->root_id : down->transition_id;
    }
    return c;
}
