/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.h — the API's own description (OpenAPI 3.1), made from the route tables. */
#ifndef HN_HTTP_OPENAPI_H
#define HN_HTTP_OPENAPI_H

#include "server/http/http.h"

HN_MUST_USE enum hn_code openapi_get(struct http_ctx *c, struct hn_err *e);

#endif
