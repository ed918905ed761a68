/* SPDX-License-Identifier: Apache-2.0 */
/* calendars_page.h — the pages of business calendars. */
#ifndef ITSM_CALENDARS_PAGE_H
#define ITSM_CALENDARS_PAGE_H

#include "itsm/calendar/calendars.h"

extern const struct hn_module calendars_pages_module;

#endif
