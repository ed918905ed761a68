/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/json_scan.h"

#include "server/base/parse.h"

struct scan {
    const char *p;
    size_t n;
    size_t at;
    unsigned depth;
    unsigned max_depth;
    bool too_deep;
};

static bool value(struct scan *s);

static int peek(const struct scan *s)
{
    return s->at < s->n ? (uint8_t)s->p[s->at] : -1;
}

static bool take(struct scan *s, char c)
{
    if (peek(s) != (uint8_t)c)
        return false;
    s->at++;
    return true;
}

static void space(struct scan *s)
{
    int c;

    while ((c = peek(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
        s->at++;
}

static bool literal(struct scan *s, const char *word)
{
    for (; *word != '\0'; word++)
        if (!take(s, *word))
            return false;
    return true;
}

static bool digits(struct scan *s)
{
    size_t from = s->at;

    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return s->at > from;
}

static bool number(struct scan *s)
{
    (void)take(s, '-'); /* optional */
    if (!take(s, '0') && !digits(s))
        return false;
    if (take(s, '.') && !digits(s))
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            (void)take(s, '-'); /* optional */
        if (!digits(s))
            return false;
    }
    return true;
}

static bool hex(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool escape(struct scan *s)
{
    int c = peek(s);

    if (c != 'u') {
        if (c <= 0 || strchr("\"\\/bfnrt", c) == NULL)
            return false;
        s->at++;
        return true;
    }
    s->at++;
    for (int i = 0; i < 4; i++, s->at++)
        if (!hex(peek(s)))
            return false;
    return true;
}

static bool string(struct scan *s)
{
    if (!take(s, '"'))
        return false;
    for (;;) {
        int c = peek(s);

        if (c < ' ') /* also the end of the text */
            return false;
        s->at++;
        if (c == '"')
            return true;
        if (c == '\\' && !escape(s))
            return false;
    }
}

static bool array(struct scan *s)
{
    s->at++;
    space(s);
    if (take(s, ']'))
        return true;
    do {
        if (!value(s))
            return false;
    } while (take(s, ','));
    return take(s, ']');
}

static bool object(struct scan *s)
{
    s->at++;
    space(s);
    if (take(s, '}'))
        return true;
    do {
        space(s);
        if (!string(s))
            return false;
        space(s);
        if (!take(s, ':') || !value(s))
            return false;
    } while (take(s, ','));
    return take(s, '}');
}

/* A value with the white space on both sides. Recursion is bounded by max_depth. */
static bool value(struct scan *s)
{
    bool ok;

    space(s);
    switch (peek(s)) {
    case '{':
    case '[':
        if (s->depth == s->max_depth) {
            s->too_deep = true;
            return false;
        }
        s->depth++;
        ok = s->p[s->at] == '{' ? object(s) : array(s);
        s->depth--;
        break;
    case '"': ok = string(s); break;
    case 't': ok = literal(s, "true"); break;
    case 'f': ok = literal(s, "false"); break;
    case 'n': ok = literal(s, "null"); break;
    default: ok = number(s); break;
    }
    if (ok)
        space(s);
    return ok;
}

enum hn_json_flaw hn_json_scan(const char *p, size_t n, unsigned max_depth, size_t *at)
{
    struct scan s = {.p = p, .n = n, .max_depth = max_depth};

    *at = hn_utf8_span(p, n);
    if (*at < n &&
        p[*at] != '\0') /* a NUL is valid UTF-8 but no JSON: the scan below stops there */
        return HN_JSON_NOT_UTF8;
    if (value(&s) && s.at == n)
        return HN_JSON_FINE;
    *at = s.at;
    return s.too_deep ? HN_JSON_TOO_DEEP : HN_JSON_SYNTAX;
}
