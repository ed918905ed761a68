/* SPDX-License-Identifier: Apache-2.0 */
/* From values to a stored result: thresholds, readings, packed bytes, the spool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/ingest/packed.h"
#include "probes/reading.h"
#include "probes/spec_json.h"
#include "probes/spool.h"
#include "server/base/i18n.h"

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- thresholds ---- */

static const struct {
    const char *json;
    const char *metric;
    double value;
    enum check_result_state state;
} limits[] = {
    {"{\"use\": {\"warning\": 80, \"critical\": 90}}", "use.3", 79.9, RESULT_OK},
    {"{\"use\": {\"warning\": 80, \"critical\": 90}}", "use.3", 80, RESULT_WARNING},
    {"{\"use\": {\"warning\": 80, \"critical\": 90}}", "use.3", 90, RESULT_CRITICAL},
    {"{\"use\": {\"warning\": 80, \"critical\": 90}}", "used", 99, RESULT_OK},
    {"{\"use\": {\"warning\": 80}, \"use.3\": {\"warning\": 95}}", "use.3", 90, RESULT_OK},
    {"{\"use\": {\"critical\": 90}}", "use", 89, RESULT_OK},
    {"{\"left\": {\"warning\": 20, \"critical\": 10, \"direction\": \"below\"}}", "left", 20.1,
     RESULT_OK},
    {"{\"left\": {\"warning\": 20, \"critical\": 10, \"direction\": \"below\"}}", "left", 20,
     RESULT_WARNING},
    {"{\"left\": {\"warning\": 20, \"critical\": 10, \"direction\": \"below\"}}", "left", -1,
     RESULT_CRITICAL},
};

static void thresholds_judge(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(limits); i++) {
        HN_ARENA a = hn_arena_new();
        struct thresholds t;
        struct reading r;
        struct hn_err e = {0};

        assert_int_equal(spec_json_thresholds(limits[i].json, a, &t, &e), HN_OK);
        reading_init(&r, a, &t);
        reading_value(&r, limits[i].metric, "%", "gauge", limits[i].value);
        assert_int_equal(r.state, limits[i].state);
        assert_int_equal(r.n, 1);
    }
}

static void bad_thresholds(void **state)
{
    static const char *const bad[] = {"[]",
                                      "{\"a\": 3}",
                                      "{\"a\": {}}",
                                      "{\"a\": {\"warning\": \"x\"}}",
                                      "{\"a\": {\"warning\": 1, \"direction\": \"left\"}}",
                                      "{\"a\": {\"warning\": 1, \"colour\": 2}}",
                                      "{"};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++) {
        HN_ARENA a = hn_arena_new();
        struct thresholds t;
        struct hn_err e = {0};

        if (spec_json_thresholds(bad[i], a, &t, &e) == HN_OK)
            fail_msg("accepted: %s", bad[i]);
    }
}

/* ---- readings ---- */

static void the_worst_reason_speaks(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reading r;
    struct ingest_result out;

    (void)state;
    reading_init(&r, a, NULL);
    reading_say(&r, "fine");
    reading_state(&r, RESULT_WARNING, "mild");
    reading_state(&r, RESULT_CRITICAL, "bad %d", 1);
    reading_state(&r, RESULT_WARNING, "mild again");
    reading_state(&r, RESULT_CRITICAL, "bad %d", 2);
    reading_done(&r, 7, 100, &out);
    assert_int_equal(out.state, RESULT_CRITICAL);
    assert_int_equal(out.outcome, OUTCOME_OK);
    assert_string_equal(out.output, "bad 1; bad 2");
    for (int i = 3; i < 9; i++)
        reading_state(&r, RESULT_CRITICAL, "bad %d", i);
    reading_done(&r, 7, 100, &out);
    assert_string_equal(out.output, "bad 1; bad 2; bad 3; bad 4; bad 5 and 3 more");
    reading_not_run(&r, "no socket");
    reading_done(&r, 7, 100, &out);
    assert_int_equal(out.outcome, OUTCOME_NOT_RUN);
    assert_int_equal(out.state, RESULT_UNKNOWN);
    assert_string_equal(out.output, "no socket");
}

