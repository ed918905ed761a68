/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series_bits.h — bytes and bits for the series codec alone: varints, bit fields, and lists of
 * whole numbers in the shortest of a few forms.
 *
 * The writer has room for all that one chunk can need (series_codec.c reckons it). The reader never
 * reads beyond its end: it gives zeros from there on and remembers that in `bad`.
 */
#ifndef MEASURE_SERIES_BITS_H
#define MEASURE_SERIES_BITS_H

#include "server/base/arena.h"

struct bits_out {
    uint8_t *p;
    size_t n, cap;
    unsigned fill; /* bits used in the last byte; 0: the next bit opens one */
};

struct bits_in {
    const uint8_t *p;
    size_t n, at;
    unsigned used; /* bits read of the byte at `at` */
    bool bad;
};

void bits_put_byte(struct bits_out *o, uint8_t b);
void bits_put_varint(struct bits_out *o, uint64_t v); /* LEB128, at most 10 bytes */
void bits_put(struct bits_out *o, uint64_t v,
              unsigned width);       /* the low width bits, highest first */
void bits_align(struct bits_out *o); /* bytes follow */

uint8_t bits_get_byte(struct bits_in *in);
uint64_t bits_get_varint(struct bits_in *in);
uint64_t bits_get(struct bits_in *in, unsigned width);
void bits_get_align(struct bits_in *in);

static inline uint64_t bits_zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static inline int64_t bits_unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#define BITS_INT_MAX ((int64_t)1 << 60) /* numbers of a list lie within ± this */
/*
 * A list of n >= 1 whole numbers: as they are, as deltas or as deltas of deltas, each as varints or
 * as bit fields of one width above the least; the shortest of these six.
 */
void bits_put_ints(struct bits_out *o, const int64_t *v, size_t n, struct hn_arena *a);
/* Fills v[n]; sets bad where the bytes are not such a list. */
void bits_get_ints(struct bits_in *in, int64_t *v, size_t n);

#endif
