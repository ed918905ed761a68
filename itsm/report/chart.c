/* SPDX-License-Identifier: Apache-2.0 */
/* chart.c — the report's charts as small SVG, decimated by nature: one point a month. Presentation
 * attributes, not style sheets: the PDF's renderer does not apply the page's CSS inside SVG. */
#include "itsm/report/render.h"

#define CHART_BYTES_MAX ((size_t)16 * 1024)

/* The lowest figure or the target, whichever is lower, sits a little above the bottom. */
static double lowest(const struct sla_line *line, double target)
{
    double low = target;

    for (int i = 0; i < TREND_MONTHS; i++) {
        const struct sla_brief *b = &line->trend[i];

        if (!sla_brief_is_empty(b))
            low = HN_MIN(low, 100.0 * (double)b->ratio.num / (double)b->ratio.den);
    }
    return low - (100.0 - low) * 0.15 - 0.005;
}

const char *chart_trend(struct hn_arena *a, const struct sla_line *line)
{
    const double width = 156;
    const double height = 30;
    double e6 = (double)line->r.sla.target_e6 / 1e6;
    double target = line->r.sla.target_e6 <= 1000000 ? e6 * 100 : e6;
    double low = lowest(line, target);
    double scale = (height - 6) / (100.0 - low);
    struct hn_sbuf b;
    bool pen = false;

    hn_sbuf_init(&b, a, CHART_BYTES_MAX);
    hn_sbuf_fmt(&b,
                "<svg class=\"trend\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
                "role=\"img\" aria-label=\"",
                width, height, width, height);
    hn_sbuf_str(&b, hn_tr("Course over 13 months"));
    hn_sbuf_fmt(&b,
                "\"><line class=\"target\" stroke=\"#7a4200\" "
                "stroke-width=\"0.7\" stroke-dasharray=\"3 2\" x1=\"0\" x2=\"%.0f\" y1=\"%.1f\" "
                "y2=\"%.1f\"/>",
                width, 3 + (100.0 - target) * scale, 3 + (100.0 - target) * scale);
    hn_sbuf_str(&b,
                "<path class=\"line\" fill=\"none\" stroke=\"#0017c1\" stroke-width=\"1.3\" d=\"");
    for (int i = 0; i < TREND_MONTHS; i++) {
        const struct sla_brief *p = &line->trend[i];

        if (sla_brief_is_empty(p)) { /* a gap in the data is a gap in the line */
            pen = false;
            continue;
        }
        hn_sbuf_fmt(&b, "%s%.1f %.1f", pen ? "L" : "M", 4 + i * (width - 8) / (TREND_MONTHS - 1),
                    3 + (100.0 - 100.0 * (double)p->ratio.num / (double)p->ratio.den) * scale);
        pen = true;
    }
    hn_sbuf_str(&b, "\"/>");
    for (int i = 0; i < TREND_MONTHS; i++) {
        const struct sla_brief *p = &line->trend[i];
        double v;

        if (sla_brief_is_empty(p))
            continue;
        v = 100.0 * (double)p->ratio.num / (double)p->ratio.den;
        if (v < target) /* a month below its target is marked by shape */
            hn_sbuf_fmt(&b,
                        "<rect class=\"miss\" fill=\"#a90000\" x=\"%.1f\" y=\"%.1f\" width=\"5\" "
                        "height=\"5\"/>",
                        1.5 + i * (width - 8) / (TREND_MONTHS - 1), 0.5 + (100.0 - v) * scale);
        else if (i == TREND_MONTHS - 1)
            hn_sbuf_fmt(&b,
                        "<circle class=\"dot\" fill=\"#0017c1\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>",
                        4 + i * (width - 8) / (TREND_MONTHS - 1), 3 + (100.0 - v) * scale);
    }
    hn_sbuf_str(&b, "</svg>");
    return hn_sbuf_text(&b);
}

const char *chart_cap(struct hn_arena *a, int64_t used_s, int64_t cap_s)
{
    double share = cap_s > 0 ? (double)used_s / (double)cap_s : 0;
    double bar = HN_MIN(share, 1.0) * 118;
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, CHART_BYTES_MAX);
    hn_sbuf_fmt(
        &b,
        "<svg class=\"cap%s\" viewBox=\"0 0 120 12\" width=\"120\" height=\"12\" role=\"img\" "
        "aria-label=\"%.1f %%\"><rect fill=\"#fff\" stroke=\"#767679\" stroke-width=\"0.8\" "
        "x=\"0.5\" "
        "y=\"0.5\" width=\"119\" height=\"11\"/><rect fill=\"%s\" x=\"1\" y=\"1\" "
        "width=\"%.1f\" height=\"10\"/></svg>",
        share > 1.0 ? " over" : "", share * 100, share > 1.0 ? "#a90000" : "#0017c1", bar);
    return hn_sbuf_text(&b);
}

