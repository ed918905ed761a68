/* SPDX-License-Identifier: Apache-2.0 */
/* Workflow rules, the priority table, clocks, and what a file is: no database. */
#include "itsm/ticket/attachment.h"
#include "itsm/ticket/clocks.h"
#include "itsm/ticket/fields.h"
#include "itsm/ticket/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct hn_arena *arena;

static int up(void **state)
{
    (void)state;
    arena = hn_arena_new();
    return 0;
}

static int down(void **state)
{
    (void)state;
    hn_arena_free(arena);
    return 0;
}

/* ---- workflow ---- */

#define STATES                                                                                     \
    "\"states\":[{\"word\":\"new\",\"label\":\"新規\",\"class\":\"open\"},"                      \
    "{\"word\":\"work\",\"label\":\"対応中\",\"class\":\"open\"},"                              \
    "{\"word\":\"end\",\"label\":\"完了\",\"class\":\"closed\",\"stops_clock\":true}]"
#define FLOW(steps) "{\"initial\":\"new\",\"clocks\":true," STATES ",\"transitions\":[" steps "]}"
#define STEP(f, t, more) "{\"from\":\"" f "\",\"to\":\"" t "\",\"label\":\"x\"" more "}"

static const struct ticket_workflow *flow(const char *json)
{
    struct ticket_workflow *w = hn_arena_make(arena, struct ticket_workflow, 1);
    struct hn_err e = {0};

    if (ticket_workflow_parse(json, arena, w, &e) != HN_OK)
        fail_msg("%s", e.msg);
    return w;
}

static void workflow_reads(void **state)
{
    const struct ticket_workflow *w =
        flow(FLOW(STEP("new", "work", ",\"needs\":[\"assignee\"],\"asks\":[\"comment\"]") "," STEP(
            "work", "end", ",\"roles\":[\"noc\"]")));

    (void)state;
    assert_int_equal(w->n_states, 3);
    assert_int_equal(w->steps[0].needs, TICKET_NEED_ASSIGNEE);
    assert_int_equal(w->steps[0].asks, TICKET_NEED_COMMENT);
    assert_int_equal(w->steps[0].perm, PERM_TICKET_WORK);
    assert_true(ticket_workflow_state(w, "end")->stops_clock);
    assert_string_equal(ticket_workflow_label(w, "work"), "対応中");
    assert_string_equal(ticket_workflow_label(w, "gone"), "gone"); /* a state of an old version */
}

static void workflow_takes(void **state)
{
    const struct ticket_workflow *w = flow(FLOW(STEP("new", "work", "") "," STEP(
        "new", "end", ",\"roles\":[\"noc\"]") "," STEP("work", "end", "")));
    const struct ticket_wf_step *s = NULL;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(ticket_workflow_take(w, "new", "work", ROLE_HELPDESK, &s, &e), HN_OK);
    assert_string_equal(s->to, "work");
    assert_int_equal(ticket_workflow_take(w, "new", "end", ROLE_NOC, &s, &e), HN_OK);
    assert_int_equal(ticket_workflow_take(w, "new", "end", ROLE_ADMIN, &s, &e), HN_OK);
    assert_int_equal(ticket_workflow_take(w, "new", "end", ROLE_HELPDESK, &s, &e), HN_E_INVALID);
    assert_string_equal(e.allowed, "work"); /* what this role may do */
    hn_err_clear(&e);
    assert_int_equal(ticket_workflow_take(w, "work", "new", ROLE_NOC, &s, &e), HN_E_INVALID);
    assert_string_equal(e.allowed, "end");
    hn_err_clear(&e);
    assert_int_equal(ticket_workflow_take(w, "end", "work", ROLE_NOC, &s, &e), HN_E_INVALID);
    assert_string_equal(e.allowed, "");
    hn_err_clear(&e);
    assert_int_equal(ticket_workflow_take(w, "new", "work", ROLE_AUDITOR, &s, &e), HN_E_INVALID);
}

