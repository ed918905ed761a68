/* SPDX-License-Identifier: Apache-2.0 */
/* target_json.h — the register as JSON, in and out. */
#ifndef ITSM_WATCH_TARGET_JSON_H
#define ITSM_WATCH_TARGET_JSON_H

#include "itsm/watch/target.h"
#include "server/base/json.h"
#include "server/base/jw.h"

void target_json_site(struct hn_jw *w, const char *key, const struct site_record *s);
void target_json_host(struct hn_jw *w, const char *key, const struct host_record *h);
void target_json_check(struct hn_jw *w, const char *key, const struct check_record *c);
void target_json_line(struct hn_jw *w, const char *key, const struct line_record *l);
void target_json_system(struct hn_jw *w, const char *key, const struct system_record *s);

/* Bodies. `in` holds what stays where the body says nothing; fresh: a new one (required fields). */
HN_MUST_USE enum hn_code target_json_read_site(struct json_object *o, bool fresh,
                                               struct hn_arena *a, struct site_in *in,
                                               struct hn_err *e);
/* checks: the new host's, room for TARGET_CHECKS_MAX. */
#define TARGET_CHECKS_MAX 100
HN_MUST_USE enum hn_code target_json_read_host(struct json_object *o, bool fresh,
                                               struct hn_arena *a, struct host_in *in,
                                               struct check_in **checks, size_t *n_checks,
                                               struct hn_err *e);
HN_MUST_USE enum hn_code target_json_read_check(struct json_object *o, bool fresh,
                                                struct hn_arena *a, struct check_in *in,
                                                struct hn_err *e);

/* POST /api/v1/results: a list, or an object with "results". */
struct target_result {
    int64_t check_id; /* 0: by names */
    const char *host, *check;
    hn_instant at;
    const char *state;
    const char *output;
    const char **metric;
    double *value;
    size_t n_values;
};
#define TARGET_RESULTS_MAX 20000
HN_MUST_USE enum hn_code target_json_read_results(struct hn_bytes body, hn_instant now,
                                                  struct hn_arena *a, struct target_result **out,
                                                  size_t *n, struct hn_err *e);

/* The inventory of one check, appended. */
struct target_found {
    struct target_interface *port;
    size_t n_ports;
    struct target_sensor *sensor;
    const char **metric; /* of each sensor */
    size_t n_sensors;
};
void target_json_read_inventory(const char *json, struct hn_arena *a, struct target_found *out);

#endif
