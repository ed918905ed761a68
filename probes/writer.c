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
    pthread_mutex_t lock; /* of the five below */
    pthread_cond_t wake;
    struct packed *first, **last;
    size_t n, bytes;
    int64_t flush_at; /* monotonic: when the batch must leave */
    bool stop;

    /* the thread's own */
    const char *probe;
    struct db *db;
    struct spool *spool;
    struct hn_arena *arena;
    int64_t retry_at; /* monotonic: the database is not asked before */
    hn_span away_us;
    bool told_full;
    size_t n_ok, n_refused; /* of the batch that is being stored */

    struct writer_counts counts;
};

/* ---- the loop's side ---- */

void writer_put(struct writer *w, struct packed *p)
{
    int64_t now = hn_mono_now().us;
    bool full;

    (void)pthread_mutex_lock(&w->lock);
    full = w->bytes + p->n > WRITER_QUEUE_BYTES;
    if (!full) {
        int64_t at = now + (p->is_urgent ? FLUSH_URGENT_US : FLUSH_US);

        p->next = NULL;
        *w->last = p;
        w->last = &p->next;
        w->bytes += p->n;
        if (w->n++ == 0 || at < w->flush_at) {
            w->flush_at = at;
            (void)pthread_cond_signal(&w->wake);
        } else if (w->n == WRITER_BATCH) {
            (void)pthread_cond_signal(&w->wake);
        }
    }
    (void)pthread_mutex_unlock(&w->lock);
    if (full) {
        atomic_fetch_add(&w->counts.dropped, 1);
        free(p);
    }
}

const struct writer_counts *writer_counts(const struct writer *w)
{
    return &w->counts;
}

/* ---- the thread ---- */

static void wait_until(struct writer *w, int64_t at_us)
{
    struct timespec ts = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};

    (void)pthread_cond_timedwait(&w->wake, &w->lock, &ts);
}

/* Takes up to WRITER_BATCH results when it is time. *stop: the last call. NULL: nothing, but the
 * spool may want to be looked at. */
static struct packed *take(struct writer *w, size_t *n, bool *stop)
{
    struct packed *head = NULL;
    struct packed **p = &head;

    *n = 0;
    (void)pthread_mutex_lock(&w->lock);
    for (;;) {
        int64_t now = hn_mono_now().us;
        bool due = w->n >= WRITER_BATCH || (w->n > 0 && now >= w->flush_at);

        if (due || w->stop || (!spool_is_empty(w->spool) && now >= w->retry_at))
            break;
        if (w->n > 0)
            wait_until(w, w->flush_at);
        else if (!spool_is_empty(w->spool))
            wait_until(w, w->retry_at);
        else
            wait_until(w, now + 60 * HN_SEC);
    }
    while (w->first != NULL && *n < WRITER_BATCH) {
        *p = w->first;
        w->first = w->first->next;
        w->bytes -= (*p)->n;
        p = &(*p)->next;
        (*n)++;
    }
    *p = NULL;
    w->n -= *n;
    if (w->first == NULL)
        w->last = &w->first;
    *stop = w->stop && w->n == 0;
    (void)pthread_mutex_unlock(&w->lock);
    return head;
}

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

/* Stores results; those that the database refuses for what they are, are found by halving and
 * counted in n_refused. HN_E_UNAVAILABLE: the rest must be kept. */
static enum hn_code store(struct writer *w, const struct ingest_result *r, size_t n,
                          struct hn_err *e)
{
    size_t dropped = 0;
    enum hn_code code;

    if (n == 0)
        return HN_OK;
    hn_err_clear(e);
    code = ingest_batch(w->db, w->probe, r, n, hn_now(), w->arena, NULL, NULL, &dropped, e);
    if (code == HN_OK) {
        w->n_ok += n;
        atomic_fetch_add(&w->counts.stored, (long long)(n - dropped));
        atomic_fetch_add(&w->counts.unknown, (long long)dropped);
        atomic_fetch_add(&w->counts.batches, 1);
        return HN_OK;
    }
    if (code == HN_E_UNAVAILABLE || code == HN_E_IO)
        return code;
    if (n == 1) {
        w->n_refused++;
        hn_log_err(HN_ERROR, "store a result", e);
        return HN_OK;
    }
    /* what was stored before a later part fails is ignored when it comes again */
    code = store(w, r, n / 2, e);
    return code != HN_OK ? code : store(w, r + n / 2, n - n / 2, e);
}

/* Where nothing at all was accepted the fault is the database's, not the results': they are kept.
 */
static enum hn_code store_batch(struct writer *w, const struct ingest_result *r, size_t n,
                                struct hn_err *e)
{
    w->n_ok = w->n_refused = 0;
    if (store(w, r, n, e) != HN_OK)
        return e->code;
    if (w->n_refused > 0 && w->n_ok == 0)
        return e->code == HN_OK ? HN_E_INTERNAL : e->code;
    atomic_fetch_add(&w->counts.dropped, (long long)w->n_refused);
    return HN_OK;
}

static enum hn_code deliver(struct writer *w, const struct hn_bytes *b, size_t n)
{
    struct ingest_result *r = hn_arena_make(w->arena, struct ingest_result, n);
    struct hn_err e = {0};
    size_t k = 0;
    enum hn_code code;

    for (size_t i = 0; i < n; i++) {
        if (packed_read(b[i], w->arena, &r[k]))
            k++;
        else
            atomic_fetch_add(&w->counts.dropped, 1);
    }
    code = store_batch(w, r, k, &e);
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
    if (spool_append(w->spool, b, n, &e) == HN_OK) {
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
        size_t n;
        struct packed *batch = take(w, &n, &stop);

        round_of(w, batch, n, stop);
        while (batch != NULL) {
            struct packed *next = batch->next;

            free(batch);
            batch = next;
        }
        hn_arena_reset(w->arena);
    }
    return NULL;
}

static void drop(struct writer *w)
{
    db_free(w->db);
    spool_free(w->spool);
    hn_arena_free(w->arena);
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

enum hn_code writer_new(const char *conninfo, const char *probe, const char *spool_folder,
                        struct writer **out, struct hn_err *e)
{
    struct writer *w = MEM_NEW(struct writer);
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    w->last = &w->first;
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
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_signal(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->thread, NULL);
    drop(w);
}
