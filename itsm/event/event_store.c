/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/event/event_store.h"

enum hn_code event_store_acknowledge(struct db *db, int64_t id, int64_t account_id,
                                     const char *note, hn_instant now, bool *won, struct hn_err *e)
{
    static const char event[] =
        "UPDATE event.transition SET acknowledged_by = $2, acknowledged_at = $3, ack_note = $4 "
        "WHERE id = $1 AND acknowledged_at IS NULL";
    static const char check[] =
        "UPDATE watch.check_state SET acknowledged_by = $2, acknowledged_at = $3 "
        "WHERE last_transition_id = $1 AND state <> 'ok'";
    struct db_arg args[] = {DB_I64(id), DB_ID(account_id), DB_TS(now), DB_TEXT(note)};
    int64_t n = 0;

    if (db_exec(db, event, args, 4, &n, e) != HN_OK ||
        (n > 0 && db_exec(db, check, args, 3, NULL, e) != HN_OK))
        return hn_ctx(e, "acknowledge event %" PRId64, id);
    *won = n > 0;
    return HN_OK;
}

enum hn_code event_store_end(struct db *db, int64_t id, hn_instant *end, struct hn_err *e)
{
    static const char sql[] =
        "SELECT coalesce((SELECT min(u.at) FROM event.transition u WHERE u.check_id = t.check_id "
        "AND NOT u.superseded AND u.to_state = 'ok' AND (u.at, u.id) > (t.at, t.id)), 'infinity') "
        "FROM event.transition t WHERE t.id = $1";
    struct db_arg args[] = {DB_I64(id)};

    if (db_i64(db, sql, args, 1, end, e) != HN_OK)
        return hn_ctx(e, "end of event %" PRId64, id);
    return HN_OK;
}

const struct db_col event_notice_cols[] = {
    DB_COL(event_notice, id),         DB_COL(event_notice, check_id),
    DB_COL(event_notice, check_name), DB_COL(event_notice, host_id),
    DB_COL(event_notice, host_name),  DB_COL(event_notice, host_label),
    DB_COL(event_notice, kind),       DB_COL(event_notice, at),
    DB_COL(event_notice, text)};
const size_t event_notice_n = HN_ARRAY_LEN(event_notice_cols);

enum hn_code event_store_notices(struct db *db, struct hn_arena *a,
                                 const struct event_notice_filter *f, struct event_notice **out,
                                 size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT x.id, x.check_id, c.name AS check_name, c.host_id, h.name AS host_name, "
        "h.label AS host_label, x.kind, x.at, x.text FROM event.notice x "
        "JOIN watch.checks c ON c.id = x.check_id "
        "JOIN watch.host h ON h.id = c.host_id WHERE ($1::bigint IS NULL OR c.host_id = $1) "
        "AND ($2::bigint IS NULL OR x.check_id = $2) AND ($3::bigint IS NULL OR x.id < $3) "
        "AND ($5::text IS NULL OR strpos(lower(concat_ws(' ', c.name, h.name, h.label, x.text)), "
        "lower($5)) > 0) ORDER BY x.id DESC LIMIT $4";
    struct db_arg args[] = {DB_ID(f->host_id), DB_ID(f->check_id), DB_ID(f->before_id),
                            DB_I64(f->limit), DB_TEXT(f->q)};

    if (db_select(db, sql, args, HN_ARRAY_LEN(args), event_notice_cols, event_notice_n,
                  sizeof(**out), a, out, n, e) != HN_OK)
        return hn_ctx(e, "notices");
    return HN_OK;
}
