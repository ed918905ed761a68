/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/spec_json.h"

#include <json-c/json.h>
#include <math.h>

static const char *const icmp_fields[] = {"count", "size", "spacing_ms", NULL};
static const char *const tcp_fields[] = {"port", "send", "expect", NULL};
static const char *const http_fields[] = {
    "url",    "method", "expect_status", "contains",         "verify_tls",
    "follow", "body",   "content_type",  "use_host_address", NULL};
static const char *const snmp_fields[] = {"profile", "oids", "walk", NULL};
static const char *const item_fields[] = {"oid", "metric", "unit", "kind", NULL};
static const char *const limit_fields[] = {"warning", "critical", "direction", NULL};
static const char *const access_fields[] = {"version", "community", "port", "user",
                                            "auth",    "auth_key",  "priv", "priv_key",
                                            "context", "max_oids",  NULL};

enum hn_code spec_json_icmp(struct json_object *o, struct probe_spec *s, struct hn_err *e)
{
    struct icmp_params *p = hn_arena_make(s->arena, struct icmp_params, 1);
    int64_t spacing = 200;

    p->count = 1;
    p->size = 32;
    (void)hn_json_i64(o, "count", HN_OPT, 1, 20, &p->count, e); /* errors collect in e */
    (void)hn_json_i64(o, "size", HN_OPT, 16, 1400, &p->size, e);
    (void)hn_json_i64(o, "spacing_ms", HN_OPT, 1, 10000, &spacing, e);
    p->spacing_us = spacing * HN_MS;
    s->params = p;
    return hn_json_no_others(o, icmp_fields, e);
}

enum hn_code spec_json_tcp(struct json_object *o, struct probe_spec *s, struct hn_err *e)
{
    struct tcp_params *p = hn_arena_make(s->arena, struct tcp_params, 1);

    (void)hn_json_i64(o, "port", HN_REQ, 1, 65535, &p->port, e);
    (void)hn_json_text(o, "send", HN_OPT, 0, 1000, s->arena, &p->send, e);
    (void)hn_json_text(o, "expect", HN_OPT, 1, 1000, s->arena, &p->expect, e);
    s->params = p;
    return hn_json_no_others(o, tcp_fields, e);
}

/* A number or a list of numbers. */
static void read_status(struct json_object *o, struct http_params *p, struct hn_err *e)
{
    struct json_object *v = json_object_object_get(o, "expect_status");
    bool list = v != NULL && json_object_is_type(v, json_type_array);
    size_t n = v == NULL ? 0 : list ? json_object_array_length(v) : 1;

    if (n > HTTP_STATUS_MAX) {
        (void)hn_fail_field(e, "expect_status", "at most %d codes", HTTP_STATUS_MAX);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = list ? json_object_array_get_idx(v, i) : v;
        int64_t code = json_object_is_type(one, json_type_int) ? json_object_get_int64(one) : 0;

        if (code < 100 || code > 599) {
            (void)hn_fail_field(e, "expect_status", "must be HTTP status codes, 100 to 599");
            return;
        }
        p->status[p->n_status++] = (long)code;
    }
}

static bool is_web_url(const char *url)
{
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

enum hn_code spec_json_http(struct json_object *o, struct probe_spec *s, struct hn_err *e)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", NULL};
    struct http_params *p = hn_arena_make(s->arena, struct http_params, 1);
    int method = 0;

    p->verify_tls = p->follow = true;
    p->content_type = "application/x-www-form-urlencoded";
    (void)hn_json_text(o, "url", HN_OPT, 8, 2000, s->arena, &p->url, e);
    (void)hn_json_word(o, "method", HN_OPT, methods, &method, e);
    (void)hn_json_text(o, "contains", HN_OPT, 1, 500, s->arena, &p->contains, e);
    (void)hn_json_text(o, "body", HN_OPT, 0, 8000, s->arena, &p->body, e);
    (void)hn_json_text(o, "content_type", HN_OPT, 1, 100, s->arena, &p->content_type, e);
    (void)hn_json_bool(o, "verify_tls", HN_OPT, &p->verify_tls, e);
    (void)hn_json_bool(o, "follow", HN_OPT, &p->follow, e);
    (void)hn_json_bool(o, "use_host_address", HN_OPT, &p->use_host_address, e);
    read_status(o, p, e);
    p->method = methods[method];
    if (p->url == NULL)
        p->url = strchr(s->address, ':') == NULL
                     ? hn_arena_fmt(s->arena, "http://%s/", s->address)
                     : hn_arena_fmt(s->arena, "http://[%s]/", s->address);
    if (!is_web_url(p->url))
        (void)hn_fail_field(e, "url", "must begin with http:// or https://");
    if (strpbrk(p->content_type, "\r\n") != NULL)
        (void)hn_fail_field(e, "content_type", "must be one line");
    s->params = p;
    return hn_json_no_others(o, http_fields, e);
}

