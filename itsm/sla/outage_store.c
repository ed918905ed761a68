/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/outage_store.h"

static const struct db_col row_cols[] = {
    DB_COL(outage_row, id),
    DB_COL(outage_row, service_id),
    DB_COL(outage_row, service_name),
    DB_COL(outage_row, source),
    DB_COL(outage_row, from_at),
    DB_COL(outage_row, to_at),
    DB_COL(outage_row, measured_from),
    DB_COL(outage_row, measured_to),
    DB_COL(outage_row, corrected),
    DB_COL(outage_row, voided),
    DB_COL(outage_row, reason),
    DB_COL(outage_row, ticket_id),
    DB_COL(outage_row, ticket_number),
    DB_COL(outage_row, created_by),
    DB_COL(outage_row, created_at),
    DB_COL(outage_row, version),
};
#define ROW_COLS row_cols, HN_ARRAY_LEN(row_cols)
#define SELECT_ROW                                                                                 \
    "SELECT o.id, o.service_id, s.name AS service_name, o.source, o.from_at, o.to_at, "            \
    "o.measured_from, o.measured_to, o.corrected, o.voided, o.reason, o.ticket_id, "               \
    "t.number AS ticket_number, o.created_by, o.created_at, o.version FROM sla.outage o "          \
    "JOIN sla.service s ON s.id = o.service_id LEFT JOIN ticket.ticket t ON t.id = o.ticket_id "
#define WHERE_FILTER                                                                               \
    "WHERE ($1::bigint IS NULL OR o.service_id = $1) "                                             \
    "AND ($2::bigint IS NULL OR o.ticket_id = $2) "                                                \
    "AND ($3::timestamptz IS NULL OR o.to_at IS NULL OR o.to_at > $3) "                            \
    "AND ($4::timestamptz IS NULL OR o.from_at < $4) AND (NOT o.voided OR $5) "

enum hn_code outage_store_list(struct db *db, struct hn_arena *a, const struct outage_filter *f,
                               const struct outage_row **out, size_t *n, struct hn_err *e)
{
    static const char by_id[] = SELECT_ROW WHERE_FILTER "AND o.id > $6 ORDER BY o.id LIMIT $7";
    static const char newest[] = SELECT_ROW WHERE_FILTER
        "AND ($6::bigint = 0 OR (o.from_at, o.id) < (SELECT x.from_at, x.id "
        "FROM sla.outage x WHERE x.id = $6)) ORDER BY o.from_at DESC, "
        "o.id DESC LIMIT $7";
    struct db_arg args[] = {DB_ID(f->service_id), DB_ID(f->ticket_id),   DB_TS(f->from),
                            DB_TS(f->to),         DB_BOOL(f->with_void), DB_I64(f->after),
                            DB_I64(f->limit)};

    return db_select(db, f->newest ? newest : by_id, args, 7, ROW_COLS, sizeof(**out), a, out, n,
                     e);
}

enum hn_code outage_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                              struct outage_row *out, struct hn_err *e)
{
    static const char plain[] = SELECT_ROW "WHERE o.id = $1";
    static const char locking[] = SELECT_ROW "WHERE o.id = $1 FOR UPDATE OF o";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, lock ? locking : plain, args, 1, ROW_COLS, a, out, e);
}

enum hn_code outage_store_measured(struct db *db, struct hn_arena *a, int64_t service_id,
                                   hn_instant from, const struct outage_row **out, size_t *n,
                                   struct hn_err *e)
{
    static const char sql[] = SELECT_ROW
        "WHERE o.service_id = $1 AND o.source = 'rule' AND o.measured_from IS NOT NULL "
        "AND (o.measured_to IS NULL OR o.measured_to >= $2) ORDER BY o.measured_from, o.id";
    struct db_arg args[] = {DB_I64(service_id), DB_TS(from)};

