/* SPDX-License-Identifier: Apache-2.0 */
/* Planned stops: list, one, proposal, decision by the ward, early end. */
#include "itsm/watch/maintenance.h"

#include "itsm/watch/pages.h"
#include "itsm/watch/rrule.h"
#include "itsm/watch/stop_words.h"
#include "itsm/watch/windows.h"
#include "server/base/parse.h"
#include "server/http/actor.h"
#include "server/http/form_time.h"
#include "server/http/list_view.h"

#define AHEAD (400 * HN_DAY)
#define OCCURRENCES_SHOWN 5

static const struct http_choice states[] = {{"proposed", HN_N("Waiting for approval")},
                                            {"approved", HN_N("Approved")},
                                            {"rejected", HN_N("Rejected")},
                                            {"cancelled", HN_N("Cancelled")}};

static bool is_over(const struct maintenance_row *r, hn_instant now)
{
    return r->ended_at != HN_UNSET || (r->recurrence == NULL && r->to_at <= now);
}

static void add_row(struct http_ctx *c, struct tpl_val *m, const struct maintenance_row *r)
{
    tpl_set_i64(m, "id", r->id);
    tpl_set_str(m, "title", r->title);
    tpl_set_instant(m, "from", r->from_at);
    tpl_set_instant(m, "to", r->to_at);
    tpl_set_str(m, "recurrence", stop_rule_words(c->arena, r->recurrence));
    tpl_set_str(m, "reason", r->reason);
    tpl_set_str(m, "kind", r->kind);
    tpl_set_i64(m, "change_id", r->change_id);
    tpl_set_i64(m, "proposed_by", r->proposed_by);
    tpl_set_str(m, "proposer", r->proposer);
    tpl_set_str(m, "state", r->state);
    tpl_set_str(m, "decider", r->decider);
    tpl_set_instant(m, "decided_at", r->decided_at);
    tpl_set_str(m, "decision_note", r->decision_note);
    tpl_set_instant(m, "approved_to", r->approved_to);
    tpl_set_instant(m, "ended_at", r->ended_at);
    tpl_set_instant(m, "created_at", r->created_at);
    tpl_set_i64(m, "version", r->version);
    tpl_set_bool(m, "over", is_over(r, c->now));
    tpl_set_bool(m, "now",
                 hn_streq(r->state, "approved") && r->recurrence == NULL && r->from_at <= c->now &&
                     !is_over(r, c->now));
    tpl_set_bool(m, "late",
                 hn_streq(r->state, "approved") && r->recurrence == NULL &&
                     r->decided_at > r->from_at);
}

static enum hn_code add_scope(struct http_ctx *c, struct tpl_val *m, const char *scope,
                              struct hn_err *e)
{
    const struct window_target *t = NULL;
    struct tpl_val *list = tpl_set_list(m, "scope");
    size_t n = 0;

    if (windows_scope(c->db, c->arena, scope, &t, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *x = tpl_push_map(list);

        tpl_set_str(x, "kind", t[i].kind);
        tpl_set_i64(x, "id", t[i].id);
        tpl_set_str(x, "name", t[i].name);
    }
    return HN_OK;
}

enum hn_code maintenances_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct maintenance_filter f = {.from = c->now - HN_DAY, .to = HN_UNSET};
    const struct maintenance_row *r = NULL;
    const char *when = http_query(c, "when");
    struct http_choice *word = hn_arena_make(c->arena, struct http_choice, HN_ARRAY_LEN(states));
    const struct http_choice whens[] = {{"all", hn_tr("Past ones too")}};
    struct http_page p;
    struct tpl_val *list;
    size_t n = 0;
    bool more;

