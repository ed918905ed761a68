/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h — TLS of the listeners (GnuTLS, spoken by libmicrohttpd): TLS 1.2 and 1.3 only, the cipher
 * suites of the CRYPTREC list with forward secrecy, one certificate with its key a listener.
 *
 * The certificate is read from files and may be changed under way: http_tls_reload() takes a new
 * pair from the next handshake on; connections that are open keep what they have. A pair that does
 * not fit together (half of it written yet) changes nothing.
 *
 * With `trust` the listener also asks for a client certificate. A client without one is let in:
 * what it may do is the routes' matter (struct http_peer).
 */
#ifndef HN_HTTP_TLS_H
#define HN_HTTP_TLS_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"

struct http_tls;

/* GnuTLS's words for what both listeners take. */
extern const char http_tls_priorities[];

/* cert: PEM, the server's certificate first, then those that lead to its root. key: PEM, without
 * a password. trust: PEM of the authorities of client certificates, or NULL. Paths are borrowed. */
HN_MUST_USE enum hn_code http_tls_new(const char *cert, const char *key, const char *trust,
                                      struct http_tls **out, struct hn_err *e);
void http_tls_free(struct http_tls *t);
/* Looks at the files; *changed: a new pair is in force. On an error the old one stays. From one
 * thread. */
HN_MUST_USE enum hn_code http_tls_reload(struct http_tls *t, bool *changed, struct hn_err *e);
/* The same, logged. For timers: an unchanged file costs a stat(), a bad one is told once. */
void http_tls_watch(struct http_tls *t);
const char *http_tls_trust(const struct http_tls *t); /* PEM text, NULL */

/* The other side's certificate. */
struct http_peer {
    bool shown;      /* there was one, and its owner has its key */
    bool trusted;    /* its authority is one of ours, it is in time and is for clients */
    char sha256[65]; /* fingerprint of its DER form, lower case; "" without one */
    const char *why; /* shown and not trusted: one line */
};
/* session: gnutls_session_t of an established connection whose listener has `trust`. */
void http_tls_peer(void *session, struct hn_arena *a, struct http_peer *out);

/* mhd.c: the pair in force for one handshake, as gnutls_certificate_retrieve_function2 gives it. */
int http_tls_retrieve(const struct http_tls *t, void *pcert, unsigned *n, void *key);

#endif
