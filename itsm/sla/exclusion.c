/* SPDX-License-Identifier: Apache-2.0 */
/* exclusion.c — exclusions (適用除外, SLA-06) and decisions on gaps (SLA-12). */
#include "itsm/sla/outage_store.h"
#include "itsm/sla/service_store.h"
#include "itsm/sla/sla_audit.h"

const char *const exclusion_reason_words[] = {
#define X(e, w, m) w,
    EXCLUSION_REASONS(X)
#undef X
        NULL};

static const char *const reason_labels[] = {
#define X(e, w, m) m,
    EXCLUSION_REASONS(X)
#undef X
};

int exclusion_reason_number(const char *word)
{
    for (int i = 0; exclusion_reason_words[i] != NULL; i++)
        if (hn_streq(exclusion_reason_words[i], word))
            return i + 1;
    return 0;
}

const char *exclusion_reason_label(const char *word)
{
    int n = exclusion_reason_number(word);

    return n == 0 ? word : hn_tr(reason_labels[n - 1]);
}

static const struct {
    const char *state, *act;
} decisions[] = {
    [EXCLUSION_APPROVE] = {"approved", "exclusion.approve"},
    [EXCLUSION_REJECT] = {"rejected", "exclusion.reject"},
    [EXCLUSION_SEND_BACK] = {"sent_back", "exclusion.send_back"},
};

enum hn_code exclusion_list(struct db *db, struct hn_arena *a, const struct exclusion_filter *f,
                            const struct exclusion_row **out, size_t *n, struct hn_err *e)
{
    return exclusion_store_list(db, a, f, out, n, e);
}

enum hn_code exclusion_get(struct db *db, struct hn_arena *a, int64_t id, struct exclusion_row *out,
                           struct hn_err *e)
{
    return exclusion_store_get(db, a, id, false, out, e);
}

static enum hn_code service_exists(struct db *db, struct hn_arena *a, int64_t id, struct hn_err *e)
{
    struct service_row service;

    if (service_store_get(db, a, id, &service, e) != HN_E_NOT_FOUND)
        return e->code;
    hn_err_clear(e);
    return hn_fail_field(e, "service_id", "there is no such service");
}

/* The period as JSON, for the audit row. more: further members, each with its comma before it. */
static const char *period_more_json(struct hn_arena *a, int64_t service_id, const char *word,
                                    hn_instant from, hn_instant to, const char *more)
{
    char f[HN_RFC3339_MAX];
    char t[HN_RFC3339_MAX];

    return hn_arena_fmt(
        a, "{\"service_id\":%" PRId64 ",\"what\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"%s}",
        service_id, word, hn_rfc3339(from, f), hn_rfc3339(to, t), more);
}

static const char *period_json(struct hn_arena *a, int64_t service_id, const char *word,
                               hn_instant from, hn_instant to)
{
    return period_more_json(a, service_id, word, from, to, "");
}

enum hn_code exclusion_propose(struct db *db, struct hn_arena *a, const struct actor *who,
                               const struct exclusion_new *in, hn_instant now, int64_t *id,
                               struct hn_err *e)
{
    DB_TX tx = {0};

    if (exclusion_reason_number(in->reason) == 0)
        return hn_fail_field(e, "reason", "is none of the six reasons for an exclusion");
    if (in->to <= in->from)
        return hn_fail_field(e, "to", "the end must be after the beginning");
    /* (6) is agreed by both sides: the contractor proposes, the ward approves. */
    if (hn_streq(in->reason, "agreed") && !role_is_contractor(who->role))
        return hn_fail(e, HN_E_FORBIDDEN,
                       "an exclusion agreed by both sides is proposed by the "
                       "contractor");
    if (db_begin(db, &tx, e) != HN_OK || service_exists(db, a, in->service_id, e) != HN_OK ||
        exclusion_store_add(db, in, who->account_id, now, id, e) != HN_OK ||
        sla_audit(db, who, "exclusion.propose", "exclusion", *id, in->note, NULL,
                  period_json(a, in->service_id, in->reason, in->from, in->to), now, e) != HN_OK)
        return hn_ctx(e, "propose an exclusion");
    return db_commit(&tx, e);
}

