/* SPDX-License-Identifier: Apache-2.0 */
/* account_store.h — the rows of accounts, tokens and set-up links. */
#ifndef HN_ACCOUNT_STORE_H
#define HN_ACCOUNT_STORE_H

#include "server/auth/account.h"

struct account_list {
    struct account *v;
    size_t n;
};
HN_MUST_USE enum hn_code account_store_list(struct db *db, const struct account_filter *f,
                                            struct hn_arena *a, struct account_list *out,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code account_store_get(struct db *db, int64_t id, struct hn_arena *a,
                                           struct account *out, struct hn_err *e);
/* The same, held until the transaction's end. */
HN_MUST_USE enum hn_code account_store_lock(struct db *db, int64_t id, struct hn_arena *a,
                                            struct account *out, struct hn_err *e);
/* *found false where nobody has the login. */
HN_MUST_USE enum hn_code account_store_by_login(struct db *db, const char *login,
                                                struct hn_arena *a, struct account *out,
                                                bool *found, struct hn_err *e);
HN_MUST_USE enum hn_code account_store_add(struct db *db, const struct account_new *in,
                                           const char *kind, hn_instant now, int64_t *id,
                                           struct hn_err *e);
/* Name, mail, role, disabled_at; the version must be t->version. */
HN_MUST_USE enum hn_code account_store_save(struct db *db, const struct account *t,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code account_store_set_secrets(struct db *db, int64_t id, const char *hash,
                                                   struct hn_bytes totp_secret, int64_t step,
                                                   struct hn_err *e);
HN_MUST_USE enum hn_code account_store_set_hash(struct db *db, int64_t id, const char *hash,
                                                struct hn_err *e);
HN_MUST_USE enum hn_code account_store_signed_in(struct db *db, int64_t id, int64_t step,
                                                 hn_instant now, struct hn_err *e);
/* Administrators who can sign in, or may yet by a link that is still good. */
HN_MUST_USE enum hn_code account_store_admins(struct db *db, hn_instant now, int64_t *n,
                                              struct hn_err *e);

/* ---- set-up links ---- */
HN_MUST_USE enum hn_code setup_store_add(struct db *db, int64_t account_id, const uint8_t hash[32],
                                         struct hn_bytes totp_secret, hn_instant now,
                                         hn_instant expires_at, struct hn_err *e);
/* Ends the account's open links (0: those of the first administrator). */
HN_MUST_USE enum hn_code setup_store_void(struct db *db, int64_t account_id, hn_instant now,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code setup_store_find(struct db *db, const uint8_t hash[32], hn_instant now,
                                          struct hn_arena *a, struct setup *out, struct hn_err *e);
/* HN_E_NOT_FOUND where it was used meanwhile. */
HN_MUST_USE enum hn_code setup_store_use(struct db *db, int64_t id, hn_instant now,
                                         struct hn_err *e);

/* ---- tokens ---- */
struct token_list {
    struct token *v;
    size_t n;
};
HN_MUST_USE enum hn_code token_store_list(struct db *db, int64_t after, int64_t limit,
                                          struct hn_arena *a, struct token_list *out,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code token_store_get(struct db *db, int64_t id, struct hn_arena *a,
                                         struct token *out, struct hn_err *e);
HN_MUST_USE enum hn_code token_store_add(struct db *db, int64_t account_id,
                                         const struct token_new *in, const uint8_t hash[32],
                                         hn_instant now, int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code token_store_revoke(struct db *db, int64_t id, hn_instant now,
                                            struct hn_err *e);

#endif
