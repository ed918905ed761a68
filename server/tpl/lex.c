/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex.c — a template's text to tokens, with the rules of jinja2's lexer: "-" beside a tag strips
 * white space, "+" is taken and does nothing (trim_blocks and lstrip_blocks are off), one newline
 * at the end of the text is dropped, CR and CRLF count as newline.
 */
#include "server/tpl/tpl_int.h"

#include "server/base/i18n.h"
#include "server/base/parse.h"

#include <stdarg.h>
#include <stdio.h>

#define BALANCE_MAX 200

struct lex {
    struct hn_arena *a;
    const char *name;
    struct hn_err *e;
    const char *s;
    size_t n;
    size_t pos;
    size_t mark; /* line and col are those of this offset */
    uint32_t line;
    uint32_t col;
    struct tp_tok *tok;
    size_t n_tok;
    size_t cap;
    char open[BALANCE_MAX];
    int n_open;
};

const char *tp_token_name(enum tp_token t)
{
    static const char *const names[] = {
#define X(c, w) w,
        TP_TOKENS(X)
#undef X
    };

    return names[t];
}

static void error_va(struct hn_err *e, const char *name, uint32_t line, uint32_t col,
                     const char *fmt, va_list ap) HN_PRINTF(5, 0);
static void error_va(struct hn_err *e, const char *name, uint32_t line, uint32_t col,
                     const char *fmt, va_list ap)
{
    char reason[HN_ERR_MSG_MAX];

    (void)vsnprintf(reason, sizeof(reason), fmt, ap);
    (void)hn_fail(e, HN_E_INVALID, "%s:%u:%u: %s", name, line, col, reason);
}

void tp_error(struct hn_err *e, const char *name, uint32_t line, uint32_t col, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    error_va(e, name, line, col, fmt, ap);
    va_end(ap);
}

/* Moves the mark to `to` (never back), counting lines and code points on the way. */
static void locate(struct lex *x, size_t to)
{
    for (; x->mark < to; x->mark++) {
        if (x->s[x->mark] == '\n') {
            x->line++;
            x->col = 1;
        } else if (((unsigned char)x->s[x->mark] & 0xc0) != 0x80) {
            x->col++;
        }
    }
}

static bool lex_fail(struct lex *x, size_t at, const char *fmt, ...) HN_PRINTF(3, 4);
static bool lex_fail(struct lex *x, size_t at, const char *fmt, ...)
{
    va_list ap;

    locate(x, at);
    va_start(ap, fmt);
    error_va(x->e, x->name, x->line, x->col, hn_tr(fmt), ap);
    va_end(ap);
    return false;
}

static struct tp_tok *add(struct lex *x, enum tp_token type, size_t at, const char *s, size_t n)
{
    struct tp_tok *t;

    if (x->n_tok == x->cap) {
        size_t cap = HN_MAX(x->cap * 2, (size_t)128);
        struct tp_tok *p = hn_arena_make(x->a, struct tp_tok, cap);

        if (x->n_tok > 0)
            memcpy(p, x->tok, x->n_tok * sizeof(*p));
        x->tok = p;
        x->cap = cap;
    }
    locate(x, at);
    t = &x->tok[x->n_tok++];
    *t = (struct tp_tok){
        .type = (uint8_t)type, .line = x->line, .col = x->col, .s = s, .n = (uint32_t)n};
    return t;
}

static bool at(const struct lex *x, size_t pos, const char *s)
{
    size_t n = strlen(s);

    return x->n - pos >= n && memcmp(x->s + pos, s, n) == 0;
}

/* White space is that of Python's \s: the ideographic space too. */
static size_t skip_space(const struct lex *x, size_t pos)
{
    while (pos < x->n) {
        uint32_t cp;
        size_t n = tp_cp_get(x->s + pos, x->n - pos, &cp);

        if (!tp_cp_space(cp))
            break;
        pos += n;
    }
    return pos;
}

/* Back from `to` over white space, not past `from`. */
static size_t strip_back(const struct lex *x, size_t from, size_t to)
{
    while (to > from) {
        size_t n = 1;
        uint32_t cp;

        while (to - n > from && ((unsigned char)x->s[to - n] & 0xc0) == 0x80)
            n++;
        (void)tp_cp_get(x->s + to - n, n, &cp);
        if (!tp_cp_space(cp))
            break;
        to -= n;
    }
    return to;
}

