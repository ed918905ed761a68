/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assignment.h — what a probe is to do: its checks as the configuration has them, one row a check.
 * A probe at the database reads the rows; a satellite gets them as JSON, one object a line.
 */
#ifndef HN_INGEST_ASSIGNMENT_H
#define HN_INGEST_ASSIGNMENT_H

#include "server/base/json.h"
#include "server/base/jw.h"
#include "server/db/db.h"

struct assignment {
    int64_t id, host_id;
    const char *name, *kind, *params, *thresholds, *host, *address, *snmp;
    int64_t interval_s, retry_interval_s, attempts_n, attempts_of;
    double timeout_s;
    bool liveness;
    struct hn_i64s parents;          /* hosts */
    const char *state, *known_state; /* NULL where there is none yet */
    int64_t state_since, last_at;
};

/* All enabled checks of enabled hosts whose probe is `probe`, of these kinds, by id. */
HN_MUST_USE enum hn_code assignment_load(struct db *db, const char *probe, struct hn_texts kinds,
                                         struct hn_arena *a, struct assignment **out, size_t *n,
                                         struct hn_err *e);
/* Changes when anything but the state changes. */
uint64_t assignment_fingerprint(const struct assignment *r);

/* An object, with the host's secrets. Times of the state are left out: the reader's clock is
 * another. */
void assignment_write(struct hn_jw *w, const struct assignment *r);
/* Members that are not known are left alone: the writer may be newer. */
HN_MUST_USE enum hn_code assignment_read(struct json_object *o, struct hn_arena *a,
                                         struct assignment *out, struct hn_err *e);

#endif
