/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync.c — what the rule measures becomes outages. The transitions from a time on are put through
 * the service's rule (each version of it for its own time) and the outages that come out are laid
 * beside the stored ones: those that overlap are the same outage with new bounds, others are added,
 * and one that the transitions no longer show is voided. A person's correction stays in force
 * throughout.
 */
#include "itsm/event/timeline.h"
#include "itsm/sla/outage_store.h"
#include "itsm/sla/service_store.h"
#include "itsm/sla/sla_audit.h"
#include "itsm/sla/sync.h"

#define EVER (HN_UNSET + 1) /* -infinity in the database */

struct hn_i64s sync_checks(struct hn_arena *a, const struct service_row *v, size_t n)
{
    size_t total = 0;
    size_t m = 0;
    int64_t *ids;

    for (size_t i = 0; i < n; i++)
        total += v[i].check_ids.n;
    ids = hn_arena_make(a, int64_t, total);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < v[i].check_ids.n; k++) {
            int64_t id = v[i].check_ids.v[k];
            size_t at = 0;

            while (at < m && ids[at] < id)
                at++;
            if (at < m && ids[at] == id)
                continue;
            memmove(&ids[at + 1], &ids[at], (m - at) * sizeof(*ids));
            ids[at] = id;
            m++;
        }
    }
    return (struct hn_i64s){ids, m};
}

struct spans {
    struct ivl *v;
    size_t n, cap;
};

static void add_span(struct spans *s, struct hn_arena *a, int64_t from, int64_t to)
{
    if (to <= from)
        return;
    if (s->n > 0 && s->v[s->n - 1].to >= from) { /* goes on over a version's border */
        s->v[s->n - 1].to = HN_MAX(s->v[s->n - 1].to, to);
        return;
    }
    if (s->n == s->cap) {
        struct ivl *more = hn_arena_make(a, struct ivl, s->cap * 2 + 16);

        if (s->n > 0)
            memcpy(more, s->v, s->n * sizeof(*more));
        s->v = more;
        s->cap = s->cap * 2 + 16;
    }
    s->v[s->n++] = (struct ivl){from, to};
}

enum hn_code sync_timeline(struct hn_arena *a, const struct service_row *versions,
                           size_t n_versions, const struct check_timeline *lines, size_t n_lines,
                           hn_instant from, hn_instant to, struct ivl_set *down,
                           struct ivl_set *unknown, struct hn_err *e)
{
    struct spans d = {0};
    struct spans u = {0};
    bool open = false;

    for (size_t i = n_versions; i-- > 0;) { /* stored newest first */
        const struct service_row *v = &versions[i];
        hn_instant begin = i == n_versions - 1 ? from : HN_MAX(from, v->valid_from);
        hn_instant end = i == 0 ? to : HN_MIN(to, versions[i - 1].valid_from);
        const struct service_rule *rule = NULL;
        struct service_timeline t;

        if (begin >= end)
            continue;
        if (v->rule == NULL) { /* never unknown, never measured down */
            open = false;
            continue;
        }
        if (rule_parse(v->rule, strlen(v->rule), a, &rule, e) != HN_OK)
            return hn_ctx(e, "rule of service %" PRId64 " version %" PRId64, v->id, v->version);
        service_timeline(rule, lines, n_lines, open, begin, end, a, &t);
        for (size_t k = 0; k < t.down.n; k++)
            add_span(&d, a, t.down.v[k].from,
                     t.is_open && k + 1 == t.down.n && i == 0 ? HN_NEVER : t.down.v[k].to);
        for (size_t k = 0; k < t.unknown.n; k++)
            add_span(&u, a, t.unknown.v[k].from, t.unknown.v[k].to);
        open = t.is_open;
    }
    *down = (struct ivl_set){d.v, d.n};
    *unknown = (struct ivl_set){u.v, u.n};
    return HN_OK;
}

static bool same_outage(const struct outage_row *row, struct ivl span)
{
    hn_instant end = row->measured_to == HN_UNSET ? HN_NEVER : row->measured_to;

    return row->measured_from < span.to && span.from < end;
}

