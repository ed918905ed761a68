/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/act.h"
#include "server/auth/audit.h"
#include "server/base/parse.h"

#define X(e, w, p, m) w,
static const char *const kind_words[] = {TICKET_KINDS(X)};
#undef X
#define X(e, w, p, m) p,
static const char *const prefixes[] = {TICKET_KINDS(X)};
#undef X
#define X(e, w, m) w,
static const char *const priority_words[] = {TICKET_PRIORITIES(X)};
static const char *const source_words[] = {TICKET_SOURCES(X)};
#undef X

const char *ticket_kind_word(enum ticket_kind k)
{
    return kind_words[k];
}

const char *ticket_priority_word(enum ticket_priority p)
{
    return priority_words[p];
}

static int find(const char *const *words, size_t n, const char *s)
{
    for (size_t i = 0; s != NULL && i < n; i++)
        if (hn_streq(words[i], s))
            return (int)i;
    return -1;
}

enum hn_code ticket_get(struct db *db, struct hn_arena *a, int64_t id, struct ticket *out,
                        struct hn_err *e)
{
    return ticket_store_get(db, a, id, out, e);
}

enum hn_code ticket_list(struct db *db, struct hn_arena *a, const struct ticket_filter *f,
                         hn_instant now, struct ticket **out, size_t *n, int64_t *next,
                         struct hn_err *e)
{
    struct ticket_filter more = *f;

    if (more.limit <= 0)
        more.limit = 50;
    more.limit++; /* one more tells whether there is a next page */
    if (ticket_store_list(db, a, &more, now, out, n, e) != HN_OK)
        return e->code;
    *next = 0;
    if (*n == (size_t)more.limit) {
        *n -= 1;
        *next = (*out)[*n - 1].id;
    }
    return HN_OK;
}

/* ---- making one ---- */

static void check_text(const char *field, const char *s, size_t max, struct hn_err *e)
{
    if (s != NULL && hn_utf8_len(s) > max)
        (void)hn_fail_field(e, field, "at most %zu characters", max);
}

static void check_past(const char *field, hn_instant t, hn_instant now, struct hn_err *e)
{
    if (t != HN_UNSET && t > hn_add(now, 5 * HN_MIN_SPAN))
        (void)hn_fail_field(e, field, "must not lie in the future");
}

static enum hn_code check_new(const struct ticket_new *in, hn_instant now, struct hn_err *e)
{
    if (find(kind_words, HN_ARRAY_LEN(kind_words), in->kind) < 0)
        (void)hn_fail_field(e, "kind", "must be one of: %s",
                            "incident, request, inquiry, problem, change, release, task");
    if (in->title == NULL || in->title[0] == '\0')
        (void)hn_fail_field(e, "title", "must not be empty");
    check_text("title", in->title, TICKET_TITLE_MAX, e);
    check_text("description", in->description, TICKET_TEXT_MAX, e);
    check_text("requester", in->requester, TICKET_LINE_MAX, e);
    check_text("priority_reason", in->priority_reason, TICKET_LINE_MAX, e);
    if (in->source != NULL && find(source_words, HN_ARRAY_LEN(source_words), in->source) < 0)
        (void)hn_fail_field(e, "source", "must be one of: %s",
                            "web, api, monitoring, phone, mail, soc, vendor, cloud");
    check_past("occurred_at", in->occurred_at, now, e);
    check_past("detected_at", in->detected_at, now, e);
    check_past("received_at", in->received_at, now, e);
    return e->n_fields > 0 ? e->code : HN_OK;
}

static const char *created_data(struct ticket_act *x)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, x->arena, 1 << 20);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "source", x->t.source);
    hn_jw_i64(&w, "impact", x->t.impact);
    hn_jw_i64(&w, "urgency", x->t.urgency);
    hn_jw_text(&w, "priority", x->t.priority);
    hn_jw_text(&w, "priority_reason", x->t.priority_reason);
    hn_jw_i64(&w, "priority_version", x->t.priority_version);
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

static enum hn_code link_event(struct ticket_act *x, int64_t transition_id, struct hn_err *e)
{
    int64_t link = 0;

    if (transition_id == 0)
        return HN_OK;
    if (ticket_store_event_claim(x->db, transition_id, x->t.id, e) != HN_OK)
        return e->code;
    return ticket_store_link_add(x->db, x->t.id, "event", transition_id, "opened_by",
                                 x->by->account_id, x->now, &link, e);
}

