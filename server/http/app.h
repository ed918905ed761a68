/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app.h — the running HTTP server, for serve.c and for the files of server/http.
 *
 * One MHD thread reads requests and sends answers and never blocks; N workers, each with one
 * database connection, take requests from one bounded queue and run their handlers (dispatch.c). A
 * request and its arena live from the request line until the answer has been sent; only one thread
 * at a time touches it. Who asks is decided by hooks, so that this folder knows no accounts.
 */
#ifndef HN_HTTP_APP_H
#define HN_HTTP_APP_H

#include "server/http/http.h"
#include "server/http/multipart.h"
#include "server/http/pairs.h"
#include "server/http/router.h"
#include "server/http/tls.h"
#include "server/module.h"

#include <stdatomic.h>

#define HTTP_BODY_SMALL ((size_t)64 * 1024)     /* routes for everybody */
#define HTTP_BODY_USUAL ((size_t)1024 * 1024)   /* JSON and forms */
#define HTTP_BODY_BIG ((size_t)8 * 1024 * 1024) /* HTTP_BIG */
#define HTTP_URI_MAX ((size_t)8 * 1024)
#define HTTP_ANSWER_MAX ((size_t)64 * 1024 * 1024)

/* What the accounts' side gives to the dispatcher. */
struct http_hooks {
    /* Fills c->actor from the bearer token or the session cookie; nobody leaves account_id 0.
     * HN_E_UNAUTHENTICATED: a token was sent and is not good. */
    enum hn_code (*who)(struct http_ctx *c, struct hn_err *e);
    /* The same at the satellites' door: c->satellite_id by the peer's certificate. */
    enum hn_code (*satellite)(struct http_ctx *c, const struct http_peer *peer, struct hn_err *e);
    /* Keeps text for the session's next page; NULL forgets it. */
    enum hn_code (*flash)(struct http_ctx *c, const char *text, struct hn_err *e);
};

/* Where requests come in. People, browsers and scripts use the main door; satellites have one of
 * their own, with TLS and client certificates, that leads to the routes with HTTP_SATELLITE and to
 * no others. */
enum http_door {
    HTTP_DOOR_MAIN,
    HTTP_DOOR_SATELLITE,
    HTTP_DOOR_REDIRECT, /* plain HTTP that only leads to the main door, which has TLS */
    HTTP_DOORS
};

struct http_config {
    const struct hn_module *const *modules; /* NULL: hn_modules */
    size_t n_modules;
    const char *address;            /* to listen on */
    int port;                       /* 0: any free one, see http_app_port() */
    struct http_tls *tls;           /* NULL: plain HTTP. Borrowed. */
    int redirect_port;              /* 0: no such door */
    const char *base_url;           /* where it leads, without a slash at the end */
    const char *satellite_address;  /* NULL: as address */
    int satellite_port;             /* 0: any free one */
    struct http_tls *satellite_tls; /* with trust; NULL: no such door. Borrowed. */
    const char *database;
    const char *sql_folder;   /* the migrations that /readyz wants applied; NULL */
    const char *data_folders; /* separated by commas: /readyz tells whether they are encrypted */
    const char *static_folder;
    const char *manual_folder; /* NULL: no manual */
    struct tpl_loader *templates;
    struct http_hooks hooks;
    int workers;              /* 0 = 6 */
    int queue;                /* 0 = 512 waiting requests */
    int connections;          /* 0 = 4096 */
    int statement_timeout_ms; /* of a worker's statements; 0 = 10,000 */
    size_t upload_max;        /* body of a route with HTTP_UPLOAD; 0 = 26 MiB */
    bool secure_cookies;      /* behind TLS */
    bool english;
    const char *banner; /* 検証環境 …; NULL */
};

struct http_live;   /* sse.c */
struct http_static; /* static.c */
struct http_queue;  /* worker.c */

/* The formatter never comes to rest on this list. */
/* clang-format off */
#define HTTP_STATUSES(X)                                                                           \
    X(200)                                                                                         \
    X(201)                                                                                         \
    X(202)                                                                                         \
    X(204)                                                                                         \
    X(303)                                                                                         \
    X(304) X(308) X(400) X(401) X(403) X(404) X(405) X(409) X(413) X(414) X(415) X(422) X(429)     \
        X(500) X(503)
/* clang-format on */

enum http_status_slot {
#define X(s) HTTP_SLOT_##s,
    HTTP_STATUSES(X)
#undef X
        HTTP_SLOT_OTHER,
    HTTP_SLOT_COUNT
};

/* Counters of one route; written by every worker. */
struct http_count {
    atomic_uint_fast64_t n[HTTP_SLOT_COUNT];
    atomic_uint_fast64_t us; /* handler and queue time, summed */
};

struct http_app {
    struct http_config config;
    struct http_router *router;
    struct http_count *counts; /* one per route, and one more for what matched none */
    struct http_static *files;
    struct http_live *live;
    struct http_queue *queue;
    const struct hn_nav **nav; /* all modules' entries in the order of the rail */
    size_t n_nav;
    struct http_listener {
        struct http_app *app;
        enum http_door door;
        void *daemon; /* struct MHD_Daemon, of mhd.c; NULL: closed */
    } listener[HTTP_DOORS];
    atomic_size_t body_bytes; /* of all requests being read */
    atomic_bool stopping;
    hn_instant started_at;
};

