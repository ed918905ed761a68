/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password.h — Argon2id (64 MiB, t = 3) and what a password must be. At most four are hashed at
 * once: more would only make everybody wait and eat memory.
 */
#ifndef HN_PASSWORD_H
#define HN_PASSWORD_H

#include "server/base/arena.h"
#include "server/base/err.h"

#define PASSWORD_MIN 12
#define PASSWORD_MAX 128 /* characters */

/* Adds what is wrong with the password to e under `field`; returns e->code. name may be NULL. */
enum hn_code password_check(const char *password, const char *login, const char *name,
                            const char *field, struct hn_err *e);
/* libsodium's string. HN_E_RATE when too many wait. */
HN_MUST_USE enum hn_code password_hash(const char *password, struct hn_arena *a, const char **out,
                                       struct hn_err *e);
/* hash NULL (no such account, no password yet) takes as long and is never right. */
HN_MUST_USE enum hn_code password_verify(const char *password, const char *hash, bool *right,
                                         struct hn_err *e);

#endif
