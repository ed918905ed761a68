/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/csv.h"

#include "server/base/parse.h"

#include <errno.h>
#include <iconv.h>

const struct hn_csv_limits hn_csv_default_limits = {
    .bytes = (size_t)32 * 1024 * 1024, .rows = 100000, .cells = 200, .cell_bytes = 65536};

static unsigned lines_before(const char *p, size_t n)
{
    unsigned line = 1;

    for (size_t i = 0; i < n; i++)
        line += p[i] == '\n';
    return line;
}

/* CP932 to UTF-8. A byte of CP932 becomes at most 3 (half-width katakana). */
static enum hn_code from_cp932(struct hn_csv *r, const char *p, size_t n, struct hn_err *e)
{
    iconv_t cd = iconv_open("UTF-8", "CP932");
    size_t cap = n * 3;
    char *out = hn_arena_alloc(r->arena, cap + 1);
    char *to = out;
    char *from = hn_arena_memdup(r->arena, p, n); /* iconv's input is not const */
    char *start = from;
    size_t left = cap;
    size_t rest = n;
    size_t bad;

    if (cd == (iconv_t)-1)
        return hn_fail_field(e, "file", "the file is neither UTF-8 nor Shift_JIS (line %u)", 1U);
    bad = iconv(cd, &from, &rest, &to, &left);
    (void)iconv_close(cd); /* nothing is buffered: CP932 has no shift states */
    if (bad == (size_t)-1)
        return hn_fail_field(e, "file", "the file is neither UTF-8 nor Shift_JIS (line %u)",
                             lines_before(start, (size_t)(from - start)));
    r->p = out;
    r->n = cap - left;
    return HN_OK;
}

enum hn_code hn_csv_open(struct hn_csv *r, const void *p, size_t n,
                         const struct hn_csv_limits *limit, struct hn_arena *a, struct hn_err *e)
{
    const char *nul;

    *r = (struct hn_csv){.p = p, .n = n, .line = 1, .limit = *limit, .arena = a};
    if (n > limit->bytes)
        return hn_fail_field(e, "file", "the file is longer than %zu bytes", limit->bytes);
    nul = n == 0 ? NULL : memchr(p, '\0', n);
    if (nul != NULL)
        return hn_fail_field(e, "file", "line %u: the character U+0000",
                             lines_before(p, (size_t)(nul - r->p)));
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        r->at = 3;
    if (!hn_utf8_valid(r->p, n))
        return from_cp932(r, p, n, e);
    return HN_OK;
}

/* Where a cell or row stops. */
enum stop { STOP_COMMA, STOP_LINE, STOP_FILE };

/* Takes the separator behind a cell. false: there is other text. */
static bool separator(struct hn_csv *r, enum stop *stop)
{
    if (r->at == r->n) {
        *stop = STOP_FILE;
        return true;
    }
    switch (r->p[r->at]) {
    case ',':
        r->at++;
        *stop = STOP_COMMA;
        return true;
    case '\r': r->at += r->at + 1 < r->n && r->p[r->at + 1] == '\n' ? 2 : 1; break;
    case '\n': r->at++; break;
    default: return false;
    }
    r->line++;
    *stop = STOP_LINE;
    return true;
}

static enum hn_code plain_cell(struct hn_csv *r, unsigned line, const char **out, enum stop *stop,
                               struct hn_err *e)
{
    size_t from = r->at;
    size_t n;

    while (r->at < r->n && strchr(",\r\n\"", r->p[r->at]) == NULL)
        r->at++;
    n = r->at - from;
    if (n > r->limit.cell_bytes)
        return hn_fail_field(e, "file", "line %u: a field is longer than %zu bytes", line,
                             r->limit.cell_bytes);
    if (!separator(r, stop))
        return hn_fail_field(e, "file", "line %u: a quote inside an unquoted field", line);
    *out = hn_arena_strndup(r->arena, r->p + from, n);
    return HN_OK;
}

static enum hn_code quoted_cell(struct hn_csv *r, unsigned line, const char **out, enum stop *stop,
                                struct hn_err *e)
{
    size_t from = ++r->at;
    size_t quotes = 0;
    size_t n = 0;
    char *cell;

