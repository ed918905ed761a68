/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/ingest_store.h"

#define CHECK_COL(f) DB_COL(ingest_check, f)
static const struct db_col check_cols[] = {
    CHECK_COL(check_id),        CHECK_COL(host_id),
    CHECK_COL(attempts_n),      CHECK_COL(attempts_of),
    CHECK_COL(interval_s),      CHECK_COL(retry_interval_s),
    CHECK_COL(timeout_s),       CHECK_COL(state),
    CHECK_COL(state_since),     CHECK_COL(soft),
    CHECK_COL(known_state),     CHECK_COL(known_since),
    CHECK_COL(window_text),     CHECK_COL(first_fail_at),
    CHECK_COL(last_at),         CHECK_COL(last_ok_at),
    CHECK_COL(last_code),       CHECK_COL(output),
    CHECK_COL(last_journal_id), CHECK_COL(last_transition_id),
    CHECK_COL(version),         CHECK_COL(enabled)};

enum hn_code ingest_store_lock(struct db *db, struct hn_i64s ids, struct hn_arena *a,
                               struct ingest_check **out, size_t *n, struct hn_err *e)
{
    /* A passive check is due only where it says how fresh its results must be. */
    static const char lock[] =
        "SELECT s.check_id, c.host_id, c.attempts_n, c.attempts_of, "
        "CASE WHEN c.kind = 'passive' THEN CASE jsonb_typeof(c.params -> 'freshness_s') "
        "WHEN 'number' THEN (c.params ->> 'freshness_s')::numeric::bigint ELSE 0 END "
        "ELSE c.interval_s END AS interval_s, "
        "c.retry_interval_s::bigint AS retry_interval_s, c.timeout_s, s.state, s.state_since, "
        "s.soft, s.known_state, s.known_since, s.window_text, s.first_fail_at, s.last_at, "
        "s.last_ok_at, s.last_code, s.output, s.last_journal_id, s.last_transition_id, c.version, "
        "c.enabled AND h.enabled AS enabled "
        "FROM watch.check_state s JOIN watch.checks c ON c.id = s.check_id "
        "JOIN watch.host h ON h.id = c.host_id "
        "WHERE s.check_id = ANY($1) ORDER BY s.check_id FOR NO KEY UPDATE OF s";
    static const char make[] =
        "INSERT INTO watch.check_state (check_id) SELECT id FROM watch.checks "
        "WHERE id = ANY($1) ORDER BY id ON CONFLICT DO NOTHING";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n)};
    int64_t made = 0;

    if (db_select(db, lock, args, 1, check_cols, HN_ARRAY_LEN(check_cols),
                  sizeof(struct ingest_check), a, out, n, e) != HN_OK)
        return hn_ctx(e, "lock check states");
    if (*n == ids.n)
        return HN_OK;
    if (db_exec(db, make, args, 1, &made, e) != HN_OK)
        return hn_ctx(e, "make check states");
    if (made == 0)
        return HN_OK;
    if (db_select(db, lock, args, 1, check_cols, HN_ARRAY_LEN(check_cols),
                  sizeof(struct ingest_check), a, out, n, e) != HN_OK)
        return hn_ctx(e, "lock check states");
    return HN_OK;
}

#define COLUMN(T, field)                                                                           \
    T *field = hn_arena_make(a, T, n);                                                             \
    for (size_t i = 0; i < n; i++)                                                                 \
    field[i] = c[i].field

