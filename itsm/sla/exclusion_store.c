/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/outage_store.h"

static const struct db_col row_cols[] = {
    DB_COL(exclusion_row, id),           DB_COL(exclusion_row, service_id),
    DB_COL(exclusion_row, service_name), DB_COL(exclusion_row, from_at),
    DB_COL(exclusion_row, to_at),        DB_COL(exclusion_row, reason),
    DB_COL(exclusion_row, note),         DB_COL(exclusion_row, evidence),
    DB_COL(exclusion_row, ticket_id),    DB_COL(exclusion_row, ticket_number),
    DB_COL(exclusion_row, state),        DB_COL(exclusion_row, proposed_by),
    DB_COL(exclusion_row, proposer),     DB_COL(exclusion_row, proposed_at),
    DB_COL(exclusion_row, decided_by),   DB_COL(exclusion_row, decider),
    DB_COL(exclusion_row, decided_at),   DB_COL(exclusion_row, decision_note),
    DB_COL(exclusion_row, version),
};
#define ROW_COLS row_cols, HN_ARRAY_LEN(row_cols)
#define SELECT_ROW                                                                                 \
    "SELECT x.id, x.service_id, s.name AS service_name, x.from_at, x.to_at, x.reason, x.note, "    \
    "x.evidence, x.ticket_id, t.number AS ticket_number, x.state, x.proposed_by, p.name AS "       \
    "proposer, x.proposed_at, "                                                                    \
    "x.decided_by, d.name AS decider, x.decided_at, x.decision_note, x.version "                   \
    "FROM sla.exclusion x JOIN sla.service s ON s.id = x.service_id "                              \
    "JOIN auth.account p ON p.id = x.proposed_by LEFT JOIN auth.account d ON d.id = x.decided_by " \
    "LEFT JOIN ticket.ticket t ON t.id = x.ticket_id "
#define WHERE_FILTER                                                                               \
    "WHERE ($1::bigint IS NULL OR x.service_id = $1) AND ($2::text IS NULL OR x.state = $2) "      \
    "AND ($3::timestamptz IS NULL OR x.to_at > $3) "                                               \
    "AND ($4::timestamptz IS NULL OR x.from_at < $4) "

enum hn_code exclusion_store_list(struct db *db, struct hn_arena *a,
                                  const struct exclusion_filter *f,
                                  const struct exclusion_row **out, size_t *n, struct hn_err *e)
{
    static const char by_id[] = SELECT_ROW WHERE_FILTER "AND x.id > $5 ORDER BY x.id LIMIT $6";
    static const char newest[] = SELECT_ROW WHERE_FILTER
        "AND ($5::bigint = 0 OR (x.from_at, x.id) < (SELECT y.from_at, y.id "
        "FROM sla.exclusion y WHERE y.id = $5)) ORDER BY x.from_at DESC, "
        "x.id DESC LIMIT $6";
    struct db_arg args[] = {DB_ID(f->service_id), DB_TEXT(f->state), DB_TS(f->from),
                            DB_TS(f->to),         DB_I64(f->after),  DB_I64(f->limit)};

    return db_select(db, f->newest ? newest : by_id, args, 6, ROW_COLS, sizeof(**out), a, out, n,
                     e);
}

enum hn_code exclusion_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                                 struct exclusion_row *out, struct hn_err *e)
{
    static const char plain[] = SELECT_ROW "WHERE x.id = $1";
    static const char locking[] = SELECT_ROW "WHERE x.id = $1 FOR UPDATE OF x";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, lock ? locking : plain, args, 1, ROW_COLS, a, out, e);
}

