/* SPDX-License-Identifier: Apache-2.0 */
/* What people do: planned stops, exclusions, corrections, gaps, tickets, reports, evidence. */
#include "itsm/report/report.h"
#include "itsm/sla/sla.h"
#include "itsm/ticket/ticket.h"
#include "itsm/watch/maintenance.h"
#include "tests/scenario/scn.h"

#include <sys/wait.h>
#include <unistd.h>

static const char *maybe_text(struct scn *s)
{
    return scn_more(s) && !hn_streq(scn_peek(s), "by") ? scn_word(s, "a text") : NULL;
}

/* ---- planned stops ---- */

static const char *scope(struct scn *s)
{
    static const struct {
        const char *word, *field;
        enum thing_kind kind;
    } parts[] = {{"service", "service_id", THING_SERVICE},
                 {"host", "host_id", THING_HOST},
                 {"site", "site_id", THING_SITE}};

    for (size_t i = 0; i < HN_ARRAY_LEN(parts); i++)
        if (scn_is(s, parts[i].word))
            return hn_arena_fmt(s->round, "[{\"%s\": %" PRId64 "}]", parts[i].field,
                                scn_id(s, parts[i].kind));
    scn_die(s, "a planned stop is of a service, host or site");
}

/* maintenance M of service|host|site X from T to T [repeats RRULE] [by P]; M approve|reject ["why"]
 * [by P]; M end [by P] */
static enum hn_code maintenance(struct scn *s, struct hn_err *e)
{
    const char *name = scn_word(s, "the planned stop's name");
    struct maintenance_new in = {.title = name, .reason = "定期保守"};
    struct thing *t;
    int64_t id = 0;

    if (scn_is(s, "of")) {
        in.scope = scope(s);
        scn_from_to(s, &in.from, &in.to);
        if (scn_is(s, "repeats"))
            in.recurrence = scn_word(s, "an RRULE");
        if (maintenance_create(s->db, s->round, scn_by(s, "noc"), &in, s->now, &id, e) != HN_OK)
            return e->code;
        scn_add(s, THING_MAINTENANCE, name, id);
        return HN_OK;
    }
    t = scn_find(s, THING_MAINTENANCE, name);
    if (t == NULL)
        scn_die(s, "there is no maintenance \"%s\"", name);
    if (scn_is(s, "end"))
        return maintenance_end(s->db, s->round, scn_by(s, "noc"), t->id, s->now, e);
    bool yes = scn_is(s, "approve");

    if (!yes)
        scn_must(s, "reject");
    const char *note = maybe_text(s);

    return maintenance_decide(s->db, s->round, scn_by(s, "ward_it"), t->id, yes, note, s->now, e);
}

/* ---- exclusions and gaps ---- */

/* exclusion X of SERVICE from T to T reason R [by P]; X of_gap G: names what a decision made; X
 * approve|reject|send_back ["why"] [by P] */
static enum hn_code exclusion(struct scn *s, struct hn_err *e)
{
    static const char *const words[] = {[EXCLUSION_APPROVE] = "approve",
                                        [EXCLUSION_REJECT] = "reject",
                                        [EXCLUSION_SEND_BACK] = "send_back"};
    const char *name = scn_word(s, "the exclusion's name");
    struct exclusion_new in = {.note = name, .evidence = "作業記録"};
    struct thing *t = scn_find(s, THING_EXCLUSION, name);
    int64_t id = 0;

    if (scn_is(s, "of")) {
        in.service_id = scn_id(s, THING_SERVICE);
        scn_from_to(s, &in.from, &in.to);
        scn_must(s, "reason");
        in.reason = scn_word(s, "a reason");
        if (exclusion_propose(s->db, s->round, scn_by(s, "noc"), &in, s->now, &id, e) != HN_OK)
            return e->code;
        scn_add(s, THING_EXCLUSION, name, id);
        return HN_OK;
    }
    if (scn_is(s, "of_gap")) {
        struct gap_row g;

        if (gap_get(s->db, s->round, scn_id(s, THING_GAP), &g, e) != HN_OK)
            return e->code;
        scn_add(s, THING_EXCLUSION, name, g.exclusion_id);
        return HN_OK;
    }
    if (t == NULL)
        scn_die(s, "there is no exclusion \"%s\"", name);
    for (int i = EXCLUSION_APPROVE; i <= EXCLUSION_SEND_BACK; i++)
        if (scn_is(s, words[i])) {
            const char *note = maybe_text(s);

            return exclusion_decide(s->db, s->round, scn_by(s, "ward_it"), t->id,
                                    (enum exclusion_decision)i, note, s->now, e);
        }
    scn_die(s, "an exclusion is approved, rejected or sent back");
}

/* gap G of SERVICE from T to T up|down|exclusion ["evidence"] [by P]; G approve|reject ["why"] [by
 * P]
 */
