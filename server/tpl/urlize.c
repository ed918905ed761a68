/* SPDX-License-Identifier: Apache-2.0 */
/*
 * urlize.c — the filter urlize: http and https addresses, bare host names of the usual domains and
 * mail addresses in a text become links; all else is escaped. Brackets and points around an address
 * stay outside it. As jinja2's filter for these; other schemes are never made into links.
 */
#include "server/tpl/tpl_int.h"

struct link {
    struct hn_sbuf b;
    struct tpl_val rel;
    struct tpl_val target;
    int64_t limit;
};

static bool starts(const char *s, size_t n, const char *with)
{
    return n >= strlen(with) && memcmp(s, with, strlen(with)) == 0;
}

static bool alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static size_t host_len(const char *s, size_t n)
{
    size_t k = 0;

    while (k < n && (alnum(s[k]) || s[k] == '-' || s[k] == '.'))
        k++;
    return k;
}

/* name.tld with letters after the last point; with only_common only the domains jinja2 knows. */
static bool host_ok(const char *s, size_t n, bool only_common)
{
    static const char *const common[] = {"com", "net", "int", "edu", "gov", "org", "info", "mil"};
    const char *dot = memrchr(s, '.', n);
    size_t tail = dot == NULL ? 0 : n - (size_t)(dot - s) - 1;

    if (dot == NULL || dot == s || tail < 2 || !alnum(s[0]) || s[0] == '.')
        return false;
    for (size_t i = 1; i <= tail; i++) {
        if (!alnum(dot[i]) || (dot[i] >= '0' && dot[i] <= '9'))
            return false;
    }
    if (!only_common)
        return true;
    for (size_t i = 0; i < HN_ARRAY_LEN(common); i++) {
        if (strlen(common[i]) == tail && memcmp(dot + 1, common[i], tail) == 0)
            return true;
    }
    return false;
}

static bool is_url(const char *s, size_t n, bool *scheme)
{
    size_t skip = starts(s, n, "https://") ? 8 : starts(s, n, "http://") ? 7 : 0;
    size_t k = host_len(s + skip, n - skip);
    char after = skip + k < n ? s[skip + k] : '\0';

    *scheme = skip > 0;
    if (after != '\0' && strchr("/:?#", after) == NULL)
        return false;
    if (skip > 0)
        return k > 0 && alnum(s[skip]);
    return host_ok(s, k, !starts(s, n, "www.")) && after != ':';
}

static bool is_mail(const char *s, size_t n)
{
    const char *at = memchr(s, '@', n);

    if (at == NULL || at == s)
        return false;
    for (const char *p = s; p < at; p++) {
        if (!alnum(*p) && strchr("._%+-", *p) == NULL)
            return false;
    }
    at++;
    return host_len(at, n - (size_t)(at - s)) == n - (size_t)(at - s) &&
           host_ok(at, n - (size_t)(at - s), false);
}

static void attribute(struct hn_sbuf *b, const char *name, const struct tpl_val *v)
{
    if (v->type != TP_STR || v->n == 0)
        return;
    hn_sbuf_fmt(b, " %s=\"", name);
    hn_sbuf_html(b, v->u.s, v->n);
    hn_sbuf_chr(b, '"');
}

static void anchor(struct link *l, const char *prefix, const char *s, size_t n, size_t show,
                   bool outside)
{
    size_t cut = l->limit >= 0 && outside ? tp_cp_at(s, n, (size_t)l->limit) : n;

    hn_sbuf_fmt(&l->b, "<a href=\"%s", prefix);
    hn_sbuf_html(&l->b, s, n);
    hn_sbuf_chr(&l->b, '"');
    if (outside) {
        attribute(&l->b, "rel", &l->rel);
        attribute(&l->b, "target", &l->target);
    }
    hn_sbuf_chr(&l->b, '>');
    hn_sbuf_html(&l->b, s + show, cut - HN_MIN(show, cut));
    hn_sbuf_str(&l->b, cut < n ? "...</a>" : "</a>");
}

/* Where the address ends that is at s[0..end): brackets that it opens belong to it. */
static size_t balanced(const char *s, size_t n, size_t end)
{
    static const char pairs[] = "()<>";

    for (const char *pair = pairs; *pair != '\0'; pair += 2) {
        size_t open = 0;
        size_t close = 0;

        for (size_t i = 0; i < end; i++) {
            open += s[i] == pair[0];
            close += s[i] == pair[1];
        }
        for (; open > close; close++) {
            const char *next = memchr(s + end, pair[1], n - end);

            if (next == NULL)
                break;
            end = (size_t)(next - s) + 1;
        }
    }
    return end;
}

static void word(struct link *l, const char *s, size_t n)
{
    size_t head = 0;
    size_t end = n;
    bool scheme;

    while (head < n && strchr("(<", s[head]) != NULL)
        head++;
    while (end > head && strchr(")>.,", s[end - 1]) != NULL)
        end--;
    end = head + balanced(s + head, n - head, end - head);
    hn_sbuf_html(&l->b, s, head);
    if (is_url(s + head, end - head, &scheme))
        anchor(l, scheme ? "" : "https://", s + head, end - head, 0, true);
    else if (starts(s + head, end - head, "mailto:") && is_mail(s + head + 7, end - head - 7))
        anchor(l, "", s + head, end - head, 7, false);
    else if (is_mail(s + head, end - head))
        anchor(l, "mailto:", s + head, end - head, 0, false);
    else
        hn_sbuf_html(&l->b, s + head, end - head);
    hn_sbuf_html(&l->b, s + end, n - end);
}

bool tp_f_urlize(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,
                 struct tpl_val *out)
{
    struct link l = {.target = a->v[2], .rel = a->v[3]};
    struct tpl_val s;
    bool nofollow;
    size_t p = 0;

    if (!tp_str(r, in, &s) || !tp_arg_bool(r, &a->v[1], false, &nofollow) ||
        (a->v[0].type != TP_NONE && !tp_arg_i64(r, &a->v[0], -1, &l.limit)) ||
        !tp_charge(r, s.n / 32))
        return false;
    if (a->v[0].type == TP_NONE)
        l.limit = -1;
    if (l.rel.type != TP_STR)
        l.rel = tp_cstr(nofollow ? "nofollow noopener" : "noopener");
    tp_buf(r, &l.b);
    while (p < s.n) {
        size_t from = p;
        uint32_t cp = 0;
        size_t k = 0;

        while (p < s.n && (k = tp_cp_get(s.u.s + p, s.n - p, &cp), !tp_cp_space(cp)))
            p += k;
        if (p > from)
            word(&l, s.u.s + from, p - from);
        from = p;
        while (p < s.n && (k = tp_cp_get(s.u.s + p, s.n - p, &cp), tp_cp_space(cp)))
            p += k;
        hn_sbuf_mem(&l.b, s.u.s + from, p - from);
    }
    return tp_buf_done(r, &l.b, r->autoescape, out);
}
