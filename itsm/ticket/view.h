/* SPDX-License-Identifier: Apache-2.0 */
/* view.h — tickets as the templates of templates/page/ticket see them. */
#ifndef ITSM_TICKET_VIEW_H
#define ITSM_TICKET_VIEW_H

#include "itsm/ticket/ticket_http.h"
#include "itsm/ticket/words.h"

/* A list of what a page about something else says of its tickets: id, number, kind, title, state
 * (as ticket_view_state), priority, assignee, group, site, at, restored_at; empty where the reader
 * may see none. *more: there are others. */
HN_MUST_USE enum hn_code ticket_view_brief(struct http_ctx *c, struct tpl_val *view,
                                           const char *key, const struct ticket_filter *f,
                                           bool *more, struct hn_err *e);
/* A ticket's columns with labels: number, title, state {word, label, kind}, priority, due_kind … */
void ticket_view(struct tpl_val *m, const struct ticket *t, const struct ticket_workflow *w,
                 hn_instant now);
/* The state of a ticket as a tag: word, label, kind (ui.tag's). */
void ticket_view_state(struct tpl_val *m, const char *key, const struct ticket_workflow *w,
                       const char *word);
const struct ticket_workflow *ticket_view_flow(const struct ticket_workflow *all, size_t n,
                                               const char *kind);
/* options: [{value, label}] for ui.select and ui.radios. */
struct tpl_val *ticket_view_words(struct tpl_val *view, const char *key, enum ticket_words list,
                                  struct hn_arena *a);
/* People who may work on tickets; groups; sites, hosts, services ("site_options" …). */
HN_MUST_USE enum hn_code ticket_view_people(struct http_ctx *c, struct tpl_val *view,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code ticket_view_groups(struct http_ctx *c, struct tpl_val *view,
                                            struct hn_err *e);
HN_MUST_USE enum hn_code ticket_view_objects(struct http_ctx *c, struct tpl_val *view,
                                             struct hn_err *e);
/* Times of day in a form: "2026-10-01T09:10" in Tokyo. "" and UNSET are each other. */
const char *ticket_view_local(struct hn_arena *a, hn_instant t);
void ticket_form_local(struct hn_arena *a, const char *text, const char *field, hn_instant *out,
                       struct hn_err *e);
/* A number of a form's select; 0 for "" and what is none. */
int64_t ticket_form_id(const char *text);

/* The page of an object; NULL where it has none, or the reader may not see it. */
const char *ticket_view_href(struct http_ctx *c, const char *kind, int64_t id);

/* part_view.c: journal, scope, links, files */
void ticket_view_entries(struct tpl_val *view, const char *key, const struct ticket_entry *list,
                         size_t n, const char *show, const struct ticket_workflow *w, int64_t me,
                         struct hn_arena *a);
void ticket_view_affected(struct http_ctx *c, struct tpl_val *view,
                          const struct ticket_affected *list, size_t n);
void ticket_view_links(struct http_ctx *c, struct tpl_val *view, const struct ticket_link *list,
                       size_t n, const struct ticket_workflow *flows, size_t n_flows);
void ticket_view_files(struct tpl_val *view, const struct ticket_attachment *list, size_t n,
                       struct hn_arena *a);
void ticket_view_clock(struct tpl_val *m, const char *key, const struct ticket_clock *c,
                       struct hn_arena *a);

#endif
