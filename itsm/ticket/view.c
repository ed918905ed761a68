/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/view.h"

#include "server/base/parse.h"

const struct ticket_workflow *ticket_view_flow(const struct ticket_workflow *all, size_t n,
                                               const char *kind)
{
    static const struct ticket_workflow none = {.kind = "", .initial = ""};

    for (size_t i = 0; i < n; i++)
        if (hn_streq(all[i].kind, kind))
            return &all[i];
    return &none;
}

void ticket_view_state(struct tpl_val *m, const char *key, const struct ticket_workflow *w,
                       const char *word)
{
    static const char *const kinds[] = {[TICKET_CLASS_OPEN] = "open",
                                        [TICKET_CLASS_WAITING] = "waiting",
                                        [TICKET_CLASS_DONE] = "done",
                                        [TICKET_CLASS_CLOSED] = "closed"};
    const struct ticket_wf_state *s = ticket_workflow_state(w, word);
    struct tpl_val *v = tpl_set_map(m, key);

    tpl_set_str(v, "word", word);
    tpl_set_str(v, "label", s == NULL ? word : s->label);
    tpl_set_str(v, "kind", s == NULL ? "" : kinds[s->cls]);
}

/* How near the next target is, for lists. The clock itself is read on the ticket's page. */
static const char *due_kind(const struct ticket *t, hn_instant due, hn_instant ended,
                            hn_instant now)
{
    if (due == HN_UNSET)
        return "";
    if (ended != HN_UNSET || t->closed_at != HN_UNSET)
        return "done";
    if (due <= now)
        return "over";
    return due - now <= HN_HOUR ? "near" : "";
}

static const char *level_label(int64_t level)
{
    static const char *const words[] = {"1", "2", "3"};

    return level >= 1 && level <= 3 ? ticket_label(TICKET_WORDS_LEVEL, words[level - 1]) : "—";
}

void ticket_view(struct tpl_val *m, const struct ticket *t, const struct ticket_workflow *w,
                 hn_instant now)
{
    bool answered = t->responded_at != HN_UNSET;
    hn_instant due = answered ? t->resolution_due_at : t->response_due_at;

    tpl_set_i64(m, "id", t->id);
    tpl_set_str(m, "number", t->number);
    tpl_set_str(m, "kind", t->kind);
    tpl_set_str(m, "kind_label", ticket_label(TICKET_WORDS_KIND, t->kind));
    tpl_set_str(m, "title", t->title);
    tpl_set_str(m, "description", t->description);
    ticket_view_state(m, "state", w, t->state);
    tpl_set_str(m, "source_label", ticket_label(TICKET_WORDS_SOURCE, t->source));
    tpl_set_bool(m, "by_machine", hn_streq(t->source, "monitoring"));
    tpl_set_i64(m, "impact", t->impact);
    tpl_set_i64(m, "urgency", t->urgency);
    tpl_set_str(m, "impact_label", level_label(t->impact));
    tpl_set_str(m, "urgency_label", level_label(t->urgency));
    tpl_set_str(m, "priority", t->priority);
    tpl_set_str(m, "priority_reason", t->priority_reason);
    tpl_set_i64(m, "priority_version", t->priority_version);
    tpl_set_str(m, "requester", t->requester);
    tpl_set_i64(m, "assignee_id", t->assignee_id);
    tpl_set_str(m, "assignee", t->assignee_name);
    tpl_set_i64(m, "group_id", t->group_id);
    tpl_set_str(m, "group", t->group_name);
    tpl_set_i64(m, "site_id", t->site_id);
    tpl_set_str(m, "site", t->site_name);
    tpl_set_i64(m, "host_id", t->host_id);
    tpl_set_str(m, "host", t->host_label != NULL ? t->host_label : t->host_name);
    tpl_set_i64(m, "check_id", t->check_id);
    tpl_set_str(m, "check", t->check_name);
    tpl_set_i64(m, "service_id", t->service_id);
    tpl_set_str(m, "service", t->service_name);
    tpl_set_instant(m, "occurred_at", t->occurred_at);
    tpl_set_instant(m, "detected_at", t->detected_at);
    tpl_set_instant(m, "received_at", t->received_at);
    tpl_set_instant(m, "created_at", t->created_at);
    tpl_set_instant(m, "responded_at", t->responded_at);
    tpl_set_instant(m, "restored_at", t->restored_at);
    tpl_set_instant(m, "resolved_at", t->resolved_at);
    tpl_set_instant(m, "closed_at", t->closed_at);
    tpl_set_instant(m, "updated_at", t->updated_at);
    tpl_set_instant(m, "due_at", due);
    tpl_set_str(m, "due_what", answered ? hn_tr("Resolution") : hn_tr("First response"));
    tpl_set_str(m, "due_kind", due_kind(t, due, answered ? t->resolved_at : HN_UNSET, now));
    tpl_set_str(m, "cause", t->cause);
    tpl_set_str(m, "cause_class", t->cause_class);
    tpl_set_str(m, "resolution", t->resolution);
    tpl_set_str(m, "business_impact", t->business_impact);
    tpl_set_str(m, "temporary_measure", t->temporary_measure);
    tpl_set_str(m, "permanent_measure", t->permanent_measure);
    tpl_set_str(m, "prevention", t->prevention);
    tpl_set_str(m, "vendor", t->vendor);
    tpl_set_bool(m, "sample", t->sample);
    tpl_set_i64(m, "version", t->version);
}

