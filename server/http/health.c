/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /healthz (the process lives), /readyz (the database answers and has our schema; whether the
 * data lie on an encrypted volume), /metrics (Prometheus text format 0.0.4), and the module of the
 * HTTP layer's own routes.
 */
#include "server/http/health.h"

#include "server/base/log.h"
#include "server/base/version.h"
#include "server/http/health_store.h"
#include "server/http/idempotency_store.h"
#include "server/http/openapi.h"
#include "server/http/sse.h"
#include "server/http/volume.h"

#include <dirent.h>

#define METRICS_MAX ((size_t)4 * 1024 * 1024)
#define MIGRATIONS_MAX 500

static enum hn_code text_answer(struct http_ctx *c, int status, const char *text, struct hn_err *e)
{
    return http_bytes(c, status, "text/plain; charset=utf-8",
                      (struct hn_bytes){(const uint8_t *)text, strlen(text)}, NULL, e);
}

static enum hn_code healthz(struct http_ctx *c, struct hn_err *e)
{
    return text_answer(c, 200, "ok\n", e);
}

/* The names of the migrations that belong to this program. */
static struct hn_texts migrations(struct hn_arena *a, const char *folder)
{
    const char **v = hn_arena_make(a, const char *, MIGRATIONS_MAX);
    DIR *d = folder == NULL ? NULL : opendir(folder);
    struct dirent *f;
    size_t n = 0;

    while (d != NULL && n < MIGRATIONS_MAX && (f = readdir(d)) != NULL) {
        size_t len = strlen(f->d_name);

        if (len > 9 && hn_streq(f->d_name + len - 4, ".sql") &&
            strspn(f->d_name, "0123456789") == 4 && f->d_name[4] == '_')
            v[n++] = hn_arena_strdup(a, f->d_name);
    }
    if (d != NULL)
        (void)closedir(d);
    return (struct hn_texts){v, n};
}

/* Of all folders that hold data (NFR-26). Told, not asked for: a test machine is ready without. */
static enum volume_state encrypted(const struct http_app *app)
{
    return app->config.data_folders == NULL
               ? VOLUME_UNKNOWN
               : volume_of_all(app->config.data_folders, "/sys", "/proc/self/mountinfo");
}

static enum hn_code readyz(struct http_ctx *c, struct hn_err *e)
{
    struct hn_texts names = migrations(c->arena, c->app->config.sql_folder);
    struct hn_err why = {0};
    int64_t applied = 0;
    const char *text;

    if (health_store_applied(c->db, names, &applied, &why) != HN_OK) {
        http_set_header(c, "Retry-After", "5");
        text = why.code == HN_E_UNAVAILABLE ? "database: does not answer\n"
                                            : "database: ok\nschema: missing (hinomi migrate)\n";
        return text_answer(c, 503, text, e);
    }
    if ((size_t)applied < names.n) {
        http_set_header(c, "Retry-After", "5");
        text = hn_arena_fmt(
            c->arena, "database: ok\nschema: %" PRId64 " of %zu migrations (hinomi migrate)\n",
            applied, names.n);
        return text_answer(c, 503, text, e);
    }
    return text_answer(c, 200,
                       hn_arena_fmt(c->arena,
                                    "database: ok\nschema: %zu migrations\nencrypted_volume: %s\n",
                                    names.n, volume_word(encrypted(c->app))),
                       e);
}

static void route_metrics(const struct http_app *app, struct hn_sbuf *b)
{
    static const char *const status[] = {
#define X(s) #s,
        HTTP_STATUSES(X)
#undef X
            "other"};
    size_t n = http_router_count(app->router);

    hn_sbuf_str(b, "# HELP hinomi_http_requests_total Answers by route, method and status.\n"
                   "# TYPE hinomi_http_requests_total counter\n");
    for (size_t i = 0; i <= n; i++) {
        const struct http_route *r = i < n ? http_router_at(app->router, i) : NULL;

        for (size_t s = 0; s < HTTP_SLOT_COUNT; s++) {
            uint64_t v = atomic_load_explicit(&app->counts[i].n[s], memory_order_relaxed);

            if (v > 0)
                hn_sbuf_fmt(b,
                            "hinomi_http_requests_total{route=\"%s\",method=\"%s\",status=\"%s\"} "
                            "%" PRIu64 "\n",
                            r == NULL ? "" : r->pattern, r == NULL ? "" : r->method, status[s], v);
        }
    }
    hn_sbuf_str(b, "# HELP hinomi_http_request_seconds_total Time from the request's first line to "
                   "its answer, summed.\n"
                   "# TYPE hinomi_http_request_seconds_total counter\n");
    for (size_t i = 0; i <= n; i++) {
        const struct http_route *r = i < n ? http_router_at(app->router, i) : NULL;
        uint64_t us = atomic_load_explicit(&app->counts[i].us, memory_order_relaxed);

        if (us > 0)
            hn_sbuf_fmt(b,
                        "hinomi_http_request_seconds_total{route=\"%s\",method=\"%s\"} %" PRIu64
                        ".%06" PRIu64 "\n",
                        r == NULL ? "" : r->pattern, r == NULL ? "" : r->method, us / 1000000,
                        us % 1000000);
    }
}

