/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader.c — templates by name below one folder, compiled once and shared by all threads.
 *
 * A name is a relative path of plain components; the way down is walked one component a time and no
 * symbolic link is followed, so that a name cannot leave the folder. A compiled template lives
 * until nobody renders from it and a newer one has taken its place.
 */
#include "server/tpl/tpl_int.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 240

struct entry {
    struct entry *next;
    struct tp_tmpl *t;
    struct timespec mtime;
    off_t size;
    char name[NAME_MAX_BYTES + 1];
};

struct tpl_loader {
    pthread_mutex_t lock; /* of the entries and of every template's refs */
    struct entry *entries;
    bool reload;
    char folder[];
};

struct tpl_loader *tpl_loader_new(const char *folder, bool reload)
{
    size_t n = strlen(folder) + 1;
    struct tpl_loader *l = calloc(1, sizeof(*l) + n);

    if (l == NULL)
        abort();
    memcpy(l->folder, folder, n);
    l->reload = reload;
    (void)pthread_mutex_init(&l->lock, NULL);
    return l;
}

static void unref(struct tp_tmpl *t)
{
    if (t != NULL && --t->refs == 0)
        tp_tmpl_free(t);
}

void tpl_loader_free(struct tpl_loader *l)
{
    if (l == NULL)
        return;
    while (l->entries != NULL) {
        struct entry *e = l->entries;

        l->entries = e->next;
        unref(e->t);
        free(e);
    }
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

void tp_loader_put(struct tpl_loader *l, struct tp_tmpl *t)
{
    (void)pthread_mutex_lock(&l->lock);
    unref(t);
    (void)pthread_mutex_unlock(&l->lock);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool name_ok(const char *name, size_t n)
{
    size_t from = 0;

    if (n == 0 || n > NAME_MAX_BYTES || memchr(name, '\0', n) != NULL ||
        memchr(name, '\\', n) != NULL)
        return false;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && name[i] != '/')
            continue;
        if (i == from || (i - from == 1 && name[from] == '.') ||
            (i - from == 2 && name[from] == '.' && name[from + 1] == '.'))
            return false;
        from = i + 1;
    }
    return true;
}

/* -1: there is no such file. */
static int open_below(const char *folder, const char *name)
{
    char part[NAME_MAX_BYTES + 1];
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    while (dir >= 0) {
        const char *slash = strchr(name, '/');
        size_t n = slash == NULL ? strlen(name) : (size_t)(slash - name);
        int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        int fd;

        memcpy(part, name, n);
        part[n] = '\0';
        fd = openat(dir, part, slash == NULL ? flags : flags | O_DIRECTORY);
        (void)close(dir);
        if (slash == NULL)
            return fd;
        dir = fd;
        name = slash + 1;
    }
    return -1;
}

/* The regular file's text; NULL with e set when it cannot be read. */
static char *read_all(int fd, const struct stat *st, const char *name, size_t *n, struct hn_err *e)
{
    size_t size = (size_t)st->st_size;
    char *p;

    if (size > TP_SOURCE_MAX) {
        tp_error(e, name, 1, 1, "the template is longer than %zu bytes", TP_SOURCE_MAX);
        return NULL;
    }
    p = malloc(size + 1);
    if (p == NULL)
        abort();
    for (*n = 0; *n < size;) {
        ssize_t k = read(fd, p + *n, size - *n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            break;
        *n += (size_t)k;
    }
    return p;
}

static void absent(const char *name, size_t n, bool *missing, struct hn_err *e)
{
    if (missing != NULL)
        *missing = true;
    else
        (void)hn_fail(e, HN_E_INVALID, "there is no template '%.*s'", (int)HN_MIN(n, 120u), name);
}

/* ---- the cache ------------------------------------------------------------------------------ */

static struct entry *find(struct tpl_loader *l, const char *name)
{
    struct entry *e = l->entries;

    while (e != NULL && strcmp(e->name, name) != 0)
        e = e->next;
    return e;
}

static struct tp_tmpl *cached(struct tpl_loader *l, const char *name, const struct stat *st)
{
    struct tp_tmpl *t = NULL;
    struct entry *e;

    (void)pthread_mutex_lock(&l->lock);
    e = find(l, name);
    if (e != NULL &&
        (st == NULL || (e->size == st->st_size && e->mtime.tv_sec == st->st_mtim.tv_sec &&
                        e->mtime.tv_nsec == st->st_mtim.tv_nsec))) {
        t = e->t;
        t->refs++;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return t;
}

static void keep(struct tpl_loader *l, const char *name, struct tp_tmpl *t, const struct stat *st)
{
    struct entry *e;

    t->refs = 2; /* the caller's and the cache's */
    (void)pthread_mutex_lock(&l->lock);
    e = find(l, name);
    if (e == NULL) {
        e = calloc(1, sizeof(*e));
        if (e == NULL)
            abort();
        memcpy(e->name, name, strlen(name) + 1);
        e->next = l->entries;
        l->entries = e;
    }
    unref(e->t);
    e->t = t;
    e->mtime = st->st_mtim;
    e->size = st->st_size;
    (void)pthread_mutex_unlock(&l->lock);
}

static struct tp_tmpl *load(struct tpl_loader *l, const char *name, int fd, const struct stat *st,
                            struct hn_err *e)
{
    struct tp_tmpl *t;
    size_t n;
    char *src = read_all(fd, st, name, &n, e);

    if (src == NULL)
        return NULL;
    t = tp_compile(name, src, n, e);
    free(src);
    if (t != NULL)
        keep(l, name, t, st);
    return t;
}

/*
 * The template of this name, in use until tp_loader_put(). NULL: an error, or, with missing given,
 * *missing set and no error where there is no such file.
 */
struct tp_tmpl *tp_loader_get(struct tpl_loader *l, const char *name, size_t n, bool *missing,
                              struct hn_err *e)
{
    char clean[NAME_MAX_BYTES + 1];
    struct tp_tmpl *t = NULL;
    struct stat st;
    int fd;

    if (missing != NULL)
        *missing = false;
    if (l == NULL || !name_ok(name, n)) {
        absent(name, n, missing, e);
        return NULL;
    }
    memcpy(clean, name, n);
    clean[n] = '\0';
    if (!l->reload && (t = cached(l, clean, NULL)) != NULL)
        return t;
    fd = open_below(l->folder, clean);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        absent(clean, n, missing, e);
    } else {
        t = l->reload ? cached(l, clean, &st) : NULL;
        if (t == NULL)
            t = load(l, clean, fd, &st, e);
    }
    if (fd >= 0)
        (void)close(fd);
    return t;
}
