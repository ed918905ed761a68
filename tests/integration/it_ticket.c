/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets on a real PostgreSQL: every act, its journal and audit, the rules that refuse. */
#include "itsm/ticket/attachment.h"
#include "itsm/ticket/bulk.h"
#include "itsm/ticket/clocks.h"
#include "itsm/ticket/fields.h"
#include "itsm/ticket/scope.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Thursday 2026-10-01 10:00 in Tokyo. */
#define T0 (hn_from_tokyo(2026, 10, 1, 10, 0, 0))

static struct db *db;
static struct hn_arena *arena;
static struct actor desk;
static struct actor noc;

static int setup(void **state)
{
    if (pg_group_up(state) != 0)
        return -1;
    db = pg_test_db();
    arena = hn_arena_new();
    desk = (struct actor){pg_test_account(db, "helpdesk"), "desk", ROLE_HELPDESK, "127.0.0.1"};
    noc = (struct actor){pg_test_account(db, "noc"), "noc", ROLE_NOC, "127.0.0.1"};
    pg_test_sql(db,
                "INSERT INTO watch.site (code, name, short_name) VALUES"
                " ('S08', '麹町出張所', '麹町');"
                "INSERT INTO watch.host (name, label, address, site_id, created_at)"
                " SELECT 's08-rt1', '麹町出張所 ルータ', '10.44.8.1', id, now() FROM watch.site;"
                "INSERT INTO watch.checks (host_id, name, kind, interval_s, retry_interval_s,"
                " created_at) SELECT id, '死活', 'icmp', 20, 5, now() FROM watch.host;"
                "INSERT INTO event.transition (check_id, host_id, from_state, to_state, at,"
                " confirmed_at, output, created_at) SELECT id, host_id, 'ok', 'critical',"
                " '2026-10-01T00:50:00Z', '2026-10-01T00:50:15Z', '応答なし', now()"
                " FROM watch.checks;");
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

static void ok_at(enum hn_code code, const struct hn_err *e, int line)
{
    if (code == HN_OK)
        return;
    print_error("line %d: %s | %s | %s\n", line, hn_code_word(code), e->msg, e->detail);
    fail();
}
#define OK(x)                                                                                      \
    do {                                                                                           \
        struct hn_err e = {0};                                                                     \
        ok_at((x), &e, __LINE__);                                                                  \
    } while (0)
#define REFUSED(want, x)                                                                           \
    do {                                                                                           \
        hn_err_clear(&last);                                                                       \
        assert_int_equal((x), want);                                                               \
    } while (0)
static struct hn_err last;

static int64_t make(const char *title, hn_instant now)
{
    struct ticket_new in = {.kind = "incident",
                            .title = title,
                            .source = "phone",
                            .impact = 2,
                            .urgency = 1,
                            .occurred_at = now - 15 * HN_MIN_SPAN,
                            .detected_at = HN_UNSET,
                            .received_at = HN_UNSET};
    int64_t id = 0;

    OK(ticket_create(db, arena, &desk, &in, now, &id, &e));
    return id;
}

static struct ticket get(int64_t id)
{
    struct ticket t;

    OK(ticket_get(db, arena, id, &t, &e));
    return t;
}

static void step(const struct actor *by, int64_t id, const char *to, const char *comment,
                 hn_instant now)
{
    struct ticket_step_in in = {.to = to, .comment = comment};

    OK(ticket_transition(db, arena, by, id, &in, now, &e));
}

static int64_t entries_of(int64_t id, const char *kind)
{
    return pg_test_i64(db,
                       "SELECT count(*) FROM ticket.entry WHERE ticket_id = %lld AND kind = '%s'",
                       (long long)id, kind);
}

static int64_t audits_of(int64_t id, const char *act)
{
    return pg_test_i64(db,
                       "SELECT count(*) FROM audit.journal WHERE object = 'ticket'"
                       " AND object_id = %lld AND act = '%s'",
                       (long long)id, act);
}

/* INC-01: occurrence and reception are kept apart; the number, the rank and the due times are
 * there. */
static void create(void **state)
{
    int64_t id = make("電話による申告", T0);
    struct ticket t = get(id);

    (void)state;
    assert_int_equal(strncmp(t.number, "INC-", 4), 0);
    assert_int_equal(strlen(t.number), 10);
    assert_string_equal(t.state, "new");
    assert_string_equal(t.priority, "high");
    assert_true(t.occurred_at == T0 - 15 * HN_MIN_SPAN);
    assert_true(t.received_at == T0 && t.detected_at == HN_UNSET);
    assert_true(t.response_due_at == T0 + 30 * HN_MIN_SPAN);
    assert_true(t.responded_at == HN_UNSET);
    assert_int_equal(t.version, 1);
    assert_int_equal(entries_of(id, "created"), 1);
    assert_int_equal(audits_of(id, "ticket.create"), 1);
}

static void create_refuses(void **state)
{
    struct ticket_new in = {.kind = "incident",
                            .title = "",
                            .occurred_at = T0 + HN_DAY,
                            .detected_at = HN_UNSET,
                            .received_at = HN_UNSET};
    int64_t id = 0;

    (void)state;
    REFUSED(HN_E_INVALID, ticket_create(db, arena, &desk, &in, T0, &id, &last));
    assert_int_equal(last.n_fields, 2);
    assert_string_equal(last.field[0].field, "title");
    assert_string_equal(last.field[1].field, "occurred_at");
    in.title = "x";
    in.occurred_at = HN_UNSET;
    in.site_id = 999999;
    REFUSED(HN_E_INVALID, ticket_create(db, arena, &desk, &in, T0, &id, &last));
    assert_string_equal(last.field[0].field, "site_id");
    in.site_id = 0;
    in.priority = "urgent";
    REFUSED(HN_E_INVALID, ticket_create(db, arena, &desk, &in, T0, &id, &last));
    assert_string_equal(last.field[0].field, "priority_reason");
    in.kind = "nonsense";
    REFUSED(HN_E_INVALID, ticket_create(db, arena, &desk, &in, T0, &id, &last));
    assert_string_equal(last.field[0].field, "kind");
}

/* SQL, script and rare characters go in and come out as they are. */
static void hostile_text(void **state)
{
    static const char *const texts[] = {
        "'; DROP TABLE ticket.ticket; --", "<script>alert(1)</script>", "髙﨑𠮷",
        "\\u0000 %s %n {{ 7*7 }}",         "=HYPERLINK(\"http://x\")",  "\xF0\x9F\x94\xA5 ①㈱"};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(texts); i++) {
        int64_t id = make(texts[i], T0);
        int64_t entry = 0;
        struct ticket_entry *list = NULL;
        size_t n = 0;
        bool found = false;

        assert_string_equal(get(id).title, texts[i]);
        OK(ticket_comment(db, arena, &desk, id, TICKET_ENTRY_COMMENT, true, texts[i], NULL, T0,
                          &entry, &e));
        OK(ticket_entries(db, arena, id, true, 0, 100, &list, &n, &e));
        for (size_t k = 0; k < n; k++)
            found |= list[k].id == entry && hn_streq(list[k].text, texts[i]);
        assert_true(found);
    }
}

