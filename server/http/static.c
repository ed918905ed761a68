/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files below /static/, read into memory at start with their SHA-256 as ETag and, where it helps, a
 * gzip form made then. The I/O thread answers them itself. With the content's own hash (or the
 * whole set's version) as ?v= an answer may be kept for a year; without, it is asked for again.
 */
#include "server/http/app.h"

#include "server/base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define FILES_MAX 2000
#define FILE_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define DEPTH_MAX 8
#define HASH_TEXT 17

struct file {
    const char *path; /* "/static/css/hinomi.css" */
    const char *type;
    struct hn_bytes plain;
    struct hn_bytes gzip; /* n 0: none */
    char hash[HASH_TEXT];
};

struct http_static {
    struct hn_arena *arena;
    struct file *file; /* sorted by path */
    size_t n;
    char version[HASH_TEXT];
};

static const struct {
    const char *ending;
    const char *type;
    bool squeeze;
} types[] = {
    {".css", "text/css; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".mjs", "text/javascript; charset=utf-8", true},
    {".json", "application/json", true},
    {".svg", "image/svg+xml", true},
    {".html", "text/html; charset=utf-8", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".md", "text/plain; charset=utf-8", true},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".webp", "image/webp", false},
    {".ico", "image/x-icon", false},
    {".woff2", "font/woff2", false},
    {".woff", "font/woff", false},
    {".wav", "audio/wav", false},
    {".webmanifest", "application/manifest+json", true},
};

static bool ends_with(const char *s, const char *ending)
{
    size_t n = strlen(s);
    size_t m = strlen(ending);

    return n > m && strcasecmp(s + n - m, ending) == 0;
}

