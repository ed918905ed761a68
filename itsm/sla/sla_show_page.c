/* SPDX-License-Identifier: Apache-2.0 */
/* sla_show_page.c — one SLA's month, opened: formula, intervals, what made them, and the decisions.
 */
#include "itsm/sla/sla_show.h"

#include "itsm/sla/result_store.h"
#include "server/base/parse.h"
#include "server/http/actor.h"

#define FIGURES_BYTES_MAX ((size_t)4 * 1024 * 1024)

static const char *const gap_names[] = {"from", "to", "decision", "evidence", NULL};
static const char *const gap_words[] = {"up", "down", "exclusion", NULL};

/* The figures of the edition that was asked for (0: the newest), else of now. */
static enum hn_code stored(struct http_ctx *c, const struct sla_result *r, int64_t edition,
                           struct sla_shown *live, struct sla_shown *out, struct hn_err *e)
{
    const char *text = NULL;
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, c->arena, FIGURES_BYTES_MAX);
    hn_jw_init(&w, &b);
    sla_result_write(&w, NULL, r, 0);
    if (hn_sbuf_done(&b, &text, e) != HN_OK || sla_shown_read(text, c->arena, live, e) != HN_OK)
        return e->code;
    *out = *live;
    text = NULL;
    if (result_store_edition(c->db, c->arena, r->sla.id, r->month, edition, &text, e) != HN_OK)
        return e->code;
    return text == NULL ? HN_OK : sla_shown_read(text, c->arena, out, e);
}

static void put_difference(struct tpl_val *list, struct hn_arena *a, const char *label, int64_t was,
                           int64_t is)
{
    struct tpl_val *m;

    if (was == is)
        return;
    m = tpl_push_map(list);
    tpl_set_str(m, "label", label);
    tpl_set_str(m, "was", sla_hms_text(a, was));
    tpl_set_str(m, "is", sla_hms_text(a, is));
}

static void put_differences(struct http_ctx *c, struct tpl_val *view, const struct sla_shown *was,
                            const struct sla_shown *is)
{
    struct tpl_val *list = tpl_set_list(view, "differences");

    if (was->edition == 0)
        return;
    put_difference(list, c->arena, hn_tr("Service time"), was->planned_s, is->planned_s);
    put_difference(list, c->arena, hn_tr("Planned stops"), was->maintenance_s, is->maintenance_s);
    put_difference(list, c->arena, hn_tr("Exclusions"), was->exclusion_s, is->exclusion_s);
    put_difference(list, c->arena, hn_tr("Downtime"), was->downtime_s, is->downtime_s);
    put_difference(list, c->arena, hn_tr("Not monitored"), was->unmeasured_s, is->unmeasured_s);
    put_difference(list, c->arena, hn_tr("Downtime of the fiscal year"), was->year_downtime_s,
                   is->year_downtime_s);
}

