/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/local.h"

#include "server/http/app.h"

struct http_local {
    struct http_app *app;
};

static enum hn_code who(struct http_ctx *c, struct hn_err *e)
{
    (void)e; /* cannot fail */
    c->actor = (struct http_actor){
        .login = "cli", .name = "cli", .role = ROLE_ADMIN, .by_token = true, .local = true};
    return HN_OK;
}

struct http_local *http_local_new(struct hn_err *e)
{
    const struct http_config config = {.hooks = {.who = who}};
    struct http_app *app = http_app_new(&config, e);
    struct http_local *l;

    if (app == NULL)
        return NULL;
    l = calloc(1, sizeof(*l));
    if (l == NULL)
        abort();
    l->app = app;
    return l;
}

void http_local_free(struct http_local *l)
{
    if (l == NULL)
        return;
    http_app_free(l->app);
    free(l);
}

void http_local_freep(struct http_local **l)
{
    http_local_free(*l);
    *l = NULL;
}

void http_local_ask(struct http_local *l, struct db *db, const char *method, const char *uri,
                    const char *json, struct hn_arena *a, struct http_local_answer *out)
{
    struct http_request *q = http_request_new(l->app, HTTP_DOOR_MAIN, uri);
    struct hn_bytes *b = &q->answer.body;
    uint8_t *copy;

    q->method = method;
    /* Bodies are kept only of those who bring something to sign in with. */
    http_pairs_add(&q->headers, q->arena, "Authorization", "local");
    if (json != NULL)
        http_pairs_add(&q->headers, q->arena, "Content-Type", "application/json");
    http_request_route(q);
    if (json != NULL && !http_request_body(q, json, strlen(json)))
        q->cut = true;
    http_dispatch(q, db);
    copy = hn_arena_alloc(a, b->n + 1);
    if (b->n > 0)
        memcpy(copy, b->p, b->n);
    copy[b->n] = '\0';
    *out = (struct http_local_answer){.status = q->answer.status, .body = {copy, b->n}};
    http_request_free(q);
}
