/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_json.h — the rows of the evidence export, and its digests. */
#ifndef ITSM_EVIDENCE_JSON_H
#define ITSM_EVIDENCE_JSON_H

#include "itsm/sla/sla.h"

void evidence_json_definition(struct hn_jw *w, const struct sla_result *r);
void evidence_json_outage(struct hn_jw *w, const struct outage_row *r,
                          const struct outage_change_row *c, size_t n);
void evidence_json_exclusion(struct hn_jw *w, const struct exclusion_row *r);
void evidence_json_maintenance(struct hn_jw *w, const struct result_maintenance *r);
void evidence_json_gap(struct hn_jw *w, const struct gap_row *r);
void evidence_json_figures(struct hn_jw *w, const struct sla_result *r);

/*
 * Adds the digests: "digest" in each row of the lists calendars, service_versions, outages,
 * changes, exclusions, maintenances, gaps and checks, and in the whole. A digest is the SHA-256 of
 * the object's leaves without "digest" itself, in the order of their sorted keys, one a line: the
 * path with dots, "=", the value (text as it is; null, true, false, integers in decimal).
 */
HN_MUST_USE enum hn_code evidence_json_seal(const struct hn_sbuf *in, struct hn_sbuf *out,
                                            char digest[65], struct hn_err *e);

#endif
