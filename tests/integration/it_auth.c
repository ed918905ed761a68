/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People: set-up links, signing in with password and code, throttling, sessions that end, requests
 * forged by other sites, the audit journal's rows and its chain.
 */
#include "server/auth/account_store.h"
#include "server/auth/chain.h"
#include "server/auth/session.h"
#include "server/auth/session_store.h"
#include "server/auth/totp.h"
#include "tests/support/http_client.h"
#include "tests/support/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define PASSWORD "the bell rings at noon"
#define PASSWORD_SENT "the+bell+rings+at+noon"

static struct http_app *app;
static hn_instant clock_at; /* the false clock; moved so that each code is new */

static void pass(hn_span d)
{
    clock_at += d;
    hn_clock_set(clock_at);
}

static int up(void **state)
{
    if (pg_group_up(state) != 0)
        return -1;
    clock_at = 1795000000 * HN_SEC;
    hn_clock_set(clock_at);
    app = http_test_start(NULL);
    return 0;
}

static int down(void **state)
{
    http_test_stop(app);
    hn_clock_set(HN_UNSET);
    return pg_group_down(state);
}

/* A person who can sign in; the secret is in the arena. */
static struct hn_bytes person(struct hn_arena *a, const char *login, enum role role, int64_t *id)
{
    DB db = pg_test_db();
    struct actor by = ACTOR_CLI;
    struct account_new in = {.login = login, .name = login, .role = role};
    struct hn_bytes secret = {0};
    struct hn_err e = {0};
    const char *link = NULL;

    assert_int_equal(account_create(db, &by, &in, hn_now(), a, id, &link, &e), HN_OK);
    assert_int_equal(account_set_password(db, &by, *id, PASSWORD, hn_now(), a, &secret, &e), HN_OK);
    return secret;
}

static struct reply sign_in(struct hn_arena *a, const char *login, const char *password,
                            const char *code, const char *more)
{
    return http_test(app, a, "POST", "/login", hn_arena_fmt(a, FORM "%s", more),
                     hn_arena_fmt(a, "login=%s&password=%s&code=%s", login, password, code));
}

/* "Cookie: hinomi_session=…\r\n" of an answer. */
static const char *cookie_of(const struct reply *r, struct hn_arena *a)
{
    const char *v = reply_header(r, a, "Set-Cookie");

    return hn_arena_fmt(a, "Cookie: %.*s\r\n", (int)strcspn(v, ";"), v);
}

static const char *signed_in_as(struct hn_arena *a, const char *login, struct hn_bytes secret)
{
    struct reply r;

    pass(31 * HN_SEC);
    r = sign_in(a, login, PASSWORD_SENT, totp_code(a, secret, hn_now()), "");
    assert_int_equal(r.status, 303);
    return cookie_of(&r, a);
}

static const char *csrf_of(struct hn_arena *a, const char *cookie)
{
    static const char mark[] = "name=\"csrf\" value=\"";
    struct reply r = http_test(app, a, "GET", "/me", cookie, NULL);
    const char *p = strstr(r.body, mark);

    assert_non_null(p);
    p += sizeof(mark) - 1;
    return hn_arena_strndup(a, p, strcspn(p, "\""));
}

/* ---- set-up ---- */