static void add_option(struct tpl_val *list, const char *value, const char *label)
{
    struct tpl_val *o = tpl_push_map(list);

    tpl_set_str(o, "value", value);
    tpl_set_str(o, "label", label);
}

struct tpl_val *ticket_view_words(struct tpl_val *view, const char *key, enum ticket_words list,
                                  struct hn_arena *a)
{
    struct tpl_val *out = tpl_set_list(view, key);
    size_t n;
    const struct http_choice *v = ticket_choices(list, a, &n);

    for (size_t i = 0; i < n; i++)
        add_option(out, v[i].value, v[i].label);
    return out;
}

enum hn_code ticket_view_people(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct ticket_person *list = NULL;
    struct tpl_val *out = tpl_set_list(view, "people");
    size_t n = 0;

    if (ticket_store_people(c->db, c->arena, &list, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        enum role r = role_parse(list[i].role);

        if (perm_role_has(r, PERM_TICKET_WORK))
            add_option(out, hn_arena_fmt(c->arena, "%" PRId64, list[i].id),
                       hn_arena_fmt(c->arena, "%s（%s）", list[i].name, role_label(r)));
    }
    return HN_OK;
}

enum hn_code ticket_view_groups(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct ticket_group *list = NULL;
    struct tpl_val *out = tpl_set_list(view, "groups");
    size_t n = 0;

    if (ticket_store_groups(c->db, c->arena, &list, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        add_option(out, hn_arena_fmt(c->arena, "%" PRId64, list[i].id), list[i].name);
    return HN_OK;
}

enum hn_code ticket_view_objects(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    static const struct {
        const char *kind;
        const char *key;
    } kinds[] = {{"site", "sites"}, {"host", "hosts"}, {"service", "services"}};

    for (size_t k = 0; k < HN_ARRAY_LEN(kinds); k++) {
        struct ticket_choice *list = NULL;
        struct tpl_val *out = tpl_set_list(view, kinds[k].key);
        size_t n = 0;

        if (ticket_store_choices(c->db, c->arena, kinds[k].kind, &list, &n, e) != HN_OK)
            return e->code;
        for (size_t i = 0; i < n; i++)
            add_option(out, hn_arena_fmt(c->arena, "%" PRId64, list[i].id), list[i].name);
    }
    return HN_OK;
}

const char *ticket_view_local(struct hn_arena *a, hn_instant t)
{
    struct hn_local l;

    if (t == HN_UNSET || t == HN_NEVER)
        return "";
    l = hn_tokyo(t);
    return hn_arena_fmt(a, "%04d-%02d-%02dT%02d:%02d", l.year, l.month, l.day, l.hour, l.minute);
}

void ticket_form_local(struct hn_arena *a, const char *text, const char *field, hn_instant *out,
                       struct hn_err *e)
{
    struct hn_err why = {0};
    size_t n = text == NULL ? 0 : strlen(text);
    char *s;

    *out = HN_UNSET;
    if (n == 0)
        return;
    s = hn_arena_fmt(a, "%s%s+09:00", text, n == 16 ? ":00" : "");
    for (size_t i = 0; i < n; i++) /* 2026/10/01 9:10 is understood where it has all digits */
        if (s[i] == '/')
            s[i] = '-';
        else if (s[i] == ' ')
            s[i] = 'T';
    if (hn_parse_rfc3339(s, field, out, &why) != HN_OK) {
        *out = HN_UNSET;
        (void)hn_fail_field(e, field, "is not a date and time such as 2026-10-01 09:10");
    }
}

int64_t ticket_form_id(const char *text)
{
    struct hn_err e = {0};
    int64_t v = 0;

    if (text == NULL || text[0] == '\0' || hn_parse_i64(text, "id", 1, INT64_MAX, &v, &e) != HN_OK)
        return 0;
    return v;
}

enum hn_code ticket_view_brief(struct http_ctx *c, struct tpl_val *view, const char *key,
                               const struct ticket_filter *f, bool *more, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, key);
    struct ticket_workflow *flows = NULL;
    struct ticket *t = NULL;
    size_t n = 0, n_flows = 0;
    int64_t next = 0;

    *more = false;
    if (!http_may(c, PERM_TICKET_READ))
        return HN_OK;
    if (ticket_list(c->db, c->arena, f, c->now, &t, &n, &next, e) != HN_OK ||
        ticket_workflow_all(c->db, c->arena, &flows, &n_flows, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);

        tpl_set_i64(m, "id", t[i].id);
        tpl_set_str(m, "number", t[i].number);
        tpl_set_str(m, "kind", t[i].kind);
        tpl_set_str(m, "title", t[i].title);
        ticket_view_state(m, "state", ticket_view_flow(flows, n_flows, t[i].kind), t[i].state);
        tpl_set_str(m, "priority", t[i].priority);
        tpl_set_str(m, "assignee", t[i].assignee_name);
        tpl_set_str(m, "group", t[i].group_name);
        tpl_set_str(m, "site", t[i].site_name);
        tpl_set_instant(m, "at", t[i].occurred_at == HN_UNSET ? t[i].created_at : t[i].occurred_at);
        tpl_set_instant(m, "restored_at", t[i].restored_at);
    }
    *more = next != 0;
    return HN_OK;
}
