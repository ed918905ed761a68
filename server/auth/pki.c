/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/pki_int.h"

#include "server/base/parse.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define CERTS_MAX 16

PKI_FREE(X509_REQ, X509_REQ_free)
PKI_FREE(X509_NAME, X509_NAME_free)
#define PKI_X509_REQ HN_CLEANUP(pki_free_X509_REQ) X509_REQ *
#define PKI_X509_NAME HN_CLEANUP(pki_free_X509_NAME) X509_NAME *

enum hn_code pki_fail(struct hn_err *e, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

    ERR_clear_error();
    (void)hn_fail(e, HN_E_INTERNAL, "a certificate cannot be made");
    return hn_ctx(e, "%s: %s", what, reason == NULL ? "OpenSSL" : reason);
}

static enum hn_code refuse(struct hn_err *e, const char *what)
{
    ERR_clear_error();
    return hn_fail(e, HN_E_INVALID, "%s", what);
}

static BIO *reader(const char *pem)
{
    size_t n = strnlen(pem, PKI_PEM_MAX + 1);
    BIO *b;

    if (n == 0 || n > PKI_PEM_MAX)
        return NULL;
    b = BIO_new_mem_buf(pem, (int)n);
    if (b == NULL)
        abort();
    return b;
}

const char *pki_text_of(BIO *b, struct hn_arena *a)
{
    char *p = NULL;
    long n = BIO_get_mem_data(b, &p);

    return hn_arena_strndup(a, n > 0 ? p : "", n > 0 ? (size_t)n : 0);
}

static const char *hex(const unsigned char *p, size_t n, struct hn_arena *a)
{
    char *out = hn_arena_alloc(a, 2 * n + 1);

    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", p[i]);
    return out;
}

/* ---- keys ---- */

enum hn_code pki_key_new(struct hn_arena *a, const char **pem, struct hn_err *e)
{
    PKI_KEY key = EVP_EC_gen("P-256");
    PKI_BIO out = BIO_new(BIO_s_mem());

    if (key == NULL || out == NULL ||
        PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) != 1)
        return pki_fail(e, "make a key");
    *pem = pki_text_of(out, a);
    return HN_OK;
}

static int no_password(char *buf, int size, int rw, void *ctx)
{
    (void)buf;
    (void)size;
    (void)rw;
    (void)ctx;
    return -1;
}

EVP_PKEY *pki_key_read(const char *pem)
{
    PKI_BIO in = reader(pem);
    EVP_PKEY *key = in == NULL ? NULL : PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);

    ERR_clear_error();
    return key;
}

static const char *key_hash(const EVP_PKEY *key, struct hn_arena *a)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned char *der = NULL;
    unsigned n = 0;
    int len = i2d_PUBKEY(key, &der);
    bool ok = len > 0 && EVP_Digest(der, (size_t)len, hash, &n, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    return ok ? hex(hash, n, a) : "";
}

/* Kinds that CRYPTREC's list knows and that cost us little to check. */
static bool key_is_good(EVP_PKEY *key)
{
    char group[64] = "";
    size_t n = 0;

    if (EVP_PKEY_is_a(key, "RSA"))
        return EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 4096;
    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group, sizeof(group), &n) == 1 &&
           (hn_streq(group, "prime256v1") || hn_streq(group, "secp384r1"));
}

/* ---- requests ---- */

enum hn_code pki_request_new(const char *key_pem, const char *name, struct hn_arena *a,
                             const char **pem, struct hn_err *e)
{
    PKI_KEY key = pki_key_read(key_pem);
    PKI_X509_REQ req = X509_REQ_new();
    PKI_X509_NAME subject = X509_NAME_new();
    PKI_BIO out = BIO_new(BIO_s_mem());

    if (key == NULL)
        return refuse(e, "the private key cannot be read");
    if (req == NULL || subject == NULL || out == NULL || X509_REQ_set_version(req, 0) != 1 ||
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
                                   -1, 0) != 1 ||
        X509_REQ_set_subject_name(req, subject) != 1 || X509_REQ_set_pubkey(req, key) != 1 ||
        X509_REQ_sign(req, key, EVP_sha256()) == 0 || PEM_write_bio_X509_REQ(out, req) != 1)
        return pki_fail(e, "make a request");
    *pem = pki_text_of(out, a);
    return HN_OK;
}

/* Up-ref'd: free it. NULL: refused. */
EVP_PKEY *pki_request_key(const char *pem)
{
    PKI_BIO in = reader(pem);
    PKI_X509_REQ req = in == NULL ? NULL : PEM_read_bio_X509_REQ(in, NULL, no_password, NULL);
    PKI_KEY key = req == NULL ? NULL : X509_REQ_get_pubkey(req);
    EVP_PKEY *out = NULL;

    if (key != NULL && key_is_good(key) && X509_REQ_verify(req, key) == 1) {
        out = key;
        key = NULL;
    }
    ERR_clear_error();
    return out;
}

