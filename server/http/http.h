/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h — what a route sees: the request, who asks, and ways to answer.
 *
 * A handler runs in a worker thread that owns one database connection. It reads the request, calls
 * acts, and answers through one of http_json(), http_page(), http_redirect() …; returning anything
 * but HN_OK answers with the error: problem+json (RFC 9457) for /api/, a page in Japanese for a
 * browser. Before it runs the dispatcher has checked: route, method, session or token, CSRF (pages
 * and session-authenticated API writes), the permission that the route states, body size and type.
 * Deny by default: a route without a permission word does not compile into the table (PERM_PUBLIC
 * is a word).
 */
#ifndef HN_HTTP_H
#define HN_HTTP_H

#include "server/auth/perm.h"
#include "server/base/json.h"
#include "server/base/jw.h"
#include "server/db/db.h"
#include "server/tpl/tpl.h"

struct http_request; /* opaque: MHD's side of it lives in mhd.c */
struct http_app;     /* the running server: configuration, loader, queue */

/* Who asks. Tokens are accounts of their own (kind "token"), so each is a person in approvals. */
struct http_actor {
    int64_t account_id; /* 0 = nobody */
    const char *login;
    const char *name;
    enum role role;
    bool by_token;
    bool local; /* this machine's command line (local.h): nobody's account */
    int64_t session_id;
    const char *csrf; /* the session's token, for forms */
};

struct http_ctx {
    struct http_app *app;
    struct http_request *req;
    struct db *db;
    struct hn_arena *arena; /* lives until the answer has been sent */
    hn_instant now;
    struct http_actor actor;
    int64_t satellite_id; /* at the satellites' door: whose certificate it is; 0 = nobody's */
    const char *method;
    const char *path;
    const char *route; /* the pattern that matched */
};

typedef enum hn_code http_handler(struct http_ctx *c, struct hn_err *e);

enum http_flags {
    HTTP_UPLOAD = 1,  /* multipart bodies up to the attachment limit */
    HTTP_BIG = 2,     /* JSON bodies up to 8 MiB (results, logs) instead of 1 MiB */
    HTTP_NO_CSRF = 4, /* sign-in, set-up: no session yet; only where it comes from is checked */
    HTTP_SECRET = 8,  /* the answer shows a secret once: it is not kept under an Idempotency-Key */
    HTTP_SATELLITE = 16, /* only at the satellites' door (app.h), where nothing else is found */
};

struct http_route {
    const char *method;  /* "GET", "POST", "PUT", "PATCH", "DELETE" */
    const char *pattern; /* "/api/v1/tickets/:id/entries"; ":x" takes one segment; a trailing
                            ".:x" ("/api/v1/reports/:id.:format") takes what follows the dot */
    enum perm perm;      /* server/auth/perm.h */
    http_handler *handler;
    unsigned flags;
    const char *summary; /* for openapi.json; English */
};

/* ---- reading the request ---- */
const char *http_param(struct http_ctx *c, const char *name); /* of the pattern; never NULL */
/* The id parameter as an integer: HN_E_NOT_FOUND when it is not one. */
HN_MUST_USE enum hn_code http_param_id(struct http_ctx *c, const char *name, int64_t *out,
                                       struct hn_err *e);
const char *http_query(struct http_ctx *c,
                       const char *name); /* decoded, valid UTF-8; NULL if absent */
/* All values of a repeated query parameter. */
struct hn_texts http_query_all(struct http_ctx *c, const char *name);
const char *http_query_string(struct http_ctx *c);             /* raw, without "?"; "" if none */
const char *http_header(struct http_ctx *c, const char *name); /* NULL if absent */
struct hn_bytes http_body(struct http_ctx *c);
/* The JSON body as an object. HN_E_UNSUPPORTED when Content-Type is not JSON. Put with HN_JSON. */
HN_MUST_USE enum hn_code http_json_body(struct http_ctx *c, struct json_object **out,
                                        struct hn_err *e);