struct bad {
    const char *name;
    const char *json;
    const char *field;
};
static struct bad bads[] = {
    {"a step from nowhere", FLOW(STEP("gone", "work", "") "," STEP("work", "end", "")),
     "transitions"},
    {"the same step twice",
     FLOW(STEP("new", "work", "") "," STEP("new", "work", "") "," STEP("work", "end", "")),
     "transitions"},
    {"a state that nothing reaches", FLOW(STEP("new", "work", "")), "states"},
    {"an unknown need",
     FLOW(STEP("new", "work", ",\"needs\":[\"luck\"]") "," STEP("work", "end", "")), "needs"},
    {"an unknown role",
     FLOW(STEP("new", "work", ",\"roles\":[\"king\"]") "," STEP("work", "end", "")), "roles"},
    {"an unknown permission",
     FLOW(STEP("new", "work", ",\"permission\":\"MAGIC\"") "," STEP("work", "end", "")),
     "permission"},
    {"an unknown field", FLOW(STEP("new", "work", ",\"colour\":1") "," STEP("work", "end", "")),
     "colour"},
    {"no states", "{\"initial\":\"new\",\"states\":[],\"transitions\":[]}", "states"},
    {"states that are no list", "{\"initial\":\"new\",\"states\":7,\"transitions\":[]}", "states"},
    {"a first state that is none",
     "{\"initial\":\"x\"," STATES ",\"transitions\":[" STEP("new", "work", "") "," STEP(
         "work", "end", "") "," STEP("work", "new", "") "]}",
     "initial"},
};

static void workflow_refuses(void **state)
{
    const struct bad *b = *state;
    struct ticket_workflow w;
    struct hn_err e = {0};
    bool named = false;

    assert_int_equal(ticket_workflow_parse(b->json, arena, &w, &e), HN_E_INVALID);
    for (size_t i = 0; i < e.n_fields; i++)
        named |= hn_streq(e.field[i].field, b->field);
    assert_true(named);
}

/* ---- priority ---- */

#define MATRIX                                                                                     \
    "{\"1\":{\"1\":\"urgent\",\"2\":\"high\",\"3\":\"medium\"},"                                   \
    "\"2\":{\"1\":\"high\",\"2\":\"medium\",\"3\":\"low\"},"                                       \
    "\"3\":{\"1\":\"medium\",\"2\":\"low\",\"3\":\"low\"}}"
#define TARGET "{\"response_s\":900,\"resolution_s\":3600,\"calendar\":\"CAL-02\"}"
#define TARGETS                                                                                    \
    "{\"urgent\":" TARGET ",\"high\":" TARGET ",\"medium\":" TARGET ",\"low\":" TARGET "}"

static void priority_reads_and_writes(void **state)
{
    struct ticket_priority_table t = {0};
    struct ticket_priority_table again = {0};
    struct hn_err e = {0};
    struct hn_sbuf b[2];
    struct hn_jw w;

    (void)state;
    assert_int_equal(ticket_priority_parse(MATRIX, TARGETS, arena, &t, &e), HN_OK);
    assert_int_equal(t.of[0][0], TICKET_PRIORITY_URGENT);
    assert_int_equal(t.of[0][2], TICKET_PRIORITY_MEDIUM); /* impact 1, urgency 3 */
    assert_int_equal(t.of[2][0], TICKET_PRIORITY_MEDIUM);
    assert_int_equal(t.of[1][2], TICKET_PRIORITY_LOW);
    assert_int_equal(t.target[TICKET_PRIORITY_LOW].response_s, 900);
    for (int i = 0; i < 2; i++) {
        hn_sbuf_init(&b[i], arena, 4000);
        hn_jw_init(&w, &b[i]);
        if (i == 0)
            ticket_priority_write_matrix(&t, &w, NULL);
        else
            ticket_priority_write_targets(&t, &w, NULL);
    }
    assert_int_equal(
        ticket_priority_parse(hn_sbuf_text(&b[0]), hn_sbuf_text(&b[1]), arena, &again, &e), HN_OK);
    assert_memory_equal(t.of, again.of, sizeof(t.of));
}

static void priority_refuses(void **state)
{
    struct ticket_priority_table t = {0};
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(ticket_priority_parse("{\"1\":{}}", TARGETS, arena, &t, &e), HN_E_INVALID);
    assert_string_equal(e.field[0].field, "matrix.1.1");
    hn_err_clear(&e);
    assert_int_equal(ticket_priority_parse(MATRIX, "{\"urgent\":5}", arena, &t, &e), HN_E_INVALID);
    assert_string_equal(e.field[0].field, "urgent");
    assert_int_equal(ticket_priority_index("nonsense"), -1);
    assert_int_equal(ticket_priority_index(NULL), -1);
}

/* ---- clocks: always-open calendar, times in minutes ---- */

#define M(n) ((hn_instant)(n)*HN_MIN_SPAN)

static struct ticket_clock read_clock(hn_instant end, const struct clock_mark *marks, size_t n,
                                      hn_instant now)
{
    struct ticket_clock c = {0};

    ticket_clock_read(calendar_always(), M(0), end, marks, n, 3600, now, arena, &c);
    return c;
}

