/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/pg.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PG_TEXT_MAX 1024

static char pg_admin[PG_TEXT_MAX]; /* conninfo of the administrative database */
static char pg_mine[PG_TEXT_MAX];  /* conninfo of this program's database */
static char pg_name[100];          /* its name */
static char pg_folder[200];        /* of our own cluster; "" when the server is not ours */
static int pg_guard_fd = -1;       /* the guard ends the cluster when this closes */
static pid_t pg_guard;
static PGconn *pg_inspect; /* pg_test_i64, pg_test_text */

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "tests/support/pg: %s: %s\n", what, why);
    return -1;
}

static bool find_bin(const char *tool, char *out, size_t n)
{
    glob_t g = {0};
    bool found = false;

    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &g) == 0 && g.gl_pathc > 0) {
        snprintf(out, n, "%s/%s", g.gl_pathv[g.gl_pathc - 1], tool);
        found = access(out, X_OK) == 0;
    }
    globfree(&g);
    if (found)
        return true;
    for (const char *p = getenv("PATH"); p != NULL && *p != '\0';
         p += strcspn(p, ":"), p += *p != 0) {
        snprintf(out, n, "%.*s/%s", (int)strcspn(p, ":"), p, tool);
        if (access(out, X_OK) == 0)
            return true;
    }
    return false;
}

/* PostgreSQL does not run as root. */
static void become_postgres(void)
{
    struct passwd *pw;

    if (geteuid() != 0)
        return;
    pw = getpwnam("postgres");
    if (pw == NULL || setgid(pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0) {
        complain("run as postgres", "no such user");
        _exit(126);
    }
}

static void to_log(const char *folder)
{
    char path[PG_TEXT_MAX];
    int fd;

    snprintf(path, sizeof(path), "%s/log", folder);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd >= 0) {
        dup2(fd, 1);
        dup2(fd, 2);
        close(fd);
    }
}

