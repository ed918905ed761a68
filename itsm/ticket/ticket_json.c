/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/ticket_json.h"

#include <json-c/json.h>

void ticket_json_members(struct hn_jw *w, const struct ticket *t)
{
    hn_jw_i64(w, "id", t->id);
    hn_jw_text(w, "number", t->number);
    hn_jw_text(w, "kind", t->kind);
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++)
        ticket_field_write(&ticket_fields[i], t, w);
    hn_jw_text(w, "assignee", t->assignee);
    hn_jw_text(w, "assignee_name", t->assignee_name);
    hn_jw_text(w, "group", t->group_code);
    hn_jw_text(w, "group_name", t->group_name);
    hn_jw_text(w, "service", t->service_name);
    hn_jw_text(w, "site", t->site_name);
    hn_jw_text(w, "host", t->host_name);
    hn_jw_text(w, "check", t->check_name);
    hn_jw_i64(w, "priority_version", t->priority_version);
    hn_jw_i64(w, "workflow_version", t->workflow_version);
    hn_jw_instant(w, "created_at", t->created_at);
    hn_jw_id(w, "created_by", t->created_by);
    hn_jw_instant(w, "updated_at", t->updated_at);
    hn_jw_instant(w, "response_due_at", t->response_due_at);
    hn_jw_instant(w, "resolution_due_at", t->resolution_due_at);
    hn_jw_raw(w, "machine", t->machine);
    hn_jw_bool(w, "sample", t->sample);
}

static void write_clock(struct hn_jw *w, const char *key, const struct ticket_clock *c)
{
    if (!c->has) {
        hn_jw_null(w, key);
        return;
    }
    hn_jw_object(w, key);
    hn_jw_text(w, "calendar", c->calendar);
    hn_jw_i64(w, "target_s", c->target_s);
    hn_jw_instant(w, "started_at", c->started_at);
    hn_jw_instant(w, "ended_at", c->ended_at);
    hn_jw_i64(w, "elapsed_s", c->at.elapsed_s);
    hn_jw_i64(w, "remaining_s", c->at.remaining_s);
    hn_jw_instant(w, "due_at", ticket_clock_due(c));
    hn_jw_bool(w, "paused", c->at.is_paused);
    hn_jw_i64(w, "paused_s", c->at.paused_s);
    hn_jw_bool(w, "breached", c->at.is_breached);
    hn_jw_end_object(w);
}

void ticket_json_clocks(struct hn_jw *w, const char *key, const struct ticket_clocks *c)
{
    hn_jw_object(w, key);
    write_clock(w, "first_response", &c->response);
    write_clock(w, "resolution", &c->resolution);
    hn_jw_end_object(w);
}

void ticket_json_entry(struct hn_jw *w, const struct ticket_entry *n)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", n->id);
    hn_jw_instant(w, "at", n->at);
    hn_jw_text(w, "kind", n->kind);
    hn_jw_bool(w, "public", n->is_public);
    hn_jw_id(w, "by_id", n->by_id);
    hn_jw_text(w, "by", n->by_login);
    hn_jw_text(w, "by_name", n->by_name);
    hn_jw_text(w, "field", n->field);
    hn_jw_text(w, "from", n->from_value);
    hn_jw_text(w, "to", n->to_value);
    hn_jw_text(w, "text", n->text);
    hn_jw_raw(w, "data", n->data);
    hn_jw_id(w, "event_id", n->transition_id);
    hn_jw_id(w, "attachment_id", n->attachment_id);
    hn_jw_id(w, "replaces", n->replaces);
    hn_jw_id(w, "replaced_by", n->replaced_by);
    hn_jw_end_object(w);
}

void ticket_json_attachment(struct hn_jw *w, const struct ticket_attachment *f)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", f->id);
    hn_jw_id(w, "entry_id", f->entry_id);
    hn_jw_text(w, "name", f->name);
    hn_jw_text(w, "type", f->type);
    hn_jw_i64(w, "size", f->size);
    hn_jw_text(w, "sha256", f->sha256);
    hn_jw_id(w, "by_id", f->by_id);
    hn_jw_text(w, "by_name", f->by_name);
    hn_jw_instant(w, "at", f->at);
    hn_jw_bool(w, "public", f->is_public);
    hn_jw_end_object(w);
}