/* The text between two tags; strip is the sign of the tag that follows it. */
static void data(struct lex *x, size_t from, size_t to, char strip)
{
    if (strip == '-')
        to = strip_back(x, from, to);
    if (to > from)
        (void)add(x, TK_DATA, from, x->s + from, to - from);
}

/* ---- numbers and text ----------------------------------------------------------------------- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return 99;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits of a base with single "_" between them; returns where they end (from: none). */
static size_t digits(const struct lex *x, size_t from, int base)
{
    size_t p = from;

    while (p < x->n) {
        if (digit(x->s[p]) < base)
            p++;
        else if (p > from && x->s[p] == '_' && p + 1 < x->n && digit(x->s[p + 1]) < base)
            p += 2;
        else
            break;
    }
    return p;
}

static bool integer(struct lex *x, size_t from, size_t start, size_t end, int base)
{
    int64_t v = 0;

    for (size_t i = start; i < end; i++) {
        if (x->s[i] == '_')
            continue;
        if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, digit(x->s[i]), &v))
            return lex_fail(x, from, "the number is too large");
    }
    add(x, TK_INTEGER, from, x->s + from, end - from)->u.i = v;
    x->pos = end;
    return true;
}

static bool floating(struct lex *x, size_t from, size_t end)
{
    char buf[64];
    size_t n = 0;

    for (size_t i = from; i < end; i++) {
        if (x->s[i] == '_')
            continue;
        if (n == sizeof(buf) - 1)
            return lex_fail(x, from, "the number is too long");
        buf[n++] = x->s[i];
    }
    buf[n] = '\0';
    add(x, TK_FLOATING, from, x->s + from, end - from)->u.f = strtod(buf, NULL);
    x->pos = end;
    return true;
}

static bool number(struct lex *x)
{
    static const struct {
        char c;
        int base;
    } prefix[] = {{'x', 16}, {'o', 8}, {'b', 2}};
    size_t from = x->pos;
    size_t end;
    size_t p;

    for (size_t i = 0; i < HN_ARRAY_LEN(prefix) && x->s[from] == '0' && from + 1 < x->n; i++) {
        if ((x->s[from + 1] | 32) != prefix[i].c)
            continue;
        p = from + 2 + (from + 2 < x->n && x->s[from + 2] == '_');
        end = digits(x, p, prefix[i].base);
        if (end > p)
            return integer(x, from, p, end, prefix[i].base);
    }
    end = digits(x, from, 10);
    /* In a.1.2 the dots are those of attributes. */
    if (from == 0 || x->s[from - 1] != '.') {
        size_t frac = end;

        if (end + 1 < x->n && x->s[end] == '.' && is_digit(x->s[end + 1]))
            frac = digits(x, end + 1, 10);
        p = frac;
        if (p < x->n && (x->s[p] | 32) == 'e') {
            p++;
            if (p < x->n && (x->s[p] == '+' || x->s[p] == '-'))
                p++;
            if (p < x->n && is_digit(x->s[p]))
                return floating(x, from, digits(x, p, 10));
        }
        if (frac > end)
            return floating(x, from, frac);
    }
    if (x->s[from] == '0') {
        for (p = from; p < end && (x->s[p] == '0' || x->s[p] == '_'); p++)
            continue;
        if (p < end)
            return lex_fail(x, from, "a number must not begin with 0");
    }
    return integer(x, from, from, end, 10);
}

/* One escape at *p (after the backslash) into out; as Python's, but not \N{…}. */
static bool escape(struct lex *x, size_t *p, size_t end, char *out, size_t *n)
{
    static const char from[] = "nrtabfv\\'\"";
    static const char to[] = "\n\r\t\a\b\f\v\\'\"";
    char c = x->s[*p];
    const char *k = strchr(from, c);
    int width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    uint32_t cp = 0;

    if (c == '\n') { /* a line that goes on */
        ++*p;
        return true;
    }
    if (k != NULL && c != '\0') {
        out[(*n)++] = to[k - from];
        ++*p;
        return true;
    }
    if (width > 0) {
        size_t start = ++*p;

        for (; *p < end && *p < start + (size_t)width && digit(x->s[*p]) < 16; ++*p)
            cp = cp << 4 | (uint32_t)digit(x->s[*p]);
        if (*p != start + (size_t)width)
            return lex_fail(x, start - 2, "the escape in the text is not complete");
    } else if (digit(c) < 8) {
        for (size_t start = *p; *p < end && *p < start + 3 && digit(x->s[*p]) < 8; ++*p)
            cp = cp << 3 | (uint32_t)digit(x->s[*p]);
    } else {
        out[(*n)++] = '\\';
        return true; /* unknown: both characters stay */
    }
    if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return lex_fail(x, *p - 1, "the escape in the text is no character");
    *n += tp_cp_put(cp, out + *n);
    return true;
}

