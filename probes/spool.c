/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/spool.h"

#include "probes/mem.h"
#include "server/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_LEN 1024
#define HEAD 8

struct spool {
    char folder[PATH_MAX_LEN - 64];
    int64_t max, segment;
    uint64_t oldest, newest; /* numbers of segments; none when oldest > newest */
    int64_t bytes;           /* of all segments */
    int out;                 /* the newest segment, -1 = the next append begins one */
    int64_t out_bytes;
    bool is_dirty;   /* appended and not synced */
    int64_t read_at; /* in the oldest segment: what was taken */
    int64_t peek_at; /* what the last peek gave */
    int64_t damaged;
};

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
    uint32_t c = 0xFFFFFFFFU;

    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = (c & 1) != 0 ? c >> 1 ^ 0xEDB88320U : c >> 1;
    }
    return ~c;
}

static const char *path_of(const struct spool *s, uint64_t number, char buf[PATH_MAX_LEN])
{
    (void)snprintf(buf, PATH_MAX_LEN, "%s/%016" PRIu64 ".seg", s->folder, number);
    return buf;
}

static bool number_of(const char *name, uint64_t *out)
{
    uint64_t v = 0;

    for (int i = 0; i < 16; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(name[i] - '0');
    }
    *out = v;
    return hn_streq(name + 16, ".seg");
}

static enum hn_code io_fail(struct hn_err *e, const char *what, const char *path)
{
    int why = errno;

    (void)hn_fail(e, why == ENOSPC || why == EDQUOT ? HN_E_LIMIT : HN_E_IO,
                  "the spool on disk cannot be used: %s", strerror(why));
    return hn_ctx(e, "%s %s", what, path);
}

enum hn_code spool_open(const char *folder, int64_t max, int64_t segment, struct spool **out,
                        struct hn_err *e)
{
    struct spool *s;
    struct dirent *d;
    DIR *dir;

    if (strlen(folder) >= sizeof(s->folder))
        return hn_fail(e, HN_E_INVALID, "the spool's folder name is too long");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return io_fail(e, "make", folder);
    dir = opendir(folder);
    if (dir == NULL)
        return io_fail(e, "open", folder);
    s = MEM_NEW(struct spool);
    (void)snprintf(s->folder, sizeof(s->folder), "%s", folder);
    s->max = max;
    s->segment = segment;
    s->out = -1;
    s->oldest = UINT64_MAX;
    while ((d = readdir(dir)) != NULL) {
        char path[PATH_MAX_LEN];
        struct stat st;
        uint64_t k;

        if (!number_of(d->d_name, &k) || stat(path_of(s, k, path), &st) != 0)
            continue;
        s->oldest = HN_MIN(s->oldest, k);
        s->newest = HN_MAX(s->newest, k);
        s->bytes += st.st_size;
    }
    (void)closedir(dir);
    if (s->oldest == UINT64_MAX)
        s->oldest = s->newest + 1;
    *out = s;
    return HN_OK;
}

void spool_free(struct spool *s)
{
    if (s == NULL)
        return;
    if (s->out >= 0)
        (void)close(s->out);
    free(s);
}

bool spool_is_empty(const struct spool *s)
{
    return s->oldest > s->newest;
}

int64_t spool_bytes(const struct spool *s)
{
    return s->bytes;
}

int64_t spool_damaged(const struct spool *s)
{
    return s->damaged;
}

static enum hn_code begin_segment(struct spool *s, struct hn_err *e)
{
    char path[PATH_MAX_LEN];
    int dir;