static void set_hash(struct hn_bytes data, char out[HASH_TEXT])
{
    uint8_t md[EVP_MAX_MD_SIZE];

    HN_ASSERT(EVP_Digest(data.p, data.n, md, NULL, EVP_sha256(), NULL) == 1);
    for (int i = 0; i < 8; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", md[i]);
}

static struct hn_bytes squeezed(struct hn_arena *a, struct hn_bytes plain)
{
    z_stream z = {0};
    size_t cap;
    uint8_t *out;
    struct hn_bytes r = {NULL, 0};

    if (plain.n < 512 || deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return r;
    cap = deflateBound(&z, plain.n);
    out = malloc(cap);
    if (out == NULL)
        abort();
    z.next_in = (z_const Bytef *)(uintptr_t)plain.p;
    z.avail_in = (uInt)plain.n;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    if (deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < plain.n)
        r = (struct hn_bytes){hn_arena_memdup(a, out, z.total_out), z.total_out};
    (void)deflateEnd(&z);
    free(out);
    return r;
}

static bool read_all(struct hn_arena *a, const char *path, size_t size, struct hn_bytes *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *p = hn_arena_alloc(a, size + 1);
    size_t n = 0;

    if (fd < 0)
        return false;
    while (n < size) {
        ssize_t r = read(fd, p + n, size - n);

        if (r <= 0)
            break;
        n += (size_t)r;
    }
    (void)close(fd);
    *out = (struct hn_bytes){p, n};
    return n == size;
}

static void add_file(struct http_static *s, const char *disk, const char *path, size_t size)
{
    struct file *f = &s->file[s->n];

    if (s->n == FILES_MAX || size > FILE_BYTES_MAX) {
        hn_log(HN_WARN, "static file left out (too many or too large): %s", disk);
        return;
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(types); i++) {
        if (!ends_with(path, types[i].ending))
            continue;
        if (!read_all(s->arena, disk, size, &f->plain)) {
            hn_log(HN_WARN, "static file cannot be read: %s", disk);
            return;
        }
        f->path = hn_arena_strdup(s->arena, path);
        f->type = types[i].type;
        set_hash(f->plain, f->hash);
        if (types[i].squeeze)
            f->gzip = squeezed(s->arena, f->plain);
        s->n++;
        return;
    }
}

static void add_folder(struct http_static *s, const char *disk, const char *path, int depth)
{
    DIR *d = depth > DEPTH_MAX ? NULL : opendir(disk);
    struct dirent *entry;

    if (d == NULL)
        return;
    while ((entry = readdir(d)) != NULL) {
        HN_ARENA tmp = NULL;
        struct stat st;
        const char *from;
        const char *to;

        if (entry->d_name[0] == '.')
            continue;
        tmp = hn_arena_new();
        from = hn_arena_fmt(tmp, "%s/%s", disk, entry->d_name);
        to = hn_arena_fmt(tmp, "%s/%s", path, entry->d_name);
        if (stat(from, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode))
            add_folder(s, from, to, depth + 1);
        else if (S_ISREG(st.st_mode))
            add_file(s, from, to, (size_t)st.st_size);
    }
    (void)closedir(d);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

struct http_static *http_static_new(const char *folder, struct hn_err *e)
{
    struct hn_arena *a = hn_arena_new();
    struct http_static *s = hn_arena_make(a, struct http_static, 1);
    char all[FILES_MAX * HASH_TEXT];
    size_t n = 0;

    s->arena = a;
    s->file = hn_arena_make(a, struct file, FILES_MAX + 1);
    if (folder != NULL && access(folder, R_OK | X_OK) != 0) {
        int why = errno;

        hn_arena_free(a);
        (void)hn_fail(e, HN_E_IO, "the folder of static files, %s: %s", folder, strerror(why));
        return NULL;
    }
    if (folder != NULL)
        add_folder(s, folder, "/static", 0);
    qsort(s->file, s->n, sizeof(*s->file), by_path);
    for (size_t i = 0; i < s->n; i++, n += HASH_TEXT - 1)
        memcpy(all + n, s->file[i].hash, HASH_TEXT - 1);
    set_hash((struct hn_bytes){(const uint8_t *)all, n}, s->version);
    return s;
}

void http_static_free(struct http_static *s)
{
    if (s != NULL)
        hn_arena_free(s->arena);
}

const char *http_static_version(const struct http_static *s)
{
    return s->version;
}

static const struct file *find(const struct http_static *s, const char *path)
{
    struct file key = {.path = path};

    return bsearch(&key, s->file, s->n, sizeof(key), by_path);
}

static bool takes_gzip(const struct http_request *q)
{
    const char *v = http_pairs_get_nocase(&q->headers, "Accept-Encoding");
    const char *p = v == NULL ? NULL : strstr(v, "gzip");

    return p != NULL && strncmp(p + 4, ";q=0", 4) != 0;
}

bool http_static_answer(struct http_request *q)
{
    const struct http_static *s = q->app->files;
    const char *path = hn_streq(q->path, "/favicon.ico") ? "/static/favicon.ico" : q->path;
    const char *asked = strncmp(q->query, "v=", 2) == 0 ? q->query + 2 : "";
    const struct file *f;
    bool gzip;

    if (strncmp(path, "/static/", 8) != 0)
        return false;
    q->route_index = http_router_count(q->app->router);
    if (!hn_streq(q->method, "GET") && !hn_streq(q->method, "HEAD")) {
        q->allow = "GET, HEAD";
        http_refuse(q, 405, HN_E_METHOD, "Static files can only be read");
        return true;
    }
    f = s == NULL ? NULL : find(s, path);
    if (f == NULL) {
        http_refuse(q, 404, HN_E_NOT_FOUND, "There is no such page or object");
        return true;
    }
    gzip = f->gzip.n > 0 && takes_gzip(q);
    q->answer.status = 200;
    q->answer.type = f->type;
    q->answer.body = gzip ? f->gzip : f->plain;
    q->answer.etag = gzip ? hn_arena_fmt(q->arena, "%s-gz", f->hash) : f->hash;
    q->answer.ready = true;
    if (gzip)
        http_pairs_add(&q->answer.headers, q->arena, "Content-Encoding", "gzip");
    http_pairs_add(&q->answer.headers, q->arena, "Vary", "Accept-Encoding");
    http_pairs_add(&q->answer.headers, q->arena, "Cache-Control",
                   hn_streq(asked, f->hash) || hn_streq(asked, s->version)
                       ? "public, max-age=31536000, immutable"
                       : "public, no-cache");
    http_finish(q);
    return true;
}
