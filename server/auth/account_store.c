/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/account_store.h"

#define ACCOUNT_COLUMNS                                                                            \
    "id, login, name, kind, role, mail, password_hash, totp_secret, totp_last_step, disabled_at, " \
    "last_sign_in_at, created_at, version "

static const struct db_col account_cols[] = {
    DB_COL(account, id),
    DB_COL(account, login),
    DB_COL(account, name),
    DB_COL(account, kind),
    DB_COL(account, role),
    DB_COL(account, mail),
    DB_COL(account, password_hash),
    DB_COL(account, totp_secret),
    DB_COL(account, totp_last_step),
    DB_COL(account, disabled_at),
    DB_COL(account, last_sign_in_at),
    DB_COL(account, created_at),
    DB_COL(account, version),
};

enum hn_code account_store_list(struct db *db, const struct account_filter *f, struct hn_arena *a,
                                struct account_list *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT " ACCOUNT_COLUMNS "FROM auth.account WHERE id > $1 AND kind <> 'token' "
        "AND ($2::text IS NULL OR strpos(lower(login), lower($2)) > 0 "
        "OR strpos(lower(name), lower($2)) > 0 OR strpos(lower(coalesce(mail, '')), lower($2)) > "
        "0) "
        "AND ($3::text IS NULL OR role = $3) AND ($4::text IS NULL OR $4 = CASE "
        "WHEN disabled_at IS NOT NULL THEN 'disabled' "
        "WHEN password_hash IS NULL THEN 'waiting' ELSE 'active' END) ORDER BY id LIMIT $5";
    struct db_arg args[] = {DB_I64(f->after), DB_TEXT(f->q), DB_TEXT(f->role), DB_TEXT(f->state),
                            DB_I64(f->limit)};

    return db_select(db, sql, args, HN_ARRAY_LEN(args), account_cols, HN_ARRAY_LEN(account_cols),
                     sizeof(*out->v), a, &out->v, &out->n, e);
}

static enum hn_code get_one(struct db *db, const char *sql, struct db_arg arg, struct hn_arena *a,
                            struct account *out, struct hn_err *e)
{
    return db_get(db, sql, &arg, 1, account_cols, HN_ARRAY_LEN(account_cols), a, out, e);
}

enum hn_code account_store_get(struct db *db, int64_t id, struct hn_arena *a, struct account *out,
                               struct hn_err *e)
{
    static const char sql[] = "SELECT " ACCOUNT_COLUMNS "FROM auth.account WHERE id = $1";

    return get_one(db, sql, DB_I64(id), a, out, e);
}

enum hn_code account_store_lock(struct db *db, int64_t id, struct hn_arena *a, struct account *out,
                                struct hn_err *e)
{
    static const char sql[] =
        "SELECT " ACCOUNT_COLUMNS "FROM auth.account WHERE id = $1 FOR UPDATE";

    return get_one(db, sql, DB_I64(id), a, out, e);
}

enum hn_code account_store_by_login(struct db *db, const char *login, struct hn_arena *a,
                                    struct account *out, bool *found, struct hn_err *e)
{
    static const char sql[] = "SELECT " ACCOUNT_COLUMNS "FROM auth.account WHERE login = $1";
    enum hn_code r = get_one(db, sql, DB_TEXT(login), a, out, e);

    *found = r == HN_OK;
    if (r != HN_E_NOT_FOUND)
        return r;
    hn_err_clear(e);
    return HN_OK;
}

enum hn_code account_store_add(struct db *db, const struct account_new *in, const char *kind,
                               hn_instant now, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO auth.account (login, name, kind, role, mail, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    struct db_arg args[] = {DB_TEXT(in->login),           DB_TEXT(in->name), DB_TEXT(kind),
                            DB_TEXT(role_word(in->role)), DB_TEXT(in->mail), DB_TS(now)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e);
}

enum hn_code account_store_save(struct db *db, const struct account *t, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE auth.account SET name = $3, mail = $4, role = $5, disabled_at = $6, "
        "version = version + 1 WHERE id = $1 AND version = $2";
    struct db_arg args[] = {DB_I64(t->id),    DB_I64(t->version), DB_TEXT(t->name),
                            DB_TEXT(t->mail), DB_TEXT(t->role),   DB_TS(t->disabled_at)};
    int64_t n = 0;

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_CONFLICT, "Somebody else has changed this account meanwhile");
    return HN_OK;
}

