/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/totp.h"

#include "server/base/sbuf.h"

#include <liboath/oath.h>
#include <openssl/rand.h>
#include <sodium.h>

#define STEP_S 30
#define DIGITS 6

void totp_make_secret(uint8_t out[TOTP_SECRET_BYTES])
{
    HN_ASSERT(RAND_bytes(out, TOTP_SECRET_BYTES) == 1);
}

const char *totp_base32(struct hn_arena *a, struct hn_bytes secret)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *out = hn_arena_alloc(a, secret.n * 8 / 5 + 2);
    uint32_t bits = 0;
    int have = 0;
    size_t n = 0;

    for (size_t i = 0; i < secret.n; i++) {
        bits = bits << 8 | secret.p[i];
        have += 8;
        while (have >= 5) {
            have -= 5;
            out[n++] = letters[bits >> have & 31];
        }
    }
    if (have > 0)
        out[n++] = letters[bits << (5 - have) & 31];
    out[n] = '\0';
    return out;
}

const char *totp_text(struct hn_arena *a, struct hn_bytes secret)
{
    const char *s = totp_base32(a, secret);
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 200);
    for (size_t i = 0; s[i] != '\0'; i++) {
        if (i > 0 && i % 4 == 0)
            hn_sbuf_chr(&b, ' ');
        hn_sbuf_chr(&b, s[i]);
    }
    return hn_sbuf_text(&b);
}

const char *totp_uri(struct hn_arena *a, struct hn_bytes secret, const char *login)
{
    /* logins are [A-Za-z0-9._@:-]: of these only ':' has a meaning in the label */
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 400);
    hn_sbuf_str(&b, "otpauth://totp/hinomi:");
    for (const char *p = login; *p != '\0'; p++)
        if (*p == ':')
            hn_sbuf_str(&b, "%3A");
        else
            hn_sbuf_chr(&b, *p);
    hn_sbuf_fmt(&b, "?secret=%s&issuer=hinomi", totp_base32(a, secret));
    return hn_sbuf_text(&b);
}

static void code_at(struct hn_bytes secret, int64_t step, char out[DIGITS + 1])
{
    HN_ASSERT(oath_hotp_generate((const char *)secret.p, secret.n, (uint64_t)step, DIGITS, false,
                                 OATH_HOTP_DYNAMIC_TRUNCATION, out) == OATH_OK);
}

int64_t totp_check(struct hn_bytes secret, const char *code, hn_instant now, int64_t last_step)
{
    char typed[DIGITS + 1];
    int64_t step = now / HN_SEC / STEP_S;
    int64_t found = 0;
    size_t n = 0;

    for (; *code != '\0'; code++) {
        if (*code == ' ')
            continue;
        if (*code < '0' || *code > '9' || n == DIGITS)
            return 0;
        typed[n++] = *code;
    }
    if (n != DIGITS || secret.n == 0)
        return 0;
    typed[n] = '\0';
    /* All three are computed, whichever fits: the time taken tells nothing. */
    for (int64_t s = step - 1; s <= step + 1; s++) {
        char want[DIGITS + 1];

        code_at(secret, s, want);
        if (sodium_memcmp(want, typed, DIGITS) == 0 && s > last_step && found == 0)
            found = s;
    }
    return found;
}

const char *totp_code(struct hn_arena *a, struct hn_bytes secret, hn_instant now)
{
    char code[DIGITS + 1];

    code_at(secret, now / HN_SEC / STEP_S, code);
    return hn_arena_strdup(a, code);
}
