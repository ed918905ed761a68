/* SPDX-License-Identifier: Apache-2.0 */
#include "server/db/wire.h"

#include "server/base/log.h"

#include <poll.h>
#include <stdio.h>

#define STMTS 2048 /* slots of the table of prepared statements, a power of two */

struct db {
    char *conninfo;
    PGconn *conn;
    int timeout_ms;
    int depth;   /* of nested transactions */
    bool doomed; /* an inner one left without commit */
    uint64_t undone;
    bool notified;
    const char *listening[32];
    size_t n_listening;
    const char *prepared[STMTS]; /* by address of the SQL text */
    size_t n_prepared;
    struct hn_arena *params; /* of one statement */
    struct db_slot slot;
};

static void result_clear(PGresult **r)
{
    PQclear(*r);
}
#define DB_RESULT HN_CLEANUP(result_clear) PGresult *

struct db *db_new(const char *conninfo)
{
    struct db *db = calloc(1, sizeof(*db));

    if (db == NULL)
        abort();
    db->conninfo = strdup(conninfo);
    db->params = hn_arena_new();
    return db;
}

void db_free(struct db *db)
{
    if (db == NULL)
        return;
    if (db->slot.p != NULL)
        db->slot.free(db->slot.p);
    PQfinish(db->conn);
    free(db->conninfo);
    hn_arena_free(db->params);
    free(db);
}

void db_freep(struct db **db)
{
    db_free(*db);
    *db = NULL;
}

static void quiet_notice(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

static enum hn_code unavailable(struct hn_err *e, PGconn *conn)
{
    const char *m = conn == NULL ? "" : PQerrorMessage(conn);

    (void)hn_fail(e, HN_E_UNAVAILABLE, "the database does not answer");
    return hn_ctx(e, "%.200s", m);
}

static enum hn_code run_simple(struct db *db, const char *sql, struct hn_err *e);

static enum hn_code connect_now(struct db *db, struct hn_err *e)
{
    char set[96];

    if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
        return HN_OK;
    if (db->depth > 0) /* the transaction is gone with its connection: never go on in a new one */
        return unavailable(e, db->conn);
    PQfinish(db->conn);
    db->conn = PQconnectdb(db->conninfo);
    memset(db->prepared, 0, sizeof(db->prepared));
    db->n_prepared = 0;
    if (db->conn == NULL || PQstatus(db->conn) != CONNECTION_OK)
        return unavailable(e, db->conn);
    (void)PQsetNoticeProcessor(db->conn, quiet_notice, NULL);
    (void)snprintf(set, sizeof(set), "SET timezone='UTC'; SET jit=off; SET statement_timeout=%d",
                   db->timeout_ms);
    if (run_simple(db, set, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < db->n_listening; i++) {
        (void)snprintf(set, sizeof(set), "LISTEN %s", db->listening[i]);
        if (run_simple(db, set, e) != HN_OK)
            return e->code;
    }
    db->notified = true; /* whoever waits looks once: something may have been missed */
    return HN_OK;
}

enum hn_code db_open(const char *conninfo, struct db **out, struct hn_err *e)
{
    DB db = db_new(conninfo);

    if (connect_now(db, e) != HN_OK)
        return e->code;
    *out = db;
    db = NULL;
    return HN_OK;
}

void db_set_timeout(struct db *db, int ms)
{
    struct hn_err e = {0};
    char set[64];

    db->timeout_ms = ms;
    if (db->conn == NULL || PQstatus(db->conn) != CONNECTION_OK)
        return;
    (void)snprintf(set, sizeof(set), "SET statement_timeout=%d", ms);
    (void)run_simple(db, set, &e); /* a lost connection sets it when it is made again */
}

bool db_alive(struct db *db)
{
    struct hn_err e = {0};

    return connect_now(db, &e) == HN_OK && run_simple(db, "SELECT 1", &e) == HN_OK;
}

int db_socket(struct db *db)
{
    return db->conn == NULL ? -1 : PQsocket(db->conn);
}

struct db_slot *db_slot(struct db *db)
{
    return &db->slot;
}

/* SQLSTATE to our code and a sentence for the user; the server's own words go to the log. */
static enum hn_code map_error(struct db *db, const PGresult *r, struct hn_err *e)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *what = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);

    if (state == NULL || PQstatus(db->conn) != CONNECTION_OK)
        return unavailable(e, db->conn);
    if (strncmp(state, "57", 2) == 0 || strncmp(state, "08", 2) == 0 ||
        strncmp(state, "53", 2) == 0)
        (void)hn_fail(e, HN_E_UNAVAILABLE, "the database does not answer");
    else if (strncmp(state, "40", 2) == 0)
        (void)hn_fail(e, HN_E_UNAVAILABLE, "somebody else was faster; please try again");
    else if (hn_streq(state, "23505"))
        (void)hn_fail(e, HN_E_CONFLICT, "this name or value is in use already");
    else if (hn_streq(state, "23503"))
        (void)hn_fail(e, HN_E_INVALID,
                      "the value refers to something that does not exist, or is "
                      "still referred to");
    else if (strncmp(state, "23", 2) == 0 || strncmp(state, "22", 2) == 0)
        (void)hn_fail(e, HN_E_INVALID, "a value is out of its range");
    else if (hn_streq(state, "42501"))
        (void)hn_fail(e, HN_E_FORBIDDEN, "the database does not allow this");
    else
        (void)hn_fail(e, HN_E_INTERNAL, "an internal error; it has been recorded");
    (void)snprintf(e->sqlstate, sizeof(e->sqlstate), "%s", state);
    return hn_ctx(e, "%.160s%s%.80s", what == NULL ? "" : what, constraint == NULL ? "" : " / ",
                  constraint == NULL ? "" : constraint);
}