static void label(struct hn_sbuf *b, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '\\' || *s == '"')
            hn_sbuf_chr(b, '\\');
        if (*s == '\n')
            hn_sbuf_str(b, "\\n");
        else
            hn_sbuf_chr(b, *s);
    }
}

static void gauge(struct hn_sbuf *b, const char *name, const char *help, int64_t v)
{
    hn_sbuf_fmt(b, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", name, help, name, name, v);
}

static enum hn_code probe_metrics(struct http_ctx *c, struct hn_sbuf *b, struct hn_err *e)
{
    struct health_counter *v = NULL;
    size_t n = 0;

    if (health_store_probes(c->db, c->arena, &v, &n, e) != HN_OK)
        return e->code;
    hn_sbuf_str(b, "# HELP hinomi_probe_counter What each probe has counted since its start.\n"
                   "# TYPE hinomi_probe_counter untyped\n");
    for (size_t i = 0; i < n; i++) {
        hn_sbuf_str(b, "hinomi_probe_counter{probe=\"");
        label(b, v[i].probe);
        hn_sbuf_str(b, "\",name=\"");
        label(b, v[i].name);
        hn_sbuf_fmt(b, "\"} %.17g\n", v[i].value);
    }
    return HN_OK;
}

static enum hn_code metrics(struct http_ctx *c, struct hn_err *e)
{
    const struct http_app *app = c->app;
    struct hn_err why = {0};
    struct hn_sbuf b;
    const char *text;
    bool up = true;

    hn_sbuf_init(&b, c->arena, METRICS_MAX);
    hn_sbuf_fmt(&b,
                "# HELP hinomi_info The running program.\n# TYPE hinomi_info gauge\n"
                "hinomi_info{version=\"%s\"} 1\n",
                HN_VERSION);
    gauge(&b, "hinomi_start_time_seconds", "When this process started.", app->started_at / HN_SEC);
    gauge(&b, "hinomi_http_queue_length", "Requests that wait for a worker.",
          (int64_t)http_queue_length(app->queue));
    gauge(&b, "hinomi_http_live_streams", "Open live streams.",
          (int64_t)http_live_count(app->live));
    gauge(&b, "hinomi_http_body_bytes", "Bytes of request bodies held.",
          (int64_t)atomic_load(&app->body_bytes));
    route_metrics(app, &b);
    up = probe_metrics(c, &b, &why) == HN_OK;
    for (size_t i = 0; up && i < app->config.n_modules; i++) {
        const struct hn_module *m = app->config.modules[i];

        if (m->metrics != NULL && m->metrics(c->db, c->arena, c->now, &b, &why) != HN_OK)
            up = false;
    }
    if (!up)
        hn_log_err(HN_WARN, "metrics from the database", &why);
    gauge(&b, "hinomi_database_up", "Whether the database answered this request.", up ? 1 : 0);
    if (hn_sbuf_done(&b, &text, e) != HN_OK)
        return hn_ctx(e, "metrics");
    return http_bytes(c, 200, "text/plain; version=0.0.4; charset=utf-8",
                      (struct hn_bytes){(const uint8_t *)text, b.n}, NULL, e);
}

static enum hn_code purge(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                          struct hn_err *e)
{
    int64_t n = 0;

    (void)a;
    if (idempotency_store_purge(db, now, &n, e) != HN_OK)
        return hn_ctx(e, "purge idempotency keys");
    *again = n >= 1000;
    return HN_OK;
}

static const struct http_route routes[] = {
    {"GET", "/healthz", PERM_PUBLIC, healthz, 0, "Whether the process is alive"},
    {"GET", "/readyz", PERM_PUBLIC, readyz, 0, "Whether database and schema are ready"},
    {"GET", "/metrics", PERM_PUBLIC, metrics, 0, "Figures in Prometheus text format"},
    {"GET", "/api/v1/openapi.json", PERM_PUBLIC, openapi_get, 0,
     "This description, made from the routes"},
};

static const struct hn_task tasks[] = {
    {"http.purge", NULL, 600 * 1000, purge},
};

const struct hn_module http_module = {
    .name = "http",
    .routes = routes,
    .n_routes = HN_ARRAY_LEN(routes),
    .tasks = tasks,
    .n_tasks = HN_ARRAY_LEN(tasks),
};
