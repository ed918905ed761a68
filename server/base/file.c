/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

static enum hn_code fail(struct hn_err *e, const char *what, const char *path)
{
    int why = errno;

    (void)hn_fail(e, why == ENOENT ? HN_E_NOT_FOUND : HN_E_IO, "%s: %s", path, strerror(why));
    return hn_ctx(e, "%s", what);
}

static void close_file(FILE **f)
{
    if (*f != NULL)
        (void)fclose(*f); /* it was only read */
}

enum hn_code hn_file_read(const char *path, size_t max, struct hn_arena *a, const char **out,
                          size_t *n, struct hn_err *e)
{
    HN_CLEANUP(close_file) FILE *f = fopen(path, "re");
    struct stat st;
    char *text;
    size_t got;

    if (f == NULL || fstat(fileno(f), &st) != 0)
        return fail(e, "read", path);
    if (!S_ISREG(st.st_mode))
        return hn_fail(e, HN_E_IO, "%s: %s", path, "not a file");
    if ((uint64_t)st.st_size > max)
        return hn_fail(e, HN_E_LIMIT, "%s is longer than %zu bytes", path, max);
    text = hn_arena_alloc(a, (size_t)st.st_size + 1);
    got = fread(text, 1, (size_t)st.st_size, f);
    if (ferror(f))
        return hn_fail(e, HN_E_IO, "%s: %s", path, "it cannot be read");
    text[got] = '\0';
    *out = text;
    if (n != NULL)
        *n = got;
    return HN_OK;
}

bool hn_write_all(int fd, const void *data, size_t n)
{
    const uint8_t *p = data;

    while (n > 0) {
        ssize_t k = write(fd, p, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

/* The name must survive a crash too. */
static void sync_folder(const char *path)
{
    char copy[PATH_BYTES];
    int dir;

    (void)snprintf(copy, sizeof(copy), "%s", path);
    dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return;
    (void)fsync(dir);
    (void)close(dir);
}

enum hn_code hn_file_put(const char *path, unsigned mode, const void *p, size_t n, struct hn_err *e)
{
    char fresh[PATH_BYTES];
    bool ok;
    int fd;

    if (snprintf(fresh, sizeof(fresh), "%s.%ld.new", path, (long)getpid()) >= (int)sizeof(fresh))
        return hn_fail(e, HN_E_INVALID, "%s: %s", path, "the name is too long");
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return fail(e, "write", fresh);
    /* where it was left over from a crash its mode may be another */
    ok = fchmod(fd, mode) == 0 && hn_write_all(fd, p, n) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(fresh, path) == 0;
    if (!ok) {
        (void)fail(e, "write", path);
        (void)unlink(fresh);
        return e->code;
    }
    sync_folder(path);
    return HN_OK;
}

enum hn_code hn_file_lock(const char *path, int *fd, struct hn_err *e)
{
    int r;

    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        return fail(e, "lock", path);
    do
        r = flock(*fd, LOCK_EX);
    while (r != 0 && errno == EINTR);
    return r == 0 ? HN_OK : fail(e, "lock", path);
}

void hn_file_unlock(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}