/* The whole way, with the stamps that follow. */
static void life(void **state)
{
    int64_t id = make("回線断", T0);
    struct ticket t;

    (void)state;
    step(&noc, id, "in_progress", NULL, T0 + 5 * HN_MIN_SPAN);
    t = get(id);
    assert_int_equal(t.assignee_id, noc.account_id); /* nobody named: who began it */
    assert_true(t.responded_at == T0 + 5 * HN_MIN_SPAN);
    assert_int_equal(t.version, 2);
    step(&noc, id, "waiting_vendor", "NTT に確認依頼", T0 + HN_HOUR);
    assert_true(get(id).resolution_due_at == HN_UNSET); /* the clock stands */
    step(&noc, id, "in_progress", NULL, T0 + 3 * HN_HOUR);
    /* 8 h 45 min from 10:00 with two hours out: 17:15 is closing, so 1 h 30 + 2 h next day from
     * 8:30 */
    assert_true(get(id).resolution_due_at == hn_from_tokyo(2026, 10, 2, 12, 0, 0));
    step(&noc, id, "resolved", "ケーブルを交換した", T0 + 4 * HN_HOUR);
    t = get(id);
    assert_true(t.resolved_at == T0 + 4 * HN_HOUR);
    assert_string_equal(t.resolution, "ケーブルを交換した");
    step(&desk, id, "closed", NULL, T0 + 5 * HN_HOUR);
    t = get(id);
    assert_true(t.closed_at == T0 + 5 * HN_HOUR && t.resolved_at == T0 + 4 * HN_HOUR);
    assert_int_equal(entries_of(id, "state"), 5);
    assert_int_equal(entries_of(id, "clock"), 3); /* stopped, running, stopped by the resolution */
    assert_int_equal(audits_of(id, "ticket.transition"), 5);
}

