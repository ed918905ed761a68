/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/probe.h"

#include "probes/http.h"
#include "probes/icmp.h"
#include "probes/mem.h"
#include "probes/reload.h"
#include "probes/snmp.h"
#include "probes/tcp.h"
#include "probes/writer.h"
#include "server/base/i18n.h"
#include "server/base/jw.h"
#include "server/base/log.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long probes that run may go on after a stop. */
#define DRAIN_US (1500 * HN_MS)
#define DRAIN_STEP_US (20 * HN_MS)
#define COUNTERS_MAX 8192

struct probe {
    struct icmp *icmp;
    struct loop *loop;
    struct resolver *resolver;
    struct sched *sched;
    struct snmp *snmp;
    struct http_probe *http;
    struct tcp *tcp;
    struct writer *writer;
    struct reload *reload;
    struct loop_fd signals;
    struct loop_timer drain;
    int64_t drain_until; /* monotonic; 0 = not stopping */
};

struct probe *probe_open(void)
{
    struct probe *p = MEM_NEW(struct probe);

    p->icmp = icmp_open();
    p->signals.fd = -1;
    return p;
}

/* ---- counters ---- */

static long long of(const atomic_llong *v)
{
    return atomic_load(v);
}

static const char *counters(void *ctx, struct hn_arena *a)
{
    struct probe *p = ctx;
    struct sched_counts *s = sched_counts(p->sched);
    const struct writer_counts *w = writer_counts(p->writer);
    const struct snmp_counts *n = snmp_counts(p->snmp);
    const struct icmp_counts *i = icmp_counts(p->icmp);
    const struct {
        const char *name;
        long long v;
    } all[] = {
        {"checks", of(&s->tasks)},
        {"running", of(&s->running)},
        {"probes_scheduled", of(&s->scheduled)},
        {"probes_ok", of(&s->ok)},
        {"probes_failed", of(&s->failed)},
        {"probes_not_run", of(&s->not_run)},
        {"probes_lost", of(&s->lost)},
        {"probes_at_once", of(&s->at_once)},
        {"lag_us_max", atomic_exchange(&s->lag_us_max, 0)},
        {"results_stored", of(&w->stored)},
        {"results_spooled", of(&w->spooled)},
        {"results_dropped", of(&w->dropped)},
        {"results_unknown_check", of(&w->unknown)},
        {"batches_stored", of(&w->batches)},
        {"spool_bytes", of(&w->spool_bytes)},
        {"snmp_requests", of(&n->requests)},
        {"snmp_answers", of(&n->answers)},
        {"snmp_values", of(&n->values)},
        {"snmp_retries", of(&n->retries)},
        {"snmp_timeouts", of(&n->timeouts)},
        {"snmp_malformed", of(&n->malformed)},
        {"snmp_wrong_address", of(&n->wrong_address)},
        {"snmp_wrong_id", of(&n->wrong_id)},
        {"snmp_not_authentic", of(&n->not_authentic)},
        {"snmp_send_errors", of(&n->send_errors)},
        {"icmp_sent", of(&i->sent)},
        {"icmp_received", of(&i->received)},
        {"icmp_late", of(&i->late)},
        {"icmp_foreign", of(&i->foreign)},
        {"icmp_malformed", of(&i->malformed)},
        {"icmp_send_errors", of(&i->send_errors)},
    };
    struct hn_sbuf b;
    struct hn_jw j;

    hn_sbuf_init(&b, a, COUNTERS_MAX);
    hn_jw_init(&j, &b);
    hn_jw_object(&j, NULL);
    for (size_t k = 0; k < HN_ARRAY_LEN(all); k++)
        hn_jw_i64(&j, all[k].name, all[k].v);
    hn_jw_end_object(&j);
    return hn_sbuf_text(&b);
}

/* ---- stopping ---- */

static void on_drain(void *ctx)
{
    struct probe *p = ctx;

    if (sched_drain(p->sched) || loop_mono(p->loop).us >= p->drain_until)
        loop_stop(p->loop);
    else
        loop_timer_in(p->loop, &p->drain, DRAIN_STEP_US);
}