static void clock_runs(void **state)
{
    struct ticket_clock c = read_clock(HN_UNSET, NULL, 0, M(20));

    (void)state;
    assert_true(c.has);
    assert_int_equal(c.at.elapsed_s, 1200);
    assert_int_equal(c.at.remaining_s, 2400);
    assert_true(ticket_clock_due(&c) == M(60));
    assert_string_equal(ticket_clock_kind(&c), "");
    c = read_clock(HN_UNSET, NULL, 0, M(46));
    assert_string_equal(ticket_clock_kind(&c), "near");
    c = read_clock(HN_UNSET, NULL, 0, M(61));
    assert_string_equal(ticket_clock_kind(&c), "over");
    assert_true(c.at.is_breached);
}

static void clock_stands(void **state)
{
    const struct clock_mark marks[] = {{M(10), true}};
    struct ticket_clock c = read_clock(HN_UNSET, marks, 1, M(500));

    (void)state;
    assert_int_equal(c.at.elapsed_s, 600);
    assert_true(c.at.is_paused);
    assert_true(ticket_clock_due(&c) == HN_UNSET); /* nobody knows when */
}

static void clock_goes_on(void **state)
{
    const struct clock_mark marks[] = {{M(10), true}, {M(40), false}};
    struct ticket_clock c = read_clock(HN_UNSET, marks, 2, M(50));

    (void)state;
    assert_int_equal(c.at.elapsed_s, 1200);
    assert_true(ticket_clock_due(&c) == M(90));
}

/* The stop that came with the end is no pause: the target keeps the time at which it fell due. */
static void clock_ends(void **state)
{
    const struct clock_mark marks[] = {{M(30), true}};
    struct ticket_clock c = read_clock(M(30), marks, 1, M(5000));

    (void)state;
    assert_int_equal(c.at.elapsed_s, 1800);
    assert_true(ticket_clock_due(&c) == M(60));
    assert_string_equal(ticket_clock_kind(&c), "done");
}

static void clock_missed_before_a_stop(void **state)
{
    const struct clock_mark marks[] = {{M(90), true}};
    struct ticket_clock c = read_clock(HN_UNSET, marks, 1, M(100));

    (void)state;
    assert_true(c.at.is_breached);
    assert_true(ticket_clock_due(&c) == M(60));
}

static void clock_without_target(void **state)
{
    struct ticket_clock c = {0};

    (void)state;
    ticket_clock_read(calendar_always(), M(0), HN_UNSET, NULL, 0, 0, M(1), arena, &c);
    assert_false(c.has);
    assert_true(ticket_clock_due(&c) == HN_UNSET);
}

/* ---- files ---- */

struct file {
    const char *name;
    const char *bytes;
    size_t n;
    const char *type; /* NULL: refused */
};
#define B(s) s, sizeof(s) - 1
static struct file file_rows[] = {
    {"a.pdf", B("%PDF-1.4 x"), "application/pdf"},
    {"a.PDF", B("%PDF-1.4 x"), "application/pdf"},
    {"program as a report.pdf", B("MZ\x90\x00\x03"), NULL},
    {"program.txt", B("MZ\x90\x00\x03"), NULL},
    {"program without an ending",
     B("\x7F"
       "ELF\x02\x01"),
     NULL},
    {"script.txt", B("#!/bin/sh\nrm -rf /\n"), NULL},
    {"run.bat", B("echo hi"), NULL},
    {"macro.xlsm", B("PK\x03\x04 [Content_Types].xml"), NULL},
    {"page.html", B("<script>alert(1)</script>"), "text/plain"},
    {"log.txt", B("2026-11-01 \xE3\x83\xAD\xE3\x82\xB0\n"), "text/plain"},
    {"cp932.csv", B("\x94\xD4\x8D\x86,1\r\n"), "text/csv"},
    {"MZ at the start of a text.txt", B("MZ is a magic\n"), "text/plain"},
    {"a.png", B("\x89PNG\r\n\x1A\n...."), "image/png"},
    {"png called jpg.jpg", B("\x89PNG\r\n\x1A\n...."), NULL},
    {"a.xlsx", B("PK\x03\x04....[Content_Types].xml...."),
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"zip called xlsx.xlsx", B("PK\x03\x04....a.exe"), NULL},
    {"a.zip", B("PK\x03\x04....a.txt"), "application/zip"},
    {"unknown bytes.bin", B("\x00\x01\x02\x03\x04"), NULL},
    {"text called pdf.pdf", B("hello"), NULL},
};