static bool run_initdb(const char *folder)
{
    char tool[PG_TEXT_MAX], data[PG_TEXT_MAX];
    int status = 0;
    pid_t pid;

    if (!find_bin("initdb", tool, sizeof(tool)))
        return complain("initdb", "not found; install postgresql") == 0;
    snprintf(data, sizeof(data), "%s/data", folder);
    pid = fork();
    if (pid == 0) {
        become_postgres();
        to_log(folder);
        execl(tool, tool, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
              "--locale=C.UTF-8", "--no-sync", (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return complain("initdb failed, see the log in", folder) == 0;
    return true;
}

static void remove_tree(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *f;
    char sub[PG_TEXT_MAX];
    struct stat st;

    while (d != NULL && (f = readdir(d)) != NULL) {
        if (hn_streq(f->d_name, ".") || hn_streq(f->d_name, ".."))
            continue;
        snprintf(sub, sizeof(sub), "%s/%s", path, f->d_name);
        if (lstat(sub, &st) == 0 && S_ISDIR(st.st_mode))
            remove_tree(sub);
        else
            unlink(sub);
    }
    if (d != NULL)
        closedir(d);
    rmdir(path);
}

/* The guard: starts the server as its child, waits until the program is gone, ends it. */
HN_NORETURN static void guard(int fd, const char *folder)
{
    char tool[PG_TEXT_MAX], data[PG_TEXT_MAX], c;
    pid_t pid;

    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    setsid();
    if (!find_bin("postgres", tool, sizeof(tool)))
        _exit(1);
    snprintf(data, sizeof(data), "%s/data", folder);
    pid = fork();
    if (pid == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        close(fd);
        become_postgres();
        prctl(PR_SET_PDEATHSIG, SIGQUIT);
        to_log(folder);
        execl(tool, tool, "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
              "-c", "full_page_writes=off", "-c", "max_connections=60", "-c", "shared_buffers=64MB",
              "-c", "autovacuum=off", "-c", "jit=off", /* short lives, small tables */
              (char *)NULL);
        _exit(127);
    }
    while (read(fd, &c, 1) < 0)
        ;
    if (pid > 0) {
        kill(pid, SIGQUIT);
        waitpid(pid, NULL, 0);
    }
    remove_tree(folder);
    _exit(0);
}

static bool wait_for_server(const char *conninfo)
{
    for (int i = 0; i < 300; i++) {
        if (PQping(conninfo) == PQPING_OK)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return false;
}

static bool start_cluster(void)
{
    struct passwd *pw = geteuid() == 0 ? getpwnam("postgres") : NULL;
    int fd[2];

    snprintf(pg_folder, sizeof(pg_folder), "/tmp/hn-test-XXXXXX");
    if (mkdtemp(pg_folder) == NULL || (pw != NULL && chown(pg_folder, pw->pw_uid, pw->pw_gid) != 0))
        return complain("temporary folder", pg_folder) == 0;
    if (!run_initdb(pg_folder) || pipe(fd) != 0)
        return false;
    pg_guard = fork();
    if (pg_guard == 0) {
        close(fd[1]);
        guard(fd[0], pg_folder);
    }
    close(fd[0]);
    pg_guard_fd = fd[1];
    fcntl(pg_guard_fd, F_SETFD, FD_CLOEXEC);
    snprintf(pg_admin, sizeof(pg_admin), "host=%s user=postgres dbname=postgres", pg_folder);
    return wait_for_server(pg_admin) || complain("the server does not start", pg_folder) == 0;
}

static bool run(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    ExecStatusType s = PQresultStatus(r);

    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
        complain(sql, PQerrorMessage(c));
    PQclear(r);
    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

static int64_t number(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    int64_t v = -1;

    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        complain(sql, PQerrorMessage(c));
    else if (PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
        v = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return v;
}

static const char *migrations(void)
{
    const char *s = getenv("HN_TEST_SQL");

    return s != NULL ? s : "sql";
}

/* The template's name tells which migrations it has. */
static bool template_name(char *out, size_t n)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char pattern[PG_TEXT_MAX], buf[4096];
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    glob_t g = {0};
    size_t got;

    snprintf(pattern, sizeof(pattern), "%s/[0-9]*.sql", migrations());
    if (glob(pattern, 0, NULL, &g) != 0)
        return complain(pattern, "no migrations; run the tests from the repository's root") == 0;
    EVP_DigestInit_ex(md, EVP_sha256(), NULL);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        FILE *f = fopen(g.gl_pathv[i], "r");
        while (f != NULL && (got = fread(buf, 1, sizeof(buf), f)) > 0)
            EVP_DigestUpdate(md, buf, got);
        if (f != NULL)
            fclose(f);
    }
    EVP_DigestFinal_ex(md, hash, NULL);
    EVP_MD_CTX_free(md);
    globfree(&g);
    snprintf(out, n, "hn_template_%02x%02x%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3],
             hash[4], hash[5]);
    return true;
}

static bool build_template(PGconn *c, const char *name)
{
    char sql[300], info[PG_TEXT_MAX + 100];
    struct hn_err e = {0};
    int applied = 0;
    struct db *db;
    enum hn_code rc;

    snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s_new", name);
    if (!run(c, sql))
        return false;
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s_new", name);
    if (!run(c, sql))
        return false;
    snprintf(info, sizeof(info), "%s dbname=%s_new", pg_admin, name);
    if (db_open(info, &db, &e) != HN_OK)
        return complain(info, e.msg) == 0;
    rc = db_migrate(db, migrations(), &applied, &e);
    db_free(db);
    if (rc != HN_OK) {
        complain("migrate", e.msg);
        return complain("migrate", e.detail) == 0;
    }
    snprintf(sql, sizeof(sql), "ALTER DATABASE %s_new RENAME TO %s", name, name);
    return run(c, sql);
}

static bool make_database(PGconn *c)
{
    char name[60], sql[300];
    bool ok;

    if (!template_name(name, sizeof(name)) || !run(c, "SELECT pg_advisory_lock(20261122)"))
        return false;
    snprintf(sql, sizeof(sql), "SELECT 1 FROM pg_database WHERE datname = '%s'", name);
    ok = number(c, sql) == 1 || build_template(c, name);
    snprintf(pg_name, sizeof(pg_name), "hn_test_%d", (int)getpid());
    snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s WITH (FORCE)", pg_name);
    ok = ok && run(c, sql);
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE %s", pg_name, name);
    ok = ok && run(c, sql);
    run(c, "SELECT pg_advisory_unlock(20261122)");
    snprintf(pg_mine, sizeof(pg_mine), "%.*s dbname=%s", PG_TEXT_MAX - 120, pg_admin, pg_name);
    return ok;
}

int pg_test_up(void)
{
    const char *given = getenv("HN_TEST_PG");
    PGconn *c;
    bool ok;

    if (given != NULL && *given != '\0')
        snprintf(pg_admin, sizeof(pg_admin), "%s", given);
    else if (!start_cluster())
        return -1;
    c = PQconnectdb(pg_admin);
    ok = PQstatus(c) == CONNECTION_OK;
    if (!ok)
        complain(pg_admin, PQerrorMessage(c));
    ok = ok && run(c, "SET client_min_messages = warning") && make_database(c);
    PQfinish(c);
    return ok ? 0 : -1;
}

void pg_test_down(void)
{
    char sql[200];
    PGconn *c;

    if (pg_inspect != NULL)
        PQfinish(pg_inspect);
    pg_inspect = NULL;
    if (pg_guard_fd >= 0) {
        close(pg_guard_fd);
        pg_guard_fd = -1;
        waitpid(pg_guard, NULL, 0);
        return;
    }
    if (pg_name[0] == '\0')
        return;
    c = PQconnectdb(pg_admin);
    snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s WITH (FORCE)", pg_name);
    run(c, sql);
    PQfinish(c);
    pg_name[0] = '\0';
}

int pg_group_up(void **state)
{
    (void)state;
    return pg_test_up();
}

int pg_group_down(void **state)
{
    (void)state;
    pg_test_down();
    return 0;
}

const char *pg_test_conninfo(void)
{
    return pg_mine;
}

const char *pg_test_admin(void)
{
    return pg_admin;
}

HN_NORETURN static void give_up(const char *what, const char *why)
{
    complain(what, why);
    pg_test_down();
    exit(99);
}

struct db *pg_test_db(void)
{
    struct hn_err e = {0};
    struct db *db = NULL;

    if (db_open(pg_mine, &db, &e) != HN_OK)
        give_up(pg_mine, e.msg);
    return db;
}

void pg_test_sql(struct db *db, const char *sql)
{
    struct hn_err e = {0};

    if (db_script(db, sql, &e) != HN_OK) {
        complain(sql, e.detail);
        give_up(sql, e.msg);
    }
}

/* Looks from a connection of its own, so that it sees only what was committed. */
HN_PRINTF(1, 0) static PGresult *inspect(const char *fmt, va_list ap)
{
    char sql[2000];
    PGresult *r;

    if (pg_inspect == NULL)
        pg_inspect = PQconnectdb(pg_mine);
    vsnprintf(sql, sizeof(sql), fmt, ap);
    r = PQexec(pg_inspect, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        give_up(sql, PQerrorMessage(pg_inspect));
    return r;
}

int64_t pg_test_i64(struct db *db, const char *fmt, ...)
{
    int64_t v = -1;
    PGresult *r;
    va_list ap;

    (void)db;
    va_start(ap, fmt);
    r = inspect(fmt, ap);
    va_end(ap);
    if (PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
        v = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return v;
}

const char *pg_test_text(struct db *db, const char *fmt, ...)
{
    static char kept[4][4000];
    static unsigned next;
    char *out = kept[next++ % 4];
    PGresult *r;
    va_list ap;

    (void)db;
    va_start(ap, fmt);
    r = inspect(fmt, ap);
    va_end(ap);
    snprintf(out, sizeof(kept[0]), "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
    PQclear(r);
    return out;
}

int64_t pg_test_account(struct db *db, const char *role)
{
    char sql[400];

    snprintf(sql, sizeof(sql),
             "INSERT INTO auth.account (login, name, role, created_at) "
             "VALUES ('test.%s', 'test %s', '%s', now()) ON CONFLICT DO NOTHING",
             role, role, role);
    pg_test_sql(db, sql);
    return pg_test_i64(db, "SELECT id FROM auth.account WHERE login = 'test.%s'", role);
}
