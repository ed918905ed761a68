/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h — the pages of what is watched: board, sites, hosts, checks. */
#ifndef ITSM_WATCH_PAGES_H
#define ITSM_WATCH_PAGES_H

#include "itsm/watch/overview.h"
#include "server/module.h"

http_handler board_page;
http_handler site_page;
http_handler hosts_page;
http_handler host_page;
http_handler check_page;
http_handler host_new_page;
http_handler host_create_page;
http_handler host_edit_page;
http_handler host_save_page;
http_handler host_delete_page;
http_handler check_new_page;
http_handler check_create_page;
http_handler check_edit_page;
http_handler check_save_page;
http_handler check_delete_page;
http_handler maintenances_page;
http_handler maintenance_page;
http_handler maintenance_new_page;
http_handler maintenance_create_page;
http_handler maintenance_edit_page;
http_handler maintenance_save_page;
http_handler maintenance_approve_page;
http_handler maintenance_reject_page;
http_handler maintenance_end_page;

/* {label, href} at the end of view.crumbs (made at first use). */
void page_crumb(struct tpl_val **crumbs, struct tpl_val *view, const char *label, const char *href);
/* view.data_at and view.live; HN_OK also when no probe has reported yet. */
HN_MUST_USE enum hn_code page_live(struct http_ctx *c, struct tpl_val *view, const char *topics,
                                   struct hn_err *e);
/* Windows over this host or site near now, as view.windows [{id, title, from, to, now, scope}].
 * kind NULL: all. */
HN_MUST_USE enum hn_code page_windows(struct http_ctx *c, struct tpl_val *view, const char *kind,
                                      int64_t id, int64_t site_id, struct hn_err *e);
/* Open incidents of a site or host (0 = any) as view.incidents. */
HN_MUST_USE enum hn_code page_incidents(struct http_ctx *c, struct tpl_val *view, int64_t site_id,
                                        int64_t host_id, int64_t limit, struct hn_err *e);

extern const struct hn_module watch_pages_module;

#endif
