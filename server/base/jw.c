/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/jw.h"

#include "server/base/parse.h"

#include <math.h>

#define JW_DEPTH_MAX 64

void hn_jw_init(struct hn_jw *w, struct hn_sbuf *b)
{
    *w = (struct hn_jw){.b = b};
}

static void escape(struct hn_sbuf *b, uint8_t c)
{
    switch (c) {
    case '"': hn_sbuf_mem(b, "\\\"", 2); break;
    case '\\': hn_sbuf_mem(b, "\\\\", 2); break;
    case '\n': hn_sbuf_mem(b, "\\n", 2); break;
    case '\r': hn_sbuf_mem(b, "\\r", 2); break;
    case '\t': hn_sbuf_mem(b, "\\t", 2); break;
    default: hn_sbuf_fmt(b, "\\u%04x", c);
    }
}

/* '<' is escaped so that the text may also stand inside a <script> element. */
static bool needs_escape(uint8_t c)
{
    return c < ' ' || c == '"' || c == '\\' || c == '<' || c == 0x7F;
}

static void quoted(struct hn_sbuf *b, const char *s)
{
    size_t n = strlen(s);
    size_t i = 0;

    hn_sbuf_chr(b, '"');
    while (i < n) {
        size_t good = i + hn_utf8_span(s + i, n - i);
        size_t from = i;

        for (; i < good; i++) {
            if (!needs_escape((uint8_t)s[i]))
                continue;
            hn_sbuf_mem(b, s + from, i - from);
            escape(b, (uint8_t)s[i]);
            from = i + 1;
        }
        hn_sbuf_mem(b, s + from, good - from);
        if (i < n) {
            hn_sbuf_mem(b, "\xEF\xBF\xBD", 3);
            i++;
        }
    }
    hn_sbuf_chr(b, '"');
}

static void before(struct hn_jw *w, const char *key)
{
    if (w->comma)
        hn_sbuf_chr(w->b, ',');
    w->comma = true;
    if (key != NULL) {
        quoted(w->b, key);
        hn_sbuf_chr(w->b, ':');
    }
}

static void open(struct hn_jw *w, const char *key, char c)
{
    HN_ASSERT(w->depth < JW_DEPTH_MAX);
    before(w, key);
    hn_sbuf_chr(w->b, c);
    w->depth++;
    w->comma = false;
}

static void close(struct hn_jw *w, char c)
{
    HN_ASSERT(w->depth > 0);
    hn_sbuf_chr(w->b, c);
    w->depth--;
    w->comma = true;
}

void hn_jw_object(struct hn_jw *w, const char *key)
{
    open(w, key, '{');
}

void hn_jw_array(struct hn_jw *w, const char *key)
{
    open(w, key, '[');
}

void hn_jw_end_object(struct hn_jw *w)
{
    close(w, '}');
}

void hn_jw_end_array(struct hn_jw *w)
{
    close(w, ']');
}

void hn_jw_null(struct hn_jw *w, const char *key)
{
    hn_jw_raw(w, key, "null");
}

void hn_jw_text(struct hn_jw *w, const char *key, const char *s)
{
    if (s == NULL) {
        hn_jw_null(w, key);
        return;
    }
    before(w, key);
    quoted(w->b, s);
}

void hn_jw_i64(struct hn_jw *w, const char *key, int64_t v)
{
    before(w, key);
    hn_sbuf_fmt(w->b, "%" PRId64, v);
}

void hn_jw_id(struct hn_jw *w, const char *key, int64_t v)
{
    if (v == 0)
        hn_jw_null(w, key);
    else
        hn_jw_i64(w, key, v);
}

const char *hn_f64_text(double v, char buf[HN_F64_MAX])
{
    /* 15 digits are enough for most, 17 for all (IEEE 754 binary64). */
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(buf, HN_F64_MAX, "%.*g", digits, v);
        if (digits == 17 || strtod(buf, NULL) == v)
            break;
    }
    return buf;
}

void hn_jw_f64(struct hn_jw *w, const char *key, double v)
{
    char buf[HN_F64_MAX];

    if (!isfinite(v)) {
        hn_jw_null(w, key);
        return;
    }
    if (fabs(v) < 1e15 && v == floor(v)) {
        hn_jw_i64(w, key, (int64_t)v);
        return;
    }
    before(w, key);
    hn_sbuf_str(w->b, hn_f64_text(v, buf));
}

void hn_jw_bool(struct hn_jw *w, const char *key, bool v)
{
    hn_jw_raw(w, key, v ? "true" : "false");
}

void hn_jw_instant(struct hn_jw *w, const char *key, hn_instant t)
{
    char buf[HN_RFC3339_MAX];

    hn_jw_text(w, key, t == HN_UNSET || t == HN_NEVER ? NULL : hn_rfc3339(t, buf));
}

void hn_jw_raw(struct hn_jw *w, const char *key, const char *json)
{
    before(w, key);
    hn_sbuf_str(w->b, json == NULL ? "null" : json);
}
