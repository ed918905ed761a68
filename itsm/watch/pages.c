/* SPDX-License-Identifier: Apache-2.0 */
/* The watch pages' routes and where they stand in the rail. */
#include "itsm/watch/pages.h"

static const struct http_route routes[] = {
    {"GET", "/board", PERM_WATCH_READ, board_page, 0, "Site board"},
    {"GET", "/sites/:id", PERM_WATCH_READ, site_page, 0, "One site"},
    {"GET", "/hosts", PERM_WATCH_READ, hosts_page, 0, "Devices"},
    {"GET", "/hosts/:id", PERM_WATCH_READ, host_page, 0, "One device"},
    {"GET", "/checks/:id", PERM_WATCH_READ, check_page, 0, "One check"},
    {"GET", "/hosts/new", PERM_WATCH_EDIT, host_new_page, 0, "The form of a new device"},
    {"POST", "/hosts", PERM_WATCH_EDIT, host_create_page, 0, "Registers a device"},
    {"GET", "/hosts/:id/edit", PERM_WATCH_EDIT, host_edit_page, 0, "The form of a device"},
    {"POST", "/hosts/:id/edit", PERM_WATCH_EDIT, host_save_page, 0, "Changes a device"},
    {"POST", "/hosts/:id/delete", PERM_WATCH_EDIT, host_delete_page, 0, "Deletes a device"},
    {"GET", "/hosts/:id/checks/new", PERM_WATCH_EDIT, check_new_page, 0, "The form of a new check"},
    {"POST", "/hosts/:id/checks", PERM_WATCH_EDIT, check_create_page, 0, "Adds a check"},
    {"GET", "/checks/:id/edit", PERM_WATCH_EDIT, check_edit_page, 0, "The form of a check"},
    {"POST", "/checks/:id/edit", PERM_WATCH_EDIT, check_save_page, 0, "Changes a check"},
    {"POST", "/checks/:id/delete", PERM_WATCH_EDIT, check_delete_page, 0, "Deletes a check"},
    {"GET", "/maintenances", PERM_MAINT_READ, maintenances_page, 0, "Planned stops"},
    {"GET", "/maintenances/new", PERM_MAINT_EDIT, maintenance_new_page, 0, "The form of a new one"},
    {"POST", "/maintenances", PERM_MAINT_EDIT, maintenance_create_page, 0, "Proposes one"},
    {"GET", "/maintenances/:id", PERM_MAINT_READ, maintenance_page, 0, "One planned stop"},
    {"GET", "/maintenances/:id/edit", PERM_MAINT_EDIT, maintenance_edit_page, 0, "Its form"},
    {"POST", "/maintenances/:id/edit", PERM_MAINT_EDIT, maintenance_save_page, 0, "Changes it"},
    {"POST", "/maintenances/:id/approve", PERM_APPROVE_WARD, maintenance_approve_page, 0,
     "Approves it"},
    {"POST", "/maintenances/:id/reject", PERM_APPROVE_WARD, maintenance_reject_page, 0,
     "Rejects it"},
    {"POST", "/maintenances/:id/end", PERM_MAINT_EDIT, maintenance_end_page, 0, "Ends it now"},
};
static const struct hn_nav nav[] = {
    {HN_N("Monitoring"), HN_N("Site board"), "/board", PERM_WATCH_READ, 20},
    {HN_N("Monitoring"), HN_N("Devices"), "/hosts", PERM_WATCH_READ, 21},
    {HN_N("Monitoring"), HN_N("Planned stops"), "/maintenances", PERM_MAINT_READ, 24},
};

const struct hn_module watch_pages_module = {.name = "watch_pages",
                                             .routes = routes,
                                             .n_routes = HN_ARRAY_LEN(routes),
                                             .nav = nav,
                                             .n_nav = HN_ARRAY_LEN(nav)};
