/* SPDX-License-Identifier: Apache-2.0 */
/*
 * local.h — requests of this machine's own command line, through the routes that HTTP has but
 * without a socket: the same checks, the same words, the same audit rows (who: "cli").
 *
 * Whoever may run the program with its configuration may already do all this with the database, so
 * nobody signs in. The caller's connection is used: requests that follow each other can stand in
 * one transaction of the caller's.
 */
#ifndef HN_HTTP_LOCAL_H
#define HN_HTTP_LOCAL_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/db/db.h"

struct http_local;

/* NULL and e where the routes cannot be put together. */
struct http_local *http_local_new(struct hn_err *e);
void http_local_free(struct http_local *l);
#define HTTP_LOCAL HN_CLEANUP(http_local_freep) struct http_local *
void http_local_freep(struct http_local **l);

struct http_local_answer {
    int status;
    struct hn_bytes body; /* in the arena, with a NUL behind it */
};
/* json: the body, or NULL. Always leaves an answer: what was wrong is problem+json. */
void http_local_ask(struct http_local *l, struct db *db, const char *method, const char *uri,
                    const char *json, struct hn_arena *a, struct http_local_answer *out);

#endif
