/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sse.h — live streams: one thread listens to PostgreSQL (channel hn_live), puts events into the
 * bounded buffers of the streams that asked for the topic, and wakes their connections.
 *
 * A stream that does not drink fast enough loses its buffer and gets the event "resync" instead:
 * the page then fetches what it shows. The same event tells of a lost and regained database
 * connection. Every 15 s each stream gets a comment, so that vanished clients are found; after 10
 * minutes it is ended, and the browser's new connection is checked against the session again.
 */
#ifndef HN_HTTP_SSE_H
#define HN_HTTP_SSE_H

#include "server/http/app.h"

struct http_live *http_live_new(struct http_app *app);
HN_MUST_USE enum hn_code http_live_start(struct http_live *l, struct hn_err *e);
/* Ends the thread and all streams. */
void http_live_stop(struct http_live *l);
void http_live_free(struct http_live *l);
size_t http_live_count(struct http_live *l);

/* Called by the I/O thread. Bytes written to buf; 0: nothing now, the connection was suspended;
 * -1: the stream is over. */
ptrdiff_t http_stream_read(struct http_stream *s, char *buf, size_t max);
void http_stream_free(struct http_stream *s);

/* mhd.c */
void http_suspend(struct http_request *q);

#endif