    if (http_page_of(c, &p, e) != HN_OK)
        return e->code;
    if (when != NULL && hn_streq(when, "all"))
        f.from = HN_UNSET;
    f.state = http_query(c, "state");
    if (f.state != NULL && *f.state == '\0')
        f.state = NULL;
    f.after = p.cursor;
    f.limit = p.limit + 1;
    if (maintenance_list(c->db, c->arena, &f, &r, &n, e) != HN_OK)
        return e->code;
    more = n > (size_t)p.limit;
    n = more ? (size_t)p.limit : n;
    for (size_t i = 0; i < HN_ARRAY_LEN(states); i++)
        word[i] = (struct http_choice){states[i].value, hn_tr(states[i].label)};
    const struct http_filter filters[] = {
        {"state", hn_tr("State"), word, HN_ARRAY_LEN(states), NULL},
        {"when", hn_tr("Time"), whens, HN_ARRAY_LEN(whens), NULL}};
    list = http_view_list(c, view, filters, HN_ARRAY_LEN(filters), more ? r[n - 1].id : 0);
    tpl_set_i64(list, "shown", (int64_t)n);
    list = tpl_set_list(view, "rows");
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        add_row(c, m, &r[i]);
        if (add_scope(c, m, r[i].scope, e) != HN_OK)
            return e->code;
    }
    tpl_set_bool(view, "may_edit", http_may(c, PERM_MAINT_EDIT));
    tpl_set_str(view, "title", hn_tr("Planned stops"));
    return http_page(c, "page/maintenances.html", view, e);
}

enum hn_code maintenance_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;
    struct tpl_val *m;
    struct maintenance_row r;
    const struct ivl *v = NULL;
    size_t n = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        maintenance_get(c->db, c->arena, id, &r, e) != HN_OK)
        return e->code;
    m = tpl_set_map(view, "stop");
    add_row(c, m, &r);
    if (add_scope(c, m, r.scope, e) != HN_OK)
        return e->code;
    rrule_expand(r.recurrence, r.from_at, r.to_at, c->now, c->now + AHEAD, c->arena, &v, &n);
    struct tpl_val *list = tpl_set_list(view, "next");
    for (size_t i = 0; i < n && i < OCCURRENCES_SHOWN && r.recurrence != NULL; i++) {
        struct tpl_val *o = tpl_push_map(list);

        tpl_set_instant(o, "from", v[i].from);
        tpl_set_instant(o, "to", v[i].to);
    }
    tpl_set_bool(view, "may_decide",
                 http_may(c, PERM_APPROVE_WARD) && r.proposed_by != c->actor.account_id &&
                     hn_streq(r.state, "proposed"));
    tpl_set_bool(view, "may_change", http_may(c, PERM_MAINT_EDIT) && hn_streq(r.state, "proposed"));
    tpl_set_bool(view, "may_end",
                 http_may(c, PERM_MAINT_EDIT) && !is_over(&r, c->now) &&
                     (hn_streq(r.state, "approved") || hn_streq(r.state, "proposed")));
    page_crumb(&crumbs, view, hn_tr("Planned stops"), "/maintenances");
    tpl_set_bool(view, "raw_title", true);
    tpl_set_str(view, "title", r.title);
    return http_page(c, "page/maintenance.html", view, e);
}

static enum hn_code decided(struct http_ctx *c, bool approve, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *note = http_form(c, "note");
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (note != NULL && *note == '\0')
        note = NULL;
    if (!approve && note == NULL)
        return hn_fail_field(e, "note", "say why");
    if (note != NULL && hn_utf8_len(note) > 2000)
        return hn_fail_field(e, "note", "must be at most 2000 characters");
    if (maintenance_decide(c->db, c->arena, &who, id, approve, note, c->now, e) != HN_OK)
        return e->code;
    http_flash(c, approve ? hn_tr("The planned stop was approved.")
                          : hn_tr("The planned stop was rejected."));
    return http_redirect(c, hn_arena_fmt(c->arena, "/maintenances/%" PRId64, id), e);
}

enum hn_code maintenance_approve_page(struct http_ctx *c, struct hn_err *e)
{
    return decided(c, true, e);
}

enum hn_code maintenance_reject_page(struct http_ctx *c, struct hn_err *e)
{
    return decided(c, false, e);
}

enum hn_code maintenance_end_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        maintenance_end(c->db, c->arena, &who, id, c->now, e) != HN_OK)
        return e->code;
    http_flash(c, hn_tr("The planned stop has ended."));
    return http_redirect(c, hn_arena_fmt(c->arena, "/maintenances/%" PRId64, id), e);
}
