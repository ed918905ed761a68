/* SPDX-License-Identifier: Apache-2.0 */
#include "server/places.h"

#include <unistd.h>

#define PATH_BYTES_MAX 4096

/* The folder that holds path; "" at the end of the road. */
static const char *parent(struct hn_arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL || slash == path)
        return "";
    return hn_arena_strndup(a, path, (size_t)(slash - path));
}

/* Both kinds of place have the first migration. */
static bool is_ours(struct hn_arena *a, const char *folder)
{
    return *folder != '\0' && access(hn_arena_fmt(a, "%s/sql/0001_auth.sql", folder), R_OK) == 0 &&
           access(hn_arena_fmt(a, "%s/templates/page", folder), X_OK) == 0;
}

static void checkout(const char *top, struct hn_arena *a, struct places *out)
{
    *out = (struct places){
        .templates = hn_arena_fmt(a, "%stemplates", top),
        .static_files = hn_arena_fmt(a, "%sbuild/static", top),
        .locale = hn_arena_fmt(a, "%sbuild/locale", top),
        .sql = hn_arena_fmt(a, "%ssql", top),
        .about = hn_arena_fmt(a, "%sbuild/about", top),
        .manual = hn_arena_fmt(a, "%sdocs/manual", top),
    };
}

void places_find(const char *exe, struct hn_arena *a, struct places *out)
{
    const char *up = parent(a, parent(a, exe));
    const char *share = hn_arena_fmt(a, "%s/share/hinomi", up);

    if (*up != '\0' && is_ours(a, share)) {
        *out = (struct places){
            .templates = hn_arena_fmt(a, "%s/templates", share),
            .static_files = hn_arena_fmt(a, "%s/static", share),
            .locale = hn_arena_fmt(a, "%s/locale", share),
            .sql = hn_arena_fmt(a, "%s/sql", share),
            .about = hn_arena_fmt(a, "%s/about", share),
            .manual = hn_arena_fmt(a, "%s/manual", share),
            .installed = true,
        };
        return;
    }
    for (int i = 0; i < 2; i++, up = parent(a, up))
        if (is_ours(a, up)) {
            checkout(hn_arena_fmt(a, "%s/", up), a, out);
            return;
        }
    checkout("", a, out);
}

const char *places_exe(struct hn_arena *a)
{
    char path[PATH_BYTES_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    return n <= 0 ? "" : hn_arena_strndup(a, path, (size_t)n);
}
