/* SPDX-License-Identifier: Apache-2.0 */
/*
 * module.h — what a capability gives to the product. server/modules.c lists them all; a reader sees
 * the whole product in that one table.
 */
#ifndef HN_MODULE_H
#define HN_MODULE_H

#include "server/http/http.h"

/* One background task of `hinomi work`. run() does a bounded piece of work and says in *again
 * whether more is waiting. Tasks that must be single take an advisory lock in run(). */
struct hn_task {
    const char *name;
    const char *wake_on; /* NOTIFY channel that wakes it, or NULL */
    int64_t every_ms;    /* at least this often */
    enum hn_code (*run)(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                        struct hn_err *e);
};

struct hn_nav {
    const char *group; /* msgid of the rail's group, e.g. HN_N("Monitoring") */
    const char *label; /* msgid */
    const char *href;
    enum perm perm;
    int order; /* position in the rail */
};

struct hn_module {
    const char *name;
    const struct http_route *routes;
    size_t n_routes;
    const struct hn_task *tasks;
    size_t n_tasks;
    const struct hn_nav *nav;
    size_t n_nav;
    /* Lines for GET /metrics (Prometheus text format: # TYPE and samples named hinomi_…); NULL. */
    enum hn_code (*metrics)(struct db *db, struct hn_arena *a, hn_instant now, struct hn_sbuf *out,
                            struct hn_err *e);
};

extern const struct hn_module *const hn_modules[];
extern const size_t hn_n_modules;

#endif