enum hn_code account_store_set_secrets(struct db *db, int64_t id, const char *hash,
                                       struct hn_bytes totp_secret, int64_t step, struct hn_err *e)
{
    static const char sql[] = "UPDATE auth.account SET password_hash = $2, totp_secret = $3, "
                              "totp_last_step = $4, version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(hash),
                            totp_secret.n == 0 ? DB_NULL : DB_BYTES(totp_secret.p, totp_secret.n),
                            DB_I64(step)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code account_store_set_hash(struct db *db, int64_t id, const char *hash, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE auth.account SET password_hash = $2, version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(hash)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code account_store_signed_in(struct db *db, int64_t id, int64_t step, hn_instant now,
                                     struct hn_err *e)
{
    static const char sql[] =
        "UPDATE auth.account SET totp_last_step = $2, last_sign_in_at = $3 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_I64(step), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code account_store_admins(struct db *db, hn_instant now, int64_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT count(*) FROM auth.account a WHERE a.role = 'admin' AND a.kind <> 'token' "
        "AND a.disabled_at IS NULL AND (a.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM "
        "auth.setup_link l WHERE l.account_id = a.id AND l.used_at IS NULL "
        "AND l.expires_at > $1))";
    struct db_arg args[] = {DB_TS(now)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), n, e);
}

/* ---- set-up links ---- */

enum hn_code setup_store_add(struct db *db, int64_t account_id, const uint8_t hash[32],
                             struct hn_bytes totp_secret, hn_instant now, hn_instant expires_at,
                             struct hn_err *e)
{
    static const char sql[] = "INSERT INTO auth.setup_link (account_id, secret_hash, totp_secret, "
                              "created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    struct db_arg args[] = {DB_ID(account_id), DB_BYTES(hash, 32),
                            DB_BYTES(totp_secret.p, totp_secret.n), DB_TS(now), DB_TS(expires_at)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code setup_store_void(struct db *db, int64_t account_id, hn_instant now, struct hn_err *e)
{
    static const char sql[] = "UPDATE auth.setup_link SET used_at = $2 WHERE used_at IS NULL "
                              "AND account_id IS NOT DISTINCT FROM $1::bigint";
    struct db_arg args[] = {DB_ID(account_id), DB_TS(now)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code setup_store_find(struct db *db, const uint8_t hash[32], hn_instant now,
                              struct hn_arena *a, struct setup *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT l.id, coalesce(l.account_id, 0) AS account_id, a.login, a.name, l.totp_secret "
        "FROM auth.setup_link l LEFT JOIN auth.account a ON a.id = l.account_id "
        "WHERE l.secret_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 "
        "AND a.disabled_at IS NULL";
    static const struct db_col cols[] = {DB_COL(setup, id), DB_COL(setup, account_id),
                                         DB_COL(setup, login), DB_COL(setup, name),
                                         DB_COL(setup, totp_secret)};
    struct db_arg args[] = {DB_BYTES(hash, 32), DB_TS(now)};

    return db_get(db, sql, args, HN_ARRAY_LEN(args), cols, HN_ARRAY_LEN(cols), a, out, e);
}

enum hn_code setup_store_use(struct db *db, int64_t id, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE auth.setup_link SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    struct db_arg args[] = {DB_I64(id), DB_TS(now)};
    int64_t n = 0;

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "This link has been used or is too old");
    return HN_OK;
}

/* ---- tokens ---- */

#define TOKEN_COLUMNS                                                                              \
    "t.id, t.account_id, t.name, a.role, t.expires_at, t.revoked_at, t.used_at, t.created_at "

static const struct db_col token_cols[] = {
    DB_COL(token, id),      DB_COL(token, account_id), DB_COL(token, name),
    DB_COL(token, role),    DB_COL(token, expires_at), DB_COL(token, revoked_at),
    DB_COL(token, used_at), DB_COL(token, created_at),
};

enum hn_code token_store_list(struct db *db, int64_t after, int64_t limit, struct hn_arena *a,
                              struct token_list *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT " TOKEN_COLUMNS "FROM auth.token t JOIN auth.account a ON a.id = t.account_id "
        "WHERE t.id > $1 ORDER BY t.id LIMIT $2";
    struct db_arg args[] = {DB_I64(after), DB_I64(limit)};

    return db_select(db, sql, args, HN_ARRAY_LEN(args), token_cols, HN_ARRAY_LEN(token_cols),
                     sizeof(*out->v), a, &out->v, &out->n, e);
}

enum hn_code token_store_get(struct db *db, int64_t id, struct hn_arena *a, struct token *out,
                             struct hn_err *e)
{
    static const char sql[] =
        "SELECT " TOKEN_COLUMNS "FROM auth.token t JOIN auth.account a ON a.id = t.account_id "
        "WHERE t.id = $1";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, sql, args, HN_ARRAY_LEN(args), token_cols, HN_ARRAY_LEN(token_cols), a, out,
                  e);
}

enum hn_code token_store_add(struct db *db, int64_t account_id, const struct token_new *in,
                             const uint8_t hash[32], hn_instant now, int64_t *id, struct hn_err *e)
{
    static const char sql[] = "INSERT INTO auth.token (account_id, name, secret_hash, expires_at, "
                              "created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    struct db_arg args[] = {DB_I64(account_id), DB_TEXT(in->name), DB_BYTES(hash, 32),
                            DB_TS(in->expires_at), DB_TS(now)};

    return db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e);
}

enum hn_code token_store_revoke(struct db *db, int64_t id, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE auth.token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    struct db_arg args[] = {DB_I64(id), DB_TS(now)};
    int64_t n = 0;

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_CONFLICT, "This token has been revoked already");
    return HN_OK;
}
