/* SPDX-License-Identifier: Apache-2.0 */
/* log.h — one line an event on standard error, key=value, values quoted where they need it. */
#ifndef HN_LOG_H
#define HN_LOG_H

#include "server/base/err.h"

enum hn_level { HN_DEBUG, HN_INFO, HN_WARN, HN_ERROR };

void hn_log_init(const char *role); /* "serve", "work", "probe": borrowed for the process's life */
void hn_log_level(enum hn_level least);
void hn_log(enum hn_level l, const char *fmt, ...) HN_PRINTF(2, 3); /* fmt gives the msg="…" */
/* The edge's one line for an error. op: what was asked, e.g. "POST /api/v1/tickets". */
void hn_log_err(enum hn_level l, const char *op, const struct hn_err *e);

#endif