static enum hn_code check_result(struct db *db, const PGresult *r, struct hn_err *e)
{
    switch (PQresultStatus(r)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE: return HN_OK;
    default: return map_error(db, r, e);
    }
}

static enum hn_code run_simple(struct db *db, const char *sql, struct hn_err *e)
{
    DB_RESULT r = PQexec(db->conn, sql);

    return check_result(db, r, e);
}

/* The slot of a statement's address; full table: prepared anew each time as the unnamed one. */
static size_t slot_of(const struct db *db, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) * 2654435761u % STMTS;

    while (db->prepared[i] != NULL && db->prepared[i] != sql)
        i = (i + 1) % STMTS;
    return i;
}

static enum hn_code run(struct db *db, const char *sql, const struct db_arg *args, size_t n,
                        PGresult **out, struct hn_err *e)
{
    struct wire_params w;
    char name[24];
    size_t slot;

    if (connect_now(db, e) != HN_OK)
        return e->code;
    hn_arena_reset(db->params);
    wire_params(db->params, args, n, &w);
    slot = slot_of(db, sql);
    (void)snprintf(name, sizeof(name), "s%zu", slot);
    if (db->prepared[slot] == NULL) {
        if (db->n_prepared >= STMTS / 2) {
            *out = PQexecParams(db->conn, sql, (int)n, w.type, w.value, w.length, w.format, 1);
            return check_result(db, *out, e);
        }
        DB_RESULT p = PQprepare(db->conn, name, sql, (int)n, w.type);

        if (check_result(db, p, e) != HN_OK)
            return hn_ctx(e, "prepare \"%.60s\"", sql);
        db->prepared[slot] = sql;
        db->n_prepared++;
    }
    *out = PQexecPrepared(db->conn, name, (int)n, w.value, w.length, w.format, 1);
    if (check_result(db, *out, e) != HN_OK)
        return hn_ctx(e, "\"%.60s\"", sql);
    return HN_OK;
}

static struct db_cell cell(const PGresult *r, int row, int col)
{
    if (PQgetisnull(r, row, col))
        return (struct db_cell){NULL, 0};
    return (struct db_cell){(const uint8_t *)PQgetvalue(r, row, col),
                            (size_t)PQgetlength(r, row, col)};
}

static enum hn_code check_columns(const PGresult *r, const char *sql, const struct db_col *cols,
                                  size_t n, struct hn_err *e)
{
    bool same = (size_t)PQnfields(r) == n;

    for (size_t i = 0; same && i < n; i++)
        same = hn_streq(PQfname(r, (int)i), cols[i].name);
    if (same)
        return HN_OK;
    (void)hn_fail(e, HN_E_INTERNAL, "an internal error; it has been recorded");
    return hn_ctx(e, "columns do not match the struct: \"%.80s\"", sql);
}

static enum hn_code fill(const PGresult *r, int row, const struct db_col *cols, size_t n,
                         struct hn_arena *a, char *dst, struct hn_err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (wire_cell(a, cols[i].type, PQftype(r, (int)i), cell(r, row, (int)i),
                      dst + cols[i].offset))
            continue;
        (void)hn_fail(e, HN_E_INTERNAL, "an internal error; it has been recorded");
        return hn_ctx(e, "column %s has type %u", cols[i].name, PQftype(r, (int)i));
    }
    return HN_OK;
}

