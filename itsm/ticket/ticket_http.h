/* SPDX-License-Identifier: Apache-2.0 */
/* ticket_http.h — the handlers behind the routes of module.c, and what they share. */
#ifndef ITSM_TICKET_HTTP_H
#define ITSM_TICKET_HTTP_H

#include "itsm/ticket/ticket_json.h"
#include "server/http/actor.h"
#include "server/http/http.h"

/* The ticket of the address: a number of the database or of people ("INC-000012"). */
HN_MUST_USE enum hn_code ticket_http_id(struct http_ctx *c, int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_http_get(struct http_ctx *c, struct ticket *out, struct hn_err *e);
/* The list's filters of the query: the same on the page, in the API and in the export. */
HN_MUST_USE enum hn_code ticket_http_filter(struct http_ctx *c, struct ticket_filter *out,
                                            struct hn_err *e);

/* ticket_api.c */
http_handler ticket_api_list, ticket_api_create, ticket_api_get, ticket_api_patch, ticket_api_steps,
    ticket_api_transition, ticket_api_bulk, ticket_api_event_incident, ticket_api_workflows,
    ticket_api_priorities, ticket_api_priorities_put;
/* ledger_api.c */
http_handler ticket_api_ledger;
/* part_api.c */
http_handler ticket_api_entries, ticket_api_entry_add, ticket_api_entry_edit,
    ticket_api_attachments, ticket_api_attachment_add, ticket_api_attachment_get,
    ticket_api_affected, ticket_api_affected_add, ticket_api_affected_change,
    ticket_api_affected_remove, ticket_api_links, ticket_api_link_add, ticket_api_link_remove;

#endif
