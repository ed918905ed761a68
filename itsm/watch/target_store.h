/* SPDX-License-Identifier: Apache-2.0 */
/* target_store.h — the rows of the register. Private to itsm/watch. */
#ifndef ITSM_WATCH_TARGET_STORE_H
#define ITSM_WATCH_TARGET_STORE_H

#include "itsm/watch/target.h"

/* id > 0: that one alone. */
HN_MUST_USE enum hn_code target_store_sites(struct db *db, struct hn_arena *a, int64_t id,
                                            const struct target_filter *f, struct site_record **out,
                                            size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code target_store_hosts(struct db *db, struct hn_arena *a, int64_t id,
                                            const struct target_filter *f, struct host_record **out,
                                            size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code target_store_checks(struct db *db, struct hn_arena *a, int64_t id,
                                             const struct target_filter *f,
                                             struct check_record **out, size_t *n,
                                             struct hn_err *e);
HN_MUST_USE enum hn_code target_store_lines(struct db *db, struct hn_arena *a,
                                            const struct target_filter *f, struct line_record **out,
                                            size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code target_store_systems(struct db *db, struct hn_arena *a,
                                              const struct target_filter *f,
                                              struct system_record **out, size_t *n,
                                              struct hn_err *e);

/* *id 0 inserts. A change touches one row of that version, else HN_E_NOT_FOUND. */
HN_MUST_USE enum hn_code target_store_site_put(struct db *db, int64_t *id, const struct site_in *in,
                                               struct hn_err *e);
HN_MUST_USE enum hn_code target_store_host_put(struct db *db, int64_t *id, const struct host_in *in,
                                               hn_instant now, struct hn_err *e);
HN_MUST_USE enum hn_code target_store_parents_put(struct db *db, int64_t host_id,
                                                  struct hn_i64s parents, struct hn_err *e);
HN_MUST_USE enum hn_code target_store_check_put(struct db *db, int64_t *id,
                                                const struct check_in *in, hn_instant now,
                                                struct hn_err *e);
enum target_kind { TARGET_SITE, TARGET_HOST, TARGET_CHECK };
HN_MUST_USE enum hn_code target_store_delete(struct db *db, enum target_kind k, int64_t id,
                                             int64_t version, struct hn_err *e);
/* Rows that hold on to it: services' rules, tickets, hosts of a site. */
HN_MUST_USE enum hn_code target_store_users(struct db *db, enum target_kind k, int64_t id,
                                            int64_t *n, struct hn_err *e);
/* The samples of the host's (or the one check's) series. */
HN_MUST_USE enum hn_code target_store_drop_samples(struct db *db, int64_t host_id, int64_t check_id,
                                                   struct hn_err *e);

/* How many of the ids exist. what: "site" "segment" "system" "line" "host". */
HN_MUST_USE enum hn_code target_store_exists(struct db *db, const char *what, struct hn_i64s ids,
                                             int64_t *n, struct hn_err *e);
/* Serialises changes of parents, so that two of them cannot close a circle together. */
HN_MUST_USE enum hn_code target_store_lock_tree(struct db *db, struct hn_err *e);
/* Whether the host is among the ancestors of one of the parents, or a parent itself. */
HN_MUST_USE enum hn_code target_store_circle(struct db *db, int64_t host_id, struct hn_i64s parents,
                                             bool *yes, struct hn_err *e);
HN_MUST_USE enum hn_code target_store_notify(struct db *db, struct hn_err *e);

struct target_inventory {
    int64_t check_id;
    hn_instant at;
    const char *data;
};
HN_MUST_USE enum hn_code target_store_inventory(struct db *db, struct hn_arena *a, int64_t host_id,
                                                struct target_inventory **out, size_t *n,
                                                struct hn_err *e);
/* Checks by id, or by the names of host and check: ids[i] 0 where there is none. */
HN_MUST_USE enum hn_code target_store_resolve(struct db *db, const int64_t *want,
                                              const char *const *host, const char *const *check,
                                              size_t n, int64_t *ids, struct hn_err *e);

#endif