/* Texts of a device: control characters, broken UTF-8, too much. */
static void output_is_clean(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reading r;
    struct ingest_result out;
    char text[700];

    (void)state;
    reading_init(&r, a, NULL);
    reading_say(&r, "a\tb\x1b[31m \xff\xe3\x81 \xe3\x81\x82");
    reading_done(&r, 1, 1, &out);
    assert_string_equal(out.output, "a b [31m ??? \xe3\x81\x82");
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    memcpy(text + READING_OUTPUT_MAX - 1, "\xe3\x81\x82", 3); /* across the edge */
    reading_init(&r, a, NULL);
    reading_say(&r, "%s", text);
    reading_done(&r, 1, 1, &out);
    assert_int_equal(strlen(out.output), READING_OUTPUT_MAX - 1);
}

static void values_that_are_none(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct reading r;

    (void)state;
    reading_init(&r, a, NULL);
    reading_value(&r, "m", "", "gauge", (double)NAN);
    reading_value(&r, "m", "", "gauge", (double)INFINITY);
    reading_value(&r, "m", "", "gauge", 1);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.n_dropped, 2);
}

/* ---- packed ---- */

static const struct ingest_value some_values[] = {
    {"rtt", "ms", "gauge", 1.25},
    {"in_octets.3", "bit/s", "rate", 1e9},
    {"in_octets_total.3", "B", "counter", 18446744073709551615.0},
    {"t",
     "\xc2\xb0"
     "C",
     "gauge", -40},
};

static struct ingest_result some_result(void)
{
    return (struct ingest_result){.check_id = 12345,
                                  .at = 1795391065619164,
                                  .outcome = OUTCOME_FAILED,
                                  .state = RESULT_CRITICAL,
                                  .output = "\xe5\xbf\x9c\xe7\xad\x94\xe3\x81\xaa\xe3\x81\x97",
                                  .values = some_values,
                                  .n_values = HN_ARRAY_LEN(some_values),
                                  .notice_kind = "reboot",
                                  .notice_text = "again",
                                  .inventory = "{\"system\":{}}"};
}

static void packed_round_trip(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct ingest_result in = some_result();
    struct ingest_result out;
    struct packed *p = packed_new(&in);

    (void)state;
    assert_true(p->is_urgent);
    assert_true(packed_read((struct hn_bytes){p->p, p->n}, a, &out));
    assert_true(out.check_id == in.check_id && out.at == in.at);
    assert_int_equal(out.outcome, in.outcome);
    assert_int_equal(out.state, in.state);
    assert_string_equal(out.output, in.output);
    assert_string_equal(out.notice_kind, "reboot");
    assert_string_equal(out.notice_text, "again");
    assert_string_equal(out.inventory, in.inventory);
    assert_int_equal(out.n_values, in.n_values);
    for (size_t i = 0; i < out.n_values; i++) {
        assert_string_equal(out.values[i].metric, in.values[i].metric);
        assert_string_equal(out.values[i].unit, in.values[i].unit);
        assert_string_equal(out.values[i].kind, in.values[i].kind);
        assert_true(out.values[i].value == in.values[i].value);
    }
    for (size_t n = 0; n < p->n; n++) /* every cut is refused */
        if (packed_read((struct hn_bytes){p->p, n}, a, &out))
            fail_msg("accepted %zu of %zu octets", n, p->n);
    free(p);
    in = (struct ingest_result){.check_id = 1, .at = 1, .output = ""};
    p = packed_new(&in);
    assert_false(p->is_urgent);
    assert_true(packed_read((struct hn_bytes){p->p, p->n}, a, &out));
    assert_null(out.notice_kind);
    assert_null(out.inventory);
    free(p);
}

/* ---- the spool ---- */

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/hinomi-spool-XXXXXX");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int drop_dir(void **state)
{
    char cmd[100];

    (void)state;
    (void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
    return system(cmd); /* NOLINT: a folder of our own */
}

static struct spool *open_spool(int64_t max, int64_t segment)
{
    struct spool *s = NULL;
    struct hn_err e = {0};

    assert_int_equal(spool_open(dir, max, segment, &s, &e), HN_OK);
    return s;
}

static enum hn_code put(struct spool *s, int from, int n)
{
    char text[64][16];
    struct hn_bytes b[64];
    struct hn_err e = {0};

    for (int i = 0; i < n; i++) {
        (void)snprintf(text[i], sizeof(text[i]), "record %d", from + i);
        b[i] = (struct hn_bytes){(const uint8_t *)text[i], strlen(text[i])};
    }
    return spool_append(s, b, (size_t)n, &e);
}

/* Takes all in batches and checks that it is from, from + 1 … below to. */
static void expect(struct spool *s, int from, int to)
{
    struct hn_err e = {0};

    while (from < to) {
        HN_ARENA a = hn_arena_new();
        struct hn_bytes b[7];
        size_t n = 0;

        assert_int_equal(spool_peek(s, a, b, HN_ARRAY_LEN(b), &n, &e), HN_OK);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++, from++) {
            char text[16];

            (void)snprintf(text, sizeof(text), "record %d", from);
            assert_int_equal(b[i].n, strlen(text));
            assert_memory_equal(b[i].p, text, b[i].n);
        }
        assert_int_equal(spool_taken(s, &e), HN_OK);
    }
    assert_int_equal(from, to);
}

