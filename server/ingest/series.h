/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.h — the stored samples: reading them, and packing them.
 *
 * A sample lies in the journal (its batch's row) until its hour has closed; then it lies in the
 * chunk of its series and hour, later of its series and day (Asia/Tokyo), with hourly and daily
 * roll-ups beside it. Readers see no difference, except that a packed time may be floored to the
 * second (series that are sampled every few seconds or slower; never the series "state").
 *
 * Each check has a series "state" (kind state): one sample a result, its value journal_code(). It
 * is the full account of what every scheduled probe told.
 */
#ifndef HN_INGEST_SERIES_H
#define HN_INGEST_SERIES_H

#include "server/db/db.h"
#include "server/measure/series_codec.h"

struct series_info {
    int64_t id;
    int64_t check_id;
    const char *metric;
    const char *unit;
    const char *kind; /* gauge rate counter state */
};
HN_MUST_USE enum hn_code series_of_check(struct db *db, struct hn_arena *a, int64_t check_id,
                                         struct series_info **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code series_get(struct db *db, struct hn_arena *a, int64_t id,
                                    struct series_info *out, struct hn_err *e);

/* All samples with from <= at < to, ascending. At most SERIES_READ_MAX: else HN_E_LIMIT ("from and
 * to are too far apart"). */
#define SERIES_READ_MAX 3000000
HN_MUST_USE enum hn_code series_raw(struct db *db, struct hn_arena *a, int64_t series_id,
                                    hn_instant from, hn_instant to, struct series_samples *out,
                                    struct hn_err *e);

/* One bucket: [at, at + step) in steps counted from midnight in Asia/Tokyo. Buckets without a
 * sample are left out. Whole hours and days come from the roll-ups. step_us >= 1 s. */
struct series_point {
    hn_instant at;
    double min;
    double avg;
    double max;
    int64_t n;
};
HN_MUST_USE enum hn_code series_read(struct db *db, struct hn_arena *a, int64_t series_id,
                                     hn_instant from, hn_instant to, hn_span step_us,
                                     struct series_point **out, size_t *n, struct hn_err *e);

/* The newest stored value of each series of the check, from its newest batch. */
struct series_newest {
    int64_t series_id;
    const char *metric;
    const char *unit;
    const char *kind;
    double value;
    hn_instant at;
};
HN_MUST_USE enum hn_code series_newest(struct db *db, struct hn_arena *a, int64_t check_id,
                                       struct series_newest **out, size_t *n, struct hn_err *e);

/* Background tasks (struct hn_task): pack the journal's closed hours into chunks with their
 * roll-ups; merge closed days; drop what the journal no longer needs. */
enum hn_code series_pack_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                              struct hn_err *e);
enum hn_code series_merge_task(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                               struct hn_err *e);

#endif
