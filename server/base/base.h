/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base.h — what every file of hinomi may use: attributes, assertions, error codes, and the list of
 * libc calls that are not used here (style: bounded strings, no hidden static buffers).
 */
#ifndef HN_BASE_H
#define HN_BASE_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HN_MUST_USE __attribute__((warn_unused_result))
#define HN_CLEANUP(fn) __attribute__((cleanup(fn)))
#define HN_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define HN_NORETURN __attribute__((noreturn))
#define HN_UNUSED __attribute__((unused))
#define HN_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define HN_MIN(a, b) ((a) < (b) ? (a) : (b))
#define HN_MAX(a, b) ((a) > (b) ? (a) : (b))

/* A broken invariant is a bug: says where and aborts, in release builds too. Never on input. */
HN_NORETURN void hn_assert_fail(const char *expr, const char *file, int line);
#define HN_ASSERT(x) ((x) ? (void)0 : hn_assert_fail(#x, __FILE__, __LINE__))

/* Bytes that may hold NUL. Borrowed unless the owner says otherwise. */
struct hn_bytes {
    const uint8_t *p;
    size_t n;
};

/* Borrowed lists, as PostgreSQL arrays cross into C. */
struct hn_i64s {
    const int64_t *v;
    size_t n;
};
struct hn_texts {
    const char *const *v;
    size_t n;
};

static inline bool hn_streq(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* The system headers that declare these are included above. A file that needs a third-party header
 * which names one of them defines HN_ALLOW_BANNED, with the reason beside it. */
#ifndef HN_ALLOW_BANNED
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol gmtime localtime
#endif

#endif
