/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/maintenance_store.h"

#include "itsm/watch/claim.h"
#include "itsm/watch/rrule.h"
#include "server/measure/sla.h"

enum hn_code maintenance_list(struct db *db, struct hn_arena *a, const struct maintenance_filter *f,
                              const struct maintenance_row **out, size_t *n, struct hn_err *e)
{
    return maintenance_store_list(db, a, f, out, n, e);
}

enum hn_code maintenance_get(struct db *db, struct hn_arena *a, int64_t id,
                             struct maintenance_row *out, struct hn_err *e)
{
    return maintenance_store_get(db, a, id, false, out, e);
}

static enum hn_code check_new(struct db *db, const struct maintenance_new *in, struct hn_err *e)
{
    int64_t missing = 0;

    if (in->to <= in->from)
        return hn_fail_field(e, "to", "the end must be after the beginning");
    if (in->to - in->from > 366 * HN_DAY)
        return hn_fail_field(e, "to", "a planned stop is at most one year long");
    if (in->recurrence != NULL && rrule_check(in->recurrence, e) != HN_OK)
        return e->code;
    if (maintenance_store_missing(db, in->scope, &missing, e) != HN_OK)
        return e->code;
    if (missing > 0)
        return hn_fail_field(e, "scope", "names something that does not exist");
    return HN_OK;
}

static enum hn_code journal(struct db *db, struct hn_arena *a, const struct actor *who,
                            const char *act, int64_t id, const char *reason, hn_instant from,
                            hn_instant to, hn_instant now, struct hn_err *e)
{
    char f[HN_RFC3339_MAX];
    char t[HN_RFC3339_MAX];
    struct audit_act j = {.account_id = who->account_id,
                          .who = who->who,
                          .act = act,
                          .object = "maintenance",
                          .object_id = id,
                          .reason = reason,
                          .after = hn_arena_fmt(a, "{\"from\":\"%s\",\"to\":\"%s\"}",
                                                hn_rfc3339(from, f), hn_rfc3339(to, t)),
                          .address = who->address,
                          .role = who->role < 0 || who->role >= ROLE_COUNT ? NULL
                                                                           : role_word(who->role)};

    return audit_add(db, &j, now, e);
}

enum hn_code maintenance_create(struct db *db, struct hn_arena *a, const struct actor *who,
                                const struct maintenance_new *in, hn_instant now, int64_t *id,
                                struct hn_err *e)
{
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || check_new(db, in, e) != HN_OK ||
        maintenance_store_add(db, in, who->account_id, now, id, e) != HN_OK ||
        journal(db, a, who, "maintenance.propose", *id, in->reason, in->from, in->to, now, e) !=
            HN_OK)
        return hn_ctx(e, "create maintenance");
    return db_commit(&tx, e);
}

enum hn_code maintenance_change(struct db *db, struct hn_arena *a, const struct actor *who,
                                int64_t id, const struct maintenance_new *in, hn_instant now,
                                struct hn_err *e)
{
    DB_TX tx = {0};
    struct maintenance_row old;

    if (db_begin(db, &tx, e) != HN_OK || maintenance_store_get(db, a, id, true, &old, e) != HN_OK)
        return hn_ctx(e, "change maintenance %" PRId64, id);
    if (!hn_streq(old.state, "proposed"))
        return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
    if (check_new(db, in, e) != HN_OK || maintenance_store_change(db, id, in, e) != HN_OK ||
        journal(db, a, who, "maintenance.change", id, in->reason, in->from, in->to, now, e) !=
            HN_OK)
        return hn_ctx(e, "change maintenance %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code maintenance_decide(struct db *db, struct hn_arena *a, const struct actor *who,
                                int64_t id, bool approve, const char *note, hn_instant now,
                                struct hn_err *e)
{
    DB_TX tx = {0};
    struct maintenance_row row;

