/* SPDX-License-Identifier: Apache-2.0 */
/* SNMPv3 USM: key vectors, sealed messages, the client's discovery against a small agent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "probes/usm.h"

static uint8_t scratch[4096];

static const char *hex(const uint8_t *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + i * 2, 3, "%02x", p[i]);
    return out;
}

/* RFC 3414 A.3.2, and the same password and engine through the hashes of RFC 7860 (computed with
 * another implementation). */
static const struct {
    enum usm_auth auth;
    const char *ku;
    const char *kul;
} vectors[] = {
    {USM_AUTH_SHA1, "9fb5cc0381497b3793528939ff788d5d79145211",
     "6695febc9288e36282235fc7151f128497b38f3f"},
    {USM_AUTH_SHA224, "282a5867ee9aac639ad59df9572c7d3ac0fbc13a905b6df07dbbf00b",
     "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be682075674"},
    {USM_AUTH_SHA256, "ab51014d1e077f6017df2b12bee5f5aa72993177e9bb569c4dff5a4ca0b4afac",
     "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b"},
    {USM_AUTH_SHA384,
     "e06eccdf2c68a06ed034723c9c26e0db3b669e1e2efed49150b55377a2e98f383c86fb836857444654b287c93f51f"
     "f64",
     "3b298f16164a11184279d5432bf169e2d2a48307de02b3d3f7e2b4f36eb6f0455a53689a3937eea07319a633d2ccb"
     "a78"},
    {USM_AUTH_SHA512,
     "7e4396de5aadc77be853819b98c9406265b3a9c37cc3176569847a4e4f6fba63dd3a73d04924d31a63f95a601f938"
     "5af"
     "6be4ed1b37f87d040f7c6ed6f8d38a91",
     "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099ad1ea87a8db096714d9788bd54404"
     "7c9"
     "021e4229ce27e4c0a69250adfcffbb0b"},
};

static void key_vectors(void **state)
{
    static const uint8_t engine[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(vectors); i++) {
        uint8_t ku[USM_KEY_MAX], kul[USM_KEY_MAX];
        char text[USM_KEY_MAX * 2 + 1];
        size_t n = usm_password_key(vectors[i].auth, "maplesyrup", ku);

        assert_string_equal(hex(ku, n, text), vectors[i].ku);
        n = usm_localize_key(vectors[i].auth, ku, (struct hn_bytes){engine, 12}, kul);
        assert_string_equal(hex(kul, n, text), vectors[i].kul);
    }
}

static void secrets_refused(void **state)
{
    struct usm_secret s;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(usm_secret_init(&s, "", USM_AUTH_NONE, NULL, USM_PRIV_NONE, NULL, &e),
                     HN_E_INVALID);
    assert_int_equal(usm_secret_init(&s, "123456789012345678901234567890123", USM_AUTH_NONE, NULL,
                                     USM_PRIV_NONE, NULL, &e),
                     HN_E_INVALID);
    assert_int_equal(usm_secret_init(&s, "u", USM_AUTH_SHA256, "short", USM_PRIV_NONE, NULL, &e),
                     HN_E_INVALID);
    assert_int_equal(
        usm_secret_init(&s, "u", USM_AUTH_NONE, NULL, USM_PRIV_AES128, "password1", &e),
        HN_E_INVALID);
    assert_int_equal(
        usm_secret_init(&s, "u", USM_AUTH_SHA256, "password1", USM_PRIV_AES128, NULL, &e),
        HN_E_INVALID);
}

/* ---- a small agent ---- */

static const uint8_t engine_id[] = {0x80, 0, 0x1F, 0x88, 4, 'h', 'i', 'n', 'o'};

struct agent {
    struct usm_secret secret;
    struct usm_key key;
    int32_t boots, time;
    uint8_t buf[2048];
};

struct world {
    struct agent a;
    struct usm_secret secret;
    struct usm_engine en;
    struct hn_mono now;
    struct snmp_varbind vb[8];
    struct snmp_msg m;
    enum usm_stat why;
};

static void world_init(struct world *w, enum usm_auth auth, enum usm_priv priv)
{
    struct hn_err e = {0};

    memset(w, 0, sizeof(*w));
    assert_int_equal(usm_secret_init(&w->secret, "watch", auth, "authpass1", priv, "privpass1", &e),
                     HN_OK);
    w->a.secret = w->secret;
    assert_true(
        usm_localize(&w->a.secret, (struct hn_bytes){engine_id, sizeof(engine_id)}, &w->a.key));
    w->a.boots = 7;
    w->a.time = 1000;
    w->now.us = 5000000;
}

