/* SPDX-License-Identifier: Apache-2.0 */
/* What is expected: read through the same functions as the API and the pages. */
#include "itsm/report/report.h"
#include "itsm/sla/sla.h"
#include "itsm/ticket/clocks.h"
#include "itsm/ticket/ticket.h"
#include "itsm/watch/target.h"
#include "tests/scenario/scn.h"

#include <ctype.h>
#include <json-c/json.h>

static void want_i64(struct scn *s, const char *what, int64_t got)
{
    int64_t want = scn_int(s, what);

    if (got != want)
        scn_wrong(s, "%s is %" PRId64 ", expected %" PRId64, what, got, want);
}

static void want_text(struct scn *s, const char *what, const char *got)
{
    const char *want = scn_word(s, what);

    if (got == NULL || !hn_streq(got, want))
        scn_wrong(s, "%s is \"%s\", expected \"%s\"", what, got == NULL ? "" : got, want);
}

static void want_time(struct scn *s, const char *what, hn_instant got)
{
    hn_instant want = scn_is(s, "open") ? HN_UNSET : scn_time(s, what);

    if (got != want)
        scn_wrong(s, "%s is %s, expected %s", what, scn_show(s, got), scn_show(s, want));
}

static void want_span(struct scn *s, const char *what, int64_t got_s)
{
    int64_t sign = scn_is(s, "minus") ? -1 : 1;
    int64_t want = sign * (scn_span(s) / HN_SEC);

    if (got_s != want)
        scn_wrong(s, "%s is %" PRId64 " s, expected %" PRId64 " s", what, got_s, want);
}

static void want_bool(struct scn *s, const char *what, bool got)
{
    want_text(s, what, got ? "yes" : "no");
}

/* ---- incidents ---- */

/* expect incidents N; expect open_incidents N */
static enum hn_code count_incidents(struct scn *s, bool open, struct hn_err *e)
{
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct ticket *v;
    int64_t next;
    size_t n;

    f.kind = "incident";
    f.limit = 1000;
    if (open)
        f.open = 1;
    if (ticket_list(s->db, s->round, &f, s->now, &v, &n, &next, e) != HN_OK)
        return e->code;
    want_i64(s, open ? "the number of open incidents" : "the number of incidents", (int64_t)n);
    return HN_OK;
}

static enum hn_code count_entries(struct scn *s, int64_t id, struct hn_err *e)
{
    const char *kind = scn_word(s, "a kind of entry");
    struct ticket_entry *v;
    int64_t k = 0;
    size_t n;

