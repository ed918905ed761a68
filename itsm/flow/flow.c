/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/flow/flow.h"

#include "itsm/flow/cause.h"
#include "itsm/flow/incident.h"
#include "itsm/sla/sla.h"
#include "itsm/ticket/ticket.h"
#include "itsm/watch/maintenance.h"
#include "server/base/i18n.h"
#include "server/base/log.h"
#include "server/http/live.h"
#include "server/ingest/ingest.h"

#define PASS_MAX 200

/* One pass: a transaction under the lock. */
struct pass {
    struct db *db;
    struct hn_arena *a;
    hn_instant now;
    /* Checks whose outages are to be derived anew, with their incident. */
    struct touched {
        int64_t check_id;
        int64_t ticket_id;
        hn_instant from;
    } * touched;
    size_t n, room;
};

static void touch(struct pass *p, int64_t check_id, hn_instant from, int64_t ticket_id)
{
    if (p->n == p->room) {
        size_t room = HN_MAX((size_t)64, 2 * p->room);
        struct touched *v = hn_arena_make(p->a, struct touched, room);

        if (p->n > 0)
            memcpy(v, p->touched, p->n * sizeof(*v));
        p->touched = v;
        p->room = room;
    }
    p->touched[p->n++] = (struct touched){check_id, ticket_id, from};
}

static int by_ticket(const void *x, const void *y)
{
    const struct touched *a = x;
    const struct touched *b = y;

    if (a->ticket_id != b->ticket_id)
        return a->ticket_id < b->ticket_id ? -1 : 1;
    return a->check_id < b->check_id ? -1 : a->check_id > b->check_id;
}

/* Outages follow, all checks of one incident together. */
static enum hn_code sync_outages(struct pass *p, struct hn_err *e)
{
    int64_t *ids = hn_arena_make(p->a, int64_t, p->n);

    if (p->n > 0)
        qsort(p->touched, p->n, sizeof(*p->touched), by_ticket);
    for (size_t i = 0; i < p->n;) {
        int64_t ticket = p->touched[i].ticket_id;
        hn_instant from = HN_NEVER;
        size_t k = 0;

        for (; i < p->n && p->touched[i].ticket_id == ticket; i++) {
            from = HN_MIN(from, p->touched[i].from);
            if (k == 0 || ids[k - 1] != p->touched[i].check_id)
                ids[k++] = p->touched[i].check_id;
        }
        if (sla_sync_checks(p->db, p->a, (struct hn_i64s){ids, k}, from, ticket, p->now, e) !=
            HN_OK)
            return hn_ctx(e, "outages of %zu checks", k);
    }
    return HN_OK;
}

static bool is_down(const char *state)
{
    return hn_streq(state, "critical") || hn_streq(state, "unreachable");
}

/* Closed and resolved incidents take no more lines: what comes then is a new one. */
static enum hn_code open_ticket_of(struct pass *p, int64_t check_id, int64_t *ticket_id,
                                   struct hn_err *e)
{
    struct ticket t;
    int64_t last;

    if (ticket_find_open_for(p->db, 0, check_id, ticket_id, e) != HN_OK)
        return e->code;
    if (*ticket_id != 0)
        return HN_OK;
    if (flow_store_last_ticket(p->db, check_id, &last, e) != HN_OK)
        return e->code;
    if (last == 0)
        return HN_OK;
    if (ticket_get(p->db, p->a, last, &t, e) != HN_OK)
        return e->code;
    if (!hn_streq(t.state, "resolved") && !hn_streq(t.state, "closed") &&
        !hn_streq(t.state, "cancelled"))
        *ticket_id = last;
    return HN_OK;
}

static enum hn_code ticket_of(struct pass *p, int64_t transition_id, int64_t *ticket_id,
                              struct hn_err *e)
{
    struct flow_item root;

    *ticket_id = 0;
    if (transition_id == 0)
        return HN_OK;
    if (flow_store_get(p->db, p->a, transition_id, &root, e) != HN_OK)
        return e->code;
    *ticket_id = root.ticket_id;
    return HN_OK;
}

