/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/multipart.h"

#include "server/base/parse.h"

#include <strings.h>

#define BOUNDARY_MAX 70

/* The value of a parameter ("name=…; filename=…") of a header, unquoted; NULL if absent. RFC 7578
 * has browsers send names as UTF-8 with \" or %22 for a quote. */
static const char *parameter(struct hn_arena *a, const char *header, const char *name)
{
    size_t name_n = strlen(name);
    const char *p = strchr(header, ';');
    char *out = hn_arena_alloc(a, strlen(header) + 1);

    while (p != NULL) {
        const char *key;
        size_t n = 0;

        p++;
        while (*p == ' ' || *p == '\t')
            p++;
        key = p;
        p += strcspn(p, "=;");
        if (*p != '=') {
            p = *p == ';' ? p : NULL;
            continue;
        }
        bool ours = (size_t)(p - key) == name_n && strncasecmp(key, name, name_n) == 0;

        p++;
        if (*p == '"') {
            for (p++; *p != '\0' && *p != '"'; p++) {
                if (*p == '\\' && p[1] != '\0' && (p[1] == '"' || p[1] == '\\'))
                    p++;
                out[n++] = *p;
            }
            if (*p != '"')
                return NULL;
            p++;
        } else {
            while (*p != '\0' && *p != ';' && *p != ' ' && *p != '\t')
                out[n++] = *p++;
        }
        out[n] = '\0';
        if (ours)
            return out;
        p = strchr(p, ';');
    }
    return NULL;
}

const char *http_multipart_boundary(struct hn_arena *a, const char *content_type)
{
    static const char want[] = "multipart/form-data";
    const char *b;

    if (content_type == NULL || strncasecmp(content_type, want, sizeof(want) - 1) != 0)
        return NULL;
    b = parameter(a, content_type, "boundary");
    if (b == NULL || *b == '\0' || strlen(b) > BOUNDARY_MAX)
        return NULL;
    return b;
}

/* Some browsers of old sent whole paths. */
static const char *base_name(const char *s)
{
    const char *last = s;

    for (; *s != '\0'; s++)
        if (*s == '/' || *s == '\\')
            last = s + 1;
    return last;
}

/* The header lines of one part, NUL-terminated in the arena. */
static enum hn_code part_head(struct hn_arena *a, const char *head, struct http_part *part,
                              struct hn_err *e)
{
    const char *line = head;

    part->type = "";
    while (*line != '\0') {
        size_t len = strcspn(line, "\r\n");
        const char *text = hn_arena_strndup(a, line, len);

        if (strncasecmp(text, "content-disposition:", 20) == 0) {
            const char *file = parameter(a, text, "filename");

            part->name = parameter(a, text, "name");
            part->filename = file == NULL ? NULL : base_name(file);
        } else if (strncasecmp(text, "content-type:", 13) == 0) {
            text += 13;
            part->type = text + strspn(text, " \t");
        }
        line += len;
        line += strspn(line, "\r\n");
    }
    if (part->name == NULL)
        return hn_fail(e, HN_E_MALFORMED, "A part of the form has no name");
    return HN_OK;
}

enum hn_code http_multipart_parse(struct hn_arena *a, const char *boundary, struct hn_bytes body,
                                  struct http_parts *out, struct hn_err *e)
{
    const char *mark = hn_arena_fmt(a, "\r\n--%s", boundary);
    size_t mark_n = strlen(mark);
    const uint8_t *p = body.p;
    const uint8_t *end = body.p + body.n;

    out->v = hn_arena_make(a, struct http_part, HTTP_PARTS_MAX);
    out->n = 0;
    /* The first delimiter may stand at the very start, without its line break. */
    if (body.n >= mark_n - 2 && memcmp(p, mark + 2, mark_n - 2) == 0) {
        p += mark_n - 2;
    } else {
        p = body.n == 0 ? NULL : memmem(p, body.n, mark, mark_n);
        if (p == NULL)
            return hn_fail(e, HN_E_MALFORMED, "The form's parts have no delimiter");
        p += mark_n;
    }
    for (;;) {
        struct http_part part = {0};
        const uint8_t *head_end;
        const uint8_t *data_end;

        if (end - p >= 2 && p[0] == '-' && p[1] == '-')
            return HN_OK;
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
            return hn_fail(e, HN_E_MALFORMED, "The form ends in the middle of a part");
        head_end = memmem(p, (size_t)(end - p), "\r\n\r\n", 4);
        if (head_end == NULL || head_end - p > HTTP_PART_HEAD_MAX)
            return hn_fail(e, HN_E_MALFORMED, "A part of the form has no proper head");
        p += 2;
        size_t head_n = head_end > p ? (size_t)(head_end - p) : 0;

        if (!hn_utf8_valid((const char *)p, head_n))
            return hn_fail(e, HN_E_MALFORMED, "A part of the form has a name that is not UTF-8");
        if (part_head(a, hn_arena_strndup(a, (const char *)p, head_n), &part, e) != HN_OK)
            return e->code;
        p = head_end + 4;
        /* An empty part: the delimiter's own line break is the head's last one. */
        data_end = memmem(p - 2, (size_t)(end - p + 2), mark, mark_n);
        if (data_end == NULL)
            return hn_fail(e, HN_E_MALFORMED, "The form ends in the middle of a part");
        part.data = (struct hn_bytes){p, data_end > p ? (size_t)(data_end - p) : 0};
        if (out->n >= HTTP_PARTS_MAX)
            return hn_fail(e, HN_E_LIMIT, "The query or form has too many fields");
        out->v[out->n++] = part;
        p = data_end + mark_n;
    }
}
