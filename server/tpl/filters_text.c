/* SPDX-License-Identifier: Apache-2.0 */
/* filters_text.c — filters of text: case, trimming, cutting, escaping, JSON, URLs. */
#include "server/tpl/tpl_int.h"

#include <math.h>
#include <stdio.h>

#define FN(name)                                                                                   \
    static bool name(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,          \
                     struct tpl_val *out)

FN(f_escape)
{
    (void)a;
    return tp_escape(r, in, out);
}

FN(f_forceescape)
{
    struct tpl_val s;

    (void)a;
    if (!tp_str(r, in, &s))
        return false;
    s.safe = false;
    return tp_escape(r, &s, out);
}

FN(f_safe)
{
    (void)a;
    if (!tp_str(r, in, out))
        return false;
    out->safe = true;
    return true;
}

FN(f_string)
{
    (void)a;
    return tp_str(r, in, out);
}

FN(f_upper)
{
    (void)a;
    return tp_map_case(r, in, true, out);
}

FN(f_lower)
{
    (void)a;
    return tp_map_case(r, in, false, out);
}

FN(f_capitalize)
{
    struct tpl_val s;
    struct tpl_val head;
    struct hn_sbuf b;
    uint32_t cp;

    (void)a;
    if (!tp_map_case(r, in, false, &s))
        return false;
    head = tp_text(s.u.s, s.n > 0 ? tp_cp_get(s.u.s, s.n, &cp) : 0, s.safe);
    s.u.s += head.n;
    s.n -= head.n;
    if (!tp_map_case(r, &head, true, &head))
        return false;
    tp_buf(r, &b);
    hn_sbuf_mem(&b, head.u.s, head.n);
    hn_sbuf_mem(&b, s.u.s, s.n);
    return tp_buf_done(r, &b, s.safe, out);
}

static bool word_edge(uint32_t cp)
{
    return tp_cp_space(cp) || (cp < 0x80 && cp > 0 && strchr("-({[<", (int)cp) != NULL);
}

FN(f_title)
{
    struct tpl_val s;
    bool start = true;
    struct hn_sbuf b;

    (void)a;
    if (!tp_str(r, in, &s))
        return false;
    tp_buf(r, &b);
    for (size_t p = 0; p < s.n;) {
        uint32_t cp;
        char buf[4];
        size_t k = tp_cp_get(s.u.s + p, s.n - p, &cp);
        uint32_t to = start ? tp_cp_upper(cp) : tp_cp_lower(cp);

        if (to == cp)
            hn_sbuf_mem(&b, s.u.s + p, k);
        else
            hn_sbuf_mem(&b, buf, tp_cp_put(to, buf));
        start = word_edge(cp);
        p += k;
    }
    return tp_buf_done(r, &b, false, out);
}

FN(f_trim)
{
    return tp_strip(r, in, &a->v[0], 3, out);
}

FN(f_replace)
{
    struct tpl_val s;
    struct tpl_val from;
    struct tpl_val to;
    int64_t count = -1;

    if (!tp_str(r, in, &s) || !tp_str(r, &a->v[0], &from) || !tp_str(r, &a->v[1], &to))
        return false;
    if (a->v[2].type != TP_NONE && !tp_arg_i64(r, &a->v[2], -1, &count))
        return false;
    if (!r->autoescape)
        return tp_replace(r, &s, &from, &to, count, false, out);
    /* As jinja2: what is escaped and what is not depends on which of them is safe. */
    if ((from.safe || (to.safe && !s.safe)) && !tp_escape(r, &s, &s))
        return false;
    if (s.safe && (!tp_escape(r, &from, &from) || !tp_escape(r, &to, &to)))
        return false;
    return tp_replace(r, &s, &from, &to, count, s.safe, out);
}

