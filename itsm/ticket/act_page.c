/* SPDX-License-Identifier: Apache-2.0 */
/* What the forms of a ticket's page do. A refused act shows the page again with what was typed. */
#include "itsm/ticket/pages.h"

#include "itsm/sla/sla.h"

/* Back to the ticket; refused: the page with the form's values; anything else is the error itself.
 */
static enum hn_code finish(struct http_ctx *c, int64_t id, const char *form, const char *done,
                           const struct hn_err *why, struct hn_err *e)
{
    if (why->code == HN_OK) {
        if (done != NULL)
            http_flash(c, done);
        return http_redirect(c, hn_arena_fmt(c->arena, "/tickets/%" PRId64, id), e);
    }
    switch ((int)why->code) {
    case HN_E_INVALID:
    case HN_E_CONFLICT:
    case HN_E_UNSUPPORTED:
    case HN_E_LIMIT:
    case HN_E_FORBIDDEN:
        return ticket_page_show(c, id, &(struct ticket_refused){.form = form, .err = why}, e);
    default: *e = *why; return e->code;
    }
}

static const char *text_of(struct http_ctx *c, const char *name)
{
    const char *v = http_form(c, name);

    return v == NULL || v[0] == '\0' ? NULL : v;
}

/* The composer: text, a file, or both. */
enum hn_code ticket_page_comment(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    const char *text = text_of(c, "text");
    const char *kind = text_of(c, "kind");
    bool is_public =
        text_of(c, "visibility") == NULL || !hn_streq(text_of(c, "visibility"), "internal");
    struct http_file file;
    bool has_file = http_form_file(c, "file", &file) && file.data.n > 0;
    int64_t made = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (has_file)
        why.code = ticket_attach(c->db, c->arena, &by, id, file.name, file.data, is_public, c->now,
                                 &made, &why);
    if (why.code == HN_OK && (text != NULL || !has_file))
        why.code = ticket_comment(c->db, c->arena, &by, id,
                                  kind != NULL && hn_streq(kind, "worklog") ? TICKET_ENTRY_WORKLOG
                                                                            : TICKET_ENTRY_COMMENT,
                                  is_public, text, NULL, c->now, &made, &why);
    return finish(c, id, "comment", NULL, &why, e);
}

enum hn_code ticket_page_comment_edit(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    int64_t made = 0;
    int64_t entry;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_param_id(c, "entry", &entry, e) != HN_OK)
        return e->code;
    why.code = ticket_comment_edit(c->db, c->arena, &by, id, entry, text_of(c, "text"), c->now,
                                   &made, &why);
    return finish(c, id, "comment", hn_tr("The comment was corrected; the old text is kept."), &why,
                  e);
}

enum hn_code ticket_page_step(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    struct ticket_step_in in = {
        .to = http_form(c, "to") == NULL ? "" : http_form(c, "to"),
        .comment = text_of(c, "comment"),
        .resolution = text_of(c, "resolution"),
        .cause = text_of(c, "cause"),
        .assignee_id = ticket_form_id(http_form(c, "assignee_id")),
        .group_id = ticket_form_id(http_form(c, "group_id")),
        .version = ticket_form_id(http_form(c, "version")),
    };
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    why.code = ticket_transition(c->db, c->arena, &by, id, &in, c->now, &why);
    return finish(c, id, "step", NULL, &why, e);
}

/* "me" takes it; else a person and a group are chosen; empty takes them away. */
enum hn_code ticket_page_assign(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    const char *person = http_form(c, "assignee_id");
    const char *group = http_form(c, "group_id");
    int64_t who = person == NULL ? -1 : ticket_form_id(person);
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (text_of(c, "me") != NULL)
        who = c->actor.account_id;
    why.code =
        ticket_assign(c->db, c->arena, &by, id, who, group == NULL ? -1 : ticket_form_id(group),
                      ticket_form_id(http_form(c, "version")), c->now, &why);
    return finish(c, id, "assign", NULL, &why, e);
}

static int64_t count_of(struct http_ctx *c, struct hn_err *why)
{
    const char *s = text_of(c, "count");
    int64_t v = 0;

    if (s == NULL)
        return 0;
    for (; *s >= '0' && *s <= '9' && v < 100000000; s++)
        v = v * 10 + (*s - '0');
    if (*s != '\0')
        (void)hn_fail_field(why, "count", "must be a whole number");
    return v;
}

