/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overview.h — what the watch pages show: states of sites, hosts and checks, rolled up in the
 * database.
 *
 * The state of a host or a site is the worst of its enabled checks, in the order critical,
 * unreachable, warning, unknown, pending, ok; "none" where nothing is watched. Reads only; nothing
 * here scans samples. Structs come with the column tables that read them, so that a page makes its
 * view with rows_view().
 */
#ifndef ITSM_WATCH_OVERVIEW_H
#define ITSM_WATCH_OVERVIEW_H

#include "server/base/i18n.h"
#include "server/db/db.h"
#include "server/http/http.h"

/* word, msgid */
#define WATCH_CLASSES(X)                                                                           \
    X("router", HN_N("Router"))                                                                    \
    X("switch", HN_N("Switch"))                                                                    \
    X("server", HN_N("Server"))                                                                    \
    X("printer", HN_N("Printer"))                                                                  \
    X("ups", HN_N("Uninterruptible power supply"))                                                 \
    X("sensor", HN_N("Room sensor"))                                                               \
    X("terminal", HN_N("Terminal"))                                                                \
    X("web", HN_N("Web system"))                                                                   \
    X("other", HN_N("Other device"))
#define WATCH_MONITORING(X)                                                                        \
    X("liveness", HN_N("Liveness monitoring"))                                                     \
    X("performance", HN_N("Performance monitoring"))                                               \
    X("resource", HN_N("Resource monitoring"))                                                     \
    X("fault", HN_N("Fault monitoring"))                                                           \
    X("synthetic", HN_N("Synthetic monitoring"))                                                   \
    X("log", HN_N("Log monitoring"))                                                               \
    X("security", HN_N("Security monitoring"))                                                     \
    X("cloud", HN_N("Cloud configuration monitoring"))                                             \
    X("job", HN_N("Job monitoring"))                                                               \
    X("cost", HN_N("Cost management"))
#define WATCH_CHECK_KINDS(X)                                                                       \
    X("icmp", HN_N("ICMP echo"))                                                                   \
    X("snmp", HN_N("SNMP"))                                                                        \
    X("http", HN_N("HTTP"))                                                                        \
    X("tcp", HN_N("TCP connection"))                                                               \
    X("passive", HN_N("Passive results"))                                                          \
    X("heartbeat", HN_N("Heartbeat"))
#define WATCH_STATES(X)                                                                            \
    X("ok", HN_N("OK"))                                                                            \
    X("warning", HN_N("Warning"))                                                                  \
    X("critical", HN_N("Critical"))                                                                \
    X("unknown", HN_N("Unknown"))                                                                  \
    X("unreachable", HN_N("Unreachable"))                                                          \
    X("pending", HN_N("Waiting for the first sample"))

struct overview_site {
    int64_t id;
    const char *code;
    const char *name;
    const char *short_name;
    const char *address;
    int64_t importance;
    int64_t terminals;
    int64_t map_x, map_y; /* 0: no place on the board */
    const char *state;
    int64_t n_hosts;
    int64_t n_down; /* hosts with a critical check */
    int64_t n_unreachable;
    int64_t n_warning;
    int64_t n_unknown;
    int64_t since;      /* begin of the worst state */
    int64_t changed_at; /* last change of any of its checks; a first "ok" is none; HN_UNSET */
    const char *cause;  /* host whose state is the site's, NULL when ok */
    const char *output; /* what its check said */
};
extern const struct db_col overview_site_cols[];
extern const size_t overview_site_n;

/* All sites by code; id > 0: that one only. changed_from: no change before it is looked for. */
HN_MUST_USE enum hn_code overview_sites(struct db *db, struct hn_arena *a, int64_t id,
                                        hn_instant changed_from, const struct overview_site **out,
                                        size_t *n, struct hn_err *e);

struct overview_line {
    int64_t id;
    const char *code;
    const char *segment;
    const char *role;
    const char *service_type;
    int64_t bandwidth_mbps;
    int64_t line_count;
    int64_t host_id; /* the router that ends it, 0 */
    const char *host_name;
    const char *state;
};
extern const struct db_col overview_line_cols[];
extern const size_t overview_line_n;
HN_MUST_USE enum hn_code overview_lines(struct db *db, struct hn_arena *a, int64_t site_id,
                                        const struct overview_line **out, size_t *n,
                                        struct hn_err *e);

struct overview_host {
    int64_t id;
    const char *name;
    const char *label;
    const char *address;
    const char *class;
    int64_t site_id;
    const char *site_name;
    const char *segment; /* code */
    const char *segment_name;
    int64_t importance;
    bool enabled;
    const char *state;
    int64_t since;
    const char *check_name; /* the worst check */
    const char *output;
    int64_t n_checks;
    int64_t n_bad;
    bool acknowledged; /* every failing check of it is */
    int64_t last_at;
    int64_t total; /* rows of the whole list */
};
extern const struct db_col overview_host_cols[];
extern const size_t overview_host_n;

