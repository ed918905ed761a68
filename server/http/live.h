/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live.h — tells open pages that something changed.
 *
 * live_notify() is called inside the act's transaction; PostgreSQL delivers at its commit, to every
 * `hinomi serve`. A page that listens (http_sse) gets an event named by the topic. topic:
 * [a-z0-9_:-], at most 60 characters ("board", "ticket:12"). data: a little JSON or a word, at most
 * 4000 bytes, NULL for none; what does not fit should be fetched by the page.
 */
#ifndef HN_HTTP_LIVE_H
#define HN_HTTP_LIVE_H

#include "server/db/db.h"

HN_MUST_USE enum hn_code live_notify(struct db *db, const char *topic, const char *data,
                                     struct hn_err *e);

#endif