static void first_administrator(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    struct hn_err e = {0};
    const char *old = NULL;
    const char *link = NULL;
    struct setup s = {0};
    struct reply r;

    (void)state;
    assert_int_equal(setup_first(db, hn_now(), a, &old, &e), HN_OK);
    assert_int_equal(setup_first(db, hn_now(), a, &link, &e), HN_OK);
    assert_int_equal(http_test(app, a, "GET", old, "", NULL).status, 404); /* void by the newer */
    r = http_test(app, a, "GET", link, "", NULL);
    assert_int_equal(r.status, 200);
    assert_int_equal(setup_find(db, link + strlen("/setup/"), hn_now(), a, &s, &e), HN_OK);
    assert_non_null(strstr(r.body, totp_text(a, s.totp_secret)));
    r = http_test(app, a, "GET", hn_arena_fmt(a, "%s/qr.svg", link), "", NULL);
    assert_int_equal(r.status, 200);
    assert_string_equal(reply_header(&r, a, "Content-Type"), "image/svg+xml");
    /* wrong in every field: nothing happens, the link stays good */
    r = http_test(app, a, "POST", link, FORM, "login=%21&name=&password=tiny-one&again=x&code=1");
    assert_int_equal(r.status, 422);
    assert_non_null(strstr(r.body, "id=\"e-login\""));
    assert_non_null(strstr(r.body, "id=\"e-password\""));
    assert_non_null(strstr(r.body, "id=\"e-code\""));
    assert_null(strstr(r.body, "tiny-one"));
    /* a script in the name is text */
    r = http_test(app, a, "POST", link, FORM,
                  "login=root&name=%3Cscript%3Ealert(1)%3C/script%3E&password=x&again=x&code=1");
    assert_int_equal(r.status, 422);
    assert_null(strstr(r.body, "<script>alert"));
    r = http_test(app, a, "POST", link, FORM,
                  hn_arena_fmt(a,
                               "login=root&name=%%E7%%AE%%A1&password=" PASSWORD_SENT
                               "&again=" PASSWORD_SENT "&code=%s",
                               totp_code(a, s.totp_secret, hn_now())));
    assert_int_equal(r.status, 303);
    assert_string_equal(reply_header(&r, a, "Location"), "/login?done=1");
    assert_int_equal(http_test(app, a, "GET", link, "", NULL).status, 404); /* good once */
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM auth.account WHERE role = 'admin'"), 1);
    assert_int_equal(setup_first(db, hn_now(), a, &link, &e), HN_OK);
    assert_null(link); /* there is one now */
    /* only slow hashes are kept */
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM auth.account WHERE login = 'root' AND "
                                     "password_hash LIKE '$argon2id$%%m=65536,t=3%%'"),
                     1);
}

static void a_link_grows_old(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    struct actor by = ACTOR_CLI;
    struct account_new in = {.login = "late", .name = "late", .role = ROLE_NOC};
    struct hn_err e = {0};
    const char *link = NULL;
    int64_t id = 0;

    (void)state;
    assert_int_equal(account_create(db, &by, &in, hn_now(), a, &id, &link, &e), HN_OK);
    assert_int_equal(http_test(app, a, "GET", link, "", NULL).status, 200);
    pass(ACCOUNT_LINK_LIFE + HN_SEC);
    assert_int_equal(http_test(app, a, "GET", link, "", NULL).status, 404);
}

/* ---- sign-in ---- */

static void signing_in(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    int64_t id = 0;
    struct hn_bytes secret = person(a, "ito", ROLE_NOC, &id);
    const char *code = totp_code(a, secret, hn_now());
    const char *cookie;
    struct reply r;

    (void)state;
    /* a wrong part, whichever, gives the same words */
    r = sign_in(a, "ito", "wrong+password+here", code, "");
    assert_int_equal(r.status, 401);
    const char *words = r.body;
    assert_non_null(strstr(words, "value=\"ito\"")); /* what was typed is kept, but no password */
    assert_null(strstr(words, "wrong password here"));
    r = sign_in(a, "ito", PASSWORD_SENT, "000000", "");
    assert_int_equal(r.status, 401);
    assert_string_equal(r.body, words);
    r = sign_in(a, "nobody", PASSWORD_SENT, code, "");
    assert_int_equal(r.status, 401);
    assert_int_equal(r.n, strlen(words) + strlen("nobody") - strlen("ito"));
    /* right */
    r = sign_in(a, "ito", PASSWORD_SENT, code, "");
    assert_int_equal(r.status, 303);
    assert_string_equal(reply_header(&r, a, "Location"), "/");
    assert_non_null(strstr(reply_header(&r, a, "Set-Cookie"), "; HttpOnly; SameSite=Lax"));
    cookie = cookie_of(&r, a);
    /* the code is spent */
    assert_int_equal(sign_in(a, "ito", PASSWORD_SENT, code, "").status, 401);
    r = http_test(app, a, "GET", "/api/v1/me", cookie, NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "\"login\":\"ito\""));
    r = http_test(app, a, "GET", "/login?next=/me", cookie, NULL);
    assert_int_equal(r.status, 303); /* signed in already */
    assert_string_equal(reply_header(&r, a, "Location"), "/me");
    /* each step is in the journal */
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal WHERE who = 'ito' AND act "
                                     "= 'session.sign_in'"),
                     1);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal WHERE who = 'ito' AND act "
                                     "= 'session.refused'"),
                     3);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal WHERE canonical LIKE "
                                     "'%%rings at noon%%'"),
                     0);
}

