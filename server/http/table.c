/* SPDX-License-Identifier: Apache-2.0 */
#include <xlsxwriter.h> /* before base.h, which forbids what its headers use */

#include "server/http/table.h"

#include "server/base/csv.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define TABLE_BYTES_MAX ((size_t)256 * 1024 * 1024)

enum form { CSV, XLSX, JSON };
static const struct {
    const char *word;
    const char *type;
} forms[] = {
    [CSV] = {"csv", "text/csv; charset=utf-8"},
    [XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    [JSON] = {"json", "application/json"},
};

struct http_table {
    struct http_ctx *c;
    enum form form;
    const char *name;
    const struct http_table_col *cols;
    size_t n;
    size_t at; /* column of the next cell */
    uint32_t row;
    struct hn_sbuf b;
    struct hn_csv_writer csv;
    struct hn_jw jw;
    int fd;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *head;
    lxw_format *wrap;
    lxw_format *time;
};

static void begin_xlsx(struct http_table *t, const char *title, struct hn_err *e)
{
    char path[40];

    t->fd = memfd_create("hinomi-xlsx", MFD_CLOEXEC);
    if (t->fd < 0) {
        (void)hn_fail(e, HN_E_IO, "the file could not be made");
        return;
    }
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", t->fd);
    t->book = workbook_new(path);
    t->sheet = workbook_add_worksheet(t->book, title);
    t->head = workbook_add_format(t->book);
    t->wrap = workbook_add_format(t->book);
    t->time = workbook_add_format(t->book);
    format_set_bold(t->head);
    format_set_bottom(t->head, LXW_BORDER_THIN);
    format_set_text_wrap(t->head);
    format_set_align(t->head, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(t->wrap);
    format_set_align(t->wrap, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format(t->time, "yyyy/mm/dd hh:mm");
    format_set_align(t->time, LXW_ALIGN_VERTICAL_TOP);
    for (size_t i = 0; i < t->n; i++) {
        (void)worksheet_set_column(t->sheet, (lxw_col_t)i, (lxw_col_t)i, t->cols[i].width, NULL);
        (void)worksheet_write_string(t->sheet, 0, (lxw_col_t)i, t->cols[i].header, t->head);
    }
    worksheet_freeze_panes(t->sheet, 1, 1);
    worksheet_set_landscape(t->sheet);
    worksheet_set_paper(t->sheet, 8); /* A3 */
    worksheet_fit_to_pages(t->sheet, 1, 0);
    (void)worksheet_repeat_rows(t->sheet, 0, 0);
    t->row = 1;
}

struct http_table *http_table_begin(struct http_ctx *c, const char *name, const char *title,
                                    const char *format, const struct http_table_col *cols, size_t n,
                                    struct hn_err *e)
{
    struct http_table *t = hn_arena_alloc(c->arena, sizeof(*t));
    size_t f = 0;

    while (f < HN_ARRAY_LEN(forms) && !hn_streq(forms[f].word, format))
        f++;
    if (f == HN_ARRAY_LEN(forms)) {
        (void)hn_fail(e, HN_E_NOT_FOUND, "There is no such page or object");
        return NULL;
    }
    *t = (struct http_table){
        .c = c, .form = (enum form)f, .name = name, .cols = cols, .n = n, .fd = -1};
    hn_sbuf_init(&t->b, c->arena, TABLE_BYTES_MAX);
    switch (t->form) {
    case CSV:
        hn_csv_begin(&t->csv, &t->b);
        for (size_t i = 0; i < n; i++)
            hn_csv_put_plain(&t->csv, cols[i].header);
        hn_csv_end_row(&t->csv);
        break;
    case XLSX:
        begin_xlsx(t, title, e);
        if (e->code != HN_OK)
            return NULL;
        break;
    case JSON:
        hn_jw_init(&t->jw, &t->b);
        hn_jw_object(&t->jw, NULL);
        hn_jw_array(&t->jw, "items");
        break;
    }
    return t;
}

static const char *key_of(struct http_table *t)
{
    HN_ASSERT(t->at < t->n);
    if (t->form == JSON && t->at == 0)
        hn_jw_object(&t->jw, NULL);
    return t->cols[t->at].key;
}

void http_table_text(struct http_table *t, const char *s)
{
    const char *key = key_of(t);

    switch (t->form) {
    case CSV: hn_csv_put_text(&t->csv, s); break;
    case XLSX: /* a string cell is never a formula */
        if (s != NULL && s[0] != '\0')
            (void)worksheet_write_string(t->sheet, t->row, (lxw_col_t)t->at, s, t->wrap);
        break;
    case JSON: hn_jw_text(&t->jw, key, s); break;
    }
    t->at++;
}

void http_table_i64(struct http_table *t, int64_t v)
{
    const char *key = key_of(t);

    switch (t->form) {
    case CSV: hn_csv_put_i64(&t->csv, v); break;
    case XLSX:
        (void)worksheet_write_number(t->sheet, t->row, (lxw_col_t)t->at, (double)v, t->wrap);
        break;
    case JSON: hn_jw_i64(&t->jw, key, v); break;
    }
    t->at++;
}

void http_table_none(struct http_table *t)
{
    http_table_text(t, NULL);
}

void http_table_instant(struct http_table *t, hn_instant at)
{
    const char *key = key_of(t);
    bool none = at == HN_UNSET || at == HN_NEVER;
    struct hn_local l = hn_tokyo(none ? 0 : at);

    switch (t->form) {
    case CSV:
        if (none)
            hn_csv_put_plain(&t->csv, "");
        else
            hn_csv_put_plain(&t->csv,
                             hn_arena_fmt(t->c->arena, "%04d-%02d-%02d %02d:%02d:%02d", l.year,
                                          l.month, l.day, l.hour, l.minute, l.second));
        break;
    case XLSX:
        if (!none) {
            lxw_datetime d = {l.year, l.month, l.day, l.hour, l.minute, (double)l.second};

            (void)worksheet_write_datetime(t->sheet, t->row, (lxw_col_t)t->at, &d, t->time);
        }
        break;
    case JSON: hn_jw_instant(&t->jw, key, at); break;
    }
    t->at++;
}

void http_table_end_row(struct http_table *t)
{
    HN_ASSERT(t->at == t->n);
    if (t->form == CSV)
        hn_csv_end_row(&t->csv);
    if (t->form == JSON)
        hn_jw_end_object(&t->jw);
    t->at = 0;
    t->row++;
}

static enum hn_code read_back(struct http_table *t, struct hn_bytes *out, struct hn_err *e)
{
    lxw_error code;
    off_t size;
    uint8_t *p;
    size_t n = 0;

    (void)worksheet_autofilter(t->sheet, 0, 0, t->row == 0 ? 0 : t->row - 1, (lxw_col_t)(t->n - 1));
    code = workbook_close(t->book);
    size = code == LXW_NO_ERROR ? lseek(t->fd, 0, SEEK_END) : -1;
    if (size < 0 || (size_t)size > TABLE_BYTES_MAX) {
        (void)close(t->fd);
        return hn_fail(e, HN_E_IO, "the file could not be made");
    }
    p = hn_arena_alloc(t->c->arena, (size_t)size);
    while (n < (size_t)size) {
        ssize_t k = pread(t->fd, p + n, (size_t)size - n, (off_t)n);

        if (k <= 0)
            break;
        n += (size_t)k;
    }
    (void)close(t->fd);
    *out = (struct hn_bytes){p, n};
    return n == (size_t)size ? HN_OK : hn_fail(e, HN_E_IO, "the file could not be made");
}

void http_table_drop(struct http_table *t)
{
    if (t->book != NULL)
        (void)workbook_close(t->book);
    if (t->fd >= 0)
        (void)close(t->fd);
}

enum hn_code http_table_send(struct http_table *t, struct hn_err *e)
{
    struct hn_local l = hn_tokyo(t->c->now);
    struct hn_bytes data;
    const char *text;

    if (t->form == XLSX) {
        if (read_back(t, &data, e) != HN_OK)
            return hn_ctx(e, "table %s", t->name);
    } else {
        if (t->form == JSON) {
            hn_jw_end_array(&t->jw);
            hn_jw_end_object(&t->jw);
        }
        if (hn_sbuf_done(&t->b, &text, e) != HN_OK)
            return hn_ctx(e, "table %s", t->name);
        data = (struct hn_bytes){(const uint8_t *)text, t->b.n};
    }
    return http_bytes(t->c, 200, forms[t->form].type, data,
                      t->form == JSON ? NULL
                                      : hn_arena_fmt(t->c->arena, "%s-%04d%02d%02d.%s", t->name,
                                                     l.year, l.month, l.day, forms[t->form].word),
                      e);
}