    if (ticket_entries(s->db, s->round, id, true, 0, 1000, &v, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        k += hn_streq(v[i].kind, kind);
    want_i64(s, hn_arena_fmt(s->round, "the number of entries \"%s\"", kind), k);
    return HN_OK;
}

static enum hn_code entry_says(struct scn *s, int64_t id, struct hn_err *e)
{
    const char *text = scn_word(s, "a text");
    struct ticket_entry *v;
    size_t n;

    if (ticket_entries(s->db, s->round, id, true, 0, 1000, &v, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (v[i].text != NULL && strstr(v[i].text, text) != NULL)
            return HN_OK;
    scn_wrong(s, "no entry of the ticket says \"%s\"", text);
    return HN_OK;
}

static enum hn_code count_affected(struct scn *s, int64_t id, struct hn_err *e)
{
    const char *kind = scn_word(s, "a kind of effect");
    struct ticket_affected *v;
    int64_t k = 0;
    size_t n;

    if (ticket_affected_list(s->db, s->round, id, &v, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (hn_streq(v[i].kind, kind))
            k += v[i].count > 0 ? v[i].count : 1;
    want_i64(s, hn_arena_fmt(s->round, "the effect on \"%s\"", kind), k);
    return HN_OK;
}

/* expect incident I [state W] [root CHECK] [priority W] [occurred T] [detected T] [restored T|open]
 * [responded T|open] [effect KIND N] [entries KIND N] [says "text"] */
static enum hn_code incident(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_TICKET);
    struct ticket t;

    if (ticket_get(s->db, s->round, id, &t, e) != HN_OK)
        return e->code;
    while (scn_more(s)) {
        if (scn_is(s, "state"))
            want_text(s, "the incident's state", t.state);
        else if (scn_is(s, "priority"))
            want_text(s, "the incident's priority", t.priority);
        else if (scn_is(s, "root")) {
            struct thing *root = scn_thing(s, THING_CHECK);

            if (root->id != t.check_id)
                scn_wrong(s, "the incident's root is not %s but %s on %s", root->name, t.check_name,
                          t.host_name);
        } else if (scn_is(s, "occurred"))
            want_time(s, "occurred", t.occurred_at);
        else if (scn_is(s, "detected"))
            want_time(s, "detected", t.detected_at);
        else if (scn_is(s, "restored"))
            want_time(s, "restored", t.restored_at);
        else if (scn_is(s, "responded"))
            want_time(s, "responded", t.responded_at);
        else if (scn_is(s, "effect"))
            (void)count_affected(s, id, e);
        else if (scn_is(s, "entries"))
            (void)count_entries(s, id, e);
        else if (scn_is(s, "says"))
            (void)entry_says(s, id, e);
        else
            scn_end(s);
        if (e->code != HN_OK)
            return e->code;
    }
    return HN_OK;
}

static void want_clock(struct scn *s, const struct ticket_clock *c)
{
    if (!c->has)
        scn_wrong(s, "that ticket has no such clock");
    while (scn_more(s)) {
        if (scn_is(s, "elapsed"))
            want_span(s, "elapsed", c->at.elapsed_s);
        else if (scn_is(s, "remaining"))
            want_span(s, "remaining", c->at.remaining_s);
        else if (scn_is(s, "stopped_for"))
            want_span(s, "stopped_for", c->at.paused_s);
        else if (scn_is(s, "due"))
            want_time(s, "due", c->at.due_at);
        else if (scn_is(s, "stopped"))
            want_bool(s, "stopped", c->at.is_paused);
        else if (scn_is(s, "breached"))
            want_bool(s, "breached", c->at.is_breached);
        else
            scn_end(s);
    }
}

/* expect clock T response|resolution [elapsed SPAN] [remaining SPAN] [stopped_for SPAN] [due T]
 * [stopped yes|no] [breached yes|no] */
static enum hn_code clock_of(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_TICKET);
    bool response = scn_is(s, "response");
    struct ticket_workflow w;
    struct ticket_clocks c;
    struct ticket t;

    if (!response)
        scn_must(s, "resolution");
    if (ticket_get(s->db, s->round, id, &t, e) != HN_OK ||
        ticket_workflow_load(s->db, s->round, t.kind, &w, e) != HN_OK ||
        ticket_clocks_of(s->db, s->round, &t, &w, s->now, &c, e) != HN_OK)
        return e->code;
    want_clock(s, response ? &c.response : &c.resolution);
    return HN_OK;
}

/* ---- checks ---- */

static enum hn_code state(struct scn *s, struct hn_err *e)
{
    struct check_record r;

    if (check_get(s->db, s->round, scn_id(s, THING_CHECK), &r, e) != HN_OK)
        return e->code;
    want_text(s, "the check's state", r.state);
    if (scn_is(s, "since"))
        want_time(s, "since", r.state_since);
    return HN_OK;
}

/* expect states WORD N */
static enum hn_code states(struct scn *s, struct hn_err *e)
{
    struct target_filter f = {.state = scn_word(s, "a state"), .limit = 1000};
    struct check_record *v;
    size_t n;

    if (check_list(s->db, s->round, &f, &v, &n, e) != HN_OK)
        return e->code;
    want_i64(s, hn_arena_fmt(s->round, "the number of checks in state %s", f.state), (int64_t)n);
    return HN_OK;
}

/* ---- outages and figures ---- */

static enum hn_code outages_of(struct scn *s, int64_t service, const struct outage_row **v,
                               size_t *n, struct hn_err *e)
{
    struct outage_filter f = {
        .service_id = service, .from = HN_UNSET, .to = HN_UNSET, .limit = 1000};

    return outage_list(s->db, s->round, &f, v, n, e);
}

/* expect outages SERVICE N */
static enum hn_code outages(struct scn *s, struct hn_err *e)
{
    const struct outage_row *v;
    size_t n;

    if (outages_of(s, scn_id(s, THING_SERVICE), &v, &n, e) != HN_OK)
        return e->code;
    want_i64(s, "the number of outages", (int64_t)n);
    for (size_t i = 0; s->failures > 0 && i < n; i++)
        (void)fprintf(stderr, "    outage %" PRId64 ": %s – %s (%s)\n", v[i].id,
                      scn_show(s, v[i].from_at), scn_show(s, v[i].to_at), v[i].source);
    return HN_OK;
}

/* expect outage SERVICE from T to T|open [ticket I] */
static enum hn_code outage(struct scn *s, struct hn_err *e)
{
    int64_t service = scn_id(s, THING_SERVICE);
    const struct outage_row *v;
    hn_instant from, to;
    size_t n, i = 0;

    scn_from_to(s, &from, &to);
    if (outages_of(s, service, &v, &n, e) != HN_OK)
        return e->code;
    while (i < n && (v[i].from_at != from || v[i].to_at != to))
        i++;
    if (i == n) {
        scn_wrong(s, "there is no such outage among %zu", n);
        for (i = 0; i < n; i++)
            (void)fprintf(stderr, "    %s – %s\n", scn_show(s, v[i].from_at),
                          scn_show(s, v[i].to_at));
        s->at = s->n;
        return HN_OK;
    }
    if (scn_is(s, "ticket") && v[i].ticket_id != scn_id(s, THING_TICKET))
        scn_wrong(s, "the outage belongs to ticket %" PRId64, v[i].ticket_id);
    return HN_OK;
}

static const char *member(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;

    if (!json_object_object_get_ex(o, key, &v))
        return NULL;
    return v == NULL ? "null" : json_object_get_string(v);
}

/* expect figures SERVICE MONTH [live] KEY VALUE …: the members of GET /api/v1/slas/{id}/results */
static enum hn_code figures(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_SLA);
    struct hn_month m = scn_month(s);
    bool live = scn_is(s, "live");
    const char *text = NULL;
    HN_JSON o = NULL;
    struct hn_sbuf b;

    hn_sbuf_init(&b, s->round, (size_t)8 * 1024 * 1024);
    if (sla_result_json(s->db, s->round, id, m, live, s->now, &b, e) != HN_OK ||
        hn_sbuf_done(&b, &text, e) != HN_OK || hn_json_parse(text, b.n, &o, e) != HN_OK)
        return e->code;
    while (scn_more(s)) {
        const char *key = scn_word(s, "a member");

        if (!json_object_object_get_ex(o, key, NULL))
            scn_die(s, "a result has no member \"%s\"", key);
        want_text(s, key, member(o, key));
    }
    return HN_OK;
}

/* expect counted SERVICE MONTH N [N …]: the seconds of each outage in the result, by its beginning
 */
static enum hn_code counted(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_SLA);
    struct hn_month m = scn_month(s);
    struct sla_result r;

    if (sla_result(s->db, s->round, id, m, s->now, &r, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < r.n_outages; i++) {
        if (!scn_more(s)) {
            scn_wrong(s, "the month has %zu outages", r.n_outages);
            return HN_OK;
        }
        want_i64(s, hn_arena_fmt(s->round, "counted_s of outage %zu", i + 1),
                 r.outages[i].counted_s);
    }
    if (scn_more(s))
        scn_wrong(s, "the month has only %zu outages", r.n_outages);
    s->at = s->n;
    return HN_OK;
}

/* expect gaps SERVICE MONTH none | from T to T [from T to T …]: what nobody has decided on */
static enum hn_code gaps(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_SLA);
    struct hn_month m = scn_month(s);
    struct sla_result r;

    if (sla_result(s->db, s->round, id, m, s->now, &r, e) != HN_OK)
        return e->code;
    if (scn_is(s, "none")) {
        if (r.figures.unmeasured.n > 0)
            scn_wrong(s, "there are %zu gaps", r.figures.unmeasured.n);
        return HN_OK;
    }
    for (size_t i = 0; i < r.figures.unmeasured.n; i++) {
        struct ivl v = r.figures.unmeasured.v[i];
        hn_instant from, to;

        if (!scn_more(s)) {
            scn_wrong(s, "there is one more gap: %s – %s", scn_show(s, v.from * HN_SEC),
                      scn_show(s, v.to * HN_SEC));
            return HN_OK;
        }
        scn_from_to(s, &from, &to);
        if (v.from * HN_SEC != from || v.to * HN_SEC != to)
            scn_wrong(s, "the gap is %s – %s", scn_show(s, v.from * HN_SEC),
                      scn_show(s, v.to * HN_SEC));
    }
    if (scn_more(s))
        scn_wrong(s, "there are only %zu gaps", r.figures.unmeasured.n);
    s->at = s->n;
    return HN_OK;
}

/* ---- reports ---- */

/* The text that a reader sees: without tags, each run of blanks one. */
static char *plain(struct scn *s, const struct report_file *f)
{
    char *out = hn_arena_alloc(s->round, f->data.n + 1);
    size_t n = 0;
    bool tag = false;

    for (size_t i = 0; i < f->data.n; i++) {
        char c = (char)f->data.p[i];

        if (c == '<')
            tag = true;
        if (!tag && !isspace((unsigned char)c))
            out[n++] = c;
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
        if (c == '>')
            tag = false;
    }
    return out;
}

static enum hn_code unchanged(struct scn *s, const struct thing *t, struct hn_err *e)
{
    for (int i = 0; i < REPORT_FORMATS; i++) {
        struct report_file f;

        if (report_file(s->db, s->round, t->id, report_format_words[i], &f, e) != HN_OK)
            return e->code;
        if (t->files[i] == NULL || !hn_streq(f.sha256, t->files[i]))
            scn_wrong(s, "the report's %s is not what was approved", report_format_words[i]);
    }
    return HN_OK;
}

/* expect report R [state W] [edition N] [says "text"] [lacks "text"] [unchanged] */
static enum hn_code report(struct scn *s, struct hn_err *e)
{
    struct thing *t = scn_thing(s, THING_REPORT);
    struct report_row r;
    struct report_file f;
    const char *text, *w;

    if (report_get(s->db, s->round, t->id, &r, e) != HN_OK)
        return e->code;
    while (scn_more(s)) {
        if (scn_is(s, "state")) {
            want_text(s, "the report's state", r.state);
        } else if (scn_is(s, "edition")) {
            want_i64(s, "the report's edition", r.edition);
        } else if (scn_is(s, "unchanged")) {
            if (unchanged(s, t, e) != HN_OK)
                return e->code;
        } else {
            bool says = scn_is(s, "says");

            if (!says)
                scn_must(s, "lacks");
            w = scn_word(s, "a text");
            if (report_file(s->db, s->round, t->id, "html", &f, e) != HN_OK)
                return e->code;
            text = plain(s, &f);
            if ((strstr(text, w) != NULL) != says)
                scn_wrong(s, "the report %s \"%s\"", says ? "does not say" : "says", w);
        }
    }
    return HN_OK;
}

static enum hn_code incidents(struct scn *s, struct hn_err *e)
{
    return count_incidents(s, false, e);
}

static enum hn_code open_incidents(struct scn *s, struct hn_err *e)
{
    return count_incidents(s, true, e);
}

static const struct scn_verb verbs[] = {
    {"incidents", incidents},
    {"open_incidents", open_incidents},
    {"incident", incident},
    {"clock", clock_of},
    {"state", state},
    {"states", states},
    {"outages", outages},
    {"outage", outage},
    {"figures", figures},
    {"counted", counted},
    {"gaps", gaps},
    {"report", report},
    {NULL, NULL},
};

enum hn_code scn_expect(struct scn *s, struct hn_err *e)
{
    const char *w = scn_word(s, "what is expected");

    for (const struct scn_verb *v = verbs; v->word != NULL; v++)
        if (hn_streq(v->word, w))
            return v->run(s, e);
    scn_die(s, "\"%s\" cannot be expected", w);
}
