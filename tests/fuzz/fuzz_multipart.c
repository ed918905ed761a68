/* SPDX-License-Identifier: Apache-2.0 */
/* Multipart bodies: parts lie inside the body, in order, and do not overlap. The first line is the
 * Content-Type. */
#include "server/base/parse.h"
#include "server/http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HN_ARENA a = hn_arena_new();
    const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
    struct http_parts parts;
    struct hn_err e = {0};
    struct hn_bytes body;
    const char *boundary;
    const uint8_t *at;

    if (end == NULL)
        return 0;
    boundary =
        http_multipart_boundary(a, hn_arena_strndup(a, (const char *)data, (size_t)(end - data)));
    if (boundary == NULL)
        return 0;
    body = (struct hn_bytes){end + 1, size - (size_t)(end + 1 - data)};
    if (http_multipart_parse(a, boundary, body, &parts, &e) != HN_OK)
        return 0;
    at = body.p;
    for (size_t i = 0; i < parts.n; i++) {
        const struct http_part *p = &parts.v[i];

        if (p->data.p < at || p->data.p + p->data.n > body.p + body.n || p->name == NULL ||
            !hn_utf8_valid(p->name, strlen(p->name)))
            abort();
        at = p->data.p + p->data.n;
    }
    return 0;
}
