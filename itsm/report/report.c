/* SPDX-License-Identifier: Apache-2.0 */
/* report.c — the acts on editions; what is in them: sla_report.c, how they are made: render.c. */
#include "itsm/report/report_store.h"

#include "itsm/report/render.h"
#include "server/base/log.h"
#include "server/http/live.h"

#include <stdio.h>

const char *const report_format_words[] = {"html", "pdf", "xlsx", NULL};
const char *const report_format_types[] = {
    "text/html; charset=utf-8", "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};

static const struct {
    const char *word, *label;
} states[] = {
#define X(e, w, m) {w, m},
    REPORT_STATES(X)
#undef X
};

const char *report_state_label(const char *word)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(states); i++)
        if (hn_streq(states[i].word, word))
            return hn_tr(states[i].label);
    return word;
}

/* Who may do which step: the whole review as one table. */
static const struct {
    const char *from, *to;
    enum perm perm;
    bool needs_comment;
} steps[] = {
    {"draft", "in_review", PERM_REPORT_EDIT, false},
    {"in_review", "submitted", PERM_REPORT_EDIT, false},
    {"in_review", "sent_back", PERM_REPORT_EDIT, true},
    {"submitted", "approved", PERM_APPROVE_WARD, false},
    {"submitted", "sent_back", PERM_APPROVE_WARD, true},
};

enum hn_code report_list(struct db *db, struct hn_arena *a, const char *type, const char *month,
                         int64_t after, int64_t limit, const struct report_row **out, size_t *n,
                         struct hn_err *e)
{
    return report_store_list(db, a, type, month, after, limit, out, n, e);
}

enum hn_code report_get(struct db *db, struct hn_arena *a, int64_t id, struct report_row *out,
                        struct hn_err *e)
{
    return report_store_get(db, a, id, false, out, e);
}

enum hn_code report_steps(struct db *db, struct hn_arena *a, int64_t id,
                          const struct report_step **out, size_t *n, struct hn_err *e)
{
    return report_store_steps(db, a, id, out, n, e);
}

enum hn_code report_remarks(struct db *db, struct hn_arena *a, int64_t id,
                            const struct report_remark **out, size_t *n, struct hn_err *e)
{
    return report_store_remarks(db, a, id, out, n, e);
}

enum hn_code report_file(struct db *db, struct hn_arena *a, int64_t id, const char *format,
                         struct report_file *out, struct hn_err *e)
{
    struct report_row r;

    if (report_store_get(db, a, id, false, &r, e) != HN_OK)
        return e->code;
    if (hn_streq(r.state, "rendering"))
        return hn_fail(e, HN_E_CONFLICT, "the report is still being made");
    if (hn_streq(r.state, "failed"))
        return hn_fail(e, HN_E_CONFLICT, "the report could not be made: %s",
                       r.error == NULL ? "" : r.error);
    if (report_store_file(db, a, id, format, out, e) != HN_E_NOT_FOUND ||
        !hn_streq(format, report_format_words[REPORT_PDF]))
        return e->code;
    hn_err_clear(e);
    return r.error != NULL ? hn_fail(e, HN_E_CONFLICT, "the PDF could not be made: %s", r.error)
                           : hn_fail(e, HN_E_CONFLICT, "the PDF is still being made");
}

static enum hn_code journal(struct db *db, const struct actor *who, const char *act, int64_t id,
                            const char *reason, const char *after, hn_instant now, struct hn_err *e)
{
    struct audit_act j = {.account_id = who->account_id,
                          .who = who->who,
                          .act = act,
                          .object = "report",
                          .object_id = id,
                          .reason = reason,
                          .after = after,
                          .address = who->address,
                          .role = who->role < 0 || who->role >= ROLE_COUNT ? NULL
                                                                           : role_word(who->role)};

    return audit_add(db, &j, now, e);
}

