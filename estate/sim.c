/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/sim.h"

#include "server/base/log.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64

static volatile sig_atomic_t stopping;

static void on_stop(int sig)
{
    (void)sig;
    stopping = 1;
}

const struct estate_device *sim_device(const struct sim *m, uint32_t ip)
{
    const struct estate_device *d = estate_by_ip(m->s, ip);

    return d == NULL || m->dead[d - m->s->device] ? NULL : d;
}

struct mib_state sim_state_of(const struct sim *m, const struct estate_device *d)
{
    size_t i = (size_t)(d - m->s->device);
    struct mib_state st = {.now = hn_now(), .booted_at = m->booted_at[i]};

    st.faults = faults_of(&m->faults, i, st.since);
    return st;
}

/* What is dead now; what came back was switched on now where it had lost its power. */
static void apply(struct sim *m)
{
    size_t n = m->s->n_devices;
    HN_ARENA a = hn_arena_new();
    bool *was = hn_arena_memdup(a, m->dead, n);

    faults_dead(&m->faults, m->s, m->dead);
    if (m->is_cutting)
        cut_apply(m->s, was, m->dead);
}

static const char *do_break(struct sim *m, const struct estate_device *d, const char *fault)
{
    struct faults before = m->faults;
    struct hn_err e = {0};

    if (faults_break(&m->faults, m->s, (size_t)(d - m->s->device), fault, hn_now(), &e) != HN_OK ||
        faults_write(m->state, m->s, &m->faults, &e) != HN_OK) {
        m->faults = before;
        return hn_arena_fmt(m->a, "error %s", e.msg);
    }
    apply(m);
    hn_log(HN_INFO, "%s: %s", d->name, fault);
    return "ok";
}

static const char *do_mend(struct sim *m, const struct estate_device *d)
{
    size_t i = (size_t)(d - m->s->device);
    bool was_off = (faults_of(&m->faults, i, NULL) & 1u << ESTATE_FAULT_POWER) != 0;
    struct hn_err e = {0};
    size_t n = faults_mend(&m->faults, i);

    if (faults_write(m->state, m->s, &m->faults, &e) != HN_OK)
        return hn_arena_fmt(m->a, "error %s", e.msg);
    if (was_off)
        m->booted_at[i] = hn_now();
    apply(m);
    hn_log(HN_INFO, "%s: mended", d->name);
    return n > 0 ? "ok" : "ok nothing was broken";
}

const char *sim_command(struct sim *m, char *line)
{
    char *save = NULL;
    const char *act = strtok_r(line, " ", &save);
    const char *name = strtok_r(NULL, " ", &save);
    const char *fault = strtok_r(NULL, " ", &save);
    const struct estate_device *d = name == NULL ? NULL : estate_find(m->s, name);

    if (act == NULL || name == NULL)
        return "error say break DEVICE FAULT or mend DEVICE";
    if (d == NULL)
        return hn_arena_fmt(m->a, "error there is no device %s", name);
    if (hn_streq(act, "break") && fault != NULL)
        return do_break(m, d, fault);
    if (hn_streq(act, "mend") && fault == NULL)
        return do_mend(m, d);
    return "error say break DEVICE FAULT or mend DEVICE";
}

static void turn(struct sim *m)
{
    struct epoll_event ev[EVENTS];
    int n = epoll_wait(m->epoll, ev, EVENTS, web_turn(m));

    for (int i = 0; i < n; i++) {
        if (ev[i].data.u64 >= WEB_TAG)
            web_ready(m, ev[i].data.u64, ev[i].events);
        else if (ev[i].data.u64 == 1)
            agent_ready(m);
        else
            control_ready(m);
    }
}

static enum hn_code open_all(struct sim *m, struct hn_err *e)
{
    m->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (m->epoll < 0)
        return hn_fail(e, HN_E_IO, "epoll: %s", strerror(errno));
    if (agent_open(m, e) != HN_OK || web_open(m, e) != HN_OK || control_open(m, e) != HN_OK)
        return e->code;
    return HN_OK;
}

enum hn_code sim_run(const char *state, const struct estate *s, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    HN_ARENA round = hn_arena_new();
    struct sim *m = hn_arena_make(a, struct sim, 1);
    struct sigaction act = {.sa_handler = on_stop};

    *m = (struct sim){.state = state, .s = s, .a = round, .salt = (uint64_t)hn_now()};
    m->dead = hn_arena_make(a, bool, s->n_devices);
    m->booted_at = hn_arena_make(a, hn_instant, s->n_devices);
    for (size_t i = 0; i < s->n_devices; i++)
        m->booted_at[i] = HN_UNSET;
    (void)sigaction(SIGTERM, &act, NULL);
    (void)sigaction(SIGINT, &act, NULL);
    faults_read(state, s, &m->faults);
    if (open_all(m, e) != HN_OK)
        return e->code;
    m->is_cutting = cut_possible();
    if (!m->is_cutting)
        hn_log(HN_WARN, "no routes can be set here: a dead device goes on answering pings");
    apply(m);
    hn_log(HN_INFO, "%zu simulated devices answer, %zu faults", s->n_devices, m->faults.n);
    while (!stopping)
        turn(m);
    control_close(m);
    web_free(m->web);
    (void)close(m->udp);
    (void)close(m->epoll);
    return HN_OK;
}