static struct next_row {
    const char *name, *next, *to;
} nexts[] = {
    {"a page", "/tickets?state=new", "/tickets?state=new"},
    {"another site", "https://evil.example/", "/"},
    {"another site without scheme", "//evil.example/", "/"},
    {"backslash", "/\\evil.example/", "/"},
    {"the sign-in itself", "/login", "/"},
    {"a line break", "/x\r\nSet-Cookie: a=b", "/"},
    {"script", "javascript:alert(1)", "/"},
};

static void where_to_go_next(void **state)
{
    HN_ARENA a = hn_arena_new();
    int64_t id = 0;
    struct hn_bytes secret = person(a, "next", ROLE_NOC, &id);
    const char *cookie = signed_in_as(a, "next", secret);

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(nexts); i++) {
        struct hn_sbuf b;
        struct reply r;

        hn_sbuf_init(&b, a, 1000);
        hn_sbuf_str(&b, "/login?next=");
        for (const char *p = nexts[i].next; *p != '\0'; p++)
            hn_sbuf_fmt(&b, "%%%02X", (unsigned)(unsigned char)*p);
        r = http_test(app, a, "GET", hn_sbuf_text(&b), cookie, NULL);
        assert_int_equal(r.status, 303);
        assert_string_equal(reply_header(&r, a, "Location"), nexts[i].to);
    }
}

/* ACC-19: 10 failures in 5 minutes stop the login for 15 minutes. */
static void throttling(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    int64_t id = 0;
    struct hn_bytes secret = person(a, "slow", ROLE_NOC, &id);
    struct reply r;

    (void)state;
    for (int i = 0; i < 10; i++) {
        pass(HN_SEC);
        assert_int_equal(sign_in(a, "slow", "wrong+password+here", "000000", "").status, 401);
    }
    pass(31 * HN_SEC);
    /* the right password does not help now */
    r = sign_in(a, "slow", PASSWORD_SENT, totp_code(a, secret, hn_now()), "");
    assert_int_equal(r.status, 429);
    assert_true(strtol(reply_header(&r, a, "Retry-After"), NULL, 10) > 800);
    assert_int_equal(pg_test_i64(db,
                                 "SELECT count(*) FROM audit.journal WHERE who = 'slow' AND act "
                                 "= 'session.stopped'"),
                     1);
    pass(15 * HN_MIN_SPAN);
    r = sign_in(a, "slow", PASSWORD_SENT, totp_code(a, secret, hn_now()), "");
    assert_int_equal(r.status, 303);
    /* failures that lie apart do not add up */
    for (int i = 0; i < 12; i++) {
        pass(6 * HN_MIN_SPAN);
        assert_int_equal(sign_in(a, "slow", "wrong+password+here", "000000", "").status, 401);
    }
}

/* The address is stopped, too, when it tries many logins. */
static void throttling_by_address(void **state)
{
    DB db = pg_test_db();
    struct hn_err e = {0};
    hn_instant until = HN_UNSET;
    bool stopped = false;

    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_false(stopped);
        assert_int_equal(attempt_store_fail(db, "address:192.0.2.1", hn_now(), 5 * HN_MIN_SPAN, 50,
                                            15 * HN_MIN_SPAN, &stopped, &e),
                         HN_OK);
    }
    assert_true(stopped);
    assert_int_equal(attempt_store_blocked(db, "address:192.0.2.1", hn_now(), &until, &e), HN_OK);
    assert_int_equal(until, hn_now() + 15 * HN_MIN_SPAN);
    assert_int_equal(attempt_store_blocked(db, "address:192.0.2.2", hn_now(), &until, &e), HN_OK);
    assert_int_equal(until, HN_UNSET);
}

