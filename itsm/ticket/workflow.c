/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/workflow.h"

const struct ticket_wf_state *ticket_workflow_state(const struct ticket_workflow *w,
                                                    const char *word)
{
    for (size_t i = 0; i < w->n_states; i++)
        if (hn_streq(w->states[i].word, word))
            return &w->states[i];
    return NULL;
}

const struct ticket_wf_step *ticket_workflow_step(const struct ticket_workflow *w, const char *from,
                                                  const char *to)
{
    for (size_t i = 0; i < w->n_steps; i++)
        if (hn_streq(w->steps[i].from, from) && hn_streq(w->steps[i].to, to))
            return &w->steps[i];
    return NULL;
}

bool ticket_workflow_may(const struct ticket_wf_step *s, enum role role)
{
    if (role == ROLE_NONE)
        return true; /* the machine itself */
    if (!perm_role_has(role, s->perm))
        return false;
    return s->roles == 0 || role == ROLE_ADMIN || (s->roles & (1u << role)) != 0;
}

const char *ticket_workflow_label(const struct ticket_workflow *w, const char *word)
{
    const struct ticket_wf_state *s = ticket_workflow_state(w, word);

    return s == NULL ? word : s->label;
}

/* The words that may follow, for the error's `allowed`. */
static void allowed(const struct ticket_workflow *w, const char *from, enum role role,
                    struct hn_err *e)
{
    size_t n = 0;

    e->allowed[0] = '\0';
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct ticket_wf_step *s = &w->steps[i];
        int k;

        if (!hn_streq(s->from, from) || !ticket_workflow_may(s, role))
            continue;
        k = snprintf(e->allowed + n, sizeof(e->allowed) - n, "%s%s", n > 0 ? "," : "", s->to);
        if (k < 0 || (size_t)k >= sizeof(e->allowed) - n) {
            e->allowed[n] = '\0';
            return;
        }
        n += (size_t)k;
    }
}

enum hn_code ticket_workflow_take(const struct ticket_workflow *w, const char *from, const char *to,
                                  enum role role, const struct ticket_wf_step **out,
                                  struct hn_err *e)
{
    const struct ticket_wf_step *s = ticket_workflow_step(w, from, to);

    if (s != NULL && ticket_workflow_may(s, role)) {
        *out = s;
        return HN_OK;
    }
    if (ticket_workflow_state(w, to) == NULL)
        (void)hn_fail_field(e, "to", "there is no such state");
    else if (s == NULL)
        (void)hn_fail_field(e, "to", "\"%s\" cannot follow \"%s\"", ticket_workflow_label(w, to),
                            ticket_workflow_label(w, from));
    else
        (void)hn_fail_field(e, "to", "your role may not take this step");
    allowed(w, from, role, e);
    return e->code;
}