struct overview_filter {
    const char *q;   /* in name, label, address */
    int64_t site_id; /* 0 = any */
    int64_t host_id;
    const char *segment; /* code; NULL = any */
    const char *monitoring;
    const char *class;
    const char *state; /* a state's word, or "bad" for all but ok and pending */
    const char *sort;  /* name site address state since class, "-" before descends; NULL = name */
    int64_t limit;
    int64_t offset;
};
HN_MUST_USE enum hn_code overview_hosts(struct db *db, struct hn_arena *a,
                                        const struct overview_filter *f,
                                        const struct overview_host **out, size_t *n,
                                        struct hn_err *e);

/* Hosts above (parents) or below a host. */
struct overview_neighbour {
    int64_t id;
    const char *name;
    const char *label;
    bool is_parent;
    const char *state;
};
extern const struct db_col overview_neighbour_cols[];
extern const size_t overview_neighbour_n;
HN_MUST_USE enum hn_code overview_neighbours(struct db *db, struct hn_arena *a, int64_t host_id,
                                             const struct overview_neighbour **out, size_t *n,
                                             struct hn_err *e);

/* The rest of what a host's page tells; SNMP secrets never leave the database. */
struct overview_host_facts {
    const char *system_name;
    int64_t line_id;
    const char *line_code;
    const char *probe;
    const char *snmp_version; /* NULL: no SNMP */
    int64_t snmp_max_oids;    /* 0: as many as fit */
    const char *owner;
    const char *sys_name;
    const char *sys_descr;
    const char *vendor;
    const char *model;
    const char *serial;
    bool sample;
    int64_t created_at;
    int64_t version;
};
extern const struct db_col overview_facts_cols[];
extern const size_t overview_facts_n;
HN_MUST_USE enum hn_code overview_facts(struct db *db, struct hn_arena *a, int64_t host_id,
                                        struct overview_host_facts *out, struct hn_err *e);

struct overview_check {
    int64_t id;
    int64_t host_id;
    const char *host_name;
    const char *host_label;
    int64_t site_id;
    const char *site_name;
    const char *name;
    const char *kind;
    const char *monitoring;
    const char *state;
    bool soft;
    int64_t state_since;
    int64_t first_fail_at;
    int64_t last_at;
    int64_t last_ok_at;
    const char *last_outcome;
    const char *output;
    const char *acknowledged_by;
    int64_t acknowledged_at;
    int64_t interval_s;
    int64_t retry_interval_s;
    int64_t attempts_n;
    int64_t attempts_of;
    double timeout_s;
    const char *params;     /* JSON */
    const char *thresholds; /* JSON */
    bool enabled;
    bool sla_flag;
    const char *probe;
    int64_t version;
};
extern const struct db_col overview_check_cols[];
extern const size_t overview_check_n;
/* Of one host, worst first; or one check where check_id > 0. */
HN_MUST_USE enum hn_code overview_checks(struct db *db, struct hn_arena *a, int64_t host_id,
                                         int64_t check_id, const struct overview_check **out,
                                         size_t *n, struct hn_err *e);

struct overview_series {
    int64_t id;
    int64_t check_id;
    const char *metric;
    const char *unit;
    const char *kind;
};
extern const struct db_col overview_series_cols[];
extern const size_t overview_series_n;
HN_MUST_USE enum hn_code overview_series(struct db *db, struct hn_arena *a, int64_t host_id,
                                         int64_t check_id, const struct overview_series **out,
                                         size_t *n, struct hn_err *e);

/* The estate in numbers, and how fresh they are. */
struct overview_totals {
    int64_t sites;
    int64_t hosts;
    int64_t checks;
    int64_t ok, warning, critical, unknown, unreachable, pending; /* hosts by state */
    int64_t data_at; /* newest result of any probe, HN_UNSET */
};
HN_MUST_USE enum hn_code overview_totals(struct db *db, struct hn_arena *a,
                                         struct overview_totals *out, struct hn_err *e);
/* The newest result only: for data_at of any watch page. */
HN_MUST_USE enum hn_code overview_data_at(struct db *db, hn_instant *out, struct hn_err *e);

struct overview_choice {
    const char *value;
    const char *label;
};
extern const struct db_col overview_choice_cols[];
extern const size_t overview_choice_n;
/* For selects: sites (value = id) and segments (value = code). */
HN_MUST_USE enum hn_code overview_site_choices(struct db *db, struct hn_arena *a,
                                               const struct overview_choice **out, size_t *n,
                                               struct hn_err *e);
HN_MUST_USE enum hn_code overview_segment_choices(struct db *db, struct hn_arena *a,
                                                  const struct overview_choice **out, size_t *n,
                                                  struct hn_err *e);
/* For forms: all segments (value = id), probes (value = name; "local" is always there). */
HN_MUST_USE enum hn_code overview_segment_ids(struct db *db, struct hn_arena *a,
                                              const struct overview_choice **out, size_t *n,
                                              struct hn_err *e);
HN_MUST_USE enum hn_code overview_probes(struct db *db, struct hn_arena *a,
                                         const struct overview_choice **out, size_t *n,
                                         struct hn_err *e);

/* Sets view.words: {class, monitoring, kind, state} → {word: label in the user's language}. */
void overview_words(struct http_ctx *c, struct tpl_val *view);

#endif
