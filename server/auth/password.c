/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/password.h"

#include "server/base/instant.h"
#include "server/base/parse.h"

#include <ctype.h>
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>

#define OPS 3
#define MEMORY ((size_t)64 * 1024 * 1024)
#define AT_ONCE 4
#define WAIT_S 3

/* Shared by all threads of the process. */
static sem_t room;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char
    no_hash[crypto_pwhash_STRBYTES]; /* of nobody's password: what a missing account costs */

static void start(void)
{
    static const char nobody[] = "no account has this password";

    HN_ASSERT(sodium_init() >= 0);
    HN_ASSERT(sem_init(&room, 0, AT_ONCE) == 0);
    HN_ASSERT(crypto_pwhash_str_alg(no_hash, nobody, sizeof(nobody) - 1, OPS, MEMORY,
                                    crypto_pwhash_ALG_ARGON2ID13) == 0);
}

static enum hn_code enter(struct hn_err *e)
{
    struct timespec until;

    (void)pthread_once(&once, start);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    if (sem_timedwait(&room, &until) != 0)
        return hn_fail(
            e, HN_E_RATE,
            "Many people are signing in at this moment; please try again in a few seconds");
    return HN_OK;
}

enum hn_code password_hash(const char *password, struct hn_arena *a, const char **out,
                           struct hn_err *e)
{
    char *s = hn_arena_alloc(a, crypto_pwhash_STRBYTES);
    int r;

    if (enter(e) != HN_OK)
        return e->code;
    r = crypto_pwhash_str_alg(s, password, strlen(password), OPS, MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13);
    (void)sem_post(&room);
    if (r != 0)
        return hn_fail(e, HN_E_UNAVAILABLE, "not enough memory to hash a password");
    *out = s;
    return HN_OK;
}

enum hn_code password_verify(const char *password, const char *hash, bool *right, struct hn_err *e)
{
    int r;

    if (enter(e) != HN_OK)
        return e->code;
    r = crypto_pwhash_str_verify(hash == NULL ? no_hash : hash, password, strlen(password));
    (void)sem_post(&room);
    *right = r == 0 && hash != NULL;
    return HN_OK;
}

/* Lower case ASCII letters and digits only, so that "P@ss-Word" is seen as "pssword". */
static void squeeze(const char *s, char *out, size_t max)
{
    size_t n = 0;

    for (; *s != '\0' && n < max - 1; s++)
        if (isalnum((unsigned char)*s))
            out[n++] = (char)tolower((unsigned char)*s);
    out[n] = '\0';
}

static bool is_run(const char *s)
{
    size_t same = 1;
    size_t up = 1;

    for (size_t i = 1; s[i] != '\0'; i++) {
        same = s[i] == s[i - 1] ? same + 1 : 1;
        up = s[i] == s[i - 1] + 1 ? up + 1 : 1;
        if (same >= 6 || up >= 8)
            return true;
    }
    return false;
}

/* Takes every occurrence of word out of flat. */
static void take_out(char *flat, const char *word)
{
    size_t n = strlen(word);
    char *p;

    if (n < 3)
        return;
    while ((p = strstr(flat, word)) != NULL)
        memmove(p, p + n, strlen(p + n) + 1);
}

enum hn_code password_check(const char *password, const char *login, const char *name,
                            const char *field, struct hn_err *e)
{
    static const char *const known[] = {"password",      "passw0rd", "pssword", "pssw0rd",
                                        "hinomi",        "qwerty",   "letmein", "welcome",
                                        "administrator", "admin"};
    char flat[4 * PASSWORD_MAX + 1];
    char other[200];

    if (!hn_utf8_valid(password, strlen(password)) || hn_utf8_len(password) > PASSWORD_MAX)
        return hn_fail_field(e, field, "must be at most %d characters", PASSWORD_MAX);
    if (hn_utf8_len(password) < PASSWORD_MIN)
        return hn_fail_field(e, field, "must be at least %d characters", PASSWORD_MIN);
    if (is_run(password))
        return hn_fail_field(e, field, "must not be a row of the same or following characters");
    if (strspn(password, "0123456789") == strlen(password))
        return hn_fail_field(e, field, "must not be digits alone");
    squeeze(password, flat, sizeof(flat));
    if (flat[0] == '\0') /* other scripts: the length says enough */
        return HN_OK;
    squeeze(login, other, sizeof(other));
    take_out(flat, other);
    if (name != NULL) {
        squeeze(name, other, sizeof(other));
        take_out(flat, other);
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(known); i++)
        take_out(flat, known[i]);
    if (strlen(flat) < 6 && strlen(flat) * 2 < strlen(password))
        return hn_fail_field(e, field,
                             "must not be your login, your name or a word that is easy to guess");
    return HN_OK;
}
