/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/loop.h"

#include "probes/mem.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS 128
#define AT_END_MAX 8

struct post {
    struct post *next;
    loop_fn *fn;
    void *ctx;
};

struct loop {
    int epoll;
    bool stop;
    struct hn_mono mono;
    hn_instant now, wall; /* the same where the loop has no clock of its own */
    bool is_steady;
    hn_instant steady; /* now less mono */
    struct epoll_event ev[EVENTS];
    int n_ev, at_ev;          /* of the turn that is being delivered */
    struct loop_timer **heap; /* from 1 */
    size_t n_heap, cap_heap;
    struct {
        loop_fn *fn;
        void *ctx;
    } at_end[AT_END_MAX];
    size_t n_at_end;
    struct loop_fd wake;
    pthread_mutex_t lock; /* of the posts */
    struct post *first;
    struct post **last;
};

static void run_posts(void *ctx, uint32_t events)
{
    struct loop *l = ctx;
    struct post *p;
    uint64_t count;

    (void)events;
    (void)!read(l->wake.fd, &count, sizeof(count)); /* only resets the counter */
    (void)pthread_mutex_lock(&l->lock);
    p = l->first;
    l->first = NULL;
    l->last = &l->first;
    (void)pthread_mutex_unlock(&l->lock);
    while (p != NULL) {
        struct post *next = p->next;

        p->fn(p->ctx);
        free(p);
        p = next;
    }
}

enum hn_code loop_new(struct loop **out, struct hn_err *e)
{
    struct loop *l = MEM_NEW(struct loop);

    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake =
        (struct loop_fd){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .fn = run_posts, .ctx = l};
    l->last = &l->first;
    (void)pthread_mutex_init(&l->lock, NULL);
    if (l->epoll < 0 || l->wake.fd < 0 || !loop_fd_add(l, &l->wake, EPOLLIN)) {
        int why = errno;

        loop_free(l);
        return hn_fail(e, HN_E_IO, "no event loop: %s", strerror(why));
    }
    loop_clock(l);
    *out = l;
    return HN_OK;
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    while (l->first != NULL) {
        struct post *p = l->first;

        l->first = p->next;
        free(p);
    }
    if (l->wake.fd >= 0)
        (void)close(l->wake.fd);
    if (l->epoll >= 0)
        (void)close(l->epoll);
    (void)pthread_mutex_destroy(&l->lock);
    free(l->heap);
    free(l);
}

void loop_clock(struct loop *l)
{
    l->mono = hn_mono_now();
    l->wall = hn_now();
    l->now = l->is_steady ? l->steady + l->mono.us : l->wall;
}

void loop_steady(struct loop *l, hn_instant now)
{
    l->is_steady = true;
    l->steady = now - hn_mono_now().us;
    loop_clock(l);
}

hn_instant loop_of_wall(const struct loop *l, hn_instant wall)
{
    return wall - l->wall + l->now;
}

struct hn_mono loop_mono(const struct loop *l)
{
    return l->mono;
}

hn_instant loop_now(const struct loop *l)
{
    return l->now;
}

/* ---- file descriptors ---- */

bool loop_fd_add(struct loop *l, struct loop_fd *f, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = f};

    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, f->fd, &ev) == 0;
}

void loop_fd_mod(struct loop *l, struct loop_fd *f, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = f};

    (void)epoll_ctl(l->epoll, EPOLL_CTL_MOD, f->fd, &ev); /* f was added: cannot fail */
}

void loop_fd_del(struct loop *l, struct loop_fd *f)
{
    (void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, f->fd, NULL); /* may be closed already */
    for (int i = l->at_ev; i < l->n_ev; i++)
        if (l->ev[i].data.ptr == f)
            l->ev[i].data.ptr = NULL;
}

/* ---- timers: a binary heap ---- */

static void put(struct loop *l, size_t i, struct loop_timer *t)
{
    l->heap[i] = t;
    t->place = i;
}

static void up(struct loop *l, size_t i, struct loop_timer *t)
{
    for (; i > 1 && l->heap[i / 2]->at.us > t->at.us; i /= 2)
        put(l, i, l->heap[i / 2]);
    put(l, i, t);
}