enum hn_code db_select(struct db *db, const char *sql, const struct db_arg *args, size_t n_args,
                       const struct db_col *cols, size_t n_cols, size_t size, struct hn_arena *a,
                       void *out_rows, size_t *n, struct hn_err *e)
{
    DB_RESULT r = NULL;
    char *rows;
    size_t count;

    if (run(db, sql, args, n_args, &r, e) != HN_OK ||
        check_columns(r, sql, cols, n_cols, e) != HN_OK)
        return e->code;
    count = (size_t)PQntuples(r);
    rows = hn_arena_array(a, count, size);
    for (size_t i = 0; i < count; i++)
        if (fill(r, (int)i, cols, n_cols, a, rows + i * size, e) != HN_OK)
            return e->code;
    *(void **)out_rows = rows;
    *n = count;
    return HN_OK;
}

enum hn_code db_get(struct db *db, const char *sql, const struct db_arg *args, size_t n_args,
                    const struct db_col *cols, size_t n_cols, struct hn_arena *a, void *out,
                    struct hn_err *e)
{
    DB_RESULT r = NULL;

    if (run(db, sql, args, n_args, &r, e) != HN_OK ||
        check_columns(r, sql, cols, n_cols, e) != HN_OK)
        return e->code;
    if (PQntuples(r) == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "not found");
    return fill(r, 0, cols, n_cols, a, out, e);
}

enum hn_code db_i64(struct db *db, const char *sql, const struct db_arg *args, size_t n_args,
                    int64_t *out, struct hn_err *e)
{
    DB_RESULT r = NULL;

    if (run(db, sql, args, n_args, &r, e) != HN_OK)
        return e->code;
    if (PQntuples(r) == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "not found");
    if (wire_i64(PQftype(r, 0), cell(r, 0, 0), out))
        return HN_OK;
    (void)hn_fail(e, HN_E_INTERNAL, "an internal error; it has been recorded");
    return hn_ctx(e, "not an integer: \"%.80s\"", sql);
}

enum hn_code db_exec(struct db *db, const char *sql, const struct db_arg *args, size_t n_args,
                     int64_t *affected, struct hn_err *e)
{
    DB_RESULT r = NULL;

    if (run(db, sql, args, n_args, &r, e) != HN_OK)
        return e->code;
    if (affected != NULL)
        *affected = strtoll(PQcmdTuples(r), NULL, 10);
    return HN_OK;
}

enum hn_code db_script(struct db *db, const char *sql, struct hn_err *e)
{
    if (connect_now(db, e) != HN_OK)
        return e->code;
    return run_simple(db, sql, e);
}

enum hn_code db_each(struct db *db, const char *sql, const struct db_arg *args, size_t n_args,
                     db_row_fn *fn, void *ctx, struct hn_err *e)
{
    DB_RESULT r = NULL;
    struct db_cell cells[32];
    size_t cols;

    if (run(db, sql, args, n_args, &r, e) != HN_OK)
        return e->code;
    cols = (size_t)PQnfields(r);
    HN_ASSERT(cols <= HN_ARRAY_LEN(cells));
    for (int row = 0; row < PQntuples(r); row++) {
        for (size_t i = 0; i < cols; i++)
            cells[i] = cell(r, row, (int)i);
        if (fn(ctx, cells, cols, e) != HN_OK)
            return e->code;
    }
    return HN_OK;
}

enum hn_code db_begin(struct db *db, struct db_tx *tx, struct hn_err *e)
{
    if (db->depth == 0) {
        if (connect_now(db, e) != HN_OK || run_simple(db, "BEGIN", e) != HN_OK)
            return hn_ctx(e, "begin");
        db->doomed = false;
    }
    db->depth++;
    tx->db = db;
    return HN_OK;
}

enum hn_code db_commit(struct db_tx *tx, struct hn_err *e)
{
    struct db *db = tx->db;

    HN_ASSERT(db != NULL && db->depth > 0);
    if (db->depth > 1) {
        db->depth--;
        tx->db = NULL;
        return HN_OK;
    }
    if (db->doomed) { /* db_tx_end() rolls back */
        (void)hn_fail(e, HN_E_INTERNAL, "an internal error; it has been recorded");
        return hn_ctx(e, "commit after an inner rollback");
    }
    DB_RESULT r = PQexec(db->conn, "COMMIT");