static void forbidden_step(void **state)
{
    int64_t id = make("飛び越し", T0);
    struct ticket_step_in in = {.to = "closed"};

    (void)state;
    REFUSED(HN_E_INVALID, ticket_transition(db, arena, &desk, id, &in, T0, &last));
    assert_string_equal(last.allowed, "assigned,in_progress,cancelled");
    assert_string_equal(last.field[0].field, "to");
    in.to = "cancelled";
    REFUSED(HN_E_INVALID, ticket_transition(db, arena, &desk, id, &in, T0, &last));
    assert_string_equal(last.field[0].field, "comment");
    in.to = "nonsense";
    REFUSED(HN_E_INVALID, ticket_transition(db, arena, &desk, id, &in, T0, &last));
    assert_string_equal(get(id).state, "new");
    assert_int_equal(entries_of(id, "state"), 0);
}

/* Reopened: the time in which it was resolved does not count. */
static void reopen(void **state)
{
    int64_t id = make("再発", T0);
    struct ticket t;
    struct ticket_workflow w;
    struct ticket_clocks c;

    (void)state;
    step(&noc, id, "in_progress", NULL, T0);
    step(&noc, id, "resolved", "再起動", T0 + HN_HOUR);
    step(&noc, id, "in_progress", "また切れた", T0 + 3 * HN_HOUR);
    t = get(id);
    assert_true(t.resolved_at == HN_UNSET);
    OK(ticket_workflow_load(db, arena, "incident", &w, &e));
    OK(ticket_clocks_of(db, arena, &t, &w, T0 + 4 * HN_HOUR, &c, &e));
    assert_int_equal(c.resolution.at.elapsed_s, 2 * 3600);
    assert_false(c.resolution.at.is_paused);
}

/* INC-22: taken in on Friday 17:00, answered on Monday 8:45: 30 minutes on CAL-01. */
static void over_the_weekend(void **state)
{
    hn_instant friday = hn_from_tokyo(2026, 10, 2, 17, 0, 0);
    hn_instant monday = hn_from_tokyo(2026, 10, 5, 8, 45, 0);
    int64_t id = make("金曜夕方", friday);
    struct ticket t;
    struct ticket_workflow w;
    struct ticket_clocks c;

    (void)state;
    OK(ticket_comment(db, arena, &desk, id, TICKET_ENTRY_COMMENT, true, "確認します", NULL, monday,
                      NULL, &e));
    t = get(id);
    assert_true(t.responded_at == monday);
    OK(ticket_workflow_load(db, arena, "incident", &w, &e));
    OK(ticket_clocks_of(db, arena, &t, &w, monday + HN_HOUR, &c, &e));
    assert_string_equal(c.response.calendar, "CAL-01");
    assert_int_equal(c.response.at.elapsed_s, 30 * 60);
    assert_false(c.response.at.is_breached);
    assert_true(t.response_due_at == monday);
}

