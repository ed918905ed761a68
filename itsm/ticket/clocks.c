/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/clocks.h"
#include "itsm/ticket/ticket_store.h"

void ticket_clock_read(const struct calendar *c, hn_instant start, hn_instant end,
                       const struct clock_mark *marks, size_t n, int64_t target_s, hn_instant now,
                       struct hn_arena *a, struct ticket_clock *out)
{
    struct clock_in in = {.calendar = c,
                          .start = start,
                          .end = end,
                          .marks = marks,
                          .n_marks = n,
                          .target_s = target_s,
                          .now = now};

    if (target_s <= 0)
        return;
    while (end != HN_UNSET && in.n_marks > 0 && marks[in.n_marks - 1].at >= end)
        in.n_marks--;
    out->has = true;
    out->target_s = target_s;
    out->started_at = start;
    out->ended_at = end;
    clock_read(&in, a, &out->at);
}

hn_instant ticket_clock_due(const struct ticket_clock *c)
{
    if (!c->has || c->at.due_at == HN_NEVER)
        return HN_UNSET;
    if (c->at.is_paused && !c->at.is_breached)
        return HN_UNSET;
    return c->at.due_at;
}

enum hn_code ticket_clocks_of(struct db *db, struct hn_arena *a, const struct ticket *t,
                              const struct ticket_workflow *w, hn_instant now,
                              struct ticket_clocks *out, struct hn_err *e)
{
    struct ticket_priority_table table;
    const struct ticket_target *target;
    const struct calendar *calendar = NULL;
    const char *definition = NULL;
    const char *name = NULL;
    struct clock_mark *marks = NULL;
    size_t n = 0;
    int p = ticket_priority_index(t->priority);
    hn_instant start = t->received_at == HN_UNSET ? t->created_at : t->received_at;
    hn_instant responded = t->responded_at != HN_UNSET ? t->responded_at : t->closed_at;
    hn_instant resolved = t->resolved_at != HN_UNSET ? t->resolved_at : t->closed_at;

    *out = (struct ticket_clocks){0};
    if (!w->clocks || p < 0)
        return HN_OK;
    if (ticket_priority_load(db, a, t->priority_version, &table, e) != HN_OK)
        return e->code;
    target = &table.target[p];
    if (ticket_store_calendar(db, a, target->calendar, start, &definition, &name, e) != HN_OK ||
        calendar_parse(definition, strlen(definition), NULL, a, &calendar, e) != HN_OK ||
        ticket_store_marks(db, a, t->id, &marks, &n, e) != HN_OK)
        return hn_ctx(e, "clocks of ticket %" PRId64, t->id);
    ticket_clock_read(calendar, start, responded, marks, n, target->response_s, now, a,
                      &out->response);
    ticket_clock_read(calendar, start, resolved, marks, n, target->resolution_s, now, a,
                      &out->resolution);
    out->response.calendar = out->resolution.calendar = target->calendar;
    out->response.calendar_name = out->resolution.calendar_name = name;
    return HN_OK;
}