    if (check_result(db, r, e) != HN_OK)
        return hn_ctx(e, "commit");
    /* A COMMIT of a failed transaction answers ROLLBACK. */
    if (!hn_streq(PQcmdStatus(r), "COMMIT")) {
        db->depth = 0;
        db->undone++;
        tx->db = NULL;
        (void)hn_fail(e, HN_E_INTERNAL, "an internal error; it has been recorded");
        return hn_ctx(e, "commit of a failed transaction");
    }
    db->depth = 0;
    tx->db = NULL;
    return HN_OK;
}

void db_tx_end(struct db_tx *tx)
{
    struct db *db = tx->db;
    struct hn_err e = {0};

    if (db == NULL)
        return;
    tx->db = NULL;
    if (db->depth > 1) {
        db->depth--;
        db->doomed = true;
        return;
    }
    db->depth = 0;
    db->undone++;
    if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
        (void)run_simple(db, "ROLLBACK", &e); /* a lost connection has rolled back already */
}

bool db_in_tx(const struct db *db)
{
    return db->depth > 0;
}

uint64_t db_undone(const struct db *db)
{
    return db->undone;
}

enum hn_code db_part_begin(struct db *db, struct db_part *part, struct hn_err *e)
{
    *part = (struct db_part){NULL, db->doomed};
    if (db->depth == 0)
        return HN_OK;
    if (run_simple(db, "SAVEPOINT part", e) != HN_OK)
        return hn_ctx(e, "savepoint");
    part->db = db;
    return HN_OK;
}

enum hn_code db_part_end(struct db_part *part, bool keep, struct hn_err *e)
{
    struct db *db = part->db;

    if (db == NULL)
        return HN_OK;
    part->db = NULL;
    if (!keep) {
        db->undone++;
        if (run_simple(db, "ROLLBACK TO SAVEPOINT part", e) != HN_OK)
            return hn_ctx(e, "back to the savepoint");
        db->doomed = part->doomed;
    }
    return run_simple(db, "RELEASE SAVEPOINT part", e);
}

enum hn_code db_listen(struct db *db, const char *channel, struct hn_err *e)
{
    char sql[96];
    size_t i = 0;

    while (i < db->n_listening && strcmp(db->listening[i], channel) != 0)
        i++;
    HN_ASSERT(i < HN_ARRAY_LEN(db->listening));
    if (i == db->n_listening)
        db->listening[db->n_listening++] = channel;
    if (db->conn == NULL || PQstatus(db->conn) != CONNECTION_OK)
        return connect_now(db, e);
    (void)snprintf(sql, sizeof(sql), "LISTEN %s", channel);
    return run_simple(db, sql, e);
}

static bool take_notifications(struct db *db)
{
    bool any = false;
    PGnotify *n;

    while ((n = PQnotifies(db->conn)) != NULL) {
        any = true;
        PQfreemem(n);
    }
    return any;
}

bool db_notified(struct db *db, int ms)
{
    struct hn_err e = {0};
    struct pollfd p;

    if (connect_now(db, &e) != HN_OK) {
        (void)poll(NULL, 0, HN_MIN(ms, 1000));
        return false;
    }
    if (take_notifications(db) || db->notified) {
        db->notified = false;
        return true;
    }
    p = (struct pollfd){.fd = PQsocket(db->conn), .events = POLLIN};
    if (poll(&p, 1, ms) <= 0)
        return false;
    (void)PQconsumeInput(db->conn);
    return take_notifications(db);
}

bool db_notice(struct db *db, int ms, struct hn_arena *a, const char **channel,
               const char **payload)
{
    struct hn_err e = {0};
    PGnotify *n;

    *channel = *payload = "";
    if (connect_now(db, &e) != HN_OK) {
        (void)poll(NULL, 0, HN_MIN(ms, 1000));
        return false;
    }
    if (db->notified) {
        db->notified = false;
        return true;
    }
    n = PQnotifies(db->conn);
    if (n == NULL) {
        struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};

        if (poll(&p, 1, ms) <= 0)
            return false;
        (void)PQconsumeInput(db->conn);
        n = PQnotifies(db->conn);
    }
    if (n == NULL)
        return false;
    *channel = hn_arena_strdup(a, n->relname);
    *payload = hn_arena_strdup(a, n->extra);
    PQfreemem(n);
    return true;
}
