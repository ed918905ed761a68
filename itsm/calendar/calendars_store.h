/* SPDX-License-Identifier: Apache-2.0 */
/* calendars_store.h — the rows of sla.calendar and sla.calendar_version. */
#ifndef ITSM_CALENDARS_STORE_H
#define ITSM_CALENDARS_STORE_H

#include "itsm/calendar/calendars.h"

enum hn_code calendars_store_list(struct db *db, struct hn_arena *a, const char *q, int64_t after,
                                  int64_t limit, const struct calendar_row **out, size_t *n,
                                  struct hn_err *e);
enum hn_code calendars_store_get(struct db *db, struct hn_arena *a, int64_t id,
                                 struct calendar_row *out, struct hn_err *e);
enum hn_code calendars_store_versions(struct db *db, struct hn_arena *a, int64_t id,
                                      const struct calendar_row **out, size_t *n, struct hn_err *e);
enum hn_code calendars_store_at(struct db *db, struct hn_arena *a, int64_t id, hn_instant at,
                                struct calendar_row *out, struct hn_err *e);
enum hn_code calendars_store_add(struct db *db, const char *name, const char *code, int64_t *id,
                                 struct hn_err *e);
/* The next version, when `seen` is the newest; else HN_E_CONFLICT. */
enum hn_code calendars_store_next(struct db *db, int64_t id, const char *name, int64_t seen,
                                  int64_t *version, struct hn_err *e);
enum hn_code calendars_store_add_version(struct db *db, int64_t id, int64_t version,
                                         const struct calendar_new *in, int64_t by, hn_instant now,
                                         struct hn_err *e);
enum hn_code calendars_store_approve(struct db *db, int64_t id, int64_t version, int64_t by,
                                     hn_instant now, int64_t *creator, struct hn_err *e);

#endif
