/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/sse.h"

#include "server/base/log.h"

#include <pthread.h>
#include <stdio.h>

#define TOPICS_MAX 16
#define TOPIC_BYTES 64
#define BUFFER_MAX ((size_t)32 * 1024)
#define STREAMS_MAX 3000
#define HEARTBEAT_US (15 * HN_SEC)
#define LIFE_US (600 * HN_SEC)

struct http_stream {
    struct http_live *live;
    struct http_request *request; /* to suspend and resume its connection */
    char topic[TOPICS_MAX][TOPIC_BYTES];
    size_t n_topics;
    char *buffer; /* owned; NULL while empty */
    size_t n;
    size_t cap;
    bool asleep; /* the connection is suspended */
    bool over;
    int64_t began_us; /* monotonic */
    struct http_stream *prev;
    struct http_stream *next;
};

struct http_live {
    struct http_app *app;
    pthread_mutex_t lock; /* guards all streams and what follows */
    struct http_stream *first;
    size_t n;
    bool closing;
    bool running;
    pthread_t thread;
};

struct http_live *http_live_new(struct http_app *app)
{
    struct http_live *l = calloc(1, sizeof(*l));

    if (l == NULL)
        abort();
    l->app = app;
    HN_ASSERT(pthread_mutex_init(&l->lock, NULL) == 0);
    return l;
}

