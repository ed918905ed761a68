/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.c — "%s" formats as Python's % has them, "{}" formats with names and attributes, replace,
 * and the translation function. Where the format is safe, values are escaped before they go in.
 */
#include "server/tpl/tpl_int.h"

#include "server/base/i18n.h"

#include <math.h>
#include <stdio.h>

#define WIDTH_MAX 10000
#define PRECISION_MAX 100

struct spec {
    bool minus, plus, space, zero, alt, comma;
    int width;
    int precision; /* -1: none */
    char conv;
};

/* Text set into its width. */
static void padded(struct hn_sbuf *b, const struct spec *s, const char *p, size_t n, bool number)
{
    size_t len = tp_cp_len(p, n);
    size_t fill = (size_t)s->width > len ? (size_t)s->width - len : 0;
    bool zero = s->zero && number && !s->minus;

    if (zero && n > 0 && strchr("+- ", p[0]) != NULL) {
        hn_sbuf_chr(b, *p++);
        n--;
    }
    for (; fill > 0 && !s->minus; fill--)
        hn_sbuf_chr(b, zero ? '0' : ' ');
    hn_sbuf_mem(b, p, n);
    for (; fill > 0; fill--)
        hn_sbuf_chr(b, ' ');
}

static size_t group(const char *from, size_t n, char *to)
{
    size_t sign = n > 0 && strchr("+- ", from[0]) != NULL;
    size_t whole = sign + strspn(from + sign, "0123456789");
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        to[k++] = from[i];
        if (i >= sign && i + 1 < whole && (whole - i - 1) % 3 == 0)
            to[k++] = ',';
    }
    return k;
}

static bool int_text(struct tp_run *r, const struct spec *s, const struct tpl_val *v, char *buf,
                     size_t max, size_t *n)
{
    static const char digits[] = "0123456789abcdef";
    int base = s->conv == 'x' || s->conv == 'X' ? 16 : s->conv == 'o' ? 8 : s->conv == 'b' ? 2 : 10;
    char rev[72];
    int k = 0;
    int64_t i;
    uint64_t u;

    if (v->type == TP_FLOAT && v->u.f > -9e18 && v->u.f < 9e18 && base == 10)
        i = (int64_t)v->u.f;
    else if (v->type == TP_INT || v->type == TP_BOOL)
        i = tp_as_i64(v);
    else
        return tp_fail(r, "an integer is expected, not '%s'", tp_type_name((enum tp_type)v->type));
    u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    do
        rev[k++] = digits[u % (unsigned)base];
    while ((u /= (unsigned)base) != 0);
    *n = 0;
    if (i < 0 || s->plus || s->space)
        buf[(*n)++] = i < 0 ? '-' : s->plus ? '+' : ' ';
    if (s->alt && base != 10)
        *n += (size_t)snprintf(buf + *n, max - *n, "0%c",
                               base == 16  ? s->conv
                               : base == 8 ? 'o'
                                           : 'b');
    for (int p = k; p < s->precision && *n < max - 80; p++)
        buf[(*n)++] = '0';
    while (k > 0) {
        char c = rev[--k];

        buf[(*n)++] = s->conv == 'X' && c >= 'a' ? (char)(c - 32) : c;
    }
    return true;
}

static bool float_text(struct tp_run *r, const struct spec *s, const struct tpl_val *v, char *buf,
                       size_t max, size_t *n)
{
    char fmt[16];
    size_t k = 0;

    if (!tp_is_num(v))
        return tp_fail(r, "'%s' is not a number", tp_type_name((enum tp_type)v->type));
    if (!tp_charge(r, 10)) /* decimal digits are slow to make */
        return false;
    fmt[k++] = '%';
    if (s->plus || s->space)
        fmt[k++] = s->plus ? '+' : ' ';
    if (s->alt)
        fmt[k++] = '#';
    (void)snprintf(fmt + k, sizeof(fmt) - k, ".*%c", s->conv == '%' ? 'f' : s->conv);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* made of four known parts above */
    *n = (size_t)snprintf(buf, max, fmt, s->precision < 0 ? 6 : s->precision,
                          tp_as_f64(v) * (s->conv == '%' ? 100 : 1));
#pragma GCC diagnostic pop
    if (s->conv == '%')
        buf[(*n)++] = '%';
    return true;
}

