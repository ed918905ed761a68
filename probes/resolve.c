/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/resolve.h"

#include "probes/mem.h"
#include "server/base/i18n.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <pthread.h>

#define THREADS 4
#define GOOD_US (60 * HN_SEC)
#define BAD_US (15 * HN_SEC)
#define NAMES_MAX 20000
#define BUCKETS 512

struct waiter {
    struct waiter *next;
    resolve_fn *fn;
    void *ctx;
};

/* A name; all but `todo` and the lookup's own fields belong to the loop. */
struct name {
    struct name *next; /* hash chain */
    struct name *todo; /* of the threads' queue */
    struct resolver *owner;
    struct waiter *waiters;
    bool is_known, is_asked;
    int code; /* getaddrinfo's, 0 = addr is good */
    struct net_addr addr;
    int64_t until; /* monotonic */
    int got_code;  /* written by the thread, read after its post */
    struct net_addr got;
    char text[];
};

struct resolver {
    struct loop *loop;
    struct name *bucket[BUCKETS];
    size_t n_names;
    pthread_t thread[THREADS];
    size_t n_threads;
    pthread_mutex_t lock; /* of the three below */
    pthread_cond_t wake;
    struct name *first, **last;
    bool stop;
};

bool net_addr_parse(const char *text, struct net_addr *out)
{
    char copy[INET6_ADDRSTRLEN + IF_NAMESIZE + 2];
    char *zone;

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, text, &out->in.sin_addr) == 1) {
        out->in.sin_family = AF_INET;
        out->len = sizeof(out->in);
        return true;
    }
    if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
        return false;
    zone = strchr(copy, '%');
    if (zone != NULL) {
        *zone++ = '\0';
        out->in6.sin6_scope_id = if_nametoindex(zone);
        if (out->in6.sin6_scope_id == 0)
            return false;
    }
    if (inet_pton(AF_INET6, copy, &out->in6.sin6_addr) != 1)
        return false;
    out->in6.sin6_family = AF_INET6;
    out->len = sizeof(out->in6);
    return true;
}

void net_addr_port(struct net_addr *a, uint16_t port)
{
    if (a->sa.sa_family == AF_INET)
        a->in.sin_port = htons(port);
    else
        a->in6.sin6_port = htons(port);
}

bool net_addr_same_host(const struct net_addr *a, const struct net_addr *b)
{
    if (a->sa.sa_family != b->sa.sa_family)
        return false;
    if (a->sa.sa_family == AF_INET)
        return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
    return memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof(a->in6.sin6_addr)) == 0 &&
           (a->in6.sin6_scope_id == b->in6.sin6_scope_id || a->in6.sin6_scope_id == 0 ||
            b->in6.sin6_scope_id == 0);
}

bool net_addr_same(const struct net_addr *a, const struct net_addr *b)
{
    return net_addr_same_host(a, b) && a->in.sin_port == b->in.sin_port; /* same place in both */
}

static const char *why_of(int code)
{
    switch (code) {
    case EAI_NONAME:
#if EAI_NODATA != EAI_NONAME
    case EAI_NODATA:
#endif
        return hn_tr("the host name does not resolve");
    case EAI_AGAIN: return hn_tr("the name server does not answer");
    default: return hn_tr("the host name cannot be looked up");
    }
}

/* ---- the threads ---- */

static void answered(void *ctx);

static void look_up(struct name *n)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *list = NULL;

    n->got_code = getaddrinfo(n->text, NULL, &hints, &list);
    if (n->got_code == 0 && (list == NULL || list->ai_addrlen > sizeof(struct sockaddr_in6)))
        n->got_code = EAI_NONAME;
    if (n->got_code == 0) {
        memset(&n->got, 0, sizeof(n->got));
        memcpy(&n->got.sa, list->ai_addr, list->ai_addrlen);
        n->got.len = list->ai_addrlen;
    }
    if (list != NULL)
        freeaddrinfo(list);
}

