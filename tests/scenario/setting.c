/* SPDX-License-Identifier: Apache-2.0 */
/* What is there: sites, hosts, checks, calendars, services, SLAs. */
#include "itsm/calendar/calendars.h"
#include "itsm/sla/sla.h"
#include "itsm/watch/target.h"
#include "tests/scenario/sim.h"

static enum hn_code site(struct scn *s, struct hn_err *e)
{
    struct site_in in = {.importance = 2};
    const char *name = scn_word(s, "the site's name");
    int64_t id = 0;

    in.code = in.name = name;
    while (scn_more(s)) {
        if (scn_is(s, "terminals"))
            in.terminals = scn_int(s, "terminals");
        else if (scn_is(s, "importance"))
            in.importance = scn_int(s, "importance");
        else
            in.name = scn_word(s, "a name");
    }
    if (site_save(s->db, s->round, scn_person(s, "noc"), &id, &in, s->now, e) != HN_OK)
        return e->code;
    scn_add(s, THING_SITE, name, id);
    return HN_OK;
}

/* interval 20 s, retry 5 s, attempts 3/5, timeout 2 s: one of them, where it stands next. */
static bool check_clause(struct scn *s, struct check_in *in)
{
    int n = 0, of = 0;

    if (scn_is(s, "interval"))
        in->interval_s = in->retry_interval_s = scn_span(s) / HN_SEC;
    else if (scn_is(s, "retry"))
        in->retry_interval_s = scn_span(s) / HN_SEC;
    else if (scn_is(s, "timeout"))
        in->timeout_s = (double)(scn_span(s) / HN_SEC);
    else if (scn_is(s, "liveness"))
        in->liveness = true;
    else if (!scn_is(s, "attempts"))
        return false;
    else if (sscanf(scn_word(s, "attempts"), "%d/%d", &n, &of) != 2)
        scn_die(s, "attempts are written N/M");
    if (of > 0) {
        in->attempts_n = n;
        in->attempts_of = of;
    }
    return true;
}

static void watch(struct scn *s, const char *name, int64_t check, const struct check_in *in,
                  struct hn_i64s parents)
{
    struct sim c = {.check_id = check,
                    .host_id = in->host_id,
                    .interval = in->interval_s * HN_SEC,
                    .retry = in->retry_interval_s * HN_SEC,
                    .liveness = in->liveness,
                    .n_parents = parents.n};

    if (parents.n > SIM_PARENTS_MAX)
        scn_die(s, "more than %d parents", SIM_PARENTS_MAX);
    for (size_t i = 0; i < parents.n; i++)
        c.parent[i] = parents.v[i];
    scn_add(s, THING_CHECK, name, check);
    sim_new(s, &c);
}

static struct hn_i64s hosts(struct scn *s)
{
    size_t n;
    const char **names = scn_names(s, &n);
    int64_t *v = hn_arena_make(s->a, int64_t, n);

    for (size_t i = 0; i < n; i++) {
        struct thing *t = scn_find(s, THING_HOST, names[i]);

        if (t == NULL)
            scn_die(s, "there is no host \"%s\"", names[i]);
        v[i] = t->id;
    }
    return (struct hn_i64s){v, n};
}

/* host NAMES [class C] [site S] [parents A,B] [ping CLAUSES]: the ping is named as the host. */
static enum hn_code host(struct scn *s, struct hn_err *e)
{
    const struct actor *noc = scn_person(s, "noc");
    struct check_in ping = check_in_new("icmp");
    struct host_in in = host_in_new();
    bool pings = false;
    size_t n;
    const char **names = scn_names(s, &n);

    in.class = "server";
    in.address = "192.0.2.1";
    while (scn_more(s)) {
        if (scn_is(s, "class"))
            in.class = scn_word(s, "a class");
        else if (scn_is(s, "site"))
            in.site_id = scn_id(s, THING_SITE);
        else if (scn_is(s, "parents"))
            in.parents = hosts(s);
        else if (scn_is(s, "importance"))
            in.importance = scn_int(s, "importance");
        else if (scn_is(s, "ping"))
            pings = true;
        else if (!pings || !check_clause(s, &ping))
            scn_end(s);
    }
    ping.name = "ping";
    for (size_t i = 0; i < n; i++) {
        int64_t id = 0, check = 0;

        in.name = names[i];
        if (host_save(s->db, s->round, noc, &id, &in, NULL, 0, s->now, e) != HN_OK)
            return e->code;
        scn_add(s, THING_HOST, names[i], id);
        ping.host_id = id;
        if (!pings)
            continue;
        if (check_save(s->db, s->round, noc, &check, &ping, s->now, e) != HN_OK)
            return e->code;
        watch(s, names[i], check, &ping, in.parents);
    }
    return HN_OK;
}

