/* SPDX-License-Identifier: Apache-2.0 */
/* form_time.h — the browser's <input type="datetime-local"> and "date": times of Tokyo. */
#ifndef HN_HTTP_FORM_TIME_H
#define HN_HTTP_FORM_TIME_H

#include "server/http/http.h"

/* "2026-11-22T13:00", also with seconds, with a space or slashes as people type them. Empty:
 * HN_UNSET where it is optional. HN_E_INVALID names the field; like the JSON getters it adds to
 * what is there, so that all bad fields are told together. */
enum hn_code form_instant(struct http_ctx *c, const char *field, enum hn_need need, hn_instant *out,
                          struct hn_err *e);
/* The value of such an input; "" for HN_UNSET. */
const char *form_local(struct hn_arena *a, hn_instant t);

#endif