enum hn_code ingest_store_save(struct db *db, const struct ingest_check *c, size_t n,
                               struct hn_arena *a, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.check_state s SET state = u.state, state_since = u.state_since, "
        "soft = u.soft <> 0, known_state = u.known_state, known_since = u.known_since, "
        "window_text = u.window_text, first_fail_at = u.first_fail_at, last_at = u.last_at, "
        "last_ok_at = u.last_ok_at, last_code = u.last_code, "
        "last_outcome = (ARRAY['ok','failed','not_run','lost'])[(u.last_code >> 2) + 1], "
        "output = u.output, last_journal_id = nullif(u.last_journal_id, 0), "
        "last_transition_id = nullif(u.last_transition_id, 0), "
        "acknowledged_by = CASE WHEN u.state = 'ok' THEN NULL ELSE s.acknowledged_by END, "
        "acknowledged_at = CASE WHEN u.state = 'ok' THEN NULL ELSE s.acknowledged_at END "
        "FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[], "
        "$6::timestamptz[], $7::text[], $8::timestamptz[], $9::timestamptz[], "
        "$10::timestamptz[], $11::bigint[], $12::text[], $13::bigint[], $14::bigint[]) "
        "AS u(check_id, state, state_since, soft, known_state, known_since, window_text, "
        "first_fail_at, last_at, last_ok_at, last_code, output, last_journal_id, "
        "last_transition_id) WHERE s.check_id = u.check_id";
    COLUMN(int64_t, check_id);
    COLUMN(const char *, state);
    COLUMN(int64_t, state_since);
    COLUMN(int64_t, soft);
    COLUMN(const char *, known_state);
    COLUMN(int64_t, known_since);
    COLUMN(const char *, window_text);
    COLUMN(int64_t, first_fail_at);
    COLUMN(int64_t, last_at);
    COLUMN(int64_t, last_ok_at);
    COLUMN(int64_t, last_code);
    COLUMN(const char *, output);
    COLUMN(int64_t, last_journal_id);
    COLUMN(int64_t, last_transition_id);
    struct db_arg args[] = {DB_I64S(check_id, n),        DB_TEXTS(state, n),
                            DB_TSS(state_since, n),      DB_I64S(soft, n),
                            DB_TEXTS(known_state, n),    DB_TSS(known_since, n),
                            DB_TEXTS(window_text, n),    DB_TSS(first_fail_at, n),
                            DB_TSS(last_at, n),          DB_TSS(last_ok_at, n),
                            DB_I64S(last_code, n),       DB_TEXTS(output, n),
                            DB_I64S(last_journal_id, n), DB_I64S(last_transition_id, n)};

    if (n == 0)
        return HN_OK;
    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "save check states");
    return HN_OK;
}

struct steady_sink {
    struct ingest_steady *v;
    size_t n, at;
    int64_t journal_id;
};

static enum hn_code take_steady(void *ctx, const struct db_cell *cells, size_t n, struct hn_err *e)
{
    struct steady_sink *s = ctx;
    int64_t id = db_cell_i64(cells[0]);
    size_t lo = 0, hi = s->n;

    (void)n;
    (void)e;
    /* mostly they come in the order in which they were given */
    if (s->at < s->n && s->v[s->at].check_id == id)
        lo = hi = s->at;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (s->v[mid].check_id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < s->n && s->v[lo].check_id == id)
        s->v[lo].done = true;
    s->at = lo + 1;
    s->journal_id = db_cell_i64(cells[1]);
    return HN_OK;
}

enum hn_code ingest_store_steady(struct db *db, struct ingest_steady *c, size_t n,
                                 struct hn_arena *a, int64_t *journal_id, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE watch.check_state s SET last_at = u.at, last_ok_at = u.at, output = u.output, "
        "last_journal_id = (SELECT nextval('series.journal_id_seq')) "
        "FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], "
        "$5::timestamptz[], $6::text[]) AS u(check_id, version, after, since, at, output) "
        "WHERE s.check_id = u.check_id AND s.state = 'ok' AND NOT s.soft AND s.last_code = 0 "
        "AND s.window_text = '' AND s.last_at < u.after AND s.last_at >= u.since "
        "AND EXISTS (SELECT FROM watch.checks c WHERE c.id = u.check_id AND c.version = u.version) "
        "RETURNING s.check_id, s.last_journal_id";
    struct steady_sink sink = {.v = c, .n = n};
    COLUMN(int64_t, check_id);
    COLUMN(int64_t, version);
    COLUMN(int64_t, after);
    COLUMN(int64_t, since);
    COLUMN(int64_t, at);
    COLUMN(const char *, output);
    struct db_arg args[] = {DB_I64S(check_id, n), DB_I64S(version, n), DB_TSS(after, n),
                            DB_TSS(since, n),     DB_TSS(at, n),       DB_TEXTS(output, n)};

    if (db_each(db, sql, args, HN_ARRAY_LEN(args), take_steady, &sink, e) != HN_OK)
        return hn_ctx(e, "results that change nothing");
    *journal_id = sink.journal_id;
    return HN_OK;
}