    /* First find the end, then copy with "" as ". */
    for (;; r->at++) {
        if (r->at == r->n)
            return hn_fail_field(e, "file", "line %u: the quoted field does not end", line);
        if (r->p[r->at] == '\n' ||
            (r->p[r->at] == '\r' && r->p[HN_MIN(r->at + 1, r->n - 1)] != '\n'))
            r->line++;
        if (r->p[r->at] != '"')
            continue;
        if (r->at + 1 == r->n || r->p[r->at + 1] != '"')
            break;
        quotes++;
        r->at++;
    }
    if (r->at - from - quotes > r->limit.cell_bytes)
        return hn_fail_field(e, "file", "line %u: a field is longer than %zu bytes", line,
                             r->limit.cell_bytes);
    cell = hn_arena_alloc(r->arena, r->at - from - quotes + 1);
    for (size_t i = from; i < r->at; i++) {
        cell[n++] = r->p[i];
        i += r->p[i] == '"';
    }
    r->at++;
    if (!separator(r, stop))
        return hn_fail_field(e, "file", "line %u: text after a closing quote", line);
    *out = cell;
    return HN_OK;
}

static void skip_empty_lines(struct hn_csv *r)
{
    enum stop stop;

    while (r->at < r->n && (r->p[r->at] == '\r' || r->p[r->at] == '\n'))
        (void)separator(r, &stop); /* there is a line end: it cannot fail */
}

enum hn_code hn_csv_next(struct hn_csv *r, struct hn_csv_row *out, struct hn_err *e)
{
    const char **cells = NULL;
    size_t cap = 0;
    size_t n = 0;
    enum stop stop = STOP_COMMA;
    unsigned line;

    skip_empty_lines(r);
    line = r->line;
    if (r->at == r->n) {
        *out = (struct hn_csv_row){.line = line};
        return HN_OK;
    }
    if (r->rows == r->limit.rows)
        return hn_fail_field(e, "file", "more than %zu rows", r->limit.rows);
    r->rows++;
    while (stop == STOP_COMMA) {
        bool quoted = r->at < r->n && r->p[r->at] == '"';

        if (n == r->limit.cells)
            return hn_fail_field(e, "file", "line %u: more than %zu fields", line, r->limit.cells);
        if (n == cap) {
            const char **more = hn_arena_make(r->arena, const char *, cap == 0 ? 16 : cap * 2);

            for (size_t i = 0; i < n; i++)
                more[i] = cells[i];
            cells = more;
            cap = cap == 0 ? 16 : cap * 2;
        }
        if ((quoted ? quoted_cell : plain_cell)(r, line, &cells[n], &stop, e) != HN_OK)
            return e->code;
        n++;
    }
    *out = (struct hn_csv_row){.line = line, .n = n, .cell = cells};
    return HN_OK;
}

enum hn_code hn_csv_head(struct hn_csv *r, struct hn_csv_row *out, struct hn_err *e)
{
    if (hn_csv_next(r, out, e) != HN_OK)
        return e->code;
    if (out->n == 0)
        return hn_fail_field(e, "file", "the file is empty");
    return HN_OK;
}

int hn_csv_column(const struct hn_csv_row *head, const char *name)
{
    for (size_t i = 0; i < head->n; i++)
        if (hn_streq(head->cell[i], name))
            return (int)i;
    return -1;
}

const char *hn_csv_cell(const struct hn_csv_row *row, int i)
{
    return i < 0 || (size_t)i >= row->n ? "" : row->cell[i];
}

void hn_csv_begin(struct hn_csv_writer *w, struct hn_sbuf *b)
{
    *w = (struct hn_csv_writer){.b = b};
    hn_sbuf_str(b, "\xEF\xBB\xBF");
}

static void put(struct hn_csv_writer *w, const char *s, bool guard)
{
    if (w->in_row)
        hn_sbuf_chr(w->b, ',');
    w->in_row = true;
    guard = guard && s[0] != '\0' && strchr("=+-@\t\r\n", s[0]) != NULL;
    if (s[strcspn(s, "\",\r\n")] == '\0') {
        hn_sbuf_str(w->b, guard ? "'" : "");
        hn_sbuf_str(w->b, s);
        return;
    }
    hn_sbuf_str(w->b, guard ? "\"'" : "\"");
    for (; *s != '\0'; s++) {
        if (*s == '"')
            hn_sbuf_chr(w->b, '"');
        hn_sbuf_chr(w->b, *s);
    }
    hn_sbuf_chr(w->b, '"');
}

void hn_csv_put_text(struct hn_csv_writer *w, const char *s)
{
    put(w, s == NULL ? "" : s, true);
}

void hn_csv_put_plain(struct hn_csv_writer *w, const char *s)
{
    put(w, s == NULL ? "" : s, false);
}

void hn_csv_put_i64(struct hn_csv_writer *w, int64_t v)
{
    char buf[24];

    (void)snprintf(buf, sizeof(buf), "%" PRId64, v);
    put(w, buf, false);
}

void hn_csv_end_row(struct hn_csv_writer *w)
{
    hn_sbuf_str(w->b, "\r\n");
    w->in_row = false;
}