/* ---- sessions ---- */

static int me(struct hn_arena *a, const char *cookie)
{
    return http_test(app, a, "GET", "/api/v1/me", cookie, NULL).status;
}

static void sessions_end(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    struct actor by = ACTOR_CLI;
    struct account_change off = {.role = ROLE_NONE, .disabled = 1};
    struct hn_err e = {0};
    int64_t id = 0;
    struct hn_bytes secret = person(a, "ends", ROLE_NOC, &id);
    const char *cookie = signed_in_as(a, "ends", secret);
    struct reply r;

    (void)state;
    /* an hour without a request */
    pass(59 * HN_MIN_SPAN);
    assert_int_equal(me(a, cookie), 200);
    pass(59 * HN_MIN_SPAN);
    assert_int_equal(me(a, cookie), 200);
    pass(61 * HN_MIN_SPAN);
    assert_int_equal(me(a, cookie), 401);
    r = http_test(app, a, "GET", "/me", cookie, NULL);
    assert_int_equal(r.status, 303);
    assert_string_equal(reply_header(&r, a, "Location"), "/login?next=/me");
    /* twelve hours in any case */
    cookie = signed_in_as(a, "ends", secret);
    for (int i = 0; i < 15; i++) {
        pass(47 * HN_MIN_SPAN);
        assert_int_equal(me(a, cookie), 200);
    }
    pass(20 * HN_MIN_SPAN);
    assert_int_equal(me(a, cookie), 401);
    /* sign-out */
    cookie = signed_in_as(a, "ends", secret);
    r = http_test(app, a, "POST", "/logout", hn_arena_fmt(a, FORM "%s", cookie),
                  hn_arena_fmt(a, "csrf=%s", csrf_of(a, cookie)));
    assert_int_equal(r.status, 303);
    assert_non_null(strstr(reply_header(&r, a, "Set-Cookie"), "Max-Age=0"));
    assert_int_equal(me(a, cookie), 401);
    /* disabled by an administrator */
    cookie = signed_in_as(a, "ends", secret);
    assert_int_equal(account_update(db, &by, id, &off, hn_now(), a, &e), HN_OK);
    assert_int_equal(me(a, cookie), 401);
    pass(31 * HN_SEC);
    assert_int_equal(sign_in(a, "ends", PASSWORD_SENT, totp_code(a, secret, hn_now()), "").status,
                     401);
}

static void a_change_of_password_ends_the_others(void **state)
{
    HN_ARENA a = hn_arena_new();
    int64_t id = 0;
    struct hn_bytes secret = person(a, "change", ROLE_NOC, &id);
    const char *here = signed_in_as(a, "change", secret);
    const char *there = signed_in_as(a, "change", secret);
    const char *head = hn_arena_fmt(a, FORM "%s", here);
    const char *csrf = csrf_of(a, here);
    struct reply r;

    (void)state;
    r = http_test(app, a, "POST", "/me/password", head,
                  hn_arena_fmt(a,
                               "csrf=%s&current=wrong&password=a+quite+new+sentence&again="
                               "a+quite+new+sentence",
                               csrf));
    assert_int_equal(r.status, 422);
    assert_non_null(strstr(r.body, "id=\"e-current\""));
    r = http_test(app, a, "POST", "/me/password", head,
                  hn_arena_fmt(a,
                               "csrf=%s&current=" PASSWORD_SENT "&password=a+quite+new+sentence"
                               "&again=a+quite+new+sentence",
                               csrf));
    assert_int_equal(r.status, 303);
    assert_int_equal(me(a, here), 200);
    assert_int_equal(me(a, there), 401);
    r = http_test(app, a, "GET", "/me", here, NULL);
    assert_non_null(strstr(r.body, "notice-done")); /* the flash, once */
    r = http_test(app, a, "GET", "/me", here, NULL);
    assert_null(strstr(r.body, "notice-done"));
}

/* ---- forged requests ---- */

