/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/reload.h"

#include "probes/mem.h"
#include "probes/plan.h"
#include "server/base/log.h"
#include "server/ingest/ingest_store.h"

#include <pthread.h>

#define LOAD_US (30 * HN_SEC)
#define RETRY_US (2 * HN_SEC)
#define BEAT_US (5 * HN_SEC)
#define WAIT_MS 500
#define STATEMENT_MS 20000

struct reload {
    struct reload_setup set;
    pthread_t thread;
    atomic_bool stop;
    struct db *db;
    struct plan *plan;
    struct hn_arena *arena;
    hn_instant started_at;
    int64_t load_at, beat_at; /* monotonic */
    bool told_away;
};

static enum hn_code load(struct reload *r, struct hn_err *e)
{
    struct assignment *row = NULL;
    size_t n = 0;

    if (assignment_load(r->db, r->set.probe, probe_kind_words, r->arena, &row, &n, e) != HN_OK)
        return e->code;
    if (plan_apply(r->plan, row, n))
        r->beat_at = HN_MIN(r->beat_at, hn_mono_now().us + HN_SEC);
    return HN_OK;
}

static enum hn_code beat(struct reload *r, struct hn_err *e)
{
    return ingest_store_beat(r->db, r->set.probe, r->started_at, hn_now(),
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
    plan_free(r->plan);
    hn_arena_free(r->arena);
    free(r);
}

enum hn_code reload_new(const struct reload_setup *s, struct reload **out, struct hn_err *e)
{
    struct reload *r = MEM_NEW(struct reload);

    r->set = *s;
    r->db = db_new(s->conninfo);
    db_set_timeout(r->db, STATEMENT_MS);
    r->plan = plan_new(s->sched);
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
