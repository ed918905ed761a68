/* SPDX-License-Identifier: Apache-2.0 */
/* The page of one ticket. */
#include "itsm/ticket/pages.h"

#include "itsm/sla/sla.h"
#include "itsm/watch/metrics.h"

/* ---- steps as buttons ---- */

/* The step that carries the work on: into work, else to the end of it. */
static const struct ticket_wf_step *main_step(const struct ticket_workflow *w, const char *state)
{
    const struct ticket_wf_step *s = ticket_workflow_step(w, state, "in_progress");
    const struct ticket_wf_state *from = ticket_workflow_state(w, state);

    if (s != NULL && from != NULL && from->cls != TICKET_CLASS_DONE)
        return s;
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct ticket_wf_state *to = ticket_workflow_state(w, w->steps[i].to);

        if (hn_streq(w->steps[i].from, state) && to != NULL &&
            (to->cls == TICKET_CLASS_DONE ||
             (from != NULL && from->cls == TICKET_CLASS_DONE && to->cls == TICKET_CLASS_CLOSED)))
            return &w->steps[i];
    }
    return NULL;
}

static void view_step(struct tpl_val *m, const struct ticket_workflow *w,
                      const struct ticket_wf_step *s, const struct ticket *t, bool main)
{
    unsigned shown = s->needs | s->asks;
    const struct ticket_wf_state *to = ticket_workflow_state(w, s->to);
    bool owner = (s->asks & TICKET_NEED_ASSIGNEE) != 0;

    tpl_set_str(m, "to", s->to);
    tpl_set_str(m, "label", s->label);
    tpl_set_str(m, "to_label", to == NULL ? s->to : to->label);
    tpl_set_bool(m, "main", main);
    tpl_set_bool(m, "danger",
                 to != NULL && to->cls == TICKET_CLASS_CLOSED && t->resolved_at == HN_UNSET);
    tpl_set_bool(m, "comment", (shown & TICKET_NEED_COMMENT) != 0);
    tpl_set_bool(m, "need_comment", (s->needs & TICKET_NEED_COMMENT) != 0);
    tpl_set_bool(m, "resolution", (shown & TICKET_NEED_RESOLUTION) != 0);
    tpl_set_bool(m, "need_resolution", (s->needs & TICKET_NEED_RESOLUTION) != 0);
    tpl_set_bool(m, "cause", (shown & TICKET_NEED_CAUSE) != 0);
    tpl_set_bool(m, "need_cause", (s->needs & TICKET_NEED_CAUSE) != 0);
    tpl_set_bool(m, "owner", owner);
    tpl_set_bool(m, "stops", to != NULL && to->stops_clock && to->cls == TICKET_CLASS_WAITING);
}

static void view_steps(struct http_ctx *c, struct tpl_val *view, const struct ticket_workflow *w,
                       const struct ticket *t)
{
    struct tpl_val *out = tpl_set_list(view, "steps");
    const struct ticket_wf_step *main = main_step(w, t->state);

    if (!http_may(c, PERM_TICKET_WORK))
        return;
    for (int pass = 0; pass < 2; pass++) /* the main one first */
        for (size_t i = 0; i < w->n_steps; i++) {
            const struct ticket_wf_step *s = &w->steps[i];

            if (hn_streq(s->from, t->state) && ticket_workflow_may(s, c->actor.role) &&
                (s == main) == (pass == 0))
                view_step(tpl_push_map(out), w, s, t, s == main);
        }
}

/* ---- right column ---- */