static enum hn_code put_definitions(struct http_ctx *c, struct tpl_val *view,
                                    const struct sla_result *r, struct hn_err *e)
{
    struct tpl_val *list = tpl_set_list(view, "versions");
    const struct sla_row *rows = NULL;
    struct sla_row newest;
    struct calendar_row calendar;
    struct tpl_val *m;
    char text[SLA_TEXT_MAX];
    size_t n = 0;

    if (sla_versions(c->db, c->arena, r->sla.id, &rows, &n, e) != HN_OK ||
        sla_get(c->db, c->arena, r->sla.id, &newest, e) != HN_OK ||
        calendars_get(c->db, c->arena, newest.calendar_id, &calendar, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        m = tpl_push_map(list);
        sla_put_approval(c, m, rows[i].version, rows[i].valid_from, rows[i].created_by,
                         rows[i].created_at, rows[i].approved_by, rows[i].approved_at);
        tpl_set_str(m, "target",
                    hn_arena_strdup(c->arena,
                                    sla_target_text((struct sla_target){rows[i].target_e6}, text)));
        tpl_set_str(m, "calendar", rows[i].calendar_name);
        tpl_set_i64(m, "calendar_id", rows[i].calendar_id);
        tpl_set_str(m, "cap",
                    rows[i].year_cap_s > 0 ? sla_hms_text(c->arena, rows[i].year_cap_s) : NULL);
        tpl_set_str(m, "cap_first_year", rows[i].cap_first_year);
        tpl_set_bool(m, "counted", hn_streq(rows[i].maintenance, "counted"));
        tpl_set_instant(m, "start", rows[i].start_at);
        tpl_set_bool(m, "in_force", rows[i].version == r->sla.version);
        tpl_set_bool(m, "newest", i == 0);
    }
    m = tpl_set_map(view, "service");
    tpl_set_i64(m, "id", r->service.id);
    tpl_set_str(m, "name", r->service.name);
    tpl_set_str(m, "kind", sla_kind_label(r->service.kind));
    sla_put_approval(c, m, r->service.version, r->service.valid_from, r->service.created_by,
                     r->service.created_at, r->service.approved_by, r->service.approved_at);
    m = tpl_set_map(view, "calendar");
    tpl_set_i64(m, "id", calendar.id);
    tpl_set_str(m, "name", calendar.name);
    sla_put_approval(c, m, calendar.version, calendar.valid_from, calendar.created_by,
                     calendar.created_at, calendar.approved_by, calendar.approved_at);
    return HN_OK;
}

static void put_head(struct http_ctx *c, struct tpl_val *view, const struct sla_result *r,
                     int64_t asked, const struct sla_shown *shown)
{
    struct tpl_val *crumbs = NULL;
    char month[8];

    http_view_crumb(view, &crumbs, hn_tr("SLA achievement"),
                    hn_arena_fmt(c->arena, "/sla?month=%s", hn_month_text(r->month, month)));
    tpl_set_i64(view, "id", r->sla.id);
    tpl_set_str(view, "title", sla_title(c->arena, &r->sla));
    tpl_set_str(view, "metric", r->sla.metric);
    tpl_set_str(view, "metric_label", sla_metric_label(r->sla.metric));
    tpl_set_i64(view, "asked_edition", asked);
    tpl_set_bool(view, "edition_missing", asked != 0 && shown->edition != asked);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_SLA_EDIT));
    tpl_set_bool(view, "may_approve", http_may(c, PERM_APPROVE_WARD));
    tpl_set_bool(view, "may_decide", http_may(c, PERM_OUTAGE_EDIT));
    tpl_set_bool(view, "may_second", http_may(c, PERM_OUTAGE_APPROVE));
    tpl_set_bool(view, "may_exclude", http_may(c, PERM_EXCLUSION_PROPOSE));
}

/* why: of an act that failed; the page is shown again with what was typed. */
static enum hn_code show(struct http_ctx *c, int64_t id, struct hn_month month,
                         const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct sla_shown shown;
    struct sla_shown live;
    struct month_sets sets;
    struct sla_result r;
    int64_t edition = 0;

    if (http_query_i64(c, "edition", &edition, e) != HN_OK ||
        sla_result(c->db, c->arena, id, month, c->now, &r, e) != HN_OK ||
        stored(c, &r, edition, &live, &shown, e) != HN_OK ||
        month_sets_of(c->db, c->arena, &r, &sets, e) != HN_OK)
        return e->code;
    put_head(c, view, &r, edition, &shown);
    sla_put_month(c, view, month);
    sla_shown_put(tpl_set_map(view, "s"), c->arena, &shown);
    put_differences(c, view, &shown, &live);
    show_bar(c, view, &r, &sets);
    show_figure(c, view, &r, &sets, http_query(c, "figure"));
    show_exclusions(view, &r);
    show_gaps(c, view, &r);
    if (show_outages(c, view, &r, e) != HN_OK || show_year(c, view, &r, e) != HN_OK ||
        put_definitions(c, view, &r, e) != HN_OK)
        return e->code;
    http_view_form(c, view, gap_names);
    if (why == NULL)
        http_view_clean(c, view);
    else
        http_view_error(view, c->arena, why);
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/sla/show.html", view, e);
}

enum hn_code sla_page_show(struct http_ctx *c, struct hn_err *e)
{
    struct hn_month month = hn_month_of(c->now);
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_query_month(c, "month", &month, e) != HN_OK)
        return e->code;
    return show(c, id, month, NULL, e);
}