static bool string(struct lex *x)
{
    size_t from = x->pos;
    char quote = x->s[from];
    size_t end = from + 1;
    char *out;
    size_t n = 0;

    while (end < x->n && x->s[end] != quote)
        end += x->s[end] == '\\' ? 2 : 1;
    if (end >= x->n)
        return lex_fail(x, from, "the text has no closing quote");
    out = hn_arena_alloc(x->a, end - from + 8);
    for (size_t p = from + 1; p < end;) {
        if (x->s[p] != '\\') {
            out[n++] = x->s[p++];
            continue;
        }
        p++;
        if (!escape(x, &p, end, out, &n))
            return false;
    }
    (void)add(x, TK_STRING, from, out, n);
    x->pos = end + 1;
    return true;
}

/* ---- inside a tag --------------------------------------------------------------------------- */

static bool operator_(struct lex *x)
{
    size_t from = x->pos;

    for (int t = TK_FLOORDIV; t <= TK_SEMICOLON; t++) { /* longest first */
        const char *s = tp_token_name((enum tp_token)t);

        if (!at(x, from, s))
            continue;
        if (strchr("([{", s[0]) != NULL) {
            if (x->n_open == BALANCE_MAX)
                return lex_fail(x, from, "nested too deeply");
            x->open[x->n_open++] = s[0] == '(' ? ')' : s[0] == '[' ? ']' : '}';
        } else if (strchr(")]}", s[0]) != NULL) {
            if (x->n_open == 0)
                return lex_fail(x, from, "unexpected '%s'", s);
            if (x->open[--x->n_open] != s[0])
                return lex_fail(x, from, "unexpected '%s', expected '%c'", s, x->open[x->n_open]);
        }
        (void)add(x, (enum tp_token)t, from, x->s + from, strlen(s));
        x->pos += strlen(s);
        return true;
    }
    {
        uint32_t cp;
        size_t n = tp_cp_get(x->s + from, x->n - from, &cp);

        return lex_fail(x, from, "unexpected character '%.*s'", (int)n, x->s + from);
    }
}

static size_t name_end(const struct lex *x, size_t p)
{
    while (p < x->n) {
        uint32_t cp;
        size_t n = tp_cp_get(x->s + p, x->n - p, &cp);

        if (!tp_cp_word(cp))
            break;
        p += n;
    }
    return p;
}

/* From after the opening of a tag to after its end. */
static bool tag(struct lex *x, const char *close, enum tp_token end)
{
    x->n_open = 0;
    for (;;) {
        size_t p = x->pos = skip_space(x, x->pos);
        size_t stop;

        if (p >= x->n)
            return true; /* the parser tells what is missing */
        if (x->n_open == 0) {
            bool minus = x->s[p] == '-';
            bool sign = minus || (x->s[p] == '+' && end == TK_BLOCK_END);

            if (at(x, p + sign, close)) {
                (void)add(x, end, p, x->s + p, 2);
                x->pos = p + sign + 2;
                if (minus)
                    x->pos = skip_space(x, x->pos);
                return true;
            }
        }
        if (is_digit(x->s[p])) {
            if (!number(x))
                return false;
        } else if (x->s[p] == '"' || x->s[p] == '\'') {
            if (!string(x))
                return false;
        } else if ((stop = name_end(x, p)) > p) {
            (void)add(x, TK_NAME, p, x->s + p, stop - p);
            x->pos = stop;
        } else if (!operator_(x)) {
            return false;
        }
    }
}

/* ---- outside -------------------------------------------------------------------------------- */

