/* SPDX-License-Identifier: Apache-2.0 */
/* sla_show_view.c — what made a figure: intervals, outages, exclusions, planned stops, gaps, the
 * year. */
#include "itsm/sla/sla_show.h"

#include "itsm/event/timeline.h"

#define ROWS_SHOWN 200
#define STEPS_OF 8 /* outages whose transitions are shown in place */

static bool overlaps(struct ivl v, hn_instant from, hn_instant to)
{
    return ivl_overlaps(v, (struct ivl){ivl_floor_s(from), to == HN_UNSET || to == HN_NEVER
                                                               ? INT64_MAX
                                                               : ivl_floor_s(to)});
}

static void cause(struct tpl_val *m, const char *what, const char *href)
{
    tpl_set_str(m, "what", what);
    tpl_set_str(m, "href", href);
}

static void cause_maintenance(struct http_ctx *c, struct tpl_val *m, const struct sla_result *r,
                              struct ivl v)
{
    for (size_t i = 0; i < r->n_maintenances; i++)
        if (overlaps(v, r->maintenances[i].from, r->maintenances[i].to)) {
            cause(m, hn_arena_fmt(c->arena, hn_tr("Planned stop: %s"), r->maintenances[i].title),
                  hn_arena_fmt(c->arena, "/maintenances/%" PRId64, r->maintenances[i].id));
            return;
        }
    cause(m, hn_tr("Planned stop"), NULL);
}

static void cause_exclusion(struct http_ctx *c, struct tpl_val *m, const struct sla_result *r,
                            struct ivl v)
{
    for (size_t i = 0; i < r->n_exclusions; i++)
        if (overlaps(v, r->exclusions[i].from_at, r->exclusions[i].to_at)) {
            cause(m,
                  hn_arena_fmt(c->arena, hn_tr("Exclusion (%d) %s"),
                               exclusion_reason_number(r->exclusions[i].reason),
                               exclusion_reason_label(r->exclusions[i].reason)),
                  hn_arena_fmt(c->arena, "/exclusions/%" PRId64, r->exclusions[i].id));
            return;
        }
    cause(m, hn_tr("Exclusion"), NULL);
}

static void cause_outage(struct http_ctx *c, struct tpl_val *m, const struct sla_result *r,
                         struct ivl v)
{
    for (size_t i = 0; i < r->n_outages; i++) {
        const struct result_outage *o = &r->outages[i];

        if (!overlaps(v, o->from_at, o->to_at))
            continue;
        if (o->id == 0)
            cause(m, hn_tr("Gap decided as down"), NULL);
        else
            cause(m, hn_arena_fmt(c->arena, hn_tr("Outage %ld"), (long)o->id),
                  hn_arena_fmt(c->arena, "/outages/%" PRId64, o->id));
        return;
    }
    cause(m, hn_tr("Outage"), NULL);
}

enum set_kind { SET_PLANNED, SET_MAINTENANCE, SET_EXCLUSION, SET_DOWN, SET_UNMEASURED, SET_UP };

static void put_rows(struct http_ctx *c, struct tpl_val *list, const struct sla_result *r,
                     struct ivl_set set, enum set_kind kind)
{
    for (size_t i = 0; i < set.n && i < ROWS_SHOWN; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_instant(m, "from", set.v[i].from * HN_SEC);
        tpl_set_instant(m, "to", set.v[i].to * HN_SEC);
        sla_put_seconds(m, c->arena, "length", set.v[i].to - set.v[i].from);
        switch (kind) {
        case SET_PLANNED: cause(m, hn_tr("Service time"), NULL); break;
        case SET_MAINTENANCE: cause_maintenance(c, m, r, set.v[i]); break;
        case SET_EXCLUSION: cause_exclusion(c, m, r, set.v[i]); break;
        case SET_DOWN: cause_outage(c, m, r, set.v[i]); break;
        case SET_UNMEASURED: cause(m, hn_tr("Not monitored"), "#gaps"); break;
        case SET_UP: cause(m, hn_tr("Up"), NULL); break;
        }
    }
}

