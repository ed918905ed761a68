/* SPDX-License-Identifier: Apache-2.0 */
/* The authority: made once, then it issues. */
#include "server/auth/pki_int.h"

#include "server/base/file.h"
#include "server/base/parse.h"
#include "server/base/sbuf.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#define CA_LIFE (20 * 365 * HN_DAY)
#define SERIAL_BYTES 16

struct pki_ca {
    struct hn_arena *arena;
    X509 *x;
    EVP_PKEY *key; /* only read: signing from several threads is fine */
    struct pki_cert cert;
};

/* ---- the parts of a certificate ---- */

static bool set_time(ASN1_TIME *t, hn_instant at)
{
    return ASN1_TIME_adj(t, (time_t)(at / HN_SEC), 0, 0) != NULL;
}

static bool set_serial(X509 *x)
{
    unsigned char raw[SERIAL_BYTES];
    BIGNUM *n;
    bool ok;

    if (RAND_bytes(raw, sizeof(raw)) != 1)
        return false;
    raw[0] = (unsigned char)((raw[0] & 0x7f) | 0x40); /* positive, of one length */
    n = BN_bin2bn(raw, sizeof(raw), NULL);
    ok = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
    BN_free(n);
    return ok;
}

static bool extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext;
    bool ok;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ok = ext != NULL && X509_add_ext(x, ext, -1) == 1;
    X509_EXTENSION_free(ext);
    return ok;
}

static bool set_subject(X509 *x, const char *name)
{
    X509_NAME *subject = X509_NAME_new();
    bool ok = subject != NULL &&
              X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
                                         (const unsigned char *)"hinomi", -1, -1, 0) == 1 &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                         -1, -1, 0) == 1 &&
              X509_set_subject_name(x, subject) == 1;

    X509_NAME_free(subject);
    return ok;
}

/* Everything but what tells the kinds apart, and the signature. Free it. */
static X509 *begin_cert(EVP_PKEY *key, const char *name, hn_instant from, hn_instant to)
{
    X509 *x = X509_new();

    if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
        set_subject(x, name) && set_time(X509_getm_notBefore(x), from) &&
        set_time(X509_getm_notAfter(x), to) && X509_set_pubkey(x, key) == 1)
        return x;
    X509_free(x);
    return NULL;
}

static enum hn_code finish(struct pki_ca *ca, X509 *x, const char *usage, struct hn_arena *a,
                           struct pki_cert *out, struct hn_err *e)
{
    if (X509_set_issuer_name(x, X509_get_subject_name(ca->x)) != 1 ||
        !extend(x, ca->x, NID_basic_constraints, "critical,CA:FALSE") ||
        !extend(x, ca->x, NID_key_usage, "critical,digitalSignature") ||
        !extend(x, ca->x, NID_ext_key_usage, usage) ||
        !extend(x, ca->x, NID_subject_key_identifier, "hash") ||
        !extend(x, ca->x, NID_authority_key_identifier, "keyid:always") ||
        X509_sign(x, ca->key, EVP_sha256()) == 0)
        return pki_fail(e, "issue");
    return pki_describe(x, a, out, e);
}

enum hn_code pki_ca_client(struct pki_ca *ca, const char *request, const char *name,
                           hn_instant from, hn_instant to, struct hn_arena *a, struct pki_cert *out,
                           struct hn_err *e)
{
    PKI_KEY key = pki_request_key(request);
    PKI_X509 x = key == NULL ? NULL : begin_cert(key, name, from, to);

    if (key == NULL)
        return hn_fail_field(e, "request", "is not a certificate request");
    if (x == NULL)
        return pki_fail(e, "client certificate");
    return finish(ca, x, "clientAuth", a, out, e);
}

/* "DNS:a.example,IP:10.0.0.1". Only letters of names and addresses get into OpenSSL's notation. */
static enum hn_code alternative_names(const struct hn_texts *names, struct hn_arena *a,
                                      const char **out, struct hn_err *e)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, 8192);
    for (size_t i = 0; i < names->n; i++) {
        const char *s = names->v[i];
        size_t n = strlen(s);

        if (n == 0 || n > 253 ||
            strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:") != n ||
            (strchr(s, ':') != NULL && !hn_is_address(s)))
            return hn_fail(e, HN_E_INVALID, "satellite_names: %s is neither a name nor an address",
                           s);
        hn_sbuf_fmt(&b, "%s%s:%s", b.n == 0 ? "" : ",", hn_is_address(s) ? "IP" : "DNS", s);
    }
    return hn_sbuf_done(&b, out, e);
}

