/* SPDX-License-Identifier: Apache-2.0 */
/* The register of satellites against a real PostgreSQL: codes that are good once and for a while,
 * certificates that follow each other, revocation, the journal. */
#include "itsm/satellite/satellite.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

static struct db *db;
static struct hn_arena *a;
static struct pki_ca *ca;
static char dir[] = "/tmp/hinomi-sat-XXXXXX";
static hn_instant now;

static int up(void **state)
{
    struct hn_err e = {0};

    if (pg_group_up(state) != 0 || mkdtemp(dir) == NULL)
        return -1;
    db = pg_test_db();
    a = hn_arena_new();
    now = hn_now();
    if (pki_ca_open(hn_arena_fmt(a, "%s/ca.pem", dir), hn_arena_fmt(a, "%s/ca.key", dir), "test",
                    now, &ca, &e) != HN_OK)
        return -1;
    return 0;
}

static int down(void **state)
{
    char cmd[100];

    pki_ca_free(ca);
    db_free(db);
    hn_arena_free(a);
    (void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
    (void)!system(cmd); /* NOLINT(cert-env33-c): our own folder */
    return pg_group_down(state);
}

static int64_t add(const char *name, const char **code)
{
    struct satellite_in in = {.name = name, .note = "データセンター"};
    struct actor by = ACTOR_CLI;
    struct hn_err e = {0};
    int64_t id = 0;

    if (satellite_create(db, a, &by, &in, now, &id, code, &e) != HN_OK)
        fail_msg("%s (%s)", e.msg, e.detail);
    return id;
}

static const char *request(void)
{
    const char *key, *pem = NULL;
    struct hn_err e = {0};

    assert_int_equal(pki_key_new(a, &key, &e), HN_OK);
    assert_int_equal(pki_request_new(key, "x", a, &pem, &e), HN_OK);
    return pem;
}

/* From an address of its own, so that failures of one test stop no other. */
static enum hn_code enrol_from(const char *address, const char *name, const char *code,
                               const char *pem, hn_instant at, struct pki_cert *out,
                               struct hn_err *e)
{
    struct satellite_enrolment in = {
        .name = name, .code = code, .request = pem, .address = address};
    int64_t id = 0, retry = 0;

    hn_err_clear(e);
    return satellite_enrol(db, a, ca, &in, at, &id, out, &retry, e);
}

static enum hn_code who(const char *sha256, hn_instant at, int64_t *id)
{
    struct hn_err e = {0};

    return satellite_by_certificate(db, a, sha256, at, id, &e);
}

static int64_t audited(int64_t id, const char *act)
{
    return pg_test_i64(db,
                       "SELECT count(*) FROM audit.journal WHERE object = 'satellite' AND "
                       "object_id = %lld AND act = '%s'",
                       (long long)id, act);
}

static void registered_with_its_host(void **state)
{
    struct satellite_record r;
    struct hn_err e = {0};
    const char *code;
    int64_t id = add("dc-1", &code);

    (void)state;
    assert_int_equal(satellite_get(db, a, id, now, &r, &e), HN_OK);
    assert_string_equal(r.state, "invited");
    assert_int_equal(satellite_status_of(&r, now), SATELLITE_INVITED);
    assert_true(r.host_id != 0 && r.check_id != 0);
    assert_true(r.code_until == now + SATELLITE_CODE_LIFE);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM watch.host h JOIN watch.checks k ON "
                                 "k.host_id = h.id WHERE h.id = %lld AND h.probe = 'dc-1' AND "
                                 "k.kind = 'heartbeat'",
                                 (long long)r.host_id),
                     1);
    /* the code is kept as a hash only */
    assert_int_equal(strlen(code), 19);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM watch.satellite_code c WHERE "
                                 "c::text LIKE '%%%.4s%.4s%%'",
                                 code, code + 5),
                     0);
    assert_int_equal(audited(id, "satellite.create"), 1);
}

static void names_are_checked(void **state)
{
    static const char *const bad[] = {"", "a b", "日本", "local", "dc-1", "x;y"};
    struct actor by = ACTOR_CLI;
    const char *code;
    int64_t id = 0;

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++) {
        struct satellite_in in = {.name = bad[i]};
        struct hn_err e = {0};

        assert_int_equal(satellite_create(db, a, &by, &in, now, &id, &code, &e), HN_E_INVALID);
        assert_string_equal(e.field[0].field, "name");
    }
}

