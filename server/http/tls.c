/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/tls.h"

#include "server/base/log.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PEM_MAX ((size_t)256 * 1024)
#define CHAIN_MAX 8

/* CRYPTREC's guideline for TLS ("recommended"): 1.2 and 1.3, ephemeral ECDH, AEAD ciphers, no
 * SHA-1, no RSA key exchange, no CBC. */
const char http_tls_priorities[] =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+AES-256-GCM:"
    "+CHACHA20-POLY1305:+AES-128-CCM:+AES-256-CCM:+AEAD:+GROUP-SECP256R1:+GROUP-SECP384R1:"
    "+GROUP-SECP521R1:+GROUP-X25519:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:"
    "+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512:"
    "+SIGN-EDDSA-ED25519:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:"
    "+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512:"
    "+CTYPE-X509:+COMP-NULL:%SERVER_PRECEDENCE:%SAFE_RENEGOTIATION";

/* A pair that is or was in force. A handshake that runs may hold an old one: they go with the
 * listener, and there are as many as the certificate was changed. */
struct pair {
    gnutls_pcert_st cert[CHAIN_MAX];
    unsigned n;
    gnutls_privkey_t key;
    struct pair *older;
};

struct file {
    const char *path;
    struct stat seen;
};

struct http_tls {
    struct file cert, key;
    char *trust;
    _Atomic(struct pair *) now; /* written by who reloads, read by the I/O thread */
    bool told_bad;
};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* malloc'd, NUL-terminated. *seen: as it was before it was read. */
static enum hn_code read_file(const char *path, struct stat *seen, char **out, size_t *n,
                              struct hn_err *e)
{
    FILE *f = fopen(path, "re");
    char *text;

    if (f == NULL)
        return hn_fail(e, HN_E_IO, "cannot open %s: %s", path, strerror(errno));
    text = malloc(PEM_MAX + 1);
    if (text == NULL)
        abort();
    *n = fstat(fileno(f), seen) == 0 ? fread(text, 1, PEM_MAX + 1, f) : 0;
    if (ferror(f) || *n == 0 || *n > PEM_MAX) {
        (void)fclose(f); /* it was only read */
        free(text);
        return hn_fail(e, HN_E_IO, "%s is empty, too large or cannot be read", path);
    }
    (void)fclose(f);
    text[*n] = '\0';
    *out = text;
    return HN_OK;
}

static void pair_free(struct pair *p)
{
    for (unsigned i = 0; i < p->n; i++)
        gnutls_pcert_deinit(&p->cert[i]);
    if (p->key != NULL)
        gnutls_privkey_deinit(p->key);
    free(p);
}

static bool key_fits(struct pair *p)
{
    unsigned char a[64], b[64];
    size_t na = sizeof(a), nb = sizeof(b);
    gnutls_pubkey_t of_key;
    bool ok;

    if (gnutls_pubkey_init(&of_key) < 0)
        return false;
    ok = gnutls_pubkey_import_privkey(of_key, p->key, 0, 0) >= 0 &&
         gnutls_pubkey_get_key_id(of_key, GNUTLS_KEYID_USE_SHA256, a, &na) >= 0 &&
         gnutls_pubkey_get_key_id(p->cert[0].pubkey, GNUTLS_KEYID_USE_SHA256, b, &nb) >= 0 &&
         na == nb && memcmp(a, b, na) == 0;
    gnutls_pubkey_deinit(of_key);
    return ok;
}

