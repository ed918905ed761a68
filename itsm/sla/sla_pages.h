/* SPDX-License-Identifier: Apache-2.0 */
/* sla_pages.h — the pages of SLAs, outages, exclusions, gaps and services. */
#ifndef ITSM_SLA_PAGES_H
#define ITSM_SLA_PAGES_H

#include "itsm/sla/sla_view.h"

http_handler sla_page_list;

extern const struct hn_module sla_pages_module;

#endif
