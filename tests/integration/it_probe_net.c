/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors against real peers on loopback: the kernel's ping, sockets of our own, net-snmp's
 * snmpd, openssl's server. No database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/probe_rig.h"

#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct rig *rig;
static char dir[] = "/tmp/hinomi-net-XXXXXX";

/* ---- ICMP ---- */

static void ping(const char *address, bool v6)
{
    struct assignment row = rig_row(1, "icmp", address, "{\"count\": 3, \"spacing_ms\": 5}");
    const struct ingest_result *r;

    if (icmp_problem(rig_icmp(rig), v6) != NULL) {
        print_message("no ICMP here: %s\n", icmp_problem(rig_icmp(rig), v6));
        skip();
    }
    r = rig_once(rig, &row);
    print_message("%s: %s (%s)\n", address, r->output, icmp_method(rig_icmp(rig), v6));
    assert_int_equal(r->outcome, OUTCOME_OK);
    assert_int_equal(r->state, RESULT_OK);
    assert_true(rig_value(r, "loss") == 0);
    assert_true(rig_value(r, "rtt") > 0 && rig_value(r, "rtt") < 500);
}

static void ping_v4(void **state)
{
    (void)state;
    ping("127.0.0.1", false);
    ping("127.1.2.3", false);
}

static void ping_v6(void **state)
{
    (void)state;
    ping("::1", true);
}

static void ping_nobody(void **state)
{
    struct assignment row = rig_row(2, "icmp", "203.0.113.1", "{\"count\": 2, \"spacing_ms\": 1}");
    const struct ingest_result *r;

    (void)state;
    if (icmp_problem(rig_icmp(rig), false) != NULL)
        skip();
    row.timeout_s = 0.3;
    r = rig_once(rig, &row);
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_int_equal(r->state, RESULT_CRITICAL);
    assert_true(isnan(rig_value(r, "rtt")));
}

static void name_that_does_not_resolve(void **state)
{
    static const char *const kinds[][2] = {
        {"icmp", "{}"}, {"tcp", "{\"port\": 9}"}, {"snmp", "{}"}};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(kinds); i++) {
        struct assignment row = rig_row(3, kinds[i][0], "nobody.invalid", kinds[i][1]);
        const struct ingest_result *r = rig_once(rig, &row);

        assert_int_equal(r->outcome, OUTCOME_FAILED);
        assert_non_null(strstr(r->output, "name"));
    }
}

static void bad_settings_are_not_run(void **state)
{
    static const char *const bad[][2] = {
        {"icmp", "{\"count\": 0}"},
        {"icmp", "{\"colour\": 1}"},
        {"tcp", "{}"},
        {"http", "{\"url\": \"ftp://x/\"}"},
        {"snmp", "{\"profile\": \"boat\"}"},
        {"snmp", "{\"oids\": [{\"oid\": \"1.x\", \"metric\": \"m\"}]}"},
        {"icmp", "not json"}};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++) {
        struct assignment row = rig_row(4, bad[i][0], "127.0.0.1", bad[i][1]);
        const struct ingest_result *r = rig_once(rig, &row);

        assert_int_equal(r->outcome, OUTCOME_NOT_RUN);
        assert_int_equal(r->state, RESULT_UNKNOWN);
        assert_non_null(strstr(r->output, "settings cannot be used"));
    }
}

/* ---- a server of many ways ---- */

struct server {
    int fd, port;
    pthread_t thread;
};

static struct server web;

