/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/account.h"

#include "server/auth/account_store.h"
#include "server/auth/password.h"
#include "server/auth/session_store.h"
#include "server/auth/totp.h"
#include "server/base/jw.h"
#include "server/base/parse.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sodium.h>

#define NAME_MAX_CHARS 100
#define LOGIN_MAX 80

/* ---- secrets ---- */

void secret_hash(const char *text, uint8_t hash[32])
{
    HN_ASSERT(EVP_Digest(text, strlen(text), hash, NULL, EVP_sha256(), NULL) == 1);
}

void secret_make(char text[SECRET_TEXT], uint8_t hash[32])
{
    uint8_t raw[32];

    HN_ASSERT(RAND_bytes(raw, sizeof(raw)) == 1);
    (void)sodium_bin2base64(text, SECRET_TEXT, raw, sizeof(raw),
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    secret_hash(text, hash);
}

/* ---- rules ---- */

static void check_login(const char *login, struct hn_err *e)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    size_t n = strlen(login);

    if (n == 0)
        (void)hn_fail_field(e, "login", "is missing");
    else if (n > LOGIN_MAX)
        (void)hn_fail_field(e, "login", "must be at most %d characters", LOGIN_MAX);
    else if (strchr(letters, login[0]) == NULL ||
             strspn(login, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@:-") !=
                 n)
        (void)hn_fail_field(e, "login",
                            "takes only A-Z, a-z, 0-9 and . _ @ : - and begins with a letter or a "
                            "digit");
}

static void check_name(const char *name, const char *field, struct hn_err *e)
{
    if (*name == '\0')
        (void)hn_fail_field(e, field, "is missing");
    else if (hn_utf8_len(name) > NAME_MAX_CHARS)
        (void)hn_fail_field(e, field, "must be at most %d characters", NAME_MAX_CHARS);
}

static void check_mail(const char *mail, struct hn_err *e)
{
    const char *at;

    if (mail == NULL || *mail == '\0')
        return;
    at = strchr(mail, '@');
    if (strlen(mail) > 254 || at == NULL || at == mail || at[1] == '\0' ||
        strpbrk(mail, " \t\r\n<>,;\"") != NULL)
        (void)hn_fail_field(e, "mail", "is not a mail address");
}

static const char *none_if_empty(const char *s)
{
    return s == NULL || *s == '\0' ? NULL : s;
}

/* ---- the journal ---- */

static const char *state_json(struct hn_arena *a, const struct account *t)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 4096);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "login", t->login);
    hn_jw_text(&w, "name", t->name);
    hn_jw_text(&w, "role", t->role);
    hn_jw_text(&w, "mail", t->mail);
    hn_jw_bool(&w, "disabled", t->disabled_at != HN_UNSET);
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

static enum hn_code audit_account(struct db *db, const struct actor *by, const char *act,
                                  int64_t id, const char *before, const char *after, hn_instant now,
                                  struct hn_err *e)
{
    struct audit_act row = {.account_id = by->account_id,
                            .who = by->who,
                            .act = act,
                            .object = "account",
                            .object_id = id,
                            .before = before,
                            .after = after,
                            .address = by->address};

    return audit_add(db, &row, now, e);
}

/* ---- acts of administrators ---- */

static enum hn_code new_link(struct db *db, int64_t account_id, hn_instant now, struct hn_arena *a,
                             const char **link, struct hn_err *e)
{
    char text[SECRET_TEXT];
    uint8_t hash[32];
    uint8_t totp[TOTP_SECRET_BYTES];

    secret_make(text, hash);
    totp_make_secret(totp);
    if (setup_store_void(db, account_id, now, e) != HN_OK ||
        setup_store_add(db, account_id, hash, (struct hn_bytes){totp, sizeof(totp)}, now,
                        now + ACCOUNT_LINK_LIFE, e) != HN_OK)
        return hn_ctx(e, "set-up link");
    *link = hn_arena_fmt(a, "/setup/%s", text);
    return HN_OK;
}

enum hn_code account_create(struct db *db, const struct actor *by, const struct account_new *in,
                            hn_instant now, struct hn_arena *a, int64_t *id, const char **link,
                            struct hn_err *e)
{
    struct account_new n = *in;
    struct account t = {0};
    bool found = false;
    DB_TX tx = {0};

