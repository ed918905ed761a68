/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c — runs scenarios: `scenario [FILE.scn …]`; without files all of tests/scenario. Each is a
 * process of its own with a database of its own, two at a time ($HN_SCENARIO_JOBS). A scenario is
 * one counted test; what a failed one said is shown, each line with its file and line.
 */
#include "itsm/report/report.h"
#include "server/base/i18n.h"
#include "tests/scenario/scn.h"
#include "tests/support/pg.h"

#include <glob.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MAX 500
#define LINE_MAX_BYTES 4000

/* ---- one scenario ---- */

static const struct scn_verb *find_verb(const char *word)
{
    const struct scn_verb *const tables[] = {scn_setting, scn_devices, scn_acts};

    for (size_t i = 0; i < HN_ARRAY_LEN(tables); i++)
        for (const struct scn_verb *v = tables[i]; v->word != NULL; v++)
            if (hn_streq(v->word, word))
                return v;
    return NULL;
}

/* refused CODE[/FIELD] STATEMENT: the product says no, in this way */
static void check_refusal(struct scn *s, const char *want, const struct hn_err *e)
{
    const char *field = strchr(want, '/');
    size_t n = field == NULL ? strlen(want) : (size_t)(field - want);
    const char *got = hn_code_word(e->code);

    if (strlen(got) != n || strncmp(got, want, n) != 0)
        scn_wrong(s, "expected to be refused as %s, but: %s %s", want, got, e->msg);
    else if (field != NULL && (e->n_fields == 0 || !hn_streq(e->field[0].field, field + 1)))
        scn_wrong(s, "refused for \"%s\", expected \"%s\"",
                  e->n_fields == 0 ? "" : e->field[0].field, field + 1);
}

static void statement(struct scn *s)
{
    const char *refusal = scn_is(s, "refused") ? scn_word(s, "how it is refused") : NULL;
    const struct scn_verb *v;
    struct hn_err e = {0};

    if (scn_is(s, "expect")) {
        if (scn_expect(s, &e) != HN_OK)
            scn_die(s, "%s: %s (%s)", hn_code_word(e.code), e.msg, e.detail);
        scn_end(s);
        return;
    }
    v = find_verb(scn_word(s, "a statement"));
    if (v == NULL)
        scn_die(s, "there is no statement \"%s\"", s->word[s->at - 1]);
    if (s->now == HN_UNSET && !hn_streq(v->word, "at"))
        scn_die(s, "a scenario begins with its time: at 2026-09-01 00:00");
    (void)v->run(s, &e);
    if (refusal != NULL) {
        check_refusal(s, refusal, &e);
        return;
    }
    if (e.code != HN_OK)
        scn_die(s, "%s: %s (%s)", hn_code_word(e.code), e.msg, e.detail);
    scn_end(s);
}

static void run_script(struct scn *s)
{
    char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES];
    FILE *f = fopen(s->file, "r");
    size_t n = 0;

    if (f == NULL)
        scn_die(s, "cannot be read");
    while (fgets(line, sizeof(line), f) != NULL) {
        size_t k = strcspn(line, "\n");
        bool goes_on = k > 0 && line[k - 1] == '\\';

        s->line++;
        line[goes_on ? k - 1 : k] = '\0';
        if (n + k + 2 > sizeof(text))
            scn_die(s, "the statement is too long");
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s ", line);
        if (goes_on)
            continue;
        scn_cut(s, text);
        if (s->n > 0)
            statement(s);
        hn_arena_reset(s->round);
        n = 0;
    }
    (void)fclose(f);
}

