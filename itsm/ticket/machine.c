/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine does with a ticket. Text comes from devices and is stored as it is, cut to
 * bounds. */
#include "itsm/ticket/act.h"
#include "server/base/parse.h"

static const struct actor machine = {0, "system:work", ROLE_NONE, NULL};

static const char *machine_json(struct hn_arena *a, const struct ticket_machine_in *in)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 1 << 20);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "values_text", in->values_text);
    hn_jw_array(&w, "values");
    for (size_t i = 0; i < in->n_values; i++) {
        hn_jw_object(&w, NULL);
        hn_jw_text(&w, "name", in->values[i].name);
        hn_jw_text(&w, "text", in->values[i].text);
        hn_jw_instant(&w, "at", in->values[i].at);
        hn_jw_end_object(&w);
    }
    hn_jw_end_array(&w);
    hn_jw_array(&w, "chain");
    for (size_t i = 0; i < in->n_chain; i++) {
        hn_jw_object(&w, NULL);
        hn_jw_text(&w, "kind", in->chain[i].kind);
        hn_jw_id(&w, "object_id", in->chain[i].object_id);
        hn_jw_text(&w, "name", in->chain[i].name);
        hn_jw_text(&w, "state", in->chain[i].state);
        hn_jw_text(&w, "note", in->chain[i].note);
        hn_jw_end_object(&w);
    }
    hn_jw_end_array(&w);
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

enum hn_code ticket_open_by_machine(struct db *db, struct hn_arena *a,
                                    const struct ticket_machine_in *in, hn_instant now, int64_t *id,
                                    struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db,
                           .arena = a,
                           .by = &machine,
                           .now = now,
                           .before = ticket_blank,
                           .t = ticket_blank};
    struct ticket_group group;

    x.t.title = ticket_cut(a, in->title, TICKET_TITLE_MAX);
    x.t.description =
        in->description == NULL ? "" : ticket_cut(a, in->description, TICKET_TEXT_MAX);
    x.t.source = "monitoring";
    x.t.impact = in->impact;
    x.t.urgency = in->urgency;
    x.t.service_id = in->service_id;
    x.t.site_id = in->site_id;
    x.t.host_id = in->host_id;
    x.t.check_id = in->check_id;
    x.t.occurred_at = in->occurred_at;
    x.t.detected_at = in->detected_at;
    x.t.received_at = now;
    x.t.sample = in->sample;
    x.t.machine = machine_json(a, in);
    if (db_begin(db, &x.tx, e) != HN_OK ||
        ticket_workflow_load(db, a, "incident", &x.w, e) != HN_OK ||
        ticket_store_group(db, a, 0, in->group_code == NULL ? "noc" : in->group_code, &group, e) !=
            HN_OK ||
        ticket_act_rank(&x, NULL, NULL, e) != HN_OK ||
        ticket_act_create(&x, "incident", 0, group.id, in->transition_id, e) != HN_OK)
        return hn_ctx(e, "open an incident for transition %" PRId64, in->transition_id);
    *id = x.t.id;
    return HN_OK;
}

enum hn_code ticket_note_by_machine(struct db *db, int64_t ticket_id, enum ticket_entry_kind kind,
                                    const char *text, const char *data, int64_t transition_id,
                                    hn_instant now, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = &machine, .now = now, .quiet = true};
    int64_t made = 0;
    int64_t link = 0;

    if (ticket_act_begin(&x, ticket_id, 0, e) != HN_OK ||
        ticket_act_entry(&x,
                         (struct ticket_entry_in){.kind = kind,
                                                  .text = ticket_cut(a, text, TICKET_TEXT_MAX),
                                                  .data = data,
                                                  .transition_id = transition_id},
                         &made, e) != HN_OK)
        return hn_ctx(e, "note on ticket %" PRId64, ticket_id);
    if (made == 0)
        return db_commit(&x.tx, e); /* noted before */
    if (transition_id != 0 && (ticket_store_event_claim(db, transition_id, ticket_id, e) != HN_OK ||
                               ticket_store_link_add(db, ticket_id, "event", transition_id,
                                                     "joined", 0, now, &link, e) != HN_OK))
        return hn_ctx(e, "note on ticket %" PRId64, ticket_id);
    x.after = hn_arena_fmt(a, "{\"entry_id\": %" PRId64 "}", made);
    return ticket_act_commit(&x, "ticket.note", NULL, e);
}

static enum hn_code set_restored(struct db *db, int64_t ticket_id, hn_instant at, hn_instant now,
                                 struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = &machine, .now = now, .quiet = true};
    const struct ticket_field *f = &ticket_fields[TICKET_FIELD_restored_at];

    if (ticket_act_begin(&x, ticket_id, 0, e) != HN_OK)
        return hn_ctx(e, "restore ticket %" PRId64, ticket_id);
    if (at != HN_UNSET && x.t.restored_at != HN_UNSET)
        return db_commit(&x.tx, e); /* stamped once; people correct it */
    x.t.restored_at = at;
    if (ticket_field_same(f, &x.t, &x.before))
        return db_commit(&x.tx, e);
    if (ticket_act_entry(&x,
                         (struct ticket_entry_in){.kind = TICKET_ENTRY_FIELD,
                                                  .field = f->name,
                                                  .from_value = ticket_field_text(f, &x.before, a),
                                                  .to_value = ticket_field_text(f, &x.t, a)},
                         NULL, e) != HN_OK)
        return hn_ctx(e, "restore ticket %" PRId64, ticket_id);
    return ticket_act_commit(&x, at == HN_UNSET ? "ticket.not_restored" : "ticket.restored", NULL,
                             e);
}

enum hn_code ticket_restored(struct db *db, int64_t ticket_id, hn_instant at, hn_instant now,
                             struct hn_err *e)
{
    return set_restored(db, ticket_id, at, now, e);
}

enum hn_code ticket_not_restored(struct db *db, int64_t ticket_id, hn_instant now, struct hn_err *e)
{
    return set_restored(db, ticket_id, HN_UNSET, now, e);
}