static bool text_conv(struct tp_run *r, const struct spec *s, const struct tpl_val *v, bool safe,
                      struct hn_sbuf *b)
{
    struct tpl_val t = *v;
    struct hn_sbuf rep;

    if (s->conv == 'r' || s->conv == 'a') {
        tp_buf(r, &rep);
        if (!tp_repr(r, v, &rep, 0) || !tp_buf_done(r, &rep, false, &t))
            return false;
    }
    if (!(safe ? tp_escape(r, &t, &t) : tp_str(r, &t, &t)))
        return false;
    if (s->precision >= 0)
        t.n = (uint32_t)tp_cp_at(t.u.s, t.n, (size_t)s->precision);
    padded(b, s, t.u.s, t.n, false);
    return tp_room(r, t.n);
}

static bool convert(struct tp_run *r, const struct spec *s, const struct tpl_val *v, bool safe,
                    struct hn_sbuf *b)
{
    char buf[512]; /* %f of the largest double has 309 digits, and at most PRECISION_MAX follow */
    char grouped[720];
    size_t n = 0;

    if (!tp_undef_check(r, v))
        return false;
    switch (s->conv) {
    case 's':
    case 'r':
    case 'a': return text_conv(r, s, v, safe, b);
    case 'c':
        if (v->type == TP_STR)
            return text_conv(r, s, v, safe, b);
        if (v->type != TP_INT || v->u.i < 1 || v->u.i > 0x10ffff ||
            (v->u.i >= 0xd800 && v->u.i <= 0xdfff))
            return tp_fail(r, "this is no character");
        n = tp_cp_put((uint32_t)v->u.i, buf);
        {
            struct tpl_val c = tp_text(hn_arena_strndup(r->a, buf, n), n, false);

            return text_conv(r, s, &c, safe, b);
        }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
    case 'b':
        if (!int_text(r, s, v, buf, sizeof(buf), &n))
            return false;
        break;
    default:
        if (!float_text(r, s, v, buf, sizeof(buf), &n))
            return false;
    }
    if (s->comma) {
        n = group(buf, n, grouped);
        padded(b, s, grouped, n, true);
    } else {
        padded(b, s, buf, n, true);
    }
    return true;
}

/* ---- % -------------------------------------------------------------------------------------- */

struct percent {
    struct tp_run *r;
    const char *s;
    size_t n;
    size_t p;
    const struct tpl_val *args;
    uint32_t n_args;
    uint32_t next;
    const struct tp_dict *named;
};

static bool next_arg(struct percent *f, const struct tpl_val **out)
{
    if (f->next >= f->n_args)
        return tp_fail(f->r, "the format needs more values");
    *out = &f->args[f->next++];
    return true;
}

static bool format_number(struct percent *f, int max, int *out)
{
    const struct tpl_val *v = NULL;
    int64_t i = 0;

    if (f->p < f->n && f->s[f->p] == '*') {
        f->p++;
        if (!next_arg(f, &v) || !tp_arg_i64(f->r, v, 0, &i))
            return false;
    } else {
        for (; f->p < f->n && f->s[f->p] >= '0' && f->s[f->p] <= '9' && i <= max; f->p++)
            i = i * 10 + (f->s[f->p] - '0');
    }
    if (i < 0 || i > max)
        return tp_fail(f->r, "the width in the format is too large");
    *out = (int)i;
    return true;
}

