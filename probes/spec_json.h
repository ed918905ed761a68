/* SPDX-License-Identifier: Apache-2.0 */
/* spec_json.h — a check's JSON into the structs of spec.h. Errors name the field. */
#ifndef PROBES_SPEC_JSON_H
#define PROBES_SPEC_JSON_H

#include "probes/spec.h"
#include "server/base/json.h"

/* Each sets s->params. */
HN_MUST_USE enum hn_code spec_json_icmp(struct json_object *o, struct probe_spec *s,
                                        struct hn_err *e);
HN_MUST_USE enum hn_code spec_json_tcp(struct json_object *o, struct probe_spec *s,
                                       struct hn_err *e);
HN_MUST_USE enum hn_code spec_json_http(struct json_object *o, struct probe_spec *s,
                                        struct hn_err *e);
HN_MUST_USE enum hn_code spec_json_snmp(struct json_object *o, struct probe_spec *s,
                                        struct hn_err *e);

HN_MUST_USE enum hn_code spec_json_thresholds(const char *text, struct hn_arena *a,
                                              struct thresholds *out, struct hn_err *e);

struct spec_credential {
    const char *user;
    enum usm_auth auth;
    const char *auth_password;
    enum usm_priv priv;
    const char *priv_password;
};
/* A copy of the credential's keys, made or remembered (spec.c). */
HN_MUST_USE enum hn_code spec_keys_get(struct spec_keys *k, const struct spec_credential *c,
                                       struct usm_secret *out, struct hn_err *e);
/* The host's "snmp" object into s->snmp. text NULL: v2c, community "public". */
HN_MUST_USE enum hn_code spec_json_access(const char *text, struct spec_keys *keys,
                                          struct probe_spec *s, struct hn_err *e);

#endif
