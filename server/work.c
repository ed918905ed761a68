/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.c — `hinomi work`: runs the modules' background tasks. Each task runs at least every
 * every_ms, at once when its NOTIFY channel speaks, and again at once while it says that more is
 * waiting. Two threads share the tasks; one task never runs twice at a time in this process
 * (against other processes tasks take their own locks). A task that fails is tried again later, and
 * its error is logged once until it changes or goes away.
 */
#include "itsm/report/report.h"
#include "server/base/i18n.h"
#include "server/base/log.h"
#include "server/auth/chain.h"
#include "server/command.h"
#include "server/module.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#define THREADS 2
#define TASKS_MAX 128
#define STATEMENT_TIMEOUT_MS 300000
#define RETRY_LEAST_MS 1000
#define RETRY_MOST_MS 30000

struct slot {
    const struct hn_task *task;
    int64_t due_us; /* monotonic */
    bool running;
    bool woken; /* while it ran */
    int failures;
    char last_error[HN_ERR_MSG_MAX + HN_ERR_DETAIL_MAX];
};

/* The one runner of the process; what follows `lock` is guarded by it. */
static struct {
    const struct config *cfg;
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct slot slot[TASKS_MAX];
    size_t n;
    bool stopping;
} w;

static int64_t mono_us(void)
{
    return hn_mono_now().us;
}

static void wait_until(int64_t us)
{
    struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

    (void)pthread_cond_timedwait(&w.change, &w.lock, &t);
}

/* With the lock held: the most overdue task, or NULL once stopping. */
static struct slot *take(void)
{
    for (;;) {
        struct slot *best = NULL;
        int64_t now = mono_us();

        if (w.stopping)
            return NULL;
        for (size_t i = 0; i < w.n; i++)
            if (!w.slot[i].running && (best == NULL || w.slot[i].due_us < best->due_us))
                best = &w.slot[i];
        if (best != NULL && best->due_us <= now) {
            best->running = true;
            best->woken = false;
            return best;
        }
        wait_until(best == NULL ? now + 1000000 : HN_MIN(best->due_us, now + 1000000));
    }
}

/* Logs an error unless it is the one that was logged last. */
static void report(struct slot *s, const struct hn_err *e)
{
    char text[sizeof(s->last_error)];

    (void)snprintf(text, sizeof(text), "%s%s", e->msg, e->detail);
    if (s->failures > 1 && hn_streq(text, s->last_error))
        return;
    (void)snprintf(s->last_error, sizeof(s->last_error), "%s", text);
    hn_log_err(e->code == HN_E_UNAVAILABLE ? HN_WARN : HN_ERROR, s->task->name, e);
}

static void *run_tasks(void *arg)
{
    DB db = db_new(w.cfg->database);
    HN_ARENA a = hn_arena_new();
    struct slot *s;

    (void)arg;
    hn_i18n_japanese(!hn_streq(w.cfg->language, "en"));
    db_set_timeout(db, STATEMENT_TIMEOUT_MS);
    (void)pthread_mutex_lock(&w.lock);
    while ((s = take()) != NULL) {
        struct hn_err e = {0};
        bool again = false;
        int64_t wait_ms = s->task->every_ms;
        enum hn_code code;

        (void)pthread_mutex_unlock(&w.lock);
        code = s->task->run(db, a, hn_now(), &again, &e);
        hn_arena_reset(a);
        (void)pthread_mutex_lock(&w.lock);
        if (code != HN_OK) {
            s->failures++;
            report(s, &e);
            wait_ms = HN_MIN(HN_MAX(wait_ms, RETRY_LEAST_MS * s->failures), RETRY_MOST_MS);
        } else {
            if (s->failures > 0)
                hn_log(HN_INFO, "task %s works again", s->task->name);
            s->failures = 0;
            if (again || s->woken)
                wait_ms = 0;
        }
        s->due_us = mono_us() + wait_ms * 1000;
        s->running = false;
        (void)pthread_cond_broadcast(&w.change);
    }
    (void)pthread_mutex_unlock(&w.lock);
    return NULL;
}