/* What follows a "%", up to the conversion; *v: the value it takes. */
static bool parse_percent(struct percent *f, struct spec *s, const struct tpl_val **v)
{
    static const char flags[] = "-+ 0#";

    *s = (struct spec){.precision = -1};
    *v = NULL;
    if (f->p < f->n && f->s[f->p] == '(') {
        const char *end = memchr(f->s + f->p, ')', f->n - f->p);
        struct tpl_val key;

        if (end == NULL)
            return tp_fail(f->r, "the format is not complete");
        key = tp_text(f->s + f->p + 1, (size_t)(end - f->s) - f->p - 1, false);
        *v = f->named == NULL ? NULL : tp_dict_get(f->named, &key);
        if (*v == NULL)
            return tp_fail(f->r, "the format needs a value '%.*s'", (int)HN_MIN(key.n, 80u),
                           key.u.s);
        f->p = (size_t)(end - f->s) + 1;
    }
    for (; f->p < f->n && f->s[f->p] != '\0' && strchr(flags, f->s[f->p]) != NULL; f->p++) {
        s->minus |= f->s[f->p] == '-';
        s->plus |= f->s[f->p] == '+';
        s->space |= f->s[f->p] == ' ';
        s->zero |= f->s[f->p] == '0';
        s->alt |= f->s[f->p] == '#';
    }
    if (!format_number(f, WIDTH_MAX, &s->width))
        return false;
    if (f->p < f->n && f->s[f->p] == '.') {
        f->p++;
        if (!format_number(f, PRECISION_MAX, &s->precision))
            return false;
    }
    while (f->p < f->n && f->s[f->p] != '\0' && strchr("hlL", f->s[f->p]) != NULL)
        f->p++;
    if (f->p >= f->n || strchr("sracdiuxXofFeEgG%", f->s[f->p]) == NULL || f->s[f->p] == '\0')
        return tp_fail(f->r, "the format is not complete");
    s->conv = f->s[f->p++];
    return s->conv == '%' || *v != NULL || next_arg(f, v);
}

bool tp_format_percent(struct tp_run *r, const struct tpl_val *fmt, const struct tpl_val *args,
                       uint32_t n, const struct tp_dict *named, struct tpl_val *out)
{
    struct percent f = {
        .r = r, .s = fmt->u.s, .n = fmt->n, .args = args, .n_args = n, .named = named};
    struct hn_sbuf b;

    tp_buf(r, &b);
    while (f.p < f.n) {
        const char *mark = memchr(f.s + f.p, '%', f.n - f.p);
        size_t end = mark == NULL ? f.n : (size_t)(mark - f.s);
        const struct tpl_val *v = NULL;
        struct spec s;

        hn_sbuf_mem(&b, f.s + f.p, end - f.p);
        f.p = end + 1;
        if (mark == NULL)
            break;
        if (!tp_charge(r, 1) || !parse_percent(&f, &s, &v))
            return false;
        if (s.conv == '%')
            hn_sbuf_chr(&b, '%');
        else if (!convert(r, &s, v, fmt->safe, &b))
            return false;
    }
    if (named == NULL && f.next < n)
        return tp_fail(r, "the format takes fewer values");
    return tp_buf_done(r, &b, fmt->safe, out);
}

/* ---- {} ------------------------------------------------------------------------------------- */

/* "[[fill]align][sign][#][0][width][,][.precision][type]" of str.format. */
static bool braces_spec(struct tp_run *r, const char *p, size_t n, struct spec *s, char *align,
                        const char **fill, size_t *n_fill)
{
    uint32_t cp;
    size_t k = n > 0 ? tp_cp_get(p, n, &cp) : 0;
    size_t i = 0;
    int64_t v;

    *s = (struct spec){.precision = -1};
    *align = '\0';
    *fill = " ";
    *n_fill = 1;
    if (n > k && strchr("<>^=", p[k]) != NULL) {
        *fill = p;
        *n_fill = k;
        *align = p[k];
        i = k + 1;
    } else if (n > 0 && strchr("<>^=", p[0]) != NULL) {
        *align = p[i++];
    }
    if (i < n && strchr("+- ", p[i]) != NULL) {
        s->plus = p[i] == '+';
        s->space = p[i] == ' ';
        i++;
    }
    if (i < n && p[i] == '#') {
        s->alt = true;
        i++;
    }
    if (i < n && p[i] == '0')
        s->zero = *align == '\0';
    for (v = 0; i < n && p[i] >= '0' && p[i] <= '9' && v <= WIDTH_MAX; i++)
        v = v * 10 + (p[i] - '0');
    if (v > WIDTH_MAX)
        return tp_fail(r, "the width in the format is too large");
    s->width = (int)v;
    if (i < n && p[i] == ',') {
        s->comma = true;
        i++;
    }
    if (i < n && p[i] == '.') {
        for (v = 0, i++; i < n && p[i] >= '0' && p[i] <= '9' && v <= PRECISION_MAX; i++)
            v = v * 10 + (p[i] - '0');
        if (v > PRECISION_MAX)
            return tp_fail(r, "the width in the format is too large");
        s->precision = (int)v;
    }
    if (i < n && strchr("sdxXobfFeEgGc%", p[i]) != NULL)
        s->conv = p[i++];
    return i == n || tp_fail(r, "the format is not complete");
}

