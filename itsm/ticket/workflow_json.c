/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/workflow.h"
#include "server/base/json.h"

#include <json-c/json.h>

static const char *const class_words[] = {
#define X(e, w) w,
    TICKET_CLASSES(X)
#undef X
        NULL};

static const struct {
    const char *word;
    unsigned bit;
} needs[] = {
#define X(e, w, v) {w, v},
    TICKET_NEEDS(X)
#undef X
};

static struct json_object *list_of(struct json_object *o, const char *field, size_t max, size_t *n,
                                   struct hn_err *e)
{
    struct json_object *v = NULL;

    *n = 0;
    if (!json_object_object_get_ex(o, field, &v) || !json_object_is_type(v, json_type_array)) {
        (void)hn_fail_field(e, field, "must be a list");
        return NULL;
    }
    *n = json_object_array_length(v);
    if (*n == 0 || *n > max) {
        (void)hn_fail_field(e, field, "must hold between 1 and %zu entries", max);
        *n = 0;
    }
    return v;
}

static unsigned need_set(struct json_object *o, const char *field, struct hn_err *e)
{
    struct json_object *v = NULL;
    unsigned set = 0;

    if (!json_object_object_get_ex(o, field, &v))
        return 0;
    for (size_t i = 0; json_object_is_type(v, json_type_array) && i < json_object_array_length(v);
         i++) {
        struct json_object *x = json_object_array_get_idx(v, i);
        const char *s = json_object_is_type(x, json_type_string) ? json_object_get_string(x) : "";
        unsigned bit = 0;

        for (size_t k = 0; k < HN_ARRAY_LEN(needs); k++)
            if (hn_streq(needs[k].word, s))
                bit = needs[k].bit;
        if (bit == 0)
            (void)hn_fail_field(e, field, "must be one of: %s",
                                "comment, resolution, assignee, cause");
        set |= bit;
    }
    return set;
}

static uint32_t role_set(struct json_object *o, struct hn_err *e)
{
    struct json_object *v = NULL;
    uint32_t set = 0;

    if (!json_object_object_get_ex(o, "roles", &v))
        return 0;
    for (size_t i = 0; json_object_is_type(v, json_type_array) && i < json_object_array_length(v);
         i++) {
        struct json_object *x = json_object_array_get_idx(v, i);
        enum role r = json_object_is_type(x, json_type_string)
                          ? role_parse(json_object_get_string(x))
                          : ROLE_NONE;

        if (r == ROLE_NONE)
            (void)hn_fail_field(e, "roles", "there is no such role");
        else
            set |= 1u << r;
    }
    return set;
}

static enum perm perm_of(const char *word, struct hn_err *e)
{
    for (int p = 0; p < PERM_COUNT; p++)
        if (hn_streq(perm_name((enum perm)p), word))
            return (enum perm)p;
    (void)hn_fail_field(e, "permission", "there is no such permission");
    return PERM_COUNT;
}

static void read_state(struct json_object *o, struct hn_arena *a, struct ticket_wf_state *s,
                       struct hn_err *e)
{
    static const char *const fields[] = {"word", "label", "class", "stops_clock", NULL};
    int cls = TICKET_CLASS_OPEN;

    s->word = s->label = "";
    (void)hn_json_text(o, "word", HN_REQ, 1, 40, a, &s->word, e);
    (void)hn_json_text(o, "label", HN_REQ, 1, 40, a, &s->label, e);
    (void)hn_json_word(o, "class", HN_REQ, class_words, &cls, e);
    (void)hn_json_bool(o, "stops_clock", HN_OPT, &s->stops_clock, e);
    s->cls = (enum ticket_class)cls;
    (void)!hn_json_no_others(o, fields, e);
}

static void read_step(struct json_object *o, struct hn_arena *a, struct ticket_wf_step *s,
                      struct hn_err *e)
{
    static const char *const fields[] = {"from",  "to",    "label", "permission",
                                         "roles", "needs", "asks",  NULL};
    const char *perm = "TICKET_WORK";

    s->from = s->to = s->label = "";
    (void)hn_json_text(o, "from", HN_REQ, 1, 40, a, &s->from, e);
    (void)hn_json_text(o, "to", HN_REQ, 1, 40, a, &s->to, e);
    (void)hn_json_text(o, "label", HN_REQ, 1, 60, a, &s->label, e);
    (void)hn_json_text(o, "permission", HN_OPT, 1, 40, a, &perm, e);
    s->perm = perm_of(perm, e);
    s->roles = role_set(o, e);
    s->needs = need_set(o, "needs", e);
    s->asks = need_set(o, "asks", e);
    (void)!hn_json_no_others(o, fields, e);
}

/* Every state named, every pair once, every state but the initial one reached. */
static void check_whole(const struct ticket_workflow *w, struct hn_err *e)
{
    if (ticket_workflow_state(w, w->initial) == NULL)
        (void)hn_fail_field(e, "initial", "there is no such state");
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct ticket_wf_step *s = &w->steps[i];

        if (ticket_workflow_state(w, s->from) == NULL || ticket_workflow_state(w, s->to) == NULL)
            (void)hn_fail_field(e, "transitions", "\"%s\" to \"%s\": there is no such state",
                                s->from, s->to);
        if (ticket_workflow_step(w, s->from, s->to) != s)
            (void)hn_fail_field(e, "transitions", "\"%s\" to \"%s\" stands twice", s->from, s->to);
    }
    for (size_t i = 0; i < w->n_states; i++) {
        bool reached = hn_streq(w->states[i].word, w->initial);

        for (size_t k = 0; k < w->n_steps; k++)
            reached |= hn_streq(w->steps[k].to, w->states[i].word);
        if (!reached)
            (void)hn_fail_field(e, "states", "nothing leads to \"%s\"", w->states[i].word);
        if (ticket_workflow_state(w, w->states[i].word) != &w->states[i])
            (void)hn_fail_field(e, "states", "\"%s\" stands twice", w->states[i].word);
    }
}

enum hn_code ticket_workflow_parse(const char *json, struct hn_arena *a,
                                   struct ticket_workflow *out, struct hn_err *e)
{
    static const char *const fields[] = {"initial", "clocks", "states", "transitions", NULL};
    HN_JSON o = NULL;
    struct json_object *l;
    struct ticket_wf_state *states;
    struct ticket_wf_step *steps;
    struct ticket_workflow w = {.initial = ""};

    if (hn_json_parse(json, strlen(json), &o, e) != HN_OK || hn_json_is_object(o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "initial", HN_REQ, 1, 40, a, &w.initial, e);
    (void)hn_json_bool(o, "clocks", HN_OPT, &w.clocks, e);
    l = list_of(o, "states", TICKET_WF_STATES_MAX, &w.n_states, e);
    states = hn_arena_make(a, struct ticket_wf_state, w.n_states);
    for (size_t i = 0; i < w.n_states; i++)
        read_state(json_object_array_get_idx(l, i), a, &states[i], e);
    l = list_of(o, "transitions", TICKET_WF_STEPS_MAX, &w.n_steps, e);
    steps = hn_arena_make(a, struct ticket_wf_step, w.n_steps);
    for (size_t i = 0; i < w.n_steps; i++)
        read_step(json_object_array_get_idx(l, i), a, &steps[i], e);
    w.states = states;
    w.steps = steps;
    if (hn_json_no_others(o, fields, e) != HN_OK)
        return e->code;
    check_whole(&w, e);
    if (e->n_fields > 0)
        return e->code;
    *out = w;
    return HN_OK;
}
