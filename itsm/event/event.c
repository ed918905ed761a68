/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/event/event.h"

#include "itsm/event/event_store.h"
#include "server/http/live.h"

enum hn_code event_get(struct db *db, struct hn_arena *a, int64_t id, struct event_view *out,
                       struct hn_err *e)
{
    struct event_view_filter f = {.id = id, .from = HN_UNSET, .to = HN_UNSET, .limit = 1};
    const struct event_view *v;
    size_t n;

    if (event_view_list(db, a, &f, &v, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such event");
    *out = v[0];
    return HN_OK;
}

enum hn_code event_acknowledge(struct db *db, struct hn_arena *a, const struct actor *who,
                               int64_t id, const char *note, hn_instant now, struct hn_err *e)
{
    struct audit_act j = {.account_id = who->account_id,
                          .who = who->who,
                          .act = "event.acknowledge",
                          .object = "event",
                          .object_id = id,
                          .reason = note,
                          .address = who->address};
    struct event_view v;
    DB_TX tx = {0};
    bool won = false;

    if (db_begin(db, &tx, e) != HN_OK || event_get(db, a, id, &v, e) != HN_OK)
        return e->code;
    if (hn_streq(v.to_state, "ok") || hn_streq(v.to_state, "pending"))
        return hn_fail(e, HN_E_CONFLICT, "this event tells of no failure; nothing to acknowledge");
    if (event_store_acknowledge(db, id, who->account_id, note, now, &won, e) != HN_OK)
        return e->code;
    if (!won) {
        if (event_get(db, a, id, &v, e) != HN_OK)
            return e->code;
        struct hn_local t = hn_tokyo(v.acknowledged_at);

        return hn_fail(e, HN_E_CONFLICT, "%s acknowledged this already, at %02d:%02d:%02d",
                       v.acknowledged_by == NULL ? "hinomi" : v.acknowledged_by, t.hour, t.minute,
                       t.second);
    }
    if (audit_add(db, &j, now, e) != HN_OK || live_notify(db, "board", NULL, e) != HN_OK)
        return hn_ctx(e, "acknowledge event %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code event_samples(struct db *db, struct hn_arena *a, int64_t id, int64_t limit,
                           const struct timeline_sample **out, size_t *n, struct hn_err *e)
{
    struct event_view v;
    hn_instant end;

    if (event_get(db, a, id, &v, e) != HN_OK || event_store_end(db, id, &end, e) != HN_OK)
        return e->code;
    if (hn_streq(v.to_state, "ok")) /* the end of something: what was before it */
        end = v.at;
    return timeline_samples(db, a, (struct hn_i64s){&v.check_id, 1}, v.at - HN_HOUR,
                            hn_add(end, HN_SEC), limit, out, n, e);
}

enum hn_code event_notices(struct db *db, struct hn_arena *a, const struct event_notice_filter *f,
                           struct event_notice **out, size_t *n, struct hn_err *e)
{
    return event_store_notices(db, a, f, out, n, e);
}
