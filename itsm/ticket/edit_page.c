/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Corrections on a page. The form carries what each field was when it was opened (was_NAME). What
 * the person did not touch is not written; when somebody else saved in between (UI-14) the form
 * comes back: what both changed shows both texts to choose from (pick_NAME), all else is merged.
 */
#include "itsm/ticket/pages.h"

#include "server/base/parse.h"

static const enum ticket_field_no shown[] = {
    TICKET_FIELD_title,
    TICKET_FIELD_description,
    TICKET_FIELD_source,
    TICKET_FIELD_requester,
    TICKET_FIELD_impact,
    TICKET_FIELD_urgency,
    TICKET_FIELD_priority,
    TICKET_FIELD_priority_reason,
    TICKET_FIELD_service_id,
    TICKET_FIELD_site_id,
    TICKET_FIELD_host_id,
    TICKET_FIELD_occurred_at,
    TICKET_FIELD_detected_at,
    TICKET_FIELD_received_at,
    TICKET_FIELD_restored_at,
    TICKET_FIELD_business_impact,
    TICKET_FIELD_temporary_measure,
    TICKET_FIELD_cause,
    TICKET_FIELD_cause_class,
    TICKET_FIELD_resolution,
    TICKET_FIELD_permanent_measure,
    TICKET_FIELD_prevention,
    TICKET_FIELD_vendor,
};

/* A field as a form holds it. A priority of the table shows as "" (by the table). */
static const char *form_text(struct hn_arena *a, const struct ticket *t, enum ticket_field_no no)
{
    const struct ticket_field *f = &ticket_fields[no];
    const char *s;
    hn_instant at;

    if (no == TICKET_FIELD_priority && t->priority_reason == NULL)
        return "";
    if (f->type == TICKET_F_INSTANT) {
        memcpy(&at, (const char *)t + f->offset, sizeof(at));
        return ticket_view_local(a, at);
    }
    s = ticket_field_text(f, t, a);
    return s == NULL ? "" : s;
}

/* Browsers send CR LF; texts are kept with LF. */
static const char *unix_lines(struct hn_arena *a, const char *s)
{
    char *out;
    size_t n = 0;

    if (s == NULL)
        return "";
    out = hn_arena_alloc(a, strlen(s) + 1);
    for (; *s != '\0'; s++)
        if (!(s[0] == '\r' && s[1] == '\n'))
            out[n++] = *s == '\r' ? '\n' : *s;
    return out;
}

static const char *typed(struct http_ctx *c, enum ticket_field_no no)
{
    return unix_lines(c->arena, http_form(c, ticket_fields[no].name));
}

static const char *was(struct http_ctx *c, enum ticket_field_no no)
{
    return unix_lines(c->arena,
                      http_form(c, hn_arena_fmt(c->arena, "was_%s", ticket_fields[no].name)));
}

static bool picked_theirs(struct http_ctx *c, enum ticket_field_no no)
{
    const char *p = http_form(c, hn_arena_fmt(c->arena, "pick_%s", ticket_fields[no].name));

    return p != NULL && hn_streq(p, "theirs");
}

static bool has_pick(struct http_ctx *c, enum ticket_field_no no)
{
    const char *p = http_form(c, hn_arena_fmt(c->arena, "has_pick_%s", ticket_fields[no].name));

    return p != NULL;
}

/* The changed fields as a patch; what cannot be read is told in e. */
static void read_patch(struct http_ctx *c, struct ticket_patch *p, struct hn_err *e)
{
    *p = (struct ticket_patch){.version = ticket_form_id(http_form(c, "version"))};
    for (size_t i = 0; i < HN_ARRAY_LEN(shown); i++) {
        const struct ticket_field *f = &ticket_fields[shown[i]];
        const char *mine = typed(c, shown[i]);
        void *dst = (char *)&p->v + f->offset;
        int64_t id;

        if (has_pick(c, shown[i])) {
            const char *pick =
                http_form(c, hn_arena_fmt(c->arena, "pick_%s", ticket_fields[shown[i]].name));

            if (pick == NULL || pick[0] == '\0')
                (void)hn_fail_field(e, f->name, "choose which text is to stay");
        }
        if (picked_theirs(c, shown[i]) || hn_streq(mine, was(c, shown[i])))
            continue;
        p->set |= (uint64_t)1 << shown[i];
        switch (f->type) {
        case TICKET_F_TEXT:
            *(const char **)dst =
                mine[0] == '\0' && shown[i] != TICKET_FIELD_description ? NULL : mine;
            break;
        case TICKET_F_I64:
        case TICKET_F_ID:
            id = ticket_form_id(mine);
            memcpy(dst, &id, sizeof(id));
            break;
        case TICKET_F_INSTANT:
            ticket_form_local(c->arena, mine, f->name, (hn_instant *)dst, e);
            break;
        case TICKET_F_IDS: break;
        }
    }
}

/* ---- showing ---- */

/* Who changed the field last since that version, for the two texts. */
static const struct ticket_entry *changed_by(const struct ticket_entry *list, size_t n,
                                             const char *field)
{
    const struct ticket_entry *out = NULL;

    for (size_t i = 0; i < n; i++)
        if (list[i].field != NULL && hn_streq(list[i].field, field))
            out = &list[i];
    return out;
}

static void both_texts(struct http_ctx *c, struct tpl_val *both, const struct ticket *t,
                       enum ticket_field_no no, const struct ticket_entry *list, size_t n)
{
    const struct ticket_field *f = &ticket_fields[no];
    const struct ticket_entry *who = changed_by(list, n, f->name);
    struct tpl_val *m = tpl_set_map(both, f->name);
    const char *pick = http_form(c, hn_arena_fmt(c->arena, "pick_%s", f->name));