static void view_machine(struct http_ctx *c, struct tpl_val *view, const struct ticket *t)
{
    struct ticket_machine m;
    struct tpl_val *values = tpl_set_list(view, "values");
    struct tpl_val *chain = tpl_set_list(view, "chain");

    ticket_json_machine(t->machine, c->arena, &m);
    tpl_set_str(view, "values_text", m.values_text);
    for (size_t i = 0; i < m.n_values; i++) {
        struct tpl_val *v = tpl_push_map(values);

        tpl_set_str(v, "name", metric_label(c->arena, m.values[i].name));
        tpl_set_str(v, "text", m.values[i].text);
        tpl_set_instant(v, "at", m.values[i].at);
    }
    for (size_t i = 0; i < m.n_chain; i++) {
        struct tpl_val *v = tpl_push_map(chain);
        const struct ticket_cause *x = &m.chain[i];

        tpl_set_str(v, "name", x->name);
        tpl_set_str(v, "state", x->state);
        tpl_set_str(v, "note", x->note);
        tpl_set_str(v, "href", x->kind == NULL ? NULL : ticket_view_href(c, x->kind, x->object_id));
    }
}

static enum hn_code view_contacts(struct http_ctx *c, struct tpl_val *view, const struct ticket *t,
                                  struct hn_err *e)
{
    static const struct {
        const char *what;
        const char *label;
    } labels[] = {{"host", HN_N("Owner of the device")},
                  {"system", HN_N("Vendor of the system")},
                  {"service", HN_N("Owner of the service")},
                  {"site", HN_N("Address of the site")}};
    struct tpl_val *out = tpl_set_list(view, "contacts");
    struct ticket_contact *list = NULL;
    size_t n = 0;

    if (ticket_store_contacts(c->db, c->arena, t, &list, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(out);

        for (size_t k = 0; k < HN_ARRAY_LEN(labels); k++)
            if (hn_streq(labels[k].what, list[i].what))
                tpl_set_str(m, "label", hn_tr(labels[k].label));
        tpl_set_str(m, "name", list[i].name);
        tpl_set_str(m, "who", list[i].who);
    }
    return HN_OK;
}

/* Availability of the outage's service this month, where it has such an SLA. */
static enum hn_code view_sla(struct http_ctx *c, struct tpl_val *m, int64_t service_id,
                             struct hn_err *e)
{
    const struct sla_row *slas = NULL;
    struct tpl_val *out = tpl_set_list(m, "slas");
    size_t n = 0;

    if (sla_list(c->db, c->arena, service_id, 0, 10, &slas, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct sla_result r;
        struct tpl_val *v;
        char text[SLA_TEXT_MAX];

        if (!hn_streq(slas[i].metric, "availability"))
            continue;
        if (sla_result(c->db, c->arena, slas[i].id, hn_month_of(c->now), c->now, &r, e) != HN_OK)
            return e->code;
        v = tpl_push_map(out);
        tpl_set_i64(v, "id", slas[i].id);
        tpl_set_str(v, "target",
                    hn_arena_strdup(c->arena,
                                    sla_target_text((struct sla_target){slas[i].target_e6}, text)));
        tpl_set_str(v, "downtime", ticket_span_text(c->arena, r.figures.downtime_s));
        tpl_set_str(v, "year_downtime", ticket_span_text(c->arena, r.year.downtime_s));
        tpl_set_str(v, "year_cap",
                    r.year.cap_s >= 0 ? ticket_span_text(c->arena, r.year.cap_s) : NULL);
    }
    return HN_OK;
}

static enum hn_code view_outages(struct http_ctx *c, struct tpl_val *view, const struct ticket *t,
                                 struct hn_err *e)
{
    struct outage_filter f = {
        .ticket_id = t->id, .from = HN_UNSET, .to = HN_UNSET, .with_void = true, .limit = 50};
    const struct outage_row *rows = NULL;
    struct tpl_val *out = tpl_set_list(view, "outages");
    size_t n = 0;

