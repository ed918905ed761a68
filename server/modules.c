/* SPDX-License-Identifier: Apache-2.0 */
/* modules.c — the whole product in one table. A capability adds its header and its line. */
#include "server/module.h"

#include "itsm/about/about.h"
#include "itsm/calendar/calendars.h"
#include "itsm/calendar/calendars_page.h"
#include "itsm/event/event.h"
#include "itsm/event/event_page.h"
#include "itsm/flow/flow.h"
#include "itsm/report/report.h"
#include "itsm/report/report_page.h"
#include "itsm/satellite/satellite.h"
#include "itsm/sla/sla.h"
#include "itsm/sla/sla_pages.h"
#include "itsm/watch/maintenance.h"
#include "itsm/home/home.h"
#include "itsm/manual/manual.h"
#include "itsm/watch/pages.h"
#include "itsm/watch/target_api.h"
#include "itsm/ticket/ticket.h"
#include "server/auth/auth.h"
#include "server/http/health.h"
#include "server/ingest/tasks.h"

/* clang-format off */
const struct hn_module *const hn_modules[] = {
    &http_module,
    &auth_module,
    &audit_module,
    &ingest_module,
    &event_module,
    &ticket_module,
    &flow_module,
    &target_module,
    &sample_module,
    &export_module,
    &maintenance_module,
    &satellite_module,
    &calendars_module,
    &calendars_pages_module,
    &sla_module,
    &sla_pages_module,
    &report_module,
    &report_pages_module,
    &home_module,
    &manual_module,
    &watch_pages_module,
    &event_pages_module,
    &about_module,
};
/* clang-format on */
const size_t hn_n_modules = sizeof(hn_modules) / sizeof(hn_modules[0]);
