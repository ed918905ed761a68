/* SPDX-License-Identifier: Apache-2.0 */
/* The fiscal year of sla.h: the cap, what is used of it, and the forecast to 31 March. */
#include "server/measure/sla.h"

__extension__ typedef __int128 wide;

static hn_instant year_from(int fiscal_year)
{
    return hn_month_from((struct hn_month){fiscal_year, 4});
}

int64_t sla_cap_pro_rata(int64_t cap_s, int fiscal_year, hn_instant start)
{
    int64_t first = hn_days_from_civil(fiscal_year, 4, 1);
    int64_t end = hn_days_from_civil(fiscal_year + 1, 4, 1);
    int64_t day;

    if (start == HN_UNSET || start <= year_from(fiscal_year))
        return cap_s;
    day = HN_MIN(hn_tokyo(start).days, end);
    return (int64_t)((wide)cap_s * (end - day) / (end - first));
}

int64_t sla_year_planned(const struct calendar *c, struct hn_month month, hn_instant start)
{
    int fy = hn_fiscal_year(month);
    hn_instant from = year_from(fy);

    if (start != HN_UNSET)
        from = HN_MAX(from, start);
    return calendar_seconds(c, ivl_floor_s(from), ivl_floor_s(year_from(fy + 1)));
}

static bool counts(const struct sla_year_in *in, const struct sla_year_month *m)
{
    if (m->is_reference || hn_fiscal_year(m->month) != hn_fiscal_year(in->month))
        return false;
    return hn_month_from(m->month) <= hn_month_from(in->month);
}

static int notice(int64_t used, int64_t cap)
{
    static const int levels[] = {100, 80, 50};

    for (size_t i = 0; used > 0 && i < HN_ARRAY_LEN(levels); i++) {
        if ((wide)used * 100 >= (wide)cap * levels[i])
            return levels[i];
    }
    return 0;
}

void sla_year(const struct sla_year_in *in, struct sla_year *out)
{
    struct sla_year y = {.fiscal_year = hn_fiscal_year(in->month),
                         .cap_s = -1,
                         .forecast_s = -1,
                         .met = SLA_UNDECIDED,
                         .forecast_met = SLA_UNDECIDED};

    for (size_t i = 0; i < in->n_months; i++) {
        if (!counts(in, &in->months[i]))
            continue;
        y.downtime_s += in->months[i].downtime_s;
        y.planned_s += in->months[i].planned_s;
        y.unmeasured_s += in->months[i].unmeasured_s;
    }
    if (y.planned_s > 0)
        y.forecast_s = (int64_t)(((wide)y.downtime_s * HN_MAX(in->year_planned_s, y.planned_s) +
                                  y.planned_s - 1) /
                                 y.planned_s);
    if (in->cap_s >= 0) {
        y.cap_s =
            in->is_full_first ? in->cap_s : sla_cap_pro_rata(in->cap_s, y.fiscal_year, in->start);
        y.left_s = y.cap_s - y.downtime_s;
        y.met = y.left_s >= 0 ? SLA_MET : SLA_MISSED;
        y.notice = notice(y.downtime_s, y.cap_s);
        if (y.forecast_s >= 0)
            y.forecast_met = y.forecast_s <= y.cap_s ? SLA_MET : SLA_MISSED;
    }
    *out = y;
}
