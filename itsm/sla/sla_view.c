/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/sla_view.h"

#include "itsm/ticket/ticket.h"
#include "server/auth/account_store.h"

#define SERVICES_MAX 2000

struct word {
    const char *word, *label;
};
static const struct word metrics[] = {
    {"availability", HN_N("Availability")},
    {"response", HN_N("Response time")},
    {"first_response", HN_N("First response in time")},
    {"resolution", HN_N("Resolved in time")},
    {"rto", HN_N("Recovery time (RTO)")},
    {"rpo", HN_N("Recovery point (RPO)")},
};
static const struct word kinds[] = {
    {"service", HN_N("Service")},
    {"site", HN_N("Site")},
    {"line", HN_N("Line")},
    {"system", HN_N("System")},
};
static const struct word states[] = {
    {"proposed", HN_N("Waiting for approval")},
    {"approved", HN_N("Approved")},
    {"rejected", HN_N("Rejected")},
    {"sent_back", HN_N("Sent back")},
    {"cancelled", HN_N("Cancelled")},
};
const char *const sla_metric_words[] = {
    "availability", "response", "first_response", "resolution", "rto", "rpo", NULL};
const char *const sla_kind_words[] = {"service", "site", "line", "system", NULL};

static const char *label_of(const struct word *list, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (hn_streq(list[i].word, word))
            return hn_tr(list[i].label);
    return word;
}

const char *sla_metric_label(const char *metric)
{
    return label_of(metrics, HN_ARRAY_LEN(metrics), metric);
}

const char *sla_kind_label(const char *kind)
{
    return label_of(kinds, HN_ARRAY_LEN(kinds), kind);
}

const char *sla_state_label(const char *state)
{
    return label_of(states, HN_ARRAY_LEN(states), state);
}

const char *sla_hms_text(struct hn_arena *a, int64_t s)
{
    char text[SLA_TEXT_MAX];

    return hn_arena_strdup(a, sla_hms(s, text));
}

void sla_put_seconds(struct tpl_val *m, struct hn_arena *a, const char *key, int64_t s)
{
    struct tpl_val *v = tpl_set_map(m, key);

    tpl_set_i64(v, "s", s);
    tpl_set_str(v, "hms", sla_hms_text(a, s));
}

bool sla_name_says_service(const struct sla_row *s)
{
    return s->name != NULL && strncmp(s->name, s->service_name, strlen(s->service_name)) == 0;
}

const char *sla_title(struct hn_arena *a, const struct sla_row *s)
{
    if (sla_name_says_service(s))
        return s->name;
    return hn_arena_fmt(a, "%s %s", s->service_name,
                        s->name != NULL ? s->name : sla_metric_label(s->metric));
}

const char *sla_shown_state(const struct sla_shown *s)
{
    if (s->is_reference)
        return "reference";
    return s->met == SLA_UNDECIDED ? "undecided" : s->met == SLA_MET ? "met" : "missed";
}

/* Share of a cap that is used, 0 … 100; a cap of nothing is used up. */
static int64_t used_percent(int64_t used, int64_t cap)
{
    if (cap <= 0)
        return used > 0 ? 100 : 0;
    return HN_MIN(used * 100 / cap, 100);
}

static const char *share_text(struct hn_arena *a, const struct sla_shown *s)
{
    char text[SLA_TEXT_MAX];

    if (s->n == 0)
        return NULL;
    if (s->in_seconds)
        return sla_hms_text(a, (int64_t)s->value);
    return hn_arena_strdup(a, sla_percent((struct sla_ratio){s->good, s->n}, text));
}