static struct forged {
    const char *name, *headers;
    bool with_token;
    int status;
} forgeries[] = {
    {"with the token", "", true, 303},
    {"without", "", false, 403},
    {"same origin", "Sec-Fetch-Site: same-origin\r\nOrigin: http://test\r\n", true, 303},
    {"typed by the person", "Sec-Fetch-Site: none\r\n", true, 303},
    {"another site", "Sec-Fetch-Site: cross-site\r\n", true, 403},
    {"a neighbour", "Sec-Fetch-Site: same-site\r\n", true, 403},
    {"another origin", "Origin: http://evil.example\r\n", true, 403},
    {"no origin at all", "Origin: null\r\n", true, 403},
    {"our origin", "Origin: http://test\r\n", true, 303},
    {"a wrong token", "X-CSRF-Token: wrong\r\n", true, 403},
};

static const char *forged_cookie;
static const char *forged_csrf;
static struct hn_arena *forged_arena;

static int forged_up(void **state)
{
    int64_t id = 0;

    (void)state;
    if (forged_arena != NULL)
        return 0;
    forged_arena = hn_arena_new();
    forged_cookie =
        signed_in_as(forged_arena, "forged", person(forged_arena, "forged", ROLE_ADMIN, &id));
    forged_csrf = csrf_of(forged_arena, forged_cookie);
    return 0;
}

static void one_forgery(void **state)
{
    const struct forged *f = *state;
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    int64_t before = pg_test_i64(db, "SELECT count(*) FROM auth.token");
    struct reply r = http_test(
        app, a, "POST", "/tokens", hn_arena_fmt(a, FORM "%s%s", forged_cookie, f->headers),
        hn_arena_fmt(a, "name=forged&role=noc&expires=30d%s%s", f->with_token ? "&csrf=" : "",
                     f->with_token ? forged_csrf : ""));
    bool done = f->status == 303; /* this page answers 200 with the secret */

    assert_int_equal(r.status, done ? 200 : 403);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM auth.token"), before + (done ? 1 : 0));
}

/* The API with a browser's session needs the token, too; with a bearer token it does not. */
static void the_api_by_session(void **state)
{
    HN_ARENA a = hn_arena_new();
    const char *type = "Content-Type: application/json\r\n";
    const char *body = "{\"login\":\"by.session\",\"name\":\"x\",\"role\":\"noc\"}";

    (void)forged_up(state);
    assert_int_equal(http_test(app, a, "POST", "/api/v1/users",
                               hn_arena_fmt(a, "%s%s", type, forged_cookie), body)
                         .status,
                     403);
    assert_int_equal(
        http_test(app, a, "POST", "/api/v1/users",
                  hn_arena_fmt(a, "%s%sX-CSRF-Token: %s\r\n", type, forged_cookie, forged_csrf),
                  body)
            .status,
        201);
}

/* Signing somebody in from another site is refused as well. */
static void forged_sign_in(void **state)
{
    HN_ARENA a = hn_arena_new();
    int64_t id = 0;
    struct hn_bytes secret = person(a, "lure", ROLE_NOC, &id);

    (void)state;
    assert_int_equal(sign_in(a, "lure", PASSWORD_SENT, totp_code(a, secret, hn_now()),
                             "Sec-Fetch-Site: cross-site\r\n")
                         .status,
                     403);
    assert_int_equal(sign_in(a, "lure", PASSWORD_SENT, totp_code(a, secret, hn_now()),
                             "Sec-Fetch-Site: same-origin\r\n")
                         .status,
                     303);
}

/* ---- the journal's chain ---- */

static enum hn_code link_all(struct db *db, struct hn_arena *a, struct hn_err *e)
{
    bool again;

    do {
        again = false;
        if (chain_link(db, a, hn_now(), &again, e) != HN_OK)
            return e->code;
    } while (again);
    return HN_OK;
}

static void verify(struct db *db, const char *folder, struct hn_arena *a, struct chain_report *r)
{
    struct hn_err e = {0};

    assert_int_equal(chain_verify(db, folder, a, r, &e), HN_OK);
}

