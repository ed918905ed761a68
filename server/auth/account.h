/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.h — people and tokens.
 *
 * An account is one person or one token; both are persons of their own in approvals. A login is
 * never given to another person: accounts are disabled, not deleted (ACC-03). No account has a
 * default password: a new one gets a set-up link, good once and for 7 days, at which its person
 * sets a password and a second factor. Acts take the actor and write their audit row in their own
 * transaction; whether the actor may do them has been decided by the route.
 */
#ifndef HN_ACCOUNT_H
#define HN_ACCOUNT_H

#include "server/auth/actor.h"

#define ACCOUNT_LINK_LIFE (7 * HN_DAY)

struct account {
    int64_t id;
    const char *login;
    const char *name;
    const char *kind; /* "person", "token", "sample" */
    const char *role;
    const char *mail;          /* NULL */
    const char *password_hash; /* NULL: none set yet */
    struct hn_bytes totp_secret;
    int64_t totp_last_step;
    int64_t disabled_at; /* HN_UNSET: may sign in */
    int64_t last_sign_in_at;
    int64_t created_at;
    int64_t version;
};

struct account_filter {
    const char *q;     /* in login, name, mail; NULL */
    const char *role;  /* NULL */
    const char *state; /* "active", "disabled", "waiting"; NULL */
    int64_t after;     /* id */
    int64_t limit;
};

struct account_new {
    const char *login;
    const char *name;
    const char *mail; /* NULL */
    enum role role;
};

/* What an administrator may change; NULL and ROLE_NONE keep. */
struct account_change {
    const char *name;
    const char *mail;
    enum role role;
    int disabled;    /* -1 keep, 0 enable, 1 disable */
    int64_t version; /* that the form showed; 0 = whatever it is */
};

/* HN_E_CONFLICT where the login is or ever was in use. *link: the path "/setup/…", good once. */
HN_MUST_USE enum hn_code account_create(struct db *db, const struct actor *by,
                                        const struct account_new *in, hn_instant now,
                                        struct hn_arena *a, int64_t *id, const char **link,
                                        struct hn_err *e);
HN_MUST_USE enum hn_code account_update(struct db *db, const struct actor *by, int64_t id,
                                        const struct account_change *in, hn_instant now,
                                        struct hn_arena *a, struct hn_err *e);
/* A new set-up link; password and second factor are void from now on and all sessions end. */
HN_MUST_USE enum hn_code account_reset(struct db *db, const struct actor *by, int64_t id,
                                       hn_instant now, struct hn_arena *a, const char **link,
                                       struct hn_err *e);
/* Sets password and a new second factor at once (command line); *secret is shown once. */
HN_MUST_USE enum hn_code account_set_password(struct db *db, const struct actor *by, int64_t id,
                                              const char *password, hn_instant now,
                                              struct hn_arena *a, struct hn_bytes *secret,
                                              struct hn_err *e);
/* By the person: HN_E_INVALID names "current" or "password". Other sessions end. */
HN_MUST_USE enum hn_code account_change_password(struct db *db, const struct actor *by,
                                                 int64_t session_id, const char *current,
                                                 const char *password, hn_instant now,
                                                 struct hn_arena *a, struct hn_err *e);

/* ---- set-up links ---- */
struct setup {
    int64_t id;
    int64_t account_id; /* 0: makes the first administrator */
    const char *login;  /* NULL for the first administrator */
    const char *name;
    struct hn_bytes totp_secret;
};
/* HN_E_NOT_FOUND when it is unknown, used or too old. */
HN_MUST_USE enum hn_code setup_find(struct db *db, const char *token, hn_instant now,
                                    struct hn_arena *a, struct setup *out, struct hn_err *e);
struct setup_form {
    const char *login; /* of the first administrator */
    const char *name;
    const char *password;
    const char *again;
    const char *code;
};
/* Uses the link up. Fields at fault are named in e. */
HN_MUST_USE enum hn_code setup_finish(struct db *db, const char *token, const struct setup_form *in,
                                      const char *address, hn_instant now, struct hn_arena *a,
                                      int64_t *account_id, struct hn_err *e);
/* Where there is no account that can sign in and none waits for its link: a link for the first
 * administrator (an older one is void). *link NULL when one is not needed. */
HN_MUST_USE enum hn_code setup_first(struct db *db, hn_instant now, struct hn_arena *a,
                                     const char **link, struct hn_err *e);

/* ---- tokens ---- */
struct token {
    int64_t id;
    int64_t account_id;
    const char *name;
    const char *role;
    int64_t expires_at;
    int64_t revoked_at;
    int64_t used_at;
    int64_t created_at;
};
struct token_new {
    const char *name;
    enum role role;
    hn_instant expires_at; /* HN_UNSET: never */
};
/* *secret is shown once and kept as a hash. The token's account has the login "token:NAME", with
 * -2, -3 … where that was used before. */
HN_MUST_USE enum hn_code token_create(struct db *db, const struct actor *by,
                                      const struct token_new *in, hn_instant now,
                                      struct hn_arena *a, struct token *out, const char **secret,
                                      struct hn_err *e);
HN_MUST_USE enum hn_code token_revoke(struct db *db, const struct actor *by, int64_t id,
                                      hn_instant now, struct hn_err *e);

/* 32 random bytes in base64url, and its SHA-256: what cookies, links and tokens are made of. */
#define SECRET_TEXT 44
void secret_make(char text[SECRET_TEXT], uint8_t hash[32]);
void secret_hash(const char *text, uint8_t hash[32]);

#endif