struct id_sink {
    struct ingest_transition *v;
    size_t n, at;
};

static enum hn_code take_id(void *ctx, const struct db_cell *cells, size_t n, struct hn_err *e)
{
    struct id_sink *s = ctx;

    (void)n;
    (void)e;
    if (s->at < s->n)
        s->v[s->at++].id = db_cell_i64(cells[0]);
    return HN_OK;
}

enum hn_code ingest_store_transitions(struct db *db, struct ingest_transition *v, size_t n,
                                      hn_instant now, struct hn_arena *a, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO event.transition (check_id, host_id, from_state, to_state, at, "
        "confirmed_at, output, late, suppressed_by, created_at) "
        "SELECT check_id, host_id, f, t, at, confirmed_at, output, late <> 0, "
        "nullif(suppressed_by, 0), $10 FROM unnest($1::bigint[], $2::bigint[], $3::text[], "
        "$4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::bigint[], "
        "$9::bigint[]) WITH ORDINALITY "
        "AS u(check_id, host_id, f, t, at, confirmed_at, output, late, suppressed_by, ord) "
        "ORDER BY ord RETURNING id";
    int64_t *check = hn_arena_make(a, int64_t, n);
    int64_t *host = hn_arena_make(a, int64_t, n);
    const char **from = hn_arena_make(a, const char *, n);
    const char **to = hn_arena_make(a, const char *, n);
    int64_t *at = hn_arena_make(a, int64_t, n);
    int64_t *confirmed = hn_arena_make(a, int64_t, n);
    const char **output = hn_arena_make(a, const char *, n);
    int64_t *late = hn_arena_make(a, int64_t, n);
    int64_t *by = hn_arena_make(a, int64_t, n);
    struct id_sink sink = {v, n, 0};

    if (n == 0)
        return HN_OK;
    for (size_t i = 0; i < n; i++) {
        check[i] = v[i].check_id;
        host[i] = v[i].host_id;
        from[i] = check_state_word(v[i].t.from);
        to[i] = check_state_word(v[i].t.to);
        at[i] = v[i].t.at;
        confirmed[i] = v[i].t.confirmed_at;
        output[i] = v[i].output;
        late[i] = v[i].late;
        by[i] = v[i].suppressed_by;
    }
    struct db_arg args[] = {DB_I64S(check, n),   DB_I64S(host, n), DB_TEXTS(from, n),
                            DB_TEXTS(to, n),     DB_TSS(at, n),    DB_TSS(confirmed, n),
                            DB_TEXTS(output, n), DB_I64S(late, n), DB_I64S(by, n),
                            DB_TS(now)};

    if (db_each(db, sql, args, HN_ARRAY_LEN(args), take_id, &sink, e) != HN_OK)
        return hn_ctx(e, "insert transitions");
    HN_ASSERT(sink.at == n);
    return HN_OK;
}

enum hn_code ingest_store_void(struct db *db, int64_t check_id, hn_instant from, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE event.transition SET superseded = true, flow_state = 'new', flow_due_at = NULL "
        "WHERE check_id = $1 AND at >= $2 AND NOT superseded";
    struct db_arg args[] = {DB_I64(check_id), DB_TS(from)};

    if (db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "supersede transitions");
    return HN_OK;
}

enum hn_code ingest_store_void_ids(struct db *db, struct hn_i64s ids, struct hn_err *e)
{
    static const char sql[] =
        "UPDATE event.transition SET superseded = true, flow_state = 'new', flow_due_at = NULL "
        "WHERE id = ANY($1) AND NOT superseded";
    struct db_arg args[] = {DB_I64S(ids.v, ids.n)};

    if (ids.n > 0 && db_exec(db, sql, args, 1, NULL, e) != HN_OK)
        return hn_ctx(e, "supersede transitions");
    return HN_OK;
}

struct history_row {
    int64_t id;
    int64_t host_id;
    const char *from_state;
    const char *to_state;
    hn_instant at;
    hn_instant confirmed_at;
};

enum hn_code ingest_store_history(struct db *db, int64_t check_id, hn_instant from,
                                  struct hn_arena *a, struct ingest_transition **out, size_t *n,
                                  struct hn_err *e)
{
    static const char sql[] =
        "SELECT id, host_id, from_state, to_state, at, confirmed_at FROM event.transition "
        "WHERE check_id = $1 AND at >= $2 AND NOT superseded ORDER BY at, id";
    static const struct db_col cols[] = {
        DB_COL(history_row, id),         DB_COL(history_row, host_id),
        DB_COL(history_row, from_state), DB_COL(history_row, to_state),
        DB_COL(history_row, at),         DB_COL(history_row, confirmed_at)};
    struct db_arg args[] = {DB_I64(check_id), DB_TS(from)};
    struct history_row *rows;

    if (db_select(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), sizeof(*rows), a, &rows, n, e) !=
        HN_OK)
        return hn_ctx(e, "transitions of check %" PRId64, check_id);
    *out = hn_arena_make(a, struct ingest_transition, *n);
    for (size_t i = 0; i < *n; i++) {
        struct ingest_transition *t = &(*out)[i];

        *t = (struct ingest_transition){
            .id = rows[i].id,
            .check_id = check_id,
            .host_id = rows[i].host_id,
            .t = {.at = rows[i].at, .confirmed_at = rows[i].confirmed_at}};
        HN_ASSERT(check_state_parse(rows[i].from_state, &t->t.from) &&
                  check_state_parse(rows[i].to_state, &t->t.to));
    }
    return HN_OK;
}

