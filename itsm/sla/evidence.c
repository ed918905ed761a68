/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence.c — `hinomi evidence export`: a month's figures with all that made them, so that
 * somebody who trusts neither us nor our code can compute them again (tools/verify-evidence does).
 *
 * The rows reach back to the beginning of the fiscal year, so that the year's sums can be computed
 * too, and bring their audit rows, so that who decided what, when and in which role stands twice.
 * Integers and text only, but for the figures of closed editions, which stand as they were closed.
 * Each row carries the digest of its own content, the file one over everything; the file's digest
 * also stands in the audit journal.
 */
#include "itsm/sla/evidence_json.h"

#include "itsm/sla/evidence_store.h"
#include "itsm/sla/service_store.h"

#define SLAS_MAX 5000

static enum hn_code write_sla(struct db *db, struct hn_arena *a, struct hn_jw *w, int64_t id,
                              struct hn_month month, hn_instant now, struct hn_err *e)
{
    struct sla_result r;
    const char *versions = NULL;
    const char *closed = NULL;
    char text[8];

    if (sla_result(db, a, id, month, now, &r, e) != HN_OK ||
        evidence_store_versions(db, a, id, &versions, e) != HN_OK ||
        evidence_store_closed(db, a, id, hn_month_text(month, text), &closed, e) != HN_OK)
        return e->code;
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", r.sla.id);
    hn_jw_i64(w, "service_id", r.service.id);
    hn_jw_text(w, "service", r.service.name);
    hn_jw_text(w, "metric", r.sla.metric);
    hn_jw_raw(w, "versions", versions);
    evidence_json_figures(w, &r);
    hn_jw_raw(w, "closed", closed);
    hn_jw_end_object(w);
    return HN_OK;
}

static enum hn_code write_parts(struct db *db, struct hn_arena *a, struct hn_jw *w,
                                struct hn_month month, hn_instant now, struct hn_err *e)
{
    hn_instant year = hn_month_from((struct hn_month){hn_fiscal_year(month), 4});
    hn_instant to = HN_MIN(hn_month_to(month), now);

    for (int i = 0; i < EVIDENCE_PART_COUNT; i++) {
        const char *rows = NULL;

        if (evidence_store_part(db, a, (enum evidence_part)i, year, hn_month_from(month), to, &rows,
                                e) != HN_OK)
            return e->code;
        hn_jw_raw(w, evidence_part_words[i], rows);
    }
    return HN_OK;
}

enum hn_code evidence_export(struct db *db, struct hn_arena *a, struct hn_month month,
                             hn_instant now, struct hn_sbuf *out, struct hn_err *e)
{
    DB_TX tx = {0};
    const struct sla_row *slas = NULL;
    char text[8];
    char digest[65];
    struct hn_sbuf b;
    struct hn_jw w;
    struct audit_act act = {.who = "cli", .act = "evidence.export", .object = "month"};
    size_t n = 0;

    if (hn_month_from(month) > now)
        return hn_fail_field(e, "month", "has not begun yet");
    hn_sbuf_init(&b, a, (size_t)256 * 1024 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "format", "hinomi-evidence-2");
    hn_jw_text(&w, "month", hn_month_text(month, text));
    hn_jw_instant(&w, "made_at", now);
    if (db_begin(db, &tx, e) != HN_OK || write_parts(db, a, &w, month, now, e) != HN_OK ||
        sla_store_list(db, a, 0, 0, SLAS_MAX, &slas, &n, e) != HN_OK)
        return e->code;
    hn_jw_array(&w, "slas");
    for (size_t i = 0; i < n; i++)
        if (write_sla(db, a, &w, slas[i].id, month, now, e) != HN_OK)
            return hn_ctx(e, "evidence of SLA %" PRId64, slas[i].id);
    hn_jw_end_array(&w);
    hn_jw_end_object(&w);
    if (evidence_json_seal(&b, out, digest, e) != HN_OK)
        return e->code;
    act.after = hn_arena_fmt(a, "{\"month\":\"%s\",\"sha256\":\"%s\"}", text, digest);
    if (audit_add(db, &act, now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}
