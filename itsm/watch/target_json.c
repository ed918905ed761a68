/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/target_json.h"

#include "itsm/watch/overview.h"

#include <json-c/json.h>
#include <math.h>

#define JSON_MAX ((size_t)16 * 1024) /* params, thresholds */

#define X(w, m) w,
const char *const target_classes[] = {WATCH_CLASSES(X) NULL};
const char *const target_kinds[] = {WATCH_CHECK_KINDS(X) NULL};
const char *const target_monitoring[] = {WATCH_MONITORING(X) NULL};
#undef X

void target_json_site(struct hn_jw *w, const char *key, const struct site_record *s)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", s->id);
    hn_jw_text(w, "code", s->code);
    hn_jw_text(w, "name", s->name);
    hn_jw_text(w, "short_name", s->short_name);
    hn_jw_text(w, "address", s->address);
    hn_jw_text(w, "kind", s->kind);
    hn_jw_id(w, "parent_id", s->parent_id);
    hn_jw_i64(w, "importance", s->importance);
    hn_jw_i64(w, "terminals", s->terminals);
    hn_jw_id(w, "map_x", s->map_x);
    hn_jw_id(w, "map_y", s->map_y);
    hn_jw_i64(w, "version", s->version);
    hn_jw_end_object(w);
}

void target_json_host(struct hn_jw *w, const char *key, const struct host_record *h)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", h->id);
    hn_jw_text(w, "name", h->name);
    hn_jw_text(w, "label", h->label);
    hn_jw_text(w, "address", h->address);
    hn_jw_id(w, "site_id", h->site_id);
    hn_jw_text(w, "site", h->site_code);
    hn_jw_id(w, "segment_id", h->segment_id);
    hn_jw_text(w, "segment", h->segment);
    hn_jw_id(w, "system_id", h->system_id);
    hn_jw_id(w, "line_id", h->line_id);
    hn_jw_text(w, "class", h->class);
    hn_jw_array(w, "parents");
    for (size_t i = 0; i < h->parents.n; i++)
        hn_jw_i64(w, NULL, h->parents.v[i]);
    hn_jw_end_array(w);
    hn_jw_text(w, "probe", h->probe);
    hn_jw_raw(w, "snmp", h->snmp);
    hn_jw_text(w, "owner", h->owner);
    hn_jw_i64(w, "importance", h->importance);
    hn_jw_text(w, "sys_name", h->sys_name);
    hn_jw_text(w, "sys_descr", h->sys_descr);
    hn_jw_text(w, "sys_object_id", h->sys_object_id);
    hn_jw_text(w, "vendor", h->vendor);
    hn_jw_text(w, "model", h->model);
    hn_jw_text(w, "serial", h->serial);
    hn_jw_bool(w, "enabled", h->enabled);
    hn_jw_bool(w, "sample", h->sample);
    hn_jw_text(w, "state", h->state);
    hn_jw_instant(w, "state_since", h->state_since);
    hn_jw_i64(w, "checks", h->n_checks);
    hn_jw_instant(w, "created_at", h->created_at);
    hn_jw_i64(w, "version", h->version);
    hn_jw_end_object(w);
}

void target_json_check(struct hn_jw *w, const char *key, const struct check_record *c)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", c->id);
    hn_jw_i64(w, "host_id", c->host_id);
    hn_jw_text(w, "host", c->host_name);
    hn_jw_text(w, "name", c->name);
    hn_jw_text(w, "kind", c->kind);
    hn_jw_text(w, "monitoring", c->monitoring);
    hn_jw_i64(w, "interval_s", c->interval_s);
    hn_jw_i64(w, "retry_interval_s", c->retry_interval_s);
    hn_jw_object(w, "attempts");
    hn_jw_i64(w, "n", c->attempts_n);
    hn_jw_i64(w, "of", c->attempts_of);
    hn_jw_end_object(w);
    hn_jw_f64(w, "timeout_s", c->timeout_s);
    hn_jw_raw(w, "params", c->params);
    hn_jw_raw(w, "thresholds", c->thresholds);
    hn_jw_bool(w, "liveness", c->liveness);
    hn_jw_bool(w, "sla_flag", c->sla_flag);
    hn_jw_bool(w, "enabled", c->enabled);
    hn_jw_text(w, "state", c->state);
    hn_jw_instant(w, "state_since", c->state_since);
    hn_jw_bool(w, "soft", c->soft);
    hn_jw_instant(w, "first_fail_at", c->first_fail_at);
    hn_jw_instant(w, "last_at", c->last_at);
    hn_jw_instant(w, "last_ok_at", c->last_ok_at);
    hn_jw_text(w, "last_outcome", c->last_outcome);
    hn_jw_text(w, "output", c->output);
    hn_jw_id(w, "acknowledged_by", c->acknowledged_by);
    hn_jw_text(w, "acknowledged_by_name", c->acknowledged_by_name);
    hn_jw_instant(w, "acknowledged_at", c->acknowledged_at);
    hn_jw_instant(w, "created_at", c->created_at);
    hn_jw_i64(w, "version", c->version);
    hn_jw_end_object(w);
}

