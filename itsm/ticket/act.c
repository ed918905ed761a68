/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/act.h"
#include "itsm/ticket/clocks.h"
#include "server/auth/audit.h"
#include "server/http/live.h"

/* Tells in e's fields what was changed since, so that whoever is late loses nothing. */
static enum hn_code stale(struct ticket_act *x, int64_t version, struct hn_err *e)
{
    struct ticket_entry *list = NULL;
    size_t n = 0;

    if (ticket_store_changes(x->db, x->arena, x->t.id, version, &list, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        const char *field = list[i].field != NULL ? list[i].field : list[i].kind;
        bool later = false;

        for (size_t k = i + 1; k < n; k++)
            later |= hn_streq(field, list[k].field != NULL ? list[k].field : list[k].kind);
        if (!later)
            (void)hn_fail_field(e, field, "%s changed this to \"%.150s\"",
                                list[i].by_name == NULL ? "hinomi" : list[i].by_name,
                                list[i].to_value == NULL ? "" : list[i].to_value);
    }
    return hn_fail(e, HN_E_CONFLICT,
                   "the ticket was changed by somebody else: it is now version %lld, you saw %lld",
                   (long long)x->t.version, (long long)version);
}

enum hn_code ticket_act_begin(struct ticket_act *x, int64_t id, int64_t version, struct hn_err *e)
{
    if (db_begin(x->db, &x->tx, e) != HN_OK ||
        ticket_store_lock(x->db, x->arena, id, &x->t, e) != HN_OK ||
        ticket_workflow_load(x->db, x->arena, x->t.kind, &x->w, e) != HN_OK)
        return e->code;
    x->before = x->t;
    if (version != 0 && version != x->t.version)
        return stale(x, version, e);
    return HN_OK;
}

void ticket_act_end(struct ticket_act *x)
{
    db_tx_end(&x->tx);
}

enum hn_code ticket_act_entry(struct ticket_act *x, struct ticket_entry_in in, int64_t *id,
                              struct hn_err *e)
{
    in.ticket_id = x->t.id;
    in.by_id = x->by->account_id;
    in.ticket_version = x->quiet ? 0 : x->before.version + 1;
    return ticket_store_entry_add(x->db, &in, x->now, id, e);
}

void ticket_act_respond(struct ticket_act *x)
{
    if (x->t.responded_at == HN_UNSET && x->by->account_id != 0 &&
        perm_role_has(x->by->role, PERM_TICKET_WORK))
        x->t.responded_at = x->now;
}

enum hn_code ticket_act_clocks(struct ticket_act *x, struct hn_err *e)
{
    struct ticket_clocks c;

    if (ticket_clocks_of(x->db, x->arena, &x->t, &x->w, x->now, &c, e) != HN_OK)
        return e->code;
    x->t.response_due_at = ticket_clock_due(&c.response);
    x->t.resolution_due_at = ticket_clock_due(&c.resolution);
    return HN_OK;
}

enum hn_code ticket_act_notify(struct ticket_act *x, struct hn_err *e)
{
    char topic[40];

    (void)snprintf(topic, sizeof(topic), "ticket:%" PRId64, x->t.id);
    if (live_notify(x->db, topic, NULL, e) != HN_OK)
        return e->code;
    return live_notify(x->db, "tickets", NULL, e);
}

enum hn_code ticket_act_commit(struct ticket_act *x, const char *act, const char *reason,
                               struct hn_err *e)
{
    struct audit_act audit = {.account_id = x->by->account_id,
                              .who = x->by->who,
                              .act = act,
                              .object = "ticket",
                              .object_id = x->t.id,
                              .reason = reason,
                              .address = x->by->address};

    x->t.updated_at = x->now;
    if (!x->quiet)
        x->t.version = x->before.version + 1;
    audit.before = x->audit_before;
    audit.after = x->after;
    if (x->after == NULL) {
        audit.before = ticket_fields_diff(&x->before, &x->t, x->arena);
        audit.after = ticket_fields_diff(&x->t, &x->before, x->arena);
    }
    if (ticket_act_clocks(x, e) != HN_OK || ticket_store_save(x->db, &x->t, e) != HN_OK ||
        audit_add(x->db, &audit, x->now, e) != HN_OK || ticket_act_notify(x, e) != HN_OK)
        return hn_ctx(e, "%s of ticket %" PRId64, act, x->t.id);
    return db_commit(&x->tx, e);
}

const char *ticket_cut(struct hn_arena *a, const char *s, size_t max)
{
    size_t n = 0;
    const char *p = s;

    for (; *p != '\0'; p++)
        if (((unsigned char)*p & 0xC0) != 0x80 && n++ == max)
            break;
    return *p == '\0' ? s : hn_arena_strndup(a, s, (size_t)(p - s));
}
