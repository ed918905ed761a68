/* SPDX-License-Identifier: Apache-2.0 */
/* outage_api.h — handlers of outages, exclusions and gaps; the route table is sla_api.c's. */
#ifndef ITSM_OUTAGE_API_H
#define ITSM_OUTAGE_API_H

#include "server/http/http.h"

http_handler outage_api_list, outage_api_get, outage_api_record, outage_api_propose,
    outage_api_evidence, outage_api_approve, outage_api_reject;
http_handler exclusion_api_list, exclusion_api_get, exclusion_api_propose, exclusion_api_approve,
    exclusion_api_reject, exclusion_api_send_back;
http_handler gap_api_list, gap_api_propose, gap_api_approve, gap_api_reject;

#endif
