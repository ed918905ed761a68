/* SPDX-License-Identifier: Apache-2.0 */
/* idempotency_store.h — the answers kept under an Idempotency-Key (auth.idempotency). */
#ifndef HN_HTTP_IDEMPOTENCY_STORE_H
#define HN_HTTP_IDEMPOTENCY_STORE_H

#include "server/db/db.h"

struct idempotency_row {
    struct hn_bytes request_hash;
    int64_t status; /* 0: not answered */
    const char *content_type;
    struct hn_bytes body;
};

/* Takes the key for this transaction; *taken is false when it was used before. Waits for another
 * transaction that holds it. */
HN_MUST_USE enum hn_code idempotency_store_take(struct db *db, int64_t account_id, const char *key,
                                                struct hn_bytes request_hash, hn_instant now,
                                                bool *taken, struct hn_err *e);
HN_MUST_USE enum hn_code idempotency_store_get(struct db *db, int64_t account_id, const char *key,
                                               struct hn_arena *a, struct idempotency_row *out,
                                               struct hn_err *e);
HN_MUST_USE enum hn_code idempotency_store_keep(struct db *db, int64_t account_id, const char *key,
                                                int status, const char *content_type,
                                                struct hn_bytes body, struct hn_err *e);
/* Forgets what is older than a day; at most 1000 rows a call. */
HN_MUST_USE enum hn_code idempotency_store_purge(struct db *db, hn_instant now, int64_t *n,
                                                 struct hn_err *e);

#endif