enum hn_code pki_request_read(const char *pem, struct hn_arena *a, const char **key_sha256,
                              struct hn_err *e)
{
    PKI_KEY key = pki_request_key(pem);

    if (key == NULL)
        return hn_fail_field(e, "request",
                             "is not a certificate request (PKCS #10, PEM) with a key on P-256 or "
                             "P-384, or RSA of 2048 to 4096 bits");
    *key_sha256 = key_hash(key, a);
    return HN_OK;
}

/* ---- certificates ---- */

static hn_instant instant_of(const ASN1_TIME *t)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(t, &tm) != 1)
        return HN_UNSET;
    return hn_days_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * HN_DAY +
           tm.tm_hour * HN_HOUR + tm.tm_min * HN_MIN_SPAN + tm.tm_sec * HN_SEC;
}

static const char *common_name(const X509 *x, struct hn_arena *a)
{
    const X509_NAME *subject = X509_get_subject_name(x);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    unsigned char *text = NULL;
    const char *out = "";
    int n;

    if (at < 0)
        return "";
    n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (n > 0 && n <= 200 && hn_utf8_valid((const char *)text, (size_t)n))
        out = hn_arena_strndup(a, (const char *)text, (size_t)n);
    OPENSSL_free(text);
    return out;
}

enum hn_code pki_describe(X509 *x, struct hn_arena *a, struct pki_cert *out, struct hn_err *e)
{
    PKI_BIO pem = BIO_new(BIO_s_mem());
    unsigned char hash[EVP_MAX_MD_SIZE];
    EVP_PKEY *key = X509_get0_pubkey(x);
    unsigned n = 0;

    if (pem == NULL || key == NULL || PEM_write_bio_X509(pem, x) != 1 ||
        X509_digest(x, EVP_sha256(), hash, &n) != 1)
        return refuse(e, "the certificate cannot be read");
    *out = (struct pki_cert){.pem = pki_text_of(pem, a),
                             .sha256 = hex(hash, n, a),
                             .key_sha256 = key_hash(key, a),
                             .name = common_name(x, a),
                             .not_before = instant_of(X509_get0_notBefore(x)),
                             .not_after = instant_of(X509_get0_notAfter(x))};
    return HN_OK;
}

enum hn_code pki_certs_read(const char *pem, struct hn_arena *a, struct pki_cert **out, size_t *n,
                            struct hn_err *e)
{
    PKI_BIO in = reader(pem);
    size_t k = 0;

    *out = hn_arena_make(a, struct pki_cert, CERTS_MAX);
    while (in != NULL && k < CERTS_MAX) {
        PKI_X509 x = PEM_read_bio_X509(in, NULL, no_password, NULL);

        if (x == NULL)
            break;
        if (pki_describe(x, a, &(*out)[k], e) != HN_OK)
            return e->code;
        k++;
    }
    ERR_clear_error();
    if (k == 0)
        return refuse(e, "there is no certificate in it (PEM)");
    *n = k;
    return HN_OK;
}

enum hn_code pki_cert_read(const char *pem, struct hn_arena *a, struct pki_cert *out,
                           struct hn_err *e)
{
    struct pki_cert *v;
    size_t n;

    if (pki_certs_read(pem, a, &v, &n, e) != HN_OK)
        return e->code;
    *out = v[0];
    return HN_OK;
}

X509 *pki_x509_read(const char *pem)
{
    PKI_BIO in = reader(pem);
    X509 *x = in == NULL ? NULL : PEM_read_bio_X509(in, NULL, no_password, NULL);

    ERR_clear_error();
    return x;
}

bool pki_cert_has_key(const char *cert_pem, const char *key_pem)
{
    PKI_X509 x = pki_x509_read(cert_pem);
    PKI_KEY key = pki_key_read(key_pem);
    bool ok = x != NULL && key != NULL && X509_check_private_key(x, key) == 1;

    ERR_clear_error();
    return ok;
}

bool pki_cert_covers(const char *pem, const struct hn_texts *names)
{
    PKI_X509 x = pki_x509_read(pem);
    bool ok = x != NULL;

    for (size_t i = 0; i < names->n && ok; i++)
        ok = hn_is_address(names->v[i]) ? X509_check_ip_asc(x, names->v[i], 0) == 1
                                        : X509_check_host(x, names->v[i], 0, 0, NULL) == 1;
    ERR_clear_error();
    return ok;
}