enum hn_code pki_ca_server(struct pki_ca *ca, const char *key_pem, const struct hn_texts *names,
                           hn_instant from, hn_instant to, struct hn_arena *a, struct pki_cert *out,
                           struct hn_err *e)
{
    PKI_KEY key = pki_key_read(key_pem);
    PKI_X509 x = key == NULL ? NULL : begin_cert(key, "satellite door", from, to);
    const char *san;

    if (alternative_names(names, a, &san, e) != HN_OK)
        return e->code;
    if (x == NULL || !extend(x, ca->x, NID_subject_alt_name, san))
        return pki_fail(e, "server certificate");
    return finish(ca, x, "serverAuth", a, out, e);
}

/* ---- the authority itself ---- */

static enum hn_code make(const char *cert_path, const char *key_path, const char *name,
                         hn_instant now, struct hn_arena *a, struct hn_err *e)
{
    const char *key_pem;
    struct pki_cert cert;

    if (pki_key_new(a, &key_pem, e) != HN_OK)
        return e->code;

    PKI_KEY key = pki_key_read(key_pem);
    PKI_X509 x = begin_cert(key, name, now - PKI_BACKDATE, hn_add(now, CA_LIFE));

    if (x == NULL || X509_set_issuer_name(x, X509_get_subject_name(x)) != 1 ||
        !extend(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !extend(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !extend(x, x, NID_subject_key_identifier, "hash") || X509_sign(x, key, EVP_sha256()) == 0)
        return pki_fail(e, "make the authority");
    /* the key first: a certificate without its key would stand in the way */
    if (pki_describe(x, a, &cert, e) != HN_OK ||
        hn_file_put(key_path, 0600, key_pem, strlen(key_pem), e) != HN_OK)
        return e->code;
    return hn_file_put(cert_path, 0644, cert.pem, strlen(cert.pem), e);
}

static enum hn_code load(const char *cert_path, const char *key_path, struct pki_ca *ca,
                         struct hn_err *e)
{
    const char *cert, *key;

    if (hn_file_read(cert_path, PKI_PEM_MAX, ca->arena, &cert, NULL, e) != HN_OK ||
        hn_file_read(key_path, PKI_PEM_MAX, ca->arena, &key, NULL, e) != HN_OK)
        return e->code;
    ca->x = pki_x509_read(cert);
    ca->key = pki_key_read(key);
    if (ca->x == NULL || ca->key == NULL || X509_check_private_key(ca->x, ca->key) != 1) {
        ERR_clear_error();
        return hn_fail(e, HN_E_INVALID, "%s is not the key of %s", key_path, cert_path);
    }
    return pki_describe(ca->x, ca->arena, &ca->cert, e);
}

enum hn_code pki_ca_open(const char *cert_path, const char *key_path, const char *name,
                         hn_instant now, struct pki_ca **out, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    HN_FILE_LOCK lock = -1;
    struct pki_ca *ca;

    if (hn_file_lock(hn_arena_fmt(a, "%s.lock", key_path), &lock, e) != HN_OK)
        return hn_ctx(e, "authority");
    if (access(cert_path, F_OK) != 0 && access(key_path, F_OK) != 0 &&
        make(cert_path, key_path, name, now, a, e) != HN_OK)
        return e->code;
    ca = calloc(1, sizeof(*ca));
    if (ca == NULL)
        abort();
    ca->arena = hn_arena_new();
    if (load(cert_path, key_path, ca, e) != HN_OK) {
        pki_ca_free(ca);
        return hn_ctx(e, "authority");
    }
    *out = ca;
    return HN_OK;
}

void pki_ca_free(struct pki_ca *ca)
{
    if (ca == NULL)
        return;
    X509_free(ca->x);
    EVP_PKEY_free(ca->key);
    hn_arena_free(ca->arena);
    free(ca);
}

const struct pki_cert *pki_ca_cert(const struct pki_ca *ca)
{
    return &ca->cert;
}

bool pki_ca_issued(const struct pki_ca *ca, const char *cert_pem)
{
    PKI_X509 x = pki_x509_read(cert_pem);
    bool ok = x != NULL && X509_verify(x, ca->key) == 1;

    ERR_clear_error();
    return ok;
}
