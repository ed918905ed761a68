/* SPDX-License-Identifier: Apache-2.0 */
/* The state transition. */
#include "itsm/ticket/act.h"

static bool given(const char *s)
{
    return s != NULL && s[0] != '\0';
}

/* What the step needs, filled from what was given, what stands there already, and last the comment.
 */
static enum hn_code fill_needs(struct ticket_act *x, const struct ticket_wf_step *s,
                               const struct ticket_step_in *in, struct hn_err *e)
{
    if (given(in->resolution))
        x->t.resolution = in->resolution;
    if (given(in->cause))
        x->t.cause = in->cause;
    if ((s->needs & TICKET_NEED_COMMENT) && !given(in->comment))
        (void)hn_fail_field(e, "comment", "this step needs a comment");
    if ((s->needs & TICKET_NEED_RESOLUTION) && !given(x->t.resolution)) {
        if (given(in->comment))
            x->t.resolution = in->comment;
        else
            (void)hn_fail_field(e, "resolution", "this step needs what was done");
    }
    if ((s->needs & TICKET_NEED_CAUSE) && !given(x->t.cause)) {
        if (given(in->comment))
            x->t.cause = in->comment;
        else
            (void)hn_fail_field(e, "cause", "this step needs the cause");
    }
    if (e->n_fields > 0)
        return e->code;
    return HN_OK;
}

static enum hn_code fill_owner(struct ticket_act *x, const struct ticket_wf_step *s,
                               const struct ticket_step_in *in, struct hn_err *e)
{
    int64_t who = in->assignee_id > 0 ? in->assignee_id : -1;

    if (who < 0 && (s->needs & TICKET_NEED_ASSIGNEE) && x->t.assignee_id == 0)
        who = x->by->account_id > 0 ? x->by->account_id : -1;
    return ticket_act_assign(x, who, in->group_id > 0 ? in->group_id : -1, e);
}

static enum hn_code note_field(struct ticket_act *x, enum ticket_field_no no, struct hn_err *e)
{
    const struct ticket_field *f = &ticket_fields[no];

    if (ticket_field_same(f, &x->before, &x->t))
        return HN_OK;
    return ticket_act_entry(
        x,
        (struct ticket_entry_in){.kind = TICKET_ENTRY_FIELD,
                                 .field = f->name,
                                 .from_value = ticket_field_text(f, &x->before, x->arena),
                                 .to_value = ticket_field_text(f, &x->t, x->arena)},
        NULL, e);
}

/* The stamps that follow from the classes of the two states. */
static void stamp(struct ticket_act *x, const struct ticket_wf_state *to)
{
    switch (to->cls) {
    case TICKET_CLASS_OPEN:
    case TICKET_CLASS_WAITING: x->t.resolved_at = x->t.closed_at = HN_UNSET; break;
    case TICKET_CLASS_DONE:
        x->t.resolved_at = x->now;
        x->t.closed_at = HN_UNSET;
        break;
    case TICKET_CLASS_CLOSED: x->t.closed_at = x->now; break;
    }
}

static enum hn_code step_entries(struct ticket_act *x, const struct ticket_wf_state *from,
                                 const struct ticket_wf_state *to, const struct ticket_step_in *in,
                                 struct hn_err *e)
{
    const char *comment = given(in->comment) ? in->comment : NULL;

    if (comment != NULL && in->comment_internal) {
        if (ticket_act_entry(x,
                             (struct ticket_entry_in){
                                 .kind = TICKET_ENTRY_COMMENT, .internal = true, .text = comment},
                             NULL, e) != HN_OK)
            return e->code;
        comment = NULL;
    }
    if (ticket_act_entry(x,
                         (struct ticket_entry_in){.kind = TICKET_ENTRY_STATE,
                                                  .field = "state",
                                                  .from_value = x->before.state,
                                                  .to_value = to->word,
                                                  .text = comment},
                         NULL, e) != HN_OK)
        return e->code;
    if (!x->w.clocks || from == NULL || from->stops_clock == to->stops_clock)
        return HN_OK;
    return ticket_act_entry(
        x,
        (struct ticket_entry_in){.kind = TICKET_ENTRY_CLOCK,
                                 .field = to->word,
                                 .from_value = to->stops_clock ? "running" : "stopped",
                                 .to_value = to->stops_clock ? "stopped" : "running"},
        NULL, e);
}

enum hn_code ticket_transition(struct db *db, struct hn_arena *a, const struct actor *by,
                               int64_t id, const struct ticket_step_in *in, hn_instant now,
                               struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now};
    const struct ticket_wf_step *s;
    const struct ticket_wf_state *to;

    if (ticket_act_begin(&x, id, in->version, e) != HN_OK ||
        ticket_workflow_take(&x.w, x.t.state, in->to, by->role, &s, e) != HN_OK ||
        fill_needs(&x, s, in, e) != HN_OK || fill_owner(&x, s, in, e) != HN_OK)
        return hn_ctx(e, "step of ticket %" PRId64, id);
    to = ticket_workflow_state(&x.w, s->to);
    x.t.state = to->word;
    x.t.workflow_version = x.w.version;
    stamp(&x, to);
    ticket_act_respond(&x);
    if (note_field(&x, TICKET_FIELD_cause, e) != HN_OK ||
        note_field(&x, TICKET_FIELD_resolution, e) != HN_OK ||
        step_entries(&x, ticket_workflow_state(&x.w, x.before.state), to, in, e) != HN_OK)
        return hn_ctx(e, "step of ticket %" PRId64, id);
    return ticket_act_commit(&x, "ticket.transition", in->comment, e);
}