    return db_select(db, sql, args, 2, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code outage_store_add(struct db *db, const struct outage_new *in, const char *source,
                              int64_t by, hn_instant now, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.outage (service_id, source, from_at, to_at, measured_from, measured_to, "
        "reason, ticket_id, created_by, created_at, sample) VALUES ($1, $2, $3, $4, "
        "CASE WHEN $2 = 'rule' THEN $3::timestamptz END, CASE WHEN $2 = 'rule' THEN "
        "$4::timestamptz END, "
        "$5, $6, $7, $8, $9) RETURNING id";
    struct db_arg args[] = {
        DB_I64(in->service_id), DB_TEXT(source),      DB_TS(in->from), DB_TS(in->to),
        DB_TEXT(in->reason),    DB_ID(in->ticket_id), DB_ID(by),       DB_TS(now),
        DB_BOOL(in->sample)};

    return db_i64(db, sql, args, 9, id, e);
}

enum hn_code outage_store_measure(struct db *db, int64_t id, hn_instant from, hn_instant to,
                                  struct hn_err *e)
{
    static const char sql[] =
        "UPDATE sla.outage SET measured_from = $2, measured_to = $3, "
        "from_at = CASE WHEN corrected THEN from_at ELSE $2 END, "
        "to_at = CASE WHEN corrected THEN to_at ELSE $3 END, "
        "voided = CASE WHEN corrected THEN voided ELSE false END, version = version + 1 "
        "WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TS(from), DB_TS(to)};

    return db_exec(db, sql, args, 3, NULL, e);
}

enum hn_code outage_store_void_measured(struct db *db, int64_t id, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.outage SET voided = true, version = version + 1 "
                              "WHERE id = $1 AND NOT corrected";
    struct db_arg args[] = {DB_I64(id)};

    return db_exec(db, sql, args, 1, NULL, e);
}

enum hn_code outage_store_set_ticket(struct db *db, int64_t id, int64_t ticket_id, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.outage SET ticket_id = $2, version = version + 1 "
                              "WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_ID(ticket_id)};

    return db_exec(db, sql, args, 2, NULL, e);
}

enum hn_code outage_store_correct(struct db *db, int64_t id, hn_instant from, hn_instant to,
                                  bool void_it, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.outage SET from_at = $2, to_at = $3, voided = $4, "
                              "corrected = true, version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TS(from), DB_TS(to), DB_BOOL(void_it)};

    return db_exec(db, sql, args, 4, NULL, e);
}

static const struct db_col change_cols[] = {
    DB_COL(outage_change_row, id),         DB_COL(outage_change_row, outage_id),
    DB_COL(outage_change_row, from_at),    DB_COL(outage_change_row, to_at),
    DB_COL(outage_change_row, void_it),    DB_COL(outage_change_row, old_from_at),
    DB_COL(outage_change_row, old_to_at),  DB_COL(outage_change_row, reason),
    DB_COL(outage_change_row, state),      DB_COL(outage_change_row, proposed_by),
    DB_COL(outage_change_row, proposer),   DB_COL(outage_change_row, proposed_at),
    DB_COL(outage_change_row, decided_by), DB_COL(outage_change_row, decider),
    DB_COL(outage_change_row, decided_at), DB_COL(outage_change_row, decision_note),
};

enum hn_code outage_store_changes(struct db *db, struct hn_arena *a, int64_t outage_id,
                                  bool waiting, const struct outage_change_row **out, size_t *n,
                                  struct hn_err *e)
{
    static const char sql[] =
        "SELECT c.id, c.outage_id, c.from_at, c.to_at, c.void AS void_it, c.old_from_at, "
        "c.old_to_at, c.reason, c.state, c.proposed_by, p.name AS proposer, c.proposed_at, "
        "c.decided_by, d.name AS decider, c.decided_at, c.decision_note FROM sla.outage_change c "
        "JOIN auth.account p ON p.id = c.proposed_by LEFT JOIN auth.account d ON d.id = "
        "c.decided_by "
        "WHERE ($1::bigint IS NULL OR c.outage_id = $1) AND (NOT $2 OR c.state = 'proposed') "
        "ORDER BY c.id DESC LIMIT 500";
    struct db_arg args[] = {DB_ID(outage_id), DB_BOOL(waiting)};

    return db_select(db, sql, args, 2, change_cols, HN_ARRAY_LEN(change_cols), sizeof(**out), a,
                     out, n, e);
}

enum hn_code outage_store_propose(struct db *db, const struct outage_row *old,
                                  const struct outage_correction *in, int64_t by, hn_instant now,
                                  int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO sla.outage_change (outage_id, from_at, to_at, void, old_from_at, old_to_at, "
        "reason, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING "
        "id";
    struct db_arg args[] = {DB_I64(old->id),      DB_TS(in->from),     DB_TS(in->to),
                            DB_BOOL(in->void_it), DB_TS(old->from_at), DB_TS(old->to_at),
                            DB_TEXT(in->reason),  DB_I64(by),          DB_TS(now)};

    return db_i64(db, sql, args, 9, id, e);
}

enum hn_code outage_store_decide(struct db *db, int64_t change_id, const char *state, int64_t by,
                                 const char *note, hn_instant now, struct hn_err *e)
{
    static const char sql[] = "UPDATE sla.outage_change SET state = $2, decided_by = $3, "
                              "decision_note = $4, decided_at = $5 WHERE id = $1";
    struct db_arg args[] = {DB_I64(change_id), DB_TEXT(state), DB_I64(by), DB_TEXT(note),
                            DB_TS(now)};

    return db_exec(db, sql, args, 5, NULL, e);
}
