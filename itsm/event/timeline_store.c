/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/event/timeline.h"

struct step_row {
    int64_t check_id;
    int64_t at;
    const char *to_state;
};
static const struct db_col step_row_cols[] = {
    DB_COL(step_row, check_id),
    DB_COL(step_row, at),
    DB_COL(step_row, to_state),
};

enum hn_code timeline_read(struct db *db, struct hn_arena *a, struct hn_i64s ids, hn_instant from,
                           hn_instant to, const struct check_timeline **out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT t.check_id, t.at, t.to_state FROM unnest($1::bigint[]) AS c(id) "
        "CROSS JOIN LATERAL (SELECT COALESCE((SELECT max(b.at) FROM event.transition b "
        "WHERE b.check_id = c.id AND NOT b.superseded AND b.at <= $2), '-infinity') AS at) AS "
        "first "
        "JOIN event.transition t ON t.check_id = c.id AND t.at >= first.at AND t.at < $3 "
        "AND NOT t.superseded ORDER BY t.check_id, t.at, t.id";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n), DB_TS(from), DB_TS(to)};
    const struct step_row *rows = NULL;
    struct check_timeline *lines = hn_arena_make(a, struct check_timeline, ids.n);
    struct state_at *points;
    size_t n = 0;
    size_t r = 0;

    if (db_select(db, sql, args, 3, step_row_cols, HN_ARRAY_LEN(step_row_cols), sizeof(*rows), a,
                  &rows, &n, e) != HN_OK)
        return hn_ctx(e, "timelines");
    points = hn_arena_make(a, struct state_at, n);
    for (size_t i = 0; i < ids.n; i++) {
        lines[i].check_id = ids.v[i];
        lines[i].v = &points[r];
        for (; r < n && rows[r].check_id == ids.v[i]; r++) {
            points[r].at = rows[r].at;
            if (!check_state_parse(rows[r].to_state, &points[r].state))
                points[r].state = CHECK_UNKNOWN;
            lines[i].n++;
        }
    }
    *out = lines;
    return HN_OK;
}

static const struct db_col timeline_step_cols[] = {
    DB_COL(timeline_step, id),           DB_COL(timeline_step, check_id),
    DB_COL(timeline_step, check_name),   DB_COL(timeline_step, host_id),
    DB_COL(timeline_step, host_name),    DB_COL(timeline_step, from_state),
    DB_COL(timeline_step, to_state),     DB_COL(timeline_step, at),
    DB_COL(timeline_step, confirmed_at), DB_COL(timeline_step, output),
    DB_COL(timeline_step, ticket_id),
};

enum hn_code timeline_steps(struct db *db, struct hn_arena *a, struct hn_i64s ids, hn_instant from,
                            hn_instant to, const struct timeline_step **out, size_t *n,
                            struct hn_err *e)
{
    static const char sql[] =
        "SELECT t.id, t.check_id, c.name AS check_name, t.host_id, h.name AS host_name, "
        "t.from_state, t.to_state, t.at, t.confirmed_at, t.output, t.ticket_id "
        "FROM event.transition t JOIN watch.checks c ON c.id = t.check_id "
        "JOIN watch.host h ON h.id = t.host_id WHERE t.check_id = ANY($1) AND t.at >= $2 "
        "AND t.at < $3 AND NOT t.superseded ORDER BY t.at, t.id LIMIT 2000";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n), DB_TS(from), DB_TS(to)};

    return db_select(db, sql, args, 3, timeline_step_cols, HN_ARRAY_LEN(timeline_step_cols),
                     sizeof(**out), a, out, n, e);
}

static const struct db_col timeline_sample_cols[] = {
    DB_COL(timeline_sample, check_id), DB_COL(timeline_sample, at),
    DB_COL(timeline_sample, outcome),  DB_COL(timeline_sample, state),
    DB_COL(timeline_sample, output),   DB_COL(timeline_sample, probe),
};

enum hn_code timeline_samples(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                              hn_instant from, hn_instant to, int64_t limit,
                              const struct timeline_sample **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT check_id, at, outcome, state, output, probe FROM event.evidence "
        "WHERE check_id = ANY($1) AND at >= $2 AND at <= $3 ORDER BY at, check_id LIMIT $4";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n), DB_TS(from), DB_TS(to), DB_I64(limit)};

    return db_select(db, sql, args, 4, timeline_sample_cols, HN_ARRAY_LEN(timeline_sample_cols),
                     sizeof(**out), a, out, n, e);
}
