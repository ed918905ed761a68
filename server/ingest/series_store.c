/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/series_store.h"

enum hn_code series_store_payloads(struct db *db, int64_t series_id, hn_instant from, hn_instant to,
                                   bool chunks, db_row_fn *fn, void *ctx, struct hn_err *e)
{
    static const char sql[] =
        "SELECT 0::bigint, payload FROM series.chunk WHERE $4 AND series_id = $1 "
        "AND from_at < $3 AND to_at > $2 UNION ALL "
        "SELECT 1::bigint, payload FROM series.journal WHERE NOT packed AND from_at < $3 "
        "AND to_at >= $2";
    struct db_arg args[] = {DB_I64(series_id), DB_TS(from), DB_TS(to), DB_BOOL(chunks)};

    if (db_each(db, sql, args, 4, fn, ctx, e) != HN_OK)
        return hn_ctx(e, "samples of series %" PRId64, series_id);
    return HN_OK;
}

enum hn_code series_store_rollups(struct db *db, int64_t series_id, hn_instant from, hn_instant to,
                                  bool days, db_row_fn *fn, void *ctx, struct hn_err *e)
{
    static const char by_hour[] =
        "SELECT at, n::bigint, vmin, vmax, vsum FROM series.rollup "
        "WHERE series_id = $1 AND step_s = 3600 AND at >= $2 AND at < $3 ORDER BY at";
    /* Days that are over have a row; the others are summed from their hours by the caller. */
    static const char by_day[] =
        "SELECT at, n::bigint, vmin, vmax, vsum FROM series.rollup "
        "WHERE series_id = $1 AND step_s = 86400 AND at >= $2 AND at < $3 UNION ALL "
        "SELECT h.at, h.n::bigint, h.vmin, h.vmax, h.vsum FROM series.rollup h "
        "WHERE h.series_id = $1 AND h.step_s = 3600 AND h.at >= $2 AND h.at < $3 "
        "AND NOT EXISTS (SELECT FROM series.rollup d WHERE d.series_id = $1 "
        "AND d.step_s = 86400 AND d.at = "
        "date_trunc('day', h.at AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo') "
        "ORDER BY at";
    struct db_arg args[] = {DB_I64(series_id), DB_TS(from), DB_TS(to)};

    if (db_each(db, days ? by_day : by_hour, args, 3, fn, ctx, e) != HN_OK)
        return hn_ctx(e, "roll-ups of series %" PRId64, series_id);
    return HN_OK;
}

enum hn_code series_store_list(struct db *db, struct hn_arena *a, int64_t check_id, int64_t id,
                               struct series_info **out, size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT id, check_id, metric, unit, kind FROM series.series "
                              "WHERE check_id = $1 OR id = $2 ORDER BY metric, id";
    static const struct db_col cols[] = {DB_COL(series_info, id), DB_COL(series_info, check_id),
                                         DB_COL(series_info, metric), DB_COL(series_info, unit),
                                         DB_COL(series_info, kind)};
    struct db_arg args[] = {DB_ID(check_id), DB_ID(id)};

    if (db_select(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), sizeof(struct series_info), a, out, n,
                  e) != HN_OK)
        return hn_ctx(e, "series of check %" PRId64, check_id);
    return HN_OK;
}

enum hn_code series_store_newest_batch(struct db *db, struct hn_arena *a, int64_t check_id,
                                       struct series_batch *out, struct hn_err *e)
{
    static const char sql[] = "SELECT j.payload FROM watch.check_state s "
                              "JOIN series.journal j ON j.id = s.last_journal_id "
                              "WHERE s.check_id = $1";
    static const struct db_col cols[] = {DB_COL(series_batch, payload)};
    struct db_arg args[] = {DB_I64(check_id)};

    return db_get(db, sql, args, 1, cols, 1, a, out, e);
}

enum hn_code series_store_pack_lock(struct db *db, bool *got, struct hn_err *e)
{
    static const char sql[] = "SELECT pg_try_advisory_xact_lock(7301, 1)";
    int64_t v = 0;

    if (db_i64(db, sql, NULL, 0, &v, e) != HN_OK)
        return hn_ctx(e, "pack lock");
    *got = v != 0;
    return HN_OK;
}

