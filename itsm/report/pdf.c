/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pdf.c — WeasyPrint in a process of its own: limited in time, memory and file size, without
 * network (its input is a file that names nothing outside itself), with an environment that is ours
 * alone.
 */
#include "itsm/report/render.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PDF_SECONDS 240
#define PDF_MEMORY ((rlim_t)3 * 1024 * 1024 * 1024)
#define PDF_FILE ((rlim_t)256 * 1024 * 1024)

static const char *program(void)
{
    static const char *const places[] = {"/usr/bin/weasyprint", "/usr/local/bin/weasyprint"};

    for (size_t i = 0; i < HN_ARRAY_LEN(places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

static HN_NORETURN void child(const char *exe, const char *html, const char *pdf)
{
    char *const env[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LANG=C.UTF-8"},
                         (char[]){"HOME=/nonexistent"}, NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)setpgid(0, 0);
    (void)setrlimit(RLIMIT_CPU, &(struct rlimit){PDF_SECONDS, PDF_SECONDS});
    (void)setrlimit(RLIMIT_AS, &(struct rlimit){PDF_MEMORY, PDF_MEMORY});
    (void)setrlimit(RLIMIT_FSIZE, &(struct rlimit){PDF_FILE, PDF_FILE});
    (void)dup2(null, 0);
    (void)dup2(null, 1);
    (void)dup2(null, 2);
    (void)execle(exe, exe, "--pdf-variant", "pdf/a-3b", "--quiet", html, pdf, (char *)NULL, env);
    _exit(127);
}

/* Waits at most PDF_SECONDS of wall time; then the whole group is killed. */
static bool wait_for(pid_t pid)
{
    int status = 0;

    for (int i = 0; i < PDF_SECONDS * 20; i++) {
        pid_t got = waitpid(pid, &status, WNOHANG);

        if (got == pid)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (got < 0)
            return false;
        (void)poll(NULL, 0, 50);
    }
    (void)kill(-pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return false;
}

enum hn_code pdf_make(const char *html_file, const char *pdf_file, struct hn_err *e)
{
    const char *exe = program();
    pid_t pid;

    if (exe == NULL)
        return hn_fail(e, HN_E_IO, "WeasyPrint is not installed: no PDF can be made");
    pid = fork();
    if (pid < 0)
        return hn_fail(e, HN_E_IO, "no process for the PDF");
    if (pid == 0)
        child(exe, html_file, pdf_file);
    if (!wait_for(pid) || access(pdf_file, R_OK) != 0)
        return hn_fail(e, HN_E_IO, "the PDF could not be made");
    return HN_OK;
}
