/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/pairs.h"

#include "server/base/parse.h"

#include <strings.h>

void http_pairs_add(struct http_pairs *l, struct hn_arena *a, const char *name, const char *value)
{
    if (l->n == l->cap) {
        size_t cap = l->cap == 0 ? 8 : l->cap * 2;
        struct http_pair *v = hn_arena_make(a, struct http_pair, cap);

        if (l->n > 0)
            memcpy(v, l->v, l->n * sizeof(*v));
        l->v = v;
        l->cap = cap;
    }
    l->v[l->n++] = (struct http_pair){name, value};
}

const char *http_pairs_get(const struct http_pairs *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (hn_streq(l->v[i].name, name))
            return l->v[i].value;
    return NULL;
}

const char *http_pairs_get_nocase(const struct http_pairs *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcasecmp(l->v[i].name, name) == 0)
            return l->v[i].value;
    return NULL;
}

struct hn_texts http_pairs_all(const struct http_pairs *l, struct hn_arena *a, const char *name)
{
    const char **v = hn_arena_make(a, const char *, l->n + 1);
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        if (hn_streq(l->v[i].name, name))
            v[n++] = l->v[i].value;
    return (struct hn_texts){v, n};
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

char *http_decode(struct hn_arena *a, const char *s, size_t n, bool plus)
{
    char *out = hn_arena_alloc(a, n + 1);
    size_t o = 0;

    for (size_t i = 0; i < n; i++) {
        if (s[i] == '%') {
            if (n - i < 3 || hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
                return NULL;
            out[o++] = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
            i += 2;
        } else {
            out[o++] = s[i] == '+' && plus ? ' ' : s[i];
        }
    }
    out[o] = '\0';
    return hn_utf8_valid(out, o) ? out : NULL;
}

enum hn_code http_parse_query(struct hn_arena *a, const char *s, size_t n, struct http_pairs *out,
                              struct hn_err *e)
{
    size_t at = 0;

    while (at < n) {
        const char *amp = memchr(s + at, '&', n - at);
        size_t end = amp == NULL ? n : (size_t)(amp - s);
        const char *eq = memchr(s + at, '=', end - at);
        size_t name_end = eq == NULL ? end : (size_t)(eq - s);
        size_t value_at = eq == NULL ? end : name_end + 1;

        if (end > at) {
            const char *name = http_decode(a, s + at, name_end - at, true);
            const char *value = http_decode(a, s + value_at, end - value_at, true);

            if (name == NULL || value == NULL)
                return hn_fail(e, HN_E_MALFORMED,
                               "The query or form is not valid percent-encoded UTF-8");
            if (out->n >= HTTP_PAIRS_MAX)
                return hn_fail(e, HN_E_LIMIT, "The query or form has too many fields");
            http_pairs_add(out, a, name, value);
        }
        at = end + 1;
    }
    return HN_OK;
}

void http_parse_cookies(struct hn_arena *a, const char *s, struct http_pairs *out)
{
    while (*s != '\0' && out->n < HTTP_PAIRS_MAX) {
        size_t len;
        const char *eq;

        while (*s == ' ' || *s == '\t' || *s == ';')
            s++;
        len = strcspn(s, ";");
        eq = memchr(s, '=', len);
        if (eq != NULL && eq > s) {
            size_t name_n = (size_t)(eq - s);
            size_t value_n = len - name_n - 1;

            while (value_n > 0 && (eq[value_n] == ' ' || eq[value_n] == '\t'))
                value_n--;
            http_pairs_add(out, a, hn_arena_strndup(a, s, name_n),
                           hn_arena_strndup(a, eq + 1, value_n));
        }
        s += len;
    }
}
