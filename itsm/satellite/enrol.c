/* SPDX-License-Identifier: Apache-2.0 */
/* At the satellites' door: a code becomes a certificate, a certificate a new one, and who has
 * which. */
#include "itsm/satellite/satellite.h"

#include "itsm/satellite/satellite_store.h"
#include "server/auth/account.h"
#include "server/auth/session_store.h"

/* Wrong codes from one address: so many in a while, then a pause. */
#define WINDOW (5 * HN_MIN_SPAN)
#define STOP (15 * HN_MIN_SPAN)
#define MOST 10
#define RENEW_PAUSE HN_HOUR

static enum hn_code audit(struct db *db, const char *name, const char *act, int64_t id,
                          const char *address, const char *reason, const char *after,
                          hn_instant now, struct hn_err *e)
{
    struct audit_act row = {.who = name,
                            .act = act,
                            .object = "satellite",
                            .object_id = id,
                            .reason = reason,
                            .after = after,
                            .address = address};

    return audit_add(db, &row, now, e);
}

/* Counts the failure and says why in the journal; the stranger gets one answer for all reasons. */
static enum hn_code refuse(struct db *db, const char *key, int64_t id, const char *why,
                           const struct satellite_enrolment *in, hn_instant now, struct hn_err *e)
{
    bool stopped = false;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK ||
        attempt_store_fail(db, key, now, WINDOW, MOST, STOP, &stopped, e) != HN_OK ||
        audit(db, "system:satellite", "satellite.enrol_refused", id, in->address, why, NULL, now,
              e) != HN_OK ||
        db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "refused enrolment");
    return hn_fail(e, HN_E_UNAUTHENTICATED, "The code is wrong, used or too old");
}

/* NULL: it is good. */
static const char *why_not(const struct satellite_code *c, const struct satellite_enrolment *in,
                           const char *key_sha256, hn_instant now)
{
    if (!hn_streq(c->name, in->name))
        return "the code is another satellite's";
    if (c->expires_at <= now)
        return c->used_at != HN_UNSET ? "a used code was tried again" : "the code is too old";
    if (c->used_at != HN_UNSET && (c->key_sha256 == NULL || !hn_streq(c->key_sha256, key_sha256)))
        return "a used code was tried again";
    return NULL;
}

static const char *fingerprint_json(struct hn_arena *a, const struct pki_cert *c)
{
    return hn_arena_fmt(a, "{\"certificate\":\"%s\"}", c->sha256); /* hex */
}

/* The code is good: a certificate for this key. Inside the transaction. */
static enum hn_code admit(struct db *db, struct hn_arena *a, struct pki_ca *ca,
                          const struct satellite_code *code, const uint8_t hash[32],
                          const struct satellite_enrolment *in, const char *key_sha256,
                          hn_instant now, struct pki_cert *out, struct hn_err *e)
{
    int64_t id = code->satellite_id;
    struct satellite_cert_row row;
    bool found = false;

    if (code->used_at != HN_UNSET &&
        satellite_store_cert_of_key(db, id, key_sha256, a, &row, &found, e) != HN_OK)
        return e->code;
    if (found) /* the answer to the same request was lost on its way */
        return pki_cert_read(row.pem, a, out, e);
    if (pki_ca_client(ca, in->request, code->name, now - PKI_BACKDATE,
                      hn_add(now, SATELLITE_CERT_LIFE), a, out, e) != HN_OK ||
        satellite_store_certs_end(db, id, NULL, "enrolled", now, e) != HN_OK ||
        satellite_store_cert_add(db, id, out, now, e) != HN_OK ||
        satellite_store_code_used(db, hash, in->address, key_sha256, now, e) != HN_OK ||
        satellite_store_set_state(db, id, "active", NULL, now, e) != HN_OK)
        return e->code;
    return audit(db, code->name, "satellite.enrol", id, in->address, NULL, fingerprint_json(a, out),
                 now, e);
}

enum hn_code satellite_enrol(struct db *db, struct hn_arena *a, struct pki_ca *ca,
                             const struct satellite_enrolment *in, hn_instant now, int64_t *id,
                             struct pki_cert *out, int64_t *retry_after_s, struct hn_err *e)
{
    const char *key = hn_arena_fmt(a, "satellite:%s", in->address);
    char plain[SATELLITE_CODE_TEXT];
    struct satellite_code code = {0};
    hn_instant until = HN_UNSET;
    const char *key_sha256, *why;
    bool found = false;
    uint8_t hash[32];
    DB_TX tx = {0};