enum hn_code ingest_store_before(struct db *db, int64_t check_id, hn_instant t, struct hn_arena *a,
                                 struct ingest_before *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT to_state AS state, (SELECT k.to_state FROM event.transition k "
        "WHERE k.check_id = $1 AND k.at < $2 AND NOT k.superseded AND k.to_state <> 'unknown' "
        "ORDER BY k.at DESC, k.id DESC LIMIT 1) AS known, at AS since "
        "FROM event.transition WHERE check_id = $1 AND at < $2 AND NOT superseded "
        "ORDER BY at DESC, id DESC LIMIT 1";
    static const struct db_col cols[] = {DB_COL(ingest_before, state), DB_COL(ingest_before, known),
                                         DB_COL(ingest_before, since)};
    struct db_arg args[] = {DB_I64(check_id), DB_TS(t)};

    *out = (struct ingest_before){"pending", "pending", HN_UNSET};
    if (db_get(db, sql, args, 2, cols, HN_ARRAY_LEN(cols), a, out, e) == HN_OK) {
        if (out->known == NULL)
            out->known = "pending";
        return HN_OK;
    }
    if (e->code != HN_E_NOT_FOUND)
        return hn_ctx(e, "state of check %" PRId64, check_id);
    hn_err_clear(e);
    return HN_OK;
}

enum hn_code ingest_store_evidence(struct db *db, const char *probe,
                                   const struct ingest_evidence *v, size_t n, int64_t journal_id,
                                   hn_instant now, struct hn_arena *a, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO event.evidence (check_id, at, outcome, state, output, values, probe, "
        "received_at, journal_id) "
        "SELECT check_id, at, outcome, state, output, v::jsonb, $7, $8, $9 "
        "FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], "
        "$6::text[]) AS u(check_id, at, outcome, state, output, v) ON CONFLICT DO NOTHING";
    int64_t *check = hn_arena_make(a, int64_t, n);
    int64_t *at = hn_arena_make(a, int64_t, n);
    const char **outcome = hn_arena_make(a, const char *, n);
    const char **state = hn_arena_make(a, const char *, n);
    const char **output = hn_arena_make(a, const char *, n);
    const char **values = hn_arena_make(a, const char *, n);

    if (n == 0)
        return HN_OK;
    for (size_t i = 0; i < n; i++) {
        check[i] = v[i].check_id;
        at[i] = v[i].at;
        outcome[i] = check_outcome_word(journal_code_outcome(v[i].code));
        state[i] = check_result_state_word(journal_code_state(v[i].code));
        output[i] = v[i].output;
        values[i] = v[i].values;
    }
    struct db_arg args[] = {DB_I64S(check, n),  DB_TSS(at, n),       DB_TEXTS(outcome, n),
                            DB_TEXTS(state, n), DB_TEXTS(output, n), DB_TEXTS(values, n),
                            DB_TEXT(probe),     DB_TS(now),          DB_ID(journal_id)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "insert evidence");
    return HN_OK;
}

enum hn_code ingest_store_notice(struct db *db, int64_t check_id, const char *kind,
                                 const char *text, hn_instant at, hn_instant now, struct hn_err *e)
{
    static const char sql[] = "INSERT INTO event.notice (check_id, kind, at, text, created_at) "
                              "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    struct db_arg args[] = {DB_I64(check_id), DB_TEXT(kind), DB_TS(at), DB_TEXT(text), DB_TS(now)};

    if (db_exec(db, sql, args, 5, NULL, e) != HN_OK)
        return hn_ctx(e, "insert notice");
    return HN_OK;
}

enum hn_code ingest_store_inventory(struct db *db, int64_t check_id, const char *json,
                                    hn_instant at, struct hn_err *e)
{
    static const char keep[] =
        "INSERT INTO watch.inventory AS i (check_id, at, data) VALUES ($1, $2, $3::jsonb) "
        "ON CONFLICT (check_id) DO UPDATE SET at = excluded.at, data = excluded.data "
        "WHERE i.data <> excluded.data";
    static const char host[] =
        "UPDATE watch.host h SET sys_name = left(s ->> 'name', 255), "
        "sys_descr = left(s ->> 'descr', 1000), sys_object_id = left(s ->> 'object_id', 255), "
        "vendor = coalesce(left(s ->> 'vendor', 255), vendor), "
        "model = coalesce(left(s ->> 'model', 255), model), "
        "serial = coalesce(left(s ->> 'serial', 255), serial) "
        "FROM watch.checks c, (SELECT data -> 'system' AS s FROM watch.inventory "
        "WHERE check_id = $1) d WHERE c.id = $1 AND h.id = c.host_id "
        "AND jsonb_typeof(s) = 'object'";
    struct db_arg args[] = {DB_I64(check_id), DB_TS(at), DB_TEXT(json)};
    int64_t changed = 0;

    if (db_exec(db, keep, args, 3, &changed, e) != HN_OK)
        return hn_ctx(e, "store inventory");
    if (changed > 0 && db_exec(db, host, args, 1, NULL, e) != HN_OK)
        return hn_ctx(e, "store what the host says of itself");
    return HN_OK;
}

enum hn_code ingest_store_journal(struct db *db, const char *probe, hn_instant from, hn_instant to,
                                  size_t n, struct hn_bytes payload, int64_t *id, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO series.journal (id, probe, from_at, to_at, n, payload) OVERRIDING SYSTEM "
        "VALUE "
        "VALUES (coalesce($6, nextval('series.journal_id_seq')), $1, $2, $3, $4, $5) RETURNING id";
    struct db_arg args[] = {
        DB_TEXT(probe), DB_TS(from), DB_TS(to), DB_I64((int64_t)n), DB_BYTES(payload.p, payload.n),
        DB_ID(*id)};

    if (db_i64(db, sql, args, HN_ARRAY_LEN(args), id, e) != HN_OK)
        return hn_ctx(e, "insert into the journal");
    return HN_OK;
}

enum hn_code ingest_store_probe_seen(struct db *db, const char *probe, hn_instant now,
                                     struct hn_err *e)
{
    /* Once in five seconds is enough for those who watch the probe. */
    static const char sql[] =
        "INSERT INTO watch.probe AS p (name, last_at, started_at) VALUES ($1, $2, $2) "
        "ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at "
        "WHERE p.last_at IS NULL OR p.last_at < excluded.last_at - interval '5 s'";
    struct db_arg args[] = {DB_TEXT(probe), DB_TS(now)};

    if (db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "probe seen");
    return HN_OK;
}

enum hn_code ingest_store_beat(struct db *db, const char *name, hn_instant started_at,
                               hn_instant now, const char *counters, const char *note,
                               struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.probe AS p (name, started_at, last_at, counters, note) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE "
        "SET started_at = excluded.started_at, last_at = greatest(p.last_at, excluded.last_at),"
        " counters = excluded.counters, note = excluded.note";
    struct db_arg args[] = {DB_TEXT(name), DB_TS(started_at), DB_TS(now), DB_TEXT(counters),
                            DB_TEXT(note)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "beat of probe %s", name);
    return HN_OK;
}

enum hn_code ingest_store_notify(struct db *db, struct hn_err *e)
{
    /* hn_live: the open boards and event lists (server/http/live.h) */
    static const char sql[] = "SELECT pg_notify('hn_transition', ''),"
                              " pg_notify('hn_live', E'board\\n'),"
                              " pg_notify('hn_live', E'events\\n')";

    return db_exec(db, sql, NULL, 0, NULL, e);
}

struct series_sink {
    int64_t *ids;
    size_t n;
};

static enum hn_code take_series(void *ctx, const struct db_cell *cells, size_t n, struct hn_err *e)
{
    struct series_sink *s = ctx;
    int64_t ord = db_cell_i64(cells[0]);

    (void)n;
    (void)e;
    if (ord >= 1 && (size_t)ord <= s->n)
        s->ids[ord - 1] = db_cell_i64(cells[1]);
    return HN_OK;
}

enum hn_code ingest_store_series(struct db *db, const struct ingest_series *s, hn_instant now,
                                 struct hn_arena *a, int64_t *ids, struct hn_err *e)
{
    static const char make[] =
        "INSERT INTO series.series (check_id, metric, unit, kind, created_at) "
        "SELECT DISTINCT ON (check_id, metric) check_id, metric, unit, kind, $5 "
        "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) "
        "AS u(check_id, metric, unit, kind) WHERE NOT EXISTS (SELECT FROM series.series x "
        "WHERE x.check_id = u.check_id AND x.metric = u.metric) "
        "ORDER BY check_id, metric ON CONFLICT DO NOTHING";
    static const char find[] =
        "SELECT u.ord, x.id FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY "
        "AS u(check_id, metric, ord) "
        "JOIN series.series x ON x.check_id = u.check_id AND x.metric = u.metric";
    struct db_arg args[] = {DB_I64S(s->check_id, s->n), DB_TEXTS(s->metric, s->n),
                            DB_TEXTS(s->unit, s->n), DB_TEXTS(s->kind, s->n), DB_TS(now)};
    struct series_sink sink = {ids, s->n};

    (void)a;
    if (s->n == 0)
        return HN_OK;
    if (db_exec(db, make, args, 5, NULL, e) != HN_OK ||
        db_each(db, find, args, 2, take_series, &sink, e) != HN_OK)
        return hn_ctx(e, "series of a batch");
    return HN_OK;
}

enum hn_code ingest_store_overdue(struct db *db, hn_instant now, int64_t limit, struct hn_arena *a,
                                  struct hn_i64s *ids, struct hn_err *e)
{
    struct row {
        int64_t id;
    };
    /* A first sieve; check_gap() decides. Checks that are switched off too: what is not measured is
     * unknown, whatever the reason. */
    static const char sql[] =
        "SELECT s.check_id AS id FROM watch.check_state s JOIN watch.checks c ON c.id = s.check_id "
        "WHERE s.state NOT IN ('unknown', 'pending') "
        "AND (c.kind <> 'passive' OR c.params ? 'freshness_s') "
        "AND s.last_at < $1::timestamptz - make_interval(secs => "
        "CASE WHEN c.kind = 'passive' THEN 1 ELSE c.interval_s END) ORDER BY s.check_id LIMIT $2";
    static const struct db_col cols[] = {DB_COL(row, id)};
    struct db_arg args[] = {DB_TS(now), DB_I64(limit)};
    struct row *rows;
    int64_t *v;
    size_t n;

    if (db_select(db, sql, args, 2, cols, 1, sizeof(*rows), a, &rows, &n, e) != HN_OK)
        return hn_ctx(e, "overdue checks");
    v = hn_arena_make(a, int64_t, n);
    for (size_t i = 0; i < n; i++)
        v[i] = rows[i].id;
    *ids = (struct hn_i64s){v, n};
    return HN_OK;
}
