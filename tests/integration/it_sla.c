/* SPDX-License-Identifier: Apache-2.0 */
/* SLAs on a real PostgreSQL: who may decide, what a decision does to the figures, what closing
 * freezes. */
#include "itsm/calendar/calendars.h"
#include "itsm/sla/sla.h"
#include "itsm/sla/standing.h"
#include "itsm/watch/maintenance.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define AT(month, day, hour, minute) hn_from_tokyo(2026, month, day, hour, minute, 0)
#define NOW AT(11, 20, 12, 0)
static const struct hn_month october = {2026, 10};

static struct db *db;
static struct hn_arena *arena;
static struct actor noc, gov, ward, admin;
static int64_t check_id, calendar_id, service_id, sla_id;
static struct hn_err last;

static void ok_at(enum hn_code code, int line)
{
    if (code == HN_OK)
        return;
    print_error("line %d: %s | %s | %s\n", line, hn_code_word(code), last.msg, last.detail);
    fail();
}
#define OK(x) (hn_err_clear(&last), ok_at((x), __LINE__))
#define REFUSED(want, x) (hn_err_clear(&last), assert_int_equal((x), (want)))

static struct actor person(const char *role, enum role r)
{
    return (struct actor){pg_test_account(db, role), role, r, "127.0.0.1"};
}

static void transition(const char *from, const char *to, hn_instant at)
{
    char t[HN_RFC3339_MAX];

    pg_test_sql(db,
                hn_arena_fmt(arena,
                             "INSERT INTO event.transition (check_id, host_id, from_state,"
                             " to_state, at, confirmed_at, created_at) SELECT id, host_id, '%s',"
                             " '%s', '%s', '%s', now() FROM watch.checks",
                             from, to, hn_rfc3339(at, t), t));
}

static int setup(void **state)
{
    struct calendar_new calendar = {
        .name = "いつも",
        .definition =
            "{\"weekly\":{\"mon\":[[\"00:00\",\"24:00\"]],\"tue\":[[\"00:00\",\"24:00\"]],"
            "\"wed\":[[\"00:00\",\"24:00\"]],\"thu\":[[\"00:00\",\"24:00\"]],"
            "\"fri\":[[\"00:00\",\"24:00\"]],\"sat\":[[\"00:00\",\"24:00\"]],"
            "\"sun\":[[\"00:00\",\"24:00\"]]},\"holidays\":\"none\"}",
        .valid_from = HN_UNSET};
    struct sla_new sla = {.metric = "availability",
                          .target_text = "99.9",
                          .target_e6 = 99900000,
                          .year_cap_s = 10440,
                          .start_at = HN_UNSET,
                          .valid_from = HN_UNSET};
    struct service_new service = {.name = "電子メール", .valid_from = HN_UNSET};

    if (pg_group_up(state) != 0)
        return -1;
    db = pg_test_db();
    arena = hn_arena_new();
    noc = person("noc", ROLE_NOC);
    gov = person("governance", ROLE_GOVERNANCE);
    ward = person("ward_it", ROLE_WARD_IT);
    admin = person("admin", ROLE_ADMIN);
    pg_test_sql(db,
                "INSERT INTO watch.host (name, address, created_at) VALUES ('mail', '10.44.1.1',"
                " now()); INSERT INTO watch.checks (host_id, name, kind, interval_s,"
                " retry_interval_s, created_at) SELECT id, '死活', 'icmp', 60, 20, now()"
                " FROM watch.host;");
    check_id = pg_test_i64(db, "SELECT id FROM watch.checks");
    transition("pending", "ok", AT(1, 1, 0, 0));
    transition("ok", "critical", AT(10, 5, 10, 0));
    transition("critical", "ok", AT(10, 5, 10, 40));
    transition("ok", "unknown", AT(10, 7, 2, 0));
    transition("unknown", "ok", AT(10, 7, 2, 30));
    service.rule = hn_arena_fmt(arena, "{\"check\":%ld}", (long)check_id);
    OK(calendars_create(db, arena, &gov, &calendar, NOW, &calendar_id, &last));
    OK(service_create(db, arena, &gov, &service, NOW, &service_id, &last));
    sla.service_id = service_id;
    sla.calendar_id = calendar_id;
    OK(sla_create(db, arena, &gov, &sla, NOW, &sla_id, &last));
    return 0;
}

