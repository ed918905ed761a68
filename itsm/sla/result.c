/* SPDX-License-Identifier: Apache-2.0 */
/* result.c — the month's figures of one SLA, from its rows. */
#include "itsm/sla/result.h"

#include "itsm/event/timeline.h"
#include "itsm/sla/outage_store.h"
#include "itsm/sla/result_store.h"
#include "itsm/sla/service_store.h"
#include "itsm/sla/sync.h"
#include "itsm/watch/claim.h"

#define ROWS_MAX 5000 /* outages or exclusions of one service in one month */

static struct ivl cut(hn_instant from, hn_instant to)
{
    return (struct ivl){from, to == HN_UNSET ? HN_NEVER : to};
}

/* Exclusions: the approved ones as X; pending ones are counted for the words beside the figure. */
static enum hn_code load_exclusions(struct db *db, struct hn_arena *a, int64_t service_id,
                                    hn_instant from, hn_instant to, struct sla_result *r,
                                    struct sla_in *in, struct hn_err *e)
{
    struct exclusion_filter f = {
        .service_id = service_id, .from = from, .to = to, .limit = ROWS_MAX};
    const struct exclusion_row *rows = NULL;
    struct exclusion_row *approved;
    struct ivl *x;
    size_t n = 0;

    if (exclusion_store_list(db, a, &f, &rows, &n, e) != HN_OK)
        return e->code;
    r->applications = rows;
    r->n_applications = n;
    approved = hn_arena_make(a, struct exclusion_row, n);
    x = hn_arena_make(a, struct ivl, n);
    for (size_t i = 0; i < n; i++) {
        if (hn_streq(rows[i].state, "proposed") || hn_streq(rows[i].state, "sent_back"))
            r->n_pending_exclusions++;
        if (!hn_streq(rows[i].state, "approved"))
            continue;
        x[r->n_exclusions] = cut(rows[i].from_at, rows[i].to_at);
        approved[r->n_exclusions++] = rows[i];
    }
    r->exclusions = approved;
    in->exclusion = x;
    in->n_exclusion = r->n_exclusions;
    return HN_OK;
}

static enum hn_code load_maintenance(struct db *db, struct hn_arena *a,
                                     const struct service_row *service, bool counted,
                                     hn_instant from, hn_instant to, struct sla_result *r,
                                     struct sla_in *in, struct hn_err *e)
{
    const struct claim *claims = NULL;
    struct result_maintenance *rows;
    struct ivl *m;
    size_t n = 0;

    if (claim_of_service(db, a, service->id, service->check_ids, from, to, &claims, &n, e) != HN_OK)
        return e->code;
    rows = hn_arena_make(a, struct result_maintenance, n);
    m = hn_arena_make(a, struct ivl, n);
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct result_maintenance){
            .id = claims[i].maintenance_id,
            .title = claims[i].title,
            .kind = claims[i].kind,
            .change_id = claims[i].change_id,
            .from = claims[i].from,
            .to = claims[i].to,
            .approved_by = claims[i].approved_by,
            .approver = claims[i].approver,
            .approved_at = claims[i].approved_at,
        };
        m[i] = cut(claims[i].from, claims[i].to);
    }
    r->maintenances = rows;
    r->n_maintenances = n;
    in->maintenance = m;
    in->n_maintenance = counted ? 0 : n;
    return HN_OK;
}

/* U by the rule, less what was decided up; what was decided down joins the outages. */
static enum hn_code load_unknown(struct db *db, struct hn_arena *a, int64_t service_id,
                                 hn_instant from, hn_instant to, struct sla_result *r,
                                 struct sla_in *in, struct ivl_set *decided_down, struct hn_err *e)
{
    const struct service_row *versions = NULL;
    const struct check_timeline *lines = NULL;
    struct ivl_set down;
    struct ivl_set unknown;
    struct ivl *up;
    struct ivl *dn;
    struct hn_i64s ids;
    size_t n_versions = 0;
    size_t n_up = 0;
    size_t n_dn = 0;

