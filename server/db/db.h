/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h — PostgreSQL: values only as parameters, rows into structs, transactions by scope.
 *
 * A struct db is one connection and belongs to one thread. Statements are string constants (their
 * address is the key under which they are prepared once), values go as $n in binary form, results
 * come back in binary form. SQL stands only in x_store.c files and in server/db.
 *
 *   static const char sql[] = "SELECT id, name FROM watch.site WHERE code = $1";
 *   struct db_arg args[] = {DB_TEXT(code)};
 *   if (db_get(db, sql, args, 1, site_cols, HN_ARRAY_LEN(site_cols), arena, &site, e) != HN_OK) …
 *
 * NULL in a column becomes: 0 (integers), false, NAN, NULL (text), {NULL, 0} (bytes, lists) and
 * HN_UNSET where the column is a timestamptz; 'infinity' becomes HN_NEVER.
 */
#ifndef HN_DB_H
#define HN_DB_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"

#include <libpq-fe.h>

struct db;

/* conninfo: libpq's. HN_E_UNAVAILABLE when the server does not answer. */
HN_MUST_USE enum hn_code db_open(const char *conninfo, struct db **out, struct hn_err *e);
/* Like db_open, but never fails: the connection is made at first use, and made again after a loss.
 */
struct db *db_new(const char *conninfo);
void db_free(struct db *db);
void db_freep(struct db **db);
#define DB HN_CLEANUP(db_freep) struct db *
/* The longest that one statement may take, ms; 0 = no limit. Interactive work sets 10,000. */
void db_set_timeout(struct db *db, int ms);
bool db_alive(struct db *db);
int db_socket(struct db *db); /* for poll(); -1 when not connected */
/* A place for what one part keeps with the connection (server/ingest: ids of series), freed with
 * it. */
struct db_slot {
    void *p;
    void (*free)(void *p);
};
struct db_slot *db_slot(struct db *db);

enum db_arg_kind {
    DB_ARG_NULL,
    DB_ARG_I64,
    DB_ARG_F64,
    DB_ARG_BOOL,
    DB_ARG_TEXT, /* type inferred by the server: text, jsonb, enum, date, inet … */
    DB_ARG_TS,   /* timestamptz; HN_UNSET is NULL, HN_NEVER 'infinity', HN_UNSET + 1 '-infinity' */
    DB_ARG_BYTES,
    DB_ARG_I64S,  /* bigint[] */
    DB_ARG_TSS,   /* timestamptz[] */
    DB_ARG_F64S,  /* double precision[] */
    DB_ARG_TEXTS, /* text[]; NULL elements are NULL */
    DB_ARG_BLOBS, /* bytea[], of struct hn_bytes */
};
struct db_arg {
    enum db_arg_kind kind;
    int64_t i;
    double f;
    const void *p;
    size_t n;
};
#define DB_NULL ((struct db_arg){.kind = DB_ARG_NULL})
#define DB_I64(v) ((struct db_arg){.kind = DB_ARG_I64, .i = (v)})
/* 0 is NULL: for ids */
#define DB_ID(v) ((v) == 0 ? DB_NULL : DB_I64(v))
#define DB_F64(v) ((struct db_arg){.kind = DB_ARG_F64, .f = (v)})
#define DB_BOOL(v) ((struct db_arg){.kind = DB_ARG_BOOL, .i = (v) ? 1 : 0})
#define DB_TEXT(s) ((struct db_arg){.kind = DB_ARG_TEXT, .p = (s)}) /* NULL pointer is NULL */
#define DB_TS(t) ((struct db_arg){.kind = DB_ARG_TS, .i = (t)})
#define DB_BYTES(ptr, len) ((struct db_arg){.kind = DB_ARG_BYTES, .p = (ptr), .n = (len)})
#define DB_I64S(ptr, len) ((struct db_arg){.kind = DB_ARG_I64S, .p = (ptr), .n = (len)})
#define DB_TSS(ptr, len) ((struct db_arg){.kind = DB_ARG_TSS, .p = (ptr), .n = (len)})
#define DB_F64S(ptr, len) ((struct db_arg){.kind = DB_ARG_F64S, .p = (ptr), .n = (len)})
#define DB_TEXTS(ptr, len) ((struct db_arg){.kind = DB_ARG_TEXTS, .p = (ptr), .n = (len)})
#define DB_BLOBS(ptr, len) ((struct db_arg){.kind = DB_ARG_BLOBS, .p = (ptr), .n = (len)})

/* A struct's columns, in the order of the SELECT list; a type that _Generic does not know fails to
 * compile, a column of another name or order fails the first call. */
