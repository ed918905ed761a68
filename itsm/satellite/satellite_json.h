/* SPDX-License-Identifier: Apache-2.0 */
/* satellite_json.h — satellites as JSON. */
#ifndef ITSM_SATELLITE_SATELLITE_JSON_H
#define ITSM_SATELLITE_SATELLITE_JSON_H

#include "itsm/satellite/satellite.h"
#include "server/base/json.h"
#include "server/base/jw.h"

/* extra: written in front of the end by the caller when it leaves the object open. */
void satellite_json_write(struct hn_jw *w, const struct satellite_record *r, hn_instant now);
/* The same without its end: the caller adds members and ends it. */
void satellite_json_begin(struct hn_jw *w, const struct satellite_record *r, hn_instant now);
const char *satellite_json_text(struct hn_arena *a, const struct satellite_record *r,
                                hn_instant now);

/* {name, segment_id, note, code_minutes}; of a change {segment_id, note, version}: what is absent
 * keeps what *in has. */
HN_MUST_USE enum hn_code satellite_json_new(struct json_object *o, struct hn_arena *a,
                                            struct satellite_in *in, struct hn_err *e);
HN_MUST_USE enum hn_code satellite_json_change(struct json_object *o, struct hn_arena *a,
                                               struct satellite_in *in, struct hn_err *e);

#endif
