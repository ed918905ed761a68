/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec.h — a check as the probe runs it: made from its row by the configuration thread, handed over
 * to the loop, immutable, freed there.
 *
 * params and thresholds are JSON that a person or a script wrote. Where they say nothing that can
 * be run, the spec has `bad` set (one line for people) and each scheduled probe of it is `not run`.
 *
 *   icmp  {"count": 1, "size": 32, "spacing_ms": 200}
 *   tcp   {"port": 22, "send": "…", "expect": "SSH-"}       expect alone waits for a greeting
 *   http  {"url": "https://…/", "method": "GET", "expect_status": 200 or [200, 302], "contains":
 * "…", "verify_tls": true, "follow": true, "body": "…", "content_type": "…", "use_host_address":
 * false} snmp  {"profile": "if"} or {"oids": [{"oid", "metric", "unit", "kind":
 * "gauge"|"counter"}], "walk": [{"oid", "metric", "unit", "kind"}]}; both together are fine
 */
#ifndef PROBES_SPEC_H
#define PROBES_SPEC_H

#include "probes/threshold.h"
#include "probes/usm.h"
#include "server/ingest/assignment.h"

/* kinds that a probe runs. The others (passive, heartbeat) get their results from outside. */
#define PROBE_KINDS(X)                                                                             \
    X(ICMP, "icmp")                                                                                \
    X(SNMP, "snmp")                                                                                \
    X(HTTP, "http")                                                                                \
    X(TCP, "tcp")

enum probe_kind {
#define X(n, w) PROBE_##n,
    PROBE_KINDS(X)
#undef X
        PROBE_KIND_COUNT
};

const char *probe_kind_word(enum probe_kind k);
extern const struct hn_texts probe_kind_words; /* all of them */

struct icmp_params {
    int64_t count, size;
    hn_span spacing_us;
};

struct tcp_params {
    int64_t port;
    const char *send;   /* NULL: nothing */
    const char *expect; /* NULL: a connection is enough */
};

#define HTTP_STATUS_MAX 16
struct http_params {
    const char *url;
    const char *method;
    const char *contains; /* NULL */
    const char *body;     /* NULL */
    const char *content_type;
    long status[HTTP_STATUS_MAX]; /* none: 200 to 399 */
    size_t n_status;
    bool verify_tls, follow, use_host_address;
};

/* What the profiles of snmp_profile.h measure. */
#define SNMP_PROFILES(X)                                                                           \
    X(NONE, "")                                                                                    \
    X(SYSTEM, "system")                                                                            \
    X(IF, "if")                                                                                    \
    X(HOST, "host")                                                                                \
    X(PRINTER, "printer")                                                                          \
    X(UPS, "ups")                                                                                  \
    X(SENSOR, "sensor")

enum snmp_profile_id {
#define X(n, w) SNMP_PROFILE_##n,
    SNMP_PROFILES(X)
#undef X
};

#define SNMP_ITEMS_MAX 200
#define SNMP_OIDS_MAX 100 /* of max_oids, and what it is where nothing is said */
/* One OID that a person asked for: an instance to get, or a column to walk. */
struct snmp_item {
    struct hn_bytes oid; /* content octets */
    const char *metric;
    const char *unit;
    bool is_counter; /* becomes a rate */
    bool is_walk;
};

struct snmp_params {
    enum snmp_profile_id profile;
    const struct snmp_item *item;
    size_t n_items;
};

struct snmp_access {
    enum snmp_version version;
    const char *community;
    const char *context;
    int64_t port;
    int64_t max_oids; /* values that one request asks for, at most: some devices take only one */
    const struct usm_secret *secret; /* v3 */
};

struct probe_spec {
    struct hn_arena *arena; /* owns all of it, the struct too */
    int64_t check_id, host_id;
    enum probe_kind kind;
    const char *name, *host, *address;
    struct check_policy policy;
    hn_span timeout_us;
    bool is_liveness;
    struct hn_i64s parents; /* hosts */
    struct thresholds limits;
    const char *bad;       /* why it cannot run; NULL */
    const char *no_limits; /* why its thresholds do not count; NULL */
    const void *params;    /* struct KIND_params */
    const struct snmp_access *snmp;
    struct check_row row; /* as stored when it was loaded */
};

/* Keys made from passwords, which costs milliseconds each: kept by the configuration thread. */
struct spec_keys;
struct spec_keys *spec_keys_new(void);
void spec_keys_free(struct spec_keys *k);

/* Never fails: what is wrong stands in the spec. NULL: a kind that no probe runs. */
struct probe_spec *spec_make(const struct assignment *row, struct spec_keys *keys);
void spec_free(struct probe_spec *s);

#endif