enum hn_code exclusion_decide(struct db *db, struct hn_arena *a, const struct actor *who,
                              int64_t id, enum exclusion_decision d, const char *note,
                              hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct exclusion_row row;

    if (db_begin(db, &tx, e) != HN_OK || exclusion_store_get(db, a, id, true, &row, e) != HN_OK)
        return hn_ctx(e, "decide on exclusion %" PRId64, id);
    if (row.proposed_by == who->account_id)
        return hn_fail(e, HN_E_FORBIDDEN, "whoever proposed this cannot approve it");
    if (!perm_role_has(who->role, PERM_APPROVE_WARD))
        return hn_fail(e, HN_E_FORBIDDEN, "only the ward's IT staff may approve this");
    if (!hn_streq(row.state, "proposed"))
        return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
    if (d != EXCLUSION_APPROVE && (note == NULL || note[0] == '\0'))
        return hn_fail_field(e, "note", "say why");
    if (exclusion_store_decide(db, id, decisions[d].state, who->account_id, note, now, e) !=
            HN_OK ||
        sla_audit(db, who, decisions[d].act, "exclusion", id, note, NULL,
                  period_json(a, row.service_id, row.reason, row.from_at, row.to_at), now,
                  e) != HN_OK)
        return hn_ctx(e, "decide on exclusion %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code gap_list(struct db *db, struct hn_arena *a, int64_t service_id, hn_instant from,
                      hn_instant to, const struct gap_row **out, size_t *n, struct hn_err *e)
{
    return gap_store_list(db, a, service_id, 0, from, to, out, n, e);
}

enum hn_code gap_get(struct db *db, struct hn_arena *a, int64_t id, struct gap_row *out,
                     struct hn_err *e)
{
    const struct gap_row *rows = NULL;
    size_t n = 0;

    if (gap_store_list(db, a, 0, id, HN_UNSET, HN_UNSET, &rows, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "not found");
    *out = rows[0];
    return HN_OK;
}

enum hn_code gap_propose(struct db *db, struct hn_arena *a, const struct actor *who,
                         const struct gap_new *in, hn_instant now, int64_t *id, struct hn_err *e)
{
    DB_TX tx = {0};

    if (in->to <= in->from)
        return hn_fail_field(e, "to", "the end must be after the beginning");
    if (in->to > now)
        return hn_fail_field(e, "to", "lies in the future");
    if (in->evidence == NULL || in->evidence[0] == '\0')
        return hn_fail_field(e, "evidence", "say what shows it");
    if (db_begin(db, &tx, e) != HN_OK || service_exists(db, a, in->service_id, e) != HN_OK ||
        gap_store_add(db, in, who->account_id, now, id, e) != HN_OK ||
        sla_audit(db, who, "gap.propose", "gap", *id, in->evidence, NULL,
                  period_json(a, in->service_id, in->decision, in->from, in->to), now, e) != HN_OK)
        return hn_ctx(e, "propose a decision on a gap");
    return db_commit(&tx, e);
}

/* "exclusion" makes one under (4): it then goes its own way to the ward. */
static enum hn_code gap_exclusion(struct db *db, struct hn_arena *a, const struct actor *who,
                                  const struct gap_row *g, hn_instant now, int64_t *exclusion_id,
                                  struct hn_err *e)
{
    const char *of_gap = hn_arena_fmt(a, ",\"gap_id\":%" PRId64, g->id);
    struct exclusion_new x = {.service_id = g->service_id,
                              .from = g->from_at,
                              .to = g->to_at,
                              .reason = "no_fault_monitoring",
                              .note = g->evidence};

    if (exclusion_store_add(db, &x, g->proposed_by, now, exclusion_id, e) != HN_OK)
        return e->code;
    return sla_audit(db, who, "exclusion.propose", "exclusion", *exclusion_id, g->evidence, NULL,
                     period_more_json(a, g->service_id, x.reason, x.from, x.to, of_gap), now, e);
}

enum hn_code gap_decide(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                        bool approve, const char *note, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct gap_row g;
    int64_t exclusion_id = 0;

    if (db_begin(db, &tx, e) != HN_OK || gap_get(db, a, id, &g, e) != HN_OK)
        return e->code;
    if (g.proposed_by == who->account_id)
        return hn_fail(e, HN_E_FORBIDDEN, "whoever proposed this cannot approve it");
    if (approve && hn_streq(g.decision, "exclusion") &&
        gap_exclusion(db, a, who, &g, now, &exclusion_id, e) != HN_OK)
        return e->code;
    if (gap_store_decide(db, id, approve ? "approved" : "rejected", who->account_id, note,
                         exclusion_id, now, e) != HN_OK ||
        sla_audit(db, who, approve ? "gap.approve" : "gap.reject", "gap", id, note, NULL,
                  period_json(a, g.service_id, g.decision, g.from_at, g.to_at), now, e) != HN_OK)
        return hn_ctx(e, "decide on gap %" PRId64, id);
    return db_commit(&tx, e);
}
