/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/writer.h"

#include "probes/mem.h"
#include "probes/spool.h"
#include "server/base/log.h"

#include <pthread.h>

#define FLUSH_US (1000 * HN_MS)
#define FLUSH_URGENT_US (100 * HN_MS)
#define AWAY_MIN_US (1 * HN_SEC)
#define AWAY_MAX_US (10 * HN_SEC)
#define STATEMENT_MS 30000

struct writer {
    pthread_t thread;
    struct outbox *outbox;

    /* the thread's own */
    const char *probe;
    struct db *db;
    struct spool *spool;
    struct hn_arena *arena;
    int64_t retry_at; /* monotonic: the database is not asked before */
    hn_span away_us;
    bool told_full;

    struct writer_counts counts;
};

/* ---- the loop's side ---- */

void writer_put(struct writer *w, struct packed *p)
{
    if (!outbox_put(w->outbox, p))
        atomic_fetch_add(&w->counts.dropped, 1);
}

const struct writer_counts *writer_counts(const struct writer *w)
{
    return &w->counts;
}

/* ---- the thread ---- */

static void away(struct writer *w, const struct hn_err *e)
{
    if (!atomic_exchange(&w->counts.is_away, true)) {
        hn_log_err(HN_WARN, "store results", e);
        hn_log(HN_WARN, "results go to the spool until the database answers");
    }
    w->away_us = HN_MIN(HN_MAX(w->away_us * 2, AWAY_MIN_US), AWAY_MAX_US);
    w->retry_at = hn_mono_now().us + w->away_us;
}

static void back(struct writer *w)
{
    if (atomic_exchange(&w->counts.is_away, false))
        hn_log(HN_INFO, "the database answers again");
    w->away_us = 0;
    w->retry_at = 0;
}

static enum hn_code deliver(struct writer *w, const struct hn_bytes *b, size_t n)
{
    struct ingest_result *r = hn_arena_make(w->arena, struct ingest_result, n);
    struct ingest_account got;
    struct hn_err e = {0};
    size_t k = 0;
    enum hn_code code;

    for (size_t i = 0; i < n; i++) {
        if (packed_read(b[i], w->arena, &r[k]))
            k++;
        else
            atomic_fetch_add(&w->counts.dropped, 1);
    }
    code = ingest_accept(w->db, w->probe, r, k, hn_now(), w->arena, &got, &e);
    atomic_fetch_add(&w->counts.stored, (long long)got.stored);
    atomic_fetch_add(&w->counts.unknown, (long long)got.unknown);
    atomic_fetch_add(&w->counts.batches, (long long)got.batches);
    if (code == HN_OK)
        atomic_fetch_add(&w->counts.dropped, (long long)got.refused);
    if (code == HN_OK)
        back(w);
    else
        away(w, &e);
    return code;
}

/* Keeps what could not be delivered. Where the disk refuses too, the results are lost and said so.
 */
static void keep(struct writer *w, const struct hn_bytes *b, size_t n)
{
    struct hn_err e = {0};

    if (n == 0)
        return;
    if (spool_append(w->spool, b, n, &e) == HN_OK && spool_sync(w->spool, &e) == HN_OK) {
        atomic_fetch_add(&w->counts.spooled, (long long)n);
        w->told_full = false;
    } else {
        atomic_fetch_add(&w->counts.dropped, (long long)n);
        if (!w->told_full)
            hn_log_err(HN_ERROR, "spool results", &e);
        w->told_full = true;
    }
    atomic_store(&w->counts.spool_bytes, spool_bytes(w->spool));
}

/* The oldest of the spool. false: the database or the disk does not answer. */
static bool deliver_spooled(struct writer *w)
{
    struct hn_bytes *b = hn_arena_make(w->arena, struct hn_bytes, WRITER_BATCH);
    struct hn_err e = {0};
    size_t n = 0;

    if (spool_peek(w->spool, w->arena, b, WRITER_BATCH, &n, &e) != HN_OK) {
        away(w, &e);
        return false;
    }
    if (n > 0 && (deliver(w, b, n) != HN_OK))
        return false;
    if (n > 0 && spool_taken(w->spool, &e) != HN_OK)
        hn_log_err(HN_ERROR, "spool", &e);
    atomic_store(&w->counts.spool_bytes, spool_bytes(w->spool));
    return true;
}

static void round_of(struct writer *w, struct packed *batch, size_t n, bool last)
{
    struct hn_bytes *b = hn_arena_make(w->arena, struct hn_bytes, n);
    bool may_ask = hn_mono_now().us >= w->retry_at || last;
    size_t i = 0;

    for (struct packed *p = batch; p != NULL; p = p->next)
        b[i++] = (struct hn_bytes){.p = p->p, .n = p->n};
    if (!spool_is_empty(w->spool)) {
        keep(w, b, n); /* behind the older ones */
        if (may_ask)
            (void)deliver_spooled(w);
    } else if (n > 0 && (!may_ask || deliver(w, b, n) != HN_OK)) {
        keep(w, b, n);
    }
}

static void *run(void *arg)
{
    struct writer *w = arg;
    bool stop = false;

    while (!stop) {
        int64_t until = spool_is_empty(w->spool) ? HN_NEVER : w->retry_at;
        size_t n;
        struct packed *batch = outbox_take(w->outbox, WRITER_BATCH, until, &n, &stop);

        round_of(w, batch, n, stop);
        packed_free_list(batch);
        hn_arena_reset(w->arena);
    }
    return NULL;
}

static void drop(struct writer *w)
{
    db_free(w->db);
    spool_free(w->spool);
    hn_arena_free(w->arena);
    outbox_free(w->outbox);
    free(w);
}

enum hn_code writer_new(const char *conninfo, const char *probe, const char *spool_folder,
                        struct writer **out, struct hn_err *e)
{
    struct writer *w = MEM_NEW(struct writer);

    w->outbox = outbox_new(OUTBOX_BYTES, FLUSH_US, FLUSH_URGENT_US);
    w->probe = probe;
    w->arena = hn_arena_new();
    w->db = db_new(conninfo);
    db_set_timeout(w->db, STATEMENT_MS);
    if (spool_open(spool_folder, SPOOL_MAX_BYTES, SPOOL_SEGMENT_BYTES, &w->spool, e) != HN_OK) {
        drop(w);
        return hn_ctx(e, "writer");
    }
    atomic_store(&w->counts.spool_bytes, spool_bytes(w->spool));
    if (pthread_create(&w->thread, NULL, run, w) != 0) {
        drop(w);
        return hn_fail(e, HN_E_INTERNAL, "no thread for the writer");
    }
    *out = w;
    return HN_OK;
}

void writer_stop(struct writer *w)
{
    if (w == NULL)
        return;
    outbox_stop(w->outbox);
    (void)pthread_join(w->thread, NULL);
    drop(w);
}
