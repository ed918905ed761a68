/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence.c — `hinomi evidence export`: a month's figures with all that made them, so that
 * somebody who trusts neither us nor our code can compute them again (tools/verify-evidence does).
 *
 * Integers and text only. Each row of a list named in evidence_json.c carries the digest of its own
 * content, and the whole file one over everything; the file's digest also stands in the audit
 * journal.
 */
#include "itsm/sla/evidence_json.h"

#include "itsm/event/timeline.h"
#include "itsm/sla/outage_store.h"
#include "itsm/sla/service_store.h"
#include "itsm/sla/sync.h"

#define SLAS_MAX 5000

static void write_bound(struct hn_jw *w, const char *key, hn_instant t)
{
    hn_jw_instant(w, key, t <= HN_UNSET + 1 ? HN_UNSET : t);
}

static void write_calendar(struct hn_jw *w, const struct calendar_row *r)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", r->id);
    hn_jw_text(w, "name", r->name);
    hn_jw_i64(w, "version", r->version);
    write_bound(w, "valid_from", r->valid_from);
    hn_jw_raw(w, "definition", r->definition);
    hn_jw_id(w, "created_by", r->created_by);
    hn_jw_id(w, "approved_by", r->approved_by);
    hn_jw_instant(w, "approved_at", r->approved_at);
    hn_jw_end_object(w);
}

static void write_versions(struct hn_jw *w, const struct service_row *v, size_t n)
{
    hn_jw_array(w, "service_versions");
    for (size_t i = n; i-- > 0;) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "version", v[i].version);
        write_bound(w, "valid_from", v[i].valid_from);
        hn_jw_raw(w, "rule", v[i].rule);
        hn_jw_id(w, "created_by", v[i].created_by);
        hn_jw_id(w, "approved_by", v[i].approved_by);
        hn_jw_instant(w, "approved_at", v[i].approved_at);
        hn_jw_end_object(w);
    }
    hn_jw_end_array(w);
}

static void write_timelines(struct hn_jw *w, const struct check_timeline *t, size_t n)
{
    hn_jw_array(w, "checks");
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "check_id", t[i].check_id);
        hn_jw_array(w, "states");
        for (size_t k = 0; k < t[i].n; k++) {
            hn_jw_object(w, NULL);
            hn_jw_instant(w, "at", t[i].v[k].at);
            hn_jw_text(w, "state", check_state_word(t[i].v[k].state));
            hn_jw_end_object(w);
        }
        hn_jw_end_array(w);
        hn_jw_end_object(w);
    }
    hn_jw_end_array(w);
}

static enum hn_code write_outages(struct db *db, struct hn_arena *a, struct hn_jw *w,
                                  const struct sla_result *r, hn_instant from, hn_instant to,
                                  struct hn_err *e)
{
    struct outage_filter f = {
        .service_id = r->service.id, .from = from, .to = to, .with_void = true, .limit = SLAS_MAX};
    const struct outage_row *rows = NULL;
    size_t n = 0;

    if (outage_store_list(db, a, &f, &rows, &n, e) != HN_OK)
        return e->code;
    hn_jw_array(w, "outages");
    for (size_t i = 0; i < n; i++) {
        const struct outage_change_row *c = NULL;
        size_t n_changes = 0;

        if (outage_store_changes(db, a, rows[i].id, false, &c, &n_changes, e) != HN_OK)
            return e->code;
        evidence_json_outage(w, &rows[i], c, n_changes);
    }
    hn_jw_end_array(w);
    return HN_OK;
}

static enum hn_code write_exclusions(struct db *db, struct hn_arena *a, struct hn_jw *w,
                                     const struct sla_result *r, hn_instant from, hn_instant to,
                                     struct hn_err *e)
{
    struct exclusion_filter f = {
        .service_id = r->service.id, .from = from, .to = to, .limit = SLAS_MAX};
    const struct exclusion_row *rows = NULL;
    size_t n = 0;

    if (exclusion_store_list(db, a, &f, &rows, &n, e) != HN_OK)
        return e->code;
    hn_jw_array(w, "exclusions");
    for (size_t i = 0; i < n; i++)
        evidence_json_exclusion(w, &rows[i]);
    hn_jw_end_array(w);
    hn_jw_array(w, "maintenances");
    for (size_t i = 0; i < r->n_maintenances; i++)
        evidence_json_maintenance(w, &r->maintenances[i]);
    hn_jw_end_array(w);
    hn_jw_array(w, "gaps");
    for (size_t i = 0; i < r->n_gaps; i++)
        evidence_json_gap(w, &r->gaps[i]);
    hn_jw_end_array(w);
    return HN_OK;
}

static enum hn_code write_sla(struct db *db, struct hn_arena *a, struct hn_jw *w, int64_t id,
                              struct hn_month month, hn_instant now, struct hn_err *e)
{
    const struct service_row *versions = NULL;
    const struct check_timeline *lines = NULL;
    struct sla_result r;
    struct hn_i64s ids;
    hn_instant from = hn_month_from(month);
    hn_instant to;
    size_t n = 0;

    if (sla_result(db, a, id, month, now, &r, e) != HN_OK ||
        service_store_versions(db, a, r.service.id, &versions, &n, e) != HN_OK)
        return e->code;
    to = HN_MIN(hn_month_to(month), now);
    ids = sync_checks(a, versions, n);
    if (timeline_read(db, a, ids, from, to, &lines, e) != HN_OK)
        return e->code;
    hn_jw_object(w, NULL);
    evidence_json_definition(w, &r);
    hn_jw_array(w, "calendars");
    write_calendar(w, &r.calendar);
    hn_jw_end_array(w);
    write_versions(w, versions, n);
    write_timelines(w, lines, ids.n);
    if (write_outages(db, a, w, &r, from, to, e) != HN_OK ||
        write_exclusions(db, a, w, &r, from, to, e) != HN_OK)
        return e->code;
    evidence_json_figures(w, &r);
    hn_jw_end_object(w);
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
    hn_jw_text(&w, "format", "hinomi-evidence-1");
    hn_jw_text(&w, "month", hn_month_text(month, text));
    hn_jw_instant(&w, "made_at", now);
    hn_jw_array(&w, "slas");
    if (db_begin(db, &tx, e) != HN_OK ||
        sla_store_list(db, a, 0, 0, SLAS_MAX, &slas, &n, e) != HN_OK)
        return e->code;
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