/* An internal comment is no answer; the first public one stamps, the second does not. */
static void responded_once(void **state)
{
    int64_t id = make("初回応答", T0);

    (void)state;
    OK(ticket_comment(db, arena, &desk, id, TICKET_ENTRY_COMMENT, false, "内部", NULL, T0 + HN_SEC,
                      NULL, &e));
    assert_true(get(id).responded_at == HN_UNSET);
    OK(ticket_comment(db, arena, &desk, id, TICKET_ENTRY_COMMENT, true, "公開", NULL,
                      T0 + 2 * HN_SEC, NULL, &e));
    OK(ticket_assign(db, arena, &desk, id, noc.account_id, -1, 0, T0 + 3 * HN_SEC, &e));
    assert_true(get(id).responded_at == T0 + 2 * HN_SEC);
}

static void stale_edit(void **state)
{
    int64_t id = make("同時編集", T0);
    struct ticket_patch a = {.version = 1, .set = TICKET_BIT(title), .v = {.title = "Aの題名"}};
    struct ticket_patch b = {.version = 1, .set = TICKET_BIT(cause), .v = {.cause = "Bの原因"}};

    (void)state;
    OK(ticket_edit(db, arena, &desk, id, &a, T0, &e));
    REFUSED(HN_E_CONFLICT, ticket_edit(db, arena, &noc, id, &b, T0, &last));
    assert_int_equal(last.n_fields, 1); /* tells what was changed */
    assert_string_equal(last.field[0].field, "title");
    assert_non_null(strstr(last.field[0].message, "Aの題名"));
    b.version = 2;
    OK(ticket_edit(db, arena, &noc, id, &b, T0, &e));
    assert_string_equal(get(id).title, "Aの題名");
    assert_string_equal(get(id).cause, "Bの原因");
    assert_int_equal(entries_of(id, "field"), 2);
    assert_int_equal(audits_of(id, "ticket.edit"), 2);
}

static void edit_same_leaves_no_trace(void **state)
{
    int64_t id = make("同じ", T0);
    struct ticket_patch p = {.version = 1, .set = TICKET_BIT(title), .v = {.title = "同じ"}};

    (void)state;
    OK(ticket_edit(db, arena, &desk, id, &p, T0, &e));
    assert_int_equal(get(id).version, 1);
    assert_int_equal(entries_of(id, "field"), 0);
}

/* INC-03: by the table, by hand only with a reason, back to the table. */
static void rank(void **state)
{
    int64_t id = make("優先度", T0);
    struct ticket_patch p = {.version = 1,
                             .set = TICKET_BIT(impact) | TICKET_BIT(urgency),
                             .v = {.impact = 1, .urgency = 1}};

    (void)state;
    OK(ticket_edit(db, arena, &desk, id, &p, T0, &e));
    assert_string_equal(get(id).priority, "urgent");
    assert_true(get(id).response_due_at == T0 + 15 * HN_MIN_SPAN);
    p = (struct ticket_patch){.version = 2, .set = TICKET_BIT(priority), .v = {.priority = "low"}};
    REFUSED(HN_E_INVALID, ticket_edit(db, arena, &desk, id, &p, T0, &last));
    assert_string_equal(last.field[0].field, "priority_reason");
    p.set |= TICKET_BIT(priority_reason);
    p.v.priority_reason = "予備機で業務継続中";
    OK(ticket_edit(db, arena, &desk, id, &p, T0, &e));
    assert_string_equal(get(id).priority, "low");
    assert_int_equal(entries_of(id, "priority"), 2);
    assert_string_equal(pg_test_text(db,
                                     "SELECT text FROM ticket.entry WHERE ticket_id = %lld"
                                     " AND kind = 'priority' ORDER BY id DESC LIMIT 1",
                                     (long long)id),
                        "予備機で業務継続中");
}

static void priority_table_is_versioned(void **state)
{
    struct ticket_priority_table t;
    int64_t before;

    (void)state;
    OK(ticket_priority_load(db, arena, 0, &t, &e));
    before = t.version;
    t.target[TICKET_PRIORITY_HIGH].response_s = 1200;
    t.reason = NULL;
    REFUSED(HN_E_INVALID, ticket_priority_change(db, arena, &desk, &t, before, T0, &last));
    t.reason = "運用会議 10/1";
    REFUSED(HN_E_CONFLICT, ticket_priority_change(db, arena, &desk, &t, before + 7, T0, &last));
    OK(ticket_priority_change(db, arena, &desk, &t, before, T0, &e));
    OK(ticket_priority_load(db, arena, 0, &t, &e));
    assert_int_equal(t.version, before + 1);
    assert_int_equal(t.target[TICKET_PRIORITY_HIGH].response_s, 1200);
    OK(ticket_priority_load(db, arena, before, &t, &e));
    assert_int_equal(t.target[TICKET_PRIORITY_HIGH].response_s, 1800);
    pg_test_sql(db, "DELETE FROM ticket.priority_table WHERE version > 1");
}

