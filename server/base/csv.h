/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h — CSV in and out (RFC 4180).
 *
 * Reading: the whole file is in memory (uploads are bounded). UTF-8 with or without BOM; what is
 * not UTF-8 is taken as CP932, as Japanese spreadsheets write it. Lines end with CRLF, LF or CR;
 * empty lines are skipped. Cells are UTF-8 text without NUL, in the arena. A row may have fewer or
 * more cells than the header: hn_csv_cell() answers "" for those that are missing. Errors name the
 * line on which the row begins: HN_E_INVALID on field "file".
 *
 *   struct hn_csv r;
 *   struct hn_csv_row head, row;
 *   if (hn_csv_open(&r, p, n, &hn_csv_default_limits, arena, e) != HN_OK ||
 *       hn_csv_head(&r, &head, e) != HN_OK) …
 *   int name = hn_csv_column(&head, "name");
 *   while ((code = hn_csv_next(&r, &row, e)) == HN_OK && row.n > 0)
 *       use(hn_csv_cell(&row, name));
 */
#ifndef HN_CSV_H
#define HN_CSV_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/sbuf.h"

struct hn_csv_limits {
    size_t bytes; /* of the file, and of its text as UTF-8 */
    size_t rows;  /* with the header */
    size_t cells; /* in a row */
    size_t cell_bytes;
};
extern const struct hn_csv_limits hn_csv_default_limits; /* 32 MB, 100,000, 200, 64 kB */

struct hn_csv {
    const char *p;
    size_t n;
    size_t at;
    unsigned line;
    size_t rows;
    struct hn_csv_limits limit;
    struct hn_arena *arena;
};

struct hn_csv_row {
    unsigned line; /* on which it begins, from 1 */
    size_t n;      /* 0: the end of the file */
    const char *const *cell;
};

HN_MUST_USE enum hn_code hn_csv_open(struct hn_csv *r, const void *p, size_t n,
                                     const struct hn_csv_limits *limit, struct hn_arena *a,
                                     struct hn_err *e);
/* The first row; HN_E_INVALID where there is none. */
HN_MUST_USE enum hn_code hn_csv_head(struct hn_csv *r, struct hn_csv_row *out, struct hn_err *e);
/* The next row; at the end HN_OK with out->n == 0. */
HN_MUST_USE enum hn_code hn_csv_next(struct hn_csv *r, struct hn_csv_row *out, struct hn_err *e);
/* Index of the cell of this text, or -1. */
int hn_csv_column(const struct hn_csv_row *head, const char *name);
/* "" where i is -1 or past the row's end. */
const char *hn_csv_cell(const struct hn_csv_row *row, int i);

/*
 * Writing: hn_csv_begin() writes the BOM that makes spreadsheets read UTF-8; then cells, then
 * hn_csv_end_row() (CRLF). Text of users that begins like a formula (= + - @ or a control) gets an
 * apostrophe in front, so that no spreadsheet runs it (OWASP "CSV injection"); hn_csv_put_plain()
 * is for numbers, times and our own words.
 */
struct hn_csv_writer {
    struct hn_sbuf *b;
    bool in_row;
};
void hn_csv_begin(struct hn_csv_writer *w, struct hn_sbuf *b);
void hn_csv_put_text(struct hn_csv_writer *w, const char *s); /* NULL is an empty cell */
void hn_csv_put_plain(struct hn_csv_writer *w, const char *s);
void hn_csv_put_i64(struct hn_csv_writer *w, int64_t v);
void hn_csv_end_row(struct hn_csv_writer *w);

#endif