/* channel "": all, for something may have been missed. */
static void wake(const char *channel)
{
    (void)pthread_mutex_lock(&w.lock);
    for (size_t i = 0; i < w.n; i++) {
        struct slot *s = &w.slot[i];

        if (s->task->wake_on == NULL || (*channel != '\0' && !hn_streq(s->task->wake_on, channel)))
            continue;
        s->woken = true;
        if (!s->running && s->failures == 0)
            s->due_us = HN_MIN(s->due_us, mono_us());
    }
    (void)pthread_cond_broadcast(&w.change);
    (void)pthread_mutex_unlock(&w.lock);
}

static bool stopping(void)
{
    bool s;

    (void)pthread_mutex_lock(&w.lock);
    s = w.stopping;
    (void)pthread_mutex_unlock(&w.lock);
    return s;
}

static void *listen_loop(void *arg)
{
    DB db = db_new(w.cfg->database);
    HN_ARENA a = hn_arena_new();
    const char *channel;
    const char *payload;

    (void)arg;
    for (size_t i = 0; i < w.n; i++) {
        const char *on = w.slot[i].task->wake_on;
        struct hn_err e = {0};
        bool known = on == NULL;

        for (size_t j = 0; j < i && !known; j++)
            known = w.slot[j].task->wake_on != NULL && hn_streq(w.slot[j].task->wake_on, on);
        if (!known && db_listen(db, on, &e) != HN_OK)
            hn_log_err(HN_WARN, "listen", &e); /* done again when the connection is made */
    }
    while (!stopping()) {
        if (db_notice(db, 500, a, &channel, &payload))
            wake(channel);
        hn_arena_reset(a);
    }
    return NULL;
}

static void collect(void)
{
    int64_t now = mono_us();

    for (size_t i = 0; i < hn_n_modules; i++)
        for (size_t j = 0; j < hn_modules[i]->n_tasks; j++) {
            HN_ASSERT(w.n < TASKS_MAX);
            w.slot[w.n++] = (struct slot){.task = &hn_modules[i]->tasks[j], .due_us = now};
        }
}

static void start_lock(void)
{
    pthread_condattr_t attr;

    HN_ASSERT(pthread_mutex_init(&w.lock, NULL) == 0);
    HN_ASSERT(pthread_condattr_init(&attr) == 0);
    HN_ASSERT(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    HN_ASSERT(pthread_cond_init(&w.change, &attr) == 0);
    (void)pthread_condattr_destroy(&attr);
}

int cmd_work(int argc, char **argv, struct config *cfg)
{
    pthread_t thread[THREADS + 1];
    sigset_t set;
    int sig;

    if (argc > 1) {
        (void)fprintf(stderr, "usage: hinomi %s\n", argv[0]);
        return 2;
    }
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    w.cfg = cfg;
    chain_configure(cfg->state);
    report_set_places(&(struct report_places){cfg->templates, cfg->state, cfg->base_url});
    start_lock();
    collect();
    for (int i = 0; i <= THREADS; i++)
        HN_ASSERT(pthread_create(&thread[i], NULL, i < THREADS ? run_tasks : listen_loop, NULL) ==
                  0);
    hn_log(HN_INFO, "%zu tasks", w.n);
    do
        sig = sigwaitinfo(&set, NULL);
    while (sig != SIGTERM && sig != SIGINT);
    hn_log(HN_INFO, "stopping");
    (void)pthread_mutex_lock(&w.lock);
    w.stopping = true;
    (void)pthread_cond_broadcast(&w.change);
    (void)pthread_mutex_unlock(&w.lock);
    for (int i = 0; i <= THREADS; i++)
        (void)pthread_join(thread[i], NULL);
    return 0;
}
