/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h — JSON from outside (json-c underneath). Bodies are bounded before parsing and in depth;
 * typed getters name the field in the error; an unknown field is an error. No json_object goes past
 * x_json.c.
 *
 * A getter on a missing (or null) field: with HN_REQ it is an error, with HN_OPT *out keeps its
 * value. Getters collect: all of an object's bad fields are reported together, so call them all and
 * then hn_json_no_others(), which returns the sum.
 */
#ifndef HN_JSON_H
#define HN_JSON_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"

struct json_object;
#define HN_JSON_DEPTH 32

enum hn_need { HN_OPT, HN_REQ };

/* Parses one JSON text (RFC 8259, strict, UTF-8 checked). The caller puts the result.
 * HN_E_MALFORMED with the position. */
HN_MUST_USE enum hn_code hn_json_parse(const char *p, size_t n, struct json_object **out,
                                       struct hn_err *e);
void hn_json_putp(struct json_object **o);
#define HN_JSON HN_CLEANUP(hn_json_putp) struct json_object *

/* o must be an object: else HN_E_MALFORMED. */
HN_MUST_USE enum hn_code hn_json_is_object(struct json_object *o, struct hn_err *e);

/* Each returns HN_OK or e->code; on error the field is added to e. min/max: code points. */
enum hn_code hn_json_text(struct json_object *o, const char *field, enum hn_need need, size_t min,
                          size_t max, struct hn_arena *a, const char **out, struct hn_err *e);
enum hn_code hn_json_i64(struct json_object *o, const char *field, enum hn_need need, int64_t min,
                         int64_t max, int64_t *out, struct hn_err *e);
enum hn_code hn_json_f64(struct json_object *o, const char *field, enum hn_need need, double min,
                         double max, double *out, struct hn_err *e);
enum hn_code hn_json_bool(struct json_object *o, const char *field, enum hn_need need, bool *out,
                          struct hn_err *e);
enum hn_code hn_json_instant(struct json_object *o, const char *field, enum hn_need need,
                             hn_instant *out, struct hn_err *e);
/* words: NULL-terminated; *out is the index. */
enum hn_code hn_json_word(struct json_object *o, const char *field, enum hn_need need,
                          const char *const *words, int *out, struct hn_err *e);
enum hn_code hn_json_i64s(struct json_object *o, const char *field, enum hn_need need, size_t max,
                          struct hn_arena *a, struct hn_i64s *out, struct hn_err *e);
/* The member as JSON text of its own (for jsonb columns), at most max bytes. */
enum hn_code hn_json_raw(struct json_object *o, const char *field, enum hn_need need, size_t max,
                         struct hn_arena *a, const char **out, struct hn_err *e);
/* true where the member is present, also as null. */
bool hn_json_has(struct json_object *o, const char *field);
bool hn_json_is_null(struct json_object *o, const char *field); /* present and null */
/* fields: NULL-terminated list of the known ones. Adds each unknown field to e. Returns e->code, so
 * it also tells whether any getter before it failed. */
HN_MUST_USE enum hn_code hn_json_no_others(struct json_object *o, const char *const *fields,
                                           struct hn_err *e);

#endif