    if (!http_may(c, PERM_SLA_READ))
        return HN_OK;
    if (outage_list(c->db, c->arena, &f, &rows, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(out);
        const struct outage_row *o = &rows[i];
        hn_instant to = o->to_at == HN_UNSET || o->to_at == HN_NEVER ? c->now : o->to_at;
        const struct outage_change_row *ch = NULL;
        size_t n_ch = 0;
        bool waits = false;

        if (outage_changes(c->db, c->arena, o->id, &ch, &n_ch, e) != HN_OK)
            return e->code;
        for (size_t k = 0; k < n_ch; k++)
            waits |= hn_streq(ch[k].state, "proposed");
        tpl_set_i64(m, "id", o->id);
        tpl_set_i64(m, "version", o->version);
        tpl_set_str(m, "service", o->service_name);
        tpl_set_i64(m, "service_id", o->service_id);
        tpl_set_instant(m, "from", o->from_at);
        tpl_set_instant(m, "to", o->to_at);
        tpl_set_str(m, "from_local", ticket_view_local(c->arena, o->from_at));
        tpl_set_str(m, "to_local", ticket_view_local(c->arena, o->to_at));
        tpl_set_str(m, "length",
                    ticket_span_text(c->arena, HN_MAX((int64_t)0, to - o->from_at) / HN_SEC));
        tpl_set_bool(m, "by_hand", hn_streq(o->source, "hand"));
        tpl_set_bool(m, "corrected", o->corrected);
        tpl_set_bool(m, "voided", o->voided);
        tpl_set_bool(m, "waits", waits);
        tpl_set_str(m, "reason", o->reason);
        if (i < 3) {
            if (view_sla(c, m, o->service_id, e) != HN_OK)
                return e->code;
        } else {
            tpl_set_list(m, "slas");
        }
    }
    return HN_OK;
}

static enum hn_code view_similar(struct http_ctx *c, struct tpl_val *view, const struct ticket *t,
                                 const struct ticket_workflow *flows, size_t n_flows,
                                 struct hn_err *e)
{
    struct ticket *list = NULL;
    struct tpl_val *out = tpl_set_list(view, "similar");
    size_t n = 0;