void sla_shown_put(struct tpl_val *m, struct hn_arena *a, const struct sla_shown *s)
{
    tpl_set_i64(m, "edition", s->edition);
    tpl_set_bool(m, "final", s->is_final);
    tpl_set_bool(m, "reference", s->is_reference);
    tpl_set_bool(m, "approved", s->approved);
    tpl_set_str(m, "state", sla_shown_state(s));
    tpl_set_str(m, "target", s->target);
    tpl_set_str(m, "availability", s->availability);
    tpl_set_str(m, "availability_min", s->availability_min);
    tpl_set_str(m, "without_exclusions", s->without_exclusions);
    sla_put_seconds(m, a, "planned", s->planned_s);
    sla_put_seconds(m, a, "maintenance", s->maintenance_s);
    sla_put_seconds(m, a, "exclusion", s->exclusion_s);
    sla_put_seconds(m, a, "excluded", s->excluded_s);
    sla_put_seconds(m, a, "downtime", s->downtime_s);
    sla_put_seconds(m, a, "unmeasured", s->unmeasured_s);
    sla_put_seconds(m, a, "up", s->up_s);
    sla_put_seconds(m, a, "base", s->planned_s - s->excluded_s);
    tpl_set_i64(m, "pending", s->pending);
    tpl_set_i64(m, "n", s->n);
    tpl_set_i64(m, "good", s->good);
    tpl_set_str(m, "value", share_text(a, s));
    tpl_set_bool(m, "in_seconds", s->in_seconds);
    tpl_set_i64(m, "p95_ms", s->p95_ms);
    tpl_set_instant(m, "as_of", s->as_of);
    tpl_set_bool(m, "has_cap", s->year_cap_s >= 0);
    sla_put_seconds(m, a, "year_downtime", s->year_downtime_s);
    sla_put_seconds(m, a, "year_cap", HN_MAX(s->year_cap_s, 0));
    sla_put_seconds(m, a, "year_left", s->year_left_s);
    tpl_set_bool(m, "has_forecast", s->year_forecast_s >= 0);
    sla_put_seconds(m, a, "year_forecast", HN_MAX(s->year_forecast_s, 0));
    tpl_set_i64(m, "year_percent", used_percent(s->year_downtime_s, s->year_cap_s));
    tpl_set_bool(m, "year_over", s->year_cap_s >= 0 && s->year_left_s < 0);
}

const char *sla_person(struct http_ctx *c, int64_t account_id)
{
    struct account t = {0};
    struct hn_err e = {0};

    if (account_id == 0 || account_store_get(c->db, account_id, c->arena, &t, &e) != HN_OK)
        return NULL;
    return t.name;
}

enum hn_code sla_put_services(struct http_ctx *c, struct tpl_val *view, const char *key,
                              struct hn_err *e)
{
    const struct service_row *rows = NULL;
    struct tpl_val *list = tpl_set_list(view, key);
    size_t n = 0;

    if (service_list(c->db, c->arena, NULL, 0, SERVICES_MAX, &rows, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        http_view_choice(list, hn_arena_fmt(c->arena, "%" PRId64, rows[i].id), rows[i].name);
    return HN_OK;
}

static const char *month_text(struct hn_arena *a, struct hn_month m)
{
    char text[8];

    return hn_arena_strdup(a, hn_month_text(m, text));
}

void sla_put_month(struct http_ctx *c, struct tpl_val *view, struct hn_month month)
{
    struct tpl_val *m = tpl_set_map(view, "month");
    struct hn_month next = hn_month_add(month, 1);

    tpl_set_str(m, "value", month_text(c->arena, month));
    tpl_set_instant(m, "from", hn_month_from(month));
    tpl_set_str(m, "prev", month_text(c->arena, hn_month_add(month, -1)));
    tpl_set_str(m, "next", hn_month_from(next) > c->now ? NULL : month_text(c->arena, next));
    tpl_set_str(m, "max", month_text(c->arena, hn_month_of(c->now)));
    tpl_set_bool(m, "running", hn_month_to(month) > c->now);
}

void sla_put_approval(struct http_ctx *c, struct tpl_val *m, int64_t version, hn_instant valid_from,
                      int64_t created_by, hn_instant created_at, int64_t approved_by,
                      hn_instant approved_at)
{
    tpl_set_i64(m, "version", version);
    tpl_set_instant(m, "valid_from", valid_from <= HN_UNSET + 1 ? HN_UNSET : valid_from);
    tpl_set_i64(m, "created_by", created_by);
    tpl_set_str(m, "creator", sla_person(c, created_by));
    tpl_set_instant(m, "created_at", created_at);
    tpl_set_bool(m, "approved", approved_at != HN_UNSET);
    tpl_set_str(m, "approver", sla_person(c, approved_by));
    tpl_set_instant(m, "approved_at", approved_at);
    tpl_set_bool(m, "own", created_by != 0 && created_by == c->actor.account_id);
}

void sla_form_ticket(struct http_ctx *c, int64_t *id, struct hn_err *e)
{
    const char *number = NULL;

    http_form_words(c, "ticket", HN_OPT, 20, &number, e);
    if (number != NULL && ticket_by_number(c->db, number, id, e) == HN_OK && *id == 0)
        (void)hn_fail_field(e, "ticket", "there is no ticket with this number");
}
