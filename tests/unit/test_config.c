/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static void every_key(void **state)
{
    struct config c = {0};
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(
        config_parse(
            "x",
            "# comment\n\n"
            "database = host=/run dbname=hinomi\r\n"
            "  address=0.0.0.0  \n"
            "port = 8081\nstate = /var/lib/hinomi\n"
            "templates = t\nstatic = s\nlocale = l\nsql = q\nabout = a\n"
            "language = en\nsyslog_port = 514\ntrap_port = 162\n"
            "workers = 8\nstatement_timeout_ms = 5000\n"
            "attachment_max_mb = 30\n"
            "tls_cert = c.pem\ntls_key = k.pem\nredirect_port = 8080\nsatellite_port = 8443\n"
            "satellite_address = ::\nsatellite_names = a.example, 10.0.0.1\n"
            "base_url = https://itsm.example.jp\nsecure_cookies = yes",
            &c, &e),
        HN_OK);
    assert_string_equal(c.database, "host=/run dbname=hinomi");
    assert_string_equal(c.address, "0.0.0.0");
    assert_int_equal(c.port, 8081);
    assert_string_equal(c.state, "/var/lib/hinomi");
    assert_string_equal(c.templates, "t");
    assert_string_equal(c.static_files, "s");
    assert_string_equal(c.locale, "l");
    assert_string_equal(c.sql, "q");
    assert_string_equal(c.about, "a");
    assert_string_equal(c.language, "en");
    assert_int_equal(c.syslog_port, 514);
    assert_int_equal(c.trap_port, 162);
    assert_int_equal(c.workers, 8);
    assert_int_equal(c.statement_timeout_ms, 5000);
    assert_int_equal(c.attachment_max_mb, 30);
    assert_string_equal(c.base_url, "https://itsm.example.jp");
    assert_true(c.secure_cookies);
    assert_string_equal(c.tls_cert, "c.pem");
    assert_string_equal(c.tls_key, "k.pem");
    assert_int_equal(c.redirect_port, 8080);
    assert_int_equal(c.satellite_port, 8443);
    assert_string_equal(c.satellite_address, "::");
    assert_string_equal(c.satellite_names, "a.example, 10.0.0.1");
}

static void errors_name_the_line(void **state)
{
    static const struct {
        const char *text, *msg;
    } rows[] = {
        {"port = 80\nprt = 1\n", "x, line 2: unknown key `prt`"},
        {"\n\nport\n", "x, line 3: must be `key = value`"},
        {"port = 0\n", "x:1: port: must be between 1 and 65535"},
        {"#\nworkers = many\n", "x:2: workers: must be a whole number"},
        {"secure_cookies = true\n", "x:1: secure_cookies: must be yes or no"},
        {"language = de\n", "x:1: language: must be ja or en"},
        {"= 5\n", "x, line 1: unknown key ``"},
    };

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        struct config c = {0};
        struct hn_err e = {0};

        assert_int_equal(config_parse("x", rows[i].text, &c, &e), HN_E_INVALID);
        assert_string_equal(e.msg, rows[i].msg);
    }
}

/* packaging/hinomi.conf is what an administrator starts from: each key stands there, alone or
 * commented out, and what is not commented out is good. */
static void the_example_names_every_key(void **state)
{
    static char text[32768];
    struct config c = {0};
    struct hn_err e = {0};
    FILE *f = fopen("packaging/hinomi.conf", "r");
    size_t n;

    (void)state;
    assert_non_null(f);
    n = fread(text + 1, 1, sizeof(text) - 2, f);
    assert_int_equal(fclose(f), 0);
    assert_true(n > 0);
    text[0] = '\n';
    assert_int_equal(config_parse("example", text, &c, &e), HN_OK);
    for (size_t i = 0; config_key(i) != NULL; i++) {
        char bare[80];
        char commented[80];

        (void)snprintf(bare, sizeof(bare), "\n%s =", config_key(i));
        (void)snprintf(commented, sizeof(commented), "\n#%s =", config_key(i));
        if (strstr(text, bare) == NULL && strstr(text, commented) == NULL)
            fail_msg("packaging/hinomi.conf lacks `%s`", config_key(i));
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void the_first_file_that_exists_counts(void **state)
{
    char dir[] = "/tmp/hn-config-XXXXXX";
    struct config c;
    struct hn_err e = {0};

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(setenv("HINOMI_STATE", "state", 1), 0);
    assert_int_equal(config_load("none.conf", &c, &e), HN_E_IO);
    assert_int_equal(mkdir("var", 0700), 0);
    assert_int_equal(mkdir("state", 0700), 0);
    write_file("var/hinomi.conf", "port = 1001\n");
    assert_int_equal(config_load(NULL, &c, &e), HN_OK);
    assert_int_equal(c.port, 1001);
    assert_int_equal(c.workers, 4); /* a default */
    assert_string_equal(c.state, "state");
    write_file("state/hinomi.conf", "port = 1002\n");
    assert_int_equal(config_load(NULL, &c, &e), HN_OK);
    assert_int_equal(c.port, 1002);
    assert_string_equal(c.file, "state/hinomi.conf");
    write_file("mine.conf", "port = 1003\n");
    assert_int_equal(config_load("mine.conf", &c, &e), HN_OK);
    assert_int_equal(c.port, 1003);
    write_file("mine.conf", "database = \xFF\n");
    assert_int_equal(config_load("mine.conf", &c, &e), HN_E_INVALID);
    (void)unlink("mine.conf");
    (void)unlink("state/hinomi.conf");
    (void)unlink("var/hinomi.conf");
    (void)rmdir("state");
    (void)rmdir("var");
    (void)rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key),
        cmocka_unit_test(errors_name_the_line),
        cmocka_unit_test(the_example_names_every_key),
        cmocka_unit_test(the_first_file_that_exists_counts),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
