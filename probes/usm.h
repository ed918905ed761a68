/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usm.h — SNMPv3's User-based Security Model (RFC 3414), for client and agent.
 *
 * Authentication: HMAC-SHA-1-96 (RFC 3414) and the HMAC-SHA-2 family (RFC 7860). Privacy:
 * AES-128-CFB (RFC 3826). MD5 and DES are not offered.
 *
 * A struct usm_secret is what a person typed: passwords become keys once (1 MiB of hashing each),
 * so keep it per credential. Localised to an engine it gives a struct usm_key, which is cheap.
 *
 * The client keeps one struct usm_engine per agent. It never blocks: usm_request() writes what can
 * be sent now (the discovery message while the engine is unknown), usm_reply() takes the agent's
 * answer and says what it means; USM_AGAIN asks the caller to write the request anew and send it at
 * once.
 */
#ifndef PROBES_USM_H
#define PROBES_USM_H

#include "probes/snmp_msg.h"
#include "server/base/i18n.h"
#include "server/base/instant.h"

#define USM_KEY_MAX 64
#define USM_MAC_MAX 48
#define USM_ENGINE_MAX 32
#define USM_NAME_MAX 32
#define USM_WINDOW_S 150
/* RFC 3414 section 11.2 */
#define USM_PASSWORD_MIN 8

/* name, word in configuration, OpenSSL's digest, octets of the MAC in a message */
#define USM_AUTHS(X)                                                                               \
    X(NONE, "none", NULL, 0)                                                                       \
    X(SHA1, "sha1", "SHA1", 12)                                                                    \
    X(SHA224, "sha224", "SHA224", 16)                                                              \
    X(SHA256, "sha256", "SHA256", 24)                                                              \
    X(SHA384, "sha384", "SHA384", 32)                                                              \
    X(SHA512, "sha512", "SHA512", 48)

enum usm_auth {
#define X(n, w, d, m) USM_AUTH_##n,
    USM_AUTHS(X)
#undef X
};

enum usm_priv { USM_PRIV_NONE, USM_PRIV_AES128 };

/* Words of the configuration; false when unknown. "sha" is SHA-1, "aes" is AES-128. */
HN_MUST_USE bool usm_auth_parse(const char *word, enum usm_auth *out);
HN_MUST_USE bool usm_priv_parse(const char *word, enum usm_priv *out);
size_t usm_mac_size(enum usm_auth a);

struct usm_secret {
    char user[USM_NAME_MAX + 1];
    enum usm_auth auth;
    enum usm_priv priv;
    uint8_t auth_ku[USM_KEY_MAX];
    uint8_t priv_ku[USM_KEY_MAX];
};

struct usm_key {
    enum usm_auth auth;
    enum usm_priv priv;
    size_t auth_len;
    uint8_t auth_key[USM_KEY_MAX];
    uint8_t priv_key[16];
};

/* RFC 3414 A.2: password to key. key has room for USM_KEY_MAX; returns its length, 0 on failure. */
size_t usm_password_key(enum usm_auth a, const char *password, uint8_t *key);
/* RFC 3414 2.6: Kul = H(Ku || engine || Ku). */
size_t usm_localize_key(enum usm_auth a, const uint8_t *ku, struct hn_bytes engine, uint8_t *key);

/* auth NONE needs no passwords; priv needs auth. Passwords of at least eight characters.
 * HN_E_INVALID names the field: user, auth_key, priv_key. */
HN_MUST_USE enum hn_code usm_secret_init(struct usm_secret *s, const char *user, enum usm_auth auth,
                                         const char *auth_password, enum usm_priv priv,
                                         const char *priv_password, struct hn_err *e);
HN_MUST_USE bool usm_localize(const struct usm_secret *s, struct hn_bytes engine,
                              struct usm_key *out);

/* ---- messages; client and agent ---- */

/* Writes a whole v3 message: m->v3's ids, engine, boots, time, user, context and m->pdu. The flags'
 * security level must be what the key can do. salt: never twice with one key. */
HN_MUST_USE bool usm_encode(const struct snmp_msg *m, const struct usm_key *key, uint64_t salt,
                            uint8_t *buf, size_t cap, struct hn_bytes *out);

enum usm_open { USM_OPEN_OK, USM_OPEN_WRONG_DIGEST, USM_OPEN_DECRYPTION, USM_OPEN_MALFORMED };
/* Checks and decrypts a datagram that snmp_decode() has read into m. scratch: at least as large as
 * the datagram; m then points into it where the PDU was encrypted. */
HN_MUST_USE enum usm_open usm_open(const uint8_t *p, size_t n, const struct usm_key *key,
                                   uint8_t *scratch, struct snmp_varbind *vb, size_t cap,
                                   struct snmp_msg *m);

/* usmStats (RFC 3414 section 5): what a Report says. name, last number, for people */
#define USM_STATS(X)                                                                               \
    X(UNSUPPORTED_LEVEL, 1, HN_N("the device does not offer this security level"))                 \
    X(NOT_IN_WINDOW, 2, HN_N("the device's clock and ours do not agree"))                          \
    X(UNKNOWN_USER, 3, HN_N("the device does not know this SNMPv3 user"))                          \
    X(UNKNOWN_ENGINE, 4, HN_N("the device's engine ID has changed"))                               \
    X(WRONG_DIGEST, 5, HN_N("the SNMPv3 authentication password is wrong"))                        \
    X(DECRYPTION, 6, HN_N("the SNMPv3 privacy password is wrong"))

enum usm_stat {
    USM_STAT_NONE,
#define X(n, k, t) USM_STAT_##n = k,
    USM_STATS(X)
#undef X
};
/* Content octets of 1.3.6.1.6.3.15.1.1.K.0, for an agent's Report. */
struct hn_bytes usm_stat_oid(enum usm_stat s);
const char *usm_stat_text(enum usm_stat s); /* msgid */
/* RFC 3414 3.2 step 7 a, for an agent whose own clock is boots and time. */
bool usm_in_window(int32_t boots, int32_t time, int32_t msg_boots, int32_t msg_time);

/* ---- client ---- */

struct usm_engine {
    bool is_known;
    uint8_t id[USM_ENGINE_MAX];
    size_t n;
    int32_t boots;
    int32_t time; /* the agent's clock at `at` */
    struct hn_mono at;
    int32_t latest; /* latest time received with these boots, authenticated */
    bool is_synced; /* boots and time came authenticated */
    struct usm_key key;
};

enum usm_verdict {
    USM_ANSWER,  /* m->pdu is the agent's response */
    USM_AGAIN,   /* discovered or resynchronised: send the request again */
    USM_REFUSED, /* *why: the agent refuses; sending again does not help */
    USM_IGNORE,  /* not authentic or too old: as if it had not come */
};

void usm_forget(struct usm_engine *en);
/* Writes the request, or the discovery message while the engine is unknown. */
HN_MUST_USE bool usm_request(const struct usm_engine *en, const struct usm_secret *s,
                             const struct snmp_pdu *pdu, const char *context, int32_t msg_id,
                             uint64_t salt, struct hn_mono now, uint8_t *buf, size_t cap,
                             struct hn_bytes *out);
/* p: the datagram of which snmp_decode() made m, its msgID already matched with a request. */
HN_MUST_USE enum usm_verdict usm_reply(struct usm_engine *en, const struct usm_secret *s,
                                       const uint8_t *p, size_t n, uint8_t *scratch,
                                       struct snmp_varbind *vb, size_t cap, struct hn_mono now,
                                       struct snmp_msg *m, enum usm_stat *why);

#endif
