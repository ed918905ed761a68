/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/flow/incident.h"

#include "itsm/ticket/ticket.h"
#include "itsm/watch/overview.h"
#include "server/base/i18n.h"
#include "server/base/jw.h"
#include "server/ingest/series.h"

#define VALUES_MAX 40
#define HOSTS_MAX 300 /* devices named in a scope of effect */

const char *incident_host(struct hn_arena *a, const struct flow_item *t)
{
    return t->host_label == NULL || hn_streq(t->host_label, t->host_name)
               ? t->host_name
               : hn_arena_fmt(a, "%s (%s)", t->host_label, t->host_name);
}

const char *incident_span(struct hn_arena *a, hn_instant from, hn_instant to)
{
    char buf[HN_TR_SPAN_MAX];

    return hn_arena_strdup(a, hn_tr_span(to / HN_SEC - from / HN_SEC, buf));
}

/* The words of a check state are the API's; an incident is read by people. */
static const char *state_label(const char *word)
{
    static const struct {
        const char *word, *msgid;
    } labels[] = {
#define X(w, m) {w, m},
        WATCH_STATES(X)
#undef X
    };

    for (size_t i = 0; i < HN_ARRAY_LEN(labels); i++)
        if (hn_streq(labels[i].word, word))
            return hn_tr(labels[i].msgid);
    return word;
}

enum hn_code incident_line(struct db *db, struct hn_arena *a, int64_t ticket_id,
                           const struct flow_item *t, const char *text, hn_instant now,
                           struct hn_err *e)
{
    const char *full = text;
    struct hn_sbuf b;
    struct hn_jw w;

    if (full == NULL)
        full = hn_arena_fmt(a, hn_tr("%s / %s: %s to %s. %s"), incident_host(a, t), t->check_name,
                            state_label(t->from_state), state_label(t->to_state), t->output);
    hn_sbuf_init(&b, a, 4000);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_i64(&w, "transition_id", t->id);
    hn_jw_i64(&w, "check_id", t->check_id);
    hn_jw_i64(&w, "host_id", t->host_id);
    hn_jw_text(&w, "from_state", t->from_state);
    hn_jw_text(&w, "to_state", t->to_state);
    hn_jw_instant(&w, "at", t->at);
    hn_jw_end_object(&w);
    return ticket_note_by_machine(db, ticket_id, TICKET_ENTRY_EVENT, full, hn_sbuf_text(&b), t->id,
                                  now, e);
}

/* The last values that the check stored, as people read them. */
static enum hn_code last_values(struct db *db, struct hn_arena *a, const struct flow_item *t,
                                struct ticket_value **out, size_t *n, struct hn_err *e)
{
    struct series_newest *v;
    size_t all;
    char buf[HN_F64_MAX];

    if (series_newest(db, a, t->check_id, &v, &all, e) != HN_OK)
        return e->code;
    *out = hn_arena_make(a, struct ticket_value, VALUES_MAX + 1);
    *n = 0;
    for (size_t i = 0; i < all && *n < VALUES_MAX; i++)
        (*out)[(*n)++] =
            (struct ticket_value){.name = v[i].metric,
                                  .text = hn_arena_fmt(a, "%s%s%s", hn_f64_text(v[i].value, buf),
                                                       v[i].unit[0] == '\0' ? "" : " ", v[i].unit),
                                  .at = v[i].at};
    (*out)[(*n)++] =
        (struct ticket_value){.name = hn_tr("Result"), .text = t->output, .at = t->confirmed_at};
    return HN_OK;
}

struct scope {
    struct flow_effect *v;
    size_t n;
    size_t hosts, services;
    int64_t terminals;
    int64_t service_id;
};