FN(f_truncate)
{
    struct tpl_val s;
    struct tpl_val end = a->v[2].type == TP_MISSING ? tp_cstr("...") : a->v[2];
    bool kill;
    int64_t length;
    int64_t leeway = 5;
    int64_t n;
    size_t cut;
    struct hn_sbuf b;

    if (!tp_str(r, in, &s) || !tp_str(r, &end, &end) || !tp_arg_i64(r, &a->v[0], 255, &length) ||
        !tp_arg_bool(r, &a->v[1], false, &kill))
        return false;
    if (a->v[3].type != TP_NONE && !tp_arg_i64(r, &a->v[3], 5, &leeway))
        return false;
    n = (int64_t)tp_cp_len(end.u.s, end.n);
    if (length < n || leeway < 0 || length > INT32_MAX || leeway > INT32_MAX)
        return tp_fail(r, "%s: the length is out of range", "truncate");
    *out = s;
    if ((int64_t)tp_cp_len(s.u.s, s.n) <= length + leeway)
        return true;
    cut = tp_cp_at(s.u.s, s.n, (size_t)(length - n));
    if (!kill) {
        const char *space = memrchr(s.u.s, ' ', cut);

        cut = space == NULL ? cut : (size_t)(space - s.u.s);
    }
    if (s.safe && !tp_escape(r, &end, &end))
        return false;
    tp_buf(r, &b);
    hn_sbuf_mem(&b, s.u.s, cut);
    hn_sbuf_mem(&b, end.u.s, end.n);
    return tp_buf_done(r, &b, s.safe, out);
}

FN(f_wordcount)
{
    struct tpl_val s;
    int64_t words = 0;
    bool inside = false;

    (void)a;
    if (!tp_str(r, in, &s))
        return false;
    for (size_t p = 0; p < s.n;) {
        uint32_t cp;

        p += tp_cp_get(s.u.s + p, s.n - p, &cp);
        words += tp_cp_word(cp) && !inside;
        inside = tp_cp_word(cp);
    }
    *out = tp_int(words);
    return true;
}

FN(f_format)
{
    struct tp_dict *named = NULL;
    struct tpl_val s;

    if (!tp_str(r, in, &s))
        return false;
    if (a->n > 0 && a->n_kw > 0)
        return tp_fail(r, "%s: either positional or named values", "format");
    if (a->n_kw > 0) {
        named = tp_dict_new(r->a);
        for (uint32_t i = 0; i < a->n_kw; i++)
            tp_dict_put_sym(named, a->kw[i].name, a->kw[i].v);
    }
    return tp_format_percent(r, &s, a->v, a->n, named, out);
}

FN(f_center)
{
    struct tpl_val s;
    int64_t width;
    int64_t n;
    int64_t left;
    struct hn_sbuf b;

    if (!tp_str(r, in, &s) || !tp_arg_i64(r, &a->v[0], 80, &width))
        return false;
    if (width > (int64_t)r->max_bytes || !tp_room(r, (size_t)HN_MAX(width, 0)))
        return tp_fail(r, "the template needs too much memory");
    n = (int64_t)tp_cp_len(s.u.s, s.n);
    left = width > n ? (width - n) / 2 + ((width - n) & width & 1) : 0;
    tp_buf(r, &b);
    for (int64_t i = 0; i < left; i++)
        hn_sbuf_chr(&b, ' ');
    hn_sbuf_mem(&b, s.u.s, s.n);
    for (int64_t i = left; i < width - n; i++)
        hn_sbuf_chr(&b, ' ');
    return tp_buf_done(r, &b, s.safe, out);
}

