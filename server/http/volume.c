/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/volume.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define PATH_BYTES 4096
#define DEPTH_MAX 8

struct place {
    const char *sys;
    const char *mountinfo;
    int depth; /* how far down we are; a loop in the kernel's answers ends here */
};

static enum volume_state of_folder(const char *path, struct place at);

const char *volume_word(enum volume_state s)
{
    static const char *const words[] = {
#define X(e, w) [VOLUME_##e] = w,
        VOLUME_STATES(X)
#undef X
    };

    return words[s];
}

/* The first line of a small file, without its end; false where there is none. */
static bool first_line(char *line, size_t size, const char *folder, const char *name)
{
    char path[PATH_BYTES];
    FILE *f;
    bool got;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return false;
    f = fopen(path, "re");
    if (f == NULL)
        return false;
    got = fgets(line, (int)size, f) != NULL;
    (void)fclose(f); /* it was only read */
    if (got)
        line[strcspn(line, "\n")] = '\0';
    return got;
}

/* dm-verity and dm-integrity come from the same tool and encrypt nothing. */
static bool is_crypt(const char *uuid)
{
    return strncmp(uuid, "CRYPT-", 6) == 0 && strncmp(uuid, "CRYPT-VERITY-", 13) != 0 &&
           strncmp(uuid, "CRYPT-INTEGRITY-", 16) != 0;
}

static enum volume_state both(enum volume_state a, enum volume_state b)
{
    if (a == VOLUME_PLAIN || b == VOLUME_PLAIN)
        return VOLUME_PLAIN;
    return a == VOLUME_UNKNOWN || b == VOLUME_UNKNOWN ? VOLUME_UNKNOWN : VOLUME_ENCRYPTED;
}

static enum volume_state of_block(const char *folder, struct place at);

/* What the device stands on: *n devices, of which the weakest counts. */
static enum volume_state of_slaves(const char *folder, struct place at, int *n)
{
    char path[PATH_BYTES];
    enum volume_state sum = VOLUME_ENCRYPTED;
    struct dirent *d;
    DIR *dir;

    *n = 0;
    if (snprintf(path, sizeof(path), "%s/slaves", folder) >= (int)sizeof(path))
        return VOLUME_UNKNOWN;
    dir = opendir(path);
    while (dir != NULL && (d = readdir(dir)) != NULL) {
        char below[PATH_BYTES];

        if (d->d_name[0] == '.')
            continue;
        (*n)++;
        if (snprintf(below, sizeof(below), "%s/slaves/%s", folder, d->d_name) >= (int)sizeof(below))
            sum = both(sum, VOLUME_UNKNOWN);
        else
            sum = both(sum, of_block(below, at));
    }
    if (dir != NULL)
        (void)closedir(dir);
    return sum;
}

static enum volume_state of_block(const char *folder, struct place at)
{
    char line[PATH_BYTES];
    char path[PATH_BYTES];
    enum volume_state sum;
    int n;

    if (++at.depth > DEPTH_MAX)
        return VOLUME_UNKNOWN;
    if (first_line(line, sizeof(line), folder, "dm/uuid") && is_crypt(line))
        return VOLUME_ENCRYPTED;
    sum = of_slaves(folder, at, &n);
    if (n > 0)
        return sum;
    if (first_line(line, sizeof(line), folder, "partition"))
        return snprintf(path, sizeof(path), "%s/..", folder) < (int)sizeof(path)
                   ? of_block(path, at)
                   : VOLUME_UNKNOWN;
    if (first_line(line, sizeof(line), folder, "loop/backing_file"))
        return of_folder(line, at);
    return VOLUME_PLAIN;
}

static enum volume_state of_number(unsigned major_number, unsigned minor_number, struct place at)
{
    char path[PATH_BYTES];
    struct stat st;

    if (snprintf(path, sizeof(path), "%s/dev/block/%u:%u", at.sys, major_number, minor_number) >=
            (int)sizeof(path) ||
        stat(path, &st) != 0)
        return VOLUME_UNKNOWN;
    return of_block(path, at);
}

/* path is mount or below it */
static bool is_under(const char *path, const char *mount)
{
    size_t n = strlen(mount);

    return strncmp(path, mount, n) == 0 &&
           (path[n] == '/' || path[n] == '\0' || mount[n - 1] == '/');
}

/* The device that the mount table names for the folder: of btrfs, whose own numbers are no
 * device's. false: none, or no device file. */
static bool mount_source(const char *path, struct place at, char *source, size_t size)
{
    char line[2 * PATH_BYTES];
    FILE *f = fopen(at.mountinfo, "re");
    size_t longest = 0;

    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        char mount[PATH_BYTES];
        char from[PATH_BYTES];
        const char *rest = strstr(line, " - ");

        /* 36 35 98:0 /root /mount options … - type source options (proc(5)); blanks are \040 */
        if (rest == NULL || sscanf(line, "%*d %*d %*s %*s %4095s", mount) != 1 ||
            sscanf(rest, " - %*s %4095s", from) != 1)
            continue;
        if (is_under(path, mount) && strlen(mount) >= longest) {
            longest = strlen(mount);
            (void)snprintf(source, size, "%s", from);
        }
    }
    if (f != NULL)
        (void)fclose(f); /* it was only read */
    return longest > 0 && strncmp(source, "/dev/", 5) == 0;
}

static enum volume_state of_folder(const char *path, struct place at)
{
    char source[PATH_BYTES];
    char real[PATH_BYTES];
    struct stat st;

    if (stat(path, &st) != 0 || realpath(path, real) == NULL)
        return VOLUME_UNKNOWN;
    if (major(st.st_dev) != 0)
        return of_number(major(st.st_dev), minor(st.st_dev), at);
    if (!mount_source(real, at, source, sizeof(source)) || stat(source, &st) != 0 ||
        !S_ISBLK(st.st_mode))
        return VOLUME_UNKNOWN;
    return of_number(major(st.st_rdev), minor(st.st_rdev), at);
}

enum volume_state volume_of(const char *path, const char *sys, const char *mountinfo)
{
    return of_folder(path, (struct place){.sys = sys, .mountinfo = mountinfo});
}

enum volume_state volume_of_device(const char *number, const char *sys, const char *mountinfo)
{
    unsigned long device[2];
    char *end;

    if (*number < '0' || *number > '9')
        return VOLUME_UNKNOWN;
    device[0] = strtoul(number, &end, 10);
    if (*end != ':' || end[1] < '0' || end[1] > '9')
        return VOLUME_UNKNOWN;
    device[1] = strtoul(end + 1, &end, 10);
    if (*end != '\0' || device[0] > UINT_MAX || device[1] > UINT_MAX)
        return VOLUME_UNKNOWN;
    return of_number((unsigned)device[0], (unsigned)device[1],
                     (struct place){.sys = sys, .mountinfo = mountinfo});
}

enum volume_state volume_of_all(const char *paths, const char *sys, const char *mountinfo)
{
    enum volume_state sum = VOLUME_ENCRYPTED;
    bool any = false;

    while (*paths != '\0') {
        size_t n = strcspn(paths, ",");
        char one[PATH_BYTES];

        if (n > 0 && n < sizeof(one)) {
            memcpy(one, paths, n);
            one[n] = '\0';
            sum = both(sum, volume_of(one, sys, mountinfo));
            any = true;
        }
        paths += n + (paths[n] == ',');
    }
    return any ? sum : VOLUME_UNKNOWN;
}
