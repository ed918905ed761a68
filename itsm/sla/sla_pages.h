/* SPDX-License-Identifier: Apache-2.0 */
/* sla_pages.h — the pages of SLAs, outages, exclusions, gaps and services. */
#ifndef ITSM_SLA_PAGES_H
#define ITSM_SLA_PAGES_H

#include "itsm/sla/sla_view.h"

http_handler sla_page_list;
http_handler sla_page_show;
http_handler sla_page_approve;
http_handler sla_page_gap;
http_handler sla_page_gap_decide;
http_handler outage_page_list;
http_handler outage_page_new;
http_handler outage_page_record;
http_handler outage_page_show;
http_handler outage_page_correct;
http_handler outage_page_decide;
http_handler service_page_list;
http_handler service_page_new;
http_handler service_page_create;
http_handler service_page_show;
http_handler service_page_edit;
http_handler service_page_change;
http_handler service_page_approve;
http_handler sla_page_new;
http_handler sla_page_create;
http_handler sla_page_edit;
http_handler sla_page_change;
http_handler exclusion_page_list;
http_handler exclusion_page_new;
http_handler exclusion_page_propose;
http_handler exclusion_page_show;
http_handler exclusion_page_decide;

extern const struct hn_module sla_pages_module;

#endif