enum db_type {
    DB_T_I64,
    DB_T_I32,
    DB_T_F64,
    DB_T_BOOL,
    DB_T_TEXT,
    DB_T_BYTES,
    DB_T_I64S,
    DB_T_TEXTS
};
struct db_col {
    const char *name;
    enum db_type type;
    size_t offset;
};
#define DB_COL(T, f)                                                                               \
    {                                                                                              \
#f,                                                                                        \
            _Generic(((struct T *)0)->f, int64_t                                                   \
                     : DB_T_I64, int                                                               \
                     : DB_T_I32, double                                                            \
                     : DB_T_F64, bool                                                              \
                     : DB_T_BOOL, const char *                                                     \
                     : DB_T_TEXT, struct hn_bytes                                                  \
                     : DB_T_BYTES, struct hn_i64s                                                  \
                     : DB_T_I64S, struct hn_texts                                                  \
                     : DB_T_TEXTS),                                                                \
            offsetof(struct T, f)       \
    }

/* All rows as an array of structs of `size` in the arena. */
HN_MUST_USE enum hn_code db_select(struct db *db, const char *sql, const struct db_arg *args,
                                   size_t n_args, const struct db_col *cols, size_t n_cols,
                                   size_t size, struct hn_arena *a, void *out_rows, size_t *n,
                                   struct hn_err *e);
/* Exactly the first row; HN_E_NOT_FOUND when there is none. out: the struct. */
HN_MUST_USE enum hn_code db_get(struct db *db, const char *sql, const struct db_arg *args,
                                size_t n_args, const struct db_col *cols, size_t n_cols,
                                struct hn_arena *a, void *out, struct hn_err *e);
/* First column of the first row as an integer (bigint, int or timestamptz); HN_E_NOT_FOUND without
 * one. */
HN_MUST_USE enum hn_code db_i64(struct db *db, const char *sql, const struct db_arg *args,
                                size_t n_args, int64_t *out, struct hn_err *e);
/* affected may be NULL. */
HN_MUST_USE enum hn_code db_exec(struct db *db, const char *sql, const struct db_arg *args,
                                 size_t n_args, int64_t *affected, struct hn_err *e);
/* Several statements without parameters, simple protocol: migrations and tests only. */
HN_MUST_USE enum hn_code db_script(struct db *db, const char *sql, struct hn_err *e);

/* Transactions nest: an act may call an act; only the outermost commits, and an inner one that left
 * without commit makes the outer commit fail. */
struct db_tx {
    struct db *db;
};
void db_tx_end(struct db_tx *tx);
#define DB_TX HN_CLEANUP(db_tx_end) struct db_tx
HN_MUST_USE enum hn_code db_begin(struct db *db, struct db_tx *tx, struct hn_err *e);
HN_MUST_USE enum hn_code db_commit(struct db_tx *tx, struct hn_err *e);

/* For what is kept beside the database: whether a transaction is open now, and how many (parts of
 * one too) were undone on this connection so far. */
bool db_in_tx(const struct db *db);
uint64_t db_undone(const struct db *db);

/* A piece of work that may fail without spoiling the transaction around it: one item of many. With
 * `keep` false all of the piece is undone. Outside a transaction it does nothing. */
struct db_part {
    struct db *db;
    bool doomed;
};
HN_MUST_USE enum hn_code db_part_begin(struct db *db, struct db_part *part, struct hn_err *e);
HN_MUST_USE enum hn_code db_part_end(struct db_part *part, bool keep, struct hn_err *e);

/* LISTEN on a channel (a C identifier, borrowed); asking again is as asking once. Notifications are
 * taken with db_notified(): true when at least one came since the last call; waits at most ms. */
HN_MUST_USE enum hn_code db_listen(struct db *db, const char *channel, struct hn_err *e);
bool db_notified(struct db *db, int ms);
/* The same one by one, with channel and payload in the arena; false when none came within ms. After
 * a lost and regained connection it gives channel "" once: something may have been missed. */
bool db_notice(struct db *db, int ms, struct hn_arena *a, const char **channel,
               const char **payload);

/* Rows one by one without a struct, for large reads (samples, exports): the callback gets raw
 * cells. */
struct db_cell {
    const uint8_t *p; /* NULL = NULL */
    size_t n;
};
int64_t db_cell_i64(struct db_cell c);   /* bigint */
hn_instant db_cell_ts(struct db_cell c); /* timestamptz */
double db_cell_f64(struct db_cell c);    /* double precision */
typedef enum hn_code db_row_fn(void *ctx, const struct db_cell *cells, size_t n, struct hn_err *e);
HN_MUST_USE enum hn_code db_each(struct db *db, const char *sql, const struct db_arg *args,
                                 size_t n_args, db_row_fn *fn, void *ctx, struct hn_err *e);

/* Brings the schema up to date from the folder's NNNN_name.sql, each in a transaction of its own
 * with its SHA-256 recorded; a changed file that was applied before is HN_E_CONFLICT. */
HN_MUST_USE enum hn_code db_migrate(struct db *db, const char *folder, int *applied,
                                    struct hn_err *e);

#endif
