/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h — the audit journal's chain.
 *
 * `hinomi work` links new rows within a second: position by position without holes,
 *     chain_hash = SHA-256(chain_hash of the position before || row_hash)   (position 0: 32 zero
 * bytes) and appends a head to STATE/audit-heads.log, outside the database: POSITION SEQ CHAIN_HASH
 * TIME HMAC-SHA-256 The HMAC's key is STATE/audit-heads.key (made at first use, mode 0600). Keep
 * copies of both elsewhere: who can write to the database but not to these files cannot change,
 * drop, add or reorder what a head covers without being found.
 */
#ifndef HN_CHAIN_H
#define HN_CHAIN_H

#include "server/auth/audit_store.h"

/* The state folder, once at start, before threads. Without it no heads are written. */
void chain_configure(const char *state_folder);
/* The task of `hinomi work`. */
HN_MUST_USE enum hn_code chain_link(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                                    struct hn_err *e);

struct chain_report {
    int64_t linked;
    int64_t unlinked;
    int64_t heads; /* heads that agree */
    bool broken;
    int64_t position; /* of the first break */
    int64_t seq;
    const char *what; /* what is wrong there; English */
};
/* Recomputes everything; state_folder NULL leaves the heads out. An error is that it could not be
 * read, not that it is broken. */
HN_MUST_USE enum hn_code chain_verify(struct db *db, const char *state_folder, struct hn_arena *a,
                                      struct chain_report *out, struct hn_err *e);

#endif
