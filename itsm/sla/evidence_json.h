/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_json.h — the figures of the evidence export, and its digests. */
#ifndef ITSM_EVIDENCE_JSON_H
#define ITSM_EVIDENCE_JSON_H

#include "itsm/sla/sla.h"

void evidence_json_figures(struct hn_jw *w, const struct sla_result *r);

/*
 * Adds the digests: "digest" in each row (each object of each list) and in the whole. A digest is
 * the SHA-256 of the object's leaves without "digest" itself, in the order of their sorted keys,
 * one a line: the path with dots, "=", the value (text as it is; null, true, false, integers in
 * decimal).
 */
HN_MUST_USE enum hn_code evidence_json_seal(const struct hn_sbuf *in, struct hn_sbuf *out,
                                            char digest[65], struct hn_err *e);

#endif
