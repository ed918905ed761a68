/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/report/report_store.h"

static const struct db_col row_cols[] = {
    DB_COL(report_row, id),           DB_COL(report_row, type),
    DB_COL(report_row, month),        DB_COL(report_row, edition),
    DB_COL(report_row, state),        DB_COL(report_row, error),
    DB_COL(report_row, summary),      DB_COL(report_row, reason),
    DB_COL(report_row, as_of),        DB_COL(report_row, context),
    DB_COL(report_row, created_by),   DB_COL(report_row, creator),
    DB_COL(report_row, created_at),   DB_COL(report_row, rendered_at),
    DB_COL(report_row, submitted_by), DB_COL(report_row, submitter),
    DB_COL(report_row, submitted_at), DB_COL(report_row, approved_by),
    DB_COL(report_row, approver),     DB_COL(report_row, approved_at),
    DB_COL(report_row, version),
};
#define ROW_COLS row_cols, HN_ARRAY_LEN(row_cols)
/* Lists leave the context out: it is as large as the report. */
#define SELECT_ROW(context)                                                                        \
    "SELECT r.id, r.type, r.month, r.edition, r.state, r.error, r.summary, r.reason, r.as_of, "    \
    "" context " AS context, r.created_by, c.name AS creator, r.created_at, r.rendered_at, "       \
    "r.submitted_by, s.name AS submitter, r.submitted_at, r.approved_by, p.name AS approver, "     \
    "r.approved_at, r.version FROM report.report r "                                               \
    "LEFT JOIN auth.account c ON c.id = r.created_by "                                             \
    "LEFT JOIN auth.account s ON s.id = r.submitted_by "                                           \
    "LEFT JOIN auth.account p ON p.id = r.approved_by "

enum hn_code report_store_list(struct db *db, struct hn_arena *a, const char *type,
                               const char *month, int64_t after, int64_t limit,
                               const struct report_row **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        SELECT_ROW("NULL::jsonb") "WHERE ($1::text IS NULL OR r.type = $1) "
                                  "AND ($2::text IS NULL OR r.month = $2) "
                                  "AND ($3::bigint = 0 OR (r.month, r.id) < (SELECT x.month, x.id "
                                  "FROM report.report x WHERE x.id = $3)) "
                                  "ORDER BY r.month DESC, r.id DESC LIMIT $4";
    struct db_arg args[] = {DB_TEXT(type), DB_TEXT(month), DB_I64(after), DB_I64(limit)};

    return db_select(db, sql, args, 4, ROW_COLS, sizeof(**out), a, out, n, e);
}

enum hn_code report_store_get(struct db *db, struct hn_arena *a, int64_t id, bool lock,
                              struct report_row *out, struct hn_err *e)
{
    static const char plain[] = SELECT_ROW("r.context") "WHERE r.id = $1";
    static const char locking[] = SELECT_ROW("r.context") "WHERE r.id = $1 FOR UPDATE OF r";
    struct db_arg args[] = {DB_I64(id)};

    return db_get(db, lock ? locking : plain, args, 1, ROW_COLS, a, out, e);
}

enum hn_code report_store_newest(struct db *db, struct hn_arena *a, const char *type,
                                 const char *month, bool approved_only, struct report_row *out,
                                 struct hn_err *e)
{
    static const char sql[] = SELECT_ROW("r.context") "WHERE r.type = $1 AND r.month = $2 AND "
                                                      "(NOT $3 OR r.state = 'approved') "
                                                      "ORDER BY r.edition DESC LIMIT 1";
    struct db_arg args[] = {DB_TEXT(type), DB_TEXT(month), DB_BOOL(approved_only)};

    return db_get(db, sql, args, 3, ROW_COLS, a, out, e);
}