/* ---- SNMP ---- */

static void read_item(struct json_object *o, bool walk, struct probe_spec *s, struct snmp_item *it,
                      struct hn_err *e)
{
    static const char *const kinds[] = {"gauge", "counter", NULL};
    const char *field = walk ? "walk" : "oids";
    const char *oid = NULL;
    uint8_t octets[BER_OID_OCTETS];
    struct snmp_oid numbers;
    int kind = 0;

    if (hn_json_is_object(o, e) != HN_OK) {
        (void)hn_fail_field(e, field, "must be objects");
        return;
    }
    it->unit = "";
    it->is_walk = walk;
    (void)hn_json_text(o, "oid", HN_REQ, 3, 600, s->arena, &oid, e);
    (void)hn_json_text(o, "metric", HN_REQ, 1, 60, s->arena, &it->metric, e);
    (void)hn_json_text(o, "unit", HN_OPT, 0, 20, s->arena, &it->unit, e);
    (void)hn_json_word(o, "kind", HN_OPT, kinds, &kind, e);
    it->is_counter = kind == 1;
    if (hn_json_no_others(o, item_fields, e) != HN_OK)
        return;
    if (!snmp_oid_parse(oid, &numbers)) {
        (void)hn_fail_field(e, field, "%s is no OID", oid);
        return;
    }
    it->oid.n = snmp_oid_put(&numbers, octets, sizeof(octets));
    it->oid.p = hn_arena_memdup(s->arena, octets, it->oid.n);
}

static size_t list_length(struct json_object *o, const char *field, struct hn_err *e)
{
    struct json_object *v = json_object_object_get(o, field);

    if (v == NULL)
        return 0;
    if (!json_object_is_type(v, json_type_array) || json_object_array_length(v) > SNMP_ITEMS_MAX) {
        (void)hn_fail_field(e, field, "must be a list of at most %d objects", SNMP_ITEMS_MAX);
        return 0;
    }
    return json_object_array_length(v);
}

enum hn_code spec_json_snmp(struct json_object *o, struct probe_spec *s, struct hn_err *e)
{
    static const char *const words[] = {
#define X(n, w) w,
        SNMP_PROFILES(X)
#undef X
            NULL};
    struct snmp_params *p = hn_arena_make(s->arena, struct snmp_params, 1);
    size_t n_oids = list_length(o, "oids", e);
    size_t n_walk = list_length(o, "walk", e);
    struct snmp_item *item = hn_arena_make(s->arena, struct snmp_item, n_oids + n_walk);
    int profile = SNMP_PROFILE_NONE;

    (void)hn_json_word(o, "profile", HN_OPT, words, &profile, e);
    for (size_t i = 0; i < n_oids + n_walk; i++) {
        bool walk = i >= n_oids;
        struct json_object *list = json_object_object_get(o, walk ? "walk" : "oids");

        read_item(json_object_array_get_idx(list, walk ? i - n_oids : i), walk, s, &item[i], e);
    }
    p->profile = (enum snmp_profile_id)profile;
    p->item = item;
    p->n_items = n_oids + n_walk;
    if (p->profile == SNMP_PROFILE_NONE && p->n_items == 0)
        p->profile = SNMP_PROFILE_SYSTEM;
    s->params = p;
    return hn_json_no_others(o, snmp_fields, e);
}

/* 1, "1", "2c", 2, "v3" … : people and scripts write all of these. */
static bool read_version(struct json_object *v, enum snmp_version *out)
{
    const char *word = v == NULL ? "2c" : json_object_get_string(v);

    if (word == NULL)
        return false;
    if (word[0] == 'v' || word[0] == 'V')
        word++;
    if (hn_streq(word, "1"))
        *out = SNMP_V1;
    else if (hn_streq(word, "2c") || hn_streq(word, "2"))
        *out = SNMP_V2C;
    else if (hn_streq(word, "3"))
        *out = SNMP_V3;
    else
        return false;
    return true;
}

static enum hn_code read_v3(struct json_object *o, struct spec_keys *keys, struct probe_spec *s,
                            struct snmp_access *acc, struct hn_err *e)
{
    struct spec_credential c = {.user = ""};
    struct usm_secret *secret = hn_arena_make(s->arena, struct usm_secret, 1);
    const char *auth = NULL;
    const char *priv = NULL;

