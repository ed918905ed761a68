/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c — `hinomi serve`: puts configuration, templates, accounts and the HTTP layer together. */
#include "server/auth/account.h"
#include "server/auth/session.h"
#include "server/base/i18n.h"
#include "server/base/log.h"
#include "server/command.h"
#include "server/http/app.h"

#include <signal.h>

#define CONNECTIONS 4096
#define QUEUE 512

/* Prints the first administrator's link; false while the database cannot tell whether one is
 * needed. */
static bool first_link(struct db *db, const struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    const char *link = NULL;

    if (setup_first(db, hn_now(), a, &link, &e) != HN_OK) {
        hn_log_err(HN_DEBUG, "first administrator", &e); /* tried again each second */
        return false;
    }
    if (link != NULL) {
        (void)printf("hinomi: first administrator: %s%s\n", cfg->base_url, link);
        (void)fflush(stdout);
    }
    return true;
}

static void block_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, set, NULL);
}

static void until_stopped(const sigset_t *set, const struct config *cfg)
{
    DB db = db_new(cfg->database);
    const struct timespec second = {.tv_sec = 1};
    bool asked = false;
    int sig;

    do {
        if (!asked)
            asked = first_link(db, cfg);
        sig = asked ? sigwaitinfo(set, NULL) : sigtimedwait(set, NULL, &second);
    } while (sig != SIGTERM && sig != SIGINT);
}

int cmd_serve(int argc, char **argv, struct config *cfg)
{
    struct session_limits limits = {cfg->session_idle_min * HN_MIN_SPAN,
                                    cfg->session_max_h * HN_HOUR};
    struct tpl_loader *loader;
    struct http_app *app;
    struct hn_err e = {0};
    sigset_t set;

    if (argc > 1) {
        (void)fprintf(stderr, "usage: hinomi %s\n", argv[0]);
        return 2;
    }
    block_signals(&set);
    session_configure(&limits);
    loader = tpl_loader_new(cfg->templates, true);
    struct http_config hc = {
        .address = cfg->address,
        .port = (int)cfg->port,
        .database = cfg->database,
        .sql_folder = cfg->sql,
        .static_folder = cfg->static_files,
        .templates = loader,
        .hooks = session_hooks,
        .workers = (int)cfg->workers,
        .queue = QUEUE,
        .connections = CONNECTIONS,
        .statement_timeout_ms = (int)cfg->statement_timeout_ms,
        .upload_max = (size_t)(cfg->attachment_max_mb + 1) * 1024 * 1024,
        .secure_cookies = cfg->secure_cookies,
        .english = hn_streq(cfg->language, "en"),
        .banner = cfg->banner,
    };

    app = http_app_new(&hc, &e);
    if (app == NULL || http_app_start(app, &e) != HN_OK) {
        http_app_free(app);
        tpl_loader_free(loader);
        return cmd_fail(argv[0], &e);
    }
    hn_log(HN_INFO, "listening on %s port %d", cfg->address, http_app_port(app));
    until_stopped(&set, cfg);
    hn_log(HN_INFO, "stopping");
    http_app_stop(app);
    http_app_free(app);
    tpl_loader_free(loader);
    return 0;
}