    if (ticket_store_similar(c->db, c->arena, t, &list, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        ticket_view(tpl_push_map(out), &list[i], ticket_view_flow(flows, n_flows, list[i].kind),
                    c->now);
    return HN_OK;
}

/* ---- the page ---- */

#define ENTRIES_SHOWN 1000

static enum hn_code view_parts(struct http_ctx *c, struct tpl_val *view, const struct ticket *t,
                               const struct ticket_workflow *flows, size_t n_flows,
                               struct hn_err *e)
{
    const struct ticket_workflow *w = ticket_view_flow(flows, n_flows, t->kind);
    const char *show = http_query(c, "show");
    struct ticket_entry *entries = NULL;
    struct ticket_affected *affected = NULL;
    struct ticket_link *links = NULL;
    struct ticket_attachment *files = NULL;
    size_t n[4] = {0};

    if (show == NULL || (!hn_streq(show, "people") && !hn_streq(show, "machine")))
        show = "all";
    if (ticket_entries(c->db, c->arena, t->id, true, 0, ENTRIES_SHOWN, &entries, &n[0], e) !=
            HN_OK ||
        ticket_affected_list(c->db, c->arena, t->id, &affected, &n[1], e) != HN_OK ||
        ticket_store_links(c->db, c->arena, t->id, &links, &n[2], e) != HN_OK ||
        ticket_attachments(c->db, c->arena, t->id, &files, &n[3], e) != HN_OK)
        return e->code;
    tpl_set_str(view, "show", show);
    ticket_view_entries(view, "entries", entries, n[0], show, w, c->actor.account_id, c->arena);
    ticket_view_affected(c, view, affected, n[1]);
    ticket_view_links(c, view, links, n[2], flows, n_flows);
    ticket_view_files(view, files, n[3], c->arena);
    return HN_OK;
}

static enum hn_code view_choices(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    bool may_work = http_may(c, PERM_TICKET_WORK);

    tpl_set_bool(view, "may_work", may_work);
    tpl_set_bool(view, "may_outage", http_may(c, PERM_OUTAGE_EDIT));
    ticket_view_words(view, "affected_kinds", TICKET_WORDS_AFFECTED, c->arena);
    ticket_view_words(view, "relations", TICKET_WORDS_RELATION, c->arena);
    if (!may_work)
        return HN_OK;
    if (ticket_view_people(c, view, e) != HN_OK || ticket_view_groups(c, view, e) != HN_OK ||
        ticket_view_objects(c, view, e) != HN_OK)
        return e->code;
    return HN_OK;
}

static void view_refused(struct http_ctx *c, struct tpl_val *view,
                         const struct ticket_refused *refused)
{
    static const char *const names[] = {
        "text",        "visibility", "kind",  "to",        "comment", "resolution", "cause",
        "assignee_id", "group_id",   "name",  "count",     "number",  "relation",   "reason",
        "service_id",  "from",       "until", "outage_id", NULL};

    tpl_set_str(view, "refused", refused == NULL ? "" : refused->form);
    if (refused == NULL) {
        struct tpl_val *form = tpl_set_map(view, "form");

        for (size_t i = 0; names[i] != NULL; i++)
            tpl_set_str(form, names[i], "");
        tpl_set_str(view, "error", "");
        tpl_set_map(view, "errors");
        return;
    }
    http_view_form(c, view, names);
    http_view_error(view, c->arena, refused->err);
}

enum hn_code ticket_page_show(struct http_ctx *c, int64_t id, const struct ticket_refused *refused,
                              struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumb;
    struct ticket_workflow *flows = NULL;
    const struct ticket_workflow *w;
    struct ticket_clocks clocks;
    struct ticket t;
    size_t n_flows = 0;
    int status = 200;

    if (ticket_get(c->db, c->arena, id, &t, e) != HN_OK)
        return e->code == HN_E_NOT_FOUND ? hn_fail(e, HN_E_NOT_FOUND, "there is no such ticket")
                                         : e->code;
    if (ticket_workflow_all(c->db, c->arena, &flows, &n_flows, e) != HN_OK)
        return e->code;
    w = ticket_view_flow(flows, n_flows, t.kind);
    if (ticket_clocks_of(c->db, c->arena, &t, w, c->now, &clocks, e) != HN_OK)
        return e->code;
    ticket_view(tpl_set_map(view, "t"), &t, w, c->now);
    ticket_view_clock(view, "response", &clocks.response, c->arena);
    ticket_view_clock(view, "resolution", &clocks.resolution, c->arena);
    view_steps(c, view, w, &t);
    view_machine(c, view, &t);
    if (view_parts(c, view, &t, flows, n_flows, e) != HN_OK ||
        view_contacts(c, view, &t, e) != HN_OK || view_outages(c, view, &t, e) != HN_OK ||
        view_similar(c, view, &t, flows, n_flows, e) != HN_OK || view_choices(c, view, e) != HN_OK)
        return e->code;
    view_refused(c, view, refused);
    tpl_set_i64(view, "me", c->actor.account_id);
    tpl_set_str(view, "title", hn_arena_fmt(c->arena, "%s %s", t.number, t.title));
    tpl_set_str(view, "live", hn_arena_fmt(c->arena, "ticket:%" PRId64, t.id));
    crumb = tpl_push_map(tpl_set_list(view, "crumbs"));
    tpl_set_str(crumb, "label", hn_tr("Incidents and inquiries"));
    tpl_set_str(crumb, "href", "/tickets");
    if (refused != NULL)
        status = hn_code_http_status(refused->err->code);
    return http_page_status(c, status, "page/ticket/one.html", view, e);
}

enum hn_code ticket_page_one(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (ticket_http_id(c, &id, e) != HN_OK)
        return e->code;
    return ticket_page_show(c, id, NULL, e);
}

enum hn_code ticket_page_file(struct http_ctx *c, struct hn_err *e)
{
    return ticket_api_attachment_get(c, e);
}
