/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/people.h"

#include "server/auth/account_store.h"

static const struct {
    const char *login, *name;
    enum role role;
} rows[] = {
#define X(e, l, n, r) {l, n, ROLE_##r},
    ESTATE_PEOPLE(X)
#undef X
};

static enum hn_code make(struct db *db, size_t i, hn_instant now, int64_t *id, struct hn_err *e)
{
    const struct account_new in = {
        .login = rows[i].login, .name = rows[i].name, .role = rows[i].role};
    struct audit_act act = {
        .who = "cli", .act = "account.create", .object = "account", .reason = "sample data"};
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || account_store_add(db, &in, "sample", now, id, e) != HN_OK)
        return e->code;
    act.object_id = *id;
    if (audit_add(db, &act, now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

enum hn_code people_load(struct db *db, struct hn_arena *a, hn_instant now, struct people *out,
                         struct hn_err *e)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        struct account t = {0};
        bool found = false;
        int64_t id = 0;

        if (account_store_by_login(db, rows[i].login, a, &t, &found, e) != HN_OK)
            return hn_ctx(e, "sample people");
        if (found)
            id = t.id;
        else if (make(db, i, now, &id, e) != HN_OK)
            return hn_ctx(e, "sample person %s", rows[i].login);
        out->v[i] = (struct actor){id, rows[i].login, rows[i].role, NULL};
    }
    return HN_OK;
}