/* The transition is the effect of another: the check becomes unreachable, linked to the root. */
static enum hn_code make_effect(struct pass *p, const struct flow_item *t, const struct cause *c,
                                struct hn_err *e)
{
    int64_t changed = 0, root_ticket = 0;

    if (flow_store_done(p->db, t->id, c->root_id, e) != HN_OK ||
        flow_store_relink(p->db, t->id, c->root_id, e) != HN_OK ||
        ticket_of(p, c->root_id, &root_ticket, e) != HN_OK)
        return e->code;
    if (hn_streq(t->state, "critical") && t->last_transition_id == t->id) {
        const char *text =
            hn_arena_fmt(p->a, hn_tr("Cannot be reached: %s is down"), c->parent->host_name);

        if (ingest_reach(p->db, p->a, t->check_id, true, t->at, c->root_id, text, p->now, &changed,
                         e) != HN_OK ||
            (changed != 0 && (flow_store_done(p->db, changed, c->root_id, e) != HN_OK ||
                              flow_store_merge(p->db, t->id, changed, e) != HN_OK)))
            return e->code;
    }
    touch(p, t->check_id, t->at, root_ticket);
    return HN_OK;
}

/* An incident that a child opened before its root was known becomes the root's. */
static enum hn_code adopt(struct pass *p, const struct flow_item *t, int64_t *ticket_id,
                          struct hn_err *e)
{
    struct hn_i64s below;

    *ticket_id = 0;
    if (!t->liveness)
        return HN_OK;
    if (flow_store_critical_below(p->db, p->a, t->check_id, &below, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < below.n; i++) {
        struct flow_parent *parents;
        struct flow_item child;
        struct ticket open;
        size_t n;

        if (flow_store_get(p->db, p->a, below.v[i], &child, e) != HN_OK)
            return e->code;
        if (child.ticket_id == 0 || (*ticket_id != 0 && child.ticket_id > *ticket_id))
            continue;
        if (flow_store_parents(p->db, p->a, child.check_id, &parents, &n, e) != HN_OK ||
            ticket_get(p->db, p->a, child.ticket_id, &open, e) != HN_OK)
            return e->code;
        if (cause_of(parents, n, child.at).verdict == CAUSE_PARENT &&
            open.check_id == child.check_id && open.resolved_at == HN_UNSET &&
            open.closed_at == HN_UNSET)
            *ticket_id = child.ticket_id;
    }
    return HN_OK;
}

/* What failed below it after it was last seen well goes to its account. */
static enum hn_code take_children(struct pass *p, const struct flow_item *t, int64_t root_ticket,
                                  struct hn_err *e)
{
    struct hn_i64s below;

    if (!t->liveness)
        return HN_OK;
    if (flow_store_critical_below(p->db, p->a, t->check_id, &below, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < below.n; i++) {
        struct flow_parent *parents;
        struct flow_item child;
        struct cause c;
        size_t n;

        if (flow_store_get(p->db, p->a, below.v[i], &child, e) != HN_OK ||
            flow_store_parents(p->db, p->a, child.check_id, &parents, &n, e) != HN_OK)
            return e->code;
        c = cause_of(parents, n, child.at);
        if (c.verdict != CAUSE_PARENT || c.root_id == child.id)
            continue;
        if (make_effect(p, &child, &c, e) != HN_OK)
            return e->code;
        if (child.ticket_id != 0 && child.ticket_id != root_ticket) {
            const char *text = hn_arena_fmt(
                p->a, hn_tr("Root cause found: %s is down. This is one of its effects."),
                incident_host(p->a, t));

            if (incident_line(p->db, p->a, child.ticket_id, &child, text, p->now, e) != HN_OK)
                return e->code;
        }
    }
    return HN_OK;
}

static enum hn_code open_or_join(struct pass *p, const struct flow_item *t, hn_instant detected_at,
                                 struct hn_err *e)
{
    int64_t ticket = 0;
    bool adopted = false;

