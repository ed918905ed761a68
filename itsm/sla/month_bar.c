/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/month_bar.h"

#define WIDTH 1000
#define TOP 2
#define HEIGHT 26
#define SVG_MAX ((size_t)512 * 1024)

static struct ivl micro(hn_instant from, hn_instant to)
{
    return (struct ivl){from, to == HN_UNSET ? HN_NEVER : to};
}

enum hn_code month_sets_of(struct db *db, struct hn_arena *a, const struct sla_result *r,
                           struct month_sets *out, struct hn_err *e)
{
    const struct calendar *calendar = NULL;
    int64_t from = ivl_floor_s(r->figures.from);
    int64_t as_of = ivl_floor_s(r->figures.as_of);
    struct ivl *v = hn_arena_make(a, struct ivl, r->n_maintenances + r->n_exclusions);
    struct ivl_set rest;
    size_t n = 0;

    if (calendars_in_force(db, a, r->sla.calendar_id, hn_month_from(r->month), &calendar, NULL,
                           e) != HN_OK)
        return e->code;
    out->from = ivl_floor_s(hn_month_from(r->month));
    out->to = ivl_floor_s(hn_month_to(r->month));
    out->planned =
        as_of > from ? calendar_windows(calendar, from, as_of, a) : (struct ivl_set){NULL, 0};
    if (!hn_streq(r->sla.maintenance, "counted"))
        for (size_t i = 0; i < r->n_maintenances; i++)
            v[n++] = micro(r->maintenances[i].from, r->maintenances[i].to);
    out->maintenance = ivl_intersect(out->planned, ivl_seconds(v, n, a), a);
    n = 0;
    for (size_t i = 0; i < r->n_exclusions; i++)
        v[n++] = micro(r->exclusions[i].from_at, r->exclusions[i].to_at);
    out->exclusion =
        ivl_subtract(ivl_intersect(out->planned, ivl_seconds(v, n, a), a), out->maintenance, a);
    out->down = r->figures.down;
    out->unmeasured = r->figures.unmeasured;
    rest = ivl_subtract(out->planned, ivl_union(out->maintenance, out->exclusion, a), a);
    out->up = ivl_subtract(rest, ivl_union(out->down, out->unmeasured, a), a);
    return HN_OK;
}

struct scale {
    int64_t from, to;
};

static double at(struct scale s, int64_t t)
{
    return (double)(t - s.from) * WIDTH / (double)(s.to - s.from);
}

/* least: what is short must still be seen. */
static void rects(struct hn_sbuf *b, struct scale s, struct ivl_set set, const char *class,
                  double least)
{
    for (size_t i = 0; i < set.n; i++) {
        double x = at(s, set.v[i].from);
        double w = HN_MAX(at(s, set.v[i].to) - x, least);

        hn_sbuf_fmt(b, "<rect class=\"%s\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\"/>",
                    class, HN_MIN(x, WIDTH - w), TOP, w, HEIGHT);
    }
}

const char *month_bar(struct hn_arena *a, const struct month_sets *m, const char *label)
{
    struct scale s = {m->from, m->to};
    int64_t days = (m->to - m->from) / 86400;
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, SVG_MAX);
    hn_sbuf_str(
        &b, "<svg class=\"month month-bar\" viewBox=\"0 0 1000 46\" role=\"img\" aria-label=\"");
    hn_sbuf_html(&b, label, strlen(label));
    hn_sbuf_str(&b, "\">");
    rects(&b, s, m->planned, "service", 0);
    rects(&b, s, m->maintenance, "planned", 2);
    rects(&b, s, m->exclusion, "excluded", 2);
    rects(&b, s, m->unmeasured, "gap", 2);
    rects(&b, s, m->down, "down", 2);
    for (int64_t d = 0; d < days; d++) {
        double x = at(s, m->from + d * 86400);

        hn_sbuf_fmt(&b, "<path class=\"axis\" d=\"M%.2f %dv%d\"/>", x, TOP + HEIGHT,
                    d % 5 == 0 ? 5 : 2);
        if (d == 0 || (d + 1) % 5 == 0)
            hn_sbuf_fmt(&b, "<text x=\"%.2f\" y=\"43\" text-anchor=\"middle\">%d</text>",
                        at(s, m->from + d * 86400 + 43200), (int)d + 1);
    }
    hn_sbuf_str(&b, "</svg>");
    return hn_sbuf_text(&b);
}

/* Percent of one month; false where there is none. */
static bool percent_of(const struct sla_brief *b, double *out)
{
    if (b->ratio.den == 0 || b->unmeasured_s >= b->ratio.den)
        return false;
    *out = 100 * (double)b->ratio.num / (double)b->ratio.den;
    return true;
}

const char *month_trend(struct hn_arena *a, const struct sla_brief *v, size_t n, int64_t target_e6,
                        const char *label)
{
    double target = target_e6 <= 1000000 ? (double)target_e6 / 1e4 : (double)target_e6 / 1e6;
    double low = target;
    double y = 0;
    bool pen = false;
    struct hn_sbuf b;

    for (size_t i = 0; i < n; i++)
        if (percent_of(&v[i], &y))
            low = HN_MIN(low, y);
    low = HN_MAX(0, low - HN_MAX((100 - low) * 0.25, 0.02));
#define Y(p) (12 + (100 - (p)) * 84 / (100 - low))
#define X(i) (20 + (double)(i)*880 / (double)(n > 1 ? n - 1 : 1))
    hn_sbuf_init(&b, a, SVG_MAX);
    hn_sbuf_str(&b, "<svg class=\"trend\" viewBox=\"0 0 1000 120\" role=\"img\" aria-label=\"");
    hn_sbuf_html(&b, label, strlen(label));
    hn_sbuf_fmt(&b, "\"><path class=\"axis\" d=\"M20 %.1fH900M20 %.1fH900\"/>", Y(100.0), Y(low));
    hn_sbuf_fmt(&b, "<path class=\"target\" d=\"M20 %.1fH900\"/>", Y(target));
    hn_sbuf_fmt(&b,
                "<text x=\"908\" y=\"%.1f\">100%%</text><text x=\"908\" y=\"%.1f\">%.3f%%</text>",
                Y(100.0) + 4, Y(low) + 4, low);
    hn_sbuf_str(&b, "<path class=\"line\" d=\"");
    for (size_t i = 0; i < n; i++) {
        if (!percent_of(&v[i], &y)) {
            pen = false;
            continue;
        }
        hn_sbuf_fmt(&b, "%c%.1f %.1f", pen ? 'L' : 'M', X(i), Y(y));
        pen = true;
    }
    hn_sbuf_str(&b, "\"/>");
    for (size_t i = 0; i < n; i++)
        if (percent_of(&v[i], &y))
            hn_sbuf_fmt(&b, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>",
                        y + 1e-9 < target ? "dot under" : "dot", X(i), Y(y));
#undef X
#undef Y
    hn_sbuf_str(&b, "</svg>");
    return hn_sbuf_text(&b);
}