/* INC-11: the new text shows, the old one stays; only the author may. */
static void comment_edit(void **state)
{
    int64_t id = make("訂正", T0);
    int64_t first = 0;
    int64_t second = 0;
    struct ticket_entry *list = NULL;
    size_t n = 0;

    (void)state;
    OK(ticket_comment(db, arena, &desk, id, TICKET_ENTRY_COMMENT, true, "10時頃から", NULL, T0,
                      &first, &e));
    REFUSED(HN_E_FORBIDDEN,
            ticket_comment_edit(db, arena, &noc, id, first, "9時頃から", T0, &second, &last));
    OK(ticket_comment_edit(db, arena, &desk, id, first, "9時頃から", T0 + HN_SEC, &second, &e));
    REFUSED(HN_E_CONFLICT,
            ticket_comment_edit(db, arena, &desk, id, first, "8時頃から", T0, &second, &last));
    OK(ticket_entries(db, arena, id, true, 0, 100, &list, &n, &e));
    assert_string_equal(list[n - 1].text, "9時頃から");
    assert_int_equal(list[n - 1].replaces, first);
    assert_string_equal(list[n - 2].text, "10時頃から");
    assert_int_equal(list[n - 2].replaced_by, list[n - 1].id);
    assert_string_equal(pg_test_text(db,
                                     "SELECT (before->>'text') || '→' || (after->>'text')"
                                     " FROM audit.journal WHERE act = 'ticket.comment_edit'"
                                     " AND object_id = %lld",
                                     (long long)id),
                        "10時頃から→9時頃から");
}

static void assign(void **state)
{
    int64_t id = make("割当", T0);
    int64_t auditor = pg_test_account(db, "auditor");

    (void)state;
    REFUSED(HN_E_INVALID, ticket_assign(db, arena, &desk, id, 999999, -1, 0, T0, &last));
    REFUSED(HN_E_INVALID, ticket_assign(db, arena, &desk, id, auditor, -1, 0, T0, &last));
    OK(ticket_assign(db, arena, &desk, id, noc.account_id, -1, 1, T0, &e));
    REFUSED(HN_E_CONFLICT, ticket_assign(db, arena, &desk, id, 0, -1, 1, T0, &last));
    OK(ticket_assign(db, arena, &desk, id, 0, -1, 2, T0, &e));
    assert_int_equal(get(id).assignee_id, 0);
    assert_true(get(id).responded_at == T0);
    assert_int_equal(entries_of(id, "assign"), 2);
}

static void files(void **state)
{
    static const uint8_t exe[] = "MZ\x90\x00\x03\x00\x00\x00";
    static const uint8_t pdf[] = "%PDF-1.7\n1 0 obj";
    int64_t id = make("添付", T0);
    int64_t file = 0;
    struct ticket_attachment f;
    struct hn_bytes data;

    (void)state;
    REFUSED(HN_E_UNSUPPORTED, ticket_attach(db, arena, &desk, id, "報告書.pdf",
                                            (struct hn_bytes){exe, 8}, true, T0, &file, &last));
    OK(ticket_attach(db, arena, &desk, id, "..\\..\\報告\u202Efdp.pdf",
                     (struct hn_bytes){pdf, sizeof(pdf) - 1}, true, T0, &file, &e));
    OK(ticket_attachment_get(db, arena, id, file, &f, &data, &e));
    assert_string_equal(f.name, "報告fdp.pdf");
    assert_string_equal(f.type, "application/pdf");
    assert_int_equal(strlen(f.sha256), 64);
    assert_int_equal(data.n, sizeof(pdf) - 1);
    assert_memory_equal(data.p, pdf, data.n);
    REFUSED(HN_E_NOT_FOUND,
            ticket_attachment_get(db, arena, id + 1, file, &f, &data, &last)); /* another's file */
    assert_int_equal(entries_of(id, "attachment"), 1);
    assert_int_equal(audits_of(id, "ticket.attach"), 1);
}

