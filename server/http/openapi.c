/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/openapi.h"

#include "server/base/version.h"
#include "server/http/app.h"

#include <ctype.h>

/* "/api/v1/reports/:id.:format" as "/api/v1/reports/{id}.{format}". */
static const char *path_of(struct hn_arena *a, const char *pattern)
{
    struct hn_sbuf b;
    bool name = false;

    hn_sbuf_init(&b, a, 512);
    for (; *pattern != '\0'; pattern++) {
        if (name && (*pattern == '/' || *pattern == '.')) {
            hn_sbuf_chr(&b, '}');
            name = false;
        }
        if (*pattern == ':') {
            hn_sbuf_chr(&b, '{');
            name = true;
        } else {
            hn_sbuf_chr(&b, *pattern);
        }
    }
    if (name)
        hn_sbuf_chr(&b, '}');
    return hn_sbuf_text(&b);
}

static const char *operation_id(struct hn_arena *a, const struct http_route *r)
{
    struct hn_sbuf b;
    bool gap = true;

    hn_sbuf_init(&b, a, 512);
    for (const char *p = r->method; *p != '\0'; p++)
        hn_sbuf_chr(&b, (char)tolower((unsigned char)*p));
    for (const char *p = r->pattern + strlen("/api/v1"); *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p)) {
            gap = true;
            continue;
        }
        if (gap)
            hn_sbuf_chr(&b, '_');
        gap = false;
        hn_sbuf_chr(&b, *p);
    }
    return hn_sbuf_text(&b);
}

static void write_parameters(struct hn_jw *w, struct hn_arena *a, const char *pattern)
{
    bool any = false;

    for (const char *p = strchr(pattern, ':'); p != NULL; p = strchr(p + 1, ':')) {
        const char *name = hn_arena_strndup(a, p + 1, strcspn(p + 1, "/."));
        bool number = hn_streq(name, "id");

        if (!any)
            hn_jw_array(w, "parameters");
        any = true;
        hn_jw_object(w, NULL);
        hn_jw_text(w, "name", name);
        hn_jw_text(w, "in", "path");
        hn_jw_bool(w, "required", true);
        hn_jw_object(w, "schema");
        hn_jw_text(w, "type", number ? "integer" : "string");
        if (number)
            hn_jw_text(w, "format", "int64");
        hn_jw_end_object(w);
        hn_jw_end_object(w);
    }
    if (any)
        hn_jw_end_array(w);
}

static void write_response(struct hn_jw *w, const char *status, const char *text)
{
    hn_jw_object(w, status);
    hn_jw_text(w, "description", text);
    hn_jw_end_object(w);
}

static void write_operation(struct hn_jw *w, struct hn_arena *a, const struct http_route *r,
                            const char *tag)
{
    bool reads = hn_streq(r->method, "GET");
    char method[8] = "";

    for (size_t i = 0; r->method[i] != '\0' && i < sizeof(method) - 1; i++)
        method[i] = (char)tolower((unsigned char)r->method[i]);
    hn_jw_object(w, method);
    hn_jw_text(w, "operationId", operation_id(a, r));
    hn_jw_text(w, "summary", r->summary == NULL ? r->pattern : r->summary);
    hn_jw_array(w, "tags");
    hn_jw_text(w, NULL, tag);
    hn_jw_end_array(w);
    hn_jw_text(w, "x-permission", perm_name(r->perm));
    if (r->perm == PERM_PUBLIC) {
        hn_jw_array(w, "security");
        hn_jw_end_array(w);
    }
    write_parameters(w, a, r->pattern);
    if (!reads && !hn_streq(r->method, "DELETE")) {
        hn_jw_object(w, "requestBody");
        hn_jw_object(w, "content");
        hn_jw_object(w, r->flags & HTTP_UPLOAD ? "multipart/form-data" : "application/json");
        hn_jw_object(w, "schema");
        hn_jw_text(w, "type", "object");
        hn_jw_end_object(w);
        hn_jw_end_object(w);
        hn_jw_end_object(w);
        hn_jw_end_object(w);
    }
    hn_jw_object(w, "responses");
    write_response(w, "2XX", "Done");
    hn_jw_object(w, "default");
    hn_jw_text(w, "$ref", "#/components/responses/Problem");
    hn_jw_end_object(w);
    hn_jw_end_object(w);
    hn_jw_end_object(w);
}

static void write_paths(struct hn_jw *w, struct http_ctx *c)
{
    const struct http_router *router = c->app->router;
    size_t n = http_router_count(router);

    hn_jw_object(w, "paths");
    for (size_t i = 0; i < n; i++) {
        const char *pattern = http_router_at(router, i)->pattern;
        bool first = true;

        if (strncmp(pattern, "/api/v1/", 8) != 0)
            continue;
        for (size_t j = 0; j < i; j++)
            first = first && !hn_streq(http_router_at(router, j)->pattern, pattern);
        if (!first)
            continue;
        hn_jw_object(w, path_of(c->arena, pattern));
        for (size_t j = i; j < n; j++)
            if (hn_streq(http_router_at(router, j)->pattern, pattern))
                write_operation(w, c->arena, http_router_at(router, j),
                                http_router_module(router, j));
        hn_jw_end_object(w);
    }
    hn_jw_end_object(w);
}

/* RFC 9457, and what we add to it. */
static const char problem_json[] =
    "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\"],\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":"
    "\"integer\"},\"detail\":{\"type\":\"string\"},\"instance\":{\"type\":\"string\"},\"errors\":{"
    "\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"field\":{\"type\":"
    "\"string\"},\"message\":{\"type\":\"string\"}}}},\"allowed\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"string\"}}}}";

static void write_components(struct hn_jw *w)
{
    hn_jw_object(w, "components");
    hn_jw_object(w, "securitySchemes");
    hn_jw_raw(w, "token", "{\"type\":\"http\",\"scheme\":\"bearer\"}");
    hn_jw_raw(w, "session",
              "{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"hinomi_session\",\"description\":"
              "\"A browser's session; writes also need its X-CSRF-Token.\"}");
    hn_jw_end_object(w);
    hn_jw_object(w, "schemas");
    hn_jw_raw(w, "Problem", problem_json);
    hn_jw_end_object(w);
    hn_jw_object(w, "responses");
    hn_jw_raw(w, "Problem",
              "{\"description\":\"Refused or failed (RFC 9457)\",\"content\":{"
              "\"application/problem+json\":{\"schema\":{\"$ref\":"
              "\"#/components/schemas/Problem\"}}}}");
    hn_jw_end_object(w);
    hn_jw_end_object(w);
}

enum hn_code openapi_get(struct http_ctx *c, struct hn_err *e)
{
    struct hn_jw *w = http_jw(c);

    hn_jw_object(w, NULL);
    hn_jw_text(w, "openapi", "3.1.0");
    hn_jw_object(w, "info");
    hn_jw_text(w, "title", "hinomi");
    hn_jw_text(w, "version", HN_VERSION);
    hn_jw_text(w, "description",
               "Times are RFC 3339. Lists take limit, cursor, q and sort and answer {items, next}. "
               "Writes take Idempotency-Key; editable objects carry version.");
    hn_jw_end_object(w);
    hn_jw_raw(w, "security", "[{\"token\":[]},{\"session\":[]}]");
    write_paths(w, c);
    write_components(w);
    hn_jw_end_object(w);
    return http_json(c, 200, e);
}