/* check NAME on HOST [kind K] CLAUSES */
static enum hn_code check(struct scn *s, struct hn_err *e)
{
    const char *name = scn_word(s, "the check's name"), *kind = "http";
    struct check_in in;
    int64_t host_id, id = 0;

    scn_must(s, "on");
    host_id = scn_id(s, THING_HOST);
    if (scn_is(s, "kind"))
        kind = scn_word(s, "a kind");
    in = check_in_new(kind);
    in.host_id = host_id;
    in.name = name;
    while (scn_more(s))
        if (!check_clause(s, &in))
            scn_end(s);
    if (check_save(s->db, s->round, scn_person(s, "noc"), &id, &in, s->now, e) != HN_OK)
        return e->code;
    watch(s, name, id, &in, (struct hn_i64s){NULL, 0});
    return HN_OK;
}

/* switch CHECK off|on: what people do instead of deleting it */
static enum hn_code switch_check(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_CHECK);
    struct check_record r;
    struct check_in in;
    bool on = scn_is(s, "on");

    if (!on)
        scn_must(s, "off");
    if (check_get(s->db, s->round, id, &r, e) != HN_OK)
        return e->code;
    in = (struct check_in){
        r.host_id,          r.name,       r.kind,        r.monitoring, r.interval_s,
        r.retry_interval_s, r.attempts_n, r.attempts_of, r.timeout_s,  r.params,
        r.thresholds,       r.liveness,   r.sla_flag,    on,           r.version};
    if (check_save(s->db, s->round, scn_by(s, "noc"), &id, &in, s->now, e) != HN_OK)
        return e->code;
    if (!on)
        sim_off(s, id);
    return HN_OK;
}

static enum hn_code delete_check(struct scn *s, struct hn_err *e)
{
    struct thing *t = scn_thing(s, THING_CHECK);

    if (check_delete(s->db, s->round, scn_by(s, "noc"), t->id, 0, s->now, e) != HN_OK)
        return e->code;
    sim_forget(s, t->id);
    t->name = "";
    return HN_OK;
}

/* ---- definitions ---- */

static hn_instant valid_from(struct scn *s)
{
    return scn_is(s, "valid_from") ? scn_time(s, "valid_from") : HN_UNSET;
}

/* calendar NAME {…}; calendar CAL-01: the shipped one of that code */
static enum hn_code calendar(struct scn *s, struct hn_err *e)
{
    const char *name = scn_word(s, "the calendar's name");
    struct calendar_new in = {.name = name, .valid_from = HN_UNSET};
    const struct calendar_row *rows;
    int64_t id = 0;
    size_t n;

    if (scn_more(s)) {
        in.definition = scn_word(s, "a definition");
        in.valid_from = valid_from(s);
        if (calendars_create(s->db, s->round, scn_by(s, "governance"), &in, s->now, &id, e) !=
            HN_OK)
            return e->code;
    } else if (calendars_list(s->db, s->round, NULL, 0, 100, &rows, &n, e) != HN_OK) {
        return e->code;
    } else {
        for (size_t i = 0; i < n; i++)
            if (rows[i].code != NULL && hn_streq(rows[i].code, name))
                id = rows[i].id;
    }
    if (id == 0)
        scn_die(s, "no calendar is shipped with the code %s", name);
    scn_add(s, THING_CALENDAR, name, id);
    return HN_OK;
}

/* NAME, all(…), any(…), at_least(k …), nested, as JSON with the checks' ids. */
static void rule(struct scn *s, struct hn_sbuf *b)
{
    const char *w = scn_word(s, "a rule");
    const char *comma = "";

    if (!hn_streq(scn_peek(s), "(")) {
        struct thing *t = scn_find(s, THING_CHECK, w);

        if (t == NULL)
            scn_die(s, "there is no check \"%s\"", w);
        hn_sbuf_fmt(b, "{\"check\":%" PRId64 "}", t->id);
        return;
    }
    scn_must(s, "(");
    if (hn_streq(w, "at_least"))
        hn_sbuf_fmt(b, "{\"at_least\":%" PRId64 ",\"of\":[", scn_int(s, "at_least"));
    else
        hn_sbuf_fmt(b, "{\"%s\":[", w);
    while (!scn_is(s, ")")) {
        hn_sbuf_str(b, comma);
        rule(s, b);
        (void)scn_is(s, ",");
        comma = ",";
    }
    hn_sbuf_str(b, "]}");
}

static const char *rule_text(struct scn *s)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, s->round, 100000);
    rule(s, &b);
    return hn_sbuf_text(&b);
}

/* service NAME [site S] [rule EXPR] [valid_from T] [by P] */
static enum hn_code service(struct scn *s, struct hn_err *e)
{
    struct service_new in = {.name = scn_word(s, "the service's name"), .valid_from = HN_UNSET};
    int64_t id = 0;

