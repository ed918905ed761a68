/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/arena.h"
#include "server/http/volume.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* A sysfs in small: "F=TEXT" is a file, "L>TARGET" a link, "D/" a folder, separated by blanks. */
static struct row {
    const char *name;
    const char *tree;
    enum volume_state want;
} rows[] = {
    {"a LUKS volume", "d/dm-0/dm/uuid=CRYPT-LUKS2-1f2e-hinomi d/dm-0/slaves/ dev/block/9:1>d/dm-0",
     VOLUME_ENCRYPTED},
    {"plain dm-crypt", "d/dm-0/dm/uuid=CRYPT-PLAIN-swap dev/block/9:1>d/dm-0", VOLUME_ENCRYPTED},
    {"verity is no encryption", "d/dm-0/dm/uuid=CRYPT-VERITY-1f2e dev/block/9:1>d/dm-0",
     VOLUME_PLAIN},
    {"integrity is none either", "d/dm-0/dm/uuid=CRYPT-INTEGRITY-1f2e dev/block/9:1>d/dm-0",
     VOLUME_PLAIN},
    {"a disk", "d/sda/size=100 dev/block/9:1>d/sda", VOLUME_PLAIN},
    {"a partition of a disk", "d/sda/sda1/partition=1 d/sda/size=100 dev/block/9:1>d/sda/sda1",
     VOLUME_PLAIN},
    {"a partition of a crypt device",
     "d/dm-0/dm/uuid=CRYPT-LUKS2-1 d/dm-0/p1/partition=1 dev/block/9:1>d/dm-0/p1",
     VOLUME_ENCRYPTED},
    {"LVM on LUKS",
     "d/dm-1/dm/uuid=LVM-abc d/dm-0/dm/uuid=CRYPT-LUKS2-1 d/dm-1/slaves/dm-0>d/dm-0 "
     "dev/block/9:1>d/dm-1",
     VOLUME_ENCRYPTED},
    {"LVM on a disk",
     "d/dm-1/dm/uuid=LVM-abc d/sda/size=1 d/dm-1/slaves/sda>d/sda dev/block/9:1>d/dm-1",
     VOLUME_PLAIN},
    {"RAID with one leg in the clear",
     "d/dm-0/dm/uuid=CRYPT-LUKS2-1 d/sdb/size=1 d/md0/slaves/dm-0>d/dm-0 d/md0/slaves/sdb>d/sdb "
     "dev/block/9:1>d/md0",
     VOLUME_PLAIN},
    {"RAID of two LUKS legs",
     "d/dm-0/dm/uuid=CRYPT-LUKS2-1 d/dm-1/dm/uuid=CRYPT-LUKS2-2 d/md0/slaves/dm-0>d/dm-0 "
     "d/md0/slaves/dm-1>d/dm-1 dev/block/9:1>d/md0",
     VOLUME_ENCRYPTED},
    {"a loop file in a folder that is not there",
     "d/loop0/loop/backing_file=/nonexistent/file dev/block/9:1>d/loop0", VOLUME_UNKNOWN},
    {"a device that stands on itself", "d/dm-0/slaves/dm-0>d/dm-0 dev/block/9:1>d/dm-0",
     VOLUME_UNKNOWN},
    {"a device that the kernel does not show", "dev/block/9:2=x", VOLUME_UNKNOWN},
};

static void make_folders(struct hn_arena *a, const char *path)
{
    for (const char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/'))
        (void)mkdir(hn_arena_strndup(a, path, (size_t)(p - path)), 0700);
}

static void make_one(struct hn_arena *a, const char *top, const char *word)
{
    size_t n = strcspn(word, "=>");
    const char *path = hn_arena_fmt(a, "%s/%.*s", top, (int)n, word);

    make_folders(a, path);
    if (word[n] == '=') {
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_true(fprintf(f, "%s\n", word + n + 1) > 0);
        assert_int_equal(fclose(f), 0);
    } else if (word[n] == '>') {
        assert_int_equal(symlink(hn_arena_fmt(a, "%s/%s", top, word + n + 1), path), 0);
    }
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static const char *make_tree(struct hn_arena *a, const char *tree)
{
    char *top = hn_arena_strdup(a, "/tmp/hn-volume-XXXXXX");

    assert_non_null(mkdtemp(top));
    while (*tree != '\0') {
        size_t n = strcspn(tree, " ");

        make_one(a, top, hn_arena_strndup(a, tree, n));
        tree += n + (tree[n] == ' ');
    }
    return top;
}

static void one_row(void **state)
{
    const struct row *r = *state;
    struct hn_arena *a = hn_arena_new();
    const char *sys = make_tree(a, r->tree);

    assert_int_equal(volume_of_device("9:1", sys, "/dev/null"), r->want);
    assert_int_equal(nftw(sys, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    hn_arena_free(a);
}

static void bad_numbers(void **state)
{
    (void)state;
    assert_int_equal(volume_of_device("", "/sys", "/dev/null"), VOLUME_UNKNOWN);
    assert_int_equal(volume_of_device("8", "/sys", "/dev/null"), VOLUME_UNKNOWN);
    assert_int_equal(volume_of_device("8:0/../..", "/sys", "/dev/null"), VOLUME_UNKNOWN);
}

/* The folder's own device, with a sysfs that we made for it. */
static void folders(void **state)
{
    struct hn_arena *a = hn_arena_new();
    const char *sys;
    struct stat st;

    (void)state;
    assert_int_equal(stat("/tmp", &st), 0);
    if (st.st_dev >> 8 == 0)
        skip(); /* /tmp has no device of its own here */
    sys = make_tree(a,
                    hn_arena_fmt(a, "d/dm-0/dm/uuid=CRYPT-LUKS2-1 dev/block/%u:%u>d/dm-0",
                                 (unsigned)(st.st_dev >> 8 & 0xfff), (unsigned)(st.st_dev & 0xff)));
    assert_int_equal(volume_of("/tmp", sys, "/dev/null"), VOLUME_ENCRYPTED);
    assert_int_equal(volume_of_all("/tmp,/tmp", sys, "/dev/null"), VOLUME_ENCRYPTED);
    assert_int_equal(volume_of_all("/tmp,/nonexistent", sys, "/dev/null"), VOLUME_UNKNOWN);
    assert_int_equal(volume_of_all("", sys, "/dev/null"), VOLUME_UNKNOWN);
    assert_int_equal(volume_of_all(",,", sys, "/dev/null"), VOLUME_UNKNOWN);
    assert_int_equal(volume_of("/proc", sys, "/dev/null"), VOLUME_UNKNOWN);
    assert_int_equal(nftw(sys, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    hn_arena_free(a);
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(volume_word(VOLUME_ENCRYPTED), "yes");
    assert_string_equal(volume_word(VOLUME_PLAIN), "no");
    assert_string_equal(volume_word(VOLUME_UNKNOWN), "unknown");
}

int main(void)
{
    struct CMUnitTest tests[HN_ARRAY_LEN(rows) + 3];
    size_t n = 0;

    for (; n < HN_ARRAY_LEN(rows); n++)
        tests[n] = (struct CMUnitTest){rows[n].name, one_row, NULL, NULL, &rows[n]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(bad_numbers);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(folders);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(words);
    return cmocka_run_group_tests_name("volume", tests, NULL, NULL);
}
