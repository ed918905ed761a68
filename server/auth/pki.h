/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pki.h — X.509 for satellites: keys, requests, and an authority of our own (OpenSSL).
 *
 * The authority is a certificate and its key in two files; whoever has the key can make satellites,
 * so it lies outside the database and only its owner may read it. It issues two kinds: for the
 * satellites' door (server authentication, with the names by which it is called) and for satellites
 * (client authentication, the satellite's name): one kind is refused in the other's place. Keys are
 * ECDSA on P-256. Times are backdated by two days, so that a machine whose clock is a little behind
 * takes them.
 *
 * Everything that is parsed here may come from a stranger: it is bounded, and what is not as it
 * should be is HN_E_INVALID.
 */
#ifndef HN_PKI_H
#define HN_PKI_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"

#define PKI_PEM_MAX ((size_t)16 * 1024)
#define PKI_BACKDATE (2 * HN_DAY)

struct pki_ca;

struct pki_cert {
    const char *pem;
    const char *sha256;     /* of the DER form, lower case hex */
    const char *key_sha256; /* of the public key (SubjectPublicKeyInfo) */
    const char *name;       /* the subject's common name; "" where it has none */
    hn_instant not_before, not_after;
};

/* PEM of a new private key (PKCS #8). */
HN_MUST_USE enum hn_code pki_key_new(struct hn_arena *a, const char **pem, struct hn_err *e);
/* PEM of a certificate request (PKCS #10) signed with it. */
HN_MUST_USE enum hn_code pki_request_new(const char *key_pem, const char *name, struct hn_arena *a,
                                         const char **pem, struct hn_err *e);
/* A stranger's request: signed with its own key, which is of a kind that we take. Gives the hash of
 * the public key. The names in it mean nothing. */
HN_MUST_USE enum hn_code pki_request_read(const char *pem, struct hn_arena *a,
                                          const char **key_sha256, struct hn_err *e);
/* The first certificate of a PEM text. */
HN_MUST_USE enum hn_code pki_cert_read(const char *pem, struct hn_arena *a, struct pki_cert *out,
                                       struct hn_err *e);
/* All certificates of a PEM text; at most 16. */
HN_MUST_USE enum hn_code pki_certs_read(const char *pem, struct hn_arena *a, struct pki_cert **out,
                                        size_t *n, struct hn_err *e);
bool pki_cert_has_key(const char *cert_pem, const char *key_pem);

/* Opens the authority; makes it where both files are missing (`name` stands in its certificate).
 * Several processes may do so at once. */
HN_MUST_USE enum hn_code pki_ca_open(const char *cert_path, const char *key_path, const char *name,
                                     hn_instant now, struct pki_ca **out, struct hn_err *e);
void pki_ca_free(struct pki_ca *ca);
const struct pki_cert *pki_ca_cert(const struct pki_ca *ca);
bool pki_ca_issued(const struct pki_ca *ca, const char *cert_pem);

/* For a satellite: by its request, which is checked again. Any thread. */
HN_MUST_USE enum hn_code pki_ca_client(struct pki_ca *ca, const char *request, const char *name,
                                       hn_instant from, hn_instant to, struct hn_arena *a,
                                       struct pki_cert *out, struct hn_err *e);
/* For the door: names are host names and addresses. */
HN_MUST_USE enum hn_code pki_ca_server(struct pki_ca *ca, const char *key_pem,
                                       const struct hn_texts *names, hn_instant from, hn_instant to,
                                       struct hn_arena *a, struct pki_cert *out, struct hn_err *e);
/* Is each of the names one that the certificate stands for? */
bool pki_cert_covers(const char *pem, const struct hn_texts *names);

#endif