    n.mail = none_if_empty(n.mail);
    check_login(n.login, e);
    check_name(n.name, "name", e);
    check_mail(n.mail, e);
    if (n.role == ROLE_NONE)
        (void)hn_fail_field(e, "role", "is not a role");
    if (e->code != HN_OK)
        return e->code;
    if (db_begin(db, &tx, e) != HN_OK ||
        account_store_by_login(db, n.login, a, &t, &found, e) != HN_OK)
        return hn_ctx(e, "create an account");
    if (found) {
        (void)hn_fail_field(e, "login",
                            "is or was in use; a login is never given to another person");
        e->code = HN_E_CONFLICT;
        return e->code;
    }
    if (account_store_add(db, &n, "person", now, id, e) != HN_OK ||
        account_store_get(db, *id, a, &t, e) != HN_OK ||
        new_link(db, *id, now, a, link, e) != HN_OK ||
        audit_account(db, by, "account.create", *id, NULL, state_json(a, &t), now, e) != HN_OK)
        return hn_ctx(e, "create an account");
    return db_commit(&tx, e);
}

enum hn_code account_update(struct db *db, const struct actor *by, int64_t id,
                            const struct account_change *in, hn_instant now, struct hn_arena *a,
                            struct hn_err *e)
{
    struct account t = {0};
    struct account was;
    DB_TX tx = {0};

    if (in->name != NULL)
        check_name(in->name, "name", e);
    check_mail(in->mail, e);
    if (e->code != HN_OK)
        return e->code;
    if (db_begin(db, &tx, e) != HN_OK || account_store_lock(db, id, a, &t, e) != HN_OK)
        return hn_ctx(e, "change account %" PRId64, id);
    if (in->version != 0 && in->version != t.version)
        return hn_fail(e, HN_E_CONFLICT, "Somebody else has changed this account meanwhile");
    was = t;
    if (in->name != NULL)
        t.name = in->name;
    if (in->mail != NULL)
        t.mail = none_if_empty(in->mail);
    if (in->role != ROLE_NONE)
        t.role = role_word(in->role);
    if (in->disabled >= 0 && (t.disabled_at != HN_UNSET) != (in->disabled == 1))
        t.disabled_at = in->disabled == 1 ? now : HN_UNSET;
    if (id == by->account_id && (t.disabled_at != was.disabled_at || !hn_streq(t.role, was.role)))
        return hn_fail(e, HN_E_FORBIDDEN,
                       "Nobody may change the role of their own account or disable it");
    if (account_store_save(db, &t, e) != HN_OK)
        return hn_ctx(e, "change account %" PRId64, id);
    /* Who lost rights loses open sessions too. */
    if ((t.disabled_at != HN_UNSET || !hn_streq(t.role, was.role)) &&
        session_store_end_all(db, id, 0, now, e) != HN_OK)
        return hn_ctx(e, "change account %" PRId64, id);
    if (audit_account(db, by, "account.update", id, state_json(a, &was), state_json(a, &t), now,
                      e) != HN_OK)
        return hn_ctx(e, "change account %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code account_reset(struct db *db, const struct actor *by, int64_t id, hn_instant now,
                           struct hn_arena *a, const char **link, struct hn_err *e)
{
    struct account t = {0};
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || account_store_lock(db, id, a, &t, e) != HN_OK)
        return hn_ctx(e, "reset account %" PRId64, id);
    if (hn_streq(t.kind, "token"))
        return hn_fail(e, HN_E_INVALID, "A token has no set-up link");
    if (t.disabled_at != HN_UNSET)
        return hn_fail(e, HN_E_CONFLICT, "The account is disabled");
    if (account_store_set_secrets(db, id, NULL, (struct hn_bytes){NULL, 0}, 0, e) != HN_OK ||
        session_store_end_all(db, id, 0, now, e) != HN_OK ||
        new_link(db, id, now, a, link, e) != HN_OK ||
        audit_account(db, by, "account.reset", id, NULL, NULL, now, e) != HN_OK)
        return hn_ctx(e, "reset account %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code account_set_password(struct db *db, const struct actor *by, int64_t id,
                                  const char *password, hn_instant now, struct hn_arena *a,
                                  struct hn_bytes *secret, struct hn_err *e)
{
    struct account t = {0};
    uint8_t totp[TOTP_SECRET_BYTES];
    const char *hash = NULL;
    DB_TX tx = {0};

    if (account_store_get(db, id, a, &t, e) != HN_OK ||
        password_check(password, t.login, t.name, "password", e) != HN_OK ||
        password_hash(password, a, &hash, e) != HN_OK)
        return e->code;
    totp_make_secret(totp);
    if (db_begin(db, &tx, e) != HN_OK ||
        account_store_set_secrets(db, id, hash, (struct hn_bytes){totp, sizeof(totp)}, 0, e) !=
            HN_OK ||
        setup_store_void(db, id, now, e) != HN_OK ||
        session_store_end_all(db, id, 0, now, e) != HN_OK ||
        audit_account(db, by, "account.set_password", id, NULL, NULL, now, e) != HN_OK ||
        db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "set the password of account %" PRId64, id);
    *secret = (struct hn_bytes){hn_arena_memdup(a, totp, sizeof(totp)), sizeof(totp)};
    return HN_OK;
}

/* ---- by the person ---- */

enum hn_code account_change_password(struct db *db, const struct actor *by, int64_t session_id,
                                     const char *current, const char *password, hn_instant now,
                                     struct hn_arena *a, struct hn_err *e)
{
    struct account t = {0};
    const char *hash = NULL;
    bool right = false;
    DB_TX tx = {0};