/* Each way to tamper, found and located; undone before the next. */
static void the_chain_finds_tampering(void **state)
{
    static const struct {
        const char *tamper, *mend, *what;
        int64_t position;
    } cases[] = {
        {"UPDATE audit.journal SET who = 'x' || who WHERE seq = (SELECT seq FROM audit.chain WHERE "
         "position = 3)",
         "UPDATE audit.journal SET who = substr(who, 2) WHERE seq = (SELECT seq FROM audit.chain "
         "WHERE position = 3)",
         "changed", 3},
        {"UPDATE audit.journal SET canonical = canonical || ' ' WHERE seq = (SELECT seq FROM "
         "audit.chain WHERE position = 4)",
         "UPDATE audit.journal SET canonical = rtrim(canonical) WHERE seq = (SELECT seq FROM "
         "audit.chain WHERE position = 4)",
         "changed", 4},
        {"CREATE TABLE kept AS SELECT * FROM audit.chain WHERE position = 5; DELETE FROM "
         "audit.chain WHERE position = 5",
         "INSERT INTO audit.chain SELECT * FROM kept; DROP TABLE kept", "missing", 5},
        {"CREATE TABLE kept AS SELECT * FROM audit.chain WHERE position > (SELECT max(position) - "
         "2 "
         "FROM audit.chain); DELETE FROM audit.chain WHERE position IN (SELECT position FROM kept)",
         "INSERT INTO audit.chain SELECT * FROM kept; DROP TABLE kept", "ends before", 0},
        {"UPDATE audit.chain SET chain_hash = sha256(chain_hash) WHERE position = 6", NULL,
         "does not follow", 6},
    };
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    struct hn_err e = {0};
    struct chain_report r;
    char folder[] = "/tmp/hinomi-chain-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    chain_configure(folder);
    for (int i = 0; i < 10; i++) {
        struct audit_act act = {.who = "cli",
                                .act = "test.row",
                                .object = "test",
                                .object_id = i,
                                .reason = "改ざん \"試験\"\n",
                                .after = "{\"b\": 1, \"a\": [2,3]}"};

        assert_int_equal(audit_add(db, &act, hn_now(), &e), HN_OK);
    }
    assert_int_equal(link_all(db, a, &e), HN_OK);
    verify(db, folder, a, &r);
    assert_false(r.broken);
    assert_true(r.linked >= 10);
    assert_int_equal(r.unlinked, 0);
    assert_int_equal(r.heads, 1);
    /* the journal refuses ordinary changes; who owns the database can switch that off */
    assert_int_equal(db_script(db, "UPDATE audit.journal SET who = 'x'", &e), HN_E_FORBIDDEN);
    hn_err_clear(&e);
    pg_test_sql(db, "ALTER TABLE audit.journal DISABLE TRIGGER append_only; "
                    "ALTER TABLE audit.chain DISABLE TRIGGER append_only");
    for (size_t i = 0; i < HN_ARRAY_LEN(cases); i++) {
        pg_test_sql(db, cases[i].tamper);
        verify(db, folder, a, &r);
        assert_true(r.broken);
        assert_non_null(strstr(r.what, cases[i].what));
        if (cases[i].position != 0)
            assert_int_equal(r.position, cases[i].position);
        if (cases[i].mend == NULL)
            continue;
        pg_test_sql(db, cases[i].mend);
        verify(db, folder, a, &r);
        assert_false(r.broken);
    }
    /* made again from the start without the key: the signed head tells */
    pg_test_sql(db, "DELETE FROM audit.chain; UPDATE audit.journal SET reason = 'x' WHERE object = "
                    "'test'");
    chain_configure(NULL);
    assert_int_equal(link_all(db, a, &e), HN_OK);
    verify(db, folder, a, &r);
    assert_true(r.broken);
    pg_test_sql(db, "ALTER TABLE audit.journal ENABLE TRIGGER append_only; "
                    "ALTER TABLE audit.chain ENABLE TRIGGER append_only");
    struct stat st;
    assert_int_equal(stat(hn_arena_fmt(a, "%s/audit-heads.key", folder), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    (void)unlink(hn_arena_fmt(a, "%s/audit-heads.key", folder));
    (void)unlink(hn_arena_fmt(a, "%s/audit-heads.log", folder));
    (void)rmdir(folder);
}

/* A transaction that began earlier and commits later is linked, too. */
static void late_commits_are_linked(void **state)
{
    HN_ARENA a = hn_arena_new();
    DB db = pg_test_db();
    DB slow = pg_test_db();
    struct hn_err e = {0};
    struct audit_act act = {.who = "cli", .act = "test.late", .object = "test"};
    DB_TX tx = {0};

    (void)state;
    chain_configure(NULL);
    assert_int_equal(db_begin(slow, &tx, &e), HN_OK);
    assert_int_equal(audit_add(slow, &act, hn_now(), &e), HN_OK);
    assert_int_equal(audit_add(db, &act, hn_now(), &e), HN_OK);
    assert_int_equal(link_all(db, a, &e), HN_OK);
    assert_int_equal(db_commit(&tx, &e), HN_OK);
    assert_int_equal(link_all(db, a, &e), HN_OK);
    assert_int_equal(pg_test_i64(db, "SELECT count(*) FROM audit.journal j WHERE act = 'test.late' "
                                     "AND EXISTS (SELECT 1 FROM audit.chain c WHERE c.seq = "
                                     "j.seq)"),
                     2);
}

/* ---- the pages of administrators ---- */

static void pages_of_people(void **state)
{
    static const char *const paths[] = {"/users",
                                        "/users?q=ito&role=noc&state=active",
                                        "/users?state=disabled",
                                        "/users/new",
                                        "/users/1",
                                        "/tokens",
                                        "/audit",
                                        "/audit?object=session&who=ito",
                                        "/audit?q=%E6%94%B9",
                                        "/me"};
    HN_ARENA a = hn_arena_new();
    const char *cookie;
    struct reply r;

    (void)forged_up(state);
    cookie = forged_cookie;
    for (size_t i = 0; i < HN_ARRAY_LEN(paths); i++) {
        r = http_test(app, a, "GET", paths[i], cookie, NULL);
        assert_int_equal(r.status, 200);
        assert_non_null(strstr(r.body, "</html>"));
        assert_null(strstr(r.body, " style=\""));
        assert_null(strstr(r.body, "<script>"));
    }
    r = http_test(
        app, a, "POST", "/users", hn_arena_fmt(a, FORM "%s", cookie),
        hn_arena_fmt(a, "csrf=%s&login=from.page&name=%%3Cb%%3E&role=noc&mail=", forged_csrf));
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "/setup/"));
    assert_non_null(strstr(r.body, "&lt;b&gt;"));
}