static int teardown(void **state)
{
    hn_arena_free(arena);
    db_free(db);
    return pg_group_down(state);
}

static int clean(void **state)
{
    (void)state;
    hn_arena_reset(arena);
    return 0;
}

static struct sla_result result(struct hn_month month)
{
    struct sla_result r;

    OK(sla_result(db, arena, sla_id, month, NOW, &r, &last));
    return r;
}

/* A service that is defined after the transitions has their outages: "for all time" is -infinity.
 */
static void history_is_measured(void **state)
{
    struct sla_result r = result(october);

    (void)state;
    assert_int_equal(r.n_outages, 1);
    assert_int_equal(r.figures.planned_s, 31 * 86400);
    assert_int_equal(r.figures.downtime_s, 2400);
    assert_int_equal(r.figures.unmeasured_s, 1800);
    assert_int_equal(r.figures.planned_s, r.figures.excluded_s + r.figures.downtime_s +
                                              r.figures.unmeasured_s + r.figures.up_s);
    assert_true(r.figures.is_final);
}

static void months_that_are_not_over(void **state)
{
    struct sla_result r = result((struct hn_month){2026, 11});

    (void)state;
    assert_false(r.figures.is_final);
    assert_true(r.figures.as_of == NOW);
    REFUSED(HN_E_INVALID,
            sla_result(db, arena, sla_id, (struct hn_month){2026, 12}, NOW, &r, &last));
    assert_string_equal(last.field[0].field, "month");
    REFUSED(HN_E_INVALID, sla_may_close(db, arena, (struct hn_month){2026, 11}, NOW, &last));
}

static int64_t propose(const struct actor *who, const char *reason)
{
    struct exclusion_new x = {.service_id = service_id,
                              .from = AT(10, 5, 10, 0),
                              .to = AT(10, 5, 10, 10),
                              .reason = reason,
                              .note = "停電"};
    int64_t id = 0;

    OK(exclusion_propose(db, arena, who, &x, NOW, &id, &last));
    return id;
}

static void exclusions_count_when_the_ward_approved(void **state)
{
    int64_t own = propose(&ward, "disaster");
    int64_t id = propose(&noc, "disaster");
    struct exclusion_new agreed = {.service_id = service_id,
                                   .from = AT(10, 6, 0, 0),
                                   .to = AT(10, 6, 1, 0),
                                   .reason = "agreed",
                                   .note = "協議"};
    int64_t none = 0;

    (void)state;
    REFUSED(HN_E_FORBIDDEN, exclusion_propose(db, arena, &ward, &agreed, NOW, &none, &last));
    REFUSED(HN_E_FORBIDDEN,
            exclusion_decide(db, arena, &ward, own, EXCLUSION_APPROVE, NULL, NOW, &last));
    REFUSED(HN_E_FORBIDDEN,
            exclusion_decide(db, arena, &gov, id, EXCLUSION_APPROVE, NULL, NOW, &last));
    REFUSED(HN_E_FORBIDDEN,
            exclusion_decide(db, arena, &admin, id, EXCLUSION_APPROVE, NULL, NOW, &last));
    REFUSED(HN_E_INVALID, exclusion_decide(db, arena, &ward, id, EXCLUSION_REJECT, "", NOW, &last));
    assert_int_equal(result(october).figures.downtime_s, 2400);
    assert_int_equal(result(october).n_pending_exclusions, 2);
    OK(exclusion_decide(db, arena, &ward, id, EXCLUSION_APPROVE, NULL, NOW, &last));
    REFUSED(HN_E_CONFLICT,
            exclusion_decide(db, arena, &ward, id, EXCLUSION_REJECT, "やり直し", NOW, &last));
    assert_int_equal(result(october).figures.downtime_s, 1800);
    assert_int_equal(result(october).figures.exclusion_s, 600);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM audit.journal WHERE act ="
                                 " 'exclusion.approve' AND object_id = %ld",
                                 (long)id),
                     1);
}