static void file_kind(void **state)
{
    const struct file *f = *state;
    const char *type = NULL;
    struct hn_err e = {0};
    enum hn_code code =
        ticket_file_sniff(f->name, (struct hn_bytes){(const uint8_t *)f->bytes, f->n}, &type, &e);

    if (f->type == NULL) {
        assert_int_equal(code, HN_E_UNSUPPORTED);
        return;
    }
    assert_int_equal(code, HN_OK);
    assert_string_equal(type, f->type);
}

static void file_names(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"報告書.pdf", "報告書.pdf"},
        {"../../etc/passwd", "passwd"},
        {"C:\\Users\\x\\a.txt", "a.txt"},
        {"...hidden", "hidden"},
        {"a\x01"
         "b\n.txt",
         "ab.txt"},
        {"ann\xE2\x80\xAEtxt.exe", "anntxt.exe"}, /* U+202E turns the direction */
        {"a:b*c?.txt", "a_b_c_.txt"},
        {"", "file"},
        {"/", "file"},
        {"\xFF\xFE", "file"},
        {"髙﨑𠮷.txt", "髙﨑𠮷.txt"},
    };
    char longest[600];
    const char *cut;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        assert_string_equal(ticket_file_name(arena, rows[i].in), rows[i].out);
    memset(longest, 'x', sizeof(longest));
    memcpy(longest + sizeof(longest) - 5, ".pdf", 5);
    cut = ticket_file_name(arena, longest);
    assert_true(strlen(cut) <= TICKET_FILE_NAME_MAX);
    assert_string_equal(cut + strlen(cut) - 4, ".pdf"); /* still says what it is */
}

/* ---- words and fields ---- */

static void spans(void **state)
{
    (void)state;
    hn_i18n_japanese(false);
    assert_string_equal(ticket_span_text(arena, 0), "0 s");
    assert_string_equal(ticket_span_text(arena, 59), "59 s");
    assert_string_equal(ticket_span_text(arena, 60), "1 min");
    assert_string_equal(ticket_span_text(arena, 3599), "59 min");
    assert_string_equal(ticket_span_text(arena, 3600), "1 h");
    assert_string_equal(ticket_span_text(arena, 7500), "2 h 05 min");
    assert_string_equal(ticket_label(TICKET_WORDS_KIND, "incident"), "Incident");
    assert_string_equal(ticket_label(TICKET_WORDS_KIND, "unheard"), "unheard");
    assert_string_equal(ticket_label(TICKET_WORDS_KIND, NULL), "");
}

static void fields(void **state)
{
    struct ticket a = {.title = "x", .impact = 1, .restored_at = HN_UNSET};
    struct ticket b = a;

    (void)state;
    assert_null(ticket_fields_diff(&a, &b, arena));
    b.title = hn_arena_strdup(arena, "x"); /* the text counts, not the pointer */
    assert_null(ticket_fields_diff(&a, &b, arena));
    b.impact = 2;
    b.cause = "";
    assert_string_equal(ticket_fields_diff(&b, &a, arena), "{\"impact\":2}");
    b.title = "\"y\"";
    assert_string_equal(ticket_fields_diff(&b, &a, arena),
                        "{\"title\":\"\\\"y\\\"\",\"impact\":2}");
    assert_null(ticket_field_find("nonsense"));
    assert_true(TICKET_FIELD_COUNT <= 64); /* the patch's bits */
}

int main(void)
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(workflow_reads),
        cmocka_unit_test(workflow_takes),
        cmocka_unit_test(priority_reads_and_writes),
        cmocka_unit_test(priority_refuses),
        cmocka_unit_test(clock_runs),
        cmocka_unit_test(clock_stands),
        cmocka_unit_test(clock_goes_on),
        cmocka_unit_test(clock_ends),
        cmocka_unit_test(clock_missed_before_a_stop),
        cmocka_unit_test(clock_without_target),
        cmocka_unit_test(file_names),
        cmocka_unit_test(spans),
        cmocka_unit_test(fields),
    };
    struct CMUnitTest refusals[HN_ARRAY_LEN(bads)];
    struct CMUnitTest kinds[HN_ARRAY_LEN(file_rows)];
    int failed = cmocka_run_group_tests_name("ticket", plain, up, down);

    for (size_t i = 0; i < HN_ARRAY_LEN(bads); i++)
        refusals[i] = (struct CMUnitTest){bads[i].name, workflow_refuses, NULL, NULL, &bads[i]};
    failed += cmocka_run_group_tests_name("workflow refused", refusals, up, down);
    for (size_t i = 0; i < HN_ARRAY_LEN(file_rows); i++)
        kinds[i] = (struct CMUnitTest){file_rows[i].name, file_kind, NULL, NULL, &file_rows[i]};
    return failed + cmocka_run_group_tests_name("files", kinds, up, down);
}
