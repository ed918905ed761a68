/* SPDX-License-Identifier: Apache-2.0 */
/*
 * satellite.h — the register of satellites: probes in segments that the database cannot be reached
 * from. A satellite is a row; the hosts whose probe has its name are watched by it.
 *
 * How one comes to be: an administrator registers its name and gets a code, good once and for a
 * short time. The satellite makes a key, sends a certificate request with the code to the
 * satellites' door (door.h) and gets a certificate of our own authority. From then on it shows that
 * at each connection; the door knows certificates by their fingerprints, so a revoked one is
 * refused at its next request. It asks for a new certificate when the server tells it to, long
 * before the old one ends; the old one ends when the new one is first used.
 *
 * For each satellite there is a host that stands for it, with a check "uplink" (kind heartbeat): ok
 * while it is heard, critical when it is not, so that a cut line is an incident like any other
 * (uplink.h). Acts write their audit row in their own transaction.
 */
#ifndef ITSM_SATELLITE_SATELLITE_H
#define ITSM_SATELLITE_SATELLITE_H

#include "server/auth/actor.h"
#include "server/auth/pki.h"
#include "server/module.h"

/* Heard within this time: connected. Heartbeats come every five seconds. */
#define SATELLITE_SILENT_AFTER (45 * HN_SEC)
/* A clock that is further off is told; times are put right in any case. */
#define SATELLITE_CLOCK_OFF (2 * HN_SEC)

/* The protocols between satellite and server: the newest, and the oldest that is still spoken. */
#define SATELLITE_PROTOCOL 2
#define SATELLITE_PROTOCOL_OLDEST 1

#define SATELLITE_CERT_LIFE (90 * HN_DAY)
#define SATELLITE_CERT_RENEW (60 * HN_DAY) /* less than this is left: a new one is wanted */
#define SATELLITE_CODE_LIFE HN_HOUR
#define SATELLITE_CODE_LIFE_MAX HN_DAY
#define SATELLITE_CODE_TEXT 20 /* XXXX-XXXX-XXXX-XXXX */

/* The check of the host that stands for a satellite, and how often it gets a result. */
#define SATELLITE_CHECK "uplink"
#define SATELLITE_CHECK_S 30

struct satellite_record {
    int64_t id;
    const char *name;
    int64_t segment_id;
    const char *segment, *segment_name; /* code and name; NULL */
    const char *note;
    int64_t host_id, check_id; /* what stands for it; 0 where it was deleted */
    const char *state;         /* invited active revoked */
    hn_instant revoked_at;
    const char *revoke_reason;
    hn_instant created_at;
    int64_t version;
    hn_instant code_until; /* of a code that may still be used; HN_UNSET */
    const char *cert_sha256;
    hn_instant cert_from, cert_until; /* of the newest certificate in force; HN_UNSET */
    int64_t n_hosts, n_checks;
    /* heard of it; see watch.satellite_link */
    hn_instant seen_at;
    const char *address, *program;
    int64_t protocol;
    hn_instant started_at;
    int64_t clock_us;
    int64_t backlog, backlog_bytes;
    hn_instant backlog_from;
    int64_t dropped;
    hn_instant batch_at;
    int64_t received, doubled, refused, lost, estimated;
};

/* What people want to know first. */
#define SATELLITE_STATUSES(X)                                                                      \
    X(INVITED, "invited", HN_N("Not enrolled yet"))                                                \
    X(CONNECTED, "connected", HN_N("Connected"))                                                   \
    X(SILENT, "silent", HN_N("Not heard"))                                                         \
    X(EXPIRED, "expired", HN_N("Certificate has expired"))                                         \
    X(REVOKED, "revoked", HN_N("Revoked"))

enum satellite_status {
#define X(c, w, l) SATELLITE_##c,
    SATELLITE_STATUSES(X)
#undef X
};
const char *satellite_status_word(enum satellite_status s);
const char *satellite_status_label(enum satellite_status s); /* translated */
enum satellite_status satellite_status_of(const struct satellite_record *r, hn_instant now);

