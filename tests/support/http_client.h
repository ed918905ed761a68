/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_client.h — the server within the test program, and a client that sends exactly the bytes it
 * is given: what a browser never sends must be tried too. Each request has a connection of its own.
 */
#ifndef HN_TESTS_SUPPORT_HTTP_CLIENT_H
#define HN_TESTS_SUPPORT_HTTP_CLIENT_H

#include "server/http/app.h"

/* The product's modules and `extra` (NULL) on a free port, with the database of pg.h. */
struct http_app *http_test_start(const struct hn_module *extra);
void http_test_stop(struct http_app *app);

struct reply {
    int status;       /* 0: the connection ended without an answer */
    const char *head; /* all header lines */
    const char *body; /* decoded where it was chunked; NUL-terminated */
    size_t n;
};

/* Sends the bytes, then reads until the server closes or `ms` pass without a byte. */
struct reply http_test_raw(struct http_app *app, struct hn_arena *a, const void *p, size_t n,
                           int ms);
/* headers: whole lines, each ended by CRLF, or "". body NULL: none. */
struct reply http_test(struct http_app *app, struct hn_arena *a, const char *method,
                       const char *path, const char *headers, const char *body);
/* The value of a header, "" if absent. */
const char *reply_header(const struct reply *r, struct hn_arena *a, const char *name);

/* A connected socket, for tests that read bit by bit. */
int http_test_connect(struct http_app *app);

#endif
