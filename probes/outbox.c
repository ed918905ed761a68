/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/outbox.h"

#include "probes/mem.h"

#include <pthread.h>

#define LONGEST_US (60 * HN_SEC)

struct outbox {
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t wake;
    struct packed *first, **last;
    size_t n, bytes, max_bytes, want; /* want: so many are a batch */
    hn_span gather, urgent;
    int64_t leave_at; /* monotonic: when the batch must go */
    bool stop;
};

struct outbox *outbox_new(size_t max_bytes, hn_span gather, hn_span urgent)
{
    struct outbox *o = MEM_NEW(struct outbox);
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&o->lock, NULL);
    (void)pthread_cond_init(&o->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    o->last = &o->first;
    o->max_bytes = max_bytes;
    o->want = SIZE_MAX;
    o->gather = gather;
    o->urgent = urgent;
    return o;
}

void packed_free_list(struct packed *p)
{
    while (p != NULL) {
        struct packed *next = p->next;

        free(p);
        p = next;
    }
}

void outbox_free(struct outbox *o)
{
    if (o == NULL)
        return;
    packed_free_list(o->first);
    (void)pthread_cond_destroy(&o->wake);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

bool outbox_put(struct outbox *o, struct packed *p)
{
    int64_t at = hn_mono_now().us + (p->is_urgent ? o->urgent : o->gather);
    bool room;

    (void)pthread_mutex_lock(&o->lock);
    room = o->bytes + p->n <= o->max_bytes;
    if (room) {
        p->next = NULL;
        *o->last = p;
        o->last = &p->next;
        o->bytes += p->n;
        if (o->n++ == 0 || at < o->leave_at) {
            o->leave_at = at;
            (void)pthread_cond_signal(&o->wake);
        } else if (o->n == o->want) {
            (void)pthread_cond_signal(&o->wake);
        }
    }
    (void)pthread_mutex_unlock(&o->lock);
    if (!room)
        free(p);
    return room;
}

static void wait_until(struct outbox *o, int64_t at_us)
{
    int64_t at = HN_MIN(at_us, hn_mono_now().us + LONGEST_US);
    struct timespec ts = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000};

    (void)pthread_cond_timedwait(&o->wake, &o->lock, &ts);
}

struct packed *outbox_take(struct outbox *o, size_t max, int64_t until, size_t *n, bool *stop)
{
    struct packed *head = NULL;
    struct packed **p = &head;

    *n = 0;
    (void)pthread_mutex_lock(&o->lock);
    o->want = max;
    for (;;) {
        int64_t now = hn_mono_now().us;

        if (o->stop || o->n >= max || (o->n > 0 && now >= o->leave_at) || now >= until)
            break;
        wait_until(o, o->n > 0 ? HN_MIN(until, o->leave_at) : until);
    }
    while (o->first != NULL && *n < max) {
        *p = o->first;
        o->first = o->first->next;
        o->bytes -= (*p)->n;
        p = &(*p)->next;
        (*n)++;
    }
    *p = NULL;
    o->n -= *n;
    if (o->first == NULL)
        o->last = &o->first;
    *stop = o->stop && o->n == 0;
    (void)pthread_mutex_unlock(&o->lock);
    return head;
}

void outbox_stop(struct outbox *o)
{
    (void)pthread_mutex_lock(&o->lock);
    o->stop = true;
    (void)pthread_cond_signal(&o->wake);
    (void)pthread_mutex_unlock(&o->lock);
}