    if (account_store_get(db, by->account_id, a, &t, e) != HN_OK ||
        password_verify(current, t.password_hash, &right, e) != HN_OK)
        return hn_ctx(e, "change the password");
    if (!right)
        (void)hn_fail_field(e, "current", "is not your password");
    else if (hn_streq(current, password))
        (void)hn_fail_field(e, "password", "must differ from the one until now");
    else
        (void)password_check(password, t.login, t.name, "password", e); /* adds to e */
    if (e->code != HN_OK)
        return e->code;
    if (password_hash(password, a, &hash, e) != HN_OK || db_begin(db, &tx, e) != HN_OK ||
        account_store_set_hash(db, t.id, hash, e) != HN_OK ||
        session_store_end_all(db, t.id, session_id, now, e) != HN_OK ||
        audit_account(db, by, "account.change_password", t.id, NULL, NULL, now, e) != HN_OK)
        return hn_ctx(e, "change the password");
    return db_commit(&tx, e);
}

/* ---- set-up ---- */

enum hn_code setup_find(struct db *db, const char *token, hn_instant now, struct hn_arena *a,
                        struct setup *out, struct hn_err *e)
{
    uint8_t hash[32];
    enum hn_code r;

    secret_hash(token, hash);
    r = setup_store_find(db, hash, now, a, out, e);
    if (r == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        return hn_fail(e, HN_E_NOT_FOUND, "This link has been used or is too old");
    }
    return r;
}

static enum hn_code check_setup(const struct setup *s, const struct setup_form *in, hn_instant now,
                                struct hn_err *e)
{
    const char *login = s->account_id != 0 ? s->login : in->login;
    const char *name = s->account_id != 0 ? s->name : in->name;

    if (s->account_id == 0) {
        check_login(login, e);
        check_name(name, "name", e);
    }
    (void)password_check(in->password, login, name, "password", e); /* adds to e */
    if (!hn_streq(in->password, in->again))
        (void)hn_fail_field(e, "again", "is not the same password");
    if (totp_check(s->totp_secret, in->code, now, 0) == 0)
        (void)hn_fail_field(e, "code",
                            "is not the code that the application shows now; check its clock");
    return e->code;
}

enum hn_code setup_finish(struct db *db, const char *token, const struct setup_form *in,
                          const char *address, hn_instant now, struct hn_arena *a,
                          int64_t *account_id, struct hn_err *e)
{
    struct setup s = {0};
    struct account t = {0};
    struct actor by = {.address = address};
    const char *hash = NULL;
    bool found = false;
    DB_TX tx = {0};

    if (setup_find(db, token, now, a, &s, e) != HN_OK || check_setup(&s, in, now, e) != HN_OK ||
        password_hash(in->password, a, &hash, e) != HN_OK || db_begin(db, &tx, e) != HN_OK ||
        setup_store_use(db, s.id, now, e) != HN_OK)
        return hn_ctx(e, "set-up");
    if (s.account_id == 0) {
        struct account_new n = {.login = in->login, .name = in->name, .role = ROLE_ADMIN};

        if (account_store_by_login(db, n.login, a, &t, &found, e) != HN_OK)
            return hn_ctx(e, "set-up");
        if (found)
            return hn_fail_field(e, "login",
                                 "is or was in use; a login is never given to another person");
        if (account_store_add(db, &n, "person", now, &s.account_id, e) != HN_OK)
            return hn_ctx(e, "first administrator");
        s.login = n.login;
    }
    by.account_id = s.account_id;
    by.who = s.login;
    /* The step is not kept: the code just typed may be the one of the first sign-in too. */
    if (account_store_set_secrets(db, s.account_id, hash, s.totp_secret, 0, e) != HN_OK ||
        audit_account(db, &by, "account.set_up", s.account_id, NULL, NULL, now, e) != HN_OK)
        return hn_ctx(e, "set-up");
    *account_id = s.account_id;
    return db_commit(&tx, e);
}

enum hn_code setup_first(struct db *db, hn_instant now, struct hn_arena *a, const char **link,
                         struct hn_err *e)
{
    int64_t admins = 0;
    DB_TX tx = {0};

    *link = NULL;
    if (db_begin(db, &tx, e) != HN_OK || account_store_admins(db, now, &admins, e) != HN_OK)
        return hn_ctx(e, "first administrator");
    if (admins > 0)
        return HN_OK;
    if (new_link(db, 0, now, a, link, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}
