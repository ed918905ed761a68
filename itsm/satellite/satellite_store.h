/* SPDX-License-Identifier: Apache-2.0 */
/* satellite_store.h — watch.satellite with its codes and certificates. */
#ifndef ITSM_SATELLITE_SATELLITE_STORE_H
#define ITSM_SATELLITE_SATELLITE_STORE_H

#include "itsm/satellite/satellite.h"

/* One by id (0: any) or name (NULL: any), else by filter. */
HN_MUST_USE enum hn_code satellite_store_list(struct db *db, struct hn_arena *a, int64_t id,
                                              const char *name, const struct satellite_filter *f,
                                              hn_instant now, struct satellite_record **out,
                                              size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code satellite_store_add(struct db *db, const struct satellite_in *in,
                                             int64_t host_id, hn_instant now, int64_t *id,
                                             struct hn_err *e);
/* HN_E_NOT_FOUND: not in that version. */
HN_MUST_USE enum hn_code satellite_store_change(struct db *db, int64_t id,
                                                const struct satellite_in *in, struct hn_err *e);
/* Locks the row; HN_E_NOT_FOUND. */
HN_MUST_USE enum hn_code satellite_store_lock(struct db *db, int64_t id, struct hn_err *e);
HN_MUST_USE enum hn_code satellite_store_set_state(struct db *db, int64_t id, const char *state,
                                                   const char *reason, hn_instant now,
                                                   struct hn_err *e);

/* ---- codes ---- */
struct satellite_code {
    int64_t satellite_id;
    const char *name, *state; /* of the satellite */
    hn_instant expires_at, used_at;
    const char *key_sha256; /* NULL */
};
HN_MUST_USE enum hn_code satellite_store_code_add(struct db *db, int64_t id, const uint8_t hash[32],
                                                  hn_instant now, hn_instant until,
                                                  struct hn_err *e);
/* Those that were not used yet. */
HN_MUST_USE enum hn_code satellite_store_codes_void(struct db *db, int64_t id, hn_instant now,
                                                    struct hn_err *e);
/* Locks it. *found false: there is no such code. */
HN_MUST_USE enum hn_code satellite_store_code_take(struct db *db, const uint8_t hash[32],
                                                   struct hn_arena *a, struct satellite_code *out,
                                                   bool *found, struct hn_err *e);
HN_MUST_USE enum hn_code satellite_store_code_used(struct db *db, const uint8_t hash[32],
                                                   const char *address, const char *key_sha256,
                                                   hn_instant now, struct hn_err *e);

/* ---- certificates ---- */
HN_MUST_USE enum hn_code satellite_store_cert_add(struct db *db, int64_t id,
                                                  const struct pki_cert *c, hn_instant now,
                                                  struct hn_err *e);
/* Ends those in force but `but` (NULL: all). */
HN_MUST_USE enum hn_code satellite_store_certs_end(struct db *db, int64_t id, const char *but,
                                                   const char *reason, hn_instant now,
                                                   struct hn_err *e);
HN_MUST_USE enum hn_code satellite_store_cert_used(struct db *db, const char *sha256,
                                                   hn_instant now, struct hn_err *e);
struct satellite_cert_row {
    int64_t satellite_id;
    const char *state; /* of the satellite */
    const char *pem;
    hn_instant not_after, issued_at, used_at, ended_at;
};
/* By fingerprint, or the newest in force with that key. */
HN_MUST_USE enum hn_code satellite_store_cert(struct db *db, const char *sha256, struct hn_arena *a,
                                              struct satellite_cert_row *out, bool *found,
                                              struct hn_err *e);
HN_MUST_USE enum hn_code satellite_store_cert_of_key(struct db *db, int64_t id,
                                                     const char *key_sha256, struct hn_arena *a,
                                                     struct satellite_cert_row *out, bool *found,
                                                     struct hn_err *e);
HN_MUST_USE enum hn_code satellite_store_cert_newest(struct db *db, int64_t id, hn_instant *issued,
                                                     struct hn_err *e);
HN_MUST_USE enum hn_code satellite_store_certs(struct db *db, struct hn_arena *a, int64_t id,
                                               struct satellite_certificate **out, size_t *n,
                                               struct hn_err *e);

#endif
