/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/view.h"

/* ---- the journal ---- */

static bool is_machine_line(const struct ticket_entry *n)
{
    return n->by_id == 0 || hn_streq(n->kind, "clock");
}

static const char *icon_of(const struct ticket_entry *n)
{
    static const struct {
        const char *kind;
        const char *icon;
    } icons[] = {{"created", "plus"}, {"comment", "comment"}, {"state", "arrow"},
                 {"assign", "user"},  {"field", "edit"},      {"priority", "alert"},
                 {"scope", "site"},   {"attachment", "clip"}, {"event", "event"},
                 {"clock", "clock"},  {"link", "link"},       {"mail", "mail"},
                 {"worklog", "book"}};

    for (size_t i = 0; i < HN_ARRAY_LEN(icons); i++)
        if (hn_streq(icons[i].kind, n->kind))
            return icons[i].icon;
    return "info";
}

/* A journal value as people read it: the label of a word, the name of an object, a time. */
static void set_value(struct tpl_val *m, const char *key, const char *key_at,
                      const struct ticket_entry *n, const char *v, const struct ticket_workflow *w)
{
    const struct ticket_field *f = n->field == NULL ? NULL : ticket_field_find(n->field);
    hn_instant at = HN_UNSET;
    struct hn_err e = {0};

    if (v != NULL && f != NULL && f->type == TICKET_F_INSTANT &&
        hn_parse_rfc3339(v, "at", &at, &e) != HN_OK)
        at = HN_UNSET;
    tpl_set_instant(m, key_at, at);
    if (v == NULL)
        tpl_set_str(m, key, NULL);
    else if (hn_streq(n->kind, "state") || hn_streq(n->kind, "created"))
        tpl_set_str(m, key, ticket_workflow_label(w, v));
    else if (hn_streq(n->kind, "priority"))
        tpl_set_str(m, key, ticket_label(TICKET_WORDS_PRIORITY, v));
    else if (f != NULL && (f == &ticket_fields[TICKET_FIELD_impact] ||
                           f == &ticket_fields[TICKET_FIELD_urgency]))
        tpl_set_str(m, key, ticket_label(TICKET_WORDS_LEVEL, v));
    else if (f != NULL && f == &ticket_fields[TICKET_FIELD_source])
        tpl_set_str(m, key, ticket_label(TICKET_WORDS_SOURCE, v));
    else
        tpl_set_str(m, key, v);
}

static const char *what_of(const struct ticket_entry *n)
{
    const struct ticket_field *f = n->field == NULL ? NULL : ticket_field_find(n->field);

    if (hn_streq(n->kind, "field") && f != NULL)
        return hn_tr(f->label);
    if (hn_streq(n->kind, "assign"))
        return hn_streq(n->field, "group") ? hn_tr("Group") : hn_tr("Owner");
    if (hn_streq(n->kind, "clock"))
        return n->to_value != NULL && hn_streq(n->to_value, "stopped") ? hn_tr("The clocks stop")
                                                                       : hn_tr("The clocks go on");
    if (hn_streq(n->kind, "link"))
        return n->to_value == NULL ? hn_tr("Link removed") : hn_tr("Link added");
    return ticket_label(TICKET_WORDS_ENTRY, n->kind);
}

static const char *scope_text(const struct ticket_scope_line *l, struct hn_arena *a)
{
    const char *kind = ticket_label(TICKET_WORDS_AFFECTED, l->kind);
    const char *name = l->name == NULL ? "" : l->name;

    if (l->act != NULL && hn_streq(l->act, "remove"))
        return hn_arena_fmt(a, hn_tr("%s \"%s\" taken out"), kind, name);
    if (l->count > 0)
        return hn_arena_fmt(a, hn_tr("%s \"%s\": %lld"), kind, name, (long long)l->count);
    return hn_arena_fmt(a, hn_tr("%s \"%s\" added"), kind, name);
}

static void one_entry(struct tpl_val *m, const struct ticket_entry *first,
                      const struct ticket_entry *last, const struct ticket_workflow *w, int64_t me,
                      struct hn_arena *a)
{
    struct ticket_scope_line *lines = NULL;
    struct tpl_val *scope = tpl_set_list(m, "lines");
    size_t n = 0;
    bool said = hn_streq(first->kind, "comment") || hn_streq(first->kind, "worklog");

