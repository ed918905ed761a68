/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h — the page handlers behind the routes of module.c. */
#ifndef ITSM_TICKET_PAGES_H
#define ITSM_TICKET_PAGES_H

#include "itsm/ticket/view.h"

/* list_page.c */
http_handler ticket_page_list, ticket_page_incidents, ticket_page_bulk;
/* new_page.c */
http_handler ticket_page_new, ticket_page_create, ticket_page_from_event;
/* one_page.c */
http_handler ticket_page_one, ticket_page_file;
/* act_page.c */
http_handler ticket_page_comment, ticket_page_comment_edit, ticket_page_step, ticket_page_assign,
    ticket_page_affected, ticket_page_affected_row, ticket_page_link, ticket_page_unlink,
    ticket_page_outage, ticket_page_outage_fix;
/* edit_page.c */
http_handler ticket_page_edit, ticket_page_save;
/* priority_page.c */
http_handler ticket_page_priorities, ticket_page_priorities_save;

/* The ticket's page with a refused act on top: which form it was, with what was typed. */
struct ticket_refused {
    const char *form; /* "comment", "step", "assign", "affected", "link", "outage" */
    const struct hn_err *err;
};
HN_MUST_USE enum hn_code ticket_page_show(struct http_ctx *c, int64_t id,
                                          const struct ticket_refused *refused, struct hn_err *e);

#endif