    if (service_store_versions(db, a, service_id, &versions, &n_versions, e) != HN_OK)
        return e->code;
    ids = sync_checks(a, versions, n_versions);
    if (timeline_read(db, a, ids, from, to, &lines, e) != HN_OK ||
        sync_timeline(a, versions, n_versions, lines, ids.n, from, to, &down, &unknown, e) !=
            HN_OK ||
        gap_store_list(db, a, service_id, 0, from, to, &r->gaps, &r->n_gaps, e) != HN_OK)
        return e->code;
    up = hn_arena_make(a, struct ivl, r->n_gaps);
    dn = hn_arena_make(a, struct ivl, r->n_gaps);
    for (size_t i = 0; i < r->n_gaps; i++) {
        struct ivl v = cut(r->gaps[i].from_at, r->gaps[i].to_at);

        if (!hn_streq(r->gaps[i].state, "approved"))
            continue;
        if (hn_streq(r->gaps[i].decision, "up"))
            up[n_up++] = v;
        else if (hn_streq(r->gaps[i].decision, "down"))
            dn[n_dn++] = v;
    }
    *decided_down = ivl_normal(dn, n_dn, a);
    unknown = ivl_subtract(unknown, ivl_normal(up, n_up, a), a);
    unknown = ivl_subtract(unknown, *decided_down, a);
    in->unknown = unknown.v;
    in->n_unknown = unknown.n;
    return HN_OK;
}

/* O: the stored outages in force, and the gaps decided down (id 0, after all others). */
static enum hn_code load_outages(struct db *db, struct hn_arena *a, int64_t service_id,
                                 hn_instant from, hn_instant to, struct ivl_set decided_down,
                                 struct sla_result *r, struct sla_in *in, struct hn_err *e)
{
    struct outage_filter f = {.service_id = service_id, .from = from, .to = to, .limit = ROWS_MAX};
    const struct outage_row *rows = NULL;
    struct result_outage *list;
    size_t n = 0;

    if (outage_store_list(db, a, &f, &rows, &n, e) != HN_OK)
        return e->code;
    list = hn_arena_make(a, struct result_outage, n + decided_down.n);
    in->outage = hn_arena_make(a, struct sla_outage, n + decided_down.n);
    for (size_t i = 0; i < n; i++) {
        list[i] = (struct result_outage){.id = rows[i].id,
                                         .from_at = rows[i].from_at,
                                         .to_at = rows[i].to_at,
                                         .ticket_id = rows[i].ticket_id,
                                         .ticket_number = rows[i].ticket_number,
                                         .source = rows[i].source,
                                         .reason = rows[i].reason,
                                         .corrected = rows[i].corrected};
        in->outage[i] =
            (struct sla_outage){.id = rows[i].id, .from = rows[i].from_at, .to = rows[i].to_at};
    }
    for (size_t i = 0; i < decided_down.n; i++) {
        list[n + i] = (struct result_outage){.from_at = decided_down.v[i].from,
                                             .to_at = decided_down.v[i].to,
                                             .source = "gap",
                                             .reason = ""};
        in->outage[n + i] = (struct sla_outage){
            .id = INT64_MAX, .from = decided_down.v[i].from, .to = decided_down.v[i].to};
    }
    r->outages = list;
    r->n_outages = in->n_outage = n + decided_down.n;
    return HN_OK;
}

/* counted_s back into the rows, and which approved exclusions touch each outage. */
static void finish_outages(struct hn_arena *a, struct sla_result *r, const struct sla_in *in)
{
    struct result_outage *list = hn_arena_memdup(a, r->outages, r->n_outages * sizeof(*list));

    for (size_t i = 0; i < r->n_outages; i++) {
        int64_t *ids = hn_arena_make(a, int64_t, r->n_exclusions);
        size_t n = 0;

        list[i].counted_s = in->outage[i].counted_s;
        for (size_t k = 0; k < r->n_exclusions; k++)
            if (ivl_overlaps(cut(list[i].from_at, list[i].to_at),
                             cut(r->exclusions[k].from_at, r->exclusions[k].to_at)))
                ids[n++] = r->exclusions[k].id;
        list[i].exclusion_ids = (struct hn_i64s){ids, n};
    }
    r->outages = list;
}

/* One month without its year. */
static enum hn_code month_figures(struct db *db, struct hn_arena *a, int64_t sla_id,
                                  struct hn_month month, hn_instant now, struct sla_result *r,
                                  struct hn_err *e)
{
    const struct calendar *calendar = NULL;
    hn_instant from = hn_month_from(month);
    hn_instant to = hn_month_to(month);
    struct sla_in in = {.month = month, .now = now};
    struct ivl_set decided_down;