static enum hn_code gap(struct scn *s, struct hn_err *e)
{
    const char *name = scn_word(s, "the gap's name");
    struct gap_new in = {.evidence = "利用記録"};
    struct thing *t = scn_find(s, THING_GAP, name);
    int64_t id = 0;

    if (scn_is(s, "of")) {
        in.service_id = scn_id(s, THING_SERVICE);
        scn_from_to(s, &in.from, &in.to);
        in.decision = scn_word(s, "a decision");
        if (gap_propose(s->db, s->round, scn_by(s, "noc"), &in, s->now, &id, e) != HN_OK)
            return e->code;
        scn_add(s, THING_GAP, name, id);
        return HN_OK;
    }
    if (t == NULL)
        scn_die(s, "there is no gap \"%s\"", name);
    bool yes = scn_is(s, "approve");

    if (!yes)
        scn_must(s, "reject");
    const char *note = maybe_text(s);

    return gap_decide(s->db, s->round, scn_by(s, "governance"), t->id, yes, note, s->now, e);
}

/* ---- outages ---- */

static enum hn_code outage_named(struct scn *s, const char *name, struct hn_err *e)
{
    struct outage_filter f = {.service_id = scn_id(s, THING_SERVICE), .limit = 10};
    const struct outage_row *rows;
    size_t n;

    scn_must(s, "at");
    f.from = scn_time(s, "at");
    f.to = f.from + 1;
    if (outage_list(s->db, s->round, &f, &rows, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        scn_die(s, "there is no outage at that time");
    scn_add(s, THING_OUTAGE, name, rows[0].id);
    return HN_OK;
}

static enum hn_code outage_act(struct scn *s, struct thing *t, struct hn_err *e)
{
    struct outage_correction in = {.reason = "現地の記録による訂正"};
    struct outage_row row;
    int64_t change = 0;

    if (outage_get(s->db, s->round, t->id, &row, e) != HN_OK)
        return e->code;
    if (scn_is(s, "approve") || scn_is(s, "reject")) {
        bool yes = hn_streq(s->word[s->at - 1], "approve");
        const char *note = maybe_text(s);

        return outage_decide(s->db, s->round, scn_by(s, "governance"), t->id, yes, note, s->now, e);
    }
    scn_must(s, "propose");
    in.from = row.from_at;
    in.to = row.to_at;
    if (scn_is(s, "void"))
        in.void_it = true;
    else
        scn_from_to(s, &in.from, &in.to);
    return outage_propose(s->db, s->round, scn_by(s, "noc"), t->id, &in, s->now, &change, e);
}

/* outage O of SERVICE at T: gives a measured one a name; outage O by_hand of SERVICE from T to T
 * [by P]; O propose from T to T|void [by P]; O approve|reject ["why"] [by P] */
static enum hn_code outage(struct scn *s, struct hn_err *e)
{
    const char *name = scn_word(s, "the outage's name");
    struct outage_new in = {.reason = name};
    struct thing *t = scn_find(s, THING_OUTAGE, name);
    int64_t id = 0;

    if (scn_is(s, "of"))
        return outage_named(s, name, e);
    if (scn_is(s, "by_hand")) {
        scn_must(s, "of");
        in.service_id = scn_id(s, THING_SERVICE);
        scn_from_to(s, &in.from, &in.to);
        if (outage_record(s->db, s->round, scn_by(s, "noc"), &in, s->now, &id, e) != HN_OK)
            return e->code;
        scn_add(s, THING_OUTAGE, name, id);
        return HN_OK;
    }
    if (t == NULL)
        scn_die(s, "there is no outage \"%s\"", name);
    return outage_act(s, t, e);
}

/* ---- tickets ---- */

/* incident I of CHECK: names the open incident of that check */
static enum hn_code incident(struct scn *s, struct hn_err *e)
{
    const char *name = scn_word(s, "the incident's name");
    int64_t id = 0;

    scn_must(s, "of");
    if (ticket_find_open_for(s->db, 0, scn_id(s, THING_CHECK), &id, e) != HN_OK)
        return e->code;
    if (id == 0)
        scn_die(s, "that check has no open incident");
    scn_add(s, THING_TICKET, name, id);
    return HN_OK;
}

/* ticket T kind K [impact N] [urgency N] [by P] */
static enum hn_code ticket(struct scn *s, struct hn_err *e)
{
    struct ticket_new in = {.title = scn_word(s, "the ticket's name"),
                            .kind = "incident",
                            .source = "phone",
                            .impact = 2,
                            .urgency = 2,
                            .occurred_at = HN_UNSET,
                            .detected_at = HN_UNSET,
                            .received_at = HN_UNSET};
    int64_t id = 0;

    in.description = in.title;
    while (scn_more(s) && !hn_streq(scn_peek(s), "by")) {
        if (scn_is(s, "kind"))
            in.kind = scn_word(s, "a kind");
        else if (scn_is(s, "impact"))
            in.impact = scn_int(s, "impact");
        else if (scn_is(s, "urgency"))
            in.urgency = scn_int(s, "urgency");
        else
            scn_end(s);
    }
    if (ticket_create(s->db, s->round, scn_by(s, "helpdesk"), &in, s->now, &id, e) != HN_OK)
        return e->code;
    scn_add(s, THING_TICKET, in.title, id);
    return HN_OK;
}

/* transition T STATE ["comment"] [by P] */
static enum hn_code transition(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_TICKET);
    struct ticket_step_in in = {.to = scn_word(s, "a state")};

    in.comment = maybe_text(s);
    return ticket_transition(s->db, s->round, scn_by(s, "noc"), id, &in, s->now, e);
}

/* comment T "text" [internal] [by P] */
static enum hn_code comment(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_TICKET);
    const char *text = scn_word(s, "a text");
    bool internal = scn_is(s, "internal");