static void on_signal(void *ctx, uint32_t events)
{
    struct probe *p = ctx;
    struct signalfd_siginfo info;

    (void)events;
    if (read(p->signals.fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (p->drain_until != 0) { /* the second time: now */
        loop_stop(p->loop);
        return;
    }
    hn_log(HN_INFO, "stopping");
    p->drain_until = loop_mono(p->loop).us + DRAIN_US;
    on_drain(p);
}

static enum hn_code catch_signals(struct probe *p, struct hn_err *e)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    /* before the first thread: all of them inherit it */
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    p->signals.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    p->signals.fn = on_signal;
    p->signals.ctx = p;
    p->drain = (struct loop_timer){.fn = on_drain, .ctx = p};
    if (p->signals.fd < 0 || !loop_fd_add(p->loop, &p->signals, EPOLLIN))
        return hn_fail(e, HN_E_IO, "signals cannot be caught: %s", strerror(errno));
    return HN_OK;
}

/* ---- running ---- */

static void to_writer(void *ctx, struct packed *r)
{
    struct probe *p = ctx;

    writer_put(p->writer, r);
}

static enum hn_code set_up(struct probe *p, const struct config *cfg, const char *name,
                           struct hn_err *e)
{
    char spool[1024];

    if (snprintf(spool, sizeof(spool), "%s/spool-%s", cfg->state, name) >= (int)sizeof(spool))
        return hn_fail(e, HN_E_INVALID, "the state folder's name is too long");
    if (loop_new(&p->loop, e) != HN_OK || catch_signals(p, e) != HN_OK ||
        writer_new(cfg->database, name, spool, &p->writer, e) != HN_OK)
        return e->code;
    p->resolver = resolver_new(p->loop);
    p->sched = sched_new(p->loop, to_writer, p);
    p->tcp = tcp_attach(p->sched, p->resolver);
    if (!icmp_attach(p->icmp, p->sched, p->resolver))
        return hn_fail(e, HN_E_IO, "the ICMP sockets cannot be used: %s", strerror(errno));
    if (snmp_attach(p->sched, p->resolver, &p->snmp, e) != HN_OK ||
        http_probe_attach(p->sched, &p->http, e) != HN_OK)
        return e->code;
    return HN_OK;
}

enum hn_code probe_run(struct probe *p, const struct config *cfg, const char *name,
                       struct hn_err *e)
{
    struct reload_setup setup = {.conninfo = cfg->database, .probe = name, .counters = counters};

    if (set_up(p, cfg, name, e) != HN_OK)
        return hn_ctx(e, "probe %s", name);
    setup.sched = p->sched;
    setup.ctx = p;
    setup.note = icmp_problem(p->icmp, false);
    if (setup.note != NULL)
        hn_log(HN_WARN, "ICMP checks will not run: %s", setup.note);
    if (reload_new(&setup, &p->reload, e) != HN_OK)
        return hn_ctx(e, "probe %s", name);
    hn_log(HN_INFO, "probe %s: ready, ping by %s (IPv4) and %s (IPv6)", name,
           icmp_method(p->icmp, false), icmp_method(p->icmp, true));
    loop_run(p->loop);
    return HN_OK;
}

void probe_free(struct probe *p)
{
    if (p == NULL)
        return;
    reload_free(p->reload);
    if (p->sched != NULL) {
        (void)sched_drain(p->sched);
        loop_turn(p->loop, 0); /* what the thread had posted */
    }
    sched_free(p->sched);
    http_probe_free(p->http);
    snmp_free(p->snmp);
    tcp_free(p->tcp);
    icmp_free(p->icmp);
    resolver_free(p->resolver); /* its threads post into the loop: they end first */
    writer_stop(p->writer);
    if (p->signals.fd >= 0)
        (void)close(p->signals.fd);
    loop_free(p->loop);
    free(p);
}