enum hn_code ticket_page_affected(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    struct ticket_affected x = {.kind = http_form(c, "kind"), .name = http_form(c, "name")};
    int64_t made = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    x.count = count_of(c, &why);
    if (why.code == HN_OK)
        why.code = ticket_affected_add(c->db, c->arena, &by, id, &x, c->now, &made, &why);
    return finish(c, id, "affected", NULL, &why, e);
}

enum hn_code ticket_page_affected_row(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    bool removed = text_of(c, "remove") != NULL;
    int64_t row;
    int64_t count;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_param_id(c, "row", &row, e) != HN_OK)
        return e->code;
    count = count_of(c, &why);
    if (why.code == HN_OK)
        why.code = ticket_affected_change(c->db, c->arena, &by, id, row, count, removed,
                                          text_of(c, "reason"), c->now, &why);
    return finish(c, id, "affected", NULL, &why, e);
}

enum hn_code ticket_page_link(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    const char *number = text_of(c, "number");
    int64_t other = 0;
    int64_t made = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (number == NULL)
        (void)hn_fail_field(&why, "number", "must not be empty");
    else if (ticket_by_number(c->db, number, &other, &why) == HN_OK && other == 0)
        (void)hn_fail_field(&why, "number", "there is no ticket with this number");
    if (why.code == HN_OK)
        why.code =
            ticket_link_add(c->db, c->arena, &by, id, "ticket", other,
                            text_of(c, "relation") == NULL ? "related" : text_of(c, "relation"),
                            c->now, &made, &why);
    return finish(c, id, "link", NULL, &why, e);
}

enum hn_code ticket_page_unlink(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    int64_t link;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_param_id(c, "link", &link, e) != HN_OK)
        return e->code;
    why.code =
        ticket_link_remove(c->db, c->arena, &by, id, link, text_of(c, "reason"), c->now, &why);
    return finish(c, id, "link", NULL, &why, e);
}

/* An outage by hand on this ticket (INC-26): it counts at once. */
enum hn_code ticket_page_outage(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    struct outage_new in = {.service_id = ticket_form_id(http_form(c, "service_id")),
                            .reason = text_of(c, "reason")};
    int64_t made = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    in.ticket_id = id;
    if (in.service_id == 0)
        (void)hn_fail_field(&why, "service_id", "choose a service");
    if (in.reason == NULL)
        (void)hn_fail_field(&why, "reason", "is required");
    ticket_form_local(c->arena, http_form(c, "from"), "from", &in.from, &why);
    ticket_form_local(c->arena, http_form(c, "until"), "until", &in.to, &why);
    if (in.from == HN_UNSET && why.n_fields == 0)
        (void)hn_fail_field(&why, "from", "is required");
    if (why.code == HN_OK)
        why.code = outage_record(c->db, c->arena, &by, &in, c->now, &made, &why);
    return finish(c, id, "outage", hn_tr("The outage was recorded."), &why, e);
}

/* A correction of an outage: a proposal that a second person decides. */
enum hn_code ticket_page_outage_fix(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct hn_err why = {0};
    struct outage_correction in = {.reason = text_of(c, "reason"),
                                   .void_it = text_of(c, "void") != NULL};
    struct outage_row row;
    int64_t made = 0;
    int64_t outage;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_param_id(c, "outage", &outage, e) != HN_OK)
        return e->code;
    if (outage_get(c->db, c->arena, outage, &row, e) != HN_OK)
        return e->code;
    if (row.ticket_id != id)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such outage on this ticket");
    if (in.reason == NULL)
        (void)hn_fail_field(&why, "reason", "is required");
    ticket_form_local(c->arena, http_form(c, "from"), "from", &in.from, &why);
    ticket_form_local(c->arena, http_form(c, "until"), "until", &in.to, &why);
    /* The form shows minutes: a time left as it was keeps its seconds. */
    if (hn_streq(ticket_view_local(c->arena, in.from), ticket_view_local(c->arena, row.from_at)))
        in.from = row.from_at;
    if (hn_streq(ticket_view_local(c->arena, in.to), ticket_view_local(c->arena, row.to_at)))
        in.to = row.to_at;
    if (why.code == HN_OK)
        why.code = outage_propose(c->db, c->arena, &by, outage, &in, c->now, &made, &why);
    return finish(c, id, "outage",
                  hn_tr("The correction was proposed. It counts when a second person approves it."),
                  &why, e);
}