static double height_of(int64_t s, int64_t most, double height)
{
    return most <= 0 ? 0 : (double)s / (double)most * height;
}

static void rect(struct hn_sbuf *b, const char *fill, double x, double y, double w, double h)
{
    if (h > 0)
        hn_sbuf_fmt(b, "<rect fill=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                    fill, x, y, w, HN_MAX(h, 0.6));
}

#define YEAR_WIDTH 180.0
#define YEAR_HEIGHT 40.0

/* The steps of the sum: flat within a month, up at its bar. */
static void steps(struct hn_sbuf *b, const struct sla_line *l, int64_t most)
{
    double step = YEAR_WIDTH / 12;
    int64_t sum = 0;

    hn_sbuf_fmt(b, "<path fill=\"none\" stroke=\"#7a4200\" stroke-width=\"1\" d=\"M0 %.1f",
                YEAR_HEIGHT);
    for (size_t i = 0; i < l->r.n_year_months; i++) {
        const struct sla_brief *m = &l->r.year_months[i];

        sum += m->is_reference ? 0 : m->downtime_s;
        hn_sbuf_fmt(b, "V%.1fH%.1f", YEAR_HEIGHT - height_of(sum, most, YEAR_HEIGHT - 2),
                    (double)(i + 1) * step);
    }
    hn_sbuf_str(b, "\"/>");
}

const char *chart_year(struct hn_arena *a, const struct sla_line *l)
{
    double step = YEAR_WIDTH / 12;
    int64_t most = HN_MAX(l->r.year.cap_s, l->r.year.downtime_s);
    struct hn_sbuf b;

    for (size_t i = 0; i < l->r.n_year_months; i++) {
        const struct sla_brief *m = &l->r.year_months[i];

        if (!m->is_reference && !sla_brief_is_empty(m))
            most = HN_MAX(most, m->downtime_s + m->unmeasured_s);
    }
    hn_sbuf_init(&b, a, CHART_BYTES_MAX);
    hn_sbuf_fmt(&b,
                "<svg class=\"year\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
                "role=\"img\" aria-label=\"",
                YEAR_WIDTH, YEAR_HEIGHT, YEAR_WIDTH, YEAR_HEIGHT);
    hn_sbuf_str(&b, hn_tr("Annual cumulative downtime"));
    hn_sbuf_str(&b, "\">");
    for (size_t i = 0; i < l->r.n_year_months; i++) {
        const struct sla_brief *m = &l->r.year_months[i];
        double h = height_of(m->downtime_s, most, YEAR_HEIGHT - 2);
        double u = height_of(m->unmeasured_s, most, YEAR_HEIGHT - 2);

        if (m->is_reference || sla_brief_is_empty(m))
            continue;
        rect(&b, "#0017c1", (double)i * step + 2, YEAR_HEIGHT - h, step - 4, h);
        rect(&b, "#949494", (double)i * step + 2, YEAR_HEIGHT - h - u, step - 4, u);
    }
    steps(&b, l, most);
    hn_sbuf_fmt(&b,
                "<path stroke=\"#a90000\" stroke-width=\"0.8\" stroke-dasharray=\"3 2\" "
                "d=\"M0 %.1fH%.0f\"/><path stroke=\"#767679\" stroke-width=\"0.6\" d=\"M0 "
                "%.1fH%.0f\"/></svg>",
                YEAR_HEIGHT - height_of(l->r.year.cap_s, most, YEAR_HEIGHT - 2), YEAR_WIDTH,
                YEAR_HEIGHT - 0.3, YEAR_WIDTH);
    return hn_sbuf_text(&b);
}

const char *chart_total(struct hn_arena *a, const struct sla_report *r)
{
    const double width = 640, height = 60, step = width / TREND_MONTHS;
    int64_t most = 1;
    struct hn_sbuf b;

    for (int i = 0; i < TREND_MONTHS; i++)
        most = HN_MAX(most, sla_report_sum(r, NULL, i).downtime_s);
    hn_sbuf_init(&b, a, CHART_BYTES_MAX);
    hn_sbuf_fmt(&b,
                "<svg class=\"total\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
                "role=\"img\" aria-label=\"",
                width, height, width, height);
    hn_sbuf_str(&b, hn_tr("Downtime of all services, 13 months"));
    hn_sbuf_str(&b, "\">");
    for (int i = 0; i < TREND_MONTHS; i++) {
        double h = height_of(sla_report_sum(r, NULL, i).downtime_s, most, height - 2);

        rect(&b, i == TREND_MONTHS - 1 ? "#0017c1" : "#7096f8", i * step + 6, height - h, step - 12,
             h);
    }
    hn_sbuf_fmt(&b, "<path stroke=\"#767679\" stroke-width=\"0.6\" d=\"M0 %.1fH%.0f\"/></svg>",
                height - 0.3, width);
    return hn_sbuf_text(&b);
}
