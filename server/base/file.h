/* SPDX-License-Identifier: Apache-2.0 */
/* file.h — small files whole: read bounded, written so that a crash leaves the old or the new one.
 */
#ifndef HN_FILE_H
#define HN_FILE_H

#include "server/base/arena.h"
#include "server/base/err.h"

/* NUL-terminated text in the arena. HN_E_NOT_FOUND: there is no such file; HN_E_LIMIT: more than
 * max bytes. n may be NULL. */
HN_MUST_USE enum hn_code hn_file_read(const char *path, size_t max, struct hn_arena *a,
                                      const char **out, size_t *n, struct hn_err *e);
/* All n bytes, over short writes and signals; false: errno says why. */
bool hn_write_all(int fd, const void *p, size_t n);
/* Durable when it returns. mode: as for open(), e.g. 0600 for secrets. */
HN_MUST_USE enum hn_code hn_file_put(const char *path, unsigned mode, const void *p, size_t n,
                                     struct hn_err *e);

/* A lock among processes, by a file of its own; gone with the fd, however the process ends. Waits.
 */
HN_MUST_USE enum hn_code hn_file_lock(const char *path, int *fd, struct hn_err *e);
void hn_file_unlock(int *fd);
#define HN_FILE_LOCK HN_CLEANUP(hn_file_unlock) int

#endif
