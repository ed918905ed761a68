/* SPDX-License-Identifier: Apache-2.0 */
/* event_page.h — the event list's pages. */
#ifndef ITSM_EVENT_PAGE_H
#define ITSM_EVENT_PAGE_H

#include "server/module.h"

extern const struct hn_module event_pages_module;

#endif