static struct hn_bytes agent_send(struct agent *a, const struct snmp_msg *in,
                                  enum snmp_pdu_type type, uint8_t flags, struct hn_bytes oid)
{
    struct snmp_varbind vb = {.oid = oid, .v = {.type = SNMP_TYPE_COUNTER32, .u = 1}};
    struct snmp_msg m = {.version = SNMP_V3};
    struct hn_bytes out;

    m.v3.msg_id = in->v3.msg_id;
    m.v3.max_size = SNMP_PACKET_MAX;
    m.v3.flags = flags;
    m.v3.engine = m.v3.context_engine = (struct hn_bytes){engine_id, sizeof(engine_id)};
    m.v3.boots = a->boots;
    m.v3.time = a->time;
    m.v3.user = in->v3.user;
    m.pdu = (struct snmp_pdu){.type = type, .request_id = in->pdu.request_id, .vb = &vb, .n = 1};
    assert_true(usm_encode(&m, &a->key, 99, a->buf, sizeof(a->buf), &out));
    return out;
}

/* What an agent of RFC 3414 section 3.2 answers. */
static struct hn_bytes agent_answer(struct agent *a, struct hn_bytes req)
{
    struct snmp_varbind vb[8];
    struct snmp_msg m;
    uint8_t level;

    assert_true(snmp_decode(req.p, req.n, vb, 8, &m));
    level = m.v3.flags & (SNMP_FLAG_AUTH | SNMP_FLAG_PRIV);
    if (m.v3.engine.n != sizeof(engine_id))
        return agent_send(a, &m, SNMP_REPORT, 0, usm_stat_oid(USM_STAT_UNKNOWN_ENGINE));
    if (m.v3.user.n != strlen(a->secret.user))
        return agent_send(a, &m, SNMP_REPORT, 0, usm_stat_oid(USM_STAT_UNKNOWN_USER));
    switch (usm_open(req.p, req.n, &a->key, scratch, vb, 8, &m)) {
    case USM_OPEN_OK: break;
    case USM_OPEN_WRONG_DIGEST:
        return agent_send(a, &m, SNMP_REPORT, 0, usm_stat_oid(USM_STAT_WRONG_DIGEST));
    case USM_OPEN_DECRYPTION:
    case USM_OPEN_MALFORMED:
        return agent_send(a, &m, SNMP_REPORT, 0, usm_stat_oid(USM_STAT_DECRYPTION));
    }
    if (level != 0 && !usm_in_window(a->boots, a->time, m.v3.boots, m.v3.time))
        return agent_send(a, &m, SNMP_REPORT, SNMP_FLAG_AUTH, usm_stat_oid(USM_STAT_NOT_IN_WINDOW));
    return agent_send(a, &m, SNMP_RESPONSE, level, m.pdu.vb[0].oid);
}

static struct hn_bytes request(struct world *w, uint8_t *buf, size_t cap)
{
    struct snmp_varbind vb = {.oid = {(const uint8_t *)"\x2b\x06\x01\x02\x01\x01\x03\x00", 8},
                              .v = {.type = SNMP_TYPE_NULL}};
    struct snmp_pdu pdu = {.type = SNMP_GET, .request_id = 5, .vb = &vb, .n = 1};
    struct hn_bytes out;

    assert_true(usm_request(&w->en, &w->secret, &pdu, "", 77, 1234, w->now, buf, cap, &out));
    return out;
}

static enum usm_verdict deliver(struct world *w, struct hn_bytes reply)
{
    assert_true(snmp_decode(reply.p, reply.n, w->vb, 8, &w->m));
    return usm_reply(&w->en, &w->secret, reply.p, reply.n, scratch, w->vb, 8, w->now, &w->m,
                     &w->why);
}

static enum usm_verdict turn(struct world *w)
{
    uint8_t buf[2048];

    return deliver(w, agent_answer(&w->a, request(w, buf, sizeof(buf))));
}

