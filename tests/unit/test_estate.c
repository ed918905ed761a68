/* SPDX-License-Identifier: Apache-2.0 */
/* The sample estate's model, its faults, and what its devices answer on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "estate/past.h"
#include "estate/sim.h"
#include "probes/snmp_mib.h"

#define NOW ((hn_instant)1790000000 * HN_SEC)

static struct hn_arena *arena;
static struct estate s;
static uint8_t out_buf[SNMP_PACKET_MAX];

static int up(void **state)
{
    struct hn_err e = {0};

    (void)state;
    arena = hn_arena_new();
    if (estate_read("sql", arena, &s, &e) != HN_OK) {
        (void)fprintf(stderr, "%s %s\n", e.msg, e.detail);
        return -1;
    }
    return 0;
}

static int down(void **state)
{
    (void)state;
    hn_arena_free(arena);
    return 0;
}

/* ---- the model ---- */

static void the_model_counts(void **state)
{
    size_t by_class[ESTATE_CLASS_COUNT] = {0};
    size_t s08 = 0;

    (void)state;
    assert_int_equal(s.n_sites, 44);
    assert_int_equal(s.n_lines, 82);
    assert_int_equal(s.n_segments, 23);
    assert_int_equal(s.n_systems, 177);
    for (size_t i = 0; i < s.n_devices; i++) {
        const struct estate_device *d = &s.device[i];

        by_class[d->class]++;
        s08 += d->class == ESTATE_TERMINAL && s.site[d->site].number == 8;
        assert_true(d->parent == ESTATE_NO_PARENT || d->parent < i);
        assert_int_not_equal(s.site[d->site].number, 42);
    }
    assert_int_equal(by_class[ESTATE_TERMINAL], 1899);
    assert_int_equal(by_class[ESTATE_PRINTER], 109);
    assert_int_equal(s08, 70);
}

static int by_ip(const void *x, const void *y)
{
    const uint32_t *a = x;
    const uint32_t *b = y;

    return *a < *b ? -1 : *a > *b;
}

static void addresses_and_tiles_are_unique(void **state)
{
    uint32_t *ip = hn_arena_make(arena, uint32_t, s.n_devices);
    bool tile[20][20] = {{false}};

    (void)state;
    for (size_t i = 0; i < s.n_devices; i++) {
        ip[i] = s.device[i].ip;
        assert_int_equal(ip[i] >> 16, 10 << 8 | 44);
    }
    qsort(ip, s.n_devices, sizeof(*ip), by_ip);
    for (size_t i = 1; i < s.n_devices; i++)
        assert_true(ip[i - 1] < ip[i]);
    for (size_t i = 0; i < s.n_sites; i++) {
        bool *t = &tile[s.site[i].map_x][s.site[i].map_y];

        assert_true(s.site[i].map_x > 0 && s.site[i].map_y > 0);
        assert_false(*t);
        *t = true;
    }
}

/* ---- faults ---- */

static void a_dead_router_takes_its_site(void **state)
{
    struct faults *f = hn_arena_make(arena, struct faults, 1);
    bool *dead = hn_arena_make(arena, bool, s.n_devices);
    const struct estate_device *router = estate_find(&s, "s08-rt01");
    struct hn_err e = {0};
    size_t n = 0;

    (void)state;
    assert_non_null(router);
    assert_int_equal(faults_break(f, &s, (size_t)(router - s.device), "power", NOW, &e), HN_OK);
    faults_dead(f, &s, dead);
    for (size_t i = 0; i < s.n_devices; i++)
        if (dead[i] && !s.device[i].is_spare) {
            assert_true(estate_behind(&s, &s.device[i], router));
            n++;
        }
    assert_true(n >= 72); /* router, switch, 70 terminals */
    assert_false(dead[estate_find(&s, "s08-rt02") - s.device]);
    assert_int_equal(faults_mend(f, (size_t)(router - s.device)), 1);
    faults_dead(f, &s, dead);
    assert_false(dead[router - s.device]);
}

static void faults_must_fit(void **state)
{
    struct faults *f = hn_arena_make(arena, struct faults, 1);
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(
        faults_break(f, &s, (size_t)(estate_find(&s, "s08-rt01") - s.device), "paper", NOW, &e),
        HN_E_INVALID);
    assert_non_null(strstr(e.msg, "power line"));
    assert_int_equal(f->n, 0);
    hn_err_clear(&e);
    /* it speaks no TLS */
    assert_int_equal(
        faults_break(f, &s, (size_t)(estate_find(&s, "ad1") - s.device), "certificate", NOW, &e),
        HN_E_INVALID);
}

/* ---- SNMP ---- */

static struct sim *new_sim(void)
{
    struct sim *m = hn_arena_make(arena, struct sim, 1);
    struct hn_err e = {0};

