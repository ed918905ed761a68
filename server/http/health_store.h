/* SPDX-License-Identifier: Apache-2.0 */
/* health_store.h — what /readyz and /metrics ask the database. */
#ifndef HN_HTTP_HEALTH_STORE_H
#define HN_HTTP_HEALTH_STORE_H

#include "server/db/db.h"

/* How many of the named migrations are applied. */
HN_MUST_USE enum hn_code health_store_applied(struct db *db, struct hn_texts names, int64_t *n,
                                              struct hn_err *e);

/* What a probe has counted of itself. */
struct health_counter {
    const char *probe;
    const char *name;
    double value;
};
HN_MUST_USE enum hn_code health_store_probes(struct db *db, struct hn_arena *a,
                                             struct health_counter **out, size_t *n,
                                             struct hn_err *e);

#endif