    if (scn_is(s, "site"))
        in.site_id = scn_id(s, THING_SITE);
    if (scn_is(s, "rule"))
        in.rule = rule_text(s);
    in.valid_from = valid_from(s);
    if (service_create(s->db, s->round, scn_by(s, "governance"), &in, s->now, &id, e) != HN_OK)
        return e->code;
    scn_add(s, THING_SERVICE, in.name, id);
    return HN_OK;
}

/* sla SERVICE calendar C target 99.9 [cap SPAN] [start T] [full] [maintenance counted] [by P] */
static enum hn_code sla(struct scn *s, struct hn_err *e)
{
    struct thing *t = scn_thing(s, THING_SERVICE);
    struct sla_new in = {.service_id = t->id,
                         .metric = "availability",
                         .start_at = HN_UNSET,
                         .valid_from = HN_UNSET};
    struct sla_target target = {0};
    int64_t id = 0;

    while (scn_more(s) && !hn_streq(scn_peek(s), "by")) {
        if (scn_is(s, "calendar"))
            in.calendar_id = scn_id(s, THING_CALENDAR);
        else if (scn_is(s, "target"))
            in.target_text = scn_word(s, "a target");
        else if (scn_is(s, "cap"))
            in.year_cap_s = scn_span(s) / HN_SEC;
        else if (scn_is(s, "start"))
            in.start_at = scn_time(s, "start");
        else if (scn_is(s, "full"))
            in.cap_first_year = "full";
        else if (scn_is(s, "metric"))
            in.metric = scn_word(s, "a metric");
        else if (scn_is(s, "maintenance"))
            in.maintenance = scn_word(s, "excluded or counted");
        else
            scn_end(s);
    }
    if (sla_target_parse(in.target_text, "target", &target, e) != HN_OK)
        return e->code;
    in.target_e6 = target.e6;
    if (sla_create(s->db, s->round, scn_by(s, "governance"), &in, s->now, &id, e) != HN_OK)
        return e->code;
    scn_add(s, THING_SLA, t->name, id);
    return HN_OK;
}

/* change service NAME rule EXPR | change calendar NAME {…}, [valid_from T] [by P] */
static enum hn_code change(struct scn *s, struct hn_err *e)
{
    if (scn_is(s, "service")) {
        struct thing *t = scn_thing(s, THING_SERVICE);
        struct service_row row;
        struct service_new in = {.name = t->name, .has_rule = true};

        if (service_get(s->db, s->round, t->id, &row, e) != HN_OK)
            return e->code;
        in.seen_version = row.version;
        scn_must(s, "rule");
        in.rule = rule_text(s);
        in.valid_from = valid_from(s);
        return service_change(s->db, s->round, scn_by(s, "governance"), t->id, &in, s->now, e);
    }
    scn_must(s, "calendar");
    struct thing *t = scn_thing(s, THING_CALENDAR);
    struct calendar_row row;
    struct calendar_new in = {.name = t->name};

    if (calendars_get(s->db, s->round, t->id, &row, e) != HN_OK)
        return e->code;
    in.seen_version = row.version;
    in.definition = scn_word(s, "a definition");
    in.valid_from = valid_from(s);
    return calendars_change(s->db, s->round, scn_by(s, "governance"), t->id, &in, s->now, e);
}

/* approve definitions [by P]: of all calendars, services and SLAs the newest versions that wait */
static enum hn_code approve(struct scn *s, struct hn_err *e)
{
    const struct actor *who;

    scn_must(s, "definitions");
    who = scn_by(s, "ward_it");
    for (const struct thing *t = s->things; t != NULL; t = t->next) {
        struct calendar_row c;
        struct service_row v;
        struct sla_row l;

        switch (t->kind) {
        case THING_CALENDAR:
            if (calendars_get(s->db, s->round, t->id, &c, e) != HN_OK ||
                (c.approved_at == HN_UNSET &&
                 calendars_approve(s->db, s->round, who, t->id, 0, s->now, e) != HN_OK))
                return e->code;
            break;
        case THING_SERVICE:
            if (service_get(s->db, s->round, t->id, &v, e) != HN_OK ||
                (v.approved_at == HN_UNSET &&
                 service_approve(s->db, s->round, who, t->id, s->now, e) != HN_OK))
                return e->code;
            break;
        case THING_SLA:
            if (sla_get(s->db, s->round, t->id, &l, e) != HN_OK ||
                (l.approved_at == HN_UNSET &&
                 sla_approve(s->db, s->round, who, t->id, s->now, e) != HN_OK))
                return e->code;
            break;
        default: break;
        }
    }
    return HN_OK;
}

const struct scn_verb scn_setting[] = {
    {"site", site},
    {"host", host},
    {"check", check},
    {"switch", switch_check},
    {"delete", delete_check},
    {"calendar", calendar},
    {"service", service},
    {"sla", sla},
    {"change", change},
    {"approve", approve},
    {NULL, NULL},
};