static void answer(int c)
{
    static const struct {
        const char *request, *answer;
    } pages[] = {
        {"GET /ok ", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhinomi here"},
        {"GET /moved ", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
        {"GET /loop ", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"},
        {"GET /file ",
         "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"},
        {"GET /500 ", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"},
        {"POST /ok ", "HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n"},
        {"GET /junk ", "\x01\x02 this is no HTTP\r\n\r\n"},
        {"EHLO", "250 hello\r\n"},
    };
    char in[2048];
    ssize_t n = read(c, in, sizeof(in) - 1);

    in[n > 0 ? n : 0] = '\0';
    for (size_t i = 0; i < HN_ARRAY_LEN(pages); i++)
        if (strncmp(in, pages[i].request, strlen(pages[i].request)) == 0)
            (void)!write(c, pages[i].answer, strlen(pages[i].answer));
    if (strncmp(in, "GET /slow ", 10) == 0) {
        struct pollfd p = {.fd = c, .events = POLLIN};

        (void)poll(&p, 1, 3000); /* until the client gives up */
    }
}

static void *serve(void *arg)
{
    struct server *s = arg;

    for (;;) {
        int c = accept(s->fd, NULL, NULL);

        if (c < 0)
            return NULL;
        answer(c);
        (void)close(c);
    }
}

static int listen_on_loopback(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&a, len) == 0 && listen(fd, 64) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

/* ---- TCP ---- */

static const struct ingest_result *tcp(int port, const char *more)
{
    char params[300] = "";
    struct assignment row = rig_row(5, "tcp", "127.0.0.1", params);

    (void)snprintf(params, sizeof(params), "{\"port\": %d%s}", port, more);
    row.timeout_s = 0.5;
    return rig_once(rig, &row);
}

static void tcp_ports(void **state)
{
    const struct ingest_result *r;
    int silent_port;
    int silent = listen_on_loopback(&silent_port); /* accepts (the kernel does) and says nothing */

    (void)state;
    r = tcp(web.port, "");
    assert_int_equal(r->state, RESULT_OK);
    assert_true(rig_value(r, "connect") >= 0);
    r = tcp(web.port, ", \"send\": \"EHLO x\\r\\n\", \"expect\": \"250\"");
    assert_int_equal(r->state, RESULT_OK);
    assert_true(rig_value(r, "response") > 0);
    r = tcp(web.port, ", \"send\": \"EHLO x\\r\\n\", \"expect\": \"220\"");
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_non_null(strstr(r->output, "not the expected one"));
    r = tcp(rig_free_port(false), "");
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_non_null(strstr(r->output, "connection refused"));
    r = tcp(silent_port, ", \"expect\": \"220\"");
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_non_null(strstr(r->output, "no answer"));
    (void)close(silent);
}

/* ---- HTTP ---- */

static const struct ingest_result *http(const char *path, const char *more)
{
    char params[400] = "";
    struct assignment row = rig_row(6, "http", "127.0.0.1", params);

    (void)snprintf(params, sizeof(params), "{\"url\": \"http://127.0.0.1:%d%s\"%s}", web.port, path,
                   more);
    row.timeout_s = 0.6;
    return rig_once(rig, &row);
}

static const struct {
    const char *path, *more;
    enum check_outcome outcome;
    const char *says;
} pages[] = {
    {"/ok", "", OUTCOME_OK, "status 200"},
    {"/ok", ", \"contains\": \"hinomi\"", OUTCOME_OK, "status 200"},
    {"/ok", ", \"contains\": \"something else\"", OUTCOME_FAILED, "does not contain"},
    {"/ok", ", \"expect_status\": [301, 404]", OUTCOME_FAILED, "status 200"},
    {"/ok", ", \"method\": \"POST\", \"body\": \"a=1\", \"expect_status\": 201", OUTCOME_OK,
     "status 201"},
    {"/moved", ", \"contains\": \"hinomi\"", OUTCOME_OK, "status 200"},
    {"/moved", ", \"follow\": false", OUTCOME_OK, "status 302"},
    {"/loop", "", OUTCOME_FAILED, "too many redirects"},
    {"/file", "", OUTCOME_FAILED, "not the web"},
    {"/500", "", OUTCOME_FAILED, "status 500"},
    {"/500", ", \"expect_status\": 500", OUTCOME_OK, "status 500"},
    {"/junk", "", OUTCOME_FAILED, "not HTTP"},
    {"/slow", "", OUTCOME_FAILED, "nothing came"},
};

static void http_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(pages); i++) {
        const struct ingest_result *r = http(pages[i].path, pages[i].more);

        if (r->outcome != pages[i].outcome || strstr(r->output, pages[i].says) == NULL)
            fail_msg("%s%s: %s", pages[i].path, pages[i].more, r->output);
        if (r->outcome == OUTCOME_OK)
            assert_true(rig_value(r, "total") > 0 && rig_value(r, "connect") >= 0 &&
                        rig_value(r, "first_byte") >= 0);
    }
}

static void http_nobody(void **state)
{
    char params[100] = "";
    struct assignment row = rig_row(7, "http", "127.0.0.1", params);

    (void)state;
    (void)snprintf(params, sizeof(params), "{\"url\": \"http://127.0.0.1:%d/\"}",
                   rig_free_port(false));
    assert_non_null(strstr(rig_once(rig, &row)->output, "connection refused"));
    (void)snprintf(params, sizeof(params), "{\"url\": \"http://nobody.invalid/\"}");
    row.timeout_s = 10;
    assert_non_null(strstr(rig_once(rig, &row)->output, "does not resolve"));
}

static void wait_for_port(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons((uint16_t)port)};

    for (int i = 0; i < 200; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool up = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

        (void)close(fd);
        if (up)
            return;
        (void)usleep(20000);
    }
}

static void https_certificate(void **state)
{
    char key[100], cert[100], port[16], params[200] = "";
    const char *const make[] = {"openssl", "req",   "-x509", "-newkey", "rsa:2048",
                                "-nodes",  "-days", "20",    "-subj",   "/CN=localhost",
                                "-keyout", key,     "-out",  cert,      NULL};
    const char *const run[] = {"openssl", "s_server", "-accept", port,   "-cert",
                               cert,      "-key",     key,       "-www", NULL};
    struct assignment row = rig_row(8, "http", "127.0.0.1", params);
    const struct ingest_result *r;
    int at = rig_free_port(false);
    pid_t pid;

    (void)state;
    (void)snprintf(key, sizeof(key), "%s/key.pem", dir);
    (void)snprintf(cert, sizeof(cert), "%s/cert.pem", dir);
    (void)snprintf(port, sizeof(port), "%d", at);
    pid = rig_spawn(make);
    if (pid < 0)
        skip();
    (void)waitpid(pid, NULL, 0);
    pid = rig_spawn(run);
    wait_for_port(at);
    row.timeout_s = 5;
    (void)snprintf(params, sizeof(params), "{\"url\": \"https://127.0.0.1:%d/\"}", at);
    r = rig_once(rig, &row);
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_non_null(strstr(r->output, "self-signed"));
    (void)snprintf(params, sizeof(params),
                   "{\"url\": \"https://127.0.0.1:%d/\", \"verify_tls\": false}", at);
    row.thresholds =
        "{\"certificate_days\": {\"warning\": 30, \"critical\": 7, \"direction\": \"below\"}}";
    r = rig_once(rig, &row);
    assert_int_equal(r->outcome, OUTCOME_OK);
    assert_int_equal(r->state, RESULT_WARNING);
    assert_true(rig_value(r, "certificate_days") == 19);
    assert_true(rig_value(r, "tls") > 0);
    rig_kill(pid);
}

/* ---- SNMP: net-snmp's agent ---- */

static int agent_port;
static pid_t agent;

static void start_agent(void)
{
    char conf[100], where[64];
    const char *const run[] = {"snmpd", "-f", "-C", "-c", conf, "-Lf", "/dev/null", where, NULL};
    struct hn_err e = {0};
    FILE *f;

    (void)e;
    (void)snprintf(conf, sizeof(conf), "%s/snmpd.conf", dir);
    f = fopen(conf, "w");
    assert_non_null(f);
    (void)fprintf(f, "rocommunity public 127.0.0.1\n"
                     "createUser watch SHA-256 authpass1 AES privpass1\n"
                     "createUser old SHA authpass1 AES privpass1\n"
                     "createUser plain SHA-256 authpass1\n"
                     "rouser watch priv\nrouser old priv\nrouser plain auth\n"
                     "sysName <script>alert(1)</script>\n");
    (void)fclose(f);
    (void)setenv("SNMP_PERSISTENT_DIR", dir, 1);
    agent_port = rig_free_port(true);
    (void)snprintf(where, sizeof(where), "udp:127.0.0.1:%d", agent_port);
    agent = rig_spawn(run);
}

static const struct ingest_result *snmp(const char *params, const char *access, bool wait)
{
    static char host[300];
    struct assignment row = rig_row(9, "snmp", "127.0.0.1", params);
    const struct ingest_result *r = NULL;

    (void)snprintf(host, sizeof(host), "{\"port\": %d%s%s}", agent_port,
                   access[0] == '\0' ? "" : ", ", access);
    row.snmp = host;
    for (int i = 0; i < (wait ? 20 : 1); i++) {
        r = rig_once(rig, &row);
        if (r->outcome == OUTCOME_OK)
            break;
    }
    return r;
}

static void need_agent(void)
{
    if (agent < 0)
        skip();
    (void)snmp("{}", "", true); /* until it is up */
}

#define V3(user, auth, priv)                                                                       \
    "\"version\": \"3\", \"user\": \"" user "\", " auth "\"auth_key\": \"authpass1\"" priv

static const char *const accesses[] = {
    "",
    "\"version\": 1",
    "\"version\": \"2c\", \"community\": \"public\"",
    V3("watch", "", ", \"priv_key\": \"privpass1\""),
    V3("watch", "\"auth\": \"sha256\", ", ", \"priv\": \"aes\", \"priv_key\": \"privpass1\""),
    V3("old", "\"auth\": \"sha\", ", ", \"priv_key\": \"privpass1\""),
    V3("plain", "", ""),
};

static void snmp_versions(void **state)
{
    (void)state;
    need_agent();
    for (size_t i = 0; i < HN_ARRAY_LEN(accesses); i++) {
        const struct ingest_result *r =
            snmp("{\"oids\": [{\"oid\": \"1.3.6.1.2.1.11.1.0\", \"metric\": \"snmpInPkts\"},"
                 "{\"oid\": \"1.3.6.1.2.1.1.3.0\", \"metric\": \"uptime\"}],"
                 "\"walk\": [{\"oid\": \"1.3.6.1.2.1.2.2.1.8\", \"metric\": \"oper\"}]}",
                 accesses[i], false);

        if (r->outcome != OUTCOME_OK || r->state != RESULT_OK)
            fail_msg("%s: %s", accesses[i], r->output);
        assert_true(rig_value(r, "snmpInPkts") > 0);
        assert_true(rig_value(r, "oper.1") == 1); /* lo */
    }
}

static const struct {
    const char *access, *says;
} refusals[] = {
    {"\"community\": \"wrong\"", "no answer"},
    {"\"version\": \"3\", \"user\": \"nobody\", \"auth_key\": \"authpass1\"",
     "does not know this SNMPv3 user"},
    {"\"version\": \"3\", \"user\": \"plain\", \"auth_key\": \"wrongpass\"",
     "authentication password is wrong"},
    {V3("watch", "", ", \"priv_key\": \"wrongpass\""), "privacy password may be wrong"},
};

static void snmp_refusals(void **state)
{
    (void)state;
    need_agent();
    for (size_t i = 0; i < HN_ARRAY_LEN(refusals); i++) {
        const struct ingest_result *r = snmp("{}", refusals[i].access, false);

        assert_int_equal(r->outcome, OUTCOME_FAILED);
        assert_int_equal(r->state, RESULT_CRITICAL);
        if (strstr(r->output, refusals[i].says) == NULL)
            fail_msg("%s: %s", refusals[i].access, r->output);
    }
}

static void snmp_profiles(void **state)
{
    const struct ingest_result *r;

    (void)state;
    need_agent();
    r = snmp("{\"profile\": \"if\"}", "", false);
    assert_int_equal(r->state, RESULT_OK);
    assert_true(rig_value(r, "oper_status.1") == 1);
    assert_true(rig_value(r, "in_octets_total.1") >= 0);
    assert_non_null(r->inventory);
    assert_non_null(strstr(r->inventory, "\"name\":\"lo\""));
    assert_non_null(strstr(r->inventory, "script>alert(1)")); /* hostile, kept as it is */
    r = snmp("{\"profile\": \"host\"}", "", false);
    assert_int_equal(r->state, RESULT_OK);
    assert_true(rig_has_prefix(r, "hrStorageUsed."));
    assert_true(rig_value(r, "hrSystemProcesses") > 0);
    r = snmp("{\"profile\": \"system\"}", "", false);
    assert_true(rig_value(r, "sysUpTime") > 0);
    r = snmp("{\"profile\": \"ups\"}", "", false); /* which it is not */
    assert_int_equal(r->outcome, OUTCOME_FAILED);
    assert_int_equal(r->state, RESULT_UNKNOWN);
}

/* Two probes of one check: counters become rates. */
static void snmp_rates_of_counters(void **state)
{
    char host[60];
    struct assignment row = rig_row(10, "snmp", "127.0.0.1", "{\"profile\": \"if\"}");
    const struct ingest_result *r;

    (void)state;
    need_agent();
    (void)snprintf(host, sizeof(host), "{\"port\": %d}", agent_port);
    row.snmp = host;
    row.interval_s = 1;
    row.retry_interval_s = 1;
    rig_put(rig, &row);
    r = rig_next(rig, 5000);
    assert_non_null(r);
    assert_true(isnan(rig_value(r, "in_octets.1")));
    for (int i = 0; i < 5 && (r == NULL || isnan(rig_value(r, "in_octets.1"))); i++)
        r = rig_next(rig, 3000);
    assert_non_null(r);
    assert_true(rig_value(r, "in_octets.1") >= 0);
    assert_null(r->inventory); /* it was sent once */
    sched_remove(rig_sched(rig), 10);
}

/* ---- groups ---- */

static int up(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    web.fd = listen_on_loopback(&web.port);
    (void)pthread_create(&web.thread, NULL, serve, &web);
    start_agent();
    rig = rig_new();
    return 0;
}

static int down(void **state)
{
    const char *const rm[] = {"rm", "-rf", dir, NULL};

    (void)state;
    rig_free(rig);
    rig_kill(agent);
    (void)shutdown(web.fd, SHUT_RDWR);
    (void)pthread_join(web.thread, NULL);
    (void)close(web.fd);
    (void)waitpid(rig_spawn(rm), NULL, 0);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest t[] = {
        cmocka_unit_test(ping_v4),
        cmocka_unit_test(ping_v6),
        cmocka_unit_test(ping_nobody),
        cmocka_unit_test(name_that_does_not_resolve),
        cmocka_unit_test(bad_settings_are_not_run),
        cmocka_unit_test(tcp_ports),
        cmocka_unit_test(http_pages),
        cmocka_unit_test(http_nobody),
        cmocka_unit_test(https_certificate),
        cmocka_unit_test(snmp_versions),
        cmocka_unit_test(snmp_refusals),
        cmocka_unit_test(snmp_profiles),
        cmocka_unit_test(snmp_rates_of_counters),
    };

    return cmocka_run_group_tests_name("probe_net", t, up, down);
}