    *m = (struct sim){.s = &s, .a = arena};
    m->dead = hn_arena_make(arena, bool, s.n_devices);
    m->booted_at = hn_arena_make(arena, hn_instant, s.n_devices);
    for (size_t i = 0; i < s.n_devices; i++)
        m->booted_at[i] = HN_UNSET;
    assert_int_equal(usm_secret_init(&m->user, ESTATE_USER, USM_AUTH_SHA256, ESTATE_AUTH,
                                     USM_PRIV_AES128, ESTATE_PRIV, &e),
                     HN_OK);
    return m;
}

/* Sends the request as v2c and reads the answer from its bytes. */
static struct snmp_pdu ask(struct sim *m, const char *host, struct snmp_pdu pdu)
{
    struct snmp_msg req = {
        .version = SNMP_V2C,
        .community = {(const uint8_t *)ESTATE_COMMUNITY, sizeof(ESTATE_COMMUNITY) - 1},
        .pdu = pdu};
    struct snmp_varbind *vb = hn_arena_make(arena, struct snmp_varbind, SNMP_VARBINDS_MAX);
    uint8_t buf[1500];
    struct snmp_msg r;
    struct hn_bytes in, out;

    assert_true(snmp_encode(&req, buf, sizeof(buf), &in));
    assert_true(agent_answer(m, estate_find(&s, host), in.p, in.n, out_buf, &out));
    assert_true(out.n <= 1472);
    assert_true(snmp_decode(out.p, out.n, vb, SNMP_VARBINDS_MAX, &r));
    assert_int_equal(r.pdu.type, SNMP_RESPONSE);
    assert_int_equal(r.pdu.request_id, pdu.request_id);
    return r.pdu;
}

static struct snmp_value get(struct sim *m, const char *host, const char *oid)
{
    struct snmp_varbind vb = {.v = {.type = SNMP_TYPE_NULL}};
    uint8_t octets[BER_OID_OCTETS];
    struct snmp_oid numbers;
    struct snmp_pdu r;

    assert_true(snmp_oid_parse(oid, &numbers));
    vb.oid = (struct hn_bytes){octets, snmp_oid_put(&numbers, octets, sizeof(octets))};
    r = ask(m, host, (struct snmp_pdu){.type = SNMP_GET, .request_id = 7, .vb = &vb, .n = 1});
    assert_int_equal(r.n, 1);
    return r.vb[0].v;
}

static void counters_move_with_time(void **state)
{
    struct sim *m = new_sim();
    struct snmp_value a, b;

    (void)state;
    hn_clock_set(NOW);
    a = get(m, "s08-rt01", "1.3.6.1.2.1.31.1.1.1.6.1");
    hn_clock_set(NOW + HN_MIN_SPAN);
    b = get(m, "s08-rt01", "1.3.6.1.2.1.31.1.1.1.6.1");
    hn_clock_set(HN_UNSET);
    assert_int_equal(a.type, SNMP_TYPE_COUNTER64);
    assert_true(b.u > a.u);
    assert_true((b.u - a.u) * 8 / 60 < 100000000); /* below the line's 100 Mbit/s */
}

/* A whole walk: ascending, ends, never the same object twice; on every class. */
static void walks_end(void **state)
{
    static const char *const hosts[] = {"core-rt01", "s08-sw01",  "ad1",      "mail-web1",
                                        "s01-pr01",  "s01-ups01", "s43-env01"};
    struct sim *m = new_sim();

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(hosts); i++) {
        static const uint8_t root[] = {0x2b, 6, 1};
        uint8_t at[BER_OID_OCTETS];
        struct hn_bytes oid = {root, sizeof(root)};
        size_t n = 0;
        bool over = false;

        while (!over) {
            struct snmp_varbind vb = {.oid = oid, .v = {.type = SNMP_TYPE_NULL}};
            struct snmp_pdu r = ask(
                m, hosts[i],
                (struct snmp_pdu){
                    .type = SNMP_GETBULK, .request_id = 9, .error_index = 25, .vb = &vb, .n = 1});

            assert_true(r.n > 0);
            for (size_t k = 0; k < r.n && !over; k++) {
                over = r.vb[k].v.type == SNMP_TYPE_END_OF_MIB_VIEW;
                if (over)
                    continue;
                assert_true(snmp_oid_compare(r.vb[k].oid, oid) > 0);
                memcpy(at, r.vb[k].oid.p, r.vb[k].oid.n);
                oid = (struct hn_bytes){at, r.vb[k].oid.n};
                assert_true(++n < 1000);
            }
        }
        assert_true(n >= 10);
    }
}

static void faults_show_in_the_mib(void **state)
{
    struct sim *m = new_sim();
    struct hn_err e = {0};
    struct snmp_value v;

    (void)state;
    hn_clock_set(NOW);
    assert_int_equal(faults_break(&m->faults, &s, (size_t)(estate_find(&s, "s01-pr01") - s.device),
                                  "paper", NOW, &e),
                     HN_OK);
    assert_int_equal(faults_break(&m->faults, &s, (size_t)(estate_find(&s, "file1") - s.device),
                                  "disk", NOW - HN_HOUR, &e),
                     HN_OK);
    v = get(m, "s01-pr01", "1.3.6.1.2.1.25.3.5.1.2.1");
    assert_int_equal(v.bytes.p[0] & 0x40, 0x40);
    v = get(m, "file1", "1.3.6.1.2.1.25.2.3.1.6.36");
    hn_clock_set(HN_UNSET);
    assert_true(v.i > 104857600LL * 96 / 100);
}