void target_json_line(struct hn_jw *w, const char *key, const struct line_record *l)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", l->id);
    hn_jw_text(w, "code", l->code);
    hn_jw_id(w, "site_id", l->site_id);
    hn_jw_text(w, "site", l->site_name);
    hn_jw_text(w, "segment", l->segment);
    hn_jw_text(w, "role", l->role);
    hn_jw_text(w, "service_type", l->service_type);
    hn_jw_id(w, "bandwidth_mbps", l->bandwidth_mbps);
    hn_jw_i64(w, "line_count", l->line_count);
    hn_jw_text(w, "scope", l->scope);
    hn_jw_id(w, "host_id", l->host_id);
    hn_jw_end_object(w);
}

void target_json_system(struct hn_jw *w, const char *key, const struct system_record *s)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", s->id);
    hn_jw_text(w, "code", s->code);
    hn_jw_text(w, "name", s->name);
    hn_jw_text(w, "group", s->grp);
    hn_jw_text(w, "segment", s->segment);
    hn_jw_text(w, "description", s->description);
    hn_jw_text(w, "vendor", s->vendor);
    hn_jw_end_object(w);
}

/* A reference: null takes it away. */
static void read_id(struct json_object *o, const char *field, int64_t *id, struct hn_err *e)
{
    if (hn_json_is_null(o, field))
        *id = 0;
    else
        (void)hn_json_i64(o, field, HN_OPT, 1, INT64_MAX, id, e);
}

/* A line of text: null takes it away. */
static void read_line(struct json_object *o, const char *field, size_t max, struct hn_arena *a,
                      const char **s, struct hn_err *e)
{
    if (hn_json_is_null(o, field))
        *s = NULL;
    else
        (void)hn_json_text(o, field, HN_OPT, 0, max, a, s, e);
}

/* Members that only come out: an object that was read may be sent back whole. */
#define READ_ONLY_SITE "id"
#define READ_ONLY_HOST                                                                             \
    "id", "site", "segment", "sys_name", "sys_descr", "sys_object_id", "vendor", "model",          \
        "serial", "sample", "state", "state_since", "created_at"
#define READ_ONLY_CHECK                                                                            \
    "id", "host", "state", "state_since", "soft", "first_fail_at", "last_at", "last_ok_at",        \
        "last_outcome", "output", "acknowledged_by", "acknowledged_by_name", "acknowledged_at",    \
        "created_at"

enum hn_code target_json_read_site(struct json_object *o, bool fresh, struct hn_arena *a,
                                   struct site_in *in, struct hn_err *e)
{
    static const char *const fields[] = {
        "code",      "name",  "short_name", "address", "kind",         "parent_id", "importance",
        "terminals", "map_x", "map_y",      "version", READ_ONLY_SITE, NULL};
    enum hn_need need = fresh ? HN_REQ : HN_OPT;

    (void)hn_json_text(o, "code", need, 1, 40, a, &in->code, e);
    (void)hn_json_text(o, "name", need, 1, 200, a, &in->name, e);
    (void)hn_json_text(o, "short_name", HN_OPT, 1, 40, a, &in->short_name, e);
    read_line(o, "address", 300, a, &in->address, e);
    read_line(o, "kind", 60, a, &in->kind, e);
    read_id(o, "parent_id", &in->parent_id, e);
    (void)hn_json_i64(o, "importance", HN_OPT, 1, 3, &in->importance, e);
    (void)hn_json_i64(o, "terminals", HN_OPT, 0, 1000000, &in->terminals, e);
    read_id(o, "map_x", &in->map_x, e);
    read_id(o, "map_y", &in->map_y, e);
    (void)hn_json_i64(o, "version", fresh ? HN_OPT : HN_REQ, 1, INT64_MAX, &in->version, e);
    return hn_json_no_others(o, fields, e);
}

