/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/about/about.h"

#include <errno.h>

#define FILE_MAX ((size_t)8 * 1024 * 1024)
#define NAME_MAX_BYTES 100

/* Owner: cmd_serve(), before threads. */
static const char *about_folder;

void about_configure(const char *folder)
{
    about_folder = folder;
}

bool about_is_licence_name(const char *name)
{
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-";
    size_t n = strlen(name);

    return n > 0 && n <= NAME_MAX_BYTES && strspn(name, good) == n && name[0] != '.' &&
           name[0] != '-' && name[0] != '+';
}

enum hn_code about_read(const char *name, struct hn_arena *a, struct hn_bytes *out,
                        struct hn_err *e)
{
    FILE *f =
        about_folder == NULL ? NULL : fopen(hn_arena_fmt(a, "%s/%s", about_folder, name), "re");
    long size;
    uint8_t *p;
    bool whole;

    if (f == NULL)
        return hn_fail(e, HN_E_NOT_FOUND, "The build made no list of parts");
    size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    if (size < 0 || (size_t)size > FILE_MAX || fseek(f, 0, SEEK_SET) != 0) {
        (void)fclose(f); /* it was only read */
        return hn_fail(e, HN_E_IO, "%s cannot be read", name);
    }
    p = hn_arena_alloc(a, (size_t)size + 1);
    whole = fread(p, 1, (size_t)size, f) == (size_t)size;
    (void)fclose(f);
    if (!whole)
        return hn_fail(e, HN_E_IO, "%s cannot be read", name);
    p[size] = '\0';
    *out = (struct hn_bytes){p, (size_t)size};
    return HN_OK;
}
