/* SPDX-License-Identifier: Apache-2.0 */
/* exclusion_page.c — the list of exclusions, the proposal, and one with its decision. */
#include "itsm/sla/sla_pages.h"

#include "server/http/actor.h"
#include "server/http/list_view.h"

static const char *const names[] = {"service_id", "from",     "to",     "reason",
                                    "note",       "evidence", "ticket", NULL};
static const char *const states[] = {"proposed", "approved", "rejected", "sent_back"};

static void put_row(struct http_ctx *c, struct tpl_val *m, const struct exclusion_row *x)
{
    tpl_set_i64(m, "id", x->id);
    tpl_set_i64(m, "service_id", x->service_id);
    tpl_set_str(m, "service", x->service_name);
    tpl_set_instant(m, "from", x->from_at);
    tpl_set_instant(m, "to", x->to_at);
    sla_put_seconds(m, c->arena, "length", ivl_floor_s(x->to_at) - ivl_floor_s(x->from_at));
    tpl_set_i64(m, "number", exclusion_reason_number(x->reason));
    tpl_set_str(m, "reason", exclusion_reason_label(x->reason));
    tpl_set_str(m, "note", x->note);
    tpl_set_str(m, "evidence", x->evidence);
    tpl_set_i64(m, "ticket_id", x->ticket_id);
    tpl_set_str(m, "ticket_number", x->ticket_number);
    tpl_set_str(m, "state", x->state);
    tpl_set_str(m, "state_label", sla_state_label(x->state));
    tpl_set_str(m, "proposer", x->proposer);
    tpl_set_instant(m, "proposed_at", x->proposed_at);
    tpl_set_str(m, "decider", x->decider);
    tpl_set_instant(m, "decided_at", x->decided_at);
    tpl_set_str(m, "decision_note", x->decision_note);
    tpl_set_bool(m, "own", x->proposed_by == c->actor.account_id);
}

enum hn_code exclusion_page_list(struct http_ctx *c, struct hn_err *e)
{
    struct http_choice state[HN_ARRAY_LEN(states)];
    const struct exclusion_row *rows = NULL;
    struct exclusion_filter f = {.from = HN_UNSET, .to = HN_UNSET};
    const char *word = http_query(c, "state");
    struct tpl_val *view = http_view(c);
    struct tpl_val *list;
    struct http_page p;
    size_t n = 0;
    size_t shown;