enum hn_code report_create(struct db *db, struct hn_arena *a, const struct actor *who,
                           const char *type, struct hn_month month, const char *reason,
                           hn_instant now, int64_t *id, struct hn_err *e)
{
    DB_TX tx = {0};
    struct report_row last;
    char m[8];
    enum hn_code rc;

    if (!hn_streq(type, "sla"))
        return hn_fail_field(e, "type", "this report is not available yet");
    if (now < hn_month_to(month))
        return hn_fail_field(e, "month", "the month has not ended");
    hn_month_text(month, m);
    if (db_begin(db, &tx, e) != HN_OK)
        return e->code;
    rc = report_store_newest(db, a, type, m, false, &last, e);
    if (rc != HN_OK && rc != HN_E_NOT_FOUND)
        return e->code;
    if (rc == HN_OK && (hn_streq(last.state, "in_review") || hn_streq(last.state, "submitted") ||
                        hn_streq(last.state, "rendering")))
        return hn_fail(e, HN_E_CONFLICT, "edition %d is under way", last.edition);
    if (rc == HN_OK && (hn_streq(last.state, "draft") || hn_streq(last.state, "failed"))) {
        *id = last.id;
        if (report_store_again(db, last.id, reason, e) != HN_OK)
            return e->code;
    } else {
        int edition = rc == HN_OK ? last.edition + 1 : 1;

        hn_err_clear(e);
        if (report_store_add(db, type, m, edition, reason, who->account_id, now, id, e) != HN_OK)
            return e->code;
    }
    if (journal(db, who, "report.create", *id, reason,
                hn_arena_fmt(a, "{\"type\":\"%s\",\"month\":\"%s\"}", type, m), now, e) != HN_OK ||
        live_notify(db, "report", m, e) != HN_OK)
        return hn_ctx(e, "create report");
    return db_commit(&tx, e);
}

static void list_allowed(const char *from, const struct actor *who, struct hn_err *e)
{
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(steps); i++) {
        if (!hn_streq(steps[i].from, from) || !perm_role_has(who->role, steps[i].perm))
            continue;
        n += (size_t)snprintf(e->allowed + n, sizeof(e->allowed) - n, "%s%s", n > 0 ? "," : "",
                              steps[i].to);
    }
}

/* The files say what the month is: if the figures moved since, they must be made again first. */
static enum hn_code figures_still_hold(struct db *db, struct hn_arena *a,
                                       const struct report_row *r, struct hn_month month,
                                       hn_instant now, struct hn_err *e)
{
    const char *fresh = NULL;

    if (render_context_text(db, a, month, now, &fresh, e) != HN_OK)
        return e->code;
    if (r->context == NULL || !render_same_figures(r->context, fresh))
        return hn_fail(e, HN_E_CONFLICT,
                       "the figures have changed since edition %d was made; send it "
                       "back and make a new edition",
                       r->edition);
    return HN_OK;
}

static enum hn_code approve(struct db *db, struct hn_arena *a, const struct actor *who,
                            const struct report_row *r, hn_instant now, struct hn_err *e)
{
    struct hn_month month;

    if (hn_parse_month(r->month, "month", &month, e) != HN_OK)
        return e->code;
    if (r->submitted_by == who->account_id || r->created_by == who->account_id)
        return hn_fail(e, HN_E_FORBIDDEN, "whoever proposed this cannot approve it");
    if (sla_may_close(db, a, month, now, e) != HN_OK ||
        figures_still_hold(db, a, r, month, now, e) != HN_OK)
        return e->code;
    return sla_close_month(db, a, r->id, month, r->edition, now, e);
}

