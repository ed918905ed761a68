/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home.h — the first page of each role, the search over everything, and the live stream that open
 * pages listen to. Stands on top of the capabilities and owns no table.
 */
#ifndef ITSM_HOME_H
#define ITSM_HOME_H

#include "server/http/http.h"
#include "server/module.h"

http_handler home_page;
http_handler home_counts;
http_handler search_page;
http_handler live_stream;

extern const struct hn_module home_module;

#endif
