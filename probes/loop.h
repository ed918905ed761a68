/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h — the probe's one event loop: file descriptors, timers, and work that is put off to the
 * end of a turn (so that datagrams of one turn leave in one sendmmsg).
 *
 * Everything that runs in it runs in one thread and must not block. Structs are embedded in their
 * owners and must stay where they are while they are added. Both clocks are read once a turn.
 * loop_post() is the only function for other threads.
 */
#ifndef PROBES_LOOP_H
#define PROBES_LOOP_H

#include "server/base/instant.h"

struct loop;

typedef void loop_fn(void *ctx);
typedef void loop_fd_fn(void *ctx, uint32_t events); /* EPOLLIN … */

struct loop_fd {
    int fd;
    loop_fd_fn *fn;
    void *ctx;
};

struct loop_timer {
    struct hn_mono at;
    size_t place; /* in the heap, from 1; 0 = not set */
    loop_fn *fn;
    void *ctx;
};

HN_MUST_USE enum hn_code loop_new(struct loop **out, struct hn_err *e);
void loop_free(struct loop *l);
/* Runs until loop_stop(). */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* One turn; waits for at most max_ms (tests). */
void loop_turn(struct loop *l, int max_ms);

struct hn_mono loop_mono(const struct loop *l);
hn_instant loop_now(const struct loop *l);
/* The wall clock's time (a packet's stamp) by the loop's clock. */
hn_instant loop_of_wall(const struct loop *l, hn_instant wall);
/* From now on the loop's clock is its own: `now` at this moment, and then only as fast as time
 * goes. Steps of the wall clock do not move it. Before anything runs. */
void loop_steady(struct loop *l, hn_instant now);
/* Reads both clocks again: for one who sends later in a turn. */
void loop_clock(struct loop *l);

HN_MUST_USE bool loop_fd_add(struct loop *l, struct loop_fd *f, uint32_t events);
void loop_fd_mod(struct loop *l, struct loop_fd *f, uint32_t events);
/* Also right where an event of this turn is still to be delivered: it is not. */
void loop_fd_del(struct loop *l, struct loop_fd *f);

/* Sets or moves. A timer that is due runs once, in the order of the times. */
void loop_timer_set(struct loop *l, struct loop_timer *t, struct hn_mono at);
void loop_timer_in(struct loop *l, struct loop_timer *t, hn_span us);
void loop_timer_off(struct loop *l, struct loop_timer *t); /* also when not set */

/* Calls fn at the end of every turn, before the loop sleeps. */
void loop_at_end(struct loop *l, loop_fn *fn, void *ctx);

/* Any thread: fn(ctx) runs in the loop soon. In the order of the posts. */
void loop_post(struct loop *l, loop_fn *fn, void *ctx);

#endif
