/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a new ticket; also from an event (MON-32). */
#include "itsm/ticket/pages.h"

static const char *const names[] = {"kind",        "title",       "description", "source",
                                    "impact",      "urgency",     "priority",    "priority_reason",
                                    "requester",   "assignee_id", "group_id",    "service_id",
                                    "site_id",     "host_id",     "occurred_at", "detected_at",
                                    "received_at", "event_id",    NULL};

static enum hn_code show(struct http_ctx *c, struct tpl_val *view, int status, struct hn_err *e)
{
    struct ticket_priority_table table;
    struct tpl_val *rows;
    struct tpl_val *labels;

    if (ticket_view_people(c, view, e) != HN_OK || ticket_view_groups(c, view, e) != HN_OK ||
        ticket_view_objects(c, view, e) != HN_OK ||
        ticket_priority_load(c->db, c->arena, 0, &table, e) != HN_OK)
        return e->code;
    ticket_view_words(view, "kinds", TICKET_WORDS_KIND, c->arena);
    ticket_view_words(view, "sources", TICKET_WORDS_SOURCE, c->arena);
    ticket_view_words(view, "levels", TICKET_WORDS_LEVEL, c->arena);
    ticket_view_words(view, "priorities", TICKET_WORDS_PRIORITY, c->arena);
    rows = tpl_set_list(view, "matrix");
    for (int i = 0; i < 3; i++) {
        struct tpl_val *row = tpl_list(c->arena);

        for (int u = 0; u < 3; u++)
            tpl_push_str(row, ticket_priority_word(table.of[i][u]));
        tpl_push(rows, row);
    }
    labels = tpl_set_map(view, "labels");
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++)
        tpl_set_str(labels, ticket_fields[i].name, hn_tr(ticket_fields[i].label));
    tpl_set_str(view, "title", hn_tr("Register an incident or inquiry"));
    return status == 200 ? http_page(c, "page/ticket/new.html", view, e)
                         : http_page_status(c, status, "page/ticket/new.html", view, e);
}

static const char *number_text(struct http_ctx *c, int64_t v)
{
    return v == 0 ? "" : hn_arena_fmt(c->arena, "%" PRId64, v);
}

/* The form's first values: empty, or those of an event or of links such as ?host_id=3&kind=inquiry.
 */
static void first_values(struct http_ctx *c, struct tpl_val *form, const struct ticket_new *in)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        const char *v = http_query(c, names[i]);

        tpl_set_str(form, names[i], v == NULL ? "" : v);
    }
    if (http_query(c, "kind") == NULL)
        tpl_set_str(form, "kind", "incident");
    if (http_query(c, "source") == NULL)
        tpl_set_str(form, "source", in == NULL ? "phone" : "monitoring");
    if (http_query(c, "impact") == NULL)
        tpl_set_str(form, "impact", "3");
    if (http_query(c, "urgency") == NULL)
        tpl_set_str(form, "urgency", "3");
    tpl_set_str(form, "received_at", ticket_view_local(c->arena, c->now));
    if (in == NULL)
        return;
    tpl_set_str(form, "title", in->title);
    tpl_set_str(form, "description", in->description);
    tpl_set_str(form, "impact", number_text(c, in->impact));
    tpl_set_str(form, "urgency", number_text(c, in->urgency));
    tpl_set_str(form, "site_id", number_text(c, in->site_id));
    tpl_set_str(form, "host_id", number_text(c, in->host_id));
    tpl_set_str(form, "occurred_at", ticket_view_local(c->arena, in->occurred_at));
    tpl_set_str(form, "detected_at", ticket_view_local(c->arena, in->detected_at));
    tpl_set_str(form, "event_id", number_text(c, in->transition_id));
}

enum hn_code ticket_page_new(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    int64_t event_id = ticket_form_id(http_query(c, "event"));
    struct ticket_new in;

    if (event_id != 0 && ticket_from_event(c->db, c->arena, event_id, &in, e) != HN_OK)
        return e->code;
    first_values(c, tpl_set_map(view, "form"), event_id != 0 ? &in : NULL);
    return show(c, view, 200, e);
}

enum hn_code ticket_page_from_event(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;
    struct ticket_event v;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (ticket_store_event(c->db, c->arena, id, &v, e) != HN_OK)
        return e->code == HN_E_NOT_FOUND ? hn_fail(e, HN_E_NOT_FOUND, "there is no such event")
                                         : e->code;
    if (v.ticket_id != 0)
        return http_redirect(c, hn_arena_fmt(c->arena, "/tickets/%" PRId64, v.ticket_id), e);
    return http_redirect(c, hn_arena_fmt(c->arena, "/tickets/new?event=%" PRId64, id), e);
}

static const char *text_of(struct http_ctx *c, const char *name)
{
    const char *v = http_form(c, name);

    return v == NULL || v[0] == '\0' ? NULL : v;
}

static void read_form(struct http_ctx *c, struct ticket_new *in, struct hn_err *e)
{
    struct ticket_event v;
    struct hn_err why = {0};

    *in = (struct ticket_new){
        .kind = text_of(c, "kind"),
        .title = text_of(c, "title"),
        .description = text_of(c, "description"),
        .source = text_of(c, "source"),
        .impact = ticket_form_id(http_form(c, "impact")),
        .urgency = ticket_form_id(http_form(c, "urgency")),
        .priority = text_of(c, "priority"),
        .priority_reason = text_of(c, "priority_reason"),
        .requester = text_of(c, "requester"),
        .assignee_id = ticket_form_id(http_form(c, "assignee_id")),
        .group_id = ticket_form_id(http_form(c, "group_id")),
        .service_id = ticket_form_id(http_form(c, "service_id")),
        .site_id = ticket_form_id(http_form(c, "site_id")),
        .host_id = ticket_form_id(http_form(c, "host_id")),
        .transition_id = ticket_form_id(http_form(c, "event_id")),
    };
    if (in->kind == NULL)
        in->kind = "incident";
    ticket_form_local(c->arena, http_form(c, "occurred_at"), "occurred_at", &in->occurred_at, e);
    ticket_form_local(c->arena, http_form(c, "detected_at"), "detected_at", &in->detected_at, e);
    ticket_form_local(c->arena, http_form(c, "received_at"), "received_at", &in->received_at, e);
    if (in->transition_id != 0 &&
        ticket_store_event(c->db, c->arena, in->transition_id, &v, &why) == HN_OK)
        in->check_id = v.check_id;
}

enum hn_code ticket_page_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct ticket_new in;
    struct hn_err why = {0};
    struct tpl_val *view;
    int64_t id = 0;

    read_form(c, &in, &why);
    if (why.n_fields == 0 && ticket_create(c->db, c->arena, &by, &in, c->now, &id, &why) == HN_OK) {
        http_flash(c, hn_tr("The ticket was registered."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/tickets/%" PRId64, id), e);
    }
    if (why.code != HN_E_INVALID && why.code != HN_E_CONFLICT) {
        *e = why;
        return e->code;
    }
    view = http_view(c);
    http_view_error(view, c->arena, &why);
    http_view_form(c, view, names);
    return show(c, view, 422, e);
}
