/* SPDX-License-Identifier: Apache-2.0 */
/* parse.h — numbers and addresses from text, bounded; the error names the field. */
#ifndef HN_PARSE_H
#define HN_PARSE_H

#include "server/base/arena.h"
#include "server/base/err.h"

HN_MUST_USE enum hn_code hn_parse_i64(const char *s, const char *field, int64_t min, int64_t max,
                                      int64_t *out, struct hn_err *e);
HN_MUST_USE enum hn_code hn_parse_f64(const char *s, const char *field, double min, double max,
                                      double *out, struct hn_err *e);
/* Valid UTF-8 without NUL, surrogates or overlong forms (RFC 3629). */
bool hn_utf8_valid(const char *s, size_t n);
/* How many of the n bytes are valid from the start; n where all are. */
size_t hn_utf8_span(const char *s, size_t n);
/* Number of code points. s is valid UTF-8. */
size_t hn_utf8_len(const char *s);
/* An IPv4 or IPv6 address as text. */
bool hn_is_address(const char *s);

#endif