    if (open_ticket_of(p, t->check_id, &ticket, e) != HN_OK)
        return e->code;
    if (ticket == 0) {
        if (adopt(p, t, &ticket, e) != HN_OK)
            return e->code;
        adopted = ticket != 0;
    }
    if (ticket == 0) {
        if (incident_open(p->db, p->a, t, detected_at, p->now, &ticket, e) != HN_OK)
            return hn_ctx(e, "open an incident for transition %" PRId64, t->id);
    } else {
        const char *text = adopted ? hn_arena_fmt(p->a, hn_tr("Root cause found: %s is down. %s"),
                                                  incident_host(p->a, t), t->output)
                                   : NULL;

        if (incident_line(p->db, p->a, ticket, t, text, p->now, e) != HN_OK ||
            ticket_not_restored(p->db, ticket, p->now, e) != HN_OK ||
            (adopted && incident_scope(p->db, p->a, t, ticket, p->now, e) != HN_OK))
            return e->code;
    }
    if (flow_store_set_ticket(p->db, t->id, ticket, e) != HN_OK ||
        flow_store_done(p->db, t->id, 0, e) != HN_OK)
        return e->code;
    touch(p, t->check_id, t->at, ticket);
    return take_children(p, t, ticket, e);
}

/* A planned stop that is over by now covered it when it became known: this runs late. What would
 * have been held until the stop's end is decided as it would have been then. */
static enum hn_code decide_past_stop(struct pass *p, const struct flow_item *t, bool *decided,
                                     struct hn_err *e)
{
    hn_instant ends_at;
    bool came_up;
    int64_t stop;

    *decided = false;
    if (maintenance_active(p->db, p->a, t->host_id, t->confirmed_at, &stop, &ends_at, e) != HN_OK)
        return e->code;
    if (stop == 0 || ends_at > p->now)
        return HN_OK;
    *decided = true;
    if (flow_store_hold(p->db, t->id, ends_at, stop, e) != HN_OK ||
        flow_store_came_up(p->db, t->check_id, t->at, ends_at, &came_up, e) != HN_OK)
        return e->code;
    if (!came_up)
        return open_or_join(p, t, ends_at, e);
    touch(p, t->check_id, t->at, 0);
    return flow_store_done(p->db, t->id, 0, e);
}

/* now_or_never: it is not held (any longer) for a parent that is not decided. */
static enum hn_code decide_critical(struct pass *p, const struct flow_item *t, bool now_or_never,
                                    struct hn_err *e)
{
    hn_instant due = hn_add(t->confirmed_at, FLOW_HOLD), ends_at, detected_at = t->confirmed_at;
    struct flow_parent *parents;
    struct cause c;
    bool decided;
    int64_t stop;
    size_t n;

    if (t->maintenance_id != 0 && t->last_transition_id != t->id &&
        hn_streq(t->flow_state, "held")) { /* over before the planned stop was */
        if (decide_past_stop(p, t, &decided, e) != HN_OK || decided)
            return e->code;
        return flow_store_done(p->db, t->id, 0, e);
    }
    if (flow_store_parents(p->db, p->a, t->check_id, &parents, &n, e) != HN_OK)
        return e->code;
    c = cause_of(parents, n, t->at);
    if (c.verdict == CAUSE_PARENT)
        return make_effect(p, t, &c, e);
    if (maintenance_active(p->db, p->a, t->host_id, p->now, &stop, &ends_at, e) != HN_OK)
        return e->code;
    if (stop != 0) {
        touch(p, t->check_id, t->at, 0);
        if (flow_store_hold(p->db, t->id, ends_at, stop, e) != HN_OK)
            return e->code;
        return take_children(p, t, 0, e);
    }
    if (decide_past_stop(p, t, &decided, e) != HN_OK || decided)
        return e->code;
    if (c.verdict == CAUSE_UNDECIDED && !now_or_never && p->now < due)
        return flow_store_hold(p->db, t->id, due, 0, e);
    if (t->maintenance_id != 0)
        detected_at = p->now;
    return open_or_join(p, t, detected_at, e);
}

/* What waits of the check is decided before its recovery is. */
static enum hn_code settle_held(struct pass *p, const struct flow_item *t, struct hn_err *e)
{
    struct flow_item *held;
    size_t n;