    (void)hn_json_text(o, "user", HN_REQ, 1, USM_NAME_MAX, s->arena, &c.user, e);
    (void)hn_json_text(o, "auth_key", HN_OPT, 0, 200, s->arena, &c.auth_password, e);
    (void)hn_json_text(o, "priv_key", HN_OPT, 0, 200, s->arena, &c.priv_password, e);
    (void)hn_json_text(o, "auth", HN_OPT, 0, 20, s->arena, &auth, e);
    (void)hn_json_text(o, "priv", HN_OPT, 0, 20, s->arena, &priv, e);
    if (e->code != HN_OK)
        return e->code;
    if (auth == NULL)
        auth = c.auth_password == NULL ? "none" : "sha256";
    if (priv == NULL)
        priv = c.priv_password == NULL ? "none" : "aes";
    if (!usm_auth_parse(auth, &c.auth))
        return hn_fail_field(e, "auth", "must be none, sha1, sha224, sha256, sha384 or sha512");
    if (!usm_priv_parse(priv, &c.priv))
        return hn_fail_field(e, "priv", "must be none or aes");
    acc->secret = secret;
    return spec_keys_get(keys, &c, secret, e);
}

enum hn_code spec_json_access(const char *text, struct spec_keys *keys, struct probe_spec *s,
                              struct hn_err *e)
{
    struct snmp_access *acc = hn_arena_make(s->arena, struct snmp_access, 1);
    HN_JSON o = NULL;

    *acc = (struct snmp_access){.version = SNMP_V2C,
                                .community = "public",
                                .context = "",
                                .port = 161,
                                .max_oids = SNMP_OIDS_MAX};
    s->snmp = acc;
    if (text == NULL || text[0] == '\0' || hn_streq(text, "null"))
        return HN_OK;
    if (hn_json_parse(text, strlen(text), &o, e) != HN_OK || hn_json_is_object(o, e) != HN_OK)
        return e->code;
    if (!read_version(json_object_object_get(o, "version"), &acc->version))
        (void)hn_fail_field(e, "version", "must be 1, 2c or 3");
    (void)hn_json_text(o, "community", HN_OPT, 1, 200, s->arena, &acc->community, e);
    (void)hn_json_text(o, "context", HN_OPT, 0, 200, s->arena, &acc->context, e);
    (void)hn_json_i64(o, "port", HN_OPT, 1, 65535, &acc->port, e);
    (void)hn_json_i64(o, "max_oids", HN_OPT, 1, SNMP_OIDS_MAX, &acc->max_oids, e);
    if (acc->version == SNMP_V3)
        (void)read_v3(o, keys, s, acc, e);
    return hn_json_no_others(o, access_fields, e);
}

/* ---- thresholds ---- */

static void read_limit(struct json_object *o, struct hn_arena *a, const char *metric,
                       struct threshold *t, struct hn_err *e)
{
    static const char *const directions[] = {"above", "below", NULL};
    int direction = 0;

    *t = (struct threshold){
        .metric = hn_arena_strdup(a, metric), .warning = (double)NAN, .critical = (double)NAN};
    if (!json_object_is_type(o, json_type_object)) {
        (void)hn_fail_field(e, metric, "must be an object");
        return;
    }
    (void)hn_json_f64(o, "warning", HN_OPT, -1e18, 1e18, &t->warning, e);
    (void)hn_json_f64(o, "critical", HN_OPT, -1e18, 1e18, &t->critical, e);
    (void)hn_json_word(o, "direction", HN_OPT, directions, &direction, e);
    t->below = direction == 1;
    if (hn_json_no_others(o, limit_fields, e) == HN_OK && isnan(t->warning) && isnan(t->critical))
        (void)hn_fail_field(e, metric, "needs warning or critical");
}

enum hn_code spec_json_thresholds(const char *text, struct hn_arena *a, struct thresholds *out,
                                  struct hn_err *e)
{
    HN_JSON o = NULL;
    struct threshold *v;
    size_t n = 0;

    if (hn_json_parse(text, strlen(text), &o, e) != HN_OK || hn_json_is_object(o, e) != HN_OK)
        return e->code;
    if (json_object_object_length(o) > THRESHOLDS_MAX)
        return hn_fail_field(e, "thresholds", "at most %d", THRESHOLDS_MAX);
    v = hn_arena_make(a, struct threshold, THRESHOLDS_MAX);
    json_object_object_foreach(o, metric, limit)
    {
        read_limit(limit, a, metric, &v[n++], e);
    }
    *out = (struct thresholds){.v = v, .n = n};
    return e->code;
}