void ticket_json_affected(struct hn_jw *w, const struct ticket_affected *x)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", x->id);
    hn_jw_text(w, "kind", x->kind);
    hn_jw_id(w, "object_id", x->object_id);
    hn_jw_text(w, "name", x->name);
    hn_jw_id(w, "count", x->count);
    hn_jw_text(w, "source", x->source);
    hn_jw_bool(w, "removed", x->removed);
    hn_jw_end_object(w);
}

void ticket_json_link(struct hn_jw *w, const struct ticket_link *l)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", l->id);
    hn_jw_i64(w, "ticket_id", l->ticket_id);
    hn_jw_text(w, "to_kind", l->to_kind);
    hn_jw_i64(w, "to_id", l->to_id);
    hn_jw_text(w, "relation", l->relation);
    hn_jw_bool(w, "inverse", l->inverse);
    hn_jw_text(w, "name", l->name);
    hn_jw_text(w, "state", l->state);
    hn_jw_end_object(w);
}

/* ---- in ---- */

/* A login, a code or a number as text; NULL where it is absent, "" where it is null. */
static const char *who(struct json_object *o, const char *field, struct hn_arena *a,
                       struct hn_err *e)
{
    struct json_object *v = NULL;
    const char *s = NULL;

    if (!hn_json_has(o, field))
        return NULL;
    if (hn_json_is_null(o, field))
        return "";
    (void)json_object_object_get_ex(o, field, &v);
    if (json_object_is_type(v, json_type_int))
        return hn_arena_fmt(a, "%" PRId64, json_object_get_int64(v));
    (void)hn_json_text(o, field, HN_OPT, 0, 80, a, &s, e);
    return s;
}

/* Reads "field" or "field_id". */
static const char *either(struct json_object *o, const char *field, const char *field_id,
                          struct hn_arena *a, struct hn_err *e)
{
    const char *s = who(o, field, a, e);

    return s != NULL ? s : who(o, field_id, a, e);
}

static int64_t number_of(const char *s)
{
    int64_t v = 0;

    for (; *s >= '0' && *s <= '9' && v < INT64_MAX / 20; s++)
        v = v * 10 + (*s - '0');
    return *s == '\0' ? v : 0;
}

static void read_person(struct db *db, struct json_object *o, struct hn_arena *a, int64_t me,
                        int64_t none, int64_t *out, struct hn_err *e)
{
    const char *s = either(o, "assignee", "assignee_id", a, e);
    struct ticket_person p;
    struct hn_err why = {0};

    *out = none;
    if (s == NULL)
        return;
    if (s[0] == '\0') {
        *out = 0;
        return;
    }
    if (hn_streq(s, "me")) {
        *out = me;
        return;
    }
    if (ticket_store_person(db, a, number_of(s), s, &p, &why) == HN_OK)
        *out = p.id;
    else if (why.code == HN_E_NOT_FOUND)
        (void)hn_fail_field(e, "assignee", "there is no such person");
    else
        *e = why;
}

static void read_group(struct db *db, struct json_object *o, struct hn_arena *a, int64_t none,
                       int64_t *out, struct hn_err *e)
{
    const char *s = either(o, "group", "group_id", a, e);
    struct ticket_group g;
    struct hn_err why = {0};

    *out = none;
    if (s == NULL)
        return;
    if (s[0] == '\0') {
        *out = 0;
        return;
    }
    if (ticket_store_group(db, a, number_of(s), s, &g, &why) == HN_OK)
        *out = g.id;
    else if (why.code == HN_E_NOT_FOUND)
        (void)hn_fail_field(e, "group", "there is no such group");
    else
        *e = why;
}