/* The machine's road: one incident for an event, notes once, scope, restoration. */
static void machine(void **state)
{
    int64_t host = pg_test_i64(db, "SELECT id FROM watch.host");
    int64_t check = pg_test_i64(db, "SELECT id FROM watch.checks");
    int64_t event = pg_test_i64(db, "SELECT id FROM event.transition");
    struct ticket_cause chain[] = {{"host", host, "麹町出張所 ルータ", "critical", "応答なし"}};
    struct ticket_machine_in in = {.title = "麹町出張所 ルータ 応答なし",
                                   .host_id = host,
                                   .check_id = check,
                                   .occurred_at = T0 - HN_MIN_SPAN,
                                   .detected_at = T0 - 45 * HN_SEC,
                                   .impact = 1,
                                   .urgency = 2,
                                   .chain = chain,
                                   .n_chain = 1,
                                   .transition_id = event};
    struct ticket_affected scope[] = {{.kind = "site", .name = "麹町出張所"},
                                      {.kind = "terminals", .name = "端末", .count = 70}};
    struct ticket_affected *list = NULL;
    struct ticket_new by_hand;
    size_t n = 0;
    int64_t id = 0;
    int64_t found = 0;
    struct ticket t;

    (void)state;
    OK(ticket_open_by_machine(db, arena, &in, T0, &id, &e));
    t = get(id);
    assert_string_equal(t.source, "monitoring");
    assert_string_equal(t.priority, "high");
    assert_string_equal(t.group_code, "noc");
    assert_non_null(strstr(t.machine, "麹町出張所 ルータ"));
    assert_int_equal(pg_test_i64(db, "SELECT ticket_id FROM event.transition"), id);
    OK(ticket_find_open_for(db, 0, check, &found, &e));
    assert_int_equal(found, id);
    REFUSED(HN_E_CONFLICT, ticket_from_event(db, arena, event, &by_hand, &last));

    OK(ticket_affected_set(db, arena, id, scope, 2, T0, &e));
    OK(ticket_affected_list(db, arena, id, &list, &n, &e));
    assert_int_equal(n, 2);
    OK(ticket_affected_change(db, arena, &desk, id, list[1].id, 64, false, "現地で数えた", T0, &e));
    scope[1].count = 71;
    OK(ticket_affected_set(db, arena, id, scope, 2, T0, &e)); /* people's figure stays */
    OK(ticket_affected_list(db, arena, id, &list, &n, &e));
    assert_int_equal(n, 2);
    assert_int_equal(list[1].count, 64);
    assert_int_equal(entries_of(id, "scope"), 2);

    OK(ticket_note_by_machine(db, id, TICKET_ENTRY_EVENT, "再び応答なし", NULL, event, T0, &e));
    OK(ticket_note_by_machine(db, id, TICKET_ENTRY_EVENT, "再び応答なし", NULL, event, T0, &e));
    assert_int_equal(entries_of(id, "event"), 1);
    OK(ticket_restored(db, id, T0 + HN_HOUR, T0 + HN_HOUR, &e));
    OK(ticket_restored(db, id, T0 + 2 * HN_HOUR, T0 + 2 * HN_HOUR, &e));
    assert_true(get(id).restored_at == T0 + HN_HOUR);
    assert_int_equal(get(id).version, 1); /* nobody's form became stale */
    OK(ticket_not_restored(db, id, T0 + 3 * HN_HOUR, &e));
    assert_true(get(id).restored_at == HN_UNSET);
    assert_string_equal(get(id).state, "new");
}

