/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as a page: by person, object and time. */
#include "server/auth/audit_view.h"
#include "server/auth/auth_routes.h"
#include "server/base/i18n.h"
#include "server/http/app.h"
#include "server/http/list_view.h"

/* The objects' words on screen; a word that is not here is shown as it is kept. */
static const struct {
    const char *object;
    const char *label;
} objects[] = {
    {"audit", HN_N("Audit journal")},
    {"priority_table", HN_N("Table of priorities")},
    {"month", HN_N("Month")},
    {"evidence", HN_N("Evidence of figures")},
    {"estate", HN_N("Sample estate")},
    {"account", HN_N("Account")},
    {"session", HN_N("Session")},
    {"token", HN_N("API token")},
    {"ticket", HN_N("Ticket")},
    {"site", HN_N("Site")},
    {"host", HN_N("Host")},
    {"check", HN_N("Check")},
    {"event", HN_N("Event")},
    {"maintenance", HN_N("Planned stop")},
    {"service", HN_N("Service")},
    {"calendar", HN_N("Calendar")},
    {"sla", HN_N("SLA definition")},
    {"outage", HN_N("Outage")},
    {"gap", HN_N("Unmeasured time")},
    {"exclusion", HN_N("Exclusion")},
    {"report", HN_N("Report")},
    {"export", HN_N("Export")},
    {"workflow", HN_N("Workflow")},
    {"article", HN_N("Article")},
    {"line", HN_N("Line")},
    {"system", HN_N("System")},
    {"attachment", HN_N("Attachment")},
    {"satellite", HN_N("Satellite")},
};

static const char *object_label(const char *object)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(objects); i++)
        if (hn_streq(objects[i].object, object))
            return hn_tr(objects[i].label);
    return object;
}

/* What an act's last word means; the object says of what. */
static const struct {
    const char *verb;
    const char *label;
} verbs[] = {
    {"create", HN_N("registered")},
    {"change", HN_N("changed")},
    {"edit", HN_N("changed")},
    {"end", HN_N("ended")},
    {"record", HN_N("recorded")},
    {"void", HN_N("voided")},
    {"remark", HN_N("remark added")},
    {"summary", HN_N("summary written")},
    {"settle", HN_N("settled")},
    {"comment_edit", HN_N("comment changed")},
    {"note", HN_N("note added")},
    {"link", HN_N("link added")},
    {"unlink", HN_N("link removed")},
    {"scope", HN_N("scope changed")},
    {"restored", HN_N("restoration confirmed")},
    {"not_restored", HN_N("not restored")},
    {"load", HN_N("imported")},
    {"read", HN_N("viewed")},
    {"update", HN_N("changed")},
    {"delete", HN_N("deleted")},
    {"sign_in", HN_N("signed in")},
    {"sign_out", HN_N("signed out")},
    {"refused", HN_N("sign-in refused")},
    {"stopped", HN_N("sign-in stopped")},
    {"revoke", HN_N("revoked")},
    {"code", HN_N("code issued")},
    {"enrol", HN_N("enrolled")},
    {"enrol_refused", HN_N("enrolment refused")},
    {"renew", HN_N("certificate renewed")},
    {"reset", HN_N("set-up link issued")},
    {"set_up", HN_N("set up")},
    {"set_password", HN_N("password set")},
    {"change_password", HN_N("password changed")},
    {"approve", HN_N("approved")},
    {"reject", HN_N("rejected")},
    {"send_back", HN_N("sent back")},
    {"propose", HN_N("proposed")},
    {"transition", HN_N("state changed")},
    {"comment", HN_N("commented")},
    {"assign", HN_N("assigned")},
    {"attach", HN_N("file attached")},
    {"acknowledge", HN_N("acknowledged")},
    {"cancel", HN_N("cancelled")},
    {"import", HN_N("imported")},
    {"export", HN_N("exported")},
    {"render", HN_N("rendered")},
    {"submit", HN_N("submitted")},
    {"close", HN_N("closed")},
    {"open", HN_N("opened")},
};

static const char *act_label(const char *act)
{
    const char *verb = strrchr(act, '.');

    verb = verb == NULL ? act : verb + 1;
    for (size_t i = 0; i < HN_ARRAY_LEN(verbs); i++)
        if (hn_streq(verbs[i].verb, verb))
            return hn_tr(verbs[i].label);
    return act;
}

/* Pages of objects that have one. */
static const char *object_href(struct hn_arena *a, const struct audit_row *r)
{
    static const struct {
        const char *object;
        const char *folder;
    } pages[] = {{"account", "/users"},     {"ticket", "/tickets"}, {"host", "/hosts"},
                 {"site", "/sites"},        {"check", "/checks"},   {"report", "/reports"},
                 {"calendar", "/calendars"}};

    for (size_t i = 0; r->object_id != 0 && i < HN_ARRAY_LEN(pages); i++)
        if (hn_streq(pages[i].object, r->object))
            return hn_arena_fmt(a, "%s/%" PRId64, pages[i].folder, r->object_id);
    return NULL;
}