static const struct {
    enum usm_auth auth;
    enum usm_priv priv;
} levels[] = {
    {USM_AUTH_NONE, USM_PRIV_NONE},     {USM_AUTH_SHA1, USM_PRIV_NONE},
    {USM_AUTH_SHA1, USM_PRIV_AES128},   {USM_AUTH_SHA256, USM_PRIV_AES128},
    {USM_AUTH_SHA512, USM_PRIV_AES128},
};

static void discovery_then_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(levels); i++) {
        struct world w;

        world_init(&w, levels[i].auth, levels[i].priv);
        assert_int_equal(turn(&w), USM_AGAIN);
        assert_true(w.en.is_known && w.en.boots == 7 && w.en.time == 1000);
        assert_int_equal(turn(&w), USM_ANSWER);
        assert_int_equal(w.m.pdu.request_id, 5);
        assert_int_equal(w.m.pdu.n, 1);
        assert_int_equal(w.vb[0].v.u, 1);
    }
}

static void the_plain_text_is_hidden(void **state)
{
    struct world w;
    uint8_t buf[2048];
    struct hn_bytes r;

    (void)state;
    world_init(&w, USM_AUTH_SHA256, USM_PRIV_AES128);
    assert_int_equal(turn(&w), USM_AGAIN);
    r = request(&w, buf, sizeof(buf));
    assert_null(memmem(r.p, r.n, "\x2b\x06\x01\x02\x01\x01\x03", 7));
}

/* The agent restarted: its boots rose; one resynchronisation and the next request is answered. */
static void resync_after_reboot(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, USM_AUTH_SHA256, USM_PRIV_AES128);
    assert_int_equal(turn(&w), USM_AGAIN);
    assert_int_equal(turn(&w), USM_ANSWER);
    w.a.boots = 8;
    w.a.time = 3;
    assert_int_equal(turn(&w), USM_AGAIN);
    assert_int_equal(w.why, USM_STAT_NOT_IN_WINDOW);
    assert_int_equal(turn(&w), USM_ANSWER);
}

/* Our estimate of its clock runs on between requests. */
static void clock_runs_on(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, USM_AUTH_SHA256, USM_PRIV_NONE);
    assert_int_equal(turn(&w), USM_AGAIN);
    w.now.us += 600 * INT64_C(1000000);
    w.a.time += 600;
    assert_int_equal(turn(&w), USM_ANSWER);
}

static void old_answers_are_ignored(void **state)
{
    struct world w;
    uint8_t buf[2048], old[2048];
    struct hn_bytes reply;

    (void)state;
    world_init(&w, USM_AUTH_SHA256, USM_PRIV_NONE);
    assert_int_equal(turn(&w), USM_AGAIN);
    reply = agent_answer(&w.a, request(&w, buf, sizeof(buf)));
    memcpy(old, reply.p, reply.n);
    reply.p = old;
    assert_int_equal(deliver(&w, reply), USM_ANSWER);
    w.a.time += 400;
    w.now.us += 400 * INT64_C(1000000);
    assert_int_equal(turn(&w), USM_ANSWER);
    assert_int_equal(deliver(&w, reply), USM_IGNORE); /* 400 s old: a replay */
}

static void any_changed_octet_is_noticed(void **state)
{
    struct world w;
    uint8_t buf[2048];
    struct hn_bytes reply;

    (void)state;
    world_init(&w, USM_AUTH_SHA256, USM_PRIV_AES128);
    assert_int_equal(turn(&w), USM_AGAIN);
    reply = agent_answer(&w.a, request(&w, buf, sizeof(buf)));
    for (size_t i = 0; i < reply.n; i++) {
        uint8_t bad[2048];
        struct usm_engine before = w.en;

        memcpy(bad, reply.p, reply.n);
        bad[i] ^= 1;
        if (snmp_decode(bad, reply.n, w.vb, 8, &w.m) &&
            usm_reply(&w.en, &w.secret, bad, reply.n, scratch, w.vb, 8, w.now, &w.m, &w.why) !=
                USM_IGNORE)
            fail_msg("octet %zu changed and nobody saw it", i);
        assert_memory_equal(&before, &w.en, sizeof(before));
    }
    assert_int_equal(deliver(&w, reply), USM_ANSWER);
}