/* ---- reading ---- */
struct satellite_filter {
    const char *q; /* in name, note, segment; NULL */
    int64_t after, limit;
};
HN_MUST_USE enum hn_code satellite_list(struct db *db, struct hn_arena *a,
                                        const struct satellite_filter *f, hn_instant now,
                                        struct satellite_record **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code satellite_get(struct db *db, struct hn_arena *a, int64_t id,
                                       hn_instant now, struct satellite_record *out,
                                       struct hn_err *e);
HN_MUST_USE enum hn_code satellite_by_name(struct db *db, struct hn_arena *a, const char *name,
                                           hn_instant now, struct satellite_record *out,
                                           struct hn_err *e);
struct satellite_certificate {
    const char *sha256;
    hn_instant not_before, not_after, issued_at, used_at, ended_at;
    const char *end_reason; /* NULL: in force */
};
HN_MUST_USE enum hn_code satellite_certificates(struct db *db, struct hn_arena *a, int64_t id,
                                                struct satellite_certificate **out, size_t *n,
                                                struct hn_err *e);

/* ---- changing ---- */
struct satellite_in {
    const char *name; /* of a new one; it never changes */
    int64_t segment_id;
    const char *note;
    hn_span code_life; /* 0: SATELLITE_CODE_LIFE */
    int64_t version;   /* of a change: the one that was seen */
};
/* *code: shown once. */
HN_MUST_USE enum hn_code satellite_create(struct db *db, struct hn_arena *a,
                                          const struct actor *who, const struct satellite_in *in,
                                          hn_instant now, int64_t *id, const char **code,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code satellite_change(struct db *db, struct hn_arena *a,
                                          const struct actor *who, int64_t id,
                                          const struct satellite_in *in, hn_instant now,
                                          struct hn_err *e);
/* A new code; those that were given before are void. A revoked satellite may come back with it. */
HN_MUST_USE enum hn_code satellite_new_code(struct db *db, struct hn_arena *a,
                                            const struct actor *who, int64_t id, hn_span life,
                                            hn_instant now, const char **code, struct hn_err *e);
/* Its certificates and codes are void from now on. reason: for people. */
HN_MUST_USE enum hn_code satellite_revoke(struct db *db, struct hn_arena *a,
                                          const struct actor *who, int64_t id, const char *reason,
                                          hn_instant now, struct hn_err *e);

/* ---- at the door ---- */
struct satellite_enrolment {
    const char *name, *code, *request; /* a stranger's */
    const char *address;
};
/* HN_E_UNAUTHENTICATED: the code is wrong, used or too old (one answer for all three); HN_E_RATE
 * after too many of these. The same request with the same key may be repeated while the code would
 * be good: the answer may have been lost. */
HN_MUST_USE enum hn_code satellite_enrol(struct db *db, struct hn_arena *a, struct pki_ca *ca,
                                         const struct satellite_enrolment *in, hn_instant now,
                                         int64_t *id, struct pki_cert *out, int64_t *retry_after_s,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code satellite_renew(struct db *db, struct hn_arena *a, struct pki_ca *ca,
                                         int64_t id, const char *request, const char *address,
                                         hn_instant now, struct pki_cert *out, struct hn_err *e);
/* Whose certificate it is. HN_E_UNAUTHENTICATED: nobody's, or no longer in force. At its first use
 * a certificate ends those before it. */
HN_MUST_USE enum hn_code satellite_by_certificate(struct db *db, struct hn_arena *a,
                                                  const char *sha256, hn_instant now, int64_t *id,
                                                  struct hn_err *e);

/* The code as it is typed ("o" for 0, spaces, small letters) into its 16 letters; false: none. */
bool satellite_code_read(const char *typed, char out[SATELLITE_CODE_TEXT]);
/* As the database keeps it. */
void satellite_code_hash(const char code[SATELLITE_CODE_TEXT], uint8_t hash[32]);

extern const struct hn_module satellite_module;

#endif