static void strangers_get_nothing(void **state)
{
    struct sim *m = new_sim();
    struct snmp_msg req = {.version = SNMP_V2C, .community = {(const uint8_t *)"wrong", 5}};
    struct snmp_varbind vb = {.oid = snmp_object_oid(OBJ_sysName), .v = {.type = SNMP_TYPE_NULL}};
    uint8_t buf[200];
    struct hn_bytes in, out;

    (void)state;
    req.pdu = (struct snmp_pdu){.type = SNMP_GET, .request_id = 1, .vb = &vb, .n = 1};
    assert_true(snmp_encode(&req, buf, sizeof(buf), &in));
    assert_false(agent_answer(m, estate_find(&s, "s08-rt01"), in.p, in.n, out_buf, &out));
    for (size_t n = 0; n < in.n; n++) /* cut short anywhere */
        assert_false(agent_answer(m, estate_find(&s, "s08-rt01"), in.p, n, out_buf, &out));
}

/* A v3 client against the agent, both ours: discovery, then an encrypted answer. */
static void version_3_answers(void **state)
{
    struct sim *m = new_sim();
    struct usm_engine engine = {.is_known = false};
    struct snmp_varbind ask_vb = {.oid = snmp_object_oid(OBJ_sysName),
                                  .v = {.type = SNMP_TYPE_NULL}};
    struct snmp_varbind *vb = hn_arena_make(arena, struct snmp_varbind, SNMP_VARBINDS_MAX);
    struct snmp_pdu pdu = {.type = SNMP_GET, .request_id = 3, .vb = &ask_vb, .n = 1};
    uint8_t buf[1500], scratch[1500];
    enum usm_verdict verdict = USM_AGAIN;
    struct snmp_msg r;

    (void)state;
    for (int i = 0; i < 4 && verdict == USM_AGAIN; i++) {
        struct hn_bytes in, out;
        enum usm_stat why;

        assert_true(usm_request(&engine, &m->user, &pdu, "", 40 + i, (uint64_t)i + 1, hn_mono_now(),
                                buf, sizeof(buf), &in));
        assert_true(agent_answer(m, estate_find(&s, "ad1"), in.p, in.n, out_buf, &out));
        assert_true(snmp_decode(out.p, out.n, vb, SNMP_VARBINDS_MAX, &r));
        verdict = usm_reply(&engine, &m->user, out.p, out.n, scratch, vb, SNMP_VARBINDS_MAX,
                            hn_mono_now(), &r, &why);
    }
    assert_int_equal(verdict, USM_ANSWER);
    assert_int_equal(r.pdu.vb[0].v.bytes.n, 3);
    assert_memory_equal(r.pdu.vb[0].v.bytes.p, "ad1", 3);
}

/* ---- the history's plan ---- */

static void the_past_is_always_the_same(void **state)
{
    struct past *a = hn_arena_make(arena, struct past, 1);
    struct past *b = hn_arena_make(arena, struct past, 1);
    size_t series = 0;

    (void)state;
    past_plan(&s, 13, NOW, a);
    past_plan(&s, 13, NOW, b);
    assert_int_equal(a->n_troubles, b->n_troubles);
    assert_true(a->n_troubles > 50);
    for (size_t i = 0; i < a->n_troubles; i++) {
        const struct past_trouble *t = &a->trouble[i];

        assert_int_equal(t->from, b->trouble[i].from);
        assert_int_equal(t->feed, b->trouble[i].feed);
        assert_true(t->from < t->to && t->from > a->begin && t->to < a->end);
        if (t->kind != PAST_GAP) {
            assert_true(past_fails(a, t->feed, past_next(a, t->feed, t->from)));
            assert_false(past_fails(a, t->feed, past_next(a, t->feed, t->to)));
        } else {
            assert_true(past_next(a, t->feed, t->from) >= t->to);
        }
    }
    for (size_t i = 0; i < a->n_feeds; i++)
        series += a->feed[i].n_series + 1;
    assert_true(series <= 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_counts),
        cmocka_unit_test(addresses_and_tiles_are_unique),
        cmocka_unit_test(a_dead_router_takes_its_site),
        cmocka_unit_test(faults_must_fit),
        cmocka_unit_test(counters_move_with_time),
        cmocka_unit_test(walks_end),
        cmocka_unit_test(faults_show_in_the_mib),
        cmocka_unit_test(strangers_get_nothing),
        cmocka_unit_test(version_3_answers),
        cmocka_unit_test(the_past_is_always_the_same),
    };

    return cmocka_run_group_tests(tests, up, down);
}
