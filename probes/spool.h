/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool.h — results on disk while the database is away: append-only segments in a folder, bounded.
 *
 * A segment NNNNNNNNNNNNNNNN.seg holds records: length u32, CRC-32 of the payload u32 (both little
 * endian), payload. What was appended survives the end of the process at once, and that of the
 * machine after spool_sync(). Reading starts at the oldest segment; what was taken is given back
 * with spool_taken(), and a segment goes when all of it was taken. After a crash the reader starts
 * the oldest segment anew: whoever stores the results ignores those it has. A damaged record ends
 * its segment: the rest of that segment cannot be trusted, is counted in spool_damaged() and kept
 * aside as NAME.bad.
 *
 * When the folder holds `max` bytes, appends are refused: what is there stays. One thread.
 */
#ifndef PROBES_SPOOL_H
#define PROBES_SPOOL_H

#include "server/base/arena.h"
#include "server/base/err.h"

struct spool;

#define SPOOL_MAX_BYTES ((int64_t)512 * 1024 * 1024)
#define SPOOL_SEGMENT_BYTES ((int64_t)4 * 1024 * 1024)
#define SPOOL_RECORD_MAX ((size_t)8 * 1024 * 1024)

/* Makes the folder where it is missing. max: bytes in all; segment: where a new one begins. */
HN_MUST_USE enum hn_code spool_open(const char *folder, int64_t max, int64_t segment,
                                    struct spool **out, struct hn_err *e);
void spool_free(struct spool *s);

bool spool_is_empty(const struct spool *s);
int64_t spool_bytes(const struct spool *s);
int64_t spool_damaged(const struct spool *s); /* segments that were put aside */

/* All n or none. HN_E_LIMIT: full; HN_E_IO: the disk refuses. */
HN_MUST_USE enum hn_code spool_append(struct spool *s, const struct hn_bytes *records, size_t n,
                                      struct hn_err *e);
/* What was appended is durable. Does nothing where it is already. */
HN_MUST_USE enum hn_code spool_sync(struct spool *s, struct hn_err *e);
/* Up to max of the oldest records that were not taken, copied into the arena; the same again until
 * spool_taken(). */
HN_MUST_USE enum hn_code spool_peek(struct spool *s, struct hn_arena *a, struct hn_bytes *out,
                                    size_t max, size_t *n, struct hn_err *e);
/* The records of the last spool_peek() are delivered. */
HN_MUST_USE enum hn_code spool_taken(struct spool *s, struct hn_err *e);

#endif
