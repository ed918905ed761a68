/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp_msg.h — SNMP messages, v1 (RFC 1157), v2c (RFC 1901, 3416) and v3 (RFC 3412, 3414) in wire
 * form.
 *
 * snmp_decode() reads one datagram into a struct snmp_msg whose bytes point into the datagram; the
 * caller gives the room for varbinds. snmp_encode() writes one (v1 and v2c; v3 goes through usm.h).
 * Both serve client and agent. Nothing is allocated, every length is bounded.
 *
 * OIDs travel in varbinds as content octets (already checked), because then a lookup or a prefix
 * test is a memcmp; snmp_oid_get() and snmp_oid_put() convert to numbers. Octets are minimal, so
 * equal OIDs are equal bytes.
 */
#ifndef PROBES_SNMP_MSG_H
#define PROBES_SNMP_MSG_H

#include "probes/ber.h"

/* The largest datagram that we send or read. */
#define SNMP_PACKET_MAX 65507
/* The most varbinds of one message that we take. */
#define SNMP_VARBINDS_MAX 512

enum snmp_version { SNMP_V1 = 0, SNMP_V2C = 1, SNMP_V3 = 3 };

/* RFC 3416 section 3, as tags on the wire */
enum snmp_pdu_type {
    SNMP_NO_PDU = 0,
    SNMP_GET = 0xA0,
    SNMP_GETNEXT = 0xA1,
    SNMP_RESPONSE = 0xA2,
    SNMP_SET = 0xA3,
    SNMP_TRAP_V1 = 0xA4,
    SNMP_GETBULK = 0xA5,
    SNMP_INFORM = 0xA6,
    SNMP_TRAP = 0xA7,
    SNMP_REPORT = 0xA8,
};

/* name, tag on the wire */
#define SNMP_TYPES(X)                                                                              \
    X(INTEGER, 0x02)                                                                               \
    X(OCTETS, 0x04)                                                                                \
    X(NULL, 0x05)                                                                                  \
    X(OID, 0x06)                                                                                   \
    X(IPADDRESS, 0x40)                                                                             \
    X(COUNTER32, 0x41)                                                                             \
    X(GAUGE32, 0x42)                                                                               \
    X(TIMETICKS, 0x43)                                                                             \
    X(OPAQUE, 0x44)                                                                                \
    X(COUNTER64, 0x46)                                                                             \
    X(NO_SUCH_OBJECT, 0x80)                                                                        \
    X(NO_SUCH_INSTANCE, 0x81)                                                                      \
    X(END_OF_MIB_VIEW, 0x82)

enum snmp_type {
#define X(n, t) SNMP_TYPE_##n = t,
    SNMP_TYPES(X)
#undef X
};

/* RFC 3416 error-status, those that an agent of ours or a client of ours looks at */
enum snmp_error {
    SNMP_NO_ERROR = 0,
    SNMP_TOO_BIG = 1,
    SNMP_NO_SUCH_NAME = 2,
    SNMP_GEN_ERR = 5,
    SNMP_NO_ACCESS = 6,
    SNMP_NOT_WRITABLE = 17,
    SNMP_AUTHORIZATION_ERROR = 16,
};

struct snmp_oid {
    size_t n;
    uint32_t id[BER_OID_MAX];
};

struct snmp_value {
    enum snmp_type type;
    int64_t i;             /* INTEGER */
    uint64_t u;            /* COUNTER32, GAUGE32, TIMETICKS, COUNTER64 */
    struct hn_bytes bytes; /* OCTETS, IPADDRESS, OPAQUE; OID: content octets */
};

struct snmp_varbind {
    struct hn_bytes oid; /* content octets */
    struct snmp_value v;
};

struct snmp_pdu {
    enum snmp_pdu_type type;
    int32_t request_id;
    int32_t error_status; /* GETBULK: non-repeaters */
    int32_t error_index;  /* GETBULK: max-repetitions */
    struct snmp_varbind *vb;
    size_t n;
};

/* msgFlags of RFC 3412 */
#define SNMP_FLAG_AUTH 0x01
#define SNMP_FLAG_PRIV 0x02
#define SNMP_FLAG_REPORTABLE 0x04
#define SNMP_MODEL_USM 3

struct snmp_v3 {
    int32_t msg_id;
    int32_t max_size;
    uint8_t flags;
    struct hn_bytes engine; /* msgAuthoritativeEngineID */
    int32_t boots;
    int32_t time;
    struct hn_bytes user;
    struct hn_bytes auth; /* msgAuthenticationParameters, in the datagram */
    struct hn_bytes priv; /* msgPrivacyParameters */
    struct hn_bytes context_engine;
    struct hn_bytes context;
    struct hn_bytes encrypted; /* the scoped PDU's cipher text, where flags say priv */
};

struct snmp_msg {
    enum snmp_version version;
    struct hn_bytes community; /* v1, v2c */
    struct snmp_v3 v3;
    struct snmp_pdu pdu; /* v3 with priv: type SNMP_NO_PDU until usm_open() */
};

/*
 * Reads a datagram. vb: room for `cap` varbinds, which become m->pdu.vb.
 * false: malformed, another version, a PDU type that is not one, more varbinds than room. A v1 trap
 * is refused too: its PDU has another shape and is the trap receiver's business. Octets behind the
 * outer sequence are ignored, as other agents and managers do.
 */
HN_MUST_USE bool snmp_decode(const uint8_t *p, size_t n, struct snmp_varbind *vb, size_t cap,
                             struct snmp_msg *m);
/* The plain text of a v3 scoped PDU into m->v3.context… and m->pdu. */
HN_MUST_USE bool snmp_decode_scoped(const uint8_t *p, size_t n, struct snmp_varbind *vb, size_t cap,
                                    struct snmp_msg *m);

/* Writes a v1 or v2c message into buf; *out lies at its end. false when it does not fit. */
HN_MUST_USE bool snmp_encode(const struct snmp_msg *m, uint8_t *buf, size_t cap,
                             struct hn_bytes *out);
/* The PDU alone, in front of what o holds. */
void snmp_put_pdu(struct ber_out *o, const struct snmp_pdu *pdu);

/* Dotted numbers, with or without a leading dot. false when it is no OID. */
HN_MUST_USE bool snmp_oid_parse(const char *text, struct snmp_oid *out);
/* Content octets to numbers and back; put returns the length, 0 when it does not fit. */
HN_MUST_USE bool snmp_oid_get(struct hn_bytes octets, struct snmp_oid *out);
size_t snmp_oid_put(const struct snmp_oid *oid, uint8_t *out, size_t cap);
/* Lexicographic order of RFC 3416; on content octets. < 0, 0, > 0. */
int snmp_oid_compare(struct hn_bytes a, struct hn_bytes b);
/* a starts with prefix (or equals it). */
bool snmp_oid_under(struct hn_bytes a, struct hn_bytes prefix);
/* The longest dotted form: 128 numbers of at most 10 digits. */
#define SNMP_OID_TEXT_MAX (BER_OID_MAX * 11 + 1)
const char *snmp_oid_text(struct hn_bytes octets, char *buf, size_t cap);

/* true, and the number, for every numeric type; false for the others. Unsigned 64-bit values beyond
 * 2^53 lose their last digits: use v->u where a counter is meant. */
bool snmp_value_number(const struct snmp_value *v, double *out);
bool snmp_value_is_missing(const struct snmp_value *v); /* noSuch…, endOfMibView, NULL */

#endif
