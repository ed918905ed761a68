/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/assignment.h"

#include "server/base/hash.h"

#define SETTINGS_MAX ((size_t)256 * 1024)
#define PARENTS_MAX 10000

uint64_t assignment_fingerprint(const struct assignment *r)
{
    const int64_t numbers[] = {r->id,         r->host_id,     r->interval_s, r->retry_interval_s,
                               r->attempts_n, r->attempts_of, r->liveness};
    uint64_t h = hn_hash(HN_HASH_START, numbers, sizeof(numbers));

    h = hn_hash(h, &r->timeout_s, sizeof(r->timeout_s));
    h = hn_hash_text(h, r->name);
    h = hn_hash_text(h, r->kind);
    h = hn_hash_text(h, r->params);
    h = hn_hash_text(h, r->thresholds);
    h = hn_hash_text(h, r->host);
    h = hn_hash_text(h, r->address);
    h = hn_hash_text(h, r->snmp);
    return hn_hash(h, r->parents.v, r->parents.n * sizeof(int64_t));
}

void assignment_write(struct hn_jw *w, const struct assignment *r)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", r->id);
    hn_jw_i64(w, "host_id", r->host_id);
    hn_jw_text(w, "name", r->name);
    hn_jw_text(w, "kind", r->kind);
    hn_jw_raw(w, "params", r->params);
    hn_jw_raw(w, "thresholds", r->thresholds);
    hn_jw_text(w, "host", r->host);
    hn_jw_text(w, "address", r->address);
    hn_jw_raw(w, "snmp", r->snmp);
    hn_jw_i64(w, "interval_s", r->interval_s);
    hn_jw_i64(w, "retry_interval_s", r->retry_interval_s);
    hn_jw_i64(w, "attempts_n", r->attempts_n);
    hn_jw_i64(w, "attempts_of", r->attempts_of);
    hn_jw_f64(w, "timeout_s", r->timeout_s);
    hn_jw_bool(w, "liveness", r->liveness);
    hn_jw_array(w, "parents");
    for (size_t i = 0; i < r->parents.n; i++)
        hn_jw_i64(w, NULL, r->parents.v[i]);
    hn_jw_end_array(w);
    hn_jw_text(w, "state", r->state);
    hn_jw_text(w, "known_state", r->known_state);
    hn_jw_end_object(w);
}

enum hn_code assignment_read(struct json_object *o, struct hn_arena *a, struct assignment *out,
                             struct hn_err *e)
{
    *out = (struct assignment){.state_since = HN_UNSET, .last_at = HN_UNSET};
    (void)hn_json_i64(o, "id", HN_REQ, 1, INT64_MAX, &out->id, e);
    (void)hn_json_i64(o, "host_id", HN_REQ, 1, INT64_MAX, &out->host_id, e);
    (void)hn_json_text(o, "name", HN_REQ, 1, 100, a, &out->name, e);
    (void)hn_json_text(o, "kind", HN_REQ, 1, 100, a, &out->kind, e);
    (void)hn_json_raw(o, "params", HN_REQ, SETTINGS_MAX, a, &out->params, e);
    (void)hn_json_raw(o, "thresholds", HN_REQ, SETTINGS_MAX, a, &out->thresholds, e);
    (void)hn_json_text(o, "host", HN_REQ, 1, 100, a, &out->host, e);
    (void)hn_json_text(o, "address", HN_REQ, 1, 255, a, &out->address, e);
    if (!hn_json_is_null(o, "snmp"))
        (void)hn_json_raw(o, "snmp", HN_OPT, SETTINGS_MAX, a, &out->snmp, e);
    (void)hn_json_i64(o, "interval_s", HN_REQ, 1, 86400, &out->interval_s, e);
    (void)hn_json_i64(o, "retry_interval_s", HN_REQ, 1, 86400, &out->retry_interval_s, e);
    (void)hn_json_i64(o, "attempts_n", HN_REQ, 1, 60, &out->attempts_n, e);
    (void)hn_json_i64(o, "attempts_of", HN_REQ, 1, 60, &out->attempts_of, e);
    (void)hn_json_f64(o, "timeout_s", HN_REQ, 0.001, 300, &out->timeout_s, e);
    (void)hn_json_bool(o, "liveness", HN_REQ, &out->liveness, e);
    (void)hn_json_i64s(o, "parents", HN_REQ, PARENTS_MAX, a, &out->parents, e);
    if (!hn_json_is_null(o, "state"))
        (void)hn_json_text(o, "state", HN_OPT, 1, 20, a, &out->state, e);
    if (!hn_json_is_null(o, "known_state"))
        (void)hn_json_text(o, "known_state", HN_OPT, 1, 20, a, &out->known_state, e);
    return e->code;
}
