/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/ticket_http.h"

#define T "/api/v1/tickets"
static const struct http_route routes[] = {
    {"GET", T, PERM_TICKET_READ, ticket_api_list, 0, "Tickets, by filter"},
    {"POST", T, PERM_TICKET_CREATE, ticket_api_create, 0, "Open a ticket"},
    {"POST", T "/bulk", PERM_TICKET_WORK, ticket_api_bulk, 0, "One act on many tickets"},
    {"GET", T "/:id", PERM_TICKET_READ, ticket_api_get, 0, "One ticket with its clocks"},
    {"PATCH", T "/:id", PERM_TICKET_WORK, ticket_api_patch, 0, "Correct fields"},
    {"GET", T "/:id/transitions", PERM_TICKET_READ, ticket_api_steps, 0, "Steps that may follow"},
    {"POST", T "/:id/transitions", PERM_TICKET_WORK, ticket_api_transition, 0,
     "Take a step of the workflow"},
    {"GET", T "/:id/entries", PERM_TICKET_READ, ticket_api_entries, 0, "The ticket's journal"},
    {"POST", T "/:id/entries", PERM_TICKET_WORK, ticket_api_entry_add, 0,
     "Add a comment, mail or work log"},
    {"PATCH", T "/:id/entries/:entry", PERM_TICKET_WORK, ticket_api_entry_edit, 0,
     "Correct a comment; the old text stays"},
    {"GET", T "/:id/attachments", PERM_TICKET_READ, ticket_api_attachments, 0, "Files"},
    {"POST", T "/:id/attachments", PERM_TICKET_WORK, ticket_api_attachment_add, HTTP_UPLOAD,
     "Attach a file"},
    {"GET", T "/:id/attachments/:file", PERM_TICKET_READ, ticket_api_attachment_get, 0,
     "Download a file"},
    {"GET", T "/:id/affected", PERM_TICKET_READ, ticket_api_affected, 0, "Scope of effect"},
    {"POST", T "/:id/affected", PERM_TICKET_WORK, ticket_api_affected_add, 0,
     "Add to the scope of effect"},
    {"PATCH", T "/:id/affected/:row", PERM_TICKET_WORK, ticket_api_affected_change, 0,
     "Correct a row of the scope"},
    {"DELETE", T "/:id/affected/:row", PERM_TICKET_WORK, ticket_api_affected_remove, 0,
     "Take a row out of the scope"},
    {"GET", T "/:id/links", PERM_TICKET_READ, ticket_api_links, 0, "Links, both directions"},
    {"POST", T "/:id/links", PERM_TICKET_WORK, ticket_api_link_add, 0, "Link to another object"},
    {"DELETE", T "/:id/links/:link", PERM_TICKET_WORK, ticket_api_link_remove, 0, "Remove a link"},
    {"POST", "/api/v1/events/:id/incident", PERM_TICKET_CREATE, ticket_api_event_incident, 0,
     "Open an incident from an event"},
    {"GET", "/api/v1/workflows", PERM_TICKET_READ, ticket_api_workflows, 0,
     "Workflows of all kinds of tickets"},
    {"GET", "/api/v1/priority-table", PERM_TICKET_READ, ticket_api_priorities, 0,
     "Priority by impact and urgency, targets"},
    {"PUT", "/api/v1/priority-table", PERM_SETTINGS, ticket_api_priorities_put, 0,
     "A new version of the priority table"},
};

const struct hn_module ticket_module = {
    .name = "ticket",
    .routes = routes,
    .n_routes = HN_ARRAY_LEN(routes),
};
