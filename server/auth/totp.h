/* SPDX-License-Identifier: Apache-2.0 */
/* totp.h — the second factor: time-based one-time codes (RFC 6238: SHA-1, 30 s, 6 digits). */
#ifndef HN_TOTP_H
#define HN_TOTP_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"

#define TOTP_SECRET_BYTES 20

void totp_make_secret(uint8_t out[TOTP_SECRET_BYTES]);
/* Base32 without padding. */
const char *totp_base32(struct hn_arena *a, struct hn_bytes secret);
/* The same in groups of four, for typing into an application. */
const char *totp_text(struct hn_arena *a, struct hn_bytes secret);
/* otpauth://totp/… for the QR code. */
const char *totp_uri(struct hn_arena *a, struct hn_bytes secret, const char *login);
/* The step of the code when it is right at `now` (one step to either side) and later than
 * last_step; 0 otherwise. A code is good once: the caller keeps the step. Spaces in the code are
 * ignored. */
int64_t totp_check(struct hn_bytes secret, const char *code, hn_instant now, int64_t last_step);
/* The code of a moment (tests, hinomi's own scripts). */
const char *totp_code(struct hn_arena *a, struct hn_bytes secret, hn_instant now);

#endif