static enum hn_code read_scope(struct db *db, struct hn_arena *a, const struct flow_item *t,
                               struct scope *s, struct hn_err *e)
{
    *s = (struct scope){0};
    if (flow_store_effects(db, a, t->check_id, t->liveness, &s->v, &s->n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < s->n; i++) {
        s->hosts += hn_streq(s->v[i].kind, "host");
        s->terminals += hn_streq(s->v[i].kind, "terminals") ? s->v[i].count : 0;
        if (hn_streq(s->v[i].kind, "service")) {
            s->services++;
            s->service_id = s->service_id == 0 ? s->v[i].object_id : s->service_id;
        }
    }
    return HN_OK;
}

static const char *effect_name(struct hn_arena *a, const struct flow_effect *v)
{
    if (hn_streq(v->kind, "terminals"))
        return hn_arena_fmt(a, hn_tr("about %lld terminals of %s"), (long long)v->count, v->name);
    if (v->aside)
        return hn_arena_fmt(a, hn_tr("%s (%s, on a router of its own)"), v->name,
                            v->segment == NULL ? "" : v->segment);
    if (v->segment != NULL)
        return hn_arena_fmt(a, hn_tr("%s (%s)"), v->name, v->segment);
    return v->name;
}

/* Devices are named up to HOSTS_MAX; of the rest only how many. */
static enum hn_code set_scope(struct db *db, struct hn_arena *a, const struct scope *s,
                              int64_t ticket_id, hn_instant now, struct hn_err *e)
{
    struct ticket_affected *list = hn_arena_make(a, struct ticket_affected, s->n + 1);
    size_t n = 0, hosts = 0;

    for (size_t i = 0; i < s->n; i++) {
        if (hn_streq(s->v[i].kind, "host") && hosts++ >= HOSTS_MAX)
            continue;
        list[n++] = (struct ticket_affected){.kind = s->v[i].kind,
                                             .object_id = s->v[i].object_id,
                                             .name = effect_name(a, &s->v[i]),
                                             .count = s->v[i].count};
    }
    if (hosts > HOSTS_MAX)
        list[n++] = (struct ticket_affected){.kind = "host",
                                             .name = hn_tr("other devices below it"),
                                             .count = (int64_t)(hosts - HOSTS_MAX)};
    return ticket_affected_set(db, a, ticket_id, list, n, now, e);
}

enum hn_code incident_scope(struct db *db, struct hn_arena *a, const struct flow_item *t,
                            int64_t ticket_id, hn_instant now, struct hn_err *e)
{
    struct scope s;

    if (read_scope(db, a, t, &s, e) != HN_OK)
        return e->code;
    return set_scope(db, a, &s, ticket_id, now, e);
}

/* The root first, then what it takes with it and what the figures lose. */
static struct ticket_cause *chain_of(struct hn_arena *a, const struct flow_item *t,
                                     const struct scope *s, size_t *n)
{
    struct ticket_cause *c = hn_arena_make(a, struct ticket_cause, s->n + 2);

    *n = 0;
    c[(*n)++] = (struct ticket_cause){
        .kind = "check",
        .object_id = t->check_id,
        .name = hn_arena_fmt(a, "%s / %s", incident_host(a, t), t->check_name),
        .state = t->to_state,
        .note = hn_tr("Root cause")};
    for (size_t i = 0; i < s->n; i++) {
        const struct flow_effect *v = &s->v[i];
        bool is_service = hn_streq(v->kind, "service");

        if (hn_streq(v->kind, "terminals") || v->aside ||
            (hn_streq(v->kind, "host") && s->hosts > 20) ||
            (hn_streq(v->kind, "host") && v->object_id == t->host_id))
            continue;
        c[(*n)++] = (struct ticket_cause){
            .kind = v->kind,
            .object_id = v->object_id,
            .name = effect_name(a, v),
            .note = is_service ? hn_tr("Counts as an outage of this service") : hn_tr("Affected")};
    }
    return c;
}

static void rank(const struct flow_item *t, const struct scope *s, struct ticket_machine_in *in)
{
    bool wide = s->hosts > 10 || s->terminals >= 30;
    bool carries = hn_streq(t->host_class, "router") || hn_streq(t->host_class, "switch") ||
                   hn_streq(t->host_class, "server") || hn_streq(t->host_class, "web");

    in->impact = wide || t->importance >= 3 ? 1 : s->services > 0 || t->importance == 2 ? 2 : 3;
    in->urgency = t->liveness && carries ? 1 : carries || s->services > 0 ? 2 : 3;
}

static const char *title_of(struct hn_arena *a, const struct flow_item *t)
{
    const char *host = t->host_label == NULL ? t->host_name : t->host_label;
    /* A label often begins with its site's name: it is not said twice. */
    const char *where =
        t->site_name == NULL || strncmp(host, t->site_name, strlen(t->site_name)) == 0
            ? host
            : hn_arena_fmt(a, "%s %s", t->site_name, host);

    if (t->liveness)
        return hn_arena_fmt(a, hn_tr("%s does not respond"), where);
    return hn_arena_fmt(a, hn_tr("%s: fault found by %s"), where, t->check_name);
}

static const char *text_of(struct hn_arena *a, const struct flow_item *t, const struct scope *s)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, a, TICKET_TEXT_MAX);
    hn_sbuf_fmt(&b, hn_tr("Monitoring found: %s"), t->output);
    hn_sbuf_fmt(&b, "\n");
    if (s->hosts > 1)
        hn_sbuf_fmt(&b, hn_tr("Devices that cannot be reached because of it: %zu\n"), s->hosts - 1);
    if (s->terminals > 0)
        hn_sbuf_fmt(&b, hn_tr("Terminals affected: about %lld\n"), (long long)s->terminals);
    for (size_t i = 0; i < s->n; i++)
        if (hn_streq(s->v[i].kind, "service"))
            hn_sbuf_fmt(&b, hn_tr("Effect on the SLA: the outage counts for \"%s\"\n"),
                        s->v[i].name);
    return hn_sbuf_text(&b);
}

enum hn_code incident_open(struct db *db, struct hn_arena *a, const struct flow_item *t,
                           hn_instant detected_at, hn_instant now, int64_t *ticket_id,
                           struct hn_err *e)
{
    struct ticket_machine_in in = {.host_id = t->host_id,
                                   .check_id = t->check_id,
                                   .site_id = t->site_id,
                                   .occurred_at = t->at,
                                   .detected_at = detected_at,
                                   .transition_id = t->id,
                                   .sample = t->sample};
    struct ticket_value *values = NULL;
    struct scope s;

    if (read_scope(db, a, t, &s, e) != HN_OK ||
        last_values(db, a, t, &values, &in.n_values, e) != HN_OK)
        return e->code;
    in.values = values;
    in.chain = chain_of(a, t, &s, &in.n_chain);
    in.title = title_of(a, t);
    in.description = text_of(a, t, &s);
    in.service_id = s.service_id;
    rank(t, &s, &in);
    if (ticket_open_by_machine(db, a, &in, now, ticket_id, e) != HN_OK)
        return e->code;
    return set_scope(db, a, &s, *ticket_id, now, e);
}