    if (attempt_store_blocked(db, key, now, &until, e) != HN_OK)
        return hn_ctx(e, "enrol");
    if (until != HN_UNSET) {
        *retry_after_s = (until - now + HN_SEC - 1) / HN_SEC;
        return hn_fail(e, HN_E_RATE, "Too many wrong codes from this address; wait and try again");
    }
    if (pki_request_read(in->request, a, &key_sha256, e) != HN_OK)
        return e->code;
    if (!satellite_code_read(in->code, plain))
        return refuse(db, key, 0, "not a code", in, now, e);
    satellite_code_hash(plain, hash);
    if (db_begin(db, &tx, e) != HN_OK ||
        satellite_store_code_take(db, hash, a, &code, &found, e) != HN_OK)
        return hn_ctx(e, "enrol");
    why = found ? why_not(&code, in, key_sha256, now) : "no such code";
    if (why != NULL) {
        db_tx_end(&tx); /* what follows is to stay */
        return refuse(db, key, found ? code.satellite_id : 0, why, in, now, e);
    }
    if (admit(db, a, ca, &code, hash, in, key_sha256, now, out, e) != HN_OK)
        return hn_ctx(e, "enrol satellite %" PRId64, code.satellite_id);
    *id = code.satellite_id;
    return db_commit(&tx, e);
}

enum hn_code satellite_renew(struct db *db, struct hn_arena *a, struct pki_ca *ca, int64_t id,
                             const char *request, const char *address, hn_instant now,
                             struct pki_cert *out, struct hn_err *e)
{
    struct satellite_cert_row row;
    struct satellite_record who;
    const char *key_sha256;
    hn_instant issued;
    bool found;
    DB_TX tx = {0};

    if (pki_request_read(request, a, &key_sha256, e) != HN_OK || db_begin(db, &tx, e) != HN_OK ||
        satellite_store_lock(db, id, e) != HN_OK ||
        satellite_get(db, a, id, now, &who, e) != HN_OK ||
        satellite_store_cert_of_key(db, id, key_sha256, a, &row, &found, e) != HN_OK ||
        satellite_store_cert_newest(db, id, &issued, e) != HN_OK)
        return hn_ctx(e, "renew the certificate of satellite %" PRId64, id);
    if (found && row.used_at == HN_UNSET) { /* the answer was lost on its way */
        if (pki_cert_read(row.pem, a, out, e) != HN_OK)
            return e->code;
        return db_commit(&tx, e);
    }
    if (now - issued < RENEW_PAUSE)
        return hn_fail(e, HN_E_RATE, "The certificate is new enough");
    if (pki_ca_client(ca, request, who.name, now - PKI_BACKDATE, hn_add(now, SATELLITE_CERT_LIFE),
                      a, out, e) != HN_OK ||
        satellite_store_cert_add(db, id, out, now, e) != HN_OK ||
        audit(db, who.name, "satellite.renew", id, address, NULL, fingerprint_json(a, out), now,
              e) != HN_OK)
        return hn_ctx(e, "renew the certificate of satellite %" PRId64, id);
    return db_commit(&tx, e);
}

static enum hn_code first_use(struct db *db, const char *sha256, int64_t id, hn_instant now,
                              struct hn_err *e)
{
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || satellite_store_lock(db, id, e) != HN_OK ||
        satellite_store_certs_end(db, id, sha256, "renewed", now, e) != HN_OK ||
        satellite_store_cert_used(db, sha256, now, e) != HN_OK)
        return hn_ctx(e, "first use of a certificate");
    return db_commit(&tx, e);
}

enum hn_code satellite_by_certificate(struct db *db, struct hn_arena *a, const char *sha256,
                                      hn_instant now, int64_t *id, struct hn_err *e)
{
    struct satellite_cert_row row;
    bool found;

    if (satellite_store_cert(db, sha256, a, &row, &found, e) != HN_OK)
        return hn_ctx(e, "certificate");
    if (!found)
        return hn_fail(e, HN_E_UNAUTHENTICATED, "This certificate is nobody's here");
    if (row.ended_at != HN_UNSET || !hn_streq(row.state, "active"))
        return hn_fail(e, HN_E_UNAUTHENTICATED, "This certificate is no longer in force");
    if (row.not_after <= now)
        return hn_fail(e, HN_E_UNAUTHENTICATED, "This certificate has expired");
    if (row.used_at == HN_UNSET && first_use(db, sha256, row.satellite_id, now, e) != HN_OK)
        return e->code;
    *id = row.satellite_id;
    return HN_OK;
}
