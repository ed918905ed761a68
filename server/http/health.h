/* SPDX-License-Identifier: Apache-2.0 */
/* health.h — the HTTP layer's own module: /healthz, /readyz, /metrics, /api/v1/openapi.json. */
#ifndef HN_HTTP_HEALTH_H
#define HN_HTTP_HEALTH_H

#include "server/module.h"

extern const struct hn_module http_module;

#endif
