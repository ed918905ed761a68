/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum hn_code hn_parse_i64(const char *s, const char *field, int64_t min, int64_t max, int64_t *out,
                          struct hn_err *e)
{
    const char *p = s + (*s == '-' ? 1 : 0);
    int64_t v = 0;
    bool wide = false;

    if (!is_digit(*p))
        return hn_fail_field(e, field, "must be a whole number");
    for (; is_digit(*p); p++) {
        int64_t digit = *s == '-' ? -(*p - '0') : *p - '0';

        wide = wide || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v);
    }
    if (*p != '\0')
        return hn_fail_field(e, field, "must be a whole number");
    if (wide || v < min || v > max)
        return hn_fail_field(e, field, "must be between %lld and %lld", (long long)min,
                             (long long)max);
    *out = v;
    return HN_OK;
}

/* -?digits[.digits][e[+-]digits]: no hex, no "inf", no spaces. */
static bool is_decimal(const char *s)
{
    s += *s == '-' ? 1 : 0;
    if (!is_digit(*s))
        return false;
    while (is_digit(*s))
        s++;
    if (*s == '.') {
        s++;
        if (!is_digit(*s))
            return false;
        while (is_digit(*s))
            s++;
    }
    if (*s == 'e' || *s == 'E') {
        s++;
        s += *s == '+' || *s == '-' ? 1 : 0;
        if (!is_digit(*s))
            return false;
        while (is_digit(*s))
            s++;
    }
    return *s == '\0';
}

enum hn_code hn_parse_f64(const char *s, const char *field, double min, double max, double *out,
                          struct hn_err *e)
{
    double v;

    if (!is_decimal(s))
        return hn_fail_field(e, field, "must be a number");
    v = strtod(s, NULL); /* the process never leaves the C locale */
    if (!isfinite(v) || v < min || v > max)
        return hn_fail_field(e, field, "must be between %g and %g", min, max);
    *out = v;
    return HN_OK;
}

/* Length of the sequence that begins at p (RFC 3629 §4), 0 where it is not valid. */
static size_t utf8_sequence(const uint8_t *p, size_t n)
{
    uint8_t lo = 0x80;
    uint8_t hi = 0xBF;
    size_t len;

    if (p[0] < 0x80)
        return p[0] == 0 ? 0 : 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    len = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (len > n)
        return 0;
    if (p[0] == 0xE0)
        lo = 0xA0; /* overlong */
    else if (p[0] == 0xED)
        hi = 0x9F; /* surrogates */
    else if (p[0] == 0xF0)
        lo = 0x90; /* overlong */
    else if (p[0] == 0xF4)
        hi = 0x8F; /* above U+10FFFF */
    if (p[1] < lo || p[1] > hi)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return len;
}

size_t hn_utf8_span(const char *s, size_t n)
{
    const uint8_t *p = (const uint8_t *)s;
    size_t i = 0;

    while (i < n) {
        size_t len;

        if (p[i] >= 0x01 && p[i] < 0x80) { /* mostly */
            i++;
            continue;
        }
        len = utf8_sequence(p + i, n - i);

        if (len == 0)
            break;
        i += len;
    }
    return i;
}

bool hn_utf8_valid(const char *s, size_t n)
{
    return hn_utf8_span(s, n) == n;
}

size_t hn_utf8_len(const char *s)
{
    size_t n = 0;

    for (; *s != '\0'; s++)
        n += ((uint8_t)*s & 0xC0) != 0x80;
    return n;
}

bool hn_is_address(const char *s)
{
    struct in6_addr a;

    return inet_pton(AF_INET, s, &a) == 1 || inet_pton(AF_INET6, s, &a) == 1;
}
