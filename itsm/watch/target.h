/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.h — the register of what is watched: sites, hosts, checks (MON-01).
 *
 * What always holds: a host's parents never form a circle; a check of kind icmp tells whether its
 * host is alive unless it says otherwise; a name is used once. Addresses need not resolve: the
 * check then says so. Every change is one transaction with its audit row and wakes the probes
 * (hn_config). A record carries `version`; a change names the one it saw, else HN_E_CONFLICT. SNMP
 * secrets go in and never come out.
 *
 * What was measured is not thrown away: a host or check that a service's rule or a ticket names is
 * not deleted (HN_E_CONFLICT) but switched off with `enabled`.
 */
#ifndef ITSM_WATCH_TARGET_H
#define ITSM_WATCH_TARGET_H

#include "server/auth/actor.h"
#include "server/db/db.h"

struct site_record {
    int64_t id;
    const char *code;
    const char *name;
    const char *short_name;
    const char *address;
    const char *kind;
    int64_t parent_id;
    int64_t importance;
    int64_t terminals;
    int64_t map_x, map_y;
    int64_t version;
};

struct host_record {
    int64_t id;
    const char *name;
    const char *label;
    const char *address;
    int64_t site_id;
    const char *site_code;
    const char *site_name;
    int64_t segment_id;
    const char *segment; /* code */
    const char *segment_name;
    int64_t system_id;
    const char *system_name;
    int64_t line_id;
    const char *class;
    struct hn_i64s parents;
    const char *probe;
    const char *snmp; /* JSON without the secrets' values; NULL */
    const char *owner;
    int64_t importance;
    const char *sys_name, *sys_descr, *sys_object_id; /* as the device says: hostile text */
    const char *vendor, *model, *serial;
    bool enabled;
    bool sample;
    const char *state; /* worst of its enabled checks; "pending" without any */
    hn_instant state_since;
    int64_t n_checks;
    hn_instant created_at;
    int64_t version;
};

struct check_record {
    int64_t id;
    int64_t host_id;
    const char *host_name;
    const char *name;
    const char *kind;
    const char *monitoring;
    int64_t interval_s;
    int64_t retry_interval_s;
    int64_t attempts_n;
    int64_t attempts_of;
    double timeout_s;
    const char *params;     /* JSON */
    const char *thresholds; /* JSON */
    bool liveness;
    bool sla_flag;
    bool enabled;
    const char *state;
    hn_instant state_since;
    bool soft;
    hn_instant first_fail_at;
    hn_instant last_at;
    hn_instant last_ok_at;
    const char *last_outcome;
    const char *output;
    int64_t acknowledged_by;
    const char *acknowledged_by_name;
    hn_instant acknowledged_at;
    hn_instant created_at;
    int64_t version;
};

struct line_record {
    int64_t id;
    const char *code;
    int64_t site_id;
    const char *site_name;
    const char *segment;
    const char *role;
    const char *service_type;
    int64_t bandwidth_mbps;
    int64_t line_count;
    const char *scope;
    int64_t host_id; /* the router that ends it; 0 */
};
struct system_record {
    int64_t id;
    const char *code;
    const char *name;
    const char *grp;
    const char *segment;
    const char *description;
    const char *vendor;
};

/* Unset members do not select. after: the cursor, an id. */
struct target_filter {
    const char *q;
    int64_t site_id, host_id, system_id;
    const char *segment;    /* code, or how the name begins */
    const char *monitoring; /* hosts: with a check of that kind of monitoring */
    const char *kind;       /* of check; hosts: with such a check */
    const char *class;
    const char *state;
    const char *probe;
    const char *name; /* exact */
    const char *sort; /* id name, "-" before descends; NULL: id */
    int64_t after, limit;
};
extern const char *const target_sorts[];
extern const char *const target_classes[];    /* router … */
extern const char *const target_kinds[];      /* icmp … */
extern const char *const target_monitoring[]; /* liveness … */

/* ---- reading ---- */
HN_MUST_USE enum hn_code site_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                                   struct site_record **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code site_get(struct db *db, struct hn_arena *a, int64_t id,
                                  struct site_record *out, struct hn_err *e);
