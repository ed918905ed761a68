/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/form_read.h"

#include "server/base/parse.h"

#include <stdio.h>

static bool is_space(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

const char *http_form_text(struct http_ctx *c, const char *name)
{
    const char *v = http_form(c, name);
    size_t n;
    size_t k = 0;
    char *out;

    if (v == NULL)
        return "";
    while (is_space(*v))
        v++;
    n = strlen(v);
    while (n > 0 && is_space(v[n - 1]))
        n--;
    out = hn_arena_alloc(c->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        if (v[i] != '\r')
            out[k++] = v[i];
    return out;
}

/* false: nothing was typed (and said so, where something was needed). */
static bool typed(struct http_ctx *c, const char *name, enum hn_need need, const char **v,
                  struct hn_err *e)
{
    *v = http_form_text(c, name);
    if (**v != '\0')
        return true;
    if (need == HN_REQ)
        (void)hn_fail_field(e, name, "is required");
    return false;
}

void http_form_words(struct http_ctx *c, const char *name, enum hn_need need, size_t max,
                     const char **out, struct hn_err *e)
{
    const char *v;

    *out = NULL;
    if (!typed(c, name, need, &v, e))
        return;
    if (hn_utf8_len(v) > max)
        (void)hn_fail_field(e, name, "at most %zu characters", max);
    *out = v;
}

void http_form_i64(struct http_ctx *c, const char *name, enum hn_need need, int64_t min,
                   int64_t max, int64_t *out, struct hn_err *e)
{
    const char *v;

    if (typed(c, name, need, &v, e))
        if (hn_parse_i64(v, name, min, max, out, e) != HN_OK)
            return; /* said in e */
}

void http_form_word(struct http_ctx *c, const char *name, enum hn_need need,
                    const char *const *words, const char **out, struct hn_err *e)
{
    const char *v;

    if (!typed(c, name, need, &v, e))
        return;
    for (; *words != NULL; words++)
        if (hn_streq(*words, v)) {
            *out = *words;
            return;
        }
    (void)hn_fail_field(e, name, "choose one of the list");
}

void http_form_local(struct http_ctx *c, const char *name, enum hn_need need, hn_instant *out,
                     struct hn_err *e)
{
    const char *v;
    char *text;

    if (!typed(c, name, need, &v, e))
        return;
    text = hn_arena_fmt(c->arena, "%s%s+09:00", v, strlen(v) == 16 ? ":00" : "");
    if (strlen(text) > 10 && text[10] == ' ')
        text[10] = 'T';
    struct hn_err own = {0};

    if (hn_parse_rfc3339(text, name, out, &own) != HN_OK)
        (void)hn_fail_field(e, name, "must be a date and time such as 2026-11-22 14:05");
}

const char *http_local_text(struct hn_arena *a, hn_instant t)
{
    struct hn_local l;

    if (t == HN_UNSET || t == HN_NEVER)
        return "";
    l = hn_tokyo(t);
    if (l.second == 0)
        return hn_arena_fmt(a, "%04d-%02d-%02dT%02d:%02d", l.year, l.month, l.day, l.hour,
                            l.minute);
    return hn_arena_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d", l.year, l.month, l.day, l.hour,
                        l.minute, l.second);
}

void http_view_crumb(struct tpl_val *view, struct tpl_val **crumbs, const char *label,
                     const char *href)
{
    struct tpl_val *m;

    if (*crumbs == NULL)
        *crumbs = tpl_set_list(view, "crumbs");
    m = tpl_push_map(*crumbs);
    tpl_set_str(m, "label", label);
    tpl_set_str(m, "href", href);
}

void http_view_clean(struct http_ctx *c, struct tpl_val *view)
{
    tpl_set(view, "error", tpl_none(c->arena));
    (void)tpl_set_map(view, "errors");
}

void http_view_choice(struct tpl_val *list, const char *value, const char *label)
{
    struct tpl_val *m = tpl_push_map(list);

    tpl_set_str(m, "value", value);
    tpl_set_str(m, "label", label);
}
