/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest_store.h — the rows that a batch touches: check states, transitions, evidence, the journal.
 * Private to server/ingest, except for what says otherwise.
 */
#ifndef HN_INGEST_STORE_H
#define HN_INGEST_STORE_H

#include "server/ingest/ingest.h"
#include "server/ingest/journal.h"

/* A check's state row with what judging it needs, locked. */
struct ingest_check {
    int64_t check_id;
    int64_t host_id;
    int attempts_n;
    int attempts_of;
    int64_t interval_s; /* 0: nothing is ever due */
    int64_t retry_interval_s;
    double timeout_s;
    const char *state;
    hn_instant state_since;
    bool soft;
    const char *known_state;
    hn_instant known_since;
    const char *window_text;
    hn_instant first_fail_at;
    hn_instant last_at;
    hn_instant last_ok_at;
    int last_code;
    const char *output;
    int64_t last_journal_id;
    int64_t last_transition_id;
    int64_t version; /* of the check */
    bool enabled;    /* the check's and its host's */
};

/* The policy and the row for the pure functions of check_state.h. */
struct check_policy ingest_policy(const struct ingest_check *c);
struct check_row ingest_row(const struct ingest_check *c);
/* The other way: what check_step() made of the row. Memory: a. */
void ingest_row_set(struct ingest_check *c, const struct check_row *row, struct hn_arena *a);

/* Locks the state rows of the checks that exist, in id order, making those that are missing. ids:
 * ascending, distinct. */
HN_MUST_USE enum hn_code ingest_store_lock(struct db *db, struct hn_i64s ids, struct hn_arena *a,
                                           struct ingest_check **out, size_t *n, struct hn_err *e);
/* Writes the rows back, all in one statement. */
HN_MUST_USE enum hn_code ingest_store_save(struct db *db, const struct ingest_check *c, size_t n,
                                           struct hn_arena *a, struct hn_err *e);

/* Results of one check that change nothing, if its row is as it must be: of that version, ok
 * without a streak, its newest result before `after` and not before `since`. at, output: of the
 * last. */
struct ingest_steady {
    int64_t check_id;
    int64_t version;
    hn_instant after, since, at;
    const char *output;
    bool done; /* out: it was so, and is written */
};
/* v: by check, ascending. Takes the number of the journal's row, which the rows written name. */
HN_MUST_USE enum hn_code ingest_store_steady(struct db *db, struct ingest_steady *v, size_t n,
                                             struct hn_arena *a, int64_t *journal_id,
                                             struct hn_err *e);

struct ingest_transition {
    int64_t id;
    int64_t check_id;
    int64_t host_id;
    struct check_transition t;
    const char *output;
    bool late;
    int64_t suppressed_by;
};
/* Inserts in order and sets the ids. */
HN_MUST_USE enum hn_code ingest_store_transitions(struct db *db, struct ingest_transition *v,
                                                  size_t n, hn_instant now, struct hn_arena *a,
                                                  struct hn_err *e);
/* Supersedes the check's transitions with at >= from; they go through the flow once more. */
HN_MUST_USE enum hn_code ingest_store_void(struct db *db, int64_t check_id, hn_instant from,
                                           struct hn_err *e);
HN_MUST_USE enum hn_code ingest_store_void_ids(struct db *db, struct hn_i64s ids, struct hn_err *e);
/* The check's transitions in force with at >= from, in order. */
HN_MUST_USE enum hn_code ingest_store_history(struct db *db, int64_t check_id, hn_instant from,
                                              struct hn_arena *a, struct ingest_transition **out,
                                              size_t *n, struct hn_err *e);
/* State in force just before t (at < t) and the last one then that was not unknown. */
struct ingest_before {
    const char *state;
    const char *known;
    hn_instant since;
};
HN_MUST_USE enum hn_code ingest_store_before(struct db *db, int64_t check_id, hn_instant t,
                                             struct hn_arena *a, struct ingest_before *out,
                                             struct hn_err *e);

struct ingest_evidence {
    int64_t check_id;
    hn_instant at;
    int code;
    const char *output;
    const char *values; /* JSON or NULL */
};
HN_MUST_USE enum hn_code ingest_store_evidence(struct db *db, const char *probe,
                                               const struct ingest_evidence *v, size_t n,
                                               int64_t journal_id, hn_instant now,
                                               struct hn_arena *a, struct hn_err *e);
HN_MUST_USE enum hn_code ingest_store_notice(struct db *db, int64_t check_id, const char *kind,
                                             const char *text, hn_instant at, hn_instant now,
                                             struct hn_err *e);
/* Stores the inventory where it changed, and the host's own words about itself. */
HN_MUST_USE enum hn_code ingest_store_inventory(struct db *db, int64_t check_id, const char *json,
                                                hn_instant at, struct hn_err *e);
/* *id: the number that was taken for it, else 0; set. */
HN_MUST_USE enum hn_code ingest_store_journal(struct db *db, const char *probe, hn_instant from,
                                              hn_instant to, size_t n, struct hn_bytes payload,
                                              int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code ingest_store_probe_seen(struct db *db, const char *probe, hn_instant now,
                                                 struct hn_err *e);
/* The probe lives: its counters (a JSON object of numbers) and a note (NULL: none). For probes. */
HN_MUST_USE enum hn_code ingest_store_beat(struct db *db, const char *name, hn_instant started_at,
                                           hn_instant now, const char *counters, const char *note,
                                           struct hn_err *e);
/* Wakes the flow at commit. */
HN_MUST_USE enum hn_code ingest_store_notify(struct db *db, struct hn_err *e);

/* Ids of series by (check, metric), made where they are missing. Columns of n. */
struct ingest_series {
    const int64_t *check_id;
    const char *const *metric;
    const char *const *unit;
    const char *const *kind;
    size_t n;
};
HN_MUST_USE enum hn_code ingest_store_series(struct db *db, const struct ingest_series *s,
                                             hn_instant now, struct hn_arena *a, int64_t *ids,
                                             struct hn_err *e);

/* For the sweep: checks whose next result may be overdue. */
HN_MUST_USE enum hn_code ingest_store_overdue(struct db *db, hn_instant now, int64_t limit,
                                              struct hn_arena *a, struct hn_i64s *ids,
                                              struct hn_err *e);

#endif
