/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/sbuf.h"

#include <stdio.h>

void hn_sbuf_init(struct hn_sbuf *b, struct hn_arena *a, size_t max)
{
    *b = (struct hn_sbuf){.arena = a, .max = max};
}

/* Room for n more bytes and the NUL, or false: then the overflow sticks. */
static bool room(struct hn_sbuf *b, size_t n)
{
    size_t cap;
    char *p;

    if (b->overflow)
        return false;
    if (n > b->max - b->n) {
        b->overflow = true;
        return false;
    }
    if (b->n + n + 1 <= b->cap)
        return true;
    cap = HN_MAX(b->cap * 2, (size_t)256);
    if (cap < b->n + n + 1)
        cap = b->n + n + 1;
    p = hn_arena_alloc(b->arena, cap);
    if (b->n > 0)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->cap = cap;
    return true;
}

void hn_sbuf_mem(struct hn_sbuf *b, const void *p, size_t n)
{
    if (!room(b, n))
        return;
    if (n > 0)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void hn_sbuf_str(struct hn_sbuf *b, const char *s)
{
    hn_sbuf_mem(b, s, strlen(s));
}

void hn_sbuf_chr(struct hn_sbuf *b, char c)
{
    hn_sbuf_mem(b, &c, 1);
}

void hn_sbuf_vfmt(struct hn_sbuf *b, const char *fmt, va_list ap)
{
    char small[256];
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(small, sizeof(small), fmt, ap);
    HN_ASSERT(n >= 0);
    if ((size_t)n < sizeof(small)) {
        hn_sbuf_mem(b, small, (size_t)n);
    } else if (room(b, (size_t)n)) {
        (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void hn_sbuf_fmt(struct hn_sbuf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    hn_sbuf_vfmt(b, fmt, ap);
    va_end(ap);
}

const char *hn_sbuf_text(const struct hn_sbuf *b)
{
    return b->p == NULL ? "" : b->p;
}

enum hn_code hn_sbuf_done(struct hn_sbuf *b, const char **out, struct hn_err *e)
{
    if (b->overflow)
        return hn_fail(e, HN_E_LIMIT, "the text is longer than %zu bytes", b->max);
    *out = hn_sbuf_text(b);
    return HN_OK;
}

void hn_sbuf_html(struct hn_sbuf *b, const char *s, size_t n)
{
    size_t from = 0;

    for (size_t i = 0; i < n; i++) {
        const char *rep;

        switch (s[i]) {
        case '&': rep = "&amp;"; break;
        case '<': rep = "&lt;"; break;
        case '>': rep = "&gt;"; break;
        case '"': rep = "&#34;"; break;
        case '\'': rep = "&#39;"; break;
        default: continue;
        }
        hn_sbuf_mem(b, s + from, i - from);
        hn_sbuf_str(b, rep);
        from = i + 1;
    }
    hn_sbuf_mem(b, s + from, n - from);
}
