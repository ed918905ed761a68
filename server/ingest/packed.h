/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed.h — a result as one block of bytes: what crosses from the loop to the writer, and what a
 * spool keeps on disk and a satellite sends.
 *
 * Little endian, in this order: check u64, at i64, outcome u8, state u8, output (u16 and bytes),
 * notice kind (u8), notice text (u16), inventory (u32), number of values u32, then each value:
 * metric (u8), unit (u8), kind u8 (0 gauge, 1 rate, 2 counter), the number's bits u64.
 * packed_read() accepts nothing else: a spool may be damaged, a satellite in foreign hands.
 */
#ifndef HN_INGEST_PACKED_H
#define HN_INGEST_PACKED_H

#include "server/ingest/ingest.h"

struct packed {
    struct packed *next;
    bool is_urgent; /* not a plain ok: write it soon */
    size_t n;
    uint8_t p[];
};

/* Texts longer than their length field can say are cut. free() it. */
struct packed *packed_new(const struct ingest_result *r);
/* Texts are copied into the arena. false: not a packed result. */
HN_MUST_USE bool packed_read(struct hn_bytes b, struct hn_arena *a, struct ingest_result *out);

#endif