enum hn_code exclusion_store_add(struct db *db, const struct exclusion_new *in, int64_t by,
                                 hn_instant now, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.exclusion (service_id, from_at, to_at, reason, note, evidence, ticket_id, "
        "proposed_by, proposed_at, sample) VALUES ($1, $2, $3, $4, COALESCE($5, ''), $6, $7, $8, "
        "$9, "
        "$10) RETURNING id";
    struct db_arg args[] = {DB_I64(in->service_id), DB_TS(in->from),   DB_TS(in->to),
                            DB_TEXT(in->reason),    DB_TEXT(in->note), DB_TEXT(in->evidence),
                            DB_ID(in->ticket_id),   DB_I64(by),        DB_TS(now),
                            DB_BOOL(in->sample)};

    return db_i64(db, sql, args, 10, id, e);
}

enum hn_code exclusion_store_decide(struct db *db, int64_t id, const char *state, int64_t by,
                                    const char *note, hn_instant now, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.exclusion SET state = $2, decided_by = $3, "
                              "decision_note = $4, decided_at = $5, version = version + 1 "
                              "WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(state), DB_I64(by), DB_TEXT(note), DB_TS(now)};

    return db_exec(db, sql, args, 5, NULL, e);
}

static const struct db_col gap_cols[] = {
    DB_COL(gap_row, id),           DB_COL(gap_row, service_id),  DB_COL(gap_row, service_name),
    DB_COL(gap_row, from_at),      DB_COL(gap_row, to_at),       DB_COL(gap_row, decision),
    DB_COL(gap_row, evidence),     DB_COL(gap_row, state),       DB_COL(gap_row, proposed_by),
    DB_COL(gap_row, proposer),     DB_COL(gap_row, proposed_at), DB_COL(gap_row, decided_by),
    DB_COL(gap_row, decider),      DB_COL(gap_row, decided_at),  DB_COL(gap_row, decision_note),
    DB_COL(gap_row, exclusion_id),
};

enum hn_code gap_store_list(struct db *db, struct hn_arena *a, int64_t service_id, int64_t id,
                            hn_instant from, hn_instant to, const struct gap_row **out, size_t *n,
                            struct hn_err *e)
{
    static const char sql[] =
        "SELECT g.id, g.service_id, s.name AS service_name, g.from_at, g.to_at, g.decision, "
        "g.evidence, g.state, g.proposed_by, p.name AS proposer, g.proposed_at, g.decided_by, "
        "d.name AS decider, g.decided_at, g.decision_note, g.exclusion_id FROM sla.gap_decision g "
        "JOIN sla.service s ON s.id = g.service_id JOIN auth.account p ON p.id = g.proposed_by "
        "LEFT JOIN auth.account d ON d.id = g.decided_by "
        "WHERE ($1::bigint IS NULL OR g.service_id = $1) AND ($2::bigint IS NULL OR g.id = $2) "
        "AND ($3::timestamptz IS NULL OR g.to_at > $3) "
        "AND ($4::timestamptz IS NULL OR g.from_at < $4) ORDER BY g.from_at, g.id LIMIT 1000";
    struct db_arg args[] = {DB_ID(service_id), DB_ID(id), DB_TS(from), DB_TS(to)};

    return db_select(db, sql, args, 4, gap_cols, HN_ARRAY_LEN(gap_cols), sizeof(**out), a, out, n,
                     e);
}

enum hn_code gap_store_add(struct db *db, const struct gap_new *in, int64_t by, hn_instant now,
                           int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.gap_decision (service_id, from_at, to_at, decision, evidence, "
        "proposed_by, "
        "proposed_at, sample) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    struct db_arg args[] = {
        DB_I64(in->service_id), DB_TS(in->from), DB_TS(in->to), DB_TEXT(in->decision),
        DB_TEXT(in->evidence),  DB_I64(by),      DB_TS(now),    DB_BOOL(in->sample)};

    return db_i64(db, sql, args, 8, id, e);
}

enum hn_code gap_store_decide(struct db *db, int64_t id, const char *state, int64_t by,
                              const char *note, int64_t exclusion_id, hn_instant now,
                              struct hn_err *e)
{
    static const char sql[] =
        "UPDATE sla.gap_decision SET state = $2, decided_by = $3, decision_note = $4, "
        "decided_at = $5, exclusion_id = $6, version = version + 1 "
        "WHERE id = $1 AND state = 'proposed' RETURNING id";
    struct db_arg args[] = {DB_I64(id),    DB_TEXT(state), DB_I64(by),
                            DB_TEXT(note), DB_TS(now),     DB_ID(exclusion_id)};
    int64_t got;

    if (db_i64(db, sql, args, 6, &got, e) != HN_E_NOT_FOUND)
        return e->code;
    return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
}