/* The members of snmp that a probe understands; what is null goes away. */
static void read_snmp(struct json_object *o, struct hn_arena *a, const char **out, struct hn_err *e)
{
    static const char *const words[] = {"1", "2c", "3", NULL};
    static const char *const texts[] = {"community", "user",     "auth",   "auth_key",
                                        "priv",      "priv_key", "context"};
    struct json_object *s = NULL;
    struct hn_sbuf b;
    struct hn_jw w;
    int64_t n = 0;

    if (!hn_json_has(o, "snmp"))
        return;
    if (hn_json_is_null(o, "snmp")) {
        *out = "null";
        return;
    }
    (void)json_object_object_get_ex(o, "snmp", &s);
    if (!json_object_is_type(s, json_type_object)) {
        (void)hn_fail_field(e, "snmp", "must be an object");
        return;
    }
    hn_sbuf_init(&b, a, JSON_MAX);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    json_object_object_foreach(s, key, v)
    {
        const char *field = hn_arena_fmt(a, "snmp.%.60s", key);
        const char *text = v == NULL ? NULL : json_object_get_string(v);
        size_t i = 0;

        if (hn_streq(key, "version")) {
            text = text == NULL ? "2c" : text[0] == 'v' ? text + 1 : text;
            text = hn_streq(text, "2") ? "2c" : text;
            while (words[i] != NULL && !hn_streq(words[i], text))
                i++;
            if (words[i] == NULL)
                (void)hn_fail_field(e, field, "must be one of 1, 2c, 3");
            hn_jw_text(&w, key, text);
        } else if (hn_streq(key, "port") || hn_streq(key, "max_oids")) {
            int64_t most = hn_streq(key, "port") ? 65535 : 100;

            n = v == NULL ? 0 : json_object_get_int64(v);
            if (v != NULL && (!json_object_is_type(v, json_type_int) || n < 1 || n > most))
                (void)hn_fail_field(e, field, "must be a number from 1 to %" PRId64, most);
            if (v == NULL)
                hn_jw_null(&w, key);
            else
                hn_jw_i64(&w, key, n);
        } else {
            while (i < HN_ARRAY_LEN(texts) && !hn_streq(texts[i], key))
                i++;
            if (hn_streq(key, "auth_key_set") || hn_streq(key, "priv_key_set"))
                continue; /* as they were read */
            if (i == HN_ARRAY_LEN(texts))
                (void)hn_fail_field(e, field, "unknown field");
            else if (v != NULL && (!json_object_is_type(v, json_type_string) || strlen(text) > 200))
                (void)hn_fail_field(e, field, "must be a text of at most %d characters", 200);
            hn_jw_text(&w, key, text);
        }
    }
    hn_jw_end_object(&w);
    *out = hn_sbuf_text(&b);
}

/* An object kept as it is; {} when null. */
static void read_object(struct json_object *o, const char *field, struct hn_arena *a,
                        const char **out, struct hn_err *e)
{
    struct json_object *v = NULL;

    if (!hn_json_has(o, field))
        return;
    (void)json_object_object_get_ex(o, field, &v);
    if (v == NULL)
        *out = "{}";
    else if (!json_object_is_type(v, json_type_object))
        (void)hn_fail_field(e, field, "must be an object");
    else
        (void)hn_json_raw(o, field, HN_OPT, JSON_MAX, a, out, e);
}

static void read_attempts(struct json_object *o, struct check_in *in, struct hn_err *e)
{
    struct json_object *v = NULL;

    if (!hn_json_has(o, "attempts") || hn_json_is_null(o, "attempts"))
        return;
    (void)json_object_object_get_ex(o, "attempts", &v);
    if (!json_object_is_type(v, json_type_object)) {
        (void)hn_fail_field(e, "attempts", "must be an object with n and of");
        return;
    }
    json_object_object_foreach(v, key, x)
    {
        bool is_n = hn_streq(key, "n");
        int64_t *to = is_n ? &in->attempts_n : &in->attempts_of;

        if (!is_n && !hn_streq(key, "of"))
            (void)hn_fail_field(e, "attempts", "must be an object with n and of");
        else if (!json_object_is_type(x, json_type_int))
            (void)hn_fail_field(e, is_n ? "attempts.n" : "attempts.of", "must be a whole number");
        else
            *to = json_object_get_int64(x);
    }
    /* {"n": 5} alone means 5 of 5. */
    if (json_object_object_get_ex(v, "n", NULL) && !json_object_object_get_ex(v, "of", NULL))
        in->attempts_of = HN_MAX(in->attempts_of, in->attempts_n);
}

