/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series_codec.h — a series' samples of some hours as one compact chunk of bytes.
 *
 * Times are slots: where samples stand a nominal interval apart only the first time, the interval
 * and the missing slots are kept; other times as delta-of-delta varints. Values are kept as whole
 * numbers (after a power of ten: 23.5 is 235) with deltas or deltas of deltas, or as floats XORed
 * with the one before, whichever is smallest; then zstd over all where that helps. Typical:
 * below 2.5 bytes a sample for gauges at 60 s.
 *
 * Exact: every value comes back with the same bits, NaN, infinities and -0.0 too; times to the
 * quantum that the caller chose (1: exact). The layout is told in series_codec.c. Decoding foreign
 * bytes is safe: it is bounded by `max` and ends in HN_E_INVALID.
 */
#ifndef MEASURE_SERIES_CODEC_H
#define MEASURE_SERIES_CODEC_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"

#define SERIES_CHUNK_MAX 100000 /* samples in a chunk, at most */

struct series_samples {
    size_t n;
    hn_instant *at; /* ascending */
    double *value;
};

/*
 * n <= SERIES_CHUNK_MAX, at ascending (equal times are allowed), |at| < 2^60. quantum_us: times are
 * floored to multiples of it (HN_SEC for probes every few seconds and slower: jitter would cost
 * more than the values); 1 keeps them whole. The bytes live in the arena.
 */
struct hn_bytes series_encode(const hn_instant *at, const double *value, size_t n,
                              hn_span quantum_us, struct hn_arena *a);
/* max: most samples to accept. HN_E_INVALID on bytes that series_encode() would not have made. */
HN_MUST_USE enum hn_code series_decode(struct hn_bytes in, size_t max, struct hn_arena *a,
                                       struct series_samples *out, struct hn_err *e);
/* Number of samples a chunk says it has, without decoding it; -1 when it is no chunk. */
int64_t series_count(struct hn_bytes in);

#endif