enum hn_code series_store_unpacked(struct db *db, struct hn_arena *a, hn_instant before,
                                   int64_t max_bytes, struct series_journal_row **out, size_t *n,
                                   struct hn_err *e)
{
    static const char sql[] =
        "SELECT j.id, j.payload FROM series.journal j JOIN ("
        "SELECT id, sum(octet_length(payload)) OVER (ORDER BY id) AS bytes FROM series.journal "
        "WHERE NOT packed AND to_at < $1) s USING (id) WHERE s.bytes <= $2 OR j.id = ("
        "SELECT min(id) FROM series.journal WHERE NOT packed AND to_at < $1) ORDER BY j.id";
    static const struct db_col cols[] = {DB_COL(series_journal_row, id),
                                         DB_COL(series_journal_row, payload)};
    struct db_arg args[] = {DB_TS(before), DB_I64(max_bytes)};

    if (db_select(db, sql, args, 2, cols, 2, sizeof(struct series_journal_row), a, out, n, e) !=
        HN_OK)
        return hn_ctx(e, "journal rows to pack");
    return HN_OK;
}

enum hn_code series_store_packed(struct db *db, struct hn_i64s ids, struct hn_err *e)
{
    static const char sql[] = "UPDATE series.journal SET packed = true WHERE id = ANY($1)";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n)};

    if (db_exec(db, sql, args, 1, NULL, e) != HN_OK)
        return hn_ctx(e, "mark packed");
    return HN_OK;
}

enum hn_code series_store_drop_journal(struct db *db, hn_instant before, struct hn_err *e)
{
    static const char sql[] = "DELETE FROM series.journal WHERE packed AND to_at < $1";
    struct db_arg args[] = {DB_TS(before)};

    if (db_exec(db, sql, args, 1, NULL, e) != HN_OK)
        return hn_ctx(e, "drop the journal's old rows");
    return HN_OK;
}

enum hn_code series_store_chunks_at(struct db *db, struct hn_arena *a, const int64_t *series,
                                    const int64_t *hour, size_t n, struct series_chunk **out,
                                    size_t *n_out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT DISTINCT c.series_id, c.from_at, c.to_at, c.payload "
        "FROM unnest($1::bigint[], $2::timestamptz[]) AS u(series_id, hour) "
        "JOIN series.chunk c ON c.series_id = u.series_id AND c.from_at <= u.hour "
        "AND c.from_at > u.hour - interval '1 day' AND c.to_at > u.hour ORDER BY 1, 2";
    static const struct db_col cols[] = {DB_COL(series_chunk, series_id),
                                         DB_COL(series_chunk, from_at), DB_COL(series_chunk, to_at),
                                         DB_COL(series_chunk, payload)};
    struct db_arg args[] = {DB_I64S(series, n), DB_TSS(hour, n)};

    if (db_select(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), sizeof(struct series_chunk), a, out,
                  n_out, e) != HN_OK)
        return hn_ctx(e, "chunks to add to");
    return HN_OK;
}

#define COLUMN(T, from, field)                                                                     \
    T *field = hn_arena_make(a, T, n);                                                             \
    for (size_t i = 0; i < n; i++)                                                                 \
    field[i] = from[i].field

enum hn_code series_store_put_chunks(struct db *db, struct hn_arena *a,
                                     const struct series_chunk_new *c, size_t n, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO series.chunk (series_id, from_at, to_at, n, vmin, vmax, vsum, payload) "
        "SELECT s, f, t, n, vmin, vmax, vsum, p FROM unnest($1::bigint[], $2::timestamptz[], "
        "$3::timestamptz[], $4::bigint[], $5::float8[], $6::float8[], $7::float8[], $8::bytea[]) "
        "AS u(s, f, t, n, vmin, vmax, vsum, p) ON CONFLICT (series_id, from_at) DO UPDATE SET "
        "to_at = excluded.to_at, n = excluded.n, vmin = excluded.vmin, vmax = excluded.vmax, "
        "vsum = excluded.vsum, payload = excluded.payload";
    COLUMN(int64_t, c, series_id);
    COLUMN(int64_t, c, from_at);
    COLUMN(int64_t, c, to_at);
    int64_t *count = hn_arena_make(a, int64_t, n);
    COLUMN(double, c, vmin);
    COLUMN(double, c, vmax);
    COLUMN(double, c, vsum);
    COLUMN(struct hn_bytes, c, payload);
    struct db_arg args[] = {DB_I64S(series_id, n), DB_TSS(from_at, n),  DB_TSS(to_at, n),
                            DB_I64S(count, n),     DB_F64S(vmin, n),    DB_F64S(vmax, n),
                            DB_F64S(vsum, n),      DB_BLOBS(payload, n)};

    for (size_t i = 0; i < n; i++)
        count[i] = c[i].n;
    if (n > 0 && db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "store chunks");
    return HN_OK;
}

