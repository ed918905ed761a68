/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h — a table as a download: CSV (UTF-8 with BOM, for spreadsheets), XLSX or JSON.
 *
 *   struct http_table *t = http_table_begin(c, "incidents", format, cols, n, e);
 *   … for each row: http_table_text(), _i64(), _instant() in the order of the columns,
 *     then http_table_end_row(t) …
 *   return http_table_send(t, e);
 *
 * One table, three forms: headers are in the user's language (CSV, XLSX), keys are words of the API
 * (JSON). Instants are shown in Asia/Tokyo in CSV and XLSX, RFC 3339 in UTC in JSON. Text that
 * begins like a formula cannot run in a spreadsheet.
 */
#ifndef HN_HTTP_TABLE_H
#define HN_HTTP_TABLE_H

#include "server/http/http.h"

struct http_table_col {
    const char *key;    /* JSON */
    const char *header; /* in the user's language */
    int width;          /* characters in XLSX */
};

#define HTTP_TABLE_ROWS_MAX 100000

struct http_table;

/* format: "csv", "xlsx", "json"; else HN_E_NOT_FOUND. NULL on error. title: of the XLSX sheet. */
struct http_table *http_table_begin(struct http_ctx *c, const char *name, const char *title,
                                    const char *format, const struct http_table_col *cols, size_t n,
                                    struct hn_err *e);
void http_table_text(struct http_table *t, const char *s); /* NULL is an empty cell */
void http_table_i64(struct http_table *t, int64_t v);
void http_table_none(struct http_table *t);
void http_table_instant(struct http_table *t, hn_instant at); /* HN_UNSET is an empty cell */
void http_table_end_row(struct http_table *t);
/* Gives up without an answer: after an error of the caller's. */
void http_table_drop(struct http_table *t);
/* Answers with the file NAME-YYYYMMDD.FORMAT. */
HN_MUST_USE enum hn_code http_table_send(struct http_table *t, struct hn_err *e);

#endif
