/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest.h — whoever inserts results does it here: a probe's writer, the satellite intake, the
 * passive API. One batch is one transaction: the batch goes to series.journal (durable at commit),
 * each check's state row is locked (in id order) and stepped with the pure check_step(),
 * transitions and notices are inserted, streaks leave their samples in event.evidence, and
 * hn_transition is notified when there were transitions. Results of a check older than its newest
 * one are a late batch: stored at their true times, transitions inserted at their true times with
 * late = true, paging nobody.
 */
#ifndef HN_INGEST_H
#define HN_INGEST_H

#include "server/db/db.h"
#include "server/measure/check_state.h"

struct ingest_value {
    const char *metric; /* "rtt", "in_octets.3" … */
    const char *unit;   /* "ms", "bit/s", "%", "" */
    const char *kind;   /* "gauge" or "rate" */
    double value;
};

struct ingest_result {
    int64_t check_id;
    hn_instant at;                 /* when the probe was sent */
    enum check_outcome outcome;    /* ok failed not_run lost (check_state.h) */
    enum check_result_state state; /* ok warning critical unknown: what the check says */
    const char *output;            /* for people, in Japanese, at most 500 bytes; never NULL */
    const struct ingest_value *values;
    size_t n_values;
    const char *notice_kind; /* "reboot" … or NULL */
    const char *notice_text;
    const char *inventory; /* what the device says of itself, JSON text, or NULL; see below */
};

/*
 * Inventory: text and attributes that go with a check's numbers, stored when they changed.
 *
 *   {"system": {"name", "descr", "object_id", "vendor", "model", "serial"},
 *    "interfaces": [{"if_index", "name", "descr", "alias", "type", "admin_status", "oper_status",
 *                    "speed_bps"}],
 *    "sensors": [{"name", "kind", "unit", "metric"}]}
 *
 * Numbers that move are values, not inventory: for an interface the metrics "in_octets.N" and
 * "out_octets.N" (rates in bit/s) and "in_octets_total.N", "out_octets_total.N" (the counters
 * themselves, kind "counter"), "oper_status.N"; for a sensor the value of its "metric".
 */

/* What became of a check: the probe schedules its next try by it. */
struct ingest_state {
    int64_t check_id;
    bool soft;    /* a streak runs, not confirmed: use retry_interval_s */
    bool failing; /* last result was a failure */
    bool changed; /* a transition was inserted */
};

/* results: any order, any checks; a result of an unknown check is dropped and counted in *dropped.
 * states: room for n, filled one a distinct check; *n_states says how many (may be NULL).
 * HN_E_UNAVAILABLE: nothing was stored; send the same batch again. A batch sent twice is stored
 * once (results with the same check and time are ignored). */
HN_MUST_USE enum hn_code ingest_batch(struct db *db, const char *probe,
                                      const struct ingest_result *results, size_t n, hn_instant now,
                                      struct hn_arena *a, struct ingest_state *states,
                                      size_t *n_states, size_t *dropped, struct hn_err *e);

/* The same for who cannot ask again about one result: those that the database refuses for what they
 * are (and not for being away) are found, logged, counted and left out, the others stored. An error
 * where all are refused: then it is the database that is at fault, and all of them must be kept.
 * May be called inside a transaction. */
struct ingest_account {
    size_t stored, unknown, refused; /* results; unknown: of checks that are gone */
    size_t batches;
};
HN_MUST_USE enum hn_code ingest_accept(struct db *db, const char *probe,
                                       const struct ingest_result *results, size_t n,
                                       hn_instant now, struct hn_arena *a,
                                       struct ingest_account *out, struct hn_err *e);

/* The watchdog (a task of hinomi work): checks whose next result is overdue become unknown from the
 * time at which the first missing one was due. */
enum hn_code ingest_sweep_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                               struct hn_err *e);

/* The flow's word: the check's parents went down (true) or one came back (false) at `at`. critical
 * becomes unreachable and back, as a transition of its own, suppressed by that transition (0 =
 * none). *id is the new transition, 0 where nothing changed. Inside the caller's transaction. */
HN_MUST_USE enum hn_code ingest_reach(struct db *db, struct hn_arena *a, int64_t check_id,
                                      bool unreachable, hn_instant at, int64_t suppressed_by,
                                      const char *output, hn_instant now, int64_t *id,
                                      struct hn_err *e);

#endif