/* Every figure with the sets that make exactly it. */
static const struct {
    const char *key, *label;
    unsigned sets; /* 1 << set_kind */
} figures[] = {
    {"availability", HN_N("Availability"), 1 << SET_DOWN},
    {"availability_min", HN_N("Lower bound of the availability"),
     1 << SET_DOWN | 1 << SET_UNMEASURED},
    {"without_exclusions", HN_N("Availability without exclusions"),
     1 << SET_DOWN | 1 << SET_EXCLUSION},
    {"downtime", HN_N("Downtime"), 1 << SET_DOWN},
    {"planned", HN_N("Service time"), 1 << SET_PLANNED},
    {"maintenance", HN_N("Planned stops"), 1 << SET_MAINTENANCE},
    {"exclusion", HN_N("Exclusions"), 1 << SET_EXCLUSION},
    {"excluded", HN_N("Excluded time"), 1 << SET_MAINTENANCE | 1 << SET_EXCLUSION},
    {"unmeasured", HN_N("Not monitored"), 1 << SET_UNMEASURED},
    {"up", HN_N("Up"), 1 << SET_UP},
    {"value", HN_N("Result"), 0},
    {"target", HN_N("Target"), 0},
    {"year_downtime", HN_N("Downtime of the fiscal year"), 0},
    {"year_cap", HN_N("Annual cap"), 0},
    {"year_left", HN_N("Left of the annual cap"), 0},
    {"year_forecast", HN_N("Forecast to 31 March"), 0},
};

/* "downtime_s" of the API and "downtime" of the report are the same figure. */
static size_t figure_of(const char *word, bool is_availability)
{
    size_t n = word == NULL ? 0 : strlen(word);

    if (n > 2 && hn_streq(word + n - 2, "_s"))
        n -= 2;
    for (size_t i = 0; i < HN_ARRAY_LEN(figures) && n > 0; i++)
        if (strlen(figures[i].key) == n && strncmp(figures[i].key, word, n) == 0)
            return i;
    for (size_t i = 0; i < HN_ARRAY_LEN(figures) && !is_availability; i++)
        if (hn_streq(figures[i].key, "value"))
            return i;
    return 0;
}

void show_figure(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r,
                 const struct month_sets *s, const char *word)
{
    size_t i = figure_of(word, hn_streq(r->sla.metric, "availability"));
    struct tpl_val *m = tpl_set_map(view, "figure");
    struct tpl_val *rows = tpl_set_list(m, "rows");
    const struct ivl_set sets[] = {s->planned, s->maintenance, s->exclusion,
                                   s->down,    s->unmeasured,  s->up};
    int64_t total = 0;
    size_t n = 0;

    tpl_set_str(m, "key", figures[i].key);
    tpl_set_str(m, "label", hn_tr(figures[i].label));
    tpl_set_bool(m, "asked", word != NULL && *word != '\0');
    for (int k = 0; k <= SET_UP; k++) {
        if ((figures[i].sets & 1U << k) == 0)
            continue;
        put_rows(c, rows, r, sets[k], (enum set_kind)k);
        total += ivl_measure(sets[k]);
        n += sets[k].n;
    }
    sla_put_seconds(m, c->arena, "total", total);
    tpl_set_i64(m, "n", (int64_t)n);
    tpl_set_i64(m, "more", n > ROWS_SHOWN ? (int64_t)n - ROWS_SHOWN : 0);
    tpl_set_bool(m, "has_rows", figures[i].sets != 0);
}

void show_bar(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r,
              const struct month_sets *s)
{
    struct tpl_val *keys = tpl_set_list(view, "legend");
    const struct {
        const char *class, *label;
        struct ivl_set set;
    } all[] = {
        {"service", HN_N("Service time"), s->planned},
        {"planned", HN_N("Planned stops"), s->maintenance},
        {"excluded", HN_N("Exclusions"), s->exclusion},
        {"down", HN_N("Downtime"), s->down},
        {"gap", HN_N("Not monitored"), s->unmeasured},
    };
    struct hn_sbuf b;

    hn_sbuf_init(&b, c->arena, 4000);
    hn_sbuf_fmt(&b, "%s:", hn_tr("The month on a bar"));
    for (size_t i = 0; i < HN_ARRAY_LEN(all); i++) {
        struct tpl_val *m = tpl_push_map(keys);

        hn_sbuf_fmt(&b, " %s %s", hn_tr(all[i].label),
                    sla_hms_text(c->arena, ivl_measure(all[i].set)));
        tpl_set_str(m, "class", all[i].class);
        tpl_set_str(m, "label", hn_tr(all[i].label));
        tpl_set_str(m, "hms", sla_hms_text(c->arena, ivl_measure(all[i].set)));
    }
    (void)r;
    tpl_set(view, "bar", tpl_safe(c->arena, month_bar(c->arena, s, hn_sbuf_text(&b))));
}

