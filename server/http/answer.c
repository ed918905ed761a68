/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to answer that are not pages (http.h). */
#include "server/http/app.h"

#include <ctype.h>

struct hn_jw *http_jw(struct http_ctx *c)
{
    struct http_request *q = c->req;

    if (!q->jw_made) {
        hn_jw_init(&q->jw, &q->out);
        q->jw_made = true;
    }
    return &q->jw;
}

enum hn_code http_bytes(struct http_ctx *c, int status, const char *type, struct hn_bytes data,
                        const char *download_as, struct hn_err *e)
{
    struct http_answer *r = &c->req->answer;

    (void)e; /* cannot fail; the signature is that of a handler's last line */
    r->status = status;
    r->type = type;
    r->body = data;
    r->ready = true;
    if (download_as != NULL) {
        struct hn_sbuf b;
        const char *text;

        /* RFC 6266: the plain name for old clients, the real one percent-encoded. */
        hn_sbuf_init(&b, c->arena, 4096);
        hn_sbuf_str(&b, "attachment; filename=\"");
        for (const char *p = download_as; *p != '\0'; p++)
            hn_sbuf_chr(&b, isalnum((unsigned char)*p) || strchr("._-", *p) != NULL ? *p : '_');
        hn_sbuf_str(&b, "\"; filename*=UTF-8''");
        for (const char *p = download_as; *p != '\0'; p++) {
            if (isalnum((unsigned char)*p) || strchr("._-", *p) != NULL)
                hn_sbuf_chr(&b, *p);
            else
                hn_sbuf_fmt(&b, "%%%02X", (unsigned)(unsigned char)*p);
        }
        if (hn_sbuf_done(&b, &text, e) != HN_OK)
            return e->code;
        http_set_header(c, "Content-Disposition", text);
    }
    return HN_OK;
}

enum hn_code http_json(struct http_ctx *c, int status, struct hn_err *e)
{
    const char *text;

    if (hn_sbuf_done(&c->req->out, &text, e) != HN_OK)
        return hn_ctx(e, "JSON answer");
    return http_bytes(c, status, "application/json",
                      (struct hn_bytes){(const uint8_t *)text, status == 204 ? 0 : c->req->out.n},
                      NULL, e);
}

struct hn_jw *http_items_begin(struct http_ctx *c)
{
    struct hn_jw *w = http_jw(c);

    hn_jw_object(w, NULL);
    hn_jw_array(w, "items");
    return w;
}

enum hn_code http_items_end(struct http_ctx *c, const char *next, struct hn_err *e)
{
    struct hn_jw *w = http_jw(c);

    hn_jw_end_array(w);
    hn_jw_text(w, "next", next);
    hn_jw_end_object(w);
    return http_json(c, 200, e);
}

enum hn_code http_redirect(struct http_ctx *c, const char *location, struct hn_err *e)
{
    /* An htmx request follows redirects unseen and would swap a whole page into a part of one. */
    if (http_is_htmx(c)) {
        http_set_header(c, "HX-Redirect", location);
        return http_bytes(c, 204, NULL, (struct hn_bytes){NULL, 0}, NULL, e);
    }
    http_set_header(c, "Location", location);
    return http_bytes(c, 303, NULL, (struct hn_bytes){NULL, 0}, NULL, e);
}

void http_set_header(struct http_ctx *c, const char *name, const char *value)
{
    struct http_request *q = c->req;
    char *clean = hn_arena_strdup(q->arena, value);

    /* A line break in a value would begin a header of its own. */
    for (char *p = clean; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    http_pairs_add(&q->answer.headers, q->arena, hn_arena_strdup(q->arena, name), clean);
}

void http_etag(struct http_ctx *c, const char *etag)
{
    c->req->answer.etag = hn_arena_strdup(c->arena, etag);
}
