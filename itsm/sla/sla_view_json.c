/* SPDX-License-Identifier: Apache-2.0 */
/* sla_view_json.c — a month's figures back from the JSON that the API and closed editions hold. */
#include "itsm/sla/sla_view.h"

#define NUM INT64_MIN, INT64_MAX

static enum sla_met read_met(struct json_object *o, const char *field, struct hn_err *e)
{
    bool met = false;

    if (!hn_json_has(o, field) || hn_json_is_null(o, field))
        return SLA_UNDECIDED;
    (void)hn_json_bool(o, field, HN_OPT, &met, e);
    return met ? SLA_MET : SLA_MISSED;
}

static void read_seconds(struct json_object *o, struct sla_shown *s, struct hn_err *e)
{
    const struct {
        const char *field;
        int64_t *to;
    } all[] = {
        {"planned_s", &s->planned_s},
        {"maintenance_s", &s->maintenance_s},
        {"exclusion_s", &s->exclusion_s},
        {"excluded_s", &s->excluded_s},
        {"downtime_s", &s->downtime_s},
        {"unmeasured_s", &s->unmeasured_s},
        {"up_s", &s->up_s},
        {"year_downtime_s", &s->year_downtime_s},
        {"year_cap_s", &s->year_cap_s},
        {"year_left_s", &s->year_left_s},
        {"year_forecast_s", &s->year_forecast_s},
        {"pending_exclusions", &s->pending},
        {"n", &s->n},
        {"good", &s->good},
        {"p95_ms", &s->p95_ms},
        {"edition", &s->edition},
    };

    for (size_t i = 0; i < HN_ARRAY_LEN(all); i++)
        (void)hn_json_i64(o, all[i].field, HN_OPT, NUM, all[i].to, e);
}

enum hn_code sla_shown_read(const char *json, struct hn_arena *a, struct sla_shown *out,
                            struct hn_err *e)
{
    const char *unit = NULL;
    HN_JSON o = NULL;

    *out = (struct sla_shown){
        .year_cap_s = -1, .year_forecast_s = -1, .p95_ms = -1, .as_of = HN_UNSET};
    if (hn_json_parse(json, strlen(json), &o, e) != HN_OK || hn_json_is_object(o, e) != HN_OK)
        return hn_ctx(e, "stored figures");
    read_seconds(o, out, e);
    (void)hn_json_text(o, "target_percent", HN_OPT, 0, 40, a, &out->target, e);
    (void)hn_json_text(o, "availability_percent", HN_OPT, 0, 40, a, &out->availability, e);
    (void)hn_json_text(o, "availability_min_percent", HN_OPT, 0, 40, a, &out->availability_min, e);
    (void)hn_json_text(o, "availability_without_exclusions_percent", HN_OPT, 0, 40, a,
                       &out->without_exclusions, e);
    (void)hn_json_bool(o, "final", HN_OPT, &out->is_final, e);
    (void)hn_json_bool(o, "reference", HN_OPT, &out->is_reference, e);
    (void)hn_json_bool(o, "definition_approved", HN_OPT, &out->approved, e);
    (void)hn_json_text(o, "unit", HN_OPT, 0, 20, a, &unit, e);
    (void)hn_json_f64(o, "value", HN_OPT, 0, 1e15, &out->value, e);
    (void)hn_json_instant(o, "as_of", HN_OPT, &out->as_of, e);
    out->in_seconds = unit != NULL && hn_streq(unit, "s");
    out->met = read_met(o, "met", e);
    out->year_met = read_met(o, "year_met", e);
    return e->code;
}
