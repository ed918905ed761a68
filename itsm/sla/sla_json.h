/* SPDX-License-Identifier: Apache-2.0 */
/* sla_json.h — request bodies of this folder into structs, rows into JSON. */
#ifndef ITSM_SLA_JSON_H
#define ITSM_SLA_JSON_H

#include "itsm/sla/sla.h"

enum hn_code service_json_read(struct http_ctx *c, bool create, struct service_new *in,
                               struct hn_err *e);
void service_json_write(struct hn_jw *w, const char *key, const struct service_row *r);
enum hn_code sla_json_read(struct http_ctx *c, bool create, struct sla_new *in, struct hn_err *e);
void sla_json_write(struct hn_jw *w, const char *key, const struct sla_row *r);
enum hn_code outage_json_read(struct http_ctx *c, struct outage_new *in, struct hn_err *e);
enum hn_code outage_json_read_change(struct http_ctx *c, const struct outage_row *old,
                                     struct outage_correction *in, struct hn_err *e);
void outage_json_write(struct hn_jw *w, const char *key, const struct outage_row *r,
                       const struct outage_change_row *changes, size_t n);
enum hn_code exclusion_json_read(struct http_ctx *c, struct exclusion_new *in, struct hn_err *e);
void exclusion_json_write(struct hn_jw *w, const char *key, const struct exclusion_row *r);
enum hn_code gap_json_read(struct http_ctx *c, struct gap_new *in, struct hn_err *e);
void gap_json_write(struct hn_jw *w, const char *key, const struct gap_row *r);
/* {"note": …} of a decision; an empty body is fine. */
enum hn_code decision_json_read(struct http_ctx *c, const char **note, struct hn_err *e);

#endif