    tpl_set_i64(m, "id", last->id);
    tpl_set_i64(m, "anchor", first->id);
    tpl_set_str(m, "kind", first->kind);
    tpl_set_str(m, "icon", icon_of(first));
    tpl_set_str(m, "who", first->by_id == 0 ? hn_tr("hinomi") : first->by_name);
    tpl_set_bool(m, "machine", is_machine_line(first));
    tpl_set_bool(m, "internal", !first->is_public);
    tpl_set_instant(m, "at", first->at);
    tpl_set_instant(m, "edited_at", last == first ? HN_UNSET : last->at);
    tpl_set_str(m, "what", said && hn_streq(first->kind, "comment") ? "" : what_of(first));
    set_value(m, "from", "from_at", first, first->from_value, w);
    set_value(m, "to", "to_at", first, first->to_value, w);
    tpl_set_str(m, "text", last->text);
    tpl_set_i64(m, "file_id", first->attachment_id);
    tpl_set_i64(m, "event_id", first->transition_id);
    tpl_set_bool(m, "changes", first->from_value != NULL || first->to_value != NULL);
    tpl_set_bool(m, "mine", said && me != 0 && first->by_id == me);
    if (hn_streq(first->kind, "scope"))
        ticket_json_scope(first->data, a, &lines, &n);
    for (size_t i = 0; i < n; i++)
        tpl_push_str(scope, scope_text(&lines[i], a));
}

static const struct ticket_entry *by_id(const struct ticket_entry *list, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].id == id)
            return &list[i];
    return NULL;
}

void ticket_view_entries(struct tpl_val *view, const char *key, const struct ticket_entry *list,
                         size_t n, const char *show, const struct ticket_workflow *w, int64_t me,
                         struct hn_arena *a)
{
    struct tpl_val *out = tpl_set_list(view, key);

    for (size_t i = n; i-- > 0;) {
        const struct ticket_entry *first = &list[i];
        const struct ticket_entry *last = first;
        struct tpl_val *m;
        struct tpl_val *old;

        if (first->replaces != 0 && by_id(list, n, first->replaces) != NULL)
            continue; /* its text stands where the comment was made */
        if ((hn_streq(show, "people") && is_machine_line(first)) ||
            (hn_streq(show, "machine") && !is_machine_line(first)))
            continue;
        m = tpl_push_map(out);
        old = tpl_set_list(m, "old");
        while (last->replaced_by != 0 && by_id(list, n, last->replaced_by) != NULL) {
            struct tpl_val *o = tpl_push_map(old);

            tpl_set_str(o, "text", last->text);
            tpl_set_instant(o, "at", last->at);
            last = by_id(list, n, last->replaced_by);
        }
        one_entry(m, first, last, w, me, a);
    }
}

/* ---- scope, links, files, clocks ---- */

const char *ticket_view_href(struct http_ctx *c, const char *kind, int64_t id)
{
    static const struct {
        const char *kind;
        const char *path;
        enum perm perm;
    } paths[] = {{"site", "/sites", PERM_WATCH_READ},     {"host", "/hosts", PERM_WATCH_READ},
                 {"check", "/checks", PERM_WATCH_READ},   {"ticket", "/tickets", PERM_TICKET_READ},
                 {"service", "/services", PERM_SLA_READ}, {"outage", "/outages", PERM_SLA_READ}};

    for (size_t i = 0; id != 0 && i < HN_ARRAY_LEN(paths); i++)
        if (hn_streq(paths[i].kind, kind) && http_may(c, paths[i].perm))
            return hn_arena_fmt(c->arena, "%s/%" PRId64, paths[i].path, id);
    return NULL;
}

void ticket_view_affected(struct http_ctx *c, struct tpl_val *view,
                          const struct ticket_affected *list, size_t n)
{
    struct tpl_val *out = tpl_set_list(view, "affected");
    struct tpl_val *gone = tpl_set_list(view, "affected_removed");

    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list[i].removed ? gone : out);

        tpl_set_i64(m, "id", list[i].id);
        tpl_set_str(m, "kind", list[i].kind);
        tpl_set_str(m, "kind_label", ticket_label(TICKET_WORDS_AFFECTED, list[i].kind));
        tpl_set_str(m, "name", list[i].name);
        tpl_set_i64(m, "count", list[i].count);
        tpl_set_bool(m, "by_hand", hn_streq(list[i].source, "hand"));
        tpl_set_str(m, "href", ticket_view_href(c, list[i].kind, list[i].object_id));
    }
}