static void corrections_need_a_second_person(void **state)
{
    struct sla_result r = result(october);
    struct outage_correction in = {
        .from = r.outages[0].from_at, .to = AT(10, 5, 10, 30), .reason = "復旧時刻の訂正"};
    int64_t id = r.outages[0].id;
    int64_t change = 0;
    struct outage_row row;

    (void)state;
    OK(outage_propose(db, arena, &noc, id, &in, NOW, &change, &last));
    assert_int_equal(result(october).figures.downtime_s, 1800);
    REFUSED(HN_E_CONFLICT, outage_propose(db, arena, &gov, id, &in, NOW, &change, &last));
    REFUSED(HN_E_FORBIDDEN, outage_decide(db, arena, &noc, id, true, NULL, NOW, &last));
    OK(outage_decide(db, arena, &gov, id, true, NULL, NOW, &last));
    REFUSED(HN_E_CONFLICT, outage_decide(db, arena, &gov, id, true, NULL, NOW, &last));
    assert_int_equal(result(october).figures.downtime_s, 1200);
    OK(outage_get(db, arena, id, &row, &last));
    assert_true(row.corrected && row.measured_to == AT(10, 5, 10, 40));
}

static void gaps_are_decided_by_two(void **state)
{
    struct gap_new in = {.service_id = service_id,
                         .from = AT(10, 7, 2, 0),
                         .to = AT(10, 7, 2, 30),
                         .decision = "up",
                         .evidence = "利用ログ"};
    int64_t id = 0;

    (void)state;
    OK(gap_propose(db, arena, &noc, &in, NOW, &id, &last));
    REFUSED(HN_E_FORBIDDEN, gap_decide(db, arena, &noc, id, true, NULL, NOW, &last));
    assert_int_equal(result(october).figures.unmeasured_s, 1800);
    OK(gap_decide(db, arena, &gov, id, true, NULL, NOW, &last));
    assert_int_equal(result(october).figures.unmeasured_s, 0);
}

static void late_approvals_do_not_enter(void **state)
{
    struct maintenance_new in = {
        .title = "更新",
        .from = AT(10, 10, 1, 0),
        .to = AT(10, 10, 2, 0),
        .reason = "更新",
        .scope = hn_arena_fmt(arena, "[{\"service_id\":%ld}]", (long)service_id)};
    int64_t id = 0;

    (void)state;
    OK(maintenance_create(db, arena, &noc, &in, AT(10, 9, 0, 0), &id, &last));
    REFUSED(HN_E_FORBIDDEN,
            maintenance_decide(db, arena, &noc, id, true, NULL, AT(10, 9, 1, 0), &last));
    OK(maintenance_decide(db, arena, &ward, id, true, NULL, AT(10, 9, 2, 0), &last));
    assert_int_equal(result(october).figures.maintenance_s, 3600);
    in.from = AT(10, 11, 1, 0);
    in.to = AT(10, 11, 2, 0);
    OK(maintenance_create(db, arena, &noc, &in, AT(10, 10, 23, 0), &id, &last));
    OK(maintenance_decide(db, arena, &ward, id, true, NULL, AT(10, 11, 1, 30), &last));
    assert_int_equal(result(october).figures.maintenance_s, 3600);
}

static const char *figures_json(bool live)
{
    const char *text = NULL;
    struct hn_sbuf b;

    hn_sbuf_init(&b, arena, 1 << 20);
    OK(sla_result_json(db, arena, sla_id, october, live, NOW, &b, &last));
    OK(hn_sbuf_done(&b, &text, &last));
    return text;
}

