/* SPDX-License-Identifier: Apache-2.0 */
/* API tokens: accounts of their own, so that each is a person in approvals (account.h). */
#include "server/auth/account.h"

#include "server/auth/account_store.h"
#include "server/base/jw.h"
#include "server/base/parse.h"

#include <ctype.h>

#define NAME_MAX_CHARS 60
#define LOGINS_TRIED 1000

/* "token:NAME" in the letters that a login takes; n > 1 adds "-n". */
static const char *login_of(struct hn_arena *a, const char *name, int n)
{
    struct hn_sbuf b;
    bool any = false;

    hn_sbuf_init(&b, a, 300);
    hn_sbuf_str(&b, "token:");
    for (const char *p = name; *p != '\0' && b.n < 60; p++) {
        if (isalnum((unsigned char)*p) || strchr("._-", *p) != NULL) {
            hn_sbuf_chr(&b, *p);
            any = true;
        } else if (*p == ' ') {
            hn_sbuf_chr(&b, '-');
        }
    }
    if (!any)
        hn_sbuf_str(&b, "api");
    if (n > 1)
        hn_sbuf_fmt(&b, "-%d", n);
    return hn_sbuf_text(&b);
}

static enum hn_code free_login(struct db *db, const char *name, struct hn_arena *a,
                               const char **out, struct hn_err *e)
{
    for (int n = 1; n <= LOGINS_TRIED; n++) {
        struct account t = {0};
        bool found = false;

        *out = login_of(a, name, n);
        if (account_store_by_login(db, *out, a, &t, &found, e) != HN_OK || !found)
            return e->code;
    }
    return hn_fail_field(e, "name", "has been used too often; take another");
}

enum hn_code token_create(struct db *db, const struct actor *by, const struct token_new *in,
                          hn_instant now, struct hn_arena *a, struct token *out,
                          const char **secret, struct hn_err *e)
{
    struct account_new n = {.name = in->name, .role = in->role};
    char text[SECRET_TEXT];
    const char *full;
    uint8_t hash[32];
    int64_t account_id = 0;
    int64_t id = 0;
    DB_TX tx = {0};

    if (*in->name == '\0')
        (void)hn_fail_field(e, "name", "is missing");
    else if (hn_utf8_len(in->name) > NAME_MAX_CHARS)
        (void)hn_fail_field(e, "name", "must be at most %d characters", NAME_MAX_CHARS);
    if (in->role == ROLE_NONE)
        (void)hn_fail_field(e, "role", "is not a role");
    if (in->expires_at != HN_UNSET && in->expires_at <= now)
        (void)hn_fail_field(e, "expires_at", "must lie in the future");
    if (e->code != HN_OK)
        return e->code;
    secret_make(text, hash);
    full = hn_arena_fmt(a, "hnm_%s", text);
    secret_hash(full, hash);
    if (db_begin(db, &tx, e) != HN_OK || free_login(db, in->name, a, &n.login, e) != HN_OK ||
        account_store_add(db, &n, "token", now, &account_id, e) != HN_OK ||
        token_store_add(db, account_id, in, hash, now, &id, e) != HN_OK ||
        token_store_get(db, id, a, out, e) != HN_OK)
        return hn_ctx(e, "create a token");

    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "name", in->name);
    hn_jw_text(&w, "role", role_word(in->role));
    hn_jw_instant(&w, "expires_at", in->expires_at);
    hn_jw_end_object(&w);
    struct audit_act row = {.account_id = by->account_id,
                            .who = by->who,
                            .act = "token.create",
                            .object = "token",
                            .object_id = id,
                            .after = hn_sbuf_text(&b),
                            .address = by->address};

    if (audit_add(db, &row, now, e) != HN_OK || db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "create a token");
    *secret = full;
    return HN_OK;
}

enum hn_code token_revoke(struct db *db, const struct actor *by, int64_t id, hn_instant now,
                          struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    struct token t = {0};
    struct audit_act row = {.account_id = by->account_id,
                            .who = by->who,
                            .act = "token.revoke",
                            .object = "token",
                            .object_id = id,
                            .address = by->address};
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || token_store_get(db, id, a, &t, e) != HN_OK ||
        token_store_revoke(db, id, now, e) != HN_OK || audit_add(db, &row, now, e) != HN_OK)
        return hn_ctx(e, "revoke token %" PRId64, id);
    return db_commit(&tx, e);
}
