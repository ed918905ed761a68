/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure/zstd_ctx.h"

#include "server/base/base.h"

#include <pthread.h>

struct contexts {
    ZSTD_CCtx *pack;
    ZSTD_DCtx *unpack;
};

/* Owner: this file. The key is made once; what it holds belongs to each thread alone. */
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void contexts_free(void *p)
{
    struct contexts *c = p;

    ZSTD_freeCCtx(c->pack);
    ZSTD_freeDCtx(c->unpack);
    free(c);
}

/* The main thread ends with the process and runs no destructors: atexit() does it there. */
static void main_thread_free(void)
{
    struct contexts *c = pthread_getspecific(key);

    if (c != NULL)
        contexts_free(c);
    (void)pthread_setspecific(key, NULL);
}

static void make_key(void)
{
    HN_ASSERT(pthread_key_create(&key, contexts_free) == 0);
    HN_ASSERT(atexit(main_thread_free) == 0);
}

static struct contexts *contexts(void)
{
    struct contexts *c;

    (void)pthread_once(&once, make_key);
    c = pthread_getspecific(key);
    if (c != NULL)
        return c;
    c = calloc(1, sizeof(*c));
    HN_ASSERT(c != NULL);
    c->pack = ZSTD_createCCtx();
    c->unpack = ZSTD_createDCtx();
    HN_ASSERT(c->pack != NULL && c->unpack != NULL && pthread_setspecific(key, c) == 0);
    return c;
}

ZSTD_CCtx *zstd_ctx_pack(void)
{
    return contexts()->pack;
}

ZSTD_DCtx *zstd_ctx_unpack(void)
{
    return contexts()->unpack;
}