/* After an act: back to the same month, or the page again with what was wrong. */
static enum hn_code after(struct http_ctx *c, int64_t id, struct hn_month month, enum hn_code r,
                          const struct hn_err *why, const char *flash, const char *anchor,
                          struct hn_err *e)
{
    char text[8];

    if (r == HN_OK) {
        http_flash(c, flash);
        return http_redirect(c,
                             hn_arena_fmt(c->arena, "/sla/%" PRId64 "?month=%s#%s", id,
                                          hn_month_text(month, text), anchor),
                             e);
    }
    if (r == HN_E_INVALID || r == HN_E_CONFLICT || r == HN_E_FORBIDDEN)
        return show(c, id, month, why, e);
    *e = *why;
    return r;
}

static enum hn_code ids_of(struct http_ctx *c, int64_t *id, struct hn_month *month,
                           struct hn_err *e)
{
    *month = hn_month_of(c->now);
    if (http_param_id(c, "id", id, e) != HN_OK)
        return e->code;
    return *http_form_text(c, "month") == '\0'
               ? HN_OK
               : hn_parse_month(http_form_text(c, "month"), "month", month, e);
}

/* Approves the newest version of the SLA, of its service's rule or of its calendar. */
enum hn_code sla_page_approve(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *what = http_form_text(c, "what");
    struct hn_month month;
    struct sla_row sla;
    struct calendar_row calendar;
    struct hn_err why = {0};
    int64_t id;
    enum hn_code r;

    if (ids_of(c, &id, &month, e) != HN_OK || sla_get(c->db, c->arena, id, &sla, e) != HN_OK)
        return e->code;
    if (hn_streq(what, "service"))
        r = service_approve(c->db, c->arena, &who, sla.service_id, c->now, &why);
    else if (hn_streq(what, "calendar")) {
        r = calendars_get(c->db, c->arena, sla.calendar_id, &calendar, &why);
        if (r == HN_OK)
            r = calendars_approve(c->db, c->arena, &who, calendar.id, calendar.version, c->now,
                                  &why);
    } else
        r = sla_approve(c->db, c->arena, &who, id, c->now, &why);
    return after(c, id, month, r, &why, hn_tr("The definition was approved."), "definitions", e);
}

enum hn_code sla_page_gap(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct gap_new in = {.from = HN_UNSET, .to = HN_UNSET};
    struct hn_month month;
    struct sla_row sla;
    struct hn_err why = {0};
    int64_t gap = 0;
    int64_t id;
    enum hn_code r;

    if (ids_of(c, &id, &month, e) != HN_OK || sla_get(c->db, c->arena, id, &sla, e) != HN_OK)
        return e->code;
    in.service_id = sla.service_id;
    http_form_local(c, "from", HN_REQ, &in.from, &why);
    http_form_local(c, "to", HN_REQ, &in.to, &why);
    http_form_word(c, "decision", HN_REQ, gap_words, &in.decision, &why);
    http_form_words(c, "evidence", HN_REQ, 2000, &in.evidence, &why);
    r = why.code != HN_OK ? why.code : gap_propose(c->db, c->arena, &who, &in, c->now, &gap, &why);
    return after(
        c, id, month, r, &why,
        hn_tr("The decision was proposed. It counts when a second person has approved it."), "gaps",
        e);
}

enum hn_code sla_page_gap_decide(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    bool approve = hn_streq(http_form_text(c, "act"), "approve");
    struct hn_month month;
    struct hn_err why = {0};
    int64_t gap;
    int64_t id;
    enum hn_code r;

    if (ids_of(c, &id, &month, e) != HN_OK || http_param_id(c, "gap", &gap, e) != HN_OK)
        return e->code;
    r = gap_decide(c->db, c->arena, &who, gap, approve, http_form_text(c, "note"), c->now, &why);
    return after(c, id, month, r, &why,
                 hn_tr(approve ? HN_N("The decision on the gap was approved.")
                               : HN_N("The decision on the gap was rejected.")),
                 "gaps", e);
}
