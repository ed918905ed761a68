/* SPDX-License-Identifier: Apache-2.0 */
/* filters_num.c — numbers: int, float, round, abs, and how people read them: comma, bytes, bps. */
#include "server/tpl/tpl_int.h"

#include <math.h>
#include <stdio.h>

#define FN(name)                                                                                   \
    static bool name(struct tp_run *r, const struct tpl_val *in, const struct tp_args *a,          \
                     struct tpl_val *out)

static struct tpl_val arena_text(struct tp_run *r, const char *s)
{
    return tp_cstr(hn_arena_strdup(r->a, s));
}

static bool number(struct tp_run *r, const struct tpl_val *v)
{
    return tp_is_num(v) || tp_fail(r, "'%s' is not a number", tp_type_name((enum tp_type)v->type));
}

/* The text without white space around it and without "_"; NULL: too long for a number. */
static const char *clean(const struct tpl_val *v, char *buf, size_t max)
{
    size_t from = 0;
    size_t to = v->n;
    size_t n = 0;

    while (from < to && strchr(" \t\n\v\f\r", v->u.s[from]) != NULL)
        from++;
    while (to > from && strchr(" \t\n\v\f\r", v->u.s[to - 1]) != NULL)
        to--;
    if (from == to || to - from >= max || v->u.s[from] == '_' || v->u.s[to - 1] == '_')
        return NULL;
    for (size_t i = from; i < to; i++) {
        if (v->u.s[i] != '_')
            buf[n++] = v->u.s[i];
        else if (v->u.s[i - 1] == '_')
            return NULL;
    }
    buf[n] = '\0';
    return buf;
}

static bool text_float(const struct tpl_val *v, double *out)
{
    char buf[400];
    const char *s = clean(v, buf, sizeof(buf));
    char *end;

    if (s == NULL || strpbrk(s, "xXpP(") != NULL)
        return false;
    *out = strtod(s, &end);
    return *end == '\0' && end != s;
}

