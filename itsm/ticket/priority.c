/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/priority.h"
#include "itsm/ticket/ticket_store.h"
#include "server/auth/audit.h"

static const char *const words[] = {
#define X(e, w, m) w,
    TICKET_PRIORITIES(X)
#undef X
};

int ticket_priority_index(const char *word)
{
    for (int i = 0; word != NULL && i < TICKET_PRIORITY_COUNT; i++)
        if (hn_streq(words[i], word))
            return i;
    return -1;
}

static const char *as_json(struct hn_arena *a, const struct ticket_priority_table *t)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 4000);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_i64(&w, "version", t->version);
    ticket_priority_write_matrix(t, &w, "matrix");
    ticket_priority_write_targets(t, &w, "targets");
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

enum hn_code ticket_priority_change(struct db *db, struct hn_arena *a, const struct actor *by,
                                    const struct ticket_priority_table *t, int64_t follows,
                                    hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct ticket_priority_table old;
    struct ticket_priority_table next = *t;

    if (t->reason == NULL || t->reason[0] == '\0')
        return hn_fail_field(e, "reason", "is required");
    if (db_begin(db, &tx, e) != HN_OK || ticket_store_lock_priorities(db, e) != HN_OK ||
        ticket_priority_load(db, a, 0, &old, e) != HN_OK)
        return hn_ctx(e, "change the priority table");
    if (old.version != follows)
        return hn_fail(e, HN_E_CONFLICT,
                       "the table was changed by somebody else: it is now version %lld",
                       (long long)old.version);
    for (int i = 0; i < TICKET_PRIORITY_COUNT; i++) {
        const char *definition;
        const char *name;
        struct hn_err why = {0};

        if (ticket_store_calendar(db, a, t->target[i].calendar, now, &definition, &name, &why) !=
            HN_OK)
            (void)hn_fail_field(e, hn_arena_fmt(a, "targets.%s.calendar", words[i]),
                                "there is no such calendar");
    }
    if (e->n_fields > 0)
        return e->code;
    next.version = old.version + 1;
    if (ticket_store_add_priorities(db, a, &next, by->account_id, now, e) != HN_OK)
        return hn_ctx(e, "change the priority table");
    if (audit_add(db,
                  &(struct audit_act){.account_id = by->account_id,
                                      .who = by->who,
                                      .act = "priority_table.change",
                                      .object = "priority_table",
                                      .object_id = next.version,
                                      .reason = t->reason,
                                      .before = as_json(a, &old),
                                      .after = as_json(a, &next),
                                      .address = by->address},
                  now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}
