/* SPDX-License-Identifier: Apache-2.0 */
#include "server/places.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* tree: the folder below the scratch one that holds sql/ and templates/. */
static struct row {
    const char *name, *tree, *exe;
    const char *templates, *locale, *about; /* "@" = the scratch folder */
    bool installed;
} rows[] = {
    {"below a prefix", "p/share/hinomi", "p/bin/hinomi", "@/p/share/hinomi/templates",
     "@/p/share/hinomi/locale", "@/p/share/hinomi/about", true},
    {"in a checkout", "c", "c/build/hinomi", "@/c/templates", "@/c/build/locale", "@/c/build/about",
     false},
    {"of another flavour", "c", "c/build/asan/hinomi", "@/c/templates", "@/c/build/locale",
     "@/c/build/about", false},
    {"a folder named bin without files", "q/other", "q/bin/hinomi", "templates", "build/locale",
     "build/about", false},
    {"a program elsewhere", "c", "x/y/z/hinomi", "templates", "build/locale", "build/about", false},
    {"below the root folder", "c", "", "templates", "build/locale", "build/about", false},
};

/* Every folder on the way. */
static void make_folders(struct hn_arena *a, const char *path)
{
    for (const char *p = strchr(path + 1, '/');; p = strchr(p + 1, '/')) {
        (void)mkdir(p == NULL ? path : hn_arena_strndup(a, path, (size_t)(p - path)), 0700);
        if (p == NULL)
            return;
    }
}

static void make_tree(struct hn_arena *a, const char *top)
{
    int fd;

    make_folders(a, hn_arena_fmt(a, "%s/templates/page", top));
    make_folders(a, hn_arena_fmt(a, "%s/sql", top));
    fd = open(hn_arena_fmt(a, "%s/sql/0001_auth.sql", top), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

static void remove_tree(struct hn_arena *a, const char *scratch, const char *tree)
{
    char *path = hn_arena_fmt(a, "%s/%s", scratch, tree);

    (void)unlink(hn_arena_fmt(a, "%s/sql/0001_auth.sql", path));
    (void)rmdir(hn_arena_fmt(a, "%s/sql", path));
    (void)rmdir(hn_arena_fmt(a, "%s/templates/page", path));
    (void)rmdir(hn_arena_fmt(a, "%s/templates", path));
    while (strlen(path) >= strlen(scratch)) {
        (void)rmdir(path);
        *strrchr(path, '/') = '\0';
    }
}

static const char *expected(struct hn_arena *a, const char *scratch, const char *want)
{
    return *want == '@' ? hn_arena_fmt(a, "%s%s", scratch, want + 1) : want;
}

static void one_row(void **state)
{
    const struct row *r = *state;
    struct hn_arena *a = hn_arena_new();
    char scratch[] = "/tmp/hn-places-XXXXXX";
    struct places got;

    assert_non_null(mkdtemp(scratch));
    make_tree(a, hn_arena_fmt(a, "%s/%s", scratch, r->tree));
    places_find(*r->exe == '\0' ? "/hinomi" : hn_arena_fmt(a, "%s/%s", scratch, r->exe), a, &got);
    assert_string_equal(got.templates, expected(a, scratch, r->templates));
    assert_string_equal(got.locale, expected(a, scratch, r->locale));
    assert_string_equal(got.about, expected(a, scratch, r->about));
    assert_int_equal(got.installed, r->installed);
    remove_tree(a, scratch, r->tree);
    hn_arena_free(a);
}

static void unknown_place(void **state)
{
    struct hn_arena *a = hn_arena_new();
    struct places got;

    (void)state;
    places_find("", a, &got);
    assert_string_equal(got.sql, "sql");
    assert_string_equal(got.static_files, "build/static");
    assert_true(places_exe(a)[0] == '/');
    hn_arena_free(a);
}

int main(void)
{
    struct CMUnitTest tests[HN_ARRAY_LEN(rows) + 1];

    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++)
        tests[i] = (struct CMUnitTest){rows[i].name, one_row, NULL, NULL, &rows[i]};
    tests[HN_ARRAY_LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(unknown_place);
    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
