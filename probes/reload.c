/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/reload.h"

#include "probes/mem.h"
#include "probes/probe_store.h"
#include "server/base/log.h"

#include <pthread.h>

#define LOAD_US (30 * HN_SEC)
#define RETRY_US (2 * HN_SEC)
#define BEAT_US (5 * HN_SEC)
#define WAIT_MS 500
#define STATEMENT_MS 20000

/* One check of the last load. Sorted by id. */
struct known {
    int64_t id;
    uint64_t fingerprint;
};

struct reload {
    struct reload_setup set;
    pthread_t thread;
    atomic_bool stop;
    struct db *db;
    struct spec_keys *keys;
    struct hn_arena *arena;
    struct known *known;
    size_t n_known;
    hn_instant started_at;
    int64_t load_at, beat_at; /* monotonic */
    bool told_away;
};

/* What one load changes; the loop applies and frees it. */
struct change {
    struct sched *sched;
    struct probe_spec **put;
    size_t n_put;
    int64_t *remove;
    size_t n_remove;
};

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
static struct change *differences(struct reload *r, const struct spec_row *row, size_t n,
                                  struct known *now)
{
    struct change *c = MEM_NEW(struct change);
    size_t k = 0;

    c->sched = r->set.sched;
    c->put = MEM_ARRAY(n, struct probe_spec *);
    c->remove = MEM_ARRAY(r->n_known, int64_t);
    for (size_t i = 0; i < n; i++) {
        now[i] = (struct known){.id = row[i].id, .fingerprint = spec_fingerprint(&row[i])};
        while (k < r->n_known && r->known[k].id < row[i].id)
            c->remove[c->n_remove++] = r->known[k++].id;
        if (k < r->n_known && r->known[k].id == row[i].id &&
            r->known[k++].fingerprint == now[i].fingerprint)
            continue;
        c->put[c->n_put] = spec_make(&row[i], r->keys);
        if (c->put[c->n_put] != NULL)
            c->n_put++;
    }
    while (k < r->n_known)
        c->remove[c->n_remove++] = r->known[k++].id;
    return c;
}

static enum hn_code load(struct reload *r, struct hn_err *e)
{
    struct spec_row *row = NULL;
    struct known *now;
    struct change *c;
    size_t n = 0;

    if (probe_store_checks(r->db, r->set.probe, r->arena, &row, &n, e) != HN_OK)
        return e->code;
    now = MEM_ARRAY(n, struct known);
    c = differences(r, row, n, now);
    free(r->known);
    r->known = now;
    r->n_known = n;
    if (c->n_put > 0 || c->n_remove > 0)
        hn_log(HN_INFO, "checks: %zu in all, %zu new or changed, %zu gone", n, c->n_put,
               c->n_remove);
    if (c->n_put > 0 || c->n_remove > 0)
        r->beat_at = HN_MIN(r->beat_at, hn_mono_now().us + HN_SEC);
    loop_post(sched_loop(r->set.sched), apply, c);
    return HN_OK;
}

static enum hn_code beat(struct reload *r, struct hn_err *e)
{
    return probe_store_beat(r->db, r->set.probe, r->started_at, hn_now(),
                            r->set.counters(r->set.ctx, r->arena), r->set.note, e);
}

static void one_round(struct reload *r)
{
    int64_t now = hn_mono_now().us;
    struct hn_err e = {0};
    bool ok = true;

    if (now >= r->load_at) {
        ok = db_listen(r->db, "hn_config", &e) == HN_OK && load(r, &e) == HN_OK;
        r->load_at = now + (ok ? LOAD_US : RETRY_US);
    }
    if (ok && now >= r->beat_at) {
        ok = beat(r, &e) == HN_OK;
        r->beat_at = now + (ok ? BEAT_US : RETRY_US);
    }
    if (!ok && !r->told_away)
        hn_log_err(HN_WARN, "load checks", &e);
    r->told_away = !ok;
    hn_arena_reset(r->arena);
}

static void *run(void *arg)
{
    struct reload *r = arg;

    while (!atomic_load(&r->stop)) {
        one_round(r);
        if (!db_alive(r->db)) {
            struct timespec ts = {.tv_nsec = WAIT_MS * 1000000L};

            (void)nanosleep(&ts, NULL);
        } else if (db_notified(r->db, WAIT_MS)) {
            r->load_at = 0;
        }
    }
    return NULL;
}

static void drop(struct reload *r)
{
    db_free(r->db);
    spec_keys_free(r->keys);
    hn_arena_free(r->arena);
    free(r->known);
    free(r);
}

enum hn_code reload_new(const struct reload_setup *s, struct reload **out, struct hn_err *e)
{
    struct reload *r = MEM_NEW(struct reload);

    r->set = *s;
    r->db = db_new(s->conninfo);
    db_set_timeout(r->db, STATEMENT_MS);
    r->keys = spec_keys_new();
    r->arena = hn_arena_new();
    r->started_at = hn_now();
    if (pthread_create(&r->thread, NULL, run, r) != 0) {
        drop(r);
        return hn_fail(e, HN_E_INTERNAL, "no thread for the configuration");
    }
    *out = r;
    return HN_OK;
}

void reload_free(struct reload *r)
{
    if (r == NULL)
        return;
    atomic_store(&r->stop, true);
    (void)pthread_join(r->thread, NULL);
    drop(r);
}
