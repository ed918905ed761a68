/* SPDX-License-Identifier: Apache-2.0 */
/* The running server put together and taken apart, in order. */
#include "server/http/sse.h"

#include <sodium.h>

#define WORKERS_USUAL 6
#define QUEUE_USUAL 512
#define CONNECTIONS_USUAL 4096
#define STATEMENT_TIMEOUT_USUAL 10000
#define UPLOAD_USUAL ((size_t)26 * 1024 * 1024)

static int by_order(const void *pa, const void *pb)
{
    const struct hn_nav *a = *(const struct hn_nav *const *)pa;
    const struct hn_nav *b = *(const struct hn_nav *const *)pb;

    return a->order != b->order ? a->order - b->order : strcmp(a->href, b->href);
}

static void sort_nav(struct http_app *app)
{
    const struct hn_module *const *m = app->config.modules;
    size_t n = 0;

    for (size_t i = 0; i < app->config.n_modules; i++)
        n += m[i]->n_nav;
    app->nav = calloc(n + 1, sizeof(*app->nav));
    if (app->nav == NULL)
        abort();
    for (size_t i = 0; i < app->config.n_modules; i++)
        for (size_t j = 0; j < m[i]->n_nav; j++)
            app->nav[app->n_nav++] = &m[i]->nav[j];
    qsort(app->nav, app->n_nav, sizeof(*app->nav), by_order);
}

struct http_app *http_app_new(const struct http_config *config, struct hn_err *e)
{
    struct http_app *app = calloc(1, sizeof(*app));

    if (app == NULL)
        abort();
    if (sodium_init() < 0) {
        free(app);
        (void)hn_fail(e, HN_E_INTERNAL, "libsodium does not start");
        return NULL;
    }
    app->config = *config;
    if (app->config.modules == NULL) {
        app->config.modules = hn_modules;
        app->config.n_modules = hn_n_modules;
    }
    if (app->config.workers == 0)
        app->config.workers = WORKERS_USUAL;
    if (app->config.queue == 0)
        app->config.queue = QUEUE_USUAL;
    if (app->config.connections == 0)
        app->config.connections = CONNECTIONS_USUAL;
    if (app->config.statement_timeout_ms == 0)
        app->config.statement_timeout_ms = STATEMENT_TIMEOUT_USUAL;
    if (app->config.upload_max == 0)
        app->config.upload_max = UPLOAD_USUAL;
    app->started_at = hn_now();
    app->live = http_live_new(app);
    app->queue = http_queue_new(app, app->config.queue);
    sort_nav(app);
    if (http_router_new(app->config.modules, app->config.n_modules, &app->router, e) != HN_OK ||
        (app->files = http_static_new(config->static_folder, e)) == NULL) {
        http_app_free(app);
        return NULL;
    }
    app->counts = calloc(http_router_count(app->router) + 1, sizeof(*app->counts));
    if (app->counts == NULL)
        abort();
    return app;
}

enum hn_code http_app_start(struct http_app *app, struct hn_err *e)
{
    if (http_queue_start(app->queue, app->config.workers, e) != HN_OK ||
        http_live_start(app->live, e) != HN_OK || http_mhd_start(app, e) != HN_OK) {
        http_app_stop(app);
        return e->code;
    }
    return HN_OK;
}

void http_app_stop(struct http_app *app)
{
    /* Workers first: they resume what they held. Then the streams; MHD must find none suspended. */
    atomic_store(&app->stopping, true);
    http_queue_stop(app->queue);
    http_live_stop(app->live);
    http_mhd_stop(app);
}

void http_app_free(struct http_app *app)
{
    if (app == NULL)
        return;
    http_queue_free(app->queue);
    http_live_free(app->live);
    http_router_free(app->router);
    http_static_free(app->files);
    free(app->counts);
    free(app->nav);
    free(app);
}