void ticket_view_links(struct http_ctx *c, struct tpl_val *view, const struct ticket_link *list,
                       size_t n, const struct ticket_workflow *flows, size_t n_flows)
{
    struct tpl_val *out = tpl_set_list(view, "links");

    for (size_t i = 0; i < n; i++) {
        const struct ticket_link *l = &list[i];
        struct tpl_val *m = tpl_push_map(out);
        bool ticket = hn_streq(l->to_kind, "ticket");

        tpl_set_i64(m, "id", l->id);
        tpl_set_str(m, "kind", l->to_kind);
        tpl_set_str(m, "name", l->name == NULL ? "—" : l->name);
        tpl_set_str(
            m, "relation",
            ticket_label(l->inverse ? TICKET_WORDS_INVERSE : TICKET_WORDS_RELATION, l->relation));

        tpl_set_str(m, "href",
                    l->check_id != 0
                        ? ticket_view_href(c, "check", l->check_id)
                        : ticket_view_href(c, l->to_kind, l->inverse ? l->ticket_id : l->to_id));
        tpl_set_instant(m, "at", l->at);
        tpl_set_str(m, "check_state", ticket ? NULL : l->state);
        if (ticket && l->state != NULL && l->kind != NULL)
            ticket_view_state(m, "state", ticket_view_flow(flows, n_flows, l->kind), l->state);
        else
            tpl_set(m, "state", tpl_none(c->arena));
    }
}

static const char *size_text(struct hn_arena *a, int64_t n)
{
    if (n < 1024)
        return hn_arena_fmt(a, "%lld B", (long long)n);
    if (n < 1024 * 1024)
        return hn_arena_fmt(a, "%lld KB", (long long)((n + 1023) / 1024));
    return hn_arena_fmt(a, "%lld.%lld MB", (long long)(n / (1024 * 1024)),
                        (long long)(n % (1024 * 1024) * 10 / (1024 * 1024)));
}

void ticket_view_files(struct tpl_val *view, const struct ticket_attachment *list, size_t n,
                       struct hn_arena *a)
{
    struct tpl_val *out = tpl_set_list(view, "files");

    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(out);

        tpl_set_i64(m, "id", list[i].id);
        tpl_set_str(m, "name", list[i].name);
        tpl_set_str(m, "size", size_text(a, list[i].size));
        tpl_set_str(m, "sha256", list[i].sha256);
        tpl_set_str(m, "by", list[i].by_name);
        tpl_set_instant(m, "at", list[i].at);
        tpl_set_bool(m, "internal", !list[i].is_public);
    }
}

void ticket_view_clock(struct tpl_val *m, const char *key, const struct ticket_clock *c,
                       struct hn_arena *a)
{
    struct tpl_val *v;
    int64_t percent;

    if (!c->has) {
        tpl_set(m, key, tpl_none(a));
        return;
    }
    v = tpl_set_map(m, key);
    percent = c->at.elapsed_s * 100 / c->target_s;
    tpl_set_str(v, "left", ticket_clock_text(a, c));
    tpl_set_str(v, "kind", ticket_clock_kind(c));
    tpl_set_i64(v, "percent", HN_MAX((int64_t)0, HN_MIN((int64_t)100, percent)));
    tpl_set_instant(v, "due_at", c->ended_at != HN_UNSET ? HN_UNSET : ticket_clock_due(c));
    tpl_set_str(v, "target", ticket_span_text(a, c->target_s));
    tpl_set_str(v, "elapsed", ticket_span_text(a, c->at.elapsed_s));
    tpl_set_str(v, "calendar", c->calendar_name);
    tpl_set_bool(v, "paused", c->at.is_paused);
    tpl_set_str(v, "paused_for", c->at.paused_s > 0 ? ticket_span_text(a, c->at.paused_s) : NULL);
}
