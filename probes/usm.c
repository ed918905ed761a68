/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/usm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const struct {
    const char *word;
    const char *digest;
    size_t mac;
} auths[] = {
#define X(n, w, d, m) [USM_AUTH_##n] = {w, d, m},
    USM_AUTHS(X)
#undef X
};

bool usm_auth_parse(const char *word, enum usm_auth *out)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(auths); i++)
        if (hn_streq(word, auths[i].word)) {
            *out = (enum usm_auth)i;
            return true;
        }
    *out = USM_AUTH_SHA1;
    return hn_streq(word, "sha");
}

bool usm_priv_parse(const char *word, enum usm_priv *out)
{
    *out = hn_streq(word, "none") ? USM_PRIV_NONE : USM_PRIV_AES128;
    return *out == USM_PRIV_NONE || hn_streq(word, "aes") || hn_streq(word, "aes128");
}

size_t usm_mac_size(enum usm_auth a)
{
    return auths[a].mac;
}

static const EVP_MD *md_of(enum usm_auth a)
{
    return auths[a].digest == NULL ? NULL : EVP_get_digestbyname(auths[a].digest);
}

size_t usm_password_key(enum usm_auth a, const char *password, uint8_t *key)
{
    const EVP_MD *md = md_of(a);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = strlen(password);
    unsigned n = 0;
    bool ok = md != NULL && ctx != NULL && len > 0 && EVP_DigestInit_ex(ctx, md, NULL) == 1;

    /* 1,048,576 octets of the password repeated, fed in blocks of 64 */
    for (size_t done = 0, at = 0; ok && done < 1048576; done += 64) {
        uint8_t block[64];

        for (size_t i = 0; i < sizeof(block); i++) {
            block[i] = (uint8_t)password[at];
            at = at + 1 == len ? 0 : at + 1;
        }
        ok = EVP_DigestUpdate(ctx, block, sizeof(block)) == 1;
        OPENSSL_cleanse(block, sizeof(block));
    }
    ok = ok && EVP_DigestFinal_ex(ctx, key, &n) == 1;
    EVP_MD_CTX_free(ctx);
    return ok ? n : 0;
}

size_t usm_localize_key(enum usm_auth a, const uint8_t *ku, struct hn_bytes engine, uint8_t *key)
{
    const EVP_MD *md = md_of(a);
    uint8_t all[USM_KEY_MAX * 2 + USM_ENGINE_MAX];
    size_t len = md == NULL ? 0 : (size_t)EVP_MD_get_size(md);
    unsigned n = 0;

    if (len == 0 || engine.n > USM_ENGINE_MAX)
        return 0;
    memcpy(all, ku, len);
    if (engine.n > 0)
        memcpy(all + len, engine.p, engine.n);
    memcpy(all + len + engine.n, ku, len);
    if (EVP_Digest(all, len * 2 + engine.n, key, &n, md, NULL) != 1)
        n = 0;
    OPENSSL_cleanse(all, sizeof(all));
    return n;
}

enum hn_code usm_secret_init(struct usm_secret *s, const char *user, enum usm_auth auth,
                             const char *auth_password, enum usm_priv priv,
                             const char *priv_password, struct hn_err *e)
{
    size_t n = strlen(user);

    memset(s, 0, sizeof(*s));
    if (n < 1 || n > USM_NAME_MAX)
        return hn_fail_field(e, "user", "between 1 and 32 characters");
    if (auth == USM_AUTH_NONE && priv != USM_PRIV_NONE)
        return hn_fail_field(e, "priv", "privacy needs authentication");
    memcpy(s->user, user, n);
    s->auth = auth;
    s->priv = priv;
    if (auth != USM_AUTH_NONE &&
        (auth_password == NULL || strlen(auth_password) < USM_PASSWORD_MIN ||
         usm_password_key(auth, auth_password, s->auth_ku) == 0))
        return hn_fail_field(e, "auth_key", "at least 8 characters");
    if (priv != USM_PRIV_NONE &&
        (priv_password == NULL || strlen(priv_password) < USM_PASSWORD_MIN ||
         usm_password_key(auth, priv_password, s->priv_ku) == 0))
        return hn_fail_field(e, "priv_key", "at least 8 characters");
    return HN_OK;
}

bool usm_localize(const struct usm_secret *s, struct hn_bytes engine, struct usm_key *out)
{
    uint8_t priv[USM_KEY_MAX];

    memset(out, 0, sizeof(*out));
    out->auth = s->auth;
    out->priv = s->priv;
    if (s->auth == USM_AUTH_NONE)
        return true;
    out->auth_len = usm_localize_key(s->auth, s->auth_ku, engine, out->auth_key);
    if (out->auth_len == 0)
        return false;
    if (s->priv == USM_PRIV_NONE)
        return true;
    if (usm_localize_key(s->auth, s->priv_ku, engine, priv) < sizeof(out->priv_key))
        return false;
    memcpy(out->priv_key, priv, sizeof(out->priv_key));
    OPENSSL_cleanse(priv, sizeof(priv));
    return true;
}

