/* SPDX-License-Identifier: Apache-2.0 */
/* Exact numbers of sla.h: targets, ratios and how they are shown. */
#include "server/measure/sla.h"

#include <math.h>
#include <stdio.h>

__extension__ typedef __int128 wide; /* seconds of a century times 10^8 do not fit in 64 bits */

#define E6 ((int64_t)1000000)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "99.9" times 10^6; -1 for anything else, and for what is out of range or has more decimals. */
static int64_t read_decimal(const char *s)
{
    int64_t v = 0;
    int decimals = 0, whole = 0;

    for (; is_digit(*s) && whole < 4; s++, whole++)
        v = v * 10 + (*s - '0');
    if (whole == 0)
        return -1;
    if (*s == '.') {
        for (s++; is_digit(*s) && decimals < 6; s++, decimals++)
            v = v * 10 + (*s - '0');
        if (decimals == 0)
            return -1;
        while (*s == '0') /* zeros beyond the sixth change nothing */
            s++;
    }
    if (*s != '\0')
        return -1;
    for (; decimals < 6; decimals++)
        v *= 10;
    return v;
}

enum hn_code sla_target_parse(const char *text, const char *field, struct sla_target *out,
                              struct hn_err *e)
{
    int64_t v = read_decimal(text);

    if (v <= 0 || v > 100 * E6)
        return hn_fail_field(e, field, "must be above 0 and at most 100, with at most 6 decimals");
    out->e6 = v;
    return HN_OK;
}

/* The target as millionths of a percent. */
static int64_t percent_e6(struct sla_target t)
{
    return t.e6 <= E6 ? t.e6 * 100 : t.e6;
}

const char *sla_target_text(struct sla_target t, char buf[SLA_TEXT_MAX])
{
    int64_t p = percent_e6(t);
    int n = snprintf(buf, SLA_TEXT_MAX, "%" PRId64 ".%06" PRId64, p / E6, p % E6);

    while (n > 0 && buf[n - 1] == '0')
        n--;
    if (n > 0 && buf[n - 1] == '.')
        n--;
    buf[n] = '\0';
    return buf;
}

enum sla_met sla_ratio_met(struct sla_ratio r, struct sla_target t)
{
    if (r.den <= 0)
        return SLA_UNDECIDED;
    return (wide)r.num * 100 * E6 >= (wide)percent_e6(t) * r.den ? SLA_MET : SLA_MISSED;
}

const char *sla_percent(struct sla_ratio r, char buf[SLA_TEXT_MAX])
{
    int64_t cut;

    buf[0] = '\0';
    if (r.den <= 0)
        return buf;
    HN_ASSERT(r.num >= 0);
    cut = (int64_t)((wide)r.num * 100000 / r.den);
    (void)snprintf(buf, SLA_TEXT_MAX, "%" PRId64 ".%03" PRId64, cut / 1000, cut % 1000);
    return buf;
}

double sla_ratio_f64(struct sla_ratio r)
{
    return r.den <= 0 ? (double)NAN : (double)r.num / (double)r.den;
}

const char *sla_hms(int64_t s, char buf[SLA_TEXT_MAX])
{
    uint64_t u = s < 0 ? 0 - (uint64_t)s : (uint64_t)s;

    (void)snprintf(buf, SLA_TEXT_MAX, "%s%" PRIu64 ":%02d:%02d", s < 0 ? "-" : "", u / 3600,
                   (int)(u / 60 % 60), (int)(u % 60));
    return buf;
}
