/* SPDX-License-Identifier: Apache-2.0 */
/* audit_store.h — the rows of the audit journal and of its chain. */
#ifndef HN_AUDIT_STORE_H
#define HN_AUDIT_STORE_H

#include "server/auth/audit.h"

struct audit_row {
    int64_t seq;
    int64_t at;
    int64_t account_id; /* 0 = none */
    const char *who;
    const char *name; /* of the account today; NULL */
    const char *act;
    const char *object;
    int64_t object_id;
    const char *label; /* what people call the object: its number, login or name; NULL */
    const char *reason;
    const char *before; /* JSON text */
    const char *after;
    const char *address;
    struct hn_bytes row_hash;
    bool linked;
};

struct audit_filter {
    const char *q;      /* who, name, act or reason contains it; NULL */
    const char *who;    /* exactly; NULL */
    const char *object; /* NULL */
    int64_t object_id;  /* 0 = any */
    const char *act;    /* begins with; NULL */
    hn_instant from;    /* HN_UNSET = open */
    hn_instant to;
    int64_t before_seq; /* cursor; 0 = newest first */
    int64_t limit;
};

/* The canonical text and its SHA-256 are made there, from the values as the database keeps them. */
HN_MUST_USE enum hn_code audit_store_add(struct db *db, const struct audit_act *act, hn_instant now,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code audit_store_list(struct db *db, const struct audit_filter *f,
                                          struct hn_arena *a, struct audit_row **out, size_t *n,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code audit_store_objects(struct db *db, struct hn_arena *a,
                                             struct hn_texts *out, struct hn_err *e);

/* ---- the chain ---- */
struct audit_head {
    int64_t position; /* 0: nothing linked yet */
    int64_t seq;
    struct hn_bytes chain_hash;
};
struct audit_link {
    int64_t position; /* of the journal row in the chain; 0: not linked */
    int64_t seq;
    struct hn_bytes row_hash;
    struct hn_bytes link_row_hash;
    struct hn_bytes chain_hash;
    const char *canonical;
    const char *columns; /* the canonical text made again from the row's columns */
};

/* Only one links at a time; false: another does. Until the transaction's end. */
HN_MUST_USE enum hn_code audit_store_try_lock(struct db *db, bool *got, struct hn_err *e);
HN_MUST_USE enum hn_code audit_store_head(struct db *db, struct hn_arena *a, struct audit_head *out,
                                          struct hn_err *e);
/* Rows without a link, oldest first, with seq > after. */
HN_MUST_USE enum hn_code audit_store_unlinked(struct db *db, int64_t after, int64_t limit,
                                              struct hn_arena *a, struct audit_link **out,
                                              size_t *n, struct hn_err *e);
/* n rows at positions first, first + 1 …; each list has n entries of 32 bytes. */
HN_MUST_USE enum hn_code audit_store_link(struct db *db, int64_t first, const int64_t *seq,
                                          const struct hn_bytes *row_hash,
                                          const struct hn_bytes *chain_hash, size_t n,
                                          hn_instant now, struct hn_err *e);
/* The chain with its rows in order of position, position > after. A link whose row is gone has seq
 * of the link and no canonical. */
HN_MUST_USE enum hn_code audit_store_walk(struct db *db, int64_t after, int64_t limit,
                                          struct hn_arena *a, struct audit_link **out, size_t *n,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code audit_store_count_unlinked(struct db *db, int64_t *n, struct hn_err *e);

#endif
