/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_read.h — fields of an HTML form, bounded and typed as hn_json_* does for JSON. Readers
 * collect: call them all, then look at e->code; the page is shown again with what was typed and
 * every error in its place.
 */
#ifndef HN_HTTP_FORM_READ_H
#define HN_HTTP_FORM_READ_H

#include "server/http/http.h"

/* Trimmed, line ends as \n; "" when absent. */
const char *http_form_text(struct http_ctx *c, const char *name);
/* *out NULL when empty and HN_OPT. max: code points. */
void http_form_words(struct http_ctx *c, const char *name, enum hn_need need, size_t max,
                     const char **out, struct hn_err *e);
/* *out keeps its value when empty and HN_OPT. */
void http_form_i64(struct http_ctx *c, const char *name, enum hn_need need, int64_t min,
                   int64_t max, int64_t *out, struct hn_err *e);
/* One of the words (NULL-terminated); *out keeps its value when empty and HN_OPT. */
void http_form_word(struct http_ctx *c, const char *name, enum hn_need need,
                    const char *const *words, const char **out, struct hn_err *e);
/* <input type="datetime-local"> as a time in Tokyo: "2026-11-22T14:05", seconds if need be. */
void http_form_local(struct http_ctx *c, const char *name, enum hn_need need, hn_instant *out,
                     struct hn_err *e);
/* The value of such an input; "" for HN_UNSET. */
const char *http_local_text(struct hn_arena *a, hn_instant t);

/* {label, href} at the end of view.crumbs, made at first use. */
void http_view_crumb(struct tpl_val *view, struct tpl_val **crumbs, const char *label,
                     const char *href);
/* A form that has no errors yet: view.error none, view.errors {}. */
void http_view_clean(struct http_ctx *c, struct tpl_val *view);
/* {value, label} at the end of a list of choices. */
void http_view_choice(struct tpl_val *list, const char *value, const char *label);

#endif
