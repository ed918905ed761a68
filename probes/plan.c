/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/plan.h"

#include "probes/mem.h"
#include "server/base/log.h"

/* One check of the last time. Sorted by id. */
struct known {
    int64_t id;
    uint64_t fingerprint;
};

struct plan {
    struct sched *sched;
    struct spec_keys *keys;
    struct known *known;
    size_t n;
};

/* What changes; the loop applies and frees it. */
struct change {
    struct sched *sched;
    struct probe_spec **put;
    size_t n_put;
    int64_t *remove;
    size_t n_remove;
};

struct plan *plan_new(struct sched *s)
{
    struct plan *p = MEM_NEW(struct plan);

    p->sched = s;
    p->keys = spec_keys_new();
    return p;
}

void plan_free(struct plan *p)
{
    if (p == NULL)
        return;
    spec_keys_free(p->keys);
    free(p->known);
    free(p);
}

static void apply(void *ctx)
{
    struct change *c = ctx;

    for (size_t i = 0; i < c->n_remove; i++)
        sched_remove(c->sched, c->remove[i]);
    for (size_t i = 0; i < c->n_put; i++)
        sched_put(c->sched, c->put[i]);
    free(c->put);
    free(c->remove);
    free(c);
}

/* Both lists are sorted by id. */
static struct change *differences(struct plan *p, const struct assignment *row, size_t n,
                                  struct known *now)
{
    struct change *c = MEM_NEW(struct change);
    size_t k = 0;

    c->sched = p->sched;
    c->put = MEM_ARRAY(n, struct probe_spec *);
    c->remove = MEM_ARRAY(p->n, int64_t);
    for (size_t i = 0; i < n; i++) {
        now[i] = (struct known){.id = row[i].id, .fingerprint = assignment_fingerprint(&row[i])};
        while (k < p->n && p->known[k].id < row[i].id)
            c->remove[c->n_remove++] = p->known[k++].id;
        if (k < p->n && p->known[k].id == row[i].id &&
            p->known[k++].fingerprint == now[i].fingerprint)
            continue;
        c->put[c->n_put] = spec_make(&row[i], p->keys);
        if (c->put[c->n_put] != NULL)
            c->n_put++;
    }
    while (k < p->n)
        c->remove[c->n_remove++] = p->known[k++].id;
    return c;
}

bool plan_apply(struct plan *p, const struct assignment *rows, size_t n)
{
    struct known *now = MEM_ARRAY(n, struct known);
    struct change *c = differences(p, rows, n, now);
    bool any = c->n_put > 0 || c->n_remove > 0;

    free(p->known);
    p->known = now;
    p->n = n;
    if (any)
        hn_log(HN_INFO, "checks: %zu in all, %zu new or changed, %zu gone", n, c->n_put,
               c->n_remove);
    loop_post(sched_loop(p->sched), apply, c);
    return any;
}
