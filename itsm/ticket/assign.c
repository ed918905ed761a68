/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/act.h"
#include "itsm/ticket/priority.h"

static enum hn_code set_person(struct ticket_act *x, int64_t id, struct hn_err *e)
{
    struct ticket_person p = {0};

    if (id == x->t.assignee_id)
        return HN_OK;
    if (id != 0) {
        if (ticket_store_person(x->db, x->arena, id, NULL, &p, e) != HN_OK)
            return e->code != HN_E_NOT_FOUND
                       ? e->code
                       : hn_fail_field(e, "assignee", "there is no such person");
        if (!perm_role_has(role_parse(p.role), PERM_TICKET_WORK))
            return hn_fail_field(e, "assignee", "%s may not work on tickets", p.name);
    }
    if (ticket_act_entry(x,
                         (struct ticket_entry_in){.kind = TICKET_ENTRY_ASSIGN,
                                                  .field = "assignee",
                                                  .from_value = x->t.assignee_name,
                                                  .to_value = p.name},
                         NULL, e) != HN_OK)
        return e->code;
    x->t.assignee_id = id;
    x->t.assignee = p.login;
    x->t.assignee_name = p.name;
    if (id != 0 && x->t.responded_at == HN_UNSET)
        x->t.responded_at = x->now;
    return HN_OK;
}

static enum hn_code set_group(struct ticket_act *x, int64_t id, struct hn_err *e)
{
    struct ticket_group g = {0};

    if (id == x->t.group_id)
        return HN_OK;
    if (id != 0 && ticket_store_group(x->db, x->arena, id, NULL, &g, e) != HN_OK)
        return e->code != HN_E_NOT_FOUND ? e->code
                                         : hn_fail_field(e, "group", "there is no such group");
    if (ticket_act_entry(x,
                         (struct ticket_entry_in){.kind = TICKET_ENTRY_ASSIGN,
                                                  .field = "group",
                                                  .from_value = x->t.group_name,
                                                  .to_value = g.name},
                         NULL, e) != HN_OK)
        return e->code;
    x->t.group_id = id;
    x->t.group_code = g.code;
    x->t.group_name = g.name;
    return HN_OK;
}

enum hn_code ticket_act_assign(struct ticket_act *x, int64_t assignee_id, int64_t group_id,
                               struct hn_err *e)
{
    if (assignee_id >= 0 && set_person(x, assignee_id, e) != HN_OK)
        return e->code;
    if (group_id >= 0 && set_group(x, group_id, e) != HN_OK)
        return e->code;
    return HN_OK;
}

enum hn_code ticket_assign(struct db *db, struct hn_arena *a, const struct actor *by, int64_t id,
                           int64_t assignee_id, int64_t group_id, int64_t version, hn_instant now,
                           struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now};

    if (ticket_act_begin(&x, id, version, e) != HN_OK)
        return hn_ctx(e, "assign ticket %" PRId64, id);
    if ((assignee_id < 0 || assignee_id == x.t.assignee_id) &&
        (group_id < 0 || group_id == x.t.group_id))
        return db_commit(&x.tx, e); /* nothing to do, nothing to tell */
    if (ticket_act_assign(&x, assignee_id, group_id, e) != HN_OK)
        return hn_ctx(e, "assign ticket %" PRId64, id);
    return ticket_act_commit(&x, "ticket.assign", NULL, e);
}

static const char *rank_data(struct ticket_act *x, const struct ticket_priority_table *table)
{
    return hn_arena_fmt(x->arena,
                        "{\"impact\": %" PRId64 ", \"urgency\": %" PRId64
                        ", \"table_version\": %" PRId64 ", \"by_hand\": %s}",
                        x->t.impact, x->t.urgency, table->version,
                        x->t.priority_reason != NULL ? "true" : "false");
}

enum hn_code ticket_act_rank(struct ticket_act *x, const char *priority, const char *reason,
                             struct hn_err *e)
{
    struct ticket_priority_table table;
    const char *by_table;
    const char *old = x->t.id == 0 ? NULL : x->t.priority;

    if (x->t.impact < 1 || x->t.impact > 3)
        return hn_fail_field(e, "impact", "must be between %lld and %lld", 1LL, 3LL);
    if (x->t.urgency < 1 || x->t.urgency > 3)
        return hn_fail_field(e, "urgency", "must be between %lld and %lld", 1LL, 3LL);
    if (priority != NULL && ticket_priority_index(priority) < 0)
        return hn_fail_field(e, "priority", "must be one of: %s", "urgent, high, medium, low");
    if (ticket_priority_load(x->db, x->arena, 0, &table, e) != HN_OK)
        return e->code;
    by_table = ticket_priority_word(table.of[x->t.impact - 1][x->t.urgency - 1]);
    if (priority == NULL || hn_streq(priority, by_table)) {
        x->t.priority = by_table;
        x->t.priority_reason = NULL;
    } else {
        if (reason == NULL || reason[0] == '\0')
            return hn_fail_field(e, "priority_reason",
                                 "a priority other than the table's needs a reason");
        x->t.priority = priority;
        x->t.priority_reason = reason;
    }
    x->t.priority_version = table.version;
    if (old == NULL || hn_streq(old, x->t.priority))
        return HN_OK;
    return ticket_act_entry(x,
                            (struct ticket_entry_in){.kind = TICKET_ENTRY_PRIORITY,
                                                     .field = "priority",
                                                     .from_value = old,
                                                     .to_value = x->t.priority,
                                                     .text = x->t.priority_reason,
                                                     .data = rank_data(x, &table)},
                            NULL, e);
}

enum hn_code ticket_act_check_refs(struct ticket_act *x, const struct ticket *old, struct hn_err *e)
{
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++) {
        const struct ticket_field *f = &ticket_fields[i];
        const char *name;
        struct hn_err why = {0};
        int64_t id;

        if (f->type != TICKET_F_ID || i == TICKET_FIELD_assignee_id || i == TICKET_FIELD_group_id ||
            (old != NULL && ticket_field_same(f, &x->t, old)))
            continue;
        memcpy(&id, (const char *)&x->t + f->offset, sizeof(id));
        if (id == 0 || ticket_store_name(x->db, x->arena, f->name, id, &name, &why) == HN_OK)
            continue;
        if (why.code != HN_E_NOT_FOUND) {
            *e = why;
            return e->code;
        }
        (void)hn_fail_field(e, f->name, "there is none with this number");
    }
    return e->n_fields > 0 ? e->code : HN_OK;
}
