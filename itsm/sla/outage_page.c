/* SPDX-License-Identifier: Apache-2.0 */
/* outage_page.c — outages: the list, one by hand, and one with its samples, corrections and
 * approvals. */
#include "itsm/sla/sla_pages.h"

#include "itsm/event/timeline.h"
#include "itsm/ticket/view.h"
#include "server/base/parse.h"
#include "server/http/actor.h"
#include "server/http/list_view.h"

#define SAMPLES_MAX 300

static const char *const new_names[] = {"service_id", "from", "to", "reason", "ticket", NULL};
static const char *const change_names[] = {"from", "to", "void", "reason", "note", NULL};

static void put_row(struct http_ctx *c, struct tpl_val *m, const struct outage_row *o)
{
    tpl_set_i64(m, "id", o->id);
    tpl_set_i64(m, "service_id", o->service_id);
    tpl_set_str(m, "service", o->service_name);
    tpl_set_str(m, "source", o->source);
    tpl_set_instant(m, "from", o->from_at);
    tpl_set_instant(m, "to", o->to_at);
    tpl_set_instant(m, "measured_from", o->measured_from);
    tpl_set_instant(m, "measured_to", o->measured_to);
    sla_put_seconds(m, c->arena, "length",
                    ivl_floor_s(o->to_at == HN_UNSET ? c->now : o->to_at) -
                        ivl_floor_s(o->from_at));
    tpl_set_bool(m, "corrected", o->corrected);
    tpl_set_bool(m, "voided", o->voided);
    tpl_set_str(m, "reason", o->reason);
    tpl_set_i64(m, "ticket_id", o->ticket_id);
    tpl_set_str(m, "ticket_number", o->ticket_number);
    tpl_set_str(m, "creator", sla_person(c, o->created_by));
    tpl_set_instant(m, "created_at", o->created_at);
    tpl_set_i64(m, "version", o->version);
}

static void put_change(struct http_ctx *c, struct tpl_val *m, const struct outage_change_row *x)
{
    tpl_set_i64(m, "outage_id", x->outage_id);
    tpl_set_instant(m, "from", x->from_at);
    tpl_set_instant(m, "to", x->to_at);
    tpl_set_bool(m, "void", x->void_it);
    tpl_set_instant(m, "old_from", x->old_from_at);
    tpl_set_instant(m, "old_to", x->old_to_at);
    tpl_set_str(m, "reason", x->reason);
    tpl_set_str(m, "state", x->state);
    tpl_set_str(m, "state_label", sla_state_label(x->state));
    tpl_set_str(m, "proposer", x->proposer);
    tpl_set_instant(m, "proposed_at", x->proposed_at);
    tpl_set_str(m, "decider", x->decider);
    tpl_set_instant(m, "decided_at", x->decided_at);
    tpl_set_str(m, "decision_note", x->decision_note);
    tpl_set_bool(m, "own", x->proposed_by == c->actor.account_id);
}

enum hn_code outage_page_list(struct http_ctx *c, struct hn_err *e)
{
    const struct http_choice yes[] = {{"yes", hn_tr("Shown")}};
    const struct outage_change_row *waiting = NULL;
    const struct outage_row *rows = NULL;
    struct outage_filter f = {.from = HN_UNSET, .to = HN_UNSET};
    struct hn_month month = {0, 0};
    const char *voided = http_query(c, "void");
    struct tpl_val *view = http_view(c);
    struct tpl_val *list;
    struct http_page p;
    size_t n_waiting = 0;
    size_t n = 0;
    size_t shown;

    if (http_page_of(c, &p, e) != HN_OK ||
        http_query_i64(c, "service", &f.service_id, e) != HN_OK ||
        http_query_i64(c, "ticket", &f.ticket_id, e) != HN_OK ||
        http_query_month(c, "month", &month, e) != HN_OK)
        return e->code;
    if (month.month != 0) {
        f.from = hn_month_from(month);
        f.to = hn_month_to(month);
    }
    f.with_void = voided != NULL && hn_streq(voided, "yes");
    f.newest = true;
    f.after = p.cursor;
    f.limit = p.limit + 1;
    if (outage_list(c->db, c->arena, &f, &rows, &n, e) != HN_OK ||
        outage_waiting(c->db, c->arena, &waiting, &n_waiting, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)p.limit);
    list = tpl_set_list(view, "rows");
    for (size_t i = 0; i < shown; i++)
        put_row(c, tpl_push_map(list), &rows[i]);
    list = tpl_set_list(view, "waiting");
    for (size_t i = 0; i < n_waiting; i++)
        put_change(c, tpl_push_map(list), &waiting[i]);
    const struct http_filter filters[] = {
        {"void", hn_tr("Voided ones"), yes, HN_ARRAY_LEN(yes), NULL},
        {"service", hn_tr("Service"), NULL, 0, NULL},
        {"ticket", hn_tr("Incident"), NULL, 0, NULL},
        {"month", hn_tr("Target month"), NULL, 0, NULL},
    };
    list =
        http_view_list(c, view, filters, HN_ARRAY_LEN(filters), n > shown ? rows[shown - 1].id : 0);
    tpl_set_i64(list, "shown", (int64_t)shown);
    tpl_set_str(view, "month", http_query(c, "month"));
    tpl_set_bool(view, "may_edit", http_may(c, PERM_OUTAGE_EDIT));
    tpl_set_str(view, "title", hn_tr("Outages"));
    return http_page(c, "page/sla/outages.html", view, e);
}