HN_MUST_USE enum hn_code host_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                                   struct host_record **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code host_get(struct db *db, struct hn_arena *a, int64_t id,
                                  struct host_record *out, struct hn_err *e);
HN_MUST_USE enum hn_code check_list(struct db *db, struct hn_arena *a,
                                    const struct target_filter *f, struct check_record **out,
                                    size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code check_get(struct db *db, struct hn_arena *a, int64_t id,
                                   struct check_record *out, struct hn_err *e);
HN_MUST_USE enum hn_code line_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                                   struct line_record **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code system_list(struct db *db, struct hn_arena *a,
                                     const struct target_filter *f, struct system_record **out,
                                     size_t *n, struct hn_err *e);

/* ---- changing ---- */
/* For a change start from the record as it is; version: the one that was seen. */
struct site_in {
    const char *code, *name, *short_name, *address, *kind;
    int64_t parent_id, importance, terminals, map_x, map_y;
    int64_t version;
};
struct host_in {
    const char *name, *label, *address;
    int64_t site_id, segment_id, system_id, line_id;
    const char *class;
    struct hn_i64s parents;
    const char *probe;
    const char *snmp; /* JSON: what changes of it; "null" takes it away; NULL: as it is */
    const char *owner;
    int64_t importance;
    bool enabled;
    bool sample;
    int64_t version;
};
struct check_in {
    int64_t host_id;
    const char *name, *kind, *monitoring;
    int64_t interval_s, retry_interval_s, attempts_n, attempts_of;
    double timeout_s;
    const char *params, *thresholds;
    bool liveness, sla_flag, enabled;
    int64_t version;
};
/* Defaults of a new one; kind decides liveness, monitoring and interval. */
struct host_in host_in_new(void);
struct check_in check_in_new(const char *kind);

HN_MUST_USE enum hn_code site_save(struct db *db, struct hn_arena *a, const struct actor *who,
                                   int64_t *id, const struct site_in *in, hn_instant now,
                                   struct hn_err *e); /* *id 0: a new one */
HN_MUST_USE enum hn_code site_delete(struct db *db, struct hn_arena *a, const struct actor *who,
                                     int64_t id, int64_t version, hn_instant now, struct hn_err *e);
/* A new host may bring checks. */
HN_MUST_USE enum hn_code host_save(struct db *db, struct hn_arena *a, const struct actor *who,
                                   int64_t *id, const struct host_in *in,
                                   const struct check_in *checks, size_t n_checks, hn_instant now,
                                   struct hn_err *e);
HN_MUST_USE enum hn_code host_delete(struct db *db, struct hn_arena *a, const struct actor *who,
                                     int64_t id, int64_t version, hn_instant now, struct hn_err *e);
HN_MUST_USE enum hn_code check_save(struct db *db, struct hn_arena *a, const struct actor *who,
                                    int64_t *id, const struct check_in *in, hn_instant now,
                                    struct hn_err *e);
HN_MUST_USE enum hn_code check_delete(struct db *db, struct hn_arena *a, const struct actor *who,
                                      int64_t id, int64_t version, hn_instant now,
                                      struct hn_err *e);

/* ---- what a device says of itself ---- */
struct target_interface {
    int64_t if_index;
    const char *name, *descr, *alias, *type;
    const char *admin_status, *oper_status;
    int64_t speed_bps;
    double in_bps, out_bps;        /* NAN: not known */
    double in_octets, out_octets;  /* the counters; NAN */
    int64_t in_series, out_series; /* ids of the rates' series; 0 */
    hn_instant at;
};
struct target_sensor {
    const char *name, *kind, *unit;
    double value; /* NAN: not known */
    int64_t series_id, check_id;
    hn_instant at;
};
/* From the inventory and the newest stored values of the host's snmp checks. */
HN_MUST_USE enum hn_code host_interfaces(struct db *db, struct hn_arena *a, int64_t host_id,
                                         struct target_interface **out, size_t *n,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code host_sensors(struct db *db, struct hn_arena *a, int64_t host_id,
                                      struct target_sensor **out, size_t *n, struct hn_err *e);

#endif
