/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/err.h"

#include "server/base/i18n.h"

#include <stdarg.h>

#undef hn_fail
#undef hn_fail_field
#undef hn_ctx
#include <stdio.h>

static const struct {
    const char *word;
    int status;
} codes[] = {
#define X(c, w, s) [HN_##c] = {w, s},
    HN_CODES(X)
#undef X
};

const char *hn_code_word(enum hn_code c)
{
    return codes[c].word;
}

int hn_code_http_status(enum hn_code c)
{
    return codes[c].status;
}

void hn_err_clear(struct hn_err *e)
{
    memset(e, 0, sizeof(*e));
}

/* Cuts a truncated UTF-8 sequence off the end, so that a long message stays valid text. */
static void trim_utf8(char *s)
{
    size_t n = strlen(s);
    size_t i = n;

    while (i > 0 && n - i < 4 && ((unsigned char)s[i - 1] & 0xC0) == 0x80)
        i--;
    if (i == 0)
        return;
    unsigned char lead = (unsigned char)s[i - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

    if (n - (i - 1) < need)
        s[i - 1] = '\0';
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored                                                                     \
    "-Wformat-nonliteral" /* the translated format has the same arguments:                         \
                             tools/lint compares them (msgfmt -c) */
enum hn_code hn_fail(struct hn_err *e, enum hn_code code, const char *fmt, ...)
{
    va_list ap;

    HN_ASSERT(code != HN_OK);
    e->code = code;
    va_start(ap, fmt);
    (void)vsnprintf(e->msg, sizeof(e->msg), hn_tr(fmt), ap);
    va_end(ap);
    trim_utf8(e->msg);
    return code;
}

enum hn_code hn_fail_field(struct hn_err *e, const char *field, const char *fmt, ...)
{
    struct hn_err_field spill;
    struct hn_err_field *f = e->n_fields < HN_ERR_FIELDS_MAX ? &e->field[e->n_fields++] : &spill;
    va_list ap;

    (void)snprintf(f->field, sizeof(f->field), "%s", field);
    va_start(ap, fmt);
    (void)vsnprintf(f->message, sizeof(f->message), hn_tr(fmt), ap);
    va_end(ap);
    trim_utf8(f->message);
    if (e->n_fields <= 1)
        (void)snprintf(e->msg, sizeof(e->msg), "%s: %s", field, f->message);
    e->code = HN_E_INVALID;
    return e->code;
}

enum hn_code hn_ctx(struct hn_err *e, const char *fmt, ...)
{
    char head[HN_ERR_DETAIL_MAX];
    char old[HN_ERR_DETAIL_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(head, sizeof(head), fmt, ap);
    va_end(ap);
    memcpy(old, e->detail, sizeof(old));
    if (old[0] != '\0')
        (void)snprintf(e->detail, sizeof(e->detail), "%.280s: %.300s", head, old);
    else
        (void)snprintf(e->detail, sizeof(e->detail), "%s", head);
    return e->code;
}
#pragma GCC diagnostic pop
