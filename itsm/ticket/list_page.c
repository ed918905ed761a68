/* SPDX-License-Identifier: Apache-2.0 */
/* The list of tickets, acts on many of them, and the form of a new one. */
#include "itsm/ticket/pages.h"

#include "server/base/parse.h"

/* ---- filters ---- */

static const struct http_choice *state_choices(struct http_ctx *c, const struct ticket_workflow *w,
                                               size_t n_flows, const char *kind, size_t *n)
{
    const struct ticket_workflow *one = kind == NULL ? NULL : ticket_view_flow(w, n_flows, kind);
    struct http_choice *out = hn_arena_make(c->arena, struct http_choice, TICKET_WF_STATES_MAX);

    *n = 0;
    if (one == NULL || one->n_states == 0)
        one = ticket_view_flow(w, n_flows, "incident");
    for (size_t i = 0; i < one->n_states && *n < TICKET_WF_STATES_MAX; i++)
        out[(*n)++] = (struct http_choice){one->states[i].word, one->states[i].label};
    return out;
}

static const struct http_choice *group_choices(struct http_ctx *c, size_t *n, struct hn_err *e)
{
    struct ticket_group *list = NULL;
    struct http_choice *out;

    if (ticket_store_groups(c->db, c->arena, &list, n, e) != HN_OK)
        return NULL;
    out = hn_arena_make(c->arena, struct http_choice, *n);
    for (size_t i = 0; i < *n; i++)
        out[i] = (struct http_choice){list[i].code, list[i].name};
    return out;
}

static const struct http_choice *site_choices(struct http_ctx *c, size_t *n, struct hn_err *e)
{
    struct ticket_choice *list = NULL;
    struct http_choice *out;

    if (ticket_store_choices(c->db, c->arena, "site", &list, n, e) != HN_OK)
        return NULL;
    out = hn_arena_make(c->arena, struct http_choice, *n);
    for (size_t i = 0; i < *n; i++)
        out[i] = (struct http_choice){hn_arena_fmt(c->arena, "%" PRId64, list[i].id), list[i].name};
    return out;
}

/* The owner's chip: me, nobody, or the person of the login. */
static const struct http_choice *owner_choices(struct http_ctx *c, size_t *n)
{
    struct http_choice *out = hn_arena_make(c->arena, struct http_choice, 2);

    out[0] = (struct http_choice){"me", hn_tr("Me")};
    out[1] = (struct http_choice){"none", hn_tr("Nobody")};
    *n = 2;
    return out;
}

static const struct http_choice *flag_choices(struct http_ctx *c, const char *on, const char *off,
                                              size_t *n)
{
    struct http_choice *out = hn_arena_make(c->arena, struct http_choice, 2);

    out[0] = (struct http_choice){"yes", on};
    out[1] = (struct http_choice){"no", off};
    *n = off == NULL ? 1 : 2;
    return out;
}

/* An id of the query as the name that people know. */
static const char *name_of(struct http_ctx *c, const char *field)
{
    struct hn_err e = {0};
    const char *name = NULL;
    int64_t id = ticket_form_id(http_query(c, field));

    if (id == 0 || ticket_store_name(c->db, c->arena, field, id, &name, &e) != HN_OK)
        return NULL;
    return name;
}

static struct http_filter chip(const char *name, const char *label, const char *text)
{
    return (struct http_filter){.name = name, .label = label, .text = text};
}

#define FILTERS_MAX 12
static size_t list_filters(struct http_ctx *c, const struct ticket_workflow *flows, size_t n_flows,
                           const char *kind, struct http_filter *f, struct hn_err *e)
{
    size_t k = 0;

    f[k] = (struct http_filter){.name = "open", .label = hn_tr("Progress")};
    f[k].choices = flag_choices(c, hn_tr("Not finished"), hn_tr("Finished"), &f[k].n);
    k++;
    f[k] = (struct http_filter){.name = "kind", .label = hn_tr("Kind")};
    f[k].choices = ticket_choices(TICKET_WORDS_KIND, c->arena, &f[k].n);
    k++;
    f[k] = (struct http_filter){.name = "state", .label = hn_tr("State")};
    f[k].choices = state_choices(c, flows, n_flows, kind, &f[k].n);
    k++;
    f[k] = (struct http_filter){.name = "priority", .label = hn_tr("Priority")};
    f[k].choices = ticket_choices(TICKET_WORDS_PRIORITY, c->arena, &f[k].n);
    k++;
    f[k] = (struct http_filter){.name = "assignee", .label = hn_tr("Owner")};
    f[k].choices = owner_choices(c, &f[k].n);
    k++;
    f[k] = (struct http_filter){.name = "group", .label = hn_tr("Group")};
    f[k].choices = group_choices(c, &f[k].n, e);
    k++;
    f[k] = (struct http_filter){.name = "site_id", .label = hn_tr("Site")};
    f[k].choices = site_choices(c, &f[k].n, e);
    k++;
    /* Chips only: they come from links. */
    f[k++] = chip("overdue", hn_tr("Target"), hn_tr("Target missed"));
    f[k++] = chip("host_id", hn_tr("Device"), name_of(c, "host_id"));
    f[k++] = chip("service_id", hn_tr("Service"), name_of(c, "service_id"));
    return k;
}

