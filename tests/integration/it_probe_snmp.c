/* SPDX-License-Identifier: Apache-2.0 */
/* SNMP against an agent of ours that misbehaves on demand: broken bytes, answers from elsewhere,
 * tables without an end, answers that are too big, a v3 agent that restarts. Nothing of it may be
 * taken for a value, and the right answer beside it must count. No database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/probe_rig.h"

#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <unistd.h>

/* What the agent does before, or instead of, answering right. */
enum mode {
    RIGHT,
    JUNK,             /* broken bytes, then the answer */
    CUT,              /* the answer's first half, then the answer */
    WRONG_ID,         /* an answer to something else, then the answer */
    WRONG_PORT,       /* the answer from another socket only */
    WRONG_THEN_RIGHT, /* from another socket with wrong values, then the answer */
    LOOPS,            /* GETBULK: the same rows again and again */
    SMALL,            /* tooBig for more than four varbinds */
    SILENT_LARGE,     /* no answer to more than four repetitions */
    SILENT_LONG,      /* no answer to more than four questions */
    NOTHING,
    SOME_NOTHING, /* answers the first request only */
    DEAF,         /* needs three tries */
};

#define ROWS 30

struct agent {
    int fd, other, port;
    pthread_t thread;
    enum mode mode;
    int n_requests;
    size_t most;     /* varbinds of a request so far */
    uint32_t octets; /* of each row's counter */
    uint32_t uptime;
    bool stop;
};

static struct agent ag;
static struct rig *rig;

static const uint8_t column[] = {0x2B, 6, 1, 4, 1, 0xBE, 0x1F, 1}; /* 1.3.6.1.4.1.7967.1 */
static const uint8_t uptime_oid[] = {0x2B, 6, 1, 2, 1, 1, 3, 0};

static struct hn_bytes row_oid(uint8_t row, uint8_t buf[10])
{
    memcpy(buf, column, sizeof(column));
    buf[sizeof(column)] = row;
    return (struct hn_bytes){buf, sizeof(column) + 1};
}

/* The row after an OID; ROWS + 1 at the end. */
static uint8_t row_after(struct hn_bytes oid)
{
    uint8_t buf[10];

    for (uint8_t row = 1; row <= ROWS; row++)
        if (snmp_oid_compare(oid, row_oid(row, buf)) < 0)
            return row;
    return ROWS + 1;
}

static void fill_row(struct snmp_varbind *vb, uint8_t row, uint8_t *buf)
{
    static const uint8_t behind[] = {0x2B, 6, 1, 4, 1, 0xBE, 0x1F, 2};

    if (row > ROWS) {
        vb->oid = (struct hn_bytes){behind, sizeof(behind)};
        vb->v = (struct snmp_value){.type = SNMP_TYPE_END_OF_MIB_VIEW};
        return;
    }
    vb->oid = row_oid(row, buf);
    vb->v = (struct snmp_value){.type = SNMP_TYPE_GAUGE32, .u = row * 10U};
}

static size_t fill(const struct snmp_msg *m, struct snmp_varbind *vb, uint8_t (*oid)[10])
{
    size_t n = 0;

    if (m->pdu.type == SNMP_GET) {
        for (size_t i = 0; i < m->pdu.n; i++) {
            vb[n] = m->pdu.vb[i];
            if (vb[n].oid.n == sizeof(uptime_oid) &&
                memcmp(vb[n].oid.p, uptime_oid, sizeof(uptime_oid)) == 0)
                vb[n].v = (struct snmp_value){.type = SNMP_TYPE_TIMETICKS, .u = ag.uptime};
            else
                vb[n].v = (struct snmp_value){.type = SNMP_TYPE_COUNTER32, .u = ag.octets};
            n++;
        }
        return n;
    }
    {
        uint8_t row = ag.mode == LOOPS ? 1 : row_after(m->pdu.vb[0].oid);
        int reps = m->pdu.type == SNMP_GETBULK ? m->pdu.error_index : 1;

        for (int i = 0; i < reps && i < 60; i++, n++) {
            fill_row(&vb[n], (uint8_t)HN_MIN(row + (ag.mode == LOOPS ? i % 3 : i), ROWS + 1),
                     oid[n]);
        }
    }
    return n;
}