static bool braces_value(struct tp_run *r, const struct tpl_val *v, const char *p, size_t n,
                         bool safe, struct hn_sbuf *out)
{
    struct spec s;
    struct spec bare;
    char align;
    const char *fill;
    size_t n_fill;
    struct hn_sbuf b;
    size_t len;
    size_t gap;
    size_t left;

    if (!braces_spec(r, p, n, &s, &align, &fill, &n_fill))
        return false;
    if (s.conv == '\0') {
        if (v->type == TP_INT && n > 0)
            s.conv = 'd';
        else if (v->type == TP_FLOAT && (s.precision >= 0 || s.comma))
            s.conv = s.precision >= 0 ? 'g' : 'f';
        else
            s.conv = 's';
    }
    bare = s;
    if (align != '\0')
        bare.width = 0;
    bare.minus = align == '\0' && !tp_is_num(v); /* text stands left, numbers right */
    tp_buf(r, &b);
    if (!convert(r, &bare, v, safe, &b))
        return false;
    len = tp_cp_len(hn_sbuf_text(&b), b.n);
    gap = align != '\0' && (size_t)s.width > len ? (size_t)s.width - len : 0;
    left = align == '<' ? 0 : align == '^' ? gap / 2 : gap;
    for (size_t i = 0; i < left; i++)
        hn_sbuf_mem(out, fill, n_fill);
    hn_sbuf_mem(out, hn_sbuf_text(&b), b.n);
    for (size_t i = left; i < gap; i++)
        hn_sbuf_mem(out, fill, n_fill);
    return true;
}

/* The value that "name.attr[item]" or "0" or "" stands for. */
static bool braces_field(struct tp_run *r, const char *p, size_t n, const struct tp_args *a,
                         const struct tp_dict *named, uint32_t *next, struct tpl_val *out)
{
    size_t k = 0;
    uint32_t i = 0;
    struct tpl_val key;
    const struct tpl_val *v;

    while (k < n && p[k] != '.' && p[k] != '[')
        k++;
    key = tp_text(p, k, false);
    if (k == 0 || (k < 6 && strspn(p, "0123456789") >= k)) {
        if (k == 0)
            i = (*next)++;
        for (size_t d = 0; d < k; d++)
            i = i * 10 + (uint32_t)(p[d] - '0');
        v = a != NULL && i < a->n ? &a->v[i] : NULL;
    } else {
        v = named == NULL ? NULL : tp_dict_get(named, &key);
    }
    if (v == NULL)
        return tp_fail(r, "the format needs a value '%.*s'", (int)HN_MIN(key.n, 80u), key.u.s);
    *out = *v;
    while (k < n) {
        bool item = p[k] == '[';
        size_t from = ++k;

        while (k < n && (item ? p[k] != ']' : p[k] != '.' && p[k] != '['))
            k++;
        key = tp_text(p + from, k - from, false);
        if (item && k < n)
            k++;
        if (key.n > 0 && key.u.s[0] == '_')
            *out = tp_cstr("");
        else if (!tp_attr_path(r, out, &key, NULL, out))
            return false;
    }
    return true;
}