static void add_tab(struct http_ctx *c, struct tpl_val *tabs, const char *label, const char *href,
                    int64_t count, const char *key, const char *value)
{
    struct tpl_val *m = tpl_push_map(tabs);
    const char *now = key == NULL ? NULL : http_query(c, key);
    bool plain = http_query(c, "assignee") == NULL && http_query(c, "overdue") == NULL &&
                 http_query(c, "priority") == NULL;
    const char *open = http_query(c, "open");

    tpl_set_str(m, "label", label);
    tpl_set_str(m, "href", href);
    if (count >= 0)
        tpl_set_i64(m, "count", count);
    else
        tpl_set(m, "count", tpl_none(c->arena));
    if (key == NULL)
        tpl_set_bool(m, "active",
                     value == NULL ? open == NULL && plain
                                   : plain && open != NULL && hn_streq(open, "yes"));
    else
        tpl_set_bool(m, "active", now != NULL && hn_streq(now, value));
}

static enum hn_code list_tabs(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct tpl_val *tabs = tpl_set_list(view, "tabs");
    struct ticket_counts n;

    if (ticket_count_open(c->db, NULL, c->actor.account_id, c->now, &n, e) != HN_OK)
        return e->code;
    add_tab(c, tabs, hn_tr("Not finished"), "/tickets?open=yes", n.open, NULL, "yes");
    add_tab(c, tabs, hn_tr("My tickets"), "/tickets?open=yes&assignee=me", n.mine, "assignee",
            "me");
    add_tab(c, tabs, hn_tr("Without owner"), "/tickets?open=yes&assignee=none", n.unassigned,
            "assignee", "none");
    add_tab(c, tabs, hn_tr("Target missed"), "/tickets?open=yes&overdue=yes", n.overdue, "overdue",
            "yes");
    add_tab(c, tabs, hn_tr("Urgent"), "/tickets?open=yes&priority=urgent", n.urgent, "priority",
            "urgent");
    add_tab(c, tabs, hn_tr("All"), "/tickets?sort=-created_at", -1, NULL, NULL);
    return HN_OK;
}

static void list_columns(struct tpl_val *view)
{
    static const struct {
        const char *label, *key, *sort;
        bool fixed;
    } cols[] = {
        {HN_N("Number"), "number", "number", true},
        {HN_N("Title"), "title", "title", false},
        {HN_N("Priority"), "priority", "priority", false},
        {HN_N("State"), "state", "state", false},
        {HN_N("Site"), "site", NULL, false},
        {HN_N("Owner or group"), "owner", NULL, false},
        {HN_N("Due"), "due", "due", false},
        {HN_N("Received"), "created", "created_at", false},
        {HN_N("Updated"), "updated", "updated_at", false},
    };
    struct tpl_val *out = tpl_set_list(view, "columns");

    for (size_t i = 0; i < HN_ARRAY_LEN(cols); i++) {
        struct tpl_val *m = tpl_push_map(out);

        tpl_set_str(m, "label", hn_tr(cols[i].label));
        tpl_set_str(m, "key", cols[i].key);
        tpl_set_str(m, "sort", cols[i].sort);
        tpl_set_bool(m, "fixed", cols[i].fixed);
    }
}

enum hn_code ticket_page_list(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *rows;
    struct tpl_val *list_v;
    struct http_filter filters[FILTERS_MAX];
    struct ticket_workflow *flows = NULL;
    struct ticket_filter f;
    struct ticket *list = NULL;
    size_t n_flows = 0;
    size_t n_filters;
    size_t n = 0;
    int64_t next = 0;

    if (http_query_string(c)[0] == '\0')
        return http_redirect(c, "/tickets?open=yes", e);
    if (ticket_http_filter(c, &f, e) != HN_OK ||
        ticket_workflow_all(c->db, c->arena, &flows, &n_flows, e) != HN_OK ||
        ticket_list(c->db, c->arena, &f, c->now, &list, &n, &next, e) != HN_OK ||
        list_tabs(c, view, e) != HN_OK || ticket_view_people(c, view, e) != HN_OK)
        return e->code;
    n_filters = list_filters(c, flows, n_flows, f.kind, filters, e);
    if (e->code != HN_OK)
        return e->code;
    list_v = http_view_list(c, view, filters, n_filters, next);
    tpl_set_i64(list_v, "shown", (int64_t)n);
    if (http_may(c, PERM_TICKET_READ))
        tpl_set_str(list_v, "export_href",
                    hn_arena_fmt(c->arena, "/api/v1/exports/incidents.xlsx?%s%s",
                                 http_query_string(c), f.kind == NULL ? "&kind=any" : ""));
    rows = tpl_set_list(view, "rows");
    for (size_t i = 0; i < n; i++)
        ticket_view(tpl_push_map(rows), &list[i], ticket_view_flow(flows, n_flows, list[i].kind),
                    c->now);
    list_columns(view);
    ticket_view_words(view, "priorities", TICKET_WORDS_PRIORITY, c->arena);
    tpl_set_bool(view, "may_work", http_may(c, PERM_TICKET_WORK));
    tpl_set_bool(view, "may_create", http_may(c, PERM_TICKET_CREATE));
    tpl_set_bool(view, "filtered",
                 f.q != NULL || f.kind != NULL || f.state != NULL || f.priority != NULL ||
                     f.assignee_id != 0 || f.overdue || f.site_id != 0 || f.host_id != 0 ||
                     f.group_code != NULL);
    tpl_set_str(view, "back", hn_arena_fmt(c->arena, "/tickets?%s", http_query_string(c)));
    tpl_set_str(view, "title", hn_tr("Incidents and inquiries"));
    tpl_set_str(view, "live", "tickets");
    return http_page(c, "page/ticket/list.html", view, e);
}

