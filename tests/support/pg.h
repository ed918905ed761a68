/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg.h — a real PostgreSQL for integration tests.
 *
 * Each program gets one database of its own, a copy of a template to which sql/ was applied once.
 * The server is the one of $HN_TEST_PG (a conninfo of an administrative database, "…
 * dbname=postgres"; tools/run-tests starts one for all programs); without it a throwaway cluster is
 * started in a temporary folder (Unix socket only, no fsync; as root it runs as the user postgres).
 * A guard process ends the cluster and removes the folder when the program ends, however it ends.
 *
 *   … struct db *db = pg_test_db();  // open, fresh connection; db_free() is yours
 *   return cmocka_run_group_tests(tests, pg_group_up, pg_group_down);
 *
 * Programs run from the repository's root ($HN_TEST_SQL names another folder of migrations).
 */
#ifndef HN_TESTS_SUPPORT_PG_H
#define HN_TESTS_SUPPORT_PG_H

#include "server/db/db.h"

/* 0 when the database is there; else says why on standard error and returns -1. */
int pg_test_up(void);
void pg_test_down(void); /* drops the database, ends a cluster of our own */
/* cmocka's group fixtures. */
int pg_group_up(void **state);
int pg_group_down(void **state);

const char *pg_test_conninfo(void); /* of this program's database */
const char *pg_test_admin(void);    /* for $HN_TEST_PG of the programs that this one starts */
struct db *pg_test_db(void);        /* a new connection; aborts the program when it fails */

/* Runs SQL without parameters; ends the program with the message when it fails. */
void pg_test_sql(struct db *db, const char *sql);
/* First column of the first row; a missing row or NULL is -1. printf form: tests only. */
int64_t pg_test_i64(struct db *db, const char *fmt, ...) HN_PRINTF(2, 3);
/* The same as text in a buffer that lives until the fourth next call; "" for NULL or no row. */
const char *pg_test_text(struct db *db, const char *fmt, ...) HN_PRINTF(2, 3);
/* An account of that role, made at first use; its id. */
int64_t pg_test_account(struct db *db, const char *role);

#endif