static enum hn_code pair_parse(struct http_tls *t, const gnutls_datum_t *cert,
                               const gnutls_datum_t *key, struct pair **out, struct hn_err *e)
{
    struct pair *p = calloc(1, sizeof(*p));
    int r;

    if (p == NULL)
        abort();
    p->n = CHAIN_MAX;
    r = gnutls_pcert_list_import_x509_raw(p->cert, &p->n, cert, GNUTLS_X509_FMT_PEM,
                                          GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (r < 0 || p->n == 0) {
        p->n = 0;
        (void)hn_fail(e, HN_E_INVALID, "%s is not a chain of certificates: %s", t->cert.path,
                      gnutls_strerror(r));
    } else if (gnutls_privkey_init(&p->key) < 0 ||
               (r = gnutls_privkey_import_x509_raw(p->key, key, GNUTLS_X509_FMT_PEM, NULL, 0)) <
                   0) {
        (void)hn_fail(e, HN_E_INVALID, "%s is not a private key: %s", t->key.path,
                      gnutls_strerror(r));
    } else if (!key_fits(p)) {
        (void)hn_fail(e, HN_E_INVALID, "%s is not the key of %s", t->key.path, t->cert.path);
    } else {
        *out = p;
        return HN_OK;
    }
    pair_free(p);
    return e->code;
}

static enum hn_code load(struct http_tls *t, struct hn_err *e)
{
    char *cert = NULL, *key = NULL;
    struct pair *p = NULL;
    size_t n_cert, n_key;

    if (read_file(t->cert.path, &t->cert.seen, &cert, &n_cert, e) == HN_OK &&
        read_file(t->key.path, &t->key.seen, &key, &n_key, e) == HN_OK) {
        gnutls_datum_t c = {(unsigned char *)cert, (unsigned)n_cert};
        gnutls_datum_t k = {(unsigned char *)key, (unsigned)n_key};

        if (pair_parse(t, &c, &k, &p, e) == HN_OK) {
            p->older = atomic_load(&t->now);
            atomic_store(&t->now, p);
        }
        gnutls_memset(key, 0, n_key);
    }
    free(cert);
    free(key);
    return p == NULL ? e->code : HN_OK;
}

enum hn_code http_tls_new(const char *cert, const char *key, const char *trust,
                          struct http_tls **out, struct hn_err *e)
{
    struct http_tls *t = calloc(1, sizeof(*t));
    struct stat unused;
    size_t n;

    if (t == NULL)
        abort();
    t->cert.path = cert;
    t->key.path = key;
    if (load(t, e) != HN_OK ||
        (trust != NULL && read_file(trust, &unused, &t->trust, &n, e) != HN_OK)) {
        http_tls_free(t);
        return e->code;
    }
    *out = t;
    return HN_OK;
}

void http_tls_free(struct http_tls *t)
{
    struct pair *p;

    if (t == NULL)
        return;
    p = atomic_load(&t->now);
    while (p != NULL) {
        struct pair *older = p->older;

        pair_free(p);
        p = older;
    }
    free(t->trust);
    free(t);
}

enum hn_code http_tls_reload(struct http_tls *t, bool *changed, struct hn_err *e)
{
    struct stat cert, key;

    *changed = false;
    if (stat(t->cert.path, &cert) != 0 || stat(t->key.path, &key) != 0)
        return hn_fail(e, HN_E_IO, "cannot look at %s and %s: %s", t->cert.path, t->key.path,
                       strerror(errno));
    if (same_file(&cert, &t->cert.seen) && same_file(&key, &t->key.seen))
        return HN_OK;
    if (load(t, e) != HN_OK)
        return e->code;
    *changed = true;
    return HN_OK;
}

void http_tls_watch(struct http_tls *t)
{
    struct hn_err e = {0};
    bool changed = false;

    if (http_tls_reload(t, &changed, &e) != HN_OK) {
        if (!t->told_bad)
            hn_log_err(HN_WARN, "the certificate stays as it was", &e);
        t->told_bad = true;
        return;
    }
    t->told_bad = false;
    if (changed)
        hn_log(HN_INFO, "the certificate in %s is in force", t->cert.path);
}

const char *http_tls_trust(const struct http_tls *t)
{
    return t->trust;
}

int http_tls_retrieve(const struct http_tls *t, void *pcert, unsigned *n, void *key)
{
    struct pair *p = atomic_load(&t->now);

    *(gnutls_pcert_st **)pcert = p->cert;
    *n = p->n;
    *(gnutls_privkey_t *)key = p->key;
    return 0;
}

/* ---- the other side ---- */

static const char *why_not(struct hn_arena *a, gnutls_session_t s, unsigned status)
{
    gnutls_datum_t text;
    const char *out = "the certificate is not trusted";

    if (gnutls_certificate_verification_status_print(status, gnutls_certificate_type_get(s), &text,
                                                     0) >= 0) {
        out = hn_arena_strdup(a, (const char *)text.data);
        gnutls_free(text.data);
    }
    return out;
}

void http_tls_peer(void *session, struct hn_arena *a, struct http_peer *out)
{
    char oid[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st want = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)oid};
    gnutls_session_t s = session;
    const gnutls_datum_t *cert;
    unsigned char hash[32];
    size_t size = sizeof(hash);
    unsigned n = 0, status = 0;

    *out = (struct http_peer){.why = ""};
    cert = gnutls_certificate_get_peers(s, &n);
    if (cert == NULL || n == 0 || gnutls_fingerprint(GNUTLS_DIG_SHA256, &cert[0], hash, &size) < 0)
        return;
    out->shown = true;
    for (size_t i = 0; i < sizeof(hash); i++)
        (void)snprintf(out->sha256 + 2 * i, 3, "%02x", hash[i]);
    if (gnutls_certificate_verify_peers(s, &want, 1, &status) < 0)
        out->why = "the certificate cannot be examined";
    else if (status != 0)
        out->why = why_not(a, s, status);
    else
        out->trusted = true;
}
