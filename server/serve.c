/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c — `hinomi serve`: puts configuration, templates, accounts and the HTTP layer together. */
#include "itsm/about/about.h"
#include "itsm/satellite/door.h"
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

/* Certificates are looked at every few seconds, and at once on SIGHUP. */
static void until_stopped(const sigset_t *set, const struct config *cfg, struct http_tls *tls)
{
    DB db = db_new(cfg->database);
    const struct timespec wait = {.tv_sec = 2};
    bool asked = false;
    int sig;

    do {
        if (!asked)
            asked = first_link(db, cfg);
        sig = sigtimedwait(set, NULL, &wait);
        if (tls != NULL)
            http_tls_watch(tls);
        door_watch(hn_now());
    } while (sig != SIGTERM && sig != SIGINT);
}

/* The main listener's certificate; NULL: plain HTTP. */
static enum hn_code main_tls(const struct config *cfg, struct http_tls **out, struct hn_err *e)
{
    *out = NULL;
    if (*cfg->tls_cert == '\0' && *cfg->tls_key == '\0')
        return cfg->redirect_port == 0
                   ? HN_OK
                   : hn_fail(e, HN_E_INVALID, "redirect_port needs tls_cert and tls_key");
    if (*cfg->tls_cert == '\0' || *cfg->tls_key == '\0')
        return hn_fail(e, HN_E_INVALID, "tls_cert and tls_key go together");
    return http_tls_new(cfg->tls_cert, cfg->tls_key, NULL, out, e);
}

int cmd_serve(int argc, char **argv, struct config *cfg)
{
    struct session_limits limits = {cfg->session_idle_min * HN_MIN_SPAN,
                                    cfg->session_max_h * HN_HOUR};
    struct tpl_loader *loader;
    struct http_app *app;
    struct http_tls *tls, *door_tls;
    struct hn_err e = {0};
    sigset_t set;

    if (argc > 1) {
        (void)fprintf(stderr, "usage: hinomi %s\n", argv[0]);
        return 2;
    }
    block_signals(&set);
    if (main_tls(cfg, &tls, &e) != HN_OK || door_open(cfg, hn_now(), &door_tls, &e) != HN_OK)
        return cmd_fail(argv[0], &e);
    session_configure(&limits);
    about_configure(cfg->about);
    loader = tpl_loader_new(cfg->templates, true);
    struct http_config hc = {
        .address = cfg->address,
        .port = (int)cfg->port,
        .tls = tls,
        .redirect_port = (int)cfg->redirect_port,
        .base_url = cfg->base_url,
        .satellite_address = *cfg->satellite_address == '\0' ? NULL : cfg->satellite_address,
        .satellite_port = (int)cfg->satellite_port,
        .satellite_tls = door_tls,
        .database = cfg->database,
        .sql_folder = cfg->sql,
        .data_folders = cfg->data_folders[0] == '\0' ? cfg->state : cfg->data_folders,
        .static_folder = cfg->static_files,
        .manual_folder = cfg->manual,
        .templates = loader,
        .hooks = session_hooks,
        .workers = (int)cfg->workers,
        .queue = QUEUE,
        .connections = CONNECTIONS,
        .statement_timeout_ms = (int)cfg->statement_timeout_ms,
        .upload_max = (size_t)(cfg->attachment_max_mb + 1) * 1024 * 1024,
        .secure_cookies = cfg->secure_cookies || tls != NULL,
        .english = hn_streq(cfg->language, "en"),
        .banner = cfg->banner,
    };

    hc.hooks.satellite = door_who;
    app = http_app_new(&hc, &e);
    if (app == NULL || http_app_start(app, &e) != HN_OK) {
        http_app_free(app);
        tpl_loader_free(loader);
        http_tls_free(tls);
        door_close();
        return cmd_fail(argv[0], &e);
    }
    hn_log(HN_INFO, "listening on %s port %d%s", cfg->address, http_app_port(app),
           tls != NULL ? " with TLS" : "");
    until_stopped(&set, cfg, tls);
    hn_log(HN_INFO, "stopping");
    http_app_stop(app);
    http_app_free(app);
    tpl_loader_free(loader);
    http_tls_free(tls);
    door_close();
    return 0;
}