enum hn_code report_store_add(struct db *db, const char *type, const char *month, int edition,
                              const char *reason, int64_t by, hn_instant now, int64_t *id,
                              struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO report.report (type, month, edition, state, reason, "
        "created_by, created_at) VALUES ($1, $2, $3, 'rendering', $4, $5, $6) "
        "RETURNING id";
    struct db_arg args[] = {DB_TEXT(type),   DB_TEXT(month), DB_I64(edition),
                            DB_TEXT(reason), DB_ID(by),      DB_TS(now)};

    return db_i64(db, sql, args, 6, id, e);
}

enum hn_code report_store_again(struct db *db, int64_t id, const char *reason, struct hn_err *e)
{
    static const char sql[] = "UPDATE report.report SET state = 'rendering', error = NULL, "
                              "reason = COALESCE($2, reason), version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(reason)};

    return db_exec(db, sql, args, 2, NULL, e);
}

enum hn_code report_store_rendered(struct db *db, int64_t id, const char *context, hn_instant as_of,
                                   hn_instant now, struct hn_err *e)
{
    static const char sql[] = "UPDATE report.report SET state = 'draft', context = $2, as_of = $3, "
                              "rendered_at = $4, version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(context), DB_TS(as_of), DB_TS(now)};

    return db_exec(db, sql, args, 4, NULL, e);
}

enum hn_code report_store_failed(struct db *db, int64_t id, const char *error, struct hn_err *e)
{
    static const char sql[] = "UPDATE report.report SET state = 'failed', error = $2, "
                              "version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(error)};

    return db_exec(db, sql, args, 2, NULL, e);
}

enum hn_code report_store_take(struct db *db, int64_t *id, struct hn_err *e)
{
    static const char sql[] = "SELECT id FROM report.report WHERE state = 'rendering' "
                              "ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";

    return db_i64(db, sql, NULL, 0, id, e);
}

enum hn_code report_store_take_pdf(struct db *db, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "SELECT r.id FROM report.report r WHERE r.state NOT IN ('rendering', 'failed') "
        "AND r.pdf_tries < 3 AND NOT EXISTS (SELECT 1 FROM report.file f "
        "WHERE f.report_id = r.id AND f.format = 'pdf') "
        "ORDER BY r.month DESC, r.edition DESC LIMIT 1 FOR UPDATE OF r SKIP LOCKED";

    return db_i64(db, sql, NULL, 0, id, e);
}

enum hn_code report_store_pdf_failed(struct db *db, int64_t id, const char *error, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE report.report SET pdf_tries = pdf_tries + 1, error = $2 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(error)};

    return db_exec(db, sql, args, 2, NULL, e);
}

enum hn_code report_store_state(struct db *db, int64_t id, const char *to, int64_t by,
                                hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE report.report SET state = $2, "
        "submitted_by = CASE WHEN $2 = 'submitted' THEN $3 ELSE submitted_by END, "
        "submitted_at = CASE WHEN $2 = 'submitted' THEN $4 ELSE submitted_at END, "
        "approved_by = CASE WHEN $2 = 'approved' THEN $3 ELSE approved_by END, "
        "approved_at = CASE WHEN $2 = 'approved' THEN $4 ELSE approved_at END, "
        "version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(to), DB_I64(by), DB_TS(now)};

    return db_exec(db, sql, args, 4, NULL, e);
}

enum hn_code report_store_summary(struct db *db, int64_t id, const char *text, struct hn_err *e)
{
    static const char sql[] = "UPDATE report.report SET summary = $2, state = 'rendering', "
                              "version = version + 1 WHERE id = $1";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(text)};

    return db_exec(db, sql, args, 2, NULL, e);
}

enum hn_code report_store_file(struct db *db, struct hn_arena *a, int64_t id, const char *format,
                               struct report_file *out, struct hn_err *e)
{
    static const char sql[] = "SELECT format, encode(sha256, 'hex') AS sha256, size, data "
                              "FROM report.file WHERE report_id = $1 AND format = $2";
    static const struct db_col cols[] = {DB_COL(report_file, format), DB_COL(report_file, sha256),
                                         DB_COL(report_file, size), DB_COL(report_file, data)};
    struct db_arg args[] = {DB_I64(id), DB_TEXT(format)};

    return db_get(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), a, out, e);
}