    tpl_set_str(m, "theirs",
                who != NULL && who->to_value != NULL && f->type == TICKET_F_ID
                    ? who->to_value
                    : form_text(c->arena, t, no));
    tpl_set_str(m, "who",
                who == NULL            ? hn_tr("hinomi")
                : who->by_name == NULL ? hn_tr("hinomi")
                                       : who->by_name);
    tpl_set_instant(m, "at", who == NULL ? HN_UNSET : who->at);
    tpl_set_str(m, "pick", pick == NULL ? "" : pick);
}

/* form, was and both for each field. typed_in: the request's values are merged into the ticket's.
 */
static void view_fields(struct http_ctx *c, struct tpl_val *view, const struct ticket *t,
                        bool typed_in, const struct ticket_entry *list, size_t n)
{
    struct tpl_val *form = tpl_set_map(view, "form");
    struct tpl_val *base = tpl_set_map(view, "was");
    struct tpl_val *both = tpl_set_map(view, "both");
    struct tpl_val *theirs = tpl_set_list(view, "changed");
    struct tpl_val *labels = tpl_set_map(view, "labels");

    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++)
        tpl_set_str(labels, ticket_fields[i].name, hn_tr(ticket_fields[i].label));
    for (size_t i = 0; i < HN_ARRAY_LEN(shown); i++) {
        const char *name = ticket_fields[shown[i]].name;
        const char *now = form_text(c->arena, t, shown[i]);
        const char *mine = typed_in ? typed(c, shown[i]) : now;
        const char *before = typed_in ? was(c, shown[i]) : now;
        bool i_changed = !hn_streq(mine, before);
        bool they_changed = !hn_streq(now, before);

        tpl_set_str(form, name, i_changed ? mine : now);
        tpl_set_str(base, name, now);
        if (i_changed && (they_changed || has_pick(c, shown[i])) && !hn_streq(mine, now))
            both_texts(c, both, t, shown[i], list, n);
        else if (typed_in && they_changed) {
            struct tpl_val *m = tpl_push_map(theirs);

            tpl_set_str(m, "label", hn_tr(ticket_fields[shown[i]].label));
            tpl_set_str(m, "who",
                        changed_by(list, n, name) == NULL ||
                                changed_by(list, n, name)->by_name == NULL
                            ? hn_tr("hinomi")
                            : changed_by(list, n, name)->by_name);
        }
    }
}

static enum hn_code show(struct http_ctx *c, const struct ticket *t, const struct hn_err *why,
                         struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = tpl_set_list(view, "crumbs");
    struct tpl_val *crumb;
    struct ticket_entry *list = NULL;
    size_t n = 0;
    int64_t seen = why == NULL ? t->version : ticket_form_id(http_form(c, "version"));
    bool stale = why != NULL && seen != t->version;

    if (ticket_view_objects(c, view, e) != HN_OK ||
        (stale && ticket_store_changes(c->db, c->arena, t->id, seen, &list, &n, e) != HN_OK))
        return e->code;
    ticket_view_words(view, "sources", TICKET_WORDS_SOURCE, c->arena);
    ticket_view_words(view, "levels", TICKET_WORDS_LEVEL, c->arena);
    ticket_view_words(view, "priorities", TICKET_WORDS_PRIORITY, c->arena);
    view_fields(c, view, t, why != NULL, list, n);
    tpl_set_bool(view, "stale", stale);
    if (why != NULL && !stale) {
        http_view_error(view, c->arena, why);
    } else {
        tpl_set_str(view, "error", "");
        tpl_set_map(view, "errors");
    }
    tpl_set_i64(view, "id", t->id);
    tpl_set_i64(view, "version", t->version);
    tpl_set_str(view, "number", t->number);
    crumb = tpl_push_map(crumbs);
    tpl_set_str(crumb, "label", hn_tr("Incidents and inquiries"));
    tpl_set_str(crumb, "href", "/tickets");
    crumb = tpl_push_map(crumbs);
    tpl_set_str(crumb, "label", t->number);
    tpl_set_str(crumb, "href", hn_arena_fmt(c->arena, "/tickets/%" PRId64, t->id));
    tpl_set_str(view, "title", hn_arena_fmt(c->arena, hn_tr("Correct %s"), t->number));
    return why == NULL ? http_page(c, "page/ticket/edit.html", view, e)
                       : http_page_status(c, stale ? 409 : hn_code_http_status(why->code),
                                          "page/ticket/edit.html", view, e);
}

enum hn_code ticket_page_edit(struct http_ctx *c, struct hn_err *e)
{
    struct ticket t;

    if (ticket_http_get(c, &t, e) != HN_OK)
        return e->code;
    return show(c, &t, NULL, e);
}

enum hn_code ticket_page_save(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct ticket_patch p;
    struct ticket t;
    struct hn_err why = {0};

    if (ticket_http_get(c, &t, e) != HN_OK)
        return e->code;
    read_patch(c, &p, &why);
    if (p.version == 0)
        return hn_fail(e, HN_E_MALFORMED, "the form does not say which version it was made from");
    if (why.n_fields == 0)
        why.code = ticket_edit(c->db, c->arena, &by, t.id, &p, c->now, &why);
    if (why.code == HN_OK) {
        http_flash(c, hn_tr("The corrections were saved."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/tickets/%" PRId64, t.id), e);
    }
    if (why.code != HN_E_INVALID && why.code != HN_E_CONFLICT) {
        *e = why;
        return e->code;
    }
    if (ticket_http_get(c, &t, e) != HN_OK) /* as it is now */
        return e->code;
    return show(c, &t, &why, e);
}