static void read_ids(struct json_object *o, const char *field, struct hn_arena *a,
                     struct hn_i64s *out, struct hn_err *e)
{
    (void)hn_json_i64s(o, field, HN_OPT, 100, a, out, e);
    for (size_t i = 0; i < out->n; i++)
        if (out->v[i] < 1) {
            (void)hn_fail_field(e, field, "must be numbers of objects");
            return;
        }
}

enum hn_code ticket_json_new(struct db *db, struct json_object *o, struct hn_arena *a, int64_t me,
                             struct ticket_new *in, struct hn_err *e)
{
    static const char *const fields[] = {
        "kind",        "title",           "description", "source",   "impact",      "urgency",
        "priority",    "priority_reason", "requester",   "assignee", "assignee_id", "group",
        "group_id",    "service_id",      "site_id",     "host_id",  "check_id",    "ci_ids",
        "occurred_at", "detected_at",     "received_at", "event_id", NULL};

    *in = (struct ticket_new){.kind = "incident",
                              .source = "api",
                              .occurred_at = HN_UNSET,
                              .detected_at = HN_UNSET,
                              .received_at = HN_UNSET};
    (void)hn_json_text(o, "kind", HN_OPT, 1, 20, a, &in->kind, e);
    (void)hn_json_text(o, "title", HN_REQ, 1, TICKET_TITLE_MAX, a, &in->title, e);
    (void)hn_json_text(o, "description", HN_OPT, 0, TICKET_TEXT_MAX, a, &in->description, e);
    (void)hn_json_text(o, "source", HN_OPT, 1, 20, a, &in->source, e);
    (void)hn_json_i64(o, "impact", HN_OPT, 1, 3, &in->impact, e);
    (void)hn_json_i64(o, "urgency", HN_OPT, 1, 3, &in->urgency, e);
    (void)hn_json_text(o, "priority", HN_OPT, 1, 20, a, &in->priority, e);
    (void)hn_json_text(o, "priority_reason", HN_OPT, 0, TICKET_LINE_MAX, a, &in->priority_reason,
                       e);
    (void)hn_json_text(o, "requester", HN_OPT, 0, TICKET_LINE_MAX, a, &in->requester, e);
    (void)hn_json_i64(o, "service_id", HN_OPT, 1, INT64_MAX, &in->service_id, e);
    (void)hn_json_i64(o, "site_id", HN_OPT, 1, INT64_MAX, &in->site_id, e);
    (void)hn_json_i64(o, "host_id", HN_OPT, 1, INT64_MAX, &in->host_id, e);
    (void)hn_json_i64(o, "check_id", HN_OPT, 1, INT64_MAX, &in->check_id, e);
    (void)hn_json_i64(o, "event_id", HN_OPT, 1, INT64_MAX, &in->transition_id, e);
    read_ids(o, "ci_ids", a, &in->ci_ids, e);
    (void)hn_json_instant(o, "occurred_at", HN_OPT, &in->occurred_at, e);
    (void)hn_json_instant(o, "detected_at", HN_OPT, &in->detected_at, e);
    (void)hn_json_instant(o, "received_at", HN_OPT, &in->received_at, e);
    read_person(db, o, a, me, 0, &in->assignee_id, e);
    read_group(db, o, a, 0, &in->group_id, e);
    return hn_json_no_others(o, fields, e);
}

/* One field of the table into the patch; null clears it. */
static void read_field(struct json_object *o, const struct ticket_field *f, struct hn_arena *a,
                       struct ticket_patch *p, uint64_t bit, struct hn_err *e)
{
    void *dst = (char *)&p->v + f->offset;
    size_t least = f->flags & TICKET_F_REQUIRED ? 1 : 0;
    bool null = hn_json_is_null(o, f->name);