    *r = (struct sla_result){.month = month, .p95_us = -1};
    if (sla_store_at(db, a, sla_id, from, &r->sla, e) != HN_OK ||
        calendars_in_force(db, a, r->sla.calendar_id, from, &calendar, &r->calendar, e) != HN_OK ||
        service_store_get(db, a, r->sla.service_id, &r->service, e) != HN_OK)
        return e->code;
    in.calendar = calendar;
    in.start = r->sla.start_at;
    in.target = (struct sla_target){r->sla.target_e6};
    to = HN_MIN(to, HN_MAX(now, from));
    if (load_exclusions(db, a, r->service.id, from, to, r, &in, e) != HN_OK ||
        load_maintenance(db, a, &r->service, hn_streq(r->sla.maintenance, "counted"), from, to, r,
                         &in, e) != HN_OK ||
        load_unknown(db, a, r->service.id, from, to, r, &in, &decided_down, e) != HN_OK ||
        load_outages(db, a, r->service.id, from, to, decided_down, r, &in, e) != HN_OK ||
        sla_month(&in, a, &r->figures, e) != HN_OK)
        return e->code;
    finish_outages(a, r, &in);
    r->definition_approved = r->sla.approved_at != HN_UNSET &&
                             r->calendar.approved_at != HN_UNSET &&
                             r->service.approved_at != HN_UNSET;
    return HN_OK;
}

static struct sla_brief brief_of(struct hn_month month, const struct sla_figures *f)
{
    return (struct sla_brief){.month = month,
                              .planned_s = f->planned_s,
                              .excluded_s = f->excluded_s,
                              .downtime_s = f->downtime_s,
                              .unmeasured_s = f->unmeasured_s,
                              .is_reference = f->is_reference};
}

static void set_ratio(struct sla_brief *b)
{
    int64_t den = b->planned_s - b->excluded_s;

    b->ratio = (struct sla_ratio){den > 0 ? den - b->downtime_s : 0, HN_MAX(den, 0)};
}

