/* SPDX-License-Identifier: Apache-2.0 */
/* The watch pages' routes and where they stand in the rail. */
#include "itsm/watch/pages.h"

static const struct http_route routes[] = {
    {"GET", "/board", PERM_WATCH_READ, board_page, 0, "Site board"},
    {"GET", "/sites/:id", PERM_WATCH_READ, site_page, 0, "One site"},
    {"GET", "/hosts", PERM_WATCH_READ, hosts_page, 0, "Devices"},
    {"GET", "/hosts/:id", PERM_WATCH_READ, host_page, 0, "One device"},
    {"GET", "/checks/:id", PERM_WATCH_READ, check_page, 0, "One check"},
};
static const struct hn_nav nav[] = {
    {HN_N("Monitoring"), HN_N("Site board"), "/board", PERM_WATCH_READ, 20},
    {HN_N("Monitoring"), HN_N("Devices"), "/hosts", PERM_WATCH_READ, 21},
};

const struct hn_module watch_pages_module = {.name = "watch_pages",
                                             .routes = routes,
                                             .n_routes = HN_ARRAY_LEN(routes),
                                             .nav = nav,
                                             .n_nav = HN_ARRAY_LEN(nav)};