static void down(struct loop *l, size_t i, struct loop_timer *t)
{
    for (;;) {
        size_t c = i * 2;

        if (c > l->n_heap)
            break;
        if (c < l->n_heap && l->heap[c + 1]->at.us < l->heap[c]->at.us)
            c++;
        if (l->heap[c]->at.us >= t->at.us)
            break;
        put(l, i, l->heap[c]);
        i = c;
    }
    put(l, i, t);
}

static void settle(struct loop *l, size_t i, struct loop_timer *t)
{
    if (i > 1 && l->heap[i / 2]->at.us > t->at.us)
        up(l, i, t);
    else
        down(l, i, t);
}

void loop_timer_set(struct loop *l, struct loop_timer *t, struct hn_mono at)
{
    /* never at the turn's own time: a timer that sets itself anew then waits for the next turn */
    t->at.us = HN_MAX(at.us, l->mono.us + 1);
    if (t->place == 0) {
        if (l->n_heap + 1 >= l->cap_heap) {
            l->cap_heap = HN_MAX(l->cap_heap * 2, (size_t)64);
            l->heap = mem_grow(l->heap, l->cap_heap, sizeof(struct loop_timer *));
        }
        up(l, ++l->n_heap, t);
    } else {
        settle(l, t->place, t);
    }
}

void loop_timer_in(struct loop *l, struct loop_timer *t, hn_span us)
{
    loop_timer_set(l, t, (struct hn_mono){.us = l->mono.us + us});
}

void loop_timer_off(struct loop *l, struct loop_timer *t)
{
    size_t i = t->place;
    struct loop_timer *moved;

    if (i == 0)
        return;
    t->place = 0;
    moved = l->heap[l->n_heap--];
    if (moved != t)
        settle(l, i, moved);
}

static void run_timers(struct loop *l)
{
    /* only what was due when the turn began: a timer that sets itself anew waits for the next turn
     */
    int64_t until = l->mono.us;

    while (l->n_heap > 0 && l->heap[1]->at.us <= until) {
        struct loop_timer *t = l->heap[1];

        loop_timer_off(l, t);
        t->fn(t->ctx);
    }
}

/* ---- turns ---- */

void loop_at_end(struct loop *l, loop_fn *fn, void *ctx)
{
    HN_ASSERT(l->n_at_end < AT_END_MAX);
    l->at_end[l->n_at_end].fn = fn;
    l->at_end[l->n_at_end++].ctx = ctx;
}

static int wait_ms(const struct loop *l, int max_ms)
{
    int64_t us;

    if (l->n_heap == 0)
        return max_ms;
    us = l->heap[1]->at.us - hn_mono_now().us;
    if (us <= 0)
        return 0;
    us = (us + 999) / 1000; /* never wake before the time */
    return us > max_ms ? max_ms : (int)us;
}

void loop_turn(struct loop *l, int max_ms)
{
    for (size_t i = 0; i < l->n_at_end; i++)
        l->at_end[i].fn(l->at_end[i].ctx);
    l->n_ev = epoll_wait(l->epoll, l->ev, EVENTS, l->stop ? 0 : wait_ms(l, max_ms));
    loop_clock(l);
    for (l->at_ev = 0; l->at_ev < l->n_ev;) {
        struct epoll_event *ev = &l->ev[l->at_ev++];
        struct loop_fd *f = ev->data.ptr;

        if (f != NULL)
            f->fn(f->ctx, ev->events);
    }
    l->n_ev = 0;
    run_timers(l);
}

void loop_run(struct loop *l)
{
    while (!l->stop)
        loop_turn(l, 60000);
}

void loop_stop(struct loop *l)
{
    l->stop = true;
}

void loop_post(struct loop *l, loop_fn *fn, void *ctx)
{
    struct post *p = MEM_NEW(struct post);
    uint64_t one = 1;

    *p = (struct post){.fn = fn, .ctx = ctx};
    (void)pthread_mutex_lock(&l->lock);
    *l->last = p;
    l->last = &p->next;
    (void)pthread_mutex_unlock(&l->lock);
    (void)!write(l->wake.fd, &one, sizeof(one)); /* full only when a wake-up waits already */
}