static void spool_keeps_order_over_restarts(void **state)
{
    struct spool *s = open_spool(1 << 20, 200);

    (void)state;
    assert_true(spool_is_empty(s));
    for (int i = 0; i < 100; i += 10)
        assert_int_equal(put(s, i, 10), HN_OK);
    assert_false(spool_is_empty(s));
    expect(s, 0, 14); /* a part of the first segment, and of nothing else */
    spool_free(s);
    s = open_spool(1 << 20, 200);
    {
        HN_ARENA a = hn_arena_new();
        struct hn_bytes b[1];
        struct hn_err e = {0};
        size_t n = 0;

        /* the oldest segment begins anew: what it held comes again rather than not at all */
        assert_int_equal(spool_peek(s, a, b, 1, &n, &e), HN_OK);
        assert_int_equal(n, 1);
        assert_memory_equal(b[0].p, "record ", 7);
        assert_in_range(strtol(hn_arena_strndup(a, (const char *)b[0].p + 7, b[0].n - 7), NULL, 10),
                        0, 14);
    }
    spool_free(s);
}

static void spool_drains(void **state)
{
    struct spool *s = open_spool(1 << 20, 100);
    struct hn_err e = {0};
    HN_ARENA a = hn_arena_new();
    struct hn_bytes b[1];
    size_t n = 1;

    (void)state;
    assert_int_equal(put(s, 0, 30), HN_OK);
    assert_int_equal(put(s, 30, 30), HN_OK);
    expect(s, 0, 60);
    assert_true(spool_is_empty(s));
    assert_int_equal(spool_bytes(s), 0);
    assert_int_equal(spool_peek(s, a, b, 1, &n, &e), HN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(put(s, 60, 5), HN_OK); /* and goes on */
    expect(s, 60, 65);
    spool_free(s);
}

static void spool_is_bounded(void **state)
{
    struct spool *s = open_spool(300, 100);

    (void)state;
    assert_int_equal(put(s, 0, 10), HN_OK);
    assert_int_equal(put(s, 10, 64 / 4), HN_E_LIMIT);
    expect(s, 0, 10); /* what was there stays */
    assert_int_equal(put(s, 10, 10), HN_OK);
    spool_free(s);
}

/* A torn or changed record: what stands before it is delivered, the segment is put aside, later
 * ones are read. */
static void spool_survives_damage(void **state)
{
    char path[128];
    struct spool *s = open_spool(1 << 20, 1);
    struct stat st;
    int fd;

    (void)state;
    assert_int_equal(put(s, 0, 10), HN_OK);
    assert_int_equal(put(s, 5, 10), HN_OK); /* a segment of its own */
    spool_free(s);
    (void)snprintf(path, sizeof(path), "%s/%016d.seg", dir, 1);
    fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "X", 1, 5 * (8 + 8) + 10), 1); /* in the sixth record's text */
    (void)close(fd);
    s = open_spool(1 << 20, 1);
    expect(s, 0, 5);
    expect(s, 5, 15);
    assert_int_equal(spool_damaged(s), 1);
    (void)snprintf(path, sizeof(path), "%s/%016d.seg.bad", dir, 1);
    assert_int_equal(stat(path, &st), 0);
    assert_true(spool_is_empty(s));
    spool_free(s);
}

static int english(void **state)
{
    (void)state;
    hn_i18n_japanese(false);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(thresholds_judge),
        cmocka_unit_test(bad_thresholds),
        cmocka_unit_test(the_worst_reason_speaks),
        cmocka_unit_test(output_is_clean),
        cmocka_unit_test(values_that_are_none),
        cmocka_unit_test(packed_round_trip),
        cmocka_unit_test_setup_teardown(spool_keeps_order_over_restarts, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(spool_drains, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(spool_is_bounded, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(spool_survives_damage, make_dir, drop_dir),
    };

    return cmocka_run_group_tests_name("probe_results", t, english, NULL);
}