/* ---- messages ---- */

static void put_be32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* RFC 3826 3.1.2.1: IV = boots || time || salt. out may be in. */
static bool aes_cfb(const struct usm_key *key, int32_t boots, int32_t time, const uint8_t salt[8],
                    bool encrypt, const uint8_t *in, size_t n, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t iv[16];
    int k = 0;
    bool ok;

    put_be32(iv, (uint32_t)boots);
    put_be32(iv + 4, (uint32_t)time);
    memcpy(iv + 8, salt, 8);
    ok = ctx != NULL && n <= SNMP_PACKET_MAX &&
         EVP_CipherInit_ex(ctx, EVP_aes_128_cfb128(), NULL, key->priv_key, iv, encrypt ? 1 : 0) ==
             1 &&
         EVP_CipherUpdate(ctx, out, &k, in, (int)n) == 1 && k == (int)n;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

static bool mac(const struct usm_key *key, const uint8_t *p, size_t n, uint8_t *out)
{
    uint8_t full[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (HMAC(md_of(key->auth), key->auth_key, (int)key->auth_len, p, n, full, &len) == NULL ||
        len < auths[key->auth].mac)
        return false;
    memcpy(out, full, auths[key->auth].mac);
    return true;
}

/* USM parameters in front of what o holds; returns where the MAC's octets lie. */
static size_t put_usm(struct ber_out *o, const struct snmp_v3 *v3, const struct usm_key *key,
                      const uint8_t salt[8])
{
    static const uint8_t zero[USM_MAC_MAX];
    size_t end = ber_mark(o);
    size_t mac_at;

    if ((v3->flags & SNMP_FLAG_PRIV) != 0)
        ber_put_octets(o, BER_OCTETS, salt, 8);
    else
        ber_put_octets(o, BER_OCTETS, NULL, 0);
    if ((v3->flags & SNMP_FLAG_AUTH) != 0) {
        ber_put_raw(o, zero, auths[key->auth].mac);
        mac_at = ber_mark(o);
        ber_wrap(o, BER_OCTETS, mac_at - auths[key->auth].mac);
    } else {
        ber_put_octets(o, BER_OCTETS, NULL, 0);
        mac_at = 0;
    }
    ber_put_octets(o, BER_OCTETS, v3->user.p, v3->user.n);
    ber_put_int(o, BER_INTEGER, v3->time);
    ber_put_int(o, BER_INTEGER, v3->boots);
    ber_put_octets(o, BER_OCTETS, v3->engine.p, v3->engine.n);
    ber_wrap(o, BER_SEQUENCE, end);
    ber_wrap(o, BER_OCTETS, end);
    return mac_at;
}

bool usm_encode(const struct snmp_msg *m, const struct usm_key *key, uint64_t salt, uint8_t *buf,
                size_t cap, struct hn_bytes *out)
{
    const struct snmp_v3 *v3 = &m->v3;
    uint8_t salt8[8];
    struct ber_out o;
    size_t end, mac_at;

    HN_ASSERT((v3->flags & SNMP_FLAG_AUTH) == 0 || key->auth != USM_AUTH_NONE);
    HN_ASSERT((v3->flags & SNMP_FLAG_PRIV) == 0 || key->priv != USM_PRIV_NONE);
    put_be32(salt8, (uint32_t)(salt >> 32));
    put_be32(salt8 + 4, (uint32_t)salt);
    ber_out_init(&o, buf, cap);
    snmp_put_pdu(&o, &m->pdu);
    ber_put_octets(&o, BER_OCTETS, v3->context.p, v3->context.n);
    ber_put_octets(&o, BER_OCTETS, v3->context_engine.p, v3->context_engine.n);
    ber_wrap(&o, BER_SEQUENCE, 0);
    if (o.overflow)
        return false;
    if ((v3->flags & SNMP_FLAG_PRIV) != 0) {
        if (!aes_cfb(key, v3->boots, v3->time, salt8, true, o.p, ber_mark(&o), o.p))
            return false;
        ber_wrap(&o, BER_OCTETS, 0);
    }
    mac_at = put_usm(&o, v3, key, salt8);
    end = ber_mark(&o);
    ber_put_int(&o, BER_INTEGER, SNMP_MODEL_USM);
    ber_put_octets(&o, BER_OCTETS, &v3->flags, 1);
    ber_put_int(&o, BER_INTEGER, v3->max_size);
    ber_put_int(&o, BER_INTEGER, v3->msg_id);
    ber_wrap(&o, BER_SEQUENCE, end);
    ber_put_int(&o, BER_INTEGER, SNMP_V3);
    ber_wrap(&o, BER_SEQUENCE, 0);
    if (!ber_done(&o, out))
        return false;
    return (v3->flags & SNMP_FLAG_AUTH) == 0 || mac(key, out->p, out->n, o.end - mac_at);
}

enum usm_open usm_open(const uint8_t *p, size_t n, const struct usm_key *key, uint8_t *scratch,
                       struct snmp_varbind *vb, size_t cap, struct snmp_msg *m)
{
    struct snmp_v3 *v3 = &m->v3;

    if ((v3->flags & SNMP_FLAG_AUTH) != 0) {
        uint8_t want[USM_MAC_MAX];
        size_t len = auths[key->auth].mac;

        if (key->auth == USM_AUTH_NONE || v3->auth.n != len)
            return USM_OPEN_WRONG_DIGEST;
        memcpy(scratch, p, n);
        memset(scratch + (v3->auth.p - p), 0, len);
        if (!mac(key, scratch, n, want) || CRYPTO_memcmp(want, v3->auth.p, len) != 0)
            return USM_OPEN_WRONG_DIGEST;
    }
    if ((v3->flags & SNMP_FLAG_PRIV) == 0)
        return USM_OPEN_OK;
    if (key->priv == USM_PRIV_NONE || v3->priv.n != 8 ||
        !aes_cfb(key, v3->boots, v3->time, v3->priv.p, false, v3->encrypted.p, v3->encrypted.n,
                 scratch))
        return USM_OPEN_DECRYPTION;
    /* a wrong privacy key gives noise: to the reader that is malformed plain text */
    return snmp_decode_scoped(scratch, v3->encrypted.n, vb, cap, m) ? USM_OPEN_OK
                                                                    : USM_OPEN_DECRYPTION;
}

/* 1.3.6.1.6.3.15.1.1.K.0 */
static const uint8_t stats[][10] = {
#define X(n, k, t) {0x2B, 6, 1, 6, 3, 15, 1, 1, k, 0},
    USM_STATS(X)
#undef X
};

struct hn_bytes usm_stat_oid(enum usm_stat s)
{
    HN_ASSERT(s >= 1 && s <= HN_ARRAY_LEN(stats));
    return (struct hn_bytes){.p = stats[s - 1], .n = sizeof(stats[0])};
}

const char *usm_stat_text(enum usm_stat s)
{
    switch (s) {
#define X(n, k, t)                                                                                 \
    case USM_STAT_##n: return t;
        USM_STATS(X)
#undef X
    case USM_STAT_NONE: break;
    }
    return HN_N("the device refuses the request");
}

bool usm_in_window(int32_t boots, int32_t time, int32_t msg_boots, int32_t msg_time)
{
    int64_t off = (int64_t)time - msg_time;

    return boots != INT32_MAX && msg_boots == boots && off <= USM_WINDOW_S && off >= -USM_WINDOW_S;
}

/* ---- client ---- */

void usm_forget(struct usm_engine *en)
{
    OPENSSL_cleanse(en, sizeof(*en));
}

bool usm_request(const struct usm_engine *en, const struct usm_secret *s,
                 const struct snmp_pdu *pdu, const char *context, int32_t msg_id, uint64_t salt,
                 struct hn_mono now, uint8_t *buf, size_t cap, struct hn_bytes *out)
{
    static const struct usm_key no_key;
    struct snmp_msg m = {.version = SNMP_V3};

    m.v3.msg_id = msg_id;
    m.v3.max_size = SNMP_PACKET_MAX;
    m.v3.flags = SNMP_FLAG_REPORTABLE;
    if (!en->is_known) { /* RFC 3414 section 4: an empty request of nobody's */
        m.pdu = (struct snmp_pdu){.type = SNMP_GET, .request_id = pdu->request_id};
        return usm_encode(&m, &no_key, 0, buf, cap, out);
    }
    if (s->auth != USM_AUTH_NONE)
        m.v3.flags |= SNMP_FLAG_AUTH;
    if (s->priv != USM_PRIV_NONE)
        m.v3.flags |= SNMP_FLAG_PRIV;
    m.v3.engine = m.v3.context_engine = (struct hn_bytes){.p = en->id, .n = en->n};
    m.v3.context = (struct hn_bytes){.p = (const uint8_t *)context, .n = strlen(context)};
    m.v3.user = (struct hn_bytes){.p = (const uint8_t *)s->user, .n = strlen(s->user)};
    m.v3.boots = en->boots;
    m.v3.time = (int32_t)HN_MIN((int64_t)en->time + (now.us - en->at.us) / 1000000, INT32_MAX);
    m.pdu = *pdu;
    return usm_encode(&m, &en->key, salt, buf, cap, out);
}

static void set_clock(struct usm_engine *en, const struct snmp_v3 *v3, struct hn_mono now,
                      bool authentic)
{
    en->boots = v3->boots;
    en->time = v3->time;
    en->at = now;
    if (authentic) {
        en->latest = v3->time;
        en->is_synced = true;
    }
}

/* RFC 3414 3.2 step 7 b. false: older than what we know. */
static bool take_clock(struct usm_engine *en, const struct snmp_v3 *v3, struct hn_mono now)
{
    if (!en->is_synced || v3->boots > en->boots ||
        (v3->boots == en->boots && v3->time > en->latest)) {
        set_clock(en, v3, now, true);
        return true;
    }
    return v3->boots == en->boots && v3->time >= en->latest - USM_WINDOW_S;
}

static bool adopt(struct usm_engine *en, const struct usm_secret *s, const struct snmp_v3 *v3,
                  struct hn_mono now)
{
    /* RFC 3411: 5 to 32 octets; some agents have shorter ones */
    if (v3->engine.n < 1 || v3->engine.n > USM_ENGINE_MAX)
        return false;
    usm_forget(en);
    memcpy(en->id, v3->engine.p, v3->engine.n);
    en->n = v3->engine.n;
    if (!usm_localize(s, v3->engine, &en->key))
        return false;
    set_clock(en, v3, now, false);
    en->is_known = true;
    return true;
}

static enum usm_stat stat_of(const struct snmp_pdu *pdu)
{
    for (size_t i = 0; i < pdu->n; i++)
        for (size_t k = 0; k < HN_ARRAY_LEN(stats); k++)
            if (pdu->vb[i].oid.n == sizeof(stats[k]) &&
                memcmp(pdu->vb[i].oid.p, stats[k], sizeof(stats[k])) == 0)
                return (enum usm_stat)(k + 1);
    return USM_STAT_NONE;
}

static enum usm_verdict take_report(struct usm_engine *en, const struct usm_secret *s,
                                    const struct snmp_msg *m, bool authentic, struct hn_mono now,
                                    enum usm_stat *why)
{
    enum usm_stat stat = stat_of(&m->pdu);

    *why = stat;
    switch (stat) {
    case USM_STAT_UNKNOWN_ENGINE:
        if (en->is_known && m->v3.engine.n == en->n && memcmp(m->v3.engine.p, en->id, en->n) == 0)
            return USM_IGNORE; /* it does not know the engine that it names */
        return adopt(en, s, &m->v3, now) ? USM_AGAIN : USM_IGNORE;
    case USM_STAT_NOT_IN_WINDOW:
        /* only an authentic one may set the clock, else anybody could silence a device */
        if (!en->is_known || !authentic)
            return USM_IGNORE;
        return take_clock(en, &m->v3, now) ? USM_AGAIN : USM_IGNORE;
    case USM_STAT_UNSUPPORTED_LEVEL:
    case USM_STAT_UNKNOWN_USER:
    case USM_STAT_WRONG_DIGEST:
    case USM_STAT_DECRYPTION: return en->is_known ? USM_REFUSED : USM_IGNORE;
    case USM_STAT_NONE: break;
    }
    return USM_IGNORE;
}

enum usm_verdict usm_reply(struct usm_engine *en, const struct usm_secret *s, const uint8_t *p,
                           size_t n, uint8_t *scratch, struct snmp_varbind *vb, size_t cap,
                           struct hn_mono now, struct snmp_msg *m, enum usm_stat *why)
{
    bool authentic = false;
    bool same =
        en->is_known && m->v3.engine.n == en->n && memcmp(m->v3.engine.p, en->id, en->n) == 0;

    *why = USM_STAT_NONE;
    if ((m->v3.flags & SNMP_FLAG_AUTH) != 0) {
        if (!same || m->v3.user.n != strlen(s->user) ||
            memcmp(m->v3.user.p, s->user, m->v3.user.n) != 0 ||
            usm_open(p, n, &en->key, scratch, vb, cap, m) != USM_OPEN_OK)
            return USM_IGNORE;
        authentic = true;
    }
    if (m->pdu.type == SNMP_REPORT)
        return take_report(en, s, m, authentic, now, why);
    /* an answer must come at the level of the request (RFC 3412 7.2 step 13) */
    if (m->pdu.type != SNMP_RESPONSE || !same || authentic != (s->auth != USM_AUTH_NONE) ||
        ((m->v3.flags & SNMP_FLAG_PRIV) != 0) != (s->priv != USM_PRIV_NONE))
        return USM_IGNORE;
    if (authentic && !take_clock(en, &m->v3, now))
        return USM_IGNORE;
    return USM_ANSWER;
}