static enum hn_code put_steps(struct http_ctx *c, struct tpl_val *m, const struct sla_result *r,
                              const struct result_outage *o, struct hn_err *e)
{
    const struct timeline_step *steps = NULL;
    struct tpl_val *list = tpl_set_list(m, "steps");
    hn_instant to = o->to_at == HN_UNSET ? c->now : o->to_at;
    size_t n = 0;

    if (timeline_steps(c->db, c->arena, r->service.check_ids, o->from_at, hn_add(to, 1), &steps, &n,
                       e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n && i < ROWS_SHOWN; i++) {
        struct tpl_val *s = tpl_push_map(list);

        tpl_set_i64(s, "check_id", steps[i].check_id);
        tpl_set_str(s, "check", steps[i].check_name);
        tpl_set_str(s, "host", steps[i].host_name);
        tpl_set_i64(s, "host_id", steps[i].host_id);
        tpl_set_str(s, "state", steps[i].to_state);
        tpl_set_instant(s, "at", steps[i].at);
        tpl_set_str(s, "output", steps[i].output);
    }
    return HN_OK;
}

static enum hn_code put_changes(struct http_ctx *c, struct tpl_val *m,
                                const struct result_outage *o, struct hn_err *e)
{
    const struct outage_change_row *rows = NULL;
    struct tpl_val *list = tpl_set_list(m, "changes");
    size_t n = 0;

    if (o->id != 0 && outage_changes(c->db, c->arena, o->id, &rows, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *x = tpl_push_map(list);

        tpl_set_str(x, "state", rows[i].state);
        tpl_set_str(x, "state_label", sla_state_label(rows[i].state));
        tpl_set_str(x, "proposer", rows[i].proposer);
        tpl_set_str(x, "decider", rows[i].decider);
        tpl_set_str(x, "reason", rows[i].reason);
        tpl_set_instant(x, "from", rows[i].from_at);
        tpl_set_instant(x, "to", rows[i].to_at);
        tpl_set_bool(x, "void", rows[i].void_it);
    }
    return HN_OK;
}

enum hn_code show_outages(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r,
                          struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "outages");

    for (size_t i = 0; i < r->n_outages; i++) {
        const struct result_outage *o = &r->outages[i];
        struct tpl_val *m = tpl_push_map(list);
        struct tpl_val *x = tpl_set_list(m, "exclusions");

        tpl_set_i64(m, "id", o->id);
        tpl_set_instant(m, "from", o->from_at);
        tpl_set_instant(m, "to", o->to_at);
        sla_put_seconds(m, c->arena, "counted", o->counted_s);
        tpl_set_i64(m, "ticket_id", o->ticket_id);
        tpl_set_str(m, "ticket_number", o->ticket_number);
        tpl_set_str(m, "source", o->source);
        tpl_set_str(m, "reason", o->reason);
        tpl_set_bool(m, "corrected", o->corrected);
        for (size_t k = 0; k < o->exclusion_ids.n; k++)
            tpl_push(x, tpl_i64(c->arena, o->exclusion_ids.v[k]));
        tpl_set_bool(m, "detailed", i < STEPS_OF && o->id != 0);
        if (i < STEPS_OF && (put_steps(c, m, r, o, e) != HN_OK || put_changes(c, m, o, e) != HN_OK))
            return e->code;
    }
    return HN_OK;
}

void show_exclusions(struct tpl_val *view, const struct sla_result *r)
{
    struct tpl_val *list = tpl_set_list(view, "exclusions");
    struct tpl_val *stops = tpl_set_list(view, "maintenances");

    for (size_t i = 0; i < r->n_exclusions; i++) {
        const struct exclusion_row *x = &r->exclusions[i];
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", x->id);
        tpl_set_i64(m, "number", exclusion_reason_number(x->reason));
        tpl_set_str(m, "reason", exclusion_reason_label(x->reason));
        tpl_set_instant(m, "from", x->from_at);
        tpl_set_instant(m, "to", x->to_at);
        tpl_set_str(m, "proposer", x->proposer);
        tpl_set_instant(m, "proposed_at", x->proposed_at);
        tpl_set_str(m, "decider", x->decider);
        tpl_set_instant(m, "decided_at", x->decided_at);
    }
    for (size_t i = 0; i < r->n_maintenances; i++) {
        const struct result_maintenance *x = &r->maintenances[i];
        struct tpl_val *m = tpl_push_map(stops);

        tpl_set_i64(m, "id", x->id);
        tpl_set_str(m, "title", x->title);
        tpl_set_bool(m, "cloud", hn_streq(x->kind, "cloud_update"));
        tpl_set_instant(m, "from", x->from);
        tpl_set_instant(m, "to", x->to);
        tpl_set_str(m, "approver", x->approver);
        tpl_set_instant(m, "approved_at", x->approved_at);
    }
}

void show_gaps(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r)
{
    struct tpl_val *open = tpl_set_list(view, "open_gaps");
    struct tpl_val *list = tpl_set_list(view, "gaps");

    for (size_t i = 0; i < r->figures.unmeasured.n && i < ROWS_SHOWN; i++) {
        struct ivl v = r->figures.unmeasured.v[i];
        struct tpl_val *m = tpl_push_map(open);

        tpl_set_instant(m, "from", v.from * HN_SEC);
        tpl_set_instant(m, "to", v.to * HN_SEC);
        tpl_set_str(m, "from_value", http_local_text(c->arena, v.from * HN_SEC));
        tpl_set_str(m, "to_value", http_local_text(c->arena, v.to * HN_SEC));
        sla_put_seconds(m, c->arena, "length", v.to - v.from);
    }
    for (size_t i = 0; i < r->n_gaps; i++) {
        const struct gap_row *g = &r->gaps[i];
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", g->id);
        tpl_set_instant(m, "from", g->from_at);
        tpl_set_instant(m, "to", g->to_at);
        tpl_set_str(m, "decision", g->decision);
        tpl_set_str(m, "evidence", g->evidence);
        tpl_set_str(m, "state", g->state);
        tpl_set_str(m, "state_label", sla_state_label(g->state));
        tpl_set_str(m, "proposer", g->proposer);
        tpl_set_str(m, "decider", g->decider);
        tpl_set_instant(m, "decided_at", g->decided_at);
        tpl_set_i64(m, "exclusion_id", g->exclusion_id);
        tpl_set_bool(m, "own", g->proposed_by == c->actor.account_id);
    }
}

enum hn_code show_year(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r,
                       struct hn_err *e)
{
    struct tpl_val *months = tpl_set_list(view, "year_months");
    struct tpl_val *trend = tpl_set_list(view, "trend");
    struct sla_brief v[SHOW_TREND];
    char text[SLA_TEXT_MAX];
    char era[HN_ERA_MAX];
    int64_t sum = 0;

    for (size_t i = 0; i < r->n_year_months; i++) {
        struct tpl_val *m = tpl_push_map(months);

        sum += r->year_months[i].is_reference ? 0 : r->year_months[i].downtime_s;
        tpl_set_instant(m, "from", hn_month_from(r->year_months[i].month));
        tpl_set_str(m, "month",
                    hn_arena_strdup(c->arena, hn_month_text(r->year_months[i].month, text)));
        sla_put_seconds(m, c->arena, "downtime", r->year_months[i].downtime_s);
        sla_put_seconds(m, c->arena, "sum", sum);
        tpl_set_bool(m, "reference", r->year_months[i].is_reference);
    }
    tpl_set_str(view, "fiscal_year",
                hn_arena_strdup(c->arena, hn_wareki_fiscal(hn_fiscal_year(r->month), era)));
    for (int i = 0; i < SHOW_TREND; i++) {
        struct tpl_val *m = tpl_push_map(trend);
        bool empty;

        v[i].month = hn_month_add(r->month, i - (SHOW_TREND - 1));
        if (sla_brief(c->db, c->arena, r->sla.id, v[i].month, c->now, &v[i], e) != HN_OK)
            return e->code;
        empty = v[i].ratio.den == 0 || v[i].unmeasured_s >= v[i].ratio.den;
        tpl_set_instant(m, "from", hn_month_from(v[i].month));
        tpl_set_str(m, "month", hn_arena_strdup(c->arena, hn_month_text(v[i].month, text)));
        tpl_set_str(m, "percent",
                    empty ? NULL : hn_arena_strdup(c->arena, sla_percent(v[i].ratio, text)));
        sla_put_seconds(m, c->arena, "downtime", v[i].downtime_s);
        tpl_set_i64(m, "edition", v[i].edition);
        tpl_set_bool(m, "reference", v[i].is_reference);
    }
    tpl_set(view, "trend_chart",
            tpl_safe(c->arena, month_trend(c->arena, v, SHOW_TREND, r->sla.target_e6,
                                           hn_tr("Availability of the last 13 months"))));
    return HN_OK;
}