static void read_word(struct json_object *o, const char *field, enum hn_need need,
                      const char *const *words, const char **out, struct hn_err *e)
{
    int i = -1;

    (void)hn_json_word(o, field, need, words, &i, e);
    if (i >= 0)
        *out = words[i];
}

static enum hn_code read_check(struct json_object *o, bool fresh, bool with_host,
                               struct hn_arena *a, struct check_in *in, struct hn_err *e)
{
    static const char *const fields[] = {
        "host_id",  "name",      "kind",          "monitoring", "interval_s", "retry_interval_s",
        "attempts", "timeout_s", "params",        "thresholds", "liveness",   "sla_flag",
        "enabled",  "version",   READ_ONLY_CHECK, NULL};
    enum hn_need need = fresh ? HN_REQ : HN_OPT;
    bool had_interval = hn_json_has(o, "interval_s");

    read_word(o, "kind", need, target_kinds, &in->kind, e);
    if (fresh && in->kind != NULL)
        *in = check_in_new(in->kind);
    if (with_host)
        (void)hn_json_i64(o, "host_id", need, 1, INT64_MAX, &in->host_id, e);
    (void)hn_json_text(o, "name", need, 1, 100, a, &in->name, e);
    read_word(o, "monitoring", HN_OPT, target_monitoring, &in->monitoring, e);
    (void)hn_json_i64(o, "interval_s", HN_OPT, 1, 86400, &in->interval_s, e);
    if (had_interval) /* until the body says more of it */
        in->retry_interval_s =
            fresh ? in->interval_s : HN_MIN(in->retry_interval_s, in->interval_s);
    (void)hn_json_i64(o, "retry_interval_s", HN_OPT, 1, 86400, &in->retry_interval_s, e);
    read_attempts(o, in, e);
    (void)hn_json_f64(o, "timeout_s", HN_OPT, 0.001, 300, &in->timeout_s, e);
    read_object(o, "params", a, &in->params, e);
    read_object(o, "thresholds", a, &in->thresholds, e);
    (void)hn_json_bool(o, "liveness", HN_OPT, &in->liveness, e);
    (void)hn_json_bool(o, "sla_flag", HN_OPT, &in->sla_flag, e);
    (void)hn_json_bool(o, "enabled", HN_OPT, &in->enabled, e);
    (void)hn_json_i64(o, "version", fresh ? HN_OPT : HN_REQ, 1, INT64_MAX, &in->version, e);
    return hn_json_no_others(o, fields, e);
}

enum hn_code target_json_read_check(struct json_object *o, bool fresh, struct hn_arena *a,
                                    struct check_in *in, struct hn_err *e)
{
    return read_check(o, fresh, true, a, in, e);
}

static void read_checks(struct json_object *o, struct hn_arena *a, struct check_in **checks,
                        size_t *n, struct hn_err *e)
{
    struct json_object *list = NULL;

    *n = 0;
    if (!json_object_object_get_ex(o, "checks", &list) || list == NULL)
        return;
    if (!json_object_is_type(list, json_type_array) ||
        json_object_array_length(list) > TARGET_CHECKS_MAX) {
        (void)hn_fail_field(e, "checks", "is a list of at most %d objects", TARGET_CHECKS_MAX);
        return;
    }
    *n = json_object_array_length(list);
    *checks = hn_arena_make(a, struct check_in, *n);
    for (size_t i = 0; i < *n; i++) {
        struct json_object *x = json_object_array_get_idx(list, i);
        struct hn_err one = {0};

        if (hn_json_is_object(x, &one) != HN_OK) {
            (void)hn_fail_field(e, hn_arena_fmt(a, "checks[%zu]", i), "must be an object");
            continue;
        }
        if (read_check(x, true, false, a, &(*checks)[i], &one) == HN_OK)
            continue;
        for (size_t k = 0; k < one.n_fields; k++)
            (void)hn_fail_field(e, hn_arena_fmt(a, "checks[%zu].%s", i, one.field[k].field), "%s",
                                one.field[k].message);
    }
}