/* INC-23: both sides show it; removing leaves its lines. */
static void links(void **state)
{
    int64_t a = make("原因", T0);
    int64_t b = make("結果", T0);
    int64_t link = 0;
    struct ticket_link *list = NULL;
    size_t n = 0;

    (void)state;
    OK(ticket_link_add(db, arena, &desk, b, "ticket", a, "caused_by", T0, &link, &e));
    REFUSED(HN_E_CONFLICT,
            ticket_link_add(db, arena, &desk, b, "ticket", a, "caused_by", T0, &link, &last));
    REFUSED(HN_E_INVALID,
            ticket_link_add(db, arena, &desk, b, "ticket", b, "related", T0, &link, &last));
    REFUSED(HN_E_INVALID,
            ticket_link_add(db, arena, &desk, b, "host", 999999, "affects", T0, &link, &last));
    OK(ticket_store_links(db, arena, a, &list, &n, &e));
    assert_int_equal(n, 1);
    assert_true(list[0].inverse);
    assert_non_null(strstr(list[0].name, "結果"));
    OK(ticket_link_remove(db, arena, &desk, a, list[0].id, "誤り", T0, &e));
    OK(ticket_store_links(db, arena, b, &list, &n, &e));
    assert_int_equal(n, 0);
    assert_int_equal(entries_of(a, "link"), 2);
    assert_int_equal(entries_of(b, "link"), 2);
    assert_int_equal(audits_of(a, "ticket.unlink"), 1);
    assert_int_equal(audits_of(b, "ticket.unlink"), 1);
}

static void bulk(void **state)
{
    int64_t ids[3] = {make("一括1", T0), make("一括2", T0), 999999};
    struct ticket_bulk_in in = {.act = "assign", .assignee_id = noc.account_id, .group_id = -1};
    struct ticket_bulk_result r[3];

    (void)state;
    OK(ticket_bulk(db, arena, &desk, ids, 3, &in, T0, r, &e));
    assert_int_equal(r[0].code, HN_OK);
    assert_int_equal(r[1].code, HN_OK);
    assert_int_equal(r[2].code, HN_E_NOT_FOUND);
    assert_int_equal(get(ids[1]).assignee_id, noc.account_id);
    in = (struct ticket_bulk_in){.act = "transition", .to = "closed"};
    OK(ticket_bulk(db, arena, &desk, ids, 2, &in, T0, r, &e));
    assert_int_equal(r[0].code, HN_E_INVALID);
    assert_non_null(r[0].message);
    in = (struct ticket_bulk_in){.act = "priority", .priority = "urgent", .reason = "訓練"};
    OK(ticket_bulk(db, arena, &desk, ids, 2, &in, T0, r, &e));
    assert_string_equal(get(ids[0]).priority, "urgent");
}

/* As under an Idempotency-Key: a refused ticket does not spoil those that worked. */
static void bulk_within_a_transaction(void **state)
{
    int64_t ids[3] = {make("甲", T0), make("乙", T0), make("丙", T0)};
    struct ticket_bulk_in in = {.act = "transition", .to = "closed"};
    struct ticket_bulk_result r[3];
    struct hn_err err = {0};
    DB_TX tx = {0};

    (void)state;
    step(&noc, ids[1], "in_progress", NULL, T0);
    step(&noc, ids[1], "resolved", "済", T0);
    assert_int_equal(db_begin(db, &tx, &err), HN_OK);
    OK(ticket_bulk(db, arena, &desk, ids, 3, &in, T0, r, &e));
    assert_int_equal(db_commit(&tx, &err), HN_OK);
    assert_int_equal(r[0].code, HN_E_INVALID);
    assert_int_equal(r[1].code, HN_OK);
    assert_int_equal(r[2].code, HN_E_INVALID);
    assert_string_equal(get(ids[1]).state, "closed");
    assert_string_equal(get(ids[0]).state, "new");
}

static size_t search(const char *q)
{
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct ticket *list = NULL;
    size_t n = 0;
    int64_t next = 0;

    f.q = q;
    OK(ticket_list(db, arena, &f, T0, &list, &n, &next, &e));
    return n;
}

