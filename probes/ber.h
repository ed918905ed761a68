/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ber.h — the part of BER (X.690) that SNMP uses: bounded reading and backward writing.
 *
 * Reading works on a window (struct ber) over borrowed bytes. Each call takes one element from the
 * front and narrows the window; it answers false, and leaves the window where it was, when the
 * bytes are not what was asked for. Only definite lengths of at most four octets and single-octet
 * tags are accepted (RFC 3417 section 8), so no input makes it look past the window or recurse.
 *
 * Writing goes from the end of a caller's buffer to its start, because then every length is known
 * when its header is written. Overflow sticks: check ber_done() once.
 *
 *   struct ber_out o;
 *   ber_out_init(&o, buf, sizeof(buf));
 *   size_t end = ber_mark(&o);
 *   ber_put_int(&o, BER_INTEGER, 7);      // last member first
 *   ber_wrap(&o, BER_SEQUENCE, end);
 *   if (!ber_done(&o, &bytes)) …
 */
#ifndef PROBES_BER_H
#define PROBES_BER_H

#include "server/base/base.h"

#define BER_INTEGER 0x02
#define BER_OCTETS 0x04
#define BER_NULL 0x05
#define BER_OID 0x06
#define BER_SEQUENCE 0x30

/* The most sub-identifiers of an OID (RFC 2578 section 3.5). */
#define BER_OID_MAX 128
/* The most content octets of such an OID. */
#define BER_OID_OCTETS (BER_OID_MAX * 5)

struct ber {
    const uint8_t *p;
    const uint8_t *end;
};

struct ber ber_window(const uint8_t *p, size_t n);
size_t ber_left(const struct ber *in);
/* The next element, whatever its tag. */
HN_MUST_USE bool ber_next(struct ber *in, uint8_t *tag, struct ber *content);
/* The next element, which must have this tag. */
HN_MUST_USE bool ber_take(struct ber *in, uint8_t tag, struct ber *content);
HN_MUST_USE bool ber_take_octets(struct ber *in, struct hn_bytes *out);
/* An INTEGER that fits into 32 bits. */
HN_MUST_USE bool ber_take_i32(struct ber *in, int32_t *out);
/* Content octets as a number. signed: 1 to 8 octets, two's complement. unsigned: 1 to 9 octets,
 * where the ninth is a leading zero. Long forms that fit are accepted: real agents send them. */
HN_MUST_USE bool ber_signed(struct ber content, int64_t *out);
HN_MUST_USE bool ber_unsigned(struct ber content, uint64_t *out);

/* An OID's content octets are well formed: at most 128 sub-identifiers of 32 bits, none cut. */
HN_MUST_USE bool ber_oid_valid(const uint8_t *p, size_t n);
/* Content octets into numbers; id has room for BER_OID_MAX. Returns how many, 0 when malformed. */
size_t ber_oid_get(const uint8_t *p, size_t n, uint32_t *id);
/* Numbers into content octets. Returns how many octets, 0 when it is no OID or does not fit. */
size_t ber_oid_put(const uint32_t *id, size_t n, uint8_t *out, size_t cap);

struct ber_out {
    uint8_t *start;
    uint8_t *p; /* the first octet written so far */
    uint8_t *end;
    bool overflow;
};

void ber_out_init(struct ber_out *o, uint8_t *buf, size_t cap);
/* Octets written so far: the point where a wrapped element will end. */
size_t ber_mark(const struct ber_out *o);
void ber_put_raw(struct ber_out *o, const void *p, size_t n);
/* Puts tag and length in front of everything written since the mark. */
void ber_wrap(struct ber_out *o, uint8_t tag, size_t mark);
void ber_put_int(struct ber_out *o, uint8_t tag, int64_t v);
void ber_put_uint(struct ber_out *o, uint8_t tag, uint64_t v);
void ber_put_octets(struct ber_out *o, uint8_t tag, const void *p, size_t n);
/* false when it did not fit. The bytes lie at the end of the caller's buffer. */
HN_MUST_USE bool ber_done(const struct ber_out *o, struct hn_bytes *out);

#endif