static void a_code_is_good_once(void **state)
{
    const char *code, *pem = request();
    struct pki_cert c, again;
    struct hn_err e = {0};
    int64_t id = add("once", &code), got = 0;

    (void)state;
    assert_int_equal(enrol_from("192.0.2.1", "once", code, pem, now, &c, &e), HN_OK);
    assert_string_equal(c.name, "once");
    assert_int_equal(who(c.sha256, now, &got), HN_OK);
    assert_int_equal(got, id);
    assert_int_equal(audited(id, "satellite.enrol"), 1);
    /* the answer was lost: the same machine asks again, and gets the same */
    assert_int_equal(enrol_from("192.0.2.1", "once", code, pem, now + HN_SEC, &again, &e), HN_OK);
    assert_string_equal(again.sha256, c.sha256);
    /* somebody else has seen the code */
    assert_int_equal(enrol_from("192.0.2.2", "once", code, request(), now, &again, &e),
                     HN_E_UNAUTHENTICATED);
    assert_int_equal(who(c.sha256, now, &got), HN_OK);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal WHERE act = "
                                     "'satellite.enrol_refused' AND address = '192.0.2.2' AND "
                                     "reason = 'a used code was tried again'"),
                     1);
}

static void a_code_ends_by_itself_and_by_the_next(void **state)
{
    const char *first, *second;
    struct actor by = ACTOR_CLI;
    struct pki_cert c;
    struct hn_err e = {0};
    int64_t id = add("late", &first);

    (void)state;
    assert_int_equal(satellite_new_code(db, a, &by, id, 10 * HN_MIN_SPAN, now, &second, &e), HN_OK);
    assert_int_equal(enrol_from("192.0.2.3", "late", first, request(), now, &c, &e),
                     HN_E_UNAUTHENTICATED);
    assert_int_equal(enrol_from("192.0.2.3", "other", second, request(), now, &c, &e),
                     HN_E_UNAUTHENTICATED);
    assert_int_equal(
        enrol_from("192.0.2.3", "late", second, request(), now + 10 * HN_MIN_SPAN, &c, &e),
        HN_E_UNAUTHENTICATED);
    assert_int_equal(
        enrol_from("192.0.2.3", "late", second, request(), now + 9 * HN_MIN_SPAN, &c, &e), HN_OK);
    hn_err_clear(&e);
    assert_int_equal(satellite_new_code(db, a, &by, id, 2 * HN_DAY, now, &second, &e),
                     HN_E_INVALID);
}

static void guessing_is_stopped(void **state)
{
    const char *code;
    struct pki_cert c;
    struct hn_err e = {0};
    int tries = 0;

    (void)state;
    (void)add("guessed", &code);
    while (enrol_from("192.0.2.9", "guessed", "0000-0000-0000-0000", request(), now, &c, &e) ==
               HN_E_UNAUTHENTICATED &&
           tries < 50)
        tries++;
    assert_int_equal(e.code, HN_E_RATE);
    assert_true(tries >= 5 && tries <= 12);
    /* also with the right one, but not from elsewhere */
    assert_int_equal(enrol_from("192.0.2.9", "guessed", code, request(), now, &c, &e), HN_E_RATE);
    assert_int_equal(enrol_from("192.0.2.10", "guessed", code, request(), now, &c, &e), HN_OK);
}

static void a_new_certificate_ends_the_old_when_it_is_used(void **state)
{
    const char *code;
    struct pki_cert c, next, lost;
    struct hn_err e = {0};
    int64_t id = add("renewed", &code), got = 0;
    hn_instant later = now + 40 * HN_DAY;
    const char *pem = request();

    (void)state;
    assert_int_equal(enrol_from("192.0.2.4", "renewed", code, request(), now, &c, &e), HN_OK);
    assert_int_equal(who(c.sha256, now, &got), HN_OK);
    assert_int_equal(satellite_renew(db, a, ca, id, request(), "192.0.2.4", now, &next, &e),
                     HN_E_RATE);
    hn_err_clear(&e);
    assert_int_equal(satellite_renew(db, a, ca, id, pem, "192.0.2.4", later, &next, &e), HN_OK);
    assert_true(next.not_after > later + SATELLITE_CERT_RENEW);
    /* the answer was lost: the same key again gets the same */
    assert_int_equal(satellite_renew(db, a, ca, id, pem, "192.0.2.4", later, &lost, &e), HN_OK);
    assert_string_equal(lost.sha256, next.sha256);
    assert_int_equal(who(c.sha256, later, &got), HN_OK);
    assert_int_equal(who(next.sha256, later, &got), HN_OK);
    assert_int_equal(who(c.sha256, later, &got), HN_E_UNAUTHENTICATED);
    assert_int_equal(who(next.sha256, next.not_after, &got), HN_E_UNAUTHENTICATED);
    assert_int_equal(audited(id, "satellite.renew"), 1);
}