static void japanese_search(void **state)
{
    (void)state;
    (void)make("ﾌﾟﾘﾝﾀで印刷できない（４階）", T0);
    assert_int_equal(search("プリンタ"), 1);
    assert_int_equal(search("印刷　プリンタ"), 1);
    assert_int_equal(search("4階"), 1);
    assert_int_equal(search("刷"), 1);
    assert_int_equal(search("プリンタ 複写"), 0);
    assert_int_equal(search("%"), 1); /* the hostile text above; a wildcard would find all */
    assert_int_equal(search("inc-00000"), search("INC-00000"));
}

static void pages_of_every_sort(void **state)
{
    int64_t total = pg_test_i64(db, "SELECT count(*) FROM ticket.ticket");

    (void)state;
    for (size_t i = 0; ticket_sorts[i] != NULL; i++) {
        struct ticket_filter f = TICKET_FILTER_ANY;
        int64_t seen = 0;
        int64_t next = 0;

        f.sort = ticket_sorts[i];
        f.limit = 3;
        do {
            struct ticket *list = NULL;
            size_t n = 0;

            f.cursor = next;
            OK(ticket_list(db, arena, &f, T0, &list, &n, &next, &e));
            seen += (int64_t)n;
        } while (next != 0 && seen <= total);
        assert_int_equal(seen, total);
    }
}

static void filters(void **state)
{
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct ticket *list = NULL;
    size_t n = 0;
    int64_t next = 0;
    struct ticket_counts counts;

    (void)state;
    f.open = 0;
    f.limit = 1000;
    OK(ticket_list(db, arena, &f, T0, &list, &n, &next, &e));
    for (size_t i = 0; i < n; i++)
        assert_true(list[i].resolved_at != HN_UNSET || list[i].closed_at != HN_UNSET);
    f.open = 1;
    f.assignee_id = -1;
    OK(ticket_list(db, arena, &f, T0, &list, &n, &next, &e));
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(list[i].assignee_id, 0);
    f = TICKET_FILTER_ANY;
    f.overdue = true;
    OK(ticket_list(db, arena, &f, T0 + 300 * HN_DAY, &list, &n, &next, &e));
    assert_true(n > 0);
    OK(ticket_count_open(db, "incident", noc.account_id, T0, &counts, &e));
    assert_true(counts.open >= counts.mine && counts.mine > 0 && counts.unassigned > 0);
}

static void similar(void **state)
{
    int64_t a = make("2階複合機の紙詰まり", T0);
    int64_t b = make("3階複合機の紙詰まり", T0);
    struct ticket t = get(b);
    struct ticket *list = NULL;
    size_t n = 0;

    (void)state;
    OK(ticket_store_similar(db, arena, &t, &list, &n, &e));
    assert_true(n >= 1);
    assert_int_equal(list[0].id, a);
}

/* The words of the code are those that the database takes, and every shipped workflow reads. */
static void words(void **state)
{
    static const char *const kinds[] = {
#define X(e, w, m) w,
        TICKET_ENTRY_KINDS(X)
#undef X
    };
    struct ticket_workflow *all = NULL;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(kinds); i++)
        assert_int_equal(
            pg_test_i64(
                db,
                "SELECT count(*) FROM pg_constraint WHERE conrelid = 'ticket.entry'::regclass"
                " AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%%''%s''%%'",
                kinds[i]),
            1);
    OK(ticket_workflow_all(db, arena, &all, &n, &e));
    assert_int_equal(n, TICKET_KIND_COUNT);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, clean)
    const struct CMUnitTest tests[] = {
        T(create),
        T(create_refuses),
        T(hostile_text),
        T(life),
        T(forbidden_step),
        T(reopen),
        T(over_the_weekend),
        T(responded_once),
        T(stale_edit),
        T(edit_same_leaves_no_trace),
        T(rank),
        T(priority_table_is_versioned),
        T(comment_edit),
        T(assign),
        T(files),
        T(machine),
        T(links),
        T(bulk),
        T(bulk_within_a_transaction),
        T(japanese_search),
        T(pages_of_every_sort),
        T(filters),
        T(similar),
        T(words),
    };

    return cmocka_run_group_tests_name("ticket", tests, setup, teardown);
}