static enum hn_code write_span(struct db *db, int64_t service_id, struct ivl span,
                               const struct outage_row *old, int64_t ticket_id, hn_instant now,
                               struct hn_err *e)
{
    hn_instant to = span.to == HN_NEVER ? HN_UNSET : span.to;
    int64_t id = 0;

    if (old == NULL) {
        struct outage_new in = {.service_id = service_id,
                                .from = span.from,
                                .to = to,
                                .reason = "",
                                .ticket_id = ticket_id};

        return outage_store_add(db, &in, "rule", 0, now, &id, e);
    }
    if (old->ticket_id == 0 && ticket_id != 0 &&
        outage_store_set_ticket(db, old->id, ticket_id, e) != HN_OK)
        return e->code;
    if (old->measured_from == span.from && old->measured_to == to &&
        !(old->voided && !old->corrected))
        return HN_OK;
    return outage_store_measure(db, old->id, span.from, to, e);
}

static enum hn_code write_all(struct db *db, struct hn_arena *a, int64_t service_id,
                              struct ivl_set down, const struct outage_row *rows, size_t n,
                              int64_t ticket_id, hn_instant now, struct hn_err *e)
{
    const struct actor machine = ACTOR_WORK;
    bool *used = hn_arena_make(a, bool, n);

    for (size_t i = 0; i < down.n; i++) {
        const struct outage_row *old = NULL;

        for (size_t k = 0; k < n && old == NULL; k++) {
            if (used[k] || !same_outage(&rows[k], down.v[i]))
                continue;
            used[k] = true;
            old = &rows[k];
        }
        if (write_span(db, service_id, down.v[i], old, ticket_id, now, e) != HN_OK)
            return e->code;
    }
    for (size_t k = 0; k < n; k++) {
        if (used[k] || rows[k].voided || rows[k].corrected)
            continue;
        if (outage_store_void_measured(db, rows[k].id, e) != HN_OK ||
            sla_audit(db, &machine, "outage.void", "outage", rows[k].id,
                      "late results show that the service was up", NULL, NULL, now, e) != HN_OK)
            return e->code;
    }
    return HN_OK;
}

enum hn_code sla_sync_service(struct db *db, struct hn_arena *a, int64_t service_id,
                              hn_instant from, int64_t ticket_id, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    const struct service_row *versions = NULL;
    const struct outage_row *rows = NULL;
    const struct check_timeline *lines = NULL;
    struct hn_i64s ids;
    struct ivl_set down;
    struct ivl_set unknown;
    hn_instant start = HN_MAX(from, EVER);
    size_t n_versions = 0;
    size_t n = 0;

    if (db_begin(db, &tx, e) != HN_OK || service_store_lock(db, service_id, e) != HN_OK ||
        service_store_versions(db, a, service_id, &versions, &n_versions, e) != HN_OK ||
        outage_store_measured(db, a, service_id, start, &rows, &n, e) != HN_OK)
        return hn_ctx(e, "sync service %" PRId64, service_id);
    if (n > 0 && rows[0].measured_from < start)
        start = rows[0].measured_from;
    ids = sync_checks(a, versions, n_versions);
    if (timeline_read(db, a, ids, start, HN_NEVER, &lines, e) != HN_OK ||
        sync_timeline(a, versions, n_versions, lines, ids.n, start, HN_MAX(now, start), &down,
                      &unknown, e) != HN_OK ||
        write_all(db, a, service_id, down, rows, n, ticket_id, now, e) != HN_OK)
        return hn_ctx(e, "sync service %" PRId64, service_id);
    return db_commit(&tx, e);
}

enum hn_code sla_sync_checks(struct db *db, struct hn_arena *a, struct hn_i64s checks,
                             hn_instant from, int64_t ticket_id, hn_instant now, struct hn_err *e)
{
    struct hn_i64s services;

    if (checks.n == 0)
        return HN_OK;
    if (service_store_of_checks(db, a, checks, &services, e) != HN_OK)
        return hn_ctx(e, "services of checks");
    for (size_t i = 0; i < services.n; i++)
        if (sla_sync_service(db, a, services.v[i], from, ticket_id, now, e) != HN_OK)
            return e->code;
    return HN_OK;
}
