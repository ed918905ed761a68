/* SPDX-License-Identifier: Apache-2.0 */
/* report_page.h — the pages of monthly reports. */
#ifndef ITSM_REPORT_PAGE_H
#define ITSM_REPORT_PAGE_H

#include "itsm/report/report.h"

http_handler report_page_list;
http_handler report_page_create;
http_handler report_page_show;
http_handler report_page_step;
http_handler report_page_again;
http_handler report_page_summary;
http_handler report_page_remark;
http_handler report_page_settle;

extern const struct hn_module report_pages_module;

#endif