    if (flow_store_held(p->db, p->a, t->check_id, t->id, &held, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        bool decided = false;

        if (held[i].maintenance_id != 0 && !held[i].superseded && is_down(held[i].to_state) &&
            decide_past_stop(p, &held[i], &decided, e) != HN_OK)
            return e->code;
        if (decided)
            continue;
        if (held[i].maintenance_id != 0 || held[i].superseded || !is_down(held[i].to_state)) {
            if (flow_store_done(p->db, held[i].id, 0, e) != HN_OK)
                return e->code;
        } else if (decide_critical(p, &held[i], true, e) != HN_OK) {
            return e->code;
        }
    }
    return HN_OK;
}

/* Up again, from an outage or from less: a line where there is an incident. */
static enum hn_code decide_up(struct pass *p, const struct flow_item *t, struct hn_err *e)
{
    struct flow_episode was;
    int64_t ticket, down = 0;
    const char *text = NULL;

    if (settle_held(p, t, e) != HN_OK ||
        flow_store_episode(p->db, p->a, t->check_id, t->id, &was, e) != HN_OK)
        return e->code;
    touch(p, t->check_id, was.began_at == HN_UNSET ? t->at : was.began_at, 0);
    ticket = was.ticket_id;
    if (was.suppressed_by != 0 && ticket == 0) /* its root's recovery speaks for it */
        return flow_store_done(p->db, t->id, was.suppressed_by, e);
    if (ticket == 0 && was.maintenance_id == 0 &&
        open_ticket_of(p, t->check_id, &ticket, e) != HN_OK)
        return e->code;
    if (ticket == 0)
        return flow_store_done(p->db, t->id, 0, e);
    if (was.began_at != HN_UNSET)
        text =
            hn_arena_fmt(p->a, hn_tr("%s / %s recovered. Outage: %s. %s"), incident_host(p->a, t),
                         t->check_name, incident_span(p->a, was.began_at, t->at), t->output);
    if (incident_line(p->db, p->a, ticket, t, text, p->now, e) != HN_OK ||
        flow_store_set_ticket(p->db, t->id, ticket, e) != HN_OK ||
        flow_store_done(p->db, t->id, 0, e) != HN_OK ||
        flow_store_still_down(p->db, ticket, &down, e) != HN_OK)
        return e->code;
    if (was.began_at != HN_UNSET && down == 0)
        return ticket_restored(p->db, ticket, t->at, p->now, e);
    return HN_OK;
}

/* Answers again after a gap, still without its parents. */
static enum hn_code decide_unreachable(struct pass *p, const struct flow_item *t, struct hn_err *e)
{
    struct flow_parent *parents;
    size_t n;

    touch(p, t->check_id, t->at, 0);
    if (flow_store_parents(p->db, p->a, t->check_id, &parents, &n, e) != HN_OK)
        return e->code;
    return flow_store_done(p->db, t->id, cause_of(parents, n, t->at).root_id, e);
}

/* Warning from below and unknown: no incident of their own. */
static enum hn_code decide_other(struct pass *p, const struct flow_item *t, struct hn_err *e)
{
    int64_t ticket = 0;