int main(void)
{
    static const struct CMUnitTest first[] = {cmocka_unit_test(first_administrator)};
    static const struct CMUnitTest rest[] = {
        cmocka_unit_test(the_api_by_session),
        cmocka_unit_test(pages_of_people),
        cmocka_unit_test(a_link_grows_old),
        cmocka_unit_test(signing_in),
        cmocka_unit_test(where_to_go_next),
        cmocka_unit_test(throttling),
        cmocka_unit_test(throttling_by_address),
        cmocka_unit_test(sessions_end),
        cmocka_unit_test(a_change_of_password_ends_the_others),
        cmocka_unit_test(forged_sign_in),
        cmocka_unit_test(late_commits_are_linked),
        cmocka_unit_test(the_chain_finds_tampering),
    };
    struct CMUnitTest t[1 + HN_ARRAY_LEN(rest) + HN_ARRAY_LEN(forgeries)];
    size_t n = 0;
    int failed;

    t[n++] = first[0];
    for (size_t i = 0; i < HN_ARRAY_LEN(forgeries); i++)
        t[n++] =
            (struct CMUnitTest){forgeries[i].name, one_forgery, forged_up, NULL, &forgeries[i]};
    for (size_t i = 0; i < HN_ARRAY_LEN(rest); i++)
        t[n++] = rest[i];
    failed = cmocka_run_group_tests_name("auth", t, up, down);
    hn_arena_free(forged_arena);
    return failed;
}