bool tp_format_braces(struct tp_run *r, const struct tpl_val *fmt, const struct tp_args *a,
                      const struct tp_dict *named, struct tpl_val *out)
{
    const char *s = fmt->u.s;
    uint32_t next = 0;
    struct hn_sbuf b;

    tp_buf(r, &b);
    for (size_t p = 0; p < fmt->n;) {
        size_t end;
        size_t colon;
        struct tpl_val v;

        if ((s[p] == '{' || s[p] == '}') && p + 1 < fmt->n && s[p + 1] == s[p]) {
            hn_sbuf_chr(&b, s[p]);
            p += 2;
            continue;
        }
        if (s[p] != '{') {
            hn_sbuf_chr(&b, s[p++]);
            continue;
        }
        for (end = ++p; end < fmt->n && s[end] != '}'; end++)
            continue;
        if (end == fmt->n)
            return tp_fail(r, "the format is not complete");
        for (colon = p; colon < end && s[colon] != ':'; colon++)
            continue;
        if (!tp_charge(r, 1) || !braces_field(r, s + p, colon - p, a, named, &next, &v) ||
            !braces_value(r, &v, s + colon + (colon < end), end - colon - (colon < end), fmt->safe,
                          &b))
            return false;
        p = end + 1;
    }
    return tp_buf_done(r, &b, fmt->safe, out);
}

/* ---- replace, translation ------------------------------------------------------------------- */

bool tp_replace(struct tp_run *r, const struct tpl_val *s, const struct tpl_val *from,
                const struct tpl_val *to, int64_t count, bool safe, struct tpl_val *out)
{
    struct hn_sbuf b;
    size_t p = 0;

    tp_buf(r, &b);
    if (!tp_charge(r, s->n / 128))
        return false;
    while (p <= s->n && count != 0) {
        const char *at =
            from->n == 0 ? s->u.s + p : memmem(s->u.s + p, s->n - p, from->u.s, from->n);
        uint32_t cp;
        size_t k;

        if (at == NULL)
            break;
        if (!tp_charge(r, 1))
            return false;
        count -= count > 0;
        hn_sbuf_mem(&b, s->u.s + p, (size_t)(at - s->u.s) - p);
        hn_sbuf_mem(&b, to->u.s, to->n);
        p = (size_t)(at - s->u.s) + from->n;
        if (from->n > 0)
            continue;
        if (p == s->n) /* "" is also found at the end */
            break;
        k = tp_cp_get(s->u.s + p, s->n - p, &cp);
        hn_sbuf_mem(&b, s->u.s + p, k);
        p += k;
    }
    if (p < s->n)
        hn_sbuf_mem(&b, s->u.s + p, s->n - p);
    return tp_buf_done(r, &b, safe, out);
}

/*
 * _('%(n)s tickets', n=3): the message in the reader's language, with values put in. The result is
 * escaped when it is printed; a safe value stays as it is, and all around it is escaped.
 */
bool tp_f_gettext(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                  struct tpl_val *out)
{
    struct tp_dict *named;
    struct tpl_val fmt;
    const char *msg;

    (void)in;
    if (a->n != 1)
        return tp_fail(r, "%s: one message is expected", "_");
    if (!tp_str(r, &a->v[0], &fmt))
        return false;
    msg = hn_tr(hn_arena_strndup(r->a, fmt.u.s, fmt.n));
    fmt = tp_text(msg, strlen(msg), fmt.safe);
    if (a->n_kw == 0 && memmem(fmt.u.s, fmt.n, "%(", 2) == NULL &&
        memmem(fmt.u.s, fmt.n, "%%", 2) == NULL) {
        *out = fmt;
        return true;
    }
    named = tp_dict_new(r->a);
    for (uint32_t i = 0; i < a->n_kw; i++) {
        tp_dict_put_sym(named, a->kw[i].name, a->kw[i].v);
        if (a->kw[i].v.type == TP_STR && a->kw[i].v.safe && !fmt.safe && !tp_escape(r, &fmt, &fmt))
            return false;
    }
    return tp_format_percent(r, &fmt, NULL, 0, named, out);
}