static bool text_int(const struct tpl_val *v, int64_t base, int64_t *out)
{
    static const struct {
        char c;
        int base;
    } prefix[] = {{'x', 16}, {'o', 8}, {'b', 2}};
    char buf[100];
    const char *s = clean(v, buf, sizeof(buf));
    bool minus;
    uint64_t sum = 0;

    if (s == NULL)
        return false;
    minus = *s == '-';
    s += *s == '-' || *s == '+';
    for (size_t i = 0; i < HN_ARRAY_LEN(prefix); i++) {
        if (s[0] != '0' || (s[1] | 32) != prefix[i].c || (base != prefix[i].base && base != 0))
            continue;
        base = prefix[i].base;
        s += 2;
        break;
    }
    base = base == 0 ? 10 : base;
    if (*s == '\0')
        return false;
    for (; *s != '\0'; s++) {
        int d = *s >= '0' && *s <= '9'                 ? *s - '0'
                : (*s | 32) >= 'a' && (*s | 32) <= 'z' ? (*s | 32) - 'a' + 10
                                                       : 99;

        if (d >= base || sum > (uint64_t)(INT64_MAX - d) / (uint64_t)base)
            return false;
        sum = sum * (uint64_t)base + (uint64_t)d;
    }
    *out = minus ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static bool float_int(double f, int64_t *out)
{
    if (!(f > -9.2e18 && f < 9.2e18))
        return false;
    *out = (int64_t)f;
    return true;
}

FN(f_int)
{
    int64_t base;
    int64_t v = 0;
    double f;
    bool ok = false;

    if (!tp_arg_i64(r, &a->v[1], 10, &base))
        return false;
    if (base != 0 && (base < 2 || base > 36))
        return tp_fail(r, "%s: a base from 2 to 36 is expected", "int");
    if (in->type == TP_INT || in->type == TP_BOOL) {
        v = tp_as_i64(in);
        ok = true;
    } else if (in->type == TP_FLOAT) {
        ok = float_int(in->u.f, &v);
    } else if (in->type == TP_STR) {
        ok = text_int(in, base, &v) || (text_float(in, &f) && float_int(f, &v));
    }
    *out = ok ? tp_int(v) : a->v[0].type == TP_MISSING ? tp_int(0) : a->v[0];
    return true;
}

FN(f_float)
{
    double f = 0;
    bool ok = tp_is_num(in);

    (void)r;
    if (ok)
        f = tp_as_f64(in);
    else if (in->type == TP_STR)
        ok = text_float(in, &f);
    *out = ok ? tp_float(f) : a->v[0].type == TP_MISSING ? tp_float(0) : a->v[0];
    return true;
}

FN(f_abs)
{
    (void)a;
    if (!number(r, in))
        return false;
    if (in->type == TP_FLOAT) {
        *out = tp_float(fabs(in->u.f));
        return true;
    }
    if (tp_as_i64(in) == INT64_MIN)
        return tp_fail(r, "the number is too large");
    *out = tp_int(tp_as_i64(in) < 0 ? -tp_as_i64(in) : tp_as_i64(in));
    return true;
}

/* Python's round(): to even at exactly half, correct in decimal. */
static double round_float(double f, int64_t digits)
{
    char buf[400];

    if (!isfinite(f) || digits > 20 || (digits >= 0 && fabs(f) >= 0x1p53)) /* no fraction */
        return f;
    if (digits >= 0) {
        (void)snprintf(buf, sizeof(buf), "%.*f", (int)digits, f);
        return strtod(buf, NULL);
    }
    if (digits < -300)
        return 0;
    return nearbyint(f / pow(10, (double)-digits)) * pow(10, (double)-digits);
}

FN(f_round)
{
    struct tpl_val method = a->v[1];
    int64_t digits;
    double scale;

    if (!number(r, in) || !tp_arg_i64(r, &a->v[0], 0, &digits))
        return false;
    if (method.type == TP_MISSING || tp_text_is(&method, "common")) {
        if (in->type == TP_FLOAT && !tp_charge(r, 10)) /* decimal digits are slow to make */
            return false;
        if (in->type == TP_FLOAT)
            *out = tp_float(round_float(in->u.f, digits));
        else if (digits >= 0)
            *out = tp_int(tp_as_i64(in));
        else
            *out = tp_int((int64_t)round_float((double)tp_as_i64(in), HN_MAX(digits, -18)));
        return true;
    }
    if (!tp_text_is(&method, "ceil") && !tp_text_is(&method, "floor"))
        return tp_fail(r, "%s: 'common', 'ceil' or 'floor' is expected", "round");
    scale = pow(10, (double)HN_MIN(HN_MAX(digits, -300), 300));
    *out = tp_float(
        (tp_text_is(&method, "ceil") ? ceil(tp_as_f64(in) * scale) : floor(tp_as_f64(in) * scale)) /
        scale);
    return true;
}

/* ---- as people read them -------------------------------------------------------------------- */

/* "1234567.5" to "1,234,567.5". */
static struct tpl_val with_commas(struct tp_run *r, const char *digits)
{
    struct hn_sbuf b;
    size_t whole = strcspn(digits, ".e");
    size_t i = 0;

    hn_sbuf_init(&b, r->a, 1000);
    if (digits[0] == '-')
        hn_sbuf_chr(&b, digits[i++]);
    for (; i < whole; i++) {
        hn_sbuf_chr(&b, digits[i]);
        if (whole - i > 1 && (whole - i - 1) % 3 == 0)
            hn_sbuf_chr(&b, ',');
    }
    hn_sbuf_str(&b, digits + whole);
    return tp_text(hn_sbuf_text(&b), b.n, false);
}

/* comma(digits): thousands apart; `digits` after the point where it is given. none stays empty. */
FN(f_comma)
{
    char buf[400];
    int64_t digits;

    if (in->type == TP_NONE) {
        *out = tp_text("", 0, false);
        return true;
    }
    if (!number(r, in) || !tp_arg_i64(r, &a->v[0], -1, &digits))
        return false;
    if (digits > 12)
        return tp_fail(r, "%s: a number from %d to %d is expected", "comma", 0, 12);
    if (in->type == TP_FLOAT && !tp_charge(r, 30)) /* decimal digits are slow to make */
        return false;
    if (in->type == TP_FLOAT && !isfinite(in->u.f))
        buf[tp_float_text(in->u.f, buf)] = '\0';
    else if (digits >= 0)
        (void)snprintf(buf, sizeof(buf), "%.*f", (int)digits, tp_as_f64(in));
    else if (in->type == TP_FLOAT)
        buf[tp_float_text(in->u.f, buf)] = '\0';
    else
        (void)snprintf(buf, sizeof(buf), "%" PRId64, tp_as_i64(in));
    *out = with_commas(r, buf);
    return true;
}

/* f in steps of `base`, with one digit after the point where it is below 100. */
static struct tpl_val scaled(struct tp_run *r, double f, double base, const char *const *units,
                             size_t n)
{
    char buf[400];
    size_t i = 0;

    if (!isfinite(f)) {
        buf[tp_float_text(f, buf)] = '\0';
        return arena_text(r, buf);
    }
    while (fabs(f) >= base - (i > 0 ? 0.05 : 0.5) && i + 1 < n) {
        f /= base;
        i++;
    }
    (void)snprintf(buf, sizeof(buf), "%.*f %s", i == 0 || fabs(f) >= 99.95 ? 0 : 1, f, units[i]);
    return arena_text(r, buf);
}

FN(f_bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    (void)a;
    if (in->type == TP_NONE) {
        *out = tp_text("", 0, false);
        return true;
    }
    if (!number(r, in))
        return false;
    *out = scaled(r, tp_as_f64(in), 1024, units, HN_ARRAY_LEN(units));
    return true;
}

FN(f_bps)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};

    (void)a;
    if (in->type == TP_NONE) {
        *out = tp_text("", 0, false);
        return true;
    }
    if (!number(r, in))
        return false;
    *out = scaled(r, tp_as_f64(in), 1000, units, HN_ARRAY_LEN(units));
    return true;
}