    if (http_page_of(c, &p, e) != HN_OK || http_query_i64(c, "service", &f.service_id, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < HN_ARRAY_LEN(states); i++) {
        state[i] = (struct http_choice){states[i], sla_state_label(states[i])};
        if (word != NULL && hn_streq(word, states[i]))
            f.state = states[i];
    }
    f.newest = true;
    f.after = p.cursor;
    f.limit = p.limit + 1;
    if (exclusion_list(c->db, c->arena, &f, &rows, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)p.limit);
    list = tpl_set_list(view, "rows");
    for (size_t i = 0; i < shown; i++)
        put_row(c, tpl_push_map(list), &rows[i]);
    const struct http_filter filters[] = {
        {"state", hn_tr("State"), state, HN_ARRAY_LEN(state), NULL},
        {"service", hn_tr("Service"), NULL, 0, NULL},
    };
    list =
        http_view_list(c, view, filters, HN_ARRAY_LEN(filters), n > shown ? rows[shown - 1].id : 0);
    tpl_set_i64(list, "shown", (int64_t)shown);
    tpl_set_bool(view, "may_propose", http_may(c, PERM_EXCLUSION_PROPOSE));
    tpl_set_str(view, "title", hn_tr("Exclusions"));
    return http_page(c, "page/sla/exclusions.html", view, e);
}

static enum hn_code form(struct http_ctx *c, const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *reasons = tpl_set_list(view, "reasons");
    struct tpl_val *crumbs = NULL;
    struct tpl_val *f;

    for (int i = 0; exclusion_reason_words[i] != NULL; i++)
        http_view_choice(reasons, exclusion_reason_words[i],
                         hn_arena_fmt(c->arena, "(%d) %s", i + 1,
                                      exclusion_reason_label(exclusion_reason_words[i])));
    if (sla_put_services(c, view, "services", e) != HN_OK)
        return e->code;
    http_view_crumb(view, &crumbs, hn_tr("Exclusions"), "/exclusions");
    tpl_set_str(view, "title", hn_tr("Propose an exclusion"));
    if (why != NULL) {
        http_view_form(c, view, names);
        http_view_error(view, c->arena, why);
        return http_page_status(c, hn_code_http_status(why->code), "page/sla/exclusion_new.html",
                                view, e);
    }
    f = tpl_set_map(view, "form");
    for (int i = 0; names[i] != NULL; i++)
        tpl_set_str(f, names[i], "");
    if (http_query(c, "service") != NULL)
        tpl_set_str(f, "service_id", http_query(c, "service"));
    if (http_query(c, "from") != NULL)
        tpl_set_str(f, "from", http_query(c, "from"));
    if (http_query(c, "to") != NULL)
        tpl_set_str(f, "to", http_query(c, "to"));
    if (http_query(c, "ticket") != NULL)
        tpl_set_str(f, "ticket", http_query(c, "ticket"));
    http_view_clean(c, view);
    return http_page(c, "page/sla/exclusion_new.html", view, e);
}

enum hn_code exclusion_page_new(struct http_ctx *c, struct hn_err *e)
{
    return form(c, NULL, e);
}

enum hn_code exclusion_page_propose(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct exclusion_new in = {.from = HN_UNSET, .to = HN_UNSET};
    struct hn_err why = {0};
    int64_t id = 0;
    enum hn_code r;

    http_form_i64(c, "service_id", HN_REQ, 1, INT64_MAX, &in.service_id, &why);
    http_form_local(c, "from", HN_REQ, &in.from, &why);
    http_form_local(c, "to", HN_REQ, &in.to, &why);
    http_form_word(c, "reason", HN_REQ, exclusion_reason_words, &in.reason, &why);
    http_form_words(c, "note", HN_REQ, 2000, &in.note, &why);
    http_form_words(c, "evidence", HN_OPT, 2000, &in.evidence, &why);
    sla_form_ticket(c, &in.ticket_id, &why);
    r = why.code != HN_OK ? why.code
                          : exclusion_propose(c->db, c->arena, &who, &in, c->now, &id, &why);
    if (r == HN_OK) {
        http_flash(c, hn_tr("The exclusion was proposed. It counts when ward IT has approved it."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/exclusions/%" PRId64, id), e);
    }
    if (r == HN_E_INVALID || r == HN_E_FORBIDDEN || r == HN_E_CONFLICT)
        return form(c, &why, e);
    *e = why;
    return r;
}

static enum hn_code show(struct http_ctx *c, int64_t id, const struct hn_err *why, struct hn_err *e)
{
    static const char *const typed[] = {"note", NULL};
    const struct outage_row *rows = NULL;
    struct outage_filter f = {0};
    struct exclusion_row x;
    struct tpl_val *view = http_view(c);
    struct tpl_val *list = tpl_set_list(view, "outages");
    struct tpl_val *crumbs = NULL;
    char month[8];
    size_t n = 0;

    if (exclusion_get(c->db, c->arena, id, &x, e) != HN_OK)
        return e->code;
    f = (struct outage_filter){
        .service_id = x.service_id, .from = x.from_at, .to = x.to_at, .limit = 50};
    if (outage_list(c->db, c->arena, &f, &rows, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", rows[i].id);
        tpl_set_instant(m, "from", rows[i].from_at);
        tpl_set_instant(m, "to", rows[i].to_at);
        tpl_set_i64(m, "ticket_id", rows[i].ticket_id);
        tpl_set_str(m, "ticket_number", rows[i].ticket_number);
    }
    http_view_crumb(view, &crumbs, hn_tr("Exclusions"), "/exclusions");
    put_row(c, tpl_set_map(view, "x"), &x);
    tpl_set_str(view, "month",
                hn_arena_strdup(c->arena, hn_month_text(hn_month_of(x.from_at), month)));
    tpl_set_bool(view, "may_approve", http_may(c, PERM_APPROVE_WARD));
    tpl_set_str(view, "title",
                hn_arena_fmt(c->arena, hn_tr("Exclusion %ld: %s"), (long)x.id, x.service_name));
    http_view_form(c, view, typed);
    if (why == NULL)
        http_view_clean(c, view);
    else
        http_view_error(view, c->arena, why);
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/sla/exclusion.html", view, e);
}

enum hn_code exclusion_page_show(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return show(c, id, NULL, e);
}

enum hn_code exclusion_page_decide(struct http_ctx *c, struct hn_err *e)
{
    static const struct {
        const char *act, *flash;
        enum exclusion_decision d;
    } acts[] = {
        {"approve", HN_N("The exclusion was approved."), EXCLUSION_APPROVE},
        {"reject", HN_N("The exclusion was rejected."), EXCLUSION_REJECT},
        {"send_back", HN_N("The exclusion was sent back to its proposer."), EXCLUSION_SEND_BACK},
    };
    struct actor who = http_actor_of(c);
    const char *act = http_form_text(c, "act");
    struct hn_err why = {0};
    int64_t id;
    size_t i = 0;
    enum hn_code r;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    while (i < HN_ARRAY_LEN(acts) && !hn_streq(acts[i].act, act))
        i++;
    if (i == HN_ARRAY_LEN(acts))
        return hn_fail_field(e, "act", "choose one of the list");
    r = exclusion_decide(c->db, c->arena, &who, id, acts[i].d, http_form_text(c, "note"), c->now,
                         &why);
    if (r == HN_OK) {
        http_flash(c, hn_tr(acts[i].flash));
        return http_redirect(c, hn_arena_fmt(c->arena, "/exclusions/%" PRId64, id), e);
    }
    if (r == HN_E_INVALID || r == HN_E_FORBIDDEN || r == HN_E_CONFLICT)
        return show(c, id, &why, e);
    *e = why;
    return r;
}
