/* SPDX-License-Identifier: Apache-2.0 */
/* text.c — the text of values as Python writes it, and the Unicode that filters need. */
#include "server/tpl/tpl_int.h"

#include <locale.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <wctype.h>

/* ---- Unicode -------------------------------------------------------------------------------- */

size_t tp_cp_get(const char *s, size_t n, uint32_t *cp)
{
    unsigned char c = (unsigned char)s[0];
    size_t len = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;

    if (len == 1) {
        *cp = c;
        return 1;
    }
    *cp = 0xfffd; /* what is not UTF-8 counts byte by byte */
    if (len == 0 || len > n)
        return 1;
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 1;
    }
    *cp = c & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++)
        *cp = *cp << 6 | ((unsigned char)s[i] & 0x3f);
    return len;
}

size_t tp_cp_put(uint32_t cp, char buf[4])
{
    if (cp < 0x80) {
        buf[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        buf[0] = (char)(0xc0 | cp >> 6);
        buf[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        buf[0] = (char)(0xe0 | cp >> 12);
        buf[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        buf[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    buf[0] = (char)(0xf0 | cp >> 18);
    buf[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    buf[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    buf[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

size_t tp_cp_at(const char *s, size_t n, size_t i)
{
    size_t p = 0;
    uint32_t cp;

    for (; i > 0 && p < n; i--)
        p += tp_cp_get(s + p, n - p, &cp);
    return p;
}

size_t tp_cp_len(const char *s, size_t n)
{
    size_t k = 0;
    uint32_t cp;

    for (size_t p = 0; p < n; k++)
        p += tp_cp_get(s + p, n - p, &cp);
    return k;
}

/* The classes of all of Unicode, whatever locale the process runs in. Made once, never freed. */
static locale_t utf8_locale(void)
{
    static _Atomic(locale_t) once;
    locale_t l = once;
    locale_t none = (locale_t)0;

    if (l != (locale_t)0)
        return l;
    l = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (l == (locale_t)0)
        l = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    if (!atomic_compare_exchange_strong(&once, &none, l)) {
        freelocale(l);
        l = none;
    }
    return l;
}

uint32_t tp_cp_lower(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    return (uint32_t)towlower_l((wint_t)cp, utf8_locale());
}

uint32_t tp_cp_upper(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
    return (uint32_t)towupper_l((wint_t)cp, utf8_locale());
}

bool tp_cp_space(uint32_t cp)
{
    return cp == ' ' || (cp >= 0x09 && cp <= 0x0d) || (cp >= 0x1c && cp <= 0x1f) || cp == 0x85 ||
           cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 ||
           cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

bool tp_cp_word(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z') || cp == '_';
    return cp != 0xfffd && iswalnum_l((wint_t)cp, utf8_locale()) != 0;
}

/* ---- builders ------------------------------------------------------------------------------- */

void tp_buf(struct tp_run *r, struct hn_sbuf *b)
{
    hn_sbuf_init(b, r->a, r->max_bytes);
}

bool tp_buf_done(struct tp_run *r, struct hn_sbuf *b, bool safe, struct tpl_val *out)
{
    if (b->overflow)
        return tp_fail(r, "the text is longer than %zu bytes", b->max);
    *out = tp_text(hn_sbuf_text(b), b->n, safe);
    return tp_room(r, b->n);
}

/* ---- text of values ------------------------------------------------------------------------- */

size_t tp_float_text(double f, char buf[TP_FLOAT_MAX])
{
    char e[TP_FLOAT_MAX];
    int digits = fabs(f) < 1e-300 ? 1 : 15;
    int exp;
    char *mark;

    if (isnan(f) || isinf(f))
        return (size_t)snprintf(buf, TP_FLOAT_MAX, "%s", isnan(f) ? "nan" : f < 0 ? "-inf" : "inf");
    do
        (void)snprintf(e, sizeof(e), "%.*e", digits - 1, f);
    while (strtod(e, NULL) != f && ++digits <= 17);
    mark = strchr(e, 'e');
    exp = (int)strtol(mark + 1, NULL, 10);
    /* The digits that count: without the zeros at the end. */
    while (digits > 1 && mark[-1] == '0') {
        mark--;
        digits--;
    }
    if (exp < -4 || exp >= 16) {
        if (mark[-1] == '.')
            mark--;
        *mark = '\0';
        return (size_t)snprintf(buf, TP_FLOAT_MAX, "%se%c%02d", e, exp < 0 ? '-' : '+', abs(exp));
    }
    return (size_t)snprintf(buf, TP_FLOAT_MAX, "%.*f", HN_MAX(digits - 1 - exp, 1), f);
}

static void repr_text(struct hn_sbuf *b, const char *s, size_t n)
{
    static const char from[] = "\n\r\t\\";
    static const char to[] = "nrt\\";
    char quote = memchr(s, '\'', n) != NULL && memchr(s, '"', n) == NULL ? '"' : '\'';

    hn_sbuf_chr(b, quote);
    for (size_t p = 0; p < n;) {
        uint32_t cp;
        size_t k = tp_cp_get(s + p, n - p, &cp);
        const char *c = cp == 0 ? NULL : memchr(from, (int)(cp & 0xff), sizeof(from) - 1);

        if (cp < 0x80 && c != NULL)
            hn_sbuf_fmt(b, "\\%c", to[c - from]);
        else if (cp == (uint32_t)quote)
            hn_sbuf_fmt(b, "\\%c", quote);
        else if (cp < 0x20 || (cp >= 0x7f && cp <= 0xa0) || cp == 0xad)
            hn_sbuf_fmt(b, "\\x%02x", cp);
        else
            hn_sbuf_mem(b, s + p, k);
        p += k;
    }
    hn_sbuf_chr(b, quote);
}

static bool repr_list(struct tp_run *r, const struct tpl_val *v, struct hn_sbuf *b, int depth)
{
    const struct tp_list *l = v->u.list;
    bool tuple = v->type == TP_TUPLE;

    hn_sbuf_chr(b, tuple ? '(' : '[');
    for (uint32_t i = 0; i < l->n; i++) {
        if (i > 0)
            hn_sbuf_str(b, ", ");
        if (!tp_repr(r, &l->v[i], b, depth + 1))
            return false;
    }
    hn_sbuf_str(b, tuple ? (l->n == 1 ? ",)" : ")") : "]");
    return true;
}

static bool repr_dict(struct tp_run *r, const struct tpl_val *v, struct hn_sbuf *b, int depth)
{
    const struct tp_dict *d = v->u.dict;

    hn_sbuf_str(b, v->type == TP_NS ? "<Namespace {" : "{");
    for (uint32_t i = 0; i < d->n; i++) {
        if (i > 0)
            hn_sbuf_str(b, ", ");
        if (!tp_repr(r, &d->e[i].key, b, depth + 1))
            return false;
        hn_sbuf_str(b, ": ");
        if (!tp_repr(r, &d->e[i].val, b, depth + 1))
            return false;
    }
    hn_sbuf_str(b, v->type == TP_NS ? "}>" : "}");
    return true;
}

bool tp_repr(struct tp_run *r, const struct tpl_val *v, struct hn_sbuf *b, int depth)
{
    char buf[TP_FLOAT_MAX];

    if (depth > TP_WALK_MAX)
        return tp_fail(r, "nested too deeply");
    if (!tp_charge(r, v->type == TP_FLOAT ? 4 : 1))
        return false;
    switch ((enum tp_type)v->type) {
    case TP_MISSING:
    case TP_NONE: hn_sbuf_str(b, "None"); break;
    case TP_UNDEF: hn_sbuf_str(b, "Undefined"); return tp_undef_check(r, v);
    case TP_BOOL: hn_sbuf_str(b, v->u.b ? "True" : "False"); break;
    case TP_INT: hn_sbuf_fmt(b, "%" PRId64, v->u.i); break;
    case TP_FLOAT: hn_sbuf_mem(b, buf, tp_float_text(v->u.f, buf)); break;
    case TP_STR:
        if (v->safe)
            hn_sbuf_str(b, "Markup(");
        if (!tp_charge(r, v->n / TP_BYTES_STEP))
            return false;
        repr_text(b, v->u.s, v->n);
        if (v->safe)
            hn_sbuf_chr(b, ')');
        break;
    case TP_LIST:
    case TP_TUPLE: return repr_list(r, v, b, depth);
    case TP_MAP:
    case TP_NS: return repr_dict(r, v, b, depth);
    case TP_MACRO: hn_sbuf_fmt(b, "<Macro '%s'>", v->u.macro->node->sym.s); break;
    case TP_LOOP:
        hn_sbuf_fmt(b, "<LoopContext %u/%u>", v->u.loop->index + 1, v->u.loop->items->n);
        break;
    default: hn_sbuf_fmt(b, "<%s>", tp_type_name((enum tp_type)v->type));
    }
    return !b->overflow || tp_fail(r, "the text is longer than %zu bytes", b->max);
}

bool tp_str(struct tp_run *r, const struct tpl_val *v, struct tpl_val *out)
{
    struct hn_sbuf b;

    if (v->type == TP_STR) {
        *out = *v;
        return tp_charge(r, v->n / TP_BYTES_STEP);
    }
    if (v->type == TP_UNDEF) {
        *out = tp_text("", 0, false);
        return tp_undef_check(r, v);
    }
    tp_buf(r, &b);
    return tp_repr(r, v, &b, 0) && tp_buf_done(r, &b, false, out);
}

bool tp_escape(struct tp_run *r, const struct tpl_val *v, struct tpl_val *out)
{
    struct tpl_val s;
    struct hn_sbuf b;

    if (!tp_str(r, v, &s))
        return false;
    if (s.safe) {
        *out = s;
        return true;
    }
    tp_buf(r, &b);
    hn_sbuf_html(&b, s.u.s, s.n);
    return tp_buf_done(r, &b, true, out);
}

/* ---- shared by filters and methods ---------------------------------------------------------- */

bool tp_map_case(struct tp_run *r, const struct tpl_val *v, bool upper, struct tpl_val *out)
{
    struct tpl_val s;
    char *p;
    size_t n = 0;

    if (!tp_str(r, v, &s) || !tp_room(r, (size_t)s.n * 2 + 8))
        return false;
    p = hn_arena_alloc(r->a, (size_t)s.n * 2 + 8); /* a letter grows by a byte at most */
    for (size_t i = 0; i < s.n;) {
        uint32_t cp;
        size_t k = tp_cp_get(s.u.s + i, s.n - i, &cp);
        uint32_t to = upper ? tp_cp_upper(cp) : tp_cp_lower(cp);

        if (to == cp) {
            memcpy(p + n, s.u.s + i, k);
            n += k;
        } else {
            n += tp_cp_put(to, p + n);
        }
        i += k;
    }
    *out = tp_text(p, n, s.safe);
    return true;
}

static bool stripped(uint32_t cp, const struct tpl_val *chars)
{
    if (chars->type != TP_STR)
        return tp_cp_space(cp);
    for (size_t i = 0; i < chars->n;) {
        uint32_t c;

        i += tp_cp_get(chars->u.s + i, chars->n - i, &c);
        if (c == cp)
            return true;
    }
    return false;
}

bool tp_strip(struct tp_run *r, const struct tpl_val *v, const struct tpl_val *chars, int sides,
              struct tpl_val *out)
{
    struct tpl_val s;
    size_t from = 0;
    size_t to;
    uint32_t cp;

    if (!tp_str(r, v, &s))
        return false;
    if (chars->type == TP_STR && !tp_charge(r, (size_t)s.n * chars->n / 64))
        return false;
    to = s.n;
    while ((sides & 1) != 0 && from < to) {
        size_t k = tp_cp_get(s.u.s + from, to - from, &cp);

        if (!stripped(cp, chars))
            break;
        from += k;
    }
    while ((sides & 2) != 0 && to > from) {
        size_t k = 1;

        while (k < 4 && to - k > from && ((unsigned char)s.u.s[to - k] & 0xc0) == 0x80)
            k++;
        (void)tp_cp_get(s.u.s + to - k, k, &cp);
        if (!stripped(cp, chars))
            break;
        to -= k;
    }
    *out = tp_text(s.u.s + from, to - from, s.safe);
    return true;
}