static void revoked_is_revoked_until_enrolled_anew(void **state)
{
    const char *code;
    struct actor by = ACTOR_CLI;
    struct satellite_record r;
    struct pki_cert c, next;
    struct hn_err e = {0};
    int64_t id = add("stolen", &code), got = 0;

    (void)state;
    assert_int_equal(enrol_from("192.0.2.5", "stolen", code, request(), now, &c, &e), HN_OK);
    assert_int_equal(who(c.sha256, now, &got), HN_OK);
    assert_int_equal(satellite_new_code(db, a, &by, id, 0, now, &code, &e), HN_OK);
    assert_int_equal(satellite_revoke(db, a, &by, id, "盗難", now, &e), HN_OK);
    assert_int_equal(who(c.sha256, now, &got), HN_E_UNAUTHENTICATED);
    assert_int_equal(enrol_from("192.0.2.5", "stolen", code, request(), now, &next, &e),
                     HN_E_UNAUTHENTICATED);
    hn_err_clear(&e);
    assert_int_equal(satellite_revoke(db, a, &by, id, "盗難", now, &e), HN_E_CONFLICT);
    hn_err_clear(&e);
    assert_int_equal(satellite_get(db, a, id, now, &r, &e), HN_OK);
    assert_int_equal(satellite_status_of(&r, now), SATELLITE_REVOKED);
    assert_string_equal(r.revoke_reason, "盗難");
    assert_int_equal(satellite_new_code(db, a, &by, id, 0, now, &code, &e), HN_OK);
    assert_int_equal(enrol_from("192.0.2.5", "stolen", code, request(), now, &next, &e), HN_OK);
    assert_int_equal(who(next.sha256, now, &got), HN_OK);
    assert_int_equal(who(c.sha256, now, &got), HN_E_UNAUTHENTICATED);
}

static void two_changes_of_one_version(void **state)
{
    const char *code;
    struct actor by = ACTOR_CLI;
    struct satellite_in in = {.note = "一", .version = 1};
    struct hn_err e = {0};
    int64_t id = add("edited", &code);

    (void)state;
    assert_int_equal(satellite_change(db, a, &by, id, &in, now, &e), HN_OK);
    assert_int_equal(satellite_change(db, a, &by, id, &in, now, &e), HN_E_CONFLICT);
}

static void codes_as_people_type_them(void **state)
{
    static const struct {
        const char *typed, *read;
    } rows[] = {{"ABCD-EFGH-JKMN-PQRS", "ABCDEFGHJKMNPQRS"},
                {"abcd efgh jkmn pqrs", "ABCDEFGHJKMNPQRS"},
                {"OIL0-1111-2222-3333", "0110111122223333"},
                {"ABCD-EFGH-JKMN-PQR", NULL},
                {"ABCD-EFGH-JKMN-PQRST", NULL},
                {"ABCD-EFGH-JKMN-PQRU", NULL},
                {"ABCD-EFGH-JKMN-PQR\xe3", NULL},
                {"", NULL}};
    char out[SATELLITE_CODE_TEXT];

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        assert_int_equal(satellite_code_read(rows[i].typed, out), rows[i].read != NULL);
        if (rows[i].read != NULL)
            assert_string_equal(out, rows[i].read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registered_with_its_host),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(a_code_is_good_once),
        cmocka_unit_test(a_code_ends_by_itself_and_by_the_next),
        cmocka_unit_test(guessing_is_stopped),
        cmocka_unit_test(a_new_certificate_ends_the_old_when_it_is_used),
        cmocka_unit_test(revoked_is_revoked_until_enrolled_anew),
        cmocka_unit_test(two_changes_of_one_version),
        cmocka_unit_test(codes_as_people_type_them),
    };

    return cmocka_run_group_tests_name("satellite", tests, up, down);
}