FN(f_indent)
{
    struct tpl_val s;
    struct tpl_val by = a->v[0];
    bool first;
    bool blank;
    int64_t width = 4;
    struct hn_sbuf b;
    bool line_one = true;

    if (!tp_str(r, in, &s) || !tp_arg_bool(r, &a->v[1], false, &first) ||
        !tp_arg_bool(r, &a->v[2], false, &blank))
        return false;
    if (by.type != TP_STR) {
        char *spaces;

        if (!tp_arg_i64(r, &by, 4, &width))
            return false;
        if (width < 0 || width > 1000)
            return tp_fail(r, "%s: a number from %d to %d is expected", "indent", 0, 1000);
        spaces = hn_arena_alloc(r->a, (size_t)width + 1);
        memset(spaces, ' ', (size_t)width);
        by = tp_text(spaces, (size_t)width, true);
    }
    if (s.safe && !tp_escape(r, &by, &by))
        return false;
    tp_buf(r, &b);
    for (size_t p = 0;; line_one = false) {
        const char *nl = memchr(s.u.s + p, '\n', s.n - p);
        size_t end = nl == NULL ? s.n : (size_t)(nl - s.u.s);

        if (line_one ? first : blank || end > p)
            hn_sbuf_mem(&b, by.u.s, by.n);
        hn_sbuf_mem(&b, s.u.s + p, end - p);
        if (nl == NULL)
            break;
        hn_sbuf_chr(&b, '\n');
        p = end + 1;
    }
    return tp_buf_done(r, &b, s.safe, out);
}

FN(f_wordwrap)
{
    struct tpl_val s;
    struct tpl_val nl = a->v[2].type == TP_STR ? a->v[2] : tp_cstr("\n");
    bool cut;
    int64_t width;
    int64_t at = 0;
    struct hn_sbuf b;

    if (!tp_str(r, in, &s) || !tp_arg_i64(r, &a->v[0], 79, &width) ||
        !tp_arg_bool(r, &a->v[1], true, &cut))
        return false;
    if (width < 1)
        return tp_fail(r, "%s: the length is out of range", "wordwrap");
    tp_buf(r, &b);
    for (size_t p = 0; p < s.n;) {
        size_t gap = p;
        size_t end;
        int64_t n;
        int64_t k;

        if (s.u.s[p] == '\n') {
            hn_sbuf_mem(&b, nl.u.s, nl.n);
            at = 0;
            p++;
            continue;
        }
        while (p < s.n && s.u.s[p] == ' ')
            p++;
        for (end = p; end < s.n && s.u.s[end] != ' ' && s.u.s[end] != '\n'; end++)
            continue;
        k = (int64_t)(p - gap);
        n = (int64_t)tp_cp_len(s.u.s + p, end - p);
        if (n == 0)
            continue;
        if (at > 0 && at + k + n > width) {
            hn_sbuf_mem(&b, nl.u.s, nl.n);
            at = k = 0;
        }
        hn_sbuf_mem(&b, s.u.s + gap,
                    at == 0 && k > 0 && gap > 0 && s.u.s[gap - 1] != '\n' ? 0 : (size_t)k);
        at += k;
        for (; cut && n > width; n -= width) {
            size_t part = tp_cp_at(s.u.s + p, end - p, (size_t)width);

            hn_sbuf_mem(&b, s.u.s + p, part);
            hn_sbuf_mem(&b, nl.u.s, nl.n);
            at = 0;
            p += part;
        }
        hn_sbuf_mem(&b, s.u.s + p, end - p);
        at += n;
        p = end;
    }
    return tp_buf_done(r, &b, false, out);
}

/* ---- HTML ----------------------------------------------------------------------------------- */

FN(f_nl2br)
{
    struct tpl_val s;
    struct tpl_val nl = tp_cstr("\n");
    struct tpl_val br = tp_cstr("<br>\n");

    (void)a;
    return tp_escape(r, in, &s) && tp_replace(r, &s, &nl, &br, -1, true, out);
}

static size_t entity(const char *s, size_t n, char buf[4])
{
    static const struct {
        const char *name;
        uint32_t cp;
    } known[] = {{"amp", '&'},    {"lt", '<'},        {"gt", '>'},       {"quot", '"'},
                 {"apos", '\''},  {"nbsp", 0xa0},     {"copy", 0xa9},    {"yen", 0xa5},
                 {"times", 0xd7}, {"hellip", 0x2026}, {"ndash", 0x2013}, {"mdash", 0x2014}};
    uint32_t cp = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(known); i++) {
        if (strlen(known[i].name) == n && memcmp(known[i].name, s, n) == 0)
            return tp_cp_put(known[i].cp, buf);
    }
    if (n < 2 || n > 8 || s[0] != '#')
        return 0;
    for (size_t i = 1; i < n; i++) {
        bool hex = (s[1] | 32) == 'x';
        int d = s[i] >= '0' && s[i] <= '9' ? s[i] - '0' : (s[i] | 32) - 'a' + 10;

        if (hex && i == 1)
            continue;
        if (d < 0 || d >= (hex ? 16 : 10))
            return 0;
        cp = cp * (hex ? 16 : 10) + (uint32_t)d;
    }
    if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return 0;
    return tp_cp_put(cp, buf);
}