/* Form fields (urlencoded or multipart); NULL if absent. */
const char *http_form(struct http_ctx *c, const char *name);
struct hn_texts http_form_all(struct http_ctx *c, const char *name);
struct http_file {
    const char *name; /* as sent, no path */
    const char *type;
    struct hn_bytes data;
};
bool http_form_file(struct http_ctx *c, const char *name, struct http_file *out);
const char *http_client_address(struct http_ctx *c);
bool http_is_api(struct http_ctx *c);
bool http_is_htmx(struct http_ctx *c); /* HX-Request: answer with a fragment */

/* limit (default 50, 1..1000) and cursor of a list. Cursors are opaque: an int64 in base64url. */
struct http_page {
    int64_t limit;
    int64_t cursor;   /* 0 = from the start */
    const char *q;    /* trimmed; NULL when empty */
    const char *sort; /* NULL when absent */
};
HN_MUST_USE enum hn_code http_page_of(struct http_ctx *c, struct http_page *out, struct hn_err *e);
/* Optional typed query filters; *out untouched when absent or empty. */
HN_MUST_USE enum hn_code http_query_i64(struct http_ctx *c, const char *name, int64_t *out,
                                        struct hn_err *e);
HN_MUST_USE enum hn_code http_query_instant(struct http_ctx *c, const char *name, hn_instant *out,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code http_query_month(struct http_ctx *c, const char *name,
                                          struct hn_month *out, struct hn_err *e);
const char *http_cursor(struct hn_arena *a, int64_t last); /* for "next" */

/* ---- permissions inside a handler ---- */
bool http_may(struct http_ctx *c, enum perm p);
HN_MUST_USE enum hn_code http_require(struct http_ctx *c, enum perm p, struct hn_err *e);

/* ---- answering ---- */
/* A JSON answer is written with a jw on an sbuf of the arena. */
struct hn_jw *http_jw(struct http_ctx *c); /* the answer's writer, made at first use */
HN_MUST_USE enum hn_code http_json(struct http_ctx *c, int status, struct hn_err *e); /* sends it */
/* {"items": […], "next": …}: call begin, write each item as an object with key NULL, then end. */
struct hn_jw *http_items_begin(struct http_ctx *c);
HN_MUST_USE enum hn_code http_items_end(struct http_ctx *c, const char *next, struct hn_err *e);

/* A page. view: a map; the shell's values (actor, navigation, csrf, now, flash, title) are added
 * under "app". title: already in the user's language. */
struct tpl_val *http_view(struct http_ctx *c);
HN_MUST_USE enum hn_code http_page(struct http_ctx *c, const char *tpl, struct tpl_val *view,
                                   struct hn_err *e);
/* The same with another status (a form that has errors: 422). */
HN_MUST_USE enum hn_code http_page_status(struct http_ctx *c, int status, const char *tpl,
                                          struct tpl_val *view, struct hn_err *e);
/* Adds e's fields to the view under "errors" ({field: message}) and "error" (the message), for a
 * form that is shown again with what was typed ("form"). */
void http_view_error(struct tpl_val *view, struct hn_arena *a, const struct hn_err *err);
/* The typed form fields back into the view under "form". names: NULL-terminated. */
void http_view_form(struct http_ctx *c, struct tpl_val *view, const char *const *names);
HN_MUST_USE enum hn_code http_redirect(struct http_ctx *c, const char *location, struct hn_err *e);
/* A message shown once on the next page of this session; text in the user's language. */
void http_flash(struct http_ctx *c, const char *text);
/* Any bytes. Disposition: a file name to download as, or NULL for inline. data: arena or static. */
HN_MUST_USE enum hn_code http_bytes(struct http_ctx *c, int status, const char *type,
                                    struct hn_bytes data, const char *download_as,
                                    struct hn_err *e);
void http_set_header(struct http_ctx *c, const char *name, const char *value);
/* ETag of the answer (without quotes); answers 304 to If-None-Match. */
void http_etag(struct http_ctx *c, const char *etag);

/* ---- live: server-sent events ---- */
/* Turns the connection into an SSE stream of the topics ("board", "ticket:12"). Events come from
 * PostgreSQL notifications on channel hn_live with payload "topic\ndata", sent by live_notify(). */
HN_MUST_USE enum hn_code http_sse(struct http_ctx *c, const char *const *topics, size_t n,
                                  struct hn_err *e);

#endif
