/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/about/about.h"

#include "server/base/version.h"

static enum hn_code send_file(struct http_ctx *c, const char *name, const char *type,
                              const char *download_as, struct hn_err *e)
{
    struct hn_bytes data;

    if (about_read(name, c->arena, &data, e) != HN_OK)
        return e->code;
    return http_bytes(c, 200, type, data, download_as, e);
}

enum hn_code about_api_get(struct http_ctx *c, struct hn_err *e)
{
    return send_file(c, "parts.json", "application/json", NULL, e);
}

enum hn_code about_api_sbom(struct http_ctx *c, struct hn_err *e)
{
    return send_file(c, "sbom.cdx.json", "application/vnd.cyclonedx+json",
                     "hinomi-" HN_VERSION ".cdx.json", e);
}

enum hn_code about_api_licence(struct http_ctx *c, struct hn_err *e)
{
    const char *name = http_param(c, "name");

    if (!about_is_licence_name(name))
        return hn_fail(e, HN_E_NOT_FOUND, "There is no such licence text");
    return send_file(c, hn_arena_fmt(c->arena, "licences/%s", name), "text/plain; charset=utf-8",
                     NULL, e);
}