static void unescape(struct hn_sbuf *b, const char *s, size_t n)
{
    for (size_t p = 0; p < n; p++) {
        size_t k = 0;
        size_t len = 0;
        char buf[4];

        if (s[p] == '&') {
            for (k = 1; p + k < n && k < 10 && s[p + k] != ';'; k++)
                continue;
            if (p + k < n && s[p + k] == ';')
                len = entity(s + p + 1, k - 1, buf);
        }
        if (len > 0) {
            hn_sbuf_mem(b, buf, len);
            p += k;
        } else {
            hn_sbuf_chr(b, s[p]);
        }
    }
}

/* Without comments and tags, white space runs as one space, entities as characters. */
FN(f_striptags)
{
    struct tpl_val s;
    struct hn_sbuf bare;
    struct hn_sbuf b;
    bool gap = false;
    bool endless = false; /* no ">" or "-->" follows any more: do not look again */
    bool endless_comment = false;

    (void)a;
    if (!tp_str(r, in, &s))
        return false;
    tp_buf(r, &bare);
    for (size_t p = 0; p < s.n;) {
        uint32_t cp;
        size_t k = tp_cp_get(s.u.s + p, s.n - p, &cp);
        bool comment = s.n - p >= 4 && memcmp(s.u.s + p, "<!--", 4) == 0 && !endless_comment;
        const char *end = NULL;

        if (comment) {
            end = memmem(s.u.s + p + 4, s.n - p - 4, "-->", 3);
            endless_comment = end == NULL;
        }
        if (end == NULL && cp == '<' && !endless) {
            comment = false;
            end = memchr(s.u.s + p, '>', s.n - p);
            endless = end == NULL;
        }
        if (end != NULL) {
            p = (size_t)(end - s.u.s) + (comment ? 3 : 1);
            continue;
        }
        if (tp_cp_space(cp)) {
            gap = true;
        } else {
            if (gap && bare.n > 0)
                hn_sbuf_chr(&bare, ' ');
            gap = false;
            hn_sbuf_mem(&bare, s.u.s + p, k);
        }
        p += k;
    }
    tp_buf(r, &b);
    unescape(&b, hn_sbuf_text(&bare), bare.n);
    return tp_buf_done(r, &b, false, out);
}

FN(f_xmlattr)
{
    struct hn_sbuf b;
    bool space;

    if (in->type != TP_MAP)
        return tp_fail(r, "'%s' is no mapping", tp_type_name((enum tp_type)in->type));
    if (!tp_arg_bool(r, &a->v[0], true, &space))
        return false;
    tp_buf(r, &b);
    for (uint32_t i = 0; i < in->u.dict->n; i++) {
        const struct tp_entry *e = &in->u.dict->e[i];
        struct tpl_val k;
        struct tpl_val v;

        if (e->val.type == TP_NONE || e->val.type == TP_UNDEF)
            continue;
        if (!tp_escape(r, &e->key, &k) || !tp_escape(r, &e->val, &v))
            return false;
        for (uint32_t c = 0; c < k.n; c++) {
            if (strchr(" \t\n\v\f\r/>=", k.u.s[c]) != NULL)
                return tp_fail(r, "this is no name of an attribute: '%.*s'", (int)HN_MIN(k.n, 80u),
                               k.u.s);
        }
        if (space || b.n > 0)
            hn_sbuf_chr(&b, ' ');
        hn_sbuf_mem(&b, k.u.s, k.n);
        hn_sbuf_str(&b, "=\"");
        hn_sbuf_mem(&b, v.u.s, v.n);
        hn_sbuf_chr(&b, '"');
    }
    return tp_buf_done(r, &b, r->autoescape, out);
}