    touch(p, t->check_id, t->at, 0);
    if (open_ticket_of(p, t->check_id, &ticket, e) != HN_OK)
        return e->code;
    if (ticket != 0 && (incident_line(p->db, p->a, ticket, t, NULL, p->now, e) != HN_OK ||
                        flow_store_set_ticket(p->db, t->id, ticket, e) != HN_OK))
        return e->code;
    return flow_store_done(p->db, t->id, 0, e);
}

static enum hn_code decide(struct pass *p, const struct flow_item *t, struct hn_err *e)
{
    if (t->late || t->superseded || !t->enabled) { /* switched off: nobody is paged */
        touch(p, t->check_id, t->at, t->ticket_id);
        return flow_store_done(p->db, t->id, 0, e);
    }
    if (hn_streq(t->to_state, "critical"))
        return decide_critical(p, t, false, e);
    if (hn_streq(t->to_state, "ok") || (hn_streq(t->to_state, "warning") && is_down(t->from_state)))
        return decide_up(p, t, e);
    if (hn_streq(t->to_state, "unreachable"))
        return decide_unreachable(p, t, e);
    return decide_other(p, t, e);
}

/* Unreachable checks whose parent came back and that did not: they fail on their own account. */
static enum hn_code release_orphans(struct pass *p, bool *any, struct hn_err *e)
{
    struct flow_orphan *v;
    size_t n;

    if (flow_store_orphans(p->db, p->a, &v, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        int64_t id;

        if (ingest_reach(p->db, p->a, v[i].check_id, false, v[i].up_at, 0,
                         hn_tr("Still fails though the device above it is up again"), p->now, &id,
                         e) != HN_OK)
            return e->code;
        *any |= id != 0;
    }
    return HN_OK;
}

static enum hn_code run_pass(struct db *db, struct hn_arena *a, hn_instant now, int64_t limit,
                             size_t *taken, bool *again, int64_t *at_id, struct hn_err *e)
{
    struct pass p = {.db = db, .a = a, .now = now};
    struct flow_item *v;
    bool released = false;
    DB_TX tx = {0};

    *at_id = 0;
    if (db_begin(db, &tx, e) != HN_OK || flow_store_lock(db, e) != HN_OK ||
        release_orphans(&p, &released, e) != HN_OK ||
        flow_store_take(db, a, now, limit, &v, taken, e) != HN_OK)
        return e->code;
    *again = *taken == (size_t)limit;
    for (size_t i = 0; i < *taken; i++) {
        struct flow_item t;

        *at_id = v[i].id;
        /* An earlier one of this pass may have decided it. */
        if (flow_store_get(db, a, v[i].id, &t, e) != HN_OK)
            return e->code;
        if (!hn_streq(t.flow_state, "done") && decide(&p, &t, e) != HN_OK)
            return hn_ctx(e, "decide on transition %" PRId64, v[i].id);
    }
    if (sync_outages(&p, e) != HN_OK)
        return e->code;
    if (*taken > 0 && live_notify(db, "board", NULL, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

/* A transition that nobody can decide must not hold up the others. */
static enum hn_code set_aside(struct db *db, int64_t id, const struct hn_err *why, struct hn_err *e)
{
    hn_log_err(HN_ERROR, "flow: transition set aside", why);
    return flow_store_done(db, id, 0, e);
}

enum hn_code flow_run(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                      struct hn_err *e)
{
    size_t taken = 0;
    struct hn_err why;
    int64_t id;

    if (run_pass(db, a, now, PASS_MAX, &taken, again, &id, e) == HN_OK)
        return HN_OK;
    if (e->code == HN_E_UNAVAILABLE)
        return hn_ctx(e, "flow");
    /* One of them spoils the pass: one at a time, the one that fails is set aside. */
    hn_err_clear(e);
    *again = true;
    if (run_pass(db, a, now, 1, &taken, again, &id, e) == HN_OK || e->code == HN_E_UNAVAILABLE ||
        id == 0)
        return e->code;
    why = *e;
    hn_err_clear(e);
    *again = true;
    return set_aside(db, id, &why, e);
}

static const struct hn_task tasks[] = {{"flow", "hn_transition", 2000, flow_run}};

const struct hn_module flow_module = {
    .name = "flow", .tasks = tasks, .n_tasks = HN_ARRAY_LEN(tasks)};