    p->set |= bit;
    if (null && (f->flags & TICKET_F_REQUIRED)) {
        (void)hn_fail_field(e, f->name, "must not be empty");
        return;
    }
    switch (f->type) {
    case TICKET_F_TEXT:
        *(const char **)dst = hn_streq(f->name, "description") ? "" : NULL;
        (void)hn_json_text(o, f->name, HN_OPT, least, f->max, a, (const char **)dst, e);
        return;
    case TICKET_F_I64:
        (void)hn_json_i64(o, f->name, HN_REQ, 1, (int64_t)f->max, (int64_t *)dst, e);
        return;
    case TICKET_F_ID:
        *(int64_t *)dst = 0;
        (void)hn_json_i64(o, f->name, HN_OPT, 1, INT64_MAX, (int64_t *)dst, e);
        return;
    case TICKET_F_INSTANT:
        *(hn_instant *)dst = HN_UNSET;
        (void)hn_json_instant(o, f->name, HN_OPT, (hn_instant *)dst, e);
        return;
    case TICKET_F_IDS:
        *(struct hn_i64s *)dst = (struct hn_i64s){NULL, 0};
        read_ids(o, f->name, a, (struct hn_i64s *)dst, e);
        return;
    }
}

enum hn_code ticket_json_patch(struct json_object *o, struct hn_arena *a, const char *me,
                               struct ticket_patch *out, struct hn_err *e)
{
    const char *fields[TICKET_FIELD_COUNT + 8];
    size_t n = 0;

    *out = (struct ticket_patch){0};
    (void)hn_json_i64(o, "version", HN_REQ, 1, INT64_MAX, &out->version, e);
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++) {
        const struct ticket_field *f = &ticket_fields[i];

        if (!(f->flags & TICKET_F_EDIT))
            continue;
        fields[n++] = f->name;
        if (hn_json_has(o, f->name))
            read_field(o, f, a, out, (uint64_t)1 << i, e);
    }
    out->assignee = either(o, "assignee", "assignee_id", a, e);
    if (out->assignee != NULL && hn_streq(out->assignee, "me"))
        out->assignee = me;
    out->group = either(o, "group", "group_id", a, e);
    fields[n++] = "version";
    fields[n++] = "assignee";
    fields[n++] = "assignee_id";
    fields[n++] = "group";
    fields[n++] = "group_id";
    fields[n] = NULL;
    return hn_json_no_others(o, fields, e);
}

enum hn_code ticket_json_step(struct db *db, struct json_object *o, struct hn_arena *a, int64_t me,
                              struct ticket_step_in *out, struct hn_err *e)
{
    static const char *const fields[] = {"to",       "comment",  "public",      "resolution",
                                         "cause",    "assignee", "assignee_id", "group",
                                         "group_id", "version",  NULL};
    bool is_public = true;

    *out = (struct ticket_step_in){.to = ""};
    (void)hn_json_text(o, "to", HN_REQ, 1, 40, a, &out->to, e);
    (void)hn_json_text(o, "comment", HN_OPT, 0, TICKET_TEXT_MAX, a, &out->comment, e);
    (void)hn_json_bool(o, "public", HN_OPT, &is_public, e);
    (void)hn_json_text(o, "resolution", HN_OPT, 0, TICKET_NOTE_MAX, a, &out->resolution, e);
    (void)hn_json_text(o, "cause", HN_OPT, 0, TICKET_NOTE_MAX, a, &out->cause, e);
    (void)hn_json_i64(o, "version", HN_OPT, 1, INT64_MAX, &out->version, e);
    out->comment_internal = !is_public;
    read_person(db, o, a, me, 0, &out->assignee_id, e);
    read_group(db, o, a, 0, &out->group_id, e);
    return hn_json_no_others(o, fields, e);
}

enum hn_code ticket_json_comment(struct json_object *o, struct hn_arena *a,
                                 struct ticket_json_comment *out, struct hn_err *e)
{
    static const char *const fields[] = {"kind", "text", "public", "data", NULL};
    static const char *const kinds[] = {"comment", "mail", "worklog", NULL};
    static const enum ticket_entry_kind values[] = {TICKET_ENTRY_COMMENT, TICKET_ENTRY_MAIL,
                                                    TICKET_ENTRY_WORKLOG};
    int kind = 0;

