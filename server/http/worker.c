/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workers: N threads, each with one database connection, and the one bounded queue they take
 * requests from. A full queue refuses at once (503) rather than letting everybody wait.
 */
#include "server/http/app.h"

#include "server/base/log.h"

#include <pthread.h>

#define WORKERS_MAX 64

struct http_queue {
    struct http_app *app;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t some;
    struct http_request *first;
    struct http_request *last;
    size_t n;
    size_t max;
    bool closed;
    pthread_t thread[WORKERS_MAX];
    int n_threads;
};

struct http_queue *http_queue_new(struct http_app *app, int max)
{
    struct http_queue *q = calloc(1, sizeof(*q));

    if (q == NULL)
        abort();
    q->app = app;
    q->max = (size_t)max;
    HN_ASSERT(pthread_mutex_init(&q->lock, NULL) == 0);
    HN_ASSERT(pthread_cond_init(&q->some, NULL) == 0);
    return q;
}

void http_queue_free(struct http_queue *q)
{
    if (q == NULL)
        return;
    (void)pthread_cond_destroy(&q->some);
    (void)pthread_mutex_destroy(&q->lock);
    free(q);
}

bool http_queue_put(struct http_queue *q, struct http_request *r)
{
    bool room;

    (void)pthread_mutex_lock(&q->lock);
    room = q->n < q->max && !q->closed;
    if (room) {
        r->next = NULL;
        if (q->last != NULL)
            q->last->next = r;
        else
            q->first = r;
        q->last = r;
        q->n++;
        (void)pthread_cond_signal(&q->some);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return room;
}

static struct http_request *take(struct http_queue *q)
{
    struct http_request *r;

    (void)pthread_mutex_lock(&q->lock);
    while (q->first == NULL && !q->closed)
        (void)pthread_cond_wait(&q->some, &q->lock);
    r = q->first;
    if (r != NULL) {
        q->first = r->next;
        if (q->first == NULL)
            q->last = NULL;
        q->n--;
    }
    (void)pthread_mutex_unlock(&q->lock);
    return r;
}

size_t http_queue_length(struct http_queue *q)
{
    size_t n;

    (void)pthread_mutex_lock(&q->lock);
    n = q->n;
    (void)pthread_mutex_unlock(&q->lock);
    return n;
}

static void *work(void *arg)
{
    struct http_queue *q = arg;
    DB db = db_new(q->app->config.database);
    struct http_request *r;

    db_set_timeout(db, q->app->config.statement_timeout_ms);
    while ((r = take(q)) != NULL) {
        http_dispatch(r, db);
        http_resume(r); /* from here on the request is the I/O thread's */
    }
    return NULL;
}

enum hn_code http_queue_start(struct http_queue *q, int workers, struct hn_err *e)
{
    for (int i = 0; i < HN_MIN(workers, WORKERS_MAX); i++) {
        if (pthread_create(&q->thread[i], NULL, work, q) != 0)
            return hn_fail(e, HN_E_INTERNAL, "cannot start a worker thread");
        q->n_threads++;
    }
    return HN_OK;
}

void http_queue_stop(struct http_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->closed = true;
    (void)pthread_cond_broadcast(&q->some);
    (void)pthread_mutex_unlock(&q->lock);
    for (int i = 0; i < q->n_threads; i++)
        (void)pthread_join(q->thread[i], NULL);
    q->n_threads = 0;
}
