/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h — HTTP and HTTPS checks through curl's multi interface on the probe's loop.
 *
 * A new connection each time, so that every phase is measured. Series (ms): dns, connect, tls,
 * first_byte, total; status (the code), size (octets of the body), certificate_days (until the
 * server's certificate ends). Proxies of the environment are not used. A redirect is followed at
 * most five times, to http and https only. The body is read up to 1 MiB.
 */
#ifndef PROBES_HTTP_H
#define PROBES_HTTP_H

#include "probes/sched.h"

struct http_probe;

HN_MUST_USE enum hn_code http_probe_attach(struct sched *s, struct http_probe **out,
                                           struct hn_err *e);
void http_probe_free(struct http_probe *h); /* after sched_free() */

/* "Nov 22 10:00:00 2027 GMT" (as a certificate's end is written) to an instant; false: not that. */
HN_MUST_USE bool http_cert_time(const char *text, hn_instant *out);

#endif
