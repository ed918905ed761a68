/* SPDX-License-Identifier: Apache-2.0 */
#include "server/db/db.h"

#include "server/base/log.h"
#include "server/base/sbuf.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>

#define MIGRATION_MAX ((size_t)4 * 1024 * 1024)
#define MIGRATIONS_MAX 1000

/* Two programs that start at once take turns. */
static const char sql_lock[] = "SELECT pg_advisory_xact_lock(7237)";
static const char sql_known[] = "SELECT count(*) FROM hn_migration WHERE name = $1";
static const char sql_same[] = "SELECT count(*) FROM hn_migration WHERE name = $1 AND sha256 = $2";
static const char sql_record[] =
    "INSERT INTO hn_migration (name, sha256, applied_at) VALUES ($1, $2, clock_timestamp())";
static const char sql_table[] = "CREATE TABLE IF NOT EXISTS hn_migration (name text PRIMARY KEY, "
                                "sha256 text NOT NULL, applied_at timestamptz NOT NULL)";

static int is_migration(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return n > 9 && hn_streq(d->d_name + n - 4, ".sql") && strspn(d->d_name, "0123456789") == 4 &&
           d->d_name[4] == '_';
}

static enum hn_code read_file(struct hn_arena *a, const char *path, const char **out,
                              struct hn_err *e)
{
    FILE *f = fopen(path, "rb");
    struct hn_sbuf b;
    char part[8192];
    size_t n;

    if (f == NULL)
        return hn_fail(e, HN_E_IO, "cannot read %s: %s", path, strerror(errno));
    hn_sbuf_init(&b, a, MIGRATION_MAX);
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        hn_sbuf_mem(&b, part, n);
    (void)fclose(f);
    return hn_sbuf_done(&b, out, e);
}

static void sha256_hex(const char *text, char hex[65])
{
    unsigned char d[32];
    unsigned int n = 0;

    HN_ASSERT(EVP_Digest(text, strlen(text), d, &n, EVP_sha256(), NULL) == 1 && n == 32);
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", d[i]);
}

static enum hn_code apply(struct db *db, const char *name, const char *text, int *applied,
                          struct hn_err *e)
{
    DB_TX tx = {0};
    char hex[65];
    int64_t known = 0;
    int64_t same = 0;
    struct db_arg args[2] = {DB_TEXT(name), DB_TEXT(hex)};

    sha256_hex(text, hex);
    if (db_begin(db, &tx, e) != HN_OK || db_exec(db, sql_lock, NULL, 0, NULL, e) != HN_OK ||
        db_i64(db, sql_known, args, 1, &known, e) != HN_OK ||
        db_i64(db, sql_same, args, 2, &same, e) != HN_OK)
        return e->code;
    if (known > 0 && same == 0)
        return hn_fail(e, HN_E_CONFLICT, "migration %s was changed after it had been applied",
                       name);
    if (known > 0)
        return db_commit(&tx, e);
    if (db_script(db, text, e) != HN_OK || db_exec(db, sql_record, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "migration %s", name);
    (*applied)++;
    return db_commit(&tx, e);
}

enum hn_code db_migrate(struct db *db, const char *folder, int *applied, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    struct dirent **names = NULL;
    int n;
    enum hn_code rc = HN_OK;

    *applied = 0;
    if (db_script(db, sql_table, e) != HN_OK)
        return e->code;
    n = scandir(folder, &names, is_migration, alphasort);
    if (n <= 0)
        rc = hn_fail(e, HN_E_IO, "no migrations in %s", folder);
    for (int i = 0; i < n; i++) {
        const char *text = NULL;

        if (rc == HN_OK) {
            rc = read_file(a, hn_arena_fmt(a, "%s/%s", folder, names[i]->d_name), &text, e);
            if (rc == HN_OK)
                rc = apply(db, names[i]->d_name, text, applied, e);
        }
        free(names[i]);
    }
    free(names);
    return rc;
}
