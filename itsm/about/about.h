/* SPDX-License-Identifier: Apache-2.0 */
/*
 * about.h — what the running product is: version, the parts that it consists of with their
 * licences, its SBOM. All of it was made by the build (tools/sbom) and lies in one folder:
 * parts.json, sbom.cdx.json, licences/. Files are read when asked for; without the folder (a build
 * that lacked the tools) the answers are HN_E_NOT_FOUND and the page says so.
 */
#ifndef ITSM_ABOUT_H
#define ITSM_ABOUT_H

#include "server/http/http.h"
#include "server/module.h"

/* Once, before threads. The text must live as long as the process. */
void about_configure(const char *folder);

/* A file of the folder, at most 8 MiB. name is of our own making or was checked. HN_E_NOT_FOUND. */
HN_MUST_USE enum hn_code about_read(const char *name, struct hn_arena *a, struct hn_bytes *out,
                                    struct hn_err *e);
/* Letters, digits and . + - only, beginning with a letter or digit: a file in licences/. */
bool about_is_licence_name(const char *name);

http_handler about_page;
http_handler about_api_get;
http_handler about_api_sbom;
http_handler about_api_licence;

extern const struct hn_module about_module;

#endif
