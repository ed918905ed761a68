/* SPDX-License-Identifier: Apache-2.0 */
/* batch.h — one batch on its way into the database. Private to server/ingest. */
#ifndef HN_INGEST_BATCH_H
#define HN_INGEST_BATCH_H

#include "server/ingest/ingest_store.h"

struct batch_item {
    const struct ingest_result *r;
    hn_instant at; /* whole milliseconds */
    int code;
    const char *output; /* clean */
    bool take;          /* goes into the journal */
    bool steady;        /* its check's row is written already */
};

/* A result whose names were not in the cache. */
struct batch_fresh {
    const struct ingest_result *r;
    uint64_t names;
    const int64_t *ids; /* those of its values, and of its state */
};

/* How long a check may be silent, and the version of the check that says so. */
struct batch_policy {
    int64_t check_id;
    int64_t version;
    hn_span silence_us;
};

struct batch {
    struct db *db;
    struct hn_arena *a;
    const char *probe;
    hn_instant now;
    struct batch_item *item; /* in order of check and time */
    size_t n;
    struct ingest_transition *transition;
    size_t n_transitions, transition_room;
    struct ingest_evidence *evidence;
    size_t n_evidence, evidence_room;
    struct batch_policy *policy; /* of the checks whose rows were read, for the cache */
    size_t n_policies;
    struct ingest_series new_series; /* for the cache, after the commit */
    const int64_t *new_ids;
    struct batch_fresh *fresh;
    size_t n_fresh;
    int64_t journal_id; /* 0: none is taken yet */
    bool any_void;
};

void batch_evidence(struct batch *b, int64_t check_id, hn_instant at, int code, const char *output,
                    const char *values);
void batch_transition(struct batch *b, const struct ingest_check *c,
                      const struct check_transition *t, const char *output, bool late);

/* Results that change nothing, ok after ok and in time, of checks that the cache knows: writes
 * their rows in one statement, which sees for itself that nothing has changed, and marks the items
 * steady and taken. What it does not mark is stepped one by one. states: one a check that is done,
 * *n of them. */
HN_MUST_USE enum hn_code batch_steady(struct batch *b, struct ingest_state *states, size_t *n,
                                      struct hn_err *e);

/* Items from..to are not newer than the check's newest result: drops those that are known, replays
 * the check's history with the others, supersedes and adds transitions (late), and gives the new
 * row. */
HN_MUST_USE enum hn_code batch_late(struct batch *b, struct ingest_check *c,
                                    const struct check_policy *p, struct check_row *row,
                                    size_t from, size_t to, bool *changed, struct hn_err *e);

#endif