struct http_stream; /* sse.c: one live connection */

struct http_answer {
    bool ready;
    int status;
    const char *type;
    struct hn_bytes body;
    struct http_pairs headers;
    const char *etag; /* without quotes */
    struct http_stream *stream;
};

struct http_request {
    struct hn_arena *arena;
    struct http_app *app;
    enum http_door door;
    struct http_peer peer; /* at the satellites' door */
    const char *method;
    const char *path;  /* as sent, up to "?" */
    const char *query; /* as sent, after "?"; "" */
    const char *address;
    char id[17]; /* for log lines and error answers */
    struct http_pairs headers;
    struct hn_mono began;
    hn_instant at;

    const struct http_route *route; /* NULL when none matched */
    size_t route_index;
    enum hn_code route_code; /* HN_OK, NOT_FOUND, METHOD, MALFORMED */
    const char *allow;       /* for METHOD */
    struct http_pairs params;

    /* The body, owned; at most body_max bytes, then `cut`. */
    uint8_t *body;
    size_t body_n;
    size_t body_cap;
    size_t body_max;
    size_t body_seen;
    bool cut;

    /* Parsed at first use by the dispatcher. */
    struct http_pairs args;
    struct http_pairs form;
    struct http_parts parts;
    struct hn_sbuf out;
    struct hn_jw jw;
    bool jw_made;
    const char *flash; /* shown on this page */

    struct http_answer answer;
    void *io;                  /* mhd.c: the connection */
    int state;                 /* mhd.c */
    struct http_request *next; /* in the queue */
};

/* hn_modules' routes into a server. NULL and e on a bad table, folder or port. */
struct http_app *http_app_new(const struct http_config *config, struct hn_err *e);
HN_MUST_USE enum hn_code http_app_start(struct http_app *app, struct hn_err *e);
int http_app_port(const struct http_app *app);
int http_app_satellite_port(const struct http_app *app); /* 0: no such door */
/* Ends live streams, lets running requests finish, stops. */
void http_app_stop(struct http_app *app);
void http_app_free(struct http_app *app);

/* ---- request life ---- */
struct http_request *http_request_new(struct http_app *app, enum http_door door, const char *uri);
void http_request_free(struct http_request *q);
/* Matches the route and sets the body's bound; call when method and headers are known. */
void http_request_route(struct http_request *q);
/* Appends body bytes; false when the server holds too much already. */
bool http_request_body(struct http_request *q, const void *p, size_t n);

/* ---- dispatch.c ---- */
/* Runs the request to its answer in this worker's connection. Always leaves an answer. */
void http_dispatch(struct http_request *q, struct db *db);
/* An answer without a worker: refused at the door. */
void http_refuse(struct http_request *q, int status, enum hn_code code, const char *msgid);
/* What the redirecting door answers, whatever was asked. */
void http_lead_to_main(struct http_request *q);
/* Counts and adds the headers that every answer carries. */
void http_finish(struct http_request *q);

/* ---- problem.c ---- */
/* The error as the answer: problem+json for /api/, else a page. c may be NULL (no worker).
 * status: 0 = the code's own. */
void http_problem(struct http_request *q, struct http_ctx *c, int status, const struct hn_err *err);

/* ---- csrf.c ---- */
/* HN_E_FORBIDDEN unless this write comes from a page of ours. */
HN_MUST_USE enum hn_code http_csrf_check(struct http_ctx *c, struct hn_err *e);

/* ---- worker.c ---- */
struct http_queue *http_queue_new(struct http_app *app, int max);
void http_queue_free(struct http_queue *q);
HN_MUST_USE enum hn_code http_queue_start(struct http_queue *q, int workers, struct hn_err *e);
/* false when full. */
bool http_queue_put(struct http_queue *q, struct http_request *r);
size_t http_queue_length(struct http_queue *q);
/* Lets the workers finish what is queued and joins them. */
void http_queue_stop(struct http_queue *q);

/* ---- mhd.c ---- */
void http_resume(struct http_request *q);
HN_MUST_USE enum hn_code http_mhd_start(struct http_app *app, struct hn_err *e);
void http_mhd_stop(struct http_app *app);

/* ---- static.c ---- */
struct http_static *http_static_new(const char *folder, struct hn_err *e);
void http_static_free(struct http_static *s);
/* Changes with any file: for ?v= in page addresses. */
const char *http_static_version(const struct http_static *s);
/* Answers GET /static/…; false when the path is not below /static/. */
bool http_static_answer(struct http_request *q);

/* ---- request body as form (ctx.c) ---- */
HN_MUST_USE enum hn_code http_request_parse(struct http_request *q, struct hn_err *e);

/* ---- Idempotency-Key (idempotency.c) ---- */
/* Runs handler once per account and key: the first answer is kept in the transaction of the act and
 * given again for the same request; another request under the same key is HN_E_INVALID. */
HN_MUST_USE enum hn_code http_idempotent(struct http_ctx *c, http_handler *handler,
                                         struct hn_err *e);

#endif