enum hn_code ticket_act_create(struct ticket_act *x, const char *kind, int64_t assignee_id,
                               int64_t group_id, int64_t transition_id, struct hn_err *e)
{
    const char *all;

    x->t.kind = kind;
    x->t.state = x->w.initial;
    x->t.workflow_version = x->w.version;
    x->t.created_at = x->t.updated_at = x->now;
    x->t.created_by = x->by->account_id;
    x->t.version = 1;
    if (ticket_act_check_refs(x, NULL, e) != HN_OK ||
        ticket_store_number(x->db, x->arena, kind,
                            prefixes[find(kind_words, HN_ARRAY_LEN(kind_words), kind)],
                            &x->t.number, e) != HN_OK ||
        ticket_store_add(x->db, &x->t, e) != HN_OK)
        return e->code;
    if (ticket_act_entry(x,
                         (struct ticket_entry_in){.kind = TICKET_ENTRY_CREATED,
                                                  .to_value = x->t.state,
                                                  .data = created_data(x),
                                                  .transition_id = transition_id},
                         NULL, e) != HN_OK ||
        link_event(x, transition_id, e) != HN_OK ||
        ticket_act_assign(x, assignee_id > 0 ? assignee_id : -1, group_id > 0 ? group_id : -1, e) !=
            HN_OK ||
        ticket_act_clocks(x, e) != HN_OK || ticket_store_save(x->db, &x->t, e) != HN_OK)
        return e->code;
    all = ticket_fields_diff(&x->t, &x->before, x->arena);
    if (audit_add(x->db,
                  &(struct audit_act){.account_id = x->by->account_id,
                                      .who = x->by->who,
                                      .act = "ticket.create",
                                      .object = "ticket",
                                      .object_id = x->t.id,
                                      .after = all,
                                      .address = x->by->address},
                  x->now, e) != HN_OK ||
        ticket_act_notify(x, e) != HN_OK)
        return e->code;
    return db_commit(&x->tx, e);
}

const struct ticket ticket_blank = {.occurred_at = HN_UNSET,
                                    .detected_at = HN_UNSET,
                                    .received_at = HN_UNSET,
                                    .created_at = HN_UNSET,
                                    .responded_at = HN_UNSET,
                                    .restored_at = HN_UNSET,
                                    .resolved_at = HN_UNSET,
                                    .closed_at = HN_UNSET,
                                    .response_due_at = HN_UNSET,
                                    .resolution_due_at = HN_UNSET,
                                    .updated_at = HN_UNSET};

static enum hn_code default_requester(struct ticket_act *x, struct hn_err *e)
{
    if ((x->t.requester != NULL && x->t.requester[0] != '\0') || x->by->account_id == 0)
        return HN_OK;
    return ticket_store_name(x->db, x->arena, "assignee_id", x->by->account_id, &x->t.requester, e);
}

enum hn_code ticket_create(struct db *db, struct hn_arena *a, const struct actor *by,
                           const struct ticket_new *in, hn_instant now, int64_t *id,
                           struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {
        .db = db, .arena = a, .by = by, .now = now, .before = ticket_blank, .t = ticket_blank};

    if (check_new(in, now, e) != HN_OK)
        return hn_ctx(e, "create ticket");
    x.t.title = in->title;
    x.t.description = in->description == NULL ? "" : in->description;
    x.t.source = in->source == NULL ? "web" : in->source;
    x.t.impact = in->impact == 0 ? 3 : in->impact;
    x.t.urgency = in->urgency == 0 ? 3 : in->urgency;
    x.t.requester = in->requester;
    x.t.service_id = in->service_id;
    x.t.site_id = in->site_id;
    x.t.host_id = in->host_id;
    x.t.check_id = in->check_id;
    x.t.ci_ids = in->ci_ids;
    x.t.occurred_at = in->occurred_at;
    x.t.detected_at = in->detected_at;
    x.t.received_at = in->received_at == HN_UNSET ? now : in->received_at;
    x.t.sample = in->sample;
    if (db_begin(db, &x.tx, e) != HN_OK ||
        ticket_workflow_load(db, a, in->kind, &x.w, e) != HN_OK ||
        default_requester(&x, e) != HN_OK ||
        ticket_act_rank(&x, in->priority, in->priority_reason, e) != HN_OK ||
        ticket_act_create(&x, in->kind, in->assignee_id, in->group_id, in->transition_id, e) !=
            HN_OK)
        return hn_ctx(e, "create ticket");
    *id = x.t.id;
    return HN_OK;
}
