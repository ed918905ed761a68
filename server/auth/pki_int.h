/* SPDX-License-Identifier: Apache-2.0 */
/* pki_int.h — OpenSSL's objects as pki.c and pki_ca.c share them. */
#ifndef HN_PKI_INT_H
#define HN_PKI_INT_H

#include "server/auth/pki.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* PKI_X509 x = …: freed where x goes out of scope. */
#define PKI_FREE(T, fn)                                                                            \
    static inline void pki_free_##T(T **p)                                                         \
    {                                                                                              \
        fn(*p);                                                                                    \
    }
PKI_FREE(BIO, BIO_free_all)
PKI_FREE(EVP_PKEY, EVP_PKEY_free)
PKI_FREE(X509, X509_free)
#define PKI_BIO HN_CLEANUP(pki_free_BIO) BIO *
#define PKI_KEY HN_CLEANUP(pki_free_EVP_PKEY) EVP_PKEY *
#define PKI_X509 HN_CLEANUP(pki_free_X509) X509 *

enum hn_code pki_fail(struct hn_err *e, const char *what); /* with OpenSSL's reason */
const char *pki_text_of(BIO *b, struct hn_arena *a);
/* NULL: it is none. The caller frees. */
EVP_PKEY *pki_key_read(const char *pem);
EVP_PKEY *pki_request_key(const char *pem);
X509 *pki_x509_read(const char *pem);
HN_MUST_USE enum hn_code pki_describe(X509 *x, struct hn_arena *a, struct pki_cert *out,
                                      struct hn_err *e);

#endif
