/* SPDX-License-Identifier: Apache-2.0 */
/* account_json.h — accounts, tokens and sessions as JSON. */
#ifndef HN_ACCOUNT_JSON_H
#define HN_ACCOUNT_JSON_H

#include "server/auth/account.h"
#include "server/auth/session.h"
#include "server/base/json.h"
#include "server/base/jw.h"

HN_MUST_USE enum hn_code account_json_new(struct json_object *o, struct hn_arena *a,
                                          struct account_new *out, struct hn_err *e);
HN_MUST_USE enum hn_code account_json_change(struct json_object *o, struct hn_arena *a,
                                             struct account_change *out, struct hn_err *e);
HN_MUST_USE enum hn_code token_json_new(struct json_object *o, struct hn_arena *a, hn_instant now,
                                        struct token_new *out, struct hn_err *e);
/* "30d", "12h" or an instant. */
HN_MUST_USE enum hn_code token_expiry(const char *text, const char *field, hn_instant now,
                                      hn_instant *out, struct hn_err *e);

/* link: NULL, or the set-up link to show this once. */
void account_json_write(struct hn_jw *w, const struct account *t, const char *link);
/* secret: NULL, or the token to show this once. */
void token_json_write(struct hn_jw *w, const struct token *t, const char *secret);
void session_json_write(struct hn_jw *w, const struct session *s);
/* "active", "disabled", "waiting" (for its first sign-in) */
const char *account_state(const struct account *t);

#endif