static void reply(int fd, const struct snmp_msg *m, const struct sockaddr_in *to, socklen_t len)
{
    uint8_t buf[4096];
    struct hn_bytes out;

    if (snmp_encode(m, buf, sizeof(buf), &out))
        (void)sendto(fd, out.p, out.n, 0, (const struct sockaddr *)to, len);
}

static void misbehave(struct snmp_msg *m, const struct sockaddr_in *to, socklen_t len)
{
    static const uint8_t junk[] = {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 2, 1, 1};
    uint8_t buf[4096];
    struct hn_bytes out;
    struct snmp_msg bad = *m;
    struct snmp_varbind vb = {.oid = {uptime_oid, sizeof(uptime_oid)},
                              .v = {.type = SNMP_TYPE_TIMETICKS, .u = 666}};

    switch (ag.mode) {
    case JUNK: (void)sendto(ag.fd, junk, sizeof(junk), 0, (const struct sockaddr *)to, len); break;
    case CUT:
        if (snmp_encode(m, buf, sizeof(buf), &out))
            (void)sendto(ag.fd, out.p, out.n / 2, 0, (const struct sockaddr *)to, len);
        break;
    case WRONG_ID:
        bad.pdu.request_id ^= 0x10000;
        reply(ag.fd, &bad, to, len);
        break;
    case WRONG_PORT: reply(ag.other, m, to, len); break;
    case WRONG_THEN_RIGHT:
        bad.pdu.vb = &vb;
        bad.pdu.n = 1;
        reply(ag.other, &bad, to, len);
        break;
    case RIGHT:
    case LOOPS:
    case SMALL:
    case SILENT_LARGE:
    case SILENT_LONG:
    case NOTHING:
    case SOME_NOTHING:
    case DEAF: break;
    }
}

static void *serve(void *arg)
{
    (void)arg;
    for (;;) {
        uint8_t in[4096], oid[64][10];
        struct snmp_varbind vb[64], answer[64];
        struct sockaddr_in from;
        socklen_t len = sizeof(from);
        struct snmp_msg m;
        ssize_t n = recvfrom(ag.fd, in, sizeof(in), 0, (struct sockaddr *)&from, &len);

        if (ag.stop)
            return NULL;
        if (n < 0 || !snmp_decode(in, (size_t)n, vb, 64, &m))
            continue;
        ag.n_requests++;
        if (ag.mode == NOTHING || (ag.mode == SOME_NOTHING && ag.n_requests > 1) ||
            (ag.mode == DEAF && ag.n_requests % 3 != 0) ||
            (ag.mode == SILENT_LARGE && m.pdu.type == SNMP_GETBULK && m.pdu.error_index > 4) ||
            (ag.mode == SILENT_LONG && m.pdu.n > 4))
            continue;
        ag.most = HN_MAX(ag.most, m.pdu.n);
        m.pdu.n = fill(&m, answer, oid);
        m.pdu.vb = answer;
        m.pdu.error_status = m.pdu.error_index = 0;
        if (ag.mode == SMALL && m.pdu.n > 4) {
            m.pdu.error_status = SNMP_TOO_BIG;
            m.pdu.n = 0;
        }
        m.pdu.type = SNMP_RESPONSE;
        misbehave(&m, &from, len);
        if (ag.mode != WRONG_PORT)
            reply(ag.fd, &m, &from, len);
    }
}

#define WALK "{\"walk\": [{\"oid\": \"1.3.6.1.4.1.7967.1\", \"metric\": \"row\"}]}"
#define GET                                                                                        \
    "{\"oids\": [{\"oid\": \"1.3.6.1.4.1.7967.5.0\", \"metric\": \"in\", \"kind\": \"counter\"}]}"

static const struct ingest_result *probe(enum mode mode, const char *params)
{
    static char host[60];
    struct assignment row = rig_row(1, "snmp", "127.0.0.1", params);

    ag.mode = mode;
    ag.n_requests = 0;
    (void)snprintf(host, sizeof(host), "{\"port\": %d}", ag.port);
    row.snmp = host;
    row.timeout_s = 0.6;
    return rig_once(rig, &row);
}

static long long counted(const atomic_llong *c)
{
    return atomic_load(c);
}