    *out = (struct ticket_json_comment){.is_public = true};
    (void)hn_json_word(o, "kind", HN_OPT, kinds, &kind, e);
    (void)hn_json_text(o, "text", HN_REQ, 1, TICKET_TEXT_MAX, a, &out->text, e);
    (void)hn_json_bool(o, "public", HN_OPT, &out->is_public, e);
    (void)hn_json_raw(o, "data", HN_OPT, 8000, a, &out->data, e);
    out->kind = values[kind];
    return hn_json_no_others(o, fields, e);
}

enum hn_code ticket_json_bulk(struct db *db, struct json_object *o, struct hn_arena *a, int64_t me,
                              struct hn_i64s *ids, struct ticket_bulk_in *out, struct hn_err *e)
{
    static const char *const fields[] = {"ids",        "act",      "to",          "comment",
                                         "resolution", "assignee", "assignee_id", "group",
                                         "group_id",   "priority", "reason",      NULL};

    *out = (struct ticket_bulk_in){.act = ""};
    *ids = (struct hn_i64s){NULL, 0};
    (void)hn_json_i64s(o, "ids", HN_REQ, TICKET_BULK_MAX, a, ids, e);
    (void)hn_json_text(o, "act", HN_REQ, 1, 20, a, &out->act, e);
    (void)hn_json_text(o, "to", HN_OPT, 1, 40, a, &out->to, e);
    (void)hn_json_text(o, "comment", HN_OPT, 0, TICKET_TEXT_MAX, a, &out->comment, e);
    (void)hn_json_text(o, "resolution", HN_OPT, 0, TICKET_NOTE_MAX, a, &out->resolution, e);
    (void)hn_json_text(o, "priority", HN_OPT, 1, 20, a, &out->priority, e);
    (void)hn_json_text(o, "reason", HN_OPT, 0, TICKET_LINE_MAX, a, &out->reason, e);
    read_person(db, o, a, me, -1, &out->assignee_id, e);
    read_group(db, o, a, -1, &out->group_id, e);
    if (hn_streq(out->act, "close")) {
        out->act = "transition";
        out->to = "closed";
    }
    return hn_json_no_others(o, fields, e);
}

enum hn_code ticket_json_affected_in(struct json_object *o, struct hn_arena *a, bool change,
                                     struct ticket_affected *out, const char **reason,
                                     struct hn_err *e)
{
    static const char *const add[] = {"kind", "object_id", "name", "count", NULL};
    static const char *const fix[] = {"count", "removed", "reason", NULL};

    *reason = NULL;
    (void)hn_json_i64(o, "count", HN_OPT, 0, 10000000, &out->count, e);
    if (change) {
        (void)hn_json_bool(o, "removed", HN_OPT, &out->removed, e);
        (void)hn_json_text(o, "reason", HN_OPT, 0, TICKET_LINE_MAX, a, reason, e);
        return hn_json_no_others(o, fix, e);
    }
    (void)hn_json_text(o, "kind", HN_REQ, 1, 20, a, &out->kind, e);
    (void)hn_json_i64(o, "object_id", HN_OPT, 1, INT64_MAX, &out->object_id, e);
    (void)hn_json_text(o, "name", HN_REQ, 1, TICKET_LINE_MAX, a, &out->name, e);
    return hn_json_no_others(o, add, e);
}

enum hn_code ticket_json_link_in(struct json_object *o, struct hn_arena *a, const char **to_kind,
                                 int64_t *to_id, const char **relation, struct hn_err *e)
{
    static const char *const fields[] = {"to_kind", "to_id", "relation", NULL};

    *to_kind = "";
    *relation = "related";
    (void)hn_json_text(o, "to_kind", HN_REQ, 1, 20, a, to_kind, e);
    (void)hn_json_i64(o, "to_id", HN_REQ, 1, INT64_MAX, to_id, e);
    (void)hn_json_text(o, "relation", HN_OPT, 1, 20, a, relation, e);
    return hn_json_no_others(o, fields, e);
}

