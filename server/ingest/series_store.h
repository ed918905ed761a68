/* SPDX-License-Identifier: Apache-2.0 */
/* series_store.h — journal rows, chunks and roll-ups in the database. Private to server/ingest. */
#ifndef HN_INGEST_SERIES_STORE_H
#define HN_INGEST_SERIES_STORE_H

#include "server/ingest/series.h"

/* Chunks (kind 0) and journal rows that are not packed (kind 1) that touch [from, to): one
 * snapshot, row by row: kind bigint, payload. */
HN_MUST_USE enum hn_code series_store_payloads(struct db *db, int64_t series_id, hn_instant from,
                                               hn_instant to, bool chunks, db_row_fn *fn, void *ctx,
                                               struct hn_err *e);
/* Roll-ups of hours or days in [from, to): at, n, min, max, sum. */
HN_MUST_USE enum hn_code series_store_rollups(struct db *db, int64_t series_id, hn_instant from,
                                              hn_instant to, bool days, db_row_fn *fn, void *ctx,
                                              struct hn_err *e);
HN_MUST_USE enum hn_code series_store_list(struct db *db, struct hn_arena *a, int64_t check_id,
                                           int64_t id, struct series_info **out, size_t *n,
                                           struct hn_err *e);
/* The journal row with the check's newest values; HN_E_NOT_FOUND. */
struct series_batch {
    struct hn_bytes payload;
};
HN_MUST_USE enum hn_code series_store_newest_batch(struct db *db, struct hn_arena *a,
                                                   int64_t check_id, struct series_batch *out,
                                                   struct hn_err *e);

/* false in *got: another process packs. The lock ends with the transaction. */
HN_MUST_USE enum hn_code series_store_pack_lock(struct db *db, bool *got, struct hn_err *e);

struct series_journal_row {
    int64_t id;
    struct hn_bytes payload;
};
/* The oldest rows that are not packed and end before `before`, at most max_bytes of payload. */
HN_MUST_USE enum hn_code series_store_unpacked(struct db *db, struct hn_arena *a, hn_instant before,
                                               int64_t max_bytes, struct series_journal_row **out,
                                               size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code series_store_packed(struct db *db, struct hn_i64s ids, struct hn_err *e);
HN_MUST_USE enum hn_code series_store_drop_journal(struct db *db, hn_instant before,
                                                   struct hn_err *e);

struct series_chunk {
    int64_t series_id;
    hn_instant from_at;
    hn_instant to_at;
    struct hn_bytes payload;
};
struct series_chunk_new {
    int64_t series_id;
    hn_instant from_at, to_at;
    int64_t n;
    double vmin, vmax, vsum;
    struct hn_bytes payload;
};
/* The stored chunk that holds each of the n (series, hour) pairs, where there is one. */
HN_MUST_USE enum hn_code series_store_chunks_at(struct db *db, struct hn_arena *a,
                                                const int64_t *series, const int64_t *hour,
                                                size_t n, struct series_chunk **out, size_t *n_out,
                                                struct hn_err *e);
HN_MUST_USE enum hn_code series_store_put_chunks(struct db *db, struct hn_arena *a,
                                                 const struct series_chunk_new *c, size_t n,
                                                 struct hn_err *e);
struct series_rollup {
    int64_t series_id;
    int64_t step_s;
    hn_instant at;
    int64_t n;
    double vmin, vmax, vsum;
};
HN_MUST_USE enum hn_code series_store_put_rollups(struct db *db, struct hn_arena *a,
                                                  const struct series_rollup *r, size_t n,
                                                  struct hn_err *e);
/* Up to `limit` series that have chunks of hours before `before`. */
HN_MUST_USE enum hn_code series_store_to_merge(struct db *db, struct hn_arena *a, hn_instant before,
                                               int64_t limit, struct hn_i64s *series,
                                               struct hn_err *e);
struct series_part {
    int64_t series_id;
    const char *kind;
    hn_instant from_at;
    struct hn_bytes payload;
};
/* Their chunks of whole days before `before` that have hours not merged yet, by series and time. */
HN_MUST_USE enum hn_code series_store_parts(struct db *db, struct hn_arena *a,
                                            struct hn_i64s series, hn_instant before,
                                            struct series_part **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code series_store_drop_parts(struct db *db, const int64_t *series,
                                                 const int64_t *from, size_t n, struct hn_err *e);
/* Sorts by time in place; of several samples with one time the first counts. a: scratch. */
void series_sort(hn_instant *at, double *value, size_t *n, struct hn_arena *a);

#endif