    if (spool_sync(s, e) != HN_OK)
        return e->code;
    if (s->out >= 0)
        (void)close(s->out);
    s->out = open(path_of(s, s->newest + 1, path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (s->out < 0)
        return io_fail(e, "begin", path);
    s->newest++;
    s->out_bytes = 0;
    dir = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* its name must survive too */
    if (dir >= 0) {
        (void)fsync(dir);
        (void)close(dir);
    }
    return HN_OK;
}

static void put_le32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get_le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

enum hn_code spool_append(struct spool *s, const struct hn_bytes *records, size_t n,
                          struct hn_err *e)
{
    size_t total = 0;
    uint8_t *buf, *p;
    bool ok;

    for (size_t i = 0; i < n; i++) {
        HN_ASSERT(records[i].n <= SPOOL_RECORD_MAX);
        total += HEAD + records[i].n;
    }
    if (s->bytes + (int64_t)total > s->max)
        return hn_fail(e, HN_E_LIMIT, "the spool on disk is full (%lld bytes)",
                       (long long)s->bytes);
    if ((s->out < 0 || s->out_bytes >= s->segment) && begin_segment(s, e) != HN_OK)
        return e->code;
    p = buf = mem_new(total, 1);
    for (size_t i = 0; i < n; i++) {
        put_le32(p, (uint32_t)records[i].n);
        put_le32(p + 4, crc32_of(records[i].p, records[i].n));
        memcpy(p + HEAD, records[i].p, records[i].n);
        p += HEAD + records[i].n;
    }
    ok = hn_write_all(s->out, buf, total);
    free(buf);
    if (!ok) {
        (void)io_fail(e, "write to", s->folder);
        /* what was cut off must not stay before later records */
        if (ftruncate(s->out, s->out_bytes) != 0) {
            (void)close(s->out);
            s->out = -1;
        }
        return e->code;
    }
    s->out_bytes += (int64_t)total;
    s->bytes += (int64_t)total;
    s->is_dirty = true;
    return HN_OK;
}

enum hn_code spool_sync(struct spool *s, struct hn_err *e)
{
    if (!s->is_dirty || s->out < 0)
        return HN_OK;
    if (fdatasync(s->out) != 0)
        return io_fail(e, "sync", s->folder);
    s->is_dirty = false;
    return HN_OK;
}

/* The oldest segment goes: delivered (unlink) or damaged (kept under another name). */
static enum hn_code drop_oldest(struct spool *s, bool damaged, struct hn_err *e)
{
    char path[PATH_MAX_LEN], aside[PATH_MAX_LEN + 8];
    struct stat st;

    if (stat(path_of(s, s->oldest, path), &st) == 0) {
        (void)snprintf(aside, sizeof(aside), "%s.bad", path);
        if ((damaged ? rename(path, aside) : unlink(path)) != 0)
            return io_fail(e, "drop", path);
        s->bytes -= st.st_size;
    }
    if (s->oldest == s->newest && s->out >= 0) {
        (void)close(s->out);
        s->out = -1;
        s->is_dirty = false;
    }
    s->oldest++;
    s->read_at = s->peek_at = 0;
    if (damaged)
        s->damaged++;
    return HN_OK;
}

/* Reads records from the segment at *at on. *whole: false when it ended in a damaged record. */
static size_t read_records(int fd, int64_t *at, struct hn_arena *a, struct hn_bytes *out,
                           size_t max, bool *whole)
{
    size_t n = 0;

    *whole = true;
    while (n < max) {
        uint8_t head[HEAD];
        ssize_t k = pread(fd, head, HEAD, *at);
        size_t len;
        uint8_t *p;

        if (k == 0)
            break;
        len = k == HEAD ? get_le32(head) : SPOOL_RECORD_MAX + 1;
        *whole = len <= SPOOL_RECORD_MAX;
        if (!*whole)
            break;
        p = hn_arena_alloc(a, len);
        *whole =
            pread(fd, p, len, *at + HEAD) == (ssize_t)len && crc32_of(p, len) == get_le32(head + 4);
        if (!*whole)
            break;
        out[n++] = (struct hn_bytes){.p = p, .n = len};
        *at += (int64_t)(HEAD + len);
    }
    return n;
}

enum hn_code spool_peek(struct spool *s, struct hn_arena *a, struct hn_bytes *out, size_t max,
                        size_t *n, struct hn_err *e)
{
    *n = 0;
    while (!spool_is_empty(s)) {
        char path[PATH_MAX_LEN];
        int fd = open(path_of(s, s->oldest, path), O_RDONLY | O_CLOEXEC);
        int64_t at = s->read_at;
        bool whole;

        if (fd < 0) {
            if (errno != ENOENT)
                return io_fail(e, "read", path);
            if (drop_oldest(s, false, e) != HN_OK) /* a hole in the numbers */
                return e->code;
            continue;
        }
        *n = read_records(fd, &at, a, out, max, &whole);
        (void)close(fd);
        s->peek_at = at;
        if (*n > 0)
            return HN_OK;
        if (drop_oldest(s, !whole, e) != HN_OK)
            return e->code;
    }
    return HN_OK;
}

enum hn_code spool_taken(struct spool *s, struct hn_err *e)
{
    char path[PATH_MAX_LEN];
    struct stat st;

    s->read_at = s->peek_at;
    if (!spool_is_empty(s) && stat(path_of(s, s->oldest, path), &st) == 0 &&
        s->read_at >= st.st_size)
        return drop_oldest(s, false, e);
    return HN_OK;
}