    return ticket_comment(s->db, s->round, scn_by(s, "noc"), id, TICKET_ENTRY_COMMENT, !internal,
                          text, NULL, s->now, NULL, e);
}

/* assign T to P [by P] */
static enum hn_code assign(struct scn *s, struct hn_err *e)
{
    int64_t id = scn_id(s, THING_TICKET);
    const struct actor *to;

    scn_must(s, "to");
    to = scn_person(s, scn_word(s, "a person"));
    return ticket_assign(s->db, s->round, scn_by(s, "noc"), id, to->account_id, -1, 0, s->now, e);
}

/* ---- reports ---- */

/* report R of MONTH ["why"] [by P]: made at once; R in_review|submitted|approved|sent_back ["why"]
 * [by P] */
static enum hn_code report(struct scn *s, struct hn_err *e)
{
    const char *name = scn_word(s, "the report's name");
    struct thing *t = scn_find(s, THING_REPORT, name);
    int64_t id = 0;

    if (scn_is(s, "of")) {
        struct hn_month m = scn_month(s);
        const char *why = maybe_text(s);

        if (report_create(s->db, s->round, scn_by(s, "governance"), "sla", m, why, s->now, &id,
                          e) != HN_OK)
            return e->code;
        scn_add(s, THING_REPORT, name, id);
        scn_work(s);
        return HN_OK;
    }
    if (t == NULL)
        scn_die(s, "there is no report \"%s\"", name);
    const char *to = scn_word(s, "a state");
    const char *why = maybe_text(s);
    const struct actor *who = scn_by(s, hn_streq(to, "approved") ? "ward_it" : "governance");

    if (report_transition(s->db, s->round, who, t->id, to, why, 0, s->now, e) != HN_OK ||
        !hn_streq(to, "approved"))
        return e->code;
    for (int i = 0; i < REPORT_FORMATS; i++) {
        struct report_file f;

        if (report_file(s->db, s->round, t->id, report_format_words[i], &f, e) != HN_OK)
            return e->code;
        t->files[i] = hn_arena_strdup(s->a, f.sha256);
    }
    return HN_OK;
}

/* ---- evidence ---- */

static int verify(const char *path)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        (void)dup2(2, 1);
        (void)execl("/usr/bin/python3", "python3", "tools/verify-evidence", path, (char *)NULL);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                           : -1;
}

/* evidence of MONTH: exported, and every figure computed again by tools/verify-evidence */
static enum hn_code evidence(struct scn *s, struct hn_err *e)
{
    const char *path, *text = NULL;
    struct hn_month m;
    struct hn_sbuf b;
    FILE *f;

    scn_must(s, "of");
    m = scn_month(s);
    hn_sbuf_init(&b, s->round, (size_t)64 * 1024 * 1024);
    if (evidence_export(s->db, s->round, m, s->now, &b, e) != HN_OK ||
        hn_sbuf_done(&b, &text, e) != HN_OK)
        return e->code;
    path = hn_arena_fmt(s->round, "%s/evidence.json", s->scratch);
    f = fopen(path, "w");
    if (f == NULL || fwrite(text, 1, strlen(text), f) != strlen(text) || fclose(f) != 0)
        scn_die(s, "cannot write %s", path);
    if (verify(path) != 0)
        scn_wrong(s, "tools/verify-evidence does not agree (above)");
    return HN_OK;
}

const struct scn_verb scn_acts[] = {
    {"maintenance", maintenance}, {"exclusion", exclusion}, {"gap", gap},
    {"outage", outage},           {"incident", incident},   {"ticket", ticket},
    {"transition", transition},   {"comment", comment},     {"assign", assign},
    {"report", report},           {"evidence", evidence},   {NULL, NULL},
};
