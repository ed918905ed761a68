/* SPDX-License-Identifier: Apache-2.0 */
/* Corrections of fields. */
#include "itsm/ticket/act.h"
#include "server/base/parse.h"

static const char *const source_words[] = {
#define X(e, w, m) w,
    TICKET_SOURCES(X)
#undef X
};

static bool is_source(const char *s)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(source_words); i++)
        if (hn_streq(source_words[i], s))
            return true;
    return false;
}

/* Bounds of one field; the JSON reader has checked them for scripts, forms come here as typed. */
static void check_field(const struct ticket_field *f, const struct ticket *t, hn_instant now,
                        struct hn_err *e)
{
    const void *p = (const char *)t + f->offset;
    const char *s;
    hn_instant at;

    switch (f->type) {
    case TICKET_F_TEXT:
        s = *(const char *const *)p;
        if ((f->flags & TICKET_F_REQUIRED) && (s == NULL || s[0] == '\0'))
            (void)hn_fail_field(e, f->name, "must not be empty");
        else if (s != NULL && hn_utf8_len(s) > f->max)
            (void)hn_fail_field(e, f->name, "at most %zu characters", f->max);
        return;
    case TICKET_F_INSTANT:
        at = *(const hn_instant *)p;
        if (at == HN_UNSET && (f->flags & TICKET_F_REQUIRED))
            (void)hn_fail_field(e, f->name, "must not be empty");
        else if (at != HN_UNSET && (f->flags & TICKET_F_PAST) && at > hn_add(now, 5 * HN_MIN_SPAN))
            (void)hn_fail_field(e, f->name, "must not lie in the future");
        return;
    case TICKET_F_I64:
    case TICKET_F_ID:
    case TICKET_F_IDS: return;
    }
}

/* An id's name stands in the journal, so that the line reads on when the object is gone. */
static const char *shown(struct ticket_act *x, const struct ticket_field *f, const struct ticket *t)
{
    const char *name = NULL;
    struct hn_err why = {0};
    int64_t id;

    if (f->type != TICKET_F_ID)
        return ticket_field_text(f, t, x->arena);
    memcpy(&id, (const char *)t + f->offset, sizeof(id));
    if (id == 0 || ticket_store_name(x->db, x->arena, f->name, id, &name, &why) != HN_OK)
        return ticket_field_text(f, t, x->arena);
    return name;
}

static enum hn_code journal(struct ticket_act *x, const struct ticket_field *f, struct hn_err *e)
{
    const char *data = NULL;

    if (f->type == TICKET_F_ID) {
        const char *from = ticket_field_text(f, &x->before, x->arena);
        const char *to = ticket_field_text(f, &x->t, x->arena);

        data = hn_arena_fmt(x->arena, "{\"from_id\": %s, \"to_id\": %s}", from ? from : "null",
                            to ? to : "null");
    }
    return ticket_act_entry(x,
                            (struct ticket_entry_in){.kind = TICKET_ENTRY_FIELD,
                                                     .field = f->name,
                                                     .from_value = shown(x, f, &x->before),
                                                     .to_value = shown(x, f, &x->t),
                                                     .data = data},
                            NULL, e);
}

static enum hn_code rank(struct ticket_act *x, const struct ticket_patch *p, struct hn_err *e)
{
    bool by_hand = x->before.priority_reason != NULL;
    const char *priority = NULL;
    const char *reason = x->before.priority_reason;

    if (p->set & TICKET_BIT(priority_reason))
        reason = p->v.priority_reason;
    if (p->set & TICKET_BIT(priority))
        priority = p->v.priority; /* NULL or "": back to the table */
    else if (by_hand)
        priority = x->before.priority; /* a priority by hand outlives a change of impact */
    if (priority != NULL && priority[0] == '\0')
        priority = NULL;
    x->t.priority = x->before.priority;
    return ticket_act_rank(x, priority, reason, e);
}

static enum hn_code resolve_owner(struct ticket_act *x, const struct ticket_patch *p,
                                  struct hn_err *e)
{
    int64_t who = -1;
    int64_t grp = -1;
    struct ticket_person person;
    struct ticket_group group;

    if (p->assignee != NULL) {
        who = 0;
        if (p->assignee[0] != '\0') {
            int64_t id = 0;
            struct hn_err no = {0};

            if (hn_parse_i64(p->assignee, "assignee", 1, INT64_MAX, &id, &no) != HN_OK)
                id = 0;
            if (ticket_store_person(x->db, x->arena, id, p->assignee, &person, e) != HN_OK)
                return e->code != HN_E_NOT_FOUND
                           ? e->code
                           : hn_fail_field(e, "assignee", "there is no such person");
            who = person.id;
        }
    }
    if (p->group != NULL) {
        grp = 0;
        if (p->group[0] != '\0') {
            int64_t id = 0;
            struct hn_err no = {0};

            if (hn_parse_i64(p->group, "group", 1, INT64_MAX, &id, &no) != HN_OK)
                id = 0;
            if (ticket_store_group(x->db, x->arena, id, p->group, &group, e) != HN_OK)
                return e->code != HN_E_NOT_FOUND
                           ? e->code
                           : hn_fail_field(e, "group", "there is no such group");
            grp = group.id;
        }
    }
    return ticket_act_assign(x, who, grp, e);
}

/* Takes the new values in; collects what is wrong with them. */
static enum hn_code apply(struct ticket_act *x, const struct ticket_patch *p, bool *ranks,
                          struct hn_err *e)
{
    *ranks = false;
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++) {
        const struct ticket_field *f = &ticket_fields[i];

        if (!(p->set & ((uint64_t)1 << i)) || !(f->flags & TICKET_F_EDIT))
            continue;
        *ranks |= (f->flags & TICKET_F_RANK) != 0;
        if (i != TICKET_FIELD_priority && i != TICKET_FIELD_priority_reason) {
            ticket_field_copy(f, &x->t, &p->v);
            check_field(f, &x->t, x->now, e);
        }
    }
    if ((p->set & TICKET_BIT(source)) && x->t.source != NULL && !is_source(x->t.source))
        (void)hn_fail_field(e, "source", "must be one of: %s",
                            "web, api, monitoring, phone, mail, soc, vendor, cloud");
    return e->n_fields > 0 ? e->code : HN_OK;
}

enum hn_code ticket_edit(struct db *db, struct hn_arena *a, const struct actor *by, int64_t id,
                         const struct ticket_patch *p, hn_instant now, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now};
    bool ranks;

    if (ticket_act_begin(&x, id, p->version, e) != HN_OK || apply(&x, p, &ranks, e) != HN_OK ||
        ticket_act_check_refs(&x, &x.before, e) != HN_OK || (ranks && rank(&x, p, e) != HN_OK) ||
        resolve_owner(&x, p, e) != HN_OK)
        return hn_ctx(e, "edit ticket %" PRId64, id);
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++) {
        const struct ticket_field *f = &ticket_fields[i];

        if ((f->flags & TICKET_F_EDIT) && i != TICKET_FIELD_priority &&
            i != TICKET_FIELD_priority_reason && !ticket_field_same(f, &x.before, &x.t) &&
            journal(&x, f, e) != HN_OK)
            return e->code;
    }
    if (ticket_fields_diff(&x.t, &x.before, a) == NULL)
        return db_commit(&x.tx, e); /* nothing changed: no version, no line */
    return ticket_act_commit(&x, "ticket.edit", x.t.priority_reason, e);
}
