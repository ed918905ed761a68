/* SPDX-License-Identifier: Apache-2.0 */
/* about_page.c — 「このシステムについて」: version, parts, licences, the SBOM to save. */
#include "itsm/about/about.h"

#include "server/base/i18n.h"
#include "server/base/version.h"
#include "server/tpl/tpl.h"

enum hn_code about_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *list = NULL;
    struct hn_bytes json;
    struct hn_err why = {0};

    /* Without the list the page still says what runs. */
    if (about_read("parts.json", c->arena, &json, &why) == HN_OK &&
        tpl_from_json(c->arena, (const char *)json.p, json.n, &list, e) != HN_OK)
        return hn_ctx(e, "parts.json");
    tpl_set(view, "about", list != NULL ? list : tpl_none(c->arena));
    tpl_set_str(view, "version", HN_VERSION);
    tpl_set_str(view, "licence", "Apache-2.0");
    tpl_set_str(view, "title", hn_tr("About this system"));
    tpl_set_str(view, "lead",
                hn_tr("hinomi watches the network, takes care of incidents and makes the monthly "
                      "reports of service levels."));
    return http_page(c, "page/about.html", view, e);
}

static const struct http_route routes[] = {
    {"GET", "/about", PERM_SIGNED_IN, about_page, 0, "Version, parts and licences"},
    {"GET", "/api/v1/about", PERM_SIGNED_IN, about_api_get, 0,
     "Version, commit and the parts with their licences"},
    {"GET", "/api/v1/about/sbom", PERM_SIGNED_IN, about_api_sbom, 0,
     "The software bill of materials (CycloneDX 1.5)"},
    {"GET", "/api/v1/about/licences/:name", PERM_SIGNED_IN, about_api_licence, 0,
     "The full text of a part's licence"},
};

const struct hn_module about_module = {
    .name = "about", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
