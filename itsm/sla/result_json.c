/* SPDX-License-Identifier: Apache-2.0 */
/* result_json.c — a month's result as the API, closed editions and the evidence export write it. */
#include "itsm/sla/sla.h"

#include <math.h>

static void write_ratio(struct hn_jw *w, const char *key, struct sla_ratio r)
{
    if (r.den == 0)
        hn_jw_null(w, key);
    else
        hn_jw_f64(w, key, (double)r.num / (double)r.den);
}

static void write_percent(struct hn_jw *w, const char *key, struct sla_ratio r)
{
    char text[SLA_TEXT_MAX];

    hn_jw_text(w, key, r.den == 0 ? NULL : sla_percent(r, text));
}

static void write_met(struct hn_jw *w, const char *key, enum sla_met met)
{
    if (met == SLA_UNDECIDED)
        hn_jw_null(w, key);
    else
        hn_jw_bool(w, key, met == SLA_MET);
}

static void write_availability(struct hn_jw *w, const struct sla_result *r)
{
    const struct sla_figures *f = &r->figures;

    hn_jw_i64(w, "planned_s", f->planned_s);
    hn_jw_i64(w, "maintenance_s", f->maintenance_s);
    hn_jw_i64(w, "exclusion_s", f->exclusion_s);
    hn_jw_i64(w, "excluded_s", f->excluded_s);
    hn_jw_i64(w, "downtime_s", f->downtime_s);
    hn_jw_i64(w, "unmeasured_s", f->unmeasured_s);
    hn_jw_i64(w, "up_s", f->up_s);
    write_ratio(w, "availability", f->availability);
    write_ratio(w, "availability_min", f->availability_min);
    write_ratio(w, "availability_without_exclusions", f->without_exclusions);
    write_percent(w, "availability_percent", f->availability);
    write_percent(w, "availability_min_percent", f->availability_min);
    write_percent(w, "availability_without_exclusions_percent", f->without_exclusions);
    write_met(w, "met", f->met);
    hn_jw_i64(w, "year_downtime_s", r->year.downtime_s);
    if (r->year.cap_s < 0) {
        hn_jw_null(w, "year_cap_s");
        hn_jw_null(w, "year_left_s");
    } else {
        hn_jw_i64(w, "year_cap_s", r->year.cap_s);
        hn_jw_i64(w, "year_left_s", r->year.left_s);
    }
    write_met(w, "year_met", r->year.met);
    if (r->year.forecast_s < 0)
        hn_jw_null(w, "year_forecast_s");
    else
        hn_jw_i64(w, "year_forecast_s", r->year.forecast_s);
}

static void write_share(struct hn_jw *w, const struct sla_result *r)
{
    const struct sla_share *s = &r->share;

    write_ratio(w, "value", s->value);
    hn_jw_text(w, "unit", s->unit == SLA_UNIT_SECONDS ? "s" : "ratio");
    hn_jw_i64(w, "n", s->n);
    hn_jw_i64(w, "good", s->good);
    write_met(w, "met", s->met);
    if (r->p95_us >= 0)
        hn_jw_i64(w, "p95_ms", r->p95_us / HN_MS);
}

static void write_outages(struct hn_jw *w, const struct sla_result *r)
{
    hn_jw_array(w, "outages");
    for (size_t i = 0; i < r->n_outages; i++) {
        const struct result_outage *o = &r->outages[i];

        hn_jw_object(w, NULL);
        hn_jw_id(w, "id", o->id);
        hn_jw_instant(w, "from", o->from_at);
        hn_jw_instant(w, "to", o->to_at);
        hn_jw_i64(w, "counted_s", o->counted_s);
        hn_jw_id(w, "ticket_id", o->ticket_id);
        hn_jw_text(w, "source", o->source);
        hn_jw_text(w, "reason", o->reason);
        hn_jw_bool(w, "corrected", o->corrected);
        hn_jw_array(w, "exclusion_ids");
        for (size_t k = 0; k < o->exclusion_ids.n; k++)
            hn_jw_i64(w, NULL, o->exclusion_ids.v[k]);
        hn_jw_end_array(w);
        hn_jw_end_object(w);
    }
    hn_jw_end_array(w);
}

void sla_result_write(struct hn_jw *w, const char *key, const struct sla_result *r, int64_t edition)
{
    char text[SLA_TEXT_MAX];
    char month[8];

    hn_jw_object(w, key);
    hn_jw_i64(w, "sla_id", r->sla.id);
    hn_jw_i64(w, "sla_version", r->sla.version);
    hn_jw_i64(w, "service_id", r->sla.service_id);
    hn_jw_text(w, "service", r->sla.service_name);
    hn_jw_i64(w, "service_version", r->service.version);
    hn_jw_text(w, "metric", r->sla.metric);
    hn_jw_i64(w, "calendar_id", r->sla.calendar_id);
    hn_jw_text(w, "calendar", r->calendar.name);
    hn_jw_i64(w, "calendar_version", r->calendar.version);
    hn_jw_text(w, "month", hn_month_text(r->month, month));
    hn_jw_f64(w, "target", (double)r->sla.target_e6 / 1e6);
    hn_jw_text(w, "target_percent", sla_target_text((struct sla_target){r->sla.target_e6}, text));
    if (hn_streq(r->sla.metric, "availability"))
        write_availability(w, r);
    else
        write_share(w, r);
    hn_jw_bool(w, "reference", r->figures.is_reference);
    hn_jw_bool(w, "final", r->figures.is_final);
    hn_jw_instant(w, "as_of", r->figures.as_of);
    hn_jw_bool(w, "definition_approved", r->definition_approved);
    hn_jw_i64(w, "pending_exclusions", (int64_t)r->n_pending_exclusions);
    hn_jw_id(w, "edition", edition);
    write_outages(w, r);
    hn_jw_end_object(w);
}
