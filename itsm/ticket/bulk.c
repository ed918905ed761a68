/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/bulk.h"
#include "itsm/ticket/fields.h"

static enum hn_code one_assign(struct db *db, struct hn_arena *a, const struct actor *by,
                               int64_t id, const struct ticket_bulk_in *in, hn_instant now,
                               struct hn_err *e)
{
    return ticket_assign(db, a, by, id, in->assignee_id, in->group_id, 0, now, e);
}

static enum hn_code one_step(struct db *db, struct hn_arena *a, const struct actor *by, int64_t id,
                             const struct ticket_bulk_in *in, hn_instant now, struct hn_err *e)
{
    struct ticket_step_in step = {
        .to = in->to == NULL ? "" : in->to, .comment = in->comment, .resolution = in->resolution};

    return ticket_transition(db, a, by, id, &step, now, e);
}

static enum hn_code one_priority(struct db *db, struct hn_arena *a, const struct actor *by,
                                 int64_t id, const struct ticket_bulk_in *in, hn_instant now,
                                 struct hn_err *e)
{
    struct ticket_patch p = {.set = TICKET_BIT(priority) | TICKET_BIT(priority_reason)};

    p.v.priority = in->priority;
    p.v.priority_reason = in->reason;
    return ticket_edit(db, a, by, id, &p, now, e);
}

static enum hn_code one_comment(struct db *db, struct hn_arena *a, const struct actor *by,
                                int64_t id, const struct ticket_bulk_in *in, hn_instant now,
                                struct hn_err *e)
{
    return ticket_comment(db, a, by, id, TICKET_ENTRY_COMMENT, true, in->comment, NULL, now, NULL,
                          e);
}

static const struct {
    const char *word;
    enum hn_code (*one)(struct db *, struct hn_arena *, const struct actor *, int64_t,
                        const struct ticket_bulk_in *, hn_instant, struct hn_err *);
} acts[] = {
    {"assign", one_assign},
    {"transition", one_step},
    {"priority", one_priority},
    {"comment", one_comment},
};

enum hn_code ticket_bulk(struct db *db, struct hn_arena *a, const struct actor *by,
                         const int64_t *ids, size_t n, const struct ticket_bulk_in *in,
                         hn_instant now, struct ticket_bulk_result *results, struct hn_err *e)
{
    size_t act = 0;

    while (act < HN_ARRAY_LEN(acts) && !hn_streq(acts[act].word, in->act))
        act++;
    if (act == HN_ARRAY_LEN(acts))
        return hn_fail_field(e, "act", "must be one of: %s",
                             "assign, transition, priority, comment");
    if (n == 0)
        return hn_fail_field(e, "ids", "choose at least one ticket");
    if (n > TICKET_BULK_MAX)
        return hn_fail_field(e, "ids", "at most %zu tickets at once", (size_t)TICKET_BULK_MAX);
    for (size_t i = 0; i < n; i++) {
        struct hn_err why = {0};
        struct db_part part;
        struct ticket t;

        results[i] = (struct ticket_bulk_result){.id = ids[i]};
        if (db_part_begin(db, &part, e) != HN_OK)
            return e->code;
        if (ticket_get(db, a, ids[i], &t, &why) == HN_OK) {
            results[i].number = t.number;
            why.code = acts[act].one(db, a, by, ids[i], in, now, &why);
        }
        if (db_part_end(&part, why.code == HN_OK, e) != HN_OK)
            return e->code;
        results[i].code = why.code;
        if (why.code == HN_E_UNAVAILABLE) { /* the rest would fail the same way */
            *e = why;
            return e->code;
        }
        if (why.code != HN_OK) {
            results[i].message = hn_arena_strdup(a, why.msg);
            results[i].allowed = hn_arena_strdup(a, why.allowed);
        }
    }
    return HN_OK;
}
