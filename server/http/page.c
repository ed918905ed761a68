/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages: the view, and the shell's values that every page gets under "app":
 *   actor {login, name, role, role_label} or none; csrf; nav [{group, items [{label, href,
 * active}]}]; now (µs); flash; path; lang; banner; static_v (for "?v=" of addresses below
 * /static/).
 */
#include "server/http/app.h"

#include "server/base/i18n.h"
#include "server/base/log.h"

struct tpl_val *http_view(struct http_ctx *c)
{
    return tpl_map(c->arena);
}

static bool is_below(const char *path, const char *href)
{
    size_t n = strlen(href);

    if (hn_streq(href, "/"))
        return hn_streq(path, "/");
    return strncmp(path, href, n) == 0 && (path[n] == '\0' || path[n] == '/' || path[n] == '.');
}

static void add_nav(struct http_ctx *c, struct tpl_val *app)
{
    const struct http_app *h = c->app;
    struct tpl_val *groups = tpl_set_list(app, "nav");
    struct tpl_val **items = hn_arena_make(c->arena, struct tpl_val *, h->n_nav + 1);
    const char **group = hn_arena_make(c->arena, const char *, h->n_nav + 1);
    const struct hn_nav *here = NULL;
    size_t n = 0;

    for (size_t i = 0; i < h->n_nav; i++)
        if (http_may(c, h->nav[i]->perm) && is_below(c->path, h->nav[i]->href) &&
            (here == NULL || strlen(h->nav[i]->href) > strlen(here->href)))
            here = h->nav[i];
    for (size_t i = 0; i < h->n_nav; i++) {
        const struct hn_nav *v = h->nav[i];
        struct tpl_val *item;
        size_t g = 0;

        if (!http_may(c, v->perm))
            continue;
        while (g < n && !hn_streq(group[g], v->group))
            g++;
        if (g == n) {
            struct tpl_val *m = tpl_push_map(groups);

            group[n] = v->group;
            tpl_set_str(m, "group", v->group[0] == '\0' ? "" : hn_tr(v->group));
            items[n++] = tpl_set_list(m, "items");
        }
        item = tpl_push_map(items[g]);
        tpl_set_str(item, "label", hn_tr(v->label));
        tpl_set_str(item, "href", v->href);
        tpl_set_bool(item, "active", v == here);
    }
}

static void add_actor(struct http_ctx *c, struct tpl_val *app)
{
    struct tpl_val *m;

    if (c->actor.account_id == 0) {
        tpl_set(app, "actor", tpl_none(c->arena));
        tpl_set_str(app, "csrf", "");
        return;
    }
    m = tpl_set_map(app, "actor");
    tpl_set_i64(m, "id", c->actor.account_id);
    tpl_set_str(m, "login", c->actor.login);
    tpl_set_str(m, "name", c->actor.name);
    tpl_set_str(m, "role", role_word(c->actor.role));
    tpl_set_str(m, "role_label", role_label(c->actor.role));
    tpl_set_str(app, "csrf", c->actor.csrf == NULL ? "" : c->actor.csrf);
}

static void add_shell(struct http_ctx *c, struct tpl_val *view)
{
    const struct http_config *cfg = &c->app->config;
    struct tpl_val *app = tpl_set_map(view, "app");
    struct hn_err e = {0};

    add_actor(c, app);
    add_nav(c, app);
    tpl_set_instant(app, "now", c->now);
    tpl_set_str(app, "path", c->path);
    tpl_set_str(app, "lang", cfg->english ? "en" : "ja");
    tpl_set_str(app, "banner", cfg->banner == NULL || *cfg->banner == '\0' ? NULL : cfg->banner);
    tpl_set_str(app, "static_v", c->app->files == NULL ? "" : http_static_version(c->app->files));
    tpl_set_str(app, "flash", c->req->flash);
    if (c->req->flash != NULL && cfg->hooks.flash != NULL && cfg->hooks.flash(c, NULL, &e) != HN_OK)
        hn_log_err(HN_WARN, "forget the flash message", &e); /* it is shown once more, no harm */
}

enum hn_code http_page_status(struct http_ctx *c, int status, const char *tpl, struct tpl_val *view,
                              struct hn_err *e)
{
    struct tpl_opts opts = {.now = c->now};
    struct hn_sbuf b;
    const char *text;

    add_shell(c, view);
    hn_sbuf_init(&b, c->arena, HTTP_ANSWER_MAX);
    if (tpl_render(c->app->config.templates, tpl, view, &opts, &b, e) != HN_OK) {
        /* A broken template is our fault, whatever code the engine gives. */
        e->code = HN_E_INTERNAL;
        return hn_ctx(e, "page %s: %s", tpl, e->msg);
    }
    if (hn_sbuf_done(&b, &text, e) != HN_OK)
        return hn_ctx(e, "page %s", tpl);
    return http_bytes(c, status, "text/html; charset=utf-8",
                      (struct hn_bytes){(const uint8_t *)text, b.n}, NULL, e);
}

enum hn_code http_page(struct http_ctx *c, const char *tpl, struct tpl_val *view, struct hn_err *e)
{
    return http_page_status(c, 200, tpl, view, e);
}

void http_view_error(struct tpl_val *view, struct hn_arena *a, const struct hn_err *err)
{
    struct tpl_val *fields = tpl_set_map(view, "errors");

    for (size_t i = 0; i < err->n_fields; i++)
        tpl_set_str(fields, hn_arena_strdup(a, err->field[i].field),
                    hn_arena_strdup(a, err->field[i].message));
    tpl_set_str(view, "error", hn_arena_strdup(a, err->msg));
}

void http_view_form(struct http_ctx *c, struct tpl_val *view, const char *const *names)
{
    struct tpl_val *form = tpl_set_map(view, "form");

    for (; *names != NULL; names++) {
        const char *v = http_form(c, *names);

        tpl_set_str(form, *names, v == NULL ? "" : v);
    }
}

void http_flash(struct http_ctx *c, const char *text)
{
    struct hn_err e = {0};

    if (c->actor.session_id == 0 || c->app->config.hooks.flash == NULL)
        return;
    if (c->app->config.hooks.flash(c, text, &e) != HN_OK)
        hn_log_err(HN_WARN, "keep the flash message", &e); /* the act itself has succeeded */
}