enum hn_code target_json_read_host(struct json_object *o, bool fresh, struct hn_arena *a,
                                   struct host_in *in, struct check_in **checks, size_t *n_checks,
                                   struct hn_err *e)
{
    static const char *const fields[] = {
        "name",       "label",   "address", "site_id", "segment_id",   "system_id",
        "line_id",    "class",   "parents", "probe",   "snmp",         "owner",
        "importance", "enabled", "checks",  "version", READ_ONLY_HOST, NULL};
    enum hn_need need = fresh ? HN_REQ : HN_OPT;

    (void)hn_json_text(o, "name", need, 1, 100, a, &in->name, e);
    (void)hn_json_text(o, "address", need, 1, 255, a, &in->address, e);
    read_line(o, "label", 100, a, &in->label, e);
    read_id(o, "site_id", &in->site_id, e);
    read_id(o, "segment_id", &in->segment_id, e);
    read_id(o, "system_id", &in->system_id, e);
    read_id(o, "line_id", &in->line_id, e);
    read_word(o, "class", HN_OPT, target_classes, &in->class, e);
    (void)hn_json_i64s(o, "parents", HN_OPT, 32, a, &in->parents, e);
    (void)hn_json_text(o, "probe", HN_OPT, 1, 60, a, &in->probe, e);
    read_snmp(o, a, &in->snmp, e);
    read_line(o, "owner", 200, a, &in->owner, e);
    (void)hn_json_i64(o, "importance", HN_OPT, 1, 3, &in->importance, e);
    (void)hn_json_bool(o, "enabled", HN_OPT, &in->enabled, e);
    if (fresh)
        read_checks(o, a, checks, n_checks, e);
    else if (hn_json_has(o, "checks") && !hn_json_is_null(o, "checks") &&
             !json_object_is_type(json_object_object_get(o, "checks"), json_type_int))
        (void)hn_fail_field(e, "checks", "can only be given with a new host");
    (void)hn_json_i64(o, "version", fresh ? HN_OPT : HN_REQ, 1, INT64_MAX, &in->version, e);
    return hn_json_no_others(o, fields, e);
}

/* ---- results ---- */

static void read_values(struct json_object *o, struct hn_arena *a, struct target_result *r,
                        struct hn_err *e)
{
    struct json_object *v = NULL;

    if (!json_object_object_get_ex(o, "values", &v) || v == NULL)
        return;
    if (!json_object_is_type(v, json_type_object) || json_object_object_length(v) > 1000) {
        (void)hn_fail_field(e, "values", "must be an object of at most %d numbers", 1000);
        return;
    }
    r->metric = hn_arena_make(a, const char *, (size_t)json_object_object_length(v));
    r->value = hn_arena_make(a, double, (size_t)json_object_object_length(v));
    json_object_object_foreach(v, key, x)
    {
        if (x == NULL)
            continue;
        if (!json_object_is_type(x, json_type_int) && !json_object_is_type(x, json_type_double))
            (void)hn_fail_field(e, "values", "%.60s: must be a number", key);
        else if (key[0] == '\0' || strlen(key) > 120 || hn_streq(key, "state"))
            (void)hn_fail_field(e, "values", "%.60s: not a name of a metric", key);
        else if (!isfinite(json_object_get_double(x)))
            (void)hn_fail_field(e, "values", "%.60s: must be a number", key);
        r->metric[r->n_values] = hn_arena_strdup(a, key);
        r->value[r->n_values++] = json_object_get_double(x);
    }
}

static enum hn_code read_result(struct json_object *o, hn_instant now, struct hn_arena *a,
                                struct target_result *r, struct hn_err *e)
{
    static const char *const fields[] = {"check_id", "host",   "check",  "time",
                                         "state",    "output", "values", NULL};
    static const char *const states[] = {"ok", "warning", "critical", "unknown", NULL};

    *r = (struct target_result){.at = now, .output = ""};
    if (hn_json_is_object(o, e) != HN_OK)
        return e->code;
    if (hn_json_has(o, "check_id")) {
        (void)hn_json_i64(o, "check_id", HN_REQ, 1, INT64_MAX, &r->check_id, e);
    } else {
        (void)hn_json_text(o, "host", HN_REQ, 1, 100, a, &r->host, e);
        (void)hn_json_text(o, "check", HN_REQ, 1, 100, a, &r->check, e);
    }
    (void)hn_json_instant(o, "time", HN_OPT, &r->at, e);
    read_word(o, "state", HN_REQ, states, &r->state, e);
    (void)hn_json_text(o, "output", HN_OPT, 0, 4000, a, &r->output, e);
    read_values(o, a, r, e);
    if (r->at > now + 5 * HN_MIN_SPAN)
        (void)hn_fail_field(e, "time", "lies in the future");
    else if (r->at < now - 400 * HN_DAY)
        (void)hn_fail_field(e, "time", "is older than %d days", 400);
    return hn_json_no_others(o, fields, e);
}

