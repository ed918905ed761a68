/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and filters in the query: limit, cursor, q, sort, typed values (http.h). */
#include "server/http/app.h"

#include "server/base/parse.h"

#include <sodium.h>

#define CURSOR_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

const char *http_cursor(struct hn_arena *a, int64_t last)
{
    unsigned char raw[8];
    size_t n = sodium_base64_ENCODED_LEN(sizeof(raw), CURSOR_VARIANT);
    char *out = hn_arena_alloc(a, n);

    for (int i = 0; i < 8; i++)
        raw[i] = (unsigned char)((uint64_t)last >> (56 - 8 * i));
    return sodium_bin2base64(out, n, raw, sizeof(raw), CURSOR_VARIANT);
}

static bool read_cursor(const char *s, int64_t *out)
{
    unsigned char raw[8];
    size_t n = 0;
    uint64_t v = 0;

    if (sodium_base642bin(raw, sizeof(raw), s, strlen(s), NULL, &n, NULL, CURSOR_VARIANT) != 0 ||
        n != sizeof(raw))
        return false;
    for (int i = 0; i < 8; i++)
        v = v << 8 | raw[i];
    *out = (int64_t)v;
    return true;
}

static const char *present(struct http_ctx *c, const char *name)
{
    const char *v = http_query(c, name);

    return v == NULL || *v == '\0' ? NULL : v;
}

static const char *trimmed(struct hn_arena *a, const char *s)
{
    static const char wide_space[] = "\xE3\x80\x80"; /* U+3000 */
    size_t n;

    if (s == NULL)
        return NULL;
    for (;;) {
        if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
            s++;
        else if (strncmp(s, wide_space, 3) == 0)
            s += 3;
        else
            break;
    }
    n = strlen(s);
    for (;;) {
        if (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
            n--;
        else if (n >= 3 && memcmp(s + n - 3, wide_space, 3) == 0)
            n -= 3;
        else
            break;
    }
    return n == 0 ? NULL : hn_arena_strndup(a, s, n);
}

enum hn_code http_page_of(struct http_ctx *c, struct http_page *out, struct hn_err *e)
{
    const char *cursor = present(c, "cursor");
    struct http_page p = {.limit = 50};

    if (http_query_i64(c, "limit", &p.limit, e) != HN_OK)
        return e->code;
    if (p.limit < 1 || p.limit > 1000)
        return hn_fail_field(e, "limit", "must be between 1 and 1000");
    if (cursor != NULL && !read_cursor(cursor, &p.cursor))
        return hn_fail_field(e, "cursor", "is not one that this list gave");
    p.q = trimmed(c->arena, http_query(c, "q"));
    if (p.q != NULL && hn_utf8_len(p.q) > 200)
        return hn_fail_field(e, "q", "must be at most 200 characters");
    p.sort = present(c, "sort");
    *out = p;
    return HN_OK;
}

enum hn_code http_query_i64(struct http_ctx *c, const char *name, int64_t *out, struct hn_err *e)
{
    const char *v = present(c, name);

    return v == NULL ? HN_OK : hn_parse_i64(v, name, INT64_MIN, INT64_MAX, out, e);
}

enum hn_code http_query_instant(struct http_ctx *c, const char *name, hn_instant *out,
                                struct hn_err *e)
{
    const char *v = present(c, name);

    return v == NULL ? HN_OK : hn_parse_rfc3339(v, name, out, e);
}

enum hn_code http_query_month(struct http_ctx *c, const char *name, struct hn_month *out,
                              struct hn_err *e)
{
    const char *v = present(c, name);

    return v == NULL ? HN_OK : hn_parse_month(v, name, out, e);
}
