/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tpl.h — the template engine: a subset of Jinja2 with autoescaping, strict undefined and budgets.
 *
 * A context is a tree of struct tpl_val made in an arena; rendering is pure: context in, text out.
 * Rendering never writes to the context. A string made with tpl_safe() is not escaped again.
 * Templates are found by name below the loader's folder (no "..", no absolute names), compiled once
 * and kept; a template that changed on disk is compiled again where `reload` is set.
 */
#ifndef HN_TPL_H
#define HN_TPL_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"
#include "server/base/sbuf.h"

struct tpl_val;

/* Values. Text is borrowed: it must live as long as the arena (string constants and arena text do).
 */
struct tpl_val *tpl_none(struct hn_arena *a);
struct tpl_val *tpl_bool(struct hn_arena *a, bool v);
struct tpl_val *tpl_i64(struct hn_arena *a, int64_t v);
struct tpl_val *tpl_f64(struct hn_arena *a, double v);
struct tpl_val *tpl_str(struct hn_arena *a, const char *s); /* NULL gives none */
struct tpl_val *tpl_safe(struct hn_arena *a, const char *html);
struct tpl_val *tpl_list(struct hn_arena *a);
struct tpl_val *tpl_map(struct hn_arena *a); /* keeps insertion order */

/* Build a map or a list. The map's or list's arena is used. key is borrowed. */
void tpl_set(struct tpl_val *map, const char *key, struct tpl_val *v);
void tpl_set_str(struct tpl_val *map, const char *key, const char *s);
void tpl_set_i64(struct tpl_val *map, const char *key, int64_t v);
void tpl_set_f64(struct tpl_val *map, const char *key, double v);
void tpl_set_bool(struct tpl_val *map, const char *key, bool v);
/* Seconds are of no use to a reader: instants go in as integers of microseconds and are shown
 * through the filters `datetime`, `date`, `wareki`, `ago`. HN_UNSET and HN_NEVER become none. */
void tpl_set_instant(struct tpl_val *map, const char *key, hn_instant t);
struct tpl_val *tpl_set_map(struct tpl_val *map, const char *key);  /* a new map under key */
struct tpl_val *tpl_set_list(struct tpl_val *map, const char *key); /* a new list under key */
void tpl_push(struct tpl_val *list, struct tpl_val *v);
struct tpl_val *tpl_push_map(struct tpl_val *list); /* a new map at the end */
void tpl_push_str(struct tpl_val *list, const char *s);

/* A context from JSON text (hinomi template render). */
HN_MUST_USE enum hn_code tpl_from_json(struct hn_arena *a, const char *json, size_t n,
                                       struct tpl_val **out, struct hn_err *e);

struct tpl_loader; /* safe to render from in many threads */
struct tpl_loader *tpl_loader_new(const char *folder, bool reload);
void tpl_loader_free(struct tpl_loader *l);

struct tpl_opts {
    bool no_autoescape;
    bool lenient;      /* an unknown name is empty, as jinja2's default; else it is an error */
    int64_t max_steps; /* 0 = 5,000,000 */
    size_t max_bytes;  /* of output; 0 = 16 MiB */
    int max_depth;     /* includes, macros, calls; 0 = 32 */
    hn_instant now;    /* for `ago` */
};

/* Compiles only: what a template is told before it is saved. What it extends or includes is not
 * looked at. `name` is for messages. */
HN_MUST_USE enum hn_code tpl_check(const char *name, const char *text, size_t n, struct hn_err *e);

/* Errors are HN_E_INVALID with "NAME:LINE:COLUMN: reason" in msg. */
HN_MUST_USE enum hn_code tpl_render(struct tpl_loader *l, const char *name,
                                    const struct tpl_val *ctx, const struct tpl_opts *opts,
                                    struct hn_sbuf *out, struct hn_err *e);
/* The same for a text given directly; `name` is for messages. */
HN_MUST_USE enum hn_code tpl_render_text(struct tpl_loader *l, const char *name, const char *text,
                                         size_t n, const struct tpl_val *ctx,
                                         const struct tpl_opts *opts, struct hn_sbuf *out,
                                         struct hn_err *e);

#endif