enum hn_code target_json_read_results(struct hn_bytes body, hn_instant now, struct hn_arena *a,
                                      struct target_result **out, size_t *n, struct hn_err *e)
{
    struct json_object *list;
    HN_JSON top = NULL;

    if (hn_json_parse((const char *)body.p, body.n, &top, e) != HN_OK)
        return e->code;
    list = top;
    if (json_object_is_type(top, json_type_object))
        (void)json_object_object_get_ex(top, "results", &list);
    if (!json_object_is_type(list, json_type_array))
        return hn_fail(e, HN_E_MALFORMED, "the body must be a list of results");
    *n = json_object_array_length(list);
    if (*n > TARGET_RESULTS_MAX)
        return hn_fail(e, HN_E_LIMIT, "at most %d results at a time", TARGET_RESULTS_MAX);
    *out = hn_arena_make(a, struct target_result, *n);
    for (size_t i = 0; i < *n; i++) {
        struct hn_err one = {0};

        if (read_result(json_object_array_get_idx(list, i), now, a, &(*out)[i], &one) == HN_OK)
            continue;
        if (one.n_fields == 0)
            (void)hn_fail_field(e, hn_arena_fmt(a, "[%zu]", i), "must be an object");
        for (size_t k = 0; k < one.n_fields; k++)
            (void)hn_fail_field(e, hn_arena_fmt(a, "[%zu].%s", i, one.field[k].field), "%s",
                                one.field[k].message);
    }
    return e->code;
}

/* ---- inventory: what a device said, so anything may be missing or odd ---- */

static const char *said(struct json_object *o, const char *key, struct hn_arena *a)
{
    struct json_object *v = NULL;

    if (!json_object_object_get_ex(o, key, &v) || v == NULL)
        return NULL;
    return hn_arena_strdup(a, json_object_get_string(v));
}

static struct json_object *list_of(struct json_object *o, const char *key, size_t *n)
{
    struct json_object *v = NULL;

    *n = 0;
    if (json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) &&
        json_object_is_type(v, json_type_array))
        *n = json_object_array_length(v);
    return v;
}

void target_json_read_inventory(const char *json, struct hn_arena *a, struct target_found *out)
{
    struct json_object *list;
    struct hn_err e = {0};
    HN_JSON o = NULL;
    size_t n;

    *out = (struct target_found){0};
    if (hn_json_parse(json, strlen(json), &o, &e) != HN_OK)
        return;
    list = list_of(o, "interfaces", &n);
    out->port = hn_arena_make(a, struct target_interface, n);
    for (size_t i = 0; i < n; i++) {
        struct json_object *x = json_object_array_get_idx(list, i);

        if (!json_object_is_type(x, json_type_object))
            continue;
        out->port[out->n_ports++] = (struct target_interface){
            .if_index = json_object_get_int64(json_object_object_get(x, "if_index")),
            .name = said(x, "name", a),
            .descr = said(x, "descr", a),
            .alias = said(x, "alias", a),
            .type = said(x, "type", a),
            .admin_status = said(x, "admin_status", a),
            .oper_status = said(x, "oper_status", a),
            .speed_bps = json_object_get_int64(json_object_object_get(x, "speed_bps")),
            .in_bps = (double)NAN,
            .out_bps = (double)NAN,
            .in_octets = (double)NAN,
            .out_octets = (double)NAN,
            .at = HN_UNSET};
    }
    list = list_of(o, "sensors", &n);
    out->sensor = hn_arena_make(a, struct target_sensor, n);
    out->metric = hn_arena_make(a, const char *, n);
    for (size_t i = 0; i < n; i++) {
        struct json_object *x = json_object_array_get_idx(list, i);

        if (!json_object_is_type(x, json_type_object))
            continue;
        out->metric[out->n_sensors] = said(x, "metric", a);
        out->sensor[out->n_sensors++] = (struct target_sensor){.name = said(x, "name", a),
                                                               .kind = said(x, "kind", a),
                                                               .unit = said(x, "unit", a),
                                                               .value = (double)NAN,
                                                               .at = HN_UNSET};
    }
}
