/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs.h — lists of name and value, and the readers that make them from what a client sent: query
 * strings, urlencoded bodies, cookies. All are bounded in number and decoded text is valid UTF-8
 * without NUL; anything else is HN_E_MALFORMED, never a guess.
 */
#ifndef HN_HTTP_PAIRS_H
#define HN_HTTP_PAIRS_H

#include "server/base/arena.h"
#include "server/base/err.h"

#define HTTP_PAIRS_MAX 1000

struct http_pair {
    const char *name;
    const char *value;
};

struct http_pairs {
    struct http_pair *v;
    size_t n;
    size_t cap;
};

void http_pairs_add(struct http_pairs *l, struct hn_arena *a, const char *name, const char *value);
/* The first value of the name; NULL if absent. */
const char *http_pairs_get(const struct http_pairs *l, const char *name);
/* The same without regard to ASCII case (header fields). */
const char *http_pairs_get_nocase(const struct http_pairs *l, const char *name);
struct hn_texts http_pairs_all(const struct http_pairs *l, struct hn_arena *a, const char *name);

/* Percent-decodes n bytes (plus: "+" is a space). NULL when a percent sign is not followed by two
 * hex digits or the result is not UTF-8 without NUL. */
char *http_decode(struct hn_arena *a, const char *s, size_t n, bool plus);

/* "a=1&b=2" into pairs, appended to *out. HN_E_MALFORMED or HN_E_LIMIT. */
HN_MUST_USE enum hn_code http_parse_query(struct hn_arena *a, const char *s, size_t n,
                                          struct http_pairs *out, struct hn_err *e);
/* A Cookie header into pairs. Cookies that are not ours may be anything: bad ones are left out. */
void http_parse_cookies(struct hn_arena *a, const char *s, struct http_pairs *out);

#endif