/* "{%" sign? space* word space* sign? "%}" at p: sets the end and the signs, or false. */
static bool bare_tag(const struct lex *x, size_t p, const char *word, char *open, char *close,
                     size_t *end)
{
    p += 2;
    *open = '\0';
    if (p < x->n && (x->s[p] == '-' || x->s[p] == '+'))
        *open = x->s[p++];
    p = skip_space(x, p);
    if (!at(x, p, word))
        return false;
    p = skip_space(x, p + strlen(word));
    *close = '\0';
    if (p < x->n && (x->s[p] == '-' || x->s[p] == '+'))
        *close = x->s[p++];
    if (!at(x, p, "%}"))
        return false;
    *end = p + 2;
    return true;
}

static bool raw(struct lex *x, size_t tag_at, size_t from, char close)
{
    char sign;
    char last;
    size_t end;

    if (close == '-')
        from = skip_space(x, from);
    for (size_t p = from; p + 1 < x->n; p++) {
        if (x->s[p] != '{' || x->s[p + 1] != '%' || !bare_tag(x, p, "endraw", &sign, &last, &end))
            continue;
        data(x, from, p, sign);
        x->pos = last == '-' ? skip_space(x, end) : end;
        return true;
    }
    return lex_fail(x, tag_at, "'raw' is never closed");
}

static bool comment(struct lex *x, size_t from, bool sign)
{
    size_t start = from + 2 + sign;
    const char *end = memmem(x->s + start, x->n - start, "#}", 2);
    size_t p;

    if (end == NULL)
        return lex_fail(x, from, "the comment is never closed");
    p = (size_t)(end - x->s);
    x->pos = p > start && end[-1] == '-' ? skip_space(x, p + 2) : p + 2;
    return true;
}

static bool outside(struct lex *x)
{
    size_t from = x->pos;
    size_t p = from;
    char sign;
    char close;
    size_t end;

    for (;; p++) {
        const char *brace = memchr(x->s + p, '{', x->n - p);

        if (brace == NULL || brace + 1 >= x->s + x->n) {
            data(x, from, x->n, '\0');
            x->pos = x->n;
            return true;
        }
        p = (size_t)(brace - x->s);
        if (brace[1] == '{' || brace[1] == '%' || brace[1] == '#')
            break;
    }
    if (x->s[p + 1] == '%' && bare_tag(x, p, "raw", &sign, &close, &end) && close != '+') {
        data(x, from, p, sign);
        return raw(x, p, end, close);
    }
    sign = p + 2 < x->n ? x->s[p + 2] : '\0';
    data(x, from, p, sign);
    if (x->s[p + 1] == '#')
        return comment(x, p, sign == '-' || sign == '+');
    x->pos = p + 2 + (sign == '-' || sign == '+');
    if (x->s[p + 1] == '{') {
        (void)add(x, TK_VAR_BEGIN, p, x->s + p, 2);
        return tag(x, "}}", TK_VAR_END);
    }
    (void)add(x, TK_BLOCK_BEGIN, p, x->s + p, 2);
    return tag(x, "%}", TK_BLOCK_END);
}

/* A copy with "\n" for every line end and without the last one. */
static void normalise(struct lex *x, const char *src, size_t n)
{
    char *p = hn_arena_alloc(x->a, n + 1);
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (src[i] != '\r')
            p[k++] = src[i];
        else if (i + 1 == n || src[i + 1] != '\n')
            p[k++] = '\n';
    }
    if (k > 0 && p[k - 1] == '\n')
        k--;
    x->s = p;
    x->n = k;
}

bool tp_lex(struct hn_arena *a, const char *name, const char *src, size_t n, struct tp_tok **out,
            struct hn_err *e)
{
    struct lex x = {.a = a, .name = name, .e = e, .line = 1, .col = 1};

    if (n > TP_SOURCE_MAX)
        return lex_fail(&x, 0, "the template is longer than %zu bytes", TP_SOURCE_MAX);
    if (!hn_utf8_valid(src, n))
        return lex_fail(&x, 0, "the template is not valid UTF-8 text");
    normalise(&x, src, n);
    while (x.pos < x.n) {
        if (!outside(&x))
            return false;
    }
    (void)add(&x, TK_EOF, x.n, "", 0);
    *out = x.tok;
    return true;
}
