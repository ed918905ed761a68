/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe_rig.h"

#include "probes/http.h"
#include "probes/mem.h"
#include "probes/tcp.h"
#include "server/base/i18n.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct rig {
    struct loop *loop;
    struct sched *sched;
    struct resolver *resolver;
    struct icmp *icmp;
    struct snmp *snmp;
    struct tcp *tcp;
    struct http_probe *http;
    struct spec_keys *keys;
    struct hn_arena *arena;
    struct packed *first, **last;
    struct ingest_result result;
};

static void collect(void *ctx, struct packed *p)
{
    struct rig *r = ctx;

    p->next = NULL;
    *r->last = p;
    r->last = &p->next;
}

struct rig *rig_new(void)
{
    struct rig *r = MEM_NEW(struct rig);
    struct hn_err e = {0};

    hn_i18n_japanese(false); /* msgids are what the tests compare */
    r->last = &r->first;
    r->arena = hn_arena_new();
    r->keys = spec_keys_new();
    HN_ASSERT(loop_new(&r->loop, &e) == HN_OK);
    r->sched = sched_new(r->loop, collect, r);
    r->resolver = resolver_new(r->loop);
    r->icmp = icmp_open();
    HN_ASSERT(icmp_attach(r->icmp, r->sched, r->resolver));
    HN_ASSERT(snmp_attach(r->sched, r->resolver, &r->snmp, &e) == HN_OK);
    HN_ASSERT(http_probe_attach(r->sched, &r->http, &e) == HN_OK);
    r->tcp = tcp_attach(r->sched, r->resolver);
    return r;
}

static void drop_results(struct rig *r)
{
    while (r->first != NULL) {
        struct packed *p = r->first;

        r->first = p->next;
        free(p);
    }
    r->last = &r->first;
}

void rig_free(struct rig *r)
{
    sched_free(r->sched);
    http_probe_free(r->http);
    snmp_free(r->snmp);
    tcp_free(r->tcp);
    icmp_free(r->icmp);
    resolver_free(r->resolver);
    loop_free(r->loop);
    drop_results(r);
    spec_keys_free(r->keys);
    hn_arena_free(r->arena);
    free(r);
}

struct sched *rig_sched(struct rig *r)
{
    return r->sched;
}

struct icmp *rig_icmp(struct rig *r)
{
    return r->icmp;
}

struct snmp *rig_snmp(struct rig *r)
{
    return r->snmp;
}

void rig_turn(struct rig *r, int max_ms)
{
    loop_turn(r->loop, max_ms);
}

struct assignment rig_row(int64_t id, const char *kind, const char *address, const char *params)
{
    return (struct assignment){.id = id,
                               .host_id = id,
                               .name = "check",
                               .kind = kind,
                               .params = params,
                               .thresholds = "{}",
                               .host = "host",
                               .address = address,
                               .interval_s = 60,
                               .retry_interval_s = 60,
                               .attempts_n = 3,
                               .attempts_of = 3,
                               .timeout_s = 1};
}

void rig_put(struct rig *r, const struct assignment *row)
{
    sched_put(r->sched, spec_make(row, r->keys));
}

const struct ingest_result *rig_next(struct rig *r, int ms)
{
    int64_t until = hn_mono_now().us + ms * HN_MS;
    struct packed *p;

    while (r->first == NULL && hn_mono_now().us < until)
        loop_turn(r->loop, 10);
    p = r->first;
    if (p == NULL)
        return NULL;
    r->first = p->next;
    if (r->first == NULL)
        r->last = &r->first;
    hn_arena_reset(r->arena);
    HN_ASSERT(packed_read((struct hn_bytes){p->p, p->n}, r->arena, &r->result));
    free(p);
    return &r->result;
}

const struct ingest_result *rig_once(struct rig *r, const struct assignment *row)
{
    const struct ingest_result *res;

    drop_results(r);
    rig_put(r, row);
    sched_at_once(sched_find(r->sched, row->id));
    res = rig_next(r, 20000);
    HN_ASSERT(res != NULL);
    sched_remove(r->sched, row->id);
    return res;
}

double rig_value(const struct ingest_result *r, const char *metric)
{
    for (size_t i = 0; i < r->n_values; i++)
        if (hn_streq(r->values[i].metric, metric))
            return r->values[i].value;
    return (double)NAN;
}

bool rig_has_prefix(const struct ingest_result *r, const char *prefix)
{
    for (size_t i = 0; i < r->n_values; i++)
        if (strncmp(r->values[i].metric, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

int rig_free_port(bool udp)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);

    HN_ASSERT(fd >= 0 && bind(fd, (struct sockaddr *)&a, len) == 0 &&
              getsockname(fd, (struct sockaddr *)&a, &len) == 0);
    (void)close(fd);
    return ntohs(a.sin_port);
}

static bool is_there(const char *program)
{
    static const char *const dirs[] = {"/usr/sbin", "/usr/bin", "/usr/local/bin", "/sbin", "/bin"};
    char path[256];

    for (size_t i = 0; i < HN_ARRAY_LEN(dirs); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dirs[i], program);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

pid_t rig_spawn(const char *const argv[])
{
    pid_t pid;

    if (!is_there(argv[0]))
        return -1;
    pid = fork();
    HN_ASSERT(pid >= 0);
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        char *copy[32] = {0};

        for (size_t i = 0; argv[i] != NULL && i < 31; i++)
            copy[i] = strdup(argv[i]);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* however the test ends */
        (void)setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
        (void)dup2(null, 0);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)execvp(copy[0], copy);
        _exit(127);
    }
    return pid;
}

void rig_kill(pid_t pid)
{
    if (pid <= 0)
        return;
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
}
