/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbuf.h — the bounded string builder. It has a limit from birth and an overflow that sticks, so
 * that appends need no check and hn_sbuf_done() tells the one error. Memory is the arena's.
 */
#ifndef HN_SBUF_H
#define HN_SBUF_H

#include "server/base/arena.h"
#include "server/base/err.h"

#include <stdarg.h>

struct hn_sbuf {
    struct hn_arena *arena;
    char *p; /* NUL-terminated after every append; NULL before the first */
    size_t n;
    size_t cap;
    size_t max; /* most bytes, without the NUL */
    bool overflow;
};

void hn_sbuf_init(struct hn_sbuf *b, struct hn_arena *a, size_t max);
void hn_sbuf_str(struct hn_sbuf *b, const char *s);
void hn_sbuf_mem(struct hn_sbuf *b, const void *p, size_t n);
void hn_sbuf_chr(struct hn_sbuf *b, char c);
void hn_sbuf_fmt(struct hn_sbuf *b, const char *fmt, ...) HN_PRINTF(2, 3);
void hn_sbuf_vfmt(struct hn_sbuf *b, const char *fmt, va_list ap) HN_PRINTF(2, 0);
/* The text so far, never NULL, valid until the next append. */
const char *hn_sbuf_text(const struct hn_sbuf *b);
/* HN_E_LIMIT when anything was cut. */
HN_MUST_USE enum hn_code hn_sbuf_done(struct hn_sbuf *b, const char **out, struct hn_err *e);

/* Appends s with & < > " ' escaped for HTML text and attributes. */
void hn_sbuf_html(struct hn_sbuf *b, const char *s, size_t n);

#endif
