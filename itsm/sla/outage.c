/* SPDX-License-Identifier: Apache-2.0 */
/* outage.c — outages recorded and corrected by people. What the rule measures: sync.c. */
#include "itsm/sla/outage_store.h"
#include "itsm/sla/service_store.h"
#include "itsm/sla/sla_audit.h"

enum hn_code outage_list(struct db *db, struct hn_arena *a, const struct outage_filter *f,
                         const struct outage_row **out, size_t *n, struct hn_err *e)
{
    return outage_store_list(db, a, f, out, n, e);
}

enum hn_code outage_get(struct db *db, struct hn_arena *a, int64_t id, struct outage_row *out,
                        struct hn_err *e)
{
    return outage_store_get(db, a, id, false, out, e);
}

enum hn_code outage_changes(struct db *db, struct hn_arena *a, int64_t outage_id,
                            const struct outage_change_row **out, size_t *n, struct hn_err *e)
{
    return outage_store_changes(db, a, outage_id, false, out, n, e);
}

enum hn_code outage_waiting(struct db *db, struct hn_arena *a, const struct outage_change_row **out,
                            size_t *n, struct hn_err *e)
{
    return outage_store_changes(db, a, 0, true, out, n, e);
}

enum hn_code outage_set_ticket(struct db *db, int64_t id, int64_t ticket_id, struct hn_err *e)
{
    return outage_store_set_ticket(db, id, ticket_id, e);
}

/* Bounds as JSON, for the audit row: what was and what shall be. */
static const char *span_json(struct hn_arena *a, hn_instant from, hn_instant to, bool void_it)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 512);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_instant(&w, "from", from);
    hn_jw_instant(&w, "to", to);
    if (void_it)
        hn_jw_bool(&w, "void", true);
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

enum hn_code outage_record(struct db *db, struct hn_arena *a, const struct actor *who,
                           const struct outage_new *in, hn_instant now, int64_t *id,
                           struct hn_err *e)
{
    DB_TX tx = {0};
    struct service_row service;

    if (in->to != HN_UNSET && in->to <= in->from)
        return hn_fail_field(e, "to", "the end must be after the beginning");
    if (in->from > now)
        return hn_fail_field(e, "from", "lies in the future");
    if (db_begin(db, &tx, e) != HN_OK)
        return e->code;
    if (service_store_get(db, a, in->service_id, &service, e) == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        return hn_fail_field(e, "service_id", "there is no such service");
    }
    if (e->code != HN_OK ||
        outage_store_add(db, in, "hand", who->account_id, now, id, e) != HN_OK ||
        sla_audit(db, who, "outage.record", "outage", *id, in->reason, NULL,
                  span_json(a, in->from, in->to, false), now, e) != HN_OK)
        return hn_ctx(e, "record outage");
    return db_commit(&tx, e);
}

enum hn_code outage_propose(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                            const struct outage_correction *in, hn_instant now, int64_t *change_id,
                            struct hn_err *e)
{
    DB_TX tx = {0};
    struct outage_row old;
    const struct outage_change_row *waiting = NULL;
    size_t n = 0;

    if (in->to != HN_UNSET && in->to <= in->from)
        return hn_fail_field(e, "to", "the end must be after the beginning");
    if (db_begin(db, &tx, e) != HN_OK || outage_store_get(db, a, id, true, &old, e) != HN_OK ||
        outage_store_changes(db, a, id, true, &waiting, &n, e) != HN_OK)
        return hn_ctx(e, "propose a correction of outage %" PRId64, id);
    if (n > 0)
        return hn_fail(e, HN_E_CONFLICT, "a correction of this outage is waiting for its approval");
    if (in->seen_version != 0 && in->seen_version != old.version)
        return hn_fail(e, HN_E_CONFLICT, "somebody else has changed this in the meantime");
    if (outage_store_propose(db, &old, in, who->account_id, now, change_id, e) != HN_OK ||
        sla_audit(db, who, "outage.propose", "outage", id, in->reason,
                  span_json(a, old.from_at, old.to_at, old.voided),
                  span_json(a, in->from, in->to, in->void_it), now, e) != HN_OK)
        return hn_ctx(e, "propose a correction of outage %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code outage_decide(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                           bool approve, const char *note, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct outage_row old;
    const struct outage_change_row *c = NULL;
    size_t n = 0;

    if (db_begin(db, &tx, e) != HN_OK || outage_store_get(db, a, id, true, &old, e) != HN_OK ||
        outage_store_changes(db, a, id, true, &c, &n, e) != HN_OK)
        return hn_ctx(e, "decide on outage %" PRId64, id);
    if (n == 0)
        return hn_fail(e, HN_E_CONFLICT, "no correction of this outage is waiting");
    if (c->proposed_by == who->account_id)
        return hn_fail(e, HN_E_FORBIDDEN, "whoever proposed this cannot approve it");
    if (outage_store_decide(db, c->id, approve ? "approved" : "rejected", who->account_id, note,
                            now, e) != HN_OK)
        return e->code;
    if (approve && outage_store_correct(db, id, c->from_at, c->to_at, c->void_it, e) != HN_OK)
        return e->code;
    if (sla_audit(db, who, approve ? "outage.approve" : "outage.reject", "outage", id, note,
                  span_json(a, old.from_at, old.to_at, old.voided),
                  span_json(a, c->from_at, c->to_at, c->void_it), now, e) != HN_OK)
        return hn_ctx(e, "decide on outage %" PRId64, id);
    return db_commit(&tx, e);
}