enum hn_code ticket_page_incidents(struct http_ctx *c, struct hn_err *e)
{
    return http_redirect(c, "/tickets?open=yes&kind=incident", e);
}

/* ---- many at once ---- */

/* Only an address of this list: never one that leads away. */
static const char *back_of(struct http_ctx *c)
{
    const char *back = http_form(c, "back");

    if (back == NULL || strncmp(back, "/tickets", 8) != 0 ||
        (back[8] != '\0' && back[8] != '?' && back[8] != '/'))
        return "/tickets";
    return back;
}

static enum hn_code bulk_in(struct http_ctx *c, struct ticket_bulk_in *in, struct hn_err *e)
{
    const char *act = http_form(c, "act");
    const char *comment = http_form(c, "comment");

    *in = (struct ticket_bulk_in){.assignee_id = -1, .group_id = -1};
    act = act == NULL ? "" : act;
    if (comment != NULL && comment[0] == '\0')
        comment = NULL;
    if (hn_streq(act, "mine")) {
        in->act = "assign";
        in->assignee_id = c->actor.account_id;
    } else if (hn_streq(act, "assign")) {
        in->act = "assign";
        in->assignee_id = ticket_form_id(http_form(c, "assignee_id"));
        if (in->assignee_id == 0)
            return hn_fail_field(e, "assignee_id", "choose who takes them");
    } else if (hn_streq(act, "priority")) {
        in->act = "priority";
        in->priority = http_form(c, "priority");
        in->reason = comment;
        if (in->priority == NULL || in->priority[0] == '\0')
            return hn_fail_field(e, "priority", "choose a priority");
    } else if (hn_streq(act, "close")) {
        in->act = "transition";
        in->to = "closed";
        in->comment = comment;
    } else {
        return hn_fail(e, HN_E_INVALID, "choose what to do with the selected tickets");
    }
    return HN_OK;
}

static enum hn_code bulk_answer(struct http_ctx *c, const struct ticket_bulk_result *r, size_t n,
                                struct hn_err *e)
{
    struct tpl_val *view;
    struct tpl_val *rows;
    size_t failed = 0;

    for (size_t i = 0; i < n; i++)
        failed += r[i].code != HN_OK;
    if (failed == 0) {
        http_flash(c, hn_arena_fmt(c->arena, hn_tr("%zu tickets were changed."), n));
        return http_redirect(c, back_of(c), e);
    }
    view = http_view(c);
    rows = tpl_set_list(view, "rows");
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(rows);

        tpl_set_i64(m, "id", r[i].id);
        tpl_set_str(m, "number", r[i].number == NULL ? "—" : r[i].number);
        tpl_set_bool(m, "done", r[i].code == HN_OK);
        tpl_set_str(m, "message", r[i].message);
    }
    tpl_set_i64(view, "failed", (int64_t)failed);
    tpl_set_i64(view, "done", (int64_t)(n - failed));
    tpl_set_str(view, "back", back_of(c));
    tpl_set_str(view, "title", hn_tr("Result of the act on many tickets"));
    return http_page(c, "page/ticket/bulk.html", view, e);
}

enum hn_code ticket_page_bulk(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_texts picked = http_form_all(c, "id");
    struct ticket_bulk_in in;
    struct ticket_bulk_result *r;
    struct hn_err why = {0};
    int64_t *ids = hn_arena_make(c->arena, int64_t, picked.n);

    for (size_t i = 0; i < picked.n; i++)
        ids[i] = ticket_form_id(picked.v[i]);
    r = hn_arena_make(c->arena, struct ticket_bulk_result, picked.n);
    if (bulk_in(c, &in, &why) != HN_OK ||
        ticket_bulk(c->db, c->arena, &by, ids, picked.n, &in, c->now, r, &why) != HN_OK) {
        if (why.code != HN_E_INVALID) {
            *e = why;
            return e->code;
        }
        http_flash(c, why.n_fields > 0 ? why.field[0].message : why.msg);
        return http_redirect(c, back_of(c), e);
    }
    return bulk_answer(c, r, picked.n, e);
}