enum hn_code ticket_json_priorities(struct json_object *o, struct hn_arena *a,
                                    struct ticket_priority_table *out, int64_t *version,
                                    struct hn_err *e)
{
    static const char *const fields[] = {"matrix", "targets", "reason", "version", NULL};
    const char *matrix = "{}";
    const char *targets = "{}";

    *out = (struct ticket_priority_table){0};
    (void)hn_json_raw(o, "matrix", HN_REQ, 4000, a, &matrix, e);
    (void)hn_json_raw(o, "targets", HN_REQ, 4000, a, &targets, e);
    (void)hn_json_text(o, "reason", HN_REQ, 1, TICKET_LINE_MAX, a, &out->reason, e);
    (void)hn_json_i64(o, "version", HN_REQ, 1, INT64_MAX, version, e);
    if (hn_json_no_others(o, fields, e) != HN_OK)
        return e->code;
    return ticket_priority_parse(matrix, targets, a, out, e);
}

/* ---- what the machine left ---- */

static const char *text_in(struct json_object *o, const char *key, struct hn_arena *a)
{
    struct json_object *v = NULL;

    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
        !json_object_is_type(v, json_type_string))
        return NULL;
    return hn_arena_strdup(a, json_object_get_string(v));
}

static int64_t i64_in(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;

    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
        !json_object_is_type(v, json_type_int))
        return 0;
    return json_object_get_int64(v);
}

static struct json_object *array_in(struct json_object *o, const char *key, size_t *n)
{
    struct json_object *v = NULL;

    *n = 0;
    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
        !json_object_is_type(v, json_type_array))
        return NULL;
    *n = json_object_array_length(v);
    return v;
}

void ticket_json_machine(const char *json, struct hn_arena *a, struct ticket_machine *out)
{
    HN_JSON o = NULL;
    struct hn_err e = {0};
    struct json_object *l;

    *out = (struct ticket_machine){0};
    if (json == NULL || hn_json_parse(json, strlen(json), &o, &e) != HN_OK)
        return;
    out->values_text = text_in(o, "values_text", a);
    l = array_in(o, "values", &out->n_values);
    out->values = hn_arena_make(a, struct ticket_value, out->n_values);
    for (size_t i = 0; i < out->n_values; i++) {
        struct json_object *v = json_object_array_get_idx(l, i);

        out->values[i] =
            (struct ticket_value){text_in(v, "name", a), text_in(v, "text", a), HN_UNSET};
        if (text_in(v, "at", a) != NULL &&
            hn_parse_rfc3339(text_in(v, "at", a), "at", &out->values[i].at, &e) != HN_OK)
            out->values[i].at = HN_UNSET;
    }
    l = array_in(o, "chain", &out->n_chain);
    out->chain = hn_arena_make(a, struct ticket_cause, out->n_chain);
    for (size_t i = 0; i < out->n_chain; i++) {
        struct json_object *v = json_object_array_get_idx(l, i);

        out->chain[i] = (struct ticket_cause){text_in(v, "kind", a), i64_in(v, "object_id"),
                                              text_in(v, "name", a), text_in(v, "state", a),
                                              text_in(v, "note", a)};
    }
}

void ticket_json_scope(const char *json, struct hn_arena *a, struct ticket_scope_line **out,
                       size_t *n)
{
    HN_JSON o = NULL;
    struct hn_err e = {0};

    *n = 0;
    *out = NULL;
    if (json == NULL || hn_json_parse(json, strlen(json), &o, &e) != HN_OK ||
        !json_object_is_type(o, json_type_array))
        return;
    *n = json_object_array_length(o);
    *out = hn_arena_make(a, struct ticket_scope_line, *n);
    for (size_t i = 0; i < *n; i++) {
        struct json_object *v = json_object_array_get_idx(o, i);

        (*out)[i] = (struct ticket_scope_line){text_in(v, "act", a), text_in(v, "kind", a),
                                               text_in(v, "name", a), i64_in(v, "count")};
    }
}