enum hn_code report_transition(struct db *db, struct hn_arena *a, const struct actor *who,
                               int64_t id, const char *to, const char *comment,
                               int64_t seen_version, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct report_row r;
    size_t i;

    if (db_begin(db, &tx, e) != HN_OK || report_store_get(db, a, id, true, &r, e) != HN_OK)
        return hn_ctx(e, "report %" PRId64, id);
    for (i = 0; i < HN_ARRAY_LEN(steps); i++)
        if (hn_streq(steps[i].from, r.state) && hn_streq(steps[i].to, to))
            break;
    if (i == HN_ARRAY_LEN(steps)) {
        if (hn_streq(r.state, to) || hn_streq(r.state, "approved"))
            return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
        (void)hn_fail_field(e, "to", "is not possible from here");
        list_allowed(r.state, who, e);
        return e->code;
    }
    if (!perm_role_has(who->role, steps[i].perm))
        return hn_fail(e, HN_E_FORBIDDEN,
                       steps[i].perm == PERM_APPROVE_WARD
                           ? HN_N("only the ward's IT staff may approve this")
                           : HN_N("you may not do this"));
    if (seen_version != 0 && seen_version != r.version)
        return hn_fail(e, HN_E_CONFLICT, "somebody else has changed this in the meantime");
    if (steps[i].needs_comment && (comment == NULL || comment[0] == '\0'))
        return hn_fail_field(e, "comment", "say why");
    if (hn_streq(to, "approved") && approve(db, a, who, &r, now, e) != HN_OK)
        return hn_ctx(e, "approve report %" PRId64, id);
    if (report_store_state(db, id, to, who->account_id, now, e) != HN_OK ||
        report_store_step(db, id, r.state, to, who->account_id, comment, now, e) != HN_OK ||
        journal(db, who, "report.transition", id, comment,
                hn_arena_fmt(a, "{\"from\":\"%s\",\"to\":\"%s\"}", r.state, to), now, e) != HN_OK ||
        live_notify(db, "report", r.month, e) != HN_OK)
        return hn_ctx(e, "report %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code report_set_summary(struct db *db, struct hn_arena *a, const struct actor *who,
                                int64_t id, const char *text, int64_t seen_version, hn_instant now,
                                struct hn_err *e)
{
    DB_TX tx = {0};
    struct report_row r;

    if (db_begin(db, &tx, e) != HN_OK || report_store_get(db, a, id, true, &r, e) != HN_OK)
        return e->code;
    if (!hn_streq(r.state, "draft") && !hn_streq(r.state, "rendering"))
        return hn_fail(e, HN_E_CONFLICT, "only a draft can be changed");
    if (seen_version != 0 && seen_version != r.version)
        return hn_fail(e, HN_E_CONFLICT, "somebody else has changed this in the meantime");
    if (report_store_summary(db, id, text, e) != HN_OK ||
        journal(db, who, "report.summary", id, text, NULL, now, e) != HN_OK ||
        live_notify(db, "report", r.month, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

enum hn_code report_add_remark(struct db *db, struct hn_arena *a, const struct actor *who,
                               int64_t id, const char *block, const char *figure, const char *text,
                               hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct report_row r;

    if (db_begin(db, &tx, e) != HN_OK || report_store_get(db, a, id, true, &r, e) != HN_OK)
        return e->code;
    if (hn_streq(r.state, "approved"))
        return hn_fail(e, HN_E_CONFLICT, "this edition is approved; a remark would come too late");
    if (report_store_add_remark(db, id, block, figure, text, who->account_id, now, e) != HN_OK ||
        journal(db, who, "report.remark", id, text, NULL, now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

enum hn_code report_settle_remark(struct db *db, struct hn_arena *a, const struct actor *who,
                                  int64_t id, int64_t remark_id, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};

    (void)a;
    if (db_begin(db, &tx, e) != HN_OK ||
        report_store_settle(db, id, remark_id, who->account_id, now, e) != HN_OK ||
        journal(db, who, "report.settle", id, NULL, NULL, now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

/* One PDF that was left for later. What cannot be made is tried a few times, then left. */
static enum hn_code later_pdf(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                              struct hn_err *e)
{
    struct db_part part;
    struct hn_err why = {0};
    enum hn_code code;
    int64_t id = 0;

    if (report_store_take_pdf(db, &id, e) != HN_OK) {
        if (e->code != HN_E_NOT_FOUND)
            return e->code;
        hn_err_clear(e);
        return HN_OK;
    }
    *again = true;
    if (db_part_begin(db, &part, e) != HN_OK)
        return e->code;
    code = report_render_pdf(db, a, id, now, &why);
    if (code == HN_E_UNAVAILABLE) {
        *e = why;
        return code;
    }
    if (db_part_end(&part, code == HN_OK, e) != HN_OK || code == HN_OK)
        return e->code;
    hn_log_err(HN_ERROR, "report", &why);
    return report_store_pdf_failed(db, id, why.msg, e);
}

enum hn_code report_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                         struct hn_err *e)
{
    DB_TX tx = {0};
    int64_t id = 0;

    *again = false;
    /* The row lock is held while the files are made: another worker takes the next edition. */
    if (db_begin(db, &tx, e) != HN_OK)
        return e->code;
    if (report_store_take(db, &id, e) != HN_OK) {
        if (e->code != HN_E_NOT_FOUND)
            return e->code;
        hn_err_clear(e);
        return later_pdf(db, a, now, again, e) == HN_OK ? db_commit(&tx, e) : e->code;
    }
    if (report_render(db, a, id, REPORT_PDF_NOW, now, e) != HN_OK)
        return e->code;
    *again = true;
    return db_commit(&tx, e);
}