static void all_rows(const struct ingest_result *r)
{
    assert_int_equal(r->outcome, OUTCOME_OK);
    assert_int_equal(r->state, RESULT_OK);
    assert_int_equal(r->n_values, ROWS);
    for (int i = 1; i <= ROWS; i++) {
        char metric[20];

        (void)snprintf(metric, sizeof(metric), "row.%d", i);
        assert_true(rig_value(r, metric) == i * 10);
    }
}

static void what_is_not_an_answer_is_ignored(void **state)
{
    const struct snmp_counts *c = snmp_counts(rig_snmp(rig));
    long long malformed = counted(&c->malformed);
    long long id = counted(&c->wrong_id);
    long long address = counted(&c->wrong_address);

    (void)state;
    all_rows(probe(RIGHT, WALK));
    assert_true(counted(&c->malformed) == malformed);
    all_rows(probe(JUNK, WALK));
    all_rows(probe(CUT, WALK));
    assert_true(counted(&c->malformed) >= malformed + 2);
    all_rows(probe(WRONG_ID, WALK));
    assert_true(counted(&c->wrong_id) > id);
    all_rows(probe(WRONG_THEN_RIGHT, WALK));
    assert_true(counted(&c->wrong_address) > address);
}

static void an_answer_from_elsewhere_is_none(void **state)
{
    const struct ingest_result *r = probe(WRONG_PORT, WALK);

    (void)state;
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_int_equal(r->n_values, 0);
    assert_string_equal(r->output, "no answer to SNMP");
}

static void a_table_without_an_end(void **state)
{
    const struct ingest_result *r = probe(LOOPS, WALK);

    (void)state;
    assert_int_equal(r->outcome, OUTCOME_OK);
    assert_int_equal(r->n_values, 3);
    assert_true(ag.n_requests <= 4);
}

static void small_devices_get_small_questions(void **state)
{
    (void)state;
    all_rows(probe(SMALL, WALK));
    all_rows(probe(SILENT_LARGE, WALK));
}

/* A check of 30 instances. */
static const char *many(void)
{
    static char text[4096];
    int n = snprintf(text, sizeof(text), "{\"oids\": [");

    for (int i = 1; i <= ROWS; i++)
        n += snprintf(text + n, sizeof(text) - (size_t)n,
                      "%s{\"oid\": \"1.3.6.1.4.1.7967.6.%d\", \"metric\": \"m%d\"}",
                      i == 1 ? "" : ", ", i, i);
    (void)snprintf(text + n, sizeof(text) - (size_t)n, "]}");
    return text;
}

static void many_questions(void **state)
{
    const struct ingest_result *r;

    (void)state;
    ag.most = 0;
    r = probe(RIGHT, many());
    assert_int_equal(r->n_values, ROWS);
    assert_int_equal(ag.n_requests, 1);
    assert_int_equal(ag.most, ROWS + 1); /* sysUpTime too */
    ag.most = 0;
    r = probe(SMALL, many()); /* tooBig: the same in halves */
    assert_int_equal(r->outcome, OUTCOME_OK);
    assert_int_equal(r->n_values, ROWS);
}

static void one_question_at_a_time(void **state)
{
    char host[80];
    struct assignment row = rig_row(4, "snmp", "127.0.0.1", many());
    const struct ingest_result *r;

    (void)state;
    ag.mode = RIGHT;
    ag.most = 0;
    ag.n_requests = 0;
    (void)snprintf(host, sizeof(host), "{\"port\": %d, \"max_oids\": 1}", ag.port);
    row.snmp = host;
    r = rig_once(rig, &row);
    assert_int_equal(r->n_values, ROWS);
    assert_int_equal(ag.n_requests, ROWS + 1);
    assert_int_equal(ag.most, 1);
    row = rig_row(5, "snmp", "127.0.0.1", WALK);
    row.snmp = host;
    ag.most = 0;
    ag.n_requests = 0;
    all_rows(rig_once(rig, &row));
    assert_int_equal(ag.n_requests, ROWS + 2);
}