/* jinja2's own. */
FN(f_filesizeformat)
{
    static const char prefix[] = "kMGTPEZY";
    struct tpl_val f;
    bool binary;
    double base;
    double unit;
    char buf[400];
    size_t i = 0;
    struct tp_args none = {.v = &(struct tpl_val){.type = TP_MISSING}};

    if (!tp_arg_bool(r, &a->v[0], false, &binary) || !f_float(r, in, &none, &f))
        return false;
    base = binary ? 1024 : 1000;
    if (f.u.f == 1) {
        *out = tp_cstr("1 Byte");
        return true;
    }
    if (!(f.u.f >= base)) {
        (void)snprintf(buf, sizeof(buf), "%.0f Bytes", isfinite(f.u.f) ? trunc(f.u.f) : 0.0);
        *out = arena_text(r, buf);
        return true;
    }
    for (unit = base * base; f.u.f >= unit && i + 2 < sizeof(prefix); i++)
        unit *= base;
    (void)snprintf(buf, sizeof(buf), "%.1f %c%sB", base * f.u.f / unit,
                   binary && i == 0 ? 'K' : prefix[i], binary ? "i" : "");
    *out = arena_text(r, buf);
    return true;
}

static const struct tp_fn rows[] = {
    {"int", f_int, 0, .params = {"default", "base"}},
    {"float", f_float, 0, .params = {"default"}},
    {"abs", f_abs, .need = 0},
    {"round", f_round, 0, .params = {"precision", "method"}},
    {"comma", f_comma, 0, .params = {"digits"}},
    {"bytes", f_bytes, .need = 0},
    {"bps", f_bps, .need = 0},
    {"filesizeformat", f_filesizeformat, 0, .params = {"binary"}},
};
const struct tp_fn_table tp_filters_num = {rows, HN_ARRAY_LEN(rows)};