static void closing_freezes(void **state)
{
    struct outage_new more = {.service_id = service_id,
                              .from = AT(10, 20, 9, 0),
                              .to = AT(10, 20, 9, 5),
                              .reason = "障害"};
    int64_t id = 0;
    int64_t report;

    (void)state;
    REFUSED(HN_E_INVALID, sla_may_close(db, arena, october, NOW, &last));
    assert_string_equal(last.field[0].field, "definition");
    REFUSED(HN_E_FORBIDDEN, sla_approve(db, arena, &gov, sla_id, NOW, &last));
    OK(sla_approve(db, arena, &ward, sla_id, NOW, &last));
    OK(service_approve(db, arena, &ward, service_id, NOW, &last));
    OK(calendars_approve(db, arena, &ward, calendar_id, 1, NOW, &last));
    REFUSED(HN_E_CONFLICT, sla_approve(db, arena, &ward, sla_id, NOW, &last));
    OK(sla_may_close(db, arena, october, NOW, &last));
    pg_test_sql(db, "INSERT INTO report.report (type, month, edition, state, created_at)"
                    " VALUES ('sla', '2026-10', 1, 'submitted', now())");
    report = pg_test_i64(db, "SELECT max(id) FROM report.report");
    OK(sla_close_month(db, arena, report, october, 1, NOW, &last));
    assert_non_null(strstr(figures_json(false), "\"edition\": 1"));
    OK(outage_record(db, arena, &noc, &more, NOW, &id, &last));
    assert_non_null(strstr(figures_json(false), "\"downtime_s\": 1200"));
    assert_non_null(strstr(figures_json(true), "\"downtime_s\":1500"));
}

/* What home and wall show is what the month's result says, kept for five minutes. */
static void the_standing_is_the_result(void **state)
{
    hn_instant now = AT(10, 6, 12, 0);
    struct sla_result r;
    struct standing st;
    bool again = true;

    (void)state;
    OK(standing_get(db, arena, now, &st, &last));
    assert_int_equal(st.n, 0);
    OK(standing_task(db, arena, now, &again, &last));
    assert_false(again);
    OK(sla_result(db, arena, sla_id, (struct hn_month){2026, 10}, now, &r, &last));
    OK(standing_get(db, arena, now, &st, &last));
    assert_int_equal(st.n, 1);
    assert_int_equal(st.as_of, now);
    assert_int_equal(st.missed, 1);
    assert_string_equal(st.v[0].met, "missed");
    assert_int_equal(st.v[0].num, r.figures.availability.num);
    assert_int_equal(st.v[0].den, r.figures.availability.den);
    assert_int_equal(st.v[0].downtime_s, r.figures.downtime_s);
    assert_int_equal(st.v[0].year_left_s, r.year.left_s);
    OK(standing_task(db, arena, now + HN_MIN_SPAN, &again, &last));
    OK(standing_get(db, arena, now, &st, &last));
    assert_int_equal(st.as_of, now);
    OK(standing_task(db, arena, now + 6 * HN_MIN_SPAN, &again, &last));
    OK(standing_get(db, arena, now, &st, &last));
    assert_int_equal(st.as_of, now + 6 * HN_MIN_SPAN);
    /* A new month begins with nothing, not with the old one's figures. */
    OK(standing_get(db, arena, AT(11, 1, 0, 0), &st, &last));
    assert_int_equal(st.n, 0);
}

static void the_newest_outage_comes_first(void **state)
{
    struct outage_filter f = {
        .from = HN_UNSET, .to = HN_UNSET, .with_void = true, .newest = true, .limit = 100};
    const struct outage_row *o = NULL;
    const struct outage_row *rest = NULL;
    size_t n = 0;
    size_t n_rest = 0;

    (void)state;
    OK(outage_list(db, arena, &f, &o, &n, &last));
    assert_true(n >= 2);
    for (size_t i = 1; i < n; i++)
        assert_true(o[i - 1].from_at >= o[i].from_at);
    f.after = o[0].id;
    OK(outage_list(db, arena, &f, &rest, &n_rest, &last));
    assert_int_equal(n_rest, n - 1);
    assert_int_equal(rest[0].id, o[1].id);
    assert_null(o[0].ticket_number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(history_is_measured, clean),
        cmocka_unit_test_teardown(months_that_are_not_over, clean),
        cmocka_unit_test_teardown(exclusions_count_when_the_ward_approved, clean),
        cmocka_unit_test_teardown(corrections_need_a_second_person, clean),
        cmocka_unit_test_teardown(gaps_are_decided_by_two, clean),
        cmocka_unit_test_teardown(late_approvals_do_not_enter, clean),
        cmocka_unit_test_teardown(closing_freezes, clean),
        cmocka_unit_test_teardown(the_standing_is_the_result, clean),
        cmocka_unit_test_teardown(the_newest_outage_comes_first, clean),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
