/* SPDX-License-Identifier: Apache-2.0 */
/* audit_view.h — the journal's filter, the same for the page and the API. */
#ifndef HN_AUDIT_VIEW_H
#define HN_AUDIT_VIEW_H

#include "server/auth/audit_store.h"
#include "server/http/http.h"

/* From q, who, object, object_id, act, from, to (instants, or dates of Asia/Tokyo, both included),
 * limit and cursor; f->limit is one more than
 * *limit. */
HN_MUST_USE enum hn_code audit_view_filter(struct http_ctx *c, struct audit_filter *f,
                                           int64_t *limit, struct hn_err *e);

/* Reading the journal is itself in the journal: who read, with which filter. */
HN_MUST_USE enum hn_code audit_view_record(struct http_ctx *c, struct hn_err *e);

#endif
