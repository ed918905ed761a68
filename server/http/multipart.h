/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart.h — multipart/form-data (RFC 7578) of a whole body in memory. The body is already
 * bounded; the number of parts and of header bytes a part is bounded here. Parts borrow the body's
 * bytes.
 */
#ifndef HN_HTTP_MULTIPART_H
#define HN_HTTP_MULTIPART_H

#include "server/base/arena.h"
#include "server/base/err.h"

#define HTTP_PARTS_MAX 200
#define HTTP_PART_HEAD_MAX 4096

struct http_part {
    const char *name;     /* of the field */
    const char *filename; /* without any path; NULL for a plain field */
    const char *type;     /* Content-Type; "" when not sent */
    struct hn_bytes data;
};

struct http_parts {
    struct http_part *v;
    size_t n;
};

/* The boundary of a Content-Type header in the arena; NULL when it is not multipart/form-data with
 * a boundary of 1 to 70 characters. */
const char *http_multipart_boundary(struct hn_arena *a, const char *content_type);
/* HN_E_MALFORMED for anything that does not follow the form to its closing delimiter. */
HN_MUST_USE enum hn_code http_multipart_parse(struct hn_arena *a, const char *boundary,
                                              struct hn_bytes body, struct http_parts *out,
                                              struct hn_err *e);

#endif