enum hn_code series_store_put_rollups(struct db *db, struct hn_arena *a,
                                      const struct series_rollup *r, size_t n, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO series.rollup (series_id, step_s, at, n, vmin, vmax, vsum) "
        "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::bigint[], "
        "$5::float8[], $6::float8[], $7::float8[]) ON CONFLICT (series_id, step_s, at) "
        "DO UPDATE SET n = excluded.n, vmin = excluded.vmin, vmax = excluded.vmax, "
        "vsum = excluded.vsum";
    COLUMN(int64_t, r, series_id);
    COLUMN(int64_t, r, step_s);
    COLUMN(int64_t, r, at);
    int64_t *count = hn_arena_make(a, int64_t, n);
    COLUMN(double, r, vmin);
    COLUMN(double, r, vmax);
    COLUMN(double, r, vsum);
    struct db_arg args[] = {DB_I64S(series_id, n), DB_I64S(step_s, n), DB_TSS(at, n),
                            DB_I64S(count, n),     DB_F64S(vmin, n),   DB_F64S(vmax, n),
                            DB_F64S(vsum, n)};

    for (size_t i = 0; i < n; i++)
        count[i] = r[i].n;
    if (n > 0 && db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "store roll-ups");
    return HN_OK;
}

struct id_row {
    int64_t id;
};

enum hn_code series_store_to_merge(struct db *db, struct hn_arena *a, hn_instant before,
                                   int64_t limit, struct hn_i64s *series, struct hn_err *e)
{
    static const char sql[] =
        "SELECT DISTINCT series_id AS id FROM series.chunk "
        "WHERE to_at - from_at <= interval '1 hour' AND from_at < $1 ORDER BY 1 LIMIT $2";
    static const struct db_col cols[] = {DB_COL(id_row, id)};
    struct db_arg args[] = {DB_TS(before), DB_I64(limit)};
    struct id_row *rows;
    int64_t *v;
    size_t n;

    if (db_select(db, sql, args, 2, cols, 1, sizeof(*rows), a, &rows, &n, e) != HN_OK)
        return hn_ctx(e, "series to merge");
    v = hn_arena_make(a, int64_t, n);
    for (size_t i = 0; i < n; i++)
        v[i] = rows[i].id;
    *series = (struct hn_i64s){v, n};
    return HN_OK;
}

enum hn_code series_store_parts(struct db *db, struct hn_arena *a, struct hn_i64s series,
                                hn_instant before, struct series_part **out, size_t *n,
                                struct hn_err *e)
{
    static const char sql[] =
        "WITH d AS (SELECT DISTINCT series_id, "
        "date_trunc('day', from_at AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' AS day "
        "FROM series.chunk WHERE series_id = ANY($1) AND from_at < $2 "
        "AND to_at - from_at <= interval '1 hour') "
        "SELECT c.series_id, coalesce(s.kind, 'gauge') AS kind, c.from_at, c.payload FROM d "
        "JOIN series.chunk c ON c.series_id = d.series_id AND c.from_at >= d.day "
        "AND c.from_at < d.day + interval '1 day' "
        "LEFT JOIN series.series s ON s.id = d.series_id ORDER BY c.series_id, c.from_at";
    static const struct db_col cols[] = {DB_COL(series_part, series_id), DB_COL(series_part, kind),
                                         DB_COL(series_part, from_at),
                                         DB_COL(series_part, payload)};
    struct db_arg args[] = {DB_I64S(series.v, series.n), DB_TS(before)};

    if (db_select(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), sizeof(struct series_part), a, out, n,
                  e) != HN_OK)
        return hn_ctx(e, "chunks to merge");
    return HN_OK;
}

enum hn_code series_store_drop_parts(struct db *db, const int64_t *series, const int64_t *from,
                                     size_t n, struct hn_err *e)
{
    static const char sql[] =
        "DELETE FROM series.chunk c USING unnest($1::bigint[], $2::timestamptz[]) AS u(s, f) "
        "WHERE c.series_id = u.s AND c.from_at = u.f";
    struct db_arg args[] = {DB_I64S(series, n), DB_TSS(from, n)};

    if (n > 0 && db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "drop merged chunks");
    return HN_OK;
}
