/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h — the payload of one row of series.journal: a batch's results and values as bytes.
 *
 *   version (1), method (0 plain, 1 zstd), length of the plain body (varint), body
 *   body: number of results, then for each: check id, time in ms, code, series of its code, number
 * of values, then for each value: series id, tag, number. Ids and times are zigzag varints of the
 *   difference to the one before. Tags: 0-5 a whole number after division by 10^tag, 8 four bytes,
 *   9 eight bytes (little endian).
 *
 * Decoding is safe on any bytes: bounded, and HN_E_INVALID on what journal_encode() would not make.
 */
#ifndef HN_INGEST_JOURNAL_H
#define HN_INGEST_JOURNAL_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"
#include "server/measure/check_state.h"

#define JOURNAL_VALUES_MAX 4000000
#define JOURNAL_BYTES_MAX ((size_t)64 << 20)

struct journal_value {
    int64_t series_id;
    double value;
};
struct journal_result {
    int64_t check_id;
    hn_instant at; /* whole milliseconds */
    int code;      /* journal_code() */
    int64_t state_series_id;
    size_t n_values;
    const struct journal_value *values;
};

/* What a result told, as one small number: the value of the check's series "state". */
static inline int journal_code(enum check_result_state state, enum check_outcome outcome)
{
    return (int)state | (int)outcome << 2;
}
static inline enum check_result_state journal_code_state(int code)
{
    return (enum check_result_state)(code & 3);
}
static inline enum check_outcome journal_code_outcome(int code)
{
    return (enum check_outcome)(code >> 2 & 3);
}

struct hn_bytes journal_encode(const struct journal_result *r, size_t n, struct hn_arena *a);
HN_MUST_USE enum hn_code journal_decode(struct hn_bytes in, struct hn_arena *a,
                                        struct journal_result **out, size_t *n, struct hn_err *e);

#endif