void http_live_free(struct http_live *l)
{
    if (l == NULL)
        return;
    HN_ASSERT(l->first == NULL);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

size_t http_live_count(struct http_live *l)
{
    size_t n;

    (void)pthread_mutex_lock(&l->lock);
    n = l->n;
    (void)pthread_mutex_unlock(&l->lock);
    return n;
}

/* ---- with the lock held ---- */

static void put(struct http_stream *s, const char *p, size_t n)
{
    static const char resync[] = "event: resync\ndata:\n\n";

    if (s->n + n > BUFFER_MAX) {
        s->n = 0;
        p = resync;
        n = sizeof(resync) - 1;
    }
    if (s->n + n > s->cap) {
        size_t cap = HN_MIN(HN_MAX(s->cap * 2, s->n + n), BUFFER_MAX);
        char *b = realloc(s->buffer, cap);

        if (b == NULL)
            abort();
        s->buffer = b;
        s->cap = cap;
    }
    memcpy(s->buffer + s->n, p, n);
    s->n += n;
}

static void wake(struct http_stream *s)
{
    if (!s->asleep)
        return;
    s->asleep = false;
    http_resume(s->request);
}

static bool wants(const struct http_stream *s, const char *topic)
{
    if (*topic == '\0')
        return true;
    for (size_t i = 0; i < s->n_topics; i++)
        if (hn_streq(s->topic[i], topic))
            return true;
    return false;
}

/* ---- the listening thread ---- */

/* To the streams of a topic, "" for all. */
static void tell(struct http_live *l, const char *topic, const char *text, size_t n)
{
    (void)pthread_mutex_lock(&l->lock);
    for (struct http_stream *s = l->first; s != NULL; s = s->next) {
        if (s->over || !wants(s, topic))
            continue;
        put(s, text, n);
        wake(s);
    }
    (void)pthread_mutex_unlock(&l->lock);
}

static void end_old(struct http_live *l, int64_t now_us)
{
    (void)pthread_mutex_lock(&l->lock);
    for (struct http_stream *s = l->first; s != NULL; s = s->next) {
        if (!l->closing && now_us - s->began_us < LIFE_US)
            continue;
        s->over = true;
        wake(s);
    }
    (void)pthread_mutex_unlock(&l->lock);
}

/* "topic\ndata" as an event; data of several lines becomes several data fields. */
static void tell_payload(struct http_live *l, struct hn_arena *a, const char *payload)
{
    size_t n = strcspn(payload, "\n");
    const char *topic = hn_arena_strndup(a, payload, n);
    const char *data = payload[n] == '\n' ? payload + n + 1 : "";
    struct hn_sbuf b;

    if (n == 0)
        return;
    hn_sbuf_init(&b, a, BUFFER_MAX);
    hn_sbuf_fmt(&b, "event: %s\n", topic);
    do {
        n = strcspn(data, "\n");
        hn_sbuf_str(&b, "data: ");
        hn_sbuf_mem(&b, data, n);
        hn_sbuf_chr(&b, '\n');
        data += n;
    } while (*data++ == '\n');
    hn_sbuf_chr(&b, '\n');
    if (!b.overflow)
        tell(l, topic, b.p, b.n);
}

static void *listen_loop(void *arg)
{
    static const char beat[] = ": still here\n\n";
    static const char resync[] = "event: resync\ndata:\n\n";
    struct http_live *l = arg;
    DB db = db_new(l->app->config.database);
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    int64_t beat_at = hn_mono_now().us;

    if (db_listen(db, "hn_live", &e) != HN_OK)
        hn_log_err(HN_WARN, "listen for live events", &e); /* tried again by db_notice() */
    while (!atomic_load(&l->app->stopping)) {
        const char *channel;
        const char *payload;
        int64_t now_us;

        if (db_notice(db, 500, a, &channel, &payload)) {
            if (*channel == '\0')
                tell(l, "", resync, sizeof(resync) - 1);
            else
                tell_payload(l, a, payload);
        }
        hn_arena_reset(a);
        now_us = hn_mono_now().us;
        if (now_us - beat_at >= HEARTBEAT_US) {
            tell(l, "", beat, sizeof(beat) - 1);
            end_old(l, now_us);
            beat_at = now_us;
        }
    }
    return NULL;
}

enum hn_code http_live_start(struct http_live *l, struct hn_err *e)
{
    if (pthread_create(&l->thread, NULL, listen_loop, l) != 0)
        return hn_fail(e, HN_E_INTERNAL, "cannot start the live thread");
    l->running = true;
    return HN_OK;
}

void http_live_stop(struct http_live *l)
{
    if (l->running)
        (void)pthread_join(l->thread, NULL);
    l->running = false;
    (void)pthread_mutex_lock(&l->lock);
    l->closing = true;
    (void)pthread_mutex_unlock(&l->lock);
    end_old(l, 0);
}

/* ---- a stream ---- */

static struct http_stream *stream_new(struct http_request *q, const char *const *topics, size_t n)
{
    static const char hello[] = "retry: 3000\n: hinomi\n\n";
    struct http_stream *s = calloc(1, sizeof(*s));

    if (s == NULL)
        abort();
    s->live = q->app->live;
    s->request = q;
    s->began_us = hn_mono_now().us;
    for (size_t i = 0; i < n && i < TOPICS_MAX; i++)
        (void)snprintf(s->topic[s->n_topics++], TOPIC_BYTES, "%s", topics[i]);
    put(s, hello, sizeof(hello) - 1);
    return s;
}

enum hn_code http_sse(struct http_ctx *c, const char *const *topics, size_t n, struct hn_err *e)
{
    struct http_live *l = c->app->live;
    struct http_answer *r = &c->req->answer;
    struct http_stream *s;
    bool room;

    s = stream_new(c->req, topics, n);
    (void)pthread_mutex_lock(&l->lock);
    room = l->n < STREAMS_MAX && !l->closing;
    if (room) {
        s->next = l->first;
        if (l->first != NULL)
            l->first->prev = s;
        l->first = s;
        l->n++;
    }
    (void)pthread_mutex_unlock(&l->lock);
    if (!room) {
        free(s->buffer);
        free(s);
        return hn_fail(e, HN_E_UNAVAILABLE, "too many live pages are open");
    }
    r->status = 200;
    r->type = "text/event-stream";
    r->stream = s;
    r->ready = true;
    http_set_header(c, "X-Accel-Buffering", "no");
    return HN_OK;
}

ptrdiff_t http_stream_read(struct http_stream *s, char *buf, size_t max)
{
    struct http_live *l = s->live;
    size_t n;

    (void)pthread_mutex_lock(&l->lock);
    n = HN_MIN(s->n, max);
    if (n > 0) {
        memcpy(buf, s->buffer, n);
        memmove(s->buffer, s->buffer + n, s->n - n);
        s->n -= n;
        if (s->n == 0) { /* most streams are idle most of the time */
            free(s->buffer);
            s->buffer = NULL;
            s->cap = 0;
        }
    } else if (!s->over && !l->closing) {
        s->asleep = true;
        http_suspend(s->request);
    } else {
        (void)pthread_mutex_unlock(&l->lock);
        return -1;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return (ptrdiff_t)n;
}

void http_stream_free(struct http_stream *s)
{
    struct http_live *l = s->live;

    (void)pthread_mutex_lock(&l->lock);
    if (s->prev != NULL)
        s->prev->next = s->next;
    else
        l->first = s->next;
    if (s->next != NULL)
        s->next->prev = s->prev;
    l->n--;
    (void)pthread_mutex_unlock(&l->lock);
    free(s->buffer);
    free(s);
}