enum hn_code sla_briefs(struct db *db, struct hn_arena *a, int64_t sla_id, struct hn_month first,
                        size_t n, hn_instant now, struct sla_brief *out, struct hn_err *e)
{
    struct sla_result r;

    for (size_t i = 0; i < n; i++)
        out[i] = (struct sla_brief){.month = hn_month_add(first, (int)i)};
    if (result_store_closed_briefs(db, a, sla_id, out, n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        if (out[i].edition == 0) {
            if (month_figures(db, a, sla_id, out[i].month, now, &r, e) != HN_OK)
                return e->code;
            out[i] = brief_of(out[i].month, &r.figures);
        }
        set_ratio(&out[i]);
    }
    return HN_OK;
}

enum hn_code sla_brief(struct db *db, struct hn_arena *a, int64_t sla_id, struct hn_month month,
                       hn_instant now, struct sla_brief *out, struct hn_err *e)
{
    return sla_briefs(db, a, sla_id, month, 1, now, out, e);
}

/* April to the month: closed editions where they exist, else computed; the month itself as it is
 * now. */
static enum hn_code year_figures(struct db *db, struct hn_arena *a, struct sla_result *r,
                                 hn_instant now, struct hn_err *e)
{
    const struct calendar *calendar = NULL;
    struct sla_year_month months[HN_ARRAY_LEN(r->year_months)];
    struct sla_year_in in = {.month = r->month, .months = months, .cap_s = -1, .start = HN_UNSET};
    struct hn_month april = {hn_fiscal_year(r->month), 4};
    size_t before = (size_t)((r->month.month + 8) % 12);

    if (sla_briefs(db, a, r->sla.id, april, before, now, r->year_months, e) != HN_OK ||
        calendars_in_force(db, a, r->sla.calendar_id, hn_month_from(r->month), &calendar, NULL,
                           e) != HN_OK)
        return e->code;
    r->year_months[before] = brief_of(r->month, &r->figures);
    set_ratio(&r->year_months[before]);
    in.n_months = r->n_year_months = before + 1;
    for (size_t i = 0; i < in.n_months; i++) {
        const struct sla_brief *b = &r->year_months[i];

        months[i] = (struct sla_year_month){.month = b->month,
                                            .planned_s = b->planned_s,
                                            .downtime_s = b->downtime_s,
                                            .unmeasured_s = b->unmeasured_s,
                                            .is_reference = b->is_reference};
    }
    if (r->sla.year_cap_s > 0)
        in.cap_s = r->sla.year_cap_s;
    in.start = r->sla.start_at;
    in.is_full_first = hn_streq(r->sla.cap_first_year, "full");
    in.year_planned_s = sla_year_planned(calendar, r->month, r->sla.start_at);
    sla_year(&in, &r->year);
    return HN_OK;
}

enum hn_code sla_result(struct db *db, struct hn_arena *a, int64_t sla_id, struct hn_month month,
                        hn_instant now, struct sla_result *out, struct hn_err *e)
{
    if (hn_month_from(month) > now)
        return hn_fail_field(e, "month", "has not begun yet");
    if (month_figures(db, a, sla_id, month, now, out, e) != HN_OK ||
        result_other_metric(db, a, out, now, e) != HN_OK ||
        year_figures(db, a, out, now, e) != HN_OK)
        return hn_ctx(e, "result of SLA %" PRId64 " for %04d-%02d", sla_id, month.year,
                      month.month);
    return HN_OK;
}

/* What stands in the way of closing a month. */
static enum hn_code check_one(const struct sla_result *r, struct hn_err *e)
{
    if (!r->definition_approved)
        return hn_fail_field(e, "definition",
                             "the definition of \"%s\" is not approved by the ward",
                             r->service.name);
    if (r->figures.unmeasured_s > 0 && !r->figures.is_reference)
        return hn_fail_field(e, "gaps",
                             "\"%s\" has %" PRId64 " seconds without measurement that "
                             "nobody has decided on",
                             r->service.name, r->figures.unmeasured_s);
    return HN_OK;
}

static enum hn_code each_sla(struct db *db, struct hn_arena *a, struct hn_month month,
                             hn_instant now, int64_t report_id, int edition, struct hn_err *e)
{
    const struct sla_row *slas = NULL;
    size_t n = 0;

    if (sla_store_list(db, a, 0, 0, ROWS_MAX, &slas, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct sla_result r;
        struct hn_sbuf b;
        struct hn_jw w;
        const char *text = NULL;

        if (sla_result(db, a, slas[i].id, month, now, &r, e) != HN_OK)
            return e->code;
        (void)check_one(&r, e); /* collects: all that stands in the way is told at once */
        if (report_id == 0 || e->code != HN_OK)
            continue;
        hn_sbuf_init(&b, a, (size_t)4 * 1024 * 1024);
        hn_jw_init(&w, &b);
        sla_result_write(&w, NULL, &r, edition);
        if (hn_sbuf_done(&b, &text, e) != HN_OK ||
            result_store_close(db, report_id, slas[i].id, month, edition, text, e) != HN_OK)
            return hn_ctx(e, "close SLA %" PRId64, slas[i].id);
    }
    return e->code;
}

enum hn_code sla_may_close(struct db *db, struct hn_arena *a, struct hn_month month, hn_instant now,
                           struct hn_err *e)
{
    if (now < hn_month_to(month))
        return hn_fail_field(e, "month", "the month has not ended");
    return each_sla(db, a, month, now, 0, 0, e);
}

enum hn_code sla_close_month(struct db *db, struct hn_arena *a, int64_t report_id,
                             struct hn_month month, int edition, hn_instant now, struct hn_err *e)
{
    if (now < hn_month_to(month))
        return hn_fail_field(e, "month", "the month has not ended");
    return each_sla(db, a, month, now, report_id, edition, e);
}

enum hn_code sla_result_json(struct db *db, struct hn_arena *a, int64_t sla_id,
                             struct hn_month month, bool live, hn_instant now, struct hn_sbuf *out,
                             struct hn_err *e)
{
    const char *closed = NULL;
    struct sla_result r;
    struct hn_jw w;

    if (!live) {
        if (result_store_closed(db, a, sla_id, month, &closed, e) != HN_OK &&
            e->code != HN_E_NOT_FOUND)
            return e->code;
        hn_err_clear(e);
    }
    if (closed != NULL) {
        hn_sbuf_str(out, closed);
        return HN_OK;
    }
    if (sla_result(db, a, sla_id, month, now, &r, e) != HN_OK)
        return e->code;
    hn_jw_init(&w, out);
    sla_result_write(&w, NULL, &r, 0);
    return HN_OK;
}