static enum hn_code form(struct http_ctx *c, const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;

    if (sla_put_services(c, view, "services", e) != HN_OK)
        return e->code;
    http_view_crumb(view, &crumbs, hn_tr("Outages"), "/outages");
    tpl_set_str(view, "title", hn_tr("Record an outage by hand"));
    http_view_form(c, view, new_names);
    if (why == NULL)
        http_view_clean(c, view);
    else
        http_view_error(view, c->arena, why);
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/sla/outage_new.html", view, e);
}

enum hn_code outage_page_new(struct http_ctx *c, struct hn_err *e)
{
    return form(c, NULL, e);
}

enum hn_code outage_page_record(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct outage_new in = {.from = HN_UNSET, .to = HN_UNSET};
    struct hn_err why = {0};
    int64_t id = 0;
    enum hn_code r;

    http_form_i64(c, "service_id", HN_REQ, 1, INT64_MAX, &in.service_id, &why);
    http_form_local(c, "from", HN_REQ, &in.from, &why);
    http_form_local(c, "to", HN_OPT, &in.to, &why);
    http_form_words(c, "reason", HN_REQ, 2000, &in.reason, &why);
    sla_form_ticket(c, &in.ticket_id, &why);
    r = why.code != HN_OK ? why.code : outage_record(c->db, c->arena, &who, &in, c->now, &id, &why);
    if (r == HN_OK) {
        http_flash(c, hn_tr("The outage was recorded. It enters the figures at once."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/outages/%" PRId64, id), e);
    }
    if (r == HN_E_INVALID || r == HN_E_FORBIDDEN || r == HN_E_CONFLICT)
        return form(c, &why, e);
    *e = why;
    return r;
}

/* A sample names its check by id alone; the steps around it know the names. */
static void name_check(struct tpl_val *m, const struct timeline_step *steps, size_t n, int64_t id)
{
    size_t i = 0;

    while (i < n && steps[i].check_id != id)
        i++;
    tpl_set_str(m, "host", i < n ? steps[i].host_name : NULL);
    tpl_set_str(m, "check", i < n ? steps[i].check_name : NULL);
}

static enum hn_code put_evidence(struct http_ctx *c, struct tpl_val *view,
                                 const struct outage_row *o, struct hn_err *e)
{
    const struct timeline_step *steps = NULL;
    const struct timeline_sample *samples = NULL;
    hn_instant from =
        o->measured_from == HN_UNSET ? o->from_at : HN_MIN(o->from_at, o->measured_from);
    hn_instant to = o->to_at == HN_UNSET ? c->now : o->to_at;
    struct tpl_val *list = tpl_set_list(view, "steps");
    struct service_row service;
    size_t n_steps = 0;
    size_t n = 0;

    if (o->measured_to != HN_UNSET && o->measured_to != HN_NEVER)
        to = HN_MAX(to, o->measured_to);
    if (service_get(c->db, c->arena, o->service_id, &service, e) != HN_OK ||
        timeline_steps(c->db, c->arena, service.check_ids, from, hn_add(to, 1), &steps, &n_steps,
                       e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_steps; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "check_id", steps[i].check_id);
        tpl_set_str(m, "check", steps[i].check_name);
        tpl_set_str(m, "host", steps[i].host_name);
        tpl_set_str(m, "from_state", steps[i].from_state);
        tpl_set_str(m, "to_state", steps[i].to_state);
        tpl_set_instant(m, "at", steps[i].at);
        tpl_set_instant(m, "confirmed_at", steps[i].confirmed_at);
        tpl_set_str(m, "output", steps[i].output);
        tpl_set_i64(m, "ticket_id", steps[i].ticket_id);
    }
    list = tpl_set_list(view, "samples");
    if (timeline_samples(c->db, c->arena, service.check_ids, from - HN_HOUR, to, SAMPLES_MAX + 1,
                         &samples, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n && i < SAMPLES_MAX; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "check_id", samples[i].check_id);
        name_check(m, steps, n_steps, samples[i].check_id);
        tpl_set_instant(m, "at", samples[i].at);
        tpl_set_str(m, "outcome", samples[i].outcome);
        tpl_set_str(m, "state", samples[i].state);
        tpl_set_str(m, "output", samples[i].output);
        tpl_set_str(m, "probe", samples[i].probe);
    }
    tpl_set_bool(view, "samples_more", n > SAMPLES_MAX);
    return HN_OK;
}

static void put_form(struct http_ctx *c, struct tpl_val *view, const struct outage_row *o,
                     const struct hn_err *why)
{
    struct tpl_val *f;

    if (why != NULL) {
        http_view_form(c, view, change_names);
        http_view_error(view, c->arena, why);
        return;
    }
    f = tpl_set_map(view, "form");
    tpl_set_str(f, "from", http_local_text(c->arena, o->from_at));
    tpl_set_str(f, "to", http_local_text(c->arena, o->to_at));
    tpl_set_str(f, "void", "");
    tpl_set_str(f, "reason", "");
    tpl_set_str(f, "note", "");
    http_view_clean(c, view);
}

static enum hn_code show(struct http_ctx *c, int64_t id, const struct hn_err *why, struct hn_err *e)
{
    const struct outage_change_row *changes = NULL;
    struct tpl_val *view = http_view(c);
    struct tpl_val *list = tpl_set_list(view, "changes");
    struct tpl_val *crumbs = NULL;
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct outage_row o;
    bool waiting = false, more = false;
    char month[8];
    size_t n = 0;

    f.outage_id = id;
    f.limit = 20;
    if (outage_get(c->db, c->arena, id, &o, e) != HN_OK ||
        outage_changes(c->db, c->arena, id, &changes, &n, e) != HN_OK ||
        put_evidence(c, view, &o, e) != HN_OK ||
        ticket_view_brief(c, view, "tickets", &f, &more, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        put_change(c, tpl_push_map(list), &changes[i]);
        waiting = waiting || hn_streq(changes[i].state, "proposed");
    }
    put_row(c, tpl_set_map(view, "o"), &o);
    put_form(c, view, &o, why);
    http_view_crumb(view, &crumbs, hn_tr("Outages"), "/outages");
    tpl_set_str(view, "title",
                hn_arena_fmt(c->arena, hn_tr("Outage %ld: %s"), (long)o.id, o.service_name));
    tpl_set_str(view, "month",
                hn_arena_strdup(c->arena, hn_month_text(hn_month_of(o.from_at), month)));
    tpl_set_bool(view, "waiting", waiting);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_OUTAGE_EDIT));
    tpl_set_bool(view, "may_second", http_may(c, PERM_OUTAGE_APPROVE));
    tpl_set_bool(view, "may_exclude", http_may(c, PERM_EXCLUSION_PROPOSE));
    tpl_set_str(view, "from_value", http_local_text(c->arena, o.from_at));
    tpl_set_str(view, "to_value", http_local_text(c->arena, o.to_at));
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/sla/outage.html", view, e);
}

enum hn_code outage_page_show(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return show(c, id, NULL, e);
}

static enum hn_code after(struct http_ctx *c, int64_t id, enum hn_code r, const struct hn_err *why,
                          const char *flash, struct hn_err *e)
{
    if (r == HN_OK) {
        http_flash(c, flash);
        return http_redirect(c, hn_arena_fmt(c->arena, "/outages/%" PRId64, id), e);
    }
    if (r == HN_E_INVALID || r == HN_E_FORBIDDEN || r == HN_E_CONFLICT)
        return show(c, id, why, e);
    *e = *why;
    return r;
}

enum hn_code outage_page_correct(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct outage_correction in = {.from = HN_UNSET, .to = HN_UNSET};
    struct hn_err why = {0};
    int64_t change = 0;
    int64_t id;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    http_form_local(c, "from", HN_REQ, &in.from, &why);
    http_form_local(c, "to", HN_OPT, &in.to, &why);
    in.void_it = *http_form_text(c, "void") != '\0';
    http_form_words(c, "reason", HN_REQ, 2000, &in.reason, &why);
    http_form_i64(c, "version", HN_OPT, 1, INT64_MAX, &in.seen_version, &why);
    r = why.code != HN_OK ? why.code
                          : outage_propose(c->db, c->arena, &who, id, &in, c->now, &change, &why);
    return after(
        c, id, r, &why,
        hn_tr("The correction was proposed. It counts when a second person has approved it."), e);
}

enum hn_code outage_page_decide(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    bool approve = hn_streq(http_form_text(c, "act"), "approve");
    struct hn_err why = {0};
    int64_t id;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    r = outage_decide(c->db, c->arena, &who, id, approve, http_form_text(c, "note"), c->now, &why);
    return after(c, id, r, &why,
                 hn_tr(approve ? HN_N("The correction was approved.")
                               : HN_N("The correction was rejected.")),
                 e);
}
