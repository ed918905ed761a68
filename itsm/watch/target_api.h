/* SPDX-License-Identifier: Apache-2.0 */
/* target_api.h — the modules of the register's and the samples' JSON routes. */
#ifndef ITSM_WATCH_TARGET_API_H
#define ITSM_WATCH_TARGET_API_H

#include "itsm/watch/target.h"
#include "server/module.h"

/* The filters of a list's query: the same on the page, in the API and in the export. limit is one
 * more than was asked for. */
HN_MUST_USE enum hn_code target_api_filter(struct http_ctx *c, struct target_filter *f,
                                           struct hn_err *e);

extern const struct hn_module target_module;
extern const struct hn_module sample_module;
extern const struct hn_module export_module;

#endif