enum hn_code report_store_put_file(struct db *db, int64_t id, const char *format,
                                   struct hn_bytes data, struct hn_bytes sha256, hn_instant now,
                                   struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO report.file (report_id, format, sha256, size, data, made_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (report_id, format) DO UPDATE SET "
        "sha256 = $3, size = $4, data = $5, made_at = $6";
    struct db_arg args[] = {DB_I64(id),
                            DB_TEXT(format),
                            DB_BYTES(sha256.p, sha256.n),
                            DB_I64((int64_t)data.n),
                            DB_BYTES(data.p, data.n),
                            DB_TS(now)};

    return db_exec(db, sql, args, 6, NULL, e);
}

enum hn_code report_store_step(struct db *db, int64_t id, const char *from, const char *to,
                               int64_t by, const char *comment, hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO report.step (report_id, from_state, to_state, by_id, at, "
        "comment) VALUES ($1, $2, $3, $4, $5, $6)";
    struct db_arg args[] = {DB_I64(id), DB_TEXT(from), DB_TEXT(to),
                            DB_ID(by),  DB_TS(now),    DB_TEXT(comment)};

    return db_exec(db, sql, args, 6, NULL, e);
}

enum hn_code report_store_steps(struct db *db, struct hn_arena *a, int64_t id,
                                const struct report_step **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT s.from_state, s.to_state, s.by_id, p.name AS by_name, s.at, s.comment "
        "FROM report.step s LEFT JOIN auth.account p ON p.id = s.by_id WHERE s.report_id = $1 "
        "ORDER BY s.id";
    static const struct db_col cols[] = {
        DB_COL(report_step, from_state), DB_COL(report_step, to_state),
        DB_COL(report_step, by_id),      DB_COL(report_step, by_name),
        DB_COL(report_step, at),         DB_COL(report_step, comment)};
    struct db_arg args[] = {DB_I64(id)};

    return db_select(db, sql, args, 1, cols, HN_ARRAY_LEN(cols), sizeof(**out), a, out, n, e);
}

enum hn_code report_store_remarks(struct db *db, struct hn_arena *a, int64_t id,
                                  const struct report_remark **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT m.id, m.block, m.figure, m.text, p.name AS by_name, m.at, m.settled_at, "
        "s.name AS settled_by FROM report.remark m JOIN auth.account p ON p.id = m.by_id "
        "LEFT JOIN auth.account s ON s.id = m.settled_by WHERE m.report_id = $1 ORDER BY m.id";
    static const struct db_col cols[] = {
        DB_COL(report_remark, id),         DB_COL(report_remark, block),
        DB_COL(report_remark, figure),     DB_COL(report_remark, text),
        DB_COL(report_remark, by_name),    DB_COL(report_remark, at),
        DB_COL(report_remark, settled_at), DB_COL(report_remark, settled_by)};
    struct db_arg args[] = {DB_I64(id)};

    return db_select(db, sql, args, 1, cols, HN_ARRAY_LEN(cols), sizeof(**out), a, out, n, e);
}

enum hn_code report_store_add_remark(struct db *db, int64_t id, const char *block,
                                     const char *figure, const char *text, int64_t by,
                                     hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO report.remark (report_id, block, figure, text, by_id, at) "
        "VALUES ($1, $2, $3, $4, $5, $6)";
    struct db_arg args[] = {DB_I64(id),    DB_TEXT(block), DB_TEXT(figure),
                            DB_TEXT(text), DB_I64(by),     DB_TS(now)};

    return db_exec(db, sql, args, 6, NULL, e);
}

enum hn_code report_store_settle(struct db *db, int64_t id, int64_t remark_id, int64_t by,
                                 hn_instant now, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE report.remark SET settled_by = $3, settled_at = $4 "
        "WHERE report_id = $1 AND id = $2 AND settled_at IS NULL RETURNING id";
    struct db_arg args[] = {DB_I64(id), DB_I64(remark_id), DB_I64(by), DB_TS(now)};
    int64_t got;

    return db_i64(db, sql, args, 4, &got, e);
}
