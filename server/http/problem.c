/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as answers: RFC 9457 for scripts, a page with words for people. */
#include "server/http/app.h"

#include "server/base/i18n.h"

static const struct {
    enum hn_code code;
    const char *title;
} titles[] = {
    {HN_E_MALFORMED, HN_N("The request cannot be read")},
    {HN_E_UNAUTHENTICATED, HN_N("Sign-in is needed")},
    {HN_E_FORBIDDEN, HN_N("Not permitted")},
    {HN_E_NOT_FOUND, HN_N("Not found")},
    {HN_E_METHOD, HN_N("This address does not take this method")},
    {HN_E_CONFLICT, HN_N("It has changed in the meantime")},
    {HN_E_LIMIT, HN_N("Too large")},
    {HN_E_UNSUPPORTED, HN_N("This kind of content is not accepted")},
    {HN_E_INVALID, HN_N("Some values are not right")},
    {HN_E_RATE, HN_N("Too many requests")},
    {HN_E_UNAVAILABLE, HN_N("Temporarily unavailable")},
};

static const char *title_of(enum hn_code code)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(titles); i++)
        if (titles[i].code == code)
            return hn_tr(titles[i].title);
    return hn_tr("The server made a mistake");
}

/* What the user may read: a server's own fault says only where it is in the log. */
static const char *message_of(struct http_request *q, const struct hn_err *err)
{
    if (err->code == HN_E_INTERNAL || err->code == HN_E_IO)
        return hn_arena_fmt(q->arena,
                            hn_tr("Nothing was saved. The administrator finds the cause in the log "
                                  "under the number %s."),
                            q->id);
    if (err->code == HN_E_UNAVAILABLE)
        return hn_tr("The database does not answer at the moment. Nothing was saved; please try "
                     "again in a little while.");
    return err->msg;
}

static void write_allowed(struct hn_jw *w, struct hn_arena *a, const char *words)
{
    hn_jw_array(w, "allowed");
    while (*words != '\0') {
        size_t n = strcspn(words, ", ");

        if (n > 0)
            hn_jw_text(w, NULL, hn_arena_strndup(a, words, n));
        words += n;
        words += strspn(words, ", ");
    }
    hn_jw_end_array(w);
}

static void write_json(struct http_request *q, int status, const struct hn_err *err)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, q->arena, 64 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "type",
               hn_arena_fmt(q->arena, "urn:hinomi:problem:%s", hn_code_word(err->code)));
    hn_jw_text(&w, "title", title_of(err->code));
    hn_jw_i64(&w, "status", status);
    hn_jw_text(&w, "detail", message_of(q, err));
    hn_jw_text(&w, "instance", hn_arena_fmt(q->arena, "urn:hinomi:request:%s", q->id));
    if (err->n_fields > 0) {
        hn_jw_array(&w, "errors");
        for (size_t i = 0; i < err->n_fields; i++) {
            hn_jw_object(&w, NULL);
            hn_jw_text(&w, "field", err->field[i].field);
            hn_jw_text(&w, "message", err->field[i].message);
            hn_jw_end_object(&w);
        }
        hn_jw_end_array(&w);
    }
    if (err->allowed[0] != '\0')
        write_allowed(&w, q->arena, err->allowed);
    hn_jw_end_object(&w);
    q->answer.type = "application/problem+json";
    q->answer.body = (struct hn_bytes){(const uint8_t *)hn_sbuf_text(&b), b.n};
}

/* The page without the template engine: for the door, and for when the template itself is broken.
 */
static void write_plain(struct http_request *q, const struct hn_err *err)
{
    struct hn_sbuf b;
    const char *title = title_of(err->code);
    const char *msg = message_of(q, err);

    hn_sbuf_init(&b, q->arena, 64 * 1024);
    hn_sbuf_fmt(&b, "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><title>",
                q->app->config.english ? "en" : "ja");
    hn_sbuf_html(&b, title, strlen(title));
    hn_sbuf_str(&b, " — hinomi</title></head>\n<body><main><h1>");
    hn_sbuf_html(&b, title, strlen(title));
    hn_sbuf_str(&b, "</h1>\n<p>");
    hn_sbuf_html(&b, msg, strlen(msg));
    hn_sbuf_str(&b, "</p></main></body>\n</html>\n");
    q->answer.type = "text/html; charset=utf-8";
    q->answer.body = (struct hn_bytes){(const uint8_t *)hn_sbuf_text(&b), b.n};
}

static bool write_page(struct http_request *q, struct http_ctx *c, int status,
                       const struct hn_err *err)
{
    struct hn_err e = {0};
    struct tpl_val *view;

    if (c == NULL || q->app->config.templates == NULL)
        return false;
    view = http_view(c);
    tpl_set_i64(view, "status", status);
    tpl_set_str(view, "title", title_of(err->code));
    tpl_set_str(view, "message", message_of(q, err));
    tpl_set_str(view, "request_id", q->id);
    struct tpl_val *fields = tpl_set_list(view, "fields");
    for (size_t i = 0; i < err->n_fields; i++) {
        struct tpl_val *f = tpl_push_map(fields);

        tpl_set_str(f, "field", hn_arena_strdup(q->arena, err->field[i].field));
        tpl_set_str(f, "message", hn_arena_strdup(q->arena, err->field[i].message));
    }
    return http_page_status(c, status, "page/error.html", view, &e) == HN_OK;
}

/* What a handler had set for its own answer does not go with an error, except how to come back. */
static void keep_headers(struct http_request *q)
{
    struct http_pairs had = q->answer.headers;

    q->answer = (struct http_answer){0};
    for (size_t i = 0; i < had.n; i++)
        if (hn_streq(had.v[i].name, "Retry-After") || hn_streq(had.v[i].name, "Set-Cookie"))
            http_pairs_add(&q->answer.headers, q->arena, had.v[i].name, had.v[i].value);
}

void http_problem(struct http_request *q, struct http_ctx *c, int status, const struct hn_err *err)
{
    bool api = strncmp(q->path, "/api/", 5) == 0;

    if (status == 0)
        status = hn_code_http_status(err->code);
    keep_headers(q);
    if (api)
        write_json(q, status, err);
    else if (!write_page(q, c, status, err))
        write_plain(q, err);
    q->answer.status = status;
    q->answer.ready = true;
    if (status == 401)
        http_pairs_add(&q->answer.headers, q->arena, "WWW-Authenticate", "Bearer realm=\"hinomi\"");
    if (status == 405 && q->allow != NULL)
        http_pairs_add(&q->answer.headers, q->arena, "Allow", q->allow);
    if ((status == 429 || status == 503) &&
        http_pairs_get(&q->answer.headers, "Retry-After") == NULL)
        http_pairs_add(&q->answer.headers, q->arena, "Retry-After", status == 503 ? "5" : "30");
}