/* ---- URLs ----------------------------------------------------------------------------------- */

static bool quote(struct tp_run *r, const struct tpl_val *v, bool query, struct hn_sbuf *b)
{
    static const char plain[] = "_.-~";
    struct tpl_val s;

    if (!tp_str(r, v, &s))
        return false;
    for (size_t p = 0; p < s.n; p++) {
        unsigned char c = (unsigned char)s.u.s[p];

        if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
            (c != 0 && strchr(plain, c) != NULL) || (c == '/' && !query))
            hn_sbuf_chr(b, (char)c);
        else if (c == ' ' && query)
            hn_sbuf_chr(b, '+');
        else
            hn_sbuf_fmt(b, "%%%02X", c);
    }
    return true;
}

FN(f_urlencode)
{
    struct hn_sbuf b;
    struct tp_list *l;

    (void)a;
    tp_buf(r, &b);
    if (in->type != TP_MAP && !tp_is_seq(in))
        return quote(r, in, false, &b) && tp_buf_done(r, &b, false, out);
    if (in->type == TP_MAP) {
        for (uint32_t i = 0; i < in->u.dict->n; i++) {
            if (i > 0)
                hn_sbuf_chr(&b, '&');
            if (!quote(r, &in->u.dict->e[i].key, true, &b))
                return false;
            hn_sbuf_chr(&b, '=');
            if (!quote(r, &in->u.dict->e[i].val, true, &b))
                return false;
        }
        return tp_buf_done(r, &b, false, out);
    }
    l = in->u.list;
    for (uint32_t i = 0; i < l->n; i++) {
        if (!tp_is_seq(&l->v[i]) || l->v[i].u.list->n != 2)
            return tp_fail(r, "%s: pairs are expected", "urlencode");
        if (i > 0)
            hn_sbuf_chr(&b, '&');
        if (!quote(r, &l->v[i].u.list->v[0], true, &b))
            return false;
        hn_sbuf_chr(&b, '=');
        if (!quote(r, &l->v[i].u.list->v[1], true, &b))
            return false;
    }
    return tp_buf_done(r, &b, false, out);
}

static const struct tp_fn rows[] = {
    {"e", f_escape, .need = 0},
    {"escape", f_escape, .need = 0},
    {"forceescape", f_forceescape, .need = 0},
    {"safe", f_safe, .need = 0},
    {"string", f_string, .need = 0},
    {"upper", f_upper, .need = 0},
    {"lower", f_lower, .need = 0},
    {"capitalize", f_capitalize, .need = 0},
    {"title", f_title, .need = 0},
    {"trim", f_trim, 0, .params = {"chars"}},
    {"replace", f_replace, 2, .params = {"old", "new", "count"}},
    {"truncate", f_truncate, 0, .params = {"length", "killwords", "end", "leeway"}},
    {"wordcount", f_wordcount, .need = 0},
    {"wordwrap", f_wordwrap, 0, .params = {"width", "break_long_words", "wrapstring"}},
    {"format", f_format, 0, .any = true},
    {"center", f_center, 0, .params = {"width"}},
    {"indent", f_indent, 0, .params = {"width", "first", "blank"}},
    {"nl2br", f_nl2br, .need = 0},
    {"striptags", f_striptags, .need = 0},
    {"xmlattr", f_xmlattr, 0, .params = {"autospace"}},
    {"urlencode", f_urlencode, .need = 0},
    {"tojson", tp_f_tojson, 0, .params = {"indent"}},
    {"urlize", tp_f_urlize, 0, .params = {"trim_url_limit", "nofollow", "target", "rel"}},
};
const struct tp_fn_table tp_filters_text = {rows, HN_ARRAY_LEN(rows)};
