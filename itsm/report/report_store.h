/* SPDX-License-Identifier: Apache-2.0 */
/* report_store.h — the rows of schema report. */
#ifndef ITSM_REPORT_STORE_H
#define ITSM_REPORT_STORE_H

#include "itsm/report/report.h"

enum hn_code report_store_list(struct db *db, struct hn_arena *a, const char *type,
                               const char *month, int64_t after, int64_t limit,
                               const struct report_row **out, size_t *n, struct hn_err *e);
enum hn_code report_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                              struct report_row *out, struct hn_err *e);
/* The newest edition; with approved_only the newest approved one. HN_E_NOT_FOUND without one. */
enum hn_code report_store_newest(struct db *db, struct hn_arena *a, const char *type,
                                 const char *month, bool approved_only, struct report_row *out,
                                 struct hn_err *e);
enum hn_code report_store_add(struct db *db, const char *type, const char *month, int edition,
                              const char *reason, int64_t by, hn_instant now, int64_t *id,
                              struct hn_err *e);
enum hn_code report_store_again(struct db *db, int64_t id, const char *reason, struct hn_err *e);
enum hn_code report_store_rendered(struct db *db, int64_t id, const char *context, hn_instant as_of,
                                   hn_instant now, struct hn_err *e);
enum hn_code report_store_failed(struct db *db, int64_t id, const char *error, struct hn_err *e);
/* Takes the oldest waiting edition, skipping those that another worker holds; HN_E_NOT_FOUND. */
enum hn_code report_store_take(struct db *db, int64_t *id, struct hn_err *e);
/* The newest edition whose PDF is missing and was not tried too often; HN_E_NOT_FOUND. */
enum hn_code report_store_take_pdf(struct db *db, int64_t *id, struct hn_err *e);
enum hn_code report_store_pdf_failed(struct db *db, int64_t id, const char *error,
                                     struct hn_err *e);
enum hn_code report_store_state(struct db *db, int64_t id, const char *to, int64_t by,
                                hn_instant now, struct hn_err *e);
enum hn_code report_store_summary(struct db *db, int64_t id, const char *text, struct hn_err *e);
enum hn_code report_store_file(struct db *db, struct hn_arena *a, int64_t id, const char *format,
                               struct report_file *out, struct hn_err *e);
enum hn_code report_store_put_file(struct db *db, int64_t id, const char *format,
                                   struct hn_bytes data, struct hn_bytes sha256, hn_instant now,
                                   struct hn_err *e);
enum hn_code report_store_step(struct db *db, int64_t id, const char *from, const char *to,
                               int64_t by, const char *comment, hn_instant now, struct hn_err *e);
enum hn_code report_store_steps(struct db *db, struct hn_arena *a, int64_t id,
                                const struct report_step **out, size_t *n, struct hn_err *e);
enum hn_code report_store_remarks(struct db *db, struct hn_arena *a, int64_t id,
                                  const struct report_remark **out, size_t *n, struct hn_err *e);
enum hn_code report_store_add_remark(struct db *db, int64_t id, const char *block,
                                     const char *figure, const char *text, int64_t by,
                                     hn_instant now, struct hn_err *e);
enum hn_code report_store_settle(struct db *db, int64_t id, int64_t remark_id, int64_t by,
                                 hn_instant now, struct hn_err *e);

#endif