static void *run(void *arg)
{
    struct resolver *r = arg;

    (void)pthread_mutex_lock(&r->lock);
    while (!r->stop) {
        struct name *n = r->first;

        if (n == NULL) {
            (void)pthread_cond_wait(&r->wake, &r->lock);
            continue;
        }
        r->first = n->todo;
        if (r->first == NULL)
            r->last = &r->first;
        (void)pthread_mutex_unlock(&r->lock);
        look_up(n);
        loop_post(r->loop, answered, n);
        (void)pthread_mutex_lock(&r->lock);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* ---- the loop ---- */

static void answered(void *ctx)
{
    struct name *n = ctx;
    struct waiter *w = n->waiters;

    n->is_asked = false;
    n->is_known = true;
    n->code = n->got_code;
    n->addr = n->got;
    n->until = hn_mono_now().us + (n->code == 0 ? GOOD_US : BAD_US);
    n->waiters = NULL;
    while (w != NULL) {
        struct waiter *next = w->next;

        w->fn(w->ctx, n->code == 0 ? &n->addr : NULL, n->code == 0 ? NULL : why_of(n->code));
        free(w);
        w = next;
    }
}

struct resolver *resolver_new(struct loop *l)
{
    struct resolver *r = MEM_NEW(struct resolver);

    r->loop = l;
    r->last = &r->first;
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->wake, NULL);
    return r;
}

/* Waits for lookups that run: call it after the loop has ended. */
void resolver_free(struct resolver *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_lock(&r->lock);
    r->stop = true;
    (void)pthread_cond_broadcast(&r->wake);
    (void)pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < r->n_threads; i++)
        (void)pthread_join(r->thread[i], NULL);
    for (size_t i = 0; i < BUCKETS; i++)
        while (r->bucket[i] != NULL) {
            struct name *n = r->bucket[i];

            r->bucket[i] = n->next;
            while (n->waiters != NULL) {
                struct waiter *w = n->waiters;

                n->waiters = w->next;
                free(w);
            }
            free(n);
        }
    (void)pthread_cond_destroy(&r->wake);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static struct name *find(struct resolver *r, const char *text)
{
    uint64_t h = 14695981039346656037U;
    struct name **b;
    struct name *n;

    for (const char *p = text; *p != '\0'; p++)
        h = (h ^ (uint8_t)*p) * 1099511628211U;
    b = &r->bucket[h % BUCKETS];
    for (n = *b; n != NULL; n = n->next)
        if (hn_streq(n->text, text))
            return n;
    if (r->n_names >= NAMES_MAX)
        return NULL;
    n = mem_new(1, sizeof(*n) + strlen(text) + 1);
    memcpy(n->text, text, strlen(text) + 1);
    n->owner = r;
    n->next = *b;
    *b = n;
    r->n_names++;
    return n;
}

static bool ask(struct resolver *r, struct name *n)
{
    if (n->is_asked)
        return true;
    while (r->n_threads < THREADS) {
        if (pthread_create(&r->thread[r->n_threads], NULL, run, r) != 0)
            break;
        r->n_threads++;
    }
    if (r->n_threads == 0)
        return false;
    n->is_asked = true;
    n->todo = NULL;
    (void)pthread_mutex_lock(&r->lock);
    *r->last = n;
    r->last = &n->todo;
    (void)pthread_cond_signal(&r->wake);
    (void)pthread_mutex_unlock(&r->lock);
    return true;
}

enum resolve_code resolver_ask(struct resolver *r, const char *name, struct net_addr *out,
                               const char **why, resolve_fn *fn, void *ctx)
{
    struct name *n;
    struct waiter *w;
    bool fresh;

    if (net_addr_parse(name, out))
        return RESOLVE_OK;
    n = find(r, name);
    fresh = n != NULL && n->is_known && hn_mono_now().us < n->until;
    if (n == NULL || (!fresh && !ask(r, n))) {
        *why = hn_tr("the host name cannot be looked up");
        return RESOLVE_FAILED;
    }
    if (n->is_known && n->code == 0) { /* an old answer serves once more */
        *out = n->addr;
        return RESOLVE_OK;
    }
    if (fresh) {
        *why = why_of(n->code);
        return RESOLVE_FAILED;
    }
    w = MEM_NEW(struct waiter);
    *w = (struct waiter){.next = n->waiters, .fn = fn, .ctx = ctx};
    n->waiters = w;
    return RESOLVE_WAIT;
}

void resolver_cancel(struct resolver *r, const void *ctx)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct name *n = r->bucket[i]; n != NULL; n = n->next)
            for (struct waiter **w = &n->waiters; *w != NULL;) {
                struct waiter *gone = *w;

                if (gone->ctx == ctx) {
                    *w = gone->next;
                    free(gone);
                } else {
                    w = &gone->next;
                }
            }
}