/* A device that drops in silence what is too long for it is found out after some probes. */
static void a_device_that_drops_long_requests(void **state)
{
    char host[60];
    struct assignment row = rig_row(6, "snmp", "127.0.0.1", many());
    const struct ingest_result *r = NULL;
    int tries = 0;

    (void)state;
    ag.mode = SILENT_LONG;
    (void)snprintf(host, sizeof(host), "{\"port\": %d}", ag.port);
    row.snmp = host;
    row.timeout_s = 0.2;
    row.interval_s = row.retry_interval_s = 1;
    rig_put(rig, &row);
    do
        r = rig_next(rig, 5000);
    while (r != NULL && r->outcome != OUTCOME_OK && ++tries < 12);
    assert_non_null(r);
    assert_int_equal(r->outcome, OUTCOME_OK);
    assert_int_equal(r->n_values, ROWS);
    assert_in_range(tries, 1, 11);
    sched_remove(rig_sched(rig), 6);
}

static void silence(void **state)
{
    const struct ingest_result *r = probe(NOTHING, WALK);

    (void)state;
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_int_equal(r->state, RESULT_CRITICAL);
    assert_int_equal(ag.n_requests, 3);
    all_rows(probe(DEAF, WALK));   /* two of three datagrams are lost */
    r = probe(SOME_NOTHING, WALK); /* a part is kept, and it is said that it is one */
    assert_int_equal(r->state, RESULT_UNKNOWN);
    assert_non_null(strstr(r->output, "part"));
}

static void with_v1(void **state)
{
    char host[80];
    struct assignment row = rig_row(2, "snmp", "127.0.0.1", WALK);

    (void)state;
    ag.mode = RIGHT;
    (void)snprintf(host, sizeof(host), "{\"port\": %d, \"version\": \"1\"}", ag.port);
    row.snmp = host;
    all_rows(rig_once(rig, &row));
}

/* MON-05: the counter goes back with the uptime: no sample, and 再起動検知 is told. */
static void a_restart_between_probes(void **state)
{
    char host[60];
    struct assignment row = rig_row(3, "snmp", "127.0.0.1", GET);
    const struct ingest_result *r;

    (void)state;
    ag.mode = RIGHT;
    ag.uptime = 100000;
    ag.octets = 1000000;
    (void)snprintf(host, sizeof(host), "{\"port\": %d}", ag.port);
    row.snmp = host;
    row.interval_s = row.retry_interval_s = 1;
    rig_put(rig, &row);
    r = rig_next(rig, 5000);
    assert_true(r != NULL && isnan(rig_value(r, "in")));
    ag.uptime += 100;
    ag.octets += 5000;
    r = rig_next(rig, 3000);
    assert_true(r != NULL && rig_value(r, "in") > 0 && rig_value(r, "in") < 50000);
    assert_null(r->notice_kind);
    ag.uptime = 10;
    ag.octets = 300;
    r = rig_next(rig, 3000);
    assert_true(r != NULL && isnan(rig_value(r, "in")));
    assert_string_equal(r->notice_kind, "reboot");
    sched_remove(rig_sched(rig), 3);
}

static int up(void **state)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);

    (void)state;
    ag.fd = socket(AF_INET, SOCK_DGRAM, 0);
    ag.other = socket(AF_INET, SOCK_DGRAM, 0);
    if (ag.fd < 0 || ag.other < 0 || bind(ag.other, (struct sockaddr *)&a, len) != 0 ||
        bind(ag.fd, (struct sockaddr *)&a, len) != 0 ||
        getsockname(ag.fd, (struct sockaddr *)&a, &len) != 0)
        return -1;
    ag.port = ntohs(a.sin_port);
    ag.uptime = 4242;
    rig = rig_new();
    return pthread_create(&ag.thread, NULL, serve, NULL);
}

static int down(void **state)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons((uint16_t)ag.port)};

    (void)state;
    ag.stop = true;
    (void)sendto(ag.other, "x", 1, 0, (struct sockaddr *)&a, sizeof(a));
    (void)pthread_join(ag.thread, NULL);
    (void)close(ag.fd);
    (void)close(ag.other);
    rig_free(rig);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(what_is_not_an_answer_is_ignored),
        cmocka_unit_test(an_answer_from_elsewhere_is_none),
        cmocka_unit_test(a_table_without_an_end),
        cmocka_unit_test(small_devices_get_small_questions),
        cmocka_unit_test(silence),
        cmocka_unit_test(many_questions),
        cmocka_unit_test(one_question_at_a_time),
        cmocka_unit_test(a_device_that_drops_long_requests),
        cmocka_unit_test(with_v1),
        cmocka_unit_test(a_restart_between_probes),
    };

    return cmocka_run_group_tests_name("probe_snmp", t, up, down);
}