static void wrong_credentials_are_told(void **state)
{
    struct world w;
    struct hn_err e = {0};

    (void)state;
    world_init(&w, USM_AUTH_SHA256, USM_PRIV_AES128);
    assert_int_equal(usm_secret_init(&w.secret, "watch", USM_AUTH_SHA256, "another-one",
                                     USM_PRIV_AES128, "privpass1", &e),
                     HN_OK);
    assert_int_equal(turn(&w), USM_AGAIN);
    assert_int_equal(turn(&w), USM_REFUSED);
    assert_int_equal(w.why, USM_STAT_WRONG_DIGEST);

    world_init(&w, USM_AUTH_SHA256, USM_PRIV_AES128);
    assert_int_equal(usm_secret_init(&w.secret, "watch", USM_AUTH_SHA256, "authpass1",
                                     USM_PRIV_AES128, "another-one", &e),
                     HN_OK);
    assert_int_equal(turn(&w), USM_AGAIN);
    assert_int_equal(turn(&w), USM_REFUSED);
    assert_int_equal(w.why, USM_STAT_DECRYPTION);

    world_init(&w, USM_AUTH_SHA256, USM_PRIV_AES128);
    assert_int_equal(usm_secret_init(&w.secret, "somebody", USM_AUTH_SHA256, "authpass1",
                                     USM_PRIV_AES128, "privpass1", &e),
                     HN_OK);
    assert_int_equal(turn(&w), USM_AGAIN);
    assert_int_equal(turn(&w), USM_REFUSED);
    assert_int_equal(w.why, USM_STAT_UNKNOWN_USER);
}

/* A forged report without authentication may not move the clock. */
static void forged_report_is_ignored(void **state)
{
    struct world w;
    uint8_t buf[2048];
    struct snmp_msg in;
    struct hn_bytes req;

    (void)state;
    world_init(&w, USM_AUTH_SHA256, USM_PRIV_AES128);
    assert_int_equal(turn(&w), USM_AGAIN);
    assert_int_equal(turn(&w), USM_ANSWER);
    req = request(&w, buf, sizeof(buf));
    assert_true(snmp_decode(req.p, req.n, w.vb, 8, &in));
    w.a.boots = 1000000;
    assert_int_equal(
        deliver(&w, agent_send(&w.a, &in, SNMP_REPORT, 0, usm_stat_oid(USM_STAT_NOT_IN_WINDOW))),
        USM_IGNORE);
    /* nor may an answer come without authentication where the request had it */
    assert_int_equal(
        deliver(&w, agent_send(&w.a, &in, SNMP_RESPONSE, 0, usm_stat_oid(USM_STAT_NOT_IN_WINDOW))),
        USM_IGNORE);
    assert_int_equal(w.en.boots, 7);
}

static void window(void **state)
{
    (void)state;
    assert_true(usm_in_window(3, 1000, 3, 850));
    assert_true(usm_in_window(3, 1000, 3, 1150));
    assert_false(usm_in_window(3, 1000, 3, 849));
    assert_false(usm_in_window(3, 1000, 3, 1151));
    assert_false(usm_in_window(3, 1000, 2, 1000));
    assert_false(usm_in_window(INT32_MAX, 0, INT32_MAX, 0));
}

static void words(void **state)
{
    enum usm_auth a;
    enum usm_priv p;

    (void)state;
    assert_true(usm_auth_parse("sha256", &a) && a == USM_AUTH_SHA256 && usm_mac_size(a) == 24);
    assert_true(usm_auth_parse("sha", &a) && a == USM_AUTH_SHA1 && usm_mac_size(a) == 12);
    assert_false(usm_auth_parse("md5", &a));
    assert_true(usm_priv_parse("aes", &p) && p == USM_PRIV_AES128);
    assert_true(usm_priv_parse("none", &p) && p == USM_PRIV_NONE);
    assert_false(usm_priv_parse("des", &p));
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(key_vectors),
        cmocka_unit_test(secrets_refused),
        cmocka_unit_test(discovery_then_answer),
        cmocka_unit_test(the_plain_text_is_hidden),
        cmocka_unit_test(resync_after_reboot),
        cmocka_unit_test(clock_runs_on),
        cmocka_unit_test(old_answers_are_ignored),
        cmocka_unit_test(any_changed_octet_is_noticed),
        cmocka_unit_test(wrong_credentials_are_told),
        cmocka_unit_test(forged_report_is_ignored),
        cmocka_unit_test(window),
        cmocka_unit_test(words),
    };

    return cmocka_run_group_tests_name("usm", t, NULL, NULL);
}