static void row_into(struct tpl_val *m, struct http_ctx *c, const struct audit_row *r)
{
    const char *href = object_href(c->arena, r);
    struct http_match found;

    /* a page that this installation does not have, or that the reader may not see, would be a dead
     * link */
    if (href != NULL &&
        (http_router_match(c->app->router, "GET", href, c->arena, &found) != HN_OK ||
         !http_may(c, found.route->perm)))
        href = NULL;
    tpl_set_i64(m, "seq", r->seq);
    tpl_set_instant(m, "at", r->at);
    tpl_set_str(m, "who", r->who);
    tpl_set_str(m, "name",
                r->name != NULL                      ? r->name
                : hn_streq(r->who, "cli")            ? hn_tr("Command line")
                : strncmp(r->who, "system:", 7) == 0 ? hn_tr("Automatic processing")
                                                     : NULL);
    tpl_set_str(m, "act", r->act);
    tpl_set_str(m, "act_label", act_label(r->act));
    tpl_set_str(m, "object_label", object_label(r->object));
    tpl_set_str(m, "object", r->object);
    if (r->object_id == 0)
        tpl_set(m, "object_id", tpl_none(c->arena));
    else
        tpl_set_i64(m, "object_id", r->object_id);
    tpl_set_str(m, "href", href);
    tpl_set_str(m, "label", r->label);
    tpl_set_str(m, "reason", r->reason);
    tpl_set_str(m, "before", r->before);
    tpl_set_str(m, "after", r->after);
    tpl_set_str(m, "address", r->address);
    tpl_set_bool(m, "linked", r->linked);
}

enum hn_code audit_page_list(struct http_ctx *c, struct hn_err *e)
{
    static const char *const asked[] = {"object", "who", "from", "to"};
    struct tpl_val *v = http_view(c);
    struct tpl_val *typed = tpl_set_map(v, "typed");
    struct tpl_val *options = tpl_set_list(v, "objects");
    struct hn_texts words = {0};
    struct http_choice *choices;
    struct http_filter filters[] = {
        {"object", hn_tr("Object"), NULL, 0, NULL}, {"who", hn_tr("Who acted"), NULL, 0, NULL},
        {"act", hn_tr("Act"), NULL, 0, NULL},       {"object_id", hn_tr("Number"), NULL, 0, NULL},
        {"from", hn_tr("From"), NULL, 0, NULL},     {"to", hn_tr("To"), NULL, 0, NULL}};
    struct audit_filter f;
    struct audit_row *row = NULL;
    struct tpl_val *rows;
    struct tpl_val *list;
    int64_t limit = 0;
    int64_t next = 0;
    size_t n = 0;

    if (audit_view_filter(c, &f, &limit, e) != HN_OK ||
        audit_store_list(c->db, &f, c->arena, &row, &n, e) != HN_OK ||
        audit_store_objects(c->db, c->arena, &words, e) != HN_OK ||
        audit_view_record(c, e) != HN_OK)
        return hn_ctx(e, "audit journal");
    if (n > (size_t)limit) {
        n = (size_t)limit;
        next = row[n - 1].seq;
    }
    choices = hn_arena_make(c->arena, struct http_choice, words.n + 1);
    for (size_t i = 0; i < words.n; i++)
        choices[i] = (struct http_choice){words.v[i], object_label(words.v[i])};
    filters[0].choices = choices;
    filters[0].n = words.n;
    for (size_t i = 0; i < words.n; i++) {
        struct tpl_val *m = tpl_push_map(options);

        tpl_set_str(m, "value", choices[i].value);
        tpl_set_str(m, "label", choices[i].label);
    }
    tpl_set_str(v, "title", hn_tr("Audit journal"));
    tpl_set_str(
        v, "lead",
        hn_tr("Every change and every sign-in, newest first. Rows cannot be changed; each is "
              "linked to the one before it."));
    rows = tpl_set_list(v, "rows");
    for (size_t i = 0; i < n; i++)
        row_into(tpl_push_map(rows), c, &row[i]);
    list = http_view_list(c, v, filters, HN_ARRAY_LEN(filters), next);
    tpl_set_i64(list, "shown", (int64_t)n);
    for (size_t i = 0; i < HN_ARRAY_LEN(asked); i++)
        tpl_set_str(typed, asked[i], http_query(c, asked[i]));
    return http_page(c, "page/audit.html", v, e);
}