    if (db_begin(db, &tx, e) != HN_OK || maintenance_store_get(db, a, id, true, &row, e) != HN_OK)
        return hn_ctx(e, "decide on maintenance %" PRId64, id);
    if (row.proposed_by == who->account_id)
        return hn_fail(e, HN_E_FORBIDDEN, "whoever proposed this cannot approve it");
    if (!hn_streq(row.state, "proposed"))
        return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
    if (maintenance_store_decide(db, id, approve, who->account_id, note, now, e) != HN_OK ||
        journal(db, a, who, approve ? "maintenance.approve" : "maintenance.reject", id, note,
                row.from_at, row.to_at, now, e) != HN_OK)
        return hn_ctx(e, "decide on maintenance %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code maintenance_end(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                             hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct maintenance_row row;
    bool begun;

    if (db_begin(db, &tx, e) != HN_OK || maintenance_store_get(db, a, id, true, &row, e) != HN_OK)
        return hn_ctx(e, "end maintenance %" PRId64, id);
    begun = row.from_at <= now;
    if (hn_streq(row.state, "rejected") || hn_streq(row.state, "cancelled") ||
        row.ended_at != HN_UNSET || (row.recurrence == NULL && row.to_at <= now))
        return hn_fail(e, HN_E_CONFLICT, "this planned stop is over already");
    if (maintenance_store_end(db, id, begun ? row.state : "cancelled", now, e) != HN_OK ||
        journal(db, a, who, begun ? "maintenance.end" : "maintenance.cancel", id, NULL, row.from_at,
                now, now, e) != HN_OK)
        return hn_ctx(e, "end maintenance %" PRId64, id);
    return db_commit(&tx, e);
}

/* An early end cuts the occurrence that runs and takes away those after it. */
static struct ivl cut_end(struct ivl v, hn_instant ended_at)
{
    if (ended_at != HN_UNSET && ended_at < v.to)
        v.to = HN_MAX(ended_at, v.from);
    return v;
}

enum hn_code maintenance_active(struct db *db, struct hn_arena *a, int64_t host_id, hn_instant at,
                                int64_t *id, hn_instant *ends_at, struct hn_err *e)
{
    const struct maintenance_row *rows = NULL;
    size_t n = 0;

    *id = 0;
    *ends_at = HN_UNSET;
    if (maintenance_store_of_host(db, a, host_id, at, &rows, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        const struct ivl *v = NULL;
        size_t m = 0;

        rrule_expand(rows[i].recurrence, rows[i].from_at, rows[i].to_at, at, at + 1, a, &v, &m);
        for (size_t k = 0; k < m; k++) {
            struct ivl o = cut_end(v[k], rows[i].ended_at);

            if (o.from > at || o.to <= at || (*id != 0 && o.to <= *ends_at))
                continue;
            *id = rows[i].id;
            *ends_at = o.to;
        }
    }
    return HN_OK;
}

enum hn_code claim_of_service(struct db *db, struct hn_arena *a, int64_t service_id,
                              struct hn_i64s checks, hn_instant from, hn_instant to,
                              const struct claim **out, size_t *n, struct hn_err *e)
{
    const struct maintenance_row *rows = NULL;
    struct claim *list;
    size_t count = 0;
    size_t total = 0;
    size_t n_rows = 0;
    const struct ivl **v;
    size_t *m;

    if (maintenance_store_of_service(db, a, service_id, checks, from, to, &rows, &n_rows, e) !=
        HN_OK)
        return hn_ctx(e, "planned stops of service %" PRId64, service_id);
    v = hn_arena_make(a, const struct ivl *, n_rows);
    m = hn_arena_make(a, size_t, n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        hn_instant end = rows[i].approved_to == HN_UNSET ? rows[i].to_at : rows[i].approved_to;

        rrule_expand(rows[i].recurrence, rows[i].from_at, end, from, to, a, &v[i], &m[i]);
        total += m[i];
    }
    list = hn_arena_make(a, struct claim, total);
    for (size_t i = 0; i < n_rows; i++) {
        for (size_t k = 0; k < m[i]; k++) {
            struct sla_maintenance one = {.from = v[i][k].from,
                                          .to = v[i][k].to,
                                          .approved_at = rows[i].decided_at,
                                          .approved_to = v[i][k].to,
                                          .ended_at = rows[i].ended_at};
            struct ivl o;

            if (!sla_maintenance_claim(&one, &o) || o.to <= from)
                continue; /* approved late, or ended before it began: silences only */
            list[count++] = (struct claim){.maintenance_id = rows[i].id,
                                           .title = rows[i].title,
                                           .kind = rows[i].kind,
                                           .change_id = rows[i].change_id,
                                           .approved_by = rows[i].decided_by,
                                           .approver = rows[i].decider,
                                           .approved_at = rows[i].decided_at,
                                           .from = o.from,
                                           .to = o.to};
        }
    }
    *out = list;
    *n = count;
    return HN_OK;
}
