/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h — the one error type. Whatever can fail returns enum hn_code, is HN_MUST_USE and takes a
 * struct hn_err last. Library code carries errors up; the edge (request dispatch, job runner, loop
 * callback) logs once.
 *
 *   msg     for the user: one line, in the user's language, no secrets, no function names
 *   detail  for the log: where we were, outermost first
 *   field[] for bad input: which field and what is wrong with it (RFC 9457 "errors")
 */
#ifndef HN_ERR_H
#define HN_ERR_H

#include "server/base/base.h"

/* code, word in the log, HTTP status */
#define HN_CODES(X)                                                                                \
    X(OK, "ok", 200)                                                                               \
    X(E_MALFORMED, "malformed", 400)                                                               \
    X(E_UNAUTHENTICATED, "unauthenticated", 401)                                                   \
    X(E_FORBIDDEN, "forbidden", 403)                                                               \
    X(E_NOT_FOUND, "not-found", 404)                                                               \
    X(E_METHOD, "method-not-allowed", 405)                                                         \
    X(E_CONFLICT, "conflict", 409)                                                                 \
    X(E_LIMIT, "too-large", 413)                                                                   \
    X(E_UNSUPPORTED, "unsupported-media-type", 415)                                                \
    X(E_INVALID, "invalid", 422)                                                                   \
    X(E_RATE, "too-many-requests", 429)                                                            \
    X(E_INTERNAL, "internal", 500)                                                                 \
    X(E_IO, "io", 500)                                                                             \
    X(E_UNAVAILABLE, "unavailable", 503)

enum hn_code {
#define X(c, w, s) HN_##c,
    HN_CODES(X)
#undef X
};

#define HN_ERR_MSG_MAX 400
#define HN_ERR_DETAIL_MAX 600
#define HN_ERR_FIELDS_MAX 12

struct hn_err_field {
    char field[80];
    char message[240];
};

struct hn_err {
    enum hn_code code;
    char msg[HN_ERR_MSG_MAX];
    char detail[HN_ERR_DETAIL_MAX];
    char sqlstate[6];
    size_t n_fields;
    struct hn_err_field field[HN_ERR_FIELDS_MAX];
    char allowed[200]; /* comma-separated words, for a refused transition; else "" */
};

const char *hn_code_word(enum hn_code c);
int hn_code_http_status(enum hn_code c);

void hn_err_clear(struct hn_err *e);
/* Sets code and msg (fmt is a msgid: looked up in the current language) and returns code. */
enum hn_code hn_fail(struct hn_err *e, enum hn_code code, const char *fmt, ...) HN_PRINTF(3, 4);
/* Bad value of one field: HN_E_INVALID; may be called several times, each adds a field. The message
 * is a msgid too. msg becomes "field: message" of the first. */
enum hn_code hn_fail_field(struct hn_err *e, const char *field, const char *fmt, ...)
    HN_PRINTF(3, 4);
/* Adds "where we were" to detail in front of what is there; returns e->code. Not translated. */
enum hn_code hn_ctx(struct hn_err *e, const char *fmt, ...) HN_PRINTF(2, 3);

#ifdef __clang_analyzer__
/* clang-tidy sees one file at a time: tell it that a failure is never HN_OK. */
#define hn_fail(err, why, ...) ((void)hn_fail((err), (why), __VA_ARGS__), (err)->code = (why))
#define hn_fail_field(err, ...)                                                                    \
    ((void)hn_fail_field((err), __VA_ARGS__), (err)->code = HN_E_INVALID)
#define hn_ctx(err, ...)                                                                           \
    ((void)hn_ctx((err), __VA_ARGS__),                                                             \
     (err)->code = (err)->code == HN_OK ? HN_E_INTERNAL : (err)->code)
#endif

#endif