static int run_one(const char *file)
{
    struct scn s = {.file = file, .now = HN_UNSET, .a = hn_arena_new(), .round = hn_arena_new()};
    char path[100];
    struct report_places places = {"templates", s.scratch, "http://hinomi.example"};

    (void)snprintf(s.scratch, sizeof(s.scratch), "/tmp/hn-scenario-XXXXXX");
    if (pg_test_up() != 0 || mkdtemp(s.scratch) == NULL) {
        (void)fprintf(stderr, "%s: no database or scratch folder\n", file);
        return 1;
    }
    (void)atexit(pg_test_down); /* a server of our own lives on, for the others */
    report_set_places(&places);
    s.result = hn_arena_make(s.a, struct ingest_result, BATCH_MAX);
    s.db = pg_test_db();
    run_script(&s);
    (void)snprintf(path, sizeof(path), "%s/evidence.json", s.scratch);
    (void)unlink(path);
    (void)rmdir(s.scratch);
    db_free(s.db);
    hn_arena_free(s.a);
    hn_arena_free(s.round);
    return s.failures == 0 ? 0 : 1;
}

/* ---- all of them ---- */

struct job {
    const char *file;
    pid_t pid;
    FILE *said;
    int64_t began_us;
};

static void start(struct job *j, const char *file)
{
    *j = (struct job){.file = file, .said = tmpfile(), .began_us = hn_mono_now().us};
    HN_ASSERT(j->said != NULL);
    (void)fflush(stdout);
    j->pid = fork();
    HN_ASSERT(j->pid >= 0);
    if (j->pid > 0)
        return;
    (void)dup2(fileno(j->said), 1);
    (void)dup2(fileno(j->said), 2);
    exit(run_one(file));
}

static double cpu(const struct rusage *u)
{
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static bool finish(struct job *j, int status, const struct rusage *used)
{
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    char part[4096];
    size_t n;

    (void)printf("[ %8s ] %s (%.1f s, %.1f s of CPU without the database)\n", ok ? "OK" : "FAILED",
                 j->file, (double)(hn_mono_now().us - j->began_us) / 1e6, cpu(used));
    rewind(j->said);
    while (!ok && (n = fread(part, 1, sizeof(part), j->said)) > 0)
        (void)fwrite(part, 1, n, stdout);
    if (!ok && !WIFEXITED(status))
        (void)printf("%s: ended by signal %d\n", j->file, WTERMSIG(status));
    (void)fclose(j->said);
    j->file = NULL;
    return ok;
}

static int run_all(const char *const *file, size_t n)
{
    const char *given = getenv("HN_SCENARIO_JOBS");
    size_t jobs = given != NULL && *given == '1' ? 1 : 2, running = 0, next = 0, passed = 0;
    struct job job[2] = {{0}};

    while (next < n || running > 0) {
        struct rusage used;
        int status;
        pid_t pid;

        for (size_t i = 0; i < jobs && next < n; i++)
            if (job[i].file == NULL) {
                start(&job[i], file[next++]);
                running++;
            }
        pid = wait4(-1, &status, 0, &used);
        for (size_t i = 0; i < jobs; i++)
            if (job[i].file != NULL && job[i].pid == pid) {
                passed += finish(&job[i], status, &used);
                running--;
            }
    }
    (void)printf("[==========] %zu test(s) run.\n[  PASSED  ] %zu test(s).\n", n, passed);
    if (passed < n)
        (void)printf("[  FAILED  ] %zu test(s).\n", n - passed);
    return passed == n ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *file[FILES_MAX];
    glob_t g = {0};
    size_t n = 0;
    int rc;

    for (int i = 1; i < argc && n < FILES_MAX; i++)
        file[n++] = argv[i];
    if (argc == 1 && glob("tests/scenario/*.scn", 0, NULL, &g) == 0)
        for (size_t i = 0; i < g.gl_pathc && n < FILES_MAX; i++)
            file[n++] = g.gl_pathv[i];
    if (n == 0 || !hn_i18n_load("build/locale/ja.mo") || pg_test_up() != 0) {
        (void)fprintf(stderr,
                      "scenario: no scenarios, catalogue or database; run it from the top\n");
        return 1;
    }
    /* The children make their databases there. */
    (void)setenv("HN_TEST_PG", pg_test_admin(), 1);
    rc = run_all(file, n);
    globfree(&g);
    pg_test_down();
    return rc;
}
