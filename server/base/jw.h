/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jw.h — writes JSON straight into an hn_sbuf: no tree for 500 rows. Commas are the writer's
 * business. Keys are given with each value inside an object, NULL inside an array. Text must be
 * valid UTF-8; bytes that are not are written as U+FFFD.
 */
#ifndef HN_JW_H
#define HN_JW_H

#include "server/base/instant.h"
#include "server/base/sbuf.h"

struct hn_jw {
    struct hn_sbuf *b;
    unsigned depth;
    bool comma;
};

/* A finite double in the fewest of 15 to 17 digits (%g) that read back as the same number. */
#define HN_F64_MAX 32
const char *hn_f64_text(double v, char buf[HN_F64_MAX]);

void hn_jw_init(struct hn_jw *w, struct hn_sbuf *b);
void hn_jw_object(struct hn_jw *w, const char *key);
void hn_jw_array(struct hn_jw *w, const char *key);
void hn_jw_end_object(struct hn_jw *w);
void hn_jw_end_array(struct hn_jw *w);
void hn_jw_text(struct hn_jw *w, const char *key, const char *s); /* NULL writes null */
void hn_jw_i64(struct hn_jw *w, const char *key, int64_t v);
void hn_jw_id(struct hn_jw *w, const char *key, int64_t v); /* 0 writes null */
void hn_jw_f64(struct hn_jw *w, const char *key,
               double v); /* reads back the same; NAN writes null */
void hn_jw_bool(struct hn_jw *w, const char *key, bool v);
void hn_jw_null(struct hn_jw *w, const char *key);
void hn_jw_instant(struct hn_jw *w, const char *key, hn_instant t); /* UNSET and NEVER write null */
void hn_jw_raw(struct hn_jw *w, const char *key, const char *json); /* already JSON; NULL is null */

#endif
